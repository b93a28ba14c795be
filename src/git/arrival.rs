//! With which commit a file arrived on a branch, and what landed with it.
//!
//! Follows the branch's own line (`line.rs`) and compares tree ids of the one folder.

use git2::Oid;

use super::{CommitId, CommitInfo, GitError, Line, Repo, folders::in_repository, line::Walk};
use crate::model::audit::{CommitKind, Passed, belongs, landings};

/// A file's arrival on a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The commit with which it came, usually a merge.
    pub commit: CommitInfo,
    /// The end of the landing that this commit is of: what others could pull.
    pub landed: CommitId,
}

impl Repo {
    /// The arrival of the file at `path` (in the project) on a branch. Where the branch
    /// did not have it yet, `earlier` is asked for the name that it had there before it
    /// was renamed. `None` where the branch does not have it, and where it was already
    /// there when a shallow clone begins.
    pub fn arrived<E: From<GitError>>(
        &self,
        line: &Line<'_>,
        prefix: &str,
        path: &str,
        mut earlier: impl FnMut(CommitId) -> Result<Option<String>, E>,
    ) -> Result<Option<Arrival>, E> {
        let mut file = File::new(prefix, path)?;
        let mut walk = line.walk();
        // Newest first: the commits that had it, and last the one that did not.
        let mut passed: Vec<(Oid, Passed)> = Vec::new();
        let mut arrived = None;
        while let Some(stop) = walk.next()? {
            let (id, tree) = (stop.commit.id(), stop.commit.tree_id());
            let mut there = file.is_in(self, tree)?;
            if !there {
                if passed.is_empty() {
                    return Ok(None);
                }
                if let Some(path) = earlier(id.into())? {
                    file = File::new(prefix, &path)?;
                    there = file.is_in(self, tree)?;
                }
            }
            passed.push((id, stop.passed));
            if !there {
                arrived = passed.len().checked_sub(2);
                break;
            }
        }
        if arrived.is_none() && !walk.cut_off {
            // The branch began with it.
            arrived = passed.len().checked_sub(1);
        }
        let Some(arrived) = arrived else {
            return Ok(None);
        };
        let id = passed[arrived].0;
        let landed = landed(&mut walk, &mut passed, arrived)?;
        Ok(Some(Arrival {
            commit: self.commit_info(id.into())?,
            landed: landed.into(),
        }))
    }
}

/// The end of the landing that the commit at `at` is of.
fn landed(
    walk: &mut Walk<'_>,
    passed: &mut Vec<(Oid, Passed)>,
    at: usize,
) -> Result<Oid, GitError> {
    // What was before counts as far back as it may be one landing with it.
    while let Some((_, oldest)) = passed.last()
        && oldest.kind == CommitKind::Plain
        && belongs(oldest, &passed[at].1)
        && let Some(stop) = walk.next()?
    {
        passed.push((stop.commit.id(), stop.passed));
    }
    let oldest_first: Vec<Passed> = passed.iter().rev().map(|one| one.1.clone()).collect();
    let ends = landings(&oldest_first);
    let from = passed.len() - 1 - at;
    let end = (from..ends.len()).find(|at| ends[*at]);
    Ok(end.map_or(passed[0].0, |end| passed[passed.len() - 1 - end].0))
}

/// A file, and the folder that it was last seen in.
struct File {
    folder: String,
    name: String,
    seen: Option<Oid>,
}

impl File {
    fn new(prefix: &str, path: &str) -> Result<Self, GitError> {
        let place = in_repository(prefix, path)?;
        let (folder, name) = place.rsplit_once('/').unwrap_or(("", &place));
        Ok(Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
            seen: None,
        })
    }

    fn is_in(&mut self, repo: &Repo, root: Oid) -> Result<bool, GitError> {
        let Some(folder) = repo.folder_if_there(root, &self.folder)? else {
            return Ok(false);
        };
        if self.seen == Some(folder) {
            return Ok(true);
        }
        let there = repo
            .tree(folder)?
            .get_name_bytes(self.name.as_bytes())
            .is_some();
        if there {
            self.seen = Some(folder);
        }
        Ok(there)
    }
}
