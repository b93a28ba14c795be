//! Migrations folders that are in a submodule: no file of theirs is in this repository, so
//! that nothing here says what becomes of them.

use super::{So, Unjudged};
use crate::{
    git::{CommitId, Folders},
    workflow::{Context, Error, check::NotJudged},
};

/// The folders of a project that are in submodules after a step that begins at `before` and
/// leads to the commit `after`; without that, to what is staged.
pub(in crate::workflow) fn in_submodules(
    context: &Context,
    before: Option<CommitId>,
    after: Option<CommitId>,
) -> Result<Vec<Unjudged>, Error> {
    let (repo, folders) = (context.repo()?, context.folders());
    let mut unjudged = Vec::new();
    for (folder, path) in folders
        .paths()
        .iter()
        .zip(folders.in_repository(&context.prefix()?)?)
    {
        let now = match after {
            Some(commit) => repo.submodule_of(commit, &path)?,
            None => repo.staged_submodule_of(&path)?,
        };
        let Some(now) = now else { continue };
        let was = match before {
            Some(commit) => repo.submodule_of(commit, &path)?,
            None => None,
        };
        unjudged.push(Unjudged {
            so: if was.as_ref() == Some(&now) {
                So::NotTouched
            } else {
                So::Unseen
            },
            error: Error::NoFolderAt {
                folder: folder.clone(),
                at: after.map_or("the index".to_owned(), |commit| repo.abbreviate(commit)),
            },
        });
    }
    Ok(unjudged)
}

/// Why it cannot be said what is published of a revision's file, where that is in a submodule.
pub(in crate::workflow) fn in_submodule(
    context: &Context,
    path: &str,
) -> Result<Option<NotJudged>, Error> {
    let repo = match context.repo_if_any() {
        Some(repo) if !repo.is_bare() => repo,
        _ => return Ok(None),
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let endings = context.layout().extensions();
    let places = Folders::new([folder], endings).in_repository(&context.prefix()?);
    // A folder outside of the repository is in no submodule of it.
    let Some(place) = places.ok().and_then(|places| places.into_iter().next()) else {
        return Ok(None);
    };
    let found = repo.staged_submodule_of(&place)?;
    Ok(found.map(|(submodule, _)| NotJudged::InSubmodule {
        folder: folder.to_owned(),
        submodule,
    }))
}
