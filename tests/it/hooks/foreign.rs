//! Hooks that are not this clone's, or not ours to edit.

use std::fs;

use super::guarded;
use crate::support::Sandbox;

/// What was noted about hooks comes along with a copy, and names the files of the first.
#[test]
fn a_copied_clone_leaves_the_hooks_of_the_first_alone() {
    let sandbox = guarded();
    for event in ["pre-commit", "pre-push"] {
        let hook = sandbox.at("ann/.git/hooks").join(event);
        let before = fs::read(&hook).unwrap();
        let copied = std::process::Command::new("cp")
            .args(["-r", "ann", "copy"])
            .current_dir(sandbox.path())
            .status();
        assert!(copied.unwrap().success());
        let said = sandbox.teammig("copy", &["hooks", "uninstall", event]);
        assert_eq!(said.code, 0, "{said}");
        assert!(!said.stderr.contains("/ann/"), "{said}");
        assert!(!sandbox.at("copy/.git/hooks").join(event).exists());
        assert_eq!(fs::read(&hook).unwrap(), before, "{said}");
        // Lost or not is a question about its own.
        let status = sandbox.teammig("copy", &["hooks", "status"]);
        assert!(!status.stdout.contains("/ann/"), "{status}");
        fs::remove_dir_all(sandbox.at("copy")).unwrap();
    }
    // From a linked working tree the hooks are the clone's own.
    sandbox.git("ann", &["worktree", "add", "-q", "../tree", "-b", "side"]);
    sandbox.ok("tree", &["hooks", "uninstall", "pre-push"]);
    assert!(!sandbox.at("ann/.git/hooks/pre-push").exists());
}

/// A folder outside serves other repositories too, whoever's setting it is.
#[test]
fn a_folder_outside_of_the_repository_is_not_written_to() {
    let sandbox = Sandbox::team();
    fs::create_dir(sandbox.at("shared")).unwrap();
    let shared = sandbox.at("shared").display().to_string();
    sandbox.git("ann", &["config", "core.hooksPath", &shared]);
    let run = sandbox.teammig("ann", &["hooks", "install", "pre-push"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr
            .contains("left alone: core.hooksPath of the repository leads out of this repository"),
        "{run}"
    );
    assert!(
        run.stderr.contains("teammig hooks run pre-push \"$@\""),
        "{run}"
    );
    assert_eq!(fs::read_dir(sandbox.at("shared")).unwrap().count(), 0);
    // Nor is anything taken out of it.
    sandbox.ok("bob", &["hooks", "install", "pre-push"]);
    let hook = sandbox.at("shared/pre-push");
    fs::copy(sandbox.at("bob/.git/hooks/pre-push"), &hook).unwrap();
    let run = sandbox.teammig("ann", &["hooks", "uninstall", "pre-push"]);
    assert!(run.stderr.contains("left alone"), "{run}");
    assert!(hook.exists());
}
