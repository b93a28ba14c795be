//! One connection: sends messages and hears what the server says meanwhile.
//!
//! Only the simple-query protocol, so that several statements travel together and
//! rows come as text. Knows nothing of ledgers or scripts.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use postgres::{Client, Config, Error, NoTls, SimpleQueryMessage, error::DbError as ServerError};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{interrupt::Interrupts, ledger::Row, pg_error};
use crate::db::{
    Interrupter,
    error::{DbError, ErrorKind},
};

/// How long a server may take before somebody is told.
const SILENCE: Duration = Duration::from_secs(1);

/// A session at a server.
pub(super) struct Session {
    /// Absent once the connection is of no more use.
    client: Option<Client>,
    heard: Receiver<Heard>,
    /// For the end of a message, behind its notices.
    end: Sender<Heard>,
    interrupts: Arc<Interrupts>,
    tls: Option<MakeRustlsConnect>,
    /// How large the catalogs were when the queries of the introspection were prepared here.
    pub(super) planned_for: Option<u64>,
}

enum Heard {
    Notice(Box<ServerError>),
    End,
}

/// Why a message was not carried out.
pub(super) struct Failure {
    /// Absent when the connection had broken before.
    error: Option<Error>,
}

/// Why there is no session.
pub(super) enum NoSession {
    Error(Error),
    /// Nothing within this time.
    Timeout(Duration),
}

impl Failure {
    /// As an error of no particular statement.
    pub(super) fn into_error(self) -> DbError {
        self.to_error()
    }

    /// As an error of no particular statement.
    pub(super) fn to_error(&self) -> DbError {
        match &self.error {
            Some(error) => pg_error::translate(error),
            None => DbError::new(ErrorKind::Lost, "the connection to the server is broken"),
        }
    }

    /// What the server said, where it said anything.
    pub(super) fn server(&self) -> Option<&ServerError> {
        self.error.as_ref().and_then(Error::as_db_error)
    }

    /// The server's SQLSTATE.
    pub(super) fn code(&self) -> Option<&str> {
        self.server().map(|error| error.code().code())
    }
}

impl Session {
    /// Connects; `limit` is for all of it, up to being logged in. `slow` is told when
    /// it has taken a second.
    pub(super) fn open(
        mut config: Config,
        tls: Option<MakeRustlsConnect>,
        limit: Option<Duration>,
        slow: &dyn Fn(),
    ) -> Result<Self, NoSession> {
        let (end, heard) = channel();
        let notices = end.clone();
        config.notice_callback(move |notice| {
            // Nobody listens only when the session is gone.
            let _ = notices.send(Heard::Notice(Box::new(notice)));
        });
        let connector = tls.clone();
        let connect = move || match connector {
            Some(tls) => config.connect(tls),
            None => config.connect(NoTls),
        };
        // The client's own limit ends with the socket's connection; a server that
        // then says nothing would be waited for without end.
        let (sender, receiver) = channel();
        thread::spawn(move || sender.send(connect()));
        let first = limit.map_or(SILENCE, |limit| limit.min(SILENCE));
        let client = match receiver.recv_timeout(first) {
            Err(RecvTimeoutError::Timeout) if limit != Some(first) => {
                slow();
                match limit {
                    Some(limit) => receiver.recv_timeout(limit.saturating_sub(first)),
                    None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                }
            }
            other => other,
        };
        let client = client.map_err(|_| NoSession::Timeout(limit.unwrap_or(first)))?;
        Ok(Self {
            client: Some(client.map_err(NoSession::Error)?),
            heard,
            end,
            interrupts: Arc::default(),
            tls,
            planned_for: None,
        })
    }

    /// Sends a message. Notices are passed on at its end, or while the server is
    /// still at it when it may be `talkative`: hearing them meanwhile takes a thread,
    /// which takes longer than a small statement.
    pub(super) fn run(
        &mut self,
        sql: &str,
        talkative: bool,
        notice: &mut dyn FnMut(&ServerError),
    ) -> Result<(), Failure> {
        let Self {
            client: Some(client),
            heard,
            end,
            interrupts,
            ..
        } = self
        else {
            return Err(Failure { error: None });
        };
        interrupts.let_arrive();
        let outcome = if talkative {
            thread::scope(|scope| {
                let guard = End(end);
                let worker = scope.spawn(move || {
                    let _guard = guard;
                    client.batch_execute(sql)
                });
                while let Ok(Heard::Notice(server)) = heard.recv() {
                    notice(&server);
                }
                worker.join()
            })
        } else {
            let outcome = client.batch_execute(sql);
            while let Ok(Heard::Notice(server)) = heard.try_recv() {
                notice(&server);
            }
            Ok(outcome)
        };
        let Ok(outcome) = outcome else {
            self.client = None;
            return Err(Failure { error: None });
        };
        self.settled(outcome)
    }

    /// Sends a message of ours, whose notices say nothing to the user.
    pub(super) fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        self.rows(sql).map(|_| ())
    }

    /// Ends the transaction; `true` when there was none, which the server warns of.
    pub(super) fn roll_back(&mut self) -> bool {
        let mut none = false;
        // A failure to roll back shows in whatever is sent next.
        let _ = self.run("ROLLBACK", false, &mut |notice| {
            none |= notice.code().code() == pg_error::NO_ACTIVE_TRANSACTION;
        });
        none
    }

    /// Sends a message for its rows: text, or NULL.
    pub(super) fn rows(&mut self, sql: &str) -> Result<Vec<Row>, Failure> {
        let Some(client) = &mut self.client else {
            return Err(Failure { error: None });
        };
        self.interrupts.let_arrive();
        let outcome = client.simple_query(sql);
        while self.heard.try_recv().is_ok() {}
        let messages = self.settled(outcome)?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                let value = |at| row.get(at).map(str::to_owned);
                Some((0..row.len()).map(value).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }

    fn settled<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Failure> {
        outcome.map_err(|error| {
            if pg_error::is_out_of_step(&error) {
                // COPY: each side waits for the other by now, and the client would
                // wait even in saying good-bye. The system closes it in the end.
                std::mem::forget(self.client.take());
            } else if error.as_db_error().is_none() {
                self.client = None;
            }
            Failure { error: Some(error) }
        })
    }

    /// Says good-bye; from then on nothing can be sent.
    pub(super) fn close(&mut self) {
        self.client = None;
    }

    /// Whether the connection is known to be gone.
    pub(super) fn is_broken(&self) -> bool {
        self.client.as_ref().is_none_or(Client::is_closed)
    }

    /// Whether the interrupter was called since it was last asked for here.
    pub(super) fn take_interrupt(&self) -> bool {
        self.interrupts.take()
    }

    /// A call that cancels the running statement.
    pub(super) fn interrupter(&self) -> Interrupter {
        let token = self.client.as_ref().map(Client::cancel_token);
        Interrupts::interrupter(&self.interrupts, token, self.tls.clone())
    }
}

/// Says that a message has come to its end, be it by a panic.
struct End<'a>(&'a Sender<Heard>);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let _ = self.0.send(Heard::End);
    }
}
