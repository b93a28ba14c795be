//! After a pull or a switch: what came in, whether heads diverged, what the
//! database needs. A proposal first; nothing happens before it was shown.

use std::collections::BTreeSet;

use super::{
    Context, Error, Proposal, Source, State, Upgrade,
    divergence::{self, Divergence},
    merge, outline,
    plan::{self, require_sound},
    write::Written,
};
use crate::{
    db::Database,
    git::{CommitInfo, How},
    model::{Project, RevId},
};

/// Where things stand, before anything is done.
#[derive(Debug)]
pub struct Report {
    /// What moved HEAD last, where that is known.
    pub how: Option<How>,
    /// The branch's upstream.
    pub upstream: Option<String>,
    /// Revisions that came in with that move, parents first.
    pub came_in: Vec<CameIn>,
    /// Several heads of one line.
    pub divergence: Option<Divergence>,
    /// The database against the files.
    pub state: State,
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

/// What to do about several heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Write a merge revision, then apply everything.
    Merge,
    /// Apply all heads and leave them as they are.
    ApplyBoth,
}

/// Looks at everything; changes nothing.
pub fn look(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
) -> Result<Report, Error> {
    refuse_in_progress(context)?;
    require_sound(project)?;
    let repo = context.repo()?;
    let previous = repo.previous_head()?;
    let came_in = match &previous {
        Some(previous) => came_in(context, project, &previous.commit.to_string())?,
        None => Vec::new(),
    };
    let ledger = context.ledger(database)?;
    Ok(Report {
        how: previous.map(|previous| previous.how),
        upstream: repo.upstream()?.map(|upstream| upstream.name),
        came_in,
        divergence: divergence::find(context, project)?,
        state: State::new(project, ledger)?,
    })
}

/// A merge or rebase that is not finished has half of the files.
pub fn refuse_in_progress(context: &Context) -> Result<(), Error> {
    match context.repo()?.operation() {
        Some(operation) => Err(Error::InProgress {
            operation: operation.name().to_owned(),
        }),
        None => Ok(()),
    }
}

/// The revisions of HEAD that the commit before the last move did not have.
fn came_in(context: &Context, project: &Project, previous: &str) -> Result<Vec<CameIn>, Error> {
    let Some(head) = context.repo()?.head()?.commit() else {
        return Ok(Vec::new());
    };
    let ids = |name: &str| -> Result<BTreeSet<RevId>, Error> {
        Ok(outline::of_commit(context, name)?
            .into_iter()
            .map(|outlined| outlined.revision)
            .collect())
    };
    if !context.repo()?.folders_differ(
        &context.prefix()?,
        &context.folders(),
        context.repo()?.resolve(previous)?,
        head,
    )? {
        return Ok(Vec::new());
    }
    let before = ids(previous)?;
    let new: BTreeSet<RevId> = ids(&head.to_string())?
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

/// Writes a merge revision for each line that diverged.
pub fn write_merges(
    context: &Context,
    divergence: &Divergence,
    message: Option<&str>,
) -> Result<Vec<Written>, Error> {
    let merge = |line: &divergence::Line| {
        merge::merge(
            context,
            &merge::Request {
                revisions: line
                    .heads
                    .iter()
                    .map(|head| head.revision.as_str().to_owned())
                    .collect(),
                message: message.map(str::to_owned),
                ..merge::Request::default()
            },
        )
    };
    divergence.lines.iter().map(merge).collect()
}

/// The upgrade that follows.
pub fn upgrade(
    context: &Context,
    project: &Project,
    source: &mut Source<'_>,
    all_heads: bool,
) -> Result<Proposal, Error> {
    plan::upgrade(
        context,
        project,
        source,
        &Upgrade {
            all_heads,
            ..Upgrade::default()
        },
    )
}

/// What moved HEAD, in a word.
pub fn how_name(how: How) -> &'static str {
    how.name()
}
