//! Scratch databases of SQLite: in memory, so that nothing is left of them, or in a file of
//! a temporary folder, where another program has to come in.
//!
//! Scripts that are tried there must not reach the user's files either: `ATTACH` and
//! `VACUUM INTO` name files, and are refused.

use std::time::Duration;

use rusqlite::{
    Connection,
    backup::Backup,
    hooks::{AuthAction, AuthContext, Authorization},
};

use super::{
    Database, DbError, ErrorKind, RunSettings,
    scratch::{Likeness, ScratchAt, ScratchError, patience},
    sqlite::Sqlite,
    sqlite_error::db_error,
    sqlite_limit::Limit,
    sqlite_scratch_folder::ScratchFolder,
};
use crate::model::Dialect;

pub(super) fn likeness() -> Likeness {
    Likeness {
        dialect: Dialect::Sqlite,
        major: 0,
        options: String::new(),
        settings: Vec::new(),
    }
}

pub(super) fn create(
    like: &Likeness,
    settings: &RunSettings,
) -> Result<Box<dyn Database>, ScratchError> {
    like.fits(&likeness())?;
    let mut scratch = Sqlite::new(None, "scratch".to_owned(), settings.clone())?;
    scratch.writer()?;
    if let Some(connection) = &mut scratch.connection {
        connection
            .authorizer(Some(keep_to_memory))
            .map_err(|error| db_error(&error))?;
        scratch.limit = Some(Limit::on(connection, patience(settings))?);
    }
    Ok(Box::new(scratch))
}

/// In a file. What runs there is another program's: nothing keeps it from files.
pub(super) fn create_file(
    like: &Likeness,
    settings: &RunSettings,
) -> Result<(Box<dyn Database>, ScratchAt), ScratchError> {
    like.fits(&likeness())?;
    let folder = ScratchFolder::create()?;
    let path = folder.database();
    let mut scratch = Sqlite::new(Some(path.clone()), "scratch".to_owned(), settings.clone())?;
    scratch.folder = Some(folder);
    scratch.writer()?;
    Ok((Box::new(scratch), ScratchAt::File(path)))
}

/// Remembers the state.
pub(super) fn mark(scratch: &mut Sqlite) -> Result<(), DbError> {
    scratch.commit_group()?;
    let mut copy = Connection::open_in_memory().map_err(|error| db_error(&error))?;
    copy_over(scratch.writer()?, &mut copy)?;
    scratch.marked = Some(copy);
    Ok(())
}

/// Returns to the state that was remembered.
pub(super) fn rewind(scratch: &mut Sqlite) -> Result<(), DbError> {
    let Some(copy) = scratch.marked.take() else {
        return Err(DbError::new(
            ErrorKind::Statement,
            "there is no state to return to",
        ));
    };
    scratch.group = None;
    scratch.roll_back();
    scratch.renew()?;
    match &mut scratch.connection {
        Some(connection) => copy_over(&copy, connection),
        None => Ok(()),
    }
}

fn copy_over(from: &Connection, to: &mut Connection) -> Result<(), DbError> {
    Backup::new(from, to)
        .and_then(|backup| backup.run_to_completion(i32::MAX, Duration::ZERO, None))
        .map_err(|error| db_error(&error))
}

/// A name that is no constant comes as none at all.
fn keep_to_memory(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Attach {
            filename: "" | ":memory:",
        } => Authorization::Allow,
        AuthAction::Attach { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}
