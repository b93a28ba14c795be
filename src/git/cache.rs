//! A few files of ours under the Git directory, shared by all working trees of
//! the clone: things that can be computed again.
//!
//! Never fails: a cache that cannot be read is empty, and one that cannot be
//! written (read-only clones, full disks) stays as it is.

use std::{fs, io::Write, path::PathBuf};

use super::Repo;

/// `<common dir>/teammig/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    dir: PathBuf,
}

impl Repo {
    /// The cache of this clone.
    pub fn cache(&self) -> Cache {
        Cache {
            dir: self.common_dir().join("teammig"),
        }
    }
}

impl Cache {
    /// What was stored under a name by a program of the same `version` of its format.
    pub fn load(&self, name: &str, version: u32) -> Option<Vec<u8>> {
        fs::read(self.file(name, version)?).ok()
    }

    /// Stores bytes under a name, whole or not at all.
    pub fn store(&self, name: &str, version: u32, bytes: &[u8]) {
        // Not worth a word: it is computed again next time.
        let _ = self.try_store(name, version, bytes);
    }

    /// Forgets what was stored under a name.
    pub fn remove(&self, name: &str, version: u32) {
        if let Some(path) = self.file(name, version) {
            let _ = fs::remove_file(path);
        }
    }

    fn try_store(&self, name: &str, version: u32, bytes: &[u8]) -> Option<()> {
        let path = self.file(name, version)?;
        fs::create_dir_all(&self.dir).ok()?;
        // Another teammig may read or write the same file at this moment.
        let mut file = tempfile::NamedTempFile::new_in(&self.dir).ok()?;
        file.write_all(bytes).ok()?;
        file.persist(path).ok()?;
        Some(())
    }

    /// `None` for names that could lead out of the folder.
    fn file(&self, name: &str, version: u32) -> Option<PathBuf> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (!name.is_empty() && name.chars().all(plain))
            .then(|| self.dir.join(format!("{name}.v{version}")))
    }
}
