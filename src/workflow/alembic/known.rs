//! The rows of `alembic_version` as a ledger: what is applied, and what is known of it.
//!
//! The table has the heads alone. Whatever they build on counts as applied; who applied it,
//! when, and what the file said then, it does not have. Pure.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    layout,
    model::{Checksum, Entry, EntryState, Ledger, Migration, Options, RevId, graph::Graph},
};

/// The revisions that rows may name.
pub(super) struct Known {
    /// Those of the files, and those that only Git has.
    pub(super) graph: Arc<Graph>,
    /// Their files.
    pub(super) files: HashMap<RevId, Migration>,
    /// Those of them that only Git has.
    pub(super) only_in_git: BTreeSet<RevId>,
    /// Those of them that only the sidecar has.
    pub(super) only_kept: BTreeSet<RevId>,
    /// What the sidecar recorded of revisions.
    pub(super) records: HashMap<RevId, Entry>,
}

impl Known {
    /// What is applied, if these are the rows: with whatever a row needs, and with rows
    /// that nobody knows.
    pub(super) fn applied(&self, rows: &[RevId]) -> BTreeSet<RevId> {
        let mut applied = self.graph.ancestors(rows);
        applied.extend(rows.iter().cloned());
        applied
    }

    /// It is in no file of the project.
    pub(super) fn is_elsewhere(&self, id: &RevId) -> bool {
        self.only_in_git.contains(id) || self.only_kept.contains(id)
    }

    /// A file as it is to become.
    pub(super) fn replace(&mut self, file: Migration) {
        let revisions = self.graph.iter().map(|one| {
            if one.id == file.revision.id {
                file.revision.clone()
            } else {
                one.clone()
            }
        });
        let mut revisions: Vec<_> = revisions.collect();
        if self.is_unknown(&file.revision.id) {
            revisions.push(file.revision.clone());
        }
        self.graph = Arc::new(Graph::build(revisions).0);
        self.files.insert(file.revision.id.clone(), file);
    }

    /// The rows of a table that says that these are applied.
    pub(super) fn rows(&self, applied: &BTreeSet<RevId>) -> Vec<RevId> {
        let mut rows = self.graph.maximal(applied);
        rows.extend(applied.iter().filter(|id| self.is_unknown(id)).cloned());
        rows
    }

    /// Rows that another row builds on: Alembic refuses to work with such a table.
    pub(super) fn superfluous(&self, rows: &[RevId]) -> Vec<RevId> {
        let wanted = self.rows(&self.applied(rows));
        let superfluous = rows.iter().filter(|id| !wanted.contains(id));
        superfluous.cloned().collect()
    }

    /// No file has it, and no commit.
    pub(super) fn is_unknown(&self, id: &RevId) -> bool {
        self.graph.get(id.as_str()).is_none()
    }

    /// The table as a ledger, in an order in which it may have been applied.
    pub(super) fn ledger(&self, rows: &[RevId]) -> Ledger {
        let applied = self.applied(rows);
        let mut order = self.graph.order(&applied);
        order.reverse();
        let unplaced: Vec<RevId> = rows
            .iter()
            .filter(|id| self.is_unknown(id))
            .cloned()
            .collect();
        order.extend(unplaced.iter().cloned());
        let mut gone: Vec<RevId> = self.records.keys().cloned().collect();
        gone.retain(|id| !applied.contains(id));
        gone.sort();
        Ledger {
            exists: true,
            entries: order.iter().map(|id| self.entry(id)).collect(),
            unplaced,
            gone,
            superfluous: self.superfluous(rows),
        }
    }

    fn entry(&self, id: &RevId) -> Entry {
        if let Some(record) = self.records.get(id) {
            return record.clone();
        }
        let file = self.files.get(id);
        let revision = self.graph.get(id.as_str());
        Entry {
            revision: id.clone(),
            parents: revision.map(|one| one.parents.clone()).unwrap_or_default(),
            depends_on: self.graph.dependencies(id.as_str()),
            message: revision.map(|one| one.message.clone()).unwrap_or_default(),
            checksum: file.map_or(Checksum([0; 32]), layout::checksum),
            options: file.map_or_else(Options::default, Migration::options),
            state: EntryState::Applied,
            applied_at: None,
            applied_by: String::new(),
            git_commit: None,
            git_branch: None,
            duration_ms: 0,
            tool_version: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Revision;

    fn id(text: &str) -> RevId {
        RevId::trusted(text)
    }

    fn known() -> Known {
        let revision = |own: &str, parents: &[&str]| {
            Revision::new(id(own), parents.iter().map(|one| id(one)).collect())
        };
        let all = vec![
            revision("a", &[]),
            revision("b", &["a"]),
            revision("c", &["a"]),
        ];
        Known {
            graph: Arc::new(Graph::build(all).0),
            files: HashMap::new(),
            only_in_git: BTreeSet::new(),
            only_kept: BTreeSet::new(),
            records: HashMap::new(),
        }
    }

    fn ids(list: &[RevId]) -> Vec<&str> {
        list.iter().map(RevId::as_str).collect()
    }

    #[test]
    fn what_a_row_builds_on_is_applied_and_nothing_is_made_up_about_it() {
        let ledger = known().ledger(&[id("b")]);
        let rows: Vec<&str> = ledger
            .entries
            .iter()
            .map(|entry| entry.revision.as_str())
            .collect();
        assert_eq!(rows, ["a", "b"]);
        assert!(ledger.entries.iter().all(|entry| !entry.is_recorded()));
        assert_eq!(ids(&ledger.unplaced), [] as [&str; 0]);
    }

    #[test]
    fn a_row_that_nobody_knows_is_told() {
        let known = known();
        let ledger = known.ledger(&[id("lost"), id("a")]);
        assert_eq!(ids(&ledger.unplaced), ["lost"]);
        assert_eq!(ledger.applied(), BTreeSet::from([id("a"), id("lost")]));
        // It is a row again afterwards.
        assert_eq!(ids(&known.rows(&ledger.applied())), ["a", "lost"]);
    }

    #[test]
    fn of_rows_that_overlap_the_lower_one_is_superfluous() {
        let known = known();
        let rows = [id("a"), id("b"), id("c")];
        assert_eq!(ids(&known.superfluous(&rows)), ["a"]);
        assert_eq!(ids(&known.ledger(&rows).superfluous), ["a"]);
        assert_eq!(
            ids(&known.superfluous(&[id("b"), id("c")])),
            [] as [&str; 0]
        );
    }
}
