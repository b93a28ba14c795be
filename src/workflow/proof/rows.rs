//! Rows in every table that takes some, and what stands in the tables afterwards.

use std::collections::BTreeMap;

use super::Error;
use crate::{
    db::{Database, DbError, ErrorKind},
    model::Dialect,
    schema::{
        Content, Fact, FactId, Kind, Schema, TableContent,
        canary::{self, Asked, Filling},
    },
};

/// What became of the rows.
#[derive(Debug, Default)]
pub(in crate::workflow) struct Made {
    /// Tables that have some now.
    pub(super) tables: usize,
    /// Those that have none, with what the database said.
    pub(super) without: Vec<(String, String)>,
}

/// What is known of tables from one revision to the next: most stay as they are.
#[derive(Debug, Default)]
pub(in crate::workflow) struct Rows {
    known: BTreeMap<FactId, Known>,
}

#[derive(Debug)]
struct Known {
    filling: Filling,
    /// For each row, the statement that was taken, where one was.
    taken: [Option<String>; canary::ROWS],
}

impl Rows {
    /// Fills the tables of a scratch database, with rows as they are `asked` for where the
    /// tables take them.
    pub(in crate::workflow) fn make(
        &mut self,
        scratch: &mut dyn Database,
        schema: &Schema,
        asked: &[Asked],
    ) -> Result<Made, Error> {
        // Where keys may be checked late, tables that refer to each other can be filled.
        let made = match self.fill(scratch, schema, asked, true) {
            Ok(Some(made)) => Ok(made),
            Ok(None) => self
                .fill(scratch, schema, asked, false)
                .map(Option::unwrap_or_default),
            Err(error) => Err(error),
        };
        made.map_err(|error| Error::database(scratch, error))
    }

    /// In one transaction; none where keys lead nowhere in the end.
    fn fill(
        &mut self,
        scratch: &mut dyn Database,
        schema: &Schema,
        asked: &[Asked],
        ahead: bool,
    ) -> Result<Option<Made>, DbError> {
        scratch.execute_text(match (scratch.dialect(), ahead) {
            (Dialect::Postgres, true) => "BEGIN; SET CONSTRAINTS ALL DEFERRED",
            (Dialect::Postgres, false) => "BEGIN",
            (Dialect::Sqlite, true) => {
                "PRAGMA foreign_keys = ON; BEGIN; PRAGMA defer_foreign_keys = ON"
            }
            (Dialect::Sqlite, false) => "PRAGMA foreign_keys = ON; BEGIN",
        })?;
        let outcome = self.insert(scratch, schema, asked, ahead);
        let outcome = outcome.map_err(|error| (error, true)).and_then(|made| {
            let committed = scratch.execute_text("COMMIT");
            committed.map(|()| made).map_err(|error| (error, false))
        });
        if outcome.is_err() {
            // PostgreSQL has ended the transaction by then, and says no more than that.
            let _ = scratch.execute_text("ROLLBACK");
        }
        match outcome {
            Ok(made) => Ok(Some(made)),
            // Only the keys are judged at the end.
            Err((_, false)) if ahead => Ok(None),
            Err((error, _)) => Err(error),
        }
    }

    fn insert(
        &mut self,
        scratch: &mut dyn Database,
        schema: &Schema,
        asked: &[Asked],
        ahead: bool,
    ) -> Result<Made, DbError> {
        let mut made = Made::default();
        let mut left: Vec<(Filling, String)> = canary::fillings(schema, ahead, asked)
            .into_iter()
            .map(|filling| (filling, String::new()))
            .collect();
        let all = left.len();
        // A table may need rows of one that comes later (a trigger that looks there).
        for _ in 0..2 {
            let mut again = Vec::new();
            for (filling, _) in left {
                if let Some(why) = self.table(scratch, &filling)? {
                    again.push((filling, why));
                }
            }
            left = again;
        }
        made.tables = all - left.len();
        for (filling, why) in left {
            let Some(table) = schema.facts.get(&filling.id) else {
                continue;
            };
            // The history may have left rows there.
            if read(scratch, schema, table)?.is_some_and(|table| table.rows > 0) {
                made.tables += 1;
            } else {
                made.without.push((filling.name, why));
            }
        }
        Ok(made)
    }

    /// Fills a table; where it takes no row, what the database said to the last try.
    fn table(
        &mut self,
        scratch: &mut dyn Database,
        filling: &Filling,
    ) -> Result<Option<String>, DbError> {
        let known = self.known.remove(&filling.id);
        let known = known.filter(|known| known.filling == *filling);
        let mut before = known.map(|known| known.taken.map(Some)).unwrap_or_default();
        let mut taken = [const { None }; canary::ROWS];
        let mut said = String::new();
        for (row, taken) in taken.iter_mut().enumerate() {
            let before = before[row].take();
            let is_refused = before == Some(None);
            if let Some(Some(statement)) = before
                && one(scratch, &statement)?.is_none()
            {
                *taken = Some(statement);
                continue;
            }
            let mut search = filling.search(row);
            loop {
                let statement = search.statement();
                let Some(why) = one(scratch, &statement)? else {
                    *taken = Some(statement);
                    break;
                };
                let goes_on = search.refused(&why);
                said = why;
                // What was refused in every form is refused again.
                if !goes_on || is_refused {
                    break;
                }
            }
        }
        let filling = filling.clone();
        let is_filled = taken.iter().any(Option::is_some);
        self.known
            .insert(filling.id.clone(), Known { filling, taken });
        Ok((!is_filled).then_some(said))
    }
}

/// Tries a row; what the database says where it does not take it.
fn one(scratch: &mut dyn Database, statement: &str) -> Result<Option<String>, DbError> {
    // All in one message: it is sent for each table and each revision.
    let message = format!("SAVEPOINT teammig_row; {statement}; RELEASE SAVEPOINT teammig_row");
    match scratch.execute_text(&message) {
        Ok(()) => Ok(None),
        Err(error) if matches!(error.kind, ErrorKind::Interrupted | ErrorKind::Lost) => Err(error),
        Err(error) => {
            scratch
                .execute_text("ROLLBACK TO SAVEPOINT teammig_row; RELEASE SAVEPOINT teammig_row")?;
            Ok(Some(error.message))
        }
    }
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
    table: &Fact,
) -> Result<Option<TableContent>, DbError> {
    let read = whole(scratch, schema, table)?;
    Ok(read.map(|(names, rows)| TableContent::new(&names, rows)))
}

/// The columns of a table, and its rows as they come.
pub(in crate::workflow) type Whole = (Vec<String>, Vec<Vec<Option<String>>>);

/// All rows of a table, without those of tables that inherit from it; none where its names
/// cannot be written.
pub(in crate::workflow) fn whole(
    scratch: &mut dyn Database,
    schema: &Schema,
    table: &Fact,
) -> Result<Option<Whole>, DbError> {
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
    // The rows of a divided table are those of its partitions, and it has none itself.
    let is_alone = schema.dialect == Dialect::Postgres && table.get("partition key").is_none();
    let only = if is_alone { "ONLY " } else { "" };
    let read = format!("SELECT {} FROM {only}{name}", values.join(", "));
    let mut rows = scratch.query_text(&read)?;
    for row in &mut rows {
        row.remove(0);
    }
    let names: Vec<String> = columns.into_iter().map(|(name, _)| name).collect();
    Ok(Some((names, rows)))
}
