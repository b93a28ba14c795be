//! `teammig upgrade`

use super::{
    Status,
    global::RunArgs,
    plan::{self, Call, PlanArgs, split_range},
};
use crate::{
    model::Direction,
    ui::Ui,
    workflow::{self, Context, Error, Upgrade},
};

/// Apply pending revisions
///
/// Without a target all of them; where the line of revisions diverged into
/// several heads, it stops and says what to do. Each revision is applied in one
/// transaction together with its row in the ledger (the table of what was
/// applied); what was applied before a failure stays applied.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig upgrade                    everything that is pending
  teammig upgrade +1                 the next one
  teammig upgrade 7f3a               up to this revision, with what it builds on
  teammig upgrade billing@head       the line with the label `billing`
  teammig upgrade --dry-run          what would run
  teammig upgrade --sql 9209:head    the script from one revision to another, for psql
                                     or sqlite3; without a start, from nothing
  teammig upgrade --env staging      on another environment of teammig.yaml")]
pub(super) struct Args {
    /// head, heads, a revision, a unique prefix of one, +N, label@head … [default: all]; FROM:TO with --sql
    #[arg(allow_negative_numbers = true)]
    target: Option<String>,

    /// Also run pending revisions that lie below applied ones
    #[arg(long)]
    out_of_order: bool,

    #[command(flatten)]
    plan: PlanArgs,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let (range_from, target) = match args.target.as_deref().map(split_range).transpose()? {
        None => (None, None),
        Some((from, to)) => (from, Some(to)),
    };
    let request = Upgrade {
        target: target.filter(|target| !target.is_empty()),
        all_heads: false,
        out_of_order: args.out_of_order,
        resume: args.plan.resume(),
        ..Upgrade::default()
    };
    plan::run(
        ui,
        context,
        &Call {
            direction: Direction::Up,
            args: &args.plan,
            range_from,
            propose: &|context, project, source| {
                workflow::upgrade(context, project, source, &request)
            },
        },
    )
}

/// Show what an upgrade would run: the same as `upgrade --dry-run`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig plan                                 what is pending here
  teammig plan --at v1.4.2 --env production    what that release would run there")]
pub(super) struct PlanOnly {
    /// head, heads, a revision, a unique prefix of one, +N, label@head … [default: all]
    #[arg(allow_negative_numbers = true)]
    target: Option<String>,

    /// Also run pending revisions that lie below applied ones
    #[arg(long)]
    out_of_order: bool,

    #[command(flatten)]
    start: plan::StartArgs,
}

pub(super) fn plan_only(ui: &mut Ui, context: &Context, args: &PlanOnly) -> Result<Status, Error> {
    run(
        ui,
        context,
        &Args {
            target: args.target.clone(),
            out_of_order: args.out_of_order,
            plan: PlanArgs::dry_run(args.start.clone()),
            run: RunArgs::default(),
        },
    )
}
