//! A restack that is killed in the middle, or fails there: put back or brought to its end.

use super::{
    left_running::kill_when_it_sleeps,
    postgres::{on_postgresql, values},
    project::{project, revision, rows, table},
};
use crate::support::sandbox::Sandbox;

const BASE: &str = "aaaa00000001";
const FIRST: &str = "bbbb00000002";
const SECOND: &str = "bbbb00000003";
const THEIRS: &str = "cccc00000004";
/// Tried on a scratch database, a hook would be over before.
const REBASE: &[&str] = &["rebase", SECOND, "--onto", THEIRS, "--no-prove", "--yes"];

/// Makes a table `t_<id>`, and before that what is in `hook`, where the file `slow.db` is there.
fn hooked(sandbox: &Sandbox, id: &str, parent: &str, hook: &str) {
    let makes = format!(
        "import os, time\n    if os.path.exists(\"slow.db\"): {hook}\n    op.create_table(\"t_{id}\", sa.Column(\"id\", sa.Integer))"
    );
    let drops = format!("op.drop_table(\"t_{id}\")");
    revision(sandbox, id, &[parent], &makes, &drops);
}

const SLEEPS: &str = "print(\"sleeping\", flush=True); time.sleep(2)";

/// Once: what is taken back runs again.
const FAILS: &str = "os.remove(\"slow.db\"); raise ValueError(\"no\")";

/// Two of mine are applied, theirs was merged in with Git; `hook` is in one of them.
fn met(sandbox: &Sandbox, hooked_one: &str, hook: &str) {
    let make = |id: &str, parent: &str| {
        if id == hooked_one {
            hooked(sandbox, id, parent, hook);
        } else {
            table(sandbox, id, &[parent]);
        }
    };
    table(sandbox, BASE, &[]);
    sandbox.commit("project", "Base");
    sandbox.git("project", &["switch", "-q", "-c", "theirs"]);
    make(THEIRS, BASE);
    sandbox.commit("project", "Theirs");
    sandbox.git("project", &["switch", "-q", "main"]);
    make(FIRST, BASE);
    make(SECOND, FIRST);
    sandbox.ok("project", &["upgrade"]);
    sandbox.commit("project", "Mine");
    sandbox.git("project", &["merge", "-q", "--no-edit", "theirs"]);
    sandbox.write("project/slow.db", "");
}

/// On SQLite, with a row in what is rolled back on the way; and how the database was.
fn killed_in(hooked_one: &str) -> (Sandbox, Vec<String>) {
    let sandbox = project();
    met(&sandbox, hooked_one, SLEEPS);
    sandbox.sqlite(
        "project/dev.db",
        &format!("INSERT INTO t_{FIRST} VALUES (7) RETURNING id"),
    );
    let before = everything(&sandbox);
    kill_when_it_sleeps(&sandbox, REBASE);
    (sandbox, before)
}

fn everything(sandbox: &Sandbox) -> Vec<String> {
    let mut all = sandbox.sqlite(
        "project/dev.db",
        "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY rowid",
    );
    all.extend(rows(sandbox));
    all.extend(sandbox.sqlite(
        "project/dev.db",
        "SELECT name FROM sqlite_schema WHERE name LIKE 't_bbbb%'",
    ));
    all.extend(sandbox.sqlite("project/dev.db", &format!("SELECT id FROM t_{FIRST}")));
    all
}

/// A killed call leaves a copy of the ini for a while, which `init` keeps out of Git.
fn changed(sandbox: &Sandbox) -> String {
    sandbox.git("project", &["status", "--short", "--", "migrations"])
}

fn finished(sandbox: &Sandbox) {
    assert_eq!(rows(sandbox), [SECOND]);
    let first = sandbox.read(&format!("project/migrations/versions/{FIRST}_x.py"));
    assert!(
        first.contains(&format!("down_revision = '{THEIRS}'"))
            || first.contains(&format!("down_revision = \"{THEIRS}\"")),
        "{first}"
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(run.stderr.contains("nothing to do"), "{run}");
}

/// In theirs, and in one of mine: what stands in the table then, it says at another point, too.
#[test]
fn what_was_killed_goes_back_as_it_was() {
    for at in [THEIRS, FIRST] {
        let (sandbox, before) = killed_in(at);
        let run = sandbox.teammig("project", REBASE);
        assert_eq!(run.code, 3, "{at}: {run}");
        assert!(
            run.stderr.contains("`teammig rebase --abort`")
                && run.stderr.contains("`teammig rebase --continue`"),
            "{at}: {run}"
        );
        let run = sandbox.teammig("project", &["rebase", "--abort"]);
        assert_eq!(run.code, 0, "{at}: {run}");
        assert_eq!(everything(&sandbox), before, "{at}");
        assert_eq!(changed(&sandbox), "", "{at}");
        std::fs::remove_file(sandbox.at("project/slow.db")).unwrap();
        sandbox.ok("project", REBASE);
        finished(&sandbox);
    }
}

#[test]
fn what_was_killed_is_brought_to_its_end() {
    let (sandbox, _) = killed_in(FIRST);
    std::fs::remove_file(sandbox.at("project/slow.db")).unwrap();
    let run = sandbox.teammig("project", &["rebase", "--continue"]);
    assert_eq!(run.code, 0, "{run}");
    finished(&sandbox);
}

/// Theirs stayed and mine were gone.
#[test]
fn what_fails_on_the_way_is_taken_back() {
    let sandbox = project();
    met(&sandbox, SECOND, FAILS);
    let before = everything(&sandbox);
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("files and database are as before"),
        "{run}"
    );
    assert!(
        run.stderr.contains("cannot apply bbbb00000003")
            && !run.stderr.contains("may be there still"),
        "{run}"
    );
    assert!(!run.stderr.contains("is kept in"), "{run}");
    assert_eq!(everything(&sandbox), before);
    assert_eq!(changed(&sandbox), "");
}

/// While Alembic ran, so nobody can tell whose it is.
#[test]
fn what_another_program_wrote_meanwhile_is_kept() {
    let sandbox = project();
    let writes = "import sqlite3; other = sqlite3.connect(\"dev.db\"); \
                  other.execute(\"INSERT INTO t_aaaa00000001 VALUES (5)\"); other.commit(); other.close()";
    met(&sandbox, SECOND, &format!("{writes}; {FAILS}"));
    let before = everything(&sandbox);
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("files and database are as before"),
        "{run}"
    );
    assert_eq!(everything(&sandbox), before);
    let kept = std::fs::read_dir(sandbox.at("project/.git/teammig/kept")).unwrap();
    let kept: Vec<_> = kept.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(
        run.stderr
            .contains("another program wrote while Alembic ran")
            && run.stderr.contains("before-take-back-"),
        "{run}"
    );
    let name = kept[0].file_name().unwrap().to_str().unwrap();
    let place = format!("project/.git/teammig/kept/{name}");
    assert_eq!(
        sandbox.sqlite(&place, "SELECT id FROM t_aaaa00000001"),
        ["5"]
    );
    assert!(!sandbox.at("project/.git/teammig/restack").exists());
}

fn on_the_server(url: &str) -> Vec<String> {
    values(
        url,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' UNION ALL SELECT version_num FROM alembic_version ORDER BY 1",
    )
}

/// Alembic commits by itself there, too: what was done is undone step by step.
#[test]
fn on_postgresql_it_goes_back_step_by_step() {
    for at in [THEIRS, FIRST] {
        let (sandbox, url) = on_postgresql();
        met(&sandbox, at, SLEEPS);
        let before = on_the_server(&url);
        kill_when_it_sleeps(&sandbox, REBASE);
        let run = sandbox.teammig("project", &["rebase", "--abort"]);
        assert_eq!(run.code, 0, "{at}: {run}");
        assert!(run.stderr.contains("without the rows"), "{at}: {run}");
        assert_eq!(on_the_server(&url), before, "{at}");
        assert_eq!(changed(&sandbox), "", "{at}");
        std::fs::remove_file(sandbox.at("project/slow.db")).unwrap();
        sandbox.ok("project", REBASE);
        assert_eq!(
            values(&url, "SELECT version_num FROM alembic_version"),
            [SECOND]
        );
    }
}

#[test]
fn on_postgresql_it_is_brought_to_its_end() {
    let (sandbox, url) = on_postgresql();
    met(&sandbox, SECOND, SLEEPS);
    kill_when_it_sleeps(&sandbox, REBASE);
    std::fs::remove_file(sandbox.at("project/slow.db")).unwrap();
    let run = sandbox.teammig("project", &["rebase", "--continue"]);
    assert_eq!(run.code, 0, "{run}");
    let rows = values(&url, "SELECT version_num FROM alembic_version");
    assert_eq!(rows, [SECOND], "{run}");
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(run.stderr.contains("nothing to do"), "{run}");
}

#[test]
fn on_postgresql_what_fails_on_the_way_is_taken_back() {
    let (sandbox, url) = on_postgresql();
    met(&sandbox, SECOND, FAILS);
    let before = on_the_server(&url);
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("files and database are as before"),
        "{run}"
    );
    assert!(run.stderr.contains("without the rows"), "{run}");
    assert_eq!(on_the_server(&url), before);
    assert_eq!(changed(&sandbox), "");
}

/// What goes back by its scripts would be without its record.
#[test]
fn on_postgresql_with_a_sidecar_the_steps_stay_and_that_is_said() {
    let (sandbox, url) = on_postgresql();
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!("{config}alembic: {{sidecar: true}}\n"),
    );
    met(&sandbox, SECOND, FAILS);
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 1, "{run}");
    let words = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("The files are as before, and what the database did is not taken back")
            && words.contains("`sidecar: true`"),
        "{run}"
    );
    assert_eq!(changed(&sandbox), "");
    // As it says: what was rolled back comes again, as the files have it.
    let heads = || values(&url, "SELECT version_num FROM alembic_version ORDER BY 1");
    sandbox.ok("project", &["upgrade", "heads"]);
    assert_eq!(heads(), [SECOND, THEIRS]);
    sandbox.ok("project", REBASE);
    assert_eq!(heads(), [SECOND]);
    let recorded = values(&url, "SELECT revision FROM teammig_ledger ORDER BY 1");
    assert_eq!(recorded, [BASE, FIRST, SECOND, THEIRS]);
}

/// Nothing is put back there. What the killed one left running comes to its end, and the files
/// follow.
#[test]
fn on_postgresql_with_a_sidecar_a_killed_one_goes_on() {
    let (sandbox, url) = on_postgresql();
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!("{config}alembic: {{sidecar: true}}\n"),
    );
    met(&sandbox, SECOND, SLEEPS);
    kill_when_it_sleeps(&sandbox, REBASE);
    let run = sandbox.teammig("project", &["rebase", "--abort"]);
    assert!(
        run.code == 3
            && run.stderr.contains("The database dev has run all steps.")
            && run.stderr.contains("`teammig rebase --continue`"),
        "{run}"
    );
    assert_eq!(changed(&sandbox), "");
    sandbox.ok("project", &["rebase", "--continue"]);
    let rows = values(&url, "SELECT version_num FROM alembic_version");
    assert_eq!(rows, [SECOND]);
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(run.stderr.contains("nothing to do"), "{run}");
}
