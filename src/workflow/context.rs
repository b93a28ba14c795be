//! What every use-case starts from: configuration, repository, choice of
//! database, the time. Everything is opened on first use, so a command pays
//! only for what it looks at.

use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use super::{Error, Interrupt};
use crate::{
    config::{Config, DEFAULT_LOCK_TIMEOUT, Env, Overrides, Target, Timeouts},
    db::{self, Database, RunSettings},
    git::{Folders, GitError, Repo, worktree_snapshot},
    layout::{self, Layout, Native},
    model::{Ledger, Project, Snapshot},
};

/// Which Git state the revisions are read from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum At {
    /// The files on disk.
    #[default]
    WorkTree,
    /// What is staged.
    Index,
    /// A commit, by any name that Git knows.
    Commit(String),
}

/// What the command line says for all commands.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--at`.
    pub at: At,
    /// `--url`.
    pub url: Option<String>,
    /// `--env`.
    pub environment: Option<String>,
    /// `--migrations`, `--database`.
    pub overrides: Overrides,
    /// Timeouts given on the command line.
    pub timeouts: Timeouts,
    /// The command's name, as others see it who wait for the lock.
    pub command: String,
}

/// The surroundings of a use-case.
#[derive(Debug)]
pub struct Context {
    /// The configuration.
    pub config: Config,
    /// The folder in which the command was called.
    pub cwd: PathBuf,
    /// The time of the call.
    pub now: Timestamp,
    /// Ctrl-C.
    pub interrupt: Interrupt,
    options: Options,
    repo: OnceCell<Repo>,
}

impl Context {
    /// Finds the configuration for `cwd`.
    pub fn new(
        cwd: PathBuf,
        env: Env,
        options: Options,
        interrupt: Interrupt,
    ) -> Result<Self, Error> {
        let now = match env.get("TEAMMIG_NOW") {
            Some(text) => text
                .parse()
                .map_err(|_| Error::Usage(format!("TEAMMIG_NOW is not a point in time: {text}")))?,
            None => Timestamp::now(),
        };
        // Sub-second digits help nobody who reads a migration's header.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Ok(Self {
            config: crate::config::load(&cwd, env, &options.overrides)?,
            cwd,
            now,
            interrupt,
            options,
            repo: OnceCell::new(),
        })
    }

    /// The Git repository around the project.
    pub fn repo(&self) -> Result<&Repo, Error> {
        if let Some(repo) = self.repo.get() {
            return Ok(repo);
        }
        let repo = Repo::open(&self.config.root)?;
        Ok(self.repo.get_or_init(|| repo))
    }

    /// The repository, where there is one that can be read.
    pub fn repo_if_any(&self) -> Option<&Repo> {
        self.repo().ok()
    }

    /// How revisions stand in files here.
    pub fn layout(&self) -> &'static dyn Layout {
        &Native
    }

    /// The migrations folders.
    pub fn folders(&self) -> Folders {
        Folders::new(&self.config.folders, self.layout().extensions())
    }

    /// The project's root below the top of the repository.
    pub fn prefix(&self) -> Result<String, Error> {
        let repo = self.repo()?;
        if repo.is_bare() {
            // There is no working tree to be below of: paths begin at the top.
            return Ok(String::new());
        }
        Ok(repo.prefix_of(&self.config.root)?)
    }

    /// Which state this call speaks of.
    pub fn at(&self) -> &At {
        &self.options.at
    }

    /// The revisions of the state asked for.
    pub fn project(&self) -> Result<Project, Error> {
        self.project_at(&self.options.at)
    }

    /// The revisions of a given state.
    pub fn project_at(&self, at: &At) -> Result<Project, Error> {
        Ok(layout::load(&self.snapshot(at)?, self.layout()))
    }

    /// The files of a given state.
    pub fn snapshot(&self, at: &At) -> Result<Snapshot, Error> {
        match at {
            At::WorkTree => {
                let captured = worktree_snapshot(&self.config.root, &self.folders())?;
                match captured.missing.first() {
                    Some(folder) if captured.snapshot.files.is_empty() => {
                        match self.repo_if_any() {
                            Some(repo) if repo.is_bare() => Err(Error::Git(GitError::Bare {
                                git_dir: repo.git_dir().to_owned(),
                            })),
                            _ => Err(Error::NoFolder(self.config.root.join(folder))),
                        }
                    }
                    _ => Ok(captured.snapshot),
                }
            }
            At::Index => Ok(self
                .repo()?
                .index_snapshot(&self.prefix()?, &self.folders())?
                .snapshot),
            At::Commit(name) => Ok(self
                .repo()?
                .commit_snapshot(&self.prefix()?, &self.folders(), name)?
                .snapshot),
        }
    }

    /// Revisions may only be written where they are read from: the working tree.
    pub fn writable_project(&self) -> Result<Project, Error> {
        if self.options.at != At::WorkTree {
            return Err(Error::Usage(
                "--at reads from Git; this command writes files".to_owned(),
            ));
        }
        self.project()
    }

    /// The database that was chosen.
    pub fn target(&self) -> Result<Target, Error> {
        Ok(self.config.target(
            self.options.url.as_deref(),
            self.options.environment.as_deref(),
            &self.cwd,
        )?)
    }

    /// The database that was chosen was named, not taken by default.
    pub fn environment_was_named(&self) -> bool {
        self.options.environment.is_some() || self.options.url.is_some()
    }

    /// Opens the chosen database.
    pub fn database(&self) -> Result<Box<dyn Database>, Error> {
        let target = self.target()?;
        db::open(
            target.url.expose(),
            &target.base,
            &self.run_settings(&target),
            &|name| self.config.env.get(name).map(str::to_owned),
        )
        .map_err(|error| Error::Database {
            location: target.environment,
            error: Box::new(error),
        })
    }

    /// The rows of a database.
    pub fn ledger(&self, database: &mut dyn Database) -> Result<Ledger, Error> {
        let ledger = database
            .ledger()
            .map_err(|error| Error::database(database, error))?;
        super::known::remember(self, &ledger);
        Ok(ledger)
    }

    fn run_settings(&self, target: &Target) -> RunSettings {
        let given = &self.options.timeouts;
        let own = &target.timeouts;
        RunSettings {
            ddl_lock_timeout: given.ddl_lock_timeout.or(own.ddl_lock_timeout),
            statement_timeout: given.statement_timeout.or(own.statement_timeout),
            lock_retries: given.lock_retries.or(own.lock_retries).unwrap_or(3),
            ledger_table: self.config.ledger_table.clone(),
            ledger_schema: self.config.ledger_schema.clone(),
            application: format!("teammig {} by {}", self.options.command, self.who()),
        }
    }

    /// How long to wait for another deployer.
    pub fn lock_timeout(&self) -> Duration {
        let own = self
            .target()
            .ok()
            .and_then(|target| target.timeouts.lock_timeout);
        self.options
            .timeouts
            .lock_timeout
            .or(own)
            .unwrap_or(DEFAULT_LOCK_TIMEOUT)
    }

    /// Who calls: `user@host`, of the operating system.
    pub fn who(&self) -> String {
        let env = &self.config.env;
        let user = ["USER", "LOGNAME"]
            .iter()
            .find_map(|name| env.get(name))
            .map(str::to_owned)
            .or_else(|| whoami::username().ok())
            .unwrap_or_else(|| "unknown".to_owned());
        let host = env
            .get("TEAMMIG_HOST")
            .map(str::to_owned)
            .or_else(|| whoami::hostname().ok())
            .unwrap_or_else(|| "unknown".to_owned());
        format!("{user}@{host}")
    }

    /// A path as the user would write it from the project's root.
    pub fn display_path(&self, path: &Path) -> String {
        path.strip_prefix(&self.config.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
