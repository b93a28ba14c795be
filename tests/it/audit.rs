//! `teammig audit` over histories that real Git made.

mod history;
#[cfg(unix)]
mod pages;

use serde_json::{Value, json};

use crate::support::Sandbox;

/// A project whose branch has two published revisions.
fn published() -> Sandbox {
    let sandbox = Sandbox::project();
    add(&sandbox, "aaaa1", &[]);
    sandbox.commit("project", "first");
    add(&sandbox, "aaaa2", &["aaaa1"]);
    sandbox.commit("project", "second");
    sandbox
}

fn add(sandbox: &Sandbox, id: &str, parents: &[&str]) {
    let up = format!("CREATE TABLE t{id} (x integer);");
    let down = format!("DROP TABLE t{id};");
    sandbox.revision("project", id, parents, &format!("Add {id}"), &up, &down);
}

fn change(sandbox: &Sandbox, id: &str, from: &str, to: &str) {
    let path = format!("project/migrations/{id}.sql");
    sandbox.edit(&path, from, to);
}

/// Two branches that both build on `aaaa2`, merged one after the other.
fn diverge(sandbox: &Sandbox) {
    for (branch, id) in [("left", "bbbb1"), ("right", "cccc1")] {
        sandbox.git("project", &["switch", "-q", "-c", branch, "main"]);
        add(sandbox, id, &["aaaa2"]);
        sandbox.commit("project", &format!("work on {branch}"));
    }
    sandbox.git("project", &["switch", "-q", "main"]);
    for branch in ["left", "right"] {
        sandbox.git(
            "project",
            &[
                "merge",
                "-q",
                "--no-ff",
                "-m",
                &format!("Merge branch '{branch}'"),
                branch,
            ],
        );
    }
}

fn audit(sandbox: &Sandbox, args: &[&str]) -> (Value, i32) {
    sandbox.json("project", &[&["audit"], args].concat())
}

/// Of each element, the values of some keys.
fn pick(list: &Value, keys: &[&str]) -> Value {
    let one = |element: &Value| {
        keys.iter()
            .map(|key| element[key].clone())
            .collect::<Value>()
    };
    list.as_array().unwrap().iter().map(one).collect()
}

#[test]
fn a_divergence_is_told_from_its_landing_to_its_repair() {
    let sandbox = published();
    diverge(&sandbox);
    let (document, code) = audit(&sandbox, &[]);
    assert_eq!(code, 3, "{document}");
    assert_eq!(document["schema"], "teammig.audit/1");
    assert_eq!(document["ref"], "HEAD");
    let open = &document["divergences"][0];
    assert_eq!(open["how"], "open");
    assert_eq!(open["repaired_by"], Value::Null);
    assert_eq!(open["summary"], "Merge branch 'right'");
    assert_eq!(open["parts_at"], json!(["aaaa2"]));

    sandbox.ok("project", &["merge-heads", "--yes"]);
    sandbox.commit("project", "join them");
    let run = sandbox.teammig("project", &["audit"]);
    let text = without_ids(&sandbox, &run.to_string());
    insta::assert_snapshot!(text, @r#"
    exit 0
    --- stdout
    HEAD: 5 landings, 5 with migrations, from 2026-11-22 to 2026-11-22; 5 revisions now

    1 divergence landed, none is open
      2026-11-22  [commit 03]  bbbb1 and cccc1
                  Test: Merge branch 'right'
      2026-11-22  [commit 04]  joined by a merge revision, after 4 minutes

    No published revision was edited
    "#);
    let (document, code) = audit(&sandbox, &[]);
    assert_eq!(code, 0);
    let heads = &document["divergences"];
    assert_eq!(
        pick(heads, &["heads", "how", "most_heads", "from_before"]),
        json!([[["bbbb1", "cccc1"], "merge-revision", 2, false]])
    );
    assert_eq!(
        pick(&heads[0]["brought"], &["revision", "summary"]),
        json!([
            ["bbbb1", "Merge branch 'left'"],
            ["cccc1", "Merge branch 'right'"]
        ])
    );
}

/// Commit ids by the order of the branch: they change with Git's version.
fn without_ids(sandbox: &Sandbox, text: &str) -> String {
    let ids = sandbox.git(
        "project",
        &["log", "--first-parent", "--reverse", "--format=%H"],
    );
    let mut text = text.to_owned();
    for (at, id) in ids.lines().enumerate() {
        text = text.replace(&id[..10], &format!("[commit {at:02}]"));
    }
    text
}

#[test]
fn edits_are_told_apart() {
    let sandbox = published();
    let mut expected = Vec::new();
    let mut edit = |kind: &'static str, from: &str, to: &str| {
        change(&sandbox, "aaaa2", from, to);
        sandbox.commit("project", kind);
        expected.push(json!(["aaaa2", kind]));
    };
    edit("comments", "-- migrate:up\n", "-- migrate:up\n-- why\n\n");
    edit("comments", "message: Add aaaa2", "message: Add it");
    edit("scripts", "x integer", "x text");
    edit("down", "DROP TABLE", "DROP TABLE IF EXISTS");
    edit("parents", "[aaaa1]", "[]");
    // A file that moved is no edit, nor are line endings that Git converts.
    sandbox.git(
        "project",
        &["mv", "migrations/aaaa2.sql", "migrations/renamed.sql"],
    );
    sandbox.commit("project", "move");
    sandbox.git("project", &["rm", "-q", "migrations/renamed.sql"]);
    sandbox.commit("project", "deleted");
    expected.push(json!(["aaaa2", "deleted"]));
    sandbox.git("project", &["revert", "--no-edit", "HEAD"]);
    let (document, code) = audit(&sandbox, &[]);
    assert_eq!(code, 3, "the parent is gone: {document}");
    assert_eq!(
        pick(&document["edits"], &["revision", "kind"]),
        json!(expected)
    );
    let deleted = document["edits"].as_array().unwrap().last().unwrap();
    assert_eq!(deleted["path"], "migrations/renamed.sql");
    assert_ne!(deleted["restored_by"], Value::Null);
}

/// What people pulled is what counts, not what they had to themselves for a while.
#[test]
fn landings_are_judged_and_not_every_commit_inside_them() {
    // A branch that diverged and repaired itself before it was merged.
    let sandbox = published();
    sandbox.git("project", &["switch", "-q", "-c", "work"]);
    add(&sandbox, "bbbb1", &["aaaa2"]);
    add(&sandbox, "cccc1", &["aaaa2"]);
    sandbox.commit("project", "two heads");
    change(&sandbox, "cccc1", "[aaaa2]", "[bbbb1]");
    sandbox.commit("project", "one head");
    sandbox.git("project", &["switch", "-q", "main"]);
    sandbox.git(
        "project",
        &["merge", "-q", "--no-ff", "-m", "Merge work", "work"],
    );
    let (document, code) = audit(&sandbox, &[]);
    assert_eq!((&document["divergences"], code), (&json!([]), 0));
    assert_eq!(document["edits"], json!([]));
}

#[test]
fn commits_that_a_rebase_wrote_in_one_go_are_one_landing() {
    let sandbox = published();
    for (n, parents) in [&["aaaa2"][..], &["aaaa2"], &["bbbb0", "bbbb1"]]
        .iter()
        .enumerate()
    {
        add(&sandbox, &format!("bbbb{n}"), parents);
        sandbox.git("project", &["add", "-A"]);
        let mut command = sandbox.command("git", "project");
        command
            .args(["commit", "-q", "--no-verify", "-m", "rebased"])
            .env("GIT_COMMITTER_DATE", format!("{} +0000", 1_800_000_000 + n));
        let run = sandbox.run(&mut command);
        assert_eq!(run.code, 0, "{run}");
    }
    let (document, code) = audit(&sandbox, &[]);
    assert_eq!((&document["divergences"], code), (&json!([]), 0));
    assert_eq!(document["commits"], 5);
    assert_eq!(document["landings"], 3);
}

/// `git pull` before `git push` makes one's own commits the first parents.
#[test]
fn a_pull_that_merges_does_not_turn_the_branch_around() {
    let sandbox = Sandbox::team();
    for (clone, id, parent) in [("ann", "aaaa2", "9209a434d045"), ("ann", "aaaa3", "aaaa2")] {
        sandbox.revision(clone, id, &[parent], id, "SELECT 1;", "SELECT 2;");
        sandbox.commit(clone, id);
        sandbox.git(clone, &["push", "-q"]);
    }
    sandbox.write("bob/notes", "bob's");
    sandbox.revision("bob", "bbbb2", &["9209a434d045"], "bob's", "SELECT 3;", "");
    sandbox.commit("bob", "bob's own");
    sandbox.git("bob", &["pull", "-q", "--no-rebase"]);
    sandbox.git("bob", &["push", "-q"]);
    let (document, code) = sandbox.json("bob", &["audit"]);
    assert_eq!(document["ref"], "origin/main");
    assert_eq!(code, 3);
    // Ann's second one landed before Bob's; along first parents both came with Bob's merge.
    assert_eq!(
        pick(
            &document["divergences"][0]["brought"],
            &["revision", "author"]
        ),
        json!([["aaaa3", "Ann"], ["bbbb2", "Bob"]])
    );
    assert_eq!(document["landings"], 4);
}

/// A restack between `git pull` and `git push` was called an edit of a published revision.
#[test]
fn what_was_put_right_after_a_pull_was_never_published_otherwise() {
    let sandbox = Sandbox::team();
    sandbox.revision(
        "ann",
        "aaaa2",
        &["9209a434d045"],
        "hers",
        "SELECT 1;",
        "SELECT 2;",
    );
    sandbox.commit("ann", "Ann's");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.revision(
        "bob",
        "bbbb2",
        &["9209a434d045"],
        "his",
        "SELECT 3;",
        "SELECT 4;",
    );
    sandbox.commit("bob", "Bob's own");
    sandbox.git("bob", &["pull", "-q", "--no-rebase"]);
    sandbox.ok("bob", &["rebase", "--yes"]);
    sandbox.commit("bob", "put on top of Ann's");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git(".", &["clone", "-q", "origin.git", "carl"]);
    // Bob's clone saw the push; Ann's fetched it; Carl's has only the commits.
    sandbox.git("ann", &["pull", "-q"]);
    for clone in ["bob", "ann", "carl"] {
        let (document, code) = sandbox.json(clone, &["audit"]);
        assert_eq!(code, 0, "{clone}: {document}");
        assert_eq!(document["divergences"], json!([]), "{clone}");
        assert_eq!(document["edits"], json!([]), "{clone}");
        let published = |id: &str| {
            let (document, _) = sandbox.json(clone, &["why", id]);
            assert_eq!(document["content"], "same", "{clone}: {document}");
            document["published"][0]["author"].clone()
        };
        assert_eq!(published("aaaa2"), "Ann", "{clone}");
        assert_eq!(published("bbbb2"), "Bob", "{clone}");
    }
}

/// Who pushes the merge and puts it right later did publish two heads.
#[test]
fn a_pull_that_was_pushed_as_it_was_is_told() {
    let sandbox = Sandbox::team();
    sandbox.revision(
        "ann",
        "aaaa2",
        &["9209a434d045"],
        "hers",
        "SELECT 1;",
        "SELECT 2;",
    );
    sandbox.commit("ann", "Ann's");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.revision(
        "bob",
        "bbbb2",
        &["9209a434d045"],
        "his",
        "SELECT 3;",
        "SELECT 4;",
    );
    sandbox.commit("bob", "Bob's own");
    sandbox.git("bob", &["pull", "-q", "--no-rebase"]);
    sandbox.git("bob", &["push", "-q"]);
    let path = "bob/migrations/bbbb2.sql";
    sandbox.edit(path, "[9209a434d045]", "[aaaa2]");
    sandbox.commit("bob", "put right");
    sandbox.git("bob", &["push", "-q"]);
    let (document, _) = sandbox.json("bob", &["audit"]);
    assert_eq!(
        pick(&document["divergences"], &["heads", "how"]),
        json!([[["aaaa2", "bbbb2"], "reparented"]])
    );
    assert_eq!(
        pick(&document["edits"], &["revision", "kind"]),
        json!([["bbbb2", "parents"]])
    );
}

#[test]
fn lines_with_labels_are_no_divergence() {
    let sandbox = published();
    for (id, label) in [("bbbb1", "billing"), ("cccc1", "reports")] {
        sandbox.write(
            &format!("project/migrations/{id}.sql"),
            format!("-- teammig:\n--   revision: {id}\n--   parents: [aaaa2]\n--   labels: [{label}]\n\n-- migrate:up\nSELECT 1;\n"),
        );
        sandbox.commit("project", id);
    }
    let (document, code) = audit(&sandbox, &[]);
    assert_eq!((&document["divergences"], code), (&json!([]), 0));
    add(&sandbox, "bbbb2", &["bbbb1"]);
    add(&sandbox, "bbbb3", &["bbbb1"]);
    sandbox.commit("project", "two in one line");
    let (document, _) = audit(&sandbox, &[]);
    assert_eq!(
        pick(&document["divergences"], &["heads"]),
        json!([[["bbbb2", "bbbb3"]]])
    );
}

/// Whatever a history holds is told, and the rest as well.
#[test]
fn a_broken_history_is_told_to_its_end() {
    let sandbox = published();
    sandbox.write(
        "project/migrations/conflict.sql",
        "<<<<<<< HEAD\n-- teammig:\n=======\n>>>>>>> theirs\n",
    );
    sandbox.revision("project", "bbbb1", &["gone"], "no parent", "SELECT 1;", "");
    sandbox.write(
        "project/migrations/copy.sql",
        sandbox.read("project/migrations/aaaa1.sql"),
    );
    change(&sandbox, "aaaa1", "parents: []", "parents: [aaaa2]");
    sandbox.commit("project", "all of it");
    let (document, code) = audit(&sandbox, &[]);
    assert_eq!(code, 3);
    assert_eq!(
        pick(&document["problems"], &["rule", "revisions"]),
        json!([
            ["missing-parent", ["bbbb1", "gone"]],
            ["duplicate-revision", ["aaaa1"]],
            ["cycle", ["aaaa1", "aaaa2"]],
            ["unreadable-revision", ["migrations/conflict.sql"]],
        ])
    );
    for name in ["conflict", "copy", "bbbb1"] {
        sandbox.git("project", &["rm", "-q", &format!("migrations/{name}.sql")]);
    }
    change(&sandbox, "aaaa1", "parents: [aaaa2]", "parents: []");
    sandbox.commit("project", "put right");
    let run = sandbox.teammig("project", &["audit", "--since", "2026-11-22"]);
    let text = without_ids(&sandbox, &run.to_string());
    insta::assert_snapshot!(text, @r#"
    exit 0
    --- stdout
    HEAD: 4 landings, 4 with migrations, from 2026-11-22 to 2026-11-22; 2 revisions now
    Only what was not over by 2026-11-22

    1 divergence landed, none is open
      2026-11-22  [commit 02]  aaaa1 and aaaa2 and bbbb1
                  Test: all of it
      2026-11-22  [commit 03]  a revision got other parents, after 6 minutes

    2 edits of published revisions: 1 deleted, 1 parents
      2026-11-22  [commit 03]  parents      aaaa1 (back to what was published first)
                  Test: put right
      2026-11-22  [commit 03]  deleted      bbbb1
                  Test: put right

    4 problems of the files landed, none is left
      2026-11-22  [commit 02]  bbbb1 builds on gone, which no file declares (until 2026-11-22)
      2026-11-22  [commit 02]  aaaa1 stands in 2 files: migrations/aaaa1.sql, migrations/copy.sql (until 2026-11-22)
      2026-11-22  [commit 02]  aaaa1, aaaa2 come before themselves (until 2026-11-22)
      2026-11-22  [commit 02]  migrations/conflict.sql cannot be read as a revision (until 2026-11-22)
    "#);
}

#[test]
fn a_folder_that_moved_is_followed() {
    let sandbox = published();
    sandbox.git("project", &["mv", "migrations", "old"]);
    // Its history began in `old`, with a name that is not ASCII in between.
    sandbox.commit("project", "move away");
    sandbox.git("project", &["mv", "old", "Daten bänke"]);
    change_in(&sandbox, "Daten bänke/aaaa1.sql");
    sandbox.commit("project", "move and edit");
    sandbox.write(
        "project/teammig.yaml",
        "migrations: Daten bänke\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox.commit("project", "configure");
    let (document, code) = audit(&sandbox, &[]);
    assert_eq!(code, 0, "{document}");
    assert_eq!(
        pick(&document["moves"], &["from", "to"]),
        json!([["old", "Daten bänke"], ["migrations", "old"]])
    );
    assert_eq!(
        pick(&document["edits"], &["revision", "kind", "summary", "path"]),
        json!([["aaaa1", "scripts", "move and edit", "Daten bänke/aaaa1.sql"]])
    );
    assert_eq!(document["changing_landings"], 3);
}

fn change_in(sandbox: &Sandbox, path: &str) {
    let path = format!("project/{path}");
    sandbox.edit(&path, "x integer", "x text");
}
