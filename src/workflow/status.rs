//! Everything on one screen: Git, graph, database, other environments, hooks.
//!
//! Reads only, and goes on where a part of it cannot be read: a repository that
//! is none, a database that does not answer.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    At, Context, Error, State, deleted,
    divergence::{self, Divergence, Whose},
    drift, head_file, hooks, known, outline,
    replay::{ToCome, to_come},
    unfinished::{self, Unfinished},
};
use crate::{
    config::ConfigError,
    git::{CommitInfo, Head, HookStatus, Upstream},
    model::{
        Operation, Project, RevId,
        advice::{self, Advice, Facts},
    },
};

/// One screen.
#[derive(Debug)]
pub struct Status {
    /// The repository; `None` = there is none, or it cannot be read.
    pub git: Option<Git>,
    /// The files.
    pub project: Project,
    /// The heads, in file order.
    pub heads: Vec<HeadState>,
    /// Several heads of one line.
    pub divergence: Option<Divergence>,
    /// The database, or why it cannot be read; `None` = none was named or configured.
    pub database: Option<Result<Database, Error>>,
    /// Other environments, as this clone saw them last.
    pub elsewhere: Vec<Elsewhere>,
    /// A restack that never came to its end.
    /// An error says that there is one, and nothing more is known of it.
    pub unfinished: Result<Option<Unfinished>, Error>,
    /// What to do next.
    pub advice: Advice,
}

/// The repository.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts, each of which has its own advice"
)]
pub struct Git {
    /// What is checked out.
    pub head: Head,
    /// The branch's upstream.
    pub upstream: Option<Upstream>,
    /// Revisions that the upstream has and the files have not, parents first.
    pub upstream_new: Vec<RevId>,
    /// What Git is in the middle of.
    pub operation: Option<Operation>,
    /// Only the heads are left to settle in it.
    pub only_heads: bool,
    /// Files are in conflict in it.
    pub conflicts: bool,
    /// A head file is among them.
    pub heads_too: bool,
    /// In it, not all of the migrations are staged.
    pub unstaged: bool,
    /// Files of revisions that were deleted here and that are staged still.
    pub deleted: Vec<String>,
    /// Revisions of the files that the commit checked out has not, or on other parents.
    pub uncommitted: usize,
    /// The hooks; empty where they cannot be looked at.
    pub hooks: Vec<HookStatus>,
}

/// A head, and whose it is.
#[derive(Debug)]
pub struct HeadState {
    /// The revision.
    pub revision: RevId,
    /// How far it has travelled.
    pub whose: Whose,
    /// The commit that brought it; only looked for where it is not published.
    pub commit: Option<CommitInfo>,
}

/// The chosen database.
#[derive(Debug)]
pub struct Database {
    /// The environment's name.
    pub environment: String,
    /// Others use it too.
    pub protected: bool,
    /// Where it is, without a password.
    pub location: String,
    /// Where it stands.
    pub state: State,
    /// How many of the edited revisions `sync` leaves as they are: others have them, and their
    /// way back alone is another one.
    pub left: usize,
    /// What only it has and Git is still to bring.
    pub to_come: Option<ToCome>,
}

/// An environment as this clone saw it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its name.
    pub environment: String,
    /// Others use it too.
    pub protected: bool,
    /// When it was read.
    pub seen_at: Timestamp,
    /// Where it stood.
    pub heads: Vec<RevId>,
    /// Revisions of the files that it did not have, in file order.
    pub pending: Vec<RevId>,
    /// Revisions that the files do not have, in the order applied.
    pub phantoms: Vec<RevId>,
    /// Revisions that may be in a file that cannot be read, which is named.
    pub hidden: Vec<(RevId, Arc<str>)>,
}

/// Looks at everything.
pub fn status(context: &Context) -> Result<Status, Error> {
    let project = context.project()?;
    let git = git(context, &project);
    let divergence = divergence::find(context, &project)?;
    let heads = heads(context, &project, divergence.as_ref());
    let (database, unfinished) = database(context, &project);
    let database = match database {
        Err(Error::Config(ConfigError::NoDatabase { .. })) => None,
        other => Some(other),
    };
    let read = database
        .as_ref()
        .and_then(|database| database.as_ref().ok());
    let advice = match context.at() {
        At::Commit(name) => advice::of_another_state(name),
        At::WorkTree | At::Index => advice::next(&Facts {
            unreachable: matches!(database, Some(Err(_))),
            restack: match &unfinished {
                Ok(found) => found.as_ref().is_some_and(Unfinished::is_open),
                Err(_) => true,
            },
            folder: context.config.folders.first().cloned().unwrap_or_default(),
            ..facts(context, &project, git.as_ref(), divergence.is_some(), read)
        }),
    };
    Ok(Status {
        elsewhere: elsewhere(context, &project, read),
        advice,
        git,
        heads,
        divergence,
        database,
        unfinished,
        project,
    })
}

fn git(context: &Context, project: &Project) -> Option<Git> {
    let repo = context.repo_if_any()?;
    let upstream = repo.upstream().ok().flatten();
    let halted = head_file::halted(context);
    let prefix = context.prefix().ok()?;
    let clean = repo.is_clean(&prefix, &context.config.folders);
    Some(Git {
        head: repo.head().ok()?,
        upstream_new: upstream
            .as_ref()
            .and_then(|upstream| new_in(context, project, &upstream.commit?.to_string()).ok())
            .unwrap_or_default(),
        upstream,
        only_heads: matches!(halted, Ok(Some(_))),
        heads_too: matches!(
            halted,
            Err(Error::InProgress {
                heads_too: true,
                ..
            })
        ),
        unstaged: !clean
            && repo.operation().is_some()
            && repo.has_unstaged(&prefix, &context.config.folders),
        deleted: if clean {
            Vec::new()
        } else {
            let all = deleted::here(context, project).unwrap_or_default();
            all.into_values().map(|path| path.to_string()).collect()
        },
        conflicts: repo.operation().is_some()
            && repo.conflicted().is_ok_and(|paths| !paths.is_empty()),
        uncommitted: if clean {
            0
        } else {
            uncommitted(context, project).unwrap_or_default()
        },
        operation: repo.operation(),
        // Nobody commits in a bare repository.
        hooks: if repo.is_bare() {
            Vec::new()
        } else {
            hooks::status(context).unwrap_or_default()
        },
    })
}

/// Revisions that are not committed, or were on other parents: a restack, say; or were modules
/// of Alembic's and are SQL by now. (What differs in its scripts alone is found as edited where
/// it was applied.)
fn uncommitted(context: &Context, project: &Project) -> Result<usize, Error> {
    let repo = context.repo()?;
    let Some(head) = repo.head()?.commit().filter(|_| !repo.is_bare()) else {
        return Ok(0);
    };
    let committed = outline::of_commit(context, &head.to_string())?;
    let committed: HashMap<_, _> = committed
        .iter()
        .map(|one| (one.revision.as_str(), (&one.parents, ending(&one.path))))
        .collect();
    let here = project.graph.iter();
    let is_committed = |id: &RevId, parents: &Vec<RevId>| {
        let file = project.migration(id.as_str());
        let same = |kind| file.is_none_or(|file| ending(&file.file.path) == kind);
        committed
            .get(id.as_str())
            .is_some_and(|(before, kind)| *before == parents && same(*kind))
    };
    Ok(here
        .filter(|one| !is_committed(&one.id, &one.parents))
        .count())
}

fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Revisions of a commit that the files have not.
fn new_in(context: &Context, project: &Project, commit: &str) -> Result<Vec<RevId>, Error> {
    Ok(outline::of_commit(context, commit)?
        .into_iter()
        .map(|outlined| outlined.revision.clone())
        .filter(|id| project.graph.get(id.as_str()).is_none() && project.hides(id).is_none())
        .collect())
}

fn heads(context: &Context, project: &Project, divergence: Option<&Divergence>) -> Vec<HeadState> {
    let ids = project.graph.heads();
    if let Some(divergence) = divergence {
        let known = |id: &RevId| divergence.heads().find(|head| head.revision == *id);
        return ids
            .into_iter()
            .map(|id| HeadState {
                whose: known(&id).map_or(Whose::Unknown, |head| head.whose.clone()),
                commit: known(&id).and_then(|head| head.commit.clone()),
                revision: id,
            })
            .collect();
    }
    let published = divergence::published(context).unwrap_or_default();
    let published_in = |id: &RevId| {
        let found = published.iter().find(|(_, ids)| ids.contains(id));
        found.map(|(name, _)| Whose::Published(name.clone()))
    };
    // Who brought it is found quickly for what is new, and needs a long walk for what is old.
    let new: Vec<RevId> = ids
        .iter()
        .filter(|id| published_in(id).is_none())
        .cloned()
        .collect();
    let mut facts = divergence::facts(context, project, &new);
    ids.into_iter()
        .map(|id| {
            let (whose, commit) = match published_in(&id) {
                Some(whose) => (whose, None),
                None => facts.remove(&id).unwrap_or((Whose::Unknown, None)),
            };
            HeadState {
                revision: id,
                whose,
                commit,
            }
        })
        .collect()
}

/// The database, and what an earlier restack left, as far as that can be looked at.
fn database(
    context: &Context,
    project: &Project,
) -> (Result<Database, Error>, Result<Option<Unfinished>, Error>) {
    let mut opened = match context.database() {
        Ok(opened) => opened,
        Err(error) => {
            let found = unfinished::look(context, None);
            return (Err(error), found);
        }
    };
    let state = context.target().and_then(|target| {
        let ledger = context.ledger(&mut *opened)?;
        let state = State::new(project, ledger);
        Ok(Database {
            environment: target.environment,
            protected: target.protected,
            location: opened.location().to_owned(),
            left: drift::edited(context, project, &state, &mut *opened)
                .map_or(0, |all| all.iter().filter(|one| one.is_left()).count()),
            // Where it cannot be said, the rest is worth showing.
            to_come: to_come(context, &state.phantoms).unwrap_or_default(),
            state,
        })
    });
    let found = unfinished::look(context, Some(&mut *opened));
    (state, found)
}

fn elsewhere(context: &Context, project: &Project, here: Option<&Database>) -> Vec<Elsewhere> {
    known::recall(context)
        .into_iter()
        .filter(|known| here.is_none_or(|here| known.environment() != here.environment))
        .map(|known| {
            let applied: BTreeSet<RevId> =
                known.rows.iter().map(|row| row.revision.clone()).collect();
            let unknown = || {
                let rows = known.rows.iter().map(|row| &row.revision);
                rows.filter(|id| project.graph.get(id.as_str()).is_none())
            };
            Elsewhere {
                environment: known.environment().to_owned(),
                protected: known.protected,
                seen_at: known.seen_at,
                heads: project.graph.maximal(&applied),
                pending: project
                    .graph
                    .iter()
                    .map(|revision| revision.id.clone())
                    .filter(|id| !applied.contains(id))
                    .collect(),
                phantoms: unknown()
                    .filter(|id| project.hides(id).is_none())
                    .cloned()
                    .collect(),
                hidden: unknown()
                    .filter_map(|id| Some((id.clone(), Arc::clone(project.hides(id)?))))
                    .collect(),
            }
        })
        .collect()
}

fn facts(
    context: &Context,
    project: &Project,
    git: Option<&Git>,
    diverged: bool,
    database: Option<&Database>,
) -> Facts {
    let state = database.map(|database| &database.state);
    let count = |of: fn(&State) -> usize| state.map_or(0, of);
    let to_come = database
        .as_ref()
        .and_then(|database| database.to_come.as_ref());
    Facts {
        operation: git.and_then(|git| git.operation),
        only_heads: git.is_some_and(|git| git.only_heads),
        conflicts: git.is_some_and(|git| git.conflicts),
        heads_too: git.is_some_and(|git| git.heads_too),
        unstaged: git.is_some_and(|git| git.unstaged),
        deleted: git.map(|git| git.deleted.clone()).unwrap_or_default(),
        uncommitted: git.map_or(0, |git| git.uncommitted),
        head_file_wrong: head_file::needs_repair(context, project).unwrap_or_default(),
        problems: project.errors().count(),
        empty: project.graph.is_empty(),
        diverged,
        restack: false,
        interrupted: count(|state| state.interrupted.len()) > 0,
        overlapping: state
            .filter(|state| !state.ledger.superfluous.is_empty())
            .map(|state| state.heads.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        phantoms: count(|state| state.phantoms.len()),
        to_come: to_come.map_or(0, |to_come| to_come.revisions.len()),
        edited: database.map_or(0, |one| one.state.edited.len() - one.left),
        amended: count(|state| state.amended.len()),
        skipped: count(|state| state.skipped.len()),
        pending: count(|state| state.pending.len()),
        upstream_new: git.map_or(0, |git| git.upstream_new.len()),
        upstream: git.and_then(|git| Some(git.upstream.as_ref()?.name.clone())),
        unguarded: git.is_some_and(|git| !git.hooks.iter().all(hooks::works)),
        ..Facts::default()
    }
}
