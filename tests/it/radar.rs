//! `teammig radar` over branches that real Git made.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::Sandbox;

mod history;
mod merges;
mod state;

fn add(sandbox: &Sandbox, clone: &str, id: &str, parents: &[&str]) {
    let up = format!("CREATE TABLE t{id} (x integer);");
    let down = format!("DROP TABLE t{id};");
    sandbox.revision(clone, id, parents, &format!("Add {id}"), &up, &down);
}

/// Bob pushes a branch off what he has, with one revision.
fn bob_pushes(sandbox: &Sandbox, branch: &str, id: &str, parents: &[&str]) {
    sandbox.git("bob", &["switch", "-q", "-c", branch, "origin/main"]);
    add(sandbox, "bob", id, parents);
    sandbox.commit("bob", &format!("Add {id}"));
    sandbox.git("bob", &["push", "-q", "origin", branch]);
}

/// Ann on a branch of her own with one revision; Bob has pushed three branches.
fn team() -> Sandbox {
    let sandbox = Sandbox::team();
    bob_pushes(&sandbox, "drop-legacy", "51be0f2277d1", &["9209a434d045"]);
    bob_pushes(&sandbox, "same-id", "7f3a9c21e4b0", &["9209a434d045"]);
    sandbox.git("bob", &["switch", "-q", "-c", "readme", "origin/main"]);
    sandbox.write("bob/README", "x");
    sandbox.commit("bob", "Write a README");
    sandbox.git("bob", &["push", "-q", "origin", "readme"]);
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox
}

/// Of each branch its name, verdict and collisions' kinds with whom.
fn verdicts(document: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all: Vec<String> = list(&document["branches"])
        .iter()
        .map(|branch| {
            let kinds: Vec<String> = list(&branch["collisions"])
                .iter()
                .map(|one| format!(" {}:{}", text(&one["with"]), text(&one["kind"])))
                .collect();
            format!(
                "{} {}{}",
                text(&branch["ref"]),
                text(&branch["verdict"]),
                kinds.concat()
            )
        })
        .collect();
    all.sort();
    all
}

fn radar(sandbox: &Sandbox, clone: &str, args: &[&str]) -> (Vec<String>, i32) {
    let (document, code) = sandbox.json(clone, &[&["radar"], args].concat());
    (verdicts(&document), code)
}

#[test]
fn what_collides_with_mine() {
    let sandbox = team();
    let run = sandbox.teammig("ann", &["radar"]);
    assert_snapshot!(run, @"
    exit 3
    --- stdout
    phone (1 revision of its own): 2 open branches with migrations, 2 collide
      duplicate-revision  origin/same-id  Bob, 10 minutes ago: Add 7f3a9c21e4b0
                          both have a revision 7f3a9c21e4b0, with different contents (migrations/7f3a9c21e4b0.sql)
      diverges            origin/drop-legacy  Bob, 14 minutes ago: Add 51be0f2277d1
                          7f3a9c21e4b0 and 51be0f2277d1 would both be heads; they part at 9209a434d045
    --- stderr
    left out: 1 without migrations
    hint: give one of the two another `revision:` before both are merged
    hint: whoever is merged second runs `teammig sync` then: it puts the new revisions on top of the others, or joins the heads
    ");
    // Nothing was written but what can be computed again.
    assert_eq!(sandbox.git("ann", &["status", "--porcelain"]), "");
    let (again, code) = radar(&sandbox, "ann", &[]);
    assert_eq!((again.len(), code), (2, run.code), "from the cache");
}

#[test]
fn all_branches_and_what_they_do_to_each_other() {
    let sandbox = team();
    assert_snapshot!(sandbox.teammig("ann", &["radar", "--all"]), @"
    exit 3
    --- stdout
    phone (1 revision of its own): 2 open branches with migrations, 2 collide
      duplicate-revision  origin/same-id  Bob, 10 minutes ago: Add 7f3a9c21e4b0
                          both have a revision 7f3a9c21e4b0, with different contents (migrations/7f3a9c21e4b0.sql)
      diverges            origin/drop-legacy  Bob, 14 minutes ago: Add 51be0f2277d1
                          7f3a9c21e4b0 and 51be0f2277d1 would both be heads; they part at 9209a434d045

    Among each other, whatever lands first:
      diverges            origin/same-id, origin/drop-legacy
                          each makes a head of the same line: 51be0f2277d1 and 7f3a9c21e4b0
    --- stderr
    left out: 1 without migrations
    hint: give one of the two another `revision:` before both are merged
    hint: whoever is merged second runs `teammig sync` then: it puts the new revisions on top of the others, or joins the heads
    ");
}

#[test]
fn in_ci_every_branch_has_a_verdict() {
    let sandbox = team();
    assert_eq!(
        radar(&sandbox, "ann", &["--ci"]),
        (
            vec![
                "origin/drop-legacy clean".to_owned(),
                "origin/same-id clean".to_owned()
            ],
            0
        )
    );
    // One of them lands: what was green is not any more.
    sandbox.git("bob", &["switch", "-q", "main"]);
    sandbox.git(
        "bob",
        &["merge", "-q", "--no-ff", "-m", "Land", "drop-legacy"],
    );
    sandbox.git("bob", &["push", "-q", "origin", "main"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["radar", "--ci"]), @"
    exit 3
    --- stdout
    origin/main at 090177d567: 1 open branch with migrations, 1 not clean
      diverges            origin/same-id  Bob, 15 minutes ago: Add 7f3a9c21e4b0
                          51be0f2277d1 and 7f3a9c21e4b0 would both be heads; they part at 9209a434d045
    --- stderr
    left out: 1 merged, 1 without migrations
    hint: whoever is merged second runs `teammig sync` then: it puts the new revisions on top of the others, or joins the heads
    ");
    let (document, code) = sandbox.json("ann", &["radar", "--ci"]);
    assert_eq!(code, 3);
    assert_eq!(document["schema"], "teammig.radar/1");
    assert_eq!(document["mine"]["ref"], "origin/main");
    assert_eq!(document["mine"]["heads"], json!(["51be0f2277d1"]));
    assert_eq!(document["evaluated"], true);
    let branch = &document["branches"][0];
    assert_eq!(branch["new_revisions"], json!(["7f3a9c21e4b0"]));
    assert_eq!(branch["collisions"][0]["objects"], json!([]));
    assert_eq!(branch["collisions"][0]["parts_at"], json!(["9209a434d045"]));
    assert_eq!(
        branch["collisions"][0]["revisions"],
        json!(["51be0f2277d1", "7f3a9c21e4b0"])
    );
}

#[test]
fn what_is_not_committed_counts() {
    let sandbox = team();
    sandbox.git("ann", &["switch", "-q", "-c", "fresh", "origin/main"]);
    assert_eq!(radar(&sandbox, "ann", &[]), (vec![], 0));
    add(&sandbox, "ann", "aaaa00000001", &["9209a434d045"]);
    let expected = vec![
        "origin/drop-legacy diverges fresh:diverges".to_owned(),
        "origin/same-id diverges fresh:diverges".to_owned(),
    ];
    assert_eq!(radar(&sandbox, "ann", &[]), (expected, 3));
    // What is staged is asked for by name.
    assert_eq!(radar(&sandbox, "ann", &["--at", ":"]), (vec![], 0));
    sandbox.git("ann", &["add", "-A"]);
    assert_eq!(radar(&sandbox, "ann", &["--at", ":"]).1, 3);
    let (document, _) = sandbox.json("ann", &["radar"]);
    assert_eq!(document["mine"]["uncommitted"], json!(["aaaa00000001"]));
    assert_eq!(document["mine"]["new_revisions"], json!(["aaaa00000001"]));
}

/// A working tree with other line ends is not full of edits.
#[test]
fn line_ends_of_the_working_tree_are_no_edits() {
    let sandbox = team();
    for path in ["9209a434d045", "7f3a9c21e4b0"] {
        let path = format!("ann/migrations/{path}.sql");
        sandbox.write(&path, sandbox.read(&path).replace('\n', "\r\n"));
    }
    let (document, _) = sandbox.json("ann", &["radar"]);
    assert_eq!(document["branches"].as_array().unwrap().len(), 2);
    assert_eq!(document["mine"]["uncommitted"], json!([]));
}

#[test]
fn a_branch_that_edits_what_is_published() {
    let sandbox = Sandbox::team();
    let path = "bob/migrations/9209a434d045.sql";
    for (branch, from, to) in [
        ("edit", "name text", "name varchar"),
        ("comment", "CREATE TABLE", "-- a word\nCREATE TABLE"),
    ] {
        sandbox.git("bob", &["switch", "-q", "-c", branch, "origin/main"]);
        sandbox.edit(path, from, to);
        sandbox.commit("bob", branch);
        sandbox.git("bob", &["push", "-q", "origin", branch]);
    }
    sandbox.git("bob", &["switch", "-q", "-c", "delete", "origin/main"]);
    sandbox.git("bob", &["rm", "-q", "migrations/9209a434d045.sql"]);
    add(&sandbox, "bob", "aaaa00000001", &[]);
    sandbox.commit("bob", "delete");
    sandbox.git("bob", &["push", "-q", "origin", "delete"]);
    sandbox.git("bob", &["switch", "-q", "-c", "move", "origin/main"]);
    sandbox.git(
        "bob",
        &["mv", "migrations/9209a434d045.sql", "migrations/first.sql"],
    );
    sandbox.commit("bob", "move");
    sandbox.git("bob", &["push", "-q", "origin", "move"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let expected = vec![
        "origin/comment clean".to_owned(),
        "origin/delete edits-fixed origin/main:edits-fixed".to_owned(),
        "origin/edit edits-fixed origin/main:edits-fixed".to_owned(),
        "origin/move clean".to_owned(),
    ];
    assert_eq!(radar(&sandbox, "ann", &["--ci"]), (expected, 3));
    let run = sandbox.teammig("ann", &["radar"]);
    assert_snapshot!(run, @"
    exit 3
    --- stdout
    main (no revision of its own): 4 open branches with migrations, 2 collide
      edits-fixed         origin/delete  Bob, 9 minutes ago: delete
                          with origin/main: 9209a434d045 is deleted, and it was published in origin/main
      edits-fixed         origin/edit  Bob, 18 minutes ago: edit
                          with origin/main: 9209a434d045 is edited, and it was published in origin/main
    ");
}

#[test]
fn conflicts_in_the_migrations_count_and_others_do_not() {
    let sandbox = team();
    // A revision that both have, from a common branch.
    bob_pushes(&sandbox, "common", "cccc00000001", &["9209a434d045"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox.git(
        "ann",
        &["switch", "-q", "--no-track", "-c", "mine", "origin/common"],
    );
    let path = "migrations/cccc00000001.sql";
    for (clone, table) in [("ann", "left"), ("bob", "right")] {
        let file = format!("{clone}/{path}");
        sandbox.edit(&file, "tcccc00000001", table);
        sandbox.write(&format!("{clone}/other"), table);
        sandbox.commit(clone, table);
    }
    sandbox.git("bob", &["push", "-q", "origin", "common"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let (document, code) = sandbox.json("ann", &["radar"]);
    assert_eq!(code, 3);
    let branches = document["branches"].as_array().unwrap();
    let common = branches.iter().find(|one| one["ref"] == "origin/common");
    let common = common.unwrap();
    assert_eq!(common["verdict"], "conflict");
    assert_eq!(common["collisions"][0]["paths"], json!([path]));
    assert_eq!(common["collisions"][0]["conflict"], "content");
    // Other lines of the same file are merged, and a conflict elsewhere is not ours.
    let file = format!("bob/{path}");
    sandbox.git("bob", &["reset", "-q", "--hard", "HEAD~"]);
    let renamed = sandbox.read(&file).replace("message: Add", "message: Make");
    sandbox.write(&file, renamed);
    sandbox.write("bob/other", "bob");
    sandbox.commit("bob", "a comment");
    sandbox.git("bob", &["push", "-q", "-f", "origin", "common"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let (all, _) = radar(&sandbox, "ann", &["--all"]);
    assert!(all.contains(&"origin/common clean".to_owned()), "{all:?}");
}

#[test]
fn my_upstream_my_branch_elsewhere_and_forks() {
    let sandbox = team();
    sandbox.git("ann", &["push", "-q", "-u", "origin", "phone"]);
    // Somebody pushes to my branch, and a fork has it, too.
    sandbox.git(".", &["init", "-q", "--bare", "fork.git"]);
    sandbox.git("ann", &["remote", "add", "team/fork", "../fork.git"]);
    for branch in [
        "phone",
        "origin/drop-legacy:refs/heads/drop-legacy",
        "origin/main:refs/heads/main",
    ] {
        sandbox.git("ann", &["push", "-q", "team/fork", branch]);
    }
    let (document, _) = sandbox.json("ann", &["radar", "--all"]);
    let refs: Vec<&Value> = document["branches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["refs"])
        .collect();
    assert_eq!(
        refs,
        [
            &json!(["origin/same-id"]),
            &json!(["origin/drop-legacy", "team/fork/drop-legacy"]),
        ]
    );
    // One remote has more of the same branch: that is the one to look at.
    sandbox.git("bob", &["switch", "-q", "drop-legacy"]);
    add(&sandbox, "bob", "dddd00000001", &["51be0f2277d1"]);
    sandbox.commit("bob", "more");
    sandbox.git("bob", &["push", "-q", "origin", "drop-legacy"]);
    sandbox.git("ann", &["fetch", "-q", "origin"]);
    let (document, _) = sandbox.json("ann", &["radar"]);
    assert_eq!(document["branches"].as_array().unwrap().len(), 2);
    let drop = &document["branches"][1];
    assert_eq!(
        drop["refs"],
        json!(["origin/drop-legacy", "team/fork/drop-legacy"])
    );
    assert_eq!(
        drop["new_revisions"],
        json!(["51be0f2277d1", "dddd00000001"])
    );
}

#[test]
fn old_merged_and_deleted_branches() {
    let sandbox = team();
    bob_pushes(&sandbox, "old", "eeee00000001", &["9209a434d045"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let count = |document: &Value| document["branches"].as_array().unwrap().len();
    assert_eq!(count(&sandbox.json("ann", &["radar"]).0), 3);
    // Squashed: the commit is another one, the revision is there.
    sandbox.git("bob", &["switch", "-q", "main"]);
    sandbox.git("bob", &["merge", "-q", "--squash", "old"]);
    sandbox.commit("bob", "Land it squashed");
    sandbox.git("bob", &["push", "-q", "origin", "main"]);
    sandbox.git("bob", &["push", "-q", "origin", ":drop-legacy"]);
    sandbox.git("ann", &["fetch", "-q", "--prune"]);
    let (document, _) = sandbox.json("ann", &["radar", "--ci"]);
    assert_eq!(
        verdicts(&document),
        ["origin/same-id diverges origin/main:diverges"]
    );
    assert_eq!(
        document["counts"],
        json!({"judged": 1, "merged": 1, "old": 0, "untouched": 1})
    );
    let late = |days: &str| {
        let run = sandbox.run(
            sandbox
                .command(env!("CARGO_BIN_EXE_teammig"), "ann")
                .env("TEAMMIG_NOW", "2027-01-22T10:00:00Z")
                .args(["radar", "--ci", "--format", "json", "--days", days]),
        );
        serde_json::from_str::<Value>(&run.stdout).unwrap()
    };
    assert_eq!(late("30")["counts"]["old"], 3);
    assert_eq!(late("90")["counts"]["old"], 0);
    assert_eq!(late("0")["counts"]["judged"], 1);
}

#[test]
fn old_branches_of_the_remote_are_told() {
    let sandbox = team();
    let run = sandbox.run(
        sandbox
            .command(env!("CARGO_BIN_EXE_teammig"), "ann")
            .env("TEAMMIG_NOW", "2040-01-01T00:00:00Z")
            .args(["radar", "--days", "0"]),
    );
    assert!(
        run.stderr
            .contains("warning: the remote branches are as they were fetched"),
        "{run}"
    );
    assert!(run.stderr.contains("git fetch"), "{run}");
}

#[test]
fn a_detached_head_and_a_bare_repository() {
    let sandbox = team();
    sandbox.git("ann", &["switch", "-q", "--detach"]);
    let expected = vec![
        "origin/drop-legacy diverges HEAD:diverges".to_owned(),
        "origin/same-id duplicate-revision HEAD:duplicate-revision".to_owned(),
    ];
    assert_eq!(radar(&sandbox, "ann", &[]), (expected, 3));
    // The server itself: its branches are what was pushed.
    let expected = vec!["drop-legacy clean".to_owned(), "same-id clean".to_owned()];
    assert_eq!(radar(&sandbox, "origin.git", &["--ci"]), (expected, 0));
    let run = sandbox.teammig("origin.git", &["radar"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("bare repository"), "{run}");
}

#[test]
fn branches_of_other_working_trees() {
    let sandbox = team();
    sandbox.git(
        "ann",
        &[
            "worktree",
            "add",
            "-q",
            "-b",
            "agent",
            "../agent",
            "origin/main",
        ],
    );
    add(&sandbox, "agent", "ffff00000001", &["9209a434d045"]);
    sandbox.commit("agent", "work of an agent");
    assert_eq!(radar(&sandbox, "ann", &[]).0.len(), 2);
    let (all, _) = radar(&sandbox, "ann", &["--local"]);
    assert_eq!(all[0], "agent diverges phone:diverges");
    assert_eq!(all.len(), 3);
}

/// A push of another is a reason to look at the protected branch itself.
#[test]
fn the_protected_branch_may_collide_too() {
    let sandbox = team();
    sandbox.git("bob", &["push", "-q", "origin", "drop-legacy:main"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let expected = vec![
        "origin/main diverges phone:diverges".to_owned(),
        "origin/same-id duplicate-revision phone:duplicate-revision".to_owned(),
    ];
    assert_eq!(radar(&sandbox, "ann", &[]), (expected, 3));
}

/// Only the first of several protected refs was looked at: a hotfix that was merged into
/// the release was still open, and had all of the release's revisions as its own.
#[test]
fn every_protected_ref_counts() {
    let sandbox = Sandbox::team();
    let config = "protected: [origin/main, origin/release]\nenvironments:\n  dev: sqlite:dev.db\n";
    sandbox.write("ann/teammig.yaml", config);
    sandbox.git("ann", &["commit", "-qam", "protect"]);
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    // The release has a revision that main has not.
    bob_pushes(&sandbox, "release", "aaaa1", &["9209a434d045"]);
    for (branch, id) in [
        ("hotfix", "bbbb1"),
        ("merged", "cccc1"),
        ("squashed", "dddd1"),
    ] {
        sandbox.git("bob", &["switch", "-q", "-c", branch, "origin/release"]);
        add(&sandbox, "bob", id, &["aaaa1"]);
        sandbox.commit("bob", id);
        sandbox.git("bob", &["push", "-q", "origin", branch]);
    }
    sandbox.git("bob", &["switch", "-q", "-c", "edits", "origin/release"]);
    let path = "bob/migrations/aaaa1.sql";
    sandbox.edit(path, "x integer", "x text");
    sandbox.commit("bob", "edit");
    sandbox.git("bob", &["push", "-q", "origin", "edits"]);
    sandbox.git("bob", &["switch", "-q", "release"]);
    sandbox.git("bob", &["merge", "-q", "--no-ff", "-m", "merged", "merged"]);
    sandbox.git("bob", &["merge", "-q", "--squash", "squashed"]);
    sandbox.git("bob", &["commit", "-qm", "squashed"]);
    sandbox.git("bob", &["push", "-q", "origin", "release"]);
    sandbox.git("ann", &["fetch", "-q"]);

    let (document, _) = sandbox.json("ann", &["radar", "--all"]);
    assert_eq!(document["protected"], "origin/main");
    assert_eq!(
        document["protected_refs"],
        json!(["origin/main", "origin/release"])
    );
    let branches = document["branches"].as_array().unwrap();
    let new: Vec<Value> = branches
        .iter()
        .map(|one| json!([one["ref"], one["new_revisions"], one["verdict"]]))
        .collect();
    assert_eq!(
        new,
        [
            json!(["origin/edits", [], "edits-fixed"]),
            json!(["origin/hotfix", ["bbbb1"], "clean"]),
        ]
    );
    let edits = &branches[0]["collisions"][0];
    assert_eq!(
        (&edits["with"], &edits["revisions"]),
        (&json!("origin/release"), &json!(["aaaa1"]))
    );
}

/// A branch that was restacked when it was merged was called a duplicate of itself.
#[test]
fn one_revision_that_came_by_two_ways_is_no_duplicate() {
    let sandbox = Sandbox::team();
    bob_pushes(&sandbox, "phone", "7f3a9c21e4b0", &["9209a434d045"]);
    // Squashed into main on top of what had come in, while the branch stays as it was.
    sandbox.git("ann", &["switch", "-q", "main"]);
    add(&sandbox, "ann", "51be0f2277d1", &["9209a434d045"]);
    add(&sandbox, "ann", "7f3a9c21e4b0", &["51be0f2277d1"]);
    sandbox.commit("ann", "Two at once");
    sandbox.git("ann", &["push", "-q", "origin", "main"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let run = sandbox.teammig("ann", &["radar"]);
    assert_snapshot!(run, @"
    exit 3
    --- stdout
    main (no revision of its own): 1 open branch with migrations, 1 collides
      conflict            origin/phone  Bob, 7 minutes ago: Add 7f3a9c21e4b0
                          both have 7f3a9c21e4b0 with the same scripts, and another header: it came there by another way, as a squash or a restack does (migrations/7f3a9c21e4b0.sql)
    --- stderr
    hint: a branch that was merged already can be deleted; one that goes on takes the file as it is on the other side
    ");
}
