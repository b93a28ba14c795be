//! A statement that stops a script where a table that it makes again has more than the
//! script knows.
//!
//! A column that somebody added by hand has no place in the new table, and its indexes and
//! triggers go with the old one: without a word, since the rest fits. The statement is
//! plain SQL, so that it works for whoever runs the script. SQLite raises no error of one's
//! own outside of a trigger; a path that is none is the one whose message is quoted whole.

use super::{Statement, table::Table, text};
use crate::schema::{FactId, Kind, Schema, sqlite};

/// Fails where a table has columns, indexes or triggers besides those of `schema`.
pub(super) fn nothing_else(before: &Table<'_>, schema: &Schema) -> Statement {
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
    let sql = format!(
        "-- stops where the table has anything that this script does not know, and would lose\n\
         SELECT json_extract('{{}}', {begin} || group_concat(what, ', ') || {end})\nFROM (\n  \
           SELECT 'column ' || name AS what FROM pragma_table_xinfo({name}) WHERE lower(name) NOT IN ({})\n  \
           UNION ALL SELECT type || ' ' || name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL\n    \
           AND lower(tbl_name) = {lower} AND lower(name) NOT IN ({})\n)",
        list(&columns),
        list(&parts),
    );
    Statement {
        sql,
        about: FactId::clone(id),
        hazards: Vec::new(),
    }
}

fn list(names: &[String]) -> String {
    let all: Vec<String> = names.iter().map(|name| text::literal(name)).collect();
    all.join(", ")
}
