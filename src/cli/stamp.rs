//! `teammig stamp`

use serde_json::json;

use super::{
    Status,
    events::{Shower, names, plural},
    global::LockArgs,
    plan::{self, heads},
};
use crate::{
    model::{Dialect, Direction, Ledger},
    ui::Ui,
    workflow::{
        self, Context, Database, Error, script,
        stamp::{Request, Stamped},
    },
};

/// Set the ledger to a revision without running anything
///
/// For a database that has the schema already, or that was changed by hand.
#[derive(Debug, clap::Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "one per flag of the command line"
)]
pub(super) struct Args {
    /// head, heads, base, a revision … (several for several lines)
    #[arg(required = true, allow_negative_numbers = true)]
    target: Vec<String>,

    /// Forget all rows first, also those that these files do not know
    #[arg(long, conflicts_with = "sql")]
    purge: bool,

    /// Record just these revisions as applied, and leave every other row as it is
    #[arg(long, conflicts_with_all = ["purge", "sql"])]
    only: bool,

    /// Print the SQL instead of running it; needs no database
    #[arg(long)]
    sql: bool,

    /// Print what would change
    #[arg(long)]
    dry_run: bool,

    /// Do not ask
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    pub(super) lock: LockArgs,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let project = context.project()?;
    let request = Request {
        targets: args.target.clone(),
        purge: args.purge,
        only: args.only,
    };
    let explain = |error| workflow::revisions::explain_missing(context, error);
    if args.sql {
        let stamped =
            workflow::stamp::propose(&project, Ledger::default(), &request).map_err(explain)?;
        let dialect = script::dialect(context)?.unwrap_or(Dialect::Sqlite);
        let sql = script::render_stamp(context, &project, &stamped, dialect)?;
        plan::show_sql(ui, dialect, &sql);
        return Ok(Status::Fine);
    }
    let mut database = context.database()?;
    if args.dry_run {
        let ledger = context.ledger(&mut *database)?;
        let stamped = workflow::stamp::propose(&project, ledger, &request).map_err(explain)?;
        show(ui, &stamped, true);
        return Ok(Status::Fine);
    }
    let target = context.target()?;
    if target.protected && !args.yes {
        let question = format!(
            "Change the ledger of {}, which is protected?",
            target.environment
        );
        let agreed = ui.can_prompt() && matches!(ui.confirm(&question, false), Ok(true));
        if !agreed {
            return Err(Error::Protected {
                environment: target.environment,
            });
        }
    }
    let stamped = stamp(ui, context, &mut *database, &project, &request).map_err(explain)?;
    show(ui, &stamped, false);
    Ok(Status::Fine)
}

fn stamp(
    ui: &mut Ui,
    context: &Context,
    database: &mut dyn Database,
    project: &crate::model::Project,
    request: &Request,
) -> Result<Stamped, Error> {
    let shower = Shower::new(ui, 0);
    workflow::stamp::stamp(context, database, project, request, &mut |event| {
        shower.show(ui, &event);
    })
}

fn show(ui: &mut Ui, stamped: &Stamped, dry: bool) {
    if ui.is_json() {
        ui.json(&json!({
            "schema": if dry { "teammig.plan/1" } else { "teammig.stamp/1" },
            "from": stamped.plan.from,
            "to": stamped.plan.to,
            "steps": stamped.plan.steps.iter().map(|step| json!({
                "direction": step.direction.name(),
                "revision": step.revision,
            })).collect::<Vec<_>>(),
        }));
        return;
    }
    if dry {
        for step in &stamped.plan.steps {
            let verb = match step.direction {
                Direction::Up => "record",
                Direction::Down => "forget",
            };
            ui.data(format!("{verb} {}", ui.id(step.revision.as_str())));
        }
    }
    let verb = if dry { "would be" } else { "is" };
    ui.status(format!(
        "the ledger {verb} at {} ({} changed, nothing was run)",
        heads(&stamped.plan.to),
        plural(stamped.plan.steps.len(), "row")
    ));
    if !stamped.phantoms.is_empty() {
        ui.warn(format!(
            "rows that these files do not know stay: {}",
            names(&stamped.phantoms)
        ));
        ui.hint("`--purge` forgets them too");
    }
}
