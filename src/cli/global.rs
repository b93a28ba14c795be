//! Options that all commands share.

use std::{path::PathBuf, rc::Rc};

use clap::{Args, ValueEnum};

use crate::{
    config::{self, Layout, Overrides, Timeouts},
    ui,
    workflow::{At, Error, Options},
};

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Run as if started in this folder
    #[arg(short = 'C', value_name = "PATH", global = true)]
    directory: Option<PathBuf>,

    /// Read the revisions from a commit, branch or tag instead of the working tree (`:` = the index)
    #[arg(long, value_name = "GITREV", global = true)]
    at: Option<String>,

    /// The environment of teammig.yaml to use [default: the first one]
    #[arg(
        long = "env",
        short = 'e',
        value_name = "NAME",
        global = true,
        env = "TEAMMIG_ENV"
    )]
    environment: Option<String>,

    /// The database to use, instead of an environment: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL", global = true)]
    url: Option<String>,

    /// Which of several `databases:` of teammig.yaml
    #[arg(long, value_name = "NAME", global = true)]
    database: Option<String>,

    /// The folder with migrations, for a project without teammig.yaml
    #[arg(long, value_name = "PATH", global = true)]
    migrations: Option<PathBuf>,

    /// How revisions stand in the files of `--migrations`: native, or alembic
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        value_enum,
        requires = "migrations",
        hide_possible_values = true
    )]
    layout: Option<LayoutName>,

    /// Output for people (text) or as one JSON document (json); `check` also has github, sarif and junit
    #[arg(
        long,
        value_enum,
        default_value = "text",
        global = true,
        hide_default_value = true,
        hide_possible_values = true
    )]
    format: Format,

    /// Never ask; implied when there is no terminal
    #[arg(long, global = true)]
    no_input: bool,

    /// When to use colour
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        hide_default_value = true
    )]
    color: Color,

    /// Say only what was asked for, and what went wrong
    #[arg(long, short, global = true)]
    quiet: bool,

    /// Say more
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LayoutName {
    Native,
    Alembic,
}

/// What an answer is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// For code scanning
    Sarif,
    /// A test report
    Junit,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Global {
    pub(super) fn ui_options(&self) -> ui::UiOptions {
        ui::UiOptions {
            format: match self.format {
                Format::Json => ui::Format::Json,
                // What `check` writes instead is no concern of a terminal.
                Format::Text | Format::Github | Format::Sarif | Format::Junit => ui::Format::Text,
            },
            color: match self.color {
                Color::Auto => ui::Color::Auto,
                Color::Always => ui::Color::Always,
                Color::Never => ui::Color::Never,
            },
            input: !self.no_input,
            quiet: self.quiet,
            verbose: self.verbose,
        }
    }

    /// What the answer is written as, for the command that has more than two.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// What all commands can write.
    pub(super) fn refuse_documents(&self, command: &str) -> Result<(), Error> {
        match self.format {
            Format::Text | Format::Json => Ok(()),
            Format::Github | Format::Sarif | Format::Junit => Err(Error::Usage(format!(
                "`{command}` has `--format text` and `--format json`; only `teammig check` has more"
            ))),
        }
    }

    /// The folder in which the command runs.
    pub(super) fn directory(&self) -> Result<PathBuf, Error> {
        let current = std::env::current_dir().map_err(Error::io("find", "the current folder"))?;
        let Some(directory) = &self.directory else {
            return Ok(current);
        };
        let path = current.join(directory);
        path.canonicalize().map_err(Error::io("enter", &path))
    }

    /// `-C`, as it was given.
    pub(super) fn given_directory(&self) -> Option<String> {
        let given = self.directory.as_ref();
        given.map(|path| path.display().to_string())
    }

    pub(super) fn options(&self, command: &str, timeouts: Timeouts) -> Options {
        Options {
            at: match self.at.as_deref() {
                None => At::WorkTree,
                Some(":") => At::Index,
                Some(name) => At::Commit(name.to_owned()),
            },
            url: self.url.clone(),
            environment: self.environment.clone(),
            overrides: Overrides {
                migrations: self.migrations.clone(),
                database: self.database.clone(),
                layout: self.layout.map(|name| match name {
                    LayoutName::Native => Layout::Native,
                    LayoutName::Alembic => Layout::Alembic,
                }),
            },
            timeouts,
            command: command.to_owned(),
            waiting: (!self.quiet).then_some(ui::waiting as fn(&str)),
            allow_command: Rc::default(),
        }
    }
}

/// How to wait for the database.
#[derive(Debug, Default, Args)]
pub(super) struct LockArgs {
    /// How long to wait while somebody else migrates, such as 500ms, 5s, 15min [default: 60s]
    #[arg(long, value_name = "TIME")]
    lock_timeout: Option<String>,
}

/// Whether a command of the configuration may be run.
#[derive(Debug, Default, Args)]
pub(super) struct AllowArgs {
    /// The command in teammig.yaml that runs Alembic may be run in this clone, now and later
    #[arg(long)]
    allow_command: bool,
}

impl AllowArgs {
    pub(super) fn allows_command(&self) -> bool {
        self.allow_command
    }
}

impl LockArgs {
    pub(super) fn timeouts(&self) -> Result<Timeouts, Error> {
        Ok(Timeouts {
            lock_timeout: duration(self.lock_timeout.as_deref())?,
            ..Timeouts::default()
        })
    }
}

/// How to run scripts.
#[derive(Debug, Default, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    lock: LockArgs,

    /// PostgreSQL's `lock_timeout` for the scripts: roll back and try again when a table is not free by then
    #[arg(long, value_name = "TIME")]
    ddl_lock_timeout: Option<String>,

    /// PostgreSQL's `statement_timeout` for the scripts: a statement that takes longer fails
    #[arg(long, value_name = "TIME")]
    statement_timeout: Option<String>,

    /// How often to try again after a lock timeout [default: 3]
    #[arg(long, value_name = "N")]
    lock_retries: Option<u32>,

    #[command(flatten)]
    allow: AllowArgs,
}

impl RunArgs {
    pub(super) fn allows_command(&self) -> bool {
        self.allow.allows_command()
    }

    pub(super) fn timeouts(&self) -> Result<Timeouts, Error> {
        Ok(Timeouts {
            ddl_lock_timeout: duration(self.ddl_lock_timeout.as_deref())?,
            statement_timeout: duration(self.statement_timeout.as_deref())?,
            lock_retries: self.lock_retries,
            ..self.lock.timeouts()?
        })
    }
}

fn duration(text: Option<&str>) -> Result<Option<std::time::Duration>, Error> {
    text.map(|text| config::parse_duration(text).map_err(Error::Usage))
        .transpose()
}
