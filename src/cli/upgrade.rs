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
/// Without a target all of them, which asks for a single head: where the line
/// of revisions diverged, it stops and says what to do. Each revision is applied
/// in one transaction together with its row in the ledger; what was applied
/// before a failure stays applied.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// head, heads, a revision, a unique prefix of one, +N, label@head … [default: all]
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
