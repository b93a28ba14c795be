//! What happens during a run, as lines on the terminal.

use std::time::Duration;

use crate::{
    model::Direction,
    ui::{Progress, Ui, age},
    workflow::{Event, FoundWayBack, Warning, replay::ToCome},
};

/// Shows events of a run of so many steps.
pub(super) struct Shower {
    progress: Progress,
}

impl Shower {
    pub(super) fn new(ui: &Ui, steps: usize) -> Self {
        Self {
            progress: ui.progress(steps),
        }
    }

    pub(super) fn show(&self, ui: &mut Ui, event: &Event<'_>) {
        match event {
            Event::Waiting(holder) => self.progress.line(ui, &format!("waiting for {holder} …")),
            Event::Started(revision, message) => {
                self.progress.doing(&format!("{revision}  {message}"));
            }
            Event::Finished(done) => {
                let mark = match done.direction {
                    Direction::Up => ui.good_err("✔"),
                    Direction::Down => ui.good_err("↶"),
                };
                // Of several that were one call, nobody knows how long each took.
                let took = match done.duration {
                    Duration::ZERO => String::new(),
                    duration => format!("   {}", ui.dim_err(&age::took(duration))),
                };
                let revision = ui.id_err(done.revision.as_str());
                let line = format!("  {mark} {revision}  {}{took}", done.message);
                self.progress.line(ui, &line);
                self.progress.step();
            }
            Event::Server(text) | Event::Output(text) => {
                let line = format!("    {}", ui.dim_err(text));
                self.progress.line(ui, &line);
            }
            Event::Retry { attempt, of, pause } => self.progress.line(
                ui,
                &format!(
                    "    a lock was not to be had in time; rolled back, try {attempt} of {of} in {}",
                    age::took(*pause)
                ),
            ),
            Event::Statement { done, of } => {
                if *of > 1 {
                    self.progress.doing(&format!("statement {done} of {of}"));
                }
            }
        }
    }
}

/// Shows what the user should know before a run.
pub(super) fn warn(ui: &mut Ui, warnings: &[Warning]) {
    for warning in warnings {
        match warning {
            Warning::Phantoms {
                all,
                heads,
                from_git,
            } => {
                ui.warn(format!(
                    "the database has {} that these files do not: {}",
                    plural(all.len(), "revision"),
                    names(all)
                ));
                match heads.first() {
                    // `L@-1`: one step down along its own line, whatever else is applied.
                    Some(head) => ui.hint(format!(
                        "applied from another branch, or the file was deleted; {} kept the scripts: `teammig \
                         downgrade {head}@-1` rolls {head} back",
                        if *from_git { "Git" } else { "the ledger" }
                    )),
                    None => ui.hint("applied from another branch, or the file was deleted; later revisions build on it"),
                }
            }
            Warning::ToCome(coming) => to_come(ui, coming),
            Warning::Edited { all, fixed } => {
                ui.warn(format!(
                    "{} differ{} from what was applied: {}",
                    plural(all.len(), "file"),
                    if all.len() == 1 { "s" } else { "" },
                    names(all)
                ));
                ui.hint(if *fixed {
                    "a changed way up does not reach this database, and others have it as it was: `teammig sync` says what \
                     can be done; of a changed way back, the file's is run"
                } else {
                    "the change does not reach this database: `teammig sync` redoes it, or says why it cannot"
                });
            }
            Warning::Amended(ids) => {
                ui.warn(format!(
                    "{} amended since applied: {}",
                    plural(ids.len(), "revision"),
                    names(ids)
                ));
                ui.hint("`teammig sync` records it; it does not run again");
            }
            Warning::Waiting { pending, undecided } => ui.warn(format!(
                "{} not applied before the edit of {} is settled: {}",
                plural(pending.len(), "revision"),
                names(undecided),
                names(pending)
            )),
            Warning::AmbiguousStep(id) => ui.warn(format!(
                "the database is at several heads; counting from {id}, which was applied last"
            )),
            Warning::FromLedger(ids) => ui.status(format!(
                "rolling back with the scripts that the ledger kept: {}",
                names(ids)
            )),
            Warning::Idle(ids) => {
                ui.warn(format!(
                    "`downgrade()` of {} does nothing: what `upgrade()` did stays in the database",
                    names(ids)
                ));
                ui.hint("an upgrade may fail on it later; where that is meant so, nothing has to be done");
            }
            Warning::FoundWayBack(id, found) if found.is_in_module() => {
                ui.status(format!(
                    "rolling {id} back with the module that {}",
                    way_back(found)
                ));
            }
            Warning::FoundWayBack(id, found) => ui.status(format!(
                "rolling {id} back with the script that {}, since the ledger kept none",
                way_back(found)
            )),
            Warning::Resumes(id, done) => {
                ui.status(format!(
                    "{id} was interrupted; going on after its first {}",
                    plural(*done as usize, "statement")
                ));
            }
        }
    }
}

/// Where a way back was found, as in "the script that …".
pub(super) fn way_back(found: &FoundWayBack) -> String {
    if found.only_reflog {
        format!("commit {} had, which only the reflog knows", found.place)
    } else {
        format!("{} has", found.place)
    }
}

/// Says that what only the database has comes with what Git is in the middle of.
pub(super) fn to_come(ui: &mut Ui, coming: &ToCome) {
    let operation = coming.operation;
    ui.status(format!(
        "{} of the database that the files do not have yet, since {operation} is in progress: {}",
        plural(coming.revisions.len(), "revision"),
        names(&coming.revisions)
    ));
    ui.hint(format!("`{}` brings what is missing", operation.finish()));
}

pub(super) fn names(ids: &[crate::model::RevId]) -> String {
    ids.iter()
        .map(crate::model::RevId::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Names of branches in a sentence; of many, how many there are.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] if all.len() < 3 => format!("{} and {last}", all.join(", ")),
        [first, second, more @ ..] => format!("{first}, {second} and {} more", more.len()),
    }
}

pub(super) fn plural(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}
