//! `teammig branches`

use serde_json::json;

use super::{Status, create::show_findings, history::line, json};
use crate::{
    ui::Ui,
    workflow::{Context, Error},
};

/// Show the branch points: revisions that several others build on
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(ui: &mut Ui, context: &Context, _: &Args) -> Result<Status, Error> {
    let project = context.project()?;
    let points = project.graph.branch_points();
    let status = show_findings(ui, &project);
    if ui.is_json() {
        let documents: Vec<_> = points
            .iter()
            .map(|id| {
                let mut document = json::revision(&project, id);
                document["children"] = json!(project.graph.children(id.as_str()));
                document
            })
            .collect();
        ui.json(&json!({
            "schema": "teammig.branches/1",
            "branches": documents,
            "findings": json::findings(&project),
        }));
        return Ok(status);
    }
    for id in &points {
        let text = line(ui, &project, id, false);
        ui.data(text);
        for child in project.graph.children(id.as_str()) {
            let text = line(ui, &project, &child, false);
            ui.data(format!("  → {text}"));
        }
    }
    Ok(status)
}
