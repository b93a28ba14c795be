//! Revisions that are gone from where their project looks for them, and stand somewhere else in
//! the repository now: a folder that was moved without a word in the configuration, or a project
//! that was split.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    config::Config,
    git::{CommitId, Folders},
    model::{Finding, RevId, Rule, audit::Content},
    workflow::{Context, Error, context::folders_of, outline},
};

/// Says of what is told to be deleted where it is after a step from the commit `before` to
/// `after`; without that, to what is staged.
pub(in crate::workflow) fn say_where(
    context: &Context,
    findings: &mut [Finding],
    before: Option<CommitId>,
    after: Option<CommitId>,
) -> Result<(), Error> {
    let is_deleted = |finding: &Finding| finding.rule == Rule::DeletedRevision;
    if !findings.iter().any(is_deleted) {
        return Ok(());
    }
    let found = brought(context, before, after)?;
    for finding in findings.iter_mut().filter(|finding| is_deleted(finding)) {
        let Some(id) = finding.revision.clone() else {
            continue;
        };
        let deleted = format!("{id} is deleted");
        let (Some(path), Some(rest)) = (found.get(&id), finding.message.strip_prefix(&deleted))
        else {
            continue;
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let message = format!("{id} is not where it was, but in {path}{rest}");
        let back = finding.help.take();
        let back = back.map_or(String::new(), |help| format!("; otherwise {help}"));
        finding.help = Some(match other(context, folder) {
            Some(other) => format!(
                "that is a folder of {other}, whose databases never ran it: what is fixed stays in its history{back}"
            ),
            None => format!(
                "where the folder moved, `migrations:` in teammig.yaml has to name the new one{back}"
            ),
        });
        finding.message = message;
    }
    Ok(())
}

/// The revisions in files that a step changes, by their ids, with the files' paths from the top.
fn brought(
    context: &Context,
    before: Option<CommitId>,
    after: Option<CommitId>,
) -> Result<BTreeMap<RevId, String>, Error> {
    let repo = context.repo()?;
    let extensions = context.layout().extensions();
    let wanted = |path: &str, is_link: bool| {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        !is_link && extensions.contains(&ending)
    };
    let mut changed = BTreeSet::new();
    let committed = if after.is_some() {
        after
    } else {
        changed.extend(repo.staged_changes("", wanted)?);
        repo.head()?.commit()
    };
    if let (Some(before), Some(committed)) = (before, committed) {
        changed.extend(repo.changes_between((before, committed), "", wanted)?);
    }
    let folders: BTreeSet<&str> = changed
        .iter()
        .map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder))
        .collect();
    let folders = Folders::new(folders, extensions);
    let files = match after {
        None => repo.index_listing("", &folders)?.files,
        Some(commit) => {
            repo.commit_listing("", &folders, &commit.to_string())?
                .files
        }
    };
    let files: Vec<_> = files
        .into_iter()
        .filter(|file| changed.contains(&*file.path))
        .collect();
    let known = outline::of_files(context, &files)?;
    Ok(files
        .iter()
        .filter_map(|file| match known.get(&file.blob()) {
            Some(Content::Revision(outline)) => {
                Some((outline.revision.clone(), file.path.to_string()))
            }
            _ => None,
        })
        .collect())
}

/// Which of the project's `databases:` has its revisions in a folder, as Git names it.
fn other(context: &Context, folder: &str) -> Option<String> {
    let prefix = context.prefix().ok()?;
    let has = |other: &Config| {
        let folders = folders_of(other);
        let places = folders.in_repository(&prefix);
        places.is_ok_and(|places| places.iter().any(|place| folders.is_of(folder, place)))
    };
    let other = context.config.siblings().into_iter().find(has)?;
    Some(format!("`{}`", other.database?))
}
