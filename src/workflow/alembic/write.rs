//! What Alembic writes: new revisions and merge revisions by the project's own template,
//! and scripts of SQL.

use std::{fs, path::PathBuf};

use super::{
    caller::{Caller, Failed},
    error::AlembicError,
    open::caller_alone,
};
use crate::{
    layout::Alembic,
    model::{Direction, Project, RevId, Revision},
    workflow::{
        Context, Error, Proposal,
        create::{self, Request},
        head_file,
        stamp::Stamped,
        write::Written,
    },
};

/// What came of a new revision.
#[derive(Debug)]
pub struct Created {
    /// Its file; `None` = the models are what the database has, so that nothing was kept.
    pub written: Option<Written>,
}

/// Writes a new revision by `alembic revision`, with what differs between models and
/// database where `autogenerate` asks for that. `show` gets what Alembic says.
pub fn create(
    context: &Context,
    request: &Request,
    autogenerate: bool,
    show: &mut dyn FnMut(&str),
) -> Result<Created, Error> {
    let base = create::base(context, request)?;
    let caller = caller_alone(context)?;
    let mut arguments = words(&["revision", "-m", &base.message]);
    if autogenerate {
        arguments.push("--autogenerate".to_owned());
    }
    arguments.extend(match base.parents.as_slice() {
        [] => words(&["--head", "base"]),
        [one] => words(&["--head", one.as_str()]),
        _ => {
            return Err(Error::Usage(
                "Alembic builds a revision on one head; `teammig merge` joins several".to_owned(),
            ));
        }
    });
    let is_head = |id: &RevId| base.project.graph.is_head(id.as_str());
    if request.splice || !base.parents.iter().all(is_head) {
        arguments.push("--splice".to_owned());
    }
    arguments.extend(label(&request.labels)?);
    for name in &base.depends_on {
        arguments.extend(words(&["--depends-on", name]));
    }
    if let Some(id) = &request.rev_id {
        arguments.extend(words(&["--rev-id", id]));
    }
    let written = written(context, &base.project, &caller, &arguments, show)?;
    let project = context.project()?;
    let file = project.migration(written.revision.id.as_str());
    let table = &context.config.ledger_table;
    if autogenerate && file.is_some_and(|file| file.file.text.contains(table.as_str())) {
        // Applied, it would take our record away.
        fs::remove_file(&written.path).map_err(Error::io("remove", &written.path))?;
        return Err(AlembicError::ComparesLedger {
            table: table.clone(),
        }
        .into());
    }
    let is_empty = file.is_some_and(|file| !file.up.has_statement);
    if autogenerate && is_empty {
        // It was made by this call, and says nothing.
        fs::remove_file(&written.path).map_err(Error::io("remove", &written.path))?;
        return Ok(Created { written: None });
    }
    let head_file = keep_head_file(context, &base.project, &project)?;
    Ok(Created {
        written: Some(Written {
            head_file,
            ..written
        }),
    })
}

/// Writes a merge revision by `alembic merge`.
pub(in crate::workflow) fn merge(
    context: &Context,
    project: &Project,
    revision: &Revision,
) -> Result<Written, Error> {
    let caller = caller_alone(context)?;
    let mut arguments = words(&["merge", "-m", &revision.message]);
    arguments.extend(words(&["--rev-id", revision.id.as_str()]));
    arguments.extend(label(&revision.labels)?);
    let is_head = |id: &RevId| project.graph.is_head(id.as_str());
    if !revision.parents.iter().all(is_head) {
        arguments.push("--splice".to_owned());
    }
    arguments.extend(revision.parents.iter().map(ToString::to_string));
    let written = written(context, project, &caller, &arguments, &mut |_| {})?;
    let mut after = context.project()?;
    if let Some(proved) = &revision.proved
        && let Some(text) = after
            .migration(revision.id.as_str())
            .and_then(|file| Alembic.with_proved(file, proved))
    {
        // No template knows of it.
        fs::write(&written.path, text).map_err(Error::io("write", &written.path))?;
        after = context.project()?;
    }
    let head_file = keep_head_file(context, project, &after)?;
    Ok(Written {
        head_file,
        ..written
    })
}

/// The script of a plan, by `--sql`.
pub(in crate::workflow) fn script(context: &Context, proposal: &Proposal) -> Result<String, Error> {
    let Some(direction) = proposal.steps.first().map(|step| step.step.direction) else {
        return Ok(String::new());
    };
    let plan = &proposal.plan;
    let from = one_of(&plan.from, "base", "starts")?;
    let (verb, to) = match direction {
        Direction::Up => (
            "upgrade",
            one_of(&plan.to, "base", "ends").unwrap_or_else(|_| "heads".to_owned()),
        ),
        Direction::Down => ("downgrade", one_of(&plan.to, "base", "ends")?),
    };
    // Without a start Alembic begins with its own table.
    let range = match (direction, plan.from.is_empty()) {
        (Direction::Up, true) => to,
        _ => format!("{from}:{to}"),
    };
    sql(context, &words(&[verb, &range, "--sql"]))
}

/// The script of a stamp, by `--sql`.
pub(in crate::workflow) fn stamp_script(
    context: &Context,
    stamped: &Stamped,
) -> Result<String, Error> {
    let from = one_of(&stamped.plan.from, "base", "starts")?;
    let to = one_of(&stamped.plan.to, "base", "ends")?;
    // Without a start Alembic makes its table first.
    let range = if stamped.plan.from.is_empty() {
        to
    } else {
        format!("{from}:{to}")
    };
    sql(context, &words(&["stamp", &range, "--sql"]))
}

fn sql(context: &Context, arguments: &[String]) -> Result<String, Error> {
    let said = caller_alone(context)?
        .ask(arguments, &mut |_| {})
        .map_err(failed)?;
    Ok(said.out)
}

/// Alembic's ranges have one revision at each end.
fn one_of(ids: &[RevId], none: &str, what: &str) -> Result<String, Error> {
    match ids {
        [] => Ok(none.to_owned()),
        [one] => Ok(one.as_str().to_owned()),
        _ => Err(Error::Usage(format!(
            "Alembic's `--sql` {what} at one revision, and these are {}: name one with --from or a range a:b",
            ids.len()
        ))),
    }
}

/// Calls it, and finds the one revision that is new.
fn written(
    context: &Context,
    before: &Project,
    caller: &Caller,
    arguments: &[String],
    show: &mut dyn FnMut(&str),
) -> Result<Written, Error> {
    let said = caller.call(arguments, show).map_err(failed)?;
    let after = context.project()?;
    let mut new = after
        .graph
        .iter()
        .filter(|revision| before.graph.get(revision.id.as_str()).is_none());
    let Some(revision) = new.next() else {
        return Err(AlembicError::NothingWritten { said: said.all }.into());
    };
    let path = after
        .migration(revision.id.as_str())
        .map_or_else(PathBuf::new, |file| {
            context.config.root.join(&*file.file.path)
        });
    Ok(Written {
        revision: revision.clone(),
        path,
        head_file: None,
    })
}

fn keep_head_file(
    context: &Context,
    before: &Project,
    after: &Project,
) -> Result<Option<PathBuf>, Error> {
    head_file::stage(context, before, &after.graph)?
        .map(head_file::Staged::commit)
        .transpose()
}

fn label(labels: &[String]) -> Result<Vec<String>, Error> {
    match labels {
        [] => Ok(Vec::new()),
        [one] => Ok(words(&["--branch-label", one])),
        _ => Err(Error::Usage(
            "Alembic's command takes one label; write further ones into `branch_labels` of the file".to_owned(),
        )),
    }
}

fn failed(failed: Failed) -> Error {
    AlembicError::Failed(failed.into_error()).into()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
