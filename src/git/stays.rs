//! Which of many commits have which files of the migrations folders.
//!
//! Hundreds of tags and branches have nearly the same thousands of files: commits with
//! the same folders are looked at once, and of folders that differ only the difference.

use std::{collections::HashMap, ops::Range};

use git2::Oid;

use super::{CommitId, Folders, GitError, Listed, Repo, folders::join, tree_changes::Which};

/// A version of a file, and which of the commits that were asked for have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// The file.
    pub file: Listed,
    /// Those commits, by their places in what was asked.
    pub commits: Range<usize>,
}

impl Repo {
    /// The versions of revision files that these commits have, each with a run of
    /// commits that have it; one that comes back has a run for each time. A folder that
    /// a commit has as a link out of the repository is none there.
    pub fn stays(
        &self,
        prefix: &str,
        folders: &Folders,
        commits: &[CommitId],
    ) -> Result<Vec<Stay>, GitError> {
        let places = folders.in_repository(prefix)?;
        let mut trees: Vec<Vec<Option<Oid>>> = Vec::with_capacity(commits.len());
        for commit in commits {
            let root = self.root(*commit)?;
            let ids = places
                .iter()
                .map(|place| match self.folder_id(root, place) {
                    Err(GitError::FolderIsLink { .. }) => Ok(None),
                    id => id,
                });
            trees.push(ids.collect::<Result<_, _>>()?);
        }
        let mut stays = Vec::new();
        for (folder, path) in folders.paths().iter().enumerate() {
            let ids = trees.iter().map(|ids| ids.get(folder).copied().flatten());
            self.stays_in(folders, path, ids, commits.len(), &mut stays)?;
        }
        Ok(stays)
    }

    fn stays_in(
        &self,
        folders: &Folders,
        path: &str,
        ids: impl Iterator<Item = Option<Oid>>,
        end: usize,
        stays: &mut Vec<Stay>,
    ) -> Result<(), GitError> {
        let mut open: HashMap<(String, Oid), usize> = HashMap::new();
        let stay = |(name, id): (String, Oid), commits| Stay {
            file: Listed::new(join(path, &name).into(), id),
            commits,
        };
        let (mut before, mut old) = (None, Vec::new());
        for (at, id) in ids.enumerate() {
            if id == before {
                continue;
            }
            let new = self.raw_tree(id)?;
            self.changed_files(folders, &old, &new, &mut |which, name, id| {
                let key = (name.to_owned(), id);
                match which {
                    Which::New => {
                        open.insert(key, at);
                    }
                    Which::Old => {
                        if let Some(from) = open.remove(&key) {
                            stays.push(stay(key, from..at));
                        }
                    }
                }
            })?;
            (before, old) = (id, new);
        }
        stays.extend(open.into_iter().map(|(key, from)| stay(key, from..end)));
        Ok(())
    }
}
