//! Which commit contains which, and where two lines part.
//!
//! A shallow clone can make every such answer wrong without a sign. Then the
//! answer is [`GitError::HistoryMissing`] and never "no".

use std::{collections::HashSet, fs};

use git2::{ErrorCode, Oid};

use super::{
    CommitId, GitError, Repo,
    error::Doing,
    refs::{HEADS, REMOTES, TAGS},
};

impl Repo {
    /// The newest common ancestor; `None` where the two have nothing in common.
    pub fn merge_base(&self, one: CommitId, other: CommitId) -> Result<Option<CommitId>, GitError> {
        let doing = format!(
            "find the commit where {} and {} part",
            self.abbreviate(one),
            self.abbreviate(other)
        );
        match self.graph().merge_base(one.oid(), other.oid()) {
            Ok(base) => Ok(Some(base.into())),
            Err(error) if error.code() == ErrorCode::NotFound => {
                if self.is_shallow() {
                    Err(GitError::HistoryMissing { doing })
                } else if self.has(one) && self.has(other) {
                    Ok(None)
                } else {
                    Err(error).doing(doing)
                }
            }
            Err(error) => Err(error).doing(doing),
        }
    }

    /// Whether `ancestor` is `commit` or an ancestor of it.
    pub fn contains(&self, commit: CommitId, ancestor: CommitId) -> Result<bool, GitError> {
        let shallow = self.shallow_boundary();
        self.contains_within(commit, ancestor, &shallow)
    }

    /// The first of these refs (`origin/main`, `v1.2`, or in full) that contains
    /// the commit. Refs that are not there do not count.
    pub fn published_in(
        &self,
        commit: CommitId,
        refs: &[String],
    ) -> Result<Option<String>, GitError> {
        let shallow = self.shallow_boundary();
        for name in refs {
            if let Some(tip) = self.tip_named(name)?
                && self.contains_within(tip, commit, &shallow)?
            {
                return Ok(Some(name.clone()));
            }
        }
        Ok(None)
    }

    /// Whether one of these refs contains the commit.
    pub fn is_published(&self, commit: CommitId, refs: &[String]) -> Result<bool, GitError> {
        Ok(self.published_in(commit, refs)?.is_some())
    }

    /// The commit of a branch or tag by its short or full name; `None` where
    /// there is none. Remote branches come first: protected ones are theirs.
    pub fn tip_named(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        if name.starts_with("refs/") {
            return self.tip_of(name);
        }
        for prefix in [REMOTES, TAGS, HEADS] {
            if let Some(commit) = self.tip_of(&format!("{prefix}{name}"))? {
                return Ok(Some(commit));
            }
        }
        Ok(None)
    }

    /// Whether the clone has the commit at all.
    pub fn has(&self, commit: CommitId) -> bool {
        self.inner.find_commit(commit.oid()).is_ok()
    }

    /// The commits whose parents a shallow clone left out.
    pub(super) fn shallow_boundary(&self) -> HashSet<Oid> {
        fs::read_to_string(self.common_dir().join("shallow"))
            .unwrap_or_default()
            .lines()
            .filter_map(|line| Oid::from_str(line.trim()).ok())
            .collect()
    }

    fn contains_within(
        &self,
        commit: CommitId,
        ancestor: CommitId,
        shallow: &HashSet<Oid>,
    ) -> Result<bool, GitError> {
        let doing = format!(
            "find out whether {} contains {}",
            self.abbreviate(commit),
            self.abbreviate(ancestor)
        );
        let missing = || GitError::HistoryMissing {
            doing: doing.clone(),
        };
        let reaches = |from: Oid, to: Oid| {
            if from == to {
                return Ok(true);
            }
            match self.graph().graph_descendant_of(from, to) {
                Err(error) if error.code() == ErrorCode::NotFound && !shallow.is_empty() => {
                    Err(missing())
                }
                other => other.doing(&doing),
            }
        };
        if reaches(commit.oid(), ancestor.oid())? {
            return Ok(true);
        }
        // "No" is certain where every end of the known history below `commit`
        // is itself an ancestor of `ancestor`: what lies behind those ends is
        // older than `ancestor`.
        for end in shallow {
            if self.inner.find_commit(*end).is_ok()
                && reaches(commit.oid(), *end)?
                && !reaches(ancestor.oid(), *end)?
            {
                return Err(missing());
            }
        }
        Ok(false)
    }
}
