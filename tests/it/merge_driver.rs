//! The merge driver for head files, under real merges, rebases and cherry-picks.

use insta::assert_snapshot;

use crate::{
    head_file::{diverged, read, team},
    support::Sandbox,
};

/// Hooks of a clone are installed although one of its projects cannot be read.
#[test]
fn a_broken_configuration_keeps_nobody_from_installing() {
    let sandbox = team();
    sandbox.write("ann/teammig.yaml", "environments: [\n");
    for command in ["install", "uninstall"] {
        let run = sandbox.teammig("ann", &["hooks", command]);
        assert_eq!(run.code, 0, "{run}");
    }
    assert!(!sandbox.read("ann/.git/config").contains("teammig-head"));
}

/// Without a word about it, Git joins what is certain.
#[test]
fn the_driver_merges_lines_of_their_own() {
    let sandbox = team();
    let lines = |clone: &str, id: &str, args: &[&str]| {
        let mut all = vec!["create", id, "--rev-id", id];
        all.extend(args);
        sandbox.ok(clone, &all);
        sandbox.git(clone, &["add", "-A"]);
        sandbox.git(clone, &["commit", "-qm", id]);
    };
    lines(
        "ann",
        "aaaa00000001",
        &["--head", "base", "--label", "billing"],
    );
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    lines("bob", "bbbb00000001", &["--head", "9209a434d045"]);
    sandbox.git("bob", &["push", "-q"]);
    lines("ann", "aaaa00000002", &["--head", "aaaa00000001"]);
    let want = "bbbb00000001  # bbbb00000001\naaaa00000002  # billing: aaaa00000002\n";
    let before = sandbox.git("ann", &["rev-parse", "HEAD"]);
    for args in [
        &["pull", "-q", "--no-rebase", "--no-edit"][..],
        &["pull", "-q", "--rebase"],
        &["cherry-pick", "origin/main"],
    ] {
        sandbox.git("ann", args);
        assert_eq!(read(&sandbox, "ann"), want, "{args:?}");
        sandbox.git("ann", &["reset", "-q", "--hard", before.trim()]);
    }
    // Without the driver the same lines conflict.
    sandbox.ok("ann", &["hooks", "uninstall"]);
    assert_eq!(
        sandbox
            .git("ann", &["config", "--local", "--get-regexp", "^user"])
            .lines()
            .count(),
        2
    );
    assert!(!sandbox.read("ann/.git/config").contains("teammig-head"));
    let run = sandbox.try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_eq!(run.code, 1, "{run}");
    // And `sync` writes it: there is one head for each line.
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(read(&sandbox, "ann"), want);
}

/// A project below the top, in a linked working tree, called from yet another folder.
#[test]
fn the_driver_finds_the_project_wherever_it_is() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "repo"]);
    sandbox.write("repo/a service/keep", "");
    sandbox.write("repo/elsewhere/keep", "");
    sandbox.ok("repo/a service", &["init", "--hooks"]);
    let create = |folder: &str, id: &str, args: &[&str]| {
        let folder = format!("{folder}/a service");
        let mut all = vec!["create", id, "--rev-id", id];
        all.extend(args);
        sandbox.ok(&folder, &all);
        sandbox.git(&folder, &["add", "-A"]);
        sandbox.git(&folder, &["commit", "-qm", id]);
    };
    create("repo", "aaaa00000001", &[]);
    create(
        "repo",
        "bbbb00000001",
        &["--head", "base", "--label", "billing"],
    );
    sandbox.git("repo", &["worktree", "add", "-q", "../tree", "-b", "side"]);
    create("repo", "aaaa00000002", &["--head", "aaaa00000001"]);
    create("tree", "bbbb00000002", &["--head", "bbbb00000001"]);
    sandbox.write("tree/elsewhere/more", "");
    sandbox.git("tree/elsewhere", &["merge", "-q", "--no-edit", "main"]);
    assert_eq!(
        sandbox.read("tree/a service/migrations/HEAD"),
        "aaaa00000002  # aaaa00000002\nbbbb00000002  # billing: bbbb00000002\n"
    );
}

/// Two heads of one line, whatever the escape.
#[test]
fn the_driver_leaves_a_divergence_to_a_person() {
    let sandbox = diverged();
    let escape = sandbox.run(
        sandbox
            .command("git", "ann")
            .args(["pull", "-q", "--no-rebase", "--no-edit"])
            .env("TEAMMIG", "0"),
    );
    assert_eq!(escape.code, 1, "{escape}");
    let text = read(&sandbox, "ann");
    assert!(
        text.contains("<<<<<<< HEAD\n7f3a9c21e4b0  # Add phone\n"),
        "{text}"
    );
    assert!(
        text.contains("=======\nc01d9e88ab12  # Add login index\n>>>>>>> "),
        "{text}"
    );
}

#[test]
fn the_program_is_gone_and_git_merges_as_ever() {
    let sandbox = diverged();
    sandbox.git(
        "ann",
        &[
            "config",
            "merge.teammig-head.driver",
            &sandbox
                .git("ann", &["config", "merge.teammig-head.driver"])
                .trim()
                .replace(env!("CARGO_BIN_EXE_teammig"), "/nowhere/teammig"),
        ],
    );
    let run = sandbox.try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(read(&sandbox, "ann").contains("<<<<<<< "), "{run}");
}

#[test]
fn installing_the_driver_keeps_what_is_there() {
    let sandbox = team();
    assert_snapshot!(sandbox.teammig("ann", &["hooks", "install"]), @"
    exit 0
    --- stderr
      pre-commit   is installed in [DIR]/ann/.git/hooks/pre-commit
      merge-driver is installed in this clone's Git configuration
    ");
    assert_snapshot!(sandbox.teammig("ann", &["hooks", "status"]), @"
    exit 0
    --- stdout
    pre-commit   works ([DIR]/ann/.git/hooks/pre-commit)
    merge-driver works, for head files
    ");
    // The index counts as well.
    sandbox.git("ann", &["rm", "-q", "--cached", ".gitattributes"]);
    let table = [
        (
            "*.png binary",
            "*.png binary\nmigrations/HEAD merge=teammig-head\n",
        ),
        (
            "*.png binary\r\n",
            "*.png binary\r\nmigrations/HEAD merge=teammig-head\r\n",
        ),
        ("* merge=teammig-head\n", "* merge=teammig-head\n"),
        (
            "migrations/HEAD merge=union\n",
            "migrations/HEAD merge=union\n",
        ),
    ];
    for (before, after) in table {
        sandbox.write("ann/.gitattributes", before);
        for _ in 0..2 {
            let run = sandbox.teammig("ann", &["hooks", "install"]);
            assert_eq!(run.code, 0, "{run}");
            assert_eq!(sandbox.read("ann/.gitattributes"), after, "{before:?}");
        }
    }
    let run = sandbox.teammig("ann", &["hooks", "status"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("another attribute"), "{run}");
}
