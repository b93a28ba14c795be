//! SQLite through `rusqlite`.
//!
//! A commit costs a sync of the disk, so consecutive revisions share a
//! transaction, each in a savepoint of its own, for at most [`GROUP`]. Whoever
//! calls is told only about what is committed ([`Ran::committed`]), so a crash
//! takes nothing back that was reported.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::{
    Database, DbError, ErrorKind, Interrupter, Job, JobError, LedgerChange, Notice, Ran,
    RunSettings,
    file_wait::Patience,
    ledger_sql,
    scratch::{Likeness, ScratchAt, ScratchError},
    sqlite_error::db_error,
    sqlite_group::Group,
    sqlite_hold::{Copy, is_copy},
    sqlite_introspect,
    sqlite_limit::Limit,
    sqlite_lock::FileLock,
    sqlite_rows, sqlite_scratch,
    sqlite_scratch_folder::ScratchFolder,
};
use crate::{
    model::{
        Dialect, Direction, Ledger, RevId,
        interrupted::Held,
        ledger::{StoredScript, StoredScripts},
    },
    schema::{self, LeaveOut, Schema, sqlite::Stored},
    sql,
};

/// How long others may hold SQLite's own lock while nothing is to be written.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long somebody else's writing is waited for in silence.
const SILENCE: Duration = Duration::from_millis(200);

const LEDGER: &str = include_str!("../../migrations/sqlite/0001_ledger.sql");

/// An SQLite database: a file, or memory.
pub(super) struct Sqlite {
    /// `None` = in memory.
    path: Option<PathBuf>,
    location: String,
    settings: RunSettings,
    /// The ledger's table, quoted.
    pub(super) table: String,
    pub(super) connection: Option<Connection>,
    lock: Option<FileLock>,
    /// How long the connection waits for others that hold SQLite's own lock.
    patience: Duration,
    /// The shared transaction, while one is open.
    pub(super) group: Option<Group>,
    /// The ledger has to be made by whatever is recorded first, so that it goes
    /// with it when that fails.
    pub(super) unmade: bool,
    /// A script may have left something in the connection.
    pub(super) soiled: bool,
    /// Constraints may be checked as late as the commit, so a commit must not
    /// cover more than one revision, or the wrong one would be blamed.
    pub(super) deferred: bool,
    /// What the database was when a stretch began that can be taken back.
    pub(super) held: Option<Copy>,
    /// What a scratch database was when it was marked.
    pub(super) marked: Option<Connection>,
    /// How long statements of scripts may take: on a scratch database.
    pub(super) limit: Option<Limit>,
    /// The folder of a scratch database's file.
    pub(super) folder: Option<ScratchFolder>,
    pub(super) stop: Arc<AtomicBool>,
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
            patience: PATIENCE,
            group: None,
            unmade: false,
            soiled: false,
            deferred: false,
            held: None,
            marked: None,
            limit: None,
            folder: None,
            stop: Arc::default(),
            handle: Arc::default(),
        })
    }

    /// What no comparison is about.
    pub(super) fn left_out(&self) -> &LeaveOut {
        &self.settings.left_out
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
        let mut connection = match &self.path {
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
        self.wait_for_others(&mut connection, self.patience)?;
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

    pub(super) fn execute(&mut self, sql: &str) -> Result<(), DbError> {
        self.writer()?
            .execute_batch(sql)
            .map_err(|error| self.said(&error))
    }

    /// SQLite's answer; one that came because the user lost patience says that.
    pub(super) fn said(&self, error: &rusqlite::Error) -> DbError {
        let error = db_error(error);
        if error.kind == ErrorKind::Locked && self.stop.load(Ordering::SeqCst) {
            return DbError::new(ErrorKind::Interrupted, "stopped while waiting");
        }
        error
    }

    /// Makes the connection wait for whoever holds SQLite's own lock, until it is
    /// too long or the user asks to stop. (SQLite's timeout cannot be interrupted.)
    fn wait_for_others(
        &self,
        connection: &mut Connection,
        patience: Duration,
    ) -> Result<(), DbError> {
        let stop = Arc::clone(&self.stop);
        let mut since = Instant::now();
        connection
            .busy_handler(Some(move |tries: i32| {
                if tries == 0 {
                    since = Instant::now();
                }
                let waited = since.elapsed();
                if stop.load(Ordering::SeqCst) || waited >= patience {
                    return false;
                }
                let pause = Duration::from_millis(if tries < 20 { 2 } else { 20 });
                std::thread::sleep(pause.min(patience.saturating_sub(waited)));
                true
            }))
            .map_err(|error| db_error(&error))
    }

    fn set_patience(&mut self, patience: Duration) -> Result<(), DbError> {
        self.writer()?;
        if let Some(mut connection) = self.connection.take() {
            let outcome = self.wait_for_others(&mut connection, patience);
            self.connection = Some(connection);
            outcome?;
        }
        self.patience = patience;
        Ok(())
    }

    /// Waits until nobody else writes, and says that it does.
    fn wait_for_writers(
        &mut self,
        timeout: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<(), DbError> {
        self.set_patience(timeout.min(SILENCE))?;
        let first = self.begin_immediate();
        self.set_patience(timeout)?;
        match first {
            Err(error) if error.kind == ErrorKind::Locked && timeout > SILENCE => {
                waiting("another process that is writing to it");
                self.set_patience(timeout.saturating_sub(SILENCE))?;
                let second = self.begin_immediate();
                self.set_patience(timeout)?;
                second.map_err(|error| writing(error, timeout))?;
            }
            other => other?,
        }
        self.execute("ROLLBACK")
    }

    pub(super) fn begin_immediate(&mut self) -> Result<(), DbError> {
        let patience = self.patience;
        self.execute("BEGIN IMMEDIATE")
            .map_err(|error| writing(error, patience))
    }

    /// The connection as if newly opened: what a script left in it (temporary
    /// tables, settings, attached databases) is gone.
    pub(super) fn renew(&mut self) -> Result<(), DbError> {
        self.soiled = false;
        if self.path.is_some() {
            self.note_foreign_writes();
            self.connection = None;
            self.writer()?;
            self.count_anew();
            return Ok(());
        }
        // Memory would be gone with its connection: settings stay.
        let rows = self.query_text(
            "SELECT 'DROP ' || type || ' IF EXISTS temp.\"' || replace(name, '\"', '\"\"') || '\"' FROM \
             sqlite_temp_schema WHERE type IN ('table', 'view', 'trigger') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             UNION ALL SELECT 'DETACH \"' || replace(name, '\"', '\"\"') || '\"' FROM pragma_database_list WHERE \
             name NOT IN ('main', 'temp')",
        )?;
        for statement in rows.into_iter().flatten().flatten() {
            self.execute(&statement)?;
        }
        Ok(())
    }

    /// Creates the ledger in the transaction that is open, where it is missing.
    pub(super) fn make_ledger(&mut self) -> Result<(), DbError> {
        if self.unmade && !self.ledger_exists()? {
            let ddl = ledger_sql::ddl(LEDGER, &self.table);
            self.execute(&ddl)?;
        }
        Ok(())
    }

    /// The path to lock: the same database may be named in several ways.
    fn real(&mut self, path: PathBuf) -> Result<PathBuf, DbError> {
        if !path.exists()
            && !path.is_symlink()
            && let (Some(folder), Some(name)) = (path.parent(), path.file_name())
            && let Ok(folder) = folder.canonicalize()
        {
            return Ok(folder.join(name));
        }
        self.writer()?;
        Ok(path.canonicalize().unwrap_or(path))
    }

    /// The ledger's name, without quotes.
    pub(super) fn ledger_name(&self) -> &str {
        &self.settings.ledger_table
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

    fn all_stored_scripts(&mut self) -> Result<Vec<(RevId, StoredScripts)>, DbError> {
        if !self.ledger_exists()? {
            return Ok(Vec::new());
        }
        self.read_all_scripts()
    }

    fn likeness(&mut self) -> Result<Likeness, DbError> {
        Ok(sqlite_scratch::likeness())
    }

    fn scratch(&mut self, like: &Likeness) -> Result<Box<dyn Database>, ScratchError> {
        sqlite_scratch::create(like, &self.settings)
    }

    fn open_scratch(
        &mut self,
        like: &Likeness,
    ) -> Result<(Box<dyn Database>, ScratchAt), ScratchError> {
        sqlite_scratch::create_file(like, &self.settings)
    }

    fn lock(&mut self, timeout: Duration, waiting: &mut dyn FnMut(&str)) -> Result<(), DbError> {
        let Some(path) = self.path.clone() else {
            return Ok(());
        };
        if self.lock.is_none() {
            let path = self.real(path)?;
            let stop = Arc::clone(&self.stop);
            let holder = format!("{} (pid {})", self.settings.application, std::process::id());
            let patience = Patience {
                timeout,
                waiting: &mut *waiting,
                stopped: &|| stop.load(Ordering::SeqCst),
            };
            let lock = FileLock::take(&path, &holder, patience)?;
            self.lock = Some(lock);
        }
        self.patience = timeout;
        let Some(connection) = self.open(false)? else {
            // There is nobody to wait for; the file comes with the first row.
            return Ok(());
        };
        if connection.is_readonly("main").unwrap_or(false) {
            return Err(DbError::new(
                ErrorKind::ReadOnly,
                format!("{} may not be written", self.location),
            ));
        }
        self.wait_for_writers(timeout, waiting)
    }

    fn unlock(&mut self) -> Result<(), DbError> {
        self.flush()?;
        self.lock = None;
        Ok(())
    }

    fn prepare_ledger(&mut self) -> Result<(), DbError> {
        self.writer()?;
        self.unmade = !self.ledger_exists()?;
        if self.unmade {
            self.begin()?;
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
        if self.soiled {
            self.commit_group()?;
            self.renew()?;
        }
        self.soiled = leaves_traces(&script.text);
        if !script.transaction {
            self.note_commit();
            return self.run_bare(job, &script.text, notice);
        }
        if script.foreign_keys_off {
            return self.run_without_foreign_keys(job, &script.text);
        }
        self.run_grouped(job, &script.text)
    }

    fn flush(&mut self) -> Result<(), DbError> {
        self.commit_group()
    }

    fn hold(&mut self, _steps: &[&StoredScript], copy: &Path) -> Result<Held, DbError> {
        self.held = Some(self.copy(copy)?);
        Ok(Held::Copy)
    }

    fn keep(&mut self) -> Result<(), DbError> {
        self.commit_group()?;
        self.held = None;
        Ok(())
    }

    fn take_back(&mut self) -> Result<(), DbError> {
        match self.held.take() {
            Some(copy) => self.put_back_if_alone(&copy),
            None => Ok(()),
        }
    }

    fn take_back_beside(&mut self, aside: &Path, ours: &[&str]) -> Result<(), DbError> {
        match self.held.take() {
            Some(copy) => self.put_back_beside(&copy, aside, ours),
            None => Ok(()),
        }
    }

    fn hand_over(&mut self) {
        self.note_foreign_writes();
        self.note_commit();
    }

    fn take_over(&mut self) {
        self.count_anew();
    }

    fn restore(&mut self, copy: &Path, aside: &Path) -> Result<(), DbError> {
        is_copy(copy)?;
        self.copy_to(aside)?;
        self.put_back(copy)
    }

    fn reconnect(&mut self, _: Duration, _: &mut dyn FnMut(&str)) -> Result<(), DbError> {
        // There is no server to lose, and the lock is a file of its own.
        self.renew()
    }

    fn rewrite(&mut self, changes: &[LedgerChange]) -> Result<(), DbError> {
        // What ran before it in a stretch is committed with it or before it.
        self.commit_group()?;
        self.begin_immediate()?;
        let made = self.make_ledger();
        let outcome = changes.iter().try_for_each(|change| match change {
            LedgerChange::Put(entry, scripts) => self.put(entry, scripts, Duration::ZERO),
            LedgerChange::Remove(revision) => self.remove(revision),
            LedgerChange::Clear => {
                let sql = format!("DELETE FROM {}", self.table);
                self.execute(&sql)
            }
        });
        match made.and(outcome).and_then(|()| self.execute("COMMIT")) {
            Ok(()) => {
                self.unmade = false;
                self.note_commit();
                Ok(())
            }
            Err(error) => {
                let _ = self.execute("ROLLBACK");
                Err(error)
            }
        }
    }

    fn mark(&mut self) -> Result<(), DbError> {
        sqlite_scratch::mark(self)
    }

    fn rewind(&mut self) -> Result<(), DbError> {
        sqlite_scratch::rewind(self)
    }

    fn execute_text(&mut self, sql: &str) -> Result<(), DbError> {
        self.execute(sql)
    }

    fn query_text(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, DbError> {
        // A file that is not there has no tables, and is not made by looking.
        match self.open(false)? {
            Some(connection) => sqlite_rows::text(connection, sql),
            None => Ok(Vec::new()),
        }
    }

    fn schema(&mut self, leave_out: &LeaveOut) -> Result<Schema, DbError> {
        let stored = match self.open(false)? {
            Some(connection) => sqlite_introspect::stored(connection)?,
            None => Stored::default(),
        };
        let mut schema = schema::sqlite::facts(&stored, &self.settings.ledger_table);
        leave_out.apply(&mut schema);
        Ok(schema)
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

/// Says how long somebody else was waited for.
fn writing(mut error: DbError, waited: Duration) -> DbError {
    if error.kind == ErrorKind::Locked {
        error.message = format!("another process is writing to the database; waited {waited:?}");
    }
    error
}

fn cannot_open(error: &rusqlite::Error) -> DbError {
    let error = db_error(error);
    DbError {
        message: format!("cannot open it: {}", error.message),
        ..error
    }
}

/// Whether a script may change the connection for those that follow.
fn leaves_traces(text: &str) -> bool {
    sql::tokens(text, Some(Dialect::Sqlite)).any(|token| {
        ["TEMP", "TEMPORARY", "PRAGMA", "ATTACH"]
            .iter()
            .any(|word| token.is_word(text, word))
    })
}
