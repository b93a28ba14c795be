//! Scripts that `sqlite3` runs, and no connection.

use crate::support::Sandbox;

/// The script of `--sql` does what a run does.
#[test]
fn the_offline_script_leaves_the_same_database() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "it's one",
        "CREATE TABLE one (x);\nINSERT INTO one VALUES ('it''s; -- a');",
        "DROP TABLE one",
    );
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TRIGGER t AFTER INSERT ON one BEGIN DELETE FROM one; END -- no semicolon",
        "DROP TRIGGER t",
    );
    let script = sandbox.ok("project", &["upgrade", "--sql"]);
    rusqlite::Connection::open(sandbox.at("project/offline.db"))
        .unwrap()
        .execute_batch(script.strip_prefix(".bail on\n").unwrap())
        .unwrap();
    sandbox.ok("project", &["upgrade"]);
    for query in [
        "SELECT type, name, sql FROM sqlite_schema ORDER BY name",
        "SELECT seq, revision, parents, depends_on, message, checksum, up, up_options, down, down_options, state, \
         applied_by, tool_version FROM teammig_ledger ORDER BY seq",
        "SELECT x FROM one",
    ] {
        assert_eq!(
            sandbox.sqlite("project/offline.db", query),
            sandbox.sqlite("project/dev.db", query),
            "{query}"
        );
    }
    let down = sandbox.ok("project", &["downgrade", "--sql", "head:base"]);
    rusqlite::Connection::open(sandbox.at("project/offline.db"))
        .unwrap()
        .execute_batch(down.strip_prefix(".bail on\n").unwrap())
        .unwrap();
    assert_eq!(
        sandbox.sqlite(
            "project/offline.db",
            "SELECT name FROM sqlite_schema WHERE type <> 'index'"
        ),
        ["teammig_ledger"]
    );
    assert_eq!(
        sandbox.sqlite("project/offline.db", "SELECT count(*) FROM teammig_ledger"),
        ["0"]
    );
}
