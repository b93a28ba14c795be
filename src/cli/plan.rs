//! Upgrade and downgrade have the same shape: propose, show, run, tell.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::json;

use super::{
    Status,
    events::{Shower, plural, warn},
    json, report,
    sync::stale,
    unfinished,
};
use crate::{
    model::{Dialect, Direction, Project},
    ui::Ui,
    workflow::{
        self, Context, Database, Error, Outcome, Proposal, Resume, Source,
        beside::{self, OutOfTurn},
        script,
    },
};

/// Options that both commands have.
#[derive(Debug, clap::Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "one per flag of the command line"
)]
pub(super) struct PlanArgs {
    /// Print the SQL script instead of running it; needs no database
    #[arg(long)]
    pub(super) sql: bool,

    /// Print the plan instead of running it
    #[arg(long)]
    pub(super) dry_run: bool,

    #[command(flatten)]
    pub(super) start: StartArgs,

    /// Do not ask before rolling back in a protected environment (name it with --env)
    #[arg(long, short)]
    pub(super) yes: bool,

    /// After an interruption outside a transaction: run the statement again that may have run
    #[arg(long)]
    resume: bool,

    /// After an interruption outside a transaction: go on after the statement that may have run
    #[arg(long, conflicts_with = "resume")]
    resume_after: bool,
}

/// Where a plan starts that is made without a database.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct StartArgs {
    /// Plan from this revision instead of a database (repeatable; `base` = from nothing)
    #[arg(long, value_name = "REVISION")]
    from: Vec<String>,
}

impl StartArgs {
    /// The starts that were named, with the lower ends of ranges `a:b`. They
    /// replace the database, so nothing is run with them: a script (`sql`) or a
    /// plan (`dry_run`) has to be asked for.
    pub(super) fn starts(
        &self,
        ranges: impl IntoIterator<Item = String>,
        sql: bool,
        dry_run: bool,
    ) -> Result<Vec<String>, Error> {
        let mut starts = self.from.clone();
        starts.extend(ranges);
        if starts.is_empty() || sql || dry_run {
            return Ok(starts);
        }
        Err(Error::Usage(if self.from.is_empty() {
            "Range revision not allowed; a range a:b goes with --sql or --dry-run".to_owned()
        } else {
            "--from goes with --sql or --dry-run".to_owned()
        }))
    }
}

/// The revisions named as a start, instead of a database.
pub(super) fn given(
    context: &Context,
    starts: Vec<String>,
) -> Result<(Source<'static>, Dialect), Error> {
    let dialect = script::dialect(context)?.unwrap_or(Dialect::Sqlite);
    Ok((Source::Given(starts, dialect), dialect))
}

impl PlanArgs {
    /// Nothing but the plan.
    pub(super) fn dry_run(start: StartArgs) -> Self {
        Self {
            sql: false,
            dry_run: true,
            start,
            yes: false,
            resume: false,
            resume_after: false,
        }
    }

    /// What to do about a statement that may have run.
    pub(super) fn resume(&self) -> Resume {
        match (self.resume, self.resume_after) {
            (true, _) => Resume::Again,
            (false, true) => Resume::After,
            (false, false) => Resume::Ask,
        }
    }
}

/// How to get a proposal from a starting point.
pub(super) type Propose<'a> =
    &'a dyn Fn(&Context, &Project, &mut Source<'_>) -> Result<Proposal, Error>;

/// One call of `upgrade` or `downgrade`.
pub(super) struct Call<'a> {
    pub(super) direction: Direction,
    pub(super) args: &'a PlanArgs,
    /// The lower end of a range `a:b`.
    pub(super) range_from: Option<String>,
    pub(super) propose: Propose<'a>,
}

pub(super) fn run(ui: &mut Ui, context: &Context, call: &Call<'_>) -> Result<Status, Error> {
    let project = context.project()?;
    let PlanArgs { sql, dry_run, .. } = *call.args;
    let from = call
        .args
        .start
        .starts(call.range_from.clone(), sql, dry_run)?;
    let explain = |error| workflow::revisions::explain_missing(context, error);
    if sql || !from.is_empty() {
        if call.direction == Direction::Down && from.is_empty() {
            return Err(Error::Usage(
                "downgrade with --sql requires <fromrev>:<torev>, since no database is asked where it stands; for example head:base"
                    .to_owned(),
            ));
        }
        let (mut source, dialect) = given(context, from)?;
        let proposal = (call.propose)(context, &project, &mut source).map_err(explain)?;
        if sql {
            let sql = script::render(context, &proposal, dialect)?;
            show_sql(ui, dialect, &sql);
        } else {
            show_plan(ui, &project, &proposal);
        }
        return Ok(Status::Fine);
    }
    let mut database = context.database()?;
    if !dry_run {
        unfinished::pass(ui, context, &mut *database)?;
    }
    let proposal = (call.propose)(context, &project, &mut Source::Database(&mut *database))
        .map_err(explain)?;
    for finding in &project.findings {
        report::show_finding(ui, finding);
    }
    warn(ui, &proposal.warnings);
    if dry_run {
        show_plan(ui, &project, &proposal);
    } else {
        confirm_down(ui, context, call.args.yes, &proposal)?;
    }
    if call.direction == Direction::Up {
        keep_theirs(
            ui,
            context,
            &project,
            &mut *database,
            &proposal,
            OutOfTurn::Upgrade,
        )?;
    }
    if dry_run {
        return Ok(Status::Fine);
    }
    let outcome = execute(
        ui,
        context,
        &project,
        &mut *database,
        &proposal,
        call.propose,
    )?;
    tell(ui, call.direction, &proposal, &outcome);
    if ui.is_json() {
        ui.json(&json!({
            "schema": match call.direction {
                Direction::Up => "teammig.upgrade/1",
                Direction::Down => "teammig.downgrade/1",
            },
            "done": json::done(&outcome.done),
            "heads": outcome.heads,
        }));
    }
    Ok(Status::Fine)
}

/// A script: as it is, or in a document.
pub(super) fn show_sql(ui: &mut Ui, dialect: Dialect, sql: &str) {
    if ui.is_json() {
        let dialect = match dialect {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        };
        ui.json(&json!({ "schema": "teammig.sql/1", "dialect": dialect, "sql": sql }));
    } else {
        ui.data_raw(sql);
    }
}

/// Rolling back a protected environment takes a yes.
pub(super) fn confirm_down(
    ui: &mut Ui,
    context: &Context,
    yes: bool,
    proposal: &Proposal,
) -> Result<(), Error> {
    let target = context.target()?;
    let steps = &proposal.steps;
    let down = steps
        .iter()
        .filter(|step| step.step.direction == Direction::Down)
        .count();
    if down == 0
        || !target.protected
        // A yes counts for the database that it was given with, not for a default.
        || (yes && context.environment_was_named())
    {
        return Ok(());
    }
    if ui.can_prompt() {
        let question = format!(
            "Roll back {} in {}, which is protected?",
            plural(down, "revision"),
            target.environment
        );
        if matches!(ui.confirm(&question, false), Ok(true)) {
            return Ok(());
        }
        return Err(Error::Stopped);
    }
    Err(Error::Protected {
        environment: target.environment,
    })
}

/// What runs out of turn must not undo what the revisions did that it does not stand on.
pub(super) fn keep_theirs(
    ui: &mut Ui,
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    proposal: &Proposal,
    asked: OutOfTurn,
) -> Result<(), Error> {
    let looked = beside::of_plan(context, project, database, proposal)?;
    if !looked.stale.is_empty() {
        return Err(Error::StaleBeside(looked.stale, asked));
    }
    if let Some(error) = &looked.not_tried {
        stale::not_tried(
            ui,
            "what runs leaves alone here what the other side did",
            error,
        );
    }
    Ok(())
}

/// Runs a proposal with its events shown.
pub(super) fn execute(
    ui: &mut Ui,
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    proposal: &Proposal,
    propose: Propose<'_>,
) -> Result<Outcome, Error> {
    let shower = Shower::new(ui, proposal.steps.len());
    let outcome = workflow::run(
        context,
        database,
        proposal,
        &|database| propose(context, project, &mut Source::Database(database)),
        &mut |event| shower.show(ui, &event),
    );
    drop(shower);
    outcome
}

fn tell(ui: &mut Ui, direction: Direction, proposal: &Proposal, outcome: &Outcome) {
    if outcome.others > 0 {
        ui.status(format!(
            "{} had been done by somebody else meanwhile",
            plural(outcome.others, "step")
        ));
    }
    if !outcome.done.is_empty() {
        ui.detail(format!("now at {}", heads(&outcome.heads)));
        return;
    }
    let state = &proposal.state;
    match direction {
        Direction::Up if outcome.others == 0 => {
            ui.status(format!(
                "nothing to do: the database is at {}",
                heads(&state.heads)
            ));
        }
        Direction::Down if outcome.others == 0 => ui.status("nothing to roll back"),
        _ => {}
    }
}

pub(super) fn heads(heads: &[crate::model::RevId]) -> String {
    if heads.is_empty() {
        "base (nothing is applied)".to_owned()
    } else {
        super::events::names(heads)
    }
}

/// The steps, one a line.
pub(super) fn show_plan(ui: &mut Ui, project: &Project, proposal: &Proposal) {
    if ui.is_json() {
        let mut document = json::plan(&proposal.plan, &proposal.steps);
        document["phantoms"] = json!(proposal.state.phantoms);
        ui.json(&document);
        return;
    }
    if proposal.steps.is_empty() {
        if proposal.waiting().is_empty() {
            ui.status("nothing to do");
        }
        return;
    }
    let paths: BTreeMap<_, _> = proposal
        .steps
        .iter()
        .filter_map(|step| {
            let id = &step.step.revision;
            project
                .migration(id.as_str())
                .map(|m| (id.clone(), std::sync::Arc::clone(&m.file.path)))
        })
        .collect();
    for step in &proposal.steps {
        let mut line = format!(
            "{:<4} {}  {}",
            step.step.direction.name(),
            ui.id(step.step.revision.as_str()),
            step.message
        );
        if !step.script().transaction {
            line.push_str("  (outside a transaction)");
        }
        if let Some(why) = step.no_way_back {
            let _ = write!(line, "  (no way back: {why})");
        }
        if step.skip > 0 {
            line.push_str("  (goes on after an interruption)");
        }
        if ui.is_verbose()
            && let Some(path) = paths.get(&step.step.revision)
        {
            line.push_str("  ");
            line.push_str(path);
        }
        ui.data(line);
    }
}

/// `a:b` as its two ends; a name alone has no lower end. An end left out is the
/// end of the graph: base below, the heads above.
pub(super) fn split_range(target: &str) -> Result<(Option<String>, String), Error> {
    match target.split_once(':') {
        None => Ok((None, target.to_owned())),
        Some((_, rest)) if rest.contains(':') => Err(Error::Usage(format!(
            "`{target}` is not a range; write from:to"
        ))),
        Some((from, to)) => {
            let or =
                |end: &str, default: &str| if end.is_empty() { default } else { end }.to_owned();
            Ok((Some(or(from, "base")), or(to, "heads")))
        }
    }
}
