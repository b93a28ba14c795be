//! A scratch database for the time of a task, on the server that it may be made on.
//!
//! It is dropped when the task ends, fails or is stopped. Nothing of it is remembered:
//! what happens there says nothing of any database that people use.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Context, Error, NoScratch, alembic};
use crate::{
    db::{Database, ErrorKind, Job, JobError, Likeness, ScratchError},
    model::{
        Dialect, Direction, Entry, EntryState, Options, Project, RevId,
        ledger::{StoredScript, StoredScripts},
    },
    sql,
};

/// Calls `act` with a new empty database that is like `database`. Without `scratch:` in the
/// configuration it is made on the same server; where the environment is protected,
/// only if `here` says so.
pub(super) fn with_scratch<T>(
    context: &Context,
    database: &mut dyn Database,
    here: bool,
    act: impl FnOnce(&mut dyn Database) -> Result<T, Error>,
) -> Result<T, Error> {
    if alembic::is_used(context) {
        return Err(Error::NoScratch(NoScratch::Python));
    }
    let make = |server: &mut dyn Database, like: &Likeness| server.scratch(like);
    made(context, database, here, make, |mut scratch, _| {
        let _running = context.interrupt.guard(scratch.interrupter());
        act(&mut *scratch)
    })
}

/// The same for revisions of `project`, whatever they are written in: where they are
/// Python, the project's own Alembic runs them there.
pub(super) fn with_scratch_for<T>(
    context: &Context,
    database: &mut dyn Database,
    here: bool,
    project: &Project,
    act: impl FnOnce(&mut dyn Database) -> Result<T, Error>,
) -> Result<T, Error> {
    if !alembic::is_used(context) {
        return with_scratch(context, database, here, act);
    }
    let program = alembic::require_for_scratch(context)?;
    let make = |server: &mut dyn Database, like: &Likeness| server.open_scratch(like);
    made(context, database, here, make, |(scratch, at), named| {
        let running = context.interrupt.guard(scratch.interrupter());
        let opened = alembic::on_scratch(context, program, project, scratch, &at, named);
        drop(running);
        let mut scratch = opened?;
        let _running = context.interrupt.guard(scratch.interrupter());
        act(&mut *scratch)
    })
}

/// Makes a database by `make`, where that may be, and calls `act` with it, and with whether
/// it is on a server that was named for it.
fn made<D, T>(
    context: &Context,
    database: &mut dyn Database,
    here: bool,
    make: impl FnOnce(&mut dyn Database, &Likeness) -> Result<D, ScratchError>,
    act: impl FnOnce(D, bool) -> Result<T, Error>,
) -> Result<T, Error> {
    let like = database
        .likeness()
        .map_err(|error| Error::database(database, error))?;
    // SQLite's are no server's.
    let is_server = database.dialect() == Dialect::Postgres;
    let mut named = if is_server {
        context.scratch_server()?
    } else {
        None
    };
    let target = context.target()?;
    if is_server && named.is_none() && target.protected && !here {
        return Err(Error::NoScratch(NoScratch::Protected {
            environment: target.environment,
        }));
    }
    let is_named = named.is_some();
    let server = match &mut named {
        Some(server) => &mut **server,
        None => database,
    };
    // While it is made and dropped, too: a Ctrl-C must not leave it behind.
    let _whole = context.interrupt.guard(server.interrupter());
    let outcome = match make(server, &like) {
        Err(ScratchError::Failed(error)) if error.kind == ErrorKind::Interrupted => {
            Err(Error::Stopped)
        }
        Err(error) => Err(Error::NoScratch(NoScratch::Server {
            location: server.location().to_owned(),
            named: is_named,
            error,
        })),
        Ok(_) if context.interrupt.is_asked() => Err(Error::Stopped),
        Ok(scratch) => act(scratch, is_named),
    };
    match outcome {
        Err(_) if context.interrupt.is_asked() => Err(Error::Stopped),
        other => other,
    }
}

/// Runs a script that belongs to no revision, by the same runner as those that do; where
/// it is one transaction, all of it or nothing.
pub(super) fn run_script(
    scratch: &mut dyn Database,
    script: StoredScript,
) -> Result<Result<(), JobError>, Error> {
    // A row for each: a database that counts its rows takes none for another one's.
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let entry = Entry {
        revision: RevId::trusted(&format!("scratch{n}")),
        parents: Vec::new(),
        depends_on: Vec::new(),
        message: String::new(),
        checksum: sql::checksum("", None),
        options: Options::default(),
        state: EntryState::Applied,
        applied_at: Some(jiff::Timestamp::UNIX_EPOCH),
        applied_by: String::new(),
        git_commit: None,
        git_branch: None,
        duration_ms: 0,
        tool_version: String::new(),
    };
    let scripts = StoredScripts {
        up: script,
        down: None,
    };
    let job = Job {
        direction: Direction::Up,
        entry: &entry,
        scripts: &scripts,
        skip: 0,
        last: true,
    };
    match scratch.run(&job, &mut |_| {}) {
        Ok(_) => Ok(Ok(())),
        Err(error) => match error.error.kind {
            ErrorKind::Interrupted => Err(Error::Stopped),
            ErrorKind::Lost | ErrorKind::Unreachable | ErrorKind::DiskFull => {
                Err(Error::database(scratch, error.error))
            }
            _ => Ok(Err(error)),
        },
    }
}
