//! Alembic is shown files that are not in the project's folders: a temporary folder beside
//! them, and a temporary ini that names it. Both are gone when this is dropped.
//!
//! The ini is a copy of the project's own, in the same folder, so that everything else that
//! it says holds. It is private: it may hold a password.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::{NamedTempFile, TempDir};

use crate::model::Migration;

/// Files and an ini that last as long as this does.
pub(super) struct Shadow {
    ini: NamedTempFile,
    folder: TempDir,
}

/// Python's `logging.config.fileConfig` wants them, where env.py calls it.
const LOGGING: &str = "
[loggers]
keys = root
[handlers]
keys =
[formatters]
keys =
[logger_root]
level = WARNING
handlers =
";

/// What is there to begin with.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    /// The folder of the ini.
    pub(super) folder: PathBuf,
    /// The ini, where there is one.
    pub(super) ini: Option<PathBuf>,
    /// Its section.
    pub(super) section: String,
    /// The folders with the project's own revisions.
    pub(super) versions: Vec<PathBuf>,
}

impl Ground {
    /// Puts files where Alembic sees them, in the place of the project's own or `beside`
    /// them.
    pub(super) fn cast<'f>(
        &self,
        files: impl IntoIterator<Item = &'f Migration>,
        beside: bool,
    ) -> io::Result<Shadow> {
        // In the project's folder, which a container may share with us.
        let folder = tempfile::Builder::new()
            .prefix(".teammig-")
            .tempdir_in(&self.folder)?;
        for file in files {
            // Not by the file's name: of two folders, both may have it.
            let name = format!("{}.py", file.revision.id);
            fs::write(folder.path().join(name), file.file.text.as_bytes())?;
        }
        let text = match &self.ini {
            Some(path) => fs::read_to_string(path)?,
            None => String::new(),
        };
        let own = if beside { &self.versions[..] } else { &[] };
        let mut versions = own.to_vec();
        versions.push(folder.path().to_owned());
        let ini = tempfile::Builder::new()
            .prefix(".teammig-")
            .suffix(".ini")
            .tempfile_in(&self.folder)?;
        fs::write(
            ini.path(),
            with_paths(&text, &self.section, &versions, None),
        )?;
        Ok(Shadow { ini, folder })
    }
}

impl Ground {
    /// Puts another `env.py` in the place of the project's own. The ini stands beside it and,
    /// for Flask-Migrate, which takes no other one, in its folder.
    pub(super) fn cast_env(&self, env: &str) -> io::Result<Shadow> {
        let folder = tempfile::Builder::new()
            .prefix(".teammig-")
            .tempdir_in(&self.folder)?;
        fs::write(folder.path().join("env.py"), env)?;
        let text = match &self.ini {
            Some(path) => fs::read_to_string(path)?,
            None => String::new(),
        };
        let text = with_paths(&text, &self.section, &self.versions, Some(folder.path()));
        fs::write(folder.path().join("alembic.ini"), &text)?;
        let ini = tempfile::Builder::new()
            .prefix(".teammig-")
            .suffix(".ini")
            .tempfile_in(&self.folder)?;
        fs::write(ini.path(), text)?;
        Ok(Shadow { ini, folder })
    }
}

impl Shadow {
    /// The folder of the files.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The ini's name in its folder, for `-c`.
    pub(super) fn ini(&self) -> String {
        let name = self.ini.path().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// The ini's text with other `version_locations` in a section, and another
/// `script_location` where one is given.
fn with_paths(text: &str, section: &str, versions: &[PathBuf], scripts: Option<&Path>) -> String {
    let header = format!("[{section}]");
    let mut out = String::with_capacity(text.len() + 200);
    let (mut inside, mut dropping, mut done) = (false, false, false);
    let separator = separator(text, section);
    let sign = match separator.as_deref() {
        Some("space") => " ",
        Some("newline") => "\n    ",
        Some(":") => ":",
        Some(";") => ";",
        _ if cfg!(windows) => ";",
        _ => ":",
    };
    let plain = |path: &Path| path.display().to_string().replace('%', "%%");
    let paths: Vec<String> = versions.iter().map(|path| plain(path)).collect();
    let mut ours = format!("version_locations = {}\n", paths.join(sign));
    if separator.is_none() {
        ours.push_str("version_path_separator = os\n");
    }
    if let Some(scripts) = scripts {
        // Writing to a String cannot fail.
        let _ = writeln!(ours, "script_location = {}", plain(scripts));
    }
    let replaced =
        |key: &str| key == "version_locations" || (scripts.is_some() && key == "script_location");
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') && !line.starts_with([' ', '\t']) {
            inside = line.trim() == header;
            dropping = false;
            out.push_str(line);
            if inside && !done {
                if !line.ends_with('\n') {
                    out.push('\n');
                }
                out.push_str(&ours);
                done = true;
            }
            continue;
        }
        let goes_on = line.starts_with([' ', '\t']) && !line.trim().is_empty();
        if !goes_on {
            dropping = inside && key(line).is_some_and(|key| replaced(&key));
        }
        if !dropping {
            out.push_str(line);
        }
    }
    if !done {
        let _ = write!(out, "\n{header}\n{ours}");
    }
    if !out.contains("[loggers]") {
        out.push_str(LOGGING);
    }
    out
}

/// The key that a line sets.
fn key(line: &str) -> Option<String> {
    let line = line.trim_end();
    if line.starts_with(['#', ';', ' ', '\t', '[']) {
        return None;
    }
    let (key, _) = line.split_once(['=', ':'])?;
    Some(key.trim().to_lowercase())
}

/// What the section says of how paths are separated.
fn separator(text: &str, section: &str) -> Option<String> {
    let header = format!("[{section}]");
    let mut inside = false;
    let mut found = None;
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.trim() == header;
        } else if inside {
            let name = key(line);
            let value = line
                .split_once('=')
                .map(|(_, value)| value.trim().to_owned());
            match name.as_deref() {
                Some("path_separator") => return value,
                Some("version_path_separator") => found = value,
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn with(text: &str) -> String {
        let versions = ["/p/versions", "/p/.teammig-1"].map(PathBuf::from);
        let out = with_paths(text, "alembic", &versions, None);
        out.replace(LOGGING, "")
    }

    #[test]
    #[cfg(unix)]
    fn only_the_locations_are_others() {
        for (text, want) in [
            (
                "# x\n[alembic]\nscript_location = m\npath_separator = os\n[loggers]\n",
                "# x\n[alembic]\nversion_locations = /p/versions:/p/.teammig-1\nscript_location = m\npath_separator = \
                 os\n[loggers]\n",
            ),
            (
                "[other]\nversion_locations = o\n[alembic]\nversion_locations = a\n  b\nversion_path_separator = \
                 space\n[loggers]\n",
                "[other]\nversion_locations = o\n[alembic]\nversion_locations = /p/versions /p/.teammig-1\n\
                 version_path_separator = space\n[loggers]\n",
            ),
            (
                "[alembic]\nscript_location = m",
                "[alembic]\nversion_locations = /p/versions:/p/.teammig-1\nversion_path_separator = os\n\
                 script_location = m",
            ),
            (
                "",
                "\n[alembic]\nversion_locations = /p/versions:/p/.teammig-1\nversion_path_separator = os\n",
            ),
        ] {
            assert_eq!(with(text), want);
        }
    }

    #[test]
    fn nothing_of_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let ground = Ground {
            folder: folder.path().to_owned(),
            ini: None,
            section: "alembic".to_owned(),
            versions: Vec::new(),
        };
        let shadow = ground.cast([], true).unwrap();
        assert!(folder.path().join(shadow.ini()).is_file());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        drop(shadow);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
