//! The project's own Alembic on a scratch database.
//!
//! Where Alembic works is for `env.py` to say, and one that does not follow the URL that it
//! is given would change a database that people use. So before anything runs there, the
//! scratch database gets a row in `alembic_version` that no other database has, and
//! `alembic current`, which changes nothing, has to come across it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    caller::{Caller, Failed},
    command::Program,
    database::{AlembicDatabase, Lacks},
    error::AlembicError,
    known::Known,
    open,
    table::VersionTable,
};
use crate::{
    db::{Database, DatabaseUrl, DbError, ErrorKind, ScratchAt},
    model::{Dialect, Project, RevId},
    workflow::{At, Context, Error, NoScratch},
};

/// How the row begins that is put into a scratch database. With the number of this process
/// it is no longer than what the table takes.
const MARK: &str = "teammig-scratch-";

/// There is a program, and it may be run; asked before a database is made for it.
pub(in crate::workflow) fn require_for_scratch(context: &Context) -> Result<Program, Error> {
    open::require_program(context).map_err(|error| match error {
        Error::Alembic(error) => Error::NoScratch(NoScratch::Alembic(error)),
        other => other,
    })
}

/// A scratch database on which the project's Alembic runs the revisions of `project`.
/// `named`: it is on the server of `scratch:`.
pub(in crate::workflow) fn on_scratch(
    context: &Context,
    program: Program,
    project: &Project,
    mut scratch: Box<dyn Database>,
    at: &ScratchAt,
    named: bool,
) -> Result<Box<dyn Database>, Error> {
    let lacks = if is_in_folders(context, project) {
        Lacks::Nothing
    } else {
        Lacks::All
    };
    let target = context.target()?;
    let url = match (at, context.config.scratch()?.filter(|_| named)) {
        (ScratchAt::File(path), _) => {
            let url = open::sqlalchemy_url(&target);
            let scheme = scheme(&url).unwrap_or("sqlite");
            format!("{scheme}:///{}", path.display())
        }
        (ScratchAt::Name(name), None) => with_name(&open::sqlalchemy_url(&target), name),
        (ScratchAt::Name(name), Some(server)) => {
            // That server, and the project's driver.
            let server = match DatabaseUrl::parse(server.expose()) {
                Ok(DatabaseUrl::Postgres(place)) if !server.expose().contains("://") => {
                    place.to_uri()
                }
                _ => server.expose().to_owned(),
            };
            let url = with_name(&server, name);
            let own = open::sqlalchemy_url(&target);
            match (scheme(&own), url.split_once("://")) {
                (Some(scheme), Some((_, rest))) => format!("{scheme}://{rest}"),
                _ => url,
            }
        }
    };
    let mut caller = open::settle(context, program, url);
    if scratch.dialect() == Dialect::Postgres {
        caller
            .others
            .push(open::timeouts_on_scratch(context, &target));
    }
    let table = open::table(context);
    let known = project.graph.iter().next().map(|one| &one.id);
    follows(&caller, &table, &mut *scratch, known)?;
    let known = Known {
        graph: Arc::clone(&project.graph),
        files: project.migrations.clone(),
        only_in_git: BTreeSet::new(),
        only_kept: BTreeSet::new(),
        records: HashMap::new(),
    };
    let ground = open::ground(context);
    Ok(Box::new(AlembicDatabase::new(
        scratch, table, known, caller, ground, lacks, false,
    )))
}

/// The files are those that Alembic finds by itself.
fn is_in_folders(context: &Context, project: &Project) -> bool {
    let Ok(there) = context.project_so_far(&At::WorkTree) else {
        return false;
    };
    let is_there = |id: &_| -> Option<bool> {
        let (one, other) = (project.migrations.get(id)?, there.migrations.get(id)?);
        Some(one.file.text == other.file.text)
    };
    there.migrations.len() == project.migrations.len()
        && project
            .migrations
            .keys()
            .all(|id| is_there(id) == Some(true))
}

/// `env.py` goes where the URL says: Alembic comes across the row that only this one has.
///
/// Alembic names a row that it does not know. Flask-Migrate may fail without a word, but then
/// it does no longer where the row is `known`: what it does depends on what is there.
fn follows(
    caller: &Caller,
    table: &VersionTable,
    scratch: &mut dyn Database,
    known: Option<&RevId>,
) -> Result<(), Error> {
    let mark = format!("{MARK}{}", std::process::id());
    let (is_named, said) = finds(caller, table, scratch, &mark)?;
    match said {
        _ if is_named => Ok(()),
        Ok(()) => Err(none(DbError {
            advice: Some(format!(
                "env.py takes its URL from elsewhere; teammig gives it as {}: let env.py read that, or name the variable that \
                 it reads with `alembic: {{url_variable: NAME}}` in teammig.yaml",
                caller.variables()
            )),
            ..wrong(
                "env.py does not follow the URL that it is given: Alembic looked at another database",
            )
        })),
        Err(failed) => match known {
            Some(known) => match finds(caller, table, scratch, known.as_str())? {
                (true, Ok(())) => Ok(()),
                _ => Err(none(failed)),
            },
            None => Err(none(failed)),
        },
    }
}

/// Whether `alembic current` names a row that is put there for it, and how it ends.
fn finds(
    caller: &Caller,
    table: &VersionTable,
    scratch: &mut dyn Database,
    row: &str,
) -> Result<(bool, Result<(), DbError>), Error> {
    table.mark(scratch, row).map_err(none)?;
    let mut is_named = false;
    let said = caller.call(&["current".to_owned()], &mut |line| {
        is_named |= line.contains(row);
    });
    table.unmark(scratch).map_err(none)?;
    let said = said.map(drop).map_err(Failed::into_error);
    Ok((is_named, said))
}

fn wrong(message: &str) -> DbError {
    DbError::new(ErrorKind::Statement, message)
}

fn none(error: DbError) -> Error {
    Error::NoScratch(NoScratch::Alembic(Box::new(AlembicError::Failed(error))))
}

fn scheme(url: &str) -> Option<&str> {
    url.split_once("://").map(|(scheme, _)| scheme)
}

/// A URL with the name of another database. What is no URL stays as it is; Alembic says so.
fn with_name(url: &str, name: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (place, query) = match rest.split_once('?') {
        Some((place, query)) => (place, Some(query)),
        None => (rest, None),
    };
    let server = place.split_once('/').map_or(place, |(server, _)| server);
    // A name among the parameters would win.
    let query: Vec<&str> = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter(|one| !one.starts_with("dbname=") && !one.is_empty())
        .collect();
    let sign = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{server}/{name}{sign}{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_database_alone_is_another_one() {
        for (url, want) in [
            ("postgresql://u:p@h:5/app", "postgresql://u:p@h:5/s"),
            ("postgresql+psycopg://h", "postgresql+psycopg://h/s"),
            (
                "postgresql://u@/app?host=/run&dbname=other&sslmode=require",
                "postgresql://u@/s?host=/run&sslmode=require",
            ),
            ("postgresql:///app?dbname=x", "postgresql:///s"),
        ] {
            assert_eq!(with_name(url, "s"), want);
        }
    }
}
