//! A restack in which nothing runs, killed: theirs ran here already, over mine, so only
//! edges change, in the files and in the ledger.

use std::time::Duration;

use super::{
    killed::{journal, kill, start, within},
    ledger, pulled,
};
use crate::support::Sandbox;

const MINE: &str = "ann/migrations/aaaa11112222.sql";
const AFTER: &str = "parents: [c01d9e88ab12]";

/// What was there before, and the edge that changes.
fn edge(sandbox: &Sandbox) -> String {
    let ledger = ledger(sandbox);
    assert_eq!(ledger.len(), 4, "{ledger:?}");
    let users = sandbox.sqlite("ann/dev.db", "SELECT name FROM users");
    assert_eq!(users, ["Ann"]);
    ledger[1].clone()
}

/// Killed between the files and the ledger, which a reader keeps from being written.
fn killed() -> Sandbox {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    sandbox.ok("ann", &["sync", "--apply-both"]);
    sandbox.sqlite(
        "ann/dev.db",
        "INSERT INTO users VALUES (1, 'Ann', '555', 'ann@example.org') RETURNING id",
    );
    let reader = rusqlite::Connection::open(sandbox.at("ann/dev.db")).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM users;")
        .unwrap();
    let child = start(&sandbox, "ann", &["rebase"]);
    let is_written = within(Duration::from_mins(1), || {
        sandbox.read(MINE).contains(AFTER) && journal(&sandbox).is_none()
    });
    kill(child);
    assert!(is_written, "the files never changed");
    drop(reader);
    assert_eq!(edge(&sandbox), r#"aaaa11112222|["9209a434d045"]"#);
    sandbox
}

/// What ran is what the files say, so the next command writes the edge down; nothing runs.
#[test]
fn the_ledger_follows() {
    let sandbox = killed();
    let run = sandbox.teammig("ann", &["status"]);
    assert_eq!(run.code, 0, "{run}");
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("Rolling back"), "{run}");
    assert_eq!(edge(&sandbox), r#"aaaa11112222|["c01d9e88ab12"]"#);
    assert!(sandbox.read(MINE).contains(AFTER));
    sandbox.ok("ann", &["current", "--check"]);
}

/// The files are taken back with Git, as any other change.
#[test]
fn the_files_can_be_taken_back() {
    let sandbox = killed();
    sandbox.git("ann", &["restore", "migrations"]);
    let run = sandbox.teammig("ann", &["rebase", "--abort"]);
    assert!(run.stderr.contains("there is nothing to put back"), "{run}");
    assert_eq!(edge(&sandbox), r#"aaaa11112222|["9209a434d045"]"#);
    let run = sandbox.teammig("ann", &["rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(edge(&sandbox), r#"aaaa11112222|["c01d9e88ab12"]"#);
}
