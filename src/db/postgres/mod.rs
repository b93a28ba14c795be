//! PostgreSQL 13 to 18.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `pg_url`, `keywords` | connection strings and libpq's keywords |
//! | `resolve`, `hosts`, `service`, `passfile` | what the URL leaves out |
//! | `tls`, `connect` | getting a session |
//! | `session`, `message`, `pg_error`, `explain` | talking, and tracing errors back |
//! | `interrupt` | being stopped |
//! | `introspect`, `introspect_sql`, `introspect_grants`, `introspect_edges` | reading the schema |
//! | `ledger`, `place`, `lock` | the table, where it is, and the lock |
//! | `script`, `in_transaction`, `outside`, `hold` | running scripts |
//! | `scratch` | databases to try things on |
//!
//! Reading never changes anything, not even a setting of the session. All
//! statements go through the simple-query protocol: several in one round trip,
//! and what `psql` can run, this can.

mod connect;
mod explain;
mod hold;
mod hosts;
mod in_transaction;
mod interrupt;
mod introspect;
mod introspect_edges;
mod introspect_grants;
mod introspect_sql;
mod keywords;
mod ledger;
mod lock;
mod message;
mod outside;
mod passfile;
mod pg_error;
mod pg_url;
mod place;
mod resolve;
mod scratch;
mod script;
mod service;
mod session;
mod tls;

use std::{
    path::Path,
    time::{Duration, Instant},
};

pub use self::pg_url::PgUrl;
use self::{
    ledger::{Fresh, LedgerTable, Took},
    lock::LedgerLock,
    resolve::Target,
    scratch::Keeper,
    script::Script,
    session::{Failure, Session},
};
use super::{
    Database, Env, Interrupter, Job, LedgerChange, Notice, Ran, RunSettings,
    error::{DbError, ErrorKind, JobError},
    scratch::{Likeness, ScratchAt, ScratchError},
};
use crate::{
    model::{
        Dialect, Direction, Ledger, RevId,
        interrupted::Held,
        ledger::{StoredScript, StoredScripts},
    },
    schema::{LeaveOut, Schema},
};

/// Settings of a session that writes. Not waiting for the disk at every COMMIT is
/// safe here: the log is written in order, so that a crash of the server loses the
/// last revisions whole, rows included; the last COMMIT of a run does wait.
const SESSION: &str = "SET synchronous_commit = off";

/// Connects, and finds out where the ledger is (or would be).
pub(super) fn connect(
    url: &PgUrl,
    settings: &RunSettings,
    env: &Env<'_>,
    waiting: &dyn Fn(&str),
) -> Result<Box<dyn Database>, DbError> {
    let mut warnings = Vec::new();
    let target = resolve::resolve(url, &settings.application, env, &mut |text| {
        warnings.push(text.to_owned());
    })?;
    let session = connect::connect(&target, waiting).map_err(|mut error| {
        // A password file that is not used matters only where the password is missed.
        if error.kind == ErrorKind::Refused && !warnings.is_empty() {
            error.advice = Some(warnings.join("; "));
        }
        error
    })?;
    let schema = settings.ledger_schema.as_deref();
    let mut database = Postgres {
        session,
        settings: settings.clone(),
        location: target.location(),
        target,
        table: LedgerTable::new(schema, &settings.ledger_table)?,
        exists: false,
        lock: None,
        fresh: None,
        held: false,
        unflushed: false,
        keeper: None,
    };
    database.locate()?;
    Ok(Box::new(database))
}

/// A PostgreSQL database with its ledger.
struct Postgres {
    session: Session,
    /// Where a session is to be had, should this one be lost.
    target: Target,
    settings: RunSettings,
    location: String,
    table: LedgerTable,
    /// The ledger was there when it was last looked for.
    exists: bool,
    lock: Option<LedgerLock>,
    /// What is known of the rows since the ledger was prepared; `None` = ask.
    fresh: Option<Fresh>,
    /// A transaction is open around all steps.
    held: bool,
    /// Commits that the server may not have on disk yet.
    unflushed: bool,
    /// Drops the database, where it is a scratch one. After the session: the last to go.
    keeper: Option<Keeper>,
}

impl Postgres {
    fn execute(&mut self, sql: &str) -> Result<(), DbError> {
        self.session.execute(sql).map_err(Failure::into_error)
    }

    fn take_lock(
        &mut self,
        timeout: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<(), DbError> {
        let lock = LedgerLock::new(&self.table);
        lock.take(&mut self.session, timeout, waiting)?;
        self.lock = Some(lock);
        self.execute(SESSION)
    }

    /// What is set for scripts only, without SET.
    fn time_limits(&self) -> Vec<String> {
        let limit = |name: &str, limit: Option<Duration>| {
            limit.map(|limit| format!("{name} = {}", limit.as_millis()))
        };
        let limits = [
            limit("lock_timeout", self.settings.ddl_lock_timeout),
            limit("statement_timeout", self.settings.statement_timeout),
        ];
        limits.into_iter().flatten().collect()
    }
}

impl Database for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn location(&self) -> &str {
        &self.location
    }

    fn ledger(&mut self) -> Result<Ledger, DbError> {
        let sql = self.table.select();
        match self.read(&sql)? {
            Some(rows) => ledger::read(rows),
            None => Ok(Ledger::default()),
        }
    }

    fn stored_scripts(&mut self, revision: &RevId) -> Result<Option<StoredScripts>, DbError> {
        let sql = self.table.select_scripts(revision)?;
        Ok(self.read(&sql)?.and_then(ledger::read_scripts))
    }

    fn all_stored_scripts(&mut self) -> Result<Vec<(RevId, StoredScripts)>, DbError> {
        let sql = self.table.select_all_scripts();
        Ok(self
            .read(&sql)?
            .unwrap_or_default()
            .into_iter()
            .filter_map(ledger::read_scripts_of)
            .collect())
    }

    fn likeness(&mut self) -> Result<Likeness, DbError> {
        self.read_likeness()
    }

    fn scratch(&mut self, like: &Likeness) -> Result<Box<dyn Database>, ScratchError> {
        Ok(Box::new(self.create_scratch(like)?))
    }

    fn open_scratch(
        &mut self,
        like: &Likeness,
    ) -> Result<(Box<dyn Database>, ScratchAt), ScratchError> {
        let scratch = self.create_scratch(like)?;
        let at = ScratchAt::Name(scratch.name().to_owned());
        Ok((Box::new(scratch), at))
    }

    fn lock(&mut self, timeout: Duration, waiting: &mut dyn FnMut(&str)) -> Result<(), DbError> {
        self.take_lock(timeout, waiting)
    }

    fn unlock(&mut self) -> Result<(), DbError> {
        self.fresh = None;
        match self.lock.take() {
            Some(lock) => lock.give_back(&mut self.session),
            None => Ok(()),
        }
    }

    fn prepare_ledger(&mut self) -> Result<(), DbError> {
        if !self.exists {
            self.locate()?;
        }
        if self.exists {
            self.upgrade_ledger()
        } else {
            self.create_ledger()
        }
    }

    fn run(&mut self, job: &Job<'_>, notice: &mut dyn FnMut(Notice<'_>)) -> Result<Ran, JobError> {
        let empty = StoredScript {
            text: String::new(),
            transaction: true,
            foreign_keys_off: false,
        };
        let stored = match job.direction {
            Direction::Up => &job.scripts.up,
            Direction::Down => job.scripts.down.as_ref().unwrap_or(&empty),
        };
        let script = Script::new(&stored.text);
        script.check(stored.transaction)?;
        let duration = if stored.transaction {
            self.run_in_transaction(&script, job, notice)?
        } else {
            self.fresh = None;
            self.unflushed = true;
            let start = Instant::now();
            self.run_outside(&script, job, notice)?;
            start.elapsed()
        };
        self.unflushed = !job.last;
        if script.leaves_temporary {
            self.discard_temporary();
        }
        Ok(Ran {
            duration,
            committed: !self.held,
        })
    }

    fn flush(&mut self) -> Result<(), DbError> {
        if self.unflushed {
            // Whatever came before it in the server's log is on disk with it.
            let touch = self.table.touch();
            self.execute(&format!("SET LOCAL synchronous_commit TO DEFAULT; {touch}"))?;
            self.unflushed = false;
        }
        Ok(())
    }

    fn hold(&mut self, steps: &[&StoredScript], _copy: &Path) -> Result<Held, DbError> {
        self.begin_stretch(steps)
    }

    fn keep(&mut self) -> Result<(), DbError> {
        self.end_stretch()
    }

    fn take_back(&mut self) -> Result<(), DbError> {
        self.take_stretch_back();
        Ok(())
    }

    fn restore(&mut self, copy: &Path, _aside: &Path) -> Result<(), DbError> {
        Err(DbError::new(
            ErrorKind::Statement,
            format!("{} is not a copy of this database", copy.display()),
        ))
    }

    fn reconnect(
        &mut self,
        timeout: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<(), DbError> {
        self.connect_again(timeout, waiting)
    }

    fn rewrite(&mut self, changes: &[LedgerChange]) -> Result<(), DbError> {
        self.fresh = None;
        let (begin, end) = self.bounds();
        let mut parts = vec![
            begin.to_owned(),
            "SET LOCAL synchronous_commit TO DEFAULT".to_owned(),
        ];
        for change in changes {
            parts.push(match change {
                LedgerChange::Put(entry, scripts) => {
                    self.table.put(entry, scripts, entry.state, Took::Given)?
                }
                LedgerChange::Remove(revision) => self.table.row(revision)?.delete(),
                LedgerChange::Clear => self.table.clear(),
            });
        }
        parts.push(end.to_owned());
        self.in_one_message(&parts)
            .map_err(|error| self.ledger_error(error))
    }

    fn mark(&mut self) -> Result<(), DbError> {
        self.mark_state()
    }

    fn rewind(&mut self) -> Result<(), DbError> {
        self.rewind_state()
    }

    fn execute_text(&mut self, sql: &str) -> Result<(), DbError> {
        self.execute(sql)
    }

    fn query_text(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, DbError> {
        self.session.rows(sql).map_err(Failure::into_error)
    }

    fn schema(&mut self, leave_out: &LeaveOut) -> Result<Schema, DbError> {
        let mut schema = introspect::read(self)?;
        leave_out.apply(&mut schema);
        Ok(schema)
    }

    fn interrupter(&self) -> Interrupter {
        self.session.interrupter()
    }
}
