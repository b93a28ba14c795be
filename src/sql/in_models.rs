//! What may stand in models: statements that say what a schema is.
//!
//! Models are tried in any order, some statements more than once, so that what is not
//! about the schema of this one database has no place there.

use super::{beyond::is_beyond, inspect::controls_transaction, statements::Statement};
use crate::model::Dialect;

/// What a statement is to models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InModels {
    /// It makes something, or says something of what is made.
    Ddl,
    /// It sets something for what follows it in its file (`SET search_path`, as dumps do).
    Setting,
    /// It begins or ends a transaction.
    Transaction,
    /// It takes something away.
    Drop,
    /// It reaches beyond the database: roles, other databases, the server.
    Beyond,
    /// It is about rows, or does something.
    Other,
}

/// What a statement is to models.
pub fn in_models(statement: &Statement, script: &str, dialect: Dialect) -> InModels {
    let starts = |words: &[&str]| statement.starts_with(script, words);
    if controls_transaction(statement, script, dialect) {
        return InModels::Transaction;
    }
    if dialect == Dialect::Postgres && is_beyond(statement, script) {
        return InModels::Beyond;
    }
    if starts(&["DROP"]) {
        return InModels::Drop;
    }
    let ddl: &[&str] = match dialect {
        Dialect::Sqlite => &["CREATE", "ALTER"],
        Dialect::Postgres => &[
            "CREATE", "ALTER", "COMMENT", "GRANT", "REVOKE", "DO", "SECURITY",
        ],
    };
    if ddl.iter().any(|word| starts(&[word])) {
        return InModels::Ddl;
    }
    // `SELECT pg_catalog.set_config('search_path', '', false)` is pg_dump's way.
    let own = statement.text(script);
    let sets = |text: &str| text.to_ascii_lowercase().contains("set_config");
    if dialect == Dialect::Postgres && (starts(&["SET"]) || (starts(&["SELECT"]) && sets(own))) {
        return InModels::Setting;
    }
    InModels::Other
}

/// The script without the lines `\restrict` and `\unrestrict`, which `pg_dump` puts into
/// every dump; everything else stays where it is.
pub fn without_restrict(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let is_it = ["\\restrict ", "\\unrestrict "]
            .iter()
            .any(|command| line.starts_with(command));
        if is_it {
            let ends = line.chars().map(|c| if c == '\n' { "\n" } else { " " });
            ends.collect()
        } else {
            line.to_owned()
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::statements;

    #[test]
    fn what_may_stand_in_models() {
        use InModels::{Beyond, Ddl, Drop, Other, Setting, Transaction};
        for (text, postgres, sqlite) in [
            ("CREATE TABLE t (a int)", Ddl, Ddl),
            ("alter table t add b int", Ddl, Ddl),
            ("COMMENT ON TABLE t IS ''", Ddl, Other),
            ("DO $$ BEGIN END $$", Ddl, Other),
            ("GRANT SELECT ON t TO public", Ddl, Other),
            ("CREATE ROLE a", Beyond, Ddl),
            ("GRANT a TO b", Beyond, Other),
            ("SET search_path = a", Setting, Other),
            (
                "SELECT pg_catalog.set_config('search_path', '', false)",
                Setting,
                Other,
            ),
            ("SELECT 1", Other, Other),
            ("INSERT INTO t VALUES (1)", Other, Other),
            ("WITH a AS (SELECT 1) SELECT * FROM a", Other, Other),
            ("PRAGMA foreign_keys = off", Other, Other),
            ("DROP TABLE IF EXISTS t", Drop, Drop),
            ("BEGIN", Transaction, Transaction),
            ("COMMIT", Transaction, Transaction),
        ] {
            for (dialect, want) in [(Dialect::Postgres, postgres), (Dialect::Sqlite, sqlite)] {
                let all = statements(text, dialect);
                assert_eq!(
                    in_models(&all[0], text, dialect),
                    want,
                    "{dialect:?} {text}"
                );
            }
        }
    }

    #[test]
    fn what_pg_dump_puts_around_a_dump_is_blank() {
        let text = "--\n\\restrict abc\n\nSET a = 1;\n\\unrestrict abc\n\\connect b\n";
        let blank = without_restrict(text);
        assert_eq!(blank.len(), text.len());
        assert_eq!(
            blank,
            "--\n             \n\nSET a = 1;\n               \n\\connect b\n"
        );
    }
}
