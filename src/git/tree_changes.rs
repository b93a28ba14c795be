//! What differs between two folders, by the bytes that Git keeps of them: hundreds
//! of folders with thousands of files are compared without an object for each file.

use git2::{ErrorCode, FileMode, Oid};

use super::{GitError, Repo, error::Doing};

impl Repo {
    /// A folder's bytes; none where there is no folder.
    pub(super) fn raw_tree(&self, id: Option<Oid>) -> Result<Vec<u8>, GitError> {
        let Some(id) = id else { return Ok(Vec::new()) };
        let odb = self.inner.odb().doing("open the object store")?;
        let read = || odb.read(id).map(|object| object.data().to_vec());
        match read() {
            Err(error) if error.code() == ErrorCode::NotFound => {
                // Fetches it where that is possible, or says why not.
                self.tree(id)?;
                read()
            }
            other => other,
        }
        .doing_with(|| format!("read the folder {id} of a commit"))
    }
}

/// An entry of a folder as Git stores it: `mode name NUL id`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    mode: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) id: &'a [u8],
}

impl Entry<'_> {
    pub(super) fn is_folder(&self) -> bool {
        self.mode == b"40000"
    }

    pub(super) fn is_link(&self) -> bool {
        self.mode == b"120000"
    }

    /// A file or a symbolic link.
    pub(super) fn is_blob(&self) -> bool {
        !self.is_folder() && self.mode != b"160000"
    }

    /// `None` = it was cut short, which Git does not do.
    pub(super) fn oid(&self) -> Option<Oid> {
        Oid::from_bytes(self.id).ok()
    }

    /// A regular file: symbolic links and submodules hold no revision.
    pub(super) fn is_file(&self) -> bool {
        let mode = std::str::from_utf8(self.mode)
            .ok()
            .and_then(|mode| i32::from_str_radix(mode, 8).ok());
        [
            FileMode::Blob,
            FileMode::BlobGroupWritable,
            FileMode::BlobExecutable,
        ]
        .iter()
        .any(|kind| mode == Some(i32::from(*kind)))
    }
}

/// The entries of a folder's bytes. What is cut short is left out: Git made them.
pub(super) fn entries(mut bytes: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    const ID: usize = 20;
    std::iter::from_fn(move || {
        let space = bytes.iter().position(|byte| *byte == b' ')?;
        let end = space + bytes[space..].iter().position(|byte| *byte == 0)?;
        let entry = Entry {
            mode: &bytes[..space],
            name: &bytes[space + 1..end],
            id: bytes.get(end + 1..=end + ID)?,
        };
        bytes = &bytes[end + 1 + ID..];
        Some(entry)
    })
}

#[derive(Clone, Copy)]
pub(super) enum Change<'a> {
    Old(Entry<'a>),
    New(Entry<'a>),
}

/// The entries that only one of two folders has; one that differs is in both.
pub(super) fn changes<'a>(old: &'a [u8], new: &'a [u8]) -> Vec<Change<'a>> {
    let (mut olds, mut news) = (entries(old), entries(new));
    let (mut old, mut new) = (olds.next(), news.next());
    let mut changes = Vec::new();
    // Files are ordered by their names; folders, as if they ended in a slash, do not matter.
    loop {
        match (old, new) {
            (None, None) => return changes,
            (Some(a), Some(b)) if a == b => (old, new) = (olds.next(), news.next()),
            (Some(a), Some(b)) if a.name <= b.name => {
                changes.push(Change::Old(a));
                old = olds.next();
            }
            (Some(a), None) => {
                changes.push(Change::Old(a));
                old = olds.next();
            }
            (_, Some(b)) => {
                changes.push(Change::New(b));
                new = news.next();
            }
        }
    }
}
