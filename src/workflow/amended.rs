//! Revisions that were changed on purpose after a database ran them, and whether that database
//! has by them what the files lead to: what they were and what they are runs on scratch
//! databases, behind the same revisions, and what both leave is compared.

use super::{
    Context, Error, Prepared, alembic, drift::Amendment, replayed, schema_drift::Difference,
    walk::walk,
};
use crate::{
    db::Database,
    model::{Project, RevId, ledger::StoredScript},
    schema::compare,
    sql,
};

/// A revision that makes something else now, or of which that is not known.
#[derive(Debug)]
pub struct Otherwise {
    /// The revision.
    pub revision: RevId,
    /// From what this database ran to what the file says.
    pub found: Result<Vec<Difference>, Unknown>,
}

/// Why nothing is known.
#[derive(Debug)]
pub enum Unknown {
    /// Nothing could be tried.
    NotTried(Box<Error>),
    /// What this database ran does not run on a scratch database.
    OldFails,
    /// What the file says does not run there.
    NewFails,
}

/// Those that make something else, or may. A text that is another one and does the same is
/// nothing to tell, and of Alembic's modules nobody kept what they were.
pub(super) fn otherwise(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    amended: &[Amendment],
) -> Result<Vec<Otherwise>, Error> {
    let mut all = Vec::new();
    if alembic::is_used(context) {
        return Ok(all);
    }
    for one in amended.iter().filter(|one| one.was != one.now) {
        let stored = database.stored_scripts(&one.revision);
        let stored = stored.map_err(|error| Error::database(database, error))?;
        let Some(stored) = stored else { continue };
        let found = match compared(context, project, database, &one.revision, &stored.up) {
            Ok(Ok(found)) if found.is_empty() => continue,
            Ok(found) => found,
            Err(error @ (Error::NoScratch(_) | Error::NotReplayed(_))) => {
                Err(Unknown::NotTried(Box::new(error)))
            }
            Err(error) => return Err(error),
        };
        all.push(Otherwise {
            revision: one.revision.clone(),
            found,
        });
    }
    Ok(all)
}

fn compared(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    revision: &RevId,
    ran: &StoredScript,
) -> Result<Result<Vec<Difference>, Unknown>, Error> {
    let dialect = database.dialect();
    let mut below = project.graph.ancestors(std::slice::from_ref(revision));
    below.remove(revision);
    let mut below = project.graph.order(&below);
    below.reverse();
    let (history, _) = replayed::of_files(context, project, &below, dialect)?;
    let (now, _) = replayed::of_files(context, project, [revision], dialect)?;
    let Some(now) = now.first() else {
        return Ok(Ok(Vec::new()));
    };
    let was = replayed::with_up(now, ran, dialect);
    let (was_up, now_up) = (&was.script().text, &now.script().text);
    if sql::checksum(was_up, None) == sql::checksum(now_up, None) {
        return Ok(Ok(Vec::new()));
    }
    let mut leaves = |step: &Prepared| {
        let mut walk = walk(context, database, &history, std::slice::from_ref(step))?;
        let ran = walk.states.len() > 1;
        Ok::<_, Error>(walk.states.pop().filter(|_| ran))
    };
    let Some(was) = leaves(&was)? else {
        return Ok(Err(Unknown::OldFails));
    };
    let Some(now) = leaves(now)? else {
        return Ok(Err(Unknown::NewFails));
    };
    Ok(Ok(compare(&was, &now).differences))
}
