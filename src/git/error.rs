//! What can go wrong with a repository, in words that name the operation.
//!
//! Causes are kept as sources and never repeated in the message; what to do
//! about an error is said elsewhere.

use std::{fmt, io, path::PathBuf};

/// A failed Git operation.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository at the start or above it.
    #[error("not a Git repository (or any folder above): {}", .start.display())]
    NotARepository {
        /// Where the search began.
        start: PathBuf,
    },
    /// Git's ownership check (`safe.directory`) refuses it.
    #[error("the Git repository of {} belongs to another user", .start.display())]
    NotOurs {
        /// Where the search began.
        start: PathBuf,
        #[source]
        /// Which path is not ours.
        source: LibraryError,
    },
    /// Something in the repository's format is unknown to the library.
    #[error("the Git repository of {} cannot be read: {what}", .start.display())]
    Unsupported {
        /// Where the search began.
        start: PathBuf,
        /// What it is that cannot be read.
        what: Unsupported,
    },
    /// The operation needs files on disk.
    #[error("{} is a bare repository: it has no working tree", .git_dir.display())]
    Bare {
        /// The repository.
        git_dir: PathBuf,
    },
    /// A path that no commit of this repository can hold.
    #[error("{} is outside of the repository {}", .path.display(), .work_dir.display())]
    OutsideRepository {
        /// The path.
        path: PathBuf,
        /// The top of the working tree.
        work_dir: PathBuf,
    },
    /// A migrations folder that leads out of the repository.
    #[error("the folder {folder} is outside of the repository")]
    FolderOutside {
        /// The folder as configured.
        folder: String,
    },
    /// A migrations folder that is a link which Git cannot follow.
    #[error(
        "the folder {folder} is a link to {target}, which does not lead to a folder of the repository"
    )]
    FolderIsLink {
        /// The folder.
        folder: String,
        /// Where the link leads.
        target: String,
    },
    /// Git speaks of this path in bytes that are no text.
    #[error("the path {} is not UTF-8", .path.display())]
    NotUtf8 {
        /// The path, as well as it can be shown.
        path: PathBuf,
    },
    /// A name that leads nowhere.
    #[error("no commit named '{name}'{}", if *.shallow { " in this shallow clone" } else { "" })]
    NoSuchCommit {
        /// The name given.
        name: String,
        /// Branches and tags with similar names, nearest first.
        candidates: Vec<String>,
        /// The clone is shallow: the commit may exist elsewhere.
        shallow: bool,
    },
    /// The beginning of more than one object id.
    #[error("'{name}' is the beginning of more than one object id")]
    AmbiguousCommit {
        /// The name given.
        name: String,
    },
    /// A name that leads to a file, a folder or a tag of one.
    #[error("'{name}' is not a commit")]
    NotACommit {
        /// The name given.
        name: String,
    },
    /// The answer lies in history that this clone does not have.
    #[error("could not {doing}: this clone is shallow and the history it takes is missing")]
    HistoryMissing {
        /// The operation.
        doing: String,
    },
    /// A partial clone left it out, and its remote did not give it.
    #[error("could not {doing}: it is not in this clone")]
    ObjectMissing {
        /// The operation.
        doing: String,
    },
    /// A folder on disk that is there and cannot be listed.
    #[error("could not read the folder {}", .folder.display())]
    ReadFolder {
        /// The folder.
        folder: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file operation.
    #[error("could not {doing}")]
    Io {
        /// The operation.
        doing: String,
        /// The system's reason.
        source: io::Error,
    },
    /// Any other Git operation.
    #[error("could not {doing}")]
    Git {
        /// The operation.
        doing: String,
        /// The library's reason.
        source: LibraryError,
    },
}

/// What a repository uses that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsupported {
    /// References in the reftable format.
    RefTable,
    /// SHA-256 object ids.
    Sha256,
    /// Another `extensions.*` setting; its name.
    Extension(String),
    /// A newer repository format; the library's words.
    Format(String),
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RefTable => f.write_str("its branches and tags are stored as a reftable"),
            Self::Sha256 => f.write_str("its object ids are SHA-256"),
            Self::Extension(name) => write!(f, "it uses the extension `{name}`"),
            Self::Format(words) => f.write_str(words),
        }
    }
}

/// libgit2's own reason, as owned text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LibraryError {
    message: String,
}

impl From<git2::Error> for LibraryError {
    fn from(error: git2::Error) -> Self {
        Self {
            message: error.message().to_owned(),
        }
    }
}

/// Words for a library call: `repo.head().doing("read HEAD")`.
pub(super) trait Doing<T> {
    /// The error as a [`GitError`]; `words` complete "could not …".
    fn doing(self, words: impl Into<String>) -> Result<T, GitError>;
    /// The same, for where the words would be made for nothing thousands of times.
    fn doing_with(self, words: impl FnOnce() -> String) -> Result<T, GitError>;
    /// The same, with "not found" as `None`.
    fn found(self, words: impl Into<String>) -> Result<Option<T>, GitError>;
}

impl<T> Doing<T> for Result<T, git2::Error> {
    fn doing(self, words: impl Into<String>) -> Result<T, GitError> {
        self.doing_with(|| words.into())
    }

    fn doing_with(self, words: impl FnOnce() -> String) -> Result<T, GitError> {
        self.map_err(|error| GitError::Git {
            doing: words(),
            source: error.into(),
        })
    }

    fn found(self, words: impl Into<String>) -> Result<Option<T>, GitError> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).doing(words),
        }
    }
}

/// The same for file operations.
pub(super) trait DoingIo<T> {
    /// The error as a [`GitError`]; `words` complete "could not …".
    fn doing(self, words: impl Into<String>) -> Result<T, GitError>;
}

impl<T> DoingIo<T> for io::Result<T> {
    fn doing(self, words: impl Into<String>) -> Result<T, GitError> {
        self.map_err(|source| GitError::Io {
            doing: words.into(),
            source,
        })
    }
}
