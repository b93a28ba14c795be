//! PostgreSQL 13 to 18.

mod keywords;
mod passfile;
mod pg_url;
mod resolve;
mod service;
mod tls;

pub use pg_url::PgUrl;

use super::{Database, DbError, Env, ErrorKind, RunSettings};

/// Connects.
pub(super) fn connect(
    _url: &PgUrl,
    _settings: &RunSettings,
    _env: &Env<'_>,
) -> Result<Box<dyn Database>, DbError> {
    Err(DbError::new(ErrorKind::Unreachable, "being written"))
}
