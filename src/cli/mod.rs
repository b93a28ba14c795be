//! The command line: one file per command, each with its arguments (their doc
//! comments are the help), a call of the workflow, and the showing of what came
//! of it. The only place that names `clap`.

mod alembic;
mod amend;
mod audit;
mod beside;
mod branches;
mod check;
mod conflicts;
mod create;
mod current;
mod demo;
mod diff;
mod differences;
mod downgrade;
mod drift;
mod edit;
mod events;
mod every;
mod global;
mod graph;
mod heads;
mod history;
mod hooks;
mod import;
mod init;
mod json;
mod merge;
mod merge_heads;
mod models;
mod plan;
mod radar;
mod rebase;
mod report;
mod show;
mod stamp;
mod status;
mod sync;
mod tried;
mod unfinished;
mod upgrade;
mod verdict;
mod verify;
mod why;

use std::{ffi::OsString, mem::ManuallyDrop, process::ExitCode};

use clap::{Parser, Subcommand, error::ErrorKind};

use crate::{
    config::Env,
    model::{advice::About, shell},
    ui::{Color, Format, Ui, UiOptions, restore_cursor},
    workflow::{self, Context, Error, Interrupt},
};

/// Database migrations that know about Git
///
/// Keeps migrations as a graph of revisions, applies them to SQLite and
/// PostgreSQL, and reads the same revisions out of Git: the working tree, the
/// index, any commit, any branch.
#[derive(Debug, Parser)]
#[command(name = "teammig", version, max_term_width = 100)]
#[command(infer_subcommands = false)]
#[command(after_help = "\
Begin with `teammig init`, or look at `teammig demo`. `teammig upgrade --help` shows
examples; so do downgrade, stamp, create, history, sync and import.

Exit codes: 0 fine · 1 failed · 2 usage · 3 something needs a person · 4 could not be evaluated")]
struct Cli {
    #[command(flatten)]
    global: global::Global,
    /// Without one: `status`, where there is a project
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Status(status::Args),
    Create(create::Args),
    Upgrade(upgrade::Args),
    Downgrade(downgrade::Args),
    Sync(sync::Args),
    Current(current::Args),
    History(history::Args),
    Graph(graph::Args),
    Heads(heads::Args),
    Branches(branches::Args),
    Radar(radar::Args),
    Conflicts(conflicts::Args),
    Audit(audit::Args),
    Diff(diff::Args),
    Drift(drift::Args),
    Check(check::Args),
    Verify(verify::Args),
    Show(show::Args),
    Why(why::Args),
    Plan(upgrade::PlanOnly),
    Stamp(stamp::Args),
    Merge(merge::Args),
    MergeHeads(merge_heads::Args),
    Rebase(rebase::Args),
    Edit(edit::Args),
    Amend(amend::Args),
    Hooks(hooks::Args),
    Import(import::Args),
    Demo(demo::Args),
}

/// `hooks run` alone. All commands with their arguments take longer to build than most hooks
/// take to run, and Git calls some of them again and again.
#[derive(Debug, Parser)]
#[command(disable_help_flag = true)]
struct OfGit {
    #[command(flatten)]
    global: global::Global,
    #[command(flatten)]
    call: hooks::Call,
}

impl Cli {
    /// What was asked for. Whatever the short way does not understand goes the long one.
    fn of(args: &[OsString]) -> Result<Self, clap::Error> {
        if let [program, hooks, run, rest @ ..] = args
            && hooks == "hooks"
            && run == "run"
            && let Ok(of_git) = OfGit::try_parse_from(std::iter::once(program).chain(rest))
        {
            return Ok(Self {
                global: of_git.global,
                command: Some(Command::Hooks(hooks::Args::run(of_git.call))),
            });
        }
        Self::try_parse_from(args)
    }
}

impl Command {
    /// It changes nothing, and can speak of several databases.
    fn reads(&self) -> bool {
        match self {
            Self::Graph(args) => args.may_be_several(),
            Self::Heads(args) => !args.write,
            Self::Status(_)
            | Self::Current(_)
            | Self::History(_)
            | Self::Branches(_)
            | Self::Show(_)
            | Self::Conflicts(_)
            | Self::Diff(_)
            | Self::Drift(_)
            | Self::Verify(_)
            | Self::Why(_)
            | Self::Plan(_) => true,
            _ => false,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Status(_) => "status",
            Self::Create(_) => "create",
            Self::Upgrade(_) => "upgrade",
            Self::Downgrade(_) => "downgrade",
            Self::Sync(_) => "sync",
            Self::Current(_) => "current",
            Self::History(_) => "history",
            Self::Graph(_) => "graph",
            Self::Heads(_) => "heads",
            Self::Branches(_) => "branches",
            Self::Radar(_) => "radar",
            Self::Conflicts(_) => "conflicts",
            Self::Audit(_) => "audit",
            Self::Diff(_) => "diff",
            Self::Drift(_) => "drift",
            Self::Check(_) => "check",
            Self::Verify(_) => "verify",
            Self::Show(_) => "show",
            Self::Why(_) => "why",
            Self::Plan(_) => "plan",
            Self::Stamp(_) => "stamp",
            Self::Merge(_) => "merge",
            Self::MergeHeads(_) => "merge-heads",
            Self::Rebase(_) => "rebase",
            Self::Edit(_) => "edit",
            Self::Amend(_) => "amend",
            Self::Hooks(_) => "hooks",
            Self::Import(_) => "import",
            Self::Demo(_) => "demo",
        }
    }
}

/// How a command ended, where it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Exit code 0.
    Fine,
    /// Exit code 3: a finding that needs a person.
    Attention,
    /// Exit code 4: not all of it could be evaluated.
    Unknown,
    /// The worst of several answers.
    Code(u8),
}

impl Status {
    fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Attention => 3,
            Self::Unknown => 4,
            Self::Code(code) => code,
        }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::of(&args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let interrupt = Interrupt::default();
    let of_git = matches!(&cli.command, Some(Command::Hooks(args)) if args.are_of_git());
    // A hook runs nothing that would have to be cleaned up, and is to be quick.
    if !of_git {
        catch_interrupts(&interrupt);
    }
    let mut ui = Ui::new(cli.global.ui_options());
    let code = match run(&mut ui, &cli, &interrupt) {
        Ok(status) => status.code(),
        Err(error) => report::show(&mut ui, &error),
    };
    // A script that was cut short must not look like one that is complete.
    if let Some(error) = ui.lost_output() {
        ui.error(format!("cannot write the answer to stdout: {error}"));
        return ExitCode::from(code.max(1));
    }
    ExitCode::from(code)
}

fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && json_is_asked_for(std::env::args_os()) {
        let text = match error.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                "no command was given".to_owned()
            }
            _ => error.to_string(),
        };
        let text = text.strip_prefix("error: ").unwrap_or(&text).trim();
        let mut ui = Ui::new(UiOptions {
            format: Format::Json,
            color: Color::Never,
            input: false,
            quiet: false,
            verbose: false,
        });
        let code = report::show(&mut ui, &Error::Usage(text.to_owned()));
        ui.flush();
        return ExitCode::from(code);
    }
    // `--help` and `--version` are answers on stdout, the rest is a complaint.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Of arguments that could not be understood.
fn json_is_asked_for(args: impl Iterator<Item = OsString>) -> bool {
    let mut before = false;
    for arg in args {
        if arg == "--format=json" || (before && arg == "json") {
            return true;
        }
        before = arg == "--format";
    }
    false
}

/// The first Ctrl-C stops what runs and lets it clean up; the second, or one
/// while nothing runs, ends the program.
#[allow(
    clippy::exit,
    reason = "nothing is running that would have to be cleaned up"
)]
fn catch_interrupts(interrupt: &Interrupt) {
    let interrupt = interrupt.clone();
    // Without a handler the program still ends at Ctrl-C, and the database rolls back.
    let _ = ctrlc::set_handler(move || {
        if !interrupt.ask() {
            restore_cursor();
            std::process::exit(130);
        }
    });
}

fn run(ui: &mut Ui, cli: &Cli, interrupt: &Interrupt) -> Result<Status, Error> {
    let cwd = cli.global.directory()?;
    let command = match &cli.command {
        Some(Command::Demo(args)) => return demo::run(ui, interrupt, args),
        Some(command) => command,
        None => &Command::Status(status::Args::default()),
    };
    if !matches!(command, Command::Check(_)) {
        cli.global.refuse_documents(command.name())?;
    }
    let timeouts = match command {
        Command::Upgrade(args) => args.run.timeouts()?,
        Command::Downgrade(args) => args.run.timeouts()?,
        Command::Sync(args) => args.run.timeouts()?,
        Command::Rebase(args) => args.run.timeouts()?,
        Command::Stamp(args) => args.lock.timeouts()?,
        Command::Import(args) => args.lock.timeouts()?,
        _ => crate::config::Timeouts::default(),
    };
    let options = cli.global.options(command.name(), timeouts);
    let allows_command = match command {
        Command::Upgrade(args) => args.run.allows_command(),
        Command::Downgrade(args) => args.run.allows_command(),
        Command::Sync(args) => args.run.allows_command(),
        Command::Rebase(args) => args.run.allows_command(),
        Command::Stamp(args) => args.allow.allows_command(),
        Command::Create(args) => args.allows_command(),
        _ => false,
    };
    let about = About {
        database: options.overrides.database.clone(),
        environment: options.environment.clone(),
        url: options.url.as_deref().and_then(workflow::shown_url),
        directory: cli.global.given_directory(),
        way: None,
    };
    ui.about(about.clone());
    let begin = match command {
        // One clone has one set of hooks, however many projects and databases it has.
        Command::Hooks(_) | Command::Check(_) => Context::of_repository,
        _ => Context::new,
    };
    let begin = |options| begin(cwd.clone(), Env::process(), options, interrupt.clone());
    let context = match begin(options.clone()) {
        // The program ends with it: thousands of rows need not be given back one by one.
        Ok(context) => ManuallyDrop::new(context),
        Err(error) => {
            let Some(names) = every::names(command, options.url.is_some(), &error) else {
                return Err(error);
            };
            return Ok(every::run(ui, command, &names, &about, &|name| {
                let mut options = options.clone();
                options.overrides.database = Some(name.to_owned());
                begin(options)
            }));
        }
    };
    if cli.command.is_none() && !context.is_project() {
        return Err(Error::NoCommand);
    }
    ui.about(About {
        way: way_to(&context),
        ..about
    });
    if allows_command {
        workflow::alembic::allow(&context);
    }
    match command {
        Command::Check(args) => check::run(ui, &context, args, cli.global.format()),
        _ => alembic::permitted(ui, &context, |ui| dispatch(ui, &context, command)),
    }
}

/// From the shell's folder to the project's.
fn way_to(context: &Context) -> Option<String> {
    let here = std::env::current_dir()
        .and_then(std::fs::canonicalize)
        .ok()?;
    shell::way(&here, &context.config.root.canonicalize().ok()?)
}

fn dispatch(ui: &mut Ui, context: &Context, command: &Command) -> Result<Status, Error> {
    match command {
        Command::Init(args) => init::run(ui, context, args),
        Command::Status(args) => status::run(ui, context, args),
        Command::Create(args) => create::run(ui, context, args),
        Command::Upgrade(args) => upgrade::run(ui, context, args),
        Command::Downgrade(args) => downgrade::run(ui, context, args),
        Command::Sync(args) => sync::run(ui, context, args),
        Command::Current(args) => current::run(ui, context, args),
        Command::History(args) => history::run(ui, context, args),
        Command::Graph(args) => graph::run(ui, context, args),
        Command::Heads(args) => heads::run(ui, context, args),
        Command::Branches(args) => branches::run(ui, context, args),
        Command::Radar(args) => radar::run(ui, context, args),
        Command::Conflicts(args) => conflicts::run(ui, context, args),
        Command::Audit(args) => audit::run(ui, context, args),
        Command::Diff(args) => diff::run(ui, context, args),
        Command::Drift(args) => drift::run(ui, context, args),
        Command::Verify(args) => verify::run(ui, context, args),
        Command::Show(args) => show::run(ui, context, args),
        Command::Why(args) => why::run(ui, context, args),
        Command::Plan(args) => upgrade::plan_only(ui, context, args),
        Command::Stamp(args) => stamp::run(ui, context, args),
        Command::Merge(args) => merge::run(ui, context, args),
        Command::MergeHeads(args) => merge_heads::run(ui, context, args),
        Command::Rebase(args) => rebase::run(ui, context, args),
        Command::Edit(args) => edit::run(ui, context, args),
        Command::Amend(args) => amend::run(ui, context, args),
        Command::Hooks(args) => hooks::run(ui, context, args),
        Command::Import(args) => import::run(ui, context, args),
        // They were run before: one needs no context, the other more than that.
        Command::Demo(_) | Command::Check(_) => Ok(Status::Fine),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
        OfGit::command().debug_assert();
    }

    #[test]
    fn both_ways_understand_a_hook_alike() {
        for line in [
            "hooks run pre-commit",
            "hooks run post-checkout 1 2 1",
            "hooks run pre-push origin ssh://host/x",
            "hooks run pre-push -x --help",
            "hooks run --format json pre-commit",
            "hooks run -C there pre-commit --format json",
            "hooks run",
            "hooks run --help",
            "hooks run --version",
            "hooks run --nothing pre-commit",
        ] {
            let args: Vec<OsString> = ["teammig"]
                .into_iter()
                .chain(line.split(' '))
                .map(Into::into)
                .collect();
            let said = |parsed: Result<Cli, clap::Error>| match parsed {
                Ok(cli) => format!("{cli:?}"),
                Err(error) => error.to_string(),
            };
            assert_eq!(
                said(Cli::of(&args)),
                said(Cli::try_parse_from(&args)),
                "{line}"
            );
        }
    }
}
