//! A temporary folder for the file of a scratch database: gone with the value that stands
//! for it, and, where its process was killed, with the next one that is made.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{DbError, ErrorKind};

/// How names of the folders begin.
const PREFIX: &str = "teammig-scratch-";
/// The file whose lock says that the folder is in use.
const IN_USE: &str = "in-use";

/// The folder.
pub(super) struct ScratchFolder {
    folder: TempDir,
    /// Locked as long as it is open.
    _in_use: File,
}

impl ScratchFolder {
    /// Makes one where temporary files are.
    pub(super) fn create() -> Result<Self, DbError> {
        Self::create_in(&std::env::temp_dir()).map_err(|error| {
            DbError::new(
                ErrorKind::Unreachable,
                format!("cannot make a temporary folder: {error}"),
            )
        })
    }

    fn create_in(parent: &Path) -> io::Result<Self> {
        sweep(parent);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        // Locked before others can see it.
        let made = folder.path().join("made");
        let in_use = File::create(&made)?;
        in_use.try_lock()?;
        fs::rename(made, folder.path().join(IN_USE))?;
        Ok(Self {
            folder,
            _in_use: in_use,
        })
    }

    /// The database's file.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.path().join("scratch.db")
    }
}

/// Removes folders that nobody holds. What belongs to others stays, which is no reason not
/// to go on.
fn sweep(parent: &Path) {
    let Ok(all) = fs::read_dir(parent) else {
        return;
    };
    for entry in all.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // The type of the entry itself: a link leads elsewhere.
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let in_use = File::open(entry.path().join(IN_USE));
        if in_use.is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kill_left_goes_with_the_next_one_and_what_is_in_use_stays() {
        let parent = tempfile::tempdir().unwrap();
        let killed = parent.path().join(format!("{PREFIX}killed"));
        fs::create_dir(&killed).unwrap();
        fs::write(killed.join(IN_USE), "").unwrap();
        let first = ScratchFolder::create_in(parent.path()).unwrap();
        assert!(!killed.exists());
        let second = ScratchFolder::create_in(parent.path()).unwrap();
        fs::write(first.database(), "").unwrap();
        assert!(first.database().exists() && second.folder.path().exists());
        drop((first, second));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
