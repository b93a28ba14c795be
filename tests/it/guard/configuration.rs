//! Which configuration a step is judged with: that of each of its sides, not the one that
//! happens to stand on disk.

use std::fs;

use crate::support::{Sandbox, sandbox::Run};

const FIXED: &str = "migrations/9209a434d045.sql";

/// Ann's project stands in `app/`, and is published there.
fn in_a_folder() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.write("ann/app/readme.md", "x");
    sandbox.git("ann", &["mv", "teammig.yaml", "migrations", "app"]);
    sandbox.commit("ann", "Below the top");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.ok("ann/app", &["hooks", "install"]);
    sandbox
}

fn guarded() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox
}

/// What the commit says, the check of it with and without a base, and the push.
fn all(sandbox: &Sandbox) -> Vec<Run> {
    let staged = sandbox.teammig("ann", &["check", "--staged"]);
    let files = sandbox.teammig("ann", &["check"]);
    sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "Step"]);
    let merged = sandbox.teammig("ann", &["check", "--base"]);
    let pushed = sandbox.try_git("ann", &["push", "-q"]);
    vec![staged, files, merged, pushed]
}

#[track_caller]
fn all_say(sandbox: &Sandbox, rule: &str) {
    for (n, run) in all(sandbox).iter().enumerate() {
        // A hook that stops Git makes it end with 1.
        let code = if n == 3 { 1 } else { 3 };
        assert!(run.code == code && run.stderr.contains(rule), "{n}: {run}");
    }
}

#[track_caller]
fn all_are_fine(sandbox: &Sandbox) {
    for (n, run) in all(sandbox).iter().enumerate() {
        assert!(run.code == 0 && !run.stderr.contains("error"), "{n}: {run}");
    }
}

#[test]
fn a_project_that_is_deleted_as_a_whole() {
    let sandbox = in_a_folder();
    sandbox.git("ann", &["rm", "-qr", "app"]);
    all_say(&sandbox, "9209a434d045 is deleted");
}

/// Beside another one, which nothing happens to.
#[test]
fn one_of_two_projects_is_deleted() {
    let sandbox = in_a_folder();
    sandbox.write(
        "ann/log/teammig.yaml",
        "environments: {dev: sqlite:log.db}\n",
    );
    sandbox.table("ann/log", "5b1d7c9e3f02", &[], "log");
    sandbox.commit("ann", "Another one");
    sandbox.git("ann", &["push", "-q", "--no-verify"]);
    sandbox.git("ann", &["rm", "-qr", "app"]);
    all_say(&sandbox, "9209a434d045 is deleted");
}

/// Nothing of it was published, released or applied.
#[test]
fn a_project_of_ones_own_may_go() {
    let sandbox = guarded();
    sandbox.write(
        "ann/log/teammig.yaml",
        "environments: {dev: sqlite:log.db}\n",
    );
    sandbox.table("ann/log", "5b1d7c9e3f02", &[], "log");
    sandbox.commit("ann", "Another one");
    sandbox.git("ann", &["rm", "-qr", "log"]);
    all_are_fine(&sandbox);
}

#[test]
fn a_project_that_is_moved_is_the_same() {
    let sandbox = in_a_folder();
    sandbox.git("ann", &["mv", "app", "app2"]);
    all_are_fine(&sandbox);
}

#[test]
fn an_edit_in_a_project_that_is_moved() {
    let sandbox = in_a_folder();
    sandbox.git("ann", &["mv", "app", "app2"]);
    sandbox.edit(&format!("ann/app2/{FIXED}"), "name text", "name blob");
    sandbox.git("ann", &["add", "-A"]);
    all_say(&sandbox, "9209a434d045 is edited");
}

/// The folder has another name on both sides of the step.
fn renamed() -> Sandbox {
    let sandbox = guarded();
    sandbox.git("ann", &["mv", "migrations", "db"]);
    sandbox.write(
        "ann/teammig.yaml",
        "migrations: db\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox
}

#[test]
fn a_folder_that_is_renamed_is_the_same() {
    let sandbox = renamed();
    sandbox.git("ann", &["add", "-A"]);
    all_are_fine(&sandbox);
}

#[test]
fn an_edit_in_a_folder_that_is_renamed() {
    let sandbox = renamed();
    sandbox.edit("ann/db/9209a434d045.sql", "name text", "name blob");
    sandbox.git("ann", &["add", "-A"]);
    all_say(&sandbox, "9209a434d045 is edited");
}

#[test]
fn a_deletion_in_a_folder_that_is_renamed() {
    let sandbox = renamed();
    sandbox.column("ann", "5b1d7c9e3f02", &[], "phone");
    fs::remove_file(sandbox.at("ann/db/9209a434d045.sql")).unwrap();
    fs::rename(
        sandbox.at("ann/migrations/5b1d7c9e3f02.sql"),
        sandbox.at("ann/db/5b1d7c9e3f02.sql"),
    )
    .unwrap();
    sandbox.git("ann", &["add", "-A"]);
    all_say(&sandbox, "9209a434d045 is deleted");
}

/// The first configuration names another folder than the one that held without it.
#[test]
fn a_configuration_that_is_new() {
    let sandbox = guarded();
    sandbox.git("ann", &["rm", "-q", "teammig.yaml"]);
    sandbox.commit("ann", "None");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("ann", &["mv", "migrations", "db"]);
    sandbox.write("ann/teammig.yaml", "migrations: db\n");
    sandbox.edit("ann/db/9209a434d045.sql", "name text", "name blob");
    sandbox.git("ann", &["add", "-A"]);
    all_say(&sandbox, "9209a434d045 is edited");
}

/// What is not staged, or not pushed, decides nothing.
#[test]
fn what_is_on_disk_alone_switches_nothing_off() {
    for yaml in [
        "check: {edited-revision: \"off\"}\n",
        "migrations: nowhere\n",
        "environments: [\n",
    ] {
        let sandbox = guarded();
        sandbox.edit(&format!("ann/{FIXED}"), "name text", "name blob");
        sandbox.git("ann", &["add", "-A"]);
        sandbox.write("ann/teammig.yaml", yaml);
        let run = sandbox.teammig("ann", &["check", "--staged"]);
        assert!(
            run.code == 3 && run.stderr.contains("[edited-revision]"),
            "{yaml} {run}"
        );
        let run = sandbox.try_git("ann", &["commit", "-qm", "Edit"]);
        assert_eq!(run.code, 1, "{yaml} {run}");
        sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "Edit"]);
        let run = sandbox.try_git("ann", &["push", "-q"]);
        assert!(
            run.code == 1 && run.stderr.contains("[edited-revision]"),
            "{yaml} {run}"
        );
        // Nor does it stop anybody.
        sandbox.git("ann", &["reset", "-q", "HEAD~1", "--", "migrations"]);
        sandbox.git("ann", &["commit", "-qm", "Back"]);
        sandbox.git("ann", &["push", "-q"]);
    }
}

/// Another branch is pushed than the one that is checked out.
#[test]
fn a_push_is_judged_with_what_is_pushed() {
    let sandbox = in_a_folder();
    sandbox.git("ann", &["switch", "-q", "-c", "gone"]);
    sandbox.git("ann", &["rm", "-qr", "app"]);
    sandbox.commit("ann", "Gone");
    sandbox.git("ann", &["switch", "-q", "main"]);
    let run = sandbox.try_git("ann", &["push", "-q", "origin", "gone:main"]);
    assert!(
        run.code == 1 && run.stderr.contains("9209a434d045 is deleted"),
        "{run}"
    );
    // And the other way round.
    sandbox.edit(&format!("ann/app/{FIXED}"), "name text", "name blob");
    sandbox.commit("ann", "Edit");
    sandbox.git("ann", &["switch", "-q", "gone"]);
    let run = sandbox.try_git("ann", &["push", "-q", "origin", "main"]);
    assert!(
        run.code == 1 && run.stderr.contains("9209a434d045 is edited"),
        "{run}"
    );
}

/// A configuration that was never added is taken from the disk: nothing else is there.
#[test]
fn one_that_was_never_added_is_read_from_disk() {
    let sandbox = guarded();
    sandbox.git("ann", &["mv", "migrations", "db"]);
    sandbox.git("ann", &["rm", "-q", "--cached", "teammig.yaml"]);
    sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "Untracked"]);
    sandbox.git("ann", &["push", "-q", "--no-verify"]);
    sandbox.write("ann/teammig.yaml", "migrations: db\n");
    sandbox.edit("ann/db/9209a434d045.sql", "name text", "name blob");
    sandbox.git("ann", &["add", "db"]);
    all_say(&sandbox, "9209a434d045 is edited");
}

/// The base goes on in the old folder while the branch renames it and edits in one commit.
#[test]
fn an_edit_in_a_renamed_folder_while_the_base_goes_on_in_the_old_one() {
    let sandbox = renamed();
    sandbox.edit(
        &format!("ann/db/{}", &FIXED["migrations/".len()..]),
        "name text",
        "name blob",
    );
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "Step", "--no-verify"]);
    sandbox.table("bob", "bbbb00000003", &["9209a434d045"], "three");
    sandbox.commit("bob", "Three");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    for args in [&["check"][..], &["check", "--base"]] {
        let run = sandbox.teammig("ann", args);
        assert!(
            run.code == 3 && run.stderr.contains("9209a434d045 is edited"),
            "{args:?} {run}"
        );
        assert!(!run.stderr.contains("is deleted"), "{args:?} {run}");
    }
}

/// The same without an edit is fine.
#[test]
fn a_renamed_folder_while_the_base_goes_on_in_the_old_one() {
    let sandbox = renamed();
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "Step"]);
    sandbox.table("bob", "bbbb00000003", &["9209a434d045"], "three");
    sandbox.commit("bob", "Three");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(
        !run.stderr.contains("is deleted") && !run.stderr.contains("is edited"),
        "{run}"
    );
}

/// One project becomes two databases; what stood in it is in the first, the second, or gone.
fn split(first: &[&str], second: &[&str]) -> Sandbox {
    let sandbox = guarded();
    sandbox.table("ann", "bbbb00000003", &["9209a434d045"], "three");
    sandbox.commit("ann", "Three");
    sandbox.git("ann", &["push", "-q"]);
    for (folder, ids) in [("one", first), ("two", second)] {
        fs::create_dir_all(sandbox.path().join("ann").join(folder)).unwrap();
        for id in ids {
            let name = format!("{id}.sql");
            sandbox.git(
                "ann",
                &[
                    "mv",
                    &format!("migrations/{name}"),
                    &format!("{folder}/{name}"),
                ],
            );
        }
    }
    if sandbox.path().join("ann/migrations").exists() {
        sandbox.git("ann", &["rm", "-qr", "--ignore-unmatch", "migrations"]);
    }
    sandbox.write(
        "ann/teammig.yaml",
        "databases:\n  one: {migrations: one, environments: {dev: sqlite:one.db}}\n  two: {migrations: two, \
         environments: {dev: sqlite:two.db}}\n",
    );
    sandbox.git("ann", &["add", "-A"]);
    sandbox
}

/// What stood in the old project is told as gone from it, though another database has it: of
/// a project that becomes two, one is taken for the same.
#[test]
fn a_project_that_is_split_hides_no_edit() {
    let sandbox = split(&["9209a434d045"], &["bbbb00000003"]);
    sandbox.edit("ann/two/bbbb00000003.sql", "(x)", "(y)");
    sandbox.git("ann", &["add", "-A"]);
    all_say(
        &sandbox,
        "bbbb00000003 is not where it was, but in two/bbbb00000003.sql, and it was published in origin/main",
    );
}

#[test]
fn a_project_that_is_split_hides_no_deletion() {
    let sandbox = split(&["9209a434d045"], &[]);
    all_say(&sandbox, "bbbb00000003 is deleted");
}
