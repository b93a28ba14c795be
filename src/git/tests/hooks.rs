//! Hooks put in and taken out again, with the real `git commit` to run them.

use std::{fs, path::PathBuf, process::Command};

use crate::git::{
    Event, Form, HookState, HooksDir, Installed, LeftAlone, Scope, Uninstalled, WhyNot,
    testing::{TestRepo, isolated, set_executable},
};

const EVENT: Event = Event::PreCommit;
const HOOK: &str = ".git/hooks/pre-commit";

/// A foreign hook that says so, and says what it was given.
const FOREIGN: &str = "#!/bin/sh -eu\ncat >>../ran\necho \"foreign $# $0\" >>../ran\nexit 0\n";

struct Room {
    git: TestRepo,
    /// Stands for teammig: notes its arguments and ends with the status in `../status`.
    program: PathBuf,
}

impl Room {
    fn new() -> Self {
        let git = TestRepo::new();
        git.commit("a", "a");
        let text =
            "#!/bin/sh\ncat >>../ran\necho \"teammig $*\" >>../ran\nexit \"$(cat ../status)\"\n";
        git.hook("../it's teammig", text);
        let program = git.beside("it's teammig");
        let room = Self { git, program };
        room.answer(0);
        room
    }

    fn answer(&self, status: i32) {
        fs::write(self.git.beside("status"), status.to_string()).unwrap();
    }

    fn dir(&self) -> HooksDir {
        self.git.open().hooks_dir().unwrap()
    }

    fn install(&self) -> Installed {
        self.dir().install(EVENT, &self.program).unwrap()
    }

    fn uninstall(&self) -> Vec<Uninstalled> {
        self.dir().uninstall(EVENT).unwrap()
    }

    fn state(&self) -> HookState {
        self.dir().status(EVENT).unwrap().state
    }

    fn left_alone(&self) -> LeftAlone {
        match self.install() {
            Installed::LeftAlone(left) => left,
            other => panic!("{other:?}"),
        }
    }

    /// Puts a program that says so on a `PATH`, and gives that.
    fn on_path(&self) -> String {
        self.git
            .hook("../bin/teammig", "#!/bin/sh\necho from PATH >>../ran\n");
        format!(
            "{}:{}",
            self.git.beside("bin").display(),
            std::env::var("PATH").unwrap()
        )
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.git.path.join(path)).unwrap()
    }

    /// Commits, and gives whether it worked, which hooks ran, and what was said.
    fn commit(&self, variables: &[(&str, &str)]) -> (bool, String, String) {
        let ran = self.git.beside("ran");
        let _ = fs::remove_file(&ran);
        let output = self
            .git
            .command(&["commit", "-q", "--allow-empty", "-m", "x"])
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        (
            output.status.success(),
            fs::read_to_string(ran).unwrap_or_default(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}

#[test]
fn where_there_was_no_hook() {
    isolated!();
    let room = Room::new();
    let hook = room.git.path.join(HOOK);
    fs::remove_dir_all(room.git.path.join(".git/hooks")).unwrap();
    assert_eq!(room.state(), HookState::NotInstalled);
    assert_eq!(room.uninstall(), []);
    assert_eq!(room.install(), Installed::Created(hook.clone()));
    assert_eq!(room.state(), HookState::Installed(Form::File));
    assert_eq!(room.install(), Installed::Already(hook.clone()));

    let (worked, ran, _) = room.commit(&[]);
    assert!(worked);
    assert_eq!(ran, "teammig hooks run pre-commit\n");
    room.answer(3);
    assert!(!room.commit(&[]).0);
    let (worked, ran, _) = room.commit(&[("TEAMMIG", "0")]);
    assert!(worked && ran.is_empty());

    assert_eq!(room.uninstall(), [Uninstalled::Deleted(hook.clone())]);
    assert!(!hook.exists());
    assert_eq!(room.state(), HookState::NotInstalled);
}

#[test]
fn in_front_of_a_foreign_hook() {
    isolated!();
    let room = Room::new();
    let hook = room.git.path.join(HOOK);
    room.git.hook(HOOK, FOREIGN);
    assert_eq!(room.install(), Installed::Added(hook.clone()));
    assert_eq!(room.state(), HookState::Installed(Form::Block));
    assert_eq!(room.install(), Installed::Already(hook.clone()));

    let both = "teammig hooks run pre-commit\nforeign 0 .git/hooks/pre-commit\n";
    let (worked, ran, said) = room.commit(&[]);
    assert!(worked, "{said}");
    assert_eq!(ran, both);
    room.answer(3);
    let (worked, ran, _) = room.commit(&[]);
    assert!(!worked);
    assert_eq!(ran, "teammig hooks run pre-commit\n");
    let (worked, ran, _) = room.commit(&[("TEAMMIG", "0")]);
    assert!(worked);
    assert_eq!(ran, "foreign 0 .git/hooks/pre-commit\n");

    assert_eq!(room.uninstall(), [Uninstalled::Restored(hook.clone())]);
    assert_eq!(room.read(HOOK), FOREIGN);
    assert!(room.commit(&[]).0);
}

/// Git gives hooks like pre-push and post-rewrite their data on standard input.
#[test]
fn the_foreign_hook_gets_its_arguments_and_its_input() {
    isolated!();
    let room = Room::new();
    room.git.hook(HOOK, FOREIGN);
    room.install();
    let input = room.git.beside("input");
    fs::write(&input, "given\n").unwrap();
    let status = Command::new(room.git.path.join(HOOK))
        .args(["x y", "z"])
        .current_dir(&room.git.path)
        .stdin(fs::File::open(input).unwrap())
        .status()
        .unwrap();
    assert!(status.success());
    let ran = fs::read_to_string(room.git.beside("ran")).unwrap();
    assert_eq!(
        ran,
        format!(
            "teammig hooks run pre-commit x y z\ngiven\nforeign 2 {}\n",
            room.git.path.join(HOOK).display()
        )
    );
}

/// The other tool comes second and adds its lines to our file.
#[test]
fn under_a_foreign_hook() {
    isolated!();
    let room = Room::new();
    room.install();
    let added = "echo appended >>../ran\n";
    let text = room.read(HOOK) + added;
    room.git.hook(HOOK, &text);
    assert_eq!(room.state(), HookState::Installed(Form::Block));
    // Our own file ends in `exec`; once it is not only ours any more, it must not.
    assert!(matches!(room.install(), Installed::Replaced(_)));
    let (_, ran, _) = room.commit(&[]);
    assert_eq!(ran, "teammig hooks run pre-commit\nappended\n");
    assert!(matches!(
        room.uninstall().as_slice(),
        [Uninstalled::Restored(_)]
    ));
    assert_eq!(room.read(HOOK), format!("#!/bin/sh\n{added}"));
}

#[test]
fn an_older_version_is_replaced_and_a_newer_one_kept() {
    isolated!();
    let room = Room::new();
    let found = |found| HookState::OtherVersion { found, current: 2 };
    for foreign in [None, Some(FOREIGN)] {
        if let Some(text) = foreign {
            room.git.hook(HOOK, text);
        }
        room.install();
        let present = room.read(HOOK);
        let old = present
            .replace("pre-commit 2", "pre-commit 0")
            .replace("if [", "if  [");
        room.git.hook(HOOK, &old);
        assert_eq!(room.state(), found(0));
        assert!(matches!(room.install(), Installed::Replaced(_)));
        assert_eq!(room.read(HOOK), present);
        let new = present.replace("pre-commit 2", "pre-commit 99");
        room.git.hook(HOOK, &new);
        assert_eq!(room.state(), found(99));
        assert!(matches!(room.install(), Installed::Already(_)));
        assert_eq!(room.read(HOOK), new);
        room.uninstall();
        let left = fs::read_to_string(room.git.path.join(HOOK)).ok();
        assert_eq!(left.as_deref(), foreign);
    }
}

#[test]
fn a_missing_program() {
    isolated!();
    let room = Room::new();
    room.install();
    fs::remove_file(&room.program).unwrap();
    assert_eq!(
        room.state(),
        HookState::ProgramMissing(Some(room.program.clone()))
    );
    let (worked, _, said) = room.commit(&[]);
    assert!(!worked);
    for part in [
        "it is not installed",
        "--no-verify",
        "in .git/hooks/pre-commit",
    ] {
        assert!(said.contains(part), "{said}");
    }
    // Found on PATH, where it may have moved to.
    let path = room.on_path();
    let (worked, ran, _) = room.commit(&[("PATH", &path)]);
    assert!(worked);
    assert_eq!(ran, "from PATH\n");
    // A hook manager made of other lines is not disturbed by the missing program's branch.
    room.uninstall();
    room.git.hook(HOOK, FOREIGN);
    room.install();
    let (worked, ran, said) = room.commit(&[]);
    assert!(
        !worked && ran.is_empty() && said.contains("to remove the hook"),
        "{said}"
    );
}

#[test]
fn hooks_that_cannot_be_edited_are_left_alone() {
    isolated!();
    let room = Room::new();
    let half = format!("{FOREIGN}# >>> teammig >>>\n");
    for (text, why) in [
        ("#!/usr/bin/env python3\nprint(1)\n", WhyNot::NotSh),
        ("#!/bin/zsh\n", WhyNot::NotSh),
        ("echo no shebang\n", WhyNot::NotSh),
        ("#!/bin/sh\r\necho\r\n", WhyNot::NotSh),
        ("#!/bin/sh\n\0\u{1}", WhyNot::NotText),
        ("", WhyNot::NotSh),
        (&half, WhyNot::BrokenBlock),
    ] {
        room.git.hook(HOOK, text);
        let left = room.left_alone();
        assert_eq!(left.why, why, "{text}");
        assert_eq!(left.file, room.git.path.join(HOOK));
        assert_eq!(room.read(HOOK), text);
        assert_eq!(room.state(), HookState::InTheWay(why), "{text}");
    }
    assert!(matches!(
        room.uninstall().as_slice(),
        [Uninstalled::LeftAlone(LeftAlone {
            why: WhyNot::BrokenBlock,
            ..
        })]
    ));
    fs::remove_file(room.git.path.join(HOOK)).unwrap();
    fs::create_dir(room.git.path.join(HOOK)).unwrap();
    assert_eq!(room.left_alone().why, WhyNot::NotAFile);
}

#[test]
fn the_line_that_is_offered_works() {
    isolated!();
    let room = Room::new();
    room.git.hook(HOOK, "echo no shebang\n");
    let line = room.left_alone().line;
    room.git
        .hook(HOOK, &format!("#!/bin/sh\n{line}\necho after >>../ran\n"));
    assert_eq!(room.state(), HookState::ByHand);
    room.git.hook(
        "../bin/teammig",
        "#!/bin/sh\necho by hand >>../ran\nexit $(cat ../status)\n",
    );
    let path = format!(
        "{}:{}",
        room.git.beside("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let ran = |variables: &[(&str, &str)]| {
        let (worked, ran, _) = room.commit(&[&[("PATH", path.as_str())], variables].concat());
        (worked, ran)
    };
    assert_eq!(ran(&[]), (true, "by hand\nafter\n".into()));
    assert_eq!(ran(&[("TEAMMIG", "0")]), (true, "after\n".into()));
    room.answer(3);
    assert_eq!(ran(&[]), (false, "by hand\n".into()));
}

#[cfg(unix)]
#[test]
fn a_hook_that_is_not_executable() {
    isolated!();
    let room = Room::new();
    let hook = room.git.path.join(HOOK);
    // A foreign one sleeps, and we do not wake it.
    room.git.write(HOOK, FOREIGN);
    set_executable(&hook, false);
    assert_eq!(room.left_alone().why, WhyNot::NotExecutable);
    assert_eq!(room.read(HOOK), FOREIGN);
    // With our lines in it, it has fallen asleep, and is restored as it is.
    set_executable(&hook, true);
    room.install();
    set_executable(&hook, false);
    assert_eq!(room.state(), HookState::NotExecutable);
    assert_eq!(room.left_alone().why, WhyNot::NotExecutable);
    room.uninstall();
    assert_eq!(room.read(HOOK), FOREIGN);
    assert!(!is_executable(&hook));
    // Our own is put right.
    fs::remove_file(&hook).unwrap();
    room.install();
    set_executable(&hook, false);
    assert_eq!(room.state(), HookState::NotExecutable);
    assert!(matches!(room.install(), Installed::Replaced(_)));
    assert_eq!(room.state(), HookState::Installed(Form::File));
}

#[cfg(unix)]
fn is_executable(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o111 != 0
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_clone_only() {
    use std::os::unix::fs::symlink;

    isolated!();
    let room = Room::new();
    let hook = room.git.path.join(HOOK);
    room.git.hook("scripts/pre-commit", FOREIGN);
    symlink("../../scripts/pre-commit", &hook).unwrap();
    assert_eq!(room.install(), Installed::Added(hook.clone()));
    assert!(hook.is_symlink());
    assert!(room.read("scripts/pre-commit").contains("hooks run"));
    room.uninstall();
    assert_eq!(room.read("scripts/pre-commit"), FOREIGN);

    fs::remove_file(&hook).unwrap();
    room.git.hook("../elsewhere", FOREIGN);
    symlink("../../../elsewhere", &hook).unwrap();
    let elsewhere = room.git.beside("elsewhere");
    assert_eq!(room.left_alone().why, WhyNot::LinkOutside(elsewhere));
    fs::remove_file(&hook).unwrap();
    symlink("gone", &hook).unwrap();
    assert_eq!(room.left_alone().why, WhyNot::LinkOutside("gone".into()));
}

#[test]
fn the_directory_is_the_one_that_git_names() {
    isolated!();
    let git = TestRepo::new();
    git.commit("a", "a");
    git.git(&["worktree", "add", "-q", "-b", "topic", "../linked"]);
    let linked = git.at(git.beside("linked"));
    let bare = git.cloned("bare.git", &["--bare"]);
    let outside = git.beside("outside");
    for (value, inside) in [
        (None, true),
        (Some(".githooks"), true),
        (Some("./.githooks/"), true),
        (Some("../outside"), false),
        (Some(outside.to_str().unwrap()), false),
        (Some("~/hooks"), false),
        (Some(".husky/_"), true),
    ] {
        for git in [&git, &linked, &bare] {
            if let Some(value) = value {
                git.git(&["config", "core.hooksPath", value]);
            }
            let dir = git.open().hooks_dir().unwrap();
            // `--path-format=absolute` would follow links that are not there yet.
            let named = git
                .command(&["rev-parse", "--git-path", "hooks"])
                .env("HOME", std::env::var("HOME").unwrap())
                .output()
                .unwrap();
            let named = String::from_utf8(named.stdout).unwrap();
            let named = git.path.join(named.trim_end());
            let same = |path: &std::path::Path| {
                let mut parts = Vec::new();
                for part in path.components() {
                    match part {
                        std::path::Component::ParentDir => {
                            parts.pop();
                        }
                        part => parts.push(part),
                    }
                }
                parts.into_iter().collect::<PathBuf>()
            };
            assert_eq!(same(dir.path()), same(&named), "{value:?} {:?}", git.path);
            assert_eq!(dir.is_inside(), inside, "{value:?} {:?}", git.path);
            assert_eq!(dir.is_husky(), value == Some(".husky/_"));
            let scope = value.map_or(Scope::Default, |_| Scope::Repository);
            assert_eq!(dir.scope(), scope);
        }
    }
}

#[test]
fn hooks_path_of_the_repository() {
    isolated!();
    let room = Room::new();
    room.install();
    room.git.git(&["config", "core.hooksPath", "tools/hooks"]);
    let usual = room.git.path.join(HOOK);
    assert_eq!(
        room.state(),
        HookState::Shadowed {
            installed: usual.clone(),
            scope: Scope::Repository,
        }
    );
    let hook = room.git.path.join("tools/hooks/pre-commit");
    assert_eq!(room.install(), Installed::Created(hook.clone()));
    // Git tracks that folder, so no path of this machine stands in it, and nobody is
    // stopped who has no teammig.
    assert_eq!(room.state(), HookState::ProgramMissing(None));
    let (worked, ran, _) = room.commit(&[]);
    assert!(worked && ran.is_empty(), "{ran}");
    let path = room.on_path();
    assert_eq!(room.commit(&[("PATH", &path)]).1, "from PATH\n");
    // One that it ignores is this clone's alone.
    room.git.write(".git/info/exclude", "/tools\n");
    assert!(matches!(room.install(), Installed::Replaced(_)));
    assert_eq!(room.state(), HookState::Installed(Form::File));
    assert_eq!(room.commit(&[]).1, "teammig hooks run pre-commit\n");
    // The other way round.
    room.git.git(&["config", "--unset", "core.hooksPath"]);
    fs::remove_file(&usual).unwrap();
    assert_eq!(
        room.state(),
        HookState::Shadowed {
            installed: hook.clone(),
            scope: Scope::Default,
        }
    );
    // Taken out wherever it is.
    assert_eq!(room.uninstall(), [Uninstalled::Deleted(hook)]);
    assert_eq!(room.state(), HookState::NotInstalled);
}

/// Only a process that starts with that configuration sees it.
#[test]
fn hooks_path_of_the_user_and_of_the_system() {
    isolated!();
    let room = Room::new();
    let shared = room.git.beside("shared");
    fs::create_dir(&shared).unwrap();
    let settings = room.git.beside("settings");
    for (path, variable, expected) in [
        (
            shared.to_str().unwrap(),
            "GIT_CONFIG_GLOBAL",
            "left alone: core.hooksPath of the user leads out of this repository\n",
        ),
        (
            shared.to_str().unwrap(),
            "GIT_CONFIG_SYSTEM",
            "left alone: core.hooksPath of the system leads out of this repository\n",
        ),
        // Relative to each repository: this one's own.
        (".githooks", "GIT_CONFIG_GLOBAL", "created\n"),
    ] {
        fs::write(&settings, format!("[core]\n\thooksPath = {path}\n")).unwrap();
        let said = room
            .git
            .probe_install(&[(variable, settings.to_str().unwrap())]);
        assert_eq!(said, expected);
        assert_eq!(fs::read_dir(&shared).unwrap().count(), 0);
    }
    assert!(room.git.path.join(".githooks/pre-commit").exists());
}

#[test]
fn husky() {
    isolated!();
    let room = Room::new();
    room.git.git(&["config", "core.hooksPath", ".husky/_"]);
    let stub = "#!/usr/bin/env sh\ntrue() { :; }\nnpm() { :; }\n. .husky/pre-commit\n";
    room.git.hook(".husky/_/pre-commit", stub);
    let hook = room.git.path.join(".husky/pre-commit");
    // Its files are handed to `sh`, whatever they begin with and whatever their mode.
    room.git.write(".husky/pre-commit", "npm test\n");
    set_executable(&hook, false);
    assert_eq!(room.install(), Installed::Added(hook.clone()));
    assert_eq!(room.read(".husky/_/pre-commit"), stub);
    assert_eq!(room.state(), HookState::ProgramMissing(None));
    let path = room.on_path();
    let (worked, ran, said) = room.commit(&[("PATH", &path)]);
    assert!(worked && ran == "from PATH\n", "{ran} {said}");
    assert_eq!(room.uninstall(), [Uninstalled::Restored(hook.clone())]);
    assert_eq!(room.read(".husky/pre-commit"), "npm test\n");
    fs::remove_file(&hook).unwrap();
    assert_eq!(room.install(), Installed::Created(hook.clone()));
    assert_eq!(room.uninstall(), [Uninstalled::Deleted(hook)]);
}

#[test]
fn an_overwritten_hook_is_noticed() {
    isolated!();
    let room = Room::new();
    room.install();
    let framework = "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n";
    for (text, by) in [
        (framework, Some("pre-commit")),
        ("#!/bin/sh\ncall_lefthook run\n", Some("lefthook")),
        ("#!/bin/sh\n", None),
    ] {
        room.git.hook(HOOK, text);
        assert_eq!(room.state(), HookState::Overwritten(by));
    }
    fs::remove_file(room.git.path.join(HOOK)).unwrap();
    assert_eq!(room.state(), HookState::Overwritten(None));
    room.install();
    assert_eq!(room.state(), HookState::Installed(Form::File));
}

#[test]
fn linked_working_trees_share_their_hooks() {
    isolated!();
    let room = Room::new();
    room.git
        .git(&["worktree", "add", "-q", "-b", "topic", "../linked"]);
    let linked = room.git.at(room.git.beside("linked"));
    let dir = linked.open().hooks_dir().unwrap();
    let hook = room.git.path.join(HOOK);
    assert_eq!(
        dir.install(EVENT, &room.program).unwrap(),
        Installed::Created(hook.clone())
    );
    assert_eq!(room.install(), Installed::Already(hook));
    let output = linked.try_git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    assert!(output.status.success());
    let ran = fs::read_to_string(room.git.beside("ran")).unwrap();
    assert_eq!(ran, "teammig hooks run pre-commit\n");
}
