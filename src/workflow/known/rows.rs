//! Rows of a ledger as they are remembered: those that are asked for are found without a
//! look into the others.
//!
//! A hook asks for one or two of thousands before each commit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::KnownRow;
use crate::model::{Checksum, Options, RevId};

/// A row in the file: its revision, and the rest of it in bytes of its own.
type Kept<'a> = (&'a str, &'a [u8]);

/// The rest of a row in the file.
#[derive(Serialize, Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    parents: Vec<&'a str>,
    depends_on: Vec<&'a str>,
    message: &'a str,
    checksum: &'a [u8],
    /// `None`, nearly always: none.
    options: Option<Options>,
    /// In nanoseconds.
    applied_at: Option<i128>,
    applied_by: &'a str,
    commit: Option<&'a str>,
    branch: Option<&'a str>,
}

/// As they are kept. The same rows are the same bytes.
pub(super) fn write(rows: &[KnownRow]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for row in rows {
        let rest = postcard::to_allocvec(&Row::of(row)).ok()?;
        let kept: Kept<'_> = (row.revision.as_str(), &rest);
        bytes = postcard::to_extend(&kept, bytes).ok()?;
    }
    Some(bytes)
}

/// Those that are `wanted`. `None` = it is not what was written.
pub(super) fn read(mut bytes: &[u8], wanted: &dyn Fn(&str) -> bool) -> Option<Vec<KnownRow>> {
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        let ((revision, rest), after): (Kept<'_>, _) = postcard::take_from_bytes(bytes).ok()?;
        if wanted(revision) {
            let row: Row<'_> = postcard::from_bytes(rest).ok()?;
            rows.push(row.of_revision(revision)?);
        }
        bytes = after;
    }
    Some(rows)
}

impl<'a> Row<'a> {
    fn of(row: &'a KnownRow) -> Self {
        Self {
            parents: row.parents.iter().map(RevId::as_str).collect(),
            depends_on: row.depends_on.iter().map(String::as_str).collect(),
            message: &row.message,
            checksum: &row.checksum.0,
            options: (!row.options.is_default()).then_some(row.options),
            applied_at: row.applied_at.map(Timestamp::as_nanosecond),
            applied_by: &row.applied_by,
            commit: row.commit.as_deref(),
            branch: row.branch.as_deref(),
        }
    }

    fn of_revision(self, revision: &str) -> Option<KnownRow> {
        Some(KnownRow {
            revision: RevId::trusted(revision),
            parents: self.parents.into_iter().map(RevId::trusted).collect(),
            depends_on: self.depends_on.into_iter().map(str::to_owned).collect(),
            message: self.message.to_owned(),
            checksum: Checksum(self.checksum.try_into().ok()?),
            options: self.options.unwrap_or_default(),
            applied_at: match self.applied_at {
                Some(at) => Some(Timestamp::from_nanosecond(at).ok()?),
                None => None,
            },
            applied_by: self.applied_by.to_owned(),
            commit: self.commit.map(str::to_owned),
            branch: self.branch.map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows() -> Vec<KnownRow> {
        let bare = KnownRow {
            revision: RevId::trusted("a1"),
            parents: Vec::new(),
            depends_on: Vec::new(),
            message: String::new(),
            checksum: Checksum([7; 32]),
            options: Options::default(),
            applied_at: None,
            applied_by: "ann@host".to_owned(),
            commit: None,
            branch: None,
        };
        let full = KnownRow {
            revision: RevId::trusted("b2"),
            parents: vec![RevId::trusted("a1"), RevId::trusted("0")],
            depends_on: vec!["c3".to_owned()],
            message: "é\t\n".to_owned(),
            options: "up transaction:false".parse().unwrap(),
            applied_at: Some("2026-11-22T10:30:00.123456789Z".parse().unwrap()),
            commit: Some("0".repeat(40)),
            branch: Some("main".to_owned()),
            ..bare.clone()
        };
        vec![bare, full]
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = write(&rows()).unwrap();
        assert_eq!(read(&bytes, &|_| true).unwrap(), rows());
        assert_eq!(read(&bytes, &|id| id == "b2").unwrap(), rows()[1..]);
        assert_eq!(read(&bytes, &|_| false).unwrap(), []);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, &|_| true);
        }
    }
}
