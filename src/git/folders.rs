//! Which folders and files a snapshot is made of, the same for all its origins.

use std::{path::Path, sync::Arc};

use super::GitError;
use crate::model::head_file;

/// The migrations folders of a project and the endings of its revision files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    paths: Vec<String>,
    extensions: Vec<String>,
    deep: bool,
}

impl Folders {
    /// Folders relative to the project's root, in the order of the
    /// configuration, and file endings without the dot (`["sql"]`).
    pub fn new<P: AsRef<str>, E: AsRef<str>>(
        paths: impl IntoIterator<Item = P>,
        extensions: impl IntoIterator<Item = E>,
    ) -> Self {
        let mut unique: Vec<String> = Vec::new();
        for path in paths {
            let path = tidy(path.as_ref());
            // A folder named twice would make every revision in it a duplicate.
            if !unique.contains(&path) {
                unique.push(path);
            }
        }
        Self {
            paths: unique,
            extensions: extensions
                .into_iter()
                .map(|extension| extension.as_ref().to_owned())
                .collect(),
            deep: false,
        }
    }

    /// The same with the folders below them, where `deep`. One that is below another is no
    /// longer named: every revision in it would be a duplicate.
    #[must_use]
    pub fn with_below(mut self, deep: bool) -> Self {
        self.deep = deep;
        if deep {
            let all = self.paths.clone();
            self.paths
                .retain(|path| !all.iter().any(|above| is_below(path, above)));
        }
        self
    }

    /// The folders, tidied: forward slashes, no `.` and no slash at the end; empty = the root.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// Whether a file of that name (without folder) can hold a revision.
    /// Hidden files are editors' and systems' own, and `__init__.py` is Python's (Alembic,
    /// script/base.py, `_only_source_rev_file`).
    pub(super) fn wants(&self, name: &str) -> bool {
        !name.starts_with('.')
            && !name.starts_with("__init__")
            && name
                .rsplit_once('.')
                .is_some_and(|(_, ending)| self.extensions.iter().any(|one| one == ending))
    }

    /// The same of a path below one of the folders.
    pub(super) fn wants_below(&self, path: &str) -> bool {
        match path.rsplit_once('/') {
            None => self.wants(path),
            Some((folders, name)) => {
                self.deep
                    && self.wants(name)
                    && folders.split('/').all(|folder| self.goes_into(folder))
            }
        }
    }

    /// Whether files of a folder of that name, in one of these, are revisions too
    /// (Alembic, script/base.py, `_list_py_dir`).
    pub(super) fn goes_into(&self, name: &str) -> bool {
        // What Git keeps for itself is in no commit.
        self.deep && !name.ends_with("__pycache__") && name != ".git"
    }

    /// Which of the folders a file belongs to, by its path in the project.
    pub(super) fn place_of(&self, path: &str) -> Option<usize> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.paths.iter().position(|one| self.is_of(folder, one))
    }

    /// The files of a folder (by its path in the project) are among these.
    pub fn have(&self, folder: &str) -> bool {
        self.paths.iter().any(|one| self.is_of(folder, one))
    }

    /// The same of one of them.
    pub fn is_of(&self, folder: &str, one: &str) -> bool {
        folder == one || (self.deep && is_below(folder, one))
    }

    /// What tells these from others where something is remembered of them.
    pub fn key(&self) -> Vec<String> {
        let below = if self.deep { "/**" } else { "" };
        let paths = self.paths.iter();
        paths.map(|path| format!("{path}{below}")).collect()
    }

    /// The head file, by its path in the project.
    pub fn head_file(&self) -> Option<String> {
        let first = self.paths.first()?;
        Some(join(first, head_file::NAME))
    }

    /// The folders as Git names them, for a project at `prefix`.
    pub fn in_repository(&self, prefix: &str) -> Result<Vec<String>, GitError> {
        self.paths
            .iter()
            .map(|path| in_repository(prefix, path))
            .collect()
    }
}

/// A path of the project as Git names it: relative to the top of the working tree.
pub(super) fn in_repository(prefix: &str, path: &str) -> Result<String, GitError> {
    let outside = || GitError::FolderOutside {
        folder: path.to_owned(),
    };
    if path.starts_with('/') || Path::new(path).is_absolute() {
        return Err(outside());
    }
    let mut parts: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
    for part in path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
    {
        if part == ".." {
            parts.pop().ok_or_else(outside)?;
        } else {
            parts.push(part);
        }
    }
    Ok(parts.join("/"))
}

/// A folder is below another one; both are tidied.
fn is_below(folder: &str, above: &str) -> bool {
    if above.is_empty() {
        let leads_out = folder == ".." || folder.starts_with("../") || folder.starts_with('/');
        return !folder.is_empty() && !leads_out;
    }
    folder
        .strip_prefix(above)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// A folder and a file name as one path.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        // Thousands of them are made for a listing.
        [folder, "/", name].concat()
    }
}

/// The same as it is kept, made in a buffer that is used again.
pub(super) fn joined(buffer: &mut String, folder: &str, name: &str) -> Arc<str> {
    buffer.clear();
    if !folder.is_empty() {
        buffer.push_str(folder);
        buffer.push('/');
    }
    buffer.push_str(name);
    Arc::from(&**buffer)
}

fn tidy(path: &str) -> String {
    let path = if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.to_owned()
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
    {
        if part == ".." && parts.last().is_some_and(|last| *last != "..") {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    let tidied = parts.join("/");
    if path.starts_with('/') {
        format!("/{tidied}")
    } else {
        tidied
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_tidied_and_named_once() {
        let folders = Folders::new(
            [
                "./migrations/",
                "migrations",
                "a//b/./c",
                ".",
                "a/../d",
                "../x",
                "/abs/",
            ],
            ["sql"],
        );
        assert_eq!(
            folders.paths(),
            ["migrations", "a/b/c", "", "d", "../x", "/abs"]
        );
    }

    #[test]
    fn wanted_names() {
        let folders = Folders::new(["m"], ["sql", "py"]);
        for (name, wanted) in [
            ("a.sql", true),
            ("a.b.sql", true),
            ("ä b\n.py", true),
            ("a.SQL", false),
            ("sql", false),
            (".sql", false),
            (".#a.sql", false),
            ("__init__.py", false),
            ("a__init__.py", true),
            ("a.sql~", false),
            ("a.txt", false),
        ] {
            assert_eq!(folders.wants(name), wanted, "{name}");
        }
    }

    #[test]
    fn folders_below() {
        let flat = Folders::new(["a/b", "a", "ab", "."], ["py"]);
        assert_eq!(flat.clone().with_below(false), flat);
        assert!(!flat.wants_below("x/m.py") && flat.wants_below("m.py"));
        let deep = Folders::new(["a/b", "a", "ab", "../c"], ["py"]).with_below(true);
        assert_eq!(deep.paths(), ["a", "ab", "../c"]);
        for (path, wanted) in [
            ("m.py", true),
            ("x/y/m.py", true),
            ("x.py/m.py", true),
            (".x/m.py", true),
            ("x/.m.py", false),
            ("x/__init__.py", false),
            ("__pycache__/m.py", false),
            ("x/__pycache__/y/m.py", false),
            ("x/m.txt", false),
        ] {
            assert_eq!(deep.wants_below(path), wanted, "{path}");
        }
        for (path, place) in [
            ("a/m.py", Some(0)),
            ("a/b/c/m.py", Some(0)),
            ("ab/m.py", Some(1)),
            ("../c/d/m.py", Some(2)),
            ("m.py", None),
            ("abc/m.py", None),
        ] {
            assert_eq!(deep.place_of(path), place, "{path}");
        }
        let root = Folders::new([".", "a", "../c"], ["py"]).with_below(true);
        assert_eq!(root.paths(), ["", "../c"]);
        assert_eq!(root.place_of("a/m.py"), Some(0));
        assert_eq!(root.place_of("../c/m.py"), Some(1));
    }

    #[test]
    fn paths_in_the_repository() {
        for (prefix, path, expected) in [
            ("", "migrations", Some("migrations")),
            ("", "", Some("")),
            ("backend", "", Some("backend")),
            ("backend/api", "migrations", Some("backend/api/migrations")),
            ("backend/api", "../db", Some("backend/db")),
            ("backend", "../../db", None),
            ("", "../db", None),
            ("", "/db", None),
        ] {
            assert_eq!(in_repository(prefix, path).ok().as_deref(), expected);
        }
    }
}
