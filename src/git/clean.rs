//! Whether folders of the working tree are what is checked out, found by looking at
//! sizes and times as `git status` does.
//!
//! A quick no: what it cannot say is never called clean.

use std::fs;

use git2::StatusOptions;

use super::{Repo, folders::in_repository};

impl Repo {
    /// The folders (relative to the project at `prefix`) hold what HEAD has, and nothing
    /// else, in the index too. `false` also where that is not certain, as behind a link.
    pub fn is_clean(&self, prefix: &str, folders: &[String]) -> bool {
        let Some(top) = self.work_dir() else {
            return false;
        };
        let mut options = StatusOptions::new();
        options
            .include_untracked(true)
            .exclude_submodules(true)
            .disable_pathspec_match(true);
        for folder in folders {
            let Ok(path) = in_repository(prefix, folder) else {
                return false;
            };
            // The top is everything, and a link is only itself.
            let Ok(kind) = fs::symlink_metadata(top.join(&path)) else {
                return false;
            };
            if path.is_empty() || !kind.is_dir() {
                return false;
            }
            options.pathspec(path);
        }
        let statuses = self.inner.statuses(Some(&mut options));
        !folders.is_empty() && statuses.is_ok_and(|statuses| statuses.is_empty())
    }
}
