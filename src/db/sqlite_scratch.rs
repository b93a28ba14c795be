//! Scratch databases of SQLite: in memory, so that nothing is left of them.
//!
//! Scripts that are tried there must not reach the user's files either: `ATTACH` and
//! `VACUUM INTO` name files, and are refused.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::{
    Database, RunSettings,
    scratch::{Likeness, ScratchError},
    sqlite::Sqlite,
    sqlite_error::db_error,
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
    }
    Ok(Box::new(scratch))
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
