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
    assert_eq!(everything(&sandbox), before);
    assert_eq!(changed(&sandbox), "");
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
