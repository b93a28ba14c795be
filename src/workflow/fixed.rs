//! Where this clone has seen revisions: in protected refs, tags and ledgers.
//!
//! The facts by which a revision is fixed, gathered in one place for all who
//! judge by them. What follows from them is the model's business.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Error, divergence, elsewhere, known};
use crate::model::{RevId, guard::Evidence};

/// For each of `ids`, where it was published, released or applied; those of which
/// nothing is known are left out. What is published comes first, and is not looked for
/// in tags: it is fixed without them.
pub(super) fn evidence(
    context: &Context,
    ids: &BTreeSet<RevId>,
) -> Result<BTreeMap<RevId, Vec<Evidence>>, Error> {
    let mut found: BTreeMap<RevId, Vec<Evidence>> = BTreeMap::new();
    let mut add = |id: &RevId, evidence| found.entry(id.clone()).or_default().push(evidence);
    // Without a repository nothing is published, and no ledger is remembered.
    if context.repo_if_any().is_none() {
        return Ok(found);
    }
    for (name, published) in divergence::published(context)? {
        for id in published.intersection(ids) {
            add(id, Evidence::Published { name: name.clone() });
        }
    }
    let unpublished = ids.iter().filter(|id| !found.contains_key(*id));
    for (id, tags) in elsewhere::tags(context, &unpublished.cloned().collect())? {
        // The first release with it says most.
        if let Some(first) = tags.into_iter().next() {
            let released = Evidence::Released { tag: first.name };
            found.entry(id).or_default().push(released);
        }
    }
    let mut add = |id: &RevId, evidence| found.entry(id.clone()).or_default().push(evidence);
    for ledger in known::recall(context) {
        let environment = ledger.name();
        for row in ledger.rows.iter().filter(|row| ids.contains(&row.revision)) {
            add(
                &row.revision,
                Evidence::Applied {
                    sync: ledger.sync(context),
                    environment: environment.clone(),
                    at: row.applied_at,
                    by: row.applied_by.clone(),
                    protected: ledger.protected,
                },
            );
        }
    }
    Ok(found)
}

/// Those of `ids` that are fixed for everybody, with the first reason: published,
/// released, or applied in a protected environment.
pub(super) fn binding(
    context: &Context,
    ids: &BTreeSet<RevId>,
) -> Result<BTreeMap<RevId, Evidence>, Error> {
    Ok(evidence(context, ids)?
        .into_iter()
        .filter_map(|(id, all)| Some((id, all.into_iter().find(Evidence::binds)?)))
        .collect())
}

/// Those of `ids` that others have on branches of theirs, with the branches. That fixes
/// nothing, since they may change them still; but who moves or edits such a revision
/// has to talk with them.
pub(super) fn shared(
    context: &Context,
    ids: &BTreeSet<RevId>,
) -> Result<BTreeMap<RevId, Vec<String>>, Error> {
    elsewhere::branches(context, ids)
}
