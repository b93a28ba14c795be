//! A restack is carried out: files and database, both or neither.
//!
//! The order is journal, steps, files, commit. Each failure undoes what came before
//! it; what cannot be undone is told with where it stands, and the journal stays for
//! `unfinished`, which puts it back or brings it to its end later.

use std::{path::PathBuf, thread::sleep, time::Duration};

use super::{
    BrokenOff, Context, DatabaseLeft, Done, Error, Event, Proposal, alembic,
    journal::{self, Involved, Journal, Record},
    known,
    restack::{Restacking, Rewrite},
    rewrite::{self, NotBack},
    run::run_steps,
    stands,
    step::Prepared,
    sync::Decisions,
    unfinished,
};
use crate::{
    db::{Database, DbError, ErrorKind},
    model::interrupted::{Held, Rows, progress, rows},
};

/// The pauses before each look for a server whose session was lost.
const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// What became of the steps before one that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenBack {
    /// They stay, as in any run.
    NotTried,
    /// They stay, and the files are as before: steps of Alembic's that nothing can undo.
    Stays {
        /// Why nothing can.
        why: &'static str,
    },
    /// Files and database are as before.
    Yes,
    /// So they are, and what the database held until then is kept: another program may have
    /// written to it while one wrote for us.
    Beside {
        /// The file.
        aside: PathBuf,
    },
    /// So they are, by the same scripts backwards: without the rows of what was rolled back.
    ByScripts,
    /// They could not be taken back now, and can be later: the journal stays.
    Later {
        /// Why not.
        why: String,
    },
    /// They should have been taken back and could not be.
    No {
        /// Why not.
        why: String,
        /// A copy of the database as it was, which is kept.
        copy: Option<PathBuf>,
    },
}

/// A restack with its journal begun and nothing changed.
pub(super) struct Staged<'a> {
    context: &'a Context,
    restacking: &'a Restacking,
    files: &'a [Rewrite],
    journal: Journal,
    record: Record,
    /// The copy of the database could not be moved away from the journal.
    copy_stays: bool,
}

/// Begins the journal, and makes sure that the files can be changed.
pub(super) fn stage<'a>(
    context: &'a Context,
    restacking: &'a Restacking,
    decisions: Decisions,
) -> Result<Staged<'a>, Error> {
    let files = &restacking.files;
    rewrite::rehearse(context, files)?;
    let Some(journal) = journal::begin(context)? else {
        return Err(unfinished::in_the_way(context));
    };
    Ok(Staged {
        record: Record::new(context, &restacking.moves, decisions, files),
        context,
        restacking,
        files,
        journal,
        copy_stays: false,
    })
}

impl Staged<'_> {
    /// The files alone.
    pub(super) fn alone(self) -> Result<(), Error> {
        if let Err(error) = self.journal.write(&self.record) {
            return Err(self.over(error));
        }
        match rewrite::put(self.context, self.journal.folder(), self.files) {
            Ok(()) => self.journal.end(),
            Err(failed) => Err(self.files_failed(failed, DatabaseLeft::NotInvolved)),
        }
    }

    /// The steps of the database, and the files.
    pub(super) fn with(
        mut self,
        database: &mut dyn Database,
        fresh: &Proposal,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Vec<Done>, Error> {
        let scripts: Vec<_> = fresh.steps.iter().map(Prepared::script).collect();
        // Before the stretch: what makes the ledger may be a transaction of its own.
        let held = database
            .prepare_ledger()
            .and_then(|()| database.hold(&scripts, &self.journal.copy()));
        let held = match held {
            Ok(held) => held,
            Err(error) => {
                return Err(self.over(Error::database(database, error)));
            }
        };
        // What cannot be undone step by step stays.
        let held = match held {
            Held::Steps if !fresh.steps.iter().all(Prepared::can_be_undone) => Held::No,
            held => held,
        };
        if let Err(error) = self.write(fresh, held) {
            let _ = database.take_back();
            return Err(self.over(error));
        }
        let ran = run_steps(database, &fresh.steps, held != Held::No, on_event);
        let (done, told) = match ran {
            Ok(ran) => ran,
            Err(mut error) if held == Held::No => {
                // Steps that stay, as in any run; the files have not been touched.
                if let Error::Step(step) = &mut error
                    && alembic::is_used(self.context)
                {
                    let why = why_it_stays(self.context, &fresh.steps);
                    step.taken_back = TakenBack::Stays { why };
                }
                return Err(self.over(error));
            }
            Err(error) => return Err(self.take_back(database, error)),
        };
        if let Err(error) = self.move_rows(database, fresh) {
            return Err(match held {
                Held::No => self.over(error),
                _ => self.take_back(database, error),
            });
        }
        if let Err(failed) = rewrite::put(self.context, self.journal.folder(), self.files) {
            let left = match held {
                Held::No => DatabaseLeft::Done,
                _ => self.database_back(database),
            };
            return Err(self.files_failed(failed, left));
        }
        if held != Held::No
            && let Err(error) = database.keep()
        {
            self = self.not_kept(database, held, error, on_event)?;
        }
        done[told..]
            .iter()
            .for_each(|step| on_event(Event::Finished(step)));
        // Everything is done: a journal that stays says so when it is found.
        let _ = self.journal.end();
        Ok(done)
    }

    /// The rows of what was not rolled back get the edges that its files get.
    fn move_rows(&self, database: &mut dyn Database, fresh: &Proposal) -> Result<(), Error> {
        let rows = stands::rows(self.restacking, &fresh.state, &fresh.stands, database)?;
        if rows.is_empty() {
            return Ok(());
        }
        database
            .rewrite(&rows)
            .map_err(|error| Error::database(database, error))
    }

    fn write(&mut self, fresh: &Proposal, held: Held) -> Result<(), Error> {
        let target = self.context.target()?;
        self.record.database = Some(Involved {
            location: known::location(&target).unwrap_or_default(),
            environment: target.environment,
            held,
            before: rows(&fresh.state.ledger),
            steps: fresh.steps.iter().map(|step| step.step.clone()).collect(),
        });
        self.journal.write(&self.record)
    }

    /// A step failed; the files are as they were.
    fn take_back(mut self, database: &mut dyn Database, error: Error) -> Error {
        let mut held = self.record.database.iter().map(|involved| involved.held);
        let by_scripts = held.any(|held| held == Held::Steps);
        let left = self.database_back(database);
        let later = matches!(left, DatabaseLeft::Later { .. });
        let error = match error {
            Error::Step(mut step) => {
                step.taken_back = match left {
                    DatabaseLeft::Later { why } => TakenBack::Later { why },
                    DatabaseLeft::NotTakenBack { why, copy } => TakenBack::No { why, copy },
                    DatabaseLeft::BeforeBeside { aside } => {
                        step.done.clear();
                        TakenBack::Beside { aside }
                    }
                    _ => {
                        step.done.clear();
                        if by_scripts {
                            TakenBack::ByScripts
                        } else {
                            TakenBack::Yes
                        }
                    }
                };
                Error::Step(step)
            }
            error if left == DatabaseLeft::Before => error,
            error => broken_off(error, false, Vec::new(), left),
        };
        // The journal stays for what can only be put back later.
        if later { error } else { self.over(error) }
    }

    /// The steps ran and the files changed, and the database did not keep its part.
    /// Gives the restack back where it turns out that it did.
    fn not_kept(
        mut self,
        database: &mut dyn Database,
        held: Held,
        error: DbError,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Self, Error> {
        // A session that ends while COMMIT is on its way has said neither yes nor no.
        let lost = held == Held::Transaction && error.kind == ErrorKind::Lost;
        let cause = Error::database(database, error);
        let left = if lost {
            match self.ask_again(database, on_event) {
                Ok(rows) if rows.complete() => return Ok(self),
                Ok(rows) if rows.untouched() => DatabaseLeft::Before,
                Ok(_) => DatabaseLeft::Unknown {
                    why: "its ledger was changed by somebody else since".to_owned(),
                },
                Err(error) => DatabaseLeft::Unknown { why: error.message },
            }
        } else {
            self.database_back(database)
        };
        if matches!(left, DatabaseLeft::Unknown { .. }) {
            // The journal stays, and the files as they are.
            return Err(broken_off(cause, true, Vec::new(), left));
        }
        let files = rewrite::put_back(self.context, self.journal.folder(), self.files);
        if files.is_empty() && !lost && left == DatabaseLeft::Before {
            return Err(self.over(cause));
        }
        let whole = files.is_empty() && !matches!(left, DatabaseLeft::Later { .. });
        let error = broken_off(cause, false, files, left);
        Err(if whole { self.over(error) } else { error })
    }

    /// What the ledger says, after a session was lost: with the lock taken again, its
    /// transaction is over.
    fn ask_again(
        &self,
        database: &mut dyn Database,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Rows, DbError> {
        let mut outcome = Ok(());
        for pause in PAUSES {
            sleep(pause);
            outcome = database.reconnect(self.context.lock_timeout(), &mut |holder| {
                on_event(Event::Waiting(holder));
            });
            let away = |error: &DbError| {
                matches!(
                    error.kind,
                    ErrorKind::Unreachable | ErrorKind::Lost | ErrorKind::Refused
                )
            };
            if self.context.interrupt.is_asked() || !outcome.as_ref().is_err_and(away) {
                break;
            }
        }
        outcome?;
        let now = rows(&database.ledger()?);
        Ok(match &self.record.database {
            Some(involved) => progress(&involved.before, &involved.steps, &now),
            None => Rows::NotInvolved,
        })
    }

    fn database_back(&mut self, database: &mut dyn Database) -> DatabaseLeft {
        match database.take_back() {
            Ok(()) => match self.meanwhile_kept() {
                Some(aside) => DatabaseLeft::BeforeBeside { aside },
                None => DatabaseLeft::Before,
            },
            Err(why) if why.kind == ErrorKind::WrittenMeanwhile => DatabaseLeft::NotTakenBack {
                why: why.message,
                copy: self.copy_kept(),
            },
            // Somebody reads it at this moment, or the disk is full.
            Err(why) => DatabaseLeft::Later { why: why.message },
        }
    }

    /// The copy of the database is all there is of it as it was: it is kept. A place
    /// that cannot be had leaves it where it is.
    fn copy_kept(&mut self) -> Option<PathBuf> {
        let kept = self.journal.keep_copy(self.context);
        self.copy_stays = kept.is_err();
        kept.unwrap_or_else(|_| Some(self.journal.copy()))
    }

    /// The same for what it held until it was taken back, where that may be missed.
    fn meanwhile_kept(&mut self) -> Option<PathBuf> {
        let kept = self.journal.keep_meanwhile(self.context);
        self.copy_stays |= kept.is_err();
        kept.unwrap_or_else(|_| Some(self.journal.folder().join(journal::MEANWHILE)))
    }

    fn files_failed(self, failed: rewrite::NotPut, database: DatabaseLeft) -> Error {
        let rewrite::NotPut { cause, left } = failed;
        let plain = matches!(database, DatabaseLeft::Before | DatabaseLeft::NotInvolved);
        if left.is_empty() && plain {
            return self.over(cause);
        }
        let stays = matches!(database, DatabaseLeft::Done | DatabaseLeft::Later { .. });
        let whole = left.is_empty() && !stays;
        let error = broken_off(cause, false, left, database);
        if whole { self.over(error) } else { error }
    }

    /// Nothing is left to be put back: the journal ends with the error. One that
    /// cannot be removed is found the next time, and says what it was.
    fn over(self, error: Error) -> Error {
        if !self.copy_stays {
            let _ = self.journal.end();
        }
        error
    }
}

/// Why Alembic's steps are not undone.
fn why_it_stays(context: &Context, steps: &[Prepared]) -> &'static str {
    if !steps.iter().all(Prepared::can_be_undone) {
        "one of the revisions to be applied has no way back"
    } else if context.config.alembic.sidecar {
        "Alembic commits each step, and with `sidecar: true` what went back by its scripts would be without its record"
    } else {
        "Alembic commits each step, and the database was empty before"
    }
}

fn broken_off(
    cause: Error,
    files_done: bool,
    files_left: Vec<NotBack>,
    database: DatabaseLeft,
) -> Error {
    Error::BrokenOff(Box::new(BrokenOff {
        cause: Box::new(cause),
        files_done,
        files_left,
        database,
    }))
}
