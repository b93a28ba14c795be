//! `--sql` scripts, run by the real `sqlite3` and `psql`.

use std::{
    fs::File,
    process::{Command, Stdio},
    sync::OnceLock,
};

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Sandbox, sandbox::Run};

/// The exit code of `sqlite3 <database>` with a script from a file.
fn sqlite3(sandbox: &Sandbox, database: &str, script: &str) -> i32 {
    static THERE: OnceLock<()> = OnceLock::new();
    THERE.get_or_init(install_sqlite3);
    sandbox.write("script.sql", script);
    let status = Command::new("sqlite3")
        .arg("-init")
        .arg("/dev/null")
        .arg(sandbox.at(database))
        .stdin(File::open(sandbox.at("script.sql")).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("sqlite3 runs; Debian's package is `sqlite3`");
    status.code().unwrap_or(-1)
}

fn install_sqlite3() {
    let there = Command::new("sqlite3").arg("--version").output().is_ok();
    for words in [
        &["apt-get", "update"][..],
        &[
            "apt-get",
            "install",
            "-y",
            "--no-install-recommends",
            "sqlite3",
        ],
    ] {
        if !there {
            let _ = Command::new(words[0])
                .args(&words[1..])
                .env("DEBIAN_FRONTEND", "noninteractive")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .status();
        }
    }
}

#[cfg(unix)]
fn psql(sandbox: &Sandbox, url: &str, script: &str) -> i32 {
    sandbox.write("script.sql", script);
    let status = Command::new("psql")
        .args(["-X", "-q", url])
        .stdin(File::open(sandbox.at("script.sql")).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("psql runs");
    status.code().unwrap_or(-1)
}

fn chain(sandbox: &Sandbox, ups: [&str; 3]) {
    let mut parent: Vec<String> = Vec::new();
    for (n, up) in ups.iter().enumerate() {
        let id = format!("aaaa0000000{}", n + 1);
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        sandbox.revision("project", &id, &parents, &id, up, "");
        parent = vec![id];
    }
}

fn refused(run: &Run, code: i32, words: &str) {
    assert_eq!(run.code, code, "{run}");
    assert_eq!(run.stdout, "", "{run}");
    assert!(run.stderr.contains(words), "{run}");
}

const BROKEN: [&str; 3] = [
    "CREATE TABLE a (x int);",
    "CREATE TABLE b (x int);\nCREATE TABLE a (x int);\nCREATE TABLE c (x int);",
    "CREATE TABLE d (x int);",
];

/// The statements after the failing one ran, and the row said `applied`.
#[test]
fn sqlite3_stops_at_the_first_error() {
    let sandbox = Sandbox::project();
    chain(&sandbox, BROKEN);
    let script = sandbox.ok("project", &["upgrade", "--sql"]);
    assert_eq!(script.lines().next(), Some(".bail on"));
    assert_ne!(sqlite3(&sandbox, "offline.db", &script), 0);
    assert_eq!(
        sandbox.sqlite(
            "offline.db",
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ),
        ["a", "teammig_ledger"]
    );
    assert_eq!(
        sandbox.sqlite("offline.db", "SELECT revision FROM teammig_ledger"),
        ["aaaa00000001"]
    );
}

/// Revision 2 failed, revision 3 was applied: a gap in the ledger, and exit code 0.
#[cfg(unix)]
#[test]
fn psql_stops_at_the_first_error() {
    use crate::support::postgres::Cluster;

    let sandbox = Sandbox::project();
    chain(&sandbox, BROKEN);
    let url = Cluster::shared().database();
    let script = sandbox.ok("project", &["upgrade", "--sql", "--url", &url]);
    assert_eq!(script.lines().next(), Some("\\set ON_ERROR_STOP on"));
    assert_eq!(psql(&sandbox, &url, &script), 3);
    let rows = |sql: &str| Cluster::shared().psql_at(&url).values(sql);
    assert_eq!(
        rows("SELECT revision FROM teammig_ledger"),
        ["aaaa00000001"]
    );
    assert_eq!(
        rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"),
        ["a", "teammig_ledger"]
    );
    let script = sandbox.ok(
        "project",
        &["stamp", "--sql", "aaaa00000003", "--url", &url],
    );
    assert_eq!(psql(&sandbox, &url, &script), 3);
    assert_eq!(
        rows("SELECT revision FROM teammig_ledger"),
        ["aaaa00000001"]
    );
    let other = Cluster::shared().database();
    assert_eq!(psql(&sandbox, &other, &script), 0);
    assert_eq!(
        Cluster::shared()
            .psql_at(&other)
            .values("SELECT count(*) FROM teammig_ledger"),
        ["3"]
    );
}

/// `PRAGMA foreign_key_check` only printed what `upgrade` refuses.
#[test]
fn a_violated_foreign_key_is_refused() {
    let sandbox = Sandbox::project();
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up\nCREATE TABLE p (id integer PRIMARY KEY);\nCREATE TABLE c (p integer REFERENCES p (id));\n\n-- \
         migrate:down irreversible\n",
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        "-- migrate:up foreign_keys:off\nINSERT INTO c VALUES (7);\n\n-- migrate:down irreversible\n",
    );
    let script = sandbox.ok("project", &["upgrade", "--sql"]);
    assert_ne!(sqlite3(&sandbox, "offline.db", &script), 0);
    assert_eq!(
        sandbox.sqlite("offline.db", "SELECT revision FROM teammig_ledger"),
        ["aaaa00000001"]
    );
    assert!(sandbox.sqlite("offline.db", "SELECT p FROM c").is_empty());
    let fine = script.replace("VALUES (7)", "VALUES (NULL)");
    assert_eq!(sqlite3(&sandbox, "fine.db", &fine), 0);
    assert_eq!(
        sandbox.sqlite("fine.db", "SELECT count(*) FROM teammig_ledger"),
        ["2"]
    );
}

#[test]
fn a_stamp_is_one_transaction_and_keeps_a_ledger() {
    let sandbox = Sandbox::project();
    chain(&sandbox, ["SELECT 1;", "SELECT 2;", "SELECT 3;"]);
    let all = sandbox.ok("project", &["stamp", "--sql", "head"]);
    let first = sandbox.ok("project", &["stamp", "--sql", "aaaa00000001"]);
    assert_eq!(sqlite3(&sandbox, "offline.db", &all), 0);
    // The ledger is there, and so is the row: nothing is lost, nothing is added.
    assert_ne!(sqlite3(&sandbox, "offline.db", &first), 0);
    let count = |db| sandbox.sqlite(db, "SELECT count(*) FROM teammig_ledger");
    assert_eq!(count("offline.db"), ["3"]);
    assert_eq!(sqlite3(&sandbox, "other.db", &first), 0);
    assert_ne!(sqlite3(&sandbox, "other.db", &all), 0);
    assert_eq!(count("other.db"), ["1"]);
}

/// An offline stamp took it that nothing was applied, and never removed a row.
#[test]
fn a_stamp_from_a_start_moves_the_rows_both_ways() {
    let sandbox = Sandbox::project();
    chain(&sandbox, ["SELECT 1;", "SELECT 2;", "SELECT 3;"]);
    let stamp = |args: &[&str]| sandbox.ok("project", &[&["stamp", "--sql"], args].concat());
    assert_eq!(sqlite3(&sandbox, "offline.db", &stamp(&["head"])), 0);
    let rows = || {
        sandbox.sqlite(
            "offline.db",
            "SELECT revision FROM teammig_ledger ORDER BY 1",
        )
    };
    assert_eq!(rows(), ["aaaa00000001", "aaaa00000002", "aaaa00000003"]);
    let down = stamp(&["head:aaaa00000001"]);
    assert!(!down.contains("CREATE TABLE"), "{down}");
    assert_eq!(sqlite3(&sandbox, "offline.db", &down), 0);
    assert_eq!(rows(), ["aaaa00000001"]);
    let up = stamp(&["--from", "aaaa00000001", "aaaa00000002"]);
    assert_eq!(sqlite3(&sandbox, "offline.db", &up), 0);
    assert_eq!(rows(), ["aaaa00000001", "aaaa00000002"]);
    assert_eq!(
        sqlite3(&sandbox, "offline.db", &stamp(&["aaaa00000002:base"])),
        0
    );
    assert_eq!(rows(), [""; 0]);
    // From nothing, in words.
    assert_eq!(
        sqlite3(&sandbox, "other.db", &stamp(&["base:aaaa00000001"])),
        0
    );
    assert_eq!(
        sandbox.sqlite("other.db", "SELECT revision FROM teammig_ledger"),
        ["aaaa00000001"]
    );
}

#[cfg(unix)]
#[test]
fn psql_moves_the_rows_of_a_stamp() {
    use crate::support::postgres::Cluster;

    let sandbox = Sandbox::project();
    chain(&sandbox, ["SELECT 1;", "SELECT 2;", "SELECT 3;"]);
    let url = Cluster::shared().database();
    for (range, count) in [
        ("head", "3"),
        ("head:aaaa00000001", "1"),
        ("aaaa00000001:head", "3"),
    ] {
        let script = sandbox.ok("project", &["stamp", "--sql", range, "--url", &url]);
        assert_eq!(psql(&sandbox, &url, &script), 0, "{range}");
        assert_eq!(
            Cluster::shared()
                .psql_at(&url)
                .values("SELECT count(*) FROM teammig_ledger"),
            [count],
            "{range}"
        );
    }
}

#[test]
fn a_stamp_is_planned_without_a_database() {
    let sandbox = Sandbox::project();
    chain(&sandbox, ["SELECT 1;", "SELECT 2;", "SELECT 3;"]);
    assert_snapshot!(sandbox.teammig("project", &["stamp", "--from", "head", "aaaa00000001", "--dry-run"]), @"
    exit 0
    --- stdout
    forget aaaa00000003  aaaa00000003
    forget aaaa00000002  aaaa00000002
    --- stderr
    the ledger would be at aaaa00000001 (2 rows changed, nothing was run)
    ");
    assert!(!sandbox.at("project/dev.db").exists());
    let (document, _) = sandbox.json("project", &["stamp", "aaaa00000001:head", "--dry-run"]);
    assert_eq!(document["schema"], json!("teammig.plan/1"));
    assert_eq!(document["from"], json!(["aaaa00000001"]));
    assert_eq!(document["to"], json!(["aaaa00000003"]));
    assert_eq!(
        document["steps"][0],
        json!({ "direction": "up", "revision": "aaaa00000002", "message": "aaaa00000002" })
    );
    for (args, words) in [
        (&["stamp", "base:head"][..], "Range revision not allowed"),
        (
            &["stamp", "--from", "base", "head"],
            "--from goes with --sql or --dry-run",
        ),
        (
            &[
                "stamp",
                "--sql",
                "aaaa00000001:aaaa00000002",
                "aaaa00000002:aaaa00000003",
            ],
            "Stamp operation with --sql only supports a single starting revision at a time",
        ),
        (&["stamp", "--sql", "a:b:c"], "`a:b:c` is not a range"),
    ] {
        refused(&sandbox.teammig("project", args), 2, words);
    }
    refused(
        &sandbox.teammig("project", &["stamp", "--sql", "xyz:head"]),
        1,
        "Can't locate revision identified by 'xyz'",
    );
}

/// Whatever was wrong with the URL, out came a script for SQLite.
#[test]
fn a_url_that_cannot_be_had_is_an_error() {
    let sandbox = Sandbox::project();
    chain(&sandbox, ["SELECT 1;", "SELECT 2;", "SELECT 3;"]);
    sandbox.write(
        "project/teammig.yaml",
        "environments:\n  production: \"${PRODUCTION_URL}\"\n",
    );
    for command in [&["upgrade", "--sql"][..], &["stamp", "--sql", "head"]] {
        let run = sandbox.teammig("project", command);
        refused(&run, 1, "PRODUCTION_URL");
        let run = sandbox.teammig("project", &[command, &["--env", "typo"]].concat());
        refused(&run, 1, "no environment named `typo`");
        let run = sandbox.teammig("project", &[command, &["--url", "mysql://x/y"]].concat());
        refused(&run, 2, "neither SQLite nor PostgreSQL");
    }
    sandbox.write("project/teammig.yaml", "");
    sandbox.ok("project", &["upgrade", "--sql"]);
}

#[test]
fn an_open_end_of_a_range_is_the_end_of_the_graph() {
    let sandbox = Sandbox::project();
    chain(&sandbox, ["SELECT 1;", "SELECT 2;", "SELECT 3;"]);
    let whole = sandbox.ok("project", &["upgrade", "--sql", "base:heads"]);
    assert!(whole.contains("CREATE TABLE"));
    let after = |script: String| script.matches("\n-- apply").count();
    assert_eq!(after(whole), 3);
    assert_eq!(
        after(sandbox.ok("project", &["upgrade", "--sql", ":head"])),
        3
    );
    assert_eq!(after(sandbox.ok("project", &["upgrade", "--sql", ":"])), 3);
    let rest = sandbox.ok("project", &["upgrade", "--sql", "aaaa00000001:"]);
    assert!(!rest.contains("CREATE TABLE"));
    assert_eq!(after(rest), 2);
}

#[test]
fn a_script_can_be_a_document() {
    let sandbox = Sandbox::project();
    chain(&sandbox, ["SELECT 1;", "SELECT 2;", "SELECT 3;"]);
    for command in [&["upgrade", "--sql"][..], &["stamp", "--sql", "head"]] {
        let script = sandbox.ok("project", command);
        let (document, code) = sandbox.json("project", command);
        assert_eq!(code, 0);
        assert_eq!(document["schema"], json!("teammig.sql/1"));
        assert_eq!(document["dialect"], json!("sqlite"));
        let rows = |text: &str| text.matches("INSERT INTO").count();
        assert_eq!(rows(document["sql"].as_str().unwrap()), rows(&script));
    }
}

/// The second line of a message was SQL, or a command of the program.
#[test]
fn a_message_stays_in_its_comment() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "\"one\\nDROP TABLE teammig_ledger;\"",
        "SELECT 1;",
        "",
    );
    let script = sandbox.ok("project", &["upgrade", "--sql"]);
    assert_eq!(sqlite3(&sandbox, "offline.db", &script), 0, "{script}");
    assert_eq!(
        sandbox.sqlite("offline.db", "SELECT message FROM teammig_ledger"),
        ["one\nDROP TABLE teammig_ledger;"]
    );
}
