//! The revision graph: what builds on what, and what is wrong with it.
//!
//! Alembic's semantics (script/revision.py), because its users know them, on
//! plain data. It must not look at files, Git, a database or the clock, must
//! answer the same on every machine, and must stay usable on a broken set of
//! revisions: what is wrong comes back as [`Problem`]s, and what is left is
//! always acyclic, so that no question about it can hang.
//!
//! The subjects: building here, questions about the `structure`, `cycles`,
//! `labels`, `names` (symbols, prefixes), `relative` steps, `order` (which of
//! several right orders), `parting` (two sides), `traverse` (upgrade, downgrade), `history`, `stamp`
//! and `without` (what it was before).

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use self::nodes::{Edges, Node, NodeSet};
use super::revision::{RevId, Revision};

mod cycles;
mod error;
mod history;
mod labels;
mod names;
mod nodes;
mod order;
mod parting;
mod problem;
mod relative;
mod stamp;
mod structure;
mod traverse;
mod without;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub(in crate::model) use self::labels::group_lines;
pub use self::{
    error::GraphError, parting::Parting, problem::Problem, stamp::StampChange, traverse::Downgrade,
};

/// All revisions of one snapshot with their edges resolved.
///
/// Revisions are numbered in file order, which breaks every tie. After
/// [`Graph::build`] there is no cycle over parents and dependencies.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Graph {
    revisions: Vec<Arc<Revision>>,
    index: HashMap<RevId, Node>,
    /// The revision that a label names; never shadows an id.
    named: HashMap<String, Node>,
    parents: Vec<Edges>,
    dependencies: Vec<Edges>,
    /// What a traversal towards the bases follows: parents, then those
    /// dependencies that no ancestor (by parents) names already.
    edges: Vec<Edges>,
    children: Vec<Edges>,
    /// Children by parents or by dependencies.
    dependents: Vec<Edges>,
}

impl Graph {
    /// Builds the graph of `revisions`, given in file order, and says what is
    /// wrong with them.
    ///
    /// Of two revisions with one id the first stays (Alembic lets the last one
    /// win and then contradicts itself). Edges to missing revisions and to
    /// oneself are dropped, and so is every edge inside a cycle. A revision
    /// whose parents are missing does not turn into a base by that: its history
    /// is only not here.
    pub fn build(revisions: Vec<Revision>) -> (Self, Vec<Problem>) {
        Self::of(revisions.into_iter().map(Arc::new).collect())
    }

    /// The same of revisions that several graphs have.
    pub fn of(revisions: Vec<Arc<Revision>>) -> (Self, Vec<Problem>) {
        let mut graph = Self {
            index: HashMap::with_capacity(revisions.len()),
            revisions: Vec::with_capacity(revisions.len()),
            ..Self::default()
        };
        let mut problems = Vec::new();
        let mut input_of = Vec::with_capacity(revisions.len());
        for (at, revision) in revisions.into_iter().enumerate() {
            if let Some(&node) = graph.index.get(&revision.id) {
                problems.push(Problem::DuplicateId {
                    first: input_of[node],
                    second: at,
                });
            } else {
                graph
                    .index
                    .insert(revision.id.clone(), graph.revisions.len());
                input_of.push(at);
                graph.revisions.push(revision);
            }
        }
        graph.name_labels(&mut problems);
        graph.link(&mut problems);
        graph.cut_cycles(&mut problems);
        graph.settle();
        (graph, problems)
    }

    fn name_labels(&mut self, problems: &mut Vec<Problem>) {
        for (node, revision) in self.revisions.iter().enumerate() {
            for label in unique(&revision.labels) {
                if self.index.contains_key(label.as_str()) {
                    problems.push(Problem::LabelIsId {
                        label: label.clone(),
                        revision: revision.id.clone(),
                    });
                } else if let Some(&owner) = self.named.get(label) {
                    problems.push(Problem::DuplicateLabel {
                        label: label.clone(),
                        first: self.revisions[owner].id.clone(),
                        second: revision.id.clone(),
                    });
                } else {
                    self.named.insert(label.clone(), node);
                }
            }
        }
    }

    fn link(&mut self, problems: &mut Vec<Problem>) {
        for (node, revision) in self.revisions.iter().enumerate() {
            let id = || revision.id.clone();
            let mut parents = Edges::new();
            for parent in unique(&revision.parents) {
                match self.index.get(parent) {
                    Some(&up) if up == node => {
                        problems.push(Problem::SelfParent { revision: id() });
                    }
                    Some(&up) => parents.push(up),
                    None => problems.push(Problem::MissingParent {
                        revision: id(),
                        parent: parent.clone(),
                    }),
                }
            }
            let mut dependencies = Edges::new();
            for name in unique(&revision.depends_on) {
                match self.exact(name) {
                    Some(up) if up == node => problems.push(Problem::SelfDependency {
                        revision: id(),
                        name: name.clone(),
                    }),
                    // An id and a label may name one revision.
                    Some(up) if dependencies.contains(&up) => {}
                    Some(up) => dependencies.push(up),
                    None => problems.push(Problem::MissingDependency {
                        revision: id(),
                        name: name.clone(),
                    }),
                }
            }
            self.parents.push(parents);
            self.dependencies.push(dependencies);
        }
    }

    fn cut_cycles(&mut self, problems: &mut Vec<Problem>) {
        let up: Vec<Edges> = self
            .parents
            .iter()
            .zip(&self.dependencies)
            .map(|(parents, dependencies)| parents.iter().chain(dependencies).copied().collect())
            .collect();
        let found = cycles::find(&up);
        for members in &found.cycles {
            problems.push(Problem::Cycle {
                members: self.ids(members),
            });
        }
        let component = &found.component;
        for edges in [&mut self.parents, &mut self.dependencies] {
            for (node, up) in edges.iter_mut().enumerate() {
                up.retain(|other| component[*other] != component[node]);
            }
        }
    }

    /// Fills in everything that follows from parents and dependencies.
    fn settle(&mut self) {
        self.children = vec![Edges::new(); self.revisions.len()];
        self.dependents = vec![Edges::new(); self.revisions.len()];
        for node in 0..self.revisions.len() {
            for &parent in &self.parents[node] {
                self.children[parent].push(node);
                self.dependents[parent].push(node);
            }
            for &up in &self.dependencies[node] {
                if !self.parents[node].contains(&up) {
                    self.dependents[up].push(node);
                }
            }
        }
        let mut named_by = vec![0; self.revisions.len()];
        for &up in self.dependencies.iter().flatten() {
            named_by[up] += 1;
        }
        let mut seen = vec![None; self.revisions.len()];
        for node in 0..self.revisions.len() {
            let mut edges = self.parents[node].clone();
            if self.dependencies[node].is_empty() {
                self.edges.push(edges);
                continue;
            }
            for up in self.own_dependencies(node, &named_by, &mut seen) {
                if !edges.contains(&up) {
                    edges.push(up);
                }
            }
            self.edges.push(edges);
        }
    }

    /// The dependencies that no ancestor by parents names too (Alembic,
    /// script/revision.py, `_normalize_depends_on`). They say nothing about
    /// who comes first that the ancestor did not say, but they do take part in
    /// the choice between several right orders.
    ///
    /// Alembic holds them in a set, so that its order changes from run to run;
    /// here they keep the order in which they are written. `named_by` counts
    /// who depends on each; `seen` remembers for whom a revision was last
    /// looked at.
    fn own_dependencies(&self, node: Node, named_by: &[usize], seen: &mut [Option<Node>]) -> Edges {
        let mut own = self.dependencies[node].clone();
        // What nobody else names is not inherited, so most walks end here.
        let mut shared = own.iter().filter(|&&up| named_by[up] > 1).count();
        let mut todo = self.parents[node].clone();
        while shared > 0
            && let Some(ancestor) = todo.pop()
        {
            if seen[ancestor].replace(node) != Some(node) {
                let before = own.len();
                own.retain(|up| !self.dependencies[ancestor].contains(up));
                shared -= before - own.len();
                todo.extend_from_slice(&self.parents[ancestor]);
            }
        }
        own
    }

    /// The revision with exactly this id, or else this label.
    fn exact(&self, name: &str) -> Option<Node> {
        self.index
            .get(name)
            .or_else(|| self.named.get(name))
            .copied()
    }

    fn id(&self, node: Node) -> &RevId {
        &self.revisions[node].id
    }

    fn ids(&self, nodes: &[Node]) -> Vec<RevId> {
        nodes.iter().map(|&node| self.id(node).clone()).collect()
    }

    /// The revisions of `ids` that are here; somebody else's are left out.
    fn known<'a>(&self, ids: impl IntoIterator<Item = &'a RevId>) -> NodeSet {
        let mut set = self.none();
        for id in ids {
            if let Some(&node) = self.index.get(id) {
                set.insert(node);
            }
        }
        set
    }

    fn none(&self) -> NodeSet {
        NodeSet::new(self.revisions.len())
    }

    fn to_ids(&self, set: &NodeSet) -> BTreeSet<RevId> {
        set.iter().map(|node| self.id(node).clone()).collect()
    }
}

/// The first of each, in the order written.
fn unique<T: Eq + std::hash::Hash>(items: &[T]) -> impl Iterator<Item = &T> {
    let mut seen = HashSet::new();
    // Most lists have one, which is not worth a set.
    items
        .iter()
        .filter(move |item| items.len() == 1 || seen.insert(*item))
}
