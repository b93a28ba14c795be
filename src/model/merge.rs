//! A three-way merge of the migrations folders alone, file by file.
//!
//! What Git would do with the same three states, with one difference: a file that
//! was renamed is followed by the revision id in it and not by how similar it is to
//! another one, because files of small revisions are all alike. Conflicts in other
//! folders do not exist here.
//!
//! Nothing is read: files are known by their blobs. Where both sides changed one
//! file, the three versions are named for Git to merge.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    audit::{Content, FileFact},
    revision::RevId,
};

/// The files of one side, with what they say.
#[derive(Debug, Clone, Default)]
pub struct Files {
    by_path: BTreeMap<Arc<str>, FileFact>,
    by_id: HashMap<RevId, Vec<Arc<str>>>,
}

/// What the other side did to one file since the two parted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The file as it was then.
    pub old: Option<FileFact>,
    /// The file as the other side has it.
    pub new: Option<FileFact>,
}

/// What a merge does to our side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merge {
    /// Files that go.
    pub removed: Vec<Arc<str>>,
    /// Files that come or become different.
    pub put: Vec<FileFact>,
    /// Files that both sides changed.
    pub blends: Vec<Blend>,
    /// Where Git would stop. Our version stands there, or the one that was not deleted.
    pub conflicts: Vec<Conflict>,
}

/// A file that both sides changed: Git is to merge its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blend {
    /// Where the result stands.
    pub path: Arc<str>,
    /// The blob of the version that both began with.
    pub base: Arc<str>,
    /// Our blob.
    pub ours: Arc<str>,
    /// Their blob.
    pub theirs: Arc<str>,
    /// The revision in it, where it was one.
    pub revision: Option<RevId>,
}

/// A place where Git would stop and ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Why.
    pub kind: ConflictKind,
    /// The files.
    pub paths: Vec<Arc<str>>,
    /// The revisions in them.
    pub revisions: Vec<RevId>,
    /// All of them have the same scripts: one revision that came by two ways.
    pub same_scripts: bool,
}

/// Why Git would stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConflictKind {
    /// Both changed the same lines of a file.
    Content,
    /// One changed a file, the other deleted it.
    Deleted,
    /// Both added a file of that name.
    Added,
    /// Both renamed a file, to different names.
    Renamed,
}

impl ConflictKind {
    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Deleted => "modify/delete",
            Self::Added => "add/add",
            Self::Renamed => "rename/rename",
        }
    }
}

impl Conflict {
    /// What both did, in words.
    pub fn words(&self) -> String {
        let paths: Vec<&str> = self.paths.iter().map(|path| &**path).collect();
        words(self.kind, &paths.join(", "))
    }
}

/// What both sides did to these files, in words.
pub fn words(kind: ConflictKind, paths: &str) -> String {
    match kind {
        ConflictKind::Added => format!("both added {paths}"),
        ConflictKind::Deleted => format!("one changed {paths}, the other deleted it"),
        ConflictKind::Renamed => format!("both renamed a file: {paths}"),
        ConflictKind::Content => format!("both changed the same lines of {paths}"),
    }
}

impl Files {
    /// All files of a side.
    pub fn new(files: impl IntoIterator<Item = FileFact>) -> Self {
        let mut all = Self::default();
        for file in files {
            all.put(file);
        }
        all
    }

    /// The files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = &FileFact> {
        self.by_path.values()
    }

    /// The file of that path.
    pub fn get(&self, path: &str) -> Option<&FileFact> {
        self.by_path.get(path)
    }

    /// The files that hold a revision.
    pub fn holding(&self, id: &RevId) -> impl Iterator<Item = &FileFact> {
        self.by_id
            .get(id)
            .into_iter()
            .flatten()
            .filter_map(|path| self.by_path.get(path))
    }

    /// The same files after a merge; blends are taken in as they were put.
    #[must_use]
    pub fn merged(&self, merge: &Merge) -> Self {
        let mut all = self.clone();
        for path in &merge.removed {
            all.remove(path);
        }
        for file in &merge.put {
            all.put(file.clone());
        }
        all
    }

    /// What leads from this state to another one.
    pub fn changes(&self, to: &Self) -> Vec<Changed> {
        let gone = self.iter().filter_map(|old| {
            let new = to.get(&old.path);
            (new.map(|new| &new.blob) != Some(&old.blob)).then(|| Changed {
                old: Some(old.clone()),
                new: new.cloned(),
            })
        });
        let came = to
            .iter()
            .filter(|new| self.get(&new.path).is_none())
            .map(|new| Changed {
                old: None,
                new: Some(new.clone()),
            });
        gone.chain(came).collect()
    }

    fn put(&mut self, file: FileFact) {
        self.remove(&file.path);
        if let Some(id) = id_of(&file) {
            let paths = self.by_id.entry(id.clone()).or_default();
            paths.push(Arc::clone(&file.path));
        }
        self.by_path.insert(Arc::clone(&file.path), file);
    }

    fn remove(&mut self, path: &str) {
        if let Some(old) = self.by_path.remove(path)
            && let Some(id) = id_of(&old)
            && let Some(paths) = self.by_id.get_mut(id)
        {
            paths.retain(|other| **other != *path);
        }
    }
}

/// What became of a file of the common state on one side.
enum Fate<'a> {
    Same,
    Changed(&'a FileFact),
    Moved(&'a FileFact),
    Gone,
}

/// Merges what `theirs` did into `ours`.
pub fn merge(ours: &Files, theirs: &[Changed]) -> Merge {
    let mut merge = Merge::default();
    let moves = moves(theirs);
    for changed in theirs {
        match (&changed.old, &changed.new) {
            (Some(old), new) => {
                let their = match (new, id_of(old).and_then(|id| moves.get(id))) {
                    (Some(new), _) => Fate::Changed(new),
                    (None, Some(new)) => Fate::Moved(new),
                    (None, None) => Fate::Gone,
                };
                merge.both(ours, old, &fate(ours, old), &their);
            }
            (None, Some(new)) if id_of(new).is_none_or(|id| !moves.contains_key(id)) => {
                merge.place(ours, new.clone());
            }
            (None, _) => {}
        }
    }
    merge
}

/// The revisions that the other side moved, and to where.
fn moves(theirs: &[Changed]) -> BTreeMap<&RevId, &FileFact> {
    let (mut from, mut to) = (BTreeMap::new(), BTreeMap::new());
    for changed in theirs {
        match (&changed.old, &changed.new) {
            (Some(old), None) => id_of(old).map(|id| *from.entry(id).or_insert(0) += 1),
            (None, Some(new)) => {
                id_of(new).map(|id| to.entry(id).or_insert_with(Vec::new).push(new))
            }
            _ => None,
        };
    }
    to.into_iter()
        .filter(|(id, _)| from.get(id) == Some(&1))
        .filter_map(|(id, files)| match files.as_slice() {
            [one] => Some((id, *one)),
            _ => None,
        })
        .collect()
}

fn fate<'a>(ours: &'a Files, old: &FileFact) -> Fate<'a> {
    if let Some(here) = ours.get(&old.path) {
        return if here.blob == old.blob {
            Fate::Same
        } else {
            Fate::Changed(here)
        };
    }
    let mut holding = id_of(old).into_iter().flat_map(|id| ours.holding(id));
    match (holding.next(), holding.next()) {
        (Some(one), None) => Fate::Moved(one),
        _ => Fate::Gone,
    }
}

impl Merge {
    /// A file that both sides had.
    fn both(&mut self, ours: &Files, old: &FileFact, our: &Fate<'_>, their: &Fate<'_>) {
        match (our, their) {
            (_, Fate::Same) | (Fate::Gone, Fate::Gone) => {}
            (Fate::Same, Fate::Changed(new)) => self.put.push((*new).clone()),
            (Fate::Same, Fate::Gone) => self.removed.push(Arc::clone(&old.path)),
            (Fate::Same, Fate::Moved(new)) => {
                self.removed.push(Arc::clone(&old.path));
                self.place(ours, (*new).clone());
            }
            (Fate::Changed(here) | Fate::Moved(here), Fate::Changed(new)) => {
                self.blend(old, here, new, &here.path);
            }
            (Fate::Changed(here), Fate::Moved(new)) => {
                self.removed.push(Arc::clone(&old.path));
                self.blend(old, here, new, &new.path);
            }
            (Fate::Moved(here), Fate::Moved(new)) if here.path == new.path => {
                self.blend(old, here, new, &here.path);
            }
            (Fate::Moved(here), Fate::Moved(new)) => {
                self.conflict(ConflictKind::Renamed, &[here, new]);
            }
            (Fate::Changed(here) | Fate::Moved(here), Fate::Gone) => {
                self.conflict(ConflictKind::Deleted, &[here]);
            }
            (Fate::Gone, Fate::Changed(new) | Fate::Moved(new)) => {
                self.conflict(ConflictKind::Deleted, &[new]);
                self.put.push((*new).clone());
            }
        }
    }

    /// A file that comes to a place where the common state had none.
    fn place(&mut self, ours: &Files, new: FileFact) {
        match ours.get(&new.path) {
            None => self.put.push(new),
            Some(here) if here.blob == new.blob => {}
            Some(here) => self.conflict(ConflictKind::Added, &[here, &new]),
        }
    }

    fn blend(&mut self, old: &FileFact, here: &FileFact, new: &FileFact, path: &Arc<str>) {
        let moved = |file: &FileFact| FileFact {
            path: Arc::clone(path),
            ..file.clone()
        };
        if here.blob == new.blob || new.blob == old.blob {
            if here.path != *path {
                self.put.push(moved(here));
            }
        } else if here.blob == old.blob {
            self.put.push(moved(new));
        } else {
            self.blends.push(Blend {
                path: Arc::clone(path),
                base: Arc::clone(&old.blob),
                ours: Arc::clone(&here.blob),
                theirs: Arc::clone(&new.blob),
                revision: id_of(old).cloned(),
            });
        }
    }

    fn conflict(&mut self, kind: ConflictKind, files: &[&FileFact]) {
        let mut conflict = Conflict {
            kind,
            paths: Vec::new(),
            revisions: Vec::new(),
            same_scripts: have_same_scripts(files),
        };
        for file in files {
            if !conflict.paths.contains(&file.path) {
                conflict.paths.push(Arc::clone(&file.path));
            }
            conflict.revisions.extend(id_of(file).cloned());
        }
        conflict.revisions.sort();
        conflict.revisions.dedup();
        self.conflicts.push(conflict);
    }

    /// Nothing comes of it.
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty()
            && self.put.is_empty()
            && self.blends.is_empty()
            && self.conflicts.is_empty()
    }

    /// Takes Git's answer for a file that both sides changed; `None` = the same lines.
    /// Our version stands there then.
    pub fn blended(&mut self, blend: &Blend, ours: &Files, merged: Option<FileFact>) {
        if let Some(file) = merged {
            self.put.push(file);
            return;
        }
        self.conflicts.push(Conflict {
            kind: ConflictKind::Content,
            paths: vec![Arc::clone(&blend.path)],
            revisions: blend.revision.iter().cloned().collect(),
            same_scripts: false,
        });
        let here = ours.iter().find(|file| file.blob == blend.ours);
        if let Some(here) = here
            && here.path != blend.path
        {
            self.put.push(FileFact {
                path: Arc::clone(&blend.path),
                ..here.clone()
            });
        }
    }
}

fn have_same_scripts(files: &[&FileFact]) -> bool {
    let mut scripts = files.iter().map(|file| {
        let outline = file.outline()?;
        Some((outline.checksum, outline.options))
    });
    let first = scripts.next().flatten();
    first.is_some() && scripts.all(|one| one == first)
}

fn id_of(file: &FileFact) -> Option<&RevId> {
    match &file.content {
        Content::Revision(outline) => Some(&outline.revision),
        Content::Unreadable | Content::Missing => None,
    }
}

#[cfg(test)]
mod tests;
