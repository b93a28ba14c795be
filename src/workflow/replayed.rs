//! Revisions, run again from nothing on a scratch database by the same runner: those of a
//! ledger as they ran, in the order in which they were applied, or those of files.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Context, Error, NotReplayed, State,
    plan::Resume,
    run::run_steps,
    step::scripts_of,
    step::{Facts, Prepared},
};
use crate::{
    db::Database,
    model::{
        Dialect, Entry, EntryState, Ledger, Project, RevId,
        ledger::{StoredScript, StoredScripts},
    },
    sql,
};

/// A statement that is not run on a scratch database, since it reaches beyond it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Of which revision.
    pub revision: RevId,
    /// Its first line.
    pub statement: String,
}

/// Steps, and what of them is not run.
pub(super) type Steps = (Vec<Prepared>, Vec<LeftOut>);

/// The revisions of a ledger as steps.
pub(super) fn of_ledger(
    project: Option<&Project>,
    ledger: &Ledger,
    scripts: Vec<(RevId, StoredScripts)>,
    dialect: Dialect,
) -> Result<Steps, Error> {
    let mut scripts: BTreeMap<RevId, StoredScripts> = scripts.into_iter().collect();
    let mut steps = Vec::with_capacity(ledger.entries.len());
    for entry in &ledger.entries {
        let not = |why: fn(RevId) -> NotReplayed| {
            Error::NotReplayed(Box::new(why(entry.revision.clone())))
        };
        if entry.state != EntryState::Applied {
            return Err(not(NotReplayed::HalfDone));
        }
        let stored = scripts
            .remove(&entry.revision)
            .filter(|scripts| is_kept(entry, scripts))
            .or_else(|| as_in_file(project, entry))
            .ok_or_else(|| not(NotReplayed::NoScript))?;
        steps.push(Prepared::again(entry, stored, project));
    }
    Ok(within(steps, dialect))
}

/// Revisions of files as steps, parents first.
pub(super) fn of_files(
    context: &Context,
    project: &Project,
    revisions: &BTreeSet<RevId>,
    dialect: Dialect,
) -> Result<Steps, Error> {
    let nothing = State::new(project, Ledger::default());
    let facts = Facts::gather(context);
    let order = project.graph.order(revisions);
    let migrations = order
        .iter()
        .rev()
        .filter_map(|id| project.migration(id.as_str()));
    let steps: Vec<Prepared> = migrations
        .map(|migration| Prepared::up(migration, &nothing, &facts, Resume::Ask, dialect))
        .collect::<Result<_, Error>>()?;
    Ok(within(steps, dialect))
}

/// The steps without what would reach beyond the scratch database.
fn within(mut steps: Vec<Prepared>, dialect: Dialect) -> Steps {
    let mut left_out = Vec::new();
    for step in &mut steps {
        let up = &mut step.scripts.up;
        for span in sql::beyond_the_database(&up.text, dialect) {
            left_out.push(LeftOut {
                revision: step.step.revision.clone(),
                statement: first_line(&up.text[span.clone()]),
            });
            blank(up, span);
        }
    }
    (steps, left_out)
}

/// An empty script is one that ran only if the checksum agrees.
fn is_kept(entry: &Entry, scripts: &StoredScripts) -> bool {
    let down = scripts.down.as_ref().map(|down| down.text.as_str());
    sql::has_statement(&scripts.up.text)
        || sql::checksum(&scripts.up.text, down) == entry.checksum
        || sql::checksum(&scripts.up.text, None) == entry.checksum
}

/// The file's scripts, where the checksum says that they are what ran.
fn as_in_file(project: Option<&Project>, entry: &Entry) -> Option<StoredScripts> {
    let migration = project?.migration(entry.revision.as_str())?;
    (super::step::checksum(migration) == entry.checksum).then(|| scripts_of(migration))
}

fn first_line(statement: &str) -> String {
    statement.lines().next().unwrap_or_default().to_owned()
}

/// Takes a statement out, and leaves everything else where it is: errors have places.
fn blank(script: &mut StoredScript, span: std::ops::Range<usize>) {
    let blanks: String = script.text[span.clone()]
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    script.text.replace_range(span, &blanks);
}

/// Runs the steps on a scratch database.
pub(super) fn replay(scratch: &mut dyn Database, steps: &[Prepared]) -> Result<(), Error> {
    scratch
        .lock(std::time::Duration::ZERO, &mut |_| {})
        .map_err(|error| Error::database(scratch, error))?;
    run_steps(scratch, steps, false, &mut |_| {}).map_err(|error| match error {
        Error::Step(step) => Error::NotReplayed(Box::new(NotReplayed::Step(step))),
        other => other,
    })?;
    scratch
        .flush()
        .map_err(|error| Error::database(scratch, error))
}
