//! Alembic is shown files that are not in the project's folders: a temporary folder beside
//! them, and a temporary ini that names it. Both are gone when this is dropped. An ini with
//! another URL than its own is such a copy, too.
//!
//! The ini is a copy of the project's own, in the same folder, so that everything else that
//! it says holds. It is private: it may hold a password.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::{NamedTempFile, TempDir};

use crate::model::Migration;

/// Files and an ini that last as long as this does.
pub(super) struct Shadow {
    ini: NamedTempFile,
    folder: TempDir,
    /// The modules, where the folder is in the place of the project's own.
    _modules: Option<TempDir>,
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

/// How all of it is called.
const PREFIX: &str = ".teammig-";
const A_MOMENT: Duration = Duration::from_mins(1);
/// By which an ini says where its database is.
const URL: &str = "sqlalchemy.url";

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
            .prefix(PREFIX)
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
        let ini = self.temporary_ini()?;
        fs::write(
            ini.path(),
            with_paths(&text, &self.section, &versions, None),
        )?;
        Ok(Shadow::of(ini, folder))
    }

    /// The same for Flask-Migrate, which takes no other ini but another folder: one with all that
    /// the project's has beside its revisions.
    pub(super) fn cast_folder<'f>(
        &self,
        files: impl IntoIterator<Item = &'f Migration>,
        beside: bool,
    ) -> io::Result<Shadow> {
        let Shadow { ini, folder, .. } = self.cast(files, beside)?;
        let whole = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(&self.folder)?;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            // Copies, since a link may lead nowhere in a container.
            if entry.path().is_file() && !name.to_string_lossy().starts_with(PREFIX) {
                fs::copy(entry.path(), whole.path().join(name))?;
            }
        }
        fs::copy(ini.path(), whole.path().join("alembic.ini"))?;
        Ok(Shadow {
            ini,
            folder: whole,
            _modules: Some(folder),
        })
    }
}

impl Ground {
    /// Puts another `env.py` in the place of the project's own. The ini stands beside it and,
    /// for Flask-Migrate, which takes no other one, in its folder.
    pub(super) fn cast_env(&self, env: &str) -> io::Result<Shadow> {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(&self.folder)?;
        fs::write(folder.path().join("env.py"), env)?;
        let text = match &self.ini {
            Some(path) => fs::read_to_string(path)?,
            None => String::new(),
        };
        let text = with_paths(&text, &self.section, &self.versions, Some(folder.path()));
        fs::write(folder.path().join("alembic.ini"), &text)?;
        let ini = self.temporary_ini()?;
        fs::write(ini.path(), text)?;
        Ok(Shadow::of(ini, folder))
    }
}

impl Ground {
    /// A copy of the ini (of the one that a `shadow` has, where there is one) whose
    /// `sqlalchemy.url` is `url`. None where there is nothing to replace: the ini has no such
    /// key, or says the same; a relative file is one below `called_in`.
    pub(super) fn with_url(
        &self,
        shadow: Option<&Shadow>,
        url: &str,
        called_in: &Path,
    ) -> io::Result<Option<NamedTempFile>> {
        let Some(ini) = shadow.map(|one| one.ini.path()).or(self.ini.as_deref()) else {
            return Ok(None);
        };
        let text = fs::read_to_string(ini)?;
        let Some(own) = value(&text, &self.section, URL) else {
            return Ok(None);
        };
        let own = own.replace("%%", "%");
        let whole = own.split_once(":///").map(|(scheme, path)| {
            let path = called_in.join(path);
            format!("{scheme}:///{}", path.display())
        });
        if own == url || whole.is_some_and(|whole| whole == url) {
            return Ok(None);
        }
        let ours = format!("{URL} = {}\n", url.replace('%', "%%"));
        let ini = self.temporary_ini()?;
        let text = with_keys(&text, &self.section, &ours, &|key| key == URL);
        fs::write(ini.path(), text)?;
        Ok(Some(ini))
    }

    /// An empty one that only its owner reads. What a call left that was killed goes: it
    /// may hold a password, and nobody holds its lock.
    fn temporary_ini(&self) -> io::Result<NamedTempFile> {
        self.sweep();
        let ini = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(".ini")
            .tempfile_in(&self.folder)?;
        // Where a lock keeps others from reading, Alembic could not.
        #[cfg(unix)]
        ini.as_file().lock()?;
        Ok(ini)
    }

    #[cfg(unix)]
    fn sweep(&self) {
        let all = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for one in all {
            let name = one.file_name();
            let name = name.to_string_lossy();
            let is_copy = name.starts_with(PREFIX) && name.ends_with(".ini");
            // One that was made just now may not have its lock yet.
            let is_old = || {
                let made = one.metadata().and_then(|facts| facts.modified());
                made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > A_MOMENT))
            };
            // Best effort: one that cannot be had is somebody else's.
            let is_free = || fs::File::open(one.path()).is_ok_and(|file| file.try_lock().is_ok());
            if is_copy && is_old() && is_free() {
                let _ = fs::remove_file(one.path());
            }
        }
    }

    #[cfg(not(unix))]
    #[allow(clippy::unused_self, reason = "as where there are locks")]
    fn sweep(&self) {}
}

impl Shadow {
    fn of(ini: NamedTempFile, folder: TempDir) -> Self {
        Self {
            ini,
            folder,
            _modules: None,
        }
    }

    /// The folder's name, for `-d`.
    pub(super) fn folder(&self) -> String {
        let name = self.folder.path().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
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
    let mut out = with_keys(text, section, &ours, &|key| {
        key == "version_locations" || (scripts.is_some() && key == "script_location")
    });
    if !out.contains("[loggers]") {
        out.push_str(LOGGING);
    }
    out
}

/// The ini's text with these lines in a section, for the keys that they replace.
fn with_keys(text: &str, section: &str, ours: &str, replaced: &dyn Fn(&str) -> bool) -> String {
    let header = format!("[{section}]");
    let mut out = String::with_capacity(text.len() + 200);
    let (mut inside, mut dropping, mut done) = (false, false, false);
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') && !line.starts_with([' ', '\t']) {
            inside = line.trim() == header;
            dropping = false;
            out.push_str(line);
            if inside && !done {
                if !line.ends_with('\n') {
                    out.push('\n');
                }
                out.push_str(ours);
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
        // Writing to a String cannot fail.
        let _ = write!(out, "\n{header}\n{ours}");
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
    let named = |key| value(text, section, key);
    named("path_separator").or_else(|| named("version_path_separator"))
}

/// What a key is set to in a section, on its line.
fn value(text: &str, section: &str, wanted: &str) -> Option<String> {
    let header = format!("[{section}]");
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.trim() == header;
        } else if inside && key(line).as_deref() == Some(wanted) {
            let (_, value) = line.split_once(['=', ':'])?;
            return Some(value.trim().to_owned());
        }
    }
    None
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
    #[cfg(unix)]
    fn the_url_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let ini = folder.path().join("alembic.ini");
        let ground = Ground {
            folder: folder.path().to_owned(),
            ini: Some(ini.clone()),
            section: "alembic".to_owned(),
            versions: Vec::new(),
        };
        let url = "postgresql://u:p%40@h/a";
        let head = "[alembic]\nscript_location = m\n";
        for (own, wanted) in [
            ("sqlalchemy.url = driver://user:pass@localhost/x\n", true),
            ("sqlalchemy.url =\n    postgresql://h/b\n", true),
            ("sqlalchemy.url: \n", true),
            ("sqlalchemy.url = postgresql://u:p%%40@h/a\n", false),
            ("# sqlalchemy.url = x\n", false),
            ("[other]\nsqlalchemy.url = x\n", false),
        ] {
            fs::write(&ini, format!("{head}{own}[loggers]\n")).unwrap();
            let copy = ground.with_url(None, url, folder.path()).unwrap();
            assert_eq!(copy.is_some(), wanted, "{own}");
            if let Some(copy) = copy {
                let text = fs::read_to_string(copy.path()).unwrap();
                let rest = "script_location = m\n[loggers]\n";
                let ours = "[alembic]\nsqlalchemy.url = postgresql://u:p%%40@h/a\n";
                assert_eq!(text, format!("{ours}{rest}"), "{own}");
            }
        }
        // A relative file is one of the folder that Alembic is called in.
        fs::write(&ini, "[alembic]\nsqlalchemy.url = sqlite:///dev.db\n").unwrap();
        let same = ground.with_url(None, "sqlite:////p/dev.db", Path::new("/p"));
        assert!(same.unwrap().is_none());
        let other = ground.with_url(None, "sqlite:////q/dev.db", Path::new("/p"));
        assert!(other.unwrap().is_some());
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
        // Nor what a killed call left; what another one uses stays.
        let used = ground.temporary_ini().unwrap();
        let killed = fs::File::create(folder.path().join(".teammig-killed.ini")).unwrap();
        let before = std::time::SystemTime::now() - 2 * A_MOMENT;
        killed.set_modified(before).unwrap();
        used.as_file().set_modified(before).unwrap();
        drop(ground.temporary_ini().unwrap());
        assert!(used.path().is_file());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
