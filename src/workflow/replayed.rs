//! Revisions, run from nothing on a scratch database by the same runner as elsewhere:
//! those of a ledger as they ran, in the order in which they were applied, or those of
//! files in the order in which an upgrade would.

use std::collections::BTreeMap;

use super::{
    Context, Error, NotReplayed, Resume, State,
    run::run_steps,
    step::{Facts, Prepared, scripts_of},
};
use crate::{
    db::Database,
    layout::{
        self,
        render::{self, Body},
    },
    model::{
        Dialect, Entry, EntryState, Language, Ledger, Project, RevId, Revision, SourceFile,
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

/// The revisions of a ledger as steps, and what of them is not run.
pub(super) fn steps(
    project: Option<&Project>,
    ledger: &Ledger,
    scripts: Vec<(RevId, StoredScripts)>,
    dialect: Dialect,
) -> Result<(Vec<Prepared>, Vec<LeftOut>), Error> {
    let mut scripts: BTreeMap<RevId, StoredScripts> = scripts.into_iter().collect();
    let mut left_out = Vec::new();
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
        let mut step = Prepared::again(entry, stored, project);
        keep_inside(
            &entry.revision,
            &mut step.scripts.up,
            dialect,
            &mut left_out,
        );
        steps.push(step);
    }
    Ok((steps, left_out))
}

/// What a database ran, as steps, in the order in which it ran it.
pub(super) fn here(
    project: &Project,
    ledger: &Ledger,
    database: &mut dyn Database,
) -> Result<Vec<Prepared>, Error> {
    let scripts = database
        .all_stored_scripts()
        .map_err(|error| Error::database(database, error))?;
    Ok(steps(Some(project), ledger, scripts, database.dialect())?.0)
}

/// Steps of a plan without what reaches beyond the database.
pub(super) fn inside(steps: &[Prepared], dialect: Dialect) -> Vec<Prepared> {
    let mut steps = steps.to_vec();
    for step in &mut steps {
        let down = step.scripts.down.iter_mut();
        for script in std::iter::once(&mut step.scripts.up).chain(down) {
            keep_inside(&step.step.revision, script, dialect, &mut Vec::new());
        }
    }
    steps
}

/// Revisions of files as steps, in the order of `ids`, and what of them is not run.
pub(super) fn of_files<'a>(
    context: &Context,
    project: &Project,
    ids: impl IntoIterator<Item = &'a RevId>,
    dialect: Dialect,
) -> Result<(Vec<Prepared>, Vec<LeftOut>), Error> {
    let facts = Facts::gather(context);
    let empty = State::new(project, Ledger::default());
    let mut left_out = Vec::new();
    let mut steps = Vec::new();
    let migrations = ids.into_iter().map(|id| project.migration(id.as_str()));
    for migration in migrations.flatten() {
        let mut step = Prepared::up(migration, &empty, &facts, Resume::Ask, dialect)?;
        if migration.language == Language::Python {
            steps.push(step);
            continue;
        }
        let scripts = &mut step.scripts;
        for script in std::iter::once(&mut scripts.up).chain(&mut scripts.down) {
            keep_inside(&step.step.revision, script, dialect, &mut left_out);
        }
        steps.push(step);
    }
    Ok((steps, left_out))
}

/// A revision that is not written yet, as an upgrade would run it.
pub(super) fn unwritten(
    context: &Context,
    project: &Project,
    revision: &Revision,
    body: &Body,
    dialect: Dialect,
) -> Result<Prepared, Error> {
    let text = render::render(revision, body);
    let file = SourceFile::new(format!("{} (not written)", revision.id), text);
    let migration = context
        .layout()
        .parse(file)
        .map_err(|finding| Error::Findings(vec![*finding]))?;
    let state = State::new(project, Ledger::default());
    let facts = Facts::gather(context);
    Prepared::up(&migration, &state, &facts, Resume::Ask, dialect)
}

/// Takes out of a script what reaches beyond the database.
fn keep_inside(
    revision: &RevId,
    script: &mut StoredScript,
    dialect: Dialect,
    left_out: &mut Vec<LeftOut>,
) {
    for span in sql::beyond_the_database(&script.text, dialect) {
        left_out.push(LeftOut {
            revision: revision.clone(),
            statement: first_line(&script.text[span.clone()]),
        });
        blank(script, span);
    }
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
    (layout::checksum(migration) == entry.checksum).then(|| scripts_of(migration))
}

fn first_line(statement: &str) -> String {
    statement.lines().next().unwrap_or_default().to_owned()
}

/// Takes a statement out, and leaves everything else where it is: errors have places.
pub(super) fn blank(script: &mut StoredScript, span: std::ops::Range<usize>) {
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

/// The same of what a proof is to stand on, which says so where it fails.
pub(super) fn replay_below(scratch: &mut dyn Database, steps: &[Prepared]) -> Result<(), Error> {
    replay(scratch, steps).map_err(|error| match error {
        Error::NotReplayed(why) => Error::NotReplayed(Box::new(match *why {
            NotReplayed::Step(step) => NotReplayed::Below(step),
            other => other,
        })),
        other => other,
    })
}
