//! `teammig drift`

use serde_json::{Value, json};

use super::{Status, events::plural};
use crate::{
    ui::Ui,
    workflow::{
        Context, Error,
        schema_drift::{Change, Difference, SchemaDrift, Value as Shown, What, schema_drift},
    },
};

/// Compare the database with what its applied revisions produce
///
/// The revisions are replayed, with the scripts that the ledger kept, on a scratch
/// database, and what somebody changed by hand is shown. The database is only read.
/// Exits with 3 where it differs.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Make the scratch database on the server of a protected environment too
    #[arg(long)]
    scratch_here: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let drift = schema_drift(context, args.scratch_here)?;
    if ui.is_json() {
        ui.json(&document(&drift));
    } else {
        show(ui, &drift);
    }
    Ok(if drift.comparison.is_equal() {
        Status::Fine
    } else {
        Status::Attention
    })
}

fn show(ui: &mut Ui, drift: &SchemaDrift) {
    for difference in &drift.comparison.differences {
        show_difference(ui, difference);
    }
    for remark in &drift.comparison.remarks {
        ui.detail(format!(
            "{} {}: {} (means nothing)",
            remark.id.kind.name(),
            remark.name,
            remark.words()
        ));
    }
    for left_out in &drift.left_out {
        ui.warn(format!(
            "not run on the scratch database, since it reaches beyond it: {} ({})",
            left_out.statement, left_out.revision
        ));
    }
    for one in &drift.unmodelled {
        ui.warn(format!("not compared: {} {}", one.what, one.name));
    }
    let replayed = plural(drift.replayed, "revision");
    let makes = match drift.replayed {
        0 => "the ledger has no revisions, so everything here counts as a difference".to_owned(),
        1 => format!("the {replayed} of the ledger makes it"),
        _ => format!("the {replayed} of the ledger make it"),
    };
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
            ui.hint(
                "what is to stay belongs into a revision: `teammig create --empty`, then `teammig stamp --only` here; \
                 what is not, undo by hand",
            );
        }
    }
}

fn show_difference(ui: &mut Ui, difference: &Difference) {
    let kind = difference.id.kind.name();
    let object = &difference.name;
    match &difference.what {
        What::Added { fact, parts } => {
            ui.data(format!("+ {kind} {object}"));
            if let Some(ddl) = &fact.ddl {
                ui.data_lines(&indented(ddl));
                return;
            }
            for (key, value) in &fact.payload {
                show_value(ui, key, &value.text);
            }
            for part in parts {
                ui.data(format!("    {} {}", part.id.kind.name(), part.id.name()));
            }
        }
        What::Removed { .. } => ui.data(format!("- {kind} {object}")),
        What::Renamed { from_name, .. } => ui.data(format!("~ {kind} {object}: was {from_name}")),
        What::Changed(changes) => {
            ui.data(format!("~ {kind} {object}"));
            for change in changes {
                let text = |value: &Option<Shown>| {
                    value
                        .as_ref()
                        .map_or("none", |value| value.text.as_str())
                        .to_owned()
                };
                let (expected, found) = (text(&change.before), text(&change.after));
                if expected.contains('\n') || found.contains('\n') {
                    ui.data(format!("    {} in the revisions:", change.key));
                    ui.data_lines(&indented(&indented(&expected)));
                    ui.data(format!("    {} here:", change.key));
                    ui.data_lines(&indented(&indented(&found)));
                } else {
                    ui.data(format!(
                        "    {}: {expected} in the revisions, {found} here",
                        change.key
                    ));
                }
            }
        }
    }
}

fn show_value(ui: &mut Ui, key: &str, value: &str) {
    if value.contains('\n') {
        ui.data(format!("    {key}:"));
        ui.data_lines(&indented(&indented(value)));
    } else {
        ui.data(format!("    {key}: {value}"));
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text
        .trim_end()
        .lines()
        .map(|it| format!("    {it}"))
        .collect();
    lines.join("\n")
}

fn document(drift: &SchemaDrift) -> Value {
    let list = |all: &[Difference]| all.iter().map(difference).collect::<Vec<_>>();
    json!({
        "schema": "teammig.drift/1",
        "environment": drift.environment,
        "drifted": !drift.comparison.is_equal(),
        "replayed": drift.replayed,
        "differences": list(&drift.comparison.differences),
        "remarks": list(&drift.comparison.remarks),
        "unmodelled": drift.unmodelled.iter().map(|one| json!({
            "kind": one.what,
            "object": one.name,
        })).collect::<Vec<_>>(),
        "not_run": drift.left_out.iter().map(|one| json!({
            "revision": one.revision,
            "statement": one.statement,
        })).collect::<Vec<_>>(),
    })
}

fn difference(difference: &Difference) -> Value {
    let mut ddl = None;
    let (change, details) = match &difference.what {
        What::Added { fact, .. } => {
            ddl = fact.ddl.as_deref();
            ("added", Vec::new())
        }
        What::Removed { .. } => ("removed", Vec::new()),
        What::Renamed { from_name, .. } => (
            "changed",
            vec![json!({ "key": "name", "expected": from_name, "found": difference.name })],
        ),
        What::Changed(changes) => {
            let detail = |change: &Change| {
                json!({
                    "key": change.key,
                    "expected": change.before.as_ref().map(|value| &value.text),
                    "found": change.after.as_ref().map(|value| &value.text),
                })
            };
            ("changed", changes.iter().map(detail).collect())
        }
    };
    json!({
        "kind": difference.id.kind.name(),
        "object": difference.name,
        "change": change,
        "details": details,
        "ddl": ddl,
    })
}
