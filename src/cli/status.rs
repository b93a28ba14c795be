//! `teammig status`, and plain `teammig`

use std::{fmt::Write as _, sync::Arc};

use serde_json::{Value, json};

use super::{
    Status as Exit,
    events::{names, plural},
    hooks::words::summary,
    json,
    merge_heads::{origin, sides, whose, whose_name},
    plan::heads as heads_or_base,
    report,
};
use crate::{
    model::{
        EntryState, Operation, RevId,
        interrupted::{Files, Rows, Standing},
    },
    ui::{Ui, age},
    workflow::{
        Context, Error, State,
        divergence::Whose,
        status::{self, Database, Elsewhere, Git, HeadState, Status},
        unfinished::Unfinished,
    },
};

/// Show where everything stands: Git, heads, database, hooks, and what to do next
///
/// Reads only. Goes on where the database does not answer, and says so.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(ui: &mut Ui, context: &Context, _: &Args) -> Result<Exit, Error> {
    let status = status::status(context)?;
    if ui.is_json() {
        ui.json(&document(ui, &status));
        return Ok(Exit::Fine);
    }
    for finding in &status.project.findings {
        report::show_finding(ui, finding);
    }
    if let Some(git) = &status.git {
        branch(ui, git);
    }
    heads(ui, context, &status);
    match &status.database {
        None => row(ui, "Database", "none is configured"),
        Some(Ok(database)) => show_database(ui, database),
        Some(Err(error)) => row(
            ui,
            "Database",
            &format!("not to be read: {}", report::message(error)),
        ),
    }
    for (n, one) in status.elsewhere.iter().enumerate() {
        elsewhere(ui, context, one, n == 0);
    }
    if let Err(error) = &status.unfinished {
        row(ui, "Restack", &report::message(error));
    }
    if let Some(found) = open(&status) {
        let text = Error::Unfinished(Box::new(found.clone())).to_string();
        row(ui, "Restack", &text);
        for line in report::unfinished_notes(found) {
            row(ui, "", &line);
        }
    }
    if let Some(git) = &status.git {
        hooks(ui, git);
    }
    let next = match &next_command(ui, &status) {
        Some(command) => format!("{}   {}", ui.good(command), ui.dim(&status.advice.reason)),
        None => status.advice.reason.clone(),
    };
    row(ui, "Next", &next);
    Ok(Exit::Fine)
}

/// A line with its subject in the first column; further ones have none.
fn row(ui: &mut Ui, subject: &str, text: &str) {
    ui.data(format!("{subject:<10} {text}").trim_end());
}

fn branch(ui: &mut Ui, git: &Git) {
    let mut text = match (&git.head, git.head.commit()) {
        (head, Some(_)) if head.branch().is_some() => head.branch().unwrap_or_default().to_owned(),
        (_, Some(commit)) => format!("none; at commit {}", &commit.to_string()[..10]),
        (head, None) => format!(
            "{}, without a commit yet",
            head.branch().unwrap_or_default()
        ),
    };
    match &git.upstream {
        Some(upstream) if upstream.of_empty_remote => {
            let _ = write!(text, " → {}, where nothing was pushed yet", upstream.name);
        }
        Some(upstream) if upstream.commit.is_none() => {
            let _ = write!(text, " → {}, which is gone", upstream.name);
        }
        Some(upstream) if git.upstream_new.is_empty() => {
            let _ = write!(text, " → {}", upstream.name);
        }
        Some(upstream) => {
            let _ = write!(
                text,
                " → {}, which has {} more",
                upstream.name,
                plural(git.upstream_new.len(), "revision")
            );
        }
        None => {}
    }
    if let Some(operation) = git.operation {
        let _ = write!(text, "; {operation} is in progress");
    }
    row(ui, "Branch", &text);
}

fn heads(ui: &mut Ui, context: &Context, status: &Status) {
    let graph = &status.project.graph;
    if status.heads.is_empty() {
        row(ui, "Head", "none: there is no revision yet");
        return;
    }
    let subject = match &status.divergence {
        Some(divergence) => {
            for line in &divergence.lines {
                let at = match line.parts_at.as_slice() {
                    [] => "without a common ancestor".to_owned(),
                    parts => format!("they part at {}", names(parts)),
                };
                row(ui, "Heads", &format!("{}, {at}", line.heads.len()));
            }
            ""
        }
        None if status.heads.len() == 1 => "Head",
        None => "Heads",
    };
    let apart = status.divergence.is_some() && sides(status.heads.iter().map(|head| &head.whose));
    for (n, head) in status.heads.iter().enumerate() {
        let labels = graph.labels(head.revision.as_str()).join(", ");
        let label = if labels.is_empty() || status.heads.len() == 1 {
            String::new()
        } else {
            format!(" ({labels})")
        };
        let whose = if apart { whose(&head.whose) } else { "" };
        let text = format!(
            "{whose}{}{label}  {}   {}",
            ui.id(head.revision.as_str()),
            status.project.message(&head.revision),
            ui.dim(&origin(&head.whose, head.commit.as_ref(), context))
        );
        row(ui, if n == 0 { subject } else { "" }, &text);
    }
    // Where no head says so: those of an import, or of a restack.
    let is_said = |head: &HeadState| matches!(head.whose, Whose::Uncommitted);
    let at_rest = status.git.as_ref().filter(|git| git.operation.is_none());
    let uncommitted = at_rest.map_or(0, |git| git.uncommitted);
    if uncommitted > 0 && !status.heads.iter().any(is_said) {
        let text = format!(
            "{} not committed as they are here",
            plural(uncommitted, "revision")
        );
        row(ui, "Files", &text);
    }
}

fn show_database(ui: &mut Ui, database: &Database) {
    let state = &database.state;
    let protected = if database.protected {
        ", protected"
    } else {
        ""
    };
    let mut text = format!(
        "{}{protected}: {} applied, at {}",
        database.environment,
        state.applied.len(),
        heads_or_base(&state.heads)
    );
    if state.pending.is_empty() && state.ledger.unplaced.is_empty() {
        text.push_str(", nothing pending");
    }
    row(ui, "Database", &text);
    let to_come = database.to_come.as_ref();
    let to_come = to_come.map_or(&[][..], |to_come| &to_come.revisions);
    let mut phantoms = state.phantoms.clone();
    phantoms.retain(|id| !to_come.contains(id));
    let lists: [(&str, &[RevId]); 6] = [
        ("pending", &state.pending),
        ("only there", &phantoms),
        ("only there so far; later commits bring them", to_come),
        ("edited since applied", &state.edited),
        ("amended since applied", &state.amended),
        ("never ran, though later ones did", &state.skipped),
    ];
    for (what, ids) in lists {
        if !ids.is_empty() {
            row(ui, "", &format!("{} {what}: {}", ids.len(), few(ids)));
        }
    }
    if !state.hidden.is_empty() {
        row(ui, "", &unread(&state.hidden));
    }
    if !state.ledger.unplaced.is_empty() {
        row(ui, "", UNPLACED);
    }
    if !state.ledger.gone.is_empty() {
        row(ui, "", &rolled_back(&state.ledger.gone));
    }
    if let Some(text) = overlapping(state) {
        row(ui, "", &text);
    }
    for entry in &state.interrupted {
        if let EntryState::Running {
            direction, done, ..
        } = entry.state
        {
            row(
                ui,
                "",
                &format!(
                    "{} was interrupted on its way {} after {}",
                    entry.revision,
                    direction.name(),
                    plural(done as usize, "statement")
                ),
            );
        }
    }
}

/// Nobody has the file that says what it builds on.
pub(super) const UNPLACED: &str =
    "what is applied below is not known, since no commit here has their files";

/// Files got other parents since, or Alembic left the rows there.
pub(super) fn overlapping(state: &State) -> Option<String> {
    let superfluous = &state.ledger.superfluous;
    (!superfluous.is_empty()).then(|| {
        let rows: Vec<&str> = state.heads.iter().map(RevId::as_str).collect();
        format!(
            "Alembic's table has {} still, on which another of its rows builds, so that Alembic refuses to go on: \
             `teammig stamp --purge {}` writes it anew, and the same stays applied",
            few(superfluous),
            rows.join(" ")
        )
    })
}

/// Somebody called Alembic itself.
pub(super) fn rolled_back(gone: &[RevId]) -> String {
    format!(
        "teammig applied {}, and another program rolled that back since",
        few(gone)
    )
}

/// Revisions that may be in files that cannot be read, which are named.
fn unread(hidden: &[(RevId, Arc<str>)]) -> String {
    let ids: Vec<RevId> = hidden.iter().map(|(id, _)| id.clone()).collect();
    let mut files: Vec<&str> = hidden.iter().map(|(_, path)| &**path).collect();
    files.sort_unstable();
    files.dedup();
    format!(
        "{} could not be read here: {} (in {})",
        ids.len(),
        few(&ids),
        files.join(", ")
    )
}

/// The first few of them; on a screen, a hundred ids say no more than five.
fn few(ids: &[RevId]) -> String {
    const MOST: usize = 5;
    match ids.len() {
        n if n > MOST => format!("{}, … and {} more", names(&ids[..MOST]), n - MOST),
        _ => names(ids),
    }
}

fn elsewhere(ui: &mut Ui, context: &Context, one: &Elsewhere, first: bool) {
    let mut text = format!("{}: at {}", one.environment, heads_or_base(&one.heads));
    if !one.pending.is_empty() {
        let _ = write!(text, ", {} pending", one.pending.len());
    }
    if !one.phantoms.is_empty() {
        let _ = write!(text, ", {} only there", one.phantoms.len());
    }
    if !one.hidden.is_empty() {
        let _ = write!(text, ", {}", unread(&one.hidden));
    }
    let seen = ui.dim(&format!("as seen {}", age::ago(one.seen_at, context.now)));
    row(
        ui,
        if first { "Elsewhere" } else { "" },
        &format!("{text}   {seen}"),
    );
}

fn hooks(ui: &mut Ui, git: &Git) {
    if git.hooks.is_empty() {
        return;
    }
    for (n, text) in summary(&git.hooks).iter().enumerate() {
        row(ui, if n == 0 { "Hooks" } else { "" }, text);
    }
}

/// What is advised, about the database of this run.
fn next_command(ui: &Ui, status: &Status) -> Option<String> {
    let command = status.advice.command.as_ref()?;
    let command = ui.for_this_run(&format!("`{command}`"));
    Some(command.trim_matches('`').to_owned())
}

fn document(ui: &Ui, status: &Status) -> Value {
    let graph = &status.project.graph;
    json!({
        "schema": "teammig.status/1",
        "branch": status.git.as_ref().and_then(|git| git.head.branch()),
        "commit": status.git.as_ref().and_then(|git| git.head.commit()).map(|id| id.to_string()),
        "upstream": status.git.as_ref().and_then(|git| git.upstream.as_ref()).map(|upstream| &upstream.name),
        "upstream_new": status.git.as_ref().map_or(&[][..], |git| &git.upstream_new),
        "operation": status.git.as_ref().and_then(|git| git.operation).map(Operation::name),
        "revisions": graph.len(),
        "diverged": status.divergence.is_some(),
        "heads": status.heads.iter().map(|head| head_json(status, head)).collect::<Vec<_>>(),
        "database": match &status.database {
            Some(Ok(database)) => json!({
                "reachable": true,
                "configured": true,
                "environment": database.environment,
                "protected": database.protected,
                "location": database.location,
                "heads": database.state.heads,
                "applied": database.state.applied.len(),
                "pending": database.state.pending,
                "phantoms": database.state.phantoms,
                "unplaced": database.state.ledger.unplaced,
                "unread": json::unread(&database.state.hidden),
                "to_come": database.to_come.as_ref().map_or(&[][..], |to_come| &to_come.revisions),
                "edited": database.state.edited,
                "amended": database.state.amended,
                "skipped": database.state.skipped,
                "interrupted": database.state.interrupted.iter().map(|entry| &entry.revision).collect::<Vec<_>>(),
            }),
            Some(Err(error)) => json!({
                "reachable": false,
                "configured": true,
                "error": report::message(error),
            }),
            None => json!({
                "reachable": false,
                "configured": false,
                "error": "no database is configured",
            }),
        },
        "elsewhere": status.elsewhere.iter().map(|one| json!({
            "environment": one.environment,
            "protected": one.protected,
            "seen_at": one.seen_at.to_string(),
            "heads": one.heads,
            "pending": one.pending,
            "phantoms": one.phantoms,
            "unread": json::unread(&one.hidden),
        })).collect::<Vec<_>>(),
        "hooks": status.git.as_ref().map_or(&[][..], |git| &git.hooks).iter().map(|hook| json!({
            "event": hook.event.name(),
            "works": crate::workflow::hooks::works(hook),
        })).collect::<Vec<_>>(),
        "restack": match &status.unfinished {
            Ok(_) => json!(open(status).map(restack_json)),
            Err(error) => json!({ "error": report::message(error) }),
        },
        "next": { "command": next_command(ui, status), "reason": status.advice.reason },
        "findings": json::findings(&status.project),
    })
}

/// The restack that somebody has to say something about.
fn open(status: &Status) -> Option<&Unfinished> {
    let found = status.unfinished.as_ref().ok()?.as_ref();
    found.filter(|found| found.is_open() || found.standing == Standing::Left)
}

/// A restack that never came to its end.
fn restack_json(found: &Unfinished) -> Value {
    json!({
        "running": found.running,
        "command": found.command,
        "started": found.started.to_string(),
        "moved": found.moved,
        "onto": found.moves.iter().map(|one| &one.onto).collect::<Vec<_>>(),
        "environment": found.environment,
        "files": match found.files {
            Files::Before => "before",
            Files::After => "after",
            Files::Mixed => "mixed",
            Files::Changed { .. } => "changed",
        },
        "steps": match found.rows {
            Rows::At { done, of, .. } => json!({ "done": done, "of": of }),
            _ => Value::Null,
        },
        "can_abort": matches!(found.standing, Standing::Open { put_back: true, .. }),
        "can_continue": matches!(found.standing, Standing::Open { go_on: true, .. }),
    })
}

fn head_json(status: &Status, head: &HeadState) -> Value {
    let mut document = json::revision(&status.project, &head.revision);
    document["whose"] = json!(whose_name(&head.whose));
    document["author"] = json!(head.commit.as_ref().map(|commit| &commit.author));
    document["commit"] = json!(head.commit.as_ref().map(|commit| commit.id.to_string()));
    document
}
