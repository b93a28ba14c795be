//! Revisions whose files Git still has staged and the working tree does not: `rm`, a file
//! that got lost, a folder that a sparse checkout leaves out. Who means it says `git rm`.

use std::{collections::BTreeMap, sync::Arc};

use super::{At, Context, Error, outline};
use crate::{
    git::Listed,
    model::{Project, RevId, audit::Content},
};

/// Those that no other file of the working tree has now.
pub(super) fn here(
    context: &Context,
    project: &Project,
) -> Result<BTreeMap<RevId, Arc<str>>, Error> {
    let mut all = staged(context)?;
    all.retain(|id, _| project.graph.get(id.as_str()).is_none());
    Ok(all)
}

/// Those of the working tree, with their files; also those that were moved.
pub(super) fn staged(context: &Context) -> Result<BTreeMap<RevId, Arc<str>>, Error> {
    let repo = match context.repo_if_any() {
        Some(repo) if *context.at() == At::WorkTree && !repo.is_bare() => repo,
        _ => return Ok(BTreeMap::new()),
    };
    let files = repo.deleted_here(&context.prefix()?, &context.folders())?;
    let known = outline::of_files(context, &files)?;
    let revision = |file: &Listed| match known.get(&file.blob()) {
        Some(Content::Revision(outline)) => Some(outline.revision.clone()),
        _ => None,
    };
    Ok(files
        .iter()
        .filter_map(|file| Some((revision(file)?, Arc::clone(&file.path))))
        .collect())
}
