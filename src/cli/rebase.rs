//! `teammig rebase`

use serde_json::json;

use super::{
    Status,
    global::RunArgs,
    plan::{confirm_down, show_plan},
    sync::{
        carry::{self, Carried},
        rewritten,
    },
};
use crate::{
    model::settle::Settle,
    ui::Ui,
    workflow::{
        Context, Error, Source, head_file,
        rebase::{self, Request},
        restack::Restacking,
        sync::{self, Decisions, Skipped},
    },
};

/// Put revisions that nobody else has on top of another head
///
/// Rewrites their `parents` and nothing else in their files, as `git rebase` does with commits, and brings the
/// database along: yours are rolled back, theirs applied, yours applied again. When a step fails, files and database
/// are as before. Refused where a revision is published or applied in a protected environment.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The heads to move [default: those that are not published]
    revisions: Vec<String>,

    /// The head to put them on [default: the one that is published]
    #[arg(long, value_name = "REVISION")]
    onto: Option<String>,

    /// Rewrite the files and leave the database alone; `teammig sync` brings it along later
    #[arg(long)]
    no_database: bool,

    /// Show what would be done
    #[arg(long)]
    dry_run: bool,

    /// Do not ask before a protected environment is rolled back
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let project = context.writable_project()?;
    let request = Request {
        revisions: args.revisions.clone(),
        onto: args.onto.clone(),
    };
    let restacking = rebase::propose(context, &project, &request)?;
    let mut carried = Carried {
        going_on: head_file::halted(context).ok().flatten(),
        ..Carried::default()
    };
    let Some(restacking) = restacking else {
        ui.status("nothing to restack: the heads did not diverge");
        if !args.dry_run {
            carried.repair(context)?;
        }
        if ui.is_json() {
            ui.json(&document(None, &carried));
        } else {
            carry::tell(ui, &carried);
        }
        return Ok(Status::Fine);
    };
    if args.no_database {
        carry::show_rewrites(ui, Some(&restacking));
        if !args.dry_run {
            rebase::files_only(context, &restacking)?;
            carried.restacked(&restacking.files);
        }
        finish(ui, &restacking, &carried);
        return Ok(Status::Fine);
    }
    let decisions = Decisions {
        settle: Some(Settle::Restack),
        skipped: Skipped::Ask,
        ..Decisions::default()
    };
    let mut database = context.database()?;
    let mut source = Source::Database(&mut *database);
    let proposal = sync::plan(context, &project, Some(&restacking), &mut source, decisions)?;
    if args.dry_run {
        if ui.is_json() {
            let mut document = document(Some(&restacking), &Carried::default());
            document["plan"] = super::json::plan(&proposal.plan, &proposal.steps);
            ui.json(&document);
        } else {
            carry::show_rewrites(ui, Some(&restacking));
            show_plan(ui, &project, &proposal);
        }
        return Ok(Status::Fine);
    }
    confirm_down(ui, context, args.yes, &proposal)?;
    carry::carry_out(
        ui,
        context,
        &project,
        Some(&restacking),
        &mut *database,
        &proposal,
        decisions,
        &mut carried,
    )?;
    finish(ui, &restacking, &carried);
    Ok(Status::Fine)
}

fn finish(ui: &mut Ui, restacking: &Restacking, carried: &Carried) {
    if ui.is_json() {
        ui.json(&document(Some(restacking), carried));
    } else {
        carry::tell(ui, carried);
    }
}

fn document(restacking: Option<&Restacking>, carried: &Carried) -> serde_json::Value {
    let lines = restacking.map_or(&[][..], |restacking| &restacking.lines);
    json!({
        "schema": "teammig.rebase/1",
        "onto": lines.iter().map(|line| &line.onto).collect::<Vec<_>>(),
        "moved": lines.iter().flat_map(|line| &line.moved).map(|moved| json!({
            "revision": moved.revision,
            "before": moved.before,
            "after": moved.after,
        })).collect::<Vec<_>>(),
        "rewritten": rewritten(carried),
        "head_file": carried.head_file,
        "done": super::json::done(&carried.done),
        "recorded": carried.recorded,
    })
}
