//! The merge driver for head files, under real merges, rebases and cherry-picks.

use std::{fs, os::unix::fs::symlink};

use insta::assert_snapshot;

use crate::{
    head_file::{HEAD, diverged, read, team},
    support::Sandbox,
};

/// `create` and a commit that the hook looks at.
fn create(sandbox: &Sandbox, folder: &str, id: &str, args: &[&str]) {
    let mut all = vec!["create", id, "--rev-id", id];
    all.extend(args);
    sandbox.ok(folder, &all);
    sandbox.git(folder, &["add", "-A"]);
    sandbox.git(folder, &["commit", "-qm", id]);
}

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
    create(
        &sandbox,
        "ann",
        "aaaa00000001",
        &["--head", "base", "--label", "billing"],
    );
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    create(&sandbox, "bob", "bbbb00000001", &["--head", "9209a434d045"]);
    sandbox.git("bob", &["push", "-q"]);
    create(&sandbox, "ann", "aaaa00000002", &["--head", "aaaa00000001"]);
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
    create(&sandbox, "repo/a service", "aaaa00000001", &[]);
    create(
        &sandbox,
        "repo/a service",
        "bbbb00000001",
        &["--head", "base", "--label", "billing"],
    );
    sandbox.git("repo", &["worktree", "add", "-q", "../tree", "-b", "side"]);
    create(
        &sandbox,
        "repo/a service",
        "aaaa00000002",
        &["--head", "aaaa00000001"],
    );
    create(
        &sandbox,
        "tree/a service",
        "bbbb00000002",
        &["--head", "bbbb00000001"],
    );
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

/// What theirs had written at the top was lost without a word.
#[test]
fn the_driver_keeps_the_comments_of_both_sides() {
    let sandbox = team();
    create(
        &sandbox,
        "ann",
        "aaaa00000001",
        &["--head", "base", "--label", "billing"],
    );
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    let text = read(&sandbox, "bob");
    sandbox.write(
        "bob/migrations/HEAD",
        format!("# Written by teammig, not by hand\n{text}"),
    );
    create(&sandbox, "bob", "bbbb00000001", &["--head", "9209a434d045"]);
    sandbox.git("bob", &["push", "-q"]);
    create(&sandbox, "ann", "aaaa00000002", &["--head", "aaaa00000001"]);
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_eq!(
        read(&sandbox, "ann"),
        "# Written by teammig, not by hand\nbbbb00000001  # bbbb00000001\naaaa00000002  # billing: aaaa00000002\n"
    );
}

/// Git merges the merge bases first, which nobody asked about; it was spoken of twice.
#[test]
fn a_merge_with_several_bases_is_spoken_of_once() {
    let sandbox = team();
    create(
        &sandbox,
        "ann",
        "bbbb00000001",
        &["--head", "base", "--label", "billing"],
    );
    sandbox.git("ann", &["branch", "y"]);
    sandbox.git("ann", &["switch", "-qc", "x"]);
    create(&sandbox, "ann", "aaaa00000002", &["--head", "9209a434d045"]);
    sandbox.git("ann", &["branch", "old-x"]);
    sandbox.git("ann", &["switch", "-q", "y"]);
    create(&sandbox, "ann", "bbbb00000002", &["--head", "bbbb00000001"]);
    sandbox.git("ann", &["branch", "old-y"]);
    sandbox.git("ann", &["merge", "-q", "--no-edit", "old-x"]);
    sandbox.git("ann", &["switch", "-q", "x"]);
    sandbox.git("ann", &["merge", "-q", "--no-edit", "old-y"]);
    create(&sandbox, "ann", "aaaa00000003", &["--head", "aaaa00000002"]);
    sandbox.git("ann", &["switch", "-q", "y"]);
    create(&sandbox, "ann", "bbbb00000003", &["--head", "bbbb00000002"]);
    let bases = sandbox.git("ann", &["merge-base", "--all", "x", "y"]);
    assert_eq!(bases.lines().count(), 2);
    let run = sandbox.try_git("ann", &["merge", "-q", "--no-edit", "x"]);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(run.stderr.matches("teammig:").count(), 1, "{run}");
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        read(&sandbox, "ann"),
        "aaaa00000003  # aaaa00000003\nbbbb00000003  # billing: bbbb00000003\n"
    );
}

/// Git before 2.44 hands `%S`, `%X` and `%Y` over as they are.
#[test]
fn an_older_git_knows_no_labels() {
    let sandbox = team();
    for (name, text) in [("O", "a\n"), ("A", "b\n"), ("B", "c\n")] {
        sandbox.write(&format!("ann/{name}"), text);
    }
    let run = sandbox.teammig(
        "ann",
        &[
            "hooks",
            "merge-driver",
            "O",
            "A",
            "B",
            HEAD,
            "7",
            "%S",
            "%X",
            "%Y",
        ],
    );
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(
        sandbox.read("ann/A"),
        "<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n"
    );
}

/// `hooks status` said that it works.
#[test]
fn the_program_is_gone_and_git_merges_as_ever() {
    let sandbox = diverged();
    let command = sandbox
        .git("ann", &["config", "merge.teammig-head.driver"])
        .trim()
        .replace(env!("CARGO_BIN_EXE_teammig"), "/nowhere/teammig");
    sandbox.git("ann", &["config", "merge.teammig-head.driver", &command]);
    // Only what Git needs is on the path, and no teammig that somebody installed.
    let bin = sandbox.at("bin");
    fs::create_dir(&bin).unwrap();
    for name in ["git", "sh"] {
        let path = std::env::var_os("PATH").unwrap();
        let place = std::env::split_paths(&path).map(|folder| folder.join(name));
        symlink(
            place.into_iter().find(|place| place.is_file()).unwrap(),
            bin.join(name),
        )
        .unwrap();
    }
    let status = sandbox.run(
        sandbox
            .command(env!("CARGO_BIN_EXE_teammig"), "ann")
            .args(["hooks", "status"])
            .env("PATH", &bin),
    );
    assert_eq!(status.code, 3, "{status}");
    assert!(
        status
            .stdout
            .contains("merge-driver     does not run: /nowhere/teammig is gone"),
        "{status}"
    );
    let run = sandbox.run(
        sandbox
            .command("git", "ann")
            .args(["pull", "-q", "--no-rebase", "--no-edit"])
            .env("PATH", &bin),
    );
    assert_eq!(run.code, 1, "{run}");
    let text = read(&sandbox, "ann");
    assert!(text.starts_with("<<<<<<< ours\n"), "{text} {run}");
    assert!(text.ends_with(">>>>>>> theirs\n"), "{text}");
}

/// As the hooks do: a program that was installed elsewhere since is found.
#[test]
fn the_program_moved_to_another_place_on_the_path() {
    let sandbox = team();
    create(
        &sandbox,
        "ann",
        "aaaa00000001",
        &["--head", "base", "--label", "billing"],
    );
    sandbox.git("ann", &["branch", "side"]);
    create(&sandbox, "ann", "aaaa00000002", &["--head", "aaaa00000001"]);
    sandbox.git("ann", &["switch", "-q", "side"]);
    create(&sandbox, "ann", "bbbb00000001", &["--head", "9209a434d045"]);
    let command = sandbox
        .git("ann", &["config", "merge.teammig-head.driver"])
        .trim()
        .replace(env!("CARGO_BIN_EXE_teammig"), "/nowhere/teammig");
    sandbox.git("ann", &["config", "merge.teammig-head.driver", &command]);
    let bin = sandbox.at("bin");
    fs::create_dir(&bin).unwrap();
    symlink(env!("CARGO_BIN_EXE_teammig"), bin.join("teammig")).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path)));
    let run = sandbox.run(
        sandbox
            .command("git", "ann")
            .args(["merge", "-q", "--no-edit", "main"])
            .env("PATH", path.unwrap()),
    );
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        read(&sandbox, "ann"),
        "bbbb00000001  # bbbb00000001\naaaa00000002  # billing: aaaa00000002\n"
    );
}

#[test]
fn installing_the_driver_keeps_what_is_there() {
    let sandbox = team();
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
      merge-driver     is installed in this clone's Git configuration
    ");
    assert_snapshot!(sandbox.teammig("ann", &["hooks", "status"]), @"
    exit 0
    --- stdout
    pre-commit       works ([DIR]/ann/.git/hooks/pre-commit)
    pre-merge-commit works ([DIR]/ann/.git/hooks/pre-merge-commit)
    pre-push         works ([DIR]/ann/.git/hooks/pre-push)
    post-merge       works ([DIR]/ann/.git/hooks/post-merge)
    post-checkout    works ([DIR]/ann/.git/hooks/post-checkout)
    post-rewrite     works ([DIR]/ann/.git/hooks/post-rewrite)
    post-commit      works ([DIR]/ann/.git/hooks/post-commit)
    merge-driver     works, for head files
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
