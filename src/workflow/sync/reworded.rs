//! Whether what was changed on purpose still makes what it made: a database that only records
//! the new text keeps what the old one left, and one that is set up tomorrow gets the new one's.
//!
//! Tried on a scratch database: what the ledger says ran, and the same with the new texts.
//! Rows are not compared: a history starts without any.

use std::collections::BTreeMap;

use super::{Amendment, Context, Error, State};
use crate::{
    db::Database,
    model::{Project, RevId, ledger::StoredScripts, verdict::Contrast},
    schema::Schema,
    sql,
    workflow::{
        FailedStep, NoScratch, NotReplayed, Prepared, orders, replayed, schema_drift::schema,
        scratch::with_scratch, step::scripts_of, tried::Tried,
    },
};

/// What the new texts of applied revisions make.
#[derive(Debug, Default)]
pub enum Reworded {
    /// Nothing else, or no other script runs.
    #[default]
    Alike,
    /// Another schema, which this database has not: what differs, as it is here and by the new
    /// texts.
    Otherwise(Vec<Contrast>),
    /// A database that is set up with them stops there.
    Fails(Box<FailedStep>),
    /// Nobody knows, and why.
    NotTried(Box<Error>),
}

impl Reworded {
    /// It is known to make a difference.
    pub fn differs(&self) -> bool {
        matches!(self, Self::Otherwise(_) | Self::Fails(_))
    }
}

/// Compares on a scratch database what the old texts of `amended` and their new ones make.
pub(super) fn look(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    state: &State,
    amended: &[Amendment],
) -> Result<Reworded, Error> {
    if amended.is_empty() {
        return Ok(Reworded::Alike);
    }
    let scripts = database
        .all_stored_scripts()
        .map_err(|error| Error::database(database, error))?;
    let mut new: BTreeMap<&RevId, StoredScripts> = BTreeMap::new();
    for one in amended {
        if let Some(migration) = project.migration(one.revision.as_str()) {
            new.insert(&one.revision, scripts_of(migration));
        }
    }
    let same = |id: &RevId, old: &StoredScripts| {
        new.get(id).is_none_or(|new| {
            let text = |scripts: &StoredScripts| sql::checksum(&scripts.up.text, None);
            new.up.transaction == old.up.transaction
                && new.up.foreign_keys_off == old.up.foreign_keys_off
                && text(new) == text(old)
        })
    };
    if scripts.iter().all(|(id, old)| same(id, old)) {
        return Ok(Reworded::Alike);
    }
    let replaced = |(id, old): &(RevId, StoredScripts)| {
        let new = new.get(id).cloned();
        (id.clone(), new.unwrap_or_else(|| old.clone()))
    };
    let replaced = scripts.iter().map(replaced).collect();
    let mut ledger = state.ledger.clone();
    for entry in &mut ledger.entries {
        let now = amended.iter().find(|one| one.revision == entry.revision);
        entry.checksum = now.map_or(entry.checksum, |one| one.now);
    }
    let dialect = database.dialect();
    let steps = |ledger, scripts| replayed::steps(Some(project), ledger, scripts, dialect);
    let tried = steps(&state.ledger, scripts).and_then(|(old, _)| {
        let (new, _) = steps(&ledger, replaced)?;
        with_scratch(context, database, false, |scratch| {
            both(context, scratch, &old, &new)
        })
    });
    let (before, after) = match tried {
        Ok(Ok(made)) => made,
        Ok(Err(failed)) => return Ok(Reworded::Fails(failed)),
        // Nothing of Python is tried without being asked.
        Err(Error::NoScratch(NoScratch::Python)) => return Ok(Reworded::Alike),
        Err(error @ (Error::NoScratch(_) | Error::NotReplayed(_))) => {
            return Ok(Reworded::NotTried(Box::new(error)));
        }
        Err(error) => return Err(error),
    };
    let differ = orders::contrasts(&before, &after);
    if differ.is_empty() {
        return Ok(Reworded::Alike);
    }
    // Somebody may have done here by hand what the new text does.
    let mut missing = orders::contrasts(&schema(context, database)?, &after);
    missing.retain(|one| {
        let same = |other: &Contrast| {
            (&one.kind, &one.name, &one.key) == (&other.kind, &other.name, &other.key)
        };
        differ.iter().any(same)
    });
    Ok(if missing.is_empty() {
        Reworded::Alike
    } else {
        Reworded::Otherwise(missing)
    })
}

/// Runs what both begin with once, and what follows one after the other: what the old texts
/// make, and the new ones, where they run.
fn both(
    context: &Context,
    scratch: &mut dyn Database,
    old: &[Prepared],
    new: &[Prepared],
) -> Result<Result<(Schema, Schema), Box<FailedStep>>, Error> {
    let same = old.iter().zip(new);
    let same = same.take_while(|(old, new)| old.scripts == new.scripts);
    let begin = same.count();
    replayed::replay(scratch, &old[..begin])?;
    let mut tried = Tried::new(context, scratch);
    let mut makes = |steps: &[Prepared]| -> Result<Result<Schema, Box<FailedStep>>, Error> {
        tried.mark()?;
        let made = match tried.run(steps)? {
            Ok(()) => Ok(tried.schema(&context.leave_out())?),
            Err(failed) => Err(failed),
        };
        tried.rewind()?;
        Ok(made)
    };
    let before = makes(&old[begin..])?
        .map_err(|failed| Error::NotReplayed(Box::new(NotReplayed::Step(failed))))?;
    Ok(makes(&new[begin..])?.map(|after| (before, after)))
}
