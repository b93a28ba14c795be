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
    let mut schema = once(database);
    for _ in 0..AGAIN {
        let is_whole = match &schema {
            Ok(schema) => !postgres::is_torn(schema),
            Err(error) => error.code.as_deref() != Some(INTERNAL),
        };
        // What is held open ends with an error.
        if is_whole || database.held {
            break;
        }
        schema = once(database);
    }
    let mut schema = schema?;
    if let Some(name) = &database.table.schema {
        postgres::without_ledger(&mut schema, name, database.table.name());
    }
    Ok(schema)
}

/// What a session says of itself before its catalogs are read.
struct About {
    major: u32,
    /// How large `pg_class` is, in bytes: how many relations there are, as the planner sees it.
    size: u64,
    /// How many of the queries the session has prepared.
    prepared: usize,
}

impl About {
    fn of(database: &mut Postgres) -> Result<Self, DbError> {
        let rows = database.session.rows(
            "SELECT pg_catalog.current_setting('server_version_num'), \
             pg_catalog.pg_relation_size('pg_catalog.pg_class'), (SELECT pg_catalog.count(*) FROM \
             pg_catalog.pg_prepared_statements WHERE pg_catalog.starts_with(name, 'teammig_schema_'))",
        );
        let mut rows = rows.map_err(Failure::into_error)?;
        let mut columns = rows.pop().unwrap_or_default().into_iter();
        let mut number = || {
            let text = columns.next().flatten();
            text.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0)
        };
        let (version, size, prepared) = (number(), number(), number());
        Ok(Self {
            major: u32::try_from(version / 10_000).unwrap_or(0),
            size,
            prepared: usize::try_from(prepared).unwrap_or(0),
        })
    }

    /// The queries, as a message that ends with a semicolon.
    ///
    /// To plan them takes a server longer than to run them on a small schema, and a proof reads the
    /// same scratch database several times: there they are prepared. Not on a database of somebody's,
    /// where a pooler may stand between, and a session be many. (`PREPARE` stays after `ROLLBACK`.)
    fn queries(&self, database: &mut Postgres) -> String {
        let queries = introspect_sql::queries(self.major);
        let is_whole = self.prepared == queries.len();
        // A script may say DEALLOCATE.
        if database.keeper.is_none() || !(is_whole || self.prepared == 0) {
            return queries.join(";\n") + ";\n";
        }
        let each = |first: &str, and: &dyn Fn(&str) -> String| -> String {
            let one = |(n, query)| format!("{first} teammig_schema_{n}{};\n", and(query));
            let queries = queries.iter().map(String::as_str);
            queries.enumerate().map(one).collect()
        };
        let nothing = |_: &str| String::new();
        let execute = each("EXECUTE", &nothing);
        // A plan for a handful of relations takes forever with hundreds.
        let planned_for = database.session.planned_for.filter(|_| is_whole);
        if planned_for.is_some_and(|size| self.size <= size.saturating_mul(2)) {
            return execute;
        }
        database.session.planned_for = Some(self.size);
        let mut message = each("PREPARE", &|query| format!(" AS {query}")) + &execute;
        if is_whole {
            message.insert_str(0, &each("DEALLOCATE", &nothing));
        }
        message
    }
}

/// How often the catalogs are read once more where something was dropped meanwhile: their rows are as
/// of one moment, and the server's deparsers look at what there is now.
const AGAIN: usize = 3;

/// `internal_error`: "could not open relation with OID", "cache lookup failed".
const INTERNAL: &str = "XX000";

fn once(database: &mut Postgres) -> Result<Schema, DbError> {
    // Each time: what was prepared by a message that failed is there all the same.
    let about = About::of(database)?;
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
    message.push_str(&about.queries(database));
    message.push_str(end);
    let rows = database.session.rows(&message).map_err(|failure| {
        let error = failure.into_error();
        if !database.held {
            database.session.roll_back();
        }
        error
    });
    postgres::facts(about.major, rows?)
        .map_err(|error| DbError::new(ErrorKind::Statement, error.to_string()))
}
