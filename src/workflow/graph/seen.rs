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
    /// The environment's name in the configuration.
    pub(super) name: String,
    /// The database.
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
            name: known.environment().to_owned(),
            environment: Environment {
                name: known.name(),
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
    let name = match &context.config.database {
        Some(database) => format!("{} of {database}", target.environment),
        None => target.environment.clone(),
    };
    Ok(Seen {
        name: target.environment,
        environment: Environment {
            name,
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
