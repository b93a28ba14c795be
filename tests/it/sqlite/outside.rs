//! Scripts outside a transaction: how far they came is recorded, and the next run goes on there.

use insta::assert_snapshot;

use crate::support::Sandbox;

/// A failure outside a transaction is visible and the next run goes on there.
#[test]
fn outside_a_transaction_finished_statements_stay() {
    let sandbox = Sandbox::project();
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up transaction:false\nCREATE TABLE one (x);\nINSERT INTO one VALUES (1);\nINSERT INTO two VALUES (1);\nVACUUM;\n\n-- \
         migrate:down transaction:false\nDROP TABLE one;\nDROP TABLE two;\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000001 aaaa00000001
     --> migrations/aaaa00000001.sql:9:1
      |
    9 | INSERT INTO two VALUES (1);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^ no such table: two
    aaaa00000001 runs outside a transaction: 2 of its 4 statements finished and stay.
    Nothing else had been done in this run.
    hint: mend the failing statement; `teammig upgrade` goes on there
    ");
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 0
    --- stderr
    nothing is applied
    warning: aaaa00000001 was interrupted on its way up after 2 statements
    1 revision pending; `teammig upgrade` applies it
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 3
    --- stderr
    error: aaaa00000001 is half applied
    It was interrupted after 2 of its statements.
    hint: `teammig upgrade aaaa00000001` finishes it first
    ");
    // What ran may not change; what comes after may.
    let path = "project/migrations/aaaa00000001.sql";
    let text = sandbox.read(path);
    sandbox.write(
        path,
        text.replace(
            "VALUES (1);\nINSERT INTO two",
            "VALUES (2);\nINSERT INTO two",
        ),
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: aaaa00000001 was interrupted, and the part that ran has changed since
    hint: restore the statements that had finished; those after them may change
    ");
    sandbox.write(
        path,
        text.replace("INSERT INTO two VALUES (1)", "CREATE TABLE two (x)"),
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
    aaaa00000001 was interrupted; going on after its first 2 statements
      ✔ aaaa00000001  aaaa00000001   [TIME]
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM one"),
        ["1"]
    );
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 0
    --- stderr
      ↶ aaaa00000001  aaaa00000001   [TIME]
    ");
}

/// When it is not known whether a statement ran, a person decides.
#[test]
fn a_crash_in_the_middle_is_visible_and_can_be_resumed() {
    let sandbox = Sandbox::project();
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up transaction:false\nCREATE TABLE one (x);\nVACUUM;\nCREATE TABLE two (x);\n",
    );
    sandbox.ok("project", &["upgrade"]);
    // As a crash during the VACUUM leaves it.
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("DROP TABLE two; UPDATE teammig_ledger SET state = 'running', statements_done = 1, uncertain = 1")
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: aaaa00000001 was interrupted after 1 of its statements
     --> migrations/aaaa00000001.sql:8:1
      |
    8 | VACUUM;
      | ^^^^^^ it may have run or not
    The connection or the program ended while the next statement ran outside a transaction.
    hint: look whether its effect is there: `--resume-after` goes on after it, `--resume` runs it again first
    hint: `teammig stamp --only aaaa00000001` records the revision as applied instead
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "--resume"]), @"
    exit 0
    --- stderr
    aaaa00000001 was interrupted; going on after its first 1 statement
      ✔ aaaa00000001  aaaa00000001   [TIME]
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT state FROM teammig_ledger"),
        ["applied"]
    );
}

/// The transaction of a script's own goes as a whole, and is counted so.
#[test]
fn a_failure_in_a_transaction_of_the_scripts_own() {
    let sandbox = Sandbox::project();
    let script = "-- migrate:up transaction:false\nCREATE TABLE one (x);\nBEGIN;\nCREATE TABLE two (x);\nINSERT INTO \
                  nowhere VALUES (1);\nCOMMIT;\n";
    sandbox.raw_revision("project", "aaaa00000001", "", script);
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000001 aaaa00000001
      --> migrations/aaaa00000001.sql:10:1
       |
    10 | INSERT INTO nowhere VALUES (1);
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no such table: nowhere
    aaaa00000001 runs outside a transaction: 1 of its 5 statements finished and stay.
    Nothing else had been done in this run.
    hint: mend the failing statement; `teammig upgrade` goes on there
    ");
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT statements_done || uncertain FROM teammig_ledger"
        ),
        ["10"]
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        &script.replace("nowhere", "two").replace("COMMIT;\n", ""),
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(run.to_string().contains("does not end it"), "{run}");
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        &script.replace("nowhere", "two"),
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.sqlite("project/dev.db", "SELECT x FROM two"), ["1"]);
}

/// A script may be mended, go on, fail further down, and be mended again.
#[test]
fn an_interrupted_script_is_resumed_twice() {
    let sandbox = Sandbox::project();
    let write = |up: &str, down: &str| {
        sandbox.raw_revision(
            "project",
            "aaaa00000001",
            "",
            &format!("-- migrate:up transaction:false\n{up}\n\n-- migrate:down transaction:false\n{down}\n"),
        );
    };
    let fails = |command: &str| {
        let run = sandbox.teammig("project", &[command]);
        assert_eq!(run.code, 1, "{run}");
    };
    write("CREATE TABLE one (x);\nSELECT bad;", "SELECT 1;");
    fails("upgrade");
    write(
        "CREATE TABLE one (x);\nCREATE TABLE two (x);\nSELECT worse;",
        "SELECT 1;",
    );
    fails("upgrade");
    let up = "CREATE TABLE one (x);\nCREATE TABLE two (x);\nCREATE TABLE three (x);";
    write(up, "DROP TABLE one;\nSELECT bad;");
    sandbox.ok("project", &["upgrade"]);
    // Down, with scripts that are not those of the ledger.
    write(up, "DROP TABLE two;\nSELECT bad;");
    fails("downgrade");
    write(up, "DROP TABLE two;\nDROP TABLE one;\nSELECT worse;");
    fails("downgrade");
    write(up, "DROP TABLE two;\nDROP TABLE one;\nDROP TABLE three;");
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
        ),
        ["teammig_ledger"]
    );
}

/// A statement that did run before the crash is not run again.
#[test]
fn resuming_after_a_statement_that_ran() {
    let sandbox = Sandbox::project();
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up transaction:false\nCREATE TABLE one (x);\nVACUUM;\nCREATE TABLE two (x);\n",
    );
    sandbox.ok("project", &["upgrade"]);
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("DROP TABLE two; UPDATE teammig_ledger SET state = 'running', statements_done = 1, uncertain = 1")
        .unwrap();
    sandbox.ok("project", &["upgrade", "--resume-after"]);
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT count(*) FROM sqlite_schema WHERE name = 'two'"
        ),
        ["1"]
    );
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT state FROM teammig_ledger"),
        ["applied"]
    );
}

/// The next run has a session of its own: `PRAGMA foreign_keys = OFF` was passed over
/// with what had finished, and the rest of the rebuild ran with keys on.
#[test]
fn settings_of_the_session_are_made_again_when_a_script_goes_on() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE p (id integer PRIMARY KEY);\nCREATE TABLE c (p REFERENCES p ON DELETE CASCADE);\nINSERT INTO p VALUES \
         (1);\nINSERT INTO c VALUES (1);",
        "",
    );
    let script = |middle: &str| {
        format!(
            "-- migrate:up transaction:false\nATTACH 'other.db' AS other;\nPRAGMA foreign_keys = OFF;\n{middle};\nDROP \
             TABLE p;\nCREATE TABLE p (id integer PRIMARY KEY);\nINSERT INTO p VALUES (1);\nCREATE TABLE other.o (x);\n"
        )
    };
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        &script("SELECT nothing"),
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("2 of its 7 statements finished"),
        "{run}"
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        &script("SELECT 1"),
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.sqlite("project/dev.db", "SELECT p FROM c"), ["1"]);
    assert_eq!(
        sandbox.sqlite("project/other.db", "SELECT name FROM sqlite_schema"),
        ["o"]
    );
}
