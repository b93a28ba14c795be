//! Rows that refer to a table which is made again, empty: the way back of one that was
//! dropped together with the foreign keys that led to it.
//!
//! What refers knows the keys, so rows with just these come back, where the table takes
//! them. Where it takes none, what refers is emptied; where that must not be, a person is asked.
//! So it is where rows that are there would have to refer to a table that is new.

use std::collections::BTreeSet;

use super::{Decisions, Question, Undecided};
use crate::{
    model::Dialect,
    schema::{
        Fact, FactId, Kind, Schema,
        canary::{Key, primary_key, references},
    },
    sql::{self, TokenKind},
};

/// What makes a foreign key hold.
pub(super) enum Mend {
    /// A statement that brings the rows back.
    Rows(String),
    /// One that empties what refers to them, and of which columns.
    Nothing(String, Vec<FactId>),
}

/// How names are written.
pub(super) struct Written<'a> {
    /// Those of tables.
    pub(super) table: &'a dyn Fn(&FactId) -> String,
    /// Those of columns.
    pub(super) column: fn(&str) -> String,
}

/// The statement before a foreign key of `child` leads to a table that was not there.
pub(super) fn mend(
    b: &Schema,
    child: &FactId,
    key: &Key,
    decisions: &Decisions,
    written: &Written<'_>,
) -> Option<Mend> {
    let (name, ident) = (written.table, written.column);
    let all =
        |columns: &[String]| -> Vec<String> { columns.iter().map(|one| ident(one)).collect() };
    let (from, to) = (all(&key.columns), all(&key.referred));
    let is_there: Vec<String> = from.iter().map(|of| format!("{of} IS NOT NULL")).collect();
    let is_there = is_there.join(" AND ");
    let filled: Option<Vec<(String, &String)>> = unfilled(b, key)
        .map(|column| {
            let fill = decisions.backfill.get(&column.id)?;
            Some((ident(column.id.name()), fill))
        })
        .collect();
    if let Some(filled) = filled.filter(|_| takes_keys(b, key) && is_primary(b, key)) {
        let (table, keys) = (name(&key.table), to.join(", "));
        let named: Vec<String> = from
            .iter()
            .zip(&to)
            .map(|(of, to)| format!("{of} AS {to}"))
            .collect();
        let into: Vec<&str> = to
            .iter()
            .chain(filled.iter().map(|(of, _)| of))
            .map(String::as_str)
            .collect();
        let values: Vec<&str> = to
            .iter()
            .chain(filled.iter().map(|(_, fill)| *fill))
            .map(String::as_str)
            .collect();
        // A key that the table counts is given here.
        let given = if counts(b, key) {
            " OVERRIDING SYSTEM VALUE"
        } else {
            ""
        };
        return Some(Mend::Rows(format!(
            "INSERT INTO {table} ({}){given}\nSELECT {}\nFROM (SELECT {} FROM {} WHERE {is_there} EXCEPT SELECT {keys} FROM {table}) AS referred",
            into.join(", "),
            values.join(", "),
            named.join(", "),
            name(child),
        )));
    }
    let may_be_empty: Vec<&Fact> = key
        .columns
        .iter()
        .filter_map(|column| b.facts.get(&column_of(child, column)))
        .filter(|fact| !must_hold(fact))
        .collect();
    if may_be_empty.is_empty() {
        return None;
    }
    let ids: Vec<FactId> = may_be_empty.iter().map(|fact| fact.id.clone()).collect();
    let sets: Vec<String> = ids
        .iter()
        .map(|id| format!("{} = NULL", ident(id.name())))
        .collect();
    let sql = format!(
        "UPDATE {} SET {} WHERE {is_there}",
        name(child),
        sets.join(", ")
    );
    Some(Mend::Nothing(sql, ids))
}

/// The columns of dropped tables that the way back cannot fill, though what stays refers to
/// their rows and has to.
pub(super) fn emptied(a: &Schema, b: &Schema, decisions: &Decisions) -> Vec<FactId> {
    let now = |id: &FactId| {
        let mut renames = decisions.renames.iter();
        let to = renames
            .find(|(from, _)| from == id)
            .map_or(id, |(_, to)| to);
        b.facts.contains_key(to)
    };
    let tables = || a.facts.values().filter(|fact| fact.id.kind == Kind::Table);
    if tables().all(|fact| now(&fact.id)) {
        return Vec::new();
    }
    let mut columns = BTreeSet::new();
    for child in tables().filter(|fact| now(&fact.id)) {
        for key in references(a, &child.id) {
            let of = || {
                key.columns
                    .iter()
                    .map(|column| column_of(&child.id, column))
            };
            let stays = of().all(|id| b.facts.contains_key(&id) || is_renamed(decisions, &id));
            let has_to = of().all(|id| a.facts.get(&id).is_some_and(must_hold));
            if stays && has_to && !now(&key.table) {
                let left = unfilled(a, &key).map(|fact| fact.id.clone());
                columns.extend(left.filter(|id| !decisions.refill.contains_key(id)));
            }
        }
    }
    columns.into_iter().collect()
}

/// The columns by which every row that is there would have to refer to a row of a table that
/// is new, and so has none: it fails wherever there is a row.
pub(super) fn orphans(a: &Schema, b: &Schema, decisions: &Decisions) -> Vec<Undecided> {
    let was_there = |id: &FactId| {
        let mut renames = decisions.renames.iter();
        a.facts.contains_key(id) || renames.any(|(from, to)| to == id && a.facts.contains_key(from))
    };
    let tables = || b.facts.values().filter(|fact| fact.id.kind == Kind::Table);
    if decisions.may_lose || tables().all(|fact| was_there(&fact.id)) {
        return Vec::new();
    }
    // Partitions that were there bring rows with them.
    let has_rows = |whole: &FactId| {
        let mut parts = b.edges.iter().filter(|edge| edge.to == *whole);
        parts.any(|edge| {
            let part = b.facts.get(&edge.from);
            part.is_some_and(|part| part.get("partition of").is_some()) && was_there(&edge.from)
        })
    };
    let mut undecided = Vec::new();
    for child in tables().filter(|fact| was_there(&fact.id)) {
        for key in references(b, &child.id) {
            let columns: Option<Vec<&Fact>> = key
                .columns
                .iter()
                .map(|column| b.facts.get(&column_of(&child.id, column)))
                .collect();
            let Some(columns) = columns else { continue };
            let has_to = columns.iter().all(|fact| {
                must_hold(fact) || (!was_there(&fact.id) && is_filled(fact, decisions))
            });
            if !has_to
                || was_there(&key.table)
                || has_rows(&key.table)
                || b.facts.get(&key.of).is_some_and(is_not_held)
            {
                continue;
            }
            if let (Some(column), Some(table)) = (columns.first(), b.facts.get(&key.table)) {
                undecided.push(Undecided {
                    about: column.id.clone(),
                    name: b.shown(column),
                    question: Question::NoRow {
                        table: b.shown(table),
                    },
                });
            }
        }
    }
    undecided
}

/// Whether a key says nothing of the rows that are there.
fn is_not_held(key: &Fact) -> bool {
    let text = key.get("definition").unwrap_or_default();
    [" NOT VALID", " NOT ENFORCED"]
        .iter()
        .any(|end| text.ends_with(end))
}

/// Whether a new column has the same value in every row that is there, and it is one: of
/// expressions nobody knows.
fn is_filled(column: &Fact, decisions: &Decisions) -> bool {
    let fill = decisions.backfill.get(&column.id).map(String::as_str);
    let Some(fill) = fill.or_else(|| column.get("default")) else {
        return false;
    };
    let mut tokens = sql::tokens(fill, None).filter(|token| !token.is_trivia());
    let is_value = tokens
        .next()
        .is_some_and(|token| matches!(token.kind, TokenKind::Number | TokenKind::String));
    // `'a'::text` is how PostgreSQL writes one.
    is_value && tokens.all(|token| !matches!(token.kind, TokenKind::LeftParen))
}

fn is_renamed(decisions: &Decisions, id: &FactId) -> bool {
    decisions.renames.iter().any(|(from, _)| from == id)
}

fn column_of(table: &FactId, column: &str) -> FactId {
    let path = table.path.iter().cloned().chain([column.to_owned()]);
    FactId::new(Kind::Column, path)
}

fn must_hold(column: &Fact) -> bool {
    column.get("not null").is_some() || column.get("primary key").is_some()
}

/// The columns of the table that have to be given a value besides the key.
fn unfilled<'s>(schema: &'s Schema, key: &'s Key) -> impl Iterator<Item = &'s Fact> {
    let columns = schema
        .within(&key.table)
        .filter(|fact| fact.id.kind == Kind::Column);
    columns.filter(move |fact| {
        let is_given = ["default", "identity", "generated"]
            .iter()
            .any(|one| fact.get(one).is_some());
        let is_number = schema.dialect == Dialect::Sqlite
            && fact.get("primary key").is_some()
            && fact
                .get("type")
                .is_some_and(|name| name.eq_ignore_ascii_case("integer"));
        must_hold(fact)
            && !is_given
            && !is_number
            && !key.referred.iter().any(|own| own == fact.id.name())
    })
}

/// Whether the key can be given: nothing makes it.
fn takes_keys(schema: &Schema, key: &Key) -> bool {
    let mut columns = key
        .referred
        .iter()
        .map(|column| column_of(&key.table, column));
    columns.all(|id| {
        schema
            .facts
            .get(&id)
            .is_some_and(|fact| fact.get("generated").is_none())
    })
}

/// Rows of which only another key is known cannot be told from those that others refer to.
fn is_primary(schema: &Schema, key: &Key) -> bool {
    let primary = primary_key(schema, &key.table);
    primary.len() == key.referred.len() && primary.iter().all(|own| key.referred.contains(own))
}

fn counts(schema: &Schema, key: &Key) -> bool {
    let mut columns = key
        .referred
        .iter()
        .map(|column| column_of(&key.table, column));
    columns.any(|id| {
        schema
            .facts
            .get(&id)
            .is_some_and(|fact| fact.get("identity").is_some())
    })
}
