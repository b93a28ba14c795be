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
    // Compiling a query takes longer than running it, and is done by cost alone.
    let mut message =
        format!("{begin};\nSET LOCAL search_path TO pg_catalog;\nSET LOCAL jit TO off;\n");
    for query in introspect_sql::queries(major) {
        message.push_str(&query);
        message.push_str(";\n");
    }
    message.push_str(end);
    let mut schema = once(database, major, &message);
    for _ in 0..AGAIN {
        let is_whole = match &schema {
            Ok(schema) => !postgres::is_torn(schema),
            Err(error) => error.code.as_deref() != Some(INTERNAL),
        };
        // What is held open ends with an error.
        if is_whole || database.held {
            break;
        }
        schema = once(database, major, &message);
    }
    let mut schema = schema?;
    if let Some(name) = &database.table.schema {
        postgres::without_ledger(&mut schema, name, database.table.name());
    }
    Ok(schema)
}

/// How often the catalogs are read once more where something was dropped meanwhile: their rows are as
/// of one moment, and the server's deparsers look at what there is now.
const AGAIN: usize = 3;

/// `internal_error`: "could not open relation with OID", "cache lookup failed".
const INTERNAL: &str = "XX000";

fn once(database: &mut Postgres, major: u32, message: &str) -> Result<Schema, DbError> {
    let rows = database.session.rows(message).map_err(|failure| {
        let error = failure.into_error();
        if !database.held {
            database.session.roll_back();
        }
        error
    });
    postgres::facts(major, rows?)
        .map_err(|error| DbError::new(ErrorKind::Statement, error.to_string()))
}
