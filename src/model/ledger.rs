//! What a database says about itself: which revisions were applied, and how.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    migration::Checksum,
    options::{Options, RunOptions},
    revision::RevId,
};

/// The version of the ledger's own tables that this program writes.
pub const LEDGER_VERSION: u32 = 1;

/// How far a revision got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// All of its up script ran.
    Applied,
    /// Its script (`transaction:false`) was begun and not finished.
    Running {
        /// Up or down.
        direction: super::Direction,
        /// Statements that finished for certain.
        done: u32,
        /// The next statement had been sent when the record was written, and
        /// could not be recorded together with its own effect: whether it ran
        /// is not known.
        uncertain: bool,
    },
}

/// One row: an applied revision, without its scripts (they are read on demand).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The revision.
    pub revision: RevId,
    /// Its parents when it was applied.
    pub parents: Vec<RevId>,
    /// The revisions it depended on when it was applied.
    pub depends_on: Vec<RevId>,
    /// Its message.
    pub message: String,
    /// The checksum of what ran.
    pub checksum: Checksum,
    /// How both scripts were to be run.
    pub options: Options,
    /// How far it got.
    pub state: EntryState,
    /// When it was applied, UTC. `None`: this ledger says that it is applied and nothing
    /// more; checksum, commit and all else are not what ran, but what the file says.
    pub applied_at: Option<Timestamp>,
    /// Who applied it (`user@host`).
    pub applied_by: String,
    /// The commit that was checked out then.
    pub git_commit: Option<String>,
    /// The branch that was checked out then.
    pub git_branch: Option<String>,
    /// How long it took.
    pub duration_ms: u64,
    /// The version of teammig that did it.
    pub tool_version: String,
}

impl Entry {
    /// The ledger says what ran, when, and by whom; not only that it is applied.
    pub fn is_recorded(&self) -> bool {
        self.applied_at.is_some()
    }
}

/// The scripts that a ledger kept with a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredScripts {
    /// What ran.
    pub up: StoredScript,
    /// The way back, where there was one.
    pub down: Option<StoredScript>,
}

impl StoredScripts {
    /// How both want to be run.
    pub fn options(&self) -> Options {
        let of = |script: &StoredScript| RunOptions {
            transaction: script.transaction,
            foreign_keys_off: script.foreign_keys_off,
        };
        Options {
            up: of(&self.up),
            down: self.down.as_ref().map(of).unwrap_or_default(),
        }
    }
}

/// One script with the options it wants to be run with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredScript {
    /// The SQL.
    pub text: String,
    /// In one transaction.
    pub transaction: bool,
    /// SQLite: with foreign keys off.
    pub foreign_keys_off: bool,
}

/// All rows, in the order in which they were applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Whether the table is there at all.
    pub exists: bool,
    /// The rows.
    pub entries: Vec<Entry>,
    /// Those of them of which nobody knows what they build on: whether that is applied is
    /// not known either.
    pub unplaced: Vec<RevId>,
    /// Recorded and not applied: another program rolled them back.
    pub gone: Vec<RevId>,
    /// Of heads alone, those that another one builds on: Alembic refuses to work with them.
    pub superfluous: Vec<RevId>,
}

impl Ledger {
    /// The row of a revision.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.revision.as_str() == id)
    }

    /// The revisions that are fully applied.
    pub fn applied(&self) -> BTreeSet<RevId> {
        self.entries
            .iter()
            .filter(|entry| {
                !matches!(
                    entry.state,
                    EntryState::Running {
                        direction: super::Direction::Up,
                        ..
                    }
                )
            })
            .map(|entry| entry.revision.clone())
            .collect()
    }

    /// The revisions whose scripts were begun and not finished.
    pub fn interrupted(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.state != EntryState::Applied)
    }
}
