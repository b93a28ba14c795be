//! Foreign keys: rebuilds, and constraints that are checked at the commit.

use insta::assert_snapshot;

use crate::support::Sandbox;

/// A constraint that is checked at the commit blames the revision that breaks it, not the group.
#[test]
fn deferred_constraints_blame_the_right_revision() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED);", "");
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TABLE two (x);",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000002"],
        "three",
        "INSERT INTO c VALUES (7);",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000004",
        &["aaaa00000003"],
        "four",
        "CREATE TABLE four (x);",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
      ✔ aaaa00000001  one   [TIME]
      ✔ aaaa00000002  two   [TIME]
    error: cannot apply aaaa00000003 three
      FOREIGN KEY constraint failed
      detail: c (rowid 1) refers to a missing row of p
      context: at the commit of the transaction
    aaaa00000003 was rolled back and left nothing.
    2 revisions before it were applied and stay applied.
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["2"]
    );
}

/// SQLite's pragma is a no-op inside a transaction, so a rebuild with keys on
/// would delete the children: the option switches them off before it.
#[test]
fn a_table_rebuild_keeps_child_rows() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "parent and child",
        "CREATE TABLE parent (id integer PRIMARY KEY, name text);\nCREATE TABLE child (id integer PRIMARY KEY, parent \
         integer REFERENCES parent (id) ON DELETE CASCADE);\nINSERT INTO parent VALUES (1, 'a');\nINSERT INTO child \
         VALUES (1, 1), (2, 1);",
        "",
    );
    let rebuild = "CREATE TABLE new_parent (id integer PRIMARY KEY, name text NOT NULL);\nINSERT INTO new_parent SELECT \
                   * FROM parent;\nDROP TABLE parent;\nALTER TABLE new_parent RENAME TO parent;\n";
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        &format!("-- migrate:up foreign_keys:off\n{rebuild}"),
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM child"),
        ["2"]
    );
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT sql FROM sqlite_schema WHERE name = 'child'"
        ),
        [
            "CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE CASCADE)"
        ]
    );
    // A rebuild that loses a parent row is refused before the commit.
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        &format!(
            "-- migrate:up foreign_keys:off\n{}",
            rebuild.replace("FROM parent;", "FROM parent WHERE id <> 1;")
        ),
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000003 aaaa00000003
      the script leaves rows that violate a foreign key
      detail: child (rowid 1) refers to a missing row of parent; child (rowid 2) refers to a missing row of parent
    aaaa00000003 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: keep the rows that others refer to, or delete or change those in the same script
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM parent"),
        ["1"]
    );
    // Without the option, the pragma inside the script is refused: it would do nothing.
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        &format!("-- migrate:up\nPRAGMA foreign_keys = OFF;\n{rebuild}"),
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: PRAGMA foreign_keys does nothing inside a transaction [unrunnable-script]
     --> migrations/aaaa00000003.sql:7:1
      |
    7 | PRAGMA foreign_keys = OFF;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: write `foreign_keys:off` after the marker instead: it is switched off before the transaction begins, and the keys are checked before the commit
    error: the migrations have 1 problem to put right first
    ");
}

/// Orphans that were there before are not the script's fault.
#[test]
fn old_violations_do_not_block_a_rebuild() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id));",
        "",
    );
    sandbox.ok("project", &["upgrade"]);
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (7)")
        .unwrap();
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        "-- migrate:up foreign_keys:off\nCREATE TABLE q (x);\n",
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        "-- migrate:up foreign_keys:off\nINSERT INTO c VALUES (8);\n",
    );
    assert_eq!(sandbox.teammig("project", &["upgrade"]).code, 1);
}
