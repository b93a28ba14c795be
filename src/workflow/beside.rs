//! Heads that stay several: what this database loses of one side when the other one's
//! revisions run here after it, found on scratch databases before anything runs.

use std::collections::BTreeSet;

use super::{
    Context, Error, Prepared, Proposal, State, alembic,
    divergence::{Divergence, Line},
    replayed,
    stale::{Looked, Stale, meets, place},
    walk::walk,
};
use crate::{
    db::Database,
    model::{Dialect, Direction, Project, RevId},
    schema::undone,
    sql::{self, TokenKind},
};

/// By what revisions were to run after others that they do not stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfTurn {
    /// `sync --apply-both`.
    ApplyBoth,
    /// `sync --out-of-order`.
    OutOfOrder,
    /// `upgrade`, with several heads or out of order.
    Upgrade,
}

/// What the pending revisions of diverged lines would undo here of the other sides.
pub(super) fn look(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    divergence: &Divergence,
    state: &State,
) -> Result<Looked, Error> {
    let mut looked = Looked::default();
    // What Python does is tried by its Alembic in both orders, where that is asked for.
    if alembic::is_used(context) {
        return Ok(looked);
    }
    for line in &divergence.lines {
        for run in runs(project, line, state) {
            add(&mut looked, one(context, project, database, &run))?;
        }
    }
    Ok(looked)
}

/// What the steps of a plan would undo here of revisions that they do not stand on, and that
/// have run by then: with several heads, or out of order. Else nothing is looked at.
pub fn of_plan(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    proposal: &Proposal,
) -> Result<Looked, Error> {
    let mut looked = Looked::default();
    let is_in_order = project.graph.diverged().is_empty() && proposal.state.skipped.is_empty();
    if is_in_order || alembic::is_used(context) {
        return Ok(looked);
    }
    let dialect = database.dialect();
    for run in out_of_turn(project, proposal) {
        let steps = proposal.steps.iter();
        let mut chain = steps.filter(|step| run.chain.contains(&step.step.revision));
        if dialect == Dialect::Sqlite && !chain.any(takes_away) {
            continue;
        }
        add(&mut looked, one(context, project, database, &run))?;
    }
    Ok(looked)
}

/// What was found of one run, or why nothing was.
fn add(looked: &mut Looked, found: Result<Vec<Stale>, Error>) -> Result<(), Error> {
    match found {
        Ok(found) => looked.stale.extend(found),
        Err(error @ (Error::NoScratch(_) | Error::NotReplayed(_))) => {
            looked.not_tried = Some(Box::new(error));
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// What runs one after the other, on top of what it does not stand on.
fn out_of_turn(project: &Project, proposal: &Proposal) -> Vec<Run> {
    let graph = &project.graph;
    let ids = |direction: Direction| -> Vec<RevId> {
        let steps = proposal.plan.steps.iter();
        let steps = steps.filter(|step| step.direction == direction);
        steps.map(|step| step.revision.clone()).collect()
    };
    let (down, up) = (ids(Direction::Down), ids(Direction::Up));
    let state = &proposal.state;
    let entries = state.ledger.entries.iter().map(|entry| &entry.revision);
    let mut over: Vec<RevId> = entries
        .filter(|id| state.applied.contains(*id) && !down.contains(id))
        .cloned()
        .collect();
    let mut runs = Vec::new();
    let stands_on = |one: &RevId, next: &RevId| {
        let below = graph.ancestors(std::slice::from_ref(next));
        below.contains(one)
    };
    for chain in up.chunk_by(stands_on) {
        let mut below = graph.ancestors(chain);
        below.retain(|id| !chain.contains(id));
        if over.iter().any(|id| !below.contains(id)) {
            runs.push(Run {
                base: graph.order(&below).into_iter().rev().collect(),
                over: over.clone(),
                chain: chain.to_vec(),
            });
        }
        over.extend_from_slice(chain);
    }
    runs
}

/// Something is gone after it, or has another name: a table that is made anew is dropped first.
fn takes_away(step: &Prepared) -> bool {
    let text = &step.script().text;
    sql::tokens(text, Some(Dialect::Sqlite)).any(|token| {
        let word = token.text(text);
        token.kind == TokenKind::Word
            && (word.eq_ignore_ascii_case("DROP") || word.eq_ignore_ascii_case("RENAME"))
    })
}

/// Pending revisions of one side that run one after the other.
struct Run {
    /// What they were written on.
    base: Vec<RevId>,
    /// What has run here by then, in its order.
    over: Vec<RevId>,
    /// They.
    chain: Vec<RevId>,
}

fn runs(project: &Project, line: &Line, state: &State) -> Vec<Run> {
    let graph = &project.graph;
    let in_order = |all: &BTreeSet<RevId>| -> Vec<RevId> {
        let order = graph.order(all);
        order.into_iter().rev().collect()
    };
    let sides: Vec<BTreeSet<RevId>> = line
        .heads
        .iter()
        .map(|head| graph.ancestors(std::slice::from_ref(&head.revision)))
        .collect();
    let side = |id: &RevId| -> Vec<bool> { sides.iter().map(|side| side.contains(id)).collect() };
    let all = in_order(&sides.iter().flatten().cloned().collect());
    let (mut over, pending): (Vec<RevId>, Vec<RevId>) =
        all.into_iter().partition(|id| state.applied.contains(id));
    // As it ran here, which need not be the order of today's graph.
    let entries = &state.ledger.entries;
    over.sort_by_key(|id| entries.iter().position(|entry| entry.revision == *id));
    let mut runs = Vec::new();
    for chain in pending.chunk_by(|one, next| side(one) == side(next)) {
        let mut below = graph.ancestors(chain);
        below.retain(|id| !chain.contains(id));
        if over.iter().any(|id| !below.contains(id)) {
            runs.push(Run {
                base: in_order(&below),
                over: over.clone(),
                chain: chain.to_vec(),
            });
        }
        over.extend_from_slice(chain);
    }
    runs
}

fn one(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    run: &Run,
) -> Result<Vec<Stale>, Error> {
    let dialect = database.dialect();
    let steps =
        |ids: &[RevId]| Ok::<_, Error>(replayed::of_files(context, project, ids, dialect)?.0);
    let (base, over, chain) = (steps(&run.base)?, steps(&run.over)?, steps(&run.chain)?);
    if dialect == Dialect::Postgres && !meets(&base, &over, &chain) {
        return Ok(Vec::new());
    }
    let alone = walk(context, database, &base, &chain)?;
    let both = walk(context, database, &over, &chain)?;
    let theirs = run.over.iter().filter(|id| !run.base.contains(id));
    let theirs: Vec<RevId> = theirs.cloned().collect();
    let ran = alone.backs.len().min(both.backs.len());
    let found = (0..ran).filter_map(|at| {
        let undone = undone(
            (&alone.states[at], &alone.states[at + 1]),
            (&both.states[at], &both.states[at + 1]),
        );
        (!undone.is_empty()).then(|| Stale {
            revision: chain[at].step.revision.clone(),
            message: chain[at].message.clone(),
            place: place(&chain[at], Direction::Up, &undone, &both),
            undone,
            only_down: false,
            theirs: theirs.clone(),
            renewed: Ok(()),
        })
    });
    Ok(found.collect())
}
