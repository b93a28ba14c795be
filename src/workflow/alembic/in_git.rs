//! Revisions that `alembic_version` names and no file has: looked for in Git.
//!
//! The table has no parents, so that only a file says what such a row builds on, and
//! without that nobody knows what is applied below it.

use std::collections::{BTreeSet, HashMap};

use crate::{
    git::{Listed, Tip},
    model::{Migration, RevId, audit::Content, graph::Graph},
    workflow::{Context, Error, outline, way_back_in_git},
};

/// A revision whose file stands in a commit.
pub(super) struct Found {
    pub(super) migration: Migration,
    pub(super) tip: Tip,
}

/// The files of these revisions, and of whatever they build on that is not in `here`. Those
/// that no commit has are left out.
pub(super) fn find(context: &Context, wanted: &[RevId], here: &Graph) -> Result<Vec<Found>, Error> {
    let is_missing = |id: &RevId| here.get(id.as_str()).is_none();
    let mut open: Vec<RevId> = wanted.iter().filter(|id| is_missing(id)).cloned().collect();
    if open.is_empty() || context.repo_if_any().is_none() {
        return Ok(Vec::new());
    }
    let files = way_back_in_git::everywhere(context)?;
    let listed: Vec<Listed> = files.iter().map(|(file, _)| file.clone()).collect();
    let said = outline::of_history(context, &listed)?;
    let mut newest: HashMap<&RevId, (&Listed, &Tip)> = HashMap::new();
    for (file, tip) in &files {
        if let Some(Content::Revision(outline)) = said.get(&file.blob()) {
            newest.entry(&outline.revision).or_insert((file, tip));
        }
    }
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    while let Some(id) = open.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        let Some((file, tip)) = newest.get(&id) else {
            continue;
        };
        let Some(migration) = way_back_in_git::read(context, file)? else {
            continue;
        };
        let revision = &migration.revision;
        let depends = revision.depends_on.iter().map(|name| RevId::trusted(name));
        let below = revision.parents.iter().cloned().chain(depends);
        open.extend(below.filter(is_missing));
        found.push(Found {
            migration,
            tip: (*tip).clone(),
        });
    }
    Ok(found)
}
