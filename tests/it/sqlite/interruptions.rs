//! Ctrl-C and kill in the middle of a run.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::Stdio,
    time::{Duration, Instant},
};

use super::{chain, slow_project};
use crate::support::{Sandbox, interrupt};

/// Kill -9 in the middle of a run: what was reported is there, nothing is half done.
#[test]
fn a_killed_run_leaves_whole_revisions() {
    let sandbox = Sandbox::project();
    slow_project(&sandbox, 6);
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .arg("upgrade")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut told = Vec::new();
    while told.len() < 2 {
        let line = lines.next().unwrap().unwrap();
        if line.contains('✔') {
            told.push(line);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let rows = sandbox.sqlite(
        "project/dev.db",
        "SELECT revision FROM teammig_ledger ORDER BY seq",
    );
    assert!(
        rows.len() >= 2,
        "{told:?} were reported, {rows:?} are there"
    );
    let tables = sandbox.sqlite(
        "project/dev.db",
        "SELECT name FROM sqlite_schema WHERE name LIKE 't_' ORDER BY name",
    );
    assert_eq!(tables.len(), rows.len(), "{tables:?} {rows:?}");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["6"]
    );
}

/// Ctrl-C: the current revision is rolled back, the lock released, exit 130.
#[test]
fn ctrl_c_rolls_back_the_current_revision() {
    let sandbox = Sandbox::project();
    slow_project(&sandbox, 30);
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .arg("upgrade")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.contains('✔'), "{line}");
    interrupt(&child);
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("stopped while trying to apply"), "{rest}");
    let rows = sandbox.sqlite("project/dev.db", "SELECT count(*) FROM teammig_ledger");
    let tables = sandbox.sqlite("project/dev.db", "SELECT count(*) FROM sqlite_schema WHERE name LIKE 't_%' AND name <> 'teammig_ledger' AND type = 'table'");
    assert_eq!(rows, tables);
    assert!(!sandbox.at("project/dev.db-teammig.lock").exists());
    sandbox.ok("project", &["upgrade"]);
}

/// Ctrl-C during a write ends the transaction that revisions share: those before it stay.
#[test]
fn ctrl_c_keeps_the_revisions_before_it() {
    let sandbox = Sandbox::project();
    chain(
        &sandbox,
        &[
            "CREATE TABLE one (x);",
            "CREATE TABLE two (x);",
            "CREATE TABLE three (x); INSERT INTO three WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c \
             WHERE x < 100000000) SELECT 1 FROM c WHERE x % 1000 = 0;",
        ],
    );
    let child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .arg("upgrade")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    // The journal is there from the first write on.
    while !sandbox.at("project/dev.db-journal").exists() {
        assert!(Instant::now() < until, "it never wrote");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(500));
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    let rows = sandbox.sqlite("project/dev.db", "SELECT count(*) FROM teammig_ledger");
    assert_eq!(rows, ["2"], "{said}");
    assert_eq!(said.matches('✔').count(), 2, "{said}");
}
