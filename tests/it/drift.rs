//! Where database and files went apart: `sync` brings them together.

use insta::assert_snapshot;

use crate::support::Sandbox;

/// Ann applied two revisions on a branch and went back to main.
fn switched() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "feature"]);
    sandbox.column("ann", "aaaa11112222", &["9209a434d045"], "phone");
    sandbox.revision(
        "ann",
        "bbbb11112222",
        &["aaaa11112222"],
        "Index phone",
        "CREATE INDEX users_phone ON users (phone);",
        "DROP INDEX users_phone;",
    );
    sandbox.commit("ann", "Phone");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["switch", "-q", "main"]);
    sandbox
}

fn applied(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite(
        "ann/dev.db",
        "SELECT revision FROM teammig_ledger ORDER BY seq",
    )
}

#[test]
fn phantoms_of_another_branch_are_rolled_back_children_first() {
    let sandbox = switched();
    // Nobody is there to say: they are left, and somebody has to look.
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Only in the database: 2 revisions
      aaaa11112222  Add phone   applied 2 minutes ago by ann@host from feature; it is on feature
      bbbb11112222  Index phone   applied 2 minutes ago by ann@host from feature; it is on feature
    the database is up to date
    hint: `teammig sync --roll-back` takes back what only the database has; `--keep` leaves it without a word
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--roll-back", "--dry-run"]), @"
    exit 0
    --- stdout
    down bbbb11112222  Index phone
    down aaaa11112222  Add phone
    --- stderr
    Only in the database: 2 revisions
      aaaa11112222  Add phone   applied 3 minutes ago by ann@host from feature; it is on feature
      bbbb11112222  Index phone   applied 3 minutes ago by ann@host from feature; it is on feature
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--roll-back"]), @"
    exit 0
    --- stderr
    Only in the database: 2 revisions
      aaaa11112222  Add phone   applied 4 minutes ago by ann@host from feature; it is on feature
      bbbb11112222  Index phone   applied 4 minutes ago by ann@host from feature; it is on feature
    Rolling back 2 revisions
        down bbbb11112222  Index phone
        down aaaa11112222  Add phone
      ↶ bbbb11112222  Index phone   [TIME]
      ↶ aaaa11112222  Add phone   [TIME]
    ");
    assert_eq!(applied(&sandbox), ["9209a434d045"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 0
    --- stderr
    the database is up to date
    ");
}

#[test]
fn phantoms_of_a_branch_that_is_gone_are_rolled_back_from_the_ledger() {
    let sandbox = switched();
    sandbox.git("ann", &["branch", "-q", "-D", "feature"]);
    sandbox.git("ann", &["reflog", "expire", "--expire=now", "--all"]);
    sandbox.git("ann", &["gc", "-q", "--prune=now"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--yes"]), @"
    exit 0
    --- stderr
    Only in the database: 2 revisions
      aaaa11112222  Add phone   applied 5 minutes ago by ann@host from feature; no branch has it now
      bbbb11112222  Index phone   applied 5 minutes ago by ann@host from feature; no branch has it now
    Rolling back 2 revisions
        down bbbb11112222  Index phone
        down aaaa11112222  Add phone
      ↶ bbbb11112222  Index phone   [TIME]
      ↶ aaaa11112222  Add phone   [TIME]
    ");
    assert_eq!(applied(&sandbox), ["9209a434d045"]);
}

#[test]
fn phantoms_can_be_kept() {
    let sandbox = switched();
    let run = sandbox.teammig("ann", &["sync", "--keep"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(applied(&sandbox).len(), 3);
}

#[test]
fn a_protected_environment_is_rolled_back_only_by_name_and_with_a_yes() {
    let sandbox = switched();
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: {url: \"sqlite:dev.db\", protected: true}\n",
    );
    // A yes to everything is no yes to this.
    let run = sandbox.teammig("ann", &["sync", "--yes", "--env", "dev"]);
    assert_eq!(run.code, 3, "{run}");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--roll-back"]), @"
    exit 3
    --- stderr
    Only in the database: 2 revisions
      aaaa11112222  Add phone   applied 3 minutes ago by ann@host from feature; it is on feature
      bbbb11112222  Index phone   applied 3 minutes ago by ann@host from feature; it is on feature
    error: dev is protected; nothing was done
    hint: give `--env dev --yes` to do it all the same
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--roll-back", "--yes"]), @"
    exit 3
    --- stderr
    Only in the database: 2 revisions
      aaaa11112222  Add phone   applied 4 minutes ago by ann@host from feature; it is on feature
      bbbb11112222  Index phone   applied 4 minutes ago by ann@host from feature; it is on feature
    error: dev is protected; nothing was done
    hint: give `--env dev --yes` to do it all the same
    ");
    assert_eq!(applied(&sandbox).len(), 3);
    let run = sandbox.teammig("ann", &["sync", "--roll-back", "--yes", "--env", "dev"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(applied(&sandbox).len(), 1);
}

#[test]
fn a_phantom_without_a_way_back_stays() {
    let sandbox = switched();
    sandbox.sqlite(
        "ann/dev.db",
        "UPDATE teammig_ledger SET down = NULL WHERE revision = 'aaaa11112222' RETURNING seq",
    );
    // Nor does Git have one any more.
    sandbox.git("ann", &["branch", "-q", "-D", "feature"]);
    sandbox.git("ann", &["reflog", "expire", "--expire=now", "--all"]);
    sandbox.git("ann", &["gc", "-q", "--prune=now"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Only in the database: 2 revisions
      aaaa11112222  Add phone   applied 5 minutes ago by ann@host from feature; no branch has it now; it has no way back: it was applied without a way back
      bbbb11112222  Index phone   applied 5 minutes ago by ann@host from feature; no branch has it now
    the database is up to date
    hint: `teammig sync --roll-back` takes back what only the database has; `--keep` leaves it without a word
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--roll-back"]), @"
    exit 3
    --- stderr
    Only in the database: 2 revisions
      aaaa11112222  Add phone   applied 6 minutes ago by ann@host from feature; no branch has it now; it has no way back: it was applied without a way back
      bbbb11112222  Index phone   applied 6 minutes ago by ann@host from feature; no branch has it now
    Rolling back 1 revision
        down bbbb11112222  Index phone
      ↶ bbbb11112222  Index phone   [TIME]
    hint: write a new revision that undoes what has no way back, or leave it: `teammig sync --keep`
    ");
    assert_eq!(applied(&sandbox), ["9209a434d045", "aaaa11112222"]);
}

#[test]
fn an_edit_that_nobody_else_has_is_redone() {
    let sandbox = switched();
    sandbox.git("ann", &["switch", "-q", "feature"]);
    sandbox.edit(
        "ann/migrations/aaaa11112222.sql",
        "phone text",
        "phone varchar(20)",
    );
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Came in with the checkout: 2 revisions
      aaaa11112222  Add phone   Ann, 4 minutes ago
      bbbb11112222  Index phone   Ann, 4 minutes ago
    Edited since applied: 1 revision
      aaaa11112222  Add phone   not published
    the database is up to date
    hint: `teammig sync --redo` runs what was edited again: the old way down, the new way up
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--redo"]), @"
    exit 0
    --- stderr
    Edited since applied: 1 revision
      aaaa11112222  Add phone   not published
    Rolling back 2 revisions (what they stored in this database goes), applying 2
        down bbbb11112222  Index phone
        down aaaa11112222  Add phone
        up   aaaa11112222  Add phone
        up   bbbb11112222  Index phone
      ↶ bbbb11112222  Index phone   [TIME]
      ↶ aaaa11112222  Add phone   [TIME]
      ✔ aaaa11112222  Add phone   [TIME]
      ✔ bbbb11112222  Index phone   [TIME]
    ");
    assert!(
        sandbox.sqlite(
            "ann/dev.db",
            "SELECT sql FROM sqlite_schema WHERE name = 'users'"
        )[0]
        .contains("varchar(20)")
    );
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 0
    --- stderr
    the database is up to date
    ");
}

/// `sync` put the next revision on top of an edit that nobody had decided about.
#[test]
fn what_builds_on_an_undecided_edit_waits() {
    let sandbox = switched();
    sandbox.git("ann", &["switch", "-q", "feature"]);
    sandbox.edit(
        "ann/migrations/aaaa11112222.sql",
        "phone text",
        "phone varchar(20)",
    );
    sandbox.table("ann", "cccc11112222", &["bbbb11112222"], "calls");
    let bills = [
        "--rev-id",
        "dddd11112222",
        "--head",
        "base",
        "--label",
        "bills",
    ];
    sandbox.ok("ann", &[&["create", "Bills"], &bills[..]].concat());
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--dry-run"]), @"
    exit 3
    --- stdout
    up   dddd11112222  Bills
    --- stderr
    Came in with the checkout: 2 revisions
      aaaa11112222  Add phone   Ann, 5 minutes ago
      bbbb11112222  Index phone   Ann, 5 minutes ago
    Edited since applied: 1 revision
      aaaa11112222  Add phone   not published
    warning: 1 revision not applied before the edit of aaaa11112222 is settled: cccc11112222
    hint: `teammig sync --redo` runs what was edited again: the old way down, the new way up
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Came in with the checkout: 2 revisions
      aaaa11112222  Add phone   Ann, 6 minutes ago
      bbbb11112222  Index phone   Ann, 6 minutes ago
    Edited since applied: 1 revision
      aaaa11112222  Add phone   not published
    warning: 1 revision not applied before the edit of aaaa11112222 is settled: cccc11112222
    Applying 1 revision
        dddd11112222  Bills
      ✔ dddd11112222  Bills   [TIME]
    hint: `teammig sync --redo` runs what was edited again: the old way down, the new way up
    ");
    let (document, code) = sandbox.json("ann", &["sync"]);
    assert_eq!(code, 3);
    for key in ["waiting", "pending"] {
        assert_eq!(document[key], serde_json::json!(["cccc11112222"]), "{key}");
    }
    let run = sandbox.teammig("ann", &["sync", "--redo"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(applied(&sandbox).last().unwrap(), "cccc11112222");
}

/// Neither is it run out of order, nor is what stands on it rolled back to make room.
#[test]
fn what_was_inserted_above_an_undecided_edit_waits_too() {
    let sandbox = switched();
    sandbox.git("ann", &["switch", "-q", "feature"]);
    sandbox.edit(
        "ann/migrations/aaaa11112222.sql",
        "phone text",
        "phone varchar(20)",
    );
    sandbox.table("ann", "cccc11112222", &["aaaa11112222"], "calls");
    sandbox.edit(
        "ann/migrations/bbbb11112222.sql",
        "[aaaa11112222]",
        "[cccc11112222]",
    );
    for more in [&[][..], &["--out-of-order"]] {
        let (document, code) = sandbox.json("ann", &[&["sync"], more].concat());
        assert_eq!(code, 3, "{document}");
        assert_eq!(document["waiting"], serde_json::json!(["cccc11112222"]));
        assert_eq!(document["done"], serde_json::json!([]));
    }
    sandbox.ok("ann", &["sync", "--redo"]);
    let order = [
        "9209a434d045",
        "aaaa11112222",
        "cccc11112222",
        "bbbb11112222",
    ];
    assert_eq!(applied(&sandbox), order);
}

#[test]
fn an_edit_of_what_others_have_is_not_redone() {
    let sandbox = Sandbox::team();
    sandbox.edit(
        "ann/migrations/9209a434d045.sql",
        "name text",
        "name varchar(9)",
    );
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--redo"]), @r#"
    exit 3
    --- stderr
    Edited since applied: 1 revision
      9209a434d045  Initial migration   was published in origin/main
    the database is up to date
    hint: take the edit of 9209a434d045 back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`
    "#);
}

/// The row was overwritten with the file of one's own, and nothing could be compared any more.
#[test]
fn a_way_back_that_others_have_is_not_recorded_anew() {
    let sandbox = Sandbox::team();
    let (file, row) = (
        "ann/migrations/9209a434d045.sql",
        "SELECT down, checksum FROM teammig_ledger",
    );
    let before = sandbox.sqlite("ann/dev.db", row);
    sandbox.edit(file, "DROP TABLE users", "DROP TABLE IF EXISTS users");
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 0
    --- stderr
    Edited since applied: 1 revision
      9209a434d045  Initial migration   its way back alone; it was published in origin/main
    the database is up to date
    ");
    assert_eq!(sandbox.sqlite("ann/dev.db", row), before);
    // There is nothing to do about it, and nothing sends anybody round in circles.
    let (status, _) = sandbox.json("ann", &["status"]);
    assert_eq!(
        status["database"]["edited"][0], "9209a434d045",
        "{status:#}"
    );
    assert_ne!(status["next"]["command"], "teammig sync", "{status:#}");
    let run = sandbox.teammig("ann", &["upgrade"]);
    let words = "of a changed way back, the file's is run";
    assert!(run.stderr.contains(words), "{run}");
}

/// `--roll-back` dropped the tables of a revision whose file was deleted by accident.
#[test]
fn what_others_have_is_not_rolled_back_for_a_deleted_file() {
    let sandbox = switched();
    std::fs::remove_file(sandbox.at("ann/migrations/9209a434d045.sql")).unwrap();
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--roll-back"]), @"
    exit 3
    --- stderr
    Only in the database: 3 revisions
      9209a434d045  Initial migration   applied 9 minutes ago by ann@host from main; it is on feature, main, origin/main; its file is deleted here: `git restore migrations/9209a434d045.sql` brings it back, and `git rm migrations/9209a434d045.sql` means it
      aaaa11112222  Add phone   applied 2 minutes ago by ann@host from feature; it is on feature
      bbbb11112222  Index phone   applied 2 minutes ago by ann@host from feature; it is on feature
    Rolling back 2 revisions
        down bbbb11112222  Index phone
        down aaaa11112222  Add phone
      ↶ bbbb11112222  Index phone   [TIME]
      ↶ aaaa11112222  Add phone   [TIME]
    ");
    assert_eq!(applied(&sandbox), ["9209a434d045"]);
    // Committed, the deletion is one of this branch.
    sandbox.commit("ann", "Delete it");
    let run = sandbox.teammig("ann", &["sync", "--roll-back"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(applied(&sandbox), [""; 0]);
}

#[test]
fn a_mended_way_back_is_recorded_and_nothing_runs() {
    let sandbox = switched();
    sandbox.git("ann", &["switch", "-q", "feature"]);
    sandbox.edit(
        "ann/migrations/bbbb11112222.sql",
        "DROP INDEX ",
        "DROP INDEX IF EXISTS ",
    );
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 0
    --- stderr
    Came in with the checkout: 2 revisions
      aaaa11112222  Add phone   Ann, 4 minutes ago
      bbbb11112222  Index phone   Ann, 4 minutes ago
    the database is up to date
    recorded as the files say it now: bbbb11112222
    ");
    let down = sandbox.sqlite(
        "ann/dev.db",
        "SELECT down FROM teammig_ledger WHERE revision = 'bbbb11112222'",
    );
    assert!(down[0].contains("IF EXISTS"), "{down:?}");
    let (document, _) = sandbox.json("ann", &["current"]);
    assert_eq!(document["edited"], serde_json::json!([]));
}

#[test]
fn phantoms_and_pending_are_one_plan() {
    let sandbox = switched();
    sandbox.revision(
        "bob",
        "cccc11112222",
        &["9209a434d045"],
        "Add phone too",
        "ALTER TABLE users ADD COLUMN phone text;",
        "ALTER TABLE users DROP COLUMN phone;",
    );
    sandbox.commit("bob", "Phone");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["pull", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--yes"]), @"
    exit 0
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      cccc11112222  Add phone too   Bob, 3 minutes ago
    Only in the database: 2 revisions
      aaaa11112222  Add phone   applied 6 minutes ago by ann@host from feature; it is on feature
      bbbb11112222  Index phone   applied 6 minutes ago by ann@host from feature; it is on feature
    Rolling back 2 revisions (what they stored in this database goes), applying 1
        down bbbb11112222  Index phone
        down aaaa11112222  Add phone
        up   cccc11112222  Add phone too
      ↶ bbbb11112222  Index phone   [TIME]
      ↶ aaaa11112222  Add phone   [TIME]
      ✔ cccc11112222  Add phone too   [TIME]
    ");
    let (document, code) = sandbox.json("ann", &["sync"]);
    assert_eq!(
        (code, document["phantoms"].as_array().unwrap().len()),
        (0, 0)
    );
}
