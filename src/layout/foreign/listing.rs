//! The files of a folder, by their paths below it.

use std::sync::Arc;

use crate::{
    layout::read_file,
    model::{Finding, SnapshotFile, SourceFile},
};

/// A folder with migrations of another tool.
#[derive(Debug, Clone)]
pub struct Listing {
    root: String,
    files: Vec<SnapshotFile>,
}

impl Listing {
    /// The files of the folder that the user calls `root`; their paths are
    /// relative to it, with forward slashes.
    pub fn new(root: impl Into<String>, mut files: Vec<SnapshotFile>) -> Self {
        // The order of a directory is the file system's; findings need one order.
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            root: root.into(),
            files,
        }
    }

    /// All files, by path.
    pub fn files(&self) -> &[SnapshotFile] {
        &self.files
    }

    /// The file of that path.
    pub(super) fn file(&self, path: &str) -> Option<&SnapshotFile> {
        self.files
            .binary_search_by(|file| (*file.path).cmp(path))
            .ok()
            .and_then(|at| self.files.get(at))
    }

    /// The files that stand in the folder itself, with their names.
    pub(super) fn top(&self) -> impl Iterator<Item = (&SnapshotFile, &str)> {
        self.files
            .iter()
            .filter(|file| !file.path.contains('/'))
            .map(|file| (file, &*file.path))
    }

    /// The bytes of a file, by the path that is shown of it.
    pub fn bytes(&self, shown: &str) -> Option<&[u8]> {
        let file = self
            .files
            .iter()
            .find(|file| *self.shown(&file.path) == *shown)?;
        file.content.as_deref().ok()
    }

    /// A path as the user would write it.
    pub(super) fn shown(&self, path: &str) -> Arc<str> {
        if self.root.is_empty() {
            path.into()
        } else {
            format!("{}/{path}", self.root.trim_end_matches('/')).into()
        }
    }

    /// A file without its text, for findings about its name.
    pub(super) fn unread(&self, file: &SnapshotFile) -> SourceFile {
        SourceFile::new(self.shown(&file.path), "")
    }

    /// A file's text, under the same conditions as for teammig's own files.
    pub(super) fn source(&self, file: &SnapshotFile) -> Result<SourceFile, Box<Finding>> {
        read_file(&SnapshotFile {
            path: self.shown(&file.path),
            content: file.content.clone(),
            blob: None,
        })
    }
}

/// What stands behind the last dot of a name. The tools take its case as it is.
pub(super) fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// The last part of a path.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
