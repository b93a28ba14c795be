//! Foreign keys of an SQLite database: which there are, which rows refer, which
//! rows refer to nothing.
//!
//! Reads only. What follows from it is decided by those who ask.

use super::{DbError, ErrorKind, sqlite::Sqlite, sqlite_error::db_error};
use crate::{model::Dialect, sql};

/// How many violations are told one by one.
const SHOWN: usize = 3;

/// What is said of a script that leaves such rows.
pub const VIOLATED: &str = "the script leaves rows that violate a foreign key";

/// A foreign key.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// The table that refers.
    pub(super) table: String,
    /// The table that it refers to, as written there.
    parent: String,
    /// The columns that refer, each with the one it refers to (`None` = the
    /// primary key's at that place).
    columns: Vec<(String, Option<String>)>,
    /// `NO ACTION`, `RESTRICT`, `CASCADE`, `SET NULL` or `SET DEFAULT`.
    pub(super) on_delete: String,
    on_update: String,
}

impl Key {
    /// Rows that refer are deleted or changed with the row they refer to.
    pub(super) fn acts_on_delete(&self) -> bool {
        acts(&self.on_delete)
    }

    /// Rows that refer are changed when the key they refer to is.
    pub(super) fn acts_on_update(&self) -> bool {
        acts(&self.on_update)
    }
}

fn acts(action: &str) -> bool {
    matches!(action, "CASCADE" | "SET NULL" | "SET DEFAULT")
}

/// The foreign keys of one schema: none reaches into another.
#[derive(Debug)]
pub(super) struct Keys {
    /// `main`, `temp`, or the name of what is attached.
    pub(super) schema: String,
    all: Vec<Key>,
}

impl Keys {
    /// The tables that refer to `parent`, each with its keys that do.
    pub(super) fn tables_that_refer_to(&self, parent: &str) -> Vec<(&str, Vec<&Key>)> {
        let mut tables: Vec<(&str, Vec<&Key>)> = Vec::new();
        for key in self.all.iter().filter(|key| is(&key.parent, parent)) {
            match tables.last_mut() {
                Some((table, keys)) if *table == key.table => keys.push(key),
                _ => tables.push((&key.table, vec![key])),
            }
        }
        tables
    }
}

/// Names are compared as SQLite does.
pub(super) fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// A row that refers to nothing: its table and the other one, and in words.
pub(super) type Violation = ([String; 2], String);

impl Sqlite {
    /// All foreign keys of a schema, by table.
    pub(super) fn keys_of(&mut self, schema: String) -> Result<Keys, DbError> {
        let sql = format!(
            "SELECT m.name, f.id, f.\"table\", f.\"from\", f.\"to\", upper(f.on_delete), upper(f.on_update) FROM \
             {}.sqlite_schema m, pragma_foreign_key_list(m.name, ?1) f WHERE m.type = 'table' ORDER BY m.name, f.id, \
             f.seq",
            ident(&schema)?
        );
        let mut all: Vec<(i64, Key)> = Vec::new();
        let connection = self.writer()?;
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([&schema])?;
            while let Some(row) = rows.next()? {
                let (table, id): (String, i64) = (row.get(0)?, row.get(1)?);
                let column = (row.get(3)?, row.get(4)?);
                match all.last_mut() {
                    Some((last, key)) if *last == id && key.table == table => {
                        key.columns.push(column);
                    }
                    _ => all.push((
                        id,
                        Key {
                            table,
                            parent: row.get(2)?,
                            columns: vec![column],
                            on_delete: row.get(5)?,
                            on_update: row.get(6)?,
                        },
                    )),
                }
            }
            Ok(())
        };
        read().map_err(|error| db_error(&error))?;
        let all = all.into_iter().map(|(_, key)| key).collect();
        Ok(Keys { schema, all })
    }

    /// How many rows of a table refer, by any of its `keys`, to a row that is there.
    pub(super) fn referring(&mut self, keys: &Keys, own: &[&Key]) -> Result<i64, DbError> {
        let Some(first) = own.first() else {
            return Ok(0);
        };
        let schema = ident(&keys.schema)?;
        let mut conditions = Vec::new();
        for key in own {
            let columns = self.columns(keys, key)?;
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM {schema}.{} AS p WHERE {})",
                ident(&key.parent)?,
                columns.join(" AND ")
            ));
        }
        let sql = format!(
            "SELECT count(*) FROM {schema}.{} AS c WHERE {}",
            ident(&first.table)?,
            conditions.join(" OR ")
        );
        // Columns that are not there: a key that SQLite passes over when it drops.
        let Ok(mut statement) = self.writer()?.prepare(&sql) else {
            return Ok(0);
        };
        statement
            .query_row([], |row| row.get(0))
            .map_err(|error| db_error(&error))
    }

    /// The comparisons of a key, with the table that is referred to at the left: its
    /// collation counts.
    fn columns(&mut self, keys: &Keys, key: &Key) -> Result<Vec<String>, DbError> {
        let primary: Vec<String> = self
            .writer()?
            .prepare("SELECT name FROM pragma_table_info(?1, ?2) WHERE pk > 0 ORDER BY pk")
            .and_then(|mut statement| {
                statement
                    .query_map([&key.parent, &keys.schema], |row| row.get(0))?
                    .collect()
            })
            .map_err(|error| db_error(&error))?;
        let pairs = key.columns.iter().enumerate().map(|(at, (from, to))| {
            // A table without a primary key has nothing to refer to.
            let to = to.as_ref().or_else(|| primary.get(at));
            Ok(match to {
                Some(to) => format!("p.{} = c.{}", ident(to)?, ident(from)?),
                None => "0".to_owned(),
            })
        });
        pairs.collect()
    }

    /// Rows that refer to nothing.
    pub(super) fn foreign_key_violations(&mut self) -> Result<Vec<Violation>, DbError> {
        self.writer()?
            .prepare("PRAGMA foreign_key_check")
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        let table: String = row.get(0)?;
                        let rowid: Option<i64> = row.get(1)?;
                        let parent: String = row.get(2)?;
                        let words = match rowid {
                            Some(rowid) => format!(
                                "{table} (rowid {rowid}) refers to a missing row of {parent}"
                            ),
                            None => format!("{table} refers to a missing row of {parent}"),
                        };
                        Ok(([table, parent], words))
                    })?
                    .collect::<Result<Vec<_>, _>>()
            })
            .map_err(|error| db_error(&error))
    }

    /// Refuses more violations between two tables than there were `before` the
    /// script. A rebuild may give its rows new numbers, so rows are counted.
    pub(super) fn check_foreign_keys(&mut self, before: &[Violation]) -> Result<(), DbError> {
        let after = self.foreign_key_violations()?;
        let count = |all: &[Violation], tables: &[String; 2]| {
            all.iter().filter(|(others, _)| others == tables).count()
        };
        let new: Vec<&String> = after
            .iter()
            .filter(|(tables, _)| count(&after, tables) > count(before, tables))
            .map(|(_, words)| words)
            .collect();
        let Some(detail) = told(&new) else {
            return Ok(());
        };
        Err(DbError {
            detail: Some(detail),
            advice: Some(
                "keep the rows that others refer to, or delete or change those in the same script"
                    .to_owned(),
            ),
            ..DbError::new(ErrorKind::Statement, VIOLATED)
        })
    }

    /// Completes the error of a commit that SQLite refused, while its transaction is
    /// still open: which rows it is about.
    pub(super) fn explain_commit(&mut self, error: &mut DbError) {
        if error.message.contains("FOREIGN KEY constraint")
            && let Ok(violations) = self.foreign_key_violations()
        {
            let words: Vec<&String> = violations.iter().map(|(_, words)| words).collect();
            error.detail = told(&words);
        }
    }
}

/// The first few.
fn told(violations: &[&String]) -> Option<String> {
    let shown: Vec<&str> = violations
        .iter()
        .take(SHOWN)
        .map(|words| words.as_str())
        .collect();
    match violations.len().checked_sub(shown.len())? {
        _ if shown.is_empty() => None,
        0 => Some(shown.join("; ")),
        more => Some(format!("{}; and {more} more", shown.join("; "))),
    }
}

/// A name as SQL has it.
pub(super) fn ident(name: &str) -> Result<String, DbError> {
    sql::ident(name, Dialect::Sqlite)
        .map_err(|error| DbError::new(ErrorKind::Statement, error.to_string()))
}
