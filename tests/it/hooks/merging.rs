//! What a merge brings is no edit of whoever merges; the rest is judged as in a commit.

use insta::assert_snapshot;

use super::{FIXED, guarded};
use crate::support::{Sandbox, sandbox::Run};

fn merge(sandbox: &Sandbox, branch: &str) -> Run {
    sandbox.try_git("ann", &["merge", "-q", "--no-ff", "--no-edit", branch])
}

/// Bob's edit of what is published, on a branch of his.
fn edited_by_bob() -> Sandbox {
    let sandbox = guarded();
    sandbox.git("bob", &["checkout", "-q", "-b", "edit"]);
    sandbox.edit("bob/migrations/9209a434d045.sql", "name text", "name blob");
    sandbox.commit("bob", "Edit");
    sandbox.git("bob", &["push", "-q", "origin", "edit"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox
}

#[test]
fn an_edit_of_what_is_published_is_rejected_whoever_made_it() {
    let sandbox = edited_by_bob();
    assert_snapshot!(merge(&sandbox, "origin/edit"), @r#"
    exit 1
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    hint: the merge is still there: put that right and `git commit`, or `git merge --abort`; `git commit --no-verify` records it without this check
    Not committing merge; use 'git commit' to complete the merge.
    "#);
    // Nor by the commit that Git asks for then.
    assert_eq!(
        sandbox.try_git("ann", &["commit", "-q", "--no-edit"]).code,
        1
    );
    sandbox.git(
        "ann",
        &[
            "restore",
            "--source=HEAD",
            "--staged",
            "--worktree",
            "migrations",
        ],
    );
    sandbox.git("ann", &["commit", "-q", "--no-edit"]);
    assert!(sandbox.read(FIXED).contains("name text"));
}

/// It was judged there, or it was pushed past the hook: not by whoever pulls it.
#[test]
fn what_comes_from_the_protected_side_is_no_edit() {
    let sandbox = edited_by_bob();
    sandbox.git("bob", &["push", "-q", "--no-verify", "origin", "edit:main"]);
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    let run = sandbox.try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(sandbox.read(FIXED).contains("name blob"));
}

/// What only one's own database has, a colleague may edit on the branch that both work on.
#[test]
fn an_edit_of_what_is_only_applied_here_comes_in() {
    let sandbox = guarded();
    for clone in ["bob", "ann"] {
        sandbox.git(clone, &["checkout", "-q", "-b", "topic"]);
    }
    sandbox.column("bob", "bbbb00000001", &["9209a434d045"], "email");
    sandbox.commit("bob", "Add email");
    sandbox.git("bob", &["push", "-q", "-u", "origin", "topic"]);
    sandbox.git("ann", &["pull", "-q", "origin", "topic"]);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.edit(
        "bob/migrations/bbbb00000001.sql",
        "email text",
        "email blob",
    );
    sandbox.commit("bob", "Edit");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    let run = sandbox.try_git(
        "ann",
        &["pull", "-q", "--no-rebase", "--no-edit", "origin", "topic"],
    );
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("teammig: 1 revision edited since in dev: run `teammig sync`"),
        "{run}"
    );
    // One's own edit on top of the merge is one.
    sandbox.edit(
        "ann/migrations/bbbb00000001.sql",
        "email blob",
        "email varchar",
    );
    assert_eq!(sandbox.try_git("ann", &["commit", "-qam", "edit"]).code, 1);
}

/// Two lines that come together are settled by `sync`, which needs the merge to be done.
#[test]
fn two_heads_are_no_reason_to_stop_a_merge() {
    let sandbox = Sandbox::diverged();
    sandbox.ok("ann", &["hooks", "install"]);
    let run = sandbox.try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("2 heads (7f3a9c21e4b0, c01d9e88ab12)"),
        "{run}"
    );
    // Nobody else gets them.
    let run = sandbox.try_git("ann", &["push", "-q"]);
    assert_eq!(run.code, 1, "{run}");
    sandbox.ok("ann", &["sync", "--rebase", "--yes"]);
    sandbox.commit("ann", "Restack");
    sandbox.git("ann", &["push", "-q"]);
}

#[test]
fn conflict_markers_do_not_pass_in_a_merge() {
    let sandbox = guarded();
    sandbox.column("bob", "bbbb00000001", &["9209a434d045"], "email");
    sandbox.edit(
        "bob/migrations/bbbb00000001.sql",
        "-- migrate:up\n",
        "-- migrate:up\n<<<<<<< HEAD\n=======\n>>>>>>> x\n",
    );
    sandbox.commit("bob", "Add email");
    sandbox.git("bob", &["push", "-q", "--no-verify"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let run = merge(&sandbox, "origin/main");
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("has merge-conflict markers"), "{run}");
}

/// The other side never had it: it did not delete it either.
#[test]
fn a_deletion_hides_in_no_merge() {
    let sandbox = guarded();
    sandbox.git("bob", &["switch", "-q", "--orphan", "rel"]);
    sandbox.write("bob/notes", "x");
    sandbox.commit("bob", "Notes");
    sandbox.git("bob", &["push", "-q", "origin", "rel"]);
    let config = sandbox.read("ann/teammig.yaml");
    sandbox.write(
        "ann/teammig.yaml",
        format!("{config}protected: [origin/main, origin/rel]\n"),
    );
    sandbox.commit("ann", "Protect");
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox.git(
        "ann",
        &[
            "merge",
            "-q",
            "--no-commit",
            "--allow-unrelated-histories",
            "origin/rel",
        ],
    );
    sandbox.git("ann", &["rm", "-q", "migrations/9209a434d045.sql"]);
    let run = sandbox.try_git("ann", &["commit", "-q", "--no-edit"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("[deleted-revision]"), "{run}");
}

/// `git add -N` stages nothing; its file was taken for an empty one.
#[test]
fn a_file_that_is_meant_to_be_added_is_no_part_of_a_commit() {
    let sandbox = guarded();
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "phone");
    sandbox.git("ann", &["add", "-N", "migrations/aaaa00000001.sql"]);
    sandbox.write("ann/notes", "x");
    sandbox.git("ann", &["add", "notes"]);
    let run = sandbox.try_git("ann", &["commit", "-q", "-m", "Notes"]);
    assert_eq!(run.code, 0, "{run}");
}

/// What a merge brings is in its result as it was: neither dropped nor overridden.
#[test]
fn what_is_published_comes_in_as_it_is() {
    let sandbox = guarded();
    sandbox.column("bob", "aaaa00000001", &["9209a434d045"], "phone");
    sandbox.commit("bob", "Add phone");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    let start = sandbox.git("ann", &["rev-parse", "HEAD"]);
    sandbox.git(
        "ann",
        &["merge", "-q", "--no-commit", "--no-ff", "origin/main"],
    );
    sandbox.git("ann", &["rm", "-qf", "migrations/aaaa00000001.sql"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "Merge"]), @r#"
    exit 1
    --- stderr
    error: aaaa00000001 is deleted, and it was published in origin/main [deleted-revision]
     --> migrations/aaaa00000001.sql:1:1
      |
    1 | -- teammig:
      | ^
    hint: bring the file back (`git restore --source=7b52e43 --staged --worktree migrations/aaaa00000001.sql`), and write a new revision for the change: `teammig create "…"`
    hint: `git commit --no-verify` commits without this check
    "#);
    sandbox.git("ann", &["reset", "-q", "--hard", start.trim()]);
    let run = sandbox.try_git("ann", &["merge", "-s", "ours", "--no-edit", "origin/main"]);
    assert!(
        run.code != 0 && run.stderr.contains("[deleted-revision]"),
        "{run}"
    );
    sandbox.git("ann", &["reset", "-q", "--hard", start.trim()]);
    // The same id at the same place, and mine stays.
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "fax");
    sandbox.git("ann", &["add", "."]);
    sandbox.git("ann", &["commit", "-qnm", "Add fax"]);
    let run = sandbox.try_git("ann", &["merge", "-X", "ours", "--no-edit", "origin/main"]);
    assert!(
        run.code != 0 && run.stderr.contains("[edited-revision]"),
        "{run}"
    );
    sandbox.git("ann", &["merge", "--abort"]);
    // As it is, it comes in.
    sandbox.git("ann", &["reset", "-q", "--hard", start.trim()]);
    assert_eq!(merge(&sandbox, "origin/main").code, 0);
}
