//! The same on a server: one transaction around all steps, or none where a script
//! cannot run in one.

use super::{ADD_PHONE, DROP_PHONE};
use crate::support::{
    Sandbox,
    postgres::Cluster,
    proxy::{Cut, Proxy},
    sandbox::Run,
};

pub(super) fn diverged(theirs: &str, options: &str) -> (Sandbox, String) {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    let create = "CREATE TABLE users (id int PRIMARY KEY);";
    sandbox.revision(
        "project",
        "9209a434d045",
        &[],
        "Base",
        create,
        "DROP TABLE users;",
    );
    sandbox.revision(
        "project",
        "aaaa11112222",
        &["9209a434d045"],
        "Mine",
        ADD_PHONE,
        DROP_PHONE,
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.raw_revision(
        "project",
        "c01d9e88ab12",
        "9209a434d045",
        &format!("-- migrate:up {options}\n{theirs}\n\n-- migrate:down\nSELECT 1;\n"),
    );
    Cluster::shared()
        .psql_at(&url)
        .run("INSERT INTO users VALUES (1, '555')");
    (sandbox, url)
}

pub(super) fn values(url: &str, sql: &str) -> Vec<String> {
    Cluster::shared().psql_at(url).values(sql)
}

pub(super) const ROWS: &str =
    "SELECT revision || ' ' || parents::text FROM teammig_ledger ORDER BY seq";
pub(super) const REBASE: &[&str] = &["rebase", "aaaa", "--onto", "c01d9e88ab12"];

#[test]
fn mine_goes_on_top_of_theirs() {
    let (sandbox, url) = diverged("CREATE TABLE theirs (id int);", "");
    let run = sandbox.teammig("project", &[REBASE, &["--no-prove"]].concat());
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(run.stderr.matches('✔').count(), 2, "{run}");
    assert_eq!(
        values(&url, ROWS),
        [
            "9209a434d045 {}",
            "c01d9e88ab12 {9209a434d045}",
            "aaaa11112222 {c01d9e88ab12}"
        ]
    );
}

#[test]
fn after_a_failed_step_rows_of_the_tables_are_there_too() {
    let (sandbox, url) = diverged(ADD_PHONE, "");
    let before = sandbox.read("project/migrations/aaaa11112222.sql");
    let run = sandbox.teammig("project", &[REBASE, &["--no-prove"]].concat());
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("files and database are as before"),
        "{run}"
    );
    assert!(
        !run.stderr.contains('✔'),
        "nothing is done until all of it is\n{run}"
    );
    assert_eq!(sandbox.read("project/migrations/aaaa11112222.sql"), before);
    assert_eq!(values(&url, "SELECT phone FROM users"), ["555"]);
    assert_eq!(
        values(&url, ROWS),
        ["9209a434d045 {}", "aaaa11112222 {9209a434d045}"]
    );
}

#[test]
fn what_is_checked_at_the_commit_takes_everything_back() {
    // A constraint of theirs that is looked at as late as possible.
    let (sandbox, url) = diverged(
        "CREATE TABLE t (id int REFERENCES users DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO t VALUES (7);",
        "",
    );
    let before = sandbox.read("project/migrations/aaaa11112222.sql");
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("violates foreign key"), "{run}");
    assert_eq!(sandbox.read("project/migrations/aaaa11112222.sql"), before);
    assert_eq!(values(&url, "SELECT phone FROM users"), ["555"]);
}

/// What could not be dropped at once aborted the transaction, whose COMMIT then was
/// answered with a ROLLBACK that nobody noticed: all was said to be done.
#[test]
fn temporary_tables_that_cannot_go_yet_take_nothing_with_them() {
    let theirs = "CREATE TABLE theirs (id int);
CREATE TEMP TABLE ta (id int PRIMARY KEY);
CREATE TEMP TABLE tb (a int REFERENCES ta DEFERRABLE INITIALLY DEFERRED);
INSERT INTO tb VALUES (1);
INSERT INTO ta VALUES (1);";
    let (sandbox, url) = diverged(theirs, "");
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(values(&url, "SELECT count(*) FROM theirs"), ["0"]);
    assert_eq!(values(&url, ROWS).len(), 3);
}

/// A new value of an enum cannot be used before it is committed.
#[test]
fn what_wants_a_commit_is_told_the_way_around() {
    let (sandbox, url) = diverged(
        "CREATE TYPE mood AS ENUM ('a');\nALTER TABLE users ADD COLUMN m mood;",
        "",
    );
    sandbox.revision(
        "project",
        "c01d9e88ab13",
        &["c01d9e88ab12"],
        "Value",
        "ALTER TYPE mood ADD VALUE 'b';",
        "SELECT 1;",
    );
    sandbox.revision(
        "project",
        "c01d9e88ab14",
        &["c01d9e88ab13"],
        "Use",
        "UPDATE users SET m = 'b';",
        "SELECT 1;",
    );
    Cluster::shared()
        .psql_at(&url)
        .run("CREATE TYPE other AS ENUM ('a')");
    sandbox.write(
        "project/migrations/c01d9e88ab12.sql",
        sandbox.read("project/migrations/c01d9e88ab12.sql").replace(
            "CREATE TYPE mood AS ENUM ('a');",
            "ALTER TYPE other RENAME TO mood;",
        ),
    );
    let onto = ["rebase", "aaaa", "--onto", "c01d9e88ab14"];
    let run = sandbox.teammig("project", &onto);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("`teammig rebase --no-database`"),
        "{run}"
    );
    sandbox.ok(
        "project",
        &["rebase", "aaaa", "--onto", "c01d9e88ab14", "--no-database"],
    );
    sandbox.ok("project", &["sync", "--yes"]);
    assert_eq!(values(&url, ROWS).len(), 5);
}

#[test]
fn outside_of_a_transaction_what_was_done_is_said() {
    let (sandbox, url) = diverged(
        "CREATE INDEX CONCURRENTLY users_id ON users (id);\nSELECT nothing;",
        "transaction:false",
    );
    let before = sandbox.read("project/migrations/aaaa11112222.sql");
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr
            .contains("1 revision before it was rolled back and stays so."),
        "{run}"
    );
    assert!(
        run.stderr
            .contains("1 of its 2 statements finished and stay"),
        "{run}"
    );
    assert_eq!(
        sandbox.read("project/migrations/aaaa11112222.sql"),
        before,
        "the files are as before"
    );
    assert_eq!(
        values(
            &url,
            "SELECT count(*) FROM teammig_ledger WHERE state = 'applied'"
        ),
        ["1"]
    );
}

/// A restack through a line that is cut at its COMMIT.
fn cut_off(cut: Cut) -> (Sandbox, String, Proxy, Run) {
    let (sandbox, url) = diverged("CREATE TABLE theirs (id int);", "");
    let proxy = Proxy::cutting(Cluster::shared(), cut);
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{}\"\n", proxy.url(&url)),
    );
    let run = sandbox.teammig("project", REBASE);
    (sandbox, url, proxy, run)
}

const OLD_PARENT: &str = "parents: [9209a434d045]";
const NEW_PARENT: &str = "parents: [c01d9e88ab12]";

#[test]
fn a_commit_that_was_not_heard_of_is_asked_about() {
    let (sandbox, url, _proxy, run) = cut_off(Cut::AfterCommit);
    assert_eq!(run.code, 0, "{run}");
    // Mine stays, and its row changes in the same transaction.
    assert_eq!(run.stderr.matches('✔').count(), 1, "{run}");
    assert!(
        sandbox
            .read("project/migrations/aaaa11112222.sql")
            .contains(NEW_PARENT)
    );
    assert_eq!(
        values(&url, ROWS),
        [
            "9209a434d045 {}",
            "aaaa11112222 {c01d9e88ab12}",
            "c01d9e88ab12 {9209a434d045}"
        ]
    );
}

#[test]
fn a_commit_that_never_arrived_takes_everything_back() {
    let (sandbox, url, _proxy, run) = cut_off(Cut::BeforeCommit);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("The files are as before."), "{run}");
    assert!(run.stderr.contains("The database is as before"), "{run}");
    assert!(!run.stderr.contains('✔'), "{run}");
    assert!(
        sandbox
            .read("project/migrations/aaaa11112222.sql")
            .contains(OLD_PARENT)
    );
    assert_eq!(values(&url, "SELECT phone FROM users"), ["555"]);
    // Nothing is in the way of another try.
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_commit_that_nobody_can_be_asked_about_is_left_for_later() {
    let (sandbox, url, proxy, run) = cut_off(Cut::AfterCommitForGood);
    assert_eq!(run.code, 4, "{run}");
    assert!(
        run.stderr.contains("it may have committed, or not"),
        "{run}"
    );
    assert!(run.stderr.contains("`teammig rebase --continue`"), "{run}");
    assert!(
        sandbox
            .read("project/migrations/aaaa11112222.sql")
            .contains(NEW_PARENT)
    );
    proxy.mend();
    let run = sandbox.teammig("project", &["rebase", "--continue"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("after it had done everything"), "{run}");
    assert_eq!(values(&url, "SELECT count(*) FROM teammig_ledger"), ["3"]);
}

/// Their script runs outside a transaction and changes a file of mine: the steps
/// stay, and the files cannot be changed.
#[test]
fn files_that_cannot_follow_are_named_and_follow_later() {
    let (sandbox, url) = diverged(
        "CREATE INDEX CONCURRENTLY users_id ON users (id);\nSELECT pg_advisory_lock(4712);",
        "transaction:false",
    );
    let psql = Cluster::shared().psql_at(&url);
    psql.run("SELECT pg_advisory_lock(4712)");
    let path = "project/migrations/aaaa11112222.sql";
    let text = sandbox.read(path);
    let child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .args(REBASE)
        .arg("--no-prove")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    psql.wait_for("SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
    sandbox.write(path, format!("{text}\n-- edited meanwhile\n"));
    psql.run("SELECT pg_advisory_unlock(4712)");
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for words in [
        "migrations/aaaa11112222.sql changed while teammig was at work",
        "The files are as before.",
        "The database has run all steps, and they stay.",
        "`teammig rebase --continue`",
    ] {
        assert!(said.contains(words), "{said}");
    }
    sandbox.write(path, text);
    let run = sandbox.teammig("project", &["rebase", "--continue"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(sandbox.read(path).contains(NEW_PARENT), "{run}");
    assert_eq!(values(&url, ROWS).len(), 3);
}
