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
    git::{Listed, Repo},
    layout::{self, Part},
    model::{Origin, Project, RevId, Revision, Snapshot, SnapshotFile, audit::Content, threads},
    workflow::{Context, Error, outline},
};

/// The revisions of a side's files, in their order, as far as they are not to be read.
type Known = Vec<Option<Arc<Revision>>>;

/// Reads both sides. Where anything is wrong with what is in no changed file, all files are
/// read, so that it can be pointed at.
pub(super) fn load(
    context: &Context,
    before: &Side,
    after: &Side,
) -> Result<(Project, Project), Error> {
    let (repo, layout) = (context.repo()?, context.layout());
    if let Some((mut old, mut new)) = known(context, before, after)? {
        let both = |old: &Known, new: &Known| -> Result<Option<(Project, Project)>, Error> {
            let (before_parts, before_head) = (parts(repo, before, old)?, head_file(repo, before)?);
            let (after_parts, after_head) = (parts(repo, after, new)?, head_file(repo, after)?);
            let load = |parts: &[Part], head_file: Option<&SnapshotFile>| {
                layout::load_known(&Origin::Index, parts, head_file, layout)
            };
            let sides = threads::both(
                new.len(),
                || load(&before_parts, before_head.as_ref()),
                || load(&after_parts, after_head.as_ref()),
            );
            Ok(sides.0.zip(sides.1))
        };
        let mut sides = both(&old, &new)?;
        if let Some((before, after)) = &sides {
            // Heads of one line are pointed at, and what is read of one side is read of the
            // other, or it would look as if it had come or gone.
            let heads: HashSet<RevId> = [before, after]
                .into_iter()
                .flat_map(|side| side.graph.diverged())
                .collect();
            let mut unknown = false;
            for one in old.iter_mut().chain(&mut new) {
                if one.as_ref().is_some_and(|one| heads.contains(&one.id)) {
                    *one = None;
                    unknown = true;
                }
            }
            if unknown {
                sides = both(&old, &new)?;
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
    let snapshot = Snapshot {
        origin: Origin::Index,
        files,
        head_file: head_file(repo, side)?,
    };
    Ok(layout::load(&snapshot, context.layout()))
}

/// The revisions of the files that both sides have at the same place. `None` where one of
/// those cannot be read.
fn known(context: &Context, before: &Side, after: &Side) -> Result<Option<(Known, Known)>, Error> {
    let there: HashMap<&str, usize> = before
        .files
        .iter()
        .enumerate()
        .map(|(at, file)| (&*file.path, at))
        .collect();
    let mut same = Vec::with_capacity(after.files.len());
    let mut files = Vec::with_capacity(after.files.len());
    for (new, file) in after.files.iter().enumerate() {
        if let Some(old) = there.get(&*file.path)
            && before.files[*old].blob() == file.blob()
        {
            same.push((*old, new));
            files.push(file.clone());
        }
    }
    let rows = outline::known(context, &files)?;
    let mut known = (
        vec![None; before.files.len()],
        vec![None; after.files.len()],
    );
    for ((old, new), file) in same.into_iter().zip(&files) {
        let Some(Content::Revision(outline)) = rows.get(&file.blob()) else {
            return Ok(None);
        };
        let revision = Arc::new(Revision {
            message: outline.message.clone(),
            ..outline.revision()
        });
        known.0[old] = Some(Arc::clone(&revision));
        known.1[new] = Some(revision);
    }
    Ok(Some(known))
}

/// What is known of a side, and the contents of its other files.
fn parts(repo: &Repo, side: &Side, known: &Known) -> Result<Vec<Part>, Error> {
    let files = side.files.iter().zip(known);
    let unknown: Vec<Listed> = files
        .filter(|(_, known)| known.is_none())
        .map(|(file, _)| file.clone())
        .collect();
    let mut read = repo.read_files(&unknown)?.into_iter();
    let parts = known.iter().filter_map(|known| match known {
        Some(revision) => Some(Part::Known(Arc::clone(revision))),
        None => read.next().map(Part::File),
    });
    Ok(parts.collect())
}

fn head_file(repo: &Repo, side: &Side) -> Result<Option<SnapshotFile>, Error> {
    Ok(repo.read_files(side.head_file.as_slice())?.pop())
}
