//! Applied revisions of mine that keep standing when theirs come to lie below them.
//!
//! Where a scratch database shows that both orders lead to the same schema and the same
//! rows, nothing of mine has to be rolled back: theirs run over it, and only the edges
//! change, in the files and in the ledger. A proof is about one state of a ledger; under
//! the lock it is asked again whether that is still the state. Whatever is in doubt runs
//! again, as without a proof.

use std::collections::BTreeSet;

use super::{
    Context, Error, State, alembic,
    orders::{Lines, Proved, prove_orders},
    restack::{Restacking, to_redo_of},
    state::other_scripts,
    verdicts::Tried,
};
use crate::{
    db::{Database, LedgerChange},
    model::{Entry, Project, RevId, restack::Restack, verdict::Verdict},
};

/// Revisions that stay, and those that run over them, though they lie below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// Mine, as they are applied.
    pub mine: Vec<RevId>,
    /// Theirs: both orders of the two were tried.
    pub theirs: Vec<RevId>,
    /// On what it was tried: `PostgreSQL 17`.
    pub on: String,
    /// What ran before both.
    below: Vec<RevId>,
}

/// What would have to run again of one line, and what it would run after.
struct Case {
    below: Vec<RevId>,
    mine: Vec<RevId>,
    theirs: Vec<RevId>,
}

impl Case {
    /// Nothing where the ledger is not as two lines of revisions leave it.
    fn of(restacking: &Restacking, line: &Restack, state: &State) -> Option<Self> {
        let graph = &restacking.future.graph;
        let mine = to_redo_of(restacking, line, state);
        let place = |id: &RevId| {
            let entries = &state.ledger.entries;
            entries.iter().position(|entry| entry.revision == *id)
        };
        let first = mine.iter().filter_map(place).min()?;
        let last = mine.iter().filter_map(place).max()?;
        let chain: BTreeSet<RevId> = line.chain.iter().cloned().collect();
        let mut over = graph.ancestors(&line.chain);
        over.retain(|id| !chain.contains(id));
        // What ran there has to be what the files say.
        let is_as_applied = |id: &RevId| {
            let mut others = state.edited.iter().chain(&state.amended);
            let mut begun = state.interrupted.iter();
            !others.any(|other| other == id) && !begun.any(|entry| entry.revision == *id)
        };
        let mut undoing = restacking.looked.stale.iter();
        if undoing.any(|one| chain.contains(&one.revision))
            || !chain.iter().chain(&over).all(is_as_applied)
        {
            return None;
        }
        let is_before = |id: &RevId| place(id).is_some_and(|place| place < first);
        let (below, mut theirs): (BTreeSet<RevId>, BTreeSet<RevId>) =
            over.into_iter().partition(is_before);
        let own = |ids: &BTreeSet<RevId>| Vec::from_iter(ids.clone());
        // What mine were put on before, and stood over since it ran late, is tried like theirs.
        let mut of_mine = graph.ancestors(&own(&mine));
        of_mine.retain(|id| chain.contains(id) && !mine.contains(id));
        theirs.extend(of_mine);
        if theirs.iter().filter_map(place).any(|place| place < last) {
            return None;
        }
        let is_closed = graph.ancestors(&own(&below)).is_subset(&below);
        // What was built on mine elsewhere was not tried with theirs.
        let mut above = state.graph.descendants(&own(&mine));
        above.retain(|id| state.applied.contains(id));
        if !is_closed || !above.is_subset(&chain) {
            return None;
        }
        let in_order = |ids: &BTreeSet<RevId>| {
            let order = graph.order(ids);
            order.into_iter().rev().collect()
        };
        Some(Self {
            below: in_order(&below),
            mine: in_order(&mine),
            theirs: in_order(&theirs),
        })
    }
}

/// Tries which of mine can stay in `database`, on a scratch database that is like it. What
/// was tried already (`tried`) is not tried again.
pub fn prove(
    context: &Context,
    database: &mut dyn Database,
    restacking: &mut Restacking,
    tried: &[Tried],
) -> Result<(), Error> {
    if alembic::is_used(context) {
        // Alembic's table has heads alone: mine cannot stand above theirs before these ran.
        return Ok(());
    }
    let state = State::new(&restacking.future, context.ledger(database)?);
    let mut stands = Vec::new();
    for line in &restacking.lines {
        let Some(case) = Case::of(restacking, line, &state) else {
            continue;
        };
        let on = match known(&case, tried) {
            Some(proved) => tried_on(proved),
            None => alike(context, database, &restacking.future, &case)?,
        };
        stands.extend(on.map(|on| Stands {
            mine: case.mine,
            theirs: case.theirs,
            below: case.below,
            on,
        }));
    }
    restacking.stands = stands;
    Ok(())
}

/// Revisions that came to lie below applied ones and never ran (`skipped`), as where mine were
/// put on top of theirs without this database: nothing of mine has to go where both orders
/// lead to the same. None where they do not, or where nobody knows.
pub fn late(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    state: &State,
    skipped: &BTreeSet<RevId>,
) -> Result<Option<Stands>, Error> {
    let graph = &project.graph;
    let over: BTreeSet<RevId> = graph.unwind(&state.applied, skipped).into_iter().collect();
    // What only stands on something else by now is tried as it ran.
    let ran_otherwise = |id: &RevId| {
        let entry = state.ledger.entry(id.as_str());
        let file = project.migration(id.as_str());
        !matches!((entry, file), (Some(entry), Some(file)) if !other_scripts(file, entry))
    };
    let mut changed = state.edited.iter().chain(&state.amended);
    let is_certain = state.phantoms.is_empty()
        && state.hidden.is_empty()
        && state.interrupted.is_empty()
        && !changed.any(|id| over.contains(id) && ran_otherwise(id));
    // What runs late may need more that did not run yet.
    let mut needed = graph.ancestors(&Vec::from_iter(skipped.clone()));
    needed.retain(|id| !state.applied.contains(id));
    // What ran among them was not tried there.
    let place = |id: &RevId| {
        let entries = &state.ledger.entries;
        entries.iter().position(|entry| entry.revision == *id)
    };
    let first = over.iter().filter_map(place).min();
    let mut others = state.applied.difference(&over).filter_map(place);
    let is_above = others.all(|at| first.is_some_and(|first| at < first));
    if !is_certain || !is_above || over.is_empty() || needed != *skipped {
        return Ok(None);
    }
    let below = state.applied.difference(&over).cloned().collect();
    let in_order = |ids: &BTreeSet<RevId>| graph.order(ids).into_iter().rev().collect::<Vec<_>>();
    let case = Case {
        below: in_order(&below),
        mine: in_order(&over),
        theirs: in_order(skipped),
    };
    let on = alike(context, database, project, &case)?;
    Ok(on.map(|on| Stands {
        mine: case.mine,
        theirs: case.theirs,
        below: case.below,
        on,
    }))
}

/// What came of the same two lines before.
fn known<'t>(case: &Case, tried: &'t [Tried]) -> Option<&'t Proved> {
    let set = |ids: &[RevId]| ids.iter().cloned().collect::<BTreeSet<RevId>>();
    let wanted = [set(&case.mine), set(&case.theirs)];
    let mut tried = tried.iter().filter_map(|one| one.outcome.as_ref().ok());
    tried.find(|proved| {
        let lines: Vec<_> = proved.lines.iter().map(|line| set(line)).collect();
        proved.below == case.below.len()
            && lines.len() == wanted.len()
            && wanted.iter().all(|line| lines.contains(line))
    })
}

/// On what it was tried, where both orders are alike.
fn tried_on(proved: &Proved) -> Option<String> {
    (proved.verdict == Verdict::Independent).then(|| proved.on.clone())
}

/// On what both orders were found to lead to the same; none where they do not, or where
/// nobody knows.
fn alike(
    context: &Context,
    database: &mut dyn Database,
    project: &Project,
    case: &Case,
) -> Result<Option<String>, Error> {
    let lines = Lines {
        below: case.below.clone(),
        lines: vec![case.mine.clone(), case.theirs.clone()],
    };
    match prove_orders(context, database, false, project, &lines) {
        Ok(proved) => Ok(tried_on(&proved)),
        // Then mine run again, which needs no proof.
        Err(Error::NoScratch(_) | Error::NotReplayed(_) | Error::Findings(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What of it holds for a ledger as it is now.
pub(super) fn standing(restacking: &Restacking, state: &State) -> Vec<Stands> {
    let cases = restacking.lines.iter();
    let cases = cases.filter_map(|line| Case::of(restacking, line, state));
    cases
        .filter_map(|case| {
            let mut stands = restacking.stands.iter();
            stands.find(|one| {
                one.mine == case.mine && one.theirs == case.theirs && one.below == case.below
            })
        })
        .cloned()
        .collect()
}

/// The rows of what stays, with the edges that the files will have.
pub(super) fn rows(
    restacking: &Restacking,
    state: &State,
    stands: &[Stands],
    database: &mut dyn Database,
) -> Result<Vec<LedgerChange>, Error> {
    let future = &restacking.future;
    let mut changes = Vec::new();
    for id in stands.iter().flat_map(|one| &one.mine) {
        let (Some(migration), Some(entry)) = (
            future.migration(id.as_str()),
            state.ledger.entry(id.as_str()),
        ) else {
            continue;
        };
        let now = Entry {
            parents: migration.revision.parents.clone(),
            depends_on: future.graph.dependencies(id.as_str()),
            ..entry.clone()
        };
        if now == *entry {
            continue;
        }
        let stored = database
            .stored_scripts(id)
            .map_err(|error| Error::database(database, error))?;
        changes.extend(stored.map(|stored| LedgerChange::Put(Box::new(now), Box::new(stored))));
    }
    Ok(changes)
}
