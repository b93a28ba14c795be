//! Under which names my own branch is known: everybody else's are somebody else's.

use std::collections::BTreeSet;

use super::{At, Error};
use crate::git::{RefKind, Repo, Tip};

/// The names under which my own branch is known.
pub(super) struct Mine {
    refs: BTreeSet<String>,
    /// Without a remote.
    branch: Option<String>,
}

impl Mine {
    /// The names of what `at` means; the working tree's branch is the one that is
    /// checked out or that a rebase will come back to.
    pub(super) fn of(repo: &Repo, at: &At, remotes: &[String]) -> Result<Self, Error> {
        let mut refs = BTreeSet::new();
        let branch = match at {
            At::WorkTree | At::Index => {
                refs.extend(repo.upstream()?.map(|upstream| upstream.name));
                let head = repo.head()?;
                head.branch()
                    .map(str::to_owned)
                    .or_else(|| repo.rebased_branch())
            }
            At::Commit(name) => {
                refs.insert(name.clone());
                let is_it = |tip: &Tip| tip.short() == name || tip.name == *name;
                let mut tips = repo.local_branches()?;
                tips.extend(repo.remote_branches()?);
                let tip = tips.iter().find(|tip| is_it(tip));
                tip.map(|tip| branch_of(tip, remotes).to_owned())
            }
        };
        Ok(Self { refs, branch })
    }

    /// Whether that is one of the names.
    pub(super) fn is(&self, tip: &Tip, remotes: &[String]) -> bool {
        self.refs.contains(tip.short())
            || self.refs.contains(&tip.name)
            || self.branch.as_deref() == Some(branch_of(tip, remotes))
    }
}

/// A branch's name without the remote's.
pub(super) fn branch_of<'t>(tip: &'t Tip, remotes: &[String]) -> &'t str {
    if tip.kind != RefKind::Remote {
        return tip.short();
    }
    let short = tip.short();
    let known = remotes
        .iter()
        .filter_map(|remote| short.strip_prefix(remote.as_str())?.strip_prefix('/'))
        // `team/fork` and `team` may both be remotes.
        .min_by_key(|branch| branch.len());
    known.unwrap_or_else(|| short.split_once('/').map_or(short, |(_, branch)| branch))
}
