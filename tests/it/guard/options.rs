//! What stands behind a marker changes what runs, and no checksum sees it: it is an edit, and
//! all who speak of the revision say the same.

use insta::assert_snapshot;

use super::FILE as FIXED;
use crate::support::Sandbox;

/// Ann's hooks are installed, and she changed how a published revision wants to be run.
fn other_options() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    add(&sandbox, "ann", "-- migrate:up", "transaction:false");
    sandbox
}

fn add(sandbox: &Sandbox, clone: &str, marker: &str, option: &str) {
    let to = format!("{marker} {option}");
    sandbox.edit(&format!("{clone}/{FIXED}"), marker, &to);
}

#[test]
fn other_options_are_an_edit() {
    let sandbox = other_options();
    assert_snapshot!(sandbox.teammig("ann", &["why", "9209"]), @r#"
    exit 0
    --- stdout
    9209a434d045  Initial migration
    File       migrations/9209a434d045.sql
    Edit it?   no, it was published in origin/main
    Published  in origin/main, with 3201aeec37 by Test, 10 minutes ago
    Applied    in dev 5 minutes ago by ann@host, from 3201aeec37 on main   seen 5 minutes ago
    Content    the scripts as they were first published; its options changed: transaction:false was added
    --- stderr
    hint: restore it (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    "#);
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @r#"
    exit 3
    --- stderr
    Edited since applied: 1 revision
      9209a434d045  Initial migration   was published in origin/main; its options changed: transaction:false was added
    the database is up to date
    hint: take the edit of 9209a434d045 back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`
    "#);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qam", "Outside"]), @r#"
    exit 1
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host; its options changed: transaction:false was added [edited-revision]
     --> migrations/9209a434d045.sql:6:1
      |
    6 | -- migrate:up transaction:false
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: take the edit back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    hint: `git commit --no-verify` commits without this check
    "#);
    sandbox.git("ann", &["commit", "-qam", "Outside", "--no-verify"]);
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(
        run.code == 3
            && run
                .stderr
                .contains("transaction:false was added [edited-revision]"),
        "{run}"
    );
    sandbox.git("ann", &["push", "-q", "--no-verify"]);
    let (document, _) = sandbox.json("ann", &["audit"]);
    assert_eq!(document["edits"][0]["kind"], "scripts", "{document}");
    // Bob is told by the hook that his database ran something else.
    sandbox.ok("bob", &["hooks", "install"]);
    let run = sandbox.try_git("bob", &["pull"]);
    assert!(run.stderr.contains("edited"), "{run}");
}

#[test]
fn no_way_back_any_more_is_another_way_back() {
    let sandbox = Sandbox::team();
    // A merge revision has an empty one.
    let down = "-- migrate:down\nDROP TABLE users;\n";
    sandbox.edit(&format!("ann/{FIXED}"), down, "-- migrate:down\n");
    sandbox.edit(
        &format!("ann/{FIXED}"),
        "CREATE TABLE users (id integer PRIMARY KEY, name text);\n",
        "",
    );
    sandbox.commit("ann", "Nothing to run");
    sandbox.git("ann", &["push", "-qf"]);
    sandbox.git("ann", &["switch", "-qc", "feature"]);
    add(&sandbox, "ann", "-- migrate:down", "irreversible");
    sandbox.commit("ann", "No way back");
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @"
    exit 0
    --- stdout
    ok, with 1 warning: 0 new revisions of feature (86f492a) against origin/main (bff48b8), merged result: 1 head
    --- stderr
    warning: 9209a434d045 has another way back than when it was published in origin/main, and applied in dev on 2026-11-22 by ann@host; irreversible was added [edited-down]
     --> migrations/9209a434d045.sql:8:1
      |
    8 | -- migrate:down irreversible
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: where its way up is what ran, databases are rolled back with the new way back from now on
    ");
}

/// The entry names the options: with the checksum alone nothing would say what changed.
#[test]
fn other_options_are_recorded_and_nothing_runs() {
    let sandbox = other_options();
    let reason = ["--reason", "production cannot wait for the lock"];
    let amend = [&["amend", "9209"], &reason[..]].concat();
    assert_snapshot!(sandbox.teammig("ann", &amend), @"
    exit 0
    --- stderr
    wrote into the header of migrations/9209a434d045.sql
      was dd8b70ae7e34, options: none: production cannot wait for the lock
    hint: commit it: `git add migrations/9209a434d045.sql`; `teammig sync` then records it in databases that have it, without running it again
    ");
    assert_snapshot!(sandbox.read(&format!("ann/{FIXED}")), @r#"
    -- teammig:
    --   revision: 9209a434d045
    --   parents: []
    --   message: Initial migration
    --   amended: [{was: dd8b70ae7e34, options: none, reason: "production cannot wait for the lock"}]

    -- migrate:up transaction:false
    CREATE TABLE users (id integer PRIMARY KEY, name text);

    -- migrate:down
    DROP TABLE users;
    "#);
    assert_snapshot!(sandbox.teammig("ann", &amend), @"
    exit 0
    --- stderr
    migrations/9209a434d045.sql says already why 9209a434d045 was changed: production cannot wait for the lock
    ");
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qam", "Outside"]), @r#"
    exit 0
    --- stderr
    warning: 9209a434d045 is edited on purpose, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host; its options changed: transaction:false was added: production cannot wait for the lock [edited-revision]
     --> migrations/9209a434d045.sql:5:22
      |
    5 | --   amended: [{was: dd8b70ae7e34, options: none, reason: "production cannot wait for the loc...
      |                      ^^^^^^^^^^^^ the decision
    hint: databases that have it do not run it again; `teammig sync` records there what it is now
    "#);
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    assert_snapshot!(sandbox.teammig("bob", &["sync", "--record"]), @"
    exit 0
    --- stderr
    Amended since applied: 1 revision
      9209a434d045  Initial migration   production cannot wait for the lock; transaction:false was added
    the database is up to date
    recorded 9209a434d045 as it was amended: transaction:false was added   production cannot wait for the lock
    ");
    let row = "SELECT up_options FROM teammig_ledger";
    assert_eq!(sandbox.sqlite("bob/dev.db", row), ["transaction:false"]);
    assert_snapshot!(sandbox.teammig("bob", &["sync"]), @"
    exit 0
    --- stderr
    the database is up to date
    ");
    assert_snapshot!(sandbox.teammig("bob", &["why", "9209"]), @"
    exit 0
    --- stdout
    9209a434d045  Initial migration
    File       migrations/9209a434d045.sql
    Edit it?   no, it was published in origin/main
    Published  in origin/main, with 3201aeec37 by Test, 17 minutes ago
    Applied    in dev 9 minutes ago by ann@host, from 3201aeec37 on main   seen 2 minutes ago
    Content    the scripts as they were first published; its options changed: transaction:false was added
    Amended    production cannot wait for the lock (was dd8b70ae7e34, options: none)
    ");
}

/// It is nobody else's yet: `sync` runs it again.
#[test]
fn other_options_of_ones_own_are_redone() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.table("ann", "aaaa00000002", &["9209a434d045"], "two");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.commit("ann", "two");
    let file = "ann/migrations/aaaa00000002.sql";
    sandbox.edit(file, "-- migrate:up", "-- migrate:up transaction:false");
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qam", "Outside"]), @"
    exit 1
    --- stderr
    error: aaaa00000002 is edited, and it was applied in dev on 2026-11-22 by ann@host; its options changed: transaction:false was added [edited-revision]
     --> migrations/aaaa00000002.sql:6:1
      |
    6 | -- migrate:up transaction:false
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: `teammig sync` brings dev to what the file says now (the old way down, the new way up), if nobody else has it; then commit. Otherwise take the edit back (`git restore --source=HEAD --staged --worktree migrations/aaaa00000002.sql`) and write a new revision
    hint: `git commit --no-verify` commits without this check
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--yes"]), @"
    exit 0
    --- stderr
    Edited since applied: 1 revision
      aaaa00000002  two   not published; its options changed: transaction:false was added
    Rolling back 1 revision (what they stored in this database goes), applying 1
        down aaaa00000002  two
        up   aaaa00000002  two
      ↶ aaaa00000002  two   [TIME]
      ✔ aaaa00000002  two   [TIME]
    ");
    sandbox.git("ann", &["commit", "-qam", "Outside"]);
}

#[test]
fn a_decision_that_names_other_options_than_it_had_is_none() {
    let sandbox = other_options();
    let file = format!("ann/{FIXED}");
    let entry = |options: &str| {
        format!(
            "--   message: Initial migration\n--   amended: [{{was: dd8b70ae7e34, options: {options}, reason: \"x\"}}]"
        )
    };
    sandbox.edit(
        &file,
        "--   message: Initial migration",
        &entry("up foreign_keys:off"),
    );
    let run = sandbox.teammig("ann", &["check", "--staged"]);
    assert_eq!(run.code, 0, "nothing is staged: {run}");
    sandbox.git("ann", &["add", "-A"]);
    assert_snapshot!(sandbox.teammig("ann", &["check", "--staged"]), @r#"
    exit 3
    --- stdout
    2 errors: what is staged against HEAD
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host; its options changed: transaction:false was added [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | -- migrate:up transaction:false
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: take the edit back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    error: `options: up foreign_keys:off` of 9209a434d045 is nothing that it ever was where it is fixed [wrong-amendment]
     --> migrations/9209a434d045.sql:5:45
      |
    5 | --   amended: [{was: dd8b70ae7e34, options: up foreign_keys:off, reason: "x"}]
      |                                             ^^^^^^^^^^^^^^^^^^^ its markers never said so
    hint: it was published in origin/main with `none`: write that, or let `teammig amend` write it
    "#);
    sandbox.edit(&file, "up foreign_keys:off", "foreign keys off");
    assert_snapshot!(sandbox.teammig("ann", &["check"]), @r#"
    exit 3
    --- stdout
    1 error: 0 new revisions of the working tree against origin/main (3201aee): 0 heads
    --- stderr
    error: `foreign keys off` says no options of a revision [unreadable-revision]
     --> migrations/9209a434d045.sql:5:45
      |
    5 | --   amended: [{was: dd8b70ae7e34, options: foreign keys off, reason: "x"}]
      |                                             ^^^^^^^^^^^^^^^^
    hint: say which words stood behind its markers: `none`, `up transaction:false`, `down foreign_keys:off`; `teammig amend REVISION --reason "…"` writes it
    "#);
}
