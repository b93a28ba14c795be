//! What a restack had Alembic do, written down beside its journal as it goes.
//!
//! `alembic_version` has heads alone, so what stands in it may be so at several points of a
//! restack. Each call is written down before it is made, with what the table is to say after
//! each of its steps, and with the modules that it ran.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    layout::{Alembic, Layout as _},
    model::{Dialect, Direction, Migration, RevId, SourceFile, Step, interrupted::Rows},
    workflow::journal,
};

/// What is done, and what is being done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Marks {
    /// The steps that are done, in this order.
    done: Vec<Step>,
    /// What the table says then.
    rows: Vec<RevId>,
    /// The call that was begun.
    calling: Option<Call>,
    /// What the steps ran.
    modules: Vec<Module>,
}

/// One call of Alembic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Call {
    steps: Vec<Step>,
    /// It undoes the last steps that are done.
    back: bool,
    /// What the table says after each of its steps.
    rows: Vec<Vec<RevId>>,
}

/// A revision's file, as Alembic saw it in a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Module {
    direction: Direction,
    revision: RevId,
    path: String,
    text: String,
}

/// Where the marks of a journal are whose copy of the database would be this file.
pub(super) fn beside(copy: &Path) -> PathBuf {
    copy.with_file_name("alembic.json")
}

/// Where a restack that is taken back leaves what the database held until then.
pub(super) fn meanwhile(marks: &Path) -> PathBuf {
    marks.with_file_name(journal::MEANWHILE)
}

impl Marks {
    /// Nothing is done.
    pub(super) fn new(rows: Vec<RevId>) -> Self {
        Self {
            rows: sorted(rows),
            ..Self::default()
        }
    }

    /// `None` = there are none, or none that are understood.
    pub(super) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// On the disk when this returns.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut temp = tempfile::NamedTempFile::new_in(folder)?;
        temp.write_all(&serde_json::to_vec(self)?)?;
        temp.as_file().sync_all()?;
        temp.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// A call is about to be made. `states`: what the table says after each step.
    pub(super) fn begin<'m>(
        &mut self,
        direction: Direction,
        steps: &[RevId],
        states: Vec<Vec<RevId>>,
        back: bool,
        modules: impl Iterator<Item = &'m Migration>,
    ) {
        let step = |revision: &RevId| Step {
            direction,
            revision: revision.clone(),
        };
        self.calling = Some(Call {
            steps: steps.iter().map(step).collect(),
            back,
            rows: states.into_iter().map(sorted).collect(),
        });
        if back {
            return;
        }
        self.modules.extend(modules.map(|module| Module {
            direction,
            revision: module.revision.id.clone(),
            path: module.file.path.to_string(),
            text: module.file.text.to_string(),
        }));
    }

    /// The call ended, and this is what the table says. False = that is none of what it
    /// would say.
    pub(super) fn settle(&mut self, rows: Vec<RevId>) -> bool {
        let rows = sorted(rows);
        let Some(call) = self.calling.take() else {
            return self.rows == rows;
        };
        let n = if self.rows == rows {
            0
        } else if let Some(at) = call.rows.iter().position(|one| *one == rows) {
            at + 1
        } else {
            self.calling = Some(call);
            return false;
        };
        if call.back {
            self.done.truncate(self.done.len().saturating_sub(n));
        } else {
            self.done.extend(call.steps.into_iter().take(n));
        }
        self.rows = rows;
        true
    }

    /// The steps that are done.
    pub(super) fn done(&self) -> &[Step] {
        &self.done
    }

    /// How many of the restack's steps are done, by what the table says.
    pub(super) fn progress(&self, rows: Vec<RevId>, of: usize, dialect: Dialect) -> Rows {
        let mut settled = self.clone();
        if !settled.settle(rows) {
            return Rows::Foreign;
        }
        // Only SQLite keeps the half of a step: its DDL runs outside of transactions.
        let is_whole = match &self.calling {
            Some(call) if dialect == Dialect::Sqlite => {
                call.rows.last().is_some_and(|last| *last == settled.rows)
            }
            _ => true,
        };
        let done = settled.done.len();
        Rows::At {
            done,
            of,
            begun: !is_whole && done < of,
        }
    }

    /// The modules that these steps ran, as they were.
    pub(super) fn modules(&self, direction: Direction) -> Vec<Migration> {
        let ran = self
            .modules
            .iter()
            .filter(|one| one.direction == direction && self.has_done(direction, &one.revision));
        ran.filter_map(|one| {
            Alembic
                .parse(SourceFile::new(one.path.as_str(), one.text.as_str()))
                .ok()
        })
        .collect()
    }

    fn has_done(&self, direction: Direction, id: &RevId) -> bool {
        let mut done = self.done.iter();
        done.any(|step| step.direction == direction && step.revision == *id)
    }
}

fn sorted(mut rows: Vec<RevId>) -> Vec<RevId> {
    rows.sort();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<RevId> {
        text.split_whitespace().map(RevId::trusted).collect()
    }

    fn at(done: usize, begun: bool) -> Rows {
        Rows::At { done, of: 5, begun }
    }

    /// m2 and m1 go down, t and m1 and m2 go up.
    #[test]
    fn the_same_rows_mean_something_else_in_another_call() {
        let none = || std::iter::empty();
        let mut marks = Marks::new(ids("m2"));
        let say = |marks: &Marks, rows: &str| marks.progress(ids(rows), 5, Dialect::Sqlite);
        assert_eq!(say(&marks, "m2"), at(0, false));
        assert_eq!(say(&marks, "m1"), Rows::Foreign);
        let states = vec![ids("m1"), ids("b")];
        marks.begin(Direction::Down, &ids("m2 m1"), states, false, none());
        assert_eq!(say(&marks, "m2"), at(0, true));
        assert_eq!(say(&marks, "m1"), at(1, true));
        assert_eq!(say(&marks, "b"), at(2, false));
        assert!(marks.settle(ids("b")));
        let states = vec![ids("t"), ids("m1"), ids("m2")];
        marks.begin(Direction::Up, &ids("t m1 m2"), states, false, none());
        assert_eq!(say(&marks, "m1"), at(4, true));
        assert_eq!(
            marks.progress(ids("m1"), 5, Dialect::Postgres),
            at(4, false)
        );
        assert_eq!(say(&marks, "m2"), at(5, false));
        assert!(marks.settle(ids("m1")));
        // And back again.
        let states = vec![ids("t"), ids("b")];
        marks.begin(Direction::Down, &ids("m1 t"), states, true, none());
        assert_eq!(say(&marks, "m1"), at(4, true));
        assert_eq!(say(&marks, "t"), at(3, true));
        assert_eq!(say(&marks, "b"), at(2, false));
        assert_eq!(say(&marks, "other"), Rows::Foreign);
    }
}
