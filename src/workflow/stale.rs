//! Revisions that would undo, run after others, what those did: a table of SQLite made
//! again from a text that does not know of their column, a view from its text of then.
//!
//! Nothing fails there, so nobody would be told. The revisions are run on scratch
//! databases, once without the others' and once after them, and what they do more the
//! second time is what others would lose. Where the script can be made anew it is, and
//! tried in its turn; the file is written by whoever was told to.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Context, Error, Prepared, State,
    again::NotAgain,
    alembic, fixed,
    proof::{Ask, Found, Proof, prove},
    replayed,
    restack::{Restacking, Rewrite},
    walk::{Walk, walk},
};
use crate::{
    db::Database,
    model::{
        Dialect, Direction, Footprint, Project, RevId,
        conflict::{Ancestor, Member, conflicts},
        finding::Place,
        restack::Restack,
    },
    schema::{Renewal, compare, guards, undone},
    sql,
};

/// What a command meets of it.
pub use crate::schema::{NotRenewed, Undone};

/// A revision that undoes something of others.
#[derive(Debug, Clone)]
pub struct Stale {
    /// The revision.
    pub revision: RevId,
    /// Its message.
    pub message: String,
    /// The statement that does it.
    pub place: Place,
    /// What of others is gone after it.
    pub undone: Vec<Undone>,
    /// It is its way back alone.
    pub only_down: bool,
    /// What it goes on top of.
    pub theirs: Vec<RevId>,
    /// Whether its script could be made anew, where it is to be restacked.
    pub renewed: Result<(), NotRenewed>,
}

/// What was found out about revisions that go on top of others.
#[derive(Debug, Default)]
pub struct Looked {
    /// Those that undo something.
    pub stale: Vec<Stale>,
    /// Why nothing was tried, where that is so.
    pub not_tried: Option<Box<Error>>,
    /// What does not run again here, where mine are rolled back first.
    pub not_again: Option<Box<NotAgain>>,
}

/// Who runs on top of whom.
struct Sides {
    /// What both have.
    base: Vec<RevId>,
    /// That, and what only the others have, in the order of an upgrade.
    over: Vec<RevId>,
    /// What runs after it.
    chain: Vec<RevId>,
}

/// Looks what the revisions of a restack undo of those that they come to stand on, and
/// makes their scripts anew where that is possible. All of it stands in `restacking`
/// afterwards, which is refused by `sync::plan` where a script could not be made anew.
pub fn renew(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    restacking: &mut Restacking,
) -> Result<(), Error> {
    // What Python does is tried by its Alembic in both orders, where that is asked for.
    if alembic::is_used(context) {
        return Ok(());
    }
    let mut looked = Looked::default();
    for line in restacking.lines.clone() {
        let sides = sides(project, &restacking.future, &line);
        match settle(context, database, restacking, &sides) {
            Ok(stale) => looked.stale.extend(stale),
            Err(error @ (Error::NoScratch(_) | Error::NotReplayed(_))) => {
                looked.not_tried = Some(Box::new(error));
            }
            Err(error) => return Err(error),
        }
    }
    restacking.looked = looked;
    Ok(())
}

impl Looked {
    /// Refuses what would undo something of others all the same.
    pub(super) fn require_renewed(&self) -> Result<(), Error> {
        let open = self.stale.iter().filter(|one| one.renewed.is_err());
        let open: Vec<Stale> = open.cloned().collect();
        if open.is_empty() {
            Ok(())
        } else {
            Err(Error::Stale(open))
        }
    }

    /// Refuses what would not run again.
    pub(super) fn require_again(&self) -> Result<(), Error> {
        match &self.not_again {
            Some(one) => Err(Error::NotAgain(one.clone())),
            None => Ok(()),
        }
    }

    /// Revisions whose scripts were made anew.
    pub(super) fn renewed(&self) -> BTreeSet<RevId> {
        let renewed = self.stale.iter().filter(|one| one.renewed.is_ok());
        renewed.map(|one| one.revision.clone()).collect()
    }

    /// Refuses to roll back in a database that has theirs too: the way back was written
    /// for one that has not.
    pub(super) fn require_apart(&self, state: &State) -> Result<(), Error> {
        let place = |id: &RevId| {
            let entries = &state.ledger.entries;
            entries.iter().position(|entry| entry.revision == *id)
        };
        for stale in &self.stale {
            let theirs = stale.theirs.iter().filter_map(place).min();
            if let (Some(mine), Some(theirs)) = (place(&stale.revision), theirs) {
                return Err(Error::StaleApplied {
                    stale: Box::new(stale.clone()),
                    after: theirs < mine,
                });
            }
        }
        Ok(())
    }
}

fn sides(now: &Project, future: &Project, line: &Restack) -> Sides {
    let chain: BTreeSet<RevId> = line.chain.iter().cloned().collect();
    let below = |project: &Project| {
        let mut all = project.graph.ancestors(&line.chain);
        all.retain(|id| !chain.contains(id));
        let order = project.graph.order(&all);
        order.into_iter().rev().collect::<Vec<_>>()
    };
    Sides {
        base: below(now),
        over: below(future),
        chain: line.chain.clone(),
    }
}

fn settle(
    context: &Context,
    database: &mut dyn Database,
    restacking: &mut Restacking,
    sides: &Sides,
) -> Result<Vec<Stale>, Error> {
    let dialect = database.dialect();
    let steps = |project: &Project, ids: &[RevId]| {
        Ok::<_, Error>(replayed::of_files(context, project, ids, dialect)?.0)
    };
    let base = steps(&restacking.future, &sides.base)?;
    let over = steps(&restacking.future, &sides.over)?;
    let old = steps(&restacking.future, &sides.chain)?;
    if dialect == Dialect::Postgres && !meets(&base, &over, &old) {
        return Ok(Vec::new());
    }
    let alone = walk(context, database, &base, &unguarded(&old))?;
    let theirs = sides.over.iter().filter(|id| !sides.base.contains(id));
    let theirs: Vec<RevId> = theirs.cloned().collect();
    let mut chain = old.clone();
    let mut found: BTreeMap<usize, Stale> = BTreeMap::new();
    let mut tried: BTreeSet<(usize, bool)> = BTreeSet::new();
    loop {
        let both = walk(context, database, &over, &unguarded(&chain))?;
        let next = first(&alone, &both, &tried);
        let Some((at, direction, undone)) = next else {
            break;
        };
        tried.insert((at, direction == Direction::Down));
        let stale = found.entry(at).or_insert_with(|| Stale {
            revision: old[at].step.revision.clone(),
            message: old[at].message.clone(),
            place: place(&old[at], direction, &undone, &both),
            undone: undone.clone(),
            only_down: direction == Direction::Down,
            theirs: theirs.clone(),
            renewed: Ok(()),
        });
        if stale.renewed.is_err() {
            continue;
        }
        let mine = BTreeSet::from([old[at].step.revision.clone()]);
        if let Some((_, branches)) = fixed::shared(context, &mine)?.pop_first() {
            stale.renewed = Err(NotRenewed::Shared(branches.join(", ")));
            continue;
        }
        let renewal = match direction {
            Direction::Up => Renewal {
                before: &alone.states[at],
                after: &alone.states[at + 1],
                onto: &both.states[at],
            },
            Direction::Down => Renewal {
                before: &alone.states[at + 1],
                after: &alone.states[at],
                onto: &both.states[at + 1],
            },
        };
        match renewal.script(script(&chain[at], direction)) {
            Ok(text) => {
                rewrite(
                    context,
                    restacking,
                    &old[at].step.revision,
                    direction,
                    &text,
                )?;
                let id = &sides.chain[at..=at];
                chain[at] = steps(&restacking.future, id)?.swap_remove(0);
            }
            Err(why) => stale.renewed = Err(why),
        }
    }
    let both = walk(context, database, &over, &chain)?;
    for (at, stale) in &mut found {
        if stale.renewed.is_ok()
            && let Some(why) = not_proved(
                context,
                database,
                (&alone, &base, &old),
                (&both, &over, &chain),
                *at,
            )?
        {
            stale.renewed = Err(NotRenewed::NotProved(why));
        }
        if stale.renewed.is_err() {
            take_back(context, restacking, &old[*at])?;
        }
    }
    restacking.files.retain(|file| file.before != file.after);
    Ok(found.into_values().collect())
}

/// Scripts without the statements of ours that stop them where a table has more than they
/// know: what they would undo is what is asked.
fn unguarded(steps: &[Prepared]) -> Vec<Prepared> {
    let mut steps = steps.to_vec();
    for step in &mut steps {
        let down = step.scripts.down.iter_mut();
        for script in std::iter::once(&mut step.scripts.up).chain(down) {
            for span in guards(&script.text) {
                replayed::blank(script, span);
            }
        }
    }
    steps
}

/// The first script that undoes something, and was not tried.
fn first(
    alone: &Walk,
    both: &Walk,
    tried: &BTreeSet<(usize, bool)>,
) -> Option<(usize, Direction, Vec<Undone>)> {
    let steps = alone.backs.len().min(both.backs.len());
    (0..steps).find_map(|at| {
        let up = undone(
            (&alone.states[at], &alone.states[at + 1]),
            (&both.states[at], &both.states[at + 1]),
        );
        let up = (Direction::Up, up);
        let down = match (&alone.backs[at], &both.backs[at]) {
            (Some(one), Some(other)) => {
                undone((&alone.states[at + 1], one), (&both.states[at + 1], other))
            }
            _ => Vec::new(),
        };
        let both = [up, (Direction::Down, down)];
        let mut open = both.into_iter().filter(|(direction, undone)| {
            !undone.is_empty() && !tried.contains(&(at, *direction == Direction::Down))
        });
        open.next()
            .map(|(direction, undone)| (at, direction, undone))
    })
}

/// Whether anything of the two meets, as far as their texts say: without that no
/// database is made for it.
pub(super) fn meets(base: &[Prepared], over: &[Prepared], chain: &[Prepared]) -> bool {
    let known: BTreeSet<&RevId> = base.iter().map(|step| &step.step.revision).collect();
    let footprints = |steps: &mut dyn Iterator<Item = &Prepared>| -> Vec<_> {
        let each = steps.map(|step| {
            let text = &step.scripts.up.text;
            (
                step.step.revision.clone(),
                sql::footprint(text, Dialect::Postgres, &[]),
            )
        });
        each.collect()
    };
    let ancestors = footprints(&mut base.iter());
    let mut theirs = over
        .iter()
        .filter(|step| !known.contains(&step.step.revision));
    let (mine, theirs) = (footprints(&mut chain.iter()), footprints(&mut theirs));
    let ancestor = Ancestor::of(ancestors.iter().map(|one| &one.1), true);
    !conflicts(&members(&mine), &members(&theirs), &ancestor).is_none()
}

fn members(side: &[(RevId, Footprint)]) -> Vec<Member<'_>> {
    side.iter().map(|(id, footprint)| (id, footprint)).collect()
}

fn script(step: &Prepared, direction: Direction) -> &str {
    match (direction, &step.scripts.down) {
        (Direction::Down, Some(down)) => &down.text,
        _ => &step.scripts.up.text,
    }
}

/// The statement that takes the object away or makes it anew.
pub(super) fn place(
    step: &Prepared,
    direction: Direction,
    undone: &[Undone],
    both: &Walk,
) -> Place {
    let back = step.back();
    let step = match (direction, &back) {
        (Direction::Down, Ok(back)) => back,
        _ => step,
    };
    let text = script(step, direction);
    let dialect = both.states[0].dialect;
    let statements = sql::statements(text, dialect);
    let names: Vec<&str> = undone.iter().map(|one| one.of.name()).collect();
    let names_it = |statement: &&sql::Statement| {
        let text = statement.text(text);
        let mut words = sql::tokens(text, Some(dialect)).filter(|token| !token.is_trivia());
        let makes = words.next().is_some_and(|first| {
            ["CREATE", "DROP"]
                .iter()
                .any(|word| first.is_word(text, word))
        });
        makes
            && words.any(|token| {
                let word = token.text(text).trim_matches(['"', '`', '[', ']']);
                names.iter().any(|name| name.eq_ignore_ascii_case(word))
            })
    };
    let found = statements.iter().find(names_it).or(statements.first());
    let span = found.map_or(0..0, |statement| statement.span.clone());
    step.place(span, undone.first().map_or(String::new(), Undone::words))
}

/// Why a revision that was made anew is not what it was.
fn not_proved(
    context: &Context,
    database: &mut dyn Database,
    (alone, base, old): (&Walk, &[Prepared], &[Prepared]),
    (both, over, chain): (&Walk, &[Prepared], &[Prepared]),
    at: usize,
) -> Result<Option<String>, Error> {
    let (Some(before), Some(after)) = (both.states.get(at), both.states.get(at + 1)) else {
        return Ok(Some("it fails after theirs".to_owned()));
    };
    let lost = undone((&alone.states[at], &alone.states[at + 1]), (before, after));
    if let Some(one) = lost.first() {
        return Ok(Some(format!("it still {}", one.words())));
    }
    let did = compare(before, after).differences;
    let meant = compare(&alone.states[at], &alone.states[at + 1]).differences;
    if let Some(one) = meant
        .iter()
        .find(|one| !did.iter().any(|done| done.id == one.id))
    {
        return Ok(Some(format!(
            "{} is not {} any more",
            one.name,
            one.words()
        )));
    }
    let tried = |database: &mut dyn Database, history: &[Prepared], all: &[Prepared]| {
        let history: Vec<Prepared> = history.iter().chain(&all[..at]).cloned().collect();
        let ask = Ask {
            history: &history,
            steps: &all[at..=at],
            leave_out: context.leave_out(),
            ..Ask::default()
        };
        prove(context, database, false, &ask)
    };
    let now = wrong(&tried(&mut *database, over, chain)?);
    if now.is_empty() {
        return Ok(None);
    }
    // What it did before is no news.
    let was = wrong(&tried(database, base, old)?);
    Ok(now.into_iter().find(|one| !was.contains(one)))
}

/// What a proof found, in words that are the same for the same.
fn wrong(proof: &Proof) -> Vec<String> {
    let found = proof.revisions.iter().flat_map(|one| &one.findings);
    found
        .map(|found| match found {
            Found::Fails(step) | Found::FailsOnRows(step) | Found::FailsAgain(step) => {
                let way = match step.direction {
                    Direction::Up => "its way up",
                    Direction::Down => "its way back",
                };
                format!("{way} fails: {}", step.error.error.message)
            }
            Found::NotBack(_) => "its way back does not return".to_owned(),
            Found::NotTheSame(_) => "run once more it does something else".to_owned(),
            Found::Lost(loss) => format!("values of {} are lost", loss.name),
        })
        .collect()
}

/// Another text for a script of a revision that is restacked.
fn rewrite(
    context: &Context,
    restacking: &mut Restacking,
    revision: &RevId,
    direction: Direction,
    text: &str,
) -> Result<(), Error> {
    let Some(migration) = restacking.future.migration(revision.as_str()) else {
        return Ok(());
    };
    let span = match (direction, &migration.down) {
        (Direction::Down, Some(down)) => down.span.clone(),
        _ => migration.up.span.clone(),
    };
    let mut whole = migration.file.text.to_string();
    whole.replace_range(span, text);
    put(context, restacking, revision, whole)
}

/// The script as it was, with its other parents.
fn take_back(context: &Context, restacking: &mut Restacking, old: &Prepared) -> Result<(), Error> {
    let text = old.file_text().to_owned();
    put(context, restacking, &old.step.revision, text)
}

fn put(
    context: &Context,
    restacking: &mut Restacking,
    revision: &RevId,
    text: String,
) -> Result<(), Error> {
    let Some(migration) = restacking.future.migration(revision.as_str()) else {
        return Ok(());
    };
    let path = migration.file.path.to_string();
    let known = restacking.files.iter_mut().find(|file| file.path == path);
    if let Some(file) = known {
        file.after = text;
    } else {
        // Above the first of its line: its parents stay.
        let head_file = restacking
            .files
            .iter()
            .position(|file| file.revision.is_none());
        let at = head_file.unwrap_or(restacking.files.len());
        let before = migration.file.text.to_string();
        restacking.files.insert(
            at,
            Rewrite {
                revision: Some(revision.clone()),
                path,
                before,
                after: text,
            },
        );
    }
    let revisions = restacking
        .files
        .iter()
        .filter(|file| file.revision.is_some());
    let texts = revisions.map(|file| (file.path.as_str().into(), file.after.clone()));
    restacking.future = context.project_with(&texts.collect())?;
    Ok(())
}
