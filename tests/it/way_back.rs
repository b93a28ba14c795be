//! Down sections without a statement: they would succeed and undo nothing.

use insta::assert_snapshot;

use crate::support::Sandbox;

const DOWN: &str = "\n-- migrate:down\n-- to be written\n";

/// A table with the down section that `create` wrote.
fn forgotten() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.table("project", "aaaa00000001", &[], "one");
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        &format!("-- migrate:up\nCREATE TABLE two (x);\n{DOWN}"),
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox
}

#[test]
fn a_downgrade_that_undoes_nothing_is_no_success() {
    let sandbox = forgotten();
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 1
    --- stderr
    error: aaaa00000002 cannot be rolled back: its down section is empty
     --> migrations/aaaa00000002.sql:9:1
      |
    9 | -- migrate:down
      | ^^^^^^^^^^^^^^^ nothing to run below it
    hint: nothing was rolled back: write the way back there, or say `-- migrate:down irreversible`
    hint: where nothing has to be undone, a statement without effect says so: `SELECT 1;`
    ");
    let tables = "SELECT name FROM sqlite_schema WHERE name IN ('one', 'two')";
    assert_eq!(sandbox.sqlite("project/dev.db", tables), ["one", "two"]);
    let (document, code) = sandbox.json("project", &["downgrade", "base"]);
    assert_eq!(code, 1);
    assert_eq!(document["kind"], "irreversible");
    assert_eq!(document["path"], "migrations/aaaa00000002.sql");
    assert_eq!(document["line"], 9);
    // Offline too.
    let run = sandbox.teammig("project", &["downgrade", "--sql", "head:base"]);
    assert!(
        run.code == 1 && run.stderr.contains("its down section is empty"),
        "{run}"
    );
    // What is written later is taken.
    let path = "project/migrations/aaaa00000002.sql";
    let written = sandbox
        .read(path)
        .replace("-- to be written", "DROP TABLE two;");
    sandbox.write(path, written);
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(sandbox.sqlite("project/dev.db", tables), ["one"]);
}

/// Before it is applied it is told, too, and hinders nothing.
#[test]
fn plan_and_show_say_that_there_is_no_way_back() {
    let sandbox = forgotten();
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        "-- migrate:up\nDROP TABLE two;\n\n-- migrate:down irreversible\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["plan", "--from", "base"]), @"
    exit 0
    --- stdout
    up   aaaa00000001  one
    up   aaaa00000002  aaaa00000002  (no way back: its down section is empty)
    up   aaaa00000003  aaaa00000003  (no way back: it is marked as irreversible)
    ");
    assert_snapshot!(sandbox.teammig("project", &["show", "aaaa00000002"]), @"
    exit 0
    --- stdout
    revision    aaaa00000002
    message     aaaa00000002
    parent      aaaa00000001
    children    aaaa00000003
    way back    none: its down section is empty
    path        migrations/aaaa00000002.sql

    -- migrate:up
    CREATE TABLE two (x);

    -- migrate:down
    -- to be written
    ");
    let (document, _) = sandbox.json("project", &["upgrade", "--dry-run"]);
    assert_eq!(document["steps"][0]["no_way_back"], "on-purpose");
    let (document, _) = sandbox.json("project", &["show", "aaaa00000001", "--format", "json"]);
    assert!(document["revisions"][0]["no_way_back"].is_null());
}

#[test]
fn what_does_nothing_is_undone_by_nothing() {
    let sandbox = Sandbox::project();
    for id in ["aaaa00000001", "bbbb00000001"] {
        sandbox.table("project", id, &[], id);
    }
    sandbox.ok(
        "project",
        &["merge", "aaaa00000001", "bbbb00000001", "-m", "both"],
    );
    sandbox.ok("project", &["upgrade"]);
    let run = sandbox.teammig("project", &["downgrade"]);
    assert!(run.code == 0 && run.stderr.contains("↶"), "{run}");
    // A script that says by itself that there is nothing to undo.
    sandbox.revision(
        "project",
        "cccc00000001",
        &["aaaa00000001"],
        "data",
        "UPDATE aaaa00000001 SET x = 1;",
        "SELECT 1;",
    );
    sandbox.ok("project", &["upgrade", "cccc00000001"]);
    sandbox.ok("project", &["downgrade", "aaaa00000001"]);
}

/// Rows that were written before empty down sections were told from others.
#[test]
fn a_phantom_that_was_applied_with_an_empty_way_back_stays() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "feature"]);
    let path = sandbox.revision(
        "ann",
        "aaaa11112222",
        &["9209a434d045"],
        "phones",
        "CREATE TABLE phones (x);",
        "-- later",
    );
    sandbox.commit("ann", "Phones");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["switch", "-q", "main"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--roll-back", "--yes"]), @"
    exit 3
    --- stderr
    Only in the database: 1 revision
      aaaa11112222  phones   applied 2 minutes ago by ann@host from feature; it is on feature; it has no way back: its down section is empty
    the database is up to date
    hint: write a new revision that undoes what has no way back, or leave it: `teammig sync --keep`
    ");
    assert_snapshot!(sandbox.teammig("ann", &["downgrade"]), @"
    exit 1
    --- stderr
    error: aaaa11112222 cannot be rolled back: it was applied with an empty down section
    hint: its file is not here, so what the ledger kept counts; where the file is (`git switch`), a way back that is written now is taken
    hint: nothing was rolled back; write a new revision that undoes it, or restore a backup
    ");
    let rows = "SELECT revision FROM teammig_ledger ORDER BY seq";
    assert_eq!(
        sandbox.sqlite("ann/dev.db", rows),
        ["9209a434d045", "aaaa11112222"]
    );
    // Where its file is, with the same way up, a way back that is written now is taken.
    sandbox.git("ann", &["switch", "-q", "feature"]);
    let path = format!("ann/{path}");
    sandbox.edit(&path, "-- later", "DROP TABLE phones;");
    sandbox.ok("ann", &["downgrade"]);
    assert_eq!(sandbox.sqlite("ann/dev.db", rows), ["9209a434d045"]);
}

/// An edit of one's own is redone, which takes a way down from what was applied.
#[test]
fn an_edit_cannot_be_redone_over_an_empty_way_back() {
    let sandbox = Sandbox::team();
    sandbox.raw_revision(
        "ann",
        "aaaa11112222",
        "9209a434d045",
        &format!("-- migrate:up\nCREATE TABLE phones (x);\n{DOWN}"),
    );
    sandbox.ok("ann", &["upgrade"]);
    let path = "ann/migrations/aaaa11112222.sql";
    sandbox.edit(path, "(x)", "(x, y)");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--yes"]), @r#"
    exit 3
    --- stderr
    Edited since applied: 1 revision
      aaaa11112222  aaaa11112222   not published; it cannot be redone: its down section is empty
    the database is up to date
    hint: what has no way back is not redone: write a new revision and take the edit back; or `teammig amend aaaa11112222 --reason "…"`, and `teammig sync --record` writes into the ledger what it is now, without running it again
    "#);
}

#[test]
fn an_empty_way_back_is_not_restacked_where_it_is_applied() {
    let sandbox = Sandbox::team();
    sandbox.table("bob", "c01d9e88ab12", &["9209a434d045"], "theirs");
    sandbox.commit("bob", "Theirs");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.raw_revision(
        "ann",
        "aaaa11112222",
        "9209a434d045",
        &format!("-- migrate:up\nCREATE TABLE mine (x);\n{DOWN}"),
    );
    sandbox.commit("ann", "Mine");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--no-prove"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  theirs   Bob, 6 minutes ago
    2 heads, they part at 9209a434d045
      yours  aaaa11112222  aaaa11112222   not published, Ann, 3 minutes ago
      theirs c01d9e88ab12  theirs   origin/main, Bob, 6 minutes ago
      aaaa11112222 is applied here and has no way back (its down section is empty), so it stays where it is
    error: Multiple head revisions are present: aaaa11112222, c01d9e88ab12
    hint: `teammig sync --merge` writes a merge revision; `--apply-both` leaves them as they are
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase", "--no-prove"]), @"
    exit 1
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  theirs   Bob, 7 minutes ago
    2 heads, they part at 9209a434d045
      yours  aaaa11112222  aaaa11112222   not published, Ann, 4 minutes ago
      theirs c01d9e88ab12  theirs   origin/main, Bob, 7 minutes ago
      aaaa11112222 is applied here and has no way back (its down section is empty), so it stays where it is
    error: aaaa11112222 cannot be rolled back: its down section is empty
     --> migrations/aaaa11112222.sql:9:1
      |
    9 | -- migrate:down
      | ^^^^^^^^^^^^^^^ nothing to run below it
    hint: nothing was rolled back: write the way back there, or say `-- migrate:down irreversible`
    hint: where nothing has to be undone, a statement without effect says so: `SELECT 1;`
    ");
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--no-prove"]), @"
    exit 1
    --- stderr
    error: aaaa11112222 cannot be rolled back: its down section is empty
     --> migrations/aaaa11112222.sql:9:1
      |
    9 | -- migrate:down
      | ^^^^^^^^^^^^^^^ nothing to run below it
    hint: nothing was rolled back: write the way back there, or say `-- migrate:down irreversible`
    hint: where nothing has to be undone, a statement without effect says so: `SELECT 1;`
    ");
}
