//! Scripts in a transaction that fail: what is said, and what is left.

use std::time::Duration;

use teammig::{
    db::{ErrorKind, JobError, RunSettings},
    model::Direction,
};

use crate::support::{
    deploy::{deployer, down, inside, run, settings, states, up},
    postgres::Cluster,
};

/// The failing statement's text, and the text from where the server points.
fn shown<'t>(text: &'t str, error: &JobError) -> (Option<&'t str>, Option<&'t str>) {
    (
        error.statement.clone().map(|span| &text[span]),
        error.offset.map(|offset| &text[offset..]),
    )
}

#[test]
fn a_failing_statement_is_named_and_undone() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    for (text, statement, pointed, code) in [
        // Characters, not bytes, are counted by the server.
        (
            "-- Prüfung 🦀\nCREATE TABLE t (\"größe\" text);\n\nSELCT 'ä🦀', 2;\nSELECT 1;",
            "SELCT 'ä🦀', 2",
            Some("SELCT 'ä🦀', 2;\nSELECT 1;"),
            "42601",
        ),
        (
            "SELECT 'ä🦀', \"größe\" FROM pg_class",
            "SELECT 'ä🦀', \"größe\" FROM pg_class",
            Some("\"größe\" FROM pg_class"),
            "42703",
        ),
        (
            "SELECT 1; SELECT 'é', nope",
            "SELECT 'é', nope",
            Some("nope"),
            "42703",
        ),
        // No position.
        ("CREATE TABLE t (); SELECT 1/0", "SELECT 1/0", None, "22012"),
        ("SELECT 1/0; CREATE TABLE t ()", "SELECT 1/0", None, "22012"),
        ("SELECT 1/0", "SELECT 1/0", None, "22012"),
        // At the end of the statement, where teammig's own text goes on.
        (
            "CREATE TABLE t (a int",
            "CREATE TABLE t (a int",
            Some(""),
            "42601",
        ),
        // Not closed: nothing of ours may end the quote.
        (
            "SELECT 1; SELECT 'abc",
            "SELECT 'abc",
            Some("'abc"),
            "42601",
        ),
        ("SELECT $$ abc", "SELECT $$ abc", Some("$$ abc"), "42601"),
    ] {
        let error = up(&mut *database, "a", &inside(text, "")).unwrap_err();
        assert_eq!(error.error.code.as_deref(), Some(code), "{text}: {error}");
        assert_eq!(error.error.kind, ErrorKind::Statement);
        assert_eq!(shown(text, &error), (Some(statement), pointed), "{text}");
        assert!(!error.earlier_lost);
    }
    // Nothing is left of any, and the session is as good as new.
    assert_eq!(states(&mut *database), Vec::<String>::new());
    up(&mut *database, "a", &inside("CREATE TABLE t ()", "")).unwrap();
}

#[test]
fn an_error_inside_a_function_does_not_point_into_the_script() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let text = "SELECT 1; DO $$ BEGIN EXECUTE 'SELECT nope'; END $$";
    let error = up(&mut *database, "a", &inside(text, "")).unwrap_err();
    let statement = "DO $$ BEGIN EXECUTE 'SELECT nope'; END $$";
    assert_eq!(shown(text, &error), (Some(statement), None));
    assert!(error.error.context.unwrap().contains("EXECUTE"));
}

#[test]
fn detail_and_hint_of_the_server_are_kept() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let text = "DO $$ BEGIN RAISE 'm' USING DETAIL = 'd', HINT = 'h'; END $$";
    let error = up(&mut *database, "a", &inside(text, ""))
        .unwrap_err()
        .error;
    assert_eq!(error.message, "m");
    assert_eq!(error.detail.as_deref(), Some("d"));
    assert_eq!(error.hint.as_deref(), Some("h"));
}

#[test]
fn a_deferred_constraint_fails_at_commit_and_says_so() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let text = "CREATE TABLE p (id int PRIMARY KEY);
        CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)";
    up(&mut *database, "a", &inside(text, "")).unwrap();
    for text in [
        "INSERT INTO c VALUES (1)",
        "SELECT 1; INSERT INTO c VALUES (1)",
    ] {
        let error = up(&mut *database, "b", &inside(text, "")).unwrap_err();
        assert!(error.error.message.starts_with("at COMMIT: "), "{error}");
        assert_eq!(error.error.code.as_deref(), Some("23503"));
        assert_eq!(error.statement, None);
        assert_eq!(states(&mut *database), ["a applied"]);
    }
    let text = "INSERT INTO c VALUES (1); INSERT INTO p VALUES (1)";
    up(&mut *database, "b", &inside(text, "")).unwrap();
}

#[test]
fn a_failing_down_script_leaves_the_row() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let scripts = inside("CREATE TABLE t ()", "DROP TABLE t; DROP TABLE nope");
    up(&mut *database, "a", &scripts).unwrap();
    let error = down(&mut *database, "a", &scripts).unwrap_err();
    assert_eq!(error.statement, Some(14..29));
    assert_eq!(states(&mut *database), ["a applied"]);
}

#[test]
fn transaction_control_is_refused_before_anything_runs() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    let text = "CREATE TABLE t (); COMMIT; CREATE TABLE u ()";
    let error = up(&mut *database, "a", &inside(text, "")).unwrap_err();
    assert_eq!(shown(text, &error).0, Some("COMMIT"));
    assert!(error.error.advice.unwrap().contains("transaction:false"));
    // Hidden in a procedure, the server refuses it.
    let text = "CREATE TABLE t (); DO $$ BEGIN COMMIT; END $$";
    let error = up(&mut *database, "a", &inside(text, "")).unwrap_err();
    assert_eq!(error.error.code.as_deref(), Some("2D000"));
    let left = "SELECT to_regclass('t') IS NULL";
    assert_eq!(cluster.psql_at(&url).value(left), "t");
    let text = "SAVEPOINT s; SELECT 1; ROLLBACK TO s; RELEASE s";
    up(&mut *database, "a", &inside(text, "")).unwrap();
}

#[test]
fn copy_from_the_client_is_refused_and_does_not_hang() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let text = "CREATE TABLE t (a int); COPY t FROM stdin";
    let error = up(&mut *database, "a", &inside(text, "")).unwrap_err();
    assert_eq!(shown(text, &error).0, Some("COPY t FROM stdin"));
    assert!(error.error.advice.unwrap().contains("--inserts"));
    up(&mut *database, "a", &inside("SELECT 1", "")).unwrap();
}

#[test]
fn notices_and_warnings_are_heard() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let text = "DO $$ BEGIN RAISE NOTICE 'n ü'; RAISE WARNING 'w' USING HINT = 'h'; END $$;
        DROP TABLE IF EXISTS nope; SELECT 1";
    let mut heard = Vec::new();
    run(
        &mut *database,
        Direction::Up,
        "a",
        &inside(text, ""),
        0,
        &mut heard,
    )
    .unwrap();
    assert_eq!(
        heard,
        [
            "NOTICE: n ü",
            "WARNING: w\nHINT: h",
            "NOTICE: table \"nope\" does not exist, skipping"
        ]
    );
}

#[test]
fn a_statement_timeout_says_so() {
    let url = Cluster::shared().database();
    let settings = RunSettings {
        statement_timeout: Some(Duration::from_millis(100)),
        ..settings()
    };
    let mut database = deployer(&url, &settings);
    let text = "SELECT 1; SELECT pg_sleep(20)";
    let error = up(&mut *database, "a", &inside(text, "")).unwrap_err();
    assert_eq!(error.error.kind, ErrorKind::Statement);
    assert_eq!(error.error.code.as_deref(), Some("57014"));
    assert_eq!(shown(text, &error).0, Some("SELECT pg_sleep(20)"));
    assert!(error.error.advice.unwrap().contains("100ms"));
    // For scripts only.
    let mut heard = Vec::new();
    let text = "DO $$ BEGIN RAISE NOTICE '%', current_setting('statement_timeout'); END $$";
    run(
        &mut *database,
        Direction::Up,
        "a",
        &inside(text, ""),
        0,
        &mut heard,
    )
    .unwrap();
    assert_eq!(heard, ["NOTICE: 100ms"]);
}

#[test]
fn the_servers_errors_have_kinds() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    for (code, kind) in [
        ("53100", ErrorKind::DiskFull),
        ("25006", ErrorKind::ReadOnly),
        ("55P03", ErrorKind::LockTimeout),
        ("40P01", ErrorKind::LockTimeout),
        ("42501", ErrorKind::Statement),
        ("57014", ErrorKind::Statement),
        ("P0001", ErrorKind::Statement),
    ] {
        let text = format!("DO $$ BEGIN RAISE 'x' USING ERRCODE = '{code}'; END $$");
        let error = up(&mut *database, "a", &inside(&text, ""))
            .unwrap_err()
            .error;
        assert_eq!((error.code.as_deref(), error.kind), (Some(code), kind));
    }
}

#[test]
fn a_killed_session_is_lost_and_nothing_is_applied() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    let text = "CREATE TABLE t (); SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)";
    let error = up(&mut *database, "a", &inside(text, "")).unwrap_err();
    assert_eq!(error.error.kind, ErrorKind::Lost);
    // The server's reason is heard only when it comes before the end of the line.
    let code = error.error.code.as_deref();
    assert!(matches!(code, None | Some("57P01")), "{error:?}");
    let hint = "only the ledger says whether";
    assert!(error.error.message.contains(hint), "{error}");
    assert!(error.outcome_unknown);
    assert_eq!(database.ledger().unwrap_err().kind, ErrorKind::Lost);
    assert_eq!(database.flush().map_err(|error| error.kind), Ok(()));
    assert_eq!(database.unlock().unwrap_err().kind, ErrorKind::Lost);
    drop(database);
    let mut database = deployer(&url, &settings());
    assert_eq!(states(&mut *database), Vec::<String>::new());
    let left = "SELECT to_regclass('t') IS NULL";
    assert_eq!(cluster.psql_at(&url).value(left), "t");
}
