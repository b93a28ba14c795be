//! `teammig hooks`

pub(super) mod words;

use clap::Subcommand;
use serde_json::json;

use super::{Status, json, report, report::show_finding};
use crate::{
    ui::Ui,
    workflow::{
        self, Context, Error,
        guard::{So, Unjudged},
        hooks,
    },
};

/// Install, remove, or look at the Git hooks
///
/// The pre-commit hook rejects a commit that edits or deletes a revision which a
/// database applied or which is published, and one that leaves two heads.
/// `git commit --no-verify` and TEAMMIG=0 commit without it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: HooksCommand,
}

#[derive(Debug, Subcommand)]
enum HooksCommand {
    /// Install the hooks of this clone; hooks of others keep working
    Install,
    /// Remove them again
    Uninstall,
    /// Say which are installed, and what keeps them from running
    Status,
    /// What the hook scripts call
    #[command(hide = true)]
    Run {
        /// Git's name of the event
        event: String,
        /// What Git passes
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    match &args.command {
        HooksCommand::Install => install(ui, context),
        HooksCommand::Uninstall => uninstall(ui, context),
        HooksCommand::Status => status(ui, context),
        HooksCommand::Run { event, .. } if event == "pre-commit" => pre_commit(ui, context),
        HooksCommand::Run { event, .. } => {
            Err(Error::Usage(format!("there is no hook for `{event}`")))
        }
    }
}

pub(super) fn install(ui: &mut Ui, context: &Context) -> Result<Status, Error> {
    let reports = hooks::install(context)?;
    let mut status = Status::Fine;
    for report in &reports {
        let line = words::describe_installed(&report.done);
        ui.status(format!("  {:<12} {}", report.event.name(), line));
        if let Some(left) = hooks::left_alone(&report.done) {
            ui.hint(format!(
                "add this line to {}: {}",
                left.file.display(),
                left.line
            ));
            status = Status::Attention;
        }
    }
    Ok(status)
}

fn uninstall(ui: &mut Ui, context: &Context) -> Result<Status, Error> {
    for report in hooks::uninstall(context)? {
        if report.done.is_empty() {
            ui.status(format!("  {:<12} was not installed", report.event.name()));
        }
        for done in &report.done {
            ui.status(format!(
                "  {:<12} {}",
                report.event.name(),
                words::describe_uninstalled(done)
            ));
        }
    }
    Ok(Status::Fine)
}

fn status(ui: &mut Ui, context: &Context) -> Result<Status, Error> {
    let all = hooks::status(context)?;
    match hooks::absent_refs(context) {
        Ok(names) => warn_of_absent(ui, &names),
        Err(error) => ui.warn(format!("the hook will not work: {error}")),
    }
    if ui.is_json() {
        ui.json(&json!({
            "schema": "teammig.hooks/1",
            "hooks": all.iter().map(|hook| json!({
                "event": hook.event.name(),
                "path": hook.file.display().to_string(),
                "works": hooks::works(hook),
                "state": words::describe_state(hook),
            })).collect::<Vec<_>>(),
        }));
    } else {
        for hook in &all {
            ui.data(format!(
                "{:<12} {}",
                hook.event.name(),
                words::describe_state(hook)
            ));
        }
    }
    Ok(if all.iter().all(hooks::works) {
        Status::Fine
    } else {
        Status::Attention
    })
}

fn warn_of_absent(ui: &mut Ui, names: &[String]) {
    for name in names {
        ui.warn(format!(
            "`protected:` names {name}, which this clone does not have: what is published there is not checked"
        ));
    }
}

/// Git shows what we say and stops the commit when we fail.
fn pre_commit(ui: &mut Ui, context: &Context) -> Result<Status, Error> {
    let verdict = workflow::guard::staged(context)?;
    warn_of_absent(ui, &verdict.absent_refs);
    for one in &verdict.unjudged {
        show_unjudged(ui, one);
    }
    if !verdict.any_project {
        ui.warn("found no teammig.yaml and no folder migrations/, so nothing was checked");
    }
    if ui.is_json() {
        ui.json(&json!({
            "schema": "teammig.check/1",
            "evaluated": verdict.evaluated(),
            "unjudged": verdict.unjudged.iter().map(|one| json!({
                "message": report::message(&one.error),
                "touched": match &one.so {
                    So::Touched(path) => Some(path),
                    So::StagedInstead | So::NotTouched => None,
                },
            })).collect::<Vec<_>>(),
            "findings": verdict.findings.iter().map(json::finding).collect::<Vec<_>>(),
        }));
    } else {
        for finding in &verdict.findings {
            show_finding(ui, finding);
        }
        if !verdict.findings.is_empty() || !verdict.evaluated() {
            ui.hint("`git commit --no-verify` commits without this check");
        }
    }
    Ok(if !verdict.evaluated() {
        Status::Unknown
    } else if verdict.findings.is_empty() {
        Status::Fine
    } else {
        Status::Attention
    })
}

/// A project that could not be looked at: an error where the commit touches it.
fn show_unjudged(ui: &mut Ui, one: &Unjudged) {
    let message = report::message(&one.error);
    match &one.so {
        So::StagedInstead => ui.warn(format!(
            "{message}; this is not staged, and what is staged of the file was used"
        )),
        So::NotTouched => ui.warn(format!(
            "could not be evaluated: {message}; this commit changes no migration of that project"
        )),
        So::Touched(_) if ui.is_json() => {}
        So::Touched(path) => {
            report::show(ui, &one.error);
            ui.hint(format!(
                "this commit changes {path}, which cannot be judged before that is put right"
            ));
        }
    }
}
