//! Ctrl-C: what is running is stopped, rolled back, and reported.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use crate::db::Interrupter;

/// A wish to stop, shared between the signal handler and the run.
#[derive(Clone, Default)]
pub struct Interrupt(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: AtomicBool,
    running: Mutex<Option<Interrupter>>,
}

impl std::fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Interrupt({})", self.is_asked())
    }
}

impl Interrupt {
    /// Asks to stop. Returns whether something is running that will see to it;
    /// otherwise, or when it is asked again, the caller may end the process.
    pub fn ask(&self) -> bool {
        let again = self.0.asked.swap(true, Ordering::SeqCst);
        let running = match self.0.running.lock() {
            Ok(running) => running.clone(),
            Err(_) => None,
        };
        match running {
            Some(stop) => {
                stop();
                !again
            }
            None => false,
        }
    }

    /// Somebody asked to stop.
    pub fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// From now on, asking calls `stop`; until the guard is dropped, and what was called
    /// before it is again.
    pub fn guard(&self, stop: Interrupter) -> Guard {
        let mut before = None;
        if let Ok(mut running) = self.0.running.lock() {
            before = running.replace(stop);
        }
        Guard {
            interrupt: self.clone(),
            before,
        }
    }
}

/// While it lives, something is running that can be stopped.
pub struct Guard {
    interrupt: Interrupt,
    before: Option<Interrupter>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Ok(mut running) = self.interrupt.0.running.lock() {
            *running = self.before.take();
        }
    }
}
