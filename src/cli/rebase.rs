//! `teammig rebase`

use serde_json::json;

use super::{
    Status,
    global::RunArgs,
    plan::{confirm_down, show_plan},
    sync::{
        carry::{self, Carried},
        moved, rewritten, stale,
    },
    tried,
    unfinished::{self, Chosen},
};
use crate::{
    model::{Project, interrupted::Standing},
    ui::Ui,
    workflow::{
        self, Context, Database, Error, Proposal, Source, again, drift, head_file,
        rebase::{self, Request},
        restack::{self, Restacking},
        stands, sync,
        unfinished::Unfinished,
        verdicts::Tried,
    },
};

/// Put revisions that nobody else has on top of another head
///
/// Rewrites their `parents`, as `git rebase` does with commits, and makes scripts anew that would undo what theirs did
/// (shown, and asked for). The database is brought along: where a scratch database shows that both orders lead to the
/// same, yours stay and theirs are applied; else yours are rolled back, theirs applied, yours applied again. When a step fails, files and database
/// are as before; on PostgreSQL the files alone, where a script runs outside a transaction. Refused where a revision is
/// published, in a tag, or applied in a protected environment.
#[derive(Debug, clap::Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "one per flag of the command line"
)]
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

    /// Put files and database back to what they were before a restack that was interrupted
    #[arg(long, conflicts_with_all = ["revisions", "onto", "no_database", "dry_run"])]
    abort: bool,

    /// Bring a restack to its end that was interrupted
    #[arg(long = "continue", conflicts_with_all = ["abort", "revisions", "onto", "no_database", "dry_run"])]
    go_on: bool,

    /// Leave files and database as they are, and forget a restack that was interrupted
    #[arg(long, conflicts_with_all = ["abort", "go_on", "revisions", "onto", "no_database", "dry_run"])]
    quit: bool,

    /// Try nothing on scratch databases: yours are rolled back, and run on top of theirs as they are
    #[arg(long, conflicts_with_all = ["abort", "go_on", "quit"])]
    no_prove: bool,

    /// Do not ask before scripts are made anew, or a protected environment is rolled back
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    if args.abort || args.go_on || args.quit {
        return earlier(ui, context, args);
    }
    let earlier = if args.dry_run {
        unfinished::look(context).map(|()| Chosen::Go)
    } else {
        unfinished::settle(ui, context)
    };
    match earlier? {
        Chosen::Go => {}
        Chosen::PutBack(open) => {
            unfinished::put_back(ui, context, &open)?;
            return Ok(Status::Fine);
        }
        Chosen::GoOn(open) => return go_on(ui, context, &open, args.yes),
        Chosen::Stop => {
            ui.status("stopped; nothing was done");
            return Ok(Status::Attention);
        }
    }
    let project = context.writable_project()?;
    let request = Request {
        revisions: args.revisions.clone(),
        onto: args.onto.clone(),
    };
    let restacking = rebase::propose(context, &project, &request)?;
    let mut database = match &restacking {
        Some(_) if !args.no_database => Some(context.database()?),
        _ => None,
    };
    let mut carried = Carried {
        going_on: head_file::halted(context).ok().flatten(),
        ..Carried::default()
    };
    let Some(mut restacking) = restacking else {
        ui.status("nothing to restack: the heads did not diverge");
        if !args.dry_run {
            carried.repair(context)?;
        }
        if ui.is_json() {
            ui.json(&document(None, &carried));
        } else {
            carry::tell(ui, context, &carried);
        }
        return Ok(Status::Fine);
    };
    if !args.no_prove {
        let tried = match &mut database {
            Some(database) => try_out(context, &project, &mut **database, &mut restacking)?,
            None => rebase::look(context, &project, &mut restacking)?,
        };
        require_runs(ui, &restacking, &tried)?;
    }
    let Some(mut database) = database else {
        carry::show_rewrites(ui, Some(&restacking));
        if !args.dry_run {
            stale::confirm(ui, args.yes, &restacking)?;
            rebase::files_only(context, &restacking)?;
            carried.restacked(&restacking.files);
        }
        finish(ui, context, &restacking, &carried);
        return Ok(Status::Fine);
    };
    let decisions = sync::Decisions {
        as_is: args.no_prove,
        ..rebase::RESTACK
    };
    let mut source = Source::Database(&mut *database);
    let proposal = sync::plan(context, &project, Some(&restacking), &mut source, decisions)?;
    if args.dry_run {
        if ui.is_json() {
            carried.stands.clone_from(&proposal.stands);
            let mut document = document(Some(&restacking), &carried);
            document["plan"] = super::json::plan(&proposal.plan, &proposal.steps);
            ui.json(&document);
        } else {
            carry::show_news(ui, &proposal);
            carry::show_rewrites(ui, Some(&restacking));
            carry::show_stands(ui, &proposal);
            show_plan(ui, &project, &proposal);
        }
        return Ok(left(ui, &proposal));
    }
    stale::confirm(ui, args.yes, &restacking)?;
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
    finish(ui, context, &restacking, &carried);
    Ok(left(ui, &proposal))
}

/// Tries on scratch databases what mine would undo of theirs, whether they run on top of them,
/// and what of mine can stay.
fn try_out(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    restacking: &mut Restacking,
) -> Result<Vec<Tried>, Error> {
    let tried = rebase::try_out(context, project, database, restacking)?;
    stands::prove(context, database, restacking, &tried)?;
    let merges = tried.iter().all(Tried::merges);
    again::look(context, project, database, restacking, merges)?;
    Ok(tried)
}

/// Shows what was tried, and refuses what fails on top of theirs.
fn require_runs(ui: &mut Ui, restacking: &Restacking, tried: &[Tried]) -> Result<(), Error> {
    let runs = restacking.require_runs(tried);
    if !ui.is_json() {
        if runs.is_err() {
            tried::show(ui, tried);
        }
        stale::show(ui, restacking);
    }
    runs
}

/// What waits for somebody to decide about an edit.
fn left(ui: &mut Ui, proposal: &Proposal) -> Status {
    if proposal.waiting().is_empty() {
        return Status::Fine;
    }
    ui.hint(carry::REDO);
    Status::Attention
}

/// `--abort`, `--continue` and `--quit`.
fn earlier(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let kept = if args.quit {
        unfinished::quit(ui, context)?
    } else {
        let Some(open) = unfinished::open(ui, context)? else {
            if ui.is_json() {
                ui.json(&document(None, &Carried::default()));
            } else {
                ui.status("there is nothing to put back, and nothing to go on with");
            }
            return Ok(Status::Fine);
        };
        let Standing::Open {
            put_back,
            go_on: can_go_on,
        } = open.standing
        else {
            return Err(Error::Unfinished(open));
        };
        if args.go_on && can_go_on {
            return go_on(ui, context, &open, args.yes);
        }
        if args.go_on || !put_back {
            return Err(Error::Unfinished(open));
        }
        unfinished::put_back(ui, context, &open)?
    };
    if ui.is_json() {
        let mut document = document(None, &Carried::default());
        document["kept"] = json!(kept.map(|kept| context.display_path(&kept)));
        ui.json(&document);
    }
    Ok(Status::Fine)
}

/// Brings a restack to its end that was interrupted: the files alone where the
/// database has it all, else from the beginning.
pub(super) fn go_on(
    ui: &mut Ui,
    context: &Context,
    open: &Unfinished,
    yes: bool,
) -> Result<Status, Error> {
    let mut carried = Carried {
        going_on: head_file::halted(context).ok().flatten(),
        ..Carried::default()
    };
    if open.rows.complete() {
        carried.restacked(&workflow::unfinished::finish(context)?);
        if open.environment.is_some() {
            // What was not rolled back may have its old edges there still.
            let (project, mut database) = (context.project()?, context.database()?);
            let recorded = drift::record(context, &project, &mut *database, false, &mut |_| {})?;
            carried.recorded = recorded.revisions;
        }
        if ui.is_json() {
            ui.json(&document(None, &carried));
        } else {
            carry::tell(ui, context, &carried);
        }
        return Ok(Status::Fine);
    }
    unfinished::put_back(ui, context, open)?;
    let mut status = Status::Fine;
    let project = context.writable_project()?;
    let mut restacking = restack::propose(context, &project, &open.moves)?;
    if open.environment.is_none() {
        if !open.decisions.as_is {
            let tried = rebase::look(context, &project, &mut restacking)?;
            require_runs(ui, &restacking, &tried)?;
        }
        carry::show_rewrites(ui, Some(&restacking));
        stale::confirm(ui, yes, &restacking)?;
        rebase::files_only(context, &restacking)?;
        carried.restacked(&restacking.files);
    } else {
        let mut database = context.database()?;
        let decisions = open.decisions;
        if !decisions.as_is {
            let tried = try_out(context, &project, &mut *database, &mut restacking)?;
            require_runs(ui, &restacking, &tried)?;
        }
        let mut source = Source::Database(&mut *database);
        let proposal = sync::plan(context, &project, Some(&restacking), &mut source, decisions)?;
        // What it was asked for then need not be what it makes now.
        stale::confirm(ui, yes, &restacking)?;
        confirm_down(ui, context, yes, &proposal)?;
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
        status = left(ui, &proposal);
    }
    finish(ui, context, &restacking, &carried);
    Ok(status)
}

fn finish(ui: &mut Ui, context: &Context, restacking: &Restacking, carried: &Carried) {
    if ui.is_json() {
        ui.json(&document(Some(restacking), carried));
    } else {
        carry::tell(ui, context, carried);
    }
}

fn document(restacking: Option<&Restacking>, carried: &Carried) -> serde_json::Value {
    let lines = restacking.map_or(&[][..], |restacking| &restacking.lines);
    json!({
        "schema": "teammig.rebase/1",
        "onto": lines.iter().map(|line| &line.onto).collect::<Vec<_>>(),
        "moved": moved(lines),
        "rewritten": rewritten(carried),
        "kept": carry::stands(&carried.stands),
        "stale": stale::document(restacking.map(|one| &one.looked)),
        "head_file": carried.head_file,
        "done": super::json::done(&carried.done),
        "recorded": carried.recorded,
    })
}
