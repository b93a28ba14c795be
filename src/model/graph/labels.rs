//! Labels: names for lines of revisions, and which revisions they cover.
//!
//! Alembic's rule (script/revision.py, `_map_branch_labels` and
//! `_add_branches`): a label covers its revision and all descendants by
//! parents. It also covers ancestors, as long as the line from there down to
//! its end is a plain chain: neither the ancestor nor anything below it
//! branches (dependents count) or merges. Alembic gets there by walking back
//! from whichever descendant it happened to see last; the outcome is this.

use std::collections::{BTreeSet, HashSet};

use super::{
    Graph,
    nodes::{Node, NodeSet},
};
use crate::model::revision::RevId;

impl Graph {
    /// All labels that a revision answers to, in file order of the revisions
    /// that declare them.
    pub fn labels(&self, id: &str) -> Vec<String> {
        self.index
            .get(id)
            .map_or_else(Vec::new, |&node| self.labels_of(node))
    }

    /// The heads that are too many, in file order; empty when all is well.
    pub fn diverged(&self) -> Vec<RevId> {
        let mut nodes: Vec<Node> = self.diverged_nodes().into_iter().flatten().collect();
        nodes.sort_unstable();
        nodes
            .into_iter()
            .map(|node| self.id(node).clone())
            .collect()
    }

    /// The same line by line: the heads of each line that has several.
    ///
    /// Heads with different labels are different lines, which is fine. Two
    /// heads that share a label, or two without any, have diverged.
    pub fn diverged_lines(&self) -> Vec<Vec<RevId>> {
        let ids = |line: Vec<Node>| line.into_iter().map(|node| self.id(node).clone()).collect();
        self.diverged_nodes().into_iter().map(ids).collect()
    }

    /// The lines with several heads, of which those are that were apart `before` already:
    /// `(old, new)`.
    ///
    /// A line is old where each of its heads goes on from a head of one diverged line that
    /// no other of them has. So who builds on one of two heads diverges from nobody anew;
    /// who joins them and puts another head beside does, though there are two as before.
    pub fn diverged_since(&self, before: &Self) -> (Vec<Vec<RevId>>, Vec<Vec<RevId>>) {
        let were = before.diverged_lines();
        self.diverged_lines()
            .into_iter()
            .partition(|line| were.iter().any(|old| self.go_on(line, old)))
    }

    /// Each head of `line` goes on from one of `old` that no other has.
    fn go_on(&self, line: &[RevId], old: &[RevId]) -> bool {
        let old = self.known(old);
        let held: Vec<NodeSet> = line
            .iter()
            .map(|head| {
                let mut held = self.none();
                held.reach(self.known([head]).iter(), &self.parents);
                held.retain(|node| old.contains(node));
                held
            })
            .collect();
        held.iter().enumerate().all(|(at, mine)| {
            let others = || held.iter().enumerate().filter(|(other, _)| *other != at);
            mine.iter()
                .any(|node| !others().any(|(_, held)| held.contains(node)))
        })
    }

    fn diverged_nodes(&self) -> Vec<Vec<Node>> {
        let heads = self.head_nodes();
        // Whose labels they have matters to several alone, and takes a walk to the bases.
        if heads.len() < 2 {
            return Vec::new();
        }
        let labels = heads
            .iter()
            .map(|&head| self.labels_of(head).into_iter().collect());
        group_lines(labels)
            .into_iter()
            .filter(|line| line.len() > 1)
            .map(|line| line.into_iter().map(|at| heads[at]).collect())
            .collect()
    }

    pub(super) fn labels_of(&self, node: Node) -> Vec<String> {
        let mut from = BTreeSet::new();
        let mut seen = HashSet::new();
        let mut todo = vec![node];
        while let Some(up) = todo.pop() {
            if seen.insert(up) {
                if !self.revisions[up].labels.is_empty() {
                    from.insert(up);
                }
                todo.extend(&self.parents[up]);
            }
        }
        if self.parents[node].len() < 2
            && let Some(chain) = self.plain_chain(node)
        {
            from.extend(chain);
        }
        let mut labels: Vec<String> = Vec::new();
        for up in from {
            for label in &self.revisions[up].labels {
                if !labels.contains(label) {
                    labels.push(label.clone());
                }
            }
        }
        labels
    }

    /// The revisions that answer to a label.
    pub(super) fn labelled(&self, label: &str) -> NodeSet {
        let declaring =
            self.nodes_where(|node| self.revisions[node].labels.iter().any(|own| own == label));
        let mut set = self.none();
        set.reach(declaring.iter().copied(), &self.children);
        for node in declaring {
            if self.plain_chain(node).is_some() {
                let mut at = node;
                while self.dependents[at].len() < 2 && self.parents[at].len() < 2 {
                    set.insert(at);
                    let Some(&up) = self.parents[at].first() else {
                        break;
                    };
                    at = up;
                }
            }
        }
        set
    }

    /// The descendants of `node` with itself, where they are a plain chain.
    fn plain_chain(&self, node: Node) -> Option<Vec<Node>> {
        let mut chain = vec![node];
        let mut at = node;
        while self.dependents[at].len() < 2 {
            let Some(&child) = self.children[at].first() else {
                return Some(chain);
            };
            if self.parents[child].len() > 1 {
                return None;
            }
            chain.push(child);
            at = child;
        }
        None
    }
}

/// Which heads are of one line, given the labels of each: indexes, in order.
///
/// Heads without any label are one line as well; a head with two labels makes
/// one line of two.
pub(in crate::model) fn group_lines(
    heads: impl IntoIterator<Item = BTreeSet<String>>,
) -> Vec<Vec<usize>> {
    let mut lines: Vec<(BTreeSet<String>, Vec<usize>)> = Vec::new();
    for (at, mut labels) in heads.into_iter().enumerate() {
        let mut heads = vec![at];
        lines.retain(|(others, members)| {
            let same = if labels.is_empty() {
                others.is_empty()
            } else {
                !others.is_disjoint(&labels)
            };
            if same {
                labels.extend(others.iter().cloned());
                heads.extend(members);
            }
            !same
        });
        heads.sort_unstable();
        lines.push((labels, heads));
    }
    let mut lines: Vec<Vec<usize>> = lines.into_iter().map(|(_, heads)| heads).collect();
    lines.sort_unstable();
    lines
}
