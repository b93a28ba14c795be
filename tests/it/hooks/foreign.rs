//! Hooks that are not this clone's, or not ours to edit.

use std::fs;

use insta::assert_snapshot;

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

/// What only stands in a comment is not called.
#[test]
fn a_comment_calls_nothing() {
    let sandbox = Sandbox::team();
    let status = || sandbox.teammig("ann", &["hooks", "status"]).stdout;
    let hook = sandbox.at("ann/.git/hooks/pre-commit");
    for (line, works) in [
        ("# teammig hooks run pre-commit", false),
        ("teammig hooks run pre-commit", true),
    ] {
        fs::write(&hook, format!("#!/bin/sh\n{line}\n")).unwrap();
        let runnable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&hook, runnable).unwrap();
        let said = status();
        assert_eq!(said.contains("works, called by hand"), works, "{said}");
    }
    // A key may be there once.
    sandbox.write(
        "ann/lefthook.yml",
        "pre-commit:\n  jobs:\n    - run: 'true'\n    # run: teammig hooks run pre-commit\n",
    );
    fs::remove_file(&hook).unwrap();
    let run = sandbox.teammig("ann", &["hooks", "install", "pre-commit"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr
            .contains("hint: `pre-commit:` is there already: put the job under the `jobs:`"),
        "{run}"
    );
}

/// A line of sh is no help in a hook of another language.
#[test]
fn a_hook_that_is_no_shell_script_is_told_what_to_call() {
    let sandbox = Sandbox::team();
    let hook = sandbox.at("ann/.git/hooks/pre-push");
    let runnable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::write(&hook, "#!/usr/bin/env python3\nimport sys\n").unwrap();
    fs::set_permissions(&hook, runnable).unwrap();
    let install = || sandbox.teammig("ann", &["hooks", "install", "pre-push"]);
    assert_snapshot!(install(), @"
    exit 3
    --- stderr
      pre-push         left alone: it is not a shell script
    hint: let [DIR]/ann/.git/hooks/pre-push call `teammig hooks run pre-push` first, in its own language, with its arguments and its standard input, and end as that ends
    ");
    let status = || {
        let run = sandbox.teammig("ann", &["hooks", "status"]);
        let mut lines = run.stdout.lines();
        let line = lines.find(|line| line.starts_with("pre-push")).unwrap();
        line.replace(sandbox.path().to_str().unwrap(), "[DIR]")
    };
    assert_snapshot!(status(), @"pre-push         not installed, and [DIR]/ann/.git/hooks/pre-push is left alone: it is not a shell script; `teammig hooks install pre-push` says what helps");
    let call = "import subprocess\nsubprocess.run(['teammig', 'hooks', 'run', 'pre-push', *sys.argv[1:]], check=True)\n";
    fs::write(&hook, format!("#!/usr/bin/env python3\nimport sys\n{call}")).unwrap();
    assert!(status().contains("works, called by hand"), "{}", status());
    // One that Git does not run.
    fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    assert_snapshot!(install(), @"
    exit 3
    --- stderr
      pre-push         left alone: it is not executable, so Git does not run it
    hint: `chmod +x [DIR]/ann/.git/hooks/pre-push` lets Git run it; then `teammig hooks install` again
    ");
    assert_snapshot!(status(), @"pre-push         not installed, and [DIR]/ann/.git/hooks/pre-push is left alone: it is not executable, so Git does not run it; `teammig hooks install pre-push` says what helps");
}

/// Nobody commits there, unless its branches are checked out beside it.
#[test]
fn a_bare_repository_gets_none() {
    let sandbox = Sandbox::team();
    for args in [&["install"][..], &["status"]] {
        let run = sandbox.teammig("origin.git", &[&["hooks"], args].concat());
        assert!(
            run.code == 1 && run.stderr.contains("nobody commits here"),
            "{run}"
        );
        assert!(
            run.stderr.contains("hint: install them in a clone"),
            "{run}"
        );
    }
    assert!(!sandbox.at("origin.git/hooks/pre-commit").exists());
    sandbox.ok("origin.git", &["hooks", "uninstall"]);
    sandbox.git("origin.git", &["worktree", "add", "-q", "../tree", "main"]);
    sandbox.ok("origin.git", &["hooks", "install"]);
    sandbox.ok("origin.git", &["hooks", "status"]);
    sandbox.table("tree", "aaaa00000002", &[], "two");
    sandbox.git("tree", &["add", "-A"]);
    let run = sandbox.try_git("tree", &["commit", "-qm", "Two heads"]);
    assert!(
        run.code == 1 && run.stderr.contains("diverged-heads"),
        "{run}"
    );
}
