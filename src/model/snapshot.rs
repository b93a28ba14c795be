//! The files of the migrations folders as they stand at one Git state.
//!
//! A snapshot is data, not a trait: working tree, index and commit all become
//! the same thing, so one loader builds the graph of any of them.

use std::sync::Arc;

/// Where a snapshot's bytes came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The files on disk.
    WorkTree,
    /// What is staged.
    Index,
    /// A commit: what the user called it, and its full id.
    Commit {
        /// The name given (`HEAD`, `origin/main`, `v1.2`).
        name: String,
        /// The commit id in hex.
        id: String,
    },
}

/// One file of a snapshot.
#[derive(Debug, Clone)]
pub struct SnapshotFile {
    /// Relative to the project's root, with forward slashes.
    pub path: Arc<str>,
    /// The content, or why it cannot be had.
    pub content: Result<Arc<[u8]>, Unreadable>,
    /// The Git blob id in hex, where the bytes came out of Git.
    pub blob: Option<String>,
}

/// Why a file that is there cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Larger than [`MAX_FILE_BYTES`]; its size in bytes.
    #[error("it has {} MiB, and the limit is {} MiB", .0 / (1024 * 1024), MAX_FILE_BYTES / (1024 * 1024))]
    TooLarge(u64),
    /// The system's reason: permissions, a loop of symbolic links, …
    #[error("{0}")]
    Io(String),
    /// The object is not in this clone (blobless or damaged).
    #[error("its content is not in this clone")]
    Missing,
}

/// Larger files are not read: a schema change is a text that people review.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The revision files of one Git state, folder by folder, by name within a folder.
///
/// That order is the file order which breaks the graph's ties, as Alembic's
/// does (script/base.py: files of a version location are sorted by name).
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Where it came from.
    pub origin: Origin,
    /// The files, in file order.
    pub files: Vec<SnapshotFile>,
    /// The head file of the first folder, where there is one.
    pub head_file: Option<SnapshotFile>,
}
