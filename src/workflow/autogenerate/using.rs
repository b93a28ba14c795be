//! What makes the new values of a column counts for one change of its type. A remark that
//! stays in the models does nothing where the type stays, and does not do the same twice.

use std::collections::BTreeSet;

use super::{FactId, Kind, Question, Sides, Undecided, plan};
use crate::{schema::plan::Decisions, sql, workflow::Error};

/// The columns whose type changes once more, where their remark made the values in a
/// revision that is there already.
pub(super) fn used_up(sides: &Sides) -> Vec<Undecided> {
    let models = &sides.models;
    let remarks = models.decisions.using.iter();
    let remarks = remarks.filter(|(column, _)| !sides.chosen.contains(*column));
    let each = remarks.filter_map(|(column, expression)| {
        let by = made_by(sides, column, expression)?;
        counts(sides, column).then(|| Undecided {
            about: column.clone(),
            name: name(sides, column),
            question: Question::UsedUp {
                expression: expression.clone(),
                by,
            },
        })
    });
    each.collect()
}

/// Refuses an option for a column whose type does not change: it would do nothing.
pub(in crate::workflow) fn require_used(sides: &Sides) -> Result<(), Error> {
    let mut chosen = sides.chosen.iter();
    let Some(column) = chosen.find(|column| !counts(sides, column)) else {
        return Ok(());
    };
    let name = name(sides, column);
    Err(Error::Usage(format!(
        "`--using` says what makes the values of {name} where its type changes, and its type does not change. Leave the option out; values alone are changed by a revision that is filled in by hand (`teammig create --empty`)"
    )))
}

/// Whether the plan is another one without what makes the values of a column.
fn counts(sides: &Sides, column: &FactId) -> bool {
    let models = &sides.models;
    let mut without: Decisions = models.decisions.clone();
    without.using.remove(column);
    let planned = |decisions| plan(&sides.current, &models.schema, decisions);
    planned(&without) != planned(&models.decisions)
}

/// The revision whose way up holds that expression for that column.
fn made_by(sides: &Sides, column: &FactId, expression: &str) -> Option<String> {
    let (_, outer) = column.path.split_last()?;
    let table = FactId::new(Kind::Table, outer.iter().cloned());
    let renames = &sides.models.decisions.renames;
    // What it is called, and was.
    let names = |id: &FactId| -> BTreeSet<String> {
        let was = renames.iter().filter(|(_, to)| to == id);
        let all = was.map(|(from, _)| from.name()).chain([id.name()]);
        all.map(str::to_owned).collect()
    };
    let (tables, columns) = (names(&table), names(column));
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let dialect = sides.current.dialect;
    let steps = sides.steps.0.iter().rev();
    let mut made = steps.filter(|step| {
        let up = &step.scripts.up.text;
        sql::is_remade(up, dialect, (&tables, &columns), expression)
    });
    made.next().map(|step| step.step.revision.to_string())
}

fn name(sides: &Sides, column: &FactId) -> String {
    let schema = &sides.models.schema;
    let fact = schema.facts.get(column);
    fact.map_or_else(|| column.path.join("."), |fact| schema.shown(fact))
}
