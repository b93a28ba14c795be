//! Getting a session: who answers, who is let in, and what is said otherwise.

use teammig::db::{ErrorKind, RunSettings};

use crate::support::{
    deploy::{deployer, settings, try_open},
    postgres::Cluster,
};

#[test]
fn nobody_there() {
    let folder = tempfile::tempdir().unwrap();
    let host = folder.path().display();
    for url in [
        format!("postgres://u:secret@/d?host={host}"),
        "postgres://u:secret@127.0.0.1:1/d?connect_timeout=2".to_owned(),
        "postgres://u:secret@127.0.0.1:1,localhost:2/d".to_owned(),
        "postgres://u:secret@no-such-host.invalid/d?connect_timeout=5".to_owned(),
    ] {
        let error = try_open(&url, &settings()).err().unwrap();
        assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
        assert!(!format!("{error:?}").contains("secret"));
    }
    let url = format!("postgres://u@/d?host={host}");
    let error = try_open(&url, &settings()).err().unwrap();
    let socket = format!("cannot connect to {host}/.s.PGSQL.5432: No such file");
    assert!(error.message.starts_with(&socket), "{error}");
    let url = "postgres://u@127.0.0.1:1,127.0.0.1:2/d";
    let error = try_open(url, &settings()).err().unwrap();
    assert!(error.message.contains("127.0.0.1:1:") && error.message.contains("127.0.0.1:2:"));
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = format!("postgres://u@127.0.0.1:{port}/d?connect_timeout=1&sslmode=disable");
    let error = try_open(&url, &settings()).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("within 1 s"), "{error}");
}

#[test]
fn the_next_host_is_tried() {
    let cluster = Cluster::shared();
    let nowhere = tempfile::tempdir().unwrap();
    let url = cluster.database();
    let (before, folder) = url.split_once("?host=").unwrap();
    let folder = folder.split('&').next().unwrap();
    let url = format!("{before}?host={},{folder}", nowhere.path().display());
    try_open(&url, &settings()).unwrap();
    for (attrs, fine) in [
        ("read-write", true),
        ("primary", true),
        ("prefer-standby", true),
        ("any", true),
        ("read-only", false),
        ("standby", false),
    ] {
        let opened = try_open(&format!("{url}&target_session_attrs={attrs}"), &settings());
        match opened {
            Ok(_) => assert!(fine, "{attrs}"),
            Err(error) => {
                assert!(!fine, "{attrs}: {error}");
                assert!(error.message.contains("not read only"), "{error}");
            }
        }
    }
}

#[test]
fn who_is_not_let_in_hears_why() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let psql = cluster.psql_at(&url);
    psql.run("CREATE ROLE full_up LOGIN CONNECTION LIMIT 0; CREATE ROLE no_login");
    let name = psql.value("SELECT current_database()");
    psql.run(&format!(
        "CREATE ROLE unwanted LOGIN; REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"
    ));
    for (user, dbname, kind, code) in [
        ("nobody_known", name.as_str(), ErrorKind::Refused, "28000"),
        ("no_login", &name, ErrorKind::Refused, "28000"),
        ("unwanted", &name, ErrorKind::Refused, "42501"),
        (
            "postgres",
            "no_such_database",
            ErrorKind::Unreachable,
            "3D000",
        ),
        ("full_up", "template1", ErrorKind::Unreachable, "53300"),
    ] {
        let error = try_open(&cluster.url(user, dbname), &settings())
            .err()
            .unwrap();
        assert_eq!(
            (error.kind, error.code.as_deref()),
            (kind, Some(code)),
            "{error}"
        );
    }
}

#[test]
fn others_see_what_we_call_ourselves() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let settings = RunSettings {
        application: "teammig upgrade".into(),
        ..settings()
    };
    for (url, name) in [
        (url.clone(), "teammig upgrade"),
        (format!("{url}&application_name=mine"), "mine"),
    ] {
        let _database = deployer(&url, &settings);
        // A session that has just ended may be listed for a moment.
        cluster.psql_at(&url).wait_for(&format!(
            "SELECT pg_catalog.array_agg(application_name) = '{{{name}}}' FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        ));
    }
}

#[test]
fn keyword_strings_and_encoded_folders_work() {
    let cluster = Cluster::shared();
    let folder = cluster.folder().display().to_string();
    let encoded = folder.replace('/', "%2F");
    for url in [
        format!("host={folder} user=postgres dbname=postgres"),
        format!("postgresql://postgres@{encoded}/postgres"),
    ] {
        let database = try_open(&url, &settings()).unwrap();
        let shown = format!("postgres://postgres@/postgres?host={folder}");
        assert_eq!(database.location(), shown);
    }
}

#[test]
fn the_server_is_one_that_is_supported() {
    let major = Cluster::shared().major();
    assert!((13..=18).contains(&major), "{major}");
    eprintln!("PostgreSQL {major}");
}
