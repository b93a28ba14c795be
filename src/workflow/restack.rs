//! Restacking: the files of my revisions get other parents, and the database follows.
//!
//! Files and database change together or not at all: the files are written
//! beside their places first, the steps run in a stretch that can be taken back,
//! and only then the files get their names. A process that dies in between
//! leaves a state that the next `sync` understands.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    sync::Arc,
};

use tempfile::TempPath;

use super::{Context, Error, State, fixed, head_file, run::Undo, write};
use crate::model::{
    Project, RevId,
    restack::{Restack, RestackError, restack},
};

/// What is to be put where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The heads of my side.
    pub heads: Vec<RevId>,
    /// The head that they are put on.
    pub onto: RevId,
}

/// A restack, ready to be shown and done.
#[derive(Debug)]
pub struct Restacking {
    /// One for each line that is settled.
    pub lines: Vec<Restack>,
    /// The files that change.
    pub files: Vec<Rewrite>,
    /// The revisions as they will be.
    pub future: Project,
}

/// A file that changes: a revision that gets other parents, or the head file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// Its revision; `None` = it is the head file.
    pub revision: Option<RevId>,
    /// Relative to the project's root.
    pub path: Arc<str>,
    /// Its text now.
    pub before: String,
    /// Its text then.
    pub after: String,
}

/// What a restack would change. Reads the working tree; changes nothing.
pub fn propose(context: &Context, project: &Project, moves: &[Move]) -> Result<Restacking, Error> {
    let mut lines = Vec::new();
    let mut texts: BTreeMap<Arc<str>, String> = BTreeMap::new();
    let mut future: Option<Project> = None;
    for one in moves {
        let now = future.as_ref().unwrap_or(project);
        let done = decide(context, now, one)?;
        for moved in &done.moved {
            let Some(migration) = now.migration(moved.revision.as_str()) else {
                continue;
            };
            let text = context
                .layout()
                .with_parents(migration, &moved.after)
                .ok_or_else(|| Error::NotRewritable {
                    revision: moved.revision.clone(),
                    place: crate::model::finding::Place {
                        file: migration.file.clone(),
                        span: context.layout().locate(migration, "parents", ""),
                        label: String::new(),
                    },
                })?;
            texts.insert(Arc::clone(&migration.file.path), text);
        }
        lines.push(done);
        future = Some(context.project_with(&texts)?);
    }
    let future = match future {
        Some(future) => future,
        None => context.project_with(&BTreeMap::new())?,
    };
    let head_file = project
        .head_file
        .as_ref()
        // What is no text cannot be put back as text; it is repaired afterwards.
        .filter(|head_file| head_file.unreadable.is_none())
        .and_then(|head_file| {
            let (path, after) = head_file::renewed(project, &future.graph)?;
            Some(Rewrite {
                revision: None,
                before: head_file.file.text.to_string(),
                path,
                after,
            })
        });
    let files = texts
        .into_iter()
        .filter_map(|(path, after)| {
            let migration = project
                .migrations
                .values()
                .find(|migration| migration.file.path == path)?;
            Some(Rewrite {
                revision: Some(migration.revision.id.clone()),
                before: migration.file.text.to_string(),
                path,
                after,
            })
        })
        // The head file last: what it names is there by then.
        .chain(head_file)
        .collect();
    Ok(Restacking {
        lines,
        files,
        future,
    })
}

fn decide(context: &Context, project: &Project, one: &Move) -> Result<Restack, Error> {
    let ids = project.graph.ancestors(&one.heads);
    let binding = fixed::binding(context, &ids)?;
    let held: BTreeSet<RevId> = binding.keys().cloned().collect();
    restack(&project.graph, &one.heads, &one.onto, &held).map_err(|error| match error {
        RestackError::Held { revision, held } => Error::Held {
            evidence: binding.get(&held).cloned(),
            revision,
            held,
        },
        other => Error::Restack(other),
    })
}

/// Applied revisions of mine that have to run again: those that ran before
/// something that they now build on.
///
/// One that ran after all of that ran in the new order already.
pub(super) fn to_redo(restacking: &Restacking, state: &State) -> BTreeSet<RevId> {
    let mut found = BTreeSet::new();
    for line in &restacking.lines {
        let place = |id: &RevId| {
            let entries = &state.ledger.entries;
            entries.iter().position(|entry| entry.revision == *id)
        };
        let below = restacking
            .future
            .graph
            .ancestors(std::slice::from_ref(&line.onto));
        let last = below.iter().filter_map(place).max();
        let complete = below.iter().all(|id| state.applied.contains(id));
        found.extend(
            line.chain
                .iter()
                .filter(|id| {
                    place(id)
                        .is_some_and(|place| !complete || last.is_some_and(|last| place < last))
                })
                .cloned(),
        );
    }
    found
}

/// The new files, complete and not yet in place.
pub(super) struct Staged<'a> {
    context: &'a Context,
    files: Vec<(&'a Rewrite, PathBuf, TempPath)>,
}

/// Writes the new files beside their places.
pub(super) fn stage<'a>(
    context: &'a Context,
    restacking: &'a Restacking,
) -> Result<Staged<'a>, Error> {
    let mut files = Vec::new();
    for file in &restacking.files {
        let path = context.config.root.join(&*file.path);
        let temp = write::stage(&path, file.after.as_bytes())?;
        let mode = fs::metadata(&path)
            .map_err(Error::io("read", &path))?
            .permissions();
        fs::set_permissions(&temp, mode).map_err(Error::io("write", &path))?;
        files.push((file, path, temp));
    }
    Ok(Staged { context, files })
}

impl<'a> Staged<'a> {
    /// Puts all files in their places; where one cannot be, those before it go back.
    /// What it gives puts all of them back.
    pub(super) fn commit(self) -> Result<Undo<'a>, Error> {
        let mut done: Vec<(&Rewrite, PathBuf)> = Vec::new();
        for (file, path, temp) in self.files {
            let now = fs::read(&path).map_err(Error::io("read", &path));
            let outcome = now.and_then(|now| {
                if now != file.before.as_bytes() {
                    return Err(Error::ChangedMeanwhile {
                        path: self.context.display_path(&path),
                    });
                }
                temp.persist(&path)
                    .map_err(|error| Error::io("write", &path)(error.error))
            });
            if let Err(error) = outcome {
                put_back(done);
                return Err(error);
            }
            done.push((file, path));
        }
        Ok(Box::new(move || put_back(done)))
    }
}

/// Best effort: the error that is told is the one that came first.
fn put_back(done: Vec<(&Rewrite, PathBuf)>) {
    for (file, path) in done {
        if let Ok(temp) = write::stage(&path, file.before.as_bytes()) {
            let _ = temp.persist(&path);
        }
    }
}
