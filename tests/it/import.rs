//! Taking over other tools' migrations, end to end.

use crate::support::Sandbox;

fn diesel() -> Sandbox {
    let sandbox = Sandbox::project();
    for (folder, up, down) in [
        (
            "2024-01-01-000000_create_users",
            "CREATE TABLE users (id integer PRIMARY KEY);",
            "DROP TABLE users;",
        ),
        (
            "2024-01-02_000000_second",
            "CREATE TABLE second (x);",
            "-- nothing\n",
        ),
        (
            "2024-01-03-000000_third",
            "BEGIN;\nCREATE TABLE third (x);\nCOMMIT;",
            "DROP TABLE third;",
        ),
    ] {
        sandbox.write(&format!("theirs/{folder}/up.sql"), up);
        sandbox.write(&format!("theirs/{folder}/down.sql"), down);
    }
    sandbox
}

#[test]
fn a_folder_becomes_a_chain_that_runs() {
    let sandbox = diesel();
    let run = sandbox.teammig("project", &["import", "../theirs", "--dry-run"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        std::fs::read_dir(sandbox.at("project/migrations"))
            .unwrap()
            .count(),
        0
    );
    let (document, code) = sandbox.json("project", &["import", "../theirs"]);
    assert_eq!(code, 0, "{document}");
    assert_eq!(document["schema"], "teammig.import/1");
    let (history, _) = sandbox.json("project", &["history"]);
    let ids: Vec<&str> = history["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["revision"].as_str().unwrap())
        .collect();
    // diesel's version is what stands before the first underscore, without its dashes.
    assert_eq!(ids, ["20240103000000", "20240102", "20240101000000"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        sandbox
            .sqlite(
                "project/dev.db",
                "SELECT name FROM sqlite_schema WHERE name IN ('users', 'second', 'third')"
            )
            .len(),
        3
    );
    sandbox.ok("project", &["downgrade"]);
    // An empty down is no way back, not a success that does nothing.
    let run = sandbox.teammig("project", &["downgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("20240102 cannot be rolled back"),
        "{run}"
    );
}

#[test]
fn a_database_of_the_other_tool_is_adopted() {
    let sandbox = diesel();
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch(
            "CREATE TABLE users (id integer PRIMARY KEY); CREATE TABLE second (x);
             CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
             INSERT INTO __diesel_schema_migrations (version) VALUES ('20240101000000'), ('20240102')",
        )
        .unwrap();
    let run = sandbox.teammig("project", &["import", "../theirs", "--adopt"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY seq"
        ),
        ["20240101000000", "20240102"]
    );
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT count(*) FROM __diesel_schema_migrations"
        ),
        ["2"]
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.ok("project", &["current", "--check"]);
    // A version that the folder does not have is no small thing.
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')")
        .unwrap();
    let run = sandbox.teammig("project", &["import", "../theirs", "--adopt"]);
    assert_ne!(run.code, 0, "{run}");
    assert!(run.stderr.contains("20991231000000"), "{run}");
}

/// Whatever is wrong, nothing is written.
#[test]
fn a_folder_that_cannot_be_taken_over_leaves_nothing() {
    let sandbox = diesel();
    sandbox.write("theirs/2024-01-04-000000_broken/up.sql", b"SELECT '\xff';");
    let run = sandbox.teammig("project", &["import", "../theirs"]);
    assert_ne!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("2024-01-04-000000_broken/up.sql:1:9"),
        "{run}"
    );
    assert_eq!(
        std::fs::read_dir(sandbox.at("project/migrations"))
            .unwrap()
            .count(),
        0
    );
    for args in [
        &["import", "../nowhere"][..],
        &["import", "../project/migrations"],
        &["import", "../home"],
    ] {
        let run = sandbox.teammig("project", args);
        assert_ne!(run.code, 0, "{args:?} {run}");
    }
}
