//! The ledger: reading, writing, where it is, and whose it is.

use teammig::{
    db::{ErrorKind, LedgerChange},
    model::{
        Entry, EntryState, RevId,
        ledger::{StoredScript, StoredScripts},
    },
};

use crate::support::{
    deploy::{deployer, down, entry, inside, outside, settings, states, try_open, up},
    postgres::Cluster,
    proxy::Proxy,
};

#[test]
fn reading_an_empty_database_finds_nothing_and_leaves_nothing() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = try_open(&url, &settings()).unwrap();
    let ledger = database.ledger().unwrap();
    assert!(!ledger.exists && ledger.entries.is_empty());
    let none = database.stored_scripts(&RevId::trusted("a")).unwrap();
    assert_eq!(none, None);
    assert_eq!(database.location(), url.replace("&port=5432", ""));
    let tables = "SELECT count(*) FROM pg_class WHERE relname LIKE 'teammig%'";
    assert_eq!(cluster.psql_at(&url).value(tables), "0");
}

#[test]
fn a_revision_is_recorded_with_its_scripts_and_removed_again() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    // Quotes, backslashes, dollars and characters of all lengths come back as they went.
    let scripts = StoredScripts {
        up: StoredScript {
            text: "-- ü 🦀 \\n 'x\nCREATE TABLE t (a text DEFAULT 'it''s \\ $$ E''');".into(),
            transaction: true,
            foreign_keys_off: true,
        },
        down: Some(StoredScript {
            text: "DROP TABLE t".into(),
            transaction: false,
            foreign_keys_off: false,
        }),
    };
    up(&mut *database, "a1", &scripts).unwrap();
    up(&mut *database, "a0", &inside("", "")).unwrap();
    assert_eq!(states(&mut *database), ["a1 applied", "a0 applied"]);

    let mut reader = try_open(&url, &settings()).unwrap();
    let mut found = reader.ledger().unwrap().entries.remove(0);
    assert!(found.duration_ms < 5_000);
    found.duration_ms = 0;
    let options = "up foreign_keys:off down transaction:false"
        .parse()
        .unwrap();
    let expected = Entry {
        options,
        ..entry("a1")
    };
    assert_eq!(found, expected);
    let stored = reader.stored_scripts(&RevId::trusted("a1")).unwrap();
    assert_eq!(stored.as_ref(), Some(&scripts));

    down(&mut *database, "a1", &scripts).unwrap();
    assert_eq!(states(&mut *database), ["a0 applied"]);
    let left = "SELECT to_regclass('t') IS NULL";
    assert_eq!(cluster.psql_at(&url).value(left), "t");
}

#[test]
fn a_revision_without_a_way_back_has_no_down_script() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let scripts = StoredScripts {
        down: None,
        ..inside("CREATE TABLE t ()", "")
    };
    up(&mut *database, "a", &scripts).unwrap();
    let stored = database.stored_scripts(&RevId::trusted("a")).unwrap();
    assert_eq!(stored, Some(scripts));
}

#[test]
fn round_trips_are_few() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    drop(deployer(&url, &settings()));
    let proxy = Proxy::start(cluster);
    let mut database = try_open(&proxy.url(&url), &settings()).unwrap();
    assert_eq!(proxy.queries(), 1, "connecting");
    database.ledger().unwrap();
    assert_eq!(proxy.queries(), 1, "reading");
    database.prepare_ledger().unwrap();
    assert_eq!(proxy.queries(), 2, "preparing what is there");
    for (text, trips) in [
        ("CREATE TABLE a ()", 1),
        ("CREATE TABLE b (); CREATE TABLE c (); CREATE TABLE d ()", 3),
        ("", 1),
        ("SET search_path = pg_catalog", 3),
    ] {
        up(
            &mut *database,
            &format!("r{trips}{}", text.len()),
            &inside(text, ""),
        )
        .unwrap();
        assert_eq!(proxy.queries(), trips, "{text}");
    }
    let two = outside("CREATE TABLE e (); CREATE TABLE f ()", "");
    up(&mut *database, "s", &two).unwrap();
    assert_eq!(proxy.queries(), 3, "outside: begun, one for each statement");
}

#[test]
fn the_table_can_have_another_name_and_schema() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let settings = teammig::db::RunSettings {
        ledger_table: "my \"odd\" Ledger".into(),
        ledger_schema: Some("Op's".into()),
        ..settings()
    };
    let mut database = deployer(&url, &settings);
    up(&mut *database, "a", &inside("CREATE TABLE t ()", "")).unwrap();
    assert_eq!(states(&mut *database), ["a applied"]);
    let count = r#"SELECT count(*) FROM "Op's"."my ""odd"" Ledger""#;
    assert_eq!(cluster.psql_at(&url).value(count), "1");
    drop(database);
    // The schema is there by now.
    deployer(&url, &settings).ledger().unwrap();
}

#[test]
fn the_ledger_is_found_when_the_search_path_gets_a_new_first_schema() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    // The default search path is "$user", public.
    up(&mut *database, "a", &inside("CREATE SCHEMA postgres", "")).unwrap();
    drop(database);
    assert_eq!(states(&mut *deployer(&url, &settings())), ["a applied"]);
}

#[test]
fn a_search_path_without_a_schema_has_no_place_for_a_ledger() {
    let url = format!(
        "{}&options=-csearch_path%3Dnowhere",
        Cluster::shared().database()
    );
    let mut database = try_open(&url, &settings()).unwrap();
    assert!(!database.ledger().unwrap().exists);
    let error = database.prepare_ledger().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.message.contains("search path"), "{error}");
}

#[test]
fn rows_are_rewritten_all_or_none() {
    let url = Cluster::shared().database();
    let mut database = deployer(&url, &settings());
    let put = |revision: &str, message: &str| {
        let mut row = entry(revision);
        row.message = message.into();
        row.duration_ms = 12;
        LedgerChange::Put(Box::new(row), Box::new(inside("x", "y")))
    };
    database
        .rewrite(&[put("a", "one"), put("b", "two"), put("c", "three")])
        .unwrap();
    // Replacing a row keeps its place.
    database
        .rewrite(&[put("a", "new"), LedgerChange::Remove(RevId::trusted("b"))])
        .unwrap();
    let ledger = database.ledger().unwrap();
    let messages: Vec<&str> = ledger
        .entries
        .iter()
        .map(|row| row.message.as_str())
        .collect();
    assert_eq!(messages, ["new", "three"]);
    assert_eq!(ledger.entries[0].duration_ms, 12);

    let broken = LedgerChange::Put(
        Box::new(entry("d")),
        Box::new(inside("a NUL is no text: \0", "")),
    );
    database
        .rewrite(&[LedgerChange::Clear, broken])
        .unwrap_err();
    drop(database);
    let mut database = deployer(&url, &settings());
    assert_eq!(states(&mut *database).len(), 2);
    database
        .rewrite(&[LedgerChange::Clear, put("e", "")])
        .unwrap();
    assert_eq!(states(&mut *database), ["e applied"]);

    let mut running = entry("e");
    running.state = EntryState::Running {
        direction: teammig::model::Direction::Down,
        done: 3,
        uncertain: true,
    };
    let change = LedgerChange::Put(Box::new(running), Box::new(inside("", "")));
    database.rewrite(&[change]).unwrap();
    assert_eq!(states(&mut *database), ["e down 3 uncertain"]);
}

#[test]
fn a_failed_rewrite_leaves_the_session_usable() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    cluster
        .psql_at(&url)
        .run("ALTER TABLE teammig_ledger ADD CHECK (revision <> 'bad')");
    let put = |revision| LedgerChange::Put(Box::new(entry(revision)), Box::new(inside("", "")));
    let error = database.rewrite(&[put("a"), put("bad")]).unwrap_err();
    assert_eq!(error.code.as_deref(), Some("23514"));
    database.rewrite(&[put("b")]).unwrap();
    assert_eq!(states(&mut *database), ["b applied"]);
}

#[test]
fn a_role_that_may_only_read_can_read() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    up(&mut *database, "a", &inside("SELECT 1", "")).unwrap();
    let psql = cluster.psql_at(&url);
    psql.run("CREATE ROLE reader_of_ledger LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let as_reader = url.replace("postgres@", "reader_of_ledger@");

    let mut reader = try_open(&as_reader, &settings()).unwrap();
    let error = reader.ledger().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.message.contains("public.teammig_ledger"), "{error}");
    psql.run("GRANT SELECT ON teammig_ledger TO reader_of_ledger");
    assert_eq!(states(&mut *reader), ["a applied"]);
    assert!(
        reader
            .stored_scripts(&RevId::trusted("a"))
            .unwrap()
            .is_some()
    );

    let error = up(&mut *reader, "b", &inside("SELECT 1", ""))
        .unwrap_err()
        .error;
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(
        error.message.starts_with("while writing the ledger"),
        "{error}"
    );

    let fresh = cluster.database();
    cluster
        .psql_at(&fresh)
        .run("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let as_reader = fresh.replace("postgres@", "reader_of_ledger@");
    let mut reader = try_open(&as_reader, &settings()).unwrap();
    let error = reader.prepare_ledger().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert_eq!(error.code.as_deref(), Some("42501"));
    assert!(!reader.ledger().unwrap().exists);
}

#[test]
fn a_database_that_may_not_be_written_says_so() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    drop(deployer(&url, &settings()));
    let url = format!("{url}&options=-cdefault_transaction_read_only%3Don");
    let mut database = try_open(&url, &settings()).unwrap();
    assert!(database.ledger().unwrap().exists);
    database.prepare_ledger().unwrap();
    let error = up(&mut *database, "a", &inside("CREATE TABLE t ()", "")).unwrap_err();
    assert_eq!(error.error.kind, ErrorKind::ReadOnly);
    let error = database.rewrite(&[LedgerChange::Clear]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::ReadOnly);
}

#[test]
fn a_newer_ledger_is_not_touched() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut database = deployer(&url, &settings());
    up(&mut *database, "a", &inside("SELECT 1", "")).unwrap();
    let psql = cluster.psql_at(&url);
    psql.run("UPDATE teammig_ledger SET ledger_version = 99");
    assert_eq!(database.ledger().unwrap_err().kind, ErrorKind::LedgerTooNew);
    let error = database.prepare_ledger().unwrap_err();
    assert_eq!(error.kind, ErrorKind::LedgerTooNew);
    // Even when its columns have changed.
    psql.run("ALTER TABLE teammig_ledger RENAME message TO title");
    assert_eq!(database.ledger().unwrap_err().kind, ErrorKind::LedgerTooNew);
}

#[test]
fn what_is_no_ledger_is_called_damaged() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let psql = cluster.psql_at(&url);
    psql.run("CREATE TABLE teammig_ledger (id int)");
    let mut database = try_open(&url, &settings()).unwrap();
    let error = database.ledger().unwrap_err();
    assert_eq!(error.kind, ErrorKind::LedgerDamaged);
    assert_eq!(
        database.prepare_ledger().unwrap_err().kind,
        ErrorKind::LedgerDamaged
    );

    psql.run("DROP TABLE teammig_ledger");
    let mut database = deployer(&url, &settings());
    up(&mut *database, "a", &inside("SELECT 1", "")).unwrap();
    psql.run("UPDATE teammig_ledger SET checksum = 'x'");
    let error = database.ledger().unwrap_err();
    assert_eq!(error.kind, ErrorKind::LedgerDamaged);
    assert!(error.message.contains("row of a"), "{error}");
}

#[test]
fn a_ledger_that_goes_or_comes_is_noticed() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let mut reader = try_open(&url, &settings()).unwrap();
    assert!(!reader.ledger().unwrap().exists);
    drop(deployer(&url, &settings()));
    assert!(reader.ledger().unwrap().exists);
    cluster.psql_at(&url).run("DROP TABLE teammig_ledger");
    assert!(!reader.ledger().unwrap().exists);
    reader.prepare_ledger().unwrap();
    assert!(reader.ledger().unwrap().exists);
}
