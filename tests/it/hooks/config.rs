//! Hooks in Git's configuration, which Git has from 2.54 on. A Git that says it is one stands
//! in for it: what it is told is what is looked at, and run as Git runs it.

use std::{fs, os::unix::fs::PermissionsExt};

use super::FIXED;
use crate::support::{Sandbox, sandbox::Run};

struct Newer {
    sandbox: Sandbox,
    path: String,
}

impl Newer {
    fn new() -> Self {
        let sandbox = Sandbox::team();
        let path = std::env::var("PATH").unwrap();
        let mut places = std::env::split_paths(&path).map(|folder| folder.join("git"));
        let git = places.find(|git| git.is_file()).unwrap();
        let text = format!(
            "#!/bin/sh\n[ \"$*\" = --version ] && exec echo git version 2.54.0\nexec {} \"$@\"\n",
            git.display()
        );
        sandbox.write("newer/git", text);
        let file = sandbox.at("newer/git");
        fs::set_permissions(file, PermissionsExt::from_mode(0o755)).unwrap();
        let path = format!("{}:{path}", sandbox.at("newer").display());
        Self { sandbox, path }
    }

    fn hooks(&self, args: &[&str]) -> Run {
        self.sandbox.run(
            self.sandbox
                .command(env!("CARGO_BIN_EXE_teammig"), "ann")
                .arg("hooks")
                .args(args)
                .env("PATH", &self.path),
        )
    }

    /// Runs a hook as Git runs it.
    fn run(&self, event: &str, args: &[&str], teammig: &str) -> Run {
        let key = format!("hook.teammig-{event}.command");
        let command = self.sandbox.git("ann", &["config", "--local", &key]);
        let script = format!("{} \"$@\"", command.trim_end());
        self.sandbox.run(
            self.sandbox
                .command("sh", "ann")
                .args(["-c", &script, "hook"])
                .args(args)
                .env("TEAMMIG", teammig),
        )
    }
}

#[test]
fn one_place_for_each_hook() {
    let newer = Newer::new();
    let sandbox = &newer.sandbox;
    let before = sandbox.read("ann/.git/config");
    // What stood in a file goes, and a hook manager does not matter.
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.write("ann/lefthook.yml", "pre-commit:\n");
    let run = newer.hooks(&["install"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!sandbox.at("ann/.git/hooks/pre-commit").exists());
    for event in ["pre-commit", "post-merge"] {
        let key = format!("hook.teammig-{event}.event");
        assert_eq!(
            sandbox.git("ann", &["config", "--local", &key]).trim(),
            event
        );
    }
    assert!(
        newer
            .hooks(&["install"])
            .stderr
            .contains("is installed in this clone's Git configuration")
    );
    let run = newer.hooks(&["status"]);
    assert!(
        run.code == 0 && run.stdout.contains("works, from Git's configuration"),
        "{run}"
    );
    // An older Git passes over it.
    let run = sandbox.teammig("ann", &["hooks", "status"]);
    assert!(
        run.code == 3 && run.stdout.contains("this Git is older than 2.54"),
        "{run}"
    );
    sandbox.git("ann", &["config", "hook.teammig-pre-push.enabled", "false"]);
    let run = newer.hooks(&["status"]);
    assert!(
        run.code == 3 && run.stdout.contains("switched off"),
        "{run}"
    );
    assert_eq!(newer.hooks(&["uninstall"]).code, 0);
    assert_eq!(sandbox.read("ann/.git/config"), before);
    // Back to files.
    assert_eq!(newer.hooks(&["install"]).code, 0);
    assert_eq!(newer.hooks(&["install", "--clone-only"]).code, 0);
    assert_eq!(sandbox.read("ann/.git/config"), before);
    assert!(sandbox.at("ann/.git/hooks/pre-commit").exists());
}

#[test]
fn the_commands_work_as_git_runs_them() {
    let newer = Newer::new();
    let sandbox = &newer.sandbox;
    assert_eq!(newer.hooks(&["install"]).code, 0);
    sandbox.edit(FIXED, "name text", "name blob");
    sandbox.git("ann", &["add", "-A"]);
    let run = newer.run("pre-commit", &[], "1");
    assert!(
        run.code == 3 && run.stderr.contains("[edited-revision]"),
        "{run}"
    );
    assert_eq!(newer.run("pre-commit", &[], "0").code, 0);
    sandbox.git("ann", &["reset", "-q", "--hard"]);
    let old = sandbox.git("ann", &["rev-parse", "HEAD"]);
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    let new = sandbox.git("ann", &["rev-parse", "HEAD"]);
    let run = newer.run("post-checkout", &[old.trim(), new.trim(), "1"], "1");
    assert!(
        run.code == 0 && run.stderr.contains("1 new revision"),
        "{run}"
    );
    // The program is gone.
    for event in ["pre-commit", "pre-push", "post-merge"] {
        let key = format!("hook.teammig-{event}.command");
        let command = sandbox.git("ann", &["config", &key]);
        let command = command.replace(env!("CARGO_BIN_EXE_teammig"), "/nowhere/teammig");
        sandbox.git("ann", &["config", &key, command.trim_end()]);
        let run = newer.run(event, &[], "1");
        let blocks = event.starts_with("pre-");
        assert_eq!(run.code, i32::from(blocks), "{event} {run}");
        assert_eq!(
            run.stderr.contains("--no-verify goes on without it"),
            blocks,
            "{run}"
        );
    }
}
