//! What the statements of a script do that no schema shows: the locks they take, and the
//! tables whose rows they write anew. Seen in a transaction that is rolled back, or, where
//! there are several statements, in one for each, on a database that is put back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Observed, Prepared};
use crate::{
    db::Database,
    model::{Dialect, Span},
    schema::{FactId, Kind, Schema, canary},
    sql,
    workflow::Error,
};

/// The tables of the schema with their addresses and files.
const TABLES: &str = "SELECT c.oid, n.nspname, c.relname, pg_catalog.pg_relation_filenode(c.oid) \
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'm')";

/// Of tables that are asked for, what this session holds.
const LOCKS: &str = "SELECT relation, mode FROM pg_catalog.pg_locks WHERE locktype = 'relation' AND granted \
     AND pid = pg_catalog.pg_backend_pid() AND database = (SELECT oid FROM pg_catalog.pg_database \
     WHERE datname = pg_catalog.current_database()) AND relation = ANY";

/// How statements begin that write no rows of tables that are there.
const KEEPS_ROWS: &[&str] = &["CREATE", "DROP", "COMMENT", "GRANT", "REVOKE"];

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
    let _ = statements(scratch, step, schema, false, &mut seen);
    scratch
        .execute_text("ROLLBACK")
        .map_err(|error| Error::database(scratch, error))?;
    seen.retain(|one| !one.locks.is_empty() || !one.rewrites.is_empty());
    Ok(seen)
}

/// Whether a script has more than one statement.
pub(super) fn has_several(step: &Prepared) -> bool {
    sql::statements(&step.script().text, Dialect::Postgres).len() > 1
}

/// Runs the statements and commits each, so that none hides what the next one locks; whether
/// all of them ran.
pub(super) fn observe_apart(
    scratch: &mut dyn Database,
    step: &Prepared,
    schema: &Schema,
    seen: &mut Vec<Observed>,
) -> Result<bool, Error> {
    // One that waits for another's commit fails here, and in one transaction it does not.
    let ran = statements(scratch, step, schema, true, seen).is_ok();
    if !ran {
        scratch
            .execute_text("ROLLBACK")
            .map_err(|error| Error::database(scratch, error))?;
    }
    seen.retain(|one| !one.locks.is_empty() || !one.rewrites.is_empty());
    Ok(ran)
}

/// A setting that holds for the transaction has to hold for all of them.
fn for_session(statement: &str) -> String {
    match statement.split_at_checked(SET_LOCAL.len()) {
        Some((begin, rest)) if begin.eq_ignore_ascii_case(SET_LOCAL) => format!("SET {rest}"),
        _ => statement.to_owned(),
    }
}

const SET_LOCAL: &str = "SET LOCAL ";

/// `apart`: each statement is a transaction of its own.
fn statements(
    scratch: &mut dyn Database,
    step: &Prepared,
    schema: &Schema,
    apart: bool,
    seen: &mut Vec<Observed>,
) -> Result<(), crate::db::DbError> {
    let known = |path: &[String]| {
        let mut kinds = [Kind::Table, Kind::MaterializedView].into_iter();
        kinds.find_map(|kind| schema.facts.get(&FactId::new(kind, path.to_vec())))
    };
    let mut tables: BTreeMap<String, (String, Option<String>)> = BTreeMap::new();
    for row in scratch.query_text(TABLES)? {
        let [oid, schema_name, table, file] = <[_; 4]>::try_from(row).unwrap_or_default();
        if let (Some(oid), Some(schema_name), Some(table)) = (oid, schema_name, table)
            && let Some(fact) = known(&[schema_name, table])
        {
            tables.insert(oid, (schema.shown(fact), file));
        }
    }
    if tables.is_empty() && !apart {
        return Ok(());
    }
    let mut had: BTreeSet<(String, String)> = BTreeSet::new();
    // What a script itself makes is of no interest, and may be a lot.
    let list: Vec<&str> = tables.keys().map(String::as_str).collect();
    let locks = format!("{LOCKS} ('{{{}}}'::oid[])", list.join(","));
    let text = &step.script().text;
    for (at, statement) in sql::statements(text, Dialect::Postgres).iter().enumerate() {
        if apart {
            scratch.execute_text("BEGIN")?;
            scratch.execute_text(&for_session(statement.text(text)))?;
            had.clear();
        } else {
            scratch.execute_text(statement.text(text))?;
        }
        let mut one = Observed {
            direction: step.step.direction,
            statement: at,
            locks: Vec::new(),
            rewrites: Vec::new(),
        };
        for row in scratch.query_text(&locks)? {
            let [oid, mode] = <[_; 2]>::try_from(row).unwrap_or_default();
            if let (Some(oid), Some(mode)) = (oid, mode)
                && let Some((table, _)) = tables.get(&oid)
                && had.insert((oid, mode.clone()))
            {
                one.locks.push((in_words(&mode), table.clone()));
            }
        }
        let keeps_rows = KEEPS_ROWS
            .iter()
            .any(|word| statement.starts_with(text, &[word]));
        let files = if keeps_rows {
            Vec::new()
        } else {
            scratch.query_text(TABLES)?
        };
        for row in files {
            let [oid, _, _, file] = <[_; 4]>::try_from(row).unwrap_or_default();
            if let Some((table, before)) = oid.and_then(|oid| tables.get_mut(&oid))
                && *before != file
            {
                one.rewrites.push(table.clone());
                *before = file;
            }
        }
        if apart {
            scratch.execute_text("COMMIT")?;
        }
        one.locks.sort();
        one.rewrites.sort();
        seen.push(one);
    }
    Ok(())
}

/// The statements that change or delete rows by a condition that none meets, run one by one
/// and taken back. Nothing is told of scripts outside of transactions, nor of what comes
/// after a failure: the trial says why.
pub(super) fn unmet(scratch: &mut dyn Database, step: &Prepared) -> Result<Vec<Span>, Error> {
    let dialect = scratch.dialect();
    let script = step.script();
    let statements = sql::statements(&script.text, dialect);
    let is_selective = |one: &sql::Statement| canary::is_selective(one.text(&script.text), dialect);
    if !script.transaction || !statements.iter().any(is_selective) {
        return Ok(Vec::new());
    }
    let keys = if script.foreign_keys_off { "OFF" } else { "ON" };
    let old_renames = if script.foreign_keys_off { "ON" } else { "OFF" };
    let (begin, end) = match dialect {
        Dialect::Postgres => ("BEGIN".to_owned(), "ROLLBACK"),
        Dialect::Sqlite => (
            format!(
                "PRAGMA foreign_keys = {keys}; PRAGMA legacy_alter_table = {old_renames}; BEGIN"
            ),
            "ROLLBACK; PRAGMA legacy_alter_table = OFF",
        ),
    };
    let mut spans = Vec::new();
    scratch
        .execute_text(&begin)
        .map_err(|error| Error::database(scratch, error))?;
    for one in &statements {
        let text = one.text(&script.text);
        let met = if is_selective(one) {
            changed(scratch, text)
        } else {
            scratch.execute_text(text).map(|()| true)
        };
        match met {
            Ok(true) => {}
            Ok(false) => spans.push(one.span.clone()),
            Err(_) => break,
        }
    }
    scratch
        .execute_text(end)
        .map_err(|error| Error::database(scratch, error))?;
    Ok(spans)
}

/// Runs an `UPDATE` or a `DELETE`; whether there were rows for it.
fn changed(scratch: &mut dyn Database, statement: &str) -> Result<bool, crate::db::DbError> {
    let count = match scratch.dialect() {
        Dialect::Postgres => scratch.query_text(&format!(
            "WITH teammig_met AS ({statement} RETURNING 1) SELECT count(*) FROM teammig_met"
        ))?,
        Dialect::Sqlite => {
            scratch.execute_text(statement)?;
            scratch.query_text("SELECT changes()")?
        }
    };
    let count = count.into_iter().flatten().next().flatten();
    Ok(count.as_deref() != Some("0"))
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
    fn settings_of_a_transaction_hold_for_all_of_them() {
        let text = "set local check_function_bodies = off";
        assert_eq!(super::for_session(text), "SET check_function_bodies = off");
        assert_eq!(super::for_session("SÉT LOCÁL x"), "SÉT LOCÁL x");
    }

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
