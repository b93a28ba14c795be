//! Which heads are too many, line by line: as `Graph::diverged_lines` says of the
//! same revisions, without walking to the bases each time.

use std::{collections::BTreeSet, sync::Arc};

use super::{History, Node};
use crate::model::graph::group_lines;

impl History {
    /// The heads of each line that has several, in file order: as
    /// `Graph::diverged_lines` says of the same revisions.
    pub(in super::super) fn diverged_lines(&mut self) -> Vec<Vec<Node>> {
        if let Some((graph, _)) = &self.cyclic {
            return graph
                .diverged_lines()
                .iter()
                .map(|line| self.nodes(line))
                .collect();
        }
        if self.heads.len() < 2 {
            return Vec::new();
        }
        let heads = self.sorted(self.heads.iter().copied());
        if self.labelled.is_empty() {
            return vec![heads];
        }
        let labels: Vec<BTreeSet<String>> = heads
            .iter()
            .map(|&head| (*self.inherited(head)).clone())
            .collect();
        group_lines(labels)
            .into_iter()
            .filter(|line| line.len() > 1)
            .map(|line| line.into_iter().map(|at| heads[at]).collect())
            .collect()
    }

    /// The labels of a revision and of all its ancestors. There is no cycle.
    fn inherited(&mut self, node: Node) -> Arc<BTreeSet<String>> {
        let mut todo = vec![node];
        while let Some(&at) = todo.last() {
            if self.inherited[at].is_some() {
                todo.pop();
                continue;
            }
            let open: Vec<Node> = self.parents[at]
                .iter()
                .copied()
                .filter(|&parent| self.inherited[parent].is_none())
                .collect();
            if open.is_empty() {
                self.inherited[at] = Some(self.inherit(at));
                todo.pop();
            } else {
                todo.extend(open);
            }
        }
        self.inherited[node].clone().unwrap_or_default()
    }

    fn inherit(&self, node: Node) -> Arc<BTreeSet<String>> {
        let own = self
            .outline(node)
            .map_or(&[][..], |outline| &outline.labels);
        let above: Vec<&Arc<BTreeSet<String>>> = self.parents[node]
            .iter()
            .filter_map(|&parent| self.inherited[parent].as_ref())
            .collect();
        // A long line shares one set.
        if let ([], [only]) = (own, above.as_slice()) {
            return Arc::clone(only);
        }
        let mut all: BTreeSet<String> = own.iter().cloned().collect();
        all.extend(above.into_iter().flat_map(|set| set.iter().cloned()));
        Arc::new(all)
    }
}
