//! Revisions that a protected branch had once and has no longer: databases that ran them
//! before they were taken out have what they were then, so what comes back under such an id
//! is compared with that.
//!
//! Which these are is remembered by the branch's tip, so that only what came since is read. The
//! first time, a hook goes back over the latest changes alone, since nobody waits for the
//! whole history at a commit; who has the time goes through all of it, for the hook too. What
//! one of them was, the audit of the branch says, which is asked only then.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Context, Error, audit, outline};
use crate::{
    git::{CommitId, Folders, Line, Listed, MainlineStep, Reach},
    model::{
        RevId,
        audit::Content as Said,
        guard::{Content, Evidence, First, Fixed},
    },
};

/// How much of a branch's history is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// What is known, and so many of the latest changes.
    Latest,
    /// All of it.
    Whole,
}

/// So many changes of the migrations folders a hook goes back over.
const LATEST: usize = 200;
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
    /// All of its history was looked at.
    whole: bool,
    revisions: BTreeSet<RevId>,
}

/// What those of `ids` were that the branch `name` had once; they are not on it now.
pub(super) fn taken_out(
    context: &Context,
    name: &str,
    ids: &BTreeSet<RevId>,
    depth: Depth,
) -> Result<Vec<Fixed>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let gone = match gone(context, name, depth) {
        // The branch is broken; what it had before is judged by what it published.
        Err(error) if error.is_lost_folder() => return Ok(Vec::new()),
        gone => gone?,
    };
    if gone.is_disjoint(ids) {
        return Ok(Vec::new());
    }
    let mut fixed = Vec::new();
    for edit in audit::edits(context, name)?.iter() {
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
fn gone(context: &Context, name: &str, depth: Depth) -> Result<BTreeSet<RevId>, Error> {
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
        |one: &Known| one.name == name && one.prefix == prefix && one.folders == folders.key();
    let known = all.iter().position(is_it).map(|at| all.remove(at));
    let known = known.filter(|known| known.whole || depth == Depth::Latest);
    let since = known
        .as_ref()
        .and_then(|known| CommitId::from_hex(&known.tip));
    if let (Some(known), true) = (&known, since == Some(tip)) {
        return Ok(known.revisions.clone());
    }
    let (whole, revisions) = match depth {
        Depth::Whole => {
            let edits = audit::edits(context, name)?;
            (
                true,
                edits.iter().map(|edit| edit.revision.clone()).collect(),
            )
        }
        Depth::Latest => {
            let (stopped, mut latest) = latest(context, &line, (&prefix, &folders), since)?;
            let whole = known.as_ref().is_none_or(|known| known.whole) && !stopped;
            latest.extend(known.into_iter().flat_map(|known| known.revisions));
            (whole, latest)
        }
    };
    // A deeper clone will know more.
    if repo.is_shallow() {
        return Ok(revisions);
    }
    all.push(Known {
        name: name.to_owned(),
        prefix,
        folders: folders.key(),
        tip: tip.to_string(),
        whole,
        revisions: revisions.clone(),
    });
    let excess = all.len().saturating_sub(MOST);
    all.drain(..excess);
    if let Ok(bytes) = serde_json::to_vec(&all) {
        cache.store(FILE, VERSION, &bytes);
    }
    Ok(revisions)
}

/// What the latest changes of a branch took out, those since a commit where there is one, and
/// whether there were more before them.
fn latest(
    context: &Context,
    line: &Line<'_>,
    (prefix, folders): (&str, &Folders),
    since: Option<CommitId>,
) -> Result<(bool, BTreeSet<RevId>), Error> {
    let reach = Reach {
        since,
        most: Some(LATEST),
    };
    let mainline = context.repo()?.mainline(line, prefix, folders, reach)?;
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
    let mut revisions = BTreeSet::new();
    for step in steps() {
        revisions.extend(ids(&step.was).difference(&ids(&put(step))).cloned());
    }
    Ok((mainline.stopped, revisions))
}
