//! In the middle of a merge, rebase, cherry-pick, revert or bisect: what `sync` and
//! `rebase` do where only the heads are left to settle, and what they say otherwise.

use insta::assert_snapshot;

use crate::head_file::{HEAD, add, diverged, read, team};

/// Two branches that nobody else has: what comes in is theirs.
#[test]
fn local_branches_stop_at_it_too() {
    for (operation, finish) in [
        ("merge", &["commit", "-qam", "merge"][..]),
        ("rebase", &["rebase", "--continue"]),
    ] {
        let sandbox = team();
        sandbox.git("ann", &["switch", "-qc", "feature"]);
        add(
            &sandbox,
            "ann",
            "c01d9e88ab12",
            "Add login index",
            "CREATE INDEX users_name ON users (name)",
        );
        sandbox.git("ann", &["switch", "-q", "main"]);
        sandbox.ok("ann", &["sync", "--roll-back"]);
        add(
            &sandbox,
            "ann",
            "7f3a9c21e4b0",
            "Add phone",
            "ALTER TABLE users ADD COLUMN phone text",
        );
        let run = sandbox.try_git("ann", &[operation, "-q", "feature"]);
        assert_eq!(run.code, 1, "{run}");
        let (document, code) = sandbox.json("ann", &["sync", "--rebase"]);
        assert_eq!(code, 0, "{document}");
        assert_eq!(document["came_in"], serde_json::json!(["c01d9e88ab12"]));
        assert_eq!(document["rewritten"][0]["revision"], "7f3a9c21e4b0");
        assert_eq!(document["rewritten"].as_array().unwrap().len(), 1);
        assert_eq!(document["head_file"], HEAD);
        assert_eq!(document["in_progress"], operation);
        sandbox.git("ann", &["add", "-A"]);
        sandbox.git("ann", finish);
        assert_eq!(read(&sandbox, "ann"), "7f3a9c21e4b0  # Add phone\n");
    }
}

/// Each of mine is picked by itself; the later one finds its place.
#[test]
fn a_rebase_of_several_commits_stops_once() {
    let sandbox = diverged();
    sandbox.ok("ann", &["create", "Two", "--rev-id", "aaaa00000002"]);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "Two"]);
    let _ = sandbox.try_git("ann", &["pull", "-q", "--rebase"]);
    let run = sandbox.teammig("ann", &["rebase", "--no-database"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("&& git rebase --continue`"), "{run}");
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["rebase", "--continue"]);
    assert_eq!(read(&sandbox, "ann"), "aaaa00000002  # Two\n");
    let run = sandbox.teammig("ann", &["sync", "--yes"]);
    assert_eq!(run.code, 0, "{run}");
    sandbox.ok("ann", &["current", "--check"]);
}

/// The later ones of mine, which the rebase had yet to bring, were offered to be rolled back.
#[test]
fn what_a_rebase_is_still_to_bring_is_no_revision_of_another_branch() {
    for backend in ["--merge", "--apply"] {
        let sandbox = diverged();
        sandbox.ok("ann", &["create", "Two", "--rev-id", "aaaa00000002"]);
        sandbox.ok("ann", &["upgrade"]);
        sandbox.git("ann", &["add", "-A"]);
        sandbox.git("ann", &["commit", "-qm", "Two"]);
        sandbox.git("ann", &["fetch", "-q"]);
        let run = sandbox.try_git("ann", &["rebase", "-q", backend, "origin/main"]);
        assert_eq!(run.code, 1, "{run}");
        if backend == "--apply" {
            let (document, _) = sandbox.json("ann", &["status"]);
            let expected = serde_json::json!(["aaaa00000002"]);
            assert_eq!(document["database"]["to_come"], expected, "{document}");
            continue;
        }
        assert_snapshot!(sandbox.teammig("ann", &["status"]), @"
        exit 0
        --- stdout
        Branch     none; at commit 4cd77d15be; a rebase is in progress
        Heads      2, they part at 9209a434d045
                   yours  7f3a9c21e4b0  Add phone   not committed
                   theirs c01d9e88ab12  Add login index   origin/main, Bob, 12 minutes ago
        Database   dev: 3 applied, at aaaa00000002
                   1 pending: c01d9e88ab12
                   1 only there so far; later commits bring them: aaaa00000002
        Hooks      work
        Next       teammig rebase --no-database   a rebase is in progress, which brings 1 revision more; now only the heads are left to settle
        --- stderr
        warning: migrations/HEAD has merge-conflict markers [head-file]
         --> migrations/HEAD:1:1
          |
        1 | <<<<<<< HEAD
          | ^^^^^^^^^^^^ ours: c01d9e88ab12; theirs: 7f3a9c21e4b0
        hint: the heads diverged: `teammig sync` or `teammig merge-heads` settles them and writes it anew
        ");
        assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
        exit 3
        --- stderr
        Came in with the rebase: 1 revision
          c01d9e88ab12  Add login index   Bob, 13 minutes ago
        Only in the database: 1 revision
          aaaa00000002  Two   applied 6 minutes ago by ann@host from main; it is on main; it comes with a later commit of the rebase
        2 heads, they part at 9209a434d045
          yours  7f3a9c21e4b0  Add phone   not committed
          theirs c01d9e88ab12  Add login index   origin/main, Bob, 13 minutes ago
          tried on SQLite in every order: all leave the same
        error: Multiple head revisions are present: 7f3a9c21e4b0, c01d9e88ab12
        hint: `teammig rebase --no-database` puts yours on top of theirs in the files, and `teammig sync` at the end brings the database along; `teammig sync --merge` writes a merge revision; `--apply-both` leaves them as they are
        ");
        assert_snapshot!(sandbox.teammig("ann", &["current"]), @"
        exit 0
        --- stdout
        aaaa00000002 (not in these files)  Two
        --- stderr
        warning: migrations/HEAD has merge-conflict markers [head-file]
         --> migrations/HEAD:1:1
          |
        1 | <<<<<<< HEAD
          | ^^^^^^^^^^^^ ours: c01d9e88ab12; theirs: 7f3a9c21e4b0
        hint: the heads diverged: `teammig sync` or `teammig merge-heads` settles them and writes it anew
        1 revision of the database that the files do not have yet, since a rebase is in progress: aaaa00000002
        hint: `git rebase --continue` brings what is missing
        1 revision pending; the heads diverged: `teammig merge-heads` first
        ");
        sandbox.ok("ann", &["sync", "--apply-both", "--roll-back"]);
        assert_snapshot!(sandbox.teammig("ann", &["upgrade", "heads", "--dry-run"]), @"
        exit 0
        --- stderr
        warning: migrations/HEAD has merge-conflict markers [head-file]
         --> migrations/HEAD:1:1
          |
        1 | <<<<<<< HEAD
          | ^^^^^^^^^^^^ ours: c01d9e88ab12; theirs: 7f3a9c21e4b0
        hint: the heads diverged: `teammig sync` or `teammig merge-heads` settles them and writes it anew
        1 revision of the database that the files do not have yet, since a rebase is in progress: aaaa00000002
        hint: `git rebase --continue` brings what is missing
        nothing to do
        ");
        sandbox.ok("ann", &["rebase", "--no-database"]);
        sandbox.git("ann", &["add", "-A"]);
        sandbox.git("ann", &["rebase", "--continue"]);
        sandbox.ok("ann", &["sync", "--yes"]);
        sandbox.ok("ann", &["current", "--check"]);
    }
}

/// "It is not clear which head is yours" was the answer where neither was published.
#[test]
fn a_rebase_onto_a_branch_of_nobody_else_can_be_restacked() {
    let sandbox = team();
    sandbox.git("ann", &["branch", "feature"]);
    sandbox.ok("ann", &["create", "Theirs", "--rev-id", "aaaa00000001"]);
    sandbox.commit("ann", "Theirs");
    sandbox.git("ann", &["switch", "-q", "feature"]);
    for id in ["aaaa00000002", "aaaa00000003"] {
        sandbox.ok("ann", &["create", id, "--rev-id", id]);
        sandbox.commit("ann", id);
    }
    let run = sandbox.try_git("ann", &["rebase", "-q", "main"]);
    assert_eq!(run.code, 1, "{run}");
    let run = sandbox.teammig("ann", &["rebase", "--no-database"]);
    assert_eq!(run.code, 0, "{run}");
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["rebase", "--continue"]);
    assert_eq!(read(&sandbox, "ann"), "aaaa00000003  # aaaa00000003\n");
    let (heads, _) = sandbox.json("ann", &["heads"]);
    assert_eq!(heads["diverged"], false);
    assert_eq!(heads["findings"], serde_json::json!([]));
}

/// Half of a merge is no state to act on, and what to do about it is said: "finish it"
/// sent people to edit the head file by hand.
#[test]
fn other_conflicts_come_first() {
    let sandbox = team();
    for clone in ["bob", "ann"] {
        sandbox.write(&format!("{clone}/notes"), clone);
        sandbox.ok(
            clone,
            &["create", clone, "--rev-id", &format!("{clone}00000001")],
        );
        sandbox.commit(clone, clone);
    }
    sandbox.git("bob", &["push", "-q"]);
    let _ = sandbox.try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    for command in ["sync", "rebase"] {
        assert_eq!(sandbox.teammig("ann", &[command]).code, 1);
    }
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase"]), @"
    exit 1
    --- stderr
    error: a merge is in progress
    hint: resolve the other conflicts and `git add` them: notes
    hint: then call this again: it settles the heads and writes the head file
    hint: `git merge --abort` stops it
    ");
    assert!(read(&sandbox, "ann").contains("<<<<<<<"));
    sandbox.write("ann/notes", "both");
    sandbox.git("ann", &["add", "notes"]);
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(read(&sandbox, "ann"), "ann00000001  # ann\n");
}

/// The hook refused to let such a merge be finished, `sync` to work before it was finished.
#[test]
fn a_side_that_was_taken_by_hand_can_still_be_settled() {
    for pull in [&["--no-rebase", "--no-edit"][..], &["--rebase"]] {
        let sandbox = diverged();
        let mut args = vec!["pull", "-q"];
        args.extend(pull);
        let _ = sandbox.try_git("ann", &args);
        sandbox.write(&format!("ann/{HEAD}"), "7f3a9c21e4b0  # Add phone\n");
        sandbox.git("ann", &["add", "-A"]);
        let run = sandbox.try_git("ann", &["commit", "--no-edit"]);
        assert_eq!(run.code, 1, "{run}");
        let (status, _) = sandbox.json("ann", &["status"]);
        assert_eq!(status["next"]["command"], "teammig sync", "{status}");
        let run = sandbox.teammig("ann", &["sync", "--rebase"]);
        assert_eq!(run.code, 0, "{run}");
        let (status, _) = sandbox.json("ann", &["status"]);
        assert_ne!(status["next"]["command"], "teammig sync", "{status}");
        sandbox.git("ann", &["add", "-A"]);
        let finish = match pull {
            ["--rebase"] => &["rebase", "--continue"][..],
            _ => &["commit", "-q", "--no-edit"],
        };
        let run = sandbox.try_git("ann", finish);
        assert_eq!(run.code, 0, "{run}");
        sandbox.ok("ann", &["current", "--check"]);
    }
}

/// The driver said "`teammig sync` settles it", and `sync` refused.
#[test]
fn a_revert_that_stops_at_it_goes_on_too() {
    let sandbox = team();
    sandbox.ok(
        "ann",
        &[
            "create",
            "Bills",
            "--rev-id",
            "bbbb00000001",
            "--head",
            "base",
            "--label",
            "billing",
        ],
    );
    sandbox.commit("ann", "Bills");
    for (id, head) in [
        ("aaaa00000002", "9209a434d045"),
        ("bbbb00000002", "bbbb00000001"),
    ] {
        sandbox.ok("ann", &["create", id, "--rev-id", id, "--head", head]);
        sandbox.commit("ann", id);
    }
    sandbox.ok("ann", &["upgrade", "heads"]);
    let run = sandbox.try_git("ann", &["revert", "--no-edit", "HEAD~1"]);
    assert_eq!(run.code, 1, "{run}");
    let run = sandbox.teammig("ann", &["sync", "--roll-back"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("&& git revert --continue`"), "{run}");
    assert_eq!(
        read(&sandbox, "ann"),
        "9209a434d045  # Initial migration\nbbbb00000002  # billing: bbbb00000002\n"
    );
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["revert", "--continue"]);
    sandbox.ok("ann", &["current", "--check"]);
}

/// There is no `git bisect --continue`.
#[test]
fn a_bisect_is_ended() {
    let sandbox = team();
    sandbox.git("ann", &["bisect", "start"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 1
    --- stderr
    error: a bisect is in progress
    hint: `git bisect reset` ends it
    ");
    let (status, _) = sandbox.json("ann", &["status"]);
    assert_eq!(status["next"]["command"], serde_json::Value::Null);
    assert_eq!(
        status["next"]["reason"],
        "a bisect is in progress; `git bisect good` or `git bisect bad` goes on, `git bisect reset` ends it"
    );
    assert_eq!(status["operation"], "bisect");
}
