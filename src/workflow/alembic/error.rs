//! Why the project's own Alembic was not asked, or did not do it.

use super::render::NotOffline;
use crate::{db::DbError, model::RevId};

/// What goes wrong around the program. What goes wrong in a step is a step's failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlembicError {
    /// There is none.
    #[error("there is no {program} to be run")]
    NotFound {
        /// `alembic`, or `flask` for Flask-Migrate.
        program: &'static str,
        /// Where it was looked for.
        tried: Vec<String>,
    },
    /// Nobody has said yet that the configured command may be run.
    #[error("Alembic is run by a command of teammig.yaml that nobody allowed in this clone")]
    NotAllowed {
        /// The command as a shell takes it.
        command: String,
    },
    /// What its env.py did in offline mode is not what was asked for.
    #[error("{0}")]
    NotOffline(NotOffline),
    /// It failed.
    #[error("{0}")]
    Failed(DbError),
    /// Autogenerate takes teammig's own table for one that no model has.
    #[error("autogenerate would drop {table}, in which teammig keeps what it ran")]
    ComparesLedger {
        /// The table.
        table: String,
    },
    /// It wrote no file.
    #[error("Alembic wrote no revision")]
    NothingWritten {
        /// What it said.
        said: String,
    },
    /// The table names revisions that no file and no commit has.
    #[error(
        "{table} has {}, which is in no file and no commit here: what is applied below is not known",
        rows.iter().map(RevId::as_str).collect::<Vec<_>>().join(", ")
    )]
    Unplaced {
        /// The table.
        table: String,
        /// Its rows that nobody knows.
        rows: Vec<RevId>,
        /// Its other rows.
        placed: Vec<RevId>,
    },
}
