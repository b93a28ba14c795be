//! What was applied and then edited by others, with other parents: run again as it is now.
//!
//! A database that ran a revision before somebody restacked it has it below what it stands
//! on now, or has both in an order that nobody published. So more has to go than the graph
//! says, and whether all of it runs again is tried before anything does.

use std::collections::BTreeSet;

use super::{Context, Error, Proposal, State, replayed, scratch::with_scratch, tried::Tried};
use crate::{
    db::Database,
    model::{Direction, Entry, Project, RevId},
};

/// Applied revisions that ran over one of `again`, though it stands on them now: they go
/// before it, since their ways back were written for what was there then.
pub(super) fn over(project: &Project, state: &State, again: &BTreeSet<RevId>) -> BTreeSet<RevId> {
    let entries = &state.ledger.entries;
    let place = |id: &RevId| entries.iter().position(|entry| entry.revision == *id);
    let mut found = BTreeSet::new();
    for id in again {
        let Some(own) = place(id).filter(|at| is_moved(project, &entries[*at])) else {
            continue;
        };
        let below = project.graph.ancestors(std::slice::from_ref(id));
        let over = below
            .into_iter()
            .filter(|below| place(below).is_some_and(|place| place > own));
        found.extend(over);
    }
    found
}

/// It stands on something else in the files than when it was applied.
fn is_moved(project: &Project, entry: &Entry) -> bool {
    let migration = project.migration(entry.revision.as_str());
    migration.is_some_and(|one| one.revision.parents != entry.parents)
}

/// Refuses a plan that rolls back what moved and could not go on: on a scratch database
/// that ran what this one did. Where none can be had, nothing is known.
pub fn require_runs(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    proposal: &Proposal,
) -> Result<(), Error> {
    let ledger = &proposal.state.ledger;
    let moved = |id: &RevId| {
        let entry = ledger.entry(id.as_str());
        entry.is_some_and(|entry| is_moved(project, entry))
    };
    let mut down = proposal.plan.steps.iter();
    if !down.any(|step| step.direction == Direction::Down && moved(&step.revision)) {
        return Ok(());
    }
    let history = match replayed::here(project, ledger, database) {
        Ok(history) => history,
        Err(Error::NotReplayed(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let steps = replayed::inside(&proposal.steps, database.dialect());
    let ran = with_scratch(context, database, false, |scratch| {
        replayed::replay(scratch, &history)?;
        Tried::new(context, scratch).run(&steps)
    });
    match ran {
        Ok(Ok(())) | Err(Error::NoScratch(_) | Error::NotReplayed(_)) => Ok(()),
        Ok(Err(failed)) => Err(Error::RedoFails(failed)),
        Err(error) => Err(error),
    }
}
