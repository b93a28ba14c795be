//! What a user should know about an imported script.

use std::sync::Arc;

use crate::model::Direction;

/// What was noticed, or changed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoteKind {
    /// There is no way back, or it does nothing.
    NoWayBack,
    /// The way back does what cannot be written down without a database.
    WayBackNeedsDatabase,
    /// The source says that it runs outside a transaction.
    OutsideTransaction,
    /// A statement that the database refuses inside a transaction.
    OutsideNeeded,
    /// Its own BEGIN and COMMIT around everything were taken out.
    OwnTransaction,
    /// It begins or ends transactions in its midst, so it runs outside of ours.
    OwnControl,
    /// Several statements that the source sent outside a transaction in one go,
    /// which PostgreSQL takes as one transaction, now run one by one.
    Batch,
    /// Tables are dropped or rebuilt, so it runs with foreign keys off.
    ForeignKeysOff,
    /// `PRAGMA foreign_keys`, which does nothing inside a transaction, became
    /// `foreign_keys:off`.
    PragmaReplaced,
    /// A rename is kept as SQLite does it by default (`legacy_alter_table` off).
    PlainRename,
    /// Tables are dropped outside a transaction, with foreign keys enforced.
    ForeignKeysEnforced,
    /// It names the table in which the source keeps its own records.
    NamesLedger,
    /// One file with several pairs of sections became several revisions.
    SeveralPairs,
    /// Line ends inside a literal were CR LF and are LF now.
    LineEnds,
}

impl NoteKind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoWayBack => "no-way-back",
            Self::WayBackNeedsDatabase => "way-back-needs-database",
            Self::OutsideTransaction => "outside-transaction",
            Self::OutsideNeeded => "outside-needed",
            Self::OwnTransaction => "own-transaction",
            Self::OwnControl => "own-control",
            Self::Batch => "batch",
            Self::ForeignKeysOff => "foreign-keys-off",
            Self::PragmaReplaced => "pragma-replaced",
            Self::PlainRename => "plain-rename",
            Self::ForeignKeysEnforced => "foreign-keys-enforced",
            Self::NamesLedger => "names-ledger",
            Self::SeveralPairs => "several-pairs",
            Self::LineEnds => "line-ends",
        }
    }

    /// The user may have to do something about it.
    pub fn is_warning(self) -> bool {
        matches!(
            self,
            Self::WayBackNeedsDatabase
                | Self::Batch
                | Self::ForeignKeysEnforced
                | Self::NamesLedger
                | Self::LineEnds
        )
    }
}

/// One thing noticed in one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What.
    pub kind: NoteKind,
    /// In which script.
    pub direction: Direction,
    /// The file, as the user would write it.
    pub path: Arc<str>,
    /// The line, where one can be named.
    pub line: Option<usize>,
}
