//! A stretch of steps that can be taken back as a whole: one transaction around
//! all of them, with a savepoint for each.
//!
//! Only for scripts that may run in a transaction. A failure in it ends the whole
//! stretch, so nothing is tried again here.

use std::time::Duration;

use super::{Postgres, connect};
use crate::{
    db::error::DbError,
    model::{interrupted::Held, ledger::StoredScript},
};

impl Postgres {
    /// Opens the transaction, unless a script cannot run in one.
    pub(super) fn begin_stretch(&mut self, steps: &[&StoredScript]) -> Result<Held, DbError> {
        if !steps.iter().all(|script| script.transaction) {
            return Ok(Held::No);
        }
        self.execute("BEGIN")?;
        self.held = true;
        Ok(Held::Transaction)
    }

    /// Commits it. What is checked as late as that fails here. A transaction that was
    /// aborted unnoticed answers COMMIT with a ROLLBACK that is no error, and any other
    /// statement with one (<https://www.postgresql.org/docs/current/sql-commit.html>).
    pub(super) fn end_stretch(&mut self) -> Result<(), DbError> {
        let outcome = self
            .execute("SELECT 1")
            .and_then(|()| self.execute("COMMIT"));
        if outcome.is_ok() {
            self.held = false;
            self.unflushed = false;
        }
        outcome
    }

    /// Drops the temporary tables that a script left. It is done, whatever becomes of
    /// this; inside a stretch a failure must not take the transaction with it.
    pub(super) fn discard_temporary(&mut self) {
        if !self.held {
            let _ = self.execute("DISCARD TEMP");
            return;
        }
        let (begin, end) = self.bounds();
        if self
            .execute(&format!("{begin}; DISCARD TEMP; {end}"))
            .is_err()
        {
            let _ =
                self.execute("ROLLBACK TO SAVEPOINT teammig_step; RELEASE SAVEPOINT teammig_step");
        }
    }

    /// Rolls it back. A session that broke was rolled back by the server.
    pub(super) fn take_stretch_back(&mut self) {
        self.held = false;
        self.unflushed = false;
        self.fresh = None;
        self.session.roll_back();
    }

    /// A new session with the lock. The lost one held it, and the server lets go of
    /// a session's locks after its transaction has ended.
    pub(super) fn connect_again(
        &mut self,
        timeout: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<(), DbError> {
        self.held = false;
        self.unflushed = false;
        self.fresh = None;
        self.session = connect::connect(&self.target, &|_| {})?;
        self.take_lock(timeout, waiting)
    }

    /// How one script begins and ends: in a transaction of its own, or in the
    /// stretch's.
    pub(super) fn bounds(&self) -> (&'static str, &'static str) {
        if self.held {
            ("SAVEPOINT teammig_step", "RELEASE SAVEPOINT teammig_step")
        } else {
            ("BEGIN", "COMMIT")
        }
    }
}
