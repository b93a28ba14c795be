//! Upgrade and downgrade: which revisions run, and in which order.
//!
//! After Alembic, script/revision.py, `_collect_upgrade_revisions` and
//! `_collect_downgrade_revisions`, but on the set of applied revisions: the
//! ledger records every one of them, where Alembic infers them from its version
//! rows. That set may have gaps (history that changed afterwards) and may hold
//! revisions that are not in the graph; these are left alone here.

use std::collections::BTreeSet;

use super::{
    Graph, GraphError,
    names::{Lineage, out_of_range},
    nodes::{Node, NodeSet},
    relative::{From, Place, Relative},
};
use crate::model::{plan::Direction, revision::RevId};

/// The revisions that a downgrade rolls back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Downgrade {
    /// In running order, children first.
    pub path: Vec<RevId>,
    /// It was `-N` with several current revisions: the first one was taken.
    pub ambiguous: bool,
}

/// Where a downgrade goes to.
struct Target<'a> {
    /// Only this line is rolled back.
    label: Option<&'a str>,
    /// What stays current there; `None` = nothing.
    node: Option<Node>,
}

impl Graph {
    /// The revisions that bring `applied` to `target`, in running order: all
    /// ancestors of the target, with dependencies, that are not applied.
    pub fn upgrade(
        &self,
        applied: &BTreeSet<RevId>,
        target: &str,
    ) -> Result<Vec<RevId>, GraphError> {
        let all = self.known(applied);
        let rows = self.top(&all);
        let from = From::Applied {
            rows: &rows,
            all: &all,
        };
        let targets = self
            .upgrade_targets(&from, target, false)
            .map_err(|error| about(error, target))?;
        self.refuse_overlap(&targets)?;
        let mut todo = self.above_bases(targets);
        todo.retain(|node| !all.contains(node));
        let mut path = self.ordered(&todo);
        path.reverse();
        Ok(self.ids(&path))
    }

    /// The applied revisions that go when `target` is to be current: those
    /// above it, and everything that depends on them.
    ///
    /// `rows` are the current revisions; the first one counts for `-N`.
    pub fn downgrade(
        &self,
        applied: &BTreeSet<RevId>,
        rows: &[RevId],
        target: &str,
    ) -> Result<Downgrade, GraphError> {
        let all = self.known(applied);
        let to = self
            .downgrade_target(&all, rows, target)
            .map_err(|error| about(error, target))?;
        let mut roots = match to.node {
            Some(node) => self.children[node].to_vec(),
            None => self.nodes_where(|node| self.parents[node].is_empty()),
        };
        if let Some(label) = to.label
            && roots.len() > 1
        {
            let mut line = self.none();
            line.reach([self.branch(label)?], &self.parents);
            roots.retain(|&root| line.contains(root));
            if roots.is_empty() {
                return Err(not_below(target));
            }
        }
        let mut drop = self.none();
        drop.reach(roots, &self.dependents);
        drop.retain(|node| all.contains(node));
        if let Some(node) = to.node
            && drop.is_empty()
            && !rows.contains(self.id(node))
        {
            return Err(not_below(target));
        }
        let implied = self.relative(target);
        Ok(Downgrade {
            path: self.ids(&self.ordered(&drop)),
            ambiguous: rows.len() > 1
                && implied.is_some_and(|r| r.label.is_none() && r.symbol.is_none()),
        })
    }

    /// The applied revisions that go when `ids` go: those of them that are applied
    /// and everything applied that needs one of them, children first. For an id that is
    /// not applied these are the revisions that were applied over its head.
    pub fn unwind(&self, applied: &BTreeSet<RevId>, ids: &BTreeSet<RevId>) -> Vec<RevId> {
        let all = self.known(applied);
        let mut drop = self.none();
        drop.reach(self.known(ids).iter(), &self.dependents);
        drop.retain(|node| all.contains(node));
        self.ids(&self.ordered(&drop))
    }

    fn downgrade_target<'a>(
        &self,
        all: &NodeSet,
        rows: &'a [RevId],
        target: &'a str,
    ) -> Result<Target<'a>, GraphError> {
        let Some(Relative {
            label,
            symbol,
            steps,
        }) = self.relative(target)
        else {
            // The label does not help to find the revision: as in Alembic,
            // `L@head` needs a single head.
            let (label, symbol) = match target.rsplit_once('@') {
                Some((label, symbol)) => (Some(label).filter(|l| !l.is_empty()), symbol),
                None => (None, target),
            };
            return Ok(Target {
                label,
                node: self.one(symbol)?,
            });
        };
        let (label, walked) = match (symbol, label) {
            (Some(symbol), _) if steps >= 0 => {
                (label, self.walk(target, self.one(symbol)?, steps, label)?)
            }
            (Some(symbol), Some(label)) => {
                let start = self.one(&format!("{label}@{symbol}"))?;
                (Some(label), self.walk(target, start, steps, None)?)
            }
            (Some(symbol), None) => (None, self.walk(target, self.one(symbol)?, steps, None)?),
            (None, _) if steps >= 0 => return Err(out_of_range(target, None)),
            (None, Some(label)) => {
                let start = self.current_on(all, rows, label, target)?;
                (Some(label), self.walk(target, Some(start), steps, None)?)
            }
            (None, None) => {
                let first = rows.first().ok_or_else(|| out_of_range(target, Some(0)))?;
                let start = self.ident(first.as_str(), None)?;
                (
                    Some(first.as_str()),
                    self.walk(target, Some(start), steps, None)?,
                )
            }
        };
        match walked.place {
            Place::At(node) => Ok(Target {
                label,
                node: Some(node),
            }),
            Place::Base => Ok(Target { label, node: None }),
            Place::Outside => Err(out_of_range(target, Some(walked.steps))),
        }
    }

    /// Where `L@-N` starts: the one row on L, or else the one applied tip on L.
    fn current_on(
        &self,
        all: &NodeSet,
        rows: &[RevId],
        label: &str,
        target: &str,
    ) -> Result<Node, GraphError> {
        let rows = self.known(rows).iter().collect();
        let mut found = self.on_lineage(rows, label, Lineage::Parents)?;
        if found.is_empty() {
            found = self.on_lineage(self.current_nodes(all), label, Lineage::Parents)?;
        }
        match found.as_slice() {
            [] => Err(out_of_range(target, Some(0))),
            &[node] => Ok(node),
            _ => Err(GraphError::AmbiguousCurrent {
                direction: Direction::Down,
                revisions: self.ids(&found),
            }),
        }
    }

    /// Refuses revisions asked for together of which one needs another.
    pub(super) fn refuse_overlap(&self, nodes: &[Node]) -> Result<(), GraphError> {
        let mut set = self.none();
        set.add(nodes.iter().copied());
        if self.top(&set).len() == set.len() {
            return Ok(());
        }
        for &node in nodes {
            let mut others = self.above_bases([node]);
            others.retain(|other| other != node && set.contains(other));
            if !others.is_empty() {
                return Err(GraphError::Overlaps {
                    revision: self.id(node).clone(),
                    others: self.ids(&others.iter().collect::<Vec<_>>()),
                });
            }
        }
        Ok(())
    }
}

fn not_below(target: &str) -> GraphError {
    GraphError::NotADowngradeTarget {
        target: target.to_owned(),
    }
}

/// Alembic quotes the whole target where it stands for several heads.
pub(super) fn about(error: GraphError, target: &str) -> GraphError {
    match error {
        GraphError::MultipleHeads { heads, .. } => GraphError::MultipleHeads {
            argument: target.to_owned(),
            heads,
        },
        other => other,
    }
}
