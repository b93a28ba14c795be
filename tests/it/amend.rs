//! Deliberate changes of what others have: recorded, let through, and written into the
//! ledgers that ran what was before.

use insta::assert_snapshot;

use crate::support::{Sandbox, postgres::Cluster};

const FIXED: &str = "ann/migrations/9209a434d045.sql";
const ROW: &str = "SELECT substr(checksum, 1, 12), up FROM teammig_ledger";

/// Ann's hooks are installed, and she edited what everybody has.
fn edited() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.edit(FIXED, "name text", "name varchar(80)");
    sandbox
}

/// The same, with the decision recorded and pushed, and pulled by Bob.
fn amended() -> Sandbox {
    let sandbox = edited();
    sandbox.ok("ann", &["amend", "9209", "--reason", "80 is enough"]);
    sandbox.git("ann", &["commit", "-qam", "Narrow names"]);
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox
}

#[test]
fn a_recorded_edit_passes_the_hook() {
    let sandbox = edited();
    assert_eq!(sandbox.try_git("ann", &["commit", "-qam", "edit"]).code, 1);
    assert_snapshot!(sandbox.teammig("ann", &["amend", "9209", "--reason", "80 is enough"]), @"
    exit 0
    --- stderr
    wrote into the header of migrations/9209a434d045.sql
      was dd8b70ae7e34: 80 is enough
    hint: commit it: `git add migrations/9209a434d045.sql`; `teammig sync` then records it in databases that have it, without running it again
    ");
    assert_snapshot!(sandbox.read(FIXED), @r#"
    -- teammig:
    --   revision: 9209a434d045
    --   parents: []
    --   message: Initial migration
    --   amended: [{was: dd8b70ae7e34, reason: "80 is enough"}]

    -- migrate:up
    CREATE TABLE users (id integer PRIMARY KEY, name varchar(80));

    -- migrate:down
    DROP TABLE users;
    "#);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qam", "Narrow names"]), @r#"
    exit 0
    --- stderr
    warning: 9209a434d045 is edited on purpose, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host: 80 is enough [edited-revision]
     --> migrations/9209a434d045.sql:5:22
      |
    5 | --   amended: [{was: dd8b70ae7e34, reason: "80 is enough"}]
      |                      ^^^^^^^^^^^^ the decision
    hint: databases that have it do not run it again; `teammig sync` records there what it is now
    "#);
}

/// Bob pulled it: his database ran what was before.
#[test]
fn a_recorded_edit_of_a_colleague_is_recorded_by_sync_and_nothing_runs() {
    let sandbox = amended();
    let before = sandbox.sqlite("bob/dev.db", ROW);
    assert!(before[0].contains("name text"), "{before:?}");
    assert_snapshot!(sandbox.teammig("bob", &["status"]), @"
    exit 0
    --- stdout
    Branch     main → origin/main
    Head       9209a434d045  Initial migration   origin/main
    Database   dev: 1 applied, at 9209a434d045, nothing pending
               1 amended since applied: 9209a434d045
    Hooks      not installed; `teammig hooks install` does it
    Next       teammig sync   1 revision amended since applied
    ");
    let run = sandbox.teammig("bob", &["current", "--check"]);
    assert!(
        run.stderr
            .contains("amended since they were applied: 9209a434d045"),
        "{run}"
    );
    let run = sandbox.teammig("bob", &["upgrade"]);
    assert!(
        run.stderr
            .contains("1 revision amended since applied: 9209a434d045"),
        "{run}"
    );
    // Nobody is there to say.
    assert_snapshot!(sandbox.teammig("bob", &["sync"]), @r#"
    exit 3
    --- stderr
    Amended since applied: 1 revision
      9209a434d045  Initial migration   80 is enough; was dd8b70ae7e34, is b9b741626114
    warning: 9209a434d045 leads to another schema now than what this database ran, and it does not run again here
      column users.name: type text by what ran here, varchar(80) by the file
    hint: a new revision brings databases that ran the old text to what the new one makes: `teammig create "…"`, with statements that do no harm where it is so already; `teammig drift` shows, once it is recorded, what this database has otherwise
    the database is up to date
    hint: `teammig sync --record` writes into the ledger what was changed on purpose; it does not run again
    "#);
    let (document, code) = sandbox.json("bob", &["sync"]);
    assert_eq!(
        (code, document["amended"][0]["reason"].as_str()),
        (3, Some("80 is enough"))
    );
    assert_eq!(document["edited"], serde_json::json!([]));
    assert_eq!(sandbox.sqlite("bob/dev.db", ROW), before);
    assert_snapshot!(sandbox.teammig("bob", &["sync", "--record", "--dry-run"]), @r#"
    exit 0
    --- stderr
    Amended since applied: 1 revision
      9209a434d045  Initial migration   80 is enough; was dd8b70ae7e34, is b9b741626114
    warning: 9209a434d045 leads to another schema now than what this database ran, and it does not run again here
      column users.name: type text by what ran here, varchar(80) by the file
    hint: a new revision brings databases that ran the old text to what the new one makes: `teammig create "…"`, with statements that do no harm where it is so already; `teammig drift` shows, once it is recorded, what this database has otherwise
    would record 9209a434d045 as it was amended
    nothing to do
    "#);
    assert_snapshot!(sandbox.teammig("bob", &["sync", "--yes"]), @r#"
    exit 0
    --- stderr
    Amended since applied: 1 revision
      9209a434d045  Initial migration   80 is enough; was dd8b70ae7e34, is b9b741626114
    warning: 9209a434d045 leads to another schema now than what this database ran, and it does not run again here
      column users.name: type text by what ran here, varchar(80) by the file
    hint: a new revision brings databases that ran the old text to what the new one makes: `teammig create "…"`, with statements that do no harm where it is so already; `teammig drift` shows, once it is recorded, what this database has otherwise
    the database is up to date
    recorded 9209a434d045 as it was amended: was dd8b70ae7e34, is b9b741626114   80 is enough
    "#);
    let after = sandbox.sqlite("bob/dev.db", ROW);
    assert!(
        after[0].contains("varchar(80)") && after[0] != before[0],
        "{after:?}"
    );
    // Nothing ran.
    let table = sandbox.sqlite(
        "bob/dev.db",
        "SELECT sql FROM sqlite_schema WHERE name = 'users'",
    );
    assert!(table[0].contains("name text"), "{table:?}");
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
    Published  in origin/main, with 3201aeec37 by Test, 22 minutes ago
    Applied    in dev 14 minutes ago by ann@host, from 3201aeec37 on main   seen 2 minutes ago
    Content    other scripts than when it was first published
    Amended    80 is enough (was dd8b70ae7e34)
    ");
}

#[test]
fn what_is_recorded_already_is_not_recorded_twice() {
    let sandbox = edited();
    let amend = ["amend", "9209", "--reason", "80 is enough"];
    let text = sandbox.read(FIXED);
    let (document, code) = sandbox.json("ann", &[&amend[..], &["--dry-run"]].concat());
    assert_eq!((code, &document["written"]), (0, &serde_json::json!(false)));
    assert_eq!(document["entries"][0]["reason"], "80 is enough");
    assert_eq!(sandbox.read(FIXED), text);
    let (document, _) = sandbox.json("ann", &amend);
    assert_eq!(document["written"], true);
    assert_eq!(document["schema"], "teammig.amend/1");
    let text = sandbox.read(FIXED);
    assert_snapshot!(sandbox.teammig("ann", &amend), @"
    exit 0
    --- stderr
    migrations/9209a434d045.sql says already why 9209a434d045 was changed: 80 is enough
    ");
    assert_eq!(sandbox.read(FIXED), text);
    // Another reason for the same change is not dropped without a word.
    let other = ["amend", "9209", "--reason", "90 is too much"];
    assert_snapshot!(sandbox.teammig("ann", &other), @"
    exit 0
    --- stderr
    migrations/9209a434d045.sql says already why 9209a434d045 was changed: 80 is enough
    warning: the reason given now is not written: there is one for this change
    hint: while nobody else has it, word it in the header of migrations/9209a434d045.sql, under `amended`
    ");
    // A further edit before it is published is the same decision.
    sandbox.edit(FIXED, "varchar(80)", "varchar(90)");
    let (document, _) = sandbox.json("ann", &amend);
    assert_eq!(document["written"], false);
    sandbox.git("ann", &["commit", "-qam", "Narrow names"]);
    // Afterwards it is another one.
    sandbox.git("ann", &["push", "-q"]);
    sandbox.edit(FIXED, "varchar(90)", "varchar(99)");
    let run = sandbox.try_git("ann", &["commit", "-qam", "edit"]);
    assert_eq!(run.code, 1, "{run}");
    sandbox.ok("ann", &["amend", "9209", "-r", "90 was not"]);
    sandbox.git("ann", &["commit", "-qam", "Widen names"]);
    let text = sandbox.read(FIXED);
    assert!(text.contains("reason: \"80 is enough\"}, {was: "), "{text}");
}

#[test]
fn what_cannot_be_recorded_says_why() {
    let sandbox = Sandbox::team();
    let amend =
        |id, more: &[&str]| sandbox.teammig("ann", &[&["amend", id, "--reason"], more].concat());
    assert_snapshot!(amend("9209", &["x"]), @"
    exit 1
    --- stderr
    error: there is no change of 9209a434d045 to record: it is what it was
    hint: edit the file first, then record why: its header says then what it was, and the file what it is
    ");
    let run = amend("9209", &[" "]);
    assert_eq!(run.code, 2, "{run}");
    sandbox.table("ann", "aaaa00000002", &["9209a434d045"], "two");
    assert_snapshot!(amend("aaaa", &["x"]), @"
    exit 1
    --- stderr
    error: there is no change of aaaa00000002 to record: nobody has it yet, as far as this clone knows
    hint: just edit it; `teammig sync` redoes it where your own database has it already
    ");
    let run = amend("bbbb", &["x"]);
    assert!(run.stderr.contains("Can't locate revision"), "{run}");
}

/// Written by hand, and not right.
#[test]
fn a_decision_about_something_else_is_rejected() {
    let sandbox = edited();
    let write = |entry: &str| {
        let text = sandbox.read(FIXED);
        let lines = text.lines().filter(|line| !line.contains("amended"));
        let entry = format!("--   amended: [{{{entry}}}]");
        let lines: Vec<&str> = lines
            .flat_map(|line| match line {
                "--   revision: 9209a434d045" => vec![line, entry.as_str()],
                _ => vec![line],
            })
            .collect();
        sandbox.write(FIXED, lines.join("\n"));
        sandbox.try_git("ann", &["commit", "-qam", "edit"])
    };
    assert_snapshot!(write("was: 0123456789ab, reason: because"), @r#"
    exit 1
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/9209a434d045.sql:8:1
      |
    8 | CREATE TABLE users (id integer PRIMARY KEY, name varchar(80));
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    error: `was: 0123456789ab` of 9209a434d045 is nothing that it ever was where it is fixed [wrong-amendment]
     --> migrations/9209a434d045.sql:3:22
      |
    3 | --   amended: [{was: 0123456789ab, reason: because}]
      |                      ^^^^^^^^^^^^ no checksum of its scripts begins so
    hint: it was published in origin/main with dd8b70ae7e34: write that, or let `teammig amend` write it
    hint: `git commit --no-verify` commits without this check
    "#);
    assert_snapshot!(write("was: 0123, reason: because"), @r#"
    exit 1
    --- stderr
    error: `0123` is no beginning of a checksum [unreadable-revision]
     --> migrations/9209a434d045.sql:3:22
      |
    3 | --   amended: [{was: 0123, reason: because}]
      |                      ^^^^
    hint: 8 to 64 hex digits say what it was before; `teammig amend REVISION --reason "…"` writes the entry
    hint: `git commit --no-verify` commits without this check
    "#);
    assert_snapshot!(write("was: 0123456789ab, reason: ''"), @"
    exit 1
    --- stderr
    error: an entry of `amended` gives no reason [unreadable-revision]
     --> migrations/9209a434d045.sql:3:22
      |
    3 | --   amended: [{was: 0123456789ab, reason: ''}]
      |                      ^^^^^^^^^^^^ this one
    hint: say why it had to change, for whoever reviews it
    hint: `git commit --no-verify` commits without this check
    ");
}

#[test]
fn a_protected_environment_is_recorded_by_name_and_with_a_yes() {
    let sandbox = amended();
    let config = "environments:\n  dev: {url: \"sqlite:dev.db\", protected: true}\n";
    sandbox.write("bob/teammig.yaml", config);
    let before = sandbox.sqlite("bob/dev.db", ROW);
    for args in [
        &["--yes"][..],
        &["--record"],
        &["--record", "--yes"],
        &["--env", "dev"],
    ] {
        let run = sandbox.teammig("bob", &[&["sync"], args].concat());
        assert_eq!(run.code, 3, "{args:?} {run}");
        assert_eq!(sandbox.sqlite("bob/dev.db", ROW), before, "{args:?}");
    }
    sandbox.ok("bob", &["sync", "--env", "dev", "--yes"]);
    assert_ne!(sandbox.sqlite("bob/dev.db", ROW), before);
}

/// `sync` offered to redo it, and could not.
#[test]
fn an_edit_without_a_way_back_is_recorded_instead() {
    let sandbox = Sandbox::team();
    let body = |columns: &str| format!("-- migrate:up\nCREATE TABLE phones {columns};\n");
    sandbox.raw_revision("ann", "aaaa11112222", "9209a434d045", &body("(x)"));
    sandbox.ok("ann", &["upgrade"]);
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.commit("ann", "Phones");
    sandbox.raw_revision("ann", "aaaa11112222", "9209a434d045", &body("(x, y)"));
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qam", "edit"]), @r#"
    exit 1
    --- stderr
    error: aaaa11112222 is edited, and it was applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/aaaa11112222.sql:7:1
      |
    7 | CREATE TABLE phones (x, y);
      | ^ its scripts differ from then
    hint: `teammig sync` cannot redo it, since it has no down section: take the edit back (`git restore --source=HEAD --staged --worktree migrations/aaaa11112222.sql`), and write a new revision; or `teammig amend aaaa11112222 --reason "…"` and then `teammig sync --record` record in dev what it is now; it does not run again
    hint: `git commit --no-verify` commits without this check
    "#);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--yes"]), @r#"
    exit 3
    --- stderr
    Edited since applied: 1 revision
      aaaa11112222  aaaa11112222   not published; it cannot be redone: it was applied without a way back
    the database is up to date
    hint: what has no way back is not redone: write a new revision and take the edit back; or `teammig amend aaaa11112222 --reason "…"`, and `teammig sync --record` writes into the ledger what it is now, without running it again
    "#);
    assert_snapshot!(sandbox.teammig("ann", &["why", "aaaa"]), @r#"
    exit 0
    --- stdout
    aaaa11112222  aaaa11112222
    File       migrations/aaaa11112222.sql
    Edit it?   nobody else has it, but dev cannot roll it back: it was applied without a way back
    Published  no
    Applied    in dev 6 minutes ago by ann@host, from 3201aeec37 on main   seen 6 minutes ago
    Content    other scripts than when it was applied
    --- stderr
    hint: take the edit back and write a new revision for the change: `teammig create "…"`; or `teammig amend aaaa11112222 --reason "…"`, and `teammig sync --record` writes into the ledger what it is now
    "#);
    sandbox.ok("ann", &["amend", "aaaa", "--reason", "added by hand"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--record"]), @r#"
    exit 0
    --- stderr
    Amended since applied: 1 revision
      aaaa11112222  aaaa11112222   added by hand; was cafe03969b49, is 6a116a32d790
    warning: aaaa11112222 leads to another schema now than what this database ran, and it does not run again here
      column phones.y: only by the file
    hint: a new revision brings databases that ran the old text to what the new one makes: `teammig create "…"`, with statements that do no harm where it is so already; `teammig drift` shows, once it is recorded, what this database has otherwise
    the database is up to date
    recorded aaaa11112222 as it was amended: was cafe03969b49, is 6a116a32d790   added by hand
    "#);
    sandbox.git("ann", &["commit", "-qam", "edit"]);
}

/// Other parents of what is published: with a decision, and where nothing is lost.
#[test]
fn other_parents_are_recorded_too() {
    let sandbox = Sandbox::team();
    sandbox.column("ann", "aaaa00000002", &["9209a434d045"], "two");
    sandbox.column("ann", "aaaa00000003", &["9209a434d045"], "three");
    sandbox.commit("ann", "Two heads");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.ok("ann", &["upgrade", "heads"]);
    sandbox.ok("ann", &["hooks", "install"]);
    let three = "ann/migrations/aaaa00000003.sql";
    sandbox.edit(three, "[9209a434d045]", "[aaaa00000002]");
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qam", "one line"]), @r#"
    exit 1
    --- stderr
    error: aaaa00000003 has other parents than when it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [reparented-revision]
     --> migrations/aaaa00000003.sql:3:15
      |
    3 | --   parents: [aaaa00000002]
      |               ^^^^^^^^^^^^^^
    hint: restore its parents (`git restore --source=HEAD --staged --worktree migrations/aaaa00000003.sql`); `teammig merge-heads` joins heads, and nothing moves; if this one has to change all the same, `teammig amend aaaa00000003 --reason "…"` records why
    hint: `git commit --no-verify` commits without this check
    "#);
    sandbox.ok(
        "ann",
        &["amend", "aaaa00000003", "--reason", "one line again"],
    );
    let run = sandbox.try_git("ann", &["commit", "-qam", "one line"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("on purpose: one line again [reparented-revision]"),
        "{run}"
    );
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--record"]), @"
    exit 0
    --- stderr
    Amended since applied: 1 revision
      aaaa00000003  Add three   one line again; was on [9209a434d045]
    the database is up to date
    recorded aaaa00000003 as it was amended: was on [9209a434d045]   one line again
    ");
    assert_eq!(
        sandbox.sqlite(
            "ann/dev.db",
            "SELECT parents FROM teammig_ledger WHERE revision = 'aaaa00000003'"
        ),
        ["[\"aaaa00000002\"]"]
    );
    sandbox.git("ann", &["push", "-q"]);
    // Back to what was first published is a repair: there is nothing to decide.
    sandbox.edit(three, "[aaaa00000002]", "[9209a434d045]");
    assert_snapshot!(sandbox.teammig("ann", &["amend", "aaaa00000003", "--reason", "x"]), @"
    exit 1
    --- stderr
    error: there is no change of aaaa00000003 to record: it is what it was
    hint: edit the file first, then record why: its header says then what it was, and the file what it is
    ");
    sandbox.git("ann", &["checkout", "-q", "migrations"]);
    // Where a tag has it, nothing does either.
    sandbox.git("ann", &["tag", "v1"]);
    sandbox.table("ann", "aaaa00000004", &["9209a434d045"], "four");
    sandbox.edit(
        "ann/migrations/aaaa00000002.sql",
        "[9209a434d045]",
        "[aaaa00000004]",
    );
    assert_snapshot!(sandbox.teammig("ann", &["amend", "aaaa00000002", "--reason", "x"]), @"
    exit 3
    --- stderr
    error: there is no change of aaaa00000002 to record: it cannot have other parents, since it was released in the tag v1
    hint: restore its parents (`teammig why aaaa00000002` says who has it)
    hint: `teammig merge-heads` joins heads with a merge revision, and nothing moves
    ");
}

#[test]
fn a_ledger_on_postgresql_is_recorded_in_one_transaction() {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::team();
    let config =
        format!("environments:\n  dev: sqlite:dev.db\n  pg: {{url: \"{url}\", protected: true}}\n");
    sandbox.write("ann/teammig.yaml", config);
    sandbox.ok("ann", &["upgrade", "--env", "pg"]);
    sandbox.edit(FIXED, "name text", "name varchar(80)");
    sandbox.ok("ann", &["amend", "9209", "--reason", "80 is enough"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--env", "pg"]), @"
    exit 3
    --- stderr
    Amended since applied: 1 revision
      9209a434d045  Initial migration   80 is enough; was dd8b70ae7e34, is b9b741626114
    warning: not proved that 9209a434d045 leads to the same schema as before: there is no scratch database to try the revisions on
    the database is up to date
    hint: `teammig sync --record --env pg` writes into the ledger what was changed on purpose; it does not run again
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--env", "pg", "--record", "--yes"]), @"
    exit 0
    --- stderr
    Amended since applied: 1 revision
      9209a434d045  Initial migration   80 is enough; was dd8b70ae7e34, is b9b741626114
    warning: not proved that 9209a434d045 leads to the same schema as before: there is no scratch database to try the revisions on
    the database is up to date
    recorded 9209a434d045 as it was amended: was dd8b70ae7e34, is b9b741626114   80 is enough
    ");
    let row = "SELECT up LIKE '%varchar(80)%', applied_by FROM teammig_ledger";
    assert_eq!(
        Cluster::shared().psql_at(&url).values(row),
        ["t", "ann@host"]
    );
    let (document, code) = sandbox.json("ann", &["sync", "--env", "pg"]);
    assert_eq!(
        (code, document["amended"].as_array().unwrap().len()),
        (0, 0),
        "{document}"
    );
}

/// Main's own second decision stood against whoever merged it into an older branch, and an old
/// decision in other words let a new edit pass.
#[test]
fn decisions_that_are_published_are_judged_no_more_and_allow_no_more() {
    let sandbox = edited();
    sandbox.git("ann", &["switch", "-q", "-c", "old"]);
    sandbox.git("ann", &["stash", "-q"]);
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    sandbox.git("ann", &["switch", "-q", "main"]);
    sandbox.git("ann", &["stash", "pop", "-q"]);
    for (reason, old, new) in [("one", "", ""), ("two", "varchar(80)", "varchar(90)")] {
        if !old.is_empty() {
            sandbox.edit(FIXED, old, new);
        }
        sandbox.ok("ann", &["amend", "9209", "--reason", reason]);
        sandbox.git("ann", &["commit", "-qam", reason]);
        sandbox.git("ann", &["push", "-q"]);
    }
    // The same decision again, for another edit.
    sandbox.edit(FIXED, "varchar(90)", "varchar(99)");
    sandbox.edit(FIXED, "two", "two.");
    let run = sandbox.try_git("ann", &["commit", "-qam", "three"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("[edited-revision]"), "{run}");
    sandbox.git("ann", &["restore", "migrations"]);
    sandbox.git("ann", &["switch", "-q", "old"]);
    let run = sandbox.try_git("ann", &["merge", "-q", "--no-edit", "origin/main"]);
    assert_eq!(run.code, 0, "{run}");
}

/// Who looks back sees what was decided, and why.
#[test]
fn decisions_are_shown_where_one_looks_back() {
    let sandbox = amended();
    sandbox.edit(FIXED, "varchar(80)", "varchar(90)");
    sandbox.ok("ann", &["amend", "9209", "--reason", "<90> after all"]);
    sandbox.git("ann", &["commit", "-qam", "Wider"]);
    sandbox.git("ann", &["push", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["show", "9209"]), @"
    exit 0
    --- stdout
    revision    9209a434d045 (head, base)
    message     Initial migration
    amended     80 is enough (was dd8b70ae7e34)
                <90> after all (was b9b741626114)
    path        migrations/9209a434d045.sql

    -- migrate:up
    CREATE TABLE users (id integer PRIMARY KEY, name varchar(90));

    -- migrate:down
    DROP TABLE users;
    ");
    let (document, _) = sandbox.json("ann", &["show", "9209"]);
    assert_eq!(
        document["revisions"][0]["amended"][0]["reason"],
        "80 is enough"
    );
    assert_snapshot!(sandbox.teammig("ann", &["audit"]), @"
    exit 0
    --- stdout
    origin/main: 3 landings, 3 with migrations, from 2026-11-22 to 2026-11-22; 1 revision now

    No divergence landed

    2 edits of published revisions: 2 scripts
      2026-11-22  441dd85f1f  scripts      9209a434d045 (on purpose)
                  Ann: Narrow names
      2026-11-22  cda6fcd3c3  scripts      9209a434d045 (on purpose)
                  Ann: Wider

    2 decisions to change a published revision, recorded in its header
      2026-11-22  441dd85f1f  9209a434d045  80 is enough (was dd8b70ae7e34)
                  Ann: Narrow names
      2026-11-22  cda6fcd3c3  9209a434d045  <90> after all (was b9b741626114)
                  Ann: Wider
    ");
    let (document, _) = sandbox.json("ann", &["audit"]);
    assert_eq!(
        document["amended"][1]["reason"], "<90> after all",
        "{document}"
    );
    assert_eq!(document["edits"][0]["on_purpose"], true);
    sandbox.ok("ann", &["audit", "--html", "audit.html"]);
    let page = sandbox.read("ann/audit.html");
    assert!(page.contains("&lt;90&gt; after all"), "{page}");
}

/// Databases that ran what was before go by the entry: without it, `sync` there says that
/// nothing tells of the edit.
#[test]
fn published_decisions_stay() {
    let sandbox = amended();
    sandbox.git("ann", &["switch", "-q", "-c", "tidy"]);
    let entry = "--   amended: [{was: dd8b70ae7e34, reason: \"80 is enough\"}]\n";
    sandbox.edit(FIXED, entry, "");
    let run = sandbox.try_git("ann", &["commit", "-qam", "tidy"]);
    assert_snapshot!(run, @r#"
    exit 1
    --- stderr
    error: the decision `was: dd8b70ae7e34` of 9209a434d045 is gone, and it was published in origin/main [wrong-amendment]
     --> migrations/9209a434d045.sql:1:3
      |
    1 | -- teammig:
      |   ^^^^^^^^^
    hint: write the entry back: `{was: dd8b70ae7e34, reason: "80 is enough"}`; databases that ran what was before go by it, and a further change takes an entry of its own
    hint: `git commit --no-verify` commits without this check
    "#);
    sandbox.git("ann", &["commit", "-qnam", "tidy"]);
    for args in [&["check"][..], &["check", "--base"]] {
        let run = sandbox.teammig("ann", args);
        assert!(
            run.code == 3 && run.stderr.contains("[wrong-amendment]"),
            "{run}"
        );
    }
    let run = sandbox.try_git("ann", &["push", "-q", "origin", "HEAD:main"]);
    assert!(
        run.code == 1 && run.stderr.contains("[wrong-amendment]"),
        "{run}"
    );
    // What it is now is nothing that an entry could be about.
    sandbox.edit(
        FIXED,
        "message: Initial migration\n",
        "message: Initial migration\n--   amended: [{was: b9b741626114, reason: x}]\n",
    );
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(
        run.code == 3 && run.stderr.contains("was: dd8b70ae7e34"),
        "{run}"
    );
}

/// A published revision was rolled back, with what was in its table, to run again on its new parent.
#[test]
fn what_is_put_below_an_applied_revision_on_purpose_runs_after_it() {
    let sandbox = Sandbox::team();
    sandbox.table("ann", "aaaa11112222", &["9209a434d045"], "phones");
    sandbox.ok("ann", &["heads", "--write"]);
    sandbox.commit("ann", "Phones");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.sqlite("ann/dev.db", "INSERT INTO phones VALUES (7)");
    sandbox.table("ann", "bbbb11112222", &["9209a434d045"], "mails");
    sandbox.edit(
        "ann/migrations/aaaa11112222.sql",
        "parents: [9209a434d045]",
        "parents: [bbbb11112222]",
    );
    sandbox.ok(
        "ann",
        &["amend", "aaaa11112222", "--reason", "it needs mails"],
    );
    let run = sandbox.teammig("ann", &["sync", "--yes"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("kept as it is"), "{run}");
    assert_eq!(sandbox.sqlite("ann/dev.db", "SELECT * FROM phones"), ["7"]);
    let parents = "SELECT parents FROM teammig_ledger WHERE revision = 'aaaa11112222'";
    let parents = sandbox.sqlite("ann/dev.db", parents).concat();
    assert!(parents.contains("bbbb11112222"), "{parents}");
    assert_eq!(sandbox.teammig("ann", &["sync"]).code, 0);
}

/// Where the order matters, a yes to everything rolled the published revision back: its rows were gone.
#[test]
fn what_was_changed_on_purpose_is_not_rolled_back_for_the_sake_of_order() {
    let sandbox = Sandbox::team();
    sandbox.column("ann", "aaaa11112222", &["9209a434d045"], "mail");
    sandbox.ok("ann", &["heads", "--write"]);
    sandbox.commit("ann", "Mail");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.sqlite("ann/dev.db", "INSERT INTO users VALUES (1, 'ann', 'kept')");
    sandbox.revision(
        "ann",
        "bbbb11112222",
        &["9209a434d045"],
        "Count",
        "CREATE TABLE counted (n integer);\nINSERT INTO counted SELECT count(*) FROM pragma_table_info('users');",
        "DROP TABLE counted;",
    );
    sandbox.edit(
        "ann/migrations/aaaa11112222.sql",
        "parents: [9209a434d045]",
        "parents: [bbbb11112222]",
    );
    let amend = ["amend", "aaaa11112222", "--reason", "it is counted first"];
    sandbox.ok("ann", &amend);
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(!run.stderr.contains("roll back"), "{run}");
    let run = sandbox.teammig("ann", &["sync", "--yes"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("made anew"), "{run}");
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT mail FROM users"),
        ["kept"]
    );
    assert_eq!(sandbox.teammig("ann", &["sync"]).code, 0);
}

/// Databases that ran what was before have by it what the files lead to, or not: only then is
/// there something to tell.
#[test]
fn sync_says_what_a_database_does_not_get_of_what_was_amended() {
    for (from, to, differs) in [
        ("name text", "name text NOT NULL", true),
        (
            "CREATE TABLE users",
            "CREATE TABLE IF NOT EXISTS users",
            false,
        ),
        ("DROP TABLE users", "DROP TABLE IF EXISTS users", false),
    ] {
        let sandbox = Sandbox::team();
        sandbox.edit(FIXED, from, to);
        sandbox.ok("ann", &["amend", "9209", "--reason", "so it is"]);
        sandbox.git("ann", &["commit", "-qam", "Amend"]);
        sandbox.git("ann", &["push", "-q"]);
        sandbox.git("bob", &["pull", "-q"]);
        for command in [&["sync"][..], &["sync", "--record", "--dry-run"]] {
            let run = sandbox.teammig("bob", command);
            let said =
                "warning: 9209a434d045 leads to another schema now than what this database ran";
            assert_eq!(run.stderr.contains(said), differs, "{run}");
            assert_eq!(
                run.stderr.contains("`teammig drift` shows"),
                differs,
                "{run}"
            );
        }
        let run = sandbox.teammig("bob", &["sync", "--no-prove"]);
        assert!(!run.stderr.contains("another schema"), "{run}");
        let (document, _) = sandbox.json("bob", &["sync", "--record"]);
        let otherwise = &document["otherwise"];
        assert_eq!(
            otherwise.as_array().unwrap().len(),
            usize::from(differs),
            "{document}"
        );
        // It was recorded, and told once.
        let run = sandbox.teammig("bob", &["sync"]);
        assert!(
            run.code == 0 && !run.stderr.contains("another schema"),
            "{run}"
        );
        let run = sandbox.teammig("bob", &["drift"]);
        assert_eq!(run.code == 0, !differs, "{run}");
    }
}

/// A text that runs nowhere any more cannot be compared, and that is said.
#[test]
fn what_was_amended_since_it_fails_is_not_compared() {
    let sandbox = Sandbox::team();
    let history = "UPDATE teammig_ledger SET up = 'CREATE TABLE users (id oops(;'";
    sandbox.edit(FIXED, "name text", "name varchar(80)");
    sandbox.ok("ann", &["amend", "9209", "--reason", "so it is"]);
    sandbox.git("ann", &["commit", "-qam", "Amend"]);
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox.sqlite("bob/dev.db", history);
    let run = sandbox.teammig("bob", &["sync", "--record"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains(
            "warning: not proved that 9209a434d045 leads to the same schema as before: what it was does not run"
        ),
        "{run}"
    );
}
