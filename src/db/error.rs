//! What databases answer when they refuse, as data.
//!
//! No message here holds a password: connection errors are built from the
//! server's own words and a location that was made for display.

use std::fmt;

use crate::model::RevId;

/// The kinds that callers treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The URL cannot be understood.
    BadUrl,
    /// Nobody answers there, or the file cannot be opened.
    Unreachable,
    /// The server refused the user or the password.
    Refused,
    /// Somebody else holds the lock, or the database.
    Locked,
    /// The database may not be written.
    ReadOnly,
    /// No room left.
    DiskFull,
    /// The ledger was written by a newer teammig.
    LedgerTooNew,
    /// The ledger's rows cannot be understood.
    LedgerDamaged,
    /// The user stopped it.
    Interrupted,
    /// A lock timeout of the server.
    LockTimeout,
    /// Another program wrote to the database, which so cannot be put back.
    WrittenMeanwhile,
    /// The server rejected a statement.
    Statement,
    /// The connection broke.
    Lost,
}

/// One failure: what was being done, and what the database said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DbError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// The database's message, or ours.
    pub message: String,
    /// SQLSTATE, or SQLite's extended code by name.
    pub code: Option<String>,
    /// The server's detail.
    pub detail: Option<String>,
    /// The server's hint.
    pub hint: Option<String>,
    /// Our own.
    pub advice: Option<String>,
    /// The server's context (inside which function it happened).
    pub context: Option<String>,
}

impl DbError {
    /// A failure with a message and nothing else.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            detail: None,
            hint: None,
            advice: None,
            context: None,
        }
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Why a script did not run to its end, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct JobError {
    /// What the database said.
    pub error: DbError,
    /// The byte range of the failing statement in the script, where known.
    pub statement: Option<std::ops::Range<usize>>,
    /// The byte offset in the script that the database pointed at.
    pub offset: Option<usize>,
    /// Outside a transaction: how many statements had finished (and are recorded).
    pub done: u32,
    /// Steps reported as run but not yet committed are lost as well.
    pub earlier_lost: bool,
    /// The session was lost with COMMIT under way: only the ledger says whether
    /// the step was applied.
    pub outcome_unknown: bool,
    /// Where several steps were one call: which of them failed.
    pub broken: Option<Broken>,
    /// What the step that failed left.
    pub leaves: Leaves,
}

/// What a step that failed left in the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Leaves {
    /// Nothing: it was rolled back.
    #[default]
    Nothing,
    /// It was not begun.
    NotBegun,
    /// What it did before it failed may be there still.
    Traces,
    /// What it did, it did to another database.
    Elsewhere,
}

/// Steps that were one call, which failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The step that failed.
    pub at: RevId,
    /// The first one that is not done; those from there on were taken along.
    pub from: RevId,
}

impl From<DbError> for JobError {
    /// An error that belongs to no statement of the script.
    fn from(error: DbError) -> Self {
        Self {
            error,
            statement: None,
            offset: None,
            done: 0,
            earlier_lost: false,
            outcome_unknown: false,
            broken: None,
            leaves: Leaves::default(),
        }
    }
}
