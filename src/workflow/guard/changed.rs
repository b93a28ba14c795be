//! Both sides of a step, with the scripts of those files alone that the step changes.
//!
//! Of thousands of revisions a commit changes a few. What hangs on the others is where they
//! stand in the graph, which is remembered by their blobs.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::Side;
use crate::{
    git::{BlobId, Listed, Repo},
    layout::{self, Known},
    model::{
        Origin, Project, RevId, Revision, Snapshot, SnapshotFile, audit::Content,
        snapshot::Unreadable, threads,
    },
    workflow::{
        Context, Error,
        outline::{self, Rows},
    },
};

/// Reads both sides. Where anything is wrong with what is in no changed file, all files are
/// read, so that it can be pointed at.
pub(super) fn load(
    context: &Context,
    before: &Side,
    after: &Side,
) -> Result<(Project, Project), Error> {
    let (repo, layout) = (context.repo()?, context.layout());
    let same = same(before, after);
    let rows = outline::known(context, &same)?;
    if let Some(mut known) = known(&same, &rows) {
        let both = |known: &Known<'_>| -> Result<Option<(Project, Project)>, Error> {
            let before = read(repo, before, known)?;
            let after = read(repo, after, known)?;
            let load = |side| layout::load_known(side, known, layout);
            let sides = threads::both(known.len(), || load(&before), || load(&after));
            Ok(sides.0.zip(sides.1))
        };
        let mut sides = both(&known)?;
        if let Some((before, after)) = &sides {
            // Heads of one line are pointed at, and what is read of one side is read of the
            // other, or it would look as if it had come or gone.
            let heads: HashSet<RevId> = [before, after]
                .into_iter()
                .flat_map(|side| side.graph.diverged())
                .collect();
            let count = known.len();
            known.retain(|_, revision| !heads.contains(&revision.id));
            if known.len() < count {
                sides = both(&known)?;
            }
        }
        if let Some(sides) = sides {
            return Ok(sides);
        }
    }
    Ok((all(context, repo, before)?, all(context, repo, after)?))
}

/// A side with all its scripts, for the rare question about what did not change. `None`
/// where what was read of it has them all.
pub(super) fn whole(
    context: &Context,
    side: &Side,
    read: &Project,
) -> Result<Option<Project>, Error> {
    let lacks_some = read.graph.len() > read.migrations.len();
    lacks_some
        .then(|| all(context, context.repo()?, side))
        .transpose()
}

fn all(context: &Context, repo: &Repo, side: &Side) -> Result<Project, Error> {
    let files = repo.read_files(&side.files)?;
    let snapshot = snapshot(files, head_file(repo, side)?);
    Ok(layout::load(&snapshot, context.layout()))
}

/// The files that both sides have at the same place.
fn same(before: &Side, after: &Side) -> Vec<Listed> {
    let there: HashMap<&str, BlobId> = before
        .files
        .iter()
        .map(|file| (&*file.path, file.blob()))
        .collect();
    let same = |file: &&Listed| there.get(&*file.path) == Some(&file.blob());
    after.files.iter().filter(same).cloned().collect()
}

/// The revisions of files; `None` where one of them cannot be read.
fn known<'a>(files: &'a [Listed], rows: &'a Rows) -> Option<Known<'a>> {
    let mut known = Known::with_capacity(files.len());
    for file in files {
        let Some(Content::Revision(outline)) = rows.get(&file.blob()) else {
            return None;
        };
        let revision = Revision {
            message: outline.message.clone(),
            ..outline.revision()
        };
        known.insert(&*file.path, Arc::new(revision));
    }
    Some(known)
}

/// A side with the contents of those files that are not known.
fn read(repo: &Repo, side: &Side, known: &Known<'_>) -> Result<Snapshot, Error> {
    let is_known = |file: &&Listed| known.contains_key(&*file.path);
    let unknown: Vec<Listed> = side
        .files
        .iter()
        .filter(|file| !is_known(file))
        .cloned()
        .collect();
    let mut read = repo.read_files(&unknown)?.into_iter();
    let mut files = Vec::with_capacity(side.files.len());
    for file in &side.files {
        files.extend(if is_known(&file) {
            Some(SnapshotFile {
                path: Arc::clone(&file.path),
                content: Err(Unreadable::Missing),
                blob: None,
            })
        } else {
            read.next()
        });
    }
    Ok(snapshot(files, head_file(repo, side)?))
}

fn head_file(repo: &Repo, side: &Side) -> Result<Option<SnapshotFile>, Error> {
    Ok(repo.read_files(side.head_file.as_slice())?.pop())
}

fn snapshot(files: Vec<SnapshotFile>, head_file: Option<SnapshotFile>) -> Snapshot {
    Snapshot {
        origin: Origin::Index,
        files,
        head_file,
    }
}
