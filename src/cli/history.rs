//! `teammig history`

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::{Status, create::show_findings, json};
use crate::{
    model::{
        Project, RevId,
        lanes::{self, Tie, Ties},
    },
    ui::{TextStyle, Ui, drawing},
    workflow::{self, Context, Error},
};

/// Show the revisions, newest first, as a graph
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig history -i                 marks where the database stands with ◉
  teammig history -r current:        from where the database stands upwards
  teammig history -r 9209:7f3a       from one revision to another, both included
  teammig history --at origin/main   of another branch, without a checkout")]
pub(super) struct Args {
    /// Only from revision A to revision B: A:B, A: or :B (`current` = the database)
    #[arg(long, short = 'r', value_name = "A:B", allow_hyphen_values = true)]
    rev_range: Option<String>,

    /// Mark where the database stands
    #[arg(long, short)]
    indicate_current: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let project = context.project()?;
    let asks_database = args.indicate_current
        || args
            .rev_range
            .as_deref()
            .is_some_and(|range| range.split(':').any(|end| end == "current"));
    let current: Vec<RevId> = if asks_database {
        let mut database = context.database()?;
        workflow::current::current(context, &project, &mut *database)?.heads
    } else {
        Vec::new()
    };
    let ids = project
        .graph
        .history(args.rev_range.as_deref(), &current)
        .map_err(|error| workflow::revisions::explain_missing(context, error.into()))?;
    let status = show_findings(ui, &project);
    if ui.is_json() {
        ui.json(&json!({
            "schema": "teammig.history/1",
            "revisions": json::revisions(&project, &ids),
            "findings": json::findings(&project),
        }));
        return Ok(status);
    }
    let marks: BTreeSet<&str> = current.iter().map(RevId::as_str).collect();
    let rows = lanes::lay_out(&ties(&project, &ids));
    let entries: Vec<drawing::Entry> = ids
        .iter()
        .map(|id| {
            let current = marks.contains(id.as_str());
            drawing::Entry {
                mark: if current { "◉" } else { "●" }.to_owned(),
                style: TextStyle::new(),
                text: line(ui, &project, id, current),
            }
        })
        .collect();
    for line in drawing::draw(&rows, &entries, ui.out_color(), ui.data_width()) {
        ui.data_lines(&line);
    }
    Ok(status)
}

/// What a drawing of these revisions connects: parents alone.
fn ties(project: &Project, ids: &[RevId]) -> Vec<Ties> {
    let at: HashMap<&RevId, usize> = ids.iter().enumerate().map(|(at, id)| (id, at)).collect();
    ids.iter()
        .map(|id| {
            let parents = project.graph.parents(id.as_str());
            let to: Vec<_> = parents
                .iter()
                .filter_map(|parent| Some((*at.get(parent)?, Tie::Parent)))
                .collect();
            Ties {
                cut: to.len() < parents.len(),
                rank: 0,
                to,
            }
        })
        .collect()
}

/// `7f3a9c21e4b0 (head) Add phone_number to users`
pub(super) fn line(ui: &Ui, project: &Project, id: &RevId, current: bool) -> String {
    let graph = &project.graph;
    let key = id.as_str();
    let mut marks = Vec::new();
    if graph.is_head(key) {
        marks.push("head".to_owned());
    }
    if current {
        marks.push("current".to_owned());
    }
    if graph.is_branch_point(key) {
        marks.push("branchpoint".to_owned());
    }
    if graph.is_merge(key) {
        marks.push("mergepoint".to_owned());
    }
    let revision = graph.get(key);
    marks.extend(
        revision
            .iter()
            .flat_map(|revision| revision.labels.iter().cloned()),
    );
    if let Some(revision) = revision
        && !revision.depends_on.is_empty()
    {
        marks.push(format!("depends on {}", revision.depends_on.join(", ")));
    }
    let marks = if marks.is_empty() {
        String::new()
    } else {
        ui.paint(
            &format!(" ({})", marks.join(", ")),
            &TextStyle::new().green(),
        )
    };
    format!("{}{marks}  {}", ui.id(key), project.message(id))
}
