//! `teammig current`

use serde_json::json;

use super::{
    Status,
    create::show_findings,
    events::{self, names, plural},
    json,
    status::{UNPLACED, overlapping, rolled_back},
};
use crate::{
    model::{EntryState, Project},
    ui::{Ui, age},
    workflow::{self, Context, Error, State, replay::to_come},
};

/// Show where the database stands
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Exit with 3 unless the database is at all heads
    #[arg(long, short, alias = "check-heads")]
    check: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let project = context.project()?;
    let mut database = context.database()?;
    let state = workflow::current::current(context, &project, &mut *database)?;
    let findings = show_findings(ui, &project);
    let at_head = state.pending.is_empty()
        && state.phantoms.is_empty()
        && state.hidden.is_empty()
        && state.interrupted.is_empty()
        && findings == Status::Fine;
    if ui.is_json() {
        show_json(ui, context, &project, &state, at_head)?;
    } else {
        show_text(ui, context, &project, &state);
    }
    if args.check && !at_head {
        if !state.pending.is_empty() && !ui.is_json() {
            ui.error("Target database is not up to date.");
        }
        return Ok(Status::Attention);
    }
    Ok(findings)
}

fn show_text(ui: &mut Ui, context: &Context, project: &Project, state: &State) {
    if state.heads.is_empty() {
        ui.status("nothing is applied");
    }
    for id in &state.heads {
        let known = project.graph.get(id.as_str()).is_some();
        let mut marks = String::new();
        if known && project.graph.is_head(id.as_str()) {
            marks.push_str(" (head)");
        }
        if !known {
            marks.push_str(match project.hides(id) {
                Some(_) => " (its file cannot be read)",
                None => " (not in these files)",
            });
        }
        ui.data(format!(
            "{}{marks}  {}",
            ui.id(id.as_str()),
            state.message(id)
        ));
        if ui.is_verbose()
            && let Some(entry) = state.ledger.entry(id.as_str())
        {
            ui.data(match entry.applied_at {
                Some(at) => format!(
                    "    applied {} by {}{}",
                    age::ago(at, context.now),
                    entry.applied_by,
                    entry
                        .git_branch
                        .as_ref()
                        .map_or(String::new(), |branch| format!(", from {branch}")),
                ),
                None => "    when and by whom is not recorded".to_owned(),
            });
        }
    }
    for entry in &state.interrupted {
        if let EntryState::Running {
            done, direction, ..
        } = entry.state
        {
            ui.warn(format!(
                "{} was interrupted on its way {} after {}",
                entry.revision,
                direction.name(),
                plural(done as usize, "statement")
            ));
        }
    }
    show_unknown(ui, context, state);
    for (id, path) in &state.hidden {
        ui.warn(format!(
            "the database has {id}, which could not be read here: see {path}"
        ));
    }
    if !state.skipped.is_empty() {
        ui.warn(format!(
            "{} never ran, though later ones did: {}",
            plural(state.skipped.len(), "revision"),
            names(&state.skipped)
        ));
    }
    if !state.edited.is_empty() {
        ui.warn(format!(
            "changed since they were applied: {}",
            names(&state.edited)
        ));
    }
    if !state.amended.is_empty() {
        ui.warn(format!(
            "amended since they were applied: {}; `teammig sync` records them",
            names(&state.amended)
        ));
    }
    match state.pending.len() {
        0 => {}
        n => {
            let them = if n == 1 { "it" } else { "them" };
            let way = if !project.graph.diverged().is_empty() {
                "; the heads diverged: `teammig merge-heads` first".to_owned()
            } else if !state.skipped.is_empty() {
                "; `teammig upgrade` says what to do about the one that never ran".to_owned()
            } else if project.errors().next().is_some() {
                "; put the files right first".to_owned()
            } else {
                format!("; `teammig upgrade` applies {them}")
            };
            ui.status(format!("{} pending{way}", plural(n, "revision")));
        }
    }
}

/// What the database has and these files do not.
fn show_unknown(ui: &mut Ui, context: &Context, state: &State) {
    let mut phantoms = state.phantoms.clone();
    if let Ok(Some(coming)) = to_come(context, &phantoms) {
        phantoms.retain(|id| !coming.revisions.contains(id));
        events::to_come(ui, &coming);
    }
    if !phantoms.is_empty() {
        ui.warn(format!(
            "the database has {} that these files do not: {}",
            plural(phantoms.len(), "revision"),
            names(&phantoms)
        ));
    }
    if !state.ledger.unplaced.is_empty() {
        ui.warn(UNPLACED);
    }
    if !state.ledger.gone.is_empty() {
        ui.warn(rolled_back(&state.ledger.gone));
    }
    if let Some(text) = overlapping(state) {
        ui.warn(text);
    }
}

fn show_json(
    ui: &mut Ui,
    context: &Context,
    project: &Project,
    state: &State,
    at_head: bool,
) -> Result<(), Error> {
    let environment = context.target()?.environment;
    ui.json(&json!({
        "schema": "teammig.current/1",
        "environment": environment,
        "heads": state.heads,
        "applied": state.applied.len(),
        "pending": state.pending,
        "phantoms": state.phantoms,
        "unplaced": state.ledger.unplaced,
        "unread": json::unread(&state.hidden),
        "edited": state.edited,
        "amended": state.amended,
        "skipped": state.skipped,
        "interrupted": state.interrupted.iter().map(|entry| json!({
            "revision": entry.revision,
            "direction": match entry.state {
                EntryState::Running { direction, .. } => direction.name(),
                EntryState::Applied => "up",
            },
            "statements_done": match entry.state {
                EntryState::Running { done, .. } => done,
                EntryState::Applied => 0,
            },
        })).collect::<Vec<_>>(),
        "at_head": at_head,
        "findings": json::findings(project),
    }));
    Ok(())
}
