//! `teammig sync`

use serde_json::{Value, json};

use super::{
    Status,
    events::{names, plural, warn},
    global::RunArgs,
    json, merge_heads,
    plan::{execute, show_plan},
};
use crate::{
    model::{Project, RevId},
    ui::{Ui, age},
    workflow::{
        Context, Database, Done, Error, Source,
        sync::{self, Choice, Report},
    },
};

/// After a pull or a switch: say what came in, settle diverged heads, apply what is pending
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where heads diverged, write a merge revision without asking
    #[arg(long)]
    merge: bool,

    /// Where heads diverged, apply all of them and leave them as they are
    #[arg(long, conflicts_with = "merge")]
    apply_both: bool,

    /// The message of a merge revision
    #[arg(long, short)]
    message: Option<String>,

    /// Show what would be done
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    sync::refuse_in_progress(context)?;
    let mut project = context.writable_project()?;
    let mut database = context.database()?;
    let report = sync::look(context, &project, &mut *database)?;
    show(ui, context, &report);
    let choice = match choose(ui, &report, args)? {
        Chosen::Go(choice) => choice,
        Chosen::Stop => {
            ui.status("stopped; nothing was done");
            return Ok(Status::Attention);
        }
        Chosen::Open => {
            if ui.is_json() {
                ui.json(&document(&project, &report, &[], None));
            } else {
                let heads = report.divergence.iter().flat_map(|d| &d.heads);
                let heads: Vec<RevId> = heads.map(|head| head.revision.clone()).collect();
                ui.error(format!(
                    "Multiple head revisions are present: {}",
                    names(&heads)
                ));
                ui.hint("`teammig sync --merge` writes a merge revision; `--apply-both` leaves them as they are");
            }
            return Ok(Status::Attention);
        }
    };
    let mut written = None;
    if choice == Some(Choice::Merge)
        && let Some(divergence) = &report.divergence
    {
        if args.dry_run {
            ui.status("would write a merge revision of these heads");
        } else {
            let merge = sync::write_merge(context, divergence, args.message.clone())?;
            ui.status(format!("  wrote {}", context.display_path(&merge.path)));
            written = Some(context.display_path(&merge.path));
            project = context.project()?;
        }
    }
    let done = apply(
        ui,
        context,
        &project,
        &mut *database,
        choice.is_some(),
        args,
    )?;
    if ui.is_json() {
        ui.json(&document(&project, &report, &done, written.as_deref()));
    } else if let Some(path) = written {
        ui.hint(format!("commit it: `git add {path}`"));
    }
    Ok(Status::Fine)
}

fn apply(
    ui: &mut Ui,
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    all_heads: bool,
    args: &Args,
) -> Result<Vec<Done>, Error> {
    let propose = |context: &Context, project: &Project, source: &mut Source<'_>| {
        sync::upgrade(context, project, source, all_heads)
    };
    let proposal = propose(context, project, &mut Source::Database(database))?;
    warn(ui, &proposal.warnings);
    if proposal.steps.is_empty() {
        ui.status("the database is up to date");
        return Ok(Vec::new());
    }
    if args.dry_run {
        if !ui.is_json() {
            show_plan(ui, project, &proposal);
        }
        return Ok(Vec::new());
    }
    ui.status(format!(
        "Applying {}",
        plural(proposal.steps.len(), "revision")
    ));
    Ok(execute(ui, context, project, database, &proposal, &propose)?.done)
}

enum Chosen {
    /// Go on; with what for the heads, where they diverged.
    Go(Option<Choice>),
    /// The user said stop.
    Stop,
    /// Nobody is there to say.
    Open,
}

fn choose(ui: &mut Ui, report: &Report, args: &Args) -> Result<Chosen, Error> {
    if report.divergence.is_none() {
        return Ok(Chosen::Go(None));
    }
    if args.merge {
        return Ok(Chosen::Go(Some(Choice::Merge)));
    }
    if args.apply_both {
        return Ok(Chosen::Go(Some(Choice::ApplyBoth)));
    }
    if !ui.can_prompt() {
        return Ok(Chosen::Open);
    }
    let items = [
        "Create a merge revision    joins the heads; the usual way once both are pushed",
        "Apply both, decide later   this database gets both, the heads stay two",
        "Stop",
    ];
    Ok(match merge_heads::ask(ui, &items)? {
        Some(0) => Chosen::Go(Some(Choice::Merge)),
        Some(1) => Chosen::Go(Some(Choice::ApplyBoth)),
        _ => Chosen::Stop,
    })
}

fn show(ui: &mut Ui, context: &Context, report: &Report) {
    if ui.is_json() {
        return;
    }
    if let Some(how) = report.how
        && !report.came_in.is_empty()
    {
        let from = report
            .upstream
            .as_ref()
            .filter(|_| how.is_pull())
            .map_or(String::new(), |upstream| format!(" ({upstream})"));
        ui.status(format!(
            "Came in with the {}: {}{from}",
            how.name(),
            plural(report.came_in.len(), "revision")
        ));
        for one in &report.came_in {
            let by = one.commit.as_ref().map_or(String::new(), |commit| {
                format!(
                    "   {}, {}",
                    commit.author,
                    age::ago(commit.time, context.now)
                )
            });
            ui.status(format!(
                "  {}  {}{}",
                ui.id_err(one.revision.as_str()),
                one.message,
                ui.dim_err(&by)
            ));
        }
    }
    if let Some(divergence) = &report.divergence {
        merge_heads::show(ui, context, divergence);
    }
}

fn document(project: &Project, report: &Report, done: &[Done], merge: Option<&str>) -> Value {
    let state = &report.state;
    let applied: Vec<&RevId> = done.iter().map(|step| &step.revision).collect();
    let pending: Vec<&RevId> = state
        .pending
        .iter()
        .filter(|id| !applied.contains(id))
        .collect();
    json!({
        "schema": "teammig.sync/1",
        "moved_by": report.how.map(sync::how_name),
        "upstream": report.upstream,
        "came_in": report.came_in.iter().map(|one| &one.revision).collect::<Vec<_>>(),
        "diverged": report.divergence.is_some() && merge.is_none(),
        "heads": match (&report.divergence, merge) {
            (Some(divergence), None) => merge_heads::heads_json(divergence),
            _ => json::revisions(project, &project.graph.heads()),
        },
        "merge": merge,
        "phantoms": state.phantoms,
        "edited": state.edited,
        "pending": pending,
        "done": json::done(done),
    })
}
