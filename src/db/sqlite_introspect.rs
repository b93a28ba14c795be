//! Reads SQLite's schema. What it means is for [`crate::schema::sqlite`].

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{DbError, sqlite_error::db_error};
use crate::schema::sqlite::{Object, Stored};

/// Everything that SQLite stores about its schema, as of one moment.
pub(super) fn stored(connection: &Connection) -> Result<Stored, DbError> {
    // A transaction of its own would fail inside of one that is open; reading in
    // that is as of one moment too.
    let own = connection.is_autocommit();
    if own {
        run(connection, "BEGIN")?;
    }
    let read = read(connection).map_err(|error| db_error(&error));
    if own {
        run(connection, "ROLLBACK")?;
    }
    read
}

fn run(connection: &Connection, sql: &str) -> Result<(), DbError> {
    connection
        .execute_batch(sql)
        .map_err(|error| db_error(&error))
}

fn read(connection: &Connection) -> rusqlite::Result<Stored> {
    let objects = connection
        .prepare("SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL")?
        .query_map([], |row| {
            Ok(Object {
                kind: row.get(0)?,
                name: row.get(1)?,
                table: row.get(2)?,
                sql: row.get(3)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let shadows = connection
        .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    // Of plain tables only: a virtual table may need a module that is not here.
    let mut statement = connection.prepare(
        "SELECT l.name, c.name FROM pragma_table_list l, pragma_table_xinfo(l.name, 'main') c \
         WHERE l.schema = 'main' AND l.type = 'table' ORDER BY l.name, c.cid",
    )?;
    let mut rows = statement.query([])?;
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        columns.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(Stored {
        objects,
        shadows,
        columns,
    })
}
