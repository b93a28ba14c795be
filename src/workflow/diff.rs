//! Models held against a database, or against what the revisions produce.

use super::{
    Context, Error, State,
    autogenerate::{Choice, Plan, Undecided, decide_by_option, require_used, way},
    replayed::LeftOut,
    sides::{self, Against, Leave, Sides},
};
use crate::{
    db::Database,
    model::{Project, RevId},
    schema::{Comparison, Unmodelled},
};

/// What is different, from the database (or the revisions) to the models.
#[derive(Debug)]
pub struct Diff {
    /// The environment, or what the database was chosen by.
    pub environment: String,
    /// What the models were compared with.
    pub against: Against,
    /// How many revisions the files have.
    pub replayed: usize,
    /// The differences: before is what is there, after is what the models say.
    pub comparison: Comparison,
    /// The way there, or what has to be decided first.
    pub plan: Result<Plan, Vec<Undecided>>,
    /// Objects that are not compared.
    pub unmodelled: Vec<Unmodelled>,
    /// Statements of revisions that were not run on the scratch database.
    pub left_out: Vec<LeftOut>,
    /// What the database has, and neither models nor revisions know.
    pub strangers: Vec<String>,
    /// What looks renamed, and nobody said so: its name, and those that it may have now.
    pub perhaps_renamed: Vec<(String, Vec<String>)>,
    /// Revisions that are applied in the database and that no file has, with their messages:
    /// what they did is among the differences, or left alone.
    pub no_file_has: Vec<(RevId, String)>,
}

/// Compares the models with the chosen database, or with the revisions.
pub fn diff(
    context: &Context,
    against: Against,
    leave: Leave,
    choices: &[(Choice, String)],
) -> Result<Diff, Error> {
    let project = context.project()?;
    super::plan::require_sound(&project)?;
    let mut database = context.database()?;
    let (no_file_has, is_behind) = match against {
        Against::Database => {
            let state = State::new(&project, context.ledger(&mut *database)?);
            (sides::unknown(&state), !state.pending.is_empty())
        }
        Against::Revisions => (Vec::new(), false),
    };
    let mut sides = all(context, &project, &mut *database, against, leave)?;
    for (choice, text) in choices {
        decide_by_option(&mut sides, *choice, text)?;
    }
    let plan = way(&sides);
    if plan.is_ok() {
        require_used(&sides)?;
    }
    // What a pending revision renames is said there.
    let perhaps_renamed = if is_behind {
        Vec::new()
    } else {
        sides.perhaps_renamed()
    };
    let models = &sides.models;
    Ok(Diff {
        environment: context.target()?.environment,
        against,
        replayed: sides.steps.0.len(),
        comparison: sides.comparison(),
        plan,
        unmodelled: sides
            .current
            .unmodelled
            .union(&models.schema.unmodelled)
            .cloned()
            .collect(),
        left_out: sides.steps.1,
        perhaps_renamed,
        strangers: sides.strangers,
        no_file_has,
    })
}

/// Both sides, with all revisions of the files.
pub(super) fn all(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    against: Against,
    leave: Leave,
) -> Result<Sides, Error> {
    let heads: Vec<RevId> = project.graph.heads();
    let revisions = project.graph.ancestors(&heads);
    sides::sides(context, project, &revisions, database, against, leave)
}

/// A plan as a script for `psql` or `sqlite3`.
pub fn script(plan: &Plan) -> String {
    let mut out = String::new();
    for part in &plan.parts {
        let sql = super::autogenerate::annotated(part);
        if part.foreign_keys_off {
            out.push_str("PRAGMA foreign_keys = OFF;\n");
        }
        if part.transaction {
            out.push_str("BEGIN;\n");
            if part.foreign_keys_off {
                out.push_str("PRAGMA legacy_alter_table = ON;\n");
            }
        }
        out.push_str(&sql);
        if part.transaction {
            out.push_str("COMMIT;\n");
        }
        if part.foreign_keys_off {
            out.push_str("PRAGMA legacy_alter_table = OFF;\nPRAGMA foreign_keys = ON;\n");
        }
    }
    out
}
