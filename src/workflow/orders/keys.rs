//! Foreign keys between what two sides do to rows: a parent that goes, a child that comes.
//! Told from the words of definitions, and in doubt they are about the same rows: pure.

use std::collections::BTreeSet;

use super::{
    behind::is_about,
    cascades::{self, after, words},
    told::parts,
};
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind, Part},
    },
    sql::{self, Token},
};

/// All foreign keys.
#[derive(Debug)]
pub(super) struct Keys {
    dialect: Dialect,
    foreign: BTreeSet<Key>,
    /// The parts of definitions that say what is a key of a table, with the table.
    unique: Vec<(String, String)>,
    /// Tables with a column that is computed from others: a change of any may be one of a key.
    computed: BTreeSet<String>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    child: String,
    parent: String,
    /// The definition of its table, or what changes that.
    text: String,
    /// Of that the part in which its columns stand.
    part: String,
}

impl Key {
    /// Children get the default where their parents go.
    fn sets_default(&self) -> bool {
        let mut words = self.text.split(|one: char| !one.is_alphanumeric());
        let mut before = "";
        words.any(|word| {
            let is_it = before.eq_ignore_ascii_case("SET") && word.eq_ignore_ascii_case("DEFAULT");
            if !word.is_empty() {
                before = word;
            }
            is_it
        })
    }
}

impl Keys {
    /// By the definitions in `texts`.
    pub(super) fn of<'b>(dialect: Dialect, texts: impl Iterator<Item = &'b str>) -> Self {
        let mut keys = Self {
            dialect,
            foreign: BTreeSet::new(),
            unique: Vec::new(),
            computed: BTreeSet::new(),
        };
        for text in texts {
            if !is_about(text, &["TABLE", "INDEX"]) || !is_about(text, &["CREATE", "ALTER"]) {
                continue;
            }
            let words = words(text, dialect);
            let noun = if is_about(text, &["TABLE"]) {
                "TABLE"
            } else {
                "ON"
            };
            let Some(own) = after(&words, noun).next() else {
                continue;
            };
            if computes(&words) {
                keys.computed.insert(own.clone());
            }
            for part in parts_about(text, dialect, &["PRIMARY", "UNIQUE"]) {
                keys.unique.push((own.clone(), part));
            }
            for part in parts_about(text, dialect, &["REFERENCES"]) {
                for parent in after(&cascades::words(&part, dialect), "REFERENCES") {
                    keys.foreign.insert(Key {
                        child: own.clone(),
                        parent,
                        text: text.to_owned(),
                        part: part.clone(),
                    });
                }
            }
        }
        keys
    }

    /// No row of what a statement writes goes or gets another key, so nothing goes with it.
    pub(super) fn are_kept(&self, text: &str, accesses: &[Access]) -> bool {
        let mut keys = self.foreign.iter();
        !keys.any(|key| self.loses_parents(key, text, accesses))
    }

    /// No column that is written has to do with a foreign key, on either side of it.
    pub(super) fn are_apart(&self, text: &str, accesses: &[Access]) -> bool {
        let mut keys = self.foreign.iter();
        self.are_kept(text, accesses)
            && !keys.any(|key| self.fills_children(key, &key.part, accesses))
    }

    /// The column is one of a key of the table, or may be.
    pub(super) fn is_in_key(&self, table: &str, column: &str) -> bool {
        let table = table.to_lowercase();
        let mut unique = self.unique.iter();
        self.computed.contains(&table)
            || unique.any(|(own, part)| *own == table && is_about(part, &[column]))
    }

    /// The column alone is the table's primary key, or unique by a constraint.
    pub(super) fn is_sole(&self, table: &str, column: &str) -> bool {
        let mut parts = self.unique.iter().filter(|(own, _)| own == table);
        parts.any(|(_, part)| {
            let words = part.split_whitespace();
            let words: Vec<String> = words
                .map(|word| word.trim_matches(['"', '`', '[', ']']).to_lowercase())
                .collect();
            let is = |at: usize, wanted: &str| words.get(at).is_some_and(|word| word == wanted);
            let mut lists = (0..words.len())
                .filter(|at| (is(*at, "unique") || is(*at, "key")) && is(at + 1, "("))
                .peekable();
            // `id int PRIMARY KEY`, without a list.
            let is_inline =
                lists.peek().is_none() && (is(0, column) || (is(0, "column") && is(1, column)));
            let is_listed = lists.any(|at| is(at + 2, column) && is(at + 3, ")"));
            (is_inline || is_listed) && !is_about(part, &["INDEX"])
        })
    }

    /// The child's table where one statement takes parents away, or their keys, and the
    /// other has to do with children.
    pub(super) fn between(
        &self,
        [text, other_text]: [&str; 2],
        [accesses, others]: [&[Access]; 2],
    ) -> Option<&str> {
        if !sql::moves_rows(text) {
            return None;
        }
        if is_about(text, &["TRUNCATE"]) && is_about(text, &["CASCADE"]) {
            let mut taken = self.below(text).into_iter();
            return taken
                .find(|table| sql::moves_rows(other_text) && is_about(other_text, &[table]));
        }
        let mut keys = self.foreign.iter();
        let key = keys.find(|key| {
            self.loses_parents(key, text, accesses)
                && self.touches_children(key, &key.part, other_text, others)
        })?;
        Some(&key.child)
    }

    /// The child's table where one statement drops the parent, and the other has to do with
    /// children: `SQLite` deletes all rows of a table before it drops it, be it to put another
    /// one in its place (foreignkeys.html, 5), and rows that point to them are in the way.
    pub(super) fn in_the_way(
        &self,
        [text, other_text]: [&str; 2],
        others: &[Access],
    ) -> Option<&str> {
        if self.dialect != Dialect::Sqlite {
            return None;
        }
        // By what it touches, a statement that makes room for another table drops none.
        let drops = |text: &str, table: &str| {
            let dropped = sql::dropped_table(text);
            dropped.is_some_and(|dropped| dropped.table.eq_ignore_ascii_case(table))
        };
        let key = self.foreign.iter().find(|key| {
            drops(text, &key.parent)
                && (drops(other_text, &key.child)
                    // What is deleted with it, or set, is seen in any column.
                    || self.touches_children(key, &key.text, other_text, others))
        })?;
        Some(&key.child)
    }

    /// The tables that rows of a table point to.
    pub(super) fn parents<'k>(&'k self, child: &'k str) -> impl Iterator<Item = &'k str> {
        let own = self.foreign.iter();
        let own = own.filter(move |key| key.child.eq_ignore_ascii_case(child));
        own.map(|key| key.parent.as_str())
    }

    /// The children of the tables that the text names, and theirs.
    fn below(&self, text: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        loop {
            let before = found.len();
            for key in &self.foreign {
                if is_about(text, &[&key.parent]) || found.contains(key.parent.as_str()) {
                    found.insert(key.child.as_str());
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    fn loses_parents(&self, key: &Key, text: &str, accesses: &[Access]) -> bool {
        let takes = ["DELETE", "TRUNCATE", "REPLACE", "MERGE"];
        written(accesses, &key.parent).any(|column| match column {
            // By a trigger, where the text does not name it.
            None => is_about(text, &takes) || !is_about(text, &[&key.parent]),
            Some(column) => {
                let unique = self.unique.iter().filter(|(table, _)| *table == key.parent);
                let parts: Vec<&String> = unique.map(|(_, part)| part).collect();
                // Which column it is does not stand there, then.
                parts.is_empty()
                    || self.computed.contains(&key.parent)
                    || parts
                        .into_iter()
                        .chain([&key.part])
                        .any(|part| is_about(part, &[column]))
            }
        })
    }

    /// It changes rows of the child, or what the key does with them; its columns stand in
    /// `part`.
    fn touches_children(&self, key: &Key, part: &str, text: &str, accesses: &[Access]) -> bool {
        lets_go_or_fills(key, accesses)
            || (sql::moves_rows(text) && self.fills_children(key, part, accesses))
    }

    /// Rows of the child come or go, or point elsewhere.
    fn fills_children(&self, key: &Key, part: &str, accesses: &[Access]) -> bool {
        written(accesses, &key.child).any(|column| {
            column.is_none_or(|column| {
                is_about(part, &[column]) || self.computed.contains(&key.child)
            })
        })
    }
}

/// Children no longer point there, or only at the end, or get another default.
fn lets_go_or_fills(key: &Key, accesses: &[Access]) -> bool {
    let lets_go = |access: &Access| {
        let object = &access.object;
        let is_child = |name: &String| name.eq_ignore_ascii_case(&key.child);
        let is_dropped = matches!(access.act, Act::Drop | Act::DropIfExists);
        match object.kind {
            Kind::Constraint => {
                (access.act.removes() || access.act == Act::Alter)
                    && object.of.as_ref().is_some_and(is_child)
            }
            Kind::Table => is_dropped && is_child(&object.name),
            // With all that is in it.
            Kind::Schema => is_dropped,
            Kind::Column => {
                is_dropped
                    && object.of.as_ref().is_some_and(is_child)
                    && is_about(&key.part, &[&object.name])
            }
            _ => false,
        }
    };
    let fills = |access: &Access| {
        access.part == Part::Default
            && access.object.kind == Kind::Column
            && access
                .object
                .of
                .as_ref()
                .is_some_and(|of| of.eq_ignore_ascii_case(&key.child))
            && key.sets_default()
    };
    accesses.iter().any(|one| lets_go(one) || fills(one))
}

/// A column is computed from others, or the rows come from a query: `AS (`.
fn computes(words: &[String]) -> bool {
    words
        .windows(2)
        .any(|two| two[0].eq_ignore_ascii_case("AS") && two[1] == "(")
}

/// The parts of a definition that have one of the words; all of it where none has.
pub(super) fn parts_about(text: &str, dialect: Dialect, words: &[&str]) -> Vec<String> {
    if !is_about(text, words) {
        return Vec::new();
    }
    let parts = parts(text, dialect).into_iter();
    let text_of = |part: Vec<Token>| {
        let tokens: Vec<&str> = part.iter().map(|token| token.text(text)).collect();
        tokens.join(" ")
    };
    let all: Vec<String> = parts.map(text_of).collect();
    let about: Vec<String> = all
        .into_iter()
        .filter(|part| is_about(part, words))
        .collect();
    if about.is_empty() || is_about(text, &["INDEX"]) {
        return vec![text.to_owned()];
    }
    about
}

/// The columns of a table that are written; `None` where rows come or go.
fn written<'a>(accesses: &'a [Access], table: &'a str) -> impl Iterator<Item = Option<&'a str>> {
    let writes = accesses.iter().filter(|access| access.act == Act::Write);
    writes.filter_map(move |access| {
        let object = &access.object;
        match &object.of {
            None => object.name.eq_ignore_ascii_case(table).then_some(None),
            Some(of) => {
                let is_column = object.kind == Kind::Column && of.eq_ignore_ascii_case(table);
                is_column.then_some(Some(object.name.as_str()))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_in_the_way_of_a_parent_that_is_dropped() {
        let below = ["CREATE TABLE users (id integer, team int REFERENCES teams, name text)"];
        let accesses = |text: &str| {
            let footprint = sql::footprint(text, Dialect::Postgres, &[]);
            footprint.statements[0].accesses.clone()
        };
        for (parent, child, wanted) in [
            ("DROP TABLE teams", "UPDATE users SET team = NULL", true),
            ("DROP TABLE teams", "DELETE FROM users", true),
            ("DROP TABLE teams", "DROP TABLE users", true),
            ("DROP TABLE teams", "UPDATE users SET at = 'x'", false),
            ("DROP TABLE teams", "CREATE INDEX i ON users (id)", false),
            ("DROP TABLE others", "DELETE FROM users", false),
        ] {
            for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                let keys = Keys::of(dialect, below.into_iter());
                let found = keys.in_the_way([parent, child], &accesses(child));
                let wanted = wanted && dialect == Dialect::Sqlite;
                assert_eq!(found.is_some(), wanted, "{parent} / {child}");
            }
        }
    }

    #[test]
    fn parents_that_go_and_children_that_come() {
        let below = [
            "CREATE TABLE teams (id int PRIMARY KEY, code text UNIQUE, name text)",
            "CREATE TABLE users (id int, team int REFERENCES teams, name text)",
        ];
        let keys = Keys::of(Dialect::Postgres, below.into_iter());
        let accesses = |text: &str| {
            let footprint = sql::footprint(text, Dialect::Postgres, &[]);
            footprint.statements[0].accesses.clone()
        };
        for (parent, child, wanted) in [
            (
                "DELETE FROM teams WHERE id = 1",
                "INSERT INTO users VALUES (1, 1)",
                true,
            ),
            (
                "DELETE FROM teams WHERE id = 1",
                "UPDATE users SET team = 1",
                true,
            ),
            (
                "DELETE FROM teams WHERE id = 1",
                "ALTER TABLE users DROP CONSTRAINT k",
                true,
            ),
            (
                "UPDATE teams SET id = 1",
                "INSERT INTO users VALUES (1, 1)",
                true,
            ),
            (
                "UPDATE teams SET code = 'x'",
                "INSERT INTO users VALUES (1, 1)",
                true,
            ),
            ("TRUNCATE teams CASCADE", "DELETE FROM users", true),
            (
                "TRUNCATE teams CASCADE",
                "INSERT INTO log SELECT id FROM users",
                true,
            ),
            (
                "DELETE FROM teams WHERE id = 1",
                "CREATE INDEX i ON users (id)",
                false,
            ),
            (
                "INSERT INTO teams VALUES (1)",
                "INSERT INTO users VALUES (1, 1)",
                false,
            ),
            ("DELETE FROM users", "INSERT INTO teams VALUES (1)", false),
            (
                "DELETE FROM teams WHERE id = 1",
                "ALTER TABLE users ALTER team SET DEFAULT 2",
                false,
            ),
        ] {
            let found = keys.between([parent, child], [&accesses(parent), &accesses(child)]);
            assert_eq!(found.is_some(), wanted, "{parent} / {child}");
        }
    }
}
