//! A restack that is killed is told of, and put back or brought to its end.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use expectrl::Expect as _;
use insta::assert_snapshot;

use super::{
    ledger,
    on_postgresql::{REBASE, ROWS, diverged, values},
    pulled, tables,
};
use crate::{
    prompt,
    support::{Sandbox, keys::press, postgres::Cluster},
};

/// A statement without end.
const ENDLESS: &str = "SELECT count(*) FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c);";

/// Begins a restack, whose working files in the temporary folder can be seen.
pub(super) fn start(sandbox: &Sandbox, folder: &str, args: &[&str]) -> Child {
    fs::create_dir_all(sandbox.at("tmp")).unwrap();
    sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), folder)
        .env("TMPDIR", sandbox.at("tmp"))
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until something is so, at most so long.
pub(super) fn within(limit: Duration, mut so: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < limit {
        if so() {
            return true;
        }
        sleep(Duration::from_millis(5));
    }
    false
}

/// `kill -9`.
pub(super) fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

const MINE: &str = "migrations/aaaa11112222.sql";
const NEW_PARENT: &str = "parents: [c01d9e88ab12]";

/// Killed while theirs runs outside a transaction: mine are rolled back, files untouched.
fn killed_among_the_steps() -> Sandbox {
    let sandbox = pulled(&format!("CREATE TABLE theirs (id integer);\n{ENDLESS}"));
    let path = "ann/migrations/c01d9e88ab12.sql";
    let text = sandbox.read(path);
    sandbox.write(
        path,
        text.replace("migrate:up", "migrate:up transaction:false"),
    );
    sandbox.commit("ann", "Theirs outside a transaction");
    sandbox.sqlite(
        "ann/dev.db",
        "INSERT INTO users VALUES (1, 'Ann', '555', 'ann@example.org') RETURNING id",
    );
    // On a scratch database it would not end either.
    let child = start(&sandbox, "ann", &["rebase", "--no-prove"]);
    let running = "SELECT count(*) FROM teammig_ledger WHERE revision = 'c01d9e88ab12' AND state <> 'applied' AND statements_done = 1";
    let begun = within(Duration::from_secs(30), || {
        sandbox.sqlite("ann/dev.db", running) == ["1"]
    });
    kill(child);
    assert!(begun, "theirs never began");
    sandbox
}

/// The folder of the restack's journal, once it is written.
pub(super) fn journal(sandbox: &Sandbox) -> Option<PathBuf> {
    let entries = fs::read_dir(sandbox.at("ann/.git/teammig")).ok()?;
    let mut folders = entries.map(|entry| entry.unwrap().path());
    folders.find(|folder| folder.join("journal.json").exists())
}

/// A restack that waits in the middle of its steps, for a reader that keeps the
/// commit from happening. SQLite's part is done before the files change.
fn waiting_at_the_commit() -> (Sandbox, rusqlite::Connection, Child) {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    let reader = rusqlite::Connection::open(sandbox.at("ann/dev.db")).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM users;")
        .unwrap();
    let child = start(&sandbox, "ann", &["rebase", "--no-prove"]);
    let begun = within(Duration::from_secs(30), || journal(&sandbox).is_some());
    assert!(begun, "no journal was written");
    (sandbox, reader, child)
}

/// Killed before anything was committed, with the files changed all the same: what a
/// loss of power can leave.
fn killed_with_the_files_ahead() -> Sandbox {
    let (sandbox, _reader, child) = waiting_at_the_commit();
    kill(child);
    let path = format!("ann/{MINE}");
    let text = sandbox.read(&path);
    sandbox.write(&path, text.replace("parents: [9209a434d045]", NEW_PARENT));
    sandbox
}

/// Git sees nothing of it, and the temporary folder is empty.
fn nothing_lies_about(sandbox: &Sandbox, folder: &str, changed: &str) {
    assert_eq!(sandbox.git(folder, &["status", "--short"]), changed);
    let left: Vec<_> = fs::read_dir(sandbox.at("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn among_the_steps_everything_can_be_put_back() {
    let sandbox = killed_among_the_steps();
    nothing_lies_about(&sandbox, "ann", "");
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    error: a restack was interrupted here
    `teammig rebase` began at 2026-11-22T10:23:00Z to put aaaa11112222 on c01d9e88ab12.
    The files are as they were before.
    The database dev has run 2 of 5 steps, and the next one in part.
    There is a copy of the database as it was before.
    hint: `teammig rebase --abort` puts files and database back as they were
    hint: `teammig rebase --continue` brings it to its end
    hint: `teammig rebase --quit` leaves everything as it is, and keeps the copy of the database
    ");
    assert_snapshot!(sandbox.teammig("ann", &["upgrade"]), @"
    exit 3
    --- stderr
    error: a restack was interrupted here
    `teammig rebase` began at 2026-11-22T10:23:00Z to put aaaa11112222 on c01d9e88ab12.
    The files are as they were before.
    The database dev has run 2 of 5 steps, and the next one in part.
    There is a copy of the database as it was before.
    hint: `teammig rebase --abort` puts files and database back as they were
    hint: `teammig rebase --continue` brings it to its end
    hint: `teammig rebase --quit` leaves everything as it is, and keeps the copy of the database
    ");
    assert_snapshot!(sandbox.teammig("ann", &["status"]), @"
    exit 0
    --- stdout
    Branch     main → origin/main
    Heads      2, they part at 9209a434d045
               yours  bbbb11112222  Add mail   not published, Ann, 8 minutes ago
               theirs c01d9e88ab12  Theirs   origin/main, Bob, 12 minutes ago
    Database   dev: 1 applied, at 9209a434d045
               3 pending: c01d9e88ab12, aaaa11112222, bbbb11112222
               c01d9e88ab12 was interrupted on its way up after 1 statement
    Restack    a restack was interrupted here
               `teammig rebase` began at 2026-11-22T10:23:00Z to put aaaa11112222 on c01d9e88ab12.
               The files are as they were before.
               The database dev has run 2 of 5 steps, and the next one in part.
               There is a copy of the database as it was before.
    Hooks      not installed; `teammig hooks install` does it
    Next       teammig rebase   a restack was interrupted; this says how to go on
    ");
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--abort"]), @"
    exit 0
    --- stderr
    files and database are as they were before the restack of aaaa11112222
    hint: what the database held until now is kept, should another program have written to it since: .git/teammig/kept/before-abort-2026-11-22T102800Z.db
    ");
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT * FROM users"),
        ["1|Ann|555|ann@example.org"]
    );
    assert_eq!(
        ledger(&sandbox),
        [
            "9209a434d045|[]",
            r#"aaaa11112222|["9209a434d045"]"#,
            r#"bbbb11112222|["aaaa11112222"]"#
        ]
    );
    assert!(!tables(&sandbox).iter().any(|sql| sql.contains("theirs")));
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--abort"]), @"
    exit 0
    --- stderr
    there is nothing to put back, and nothing to go on with
    ");
}

#[test]
fn among_the_steps_it_can_go_on() {
    let sandbox = killed_among_the_steps();
    let path = "ann/migrations/c01d9e88ab12.sql";
    let text = sandbox.read(path);
    sandbox.write(path, text.replace(ENDLESS, "SELECT 1;"));
    let run = sandbox.teammig("ann", &["rebase", "--continue"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        ledger(&sandbox),
        [
            "9209a434d045|[]",
            r#"c01d9e88ab12|["9209a434d045"]"#,
            r#"aaaa11112222|["c01d9e88ab12"]"#,
            r#"bbbb11112222|["aaaa11112222"]"#,
        ]
    );
    let run = sandbox.teammig("ann", &["rebase"]);
    assert!(run.stderr.contains("nothing to restack"), "{run}");
}

#[test]
fn what_was_migrated_further_since_is_not_put_back() {
    let sandbox = killed_among_the_steps();
    sandbox.sqlite(
        "ann/dev.db",
        "UPDATE teammig_ledger SET state = 'applied' RETURNING revision",
    );
    sandbox.sqlite(
        "ann/dev.db",
        "DELETE FROM teammig_ledger WHERE revision = '9209a434d045' RETURNING revision",
    );
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--abort"]), @"
    exit 3
    --- stderr
    error: a restack was interrupted here
    `teammig rebase` began at 2026-11-22T10:23:00Z to put aaaa11112222 on c01d9e88ab12.
    The files are as they were before.
    The database dev was migrated further since, so that it cannot be put back.
    There is a copy of the database as it was before.
    hint: `teammig rebase --quit` leaves everything as it is, and keeps the copy of the database
    ");
    let run = sandbox.teammig("ann", &["rebase", "--quit"]);
    assert_eq!(run.code, 0, "{run}");
    let kept = sandbox.at("ann/.git/teammig/kept");
    let copies: Vec<_> = fs::read_dir(&kept).unwrap().map(Result::unwrap).collect();
    assert_eq!(copies.len(), 1, "{run}");
    let name = copies[0].file_name();
    assert!(run.stderr.contains(&*name.to_string_lossy()), "{run}");
    let copy = format!("ann/.git/teammig/kept/{}", name.to_string_lossy());
    assert_eq!(
        sandbox.sqlite(&copy, "SELECT phone FROM users"),
        ["555"],
        "the copy has what was rolled back"
    );
}

#[test]
fn files_that_are_ahead_can_be_put_back() {
    let sandbox = killed_with_the_files_ahead();
    nothing_lies_about(&sandbox, "ann", &format!(" M {MINE}\n"));
    assert_snapshot!(sandbox.teammig("ann", &["rebase"]), @"
    exit 3
    --- stderr
    error: a restack was interrupted here
    `teammig rebase` began at 2026-11-22T10:21:00Z to put aaaa11112222 on c01d9e88ab12.
    The files have the new parents.
    The database dev is as it was before.
    hint: `teammig rebase --abort` puts files and database back as they were
    hint: `teammig rebase --continue` brings it to its end
    hint: `teammig rebase --quit` leaves everything as it is, and keeps the copy of the database
    ");
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--abort"]), @"
    exit 0
    --- stderr
    files and database are as they were before the restack of aaaa11112222
    ");
    nothing_lies_about(&sandbox, "ann", "");
    assert_eq!(ledger(&sandbox).len(), 3);
}

#[test]
fn with_files_that_are_ahead_it_can_go_on() {
    let sandbox = killed_with_the_files_ahead();
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--continue"]), @"
    exit 0
    --- stderr
    files and database are as they were before the restack of aaaa11112222
      aaaa11112222  parents: [9209a434d045] → [c01d9e88ab12]
    Rolling back 2 revisions (what they stored in this database goes), applying 3
        down bbbb11112222  Add mail
        down aaaa11112222  Add phone
        up   c01d9e88ab12  Theirs
        up   aaaa11112222  Add phone
        up   bbbb11112222  Add mail
      ↶ bbbb11112222  Add mail   [TIME]
      ↶ aaaa11112222  Add phone   [TIME]
      ✔ c01d9e88ab12  Theirs   [TIME]
      ✔ aaaa11112222  Add phone   [TIME]
      ✔ bbbb11112222  Add mail   [TIME]
    hint: commit it: `git add migrations/aaaa11112222.sql`
    ");
    assert_eq!(ledger(&sandbox)[2], r#"aaaa11112222|["c01d9e88ab12"]"#);
    nothing_lies_about(&sandbox, "ann", &format!(" M {MINE}\n"));
}

#[test]
fn sync_asks_at_a_terminal() {
    let sandbox = killed_with_the_files_ahead();
    let mut session = prompt::start(&sandbox, &["sync"]);
    session.expect("a restack was interrupted here").unwrap();
    session.expect("The files have the new parents.").unwrap();
    session.expect("Put back").unwrap();
    session.expect("Stop").unwrap();
    press(&mut session, prompt::ENTER);
    let (text, code) = prompt::end(session);
    assert_eq!(code, 0, "{text}");
    nothing_lies_about(&sandbox, "ann", "");
    // Now it goes on from there, with the question that it always asks.
    let mut session = prompt::start(&sandbox, &["sync"]);
    session.expect("Restack yours on top of theirs").unwrap();
    session.expect("Stop").unwrap();
    press(&mut session, prompt::ENTER);
    let (text, code) = prompt::end(session);
    assert_eq!(code, 0, "{text}");
    assert_eq!(ledger(&sandbox).len(), 4);
}

#[test]
fn sync_goes_on_at_a_terminal() {
    let sandbox = killed_with_the_files_ahead();
    let mut session = prompt::start(&sandbox, &["sync"]);
    session.expect("Stop").unwrap();
    press(&mut session, prompt::DOWN);
    press(&mut session, prompt::ENTER);
    let (text, code) = prompt::end(session);
    assert_eq!(code, 0, "{text}");
    assert_eq!(ledger(&sandbox)[2], r#"aaaa11112222|["c01d9e88ab12"]"#);
    assert!(journal(&sandbox).is_none());
}

#[test]
fn without_git_what_a_restack_needs_ignores_itself() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "plain/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\n",
    );
    let pass = "SELECT 1;";
    sandbox.revision("plain", "9209a434d045", &[], "Base", pass, pass);
    sandbox.revision(
        "plain",
        "aaaa11112222",
        &["9209a434d045"],
        "Mine",
        pass,
        pass,
    );
    sandbox.ok("plain", &["upgrade"]);
    sandbox.revision(
        "plain",
        "c01d9e88ab12",
        &["9209a434d045"],
        "Theirs",
        pass,
        pass,
    );
    sandbox.ok("plain", &["rebase", "aaaa", "--onto", "c01d"]);
    assert_eq!(sandbox.read("plain/.teammig/.gitignore"), "*\n");
    let left = fs::read_dir(sandbox.at("plain/.teammig")).unwrap();
    let folders = left.filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), 0);
}

#[test]
fn what_had_done_everything_is_over() {
    let (sandbox, reader, mut child) = waiting_at_the_commit();
    // As if it were killed before it could take its journal away.
    let folder = journal(&sandbox).unwrap();
    let text = fs::read(folder.join("journal.json")).unwrap();
    drop(reader);
    assert!(child.wait().unwrap().success());
    assert!(!folder.exists(), "a restack that ended leaves no journal");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("journal.json"), text).unwrap();
    assert_snapshot!(sandbox.teammig("ann", &["rebase"]), @"
    exit 0
    --- stderr
    an earlier restack was interrupted after it had done everything
    nothing to restack: the heads did not diverge
    ");
    assert!(!folder.exists());
    nothing_lies_about(&sandbox, "ann", &format!(" M {MINE}\n"));
}

#[test]
fn a_restack_at_work_is_not_taken_for_a_killed_one() {
    let (sandbox, reader, mut child) = waiting_at_the_commit();
    assert_snapshot!(sandbox.teammig("ann", &["rebase"]), @"
    exit 1
    --- stderr
    error: a restack is at work here
    `teammig rebase` began at 2026-11-22T10:21:00Z to put aaaa11112222 on c01d9e88ab12.
    hint: wait for it to end, and call this again
    ");
    let status = sandbox.teammig("ann", &["status"]);
    assert!(
        status.stdout.contains("a restack is at work here"),
        "{status}"
    );
    drop(reader);
    assert!(child.wait().unwrap().success());
    let run = sandbox.teammig("ann", &["rebase"]);
    assert!(run.stderr.contains("nothing to restack"), "{run}");
}

/// Somebody waits for an advisory lock in a script; the ledger's is never waited for.
const WAITS: &str = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";

#[test]
fn on_a_server_nothing_happened_among_the_steps() {
    let (sandbox, url) = diverged("SELECT pg_advisory_xact_lock(4711);", "");
    let psql = Cluster::shared().psql_at(&url);
    psql.run("SELECT pg_advisory_lock(4711)");
    let child = start(&sandbox, "project", &[REBASE, &["--no-prove"]].concat());
    psql.wait_for(WAITS);
    kill(child);
    psql.run("SELECT pg_advisory_unlock(4711)");
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("an earlier restack was interrupted before it changed anything"),
        "{run}"
    );
    assert_eq!(values(&url, ROWS).len(), 3);
}

#[test]
fn on_a_server_outside_of_a_transaction_it_goes_on_from_there() {
    let theirs =
        "CREATE INDEX CONCURRENTLY users_id ON users (id);\nSELECT pg_advisory_lock(4711);";
    let (sandbox, url) = diverged(theirs, "transaction:false");
    let psql = Cluster::shared().psql_at(&url);
    psql.run("SELECT pg_advisory_lock(4711)");
    let child = start(&sandbox, "project", &[REBASE, &["--no-prove"]].concat());
    psql.wait_for(WAITS);
    kill(child);
    psql.run("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
    psql.run("SELECT pg_advisory_unlock(4711)");
    let status = sandbox.teammig("project", &["status"]);
    assert!(
        status
            .stdout
            .contains("Restack    a restack was interrupted here"),
        "{status}"
    );
    assert_snapshot!(sandbox.teammig("project", REBASE), @"
    exit 0
    --- stderr
    an earlier restack was interrupted: the files are whole, and the database goes on from where it is
    c01d9e88ab12 was interrupted; going on after its first 1 statement
      aaaa11112222  parents: [9209a434d045] → [c01d9e88ab12]
    Applying 2 revisions
        c01d9e88ab12  c01d9e88ab12
        aaaa11112222  Mine
      ✔ c01d9e88ab12  c01d9e88ab12   [TIME]
      ✔ aaaa11112222  Mine   [TIME]
    hint: commit it: `git add migrations/aaaa11112222.sql`
    ");
    assert_eq!(
        values(&url, ROWS),
        [
            "9209a434d045 {}",
            "c01d9e88ab12 {9209a434d045}",
            "aaaa11112222 {c01d9e88ab12}"
        ]
    );
}

/// Killed at the COMMIT, which waits for a lock at the server.
fn killed_at_the_commit() -> (Sandbox, String, crate::support::postgres::Psql) {
    let (sandbox, url) = diverged(
        "CREATE TABLE late (id int);\n\
         CREATE FUNCTION wait_for_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;\n\
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_for_it();\n\
         INSERT INTO late VALUES (1);",
        "",
    );
    let psql = Cluster::shared().psql_at(&url);
    psql.run("SELECT pg_advisory_lock(4711)");
    let child = start(&sandbox, "project", &[REBASE, &["--no-prove"]].concat());
    psql.wait_for(WAITS);
    kill(child);
    assert!(
        sandbox
            .read(&format!("project/{MINE}"))
            .contains(NEW_PARENT)
    );
    (sandbox, url, psql)
}

#[test]
fn a_server_that_commits_after_the_kill_is_waited_for() {
    let (sandbox, url, psql) = killed_at_the_commit();
    psql.run("SELECT pg_advisory_unlock(4711)");
    let run = sandbox.teammig("project", &["rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("after it had done everything"), "{run}");
    assert_eq!(values(&url, ROWS).len(), 3);
    assert!(
        sandbox
            .read(&format!("project/{MINE}"))
            .contains(NEW_PARENT)
    );
}

#[test]
fn a_server_that_did_not_commit_leaves_files_to_put_back() {
    let (sandbox, url, psql) = killed_at_the_commit();
    psql.run("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
    psql.run("SELECT pg_advisory_unlock(4711)");
    assert_snapshot!(sandbox.teammig("project", &["rebase"]), @"
    exit 3
    --- stderr
    error: a restack was interrupted here
    `teammig rebase` began at 2026-11-22T10:03:00Z to put aaaa11112222 on c01d9e88ab12.
    The files have the new parents.
    The database dev is as it was before.
    hint: `teammig rebase --abort` puts files and database back as they were
    hint: `teammig rebase --continue` brings it to its end
    hint: `teammig rebase --quit` leaves everything as it is
    ");
    assert_snapshot!(sandbox.teammig("project", &["rebase", "--abort"]), @"
    exit 0
    --- stderr
    files and database are as they were before the restack of aaaa11112222
    ");
    assert!(
        !sandbox
            .read(&format!("project/{MINE}"))
            .contains(NEW_PARENT)
    );
    assert_eq!(values(&url, "SELECT phone FROM users"), ["555"]);
    assert_eq!(values(&url, ROWS).len(), 2);
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 0, "{run}");
}

/// A journal whose copy is gone put an empty database back, and said "as before".
#[test]
fn a_copy_that_is_gone_is_not_put_back() {
    let sandbox = killed_among_the_steps();
    fs::remove_file(journal(&sandbox).unwrap().join("before.db")).unwrap();
    let rows = ledger(&sandbox);
    let run = sandbox.teammig("ann", &["rebase", "--abort"]);
    assert!(!run.stderr.contains("database are as they were"), "{run}");
    assert_eq!(ledger(&sandbox), rows);
    // The files are whole, and the database goes on from where it is.
    assert!(
        !sandbox
            .teammig("ann", &["status"])
            .stdout
            .contains("Restack")
    );
}

/// It stood in the way of everything, also of what should have ended it.
#[test]
fn a_journal_that_cannot_be_understood_can_be_forgotten() {
    let sandbox = killed_among_the_steps();
    let path = journal(&sandbox).unwrap().join("journal.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"version\":1", "\"version\":99", 1)).unwrap();
    let status = sandbox.teammig("ann", &["status"]);
    assert!(
        status
            .stdout
            .contains("Restack    a restack was interrupted here"),
        "{status}"
    );
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(
        run.code == 1 && run.stderr.contains("rebase --quit"),
        "{run}"
    );
    let (document, code) = sandbox.json("ann", &["rebase", "--quit"]);
    assert_eq!(code, 0);
    let kept = document["kept"].as_str().unwrap();
    assert!(sandbox.at("ann").join(kept).exists(), "{kept}");
    assert!(
        !sandbox
            .teammig("ann", &["sync", "--dry-run", "--no-prove"])
            .stderr
            .contains("restack was interrupted")
    );
}

/// The first file kept its new parents, and the journal went.
#[test]
fn files_that_changed_in_part_are_put_back_where_that_is_possible() {
    let sandbox = killed_with_the_files_ahead();
    let other = "ann/migrations/9209a434d045.sql";
    let record = journal(&sandbox).unwrap().join("journal.json");
    // As if that file had been part of it, and was edited since.
    let mut written: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&record).unwrap()).unwrap();
    let mut file = written["files"][0].clone();
    file["path"] = "migrations/9209a434d045.sql".into();
    file["before"] = "before".into();
    file["after"] = "after".into();
    written["files"].as_array_mut().unwrap().push(file);
    fs::write(&record, written.to_string()).unwrap();
    let text = sandbox.read(other);
    let run = sandbox.teammig("ann", &["rebase", "--abort"]);
    assert!(
        run.code == 1 && run.stderr.contains("somebody else changed it"),
        "{run}"
    );
    assert!(!sandbox.read(&format!("ann/{MINE}")).contains(NEW_PARENT));
    assert_eq!(sandbox.read(other), text);
}

/// They wrote the head file, with which the way back was gone.
#[test]
fn what_writes_revisions_waits_for_it() {
    let sandbox = killed_among_the_steps();
    for args in [
        &["merge-heads", "--yes"][..],
        &["create", "more", "--head", "c01d"],
    ] {
        let run = sandbox.teammig("ann", args);
        assert!(
            run.code == 3 && run.stderr.contains("a restack was interrupted"),
            "{run}"
        );
        assert!(
            run.stderr.contains("`teammig sync` looks at the database"),
            "{run}"
        );
    }
    sandbox.ok("ann", &["rebase", "--abort"]);
    sandbox.ok("ann", &["create", "more", "--head", "c01d"]);
}

/// It asked, and put files and database back.
#[test]
fn a_dry_run_settles_nothing() {
    let sandbox = killed_among_the_steps();
    for command in ["sync", "rebase"] {
        let run = sandbox.teammig("ann", &[command, "--dry-run"]);
        assert!(
            run.code == 3 && run.stderr.contains("a restack was interrupted"),
            "{run}"
        );
    }
    assert!(journal(&sandbox).is_some());
}
