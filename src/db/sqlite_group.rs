//! Scripts in a transaction: several share one, each in a savepoint of its own.
//!
//! What a failure takes with it beyond its own step (SQLite ends the whole
//! transaction for `OR ROLLBACK`, a full disk, an interrupted write) is run again.

use std::{
    ops::Range,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use rusqlite::Error;

use super::{
    DbError, ErrorKind, Job, JobError, Ran, scratch::endless, sqlite::Sqlite,
    sqlite_error::error_offset,
};
use crate::{
    model::{Dialect, Direction, Entry, ledger::StoredScripts},
    sql,
};

/// How long revisions may share a transaction before it is committed.
const GROUP: Duration = Duration::from_millis(50);

/// A transaction that steps share.
pub(super) struct Group {
    since: Instant,
    /// What ran in it, and would be lost with it.
    steps: Vec<Shared>,
}

/// A step of a shared transaction.
struct Shared {
    direction: Direction,
    entry: Entry,
    scripts: StoredScripts,
    duration: Duration,
}

impl Shared {
    fn job(&self) -> Job<'_> {
        Job {
            direction: self.direction,
            entry: &self.entry,
            scripts: &self.scripts,
            skip: 0,
            last: false,
        }
    }

    fn text(&self) -> &str {
        match (self.direction, &self.scripts.down) {
            (Direction::Down, Some(down)) => &down.text,
            _ => &self.scripts.up.text,
        }
    }
}

impl Sqlite {
    /// Opens the shared transaction.
    pub(super) fn begin(&mut self) -> Result<(), DbError> {
        self.execute("PRAGMA foreign_keys = ON")?;
        self.begin_immediate()?;
        self.group = Some(Group {
            since: Instant::now(),
            steps: Vec::new(),
        });
        Ok(())
    }

    /// Commits the shared transaction. Where SQLite refuses, its steps are run
    /// again one by one; an error means that some of them are lost.
    pub(super) fn commit_group(&mut self) -> Result<(), DbError> {
        let Some(group) = self.group.take() else {
            return Ok(());
        };
        if group.steps.is_empty() {
            self.roll_back();
            return Ok(());
        }
        self.commit().or_else(|_| self.again(&group.steps))
    }

    fn commit(&mut self) -> Result<(), DbError> {
        let mut outcome = self.execute("COMMIT");
        match &mut outcome {
            Ok(()) => {
                self.unmade = false;
                self.note_commit();
            }
            Err(error) => {
                self.explain_commit(error);
                self.roll_back();
            }
        }
        outcome
    }

    pub(super) fn roll_back(&mut self) {
        if self.is_inside() {
            let _ = self.execute("ROLLBACK");
        }
    }

    /// A transaction is open.
    pub(super) fn is_inside(&self) -> bool {
        self.connection
            .as_ref()
            .is_some_and(|connection| !connection.is_autocommit())
    }

    /// Commits the shared transaction before a step that needs one of its own.
    pub(super) fn leave_group(&mut self) -> Result<(), JobError> {
        self.commit_group().map_err(|error| JobError {
            earlier_lost: true,
            ..error.into()
        })
    }

    /// Runs steps that were lost again, in a transaction each.
    fn again(&mut self, steps: &[Shared]) -> Result<(), DbError> {
        if steps.is_empty() {
            return Ok(());
        }
        // They had run when the user asked to stop. Whoever asks again ends the process.
        let stopped = self.stop.swap(false, Ordering::SeqCst);
        // The failed script may have limited the connection.
        let outcome = self.renew().and_then(|()| {
            steps
                .iter()
                .try_for_each(|step| self.once_more(step).inspect_err(|_| self.roll_back()))
        });
        if stopped {
            self.stop.store(true, Ordering::SeqCst);
        }
        outcome
    }

    fn once_more(&mut self, step: &Shared) -> Result<(), DbError> {
        self.execute("PRAGMA foreign_keys = ON")?;
        self.begin_immediate()?;
        self.make_ledger()?;
        self.run_statements(step.text())
            .map_err(|error| error.error)?;
        self.record(&step.job(), step.duration)?;
        self.commit()
    }

    /// One script in a savepoint of the shared transaction.
    pub(super) fn run_grouped(&mut self, job: &Job<'_>, text: &str) -> Result<Ran, JobError> {
        if self.group.is_none() {
            self.begin()?;
        }
        let start = Instant::now();
        if let Err(error) = self.run_in_savepoint(job, text, start) {
            return Err(self.undo_step(error));
        }
        let duration = start.elapsed();
        self.deferred |= mentions_deferral(text);
        let due = self.deferred
            || self.soiled
            || job.last
            || self
                .group
                .as_ref()
                .is_none_or(|group| group.since.elapsed() >= GROUP);
        if due {
            let group = self.group.take();
            if let Err(mut error) = self.commit() {
                if error.kind == ErrorKind::Statement {
                    error.context = Some("at the commit of the transaction".to_owned());
                }
                let earlier = group.map_or_else(Vec::new, |group| group.steps);
                return Err(JobError {
                    earlier_lost: self.again(&earlier).is_err(),
                    ..error.into()
                });
            }
        } else if let Some(group) = &mut self.group {
            group.steps.push(Shared {
                direction: job.direction,
                entry: job.entry.clone(),
                scripts: job.scripts.clone(),
                duration,
            });
        }
        Ok(Ran {
            duration,
            committed: due,
        })
    }

    fn run_in_savepoint(
        &mut self,
        job: &Job<'_>,
        text: &str,
        start: Instant,
    ) -> Result<(), JobError> {
        self.execute("SAVEPOINT teammig_step")?;
        self.make_ledger()?;
        self.run_statements(text)?;
        self.record(job, start.elapsed())?;
        Ok(self.execute("RELEASE teammig_step")?)
    }

    /// Takes a failed step back and commits those before it.
    fn undo_step(&mut self, error: JobError) -> JobError {
        let earlier = self.group.take().map_or_else(Vec::new, |group| group.steps);
        let kept = !earlier.is_empty()
            && self.is_inside()
            && self
                .execute("ROLLBACK TO teammig_step; RELEASE teammig_step")
                .and_then(|()| self.commit())
                .is_ok();
        self.roll_back();
        JobError {
            earlier_lost: !kept && self.again(&earlier).is_err(),
            ..error
        }
    }

    /// One script in a transaction of its own, with foreign keys off around it.
    ///
    /// The pragma does nothing inside a transaction, so it comes before. With
    /// `legacy_alter_table` a rename leaves the references of other tables
    /// alone, which is what a table rebuild needs
    /// (<https://www.sqlite.org/lang_altertable.html#otheralter>).
    pub(super) fn run_without_foreign_keys(
        &mut self,
        job: &Job<'_>,
        text: &str,
    ) -> Result<Ran, JobError> {
        self.leave_group()?;
        let start = Instant::now();
        let outcome = self.run_unchecked(job, text, start);
        if outcome.is_err() {
            self.roll_back();
        }
        let restored = self.execute("PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON");
        // What is committed is not undone by this: the next step gets a new connection.
        self.soiled |= restored.is_err();
        outcome?;
        Ok(Ran {
            duration: start.elapsed(),
            committed: true,
        })
    }

    fn run_unchecked(&mut self, job: &Job<'_>, text: &str, start: Instant) -> Result<(), JobError> {
        self.execute("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON")?;
        self.begin_immediate()?;
        self.make_ledger()?;
        let before = self.foreign_key_violations()?;
        let aside = self.put_aside(text)?;
        self.run_statements(text)?;
        self.bring_back(aside)?;
        self.check_foreign_keys(&before)?;
        self.record(job, start.elapsed())?;
        Ok(self.commit()?)
    }

    fn run_statements(&mut self, text: &str) -> Result<(), JobError> {
        for statement in sql::statements(text, Dialect::Sqlite) {
            self.run_one(text, statement.span)?;
        }
        Ok(())
    }

    /// Runs one statement to its end: a SELECT computes all of its rows.
    pub(super) fn run_one(&mut self, text: &str, span: Range<usize>) -> Result<(), JobError> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(DbError::new(ErrorKind::Interrupted, "stopped").into());
        }
        let sql = &text[span.clone()];
        self.refuse_cascade(sql, &text[span.end..])
            .map_err(|error| JobError {
                statement: Some(span.clone()),
                ..error.into()
            })?;
        if let Some(limit) = &self.limit {
            limit.begin();
        }
        let connection = self.writer()?;
        let outcome = match connection.prepare(sql) {
            Ok(mut statement) => {
                let mut rows = statement.raw_query();
                loop {
                    match rows.next() {
                        Ok(Some(_)) => {}
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                }
            }
            // SQLite sees an end where we see none.
            Err(Error::MultipleStatement) => connection.execute_batch(sql),
            Err(error) => Err(error),
        };
        let limit = self.limit.as_ref();
        let allowed = limit.and_then(|limit| limit.end().then_some(limit.allowed));
        outcome.map_err(|error| {
            let offset = error_offset(&error).map(|offset| span.start + offset);
            let mut error = self.said(&error);
            if let Some(allowed) = allowed
                && error.kind == ErrorKind::Interrupted
                && !self.stop.load(Ordering::SeqCst)
            {
                error = endless(allowed);
            }
            self.explain_drop(sql, &mut error);
            JobError {
                offset,
                statement: Some(span),
                ..error.into()
            }
        })
    }
}

fn mentions_deferral(text: &str) -> bool {
    let needle = b"defer";
    text.as_bytes()
        .windows(needle.len())
        .any(|window| window.eq_ignore_ascii_case(needle))
}
