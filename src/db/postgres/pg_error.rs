//! The client's errors as [`DbError`]s: what kind, in whose words.
//!
//! The kinds follow SQLSTATE (PostgreSQL manual, "PostgreSQL Error Codes"), never
//! the message, which the server may have translated.

use std::error::Error as _;

use postgres::error::{DbError as ServerError, Severity};

use crate::db::error::{DbError, ErrorKind};

/// cannot run inside a transaction block.
pub(super) const ACTIVE_TRANSACTION: &str = "25001";
/// COMMIT or ROLLBACK inside of a procedure that runs in a transaction.
pub(super) const INVALID_TERMINATION: &str = "2D000";
/// cancelled, by us, by somebody else or by `statement_timeout`.
pub(super) const QUERY_CANCELED: &str = "57014";
/// a lock was not to be had (`lock_timeout`, `NOWAIT`).
pub(super) const LOCK_NOT_AVAILABLE: &str = "55P03";
/// two transactions waited for each other, and this one had to go.
pub(super) const DEADLOCK: &str = "40P01";
/// there is no transaction in progress.
pub(super) const NO_ACTIVE_TRANSACTION: &str = "25P01";
/// cannot be read.
pub(super) const SYNTAX_ERROR: &str = "42601";
/// no such table.
pub(super) const UNDEFINED_TABLE: &str = "42P01";
/// no such column.
pub(super) const UNDEFINED_COLUMN: &str = "42703";
/// no such schema.
pub(super) const UNDEFINED_SCHEMA: &str = "3F000";
/// may not.
pub(super) const INSUFFICIENT_PRIVILEGE: &str = "42501";
/// somebody is in it.
pub(super) const OBJECT_IN_USE: &str = "55006";

/// What the server said, in an established session.
pub(super) fn from_server(error: &ServerError) -> DbError {
    DbError {
        kind: kind(error),
        message: error.message().to_owned(),
        code: Some(error.code().code().to_owned()),
        detail: error.detail().map(str::to_owned),
        hint: error.hint().map(str::to_owned),
        advice: None,
        context: error.where_().map(str::to_owned),
    }
}

/// Any error of an established session.
pub(super) fn translate(error: &postgres::Error) -> DbError {
    match error.as_db_error() {
        Some(server) => from_server(server),
        None => DbError::new(
            ErrorKind::Lost,
            format!("the connection to the server broke: {}", innermost(error)),
        ),
    }
}

/// The last cause's words: those before it only say "error" in other words.
pub(super) fn innermost(error: &postgres::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    if let Some(source) = error.source() {
        cause = source;
        while let Some(source) = cause.source() {
            cause = source;
        }
    }
    cause.to_string()
}

fn kind(error: &ServerError) -> ErrorKind {
    let code = error.code().code();
    match code {
        "25006" => ErrorKind::ReadOnly,
        "53100" => ErrorKind::DiskFull,
        LOCK_NOT_AVAILABLE | DEADLOCK => ErrorKind::LockTimeout,
        "53300" => ErrorKind::Unreachable,
        _ if code.starts_with("28") => ErrorKind::Refused,
        // The server ends the session with it: shut down, terminated, timed out idle.
        _ if matches!(
            error.parsed_severity(),
            Some(Severity::Fatal | Severity::Panic)
        ) || code.starts_with("08") =>
        {
            ErrorKind::Lost
        }
        _ => ErrorKind::Statement,
    }
}

/// Whether a code says that the server could not read the message: its SQL, or
/// even its characters.
pub(super) fn is_unreadable(code: &str) -> bool {
    matches!(code, SYNTAX_ERROR | "22021" | "22P05")
}

/// Whether the server said something that this client has no answer to.
pub(super) fn is_out_of_step(error: &postgres::Error) -> bool {
    error.to_string() == "unexpected message from server"
}

/// Where the server points to: a 1-based character of the text that was sent.
/// Positions in the text of a function are none in ours.
pub(super) fn position(error: &ServerError) -> Option<usize> {
    match error.position() {
        Some(postgres::error::ErrorPosition::Original(at)) => usize::try_from(*at).ok(),
        _ => None,
    }
}
