//! `teammig stamp`

use serde_json::json;

use super::{
    Status,
    events::{Shower, names, plural},
    global::{AllowArgs, LockArgs},
    plan::{self, StartArgs, heads, split_range},
};
use crate::{
    model::{Direction, Project, RevId},
    ui::Ui,
    workflow::{
        self, Context, Database, Error, Source, script,
        stamp::{Request, Stamped},
    },
};

/// Set the ledger to a revision without running anything
///
/// For a database that has the schema already, or that was changed by hand. What
/// the target builds on is recorded as well; what lies above it is forgotten.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig stamp head                   the database has everything already
  teammig stamp 9209                   it has everything up to this revision
  teammig stamp base                   it has nothing
  teammig stamp --only 7f3a            record this one as well, and nothing else
  teammig stamp --purge head           forget all rows first, also those of other branches
  teammig stamp --dry-run head         what would change
  teammig stamp --sql 9209:head        the rows as a script, for a database that is at 9209")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "one per flag of the command line"
)]
pub(super) struct Args {
    /// head, heads, base, a revision … (several for several lines); START:TARGET with --sql
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

    #[command(flatten)]
    start: StartArgs,

    /// Do not ask before changing a protected environment
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    pub(super) lock: LockArgs,

    #[command(flatten)]
    pub(super) allow: AllowArgs,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let project = context.project()?;
    let (range_from, targets) = split_targets(&args.target)?;
    let from = args.start.starts(range_from, args.sql, args.dry_run)?;
    let request = Request {
        targets,
        purge: args.purge,
        only: args.only,
    };
    let explain = |error| workflow::revisions::explain_missing(context, error);
    if args.sql || !from.is_empty() {
        let (mut source, dialect) = plan::given(context, from)?;
        let stamped =
            workflow::stamp::propose(context, &project, &mut source, &request).map_err(explain)?;
        if args.sql {
            let sql = script::render_stamp(context, &project, &stamped, dialect)?;
            plan::show_sql(ui, dialect, &sql);
        } else {
            show(ui, &project, &stamped, true);
        }
        return Ok(Status::Fine);
    }
    let mut database = context.database()?;
    if args.dry_run {
        let mut source = Source::Database(&mut *database);
        let stamped =
            workflow::stamp::propose(context, &project, &mut source, &request).map_err(explain)?;
        show(ui, &project, &stamped, true);
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
    show(ui, &project, &stamped, false);
    Ok(Status::Fine)
}

/// The targets, and what their ranges `START:TARGET` start from: one place, as in Alembic.
fn split_targets(targets: &[String]) -> Result<(Option<String>, Vec<String>), Error> {
    let mut start: Option<String> = None;
    let mut ends = Vec::with_capacity(targets.len());
    for target in targets {
        let (from, to) = split_range(target)?;
        ends.push(to);
        if from.is_none() || from == start {
            continue;
        }
        if start.is_some() {
            return Err(Error::Usage(
                "Stamp operation with --sql only supports a single starting revision at a time; a database at several \
                 heads is `--from A --from B`"
                    .to_owned(),
            ));
        }
        start = from;
    }
    Ok((start, ends))
}

fn stamp(
    ui: &mut Ui,
    context: &Context,
    database: &mut dyn Database,
    project: &Project,
    request: &Request,
) -> Result<Stamped, Error> {
    let shower = Shower::new(ui, 0);
    workflow::stamp::stamp(context, database, project, request, &mut |event| {
        shower.show(ui, &event);
    })
}

fn show(ui: &mut Ui, project: &Project, stamped: &Stamped, dry: bool) {
    if ui.is_json() {
        ui.json(&json!({
            "schema": if dry { "teammig.plan/1" } else { "teammig.stamp/1" },
            "from": stamped.plan.from,
            "to": stamped.plan.to,
            "steps": stamped.plan.steps.iter().map(|step| json!({
                "direction": step.direction.name(),
                "revision": step.revision,
                "message": project.message(&step.revision),
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
            let message = project.message(&step.revision);
            let line = format!("{verb} {}  {message}", ui.id(step.revision.as_str()));
            ui.data(line.trim_end());
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
        let known = stamped.plan.to.iter();
        let known: Vec<&str> = known
            .filter(|id| !stamped.phantoms.contains(id))
            .map(RevId::as_str)
            .collect();
        let stays = if known.is_empty() {
            "base".to_owned()
        } else {
            known.join(" ")
        };
        ui.hint(format!("`teammig stamp --purge {stays}` forgets them too"));
    }
}
