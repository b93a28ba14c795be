//! What the revisions of an Alembic project do, as SQL: by its own Alembic in offline mode.
//!
//! One call for all of them. Another env.py (`render_env.py`) takes the place of the
//! project's own, lets that one configure Alembic, and runs each revision by itself, so that
//! one which needs a database keeps none of the others from being written down. Nothing
//! connects to a database.

use std::collections::HashMap;

use serde::Deserialize;

use super::{
    caller::Caller,
    error::AlembicError,
    open::{caller_with, ground, sqlalchemy_url},
};
use crate::{
    db,
    layout::foreign::alembic::{NotRendered, Outcome, Rendered, Said},
    model::{Dialect, Project, RevId},
    workflow::{Context, Error, plan::require_sound},
};

const ENV: &str = include_str!("render_env.py");

/// Before each line of ours on stdout, where env.py may write as well.
const MARK: &str = "teammig-rendered ";

/// Why nothing came of offline mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOffline {
    /// It ran no migrations.
    #[error("env.py runs no migrations in offline mode")]
    NoRun,
    /// It is for another database than the one asked for.
    #[error("env.py writes for {theirs}, and {wanted} was asked for")]
    Dialect {
        /// What it writes for.
        theirs: String,
        /// What was asked for.
        wanted: Dialect,
    },
    /// It is for a database that teammig does not know.
    #[error("env.py writes for {theirs}; teammig knows PostgreSQL and SQLite")]
    Other {
        /// What it writes for.
        theirs: String,
    },
    /// It goes through several databases.
    #[error("env.py migrates several databases in one run")]
    Several,
    /// It lacks a revision.
    #[error("Alembic does not have {revision}, which teammig reads")]
    Missing {
        /// The revision.
        revision: RevId,
    },
    /// What it said is not what our own env.py says.
    #[error("the answer of Alembic cannot be read")]
    Unreadable,
}

/// One line of ours.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Begins {
        begins: String,
    },
    Revision {
        revision: String,
        up: Option<Way>,
        down: Option<Way>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Way {
    Said { said: Vec<(String, String)> },
    Failed { error: String, line: Option<usize> },
}

/// All revisions of the working tree with what they do, parents first, for the database
/// that was asked for, else the chosen one, else the one that env.py takes.
pub(in crate::workflow) fn render(
    context: &Context,
    wanted: Option<Dialect>,
) -> Result<(Dialect, Vec<Rendered>), Error> {
    let project = context.project()?;
    require_sound(&project)?;
    let target = context.target().ok();
    let own = target
        .as_ref()
        .and_then(|target| db::dialect_of(target.url.expose()));
    let wanted = wanted.or(own);
    let url = match (&target, wanted) {
        (Some(target), Some(wanted)) if own == Some(wanted) => sqlalchemy_url(target),
        // Nobody connects to it: only the name of the database counts.
        (_, Some(Dialect::Postgres)) => "postgresql://offline/offline".to_owned(),
        (_, Some(Dialect::Sqlite)) => "sqlite://".to_owned(),
        (_, None) => String::new(),
    };
    let caller = caller_with(context, url)?;
    let out = call(context, caller)?;
    read(&out, wanted, &project).map_err(|why| AlembicError::NotOffline(why).into())
}

fn call(context: &Context, mut caller: Caller) -> Result<String, Error> {
    let scripts = context
        .config
        .alembic
        .script_location
        .as_deref()
        .unwrap_or_default();
    let scripts = context.config.root.join(scripts);
    let scripts = std::path::absolute(&scripts).unwrap_or(scripts);
    let literal = |text: &str| serde_json::Value::from(text).to_string();
    let env = ENV.replace("\"@MARK@\"", &literal(MARK)).replace(
        "\"@SCRIPT_LOCATION@\"",
        &literal(&scripts.display().to_string()),
    );
    let ground = ground(context);
    let shadow = ground
        .cast_env(&env)
        .map_err(Error::io("write into", &ground.folder))?;
    let arguments = ["upgrade", "--sql", "heads"].map(str::to_owned);
    caller.put_into(shadow, &context.config.alembic.section);
    let stop = caller.stop();
    let _guard = context
        .interrupt
        .guard(std::sync::Arc::new(move || stop.ask()));
    let said = caller.ask(&arguments, &mut |_| {});
    if context.interrupt.is_asked() {
        return Err(Error::Stopped);
    }
    match said {
        Ok(said) => Ok(said.out),
        Err(failed) => Err(AlembicError::Failed(failed.into_error()).into()),
    }
}

fn read(
    out: &str,
    wanted: Option<Dialect>,
    project: &Project,
) -> Result<(Dialect, Vec<Rendered>), NotOffline> {
    let mut dialect = None;
    let mut ways = HashMap::new();
    for line in out.lines().filter_map(|line| line.strip_prefix(MARK)) {
        match serde_json::from_str(line).map_err(|_| NotOffline::Unreadable)? {
            Line::Begins { begins } => {
                let theirs = match begins.as_str() {
                    "postgresql" => Dialect::Postgres,
                    "sqlite" => Dialect::Sqlite,
                    _ => return Err(NotOffline::Other { theirs: begins }),
                };
                if dialect.replace(theirs).is_some() {
                    return Err(NotOffline::Several);
                }
                if let Some(wanted) = wanted.filter(|wanted| *wanted != theirs) {
                    let theirs = theirs.to_string();
                    return Err(NotOffline::Dialect { theirs, wanted });
                }
            }
            Line::Revision { revision, up, down } => {
                ways.insert(revision, (up, down));
            }
        }
    }
    let dialect = dialect.ok_or(NotOffline::NoRun)?;
    let all = project.graph.iter().map(|one| one.id.clone()).collect();
    let mut order = project.graph.order(&all);
    order.reverse();
    let rendered = order.into_iter().map(|id| {
        let missing = || NotOffline::Missing {
            revision: id.clone(),
        };
        let (up, down) = ways.remove(id.as_str()).ok_or_else(missing)?;
        Ok(Rendered {
            module: project.migration(id.as_str()).ok_or_else(missing)?.clone(),
            // A module without it does nothing that Alembic could call.
            up: up.map_or_else(no_upgrade, outcome),
            down: down.map(outcome),
        })
    });
    Ok((dialect, rendered.collect::<Result<_, _>>()?))
}

fn no_upgrade() -> Outcome {
    Err(NotRendered {
        reason: "the module has no upgrade()".to_owned(),
        line: None,
    })
}

fn outcome(way: Way) -> Outcome {
    match way {
        Way::Failed { error, line } => Err(NotRendered {
            reason: error,
            line,
        }),
        Way::Said { said } => Ok(said
            .into_iter()
            .map(|(kind, text)| match kind.as_str() {
                "begin" => Said::Begin,
                "commit" => Said::Commit,
                _ => Said::Sql(text),
            })
            .collect()),
    }
}
