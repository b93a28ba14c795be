//! What happened to a script, told to the caller: notices, and whose error it was.

use std::{fmt::Write as _, time::Duration};

use postgres::error::DbError as ServerError;

use super::{
    Postgres,
    message::{Culprit, Message, Part},
    pg_error,
    script::Script,
    session::Failure,
};
use crate::db::{
    Notice,
    error::{DbError, ErrorKind, JobError},
    scratch::endless,
};

impl Postgres {
    /// Sends a message and passes the server's notices on as they come.
    pub(super) fn send(
        &mut self,
        message: &Message,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), Failure> {
        self.session
            .run(&message.text, message.talkative, &mut |server| {
                notice(Notice::Server(&spoken(server)));
            })
    }

    /// Whether the server complains about the ledger. It names the table apart from
    /// the message only with constraints; names in messages are not translated.
    pub(super) fn names_ledger(&self, failure: &Failure) -> bool {
        let name = self.table.name();
        failure.server().is_some_and(|error| {
            error.table() == Some(name)
                || (error.code().code() == pg_error::INSUFFICIENT_PRIVILEGE
                    && error.message().contains(name))
        })
    }

    /// The failure of a message after `elapsed`, for the caller.
    pub(super) fn explain(
        &self,
        failure: &Failure,
        culprit: &Culprit,
        script: &Script<'_>,
        elapsed: Duration,
    ) -> JobError {
        let mut error = failure.to_error();
        if error.code.as_deref() == Some(pg_error::QUERY_CANCELED) {
            // The server tells its reasons apart only in the message.
            match self.settings.statement_timeout {
                _ if self.session.take_interrupt() => error.kind = ErrorKind::Interrupted,
                Some(limit) if elapsed >= limit && self.keeper.is_some() => {
                    error = DbError {
                        code: error.code,
                        ..endless(limit)
                    };
                }
                Some(limit) if elapsed >= limit => {
                    error.advice = Some(format!(
                        "statements of this run may take {limit:?} each (statement_timeout)"
                    ));
                }
                _ => {}
            }
        }
        let mut job_error = JobError::from(error);
        let error = &mut job_error.error;
        match culprit.part {
            Part::Statement(at) => {
                job_error.statement = Some(script.span(at));
                job_error.offset = culprit.offset;
                if error.code.as_deref() == Some(pg_error::SYNTAX_ERROR) && error.hint.is_none() {
                    error.advice = script.advice(at);
                }
            }
            Part::Record => {
                error.message = format!("while writing the ledger: {}", error.message);
                if error.code.as_deref() == Some(pg_error::INSUFFICIENT_PRIVILEGE) {
                    error.kind = ErrorKind::Refused;
                }
            }
            Part::Commit => error.message = format!("at COMMIT: {}", error.message),
            Part::Ours => {}
        }
        if error.kind == ErrorKind::Lost && culprit.commits {
            job_error.outcome_unknown = true;
            error
                .message
                .push_str("; only the ledger says whether the revision was applied");
        }
        job_error
    }
}

/// A notice as `psql` prints it.
fn spoken(notice: &ServerError) -> String {
    let mut text = format!("{}: {}", notice.severity(), notice.message());
    for (title, more) in [("DETAIL", notice.detail()), ("HINT", notice.hint())] {
        if let Some(more) = more {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n{title}: {more}");
        }
    }
    text
}
