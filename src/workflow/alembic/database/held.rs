//! A stretch of calls that can be taken back. Alembic commits by itself: on SQLite a copy
//! takes it back, on PostgreSQL the same steps backwards.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use super::{AlembicDatabase, Lacks};
use crate::{
    db::{DbError, ErrorKind},
    model::{Dialect, Direction, RevId, interrupted::Held},
    workflow::alembic::{
        blame::wrong,
        marks::{self, Marks},
        stretch::Stretch,
    },
};

/// The stretch that is under way.
pub(super) struct Holding {
    marks: Marks,
    path: PathBuf,
    held: Held,
    /// Its steps are being undone.
    back: bool,
}

impl AlembicDatabase {
    /// Begins one. Marks are kept in any case: without them nobody knows how far it got.
    pub(super) fn begin_hold(&mut self, copy: &Path) -> Result<Held, DbError> {
        let rows = self.table.rows(&mut *self.inner)?;
        let held = match self.inner.dialect() {
            // A copy of an empty database is none that is put back.
            Dialect::Sqlite if rows.is_some() => self.inner.hold(&[], copy)?,
            // What goes down with its record comes up without it, and with the files that there
            // are by then.
            Dialect::Postgres if !self.sidecar => Held::Steps,
            _ => Held::No,
        };
        let path = marks::beside(copy);
        let marks = Marks::new(rows.unwrap_or_default());
        marks.write(&path).map_err(|error| not_written(&error))?;
        self.holding = Some(Holding {
            marks,
            path,
            held,
            back: false,
        });
        Ok(held)
    }

    /// Ends it, and all of it stays.
    pub(super) fn end_hold(&mut self) -> Result<(), DbError> {
        let holding = self.holding.take();
        if holding.is_some_and(|one| one.held == Held::Copy) {
            self.inner.keep()?;
        }
        Ok(())
    }

    /// A call is about to be made.
    pub(super) fn note_call(
        &mut self,
        stretch: &Stretch,
        before: &BTreeSet<RevId>,
    ) -> Result<(), DbError> {
        let Some(holding) = &mut self.holding else {
            return Ok(());
        };
        if holding.held == Held::Copy {
            self.inner.hand_over();
        }
        let states = (1..=stretch.steps.len()).map(|n| {
            let part = Stretch {
                direction: stretch.direction,
                steps: stretch.steps[..n].to_vec(),
            };
            self.known.rows(&part.after(before))
        });
        let files = &self.known.files;
        let modules = stretch.steps.iter().filter_map(|id| files.get(id));
        let (direction, steps) = (stretch.direction, &stretch.steps);
        let states = states.collect();
        let marks = &mut holding.marks;
        marks.begin(direction, steps, states, holding.back, modules);
        let written = marks.write(&holding.path);
        written.map_err(|error| not_written(&error))
    }

    /// It ended.
    pub(super) fn note_end_of_call(&mut self) -> Result<(), DbError> {
        if self.holding.is_none() {
            return Ok(());
        }
        let rows = self.table.rows(&mut *self.inner)?.unwrap_or_default();
        if let Some(holding) = &mut self.holding {
            if holding.held == Held::Copy {
                self.inner.take_over();
            }
            if holding.marks.settle(rows) {
                let written = holding.marks.write(&holding.path);
                written.map_err(|error| not_written(&error))?;
            }
        }
        Ok(())
    }

    /// Everything becomes what it was before the stretch.
    pub(super) fn undo_hold(&mut self) -> Result<(), DbError> {
        self.stretch = None;
        self.entries.clear();
        self.applied = None;
        // The user may have asked to stop; this is how.
        self.stop.forget();
        match self.holding.as_ref().map(|one| one.held) {
            Some(Held::Copy) => {
                let holding = self.holding.take();
                match holding {
                    // What others wrote during a call cannot be told from what the call did.
                    Some(holding) => self
                        .inner
                        .take_back_beside(&marks::meanwhile(&holding.path), &[self.table.bare()]),
                    None => Ok(()),
                }
            }
            Some(Held::Steps) => {
                let undone = self.undo_steps();
                self.holding = None;
                undone
            }
            _ => {
                self.holding = None;
                Ok(())
            }
        }
    }

    /// The same for a stretch of a run that never ended.
    pub(super) fn undo_left(&mut self, copy: &Path, aside: &Path) -> Result<(), DbError> {
        let path = marks::beside(copy);
        self.applied = None;
        if copy.exists() {
            self.inner.restore(copy, aside)?;
            // What they say is not so any more.
            let rows = self.table.rows(&mut *self.inner)?.unwrap_or_default();
            let written = Marks::new(rows).write(&path);
            return written.map_err(|error| not_written(&error));
        }
        let mut marks = Marks::read(&path).unwrap_or_default();
        let rows = self.table.rows(&mut *self.inner)?.unwrap_or_default();
        if !marks.settle(rows) {
            return Err(wrong(
                format!("{} was changed since", self.table.name()),
                "`teammig status` says where it stands",
            ));
        }
        self.holding = Some(Holding {
            marks,
            path,
            held: Held::Steps,
            back: false,
        });
        let undone = self.undo_steps();
        self.holding = None;
        undone
    }

    /// What went up goes down, and what went down comes up again, each as it was.
    fn undo_steps(&mut self) -> Result<(), DbError> {
        self.note_end_of_call()?;
        let Some(holding) = &mut self.holding else {
            return Ok(());
        };
        holding.back = true;
        let mut last = None;
        for step in holding.marks.done().to_vec().into_iter().rev() {
            let direction = match step.direction {
                Direction::Up => Direction::Down,
                Direction::Down => Direction::Up,
            };
            if last != Some(direction) {
                self.run_stretch()?;
                self.show_as_ran(step.direction);
                last = Some(direction);
            }
            let goes_along = self
                .stretch
                .as_mut()
                .is_some_and(|stretch| stretch.takes(&self.known.graph, direction, &step.revision));
            if !goes_along {
                self.run_stretch()?;
                self.stretch = Some(Stretch::of(direction, step.revision));
            }
        }
        self.run_stretch()
    }

    fn run_stretch(&mut self) -> Result<(), DbError> {
        let done = self.finish(&mut |_| {});
        done.map(drop).map_err(|error| error.error)
    }

    /// From now on Alembic sees the modules that these steps ran.
    fn show_as_ran(&mut self, direction: Direction) {
        let Some(holding) = &self.holding else {
            return;
        };
        for module in holding.marks.modules(direction) {
            self.known.replace(module);
        }
        self.lacks = Lacks::All;
        self.caller.shadow = None;
        // By other files, other revisions are applied.
        self.applied = None;
    }
}

fn not_written(error: &io::Error) -> DbError {
    DbError::new(
        ErrorKind::Statement,
        format!("cannot write down how far the restack is: {error}"),
    )
}
