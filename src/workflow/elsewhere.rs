//! Which tags and which branches of others have a revision.
//!
//! Goes by what stands in their migrations folders and not by their commits: what was
//! picked or squashed onto a branch is there all the same. Tells only who has it; what
//! follows from that is `fixed`'s business.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{At, Context, Error, guard, mine::Mine, outline};
use crate::{
    git::{BlobId, CommitId, Folders, Listed, Stay, Tip},
    model::{
        RevId,
        audit::{Content, Outline},
    },
};

/// A tag or branch that has a revision.
#[derive(Debug, Clone)]
pub(super) struct Holding {
    /// Its name, as people say it.
    pub(super) name: String,
    /// The revision as it is there.
    pub(super) was: Arc<Outline>,
}

/// The release tags that have each of `ids`, oldest first; those that are in none are left out.
pub(super) fn tags(
    context: &Context,
    ids: &BTreeSet<RevId>,
) -> Result<BTreeMap<RevId, Vec<Holding>>, Error> {
    if ids.is_empty() || context.repo_if_any().is_none() {
        return Ok(BTreeMap::new());
    }
    holdings(
        context,
        ids,
        context.repo()?.tags(&context.config.release_tags)?,
    )
}

/// The remote branches that have each of `ids` and are neither protected nor one's own,
/// by their names; those that are in none are left out.
pub(super) fn branches(
    context: &Context,
    ids: &BTreeSet<RevId>,
) -> Result<BTreeMap<RevId, Vec<String>>, Error> {
    if ids.is_empty() || context.repo_if_any().is_none() {
        return Ok(BTreeMap::new());
    }
    let repo = context.repo()?;
    let remotes = repo.remotes()?;
    let mine = Mine::of(repo, &At::WorkTree, &remotes)?;
    let protected = guard::protected_refs(context)?;
    let is_protected = |tip: &Tip| {
        let mut names = protected.iter();
        names.any(|name| tip.short() == name || tip.name == *name)
    };
    let mut tips = repo.remote_branches()?;
    tips.retain(|tip| !is_protected(tip) && !mine.is(tip, &remotes));
    let found = holdings(context, ids, tips)?.into_iter();
    Ok(found
        .map(|(id, holdings)| {
            let names: BTreeSet<String> = holdings.into_iter().map(|one| one.name).collect();
            (id, names.into_iter().collect())
        })
        .collect())
}

fn holdings(
    context: &Context,
    ids: &BTreeSet<RevId>,
    mut tips: Vec<Tip>,
) -> Result<BTreeMap<RevId, Vec<Holding>>, Error> {
    tips.sort_by(|a, b| (a.time, &a.name).cmp(&(b.time, &b.name)));
    let commits: Vec<CommitId> = tips.iter().map(|tip| tip.commit).collect();
    let mut found: BTreeMap<RevId, BTreeMap<usize, Arc<Outline>>> = BTreeMap::new();
    for ((prefix, folders), tips) in by_place(context, &commits)? {
        let there: Vec<CommitId> = tips.iter().map(|at| commits[*at]).collect();
        let stays = context.repo()?.stays(&prefix, &folders, &there)?;
        let files: Vec<Listed> = stays.iter().map(|stay| stay.file.clone()).collect();
        let known = outline::of_files(context, &files)?;
        for (stay, outline) in of_ids(&stays, &known, ids) {
            let at = found.entry(outline.revision.clone()).or_default();
            let here = &tips[stay.commits.clone()];
            at.extend(here.iter().map(|at| (*at, Arc::clone(outline))));
        }
    }
    let name = |at: usize| tips.get(at).map_or("", Tip::short).to_owned();
    let holding = |(at, was)| Holding {
        name: name(at),
        was,
    };
    Ok(found
        .into_iter()
        .map(|(id, at)| (id, at.into_iter().map(holding).collect()))
        .collect())
}

/// The places at which the project stood, with those of the commits in which it did.
fn by_place(context: &Context, commits: &[CommitId]) -> Result<Vec<AtPlace>, Error> {
    let mut all: Vec<AtPlace> = Vec::new();
    for (at, places) in context.places_in(commits)?.into_iter().enumerate() {
        for place in places {
            match all.iter_mut().find(|(known, _)| *known == place) {
                Some((_, there)) => there.push(at),
                None => all.push((place, vec![at])),
            }
        }
    }
    Ok(all)
}

/// The project's folder and its folders with migrations, and the commits, by their places in
/// what was asked.
type AtPlace = ((String, Folders), Vec<usize>);

fn of_ids<'a>(
    stays: &'a [Stay],
    known: &'a HashMap<BlobId, Content>,
    ids: &'a BTreeSet<RevId>,
) -> impl Iterator<Item = (&'a Stay, &'a Arc<Outline>)> {
    stays
        .iter()
        .filter_map(|stay| match known.get(&stay.file.blob()) {
            Some(Content::Revision(outline)) if ids.contains(&outline.revision) => {
                Some((stay, outline))
            }
            _ => None,
        })
}
