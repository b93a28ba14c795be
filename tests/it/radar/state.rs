//! The merged state itself: what `check --base` and `sync` read like any other snapshot.

use teammig::{
    config::Env,
    model::Snapshot,
    workflow::{
        At, Context, Interrupt, Options,
        merged::{Merged, Unknown, merged},
    },
};

use super::{add, team};
use crate::support::Sandbox;

fn merge(sandbox: &Sandbox, ours: &At, theirs: &str) -> Result<Merged, Unknown> {
    let context = Context::new(
        sandbox.at("ann"),
        Env::of(&[]),
        Options::default(),
        Interrupt::default(),
    );
    merged(&context.unwrap(), ours, theirs).unwrap()
}

fn paths(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.files.iter().map(|file| &*file.path).collect()
}

#[test]
fn the_merged_state_is_a_snapshot() {
    let sandbox = team();
    add(&sandbox, "ann", "aaaa00000001", &["7f3a9c21e4b0"]);
    let merged = merge(&sandbox, &At::WorkTree, "origin/drop-legacy").unwrap();
    assert_eq!(
        paths(&merged.snapshot),
        [
            "migrations/51be0f2277d1.sql",
            "migrations/7f3a9c21e4b0.sql",
            "migrations/9209a434d045.sql",
            "migrations/aaaa00000001.sql",
        ]
    );
    assert_eq!(merged.conflicts, []);
    for file in &merged.snapshot.files {
        let text = std::str::from_utf8(file.content.as_ref().unwrap()).unwrap();
        assert!(text.starts_with("-- teammig:"), "{text}");
    }
    // What is committed has three of them.
    let merged = merge(
        &sandbox,
        &At::Commit("phone".to_owned()),
        "origin/drop-legacy",
    )
    .unwrap();
    assert_eq!(merged.snapshot.files.len(), 3);
    let merged = merge(&sandbox, &At::Index, "origin/drop-legacy").unwrap();
    assert_eq!(merged.snapshot.files.len(), 3);
}

#[test]
fn a_file_that_both_sides_changed() {
    let sandbox = Sandbox::team();
    let path = "migrations/9209a434d045.sql";
    for (clone, from, to) in [
        ("bob", "-- migrate:down", "-- migrate:down irreversible"),
        ("ann", "message: Initial migration", "message: The first"),
    ] {
        sandbox.git(clone, &["switch", "-q", "-c", "edit"]);
        let file = format!("{clone}/{path}");
        sandbox.edit(&file, from, to);
        sandbox.commit(clone, "edit");
    }
    sandbox.git("bob", &["push", "-q", "origin", "edit"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let merged = merge(&sandbox, &At::WorkTree, "origin/edit").unwrap();
    assert_eq!(merged.conflicts, []);
    let text = merged.snapshot.files[0].content.as_ref().unwrap();
    let text = std::str::from_utf8(text).unwrap();
    assert!(
        text.contains("irreversible") && text.contains("The first"),
        "{text}"
    );
    assert_eq!(text, {
        sandbox.git("ann", &["merge", "-q", "--no-edit", "origin/edit"]);
        sandbox.read(&format!("ann/{path}"))
    });
}

/// By its id: Git takes it for another one when most of its lines changed.
#[test]
fn a_file_that_one_side_renamed_and_rewrote_is_still_the_same_revision() {
    let sandbox = Sandbox::team();
    let (old, new) = ("migrations/9209a434d045.sql", "migrations/first.sql");
    sandbox.git("bob", &["switch", "-q", "-c", "rename"]);
    sandbox.git("bob", &["mv", old, new]);
    sandbox.commit("bob", "rename");
    sandbox.git("bob", &["push", "-q", "origin", "rename"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let file = format!("ann/{old}");
    sandbox.write(
        &file,
        sandbox.read(&file) + &"-- a long comment\n".repeat(100),
    );
    let merged = merge(&sandbox, &At::WorkTree, "origin/rename").unwrap();
    assert_eq!(
        (paths(&merged.snapshot), merged.conflicts.len()),
        (vec![new], 0)
    );
    let text = merged.snapshot.files[0].content.as_ref().unwrap();
    assert_eq!(text.len(), sandbox.read(&file).len());
}

/// A conflict in the head file alone is the divergence, and is told as that.
#[test]
fn the_head_file_is_no_file_of_revisions() {
    let sandbox = Sandbox::team();
    for (clone, id) in [("bob", "bbbb00000001"), ("ann", "aaaa00000001")] {
        sandbox.git(clone, &["switch", "-q", "-c", clone]);
        add(&sandbox, clone, id, &["9209a434d045"]);
        sandbox.write(&format!("{clone}/migrations/HEAD"), format!("{id}\n"));
        sandbox.commit(clone, id);
    }
    sandbox.git("bob", &["push", "-q", "origin", "bob"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let merged = merge(&sandbox, &At::WorkTree, "origin/bob").unwrap();
    assert_eq!(
        (merged.snapshot.files.len(), merged.conflicts.len()),
        (3, 0)
    );
    let (verdicts, code) = super::radar(&sandbox, "ann", &[]);
    assert_eq!(
        (verdicts, code),
        (vec!["origin/bob diverges ann:diverges".to_owned()], 3)
    );
}

#[test]
fn what_cannot_be_merged_is_said() {
    let sandbox = team();
    sandbox.git("bob", &["switch", "-q", "--orphan", "other"]);
    add(&sandbox, "bob", "eeee00000001", &[]);
    sandbox.commit("bob", "other");
    sandbox.git("bob", &["switch", "-q", "-c", "gone", "origin/main"]);
    sandbox.git("bob", &["mv", "migrations", "elsewhere"]);
    sandbox.commit("bob", "move the folder");
    sandbox.git("bob", &["push", "-q", "origin", "other", "gone"]);
    sandbox.git("ann", &["fetch", "-q"]);
    for (theirs, expected) in [
        ("origin/other", Unknown::Unrelated),
        ("origin/gone", Unknown::NoFolder),
    ] {
        assert_eq!(
            merge(&sandbox, &At::WorkTree, theirs).unwrap_err(),
            expected
        );
    }
}
