//! Stopping the running statement from another thread.
//!
//! A cancel request goes over a connection of its own and says which session it
//! means, not which statement: one that comes late hits whatever runs by then,
//! ROLLBACK and the ledger's row included. So nothing new is sent for as long as a
//! request may still be on its way.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use postgres::{CancelToken, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::db::Interrupter;

/// How long to wait for a request to be sent.
const COURTESY: Duration = Duration::from_secs(5);

/// How long a server may take from a request's arrival to its effect: it starts a
/// process for it.
const ARRIVAL: Duration = Duration::from_millis(200);

/// What interrupters have asked of one session.
#[derive(Debug, Default)]
pub(super) struct Interrupts {
    /// Asked for, and not yet reported.
    requested: AtomicBool,
    /// Requests being sent.
    under_way: AtomicUsize,
    /// When the last one was sent.
    sent: Mutex<Option<Instant>>,
}

impl Interrupts {
    /// Whether somebody asked since this was last called.
    pub(super) fn take(&self) -> bool {
        self.requested.swap(false, Ordering::SeqCst)
    }

    /// Waits for requests that could hit the wrong statement.
    pub(super) fn let_arrive(&self) {
        let start = Instant::now();
        while self.under_way.load(Ordering::SeqCst) > 0 && start.elapsed() < COURTESY {
            sleep(Duration::from_millis(5));
        }
        let sent = self
            .sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(sent) = sent {
            sleep(ARRIVAL.saturating_sub(sent.elapsed()));
        }
    }

    /// The call that asks. It returns at once: a handler of signals that waited
    /// for a network that is gone could not take the next signal.
    pub(super) fn interrupter(
        interrupts: &Arc<Self>,
        token: Option<CancelToken>,
        tls: Option<MakeRustlsConnect>,
    ) -> Interrupter {
        let interrupts = Arc::clone(interrupts);
        Arc::new(move || {
            interrupts.under_way.fetch_add(1, Ordering::SeqCst);
            interrupts.requested.store(true, Ordering::SeqCst);
            let (interrupts, token, tls) = (Arc::clone(&interrupts), token.clone(), tls.clone());
            thread::spawn(move || interrupts.send(token.as_ref(), tls));
        })
    }

    fn send(&self, token: Option<&CancelToken>, tls: Option<MakeRustlsConnect>) {
        // Whether it has any effect is seen by the statement's end, not here.
        let _ = match (token, tls) {
            (Some(token), Some(tls)) => token.cancel_query(tls),
            (Some(token), None) => token.cancel_query(NoTls),
            (None, _) => Ok(()),
        };
        *self.sent.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}
