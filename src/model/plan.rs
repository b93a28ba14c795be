//! The ordered steps that bring a ledger to a target.

use super::revision::RevId;

/// Which script of a revision a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Apply.
    Up,
    /// Roll back.
    Down,
}

impl Direction {
    /// `up` or `down`, as in the file's markers and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// One script of one revision.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Step {
    /// Up or down.
    pub direction: Direction,
    /// Of which revision.
    pub revision: RevId,
}

/// Steps in the order in which they run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The database's heads before.
    pub from: Vec<RevId>,
    /// The database's heads after.
    pub to: Vec<RevId>,
    /// The steps.
    pub steps: Vec<Step>,
}
