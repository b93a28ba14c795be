//! `teammig.yaml`, the process environment and `.env` become a [`Config`].
//!
//! The only place that reads configuration. Reads what it is given and decides
//! nothing else; URLs stay opaque here and never show in `Debug`.

pub mod alembic;
mod alembic_url;
mod env;
mod file;
mod lint;
mod mask;
mod native;
mod strict;
mod target;

use std::{
    fmt, fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use self::file::{Folders, choose, parse};
pub use self::{
    alembic::Alembic,
    env::Env,
    strict::Other,
    target::{ChosenBy, Target},
};
use crate::model::{Levels, LintOptions, SourceFile, Span, snapshot::MAX_FILE_BYTES};

/// The configuration's file name, at the root of the project.
pub const FILE_NAME: &str = "teammig.yaml";

/// Where migrations live when nothing says otherwise.
pub const DEFAULT_FOLDER: &str = "migrations";

/// How long to wait for another deployer.
pub const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_mins(1);

/// A text that must not be shown: a URL may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who connects with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What can be wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there and cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file does not say what a configuration says.
    #[error("{message}")]
    Invalid {
        /// The file's text.
        file: Box<SourceFile>,
        /// Where.
        span: Span,
        /// What.
        message: String,
    },
    /// `alembic: {config: …}` names a file that is not there.
    #[error("there is no file {file}, which `alembic: {{config: …}}` names")]
    NoAlembicFile {
        /// The file.
        file: String,
    },
    /// The ini names a folder that is not there: its paths begin elsewhere.
    #[error("{file} says `script_location = {location}`, and there is no such folder below {root}")]
    NoScripts {
        /// The ini.
        file: String,
        /// The folder.
        location: String,
        /// Where it was looked for.
        root: String,
        /// A folder above where it begins.
        begins: Option<String>,
    },
    /// `layout: alembic`, and nothing says where the revisions are.
    #[error("nothing says where Alembic's revisions are")]
    NoAlembic,
    /// `--env` names an environment that is not there.
    #[error("no environment named `{name}`")]
    NoSuchEnvironment {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// `--database` names a database that is not there, or has to be given.
    #[error("{}", match name { Some(name) => format!("no database named `{name}`"), None => "this project has several databases".to_owned() })]
    NoSuchDatabase {
        /// The name given.
        name: Option<String>,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Nothing says which database to use.
    #[error("no database is configured")]
    NoDatabase {
        /// What of `.env` could not be read; holds nothing of its content.
        dotenv: Option<String>,
    },
    /// A URL uses a variable that is not set.
    #[error("environment `{environment}` needs the variable {variable}, which is not set")]
    MissingVariable {
        /// The environment.
        environment: String,
        /// The variable.
        variable: String,
        /// What of `.env` could not be read; holds nothing of its content.
        dotenv: Option<String>,
    },
}

/// A configuration, complete with defaults.
#[derive(Debug, Clone)]
pub struct Config {
    /// The project's root: paths are relative to it.
    pub root: PathBuf,
    /// The file it was read from, where there is one.
    pub file: Option<PathBuf>,
    /// Which of `databases:` it is, where there are several.
    pub database: Option<String>,
    /// How revisions stand in files.
    pub layout: Layout,
    /// How the Alembic project is set up, where it is one.
    pub alembic: Alembic,
    /// The folders with migrations, relative to the root, with forward slashes.
    pub folders: Vec<String>,
    /// Where the schema stands as it should be.
    pub models: Option<Models>,
    /// Names of objects that no comparison is about.
    pub exclude: Vec<String>,
    /// Indexes of tables that are there are built `CONCURRENTLY` (PostgreSQL).
    pub concurrent_indexes: bool,
    /// The template of file names; `None` = the layout's default.
    pub file_template: Option<String>,
    /// Refs whose revisions are published; empty = the remote's default branch.
    pub protected: Vec<String>,
    /// Which tags are releases: patterns as `git tag --list` takes them.
    pub release_tags: Vec<String>,
    /// The environments, in the order written.
    pub environments: Vec<Environment>,
    /// The ledger's table.
    pub ledger_table: String,
    /// The ledger's schema (PostgreSQL).
    pub ledger_schema: Option<String>,
    /// Where scratch databases are made, when not beside the database; variables not yet
    /// filled in.
    scratch: Option<Secret>,
    /// How much the rules of the check matter.
    pub levels: Levels,
    /// Which statements are held to be dangerous.
    pub lint: LintOptions,
    /// Variables of the process and of `.env`.
    pub env: Env,
}

/// How revisions stand in files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// SQL with a header, which teammig runs.
    #[default]
    Native,
    /// Alembic's modules, which the project's own Alembic runs.
    Alembic,
}

/// Where models come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Models {
    /// A folder with `.sql` files, relative to the root.
    Folder(String),
    /// A command that prints DDL, run at the root without a shell: program and arguments.
    Command(Vec<String>),
}

/// One entry of `environments:`.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// The URL as written, variables not yet filled in.
    url: Secret,
    /// Its revisions may not be edited any more.
    pub protected: bool,
    /// Its own settings for running.
    pub timeouts: Timeouts,
}

/// Settings for runs, each of which may be left open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// How long to wait for another deployer.
    pub lock_timeout: Option<Duration>,
    /// The server's `lock_timeout` for scripts.
    pub ddl_lock_timeout: Option<Duration>,
    /// The server's `statement_timeout` for scripts.
    pub statement_timeout: Option<Duration>,
    /// Tries after a lock timeout.
    pub lock_retries: Option<u32>,
}

/// What the command line says about the configuration.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--migrations PATH`, relative to the current folder.
    pub migrations: Option<PathBuf>,
    /// `--database NAME`.
    pub database: Option<String>,
    /// `--layout NAME`, of the folder that `--migrations` names.
    pub layout: Option<Layout>,
}

/// Finds and reads the configuration that holds for a folder.
pub fn load(from: &Path, mut env: Env, overrides: &Overrides) -> Result<Config, ConfigError> {
    if let Some(path) = &overrides.migrations {
        let root = from.to_owned();
        env.read_dotenv(&root);
        let folder = path.to_string_lossy().replace('\\', "/");
        let folder = folder.trim_end_matches('/').to_owned();
        return Ok(Config {
            layout: overrides.layout.unwrap_or_default(),
            ..defaults(root, vec![folder], env)
        });
    }
    let Some(path) = find_file(from) else {
        return Ok(without_file(from, env));
    };
    let text = read_text(&path).map_err(|source| ConfigError::Read {
        path: path.display().to_string(),
        source,
    })?;
    let root = path.parent().unwrap_or(from);
    env.read_dotenv(root);
    let file = SourceFile::new(path.display().to_string(), text);
    let chosen = choose(parse(&file)?, overrides.database.as_deref())?;
    settled(&path, root, chosen, env)
}

/// The configuration file that holds for a folder, where there is one.
pub fn find_file(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|folder| folder.join(FILE_NAME))
        .find(|path| fs::metadata(path).is_ok_and(|facts| !facts.is_dir()))
}

/// The bytes of a file that is configured with. A repository may have a link in its place, to
/// what never ends.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    let mut file = fs::File::open(path)?.take(MAX_FILE_BYTES + 1);
    if file.read_to_end(&mut bytes)? as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other("it is too large"));
    }
    Ok(bytes)
}

fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read_file(path)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no UTF-8"))
}

/// What holds for a folder when no file says otherwise.
pub fn without_file(from: &Path, mut env: Env) -> Config {
    let (root, alembic) = match folder_with_migrations(from) {
        Some((root, alembic)) => (root.to_owned(), alembic),
        None => (from.to_owned(), None),
    };
    env.read_dotenv(&root);
    match alembic {
        Some(alembic) => Config {
            layout: Layout::Alembic,
            file_template: alembic.file_template.clone(),
            alembic: alembic.clone(),
            ..defaults(root, alembic.version_locations, env)
        },
        None => defaults(root, vec![DEFAULT_FOLDER.to_owned()], env),
    }
}

/// No configuration at all, not even `.env`.
pub fn none(root: &Path, env: Env) -> Config {
    defaults(root.to_owned(), vec![DEFAULT_FOLDER.to_owned()], env)
}

/// What a file says, once for each of its `databases:` (or the one asked for).
pub fn read_all(
    path: &Path,
    text: String,
    mut env: Env,
    database: Option<&str>,
) -> Result<Vec<Config>, ConfigError> {
    let root = path.parent().unwrap_or(path);
    env.read_dotenv(root);
    let file = SourceFile::new(path.display().to_string(), text);
    let mut names: Vec<Option<String>> = parse(&file)?.databases().into_iter().map(Some).collect();
    match database {
        // With several projects, the name is that of one database of one of them.
        Some(wanted) => names.retain(|name| name.as_deref() == Some(wanted)),
        None if names.is_empty() => names.push(None),
        None => {}
    }
    names
        .iter()
        .map(|name| {
            let chosen = choose(parse(&file)?, name.as_deref())?;
            settled(path, root, chosen, env.clone())
        })
        .collect()
}

impl Config {
    /// The other `databases:` of the same file.
    pub fn siblings(&self) -> Vec<Config> {
        let (Some(path), Some(own)) = (&self.file, &self.database) else {
            return Vec::new();
        };
        // It was read a moment ago; what cannot be read now is told by others.
        let all = read_text(path)
            .ok()
            .and_then(|text| read_all(path, text, self.env.clone(), None).ok())
            .unwrap_or_default();
        let others = all
            .into_iter()
            .filter(|other| other.database.as_ref() != Some(own));
        others.collect()
    }
}

fn settled(
    path: &Path,
    root: &Path,
    (database, settings): (Option<String>, file::Settings),
    env: Env,
) -> Result<Config, ConfigError> {
    let defaults = defaults(root.to_owned(), vec![DEFAULT_FOLDER.to_owned()], env);
    let layout = settings.layout.unwrap_or_default();
    let mut alembic = match (layout, &settings.alembic) {
        (Layout::Native, None) => defaults.alembic,
        (Layout::Native, Some(raw)) => native::imported(root, raw)?,
        (Layout::Alembic, _) => alembic::read(root, &settings.alembic.unwrap_or_default())?,
    };
    alembic.says_folders &= settings.migrations.is_none();
    let folders = match (settings.migrations, layout) {
        (Some(Folders(list)), _) => list,
        (None, Layout::Native) => defaults.folders,
        (None, Layout::Alembic) => alembic.version_locations.clone(),
    };
    if folders.is_empty() && layout == Layout::Alembic {
        return Err(ConfigError::NoAlembic);
    }
    Ok(Config {
        file: Some(path.to_owned()),
        database,
        layout,
        folders,
        models: settings.models,
        exclude: settings
            .exclude
            .map(|Folders(list)| list)
            .unwrap_or_default(),
        concurrent_indexes: settings.concurrent_indexes.unwrap_or_default(),
        file_template: settings.file_template.or_else(|| match layout {
            Layout::Native => None,
            Layout::Alembic => alembic.file_template.clone(),
        }),
        alembic,
        protected: settings
            .protected
            .map(|Folders(list)| list)
            .unwrap_or_default(),
        release_tags: settings
            .release_tags
            .map_or(defaults.release_tags, |Folders(list)| list),
        environments: settings
            .environments
            .map(|map| map.0.into_iter().map(Environment::from).collect())
            .unwrap_or_default(),
        ledger_table: settings
            .ledger
            .as_ref()
            .and_then(|ledger| ledger.table.clone())
            .unwrap_or(defaults.ledger_table),
        ledger_schema: settings.ledger.and_then(|ledger| ledger.schema),
        scratch: settings.scratch.map(Secret::new),
        levels: settings.check.map(Levels::from).unwrap_or_default(),
        lint: settings.lint.map(|lint| lint.0).unwrap_or_default(),
        ..defaults
    })
}

fn defaults(root: PathBuf, folders: Vec<String>, env: Env) -> Config {
    Config {
        root,
        file: None,
        database: None,
        layout: Layout::Native,
        alembic: Alembic::default(),
        folders,
        models: None,
        exclude: Vec::new(),
        concurrent_indexes: false,
        file_template: None,
        protected: Vec::new(),
        release_tags: vec!["*".to_owned()],
        environments: Vec::new(),
        ledger_table: "teammig_ledger".to_owned(),
        ledger_schema: None,
        scratch: None,
        levels: Levels::default(),
        lint: LintOptions::default(),
        env,
    }
}

/// Without a configuration: the nearest folder that holds an Alembic project or
/// `migrations/`, not looking further up than the top of the repository.
fn folder_with_migrations(from: &Path) -> Option<(&Path, Option<Alembic>)> {
    for folder in from.ancestors() {
        // An ini that cannot be read is told by whoever needs it: `init` does.
        let alembic = alembic::find(folder, "alembic").ok().flatten();
        let is_there = |alembic: &Alembic| {
            let mut locations = alembic.version_locations.iter().map(|it| folder.join(it));
            // Whoever deleted all of its revisions has one still.
            locations.any(|at| at.is_dir() || at.with_file_name("env.py").is_file())
        };
        if let Some(alembic) = alembic.filter(is_there) {
            return Some((folder, Some(alembic)));
        }
        if folder.join(DEFAULT_FOLDER).is_dir() {
            return Some((folder, None));
        }
        // A bare repository is what `.git` is elsewhere.
        let is_bare = folder.join("HEAD").is_file() && folder.join("objects").is_dir();
        if is_bare || folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads `5s`, `500ms`, `15min`, `1h 30m`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| format!("`{text}` is not a length of time; write 5s, 500ms or 15min"))
}

#[cfg(test)]
mod tests;
