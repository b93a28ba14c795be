//! Where the ledger is: finding it, reading from it, creating it.

use super::{
    Postgres,
    ledger::{Fresh, LedgerTable, Row, ident, literal},
    pg_error,
    session::Failure,
};
use crate::db::error::{DbError, ErrorKind};

impl Postgres {
    /// Looks for the ledger: in its schema, else along the search path, else it
    /// belongs into the path's first schema. The path is searched first because
    /// its first schema changes when somebody creates one named like the user.
    pub(super) fn locate(&mut self) -> Result<(), DbError> {
        let sql = format!(
            "SELECT n.nspname, pg_catalog.current_schema() FROM (SELECT pg_catalog.to_regclass({}) \
             AS oid) t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.oid \
             LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
            literal(self.table.qualified())?,
        );
        let rows = self.rows(&sql).map_err(|error| self.ledger_error(error))?;
        let row = rows.into_iter().next().unwrap_or_default();
        let mut columns = row.into_iter();
        let (found, current) = (columns.next().flatten(), columns.next().flatten());
        self.exists = found.is_some();
        if self.table.schema.is_none()
            && let Some(schema) = found.or(current)
        {
            self.table = self.table.in_schema(&schema)?;
        }
        Ok(())
    }

    /// Reads from the ledger; `None` when it is not there.
    pub(super) fn read(&mut self, sql: &str) -> Result<Option<Vec<Row>>, DbError> {
        if !self.exists {
            // Asked about, rather than run into: a failed SELECT stands as an error
            // in the server's log, each time somebody looks at a new database.
            self.locate()?;
            if !self.exists {
                return Ok(None);
            }
        }
        match self.session.rows(sql) {
            Ok(rows) => Ok(Some(rows)),
            Err(failure) => match failure.code() {
                Some(pg_error::UNDEFINED_TABLE | pg_error::UNDEFINED_SCHEMA) => {
                    self.exists = false;
                    Ok(None)
                }
                Some(pg_error::UNDEFINED_COLUMN) => Err(self.not_understood()),
                _ => Err(self.ledger_error(failure.into_error())),
            },
        }
    }

    /// A table without our columns: a later version's, or somebody else's.
    fn not_understood(&mut self) -> DbError {
        let versions = self.table.versions();
        let newer = self
            .rows(&versions)
            .and_then(|rows| LedgerTable::check(&rows));
        match newer {
            Err(error) if error.kind == ErrorKind::LedgerTooNew => error,
            _ => DbError::new(
                ErrorKind::LedgerDamaged,
                format!(
                    "the table {} is not a ledger of teammig's",
                    self.table.shown()
                ),
            ),
        }
    }

    /// Says that it is about the ledger, where the server speaks of a permission.
    pub(super) fn ledger_error(&self, mut error: DbError) -> DbError {
        if error.code.as_deref() == Some(pg_error::INSUFFICIENT_PRIVILEGE) {
            error.kind = ErrorKind::Refused;
            error.message = format!("the ledger {}: {}", self.table.shown(), error.message);
        }
        error
    }

    /// Brings an older ledger up to date. There is none older than the first yet;
    /// what version 2 has to do to a table of version 1 goes here, one step for
    /// each version, all in one transaction.
    pub(super) fn upgrade_ledger(&mut self) -> Result<(), DbError> {
        let versions = self.table.versions();
        let Some(rows) = self.read(&versions)? else {
            return Ok(());
        };
        LedgerTable::check(&rows)?;
        let numbers = self.table.numbers();
        self.fresh = self.read(&numbers)?.as_deref().and_then(Fresh::read);
        Ok(())
    }

    pub(super) fn create_ledger(&mut self) -> Result<(), DbError> {
        let Some(schema) = &self.table.schema else {
            return Err(DbError {
                advice: Some(
                    "create the schema, or name one in teammig.yaml: `ledger: {schema: NAME}`"
                        .to_owned(),
                ),
                ..DbError::new(
                    ErrorKind::Refused,
                    "no schema of the search path exists to create the ledger in",
                )
            });
        };
        let name = ident(schema)?;
        let there = format!("SELECT pg_catalog.to_regnamespace({})", literal(&name)?);
        let mut parts = vec!["BEGIN".to_owned()];
        let rows = self.rows(&there)?;
        if rows.first().and_then(|row| row.first()?.as_ref()).is_none() {
            parts.push(format!("CREATE SCHEMA {name}"));
        }
        parts.push(self.table.create());
        parts.push("COMMIT".to_owned());
        self.in_one_message(&parts)
            .map_err(|error| self.ledger_error(error))?;
        self.exists = true;
        self.fresh = Some(Fresh::empty());
        Ok(())
    }

    /// Sends `BEGIN …; COMMIT`, and leaves no transaction open when it fails.
    pub(super) fn in_one_message(&mut self, parts: &[String]) -> Result<(), DbError> {
        let outcome = self.execute(&parts.join("\n;"));
        if outcome.is_err() {
            self.session.roll_back();
        }
        outcome
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<Row>, DbError> {
        self.session.rows(sql).map_err(Failure::into_error)
    }
}
