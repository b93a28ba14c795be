//! What a statement takes out of the order in which rows come: nothing sorts them, so it is
//! that in which they stand, or that of the index by which they are looked for. Told from
//! words, and in doubt it depends on it: pure.

use std::ops::Range;

use super::{behind::is_about, keys::Keys};
use crate::{
    model::Dialect,
    sql::{self, Token, TokenKind},
};

/// What depends on which row comes first.
const BY_PLACE: [&str; 35] = [
    "LIMIT",
    "FETCH",
    "OFFSET",
    "DISTINCT",
    "ROW_NUMBER",
    "NTILE",
    "ARRAY",
    "ARRAY_AGG",
    "STRING_AGG",
    "XMLAGG",
    "JSON_AGG",
    "JSONB_AGG",
    "JSON_AGG_STRICT",
    "JSONB_AGG_STRICT",
    "JSON_OBJECT_AGG",
    "JSONB_OBJECT_AGG",
    "JSON_ARRAYAGG",
    "JSON_OBJECTAGG",
    "JSON_GROUP_ARRAY",
    "JSON_GROUP_OBJECT",
    "JSONB_GROUP_ARRAY",
    "JSONB_GROUP_OBJECT",
    "GROUP_CONCAT",
    "ANY_VALUE",
    "FIRST_VALUE",
    "LAST_VALUE",
    "NTH_VALUE",
    "LAG",
    "LEAD",
    "ctid",
    "tableoid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
];

/// What gives one value for many rows, the same in any order.
const OF_MANY: [&str; 13] = [
    "COUNT", "SUM", "MIN", "MAX", "AVG", "TOTAL", "BOOL_AND", "BOOL_OR", "EVERY", "BIT_AND",
    "BIT_OR", "STDDEV", "VARIANCE",
];

/// What ends a list of tables, or of what is chosen.
const ENDS: [&str; 11] = [
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "LIMIT",
    "RETURNING",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "WINDOW",
    "FROM",
];

/// Which rows it changes, or what it makes of them, depends on which come first.
pub(super) fn goes_by_place(text: &str, keys: &Keys, dialect: Dialect) -> bool {
    let gives_way = is_about(text, &["IGNORE", "REPLACE", "CONFLICT"]);
    let tokens = sql::tokens(text, Some(dialect));
    let words = Words {
        text,
        keys,
        all: tokens.filter(|token| !token.is_trivia()).collect(),
    };
    is_about(text, &BY_PLACE)
        || (gives_way && is_about(text, &["INSERT", "REPLACE"]) && is_about(text, &["SELECT"]))
        || (gives_way && is_about(text, &["UPDATE"]) && dialect == Dialect::Sqlite)
        || words.updates_from_many()
        || (dialect == Dialect::Sqlite && words.takes_one_of_many())
}

/// Rows come in another order from then on: they stand, or are found, otherwise.
pub(super) fn reorders(text: &str) -> bool {
    let mut words = text.split_whitespace().map(str::to_ascii_uppercase);
    let first = words.next().unwrap_or_default();
    match first.as_str() {
        "ANALYZE" | "CLUSTER" | "VACUUM" | "REINDEX" => true,
        "CREATE" | "DROP" => {
            let noun = words.next().unwrap_or_default();
            noun == "INDEX" || noun == "UNIQUE" || noun == "STATISTICS"
        }
        "ALTER" => is_about(
            text,
            &[
                "PRIMARY",
                "UNIQUE",
                "EXCLUDE",
                "CONSTRAINT",
                "COLLATE",
                "TYPE",
            ],
        ),
        _ => false,
    }
}

/// What a query stands behind that is no value.
const NO_VALUE: [&str; 8] = [
    "IN",
    "EXISTS",
    "FROM",
    "JOIN",
    "AS",
    "INTO",
    "ALL",
    "MATERIALIZED",
];

/// What stands in a list and is no column.
const NO_COLUMN: [&str; 11] = [
    "ALL", "CASE", "WHEN", "THEN", "ELSE", "END", "NULL", "AND", "OR", "NOT", "IS",
];

/// The tokens of a text that say something.
struct Words<'t> {
    text: &'t str,
    keys: &'t Keys,
    all: Vec<Token>,
}

impl<'t> Words<'t> {
    fn is(&self, at: usize, words: &[&str]) -> bool {
        let token = self.all.get(at);
        words
            .iter()
            .any(|word| token.is_some_and(|token| token.is_word(self.text, word)))
    }

    fn sign(&self, at: usize) -> &'t str {
        self.all.get(at).map_or("", |token| token.text(self.text))
    }

    fn name(&self, at: usize) -> Option<String> {
        let token = self.all.get(at)?;
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent);
        let text = token.text(self.text).trim_matches(['"', '`', '[', ']']);
        is_name.then(|| text.to_lowercase())
    }

    /// Where one of the words stands next, not in parentheses, up to where these end.
    fn next(&self, from: usize, words: &[&str]) -> Option<usize> {
        let mut depth = 0_i32;
        for at in from..self.all.len() {
            match self.sign(at) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                return None;
            }
            if depth == 0 && self.is(at, words) {
                return Some(at);
            }
        }
        None
    }

    /// Where what stands around ends.
    fn end(&self, from: usize) -> usize {
        let mut depth = 0_i32;
        (from..self.all.len())
            .find(|at| {
                match self.sign(*at) {
                    "(" => depth += 1,
                    ")" => depth -= 1,
                    _ => {}
                }
                depth < 0
            })
            .unwrap_or(self.all.len())
    }

    /// `UPDATE … FROM`, where more than one row may be found for one that is set.
    fn updates_from_many(&self) -> bool {
        let mut sets = (0..self.all.len()).filter(|at| self.is(*at, &["SET"]));
        is_about(self.text, &["UPDATE"])
            && sets.any(|set| {
                let from = self.next(set, &["FROM", "WHERE"]);
                from.is_some_and(|from| self.is(from, &["FROM"]) && !self.finds_one(from))
            })
    }

    /// A query for a value that may find many rows and takes the first, or a column that
    /// is not what rows are grouped by.
    fn takes_one_of_many(&self) -> bool {
        let mut selects = (0..self.all.len()).filter(|at| self.is(*at, &["SELECT"]));
        selects.any(|select| {
            let Some(from) = self.next(select + 1, &["FROM"]) else {
                return false;
            };
            let group = self.next(from, &["GROUP"]);
            let list = select + 1..from;
            let groups = group.is_some() || self.has_one_of_many(list.clone());
            let is_value =
                select > 1 && self.sign(select - 1) == "(" && !self.is(select - 2, &NO_VALUE);
            self.has_bare(list, group) && (groups || (is_value && !self.finds_one(from)))
        })
    }

    /// Something in the list is one value for all rows.
    fn has_one_of_many(&self, list: Range<usize>) -> bool {
        list.into_iter().any(|at| {
            self.is(at, &OF_MANY)
                && self.sign(at + 1) == "("
                && !self.is(self.end(at + 2) + 1, &["OVER", "FILTER"])
        })
    }

    /// A column in the list stands for itself, and rows are not grouped by it.
    fn has_bare(&self, list: Range<usize>, group: Option<usize>) -> bool {
        let grouped = group.map(|at| at + 2..self.next(at + 1, &ENDS).unwrap_or(self.end(at + 1)));
        let is_grouped = |name: &str| {
            let mut names = grouped.clone().into_iter().flatten();
            names.any(|at| self.name(at).is_some_and(|one| one == name))
        };
        let mut at = list.start;
        while at < list.end {
            if self.is(at, &OF_MANY) && self.sign(at + 1) == "(" {
                at = self.end(at + 2) + 1;
                continue;
            }
            if self.is(at, &["AS"]) {
                at += 2;
                continue;
            }
            let is_part = self.sign(at + 1) == "." || self.sign(at + 1) == "(";
            let is_column = self.name(at).is_some_and(|name| !is_grouped(&name))
                && !is_part
                && !self.is(at, &NO_COLUMN);
            let is_star = self.sign(at) == "*"
                && (at == list.start || [",", "."].contains(&self.sign(at - 1)));
            if is_column || is_star {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Of one table, by a key of it alone.
    fn finds_one(&self, from: usize) -> bool {
        let mut at = from + 1;
        while self.sign(at + 1) == "." {
            at += 2;
        }
        let Some(table) = self.name(at) else {
            return false;
        };
        let alias = at + if self.is(at + 1, &["AS"]) { 2 } else { 1 };
        let called = self.name(alias).filter(|_| !self.is(alias, &ENDS));
        let end = if called.is_some() { alias + 1 } else { at + 1 };
        if !self.is(end, &["WHERE"]) || self.next(end, &["OR"]).is_some() {
            return false;
        }
        let called = called.unwrap_or_else(|| table.clone());
        let is_key = |at: usize| {
            let is_qualified = at >= 2 && self.sign(at - 1) == ".";
            let is_of = !is_qualified || self.name(at - 2).is_some_and(|it| it == called);
            is_of
                && self
                    .name(at)
                    .is_some_and(|name| self.keys.is_sole(&table, &name))
        };
        // Of another table, or a literal.
        let is_elsewhere = |at: usize| {
            let is_literal = self.name(at).is_none() && self.sign(at) != "(";
            is_literal || (self.sign(at + 1) == "." && self.name(at).is_some_and(|it| it != called))
        };
        let stop = self.end(end);
        let mut signs = (end + 1..stop).filter(|at| self.sign(*at) == "=");
        signs.any(|sign| {
            let mut left = sign - 1;
            let right_key = if self.sign(sign + 2) == "." {
                sign + 3
            } else {
                sign + 1
            };
            let left_key = left;
            if left >= 2 && self.sign(left - 1) == "." {
                left -= 2;
            }
            let ends = |at: usize| {
                at + 1 >= stop
                    || self.sign(at + 1) == ";"
                    || self.is(at + 1, &["AND"])
                    || self.is(at + 1, &ENDS)
            };
            let begins = |at: usize| self.is(at - 1, &["WHERE", "AND"]);
            let end_of = |at: usize| if self.sign(at + 1) == "." { at + 2 } else { at };
            begins(left)
                && ends(end_of(sign + 1))
                && ((is_key(left_key) && is_elsewhere(sign + 1))
                    || (is_key(right_key) && is_elsewhere(left)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What it says, and whether it goes by the order of rows in PostgreSQL, and in SQLite.
    const CASES: &[(&str, bool, bool)] = &[
        (
            "UPDATE t SET v = roles.name FROM roles WHERE roles.id = t.role",
            false,
            false,
        ),
        (
            "UPDATE t SET v = r.name FROM roles AS r WHERE t.role = r.id AND t.v IS NULL",
            false,
            false,
        ),
        (
            "UPDATE t SET v = r.name FROM roles r WHERE t.role = r.id OR t.v = r.name",
            true,
            true,
        ),
        (
            "UPDATE t SET v = r.name FROM roles r WHERE t.role = r.name",
            true,
            true,
        ),
        (
            "UPDATE t SET v = r.name FROM roles r WHERE r.id = r.name",
            true,
            true,
        ),
        (
            "UPDATE t SET v = r.name FROM roles r WHERE r.id = t.role + r.n",
            true,
            true,
        ),
        (
            "UPDATE t SET v = p.a FROM parts p WHERE p.a = t.a",
            true,
            true,
        ),
        (
            "UPDATE t SET v = 1 WHERE role IN (SELECT id FROM roles)",
            false,
            false,
        ),
        (
            "UPDATE t SET v = (SELECT name FROM roles WHERE roles.id = t.role)",
            false,
            false,
        ),
        (
            "UPDATE t SET v = (SELECT name FROM roles WHERE id = t.role)",
            false,
            false,
        ),
        (
            "UPDATE t SET v = (SELECT id FROM roles WHERE name = t.role)",
            false,
            true,
        ),
        (
            "UPDATE t SET v = (SELECT max(id) FROM roles WHERE name = t.role)",
            false,
            false,
        ),
        (
            "UPDATE t SET v = (SELECT count(*) FROM roles r WHERE r.id <= t.id)",
            false,
            false,
        ),
        (
            "INSERT INTO t SELECT name, count(*) FROM roles GROUP BY name",
            false,
            false,
        ),
        (
            "INSERT INTO t SELECT r.name AS n, sum(r.id) AS s FROM roles r GROUP BY r.name",
            false,
            false,
        ),
        (
            "INSERT INTO t SELECT name, id FROM roles GROUP BY name",
            false,
            true,
        ),
        ("INSERT INTO t SELECT name, max(id) FROM roles", false, true),
        ("INSERT INTO t SELECT name, id FROM roles", false, false),
        (
            "INSERT OR IGNORE INTO t SELECT name, id FROM roles",
            true,
            true,
        ),
        (
            "INSERT INTO t SELECT name FROM roles ON CONFLICT DO NOTHING",
            true,
            true,
        ),
        (
            "INSERT INTO t SELECT json_group_array(name) FROM roles",
            true,
            true,
        ),
        (
            "DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM roles WHERE roles.name = t.v)",
            false,
            false,
        ),
    ];

    #[test]
    fn what_comes_first() {
        let below = [
            "CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT)",
            "CREATE TABLE parts (a int, b int, PRIMARY KEY (a, b))",
        ];
        let goes = |text: &str, dialect| {
            let keys = Keys::of(dialect, below.into_iter());
            goes_by_place(text, &keys, dialect)
        };
        for (text, postgres, sqlite) in CASES {
            assert_eq!(goes(text, Dialect::Postgres), *postgres, "{text}");
            assert_eq!(goes(text, Dialect::Sqlite), *sqlite, "SQLite: {text}");
        }
    }
}
