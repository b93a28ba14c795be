//! The commands on a real PostgreSQL server.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Stdio},
};

use insta::assert_snapshot;

use crate::support::{Sandbox, interrupt, postgres::Cluster};

/// A project whose `dev` is a fresh database.
fn project() -> (Sandbox, String) {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    (sandbox, url)
}

fn values(url: &str, sql: &str) -> Vec<String> {
    Cluster::shared().psql_at(url).values(sql)
}

#[test]
fn the_guide_on_postgresql() {
    let (sandbox, url) = project();
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 0
    --- stderr
    nothing is applied
    ");
    sandbox.revision(
        "project",
        "9209a434d045",
        &[],
        "Create users",
        "CREATE TABLE users (id int PRIMARY KEY);",
        "DROP TABLE users;",
    );
    sandbox.revision(
        "project",
        "7f3a9c21e4b0",
        &["9209a434d045"],
        "Add phone_number",
        "ALTER TABLE users ADD COLUMN phone_number text;\nCREATE INDEX ON users (phone_number);",
        "ALTER TABLE users DROP COLUMN phone_number;",
    );
    assert_eq!(
        values(
            &url,
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ),
        ["0"],
        "reading made a table"
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
      ✔ 9209a434d045  Create users   [TIME]
      ✔ 7f3a9c21e4b0  Add phone_number   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 0
    --- stdout
    7f3a9c21e4b0 (head)  Add phone_number
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 0
    --- stderr
      ↶ 7f3a9c21e4b0  Add phone_number   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "+1"]), @"
    exit 0
    --- stderr
      ✔ 7f3a9c21e4b0  Add phone_number   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade", "base"]), @"
    exit 0
    --- stderr
      ↶ 7f3a9c21e4b0  Add phone_number   [TIME]
      ↶ 9209a434d045  Create users   [TIME]
    ");
    assert_eq!(
        values(
            &url,
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ),
        ["teammig_ledger"]
    );
    assert_snapshot!(sandbox.teammig("project", &["stamp", "head"]), @"
    exit 0
    --- stderr
    the ledger is at 7f3a9c21e4b0 (2 rows changed, nothing was run)
    ");
    assert_eq!(
        values(&url, "SELECT revision FROM teammig_ledger ORDER BY seq"),
        ["9209a434d045", "7f3a9c21e4b0"]
    );
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of errors")]
fn errors_point_at_the_statement() {
    let (sandbox, url) = project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x int CHECK (x > 0));",
        "",
    );
    let failing = |up: &str| {
        sandbox.revision("project", "aaaa00000002", &["aaaa00000001"], "two", up, "");
        sandbox.teammig("project", &["upgrade"])
    };
    // With a position from the server, behind characters of several bytes.
    assert_snapshot!(failing("SELECT 'äöü€';\nSELECT 'ä', nope FROM one;"), @r#"
    exit 1
    --- stderr
      ✔ aaaa00000001  one   [TIME]
    error: cannot apply aaaa00000002 two
     --> migrations/aaaa00000002.sql:8:13
      |
    8 | SELECT 'ä', nope FROM one;
      |             ^^^^ column "nope" does not exist
      code: 42703
    aaaa00000002 was rolled back and left nothing.
    1 revision before it was applied and stays applied.
    "#);
    // Without a position: the statement is known all the same.
    assert_snapshot!(failing("CREATE TABLE two (x int);\nINSERT INTO one VALUES (1);\nCREATE TABLE one (y int);\nSELECT 1;"), @r#"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 two
     --> migrations/aaaa00000002.sql:9:1
      |
    9 | CREATE TABLE one (y int);
      | ^^^^^^^^^^^^^^^^^^^^^^^^ relation "one" already exists
      code: 42P07
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: where it was made here by hand, just as the revision makes it: `teammig stamp --only aaaa00000002` records the revision without running it; where it is something else, rename it or remove it here first
    "#);
    // With a detail, and a hint of the server.
    assert_snapshot!(failing("INSERT INTO one VALUES (-1);"), @r#"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 two
     --> migrations/aaaa00000002.sql:7:1
      |
    7 | INSERT INTO one VALUES (-1);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^ new row for relation "one" violates check constraint "one_x_check"
      detail: Failing row contains (-1).
      code: 23514
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    "#);
    assert_snapshot!(failing("SELECT lenght('x');"), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 two
     --> migrations/aaaa00000002.sql:7:8
      |
    7 | SELECT lenght('x');
      |        ^^^^^^ function lenght(unknown) does not exist
      server's hint: No function matches the given name and argument types. You might need to add explicit type casts.
      code: 42883
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    ");
    // Inside a function.
    assert_snapshot!(failing("DO $$\nBEGIN\n  PERFORM 1;\n  RAISE EXCEPTION 'no %', 'way' USING HINT = 'another';\nEND $$;"), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 two
     --> migrations/aaaa00000002.sql:7:1
      |
    7 | DO $$
      | ^^^^^ no way
      context: PL/pgSQL function inline_code_block line 4 at RAISE
      server's hint: another
      code: P0001
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    ");
    // At the commit.
    assert_snapshot!(failing(
        "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO c VALUES (1);"
    ), @r#"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 two
      at COMMIT: insert or update on table "c" violates foreign key constraint "c_p_fkey"
      detail: Key (p)=(1) is not present in table "p".
      code: 23503
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    "#);
    // What is no SQL.
    assert_snapshot!(failing("\\connect other\nSELECT 1;"), @r"
    exit 3
    --- stderr
    error: this is a command of psql, not SQL [unrunnable-script]
     --> migrations/aaaa00000002.sql:7:1
      |
    7 | \connect other
      | ^^^^^^^^^^^^^^
    hint: remove it: teammig sends SQL to the server, without psql in between
    error: the migrations have 1 problem to put right first
    ");
    assert_snapshot!(failing("COPY one FROM stdin;\n1\n\\.\n"), @"
    exit 3
    --- stderr
    error: COPY … FROM stdin takes its rows from psql, and there is none [unrunnable-script]
     --> migrations/aaaa00000002.sql:7:1
      |
    7 | COPY one FROM stdin;
      | ^^^^^^^^^^^^^^^^^^^
    hint: write the rows as INSERT statements, or load them outside of a migration
    error: the migrations have 1 problem to put right first
    ");
    assert_snapshot!(failing("SELECT 'it;\n"), @"
    exit 3
    --- stderr
    error: this string is opened and never closed [unrunnable-script]
     --> migrations/aaaa00000002.sql:7:8
      |
    7 | SELECT 'it;
      |        ^
    hint: close it: the rest of the script would be part of it
    error: the migrations have 1 problem to put right first
    ");
    assert_eq!(
        values(
            &url,
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ),
        ["one", "teammig_ledger"]
    );
}

/// `CREATE INDEX CONCURRENTLY` fails in the middle, is mended, and goes on.
#[test]
fn concurrently_outside_a_transaction() {
    let (sandbox, url) = project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x int, y int);",
        "DROP TABLE one;",
    );
    let up = "CREATE INDEX CONCURRENTLY one_x ON one (x);\nCREATE INDEX CONCURRENTLY one_z ON one (z);\nCREATE TABLE two ();";
    let down = "DROP INDEX CONCURRENTLY one_x;\nDROP INDEX CONCURRENTLY one_y;\nDROP TABLE two;";
    let body = format!(
        "-- migrate:up transaction:false\n{up}\n\n-- migrate:down transaction:false\n{down}\n"
    );
    sandbox.raw_revision("project", "aaaa00000002", "aaaa00000001", &body);
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @r#"
    exit 1
    --- stderr
      ✔ aaaa00000001  one   [TIME]
    error: cannot apply aaaa00000002 aaaa00000002
     --> migrations/aaaa00000002.sql:8:1
      |
    8 | CREATE INDEX CONCURRENTLY one_z ON one (z);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ column "z" does not exist
      code: 42703
    aaaa00000002 runs outside a transaction: 1 of its 3 statements finished and stay.
    1 revision before it was applied and stays applied.
    hint: an invalid index may be left behind: `DROP INDEX CONCURRENTLY IF EXISTS one_z` removes it
    hint: mend the failing statement; `teammig upgrade` goes on there
    "#);
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        &body.replace("one_z ON one (z)", "one_y ON one (y)"),
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
    aaaa00000002 was interrupted; going on after its first 1 statement
      ✔ aaaa00000002  aaaa00000002   [TIME]
    ");
    assert_eq!(
        values(
            &url,
            "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'one'::regclass AND indisvalid ORDER BY 1"
        ),
        ["one_x", "one_y"]
    );
    sandbox.ok("project", &["downgrade", "base"]);
}

#[test]
fn ctrl_c_cancels_the_statement() {
    let (sandbox, url) = project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one ();",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TABLE two ();\nSELECT pg_sleep(60);",
        "",
    );
    let mut child = start(&sandbox, &["upgrade"]);
    let psql = Cluster::shared().psql_at(&url);
    psql.wait_for("SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'");
    interrupt(&child);
    let (code, text) = end(&mut child);
    assert_eq!(code, Some(130), "{text}");
    assert!(
        text.contains("stopped while trying to apply aaaa00000002 two"),
        "{text}"
    );
    assert!(
        text.contains("1 revision before it was applied and stays applied."),
        "{text}"
    );
    assert_eq!(
        psql.values("SELECT revision FROM teammig_ledger"),
        ["aaaa00000001"]
    );
    assert_eq!(psql.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"), "0");
}

#[test]
fn the_second_deployer_waits_and_finds_nothing_to_do() {
    let (sandbox, url) = project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one ();\nSELECT pg_sleep(1.5);",
        "",
    );
    let mut first = start(&sandbox, &["upgrade"]);
    Cluster::shared().psql_at(&url).wait_for("SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'");
    let impatient = sandbox.teammig("project", &["upgrade", "--lock-timeout", "200ms"]);
    assert_eq!(impatient.code, 1, "{impatient}");
    assert!(impatient.stderr.contains("is held by"), "{impatient}");
    let second = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(second.code, 0, "{second}");
    assert!(second.stderr.contains("waiting for"), "{second}");
    assert!(
        second.stderr.contains("done by somebody else meanwhile"),
        "{second}"
    );
    let (code, text) = end(&mut first);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(values(&url, "SELECT count(*) FROM teammig_ledger"), ["1"]);
}

/// A script that queues behind a long query gives up, is tried again, and goes through.
#[test]
fn lock_timeouts_are_tried_again() {
    let (sandbox, url) = project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one ();",
        "",
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "ALTER TABLE one ADD COLUMN x int;",
        "",
    );
    let mut holder = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE one").unwrap();
    let run = sandbox.teammig(
        "project",
        &[
            "upgrade",
            "--ddl-lock-timeout",
            "100ms",
            "--lock-retries",
            "1",
        ],
    );
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("try 2 of"), "{run}");
    assert!(run.stderr.contains("--ddl-lock-timeout"), "{run}");
    let mut child = start(
        &sandbox,
        &[
            "upgrade",
            "--ddl-lock-timeout",
            "100ms",
            "--lock-retries",
            "5",
        ],
    );
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert!(line.contains("a lock was not to be had in time"), "{line}");
    holder.batch_execute("COMMIT").unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
}

#[test]
fn a_statement_timeout_says_so() {
    let (sandbox, _) = project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "SELECT pg_sleep(30);",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "--statement-timeout", "100ms"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000001 one
     --> migrations/aaaa00000001.sql:7:1
      |
    7 | SELECT pg_sleep(30);
      | ^^^^^^^^^^^^^^^^^^^ canceling statement due to statement timeout
      code: 57014
    aaaa00000001 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: statements of this run may take 100ms each (statement_timeout)
    ");
}

/// The script of `--sql` does through psql what a run does.
#[test]
fn the_offline_script_leaves_the_same_database() {
    let (sandbox, url) = project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "it's \\one",
        "CREATE TABLE one (x text);\nINSERT INTO one VALUES ('it''s; -- a'), (E'\\\\x');",
        "DROP TABLE one",
    );
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$ -- no semicolon",
        "DROP FUNCTION f()",
    );
    let script = sandbox.ok("project", &["upgrade", "--sql"]);
    let other = Cluster::shared().database();
    Cluster::shared()
        .psql_at(&other)
        .run(script.strip_prefix("\\set ON_ERROR_STOP on\n").unwrap());
    sandbox.ok("project", &["upgrade"]);
    for query in [
        "SELECT seq, revision, parents, depends_on, message, checksum, up, up_options, down, down_options, state, \
         applied_by, tool_version FROM teammig_ledger ORDER BY seq",
        "SELECT x FROM one ORDER BY x",
        "SELECT proname, prosrc FROM pg_proc WHERE proname = 'f'",
    ] {
        assert_eq!(values(&other, query), values(&url, query), "{query}");
    }
    let down = sandbox.ok("project", &["downgrade", "--sql", "head:base"]);
    Cluster::shared()
        .psql_at(&other)
        .run(down.strip_prefix("\\set ON_ERROR_STOP on\n").unwrap());
    assert_eq!(
        values(
            &other,
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ),
        ["teammig_ledger"]
    );
}

/// Whatever goes wrong on the way in, the password stays inside.
#[test]
fn no_password_is_ever_shown() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    let socket = Cluster::shared().url("postgres", "postgres");
    for url in [
        "postgres://bob:s3cr3t@127.0.0.1:1/app".to_owned(),
        "postgres://bob:s3cr3t@nowhere.invalid/app".to_owned(),
        "postgres://bob:s3cr3t@127.0.0.1:1/app?sslmode=sometimes".to_owned(),
        "postgres://bob:s3cr3t@[::1/app".to_owned(),
        "host=127.0.0.1 port=1 user=bob password=s3cr3t".to_owned(),
        format!("{socket}&password=s3cr3t&user=nobody_of_this_name"),
    ] {
        for args in [
            &["upgrade", "--url", &url][..],
            &["-v", "current", "--url", &url],
            &["--format", "json", "sync", "--url", &url],
        ] {
            let run = sandbox.teammig("project", args);
            assert_ne!(run.code, 0, "{args:?} {run}");
            assert!(
                !format!("{}{}", run.stdout, run.stderr).contains("s3cr3t"),
                "{args:?} {run}"
            );
        }
    }
}

fn start(sandbox: &Sandbox, args: &[&str]) -> Child {
    sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .args(args)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn end(child: &mut Child) -> (Option<i32>, String) {
    let mut text = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    (child.wait().unwrap().code(), text)
}

/// A server that takes the connection and says nothing: it is waited for with a word,
/// and not for ever.
#[test]
fn a_silent_server_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let sandbox = Sandbox::project();
    let url = format!("postgres://me@127.0.0.1:{port}/db?connect_timeout=2");
    let run = sandbox.teammig("project", &["current", "--url", &url]);
    assert_eq!(run.code, 4, "{run}");
    let waiting = format!("waiting for 127.0.0.1:{port} …");
    assert!(run.stderr.contains(&waiting), "{run}");
    assert!(run.stderr.contains("no answer from"), "{run}");
    let run = sandbox.teammig("project", &["current", "-q", "--url", &url]);
    assert!(!run.stderr.contains("waiting"), "{run}");
}

#[test]
fn waiting_for_a_silent_server_ends_at_ctrl_c() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let sandbox = Sandbox::project();
    let url = format!("postgres://me@127.0.0.1:{port}/db");
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .args(["current", "--url", &url])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("waiting for"), "{line}");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
