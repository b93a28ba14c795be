//! No row is lost by a DROP TABLE that nobody told to delete it.
//!
//! With foreign keys on, SQLite deletes all rows of a table before it drops it,
//! and `ON DELETE CASCADE` (`SET NULL`, `SET DEFAULT`) then works on the rows of
//! other tables without a word (<https://www.sqlite.org/foreignkeys.html>, section
//! 5). In the usual rebuild of a table (new table, copy, drop, rename) that is the
//! loss of all rows that refer to it. So it is looked at before, and refused.
//!
//! What is meant to go, goes: rows of tables that the very next statements drop as
//! well, rows of the table itself, rows that refer to nothing. A DELETE in the
//! script is its author's word and nobody's business here.

use std::collections::BTreeMap;

use super::{
    Database as _, DbError, ErrorKind,
    sqlite::Sqlite,
    sqlite_error::db_error,
    sqlite_keys::{Keys, ident, is},
};
use crate::{
    model::Dialect,
    sql::{self, Dropped},
};

/// What to do instead.
const ADVICE: &str = "to rebuild the table, write `foreign_keys:off` after the marker of its section \
     (`-- migrate:up` or `-- migrate:down`); if the rows are to go, say so: DELETE FROM or UPDATE them in a statement before";

/// Why it happens: few know that a DROP deletes.
const WHY: &str = "with foreign keys on, SQLite deletes all rows of a table before it drops it";

/// Rows of one table that a DROP TABLE of another would take along.
struct Loss {
    table: String,
    /// `CASCADE`, …: of the keys that act.
    action: String,
    rows: i64,
    /// The table to be dropped next over which it goes.
    through: Option<String>,
}

impl Sqlite {
    /// Refuses a statement that would delete or change rows of other tables by
    /// dropping one; `rest` is what the script does after it.
    pub(super) fn refuse_cascade(&mut self, statement: &str, rest: &str) -> Result<(), DbError> {
        let Some(dropped) = sql::dropped_table(statement) else {
            return Ok(());
        };
        let Some(keys) = self.keys_around(&dropped)? else {
            return Ok(());
        };
        let losses = self.losses(&keys, &dropped.table, rest)?;
        if losses.is_empty() {
            return Ok(());
        }
        let measured = self.measure(&keys, &dropped.table, statement);
        let mut advice = ADVICE.to_owned();
        for loss in &losses {
            if is_dropped_later(rest, &loss.table) {
                let first = &loss.table;
                advice = format!(
                    "{first} is dropped further down: drop it before {}",
                    dropped.table
                );
            }
        }
        Err(DbError {
            detail: Some(format!(
                "{WHY}; ON DELETE then acts on the rows that refer to them"
            )),
            advice: Some(advice),
            ..DbError::new(
                ErrorKind::Statement,
                message(&dropped.table, &losses, &measured),
            )
        })
    }

    /// Completes the error of a DROP TABLE that SQLite itself refused because of
    /// rows that refer.
    pub(super) fn explain_drop(&mut self, statement: &str, error: &mut DbError) {
        if !error.message.contains("FOREIGN KEY constraint") {
            return;
        }
        let Some(dropped) = sql::dropped_table(statement) else {
            return;
        };
        error.advice = Some(ADVICE.to_owned());
        let Ok(Some(keys)) = self.keys_around(&dropped) else {
            return;
        };
        let mut who = Vec::new();
        for (table, own) in keys.tables_that_refer_to(&dropped.table) {
            let rows = self.referring(&keys, &own).unwrap_or(0);
            if rows > 0 && !is(table, &dropped.table) {
                let refer = if rows == 1 { "refers" } else { "refer" };
                let action = own.first().map_or("", |key| &key.on_delete);
                who.push(format!(
                    "{} of {table} {refer} to it (ON DELETE {action})",
                    count(rows)
                ));
            }
        }
        if !who.is_empty() {
            error.detail = Some(format!("{}; {WHY}", who.join(", ")));
        }
    }

    /// The keys of the schema that the table is in; `None` where none are enforced,
    /// or where the table is not there.
    fn keys_around(&mut self, dropped: &Dropped) -> Result<Option<Keys>, DbError> {
        let enforced: bool = self
            .writer()?
            .query_row("PRAGMA foreign_keys", [], |row| row.get(0))
            .map_err(|error| db_error(&error))?;
        if !enforced {
            return Ok(None);
        }
        match self.schema_of(dropped)? {
            Some(schema) => self.keys_of(schema).map(Some),
            None => Ok(None),
        }
    }

    /// Where SQLite finds a table: the temporary one first, then the file, then
    /// what is attached.
    fn schema_of(&mut self, dropped: &Dropped) -> Result<Option<String>, DbError> {
        let mut schemas: Vec<String> = self
            .query_text(
                "SELECT name FROM pragma_database_list ORDER BY name <> 'temp', name <> 'main', seq",
            )?
            .into_iter()
            .filter_map(|row| row.into_iter().next().flatten())
            .collect();
        if let Some(named) = &dropped.schema {
            schemas.retain(|schema| is(schema, named));
        }
        for schema in schemas {
            let sql = format!(
                "SELECT count(*) FROM {}.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE",
                ident(&schema)?
            );
            let there: i64 = self
                .writer()?
                .query_row(&sql, [&dropped.table], |row| row.get(0))
                .map_err(|error| db_error(&error))?;
            if there > 0 {
                return Ok(Some(schema));
            }
        }
        Ok(None)
    }

    /// What goes with a table, and is not dropped right after it anyway.
    fn losses(&mut self, keys: &Keys, dropped: &str, rest: &str) -> Result<Vec<Loss>, DbError> {
        let mut next = Vec::new();
        for other in dropped_next(rest) {
            if self.schema_of(&other)?.as_ref() == Some(&keys.schema) {
                next.push(other.table);
            }
        }
        let mut losses = Vec::new();
        let mut going = vec![dropped.to_owned()];
        let mut at = 0;
        while let Some(parent) = going.get(at).cloned() {
            let through = (at > 0).then(|| parent.clone());
            at += 1;
            for (table, own) in keys.tables_that_refer_to(&parent) {
                if going.iter().any(|known| is(known, table)) {
                    continue;
                }
                // A row that is set to NULL before it goes is updated.
                let acting: Vec<_> = own
                    .into_iter()
                    .filter(|key| {
                        key.acts_on_delete() || (through.is_some() && key.acts_on_update())
                    })
                    .collect();
                let rows = self.referring(keys, &acting)?;
                let Some(key) = acting.first().filter(|_| rows > 0) else {
                    continue;
                };
                // A cascade fires triggers, which a DROP of the table would not.
                let goes_too = next.iter().any(|other| is(other, table));
                if goes_too && !self.has_triggers(keys, table)? {
                    going.push(table.to_owned());
                    continue;
                }
                losses.push(Loss {
                    table: table.to_owned(),
                    action: key.on_delete.clone(),
                    rows,
                    through: through.clone(),
                });
            }
        }
        Ok(losses)
    }

    fn has_triggers(&mut self, keys: &Keys, table: &str) -> Result<bool, DbError> {
        let sql = format!(
            "SELECT count(*) > 0 FROM {}.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE",
            ident(&keys.schema)?
        );
        self.writer()?
            .query_row(&sql, [table], |row| row.get(0))
            .map_err(|error| db_error(&error))
    }

    /// How many rows the statement deletes from each table that hangs on the one it
    /// drops, at any depth: by doing it, and taking it back. Empty where SQLite
    /// refuses.
    fn measure(&mut self, keys: &Keys, dropped: &str, statement: &str) -> BTreeMap<String, i64> {
        let mut tables: Vec<String> = vec![dropped.to_owned()];
        let mut at = 0;
        while let Some(parent) = tables.get(at).cloned() {
            at += 1;
            for (table, _) in keys.tables_that_refer_to(&parent) {
                if !tables.iter().any(|known| is(known, table)) {
                    tables.push(table.to_owned());
                }
            }
        }
        tables.remove(0);
        let before = self.sizes(keys, &tables);
        if self.execute("SAVEPOINT teammig_look").is_err() {
            return BTreeMap::new();
        }
        let after = self
            .execute(statement)
            .and_then(|()| self.sizes(keys, &tables));
        let _ = self.execute("ROLLBACK TO teammig_look; RELEASE teammig_look");
        let (Ok(before), Ok(after)) = (before, after) else {
            return BTreeMap::new();
        };
        let gone = tables.into_iter().zip(before.into_iter().zip(after));
        gone.map(|(table, (before, after))| (table, before - after))
            .filter(|(_, rows)| *rows > 0)
            .collect()
    }

    fn sizes(&mut self, keys: &Keys, tables: &[String]) -> Result<Vec<i64>, DbError> {
        let mut sizes = Vec::new();
        for table in tables {
            let sql = format!(
                "SELECT count(*) FROM {}.{}",
                ident(&keys.schema)?,
                ident(table)?
            );
            sizes.push(
                self.writer()?
                    .query_row(&sql, [], |row| row.get(0))
                    .map_err(|error| db_error(&error))?,
            );
        }
        Ok(sizes)
    }
}

/// What would be lost, in one line.
fn message(dropped: &str, losses: &[Loss], measured: &BTreeMap<String, i64>) -> String {
    let mut parts = Vec::new();
    for loss in losses {
        let (verb, rows) = match loss.action.as_str() {
            "CASCADE" => (
                "delete",
                measured.get(&loss.table).copied().unwrap_or(loss.rows),
            ),
            _ => ("change", loss.rows),
        };
        let through = match &loss.through {
            Some(table) => format!(", through {table}"),
            None => String::new(),
        };
        parts.push(format!(
            "{verb} {} of {} (ON DELETE {}{through})",
            count(rows),
            loss.table,
            loss.action
        ));
    }
    let further: Vec<String> = measured
        .iter()
        .filter(|(table, _)| !losses.iter().any(|loss| loss.table == **table))
        .map(|(table, rows)| format!("{} of {table}", count(*rows)))
        .collect();
    let with_them = match further.as_slice() {
        [] => String::new(),
        _ => format!(", and with them {}", further.join(" and ")),
    };
    format!(
        "dropping {dropped} would {}{with_them}",
        parts.join(" and ")
    )
}

fn count(rows: i64) -> String {
    match rows {
        1 => "1 row".to_owned(),
        n => format!("{n} rows"),
    }
}

/// The tables that the statements right after this one drop: up to the first that
/// does something else, which may still want their rows.
fn dropped_next(rest: &str) -> Vec<Dropped> {
    sql::statements(rest, Dialect::Sqlite)
        .iter()
        .take_while(|statement| statement.starts_with(rest, &["DROP"]))
        .filter_map(|statement| sql::dropped_table(statement.text(rest)))
        .collect()
}

fn is_dropped_later(rest: &str, table: &str) -> bool {
    sql::statements(rest, Dialect::Sqlite)
        .iter()
        .filter_map(|statement| sql::dropped_table(statement.text(rest)))
        .any(|dropped| is(&dropped.table, table))
}
