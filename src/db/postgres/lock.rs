//! The lock that keeps two deployers from working on one ledger at a time.
//!
//! A session-level advisory lock, asked for again and again with
//! `pg_try_advisory_lock` rather than waited for with `pg_advisory_lock`: a session
//! that waits inside the server holds a snapshot, and `CREATE INDEX CONCURRENTLY`
//! of the one that has the lock waits for all older snapshots to go. Each would
//! wait for the other until the server calls it a deadlock.

use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::{
    ledger::LedgerTable,
    pg_error,
    session::{Failure, Session},
};
use crate::db::error::{DbError, ErrorKind};

/// The pauses between two tries: first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The ledger's lock: a number that follows from the table's name. Advisory locks
/// belong to a database, so that other databases do not matter.
#[derive(Debug, Clone, Copy)]
pub(super) struct LedgerLock {
    key: u64,
}

impl LedgerLock {
    pub(super) fn new(table: &LedgerTable) -> Self {
        let digest = Sha256::digest(format!("teammig ledger {}", table.qualified()));
        let key = digest
            .iter()
            .take(8)
            .fold(0, |key, byte| key << 8 | u64::from(*byte));
        Self { key }
    }

    /// Takes the lock, or says after `timeout` who has it.
    pub(super) fn take(
        self,
        session: &mut Session,
        timeout: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<(), DbError> {
        let begin = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut holder = None;
        loop {
            let sql = format!("SELECT pg_catalog.pg_try_advisory_lock({})", self.signed());
            if truth(session, &sql)? {
                return Ok(());
            }
            if holder.is_none() {
                // Nobody to be found means that it was let go of a moment ago.
                holder = self.holder(session)?;
                if let Some(holder) = &holder {
                    waiting(holder);
                }
            }
            let left = timeout.saturating_sub(begin.elapsed());
            if left.is_zero() {
                return Err(DbError::new(
                    ErrorKind::Locked,
                    format!(
                        "the lock on this database's ledger is held by {}",
                        holder.as_deref().unwrap_or("another session")
                    ),
                ));
            }
            wait(session, pause.min(left))?;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// Gives it back; whether it was held does not matter.
    pub(super) fn give_back(self, session: &mut Session) -> Result<(), DbError> {
        let sql = format!("SELECT pg_catalog.pg_advisory_unlock({})", self.signed());
        session.execute(&sql).map_err(Failure::into_error)
    }

    fn signed(self) -> i64 {
        i64::from_ne_bytes(self.key.to_ne_bytes())
    }

    /// Who has it, for people. A role without `pg_read_all_stats` sees others'
    /// names and programs, but not where they come from.
    fn holder(self, session: &mut Session) -> Result<Option<String>, DbError> {
        let sql = format!(
            "SELECT a.usename, a.application_name, pg_catalog.host(a.client_addr), \
             a.client_port, a.pid, pg_catalog.to_char(pg_catalog.timezone('UTC', \
             a.backend_start), 'YYYY-MM-DD HH24:MI:SS') \
             FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
             AND l.classid = '{}' AND l.objid = '{}' AND l.database = (SELECT oid FROM \
             pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
            self.key >> 32,
            self.key & 0xffff_ffff,
        );
        let rows = session.rows(&sql).map_err(Failure::into_error)?;
        Ok(rows.into_iter().next().map(|row| describe(&row)))
    }
}

fn describe(row: &[Option<String>]) -> String {
    let column = |at: usize| row.get(at).and_then(Option::as_deref).unwrap_or_default();
    let mut parts = vec![format!("user {}", column(0))];
    if !column(1).is_empty() {
        parts.push(format!("({})", column(1)));
    }
    match (column(2), column(3)) {
        ("", "-1") => parts.push("on the server's host".to_owned()),
        ("", _) => {}
        (address, _) => parts.push(format!("at {address}")),
    }
    let since = match column(5) {
        "" => String::new(),
        time => format!(", connected since {time} UTC"),
    };
    format!("{}, process {}{since}", parts.join(" "), column(4))
}

fn truth(session: &mut Session, sql: &str) -> Result<bool, DbError> {
    let rows = session.rows(sql).map_err(Failure::into_error)?;
    let value = rows.first().and_then(|row| row.first()).cloned().flatten();
    Ok(value.as_deref() == Some("t"))
}

/// Sleeps, unless it is interrupted.
pub(super) fn wait(session: &Session, pause: Duration) -> Result<(), DbError> {
    const SLICE: Duration = Duration::from_millis(50);
    let end = Instant::now() + pause;
    loop {
        if session.take_interrupt() {
            return Err(interrupted());
        }
        match end.saturating_duration_since(Instant::now()) {
            Duration::ZERO => return Ok(()),
            left => std::thread::sleep(left.min(SLICE)),
        }
    }
}

pub(super) fn interrupted() -> DbError {
    DbError {
        code: Some(pg_error::QUERY_CANCELED.to_owned()),
        ..DbError::new(ErrorKind::Interrupted, "interrupted")
    }
}
