//! The same folders from the working tree, the index and commits.

use std::{fs, ops::ControlFlow};

use crate::{
    git::{
        Folders, GitError, Repo,
        index_file::IndexFile,
        testing::{TestRepo, folders, isolated, names, shown},
        worktree_snapshot,
    },
    model::{
        Origin,
        snapshot::{MAX_FILE_BYTES, Unreadable},
    },
};

#[test]
fn working_tree_index_and_commit_agree() {
    isolated!();
    let git = TestRepo::new();
    git.write("db/a/2 two.sql", "2");
    git.write("db/a/Z.sql", "Z");
    git.write("db/a/a\nline.sql", "n");
    git.write("db/a/ä.sql", "ä");
    git.write("db/a/empty.sql", "");
    git.write("db/a/.hidden.sql", "no");
    git.write("db/a/readme.md", "no");
    git.write("db/a/sub/deep.sql", "no");
    git.write("db/a.sql", "no");
    git.write("db/b/1.sql", "1");
    let commit = git.commit("other/x.sql", "no");
    let folders = Folders::new(["b", "./a/", "../db/b"], ["sql"]);
    let expected = "b/1.sql=1, a/2 two.sql=2, a/Z.sql=Z, a/a\nline.sql=n, a/empty.sql=, \
                    a/ä.sql=ä, ../db/b/1.sql=1";

    let disk = worktree_snapshot(&git.path.join("db"), &folders).unwrap();
    assert_eq!(shown(&disk.snapshot), expected);
    assert_eq!(disk.snapshot.origin, Origin::WorkTree);
    assert!(disk.snapshot.files.iter().all(|file| file.blob.is_none()));

    let repo = git.open();
    let staged = repo.index_snapshot("db", &folders).unwrap();
    assert_eq!(shown(&staged.snapshot), expected);
    assert_eq!(staged.snapshot.origin, Origin::Index);

    let head = repo.commit_snapshot("db", &folders, "HEAD").unwrap();
    assert_eq!(shown(&head.snapshot), expected);
    let origin = Origin::Commit {
        name: "HEAD".into(),
        id: commit.to_string(),
    };
    assert_eq!(head.snapshot.origin, origin);
    for captured in [disk, staged, head] {
        assert!(captured.missing.is_empty());
        assert!(captured.conflicted.is_empty());
    }
}

#[test]
fn each_origin_has_its_own_state() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/a.sql", "committed");
    git.write("migrations/a.sql", "staged");
    git.git(&["add", "-A"]);
    let repo = git.open();
    let staged = |expected: &str| {
        let snapshot = repo.index_snapshot("", &folders()).unwrap().snapshot;
        assert_eq!(shown(&snapshot), expected);
        assert_eq!(
            snapshot.files[0].blob.as_deref(),
            Some(git.git(&["rev-parse", ":migrations/a.sql"]).as_str())
        );
    };
    staged("migrations/a.sql=staged");
    git.write("migrations/a.sql", "written");
    let disk = worktree_snapshot(&git.path, &folders()).unwrap();
    assert_eq!(shown(&disk.snapshot), "migrations/a.sql=written");
    let head = repo.commit_snapshot("", &folders(), "HEAD").unwrap();
    assert_eq!(shown(&head.snapshot), "migrations/a.sql=committed");
    // The same `Repo` sees what was staged later.
    git.git(&["add", "-A"]);
    staged("migrations/a.sql=written");
}

#[test]
fn content_out_of_git_is_the_repository_form() {
    isolated!();
    let git = TestRepo::new();
    git.write(".gitattributes", "*.sql text eol=crlf\n");
    git.commit("migrations/a.sql", "one\r\ntwo\r\n");
    let head = git.open().commit_snapshot("", &folders(), "HEAD").unwrap();
    assert_eq!(shown(&head.snapshot), "migrations/a.sql=one\ntwo\n");
    let staged = git.open().index_snapshot("", &folders()).unwrap();
    assert_eq!(shown(&staged.snapshot), "migrations/a.sql=one\ntwo\n");
}

/// Listings are kept for the next question, and only a few of them.
#[test]
fn commits_asked_about_in_turns_have_their_own_files() {
    isolated!();
    let git = TestRepo::new();
    let commits: Vec<String> = ["a", "b", "c", "d", "e", "f"]
        .map(|name| git.commit(&format!("migrations/{name}.sql"), name))
        .iter()
        .map(ToString::to_string)
        .collect();
    let kept = git.open();
    for at in [0, 1, 0, 5, 2, 0, 3, 4, 1, 0, 5, 5, 4] {
        let list = |repo: &Repo, folders: &Folders| {
            let listing = repo.commit_listing("", folders, &commits[at]).unwrap();
            (listing.files, listing.origin)
        };
        let (files, origin) = list(&kept, &folders());
        assert_eq!(files.len(), at + 1);
        assert_eq!((files, origin), list(&git.open(), &folders()));
        let others = Folders::new(["migrations"], ["py"]);
        assert_eq!(list(&kept, &others).0, []);
    }
}

#[test]
fn folders_that_are_not_there_are_told() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations", "a file of that name");
    let folders = Folders::new(["gone", "also/gone"], ["sql"]);
    let expected = ["gone", "also/gone"];
    let disk = worktree_snapshot(&git.path, &folders).unwrap();
    assert_eq!(disk.missing, expected);
    let repo = git.open();
    assert_eq!(repo.index_snapshot("", &folders).unwrap().missing, expected);
    let head = repo.commit_snapshot("", &folders, "HEAD").unwrap();
    assert_eq!(head.missing, expected);

    let folders = Folders::new(["migrations"], ["sql"]);
    let head = repo.commit_snapshot("", &folders, "HEAD").unwrap();
    assert_eq!(head.missing, ["migrations"]);
    let error = worktree_snapshot(&git.path, &folders).unwrap_err();
    assert!(matches!(error, GitError::ReadFolder { .. }), "{error:?}");

    let folders = Folders::new(["../elsewhere"], ["sql"]);
    assert!(matches!(
        repo.commit_snapshot("", &folders, "HEAD"),
        Err(GitError::FolderOutside { .. })
    ));
    assert!(matches!(
        repo.commit_snapshot("", &folders, "nowhere"),
        Err(GitError::NoSuchCommit { .. })
    ));
}

#[test]
fn an_unborn_branch_has_an_index() {
    isolated!();
    let git = TestRepo::new();
    let staged = git.open().index_snapshot("", &folders()).unwrap();
    assert_eq!(staged.missing, ["migrations"]);
    git.write("migrations/a.sql", "a");
    git.git(&["add", "-A"]);
    let staged = git.open().index_snapshot("", &folders()).unwrap();
    assert_eq!(shown(&staged.snapshot), "migrations/a.sql=a");
}

#[test]
fn a_bare_repository_has_commits() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/a.sql", "a");
    let bare = git.cloned("bare.git", &["--bare"]).open();
    let head = bare.commit_snapshot("", &folders(), "main").unwrap();
    assert_eq!(shown(&head.snapshot), "migrations/a.sql=a");
}

#[test]
fn too_large_files_are_not_read() {
    isolated!();
    let git = TestRepo::new();
    let limit = usize::try_from(MAX_FILE_BYTES).unwrap();
    git.write("migrations/a.sql", &"x".repeat(limit));
    git.commit("migrations/b.sql", &"x".repeat(limit + 1));
    let repo = git.open();
    for captured in [
        worktree_snapshot(&git.path, &folders()).unwrap(),
        repo.index_snapshot("", &folders()).unwrap(),
        repo.commit_snapshot("", &folders(), "HEAD").unwrap(),
    ] {
        let [a, b] = captured.snapshot.files.as_slice() else {
            panic!("{captured:?}")
        };
        assert_eq!(a.content.as_ref().map(|bytes| bytes.len()), Ok(limit));
        assert_eq!(b.content, Err(Unreadable::TooLarge(MAX_FILE_BYTES + 1)));
    }
}

/// What the three origins say, which is the same but for the words of what cannot be read.
pub(super) fn agreeing(git: &TestRepo, folders: &Folders) -> String {
    git.git(&["add", "-A"]);
    git.git(&["commit", "-q", "--allow-empty", "-m", "as it is"]);
    let repo = git.open();
    let [disk, staged, head] = [
        worktree_snapshot(&git.path, folders).unwrap(),
        repo.index_snapshot("", folders).unwrap(),
        repo.commit_snapshot("", folders, "HEAD").unwrap(),
    ]
    .map(|mut captured| {
        assert_eq!(captured.missing, [""; 0]);
        for file in &mut captured.snapshot.files {
            if file.content.is_err() {
                file.content = Err(Unreadable::Io("unreadable".to_owned()));
            }
        }
        shown(&captured.snapshot)
    });
    assert_eq!(disk, staged);
    assert_eq!(disk, head);
    disk
}

#[cfg(unix)]
#[test]
fn links_to_files_are_what_they_lead_to_and_submodules_are_no_revisions() {
    use std::os::unix::fs::symlink;

    isolated!();
    let library = TestRepo::new();
    library.commit("x", "x");
    let git = TestRepo::new();
    git.write("migrations/a.sql", "a");
    git.write("shared/deep/b.txt", "b");
    symlink("deep", git.path.join("shared/way")).unwrap();
    let link = |target: &str, name: &str| {
        symlink(target, git.path.join("migrations").join(name)).unwrap();
    };
    link("../shared/way/b.txt", "b.sql");
    link("loop.sql", "loop.sql");
    link(".", "folder.sql");
    link("gone.txt", "gone.sql");
    let url = format!("file://{}", library.path.display());
    git.git(&["submodule", "--quiet", "add", &url, "migrations/lib.sql"]);
    assert_eq!(
        agreeing(&git, &folders()),
        "migrations/a.sql=a, migrations/b.sql=b, migrations/gone.sql: unreadable, \
         migrations/loop.sql: unreadable"
    );
    // On disk it can be read; another clone has nothing there.
    fs::write(git.beside("out.txt"), "out").unwrap();
    link("../../out.txt", "out.sql");
    git.git(&["add", "-A"]);
    let staged = shown(&git.open().index_snapshot("", &folders()).unwrap().snapshot);
    assert!(
        staged.ends_with(
            "migrations/out.sql: it is a link to ../../out.txt, which does not lead to a file of the repository"
        ),
        "{staged}"
    );
}

#[cfg(unix)]
#[test]
fn a_head_file_that_is_a_link_is_what_it_leads_to() {
    use std::os::unix::fs::symlink;

    isolated!();
    let git = TestRepo::new();
    git.write("migrations/a.sql", "a");
    git.write("heads.txt", "a");
    for (target, expected) in [("../heads.txt", Some("a")), ("../gone.txt", None)] {
        let link = git.path.join("migrations/HEAD");
        let _ = fs::remove_file(&link);
        symlink(target, &link).unwrap();
        agreeing(&git, &folders());
        let repo = git.open();
        for captured in [
            worktree_snapshot(&git.path, &folders()).unwrap(),
            repo.index_snapshot("", &folders()).unwrap(),
            repo.commit_snapshot("", &folders(), "HEAD").unwrap(),
        ] {
            let head_file = captured.snapshot.head_file;
            let content = head_file.map(|file| file.content.unwrap().to_vec());
            assert_eq!(content.as_deref(), expected.map(str::as_bytes), "{target}");
        }
    }
}

#[cfg(unix)]
#[test]
fn links_to_folders_are_followed_as_on_disk() {
    use std::os::unix::fs::symlink;

    isolated!();
    let git = TestRepo::new();
    git.write("versions/1/sql/a.sql", "a");
    git.write("versions/db/b.sql", "b");
    symlink("versions/1", git.path.join("now")).unwrap();
    symlink("now/sql", git.path.join("migrations")).unwrap();
    // Out of where `now` leads to, which is another folder than the top.
    symlink("now/../db", git.path.join("more")).unwrap();
    let both = Folders::new(["migrations", "more"], ["sql"]);
    assert_eq!(agreeing(&git, &both), "migrations/a.sql=a, more/b.sql=b");
    // The split index is read by Git, not by the library.
    git.git(&["update-index", "--split-index"]);
    assert_eq!(agreeing(&git, &both), "migrations/a.sql=a, more/b.sql=b");
}

/// It looked like a project without migrations, in which nothing is to be guarded.
#[cfg(unix)]
#[test]
fn a_folder_that_is_a_link_to_nothing_is_no_empty_folder() {
    use std::os::unix::fs::symlink;

    isolated!();
    for target in ["sql", "migrations", "file", "../elsewhere", "/etc"] {
        let git = TestRepo::new();
        git.write("file", "x");
        symlink(target, git.path.join("migrations")).unwrap();
        git.git(&["add", "-A"]);
        git.git(&["commit", "-qm", "link"]);
        let repo = git.open();
        for outcome in [
            repo.index_snapshot("", &folders()),
            repo.commit_snapshot("", &folders(), "HEAD"),
        ] {
            let Err(GitError::FolderIsLink { folder, target: to }) = outcome else {
                panic!("{target}: {outcome:?}")
            };
            assert_eq!((folder.as_str(), to.as_str()), ("migrations", target));
        }
    }
}

#[test]
fn folders_with_blanks_accents_and_other_cases() {
    isolated!();
    for (setting, value) in [
        ("core.ignoreCase", "true"),
        ("core.ignoreCase", "false"),
        ("core.precomposeUnicode", "true"),
        ("core.quotePath", "true"),
    ] {
        let git = TestRepo::new();
        git.git(&["config", setting, value]);
        // é as one character and as two, which are different folders to Git and to Linux.
        let names = [
            "my migrations",
            "migre\u{301}es",
            "migr\u{e9}es",
            "Migrations",
        ];
        for (at, name) in names.iter().enumerate() {
            git.write(&format!("{name}/b.sql"), &at.to_string());
            git.write(&format!("{name}/A \u{e9}.sql"), "");
            git.write(&format!("{name}/e\u{301}.sql"), "");
        }
        // A neighbour that differs in case alone; with the setting Git takes it for the same.
        if (setting, value) == ("core.ignoreCase", "false") {
            git.write("migrations/c.sql", "other");
        }
        let folders = Folders::new(names, ["sql"]);
        let expected: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                format!("{name}/A \u{e9}.sql=, {name}/b.sql={at}, {name}/e\u{301}.sql=")
            })
            .collect();
        assert_eq!(agreeing(&git, &folders), expected.join(", "), "{setting}");
    }
}

#[test]
fn changes_that_are_staged_below_a_folder() {
    isolated!();
    let git = TestRepo::new();
    let changes = |folder: &str| {
        let repo = git.open();
        let changes = repo.staged_changes(folder, |path, _| !path.contains(".txt"));
        changes.unwrap().join(" ")
    };
    git.write("a/one.sql", "1");
    git.write("a/two.sql", "2");
    git.write("ab/three.sql", "3");
    git.git(&["add", "-A"]);
    assert_eq!(changes("a"), "a/one.sql a/two.sql");
    git.git(&["commit", "-qm", "all"]);
    assert_eq!(changes(""), "");
    git.write("a/one.sql", "not staged");
    git.write("a/new/four.sql", "4");
    git.write("a/new/four.txt", "4");
    git.git(&["add", "a/new"]);
    git.git(&["rm", "-q", "a/two.sql"]);
    assert_eq!(changes("a"), "a/new/four.sql a/two.sql");
    assert_eq!(changes("ab"), "");
    assert_eq!(changes(""), "a/new/four.sql a/two.sql");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_does_not_hide_the_rest() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("migrations")).unwrap();
    for name in ["a", "b", "c"] {
        fs::write(dir.path().join(format!("migrations/{name}.sql")), name).unwrap();
    }
    let locked = dir.path().join("migrations/b.sql");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&locked).is_ok() {
        // root reads everything
        fs::remove_file(&locked).unwrap();
        std::os::unix::fs::symlink("nowhere", &locked).unwrap();
    }
    let seen = worktree_snapshot(dir.path(), &folders()).unwrap().snapshot;
    let [a, b, c] = seen.files.as_slice() else {
        panic!("{seen:?}")
    };
    assert!(a.content.is_ok() && c.content.is_ok());
    assert!(matches!(b.content, Err(Unreadable::Io(_))), "{b:?}");
}

#[test]
fn ten_thousand_files() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("migrations")).unwrap();
    for at in 0..10_000 {
        fs::write(dir.path().join(format!("migrations/{at:05}.sql")), "x").unwrap();
    }
    let start = std::time::Instant::now();
    let seen = worktree_snapshot(dir.path(), &folders()).unwrap().snapshot;
    let took = start.elapsed();
    assert_eq!(seen.files.len(), 10_000);
    assert!(seen.files.is_sorted_by(|a, b| a.path < b.path));
    assert!(took.as_secs() < 5, "{took:?}");
}

/// A merge that stops with conflicts in the migrations folder.
#[test]
fn of_a_file_in_conflict_the_index_gives_our_side() {
    isolated!();
    let git = TestRepo::new();
    git.write("migrations/c.sql", "base");
    git.commit("migrations/a.sql", "base");
    git.git(&["switch", "-qc", "topic"]);
    git.write("migrations/b.sql", "theirs");
    git.write("migrations/c.sql", "theirs");
    git.commit("migrations/a.sql", "theirs");
    git.git(&["switch", "-q", "main"]);
    git.write("migrations/b.sql", "ours");
    fs::remove_file(git.path.join("migrations/c.sql")).unwrap();
    git.commit("migrations/a.sql", "ours");
    assert!(!git.try_git(&["merge", "-q", "topic"]).status.success());
    let staged = git.open().index_snapshot("", &folders()).unwrap();
    assert_eq!(
        shown(&staged.snapshot),
        "migrations/a.sql=ours, migrations/b.sql=ours"
    );
    let conflicted: Vec<&str> = staged.conflicted.iter().map(AsRef::as_ref).collect();
    assert_eq!(
        conflicted,
        ["migrations/a.sql", "migrations/b.sql", "migrations/c.sql"]
    );
}

/// The library cannot read these indexes; Git lists them.
#[test]
fn split_and_sparse_indexes() {
    isolated!();
    let git = TestRepo::new();
    git.write("x/y/z.sql", "no");
    git.commit("backend/migrations/ä b.sql", "a");
    for arguments in [
        ["update-index", "--split-index"].as_slice(),
        &[
            "sparse-checkout",
            "set",
            "--sparse-index",
            "backend/migrations",
        ],
    ] {
        if arguments[0] == "sparse-checkout" {
            git.git(&["update-index", "--no-split-index"]);
        }
        git.git(arguments);
        let staged = git.open().index_snapshot("backend", &folders()).unwrap();
        assert_eq!(
            shown(&staged.snapshot),
            "migrations/ä b.sql=a",
            "{arguments:?}"
        );
    }
}

#[test]
fn equal_folders_are_seen_without_reading() {
    isolated!();
    let git = TestRepo::new();
    let first = git.commit("backend/migrations/a.sql", "a");
    let second = git.commit("code", "x");
    let third = git.commit("backend/migrations/b.sql", "b");
    let repo = git.open();
    let differ = |one, other| {
        repo.folders_differ("backend", &folders(), one, other)
            .unwrap()
    };
    assert_eq!(differ(first, first), Some(false));
    assert_eq!(differ(first, second), Some(false));
    assert_eq!(differ(second, third), Some(true));
}

#[test]
fn branches_with_equal_folders_are_visited_once() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/a.sql", "a");
    git.git(&["switch", "-qc", "one"]);
    git.commit("migrations/b.sql", "b");
    git.git(&["switch", "-qc", "two"]);
    git.commit("code", "two");
    git.git(&["switch", "-q", "--orphan", "pages"]);
    git.commit("index.html", "x");
    let repo = git.open();
    let tips = repo.tips().unwrap();
    let mut seen = Vec::new();
    repo.for_each_distinct_state("", &folders(), &tips, |sharing, captured| {
        let tips: Vec<_> = sharing.iter().map(|tip| (*tip).clone()).collect();
        seen.push(format!(
            "{}: {}",
            names(&tips).join(" "),
            shown(&captured.snapshot)
        ));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(
        seen,
        [
            "pages: ",
            "two one: migrations/a.sql=a, migrations/b.sql=b",
            "main: migrations/a.sql=a"
        ]
    );
    let mut count = 0;
    repo.for_each_distinct_state("", &folders(), &tips, |_, _| {
        count += 1;
        ControlFlow::Break(())
    })
    .unwrap();
    assert_eq!(count, 1);
}

/// The index is read in place; the library is the measure.
#[test]
fn every_version_of_the_index_is_read_as_the_library_does() {
    isolated!();
    let git = TestRepo::new();
    let long = format!("migrations/{}.sql", "x".repeat(200));
    for path in ["migrations/a.sql", "migrations/ab.sql", &long, "x/ä b", "z"] {
        git.write(path, path);
    }
    git.git(&["add", "-A"]);
    git.git(&["commit", "-qm", "all"]);
    git.git(&["switch", "-qc", "side", "HEAD"]);
    git.commit("migrations/a.sql", "theirs");
    git.git(&["switch", "-q", "main"]);
    git.commit("migrations/a.sql", "ours");
    let conflicting = |git: &TestRepo| {
        let _ = git.try_git(&["merge", "-q", "side"]);
    };
    conflicting(&git);
    let index = git.path.join(".git/index");
    for version in ["2", "3", "4"] {
        // Flags that version 2 has no room for.
        if version != "2" {
            git.git(&["update-index", "--skip-worktree", "z"]);
        }
        git.git(&["update-index", "--index-version", version]);
        let bytes = fs::read(&index).unwrap();
        let mut seen = Vec::new();
        IndexFile::of(bytes.clone(), |entry| {
            let id = git2::Oid::from_bytes(entry.id).unwrap();
            assert_eq!(entry.left_out, version != "2" && entry.path == b"z");
            seen.push((entry.path.to_vec(), entry.mode, id, entry.stage));
        })
        .unwrap();
        let known: Vec<_> = git2::Index::open(&index)
            .unwrap()
            .iter()
            .map(|one| (one.path, one.mode, one.id, (one.flags >> 12) & 3))
            .collect();
        assert_eq!(seen, known, "version {version}");
        assert_eq!(seen.len(), 7, "one path in three stages");
        assert_eq!(
            bytes[7].to_string(),
            if version == "3" { "3" } else { version }
        );
    }
}
