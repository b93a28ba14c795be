//! A statement, and where in the way it may stand.

use crate::schema::{
    FactId,
    plan::{Hazard, Statement},
};

/// Which part of a way a statement belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the others.
    Middle,
    /// It makes a label of an enumerated type, which nothing may use before it is
    /// committed.
    Label(String),
    /// Outside of a transaction, at the end.
    Outside,
}

/// A statement with its place.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) statement: Statement,
    pub(super) place: Place,
}

impl Line {
    pub(super) fn new(about: &FactId, sql: impl Into<String>) -> Self {
        let mut sql = sql.into();
        sql.truncate(sql.trim_end().trim_end_matches(';').len());
        Self {
            statement: Statement {
                sql,
                about: about.clone(),
                hazards: Vec::new(),
            },
            place: Place::Middle,
        }
    }

    pub(super) fn with(mut self, hazard: Hazard) -> Self {
        self.statement.hazards.push(hazard);
        self
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
}
