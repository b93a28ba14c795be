//! Runs on real SQLite files: transactions, interruptions, locks, foreign keys.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    process::Stdio,
    time::{Duration, Instant},
};

use insta::assert_snapshot;

use crate::support::{Sandbox, interrupt};

/// What was applied before a failure stays, what failed left nothing, and the message says both.
#[test]
fn a_failing_revision_leaves_the_ones_before_it() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "DROP TABLE one;",
    );
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TABLE two (x);",
        "DROP TABLE two;",
    );
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000002"],
        "three",
        "CREATE TABLE three (x);\nINSERT INTO three VALUES (1);\nINSERT INTO nowhere VALUES ('ä');\nCREATE TABLE four (x);",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
      ✔ aaaa00000001  one   [TIME]
      ✔ aaaa00000002  two   [TIME]
    error: cannot apply aaaa00000003 three
     --> migrations/aaaa00000003.sql:9:1
      |
    9 | INSERT INTO nowhere VALUES ('ä');
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no such table: nowhere
    aaaa00000003 was rolled back and left nothing.
    2 revisions before it were applied and stay applied.
    ");
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ),
        ["one", "teammig_ledger", "two"]
    );
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY seq"
        ),
        ["aaaa00000001", "aaaa00000002"]
    );
    let path = sandbox.at("project/migrations/aaaa00000003.sql");
    let mended = fs::read_to_string(&path)
        .unwrap()
        .replace("nowhere", "three");
    fs::write(&path, mended).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
      ✔ aaaa00000003  three   [TIME]
    ");
}

/// A constraint that is checked at the commit blames the revision that breaks it, not the group.
#[test]
fn deferred_constraints_blame_the_right_revision() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED);", "");
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TABLE two (x);",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000002"],
        "three",
        "INSERT INTO c VALUES (7);",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000004",
        &["aaaa00000003"],
        "four",
        "CREATE TABLE four (x);",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
      ✔ aaaa00000001  one   [TIME]
      ✔ aaaa00000002  two   [TIME]
    error: cannot apply aaaa00000003 three
      FOREIGN KEY constraint failed
      context: at the commit of the transaction
    aaaa00000003 was rolled back and left nothing.
    2 revisions before it were applied and stay applied.
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["2"]
    );
}

/// SQLite's pragma is a no-op inside a transaction, so a rebuild with keys on
/// would delete the children: the option switches them off before it.
#[test]
fn a_table_rebuild_keeps_child_rows() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "parent and child",
        "CREATE TABLE parent (id integer PRIMARY KEY, name text);\nCREATE TABLE child (id integer PRIMARY KEY, parent \
         integer REFERENCES parent (id) ON DELETE CASCADE);\nINSERT INTO parent VALUES (1, 'a');\nINSERT INTO child \
         VALUES (1, 1), (2, 1);",
        "",
    );
    let rebuild = "CREATE TABLE new_parent (id integer PRIMARY KEY, name text NOT NULL);\nINSERT INTO new_parent SELECT \
                   * FROM parent;\nDROP TABLE parent;\nALTER TABLE new_parent RENAME TO parent;\n";
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        &format!("-- migrate:up foreign_keys:off\n{rebuild}"),
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM child"),
        ["2"]
    );
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT sql FROM sqlite_schema WHERE name = 'child'"
        ),
        [
            "CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE CASCADE)"
        ]
    );
    // A rebuild that loses a parent row is refused before the commit.
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        &format!(
            "-- migrate:up foreign_keys:off\n{}",
            rebuild.replace("FROM parent;", "FROM parent WHERE id <> 1;")
        ),
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000003 aaaa00000003
      the script leaves rows that violate a foreign key
      detail: child (rowid 1) refers to a missing row of parent; and 1 more
    aaaa00000003 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: `PRAGMA foreign_key_check` lists them
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM parent"),
        ["1"]
    );
    // Without the option, the pragma inside the script is refused: it would do nothing.
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        &format!("-- migrate:up\nPRAGMA foreign_keys = OFF;\n{rebuild}"),
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: PRAGMA foreign_keys does nothing inside a transaction [unrunnable-script]
     --> migrations/aaaa00000003.sql:7:1
      |
    7 | PRAGMA foreign_keys = OFF;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: write `foreign_keys:off` after the marker instead: it is switched off before the transaction begins, and the keys are checked before the commit
    error: the migrations have 1 problem to put right first
    ");
}

#[test]
fn a_script_with_its_own_commit_is_refused_before_anything_runs() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "BEGIN;\nCREATE TABLE two (x);\nCOMMIT;",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: the script has a BEGIN of its own [unrunnable-script]
     --> migrations/aaaa00000002.sql:7:1
      |
    7 | BEGIN;
      | ^^^^^
    hint: teammig puts each script in one transaction with its ledger row: remove the BEGIN and the COMMIT, or write `transaction:false` after the marker to run the statements one by one
    error: the migrations have 1 problem to put right first
    ");
    assert!(
        !sandbox.at("project/dev.db").exists()
            || sandbox.sqlite("project/dev.db", "SELECT count(*) FROM sqlite_schema") == ["0"]
    );
}

/// A failure outside a transaction is visible and the next run goes on there.
#[test]
fn outside_a_transaction_finished_statements_stay() {
    let sandbox = Sandbox::project();
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up transaction:false\nCREATE TABLE one (x);\nINSERT INTO one VALUES (1);\nINSERT INTO two VALUES (1);\nVACUUM;\n\n-- \
         migrate:down transaction:false\nDROP TABLE one;\nDROP TABLE two;\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000001 aaaa00000001
     --> migrations/aaaa00000001.sql:9:1
      |
    9 | INSERT INTO two VALUES (1);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^ no such table: two
    aaaa00000001 runs outside a transaction: 2 of its 4 statements finished and stay.
    Nothing else had been done in this run.
    hint: mend the failing statement; `teammig upgrade` goes on there
    ");
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 0
    --- stderr
    nothing is applied
    warning: aaaa00000001 was interrupted on its way up after 2 statements
    1 revision pending; `teammig upgrade` applies it
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 3
    --- stderr
    error: aaaa00000001 is half applied
    It was interrupted after 2 of its statements.
    hint: `teammig upgrade aaaa00000001` finishes it first
    ");
    // What ran may not change; what comes after may.
    let path = "project/migrations/aaaa00000001.sql";
    let text = sandbox.read(path);
    sandbox.write(
        path,
        text.replace(
            "VALUES (1);\nINSERT INTO two",
            "VALUES (2);\nINSERT INTO two",
        ),
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: aaaa00000001 was interrupted, and the part that ran has changed since
    hint: restore the statements that had finished; those after them may change
    ");
    sandbox.write(
        path,
        text.replace("INSERT INTO two VALUES (1)", "CREATE TABLE two (x)"),
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
    aaaa00000001 was interrupted; going on after its first 2 statements
      ✔ aaaa00000001  aaaa00000001   [TIME]
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM one"),
        ["1"]
    );
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 0
    --- stderr
      ↶ aaaa00000001  aaaa00000001   [TIME]
    ");
}

/// When it is not known whether a statement ran, a person decides.
#[test]
fn a_crash_in_the_middle_is_visible_and_can_be_resumed() {
    let sandbox = Sandbox::project();
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up transaction:false\nCREATE TABLE one (x);\nVACUUM;\nCREATE TABLE two (x);\n",
    );
    sandbox.ok("project", &["upgrade"]);
    // As a crash during the VACUUM leaves it.
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("DROP TABLE two; UPDATE teammig_ledger SET state = 'running', statements_done = 1, uncertain = 1")
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: aaaa00000001 was interrupted after 1 of its statements
     --> migrations/aaaa00000001.sql:8:1
      |
    8 | VACUUM;
      | ^^^^^^ it may have run or not
    The connection or the program ended while the next statement ran outside a transaction.
    hint: look whether its effect is there: `--resume-after` goes on after it, `--resume` runs it again first
    hint: `teammig stamp --only aaaa00000001` records the revision as applied instead
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "--resume"]), @"
    exit 0
    --- stderr
    aaaa00000001 was interrupted; going on after its first 1 statement
      ✔ aaaa00000001  aaaa00000001   [TIME]
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT state FROM teammig_ledger"),
        ["applied"]
    );
}

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
    while !sandbox.at("project/dev.db-teammig.lock").exists() {
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

#[test]
fn reading_commands_create_nothing() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    for command in [
        &["current"][..],
        &["history", "-i"],
        &["upgrade", "--dry-run"],
        &["upgrade", "--sql"],
        &["stamp", "--dry-run", "head"],
    ] {
        let run = sandbox.teammig("project", command);
        assert_eq!(run.code, 0, "{command:?} {run}");
        assert!(
            !sandbox.at("project/dev.db").exists(),
            "{command:?} made the database"
        );
    }
    drop(
        rusqlite::Connection::open(sandbox.at("project/dev.db"))
            .unwrap()
            .execute_batch("CREATE TABLE app (x)"),
    );
    sandbox.ok("project", &["current"]);
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT name FROM sqlite_schema"),
        ["app"]
    );
}

/// The script of `--sql` does what a run does.
#[test]
fn the_offline_script_leaves_the_same_database() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "it's one",
        "CREATE TABLE one (x);\nINSERT INTO one VALUES ('it''s; -- a');",
        "DROP TABLE one",
    );
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TRIGGER t AFTER INSERT ON one BEGIN DELETE FROM one; END -- no semicolon",
        "DROP TRIGGER t",
    );
    let script = sandbox.ok("project", &["upgrade", "--sql"]);
    rusqlite::Connection::open(sandbox.at("project/offline.db"))
        .unwrap()
        .execute_batch(script.strip_prefix(".bail on\n").unwrap())
        .unwrap();
    sandbox.ok("project", &["upgrade"]);
    for query in [
        "SELECT type, name, sql FROM sqlite_schema ORDER BY name",
        "SELECT seq, revision, parents, depends_on, message, checksum, up, up_options, down, down_options, state, \
         applied_by, tool_version FROM teammig_ledger ORDER BY seq",
        "SELECT x FROM one",
    ] {
        assert_eq!(
            sandbox.sqlite("project/offline.db", query),
            sandbox.sqlite("project/dev.db", query),
            "{query}"
        );
    }
    let down = sandbox.ok("project", &["downgrade", "--sql", "head:base"]);
    rusqlite::Connection::open(sandbox.at("project/offline.db"))
        .unwrap()
        .execute_batch(down.strip_prefix(".bail on\n").unwrap())
        .unwrap();
    assert_eq!(
        sandbox.sqlite(
            "project/offline.db",
            "SELECT name FROM sqlite_schema WHERE type <> 'index'"
        ),
        ["teammig_ledger"]
    );
    assert_eq!(
        sandbox.sqlite("project/offline.db", "SELECT count(*) FROM teammig_ledger"),
        ["0"]
    );
}

#[test]
fn a_revision_without_its_file_is_rolled_back_from_the_ledger() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "DROP TABLE one;",
    );
    let path = sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TABLE two (x);",
        "DROP TABLE two;",
    );
    sandbox.ok("project", &["upgrade"]);
    fs::remove_file(sandbox.at("project").join(path)).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 0
    --- stdout
    aaaa00000002 (not in these files)  two
    --- stderr
    warning: the database has 1 revision that these files do not: aaaa00000002
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
    warning: the database has 1 revision that these files do not: aaaa00000002
    hint: applied from another branch, or the file was deleted; the ledger kept the scripts: `teammig downgrade aaaa00000002@-1` rolls aaaa00000002 back
    nothing to do: the database is at aaaa00000002
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 0
    --- stderr
    rolling back with the scripts that the ledger kept: aaaa00000002
      ↶ aaaa00000002  two   [TIME]
    ");
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT name FROM sqlite_schema WHERE name IN ('one', 'two')"
        ),
        ["one"]
    );
}

#[test]
fn what_has_no_way_back_is_not_rolled_back() {
    let sandbox = Sandbox::project();
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up\nCREATE TABLE one (x);\n\n-- migrate:down irreversible\n",
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        "-- migrate:up\nCREATE TABLE two (x);\n\n-- migrate:down\nDROP TABLE two;\n",
    );
    sandbox.ok("project", &["upgrade"]);
    assert_snapshot!(sandbox.teammig("project", &["downgrade", "base"]), @"
    exit 1
    --- stderr
    error: aaaa00000001 cannot be rolled back: it is marked as irreversible
     --> migrations/aaaa00000001.sql:9:1
      |
    9 | -- migrate:down irreversible
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ on purpose
    hint: nothing was rolled back; write a new revision that undoes it, or restore a backup
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["2"]
    );
}

/// A revision that was put below an applied one never ran, and is not passed over.
#[test]
fn a_skipped_revision_is_named() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "DROP TABLE one;",
    );
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000001"],
        "three",
        "CREATE TABLE three (x);",
        "DROP TABLE three;",
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TABLE two (x);",
        "DROP TABLE two;",
    );
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000002"],
        "three",
        "CREATE TABLE three (x);",
        "DROP TABLE three;",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: 1 revision never ran, though later ones did
      aaaa00000002  two
    hint: `teammig sync` rolls back what came later and applies everything in order (`--yes`: without asking)
    hint: `teammig upgrade --out-of-order` runs them now, after the later ones
    hint: `teammig stamp --only aaaa00000002` records them as applied, if their changes are there already
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "--out-of-order"]), @"
    exit 0
    --- stderr
      ✔ aaaa00000002  two   [TIME]
    ");
}

#[test]
fn a_read_only_database() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("CREATE TABLE app (x)")
        .unwrap();
    // Root may write everything, so the program runs as nobody then, from a copy that nobody can reach.
    let program = sandbox.at("teammig");
    fs::copy(env!("CARGO_BIN_EXE_teammig"), &program).unwrap();
    for (path, mode) in [
        (".", 0o755),
        ("teammig", 0o755),
        ("project", 0o555),
        ("project/dev.db", 0o444),
    ] {
        fs::set_permissions(sandbox.at(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut command = sandbox.command(program.to_str().unwrap(), "project");
    if fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0) {
        command.uid(65534).gid(65534);
    }
    let run = sandbox.run(command.arg("current"));
    assert_eq!(run.code, 0, "reading works: {run}");
    assert_snapshot!(sandbox.run(command.arg("--check")).code, @"3");
    let mut upgrade = sandbox.command(program.to_str().unwrap(), "project");
    if fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0) {
        upgrade.uid(65534).gid(65534);
    }
    assert_snapshot!(sandbox.run(upgrade.arg("upgrade")), @"
    exit 1
    --- stderr
    error: sqlite:dev.db: cannot lock [DIR]/project/dev.db-teammig.lock: Permission denied (os error 13)
    hint: the database and its folder have to be writable: SQLite puts files beside it
    ");
    fs::set_permissions(sandbox.at("project"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// A full disk takes nothing with it but the revision that needed the room.
#[test]
fn a_full_disk() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    sandbox.ok("project", &["upgrade"]);
    // SQLite's own limit answers as a full disk does.
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "PRAGMA max_page_count = 12;\nCREATE TABLE two (x);\nINSERT INTO two VALUES (zeroblob(200000));",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 two
     --> migrations/aaaa00000002.sql:9:1
      |
    9 | INSERT INTO two VALUES (zeroblob(200000));
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ database or disk is full
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: make room and call it again
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT revision FROM teammig_ledger"),
        ["aaaa00000001"]
    );
}

/// Whatever ends the transaction that revisions share, those before it stay.
#[test]
fn a_lost_transaction_takes_no_earlier_revision_with_it() {
    for (name, bad) in [
        (
            "or rollback",
            "CREATE TABLE three (x PRIMARY KEY);\nINSERT INTO three VALUES (1);\nINSERT OR ROLLBACK INTO three VALUES (1);",
        ),
        (
            "full disk",
            "PRAGMA max_page_count = 12;\nCREATE TABLE three (x);\nINSERT INTO three VALUES (zeroblob(200000));",
        ),
    ] {
        let sandbox = Sandbox::project();
        chain(
            &sandbox,
            &[
                "CREATE TABLE one (x);",
                "CREATE TABLE two (x); INSERT INTO two VALUES (2);",
                bad,
            ],
        );
        let run = sandbox.teammig("project", &["upgrade"]);
        assert_eq!(run.code, 1, "{name}: {run}");
        assert!(
            run.to_string()
                .contains("2 revisions before it were applied and stay applied"),
            "{name}: {run}"
        );
        let rows = sandbox.sqlite(
            "project/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY seq",
        );
        assert_eq!(rows, ["aaaa00000001", "aaaa00000002"], "{name}");
        assert_eq!(
            sandbox.sqlite("project/dev.db", "SELECT x FROM two"),
            ["2"],
            "{name}"
        );
    }
}

/// What a script leaves in the connection is not there for the next one.
#[test]
fn revisions_of_one_run_share_no_session() {
    let sandbox = Sandbox::project();
    let temporary = "CREATE TEMP TABLE t (x); INSERT INTO t VALUES (1);";
    chain(
        &sandbox,
        &[
            "CREATE TABLE zero (x);",
            temporary,
            &format!("{temporary} CREATE TABLE two AS SELECT x FROM t;"),
            "PRAGMA recursive_triggers = ON;",
            "CREATE TABLE three AS SELECT recursive_triggers AS x FROM pragma_recursive_triggers;",
        ],
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT x FROM two UNION ALL SELECT x FROM three"
        ),
        ["1", "0"]
    );
    // Memory has one connection only.
    sandbox.ok(
        "project",
        &["upgrade", "aaaa00000003", "--url", "sqlite::memory:"],
    );
}

/// What changes nothing makes no file.
#[test]
fn stamping_nothing_creates_nothing() {
    let sandbox = Sandbox::project();
    chain(&sandbox, &["CREATE TABLE one (x);"]);
    sandbox.ok("project", &["stamp", "base"]);
    assert!(!sandbox.at("project/dev.db").exists());
    assert!(!sandbox.at("project/dev.db-teammig.lock").exists());
}

/// An error in a later row of a SELECT is an error.
#[test]
fn statements_run_to_their_last_row() {
    let sandbox = Sandbox::project();
    chain(
        &sandbox,
        &["CREATE TABLE one (x);\nINSERT INTO one VALUES ('{}'), ('{');\nSELECT json(x) FROM one;"],
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000001 step 1
     --> migrations/aaaa00000001.sql:9:1
      |
    9 | SELECT json(x) FROM one;
      | ^^^^^^^^^^^^^^^^^^^^^^^ malformed JSON
    aaaa00000001 was rolled back and left nothing.
    Nothing else had been done in this run.
    ");
    // A failed first revision leaves no table at all.
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM sqlite_schema"),
        ["0"]
    );
}

/// The transaction of a script's own goes as a whole, and is counted so.
#[test]
fn a_failure_in_a_transaction_of_the_scripts_own() {
    let sandbox = Sandbox::project();
    let script = "-- migrate:up transaction:false\nCREATE TABLE one (x);\nBEGIN;\nCREATE TABLE two (x);\nINSERT INTO \
                  nowhere VALUES (1);\nCOMMIT;\n";
    sandbox.raw_revision("project", "aaaa00000001", "", script);
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000001 aaaa00000001
      --> migrations/aaaa00000001.sql:10:1
       |
    10 | INSERT INTO nowhere VALUES (1);
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no such table: nowhere
    aaaa00000001 runs outside a transaction: 1 of its 5 statements finished and stay.
    Nothing else had been done in this run.
    hint: mend the failing statement; `teammig upgrade` goes on there
    ");
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT statements_done || uncertain FROM teammig_ledger"
        ),
        ["10"]
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        &script.replace("nowhere", "two").replace("COMMIT;\n", ""),
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(run.to_string().contains("does not end it"), "{run}");
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        &script.replace("nowhere", "two"),
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.sqlite("project/dev.db", "SELECT x FROM two"), ["1"]);
}

/// A script may be mended, go on, fail further down, and be mended again.
#[test]
fn an_interrupted_script_is_resumed_twice() {
    let sandbox = Sandbox::project();
    let write = |up: &str, down: &str| {
        sandbox.raw_revision(
            "project",
            "aaaa00000001",
            "",
            &format!("-- migrate:up transaction:false\n{up}\n\n-- migrate:down transaction:false\n{down}\n"),
        );
    };
    let fails = |command: &str| {
        let run = sandbox.teammig("project", &[command]);
        assert_eq!(run.code, 1, "{run}");
    };
    write("CREATE TABLE one (x);\nSELECT bad;", "SELECT 1;");
    fails("upgrade");
    write(
        "CREATE TABLE one (x);\nCREATE TABLE two (x);\nSELECT worse;",
        "SELECT 1;",
    );
    fails("upgrade");
    let up = "CREATE TABLE one (x);\nCREATE TABLE two (x);\nCREATE TABLE three (x);";
    write(up, "DROP TABLE one;\nSELECT bad;");
    sandbox.ok("project", &["upgrade"]);
    // Down, with scripts that are not those of the ledger.
    write(up, "DROP TABLE two;\nSELECT bad;");
    fails("downgrade");
    write(up, "DROP TABLE two;\nDROP TABLE one;\nSELECT worse;");
    fails("downgrade");
    write(up, "DROP TABLE two;\nDROP TABLE one;\nDROP TABLE three;");
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
        ),
        ["teammig_ledger"]
    );
}

#[test]
fn a_table_that_is_no_ledger_or_a_newer_one() {
    let sandbox = Sandbox::project();
    chain(&sandbox, &["CREATE TABLE one (x);"]);
    let other = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    other
        .execute_batch("CREATE TABLE teammig_ledger (x)")
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @r#"
    exit 4
    --- stderr
    error: sqlite:dev.db: the table "teammig_ledger" is not a ledger of teammig's
    hint: nothing was changed; mend or restore the table, or name another one in teammig.yaml (`ledger: {table: NAME}`)
    "#);
    other
        .execute_batch(
            "DROP TABLE teammig_ledger; CREATE TABLE teammig_ledger (ledger_version, id, tool_version); INSERT INTO \
             teammig_ledger VALUES (2, 'a', '9.0')",
        )
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 4
    --- stderr
    error: sqlite:dev.db: the ledger has format 2 (written by teammig 9.0); this is teammig 0.1.0, which knows formats up to 1
    hint: install the newer teammig; an older one could damage the ledger
    ");
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

/// Revisions that follow each other.
fn chain(sandbox: &Sandbox, scripts: &[&str]) {
    let mut parent: Vec<String> = Vec::new();
    for (n, up) in scripts.iter().enumerate() {
        let id = format!("aaaa{:08}", n + 1);
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        sandbox.revision("project", &id, &parents, &format!("step {}", n + 1), up, "");
        parent = vec![id];
    }
}

/// Revisions that take some 100 ms each, so that a test can step in.
fn slow_project(sandbox: &Sandbox, n: usize) {
    let slow = "INSERT INTO sink SELECT count(*) FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c \
                WHERE x < 400000) SELECT x FROM c);";
    let mut parent: Vec<String> = Vec::new();
    for k in 1..=n {
        let id = format!("aaaa{k:08}");
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        sandbox.revision(
            "project",
            &id,
            &parents,
            &format!("step {k}"),
            &format!("CREATE TABLE IF NOT EXISTS sink (x);\nCREATE TABLE t{k} (x);\n{slow}"),
            "",
        );
        parent = vec![id];
    }
}

/// Orphans that were there before are not the script's fault.
#[test]
fn old_violations_do_not_block_a_rebuild() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id));",
        "",
    );
    sandbox.ok("project", &["upgrade"]);
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (7)")
        .unwrap();
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        "-- migrate:up foreign_keys:off\nCREATE TABLE q (x);\n",
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        "-- migrate:up foreign_keys:off\nINSERT INTO c VALUES (8);\n",
    );
    assert_eq!(sandbox.teammig("project", &["upgrade"]).code, 1);
}

/// A statement that did run before the crash is not run again.
#[test]
fn resuming_after_a_statement_that_ran() {
    let sandbox = Sandbox::project();
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up transaction:false\nCREATE TABLE one (x);\nVACUUM;\nCREATE TABLE two (x);\n",
    );
    sandbox.ok("project", &["upgrade"]);
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("DROP TABLE two; UPDATE teammig_ledger SET state = 'running', statements_done = 1, uncertain = 1")
        .unwrap();
    sandbox.ok("project", &["upgrade", "--resume-after"]);
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT count(*) FROM sqlite_schema WHERE name = 'two'"
        ),
        ["1"]
    );
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT state FROM teammig_ledger"),
        ["applied"]
    );
}
