//! One step of a plan, made ready: its scripts, its ledger row, and the checks
//! that need no database. What is wrong with a later step stops the run before
//! the first one.

use std::ops::Range;

use jiff::Timestamp;

use super::{
    At, Context, Error, State, plan::Resume, unrunnable::unrunnable, way_back_in_git::FoundWayBack,
};
use crate::{
    layout,
    model::{
        Dialect, Direction, Entry, EntryState, Finding, Language, Migration, NoWayBack, Project,
        Script, SourceFile, Step,
        finding::Place,
        ledger::{StoredScript, StoredScripts},
        way_back::{Irreversible, Judged},
    },
    sql,
};

/// What every row of a run has in common.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    now: Timestamp,
    who: String,
    commit: Option<String>,
    branch: Option<String>,
}

impl Facts {
    /// Who runs this, when, and on which commit.
    pub(super) fn gather(context: &Context) -> Self {
        let (commit, branch) = context
            .repo_if_any()
            .and_then(|repo| match context.at() {
                // The scripts come out of that commit, whatever is checked out.
                At::Commit(name) => Some((repo.resolve(name).ok(), None)),
                At::WorkTree | At::Index => {
                    let head = repo.head().ok()?;
                    Some((head.commit(), head.branch().map(str::to_owned)))
                }
            })
            .unwrap_or_default();
        Self {
            now: context.now,
            who: context.who(),
            commit: commit.map(|id| id.to_string()),
            branch,
        }
    }

    /// The row of a revision, as applied now.
    pub(super) fn entry(&self, migration: &Migration, state: &State) -> Entry {
        let revision = &migration.revision;
        Entry {
            revision: revision.id.clone(),
            parents: revision.parents.clone(),
            depends_on: state.graph.dependencies(revision.id.as_str()),
            message: revision.message.clone(),
            checksum: layout::checksum(migration),
            options: migration.options(),
            state: EntryState::Applied,
            applied_at: Some(self.now),
            applied_by: self.who.clone(),
            git_commit: self.commit.clone(),
            git_branch: self.branch.clone(),
            duration_ms: 0,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// A step that can be run.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Which script of which revision.
    pub step: Step,
    /// The revision's message.
    pub message: String,
    /// The row to write or to remove.
    pub entry: Entry,
    /// Both scripts.
    pub scripts: StoredScripts,
    /// Statements to skip: an interrupted run goes on there.
    pub skip: u32,
    /// The script comes from the ledger: the file is gone, or differs.
    pub from_ledger: bool,
    /// Once it is applied, there is no way back.
    pub no_way_back: Option<NoWayBack>,
    /// It is Python on the way back that does nothing, though its way up did something:
    /// Alembic moves the version.
    pub(super) idle: Option<Box<Irreversible>>,
    /// Where the script was found, where neither the files nor the ledger have it.
    pub found: Option<FoundWayBack>,
    file: SourceFile,
    offset: usize,
    /// Where the way back of an up step stands, where it stands in a file.
    back_at: Option<(SourceFile, usize)>,
}

impl Prepared {
    /// The step that undoes an up step, with the same scripts.
    pub(super) fn back(&self) -> Result<Self, NoWayBack> {
        if let Some(why) = self.no_way_back.or_else(|| no_way_back(&self.scripts)) {
            return Err(why);
        }
        let text = self.scripts.down.as_ref().map_or("", |down| &down.text);
        let name = || format!("{} (down)", self.step.revision);
        let (file, offset) = self
            .back_at
            .clone()
            .unwrap_or_else(|| (SourceFile::new(name(), text), 0));
        Ok(Self {
            step: Step {
                direction: Direction::Down,
                revision: self.step.revision.clone(),
            },
            file,
            offset,
            ..self.clone()
        })
    }

    /// There is a script for the other direction.
    pub(super) fn can_be_undone(&self) -> bool {
        self.step.direction == Direction::Down || self.no_way_back.is_none()
    }

    /// The script that is run.
    pub fn script(&self) -> &StoredScript {
        match (self.step.direction, &self.scripts.down) {
            (Direction::Down, Some(down)) => down,
            _ => &self.scripts.up,
        }
    }

    /// All of the file that the script stands in.
    pub(super) fn file_text(&self) -> &str {
        &self.file.text
    }

    /// A span of the script, as a place in its file.
    pub(super) fn place(&self, span: Range<usize>, label: impl Into<String>) -> Place {
        Place {
            file: self.file.clone(),
            span: self.offset + span.start..self.offset + span.end,
            label: label.into(),
        }
    }

    /// An up step of a revision's file.
    pub(super) fn up(
        migration: &Migration,
        state: &State,
        facts: &Facts,
        resume: Resume,
        dialect: Dialect,
    ) -> Result<Self, Error> {
        let entry = facts.entry(migration, state);
        let mut prepared = Self {
            step: Step {
                direction: Direction::Up,
                revision: entry.revision.clone(),
            },
            message: entry.message.clone(),
            scripts: scripts_of(migration),
            skip: 0,
            from_ledger: false,
            no_way_back: migration.no_way_back(),
            idle: None,
            found: None,
            file: migration.file.clone(),
            offset: migration.up.span.start,
            back_at: migration
                .down
                .as_ref()
                .map(|down| (migration.file.clone(), down.span.start)),
            entry,
        };
        prepared.resume(state, resume, dialect)?;
        Ok(prepared)
    }

    /// An up step of what a ledger has, as it ran: with its file's place where the file
    /// still says the same.
    pub(super) fn again(entry: &Entry, scripts: StoredScripts, project: Option<&Project>) -> Self {
        let file = project
            .and_then(|project| project.migration(entry.revision.as_str()))
            .filter(|migration| scripts_of(migration).up == scripts.up);
        let (file, offset) = if let Some(migration) = file {
            (migration.file.clone(), migration.up.span.start)
        } else {
            let name = format!("ledger:{} (up)", entry.revision);
            (SourceFile::new(name, scripts.up.text.as_str()), 0)
        };
        Self {
            step: Step {
                direction: Direction::Up,
                revision: entry.revision.clone(),
            },
            message: entry.message.clone(),
            entry: entry.clone(),
            scripts,
            skip: 0,
            from_ledger: true,
            no_way_back: None,
            idle: None,
            found: None,
            file,
            offset,
            back_at: None,
        }
    }

    /// A down step: the file's script where the file is what was applied, else
    /// the script that the ledger kept; else the one that was `found`.
    pub(super) fn down(
        entry: &Entry,
        stored: StoredScripts,
        found: Option<FoundWayBack>,
        file: Option<&Migration>,
        state: &State,
        resume: Resume,
        dialect: Dialect,
    ) -> Result<Self, Error> {
        let migration = file.filter(|migration| {
            // A mended way back is welcome; a changed way up makes the file another revision.
            sql::checksum(migration.up_text(), None) == sql::checksum(&stored.up.text, None)
        });
        let no_way_back = match migration {
            Some(migration) => migration.no_way_back(),
            None => no_way_back(&stored),
        };
        let found = found.filter(|_| file.is_none() && no_way_back.is_some());
        let language = match layout::python_acts(&stored.up.text) {
            Some(_) => Language::Python,
            None => migration.map_or(Language::Sql, |migration| migration.language),
        };
        let mut idle = None;
        if let Some(why) = no_way_back
            && found.is_none()
        {
            let judged = match (migration, file) {
                (Some(_), _) => Judged::File,
                (None, Some(_)) => Judged::LedgerBeforeEdit,
                (None, None) => Judged::LedgerWithoutFile,
            };
            let found = Box::new(irreversible(entry, migration, why, judged, language));
            if (why, language) != (NoWayBack::EmptySection, Language::Python) {
                return Err(Error::Irreversible(found));
            }
            idle = Some(found);
        }
        let (scripts, file, offset) = if let Some(found) = &found {
            let down = Some(found.script.clone());
            let scripts = StoredScripts { down, ..stored };
            (scripts, found.file.clone(), found.offset)
        } else if let Some(migration) = migration {
            let down = migration.down.as_ref();
            let offset = down.map_or(0, |script| script.span.start);
            (scripts_of(migration), migration.file.clone(), offset)
        } else {
            let down = stored.down.as_ref();
            let text = down.map_or("", |script| script.text.as_str());
            let file = SourceFile::new(format!("ledger:{} (down)", entry.revision), text);
            (stored, file, 0)
        };
        let mut prepared = Self {
            step: Step {
                direction: Direction::Down,
                revision: entry.revision.clone(),
            },
            message: entry.message.clone(),
            entry: entry.clone(),
            scripts,
            skip: 0,
            from_ledger: migration.is_none() && found.is_none(),
            no_way_back: None,
            idle,
            found,
            file,
            offset,
            back_at: None,
        };
        prepared.resume(state, resume, dialect)?;
        Ok(prepared)
    }

    /// Where the ledger says that this very step was begun, goes on after what
    /// finished, if that is certain and still the same.
    fn resume(&mut self, state: &State, resume: Resume, dialect: Dialect) -> Result<(), Error> {
        let revision = &self.step.revision;
        let Some(EntryState::Running {
            direction,
            done,
            uncertain,
        }) = state
            .interrupted
            .iter()
            .find(|entry| entry.revision == *revision)
            .map(|entry| entry.state)
        else {
            return Ok(());
        };
        if direction != self.step.direction {
            return Ok(());
        }
        let statements = sql::statements(&self.script().text, dialect);
        if uncertain && resume == Resume::Ask {
            let place = statements
                .get(done as usize)
                .map(|statement| self.place(statement.span.clone(), "it may have run or not"));
            return Err(Error::Uncertain {
                revision: revision.clone(),
                done,
                place,
            });
        }
        if statements.len() < done as usize {
            return Err(Error::ResumeChanged {
                revision: revision.clone(),
            });
        }
        self.skip = done + u32::from(uncertain && resume == Resume::After);
        Ok(())
    }

    /// The statements that had finished are the same in the script as it is now.
    pub(super) fn check_resumed(
        &self,
        before: &StoredScripts,
        dialect: Dialect,
    ) -> Result<(), Error> {
        let ran = match self.step.direction {
            Direction::Up => &before.up.text,
            Direction::Down => match &before.down {
                Some(down) => &down.text,
                None => return Ok(()),
            },
        };
        let finished = |text: &str| -> Vec<_> {
            sql::statements(text, dialect)
                .into_iter()
                .take(self.skip as usize)
                .map(|statement| sql::checksum(&text[statement.span], None))
                .collect()
        };
        if finished(ran) == finished(&self.script().text) {
            Ok(())
        } else {
            Err(Error::ResumeChanged {
                revision: self.step.revision.clone(),
            })
        }
    }

    /// What is wrong with the script before any database sees it.
    pub(super) fn findings(&self, dialect: Dialect) -> Vec<Finding> {
        let script = self.script();
        let place = |span| self.place(span, "");
        unrunnable(
            &script.text,
            script.transaction,
            dialect,
            &self.step.revision,
            &place,
        )
    }
}

fn irreversible(
    entry: &Entry,
    migration: Option<&Migration>,
    why: NoWayBack,
    judged: Judged,
    language: Language,
) -> Irreversible {
    let place = migration.and_then(|migration| {
        Some(Place {
            file: migration.file.clone(),
            span: migration.down_marker.clone()?,
            label: match why {
                NoWayBack::OnPurpose => "on purpose".to_owned(),
                _ => "nothing to run below it".to_owned(),
            },
        })
    });
    Irreversible {
        revision: entry.revision.clone(),
        why,
        judged,
        place,
        language,
    }
}

/// Why a revision cannot be rolled back with the scripts that a ledger kept.
pub(super) fn no_way_back(stored: &StoredScripts) -> Option<NoWayBack> {
    let acts = |script: &StoredScript| {
        let in_python = layout::python_acts(&script.text);
        in_python.unwrap_or_else(|| sql::has_statement(&script.text))
    };
    let down = stored.down.as_ref().ok_or(NoWayBack::NotKept);
    NoWayBack::judge(acts(&stored.up), down.map(acts))
}

/// Both scripts of a file.
pub(super) fn scripts_of(migration: &Migration) -> StoredScripts {
    let stored = |script: &Script| StoredScript {
        text: migration.file.text[script.span.clone()].to_owned(),
        transaction: script.transaction,
        foreign_keys_off: script.foreign_keys_off,
    };
    StoredScripts {
        up: stored(&migration.up),
        down: migration.down.as_ref().map(stored),
    }
}
