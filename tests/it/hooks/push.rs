//! The pre-push hook, under a real `git push`.

use insta::assert_snapshot;

use super::{FIXED, guarded};
use crate::support::{Sandbox, sandbox::Run};

fn push(sandbox: &Sandbox, args: &[&str]) -> Run {
    sandbox.try_git("ann", &[&["push", "-q"], args].concat())
}

/// Ann's files have two heads, past her hook.
fn two_heads() -> Sandbox {
    let sandbox = guarded();
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "phone");
    sandbox.column("ann", "aaaa00000002", &["9209a434d045"], "email");
    sandbox.commit("ann", "Both");
    sandbox
}

#[test]
fn two_heads_are_not_pushed_to_a_branch_that_has_one() {
    let sandbox = two_heads();
    assert_snapshot!(push(&sandbox, &[]), @"
    exit 1
    --- stderr
    error: this push leaves origin/main with 2 heads: aaaa00000001, aaaa00000002 [diverged-heads]
     --> migrations/aaaa00000001.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               ^^^^^^^^^^^^^^
      |
     ::: migrations/aaaa00000002.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               --------------
    hint: `teammig sync` puts yours on top of the others, or joins them; then commit, and push again
    hint: `git push --no-verify` pushes without this check
    error: failed to push some refs to '[DIR]/origin.git'
    ");
    // By the URL it is the same branch.
    let url = sandbox.at("origin.git");
    let run = push(&sandbox, &[url.to_str().unwrap(), "main"]);
    assert!(
        run.stderr.contains("leaves origin/main with 2 heads"),
        "{run}"
    );
    sandbox.ok("ann", &["merge-heads", "--yes"]);
    sandbox.commit("ann", "Join");
    assert_eq!(push(&sandbox, &[]).code, 0);
}

#[test]
fn a_new_branch_passes_with_a_word_and_escapes_work() {
    let sandbox = two_heads();
    let run = push(&sandbox, &["origin", "main:topic"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("warning: this push leaves origin/topic with 2 heads"),
        "{run}"
    );
    // No more of them than the branch has.
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    let run = push(&sandbox, &["origin", "main:topic"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    // A tag, and a branch that goes.
    sandbox.git("ann", &["tag", "v1"]);
    assert_eq!(push(&sandbox, &["origin", "v1", ":topic"]).code, 0);
    assert_eq!(push(&sandbox, &["--dry-run"]).code, 1);
    let run = sandbox.run(
        sandbox
            .command("git", "ann")
            .args(["push", "-q", "--dry-run"])
            .env("TEAMMIG", "0"),
    );
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(push(&sandbox, &["--no-verify"]).code, 0);
    // What the branch had before is not this push's doing.
    sandbox.write("ann/notes", "y");
    sandbox.commit("ann", "Notes");
    assert_eq!(push(&sandbox, &[]).code, 0);
}

#[test]
fn an_edit_is_pushed_to_no_protected_branch() {
    let sandbox = guarded();
    sandbox.edit(FIXED, "name text", "name blob");
    sandbox.commit("ann", "Edit");
    assert_snapshot!(push(&sandbox, &[]), @r#"
    exit 1
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=origin/main --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    hint: `git push --no-verify` pushes without this check
    error: failed to push some refs to '[DIR]/origin.git'
    "#);
    // A branch of one's own is for trying things.
    assert_eq!(push(&sandbox, &["origin", "main:topic"]).code, 0);
    // The way that it names.
    sandbox.git(
        "ann",
        &[
            "restore",
            "--source=origin/main",
            "--staged",
            "--worktree",
            "migrations",
        ],
    );
    sandbox.git("ann", &["commit", "-q", "-m", "Back"]);
    assert_eq!(push(&sandbox, &[]).code, 0);
}

/// Published revisions that a forced push takes away.
#[test]
fn a_forced_push_says_what_vanishes() {
    let sandbox = guarded();
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    assert_eq!(push(&sandbox, &[]).code, 0);
    sandbox.git("ann", &["reset", "-q", "--hard", "HEAD~1"]);
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    assert_snapshot!(push(&sandbox, &["--force"]), @"
    exit 1
    --- stderr
    error: aaaa00000001 is deleted, and it was published in origin/main [deleted-revision]
     --> migrations/aaaa00000001.sql:1:1
      |
    1 | -- teammig:
      | ^
    hint: bring the file back (`git restore --source=origin/main --staged --worktree migrations/aaaa00000001.sql`), and write a new revision for the change: `teammig create \"…\"`
    hint: `git push --no-verify` pushes without this check
    error: failed to push some refs to '[DIR]/origin.git'
    ");
    // A branch that is nobody else's is rewritten as its author likes.
    sandbox.git("ann", &["switch", "-q", "-c", "topic"]);
    sandbox.column("ann", "aaaa00000002", &["9209a434d045"], "email");
    sandbox.commit("ann", "Add email");
    assert_eq!(push(&sandbox, &["origin", "topic"]).code, 0);
    sandbox.git("ann", &["reset", "-q", "--hard", "HEAD~1"]);
    assert_eq!(push(&sandbox, &["--force", "origin", "topic"]).code, 0);
}

/// An edit was pushed over what others had already, and is put back.
#[test]
fn a_forced_push_back_to_what_was_published_first_is_no_edit() {
    let sandbox = guarded();
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    sandbox.git("ann", &["tag", "first"]);
    assert_eq!(push(&sandbox, &[]).code, 0);
    let file = "ann/migrations/aaaa00000001.sql";
    let amend = |from: &str, to: &str| {
        sandbox.edit(file, from, to);
        sandbox.git("ann", &["commit", "-qna", "--amend", "-m", to]);
    };
    amend("phone text", "phone blob");
    sandbox.git("ann", &["tag", "second"]);
    sandbox.git("ann", &["push", "-q", "--no-verify", "--force"]);
    // Something else again is one.
    amend("phone blob", "phone clob");
    let run = push(&sandbox, &["--force"]);
    assert!(
        run.code == 1 && run.stderr.contains("aaaa00000001 is edited"),
        "{run}"
    );
    sandbox.git("ann", &["tag", "-d", "first", "second"]);
    amend("phone clob", "phone text");
    let run = push(&sandbox, &["--force"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    // What was second is an edit of that, whoever had it for a while.
    amend("phone text", "phone blob");
    let run = push(&sandbox, &["--force"]);
    assert!(
        run.code == 1 && run.stderr.contains("aaaa00000001 is edited"),
        "{run}"
    );
}

/// Nobody can say what a push does to commits that nobody here has.
#[test]
fn what_is_there_has_to_be_known() {
    let sandbox = guarded();
    sandbox.column("bob", "bbbb00000001", &["9209a434d045"], "email");
    sandbox.commit("bob", "Add email");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    let run = push(&sandbox, &["--force"]);
    assert_ne!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("this clone does not have what is there now")
            && run.stderr.contains("`git fetch` brings it"),
        "{run}"
    );
}

/// `theirs-origin/main` is not `origin/main`, whose state is asked of the push.
#[test]
fn what_another_remote_has_is_published_too() {
    let sandbox = guarded();
    sandbox.git("ann", &["init", "-q", "--bare", "../theirs.git"]);
    sandbox.git("ann", &["remote", "add", "theirs-origin", "../theirs.git"]);
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    sandbox.git(
        "ann",
        &["push", "-q", "--no-verify", "theirs-origin", "main"],
    );
    let config = sandbox.read("ann/teammig.yaml");
    sandbox.write(
        "ann/teammig.yaml",
        format!("{config}protected: [theirs-origin/main, origin/main]\n"),
    );
    sandbox.edit("ann/migrations/aaaa00000001.sql", "phone", "phones");
    sandbox.git("ann", &["commit", "-q", "--no-verify", "-am", "Edit"]);
    let run = push(&sandbox, &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("published in theirs-origin/main"),
        "{run}"
    );
}

/// Where everything is pushed, pre-commit says no commits.
#[test]
fn the_first_push_of_all_through_a_framework() {
    let sandbox = guarded();
    sandbox.git("ann", &["init", "-q", "--bare", "../empty.git"]);
    sandbox.git("ann", &["remote", "add", "e", "../empty.git"]);
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_teammig"), "ann");
    command.args(["hooks", "run", "pre-push"]);
    for (name, value) in [
        ("", "1"),
        ("_REMOTE_NAME", "e"),
        ("_REMOTE_URL", "../empty.git"),
        ("_REMOTE_BRANCH", "refs/heads/main"),
        ("_LOCAL_BRANCH", "refs/heads/main"),
    ] {
        command.env(format!("PRE_COMMIT{name}"), value);
    }
    let run = sandbox.run(&mut command);
    assert_eq!(run.code, 0, "{run}");
}

/// A fixture that is broken on the other side already stopped every push.
#[test]
fn a_broken_project_stops_only_the_push_that_touches_it() {
    let sandbox = guarded();
    sandbox.write("ann/fixtures/x/teammig.yaml", "nonsense: true\n");
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "Fixture"]);
    let run = push(&sandbox, &[]);
    assert_ne!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("this push changes fixtures/x/teammig.yaml"),
        "{run}"
    );
    sandbox.git("ann", &["push", "-q", "--no-verify"]);
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    let run = push(&sandbox, &[]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("this push changes no migration of that project"),
        "{run}"
    );
    sandbox.write("ann/fixtures/x/migrations/1.sql", "x");
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "More"]);
    let run = push(&sandbox, &[]);
    assert_ne!(run.code, 0, "{run}");
    // Nobody has a new branch yet.
    let run = push(&sandbox, &["origin", "HEAD:refs/heads/new"]);
    assert_eq!(run.code, 0, "{run}");
}

/// What Git says that the branch has is what it has, also where this clone has no ref for it.
#[test]
fn a_protected_branch_is_one_without_a_ref_for_it() {
    let sandbox = guarded();
    let pushes = |args: &[&str]| {
        let run = push(&sandbox, args);
        assert_eq!(run.code, 1, "{args:?} {run}");
        run.stderr
    };
    sandbox.git("ann", &["push", "-q", "origin", "main:feat"]);
    let origin = sandbox.at("origin.git").display().to_string();
    sandbox.git("ann", &["remote", "rename", "origin", "upstream"]);
    sandbox.git("ann", &["switch", "-q", "-c", "topic"]);
    sandbox.write("ann/teammig.yaml", "protected: [origin/main]\n");
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qnm", "Protected"]);
    assert_eq!(push(&sandbox, &["upstream", "topic:main"]).code, 0);
    sandbox.edit(FIXED, "name text", "name blob");
    sandbox.commit("ann", "Edit");
    let said = pushes(&["upstream", "topic:main"]);
    assert!(said.contains("9209a434d045 is edited"), "{said}");
    let said = pushes(&[&origin, "topic:main"]);
    assert!(said.contains("9209a434d045 is edited"), "{said}");
    // Other branches are their authors'.
    assert_eq!(push(&sandbox, &["upstream", "topic:feat"]).code, 0);
    assert_eq!(push(&sandbox, &["upstream", "topic:ann/main"]).code, 0);
    assert_eq!(
        push(&sandbox, &["upstream", "main:feat", "--force"]).code,
        0
    );
    sandbox.git("ann", &["rm", "-q", "migrations/9209a434d045.sql"]);
    sandbox.git("ann", &["commit", "-qnm", "Delete"]);
    let said = pushes(&["upstream", "topic:main"]);
    assert!(said.contains("9209a434d045 is deleted"), "{said}");
}

#[test]
fn a_clone_of_a_single_branch_judges_what_others_get() {
    let sandbox = guarded();
    sandbox.git("ann", &["push", "-q", "origin", "main:feat"]);
    let clone = [
        "clone",
        "-q",
        "--single-branch",
        "-b",
        "feat",
        "origin.git",
        "eve",
    ];
    sandbox.git(".", &clone);
    sandbox.ok("eve", &["hooks", "install", "pre-push"]);
    assert_snapshot!(sandbox.teammig("eve", &["why", "9209"]), @"
    exit 4
    --- stdout
    9209a434d045  Initial migration
    File       migrations/9209a434d045.sql
    Edit it?   that cannot be said: there is no protected branch to judge against: of origin this clone fetches single branches alone
    Published  not known
    Applied    in no database that this clone has seen
    --- stderr
    hint: `git remote set-branches origin '*' && git fetch origin && git remote set-head origin --auto` brings the others, and finds out which is its default
    ");
    let (why, code) = sandbox.json("eve", &["why", "9209"]);
    assert_eq!(
        (why["may_edit"].as_str(), code),
        (Some("unknown"), 4),
        "{why}"
    );
    sandbox.edit("eve/migrations/9209a434d045.sql", "name text", "name blob");
    sandbox.git("eve", &["add", "-A"]);
    let staged = sandbox.teammig("eve", &["check", "--staged"]);
    assert_eq!(staged.code, 4, "{staged}");
    sandbox.git("eve", &["commit", "-qnm", "Edit"]);
    assert_snapshot!(sandbox.try_git("eve", &["push", "-q", "origin", "HEAD:main"]), @r#"
    exit 1
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=3201aeec378334e5295ea521430f51acfe354ad1 --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    hint: `git push --no-verify` pushes without this check
    error: failed to push some refs to '[DIR]/origin.git'
    "#);
    // What it has not, nobody can judge.
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    assert_eq!(push(&sandbox, &["origin", "main"]).code, 0);
    let run = sandbox.try_git("eve", &["push", "-q", "--force", "origin", "HEAD:main"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr
            .contains("cannot say what this push does to origin/main"),
        "{run}"
    );
}

/// Its default branch is called neither main nor master: no name tells what is protected.
#[test]
fn a_clone_that_cannot_know_what_is_protected_says_so() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["push", "-q", "origin", "main:trunk", "main:feat"]);
    let clone = [
        "clone",
        "-q",
        "--single-branch",
        "-b",
        "feat",
        "origin.git",
        "eve",
    ];
    sandbox.git(".", &clone);
    sandbox.ok("eve", &["hooks", "install"]);
    sandbox.edit("eve/migrations/9209a434d045.sql", "name text", "name blob");
    assert_snapshot!(sandbox.try_git("eve", &["commit", "-qam", "Edit"]), @"
    exit 0
    --- stderr
    warning: could not be evaluated: there is no protected branch to judge against: of origin this clone fetches single branches alone; this commit goes on without that
    ");
    assert_snapshot!(sandbox.try_git("eve", &["push", "-q", "origin", "HEAD:trunk"]), @"
    exit 0
    --- stderr
    warning: could not be evaluated: there is no protected branch to judge against: of origin this clone fetches single branches alone; this push goes on without that
    ");
    // What edits nothing is pushed without a word.
    sandbox.write("eve/notes", "x");
    sandbox.commit("eve", "Notes");
    let run = sandbox.try_git("eve", &["push", "-q", "origin", "HEAD:trunk"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
}

/// Where it stood before, its revisions are no new ones.
#[test]
fn a_project_that_a_new_branch_moves() {
    let sandbox = two_heads();
    sandbox.git("ann", &["push", "-q", "--no-verify"]);
    sandbox.write("ann/api/readme", "x");
    sandbox.git("ann", &["mv", "migrations", "teammig.yaml", "api"]);
    sandbox.commit("ann", "Below the top");
    let run = push(&sandbox, &["origin", "main:topic"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
}
