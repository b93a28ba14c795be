//! Two sides of a graph: what both need, and what only one of them has.

use super::Graph;
use crate::model::revision::RevId;

/// What two sides have in common, and what each has alone. All in running order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parting {
    /// What both need.
    pub common: Vec<RevId>,
    /// What only the first needs.
    pub left: Vec<RevId>,
    /// What only the second needs.
    pub right: Vec<RevId>,
}

impl Parting {
    /// One side has all of the other: the graph says in which order they run.
    pub fn is_ordered(&self) -> bool {
        self.left.is_empty() || self.right.is_empty()
    }
}

impl Graph {
    /// How the histories of two sets of revisions part, dependencies counted. Ids that
    /// are not in the graph are left out.
    pub fn parting(&self, left: &[RevId], right: &[RevId]) -> Parting {
        let (left, right) = (self.ancestors(left), self.ancestors(right));
        let running = |set: &mut dyn Iterator<Item = &RevId>| {
            let mut order = self.order(&set.cloned().collect());
            order.reverse();
            order
        };
        Parting {
            common: running(&mut left.intersection(&right)),
            left: running(&mut left.difference(&right)),
            right: running(&mut right.difference(&left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::revision::Revision;

    fn graph(text: &str) -> Graph {
        let ids = |text: &str| -> Vec<RevId> { text.chars().map(one).collect() };
        let revisions = text.split(' ').map(|one| {
            let (id, below) = one.split_once('<').unwrap_or((one, ""));
            let (parents, depends_on) = below.split_once('+').unwrap_or((below, ""));
            Revision {
                depends_on: depends_on.chars().map(String::from).collect(),
                ..Revision::new(RevId::trusted(id), ids(parents))
            }
        });
        let (graph, problems) = Graph::build(revisions.collect());
        assert!(problems.is_empty(), "{problems:?}");
        graph
    }

    fn one(id: char) -> RevId {
        RevId::trusted(&id.to_string())
    }

    #[test]
    fn what_each_side_has_alone_in_running_order() {
        for (text, left, right, want) in [
            // Each on one parent, and a chain on each side.
            ("a b<a c<a", "b", "c", "a|b|c"),
            ("a b<a d<b c<a e<c", "d", "e", "a|bd|ce"),
            // One has the other: nothing is left of it.
            ("a b<a c<b", "b", "c", "ab||c"),
            ("a b<a", "b", "b", "ab||"),
            // Without a common ancestor.
            ("a b", "a", "b", "|a|b"),
            // What is depended on is needed as well, by both or by one.
            ("a b<a+x c<a x", "b", "c", "a|xb|c"),
            ("a b<a+x c<a+x x", "b", "c", "xa|b|c"),
            // A merge below one side.
            ("a b<a c<a m<bc d<m e<b", "d", "e", "ab|cmd|e"),
            // Several on one side.
            ("a b<a c<a d<a", "bc", "d", "a|cb|d"),
        ] {
            let ids = |text: &str| -> Vec<RevId> { text.chars().map(one).collect() };
            let parting = graph(text).parting(&ids(left), &ids(right));
            let said = |ids: &[RevId]| ids.iter().map(RevId::as_str).collect::<String>();
            let found = [&parting.common, &parting.left, &parting.right].map(|ids| said(ids));
            assert_eq!(found.join("|"), want, "{text}: {left} {right}");
            let empty = parting.left.is_empty() || parting.right.is_empty();
            assert_eq!(parting.is_ordered(), empty);
        }
    }
}
