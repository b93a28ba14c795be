//! What an experiment says of lines of revisions that part: run in one order, and in
//! the other.
//!
//! Only data, and short enough to be kept: what happened is decided where the database
//! is (`workflow/orders.rs`). "Independent" is never said of what was not tried.

use serde::{Deserialize, Serialize};

use super::{conflict::Clash, revision::RevId, source::Span};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Every order leaves the same.
    Independent,
    /// Each order works, and they leave something else behind.
    OrderMatters(Box<OrderMatters>),
    /// An order fails, or both.
    Fails(Box<Fails>),
    /// Not known.
    Unproved(Box<Unproved>),
}

impl Verdict {
    /// The word of the JSON contract: `order-matters`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::OrderMatters(_) => "order-matters",
            Self::Fails(_) => "fails",
            Self::Unproved(_) => "unproved",
        }
    }

    /// What it makes of a collision that the scripts have; none where it is not known.
    pub fn clash(&self) -> Option<Clash> {
        match self {
            Self::Independent => Some(Clash::None),
            Self::OrderMatters(_) => Some(Clash::Order),
            Self::Fails(found) if found.works.is_some() => Some(Clash::Order),
            Self::Fails(_) => Some(Clash::Never),
            Self::Unproved(_) => None,
        }
    }

    /// The two revisions that do not go together, as far as they were found.
    pub fn pair(&self) -> Option<&Pair> {
        match self {
            Self::OrderMatters(found) => found.pair.as_ref(),
            Self::Fails(found) => found.pair.as_ref(),
            Self::Independent | Self::Unproved(_) => None,
        }
    }
}

/// Two orders, and what each leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderMatters {
    /// The revisions in both orders, without those before them.
    pub orders: [Vec<RevId>; 2],
    /// Where the two differ.
    pub differences: Vec<Contrast>,
    /// The two revisions that do it, as far as it was found.
    pub pair: Option<Pair>,
}

/// An object, or a table's rows, as the first order leaves it and as the second does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contrast {
    /// What it is: `column`, `rows of table`.
    pub kind: String,
    /// Its name as one writes it.
    pub name: String,
    /// In what: the key of the object (`type`), or nothing for the object as a whole.
    pub key: String,
    /// After the first order; none where it is not there.
    pub first: Option<String>,
    /// After the second order; none where it is not there.
    pub second: Option<String>,
}

/// The revisions, and the statements in them, that do not go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// Of the line that ran first in the first order.
    pub left: Spot,
    /// Of the other one.
    pub right: Spot,
}

/// A revision, and a statement of its way up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// The revision.
    pub revision: RevId,
    /// The statement's bytes in the script, where it is known.
    pub statement: Option<Span>,
}

/// Which orders fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fails {
    /// The failures: one, or one for each of the orders.
    pub failures: Vec<Failure>,
    /// The order that works, where one was found.
    pub works: Option<Vec<RevId>>,
    /// The two revisions that do it, as far as it was found.
    pub pair: Option<Pair>,
    /// It fails in tables with rows that were made up, and not without.
    pub on_rows: bool,
}

/// A script that fails in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The revisions in that order, without those before them.
    pub order: Vec<RevId>,
    /// Whose script.
    pub revision: RevId,
    /// The statement's bytes in the script, where known.
    pub statement: Option<Span>,
    /// Where the database points, in the script.
    pub at: Option<usize>,
    /// What the database says.
    pub message: String,
    /// Its code.
    pub code: Option<String>,
    /// Its detail.
    pub detail: Option<String>,
    /// Its hint.
    pub hint: Option<String>,
}

/// Why nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unproved {
    /// A line fails without the others.
    Alone(Failure),
    /// A line fails without the others where there are rows that were made up, and both
    /// have to do with rows.
    AloneOnRows(Failure),
    /// Both have to do with the same rows, and none that was made up shows a difference.
    Rows {
        /// What they meet in.
        object: String,
        /// The statements.
        pair: Pair,
    },
    /// A statement can do more than its text says, and another line changes rows too.
    Opaque(Spot),
    /// A module of Python does more than change the schema, and other rows than those that
    /// were there may tell a difference.
    Python(Spot),
    /// Both change something that is not compared.
    NotCompared {
        /// What.
        object: String,
        /// The statements.
        pair: Pair,
    },
    /// Statements of two lines were not run, since they reach beyond the database.
    LeftOut(Vec<(RevId, String)>),
}

/// What is good to know beside a verdict, and changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Remark {
    /// Columns stand in another order.
    ColumnOrder(String),
    /// The database made up other names for the same: in the first order, in the second.
    MadeUpName(String, String),
    /// Values that are others whenever the scripts run: not compared.
    Volatile(String),
    /// With rows that were made up the line fails alone: they were left out.
    WithoutRows(RevId, String),
    /// A statement that was not run, since it reaches beyond the database.
    LeftOut(RevId, String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_what_it_was_after_it_was_kept() {
        let spot = |id: &str| Spot {
            revision: RevId::trusted(id),
            statement: Some(3..9),
        };
        let verdict = Verdict::OrderMatters(Box::new(OrderMatters {
            orders: [vec![RevId::trusted("a")], vec![RevId::trusted("b")]],
            differences: vec![Contrast {
                kind: "column".to_owned(),
                name: "t.c".to_owned(),
                key: "default".to_owned(),
                first: Some("1".to_owned()),
                second: None,
            }],
            pair: Some(Pair {
                left: spot("a"),
                right: spot("b"),
            }),
        }));
        let kept = serde_json::to_string(&verdict).unwrap();
        assert_eq!(serde_json::from_str::<Verdict>(&kept).unwrap(), verdict);
        assert_eq!(verdict.word(), "order-matters");
    }
}
