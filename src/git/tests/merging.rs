//! Where branches part, what differs between two states, and Git's merge of a file.

use std::collections::BTreeSet;

use crate::git::{
    Bases, CommitId, FileChange, Repo, blob_of,
    testing::{TestRepo, folders, isolated},
};

/// What `git merge-base --all` says.
fn reference(git: &TestRepo, one: CommitId, other: CommitId) -> BTreeSet<String> {
    let output = git.try_git(&["merge-base", "--all", &one.to_string(), &other.to_string()]);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn bases(repo: &Repo, one: CommitId, other: CommitId) -> BTreeSet<String> {
    match repo.bases(one, other).unwrap() {
        Bases::Known(commits) => commits.iter().map(ToString::to_string).collect(),
        Bases::Unrelated => BTreeSet::new(),
        Bases::Missing => BTreeSet::from(["missing".to_owned()]),
    }
}

/// A commit with these parents; none = a history of its own.
fn commit(git: &TestRepo, parents: &[CommitId]) -> CommitId {
    let tree = git.git(&["write-tree"]);
    let parents: Vec<String> = parents.iter().map(ToString::to_string).collect();
    let mut arguments = vec!["commit-tree", "-m", "x", &tree];
    for parent in &parents {
        arguments.extend(["-p", parent]);
    }
    CommitId::from_hex(&git.git(&arguments)).unwrap()
}

/// Every pair of a tangled history, merged crosswise many times, beside Git's answer.
#[test]
fn where_branches_part_is_what_git_says() {
    isolated!();
    let git = TestRepo::new();
    let mut all = vec![commit(&git, &[])];
    let mut dice: u64 = 7;
    let mut roll = |sides: usize| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(99);
        usize::try_from(dice >> 33).unwrap() % sides
    };
    for n in 1..40 {
        let near = |roll: &mut dyn FnMut(usize) -> usize| n - 1 - roll(n.min(6));
        let one = near(&mut roll);
        let parents = match roll(8) {
            0 => vec![],
            1..=3 => vec![all[one], all[near(&mut roll)]],
            _ => vec![all[one]],
        };
        let parents: Vec<CommitId> = match parents.as_slice() {
            [a, b] if a == b => vec![*a],
            _ => parents,
        };
        all.push(commit(&git, &parents));
    }
    let repo = git.open();
    let (mut several, mut none) = (0, 0);
    for (n, one) in all.iter().enumerate() {
        let ancestors = repo.ancestors(*one).unwrap();
        for other in &all[..n] {
            let expected = reference(&git, *one, *other);
            assert_eq!(bases(&repo, *one, *other), expected);
            assert_eq!(
                ancestors.contains(*other),
                expected.contains(&other.to_string())
            );
            several += usize::from(expected.len() > 1);
            none += usize::from(expected.is_empty());
        }
    }
    assert!(several > 5 && none > 5, "{several} {none}");
}

#[test]
fn a_shallow_clone_does_not_guess_where_branches_part() {
    isolated!();
    let git = TestRepo::new();
    let first = git.commit("a", "1");
    git.git(&["branch", "topic"]);
    git.commit("a", "2");
    git.commit("a", "3");
    git.git(&["switch", "-q", "topic"]);
    git.commit("b", "1");
    for (depth, expected) in [("1", Bases::Missing), ("2", Bases::Missing)] {
        let clone = git.cloned(
            &format!("clone{depth}"),
            &[&format!("--depth={depth}"), "--no-single-branch"],
        );
        let repo = clone.open();
        let main = repo.resolve("origin/main").unwrap();
        let topic = repo.resolve("origin/topic").unwrap();
        assert_eq!(repo.bases(main, topic).unwrap(), expected, "{depth}");
        assert_eq!(repo.bases(topic, main).unwrap(), expected, "{depth}");
        // Whose tip is in the other's known history parts there.
        assert_eq!(repo.bases(main, main).unwrap(), Bases::Known(vec![main]));
    }
    let clone = git.cloned("clone3", &["--depth=3", "--no-single-branch"]);
    let repo = clone.open();
    let main = repo.resolve("origin/main").unwrap();
    let topic = repo.resolve("origin/topic").unwrap();
    assert_eq!(repo.bases(main, topic).unwrap(), Bases::Known(vec![first]));
}

/// A merge can hide behind the end of the clone: the common ancestor that is seen is
/// then not the newest one.
#[test]
fn a_shallow_clone_with_another_way_behind_its_end() {
    isolated!();
    let git = TestRepo::new();
    let root = commit(&git, &[]);
    let hidden = commit(&git, &[root]);
    let mut left = commit(&git, &[hidden]);
    for _ in 0..3 {
        left = commit(&git, &[left]);
    }
    let joined = commit(&git, &[left, root]);
    let topic = commit(&git, &[hidden]);
    git.git(&["update-ref", "refs/heads/main", &joined.to_string()]);
    git.git(&["update-ref", "refs/heads/topic", &topic.to_string()]);
    let clone = git.cloned("clone", &["--depth=3", "--no-single-branch"]);
    let repo = clone.open();
    let real = bases(&git.open(), joined, topic);
    assert_eq!(real, BTreeSet::from([hidden.to_string()]));
    let seen = bases(&repo, joined, topic);
    assert!(
        seen == real || seen == BTreeSet::from(["missing".to_owned()]),
        "{seen:?}"
    );
}

fn shown(changes: &[FileChange]) -> String {
    let side = |side: &Option<crate::git::Listed>| {
        side.as_ref().map_or("-".to_owned(), |file| {
            format!("{}@{}", file.path, &file.blob().to_string()[..4])
        })
    };
    let words: Vec<String> = changes
        .iter()
        .map(|change| format!("{}>{}", side(&change.old), side(&change.new)))
        .collect();
    words.join(" ")
}

#[test]
fn files_that_differ_between_two_states() {
    isolated!();
    let git = TestRepo::new();
    git.write("migrations/a.sql", "a");
    git.write("migrations/b.sql", "b");
    git.write("migrations/note.txt", "no revision");
    let one = git.commit("migrations/c.sql", "c");
    git.git(&["rm", "-q", "migrations/a.sql"]);
    git.write("migrations/b.sql", "b2");
    git.write("migrations/note.txt", "changed");
    git.write("code", "changed");
    let two = git.commit("migrations/d.sql", "d");
    let repo = git.open();
    let state = |commit| repo.folder_state(commit, "", &folders(), &[]).unwrap();
    let changes = repo
        .folder_changes(&folders(), &state(one), &state(two))
        .unwrap();
    let id = |text: &str| blob_of(text.as_bytes()).unwrap()[..4].to_owned();
    assert_eq!(
        shown(&changes),
        format!(
            "migrations/a.sql@{}>- migrations/b.sql@{}>migrations/b.sql@{} ->migrations/d.sql@{}",
            id("a"),
            id("b"),
            id("b2"),
            id("d")
        )
    );
    // As a cache gives it back.
    for change in &changes {
        let path = &change.old.as_ref().or(change.new.as_ref()).unwrap().path;
        let hex =
            |side: &Option<crate::git::Listed>| side.as_ref().map(|file| file.blob().to_string());
        let (old, new) = (hex(&change.old), hex(&change.new));
        assert_eq!(
            FileChange::from_hex(path, old.as_deref(), new.as_deref()).as_ref(),
            Some(change)
        );
    }
    assert!(!state(one).is_absent());
    let none = repo.folder_state(one, "nowhere", &folders(), &[]).unwrap();
    assert!(none.is_absent());
}

#[test]
fn lines_of_a_file_are_merged_as_git_does() {
    isolated!();
    let repo = TestRepo::new().open();
    let base = "1\n2\n3\n4\n5\n";
    for (ours, theirs, expected) in [
        (
            "1a\n2\n3\n4\n5\n",
            "1\n2\n3\n4\n5b\n",
            Some("1a\n2\n3\n4\n5b\n"),
        ),
        ("1a\n2\n3\n4\n5\n", "1b\n2\n3\n4\n5\n", None),
        (
            "1a\n2\n3\n4\n5\n",
            "1a\n2\n3\n4\n5\n6\n",
            Some("1a\n2\n3\n4\n5\n6\n"),
        ),
        ("", "1\n2\n3\n4\n5b\n", None),
    ] {
        let merged = repo
            .blend(base.as_bytes(), ours.as_bytes(), theirs.as_bytes())
            .unwrap();
        let merged = merged.map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(merged.as_deref(), expected, "{ours:?} {theirs:?}");
    }
}
