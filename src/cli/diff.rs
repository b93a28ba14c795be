//! `teammig diff`

use serde_json::json;

use super::{
    Status, beside,
    differences::{self, Sides},
    events::plural,
    models, report,
};
use crate::{
    ui::Ui,
    workflow::{
        Context, Error,
        autogenerate::Plan,
        diff::{Diff, diff, script},
        schema_drift::Difference,
        sides::Against,
    },
};

/// Compare the models with the database, or with the revisions
///
/// The models are loaded into a scratch database, and what they make is held against what
/// the database has. Nothing is written; the database is only read. Exits with 3 where
/// they differ.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig diff                      the database, to what the models say
  teammig diff --against revisions  what `create` would write a revision for
  teammig diff --sql                as the statements that lead there")]
pub(super) struct Args {
    /// What the models are compared with
    #[arg(long, value_enum, value_name = "WHAT", default_value = "database")]
    against: With,

    /// Print the statements that lead from there to the models
    #[arg(long)]
    sql: bool,

    #[command(flatten)]
    models: models::ModelsArgs,
}

/// What models are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum With {
    /// What the revisions of the files produce
    Revisions,
    /// The database as it is
    Database,
}

impl From<With> for Against {
    fn from(with: With) -> Self {
        match with {
            With::Revisions => Self::Revisions,
            With::Database => Self::Database,
        }
    }
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let choices = args.models.choices();
    let against = args.against.into();
    let mut found = args
        .models
        .permitted(ui, context, |leave| diff(context, against, leave, &choices))?;
    if args.sql && !ui.is_json() {
        ui.data_raw(&script(&found.plan.map_err(Error::undecided)?));
        found.plan = Ok(Plan::default());
    } else if ui.is_json() {
        ui.json(&document(&found));
    } else {
        let sides = sides(against);
        for difference in &found.comparison.differences {
            differences::show(ui, difference, &sides);
        }
    }
    if !ui.is_json() {
        summary(ui, &found);
    }
    Ok(if found.comparison.is_equal() {
        Status::Fine
    } else {
        Status::Attention
    })
}

fn sides(against: Against) -> Sides {
    Sides {
        before: match against {
            Against::Revisions => "in the revisions",
            Against::Database => "here",
        },
        after: "in the models",
        keys: ("is", "models"),
    }
}

fn summary(ui: &mut Ui, found: &Diff) {
    beside::remarks(ui, &found.comparison.remarks);
    beside::not_run(ui, &found.left_out);
    beside::unmodelled(ui, &found.unmodelled);
    for (id, message) in &found.no_file_has {
        ui.warn(format!(
            "applied here, and in no file: {id}  {message}; what it did is among all this as if it had been made by hand"
        ));
    }
    beside::left_alone(ui, &found.strangers);
    let than = match found.against {
        Against::Database => found.environment.clone(),
        Against::Revisions => format!("the {}", plural(found.replayed, "revision")),
    };
    match found.comparison.differences.len() {
        0 => ui.status(format!("{than}: as the models say")),
        n => {
            ui.status(format!(
                "{than}: {} from the models",
                plural(n, "difference")
            ));
            for hint in report::rename_hints(&found.perhaps_renamed) {
                ui.hint(format!(
                    "{hint}, or a remark in the models (`-- teammig: renamed from …`)"
                ));
            }
            match found.against {
                Against::Revisions => {
                    ui.hint("`teammig create \"what it does\"` writes the revision");
                }
                Against::Database if !found.no_file_has.is_empty() => {
                    ui.hint("`teammig sync` offers to roll back what no file has; `teammig diff --against revisions` leaves the database out");
                }
                Against::Database => {
                    ui.hint("`teammig diff --against revisions` says what no revision has yet; `teammig upgrade` applies those that there are");
                }
            }
        }
    }
}

fn document(found: &Diff) -> serde_json::Value {
    let sides = sides(found.against);
    let list = |all: &[Difference]| {
        let each = all.iter().map(|one| differences::json(one, &sides));
        each.collect::<Vec<_>>()
    };
    let statements = found.plan.as_ref().ok().map(super::create::statements);
    let undecided = found.plan.as_ref().err().map(|all| {
        let each = all
            .iter()
            .map(|one| json!({ "object": one.name, "question": one.question.words() }));
        each.collect::<Vec<_>>()
    });
    json!({
        "schema": "teammig.diff/1",
        "environment": found.environment,
        "against": match found.against {
            Against::Revisions => "revisions",
            Against::Database => "database",
        },
        "differ": !found.comparison.is_equal(),
        "differences": list(&found.comparison.differences),
        "remarks": list(&found.comparison.remarks),
        "statements": statements,
        "undecided": undecided.unwrap_or_default(),
        "unmodelled": beside::unmodelled_json(&found.unmodelled),
        "perhaps_renamed": found.perhaps_renamed.iter()
            .map(|(old, new)| json!({ "from": old, "to": new }))
            .collect::<Vec<_>>(),
        "left_alone": found.strangers,
        "no_file_has": found.no_file_has.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        "not_run": beside::not_run_json(&found.left_out),
    })
}
