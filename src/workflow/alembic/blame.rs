//! What is said of a call that did not do what it was to do. Pure.

use std::{collections::HashMap, ops::Range};

use super::stretch::Stretch;
use crate::{
    db::{Broken, DbError, ErrorKind, JobError},
    model::{Direction, Migration, RevId, source},
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

/// The step whose module a traceback's place (`file:line`) is in: an env.py that sets up no
/// logging says nothing of what runs. By the file's name, as it may be in a temporary folder.
pub(super) fn step_at(
    stretch: &Stretch,
    files: &HashMap<RevId, Migration>,
    place: &str,
) -> Option<String> {
    let (path, _) = place.rsplit_once(':')?;
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    let wanted = name(path);
    let mut steps = stretch.steps.iter();
    let found = steps.find(|id| {
        let file = files.get(*id);
        file.is_some_and(|file| name(&file.file.path) == wanted)
    });
    found.map(ToString::to_string)
}

/// A traceback's place (`file:line`) in the script of its module, where it is there.
pub(super) fn line_of(
    direction: Direction,
    module: &Migration,
    place: &str,
) -> Option<Range<usize>> {
    let (path, line) = place.rsplit_once(':')?;
    if !module.file.path.ends_with(path) {
        return None;
    }
    let script = match (direction, &module.down) {
        (Direction::Down, Some(down)) => &down.span,
        _ => &module.up.span,
    };
    let line = source::line_span(&module.file.text, line.parse().ok()?)?;
    (line.start >= script.start && line.end <= script.end)
        .then(|| line.start - script.start..line.end - script.start)
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
