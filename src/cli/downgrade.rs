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
pub(super) struct Args {
    /// -N, base, a revision to go back to, label@-1 …
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
