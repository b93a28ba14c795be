//! Restacking: the files of my revisions get other parents, and the database follows.
//!
//! Decides what changes; `held` does it. Files and database change together or not
//! at all: a journal is written first, the steps run in a stretch that can be taken
//! back, and only then the files change. What a process leaves that dies in between
//! is for `unfinished`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    Context, Error, State, fixed, head_file, stale::Looked, stands::Stands, taken_out::Depth,
    verdicts::Tried,
};
use crate::model::{
    Project, RevId,
    restack::{Restack, RestackError, restack},
    verdict::Failure,
};

/// What is to be put where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The heads of my side.
    pub heads: Vec<RevId>,
    /// The head that they are put on.
    pub onto: RevId,
}

/// A restack, ready to be shown and done.
#[derive(Debug)]
pub struct Restacking {
    /// What was asked for.
    pub moves: Vec<Move>,
    /// One for each line that is settled.
    pub lines: Vec<Restack>,
    /// The files that change.
    pub files: Vec<Rewrite>,
    /// The revisions as they will be.
    pub future: Project,
    /// What changes and others have on branches of theirs, with the branches.
    pub shared: BTreeMap<RevId, Vec<String>>,
    /// What was found out about it on scratch databases, where that was asked for.
    pub looked: Looked,
    /// What of mine keeps standing in the database, where that was proved.
    pub stands: Vec<Stands>,
}

/// A file that changes: a revision that gets other parents, or the head file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrite {
    /// Its revision; `None` = it is the head file.
    pub revision: Option<RevId>,
    /// Relative to the project's root.
    pub path: String,
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
                    key: "parents",
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
                path: path.to_string(),
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
                path: path.to_string(),
                after,
            })
        })
        // The head file last: what it names is there by then.
        .chain(head_file)
        .collect();
    let rewritten = lines.iter().flat_map(|line: &Restack| &line.moved);
    let rewritten = rewritten.map(|one| one.revision.clone()).collect();
    Ok(Restacking {
        shared: fixed::shared(context, &rewritten)?,
        moves: moves.to_vec(),
        lines,
        files,
        future,
        looked: Looked::default(),
        stands: Vec::new(),
    })
}

impl Restacking {
    /// What of mine was seen to fail after theirs, and was not made anew.
    pub(super) fn fails_on_top<'t>(&self, tried: &'t [Tried]) -> Option<&'t Failure> {
        let lines = self.lines.iter();
        let mine: BTreeSet<&RevId> = lines.flat_map(|line| &line.chain).collect();
        let renewed = self.looked.renewed();
        let tried = tried.iter().filter_map(|one| one.outcome.as_ref().ok());
        let mut fails = tried.filter_map(|proved| proved.fails_on_top(&mine));
        fails.find(|failure| !renewed.contains(&failure.revision))
    }

    /// Refuses what was seen to fail.
    pub fn require_runs(&self, tried: &[Tried]) -> Result<(), Error> {
        match self.fails_on_top(tried) {
            Some(failure) => Err(Error::FailsOnTop(Box::new(failure.clone()))),
            None => Ok(()),
        }
    }
}

fn decide(context: &Context, project: &Project, one: &Move) -> Result<Restack, Error> {
    let ids = project.graph.ancestors(&one.heads);
    let binding = fixed::binding_here(context, &ids, Depth::Latest)?;
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
    let lines = restacking.lines.iter();
    lines
        .flat_map(|line| to_redo_of(restacking, line, state))
        .collect()
}

/// Those of one line.
pub(super) fn to_redo_of(
    restacking: &Restacking,
    line: &Restack,
    state: &State,
) -> BTreeSet<RevId> {
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
    let again = |id: &&RevId| {
        place(id).is_some_and(|place| !complete || last.is_some_and(|last| place < last))
    };
    line.chain.iter().filter(again).cloned().collect()
}
