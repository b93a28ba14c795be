//! `teammig heads`

use serde_json::json;

use super::{Status, create::show_findings, history::line, json};
use crate::{
    model::shell,
    ui::Ui,
    workflow::{Context, Error, head_file},
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

    /// Write them to the head file (migrations/HEAD), also where there was none
    #[arg(long, conflicts_with = "resolve_dependencies")]
    pub(super) write: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    if args.write {
        return write(ui, context);
    }
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

fn write(ui: &mut Ui, context: &Context) -> Result<Status, Error> {
    let project = context.writable_project()?;
    let written = head_file::write(context, &project)?;
    let path = context.display_path(&written.path);
    if ui.is_json() {
        ui.json(&json!({
            "schema": "teammig.heads/1",
            "diverged": false,
            "heads": json::revisions(&project, &project.graph.heads()),
            "head_file": path,
            "changed": written.changed,
        }));
    } else if written.changed {
        ui.data(&path);
        ui.hint(format!("commit it: `git add {}`", shell::word(&path)));
    } else {
        ui.status(format!("{path} is right already"));
    }
    Ok(Status::Fine)
}
