//! From what a user typed (`HEAD~2`, `origin/main`, `v1.2`, `7f3a9c`) to a commit.

use std::path::Path;

use git2::{ErrorCode, ObjectType};

use super::{CommitId, GitError, Repo, error::Doing};
use crate::model::near;

/// More would be a list and not a hint.
const MOST_CANDIDATES: usize = 5;

impl Repo {
    /// The commit that `name` means to Git.
    pub fn resolve(&self, name: &str) -> Result<CommitId, GitError> {
        let object = match self.inner.revparse_single(name) {
            Ok(object) => object,
            Err(error) => {
                return Err(match error.code() {
                    ErrorCode::NotFound | ErrorCode::InvalidSpec => GitError::NoSuchCommit {
                        name: name.to_owned(),
                        candidates: self.similar(name),
                        shallow: self.is_shallow(),
                    },
                    ErrorCode::Ambiguous => GitError::AmbiguousCommit {
                        name: name.to_owned(),
                    },
                    _ => GitError::Git {
                        doing: format!("find the commit '{name}'"),
                        source: error.into(),
                    },
                });
            }
        };
        match object.peel_to_commit() {
            Ok(commit) => Ok(commit.id().into()),
            Err(error) if error.code() == ErrorCode::NotFound => {
                Err(error).doing(format!("read the commit of '{name}'"))
            }
            Err(_) => Err(GitError::NotACommit {
                name: name.to_owned(),
            }),
        }
    }

    /// The submodule that a path of a commit is, or is in, with the commit that it is at: what
    /// it holds is in another repository.
    pub fn submodule_of(
        &self,
        commit: CommitId,
        path: &str,
    ) -> Result<Option<(String, CommitId)>, GitError> {
        let root = self.root(commit)?;
        let root = self.tree(root)?;
        Ok(Path::new(path).ancestors().find_map(|part| {
            let entry = root.get_path(part).ok()?;
            let is_one = entry.kind() == Some(ObjectType::Commit);
            is_one.then(|| (part.to_string_lossy().into_owned(), entry.id().into()))
        }))
    }

    fn similar(&self, name: &str) -> Vec<String> {
        let Ok(tips) = self.tips() else {
            return Vec::new();
        };
        let mut near: Vec<(usize, &str)> = tips
            .iter()
            .filter_map(|tip| Some((near::distance(name, tip.short())?, tip.short())))
            .collect();
        // Stable: equally near ones stay newest first.
        near.sort_by_key(|(distance, _)| *distance);
        let mut names: Vec<String> = Vec::new();
        for (_, short) in near {
            if !names.iter().any(|name| name == short) {
                names.push(short.to_owned());
            }
        }
        names.truncate(MOST_CANDIDATES);
        names
    }
}
