//! A stretch of steps that can be taken back as a whole.
//!
//! A table rebuild commits a transaction of its own, so no transaction can span
//! the stretch. A copy of the database can: it holds everything, rows included.

use std::sync::atomic::Ordering;

use tempfile::TempPath;

use super::{DbError, ErrorKind, sqlite::Sqlite, sqlite_error::db_error};

/// The database as it was.
pub(super) struct Copy(TempPath);

impl Sqlite {
    /// Copies the database into a private file.
    pub(super) fn copy(&mut self) -> Result<Copy, DbError> {
        self.commit_group()?;
        let file = tempfile::NamedTempFile::new().map_err(|error| {
            DbError::new(
                ErrorKind::Statement,
                format!("cannot make a file for a copy of the database: {error}"),
            )
        })?;
        let path = file.into_temp_path();
        self.writer()?
            .backup("main", &path, None::<fn(_)>)
            .map_err(|error| db_error(&error))?;
        Ok(Copy(path))
    }

    /// Puts everything back to what it was.
    pub(super) fn restore(&mut self, copy: &Copy) -> Result<(), DbError> {
        self.group = None;
        self.roll_back();
        // The user may have asked to stop; this is how.
        self.stop.store(false, Ordering::SeqCst);
        self.renew()?;
        self.writer()?;
        match &mut self.connection {
            Some(connection) => connection
                .restore("main", &copy.0, None::<fn(_)>)
                .map_err(|error| db_error(&error)),
            None => Ok(()),
        }
    }
}
