//! Statements that no value of a row makes fail, or whose failure every row shares: with
//! them it is no matter which rows are there. Told from words that are listed here, and
//! in doubt a value does.

use super::{Token, TokenKind, tokens};
use crate::model::Dialect;

/// Types that have no rules of somebody's own.
const TYPES: [&str; 22] = [
    "INT",
    "INTEGER",
    "BIGINT",
    "SMALLINT",
    "INT2",
    "INT4",
    "INT8",
    "TEXT",
    "VARCHAR",
    "CHAR",
    "BOOLEAN",
    "BOOL",
    "NUMERIC",
    "DECIMAL",
    "REAL",
    "DOUBLE",
    "PRECISION",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "UUID",
    "BLOB",
];

/// What a condition is made of, besides names and values.
const CONDITION: [&str; 10] = [
    "AND", "OR", "NOT", "IN", "IS", "NULL", "BETWEEN", "TRUE", "FALSE", "ISNULL",
];

/// What begins something else than a column, and where a row is: there it is for now.
const NO_COLUMN: [&str; 16] = [
    "SELECT",
    "EXISTS",
    "ANY",
    "ALL",
    "SOME",
    "CASE",
    "CAST",
    "WITH",
    "VALUES",
    "RETURNING",
    "CTID",
    "XMIN",
    "XMAX",
    "CMIN",
    "CMAX",
    "TABLEOID",
];

/// Signs that compare, and calculate nothing.
const COMPARES: [&str; 7] = ["=", "<>", "!=", "<", ">", "<=", ">="];

struct Words<'t> {
    text: &'t str,
    all: Vec<Token>,
    at: usize,
}

impl<'t> Words<'t> {
    fn of(text: &'t str, dialect: Dialect) -> Self {
        let tokens = tokens(text, Some(dialect));
        Self {
            text,
            all: tokens.filter(|token| !token.is_trivia()).collect(),
            at: 0,
        }
    }

    fn is(&self, words: &[&str]) -> bool {
        let token = self.all.get(self.at);
        token.is_some_and(|token| words.iter().any(|word| token.is_word(self.text, word)))
    }

    fn shows(&self, sign: &str) -> bool {
        let token = self.all.get(self.at);
        token.is_some_and(|token| token.text(self.text) == sign)
    }

    /// Steps over one of the words, where it stands there.
    fn word(&mut self, words: &[&str]) -> bool {
        let is = self.is(words);
        self.at += usize::from(is);
        is
    }

    fn sign(&mut self, sign: &str) -> bool {
        let is = self.shows(sign);
        self.at += usize::from(is);
        is
    }

    fn name(&mut self) -> Option<&'t str> {
        let token = self.all.get(self.at)?;
        if !matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent) {
            return None;
        }
        self.at += 1;
        Some(token.text(self.text).trim_matches(['"', '`', '[', ']']))
    }

    /// A table's name, with its schema or without.
    fn path(&mut self) -> Option<&'t str> {
        let mut name = self.name()?;
        while self.sign(".") {
            name = self.name()?;
        }
        Some(name)
    }

    /// A value as it stands there.
    fn literal(&mut self) -> bool {
        let from = self.at;
        self.sign("-");
        let is_number = self
            .all
            .get(self.at)
            .is_some_and(|one| one.kind == TokenKind::Number);
        let is_text = self
            .all
            .get(self.at)
            .is_some_and(|one| one.kind == TokenKind::String);
        if is_number || (is_text && self.at == from) {
            self.at += 1;
            return true;
        }
        self.at = from;
        self.word(&["NULL", "TRUE", "FALSE"])
    }

    fn is_end(&self) -> bool {
        self.at >= self.all.len() || (self.at + 1 == self.all.len() && self.shows(";"))
    }

    /// A condition that compares columns with values, up to the parenthesis that closes it or
    /// to the end. `may_name`: which columns.
    fn condition(&mut self, may_name: impl Fn(&str) -> bool) -> bool {
        let mut depth = 0_usize;
        loop {
            if depth == 0 && (self.shows(")") || self.is_end()) {
                return true;
            }
            if self.sign("(") {
                depth += 1;
                continue;
            }
            if self.sign(")") {
                depth -= 1;
                continue;
            }
            if self.word(&CONDITION) || self.sign(",") || self.literal() {
                continue;
            }
            if COMPARES.iter().any(|sign| self.shows(sign)) {
                self.at += 1;
            } else if let Some(name) = self.path() {
                // A function may fail, or look at other rows.
                let is_column = !NO_COLUMN.iter().any(|word| name.eq_ignore_ascii_case(word));
                if self.shows("(") || !may_name(name) || !is_column {
                    return false;
                }
            } else {
                return false;
            }
        }
    }
}

/// `ALTER TABLE … ADD COLUMN` with a check of that column alone, and a value for all rows:
/// whether it works is told by whether there are rows, and not by what they hold.
pub fn asks_only_of_its_column(statement: &str, dialect: Dialect) -> bool {
    let mut words = Words::of(statement, dialect);
    let head = words.word(&["ALTER"]) && words.word(&["TABLE"]) && {
        words.word(&["ONLY"]);
        words.path().is_some()
    };
    if !(head && words.word(&["ADD"])) {
        return false;
    }
    words.word(&["COLUMN"]);
    let Some(column) = words.name() else {
        return false;
    };
    if !words.word(&TYPES) {
        return false;
    }
    words.word(&["PRECISION"]);
    if words.sign("(")
        && !(words.literal() && (!words.sign(",") || words.literal()) && words.sign(")"))
    {
        return false;
    }
    while !words.is_end() {
        let is_known = if words.word(&["NOT"]) {
            words.word(&["NULL"])
        } else if words.word(&["DEFAULT"]) {
            words.literal()
        } else if words.word(&["CONSTRAINT"]) {
            words.name().is_some() && words.is(&["CHECK"])
        } else if words.word(&["CHECK"]) {
            let own = |name: &str| name.eq_ignore_ascii_case(column);
            words.sign("(") && words.condition(own) && words.sign(")")
        } else {
            words.word(&["NULL"])
        };
        if !is_known {
            return false;
        }
    }
    true
}

/// `UPDATE … SET` of values as they stand there, with a condition that compares: each row
/// takes them, or none does.
pub fn sets_literals(statement: &str, dialect: Dialect) -> bool {
    let mut words = Words::of(statement, dialect);
    let head = words.word(&["UPDATE"]) && {
        words.word(&["ONLY"]);
        words.path().is_some()
    };
    if !(head && words.word(&["SET"])) {
        return false;
    }
    loop {
        if !(words.name().is_some() && words.sign("=") && words.literal()) {
            return false;
        }
        if !words.sign(",") {
            break;
        }
    }
    words.is_end() || (words.word(&["WHERE"]) && words.condition(|_| true) && words.is_end())
}

/// `DELETE FROM` with a condition that compares columns with values: whether a row goes is
/// told by that row alone, and none makes it fail.
pub fn deletes_by_values(statement: &str, dialect: Dialect) -> bool {
    let mut words = Words::of(statement, dialect);
    if !(words.word(&["DELETE"]) && words.word(&["FROM"])) {
        return false;
    }
    words.word(&["ONLY"]);
    let Some(table) = words.path() else {
        return false;
    };
    let is_column = |name: &str| !name.eq_ignore_ascii_case(table);
    words.word(&["WHERE"]) && words.condition(is_column) && words.is_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_of_the_new_column_alone() {
        for (statement, wanted) in [
            (
                "ALTER TABLE t ADD COLUMN low int DEFAULT 0 CHECK (low <= 10)",
                true,
            ),
            (
                "ALTER TABLE app.t ADD \"low\" numeric(8, 2) NOT NULL DEFAULT -1.5 CHECK (low > -2 AND low < 7);",
                true,
            ),
            (
                "ALTER TABLE t ADD k text DEFAULT 'a' CONSTRAINT known CHECK (k IN ('a', 'b') OR k IS NULL)",
                true,
            ),
            (
                "ALTER TABLE t ADD COLUMN low int DEFAULT 0 CHECK (low <= high)",
                false,
            ),
            (
                "ALTER TABLE t ADD COLUMN low int DEFAULT 0 CHECK (f(low))",
                false,
            ),
            (
                "ALTER TABLE t ADD COLUMN low int DEFAULT f() CHECK (low > 0)",
                false,
            ),
            (
                "ALTER TABLE t ADD COLUMN low int DEFAULT 0 CHECK (t IS NOT NULL)",
                false,
            ),
            (
                "ALTER TABLE t ADD COLUMN low int DEFAULT 0 CHECK ((SELECT 1) = low)",
                false,
            ),
            (
                "ALTER TABLE t ADD COLUMN low amount DEFAULT 0 CHECK (low > 0)",
                false,
            ),
            (
                "ALTER TABLE t ADD COLUMN low int UNIQUE CHECK (low > 0)",
                false,
            ),
            (
                "ALTER TABLE t ADD COLUMN low int CHECK (low > 0), ADD CHECK (high > 0)",
                false,
            ),
            ("ALTER TABLE t ADD CHECK (low > 0)", false),
            (
                "ALTER TABLE t ADD COLUMN low int AS (high) CHECK (low > 0)",
                false,
            ),
        ] {
            let found = asks_only_of_its_column(statement, Dialect::Postgres);
            assert_eq!(found, wanted, "{statement}");
        }
    }

    #[test]
    fn values_as_they_stand_there() {
        for (statement, wanted) in [
            ("UPDATE t SET a = 1", true),
            (
                "UPDATE app.t SET a = 'x', b = NULL, c = -2 WHERE (d = 'y' OR e IN (1, 2)) AND f IS NOT NULL;",
                true,
            ),
            ("UPDATE t SET a = b", false),
            ("UPDATE t SET a = a + 1", false),
            ("UPDATE t SET a = lower('X')", false),
            ("UPDATE t SET a = 1 WHERE 1 / b = 2", false),
            ("UPDATE t SET a = 1 WHERE b::int = 2", false),
            ("UPDATE t SET a = 1 WHERE f(b)", false),
            ("UPDATE t SET a = 1 WHERE b = (SELECT 1)", false),
            ("UPDATE t SET a = 1 FROM u WHERE t.b = u.b", false),
            ("UPDATE t SET a = 1 WHERE b = 2 RETURNING a", false),
            ("UPDATE OR REPLACE t SET a = 1", false),
            ("DELETE FROM t", false),
        ] {
            assert_eq!(
                sets_literals(statement, Dialect::Postgres),
                wanted,
                "{statement}"
            );
        }
    }
    #[test]
    fn rows_that_go_by_their_own_values() {
        for (statement, wanted) in [
            ("DELETE FROM t WHERE a = 1 AND b IS NULL", true),
            ("DELETE FROM app.t WHERE t.a IN ('x', 'y');", true),
            ("DELETE FROM t", false),
            ("DELETE FROM t WHERE t IS NULL", false),
            ("DELETE FROM t WHERE ctid = '(0,1)'", false),
            ("DELETE FROM t WHERE 1 / a = 2", false),
            ("DELETE FROM t USING u WHERE t.a = u.a", false),
            ("DELETE FROM t WHERE a IN (SELECT a FROM u)", false),
            ("DELETE FROM t WHERE a = 1 RETURNING a", false),
            ("DELETE FROM t WHERE lower(a) = 'x'", false),
        ] {
            let found = deletes_by_values(statement, Dialect::Postgres);
            assert_eq!(found, wanted, "{statement}");
        }
    }
}
