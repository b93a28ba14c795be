//! Where a project stands in a commit: its folders have the names that the configuration
//! in that commit gives them, whatever the one of today says.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use super::{At, Context};
use crate::{
    config::{Config, DEFAULT_FOLDER, FILE_NAME, Layout, Other, alembic},
    git::{BlobId, CommitId, Folders, GitError, Listed},
    layout,
    model::{Finding, Rule},
    workflow::{Error, outline},
};

/// The place of a project before it was moved: its folder in the repository, and which of
/// its `databases:`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Stood {
    pub(super) prefix: String,
    pub(super) database: Option<String>,
}

/// Where projects stood in commits that have them in other places.
#[derive(Debug, Default)]
pub(super) struct Sought {
    /// By their places of today.
    found: RefCell<HashMap<(Stood, CommitId), Option<AtPlace>>>,
    /// It is being looked for.
    seeks: Cell<bool>,
}

/// A project's folder in the repository, and its folders with migrations.
type AtPlace = (String, Folders);

/// What a commit says of a project.
enum Configured {
    /// This, at that place: the one of these at this index.
    As(Stood, Rc<Vec<Config>>, usize),
    /// It has these, none of which is this database.
    Otherwise(Rc<Vec<Config>>),
    /// It has a file that cannot be read.
    Unreadable,
    /// There is no file.
    Nowhere,
}

/// Configurations that were read, by the project's folder and their blobs; `None` = it
/// cannot be read.
pub(super) type Known = HashMap<(String, BlobId), Option<Rc<Vec<Config>>>>;

impl Context {
    /// The project's root in the repository as it is in a commit, and its folders there.
    pub(in crate::workflow) fn place_in(&self, name: &str) -> Result<(String, Folders), Error> {
        let (repo, own) = (self.repo()?, self.folders());
        if self.options.overrides.migrations.is_some() {
            return Ok((self.prefix()?, own));
        }
        let commit = repo.resolve(name)?;
        let there = self.configured_in(commit)?;
        if let Configured::As(place, configs, at) = &there
            && let Some(config) = configs.get(*at)
        {
            let folders = self.folders_in(commit, &place.prefix, config)?;
            return Ok((place.prefix.clone(), folders));
        }
        let now = self.place()?;
        if let Some(found) = self.elsewhere_in(commit, &now)? {
            return Ok(found);
        }
        let is_named = now.database.is_some() || matches!(there, Configured::Otherwise(_));
        // Nothing there names a folder: it is ours, or the one that holds without a name. Of
        // several databases, none has that.
        let prefix = now.prefix;
        let unnamed = Folders::new([DEFAULT_FOLDER], self.layout().extensions());
        let lacks = |folders: &Folders| -> Result<bool, Error> {
            match repo.folder_state(commit, &prefix, folders, &[]) {
                Err(GitError::FolderIsLink { .. }) => Ok(false),
                state => Ok(state?.is_absent()),
            }
        };
        let folders = if !is_named && own != unnamed && lacks(&own)? && !lacks(&unnamed)? {
            unnamed
        } else {
            self.folders_in(commit, &prefix, &self.config)?
        };
        Ok((prefix, folders))
    }

    /// The folders that a configuration names. Where it leaves that to an ini, it is the one of
    /// that commit which says it: a folder may be renamed in both.
    fn folders_in(
        &self,
        commit: CommitId,
        prefix: &str,
        config: &Config,
    ) -> Result<Folders, Error> {
        let own = folders_of(config);
        let alembic = &config.alembic;
        let file = match &alembic.file {
            Some(file) if config.layout == Layout::Alembic && alembic.says_folders => file,
            _ => return Ok(own),
        };
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let beside = Folders::new([folder], [ending]);
        let files = match self
            .repo()?
            .commit_listing(prefix, &beside, &commit.to_string())
        {
            Err(GitError::FolderIsLink { .. }) => Vec::new(),
            listing => listing?.files,
        };
        let Some(listed) = files.into_iter().find(|one| *one.path == **file) else {
            return Ok(own);
        };
        let text = self.text_of(&listed)?.map(String::from_utf8);
        let Some(Ok(text)) = text else {
            return Ok(own);
        };
        let found = alembic::locations_by(&config.root, file, &alembic.section, &text);
        let extensions = layout_of(config).extensions();
        Ok(found.map_or(own, |folders| {
            Folders::new(&folders, extensions).with_below(alembic.recursive)
        }))
    }

    /// Where the project stood in each of many commits. Where one of them does not have it at
    /// its place of today, it may be any of those that are there.
    pub(in crate::workflow) fn places_in(
        &self,
        commits: &[CommitId],
    ) -> Result<Vec<Vec<(String, Folders)>>, Error> {
        let repo = self.repo()?;
        let mut places = Vec::with_capacity(commits.len());
        let mut lost = Vec::new();
        for (at, commit) in commits.iter().enumerate() {
            let (prefix, folders) = self.place_in(&commit.to_string())?;
            let is_there = match repo.folder_state(*commit, &prefix, &folders, &[]) {
                Err(GitError::FolderIsLink { .. }) => true,
                state => !state?.is_absent(),
            };
            if !is_there {
                lost.push(at);
            }
            places.push(vec![(prefix, folders)]);
        }
        if lost.is_empty() || repo.is_bare() || self.options.overrides.migrations.is_some() {
            return Ok(places);
        }
        let asked: Vec<CommitId> = lost.iter().map(|at| commits[*at]).collect();
        for (at, prefixes) in lost.into_iter().zip(self.folders_with_projects_in(&asked)?) {
            for prefix in prefixes {
                let Some(listed) = self.configuration_in(commits[at], &prefix)? else {
                    continue;
                };
                for config in self
                    .configs_of(&prefix, &listed)?
                    .iter()
                    .flat_map(|all| all.iter())
                {
                    let folders = self.folders_in(commits[at], &prefix, config)?;
                    places[at].push((prefix.clone(), folders));
                }
            }
        }
        Ok(places)
    }

    /// Where the project stood in a commit that has nothing at its place of today: the one
    /// there that is gone by now and has revisions of this one. What is published is that by
    /// its id, wherever its file was.
    fn elsewhere_in(&self, commit: CommitId, now: &Stood) -> Result<Option<AtPlace>, Error> {
        // Whoever looks for it reads projects of commits too.
        if self.sought.seeks.get() || self.repo()?.is_bare() {
            return Ok(None);
        }
        let key = (now.clone(), commit);
        if let Some(known) = self.sought.found.borrow().get(&key) {
            return Ok(known.clone());
        }
        let state = self
            .repo()?
            .folder_state(commit, &now.prefix, &self.folders(), &[]);
        // A link that leads nowhere is at its place.
        let found = if state.is_ok_and(|state| state.is_absent()) {
            self.sought.seeks.set(true);
            let found = self.seek_in(commit, now);
            self.sought.seeks.set(false);
            found?
        } else {
            None
        };
        self.sought.found.borrow_mut().insert(key, found.clone());
        Ok(found)
    }

    fn seek_in(&self, commit: CommitId, now: &Stood) -> Result<Option<AtPlace>, Error> {
        if self.has_no_projects(commit)? {
            return Ok(None);
        }
        let mut projects = self.projects()?;
        self.gone(commit, &mut projects, |project| {
            let here = project.revisions_at(&At::WorkTree);
            here.or_else(|_| project.revisions_at(&At::Index))
        })?;
        for project in &projects.all {
            if project.stood.is_some()
                && project.place()? == *now
                && let Configured::As(place, configs, at) = project.configured_in(commit)?
                && let Some(config) = configs.get(at)
            {
                let folders = self.folders_in(commit, &place.prefix, config)?;
                return Ok(Some((place.prefix, folders)));
            }
        }
        Ok(None)
    }

    /// What a commit says of the project, where it stood then.
    fn configured_in(&self, commit: CommitId) -> Result<Configured, Error> {
        let now = self.place()?;
        let mut there = Configured::Nowhere;
        for place in std::iter::once(&now).chain(&self.stood) {
            let Some(listed) = self.configuration_in(commit, &place.prefix)? else {
                continue;
            };
            let Some(configs) = self.configs_of(&place.prefix, &listed)? else {
                there = match there {
                    Configured::Nowhere => Configured::Unreadable,
                    there => there,
                };
                continue;
            };
            let mut all = configs.iter();
            match all.position(|config| config.database == place.database) {
                Some(at) => return Ok(Configured::As(place.clone(), configs, at)),
                None => there = Configured::Otherwise(configs),
            }
        }
        Ok(there)
    }

    /// Refuses a commit where a folder of the project is in a submodule: no file of it is
    /// in this repository, and nothing there is no answer.
    pub(in crate::workflow) fn needs_folders_in(&self, name: &str) -> Result<(), Error> {
        let repo = self.repo()?;
        // Where there is no such commit, whoever needs it says so.
        let Ok(commit) = repo.resolve(name) else {
            return Ok(());
        };
        let (prefix, folders) = self.place_in(name)?;
        let paths = folders.in_repository(&prefix)?;
        for (folder, path) in folders.paths().iter().zip(paths) {
            if repo.submodule_of(commit, &path)?.is_some() {
                return Err(Error::NoFolderAt {
                    folder: folder.clone(),
                    at: name.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The project as a change of it is judged that begins at a commit, which people call
    /// `name`: by the stricter of what both sides say. `None` where that is what it says now.
    pub(in crate::workflow) fn strict(
        &self,
        commit: CommitId,
        name: &str,
    ) -> Result<Option<Self>, Error> {
        let repo = self.repo()?;
        if repo.is_bare() || self.options.overrides.migrations.is_some() {
            return Ok(None);
        }
        let there = self.configured_in(commit)?;
        // What holds where nobody says anything.
        let silent = crate::config::none(&self.config.root, self.config.env.clone());
        let configs = match &there {
            Configured::As(_, configs, at) => configs.get(*at..=*at).unwrap_or_default(),
            Configured::Otherwise(configs) => configs.as_slice(),
            // A project that begins with this change says itself what counts.
            Configured::Nowhere if outline::of_commit(self, &commit.to_string())?.is_empty() => {
                return Ok(None);
            }
            Configured::Unreadable | Configured::Nowhere => std::slice::from_ref(&silent),
        };
        let default_branch = repo.default_branch()?;
        let other = Other {
            configs,
            name,
            default_branch: default_branch.as_deref(),
        };
        Ok(self
            .config
            .stricter(&other)
            .map(|config| self.with_other(config)))
    }

    pub(super) fn place(&self) -> Result<Stood, Error> {
        Ok(Stood {
            prefix: self.prefix()?,
            database: self.config.database.clone(),
        })
    }

    /// The configuration of the project in the folder `prefix` of a commit. Links to it
    /// are followed.
    pub(super) fn configuration_in(
        &self,
        commit: CommitId,
        prefix: &str,
    ) -> Result<Option<Listed>, Error> {
        let repo = self.repo()?;
        match repo.commit_listing(prefix, &beside(), &commit.to_string()) {
            Err(GitError::FolderIsLink { .. }) => Ok(None),
            listing => Ok(configuration(listing?.files)),
        }
    }

    /// Somebody who edits a published revision in that commit could have known that it may not
    /// be: a project that was on Alembic before has edits in its past which nobody can take
    /// back or record any more, and those are for `audit` to tell.
    pub(in crate::workflow) fn is_guarded_in(&self, commit: CommitId) -> Result<bool, Error> {
        Ok(match self.config.layout {
            Layout::Native => true,
            Layout::Alembic => {
                let prefix = self.prefix()?;
                self.configuration_in(commit, &prefix)?.is_some()
            }
        })
    }

    /// The same of the index.
    pub(super) fn staged_configuration(&self, prefix: &str) -> Result<Option<Listed>, Error> {
        let listing = self.repo()?.index_listing(prefix, &beside())?;
        Ok(configuration(listing.files))
    }

    /// What a configuration in Git says, once for each database. `None` = nobody can say.
    pub(super) fn configs_of(
        &self,
        prefix: &str,
        listed: &Listed,
    ) -> Result<Option<Rc<Vec<Config>>>, Error> {
        let key = (prefix.to_owned(), listed.blob());
        if let Some(known) = self.configured.borrow().get(&key) {
            return Ok(known.clone());
        }
        let top = self.repo()?.work_dir().unwrap_or(&self.cwd);
        let path = top.join(prefix).join(FILE_NAME);
        let bytes = self.text_of(listed)?;
        let configs = bytes.and_then(|bytes| self.configs(&path, bytes, None).ok());
        let configs = configs.map(Rc::new);
        let mut known = self.configured.borrow_mut();
        known.insert(key, configs.clone());
        Ok(configs)
    }
}

/// The files that a configuration is one of.
fn beside() -> Folders {
    Folders::new([""], ["yaml"])
}

fn configuration(files: Vec<Listed>) -> Option<Listed> {
    files.into_iter().find(|file| *file.path == *FILE_NAME)
}

/// A folder of the configuration that is not there.
pub(in crate::workflow) fn missing_folder(folder: &str) -> Finding {
    Finding::warning(
        Rule::MissingFolder,
        format!("there is no folder {folder}, which the configuration names"),
    )
}

/// A file of the project below `prefix` as Git is told of it: from the top where the project
/// is not there, wherever the shell is.
pub(in crate::workflow) fn pathspec(prefix: &str, path: &str) -> String {
    match prefix {
        "" => path.to_owned(),
        prefix => format!(":/{prefix}/{path}"),
    }
}

/// How revisions stand in the files of a project.
pub(in crate::workflow) fn layout_of(config: &Config) -> &'static dyn layout::Layout {
    match config.layout {
        Layout::Native => &layout::Native,
        Layout::Alembic => &layout::Alembic,
    }
}

/// The migrations folders of a project.
pub(in crate::workflow) fn folders_of(config: &Config) -> Folders {
    let deep = config.layout == Layout::Alembic && config.alembic.recursive;
    Folders::new(&config.folders, layout_of(config).extensions()).with_below(deep)
}
