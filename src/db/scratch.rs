//! Scratch databases: throw-away ones where scripts can be tried.
//!
//! A scratch database is made like another one ([`Database::likeness`]), on the same
//! server or on one that was named for it, and goes with the value that stands for it.

use std::path::PathBuf;

use super::DbError;
use crate::model::Dialect;

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
