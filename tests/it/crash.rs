//! Deployers that race and die: every revision runs exactly once, and the
//! ledger never says anything else than the schema.
//!
//! `TEAMMIG_CRASHES=200 cargo test --test it crash` goes on for longer than the
//! bounded sample of an ordinary run.

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::support::{Sandbox, postgres::Cluster};

const REVISIONS: usize = 12;

fn rounds() -> u64 {
    std::env::var("TEAMMIG_CRASHES")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(4)
}

/// Each revision makes a table and notes that it ran, some outside a transaction.
fn project(url: &str, slow: &str) -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    let mut parent = String::new();
    for k in 1..=REVISIONS {
        let id = format!("aaaa{k:08}");
        let option = if k % 4 == 0 { " transaction:false" } else { "" };
        let first = if k == 1 {
            "CREATE TABLE ran (k integer);\nCREATE TABLE sink (n integer);\n"
        } else {
            ""
        };
        sandbox.raw_revision(
            "project",
            &id,
            &parent,
            &format!("-- migrate:up{option}\n{first}CREATE TABLE t{k} (x integer);\n{slow};\nINSERT INTO ran VALUES ({k});\n"),
        );
        parent = id;
    }
    sandbox
}

fn start(sandbox: &Sandbox) -> Child {
    sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .args(["upgrade", "-q"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Two deployers at a time, both killed after pauses that differ from round to
/// round. Then the rest is applied in peace.
/// Returns how often the kill came in the middle of a run.
fn race(sandbox: &Sandbox, round: u64, check: &dyn Fn(&str) -> usize) -> usize {
    let mut hits = 0;
    // On a busy machine a run takes longer to get anywhere, and has to be left alone longer.
    let begun = Instant::now();
    sandbox.ok("project", &["current"]);
    let start_ms = u64::try_from(begun.elapsed().as_millis()).unwrap().max(20);
    for turn in 0..6 {
        let mut victim = start(sandbox);
        let mut other = start(sandbox);
        // A spread of pauses without a random source: repeatable as far as time is.
        let pause = (10 + (round * 37 + turn * 23) % 60) * start_ms / 20;
        std::thread::sleep(Duration::from_millis(pause));
        victim.kill().unwrap();
        victim.wait().unwrap();
        std::thread::sleep(Duration::from_millis(pause / 2));
        other.kill().unwrap();
        other.wait().unwrap();
        let applied = check(&format!("round {round}, turn {turn}"));
        hits += usize::from(applied > 0 && applied < REVISIONS);
    }
    let run = sandbox.teammig("project", &["upgrade", "--resume"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(check("at the end"), REVISIONS);
    hits
}

#[test]
fn every_revision_runs_once_on_sqlite() {
    let mut hits = 0;
    for round in 0..rounds() {
        let sandbox = project(
            "sqlite:dev.db",
            "INSERT INTO sink SELECT count(*) FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000) SELECT x FROM c)",
        );
        let rows = |sql: &str| {
            if sandbox.at("project/dev.db").exists()
                && !sandbox
                    .sqlite(
                        "project/dev.db",
                        "SELECT 1 FROM sqlite_schema WHERE name = 'ran'",
                    )
                    .is_empty()
            {
                sandbox.sqlite("project/dev.db", sql)
            } else {
                Vec::new()
            }
        };
        hits += race(&sandbox, round, &|when| {
            agree(
                when,
                &rows("SELECT revision FROM teammig_ledger WHERE state = 'applied' ORDER BY seq"),
                &rows("SELECT printf('aaaa%08d', k) FROM ran ORDER BY k"),
            )
        });
        assert_eq!(rows("SELECT count(*) FROM ran"), [REVISIONS.to_string()]);
    }
    assert!(hits > 0, "no kill came in the middle of a run");
}

#[test]
fn every_revision_runs_once_on_postgresql() {
    let mut hits = 0;
    for round in 0..rounds() {
        let url = Cluster::shared().database();
        let sandbox = project(&url, "SELECT pg_sleep(0.008)");
        let psql = Cluster::shared().psql_at(&url);
        let rows = |sql: &str| {
            // The victim's session may still be on its way out.
            psql.wait_for("SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'teammig%'");
            if psql.value("SELECT to_regclass('ran') IS NULL") == "t" {
                return Vec::new();
            }
            psql.values(sql)
        };
        hits += race(&sandbox, round, &|when| {
            agree(
                when,
                &rows("SELECT revision FROM teammig_ledger WHERE state = 'applied' ORDER BY seq"),
                &rows("SELECT 'aaaa' || lpad(k::text, 8, '0') FROM ran ORDER BY k"),
            )
        });
        assert_eq!(rows("SELECT count(*) FROM ran"), [REVISIONS.to_string()]);
    }
    assert!(hits > 0, "no kill came in the middle of a run");
}

/// A script outside a transaction may have run in part: one more note than rows.
fn agree(when: &str, ledger: &[String], ran: &[String]) -> usize {
    let mut once = ran.to_vec();
    once.dedup();
    assert_eq!(once, ran, "{when}: a revision ran twice");
    assert!(
        ran.starts_with(ledger),
        "{when}: the ledger has {ledger:?}, {ran:?} ran"
    );
    assert!(
        ran.len() <= ledger.len() + 1,
        "{when}: {ran:?} ran, the ledger has {ledger:?}"
    );
    ledger.len()
}
