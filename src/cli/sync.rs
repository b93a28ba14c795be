//! `teammig sync`

pub(super) mod carry;
mod choose;
mod reworded;
mod show;
pub(super) mod stale;

use super::{
    Status,
    global::RunArgs,
    merge_heads,
    plan::{confirm_down, keep_theirs},
    rebase, unfinished,
};
use crate::{
    model::{Direction, Project, RevId, settle::Settle},
    ui::Ui,
    workflow::{
        Context, Database, Error, Proposal, Source,
        beside::OutOfTurn,
        drift::{Edited, Phantom},
        head_file, redo,
        stands::{self, Stands},
        sync::{self, Asks, Decisions, Report, Skipped},
    },
};
use carry::{Carried, Merge};
use choose::Chosen;
pub(super) use show::{moved, rewritten};

/// After a pull or a switch: say what came in, settle diverged heads, bring the database along
///
/// Rolls back what only the database has (with the scripts that the ledger kept), redoes what you edited before
/// anybody else had it, records what was changed on purpose, puts your revisions on top of those that came in or writes a merge revision, and applies
/// what is pending. Asks about each of these first; the plan is shown before anything of it happens.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  git pull && teammig sync
  teammig sync --dry-run
  teammig sync --rebase                 yours on top of theirs, without asking
  teammig sync --merge -m \"Merge phone and login index\"
  teammig sync --roll-back --redo       after a switch, or after an edit")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "one per flag of the command line"
)]
pub(super) struct Args {
    /// Where heads diverged, put yours on top of theirs without asking
    #[arg(long)]
    rebase: bool,

    /// Where heads diverged, write a merge revision without asking
    #[arg(long, conflicts_with = "rebase")]
    merge: bool,

    /// Where heads diverged, apply all of them and leave them as they are
    #[arg(long, conflicts_with_all = ["rebase", "merge"])]
    apply_both: bool,

    /// The message of a merge revision
    #[arg(long, short)]
    message: Option<String>,

    /// Roll back what only the database has
    #[arg(long)]
    roll_back: bool,

    /// Leave what only the database has
    #[arg(long, conflicts_with = "roll_back")]
    keep: bool,

    /// Redo what was edited since it was applied, where nobody else has it, and what ran here in another text than
    /// was published
    #[arg(long)]
    redo: bool,

    /// Record what was changed on purpose (`amended` in its header), without running it again
    #[arg(long)]
    record: bool,

    /// Run revisions that came to lie below applied ones now, after those
    #[arg(long)]
    out_of_order: bool,

    /// Take the first offer of every question
    #[arg(long, short)]
    yes: bool,

    /// Try nothing on scratch databases: yours run on top of theirs as they are, and a merge revision is written
    /// without a word about the order
    #[arg(long)]
    no_prove: bool,

    /// Show what would be done
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    if args.dry_run {
        unfinished::look(context)?;
    } else if let Some(status) = earlier(ui, context, args.yes)? {
        return Ok(status);
    }
    let going_on = head_file::halted(context)?;
    let project = context.writable_project()?;
    let mut database = context.database()?;
    let report = looked(ui, context, &project, &mut *database, args)?;
    let (mut decisions, keep) = match choose::decide(ui, context, &report, args)? {
        Chosen::Go { decisions, keep } => (decisions, keep),
        Chosen::Stop => return Ok(stopped(ui)),
        Chosen::Open => {
            show::open(ui, &project, &report);
            return Ok(Status::Attention);
        }
    };
    let restacking = report.restacking.as_ref();
    let mut source = Source::Database(&mut *database);
    let proposal = match sync::plan(context, &project, restacking, &mut source, decisions) {
        Err(Error::Skipped { revisions, stays }) => {
            let skipped = (revisions, stays);
            let (chosen, late) = run_late(
                ui,
                context,
                &project,
                &mut *database,
                &report,
                args,
                skipped,
            )?;
            decisions.skipped = chosen;
            let mut source = Source::Database(&mut *database);
            let mut proposal = sync::plan(context, &project, restacking, &mut source, decisions)?;
            proposal.stands.extend(late);
            proposal
        }
        other => other?,
    };
    if !args.no_prove && (decisions.redo || decisions.put_right) {
        redo::require_runs(context, &project, &mut *database, &proposal)?;
    }
    let mut carried = Carried {
        going_on,
        ..Carried::default()
    };
    let joined = report.divergence.as_ref();
    let joined = joined.filter(|_| decisions.settle == Some(Settle::Merge));
    if args.dry_run {
        if let Some(divergence) = joined {
            let merges = sync::merges(divergence, args.message.as_deref(), &report.tried)?;
            carried.merges = merges.into_iter().map(Merge::planned).collect();
        }
        let head_file_changes = head_file::needs_repair(context, &project)?;
        show::dry_run(
            ui,
            &project,
            &report,
            &carried,
            decisions,
            &proposal,
            head_file_changes,
        );
        return Ok(left(ui, &report, decisions, keep, &proposal));
    }
    if let (Some(restacking), true, true) = (
        restacking,
        decisions.settle == Some(Settle::Restack),
        args.rebase,
    ) {
        stale::confirm(ui, args.yes, restacking)?;
    }
    confirm_down(ui, context, args.yes, &proposal)?;
    let written = match joined {
        Some(divergence) => {
            let written =
                sync::write_merges(context, divergence, args.message.as_deref(), &report.tried)?;
            carried.joined(ui, context, &written);
            written
        }
        None => Vec::new(),
    };
    let done = carry_out(
        ui,
        context,
        project,
        &report,
        &mut database,
        decisions,
        proposal,
        &mut carried,
    );
    let proposal = done.map_err(|error| sync::after_merges(context, &written, error))?;
    Ok(left(ui, &report, decisions, keep, &proposal))
}

/// Looks at everything, and shows it.
fn looked(
    ui: &mut Ui,
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    args: &Args,
) -> Result<Report, Error> {
    let mut report = sync::look(context, project, database, asks(args))?;
    // The order was chosen, or not asked; another one is no news.
    let is_decided = (args.rebase && report.fails_on_top().is_none())
        || (args.apply_both && report.fails_beside().is_none());
    if is_decided {
        report.tried.clear();
    }
    show::report(ui, context, &report);
    if !args.dry_run && !ui.is_json() {
        sync::told(context, &report);
    }
    Ok(report)
}

/// What is done about revisions that came to lie below applied ones: they run late where both
/// orders are alike, else it is asked.
fn run_late(
    ui: &mut Ui,
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    report: &Report,
    args: &Args,
    (revisions, stays): (Vec<(RevId, String)>, bool),
) -> Result<(Skipped, Option<Stands>), Error> {
    if !args.no_prove && report.divergence.is_none() {
        let skipped = revisions.iter().map(|(id, _)| id.clone()).collect();
        let late = stands::late(context, project, database, &report.state, &skipped)?;
        if late.is_some() {
            return Ok((Skipped::OutOfOrder, late));
        }
    }
    match choose::skipped(ui, report, &revisions, stays, args)? {
        Some(chosen) => Ok((chosen, None)),
        None => Err(Error::Skipped { revisions, stays }),
    }
}

/// What is tried on scratch databases: what the flags leave open.
fn asks(args: &Args) -> Asks {
    Asks {
        restack: !args.no_prove && !args.merge && !args.apply_both,
        orders: !args.no_prove,
        beside: !args.no_prove && !args.rebase && !args.merge,
        amended: !args.no_prove,
    }
}

/// What is done about a restack that was interrupted; `None` = go on with the sync.
fn earlier(ui: &mut Ui, context: &Context, yes: bool) -> Result<Option<Status>, Error> {
    match unfinished::settle(ui, context)? {
        unfinished::Chosen::Go => Ok(None),
        unfinished::Chosen::PutBack(open) => {
            unfinished::put_back(ui, context, &open)?;
            Ok(Some(Status::Fine))
        }
        unfinished::Chosen::GoOn(open) => rebase::go_on(ui, context, &open, yes).map(|_| None),
        unfinished::Chosen::Stop => Ok(Some(stopped(ui))),
    }
}

fn stopped(ui: &mut Ui) -> Status {
    ui.status("stopped; nothing was done");
    Status::Attention
}

/// Carries out what was decided, once the merge revisions are written, and says what
/// was done. Gives what was run.
#[allow(
    clippy::too_many_arguments,
    reason = "what was decided, and by what it is done"
)]
fn carry_out(
    ui: &mut Ui,
    context: &Context,
    mut project: Project,
    report: &Report,
    database: &mut Box<dyn Database>,
    decisions: Decisions,
    mut proposal: Proposal,
    carried: &mut Carried,
) -> Result<Proposal, Error> {
    let restacking = report.restacking.as_ref();
    if !carried.merges.is_empty() {
        project = context.project()?;
        // What Alembic's rows stand for is told from the files, of which there are more by now.
        *database = context.database()?;
        // The merge revision is one more step, and the heads are one.
        let mut source = Source::Database(&mut **database);
        proposal = sync::plan(context, &project, restacking, &mut source, decisions)?;
    }
    if decisions.skipped == Skipped::OutOfOrder && !decisions.as_is {
        let database = &mut **database;
        keep_theirs(
            ui,
            context,
            &project,
            database,
            &proposal,
            OutOfTurn::OutOfOrder,
        )?;
    }
    carry::carry_out(
        ui,
        context,
        &project,
        restacking,
        &mut **database,
        &proposal,
        decisions,
        carried,
    )?;
    if project.head_file.is_some() {
        carried.repair(context)?;
        let restacked = decisions.settle == Some(Settle::Restack);
        if carried.going_on.is_some() && carried.head_file.is_none() {
            if restacked || project.graph.diverged().is_empty() {
                carried.head_file = head_file::place(context, &project);
            } else {
                let restack = if report.offers().contains(&Settle::Restack) {
                    " or `teammig sync --rebase`"
                } else {
                    ""
                };
                ui.hint(format!(
                    "the head file stays in conflict until the heads are one: `teammig sync --merge`{restack}"
                ));
            }
        }
    }
    if ui.is_json() {
        // The files are what they have become.
        let now = restacking
            .filter(|_| decisions.settle == Some(Settle::Restack))
            .map_or(&project, |restacking| &restacking.future);
        ui.json(&show::document(now, report, carried, None));
    } else {
        carry::tell(ui, context, carried);
    }
    Ok(proposal)
}

/// What was not settled, and that somebody has to look at it.
fn left(
    ui: &mut Ui,
    report: &Report,
    decisions: Decisions,
    keep: bool,
    proposal: &Proposal,
) -> Status {
    let mut status = Status::Fine;
    let goes = |id: &RevId| {
        let mut steps = proposal.plan.steps.iter();
        steps.any(|step| step.direction == Direction::Down && step.revision == *id)
    };
    let stays = |phantom: &&Phantom| !goes(&phantom.entry.revision) && !phantom.is_to_come();
    let stays: Vec<_> = report.phantoms.iter().filter(stays).collect();
    if !stays.is_empty() && !keep {
        if stays.iter().any(|phantom| phantom.has_way_back()) && !decisions.roll_back {
            ui.hint("`teammig sync --roll-back` takes back what only the database has; `--keep` leaves it without a word");
        } else if stays.iter().any(|phantom| phantom.returns.is_none()) {
            ui.hint("write a new revision that undoes what has no way back, or leave it: `teammig sync --keep`");
        }
        status = Status::Attention;
    }
    let stays = |edited: &&Edited| !edited.only_down && !goes(&edited.revision);
    let edited: Vec<&Edited> = report.edited.iter().filter(stays).collect();
    if !edited.is_empty() {
        show::ways_out(ui, &edited);
        status = Status::Attention;
    }
    if !report.amended.is_empty() && !decisions.record {
        ui.hint(reworded::hint(&report.reworded));
        status = Status::Attention;
    }
    status
}

/// Shows the heads of a report, in words that other commands use too.
fn heads(ui: &mut Ui, context: &Context, report: &Report) {
    if let Some(divergence) = &report.divergence {
        merge_heads::show(ui, context, divergence);
    }
}
