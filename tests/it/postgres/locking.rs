//! Several deployers, locks of tables, and being told to stop.

use std::{
    thread,
    time::{Duration, Instant},
};

use teammig::{
    db::{ErrorKind, Interrupter, RunSettings},
    model::Direction,
};

use crate::support::{
    deploy::{deployer, inside, outside, run, settings, states, try_open, up},
    postgres::{Cluster, Psql},
};

const NOW: Duration = Duration::ZERO;

#[test]
fn the_second_deployer_waits_and_is_told_for_whom() {
    let url = Cluster::shared().database();
    let first = RunSettings {
        application: "teammig upgrade (first)".into(),
        ..settings()
    };
    let mut first = deployer(&url, &first);
    let mut second = try_open(&url, &settings()).unwrap();
    let mut told = Vec::new();
    let error = second
        .lock(Duration::from_millis(400), &mut |who| {
            told.push(who.to_owned());
        })
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Locked);
    assert_eq!(told.len(), 1);
    for part in [
        "user postgres (teammig upgrade (first)) on the server's host, process ",
        ", connected since 20",
        " UTC",
    ] {
        assert!(told[0].contains(part), "{}", told[0]);
        assert!(error.message.contains(part), "{error}");
    }
    // Reading needs no lock.
    assert!(second.ledger().unwrap().exists);

    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let mut second = try_open(&url, &settings()).unwrap();
            second.lock(Duration::from_secs(10), &mut |_| {}).unwrap();
            second.unlock().unwrap();
        });
        thread::sleep(Duration::from_millis(200));
        first.unlock().unwrap();
        waiter.join().unwrap();
    });
    second.lock(NOW, &mut |_| {}).unwrap();
}

#[test]
fn the_lock_goes_with_its_holder_and_belongs_to_one_ledger() {
    let url = Cluster::shared().database();
    let first = deployer(&url, &settings());
    let other_ledger = RunSettings {
        ledger_table: "other".into(),
        ..settings()
    };
    deployer(&url, &other_ledger).unlock().unwrap();
    let mut second = try_open(&url, &settings()).unwrap();
    assert!(second.lock(NOW, &mut |_| {}).is_err());
    drop(first);
    second.lock(Duration::from_secs(2), &mut |_| {}).unwrap();
    second.unlock().unwrap();
    second.unlock().unwrap();
}

#[test]
fn of_several_deployers_at_once_each_revision_is_applied_by_one() {
    let url = Cluster::shared().database();
    let deploy = || {
        let mut database = try_open(&url, &settings()).unwrap();
        database.lock(Duration::from_secs(30), &mut |_| {}).unwrap();
        database.prepare_ledger().unwrap();
        let applied = database.ledger().unwrap().applied();
        for number in 0..5 {
            let revision = format!("r{number}");
            if !applied.contains(revision.as_str()) {
                let text = format!("CREATE TABLE t{number} ()");
                up(&mut *database, &revision, &inside(&text, "")).unwrap();
            }
        }
        database.unlock().unwrap();
        states(&mut *database)
    };
    thread::scope(|scope| {
        let deployers: Vec<_> = (0..4).map(|_| scope.spawn(deploy)).collect();
        for deployer in deployers {
            assert_eq!(deployer.join().unwrap().len(), 5);
        }
    });
}

/// A waiter inside of `pg_advisory_lock` would hold a snapshot that the index of
/// the holder waits for: the server would call it a deadlock.
#[test]
fn waiting_for_the_lock_does_not_block_an_index_built_concurrently() {
    let url = Cluster::shared().database();
    let mut first = deployer(&url, &settings());
    up(&mut *first, "a", &inside("CREATE TABLE t (a int)", "")).unwrap();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| deployer(&url, &settings()).unlock().unwrap());
        thread::sleep(Duration::from_millis(300));
        let index = outside("CREATE INDEX CONCURRENTLY i ON t (a)", "");
        up(&mut *first, "b", &index).unwrap();
        first.unlock().unwrap();
        waiter.join().unwrap();
    });
}

fn impatient(lock_retries: u32) -> RunSettings {
    RunSettings {
        ddl_lock_timeout: Some(Duration::from_millis(100)),
        lock_retries,
        ..settings()
    }
}

fn lock_table(url: &str) -> Psql {
    let psql = Cluster::shared().psql_at(url);
    psql.run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    psql
}

#[test]
fn a_lock_timeout_rolls_back_and_tries_again() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &impatient(3));
    up(&mut *database, "a", &inside("CREATE TABLE t ()", "")).unwrap();
    for (number, transaction) in [(1, true), (2, false)] {
        let holder = lock_table(&url);
        let text = format!("CREATE TABLE u{number} (); ALTER TABLE t ADD c{number} int");
        let mut scripts = inside(&text, "");
        scripts.up.transaction = transaction;
        let mut heard = Vec::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(300));
                holder.run("COMMIT");
            });
            let revision = format!("b{number}");
            run(
                &mut *database,
                Direction::Up,
                &revision,
                &scripts,
                0,
                &mut heard,
            )
            .unwrap();
        });
        assert!(heard.contains(&"try 2 of 4".to_owned()), "{heard:?}");
    }
    assert_eq!(
        states(&mut *database),
        ["a applied", "b1 applied", "b2 applied"]
    );
}

#[test]
fn a_lock_that_is_never_to_be_had_is_an_error_in_the_end() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &impatient(1));
    up(&mut *database, "a", &inside("CREATE TABLE t ()", "")).unwrap();
    let holder = lock_table(&url);
    for (transaction, done) in [(true, 0), (false, 1)] {
        let mut scripts = inside("SELECT 1; ALTER TABLE t ADD c int", "");
        scripts.up.transaction = transaction;
        let mut heard = Vec::new();
        let error = run(&mut *database, Direction::Up, "b", &scripts, 0, &mut heard).unwrap_err();
        assert_eq!(error.error.kind, ErrorKind::LockTimeout);
        assert_eq!(error.error.code.as_deref(), Some("55P03"));
        assert_eq!((error.statement, error.done), (Some(10..33), done));
        assert_eq!(heard.iter().filter(|line| *line == "try 2 of 2").count(), 1);
    }
    assert_eq!(states(&mut *database), ["a applied", "b up 1"]);
    holder.run("COMMIT");
    // The limits were for the scripts.
    let mut heard = Vec::new();
    let look = "DO $$ BEGIN RAISE NOTICE '%', current_setting('lock_timeout'); END $$";
    drop(database);
    let mut database = deployer(&url, &settings());
    run(
        &mut *database,
        Direction::Up,
        "c",
        &inside(look, ""),
        0,
        &mut heard,
    )
    .unwrap();
    assert_eq!(heard, ["NOTICE: 0"]);
}

/// Runs `doing` and interrupts once the server is sleeping in database `url`.
fn interrupted<T>(url: &str, interrupter: &Interrupter, doing: impl FnOnce() -> T) -> T {
    let psql = Cluster::shared().psql_at(url);
    let interrupter = interrupter.clone();
    thread::scope(|scope| {
        scope.spawn(move || {
            psql.wait_for(
                "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() \
                 AND wait_event = 'PgSleep'",
            );
            interrupter();
        });
        doing()
    })
}

#[test]
fn a_running_statement_is_stopped_from_another_thread() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let interrupter = database.interrupter();
    let begin = Instant::now();
    let text = "CREATE TABLE t (); SELECT pg_sleep(60)";
    let error = interrupted(&url, &interrupter, || {
        up(&mut *database, "a", &inside(text, "")).unwrap_err()
    });
    assert!(begin.elapsed() < Duration::from_secs(20));
    assert_eq!(error.error.kind, ErrorKind::Interrupted);
    assert_eq!(error.statement, Some(19..38));
    assert_eq!(states(&mut *database), Vec::<String>::new());

    let error = interrupted(&url, &interrupter, || {
        up(&mut *database, "a", &outside(text, "")).unwrap_err()
    });
    assert_eq!((error.error.kind, error.done), (ErrorKind::Interrupted, 1));
    assert_eq!(states(&mut *database), ["a up 1"]);
    database.flush().unwrap();

    // Between two scripts nothing runs, and the next one does not begin; once.
    interrupter();
    let error = up(&mut *database, "b", &inside("SELECT 1", "")).unwrap_err();
    assert_eq!(error.error.kind, ErrorKind::Interrupted);
    up(&mut *database, "b", &inside("SELECT 1", "")).unwrap();
}

#[test]
fn waiting_can_be_interrupted() {
    let url = Cluster::shared().database();
    let mut first = deployer(&url, &impatient(5));
    let mut second = try_open(&url, &settings()).unwrap();
    let interrupter = second.interrupter();
    let mut stop = |_: &str| interrupter();
    let error = second.lock(Duration::from_mins(1), &mut stop).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Interrupted);

    up(&mut *first, "a", &inside("CREATE TABLE t ()", "")).unwrap();
    let _holder = lock_table(&url);
    let interrupter = first.interrupter();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(300));
            interrupter();
        });
        let error = up(&mut *first, "b", &inside("DROP TABLE t", "")).unwrap_err();
        assert_eq!(error.error.kind, ErrorKind::Interrupted);
    });
}
