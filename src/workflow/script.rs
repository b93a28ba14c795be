//! `--sql`: what a run would do, as a script for `sqlite3` or `psql`.

use std::fmt::Write as _;

use super::{
    Context, Error, Proposal, State, alembic,
    stamp::Stamped,
    step::{Facts, scripts_of},
};
use crate::{
    config::ConfigError,
    db::offline::{self, Offline},
    model::{Dialect, Direction, Ledger, Project},
};

/// The dialect of the chosen database, where one is configured; no connection is made.
pub fn dialect(context: &Context) -> Result<Option<Dialect>, Error> {
    let target = match context.target() {
        Ok(target) => target,
        Err(Error::Config(ConfigError::NoDatabase { .. })) => return Ok(None),
        Err(error) => return Err(error),
    };
    match crate::db::dialect_of(target.url.expose()) {
        Some(dialect) => Ok(Some(dialect)),
        None => Err(Error::Usage(format!(
            "the URL of {} names neither SQLite nor PostgreSQL",
            target.environment
        ))),
    }
}

/// The script of a plan.
pub fn render(context: &Context, proposal: &Proposal, dialect: Dialect) -> Result<String, Error> {
    if alembic::is_used(context) {
        return alembic::script(context, proposal);
    }
    let offline = writer(context, dialect)?;
    let mut out = offline.prologue().to_owned();
    if proposal.state.ledger.entries.is_empty() {
        out.push_str(&offline.create_ledger());
    }
    for step in &proposal.steps {
        let verb = match step.step.direction {
            Direction::Up => "apply",
            Direction::Down => "roll back",
        };
        // A message of several lines must not leave the comment.
        let message = step.message.replace(char::is_control, " ");
        // Writing to a String cannot fail.
        let _ = writeln!(out, "\n-- {verb} {} {message}", step.step.revision);
        out.push_str(
            &offline
                .step(step.step.direction, &step.entry, &step.scripts)
                .map_err(refused)?,
        );
    }
    Ok(out)
}

/// The script of a stamp.
pub fn render_stamp(
    context: &Context,
    project: &Project,
    stamped: &Stamped,
    dialect: Dialect,
) -> Result<String, Error> {
    if alembic::is_used(context) {
        return alembic::stamp_script(context, stamped);
    }
    let offline = writer(context, dialect)?;
    let facts = Facts::gather(context);
    let empty = State::new(project, Ledger::default());
    let mut out = offline.prologue().to_owned();
    out.push_str("BEGIN;\n");
    // Where something is applied, there is a ledger.
    if stamped.plan.from.is_empty() {
        out.push_str(&offline.create_ledger_if_missing());
    }
    for step in &stamped.plan.steps {
        let row = match step.direction {
            Direction::Down => offline.forget(&step.revision),
            Direction::Up => {
                let Some(migration) = project.migration(step.revision.as_str()) else {
                    continue;
                };
                offline.record(&facts.entry(migration, &empty), &scripts_of(migration))
            }
        };
        out.push_str(&row.map_err(refused)?);
    }
    out.push_str("COMMIT;\n");
    Ok(out)
}

fn writer(context: &Context, dialect: Dialect) -> Result<Offline, Error> {
    Offline::new(
        dialect,
        &context.config.ledger_table,
        context.config.ledger_schema.as_deref(),
    )
    .map_err(refused)
}

fn refused(error: offline::NotRepresentable) -> Error {
    Error::Usage(error.to_string())
}
