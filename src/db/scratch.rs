//! Scratch databases: throw-away ones where scripts can be tried.
//!
//! A scratch database is made like another one ([`Database::likeness`]), on the same
//! server or on one that was named for it, and goes with the value that stands for it.

use std::{path::PathBuf, time::Duration};

use super::{DbError, ErrorKind, RunSettings};
use crate::model::Dialect;

/// How long a statement may take on a scratch database where nothing else is configured. There are a handful of rows, so it
/// is one without an end: a recursive query, led in a circle by rows that were made up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How long a statement of a script may take on a scratch database.
pub(super) fn patience(settings: &RunSettings) -> Duration {
    settings.statement_timeout.unwrap_or(PATIENCE)
}

/// What is said of a statement that took longer, before the time.
pub(crate) const ENDLESS: &str = "it did not come to an end within ";

/// One took longer.
pub(super) fn endless(allowed: Duration) -> DbError {
    DbError {
        advice: Some("`statement_timeout` of the environment says how long it may take".to_owned()),
        ..DbError::new(ErrorKind::Statement, format!("{ENDLESS}{allowed:?}"))
    }
}

/// What two databases have in common when the same scripts do the same to both.
/// Made by [`Database::likeness`](super::Database::likeness).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// The product.
    pub dialect: Dialect,
    /// The server's major version; 0 where there is no server.
    pub major: u32,
    /// What `CREATE DATABASE` says of encoding and collation.
    pub(super) options: String,
    /// Settings that belong to the database, and shape what scripts do.
    pub(super) settings: Vec<(String, String)>,
}

/// Where another program finds a scratch database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScratchAt {
    /// SQLite: the file.
    File(PathBuf),
    /// PostgreSQL: the database's name on its server.
    Name(String),
}

/// Why there is no scratch database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScratchError {
    /// The server is of another version, or the database of another product.
    #[error("it is {here}, and the database is {wanted}")]
    Unlike {
        /// What the server is.
        here: String,
        /// What the database is.
        wanted: String,
    },
    /// The role may not create databases, or the server creates none (a standby).
    #[error("{0}")]
    NotAllowed(DbError),
    /// Anything else.
    #[error("{0}")]
    Failed(#[from] DbError),
}

impl Likeness {
    /// The product and its version, for people.
    pub fn shown(&self) -> String {
        match self.dialect {
            Dialect::Sqlite => "SQLite".to_owned(),
            Dialect::Postgres => format!("PostgreSQL {}", self.major),
        }
    }

    /// All of it as text, which is another one where a script could do something else.
    pub fn fingerprint(&self) -> String {
        format!("{} {} {:?}", self.shown(), self.options, self.settings)
    }

    /// Refuses another product or major version: what scripts do would be no evidence.
    pub(super) fn fits(&self, here: &Self) -> Result<(), ScratchError> {
        if self.dialect == here.dialect && self.major == here.major {
            return Ok(());
        }
        Err(ScratchError::Unlike {
            here: here.shown(),
            wanted: self.shown(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(dialect: Dialect, major: u32) -> Likeness {
        Likeness {
            dialect,
            major,
            options: String::new(),
            settings: Vec::new(),
        }
    }

    /// Scripts that ran on 15 fail on 18: matviews and indexes are built with a safe search path.
    #[test]
    fn a_server_of_another_major_version_is_no_evidence() {
        let wanted = likeness(Dialect::Postgres, 15);
        assert!(wanted.fits(&likeness(Dialect::Postgres, 15)).is_ok());
        for (here, said) in [
            (likeness(Dialect::Postgres, 18), "it is PostgreSQL 18"),
            (likeness(Dialect::Postgres, 14), "it is PostgreSQL 14"),
            (likeness(Dialect::Sqlite, 0), "it is SQLite"),
        ] {
            let refused = wanted.fits(&here).unwrap_err().to_string();
            assert_eq!(
                refused,
                format!("{said}, and the database is PostgreSQL 15")
            );
        }
    }
}
