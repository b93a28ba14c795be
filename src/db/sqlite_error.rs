//! SQLite's answers as [`DbError`]s.

use rusqlite::{Error, ErrorCode};

use super::{DbError, ErrorKind};
use crate::schema::sqlite::WOULD_LOSE;

/// What SQLite said, with the kind that callers look at.
pub(super) fn db_error(error: &Error) -> DbError {
    let message = match error {
        Error::SqliteFailure(_, Some(message)) | Error::SqlInputError { msg: message, .. } => {
            message.clone()
        }
        other => other.to_string(),
    };
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ErrorKind::Locked,
        Some(ErrorCode::ReadOnly) => ErrorKind::ReadOnly,
        Some(ErrorCode::DiskFull) => ErrorKind::DiskFull,
        Some(ErrorCode::OperationInterrupted) => ErrorKind::Interrupted,
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::NotADatabase
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::PermissionDenied
            | ErrorCode::SystemIoFailure,
        ) => ErrorKind::Unreachable,
        _ => ErrorKind::Statement,
    };
    let message = match kind {
        ErrorKind::Locked => "the database is locked by another process".to_owned(),
        _ => message,
    };
    match would_lose(&message) {
        Some(complaint) => DbError {
            advice: Some(
                "where a revision that is not in these files made it, take that back first (`teammig status` names it); where it was made by hand, keep what is in it elsewhere, remove it here, and call it again: what is to stay comes back by a later revision (into the models, then `teammig create`)"
                    .to_owned(),
            ),
            ..DbError::new(kind, complaint)
        },
        None => DbError::new(kind, message),
    }
}

/// What a script says that stopped rather than lose something, without what SQLite says around it.
fn would_lose(message: &str) -> Option<String> {
    let quoted = message
        .strip_prefix("bad JSON path: '")?
        .strip_suffix('\'')?;
    let complaint = quoted.ends_with(WOULD_LOSE);
    complaint.then(|| quoted.replace("''", "'"))
}

/// The byte offset that SQLite points at, within the statement that was sent.
pub(super) fn error_offset(error: &Error) -> Option<usize> {
    match error {
        Error::SqlInputError { offset, .. } => usize::try_from(*offset).ok(),
        _ => None,
    }
}
