//! Scripts outside a transaction, statement by statement, with a record of how far.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use rusqlite::params;

use super::{DbError, ErrorKind, Job, JobError, Notice, Ran, sqlite::Sqlite, sqlite_rows::running};
use crate::{
    model::{Dialect, Entry},
    sql,
};

impl Sqlite {
    /// Runs the script from `job.skip` on.
    pub(super) fn run_bare(
        &mut self,
        job: &Job<'_>,
        text: &str,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<Ran, JobError> {
        self.leave_group()?;
        let start = Instant::now();
        self.run_bare_statements(job, text, notice)
            .and_then(|()| Ok(self.record(job, start.elapsed())?))
            .map_err(|error| self.settle(job, error))?;
        Ok(Ran {
            duration: start.elapsed(),
            committed: true,
        })
    }

    fn run_bare_statements(
        &mut self,
        job: &Job<'_>,
        text: &str,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), JobError> {
        let statements = sql::statements(text, Dialect::Sqlite);
        let of = u32::try_from(statements.len()).unwrap_or(u32::MAX);
        let last = statements.last().map(|statement| statement.span.clone());
        self.begin_immediate()?;
        self.make_ledger()?;
        // Also when it goes on: what is counted are the statements of this script.
        self.put(
            &Entry {
                state: running(job.direction, job.skip, false),
                ..job.entry.clone()
            },
            job.scripts,
            Duration::ZERO,
        )?;
        self.execute("COMMIT")?;
        self.unmade = false;
        for (done, statement) in (0..).zip(statements) {
            if done < job.skip {
                // It ran in a session that is gone, and so is what it set there.
                if sets_up_session(&first_word(&text[statement.span.clone()])) {
                    self.run_one(text, statement.span)?;
                }
                continue;
            }
            self.run_bare_one(job, text, statement.span, done)?;
            notice(Notice::Statement { done: done + 1, of });
        }
        if self.is_inside() {
            return Err(JobError {
                statement: last,
                ..DbError::new(
                    ErrorKind::Statement,
                    "the script begins a transaction and does not end it",
                )
                .into()
            });
        }
        Ok(())
    }

    /// Runs one statement with its record: in one transaction where SQLite
    /// allows it, else with a mark before it that says it was begun.
    fn run_bare_one(
        &mut self,
        job: &Job<'_>,
        text: &str,
        span: Range<usize>,
        done: u32,
    ) -> Result<(), JobError> {
        let word = first_word(&text[span.clone()]);
        if self.is_inside() {
            // Inside a transaction that the script itself began: what ends it
            // takes its record along.
            if matches!(word.as_str(), "COMMIT" | "END" | "RELEASE") {
                self.progress(job, done + 1, false)?;
            }
            self.run_one(text, span)?;
            return Ok(self.progress(job, done + 1, false)?);
        }
        if needs_autocommit(&word) {
            // A transaction that is only begun changes nothing.
            let uncertain = !matches!(word.as_str(), "BEGIN" | "SAVEPOINT");
            self.progress(job, done, uncertain)?;
            if let Err(error) = self.run_one(text, span) {
                let _ = self.progress(job, done, false);
                return Err(error);
            }
            return Ok(self.progress(job, done + 1, false)?);
        }
        self.begin_immediate()?;
        self.run_one(text, span)?;
        self.progress(job, done + 1, false)?;
        Ok(self.execute("COMMIT")?)
    }

    /// After a failure: leaves the open transaction, and completes the error with
    /// what is recorded then.
    fn settle(&mut self, job: &Job<'_>, error: JobError) -> JobError {
        self.roll_back();
        let sql = format!(
            "SELECT statements_done FROM {} WHERE revision = ?1",
            self.table
        );
        let recorded = self.writer().ok().and_then(|connection| {
            connection
                .query_row(&sql, params![job.entry.revision.as_str()], |row| row.get(0))
                .ok()
        });
        JobError {
            done: recorded.unwrap_or(job.skip),
            ..error
        }
    }
}

fn first_word(statement: &str) -> String {
    sql::tokens(statement, Some(Dialect::Sqlite))
        .find(|token| !token.is_trivia())
        .map(|token| token.text(statement).to_ascii_uppercase())
        .unwrap_or_default()
}

/// Statements that act on the session, not on what is in the database.
fn sets_up_session(word: &str) -> bool {
    matches!(word, "PRAGMA" | "ATTACH" | "DETACH")
}

/// Statements that SQLite refuses, or silently ignores, inside a transaction.
fn needs_autocommit(word: &str) -> bool {
    matches!(
        word,
        "PRAGMA"
            | "VACUUM"
            | "ATTACH"
            | "DETACH"
            | "BEGIN"
            | "COMMIT"
            | "END"
            | "ROLLBACK"
            | "SAVEPOINT"
            | "RELEASE"
    )
}
