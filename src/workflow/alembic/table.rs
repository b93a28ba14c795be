//! `alembic_version`: read, and never written.

use crate::{
    db::{Database, DbError, ErrorKind},
    model::{Dialect, RevId},
    schema::LeaveOut,
    sql,
};

/// The name that Alembic gives it where nothing else is said.
const USUAL: &str = "alembic_version";

/// Where Alembic keeps the heads.
#[derive(Debug, Clone)]
pub(super) struct VersionTable {
    schema: Option<String>,
    table: String,
}

impl VersionTable {
    pub(super) fn new(table: Option<&str>, schema: Option<&str>) -> Self {
        Self {
            schema: schema.map(str::to_owned),
            table: table.unwrap_or(USUAL).to_owned(),
        }
    }

    /// As people write it.
    pub(super) fn name(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.table),
            None => self.table.clone(),
        }
    }

    /// The name without the schema.
    pub(super) fn bare(&self) -> &str {
        &self.table
    }

    /// Its rows; `None` where there is no such table.
    pub(super) fn rows(&self, database: &mut dyn Database) -> Result<Option<Vec<RevId>>, DbError> {
        let dialect = database.dialect();
        let table = self.quoted(dialect)?;
        let text = |text: &str| sql::literal(text, dialect).map_err(|_| no_name());
        let exists = match dialect {
            // SQLite has no schemas, and a missing file has no tables.
            Dialect::Sqlite => format!(
                "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower({})",
                text(&self.table)?
            ),
            Dialect::Postgres => format!(
                "SELECT 1 WHERE pg_catalog.to_regclass({}) IS NOT NULL",
                text(&table)?
            ),
        };
        if database.query_text(&exists)?.is_empty() {
            return Ok(None);
        }
        let rows = database.query_text(&format!("SELECT version_num FROM {table} ORDER BY 1"))?;
        let ids = rows.iter().filter_map(|row| row.first()?.as_deref());
        Ok(Some(ids.map(RevId::trusted).collect()))
    }

    /// What is read past, with this table.
    pub(super) fn left_out(&self, leave_out: &LeaveOut) -> LeaveOut {
        let mut all = leave_out.clone();
        all.patterns.push(self.name());
        all
    }

    /// Writes a row into a scratch database that has no such table yet.
    pub(super) fn mark(&self, scratch: &mut dyn Database, row: &str) -> Result<(), DbError> {
        let dialect = scratch.dialect();
        let table = self.quoted(dialect)?;
        let row = sql::literal(row, dialect).map_err(|_| no_name())?;
        let schema = match self.schema_in(dialect) {
            Some(schema) => {
                let schema = sql::ident(schema, dialect).map_err(|_| no_name())?;
                format!("CREATE SCHEMA {schema}; ")
            }
            None => String::new(),
        };
        scratch.execute_text(&format!(
            "{schema}CREATE TABLE {table} (version_num varchar(255) NOT NULL PRIMARY KEY); \
             INSERT INTO {table} VALUES ({row})"
        ))
    }

    /// Takes the table away again, with the schema where it was made for it.
    pub(super) fn unmark(&self, scratch: &mut dyn Database) -> Result<(), DbError> {
        let dialect = scratch.dialect();
        let table = self.quoted(dialect)?;
        let mut text = format!("DROP TABLE {table}");
        if let Some(schema) = self.schema_in(dialect) {
            let schema = sql::ident(schema, dialect).map_err(|_| no_name())?;
            text = format!("{text}; DROP SCHEMA {schema}");
        }
        scratch.execute_text(&text)
    }

    /// The schema that has to be made for it.
    fn schema_in(&self, dialect: Dialect) -> Option<&str> {
        let schema = self.schema.as_deref()?;
        (dialect == Dialect::Postgres && schema != "public").then_some(schema)
    }

    fn quoted(&self, dialect: Dialect) -> Result<String, DbError> {
        let quote = |name: &str| sql::ident(name, dialect).map_err(|_| no_name());
        let table = quote(&self.table)?;
        Ok(match (&self.schema, dialect) {
            (Some(schema), Dialect::Postgres) => format!("{}.{table}", quote(schema)?),
            _ => table,
        })
    }
}

fn no_name() -> DbError {
    DbError::new(
        ErrorKind::BadUrl,
        "`alembic: {version_table: …}` holds a NUL character",
    )
}
