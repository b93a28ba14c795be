//! Where Git looks for this repository's hooks, and whose setting that is.
//!
//! Names the same directory as `git rev-parse --git-path hooks`. A directory
//! outside of the repository belongs to other repositories as well.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use git2::ConfigLevel;

use super::{Cache, GitError, Repo, error::Doing, hook_text::Place};

/// Whose setting it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Nobody's: `hooks` in the Git directory.
    Default,
    /// `core.hooksPath` of this repository or working tree.
    Repository,
    /// `core.hooksPath` of the user.
    User,
    /// `core.hooksPath` of the machine.
    System,
}

/// The directory with this repository's hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HooksDir {
    path: PathBuf,
    scope: Scope,
    inside: bool,
    husky: bool,
    tracked: bool,
    usual: PathBuf,
    top: Option<PathBuf>,
    roots: Vec<PathBuf>,
    cache: Cache,
}

impl HooksDir {
    /// The directory; it need not exist.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose setting it is.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// It lies in the working tree or the Git directory of this clone, which alone is ours
    /// to write to.
    pub fn is_inside(&self) -> bool {
        self.inside
    }

    /// It is husky's own `.husky/_`, whose files husky writes anew; the hooks
    /// that people write stand one level higher.
    pub fn is_husky(&self) -> bool {
        self.husky
    }

    /// Whose the files in it are.
    pub(super) fn place(&self) -> Place {
        match (self.husky, self.tracked) {
            (true, _) => Place::Husky,
            (false, true) => Place::Tracked,
            (false, false) => Place::Clone,
        }
    }

    /// The top of the working tree.
    pub(super) fn top(&self) -> Option<&Path> {
        self.top.as_deref()
    }

    /// `hooks` in the Git directory, which `core.hooksPath` may shadow.
    pub(super) fn usual(&self) -> &Path {
        &self.usual
    }

    /// Where installations are noted.
    pub(super) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Whether a path (with its links followed) is part of this clone.
    pub(super) fn holds(&self, path: &Path) -> bool {
        is_inside(&self.roots, path)
    }
}

impl Repo {
    /// The directory where Git looks for hooks.
    pub fn hooks_dir(&self) -> Result<HooksDir, GitError> {
        let usual = self.common_dir().join("hooks");
        let mut roots = vec![self.common_dir().to_owned(), self.git_dir().to_owned()];
        roots.extend(self.work_dir().map(Path::to_owned));
        // Seen from a linked working tree, the main one is part of the clone too.
        if self
            .common_dir()
            .file_name()
            .is_some_and(|name| name == ".git")
        {
            roots.extend(self.common_dir().parent().map(Path::to_owned));
        }
        let (path, scope) = self
            .configured()?
            .unwrap_or_else(|| (usual.clone(), Scope::Default));
        let path: PathBuf = path.components().collect();
        let top = self.work_dir().map(Path::to_owned);
        // Below the top and not in the Git directory: Git tracks it, unless it ignores it.
        let tracked = scope != Scope::Default
            && top
                .iter()
                .any(|top| is_inside(std::slice::from_ref(top), &path))
            && !is_inside(&[self.common_dir().to_owned()], &path)
            && !self.inner.is_path_ignored(&path).unwrap_or(false);
        Ok(HooksDir {
            inside: scope == Scope::Default || is_inside(&roots, &path),
            husky: path.ends_with(".husky/_"),
            tracked,
            top,
            path,
            scope,
            usual,
            roots,
            cache: self.cache(),
        })
    }

    fn configured(&self) -> Result<Option<(PathBuf, Scope)>, GitError> {
        let doing = "read core.hooksPath from Git's configuration";
        let config = self.inner.config().doing(doing)?;
        let Some(entry) = config.get_entry("core.hooksPath").found(doing)? else {
            return Ok(None);
        };
        let scope = match entry.level() {
            ConfigLevel::System | ConfigLevel::ProgramData => Scope::System,
            ConfigLevel::Global | ConfigLevel::XDG => Scope::User,
            _ => Scope::Repository,
        };
        let value = String::from_utf8_lossy(if entry.has_value() {
            entry.value_bytes()
        } else {
            b""
        })
        .into_owned();
        // Git runs hooks at the top of the working tree, or in a bare repository.
        let top = self.work_dir().unwrap_or_else(|| self.git_dir());
        Ok(Some((top.join(expand_home(&value)), scope)))
    }
}

/// `~/x` with the user's home. (The library takes another home than Git.)
fn expand_home(value: &str) -> PathBuf {
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"));
    match (value.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.into(),
        (Some(rest), Some(home)) if rest.starts_with('/') => {
            Path::new(&home).join(rest.trim_start_matches('/'))
        }
        _ => value.into(),
    }
}

/// Whether a path, as far as it exists with its links followed, is below one of these.
fn is_inside(roots: &[PathBuf], path: &Path) -> bool {
    let path = real(path);
    roots.iter().any(|root| path.starts_with(real(root)))
}

/// The real path of what exists, with the rest behind it.
fn real(path: &Path) -> PathBuf {
    for known in path.ancestors() {
        if let Ok(found) = fs::canonicalize(known) {
            let rest = path.strip_prefix(known).unwrap_or(Path::new(""));
            return found.join(rest).components().collect();
        }
    }
    path.to_owned()
}
