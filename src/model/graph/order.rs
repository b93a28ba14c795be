//! Which of several right orders is taken.
//!
//! Where parents and dependencies leave it open, the order is Alembic's
//! (script/revision.py, `_topological_sort`): follow one branch to where
//! another open branch still needs the next revision, finish that one first,
//! and so on; ties go by file order. Every machine gets the same plan, and
//! people get the one they are used to.

use std::collections::BTreeSet;

use super::{
    Graph,
    nodes::{Node, NodeSet},
};
use crate::model::revision::RevId;

impl Graph {
    /// The revisions of `set` in depth-first order, children first, from its
    /// maximal elements on. Ids that are not in the graph are left out.
    pub fn order(&self, set: &BTreeSet<RevId>) -> Vec<RevId> {
        self.ids(&self.ordered(&self.known(set)))
    }

    /// [`Graph::order`] by numbers.
    pub(super) fn ordered(&self, members: &NodeSet) -> Vec<Node> {
        let starts = self.top(members);
        let mut relevant = self.none();
        relevant.reach(starts.iter().copied(), &self.edges);
        let mut walk = Walk {
            graph: self,
            members,
            relevant,
            emitted: self.none(),
            slots: Slots::new(self.revisions.len()),
            asked: None,
            walked: None,
            seen: vec![0; self.revisions.len()],
            turn: 0,
            gaps: self.has_gaps(members, &starts).then(|| self.none()),
        };
        walk.run(starts)
    }

    /// Whether some members are reached only through others that are none:
    /// an applied set of a history that was changed afterwards.
    fn has_gaps(&self, members: &NodeSet, starts: &[Node]) -> bool {
        let mut reached = self.none();
        let mut todo = starts.to_vec();
        let mut count = 0;
        while let Some(node) = todo.pop() {
            if members.contains(node) && reached.insert(node) {
                count += 1;
                todo.extend(&self.edges[node]);
            }
        }
        count < members.len()
    }
}

/// The state of one ordering.
///
/// Alembic keeps for every open branch the set of all its ancestors, which is
/// quadratic as soon as there are merges. Here the one question asked of those
/// sets, "is this revision an ancestor of another open one", is answered by a
/// walk from the revision towards the heads. It need not pass what was emitted:
/// nothing open is a descendant of that, since a revision is emitted only when
/// no open one needs it any more, and what opens later hangs below what was
/// open then.
struct Walk<'a> {
    graph: &'a Graph,
    members: &'a NodeSet,
    /// The ancestors of the first open revisions: all that can be of interest.
    relevant: NodeSet,
    emitted: NodeSet,
    slots: Slots,
    /// The revision that was last asked about, and the one that the marks in
    /// `seen` are complete for: most often the next question is about the same
    /// one again, and what needs it has only become less.
    asked: Option<Node>,
    walked: Option<Node>,
    /// The turn of the last walk that came by.
    seen: Vec<usize>,
    turn: usize,
    /// When looking through gaps: those that were looked through before.
    gaps: Option<NodeSet>,
}

impl Walk<'_> {
    fn run(&mut self, starts: Vec<Node>) -> Vec<Node> {
        for start in starts {
            self.slots.push(start);
        }
        let mut out = Vec::new();
        let mut at = self.slots.first;
        while let Some(slot) = at {
            let node = self.slots.node[slot];
            if let Some(other) = self.needed_by(slot, node) {
                at = Some(other);
                continue;
            }
            out.push(node);
            self.emitted.insert(node);
            let more = self.below(node);
            if let Some((&next, others)) = more.split_first() {
                self.slots.replace(slot, next);
                for &other in others {
                    self.slots.push(other);
                }
            } else {
                at = self.slots.remove(slot);
            }
        }
        out
    }

    /// The first other slot whose revision has `node` among its ancestors.
    fn needed_by(&mut self, slot: usize, node: Node) -> Option<usize> {
        let mut dependents = self.graph.dependents[node].iter();
        if !dependents.any(|&above| self.waits(above)) {
            return None;
        }
        // No slot can be better than the first one that is not ours.
        let best = match self.slots.first {
            Some(first) if first == slot => self.slots.next[slot],
            first => first,
        }?;
        if self.walked != Some(node) {
            // Asked for the first time, an early answer is the cheapest one;
            // asked again, a complete one that serves all further questions.
            let again = self.asked.replace(node) == Some(node);
            return self.walk_up(node, (!again).then_some(best));
        }
        let mut at = Some(best);
        while let Some(other) = at {
            if other != slot && self.seen[self.slots.node[other]] == self.turn {
                return Some(other);
            }
            at = self.slots.next[other];
        }
        None
    }

    /// Marks all that needs `node` as seen in this turn and gives the first of
    /// the slots among it; stops when that is the slot `enough`.
    fn walk_up(&mut self, node: Node, enough: Option<usize>) -> Option<usize> {
        self.turn += 1;
        self.walked = None;
        let mut first: Option<usize> = None;
        let mut todo = vec![node];
        while let Some(at) = todo.pop() {
            for &above in self.graph.dependents[at].iter().rev() {
                if self.waits(above) && self.seen[above] != self.turn {
                    self.seen[above] = self.turn;
                    todo.push(above);
                    if let Some(open) = self.slots.of[above] {
                        if enough == Some(open) {
                            return enough;
                        }
                        first = Some(first.map_or(open, |other| other.min(open)));
                    }
                }
            }
        }
        self.walked = Some(node);
        first
    }

    /// Whether it may still have to come out before others.
    fn waits(&self, node: Node) -> bool {
        self.relevant.contains(node) && !self.emitted.contains(node)
    }

    /// The members next to `node` towards the bases that are not open yet.
    fn below(&mut self, node: Node) -> Vec<Node> {
        let mut more = Vec::new();
        let mut todo: Vec<Node> = self.graph.edges[node].iter().rev().copied().collect();
        while let Some(up) = todo.pop() {
            if self.members.contains(up) {
                let open = self.slots.of[up].is_some() || self.emitted.contains(up);
                if !open && !more.contains(&up) {
                    more.push(up);
                }
            } else if let Some(gaps) = &mut self.gaps
                && gaps.insert(up)
            {
                // What lies behind was opened when it was looked through first.
                todo.extend(self.graph.edges[up].iter().rev());
            }
        }
        more
    }
}

/// The open branches in the order in which they were opened: a linked list, so
/// that closing one of thousands costs nothing.
struct Slots {
    /// The revision of each slot.
    node: Vec<Node>,
    prev: Vec<Option<usize>>,
    next: Vec<Option<usize>>,
    first: Option<usize>,
    last: Option<usize>,
    /// The slot of each open revision.
    of: Vec<Option<usize>>,
}

impl Slots {
    fn new(len: usize) -> Self {
        Self {
            node: Vec::new(),
            prev: Vec::new(),
            next: Vec::new(),
            first: None,
            last: None,
            of: vec![None; len],
        }
    }

    fn push(&mut self, node: Node) {
        let slot = self.node.len();
        self.node.push(node);
        self.prev.push(self.last);
        self.next.push(None);
        match self.last {
            Some(last) => self.next[last] = Some(slot),
            None => self.first = Some(slot),
        }
        self.last = Some(slot);
        self.of[node] = Some(slot);
    }

    fn replace(&mut self, slot: usize, node: Node) {
        self.of[self.node[slot]] = None;
        self.node[slot] = node;
        self.of[node] = Some(slot);
    }

    /// Closes a slot and gives the one to go on with: the one before it, or
    /// the first.
    fn remove(&mut self, slot: usize) -> Option<usize> {
        self.of[self.node[slot]] = None;
        let (prev, next) = (self.prev[slot], self.next[slot]);
        match prev {
            Some(prev) => self.next[prev] = next,
            None => self.first = next,
        }
        match next {
            Some(next) => self.prev[next] = prev,
            None => self.last = prev,
        }
        prev.or(self.first)
    }
}
