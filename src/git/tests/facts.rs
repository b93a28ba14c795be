//! Head, upstream, operations, names.

use crate::git::{
    CommitId, GitError, Head, Operation, Upstream, User,
    testing::{TestRepo, isolated, names},
};

#[test]
fn heads() {
    isolated!();
    let git = TestRepo::new();
    let unborn = Head::Unborn {
        name: "main".into(),
    };
    assert_eq!(git.open().head().unwrap(), unborn);
    let first = git.commit("a", "a");
    git.git(&["switch", "-qc", "feature/ä"]);
    let second = git.commit("b", "b");
    assert_eq!(
        git.open().head().unwrap(),
        Head::Branch {
            name: "feature/ä".into(),
            commit: second,
        }
    );
    git.git(&["switch", "-q", "--detach", "main"]);
    assert_eq!(git.open().head().unwrap(), Head::Detached { commit: first });
}

#[test]
fn upstream_and_the_remotes_default_branch() {
    isolated!();
    let origin = TestRepo::new();
    assert_eq!(origin.open().default_branch().unwrap(), None);
    assert_eq!(origin.open().upstream().unwrap(), None);
    let first = origin.commit("a", "a");
    origin.git(&["switch", "-qc", "trunk"]);
    let clone = origin.cloned("clone", &[]);
    assert_eq!(
        clone.open().default_branch().unwrap().as_deref(),
        Some("origin/trunk")
    );
    assert_eq!(
        clone.open().upstream().unwrap(),
        Some(Upstream {
            name: "origin/trunk".into(),
            commit: Some(first),
            of_empty_remote: false,
        })
    );
    // Clones made by `git init` and `git fetch` have no origin/HEAD.
    clone.git(&["remote", "set-head", "origin", "--delete"]);
    assert_eq!(
        clone.open().default_branch().unwrap().as_deref(),
        Some("origin/main")
    );
    clone.git(&["remote", "rename", "origin", "company"]);
    assert_eq!(
        clone.open().default_branch().unwrap().as_deref(),
        Some("company/main")
    );
    clone.git(&["update-ref", "-d", "refs/remotes/company/trunk"]);
    assert_eq!(
        clone.open().upstream().unwrap(),
        Some(Upstream {
            name: "company/trunk".into(),
            commit: None,
            of_empty_remote: false,
        })
    );
}

/// The upstream of such a clone was said to be gone.
#[test]
fn the_upstream_of_a_clone_of_nothing() {
    isolated!();
    let empty = TestRepo::new();
    let clone = empty.cloned("clone", &[]);
    let upstream = |commit, of_empty_remote| {
        Some(Upstream {
            name: "origin/main".into(),
            commit,
            of_empty_remote,
        })
    };
    assert_eq!(clone.open().upstream().unwrap(), upstream(None, true));
    let first = clone.commit("a", "a");
    clone.git(&["push", "-q", "origin", "main:other"]);
    assert_eq!(clone.open().upstream().unwrap(), upstream(None, false));
    clone.git(&["push", "-q", "origin", "main:trunk"]);
    clone.git(&["branch", "-q", "--set-upstream-to", "origin/trunk"]);
    assert_eq!(
        clone.open().upstream().unwrap().unwrap().commit,
        Some(first)
    );
}

#[test]
fn user_of_the_configuration() {
    isolated!();
    let git = TestRepo::new();
    let ada = User {
        name: Some("Ada".into()),
        email: Some("ada@example.org".into()),
    };
    assert_eq!(git.open().user().unwrap(), ada);
    git.git(&["config", "--remove-section", "user"]);
    assert_eq!(git.open().user().unwrap(), User::default());
}

/// A repository whose branches `main` and `topic` write the same file.
fn quarrel() -> TestRepo {
    let git = TestRepo::new();
    git.commit("a", "a");
    git.git(&["switch", "-qc", "topic"]);
    git.commit("a", "topic");
    git.commit("b", "topic");
    git.git(&["switch", "-q", "main"]);
    git.commit("a", "main");
    assert_eq!(git.open().operation(), None);
    git
}

#[test]
fn operations_in_progress() {
    isolated!();
    for (arguments, expected) in [
        (["merge", "-q", "topic"].as_slice(), Operation::Merge),
        (&["rebase", "-q", "topic"], Operation::Rebase),
        (&["rebase", "-q", "--apply", "topic"], Operation::Rebase),
        (&["cherry-pick", "topic~"], Operation::CherryPick),
        (&["cherry-pick", "main..topic"], Operation::CherryPick),
        (&["revert", "--no-edit", "topic~"], Operation::Revert),
    ] {
        let git = quarrel();
        assert!(!git.try_git(arguments).status.success(), "{arguments:?}");
        assert_eq!(git.open().operation(), Some(expected), "{arguments:?}");
    }
    let git = quarrel();
    git.git(&["bisect", "start", "main", "main~"]);
    assert_eq!(git.open().operation(), Some(Operation::Bisect));

    let git = quarrel();
    let patch = git.git(&["format-patch", "-1", "topic~"]);
    assert!(!git.try_git(&["am", "-q", &patch]).status.success());
    assert_eq!(git.open().operation(), Some(Operation::Am));
    assert_eq!(Operation::Am.to_string(), "an am");
}

#[test]
fn a_cherry_pick_of_several_is_not_over_after_a_commit_by_hand() {
    isolated!();
    let git = quarrel();
    assert!(
        !git.try_git(&["cherry-pick", "main..topic"])
            .status
            .success()
    );
    git.git(&["add", "a"]);
    git.git(&["commit", "-qm", "by hand"]);
    assert_eq!(git.open().operation(), Some(Operation::CherryPick));
    git.git(&["cherry-pick", "--continue"]);
    assert_eq!(git.open().operation(), None);
}

#[test]
fn what_is_still_to_be_replayed() {
    isolated!();
    for arguments in [
        ["rebase", "-q", "main", "topic"].as_slice(),
        &["rebase", "-q", "--apply", "main", "topic"],
        &["cherry-pick", "main..topic"],
    ] {
        let git = quarrel();
        let last = git.open().resolve("topic").unwrap();
        assert_eq!(git.open().to_replay(), []);
        assert!(!git.try_git(arguments).status.success(), "{arguments:?}");
        let left = git.open().to_replay();
        assert_eq!(left.last(), Some(&last), "{arguments:?}: {left:?}");
        assert!(left.len() < 3, "{arguments:?}: {left:?}");
    }
    let git = quarrel();
    assert!(!git.try_git(&["merge", "-q", "topic"]).status.success());
    assert_eq!(git.open().to_replay(), []);
}

#[test]
fn operations_in_a_linked_working_tree_are_its_own() {
    isolated!();
    let git = quarrel();
    git.git(&["worktree", "add", "-q", "--detach", "../linked", "main"]);
    let linked = git.at(git.beside("linked"));
    assert!(!linked.try_git(&["merge", "-q", "topic"]).status.success());
    assert_eq!(linked.open().operation(), Some(Operation::Merge));
    assert_eq!(git.open().operation(), None);
}

#[test]
fn names_are_resolved_as_git_does() {
    isolated!();
    let git = TestRepo::new();
    let first = git.commit("a", "a");
    git.git(&["tag", "-a", "v1.0", "-m", "one"]);
    let second = git.commit("b", "b");
    git.git(&["branch", "feature/login-index"]);
    let repo = git.open();
    for (name, expected) in [
        ("HEAD", second),
        ("HEAD~1", first),
        ("HEAD^", first),
        ("v1.0", first),
        ("refs/tags/v1.0", first),
        ("main", second),
        ("@", second),
        (&second.to_string(), second),
        (&first.to_string()[..8], first),
        (&repo.abbreviate(first), first),
    ] {
        assert_eq!(repo.resolve(name).unwrap(), expected, "{name}");
    }
    assert_eq!(repo.abbreviate(first).len(), 7);
    assert_eq!(CommitId::from_hex(&first.to_string()), Some(first));
    assert_eq!(CommitId::from_hex("abc"), None);
    assert_eq!(CommitId::from_hex(&"x".repeat(40)), None);

    for (name, expected) in [
        ("origin/main", ["main"].as_slice()),
        ("mian", &["main"]),
        ("login", &["feature/login-index"]),
        ("v1.1", &["v1.0"]),
        ("quite something else", &[]),
        ("a b", &[]),
    ] {
        match repo.resolve(name) {
            Err(GitError::NoSuchCommit { candidates, .. }) => {
                assert_eq!(candidates, expected, "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    let error = repo.resolve("nowhere").unwrap_err();
    assert_eq!(error.to_string(), "no commit named 'nowhere'");
    assert!(matches!(
        repo.resolve("HEAD:a"),
        Err(GitError::NotACommit { .. })
    ));
}

#[test]
fn tips_are_listed_newest_first() {
    isolated!();
    let origin = TestRepo::new();
    origin.commit("a", "a");
    origin.git(&["tag", "v1"]);
    origin.git(&["tag", "-a", "v1-annotated", "-m", "x"]);
    let blob = origin.git(&["rev-parse", "HEAD:a"]);
    origin.git(&["tag", "a-file", &blob]);
    let clone = origin.cloned("clone", &[]);
    let newest = clone.commit("b", "b");
    let tips = clone.open().tips().unwrap();
    assert_eq!(names(&tips), ["main", "origin/main", "v1", "v1-annotated"]);
    assert_eq!(tips[0].commit, newest);
    assert!(tips[0].time > tips[1].time);
    let remote = clone.open().remote_branches().unwrap();
    assert_eq!(names(&remote), ["origin/main"]);
    assert_eq!(remote[0].name, "refs/remotes/origin/main");
    let info = clone.open().commit_info(newest).unwrap();
    assert_eq!(info.author, "Ada");
    assert_eq!(info.email, "ada@example.org");
    assert_eq!(info.summary, "add b");
}

#[test]
fn the_cache_is_shared_and_never_fails() {
    isolated!();
    let git = TestRepo::new();
    git.commit("a", "a");
    git.git(&["worktree", "add", "-q", "-b", "topic", "../linked"]);
    let cache = git.open().cache();
    assert_eq!(cache.load("headers", 1), None);
    cache.store("headers", 1, b"one");
    cache.store("headers", 1, b"two");
    let linked = git.at(git.beside("linked")).open().cache();
    assert_eq!(
        linked.load("headers", 1).as_deref(),
        Some(b"two".as_slice())
    );
    assert_eq!(linked.load("headers", 2), None);
    cache.store("../config", 1, b"no");
    assert_eq!(cache.load("../config", 1), None);
    assert!(!git.path.join(".git/config.v1").exists());
    linked.remove("headers", 1);
    assert_eq!(cache.load("headers", 1), None);
    // Where the folder cannot be made, nothing happens.
    std::fs::remove_dir_all(git.path.join(".git/teammig")).unwrap();
    git.write(".git/teammig", "in the way");
    cache.store("headers", 1, b"three");
    assert_eq!(cache.load("headers", 1), None);
}

#[test]
fn a_folder_is_clean_or_it_is_not() {
    isolated!();
    let git = TestRepo::new();
    git.commit("m/a.sql", "a");
    let clean = || git.open().is_clean("", &["m".to_owned()]);
    assert!(clean());
    git.write("elsewhere", "x");
    assert!(clean(), "another folder");
    git.write("m/b.sql", "b");
    assert!(!clean(), "not tracked");
    git.git(&["add", "m/b.sql"]);
    assert!(!clean(), "staged");
    git.git(&["commit", "-qm", "b"]);
    assert!(clean());
    git.write("m/a.sql", "aa");
    assert!(!clean(), "edited");
    assert!(!git.open().is_clean("", &[]), "nothing was looked at");
    assert!(!git.open().is_clean("", &["gone".to_owned()]));
}
