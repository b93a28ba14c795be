//! Ranges: `history -r A:B`.
//!
//! After Alembic, command.py `history` and script/revision.py
//! `iterate_revisions` with `inclusive`. Both ends belong to the range;
//! everything between them comes newest first.

use super::{
    Graph, GraphError,
    names::{Lineage, out_of_range},
    nodes::{Node, NodeSet},
    relative::{From, Place, Relative, Walked},
    traverse::about,
};
use crate::model::revision::RevId;

impl Graph {
    /// The revisions of a range, newest first; everything without one.
    ///
    /// `A:B`, `A:`, `:B`; an end may be `current`, which means `rows`. Where
    /// nothing is applied, `current:` starts at the base and `:current` is
    /// empty.
    pub fn history(&self, range: Option<&str>, rows: &[RevId]) -> Result<Vec<RevId>, GraphError> {
        let text = range.unwrap_or(":").trim();
        let bad = || GraphError::BadRange {
            text: text.to_owned(),
        };
        let (low, high) = text.split_once(':').ok_or_else(bad)?;
        if high.contains(':') {
            return Err(bad());
        }
        if low == "current" && high == "current" {
            return Err(GraphError::CurrentTwice);
        }
        let low = if low.is_empty() { "base" } else { low };
        let high = if high.is_empty() { "heads" } else { high };
        let rows: Vec<Node> = rows
            .iter()
            .filter_map(|row| self.index.get(row).copied())
            .collect();
        let targets = self.upper_end(low, high, &rows)?;
        self.refuse_overlap(&targets)?;
        let need = self.above_bases(targets);
        let lower = self.lower_end(low, high, &rows, &need)?;
        let todo = self.between(&need, &lower)?;
        Ok(self.ids(&self.ordered(&todo)))
    }

    fn upper_end(&self, low: &str, high: &str, rows: &[Node]) -> Result<Vec<Node>, GraphError> {
        let mut targets = if high == "current" {
            rows.to_vec()
        } else if low == "current" {
            let all = self.above_bases(rows.iter().copied());
            let from = From::Applied { rows, all: &all };
            self.upgrade_targets(&from, high, true)
                .map_err(|error| about(error, high))?
        } else {
            self.upgrade_targets(&From::Name(low), high, true)
                .map_err(|error| about(error, high))?
        };
        if let Some(line) = self.range_branch(low)? {
            targets.retain(|&target| line.contains(target));
        }
        Ok(targets)
    }

    /// With `L@…` as lower end a range keeps to L: to the revisions that answer
    /// to the label, or to the only label of the revision. Where a revision has
    /// none or several (Alembic: a traceback), or is given by a prefix (nothing
    /// at all), it is its line that counts.
    fn range_branch(&self, low: &str) -> Result<Option<NodeSet>, GraphError> {
        let Some((label, _)) = low.split_once('@') else {
            return Ok(None);
        };
        let Some(node) = self.one(label)? else {
            return Ok(None);
        };
        if self.named.contains_key(label) {
            return Ok(Some(self.labelled(label)));
        }
        let exact = self.index.contains_key(label);
        Ok(Some(match self.labels_of(node).as_slice() {
            [only] if exact => self.labelled(only),
            _ => self.related(&[node], Lineage::Parents),
        }))
    }

    /// The revisions that a range starts at; none = from the base.
    fn lower_end(
        &self,
        low: &str,
        high: &str,
        rows: &[Node],
        need: &NodeSet,
    ) -> Result<Vec<Node>, GraphError> {
        let nodes = if low == "current" {
            rows.to_vec()
        } else if let Some(walks) = self.below_heads(low)? {
            self.lower_walk(low, high, rows, &walks)?
        } else {
            self.many(low)?
        };
        if nodes.iter().any(|&node| !need.contains(node)) {
            return Err(unrelated(low, high));
        }
        Ok(nodes)
    }

    /// `-N` as a lower end: N below every head. Where that leaves the graph,
    /// Alembic counts from the upper end instead, and stops at the base.
    fn lower_walk(
        &self,
        low: &str,
        high: &str,
        rows: &[Node],
        walks: &[Walked],
    ) -> Result<Vec<Node>, GraphError> {
        if walks.first().map(|walk| walk.place) != Some(Place::Outside) {
            return walks
                .iter()
                .map(|walk| match walk.place {
                    Place::At(node) => Ok(node),
                    Place::Base | Place::Outside => Err(unrelated(low, high)),
                })
                .collect();
        }
        let upper = if high == "current" {
            rows.first().copied()
        } else if self.exact(high).is_some() || high == "head" {
            self.one(high)?
        } else {
            None
        };
        let Some((upper, Relative { label, steps, .. })) = upper.zip(self.relative(low)) else {
            return Err(out_of_range(low, None));
        };
        if let Some(label) = label
            && self
                .on_lineage(vec![upper], label, Lineage::Parents)?
                .is_empty()
        {
            return Err(unrelated(low, high));
        }
        Ok(match self.walk(low, Some(upper), steps, None)?.last {
            Place::At(node) => vec![node],
            Place::Base | Place::Outside => Vec::new(),
        })
    }

    /// What is needed, above the lower end by parents, with the lower end.
    fn between(&self, need: &NodeSet, lower: &[Node]) -> Result<NodeSet, GraphError> {
        self.refuse_overlap(lower)?;
        let mut todo = need.clone();
        if lower.is_empty() {
            return Ok(todo);
        }
        let below = self.above_bases(lower.iter().copied());
        let mut above = self.none();
        above.reach(lower.iter().copied(), &self.children);
        todo.retain(|node| above.contains(node) && !below.contains(node));
        todo.add(lower.iter().copied());
        Ok(todo)
    }
}

fn unrelated(start: &str, end: &str) -> GraphError {
    GraphError::UnrelatedRange {
        start: start.to_owned(),
        end: end.to_owned(),
    }
}
