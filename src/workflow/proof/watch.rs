//! What the statements of a script do that no schema shows: the locks they take, and the
//! tables whose rows they write anew. Seen in a transaction that is rolled back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Observed, Prepared};
use crate::{
    db::Database,
    model::Dialect,
    schema::{Kind, Schema},
    sql,
    workflow::Error,
};

/// The tables of the schema with their addresses and files.
const TABLES: &str = "SELECT c.oid, n.nspname, c.relname, pg_catalog.pg_relation_filenode(c.oid) \
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'm')";

/// What this session holds.
const LOCKS: &str = "SELECT relation, mode FROM pg_catalog.pg_locks WHERE locktype = 'relation' AND granted \
     AND pid = pg_catalog.pg_backend_pid() AND database = (SELECT oid FROM pg_catalog.pg_database \
     WHERE datname = pg_catalog.current_database())";

/// Runs the statements one by one and takes all of it back. Nothing is told of a script
/// outside of transactions, whose locks are gone with each statement, nor of one that
/// fails: the trial says why.
pub(super) fn observe(
    scratch: &mut dyn Database,
    step: &Prepared,
    schema: &Schema,
) -> Result<Vec<Observed>, Error> {
    let script = step.script();
    if scratch.dialect() != Dialect::Postgres || !script.transaction {
        return Ok(Vec::new());
    }
    let mut seen = Vec::new();
    scratch
        .execute_text("BEGIN")
        .map_err(|error| Error::database(scratch, error))?;
    // What fails here ends the watching, and says nothing of its own.
    let _ = statements(scratch, step, schema, &mut seen);
    scratch
        .execute_text("ROLLBACK")
        .map_err(|error| Error::database(scratch, error))?;
    seen.retain(|one| !one.locks.is_empty() || !one.rewrites.is_empty());
    Ok(seen)
}

fn statements(
    scratch: &mut dyn Database,
    step: &Prepared,
    schema: &Schema,
    seen: &mut Vec<Observed>,
) -> Result<(), crate::db::DbError> {
    let is_known = |path: &[String]| {
        schema
            .facts
            .keys()
            .any(|id| matches!(id.kind, Kind::Table | Kind::MaterializedView) && id.path == path)
    };
    let mut tables: BTreeMap<String, (String, Option<String>)> = BTreeMap::new();
    for row in scratch.query_text(TABLES)? {
        let [oid, schema_name, table, file] = <[_; 4]>::try_from(row).unwrap_or_default();
        if let (Some(oid), Some(schema_name), Some(table)) = (oid, schema_name, table) {
            let path = [schema_name, table];
            if is_known(&path) {
                tables.insert(oid, (path.join("."), file));
            }
        }
    }
    let mut had: BTreeSet<(String, String)> = BTreeSet::new();
    let text = &step.script().text;
    for (at, statement) in sql::statements(text, Dialect::Postgres).iter().enumerate() {
        scratch.execute_text(statement.text(text))?;
        let mut one = Observed {
            direction: step.step.direction,
            statement: at,
            locks: Vec::new(),
            rewrites: Vec::new(),
        };
        for row in scratch.query_text(LOCKS)? {
            let [oid, mode] = <[_; 2]>::try_from(row).unwrap_or_default();
            if let (Some(oid), Some(mode)) = (oid, mode)
                && let Some((table, _)) = tables.get(&oid)
                && had.insert((oid, mode.clone()))
            {
                one.locks.push((in_words(&mode), table.clone()));
            }
        }
        for row in scratch.query_text(TABLES)? {
            let [oid, _, _, file] = <[_; 4]>::try_from(row).unwrap_or_default();
            if let Some((table, before)) = oid.and_then(|oid| tables.get_mut(&oid))
                && *before != file
            {
                one.rewrites.push(table.clone());
                *before = file;
            }
        }
        one.locks.sort();
        one.rewrites.sort();
        seen.push(one);
    }
    Ok(())
}

/// `AccessExclusiveLock` as `ACCESS EXCLUSIVE`.
fn in_words(mode: &str) -> String {
    let mut words = String::new();
    for character in mode.strip_suffix("Lock").unwrap_or(mode).chars() {
        if character.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(character.to_ascii_uppercase());
    }
    words
}

#[cfg(test)]
mod tests {
    #[test]
    fn modes_are_called_as_in_lock_table() {
        for (mode, words) in [
            ("AccessExclusiveLock", "ACCESS EXCLUSIVE"),
            ("ShareLock", "SHARE"),
            ("ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE"),
        ] {
            assert_eq!(super::in_words(mode), words);
        }
    }
}
