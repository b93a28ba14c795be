//! Beside the hook managers that projects have: the real ones, from their registries.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use insta::assert_snapshot;

use super::FIXED;
use crate::support::{Sandbox, debian, registry, sandbox::Run};

fn node() -> PathBuf {
    registry::npm(&["husky@9.1.7", "lefthook@1.13.6"])
}

fn python() -> PathBuf {
    registry::pypi(&["pre-commit==4.7.0", "prek==0.5.11"])
}

/// What hooks that are everybody's say where they cannot judge.
const NOT_CHECKED: &str = "teammig is not on PATH, so migrations are not checked";

/// A team, and a `PATH` with these programs and teammig in front.
struct Room {
    sandbox: Sandbox,
    path: String,
}

impl Room {
    fn new(tools: &Path) -> Self {
        let sandbox = Sandbox::team();
        let teammig = PathBuf::from(env!("CARGO_BIN_EXE_teammig"));
        let path = format!(
            "{}:{}:{}",
            tools.display(),
            teammig.parent().unwrap().display(),
            std::env::var("PATH").unwrap()
        );
        Self { sandbox, path }
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = self.sandbox.command(program, "ann");
        command.args(args).env("PATH", &self.path);
        command
    }

    fn run(&self, program: &str, args: &[&str]) -> Run {
        self.sandbox.run(&mut self.command(program, args))
    }

    fn ok(&self, program: &str, args: &[&str]) -> String {
        let run = self.run(program, args);
        assert_eq!(run.code, 0, "{program} {args:?}\n{run}");
        run.stdout + &run.stderr
    }

    fn teammig(&self, args: &[&str]) -> Run {
        self.run(env!("CARGO_BIN_EXE_teammig"), args)
    }

    fn works(&self, event: &str, how: &str) {
        let status = self.teammig(&["hooks", "status"]);
        let line = status
            .stdout
            .lines()
            .find(|line| line.split(' ').next() == Some(event));
        assert!(
            line.is_some_and(|line| line.contains(how)),
            "{event} {how}: {status}"
        );
    }

    /// The commit of an edit is stopped, and another one passes and runs `foreign`.
    fn guards(&self, foreign: &str) {
        let text = self.sandbox.read(FIXED);
        self.sandbox.edit(FIXED, "name text", "name blob");
        let run = self.run("git", &["commit", "-qam", "edit"]);
        assert_eq!(run.code, 1, "{run}");
        assert!(
            (run.stdout.clone() + &run.stderr).contains("[edited-revision]"),
            "{run}"
        );
        self.sandbox.write(FIXED, text);
        self.passes(foreign);
    }

    fn passes(&self, foreign: &str) {
        let said = self.ok("git", &["commit", "-q", "--allow-empty", "-m", "x"]);
        assert!(said.contains(foreign), "{said}");
    }

    /// A push that leaves two heads is stopped.
    fn guards_pushes(&self, head: &str) {
        let sandbox = &self.sandbox;
        sandbox.column("ann", "aaaa00000001", &[head], "phone");
        sandbox.column("ann", "aaaa00000002", &[head], "street");
        sandbox.commit("ann", "Both");
        let run = self.run("git", &["push", "origin", "main"]);
        assert_eq!(run.code, 1, "{run}");
        assert!(
            (run.stdout.clone() + &run.stderr).contains("leaves origin/main with 2 heads"),
            "{run}"
        );
        sandbox.git("ann", &["reset", "-q", "--hard", "HEAD~1"]);
        self.ok("git", &["push", "-q", "origin", "main"]);
    }

    /// A pull says what came in.
    fn advises(&self) {
        let sandbox = &self.sandbox;
        sandbox.column("bob", "bbbb00000001", &["9209a434d045"], "email");
        sandbox.git("bob", &["pull", "-q", "--rebase"]);
        sandbox.commit("bob", "Add email");
        sandbox.git("bob", &["push", "-q"]);
        let said = self.ok("git", &["pull", "--no-rebase", "origin", "main"]);
        assert!(
            said.contains("1 new revision: run `teammig sync`"),
            "{said}"
        );
    }
}

#[test]
fn husky() {
    let room = Room::new(&node());
    let sandbox = &room.sandbox;
    sandbox.write("ann/package.json", "{}\n");
    room.ok("husky", &[]);
    sandbox.write("ann/.husky/pre-commit", "echo \"their tests\"\n");
    assert_snapshot!(room.teammig(&["hooks", "install", "pre-commit", "pre-push"]), @r#"
    exit 0
    --- stderr
      pre-commit       added to [DIR]/ann/.husky/pre-commit, before what was there
        + # >>> teammig >>>
        + # teammig-hook: pre-commit 2 shared
        + # Asks teammig whether the staged migrations may be committed.
        + # This file is everybody's: where teammig is not on PATH, nothing is checked.
        + if [ "${TEAMMIG:-1}" != 0 ] && command -v teammig >/dev/null; then
        +   teammig hooks run pre-commit "$@" </dev/null || exit $?
        + elif [ "${TEAMMIG:-1}" != 0 ]; then
        +   echo 'teammig is not on PATH, so migrations are not checked' >&2
        + fi
        + # <<< teammig <<<
      pre-push         installed in [DIR]/ann/.husky/pre-push
        + # >>> teammig >>>
        + # teammig-hook: pre-push 2 shared
        + # Asks teammig whether the migrations of a branch may be pushed.
        + # This file is everybody's: where teammig is not on PATH, nothing is checked.
        + if [ "${TEAMMIG:-1}" != 0 ] && command -v teammig >/dev/null; then
        + teammig_input=$(cat)
        + (
        + teammig hooks run pre-push "$@"
        + ) <<TEAMMIG_INPUT || exit $?
        + $teammig_input
        + TEAMMIG_INPUT
        + if [ -n "$teammig_input" ]; then
        +   exec <<TEAMMIG_INPUT
        + $teammig_input
        + TEAMMIG_INPUT
        + else
        +   exec </dev/null
        + fi
        + unset teammig_input
        + elif [ "${TEAMMIG:-1}" != 0 ]; then
        +   echo 'teammig is not on PATH, so migrations are not checked' >&2
        + fi
        + # <<< teammig <<<
    hint: these files belong to the project; commit them: `git add .husky/pre-commit .husky/pre-push`
    "#);
    room.works("pre-commit", "works, from a file that is everybody's");
    sandbox.commit("ann", "Hooks");
    room.guards("their tests");
    room.guards_pushes("9209a434d045");
    // It writes its own files anew, and leaves those of people alone.
    room.ok("husky", &[]);
    assert!(
        room.teammig(&["hooks", "install", "pre-commit"])
            .stderr
            .contains("is installed in")
    );
    room.guards("their tests");
    // What `npm install` makes is in no commit, and so in no other working tree.
    sandbox.git("ann", &["worktree", "add", "-q", "../linked"]);
    let mut status = sandbox.command(env!("CARGO_BIN_EXE_teammig"), "linked");
    let run = sandbox.run(status.args(["hooks", "status"]).env("PATH", &room.path));
    assert!(
        run.stdout.contains("does not run: husky's own hooks"),
        "{run}"
    );
    sandbox.git("ann", &["worktree", "remove", "../linked"]);
    // Whoever has no teammig commits as ever.
    let run = sandbox.try_git("ann", &["commit", "-q", "--allow-empty", "-m", "x"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains(NOT_CHECKED), "{run}");
    assert_eq!(room.teammig(&["hooks", "uninstall"]).code, 0);
    assert_eq!(
        sandbox.read("ann/.husky/pre-commit"),
        "echo \"their tests\"\n"
    );
    assert!(!sandbox.at("ann/.husky/pre-push").exists());
}

#[test]
fn husky_that_comes_later_shadows_what_was_there() {
    let room = Room::new(&node());
    assert_eq!(room.teammig(&["hooks", "install"]).code, 0);
    room.ok("husky", &[]);
    room.works(
        "pre-commit",
        "does not run: core.hooksPath of the repository leads Git away from",
    );
    assert_eq!(room.teammig(&["hooks", "install"]).code, 0);
    room.works("pre-commit", "works, from a file that is everybody's");
    room.guards("");
    room.advises();
    assert_eq!(room.teammig(&["hooks", "uninstall"]).code, 0);
    assert!(!room.sandbox.at("ann/.git/hooks/pre-commit").exists());
    assert!(!room.sandbox.at("ann/.husky/pre-commit").exists());
}

/// Its hooks run themselves a second time, by a script of its own that they read first.
#[test]
fn husky_8_runs_it_once() {
    let room = Room::new(&registry::npm(&["husky@8.0.3"]));
    let sandbox = &room.sandbox;
    sandbox.write("ann/package.json", "{}\n");
    room.ok("husky", &["install"]);
    let hook = "ann/.husky/pre-commit";
    room.ok(
        "husky",
        &["add", ".husky/pre-commit", "echo \"their tests\""],
    );
    let before = sandbox.read(hook);
    assert!(before.contains("/_/husky.sh"), "{before}");
    room.ok("git", &["add", ".husky"]);
    let installed = room.teammig(&["hooks", "install", "pre-commit"]);
    assert_eq!(installed.code, 0, "{installed}");
    room.works("pre-commit", "works, from a file that is everybody's");
    sandbox.commit("ann", "Hooks");
    room.guards("their tests");
    // What is said once was judged once.
    sandbox.write(
        "ann/migrations/one_way.sql",
        "-- teammig:\n--   revision: c01d9e88ab12\n--   parents: [9209a434d045]\n\n-- migrate:up\nSELECT 1;\n",
    );
    room.ok("git", &["add", "migrations"]);
    let said = room.ok("git", &["commit", "-qm", "One way"]);
    assert_eq!(said.matches("[irreversible]").count(), 1, "{said}");
    assert_eq!(said.matches("their tests").count(), 1, "{said}");
    assert_eq!(room.teammig(&["hooks", "uninstall"]).code, 0);
    assert_eq!(sandbox.read(hook), before);
}

/// The stanza that is printed for a manager.
fn stanza(run: &Run) -> String {
    assert_eq!(run.code, 3, "{run}");
    let lines = run.stderr.lines();
    let lines = lines
        .skip_while(|line| !line.starts_with("hint: add this to"))
        .skip(1);
    let lines: Vec<&str> = lines
        .take_while(|line| !line.starts_with("hint: "))
        .collect();
    lines.join("\n") + "\n"
}

#[test]
fn lefthook() {
    let room = Room::new(&node());
    let sandbox = &room.sandbox;
    let own = "commit-msg:\n  jobs:\n    - run: echo \"their tests\"\n";
    sandbox.write("ann/lefthook.yml", own);
    assert_snapshot!(room.teammig(&["hooks", "install", "pre-commit", "pre-push", "post-merge"]), @"
    exit 3
    --- stderr
      pre-commit       left alone: lefthook runs the hooks of this repository
      pre-push         left alone: lefthook runs the hooks of this repository
      post-merge       left alone: lefthook runs the hooks of this repository
    hint: add this to lefthook.yml, then `lefthook install`:
    pre-commit:
      jobs:
        - name: teammig
          run: if command -v teammig >/dev/null; then teammig hooks run pre-commit {0}; else echo teammig is not on PATH, so migrations are not checked >&2; fi
    pre-push:
      jobs:
        - name: teammig
          run: if command -v teammig >/dev/null; then teammig hooks run pre-push {0}; else echo teammig is not on PATH, so migrations are not checked >&2; fi
          use_stdin: true
    post-merge:
      jobs:
        - name: teammig
          run: command -v teammig >/dev/null || exit 0; teammig hooks run post-merge {0}
    hint: `teammig hooks install --clone-only` puts them into this clone's hook files instead
    ");
    assert!(!sandbox.at("ann/.git/hooks/pre-commit").exists());
    let added = stanza(&room.teammig(&["hooks", "install"]));
    sandbox.write("ann/lefthook.yml", format!("{own}{added}"));
    room.works(
        "pre-commit",
        "its hook is not in this clone; `lefthook install`",
    );
    room.ok("lefthook", &["install"]);
    room.works("pre-commit", "works, through lefthook");
    assert_eq!(room.teammig(&["hooks", "install"]).code, 0);
    assert_eq!(room.teammig(&["hooks", "status"]).code, 0);
    sandbox.commit("ann", "Hooks");
    room.guards("their tests");
    room.guards_pushes("9209a434d045");
    room.advises();
    // Whoever has no teammig goes on as ever.
    sandbox.git("ann", &["switch", "-q", "-c", "topic"]);
    let path = format!("{}:{}", node().display(), std::env::var("PATH").unwrap());
    sandbox.write("ann/x", "x");
    sandbox.git("ann", &["add", "x"]);
    let mut commit = sandbox.command("git", "ann");
    commit.args(["commit", "-m", "x"]);
    let run = sandbox.run(commit.env("PATH", path));
    assert_eq!(run.code, 0, "{run}");
    assert!(
        (run.stdout.clone() + &run.stderr).contains(NOT_CHECKED),
        "{run}"
    );
    let mut status = sandbox.command(env!("CARGO_BIN_EXE_teammig"), "ann");
    let run = sandbox.run(status.args(["hooks", "status"]));
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("no teammig is on PATH"), "{run}");
    // A file is called wherever `PATH` leads.
    let program = env!("CARGO_BIN_EXE_teammig");
    let jobs = format!("pre-commit:\n  jobs:\n    - run: {program} hooks run pre-commit\n");
    sandbox.write("ann/lefthook.yml", jobs);
    room.ok("lefthook", &["install"]);
    let mut status = sandbox.command(program, "ann");
    let run = sandbox.run(status.args(["hooks", "status"]));
    assert!(run.stdout.contains("works, through lefthook"), "{run}");
}

/// It puts a hook that it finds aside and does not run it.
#[test]
fn lefthook_that_comes_later() {
    let room = Room::new(&node());
    let sandbox = &room.sandbox;
    assert_eq!(room.teammig(&["hooks", "install"]).code, 0);
    sandbox.write(
        "ann/lefthook.yml",
        "pre-commit:\n  jobs:\n    - run: echo \"their tests\"\n",
    );
    room.ok("lefthook", &["install"]);
    room.works("pre-commit", "gone: lefthook wrote");
    room.works("pre-push", "works (");
    // In its script, until it writes that anew.
    let run = room.teammig(&["hooks", "install", "--clone-only"]);
    assert_eq!(run.code, 0, "{run}");
    room.guards("their tests");
    assert_eq!(room.teammig(&["hooks", "uninstall"]).code, 0);
    room.passes("their tests");
    assert!(!sandbox.at("ann/.git/hooks/pre-push").exists());
}

fn framework(name: &str, config: &str, own: &str) {
    let room = Room::new(&python());
    let sandbox = &room.sandbox;
    sandbox.write(&format!("ann/{config}"), own);
    sandbox.git("ann", &["add", config]);
    let added = stanza(&room.teammig(&["hooks", "install"]));
    sandbox.write(&format!("ann/{config}"), format!("{own}{added}"));
    room.works("pre-commit", &format!("`{name} install -t pre-commit`"));
    sandbox.commit("ann", "Hooks");
    let types = [
        "pre-commit",
        "pre-merge-commit",
        "pre-push",
        "post-merge",
        "post-checkout",
        "post-rewrite",
        "post-commit",
    ];
    let mut install = vec!["install"];
    install.extend(types.iter().flat_map(|name| ["-t", name]));
    room.ok(name, &install);
    for event in types {
        room.works(event, &format!("works, through {name}"));
    }
    assert_eq!(room.teammig(&["hooks", "status"]).code, 0);
    room.guards("their tests");
    room.guards_pushes("9209a434d045");
    room.advises();
    // What else than a merge it passes on.
    sandbox.git("ann", &["switch", "-q", "-c", "topic"]);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.column("ann", "aaaa00000003", &["bbbb00000001"], "city");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.commit("ann", "Add city");
    let said = room.ok("git", &["switch", "main"]);
    assert!(said.contains("1 phantom in dev"), "{said}");
}

#[test]
fn pre_commit() {
    framework("pre-commit", ".pre-commit-config.yaml", THEIRS);
}

/// As its own sample has it.
#[test]
fn pre_commit_without_blanks_before_a_repository() {
    let own = THEIRS.replace("\n  ", "\n");
    framework("pre-commit", ".pre-commit-config.yaml", &own);
}

const THEIRS: &str = "repos:\n  - repo: local\n    hooks:\n      - id: theirs\n        name: their tests\n        \
    entry: 'true'\n        language: system\n        always_run: true\n        pass_filenames: false\n";

#[test]
fn prek() {
    framework(
        "prek",
        "prek.toml",
        "[[repos]]\nrepo = \"local\"\nhooks = [{ id = \"theirs\", name = \"their tests\", entry = \"true\", language = \"system\", \
         always_run = true, pass_filenames = false }]\n\n",
    );
}

/// Both put a hook that they find aside, and run it first.
#[test]
fn pre_commit_and_prek_that_come_later() {
    for name in ["pre-commit", "prek"] {
        let room = Room::new(&python());
        let sandbox = &room.sandbox;
        assert_eq!(room.teammig(&["hooks", "install"]).code, 0);
        let ours = sandbox.read("ann/.git/hooks/pre-commit");
        sandbox.write("ann/.pre-commit-config.yaml", THEIRS);
        sandbox.git("ann", &["add", ".pre-commit-config.yaml"]);
        room.ok(name, &["install"]);
        room.guards("their tests");
        room.works("pre-commit", "works, put aside by");
        room.ok(name, &["uninstall"]);
        assert_eq!(sandbox.read("ann/.git/hooks/pre-commit"), ours);
        // In its script, the other way round.
        assert_eq!(room.teammig(&["hooks", "uninstall"]).code, 0);
        room.ok(name, &["install"]);
        let theirs = sandbox.read("ann/.git/hooks/pre-commit");
        let run = room.teammig(&["hooks", "install", "--clone-only"]);
        assert_eq!(run.code, 0, "{run}");
        room.guards("their tests");
        assert_eq!(room.teammig(&["hooks", "uninstall"]).code, 0);
        assert_eq!(sandbox.read("ann/.git/hooks/pre-commit"), theirs);
        // Their own with our lines in it they write anew, without them.
        assert_eq!(room.teammig(&["hooks", "install", "--clone-only"]).code, 0);
        room.ok(name, &["install", "-t", "pre-commit", "-t", "pre-push"]);
        room.works("pre-commit", "gone:");
        room.works("pre-push", "works, put aside by");
        // What was put aside goes as well: it called teammig on.
        assert_eq!(room.teammig(&["hooks", "uninstall"]).code, 0);
        assert!(!sandbox.at("ann/.git/hooks/pre-push.legacy").exists());
        assert!(sandbox.at("ann/.git/hooks/pre-push").exists());
    }
}

#[test]
fn git_lfs() {
    debian::program(&["git-lfs"], "version", "git-lfs").expect("install git-lfs");
    let hooks = ["pre-push", "post-merge", "post-checkout", "post-commit"];
    let room = Room::new(Path::new("/usr/bin"));
    let sandbox = &room.sandbox;
    let track = |name: &str| {
        sandbox.write(
            "ann/.gitattributes",
            "*.bin filter=lfs diff=lfs merge=lfs -text\n",
        );
        sandbox.write(&format!("ann/{name}.bin"), name.repeat(1000));
        sandbox.git("ann", &["add", "-A"]);
        room.ok("git", &["commit", "-qm", name]);
        room.ok("git", &["push", "-q", "origin", "HEAD"]);
        // Both were told what is pushed.
        let objects = sandbox.at("origin.git/lfs/objects");
        let files = |dir: PathBuf| fs::read_dir(dir).map_or(0, Iterator::count);
        files(objects)
    };
    room.ok("git", &["lfs", "install", "--local"]);
    let before: Vec<String> = hooks
        .iter()
        .map(|hook| sandbox.read(&format!("ann/.git/hooks/{hook}")))
        .collect();
    assert_eq!(room.teammig(&["hooks", "install"]).code, 0);
    room.works("pre-push", "works, before another hook's lines");
    assert_eq!(track("one"), 1);
    room.guards_pushes("9209a434d045");
    assert_eq!(track("two"), 2);
    room.advises();
    assert_eq!(room.teammig(&["hooks", "uninstall"]).code, 0);
    for (hook, before) in hooks.iter().zip(&before) {
        assert_eq!(sandbox.read(&format!("ann/.git/hooks/{hook}")), *before);
    }
    // The other way round it does not come in, as it says, and ours stays.
    room.ok("git", &["lfs", "uninstall", "--local"]);
    assert_eq!(room.teammig(&["hooks", "install"]).code, 0);
    let run = room.run("git", &["lfs", "install", "--local"]);
    assert!(
        run.code != 0 && (run.stdout.clone() + &run.stderr).contains("Hook already exists"),
        "{run}"
    );
    room.guards_pushes("bbbb00000001");
    // As it says then, its line goes behind ours.
    room.ok("git", &["lfs", "install", "--local", "--skip-repo"]);
    let hook = "ann/.git/hooks/pre-push";
    sandbox.write(hook, sandbox.read(hook) + "git lfs pre-push \"$@\"\n");
    room.works("pre-push", "works, before another hook's lines");
    assert_eq!(track("three"), 3);
}
