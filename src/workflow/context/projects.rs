//! All projects of a repository, for what concerns the repository as a whole: hooks and
//! the merge driver. Says of each whether it can be looked at; what follows from that,
//! the caller decides.

use std::{
    collections::{HashMap, HashSet},
    io::{self, ErrorKind},
    path::Path,
    rc::Rc,
};

use super::{At, Context, place::Stood};
use crate::{
    config::{self, Config, FILE_NAME},
    git::{CommitId, GitError, Listed},
    model::RevId,
    workflow::{Error, outline},
};

/// The projects of a repository.
#[derive(Debug, Default)]
pub struct Projects {
    /// Those whose configuration can be read.
    pub all: Vec<Context>,
    /// Those whose configuration cannot.
    pub unread: Vec<Unread>,
}

/// A project that cannot be looked at.
#[derive(Debug)]
pub struct Unread {
    /// The project's folder in the repository.
    pub prefix: String,
    /// Why not.
    pub error: Error,
}

/// Whose configuration is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::workflow) enum Configured {
    /// The files on disk.
    OnDisk,
    /// What is staged: what a commit will have.
    Staged,
    /// That of a commit.
    In(CommitId),
}

impl Context {
    /// Every project of the repository, once for each of its databases: those
    /// that are staged, and the one of the current folder. One that cannot be read
    /// does not hide the others.
    pub fn projects(&self) -> Result<Projects, Error> {
        self.projects_as(Configured::OnDisk)
    }

    /// The same, as they are configured there. What Git does not track yet is read from
    /// the disk.
    pub(in crate::workflow) fn projects_as(&self, there: Configured) -> Result<Projects, Error> {
        if self.options.overrides.migrations.is_some() {
            let env = self.config.env.clone();
            let config = config::load(&self.cwd, env, &self.options.overrides)?;
            return Ok(Projects {
                all: vec![self.with(config, None)],
                unread: Vec::new(),
            });
        }
        let repo = self.repo()?;
        let Some(top) = repo.work_dir() else {
            return Err(Error::Git(GitError::Bare {
                git_dir: repo.git_dir().to_owned(),
            }));
        };
        let staged = repo.staged_named(FILE_NAME)?;
        let mut found = match there {
            Configured::OnDisk | Configured::Staged => staged.clone(),
            Configured::In(commit) => {
                let folders = self.folders_with_projects(commit)?.into_iter();
                let one = |folder: String| -> Result<_, Error> {
                    let listed = self.configuration_in(commit, &folder)?;
                    Ok((folder, listed))
                };
                folders.map(one).collect::<Result<Vec<_>, Error>>()?
            }
        };
        // One that was not added yet.
        if let Some(path) = config::find_file(&self.cwd)
            && let Some(prefix) = path.parent().and_then(|root| repo.prefix_of(root).ok())
            && !staged.iter().any(|(known, _)| *known == prefix)
            && !found.iter().any(|(known, _)| *known == prefix)
        {
            found.push((prefix, None));
        }
        let mut projects = Projects::default();
        for (prefix, listed) in found {
            match (listed, there) {
                (Some(listed), Configured::Staged | Configured::In(_)) => {
                    self.add_from_git(top, &prefix, &listed, &mut projects)?;
                }
                (listed, _) => self.add_project(top, &prefix, listed.as_ref(), &mut projects)?,
            }
        }
        if projects.all.is_empty() && projects.unread.is_empty() {
            projects.all.push(self.without_file());
        }
        Ok(projects)
    }

    /// The projects of a commit that `projects` has no longer, as they were configured
    /// then. Those that stand in another place by now are told so and are not gone:
    /// `revisions` says which ids one of `projects` has.
    pub(in crate::workflow) fn gone(
        &self,
        before: CommitId,
        projects: &mut Projects,
        revisions: impl Fn(&Context) -> Result<Vec<RevId>, Error>,
    ) -> Result<Vec<Context>, Error> {
        let repo = self.repo()?;
        let Some(top) = repo.work_dir() else {
            return Ok(Vec::new());
        };
        if self.options.overrides.migrations.is_some() {
            return Ok(Vec::new());
        }
        let mut old = Projects::default();
        for prefix in self.folders_with_projects(before)? {
            if projects.unread.iter().any(|unread| unread.prefix == prefix) {
                continue;
            }
            if let Some(listed) = self.configuration_in(before, &prefix)? {
                self.add_from_git(top, &prefix, &listed, &mut old)?;
            }
        }
        // What is fixed in one whose configuration was broken is fixed all the same.
        for unread in old.unread {
            let root = top.join(&unread.prefix);
            let config = config::none(&root, self.config.env.clone());
            old.all.push(self.with(config, Some(unread.prefix)));
        }
        let places = |all: &[Context]| -> Result<Vec<Stood>, Error> {
            all.iter().map(Context::place).collect()
        };
        let (then, now) = (places(&old.all)?, places(&projects.all)?);
        let mut gone = Vec::new();
        for (one, place) in old.all.into_iter().zip(&then) {
            if now.contains(place) {
                continue;
            }
            let had: HashSet<RevId> = outline::of_commit(&one, &before.to_string())?
                .into_iter()
                .map(|one| one.revision.clone())
                .collect();
            let mut moved = false;
            for (new, _) in projects
                .all
                .iter_mut()
                .zip(&now)
                .filter(|(_, place)| !then.contains(place))
            {
                if new.stood.is_none() && revisions(new)?.iter().any(|id| had.contains(id)) {
                    new.stood = Some(place.clone());
                    moved = true;
                    break;
                }
            }
            if !moved {
                gone.push(one);
            }
        }
        if !gone.is_empty() {
            // Nothing is left of what would be a project without a configuration.
            let is_one = |one: &Context| one.config.file.is_some() || one.is_project();
            projects.all.retain(is_one);
        }
        Ok(gone)
    }

    /// No folder of a commit has a configuration.
    pub(super) fn has_no_projects(&self, commit: CommitId) -> Result<bool, Error> {
        Ok(self.folders_with_projects(commit)?.is_empty())
    }

    /// The revisions of a state that may lack the folders.
    pub(in crate::workflow) fn revisions_at(&self, at: &At) -> Result<Vec<RevId>, Error> {
        let project = self.project_so_far(at)?;
        Ok(project.graph.iter().map(|one| one.id.clone()).collect())
    }

    /// The folders of a commit with a configuration. Goes only into what differs from the
    /// commit that was asked about last: large repositories have many folders.
    fn folders_with_projects(&self, commit: CommitId) -> Result<Vec<String>, Error> {
        const NAME: &str = "projects";
        const VERSION: u32 = 1;
        let repo = self.repo()?;
        let cache = repo.cache();
        let known: Option<(String, Vec<String>)> = cache
            .load(NAME, VERSION)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let known = known.and_then(|(hex, folders)| {
            let last = CommitId::from_hex(&hex).filter(|last| repo.has(*last))?;
            Some((last, folders))
        });
        if let Some((last, folders)) = &known
            && *last == commit
        {
            return Ok(folders.clone());
        }
        let found = self.folders_since(known.as_ref(), commit)?;
        if let Ok(bytes) = serde_json::to_vec(&(commit.to_string(), &found)) {
            cache.store(NAME, VERSION, &bytes);
        }
        Ok(found)
    }

    /// The same of many commits, which are remembered: old releases stay what they are.
    pub(super) fn folders_with_projects_in(
        &self,
        commits: &[CommitId],
    ) -> Result<Vec<Vec<String>>, Error> {
        const NAME: &str = "projects-of-releases";
        const VERSION: u32 = 1;
        let cache = self.repo()?.cache();
        let mut known: HashMap<String, Vec<String>> = cache
            .load(NAME, VERSION)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let stored = known.len();
        let mut last = None;
        let mut all = Vec::new();
        for commit in commits {
            let hex = commit.to_string();
            let folders = match known.get(&hex) {
                Some(folders) => folders.clone(),
                None => self.folders_since(last.as_ref(), *commit)?,
            };
            known.insert(hex, folders.clone());
            last = Some((*commit, folders.clone()));
            all.push(folders);
        }
        if known.len() > stored
            && let Ok(bytes) = serde_json::to_vec(&known)
        {
            cache.store(NAME, VERSION, &bytes);
        }
        Ok(all)
    }

    /// The folders of a commit with a configuration, where those of another one are known.
    fn folders_since(
        &self,
        known: Option<&(CommitId, Vec<String>)>,
        commit: CommitId,
    ) -> Result<Vec<String>, Error> {
        let last = known.map(|(last, _)| *last);
        let mut found = self.repo()?.changed_folders_with(FILE_NAME, last, commit)?;
        for folder in known.map_or(&[][..], |(_, folders)| folders) {
            if !found.contains(folder) && self.configuration_in(commit, folder)?.is_some() {
                found.push(folder.clone());
            }
        }
        found.sort();
        Ok(found)
    }

    /// The project of the current folder alone: a bare repository has no files by which
    /// others could be found.
    pub(in crate::workflow) fn here(&self) -> Result<Context, Error> {
        let env = self.config.env.clone();
        let config = config::load(&self.cwd, env, &self.options.overrides)?;
        Ok(self.with(config, None))
    }

    /// The projects in these folders (as Git names them), as their files on disk are.
    pub(in crate::workflow) fn projects_in(&self, folders: &[String]) -> Result<Projects, Error> {
        let mut projects = Projects::default();
        if let Some(top) = self.repo()?.work_dir() {
            for prefix in folders {
                self.add_project(top, prefix, None, &mut projects)?;
            }
        }
        Ok(projects)
    }

    /// The project that a folder `migrations/` makes where nobody wrote a configuration.
    pub(in crate::workflow) fn without_file(&self) -> Self {
        let config = config::without_file(&self.cwd, self.config.env.clone());
        let mut project = self.with(config, None);
        // Between the working folder and the top of its repository no other one begins.
        if let Some(repo) = self.repo.get()
            && repo.prefix_of(&project.config.root).is_ok()
        {
            project.repo = Rc::clone(repo).into();
        }
        project
    }

    fn add_project(
        &self,
        top: &Path,
        prefix: &str,
        listed: Option<&Listed>,
        projects: &mut Projects,
    ) -> Result<(), Error> {
        let path = top.join(prefix).join(FILE_NAME);
        let staged = match listed {
            Some(listed) => self.text_of(listed)?,
            None => None,
        };
        let database = self.options.overrides.database.as_deref();
        let configs = |bytes| self.configs(&path, bytes, database);
        let read = match config::read_file(&path) {
            Ok(bytes) => configs(bytes),
            // Sparse checkouts leave folders out.
            Err(error) if error.kind() == ErrorKind::NotFound => match &staged {
                Some(bytes) => configs(bytes.clone()),
                None => Err(Error::io("read", &path)(error)),
            },
            Err(error) => Err(Error::io("read", &path)(error)),
        };
        let configs = match read {
            Ok(configs) => configs,
            Err(error) => {
                projects.unread.push(Unread {
                    prefix: prefix.to_owned(),
                    error,
                });
                // Broken on disk alone, it is known all the same.
                staged
                    .and_then(|bytes| configs(bytes).ok())
                    .unwrap_or_default()
            }
        };
        self.add(prefix, configs, projects);
        Ok(())
    }

    fn add_from_git(
        &self,
        top: &Path,
        prefix: &str,
        listed: &Listed,
        projects: &mut Projects,
    ) -> Result<(), Error> {
        let path = top.join(prefix).join(FILE_NAME);
        let database = self.options.overrides.database.as_deref();
        let read = |listed: &Listed| -> Result<_, Error> {
            let text = self.text_of(listed)?;
            Ok(text.map(|bytes| self.configs(&path, bytes, database)))
        };
        let mut configs = read(listed)?;
        // The text of a link is the name of what it leads to, which is no configuration.
        if !matches!(configs, Some(Ok(_)))
            && let Some(linked) = self.staged_configuration(prefix)?
            && linked.blob() != listed.blob()
        {
            configs = read(&linked)?;
        }
        let missing = || {
            Err(Error::Git(GitError::ObjectMissing {
                doing: format!("read {}", path.display()),
            }))
        };
        match configs.unwrap_or_else(missing) {
            Ok(configs) => self.add(prefix, configs, projects),
            Err(error) => projects.unread.push(Unread {
                prefix: prefix.to_owned(),
                error,
            }),
        }
        Ok(())
    }

    fn add(&self, prefix: &str, configs: Vec<Config>, projects: &mut Projects) {
        let contexts = configs
            .into_iter()
            .map(|config| self.with(config, Some(prefix.to_owned())));
        projects.all.extend(contexts);
    }

    pub(super) fn configs(
        &self,
        path: &Path,
        bytes: Vec<u8>,
        database: Option<&str>,
    ) -> Result<Vec<Config>, Error> {
        let text = String::from_utf8(bytes)
            .map_err(|error| Error::io("read", path)(io::Error::other(error.utf8_error())))?;
        Ok(config::read_all(
            path,
            text,
            self.config.env.clone(),
            database,
        )?)
    }

    pub(super) fn text_of(&self, listed: &Listed) -> Result<Option<Vec<u8>>, Error> {
        let file = self.repo()?.read_files(std::slice::from_ref(listed))?.pop();
        Ok(file
            .and_then(|file| file.content.ok())
            .map(|bytes| bytes.to_vec()))
    }
}
