//! The lock that keeps a second deployer away from an SQLite database.
//!
//! A run makes several transactions, so SQLite's own lock does not cover it. A
//! file beside the database does, locked through the system: it is free again
//! whenever its holder ends, however that happens. The file says who holds it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use super::{
    DbError, ErrorKind,
    file_wait::{Attempt, Patience, until_had},
};

/// A held lock; dropping it lets go.
#[derive(Debug)]
pub(super) struct FileLock {
    file: File,
    path: PathBuf,
}

impl FileLock {
    /// Takes the lock of the database at `database`.
    pub(super) fn take(
        database: &Path,
        holder: &str,
        patience: Patience<'_>,
    ) -> Result<Self, DbError> {
        let mut name = database.file_name().unwrap_or_default().to_owned();
        name.push("-teammig.lock");
        let path = database.with_file_name(name);
        let attempt = || {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(|error| cannot_lock(&path, &error))?;
            match file.try_lock() {
                Ok(()) if is_still(&path, &file) => Ok(Attempt::Had(file)),
                // Its holder removed the file between our opening and locking it.
                Ok(()) => Ok(Attempt::Changed),
                Err(TryLockError::WouldBlock) => Ok(Attempt::Held(holder_of(&path))),
                Err(TryLockError::Error(error)) => Err(cannot_lock(&path, &error)),
            }
        };
        let seconds = patience.timeout.as_secs();
        let file = until_had(patience, attempt, |other| {
            DbError::new(
                ErrorKind::Locked,
                format!("the database is locked by {other}; waited {seconds} s"),
            )
        })?;
        let mut lock = Self { file, path };
        lock.sign(holder);
        Ok(lock)
    }

    fn sign(&mut self, holder: &str) {
        // Only for the eyes of others: a lock without a name is still a lock.
        let _ = self.file.set_len(0);
        let _ = self.file.rewind();
        let _ = self.file.write_all(holder.as_bytes());
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Before letting go, so that nobody else's file is removed.
        let _ = std::fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

fn holder_of(path: &Path) -> String {
    let mut text = String::new();
    let _ = File::open(path).and_then(|file| file.take(500).read_to_string(&mut text));
    if text.is_empty() {
        "another teammig".to_owned()
    } else {
        text
    }
}

fn cannot_lock(path: &Path, error: &std::io::Error) -> DbError {
    let kind = match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            ErrorKind::ReadOnly
        }
        std::io::ErrorKind::StorageFull => ErrorKind::DiskFull,
        _ => ErrorKind::Unreachable,
    };
    DbError::new(kind, format!("cannot lock {}: {error}", path.display()))
}

#[cfg(unix)]
fn is_still(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (std::fs::metadata(path), file.metadata()) {
        (Ok(there), Ok(ours)) => there.ino() == ours.ino() && there.dev() == ours.dev(),
        _ => false,
    }
}

/// Elsewhere an open file cannot be removed, so it is the same.
#[cfg(not(unix))]
fn is_still(_: &Path, _: &File) -> bool {
    true
}
