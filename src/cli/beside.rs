//! What stands beside an answer from a scratch database: what was not run there, not
//! compared, or left alone. One wording for every command that has such an answer.

use serde_json::{Value, json};

use crate::{
    ui::Ui,
    workflow::schema_drift::{Difference, LeftOut, Unmodelled},
};

/// Differences that mean nothing, for whoever asked for details.
pub(super) fn remarks(ui: &mut Ui, all: &[Difference]) {
    for remark in all {
        ui.detail(format!(
            "{} {}: {} (means nothing)",
            remark.id.kind.name(),
            remark.name,
            remark.words()
        ));
    }
}

/// Statements that were not run.
pub(super) fn not_run(ui: &mut Ui, all: &[LeftOut]) {
    for one in all {
        ui.warn(format!(
            "not run on the scratch database, since it reaches beyond it: {} ({})",
            one.statement, one.revision
        ));
    }
}

/// Objects of kinds that nobody compares.
pub(super) fn unmodelled<'a>(ui: &mut Ui, all: impl IntoIterator<Item = &'a Unmodelled>) {
    for one in all {
        ui.warn(format!("not compared: {} {}", one.what, one.name));
    }
}

/// Objects that nobody here made, by their names.
pub(super) fn left_alone(ui: &mut Ui, all: &[String]) {
    for one in all {
        ui.warn(format!(
            "left alone: {one}, which neither the models nor a revision know"
        ));
    }
}

/// Statements that were not run, for programs.
pub(super) fn not_run_json(all: &[LeftOut]) -> Value {
    let each = all.iter().map(|one| {
        json!({
            "revision": one.revision,
            "statement": one.statement,
        })
    });
    each.collect()
}

/// Objects of kinds that nobody compares, for programs.
pub(super) fn unmodelled_json<'a>(all: impl IntoIterator<Item = &'a Unmodelled>) -> Value {
    let each = all.into_iter().map(|one| {
        json!({
            "kind": one.what,
            "object": one.name,
        })
    });
    each.collect()
}
