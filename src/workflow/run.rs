//! A plan is carried out: lock, look again, step by step, with events.

use std::time::Duration;

use super::{
    Context, Error, FailedStep, Proposal, TakenBack, alembic,
    held::Staged,
    step::Prepared,
    unfinished::{self, Earlier},
};
use crate::{
    db::{Database, ErrorKind, Job, JobError, Notice},
    model::{Direction, Ledger, RevId, finding::Place},
    sql,
};

/// What happens during a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// Somebody else holds the lock.
    Waiting(&'a str),
    /// A step begins: its revision and message.
    Started(&'a RevId, &'a str),
    /// A step is done, for good.
    Finished(&'a Done),
    /// The server says something.
    Server(&'a str),
    /// The program that does the work says something.
    Output(&'a str),
    /// A lock was not to be had; the step is tried again.
    Retry {
        /// Which try comes next.
        attempt: u32,
        /// How many there will be at most.
        of: u32,
        /// The pause before it.
        pause: Duration,
    },
    /// A statement of a script outside a transaction finished.
    Statement {
        /// How many have finished.
        done: u32,
        /// How many there are.
        of: u32,
    },
}

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Up or down.
    pub direction: Direction,
    /// Of which revision.
    pub revision: RevId,
    /// Its message.
    pub message: String,
    /// How long it took.
    pub duration: Duration,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The steps, in order.
    pub done: Vec<Done>,
    /// Others had done something of the plan while this run waited.
    pub others: usize,
    /// The database's heads now.
    pub heads: Vec<RevId>,
}

/// Runs what was shown.
///
/// Under the lock the ledger is read again and `replan` asked again. What
/// another deployer did meanwhile drops out; anything else that changed stops
/// the run, since nobody has seen that plan.
pub fn run(
    context: &Context,
    database: &mut dyn Database,
    shown: &Proposal,
    replan: &dyn Fn(&mut dyn Database) -> Result<Proposal, Error>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, Error> {
    run_with(context, database, shown, replan, None, on_event)
}

/// The same, and then a restack's files; when either fails, both are as before
/// (where that can be: see [`Database::hold`]).
pub(super) fn run_with(
    context: &Context,
    database: &mut dyn Database,
    shown: &Proposal,
    replan: &dyn Fn(&mut dyn Database) -> Result<Proposal, Error>,
    files: Option<Staged<'_>>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, Error> {
    if alembic::is_used(context) && !shown.steps.is_empty() {
        alembic::require_program(context)?;
    }
    if shown.steps.is_empty() {
        if let Some(files) = files {
            files.alone()?;
        }
        return Ok(Outcome {
            heads: shown.plan.to.clone(),
            ..Outcome::default()
        });
    }
    let _guard = context.interrupt.guard(database.interrupter());
    let result = locked(
        context,
        database,
        |database, on_event| {
            let fresh = replan(database)?;
            let mut rest = shown.steps.iter();
            let same = fresh.steps.iter().all(|step| {
                rest.any(|other| other.step == step.step && other.script() == step.script())
            });
            // Others may have done a part of it; what comes out must be what was shown.
            if !same || fresh.plan.to != shown.plan.to {
                return Err(Error::PlanChanged);
            }
            let others = shown.steps.len() - fresh.steps.len();
            let done = match files {
                None => run_steps(database, &fresh.steps, false, on_event)?.0,
                Some(files) if fresh.steps.is_empty() => {
                    files.alone()?;
                    Vec::new()
                }
                Some(files) => files.with(database, &fresh, on_event)?,
            };
            Ok(Outcome {
                done,
                others,
                heads: fresh.plan.to,
            })
        },
        on_event,
    );
    match result {
        Err(Error::Database { ref error, .. }) if error.kind == ErrorKind::Interrupted => {
            Err(Error::Stopped)
        }
        other => other,
    }
}

/// Calls `act` while holding the database's lock.
pub(super) fn locked<T>(
    context: &Context,
    database: &mut dyn Database,
    act: impl FnOnce(&mut dyn Database, &mut dyn FnMut(Event<'_>)) -> Result<T, Error>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<T, Error> {
    database
        .lock(context.lock_timeout(), &mut |holder| {
            on_event(Event::Waiting(holder));
        })
        .map_err(|error| Error::database(database, error))?;
    let outcome = act(database, on_event);
    let unlocked = database
        .unlock()
        .map_err(|error| Error::database(database, error));
    // A failure to let go matters less than what failed before it.
    let outcome = outcome.and_then(|value| unlocked.map(|()| value));
    if let Ok(ledger) = database.ledger() {
        super::known::remember(context, &ledger);
    }
    outcome
}

/// Runs the steps; with how many of them are committed and told.
pub(super) fn run_steps(
    database: &mut dyn Database,
    steps: &[Prepared],
    held: bool,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(Vec<Done>, usize), Error> {
    database
        .prepare_ledger()
        .map_err(|error| Error::database(database, error))?;
    let mut done: Vec<Done> = Vec::with_capacity(steps.len());
    // Steps that ran and are not committed yet: nobody is told of them.
    let mut told = 0;
    for (n, step) in steps.iter().enumerate() {
        on_event(Event::Started(&step.step.revision, &step.message));
        let job = Job {
            direction: step.step.direction,
            entry: &step.entry,
            scripts: &step.scripts,
            skip: step.skip,
            last: n + 1 == steps.len(),
        };
        let outcome = database.run(&job, &mut |notice| {
            on_event(match notice {
                Notice::Server(text) => Event::Server(text),
                Notice::Output(text) => Event::Output(text),
                Notice::Retry { attempt, of, pause } => Event::Retry { attempt, of, pause },
                Notice::Statement { done, of } => Event::Statement { done, of },
            });
        });
        match outcome {
            Ok(ran) => {
                done.push(Done {
                    direction: step.step.direction,
                    revision: step.step.revision.clone(),
                    message: step.message.clone(),
                    duration: ran.duration,
                });
                if ran.committed && !held {
                    done[told..]
                        .iter()
                        .for_each(|step| on_event(Event::Finished(step)));
                    told = done.len();
                }
            }
            Err(error) => {
                // In a stretch that goes as a whole, nothing is made durable on the way.
                if held || error.earlier_lost || database.flush().is_err() {
                    done.truncate(told);
                }
                let mut step = step;
                if let Some(broken) = &error.broken {
                    // What went down earlier in the same run may be what goes up now.
                    let place = |id: &RevId| {
                        let mut tried = steps[..=n].iter();
                        tried.rposition(|step| step.step.revision == *id)
                    };
                    done.truncate(place(&broken.from).unwrap_or(done.len()).max(told));
                    step = place(&broken.at).map_or(step, |at| &steps[at]);
                }
                done[told..]
                    .iter()
                    .for_each(|step| on_event(Event::Finished(step)));
                return Err(failed(database, step, error, done));
            }
        }
    }
    Ok((done, told))
}

fn failed(database: &dyn Database, step: &Prepared, error: JobError, done: Vec<Done>) -> Error {
    let script = step.script();
    let place = place_of(step, &error);
    Error::Step(Box::new(FailedStep {
        direction: step.step.direction,
        revision: step.step.revision.clone(),
        message: step.message.clone(),
        bare: !script.transaction,
        statements: u32::try_from(sql::statements(&script.text, database.dialect()).len())
            .unwrap_or(u32::MAX),
        place,
        error,
        done,
        taken_back: TakenBack::NotTried,
    }))
}

/// The failing statement in its file: at the offset that the database gave,
/// else the statement's first line.
fn place_of(step: &Prepared, error: &JobError) -> Option<Place> {
    let statement = error.statement.clone()?;
    let text = &step.script().text;
    let span = match error.offset {
        Some(at) if statement.contains(&at) => {
            let word = text[at..statement.end]
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == '"'))
                .unwrap_or(statement.end - at)
                .max(1);
            at..(at + word).min(statement.end)
        }
        _ => {
            let line = text[statement.clone()].lines().next().unwrap_or("").len();
            statement.start..statement.start + line
        }
    };
    Some(step.place(span, error.error.message.clone()))
}

/// For commands that change the ledger alone: lock, ledger, change.
pub(super) fn change_ledger<T>(
    context: &Context,
    database: &mut dyn Database,
    decide: impl FnOnce(&mut dyn Database, Ledger) -> Result<(Vec<crate::db::LedgerChange>, T), Error>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<T, Error> {
    if alembic::is_used(context) {
        alembic::require_program(context)?;
    }
    if let Earlier::Open(open) = unfinished::find(context, Some(&mut *database), on_event)?
        && open.is_in_the_way()
    {
        return Err(Error::Unfinished(open));
    }
    let _guard = context.interrupt.guard(database.interrupter());
    locked(
        context,
        database,
        |database, _| {
            let ledger = context.ledger(database)?;
            let (changes, value) = decide(database, ledger)?;
            if !changes.is_empty() {
                database
                    .prepare_ledger()
                    .and_then(|()| database.rewrite(&changes))
                    .map_err(|error| Error::database(database, error))?;
            }
            Ok(value)
        },
        on_event,
    )
}
