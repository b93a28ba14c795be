//! What both sides do to each other is tried before a merge revision is written.

use insta::assert_snapshot;

use super::{ADD_PHONE, BACK, REBUILD, columns, pulled};
use crate::support::Sandbox;

/// A view that each side makes anew.
fn view(text: &str) -> (String, &'static str) {
    let up = format!("DROP VIEW IF EXISTS names;\nCREATE VIEW names AS {text};");
    (up, "DROP VIEW IF EXISTS names;")
}

/// The merge revision's file.
fn merged(sandbox: &Sandbox) -> String {
    let (document, _) = sandbox.json("ann", &["heads"]);
    let path = document["heads"][0]["path"].as_str().unwrap();
    sandbox.read(&format!("ann/{path}"))
}

fn definition(sandbox: &Sandbox, database: &str) -> Vec<String> {
    sandbox.sqlite(
        database,
        "SELECT sql FROM sqlite_schema WHERE name = 'names'",
    )
}

#[test]
fn independent_sides_say_so_in_the_header() {
    for command in [&["sync", "--merge"][..], &["merge-heads", "--yes"]] {
        let sandbox = pulled(ADD_PHONE, ("CREATE TABLE logs (x);", "DROP TABLE logs;"));
        let run = sandbox.teammig("ann", command);
        assert_eq!(run.code, 0, "{run}");
        assert!(
            run.stderr.contains("in every order: all leave the same"),
            "{run}"
        );
        assert!(
            merged(&sandbox).contains("--   proved: independent from 9209a434d045 as of "),
            "{run}"
        );
        sandbox.ok("ann", &["upgrade"]);
        sandbox.ok("ann", &["check"]);
    }
    let sandbox = pulled(ADD_PHONE, ("CREATE TABLE logs (x);", "DROP TABLE logs;"));
    sandbox.ok("ann", &["sync", "--merge", "--no-prove"]);
    assert!(!merged(&sandbox).contains("proved:"));
}

#[test]
fn where_no_script_makes_both_orders_alike_nothing_is_written() {
    // In both directions: the rebuild is mine, and it is theirs.
    for (mine, theirs) in [((REBUILD, BACK), ADD_PHONE), (ADD_PHONE, (REBUILD, BACK))] {
        let sandbox = pulled(mine, theirs);
        let before = columns(&sandbox, "users");
        for command in [
            &["sync", "--merge"][..],
            &["sync", "--merge", "--dry-run"],
            &["merge-heads", "--yes"],
        ] {
            let run = sandbox.teammig("ann", command);
            assert_eq!(run.code, 3, "{run}");
            assert!(run.stderr.contains("the order matters"), "{run}");
            assert!(run.stderr.contains("users.phone"), "{run}");
            assert!(run.stderr.contains("`teammig sync --rebase`"), "{run}");
        }
        assert_eq!(sandbox.git("ann", &["status", "--short"]), "");
        assert_eq!(columns(&sandbox, "users"), before);
        // What it says works.
        sandbox.ok("ann", &["sync", "--rebase", "--yes"]);
        assert_eq!(columns(&sandbox, "users"), ["id", "name", "phone"]);
    }
}

#[test]
fn a_script_makes_both_orders_alike() {
    let (mine, theirs) = (
        view("SELECT id FROM users"),
        view("SELECT id, name FROM users"),
    );
    let sandbox = pulled((&mine.0, mine.1), (&theirs.0, theirs.1));
    // Bob has not seen mine, and runs it last.
    sandbox.ok("bob", &["upgrade"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--merge", "-m", "Both", "--dry-run"]), @"
    exit 0
    --- stdout
    up   c01d9e88ab12  Theirs
    up   (new)         Both
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 7 minutes ago
    2 heads, they part at 9209a434d045
      yours  7f3a9c21e4b0  Mine   not published, Ann, 5 minutes ago
      theirs c01d9e88ab12  Theirs   origin/main, Bob, 7 minutes ago
      tried on SQLite: the order matters, since each leaves something else
        view names, definition: AS SELECT id, name FROM users where 7f3a9c21e4b0 ran first, AS SELECT id FROM users where c01d9e88ab12 did
      a merge revision can bring both to what c01d9e88ab12, 7f3a9c21e4b0 leave in that order, by a script (tried in both)
        view names stays as 7f3a9c21e4b0 (Mine) has it
    would write a merge revision of 7f3a9c21e4b0, c01d9e88ab12
    ");
    sandbox.ok("ann", &["sync", "--merge", "-m", "Both"]);
    let file = merged(&sandbox);
    assert!(
        file.contains("--   proved: order matters from 9209a434d045 as of "),
        "{file}"
    );
    assert!(
        file.contains("-- view names stays as 7f3a9c21e4b0 (Mine, by Ann) has it.\n"),
        "{file}"
    );
    let (document, _) = sandbox.json("ann", &["sync"]);
    assert_eq!(document["diverged"], false);
    sandbox.commit("ann", "Both");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox.ok("bob", &["upgrade"]);
    assert_eq!(
        definition(&sandbox, "ann/dev.db"),
        definition(&sandbox, "bob/dev.db")
    );
    sandbox.ok("bob", &["downgrade", "-1"]);
    sandbox.ok("bob", &["upgrade"]);
    // Where nothing has run before it, it has nothing to do and nothing to undo.
    let (document, _) = sandbox.json("bob", &["heads"]);
    let id = document["heads"][0]["revision"].as_str().unwrap();
    sandbox.ok("bob", &["verify", id]);
}

#[test]
fn a_side_that_fails_after_the_other_stops() {
    let sandbox = pulled(
        (
            "ALTER TABLE users RENAME TO people;",
            "ALTER TABLE people RENAME TO users;",
        ),
        (
            "ALTER TABLE users ADD COLUMN phone text;",
            "ALTER TABLE users DROP COLUMN phone;",
        ),
    );
    // It is not asked about, or said to go with a flag.
    let run = sandbox.teammig("ann", &["merge-heads"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("do not run in every order"), "{run}");
    assert!(!run.stderr.contains("leave databases different"), "{run}");
    assert!(!run.stderr.contains("`--yes`"), "{run}");
    let run = sandbox.teammig("ann", &["merge-heads", "--yes"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr
            .contains("c01d9e88ab12 fails after 7f3a9c21e4b0: no such table: users"),
        "{run}"
    );
    let (document, code) = sandbox.json("ann", &["sync"]);
    assert_eq!(code, 3);
    assert_eq!(document["proved"][0]["verdict"], "fails", "{document}");
    // In the order that works it goes.
    sandbox.ok("ann", &["sync", "--rebase"]);
    assert_eq!(columns(&sandbox, "people"), ["id", "name", "phone"]);
}

#[test]
fn mine_that_fails_after_theirs_is_not_put_there() {
    let sandbox = pulled(
        (
            "ALTER TABLE users ADD COLUMN phone text;",
            "ALTER TABLE users DROP COLUMN phone;",
        ),
        (
            "ALTER TABLE users RENAME TO people;",
            "ALTER TABLE people RENAME TO users;",
        ),
    );
    // Asked for by its name it is tried first, too: what ran here is not rolled back to see it.
    for command in [&["sync", "--yes"][..], &["sync", "--rebase", "--yes"]] {
        let run = sandbox.teammig("ann", command);
        assert_eq!(run.code, 3, "{run}");
        for said in [
            "7f3a9c21e4b0 fails after c01d9e88ab12: no such table: users",
            "error: 7f3a9c21e4b0 fails on top of theirs: no such table: users",
            "hint: `teammig edit 7f3a9c21e4b0`",
        ] {
            assert!(run.stderr.contains(said), "{run}");
        }
        assert!(!run.stderr.contains("down  7f3a9c21e4b0"), "{run}");
    }
    // No merge revision settles it, and no hint leads to what was seen to fail.
    for command in [&["sync", "--merge"][..], &["merge-heads", "--yes"]] {
        let run = sandbox.teammig("ann", command);
        assert_eq!(run.code, 3, "{run}");
        let hints: Vec<&str> = run
            .stderr
            .lines()
            .filter(|line| line.starts_with("hint: "))
            .collect();
        assert!(
            hints[0].starts_with("hint: `teammig edit 7f3a9c21e4b0`"),
            "{run}"
        );
        assert!(
            !run.stderr.contains("`teammig sync --rebase` puts"),
            "{run}"
        );
        assert!(!run.stderr.contains("or edit the one"), "{run}");
    }
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        !run.stderr.contains("`teammig sync --rebase` puts"),
        "{run}"
    );
    assert!(run.stderr.contains("`teammig edit 7f3a9c21e4b0`"), "{run}");
    assert_eq!(columns(&sandbox, "users"), ["id", "name", "phone"]);
}

#[test]
fn published_sides_whose_order_matters_get_a_script_by_hand() {
    let sandbox = pulled((REBUILD, BACK), ADD_PHONE);
    sandbox.git("ann", &["push", "-q"]);
    for command in [&["sync", "--merge"][..], &["merge-heads", "--yes"]] {
        let run = sandbox.teammig("ann", command);
        assert_eq!(run.code, 3, "{run}");
        assert!(!run.stderr.contains("--rebase"), "{run}");
        assert!(
            run.stderr
                .contains("`teammig merge-heads --no-prove --yes`"),
            "{run}"
        );
    }
    // What it says works.
    sandbox.ok("ann", &["merge-heads", "--no-prove", "--yes"]);
    let (document, _) = sandbox.json("ann", &["heads"]);
    assert_eq!(document["diverged"], false);
    sandbox.ok("ann", &["upgrade"]);
}

/// `IF NOT EXISTS` keeps what is there: that it came last does not make it the one that stays.
#[test]
fn whose_change_a_script_keeps_is_found_and_not_taken_from_the_order() {
    let view = |text: &str| format!("CREATE VIEW IF NOT EXISTS names AS {text};");
    let (mine, theirs) = (
        view("SELECT id FROM users"),
        view("SELECT id, name FROM users"),
    );
    let back = "DROP VIEW IF EXISTS names;";
    let sandbox = pulled((&mine, back), (&theirs, back));
    let (document, _) = sandbox.json("ann", &["sync"]);
    let proved = &document["proved"][0];
    assert_eq!(
        proved["merge_order"],
        serde_json::json!(["c01d9e88ab12", "7f3a9c21e4b0"])
    );
    assert_eq!(
        proved["merge_keeps"],
        serde_json::json!([{"object": "view names", "revision": "c01d9e88ab12"}])
    );
    sandbox.ok("ann", &["sync", "--merge"]);
    assert!(merged(&sandbox).contains("stays as c01d9e88ab12 (Theirs, by Bob) has it"));
}

/// What was tried is not what stands there any more: it was told of as proved all the same.
#[test]
fn a_record_is_about_the_scripts_that_were_tried() {
    let sandbox = pulled(ADD_PHONE, ("CREATE TABLE logs (x);", "DROP TABLE logs;"));
    sandbox.ok("ann", &["sync", "--merge", "-m", "Both"]);
    sandbox.commit("ann", "Both");
    let (document, _) = sandbox.json("ann", &["heads"]);
    let id = document["heads"][0]["revision"]
        .as_str()
        .unwrap()
        .to_owned();
    let proof = || {
        let (document, _) = sandbox.json("ann", &["show", &id]);
        let one = &document["revisions"][0];
        assert!(
            one["proved"]
                .as_str()
                .unwrap()
                .starts_with("independent from ")
        );
        one["proof"].as_str().unwrap().to_owned()
    };
    let told = || {
        let run = sandbox.teammig("ann", &["check"]);
        let base = sandbox.teammig("ann", &["check", "--base"]);
        [run.stderr, base.stderr].map(|said| said.contains("[stale-proof]"))
    };
    assert_eq!((proof().as_str(), told()), ("holds", [false; 2]));
    // Not a comment, and not layout.
    sandbox.edit(
        super::MINE,
        "CREATE INDEX",
        "-- for the login\nCREATE   INDEX",
    );
    sandbox.commit("ann", "A comment");
    assert_eq!((proof().as_str(), told()), ("holds", [false; 2]));
    sandbox.edit(super::MINE, "users (phone)", "users (phone, id)");
    sandbox.commit("ann", "An edit");
    assert_eq!((proof().as_str(), told()), ("stale", [true; 2]));
    let run = sandbox.teammig("ann", &["show", &id]);
    assert!(
        run.stdout.contains("one of its sides was edited since"),
        "{run}"
    );
    let run = sandbox.teammig("ann", &["check"]);
    let digest = run.stderr.split("the digest of what was tried is ").nth(1);
    let digest = digest.unwrap().split(' ').next().unwrap().to_owned();
    let (document, _) = sandbox.json("ann", &["heads"]);
    let path = format!("ann/{}", document["heads"][0]["path"].as_str().unwrap());
    let file = sandbox.read(&path);
    let old = file
        .split(" as of ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    // What it says works.
    sandbox.ok(
        "ann",
        &["conflicts", "7f3a9c21e4b0", "c01d9e88ab12", "--prove"],
    );
    sandbox.edit(&path, &old, &digest);
    sandbox.commit("ann", "Tried again");
    assert_eq!((proof().as_str(), told()), ("holds", [false; 2]));
    sandbox.edit(&path, &format!(" as of {digest}"), "");
    assert_eq!(proof(), "unknown");
}

/// Theirs would run here after mine, which took the table's name away.
#[test]
fn to_leave_both_as_they_are_is_not_offered_where_that_fails() {
    let rename = (
        "ALTER TABLE users RENAME TO people;",
        "ALTER TABLE people RENAME TO users;",
    );
    let sandbox = pulled(rename, ADD_PHONE);
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("fails after 7f3a9c21e4b0"), "{run}");
    assert!(!run.stderr.contains("--apply-both"), "{run}");
    let (document, _) = sandbox.json("ann", &["sync"]);
    let offers = document["offers"].to_string();
    assert!(!offers.contains("apply-both"), "{offers}");
    // The other way round it runs.
    let sandbox = pulled(ADD_PHONE, rename);
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(run.stderr.contains("--apply-both"), "{run}");
    sandbox.ok("ann", &["sync", "--apply-both"]);
}

/// It ran what it could, failed in the middle and ended with 1.
#[test]
fn to_leave_both_as_they_are_stops_before_it_fails() {
    let rename = (
        "ALTER TABLE users RENAME TO people;",
        "ALTER TABLE people RENAME TO users;",
    );
    let sandbox = pulled(rename, ADD_PHONE);
    let rows = || sandbox.sqlite("ann/dev.db", "SELECT revision FROM teammig_ledger");
    let before = rows();
    for args in [
        &["sync", "--apply-both"][..],
        &["sync", "--apply-both", "--dry-run"],
    ] {
        let run = sandbox.teammig("ann", args);
        assert_eq!(run.code, 3, "{run}");
        let said = "c01d9e88ab12 fails here after what the other side did: no such table: users";
        assert!(run.stderr.contains(said), "{run}");
        assert!(run.stderr.contains("--apply-both --no-prove"), "{run}");
    }
    assert_eq!(rows(), before);
    let run = sandbox.teammig("ann", &["sync", "--apply-both", "--no-prove"]);
    assert_eq!(run.code, 1, "{run}");
}
