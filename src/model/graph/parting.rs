//! Two sides of a graph: what both need, and what only one of them has.

use std::collections::BTreeSet;

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
        Parting {
            common: self.running(left.intersection(&right)),
            left: self.running(left.difference(&right)),
            right: self.running(right.difference(&left)),
        }
    }

    /// The same where it is known what is new on each side: whatever else both build on
    /// was there before they parted, on the other one's line or not.
    pub fn parting_of_new(&self, left: &BTreeSet<RevId>, right: &BTreeSet<RevId>) -> Parting {
        let below = |ids: &BTreeSet<RevId>| {
            let ids: Vec<RevId> = ids.iter().cloned().collect();
            self.ancestors(&ids)
        };
        let (below_left, below_right) = (below(left), below(right));
        let is_left = |id: &&RevId| left.contains(*id) && !below_right.contains(*id);
        let is_right = |id: &&RevId| right.contains(*id) && !below_left.contains(*id);
        let all = below_left.union(&below_right);
        Parting {
            common: self.running(all.filter(|id| !is_left(id) && !is_right(id))),
            left: self.running(below_left.iter().filter(is_left)),
            right: self.running(below_right.iter().filter(is_right)),
        }
    }

    /// In running order.
    fn running<'a>(&self, ids: impl Iterator<Item = &'a RevId>) -> Vec<RevId> {
        let mut order = self.order(&ids.cloned().collect());
        order.reverse();
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::revision::Revision;

    /// `id<parents+dependencies`, each a letter.
    fn graph(text: &str) -> Graph {
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

    fn ids(text: &str) -> Vec<RevId> {
        let letters = text.chars().map(|id| RevId::trusted(&id.to_string()));
        letters.collect()
    }

    fn said(parting: &Parting) -> String {
        let said = |ids: &[RevId]| ids.iter().map(RevId::as_str).collect::<String>();
        [&parting.common, &parting.left, &parting.right]
            .map(|ids| said(ids))
            .join("|")
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
            let parting = graph(text).parting(&ids(left), &ids(right));
            assert_eq!(said(&parting), want, "{text}: {left} {right}");
            let empty = parting.left.is_empty() || parting.right.is_empty();
            assert_eq!(parting.is_ordered(), empty);
        }
    }

    #[test]
    fn what_was_there_before_is_common_on_any_line() {
        for (text, left, right, want) in [
            ("a b<a d<b c<a e<c", "bd", "ce", "a|bd|ce"),
            // Two lines: what is below on the other line is nobody's news.
            ("x y z<x w<y", "z", "w", "yx|z|w"),
            // On top of the other side's already.
            ("a b<a c<b", "c", "b", "ab|c|"),
            ("a b<a c<b d<a", "c", "bd", "ab|c|d"),
        ] {
            let new = |text: &str| ids(text).into_iter().collect();
            let parting = graph(text).parting_of_new(&new(left), &new(right));
            assert_eq!(said(&parting), want, "{text}: {left} {right}");
        }
    }
}
