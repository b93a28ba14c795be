//! A change is judged by the stricter of what `teammig.yaml` says on both of its sides: what it
//! turns down does not count for itself.

use insta::assert_snapshot;

use super::edit;
use crate::support::Sandbox;

const CONFIG: &str = "environments:\n  dev: sqlite:dev.db\n";

fn configure(sandbox: &Sandbox, more: &str) {
    sandbox.write("ann/teammig.yaml", format!("{CONFIG}{more}"));
}

/// Ann edits what is published, and says in the same change that it does not matter.
fn switched_off(more: &str) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    configure(&sandbox, more);
    edit(&sandbox, "ann", "name text", "name blob");
    sandbox.git("ann", &["add", "-A"]);
    sandbox
}

#[test]
fn a_level_of_the_change_itself() {
    let sandbox = switched_off("check: {edited-revision: off}\n");
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "Off and edit"]), @r#"
    exit 1
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why; `edited-revision: off` in teammig.yaml counts once it is committed
    hint: `git commit --no-verify` commits without this check
    "#);
    let run = sandbox.teammig("ann", &["check"]);
    assert!(
        run.code == 3 && run.stderr.contains("[edited-revision]"),
        "{run}"
    );
    sandbox.git("ann", &["commit", "-qm", "Off and edit", "--no-verify"]);
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @r#"
    exit 3
    --- stdout
    1 error: 0 new revisions of main (4e454bb) against origin/main (3201aee), merged result: 1 head
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=origin/main --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why; `edited-revision: off` in teammig.yaml counts once it is on origin/main
    "#);
    assert_snapshot!(sandbox.try_git("ann", &["push", "-q"]), @r#"
    exit 1
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=origin/main --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why; `edited-revision: off` in teammig.yaml counts once it is on origin/main
    hint: `git push --no-verify` pushes without this check
    error: failed to push some refs to '[DIR]/origin.git'
    "#);
}

/// Two commits: the hook of the second one sees it committed, whoever judges the branch does not.
#[test]
fn a_level_of_an_earlier_commit_of_the_branch() {
    let sandbox = switched_off("check: {edited-revision: warning}\n");
    sandbox.git("ann", &["reset", "-q"]);
    sandbox.git("ann", &["commit", "-qm", "Off", "teammig.yaml"]);
    let run = sandbox.try_git("ann", &["commit", "-qam", "Edit"]);
    assert!(
        run.code == 0 && run.stderr.contains("warning: 9209a434d045 is edited"),
        "{run}"
    );
    assert_eq!(sandbox.teammig("ann", &["check", "--base"]).code, 3);
    // Once others have the level, it counts.
    sandbox.git("ann", &["push", "-q", "origin", "HEAD~:main"]);
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(
        run.code == 0 && run.stderr.contains("warning: 9209"),
        "{run}"
    );
}

#[test]
fn a_stricter_level_counts_at_once() {
    let sandbox = Sandbox::team();
    configure(&sandbox, "check: {irreversible: error}\n");
    sandbox.write(
        "ann/migrations/two.sql",
        "-- teammig:\n--   revision: aaaa00000002\n--   parents: [9209a434d045]\n\n-- migrate:up\nSELECT 1;\n",
    );
    sandbox.commit("ann", "Two");
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(
        run.code == 3 && run.stderr.contains("[irreversible]"),
        "{run}"
    );
}

#[test]
fn a_protected_branch_that_the_change_takes_off_the_list() {
    let sandbox = Sandbox::team();
    configure(&sandbox, "protected: [origin/main, origin/release]\n");
    sandbox.commit("ann", "Protect");
    sandbox.table("ann", "bbbb00000003", &["9209a434d045"], "three");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.commit("ann", "Three");
    sandbox.git("ann", &["push", "-q", "origin", "HEAD:release"]);
    // Edited on a branch that no longer calls it published.
    configure(&sandbox, "protected: [origin/main]\n");
    sandbox.edit("ann/migrations/bbbb00000003.sql", "(x)", "(y)");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.teammig("ann", &["check", "--staged"]);
    assert!(
        run.code == 3 && run.stderr.contains("published in origin/release"),
        "{run}"
    );
    sandbox.git("ann", &["commit", "-qm", "Edit", "--no-verify"]);
    sandbox.ok("ann", &["hooks", "install"]);
    let run = sandbox.try_git("ann", &["push", "-q", "origin", "HEAD:release"]);
    assert!(
        run.code == 1 && run.stderr.contains("published in origin/release"),
        "{run}"
    );
}

#[test]
fn a_release_tag_that_the_change_takes_off_the_list() {
    let sandbox = Sandbox::team();
    sandbox.table("ann", "bbbb00000003", &["9209a434d045"], "three");
    sandbox.commit("ann", "Three");
    sandbox.git("ann", &["tag", "v1"]);
    configure(&sandbox, "release_tags: [r*]\n");
    sandbox.edit("ann/migrations/bbbb00000003.sql", "(x)", "(y)");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.teammig("ann", &["check", "--staged"]);
    assert!(
        run.code == 3 && run.stderr.contains("released in the tag v1"),
        "{run}"
    );
}

/// The name under `protected:` was wrong, and this puts it right: nobody has to be stopped by
/// what is no longer there, unless something is edited that may be published there.
#[test]
fn a_protected_branch_that_is_gone_is_taken_off_the_list() {
    let sandbox = Sandbox::team();
    configure(&sandbox, "protected: [origin/main, origin/old]\n");
    sandbox.commit("ann", "Protect");
    sandbox.git("ann", &["push", "-q"]);
    assert_eq!(sandbox.teammig("ann", &["check", "--base"]).code, 4);
    configure(&sandbox, "protected: [origin/main]\n");
    sandbox.table("ann", "bbbb00000003", &["9209a434d045"], "three");
    sandbox.commit("ann", "Three");
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert_eq!(run.code, 0, "{run}");
    edit(
        &sandbox,
        "ann",
        "-- migrate:up",
        "-- migrate:up\n-- a remark",
    );
    sandbox.commit("ann", "Edit");
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: `protected:` names origin/old on origin/main, which this clone does not have: what is published there cannot be judged
    hint: `git fetch origin old:refs/remotes/origin/old` brings it; in CI, set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)
    hint: or correct `protected:` in teammig.yaml (origin/old)
    ");
}

/// Nothing was there before: what the first configuration says counts.
#[test]
fn the_first_configuration_of_a_project() {
    let sandbox = Sandbox::team();
    sandbox.write(
        "ann/log/teammig.yaml",
        "environments: {dev: sqlite:log.db}\ncheck: {hand-made-id: off}\n",
    );
    sandbox.table("ann/log", "a1b2c3d4e5f6", &[], "log");
    sandbox.commit("ann", "Another one");
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(
        run.code == 0 && !run.stderr.contains("hand-made-id"),
        "{run}"
    );
}

/// Without a file, everything counts as where it says nothing.
#[test]
fn the_first_configuration_of_files_that_were_there() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["rm", "-q", "teammig.yaml"]);
    sandbox.git("ann", &["commit", "-qm", "No file"]);
    sandbox.git("ann", &["push", "-q"]);
    configure(&sandbox, "check: {edited-revision: off}\n");
    edit(&sandbox, "ann", "name text", "name blob");
    sandbox.commit("ann", "A file and an edit");
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(
        run.code == 3 && run.stderr.contains("[edited-revision]"),
        "{run}"
    );
}

#[test]
fn a_configuration_that_cannot_be_read_turns_nothing_down() {
    let sandbox = Sandbox::team();
    configure(&sandbox, "check: {edited-revision: of}\n");
    sandbox.commit("ann", "Broken");
    sandbox.git("ann", &["push", "-q"]);
    configure(&sandbox, "check: {edited-revision: off}\n");
    edit(&sandbox, "ann", "name text", "name blob");
    sandbox.commit("ann", "Put right, and edit");
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(
        run.code == 3 && run.stderr.contains("[edited-revision]"),
        "{run}"
    );
}

#[test]
fn release_tags_that_the_change_empties() {
    let sandbox = Sandbox::team();
    sandbox.table("ann", "bbbb00000003", &["9209a434d045"], "three");
    sandbox.commit("ann", "Three");
    sandbox.git("ann", &["tag", "v1"]);
    configure(&sandbox, "release_tags: []\n");
    sandbox.edit("ann/migrations/bbbb00000003.sql", "(x)", "(y)");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.teammig("ann", &["check", "--staged"]);
    assert!(
        run.code == 3 && run.stderr.contains("released in the tag v1"),
        "{run}"
    );
}

/// What is dangerous is what the other side says, too.
#[test]
fn a_lint_rule_of_the_change_itself() {
    let sandbox = Sandbox::team();
    configure(&sandbox, "lint: {error: [ban-drop-table]}\n");
    sandbox.commit("ann", "Tables stay");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("ann", &["switch", "-q", "-c", "drop"]);
    sandbox.revision(
        "ann",
        "7f3a9c21e4b0",
        &["9209a434d045"],
        "Drop",
        "DROP TABLE users;",
        "CREATE TABLE users (id);",
    );
    for lint in ["lint: {exclude: [ban-drop-table]}\n", "lint: off\n", ""] {
        configure(&sandbox, lint);
        sandbox.git("ann", &["add", "-A"]);
        let run = sandbox.teammig("ann", &["hooks", "run", "pre-commit"]);
        assert!(
            run.code == 3 && run.stderr.contains("[ban-drop-table]"),
            "{lint} {run}"
        );
        sandbox.commit("ann", "Drop");
        let run = sandbox.teammig("ann", &["check", "--base"]);
        assert!(
            run.code == 3 && run.stderr.contains("[ban-drop-table]"),
            "{lint} {run}"
        );
        sandbox.git("ann", &["reset", "-q", "--soft", "HEAD~1"]);
    }
}
