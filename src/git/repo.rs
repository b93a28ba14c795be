//! Opening a repository the way Git itself would, and where its parts are.
//!
//! Must honour the environment: Git points `GIT_INDEX_FILE` at a temporary
//! index during `git commit -a` and `git commit <path>`, so a plain open shows
//! a pre-commit hook the wrong files.

use std::{
    cell::RefCell,
    collections::HashMap,
    env, fmt, fs,
    path::{Component, Path, PathBuf},
    sync::Once,
};

use git2::{ErrorClass, ErrorCode, Repository, RepositoryOpenFlags};

use super::{
    error::{Doing, DoingIo, GitError, Unsupported},
    objects::Content,
    snapshot::ListedLately,
    staged::Staged,
};

/// A repository, opened. Cheap questions are answered without reading history.
pub struct Repo {
    pub(super) inner: Repository,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    /// For questions about ancestry, where `inner` gives wrong answers.
    main: Option<Repository>,
    /// Contents already read: branches share nearly all of their files.
    pub(super) contents: RefCell<HashMap<git2::Oid, Content>>,
    /// The index, as long as it stays the same.
    pub(super) staged: Staged,
    /// The revision files of commits that were asked about lately.
    pub(super) listed: RefCell<ListedLately>,
}

impl fmt::Debug for Repo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repo")
            .field("git_dir", &self.git_dir)
            .field("work_dir", &self.work_dir)
            .finish_non_exhaustive()
    }
}

impl Repo {
    /// Finds the repository of `start` (a folder) as Git would.
    ///
    /// `GIT_DIR`, `GIT_WORK_TREE`, `GIT_INDEX_FILE`, `GIT_COMMON_DIR` and
    /// `GIT_CEILING_DIRECTORIES` count; with `GIT_DIR` set, `start` does not.
    pub fn open(start: &Path) -> Result<Self, GitError> {
        // Doubles the speed of history walks; Git itself does not re-hash what it reads either.
        static TRUST_OBJECTS: Once = Once::new();
        TRUST_OBJECTS.call_once(|| git2::opts::strict_hash_verification(false));

        let inner = if env::var_os("GIT_DIR").is_some() {
            Repository::open_from_env()
        } else {
            // The library reads the ceilings itself only when none are passed, which git2 cannot do.
            let ceilings = env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
            Repository::open_ext(
                start,
                RepositoryOpenFlags::FROM_ENV,
                env::split_paths(&ceilings).filter(|path| !path.as_os_str().is_empty()),
            )
        }
        .map_err(|error| cannot_open(start, error))?;

        settle_work_dir(&inner)?;
        let common_dir = plain(inner.commondir())?;
        Ok(Self {
            git_dir: plain(inner.path())?,
            main: main_of_shallow(&inner, &common_dir),
            common_dir,
            work_dir: inner.workdir().map(plain).transpose()?,
            inner,
            contents: RefCell::default(),
            staged: Staged::default(),
            listed: RefCell::default(),
        })
    }

    /// The top of the working tree; `None` in a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// The working tree's own Git directory (`.git`, or `.git/worktrees/<name>`).
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The Git directory that all working trees of this clone share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// There is no working tree.
    pub fn is_bare(&self) -> bool {
        self.work_dir.is_none()
    }

    /// History ends before its beginning.
    pub fn is_shallow(&self) -> bool {
        is_shallow(&self.common_dir)
    }

    /// The working tree has only a part of the files on purpose.
    pub fn is_sparse(&self) -> bool {
        let says = |config: Result<git2::Config, git2::Error>| {
            config.and_then(|config| config.get_bool("core.sparseCheckout"))
        };
        // Git keeps it for each working tree, where the library may not look.
        let own = git2::Config::open(&self.git_dir().join("config.worktree"));
        says(own)
            .or_else(|_| says(self.inner.config()))
            .unwrap_or(false)
    }

    /// A bare repository whose branches are checked out somewhere.
    pub fn has_worktrees(&self) -> bool {
        let known = self.inner.worktrees();
        known.is_ok_and(|known| !known.is_empty())
    }

    /// The repository to ask which commit descends from which.
    pub(super) fn graph(&self) -> &Repository {
        self.main.as_ref().unwrap_or(&self.inner)
    }

    /// The project's folder as Git names it: relative to the top of the
    /// working tree, with forward slashes, empty for the top itself.
    pub fn prefix_of(&self, project_root: &Path) -> Result<String, GitError> {
        let work_dir = self.work_dir.as_deref().ok_or_else(|| GitError::Bare {
            git_dir: self.git_dir.clone(),
        })?;
        let real = |path: &Path| {
            fs::canonicalize(path).doing(format!("find the folder {}", path.display()))
        };
        let root = real(project_root)?;
        let inside =
            root.strip_prefix(real(work_dir)?)
                .map_err(|_| GitError::OutsideRepository {
                    path: project_root.to_owned(),
                    work_dir: work_dir.to_owned(),
                })?;
        let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
        Ok(parts
            .ok_or_else(|| GitError::NotUtf8 {
                path: inside.to_owned(),
            })?
            .join("/"))
    }
}

/// Not the library's own answer: it looks for the file in a linked working tree's directory.
fn is_shallow(common_dir: &Path) -> bool {
    fs::metadata(common_dir.join("shallow")).is_ok_and(|file| file.len() > 0)
}

/// For the same reason it stumbles over the missing parents there, and not when
/// it is shown the main repository.
fn main_of_shallow(inner: &Repository, common_dir: &Path) -> Option<Repository> {
    if !inner.is_worktree() || !is_shallow(common_dir) {
        return None;
    }
    let here = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
    let none: [&Path; 0] = [];
    Repository::open_ext(common_dir, here | RepositoryOpenFlags::FROM_ENV, none).ok()
}

/// `GIT_WORK_TREE` is relative to the current folder, and `GIT_DIR` alone makes
/// the current folder the top; the library resolves both against the Git directory.
fn settle_work_dir(inner: &Repository) -> Result<(), GitError> {
    let top = match env::var_os("GIT_WORK_TREE") {
        Some(value) if !value.is_empty() => Some(PathBuf::from(value)),
        _ if env::var_os("GIT_DIR").is_some()
            && !inner.is_bare()
            && !inner.is_worktree()
            && !names_its_work_tree(inner) =>
        {
            Some(PathBuf::from("."))
        }
        _ => None,
    };
    let Some(top) = top else { return Ok(()) };
    let top = fs::canonicalize(&top).doing(format!("find the work tree {}", top.display()))?;
    inner
        .set_workdir(&top, false)
        .doing(format!("use the work tree {}", top.display()))
}

fn names_its_work_tree(inner: &Repository) -> bool {
    inner
        .config()
        .and_then(|config| config.get_path("core.worktree"))
        .is_ok()
}

/// Absolute, without the library's trailing slash and the `..` of environment variables.
fn plain(path: &Path) -> Result<PathBuf, GitError> {
    let doing = format!("find {}", path.display());
    let path = if path.components().any(|part| part == Component::ParentDir) {
        fs::canonicalize(path)
    } else {
        std::path::absolute(path)
    };
    Ok(path.doing(doing)?.components().collect())
}

fn cannot_open(start: &Path, error: git2::Error) -> GitError {
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
    let message = error.message();
    // The library has no codes for these; its words are checked by tests against real repositories.
    let what = if let Some(name) = message.strip_prefix("unsupported extension name extensions.") {
        Some(match name {
            "refstorage" => Unsupported::RefTable,
            name => Unsupported::Extension(name.to_owned()),
        })
    } else if message.contains("object format 'sha256'") {
        Some(Unsupported::Sha256)
    } else if message.contains("repository version") {
        Some(Unsupported::Format(message.to_owned()))
    } else {
        None
    };
    match what {
        Some(what) => GitError::Unsupported { start, what },
        None if error.code() == ErrorCode::Owner => GitError::NotOurs {
            start,
            source: error.into(),
        },
        None if error.code() == ErrorCode::NotFound && error.class() != ErrorClass::Config => {
            GitError::NotARepository { start }
        }
        None => GitError::Git {
            doing: format!("open the Git repository of {}", start.display()),
            source: error.into(),
        },
    }
}
