//! A scratch database on which steps are tried: run, looked at, and taken back.
//!
//! What a script's failure means is for who tries it; only what says nothing of the
//! script (a lost session, a full disk, a person who stops it) is an error here.

use std::path::Path;

use super::{Context, Error, FailedStep, Prepared, interrupt::Guard, run::run_steps};
use crate::{
    db::{Database, DbError, ErrorKind},
    model::interrupted::Held,
    schema::{LeaveOut, Schema},
};

/// Checks what waits for the commit, and leaves it waiting.
const LATE: &str = "SAVEPOINT teammig_late; SET CONSTRAINTS ALL IMMEDIATE; \
     ROLLBACK TO SAVEPOINT teammig_late; RELEASE SAVEPOINT teammig_late";

/// Steps that ran, or did not.
pub(super) type Outcome = Result<Result<(), Box<FailedStep>>, Error>;

/// A scratch database at work.
pub(super) struct Tried<'a> {
    context: &'a Context,
    pub(super) scratch: &'a mut dyn Database,
    /// Stops the session that is at work now.
    guard: Option<Guard>,
}

impl<'a> Tried<'a> {
    pub(super) fn new(context: &'a Context, scratch: &'a mut dyn Database) -> Self {
        Self {
            context,
            scratch,
            guard: None,
        }
    }

    pub(super) fn schema(&mut self, leave_out: &LeaveOut) -> Result<Schema, Error> {
        let schema = self.scratch.schema(leave_out);
        self.or_error(schema)
    }

    /// An answer of the database, or where it failed.
    pub(super) fn or_error<T>(&self, answer: Result<T, DbError>) -> Result<T, Error> {
        answer.map_err(|error| Error::database(self.scratch, error))
    }

    /// Runs steps by the runner that `upgrade` has, and commits them.
    pub(super) fn run(&mut self, steps: &[Prepared]) -> Outcome {
        self.go_on()?;
        let ran = run_steps(self.scratch, steps, false, &mut |_| {});
        let ran = ran.and_then(|_| {
            let flushed = self.scratch.flush();
            self.or_error(flushed)
        });
        judged(ran)
    }

    /// Runs steps in one transaction, which stays open until it is [taken
    /// back](Self::take_back); `None` where one of them cannot be run in one, or its own
    /// would have failed at its end.
    pub(super) fn run_in_one(
        &mut self,
        steps: &[Prepared],
    ) -> Result<Option<Result<(), Box<FailedStep>>>, Error> {
        self.go_on()?;
        let scripts: Vec<_> = steps.iter().map(Prepared::script).collect();
        let held = self.scratch.hold(&scripts, Path::new(""));
        if self.or_error(held)? != Held::Transaction {
            return Ok(None);
        }
        for step in steps {
            let step = std::slice::from_ref(step);
            let ran = run_steps(self.scratch, step, true, &mut |_| {});
            if let Err(failed) = judged(ran.map(drop))? {
                return Ok(Some(Err(failed)));
            }
            if self.scratch.execute_text(LATE).is_err() {
                return Ok(None);
            }
        }
        Ok(Some(Ok(())))
    }

    /// Ends the transaction and leaves nothing of it.
    pub(super) fn take_back(&mut self) -> Result<(), Error> {
        let outcome = self.scratch.take_back();
        self.or_error(outcome)
    }

    pub(super) fn mark(&mut self) -> Result<(), Error> {
        let outcome = self.scratch.mark();
        self.moved(outcome)
    }

    pub(super) fn rewind(&mut self) -> Result<(), Error> {
        let outcome = self.scratch.rewind();
        self.moved(outcome)
    }

    /// The session is another one: from now on, that one is to be stopped.
    fn moved(&mut self, outcome: Result<(), DbError>) -> Result<(), Error> {
        self.or_error(outcome)?;
        // One after the other: a guard puts back what it found.
        self.guard = None;
        self.guard = Some(self.context.interrupt.guard(self.scratch.interrupter()));
        self.go_on()
    }

    fn go_on(&self) -> Result<(), Error> {
        if self.context.interrupt.is_asked() {
            return Err(Error::Stopped);
        }
        Ok(())
    }
}

/// Where the database judged the script, the session and the server are well.
fn judged(ran: Result<(), Error>) -> Outcome {
    match ran {
        Ok(()) => Ok(Ok(())),
        Err(Error::Step(failed)) if is_verdict(&failed) => Ok(Err(failed)),
        Err(error) => Err(error),
    }
}

fn is_verdict(failed: &FailedStep) -> bool {
    !matches!(
        failed.error.error.kind,
        ErrorKind::Interrupted | ErrorKind::Lost | ErrorKind::DiskFull
    )
}
