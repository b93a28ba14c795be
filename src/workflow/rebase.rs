//! Restacking on the user's word: what moves and where to.

use std::collections::BTreeSet;

use super::{
    Context, Error, alembic,
    divergence::{self, OneOrder},
    head_file::halted,
    held,
    plan::require_sound,
    restack::{self, Move, Restacking},
    sides, stale,
    sync::{Decisions, Skipped},
    verdicts::{self, Tried},
};
use crate::{
    db::Database,
    model::{Project, RevId, settle::Settle},
};

/// What to move, as the user names it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The heads to move; none = those that are not published.
    pub revisions: Vec<String>,
    /// What to put them on; `None` = the one head that is published.
    pub onto: Option<String>,
}

/// Looks on a scratch database what a restack undoes of others, and whether it runs on top of
/// them, where no database is asked: in memory, or on the server of `scratch:`.
pub fn look(
    context: &Context,
    project: &Project,
    restacking: &mut Restacking,
) -> Result<Vec<Tried>, Error> {
    match sides::without_database(context) {
        Ok(mut database) => try_out(context, project, &mut *database, restacking),
        // Of Alembic's modules nothing is said that nobody asked for.
        Err(Error::NoScratch(_) | Error::Config(_)) if alembic::is_used(context) => Ok(Vec::new()),
        // Nobody named a database, and files alone are about to change.
        Err(error @ (Error::NoScratch(_) | Error::Config(_))) => {
            restacking.looked.not_tried = Some(Box::new(error));
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

/// What mine would undo of theirs, made anew where it can be, and what comes of both orders.
pub fn try_out(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    restacking: &mut Restacking,
) -> Result<Vec<Tried>, Error> {
    stale::renew(context, project, database, restacking)?;
    verdicts::restacked(context, project, database, restacking)
}

/// What the restack would change; `None` where there is one head and nothing was named.
pub fn propose(
    context: &Context,
    project: &Project,
    request: &Request,
) -> Result<Option<Restacking>, Error> {
    // Without Git there is nothing in progress either.
    if context.repo_if_any().is_some() {
        halted(context)?;
    }
    require_sound(project)?;
    let moves = moves(context, project, request)?;
    if moves.is_empty() {
        return Ok(None);
    }
    restack::propose(context, project, &moves).map(Some)
}

/// What a restack decides, and nothing else.
pub const RESTACK: Decisions = Decisions {
    settle: Some(Settle::Restack),
    roll_back: false,
    redo: false,
    put_right: false,
    record: false,
    skipped: Skipped::Ask,
    as_is: false,
};

/// Writes the files and leaves every database as it is.
pub fn files_only(context: &Context, restacking: &Restacking) -> Result<(), Error> {
    restacking.looked.require_renewed()?;
    held::stage(context, restacking, RESTACK)?.alone()
}

fn moves(context: &Context, project: &Project, request: &Request) -> Result<Vec<Move>, Error> {
    let one = |name: &str| -> Result<RevId, Error> {
        project.graph.resolve_one(name)?.ok_or_else(|| {
            Error::Usage(format!(
                "`{name}` is not a revision that something can stand on"
            ))
        })
    };
    let onto = request.onto.as_deref().map(one).transpose()?;
    if !request.revisions.is_empty() {
        let mut heads = Vec::new();
        for name in &request.revisions {
            heads.extend(project.graph.resolve(name)?);
        }
        let onto = match onto {
            Some(onto) => onto,
            None => other_head(project, &heads)?,
        };
        return Ok(vec![Move { heads, onto }]);
    }
    let Some(found) = divergence::find(context, project)? else {
        return match onto {
            None => Ok(Vec::new()),
            Some(onto) => Ok(vec![Move {
                heads: project.graph.heads(),
                onto,
            }]),
        };
    };
    found
        .lines
        .iter()
        .map(|line| match &onto {
            Some(onto) => Ok(Move {
                heads: line.mine_beside(onto),
                onto: onto.clone(),
            }),
            None => line
                .sides(&BTreeSet::new())
                .ok_or_else(|| found.unclear(line)),
        })
        .collect()
}

/// The only head besides those named.
fn other_head(project: &Project, heads: &[RevId]) -> Result<RevId, Error> {
    let mut others = project.graph.heads();
    others.retain(|head| !project.graph.ancestors(heads).contains(head));
    match others.as_slice() {
        [other] => Ok(other.clone()),
        _ => Err(Error::Sides {
            way: OneOrder::Name(others.clone()),
            heads: others
                .iter()
                .map(|id| (id.clone(), project.message(id)))
                .collect(),
        }),
    }
}
