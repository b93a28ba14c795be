//! Whether revisions of mine run again here, where a restack rolls them back first.
//!
//! A way back that leaves something of its way up (rows above all) stops the restack in
//! the middle, in any order; or nothing stops it, and they are there twice. So the steps are tried on a scratch database that ran what
//! this one did, before anything runs; and then whether the way back is to blame: without
//! theirs, too, the revision does not run behind it.

use std::collections::BTreeSet;

use super::{
    Context, Error, FailedStep, Prepared, Source, alembic, rebase::RESTACK, replayed,
    restack::Restacking, scratch::with_scratch, sync, tried::Tried, twice,
};
use crate::{
    db::Database,
    model::{Dialect, Direction, Project, RevId, finding::Place},
    sql,
};

/// A revision that does not run again behind its own way back.
#[derive(Debug, Clone)]
pub struct NotAgain {
    /// The revision.
    pub revision: RevId,
    /// What comes of it.
    pub how: How,
    /// The way back that leaves something.
    pub back: Place,
    /// A merge revision settles it, and rolls nothing back.
    pub merges: bool,
}

/// What comes of a revision that runs on top of what its way back leaves.
#[derive(Debug, Clone)]
pub enum How {
    /// It fails.
    Fails {
        /// The statement of its way up.
        place: Option<Place>,
        /// What the database said.
        said: String,
    },
    /// It leaves other rows than it does once, and nothing fails.
    Rows {
        /// Which ones.
        said: String,
        /// They were made up before it ran.
        made_up: bool,
    },
}

impl NotAgain {
    /// It, as a sentence.
    pub fn words(&self) -> String {
        let revision = &self.revision;
        match &self.how {
            How::Fails { said, .. } => format!(
                "{revision} does not run again here, since its way back leaves something of it: {said}"
            ),
            How::Rows { said, .. } => format!(
                "{revision} would leave other rows here than it did once, since its way back does not undo just what it did: {said}"
            ),
        }
    }
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
    let dialect = database.dialect();
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
    let steps = replayed::inside(&proposal.steps, dialect);
    let Some(failed) = fails(context, database, &history, &steps)? else {
        let found = more(context, database, &history, &steps, &again)?;
        restacking.looked.not_again =
            found.map(|(back, how)| not_again(&back, how, dialect, merges));
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
        let how = How::Fails {
            said: failed.error.error.message.clone(),
            place: failed.place,
        };
        restacking.looked.not_again = Some(not_again(back, how, dialect, merges));
    }
    Ok(())
}

/// `back`: the step down.
fn not_again(back: &Prepared, how: How, dialect: Dialect, merges: bool) -> Box<NotAgain> {
    let statements = sql::statements(&back.script().text, dialect);
    let first = statements.first().map_or(0..0, |one| one.span.clone());
    let label = match how {
        How::Fails { .. } => "this leaves something of what its way up makes",
        How::Rows { .. } => "this does not undo just what its way up did",
    };
    Box::new(NotAgain {
        revision: back.step.revision.clone(),
        back: back.place(first, label),
        how,
        merges,
    })
}

/// The first way back behind which the way up leaves more than once; where no scratch
/// database can be had, nothing is known.
fn more(
    context: &Context,
    database: &mut dyn Database,
    history: &[Prepared],
    steps: &[Prepared],
    again: &BTreeSet<&RevId>,
) -> Result<Option<(Prepared, How)>, Error> {
    let dialect = database.dialect();
    for (at, once) in history.iter().enumerate() {
        let own = |step: &&Prepared| step.step.revision == once.step.revision;
        if !again.contains(&once.step.revision) || !moves_rows(once, dialect) {
            continue;
        }
        let mut own = steps.iter().filter(own);
        let (Some(back), Some(up)) = (own.next(), own.next()) else {
            continue;
        };
        let found = with_scratch(context, database, false, |scratch| {
            replayed::replay(scratch, &history[..at])?;
            twice::more(context, scratch, [once, back, up])
        });
        match found {
            Ok(Some(how)) => return Ok(Some((back.clone(), how))),
            Ok(None) => {}
            Err(Error::NoScratch(_) | Error::NotReplayed(_)) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn moves_rows(step: &Prepared, dialect: Dialect) -> bool {
    let text = &step.script().text;
    let statements = sql::statements(text, dialect);
    let mut texts = statements.iter().map(|statement| statement.text(text));
    texts.any(sql::moves_rows)
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
