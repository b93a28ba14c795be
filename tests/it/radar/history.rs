//! What the radar makes of histories that are missing, strange or moved.

use insta::assert_snapshot;
use serde_json::json;

use super::{add, bob_pushes, radar, team};
use crate::support::Sandbox;

#[test]
fn a_shallow_clone_says_that_it_cannot_know() {
    let sandbox = team();
    let url = format!("file://{}", sandbox.at("origin.git").display());
    // A longer history, so that the branches part behind the end of the clone.
    for n in 0..3 {
        sandbox.git("bob", &["switch", "-q", "main"]);
        sandbox.write("bob/n", n.to_string());
        sandbox.commit("bob", "more");
    }
    sandbox.git("bob", &["push", "-q", "origin", "main"]);
    sandbox.git(
        ".",
        &[
            "clone",
            "-q",
            "--depth=1",
            "--no-single-branch",
            &url,
            "shallow",
        ],
    );
    let run = sandbox.teammig("shallow", &["radar", "--ci"]);
    assert_eq!(run.code, 4);
    assert_snapshot!(run, @"
    exit 4
    --- stdout
    origin/main at b944054a78: 3 open branches with migrations, 3 not clean
      unknown             origin/readme  Bob, 17 minutes ago: Write a README
                          where it parts from origin/main lies in history that this shallow clone does not have
      unknown             origin/same-id  Bob, 21 minutes ago: Add 7f3a9c21e4b0
                          where it parts from origin/main lies in history that this shallow clone does not have
      unknown             origin/drop-legacy  Bob, 25 minutes ago: Add 51be0f2277d1
                          where it parts from origin/main lies in history that this shallow clone does not have
    --- stderr
    hint: `git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0`
    ");
    sandbox.git(".", &["clone", "-q", "--depth=1", &url, "single"]);
    let run = sandbox.teammig("single", &["radar", "--ci"]);
    assert_snapshot!(run, @"
    exit 4
    --- stdout
    origin/main at b944054a78: 0 open branches with migrations, all clean
    --- stderr
    error: this clone has one branch only: there is nothing to compare with
    hint: `git remote set-branches origin '*' && git fetch --unshallow` brings the others; in CI, set `fetch-depth: 0`
    ");
    let (document, code) = sandbox.json("single", &["radar", "--ci"]);
    assert_eq!((code, &document["evaluated"]), (4, &json!(false)));
    sandbox.git("shallow", &["fetch", "-q", "--unshallow"]);
    let expected = vec![
        "origin/drop-legacy clean".to_owned(),
        "origin/same-id clean".to_owned(),
    ];
    assert_eq!(radar(&sandbox, "shallow", &["--ci"]), (expected, 0));
}

/// A branch of pages without migrations is not of interest; one with them is.
#[test]
fn unrelated_histories() {
    let sandbox = team();
    for (branch, with) in [("pages", false), ("other", true)] {
        sandbox.git("bob", &["switch", "-q", "--orphan", branch]);
        sandbox.write("bob/index.html", "x");
        if with {
            add(&sandbox, "bob", "eeee00000001", &[]);
        }
        sandbox.commit("bob", branch);
        sandbox.git("bob", &["push", "-q", "origin", branch]);
    }
    sandbox.git("ann", &["fetch", "-q"]);
    let (document, code) = sandbox.json("ann", &["radar", "--ci"]);
    assert_eq!(code, 4);
    assert_eq!(document["branches"][0]["ref"], "origin/other");
    assert_eq!(document["branches"][0]["verdict"], "unknown");
    assert!(
        document["branches"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("no history in common")
    );
    assert_eq!(document["counts"]["untouched"], 2);
}

/// Two branches that were merged into each other have two common ancestors.
#[test]
fn branches_that_were_merged_crosswise() {
    let sandbox = team();
    bob_pushes(&sandbox, "left", "aaaa00000001", &["9209a434d045"]);
    bob_pushes(&sandbox, "right", "aaaa00000002", &["9209a434d045"]);
    sandbox.git("bob", &["tag", "left0", "left"]);
    sandbox.git("bob", &["merge", "-q", "-m", "x", "left"]);
    sandbox.git("bob", &["switch", "-q", "left"]);
    sandbox.git("bob", &["merge", "-q", "-m", "x", "right~"]);
    assert_eq!(
        sandbox
            .git("bob", &["merge-base", "--all", "left", "right"])
            .lines()
            .count(),
        2
    );
    add(
        &sandbox,
        "bob",
        "aaaa00000003",
        &["aaaa00000001", "aaaa00000002"],
    );
    sandbox.commit("bob", "join");
    sandbox.git("bob", &["push", "-q", "origin", "left", "right"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let (all, _) = radar(&sandbox, "ann", &["--at", "origin/right", "--all"]);
    assert!(
        all.iter().any(|one| one.starts_with("origin/left clean")),
        "{all:?}"
    );
    // A revision of the other side that both edited before they met.
    for (branch, table) in [("left", "one"), ("right", "two")] {
        sandbox.git("bob", &["switch", "-q", branch]);
        let path = "bob/migrations/aaaa00000001.sql";
        sandbox.edit(path, "taaaa00000001", table);
        sandbox.commit("bob", table);
    }
    sandbox.git("bob", &["push", "-q", "origin", "left", "right"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let (all, _) = radar(&sandbox, "ann", &["--at", "origin/right", "--all"]);
    assert!(
        all.iter()
            .any(|one| one.starts_with("origin/left conflict origin/right:conflict")),
        "{all:?}"
    );
}

#[test]
fn what_cannot_be_asked() {
    let sandbox = Sandbox::project();
    let run = sandbox.teammig("project", &["radar"]);
    assert_snapshot!(run, @"
    exit 1
    --- stderr
    error: no commit named 'HEAD'
    hint: does this branch have a commit yet? Without `--at`, the files on disk are read
    ");
    sandbox.raw_revision("project", "aaaa1", "", "-- migrate:up\n");
    sandbox.commit("project", "x");
    assert_snapshot!(sandbox.teammig("project", &["radar"]), @"
    exit 0
    --- stdout
    main: 0 open branches with migrations, none collides
    ");
    let run = sandbox.teammig("project", &["radar", "--ci"]);
    assert_snapshot!(run, @"
    exit 2
    --- stderr
    error: there is no protected branch to judge against: name one with --at, or under `protected:` in teammig.yaml
    ");
    sandbox.write("project/teammig.yaml", "protected: [origin/trunk]\n");
    let run = sandbox.teammig("project", &["radar", "--ci"]);
    assert_snapshot!(run, @"
    exit 1
    --- stderr
    error: no commit named 'origin/trunk'
    hint: `git fetch` may bring it; `git branch --all` and `git tag` list the names
    ");
    let run = sandbox.teammig("project", &["radar"]);
    assert_snapshot!(run, @"
    exit 4
    --- stdout
    main: 0 open branches with migrations, none collides
    --- stderr
    error: the protected branch origin/trunk is not in this clone
    hint: `git fetch` it, or correct `protected:` in teammig.yaml (origin/trunk)
    ");
}

/// Branches that are older than the move have their revisions at the old place; they
/// were taken for branches without any.
#[test]
fn a_folder_that_was_moved_meanwhile() {
    let sandbox = team();
    sandbox.git("bob", &["switch", "-q", "main"]);
    sandbox.git("bob", &["mv", "migrations", "db"]);
    sandbox.write(
        "bob/teammig.yaml",
        "migrations: db\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox.commit("bob", "move the folder");
    let path = "bob/db/aaaa00000001.sql";
    add(&sandbox, "bob", "aaaa00000001", &["9209a434d045"]);
    std::fs::rename(
        sandbox.at("bob/migrations/aaaa00000001.sql"),
        sandbox.at(path),
    )
    .unwrap();
    sandbox.commit("bob", "one more");
    sandbox.git("bob", &["push", "-q", "origin", "main"]);
    let expected = vec![
        "origin/drop-legacy diverges origin/main:diverges".to_owned(),
        "origin/same-id diverges origin/main:diverges".to_owned(),
    ];
    assert_eq!(radar(&sandbox, "bob", &["--ci"]), (expected, 3));
}

/// It was told as an edit, which it may be or not.
#[test]
fn an_edit_of_what_was_published_before_the_clone_begins() {
    let sandbox = Sandbox::team();
    sandbox.edit("bob/migrations/9209a434d045.sql", "name text", "name blob");
    sandbox.commit("bob", "Edit");
    sandbox.write("bob/readme", "x");
    sandbox.commit("bob", "Other");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("bob", &["switch", "-qc", "further"]);
    sandbox.edit("bob/migrations/9209a434d045.sql", "name blob", "name clob");
    sandbox.commit("bob", "Further");
    sandbox.git("bob", &["push", "-q", "origin", "further"]);
    let url = format!("file://{}", sandbox.path().join("origin.git").display());
    let depth = ["clone", "-q", "--depth", "2", "--no-single-branch"];
    sandbox.git(".", &[&depth[..], &[&url, "shallow"]].concat());
    assert_snapshot!(sandbox.teammig("shallow", &["radar"]), @"
    exit 4
    --- stdout
    main (no revision of its own): 1 open branch with migrations, none collides, 1 could not be judged
      unknown             origin/further  Bob, 3 minutes ago: Further
                          whether it edits what is published cannot be said: history does not reach back to where that was first published
    --- stderr
    hint: `git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0`
    ");
    let (document, code) = sandbox.json("shallow", &["radar"]);
    assert_eq!(document["branches"][0]["verdict"], "unknown");
    assert_eq!((document["evaluated"].as_bool(), code), (Some(false), 4));
    sandbox.git("shallow", &["fetch", "-q", "--unshallow"]);
    let (document, _) = sandbox.json("shallow", &["radar"]);
    assert_eq!(document["branches"][0]["verdict"], "edits-fixed");
}

/// Of two files with one id the second was not looked at.
#[test]
fn an_edit_of_the_second_of_two_files_with_one_id() {
    let sandbox = Sandbox::team();
    let file = sandbox.read("bob/migrations/9209a434d045.sql");
    sandbox.write("bob/migrations/again.sql", &file);
    sandbox.commit("bob", "Again");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["pull", "-q"]);
    sandbox.git("bob", &["switch", "-qc", "edit"]);
    let remark = "-- migrate:up\n-- a remark";
    sandbox.edit("bob/migrations/9209a434d045.sql", "-- migrate:up", remark);
    sandbox.edit("bob/migrations/again.sql", "name text", "name blob");
    sandbox.commit("bob", "Edit");
    sandbox.git("bob", &["push", "-q", "origin", "edit"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let (document, _) = sandbox.json("ann", &["radar"]);
    assert_eq!(
        document["branches"][0]["verdict"], "edits-fixed",
        "{document}"
    );
}
