//! No row is lost by a DROP TABLE that nobody told to delete it.
//!
//! With foreign keys on, SQLite deletes all rows of a table before it drops it,
//! and `ON DELETE CASCADE` (`SET NULL`, `SET DEFAULT`) then works on the rows of
//! other tables without a word (<https://www.sqlite.org/foreignkeys.html>, section
//! 5). In the usual rebuild of a table (new table, copy, drop, rename) that is the
//! loss of all rows that refer to it. So it is looked at before, and refused.

use super::{DbError, ErrorKind, sqlite::Sqlite, sqlite_error::db_error};
use crate::{model::Dialect, sql};

/// What to do instead.
const ADVICE: &str = "to rebuild the table, write `foreign_keys:off` after the marker (`-- migrate:up \
     foreign_keys:off`); if the rows are to go, say so: DELETE FROM or UPDATE them in a statement before";

/// A foreign key that acts when a table is emptied.
struct Acting {
    table: String,
    /// The columns that refer.
    columns: Vec<String>,
    action: String,
}

impl Sqlite {
    /// Refuses a statement that would delete or change rows of other tables by
    /// dropping one; `rest` is what the script does after it.
    pub(super) fn refuse_cascade(&mut self, statement: &str, rest: &str) -> Result<(), DbError> {
        let Some(dropped) = sql::dropped_table(statement) else {
            return Ok(());
        };
        // Foreign keys do not reach into other schemas.
        let main = dropped.schema.as_deref().unwrap_or("main");
        if !main.eq_ignore_ascii_case("main") || !self.enforces()? {
            return Ok(());
        }
        let mut lost = Vec::new();
        for key in self.acting_on(&dropped.table)? {
            let itself = key.table.eq_ignore_ascii_case(&dropped.table);
            if itself || is_dropped_next(rest, &key.table) {
                continue;
            }
            let rows = self.referring(&key)?;
            if rows > 0 {
                let what = match key.action.as_str() {
                    "CASCADE" => "delete",
                    _ => "change",
                };
                let rows = if rows == 1 {
                    "1 row".to_owned()
                } else {
                    format!("{rows} rows")
                };
                lost.push(format!(
                    "{what} {rows} of {} (ON DELETE {})",
                    key.table, key.action
                ));
            }
        }
        if lost.is_empty() {
            return Ok(());
        }
        Err(DbError {
            advice: Some(ADVICE.to_owned()),
            ..DbError::new(
                ErrorKind::Statement,
                format!("dropping {} would {}", dropped.table, lost.join(" and ")),
            )
        })
    }

    fn enforces(&mut self) -> Result<bool, DbError> {
        self.writer()?
            .query_row("PRAGMA foreign_keys", [], |row| row.get(0))
            .map_err(|error| db_error(&error))
    }

    fn acting_on(&mut self, table: &str) -> Result<Vec<Acting>, DbError> {
        let rows: Vec<(String, i64, String, String)> = self
            .writer()?
            .prepare(
                "SELECT m.name, f.id, f.\"from\", upper(f.on_delete) FROM main.sqlite_schema m, \
                 pragma_foreign_key_list(m.name, 'main') f WHERE m.type = 'table' AND \
                 f.\"table\" = ?1 COLLATE NOCASE AND upper(f.on_delete) IN ('CASCADE', 'SET NULL', \
                 'SET DEFAULT') ORDER BY m.name, f.id, f.seq",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([table], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                    })?
                    .collect()
            })
            .map_err(|error| db_error(&error))?;
        let mut keys: Vec<(i64, Acting)> = Vec::new();
        for (table, id, column, action) in rows {
            match keys.last_mut() {
                Some((last, key)) if *last == id && key.table == table => key.columns.push(column),
                _ => keys.push((
                    id,
                    Acting {
                        table,
                        columns: vec![column],
                        action,
                    },
                )),
            }
        }
        Ok(keys.into_iter().map(|(_, key)| key).collect())
    }

    /// Rows that refer to something: a key with a NULL in it refers to nothing.
    fn referring(&mut self, key: &Acting) -> Result<i64, DbError> {
        let quoted = |name: &str| {
            sql::ident(name, Dialect::Sqlite)
                .map_err(|error| DbError::new(ErrorKind::Statement, error.to_string()))
        };
        let columns: Vec<String> = key
            .columns
            .iter()
            .map(|column| quoted(column).map(|column| format!("{column} IS NOT NULL")))
            .collect::<Result<_, _>>()?;
        let sql = format!(
            "SELECT count(*) FROM main.{} WHERE {}",
            quoted(&key.table)?,
            columns.join(" AND ")
        );
        self.writer()?
            .query_row(&sql, [], |row| row.get(0))
            .map_err(|error| db_error(&error))
    }
}

/// Advice for a DROP TABLE that SQLite itself refused because of rows that refer.
pub(super) fn advise_drop(statement: &str, error: &mut DbError) {
    if error.message.contains("FOREIGN KEY constraint") && sql::dropped_table(statement).is_some() {
        error.advice = Some(format!("rows of other tables refer to it; {ADVICE}"));
    }
}

/// The next statement that names the table drops it: its rows are meant to go.
fn is_dropped_next(rest: &str, table: &str) -> bool {
    sql::statements(rest, Dialect::Sqlite)
        .iter()
        .map(|statement| statement.text(rest))
        .find(|statement| sql::mentions(statement, table))
        .and_then(sql::dropped_table)
        .is_some_and(|dropped| dropped.table.eq_ignore_ascii_case(table))
}
