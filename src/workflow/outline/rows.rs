//! What files say, by their blobs, as it is kept from run to run.
//!
//! A hook reads thousands of rows before each commit, so they stand in a form that is read
//! as fast as the disk gives it.

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasherDefault,
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    git::{BlobHasher, BlobId},
    model::{
        Amended, Checksum, Options, RevId, Revision,
        audit::{Content, Outline},
    },
    workflow::sealed,
};

/// A cache by blob id. A run loads each of them once.
#[derive(Debug, Clone, Default)]
pub(in crate::workflow) struct Rows(ByBlob);

type ByBlob = HashMap<BlobId, Content, BuildHasherDefault<BlobHasher>>;

/// One row on disk; `None` = the file is no revision.
type Stored<'a> = (&'a [u8], Option<Row<'a>>);

/// A revision on disk.
#[derive(Serialize, Deserialize)]
struct Row<'a> {
    revision: &'a str,
    #[serde(borrow)]
    parents: Vec<&'a str>,
    depends_on: Vec<&'a str>,
    labels: Vec<&'a str>,
    message: &'a str,
    checksum: &'a [u8],
    up: &'a [u8],
    /// `None`, nearly always: none.
    options: Option<Options>,
    amended: Vec<(&'a str, Option<Options>, &'a str)>,
}

impl Rows {
    /// Reads what was written. `None` = it is something else, or damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = sealed::open(bytes)?;
        let mut rows = ByBlob::default();
        while !rest.is_empty() {
            let ((blob, row), after): (Stored<'_>, _) = postcard::take_from_bytes(rest).ok()?;
            // What follows is about as long: a table that grows is built anew each time.
            if rows.is_empty() {
                rows.reserve(rest.len() / (rest.len() - after.len()));
            }
            let content = match row {
                Some(row) => Content::Revision(Arc::new(row.outline()?)),
                None => Content::Unreadable,
            };
            rows.insert(BlobId::from_bytes(blob)?, content);
            rest = after;
        }
        Some(Self(rows))
    }

    /// As they are kept.
    pub(super) fn write(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for (blob, content) in &self.0 {
            let row = match content {
                Content::Revision(outline) => Some(Row::of(outline)),
                Content::Unreadable => None,
                Content::Missing => continue,
            };
            bytes = postcard::to_extend(&(blob.as_bytes(), row), bytes).ok()?;
        }
        Some(sealed::seal(bytes))
    }

    /// What a blob says; `None` = it is not known.
    pub(in crate::workflow) fn get(&self, blob: &BlobId) -> Option<&Content> {
        self.0.get(blob)
    }

    pub(super) fn insert(&mut self, blob: BlobId, content: Content) {
        self.0.insert(blob, content);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets all others.
    pub(super) fn keep(&mut self, blobs: &HashSet<BlobId>) {
        self.0.retain(|blob, _| blobs.contains(blob));
    }
}

impl<'a> Row<'a> {
    fn of(outline: &'a Outline) -> Self {
        let texts = |all: &'a [String]| all.iter().map(String::as_str).collect();
        Self {
            revision: outline.revision.as_str(),
            parents: outline.parents.iter().map(RevId::as_str).collect(),
            depends_on: texts(&outline.depends_on),
            labels: texts(&outline.labels),
            message: &outline.message,
            checksum: &outline.checksum.0,
            up: &outline.up.0,
            options: (!outline.options.is_default()).then_some(outline.options),
            amended: outline
                .amended
                .iter()
                .map(|one| (one.was.as_str(), one.options, one.reason.as_str()))
                .collect(),
        }
    }

    fn outline(self) -> Option<Outline> {
        let texts = |all: Vec<&str>| all.into_iter().map(str::to_owned).collect();
        let amended = self
            .amended
            .into_iter()
            .map(|(was, options, reason)| Amended {
                was: was.to_owned(),
                options,
                reason: reason.to_owned(),
            });
        let parents = self.parents.into_iter().map(RevId::trusted).collect();
        Some(Outline::of(
            Revision {
                depends_on: texts(self.depends_on),
                labels: texts(self.labels),
                message: self.message.to_owned(),
                amended: amended.collect(),
                ..Revision::new(RevId::trusted(self.revision), parents)
            },
            Checksum(self.checksum.try_into().ok()?),
            Checksum(self.up.try_into().ok()?),
            self.options.unwrap_or_default(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows() -> Rows {
        let outline = |id: &str, parents: &[&str], amended: &[(&str, &str)]| {
            let amended = amended.iter().map(|(was, reason)| Amended {
                was: (*was).to_owned(),
                options: Some("up transaction:false".parse().unwrap()),
                reason: (*reason).to_owned(),
            });
            let parents = parents.iter().map(|id| RevId::trusted(id)).collect();
            let revision = Revision {
                depends_on: vec!["label".to_owned()],
                labels: vec!["é\t\n".to_owned()],
                message: "Message\nof two lines".to_owned(),
                amended: amended.collect(),
                ..Revision::new(RevId::trusted(id), parents)
            };
            let (checksum, up) = (Checksum([7; 32]), Checksum([9; 32]));
            Content::Revision(Arc::new(Outline::of(
                revision,
                checksum,
                up,
                Options::default(),
            )))
        };
        let mut rows = Rows::default();
        let contents = [
            outline("a1", &[], &[]),
            Content::Unreadable,
            outline("b2", &["a1", "0"], &[("12345678", "why")]),
        ];
        for (n, content) in (1_u8..).zip(contents) {
            rows.insert(blob(n), content);
        }
        rows
    }

    fn blob(n: u8) -> BlobId {
        BlobId::from_bytes(&[n; 20]).unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = rows().write().unwrap();
        assert_eq!(Rows::read(&bytes).unwrap().0, rows().0);
        let none = Rows::default().write().unwrap();
        assert_eq!(Rows::read(&none).unwrap().len(), 0);
    }

    #[test]
    fn what_is_not_here_is_not_kept() {
        let mut rows = rows();
        rows.insert(blob(4), Content::Missing);
        let kept = Rows::read(&rows.write().unwrap()).unwrap();
        assert_eq!((kept.len(), kept.get(&blob(4))), (3, None));
    }

    proptest! {
        /// It is a file that anybody can write.
        #[test]
        fn no_bytes_are_too_much(rest in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Rows::read(&sealed::seal(rest));
        }
    }
}
