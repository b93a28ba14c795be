//! A restack that broke off.

use std::path::PathBuf;

use super::{Error, NotBack};

/// Where a restack that broke off left the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseLeft {
    /// It had no part in it.
    NotInvolved,
    /// As it was before.
    Before,
    /// The same, and what it held until then is kept: somebody else may have written to it.
    BeforeBeside {
        /// The file.
        aside: PathBuf,
    },
    /// All steps are done, and stay.
    Done,
    /// It could not be put back now, and can be later: the journal stays.
    Later {
        /// Why not.
        why: String,
    },
    /// It should be as before, and is not.
    NotTakenBack {
        /// Why not.
        why: String,
        /// A copy of it as it was, which is kept.
        copy: Option<PathBuf>,
    },
    /// The session was lost with COMMIT under way, and the server cannot be asked.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// A restack that broke off with something left to say about files or database.
#[derive(Debug)]
pub struct BrokenOff {
    /// What went wrong.
    pub cause: Box<Error>,
    /// The files have what they were to become; otherwise they are as before, save for
    /// those that follow.
    pub files_done: bool,
    /// Files that could not be put back.
    pub files_left: Vec<NotBack>,
    /// Where the database is.
    pub database: DatabaseLeft,
}
