//! Clones that do not have everything: shallow ones, blobless ones, damaged ones.

use std::fs;

use crate::{
    git::{
        GitError, Repo,
        testing::{TestRepo, folders, isolated, shown},
    },
    model::snapshot::Unreadable,
};

/// main: a - b - c, topic: a - t.
fn origin() -> TestRepo {
    let git = TestRepo::new();
    git.git(&["config", "uploadpack.allowFilter", "true"]);
    git.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    git.commit("migrations/a.sql", "a");
    git.git(&["switch", "-qc", "topic"]);
    git.commit("migrations/t.sql", "t");
    git.git(&["switch", "-q", "main"]);
    git.commit("migrations/b.sql", "b");
    git.write("migrations/a.sql", "a, edited");
    git.commit("migrations/c.sql", "c");
    git
}

fn check_shallow(repo: &Repo) {
    assert!(repo.is_shallow());
    let main = repo.resolve("origin/main").unwrap();
    let topic = repo.resolve("origin/topic").unwrap();
    let error = repo.merge_base(main, topic).unwrap_err();
    assert!(
        matches!(error, GitError::HistoryMissing { .. }),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .ends_with("this clone is shallow and the history it takes is missing"),
        "{error}"
    );
    assert!(matches!(
        repo.contains(main, topic),
        Err(GitError::HistoryMissing { .. })
    ));
    assert!(repo.contains(main, main).unwrap());
    match repo.resolve("HEAD~2") {
        Err(error @ GitError::NoSuchCommit { .. }) => assert_eq!(
            error.to_string(),
            "no commit named 'HEAD~2' in this shallow clone"
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_shallow_clone_says_what_it_cannot_know() {
    isolated!();
    let origin = origin();
    let clone = origin.cloned("clone", &["--depth=1", "--no-single-branch"]);
    check_shallow(&clone.open());
    assert!(!origin.open().is_shallow());
    // Who brought the files of the oldest known commit, nobody knows.
    let mine = clone.commit("migrations/d.sql", "d");
    let found = clone
        .open()
        .introduced(mine, "", &["migrations/a.sql", "migrations/d.sql"])
        .unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), ["migrations/d.sql"]);
    // What was made on top of the clone is certainly not in it.
    let protected = ["origin/main".to_owned()];
    assert!(!clone.open().is_published(mine, &protected).unwrap());
}

/// The library looks for the list of missing parents in the wrong directory here.
#[test]
fn a_linked_working_tree_of_a_shallow_clone() {
    isolated!();
    let clone = origin().cloned("clone", &["--depth=1", "--no-single-branch"]);
    clone.git(&["worktree", "add", "-q", "--detach", "../linked"]);
    let linked = clone.at(clone.beside("linked"));
    check_shallow(&linked.open());
    let mine = linked.commit("migrations/d.sql", "d");
    let found = linked
        .open()
        .introduced(mine, "", &["migrations/a.sql", "migrations/d.sql"])
        .unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), ["migrations/d.sql"]);
    let protected = ["origin/main".to_owned()];
    assert!(!linked.open().is_published(mine, &protected).unwrap());
}

#[test]
fn a_deeper_clone_knows_more() {
    isolated!();
    let clone = origin().cloned("clone", &["--depth=3", "--no-single-branch"]);
    let repo = clone.open();
    let main = repo.resolve("origin/main").unwrap();
    let topic = repo.resolve("origin/topic").unwrap();
    assert!(repo.merge_base(main, topic).unwrap().is_some());
    assert!(!repo.contains(main, topic).unwrap());
}

#[test]
fn blobs_that_a_clone_left_at_the_server_are_fetched() {
    isolated!();
    let origin = origin();
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let clone = origin.cloned(&filter[9..13], &[filter]);
        let repo = clone.open();
        for (name, expected) in [
            ("origin/topic", "migrations/a.sql=a, migrations/t.sql=t"),
            ("HEAD~", "migrations/a.sql=a, migrations/b.sql=b"),
        ] {
            let seen = repo.commit_snapshot("", &folders(), name).unwrap();
            assert_eq!(shown(&seen.snapshot), expected, "{filter} {name}");
        }
        let head = repo.resolve("HEAD").unwrap();
        let found = repo.introduced(head, "", &["migrations/b.sql"]).unwrap();
        assert_eq!(found["migrations/b.sql"].summary, "add migrations/b.sql");
    }
}

#[test]
fn blobs_that_cannot_be_fetched_are_missing() {
    isolated!();
    let origin = origin();
    let clone = origin.cloned("clone", &["--filter=blob:none"]);
    fs::rename(&origin.path, origin.beside("gone")).unwrap();
    let seen = clone
        .open()
        .commit_snapshot("", &folders(), "origin/topic")
        .unwrap()
        .snapshot;
    assert_eq!(seen.files.len(), 2);
    for file in &seen.files {
        assert_eq!(file.content, Err(Unreadable::Missing), "{file:?}");
        assert!(file.blob.is_some());
    }
}

#[test]
fn a_damaged_object_does_not_hide_the_rest() {
    isolated!();
    let git = TestRepo::new();
    git.write("migrations/a.sql", "a");
    git.write("migrations/b.sql", "b");
    git.commit("migrations/c.sql", "c");
    let object = |name: &str| {
        let id = git.git(&["rev-parse", &format!("HEAD:migrations/{name}.sql")]);
        git.path.join(".git/objects").join(&id[..2]).join(&id[2..])
    };
    fs::remove_file(object("a")).unwrap();
    fs::remove_file(object("b")).unwrap();
    fs::write(object("b"), "damaged").unwrap();
    let seen = git
        .open()
        .commit_snapshot("", &folders(), "HEAD")
        .unwrap()
        .snapshot;
    assert_eq!(seen.files[0].content, Err(Unreadable::Missing));
    assert!(seen.files[1].content.is_err());
    assert_eq!(seen.files[2].content.as_deref(), Ok(b"c".as_slice()));
}
