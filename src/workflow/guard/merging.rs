//! What a merge changes that is not the doing of whoever merges.
//!
//! Whoever pulls has edited nothing. What the other side brings was judged when it was
//! committed there; here it stands against the merge only where others are bound to
//! what it was before, and the other side is not itself what they are bound to.

use std::collections::BTreeSet;

use super::{Base, ByLayout, Side, changed, in_each_file, protected_refs, seen_from_the_top, side};
use crate::{
    git::{Bases, CommitId},
    model::{
        Finding, Project, RevId, Rule,
        guard::{self, Fixed, Reading},
    },
    workflow::{Context, Error, fixed, outline},
};

/// Of the edits in a merge those that stand against it; `others` are the commits that it
/// brings in.
pub(super) fn of_mine(
    context: &Context,
    edits: Vec<Finding>,
    others: &[CommitId],
    fixed: &[Fixed],
    (after, reading): (&Project, &dyn Reading),
) -> Result<Vec<Finding>, Error> {
    if edits.is_empty() {
        return Ok(edits);
    }
    let repo = context.repo()?;
    let protected = protected_refs(context)?;
    let mut sides = Vec::new();
    for other in others {
        let revisions = outline::of_commit(context, &other.to_string())?;
        // Where history does not tell, nothing is let through.
        let published = repo.is_published(*other, &protected).unwrap_or(false);
        let before = parted(context, *other)?;
        sides.push((revisions, published, before));
    }
    let binds = |id: &RevId| {
        let of_it = |one: &&Fixed| one.revision == *id;
        fixed.iter().filter(of_it).any(|one| one.evidence.binds())
    };
    let came = |id: &RevId| {
        let new = after.migration(id.as_str());
        let now = new.map(|new| (reading.checksum(after, id), &new.revision.parents));
        let binds = binds(id);
        sides.iter().any(|(revisions, published, before)| {
            let there = revisions.iter().find(|one| one.revision == *id);
            let there = there.map(|one| (Some(one.checksum), &one.parents));
            // Who never had it did not delete it.
            let had = there.is_some() || before.contains(id);
            there == now && had && (*published || !binds)
        })
    };
    let is_mine = |finding: &Finding| {
        let edit = matches!(
            finding.rule,
            Rule::EditedRevision
                | Rule::EditedDown
                | Rule::ReparentedRevision
                | Rule::DeletedRevision
                | Rule::WrongAmendment
        );
        !edit || !finding.revision.as_ref().is_some_and(came)
    };
    Ok(edits.into_iter().filter(is_mine).collect())
}

/// What stands against the staged merge, and what it drops or overrides of what others are
/// bound to in the commits that it brings in.
pub(super) fn with_dropped(
    context: &Context,
    mut findings: Vec<Finding>,
    others: &[CommitId],
    index: &Side,
) -> Result<Vec<Finding>, Error> {
    for other in others {
        let theirs = side(context, *other)?;
        if theirs == *index {
            continue;
        }
        let name = context.repo()?.abbreviate(*other);
        let base = Base {
            name: &name,
            ..Base::HEAD
        };
        let (before, after) = changed::load(context, &theirs, index)?;
        let reading = ByLayout::of(context, &name)?;
        let found = in_each_file(&before, &after, |before, after| {
            let mut fixed = fixed::of_step(context, &base, (before, after), &reading)?;
            fixed.retain(|one| one.evidence.binds());
            Ok(guard::judge(before, after, &fixed, &reading))
        })?;
        let found = context.config.levels.apply(found);
        let found = seen_from_the_top(context, found)?;
        let is_told = |one: &Finding| {
            let mut told = findings.iter();
            told.any(|other| (other.rule, &other.revision) == (one.rule, &one.revision))
        };
        let new: Vec<Finding> = found.into_iter().filter(|one| !is_told(one)).collect();
        findings.extend(new);
    }
    Ok(findings)
}

/// The revisions that the other side had where it parts from what is checked out.
fn parted(context: &Context, other: CommitId) -> Result<BTreeSet<RevId>, Error> {
    let repo = context.repo()?;
    let mut had = BTreeSet::new();
    if let Some(head) = repo.head()?.commit()
        && let Bases::Known(bases) = repo.bases(head, other)?
    {
        for base in bases {
            let all = outline::of_commit(context, &base.to_string())?;
            had.extend(all.into_iter().map(|one| one.revision.clone()));
        }
    }
    Ok(had)
}
