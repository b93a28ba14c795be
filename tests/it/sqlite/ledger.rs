//! What the ledger says beside the files.

use std::fs;

use insta::assert_snapshot;

use super::chain;
use crate::support::Sandbox;

#[test]
fn a_revision_without_its_file_is_rolled_back_from_the_ledger() {
    let sandbox = Sandbox::project();
    sandbox.table("project", "aaaa00000001", &[], "one");
    let path = sandbox.table("project", "aaaa00000002", &["aaaa00000001"], "two");
    sandbox.ok("project", &["upgrade"]);
    fs::remove_file(sandbox.at("project").join(path)).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 0
    --- stdout
    aaaa00000002 (not in these files)  two
    --- stderr
    warning: the database has 1 revision that these files do not: aaaa00000002
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
    warning: the database has 1 revision that these files do not: aaaa00000002
    hint: applied from another branch, or the file was deleted; the ledger kept the scripts: `teammig downgrade aaaa00000002@-1` rolls aaaa00000002 back
    nothing to do: the database is at aaaa00000002
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 0
    --- stderr
    rolling back with the scripts that the ledger kept: aaaa00000002
      ↶ aaaa00000002  two   [TIME]
    ");
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT name FROM sqlite_schema WHERE name IN ('one', 'two')"
        ),
        ["one"]
    );
}

#[test]
fn what_has_no_way_back_is_not_rolled_back() {
    let sandbox = Sandbox::project();
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up\nCREATE TABLE one (x);\n\n-- migrate:down irreversible\n",
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        "-- migrate:up\nCREATE TABLE two (x);\n\n-- migrate:down\nDROP TABLE two;\n",
    );
    sandbox.ok("project", &["upgrade"]);
    assert_snapshot!(sandbox.teammig("project", &["downgrade", "base"]), @"
    exit 1
    --- stderr
    error: aaaa00000001 cannot be rolled back: it is marked as irreversible
     --> migrations/aaaa00000001.sql:9:1
      |
    9 | -- migrate:down irreversible
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ on purpose
    hint: nothing was rolled back; write a new revision that undoes it, or restore a backup
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["2"]
    );
}

/// A revision that was put below an applied one never ran, and is not passed over.
#[test]
fn a_skipped_revision_is_named() {
    let sandbox = Sandbox::project();
    sandbox.table("project", "aaaa00000001", &[], "one");
    sandbox.table("project", "aaaa00000003", &["aaaa00000001"], "three");
    sandbox.ok("project", &["upgrade"]);
    sandbox.table("project", "aaaa00000002", &["aaaa00000001"], "two");
    sandbox.table("project", "aaaa00000003", &["aaaa00000002"], "three");
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: 1 revision never ran, though later ones did
      aaaa00000002  two
    hint: `teammig sync` runs them now where a scratch database shows that both orders lead to the same; else it can roll back what came later, and apply everything in order: it asks (`--yes`: without asking)
    hint: `teammig upgrade --out-of-order` runs them now, after the later ones
    hint: `teammig stamp --only aaaa00000002` records them as applied, if their changes are there already
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "--out-of-order"]), @"
    exit 0
    --- stderr
      ✔ aaaa00000002  two   [TIME]
    ");
}

#[test]
fn a_table_that_is_no_ledger_or_a_newer_one() {
    let sandbox = Sandbox::project();
    chain(&sandbox, &["CREATE TABLE one (x);"]);
    let other = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    other
        .execute_batch("CREATE TABLE teammig_ledger (x)")
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @r#"
    exit 4
    --- stderr
    error: sqlite:dev.db: the table "teammig_ledger" is not a ledger of teammig's
    hint: nothing was changed; mend or restore the table, or name another one in teammig.yaml (`ledger: {table: NAME}`)
    "#);
    other
        .execute_batch(
            "DROP TABLE teammig_ledger; CREATE TABLE teammig_ledger (ledger_version, id, tool_version); INSERT INTO \
             teammig_ledger VALUES (2, 'a', '9.0')",
        )
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 4
    --- stderr
    error: sqlite:dev.db: the ledger has format 2 (written by teammig 9.0); this is teammig 0.1.0, which knows formats up to 1
    hint: install the newer teammig; an older one could damage the ledger
    ");
}
