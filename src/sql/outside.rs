//! Statements that a database refuses inside a transaction.
//!
//! Needed for the lint, and for the tools that do not make their users say so:
//! golang-migrate sends a single statement without a transaction around it, Flyway
//! looks for these words itself (`PostgreSQLParser.detectCanExecuteInTransaction`).
//! The list is the server's (`PreventInTransactionBlock`, PostgreSQL 13 to 18).

use super::{inspect::pragma, statements::Statement, tokens::tokens};
use crate::model::Dialect;

/// Whether a statement can only run outside a transaction.
pub fn only_outside(statement: &Statement, script: &str, dialect: Dialect) -> bool {
    match dialect {
        Dialect::Sqlite => refused_by_sqlite(statement, script),
        Dialect::Postgres => refused_by_postgres(statement, script),
    }
}

/// `PRAGMA foreign_keys` is not among them: SQLite passes over it.
fn refused_by_sqlite(statement: &Statement, script: &str) -> bool {
    statement.starts_with(script, &["VACUUM"])
        || pragma(statement.text(script)).is_some_and(|(name, value)| {
            value.is_some() && (name == "synchronous" || name == "journal_mode")
        })
}

fn refused_by_postgres(statement: &Statement, script: &str) -> bool {
    let text = statement.text(script);
    // The first words, and whether CONCURRENTLY stands anywhere.
    let words = statement.keywords(script, 4);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let concurrently =
        || tokens(text, Some(Dialect::Postgres)).any(|token| token.is_word(text, "CONCURRENTLY"));
    match words.as_slice() {
        ["VACUUM", ..]
        | [
            "CREATE" | "DROP",
            "DATABASE" | "TABLESPACE" | "SUBSCRIPTION",
            ..,
        ]
        | ["ALTER", "SYSTEM", ..]
        | ["DISCARD", "ALL", ..]
        | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..]
        | ["CREATE" | "DROP", "INDEX", "CONCURRENTLY", ..]
        | ["REINDEX", "DATABASE" | "SYSTEM" | "SCHEMA", ..] => true,
        ["CLUSTER"] => {
            tokens(text, Some(Dialect::Postgres))
                .filter(|t| !t.is_trivia())
                .count()
                == 1
        }
        ["REINDEX", ..] => concurrently(),
        ["ALTER", "TABLE", ..] => {
            concurrently()
                && tokens(text, Some(Dialect::Postgres)).any(|t| t.is_word(text, "DETACH"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::statements;

    #[test]
    fn the_server_s_list() {
        let refused = "VACUUM; CREATE UNIQUE INDEX CONCURRENTLY i ON t (a); create index concurrently on t (a); drop \
                       index concurrently if exists i; REINDEX (VERBOSE) INDEX CONCURRENTLY i; REINDEX DATABASE d; \
                       CLUSTER; CREATE DATABASE d; ALTER SYSTEM SET a = 1; ALTER TABLE p DETACH PARTITION q CONCURRENTLY";
        let all = statements(refused, Dialect::Postgres);
        assert_eq!(all.len(), 10);
        for statement in all {
            assert!(
                only_outside(&statement, refused, Dialect::Postgres),
                "{}",
                statement.text(refused)
            );
        }
        let fine = "CREATE INDEX i ON t (a); CLUSTER t; REINDEX TABLE t; REFRESH MATERIALIZED VIEW CONCURRENTLY v; ALTER \
                    TYPE c ADD VALUE 'x'; ALTER TABLE t DETACH PARTITION q; CREATE TABLE concurrently (a int)";
        for statement in statements(fine, Dialect::Postgres) {
            assert!(
                !only_outside(&statement, fine, Dialect::Postgres),
                "{}",
                statement.text(fine)
            );
        }
    }
}
