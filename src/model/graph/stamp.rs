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

/// What a stamp's targets mean for the rows there are.
struct Lines {
    /// The rows on any target's lines.
    mine: NodeSet,
    /// Those on the lines of a base.
    cleared: NodeSet,
    /// The revisions to be current.
    wanted: Vec<Node>,
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
        let mut lines = Lines {
            mine: self.none(),
            cleared: self.none(),
            wanted: Vec::new(),
        };
        for target in targets {
            let resolve = || {
                let rows = self.on_lineage(old.clone(), target, Lineage::Dependencies)?;
                Ok((rows, self.many(target)?))
            };
            let (rows, nodes) = resolve().map_err(|error| about(error, target))?;
            if nodes.is_empty() {
                lines.cleared.add(rows.iter().copied());
            }
            lines.mine.add(rows);
            lines.wanted.extend(nodes);
        }
        let rows = self.stamped_rows(&old, &lines);
        let everything = targets.iter().any(|target| target == "base");
        Ok(self.stamp_change(applied, &all, &old, &rows, everything))
    }

    /// The rows that stay, and the new ones. The rows on the targets' lines go
    /// together as soon as one of them is related to a target.
    fn stamped_rows(&self, old: &[Node], lines: &Lines) -> Vec<Node> {
        let replaced = lines.wanted.iter().any(|&node| {
            let related = self.related(&[node], Lineage::Dependencies);
            !lines.mine.contains(node) && lines.mine.iter().any(|row| related.contains(row))
        });
        let goes = |row| lines.cleared.contains(row) || (replaced && lines.mine.contains(row));
        let mut rows = self.none();
        rows.add(old.iter().copied().filter(|&row| !goes(row)));
        rows.add(lines.wanted.iter().copied());
        self.top(&rows)
    }

    fn stamp_change(
        &self,
        applied: &BTreeSet<RevId>,
        all: &NodeSet,
        old: &[Node],
        rows: &[Node],
        everything: bool,
    ) -> StampChange {
        let stays = self.above_bases(rows.iter().copied());
        let mut remove = all.clone();
        remove.retain(|node| !stays.contains(node));
        let mut remove = self.ids(&self.ordered(&remove));
        if everything {
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
