//! What the new texts of revisions make that were changed on purpose, for people and for
//! programs.

use serde_json::{Value, json};

use super::super::{report, verdict};
use crate::{ui::Ui, workflow::sync::Reworded};

/// More than these are counted, not listed.
const MOST_LISTED: usize = 5;

/// What is different, or why nobody knows.
pub(super) fn show(ui: &mut Ui, reworded: &Reworded) {
    match reworded {
        Reworded::Alike => {}
        Reworded::Otherwise(differ) => {
            ui.warn("recording leaves this database as it is, and a new one gets something else:");
            let shown = differ.iter().take(MOST_LISTED);
            for one in shown {
                ui.talk(&format!(
                    "    {}",
                    verdict::both(one, "here", "in a new database")
                ));
            }
            if let Some(more) = differ.len().checked_sub(MOST_LISTED + 1) {
                ui.talk(&format!("    … and {} more", more + 1));
            }
        }
        Reworded::Fails(step) => ui.warn(format!(
            "a new database stops at {} as it is now: {}",
            step.revision, step.error.error.message
        )),
        Reworded::NotTried(error) => {
            super::stale::not_tried(ui, "a new database gets what this one has", error);
        }
    }
}

/// What to do where it is not recorded.
pub(super) fn hint(reworded: &Reworded) -> &'static str {
    match reworded {
        Reworded::Otherwise(_) => {
            "what this database lacks comes by a new revision; `teammig sync --record` writes into the ledger all the same \
             what was changed on purpose, and does not run it"
        }
        Reworded::Fails(_) => {
            "put its text right; `teammig sync --record` writes it into the ledger as it is now, and does not run it"
        }
        Reworded::Alike | Reworded::NotTried(_) => {
            "`teammig sync --record` writes into the ledger what was changed on purpose; it does not run again"
        }
    }
}

/// For programs.
pub(super) fn document(reworded: &Reworded) -> Value {
    match reworded {
        Reworded::Alike => Value::Null,
        Reworded::Otherwise(differ) => json!({
            "differences": differ.iter().map(|one| json!({
                "kind": one.kind,
                "name": one.name,
                "key": one.key,
                "here": one.first,
                "new": one.second,
            })).collect::<Vec<_>>(),
        }),
        Reworded::Fails(step) => json!({
            "fails": { "revision": step.revision, "message": step.error.error.message },
        }),
        Reworded::NotTried(error) => json!({ "not_compared": report::message(error) }),
    }
}
