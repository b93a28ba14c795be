//! How long a statement may take on a scratch database of SQLite, which has no limit of its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::{DbError, sqlite_error::db_error};

/// After how many operations of its machine SQLite looks at the clock: well below a millisecond.
const OPERATIONS: i32 = 10_000;

/// No statement is running.
const NEVER: u64 = u64::MAX;

/// Ends statements of a connection that take too long.
pub(super) struct Limit {
    pub(super) allowed: Duration,
    since: Instant,
    /// When the running statement is to end, in milliseconds since `since`.
    until: Arc<AtomicU64>,
}

impl Limit {
    pub(super) fn on(connection: &mut Connection, allowed: Duration) -> Result<Self, DbError> {
        let since = Instant::now();
        let until = Arc::new(AtomicU64::new(NEVER));
        let limit = Self {
            allowed,
            since,
            until: Arc::clone(&until),
        };
        let is_over = move || millis(since.elapsed()) >= until.load(Ordering::Relaxed);
        connection
            .progress_handler(OPERATIONS, Some(is_over))
            .map_err(|error| db_error(&error))?;
        Ok(limit)
    }

    /// A statement begins.
    pub(super) fn begin(&self) {
        let until = millis(self.since.elapsed() + self.allowed);
        self.until.store(until, Ordering::Relaxed);
    }

    /// It is at its end; whether it took too long.
    pub(super) fn end(&self) -> bool {
        let until = self.until.swap(NEVER, Ordering::Relaxed);
        millis(self.since.elapsed()) >= until
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(NEVER)
}
