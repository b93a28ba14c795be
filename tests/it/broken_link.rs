//! Branches and former commits whose migrations folder is a link that leads nowhere: one
//! of them stopped whole commands, which are about others.

use std::{fs, os::unix::fs::symlink};

use insta::assert_snapshot;

use crate::support::Sandbox;

const OTHER: &str = "aaaa11112222";

/// Commits a link to nothing in the place of the migrations.
fn break_the_link(sandbox: &Sandbox, clone: &str) {
    let folder = sandbox.at(&format!("{clone}/migrations"));
    fs::remove_dir_all(&folder).unwrap();
    symlink("nowhere", &folder).unwrap();
    sandbox.commit(clone, "Link the migrations");
}

/// Bob pushes such a commit, on top of `main`, to the branch.
fn bob_pushes(sandbox: &Sandbox, branch: &str) {
    sandbox.git("bob", &["fetch", "-q"]);
    sandbox.git("bob", &["switch", "-q", "-c", "broken", "origin/main"]);
    break_the_link(sandbox, "bob");
    sandbox.git("bob", &["push", "-q", "origin", &format!("HEAD:{branch}")]);
    sandbox.git("ann", &["fetch", "-q"]);
}

#[test]
fn the_radar_judges_the_other_branches() {
    let sandbox = Sandbox::team();
    sandbox.git("bob", &["switch", "-q", "-c", "good"]);
    sandbox.column("bob", "bbbb11112222", &["9209a434d045"], "good");
    sandbox.commit("bob", "Add good");
    sandbox.git("bob", &["push", "-q", "origin", "good"]);
    bob_pushes(&sandbox, "broken");
    sandbox.git("ann", &["switch", "-q", "-c", "mine"]);
    sandbox.column("ann", OTHER, &["9209a434d045"], "mine");
    sandbox.commit("ann", "Add mine");
    for all in [&["radar"][..], &["radar", "--all"]] {
        let (document, code) = sandbox.json("ann", all);
        let verdict = |name: &str| {
            let branches = document["branches"].as_array().unwrap();
            let found = branches.iter().find(|branch| branch["ref"] == name);
            found.map(|branch| branch["verdict"].clone())
        };
        assert_eq!(
            (verdict("origin/good"), verdict("origin/broken"), code),
            (Some("diverges".into()), Some("unknown".into()), 4),
            "{document:#}"
        );
    }
    let run = sandbox.teammig("ann", &["radar"]);
    let why = "its migrations folder is a link that does not lead to a folder of the repository";
    assert!(run.stdout.contains(why), "{run}");
    let drawn = sandbox.ok("ann", &["graph", "--all"]);
    assert!(drawn.contains("bbbb11112222"), "{drawn}");
    let run = sandbox.teammig("ann", &["audit"]);
    assert!(
        run.stdout.contains("1 could not be judged") && !run.stdout.contains("Open branches could"),
        "{run}"
    );
}

#[test]
fn the_radar_judges_against_mine_where_the_protected_branch_is_broken() {
    let sandbox = Sandbox::team();
    sandbox.git("bob", &["switch", "-q", "-c", "good"]);
    sandbox.column("bob", "bbbb11112222", &["9209a434d045"], "good");
    sandbox.commit("bob", "Add good");
    sandbox.git("bob", &["push", "-q", "origin", "good"]);
    sandbox.git("ann", &["switch", "-q", "-c", "mine"]);
    sandbox.column("ann", OTHER, &["9209a434d045"], "mine");
    sandbox.commit("ann", "Add mine");
    bob_pushes(&sandbox, "main");
    assert_snapshot!(sandbox.teammig("ann", &["radar"]), @"
    exit 4
    --- stdout
    mine: 2 open branches with migrations, 1 collides, 1 could not be judged
      unknown             origin/main  Bob, 3 minutes ago: Link the migrations
                          its migrations folder is a link that does not lead to a folder of the repository, or was one where it parts from mine
      diverges            origin/good  Bob, 11 minutes ago: Add good
                          aaaa11112222 and bbbb11112222 would both be heads; they part at 9209a434d045
    --- stderr
    error: the migrations folder of the protected branch origin/main is a link that does not lead to a folder of the repository: nothing is judged against it
    hint: put the folder in the place of the link, on origin/main
    hint: put the folder in the place of the link, on that branch
    hint: whoever is merged second runs `teammig sync` then: it puts the new revisions on top of the others, or joins the heads
    ");
}

/// A branch may have parted from the commit that has the link.
#[test]
fn the_radar_judges_past_a_broken_base() {
    let sandbox = Sandbox::team();
    bob_pushes(&sandbox, "main");
    sandbox.git("ann", &["pull", "-q"]);
    fs::remove_file(sandbox.at("ann/migrations")).unwrap();
    sandbox.git("ann", &["checkout", "-q", "HEAD~", "--", "migrations"]);
    sandbox.commit("ann", "Repair the link");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["switch", "-q", "-c", "good", "broken"]);
    fs::remove_file(sandbox.at("bob/migrations")).unwrap();
    sandbox.column("bob", "bbbb11112222", &["9209a434d045"], "good");
    sandbox.commit("bob", "Add good");
    sandbox.git("bob", &["push", "-q", "origin", "good"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let (document, code) = sandbox.json("ann", &["radar", "--all"]);
    assert_eq!(
        (&document["branches"][0]["verdict"], code),
        (&"unknown".into(), 4),
        "{document:#}"
    );
    // What was broken for a while is no reason not to say what else there was.
    sandbox.ok("ann", &["audit"]);
    sandbox.ok("ann", &["why", "9209a434d045"]);
}

#[test]
fn a_sync_goes_on_where_the_commit_before_was_broken() {
    let sandbox = Sandbox::team();
    break_the_link(&sandbox, "ann");
    fs::remove_file(sandbox.at("ann/migrations")).unwrap();
    sandbox.git("ann", &["checkout", "-q", "HEAD~", "--", "migrations"]);
    sandbox.column("ann", OTHER, &["9209a434d045"], "phone");
    sandbox.commit("ann", "Repair the link");
    // As a pull of the repair would be.
    sandbox.git("ann", &["update-ref", "refs/heads/repaired", "HEAD"]);
    sandbox.git("ann", &["reset", "-q", "--hard", "HEAD~"]);
    sandbox.git("ann", &["merge", "-q", "repaired"]);
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains(OTHER) && !run.stderr.contains("Came in"),
        "{run}"
    );
}

#[test]
fn a_sync_finds_the_way_back_that_another_branch_has() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "feature"]);
    let up = "-- migrate:up\nCREATE TABLE phones (number text);\n";
    sandbox.raw_revision("ann", OTHER, "9209a434d045", up);
    sandbox.commit("ann", "Phone");
    sandbox.ok("ann", &["upgrade"]);
    let with_down = format!("{up}\n-- migrate:down\nDROP TABLE phones;\n");
    sandbox.raw_revision("ann", OTHER, "9209a434d045", &with_down);
    sandbox.commit("ann", "A way back");
    sandbox.git("ann", &["switch", "-q", "main"]);
    bob_pushes(&sandbox, "broken");
    let run = sandbox.teammig("ann", &["sync", "--roll-back"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("there is the one that feature has"),
        "{run}"
    );
}

#[test]
fn a_sync_and_a_commit_go_on_where_the_protected_branch_is_broken() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    bob_pushes(&sandbox, "main");
    sandbox.column("ann", OTHER, &["9209a434d045"], "one");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "One"]);
    assert_eq!(run.code, 0, "{run}");
    sandbox.column("ann", "bbbb11112222", &["9209a434d045"], "two");
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("2 heads"), "{run}");
    fs::remove_file(sandbox.at("ann/migrations/bbbb11112222.sql")).unwrap();
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 0, "{run}");
    // What was published before the link came is so all the same.
    let (document, code) = sandbox.json("ann", &["why", "9209a434d045"]);
    assert_eq!(
        (&document["published"][0]["ref"], code),
        (&"origin/main".into(), 0),
        "{document:#}"
    );
    sandbox.edit("ann/migrations/9209a434d045.sql", "name text", "name char");
    let run = sandbox.try_git("ann", &["commit", "-qam", "Edit"]);
    assert!(
        run.code == 1 && run.stderr.contains("edited-revision"),
        "{run}"
    );
    // And who puts it right on top of it is let through.
    sandbox.git(
        "ann",
        &["checkout", "-q", "-f", "-B", "repair", "origin/main"],
    );
    fs::remove_file(sandbox.at("ann/migrations")).unwrap();
    sandbox.git("ann", &["checkout", "-q", "HEAD~", "--", "migrations"]);
    let run = sandbox.try_git("ann", &["commit", "-qam", "Repair"]);
    assert_eq!(run.code, 0, "{run}");
}

/// Of a rebase that stopped, a later commit repairs the link that the one before it made.
#[test]
fn what_a_rebase_brings_after_a_broken_commit_is_known() {
    let sandbox = Sandbox::team();
    sandbox.write("ann/README", "main");
    sandbox.commit("ann", "Write a README");
    sandbox.git("ann", &["switch", "-q", "-c", "feature", "HEAD~"]);
    sandbox.write("ann/README", "feature");
    sandbox.commit("ann", "Write another README");
    break_the_link(&sandbox, "ann");
    fs::remove_file(sandbox.at("ann/migrations")).unwrap();
    sandbox.git("ann", &["checkout", "-q", "HEAD~", "--", "migrations"]);
    sandbox.column("ann", OTHER, &["9209a434d045"], "phone");
    sandbox.commit("ann", "Repair the link");
    sandbox.ok("ann", &["upgrade"]);
    let run = sandbox.try_git("ann", &["rebase", "-q", "main"]);
    assert_ne!(run.code, 0, "{run}");
    let (document, _) = sandbox.json("ann", &["status"]);
    assert_eq!(
        document["database"]["to_come"],
        serde_json::json!([OTHER]),
        "{document:#}"
    );
}
