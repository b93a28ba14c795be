//! Where the user stands: branch, upstream, an operation half done, who they are.

use std::fs;

use git2::{ErrorCode, RepositoryState};

use super::{
    CommitId, GitError, Repo,
    error::Doing,
    refs::{HEADS, REMOTES, short_name},
};
use crate::model::Operation;

/// What is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// A branch with at least one commit.
    Branch {
        /// Without `refs/heads/`.
        name: String,
        /// Its newest commit.
        commit: CommitId,
    },
    /// A branch without a commit yet.
    Unborn {
        /// Without `refs/heads/`.
        name: String,
    },
    /// A commit without a branch, as in CI and in the middle of a rebase.
    Detached {
        /// The commit.
        commit: CommitId,
    },
}

impl Head {
    /// The commit that is checked out, if there is one.
    pub fn commit(&self) -> Option<CommitId> {
        match self {
            Self::Branch { commit, .. } | Self::Detached { commit } => Some(*commit),
            Self::Unborn { .. } => None,
        }
    }

    /// The branch that is checked out, if it is one.
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::Branch { name, .. } | Self::Unborn { name } => Some(name),
            Self::Detached { .. } => None,
        }
    }
}

/// The branch that the current one follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// As people say it: `origin/main`.
    pub name: String,
    /// Its newest known commit; `None` when it is configured and not there.
    pub commit: Option<CommitId>,
    /// This clone knows no branch of that remote at all: nothing was pushed there yet.
    pub of_empty_remote: bool,
}

/// The user as Git's configuration knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    /// `user.name`.
    pub name: Option<String>,
    /// `user.email`.
    pub email: Option<String>,
}

impl Repo {
    /// What is checked out.
    pub fn head(&self) -> Result<Head, GitError> {
        match self.inner.head() {
            Ok(reference) => {
                let commit = reference
                    .peel_to_commit()
                    .doing("read the commit that is checked out")?
                    .id()
                    .into();
                let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
                Ok(match name.strip_prefix(HEADS) {
                    Some(name) => Head::Branch {
                        name: name.to_owned(),
                        commit,
                    },
                    None => Head::Detached { commit },
                })
            }
            Err(error) if error.code() == ErrorCode::UnbornBranch => {
                let head = self.inner.find_reference("HEAD").doing("read HEAD")?;
                let name = head.symbolic_target_bytes().unwrap_or_default();
                let name = String::from_utf8_lossy(name);
                Ok(Head::Unborn {
                    name: name.strip_prefix(HEADS).unwrap_or(&name).to_owned(),
                })
            }
            Err(error) => Err(error).doing("read HEAD"),
        }
    }

    /// The branch that the current branch follows.
    pub fn upstream(&self) -> Result<Option<Upstream>, GitError> {
        let head = self.head()?;
        let Some(branch) = head.branch() else {
            return Ok(None);
        };
        let doing = format!("read the upstream of {branch}");
        let full = self
            .inner
            .branch_upstream_name(&format!("{HEADS}{branch}"))
            .found(&doing)?;
        let Some(full) = full else { return Ok(None) };
        let full = String::from_utf8_lossy(&full).into_owned();
        let commit = self.tip_of(&full)?;
        let remote = match commit {
            Some(_) => None,
            None => self
                .inner
                .branch_upstream_remote(&format!("{HEADS}{branch}"))
                .found(&doing)?,
        };
        let of_empty_remote = match remote {
            Some(remote) => {
                let remote = String::from_utf8_lossy(&remote);
                self.tips_in(Some(&format!("{REMOTES}{remote}/")))?
                    .is_empty()
            }
            None => false,
        };
        Ok(Some(Upstream {
            name: short_name(&full).to_owned(),
            commit,
            of_empty_remote,
        }))
    }

    /// What the user began and has not finished.
    pub fn operation(&self) -> Option<Operation> {
        match self.inner.state() {
            RepositoryState::Merge => Some(Operation::Merge),
            RepositoryState::Rebase
            | RepositoryState::RebaseInteractive
            | RepositoryState::RebaseMerge
            | RepositoryState::ApplyMailboxOrRebase => Some(Operation::Rebase),
            RepositoryState::CherryPick | RepositoryState::CherryPickSequence => {
                Some(Operation::CherryPick)
            }
            RepositoryState::Revert | RepositoryState::RevertSequence => Some(Operation::Revert),
            RepositoryState::Bisect => Some(Operation::Bisect),
            RepositoryState::ApplyMailbox => Some(Operation::Am),
            RepositoryState::Clean => self.sequence(),
        }
    }

    /// The commit that a merge in progress brings in.
    pub fn merge_head(&self) -> Option<CommitId> {
        match self.operation() {
            Some(Operation::Merge) => self.resolve("MERGE_HEAD").ok(),
            _ => None,
        }
    }

    /// Between two commits of a longer cherry-pick or revert, when the user
    /// committed the conflicting one by hand, only the list of what is left tells.
    fn sequence(&self) -> Option<Operation> {
        let todo = fs::read_to_string(self.git_dir().join("sequencer/todo")).ok()?;
        Some(if todo.trim_start().starts_with("revert") {
            Operation::Revert
        } else {
            Operation::CherryPick
        })
    }

    /// The user's name and address in Git's configuration.
    pub fn user(&self) -> Result<User, GitError> {
        let config = self.inner.config().doing("read Git's configuration")?;
        let text = |key: &str| {
            config
                .get_string(key)
                .found(format!("read {key} from Git's configuration"))
                .map(|value| value.filter(|value| !value.is_empty()))
        };
        Ok(User {
            name: text("user.name")?,
            email: text("user.email")?,
        })
    }
}
