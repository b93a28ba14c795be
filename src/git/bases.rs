//! Where many branches part from one commit.
//!
//! One walk from that commit answers for all of them: a branch is followed back
//! along its own commits until it meets what the walk has seen. Asking the library
//! branch by branch would walk the same history hundreds of times.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};

use git2::{ErrorCode, Oid};

use super::{CommitId, GitError, Repo, error::Doing};

/// The newest common ancestors of two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bases {
    /// One, or several where the two were merged into each other crosswise.
    Known(Vec<CommitId>),
    /// The two have nothing in common.
    Unrelated,
    /// It lies in history that this shallow clone does not have.
    Missing,
}

/// A commit with all of its ancestors.
#[derive(Debug)]
pub struct Ancestors<'r> {
    repo: &'r Repo,
    all: HashSet<Oid>,
    /// Commits at which the clone ends.
    shallow: HashSet<Oid>,
    /// The parents of commits that were looked at: branches share them.
    parents: RefCell<HashMap<Oid, Vec<Oid>>>,
}

impl Repo {
    /// Walks the history of a commit.
    pub fn ancestors(&self, of: CommitId) -> Result<Ancestors<'_>, GitError> {
        let doing = || format!("walk the history of {of}");
        let mut walk = self.graph().revwalk().doing_with(doing)?;
        walk.push(of.oid()).doing_with(doing)?;
        let all = walk.collect::<Result<_, _>>().doing_with(doing)?;
        Ok(Ancestors {
            repo: self,
            all,
            shallow: self.shallow_boundary(),
            parents: RefCell::default(),
        })
    }

    /// Where two commits part.
    pub fn bases(&self, one: CommitId, other: CommitId) -> Result<Bases, GitError> {
        self.ancestors(one)?.bases(other)
    }
}

impl Ancestors<'_> {
    /// Whether it is the commit or one of its ancestors.
    pub fn contains(&self, commit: CommitId) -> bool {
        self.all.contains(&commit.oid())
    }

    /// Where a branch with this tip parts from the commit.
    pub fn bases(&self, tip: CommitId) -> Result<Bases, GitError> {
        let mut met: Vec<Oid> = Vec::new();
        let mut ends = false;
        let mut seen = HashSet::from([tip.oid()]);
        let mut todo = vec![tip.oid()];
        while let Some(id) = todo.pop() {
            if self.all.contains(&id) {
                met.push(id);
                continue;
            }
            // Behind the end of the clone there may be a newer common ancestor.
            ends |= self.shallow.contains(&id);
            for parent in self.parents_of(id)? {
                if seen.insert(parent) {
                    todo.push(parent);
                }
            }
        }
        if ends || (!self.shallow.is_empty() && !self.reaches_the_ends(&met)?) {
            return Ok(Bases::Missing);
        }
        if met.is_empty() {
            return Ok(Bases::Unrelated);
        }
        let newest = self.newest(met)?;
        Ok(Bases::Known(newest.into_iter().map(Into::into).collect()))
    }

    fn parents_of(&self, id: Oid) -> Result<Vec<Oid>, GitError> {
        if let Some(parents) = self.parents.borrow().get(&id) {
            return Ok(parents.clone());
        }
        let parents: Vec<Oid> = if self.shallow.contains(&id) {
            Vec::new()
        } else {
            self.repo
                .inner
                .find_commit(id)
                .doing_with(|| format!("read commit {id}"))?
                .parent_ids()
                .collect()
        };
        self.parents.borrow_mut().insert(id, parents.clone());
        Ok(parents)
    }

    /// Every end of the known history is an ancestor of one of these: whatever lies
    /// behind it is older than they are.
    fn reaches_the_ends(&self, met: &[Oid]) -> Result<bool, GitError> {
        for end in self.shallow.intersection(&self.all) {
            let mut reached = false;
            for base in met {
                reached |= base == end || self.descends(*base, *end)?;
            }
            if !reached {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Those that are no ancestor of another one.
    fn newest(&self, mut met: Vec<Oid>) -> Result<Vec<Oid>, GitError> {
        met.sort_unstable();
        if met.len() < 2 {
            return Ok(met);
        }
        let mut newest = Vec::new();
        for one in &met {
            let mut older = false;
            for other in met.iter().filter(|other| *other != one) {
                older = older || self.descends(*other, *one)?;
            }
            if !older {
                newest.push(*one);
            }
        }
        Ok(newest)
    }

    fn descends(&self, commit: Oid, ancestor: Oid) -> Result<bool, GitError> {
        match self.repo.graph().graph_descendant_of(commit, ancestor) {
            Err(error) if error.code() == ErrorCode::NotFound && !self.shallow.is_empty() => {
                Ok(false)
            }
            other => other.doing_with(|| format!("find out whether {commit} contains {ancestor}")),
        }
    }
}
