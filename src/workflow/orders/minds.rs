//! Whether what a text does with rows may be something else once the other side has done
//! something to the schema or to rows. Told from words, and in doubt it may: pure.

use std::collections::{BTreeMap, BTreeSet};

use super::behind::is_about;
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind, Object, Part},
    },
    schema::{self, Schema},
    sql::{self, Token, TokenKind},
};

/// What looks at the labels of an enum, and not at values of it.
const LABELS: [&str; 4] = ["enum_range", "enum_first", "enum_last", "pg_enum"];

/// Which tables have columns of which types.
#[derive(Debug, Default)]
pub(super) struct Types {
    tables: BTreeMap<String, BTreeSet<String>>,
}

impl Types {
    pub(super) fn of(schemas: &[Schema]) -> Self {
        let mut types = Self::default();
        for fact in schemas.iter().flat_map(|schema| schema.facts.values()) {
            let table = fact.parent.as_ref().map(schema::FactId::name);
            if let (schema::Kind::Column, Some(table), Some(typed)) =
                (fact.id.kind, table, fact.get("type"))
            {
                let tables = types.tables.entry(typed.to_owned()).or_default();
                tables.insert(table.to_owned());
            }
        }
        types
    }

    /// The text names the type, or a table with a column of it.
    pub(super) fn are_in(&self, text: &str, name: &str) -> bool {
        let of_type = self
            .tables
            .iter()
            .filter(|(typed, _)| is_about(typed, &[name]));
        is_about(text, &[name])
            || of_type
                .flat_map(|(_, tables)| tables)
                .any(|table| is_about(text, &[table]))
    }
}

/// Whether the text minds what is done to a definition.
pub(super) fn definition(text: &str, access: &Access, types: &Types, dialect: Dialect) -> bool {
    let object = &access.object;
    let is_in = |name: &str| is_about(text, &[name]);
    let of = object.of.as_deref();
    if is_temporary(object) {
        return false;
    }
    match (&object.kind, access.act) {
        (_, Act::Reference | Act::Mention | Act::Read | Act::Write | Act::Demand) => false,
        (Kind::Column, act) => of.is_some_and(|table| {
            is_in(table)
                && if act.creates() {
                    takes_whole_rows(text, table, dialect)
                } else {
                    match access.part {
                        Part::Whole | Part::Type => {
                            is_in(&object.name) || takes_whole_rows(text, table, dialect)
                        }
                        Part::Default => is_about(text, &["INSERT", "MERGE", "COPY", "DEFAULT"]),
                        _ => false,
                    }
                }
        }),
        (Kind::Table, Act::Rename | Act::Drop | Act::DropIfExists | Act::Rebuild) => {
            is_in(&object.name)
        }
        (Kind::Table, Act::Alter) => {
            let moves = |word: &str| word.starts_with("partition") || word.starts_with("parent");
            is_in(&object.name) && matches!(&access.part, Part::Other(word) if moves(word))
        }
        (Kind::Label, act) if act.creates() => is_about(text, &LABELS),
        (Kind::Type | Kind::Label, _) => {
            let name = match object.kind {
                Kind::Label => of.unwrap_or_default(),
                _ => &object.name,
            };
            !access.act.creates() && types.are_in(text, name)
        }
        // Of a domain, since it has no rows of its own.
        (Kind::Constraint, _) => of.is_some_and(|owner| !is_in(owner) && types.are_in(text, owner)),
        _ => false,
    }
}

/// Nobody else sees it.
pub(super) fn is_temporary(object: &Object) -> bool {
    matches!(object.schema.as_str(), "temp" | "pg_temp")
}

/// Whether the text takes rows with all the columns that there are, or fills them without
/// naming any: a `*`, a row as a value, an `INSERT` without a list.
pub(super) fn takes_whole_rows(text: &str, table: &str, dialect: Dialect) -> bool {
    let tokens = sql::tokens(text, Some(dialect));
    let words = Words {
        text,
        all: tokens.filter(|token| !token.is_trivia()).collect(),
    };
    let mut bodies = words.all.iter().filter_map(|token| body(token, text));
    // A body is a text of its own.
    bodies.any(|body| is_about(body, &[table]) && takes_whole_rows(body, table, dialect))
        || (1..words.all.len()).any(|at| words.is_star(at))
        || words.takes(table)
}

/// What opens a list of tables.
const OPENS: [&str; 8] = [
    "FROM", "JOIN", "UPDATE", "INTO", "USING", "ONLY", "TABLE", "ON",
];

/// What stands behind a table and is no name for it.
const NO_ALIAS: [&str; 28] = [
    "WHERE",
    "SET",
    "ON",
    "JOIN",
    "LEFT",
    "RIGHT",
    "INNER",
    "FULL",
    "CROSS",
    "GROUP",
    "ORDER",
    "LIMIT",
    "USING",
    "VALUES",
    "SELECT",
    "AS",
    "FOR",
    "LOOP",
    "THEN",
    "RETURNING",
    "HAVING",
    "NATURAL",
    "UNION",
    "FETCH",
    "DEFAULT",
    "ADD",
    "ALTER",
    "DROP",
];

/// The tokens of a text that say something.
struct Words<'t> {
    text: &'t str,
    all: Vec<Token>,
}

impl<'t> Words<'t> {
    fn is(&self, at: usize, kind: TokenKind) -> bool {
        self.all.get(at).is_some_and(|token| token.kind == kind)
    }

    fn is_word(&self, at: usize, words: &[&str]) -> bool {
        let token = self.all.get(at);
        let is = |word: &&str| token.is_some_and(|token| token.is_word(self.text, word));
        words.iter().any(is)
    }

    fn name(&self, at: usize) -> Option<&'t str> {
        let token = self.all.get(at)?;
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent);
        is_name.then(|| token.text(self.text).trim_matches(QUOTES))
    }

    /// A `*` for columns.
    fn is_star(&self, at: usize) -> bool {
        let opens = ["SELECT", "DISTINCT", "ALL", "RETURNING"];
        self.all[at].text(self.text) == "*"
            && (self.is_word(at - 1, &opens)
                || self.is(at - 1, TokenKind::Comma)
                || self.is(at - 1, TokenKind::Dot))
    }

    /// A row of the table as a value, or one that is filled without a list.
    fn takes(&self, table: &str) -> bool {
        let mut called = BTreeSet::from([table.to_lowercase()]);
        let mut opened = BTreeSet::new();
        for at in 1..self.all.len() {
            let is_table = self
                .name(at)
                .is_some_and(|name| name.eq_ignore_ascii_case(table));
            let mut first = at;
            while first >= 2 && self.is(first - 1, TokenKind::Dot) {
                first -= 2;
            }
            if !is_table || first == 0 || !self.is_word(first - 1, &OPENS) {
                continue;
            }
            opened.insert(at);
            if self.is_word(first - 1, &["INTO"]) && !self.is(at + 1, TokenKind::LeftParen) {
                return true;
            }
            let alias = at + if self.is_word(at + 1, &["AS"]) { 2 } else { 1 };
            if let Some(name) = self.name(alias).filter(|_| !self.is_word(alias, &NO_ALIAS)) {
                called.insert(name.to_lowercase());
                opened.insert(alias);
            }
        }
        // The table or its alias, and no column behind it.
        (0..self.all.len()).any(|at| {
            let is_row = self
                .name(at)
                .is_some_and(|name| called.contains(&name.to_lowercase()));
            let is_part = at > 0 && self.is(at - 1, TokenKind::Dot);
            is_row && !is_part && !opened.contains(&at) && !self.is(at + 1, TokenKind::Dot)
        })
    }
}

/// What stands in a literal.
pub(super) fn body<'t>(token: &Token, text: &'t str) -> Option<&'t str> {
    let literal = token.text(text);
    match token.kind {
        TokenKind::String => literal.strip_prefix('\'')?.strip_suffix('\''),
        TokenKind::DollarString => {
            let tag = literal.get(..literal.get(1..)?.find('$')? + 2)?;
            literal.strip_prefix(tag)?.strip_suffix(tag)
        }
        _ => None,
    }
}

const QUOTES: [char; 4] = ['"', '`', '[', ']'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_all_their_columns() {
        for (text, wanted) in [
            ("INSERT INTO a SELECT * FROM t", true),
            ("INSERT INTO a (x) SELECT count(*) FROM t", false),
            ("INSERT INTO a (x) SELECT n * 2 FROM t", false),
            ("INSERT INTO a (x) SELECT t.* FROM t", true),
            ("INSERT INTO a (x) SELECT to_jsonb(t) FROM t", true),
            (
                "INSERT INTO a (x) SELECT to_jsonb(u) FROM s.t AS u WHERE u.id = 1",
                true,
            ),
            (
                "INSERT INTO a (x) SELECT u.id FROM t u WHERE u.id = 1",
                false,
            ),
            ("INSERT INTO a (x) SELECT t.id FROM t WHERE t.id = 1", false),
            ("INSERT INTO t SELECT 1, 2", true),
            ("INSERT INTO t (x) SELECT 1", false),
            ("UPDATE t SET x = 1 WHERE y = 2", false),
            ("DELETE FROM t USING b WHERE t.x = b.x", false),
            (
                "CREATE FUNCTION f() RETURNS int AS 'INSERT INTO t VALUES (1)'",
                true,
            ),
            (
                "CREATE FUNCTION f() RETURNS int AS $$ SELECT id FROM t $$",
                false,
            ),
        ] {
            let found = takes_whole_rows(text, "t", Dialect::Postgres);
            assert_eq!(found, wanted, "{text}");
        }
    }
}
