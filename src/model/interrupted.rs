//! A restack that never came to its end: what state it left, and what can be done.
//!
//! Decides from what its journal says and what is there now. It reads neither, and
//! guesses nothing: rows that no number of its steps explains are somebody else's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ledger::{EntryState, Ledger},
    plan::{Direction, Step},
    revision::RevId,
};

/// How the steps of a restack can be taken back by the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// Not at all: a script runs outside a transaction.
    No,
    /// They are one transaction, which ends with the program.
    Transaction,
    /// There is a copy of the database as it was.
    Copy,
    /// By the same steps backwards: each was committed by itself.
    Steps,
}

/// What of a row tells whether it is the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The revision.
    pub revision: RevId,
    /// When it was applied, where the ledger says so.
    pub applied_at: Option<Timestamp>,
    /// What ran, in hex.
    pub checksum: String,
    /// Its script was begun and not finished.
    pub running: bool,
}

/// The rows of a ledger, in the order applied.
pub fn rows(ledger: &Ledger) -> Vec<Row> {
    let entries = ledger.entries.iter();
    entries
        .map(|entry| Row {
            revision: entry.revision.clone(),
            applied_at: entry.applied_at,
            checksum: entry.checksum.to_string(),
            running: entry.state != EntryState::Applied,
        })
        .collect()
}

/// Where the files of a restack stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// All as before it.
    Before,
    /// All as they were to become.
    After,
    /// Some are, some are not.
    Mixed,
    /// Some were changed since, or are gone.
    Changed {
        /// These.
        paths: Vec<String>,
        /// Of the others, some are as they were to become.
        torn: bool,
    },
}

/// Where the database of a restack stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// The restack was of files alone.
    NotInvolved,
    /// So many of the steps are done.
    At {
        /// How many.
        done: usize,
        /// Of how many.
        of: usize,
        /// The next one was begun, outside a transaction.
        begun: bool,
    },
    /// Somebody else changed the ledger since.
    Foreign,
    /// As before it, and just so when all of it is done: Alembic's table has heads alone, and
    /// no times.
    Unclear,
    /// It was not asked, or did not answer.
    Unknown,
}

impl Rows {
    /// Nothing of the restack has happened there.
    pub fn untouched(self) -> bool {
        matches!(
            self,
            Self::NotInvolved
                | Self::At {
                    done: 0,
                    begun: false,
                    ..
                }
        )
    }

    /// All of the restack has happened there.
    pub fn complete(self) -> bool {
        match self {
            Self::NotInvolved => true,
            Self::At { done, of, begun } => done == of && !begun,
            Self::Foreign | Self::Unclear | Self::Unknown => false,
        }
    }
}

/// How many of the steps lead from the rows before to the rows now.
pub fn progress(before: &[Row], steps: &[Step], now: &[Row]) -> Rows {
    let of = steps.len();
    // What the rows should be: `None` = written by the restack itself.
    let mut expected: Vec<(&RevId, Option<&Row>)> = before
        .iter()
        .map(|row| (&row.revision, Some(row)))
        .collect();
    for done in 0..=of {
        if done > 0 {
            let step = &steps[done - 1];
            expected.retain(|(id, _)| **id != step.revision);
            if step.direction == Direction::Up {
                expected.push((&step.revision, None));
            }
        }
        if fits(&expected, before, now, None) {
            return Rows::At {
                done,
                of,
                begun: false,
            };
        }
        if let Some(next) = steps.get(done)
            && fits(&expected, before, now, Some(next))
        {
            return Rows::At {
                done,
                of,
                begun: true,
            };
        }
    }
    Rows::Foreign
}

/// Some revision is rolled back and runs again.
pub fn runs_again(steps: &[Step]) -> bool {
    let of = |direction| steps.iter().filter(move |one| one.direction == direction);
    of(Direction::Down).any(|down| of(Direction::Up).any(|up| up.revision == down.revision))
}

/// Whether the rows are those expected; with `begun`, the row of that step is one
/// that is running.
fn fits(
    expected: &[(&RevId, Option<&Row>)],
    before: &[Row],
    now: &[Row],
    begun: Option<&Step>,
) -> bool {
    let in_flight =
        |row: &&Row| begun.is_some_and(|step| step.revision == row.revision) && row.running;
    if begun.is_some() && !now.iter().any(|row| in_flight(&row)) {
        return false;
    }
    let mut rows: Vec<&Row> = now.iter().collect();
    if begun.is_some_and(|step| step.direction == Direction::Up) {
        rows.retain(|row| !in_flight(row));
    }
    rows.len() == expected.len()
        && rows.iter().zip(expected).all(|(row, (id, kept))| {
            row.revision == **id
                && match kept {
                    Some(kept) => row == kept || in_flight(row),
                    None => !row.running && !before.contains(row),
                }
        })
}

/// What can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It changed nothing, or what it changed is undone: there is nothing to say.
    Untouched,
    /// It did all that it was to do.
    Finished,
    /// It left the database on the way, which cannot be put back and which every
    /// later run understands; the files are whole.
    Left,
    /// Somebody has to say how to go on.
    Open {
        /// Everything it changed can be put back.
        put_back: bool,
        /// It can be brought to its end.
        go_on: bool,
    },
}

/// What can be done about a restack that left files and rows like this.
pub fn standing(files: &Files, rows: Rows, held: Held) -> Standing {
    let open = |put_back, go_on| Standing::Open { put_back, go_on };
    match (files, rows, held) {
        (Files::Before, rows, _) if rows.untouched() => Standing::Untouched,
        // The rest can go back; what was changed since is for whoever changed it.
        (Files::Changed { torn: true, .. }, rows, _) if rows.untouched() => open(true, false),
        // Whoever changed the files since did it on purpose.
        (Files::Changed { .. }, rows, _) if rows.untouched() => Standing::Untouched,
        (Files::After | Files::Changed { .. }, rows, _) if rows.complete() => Standing::Finished,
        // The copy may be the only place where rows of the user's are.
        (_, Rows::Foreign, Held::Copy)
        | (Files::Changed { .. }, _, Held::Copy)
        | (_, Rows::Unclear | Rows::Unknown, _) => open(false, false),
        // Committed as a whole: there is no way back, and little is left to do.
        (_, rows, Held::Transaction) if rows.complete() => open(false, true),
        (Files::Before | Files::Mixed, Rows::At { .. }, Held::No) if rows.complete() => {
            open(false, true)
        }
        (Files::Before | Files::Changed { .. }, _, Held::No)
        | (Files::After | Files::Before | Files::Changed { .. }, Rows::Foreign, _) => {
            Standing::Left
        }
        (Files::Changed { .. }, ..) => open(false, false),
        (Files::Mixed, Rows::Foreign, _) => open(true, false),
        (Files::Before | Files::After | Files::Mixed, ..) => open(true, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Held::{Copy, No, Steps, Transaction};

    fn row(id: &str, at: i64) -> Row {
        Row {
            revision: RevId::trusted(id),
            applied_at: Some(Timestamp::from_second(at).unwrap()),
            checksum: id.to_owned(),
            running: false,
        }
    }

    fn running(id: &str, at: i64) -> Row {
        Row {
            running: true,
            ..row(id, at)
        }
    }

    fn step(direction: Direction, id: &str) -> Step {
        Step {
            direction,
            revision: RevId::trusted(id),
        }
    }

    #[test]
    fn rows_tell_how_far_it_got() {
        let before = [row("base", 1), row("mine", 2)];
        let steps = [
            step(Direction::Down, "mine"),
            step(Direction::Up, "theirs"),
            step(Direction::Up, "mine"),
        ];
        let at = |done, begun| Rows::At { done, of: 3, begun };
        for (now, expected) in [
            (vec![row("base", 1), row("mine", 2)], at(0, false)),
            (vec![row("base", 1)], at(1, false)),
            (vec![row("base", 1), row("theirs", 9)], at(2, false)),
            (
                vec![row("base", 1), row("theirs", 9), row("mine", 9)],
                at(3, false),
            ),
            (vec![row("base", 1), running("mine", 2)], at(0, true)),
            (vec![row("base", 1), running("theirs", 9)], at(1, true)),
            (
                vec![row("base", 1), row("theirs", 9), running("mine", 9)],
                at(2, true),
            ),
            // Mine again, applied by somebody else's `upgrade`.
            (vec![row("base", 1), row("mine", 7)], Rows::Foreign),
            (vec![row("base", 3)], Rows::Foreign),
            (vec![row("base", 1), row("other", 9)], Rows::Foreign),
            (vec![], Rows::Foreign),
        ] {
            assert_eq!(progress(&before, &steps, &now), expected, "{now:?}");
        }
    }

    #[test]
    fn a_revision_that_only_ran_again_is_told_by_its_time() {
        let before = [row("base", 1)];
        let steps = [step(Direction::Down, "base"), step(Direction::Up, "base")];
        let done = |now: &[Row]| match progress(&before, &steps, now) {
            Rows::At { done, .. } => done,
            _ => 9,
        };
        assert_eq!(done(&[row("base", 1)]), 0);
        assert_eq!(done(&[]), 1);
        assert_eq!(done(&[row("base", 5)]), 2);
    }

    #[test]
    fn what_can_be_done() {
        let at = |done| Rows::At {
            done,
            of: 3,
            begun: false,
        };
        let begun = Rows::At {
            done: 1,
            of: 3,
            begun: true,
        };
        let changed = || Files::Changed {
            paths: vec!["a.sql".to_owned()],
            torn: false,
        };
        let open = |put_back, go_on| Standing::Open { put_back, go_on };
        for (files, rows, held, expected) in [
            (Files::Before, at(0), Copy, Standing::Untouched),
            (Files::Before, at(0), Transaction, Standing::Untouched),
            (Files::Before, at(1), Copy, open(true, true)),
            (Files::Before, at(3), Copy, open(true, true)),
            (Files::Before, at(3), Transaction, open(false, true)),
            (Files::Before, begun, No, Standing::Left),
            (Files::Before, at(3), No, open(false, true)),
            (Files::Before, Rows::Foreign, Copy, open(false, false)),
            (Files::Before, Rows::Foreign, Transaction, Standing::Left),
            (Files::After, at(3), Copy, Standing::Finished),
            (Files::After, at(0), Transaction, open(true, true)),
            (Files::After, at(2), Copy, open(true, true)),
            (Files::After, begun, No, open(true, true)),
            (Files::After, Rows::Unknown, Transaction, open(false, false)),
            (Files::Before, Rows::Unclear, No, open(false, false)),
            (Files::After, Rows::NotInvolved, No, Standing::Finished),
            (Files::Mixed, Rows::NotInvolved, No, open(true, true)),
            (Files::Mixed, at(0), Transaction, open(true, true)),
            (Files::Mixed, at(3), Transaction, open(false, true)),
            (Files::Mixed, at(3), No, open(false, true)),
            (Files::Mixed, at(3), Copy, open(true, true)),
            (Files::Mixed, Rows::Foreign, No, open(true, false)),
            (Files::Before, at(0), Steps, Standing::Untouched),
            (Files::Before, at(2), Steps, open(true, true)),
            (Files::Before, at(3), Steps, open(true, true)),
            (Files::Mixed, at(3), Steps, open(true, true)),
            (Files::After, at(3), Steps, Standing::Finished),
            (Files::Before, Rows::Foreign, Steps, Standing::Left),
            (changed(), at(2), Steps, open(false, false)),
            (changed(), at(0), Copy, Standing::Untouched),
            (changed(), at(3), Copy, Standing::Finished),
            (changed(), at(1), Copy, open(false, false)),
            (changed(), begun, No, Standing::Left),
            (changed(), Rows::Foreign, Transaction, Standing::Left),
        ] {
            assert_eq!(
                standing(&files, rows, held),
                expected,
                "{files:?} {rows:?} {held:?}"
            );
        }
    }
}
