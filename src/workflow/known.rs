//! What this clone knows of databases, remembered under the Git common
//! directory each time a ledger is read, so that hooks need no database.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Context;
use crate::model::{EntryState, Ledger, RevId};

const FILE: &str = "ledgers";
const VERSION: u32 = 1;

/// A ledger as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KnownLedger {
    /// The environment is protected.
    pub(super) protected: bool,
    /// When it was read.
    pub(super) seen_at: Timestamp,
    /// Its rows.
    pub(super) rows: Vec<KnownRow>,
}

/// One applied revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KnownRow {
    /// The revision.
    pub(super) revision: RevId,
    /// Its parents when it was applied.
    pub(super) parents: Vec<RevId>,
    /// The checksum of what was applied, in hex.
    pub(super) checksum: String,
    /// When.
    pub(super) applied_at: Timestamp,
    /// By whom.
    pub(super) applied_by: String,
}

/// The ledgers that were seen, by environment.
pub(super) fn recall(context: &Context) -> BTreeMap<String, KnownLedger> {
    context
        .repo_if_any()
        .and_then(|repo| repo.cache().load(FILE, VERSION))
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// Remembers a ledger that was just read. Failing to is no failure of the command.
pub(super) fn remember(context: &Context, ledger: &Ledger) {
    let (Some(repo), Ok(target)) = (context.repo_if_any(), context.target()) else {
        return;
    };
    // A database named by `--url` is often a throw-away: it should not tie the files down.
    if target.environment == "url" {
        return;
    }
    let rows: Vec<KnownRow> = ledger
        .entries
        .iter()
        .filter(|entry| entry.state == EntryState::Applied)
        .map(|entry| KnownRow {
            revision: entry.revision.clone(),
            parents: entry.parents.clone(),
            checksum: entry.checksum.to_string(),
            applied_at: entry.applied_at,
            applied_by: entry.applied_by.clone(),
        })
        .collect();
    let mut all = recall(context);
    let before = all.get(&target.environment);
    let same =
        before.is_some_and(|known| known.rows == rows && known.protected == target.protected);
    // The time alone is worth a write only now and then.
    if same
        && before.is_some_and(|known| context.now.as_second() - known.seen_at.as_second() < 3600)
    {
        return;
    }
    all.insert(
        target.environment,
        KnownLedger {
            protected: target.protected,
            seen_at: context.now,
            rows,
        },
    );
    if let Ok(bytes) = serde_json::to_vec(&all) {
        repo.cache().store(FILE, VERSION, &bytes);
    }
}
