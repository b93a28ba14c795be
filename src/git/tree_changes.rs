//! What differs between two folders, by the bytes that Git keeps of them: hundreds
//! of folders with thousands of files are compared without an object for each file.

use std::collections::BTreeMap;

use git2::{ErrorCode, FileMode, Oid};

use super::{Folders, GitError, Repo, error::Doing, folders::join};

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

    /// The files that may be revisions and that only one of two folders (by their bytes) has;
    /// one that differs is in both. `each` is told which of the two it is, the file's name below
    /// the folder, and its blob. Folders below come last.
    pub(super) fn changed_files(
        &self,
        folders: &Folders,
        old: &[u8],
        new: &[u8],
        each: &mut dyn FnMut(Which, &str, Oid),
    ) -> Result<(), GitError> {
        self.changed_below(folders, "", (old, new), each)
    }

    fn changed_below(
        &self,
        folders: &Folders,
        above: &str,
        (old, new): (&[u8], &[u8]),
        each: &mut dyn FnMut(Which, &str, Oid),
    ) -> Result<(), GitError> {
        let mut below: BTreeMap<String, (Option<Oid>, Option<Oid>)> = BTreeMap::new();
        for change in changes(old, new) {
            let (Change::Old(entry) | Change::New(entry)) = change;
            let name = String::from_utf8_lossy(entry.name);
            let goes_in = entry.is_folder() && folders.goes_into(&name);
            if !goes_in && (!entry.is_file() || !folders.wants(&name)) {
                continue;
            }
            let id = Oid::from_bytes(entry.id).doing("read a folder")?;
            if goes_in {
                let ids = below.entry(name.into_owned()).or_default();
                match change {
                    Change::Old(_) => ids.0 = Some(id),
                    Change::New(_) => ids.1 = Some(id),
                }
                continue;
            }
            let which = match change {
                Change::Old(_) => Which::Old,
                Change::New(_) => Which::New,
            };
            if above.is_empty() {
                each(which, &name, id);
            } else {
                each(which, &join(above, &name), id);
            }
        }
        for (name, (old, new)) in below {
            if old != new {
                let trees = (self.raw_tree(old)?, self.raw_tree(new)?);
                let above = join(above, &name);
                self.changed_below(folders, &above, (&trees.0, &trees.1), each)?;
            }
        }
        Ok(())
    }
}

/// Which of two folders has a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Old,
    New,
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
    // Files are ordered by their names. A folder, as if it ended in a slash, may be in both and
    // the same: whoever goes into folders looks at their ids.
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
