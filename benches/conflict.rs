//! What it costs to say what two lines do to each other: from their scripts, and tried.

use std::{cell::Cell, fs, path::Path};

use super::{Cluster, Project, TEAMMIG, git, has, line, run, way};

/// Two heads on top of a project's revisions, which go together.
fn two_heads(project: &Project) {
    let (base, _) = project.revisions.last().unwrap();
    for (id, up) in [
        ("aaaaaaaaaaa1", "ALTER TABLE t0 ADD COLUMN a text;"),
        ("bbbbbbbbbbb2", "ALTER TABLE t0 ADD COLUMN b text;"),
    ] {
        let text = format!(
            "-- teammig:\n--   revision: {id}\n--   parents: [\"{base}\"]\n--   message: Two\n\n-- migrate:up\n{up}\n\
             -- migrate:down irreversible\n"
        );
        fs::write(project.path().join(format!("migrations/{id}.sql")), text).unwrap();
    }
    git(project.path(), &["init", "-q", "-b", "main"]);
}

fn forget(folder: &Path) {
    let _ = fs::remove_dir_all(folder.join(".git/teammig"));
}

/// Footprints: all that is there is about a table of its own, so that reading is all.
pub(super) fn from_scripts() {
    let project = Project::new(1_000, "postgresql://nobody@localhost:1/nothing");
    two_heads(&project);
    let folder = project.path();
    let conflicts = || run(TEAMMIG, &["conflicts"], folder);
    forget(folder);
    line(
        "conflicts of two heads on 1,000 revisions",
        10,
        &[
            way("heads", || {}, || run(TEAMMIG, &["heads"], folder)),
            way("scripts read", || forget(folder), conflicts),
            way("scripts known", || {}, conflicts),
        ],
    );
}

/// Both orders of one against one, tried.
pub(super) fn tried() {
    let sqlite = Project::new(1, "sqlite:dev.db");
    two_heads(&sqlite);
    let folder = sqlite.path();
    line(
        "a proof of one against one on SQLite",
        20,
        &[
            way("heads", || {}, || run(TEAMMIG, &["heads"], folder)),
            way(
                "conflicts --prove",
                || forget(folder),
                || run(TEAMMIG, &["conflicts", "--prove"], folder),
            ),
        ],
    );
    if !has("psql") {
        println!("psql is not there, and a proof on PostgreSQL not measured\n");
        return;
    }
    let cluster = Cluster::start(&["fsync=on", "synchronous_commit=on"], 54_330, |_| {});
    let postgres = Project::new(1, &cluster.url("postgres", "postgres"));
    two_heads(&postgres);
    let folder = postgres.path();
    let url = cluster.url("postgres", "postgres");
    let count = Cell::new(0);
    line(
        "a proof of one against one on PostgreSQL",
        10,
        &[
            way(
                "psql: CREATE DATABASE",
                || count.set(count.get() + 1),
                || {
                    let sql = format!("CREATE DATABASE made{} TEMPLATE template0", count.get());
                    run("psql", &["-qXc", &sql, &url], folder);
                },
            ),
            way(
                "conflicts --prove",
                || forget(folder),
                || run(TEAMMIG, &["conflicts", "--prove"], folder),
            ),
        ],
    );
}
