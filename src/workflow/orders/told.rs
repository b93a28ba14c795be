//! Whether a row that a statement adds is told by that statement alone, as far as another
//! one looks at it: a number that a sequence gives is another one in every database.
//! Told from the words of definitions, and in doubt it is not: pure.

use super::behind::is_about;
use crate::{
    model::Dialect,
    sql::{self, Token, TokenKind},
};

/// Names of what every row has, and nobody gives it.
const OWN: [&str; 6] = ["rowid", "_rowid_", "oid", "ctid", "xmin", "tableoid"];
/// What makes a value that is not in the text.
const MAKES: [&str; 17] = [
    "SERIAL",
    "BIGSERIAL",
    "SMALLSERIAL",
    "SERIAL2",
    "SERIAL4",
    "SERIAL8",
    "IDENTITY",
    "GENERATED",
    "AUTOINCREMENT",
    "NEXTVAL",
    "CURRENT_TIMESTAMP",
    "CURRENT_TIME",
    "CURRENT_DATE",
    "CURRENT_USER",
    "SESSION_USER",
    "LOCALTIMESTAMP",
    "LOCALTIME",
];

/// Whether `other` sees in the row that the plain `insert` adds nothing but what stands
/// there; `statements` are all that define anything.
pub(super) fn is_told<'b>(
    insert: &str,
    other: &str,
    dialect: Dialect,
    statements: impl Iterator<Item = &'b str>,
) -> bool {
    let Some(row) = Row::of(insert, dialect) else {
        return false;
    };
    let looks_at = read(other, dialect);
    let mut is_found = false;
    let mut is_moved = false;
    let mut made: Vec<String> = Vec::new();
    for text in statements {
        if !is_about(text, &[&row.table]) {
            continue;
        }
        let first = names(text, dialect).into_iter().next().unwrap_or_default();
        // It gets something from elsewhere, or leads to it.
        if is_about(text, &["TRIGGER", "RULE"]) && first == "create" {
            return looks_at.is_empty();
        }
        if !is_about(text, &["TABLE"]) {
            continue;
        }
        match first.as_str() {
            "create" => is_found = true,
            "alter" => {}
            _ => continue,
        }
        let from_elsewhere = ["RENAME", "LIKE", "INHERITS", "OF", "SELECT"];
        is_moved |= is_about(text, &from_elsewhere);
        made.extend(generated(text, dialect));
    }
    if !is_found || is_moved {
        // Which column is which is not known.
        return looks_at.is_empty();
    }
    let is_given = |name: &String| {
        let given = row.given.as_ref();
        given.is_none_or(|given| given.contains(name))
    };
    !looks_at.iter().any(|name| {
        OWN.contains(&name.as_str())
            || (!is_given(name) && made.contains(name))
            || (row.makes && (is_given(name) || !row.has_list))
    })
}

/// What an `INSERT` says of the row that it adds.
struct Row {
    table: String,
    /// The columns whose values stand there; none where all do.
    given: Option<Vec<String>>,
    /// They are named.
    has_list: bool,
    /// Some of the values are made as it runs.
    makes: bool,
}

impl Row {
    fn of(insert: &str, dialect: Dialect) -> Option<Self> {
        let tokens = significant(insert, dialect);
        let into = tokens.iter().position(|one| one.is_word(insert, "INTO"))?;
        let mut at = into + 1;
        let mut table = name(tokens.get(at)?, insert)?;
        while tokens
            .get(at + 1)
            .is_some_and(|one| one.kind == TokenKind::Dot)
        {
            at += 2;
            table = name(tokens.get(at)?, insert)?;
        }
        let values = tokens.iter().position(|one| one.is_word(insert, "VALUES"));
        let head = tokens.get(at + 1..values.unwrap_or(at + 1))?;
        let has_list = head.iter().any(|one| one.kind == TokenKind::LeftParen);
        let tail = tokens.get(values.unwrap_or(tokens.len())..)?;
        let end = tail.iter().position(|one| one.is_word(insert, "RETURNING"));
        let tail = &tail[..end.unwrap_or(tail.len())];
        let has = |word: &str| tail.iter().any(|one| one.is_word(insert, word));
        // Left out, or, for SQLite, a number that is not given.
        let is_open = values.is_none() || has("DEFAULT") || has("NULL");
        let given: Vec<String> = head.iter().filter_map(|one| name(one, insert)).collect();
        let calls = tail.windows(2).any(|two| {
            two[0].kind == TokenKind::Word
                && two[1].kind == TokenKind::LeftParen
                && !two[0].is_word(insert, "VALUES")
        });
        let makes = calls || MAKES.iter().any(|word| has(word));
        Some(Self {
            table,
            has_list,
            given: if is_open {
                Some(Vec::new())
            } else if has_list {
                Some(given)
            } else {
                // SQLite takes no row that is not complete.
                (dialect == Dialect::Postgres).then(Vec::new)
            },
            makes,
        })
    }
}

/// The names that a statement may look at in each row; nothing where it takes all alike.
fn read(other: &str, dialect: Dialect) -> Vec<String> {
    let looks = [
        "CHECK",
        "UNIQUE",
        "PRIMARY",
        "REFERENCES",
        "USING",
        "EXCLUDE",
        "WHERE",
    ];
    if !sql::moves_rows(other) && !is_about(other, &looks) {
        return Vec::new();
    }
    let all = names(other, dialect);
    // What is not a column by its place is not looked at; a condition or a value can be.
    let from = match all.first().map(String::as_str) {
        Some("update") => all.iter().position(|name| name == "set"),
        Some("delete") => all.iter().position(|name| name == "where"),
        _ => Some(0),
    };
    from.map_or_else(Vec::new, |from| all[from + 1..].to_vec())
}

/// The columns whose values a definition makes.
fn generated(text: &str, dialect: Dialect) -> Vec<String> {
    let parts = parts(text, dialect);
    let is_key = |column: &str| {
        parts.iter().any(|part| {
            let words = part.iter().filter_map(|one| name(one, text));
            let words: Vec<String> = words.collect();
            words.iter().any(|word| word == "primary") && words.iter().any(|word| word == column)
        })
    };
    let skipped = ["add", "alter", "column", "if", "not", "exists"];
    parts
        .iter()
        .filter_map(|part| {
            let words = part.iter().filter_map(|one| name(one, text));
            let mut own = words.skip_while(|word| skipped.contains(&word.as_str()));
            let column = own.next()?;
            let rest: Vec<String> = own.collect();
            let has = |word: &str| rest.iter().any(|other| other.eq_ignore_ascii_case(word));
            let makes = MAKES.iter().any(|word| has(word));
            let default = part.iter().position(|one| one.is_word(text, "DEFAULT"));
            let calls = default.is_some_and(|at| {
                let mut rest = part[at..].iter();
                rest.any(|one| one.kind == TokenKind::LeftParen)
            });
            // That is SQLite's own number of a row.
            let is_rowid = dialect == Dialect::Sqlite && has("integer") && is_key(&column);
            (makes || calls || is_rowid).then_some(column)
        })
        .collect()
}

/// What stands between the commas of a definition's list, or of its actions.
pub(super) fn parts(text: &str, dialect: Dialect) -> Vec<Vec<Token>> {
    let all = significant(text, dialect);
    let is_create = all.first().is_some_and(|one| one.is_word(text, "CREATE"));
    let begin = if is_create {
        all.iter().position(|one| one.kind == TokenKind::LeftParen)
    } else {
        // `ALTER TABLE [ONLY] [IF EXISTS] a.b`
        let is_action = |one: &Token| {
            ["ADD", "ALTER", "DROP", "SET", "VALIDATE"]
                .iter()
                .any(|word| one.is_word(text, word))
        };
        all.iter().skip(1).position(is_action)
    };
    let mut parts = vec![Vec::new()];
    let mut depth = 0_i32;
    for token in all.into_iter().skip(begin.map_or(0, |at| at + 1)) {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth -= 1,
            TokenKind::Comma if depth == 0 => {
                parts.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(token);
        }
    }
    parts
}

fn significant(text: &str, dialect: Dialect) -> Vec<Token> {
    let tokens = sql::tokens(text, Some(dialect));
    tokens.filter(|token| !token.is_trivia()).collect()
}

fn names(text: &str, dialect: Dialect) -> Vec<String> {
    let tokens = significant(text, dialect);
    tokens.iter().filter_map(|one| name(one, text)).collect()
}

/// A word or a name, in lower case: in doubt two names are one.
fn name(token: &Token, text: &str) -> Option<String> {
    let word = token.text(text);
    match token.kind {
        TokenKind::Word => Some(word.to_lowercase()),
        TokenKind::QuotedIdent => Some(word.trim_matches(['"', '`', '[', ']']).to_lowercase()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::too_many_lines, reason = "one row for each case")]
    fn what_a_row_is_told_by() {
        let serial =
            "CREATE TABLE t (id bigserial PRIMARY KEY, name text, n numeric(8, 2) DEFAULT 0)";
        let plain = "CREATE TABLE t (id int PRIMARY KEY, name text, at timestamptz DEFAULT now())";
        let identity = "CREATE TABLE t (id int, name text)";
        for (define, insert, other, told) in [
            (
                serial,
                "INSERT INTO t (name) VALUES ('a')",
                "UPDATE t SET name = 'b' WHERE id = 77",
                false,
            ),
            (
                serial,
                "INSERT INTO t (name) VALUES ('a')",
                "DELETE FROM s.t WHERE id = 77",
                false,
            ),
            (
                serial,
                "INSERT INTO t (id, name) VALUES (1, 'a')",
                "DELETE FROM t WHERE id = 77",
                true,
            ),
            (
                serial,
                "INSERT INTO t (id, name) VALUES (DEFAULT, 'a')",
                "DELETE FROM t WHERE id = 77",
                false,
            ),
            (
                serial,
                "INSERT INTO t (name) VALUES ('a')",
                "UPDATE t SET name = 'b' WHERE name = 'a'",
                true,
            ),
            (
                serial,
                "INSERT INTO t (name) VALUES ('a')",
                "UPDATE t SET n = 1 WHERE n = 0",
                true,
            ),
            (
                serial,
                "INSERT INTO t (name) VALUES ('a')",
                "UPDATE t SET n = id",
                false,
            ),
            (
                serial,
                "INSERT INTO t (name) VALUES ('a')",
                "ALTER TABLE t ADD mail text",
                true,
            ),
            (
                serial,
                "INSERT INTO t (name) VALUES ('a')",
                "ALTER TABLE t ADD CHECK (id < 1000)",
                false,
            ),
            (
                serial,
                "INSERT INTO t VALUES (7, 'a')",
                "DELETE FROM t WHERE id = 77",
                false,
            ),
            (
                serial,
                "INSERT INTO t (name, n) VALUES ('a', random())",
                "DELETE FROM t WHERE n = 77",
                false,
            ),
            (
                plain,
                "INSERT INTO t (id, name) VALUES (1, 'a')",
                "DELETE FROM t WHERE at < '2020-01-01'",
                false,
            ),
            (
                plain,
                "INSERT INTO t (id, name) VALUES (1, 'a')",
                "DELETE FROM t WHERE name = 'b'",
                true,
            ),
            (
                plain,
                "INSERT INTO t VALUES (1, 'a')",
                "DELETE FROM t WHERE id = 77",
                true,
            ),
            (
                identity,
                "INSERT INTO t (name) VALUES ('a')",
                "DELETE FROM t WHERE ctid = '(0,7)'",
                false,
            ),
            (
                "SELECT 1",
                "INSERT INTO t (name) VALUES ('a')",
                "DELETE FROM t WHERE id = 7",
                false,
            ),
            (
                "SELECT 1",
                "INSERT INTO t (name) VALUES ('a')",
                "DELETE FROM t",
                true,
            ),
        ] {
            let found = is_told(insert, other, Dialect::Postgres, [define].into_iter());
            assert_eq!(found, told, "{define} / {insert} / {other}");
        }
        // A default that comes later, and a row that a trigger changes.
        let insert = "INSERT INTO t (name) VALUES ('a')";
        let other = "DELETE FROM t WHERE id = 77";
        for more in [
            "ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('s')",
            "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY",
            "ALTER TABLE t RENAME nr TO id",
            "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        ] {
            let all = [identity, more].into_iter();
            assert!(!is_told(insert, other, Dialect::Postgres, all), "{more}");
        }
    }

    #[test]
    fn a_row_of_sqlite() {
        for (define, insert, told) in [
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)",
                "INSERT INTO t (name) VALUES ('a')",
                false,
            ),
            (
                "CREATE TABLE t (id INTEGER, name TEXT, PRIMARY KEY (id))",
                "INSERT INTO t (name) VALUES ('a')",
                false,
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)",
                "INSERT INTO t VALUES (7, 'a')",
                true,
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)",
                "INSERT INTO t VALUES (NULL, 'a')",
                false,
            ),
            (
                "CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT)",
                "INSERT INTO t (name) VALUES ('a')",
                true,
            ),
        ] {
            let other = "UPDATE t SET name = 'b' WHERE id = 77";
            let found = is_told(insert, other, Dialect::Sqlite, [define].into_iter());
            assert_eq!(found, told, "{define} / {insert}");
        }
    }
}
