//! What else was wrong with the revisions, and for how long.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    history::{History, Node},
    replay::Step,
    report::{Problem, ProblemKind},
};

type Key = (ProblemKind, Vec<String>);

/// The problems that are there.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    open: BTreeMap<Key, usize>,
    /// Parents that are not there, and revisions that are their own, by who says so.
    edges: BTreeMap<Node, Vec<Key>>,
}

impl Tracker {
    pub(super) fn land(&mut self, history: &History, step: &Step<'_>, report: &mut Vec<Problem>) {
        self.look_at_edges(history, step);
        let now = self.all(history);
        self.open.retain(|key, at| {
            let stays = now.contains_key(key);
            if !stays {
                report[*at].repaired_by = Some(Arc::clone(step.commit));
            }
            stays
        });
        for (key, paths) in now {
            if self.open.contains_key(&key) {
                continue;
            }
            self.open.insert(key.clone(), report.len());
            report.push(Problem {
                kind: key.0,
                revisions: key.1,
                paths,
                commit: Arc::clone(step.commit),
                repaired_by: None,
            });
        }
    }

    /// Only those who changed, and the children of those who came or went, can differ.
    fn look_at_edges(&mut self, history: &History, step: &Step<'_>) {
        let settled = step.settled;
        let moved = settled.came.iter().chain(settled.gone.keys());
        let children = moved
            .clone()
            .flat_map(|&node| history.children(node).iter());
        let nodes: BTreeSet<Node> = moved
            .chain(&settled.relinked)
            .chain(children)
            .copied()
            .collect();
        for node in nodes {
            let keys = edges(history, node);
            if keys.is_empty() {
                self.edges.remove(&node);
            } else {
                self.edges.insert(node, keys);
            }
        }
    }

    fn all(&self, history: &History) -> BTreeMap<Key, Vec<Arc<str>>> {
        let paths = |nodes: &[Node]| -> Vec<Arc<str>> {
            let facts = nodes.iter().flat_map(|&node| history.holders(node));
            facts.map(|(_, fact)| Arc::clone(&fact.path)).collect()
        };
        let names = |nodes: &[Node]| -> Vec<String> {
            nodes
                .iter()
                .map(|&node| history.id(node).to_string())
                .collect()
        };
        let mut all = BTreeMap::new();
        for (&node, keys) in &self.edges {
            for key in keys {
                all.insert(key.clone(), paths(&[node]));
            }
        }
        for (node, name, on) in history.dependencies() {
            let id = history.id(node).to_string();
            let key = match on {
                None => (ProblemKind::MissingParent, vec![id, name.to_owned()]),
                Some(on) if on == node => (ProblemKind::Cycle, vec![id]),
                Some(_) => continue,
            };
            all.insert(key, paths(&[node]));
        }
        for node in history.duplicates() {
            let key = (ProblemKind::DuplicateRevision, names(&[node]));
            all.insert(key, paths(&[node]));
        }
        for cycle in history.cycles() {
            all.insert((ProblemKind::Cycle, names(cycle)), paths(cycle));
        }
        for (_, fact) in history.unreadable() {
            // Told apart by their paths: they have no id.
            let key = (ProblemKind::Unreadable, vec![fact.path.to_string()]);
            all.insert(key, vec![Arc::clone(&fact.path)]);
        }
        all
    }
}

fn edges(history: &History, node: Node) -> Vec<Key> {
    let Some(outline) = history.outline(node) else {
        return Vec::new();
    };
    let id = outline.revision.to_string();
    let mut keys: Vec<Key> = history
        .parents(node)
        .iter()
        .filter(|&&parent| !history.is_here(parent))
        .map(|&parent| {
            let parent = history.id(parent).to_string();
            (ProblemKind::MissingParent, vec![id.clone(), parent])
        })
        .collect();
    if outline.parents.contains(&outline.revision) {
        keys.push((ProblemKind::Cycle, vec![id]));
    }
    keys
}
