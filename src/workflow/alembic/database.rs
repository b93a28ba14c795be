//! A database whose revisions Alembic applies: the seam between plans and the program.
//!
//! Reads `alembic_version` as a ledger, hands stretches of a plan to the project's own
//! Alembic under teammig's lock, and looks at the table again afterwards. Must not write to
//! that table; what it records, it does in the sidecar.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    blame::{attributed, names, wrong},
    caller::Caller,
    child::Stop,
    known::Known,
    left_running::LeftRunning,
    shadow::Ground,
    sidecar,
    stretch::Stretch,
    table::VersionTable,
};
use crate::{
    db::{
        Database, DbError, ErrorKind, Interrupter, Job, JobError, Leaves, LedgerChange, Likeness,
        Notice, Ran, ScratchAt, ScratchError, file_wait::Patience,
    },
    layout::{Alembic, Layout as _},
    model::{
        Dialect, Direction, Entry, Ledger, Migration, NoWayBack, RevId, SourceFile,
        interrupted::Held,
        ledger::{StoredScript, StoredScripts},
    },
    schema::{LeaveOut, Schema},
    workflow::step,
};

mod held;
mod outcome;

/// The option of `alembic stamp` that forgets all rows first.
const PURGE: &str = "--purge";

/// What of the revisions Alembic does not find in the project's folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lacks {
    /// Nothing: they are the files.
    Nothing,
    /// Those that only Git has.
    Some,
    /// All are to be others than the files there.
    All,
}

/// A database with `alembic_version` in it.
pub(super) struct AlembicDatabase {
    inner: Box<dyn Database>,
    table: VersionTable,
    known: Known,
    caller: Caller,
    ground: Ground,
    lacks: Lacks,
    /// What is run is recorded in a ledger of our own.
    sidecar: bool,
    /// Files of the project in whose place others were shown to Alembic.
    originals: HashMap<RevId, Migration>,
    stop: Stop,
    /// What an earlier call may have left on this database.
    left_running: Option<LeftRunning>,
    /// What is applied, as it was last read; `None` = it has to be read.
    applied: Option<BTreeSet<RevId>>,
    /// Steps that were taken and not run yet.
    stretch: Option<Stretch>,
    /// The rows of those steps.
    entries: Vec<Entry>,
    /// The restack that they are part of.
    holding: Option<held::Holding>,
}

impl AlembicDatabase {
    /// Puts it around a database that was just opened.
    pub(super) fn new(
        inner: Box<dyn Database>,
        table: VersionTable,
        known: Known,
        caller: Caller,
        ground: Ground,
        lacks: Lacks,
        sidecar: bool,
    ) -> Self {
        Self {
            inner,
            table,
            known,
            stop: caller.stop(),
            caller,
            ground,
            lacks,
            sidecar,
            originals: HashMap::new(),
            left_running: None,
            entries: Vec::new(),
            applied: None,
            stretch: None,
            holding: None,
        }
    }

    /// The same where an earlier teammig may have left an Alembic running.
    pub(super) fn after(self, left_running: Option<LeftRunning>) -> Self {
        Self {
            left_running,
            ..self
        }
    }

    fn read_applied(&mut self) -> Result<BTreeSet<RevId>, DbError> {
        let rows = self.table.rows(&mut *self.inner)?.unwrap_or_default();
        Ok(self.known.applied(&rows))
    }

    /// The module that a step wants Alembic to see in the place of the one it sees now.
    ///
    /// A restack's steps come before its files: the table is by the files as they are to
    /// become. And what was edited goes back as it ran, where that was kept.
    fn wanted(&mut self, job: &Job<'_>) -> Result<Option<Migration>, DbError> {
        let id = &job.entry.revision;
        let Some(seen) = self.known.files.get(id) else {
            return Ok(None);
        };
        if job.direction == Direction::Down {
            let is_it = |file: &Migration| step::scripts_of(file).up == job.scripts.up;
            if is_it(seen) || !self.sidecar {
                return Ok(None);
            }
            let kept = sidecar::module(&mut *self.inner, id)?;
            return Ok(kept.filter(is_it));
        }
        let own = self.originals.get(id).unwrap_or(seen);
        let moved = if own.revision.parents == job.entry.parents {
            Some(own.clone())
        } else {
            let path = Arc::clone(&own.file.path);
            Alembic
                .with_parents(own, &job.entry.parents)
                .and_then(|text| Alembic.parse(SourceFile::new(path, text)).ok())
        };
        match moved {
            Some(moved) => Ok((moved.file.text != seen.file.text).then_some(moved)),
            None => Err(wrong(
                format!("the parents in {} cannot be rewritten", own.file.path),
                "write `down_revision` as a text or as a tuple of texts",
            )),
        }
    }

    /// From now on Alembic sees another module of this revision.
    fn show_instead(&mut self, module: Migration) {
        let id = module.revision.id.clone();
        if let Some(own) = self.known.files.get(&id) {
            self.originals.entry(id).or_insert_with(|| own.clone());
        }
        self.known.replace(module);
        self.lacks = Lacks::All;
        self.caller.shadow = None;
    }

    /// A revision that stands on others by now, as its file says since this was opened. A row
    /// below it would overlap with it.
    fn moved(&mut self, entry: &Entry) {
        let known = self.known.files.get(&entry.revision);
        if let Some(own) = known.filter(|own| own.revision.parents != entry.parents) {
            let mut moved = own.clone();
            moved.revision.parents.clone_from(&entry.parents);
            self.known.replace(moved);
        }
    }

    /// Records what was done, where that is wanted.
    fn record(&mut self, stretch: &Stretch, done: usize, took: Duration) -> Result<(), DbError> {
        let entries = std::mem::take(&mut self.entries);
        if !self.sidecar || done == 0 {
            return Ok(());
        }
        // Of several in one call, nobody knows how long each took.
        let took = if stretch.steps.len() == 1 {
            took
        } else {
            Duration::ZERO
        };
        let changes: Vec<LedgerChange> = entries
            .iter()
            .take(done)
            .filter_map(|entry| match stretch.direction {
                Direction::Down => Some(LedgerChange::Remove(entry.revision.clone())),
                Direction::Up => {
                    let module = self.known.files.get(&entry.revision)?;
                    Some(sidecar::applied(entry, module, took))
                }
            })
            .collect();
        self.write_records(&changes)
    }

    fn write_records(&mut self, changes: &[LedgerChange]) -> Result<(), DbError> {
        self.inner
            .prepare_ledger()
            .and_then(|()| self.inner.rewrite(changes))
            .and_then(|()| self.inner.flush())
            .map_err(|error| DbError {
                message: format!(
                    "Alembic did it, and teammig's own record of it could not be written: {}",
                    error.message
                ),
                ..error
            })?;
        self.known.records = sidecar::records(&mut *self.inner)?;
        Ok(())
    }

    /// Puts what the project's folders lack where Alembic sees it. Not before it is called:
    /// who only reads writes nothing.
    fn show_files(&mut self) -> Result<(), DbError> {
        if self.lacks == Lacks::Nothing || self.caller.shadow.is_some() {
            return Ok(());
        }
        let beside = self.lacks == Lacks::Some;
        let known = &self.known;
        let files = known.files.iter();
        let lacking = files.filter(|(id, _)| !beside || known.is_elsewhere(id));
        let lacking = lacking.map(|(_, file)| file);
        let shadow = if self.caller.is_flask() {
            self.ground.cast_folder(lacking, beside)
        } else {
            self.ground.cast(lacking, beside)
        };
        let shadow = shadow.map_err(|error| {
            let folder = self.ground.folder.display();
            wrong(
                format!("cannot write a temporary folder in {folder}: {error}"),
                "Alembic is shown there what the project's folders do not have",
            )
        })?;
        self.caller.put_into(shadow, &self.ground.section);
        Ok(())
    }

    /// Runs what was taken.
    fn finish(&mut self, notice: &mut dyn FnMut(Notice<'_>)) -> Result<Duration, JobError> {
        let Some(stretch) = self.stretch.take() else {
            return Ok(Duration::ZERO);
        };
        let before = match self.applied.take() {
            Some(applied) => applied,
            None => self.read_applied()?,
        };
        let besides = stretch.besides(&self.known.graph, &before);
        if !besides.is_empty() {
            return Err(wrong(
                format!("Alembic would run more than was shown: {}", names(&besides)),
                "a revision cannot be left out with Alembic: what it builds on has to be applied first",
            )
            .into());
        }
        self.show_files()?;
        self.note_call(&stretch, &before)?;
        let begun = Instant::now();
        let said = self
            .caller
            .call(&stretch.arguments(&self.known.graph), &mut |line| {
                notice(Notice::Output(line));
            });
        let took = begun.elapsed();
        // Whatever it said, the table has the last word.
        let now = self.read_applied();
        let interrupted = self.stop.is_asked();
        self.note_end_of_call()?;
        let done = now.as_ref().map_or(0, |now| stretch.done(now));
        self.applied = now.as_ref().ok().cloned();
        if let Err(error) = self.record(&stretch, done, took) {
            return Err(attributed(error, &stretch, done, None));
        }
        let error = match (said, now) {
            (Ok(_), Ok(now)) if now == stretch.after(&before) => {
                self.warn_of_overlap(notice)?;
                return Ok(took);
            }
            (Ok(_), Ok(now)) if now == before => {
                let error = attributed(self.elsewhere(), &stretch, done, None);
                return Err(JobError {
                    leaves: Leaves::Elsewhere,
                    ..error
                });
            }
            (Ok(_), Ok(now)) => self.astray(&stretch.after(&before), &now),
            (Ok(_), Err(error)) => error,
            (Err(failed), _) if interrupted => {
                let error = failed.into_error();
                DbError {
                    kind: ErrorKind::Interrupted,
                    ..error
                }
            }
            (Err(failed), _) => {
                let error = self.failed(&stretch, failed, done);
                return Err(self.told_of_overlap(error));
            }
        };
        Err(attributed(error, &stretch, done, None))
    }

    /// Rows by `alembic stamp`.
    fn stamp(&mut self, after: &BTreeSet<RevId>) -> Result<(), DbError> {
        let missing: Vec<RevId> = self
            .known
            .applied(&after.iter().cloned().collect::<Vec<_>>())
            .into_iter()
            .filter(|id| !after.contains(id))
            .collect();
        if !missing.is_empty() {
            return Err(wrong(
                format!(
                    "{} cannot say that {} is not applied and something above it is",
                    self.table.name(),
                    names(&missing)
                ),
                "it has the heads alone; whatever they build on counts as applied",
            ));
        }
        let rows = self.known.rows(after);
        if let Some(unknown) = rows.iter().find(|id| self.known.is_unknown(id)) {
            return Err(wrong(
                format!(
                    "{} has {unknown}, which is in no file and no commit here",
                    self.table.name()
                ),
                "Alembic stamps nothing as long as that row is there: `teammig stamp --purge <revision>` forgets it",
            ));
        }
        let mut arguments = vec!["stamp".to_owned(), PURGE.to_owned()];
        arguments.extend(rows.iter().map(ToString::to_string));
        if rows.is_empty() {
            arguments.push("base".to_owned());
        }
        self.show_files()?;
        let said = match self.caller.call(&arguments, &mut |_| {}) {
            Err(failed) if failed.knows_no(PURGE) => self.stamp_anew(&rows),
            said => said,
        };
        self.applied = None;
        let now = self.read_applied();
        match said {
            Err(failed) => Err(failed.into_error()),
            Ok(_) => match now? {
                now if now == *after => {
                    self.applied = Some(now);
                    Ok(())
                }
                now => Err(self.astray(after, &now)),
            },
        }
    }
}

impl Database for AlembicDatabase {
    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }

    fn location(&self) -> &str {
        self.inner.location()
    }

    fn ledger(&mut self) -> Result<Ledger, DbError> {
        let rows = self.table.rows(&mut *self.inner)?;
        self.applied = Some(self.known.applied(rows.as_deref().unwrap_or_default()));
        Ok(match rows {
            Some(rows) => self.known.ledger(&rows),
            None => Ledger::default(),
        })
    }

    fn stored_scripts(&mut self, revision: &RevId) -> Result<Option<StoredScripts>, DbError> {
        // The sidecar has what ran, where that is not what the file says.
        if self.known.records.contains_key(revision)
            && let Some(module) = sidecar::module(&mut *self.inner, revision)?
        {
            return Ok(Some(step::scripts_of(&module)));
        }
        Ok(self.known.files.get(revision).map(|file| {
            let scripts = step::scripts_of(file);
            let is_idle = file.no_way_back() == Some(NoWayBack::EmptySection);
            if self.known.only_in_git.contains(revision) && !is_idle {
                // No ledger kept it: the way back is that of the commit it was found in.
                StoredScripts {
                    down: None,
                    ..scripts
                }
            } else {
                scripts
            }
        }))
    }

    fn all_stored_scripts(&mut self) -> Result<Vec<(RevId, StoredScripts)>, DbError> {
        let applied = match &self.applied {
            Some(applied) => applied.clone(),
            None => self.read_applied()?,
        };
        let files = applied
            .iter()
            .filter_map(|id| Some((id.clone(), step::scripts_of(self.known.files.get(id)?))));
        Ok(files.collect())
    }

    fn likeness(&mut self) -> Result<Likeness, DbError> {
        self.inner.likeness()
    }

    fn scratch(&mut self, like: &Likeness) -> Result<Box<dyn Database>, ScratchError> {
        self.inner.scratch(like)
    }

    fn open_scratch(
        &mut self,
        like: &Likeness,
    ) -> Result<(Box<dyn Database>, ScratchAt), ScratchError> {
        self.inner.open_scratch(like)
    }

    fn lock(&mut self, timeout: Duration, waiting: &mut dyn FnMut(&str)) -> Result<(), DbError> {
        let begun = Instant::now();
        self.inner.lock(timeout, waiting)?;
        if let Some(left_running) = &mut self.left_running {
            let stop = self.stop.clone();
            let patience = Patience {
                timeout: timeout.saturating_sub(begun.elapsed()),
                waiting,
                stopped: &|| stop.is_asked(),
            };
            if let Err(error) = left_running.wait(patience) {
                self.inner.unlock()?;
                return Err(error);
            }
            self.caller.input = left_running.input();
        }
        // Whoever had the lock may have changed the table.
        self.applied = None;
        Ok(())
    }

    fn unlock(&mut self) -> Result<(), DbError> {
        self.caller.input = None;
        if let Some(left_running) = &mut self.left_running {
            left_running.let_go();
        }
        self.stretch = None;
        self.entries.clear();
        self.holding = None;
        self.inner.unlock()
    }

    fn prepare_ledger(&mut self) -> Result<(), DbError> {
        // Alembic makes its table itself; the sidecar is made with its first row.
        Ok(())
    }

    fn run(&mut self, job: &Job<'_>, notice: &mut dyn FnMut(Notice<'_>)) -> Result<Ran, JobError> {
        let revision = &job.entry.revision;
        let wanted = self.wanted(job)?;
        let goes_along = wanted.is_none()
            && self
                .stretch
                .as_mut()
                .is_some_and(|stretch| stretch.takes(&self.known.graph, job.direction, revision));
        let mut duration = Duration::ZERO;
        if !goes_along {
            duration += self.finish(notice)?;
            if let Some(module) = wanted {
                self.show_instead(module);
            }
            self.stretch = Some(Stretch::of(job.direction, revision.clone()));
        }
        self.entries.push(job.entry.clone());
        if job.last {
            duration += self.finish(notice)?;
        }
        Ok(Ran {
            duration,
            committed: self.stretch.is_none(),
        })
    }

    fn flush(&mut self) -> Result<(), DbError> {
        self.finish(&mut |_| {}).map_err(|error| error.error)?;
        self.inner.flush()
    }

    fn hold(&mut self, _: &[&StoredScript], copy: &Path) -> Result<Held, DbError> {
        self.begin_hold(copy)
    }

    fn keep(&mut self) -> Result<(), DbError> {
        self.flush()?;
        self.end_hold()
    }

    fn take_back(&mut self) -> Result<(), DbError> {
        self.undo_hold()
    }

    fn restore(&mut self, copy: &Path, aside: &Path) -> Result<(), DbError> {
        self.undo_left(copy, aside)
    }

    fn reconnect(
        &mut self,
        timeout: Duration,
        waiting: &mut dyn FnMut(&str),
    ) -> Result<(), DbError> {
        self.applied = None;
        self.inner.reconnect(timeout, waiting)
    }

    fn rewrite(&mut self, changes: &[LedgerChange]) -> Result<(), DbError> {
        let mut after = self.read_applied()?;
        for change in changes {
            match change {
                LedgerChange::Put(entry, _) => {
                    after.insert(entry.revision.clone());
                    self.moved(entry);
                }
                LedgerChange::Remove(id) => {
                    after.remove(id);
                }
                LedgerChange::Clear => after.clear(),
            }
        }
        self.stamp(&after)?;
        if !self.sidecar {
            return Ok(());
        }
        let with_modules = changes.iter().filter_map(|change| match change {
            LedgerChange::Put(entry, _) => {
                let module = self.known.files.get(&entry.revision)?;
                Some(sidecar::applied(entry, module, Duration::ZERO))
            }
            other => Some(other.clone()),
        });
        let records: Vec<LedgerChange> = with_modules.collect();
        self.write_records(&records)
    }

    fn mark(&mut self) -> Result<(), DbError> {
        self.inner.mark()
    }

    fn rewind(&mut self) -> Result<(), DbError> {
        self.applied = None;
        self.inner.rewind()
    }

    fn execute_text(&mut self, sql: &str) -> Result<(), DbError> {
        self.inner.execute_text(sql)
    }

    fn query_text(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, DbError> {
        self.inner.query_text(sql)
    }

    fn schema(&mut self, leave_out: &LeaveOut) -> Result<Schema, DbError> {
        // It is the ledger here.
        self.inner.schema(&self.table.left_out(leave_out))
    }

    fn interrupter(&self) -> Interrupter {
        let (stop, inner) = (self.stop.clone(), self.inner.interrupter());
        Arc::new(move || {
            stop.ask();
            inner();
        })
    }
}
