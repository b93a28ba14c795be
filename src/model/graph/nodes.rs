//! Sets of revisions by number, and closures over edges.
//!
//! One flag per revision: every closure of the graph stays linear and leaves
//! nothing to the order of a hash map.

use smallvec::SmallVec;

/// A revision's number: its place in file order.
pub(super) type Node = usize;

/// What one revision leads to. Nearly all have one parent and one child, which stand in
/// the list itself.
pub(super) type Edges = SmallVec<[Node; 2]>;

/// A set of revisions of one graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeSet {
    has: Vec<bool>,
}

impl NodeSet {
    /// The empty set over `len` revisions.
    pub(super) fn new(len: usize) -> Self {
        Self {
            has: vec![false; len],
        }
    }

    /// Adds one; `true` when it is new.
    pub(super) fn insert(&mut self, node: Node) -> bool {
        !std::mem::replace(&mut self.has[node], true)
    }

    /// Adds several.
    pub(super) fn add(&mut self, nodes: impl IntoIterator<Item = Node>) {
        for node in nodes {
            self.has[node] = true;
        }
    }

    /// Whether it is in.
    pub(super) fn contains(&self, node: Node) -> bool {
        self.has[node]
    }

    /// In file order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Node> + '_ {
        self.has
            .iter()
            .enumerate()
            .filter_map(|(node, &has)| has.then_some(node))
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        !self.has.contains(&true)
    }

    /// Those that `keep` wants.
    pub(super) fn retain(&mut self, keep: impl Fn(Node) -> bool) {
        for (node, has) in self.has.iter_mut().enumerate() {
            *has = *has && keep(node);
        }
    }

    /// Adds everything that is reached from `starts` over `edges`, with the
    /// starts; what is in already is not walked again.
    pub(super) fn reach(&mut self, starts: impl IntoIterator<Item = Node>, edges: &[Edges]) {
        let mut todo: Vec<Node> = starts.into_iter().collect();
        while let Some(node) = todo.pop() {
            if self.insert(node) {
                todo.extend(&edges[node]);
            }
        }
    }
}
