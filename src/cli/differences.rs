//! What is different between two schemas, object by object: for drift and diff.

use serde_json::{Value, json};

use crate::{
    ui::Ui,
    workflow::schema_drift::{Change, Difference, Value as Shown, What},
};

/// What the two sides are called.
pub(super) struct Sides {
    /// Behind what the first side has.
    pub(super) before: &'static str,
    /// Behind what the second side has.
    pub(super) after: &'static str,
    /// The keys of both in JSON.
    pub(super) keys: (&'static str, &'static str),
}

/// Shows one object.
pub(super) fn show(ui: &mut Ui, difference: &Difference, sides: &Sides) {
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
                    ui.data(format!("    {} {}:", change.key, sides.before));
                    ui.data_lines(&indented(&indented(&expected)));
                    ui.data(format!("    {} {}:", change.key, sides.after));
                    ui.data_lines(&indented(&indented(&found)));
                } else {
                    ui.data(format!(
                        "    {}: {expected} {}, {found} {}",
                        change.key, sides.before, sides.after
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

/// One object for programs.
pub(super) fn json(difference: &Difference, sides: &Sides) -> Value {
    let (before, after) = sides.keys;
    let mut ddl = None;
    let (change, details) = match &difference.what {
        What::Added { fact, .. } => {
            ddl = fact.ddl.as_deref();
            ("added", Vec::new())
        }
        What::Removed { .. } => ("removed", Vec::new()),
        What::Renamed { from_name, .. } => (
            "changed",
            vec![json!({ "key": "name", before: from_name, after: difference.name })],
        ),
        What::Changed(changes) => {
            let detail = |change: &Change| {
                json!({
                    "key": change.key,
                    before: change.before.as_ref().map(|value| &value.text),
                    after: change.after.as_ref().map(|value| &value.text),
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
