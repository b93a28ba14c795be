//! A commit's name and the facts that people want to see of it, as owned data.

use std::fmt;

use jiff::Timestamp;

/// The full id of a commit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(git2::Oid);

impl CommitId {
    /// Reads 40 hex digits; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 40 {
            return None;
        }
        git2::Oid::from_str(text).ok().map(Self)
    }

    /// All zeros.
    pub const NONE: Self = Self(git2::Oid::ZERO_SHA1);

    /// All zeros, with which Git says that there is no commit.
    pub fn is_none(self) -> bool {
        self.0.is_zero()
    }

    pub(super) fn oid(self) -> git2::Oid {
        self.0
    }
}

impl From<git2::Oid> for CommitId {
    fn from(oid: git2::Oid) -> Self {
        Self(oid)
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Who made a commit, when, and what they called it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// The commit.
    pub id: CommitId,
    /// The author's name, after `.mailmap`.
    pub author: String,
    /// The author's address, after `.mailmap`.
    pub email: String,
    /// When it was written (the author's date).
    pub time: Timestamp,
    /// The first line of its message.
    pub summary: String,
}

impl CommitInfo {
    pub(super) fn of(commit: &git2::Commit<'_>, mailmap: Option<&git2::Mailmap>) -> Self {
        let author = mailmap
            .and_then(|mailmap| commit.author_with_mailmap(mailmap).ok())
            .unwrap_or_else(|| commit.author().to_owned());
        Self {
            id: commit.id().into(),
            author: String::from_utf8_lossy(author.name_bytes()).into_owned(),
            email: String::from_utf8_lossy(author.email_bytes()).into_owned(),
            time: timestamp(author.when()),
            summary: String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default())
                .into_owned(),
        }
    }
}

/// Git stores any 64-bit number; what no calendar holds becomes the epoch.
pub(super) fn timestamp(time: git2::Time) -> Timestamp {
    Timestamp::from_second(time.seconds()).unwrap_or(Timestamp::UNIX_EPOCH)
}
