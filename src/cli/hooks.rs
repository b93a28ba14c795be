//! `teammig hooks`

pub(super) mod run;
pub(super) mod words;

use clap::Subcommand;
use serde_json::json;

use super::Status;
use crate::{
    model::shell,
    ui::Ui,
    workflow::{
        Context, Error,
        hooks::{self, Event},
        merge_driver as driver,
    },
};

/// Install, remove, or look at the Git hooks
///
/// Three hooks may stop Git. pre-commit and pre-merge-commit reject a commit that edits
/// or deletes a revision which a database applied or which is published; pre-commit
/// also one that leaves two heads. pre-push rejects a push that would do so to a branch
/// of the remote. `--no-verify` and TEAMMIG=0 go on without them.
///
/// post-merge, post-checkout, post-rewrite and post-commit say in a line what a pull or
/// another branch means for the database, and change nothing.
///
/// Where a project keeps a head file, its merge driver is installed too.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: HooksCommand,
}

impl Args {
    /// `hooks run`
    pub(super) fn run(call: Call) -> Self {
        let command = HooksCommand::Run(call);
        Self { command }
    }

    /// It is Git that calls, not a person.
    pub(super) fn are_of_git(&self) -> bool {
        matches!(
            self.command,
            HooksCommand::Run(_) | HooksCommand::MergeDriver { .. }
        )
    }
}

#[derive(Debug, Subcommand)]
enum HooksCommand {
    /// Install the hooks of this clone; hooks of others keep working
    Install {
        /// Only these (pre-commit, pre-push, …); all without a name
        #[arg(value_name = "EVENT", value_parser = event)]
        events: Vec<Event>,

        /// Into this clone's own hook files, also where a hook manager writes them
        #[arg(long)]
        clone_only: bool,
    },
    /// Remove them again
    Uninstall {
        /// Only these; all without a name
        #[arg(value_name = "EVENT", value_parser = event)]
        events: Vec<Event>,
    },
    /// Say which are installed, and what keeps them from running
    Status,
    /// What Git calls to merge a head file: base, ours, theirs, path, marker size, labels
    #[command(hide = true)]
    MergeDriver {
        /// What Git passes
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        call: Vec<String>,
    },
    /// What the hook scripts call
    #[command(hide = true)]
    Run(Call),
}

/// A hook, as its script calls it.
#[derive(Debug, clap::Args)]
pub(super) struct Call {
    /// Git's name of the event
    event: String,
    /// What Git passes
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    match &args.command {
        HooksCommand::Install { events, clone_only } => install(ui, context, events, *clone_only),
        HooksCommand::Uninstall { events } => uninstall(ui, context, events),
        HooksCommand::Status => status(ui, context),
        HooksCommand::MergeDriver { call } => merge_driver(ui, context, call),
        HooksCommand::Run(call) => run::run(ui, context, &call.event, &call.rest),
    }
}

/// An event, by Git's name of it.
fn event(name: &str) -> Result<Event, String> {
    let all: Vec<&str> = Event::ALL.iter().map(|event| event.name()).collect();
    Event::from_name(name).ok_or_else(|| format!("teammig has hooks for {}", all.join(", ")))
}

pub(super) fn install(
    ui: &mut Ui,
    context: &Context,
    events: &[Event],
    clone_only: bool,
) -> Result<Status, Error> {
    let done = hooks::install(context, events, clone_only)?;
    let mut status = Status::Fine;
    let (mut for_manager, mut to_commit) = (Vec::new(), Vec::new());
    for report in &done.reports {
        let line = words::describe_installed(&report.done);
        ui.status(format!("  {:<16} {}", report.event.name(), line));
        if let Some(lines) = &report.shared {
            for line in lines.lines() {
                ui.status(format!("    + {line}"));
            }
            to_commit.extend(hooks::written(&report.done).map(|file| relative(context, file)));
        }
        let Some(left) = hooks::left_alone(&report.done) else {
            continue;
        };
        status = Status::Attention;
        if let hooks::WhyNot::Managed(_) = left.why {
            for_manager.push(report.event);
        } else {
            ui.hint(words::way_in(report.event, left));
        }
    }
    if !to_commit.is_empty() {
        let files = shell::words(to_commit.iter().map(String::as_str));
        ui.hint(format!(
            "these files belong to the project; commit them: `git add {files}`"
        ));
    }
    if let Some(managed) = done.managed.filter(|_| !for_manager.is_empty()) {
        let config = relative(context, &managed.config);
        let command = managed.install_command(&for_manager);
        ui.hint(format!("add this to {config}, then `{command}`:"));
        for line in managed.stanza(&for_manager).lines() {
            ui.talk(line);
        }
        let there = managed.has(&for_manager);
        if !there.is_empty() {
            let keys: Vec<String> = there
                .iter()
                .map(|one| format!("`{}:`", one.name()))
                .collect();
            ui.hint(format!(
                "{} {} there already: put the job under the `jobs:` that stand there",
                keys.join(", "),
                if keys.len() == 1 { "is" } else { "are" },
            ));
        }
        ui.hint(
            "`teammig hooks install --clone-only` puts them into this clone's hook files instead",
        );
    }
    if let Some(done) = driver::install(context)? {
        show_driver(ui, context, &done);
    }
    Ok(status)
}

/// What was set up for head files.
fn show_driver(ui: &mut Ui, context: &Context, done: &driver::Installed) {
    ui.status(format!(
        "  {DRIVER} {}",
        if done.configured {
            "installed in this clone's Git configuration"
        } else {
            "is installed in this clone's Git configuration"
        }
    ));
    for file in &done.attributes {
        let file = relative(context, file);
        ui.status(format!("  {DRIVER} added to {file}"));
        ui.hint(format!("commit it: `git add {}`", shell::word(&file)));
    }
    for file in &done.left_alone {
        ui.warn(format!(
            "another attribute says how {} is merged; it stays",
            relative(context, file)
        ));
    }
}

/// A path as the user would write it here.
fn relative(context: &Context, path: &std::path::Path) -> String {
    let path = path.strip_prefix(&context.cwd).unwrap_or(path);
    path.display().to_string()
}

/// The driver's row beside the events.
const DRIVER: &str = "merge-driver    ";

/// Git takes 0 for resolved and 1 for a conflict.
fn merge_driver(ui: &mut Ui, context: &Context, call: &[String]) -> Result<Status, Error> {
    let texts: Vec<&str> = call.iter().map(String::as_str).collect();
    let [base, ours, theirs, path, rest @ ..] = texts.as_slice() else {
        return Err(Error::Usage(
            "Git calls this one: `teammig hooks merge-driver %O %A %B %P`".to_owned(),
        ));
    };
    // What Git does not know (the labels, before 2.44) it hands over as it is.
    let known = |word: &&str| !["%L", "%S", "%X", "%Y"].contains(word);
    let word = |n: usize, or| rest.get(n).copied().filter(known).unwrap_or(or);
    let call = driver::Call {
        base: base.as_ref(),
        ours: ours.as_ref(),
        theirs: theirs.as_ref(),
        path,
        marker_size: word(0, "7"),
        labels: [word(1, "base"), word(2, "ours"), word(3, "theirs")],
    };
    if driver::merge(context, &call) {
        return Ok(Status::Fine);
    }
    if !call.is_inner() {
        ui.talk(&format!(
            "teammig: {path} conflicts: both sides changed the heads. `teammig sync` settles it once nothing else \
             conflicts."
        ));
    }
    Ok(Status::Code(1))
}

fn uninstall(ui: &mut Ui, context: &Context, events: &[Event]) -> Result<Status, Error> {
    for report in hooks::uninstall(context, events)? {
        if report.done.is_empty() {
            ui.status(format!("  {:<16} was not installed", report.event.name()));
        }
        for done in &report.done {
            ui.status(format!(
                "  {:<16} {}",
                report.event.name(),
                words::describe_uninstalled(done)
            ));
        }
    }
    // The driver is no hook: naming some leaves it.
    if events.is_empty()
        && let Some(named) = driver::uninstall(context)?
    {
        ui.status(format!(
            "  {DRIVER} removed from this clone's Git configuration"
        ));
        if !named.is_empty() {
            let files: Vec<String> = named.iter().map(|path| relative(context, path)).collect();
            ui.status(format!(
                "  {:<16} names it still for {}, for everybody; here Git merges that as text now",
                ".gitattributes",
                files.join(", ")
            ));
        }
    }
    Ok(Status::Fine)
}

fn status(ui: &mut Ui, context: &Context) -> Result<Status, Error> {
    let all = hooks::status(context)?;
    match hooks::absent_refs(context) {
        Ok(names) => run::warn_of_absent(ui, &names),
        Err(error) => ui.warn(format!("the hook will not work: {error}")),
    }
    let merge_driver = driver::state(context)?;
    let state = merge_driver
        .as_ref()
        .map(|state| words::describe_driver(state, &|path| relative(context, path)));
    let driver_works = merge_driver.is_none_or(|state| state == driver::State::Works);
    if ui.is_json() {
        ui.json(&json!({
            "schema": "teammig.hooks/1",
            "merge_driver": state.map(|state| json!({ "works": driver_works, "state": state })),
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
                "{:<16} {}",
                hook.event.name(),
                words::describe_state(hook)
            ));
        }
        if let Some(state) = state {
            ui.data(format!("{DRIVER} {state}"));
        }
    }
    Ok(if driver_works && all.iter().all(hooks::works) {
        Status::Fine
    } else {
        Status::Attention
    })
}
