//! A stretch of steps that can be taken back as a whole.
//!
//! A table rebuild commits a transaction of its own, so no transaction can span
//! the stretch. A copy of the database can: it holds everything, rows included.
//! Other programs may write between two steps, and what they wrote is not in the
//! copy; then it is kept beside and not put back.

use std::sync::atomic::Ordering;

use tempfile::TempPath;

use super::{DbError, ErrorKind, sqlite::Sqlite, sqlite_error::db_error};

/// The database as it was.
pub(super) struct Copy {
    file: TempPath,
    /// SQLite's count of what others committed, as this connection sees it.
    version: i64,
    /// Somebody else has written since, seen when a connection was given up.
    pub(super) foreign: bool,
}

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
        let file = file.into_temp_path();
        let version = self.data_version()?;
        self.writer()?
            .backup("main", &file, None::<fn(_)>)
            .map_err(|error| db_error(&error))?;
        Ok(Copy {
            file,
            version,
            foreign: false,
        })
    }

    /// Changes when another connection has committed
    /// (<https://www.sqlite.org/pragma.html#pragma_data_version>).
    pub(super) fn data_version(&mut self) -> Result<i64, DbError> {
        self.writer()?
            .query_row("PRAGMA data_version", [], |row| row.get(0))
            .map_err(|error| db_error(&error))
    }

    /// The connection is about to be given up: its count ends with it.
    pub(super) fn note_foreign_writes(&mut self) {
        if self.held.is_some() {
            let version = self.data_version();
            if let Some(held) = &mut self.held {
                held.foreign |= version != Ok(held.version);
            }
        }
    }

    /// A new connection counts anew.
    pub(super) fn count_anew(&mut self) {
        if self.held.is_some() {
            let version = self.data_version();
            if let (Some(held), Ok(version)) = (&mut self.held, version) {
                held.version = version;
            }
        }
    }

    /// Puts everything back to what it was, where nobody else has written since.
    pub(super) fn restore(&mut self, copy: Copy) -> Result<(), DbError> {
        self.group = None;
        self.roll_back();
        // The user may have asked to stop; this is how.
        self.stop.store(false, Ordering::SeqCst);
        let why = if copy.foreign || self.data_version() != Ok(copy.version) {
            Some("another program wrote to the database meanwhile".to_owned())
        } else {
            self.put_back(&copy).err().map(|error| error.message)
        };
        let Some(why) = why else { return Ok(()) };
        let kept = copy.file.keep().map_or_else(
            |_| String::new(),
            |path| format!("; a copy of it as it was before is {}", path.display()),
        );
        Err(DbError::new(ErrorKind::Statement, format!("{why}{kept}")))
    }

    fn put_back(&mut self, copy: &Copy) -> Result<(), DbError> {
        self.renew()?;
        self.writer()?;
        match &mut self.connection {
            Some(connection) => connection
                .restore("main", &copy.file, None::<fn(_)>)
                .map_err(|error| db_error(&error)),
            None => Ok(()),
        }
    }
}
