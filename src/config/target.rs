//! Which database is meant, and its URL with its variables filled in.

use std::path::{Path, PathBuf};

use super::{Config, ConfigError, Layout, Secret, Timeouts, alembic_url};

/// What a database was chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    /// `--url`.
    Url,
    /// An entry of `environments:`.
    Environment,
    /// The variable `DATABASE_URL`.
    Variable,
    /// `sqlalchemy.url` of an Alembic project's ini.
    Alembic,
}

/// A database that was chosen.
#[derive(Debug, Clone)]
pub struct Target {
    /// What it was chosen by.
    pub by: ChosenBy,
    /// The environment's name, for people; else what it was chosen by.
    pub environment: String,
    /// The URL, variables filled in.
    pub url: Secret,
    /// The same as `SQLAlchemy` reads it, for a project's own Alembic.
    pub sqlalchemy_url: Secret,
    /// What a relative SQLite path is relative to.
    pub base: PathBuf,
    /// Its revisions may not be edited any more.
    pub protected: bool,
    /// Its own settings for running.
    pub timeouts: Timeouts,
}

impl Config {
    /// An environment that `--env` has to name: not the one taken by default.
    pub fn has_to_be_named(&self, environment: &str) -> bool {
        let default = self.environments.first();
        default.is_none_or(|default| default.name != environment)
    }

    /// The database to use: `--url`, else `--env`, else the first environment,
    /// else `DATABASE_URL`, else what Alembic's ini has.
    pub fn target(
        &self,
        url: Option<&str>,
        environment: Option<&str>,
        current_dir: &Path,
    ) -> Result<Target, ConfigError> {
        if let Some(url) = url {
            let base = current_dir.to_owned();
            return Ok(self.unnamed(ChosenBy::Url, "url", url, base));
        }
        let chosen = match environment {
            Some(name) => Some(
                self.environments
                    .iter()
                    .find(|environment| environment.name == name)
                    .ok_or_else(|| ConfigError::NoSuchEnvironment {
                        name: name.to_owned(),
                        known: self.environments.iter().map(|e| e.name.clone()).collect(),
                    })?,
            ),
            None => self.environments.first(),
        };
        if let Some(environment) = chosen {
            let url = self.expand(&environment.name, &environment.url)?;
            let root = self.root.clone();
            return Ok(Target {
                protected: environment.protected,
                timeouts: environment.timeouts.clone(),
                ..self.unnamed(ChosenBy::Environment, &environment.name, &url, root)
            });
        }
        let (name, root) = (self.unnamed_database(), self.root.clone());
        match (self.variable(), &self.alembic.url) {
            (Some(url), _) => Ok(self.unnamed(ChosenBy::Variable, name, url, root)),
            (None, Some(url)) => Ok(self.unnamed(ChosenBy::Alembic, name, url.expose(), root)),
            (None, None) => Err(ConfigError::NoDatabase {
                dotenv: self.env.unread(),
            }),
        }
    }

    /// What the database is called that no environment names: what says where it is.
    pub fn unnamed_database(&self) -> &str {
        match (self.variable(), &self.alembic.url) {
            (None, Some(_)) => self.alembic.file.as_deref().unwrap_or("alembic.ini"),
            _ => "DATABASE_URL",
        }
    }

    fn variable(&self) -> Option<&str> {
        let url = self.env.get("DATABASE_URL");
        url.filter(|url| !url.is_empty())
    }

    /// A database of which nothing is known but its URL.
    fn unnamed(&self, by: ChosenBy, environment: &str, url: &str, base: PathBuf) -> Target {
        Target {
            by,
            environment: environment.to_owned(),
            // One that was imported is configured as it was, until `alembic:` is taken out.
            url: if self.layout == Layout::Alembic || self.alembic.file.is_some() {
                Secret::new(alembic_url::ours(url))
            } else {
                Secret::new(url)
            },
            sqlalchemy_url: alembic_url::theirs(url),
            base,
            protected: false,
            timeouts: Timeouts::default(),
        }
    }

    /// The server that scratch databases are made on, where one is named.
    pub fn scratch(&self) -> Result<Option<Secret>, ConfigError> {
        let url = self.scratch.as_ref();
        url.map(|url| Ok(Secret(self.expand("scratch", url)?)))
            .transpose()
    }

    /// Fills in `${NAME}` and `${NAME:-default}`.
    fn expand(&self, whose: &str, url: &Secret) -> Result<String, ConfigError> {
        let mut out = String::new();
        let mut rest = url.expose();
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((inside, tail)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            let (name, default) = match inside.split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (inside, None),
            };
            // As in a shell, `:-` also stands in for a variable that is empty.
            match (
                self.env.get(name).filter(|value| !value.is_empty()),
                default,
            ) {
                (Some(value), _) => out.push_str(value),
                (None, Some(default)) => out.push_str(default),
                (None, None) => {
                    return Err(ConfigError::MissingVariable {
                        environment: whose.to_owned(),
                        variable: name.to_owned(),
                        dotenv: self.env.unread(),
                    });
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }
}
