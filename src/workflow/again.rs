//! Whether revisions of mine run again here, where a restack rolls them back first.
//!
//! A way back that leaves something of its way up (rows above all) stops the restack in
//! the middle, in any order. So the steps are tried on a scratch database that ran what
//! this one did, before anything runs; and then whether the way back is to blame: without
//! theirs, too, the revision does not run behind it.

use std::collections::BTreeSet;

use super::{
    Context, Error, FailedStep, Prepared, Source, alembic, rebase::RESTACK, replayed,
    restack::Restacking, scratch::with_scratch, sync, tried::Tried,
};
use crate::{
    db::Database,
    model::{Direction, Project, RevId, finding::Place},
    sql,
};

/// A revision that does not run again behind its own way back.
#[derive(Debug, Clone)]
pub struct NotAgain {
    /// The revision.
    pub revision: RevId,
    /// The statement of its way up that fails.
    pub fails: Option<Place>,
    /// What the database said.
    pub said: String,
    /// The way back that leaves something.
    pub back: Place,
    /// A merge revision settles it, and rolls nothing back.
    pub merges: bool,
}

/// Tries what a restack does here; what was found stands in `restacking` afterwards, and
/// stops its plan. `merges`: a merge revision would settle it.
pub fn look(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    restacking: &mut Restacking,
    merges: bool,
) -> Result<(), Error> {
    if alembic::is_used(context) {
        return Ok(());
    }
    let mut source = Source::Database(database);
    let Ok(proposal) = sync::plan(context, project, Some(restacking), &mut source, RESTACK) else {
        // Why there is no plan is told where it is asked for.
        return Ok(());
    };
    let ids = |direction: Direction| -> BTreeSet<&RevId> {
        let steps = proposal.plan.steps.iter();
        let steps = steps.filter(|step| step.direction == direction);
        steps.map(|step| &step.revision).collect()
    };
    let (down, up) = (ids(Direction::Down), ids(Direction::Up));
    let again: BTreeSet<&RevId> = down.intersection(&up).copied().collect();
    if again.is_empty() {
        return Ok(());
    }
    let ledger = &proposal.state.ledger;
    let history = match replayed::here(project, ledger, database) {
        Ok(history) => history,
        Err(Error::NotReplayed(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let steps = replayed::inside(&proposal.steps, database.dialect());
    let Some(failed) = fails(context, database, &history, &steps)? else {
        return Ok(());
    };
    if failed.direction == Direction::Down || !again.contains(&failed.revision) {
        return Ok(());
    }
    let own = |step: &&Prepared| step.step.revision == failed.revision;
    let Some(back) = steps.iter().find(own) else {
        return Ok(());
    };
    // The same with nothing of theirs in between.
    let through = history.iter().position(|step| own(&step));
    let through = through.map_or(history.len(), |at| at + 1);
    let alone: Vec<Prepared> = steps.iter().filter(own).cloned().collect();
    let Some(failed) = fails(context, database, &history[..through], &alone)? else {
        return Ok(());
    };
    if failed.direction == Direction::Up {
        let text = &back.script().text;
        let statements = sql::statements(text, database.dialect());
        let first = statements.first().map_or(0..0, |one| one.span.clone());
        restacking.looked.not_again = Some(Box::new(NotAgain {
            revision: failed.revision.clone(),
            said: failed.error.error.message.clone(),
            back: back.place(first, "this leaves something of what its way up makes"),
            fails: failed.place,
            merges,
        }));
    }
    Ok(())
}

/// The step that fails on a scratch database that ran `history`; where none can be had,
/// nothing is known.
fn fails(
    context: &Context,
    database: &mut dyn Database,
    history: &[Prepared],
    steps: &[Prepared],
) -> Result<Option<Box<FailedStep>>, Error> {
    let ran = with_scratch(context, database, false, |scratch| {
        replayed::replay(scratch, history)?;
        Tried::new(context, scratch).run(steps)
    });
    match ran {
        Ok(ran) => Ok(ran.err()),
        Err(Error::NoScratch(_) | Error::NotReplayed(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
