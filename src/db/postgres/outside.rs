//! Runs a script outside of a transaction (`transaction:false`), keeping record.
//!
//! The row says how many statements have finished. Each statement is first tried
//! in one message with the update of that number: the server makes one implicit
//! transaction of a message (manual, "Multiple Statements in a Simple Query"), so
//! statement and record are both there or neither is. What refuses to run that
//! way (`CREATE INDEX CONCURRENTLY`, `VACUUM`, a procedure that commits) has then
//! done nothing at all, and runs alone, between a record that it was sent and a
//! record that it finished. Only in between is its end uncertain.

use std::time::Instant;

use super::{
    Postgres,
    in_transaction::restore,
    ledger::{LedgerRow, Took},
    lock::interrupted,
    message::{Clues, Culprit, Message, Part},
    pg_error,
    script::{Control, Script},
    session::Failure,
};
use crate::{
    db::{
        Job, Notice,
        error::{DbError, ErrorKind, JobError},
    },
    model::{Direction, EntryState},
};

/// How far a run is.
struct Run<'a> {
    script: &'a Script<'a>,
    job: &'a Job<'a>,
    row: LedgerRow,
    start: Instant,
    /// Statements that finished and are recorded.
    done: u32,
    /// The script has begun a transaction of its own.
    open: bool,
}

impl Postgres {
    /// Runs the script from `job.skip` on.
    pub(super) fn run_outside(
        &mut self,
        script: &Script<'_>,
        job: &Job<'_>,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), JobError> {
        let mut run = Run {
            script,
            job,
            row: self.table.row(&job.entry.revision)?,
            start: Instant::now(),
            done: job.skip,
            open: false,
        };
        let outcome = self.steps(&mut run, notice);
        // The session has to be as it was, after a failure as well.
        self.clean_up(&run);
        outcome
    }

    fn steps(
        &mut self,
        run: &mut Run<'_>,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), JobError> {
        let count = run.script.len();
        let skip = usize::try_from(run.job.skip).unwrap_or(usize::MAX);
        if skip >= count {
            // Nothing (left) to run.
            let mut message = Message::default();
            if skip == 0 && run.job.direction == Direction::Up {
                message.record(&self.table.put(
                    run.job.entry,
                    run.job.scripts,
                    EntryState::Applied,
                    Took::Transaction,
                )?);
            } else {
                self.record_finished(run, &mut message);
            }
            return self.tell(&message, notice, run);
        }
        self.begin(run, notice)?;
        for at in skip..count {
            if self.session.take_interrupt() {
                return Err(self.stop(run, interrupted().into()));
            }
            self.step(run, at, notice)?;
            run.open = match run.script.control(at) {
                Some(Control::Begins) => true,
                Some(Control::Ends) => false,
                None => run.open,
            };
            run.done = u32::try_from(at + 1).unwrap_or(u32::MAX);
            notice(Notice::Statement {
                done: run.done,
                of: u32::try_from(count).unwrap_or(u32::MAX),
            });
        }
        if run.open {
            let error = JobError {
                statement: Some(run.script.span(count - 1)),
                ..DbError::new(
                    ErrorKind::Statement,
                    "the script begins a transaction and does not end it",
                )
                .into()
            };
            return Err(self.stop(run, error));
        }
        Ok(())
    }

    /// Records that the script has begun (or goes on), and sets the time limits.
    fn begin(&mut self, run: &Run<'_>, notice: &mut dyn FnMut(Notice<'_>)) -> Result<(), JobError> {
        let mut message = Message::default();
        message.record(&match run.job.direction {
            Direction::Up => {
                let state = EntryState::Running {
                    direction: Direction::Up,
                    done: run.job.skip,
                    uncertain: false,
                };
                self.table
                    .put(run.job.entry, run.job.scripts, state, Took::Given)?
            }
            Direction::Down => run.row.reverting(run.job.skip),
        });
        for limit in self.time_limits() {
            message.ours(&format!("SET {limit}"));
        }
        self.tell(&message, notice, run)
    }

    /// Runs one statement with its record.
    fn step(
        &mut self,
        run: &Run<'_>,
        at: usize,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), JobError> {
        if !run.script.is_closed(at) {
            return self.alone(run, at, notice);
        }
        let mut message = Message::default();
        message.statement(run.script, at);
        self.record_after(run, at, &mut message);
        let mut attempt = 1;
        loop {
            let start = Instant::now();
            let Err(failure) = self.send(&message, notice) else {
                return Ok(());
            };
            let culprit = self.blame(&message, &failure, run);
            let code = failure.code().unwrap_or_default();
            // In a transaction of the script's own there is no second try.
            if !run.open && matches!(culprit.part, Part::Statement(_)) {
                match code {
                    pg_error::ACTIVE_TRANSACTION | pg_error::INVALID_TERMINATION => {
                        return self.alone(run, at, notice);
                    }
                    pg_error::LOCK_NOT_AVAILABLE | pg_error::DEADLOCK
                        if attempt <= self.settings.lock_retries =>
                    {
                        attempt += 1;
                        if let Err(error) = self.pause_before(attempt, notice) {
                            return Err(self.stop(run, error));
                        }
                        continue;
                    }
                    _ => {}
                }
            }
            let error = self.explain(&failure, &culprit, run.script, start.elapsed());
            return Err(self.stop(run, error));
        }
    }

    /// Runs a statement that cannot share a transaction with its record.
    fn alone(
        &mut self,
        run: &Run<'_>,
        at: usize,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), JobError> {
        let mut before = Message::default();
        self.as_ourselves(run, &mut before);
        before.record(&run.row.uncertain());
        self.tell(&before, notice, run)?;

        let mut message = Message::default();
        message.statement(run.script, at);
        let start = Instant::now();
        if let Err(failure) = self.send(&message, notice) {
            let culprit = self.blame(&message, &failure, run);
            let mut error = self.explain(&failure, &culprit, run.script, start.elapsed());
            if error.error.hint.is_none() && failure.server().is_some() {
                error.error.hint = leftovers(run.script.statement(at));
            }
            return Err(self.stop(run, error));
        }
        let mut after = Message::default();
        self.record_after(run, at, &mut after);
        self.tell(&after, notice, run)
    }

    /// What has to be recorded once statement `at` has run.
    fn record_after(&self, run: &Run<'_>, at: usize, message: &mut Message) {
        if at + 1 == run.script.len() {
            self.record_finished(run, message);
        } else if !(run.script.changes_session && self.is_open_after(run, at)) {
            self.as_ourselves(run, message);
            let done = u32::try_from(at + 1).unwrap_or(u32::MAX);
            message.record(&run.row.progress(done));
        }
        // Else the script has both a transaction and perhaps a role of its own,
        // which must not be changed under it: its COMMIT is what is recorded next.
    }

    fn is_open_after(&self, run: &Run<'_>, at: usize) -> bool {
        match run.script.control(at) {
            Some(control) => control == Control::Begins,
            None => run.open,
        }
    }

    fn record_finished(&self, run: &Run<'_>, message: &mut Message) {
        self.as_ourselves(run, message);
        if run.job.last {
            message.ours("SET LOCAL synchronous_commit TO DEFAULT");
        }
        message.record(&match run.job.direction {
            Direction::Up => run.row.applied(run.start.elapsed().as_millis()),
            Direction::Down => run.row.delete(),
        });
    }

    /// The ledger is written by the one who connected, whoever the script is by
    /// now; `LOCAL`, so that the script's next statement finds its role again.
    fn as_ourselves(&self, run: &Run<'_>, message: &mut Message) {
        if run.script.changes_session {
            message.ours("SET LOCAL SESSION AUTHORIZATION DEFAULT");
            message.ours("SET LOCAL role TO DEFAULT");
        }
    }

    /// Sends a message without a statement of the script.
    fn tell(
        &mut self,
        message: &Message,
        notice: &mut dyn FnMut(Notice<'_>),
        run: &Run<'_>,
    ) -> Result<(), JobError> {
        let start = Instant::now();
        self.send(message, notice).map_err(|failure: Failure| {
            let culprit = self.blame(message, &failure, run);
            let error = self.explain(&failure, &culprit, run.script, start.elapsed());
            self.stop(run, error)
        })
    }

    fn blame(&self, message: &Message, failure: &Failure, run: &Run<'_>) -> Culprit {
        let clues = Clues {
            names_ledger: self.names_ledger(failure),
            ended: false,
        };
        message.culprit(failure, run.script, clues)
    }

    /// After a failure: leaves the script's own transaction, records that nothing
    /// is under way any more, and completes the error with what is recorded.
    fn stop(&mut self, run: &Run<'_>, error: JobError) -> JobError {
        let mut done = run.done;
        if !self.session.is_broken() {
            let mut message = Message::default();
            // Whether one is open is not certain after a failure (of COMMIT, say).
            if run.script.controls_transactions() {
                message.ours("ROLLBACK");
            }
            self.as_ourselves(run, &mut message);
            message.record(&run.row.certain());
            if let Ok(rows) = self.session.rows(&message.text) {
                let recorded = rows.first().and_then(|row| row.first()).cloned().flatten();
                done = recorded
                    .and_then(|number| number.parse().ok())
                    .unwrap_or(done);
            }
        }
        JobError { done, ..error }
    }

    fn clean_up(&mut self, run: &Run<'_>) {
        if self.session.is_broken() {
            return;
        }
        let mut undo: Vec<String> = Vec::new();
        if run.script.changes_session {
            undo.push(restore());
        } else {
            for limit in self.time_limits() {
                let name = limit.split(' ').next().unwrap_or_default();
                undo.push(format!("SET {name} TO DEFAULT"));
            }
        }
        if !undo.is_empty() {
            // Should it fail, the session is broken and the next call says so.
            let _ = self.session.run(&undo.join("; "), &mut |_| {});
        }
    }
}

/// What a failed statement leaves behind although it failed.
fn leftovers(statement: &str) -> Option<String> {
    let statement = statement.to_ascii_uppercase();
    (statement.contains("CONCURRENTLY") && statement.contains("INDEX")).then(|| {
        "an invalid index may be left behind: \\d on the table shows it, \
         DROP INDEX CONCURRENTLY removes it"
            .to_owned()
    })
}
