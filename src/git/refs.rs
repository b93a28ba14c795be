//! Branches and tags, and the commits at their tips.

use std::{cmp::Reverse, collections::HashSet};

use git2::Reference;
use jiff::Timestamp;

use super::{CommitId, CommitInfo, GitError, Repo, commit_id::timestamp, error::Doing};

pub(super) const HEADS: &str = "refs/heads/";
pub(super) const REMOTES: &str = "refs/remotes/";
pub(super) const TAGS: &str = "refs/tags/";

/// What kind of name a [`Tip`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RefKind {
    /// A branch of this clone.
    Branch,
    /// A branch of a remote, as last fetched.
    Remote,
    /// A tag.
    Tag,
    /// None any more: a reflog remembers the commit.
    Reflog,
}

/// A branch or tag with the commit that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// The full name: `refs/remotes/origin/main`.
    pub name: String,
    /// What kind of name it is.
    pub kind: RefKind,
    /// The commit.
    pub commit: CommitId,
    /// When that commit was made (the committer's date).
    pub time: Timestamp,
}

impl Tip {
    /// The name as people say it: `origin/main`.
    pub fn short(&self) -> &str {
        short_name(&self.name)
    }
}

/// `origin/main` for `refs/remotes/origin/main`.
pub(super) fn short_name(full: &str) -> &str {
    [HEADS, REMOTES, TAGS]
        .iter()
        .find_map(|prefix| full.strip_prefix(prefix))
        .unwrap_or(full)
}

impl Repo {
    /// All branches, remote branches and tags that name a commit, newest first.
    pub fn tips(&self) -> Result<Vec<Tip>, GitError> {
        self.tips_in(None)
    }

    pub(super) fn tips_in(&self, prefix: Option<&str>) -> Result<Vec<Tip>, GitError> {
        self.tips_like(prefix.map(|prefix| format!("{prefix}*")).as_deref())
    }

    fn tips_like(&self, pattern: Option<&str>) -> Result<Vec<Tip>, GitError> {
        let mut tips = Vec::new();
        let references = match pattern {
            None => self.inner.references(),
            Some(pattern) => self.inner.references_glob(pattern),
        };
        for reference in references.doing("list branches and tags")? {
            let reference = reference.doing("list branches and tags")?;
            let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
            let kind = if name.starts_with(HEADS) {
                RefKind::Branch
            } else if name.starts_with(REMOTES) {
                RefKind::Remote
            } else if name.starts_with(TAGS) {
                RefKind::Tag
            } else {
                continue;
            };
            // `origin/HEAD` is another name of a branch that is listed anyway;
            // a tag may name a file, and a broken reference nothing.
            if reference.kind() == Some(git2::ReferenceType::Symbolic) {
                continue;
            }
            if let Ok(commit) = reference.peel_to_commit() {
                tips.push(Tip {
                    name,
                    kind,
                    commit: commit.id().into(),
                    time: timestamp(commit.time()),
                });
            }
        }
        tips.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.name.cmp(&b.name)));
        Ok(tips)
    }

    /// The tags that name a commit and are like one of these patterns (`v*`, as
    /// `git tag --list` takes them), newest first.
    pub fn tags(&self, patterns: &[String]) -> Result<Vec<Tip>, GitError> {
        let mut tips: Vec<Tip> = Vec::new();
        for pattern in patterns {
            for tip in self.tips_like(Some(&format!("{TAGS}{pattern}")))? {
                if tips.iter().all(|known| known.name != tip.name) {
                    tips.push(tip);
                }
            }
        }
        tips.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.name.cmp(&b.name)));
        Ok(tips)
    }

    /// The branches of all remotes, newest first.
    pub fn remote_branches(&self) -> Result<Vec<Tip>, GitError> {
        self.tips_in(Some(REMOTES))
    }

    /// The branches of this clone itself, newest first.
    pub fn local_branches(&self) -> Result<Vec<Tip>, GitError> {
        self.tips_in(Some(HEADS))
    }

    /// Where `HEAD` and the branches once stood, as far as their reflogs reach and the
    /// commits are still here: newest first, named by the commits' short ids. A branch
    /// that was deleted took its own reflog along; that of `HEAD` stays.
    pub fn once_tips(&self) -> Result<Vec<Tip>, GitError> {
        let mut names = vec!["HEAD".to_owned()];
        names.extend(self.tips()?.into_iter().map(|tip| tip.name));
        let mut seen = HashSet::new();
        let mut tips = Vec::new();
        for written in names.iter().flat_map(|name| self.writings(name)) {
            for commit in written.new.into_iter().chain(written.old) {
                if seen.insert(commit) && self.has(commit) {
                    tips.push(Tip {
                        name: self.abbreviate(commit),
                        kind: RefKind::Reflog,
                        commit,
                        time: self.committed_at(commit)?,
                    });
                }
            }
        }
        tips.sort_by_key(|tip| Reverse(tip.time));
        Ok(tips)
    }

    /// The names of the remotes.
    pub fn remotes(&self) -> Result<Vec<String>, GitError> {
        let names = self.inner.remotes().doing("list the remotes")?;
        let mut all = Vec::new();
        for name in &names {
            let name = name.doing("read the name of a remote")?;
            all.extend(name.map(str::to_owned));
        }
        Ok(all)
    }

    /// The remote that is reached by that URL.
    pub fn remote_of(&self, url: &str) -> Result<Option<String>, GitError> {
        let reached = |name: &String| {
            self.inner.find_remote(name).is_ok_and(|remote| {
                let urls = [remote.url().ok(), remote.pushurl().ok().flatten()];
                urls.contains(&Some(url))
            })
        };
        Ok(self.remotes()?.into_iter().find(reached))
    }

    /// Some remote is fetched with all of its branches, or there is none.
    pub fn follows_all_branches(&self) -> Result<bool, GitError> {
        let remotes = self.remotes()?;
        for name in &remotes {
            let remote = self
                .inner
                .find_remote(name)
                .doing_with(|| format!("read the settings of {name}"))?;
            if remote
                .refspecs()
                .any(|spec| spec.src_bytes().ends_with(b"*"))
            {
                return Ok(true);
            }
        }
        Ok(remotes.is_empty())
    }

    /// When branches were last fetched; `None` where that is not known.
    pub fn fetched_at(&self) -> Option<Timestamp> {
        [self.git_dir(), self.common_dir()]
            .into_iter()
            .filter_map(|dir| {
                std::fs::metadata(dir.join("FETCH_HEAD"))
                    .ok()?
                    .modified()
                    .ok()
            })
            .max()
            .and_then(|time| Timestamp::try_from(time).ok())
    }

    /// Author, date and first line of each of these commits.
    pub fn commit_infos(&self, commits: &[CommitId]) -> Result<Vec<CommitInfo>, GitError> {
        let mailmap = self.inner.mailmap().ok();
        let info = |commit: &CommitId| {
            let commit = self
                .inner
                .find_commit(commit.oid())
                .doing_with(|| format!("read commit {commit}"))?;
            Ok(CommitInfo::of(&commit, mailmap.as_ref()))
        };
        commits.iter().map(info).collect()
    }

    /// Author, date and first line of a commit.
    pub fn commit_info(&self, commit: CommitId) -> Result<CommitInfo, GitError> {
        let doing = format!("read commit {commit}");
        let commit = self.inner.find_commit(commit.oid()).doing(doing)?;
        Ok(CommitInfo::of(&commit, self.inner.mailmap().ok().as_ref()))
    }

    /// When a commit was committed, which is not when it was written.
    pub fn committed_at(&self, commit: CommitId) -> Result<Timestamp, GitError> {
        let doing = format!("read commit {commit}");
        let commit = self.inner.find_commit(commit.oid()).doing(doing)?;
        Ok(timestamp(commit.time()))
    }

    /// A commit id as short as it may be here without being ambiguous.
    pub fn abbreviate(&self, commit: CommitId) -> String {
        self.inner
            .find_object(commit.oid(), None)
            .and_then(|object| object.short_id())
            .map_or_else(
                |_| commit.to_string(),
                |short| String::from_utf8_lossy(&short).into_owned(),
            )
    }

    /// The commit of a reference by its full name; `None` where there is no such reference.
    pub(super) fn tip_of(&self, full: &str) -> Result<Option<CommitId>, GitError> {
        // An expression such as `HEAD~2` names no ref.
        if !Reference::is_valid_name(full) {
            return Ok(None);
        }
        let Some(reference) = self
            .inner
            .find_reference(full)
            .found(format!("read {full}"))?
        else {
            return Ok(None);
        };
        let commit = reference
            .peel_to_commit()
            .found(format!("read the commit of {full}"))?;
        Ok(commit.map(|commit| commit.id().into()))
    }
}
