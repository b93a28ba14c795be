//! `teammig heads`

use serde_json::json;

use super::{Status, create::show_findings, history::line, json};
use crate::{
    ui::Ui,
    workflow::{Context, Error},
};

/// Show the heads: revisions that nothing builds on
///
/// One is the normal case. Several of one line mean that two people built on the
/// same revision; `teammig merge-heads` joins them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Leave out heads that another revision depends on
    #[arg(long)]
    resolve_dependencies: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let project = context.project()?;
    let heads = if args.resolve_dependencies {
        project.graph.real_heads()
    } else {
        project.graph.heads()
    };
    let diverged = !project.graph.diverged().is_empty();
    let status = show_findings(ui, &project);
    if ui.is_json() {
        ui.json(&json!({
            "schema": "teammig.heads/1",
            "diverged": diverged,
            "heads": json::revisions(&project, &heads),
            "findings": json::findings(&project),
        }));
        return Ok(status);
    }
    for id in &heads {
        let line = line(ui, &project, id, false);
        ui.data(line);
    }
    if diverged && status == Status::Fine {
        ui.hint("`teammig merge-heads` joins them");
    }
    Ok(status)
}
