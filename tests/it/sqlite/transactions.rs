//! What is committed together, and what a failure takes with it.

use std::fs;

use insta::assert_snapshot;

use super::chain;
use crate::support::Sandbox;

/// What was applied before a failure stays, what failed left nothing, and the message says both.
#[test]
fn a_failing_revision_leaves_the_ones_before_it() {
    let sandbox = Sandbox::project();
    sandbox.table("project", "aaaa00000001", &[], "one");
    sandbox.table("project", "aaaa00000002", &["aaaa00000001"], "two");
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000002"],
        "three",
        "CREATE TABLE three (x);\nINSERT INTO three VALUES (1);\nINSERT INTO nowhere VALUES ('ä');\nCREATE TABLE four (x);",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
      ✔ aaaa00000001  one   [TIME]
      ✔ aaaa00000002  two   [TIME]
    error: cannot apply aaaa00000003 three
     --> migrations/aaaa00000003.sql:9:1
      |
    9 | INSERT INTO nowhere VALUES ('ä');
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no such table: nowhere
    aaaa00000003 was rolled back and left nothing.
    2 revisions before it were applied and stay applied.
    ");
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ),
        ["one", "teammig_ledger", "two"]
    );
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY seq"
        ),
        ["aaaa00000001", "aaaa00000002"]
    );
    let path = sandbox.at("project/migrations/aaaa00000003.sql");
    let mended = fs::read_to_string(&path)
        .unwrap()
        .replace("nowhere", "three");
    fs::write(&path, mended).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
      ✔ aaaa00000003  three   [TIME]
    ");
}

#[test]
fn a_script_with_its_own_commit_is_refused_before_anything_runs() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "BEGIN;\nCREATE TABLE two (x);\nCOMMIT;",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: the script has a BEGIN of its own [unrunnable-script]
     --> migrations/aaaa00000002.sql:7:1
      |
    7 | BEGIN;
      | ^^^^^
    hint: teammig puts each script in one transaction with its ledger row: remove the BEGIN and the COMMIT, or write `transaction:false` after the marker to run the statements one by one
    error: the migrations have 1 problem to put right first
    ");
    assert!(
        !sandbox.at("project/dev.db").exists()
            || sandbox.sqlite("project/dev.db", "SELECT count(*) FROM sqlite_schema") == ["0"]
    );
}

/// Whatever ends the transaction that revisions share, those before it stay.
#[test]
fn a_lost_transaction_takes_no_earlier_revision_with_it() {
    for (name, bad) in [
        (
            "or rollback",
            "CREATE TABLE three (x PRIMARY KEY);\nINSERT INTO three VALUES (1);\nINSERT OR ROLLBACK INTO three VALUES (1);",
        ),
        (
            "full disk",
            "PRAGMA max_page_count = 12;\nCREATE TABLE three (x);\nINSERT INTO three VALUES (zeroblob(200000));",
        ),
    ] {
        let sandbox = Sandbox::project();
        chain(
            &sandbox,
            &[
                "CREATE TABLE one (x);",
                "CREATE TABLE two (x); INSERT INTO two VALUES (2);",
                bad,
            ],
        );
        let run = sandbox.teammig("project", &["upgrade"]);
        assert_eq!(run.code, 1, "{name}: {run}");
        assert!(
            run.to_string()
                .contains("2 revisions before it were applied and stay applied"),
            "{name}: {run}"
        );
        let rows = sandbox.sqlite(
            "project/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY seq",
        );
        assert_eq!(rows, ["aaaa00000001", "aaaa00000002"], "{name}");
        assert_eq!(
            sandbox.sqlite("project/dev.db", "SELECT x FROM two"),
            ["2"],
            "{name}"
        );
    }
}

/// An error in a later row of a SELECT is an error.
#[test]
fn statements_run_to_their_last_row() {
    let sandbox = Sandbox::project();
    chain(
        &sandbox,
        &["CREATE TABLE one (x);\nINSERT INTO one VALUES ('{}'), ('{');\nSELECT json(x) FROM one;"],
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000001 step 1
     --> migrations/aaaa00000001.sql:9:1
      |
    9 | SELECT json(x) FROM one;
      | ^^^^^^^^^^^^^^^^^^^^^^^ malformed JSON
    aaaa00000001 was rolled back and left nothing.
    Nothing else had been done in this run.
    ");
    // A failed first revision leaves no table at all.
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM sqlite_schema"),
        ["0"]
    );
}

/// What a script leaves in the connection is not there for the next one.
#[test]
fn revisions_of_one_run_share_no_session() {
    let sandbox = Sandbox::project();
    let temporary = "CREATE TEMP TABLE t (x); INSERT INTO t VALUES (1);";
    chain(
        &sandbox,
        &[
            "CREATE TABLE zero (x);",
            temporary,
            &format!("{temporary} CREATE TABLE two AS SELECT x FROM t;"),
            "PRAGMA recursive_triggers = ON;",
            "CREATE TABLE three AS SELECT recursive_triggers AS x FROM pragma_recursive_triggers;",
        ],
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT x FROM two UNION ALL SELECT x FROM three"
        ),
        ["1", "0"]
    );
    // Memory has one connection only.
    sandbox.ok(
        "project",
        &["upgrade", "aaaa00000003", "--url", "sqlite::memory:"],
    );
}

/// A full disk takes nothing with it but the revision that needed the room.
#[test]
fn a_full_disk() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    sandbox.ok("project", &["upgrade"]);
    // SQLite's own limit answers as a full disk does.
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "PRAGMA max_page_count = 12;\nCREATE TABLE two (x);\nINSERT INTO two VALUES (zeroblob(200000));",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 two
     --> migrations/aaaa00000002.sql:9:1
      |
    9 | INSERT INTO two VALUES (zeroblob(200000));
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ database or disk is full
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: make room and call it again
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT revision FROM teammig_ledger"),
        ["aaaa00000001"]
    );
}

/// It was called a command of psql.
#[test]
fn commands_of_the_sqlite3_shell_are_named_as_such() {
    let sandbox = Sandbox::project();
    chain(&sandbox, &["CREATE TABLE a (x);\n.read other.sql"]);
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr
            .contains("this is a command of the sqlite3 shell, not SQL"),
        "{run}"
    );
    assert!(!run.stderr.contains("psql"), "{run}");
}
