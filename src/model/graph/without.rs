//! What a graph was before revisions came to it, without building it anew: whoever adds to
//! thousands of them asks about both.

use super::{
    Graph,
    nodes::{Edges, NodeSet},
};
use crate::model::revision::RevId;

impl Graph {
    /// The graph without these revisions. `None` where others build on one of them or need it, so
    /// that something would be wrong without. There must be nothing wrong with this one.
    pub fn without<'a>(&self, ids: impl IntoIterator<Item = &'a RevId>) -> Option<Self> {
        let gone = self.known(ids);
        let is_needed = gone.iter().any(|node| {
            let mut users = self.children[node].iter().chain(&self.dependents[node]);
            users.any(|user| !gone.contains(*user))
        });
        if is_needed {
            return None;
        }
        let mut places = Vec::with_capacity(self.len());
        let mut left = 0;
        for node in 0..self.len() {
            places.push(left);
            left += usize::from(!gone.contains(node));
        }
        let mut index = self.index.clone();
        for node in gone.iter() {
            index.remove(self.id(node));
        }
        for node in index.values_mut() {
            *node = places[*node];
        }
        let named = self.named.iter().filter(|(_, node)| !gone.contains(**node));
        Some(Self {
            index,
            named: named
                .map(|(label, node)| (label.clone(), places[*node]))
                .collect(),
            revisions: stay(&self.revisions, &gone).cloned().collect(),
            parents: edges(&self.parents, &gone, &places),
            dependencies: edges(&self.dependencies, &gone, &places),
            edges: edges(&self.edges, &gone, &places),
            children: edges(&self.children, &gone, &places),
            dependents: edges(&self.dependents, &gone, &places),
        })
    }
}

/// What is left of a list with one of each revision.
fn stay<'a, T>(all: &'a [T], gone: &'a NodeSet) -> impl Iterator<Item = &'a T> {
    let each = all.iter().enumerate();
    each.filter(|(node, _)| !gone.contains(*node))
        .map(|(_, one)| one)
}

fn edges(all: &[Edges], gone: &NodeSet, places: &[usize]) -> Vec<Edges> {
    let one = |edges: &Edges| -> Edges {
        let left = edges.iter().filter(|node| !gone.contains(**node));
        left.map(|node| places[*node]).collect()
    };
    let mut left = Vec::with_capacity(all.len());
    left.extend(stay(all, gone).map(one));
    left
}
