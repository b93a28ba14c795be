//! What is said of a call that did not do what it was to do. Pure.

use super::stretch::Stretch;
use crate::{
    db::{Broken, DbError, ErrorKind, JobError},
    model::RevId,
};

/// Puts the blame on the step that Alembic was at, else on the first that was not done. Where
/// a call is one transaction, the steps between were taken along.
pub(super) fn attributed(
    error: DbError,
    stretch: &Stretch,
    done: usize,
    at: Option<&str>,
) -> JobError {
    let first = stretch.steps.get(done).or(stretch.steps.last());
    let mut left = stretch.steps.iter().skip(done);
    let blamed = left.find(|id| Some(id.as_str()) == at).or(first);
    let broken = first.zip(blamed).map(|(from, at)| Broken {
        at: at.clone(),
        from: from.clone(),
    });
    JobError {
        broken,
        // It failed with everything done: the plan may be looked at anew.
        outcome_unknown: done == stretch.steps.len(),
        ..JobError::from(error)
    }
}

/// An error of ours, with what to do about it.
pub(super) fn wrong(message: String, advice: &str) -> DbError {
    DbError {
        advice: Some(advice.to_owned()),
        ..DbError::new(ErrorKind::Statement, message)
    }
}

/// Ids in a sentence.
pub(super) fn names(ids: &[RevId]) -> String {
    let names: Vec<&str> = ids.iter().map(RevId::as_str).collect();
    names.join(", ")
}
