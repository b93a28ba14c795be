//! What every use-case starts from: configuration, repository, choice of
//! database, the time. Everything is opened on first use, so a command pays
//! only for what it looks at.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    rc::Rc,
};

use jiff::Timestamp;

use super::{Error, Interrupt, outline::Rows, way_back_in_git::FoundWayBack};
use crate::{
    config::{self, Config, Env, Overrides, Timeouts},
    db::DatabaseUrl,
    git::{Captured, Folders, GitError, Repo, worktree_snapshot},
    layout::{self, Layout},
    model::{Origin, Project, RevId, Snapshot, audit::Edit, snapshot::Unreadable},
    schema::LeaveOut,
};

mod databases;
mod place;
mod projects;

pub(super) use place::{folders_of, layout_of, missing_folder, pathspec};
pub(super) use projects::{Configured, Projects, Unread};

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
    /// Told for whom, when a server takes long to answer.
    pub waiting: Option<fn(&str)>,
    /// Somebody said that the configuration's command may be run. Shared: it may be said
    /// later, at a prompt.
    pub allow_command: Rc<Cell<bool>>,
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
    /// The project's folder in the repository, where it was found there.
    prefix: Option<String>,
    /// Where it stood before a step that moves it.
    stood: Option<place::Stood>,
    /// Where it stood in commits that have it in another place, as far as that was looked for.
    sought: Rc<place::Sought>,
    /// Configurations of commits, as far as they were needed.
    configured: RefCell<place::Known>,
    /// Shared with the contexts of single projects: its index is read once.
    repo: OnceCell<Rc<Repo>>,
    /// What was found, or not, where Git was searched for it.
    pub(super) ways_back: RefCell<BTreeMap<RevId, Option<FoundWayBack>>>,
    /// What branches changed of what they had published, by their names.
    pub(super) edits: RefCell<BTreeMap<String, Rc<Vec<Edit>>>>,
    /// Parsed files, as far as they were needed, by the name of their cache.
    pub(super) headers: RefCell<HashMap<&'static str, Rc<Rows>>>,
}

impl Context {
    /// Finds the configuration for `cwd`.
    pub fn new(
        cwd: PathBuf,
        env: Env,
        options: Options,
        interrupt: Interrupt,
    ) -> Result<Self, Error> {
        let config = config::load(&cwd, env.clone(), &options.overrides)?;
        Ok(Self {
            config,
            ..Self::of_repository(cwd, env, options, interrupt)?
        })
    }

    /// For what concerns the repository as a whole: reads no configuration.
    pub fn of_repository(
        cwd: PathBuf,
        env: Env,
        options: Options,
        interrupt: Interrupt,
    ) -> Result<Self, Error> {
        Ok(Self {
            now: now(&env)?,
            config: config::none(&cwd, env),
            cwd,
            interrupt,
            options,
            prefix: None,
            stood: None,
            sought: Rc::default(),
            configured: RefCell::default(),
            repo: OnceCell::new(),
            ways_back: RefCell::default(),
            edits: RefCell::default(),
            headers: RefCell::default(),
        })
    }

    fn with(&self, config: Config, prefix: Option<String>) -> Self {
        // A project that was found in the repository is in no other one.
        let repo = match (&prefix, self.repo.get()) {
            (Some(_), Some(repo)) => Rc::clone(repo).into(),
            _ => OnceCell::new(),
        };
        Self {
            config,
            cwd: self.cwd.clone(),
            now: self.now,
            interrupt: self.interrupt.clone(),
            options: self.options.clone(),
            prefix,
            stood: None,
            sought: Rc::clone(&self.sought),
            configured: RefCell::default(),
            repo,
            ways_back: RefCell::default(),
            edits: RefCell::default(),
            headers: RefCell::default(),
        }
    }

    /// The same project with another configuration; what was read of it is not read again.
    pub(super) fn with_other(&self, config: Config) -> Self {
        Self {
            repo: self.repo.clone(),
            stood: self.stood.clone(),
            configured: self.configured.clone(),
            headers: self.headers.clone(),
            edits: self.edits.clone(),
            ..self.with(config, self.prefix.clone())
        }
    }

    /// The Git repository around the project.
    pub fn repo(&self) -> Result<&Repo, Error> {
        if let Some(repo) = self.repo.get() {
            return Ok(repo);
        }
        // The folder of a project that is only staged may not be on disk.
        let start = match &self.prefix {
            Some(_) => &self.cwd,
            None => &self.config.root,
        };
        let repo = Repo::open(start)?;
        Ok(self.repo.get_or_init(|| Rc::new(repo)))
    }

    /// The repository, where there is one that can be read.
    pub fn repo_if_any(&self) -> Option<&Repo> {
        self.repo().ok()
    }

    /// What no comparison is about.
    pub(super) fn leave_out(&self) -> LeaveOut {
        LeaveOut {
            patterns: self.config.exclude.clone(),
        }
    }

    /// How revisions stand in files here.
    pub fn layout(&self) -> &'static dyn Layout {
        layout_of(&self.config)
    }

    /// There is a configuration, teammig's or Alembic's, or a migrations folder: somebody
    /// means teammig here.
    pub fn is_project(&self) -> bool {
        let config = &self.config;
        let is_configured = config.file.is_some() || config.layout == config::Layout::Alembic;
        let mut folders = config.folders.iter();
        is_configured || folders.any(|folder| config.root.join(folder).is_dir())
    }

    /// The migrations folders.
    pub fn folders(&self) -> Folders {
        folders_of(&self.config)
    }

    /// The project's root below the top of the repository.
    pub fn prefix(&self) -> Result<String, Error> {
        if let Some(prefix) = &self.prefix {
            return Ok(prefix.clone());
        }
        let repo = self.repo()?;
        if repo.is_bare() {
            // There is no working tree to be below of: paths begin at the top.
            return Ok(String::new());
        }
        Ok(repo.prefix_of(&self.config.root)?)
    }

    /// A file of the project as Git is told of it.
    pub(super) fn pathspec(&self, path: &str) -> String {
        pathspec(&self.prefix().unwrap_or_default(), path)
    }

    /// The command's name.
    pub(super) fn command(&self) -> &str {
        &self.options.command
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
        Ok(self.read(&self.captured(at)?))
    }

    /// The same of a state that may lack the folders: Git keeps no empty ones, and a
    /// project has to begin somehow.
    pub(super) fn project_so_far(&self, at: &At) -> Result<Project, Error> {
        let captured = match at {
            At::WorkTree => {
                let captured = self.on_disk()?;
                // Who left a folder out deleted nothing in it.
                if let Some(folder) = captured.missing.first()
                    && self.repo_if_any().is_some_and(Repo::is_sparse)
                    && self.is_staged()
                {
                    return Err(Error::FolderNotHere(folder.clone()));
                }
                captured
            }
            At::Index | At::Commit(_) => self.captured_in_git(at)?,
        };
        // Taken for a file that cannot be read, it would make its revision a new one.
        let mut files = captured.snapshot.files.iter();
        if let Some(lost) = files.find(|file| file.content == Err(Unreadable::Missing)) {
            return Err(Error::Git(GitError::ObjectMissing {
                doing: format!("read {}", lost.path),
            }));
        }
        Ok(self.read(&captured))
    }

    /// A project that nobody began.
    pub(super) fn no_revisions(&self) -> Project {
        let snapshot = Snapshot {
            origin: Origin::WorkTree,
            files: Vec::new(),
            head_file: None,
        };
        layout::load(&snapshot, self.layout())
    }

    fn read(&self, captured: &Captured) -> Project {
        let mut project = layout::load(&captured.snapshot, self.layout());
        if !project.unread.is_empty() {
            super::outline::recognise(self, &mut project.unread);
        }
        // Git keeps no empty folder: one that is here and empty is in no commit.
        let is_here = |folder: &&String| self.config.root.join(folder).is_dir();
        let missing = captured.missing.iter().filter(|folder| !is_here(folder));
        project
            .findings
            .extend(missing.map(|folder| missing_folder(folder)));
        if captured.snapshot.origin == Origin::WorkTree {
            super::committed::offer(self, &mut project);
        }
        project
    }

    /// The working tree's revisions, with other texts in some of the files (by
    /// their paths): what a change would lead to.
    pub(super) fn project_with(
        &self,
        texts: &BTreeMap<std::sync::Arc<str>, String>,
    ) -> Result<Project, Error> {
        let mut snapshot = self.captured(&At::WorkTree)?.snapshot;
        for file in &mut snapshot.files {
            if let Some(text) = texts.get(&file.path) {
                file.content = Ok(text.as_bytes().into());
            }
        }
        Ok(layout::load(&snapshot, self.layout()))
    }

    /// The files of a given state, which has at least one of the folders.
    pub(super) fn captured(&self, at: &At) -> Result<Captured, Error> {
        let captured = match at {
            At::WorkTree => {
                let captured = self.on_disk()?;
                return match captured.missing.first() {
                    Some(folder) if captured.missing.len() == self.folders().paths().len() => {
                        match self.repo_if_any() {
                            Some(repo) if repo.is_bare() => Err(Error::Git(GitError::Bare {
                                git_dir: repo.git_dir().to_owned(),
                            })),
                            _ => Err(self.no_folder(folder)),
                        }
                    }
                    _ => Ok(captured),
                };
            }
            At::Index | At::Commit(_) => self.captured_in_git(at)?,
        };
        // Nothing to read is no answer: the folder may be named wrong, or a link.
        if let Some(folder) = captured.missing.first() {
            return Err(Error::NoFolderAt {
                folder: folder.clone(),
                at: match at {
                    At::Commit(name) => name.clone(),
                    _ => "the index".to_owned(),
                },
            });
        }
        Ok(captured)
    }

    fn on_disk(&self) -> Result<Captured, Error> {
        let mut captured = worktree_snapshot(&self.config.root, &self.folders())?;
        if let (Some(repo), Ok(prefix)) = (self.repo_if_any(), self.prefix()) {
            repo.add_left_out(&prefix, &self.folders(), &mut captured)?;
        }
        Ok(captured)
    }

    /// Git has revisions staged in the folders.
    fn is_staged(&self) -> bool {
        let listing = self.repo_if_any().and_then(|repo| {
            repo.index_listing(&self.prefix().ok()?, &self.folders())
                .ok()
        });
        listing.is_some_and(|listing| !listing.files.is_empty())
    }

    /// There is nothing at a folder's place, or a link that leads nowhere.
    fn no_folder(&self, folder: &str) -> Error {
        let path = self.config.root.join(folder);
        match std::fs::read_link(&path) {
            Ok(target) => Error::Git(GitError::FolderIsLink {
                folder: folder.to_owned(),
                target: target.display().to_string(),
            }),
            Err(_) if self.is_staged() => Error::FolderNotHere(folder.to_owned()),
            Err(_) => Error::NoFolder(path),
        }
    }

    fn captured_in_git(&self, at: &At) -> Result<Captured, Error> {
        let repo = self.repo()?;
        Ok(match at {
            At::Commit(name) => {
                let (prefix, folders) = self.place_in(name)?;
                repo.commit_snapshot(&prefix, &folders, name)?
            }
            At::Index | At::WorkTree => repo.index_snapshot(&self.prefix()?, &self.folders())?,
        })
    }

    /// Revisions may only be written where they are read from: the working tree.
    pub fn writable_project(&self) -> Result<Project, Error> {
        if self.options.at != At::WorkTree {
            return Err(Error::Usage(
                "--at reads from Git; this command writes files".to_owned(),
            ));
        }
        super::unfinished::refuse(self)?;
        self.project()
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

/// A database's URL without its password; `None` where it is none.
pub fn shown_url(url: &str) -> Option<String> {
    DatabaseUrl::parse(url).ok().map(|url| url.to_string())
}

/// The time of the call.
fn now(env: &Env) -> Result<Timestamp, Error> {
    let now = match env.get("TEAMMIG_NOW") {
        Some(text) => text
            .parse()
            .map_err(|_| Error::Usage(format!("TEAMMIG_NOW is not a point in time: {text}")))?,
        None => Timestamp::now(),
    };
    // Sub-second digits help nobody who reads a migration's header.
    Ok(Timestamp::from_second(now.as_second()).unwrap_or(now))
}
