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

impl Run<'_> {
    /// What has to be recorded once statement `at` has run.
    fn record_after(&self, at: usize, message: &mut Message) {
        if at + 1 == self.script.len() {
            self.record_finished(message);
        } else if !(self.script.changes_session && self.is_open_after(at)) {
            self.as_ourselves(message);
            message.record(&self.row.progress(count(at + 1)));
        }
        // Else the script has both a transaction and perhaps a role of its own,
        // which must not be changed under it: its COMMIT is what is recorded next.
    }

    fn record_finished(&self, message: &mut Message) {
        self.as_ourselves(message);
        if self.job.last {
            message.ours("SET LOCAL synchronous_commit TO DEFAULT");
        }
        message.record(&match self.job.direction {
            Direction::Up => self.row.applied(self.start.elapsed().as_millis()),
            Direction::Down => self.row.delete(),
        });
    }

    /// The ledger is written by the one who connected, whoever the script is by
    /// now; `LOCAL`, so that the script's next statement finds its role again.
    fn as_ourselves(&self, message: &mut Message) {
        if self.script.changes_session {
            message.ours("SET LOCAL SESSION AUTHORIZATION DEFAULT");
            message.ours("SET LOCAL role TO DEFAULT");
        }
    }

    /// Whether a transaction of the script's own is open behind statement `at`.
    fn is_open_after(&self, at: usize) -> bool {
        match self.script.control(at) {
            Some(control) => control == Control::Begins,
            None => self.open,
        }
    }
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
        let len = run.script.len();
        let skip = usize::try_from(run.job.skip).unwrap_or(usize::MAX);
        if skip >= len {
            // Nothing (left) to run.
            let mut message = Message::default();
            if run.job.direction == Direction::Up {
                message.record(&self.table.put(
                    run.job.entry,
                    run.job.scripts,
                    EntryState::Applied,
                    Took::Transaction,
                )?);
            } else {
                run.record_finished(&mut message);
            }
            return self.tell(&message, notice, run);
        }
        self.begin(run, notice)?;
        for at in skip..len {
            if self.session.take_interrupt() {
                return Err(self.stop(run, interrupted().into()));
            }
            self.step(run, at, notice)?;
            run.open = run.is_open_after(at);
            run.done = count(at + 1);
            notice(Notice::Statement {
                done: run.done,
                of: count(len),
            });
        }
        if run.open {
            let error = JobError {
                statement: Some(run.script.span(len - 1)),
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
        let state = EntryState::Running {
            direction: run.job.direction,
            done: run.job.skip,
            uncertain: false,
        };
        // With the scripts, since what is counted are the statements of these.
        message.record(
            &self
                .table
                .put(run.job.entry, run.job.scripts, state, Took::Given)?,
        );
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
        run.record_after(at, &mut message);
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
        run.as_ourselves(&mut before);
        before.record(&run.row.uncertain());
        self.tell(&before, notice, run)?;

        let mut message = Message::default();
        message.statement(run.script, at);
        let start = Instant::now();
        if let Err(failure) = self.send(&message, notice) {
            let culprit = self.blame(&message, &failure, run);
            let mut error = self.explain(&failure, &culprit, run.script, start.elapsed());
            if error.error.advice.is_none() && failure.server().is_some() {
                error.error.advice = leftovers(run.script.statement(at));
            }
            return Err(self.stop(run, error));
        }
        let mut after = Message::default();
        run.record_after(at, &mut after);
        let start = Instant::now();
        self.send(&after, notice).map_err(|failure| {
            let culprit = self.blame(&after, &failure, run);
            let error = self.explain(&failure, &culprit, run.script, start.elapsed());
            // It has run, whatever became of its record.
            self.stop_with(run, &run.row.progress(count(at + 1)), error)
        })
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
        self.stop_with(run, &run.row.certain(), error)
    }

    fn stop_with(&mut self, run: &Run<'_>, record: &str, error: JobError) -> JobError {
        let mut done = run.done;
        if !self.session.is_broken() {
            let mut message = Message::default();
            // Whether one is open is not certain after a failure (of COMMIT, say).
            if run.script.controls_transactions() {
                message.ours("ROLLBACK");
            }
            run.as_ourselves(&mut message);
            message.record(&format!("{record} RETURNING statements_done"));
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
            let _ = self.session.run(&undo.join("; "), false, &mut |_| {});
        }
    }
}

/// A number of statements, as it is recorded.
fn count(statements: usize) -> u32 {
    u32::try_from(statements).unwrap_or(u32::MAX)
}

/// What a failed statement leaves behind although it failed: a build that others went on
/// beside leaves its index, which nobody may use.
fn leftovers(statement: &str) -> Option<String> {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let is = |word: &str, name: &str| word.eq_ignore_ascii_case(name);
    let at = words.iter().position(|word| is(word, "CONCURRENTLY"))?;
    let mut before = words[..at].iter();
    if !before.any(|word| is(word, "INDEX")) {
        return None;
    }
    let mut behind = words[at + 1..].iter();
    let name = behind.find(|word| !["IF", "NOT", "EXISTS"].iter().any(|one| is(word, one)))?;
    let is_named = is(words.first()?, "CREATE") && !is(name, "ON");
    Some(if is_named {
        format!(
            "an invalid index may be left behind: `DROP INDEX CONCURRENTLY IF EXISTS {name}` removes it"
        )
    } else {
        "an invalid index may be left behind: `SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid` \
         lists it, `DROP INDEX CONCURRENTLY` removes it"
            .to_owned()
    })
}
