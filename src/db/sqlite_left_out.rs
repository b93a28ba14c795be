//! What a configuration leaves out, and a table has that a script makes again: indexes and
//! triggers of somebody else's. No script knows them, and the table would not be made again as
//! long as they are on it. So they are put aside for the time of the script, in its transaction.

use super::{DbError, ErrorKind, sqlite::Sqlite, sqlite_error::db_error, sqlite_keys::ident};
use crate::{
    model::Dialect,
    schema::{FactId, Kind, guarded},
    sql,
};

/// One of them.
pub(super) struct Aside {
    kind: String,
    name: String,
    table: String,
    sql: String,
}

impl Sqlite {
    /// Drops what is left out of the tables that a script makes again.
    pub(super) fn put_aside(&mut self, script: &str) -> Result<Vec<Aside>, DbError> {
        let left_out = self.left_out().clone();
        if left_out.patterns.is_empty() {
            return Ok(Vec::new());
        }
        let statements = sql::statements(script, Dialect::Sqlite).into_iter();
        let tables: Vec<String> = statements
            .filter_map(|statement| guarded(statement.text(script)))
            .collect();
        let mut aside = Vec::new();
        for table in tables {
            aside.extend(self.parts_of(&table)?);
        }
        aside.retain(|one| {
            let kind = if one.kind == "index" {
                Kind::Index
            } else {
                Kind::Trigger
            };
            left_out.covers(&FactId::new(kind, [one.name.to_ascii_lowercase()]))
        });
        for one in &aside {
            let name = ident(&one.name)?;
            self.execute(&format!("DROP {} {name}", one.kind.to_uppercase()))?;
        }
        Ok(aside)
    }

    /// Indexes and triggers of a table, with their texts.
    fn parts_of(&mut self, table: &str) -> Result<Vec<Aside>, DbError> {
        let connection = self.writer()?;
        let mut read = connection
            .prepare(
                "SELECT type, name, tbl_name, sql FROM sqlite_schema \
                 WHERE lower(tbl_name) = ?1 AND type IN ('index', 'trigger') AND sql IS NOT NULL",
            )
            .map_err(|error| db_error(&error))?;
        let rows = read.query_map([table], |row| {
            Ok(Aside {
                kind: row.get(0)?,
                name: row.get(1)?,
                table: row.get(2)?,
                sql: row.get(3)?,
            })
        });
        let all = rows.and_then(Iterator::collect);
        all.map_err(|error| db_error(&error))
    }

    /// Makes it again, with its own words.
    pub(super) fn bring_back(&mut self, aside: Vec<Aside>) -> Result<(), DbError> {
        for one in aside {
            self.execute(&one.sql).map_err(|error| DbError {
                detail: Some(error.message.clone()),
                advice: Some(format!(
                    "`exclude` in teammig.yaml leaves it out, so no script knows it: whoever made it has to take it off {} first",
                    one.table
                )),
                ..DbError::new(
                    ErrorKind::Statement,
                    format!(
                        "the {} {} does not fit {} any more once the table is made again",
                        one.kind, one.name, one.table
                    ),
                )
            })?;
        }
        Ok(())
    }
}
