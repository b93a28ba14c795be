//! Values that change where no statement says that it writes them: a column that is computed
//! from others, and one that gets another type. Told from words, and in doubt they do: pure.

use std::collections::BTreeSet;

use super::{
    behind::is_about,
    beside::Statement,
    keys::{Keys, parts_about},
    minds::{self, Types},
};
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind, Part},
    },
    schema::{self, Schema},
    sql,
};

/// All columns that are computed.
#[derive(Debug, Default)]
pub(super) struct Values {
    computed: Vec<Computed>,
    /// What makes and changes tables.
    tables: Vec<String>,
}

#[derive(Debug)]
struct Computed {
    table: String,
    column: String,
    /// What it is computed from stands in it.
    text: String,
}

impl Values {
    pub(super) fn of(
        dialect: Dialect,
        statements: &[(&str, &[Access])],
        schemas: &[Schema],
    ) -> Self {
        let mut computed = Vec::new();
        for fact in schemas.iter().flat_map(|schema| schema.facts.values()) {
            let table = fact.parent.as_ref().map(schema::FactId::name);
            match (fact.id.kind, table, fact.get("generated"), &fact.ddl) {
                (schema::Kind::Column, Some(table), Some(text), _) => computed.push(Computed {
                    table: table.to_owned(),
                    column: fact.id.name().to_owned(),
                    text: text.to_owned(),
                }),
                (schema::Kind::Table, _, _, Some(ddl)) => {
                    for part in parts_about(ddl, dialect, &["AS"]) {
                        let mut tokens = sql::tokens(&part, Some(dialect));
                        let Some(first) = tokens.find(|token| !token.is_trivia()) else {
                            continue;
                        };
                        let name = first.text(&part).trim_matches(['"', '`', '[', ']']);
                        computed.push(Computed {
                            table: fact.id.name().to_owned(),
                            column: name.to_owned(),
                            text: part.clone(),
                        });
                    }
                }
                _ => {}
            }
        }
        let texts = statements.iter().map(|(text, _)| *text);
        let tables = texts.filter(|text| is_about(text, &["TABLE", "DOMAIN"]));
        Self {
            computed,
            tables: tables.map(str::to_owned).collect(),
        }
    }

    /// The table of a column that `other` makes another one without naming it, and that the
    /// first statement reads or asks something of.
    pub(super) fn change(&self, one: &Statement<'_>, other: &Statement<'_>) -> Option<String> {
        let mut accesses = other.accesses.iter();
        accesses.find_map(|access| {
            let object = &access.object;
            let table = object.of.as_ref().filter(|_| object.kind == Kind::Column)?;
            let mut own = one.accesses.iter();
            let touches = own.any(|access| access.object.of.as_ref() == Some(table));
            if !touches && !is_about(one.text, &[table]) {
                return None;
            }
            let is_met = match access.act {
                // What stays as a value was computed until then; a key without its columns.
                Act::Write => {
                    is_about(one.text, &["EXPRESSION"])
                        || (is_about(one.text, &["PRIMARY"]) && is_about(one.text, &["USING"]))
                        || self.is_read_computed(one, table, &object.name)
                }
                Act::Alter if access.part == Part::Type => {
                    is_asked(one, other, table, access)
                        && !self.is_widened(other, table, &object.name)
                }
                _ => false,
            };
            is_met.then(|| table.clone())
        })
    }

    /// A whole number becomes a greater one: each value stays what it is.
    fn is_widened(&self, other: &Statement<'_>, table: &str, column: &str) -> bool {
        let whole = [
            "INT", "INTEGER", "SMALLINT", "INT2", "INT4", "SERIAL", "BIGINT",
        ];
        let rounded = [
            "NUMERIC", "DECIMAL", "REAL", "DOUBLE", "FLOAT", "FLOAT4", "FLOAT8", "MONEY",
        ];
        let has = |text: &String, types: &[&str]| {
            let mut parts = parts_about(text, Dialect::Postgres, types).into_iter();
            parts.any(|part| is_about(&part, &[column]))
        };
        let is_made = |text: &String| {
            is_about(text, &["CREATE"]) && is_about(text, &[table]) && has(text, &whole)
        };
        let is_unclear =
            |text: &String| is_about(text, &["RENAME", "DOMAIN"]) || has(text, &rounded);
        is_about(other.text, &["BIGINT", "INT8"])
            && !is_about(other.text, &["USING", "COLLATE"])
            && self.tables.iter().any(is_made)
            && !self.tables.iter().any(is_unclear)
    }

    fn is_read_computed(&self, one: &Statement<'_>, table: &str, column: &str) -> bool {
        let of_table = || {
            let all = self.computed.iter();
            all.filter(|it| it.table.eq_ignore_ascii_case(table))
        };
        let mut all = of_table();
        all.any(|it| {
            let by_way = |other: &Computed| {
                other.column != it.column && is_about(&it.text, &[&other.column])
            };
            let depends = is_about(&it.text, &[column]) || of_table().any(by_way);
            // By a trigger, too.
            let is_it = |access: &Access| {
                let object = &access.object;
                let is_of = object.of.as_deref() == Some(table);
                access.act == Act::Read && is_of && object.name == it.column
            };
            let names_it = is_about(one.text, &[&it.column]) && (reads(one) || asks(one));
            depends && (names_it || one.accesses.iter().any(is_it))
        })
    }
}

/// What there is in a database.
pub(super) struct Held<'a> {
    pub(super) dialect: Dialect,
    pub(super) tables: &'a BTreeSet<String>,
    pub(super) types: &'a Types,
    pub(super) keys: &'a Keys,
}

/// The table of which the first statement asks something, or that it fills, and of which
/// `other` makes values other ones by way of a view, a domain, or an enum. `means`: the tables
/// that are meant behind `other`.
pub(super) fn by_way(
    held: &Held<'_>,
    one: &Statement<'_>,
    other: &Statement<'_>,
    means: &BTreeSet<&str>,
) -> Option<String> {
    let own = || {
        let mut named = held.tables.iter();
        named.find(|table| is_about(one.text, &[table])).cloned()
    };
    let writes = |it: &Statement<'_>, wanted: &dyn Fn(&str) -> bool| {
        let mut written = it.accesses.iter().filter(|access| access.act == Act::Write);
        written.any(|access| wanted(access.object.of.as_ref().unwrap_or(&access.object.name)))
    };
    let is_view = |name: &str| !held.tables.contains(name);
    if asks(one) && sql::moves_rows(other.text) && writes(other, &is_view) {
        let mut behind = means.iter();
        if let Some(table) = behind.find(|table| is_about(one.text, &[table])) {
            return Some((*table).to_owned());
        }
    }
    other.accesses.iter().find_map(|access| {
        let object = &access.object;
        let is_met = match (&object.kind, access.act) {
            // A text may become that label, or fail.
            (Kind::Label, act) if act.creates() => {
                let typed = object.of.as_deref().unwrap_or_default();
                reads(one) && is_cast_to(one.text, typed, held.dialect)
            }
            (Kind::Type | Kind::Label, _) => {
                asks(one) && minds::definition(one.text, access, held.types, held.dialect)
            }
            // Values that were two may become one.
            (Kind::Column, Act::Alter) if access.part == Part::Type => {
                let table = object.of.as_deref().unwrap_or_default();
                held.keys.is_in_key(table, &object.name)
                    && writes(one, &|name| name.eq_ignore_ascii_case(table))
            }
            _ => false,
        };
        if is_met { own() } else { None }
    })
}

/// Whether something may be made a value of a type, in any of the ways to write that: it is
/// named where no column can stand. Columns are often called as their types are.
fn is_cast_to(text: &str, typed: &str, dialect: Dialect) -> bool {
    let tokens = sql::tokens(text, Some(dialect)).filter(|token| !token.is_trivia());
    let words: Vec<&str> = tokens.map(|token| token.text(text)).collect();
    let before_column = |word: &&str| BEFORE_COLUMN.iter().any(|it| it.eq_ignore_ascii_case(word));
    let mut all = words.iter().enumerate();
    all.any(|(at, word)| {
        let is_qualified = at > 1 && words.get(at - 1) == Some(&".");
        let start = if is_qualified { at - 2 } else { at };
        let before = start.checked_sub(1).and_then(|at| words.get(at));
        let is_called = words
            .get(at + 1)
            .is_some_and(|next| next.starts_with(['(', '\'']));
        word.trim_matches('"').eq_ignore_ascii_case(typed)
            && (is_called || !before.is_some_and(before_column))
    })
}

/// What a column may stand behind, and the name of a type not.
const BEFORE_COLUMN: [&str; 24] = [
    ",",
    "(",
    "=",
    "<>",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    "SET",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "SELECT",
    "DISTINCT",
    "BY",
    "ON",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "BETWEEN",
    "RETURNING",
];

/// What it leaves depends on rows.
fn reads(one: &Statement<'_>) -> bool {
    sql::moves_rows(one.text) && !sql::is_plain_insert(one.text)
}

/// Rows have to be such that it works.
fn asks(one: &Statement<'_>) -> bool {
    one.accesses.iter().any(|access| access.act == Act::Demand)
        || sql::asks_of_rows(one.text).is_some()
        || is_about(one.text, &["REFERENCES"])
}

/// It asks of values that are others once the type is another one.
fn is_asked(one: &Statement<'_>, other: &Statement<'_>, table: &str, access: &Access) -> bool {
    let column = access.object.name.as_str();
    // A key may be meant without its columns.
    let names_it = is_about(one.text, &[column]) || is_about(one.text, &["REFERENCES"]);
    // A cast makes no NULL of a value, and no value of NULL.
    let more = [
        "CHECK",
        "UNIQUE",
        "PRIMARY",
        "EXCLUDE",
        "REFERENCES",
        "INDEX",
    ];
    let is_of_null = is_about(one.text, &["NULL"]) && !is_about(one.text, &more);
    let is_cast = !is_about(other.text, &["USING"]);
    asks(one) && names_it && is_about(one.text, &[table]) && !(is_of_null && is_cast)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_called_as_its_type_is_no_cast() {
        let cast = |text| is_cast_to(text, "mood", Dialect::Postgres);
        assert!(cast("UPDATE users SET mood = note::mood"));
        assert!(cast(
            "UPDATE users SET mood = note:: /* the type */ public.\"mood\""
        ));
        assert!(cast("UPDATE users SET mood = CAST(note AS mood)"));
        assert!(cast("UPDATE users SET kind = mood 'sad'"));
        assert!(cast("UPDATE users SET kind = mood(note)"));
        assert!(cast(
            "INSERT INTO users SELECT r.mood FROM notes, jsonb_to_record(note) AS r (id int, mood mood)"
        ));
        assert!(!cast(
            "UPDATE users SET mood = 'sad' WHERE users.mood = 'bad'"
        ));
        assert!(!cast("UPDATE users SET mood = note::moods"));
    }
}
