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
        let mut sides = match only_added(context, (before, after), &old, &new)? {
            Some(sides) => Some(sides),
            None => both(&old, &new)?,
        };
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

/// Both sides where the step only adds files, which is what nearly every commit does: the graph
/// of what was before is taken from that of what will be. `None` where it is another step, or
/// something is wrong.
fn only_added(
    context: &Context,
    (before, after): (&Side, &Side),
    old: &Known,
    new: &Known,
) -> Result<Option<(Project, Project)>, Error> {
    if old.iter().any(Option::is_none) {
        return Ok(None);
    }
    let (repo, layout) = (context.repo()?, context.layout());
    let (parts, head) = (parts(repo, after, new)?, head_file(repo, after)?);
    let after = layout::load_known(&Origin::Index, &parts, head.as_ref(), layout);
    let Some(after) = after else {
        return Ok(None);
    };
    let head = head_file(repo, before)?;
    let before = layout::before_added(&after, head.as_ref());
    Ok(before.map(|before| (before, after)))
}

/// The files that both sides have at the same place with the same content, by their places in
/// both lists.
pub(super) fn unchanged(before: &[Listed], after: &[Listed]) -> Vec<(usize, usize)> {
    // Files of a folder are in the order of their names. Only where the folders are others, or in
    // another order, a table is made.
    let folder = |path: &'_ str| path.rfind('/').map_or(0, |at| at + 1);
    let comes_before = |one: &Listed, other: &Listed| {
        let (one, other) = (&*one.path, &*other.path);
        one < other && one[..folder(one)] == other[..folder(other)]
    };
    let mut table: Option<HashMap<&str, usize>> = None;
    let mut found = Vec::with_capacity(after.len());
    let (mut next, mut jumped) = (0, false);
    for (new, file) in after.iter().enumerate() {
        while before.get(next).is_some_and(|old| comes_before(old, file)) {
            next += 1;
        }
        let old = match before.get(next) {
            Some(old) if old.path == file.path => Some(next),
            Some(old) if comes_before(file, old) => None,
            None if !jumped => None,
            _ => {
                let all = || before.iter().enumerate();
                let table = table
                    .get_or_insert_with(|| all().map(|(at, file)| (&*file.path, at)).collect());
                let old = table.get(&*file.path).copied();
                jumped |= old.is_some();
                old
            }
        };
        if let Some(old) = old {
            next = old + 1;
            if before[old] == *file {
                found.push((old, new));
            }
        }
    }
    found
}

/// The revisions of the files that both sides have at the same place. `None` where one of
/// those cannot be read.
fn known(context: &Context, before: &Side, after: &Side) -> Result<Option<(Known, Known)>, Error> {
    let same = unchanged(&before.files, &after.files);
    let files: Vec<Listed> = same
        .iter()
        .map(|(_, new)| after.files[*new].clone())
        .collect();
    let rows = outline::known(context, &files)?;
    let mut known = (
        vec![None; before.files.len()],
        vec![None; after.files.len()],
    );
    for ((old, new), file) in same.into_iter().zip(&files) {
        let Some(Content::Revision(outline)) = rows.get(&file.blob()) else {
            return Ok(None);
        };
        known.0[old] = Some(Arc::clone(&outline.node));
        known.1[new] = Some(Arc::clone(&outline.node));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `path=content`, in the order of the list.
    fn files(text: &str) -> Vec<Listed> {
        let one = |word: &str| {
            let (path, content) = word.split_once('=').unwrap();
            Listed::of(path, content.as_bytes())
        };
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(one)
            .collect()
    }

    #[test]
    fn files_that_both_sides_have() {
        for (before, after, want) in [
            ("", "", ""),
            ("", "m/a=1", ""),
            ("m/a=1", "", ""),
            ("m/a=1 m/b=1", "m/a=1 m/b=1", "0-0 1-1"),
            // Added at the end, in the middle, at the start.
            ("m/a=1 m/c=1", "m/a=1 m/c=1 m/d=1", "0-0 1-1"),
            ("m/a=1 m/c=1", "m/a=1 m/b=1 m/c=1", "0-0 1-2"),
            ("m/b=1", "m/a=1 m/b=1", "0-1"),
            // Gone, edited, moved.
            ("m/a=1 m/b=1 m/c=1", "m/c=1", "2-0"),
            ("m/a=1 m/b=1", "m/a=2 m/b=1", "1-1"),
            ("m/a=1 m/b=1", "m/b=1 m/c=1", "1-0"),
            // Several folders, and in another order.
            (
                "n/a=1 n/b=1 m/a=1",
                "n/a=1 n/b=1 n/c=1 m/a=1",
                "0-0 1-1 2-3",
            ),
            ("n/a=1 n/b=1 m/a=1", "n/a=1 m/a=1", "0-0 2-1"),
            ("n/a=1 m/a=1 m/b=1", "m/a=1 m/b=1 n/a=1", "1-0 2-1 0-2"),
            ("a=1 m/a=1", "m/a=1 a=1", "1-0 0-1"),
        ] {
            let pairs = unchanged(&files(before), &files(after));
            let words: Vec<_> = pairs
                .iter()
                .map(|(old, new)| format!("{old}-{new}"))
                .collect();
            assert_eq!(words.join(" "), want, "{before} | {after}");
        }
    }
}
