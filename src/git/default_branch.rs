//! The branch that a team merges into, as far as this clone knows it, and what to do where
//! it does not.

use super::{
    GitError, Repo,
    error::Doing,
    refs::{REMOTES, short_name},
};

/// Why a clone does not know the default branch of its remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoDefault {
    /// It has no remote.
    Alone,
    /// History ends before its beginning, as in CI.
    Shallow,
    /// Nothing was fetched from this remote yet.
    NeverFetched(String),
    /// It fetches some branches of this remote alone, as `git clone --single-branch` does.
    FewBranches(String),
    /// Which of the branches of this remote it is, was never asked.
    Unasked(String),
}

impl Repo {
    /// The remote's default branch as people say it (`origin/main`): where the
    /// remote's `HEAD` pointed at the time of the clone, else `main` or `master`.
    pub fn default_branch(&self) -> Result<Option<String>, GitError> {
        let names = self.remotes()?;
        let remote = match names.as_slice() {
            names if names.iter().any(|name| name == ORIGIN) => ORIGIN,
            [only] => only,
            _ => return Ok(None),
        };
        let head = self
            .inner
            .find_reference(&format!("{REMOTES}{remote}/HEAD"))
            .found(format!("read the default branch of {remote}"))?;
        let pointed = head
            .as_ref()
            .and_then(git2::Reference::symbolic_target_bytes)
            .map(|name| String::from_utf8_lossy(name).into_owned());
        let usual = ["main", "master"].map(|branch| format!("{REMOTES}{remote}/{branch}"));
        for full in pointed.into_iter().chain(usual) {
            if self.tip_of(&full)?.is_some() {
                return Ok(Some(short_name(&full).to_owned()));
            }
        }
        Ok(None)
    }

    /// Why there is none.
    pub fn no_default_branch(&self) -> Result<NoDefault, GitError> {
        if self.is_shallow() {
            return Ok(NoDefault::Shallow);
        }
        let names = self.remotes()?;
        let origin = names.iter().find(|name| *name == ORIGIN);
        let Some(remote) = origin.or(names.first()) else {
            return Ok(NoDefault::Alone);
        };
        let below = format!("{REMOTES}{remote}/");
        if !(self.remote_branches()?.iter()).any(|tip| tip.name.starts_with(&below)) {
            return Ok(NoDefault::NeverFetched(remote.clone()));
        }
        let configured = self.inner.find_remote(remote);
        let configured = configured.doing(format!("read the configuration of {remote}"))?;
        let fetches_all = configured
            .refspecs()
            .any(|spec| spec.src().is_ok_and(|from| from.ends_with("/*")));
        Ok(if fetches_all {
            NoDefault::Unasked(remote.clone())
        } else {
            NoDefault::FewBranches(remote.clone())
        })
    }
}

const ORIGIN: &str = "origin";
