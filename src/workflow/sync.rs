//! After a pull or a switch: what came in, whether heads diverged, what the
//! database needs. Looks first; what is done afterwards follows from what was
//! decided, as one plan that was shown.

mod joins;
mod reworded;

pub use joins::{Join, after_merges, merges, write_merges};
pub use reworded::Reworded;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Context, Error, Event, Outcome, Proposal, Source, State, Upgrade,
    again::{self, NotAgain},
    beside,
    divergence::{self, Divergence},
    drift::{self, Amendment, Edited, Phantom},
    head_file::halted,
    held, outline,
    plan::{self, require_sound},
    redo,
    restack::{self, Restacking},
    run::run_with,
    stale::{self, Looked},
    stands::{self, Stands},
    told::Told,
    verdicts::{self, Tried},
};
use crate::{
    db::Database,
    git::{CommitId, CommitInfo, How, Repo},
    model::{
        Operation, Project, RevId,
        settle::{self, Movable, Settle},
        verdict::Failure,
    },
};

/// Where things stand, before anything is done.
#[derive(Debug)]
pub struct Report {
    /// What Git is in the middle of, where only head files are left to resolve.
    pub going_on: Option<Operation>,
    /// What moved HEAD last, where that is known.
    pub how: Option<How>,
    /// The branch's upstream.
    pub upstream: Option<String>,
    /// Revisions that came in with that move, parents first.
    pub came_in: Vec<CameIn>,
    /// They are no news: a `sync` told of them, and the database has them all.
    pub told: bool,
    /// The move of HEAD that brought them.
    moved: Option<Told>,
    /// Several heads of one line.
    pub divergence: Option<Divergence>,
    /// Whether my side can be put on top of the other one.
    pub movable: Movable,
    /// Putting it there, where that is so.
    pub restacking: Option<Restacking>,
    /// What the sides of diverged lines do to each other, where that was tried.
    pub tried: Vec<Tried>,
    /// What this database loses where all heads are applied and left as they are, where
    /// that was tried.
    pub beside: Looked,
    /// What only the database has, in the order applied.
    pub phantoms: Vec<Phantom>,
    /// What was applied and is something else in the files now.
    pub edited: Vec<Edited>,
    /// What was applied and was changed on purpose since.
    pub amended: Vec<Amendment>,
    /// Whether the new texts of those make what the old ones made.
    pub reworded: Reworded,
    /// The database against the files.
    pub state: State,
}

impl Report {
    /// Only the database has it so far, and what Git is in the middle of brings it.
    pub fn is_to_come(&self, id: &RevId) -> bool {
        let mut phantoms = self.phantoms.iter();
        phantoms.any(|phantom| phantom.entry.revision == *id && phantom.is_to_come())
    }

    /// There are such.
    pub fn brings_more(&self) -> bool {
        self.phantoms.iter().any(Phantom::is_to_come)
    }

    /// Nothing that was tried stops this way.
    pub fn goes(&self, way: Settle) -> bool {
        match way {
            Settle::Merge => self.tried.iter().all(Tried::merges),
            Settle::Restack => {
                let mut stale = self.restacking.iter().flat_map(|one| &one.looked.stale);
                stale.all(|one| one.renewed.is_ok())
                    && self.fails_on_top().is_none()
                    && self.not_again().is_none()
            }
            Settle::ApplyBoth => self.beside.stale.is_empty() && self.fails_beside().is_none(),
        }
    }

    /// Refuses a way that is known to be stopped, and that nothing else stops.
    pub fn require(&self, way: Settle) -> Result<(), Error> {
        if let (Settle::ApplyBoth, Some(failure)) = (way, self.fails_beside()) {
            let there_is = self.offers().contains(&Settle::Restack);
            return Err(Error::FailsBeside {
                failure: Box::new(failure.clone()),
                restacks: there_is && self.goes(Settle::Restack),
            });
        }
        match (way, self.fails_on_top()) {
            (Settle::ApplyBoth, _) if !self.beside.stale.is_empty() => Err(Error::StaleBeside(
                self.beside.stale.clone(),
                beside::OutOfTurn::ApplyBoth,
            )),
            (Settle::Restack, Some(failure)) => Err(Error::FailsOnTop(Box::new(failure.clone()))),
            _ => Ok(()),
        }
    }

    /// What of mine was seen to fail after theirs, and was not made anew.
    pub fn fails_on_top(&self) -> Option<&Failure> {
        self.restacking.as_ref()?.fails_on_top(&self.tried)
    }

    /// What was seen to fail here where all heads are applied as they are.
    pub fn fails_beside(&self) -> Option<&Failure> {
        verdicts::fails_beside(&self.state, &self.tried)
    }

    /// What of mine would not run again here behind its own way back.
    pub fn not_again(&self) -> Option<&NotAgain> {
        self.restacking.as_ref()?.looked.not_again.as_deref()
    }

    /// The ways to make one head of several, the best one first; to leave them as they are is
    /// none where that fails.
    pub fn offers(&self) -> Vec<Settle> {
        if self.divergence.is_none() {
            return Vec::new();
        }
        let mut offers = settle::offers(&self.movable);
        if self.fails_beside().is_some() {
            offers.retain(|way| *way != Settle::ApplyBoth);
        }
        offers.sort_by_key(|way| *way == Settle::ApplyBoth || !self.goes(*way));
        offers
    }
}

/// What is tried on scratch databases before anything is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "one per question")]
pub struct Asks {
    /// Whether mine undo something of theirs when they go on top of them.
    pub restack: bool,
    /// Whether the order of diverged lines matters.
    pub orders: bool,
    /// Whether one side undoes something of another here when all are applied.
    pub beside: bool,
    /// Whether what was changed on purpose makes what it made before.
    pub amended: bool,
}

/// A revision that came in.
#[derive(Debug, Clone)]
pub struct CameIn {
    /// The revision.
    pub revision: RevId,
    /// Its message.
    pub message: String,
    /// The commit that brought it.
    pub commit: Option<CommitInfo>,
}

/// What was decided about everything that asks for a decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "one per decision")]
pub struct Decisions {
    /// How diverged heads are settled; `None` = there is one head.
    pub settle: Option<Settle>,
    /// Roll the phantoms back.
    pub roll_back: bool,
    /// Redo what was edited.
    pub redo: bool,
    /// Run what was published where this database ran another text.
    #[serde(default)]
    pub put_right: bool,
    /// Record what was changed on purpose, without running anything.
    #[serde(default)]
    pub record: bool,
    /// What to do about revisions that came to lie below applied ones.
    pub skipped: Skipped,
    /// What is restacked runs as it is: nothing is tried before.
    #[serde(default)]
    pub as_is: bool,
}

/// What to do about revisions that lie below applied ones and never ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Skipped {
    /// Stop and say so.
    #[default]
    Ask,
    /// Roll back what was applied over them, and apply everything in order.
    InOrder,
    /// Run them now, after the later ones.
    OutOfOrder,
}

/// Looks at everything; changes nothing. What scratch databases are asked is in `asks`.
pub fn look(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    asks: Asks,
) -> Result<Report, Error> {
    let going_on = halted(context)?;
    require_sound(project)?;
    let repo = context.repo()?;
    let moved = last_move(repo)?;
    let came_in = match &moved {
        Some(moved) => came_in(context, project, moved)?,
        None => Vec::new(),
    };
    let ledger = context.ledger(database)?;
    let state = State::new(project, ledger);
    let divergence = divergence::find(context, project)?;
    let tried = match &divergence {
        Some(found) if asks.orders => verdicts::lines(context, project, database, found)?,
        _ => Vec::new(),
    };
    let (movable, restacking) = match &divergence {
        Some(found) => {
            let tried = asks.restack.then_some(&*tried);
            movable(context, project, database, found, &came_in, tried)?
        }
        None => (Movable::Unclear, None),
    };
    let beside = match &divergence {
        Some(found) if asks.beside => beside::look(context, project, database, found, &state)?,
        _ => Looked::default(),
    };
    let amended = drift::amended(project, &state);
    let reworded = if asks.amended {
        reworded::look(context, project, database, &state, &amended)?
    } else {
        Reworded::default()
    };
    let how = moved.as_ref().map(|moved| moved.how);
    let moved = moved
        .filter(|_| !came_in.is_empty())
        .map(|moved| Told::of(context, moved.from, moved.to))
        .transpose()?;
    Ok(Report {
        going_on,
        how,
        told: moved.as_ref().is_some_and(|moved| moved.is_known(context))
            && came_in
                .iter()
                .all(|one| state.applied.contains(&one.revision)),
        moved,
        upstream: repo.upstream()?.map(|upstream| upstream.name),
        came_in,
        tried,
        beside,
        divergence,
        movable,
        restacking,
        phantoms: drift::phantoms(context, &state, database)?,
        edited: drift::edited(context, project, &state, database)?,
        amended,
        reworded,
        state,
    })
}

/// Whether my side of all lines can move, and what that would change. `tried` is what is
/// known of their order; none where nothing is to be tried.
fn movable(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    divergence: &Divergence,
    came_in: &[CameIn],
    tried: Option<&[Tried]>,
) -> Result<(Movable, Option<Restacking>), Error> {
    let came_in: BTreeSet<&RevId> = came_in.iter().map(|one| &one.revision).collect();
    let moves: Option<Vec<_>> = divergence
        .lines
        .iter()
        .map(|line| line.sides(&came_in))
        .collect();
    let Some(moves) = moves else {
        return Ok((Movable::Unclear, None));
    };
    let mut restacking = match restack::propose(context, project, &moves) {
        Ok(restacking) => restacking,
        Err(Error::Held {
            held,
            evidence: Some(evidence),
            ..
        }) => return Ok((Movable::Fixed(held, evidence), None)),
        Err(Error::Held { .. } | Error::Restack(_) | Error::NotRewritable { .. }) => {
            return Ok((Movable::Unclear, None));
        }
        Err(error) => return Err(error),
    };
    if let Some(tried) = tried {
        stale::renew(context, project, database, &mut restacking)?;
        stands::prove(context, database, &mut restacking, tried)?;
        let merges = tried.iter().all(Tried::merges);
        again::look(context, project, database, &mut restacking, merges)?;
    }
    let decisions = Decisions {
        settle: Some(Settle::Restack),
        ..Decisions::default()
    };
    let mut source = Source::Database(database);
    let shared = restacking.shared.first_key_value();
    let movable = shared.map_or(Movable::Yes, |(id, branches)| {
        Movable::Shared(id.clone(), branches.clone())
    });
    match plan(context, project, Some(&restacking), &mut source, decisions) {
        Err(Error::Irreversible(found)) => Ok((Movable::NoWayBack(found), None)),
        // What else is wrong with the plan is told when it is asked for.
        _ => Ok((movable, Some(restacking))),
    }
}

/// What brought revisions in: from one commit to another.
struct Moved {
    how: How,
    from: CommitId,
    to: CommitId,
}

/// The last move of HEAD, or the merge that is in progress.
fn last_move(repo: &Repo) -> Result<Option<Moved>, Error> {
    let Some(head) = repo.head()?.commit() else {
        return Ok(None);
    };
    if let Some(to) = repo.merge_head() {
        return Ok(Some(Moved {
            how: How::Merge,
            from: head,
            to,
        }));
    }
    Ok(repo.previous_head()?.map(|previous| Moved {
        how: previous.how,
        from: previous.commit,
        to: previous.to,
    }))
}

/// The revisions that the commit before a move did not have; none where that cannot be said.
fn came_in(context: &Context, project: &Project, moved: &Moved) -> Result<Vec<CameIn>, Error> {
    let ids = |name: &str| -> Result<BTreeSet<RevId>, Error> {
        Ok(outline::of_commit(context, name)?
            .into_iter()
            .map(|outlined| outlined.revision.clone())
            .collect())
    };
    let differ = context.repo()?.folders_differ(
        &context.prefix()?,
        &context.folders(),
        moved.from,
        moved.to,
    )?;
    if differ != Some(true) {
        return Ok(Vec::new());
    }
    let before = ids(&moved.from.to_string())?;
    let new: BTreeSet<RevId> = ids(&moved.to.to_string())?
        .difference(&before)
        .filter(|id| project.graph.get(id.as_str()).is_some())
        .cloned()
        .collect();
    let order: Vec<RevId> = project.graph.order(&new).into_iter().rev().collect();
    let facts = divergence::facts(context, project, &order);
    Ok(order
        .into_iter()
        .map(|id| CameIn {
            message: project.message(&id),
            commit: facts.get(&id).and_then(|fact| fact.1.clone()),
            revision: id,
        })
        .collect())
}

/// Everything that the database needs: what is rolled back, then what is applied.
///
/// With a restack the steps are those for the files as they will be.
pub fn plan(
    context: &Context,
    project: &Project,
    restacking: Option<&Restacking>,
    source: &mut Source<'_>,
    decisions: Decisions,
) -> Result<Proposal, Error> {
    let restacking = restacking.filter(|_| decisions.settle == Some(Settle::Restack));
    let project = restacking.map_or(project, |restacking| &restacking.future);
    let ledger = source.ledger(context, project)?;
    let state = State::new(project, ledger);
    if let Some(restacking) = restacking {
        restacking.looked.require_renewed()?;
        restacking.looked.require_apart(&state)?;
        restacking.looked.require_again()?;
    }
    let mut take_down = BTreeSet::new();
    if decisions.roll_back {
        take_down.extend(drift::to_roll_back(context, &state, source)?);
    }
    let edits = drift::open_edits(context, project, &state, source)?;
    let mut undecided = edits.open;
    let mut again = BTreeSet::new();
    let mut stands = Vec::new();
    if let Some(restacking) = restacking {
        again.extend(restack::to_redo(restacking, &state));
        stands = stands::standing(restacking, &state);
    }
    if decisions.redo {
        take_down.extend(edits.redone);
    }
    if decisions.put_right {
        take_down.extend(edits.put_right);
    }
    take_down.extend(redo::over(project, &state, &take_down));
    let mut standing = leave(&state, &mut stands, &take_down, &mut again);
    // What runs again anyway runs as the file says it now.
    let all = take_down.union(&again).cloned().collect();
    let goes = state.graph.unwind(&state.applied, &all);
    undecided.retain(|id| !goes.contains(id));
    if decisions.skipped == Skipped::InOrder {
        let held_to = state.applied.difference(&standing);
        again.extend(state.graph.skipped(&held_to.cloned().collect()));
        standing = leave(&state, &mut stands, &take_down, &mut again);
    }
    // What waits is not put in order either: it would go and not come back.
    let waits = state.graph.descendants(&Vec::from_iter(undecided.clone()));
    take_down.extend(again.difference(&waits).cloned());
    let proposal = plan::upgrade(
        context,
        project,
        source,
        &Upgrade {
            all_heads: decisions.settle.is_some(),
            out_of_order: decisions.skipped == Skipped::OutOfOrder,
            take_down,
            as_stored: restacking.map_or_else(BTreeSet::new, |one| one.looked.renewed()),
            undecided,
            standing,
            ..Upgrade::default()
        },
    )?;
    Ok(Proposal { stands, ..proposal })
}

/// Takes what stands out of what runs `again`, and gives it. What of it goes all the same,
/// since something below it does, was not tried like that: all of that line runs again.
fn leave(
    state: &State,
    stands: &mut Vec<Stands>,
    take_down: &BTreeSet<RevId>,
    again: &mut BTreeSet<RevId>,
) -> BTreeSet<RevId> {
    loop {
        let standing: BTreeSet<RevId> = stands.iter().flat_map(|one| &one.mine).cloned().collect();
        again.retain(|id| !standing.contains(id));
        let down = take_down.union(again).cloned().collect();
        let goes: BTreeSet<RevId> = state
            .graph
            .unwind(&state.applied, &down)
            .into_iter()
            .collect();
        let (gone, left): (Vec<Stands>, Vec<Stands>) = std::mem::take(stands)
            .into_iter()
            .partition(|one| one.mine.iter().any(|id| goes.contains(id)));
        *stands = left;
        if gone.is_empty() {
            return standing;
        }
        again.extend(gone.into_iter().flat_map(|one| one.mine));
    }
}

/// Carries out what was shown: files and database together.
pub fn run(
    context: &Context,
    project: &Project,
    restacking: Option<&Restacking>,
    database: &mut dyn Database,
    shown: &Proposal,
    decisions: Decisions,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, Error> {
    let replan = |database: &mut dyn Database| {
        plan(
            context,
            project,
            restacking,
            &mut Source::Database(database),
            decisions,
        )
    };
    let files = match restacking {
        Some(restacking) if decisions.settle == Some(Settle::Restack) => {
            Some(held::stage(context, restacking, decisions)?)
        }
        _ => None,
    };
    run_with(context, database, shown, &replan, files, on_event)
}

/// Remembers that people were told what came in. Once the database has all of it, by
/// whichever command, it is no news.
pub fn told(context: &Context, report: &Report) {
    if let Some(moved) = &report.moved {
        moved.remember(context);
    }
}

/// What moved HEAD, in a word.
pub fn how_name(how: How) -> &'static str {
    how.name()
}
