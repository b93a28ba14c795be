//! The branches that are looked at: those of others, which are young enough.

use std::collections::HashMap;

use super::{super::Context, Request};
use crate::{
    git::{Bases, CommitId, RefKind, Repo, Tip},
    workflow::{
        At, Error,
        mine::{Mine, branch_of},
    },
};

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// The branches to look at.
#[derive(Debug)]
pub(super) struct Open {
    /// Newest first.
    pub(super) branches: Vec<OpenBranch>,
    /// So many are too old.
    pub(super) old: usize,
}

/// A branch with all of its names.
#[derive(Debug)]
pub(super) struct OpenBranch {
    pub(super) refs: Vec<String>,
    pub(super) commit: CommitId,
}

/// The same, with where it parts from both sides.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) branch: OpenBranch,
    pub(super) of_mine: Bases,
    /// Absent for the protected branch itself, and where there is none.
    pub(super) of_protected: Option<Bases>,
    /// From the other protected refs, in their order.
    pub(super) of_others: Vec<Bases>,
}

impl Pending {
    pub(super) fn all_bases(&self) -> impl Iterator<Item = &Bases> {
        std::iter::once(&self.of_mine)
            .chain(&self.of_protected)
            .chain(&self.of_others)
    }
}

impl Open {
    pub(super) fn new(
        context: &Context,
        request: &Request,
        at: &At,
        protected: &[String],
    ) -> Result<Self, Error> {
        let repo = context.repo()?;
        let mut tips = repo.remote_branches()?;
        // What a bare repository has, others pushed there.
        if request.local || repo.is_bare() {
            tips.extend(repo.local_branches()?);
        }
        let remotes = repo.remotes()?;
        let mine = Mine::of(repo, at, &remotes)?;
        let mut old = 0;
        let oldest = context.now.as_second() - i64::from(request.days) * SECONDS_OF_A_DAY;
        let mut groups = Groups::default();
        for tip in tips {
            let is_protected = protected.iter().position(|name| tip.short() == name);
            let leave_out = match is_protected {
                // What mine has to fit before any other.
                Some(0) => request.ci,
                Some(_) => true,
                None => mine.is(&tip, &remotes),
            };
            if leave_out {
                continue;
            }
            if is_protected.is_none() && request.days > 0 && tip.time.as_second() < oldest {
                old += 1;
                continue;
            }
            groups.add(repo, tip, &remotes);
        }
        let branches = groups.all.into_iter().filter_map(|mut group| {
            // The newest of them has what the others have.
            let newest = group.iter().max_by_key(|tip| tip.time)?.commit;
            let is_protected = |tip: &Tip| protected.iter().any(|name| tip.short() == name);
            group.sort_by_key(|tip| {
                let other = tip.kind != RefKind::Remote;
                (!is_protected(tip), tip.commit != newest, other)
            });
            Some(OpenBranch {
                refs: group.iter().map(|tip| tip.short().to_owned()).collect(),
                commit: newest,
            })
        });
        Ok(Self {
            branches: branches.collect(),
            old,
        })
    }
}

/// Tips that are one branch: by the same commit, or the same name on another remote
/// where one of them is only further. There may be thousands.
#[derive(Default)]
struct Groups {
    all: Vec<Vec<Tip>>,
    by_commit: HashMap<CommitId, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Groups {
    fn add(&mut self, repo: &Repo, tip: Tip, remotes: &[String]) {
        let branch = branch_of(&tip, remotes).to_owned();
        let alike = self.by_name.get(&branch);
        let further = || {
            let same = |group: &&usize| {
                self.all[**group].iter().any(|other| {
                    branch_of(other, remotes) == branch && is_further(repo, other, &tip)
                })
            };
            alike.into_iter().flatten().find(same).copied()
        };
        let group = self.by_commit.get(&tip.commit).copied().or_else(further);
        let group = group.unwrap_or_else(|| {
            self.all.push(Vec::new());
            self.all.len() - 1
        });
        self.by_commit.entry(tip.commit).or_insert(group);
        self.by_name.entry(branch).or_default().push(group);
        self.all[group].push(tip);
    }
}

/// One contains the other.
fn is_further(repo: &Repo, one: &Tip, other: &Tip) -> bool {
    [(one, other), (other, one)]
        .iter()
        .any(|(newer, older)| repo.contains(newer.commit, older.commit).unwrap_or(false))
}
