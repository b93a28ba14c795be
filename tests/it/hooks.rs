//! The pre-commit hook, under a real `git commit`.

mod advice;
mod config;
mod foreign;
mod managers;
mod merging;
mod projects;
mod push;
mod scripts;

use std::fs;

use insta::assert_snapshot;

use crate::support::Sandbox;

fn guarded() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox
}

const FIXED: &str = "ann/migrations/9209a434d045.sql";

#[test]
fn an_edit_of_an_applied_revision_is_rejected() {
    let sandbox = guarded();
    let text = sandbox.read(FIXED);
    sandbox.write(FIXED, text.replace("name text", "name varchar(80)"));
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qam", "edit"]), @r#"
    exit 1
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name varchar(80));
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    hint: `git commit --no-verify` commits without this check
    "#);
    assert_ne!(
        sandbox
            .try_git(
                "ann",
                &["commit", "-qm", "edit", "migrations/9209a434d045.sql"]
            )
            .code,
        0
    );
    // The escapes.
    assert_eq!(
        sandbox
            .run(
                sandbox
                    .command("git", "ann")
                    .args(["commit", "-qam", "edit"])
                    .env("TEAMMIG", "0")
            )
            .code,
        0
    );
}

/// `commit -a` and `commit <path>` use another index; a linked worktree another folder.
#[test]
fn the_index_that_git_uses_is_the_one_that_is_judged() {
    let sandbox = guarded();
    sandbox.git("ann", &["worktree", "add", "-q", "../tree", "-b", "side"]);
    for folder in ["ann", "tree"] {
        let path = format!("{folder}/migrations/9209a434d045.sql");
        sandbox.edit(&path, "name text", "name blob");
        // Not staged: an empty commit has nothing to do with it.
        assert_eq!(
            sandbox
                .try_git(folder, &["commit", "-q", "--allow-empty", "-m", "empty"])
                .code,
            0
        );
        for args in [
            &["commit", "-qam", "edit"][..],
            &["commit", "-qm", "edit", "migrations"],
            &["commit", "-qim", "edit", "migrations"],
        ] {
            let run = sandbox.try_git(folder, args);
            assert_eq!(run.code, 1, "{folder} {args:?} {run}");
            assert!(
                run.stderr.contains("[edited-revision]"),
                "{folder} {args:?} {run}"
            );
        }
        sandbox.git(folder, &["checkout", "-q", "HEAD", "--", "migrations"]);
    }
}

#[test]
fn comments_formatting_and_moves_are_no_edits() {
    let sandbox = guarded();
    let text = sandbox.read(FIXED);
    let formatted = text
        .replace(
            "CREATE TABLE users (id",
            "-- a remark\r\nCREATE   TABLE users (\r\n  id",
        )
        .replace("Initial migration", "The first migration");
    fs::remove_file(sandbox.at(FIXED)).unwrap();
    sandbox.write("ann/migrations/renamed.sql", formatted);
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "format"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn deletions_and_second_heads_are_rejected_and_parents_of_ones_own_are_free() {
    let sandbox = guarded();
    sandbox.table("ann", "aaaa00000002", &["9209a434d045"], "two");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "two"]);
    sandbox.table("ann", "aaaa00000002", &[], "two");
    sandbox.git("ann", &["add", "-A"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "re-parent"]), @"
    exit 1
    --- stderr
    error: this commit leaves 2 heads: 9209a434d045, aaaa00000002 [diverged-heads]
     --> migrations/9209a434d045.sql:3:15
      |
    3 | --   parents: []
      |               ^^
      |
     ::: migrations/aaaa00000002.sql:3:15
      |
    3 | --   parents: []
      |               --
    hint: `teammig sync` puts yours on top of the others, or joins them; then `git add` what it wrote
    hint: `git commit --no-verify` commits without this check
    ");
    sandbox.git("ann", &["rm", "-qf", "migrations/aaaa00000002.sql"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "delete"]), @"
    exit 1
    --- stderr
    error: aaaa00000002 is deleted, and it was applied in dev on 2026-11-22 by ann@host [deleted-revision]
     --> migrations/aaaa00000002.sql:1:1
      |
    1 | -- teammig:
      | ^
    hint: `teammig sync` rolls it back in dev, if nobody else has it; then commit. Otherwise bring the file back (`git restore --source=HEAD --staged --worktree migrations/aaaa00000002.sql`) and write a new revision
    hint: `git commit --no-verify` commits without this check
    ");
}

/// Applied, edited, and only then committed for the first time.
#[test]
fn an_applied_revision_that_was_never_committed_is_fixed_too() {
    let sandbox = guarded();
    sandbox.table("ann", "aaaa00000002", &["9209a434d045"], "two");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.revision(
        "ann",
        "aaaa00000002",
        &["9209a434d045"],
        "two",
        "CREATE TABLE two (x, y);",
        "DROP TABLE two;",
    );
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "two"]);
    assert_eq!(run.code, 1, "{run}");
    // The way that the message names.
    sandbox.ok("ann", &["downgrade"]);
    sandbox.ok("ann", &["upgrade"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "two"]);
    assert_eq!(run.code, 0, "{run}");
}

/// What is neither applied nor published may change.
#[test]
fn an_unpublished_unapplied_revision_is_free() {
    let sandbox = guarded();
    sandbox.revision(
        "ann",
        "aaaa00000002",
        &["9209a434d045"],
        "two",
        "CREATE TABLE two (x);",
        "",
    );
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "two"]);
    sandbox.revision(
        "ann",
        "aaaa00000002",
        &["9209a434d045"],
        "two",
        "CREATE TABLE two (x, y);",
        "",
    );
    sandbox.git("ann", &["commit", "-qam", "two again"]);
    sandbox.git("ann", &["rm", "-q", "migrations/aaaa00000002.sql"]);
    sandbox.git("ann", &["commit", "-qm", "no two"]);
}

#[test]
fn two_heads_in_the_index_are_rejected() {
    let sandbox = guarded();
    sandbox.revision(
        "ann",
        "aaaa00000002",
        &["9209a434d045"],
        "two",
        "CREATE TABLE two (x);",
        "",
    );
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "two"]);
    sandbox.revision(
        "ann",
        "aaaa00000003",
        &["9209a434d045"],
        "three",
        "CREATE TABLE three (x);",
        "",
    );
    sandbox.git("ann", &["add", "-A"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "three"]), @"
    exit 1
    --- stderr
    error: this commit leaves 2 heads: aaaa00000002, aaaa00000003 [diverged-heads]
     --> migrations/aaaa00000003.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               ^^^^^^^^^^^^^^
      |
     ::: migrations/aaaa00000002.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               --------------
    hint: `teammig sync` puts yours on top of the others, or joins them; then `git add` what it wrote
    warning: aaaa00000003 cannot be rolled back: its down section is empty [irreversible]
     --> migrations/aaaa00000003.sql:9:1
      |
    9 | -- migrate:down
      | ^^^^^^^^^^^^^^^
    hint: write the way back below `-- migrate:down`, or say on purpose that there is none: `-- migrate:down irreversible`
    hint: `git commit --no-verify` commits without this check
    ");
    sandbox.ok("ann", &["merge-heads", "--yes"]);
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "three, merged"]);
}

/// A merge conflict that is committed with the markers still in the file.
#[test]
fn conflict_markers_are_rejected() {
    let sandbox = guarded();
    sandbox.write(
        "ann/migrations/aaaa00000002.sql",
        "-- teammig:\n--   revision: aaaa00000002\n<<<<<<< HEAD\n--   parents: [9209a434d045]\n=======\n--   parents: []\n>>>>>>> theirs\n",
    );
    sandbox.git("ann", &["add", "-A"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "conflict"]), @"
    exit 1
    --- stderr
    error: the file has merge-conflict markers [unreadable-revision]
     --> migrations/aaaa00000002.sql:3:1
      |
    3 | <<<<<<< HEAD
      | ^^^^^^^ the conflict begins here
    hint: resolve the conflict, then `git add` the file
    hint: `git commit --no-verify` commits without this check
    ");
}

/// Without a database, without a terminal, with a short PATH: as a GUI calls it.
#[test]
fn the_hook_needs_no_database_and_no_path() {
    let sandbox = guarded();
    fs::remove_file(sandbox.at("ann/dev.db")).unwrap();
    let text = sandbox.read(FIXED);
    sandbox.write(FIXED, text.replace("name text", "name blob"));
    let git = String::from_utf8(
        std::process::Command::new("sh")
            .args(["-c", "command -v git"])
            .output()
            .unwrap()
            .stdout,
    )
    .unwrap();
    let run = sandbox.run(
        sandbox
            .command(git.trim(), "ann")
            .args(["commit", "-qam", "edit"])
            .env("PATH", "/usr/bin:/bin"),
    );
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr
            .contains("applied in dev on 2026-11-22 by ann@host"),
        "{run}"
    );
}

#[test]
fn install_status_uninstall() {
    let sandbox = Sandbox::team();
    sandbox.write("ann/.git/hooks/pre-commit", "#!/bin/sh\necho theirs\n");
    fs::set_permissions(
        sandbox.at("ann/.git/hooks/pre-commit"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    assert_snapshot!(sandbox.teammig("ann", &["hooks", "status"]), @"
    exit 3
    --- stdout
    pre-commit       not installed; `teammig hooks install` does it
    pre-merge-commit not installed; `teammig hooks install` does it
    pre-push         not installed; `teammig hooks install` does it
    post-merge       not installed; `teammig hooks install` does it
    post-checkout    not installed; `teammig hooks install` does it
    post-rewrite     not installed; `teammig hooks install` does it
    post-commit      not installed; `teammig hooks install` does it
    ");
    assert_snapshot!(sandbox.teammig("ann", &["hooks", "install"]), @"
    exit 0
    --- stderr
      pre-commit       added to [DIR]/ann/.git/hooks/pre-commit, before what was there
      pre-merge-commit installed in [DIR]/ann/.git/hooks/pre-merge-commit
      pre-push         installed in [DIR]/ann/.git/hooks/pre-push
      post-merge       installed in [DIR]/ann/.git/hooks/post-merge
      post-checkout    installed in [DIR]/ann/.git/hooks/post-checkout
      post-rewrite     installed in [DIR]/ann/.git/hooks/post-rewrite
      post-commit      installed in [DIR]/ann/.git/hooks/post-commit
    ");
    assert_snapshot!(sandbox.teammig("ann", &["hooks", "install"]), @"
    exit 0
    --- stderr
      pre-commit       is installed in [DIR]/ann/.git/hooks/pre-commit
      pre-merge-commit is installed in [DIR]/ann/.git/hooks/pre-merge-commit
      pre-push         is installed in [DIR]/ann/.git/hooks/pre-push
      post-merge       is installed in [DIR]/ann/.git/hooks/post-merge
      post-checkout    is installed in [DIR]/ann/.git/hooks/post-checkout
      post-rewrite     is installed in [DIR]/ann/.git/hooks/post-rewrite
      post-commit      is installed in [DIR]/ann/.git/hooks/post-commit
    ");
    assert_snapshot!(sandbox.teammig("ann", &["hooks", "status"]), @"
    exit 0
    --- stdout
    pre-commit       works, before another hook's lines ([DIR]/ann/.git/hooks/pre-commit)
    pre-merge-commit works ([DIR]/ann/.git/hooks/pre-merge-commit)
    pre-push         works ([DIR]/ann/.git/hooks/pre-push)
    post-merge       works ([DIR]/ann/.git/hooks/post-merge)
    post-checkout    works ([DIR]/ann/.git/hooks/post-checkout)
    post-rewrite     works ([DIR]/ann/.git/hooks/post-rewrite)
    post-commit      works ([DIR]/ann/.git/hooks/post-commit)
    ");
    let run = sandbox.try_git("ann", &["commit", "-q", "--allow-empty", "-m", "x"]);
    assert!(
        run.stdout.contains("theirs") || run.stderr.contains("theirs"),
        "{run}"
    );
    assert_snapshot!(sandbox.teammig("ann", &["hooks", "uninstall"]), @"
    exit 0
    --- stderr
      pre-commit       removed from [DIR]/ann/.git/hooks/pre-commit
      pre-merge-commit removed [DIR]/ann/.git/hooks/pre-merge-commit
      pre-push         removed [DIR]/ann/.git/hooks/pre-push
      post-merge       removed [DIR]/ann/.git/hooks/post-merge
      post-checkout    removed [DIR]/ann/.git/hooks/post-checkout
      post-rewrite     removed [DIR]/ann/.git/hooks/post-rewrite
      post-commit      removed [DIR]/ann/.git/hooks/post-commit
    ");
    assert_eq!(
        sandbox.read("ann/.git/hooks/pre-commit"),
        "#!/bin/sh\necho theirs\n"
    );
}

/// One's own database saying the same as the edit is no excuse.
#[test]
fn an_edit_of_a_published_revision_is_rejected_after_it_was_applied_at_home() {
    let sandbox = guarded();
    let text = sandbox.read(FIXED);
    sandbox.write(FIXED, text.replace("name text", "name blob"));
    sandbox.ok("ann", &["downgrade", "--yes"]);
    sandbox.ok("ann", &["upgrade"]);
    let run = sandbox.try_git("ann", &["commit", "-qam", "edit"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr
            .contains("published in origin/main, and applied in dev"),
        "{run}"
    );
}

/// What a protected environment has counts for more than what dev has.
#[test]
fn a_protected_environment_binds_like_a_publication() {
    let sandbox = guarded();
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\n  prod: {url: sqlite:prod.db, protected: true}\n",
    );
    let add = |up: &str| {
        sandbox.revision(
            "ann",
            "aaaa00000002",
            &["9209a434d045"],
            "two",
            up,
            "DROP TABLE two;",
        )
    };
    add("CREATE TABLE two (x);");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.ok("ann", &["upgrade", "--env", "prod", "--yes"]);
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "two"]);
    sandbox.ok("ann", &["downgrade"]);
    add("CREATE TABLE two (x, y);");
    sandbox.ok("ann", &["upgrade"]);
    let run = sandbox.try_git("ann", &["commit", "-qam", "edit"]);
    assert_eq!(run.code, 1, "{run}");
    // An environment that is configured no more does not hold anything for ever.
    sandbox.write("ann/teammig.yaml", "environments:\n  dev: sqlite:dev.db\n");
    sandbox.git("ann", &["commit", "-qm", "dev alone", "teammig.yaml"]);
    sandbox.git("ann", &["commit", "-qam", "edit"]);
}

/// Somebody pushed an edit past the hook; the repair is no edit.
#[test]
fn going_back_to_what_was_first_published_is_accepted() {
    let sandbox = guarded();
    let text = sandbox.read(FIXED);
    let edited = text.replace("name text", "name blob");
    sandbox.write(FIXED, &edited);
    sandbox.git("ann", &["commit", "-qnam", "edit"]);
    // Under another name it is still the same revision.
    sandbox.git(
        "ann",
        &["mv", "migrations/9209a434d045.sql", "migrations/moved.sql"],
    );
    sandbox.git("ann", &["commit", "-qnam", "move"]);
    sandbox.git("ann", &["push", "-q", "--no-verify"]);
    let moved = "ann/migrations/moved.sql";
    sandbox.write(moved, text.replace("name text", "name varchar"));
    assert_eq!(sandbox.try_git("ann", &["commit", "-qam", "third"]).code, 1);
    sandbox.write(moved, &text);
    sandbox.git("ann", &["commit", "-qam", "repair"]);
}

#[test]
fn protected_refs_that_are_not_there_are_named() {
    let sandbox = guarded();
    sandbox.write(
        "ann/teammig.yaml",
        "protected: [origin/nope]\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    let run = sandbox.teammig("ann", &["hooks", "status"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("names origin/nope"), "{run}");
    let run = sandbox.try_git("ann", &["commit", "-qam", "protect"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("names origin/nope"), "{run}");
}

/// Applications write into `.env` what they like.
#[test]
fn a_line_of_dotenv_that_is_none_stops_nothing() {
    let sandbox = guarded();
    sandbox.write("ann/.env", "APP_NAME=My Secret App\nDEV=sqlite:dev.db\n");
    sandbox.git("ann", &["add", "teammig.yaml"]);
    sandbox.git("ann", &["commit", "-q", "--allow-empty", "-m", "x"]);
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: ${DEV}\n  prod: ${PROD}\n",
    );
    sandbox.ok("ann", &["current"]);
    assert_snapshot!(sandbox.teammig("ann", &["current", "--env", "prod"]), @"
    exit 1
    --- stderr
    error: environment `prod` needs the variable PROD, which is not set
      line 1 of .env does not read as NAME=value
    hint: set PROD, in the environment or in a .env file beside teammig.yaml
    ");
}
