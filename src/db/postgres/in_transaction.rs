//! Runs a script in one transaction, with its row of the ledger: both or neither.
//!
//! Statement by statement, as `psql` would send them. BEGIN and the time limits
//! travel with the first, the row and COMMIT with the last one, so that a script
//! of one statement costs one round trip. Does not decide what runs.

use std::time::{Duration, Instant};

use super::{
    Postgres, SESSION,
    ledger::Took,
    lock::{interrupted, wait},
    message::{Clues, Message},
    script::Script,
};
use crate::{
    db::{
        Job, Notice,
        error::{ErrorKind, JobError},
    },
    model::{Direction, EntryState},
};

/// The pauses before another try after a lock timeout: first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Puts settings and roles back to what they were when the session began.
/// `RESET ALL` leaves the roles alone, and knows nothing of our own settings.
pub(super) fn restore() -> String {
    format!("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; {SESSION}")
}

impl Postgres {
    /// Runs the script, as often as it takes to get its locks and is allowed.
    pub(super) fn run_in_transaction(
        &mut self,
        script: &Script<'_>,
        job: &Job<'_>,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<Duration, JobError> {
        let tries = self.settings.lock_retries.saturating_add(1);
        let mut attempt = 1;
        loop {
            let start = Instant::now();
            let error = match self.attempt(script, job, notice) {
                Ok(()) => return Ok(start.elapsed()),
                Err(error) => error,
            };
            if error.error.kind != ErrorKind::LockTimeout || attempt >= tries || self.held {
                return Err(error);
            }
            attempt += 1;
            self.pause_before(attempt, notice)?;
        }
    }

    /// Waits a while before another try, and says so.
    pub(super) fn pause_before(
        &mut self,
        attempt: u32,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), JobError> {
        let doubled = FIRST_PAUSE.saturating_mul(1 << attempt.saturating_sub(2).min(16));
        let pause = doubled.min(LONGEST_PAUSE);
        notice(Notice::Retry {
            attempt,
            of: self.settings.lock_retries.saturating_add(1),
            pause,
        });
        wait(&self.session, pause).map_err(JobError::from)
    }

    fn attempt(
        &mut self,
        script: &Script<'_>,
        job: &Job<'_>,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), JobError> {
        let record = match job.direction {
            Direction::Up => match &self.fresh {
                Some(fresh) if fresh.is_new(&job.entry.revision) => {
                    self.table.put_new(job.entry, job.scripts, fresh.seq)?
                }
                _ => self.table.put(
                    job.entry,
                    job.scripts,
                    EntryState::Applied,
                    Took::Transaction,
                )?,
            },
            Direction::Down => self.table.row(&job.entry.revision)?.delete(),
        };
        let mut message = Message::default();
        let (begin, end) = self.bounds();
        message.ours(begin);
        for limit in self.time_limits() {
            message.ours(&format!("SET LOCAL {limit}"));
        }
        for at in 0..script.len() {
            if self.session.take_interrupt() {
                if at > 0 {
                    self.session.roll_back();
                }
                return Err(interrupted().into());
            }
            message.statement(script, at);
            let is_last = at + 1 == script.len();
            if is_last && !script.changes_session && script.is_closed(at) {
                break;
            }
            self.send_in_transaction(&message, script, notice)?;
            message = Message::default();
        }
        if script.changes_session {
            // Before the row's message, not in it: a message is read in the
            // encoding (`SET client_encoding`) that was set when it arrived.
            let mut restoring = Message::default();
            for setting in restore().split("; ") {
                restoring.ours(setting);
            }
            self.send_in_transaction(&restoring, script, notice)?;
        }
        if job.last {
            message.ours("SET LOCAL synchronous_commit TO DEFAULT");
        }
        message.record(&record);
        message.commit(end);
        self.send_in_transaction(&message, script, notice)?;
        if let Some(fresh) = &mut self.fresh {
            // A number left out (a row of the other kind, a row removed) does no harm.
            fresh.seq += 1;
        }
        Ok(())
    }

    /// Sends a message; after a failure, the transaction is over.
    fn send_in_transaction(
        &mut self,
        message: &Message,
        script: &Script<'_>,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), JobError> {
        let start = Instant::now();
        self.send(message, notice).map_err(|failure| {
            let elapsed = start.elapsed();
            let clues = Clues {
                names_ledger: self.names_ledger(&failure),
                ended: !self.session.is_broken() && self.session.roll_back(),
            };
            let culprit = message.culprit(&failure, script, clues);
            self.explain(&failure, &culprit, script, elapsed)
        })
    }
}
