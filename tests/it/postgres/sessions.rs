//! What one script sets must reach neither the ledger nor the next script.

use teammig::{
    db::Job,
    model::{Direction, ledger::StoredScripts},
};

use crate::support::{
    deploy::{deployer, entry, inside, outside, run, settings, states, up},
    postgres::Cluster,
};

/// What a script that comes next sees.
const LOOK: &str = "DO $$ BEGIN RAISE NOTICE '% % % % % %', current_user, session_user,
    current_setting('search_path'), current_setting('standard_conforming_strings'),
    current_setting('client_encoding'), current_setting('client_min_messages'); END $$";

const UNTOUCHED: &str = "NOTICE: postgres postgres \"$user\", public on UTF8 notice";

#[test]
fn settings_and_roles_do_not_leak() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    cluster
        .psql_at(&url)
        .run("CREATE ROLE nobody_much; GRANT CREATE ON SCHEMA public TO nobody_much");
    let mut database = deployer(&url, &settings());
    let texts = [
        // The head of every pg_dump.
        "SET statement_timeout = 0;\nSET lock_timeout = 0;\nSET client_encoding = 'UTF8';
         SET standard_conforming_strings = on;
         SELECT pg_catalog.set_config('search_path', '', false);
         SET client_min_messages = warning;\nSET row_security = off;
         CREATE TABLE public.dumped (a int)",
        "SELECT set_config('search_path', '', false)",
        "SET search_path = pg_temp, public",
        "DO $$ BEGIN SET search_path = ''; END $$",
        "SET standard_conforming_strings = off",
        "SET escape_string_warning = off; SET standard_conforming_strings = off; SELECT 1",
        "SET client_encoding = 'LATIN1'",
        "SET ROLE nobody_much",
        "SET SESSION AUTHORIZATION nobody_much; CREATE TABLE theirs ()",
        "SET LOCAL ROLE nobody_much; SET client_min_messages = error",
        "SET synchronous_commit = on; RESET ALL",
        "SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Asia/Tokyo'; SET extra_float_digits = -15",
    ];
    for (at, text) in texts.into_iter().enumerate() {
        for transaction in [true, false] {
            let revision = format!("r{at}_{transaction}");
            let text = text.replace("dumped", &format!("dumped_{transaction}"));
            let text = text.replace("theirs", &format!("theirs_{transaction}"));
            let mut scripts = inside(&text, "-- 'ü \\ \n");
            scripts.up.transaction = transaction;
            up(&mut *database, &revision, &scripts)
                .unwrap_or_else(|error| panic!("{text}: {error:?}"));
            let stored = database.stored_scripts(&entry(&revision).revision).unwrap();
            assert_eq!(stored, Some(scripts), "{text}");

            let mut heard = Vec::new();
            run(
                &mut *database,
                Direction::Up,
                "look",
                &inside(LOOK, ""),
                0,
                &mut heard,
            )
            .unwrap();
            assert_eq!(heard, [UNTOUCHED], "{text}");
        }
    }
    let rows = database.ledger().unwrap().entries;
    assert_eq!(rows.len(), 2 * texts.len() + 1);
    for row in rows {
        assert_eq!(row.applied_at, entry("x").applied_at, "{}", row.revision);
    }
}

#[test]
fn a_script_that_fails_does_not_leak_either() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    cluster.psql_at(&url).run("CREATE ROLE nobody_at_all");
    let mut database = deployer(&url, &settings());
    for transaction in [true, false] {
        let mut scripts = inside(
            "SET ROLE nobody_at_all; SET search_path = ''; SELECT 1/0",
            "",
        );
        scripts.up.transaction = transaction;
        let error = up(&mut *database, "a", &scripts).unwrap_err();
        assert_eq!(error.error.code.as_deref(), Some("22012"));
        assert_eq!(error.done, if transaction { 0 } else { 2 });
        let mut heard = Vec::new();
        run(
            &mut *database,
            Direction::Up,
            "look",
            &inside(LOOK, ""),
            0,
            &mut heard,
        )
        .unwrap();
        assert_eq!(heard, [UNTOUCHED]);
    }
    assert_eq!(states(&mut *database), ["look applied", "a up 2"]);
}

#[test]
fn temporary_tables_do_not_hide_others_from_the_next_script() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    let first = "CREATE TABLE t (a int); CREATE TEMPORARY TABLE t2 AS SELECT 1";
    up(&mut *database, "a", &inside(first, "")).unwrap();
    let second = "CREATE TEMP TABLE t (b int); INSERT INTO t VALUES (1)";
    up(&mut *database, "b", &outside(second, "")).unwrap();
    up(
        &mut *database,
        "c",
        &inside("INSERT INTO t (a) VALUES (1)", ""),
    )
    .unwrap();
    assert_eq!(cluster.psql_at(&url).value("SELECT a FROM t"), "1");
}

#[test]
fn options_of_the_url_survive_a_reset() {
    let url = format!(
        "{}&options=-csearch_path%3Dapp,public",
        Cluster::shared().database()
    );
    let mut database = deployer(&url, &settings());
    let first = "CREATE SCHEMA app; SET search_path = public; RESET ALL; SET search_path = x";
    up(&mut *database, "a", &inside(first, "")).unwrap();
    up(
        &mut *database,
        "b",
        &inside("CREATE TABLE app.t (); DROP TABLE t", ""),
    )
    .unwrap();
    assert_eq!(states(&mut *database), ["a applied", "b applied"]);
}

#[test]
fn only_the_last_commit_of_a_run_waits_for_the_disk() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    let psql = cluster.psql_at(&url);
    let mut step = |revision: &str, scripts: &StoredScripts, last| {
        let job = Job {
            direction: Direction::Up,
            entry: &entry(revision),
            scripts,
            skip: 0,
            last,
        };
        let mut heard = Vec::new();
        let ran = database
            .run(&job, &mut |notice| heard.push(format!("{notice:?}")))
            .unwrap();
        assert!(ran.committed);
        heard.concat()
    };
    // A deferred trigger runs at COMMIT and sees how that is going to happen.
    let watch = "CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE NOTICE 'commit: %', current_setting('synchronous_commit'); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER look AFTER INSERT ON teammig_ledger DEFERRABLE
            INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION look()";
    step("a", &inside(watch, ""), false);
    let one = inside("SELECT 1", "");
    assert!(step("b", &one, false).contains("commit: off"));
    assert!(step("c", &one, true).contains("commit: on"));
    assert!(
        step("d", &inside("SET synchronous_commit = local", ""), false).contains("commit: off")
    );
    assert!(step("e", &inside("SET synchronous_commit = local", ""), true).contains("commit: on"));
    assert!(step("f", &one, false).contains("commit: off"));

    let written = psql.value("SELECT pg_current_wal_insert_lsn()");
    database.flush().unwrap();
    let flushed = format!("SELECT pg_current_wal_flush_lsn() >= '{written}'");
    assert_eq!(psql.value(&flushed), "t");
}
