//! Statements of PostgreSQL that reach beyond the database they run in: roles, other
//! databases, the server, its programs and files.

use std::ops::Range;

use super::{Statement, TokenKind, statements};
use crate::model::Dialect;

/// What belongs to the whole server, after CREATE, ALTER, DROP, COMMENT ON, GRANT … ON.
const OF_THE_SERVER: &[&[&str]] = &[
    &["ROLE"],
    &["USER"],
    &["GROUP"],
    &["DATABASE"],
    &["TABLESPACE"],
    // It connects to another server.
    &["SUBSCRIPTION"],
    &["SYSTEM"],
];

/// The statements of a script that would change something outside of the database they
/// run in. What a function does is not seen, and of a DO block only its words.
pub fn beyond_the_database(text: &str, dialect: Dialect) -> Vec<Range<usize>> {
    if dialect != Dialect::Postgres {
        return Vec::new();
    }
    let all = statements(text, dialect).into_iter();
    all.filter(|statement| is_beyond(statement, text))
        .map(|statement| statement.span)
        .collect()
}

pub(super) fn is_beyond(statement: &Statement, text: &str) -> bool {
    let starts = |words: &[&str]| statement.starts_with(text, words);
    for verb in [&["CREATE"][..], &["ALTER"], &["DROP"], &["COMMENT", "ON"]] {
        for noun in OF_THE_SERVER {
            if starts(&[verb, noun].concat()) && !starts(&["CREATE", "USER", "MAPPING"]) {
                return !starts(&["ALTER", "USER", "MAPPING"])
                    && !starts(&["DROP", "USER", "MAPPING"]);
            }
        }
    }
    if starts(&["REASSIGN", "OWNED"]) || starts(&["DROP", "OWNED"]) {
        return true;
    }
    if starts(&["GRANT"]) || starts(&["REVOKE"]) {
        // Without ON, it is about membership in a role.
        return !statement.has_words(text, &["ON"])
            || statement.has_words(text, &["ON", "DATABASE"])
            || statement.has_words(text, &["ON", "TABLESPACE"]);
    }
    calls_out(statement, text)
}

/// It starts a program of the server, writes a file there, or talks to another server.
fn calls_out(statement: &Statement, text: &str) -> bool {
    let own = statement.text(text);
    if statement.starts_with(text, &["COPY"]) {
        let mut after_to = false;
        return statement.has_words(text, &["PROGRAM"])
            || statement.tokens(own).any(|token| {
                let is_file = after_to && token.kind == TokenKind::String;
                after_to = token.is_word(own, "TO");
                is_file
            });
    }
    let defines = ["CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE"];
    if defines
        .iter()
        .any(|word| statement.starts_with(text, &[word]))
    {
        return false;
    }
    if statement.starts_with(text, &["DO"]) {
        let body = own.to_ascii_lowercase();
        return body.contains("dblink")
            || (body.contains("copy") && body.split_whitespace().any(|word| word == "program"));
    }
    statement.tokens(own).any(|token| {
        let word = token.text(own).to_ascii_lowercase();
        token.kind == TokenKind::Word && (word == "dblink" || word.starts_with("dblink_"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_databases_and_the_server_are_beyond() {
        for (text, beyond) in [
            ("CREATE ROLE app", true),
            ("create user app password 'x'", true),
            ("ALTER ROLE app PASSWORD 'x'", true),
            ("CREATE USER MAPPING FOR app SERVER s", false),
            ("DROP USER MAPPING FOR app SERVER s", false),
            ("ALTER DATABASE live SET search_path = a", true),
            ("ALTER SYSTEM SET work_mem = '1GB'", true),
            ("GRANT reader TO app", true),
            ("GRANT SELECT ON users TO app", false),
            ("REVOKE CONNECT ON DATABASE live FROM public", true),
            ("REASSIGN OWNED BY a TO b", true),
            ("COMMENT ON DATABASE live IS 'x'", true),
            ("COMMENT ON TABLE users IS 'database'", false),
            ("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p", true),
            ("CREATE TABLE role (x int)", false),
            ("COPY t TO PROGRAM 'mail'", true),
            ("COPY (SELECT 'a' AS program) TO STDOUT", false),
            ("COPY t FROM PROGRAM 'curl x'", true),
            ("copy t to '/tmp/x'", true),
            ("COPY t FROM stdin", false),
            (
                "SELECT public.dblink_exec('host=live', 'DROP TABLE t')",
                true,
            ),
            (
                "SELECT * FROM dblink('live', 'SELECT 1') AS t (x int)",
                true,
            ),
            ("CREATE EXTENSION dblink", false),
            (
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT dblink_connect(1)'",
                false,
            ),
            ("DO $$ BEGIN PERFORM dblink_exec('x', 'y'); END $$", true),
            ("DO $$ BEGIN COPY t TO PROGRAM 'x'; END $$", true),
            ("DO $$ BEGIN PERFORM 1; END $$", false),
        ] {
            let found = beyond_the_database(text, Dialect::Postgres);
            assert_eq!(!found.is_empty(), beyond, "{text}");
            assert!(beyond_the_database(text, Dialect::Sqlite).is_empty());
        }
        let found = beyond_the_database("SELECT 1; DROP ROLE a; SELECT 2", Dialect::Postgres);
        assert_eq!(found.first(), Some(&(10..21)));
    }
}
