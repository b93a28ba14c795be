//! Waiting for a file that somebody else has locked through the system.

use std::time::{Duration, Instant};

use super::{DbError, ErrorKind};

/// How often one that waits looks again.
const POLL: Duration = Duration::from_millis(50);

/// What came of one try.
pub(crate) enum Attempt<T> {
    /// It is ours.
    Had(T),
    /// Somebody has it: who that is, for people.
    Held(String),
    /// It is another file by now: tried again at once.
    Changed,
}

/// How long one waits, and who is asked meanwhile.
pub(crate) struct Patience<'a> {
    /// At most.
    pub(crate) timeout: Duration,
    /// Told once for whom.
    pub(crate) waiting: &'a mut dyn FnMut(&str),
    /// The user asks to stop.
    pub(crate) stopped: &'a dyn Fn() -> bool,
}

/// Tries until it is had. `too_long` makes the error of one who waited in vain, from who has it.
pub(crate) fn until_had<T>(
    Patience {
        timeout,
        waiting,
        stopped,
    }: Patience<'_>,
    mut attempt: impl FnMut() -> Result<Attempt<T>, DbError>,
    too_long: impl FnOnce(&str) -> DbError,
) -> Result<T, DbError> {
    let until = Instant::now() + timeout;
    let mut told = false;
    loop {
        let holder = match attempt()? {
            Attempt::Had(it) => return Ok(it),
            Attempt::Held(holder) => holder,
            Attempt::Changed => continue,
        };
        if !told {
            waiting(&holder);
            told = true;
        }
        if stopped() {
            return Err(DbError::new(
                ErrorKind::Interrupted,
                "stopped while waiting",
            ));
        }
        if Instant::now() >= until {
            return Err(too_long(&holder));
        }
        std::thread::sleep(POLL);
    }
}
