//! Databases as a drawing knows them: remembered, or read for it.

use std::collections::BTreeSet;

use crate::{
    model::{EntryState, RevId, picture::Environment},
    workflow::{
        Context, Error,
        known::{self, KnownRow},
    },
};

/// A database's ledger, remembered or just read.
pub(super) struct Seen {
    /// The database, by its environment's name in the configuration.
    pub(super) environment: Environment,
    /// Its rows.
    pub(super) rows: Vec<KnownRow>,
}

impl Seen {
    pub(super) fn applied(&self) -> BTreeSet<RevId> {
        self.rows.iter().map(|row| row.revision.clone()).collect()
    }
}

impl From<known::KnownLedger> for Seen {
    fn from(known: known::KnownLedger) -> Self {
        Self {
            environment: Environment {
                name: known.environment().to_owned(),
                protected: known.protected,
                seen_at: known.seen_at,
                fresh: false,
            },
            rows: known.rows,
        }
    }
}

pub(super) fn read(context: &Context) -> Result<Seen, Error> {
    let target = context.target()?;
    let mut database = context.database()?;
    let ledger = context.ledger(&mut *database)?;
    Ok(Seen {
        environment: Environment {
            name: target.environment,
            protected: target.protected,
            seen_at: context.now,
            fresh: true,
        },
        rows: ledger
            .entries
            .iter()
            .filter(|entry| entry.state == EntryState::Applied)
            .map(KnownRow::of)
            .collect(),
    })
}
