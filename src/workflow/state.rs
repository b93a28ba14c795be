//! A database held against a project: what is applied, pending, unknown, edited.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    layout,
    model::{
        Amended, Checksum, Entry, EntryState, Ledger, Migration, Options, Project, RevId, Revision,
        graph::Graph, threads,
    },
};

/// Where a database stands.
#[derive(Debug)]
pub struct State {
    /// The revisions of the files and those that only the ledger knows.
    pub graph: Arc<Graph>,
    /// The rows.
    pub ledger: Ledger,
    /// Fully applied revisions.
    pub applied: BTreeSet<RevId>,
    /// The maximal ones of them: what `current` shows.
    pub heads: Vec<RevId>,
    /// In the files, not in the ledger, in file order.
    pub pending: Vec<RevId>,
    /// In the ledger, not in the files, in the order applied.
    pub phantoms: Vec<RevId>,
    /// In the ledger, and perhaps in a file that cannot be read, which is named.
    pub hidden: Vec<(RevId, Arc<str>)>,
    /// Applied, and different in the files now.
    pub edited: Vec<RevId>,
    /// Applied, and changed on purpose since: the file says so.
    pub amended: Vec<RevId>,
    /// Not applied, though a descendant is.
    pub skipped: Vec<RevId>,
    /// Begun and not finished.
    pub interrupted: Vec<Entry>,
}

impl State {
    /// Holds a ledger against a project.
    pub fn new(project: &Project, ledger: Ledger) -> Self {
        let unknown: Vec<&Entry> = ledger
            .entries
            .iter()
            .filter(|entry| project.graph.get(entry.revision.as_str()).is_none())
            .collect();
        let graph = graph(project, &unknown);
        let (mut phantoms, mut hidden) = (Vec::new(), Vec::new());
        for id in unknown.iter().map(|entry| &entry.revision) {
            match project.hides(id) {
                Some(path) => hidden.push((id.clone(), Arc::clone(path))),
                None => phantoms.push(id.clone()),
            }
        }
        let applied = ledger.applied();
        let (edited, amended) = edited(project, &ledger);
        let pending: BTreeSet<RevId> = project
            .graph
            .iter()
            .map(|revision| &revision.id)
            // Below a row that nobody can place, anything may be applied.
            .filter(|id| ledger.unplaced.is_empty() && !applied.contains(*id))
            .cloned()
            .collect();
        // As they would run.
        let pending = match pending.len() {
            0 | 1 => pending.into_iter().collect(),
            _ => project.graph.order(&pending).into_iter().rev().collect(),
        };
        Self {
            heads: graph.maximal(&applied),
            skipped: graph.skipped(&applied),
            interrupted: ledger.interrupted().cloned().collect(),
            graph,
            applied,
            pending,
            phantoms,
            hidden,
            edited,
            amended,
            ledger,
        }
    }

    /// The message of a revision, from its file or from the ledger.
    pub fn message(&self, id: &RevId) -> &str {
        self.graph
            .get(id.as_str())
            .map_or("", |revision| revision.message.as_str())
    }
}

/// The applied revisions whose file says something else now: those edited, and those of
/// which the file says that what was applied was changed on purpose.
fn edited(project: &Project, ledger: &Ledger) -> (Vec<RevId>, Vec<RevId>) {
    let judge = |entry: &Entry| -> Option<bool> {
        let migration = match entry.state {
            EntryState::Applied => project.migration(entry.revision.as_str())?,
            EntryState::Running { .. } => return None,
        };
        let differs = other_scripts(migration, entry);
        let amended = decision(migration, &entry.checksum, entry.options).is_some();
        (differs || (amended && other_edges(project, migration, entry))).then_some(amended)
    };
    let mut found = (Vec::new(), Vec::new());
    for (judged, entry) in threads::map(&ledger.entries, judge)
        .into_iter()
        .zip(&ledger.entries)
    {
        match judged {
            Some(false) => found.0.push(entry.revision.clone()),
            Some(true) => found.1.push(entry.revision.clone()),
            None => {}
        }
    }
    found
}

/// Its scripts are others in the file than when it was applied, or want to be run otherwise.
pub(super) fn other_scripts(migration: &Migration, entry: &Entry) -> bool {
    // Of what is not recorded there is nothing to compare with.
    entry.is_recorded()
        && (migration.options() != entry.options || layout::checksum(migration) != entry.checksum)
}

/// The decision of the file's header to change what was applied: to other options, to all
/// else, or to both.
pub(super) fn decision<'a>(
    migration: &'a Migration,
    applied: &Checksum,
    options: Options,
) -> Option<&'a Amended> {
    let amended = || migration.revision.amended.iter().rev();
    // Most files have no decision, and what is not asked costs nothing.
    amended().next()?;
    let of_options = if migration.options() == options {
        None
    } else {
        Some(amended().find(|one| one.options == Some(options))?)
    };
    match of_options {
        Some(decision) if layout::checksum(migration) == *applied => Some(decision),
        _ => amended().find(|one| one.covers(applied)),
    }
}

/// It builds on something else in the files than when it was applied.
pub(super) fn other_edges(project: &Project, migration: &Migration, entry: &Entry) -> bool {
    migration.revision.parents != entry.parents
        || project.graph.dependencies(entry.revision.as_str()) != entry.depends_on
}

/// The revisions of the files and, with them, those that only the ledger has.
fn graph(project: &Project, unknown: &[&Entry]) -> Arc<Graph> {
    if unknown.is_empty() {
        return Arc::clone(&project.graph);
    }
    // The ledger keeps parents, so a revision without a file still has its place.
    let mut revisions: Vec<Revision> = project.graph.iter().cloned().collect();
    revisions.extend(unknown.iter().map(|entry| {
        Revision {
            message: entry.message.clone(),
            depends_on: entry
                .depends_on
                .iter()
                .map(|id| id.as_str().to_owned())
                .collect(),
            ..Revision::new(entry.revision.clone(), entry.parents.clone())
        }
    }));
    // Problems of the files were reported with the project already.
    Arc::new(Graph::build(revisions).0)
}
