//! Where both orders are alike, nothing of mine is rolled back: only its edges change.

use std::{
    fs,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use insta::assert_snapshot;
use serde_json::json;

use super::{
    ledger,
    on_postgresql::{REBASE, ROWS, diverged, values},
    pulled,
};
use crate::support::{Sandbox, postgres::Cluster};

const INDEX: &str = "CREATE INDEX users_name ON users (name);";
const MINE: &str = "ann/migrations/aaaa11112222.sql";

/// What the ledger has where mine stand below theirs in time, and above them in the graph.
const STANDING: [&str; 4] = [
    "9209a434d045|[]",
    r#"aaaa11112222|["c01d9e88ab12"]"#,
    r#"bbbb11112222|["aaaa11112222"]"#,
    r#"c01d9e88ab12|["9209a434d045"]"#,
];

fn with_a_row(theirs: &str) -> Sandbox {
    let sandbox = pulled(theirs);
    sandbox.sqlite(
        "ann/dev.db",
        "INSERT INTO users VALUES (1, 'Ann', '555', 'ann@example.org') RETURNING id",
    );
    sandbox
}

fn rows(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite("ann/dev.db", "SELECT * FROM users")
}

#[test]
fn mine_keep_what_they_stored() {
    let sandbox = with_a_row(INDEX);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase"]), @"
    exit 0
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 6 minutes ago
    2 heads, they part at 9209a434d045
      yours  bbbb11112222  Add mail   not published, Ann, 2 minutes ago
      theirs c01d9e88ab12  Theirs   origin/main, Bob, 6 minutes ago
      aaaa11112222  parents: [9209a434d045] → [c01d9e88ab12]
      aaaa11112222, bbbb11112222  kept as they are: both orders lead to the same schema, tried on a scratch database (SQLite)
    Applying 1 revision
        c01d9e88ab12  Theirs
      ✔ c01d9e88ab12  Theirs   [TIME]
    hint: commit it: `git add migrations/aaaa11112222.sql`
    ");
    assert_eq!(rows(&sandbox), ["1|Ann|555|ann@example.org"]);
    assert_eq!(ledger(&sandbox), STANDING);
    sandbox.ok("ann", &["current", "--check"]);
    sandbox.ok("ann", &["sync"]);
    // The way back goes by the graph.
    let run = sandbox.teammig("ann", &["downgrade", "c01d9e88ab12"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(ledger(&sandbox).len(), 2);
}

#[test]
fn the_plan_says_it() {
    let sandbox = with_a_row(INDEX);
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--dry-run"]), @"
    exit 0
    --- stdout
    up   c01d9e88ab12  Theirs
    --- stderr
      aaaa11112222  parents: [9209a434d045] → [c01d9e88ab12]
      aaaa11112222, bbbb11112222  kept as they are: both orders lead to the same schema, tried on a scratch database (SQLite)
    ");
    for args in [
        &["rebase", "--dry-run"][..],
        &["sync", "--rebase", "--dry-run"],
        &["rebase"],
    ] {
        let (document, code) = sandbox.json("ann", args);
        assert_eq!(code, 0);
        let kept = &document["kept"][0];
        assert_eq!(
            kept["revisions"],
            serde_json::json!(["aaaa11112222", "bbbb11112222"])
        );
        assert_eq!(kept["theirs"], serde_json::json!(["c01d9e88ab12"]));
        assert!(kept["tried_on"].is_string());
    }
    assert_eq!(ledger(&sandbox), STANDING);
}

#[test]
fn what_came_with_the_next_pull_runs_over_them_too() {
    let sandbox = with_a_row(INDEX);
    sandbox.ok("ann", &["sync", "--rebase"]);
    sandbox.commit("ann", "Mine on theirs");
    sandbox.revision(
        "bob",
        "c01d9e88ab13",
        &["c01d9e88ab12"],
        "Theirs again",
        "CREATE TABLE theirs (id integer);",
        "DROP TABLE theirs;",
    );
    sandbox.commit("bob", "Theirs again");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("Rolling back"), "{run}");
    assert_eq!(rows(&sandbox).len(), 1);
    assert_eq!(ledger(&sandbox)[1], r#"aaaa11112222|["c01d9e88ab13"]"#);
}

/// A branch that two work on: one of them put it on top of main, the other one has it applied.
#[test]
fn what_another_clone_put_on_top_of_theirs_stays_here_too() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "feature"]);
    sandbox.column("ann", "aaaa11112222", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    sandbox.git("ann", &["push", "-q", "-u", "origin", "feature"]);
    sandbox.git("bob", &["fetch", "-q"]);
    sandbox.git("bob", &["switch", "-q", "feature"]);
    sandbox.ok("bob", &["upgrade"]);
    sandbox.sqlite("bob/dev.db", "INSERT INTO users VALUES (1, 'Bob', '555')");
    sandbox.git("ann", &["switch", "-q", "main"]);
    let parents = &["9209a434d045"];
    sandbox.revision(
        "ann",
        "c01d9e88ab12",
        parents,
        "Theirs",
        INDEX,
        "DROP INDEX users_name;",
    );
    sandbox.commit("ann", "Theirs");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("ann", &["switch", "-q", "feature"]);
    sandbox.git("ann", &["rebase", "-q", "main"]);
    sandbox.ok("ann", &["sync", "--rebase"]);
    sandbox.commit("ann", "Phone on top of theirs");
    sandbox.git("ann", &["push", "-q", "--force"]);
    sandbox.git("bob", &["fetch", "-q"]);
    sandbox.git("bob", &["reset", "-q", "--hard", "origin/feature"]);
    let run = sandbox.teammig("bob", &["sync"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("down "), "{run}");
    assert_eq!(
        sandbox.sqlite("bob/dev.db", "SELECT * FROM users"),
        ["1|Bob|555"]
    );
    let edges = "SELECT revision, parents FROM teammig_ledger ORDER BY applied_at, rowid";
    let edges = sandbox.sqlite("bob/dev.db", edges);
    assert!(
        edges.contains(&r#"aaaa11112222|["c01d9e88ab12"]"#.to_owned()),
        "{edges:?}"
    );
    assert_eq!(sandbox.teammig("bob", &["sync"]).stdout, "");
    let (status, _) = sandbox.json("bob", &["status"]);
    assert_ne!(
        status["next"]["command"],
        json!("teammig sync"),
        "{status:#}"
    );
}

#[test]
fn what_has_no_way_back_is_moved_all_the_same() {
    let sandbox = with_a_row(INDEX);
    let file = sandbox.read(MINE);
    sandbox.ok("ann", &["downgrade", "9209a434d045"]);
    let up = file.split("\n-- migrate:down").next().unwrap().to_owned();
    sandbox.write(MINE, format!("{up}\n-- migrate:down irreversible\n"));
    sandbox.ok("ann", &["upgrade", "bbbb11112222"]);
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(ledger(&sandbox), STANDING);
}

#[test]
fn what_both_have_already_is_only_recorded() {
    let sandbox = with_a_row(INDEX);
    sandbox.ok("ann", &["sync", "--apply-both"]);
    let run = sandbox.teammig("ann", &["rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("Rolling back"), "{run}");
    assert_eq!(rows(&sandbox).len(), 1);
    assert_eq!(ledger(&sandbox), STANDING);
}

/// Where it is not known, or known to matter, mine run again.
#[test]
fn in_doubt_mine_run_again() {
    for (theirs, mine) in [
        (
            "UPDATE users SET name = 'x' WHERE length(name) = 77;",
            "UPDATE users SET name = 'y' WHERE length(name) = 78;",
        ),
        (
            "CREATE VIEW IF NOT EXISTS v AS SELECT 1 AS a;",
            "CREATE VIEW IF NOT EXISTS v AS SELECT 2 AS a;",
        ),
    ] {
        let sandbox = pulled(theirs);
        sandbox.ok("ann", &["downgrade", "9209a434d045"]);
        sandbox.edit(
            MINE,
            "ALTER TABLE users ADD COLUMN phone text;",
            &format!("ALTER TABLE users ADD COLUMN phone text;\n{mine}"),
        );
        sandbox.edit(
            MINE,
            "ALTER TABLE users DROP COLUMN phone;",
            "DROP VIEW IF EXISTS v;\nALTER TABLE users DROP COLUMN phone;",
        );
        sandbox.ok("ann", &["upgrade", "bbbb11112222"]);
        let run = sandbox.teammig("ann", &["rebase", "--dry-run"]);
        assert!(run.stdout.contains("down aaaa11112222"), "{run}");
        assert!(!run.stderr.contains("kept as"), "{run}");
        let (document, _) = sandbox.json("ann", &["rebase", "--dry-run"]);
        assert_eq!(document["kept"], serde_json::json!([]));
    }
}

/// What ran here is not what the file says, so that a proof of the file says nothing of it.
#[test]
fn what_was_edited_since_is_not_kept() {
    let sandbox = with_a_row(INDEX);
    sandbox.edit(MINE, "phone text;", "phone varchar(20);");
    let run = sandbox.teammig("ann", &["rebase", "--dry-run"]);
    assert!(run.stdout.contains("down aaaa11112222"), "{run}");
    assert!(!run.stderr.contains("kept as"), "{run}");
}

/// Somebody else's revision on top of mine was not tried with theirs.
#[test]
fn what_only_the_database_has_above_mine_is_in_the_way() {
    let sandbox = with_a_row(INDEX);
    sandbox.column("ann", "dddd11112222", &["bbbb11112222"], "fax");
    sandbox.ok("ann", &["upgrade", "dddd11112222"]);
    fs::remove_file(sandbox.at("ann/migrations/dddd11112222.sql")).unwrap();
    let run = sandbox.teammig("ann", &["rebase", "--dry-run"]);
    assert!(run.stdout.contains("down dddd11112222"), "{run}");
    assert!(!run.stderr.contains("kept as"), "{run}");
}

fn start(sandbox: &Sandbox) -> Child {
    sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "ann")
        .args(["rebase"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn within_30_seconds(mut so: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(30) {
        if so() {
            return true;
        }
        sleep(Duration::from_millis(5));
    }
    false
}

/// Killed when theirs were committed, before the edges of mine and the files were written.
fn killed_before_the_rows_were_written() -> Sandbox {
    let sandbox = with_a_row(INDEX);
    let reader = rusqlite::Connection::open(sandbox.at("ann/dev.db")).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM users;")
        .unwrap();
    let mut child = start(&sandbox);
    let folder = sandbox.at("ann/.git/teammig");
    let journal = || {
        let entries = fs::read_dir(&folder).ok()?;
        let mut folders = entries.map(|entry| entry.unwrap().path());
        folders.find(|folder| folder.join("journal.json").exists())
    };
    assert!(within_30_seconds(|| journal().is_some()), "no journal");
    let journal = journal().unwrap();
    let files: Vec<_> = fs::read_dir(&journal)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect();
    let before = sandbox.read(MINE);
    drop(reader);
    assert!(child.wait().unwrap().success());
    assert_eq!(ledger(&sandbox), STANDING);
    fs::create_dir(&journal).unwrap();
    for (path, bytes) in files {
        fs::write(path, bytes).unwrap();
    }
    sandbox.write(MINE, before);
    sandbox.sqlite(
        "ann/dev.db",
        "UPDATE teammig_ledger SET parents = '[\"9209a434d045\"]' WHERE revision = 'aaaa11112222' RETURNING revision",
    );
    sandbox
}

#[test]
fn a_kill_before_the_rows_are_written_can_go_on() {
    let sandbox = killed_before_the_rows_were_written();
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(run.stderr.contains("a restack was interrupted"), "{run}");
    let run = sandbox.teammig("ann", &["rebase", "--continue"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(ledger(&sandbox), STANDING);
    assert_eq!(rows(&sandbox).len(), 1);
    assert!(sandbox.read(MINE).contains("parents: [c01d9e88ab12]"));
}

#[test]
fn a_kill_before_the_rows_are_written_can_be_put_back() {
    let sandbox = killed_before_the_rows_were_written();
    let run = sandbox.teammig("ann", &["rebase", "--abort"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        ledger(&sandbox),
        [
            "9209a434d045|[]",
            r#"aaaa11112222|["9209a434d045"]"#,
            r#"bbbb11112222|["aaaa11112222"]"#
        ]
    );
    assert_eq!(rows(&sandbox).len(), 1);
}

/// A later step that fails leaves the edges as they were, too.
#[test]
fn what_fails_here_alone_takes_everything_back() {
    let sandbox = pulled("CREATE TABLE theirs (id integer);");
    sandbox.sqlite("ann/dev.db", "CREATE TABLE theirs (x)");
    let before = (ledger(&sandbox), sandbox.read(MINE));
    let run = sandbox.teammig("ann", &["rebase"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("files and database are as before"),
        "{run}"
    );
    assert_eq!((ledger(&sandbox), sandbox.read(MINE)), before);
}

/// A label that cannot be taken out again: once more it would be there already.
#[test]
fn a_label_of_an_enum_is_not_added_twice() {
    let (sandbox, url) = diverged("CREATE TABLE theirs (id int);", "");
    let psql = Cluster::shared().psql_at(&url);
    let mine = "project/migrations/aaaa11112222.sql";
    sandbox.ok("project", &["downgrade", "9209a434d045"]);
    sandbox.edit(
        mine,
        "ALTER TABLE users ADD COLUMN phone text;",
        "CREATE TYPE mood AS ENUM ('fine');\nCREATE TABLE log (id int);\nINSERT INTO log VALUES (1);",
    );
    sandbox.edit(
        mine,
        "ALTER TABLE users DROP COLUMN phone;",
        "SELECT 'what was added stays';",
    );
    sandbox.ok("project", &["upgrade", "aaaa11112222"]);
    psql.run("INSERT INTO log VALUES (7)");
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("kept as it is"), "{run}");
    assert_eq!(values(&url, "SELECT id FROM log ORDER BY id"), ["1", "7"]);
    assert_eq!(
        values(&url, ROWS),
        [
            "9209a434d045 {}",
            "aaaa11112222 {c01d9e88ab12}",
            "c01d9e88ab12 {9209a434d045}"
        ]
    );
}

/// The edges of mine are in the one transaction that theirs are in.
#[test]
fn on_a_server_the_edges_go_back_with_the_rest() {
    let (sandbox, url) = diverged("CREATE TABLE theirs (id int);", "");
    Cluster::shared()
        .psql_at(&url)
        .run("CREATE TABLE theirs (x int)");
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(
        values(&url, ROWS),
        ["9209a434d045 {}", "aaaa11112222 {9209a434d045}"]
    );
}

/// Three heads: what mine were put on first ran after them, and everything is there when the
/// third one comes to lie below both. Mine had to go then, with their rows.
#[test]
fn mine_stay_under_what_they_were_put_on_before() {
    let sandbox = Sandbox::team();
    let table = |id: &str, name: &str| {
        let (up, down) = (
            format!("CREATE TABLE {name} (x int);"),
            format!("DROP TABLE {name};"),
        );
        sandbox.revision("ann", id, &["9209a434d045"], name, &up, &down);
        sandbox.commit("ann", name);
    };
    for (branch, id) in [("bob", "bbbb11112222"), ("cas", "cccc11112222")] {
        sandbox.git("ann", &["switch", "-q", "-c", branch, "origin/main"]);
        table(id, branch);
        sandbox.git("ann", &["push", "-q", "-u", "origin", branch]);
    }
    sandbox.git("ann", &["switch", "-q", "-c", "mine", "origin/main"]);
    sandbox.column("ann", "aaaa11112222", &["9209a434d045"], "phone");
    sandbox.commit("ann", "mine");
    sandbox.git("ann", &["branch", "-q", "-D", "bob", "cas"]);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.sqlite(
        "ann/dev.db",
        "INSERT INTO users (id, phone) VALUES (1, '555')",
    );
    sandbox.git(
        "ann",
        &["merge", "-q", "--no-edit", "origin/bob", "origin/cas"],
    );
    sandbox.ok("ann", &["rebase", "aaaa11112222", "--onto", "bbbb11112222"]);
    sandbox.commit("ann", "one below");
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("aaaa11112222  kept as it is"), "{run}");
    let phones = sandbox.sqlite("ann/dev.db", "SELECT phone FROM users");
    assert_eq!(phones, ["555"]);
    sandbox.ok("ann", &["drift"]);
}
