//! SQLite through `rusqlite`.
//!
//! A commit costs a sync of the disk, so consecutive revisions share a
//! transaction, each in a savepoint of its own, for at most [`GROUP`]. Whoever
//! calls is told only about what is committed ([`Ran::committed`]), so a crash
//! takes nothing back that was reported.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::{
    Database, DbError, ErrorKind, Interrupter, Job, JobError, LedgerChange, Notice, Ran,
    RunSettings, ledger_sql,
    sqlite_error::{db_error, error_offset},
    sqlite_lock::FileLock,
    sqlite_rows::{self, running},
};
use crate::{
    model::{Dialect, Direction, Entry, Ledger, RevId, ledger::StoredScripts},
    sql,
};

/// How long revisions may share a transaction before it is committed.
const GROUP: Duration = Duration::from_millis(50);

const LEDGER: &str = include_str!("../../migrations/sqlite/0001_ledger.sql");

/// An SQLite database: a file, or memory.
pub(super) struct Sqlite {
    /// `None` = in memory.
    path: Option<PathBuf>,
    location: String,
    settings: RunSettings,
    /// The ledger's table, quoted.
    pub(super) table: String,
    connection: Option<Connection>,
    lock: Option<FileLock>,
    /// Since when a shared transaction is open.
    group: Option<Instant>,
    /// Constraints may be checked as late as the commit, so a commit must not
    /// cover more than one revision, or the wrong one would be blamed.
    deferred: bool,
    stop: Arc<AtomicBool>,
    handle: Arc<std::sync::Mutex<Option<rusqlite::InterruptHandle>>>,
}

impl Sqlite {
    /// A database that is opened on first use; a missing file reads as empty.
    pub(super) fn new(
        path: Option<PathBuf>,
        location: String,
        settings: RunSettings,
    ) -> Result<Self, DbError> {
        let table = sql::ident(&settings.ledger_table, Dialect::Sqlite).map_err(|error| {
            DbError::new(ErrorKind::BadUrl, format!("the ledger's table: {error}"))
        })?;
        Ok(Self {
            table,
            path,
            location,
            settings,
            connection: None,
            lock: None,
            group: None,
            deferred: false,
            stop: Arc::default(),
            handle: Arc::default(),
        })
    }

    /// The open connection; `None` when the file is not there and may not be made.
    fn open(&mut self, create: bool) -> Result<Option<&Connection>, DbError> {
        if self.connection.is_none() {
            let Some(connection) = self.connect(create)? else {
                return Ok(None);
            };
            if let Ok(mut handle) = self.handle.lock() {
                *handle = Some(connection.get_interrupt_handle());
            }
            self.connection = Some(connection);
        }
        Ok(self.connection.as_ref())
    }

    fn connect(&self, create: bool) -> Result<Option<Connection>, DbError> {
        let connection = match &self.path {
            None => Connection::open_in_memory(),
            Some(path) => {
                if !create && !path.exists() {
                    return Ok(None);
                }
                if let Some(folder) = path.parent()
                    && !folder.as_os_str().is_empty()
                    && !folder.is_dir()
                {
                    return Err(DbError::new(
                        ErrorKind::Unreachable,
                        format!("the folder {} does not exist", folder.display()),
                    ));
                }
                let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                if create {
                    flags |= OpenFlags::SQLITE_OPEN_CREATE;
                }
                Connection::open_with_flags(path, flags)
            }
        }
        .map_err(|error| cannot_open(&error))?;
        // Others may hold SQLite's own lock for a moment.
        connection
            .busy_timeout(Duration::from_secs(5))
            .map_err(|error| db_error(&error))?;
        // The first look at the file: not a database, or not readable?
        connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
            .map_err(|error| cannot_open(&error))?;
        Ok(Some(connection))
    }

    pub(super) fn writer(&mut self) -> Result<&Connection, DbError> {
        match self.open(true)? {
            Some(connection) => Ok(connection),
            None => Err(DbError::new(ErrorKind::Unreachable, "no such file")),
        }
    }

    fn execute(&mut self, sql: &str) -> Result<(), DbError> {
        self.writer()?
            .execute_batch(sql)
            .map_err(|error| db_error(&error))
    }

    fn ledger_exists(&mut self) -> Result<bool, DbError> {
        let name = self.settings.ledger_table.clone();
        let Some(connection) = self.open(false)? else {
            return Ok(false);
        };
        connection
            .query_row(
                "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE",
                [name],
                |_| Ok(()),
            )
            .optional()
            .map(|row| row.is_some())
            .map_err(|error| db_error(&error))
    }

    fn begin(&mut self) -> Result<(), DbError> {
        self.execute("PRAGMA foreign_keys = ON; BEGIN IMMEDIATE")
    }

    fn commit_group(&mut self) -> Result<(), DbError> {
        if self.group.take().is_some() {
            self.execute("COMMIT").inspect_err(|_| {
                if let Some(connection) = &self.connection {
                    let _ = connection.execute_batch("ROLLBACK");
                }
            })?;
        }
        Ok(())
    }

    /// One script in a savepoint of the shared transaction.
    fn run_grouped(&mut self, job: &Job<'_>, text: &str) -> Result<Ran, JobError> {
        let earlier = self.group.is_some();
        if !earlier {
            self.begin().map_err(plain)?;
            self.group = Some(Instant::now());
        }
        let start = Instant::now();
        let outcome = self
            .execute("SAVEPOINT teammig_step")
            .map_err(plain)
            .and_then(|()| self.run_statements(text))
            .and_then(|()| self.record(job, start.elapsed()).map_err(plain))
            .and_then(|()| self.execute("RELEASE teammig_step").map_err(plain));
        if let Err(error) = outcome {
            return Err(self.undo_step(error, earlier));
        }
        let duration = start.elapsed();
        self.deferred |= mentions_deferral(text);
        let due =
            self.deferred || job.last || self.group.is_none_or(|since| since.elapsed() >= GROUP);
        if due {
            self.commit_group().map_err(|mut error| {
                if error.kind == ErrorKind::Statement {
                    error.context = Some("at the commit of the transaction".to_owned());
                }
                JobError {
                    earlier_lost: earlier,
                    ..plain(error)
                }
            })?;
        }
        Ok(Ran {
            duration,
            committed: due,
        })
    }

    /// Takes a failed step back and commits those before it.
    fn undo_step(&mut self, mut error: JobError, earlier: bool) -> JobError {
        // Some failures (disk full, an interrupted write) end the whole transaction.
        let alive = self
            .connection
            .as_ref()
            .is_some_and(|connection| !connection.is_autocommit());
        if alive && earlier {
            let undone = self
                .execute("ROLLBACK TO teammig_step; RELEASE teammig_step")
                .and_then(|()| self.commit_group());
            error.earlier_lost = undone.is_err();
        } else {
            error.earlier_lost = earlier;
        }
        if self.group.take().is_some() || error.earlier_lost {
            let _ = self.execute("ROLLBACK");
        }
        error
    }

    /// One script in a transaction of its own, with foreign keys off around it.
    ///
    /// The pragma does nothing inside a transaction, so it comes before. With
    /// `legacy_alter_table` a rename leaves the references of other tables
    /// alone, which is what a table rebuild needs
    /// (<https://www.sqlite.org/lang_altertable.html#otheralter>).
    fn run_without_foreign_keys(&mut self, job: &Job<'_>, text: &str) -> Result<Ran, JobError> {
        self.commit_group().map_err(|error| JobError {
            earlier_lost: true,
            ..plain(error)
        })?;
        let start = Instant::now();
        let outcome = self
            .execute("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; BEGIN IMMEDIATE")
            .map_err(plain)
            .and_then(|()| self.run_statements(text))
            .and_then(|()| self.check_foreign_keys().map_err(plain))
            .and_then(|()| self.record(job, start.elapsed()).map_err(plain))
            .and_then(|()| self.execute("COMMIT").map_err(plain));
        if outcome.is_err() {
            let _ = self.execute("ROLLBACK");
        }
        let restored = self.execute("PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON");
        outcome.and(restored.map_err(plain))?;
        Ok(Ran {
            duration: start.elapsed(),
            committed: true,
        })
    }

    fn check_foreign_keys(&mut self) -> Result<(), DbError> {
        let violations = self
            .writer()?
            .prepare("PRAGMA foreign_key_check")
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        let table: String = row.get(0)?;
                        let rowid: Option<i64> = row.get(1)?;
                        let parent: String = row.get(2)?;
                        Ok(match rowid {
                            Some(rowid) => format!(
                                "{table} (rowid {rowid}) refers to a missing row of {parent}"
                            ),
                            None => format!("{table} refers to a missing row of {parent}"),
                        })
                    })?
                    .collect::<Result<Vec<_>, _>>()
            })
            .map_err(|error| db_error(&error))?;
        let Some(first) = violations.first() else {
            return Ok(());
        };
        Err(DbError {
            detail: Some(match violations.len() {
                1 => first.clone(),
                n => format!("{first}; and {} more", n - 1),
            }),
            hint: Some("`PRAGMA foreign_key_check` lists them".to_owned()),
            ..DbError::new(
                ErrorKind::Statement,
                "the script leaves rows that violate a foreign key",
            )
        })
    }

    fn run_statements(&mut self, text: &str) -> Result<(), JobError> {
        for statement in sql::statements(text, Dialect::Sqlite) {
            self.run_one(text, statement.span)?;
        }
        Ok(())
    }

    fn run_one(&mut self, text: &str, span: std::ops::Range<usize>) -> Result<(), JobError> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(plain(DbError::new(ErrorKind::Interrupted, "stopped")));
        }
        let outcome = self
            .writer()
            .map_err(plain)?
            .execute_batch(&text[span.clone()]);
        outcome.map_err(|error| JobError {
            offset: error_offset(&error).map(|offset| span.start + offset),
            statement: Some(span),
            ..plain(db_error(&error))
        })
    }

    /// A script outside a transaction, statement by statement.
    fn run_bare(
        &mut self,
        job: &Job<'_>,
        text: &str,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<Ran, JobError> {
        self.commit_group().map_err(|error| JobError {
            earlier_lost: true,
            ..plain(error)
        })?;
        let start = Instant::now();
        let statements = sql::statements(text, Dialect::Sqlite);
        let of = u32::try_from(statements.len()).unwrap_or(u32::MAX);
        if job.skip == 0 {
            self.put(
                &Entry {
                    state: running(job.direction, 0, false),
                    ..job.entry.clone()
                },
                job.scripts,
                Duration::ZERO,
            )
            .map_err(plain)?;
        }
        for (done, statement) in (0..).zip(statements).skip(job.skip as usize) {
            self.run_bare_one(job, text, statement.span, done)?;
            notice(Notice::Statement { done: done + 1, of });
        }
        self.record(job, start.elapsed()).map_err(plain)?;
        Ok(Ran {
            duration: start.elapsed(),
            committed: true,
        })
    }

    /// Runs one statement with its record: in one transaction where SQLite
    /// allows it, else with a mark before it that says it was begun.
    fn run_bare_one(
        &mut self,
        job: &Job<'_>,
        text: &str,
        span: std::ops::Range<usize>,
        done: u32,
    ) -> Result<(), JobError> {
        let own = self
            .connection
            .as_ref()
            .is_some_and(|connection| !connection.is_autocommit());
        let fail = |error: JobError| JobError { done, ..error };
        if own {
            // Inside a transaction that the script itself began.
            self.run_one(text, span).map_err(fail)?;
            return self
                .progress(job, done + 1, false)
                .map_err(plain)
                .map_err(fail);
        }
        if needs_autocommit(&text[span.clone()]) {
            self.progress(job, done, true)
                .map_err(plain)
                .map_err(fail)?;
            if let Err(error) = self.run_one(text, span) {
                let _ = self.progress(job, done, false);
                return Err(fail(error));
            }
            return self
                .progress(job, done + 1, false)
                .map_err(plain)
                .map_err(fail);
        }
        let outcome = self
            .execute("BEGIN IMMEDIATE")
            .map_err(plain)
            .and_then(|()| self.run_one(text, span))
            .and_then(|()| self.progress(job, done + 1, false).map_err(plain))
            .and_then(|()| self.execute("COMMIT").map_err(plain));
        outcome.map_err(|error| {
            let _ = self.execute("ROLLBACK");
            fail(error)
        })
    }
}

impl Database for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn location(&self) -> &str {
        &self.location
    }

    fn ledger(&mut self) -> Result<Ledger, DbError> {
        if !self.ledger_exists()? {
            return Ok(Ledger::default());
        }
        self.read_rows()
    }

    fn stored_scripts(&mut self, revision: &RevId) -> Result<Option<StoredScripts>, DbError> {
        if !self.ledger_exists()? {
            return Ok(None);
        }
        self.read_scripts(revision)
    }

    fn lock(&mut self, timeout: Duration, waiting: &mut dyn FnMut(&str)) -> Result<(), DbError> {
        if let Some(path) = self.path.clone() {
            if self.lock.is_none() {
                // The same database may be named in several ways.
                self.writer()?;
                let path = path.canonicalize().unwrap_or(path);
                let stop = Arc::clone(&self.stop);
                let holder = format!("{} (pid {})", self.settings.application, std::process::id());
                let lock = FileLock::take(&path, &holder, timeout, waiting, &|| {
                    stop.load(Ordering::SeqCst)
                })?;
                self.lock = Some(lock);
            }
            let connection = self.writer()?;
            connection
                .busy_timeout(timeout)
                .map_err(|error| db_error(&error))?;
            if connection.is_readonly("main").unwrap_or(false) {
                return Err(DbError::new(
                    ErrorKind::ReadOnly,
                    format!("{} may not be written", self.location),
                ));
            }
        }
        Ok(())
    }

    fn unlock(&mut self) -> Result<(), DbError> {
        self.flush()?;
        self.lock = None;
        Ok(())
    }

    fn prepare_ledger(&mut self) -> Result<(), DbError> {
        if !self.ledger_exists()? {
            let ddl = ledger_sql::ddl(LEDGER, &self.table);
            self.begin()?;
            self.group = Some(Instant::now());
            if let Err(error) = self.execute(&ddl) {
                self.group = None;
                let _ = self.execute("ROLLBACK");
                return Err(error);
            }
        }
        self.deferred = self
            .writer()?
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%deferred%'",
                [],
                |row| row.get::<_, i64>(0),
            )
            .map_err(|error| db_error(&error))?
            > 0;
        Ok(())
    }

    fn run(&mut self, job: &Job<'_>, notice: &mut dyn FnMut(Notice<'_>)) -> Result<Ran, JobError> {
        let script = match job.direction {
            Direction::Up => &job.scripts.up,
            Direction::Down => job.scripts.down.as_ref().unwrap_or(&job.scripts.up),
        };
        if !script.transaction {
            let outcome = self.run_bare(job, &script.text, notice);
            // A transaction that the script began and did not end.
            if self
                .connection
                .as_ref()
                .is_some_and(|connection| !connection.is_autocommit())
            {
                let _ = self.execute("ROLLBACK");
            }
            return outcome;
        }
        if script.foreign_keys_off {
            return self.run_without_foreign_keys(job, &script.text);
        }
        self.run_grouped(job, &script.text)
    }

    fn flush(&mut self) -> Result<(), DbError> {
        self.commit_group()
    }

    fn rewrite(&mut self, changes: &[LedgerChange]) -> Result<(), DbError> {
        self.commit_group()?;
        self.begin()?;
        let outcome = changes.iter().try_for_each(|change| match change {
            LedgerChange::Put(entry, scripts) => self.put(entry, scripts, Duration::ZERO),
            LedgerChange::Remove(revision) => self.remove(revision),
            LedgerChange::Clear => {
                let sql = format!("DELETE FROM {}", self.table);
                self.execute(&sql)
            }
        });
        match outcome.and_then(|()| self.execute("COMMIT")) {
            Ok(()) => Ok(()),
            Err(error) => {
                let _ = self.execute("ROLLBACK");
                Err(error)
            }
        }
    }

    fn query_text(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, DbError> {
        // A file that is not there has no tables, and is not made by looking.
        match self.open(false)? {
            Some(connection) => sqlite_rows::text(connection, sql),
            None => Ok(Vec::new()),
        }
    }

    fn interrupter(&self) -> Interrupter {
        let stop = Arc::clone(&self.stop);
        let handle = Arc::clone(&self.handle);
        Arc::new(move || {
            stop.store(true, Ordering::SeqCst);
            if let Ok(handle) = handle.lock()
                && let Some(handle) = handle.as_ref()
            {
                handle.interrupt();
            }
        })
    }
}

fn cannot_open(error: &rusqlite::Error) -> DbError {
    let error = db_error(error);
    DbError {
        message: format!("cannot open it: {}", error.message),
        ..error
    }
}

fn plain(error: DbError) -> JobError {
    JobError {
        error,
        statement: None,
        offset: None,
        done: 0,
        earlier_lost: false,
    }
}

/// Statements that SQLite refuses, or silently ignores, inside a transaction.
fn needs_autocommit(statement: &str) -> bool {
    let word = statement
        .split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| !word.is_empty())
        .unwrap_or_default()
        .to_ascii_uppercase();
    matches!(
        word.as_str(),
        "PRAGMA"
            | "VACUUM"
            | "ATTACH"
            | "DETACH"
            | "BEGIN"
            | "COMMIT"
            | "END"
            | "ROLLBACK"
            | "SAVEPOINT"
            | "RELEASE"
    )
}

fn mentions_deferral(text: &str) -> bool {
    let needle = b"defer";
    text.as_bytes()
        .windows(needle.len())
        .any(|window| window.eq_ignore_ascii_case(needle))
}
