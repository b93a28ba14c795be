//! All projects of a repository, for what concerns the repository as a whole: hooks and
//! the merge driver. Says of each whether it can be looked at; what follows from that,
//! the caller decides.

use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
};

use super::Context;
use crate::{
    config::{Config, FILE_NAME},
    git::{GitError, Listed},
    workflow::Error,
};

/// The projects of a repository.
#[derive(Debug, Default)]
pub struct Projects {
    /// Those whose configuration can be read.
    pub all: Vec<Context>,
    /// Those whose configuration cannot.
    pub unread: Vec<Unread>,
}

/// A project that cannot be looked at as its files on disk are.
#[derive(Debug)]
pub struct Unread {
    /// The project's folder in the repository.
    pub prefix: String,
    /// Why not.
    pub error: Error,
    /// The configuration that is staged is looked at instead.
    pub staged_instead: bool,
}

impl Context {
    /// Every project of the repository, once for each of its databases: those
    /// that are staged, and the one of the current folder. One that cannot be read
    /// does not hide the others.
    pub fn projects(&self) -> Result<Projects, Error> {
        let env = || self.config.env.clone();
        if self.options.overrides.migrations.is_some() {
            let config = crate::config::load(&self.cwd, env(), &self.options.overrides)?;
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
        let mut staged = repo.staged_named(FILE_NAME)?;
        // One that was not added yet.
        if let Some(path) = crate::config::find_file(&self.cwd)
            && let Some(prefix) = path.parent().and_then(|root| repo.prefix_of(root).ok())
            && !staged.iter().any(|(known, _)| *known == prefix)
        {
            staged.push((prefix, None));
        }
        let mut projects = Projects::default();
        for (prefix, listed) in staged {
            self.add_project(top, &prefix, listed.as_ref(), &mut projects)?;
        }
        if projects.all.is_empty() && projects.unread.is_empty() {
            projects.all.push(self.without_file());
        }
        Ok(projects)
    }

    /// The project of the current folder alone: a bare repository has no files by which
    /// others could be found.
    pub(in crate::workflow) fn here(&self) -> Result<Context, Error> {
        let env = self.config.env.clone();
        let config = crate::config::load(&self.cwd, env, &self.options.overrides)?;
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
        let config = crate::config::without_file(&self.cwd, self.config.env.clone());
        self.with(config, None)
    }

    fn add_project(
        &self,
        top: &Path,
        prefix: &str,
        listed: Option<&Listed>,
        projects: &mut Projects,
    ) -> Result<(), Error> {
        let path = top.join(prefix).join(FILE_NAME);
        let from_index = || match listed {
            Some(listed) => self.staged_text(listed),
            None => Ok(None),
        };
        let read = match fs::read(&path) {
            Ok(bytes) => self.configs(&path, bytes),
            // Sparse checkouts leave folders out.
            Err(error) if error.kind() == ErrorKind::NotFound => match from_index()? {
                Some(bytes) => self.configs(&path, bytes),
                None => Err(Error::io("read", &path)(error)),
            },
            Err(error) => Err(Error::io("read", &path)(error)),
        };
        let configs = match read {
            Ok(configs) => configs,
            Err(error) => {
                // What is broken on disk alone is no part of a commit.
                let instead = from_index()?.and_then(|bytes| self.configs(&path, bytes).ok());
                projects.unread.push(Unread {
                    prefix: prefix.to_owned(),
                    error,
                    staged_instead: instead.is_some(),
                });
                instead.unwrap_or_default()
            }
        };
        let contexts = configs
            .into_iter()
            .map(|config| self.with(config, Some(prefix.to_owned())));
        projects.all.extend(contexts);
        Ok(())
    }

    fn configs(&self, path: &Path, bytes: Vec<u8>) -> Result<Vec<Config>, Error> {
        let text = String::from_utf8(bytes)
            .map_err(|error| Error::io("read", path)(io::Error::other(error.utf8_error())))?;
        let database = self.options.overrides.database.as_deref();
        Ok(crate::config::read_all(
            path,
            text,
            self.config.env.clone(),
            database,
        )?)
    }

    fn staged_text(&self, listed: &Listed) -> Result<Option<Vec<u8>>, Error> {
        let file = self.repo()?.read_files(std::slice::from_ref(listed))?.pop();
        Ok(file
            .and_then(|file| file.content.ok())
            .map(|bytes| bytes.to_vec()))
    }
}
