//! `teammig drift`

use serde_json::{Value, json};

use super::{
    Status, beside,
    differences::{self, Sides},
    events::plural,
};
use crate::{
    config::ChosenBy,
    model::shell,
    ui::Ui,
    workflow::{
        Context, Error,
        schema_drift::{Difference, SchemaDrift, schema_drift, script},
    },
};

/// Compare the database with what its applied revisions produce
///
/// The revisions are replayed, with the scripts that the ledger kept, on a scratch
/// database, and what somebody changed by hand is shown. The database is only read.
/// Exits with 3 where it differs.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the statements that make of what the revisions produce what is there
    #[arg(long)]
    sql: bool,

    /// Make the scratch database on the server of a protected environment too
    #[arg(long)]
    scratch_here: bool,
}

const SIDES: Sides = Sides {
    before: "in the revisions",
    after: "here",
    keys: ("expected", "found"),
};

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let drift = schema_drift(context, args.scratch_here)?;
    if ui.is_json() {
        ui.json(&document(&drift));
    } else if args.sql {
        ui.data_raw(&script(&drift.way.map_err(Error::undecided)?));
    } else {
        show(ui, context, &drift)?;
    }
    Ok(if drift.comparison.is_equal() {
        Status::Fine
    } else {
        Status::Attention
    })
}

/// What chooses this database on another command line, and what has to be said of a URL that
/// holds a password.
fn chosen(context: &Context) -> Result<(String, &'static str), Error> {
    let target = context.target()?;
    let mut options = String::new();
    let mut by_url = "";
    match target.by {
        ChosenBy::Environment if context.config.has_to_be_named(&target.environment) => {
            options.push_str(" --env ");
            options.push_str(&shell::word(&target.environment));
        }
        ChosenBy::Url => by_url = " (with the same `--url`)",
        ChosenBy::Environment | ChosenBy::Variable | ChosenBy::Alembic => {}
    }
    if target.protected {
        options.push_str(" --yes");
    }
    Ok((options, by_url))
}

fn show(ui: &mut Ui, context: &Context, drift: &SchemaDrift) -> Result<(), Error> {
    for difference in &drift.comparison.differences {
        differences::show(ui, difference, &SIDES);
    }
    beside::remarks(ui, &drift.comparison.remarks);
    beside::not_run(ui, &drift.left_out);
    beside::unmodelled(ui, &drift.unmodelled);
    let replayed = plural(drift.replayed, "revision");
    let makes = match drift.replayed {
        0 => "the ledger has no revisions, so everything here counts as a difference".to_owned(),
        1 => format!("the {replayed} of the ledger makes it"),
        _ => format!("the {replayed} of the ledger make it"),
    };
    let (chosen, by_url) = chosen(context)?;
    let database = context.config.database.as_ref();
    let database = database.map_or_else(String::new, |name| {
        format!(" --database {}", shell::word(name))
    });
    match (drift.comparison.differences.len(), drift.replayed) {
        (0, 0) => ui.status(format!(
            "{}: no drift; nothing is applied, and nothing is there",
            drift.environment
        )),
        (0, _) => ui.status(format!("{}: no drift; it is as {makes}", drift.environment)),
        (n, 0) => ui.status(format!(
            "{}: {}; {makes}",
            drift.environment,
            plural(n, "difference")
        )),
        (n, _) => {
            ui.status(format!(
                "{}: {} from what {makes}",
                drift.environment,
                plural(n, "difference")
            ));
            ui.hint(format!(
                "what is to stay belongs into a revision: `teammig create --empty{database} \"what it does\"` makes its file; with the statements \
                 in it (`teammig drift --sql` prints them), `teammig stamp --only head{database}{chosen}` records it here without running it{by_url}; what is not to stay, undo by hand"
            ));
        }
    }
    Ok(())
}

fn document(drift: &SchemaDrift) -> Value {
    let list = |all: &[Difference]| {
        let each = all.iter().map(|one| differences::json(one, &SIDES));
        each.collect::<Vec<_>>()
    };
    json!({
        "schema": "teammig.drift/1",
        "environment": drift.environment,
        "drifted": !drift.comparison.is_equal(),
        "replayed": drift.replayed,
        "differences": list(&drift.comparison.differences),
        "remarks": list(&drift.comparison.remarks),
        "unmodelled": beside::unmodelled_json(&drift.unmodelled),
        "statements": drift.way.as_ref().ok().map(super::create::statements),
        "not_run": beside::not_run_json(&drift.left_out),
    })
}
