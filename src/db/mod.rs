//! Databases: the two engines behind one object-safe trait.
//!
//! This is the only place that names `rusqlite`, `postgres` and `rustls`. It
//! runs what it is given and reports what happened; which revision is due, and
//! what a failure means for the user, is decided elsewhere.

mod error;
pub(crate) mod file_wait;
mod ledger_sql;
pub mod offline;
mod postgres;
mod scratch;
mod sqlite;
mod sqlite_bare;
mod sqlite_cascade;
mod sqlite_error;
mod sqlite_footprint;
mod sqlite_group;
mod sqlite_hold;
mod sqlite_introspect;
mod sqlite_keys;
mod sqlite_left_out;
mod sqlite_limit;
mod sqlite_lock;
mod sqlite_rows;
mod sqlite_scratch;
mod sqlite_scratch_folder;
mod sqlite_touched;
mod url;

use std::{path::Path, sync::Arc, time::Duration};

pub use error::{Broken, DbError, ErrorKind, JobError, Leaves};
pub use postgres::PgUrl;
pub(crate) use scratch::{ENDLESS, PATIENCE};
pub use scratch::{Likeness, ScratchAt, ScratchError};
pub use sqlite_footprint::SqliteFootprints;
pub use sqlite_keys::VIOLATED;
pub use url::{DatabaseUrl, SqliteTarget};

use crate::{
    model::{
        Dialect, Direction, Entry, Ledger, RevId,
        interrupted::Held,
        ledger::{StoredScript, StoredScripts},
    },
    schema::{LeaveOut, Schema},
};

/// Looks a variable of the environment up.
pub type Env<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Opens a database. Relative paths are relative to `base`; `env` looks up
/// libpq's variables; `waiting` is told for whom when a server does not answer for a second.
pub fn open(
    url: &str,
    base: &Path,
    settings: &RunSettings,
    env: &Env<'_>,
    waiting: &dyn Fn(&str),
) -> Result<Box<dyn Database>, DbError> {
    let url = DatabaseUrl::parse(url)?;
    let location = url.to_string();
    match url {
        DatabaseUrl::Sqlite(SqliteTarget::Memory) => Ok(Box::new(sqlite::Sqlite::new(
            None,
            location,
            settings.clone(),
        )?)),
        DatabaseUrl::Sqlite(SqliteTarget::File(path)) => Ok(Box::new(sqlite::Sqlite::new(
            Some(base.join(path)),
            location,
            settings.clone(),
        )?)),
        DatabaseUrl::Postgres(url) => postgres::connect(&url, settings, env, waiting),
    }
}

/// The product that a URL names, without connecting.
pub fn dialect_of(url: &str) -> Option<Dialect> {
    Some(match DatabaseUrl::parse(url).ok()? {
        DatabaseUrl::Sqlite(_) => Dialect::Sqlite,
        DatabaseUrl::Postgres(_) => Dialect::Postgres,
    })
}

/// A database that keeps a ledger.
///
/// Reading calls never write, not even the ledger's table. Writing calls are
/// only allowed between [`lock`](Self::lock) and [`unlock`](Self::unlock).
pub trait Database {
    /// Which product it is.
    fn dialect(&self) -> Dialect;

    /// Where it is, for people: never holds a password.
    fn location(&self) -> &str;

    /// All rows of the ledger, in the order applied; an absent ledger is empty.
    fn ledger(&mut self) -> Result<Ledger, DbError>;

    /// The scripts that the ledger kept with a revision.
    fn stored_scripts(&mut self, revision: &RevId) -> Result<Option<StoredScripts>, DbError>;

    /// The scripts that the ledger kept with each revision, in no order.
    fn all_stored_scripts(&mut self) -> Result<Vec<(RevId, StoredScripts)>, DbError>;

    /// What a scratch database for this one has to have in common with it.
    fn likeness(&mut self) -> Result<Likeness, DbError>;

    /// A new empty database on this server that is like another one, and gone when it
    /// is dropped. It is nobody else's: all calls are allowed.
    fn scratch(&mut self, like: &Likeness) -> Result<Box<dyn Database>, ScratchError>;

    /// The same where another program can come in, and where that is.
    fn open_scratch(
        &mut self,
        like: &Likeness,
    ) -> Result<(Box<dyn Database>, ScratchAt), ScratchError>;

    /// Takes the lock that keeps other deployers out, waiting at most `timeout`;
    /// `waiting` is told once for whom.
    fn lock(&mut self, timeout: Duration, waiting: &mut dyn FnMut(&str)) -> Result<(), DbError>;

    /// Gives the lock back. Dropping the database does the same.
    fn unlock(&mut self) -> Result<(), DbError>;

    /// Creates the ledger, or brings an older one up to date.
    fn prepare_ledger(&mut self) -> Result<(), DbError>;

    /// Runs one script and records it, both or neither.
    ///
    /// A script outside a transaction runs statement by statement, and the
    /// number of finished statements is recorded as it goes.
    fn run(&mut self, job: &Job<'_>, notice: &mut dyn FnMut(Notice<'_>)) -> Result<Ran, JobError>;

    /// Makes everything that [`run`](Self::run) reported durable.
    fn flush(&mut self) -> Result<(), DbError>;

    /// Begins a stretch of steps that [`take_back`](Self::take_back) undoes as a
    /// whole, rows of the user's tables included. Where that takes a copy of the
    /// database, it becomes the file `copy`, which is complete and on the disk when
    /// this returns, and stays: whoever called removes it. [`Held::No`]: these
    /// scripts cannot be taken back here, and nothing was begun.
    fn hold(&mut self, steps: &[&StoredScript], copy: &Path) -> Result<Held, DbError>;

    /// Ends the stretch and makes it durable.
    fn keep(&mut self) -> Result<(), DbError>;

    /// Ends the stretch and leaves the database as it was before it.
    fn take_back(&mut self) -> Result<(), DbError>;

    /// The same, where other programs wrote for us in it, and somebody else may have meanwhile:
    /// what there was until now becomes the file `aside` first, which stays where there are rows
    /// in it that were not there before. `ours`: tables whose rows are not looked at.
    fn take_back_beside(&mut self, aside: &Path, ours: &[&str]) -> Result<(), DbError> {
        let _ = (aside, ours);
        self.take_back()
    }

    /// Another program is about to write for us, in a stretch whose copy
    /// [`hold`](Self::hold) made: until here nobody else may have.
    fn hand_over(&mut self) {}

    /// That program is done: what was written meanwhile is of the stretch.
    fn take_over(&mut self) {}

    /// Puts a `copy` back that [`hold`](Self::hold) made in a run that never ended.
    /// What is there now becomes the file `aside` first.
    fn restore(&mut self, copy: &Path, aside: &Path) -> Result<(), DbError>;

    /// A new session in the place of one that was lost, with the lock, for which it
    /// waits at most `timeout`. With the lock, whatever the lost one had begun is over
    /// on the server too, one way or the other.
    fn reconnect(
        &mut self,
        timeout: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<(), DbError>;

    /// Changes rows without running anything, all in one transaction: that of the
    /// stretch, where one was begun that is a transaction.
    fn rewrite(&mut self, changes: &[LedgerChange]) -> Result<(), DbError>;

    /// Remembers the state of a scratch database, for [`rewind`](Self::rewind); one
    /// state at a time. The session is another one afterwards, with the lock.
    fn mark(&mut self) -> Result<(), DbError>;

    /// Returns to the state that was remembered, which is then forgotten. The session
    /// is another one afterwards, with the lock.
    fn rewind(&mut self) -> Result<(), DbError>;

    /// Runs statements of ours on a scratch database.
    fn execute_text(&mut self, sql: &str) -> Result<(), DbError>;

    /// The rows of a query, as text: for tables that are not ours, which are
    /// only ever read.
    fn query_text(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, DbError>;

    /// The schema as facts, as of one moment, without the database's own objects and
    /// the ledger; a database that is not there has none.
    fn schema(&mut self, leave_out: &LeaveOut) -> Result<Schema, DbError>;

    /// A call that stops the running statement from another thread.
    fn interrupter(&self) -> Interrupter;
}

/// Stops what a database is doing; safe to call at any time, from any thread.
pub type Interrupter = Arc<dyn Fn() + Send + Sync>;

/// One script to run, and what to record.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// Up writes `entry` with its scripts, down removes the row of `entry.revision`.
    pub direction: Direction,
    /// The row. `duration_ms` is filled in by the database.
    pub entry: &'a Entry,
    /// Both scripts; the one for `direction` is run (down is `Some` then).
    pub scripts: &'a StoredScripts,
    /// Finished statements of an interrupted run (outside a transaction) to skip.
    pub skip: u32,
    /// No further step follows in this run.
    pub last: bool,
}

/// What [`Database::run`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// How long the script took.
    pub duration: Duration,
    /// This step and all before it are committed. Otherwise a later call says so.
    pub committed: bool,
}

/// What happens while a script runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice<'a> {
    /// The server raised a notice or a warning.
    Server(&'a str),
    /// A program that does the work says something.
    Output(&'a str),
    /// A lock was not to be had in time; the script was rolled back and is tried again.
    Retry {
        /// Which try comes next, from 2.
        attempt: u32,
        /// How many there will be at most.
        of: u32,
        /// The pause before it.
        pause: Duration,
    },
    /// A statement outside a transaction finished.
    Statement {
        /// How many have finished.
        done: u32,
        /// How many there are.
        of: u32,
    },
}

/// A change of the ledger alone.
#[derive(Debug, Clone, PartialEq)]
pub enum LedgerChange {
    /// Write a row (replacing one of the same revision).
    Put(Box<Entry>, Box<StoredScripts>),
    /// Remove a row.
    Remove(RevId),
    /// Remove all rows.
    Clear,
}

/// How to run migrations, from the configuration and the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSettings {
    /// PostgreSQL's `lock_timeout` for the scripts; `None` leaves the server's.
    pub ddl_lock_timeout: Option<Duration>,
    /// PostgreSQL's `statement_timeout` for the scripts; `None` leaves the server's. On a scratch database
    /// of either product `None` is half a minute.
    pub statement_timeout: Option<Duration>,
    /// How often a script is tried again after a lock timeout.
    pub lock_retries: u32,
    /// The ledger's table name.
    pub ledger_table: String,
    /// The ledger's schema (PostgreSQL only); `None` = the first of the search path.
    pub ledger_schema: Option<String>,
    /// What no comparison is about: what a table of SQLite has of it stays when a script makes
    /// the table again.
    pub left_out: LeaveOut,
    /// What this process calls itself to others (`teammig upgrade`).
    pub application: String,
}
