//! Migrations folders of which those below are read, too.

use std::fs;

use super::snapshots::agreeing;
use crate::git::{
    FileChange, Folders, Reach,
    testing::{TestRepo, isolated, shown},
    worktree_snapshot,
};

fn deep(paths: &[&str]) -> Folders {
    Folders::new(paths, ["py"]).with_below(true)
}

#[test]
fn all_origins_have_the_files_below() {
    isolated!();
    let git = TestRepo::new();
    // In the order of Git's paths `a-b.py` and `a.py` come before the folder `a`.
    for path in [
        "m/a.py",
        "m/a-b.py",
        "m/a/b/deep.py",
        "m/a/one.py",
        "m/a0.py",
        "m/.hidden/h.py",
        "m/folder.py/in.py",
        "other/x/y.py",
    ] {
        git.write(path, "x");
    }
    for path in [
        "m/a/__init__.py",
        "m/a/.one.py",
        "m/a/one.txt",
        "m/__pycache__/c.py",
        "m/a/__pycache__/x/c.py",
        "ma/no.py",
    ] {
        git.write(path, "no");
    }
    let folders = deep(&["m", "m/a", "other"]);
    let expected = "m/.hidden/h.py=x, m/a-b.py=x, m/a.py=x, m/a/b/deep.py=x, m/a/one.py=x, \
                    m/a0.py=x, m/folder.py/in.py=x, other/x/y.py=x";
    assert_eq!(agreeing(&git, &folders), expected);
    // As they are listed by Git, and not by the library.
    git.git(&["update-index", "--split-index"]);
    assert_eq!(agreeing(&git, &folders), expected);
    assert_eq!(
        agreeing(&git, &Folders::new(["m"], ["py"])),
        "m/a-b.py=x, m/a.py=x, m/a0.py=x"
    );
}

/// Alembic walks into no folder that is a link (`os.walk`).
#[cfg(unix)]
#[test]
fn links_below_are_followed_to_files_alone() {
    use std::os::unix::fs::symlink;

    isolated!();
    let git = TestRepo::new();
    git.write("shared/s.py", "s");
    git.write("m/a/one.py", "1");
    symlink("../../shared/s.py", git.path.join("m/a/link.py")).unwrap();
    symlink("../shared", git.path.join("m/shared")).unwrap();
    symlink(".", git.path.join("m/a/round")).unwrap();
    symlink("m", git.path.join("now")).unwrap();
    assert_eq!(
        agreeing(&git, &deep(&["now"])),
        "now/a/link.py=s, now/a/one.py=1"
    );
}

#[test]
fn the_head_file_is_that_of_the_folder_itself() {
    isolated!();
    let git = TestRepo::new();
    git.write("m/a/HEAD", "no");
    git.write("m/a/one.py", "1");
    agreeing(&git, &deep(&["m"]));
    let has_one = || {
        let repo = git.open();
        [
            worktree_snapshot(&git.path, &deep(&["m"])).unwrap(),
            repo.index_snapshot("", &deep(&["m"])).unwrap(),
            repo.commit_snapshot("", &deep(&["m"]), "HEAD").unwrap(),
        ]
        .map(|captured| captured.snapshot.head_file.is_some())
    };
    assert_eq!(has_one(), [false; 3]);
    git.write("m/HEAD", "one");
    agreeing(&git, &deep(&["m"]));
    assert_eq!(has_one(), [true; 3]);
}

#[test]
fn what_differs_below_is_told_by_its_path() {
    isolated!();
    let git = TestRepo::new();
    git.write("m/a.py", "a");
    git.write("m/a/edited.py", "1");
    git.write("m/a/gone.py", "2");
    git.write("m/a/b/moved.py", "3");
    git.write("m/same/s.py", "s");
    git.write("m/__pycache__/c.py", "c");
    let before = git.commit("m/z.py", "z");
    git.write("m/a/edited.py", "1, edited");
    fs::remove_file(git.path.join("m/a/gone.py")).unwrap();
    git.write("m/c/moved.py", "3");
    fs::remove_dir_all(git.path.join("m/a/b")).unwrap();
    git.write("m/a-b.py", "new");
    fs::remove_file(git.path.join("m/a.py")).unwrap();
    git.write("m/__pycache__/c.py", "c2");
    let after = git.commit("README", "x");
    let repo = git.open();
    let folders = deep(&["m"]);
    let state = |commit| repo.folder_state(commit, "", &folders, &[]).unwrap();
    let changes = repo
        .folder_changes(&folders, &state(before), &state(after))
        .unwrap();
    let told = |change: &FileChange| {
        let sign = match (&change.old, &change.new) {
            (None, _) => "+",
            (_, None) => "-",
            _ => "~",
        };
        let file = change.new.as_ref().or(change.old.as_ref()).unwrap();
        format!("{sign}{}", file.path)
    };
    let all: Vec<String> = changes.iter().map(told).collect();
    assert_eq!(
        all.join(" "),
        "+m/a-b.py -m/a.py -m/a/b/moved.py ~m/a/edited.py -m/a/gone.py +m/c/moved.py"
    );

    let line = repo.line_of(after);
    let mainline = repo
        .mainline(&line, "", &folders, Reach::default())
        .unwrap();
    let step = &mainline.steps[1];
    let mut put: Vec<&str> = step.put.iter().map(|(place, _)| &*place.name).collect();
    put.sort_unstable();
    assert_eq!(put, ["a-b.py", "a/edited.py", "c/moved.py"]);
    let removed: Vec<&str> = step.removed.iter().map(|place| &*place.name).collect();
    assert_eq!(removed, ["a.py", "a/b/moved.py", "a/gone.py"]);
    assert_eq!(mainline.moves, []);

    let stays = repo.stays("", &folders, &[before, after]).unwrap();
    let mut stays: Vec<String> = stays
        .iter()
        .map(|stay| format!("{} {:?}", stay.file.path, stay.commits))
        .collect();
    stays.sort();
    assert_eq!(
        stays,
        [
            "m/a-b.py 1..2",
            "m/a.py 0..1",
            "m/a/b/moved.py 0..1",
            "m/a/edited.py 0..1",
            "m/a/edited.py 1..2",
            "m/a/gone.py 0..1",
            "m/c/moved.py 1..2",
            "m/same/s.py 0..2",
            "m/z.py 0..2",
        ]
    );
}

#[test]
fn a_folder_that_was_moved_is_followed_with_those_below() {
    isolated!();
    let git = TestRepo::new();
    git.write("old/2026/a.py", "a");
    git.write("old/2026/b.py", "b");
    git.commit("old/2027/c.py", "c");
    git.git(&["mv", "old", "db"]);
    let after = git.commit("README", "x");
    let repo = git.open();
    let line = repo.line_of(after);
    let mainline = repo
        .mainline(&line, "", &deep(&["db"]), Reach::default())
        .unwrap();
    let moves: Vec<_> = mainline
        .moves
        .iter()
        .map(|one| (one.from.as_str(), one.to.as_str()))
        .collect();
    assert_eq!(moves, [("old", "db")]);
    assert_eq!(mainline.steps[0].put.len(), 3);
    assert_eq!(
        shown(
            &repo
                .commit_snapshot("", &deep(&["old"]), "HEAD~")
                .unwrap()
                .snapshot
        )
        .matches("old/")
        .count(),
        3
    );
}
