//! Rows in every table that takes some, and what stands in the tables afterwards.

use std::collections::BTreeMap;

use super::Error;
use crate::{
    db::{Database, DbError, ErrorKind},
    model::Dialect,
    schema::{Content, Kind, Schema, TableContent, canary},
};

/// What became of the rows.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Tables that have some now.
    pub(super) tables: usize,
    /// Those that have none, with what the database said.
    pub(super) without: Vec<(String, String)>,
}

/// Fills the tables of a scratch database.
pub(super) fn make(scratch: &mut dyn Database, schema: &Schema) -> Result<Made, Error> {
    // Where keys may be checked late, tables that refer to each other can be filled.
    let made = match fill(scratch, schema, true) {
        Ok(Some(made)) => Ok(made),
        Ok(None) => fill(scratch, schema, false).map(Option::unwrap_or_default),
        Err(error) => Err(error),
    };
    made.map_err(|error| Error::database(scratch, error))
}

/// In one transaction; none where keys lead nowhere in the end.
fn fill(scratch: &mut dyn Database, schema: &Schema, ahead: bool) -> Result<Option<Made>, DbError> {
    scratch.execute_text(match (scratch.dialect(), ahead) {
        (Dialect::Postgres, true) => "BEGIN; SET CONSTRAINTS ALL DEFERRED",
        (Dialect::Postgres, false) => "BEGIN",
        (Dialect::Sqlite, true) => {
            "PRAGMA foreign_keys = ON; BEGIN; PRAGMA defer_foreign_keys = ON"
        }
        (Dialect::Sqlite, false) => "PRAGMA foreign_keys = ON; BEGIN",
    })?;
    let outcome = insert(scratch, schema, ahead);
    let stopped = matches!(&outcome, Err(error) if error.kind != ErrorKind::Statement);
    let outcome = outcome.and_then(|made| {
        scratch.execute_text("COMMIT")?;
        Ok(made)
    });
    if outcome.is_err() {
        // PostgreSQL has ended the transaction by then, and says no more than that.
        let _ = scratch.execute_text("ROLLBACK");
    }
    match outcome {
        Ok(made) => Ok(Some(made)),
        Err(error) if stopped || !ahead => Err(error),
        Err(_) => Ok(None),
    }
}

fn insert(scratch: &mut dyn Database, schema: &Schema, ahead: bool) -> Result<Made, DbError> {
    let mut made = Made::default();
    let fillings = canary::fillings(schema, ahead);
    let mut refused: BTreeMap<usize, String> = BTreeMap::new();
    let mut left: Vec<usize> = (0..fillings.len()).collect();
    // A table may need rows of one that comes later (a trigger that looks there).
    for _ in 0..2 {
        let mut again = Vec::new();
        for at in left {
            let mut rows = 0;
            for row in 0..canary::ROWS {
                match one(scratch, fillings[at].tries(row))? {
                    None => rows += 1,
                    Some(why) => {
                        refused.insert(at, why);
                    }
                }
            }
            if rows == 0 {
                again.push(at);
            }
        }
        left = again;
    }
    made.tables = fillings.len() - left.len();
    for at in left {
        let filling = &fillings[at];
        let Some(table) = schema.facts.get(&filling.id) else {
            continue;
        };
        // The history may have left rows there.
        if read(scratch, schema, table)?.is_some_and(|table| table.rows > 0) {
            made.tables += 1;
            continue;
        }
        let why = refused.remove(&at).unwrap_or_default();
        made.without.push((filling.name.clone(), why));
    }
    Ok(made)
}

/// Tries until the database takes a row; otherwise what it said to the last one.
fn one(
    scratch: &mut dyn Database,
    tries: impl Iterator<Item = String>,
) -> Result<Option<String>, DbError> {
    let mut said = String::new();
    scratch.execute_text("SAVEPOINT teammig_row")?;
    for statement in tries {
        match scratch.execute_text(&statement) {
            Ok(()) => {
                scratch.execute_text("RELEASE SAVEPOINT teammig_row")?;
                return Ok(None);
            }
            Err(error) if error.kind == ErrorKind::Interrupted => return Err(error),
            Err(error) => said = error.message,
        }
        scratch.execute_text("ROLLBACK TO SAVEPOINT teammig_row")?;
    }
    scratch.execute_text("RELEASE SAVEPOINT teammig_row")?;
    Ok(Some(said))
}

/// All that stands in the tables.
pub(super) fn content(scratch: &mut dyn Database, schema: &Schema) -> Result<Content, Error> {
    let mut content = Content::default();
    let facts = schema.facts.values();
    for table in facts.filter(|fact| fact.id.kind == Kind::Table) {
        let read = read(scratch, schema, table).map_err(|error| Error::database(scratch, error))?;
        if let Some(read) = read {
            content.tables.insert(table.id.clone(), read);
        }
    }
    Ok(content)
}

fn read(
    scratch: &mut dyn Database,
    schema: &Schema,
    table: &crate::schema::Fact,
) -> Result<Option<TableContent>, DbError> {
    let Some((name, columns)) = canary::readable(schema, table) else {
        return Ok(None);
    };
    let value = |(_, column): &(String, String)| match schema.dialect {
        Dialect::Postgres => format!("{column}::text"),
        // With its type: 1, 1.0 and '1' are not the same.
        Dialect::Sqlite => format!("CASE WHEN {column} IS NULL THEN NULL ELSE quote({column}) END"),
    };
    let values: Vec<String> = std::iter::once("1".to_owned())
        .chain(columns.iter().map(value))
        .collect();
    let mut rows = scratch.query_text(&format!("SELECT {} FROM {name}", values.join(", ")))?;
    for row in &mut rows {
        row.remove(0);
    }
    let names: Vec<String> = columns.into_iter().map(|(name, _)| name).collect();
    Ok(Some(TableContent::new(&names, rows)))
}
