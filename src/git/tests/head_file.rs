//! The head file in snapshots, what conflicts, and the driver's place in the configuration.

use std::{fs, path::Path};

use crate::{
    git::{
        Attribute, DriverState, Folders,
        testing::{TestRepo, folders, isolated},
        worktree_snapshot,
    },
    model::Snapshot,
};

fn shown(snapshot: &Snapshot) -> String {
    snapshot
        .head_file
        .as_ref()
        .map_or("none".to_owned(), |file| match &file.content {
            Ok(bytes) => format!("{}={}", file.path, String::from_utf8_lossy(bytes)),
            Err(reason) => format!("{}: {reason}", file.path),
        })
}

#[test]
fn all_origins_have_the_head_file_of_the_first_folder() {
    isolated!();
    let git = TestRepo::new();
    git.write("db/one/HEAD", "a\n");
    git.write("db/two/HEAD", "b\n");
    git.write("db/one/sub/HEAD", "c\n");
    git.commit("db/one/a.sql", "a");
    for (names, want) in [
        (["one", "two"], "one/HEAD=a\n"),
        (["two", "one"], "two/HEAD=b\n"),
        (["one/sub", "one"], "one/sub/HEAD=c\n"),
        (["../db/one", "two"], "../db/one/HEAD=a\n"),
    ] {
        let folders = Folders::new(names, ["sql"]);
        let repo = git.open();
        let disk = worktree_snapshot(&git.path.join("db"), &folders).unwrap();
        let staged = repo.index_snapshot("db", &folders).unwrap();
        let head = repo.commit_snapshot("db", &folders, "HEAD").unwrap();
        for captured in [disk, staged, head] {
            assert_eq!(shown(&captured.snapshot), want);
            // It is not one of the revisions.
            assert!(
                captured
                    .snapshot
                    .files
                    .iter()
                    .all(|file| !file.path.ends_with("HEAD"))
            );
        }
    }
}

#[test]
fn folders_and_links_of_that_name() {
    isolated!();
    let git = TestRepo::new();
    git.write("migrations/HEAD/inside.txt", "x");
    git.commit("migrations/a.sql", "a");
    let repo = git.open();
    let shown_all = || {
        [
            worktree_snapshot(&git.path, &folders()).unwrap(),
            repo.index_snapshot("", &folders()).unwrap(),
            repo.commit_snapshot("", &folders(), "HEAD").unwrap(),
        ]
        .map(|captured| shown(&captured.snapshot))
    };
    assert_eq!(shown_all(), ["none", "none", "none"]);
}

#[test]
fn conflicts_are_listed_wherever_they_are() {
    isolated!();
    let git = TestRepo::new();
    git.write("migrations/HEAD", "a\n");
    git.write("ü b.txt", "a\n");
    git.commit("migrations/a.sql", "a");
    git.git(&["switch", "-qc", "side"]);
    git.write("ü b.txt", "side\n");
    let side = git.commit("migrations/HEAD", "side\n");
    git.git(&["switch", "-q", "main"]);
    git.write("ü b.txt", "main\n");
    git.commit("migrations/HEAD", "main\n");
    let repo = git.open();
    assert!(repo.conflicted().unwrap().is_empty());
    assert_eq!(repo.merge_head(), None);
    assert!(!git.try_git(&["merge", "-q", "side"]).status.success());
    let conflicted: Vec<String> = repo.conflicted().unwrap().into_iter().collect();
    assert_eq!(conflicted, ["migrations/HEAD", "ü b.txt"]);
    assert_eq!(repo.merge_head(), Some(side));
    // The index has our side of it, the working tree both.
    let staged = repo.index_snapshot("", &folders()).unwrap();
    assert_eq!(shown(&staged.snapshot), "migrations/HEAD=main\n");
    assert_eq!(staged.conflicted.len(), 1);
    git.git(&["add", "migrations"]);
    let conflicted: Vec<String> = repo.conflicted().unwrap().into_iter().collect();
    assert_eq!(conflicted, ["ü b.txt"]);
}

#[test]
fn the_driver_goes_as_it_came() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/HEAD", "a\n");
    git.git(&["worktree", "add", "-q", "--detach", "../linked"]);
    let config = git.path.join(".git/config");
    let before = fs::read_to_string(&config).unwrap();
    // Any program that is there.
    let program = Path::new("/bin/sh");
    for place in [git.open(), git.at(git.beside("linked")).open()] {
        assert_eq!(place.driver(program).unwrap(), DriverState::NotInstalled);
        assert!(!place.uninstall_driver().unwrap());
        place.install_driver(program).unwrap();
        place.install_driver(program).unwrap();
        // All working trees share it.
        assert_eq!(git.open().driver(program).unwrap(), DriverState::Works);
        let other = git.open().driver(Path::new("/other"));
        assert_eq!(other.unwrap(), DriverState::Other);
        assert!(place.uninstall_driver().unwrap());
        assert_eq!(fs::read_to_string(&config).unwrap(), before);
    }
}

#[test]
fn attributes_as_git_reads_them() {
    isolated!();
    let git = TestRepo::new();
    let line = crate::git::attributes_line;
    for (text, path, want) in [
        (String::new(), "migrations/HEAD", Attribute::Unset),
        (line("migrations/HEAD"), "migrations/HEAD", Attribute::Ours),
        (
            line("migrations/HEAD"),
            "other/migrations/HEAD",
            Attribute::Unset,
        ),
        (line("my db/[x]/HEAD"), "my db/[x]/HEAD", Attribute::Ours),
        (line("HEAD"), "HEAD", Attribute::Ours),
        (line("HEAD"), "sub/HEAD", Attribute::Unset),
        (
            "HEAD -merge".to_owned(),
            "migrations/HEAD",
            Attribute::Other,
        ),
        (
            "HEAD merge=union".to_owned(),
            "migrations/HEAD",
            Attribute::Other,
        ),
    ] {
        git.write(".gitattributes", &text);
        assert_eq!(
            git.open().merge_attribute(path).unwrap(),
            want,
            "{text} {path}"
        );
        let said = git.git(&["check-attr", "merge", "--", path]);
        let by_git = match said.rsplit(": ").next().unwrap() {
            "unspecified" => Attribute::Unset,
            "teammig-head" => Attribute::Ours,
            _ => Attribute::Other,
        };
        assert_eq!(by_git, want, "{said}");
    }
}
