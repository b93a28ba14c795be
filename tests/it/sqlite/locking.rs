//! Other deployers, and other programs that use the database.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
    time::{Duration, Instant},
};

use insta::assert_snapshot;

use super::{chain, slow_project};
use crate::support::{Sandbox, interrupt};

/// Two deployers: the second waits, says for whom, looks again and finds nothing to do.
#[test]
fn the_second_deployer_waits_and_finds_nothing_to_do() {
    let sandbox = Sandbox::project();
    slow_project(&sandbox, 4);
    let start = || {
        sandbox
            .command(env!("CARGO_BIN_EXE_teammig"), "project")
            .arg("upgrade")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let first = start();
    let until = Instant::now() + Duration::from_secs(10);
    // Who has the lock signs the file; one that is only there may still be anybody's.
    let lock = sandbox.at("project/dev.db-teammig.lock");
    while !std::fs::metadata(&lock).is_ok_and(|file| file.len() > 0) {
        assert!(
            Instant::now() < until,
            "the first deployer never took the lock"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    let second = start();
    let (first, second) = (
        first.wait_with_output().unwrap(),
        second.wait_with_output().unwrap(),
    );
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(first.status.success(), "{}", said(&first));
    assert!(second.status.success(), "{}", said(&second));
    assert!(
        said(&second).contains("waiting for teammig upgrade by ann@host (pid"),
        "{}",
        said(&second)
    );
    assert!(
        said(&second).contains("done by somebody else meanwhile"),
        "{}",
        said(&second)
    );
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["4"]
    );
}

#[test]
fn a_database_locked_by_another_process() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    let other = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    other
        .execute_batch("CREATE TABLE app (x); BEGIN IMMEDIATE")
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "--lock-timeout", "300ms"]), @"
    exit 1
    --- stderr
    waiting for another process that is writing to it …
    error: sqlite:dev.db: another process is writing to the database; waited 300ms
    hint: wait for it, or give it more time with `--lock-timeout 5min`
    ");
    other.execute_batch("ROLLBACK").unwrap();
    sandbox.ok("project", &["upgrade"]);
}

/// Ctrl-C is noticed while somebody else has the database, and who is waited for is said.
#[test]
fn ctrl_c_while_another_process_writes() {
    let sandbox = Sandbox::project();
    chain(&sandbox, &["CREATE TABLE one (x);"]);
    let other = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    other
        .execute_batch("CREATE TABLE app (x); BEGIN IMMEDIATE")
        .unwrap();
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .arg("upgrade")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(
        line.contains("waiting for another process that is writing to it"),
        "{line}"
    );
    let start = Instant::now();
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(20));
}
