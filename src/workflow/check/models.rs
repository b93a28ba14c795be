//! The models of the working tree, held against what the revisions of the files produce.
//!
//! Asks no database that people use: SQLite's scratch databases are in memory, and those of
//! PostgreSQL are made on the server of `scratch:`. A command that prints models is run only
//! where it was allowed before.

use super::{Judged, One};
use crate::{
    model::{Finding, Rule, finding::Place},
    schema::{Difference, FactId, Unmodelled, What},
    workflow::{
        Context, Error, diff,
        models::ModelsError,
        plan::require_sound,
        sides::{self, Against, Leave, Sides},
    },
};

/// Judges the models of every project that has some, as they are in the working tree.
pub fn check_models(context: &Context) -> Result<Vec<One>, Error> {
    let projects = context.projects()?;
    let mut all = Vec::new();
    for one in projects
        .all
        .iter()
        .filter(|one| one.config.models.is_some())
    {
        let folder = one.prefix()?;
        let project = match (folder.as_str(), one.config.database.as_deref()) {
            ("", Some(database)) => database.to_owned(),
            (folder, Some(database)) => format!("{folder}: {database}"),
            (folder, None) => folder.to_owned(),
        };
        let outcome = judge(one);
        all.push(One { project, outcome });
    }
    all.extend(projects.unread.into_iter().map(|unread| One {
        project: unread.prefix,
        outcome: Err(unread.error),
    }));
    if all.is_empty() {
        return Err(ModelsError::None.into());
    }
    Ok(all)
}

fn judge(context: &Context) -> Result<Judged, Error> {
    let project = context.project()?;
    require_sound(&project)?;
    let mut database = sides::without_database(context)?;
    let leave = Leave {
        scratch_here: true,
        run_command: false,
    };
    let findings = match diff::all(context, &project, &mut *database, Against::Revisions, leave) {
        Ok(sides) => findings(&sides),
        Err(error) => unreadable(error)?,
    };
    Ok(Judged {
        ours: "the models, against what the revisions produce".to_owned(),
        commit: None,
        base: None,
        models: true,
        compared: true,
        merged: false,
        uncommitted: false,
        new: Vec::new(),
        heads: project.graph.heads(),
        proof: None,
        findings: super::guard::seen_from_the_top(context, context.config.levels.apply(findings))?,
    })
}

/// What is wrong with the models themselves; anything else keeps them from being judged.
fn unreadable(error: Error) -> Result<Vec<Finding>, Error> {
    let Error::Models(error) = error else {
        return Err(error);
    };
    match *error {
        ModelsError::Findings(findings) => Ok(findings),
        ModelsError::Refused(all) => {
            let each = all.into_iter().map(|one| Finding {
                place: Some(one.place),
                ..Finding::error(
                    Rule::UnreadableModels,
                    "this statement fails, whatever comes before it",
                )
            });
            Ok(each.collect())
        }
        other => Err(other.into()),
    }
}

fn findings(sides: &Sides) -> Vec<Finding> {
    let comparison = sides.comparison();
    let each = comparison.differences.iter().map(|difference| Finding {
        place: place(sides, &difference.id),
        ..Finding::error(Rule::ModelsDiffer, message(difference))
            .help("`teammig create \"what it does\"` writes the revision that is missing; or correct the models")
    });
    each.chain(not_compared(sides)).collect()
}

/// Objects that nobody compares, where one side has what the other has not: that much is
/// known of them.
fn not_compared(sides: &Sides) -> impl Iterator<Item = Finding> {
    let (models, made) = (&sides.models.schema.unmodelled, &sides.current.unmodelled);
    let finding = |one: &Unmodelled, how: &str| {
        Finding::warning(
            Rule::ModelsDiffer,
            format!("{} {} {how}", one.what, one.name),
        )
        .help("teammig does not compare objects of this kind: a revision by hand makes it or drops it (`teammig create --empty`)")
    };
    let ours = models.difference(made);
    let theirs = made.difference(models);
    ours.map(move |one| finding(one, "is in the models, and no revision makes it"))
        .chain(theirs.map(move |one| finding(one, "is made by a revision, and not in the models")))
}

/// Where the models make it, or what it is a part of.
fn place(sides: &Sides, id: &FactId) -> Option<Place> {
    let schemas = [&sides.models.schema, &sides.current];
    let fact = schemas.iter().find_map(|schema| schema.facts.get(id))?;
    let mut around = std::iter::once(id).chain(fact.parent.iter());
    around.find_map(|id| sides.models.place(id))
}

fn message(difference: &Difference) -> String {
    let kind = difference.id.kind.name();
    let name = &difference.name;
    match &difference.what {
        What::Added { .. } => format!("{kind} {name} is in the models, and no revision makes it"),
        What::Removed { .. } => {
            format!("{kind} {name} is made by the revisions, and is not in the models")
        }
        What::Renamed { from_name, .. } => {
            format!("{kind} {name} is {from_name} in the revisions")
        }
        What::Changed(_) => {
            format!(
                "{kind} {name} is not the same in the models: {}",
                difference.words()
            )
        }
    }
}
