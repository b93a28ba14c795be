//! How folders of the working tree differ from what is checked out and staged, found by
//! looking at sizes and times as `git status` does.
//!
//! A quick no: what it cannot say is never called clean.

use std::fs;

use git2::{Status, StatusOptions, Statuses};

use super::{Folders, GitError, Listed, Repo, folders::in_repository};

impl Repo {
    /// The folders (relative to the project at `prefix`) hold what HEAD has, and nothing
    /// else, in the index too. `false` also where that is not certain, as behind a link.
    pub fn is_clean(&self, prefix: &str, folders: &[String]) -> bool {
        self.statuses_of(prefix, folders)
            .is_some_and(|statuses| statuses.is_empty())
    }

    /// Something in these folders is not staged as it stands there. `false` also where
    /// that is not certain.
    pub fn has_unstaged(&self, prefix: &str, folders: &[String]) -> bool {
        let unstaged = Status::WT_NEW
            | Status::WT_MODIFIED
            | Status::WT_DELETED
            | Status::WT_TYPECHANGE
            | Status::WT_RENAMED
            | Status::CONFLICTED;
        self.statuses_of(prefix, folders).is_some_and(|statuses| {
            let mut all = statuses.iter();
            all.any(|one| one.status().intersects(unstaged))
        })
    }

    /// The revision files that are staged and not in the working tree: `rm` without
    /// `git rm`, or a sparse checkout that leaves out their folder.
    pub fn deleted_here(&self, prefix: &str, folders: &Folders) -> Result<Vec<Listed>, GitError> {
        let Some(top) = self.work_dir() else {
            return Ok(Vec::new());
        };
        let root = top.join(prefix);
        let mut files = self.index_listing(prefix, folders)?.files;
        files.retain(|file| fs::symlink_metadata(root.join(&*file.path)).is_err());
        Ok(files)
    }

    fn statuses_of(&self, prefix: &str, folders: &[String]) -> Option<Statuses<'_>> {
        let top = self.work_dir()?;
        let mut options = StatusOptions::new();
        options
            .include_untracked(true)
            .exclude_submodules(true)
            .disable_pathspec_match(true);
        for folder in folders {
            let path = in_repository(prefix, folder).ok()?;
            // The top is everything, and a link is only itself.
            let kind = fs::symlink_metadata(top.join(&path)).ok()?;
            if path.is_empty() || !kind.is_dir() {
                return None;
            }
            options.pathspec(path);
        }
        if folders.is_empty() {
            return None;
        }
        self.inner.statuses(Some(&mut options)).ok()
    }
}
