//! Relative names: `+1`, `-2`, `X+1`, `L@X-2`, and the walks they stand for.
//!
//! After Alembic, script/revision.py, `_relative_destination`, `_walk`,
//! `_parse_upgrade_target` and `_parse_downgrade_target`. Alembic matches the
//! beginning of a text only, so that a label with a dash and a digit is
//! misread and trailing text is ignored; here a text is relative as a whole or
//! not at all, and an existing id or label is never taken apart.

use super::{
    Graph, GraphError,
    names::{Lineage, out_of_range},
    nodes::{Node, NodeSet},
};
use crate::model::plan::Direction;

/// `L@X+N` taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Relative<'a> {
    /// `L`.
    pub(super) label: Option<&'a str>,
    /// `X`.
    pub(super) symbol: Option<&'a str>,
    /// `+N` or `-N`.
    pub(super) steps: i64,
}

/// Where a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On a revision.
    At(Node),
    /// Just below a revision without parents.
    Base,
    /// It did not get that far.
    Outside,
}

/// A walk's end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walked {
    /// Where all the steps lead.
    pub(super) place: Place,
    /// Where it stopped, if that was earlier: the last place inside the graph.
    pub(super) last: Place,
    /// How many steps it made.
    pub(super) steps: u64,
}

/// What a step without a symbol starts from.
pub(super) enum From<'a> {
    /// What is applied: the version rows, and everything.
    Applied {
        /// The maximal elements.
        rows: &'a [Node],
        /// All of it.
        all: &'a NodeSet,
    },
    /// A range's lower end.
    Name(&'a str),
}

impl Graph {
    /// Takes a relative text apart; `None` when it is none.
    pub(super) fn relative<'a>(&self, text: &'a str) -> Option<Relative<'a>> {
        let at = text.rfind(['+', '-'])?;
        let steps = parse_steps(&text[at..])?;
        let (label, symbol) = match text[..at].rsplit_once('@') {
            Some(("", _)) => return None,
            Some((label, symbol)) => (Some(label), symbol),
            None => (None, &text[..at]),
        };
        let name = text.rsplit_once('@').map_or(text, |(_, name)| name);
        if self.exact(text).is_some() || self.exact(name).is_some() {
            return None;
        }
        Some(Relative {
            label,
            symbol: Some(symbol).filter(|symbol| !symbol.is_empty()),
            steps,
        })
    }

    /// Walks `steps` up (positive) or down from a revision, or up from the
    /// base, along `label` where one is given.
    pub(super) fn walk(
        &self,
        text: &str,
        from: Option<Node>,
        steps: i64,
        label: Option<&str>,
    ) -> Result<Walked, GraphError> {
        let lineage = match label {
            Some(label) => self.lineage(label, Lineage::Parents, false)?,
            None => None,
        };
        let bases = self.base_nodes();
        let mut place = from.map_or(Place::Base, Place::At);
        for made in 0..steps.unsigned_abs() {
            let next: Vec<Node> = match (place, steps > 0) {
                (Place::At(node), true) => &self.children[node][..],
                (Place::At(node), false) => &self.parents[node],
                (Place::Base, true) => &bases,
                (Place::Base | Place::Outside, _) => &[][..],
            }
            .iter()
            .copied()
            .filter(|&node| steps < 0 || lineage.as_ref().is_none_or(|line| line.contains(node)))
            .collect();
            place = match (next.as_slice(), place) {
                (&[node], _) => Place::At(node),
                ([], Place::At(node)) if steps < 0 && self.revisions[node].parents.is_empty() => {
                    Place::Base
                }
                ([], last) => {
                    return Ok(Walked {
                        place: Place::Outside,
                        last,
                        steps: made,
                    });
                }
                (_, place) => {
                    return Err(GraphError::AmbiguousWalk {
                        text: text.to_owned(),
                        from: match place {
                            Place::At(node) => Some(self.id(node).clone()),
                            Place::Base | Place::Outside => None,
                        },
                        candidates: self.ids(&next),
                    });
                }
            };
        }
        Ok(Walked {
            place,
            last: place,
            steps: steps.unsigned_abs(),
        })
    }

    /// The revisions that the upper end of an upgrade or of a range means.
    ///
    /// A range takes a walk upwards that ends early for its end (`lenient`).
    pub(super) fn upgrade_targets(
        &self,
        from: &From<'_>,
        target: &str,
        lenient: bool,
    ) -> Result<Vec<Node>, GraphError> {
        let Some(Relative {
            label,
            symbol,
            steps,
        }) = self.relative(target)
        else {
            return self.many(target);
        };
        let walked = match symbol {
            None if steps <= 0 => return Err(out_of_range(target, None)),
            None => {
                let start = self.relative_start(from, label)?;
                self.walk(target, start, steps, label)?
            }
            Some(symbol) if steps <= 0 => {
                let start = match label {
                    Some(label) => self.one(&format!("{label}@{symbol}"))?,
                    None => self.one(symbol)?,
                };
                self.walk(target, start, steps, None)?
            }
            Some(symbol) => self.walk(target, self.one(symbol)?, steps, label)?,
        };
        match if lenient { walked.last } else { walked.place } {
            Place::At(node) => Ok(vec![node]),
            Place::Base if steps == 0 => Ok(Vec::new()),
            Place::Base if steps < 0 && !lenient => Err(GraphError::NotAnUpgradeTarget {
                target: target.to_owned(),
            }),
            Place::Base | Place::Outside => Err(out_of_range(target, Some(walked.steps))),
        }
    }

    /// Where `+N` or `L@+N` starts: the one current revision (on L), or else
    /// the tip of what is applied on L, or else the base.
    fn relative_start(
        &self,
        from: &From<'_>,
        label: Option<&str>,
    ) -> Result<Option<Node>, GraphError> {
        let Some(label) = label else {
            return match from {
                From::Applied { rows, .. } => self.only(rows),
                From::Name(name) => self.one(name),
            };
        };
        let (rows, all) = match from {
            From::Applied { rows, all } => (rows.to_vec(), all.iter().collect()),
            From::Name(name) => {
                let nodes = self.many(name)?;
                let all = self.above_bases(nodes.iter().copied());
                (nodes, all.iter().collect())
            }
        };
        let starts = self.on_lineage(rows, label, Lineage::Parents)?;
        if !starts.is_empty() {
            return self.only(&starts);
        }
        let mut tips = self.on_lineage(all, label, Lineage::Parents)?;
        let mut below = self.none();
        for &node in &tips {
            below.add(self.edges[node].iter().copied());
        }
        tips.retain(|&node| !below.contains(node));
        self.only(&tips)
    }

    fn only(&self, nodes: &[Node]) -> Result<Option<Node>, GraphError> {
        match nodes {
            [] => Ok(None),
            &[node] => Ok(Some(node)),
            _ => Err(GraphError::AmbiguousCurrent {
                direction: Direction::Up,
                revisions: self.ids(nodes),
            }),
        }
    }
}

/// `+N` or `-N`; numbers beyond all graphs become the largest one.
pub(super) fn parse_steps(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-'])?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let steps = digits.parse().unwrap_or(i64::MAX);
    Some(if text.starts_with('-') { -steps } else { steps })
}
