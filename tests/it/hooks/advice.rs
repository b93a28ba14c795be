//! The hooks that advise, under the Git commands that people type.

use insta::assert_snapshot;

use crate::support::{Sandbox, sandbox::Run};

/// Two clones with all hooks; Bob has pushed a revision.
fn ahead() -> Sandbox {
    let sandbox = Sandbox::team();
    for clone in ["ann", "bob"] {
        sandbox.ok(clone, &["hooks", "install"]);
    }
    sandbox.column("bob", "bbbb00000001", &["9209a434d045"], "email");
    sandbox.ok("bob", &["upgrade"]);
    sandbox.commit("bob", "Add email");
    sandbox.git("bob", &["push", "-q"]);
    sandbox
}

/// Ann has a revision of her own, applied and committed.
fn both(sandbox: &Sandbox) {
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "phone");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.commit("ann", "Add phone");
}

/// What teammig said in it.
fn said(run: &Run) -> String {
    assert_eq!(run.code, 0, "{run}");
    let lines = run.stderr.lines();
    let ours: Vec<&str> = lines.filter(|line| line.starts_with("teammig:")).collect();
    ours.join("\n")
}

fn git(sandbox: &Sandbox, args: &[&str]) -> String {
    said(&sandbox.try_git("ann", args))
}

#[test]
fn a_pull_that_moves_forward() {
    let sandbox = ahead();
    assert_snapshot!(sandbox.try_git("ann", &["pull", "-q"]), @"
    exit 0
    --- stderr
    teammig: 1 new revision: run `teammig sync`
    ");
    sandbox.ok("ann", &["sync", "--yes"]);
    // Nothing came in.
    assert_eq!(git(&sandbox, &["pull", "-q"]), "");
}

#[test]
fn a_pull_that_merges_or_rebases_says_it_once() {
    for (how, want) in [
        (
            "--no-rebase",
            "teammig: 1 new revision, 2 heads (aaaa00000001, bbbb00000001): run `teammig sync`",
        ),
        (
            "--rebase",
            "teammig: 1 new revision, 2 heads (aaaa00000001, bbbb00000001): run `teammig sync`",
        ),
    ] {
        let sandbox = ahead();
        both(&sandbox);
        sandbox.write("ann/notes", "x");
        sandbox.commit("ann", "Notes");
        assert_eq!(git(&sandbox, &["pull", "-q", "--no-edit", how]), want);
    }
}

/// With nothing of one's own to replay, its first checkout is all that Git runs hooks for.
#[test]
fn a_rebase_that_only_moves_forward() {
    let sandbox = ahead();
    sandbox.git("ann", &["fetch", "-q"]);
    assert_eq!(
        git(&sandbox, &["rebase", "-q", "origin/main"]),
        "teammig: 1 new revision: run `teammig sync`"
    );
}

/// Git runs no `post-merge` for a merge that was stopped by a conflict.
#[test]
fn a_merge_that_is_committed_by_hand() {
    let sandbox = ahead();
    both(&sandbox);
    sandbox.write("bob/notes", "bob");
    sandbox.commit("bob", "Notes");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.write("ann/notes", "ann");
    sandbox.commit("ann", "Notes");
    let run = sandbox.try_git("ann", &["pull", "-q", "--no-rebase"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(!run.stderr.contains("teammig"), "{run}");
    sandbox.write("ann/notes", "both");
    sandbox.git("ann", &["add", "notes"]);
    let want = "teammig: 1 new revision, 2 heads (aaaa00000001, bbbb00000001): run `teammig sync`";
    assert_eq!(git(&sandbox, &["commit", "-q", "--no-edit"]), want);
    // The same merge again, with other words.
    assert_eq!(
        git(&sandbox, &["commit", "-q", "--amend", "-m", "Merge"]),
        ""
    );
}

#[test]
fn a_switch_and_back() {
    let sandbox = ahead();
    sandbox.git("ann", &["switch", "-q", "-c", "topic"]);
    both(&sandbox);
    assert_snapshot!(sandbox.try_git("ann", &["switch", "-q", "main"]), @"
    exit 0
    --- stderr
    teammig: 1 phantom in dev: run `teammig sync`
    ");
    // The database is as the branch is.
    assert_eq!(git(&sandbox, &["switch", "-q", "topic"]), "");
    // The files of one commit and not the commit itself.
    assert_eq!(
        git(&sandbox, &["checkout", "-q", "main", "--", "migrations"]),
        ""
    );
    assert_eq!(git(&sandbox, &["checkout", "-q", "topic", "--", "."]), "");
    // Where nothing of ours differs, nothing is said.
    assert_eq!(git(&sandbox, &["switch", "-q", "-c", "more"]), "");
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    assert_eq!(git(&sandbox, &["switch", "-q", "topic"]), "");
}

/// A clone, a working tree and a commit that is only looked at have no before.
#[test]
fn clones_and_working_trees() {
    let sandbox = ahead();
    both(&sandbox);
    assert_eq!(
        git(
            &sandbox,
            &["worktree", "add", "-q", "../tree", "origin/main"]
        ),
        ""
    );
    let run = sandbox.try_git(
        ".",
        &[
            "-c",
            "core.hooksPath=ann/.git/hooks",
            "clone",
            "-q",
            "origin.git",
            "new",
        ],
    );
    assert_eq!(said(&run), "");
    // A linked working tree has the hooks of the clone, and no database of its own yet.
    let run = sandbox.try_git("tree", &["checkout", "-q", "main~1"]);
    assert_eq!(said(&run), "");
    let run = sandbox.try_git("tree", &["checkout", "-q", "--detach", "main"]);
    assert_eq!(said(&run), "teammig: 1 new revision: run `teammig sync`");
}

/// Half a state is none to act on.
#[test]
fn bisect_picks_reverts_amends_and_stashes_are_silent() {
    let sandbox = ahead();
    both(&sandbox);
    for n in 0..3 {
        sandbox.write("ann/notes", n.to_string());
        sandbox.commit("ann", "Notes");
    }
    let quiet = |args: &[&str]| assert_eq!(git(&sandbox, args), "", "{args:?}");
    quiet(&["bisect", "start", "-q", "HEAD", "HEAD~4"]);
    quiet(&["bisect", "good"]);
    quiet(&["bisect", "reset"]);
    quiet(&["fetch", "-q"]);
    quiet(&["cherry-pick", "origin/main"]);
    quiet(&["revert", "--no-edit", "HEAD"]);
    sandbox.write("ann/notes", "stash");
    quiet(&["stash", "-q"]);
    quiet(&["stash", "pop", "-q"]);
    quiet(&["commit", "-qam", "Notes"]);
    quiet(&["commit", "-q", "--amend", "-m", "More notes"]);
    quiet(&["rebase", "-q", "-i", "HEAD~3"]);
    quiet(&["merge", "-q", "--squash", "origin/main"]);
}

/// An edit that somebody pushed past the hook.
#[test]
fn an_edit_that_comes_in() {
    let sandbox = ahead();
    sandbox.git("ann", &["pull", "-q"]);
    sandbox.ok("ann", &["sync", "--yes"]);
    sandbox.edit(
        "bob/migrations/bbbb00000001.sql",
        "email text",
        "email varchar",
    );
    sandbox.commit("bob", "Edit");
    sandbox.git("bob", &["push", "-q", "--no-verify"]);
    assert_eq!(
        git(&sandbox, &["pull", "-q"]),
        "teammig: 1 revision edited since in dev: run `teammig sync`"
    );
}

#[test]
fn files_that_cannot_be_read_and_broken_configurations() {
    let sandbox = ahead();
    sandbox.write(
        "bob/migrations/bbbb00000002.sql",
        "-- teammig:\n--   revision: [\n",
    );
    sandbox.commit("bob", "Broken");
    sandbox.git("bob", &["push", "-q", "--no-verify"]);
    assert_eq!(
        git(&sandbox, &["pull", "-q"]),
        "teammig: 1 new revision, files that cannot be read as they are: run `teammig status`"
    );
    sandbox.git("bob", &["rm", "-q", "migrations/bbbb00000002.sql"]);
    sandbox.write("bob/teammig.yaml", "environments: [\n");
    sandbox.commit("bob", "Broken otherwise");
    sandbox.git("bob", &["push", "-q", "--no-verify"]);
    // The next command that needs it says so.
    assert_eq!(git(&sandbox, &["pull", "-q"]), "");
}

#[test]
fn several_projects_and_databases() {
    let sandbox = Sandbox::team();
    sandbox.git("bob", &["checkout", "-q", "-b", "more"]);
    sandbox.write(
        "bob/tools/teammig.yaml",
        "databases:\n  app: {migrations: app, environments: {dev: sqlite:app.db}}\n  log: {migrations: log}\n",
    );
    for name in ["app", "log"] {
        sandbox.write(
            &format!("bob/tools/{name}/1.sql"),
            format!("-- teammig:\n--   revision: {name}00000001\n--   message: x\n\n-- migrate:up\nCREATE TABLE {name} (x);\n"),
        );
    }
    sandbox.commit("bob", "Tools");
    sandbox.column("bob", "bbbb00000001", &["9209a434d045"], "email");
    sandbox.commit("bob", "Add email");
    sandbox.git("bob", &["push", "-q", "origin", "more"]);
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_snapshot!(git(&sandbox, &["switch", "-q", "more"]), @"
    teammig: 1 new revision: run `teammig sync`
    teammig: 1 new revision: run `teammig sync --database app`
    teammig: 1 new revision: run `teammig sync --database log`
    ");
}

/// As a program with windows calls Git; and the escapes.
#[test]
fn a_short_path_no_terminal_and_no_program() {
    let sandbox = ahead();
    let pull = |path: &str, teammig: &str| {
        sandbox.git("ann", &["reset", "-q", "--hard", "9209a434d045~0"]);
        sandbox.run(
            sandbox
                .command("/usr/bin/env", "ann")
                .args(["git", "pull", "-q"])
                .env("PATH", path)
                .env("TEAMMIG", teammig),
        )
    };
    let first = sandbox.git("ann", &["rev-parse", "HEAD"]);
    sandbox.git("ann", &["tag", "9209a434d045", first.trim()]);
    assert!(said(&pull("/usr/bin:/bin", "1")).contains("1 new revision"));
    assert_eq!(said(&pull("/usr/bin:/bin", "0")), "");
    let hook = "ann/.git/hooks/post-merge";
    sandbox.edit(hook, env!("CARGO_BIN_EXE_teammig"), "/nowhere/teammig");
    let run = pull("/usr/bin:/bin", "1");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
}
