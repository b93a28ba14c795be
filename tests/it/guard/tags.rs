//! A release is read as it was configured then, whatever the folders are called today.

use crate::support::Sandbox;

/// What the tag v1 has is on no protected branch, as a hotfix, and the folder has another name
/// since.
fn released() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-qc", "hotfix"]);
    sandbox.table("ann", "bbbb00000003", &["9209a434d045"], "three");
    sandbox.commit("ann", "Three");
    sandbox.git("ann", &["tag", "v1"]);
    sandbox.git("ann", &["mv", "migrations", "db"]);
    sandbox.write(
        "ann/teammig.yaml",
        "migrations: db\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox.commit("ann", "Another name");
    sandbox
}

#[test]
fn what_was_released_before_the_folder_was_renamed() {
    let sandbox = released();
    let run = sandbox.teammig("ann", &["why", "bbbb"]);
    assert!(
        run.stdout.contains("it was released in the tag v1"),
        "{run}"
    );
    sandbox.edit("ann/db/bbbb00000003.sql", "(x)", "(y)");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.teammig("ann", &["check", "--staged"]);
    assert!(
        run.code == 3 && run.stderr.contains("released in the tag v1"),
        "{run}"
    );
}

/// Of tags before and after it, the oldest says most.
#[test]
fn of_releases_with_different_folders_the_oldest_is_told() {
    let sandbox = released();
    sandbox.git("ann", &["tag", "v2"]);
    let run = sandbox.teammig("ann", &["why", "bbbb"]);
    assert!(run.stdout.contains("Tags       v1, v2"), "{run}");
}

/// The whole project stood elsewhere.
#[test]
fn what_was_released_before_the_project_was_moved() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-qc", "hotfix"]);
    sandbox.table("ann", "bbbb00000003", &["9209a434d045"], "three");
    sandbox.commit("ann", "Three");
    sandbox.git("ann", &["tag", "v1"]);
    sandbox.write("ann/app/readme.md", "x");
    sandbox.git("ann", &["mv", "teammig.yaml", "migrations", "app"]);
    sandbox.commit("ann", "Below the top");
    let run = sandbox.teammig("ann/app", &["why", "bbbb"]);
    assert!(
        run.stdout.contains("it was released in the tag v1"),
        "{run}"
    );
}
