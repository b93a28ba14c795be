//! `teammig downgrade`

use super::{
    Status,
    global::RunArgs,
    plan::{self, Call, PlanArgs, split_range},
};
use crate::{
    model::Direction,
    ui::Ui,
    workflow::{self, Context, Downgrade, Error},
};

/// Roll back applied revisions
///
/// Without a target the last one. A revision whose file is gone is rolled back
/// with the script that the ledger kept when it was applied.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig downgrade                    the last one
  teammig downgrade -3                 the last three
  teammig downgrade 9209               down to this revision, which stays applied
  teammig downgrade 7f3a-1             down to below this revision
  teammig downgrade billing@-1         the last one of the line with the label `billing`
  teammig downgrade base               everything
  teammig downgrade --dry-run base     what would be rolled back
  teammig downgrade --sql head:9209    the script, for psql or sqlite3")]
pub(super) struct Args {
    /// -N, base, a revision to go back to (it stays), label@-1 …; FROM:TO with --sql
    #[arg(default_value = "-1", allow_negative_numbers = true)]
    target: String,

    #[command(flatten)]
    plan: PlanArgs,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let (range_from, target) = split_range(&args.target)?;
    let request = Downgrade {
        target,
        resume: args.plan.resume(),
    };
    plan::run(
        ui,
        context,
        &Call {
            direction: Direction::Down,
            args: &args.plan,
            range_from,
            propose: &|context, project, source| {
                workflow::downgrade(context, project, source, &request)
            },
        },
    )
}
