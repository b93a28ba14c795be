//! Cycles, and the dependencies that take part in them.
//!
//! Looked for only where edges are new: a revision that nobody needs is in no cycle.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{History, Node};
use crate::model::graph::{Graph, Problem};

impl History {
    /// A new cycle goes through a revision with new edges, from its dependents back to it.
    pub(in super::super) fn look_for_cycles(&mut self, starts: &BTreeSet<Node>) {
        let dependents = self.dependents();
        let returns = |&start: &Node| {
            let mut seen = BTreeSet::new();
            let mut todo = vec![start];
            while let Some(at) = todo.pop() {
                for &next in self.children[at]
                    .iter()
                    .chain(dependents.get(&at).into_iter().flatten())
                {
                    if next == start {
                        return true;
                    }
                    if seen.insert(next) {
                        todo.push(next);
                    }
                }
            }
            false
        };
        if self.cyclic.is_none() && !starts.iter().any(returns) {
            return;
        }
        let (graph, problems) = Graph::of(
            self.in_file_order()
                .map(|outline| Arc::clone(&outline.node))
                .collect(),
        );
        let cycles: Vec<Vec<Node>> = problems
            .iter()
            .filter_map(|problem| match problem {
                Problem::Cycle { members } => Some(self.nodes(members)),
                _ => None,
            })
            .collect();
        self.cyclic = (!cycles.is_empty()).then_some((graph, cycles));
    }

    /// Who depends on each revision, for those that somebody depends on.
    fn dependents(&self) -> HashMap<Node, Vec<Node>> {
        let mut all: HashMap<Node, Vec<Node>> = HashMap::new();
        for (node, _, on) in self.dependencies() {
            if let Some(on) = on
                && on != node
            {
                all.entry(on).or_default().push(node);
            }
        }
        all
    }

    /// All dependencies: who, what it says, and what that is, where it is something.
    pub(in super::super) fn dependencies(&self) -> Vec<(Node, &str, Option<Node>)> {
        if self.dependent.is_empty() {
            return Vec::new();
        }
        // Of two revisions with one label, the first in file order has it.
        let mut named: HashMap<&str, Node> = HashMap::new();
        for node in self.sorted(self.labelled.iter().copied()) {
            for label in self
                .outline(node)
                .into_iter()
                .flat_map(|outline| &outline.labels)
            {
                named.entry(label).or_insert(node);
            }
        }
        let mut all = Vec::new();
        for &node in &self.dependent {
            for name in self
                .outline(node)
                .into_iter()
                .flat_map(|outline| &outline.depends_on)
            {
                let id = self.numbers.get(name.as_str()).copied();
                let on = id
                    .filter(|&id| self.is_here(id))
                    .or_else(|| named.get(name.as_str()).copied());
                all.push((node, name.as_str(), on));
            }
        }
        all
    }

    /// The groups of revisions that come before themselves.
    pub(in super::super) fn cycles(&self) -> impl Iterator<Item = &[Node]> {
        self.cyclic
            .iter()
            .flat_map(|(_, cycles)| cycles)
            .map(Vec::as_slice)
    }
}
