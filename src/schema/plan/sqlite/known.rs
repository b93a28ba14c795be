//! A statement that stops a script where a table that it makes again has more than the
//! script knows.
//!
//! A column or a constraint that somebody added by hand has no place in the new table, and its
//! indexes and triggers go with the old one: without a word, since the rest fits. The statement is
//! plain SQL, so that it works for whoever runs the script. SQLite raises no error of one's
//! own outside of a trigger; a path that is none is the one whose message is quoted whole.

use super::{Statement, checks, table::Table, text};
use crate::schema::{Fact, FactId, Kind, Schema, sqlite};

const REMARK: &str =
    "-- stops where the table has anything that this script does not know, and would lose";

/// The table that a statement guards so, by its name in lower case.
pub(crate) fn guarded(statement: &str) -> Option<String> {
    if !statement.contains(sqlite::WOULD_LOSE) {
        return None;
    }
    let (_, rest) = statement.split_once("pragma_table_xinfo('")?;
    let end = rest.find("')")?;
    Some(rest[..end].replace("''", "'").to_ascii_lowercase())
}

/// The guard of a table of `schema`, without the remark above it, for a script that takes
/// from it what it took from `before` to reach `after`.
pub(in crate::schema) fn guard(
    table: &Fact,
    schema: &Schema,
    before: &Fact,
    after: &Fact,
) -> String {
    let gone = gone(&Table::of(before), &Table::of(after));
    nothing_but(&Table::of(table), &gone, schema)
}

/// Fails where a table has columns, constraints, indexes or triggers besides those of
/// `schema`, or where a view or a trigger that `schema` has not uses a column that goes.
pub(super) fn nothing_else(before: &Table<'_>, after: &Table<'_>, schema: &Schema) -> Statement {
    let guard = nothing_but(before, &gone(before, after), schema);
    Statement {
        sql: format!("{REMARK}\n{guard}"),
        about: FactId::clone(&before.fact.id),
        hazards: Vec::new(),
    }
}

fn nothing_but(before: &Table<'_>, gone: &[String], schema: &Schema) -> String {
    let id = &before.fact.id;
    let columns: Vec<String> = if before.is_read() {
        before.columns().iter().map(super::table::lower).collect()
    } else {
        before.only_names().into_iter().map(str::to_owned).collect()
    };
    let parts = schema.facts.values().filter(|fact| {
        matches!(fact.id.kind, Kind::Index | Kind::Trigger) && fact.parent.as_ref() == Some(id)
    });
    let parts: Vec<String> = parts.map(|fact| fact.id.name().to_owned()).collect();
    let (name, lower) = (text::literal(before.name()), text::literal(id.name()));
    let begin = text::literal(&format!("{} also has ", before.name()));
    let end = text::literal(sqlite::WOULD_LOSE);
    format!(
        "SELECT json_extract('{{}}', {begin} || group_concat(what, ', ') || {end}) FROM (\n  \
           SELECT 'column ' || name AS what FROM pragma_table_xinfo({name}) WHERE lower(name) NOT IN ({})\n  \
           UNION ALL SELECT type || ' ' || name FROM sqlite_schema WHERE lower(tbl_name) = {lower} AND type IN ('index', 'trigger') \
           AND sql IS NOT NULL AND lower(name) NOT IN ({}){}{})",
        list(&columns),
        list(&parts),
        constraints(before, &name, &lower),
        users(before, gone, schema),
    )
}

/// The columns that a table loses, in lower case.
fn gone(before: &Table<'_>, after: &Table<'_>) -> Vec<String> {
    let gone = before.columns().iter();
    gone.filter(|column| after.is_read() && after.column(&column.name).is_none())
        .map(super::table::lower)
        .collect()
}

/// More constraints than there are: they have no names, so they are counted.
fn constraints(before: &Table<'_>, name: &str, lower: &str) -> String {
    if !before.is_read() {
        return String::new();
    }
    let behind = |word: &str| {
        let all = before.constraints();
        all.filter(|one| one.compared().starts_with(word)).count()
    };
    let columns = before.columns().iter();
    let unique = columns.clone().filter(|one| one.get("unique").is_some());
    let unique = unique.count() + behind("unique");
    let keys = columns.map(|one| one.refers.len()).sum::<usize>() + behind("foreign");
    let checks = checks::count(before.fact.ddl.as_deref().unwrap_or_default());
    format!(
        "\n  UNION ALL SELECT 'another UNIQUE' WHERE {unique} < (SELECT count(*) FROM pragma_index_list({name}) WHERE origin = 'u')\n  \
           UNION ALL SELECT 'another foreign key' WHERE {keys} < (SELECT count(DISTINCT id) FROM pragma_foreign_key_list({name}))\n  \
           UNION ALL SELECT 'another CHECK' WHERE {checks} < ({})",
        checks::counted(lower)
    )
}

/// Views, and triggers of other tables, that use a column which goes: SQLite does not look
/// at them when a table is made again.
fn users(before: &Table<'_>, gone: &[String], schema: &Schema) -> String {
    if gone.is_empty() {
        return String::new();
    }
    let lower = before.fact.id.name();
    let known = schema.facts.values().filter(|fact| {
        matches!(fact.id.kind, Kind::View | Kind::Trigger)
            && text::mentions(fact.ddl.as_deref().unwrap_or_default(), lower)
    });
    let known: Vec<String> = known.map(|fact| fact.id.name().to_owned()).collect();
    let named = |name: &String| {
        format!(
            "' ' || lower(sql) || ' ' GLOB {}",
            text::literal(&pattern(name))
        )
    };
    let columns: Vec<String> = gone.iter().map(named).collect();
    format!(
        "\n  UNION ALL SELECT type || ' ' || name || ' on it' FROM sqlite_schema WHERE type IN ('view', 'trigger') \
           AND lower(tbl_name) <> {} AND lower(name) NOT IN ({})\n    \
           AND {} AND ({})",
        text::literal(lower),
        list(&known),
        named(&lower.to_owned()),
        columns.join(" OR "),
    )
}

/// A name that stands alone somewhere.
fn pattern(name: &str) -> String {
    let any = |c: char| if matches!(c, '*' | '[' | ']') { '?' } else { c };
    let name: String = name.chars().map(any).collect();
    format!("*[^a-z0-9_]{name}[^a-z0-9_]*")
}

fn list(names: &[String]) -> String {
    let all: Vec<String> = names.iter().map(|name| text::literal(name)).collect();
    all.join(", ")
}
