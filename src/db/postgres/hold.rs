//! A stretch of steps that can be taken back as a whole: one transaction around
//! all of them, with a savepoint for each.
//!
//! Only for scripts that may run in a transaction. A failure in it ends the whole
//! stretch, so nothing is tried again here.

use super::Postgres;
use crate::{db::error::DbError, model::ledger::StoredScript};

impl Postgres {
    /// Opens the transaction; `false` where a script cannot run in one.
    pub(super) fn begin_stretch(&mut self, steps: &[&StoredScript]) -> Result<bool, DbError> {
        if !steps.iter().all(|script| script.transaction) {
            return Ok(false);
        }
        self.execute("BEGIN")?;
        self.held = true;
        Ok(true)
    }

    /// Commits it. What is checked as late as that fails here.
    pub(super) fn end_stretch(&mut self) -> Result<(), DbError> {
        let outcome = self.execute("COMMIT");
        if outcome.is_ok() {
            self.held = false;
            self.unflushed = false;
        }
        outcome
    }

    /// Rolls it back. A session that broke was rolled back by the server.
    pub(super) fn take_stretch_back(&mut self) {
        self.held = false;
        self.unflushed = false;
        self.fresh = None;
        self.session.roll_back();
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
