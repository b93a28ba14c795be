//! What an Alembic project says of itself: `alembic.ini` or `[tool.alembic]` in
//! `pyproject.toml`, and the key `alembic:` of `teammig.yaml`.
//!
//! Read as Alembic reads it (config.py, script/base.py), without running anything.
//! Flask-Migrate's folders, whose ini does not say where it is, are known as well.

mod below;
mod locations;

use std::{collections::HashMap, path::Path};

use self::locations::{begins_at_root, join, located, split};
pub use below::below;
use configparser::ini::{Ini, IniDefault};
use serde::Deserialize;

use super::{ConfigError, Secret, alembic_url};
use crate::model::{Dialect, SourceFile};

/// The ini's usual name.
const INI: &str = "alembic.ini";

/// The other place for the same settings.
const PYPROJECT: &str = "pyproject.toml";

/// Where an ini is looked for.
pub const INIS: [&str; 2] = [INI, "migrations/alembic.ini"];

/// How an Alembic project is set up; what nothing says is left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alembic {
    /// `alembic.ini`, or what takes its place, relative to the root.
    pub file: Option<String>,
    /// The section of the ini (`alembic -n`).
    pub section: String,
    /// The folder with `env.py`, relative to the root.
    pub script_location: Option<String>,
    /// The folders with revisions, relative to the root; empty = nothing says so.
    pub version_locations: Vec<String>,
    /// They are the project's folders, since `migrations:` says nothing.
    pub says_folders: bool,
    /// The folders below those have revisions, too (`recursive_version_locations`).
    pub recursive: bool,
    /// The folder that Alembic is called in, relative to the root.
    pub called_in: String,
    /// The template of file names, in teammig's words.
    pub file_template: Option<String>,
    /// The database's URL as `sqlalchemy.url` has it, where that is written out.
    pub url: Option<Secret>,
    /// The database that it is of, also where the rest of it is not.
    pub dialect: Option<Dialect>,
    /// The program and its first arguments, where they are given.
    pub command: Option<Vec<String>>,
    /// The variables by which `env.py` learns the URL.
    pub url_variables: Vec<String>,
    /// The table of Alembic's ledger, where it is not the usual one.
    pub version_table: Option<String>,
    /// Its schema.
    pub version_table_schema: Option<String>,
    /// What was applied when and by whom is kept in a ledger of our own, too.
    pub sidecar: bool,
}

impl Default for Alembic {
    fn default() -> Self {
        Self {
            file: None,
            section: "alembic".to_owned(),
            script_location: None,
            version_locations: Vec::new(),
            says_folders: false,
            recursive: false,
            called_in: String::new(),
            file_template: None,
            url: None,
            dialect: None,
            command: None,
            url_variables: vec!["DATABASE_URL".to_owned()],
            version_table: None,
            version_table_schema: None,
            sidecar: false,
        }
    }
}

impl Alembic {
    /// The folder that it names is there, and Alembic's.
    pub fn has_scripts(&self, root: &Path) -> bool {
        let location = self.script_location.as_ref();
        location.is_some_and(|location| root.join(location).join("env.py").is_file())
    }
}

/// The key `alembic:` of `teammig.yaml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawAlembic {
    config: Option<String>,
    section: Option<String>,
    recursive_version_locations: Option<bool>,
    command: Option<Vec<String>>,
    url_variable: Option<OneOrMany>,
    version_table: Option<String>,
    version_table_schema: Option<String>,
    sidecar: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// How the project at `root` is set up: by the files there, and by `raw` over them.
pub(super) fn read(root: &Path, raw: &RawAlembic) -> Result<Alembic, ConfigError> {
    let section = raw.section.as_deref().unwrap_or("alembic");
    let found = match &raw.config {
        Some(file) => {
            let path = root.join(file);
            if !path.is_file() {
                return Err(ConfigError::NoAlembicFile { file: file.clone() });
            }
            one(root, file, section)?
        }
        None => find(root, section)?,
    };
    let mut alembic = found.unwrap_or_default();
    // In a commit, the ini is not read.
    alembic.recursive = raw.recursive_version_locations.unwrap_or(alembic.recursive);
    section.clone_into(&mut alembic.section);
    alembic.command = raw.command.clone().filter(|words| !words.is_empty());
    if let Some(names) = &raw.url_variable {
        alembic.url_variables = match names {
            OneOrMany::One(name) => vec![name.clone()],
            OneOrMany::Many(names) => names.clone(),
        };
    }
    let over = |value: &Option<String>, below: Option<String>| value.clone().or(below);
    alembic.version_table = over(&raw.version_table, alembic.version_table);
    alembic.version_table_schema = over(&raw.version_table_schema, alembic.version_table_schema);
    alembic.sidecar = raw.sidecar;
    Ok(alembic)
}

/// The Alembic project of a folder, where it is one.
pub fn find(root: &Path, section: &str) -> Result<Option<Alembic>, ConfigError> {
    for file in [INI, PYPROJECT, INIS[1]] {
        if let Some(mut alembic) = one(root, file, section)?
            && !alembic.version_locations.is_empty()
        {
            // `alembic init -t pyproject` leaves the database in the ini.
            if file == PYPROJECT && alembic.url.is_none() {
                let ini = one(root, INI, section)?.unwrap_or_default();
                (alembic.url, alembic.dialect) = (ini.url, ini.dialect);
            }
            return Ok(Some(alembic));
        }
    }
    Ok(None)
}

/// What a file that is known says in a section.
pub fn of_file(root: &Path, file: &str, section: &str) -> Option<Alembic> {
    one(root, file, section).ok().flatten()
}

/// The folders with revisions by another text of the same file, as a commit has it. `None` = it
/// does not say.
pub fn locations_by(root: &Path, file: &str, section: &str, text: &str) -> Option<Vec<String>> {
    let values = if Path::new(file)
        .extension()
        .is_some_and(|ending| ending == "toml")
    {
        toml_values(file, text)
    } else {
        ini_values(file, text, section)
    };
    let found = understand(root, file, &values.ok()??).version_locations;
    (!found.is_empty()).then_some(found)
}

/// The named sections of an ini that say where scripts are, in their order.
pub fn sections(root: &Path, file: &str) -> Vec<String> {
    let Ok(text) = super::read_text(&root.join(file)) else {
        return Vec::new();
    };
    let Ok(ini) = parse_ini(text) else {
        return Vec::new();
    };
    let is_one = |name: &String| ini.get(name, "script_location").is_some();
    let mut names: Vec<String> = ini.sections().into_iter().filter(is_one).collect();
    names.sort();
    names
}

/// What one file says; `None` where it is not there or says nothing of Alembic.
fn one(root: &Path, file: &str, section: &str) -> Result<Option<Alembic>, ConfigError> {
    let path = root.join(file);
    if !path.is_file() {
        return Ok(None);
    }
    let text = super::read_text(&path).map_err(|source| ConfigError::Read {
        path: path.display().to_string(),
        source,
    })?;
    let is_toml = path.extension().is_some_and(|ending| ending == "toml");
    let Some(values) = (if is_toml {
        toml_values(file, &text)?
    } else {
        ini_values(file, &text, section)?
    }) else {
        return Ok(None);
    };
    Ok(Some(understand(root, file, &values)))
}

/// `recursive_version_locations`, as Alembic reads a truth value up to 1.15 (util/langhelpers.py,
/// `asbool`). Later it is `true` alone; who writes another one has no modules below then.
fn is_recursive(values: &Values) -> bool {
    let value = values
        .get("recursive_version_locations")
        .and_then(|all| all.first());
    value.is_some_and(|value| {
        matches!(
            value.trim().to_lowercase().as_str(),
            "true" | "t" | "yes" | "y" | "on" | "1"
        )
    })
}

/// Settings by their names; lists of the TOML form are lists here.
type Values = HashMap<String, Vec<String>>;

fn understand(root: &Path, file: &str, values: &Values) -> Alembic {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let here = root.join(folder);
    let here = here.to_string_lossy();
    let raw = |key: &str| values.get(key).map(Vec::as_slice).unwrap_or_default();
    let text = |key: &str| -> Option<String> {
        let value = raw(key).first()?;
        Some(interpolated(value, &here, values, 0))
    };
    let is_flask = !folder.is_empty() && root.join(folder).join("env.py").is_file();
    let script_location = text("script_location")
        .map(|location| located(root, folder, &location, text("prepend_sys_path").as_deref()))
        // Flask-Migrate passes the folder that its ini stands in.
        .or_else(|| is_flask.then(|| folder.to_owned()));
    let written: Vec<String> = raw("version_locations")
        .iter()
        .map(|value| interpolated(value, &here, values, 0))
        .collect();
    let separator = text("path_separator").or_else(|| text("version_path_separator"));
    let locations: Vec<String> = match written.as_slice() {
        [one] => split(one, separator.as_deref()),
        many => many.to_vec(),
    };
    let version_locations = if locations.is_empty() {
        script_location
            .iter()
            .map(|location| join(location, "versions"))
            .collect()
    } else {
        let sys_path = text("prepend_sys_path");
        let located = |one: &String| located(root, folder, one, sys_path.as_deref());
        locations.iter().map(located).collect()
    };
    Alembic {
        file: Some(file.to_owned()),
        says_folders: true,
        script_location,
        version_locations,
        called_in: match text("script_location") {
            Some(location) if begins_at_root(root, folder, Path::new(&location)) => String::new(),
            _ => folder.to_owned(),
        },
        file_template: text("file_template").as_deref().and_then(template),
        url: text("sqlalchemy.url")
            .filter(|url| alembic_url::is_written_out(url))
            .map(Secret::new),
        dialect: text("sqlalchemy.url")
            .as_deref()
            .and_then(alembic_url::dialect),
        recursive: is_recursive(values),
        version_table: text("version_table"),
        version_table_schema: text("version_table_schema"),
        ..Alembic::default()
    }
}

/// `%(name)s` is what another key says, `%%` a percent sign (Python's `configparser`).
fn interpolated(text: &str, here: &str, values: &Values, depth: usize) -> String {
    /// Python's own limit, `MAX_INTERPOLATION_DEPTH`.
    const DEEPEST: usize = 10;
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(tail) = after.strip_prefix('%') {
            out.push('%');
            rest = tail;
            continue;
        }
        let named = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(")s"));
        match named {
            Some(("here", tail)) => {
                out.push_str(here);
                rest = tail;
            }
            Some((name, tail)) if depth < DEEPEST => {
                match values
                    .get(&name.to_lowercase())
                    .and_then(|list| list.first())
                {
                    Some(value) => out.push_str(&interpolated(value, here, values, depth + 1)),
                    None => out.extend(["%(", name, ")s"]),
                }
                rest = tail;
            }
            _ => {
                out.push('%');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Alembic's `file_template` in teammig's words: `%(year)d_%(rev)s` is `{year}_{revision}`.
/// `None` where it has a word that teammig does not know.
fn template(text: &str) -> Option<String> {
    let name = text.rsplit_once('/').map_or(text, |(_, name)| name);
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("%(") {
        out.push_str(before);
        let (word, tail) = after.split_once(')')?;
        let word = match word {
            "rev" => "revision",
            "slug" | "epoch" | "year" | "month" | "day" | "hour" | "minute" | "second" => word,
            _ => return None,
        };
        out.extend(["{", word, "}"]);
        let format = tail.find(['s', 'd'])?;
        rest = &tail[format + 1..];
    }
    out.push_str(rest);
    Some(format!("{out}.py"))
}

fn parse_ini(text: String) -> Result<Ini, String> {
    let mut default = IniDefault::default();
    default.multiline = true;
    default.comment_symbols = vec!['#', ';'];
    default.inline_comment_symbols = Some(Vec::new());
    default.delimiters = vec!['=', ':'];
    let mut ini = Ini::new_from_defaults(default);
    ini.read(text)?;
    Ok(ini)
}

fn ini_values(file: &str, text: &str, section: &str) -> Result<Option<Values>, ConfigError> {
    let ini = parse_ini(text.to_owned()).map_err(|message| invalid(file, text, 0, &message))?;
    let map = ini.get_map_ref();
    let Some(own) = map.get(&section.to_lowercase()) else {
        return Ok(None);
    };
    // Python's `[DEFAULT]` holds for all sections.
    let shared = map.get("default").into_iter().flatten();
    let values = shared.chain(own);
    Ok(Some(
        values
            .filter_map(|(key, value)| Some((key.clone(), vec![value.clone()?])))
            .collect(),
    ))
}

fn toml_values(file: &str, text: &str) -> Result<Option<Values>, ConfigError> {
    #[derive(Deserialize)]
    struct File {
        tool: Option<Tool>,
    }
    #[derive(Deserialize)]
    struct Tool {
        alembic: Option<toml::Table>,
    }
    let parsed: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        invalid(file, text, at, error.message())
    })?;
    let Some(table) = parsed.tool.and_then(|tool| tool.alembic) else {
        return Ok(None);
    };
    let texts = |value: &toml::Value| match value {
        toml::Value::String(text) => Some(vec![text.clone()]),
        toml::Value::Boolean(value) => Some(vec![value.to_string()]),
        toml::Value::Array(list) => list
            .iter()
            .map(|one| one.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    };
    Ok(Some(
        table
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), texts(value)?)))
            .collect(),
    ))
}

fn invalid(file: &str, text: &str, at: usize, message: &str) -> ConfigError {
    ConfigError::Invalid {
        // An ini may hold a URL with a password.
        file: Box::new(SourceFile::new(file, super::mask::mask(text))),
        span: at..at,
        message: super::mask::mask(&format!("{file}: {message}")),
    }
}

#[cfg(test)]
mod tests;
