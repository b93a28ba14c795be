//! Revisions that are not in the files only because Git is in the middle of something:
//! its later commits bring them.
//!
//! At a stop of a rebase these look like those of a branch that was left, and are not.

use std::collections::BTreeSet;

use super::{Context, Error, outline};
use crate::{
    git::{CommitId, Operation},
    model::RevId,
};

/// What an operation in progress is still to bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToCome {
    /// The operation.
    pub operation: Operation,
    /// The revisions, in the order of the question.
    pub revisions: Vec<RevId>,
}

/// Those of `ids` that come with the commits that Git has yet to replay; `None` where
/// none of them does.
pub fn to_come(context: &Context, ids: &[RevId]) -> Result<Option<ToCome>, Error> {
    let Some(repo) = context.repo_if_any().filter(|_| !ids.is_empty()) else {
        return Ok(None);
    };
    let Some(operation) = repo.operation() else {
        return Ok(None);
    };
    let mut coming = BTreeSet::new();
    for commit in repo.to_replay() {
        coming.extend(brought(context, commit)?);
    }
    let mut revisions = ids.to_vec();
    revisions.retain(|id| coming.contains(id));
    Ok((!revisions.is_empty()).then_some(ToCome {
        operation,
        revisions,
    }))
}

/// The revisions that a commit has and its first parent has not.
fn brought(context: &Context, commit: CommitId) -> Result<BTreeSet<RevId>, Error> {
    let repo = context.repo()?;
    let revisions = |commit: CommitId| -> Result<BTreeSet<RevId>, Error> {
        let outlines = outline::of_commit(context, &commit.to_string())?;
        Ok(outlines
            .into_iter()
            .map(|one| one.revision.clone())
            .collect())
    };
    let Ok(parent) = repo.resolve(&format!("{commit}^1")) else {
        return revisions(commit);
    };
    let differ = repo.folders_differ(&context.prefix()?, &context.folders(), parent, commit)?;
    if differ == Some(false) {
        return Ok(BTreeSet::new());
    }
    let before = revisions(parent)?;
    let mut brought = revisions(commit)?;
    brought.retain(|id| !before.contains(id));
    Ok(brought)
}
