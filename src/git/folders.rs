//! Which folders and files a snapshot is made of, the same for all its origins.

use std::{path::Path, sync::Arc};

use super::GitError;
use crate::model::head_file;

/// The migrations folders of a project and the endings of its revision files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    paths: Vec<String>,
    extensions: Vec<String>,
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
        }
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
