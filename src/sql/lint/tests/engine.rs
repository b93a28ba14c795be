//! SQLite itself as the judge of what it refuses.

use rusqlite::Connection;

use super::super::testing::{findings, migration};
use crate::model::{Dialect::Sqlite, LintOptions};

fn rules(script: &str, earlier: &str) -> Vec<&'static str> {
    let before = [migration("", earlier)];
    findings(
        &migration("", script),
        Sqlite,
        &LintOptions::default(),
        &before,
    )
    .iter()
    .map(|finding| finding.rule.name())
    .collect()
}

#[test]
fn columns_that_it_refuses_to_add() {
    for definition in [
        "text",
        "",
        "text NOT NULL",
        "text NOT NULL DEFAULT 'x'",
        "text DEFAULT 'x' NOT NULL",
        "text NOT NULL DEFAULT NULL",
        "text DEFAULT NULL",
        "text NOT NULL ON CONFLICT IGNORE",
        "int DEFAULT -1 NOT NULL",
        "int DEFAULT +1",
        "int DEFAULT (1)",
        "int DEFAULT (-1) NOT NULL",
        "int DEFAULT ('x')",
        "int DEFAULT (NULL) NOT NULL",
        "int DEFAULT (1 + 1)",
        "int DEFAULT (abs(1))",
        "text DEFAULT (lower('X')) CHECK (1)",
        "text DEFAULT CURRENT_TIMESTAMP",
        "text DEFAULT current_date",
        "text DEFAULT TRUE NOT NULL",
        "text DEFAULT x",
        "int UNIQUE",
        "int PRIMARY KEY",
        "int CONSTRAINT c UNIQUE",
        "int REFERENCES u (id)",
        "int REFERENCES u (id) DEFAULT 1",
        "int DEFAULT NULL REFERENCES u (id)",
        "int DEFAULT 1 CONSTRAINT k REFERENCES u (id) ON DELETE SET NULL",
        "int AS (a + 1)",
        "int GENERATED ALWAYS AS (a + 1) VIRTUAL",
        "int GENERATED ALWAYS AS (a + 1) STORED",
        "int AS (a + 1) STORED",
        "int AS (a) NOT NULL",
        "int CHECK (\"not null\" > 0)",
        "text COLLATE NOCASE",
        "\"not null\" NOT NULL",
    ] {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "PRAGMA foreign_keys = ON; CREATE TABLE u (id integer PRIMARY KEY); INSERT INTO u VALUES (1); CREATE \
                 TABLE t (a int, \"not null\" int); INSERT INTO t VALUES (1, 1)",
            )
            .unwrap();
        let script = format!("ALTER TABLE t ADD COLUMN b {definition}");
        let refused = connection.execute_batch(&script);
        assert_eq!(
            !rules(&script, "").is_empty(),
            refused.is_err(),
            "{script}: {refused:?} {:?}",
            rules(&script, "")
        );
    }
}

#[test]
fn columns_that_it_refuses_to_drop() {
    const TABLE: &str =
        "CREATE TABLE u (id integer PRIMARY KEY); CREATE TABLE t (x, a int, b int); ";
    for schema in [
        "CREATE TABLE t (x, a int, b int)",
        "CREATE TABLE t (x, a int PRIMARY KEY, b int)",
        "CREATE TABLE t (x, a int CONSTRAINT one UNIQUE, b int)",
        "CREATE TABLE t (x, a int CHECK (a > 0), b int)",
        "CREATE TABLE t (x, a int, b int CHECK (b > a))",
        "CREATE TABLE t (x, a int, b int AS (a + 1))",
        "CREATE TABLE t (x, a int, b decimal(10, 2), CONSTRAINT c UNIQUE (b, \"A\"))",
        "CREATE TABLE t (x, a int, b int, PRIMARY KEY (b))",
        "CREATE TABLE t (x, a int, b int, CHECK (a + b > 0))",
        "CREATE TABLE u (a integer PRIMARY KEY); CREATE TABLE t (x, a int REFERENCES u (a), b int)",
        "CREATE TABLE u (a integer PRIMARY KEY); CREATE TABLE t (x, a int, b int, FOREIGN KEY (a) REFERENCES u (a))",
        "CREATE TABLE u (a integer PRIMARY KEY); CREATE TABLE t (x, a int, b int, FOREIGN KEY (b) REFERENCES u (a))",
        "+CREATE INDEX i ON t (a)",
        "+CREATE INDEX i ON t (b)",
        "+CREATE INDEX i ON t (b) WHERE a > 1",
        "+CREATE INDEX i ON t (b, lower(a))",
        "+CREATE INDEX i ON t (a); DROP INDEX i",
        "+CREATE INDEX i ON t (a); DROP INDEX IF EXISTS \"I\"",
        "+CREATE TABLE w (a); CREATE INDEX i ON w (a)",
        "+CREATE VIEW v AS SELECT a FROM t",
        "+CREATE VIEW v AS SELECT b FROM t",
        "+CREATE VIEW v AS SELECT x FROM t; DROP VIEW v",
        "+CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT new.a; END",
        "+CREATE TRIGGER g AFTER UPDATE OF a ON t BEGIN SELECT 1; END",
        "+CREATE TRIGGER g AFTER INSERT ON u BEGIN UPDATE t SET b = 1; END",
        "+CREATE INDEX i ON t (a); ALTER TABLE t RENAME TO s; ALTER TABLE s RENAME TO t",
        "+CREATE INDEX i ON t (a); DROP TABLE t; CREATE TABLE t (x, a, b)",
        "+ALTER TABLE t ADD COLUMN c int CHECK (c > a)",
        "+ALTER TABLE t ADD COLUMN c int AS (b)",
    ] {
        let schema = match schema.strip_prefix('+') {
            Some(more) => format!("{TABLE}{more}"),
            None => schema.to_owned(),
        };
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&schema).unwrap();
        let drop = "ALTER TABLE t DROP COLUMN a";
        let refused = connection.execute_batch(drop);
        for found in [
            rules(drop, &schema),
            rules(&format!("{schema}; {drop}"), ""),
        ] {
            assert_eq!(
                found.contains(&"dropping-used-column"),
                refused.is_err(),
                "{schema}: {refused:?} {found:?}"
            );
        }
    }
}

#[test]
fn a_trigger_of_another_table_fails_later() {
    let schema = "CREATE TABLE u (id); CREATE TABLE t (a, b); CREATE TRIGGER g AFTER INSERT ON u BEGIN UPDATE t SET a \
                  = 1; END";
    let connection = Connection::open_in_memory().unwrap();
    let drop = "ALTER TABLE t DROP COLUMN a";
    connection
        .execute_batch(&format!("{schema}; {drop}"))
        .unwrap();
    assert!(
        connection
            .execute_batch("INSERT INTO u VALUES (1)")
            .is_err()
    );
    assert!(rules(drop, schema).contains(&"dropping-used-column"));
}

#[test]
fn statements_that_it_refuses_in_a_transaction() {
    let folder = tempfile::tempdir().unwrap();
    for script in [
        "VACUUM",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = OFF",
        "PRAGMA user_version = 1",
    ] {
        let connection = Connection::open(folder.path().join("a.db")).unwrap();
        connection
            .execute_batch("CREATE TABLE IF NOT EXISTS t (a); BEGIN")
            .unwrap();
        let refused = connection.execute_batch(script);
        assert_eq!(
            rules(script, "") == ["not-in-transaction"],
            refused.is_err(),
            "{script}"
        );
    }
}
