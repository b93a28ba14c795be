//! `teammig show`

use serde_json::json;

use super::{Status, create::show_findings, events::names, json};
use crate::{
    model::{NoWayBack, Project, RevId},
    ui::Ui,
    workflow::{self, Context, Error},
};

/// Show one revision, with its scripts
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A revision, a unique prefix of one, a label, head, heads, current
    #[arg(allow_negative_numbers = true)]
    revision: String,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let project = context.project()?;
    let ids = named(context, &project, &args.revision)?;
    let status = show_findings(ui, &project);
    if ui.is_json() {
        let documents: Vec<_> = ids
            .iter()
            .map(|id| {
                let mut document = json::revision(&project, id);
                if let Some(migration) = project.migration(id.as_str()) {
                    document["up"] = json!(migration.up_text());
                    document["down"] = json!(migration.down_text());
                    let (checksum, up) = workflow::revisions::checksums(migration);
                    document["checksum"] = json!(checksum.to_string());
                    document["up_checksum"] = json!(up.to_string());
                    document["amended"] = json!(migration.revision.amended);
                    document["no_way_back"] = json!(migration.no_way_back().map(NoWayBack::name));
                }
                document
            })
            .collect();
        ui.json(&json!({
            "schema": "teammig.show/1",
            "revisions": documents,
            "findings": json::findings(&project),
        }));
        return Ok(status);
    }
    if ids.is_empty() {
        ui.status("base: before the first revision");
    }
    for id in &ids {
        one(ui, &project, id);
    }
    Ok(status)
}

/// The revisions that a name means; `current` asks the database.
pub(super) fn named(context: &Context, project: &Project, name: &str) -> Result<Vec<RevId>, Error> {
    if name == "current" {
        let mut database = context.database()?;
        return Ok(workflow::current::current(context, project, &mut *database)?.heads);
    }
    workflow::revisions::resolve(project, name)
        .map_err(|error| workflow::revisions::explain_missing(context, error))
}

fn one(ui: &mut Ui, project: &Project, id: &RevId) {
    let graph = &project.graph;
    let key = id.as_str();
    let Some(revision) = graph.get(key) else {
        ui.data(format!("{id}  (not in these files)"));
        return;
    };
    let mut marks = Vec::new();
    for (mark, holds) in [
        ("head", graph.is_head(key)),
        ("base", graph.is_base(key)),
        ("branchpoint", graph.is_branch_point(key)),
        ("mergepoint", graph.is_merge(key)),
    ] {
        if holds {
            marks.push(mark);
        }
    }
    let marks = if marks.is_empty() {
        String::new()
    } else {
        format!(" ({})", marks.join(", "))
    };
    ui.data(format!("revision    {}{marks}", ui.id(key)));
    ui.data(format!("message     {}", revision.message));
    let parents = graph.parents(key);
    let children = graph.children(key);
    let labels = graph.labels(key);
    for (name, value) in [
        (
            if parents.len() > 1 {
                "merges"
            } else {
                "parent"
            },
            names(&parents),
        ),
        ("depends on", revision.depends_on.join(", ")),
        ("children", names(&children)),
        ("labels", labels.join(", ")),
        (
            "created",
            revision.created.map_or(String::new(), |at| at.to_string()),
        ),
    ] {
        if !value.is_empty() {
            ui.data(format!("{name:<11} {value}"));
        }
    }
    if let Some(migration) = project.migration(key) {
        if let Some(why) = migration.no_way_back() {
            ui.data(format!("way back    none: {why}"));
        }
        for (n, entry) in migration.revision.amended.iter().enumerate() {
            let name = if n == 0 { "amended" } else { "" };
            ui.data(format!(
                "{name:<11} {} (was {})",
                entry.reason,
                entry.was_words()
            ));
        }
        ui.data(format!("path        {}", migration.file.path));
        let body = &migration.file.text[migration.header.end..];
        ui.data("");
        ui.data_lines(body.trim());
    }
}
