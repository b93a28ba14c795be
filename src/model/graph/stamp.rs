//! Stamp: what the ledger is to say without running anything.
//!
//! After Alembic, script/base.py, `_stamp_revs`. Alembic works its destinations
//! off one by one against the rows as they were, which ends in tracebacks, in
//! rows of which one needs another, or in a destination that is lost again;
//! here all destinations are current afterwards, unless another one needs them.

use std::collections::BTreeSet;

use super::{
    Graph, GraphError,
    names::Lineage,
    nodes::{Node, NodeSet},
    traverse::about,
};
use crate::model::revision::RevId;

/// What a stamp takes out of the ledger and puts into it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StampChange {
    /// Revisions that count as not applied any more, children first.
    pub remove: Vec<RevId>,
    /// Revisions that count as applied now, parents first.
    pub add: Vec<RevId>,
    /// What is current afterwards, in file order.
    pub rows: Vec<RevId>,
}

impl Graph {
    /// What changes when `targets` are declared current.
    ///
    /// A target replaces what is current on its lines, dependencies counted,
    /// and leaves other lines alone; `base` clears all lines, `L@base` those of
    /// L. Applied revisions that are not in the graph stay, unless a plain
    /// `base` clears everything.
    pub fn stamp(
        &self,
        applied: &BTreeSet<RevId>,
        targets: &[String],
    ) -> Result<StampChange, GraphError> {
        let all = self.known(applied);
        let old = self.top(&all);
        let mut mine = self.none();
        let mut wanted = Vec::new();
        for target in targets {
            let resolve = || {
                let rows = self.on_lineage(old.clone(), target, Lineage::Dependencies)?;
                Ok((rows, self.many(target)?))
            };
            let (rows, nodes) = resolve().map_err(|error| about(error, target))?;
            mine.add(rows);
            wanted.extend(nodes);
        }
        let rows = self.stamped_rows(&old, &mine, &wanted);
        let purge = wanted.is_empty() && targets.iter().any(|target| target == "base");
        Ok(self.stamp_change(applied, &all, &old, &rows, purge))
    }

    /// The rows that stay, and the new ones. The rows on the targets' lines go
    /// together as soon as one of them is related to a target.
    fn stamped_rows(&self, old: &[Node], mine: &NodeSet, wanted: &[Node]) -> Vec<Node> {
        let replaced = wanted.is_empty()
            || wanted.iter().any(|&node| {
                let related = self.related(&[node], Lineage::Dependencies);
                !mine.contains(node) && mine.iter().any(|row| related.contains(row))
            });
        let mut rows = self.none();
        for &row in old {
            if !(replaced && mine.contains(row)) {
                rows.insert(row);
            }
        }
        rows.add(wanted.iter().copied());
        self.top(&rows)
    }

    fn stamp_change(
        &self,
        applied: &BTreeSet<RevId>,
        all: &NodeSet,
        old: &[Node],
        rows: &[Node],
        purge: bool,
    ) -> StampChange {
        let stays = self.above_bases(rows.iter().copied());
        let mut remove = all.clone();
        remove.retain(|node| !stays.contains(node));
        let mut remove = self.ids(&self.ordered(&remove));
        if purge {
            remove.extend(
                applied
                    .iter()
                    .filter(|id| !self.index.contains_key(*id))
                    .cloned(),
            );
        }
        // Gaps below rows that stay are none of a stamp's business.
        let new = rows.iter().copied().filter(|row| !old.contains(row));
        let mut add = self.above_bases(new);
        add.retain(|node| !all.contains(node));
        let mut add = self.ordered(&add);
        add.reverse();
        StampChange {
            remove,
            add: self.ids(&add),
            rows: self.ids(rows),
        }
    }
}
