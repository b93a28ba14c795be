//! What of the index was judged, for who asks: each project's heads and new revisions.
//!
//! No hook waits for it; what stands against a commit is found without.

use super::{Side, changed, in_index, side};
use crate::{
    model::RevId,
    workflow::{
        Context, Error,
        check::{Judged, One, name_of},
        context::{Configured, Projects},
    },
};

/// The projects whose staged files are judged, without what is found in them.
pub fn judged(context: &Context) -> Result<Vec<One>, Error> {
    let mut projects = context.projects_as(Configured::Staged)?;
    let gone = match context.repo()?.head()?.commit() {
        Some(head) => context.gone(head, &mut projects, super::staged_revisions)?,
        None => Vec::new(),
    };
    let Projects { all, unread } = projects;
    let several = all.len() + gone.len() + unread.len() > 1;
    let mut found = Vec::new();
    for (project, is_gone) in all
        .iter()
        .map(|one| (one, false))
        .chain(gone.iter().map(|one| (one, true)))
    {
        let index = if is_gone {
            Ok(Side::default())
        } else {
            in_index(project)
        };
        // What cannot be looked at is told as that.
        let Ok(index) = index else { continue };
        found.push(One {
            project: name_of(project, &project.prefix()?, several),
            outcome: one(project, &index),
        });
    }
    Ok(found)
}

fn one(context: &Context, index: &Side) -> Result<Judged, Error> {
    let repo = context.repo()?;
    let head = repo.head()?.commit();
    let committed = match head {
        Some(commit) => side(context, commit)?,
        None => Side::default(),
    };
    let (before, after) = changed::load(context, &committed, index)?;
    let ids = after.graph.iter().map(|revision| revision.id.clone());
    let is_new = |id: &RevId| before.graph.get(id.as_str()).is_none();
    Ok(Judged {
        ours: "the index".to_owned(),
        commit: None,
        base: head.map(|commit| ("HEAD".to_owned(), repo.abbreviate(commit))),
        models: false,
        compared: true,
        merged: false,
        uncommitted: false,
        new: ids.filter(is_new).collect(),
        heads: after.graph.heads(),
        proof: None,
        findings: Vec::new(),
    })
}
