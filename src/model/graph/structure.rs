//! Questions about a graph that need no name and no ledger beyond a set.
//!
//! Answers come in file order unless something else is said.

use std::collections::BTreeSet;

use super::{
    Graph,
    nodes::{Edges, Node, NodeSet},
};
use crate::model::revision::{RevId, Revision};

impl Graph {
    /// The revision with this id.
    pub fn get(&self, id: &str) -> Option<&Revision> {
        self.index.get(id).map(|&node| &*self.revisions[node])
    }

    /// All revisions in file order.
    pub fn iter(&self) -> impl Iterator<Item = &Revision> {
        self.revisions.iter().map(AsRef::as_ref)
    }

    /// How many revisions there are.
    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// The revisions that are nobody's parent (Alembic's `heads`). One that is
    /// only depended on is a head.
    pub fn heads(&self) -> Vec<RevId> {
        self.ids(&self.head_nodes())
    }

    /// The revisions that are nobody's parent and nobody's dependency: what
    /// `heads` means as a target.
    pub fn real_heads(&self) -> Vec<RevId> {
        self.ids(&self.real_head_nodes())
    }

    /// The revisions that declare no parent.
    pub fn bases(&self) -> Vec<RevId> {
        self.ids(&self.base_nodes())
    }

    /// The revisions with more than one child, in the order of Alembic's
    /// `branches`: newest first, as in its `history`.
    pub fn branch_points(&self) -> Vec<RevId> {
        let mut all = self.none();
        all.add(0..self.len());
        let mut points = self.ordered(&all);
        points.retain(|&node| self.children[node].len() > 1);
        self.ids(&points)
    }

    /// The parents that exist, in the order written.
    pub fn parents(&self, id: &str) -> Vec<RevId> {
        self.neighbours(id, &self.parents)
    }

    /// The revisions that `depends_on` names and that exist, in the order written.
    pub fn dependencies(&self, id: &str) -> Vec<RevId> {
        self.neighbours(id, &self.dependencies)
    }

    /// The revisions that have this one as a parent.
    pub fn children(&self, id: &str) -> Vec<RevId> {
        self.neighbours(id, &self.children)
    }

    /// Whether it is nobody's parent.
    pub fn is_head(&self, id: &str) -> bool {
        self.is(id, |node| self.children[node].is_empty())
    }

    /// Whether it declares no parent.
    pub fn is_base(&self, id: &str) -> bool {
        self.is(id, |node| self.revisions[node].parents.is_empty())
    }

    /// Whether it has more than one parent.
    pub fn is_merge(&self, id: &str) -> bool {
        self.is(id, |node| self.parents[node].len() > 1)
    }

    /// Whether it is the parent of more than one.
    pub fn is_branch_point(&self, id: &str) -> bool {
        self.is(id, |node| self.children[node].len() > 1)
    }

    /// Everything that has to be applied for `ids`, with dependencies and with
    /// `ids` themselves.
    pub fn ancestors(&self, ids: &[RevId]) -> BTreeSet<RevId> {
        self.to_ids(&self.above_bases(self.known(ids).iter()))
    }

    /// Everything that needs one of `ids`, with dependencies and with `ids`
    /// themselves.
    pub fn descendants(&self, ids: &[RevId]) -> BTreeSet<RevId> {
        let mut set = self.none();
        set.reach(self.known(ids).iter(), &self.dependents);
        self.to_ids(&set)
    }

    /// The elements of `set` that no other one needs: what Alembic's version
    /// table holds when `set` is applied.
    ///
    /// Alembic keeps that table by rewriting rows, and loses rows or leaves too
    /// many behind where a dependency says twice what a parent says.
    pub fn maximal(&self, set: &BTreeSet<RevId>) -> Vec<RevId> {
        self.ids(&self.top(&self.known(set)))
    }

    /// Where the histories of `ids` part: the newest revisions that all of them
    /// need. Ids that are not in the graph are left out.
    pub fn merge_bases(&self, ids: &[RevId]) -> Vec<RevId> {
        let mut common: Option<NodeSet> = None;
        for node in self.known(ids).iter() {
            let mine = self.above_bases([node]);
            match &mut common {
                Some(common) => common.retain(|node| mine.contains(node)),
                None => common = Some(mine),
            }
        }
        common.map_or_else(Vec::new, |common| self.ids(&self.top(&common)))
    }

    /// What Alembic's `current` shows: the applied revisions without an applied
    /// descendant by parents. Those that are applied only because others depend
    /// on them are among these (script/base.py, `get_all_current`).
    pub fn all_current(&self, applied: &BTreeSet<RevId>) -> Vec<RevId> {
        self.ids(&self.current_nodes(&self.known(applied)))
    }

    /// The revisions that are not applied although an applied one needs them:
    /// history that changed after it was applied.
    pub fn skipped(&self, applied: &BTreeSet<RevId>) -> Vec<RevId> {
        let applied = self.known(applied);
        let mut missing = self.above_bases(applied.iter());
        missing.retain(|node| !applied.contains(node));
        self.ids(&missing.iter().collect::<Vec<_>>())
    }

    pub(super) fn head_nodes(&self) -> Vec<Node> {
        self.nodes_where(|node| self.children[node].is_empty())
    }

    pub(super) fn real_head_nodes(&self) -> Vec<Node> {
        self.nodes_where(|node| self.dependents[node].is_empty())
    }

    pub(super) fn base_nodes(&self) -> Vec<Node> {
        self.nodes_where(|node| self.revisions[node].parents.is_empty())
    }

    pub(super) fn nodes_where(&self, is: impl Fn(Node) -> bool) -> Vec<Node> {
        (0..self.len()).filter(|&node| is(node)).collect()
    }

    /// The starts and all their ancestors, with dependencies.
    pub(super) fn above_bases(&self, starts: impl IntoIterator<Item = Node>) -> NodeSet {
        let mut set = self.none();
        set.reach(starts, &self.edges);
        set
    }

    /// The members that are no proper ancestor of a member, with dependencies.
    pub(super) fn top(&self, members: &NodeSet) -> Vec<Node> {
        self.top_over(members, &self.edges)
    }

    /// The members that are no proper ancestor of a member by parents alone.
    pub(super) fn current_nodes(&self, members: &NodeSet) -> Vec<Node> {
        self.top_over(members, &self.parents)
    }

    fn top_over(&self, members: &NodeSet, edges: &[Edges]) -> Vec<Node> {
        let mut needed = self.none();
        needed.reach(
            members.iter().flat_map(|node| edges[node].iter().copied()),
            edges,
        );
        members
            .iter()
            .filter(|&node| !needed.contains(node))
            .collect()
    }

    fn neighbours(&self, id: &str, edges: &[Edges]) -> Vec<RevId> {
        self.index
            .get(id)
            .map_or_else(Vec::new, |&node| self.ids(&edges[node]))
    }

    fn is(&self, id: &str, is: impl Fn(Node) -> bool) -> bool {
        self.index.get(id).is_some_and(|&node| is(node))
    }
}
