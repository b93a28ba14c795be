//! Scripts outside of a transaction: progress, failures, crashes, going on.

use std::thread;

use teammig::{
    db::ErrorKind,
    model::{Direction, RevId},
};

use crate::support::{
    deploy::{deployer, down, inside, outside, run, settings, states, try_open, up},
    postgres::Cluster,
};

#[test]
fn statements_run_one_by_one_and_are_counted() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    let scripts = outside(
        "CREATE TABLE t (a int); CREATE INDEX CONCURRENTLY i ON t (a); VACUUM t; SELECT 1",
        "DROP INDEX CONCURRENTLY i; DROP TABLE t",
    );
    let mut heard = Vec::new();
    run(&mut *database, Direction::Up, "a", &scripts, 0, &mut heard).unwrap();
    assert_eq!(heard, ["1/4", "2/4", "3/4", "4/4"]);
    assert_eq!(states(&mut *database), ["a applied"]);
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass";
    assert_eq!(cluster.psql_at(&url).value(valid), "t");
    down(&mut *database, "a", &scripts).unwrap();
    assert_eq!(states(&mut *database), Vec::<String>::new());
    // A last statement that runs alone, and none at all.
    let alone = outside("VACUUM", "VACUUM");
    up(&mut *database, "b", &alone).unwrap();
    up(&mut *database, "c", &outside("-- nothing", "")).unwrap();
    assert_eq!(states(&mut *database), ["b applied", "c applied"]);
    down(&mut *database, "b", &alone).unwrap();
    down(&mut *database, "c", &outside("", "")).unwrap();
    assert_eq!(states(&mut *database), Vec::<String>::new());
}

#[test]
fn a_failure_is_recorded_and_the_run_can_go_on() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let text = "CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT 1/(a - 1) FROM t; \
                INSERT INTO t VALUES (2)";
    let scripts = outside(text, "DELETE FROM t; SELECT 1/0; DROP TABLE t");
    let error = up(&mut *database, "a", &scripts).unwrap_err();
    assert_eq!((error.statement, error.done), (Some(50..73), 2));
    assert_eq!(states(&mut *database), ["a up 2"]);

    // Mended by hand, or edited: what has run is not run again.
    up(&mut *database, "fix", &inside("UPDATE t SET a = 5", "")).unwrap();
    run(
        &mut *database,
        Direction::Up,
        "a",
        &scripts,
        2,
        &mut Vec::new(),
    )
    .unwrap();
    assert_eq!(states(&mut *database), ["a applied", "fix applied"]);

    let error = down(&mut *database, "a", &scripts).unwrap_err();
    assert_eq!(error.done, 1);
    assert_eq!(states(&mut *database), ["a down 1", "fix applied"]);
    run(
        &mut *database,
        Direction::Down,
        "a",
        &scripts,
        2,
        &mut Vec::new(),
    )
    .unwrap();
    assert_eq!(states(&mut *database), ["fix applied"]);
}

/// What is counted are the statements of the script that ran, not of one before it.
#[test]
fn the_script_that_runs_is_the_one_that_is_kept() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    up(&mut *database, "a", &outside("SELECT 1", "SELECT 1")).unwrap();
    let id = RevId::trusted("a");
    let mended = outside("SELECT 1", "SELECT 2; SELECT 1/0");
    down(&mut *database, "a", &mended).unwrap_err();
    assert_eq!(states(&mut *database), ["a down 1"]);
    assert_eq!(database.stored_scripts(&id).unwrap(), Some(mended));
    // The rest was taken out: nothing is left to run.
    let failed = outside("SELECT 1; SELECT 1/0", "");
    up(&mut *database, "b", &failed).unwrap_err();
    let shorter = outside("SELECT 1", "");
    run(
        &mut *database,
        Direction::Up,
        "b",
        &shorter,
        1,
        &mut Vec::new(),
    )
    .unwrap();
    let id = RevId::trusted("b");
    assert_eq!(database.stored_scripts(&id).unwrap(), Some(shorter));
}

#[test]
fn an_index_that_failed_is_pointed_out() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let text = "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1); \
                CREATE UNIQUE INDEX CONCURRENTLY i ON t (a); SELECT 1";
    let error = up(&mut *database, "a", &outside(text, "")).unwrap_err();
    assert_eq!(error.error.code.as_deref(), Some("23505"));
    assert_eq!(error.done, 2);
    assert!(
        error
            .error
            .advice
            .unwrap()
            .contains("DROP INDEX CONCURRENTLY")
    );
    assert_eq!(states(&mut *database), ["a up 2"]);
}

#[test]
fn a_statement_that_dies_with_its_session_is_certain_or_not() {
    let cluster = Cluster::shared();
    // With its record in one transaction: it is known not to have run.
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    let text = "CREATE TABLE t (); INSERT INTO t SELECT FROM \
        (SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)) k; SELECT 1";
    let error = up(&mut *database, "a", &outside(text, "")).unwrap_err();
    assert_eq!((error.error.kind, error.done), (ErrorKind::Lost, 1));
    drop(database);
    let mut database = deployer(&url, &settings());
    assert_eq!(states(&mut *database), ["a up 1"]);
    assert_eq!(cluster.psql_at(&url).value("SELECT count(*) FROM t"), "0");
    drop(database);

    // Alone: nobody knows.
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    let psql = cluster.psql_at(&url);
    psql.run("CREATE TABLE t (a int)");
    let killer = cluster.psql_at(&url);
    // An open transaction that the index has to wait for.
    psql.run("BEGIN; INSERT INTO t VALUES (1)");
    let scripts = outside(
        "SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a); SELECT 2",
        "",
    );
    let error = thread::scope(|scope| {
        scope.spawn(|| {
            killer.wait_for(
                "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() \
                 AND query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'",
            );
            killer.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND query LIKE 'CREATE INDEX%'",
            );
        });
        up(&mut *database, "a", &scripts).unwrap_err()
    });
    assert_eq!((error.error.kind, error.done), (ErrorKind::Lost, 1));
    drop(database);
    psql.run("COMMIT");
    let mut reader = try_open(&url, &settings()).unwrap();
    assert_eq!(states(&mut *reader), ["a up 1 uncertain"]);

    // Somebody looks, cleans up, and says to go on after the first.
    psql.run("DROP INDEX i");
    let mut database = deployer(&url, &settings());
    run(
        &mut *database,
        Direction::Up,
        "a",
        &scripts,
        1,
        &mut Vec::new(),
    )
    .unwrap();
    assert_eq!(states(&mut *database), ["a applied"]);
}

#[test]
fn procedures_may_commit() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    let text = "CREATE TABLE t (a int);
        DO $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO t VALUES (i); COMMIT; END LOOP; END $$;
        SELECT 1";
    up(&mut *database, "a", &outside(text, "")).unwrap();
    assert_eq!(cluster.psql_at(&url).value("SELECT count(*) FROM t"), "3");
    // Half done is not done.
    let text = "DO $$ BEGIN INSERT INTO t VALUES (4); COMMIT; PERFORM 1/0; END $$";
    let error = up(&mut *database, "b", &outside(text, "")).unwrap_err();
    assert_eq!((error.statement, error.done), (Some(0..65), 0));
    assert_eq!(states(&mut *database), ["a applied", "b up 0"]);
}

#[test]
fn a_script_may_have_transactions_of_its_own() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    let psql = cluster.psql_at(&url);
    let text = "CREATE TABLE t (a int); BEGIN; INSERT INTO t VALUES (1); COMMIT; \
                BEGIN; INSERT INTO t VALUES (2); ROLLBACK; SELECT 1";
    let mut heard = Vec::new();
    run(
        &mut *database,
        Direction::Up,
        "a",
        &outside(text, ""),
        0,
        &mut heard,
    )
    .unwrap();
    assert_eq!(heard.len(), 8, "no warnings: {heard:?}");
    assert_eq!(psql.values("SELECT a FROM t"), ["1"]);

    // What failed inside is undone from its BEGIN on, and so is the count.
    let text = "INSERT INTO t VALUES (3); BEGIN; INSERT INTO t VALUES (4); SELECT 1/0; COMMIT";
    let error = up(&mut *database, "b", &outside(text, "")).unwrap_err();
    assert_eq!((error.statement.clone(), error.done), (Some(59..69), 1));
    assert_eq!(psql.values("SELECT a FROM t"), ["1", "3"]);
    assert_eq!(states(&mut *database), ["a applied", "b up 1"]);

    let text = "INSERT INTO t VALUES (5); BEGIN; INSERT INTO t VALUES (6)";
    let error = up(&mut *database, "c", &outside(text, "")).unwrap_err();
    assert!(error.error.message.contains("does not end it"), "{error}");
    assert_eq!(error.done, 1);
    assert_eq!(psql.values("SELECT a FROM t"), ["1", "3", "5"]);

    // A deferred constraint at the script's own COMMIT.
    let text = "CREATE TABLE p (id int PRIMARY KEY); \
        CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED); \
        BEGIN; INSERT INTO c VALUES (1); COMMIT; SELECT 1";
    let error = up(&mut *database, "d", &outside(text, "")).unwrap_err();
    assert_eq!(error.error.code.as_deref(), Some("23503"));
    assert_eq!((error.statement, error.done), (Some(137..143), 2));
    up(&mut *database, "e", &inside("SELECT 1", "")).unwrap();
    // With a role of its own inside.
    let text = "CREATE ROLE inner_role; GRANT CREATE ON SCHEMA public TO inner_role; \
        BEGIN; SET LOCAL ROLE inner_role; CREATE TABLE of_inner (); COMMIT; CREATE TABLE of_outer ()";
    up(&mut *database, "f", &outside(text, "")).unwrap();
    let owner =
        |table: &str| format!("SELECT tableowner FROM pg_tables WHERE tablename = '{table}'");
    assert_eq!(psql.value(&owner("of_inner")), "inner_role");
    assert_eq!(psql.value(&owner("of_outer")), "postgres");
}

#[test]
fn a_statement_that_ran_alone_counts_even_when_its_record_fails() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    // The ledger refuses to say 2.
    let guard = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.statements_done = 2 THEN RAISE 'not now'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON teammig_ledger FOR EACH ROW EXECUTE FUNCTION refuse()";
    up(&mut *database, "guard", &inside(guard, "")).unwrap();
    let error = up(
        &mut *database,
        "a",
        &outside("SELECT 1; VACUUM; SELECT 2", ""),
    )
    .unwrap_err();
    assert!(
        error.error.message.starts_with("while writing the ledger"),
        "{error}"
    );
    // Not recorded, and so not certain either; never "did not run".
    assert_eq!(
        states(&mut *database),
        ["guard applied", "a up 1 uncertain"]
    );
    assert_eq!(error.done, 1);
    up(
        &mut *database,
        "free",
        &inside("DROP TRIGGER refuse ON teammig_ledger", ""),
    )
    .unwrap();
    let scripts = outside("SELECT 1; VACUUM; SELECT 2", "");
    run(
        &mut *database,
        Direction::Up,
        "a",
        &scripts,
        2,
        &mut Vec::new(),
    )
    .unwrap();
    assert_eq!(
        states(&mut *database),
        ["guard applied", "a applied", "free applied"]
    );
}
