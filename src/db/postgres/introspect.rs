//! Reads the catalogs of PostgreSQL 13 to 18: one message for the version, one for
//! everything else, however many objects there are.
//!
//! With `pg_catalog` alone in the search path all of the server's own deparsers
//! qualify what they print, so that two databases print alike. What the rows
//! mean is for [`crate::schema::postgres`].

use super::{Postgres, introspect_sql, session::Failure};
use crate::{
    db::error::{DbError, ErrorKind},
    schema::{Schema, postgres},
};

/// Everything as of one moment. Inside of a stretch that can be taken back, as of now.
pub(super) fn read(database: &mut Postgres) -> Result<Schema, DbError> {
    let rows = database
        .session
        .rows("SELECT pg_catalog.current_setting('server_version_num')");
    let rows = rows.map_err(Failure::into_error)?;
    let version = rows.first().and_then(|row| row.first()?.as_deref());
    let major = version.and_then(|version| version.parse::<u32>().ok());
    let major = major.map_or(0, |version| version / 10_000);

    let (begin, end) = if database.held {
        (
            "SAVEPOINT teammig_schema",
            "ROLLBACK TO SAVEPOINT teammig_schema; RELEASE SAVEPOINT teammig_schema",
        )
    } else {
        (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            "ROLLBACK",
        )
    };
    let mut message = format!("{begin};\nSET LOCAL search_path TO pg_catalog;\n");
    for query in introspect_sql::queries(major) {
        message.push_str(&query);
        message.push_str(";\n");
    }
    message.push_str(end);
    let rows = database.session.rows(&message).map_err(|failure| {
        let error = failure.into_error();
        if !database.held {
            database.session.roll_back();
        }
        error
    });
    let mut schema = postgres::facts(major, rows?)
        .map_err(|error| DbError::new(ErrorKind::Statement, error.to_string()))?;
    if let Some(name) = &database.table.schema {
        postgres::without_ledger(&mut schema, name, database.table.name());
    }
    Ok(schema)
}
