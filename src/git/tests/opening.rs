//! Which repository is found, and how what cannot be opened is told.

use std::fs;

use crate::git::{
    GitError, Repo, Unsupported,
    testing::{TestRepo, isolated},
};

#[test]
fn found_from_a_sub_folder() {
    isolated!();
    let git = TestRepo::new();
    git.write("backend/migrations/a.sql", "a");
    let repo = Repo::open(&git.path.join("backend/migrations")).unwrap();
    assert_eq!(repo.work_dir(), Some(git.path.as_path()));
    assert_eq!(repo.git_dir(), git.path.join(".git"));
    assert_eq!(repo.common_dir(), git.path.join(".git"));
    assert!(!repo.is_bare());
    assert_eq!(repo.prefix_of(&git.path).unwrap(), "");
    let root = git.path.join("backend/migrations/..");
    assert_eq!(repo.prefix_of(&root).unwrap(), "backend");
    assert!(matches!(
        repo.prefix_of(git.path.parent().unwrap()),
        Err(GitError::OutsideRepository { .. })
    ));
}

#[test]
fn found_through_a_link_to_the_repository() {
    isolated!();
    let git = TestRepo::new();
    git.write("backend/a", "a");
    #[cfg(unix)]
    {
        let link = git.beside("link");
        std::os::unix::fs::symlink(git.path.join("backend"), &link).unwrap();
        let repo = Repo::open(&link).unwrap();
        assert_eq!(repo.prefix_of(&link).unwrap(), "backend");
    }
}

#[test]
fn not_a_repository() {
    isolated!();
    let dir = tempfile::tempdir().unwrap();
    let error = Repo::open(dir.path()).err().unwrap();
    assert!(matches!(error, GitError::NotARepository { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "not a Git repository (or any folder above): {}",
            dir.path().display()
        )
    );
    let gone = dir.path().join("gone");
    assert!(matches!(
        Repo::open(&gone),
        Err(GitError::NotARepository { .. })
    ));
}

#[test]
fn bare() {
    isolated!();
    let git = TestRepo::new();
    let commit = git.commit("migrations/a.sql", "a");
    let bare = git.cloned("bare.git", &["--bare"]);
    let repo = bare.open();
    assert!(repo.is_bare());
    assert_eq!(repo.work_dir(), None);
    assert_eq!(repo.head().unwrap().commit(), Some(commit));
    assert!(matches!(
        repo.prefix_of(&bare.path),
        Err(GitError::Bare { .. })
    ));
}

#[test]
fn linked_working_trees_share_the_common_directory() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/a.sql", "a");
    git.git(&["worktree", "add", "-q", "-b", "topic", "../linked"]);
    let linked = git.at(git.beside("linked"));
    let repo = linked.open();
    assert_eq!(repo.work_dir(), Some(linked.path.as_path()));
    assert_eq!(repo.git_dir(), git.path.join(".git/worktrees/linked"));
    assert_eq!(repo.common_dir(), git.path.join(".git"));
    assert_eq!(repo.head().unwrap().branch(), Some("topic"));
}

#[test]
fn linked_working_trees_with_relative_paths() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/a.sql", "a");
    git.git(&["worktree", "add", "-q", "-b", "topic", "../linked"]);
    // What `worktree.useRelativePaths` of Git 2.48 writes.
    let linked = git.at(git.beside("linked"));
    linked.write(".git", "gitdir: ../repo/.git/worktrees/linked\n");
    git.write(".git/worktrees/linked/gitdir", "../../../../linked/.git\n");
    git.git(&["config", "core.repositoryFormatVersion", "1"]);
    git.git(&["config", "extensions.relativeWorktrees", "true"]);
    let repo = linked.open();
    assert_eq!(repo.work_dir(), Some(linked.path.as_path()));
    assert_eq!(repo.common_dir(), git.path.join(".git"));
}

#[test]
fn a_submodule_is_its_own_repository() {
    isolated!();
    let library = TestRepo::new();
    library.commit("migrations/a.sql", "a");
    let git = TestRepo::new();
    git.commit("migrations/b.sql", "b");
    let url = format!("file://{}", library.path.display());
    git.git(&["submodule", "--quiet", "add", &url, "lib"]);
    let repo = Repo::open(&git.path.join("lib/migrations")).unwrap();
    assert_eq!(repo.work_dir(), Some(git.path.join("lib").as_path()));
    assert_eq!(repo.git_dir(), git.path.join(".git/modules/lib"));
}

#[test]
fn formats_beyond_the_library_are_named() {
    isolated!();
    let start = |git: &TestRepo| Repo::open(&git.path).err().unwrap();
    let sha256 = start(&TestRepo::with(&["--object-format=sha256"]));
    assert!(
        matches!(
            &sha256,
            GitError::Unsupported {
                what: Unsupported::Sha256,
                ..
            }
        ),
        "{sha256:?}"
    );
    let git = TestRepo::new();
    git.git(&["config", "core.repositoryFormatVersion", "1"]);
    git.git(&["config", "extensions.partialClone", "origin"]);
    let other = start(&git);
    assert!(
        matches!(&other, GitError::Unsupported { what: Unsupported::Extension(name), .. } if name == "partialclone"),
        "{other:?}"
    );
    let git = TestRepo::new();
    git.git(&["config", "core.repositoryFormatVersion", "7"]);
    let other = start(&git);
    assert!(
        matches!(
            &other,
            GitError::Unsupported {
                what: Unsupported::Format(_),
                ..
            }
        ),
        "{other:?}"
    );
    let git = TestRepo::new();
    if !git
        .try_git(&["init", "--quiet", "--ref-format=reftable", "../tables"])
        .status
        .success()
    {
        return; // Git before 2.45
    }
    let tables = start(&git.at(git.beside("tables")));
    assert!(
        matches!(
            &tables,
            GitError::Unsupported {
                what: Unsupported::RefTable,
                ..
            }
        ),
        "{tables:?}"
    );
    assert!(
        tables
            .to_string()
            .ends_with("cannot be read: its branches and tags are stored as a reftable"),
        "{tables}"
    );
}

#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_refused_as_by_git() {
    isolated!();
    let git = TestRepo::new();
    let nobody = Some(65534);
    if std::os::unix::fs::chown(&git.path, nobody, None).is_err() {
        return; // only root can give files away
    }
    let _ = std::os::unix::fs::chown(git.path.join(".git"), nobody, None);
    assert!(!git.try_git(&["status"]).status.success());
    let error = Repo::open(&git.path).err().unwrap();
    assert!(matches!(error, GitError::NotOurs { .. }), "{error:?}");
    // And trusted as by Git.
    let settings = git.beside("settings");
    fs::write(
        &settings,
        format!("[safe]\n\tdirectory = {}\n", git.path.display()),
    )
    .unwrap();
    let found = git.probe(
        &git.path,
        &[("GIT_CONFIG_GLOBAL", settings.to_str().unwrap())],
    );
    assert!(found.starts_with("git dir: "), "{found}");
}

#[test]
fn ceilings_end_the_search() {
    isolated!();
    let git = TestRepo::new();
    git.write("sub/deeper/x", "");
    let deeper = git.path.join("sub/deeper");
    let sub = git.path.join("sub");
    let found = git.probe(
        &deeper,
        &[("GIT_CEILING_DIRECTORIES", sub.to_str().unwrap())],
    );
    assert!(found.starts_with("error: not a Git repository"), "{found}");
    let above = git.path.parent().unwrap().to_str().unwrap();
    let found = git.probe(&deeper, &[("GIT_CEILING_DIRECTORIES", above)]);
    assert!(found.starts_with("git dir: "), "{found}");
}

#[test]
fn git_dir_and_work_tree_from_the_environment() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/a.sql", "a");
    fs::rename(git.path.join(".git"), git.beside("store.git")).unwrap();
    let top = git.path.display();
    let store = git.beside("store.git");
    let work_dir = |found: &str| found.lines().nth(2).unwrap_or_default().to_owned();

    // GIT_DIR alone makes the current folder the top, as for Git.
    let found = git.probe(&git.path, &[("GIT_DIR", "../store.git")]);
    assert!(found.starts_with(&format!("git dir: {}\n", store.display())));
    assert_eq!(work_dir(&found), format!("work dir: {top}"));
    assert!(found.ends_with("staged: migrations/a.sql=a\n"), "{found}");

    // A relative GIT_WORK_TREE is relative to the current folder.
    let found = git.probe(
        &git.path.join("migrations"),
        &[
            ("GIT_DIR", store.to_str().unwrap()),
            ("GIT_WORK_TREE", ".."),
        ],
    );
    assert_eq!(work_dir(&found), format!("work dir: {top}"));

    // Unless the repository says itself where its files are.
    git.command(&["--git-dir", store.to_str().unwrap(), "config"])
        .args(["core.worktree", git.path.to_str().unwrap()])
        .status()
        .unwrap();
    let found = git.probe(
        git.path.parent().unwrap(),
        &[("GIT_DIR", store.to_str().unwrap())],
    );
    assert_eq!(work_dir(&found), format!("work dir: {top}"));
}

#[test]
fn the_common_directory_from_the_environment() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/a.sql", "a");
    git.git(&["worktree", "add", "-q", "-b", "topic", "../linked"]);
    let found = git.probe(
        &git.beside("linked"),
        &[
            ("GIT_DIR", "../repo/.git/worktrees/linked"),
            ("GIT_COMMON_DIR", "../repo/.git"),
        ],
    );
    assert!(
        found.contains(&format!(
            "common dir: {}\n",
            git.path.join(".git").display()
        )),
        "{found}"
    );
    assert!(
        found.contains(&format!("work dir: {}\n", git.beside("linked").display())),
        "{found}"
    );
}

/// `git commit -a` and `git commit <path>` stage into an index of their own.
#[test]
fn a_pre_commit_hook_sees_the_index_of_its_commit() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/a.sql", "a");
    git.commit("migrations/b.sql", "b");
    git.git(&["worktree", "add", "-q", "-b", "topic", "../linked"]);
    let report = git.beside("report");
    let linked = git.at(git.beside("linked"));
    for (tree, folder) in [
        (&git, "."),
        (&git, "migrations"),
        (&linked, "."),
        (&linked, "migrations"),
    ] {
        git.probing_hook("pre-commit", folder, &report);
        for (arguments, expected) in [
            (
                ["commit", "-qm1", "-a"].as_slice(),
                "migrations/a.sql=a1, migrations/b.sql=b1",
            ),
            (
                &["commit", "-qm2", "migrations/a.sql"],
                "migrations/a.sql=a2, migrations/b.sql=b1",
            ),
            (
                &["commit", "-qm3", "-i", "migrations/b.sql"],
                "migrations/a.sql=a2, migrations/b.sql=b3",
            ),
            (
                &["commit", "-qm4"],
                "migrations/a.sql=a2, migrations/b.sql=b4",
            ),
        ] {
            let round = &arguments[1][3..];
            tree.write("migrations/a.sql", &format!("a{round}"));
            tree.write("migrations/b.sql", &format!("b{round}"));
            if round == "4" {
                tree.git(&["add", "migrations/b.sql"]);
            }
            tree.git(arguments);
            let seen = fs::read_to_string(&report).unwrap();
            assert!(
                seen.ends_with(&format!("staged: {expected}\n")),
                "git {arguments:?} in {}: {seen}",
                tree.path.display()
            );
            assert!(seen.contains(&format!("work dir: {}\n", tree.path.display())));
            fs::remove_file(&report).unwrap();
        }
    }
}
