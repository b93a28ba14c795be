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
        Context, Database, Done, Error, Proposal, Source,
        divergence::Divergence,
        sync::{self, Choice, Report},
    },
};

/// After a pull or a switch: say what came in, settle diverged heads, apply what is pending
///
/// Where two people added revisions to the same one, there are two heads: it says
/// whose they are and where they part, and asks how to go on. Without a terminal it
/// stops with exit code 3, unless --merge or --apply-both says what to do.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  git pull && teammig sync
  teammig sync --dry-run
  teammig sync --merge -m \"Merge phone and login index\"    for scripts")]
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
                ui.json(&document(&project, &report, &[], &[]));
            } else {
                let heads = report.divergence.iter().flat_map(Divergence::heads);
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
    let mut written = Vec::new();
    if choice == Some(Choice::Merge)
        && let Some(divergence) = &report.divergence
    {
        if args.dry_run {
            ui.status("would write a merge revision of these heads");
        } else {
            for merge in sync::write_merges(context, divergence, args.message.as_deref())? {
                let path = context.display_path(&merge.path);
                ui.status(format!("  wrote {path}"));
                written.push(path);
            }
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
        ui.json(&document(&project, &report, &done, &written));
    } else if !written.is_empty() {
        ui.hint(format!("commit it: `git add {}`", written.join(" ")));
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
    show_steps(ui, &proposal);
    Ok(execute(ui, context, project, database, &proposal, &propose)?.done)
}

/// More steps than this are counted, not listed.
const MOST_LISTED: usize = 10;

/// The plan, before anything of it is done.
fn show_steps(ui: &mut Ui, proposal: &Proposal) {
    let n = proposal.steps.len();
    ui.status(format!("Applying {}", plural(n, "revision")));
    for step in proposal.steps.iter().take(MOST_LISTED) {
        let id = ui.id_err(step.step.revision.as_str());
        ui.status(format!("    {id}  {}", step.message));
    }
    if n > MOST_LISTED {
        ui.status(format!("    … and {} more", n - MOST_LISTED));
    }
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

fn document(project: &Project, report: &Report, done: &[Done], merges: &[String]) -> Value {
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
        "diverged": report.divergence.is_some() && merges.is_empty(),
        "heads": match &report.divergence {
            Some(divergence) if merges.is_empty() => merge_heads::heads_json(divergence),
            _ => json::revisions(project, &project.graph.heads()),
        },
        "merges": merges,
        "phantoms": state.phantoms,
        "edited": state.edited,
        "pending": pending,
        "done": json::done(done),
    })
}
