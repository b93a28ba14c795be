//! A branch's own line: from a tip back to the beginning, one parent of each commit.
//!
//! Which parent of a merge is the branch as it was, the graph alone does not say. Three
//! things tell, the best one first: the reflog of a remote-tracking branch (in a bare
//! repository: of the branch), where every entry was a tip; the message of the merge;
//! and that Git puts first what was checked out. What follows from them is decided in
//! `model/audit/landing.rs`; here is only found what they say.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

use git2::{Commit, ErrorCode, Oid, Sort};

use super::{
    CommitId, GitError, Repo,
    commit_id::timestamp,
    error::Doing,
    reflog::Written,
    refs::{HEADS, REMOTES},
};
use crate::model::audit::{BranchName, CommitKind, Passed, mainline_parent};

/// So many older tips that are no ancestors (a branch that was rewritten) are passed over.
const MOST_REWRITTEN: usize = 8;

/// A branch, and what is known of its line.
#[derive(Debug)]
pub struct Line<'r> {
    repo: &'r Repo,
    tip: CommitId,
    name: BranchName,
    /// What the branch was, newest first.
    tips: Vec<KnownTip>,
    /// Where in `tips` a commit is.
    places: HashMap<Oid, usize>,
}

/// What a branch was once.
#[derive(Debug)]
struct KnownTip {
    commit: Oid,
    /// Everything since the older tip came with it at once: it was pushed, not fetched.
    pushed: bool,
}

/// A commit of the line.
pub(super) struct Stop<'r> {
    pub(super) commit: Commit<'r>,
    pub(super) passed: Passed,
}

/// On the way back along a line.
pub(super) struct Walk<'l> {
    line: &'l Line<'l>,
    at: Option<Oid>,
    begun: bool,
    /// The newest of the known tips that was not come by.
    next_tip: usize,
    /// What lies between here and the older tip, where there is one; found when asked for.
    segment: OnceCell<Option<Segment>>,
    /// The segment ends in a tip that was pushed.
    pushed: bool,
    shallow: HashSet<Oid>,
    /// The clone ends before the branch's beginning.
    pub(super) cut_off: bool,
}

/// The commits between two tips that followed each other.
struct Segment {
    older: Oid,
    /// Those that descend from the older one.
    above: HashSet<Oid>,
}

impl Repo {
    /// The line of what `name` means: a branch with its name and its reflog, else a
    /// commit.
    pub fn line(&self, name: &str) -> Result<Line<'_>, GitError> {
        let mut line = self.line_of(self.resolve(name)?);
        let Some(full) = self.full_name(name) else {
            return Ok(line);
        };
        let watched = full.starts_with(REMOTES) || (self.is_bare() && full.starts_with(HEADS));
        line.name = self.branch_name(&full)?;
        if watched {
            for written in self.writings(&full) {
                line.know(&written);
            }
        }
        Ok(line)
    }

    /// The line of a commit of which nothing is known: its first parents.
    pub fn line_of(&self, tip: CommitId) -> Line<'_> {
        Line {
            repo: self,
            tip,
            name: BranchName::default(),
            tips: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// `refs/remotes/origin/main` for `origin/main`; also for `HEAD`, which is on it.
    fn full_name(&self, name: &str) -> Option<String> {
        let reference = self.inner.resolve_reference_from_short_name(name).ok()?;
        let reference = reference.resolve().ok()?;
        Some(String::from_utf8_lossy(reference.name_bytes()).into_owned())
    }

    fn branch_name(&self, full: &str) -> Result<BranchName, GitError> {
        if let Some(name) = full.strip_prefix(HEADS) {
            return Ok(BranchName {
                remote: None,
                name: name.to_owned(),
            });
        }
        let Some(short) = full.strip_prefix(REMOTES) else {
            return Ok(BranchName::default());
        };
        // The names of remotes may have slashes themselves.
        let remotes = self.remotes()?;
        let of = |remote: &String| Some((remote.clone(), short.strip_prefix(remote)?));
        let found = remotes.iter().filter_map(of).find_map(|(remote, rest)| {
            let name = rest.strip_prefix('/')?.to_owned();
            Some((remote, name))
        });
        let split = || {
            let (remote, name) = short.split_once('/')?;
            Some((remote.to_owned(), name.to_owned()))
        };
        Ok(match found.or_else(split) {
            Some((remote, name)) => BranchName {
                remote: Some(remote),
                name,
            },
            None => BranchName::default(),
        })
    }
}

impl<'r> Line<'r> {
    /// Its tip.
    pub fn tip(&self) -> CommitId {
        self.tip
    }

    /// What it was once, as far as this clone knows, oldest first; some of that may have been
    /// put aside by a forced push.
    pub fn once(&self) -> impl Iterator<Item = CommitId> {
        self.tips.iter().rev().map(|tip| tip.commit.into())
    }

    /// It is a branch's, and not that of a tag or a commit.
    pub fn is_branch(&self) -> bool {
        !self.name.name.is_empty()
    }

    fn know(&mut self, written: &Written) {
        let Some(commit) = written.new.filter(|commit| self.repo.has(*commit)) else {
            return;
        };
        let place = self.tips.len();
        self.places.entry(commit.oid()).or_insert(place);
        self.tips.push(KnownTip {
            commit: commit.oid(),
            pushed: matches!(written.message.as_str(), "update by push" | "push"),
        });
    }

    pub(super) fn walk(&'r self) -> Walk<'r> {
        Walk {
            line: self,
            at: Some(self.tip.oid()),
            begun: false,
            next_tip: 0,
            segment: OnceCell::new(),
            pushed: false,
            shallow: self.repo.shallow_boundary(),
            cut_off: false,
        }
    }

    /// What lies between a commit of the line and the newest tip before it, of those
    /// from `next` on. A branch that was rewritten has tips that are not before it.
    fn segment(&self, from: Oid, next: usize) -> Option<Segment> {
        let older = self.tips.iter().skip(next).map(|tip| tip.commit);
        let mut older: Vec<Oid> = older.filter(|tip| *tip != from).collect();
        older.dedup();
        older.into_iter().take(MOST_REWRITTEN).find_map(|older| {
            // History that is not here tells nothing; the messages are left.
            let above = self.above(from, older).ok()?;
            above.contains(&from).then_some(Segment { older, above })
        })
    }

    fn above(&self, from: Oid, older: Oid) -> Result<HashSet<Oid>, git2::Error> {
        let mut walk = self.repo.inner.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
        walk.push(from)?;
        walk.hide(older)?;
        let mut above = HashSet::new();
        for id in walk {
            let id = id?;
            let commit = self.repo.inner.find_commit(id)?;
            if commit
                .parent_ids()
                .any(|parent| parent == older || above.contains(&parent))
            {
                above.insert(id);
            }
        }
        Ok(above)
    }
}

impl<'l> Walk<'l> {
    /// The next commit, newest first; `None` at the end, which is the branch's
    /// beginning where it is not `cut_off`.
    pub(super) fn next(&mut self) -> Result<Option<Stop<'l>>, GitError> {
        let Some(id) = self.at.take() else {
            return Ok(None);
        };
        let commit = match self.line.repo.inner.find_commit(id) {
            Err(error) if error.code() == ErrorCode::NotFound && self.begun => {
                self.cut_off = true;
                return Ok(None);
            }
            other => other.doing_with(|| format!("read commit {id}"))?,
        };
        self.begun = true;
        let was_tip = self.was_tip(id);
        let is_merge = commit.parent_count() > 1;
        let which = if is_merge { self.parent(&commit) } else { 0 };
        self.at = commit.parent_id(which).ok();
        if self.shallow.contains(&id) {
            self.cut_off = true;
            self.at = None;
        }
        let passed = Passed {
            at: timestamp(commit.time()),
            committer: String::from_utf8_lossy(commit.committer().email_bytes()).into_owned(),
            kind: match (is_merge, which) {
                (false, _) => CommitKind::Plain,
                (true, 0) => CommitKind::Merge,
                (true, _) => CommitKind::Pull,
            },
            was_tip,
        };
        Ok(Some(Stop { commit, passed }))
    }

    fn was_tip(&mut self, id: Oid) -> Option<bool> {
        let known = self.line.places.get(&id).copied();
        if let Some(place) = known.filter(|place| *place >= self.next_tip) {
            self.next_tip = place + 1;
            self.segment = OnceCell::new();
            self.pushed = self.line.tips[place].pushed && self.between(id).is_some();
            return Some(true);
        }
        self.pushed.then_some(false)
    }

    fn between(&self, from: Oid) -> Option<&Segment> {
        let (line, next) = (self.line, self.next_tip);
        self.segment
            .get_or_init(|| line.segment(from, next))
            .as_ref()
    }

    fn parent(&self, commit: &Commit<'_>) -> usize {
        let summary = String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default());
        let by_message = mainline_parent(&summary, &self.line.name);
        let Some(segment) = self.between(commit.id()) else {
            return by_message;
        };
        let leads_there = |at: usize| {
            commit
                .parent_id(at)
                .is_ok_and(|id| id == segment.older || segment.above.contains(&id))
        };
        // Where several do, the reflog says nothing of this merge.
        if leads_there(by_message) {
            return by_message;
        }
        (0..commit.parent_count())
            .find(|at| leads_there(*at))
            .unwrap_or(by_message)
    }
}
