//! Revisions that were changed on purpose and make something else now than what this database
//! has of them, for people and for programs.

use serde_json::{Value, json};

use super::{
    super::{
        differences::{self, Sides},
        events::plural,
    },
    stale::not_tried,
};
use crate::{
    ui::Ui,
    workflow::{
        amended::{Otherwise, Unknown},
        schema_drift::{Difference, What},
    },
};

/// More differences than this are counted, not listed.
const MOST_LISTED: usize = 5;

const SIDES: Sides = Sides {
    before: "by what ran here",
    after: "by the file",
    keys: ("ran", "file"),
};

/// Each with what differs, and what to do about it.
pub(super) fn show(ui: &mut Ui, otherwise: &[Otherwise]) {
    for one in otherwise {
        let id = &one.revision;
        match &one.found {
            Ok(differences) => {
                ui.warn(format!(
                    "{id} leads to another schema now than what this database ran, and it does not run again here"
                ));
                for difference in differences.iter().take(MOST_LISTED) {
                    ui.talk(&format!("  {}", words(difference)));
                }
                let more = differences.len().saturating_sub(MOST_LISTED);
                if more > 0 {
                    ui.talk(&format!("  … and {}", plural(more, "more difference")));
                }
            }
            Err(Unknown::NotTried(error)) => not_tried(ui, &same(one), error),
            Err(Unknown::OldFails) => ui.warn(format!(
                "not proved that {}: what it was does not run on a scratch database",
                same(one)
            )),
            Err(Unknown::NewFails) => ui.warn(format!(
                "{id} does not run on a scratch database as its file is now, so what it would lead to is not known"
            )),
        }
    }
    if otherwise.iter().any(|one| one.found.is_ok()) {
        ui.hint(
            "a new revision brings databases that ran the old text to what the new one makes: `teammig create \"…\"`, with \
             statements that do no harm where it is so already; `teammig drift` shows, once it is recorded, what this \
             database has otherwise",
        );
    }
}

fn same(one: &Otherwise) -> String {
    format!("{} leads to the same schema as before", one.revision)
}

fn words(difference: &Difference) -> String {
    let what = match &difference.what {
        What::Added { .. } => format!("only {}", SIDES.after),
        What::Removed { .. } => format!("only {}", SIDES.before),
        What::Renamed { from_name, .. } => {
            format!("{from_name} {}", SIDES.before)
        }
        What::Changed(changes) => {
            let each = changes.iter().map(|change| {
                let text = |value: Option<&str>| value.unwrap_or("none").to_owned();
                let before = text(change.before.as_ref().map(|one| one.text.as_str()));
                let after = text(change.after.as_ref().map(|one| one.text.as_str()));
                if before.contains('\n') || after.contains('\n') {
                    return format!("another {}", change.key);
                }
                format!(
                    "{} {before} {}, {after} {}",
                    change.key, SIDES.before, SIDES.after
                )
            });
            each.collect::<Vec<_>>().join("; ")
        }
    };
    format!("{} {}: {what}", difference.id.kind.name(), difference.name)
}

/// For programs.
pub(super) fn document(otherwise: &[Otherwise]) -> Value {
    let all = otherwise.iter();
    all.map(|one| {
        let found = one.found.as_ref();
        json!({
            "revision": one.revision,
            "proved": found.is_ok(),
            "differences": found.map_or_else(|_| Vec::new(), |all| {
                all.iter().map(|difference| differences::json(difference, &SIDES)).collect()
            }),
        })
    })
    .collect()
}
