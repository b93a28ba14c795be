//! What teammig ran, in a ledger of its own beside Alembic's table.
//!
//! `alembic_version` stays the truth of what is applied; this adds when, by whom and what,
//! for whatever went through teammig. A row keeps the whole module, since a function of it
//! is nothing that Alembic could run.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use crate::{
    db::{Database, DbError, LedgerChange},
    layout::{Alembic, Layout as _},
    model::{
        Entry, Migration, RevId, SourceFile,
        graph::Graph,
        ledger::{StoredScript, StoredScripts},
    },
};

/// The rows, by their revisions.
pub(super) fn records(inner: &mut dyn Database) -> Result<HashMap<RevId, Entry>, DbError> {
    let rows = inner.ledger()?.entries.into_iter();
    Ok(rows.map(|row| (row.revision.clone(), row)).collect())
}

/// The module that ran, as it was kept.
pub(super) fn module(
    inner: &mut dyn Database,
    revision: &RevId,
) -> Result<Option<Migration>, DbError> {
    let Some(kept) = inner.stored_scripts(revision)? else {
        return Ok(None);
    };
    let file = SourceFile::new(format!("ledger:{revision}.py"), kept.up.text);
    Ok(Alembic.parse(file).ok())
}

/// The modules of applied revisions that are not `here`, with those below them.
pub(super) fn find(
    inner: &mut dyn Database,
    rows: &[RevId],
    here: &Graph,
) -> Result<Vec<Migration>, DbError> {
    let is_missing = |id: &RevId| here.get(id.as_str()).is_none();
    let mut open: Vec<RevId> = rows.iter().filter(|id| is_missing(id)).cloned().collect();
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    while let Some(id) = open.pop() {
        if seen.insert(id.clone())
            && let Some(module) = module(inner, &id)?
        {
            let below = module.revision.parents.iter();
            open.extend(below.filter(|id| is_missing(id)).cloned());
            found.push(module);
        }
    }
    Ok(found)
}

/// The row of a revision that went up.
pub(super) fn applied(entry: &Entry, module: &Migration, took: Duration) -> LedgerChange {
    let text = (*module.file.text).to_owned();
    let up = StoredScript {
        text,
        transaction: true,
        foreign_keys_off: false,
    };
    let entry = Entry {
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        ..entry.clone()
    };
    LedgerChange::Put(Box::new(entry), Box::new(StoredScripts { up, down: None }))
}
