//! Each rule, and how much it matters.

use insta::assert_snapshot;

use super::found;
use crate::support::Sandbox;

/// The team, with Ann on a branch.
fn on_a_branch() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    sandbox
}

#[test]
fn an_edit_of_what_is_published() {
    let sandbox = on_a_branch();
    sandbox.edit("ann/migrations/9209a434d045.sql", "name text", "name blob");
    sandbox.commit("ann", "Edit");
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @r#"
    exit 3
    --- stdout
    1 error: 0 new revisions of phone (2f3c5fe) against origin/main (3201aee), merged result: 1 head
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=origin/main --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    "#);
    // Taken back as the hint says.
    sandbox.git(
        "ann",
        &[
            "restore",
            "--source=origin/main",
            "--staged",
            "--worktree",
            "migrations/9209a434d045.sql",
        ],
    );
    sandbox.commit("ann", "Take it back");
    assert_eq!(found(&sandbox, "ann", &["--base"]), (vec![], 0));
}

#[test]
fn a_deletion_of_what_is_published() {
    let sandbox = on_a_branch();
    sandbox.git("ann", &["rm", "-q", "migrations/9209a434d045.sql"]);
    sandbox.commit("ann", "Delete");
    let (rules, code) = found(&sandbox, "ann", &["--base"]);
    assert_eq!(
        (rules.join(", ").as_str(), code),
        ("error deleted-revision, warning missing-folder", 3)
    );
}

/// What only a branch that is not protected has is published for those who ask about it.
#[test]
fn the_base_counts_as_published() {
    let sandbox = on_a_branch();
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    sandbox.git("ann", &["branch", "release"]);
    sandbox.edit(
        "ann/migrations/7f3a9c21e4b0.sql",
        "phone text",
        "phone blob",
    );
    sandbox.commit("ann", "Edit");
    assert_eq!(found(&sandbox, "ann", &["--base"]), (vec![], 0));
    // However the commit is named.
    for name in ["release", "HEAD^", "HEAD~1", "phone@{1}", "release~0"] {
        let (rules, code) = found(&sandbox, "ann", &["--base", name]);
        assert_eq!((rules, code), (vec!["error edited-revision".to_owned()], 3));
    }
}

/// As many heads as before are no old ones where the old ones were joined.
#[test]
fn a_new_divergence_beside_an_old_one_that_is_joined() {
    let sandbox = Sandbox::team();
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.column("ann", "c01d9e88ab12", &["9209a434d045"], "login");
    sandbox.commit("ann", "Two heads");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.git("ann", &["switch", "-q", "-c", "join"]);
    sandbox.revision(
        "ann",
        "5be0c4a7d913",
        &["7f3a9c21e4b0", "c01d9e88ab12"],
        "join",
        "SELECT 1;",
        "SELECT 1;",
    );
    sandbox.column("ann", "e8842f6b1a07", &["9209a434d045"], "fax");
    sandbox.git("ann", &["add", "-A"]);
    let error = "error diverged-heads".to_owned();
    let (rules, code) = found(&sandbox, "ann", &["--staged"]);
    assert!(rules.contains(&error), "{rules:?}");
    assert_eq!(code, 3);
    sandbox.git(
        "ann",
        &["commit", "-q", "--no-verify", "-m", "Join, and fax"],
    );
    let (rules, code) = found(&sandbox, "ann", &["--base"]);
    assert!(rules.contains(&error), "{rules:?}");
    assert_eq!(code, 3);
    let run = sandbox.try_git("ann", &["push", "-q", "origin", "join:main"]);
    assert_eq!(run.code, 1, "{run}");
    // Joined alone, it is fine; and one of two heads may be built on.
    for (id, parents, rest) in [
        (
            "5be0c4a7d913",
            &["7f3a9c21e4b0", "c01d9e88ab12"][..],
            vec![],
        ),
        (
            "e8842f6b1a07",
            &["c01d9e88ab12"],
            vec!["warning diverged-heads".to_owned()],
        ),
    ] {
        sandbox.git("ann", &["reset", "-q", "--hard", "origin/main"]);
        sandbox.revision("ann", id, parents, "one", "SELECT 1;", "SELECT 1;");
        sandbox.commit("ann", "One");
        assert_eq!(found(&sandbox, "ann", &["--base"]), (rest, 0), "{id}");
    }
}

/// What a new revision builds on is not staged, and matters all the same.
#[test]
fn what_is_staged_is_linted_with_what_it_builds_on() {
    let sandbox = Sandbox::team();
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    let index = "CREATE INDEX by_phone ON users (phone);";
    let down = "DROP INDEX by_phone;";
    sandbox.revision("ann", "c01d9e88ab12", &["7f3a9c21e4b0"], "i", index, down);
    sandbox.commit("ann", "An index");
    let (up, down) = (
        "ALTER TABLE users DROP COLUMN phone;",
        "ALTER TABLE users ADD COLUMN phone text;",
    );
    sandbox.revision("ann", "5be0c4a7d913", &["c01d9e88ab12"], "drop", up, down);
    sandbox.git("ann", &["add", "-A"]);
    let of_files = found(&sandbox, "ann", &[]);
    assert!(
        of_files
            .0
            .contains(&"warning dropping-used-column".to_owned()),
        "{of_files:?}"
    );
    assert_eq!(found(&sandbox, "ann", &["--staged"]), of_files);
    // For which database it is, is to be seen in what is not staged alone.
    let serial = "CREATE TABLE tokens (id bigserial PRIMARY KEY);";
    let sandbox = Sandbox::team();
    sandbox.write("ann/teammig.yaml", "");
    sandbox.revision(
        "ann",
        "7f3a9c21e4b0",
        &["9209a434d045"],
        "t",
        serial,
        "DROP TABLE tokens;",
    );
    sandbox.commit("ann", "PostgreSQL");
    let (up, down) = ("CREATE INDEX i ON users (name);", "DROP INDEX i;");
    sandbox.revision("ann", "c01d9e88ab12", &["7f3a9c21e4b0"], "i", up, down);
    sandbox.git("ann", &["add", "-A"]);
    let (rules, _) = found(&sandbox, "ann", &["--staged"]);
    assert!(
        rules.contains(&"warning require-concurrent-index-creation".to_owned()),
        "{rules:?}"
    );
}

/// A rule that is turned down takes no other with it.
#[test]
fn a_rule_that_is_turned_down_hides_no_other() {
    let published = "ann/migrations/9209a434d045.sql";
    let sandbox = on_a_branch();
    let config = sandbox.read("ann/teammig.yaml");
    let text = sandbox.read(published);
    let check = |what: &str| {
        // A level counts once it is there.
        sandbox.write("ann/teammig.yaml", format!("{config}check: {{{what}}}\n"));
        let only = [
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "Levels",
            "--",
            "teammig.yaml",
        ];
        sandbox.git("ann", &only);
        sandbox.git("ann", &["push", "-q", "origin", "HEAD:main"]);
        sandbox.git("ann", &["add", "-A"]);
        let sorted = |args: &[&str]| {
            let (mut rules, code) = found(&sandbox, "ann", args);
            rules.sort();
            (rules, code)
        };
        let staged = sorted(&["--staged"]);
        assert_eq!(staged, sorted(&[]), "{what}");
        staged
    };
    sandbox.write(published, "garbage");
    let (deleted, unreadable) = ("error deleted-revision", "unreadable-revision");
    for (level, rules, code) in [
        ("error", vec![format!("error {unreadable}")], 3),
        (
            "warning",
            vec![deleted.to_owned(), format!("warning {unreadable}")],
            3,
        ),
        ("off", vec![deleted.to_owned()], 3),
    ] {
        let all = check(&format!("{unreadable}: {level}"));
        assert_eq!(all, (rules, code), "{level}");
    }
    // Of two files the first one stands for the revision, and the other is edited.
    sandbox.write("ann/migrations/0.sql", &text);
    sandbox.write(published, text.replace("name text", "name blob"));
    let edited = (vec!["error edited-revision".to_owned()], 3);
    assert_eq!(check("duplicate-revision: off"), edited);
    // What is as it was before is nobody's doing now.
    sandbox.git("ann", &["commit", "-q", "-m", "Two files"]);
    let staged = found(&sandbox, "ann", &["--staged"]);
    assert_eq!(staged, (vec![], 0));
    sandbox.write("ann/notes", "x");
    sandbox.git("ann", &["add", "-A"]);
    sandbox.edit(published, "name blob", "name int");
    assert_eq!(check("duplicate-revision: off"), edited);
}

#[test]
fn conflicts_in_the_migrations_alone() {
    let sandbox = on_a_branch();
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    sandbox.column("bob", "7f3a9c21e4b0", &["9209a434d045"], "mobile");
    sandbox.commit("bob", "Add mobile");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @"
    exit 3
    --- stdout
    1 error: 0 new revisions of phone (713c538) against origin/main (bf0898f), merged result: 1 head
    --- stderr
    error: the merge with origin/main conflicts: both added migrations/7f3a9c21e4b0.sql [merge-conflict]
     --> migrations/7f3a9c21e4b0.sql:1:1
      |
    1 | -- teammig:
      | ^
    hint: two revisions have one id: give yours another `revision:`, and its file another name
    ");
}

/// The head file is there for that: Git stops where the heads diverge, which is told
/// once. Where they do not, it is a conflict like any other.
#[test]
fn the_head_file_is_merged_as_git_would() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["heads", "--write"]);
    sandbox.commit("ann", "Keep a head file");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    for (clone, id, name) in [
        ("ann", "7f3a9c21e4b0", "phone"),
        ("bob", "c01d9e88ab12", "login"),
    ] {
        sandbox.column(clone, id, &["9209a434d045"], name);
        sandbox.ok(clone, &["heads", "--write"]);
        sandbox.commit(clone, name);
        // Alone, each is fine.
        assert_eq!(found(&sandbox, clone, &["--base"]), (vec![], 0));
    }
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    let (rules, code) = found(&sandbox, "ann", &["--base"]);
    assert_eq!((rules, code), (vec!["error diverged-heads".to_owned()], 3));
    // Nothing was changed here, and theirs is what Git takes.
    sandbox.git("ann", &["switch", "-q", "-c", "behind", "main"]);
    assert_eq!(found(&sandbox, "ann", &["--base"]), (vec![], 0));
    for (clone, words) in [("ann", "the login"), ("bob", "of Bob")] {
        sandbox.git(clone, &["switch", "-q", "-c", "words", "origin/main"]);
        sandbox.edit(&format!("{clone}/migrations/HEAD"), "Add login", words);
        sandbox.commit(clone, words);
    }
    sandbox.git("bob", &["push", "-q", "origin", "words"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base", "origin/words"]), @"
    exit 3
    --- stdout
    1 error: 0 new revisions of words (fdca0c7) against origin/words (a35e88f), merged result: 1 head
    --- stderr
    error: the merge with origin/words conflicts: both changed the same lines of migrations/HEAD [merge-conflict]
     --> migrations/HEAD:1:1
      |
    1 | c01d9e88ab12  # of Bob
      | ^
    hint: merge origin/words here and resolve it, or rebase on it
    ");
    sandbox.git("bob", &["switch", "-q", "main"]);
    // One that was not kept says so.
    sandbox.column("bob", "51be0f2277d1", &["c01d9e88ab12"], "legacy");
    sandbox.commit("bob", "legacy");
    let (rules, code) = found(&sandbox, "bob", &["--base"]);
    assert_eq!((rules, code), (vec!["error head-file".to_owned()], 3));
}

#[test]
fn new_revisions_are_asked_more_than_old_ones() {
    let sandbox = on_a_branch();
    let body = "-- migrate:up\nCREATE TABLE a (x);\n";
    sandbox.raw_revision("ann", "a1b2c3d4e5f6", "9209a434d045", body);
    sandbox.commit("ann", "Add a");
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @"
    exit 0
    --- stdout
    ok, with 2 warnings: 1 new revision of phone (d3ee254) against origin/main (3201aee), merged result: 1 head
    --- stderr
    warning: the id a1b2c3d4e5f6 was made up by hand: it counts letters and digits up or down [hand-made-id]
     --> migrations/a1b2c3d4e5f6.sql:2:16
      |
    2 | --   revision: a1b2c3d4e5f6
      |                ^^^^^^^^^^^^ others come upon such ids too
    hint: `teammig create` makes 12 random hex digits; while nobody else has the revision, give it such an id
    warning: a1b2c3d4e5f6 cannot be rolled back: it has no down section [irreversible]
     --> migrations/a1b2c3d4e5f6.sql:7:1
      |
    7 | CREATE TABLE a (x);
      | ^^^^^^^^^^^^^^^^^^^
    hint: write the way back below `-- migrate:down`, or say on purpose that there is none: `-- migrate:down irreversible`
    ");
    // On purpose is on purpose.
    sandbox.raw_revision(
        "ann",
        "a1b2c3d4e5f6",
        "9209a434d045",
        "-- migrate:up\nCREATE TABLE a (x);\n-- migrate:down irreversible\n",
    );
    let (rules, code) = found(&sandbox, "ann", &[]);
    assert_eq!((rules, code), (vec!["warning hand-made-id".to_owned()], 0));
    // Once it is on the main branch, nothing is said of it any more.
    sandbox.git("ann", &["push", "-q", "origin", "phone:main"]);
    assert_eq!(found(&sandbox, "ann", &["--base"]), (vec![], 0));
}

#[test]
fn scripts_that_cannot_run_are_told_before_they_do() {
    let sandbox = on_a_branch();
    sandbox.raw_revision(
        "ann",
        "7f3a9c21e4b0",
        "9209a434d045",
        "-- migrate:up\nBEGIN;\nCREATE TABLE a (x);\nCOMMIT;\n-- migrate:down\nDROP TABLE 'a;\n",
    );
    assert_snapshot!(sandbox.teammig("ann", &["check"]), @"
    exit 3
    --- stdout
    2 errors: 1 new revision of the working tree against origin/main (3201aee): 1 head
    --- stderr
    error: the script has a BEGIN of its own [unrunnable-script]
     --> migrations/7f3a9c21e4b0.sql:7:1
      |
    7 | BEGIN;
      | ^^^^^
    hint: teammig puts each script in one transaction with its ledger row: remove the BEGIN and the COMMIT, or write `transaction:false` after the marker to run the statements one by one
    error: this string is opened and never closed [unrunnable-script]
      --> migrations/7f3a9c21e4b0.sql:11:12
       |
    11 | DROP TABLE 'a;
       |            ^
    hint: close it: the rest of the script would be part of it
    ");
}

#[test]
fn the_graph_of_the_files() {
    for (id, parents, more, rule) in [
        ("7f3a9c21e4b0", "ffff11112222", "", "missing-parent"),
        ("7f3a9c21e4b0", "7f3a9c21e4b0", "", "cycle"),
        ("9209a434d045", "", "", "duplicate-revision"),
        (
            "c01d9e88ab12",
            "9209a434d045",
            "--   labels: [c01d9e88ab12]\n",
            "duplicate-label",
        ),
        (
            "7f3a9c21e4b0",
            "9209a434d045",
            "--   nonsense: 1\n",
            "unreadable-revision",
        ),
    ] {
        let sandbox = on_a_branch();
        sandbox.write(
            "ann/migrations/new.sql",
            format!(
                "-- teammig:\n--   revision: {id}\n--   parents: [{parents}]\n{more}\n-- migrate:up\nSELECT 1;\n-- \
                 migrate:down\nSELECT 1;\n"
            ),
        );
        sandbox.commit("ann", "Add");
        for args in [&["--base"][..], &[], &["--at", "HEAD"]] {
            let (rules, code) = found(&sandbox, "ann", args);
            assert!(
                rules.contains(&format!("error {rule}")),
                "{rule}: {rules:?}"
            );
            assert_eq!(code, 3, "{rule}");
        }
    }
}

/// A revision came in below what a database has applied.
#[test]
fn what_a_database_passed_over_is_named_with_the_ways_out() {
    let sandbox = Sandbox::team();
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.column("ann", "51be0f2277d1", &["9209a434d045"], "legacy");
    sandbox.edit(
        "ann/migrations/7f3a9c21e4b0.sql",
        "[9209a434d045]",
        "[51be0f2277d1]",
    );
    let run = sandbox.teammig("ann", &["check"]);
    assert_snapshot!(run, @"
    exit 0
    --- stdout
    ok, with 1 warning: 2 new revisions of the working tree against origin/main (3201aee): 1 head
    --- stderr
    warning: 51be0f2277d1 never ran in dev, though later ones did (as of 2026-11-22) [skipped-revision]
     --> migrations/51be0f2277d1.sql:2:16
      |
    2 | --   revision: 51be0f2277d1
      |                ^^^^^^^^^^^^
    hint: `teammig sync` rolls back what came later and applies everything in order; `teammig upgrade --out-of-order` runs it now, after the later ones
    ");
}

#[test]
fn how_much_a_rule_matters_is_the_projects_choice() {
    let sandbox = on_a_branch();
    let body = "-- migrate:up\nCREATE TABLE a (x);\n";
    sandbox.raw_revision("ann", "a1b2c3d4e5f6", "9209a434d045", body);
    let config = sandbox.read("ann/teammig.yaml");
    sandbox.write(
        "ann/teammig.yaml",
        format!("{config}check:\n  irreversible: error\n  hand-made-id: off\n"),
    );
    sandbox.git("ann", &["commit", "-qm", "Levels", "teammig.yaml"]);
    sandbox.git("ann", &["push", "-q", "origin", "HEAD:main"]);
    let (rules, code) = found(&sandbox, "ann", &[]);
    assert_eq!((rules, code), (vec!["error irreversible".to_owned()], 3));
    // The hook goes by the same choice.
    sandbox.git("ann", &["add", "-A"]);
    let (rules, code) = found(&sandbox, "ann", &["--staged"]);
    assert_eq!((rules, code), (vec!["error irreversible".to_owned()], 3));
    sandbox.write(
        "ann/teammig.yaml",
        format!("{config}check:\n  cycle: error\n  ireversible: off\n"),
    );
    assert_snapshot!(sandbox.teammig("ann", &["status"]), @"
    exit 1
    --- stderr
    error: check: there is no rule `ireversible`; did you mean irreversible?
     --> [DIR]/ann/teammig.yaml:5:3
      |
    5 |   ireversible: off
      |   ^
    ");
    let run = sandbox.teammig("ann", &["check"]);
    assert_eq!(run.code, 4, "{run}");
}

/// A project whose configuration is broken was called ok and not evaluated in one breath.
#[test]
fn a_broken_configuration_is_judged_by_no_other() {
    let sandbox = Sandbox::team();
    let config = sandbox.read("ann/teammig.yaml");
    sandbox.write("ann/teammig.yaml", format!("{config}nonsense: 1\n"));
    let run = sandbox.teammig("ann", &["check"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (4, "not evaluated\n"),
        "{run}"
    );
    assert!(run.stderr.contains("unknown field `nonsense`"), "{run}");
}

/// What is published cannot be seen: nothing is said for it.
#[test]
fn what_is_staged_is_not_fine_where_what_is_published_is_not_here() {
    let sandbox = Sandbox::team();
    sandbox.write("ann/teammig.yaml", "protected: [origin/main]\n");
    sandbox.commit("ann", "Protected");
    sandbox.git("ann", &["remote", "remove", "origin"]);
    sandbox.edit("ann/migrations/9209a434d045.sql", "name text", "name blob");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.teammig("ann", &["check", "--staged"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(
        run.stderr.contains("`protected:` names origin/main"),
        "{run}"
    );
    assert!(!run.stdout.contains("ok"), "{run}");
    let (document, code) = sandbox.json("ann", &["check", "--staged"]);
    assert_eq!(
        (&document["evaluated"], code),
        (&false.into(), 4),
        "{document}"
    );
    assert_eq!(
        document["unjudged"].as_array().unwrap().len(),
        1,
        "{document}"
    );
    // A hook is in nobody's way where history is missing, and calls nothing fine.
    let run = sandbox.teammig("ann", &["hooks", "run", "pre-commit"]);
    assert!(run.stderr.contains("could not be evaluated"), "{run}");
    assert!(!run.stdout.contains("ok"), "{run}");
    assert_eq!(run.code, 0, "{run}");
    let (document, code) = sandbox.json("ann", &["hooks", "run", "pre-commit"]);
    assert_eq!(
        (&document["evaluated"], code),
        (&false.into(), 0),
        "{document}"
    );
    assert_eq!(
        document["unjudged"].as_array().unwrap().len(),
        1,
        "{document}"
    );
}

#[test]
fn what_is_staged_beside_no_project_is_not_fine() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "none"]);
    let run = sandbox.teammig("none", &["check", "--staged"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stderr.contains("there is no folder"), "{run}");
}

/// What follows from a file that cannot be read is no mistake of its own.
#[test]
fn a_published_file_that_cannot_be_read() {
    let sandbox = Sandbox::team();
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.column("ann", "51be0f2277d1", &["7f3a9c21e4b0"], "fax");
    sandbox.commit("ann", "Add phone and fax");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.edit(
        "ann/migrations/7f3a9c21e4b0.sql",
        "-- teammig:",
        "-- migrations:",
    );
    let only = (vec!["error unreadable-revision".to_owned()], 3);
    assert_eq!(found(&sandbox, "ann", &[]), only);
    let run = sandbox.try_git("ann", &["commit", "-qam", "Break it"]);
    assert!(
        run.code == 1 && run.stderr.matches("error: ").count() == 1,
        "{run}"
    );
    sandbox.commit("ann", "Break it");
    assert_eq!(found(&sandbox, "ann", &["--base"]), only);
}
