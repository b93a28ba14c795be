//! Long stretches where nothing happens become one row.

use std::{collections::BTreeSet, ops::Range};

use super::{Node, Picture};
use crate::model::lanes::{self, Ties};

/// When to fold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fold {
    /// When there are more revisions than one looks through.
    #[default]
    Auto,
    /// Wherever it saves something.
    Always,
    /// Every revision has its row.
    Never,
}

/// More revisions than this are folded by [`Fold::Auto`].
const MANY: usize = 60;
/// A shorter stretch is not worth a row that has to be opened.
const WORTH: usize = 4;

/// What stands in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A revision, by its place in the picture.
    Revision(usize),
    /// Several revisions, one on top of the other, children first.
    Folded(Range<usize>),
}

impl Item {
    /// The revisions in the row.
    pub fn nodes(&self) -> Range<usize> {
        match self {
            Self::Revision(at) => *at..at + 1,
            Self::Folded(range) => range.clone(),
        }
    }
}

/// The rows of a drawing with the lines between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// What stands in each row.
    pub items: Vec<Item>,
    /// Where each row's lines run.
    pub lanes: Vec<lanes::Row>,
}

impl Rows {
    /// The columns of the widest row.
    pub fn width(&self) -> usize {
        self.lanes.iter().map(lanes::Row::width).max().unwrap_or(0)
    }

    /// The row of a revision that is not folded away, by its number in the picture.
    pub fn row_of(&self, node: usize) -> Option<usize> {
        self.items
            .iter()
            .position(|item| *item == Item::Revision(node))
    }

    /// How many revisions stand in folded rows.
    pub fn folded(&self) -> usize {
        let folded = self.items.iter().filter_map(|item| match item {
            Item::Folded(range) => Some(range.len()),
            Item::Revision(_) => None,
        });
        folded.sum()
    }
}

impl Picture {
    /// The rows to draw.
    pub fn rows(&self, fold: Fold) -> Rows {
        let items = match fold {
            Fold::Never => self.unfolded(),
            Fold::Auto if self.nodes.len() <= MANY => self.unfolded(),
            Fold::Auto | Fold::Always => self.fold(),
        };
        let mut row_of = vec![0; self.nodes.len()];
        for (row, item) in items.iter().enumerate() {
            row_of[item.nodes()].fill(row);
        }
        let ties: Vec<Ties> = items
            .iter()
            .map(|item| {
                // What leaves a stretch leaves it at its end.
                let last = self.nodes.get(item.nodes().end - 1);
                Ties {
                    to: last
                        .into_iter()
                        .flat_map(|node| &node.ties)
                        .map(|&(to, tie)| (row_of[to], tie))
                        .collect(),
                    cut: last.is_some_and(|node| !node.undrawn.is_empty()),
                    rank: last.map_or(0, |node| node.holder.rank()),
                }
            })
            .collect();
        Rows {
            lanes: lanes::lay_out(&ties),
            items,
        }
    }

    fn unfolded(&self) -> Vec<Item> {
        (0..self.nodes.len()).map(Item::Revision).collect()
    }

    fn fold(&self) -> Vec<Item> {
        let mut above = vec![0; self.nodes.len()];
        for &(to, _) in self.nodes.iter().flat_map(|node| &node.ties) {
            above[to] += 1;
        }
        let collisions = self.collisions.iter();
        let colliding: BTreeSet<usize> = collisions.flat_map(|one| [one.one, one.other]).collect();
        let plain =
            |at: usize| is_plain(&self.nodes[at], at, above[at]) && !colliding.contains(&at);
        let mut items = Vec::new();
        let mut at = 0;
        while at < self.nodes.len() {
            let mut end = at;
            while end < self.nodes.len()
                && plain(end)
                && (end == at || self.nodes[end].holder == self.nodes[at].holder)
                // The row above must be what it hangs on, also for the first one.
                && end > 0
                && self.nodes[end - 1].ties.iter().any(|tie| tie.0 == end)
            {
                end += 1;
            }
            if end - at >= WORTH {
                items.push(Item::Folded(at..end));
                at = end;
            } else {
                let next = end.max(at + 1);
                items.extend((at..next).map(Item::Revision));
                at = next;
            }
        }
        items
    }
}

/// Nothing happens here: one line comes in, one goes straight on to the row below.
fn is_plain(node: &Node, at: usize, above: usize) -> bool {
    let place = node.place;
    above == 1
        && node.ties.len() == 1
        && node.ties[0] == (at + 1, lanes::Tie::Parent)
        && node.undrawn.is_empty()
        && node.labels.is_empty()
        && node.stands.is_empty()
        && node.head_of.is_empty()
        && !(place.head || place.base || place.merge || place.branch_point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        RevId,
        conflict::Clash,
        lanes::Tie,
        picture::{Collision, Holder, Place},
    };

    /// Nodes from the rows that they are tied to.
    fn picture(ties: &[&[usize]]) -> Picture {
        let node = |at: usize| Node {
            id: RevId::trusted(&format!("r{at}")),
            message: String::new(),
            created: None,
            path: None,
            labels: Vec::new(),
            ties: ties[at].iter().map(|&to| (to, Tie::Parent)).collect(),
            undrawn: Vec::new(),
            place: Place {
                head: !ties.iter().any(|ties| ties.contains(&at)),
                base: ties[at].is_empty(),
                merge: ties[at].len() > 1,
                branch_point: ties.iter().filter(|ties| ties.contains(&at)).count() > 1,
            },
            holder: Holder::Unknown,
            head_of: Vec::new(),
            applied: Vec::new(),
            stands: Vec::new(),
        };
        Picture {
            nodes: (0..ties.len()).map(node).collect(),
            ..Picture::default()
        }
    }

    fn chain(len: usize) -> Picture {
        let ties: Vec<Vec<usize>> = (0..len)
            .map(|at| if at + 1 < len { vec![at + 1] } else { vec![] })
            .collect();
        picture(&ties.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn a_chain_keeps_its_ends() {
        let rows = chain(10).rows(Fold::Always);
        assert_eq!(
            rows.items,
            [Item::Revision(0), Item::Folded(1..9), Item::Revision(9)]
        );
        assert_eq!(rows.folded(), 8);
        assert_eq!(rows.lanes.len(), 3);
        assert_eq!(rows.lanes[1].links[0].to, 2);
    }

    #[test]
    fn few_revisions_are_not_folded_and_short_stretches_never() {
        assert_eq!(chain(MANY).rows(Fold::Auto).items.len(), MANY);
        assert_eq!(chain(MANY + 1).rows(Fold::Auto).items.len(), 3);
        assert_eq!(chain(500).rows(Fold::Never).items.len(), 500);
        assert_eq!(chain(WORTH + 1).rows(Fold::Always).items.len(), WORTH + 1);
        assert_eq!(chain(WORTH + 2).rows(Fold::Always).items.len(), 3);
        assert!(chain(0).rows(Fold::Always).items.is_empty());
    }

    #[test]
    fn what_somebody_looks_for_stays() {
        let mut picture = chain(20);
        picture.nodes[5].labels.push("billing".to_owned());
        picture.nodes[10].stands.push(0);
        picture.nodes[15].holder = Holder::Uncommitted;
        picture.collisions.push(Collision {
            one: 3,
            other: 8,
            clash: Clash::Order,
            objects: Vec::new(),
        });
        let rows = picture.rows(Fold::Always);
        for shown in [0, 3, 5, 8, 10, 15, 19] {
            assert!(rows.items.contains(&Item::Revision(shown)), "{rows:?}");
        }
        let all: Vec<usize> = rows.items.iter().flat_map(Item::nodes).collect();
        assert_eq!(all, (0..20).collect::<Vec<_>>());
    }

    /// Two chains side by side, row by row in turn: neither is a stretch.
    #[test]
    fn interleaved_chains_are_not_folded() {
        let ties: Vec<Vec<usize>> = (0..20)
            .map(|at| if at + 2 < 20 { vec![at + 2] } else { vec![] })
            .collect();
        let picture = picture(&ties.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!(picture.rows(Fold::Always).items.len(), 20);
    }

    /// A stretch that begins beside another line keeps its first revision.
    #[test]
    fn a_side_branch_shows_where_it_begins() {
        let mut ties: Vec<Vec<usize>> = vec![vec![12]];
        ties.extend((1..12).map(|at| vec![at + 1]));
        ties.push(vec![]);
        let picture = picture(&ties.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let rows = picture.rows(Fold::Always);
        assert_eq!(rows.items[..2], [Item::Revision(0), Item::Revision(1)]);
        assert_eq!(rows.items[2], Item::Folded(2..12));
    }
}
