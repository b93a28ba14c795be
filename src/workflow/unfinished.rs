//! A restack that never came to its end: found by its journal, put back, brought to
//! its end, or left as it is.
//!
//! What is possible is decided in `model::interrupted`. Nothing is changed unless it
//! was asked for, save that a journal that means nothing any more goes.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{
    Context, Error, Event, NotBack, alembic,
    journal::{self, Found, Involved, Journal, Record},
    known,
    restack::{Move, Rewrite},
    rewrite,
    run::locked,
    sync::Decisions,
};
use crate::{
    db::Database,
    model::{
        RevId,
        interrupted::{Files, Held, Rows, Standing, progress, rows, runs_again, standing},
    },
};

/// A restack that never came to its end, and where it left things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The command that made it.
    pub command: String,
    /// When it began.
    pub started: Timestamp,
    /// It is still at work.
    pub running: bool,
    /// The revisions that get other parents.
    pub moved: Vec<RevId>,
    /// What is put where.
    pub moves: Vec<Move>,
    /// What else was decided.
    pub decisions: Decisions,
    /// Where the files stand.
    pub files: Files,
    /// Where the database stands.
    pub rows: Rows,
    /// The environment, where the database had a part.
    pub environment: Option<String>,
    /// Where that is, without a password; empty without one.
    pub location: String,
    /// The database that was chosen now is another one.
    pub elsewhere: bool,
    /// There is a copy of the database as it was.
    pub copy: bool,
    /// How what the database did can be undone.
    pub held: Held,
    /// What can be done about it.
    pub standing: Standing,
}

impl Unfinished {
    /// Somebody has to say how to go on, or to wait.
    pub fn is_open(&self) -> bool {
        self.running || matches!(self.standing, Standing::Open { .. })
    }

    /// No file is changed in part of the others' company: all are as before, or all are
    /// as they were to become, or somebody saw to it.
    pub fn files_are_whole(&self) -> bool {
        !matches!(self.files, Files::Mixed | Files::Changed { torn: true, .. })
    }

    /// Changes of the database that was chosen now have to wait for it. Those of
    /// another one need not, unless the files are torn.
    pub fn is_in_the_way(&self) -> bool {
        !(self.elsewhere && self.files_are_whole())
    }
}

/// What became of an earlier restack, as far as nobody has to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// There was none.
    None,
    /// There is nothing left to do about it, and its journal is gone.
    Over(Box<Unfinished>),
    /// Somebody has to say how to go on.
    Open(Box<Unfinished>),
}

/// What was put back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PutBack {
    /// The database became what it was.
    pub database: bool,
    /// What was in it until then.
    pub aside: Option<PathBuf>,
    /// It was put back by its scripts: rows of what was rolled back are not there.
    pub by_scripts: bool,
    /// The database stays where it is, since it cannot be put back.
    pub stays: bool,
}

/// Looks only. `database` is asked where it is the one that had a part in it.
pub fn look(
    context: &Context,
    database: Option<&mut dyn Database>,
) -> Result<Option<Unfinished>, Error> {
    match journal::find(context)? {
        Found::Nothing | Found::Unwritten(_) => Ok(None),
        Found::Unreadable(_, error) => Err(error),
        Found::Running(record) => Ok(record.map(|record| running(context, &record))),
        Found::Left(journal, record) => {
            let (copy, has_copy) = (journal.copy(), journal.has_copy());
            // A slow server must not look like a restack at work.
            drop(journal);
            let now = match database {
                Some(database) => ask(context, &copy, &record, database).unwrap_or(Rows::Unknown),
                None => unasked(&record),
            };
            Ok(Some(judge(context, &record, now, has_copy)))
        }
    }
}

/// For commands that are about to change files or database: looks with the
/// database's lock held, so that nothing of the killed run is still under way at a
/// server, and ends journals that mean nothing any more.
pub fn find(
    context: &Context,
    database: Option<&mut dyn Database>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Earlier, Error> {
    let (journal, record) = match journal::find(context)? {
        // Whoever only began waits for the database's lock, which decides who comes first.
        Found::Nothing | Found::Running(None) => return Ok(Earlier::None),
        Found::Unwritten(journal) => {
            journal.end()?;
            return Ok(Earlier::None);
        }
        Found::Running(Some(record)) => {
            return Err(Error::Unfinished(Box::new(running(context, &record))));
        }
        Found::Unreadable(_, error) => return Err(error),
        Found::Left(journal, record) => (journal, record),
    };
    let unfinished = match database {
        Some(database) => under_lock(context, &record, &journal, database, on_event)?,
        None => judge(context, &record, unasked(&record), journal.has_copy()),
    };
    if matches!(unfinished.standing, Standing::Open { .. }) {
        return Ok(Earlier::Open(Box::new(unfinished)));
    }
    journal.end()?;
    Ok(Earlier::Over(Box::new(unfinished)))
}

/// For commands that change files alone: what they write, the head file too, would
/// stand in the way of putting a restack's files back.
pub(super) fn refuse(context: &Context) -> Result<(), Error> {
    match look(context, None)? {
        Some(found) if found.is_open() => Err(Error::Unfinished(Box::new(found))),
        _ => Ok(()),
    }
}

/// Why no restack can begin.
pub(super) fn in_the_way(context: &Context) -> Error {
    match look(context, None) {
        Ok(Some(found)) => Error::Unfinished(Box::new(found)),
        Ok(None) => Error::RestackBegins,
        Err(error) => error,
    }
}

/// Puts files and database back to what they were before the restack.
pub fn put_back(
    context: &Context,
    database: Option<&mut dyn Database>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<PutBack, Error> {
    let (journal, record) = taken(context)?;
    let mut done = PutBack::default();
    let Some(database) = database else {
        all_there(rewrite::put_back(
            context,
            journal.folder(),
            &own_files(context, &record),
        ))?;
        journal.end()?;
        return Ok(done);
    };
    locked(
        context,
        database,
        |database, _| {
            let now = ask(context, &journal.copy(), &record, database)?;
            let found = judge(context, &record, now, journal.has_copy());
            match found.standing {
                Standing::Open { put_back: true, .. } => {}
                Standing::Open { .. } => return Err(Error::Unfinished(Box::new(found))),
                _ => return Err(nothing_there()),
            }
            let steps = found.held == Held::Steps && matches!(now, Rows::At { .. });
            if steps && !now.untouched() {
                database
                    .restore(&journal.copy(), &journal.copy())
                    .map_err(|error| Error::database(database, error))?;
                done.database = true;
                done.by_scripts = true;
            } else if found.copy && !now.untouched() {
                let aside = journal.kept(context, "before-abort")?;
                database
                    .restore(&journal.copy(), &aside)
                    .map_err(|error| Error::database(database, error))?;
                done.database = true;
                done.aside = Some(aside);
            } else {
                done.stays = !now.untouched();
            }
            all_there(rewrite::put_back(
                context,
                journal.folder(),
                &own_files(context, &record),
            ))
        },
        on_event,
    )?;
    journal.end()?;
    Ok(done)
}

/// Brings the files to where the database is already; gives them.
pub fn finish(context: &Context) -> Result<Vec<Rewrite>, Error> {
    let (journal, record) = taken(context)?;
    let files = own_files(context, &record);
    all_there(rewrite::put_rest(context, journal.folder(), &files))?;
    journal.end()?;
    Ok(files)
}

/// Leaves everything as it is and forgets the restack. Gives the place of the
/// database's copy, which stays.
pub fn forget(context: &Context) -> Result<Option<PathBuf>, Error> {
    let journal = match journal::find(context)? {
        Found::Unreadable(journal, _) | Found::Left(journal, _) => journal,
        other => return Err(not_taken(context, other)),
    };
    let kept = journal.keep_copy(context)?;
    journal.end()?;
    Ok(kept)
}

fn taken(context: &Context) -> Result<(Journal, Box<Record>), Error> {
    match journal::find(context)? {
        Found::Left(journal, record) => Ok((journal, record)),
        other => Err(not_taken(context, other)),
    }
}

/// Why there is no journal to be taken.
fn not_taken(context: &Context, found: Found) -> Error {
    match found {
        Found::Running(_) => in_the_way(context),
        Found::Unreadable(_, error) => error,
        _ => nothing_there(),
    }
}

fn nothing_there() -> Error {
    Error::Usage("there is no restack that was interrupted".to_owned())
}

fn all_there(left: Vec<NotBack>) -> Result<(), Error> {
    if left.is_empty() {
        Ok(())
    } else {
        Err(Error::FilesLeft(left))
    }
}

fn under_lock(
    context: &Context,
    record: &Record,
    journal: &Journal,
    database: &mut dyn Database,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Unfinished, Error> {
    let copy = journal.has_copy();
    if record.database.is_none() || is_elsewhere(context, record) {
        return Ok(judge(context, record, unasked(record), copy));
    }
    let look = |database: &mut dyn Database, _: &mut dyn FnMut(Event<'_>)| {
        ask(context, &journal.copy(), record, database)
    };
    let now = locked(context, database, look, on_event)?;
    Ok(judge(context, record, now, copy))
}

/// Where the database stands, where it is the one that had a part.
/// `copy`: where its copy is, where one was made.
fn ask(
    context: &Context,
    copy: &Path,
    record: &Record,
    database: &mut dyn Database,
) -> Result<Rows, Error> {
    match &record.database {
        Some(involved) if !is_elsewhere(context, record) => {
            if alembic::is_used(context)
                && let Some(rows) =
                    alembic::progress(context, copy, involved.steps.len(), database)?
            {
                return Ok(rows);
            }
            let ledger = context.ledger(database)?;
            let now = progress(&involved.before, &involved.steps, &rows(&ledger));
            let is_unclear =
                alembic::is_used(context) && now.untouched() && runs_again(&involved.steps);
            Ok(if is_unclear { Rows::Unclear } else { now })
        }
        _ => Ok(unasked(record)),
    }
}

fn unasked(record: &Record) -> Rows {
    match record.database {
        Some(_) => Rows::Unknown,
        None => Rows::NotInvolved,
    }
}

fn is_elsewhere(context: &Context, record: &Record) -> bool {
    record.database.as_ref().is_some_and(|involved| {
        let target = context.target().ok();
        let here = target.and_then(|target| known::location(&target));
        here.as_ref() != Some(&involved.location)
    })
}

fn running(context: &Context, record: &Record) -> Unfinished {
    Unfinished {
        running: true,
        ..judge(context, record, unasked(record), true)
    }
}

/// The files that are the restack's to answer for: a head file that was in conflict is
/// Git's once the operation is over that left it so.
fn own_files(context: &Context, record: &Record) -> Vec<Rewrite> {
    let goes_on = context
        .repo_if_any()
        .is_some_and(|repo| repo.operation().is_some());
    let in_conflict = |file: &&Rewrite| {
        let mut lines = file.before.lines();
        file.revision.is_none() && lines.any(|line| line.starts_with("<<<<<<<"))
    };
    let files = record.files.iter();
    files
        .filter(|file| goes_on || !in_conflict(file))
        .cloned()
        .collect()
}

/// `copy`: the copy of the database, where one was made, is still there.
fn judge(context: &Context, record: &Record, rows: Rows, copy: bool) -> Unfinished {
    let files = rewrite::look(context, &own_files(context, record));
    let involved: Option<&Involved> = record.database.as_ref();
    let held = match involved.map(|involved| involved.held) {
        Some(Held::Copy) if !copy => Held::No,
        held => held.unwrap_or(Held::No),
    };
    Unfinished {
        command: record.command.clone(),
        started: record.started,
        running: false,
        moved: record
            .files
            .iter()
            .filter_map(|file| file.revision.clone())
            .collect(),
        moves: record.moves.clone(),
        decisions: record.decisions,
        standing: standing(&files, rows, held),
        files,
        rows,
        environment: involved.map(|involved| involved.environment.clone()),
        location: involved.map_or_else(String::new, |involved| involved.location.clone()),
        elsewhere: is_elsewhere(context, record),
        copy: held == Held::Copy,
        held,
    }
}
