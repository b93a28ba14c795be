//! Revisions that a protected branch had once and has no longer: databases that ran them
//! before they were taken out have what they were then, so what comes back under such an id
//! is compared with that.
//!
//! Which these are is remembered by the branch's tip, so that a hook reads only what came
//! since; what one of them was, the audit of the branch says, which is asked only then.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Context, Error, audit, outline};
use crate::{
    git::{CommitId, Listed, MainlineStep},
    model::{
        RevId,
        audit::Content as Said,
        guard::{Content, Evidence, First, Fixed},
    },
};

const FILE: &str = "taken-out";
const VERSION: u32 = 1;
/// More are those of branches and folders that are long gone.
const MOST: usize = 64;

/// What a branch took out, up to a tip of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// The branch, and the project's place on it.
    name: String,
    prefix: String,
    folders: Vec<String>,
    tip: String,
    revisions: BTreeSet<RevId>,
}

/// What those of `ids` were that the branch `name` had once; they are not on it now.
pub(super) fn taken_out(
    context: &Context,
    name: &str,
    ids: &BTreeSet<RevId>,
) -> Result<Vec<Fixed>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let gone = gone(context, name)?;
    if gone.is_disjoint(ids) {
        return Ok(Vec::new());
    }
    let mut fixed = Vec::new();
    for edit in audit::edits(context, name)? {
        let id = &edit.revision;
        if !ids.contains(id) {
            continue;
        }
        let published = outline::of_commit(context, &edit.published.id)?;
        let was = published.iter().find(|one| one.revision == *id);
        fixed.extend(was.map(|was| Fixed {
            revision: id.clone(),
            content: Content::from(was),
            first: First::Same,
            evidence: Evidence::Published {
                name: name.to_owned(),
            },
        }));
    }
    fixed.dedup();
    Ok(fixed)
}

/// The revisions that commits of a branch took out of it, some of which may be back.
fn gone(context: &Context, name: &str) -> Result<BTreeSet<RevId>, Error> {
    let repo = context.repo()?;
    let line = repo.line(name)?;
    let tip = line.tip();
    let (prefix, folders) = context.place_in(name)?;
    let cache = repo.cache();
    let mut all: Vec<Known> = cache
        .load(FILE, VERSION)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let is_it =
        |one: &Known| one.name == name && one.prefix == prefix && one.folders == folders.paths();
    let known = all.iter().position(is_it).map(|at| all.remove(at));
    let since = known
        .as_ref()
        .and_then(|known| CommitId::from_hex(&known.tip));
    if let (Some(known), true) = (&known, since == Some(tip)) {
        return Ok(known.revisions.clone());
    }
    let mainline = repo.mainline(&line, &prefix, &folders, since)?;
    let mut revisions = known.map_or_else(BTreeSet::new, |known| known.revisions);
    let steps = || mainline.steps.iter().filter(|step| !step.was.is_empty());
    let put = |step: &MainlineStep| -> Vec<_> {
        step.put.iter().map(|(_, listed)| listed.clone()).collect()
    };
    let files: Vec<_> = steps()
        .flat_map(|step| step.was.iter().cloned().chain(put(step)))
        .collect();
    let contents = outline::of_history(context, &files)?;
    let ids = |files: &[Listed]| -> BTreeSet<RevId> {
        let said = files.iter().filter_map(|file| contents.get(&file.blob()));
        said.filter_map(|content| match content {
            Said::Revision(outline) => Some(outline.revision.clone()),
            _ => None,
        })
        .collect()
    };
    for step in steps() {
        revisions.extend(ids(&step.was).difference(&ids(&put(step))).cloned());
    }
    // A deeper clone will know more.
    if mainline.cut_off {
        return Ok(revisions);
    }
    all.push(Known {
        name: name.to_owned(),
        prefix,
        folders: folders.paths().to_vec(),
        tip: tip.to_string(),
        revisions: revisions.clone(),
    });
    let excess = all.len().saturating_sub(MOST);
    all.drain(..excess);
    if let Ok(bytes) = serde_json::to_vec(&all) {
        cache.store(FILE, VERSION, &bytes);
    }
    Ok(revisions)
}
