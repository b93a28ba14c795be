//! A restack that breaks off: what cannot be taken back is said, and kept.

use std::{
    fs,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{ledger, pulled};
use crate::support::Sandbox;

/// How many scripts were begun and not finished.
const RUNNING: &str = "SELECT count(*) FROM teammig_ledger WHERE state <> 'applied'";

/// A restack in the middle of theirs, which commits its first statement, runs for a
/// while, and fails.
fn in_the_middle(args: &[&str]) -> (Sandbox, Child) {
    let pause = "SELECT count(*) FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) SELECT x FROM c);\n";
    let sandbox = pulled(&format!(
        "CREATE TABLE theirs (id integer);\n{}SELECT nothing;",
        pause.repeat(100)
    ));
    let path = "ann/migrations/c01d9e88ab12.sql";
    let text = sandbox.read(path);
    sandbox.write(
        path,
        text.replace("migrate:up", "migrate:up transaction:false"),
    );
    let child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "ann")
        .args(args)
        .arg("--no-prove")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    while sandbox.sqlite("ann/dev.db", RUNNING) != ["1"] {
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "theirs never began"
        );
        sleep(Duration::from_millis(5));
    }
    (sandbox, child)
}

#[test]
fn what_another_program_wrote_meanwhile_is_not_overwritten() {
    let (sandbox, child) = in_the_middle(&["rebase"]);
    // Between two statements, which is not long.
    let mut other = rusqlite::Connection::open(sandbox.at("ann/dev.db")).unwrap();
    other.busy_handler(Some(|_| true)).unwrap();
    other
        .execute("INSERT INTO users (id, name) VALUES (7, 'Eve')", [])
        .unwrap();
    assert_eq!(
        sandbox.sqlite("ann/dev.db", RUNNING),
        ["1"],
        "it was written while theirs ran"
    );
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("another program wrote to the database meanwhile"),
        "{said}"
    );
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT name FROM users"),
        ["Eve"],
        "what the other program wrote stays"
    );
    assert_eq!(ledger(&sandbox).len(), 2, "base, and theirs begun");
    let kept: Vec<_> = fs::read_dir(sandbox.at("ann/.git/teammig/kept"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(kept.len(), 1, "{said}");
    assert!(said.contains(&kept[0]), "the copy is named\n{said}");
    let copy = format!("ann/.git/teammig/kept/{}", kept[0]);
    assert_eq!(
        sandbox.sqlite(&copy, "SELECT count(*) FROM pragma_table_info('users')"),
        ["4"],
        "the copy is the database as it was"
    );
    // Nothing stands in the way afterwards.
    let run = sandbox.teammig("ann", &["status"]);
    assert!(!run.stdout.contains("Restack"), "{run}");
}

/// A reader held it up; the journal went all the same, and with it the way back.
#[test]
fn what_cannot_be_put_back_now_can_be_later() {
    let (sandbox, child) = in_the_middle(&["rebase", "--lock-timeout", "300ms"]);
    let mut reader = rusqlite::Connection::open(sandbox.at("ann/dev.db")).unwrap();
    reader.busy_handler(Some(|_| true)).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM users;")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("could not be put back yet"), "{said}");
    assert!(said.contains("`teammig rebase --abort`"), "{said}");
    assert!(!said.contains("Nothing else had been done"), "{said}");
    drop(reader);
    sandbox.ok("ann", &["rebase", "--abort"]);
    assert_eq!(ledger(&sandbox).len(), 3);
    let columns = "SELECT count(*) FROM pragma_table_info('users')";
    assert_eq!(sandbox.sqlite("ann/dev.db", columns), ["4"]);
}

/// Nothing had been committed, so there was nothing that could not be put back.
#[test]
fn what_was_never_committed_needs_no_copy() {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    let before = ledger(&sandbox);
    let reader = rusqlite::Connection::open(sandbox.at("ann/dev.db")).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM users;")
        .unwrap();
    let run = sandbox.teammig("ann", &["rebase", "--lock-timeout", "300ms"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(!run.stderr.contains("could not be put back"), "{run}");
    assert_eq!(ledger(&sandbox), before);
}

#[cfg(unix)]
mod files {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &std::path::Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_mode_of_a_file_stays() {
        let sandbox = pulled("CREATE INDEX users_name ON users (name);");
        let path = sandbox.at("ann/migrations/aaaa11112222.sql");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        sandbox.ok("ann", &["rebase"]);
        assert_eq!(mode(&path), 0o640);
    }

    /// The link became a file, and what it led to kept its parents.
    #[test]
    fn a_file_behind_a_link_stays_there() {
        let sandbox = pulled("CREATE INDEX users_name ON users (name);");
        let (path, real) = ("ann/migrations/aaaa11112222.sql", "ann/mine.sql");
        fs::rename(sandbox.at(path), sandbox.at(real)).unwrap();
        std::os::unix::fs::symlink("../mine.sql", sandbox.at(path)).unwrap();
        sandbox.ok("ann", &["rebase"]);
        assert!(sandbox.at(path).is_symlink());
        assert!(sandbox.read(real).contains("parents: [c01d9e88ab12]"));
    }
}
