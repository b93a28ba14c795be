//! `git pull` followed by `teammig sync`, with real clones.

use insta::assert_snapshot;

use crate::support::Sandbox;

#[test]
fn nothing_to_do() {
    let sandbox = Sandbox::team();
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 0
    --- stderr
    the database is up to date
    ");
}

#[test]
fn a_fast_forward_brings_revisions() {
    let sandbox = Sandbox::diverged();
    sandbox.git("ann", &["reset", "-q", "--hard", "origin/main"]);
    sandbox.git("ann", &["pull", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--dry-run"]), @"
    exit 3
    --- stdout
    up   c01d9e88ab12  Add login index
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Add login index   Bob, 7 minutes ago
    Only in the database: 1 revision
      7f3a9c21e4b0  Add phone_number to users   applied 5 minutes ago by ann@host from main; no branch has it now
    hint: `teammig sync --roll-back` takes back what only the database has; `--keep` leaves it without a word
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Add login index   Bob, 8 minutes ago
    Only in the database: 1 revision
      7f3a9c21e4b0  Add phone_number to users   applied 6 minutes ago by ann@host from main; no branch has it now
    Applying 1 revision
        c01d9e88ab12  Add login index
      ✔ c01d9e88ab12  Add login index   [TIME]
    hint: `teammig sync --roll-back` takes back what only the database has; `--keep` leaves it without a word
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Only in the database: 1 revision
      7f3a9c21e4b0  Add phone_number to users   applied 7 minutes ago by ann@host from main; no branch has it now
    the database is up to date
    hint: `teammig sync --roll-back` takes back what only the database has; `--keep` leaves it without a word
    ");
}

#[test]
fn diverged_heads_without_a_terminal() {
    let sandbox = Sandbox::diverged_and_pulled();
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Add login index   Bob, 6 minutes ago
    2 heads, they part at 9209a434d045
      yours  7f3a9c21e4b0  Add phone_number to users   not published, Ann, 2 minutes ago
      theirs c01d9e88ab12  Add login index   origin/main, Bob, 6 minutes ago
      tried on SQLite in every order: all leave the same
    error: Multiple head revisions are present: 7f3a9c21e4b0, c01d9e88ab12
    hint: `teammig sync --rebase` puts yours on top of theirs; `teammig sync --merge` writes a merge revision; `--apply-both` leaves them as they are
    ");
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["2"]
    );
}

#[test]
fn a_merge_revision_and_the_upgrade() {
    let sandbox = Sandbox::diverged_and_pulled();
    let run = sandbox.teammig("ann", &["sync", "--merge", "-m", "Merge phone and index"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("Applying 2 revisions"), "{run}");
    let (document, _) = sandbox.json("ann", &["heads"]);
    assert_eq!(document["diverged"], false);
    assert_eq!(
        document["heads"][0]["parents"],
        serde_json::json!(["7f3a9c21e4b0", "c01d9e88ab12"])
    );
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["4"]
    );
    // Bob pulls the merge and has only Ann's revision and the merge to apply.
    sandbox.commit("ann", "Merge migrations");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.ok("bob", &["upgrade"]);
    sandbox.git("bob", &["pull", "-q"]);
    let run = sandbox.teammig("bob", &["sync"]);
    assert!(
        run.stderr
            .contains("Came in with the pull: 2 revisions (origin/main)"),
        "{run}"
    );
    let schema =
        "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE '%teammig%' ORDER BY name";
    assert_eq!(
        sandbox.sqlite("ann/dev.db", schema),
        sandbox.sqlite("bob/dev.db", schema)
    );
}

#[test]
fn both_heads_applied_and_left() {
    let sandbox = Sandbox::diverged();
    sandbox.git("ann", &["pull", "-q", "--rebase"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--apply-both"]), @"
    exit 0
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Add login index   Bob, 6 minutes ago
    2 heads, they part at 9209a434d045
      yours  7f3a9c21e4b0  Add phone_number to users   not published, Ann, 2 minutes ago
      theirs c01d9e88ab12  Add login index   origin/main, Bob, 6 minutes ago
    Applying 1 revision
        c01d9e88ab12  Add login index
      ✔ c01d9e88ab12  Add login index   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("ann", &["current"]), @"
    exit 0
    --- stdout
    7f3a9c21e4b0 (head)  Add phone_number to users
    c01d9e88ab12 (head)  Add login index
    ");
}

#[test]
fn refused_in_the_middle_of_a_merge() {
    let sandbox = Sandbox::diverged();
    sandbox.write("ann/notes.txt", "ann\n");
    sandbox.commit("ann", "notes");
    sandbox.write("bob/notes.txt", "bob\n");
    sandbox.commit("bob", "notes");
    sandbox.git("bob", &["push", "-q"]);
    assert_ne!(
        sandbox
            .try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"])
            .code,
        0
    );
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 1
    --- stderr
    error: a merge is in progress
    hint: resolve the conflicts and `git add` them: notes.txt
    hint: then finish it (`git commit`), and call this again
    hint: `git merge --abort` stops it
    ");
}

/// Both were called "theirs", which told nobody which is whose.
#[test]
fn heads_of_which_both_are_published_are_told_apart_by_who_made_them() {
    let sandbox = Sandbox::diverged_and_pulled();
    sandbox.git("ann", &["push", "-q", "--no-verify"]);
    sandbox.git("bob", &["pull", "-q"]);
    assert_snapshot!(sandbox.teammig("bob", &["sync"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      7f3a9c21e4b0  Add phone_number to users   Ann, 4 minutes ago
    2 heads, they part at 9209a434d045
      7f3a9c21e4b0  Add phone_number to users   origin/main, Ann, 4 minutes ago
      c01d9e88ab12  Add login index   origin/main, Bob, 8 minutes ago
      tried on SQLite in every order: all leave the same
    error: Multiple head revisions are present: 7f3a9c21e4b0, c01d9e88ab12
    hint: `teammig sync --merge` writes a merge revision; `--apply-both` leaves them as they are
    ");
    let status = sandbox.ok("bob", &["status"]);
    assert!(!status.contains("theirs"), "{status}");
}

/// Every `sync` said again what had come in, until HEAD moved.
#[test]
fn what_came_in_is_news_until_it_is_applied() {
    let sandbox = Sandbox::diverged();
    sandbox.git("bob", &["pull", "-q"]);
    sandbox.table("ann", "aaaa00000003", &["7f3a9c21e4b0"], "three");
    sandbox.commit("ann", "Three");
    sandbox.git("ann", &["reset", "-q", "--hard", "HEAD~1"]);
    sandbox.git("ann", &["merge", "-q", "--ff-only", "ORIG_HEAD"]);
    let news = "Came in with the merge: 1 revision";
    let said = |args: &[&str]| sandbox.teammig("ann", &[&["sync"], args].concat()).stderr;
    assert!(said(&["--dry-run"]).contains(news));
    assert!(said(&[]).contains(news));
    assert!(!said(&[]).contains(news));
    // Programs are told what is so.
    let (document, _) = sandbox.json("ann", &["sync"]);
    assert_eq!(document["came_in"], serde_json::json!(["aaaa00000003"]));
    // Another database has not got it yet.
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\n  two: sqlite:two.db\n",
    );
    assert!(said(&["--env", "two"]).contains(news));
    assert!(!said(&["--env", "two"]).contains(news));
    sandbox.git("ann", &["switch", "-q", "-c", "back", "HEAD~1"]);
    assert!(said(&["--roll-back"]).contains("Rolling back 1 revision"));
    sandbox.git("ann", &["switch", "-q", "main"]);
    assert!(said(&[]).contains("Came in with the checkout: 1 revision"));
}

#[test]
fn merge_heads_needs_a_terminal_or_a_yes() {
    let sandbox = Sandbox::diverged();
    assert_snapshot!(sandbox.teammig("ann", &["merge-heads"]), @"
    exit 0
    --- stderr
    nothing to merge: 7f3a9c21e4b0
    ");
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_snapshot!(sandbox.teammig("ann", &["merge-heads"]), @"
    exit 3
    --- stderr
    2 heads, they part at 9209a434d045
      yours  7f3a9c21e4b0  Add phone_number to users   not published, Ann, 3 minutes ago
      theirs c01d9e88ab12  Add login index   origin/main, Bob, 7 minutes ago
      tried on SQLite in every order: all leave the same
    error: Multiple head revisions are present
      7f3a9c21e4b0  Add phone_number to users
      c01d9e88ab12  Add login index
    hint: there is no terminal to ask at; `--yes` writes the merge revision without asking
    ");
    let run = sandbox.teammig("ann", &["merge-heads", "--yes", "-m", "Merge"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(sandbox.teammig("ann", &["merge-heads"]).code, @"0");
}

#[test]
fn the_json_document() {
    let sandbox = Sandbox::diverged_and_pulled();
    let (document, code) = sandbox.json("ann", &["sync"]);
    assert_eq!(code, 3);
    assert_eq!(document["schema"], "teammig.sync/1");
    assert_eq!(document["came_in"], serde_json::json!(["c01d9e88ab12"]));
    assert_eq!(document["diverged"], true);
    assert_eq!(document["heads"][0]["whose"], "not-published");
    assert_eq!(document["heads"][1]["published_in"], "origin/main");
    assert_eq!(document["heads"][1]["author"], "Bob");
    let (document, code) = sandbox.json("ann", &["sync", "--merge"]);
    assert_eq!(
        (code, &document["diverged"]),
        (0, &serde_json::json!(false))
    );
    assert_eq!(document["done"].as_array().unwrap().len(), 2);
}

/// The document told of the revisions as they had been before they were restacked.
#[test]
fn the_json_document_after_a_restack() {
    let sandbox = Sandbox::diverged_and_pulled();
    let (document, code) = sandbox.json("ann", &["sync", "--rebase"]);
    assert_eq!(
        (code, &document["diverged"]),
        (0, &serde_json::json!(false))
    );
    let heads = document["heads"].as_array().unwrap();
    assert_eq!(heads.len(), 1);
    assert_eq!(heads[0]["revision"], "7f3a9c21e4b0");
    assert_eq!(heads[0]["parents"], serde_json::json!(["c01d9e88ab12"]));
    assert_eq!(document["pending"], serde_json::json!([]));
}

/// It ended with 3 and the hint to redo what it had just run anew.
#[test]
fn an_edit_that_a_restack_runs_anew_is_settled() {
    let sandbox = Sandbox::diverged_and_pulled();
    sandbox.edit(
        "ann/migrations/7f3a9c21e4b0.sql",
        "phone_number text",
        "phone_number varchar(20)",
    );
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("--redo"), "{run}");
    sandbox.ok("ann", &["current", "--check"]);
}

/// Outside of a repository the rest works; what needs Git says so.
#[test]
fn without_git() {
    let sandbox = Sandbox::new();
    sandbox.table("plain", "aaaa00000001", &[], "one");
    sandbox.ok("plain", &["upgrade", "--url", "sqlite:dev.db"]);
    assert_snapshot!(sandbox.teammig("plain", &["sync", "--url", "sqlite:dev.db"]), @"
    exit 1
    --- stderr
    error: not a Git repository (or any folder above): [DIR]/plain
    hint: `git init` makes one; without Git, `upgrade`, `downgrade` and `current` work all the same
    ");
    assert_snapshot!(sandbox.teammig("plain", &["heads", "--at", "HEAD"]), @"
    exit 1
    --- stderr
    error: not a Git repository (or any folder above): [DIR]/plain
    hint: `git init` makes one; without Git, `upgrade`, `downgrade` and `current` work all the same
    ");
    assert_snapshot!(sandbox.teammig("plain", &["hooks", "install"]), @"
    exit 1
    --- stderr
    error: not a Git repository (or any folder above): [DIR]/plain
    hint: `git init` makes one; without Git, `upgrade`, `downgrade` and `current` work all the same
    ");
}

/// The heads diverged, and what came in cannot be applied here.
fn diverged_on_a_failure() -> Sandbox {
    let sandbox = Sandbox::diverged_and_pulled();
    sandbox.sqlite("ann/dev.db", "CREATE INDEX users_name ON users (id)");
    sandbox
}

#[test]
fn a_merge_revision_that_stays_after_a_failure_is_named() {
    let sandbox = diverged_on_a_failure();
    let run = sandbox.teammig("ann", &["sync", "--merge", "-m", "Merge both"]);
    assert_eq!(run.code, 1, "{run}");
    let path = sandbox.git("ann", &["ls-files", "--others", "migrations"]);
    let path = path.trim();
    assert!(path.ends_with("merge_both.sql"), "{path}");
    assert!(
        run.stderr
            .contains("error: cannot apply c01d9e88ab12 Add login index"),
        "{run}"
    );
    assert!(
        run.stderr.contains(&format!(
            "The merge revision {path} was written, and stays."
        )),
        "{run}"
    );
    assert!(
        run.stderr.contains(&format!(
            "hint: put that right; then `teammig sync` goes on (commit it: `git add {path}`)"
        )),
        "{run}"
    );
    // The heads are one now: what follows is an ordinary upgrade.
    let (document, code) = sandbox.json("ann", &["sync"]);
    assert_eq!(code, 1);
    assert_eq!(document["kind"], "script-failed");
    assert_eq!(document["merges"], serde_json::Value::Null);
}

#[test]
fn a_failure_after_a_merge_revision_names_it_to_programs() {
    let sandbox = diverged_on_a_failure();
    let (document, code) = sandbox.json("ann", &["sync", "--merge"]);
    assert_eq!(code, 1);
    let path = sandbox.git("ann", &["ls-files", "--others", "migrations"]);
    assert_eq!(document["merges"], serde_json::json!([path.trim()]));
    assert_eq!(document["kind"], "script-failed");
    assert!(document["database"]["message"].is_string());
}

#[test]
fn a_dry_run_shows_the_merge_revision() {
    let sandbox = diverged_on_a_failure();
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--merge", "--dry-run"]), @"
    exit 0
    --- stdout
    up   c01d9e88ab12  Add login index
    up   (new)         Merge 7f3a9c21e4b0 and c01d9e88ab12
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Add login index   Bob, 6 minutes ago
    2 heads, they part at 9209a434d045
      yours  7f3a9c21e4b0  Add phone_number to users   not published, Ann, 2 minutes ago
      theirs c01d9e88ab12  Add login index   origin/main, Bob, 6 minutes ago
      tried on SQLite in every order: all leave the same
    would write a merge revision of 7f3a9c21e4b0, c01d9e88ab12
    ");
    let (document, _) = sandbox.json("ann", &["sync", "--merge", "--dry-run"]);
    assert_eq!(
        document["merges"],
        serde_json::json!([]),
        "no file is written"
    );
    assert_eq!(
        document["merge_revisions"],
        serde_json::json!([{
            "revision": null,
            "parents": ["7f3a9c21e4b0", "c01d9e88ab12"],
            "message": "Merge 7f3a9c21e4b0 and c01d9e88ab12",
            "path": null,
        }])
    );
    assert_eq!(sandbox.git("ann", &["status", "--short"]), "");
}

/// It was told again by the next `sync`, where another command had applied it.
#[test]
fn what_was_told_and_settled_by_another_command_is_no_news() {
    let sandbox = Sandbox::diverged_and_pulled();
    let news = "Came in with the pull";
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(run.code == 3 && run.stderr.contains(news), "{run}");
    // It is, until the database has it.
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(run.stderr.contains(news), "{run}");
    sandbox.ok("ann", &["rebase"]);
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(run.code == 0 && !run.stderr.contains(news), "{run}");
}

/// Two of three heads are published: the hint had names to fill in, and following it tried to
/// move what others have.
#[test]
fn of_three_heads_only_mine_are_to_move() {
    let sandbox = Sandbox::diverged_and_pulled();
    sandbox.git("ann", &["push", "-q"]);
    sandbox.table("ann", "aaaa00000009", &["9209a434d045"], "nine");
    for args in [&["sync", "--rebase"][..], &["rebase"]] {
        let run = sandbox.teammig("ann", args);
        assert_eq!(run.code, 2, "{run}");
        assert!(!run.stderr.contains("YOURS"), "{run}");
        let hint = "`teammig merge 7f3a9c21e4b0 c01d9e88ab12` joins those";
        assert!(run.stderr.contains(hint), "{run}");
    }
    let run = sandbox.teammig(
        "ann",
        &["rebase", "--onto", "c01d9e88ab12", "--no-database"],
    );
    assert_eq!(run.code, 0, "{run}");
    let file = sandbox.read("ann/migrations/aaaa00000009.sql");
    assert!(file.contains("parents: [c01d9e88ab12]"), "{file}");
    let (document, _) = sandbox.json("ann", &["heads"]);
    assert_eq!(document["heads"].as_array().unwrap().len(), 2, "{document}");
}
