//! Questions about a script that decide whether and how it may be run.
//!
//! Each looks at the statements of the script itself, never into the bodies of
//! functions, and answers from a few words: what is asked is what the author
//! wrote, not what the database would do with it.

use super::{
    cursor::{Cursor, bare},
    statements::{Statement, statements},
    token::TokenKind,
    tokens::{neutral_significant, tokens},
};
use crate::model::{Dialect, Span};

/// Whether there is anything to run besides comments, white space and semicolons.
pub fn has_statement(text: &str) -> bool {
    neutral_significant(text).any(|token| token.kind != TokenKind::Semicolon)
}

/// The first statement that begins or ends a transaction.
///
/// `SAVEPOINT`, `RELEASE` and `ROLLBACK TO` do not count: they stay inside of
/// one. PostgreSQL's two-phase statements do.
pub fn transaction_control(text: &str, dialect: Dialect) -> Option<Statement> {
    statements(text, dialect)
        .into_iter()
        .find(|statement| controls_transaction(statement, text, dialect))
}

pub(super) fn controls_transaction(statement: &Statement, text: &str, dialect: Dialect) -> bool {
    let starts = |words: &[&str]| statement.starts_with(text, words);
    if starts(&["BEGIN"]) || starts(&["COMMIT"]) || starts(&["END"]) {
        return true;
    }
    if starts(&["ROLLBACK"]) {
        return !statement.has_words(text, &["TO"]);
    }
    dialect == Dialect::Postgres
        && (starts(&["START", "TRANSACTION"])
            || starts(&["ABORT"])
            || prepares_transaction(statement, text))
}

/// `PREPARE TRANSACTION 'id'`, and not a statement prepared as `transaction`.
fn prepares_transaction(statement: &Statement, text: &str) -> bool {
    let own = statement.text(text);
    statement.starts_with(text, &["PREPARE", "TRANSACTION"])
        && statement.tokens(own).nth(2).is_some_and(|token| {
            matches!(
                token.kind,
                TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString
            )
        })
}

/// A table that a statement drops, as SQLite names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The schema (`main`, `temp`, an attached database), where one is given.
    pub schema: Option<String>,
    /// Without quotes, in the case written.
    pub table: String,
}

/// The table that `DROP TABLE [IF EXISTS] [schema.]table` drops; `None` for any
/// other statement.
pub fn dropped_table(statement: &str) -> Option<Dropped> {
    let mut cursor = Cursor::new(statement);
    if !cursor.word("DROP") || !cursor.word("TABLE") {
        return None;
    }
    if cursor.word("IF") && !cursor.word("EXISTS") {
        return None;
    }
    cursor.name()
}

/// The name in lower case of a `PRAGMA [schema.]name` of SQLite, and whether what it is
/// set to reads as on; `None` for the value where it asks.
pub fn pragma(statement: &str) -> Option<(String, Option<bool>)> {
    let mut cursor = Cursor::new(statement);
    if !cursor.word("PRAGMA") {
        return None;
    }
    let name = cursor.name()?.table.to_ascii_lowercase();
    let sets = cursor.kind(TokenKind::Operator) || cursor.kind(TokenKind::LeftParen);
    let value = cursor.next().filter(|_| sets).map(|token| {
        let value = bare(&token, statement);
        // SQLite takes what it does not know for off (`sqlite3GetBoolean`).
        let number = value.parse::<i64>().is_ok_and(|number| number != 0);
        number
            || ["on", "yes", "true"]
                .iter()
                .any(|on| value.eq_ignore_ascii_case(on))
    });
    Some((name, value))
}

/// The first command of a client program, which no database understands, to the
/// end of its line: `\connect` of psql, `.read` of the sqlite3 shell.
///
/// A backslash outside of literals is SQL in neither dialect; psql takes a
/// command also behind a statement (`\gexec`). The shell's dot has to be the
/// first thing of a line between two statements.
pub fn meta_command(text: &str, dialect: Dialect) -> Option<Span> {
    let starts_line = |at: usize| at == 0 || text.get(..at).is_some_and(|t| t.ends_with('\n'));
    let start = match dialect {
        Dialect::Postgres => tokens(text, Some(dialect))
            .filter(|token| token.kind == TokenKind::Other)
            .find(|token| token.text(text) == "\\")
            .map(|token| token.span.start),
        Dialect::Sqlite => statements(text, dialect)
            .into_iter()
            .map(|statement| statement.span.start)
            .find(|start| {
                text.get(*start..).is_some_and(|t| t.starts_with('.')) && starts_line(*start)
            }),
    }?;
    let line = text.get(start..)?.lines().next()?;
    Some(start..start + line.len())
}

/// The first `COPY … FROM STDIN` of a PostgreSQL script.
///
/// The lines behind it, up to `\.`, are data and not SQL: a script with one
/// cannot be run, or split any further.
pub fn copy_from_stdin(text: &str) -> Option<Statement> {
    statements(text, Dialect::Postgres)
        .into_iter()
        .find(|statement| {
            statement.starts_with(text, &["COPY"]) && statement.has_words(text, &["FROM", "STDIN"])
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Dialect::{Postgres, Sqlite};

    #[test]
    fn scripts_without_a_statement() {
        for text in [
            "",
            " \r\n",
            "-- a",
            "/* a */ -- b\n",
            "\u{feff}",
            "/* /* a */ */",
            ";",
            " ; -- a\n;",
        ] {
            assert!(!has_statement(text), "{text:?}");
        }
        for text in ["a", "a;", "'", "/* a", "-- a\nb", "/* /* */ select '*/'"] {
            assert!(has_statement(text), "{text:?}");
        }
    }

    #[test]
    fn transactions() {
        fn found(text: &str, dialect: Dialect) -> Option<String> {
            transaction_control(text, dialect).map(|statement| statement.text(text).to_owned())
        }
        for dialect in [Sqlite, Postgres] {
            for control in [
                "BEGIN",
                "begin immediate",
                "COMMIT",
                "commit transaction",
                "END",
                "ROLLBACK",
                "rollback /* to */ transaction",
                "ROLLBACK -- to\n",
            ] {
                let text = format!("SELECT 1;\n{control};\nSELECT 2");
                assert_eq!(
                    found(&text, dialect).as_deref(),
                    control.split(" --").next()
                );
            }
            for other in [
                "",
                "SELECT 1",
                "SAVEPOINT a",
                "RELEASE a",
                "ROLLBACK TO a",
                "rollback transaction to savepoint a",
                "-- COMMIT",
                "SELECT ';COMMIT;'",
                "\"begin\"",
                "CREATE TABLE begin (a int)",
            ] {
                assert_eq!(found(other, dialect), None, "{other}");
            }
        }
        for control in [
            "START TRANSACTION",
            "ABORT",
            "ABORT WORK",
            "PREPARE TRANSACTION 'a'",
            "COMMIT PREPARED 'a'",
            "ROLLBACK AND CHAIN",
        ] {
            assert_eq!(found(control, Postgres).as_deref(), Some(control));
        }
        for other in [
            "PREPARE a AS SELECT 1",
            "PREPARE transaction AS SELECT 1",
            "START",
            "DO $$ BEGIN COMMIT; END $$",
            "SET TRANSACTION READ ONLY",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
        ] {
            assert_eq!(found(other, Postgres), None, "{other}");
        }
        assert_eq!(
            found(
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;",
                Sqlite
            ),
            None
        );
    }

    #[test]
    fn dropped_tables() {
        for (text, schema, table) in [
            ("DROP TABLE a", None, "a"),
            (
                "drop /* x */ table if exists Main . \"a \"\"b\"",
                Some("Main"),
                "a \"b",
            ),
            ("DROP TABLE [a b]", None, "a b"),
            ("DROP TABLE `a``b`", None, "a`b"),
            ("DROP TABLE IF EXISTS 'it''s'", None, "it's"),
            ("DROP TABLE \"if\"", None, "if"),
        ] {
            let want = Dropped {
                schema: schema.map(str::to_owned),
                table: table.to_owned(),
            };
            assert_eq!(dropped_table(text), Some(want), "{text}");
        }
        for text in [
            "DROP INDEX a",
            "DROP TABLE",
            "SELECT 'DROP TABLE a'",
            "-- DROP TABLE a",
        ] {
            assert_eq!(dropped_table(text), None, "{text}");
        }
    }

    #[test]
    fn pragmas() {
        for (text, name, value) in [
            ("PRAGMA foreign_keys = OFF", "foreign_keys", Some(false)),
            ("pragma main.Foreign_Keys(0)", "foreign_keys", Some(false)),
            ("PRAGMA foreign_keys='on'", "foreign_keys", Some(true)),
            ("PRAGMA foreign_keys = 2", "foreign_keys", Some(true)),
            ("PRAGMA journal_mode = WAL", "journal_mode", Some(false)),
            ("PRAGMA foreign_keys", "foreign_keys", None),
        ] {
            assert_eq!(pragma(text), Some((name.to_owned(), value)), "{text}");
        }
        assert_eq!(pragma("SELECT 1"), None);
        assert_eq!(pragma("PRAGMA"), None);
    }

    #[test]
    fn commands_of_clients() {
        let found = |text, dialect| meta_command(text, dialect).and_then(|span| text.get(span));
        assert_eq!(
            found("SELECT 1;\n\\restrict ab\r\nSELECT 2;", Postgres),
            Some("\\restrict ab")
        );
        assert_eq!(found("\\connect a", Postgres), Some("\\connect a"));
        assert_eq!(found("SELECT 1 \\gexec\n", Postgres), Some("\\gexec"));
        assert_eq!(
            found(
                "SELECT '\n\\a'; -- \\b\n/* \n\\c */ $$\n\\d$$ E'\\''",
                Postgres
            ),
            None
        );
        assert_eq!(
            found("SELECT 1;\n.read a.sql\nSELECT 2;", Sqlite),
            Some(".read a.sql")
        );
        assert_eq!(
            found("SELECT 1\n.5; SELECT '\n.a' FROM [\\b]", Sqlite),
            None
        );
    }

    #[test]
    fn data_of_copy() {
        let text =
            "CREATE TABLE a (b int);\nCOPY public.a (b) FROM stdin WITH (FORMAT csv);\n1\n\\.\n";
        let found = copy_from_stdin(text).map(|statement| statement.text(text).to_owned());
        assert_eq!(
            found.as_deref(),
            Some("COPY public.a (b) FROM stdin WITH (FORMAT csv)")
        );
        for other in [
            "COPY a FROM 'b'",
            "COPY a TO STDOUT",
            "COPY (SELECT 1 FROM stdin) TO 'a'",
            "-- COPY a FROM stdin",
        ] {
            assert_eq!(copy_from_stdin(other), None, "{other}");
        }
    }
}
