//! Names of the user become revisions; a name that is not to be found is looked
//! for in the rest of the repository.

use std::ops::ControlFlow;

use super::{Context, Error, Locate};
use crate::{
    layout,
    model::{Checksum, Migration, Project, RevId, Snapshot, graph::GraphError},
};

/// The revisions that a symbol names.
pub fn resolve(project: &Project, symbol: &str) -> Result<Vec<RevId>, Error> {
    Ok(project.graph.resolve(symbol)?)
}

/// The checksums of what a revision does, and of all of it but its way back: as the guard
/// compares them, and as `amended:` names them.
pub fn checksums(migration: &Migration) -> (Checksum, Checksum) {
    (layout::checksum(migration), layout::up_checksum(migration))
}

/// Adds to a "can't locate" where the revision can be had: the branches and
/// tags whose folders have a file with that id.
pub fn explain_missing(context: &Context, error: Error) -> Error {
    let Error::Graph { error, .. } = error else {
        return error;
    };
    let elsewhere = match &*error {
        GraphError::NotFound { name } => search(context, name).unwrap_or_default(),
        _ => Vec::new(),
    };
    Error::Graph { error, elsewhere }
}

/// Branches and tags that have a file of this revision; a few are enough.
pub(super) fn refs_with(context: &Context, id: &RevId) -> Vec<String> {
    search(context, id.as_str())
        .unwrap_or_default()
        .into_iter()
        .filter(|found| found.revision == *id)
        .flat_map(|found| found.refs)
        .collect()
}

/// Most refs that are worth naming.
const ENOUGH: usize = 5;

fn search(context: &Context, name: &str) -> Result<Vec<Locate>, Error> {
    let repo = context.repo()?;
    let mut found: Vec<Locate> = Vec::new();
    repo.for_each_distinct_state(
        &context.prefix()?,
        &context.folders(),
        &repo.tips()?,
        |tips, captured| {
            if let Some((revision, path)) = find_in(context, &captured.snapshot, name) {
                let commit = tips
                    .first()
                    .and_then(|tip| {
                        let prefix = context.prefix().ok()?;
                        repo.introduced(tip.commit, &prefix, &[&path])
                            .ok()?
                            .remove(&path)
                    })
                    .map(|commit| {
                        format!(
                            "{} by {}, {}",
                            repo.abbreviate(commit.id),
                            commit.author,
                            commit.time.strftime("%Y-%m-%d")
                        )
                    });
                found.push(Locate {
                    refs: tips
                        .iter()
                        .take(ENOUGH)
                        .map(|tip| tip.short().to_owned())
                        .collect(),
                    revision,
                    path,
                    commit,
                });
            }
            if found.len() >= ENOUGH {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    )?;
    Ok(found)
}

fn find_in(context: &Context, snapshot: &Snapshot, name: &str) -> Option<(RevId, String)> {
    snapshot.files.iter().find_map(|file| {
        let bytes = file.content.as_ref().ok()?;
        let text = std::str::from_utf8(bytes).ok()?;
        // The id stands in the file, so most files need not be parsed.
        if !text.contains(name) {
            return None;
        }
        let source = crate::model::SourceFile::new(std::sync::Arc::clone(&file.path), text);
        let migration = context.layout().parse(source).ok()?;
        migration
            .revision
            .id
            .as_str()
            .starts_with(name)
            .then(|| (migration.revision.id.clone(), file.path.to_string()))
    })
}
