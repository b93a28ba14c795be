//! Which of all open branches will collide: each is merged in memory with one side,
//! which is mine or, after a push, the protected branch.
//!
//! Never fetches: what is judged is what this clone has of the remotes.

use std::{cell::OnceCell, collections::HashSet};

use jiff::Timestamp;

use super::{
    At, Context, Error, guard,
    merged::{Merger, Unknown},
    orders::{Prove, Proved},
};
use crate::{
    git::{Bases, CommitId, CommitInfo, Listed},
    model::{
        RevId,
        audit::{Content, FileFact},
        merge::Files,
        radar::{Cluster, Collision, Effect, Standing, Verdict, among, among_objects},
    },
};

mod judge;
mod objects;
mod open;
mod tried;

use judge::{Judge, One, Protected};
use objects::Scripts;
use open::{Open, OpenBranch, Pending};

/// How old a branch may be that people still work on, in days.
pub const DAYS: u32 = 30;

/// What is asked.
#[derive(Debug, Clone, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct Request {
    /// Branches whose last commit is older than so many days are left out; 0 = none are.
    pub days: u32,
    /// All branches are shown, and judged against the protected one and each other, too.
    pub all: bool,
    /// Judged against the protected branch instead of mine.
    pub ci: bool,
    /// The branches of this clone count as well.
    pub local: bool,
    /// Judged against this branch, whatever else is said.
    pub side: Option<String>,
    /// What scripts do to each other counts as well.
    pub scripts: bool,
    /// Where they collide with those of the side, both orders are tried.
    pub prove: Option<Prove>,
}

/// What the radar sees.
#[derive(Debug)]
pub struct Radar {
    /// The side that all branches are judged against.
    pub mine: Mine,
    /// The protected refs, without those of which a gap tells. Where sides are judged, it is against the first; what is in
    /// any of them is merged and published.
    pub protected: Vec<String>,
    /// The branches, worst first, then newest first.
    pub branches: Vec<Branch>,
    /// Which of them collide with each other; with `all` and `ci` only.
    pub among: Vec<Cluster>,
    /// How many branches were looked at and why others were not.
    pub counts: Counts,
    /// When branches were last fetched.
    pub fetched: Option<Timestamp>,
    /// What of the answer is missing.
    pub gaps: Vec<Gap>,
    /// Why nothing more could be tried.
    pub not_tried: Option<Error>,
}

/// The side that branches are judged against.
#[derive(Debug)]
pub struct Mine {
    /// A branch, `HEAD`, or what `--at` named.
    pub name: String,
    /// The commit; the working tree may be ahead of it.
    pub commit: CommitId,
    /// The heads.
    pub heads: Vec<RevId>,
    /// What is in no protected ref.
    pub new_revisions: Vec<RevId>,
    /// What is in no commit.
    pub uncommitted: Vec<RevId>,
    /// It has several heads itself.
    pub diverged: bool,
}

/// A branch, judged.
#[derive(Debug)]
pub struct Branch {
    /// Its names: the same commit on several remotes is one branch.
    pub refs: Vec<String>,
    /// Its last commit.
    pub commit: CommitInfo,
    /// Its revisions that are in no protected ref.
    pub new_revisions: Vec<RevId>,
    /// The worst of what it does to the side that was asked for, and to what is published.
    pub verdict: Verdict,
    /// Why it could not be judged.
    pub unknown: Option<Unknown>,
    /// What does not fit.
    pub collisions: Vec<Against>,
    /// What came of trying its scripts with those of the side, or why they could not be
    /// tried.
    pub proof: Option<Result<Proved, Error>>,
}

/// Something that does not fit, and with what.
#[derive(Debug, Clone)]
pub struct Against {
    /// A branch, as it is called in the answer.
    pub with: String,
    /// What does not fit.
    pub collision: Collision,
}

/// How many branches there are of each sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Judged.
    pub judged: usize,
    /// Contained in a protected ref or in mine, or with nothing that is not there.
    pub merged: usize,
    /// Older than asked for.
    pub old: usize,
    /// Without a change of the migrations.
    pub untouched: usize,
}

/// What keeps the answer from being complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// A configured `protected:` ref is not in this clone.
    Ref(String),
    /// The migrations folder of a protected ref is a link that leads nowhere: nothing was
    /// judged against it.
    LostFolder(String),
    /// This clone has one branch only.
    OneBranch,
    /// The content of some files of the side that was asked for is not here.
    Contents(String),
}

/// Looks around.
pub fn radar(context: &Context, request: &Request) -> Result<Radar, Error> {
    let protected_names = guard::protected_refs(context)?;
    let merger = Merger::new(context)?;
    let repo = merger.repo;
    merger.follow_named(&protected_names)?;
    let at = match &request.side {
        Some(name) => At::Commit(name.clone()),
        None => side_asked_for(context, request, protected_names.first())?,
    };
    let side = merger.side(&at)?;
    let name = match &at {
        At::Commit(name) => name.clone(),
        At::WorkTree | At::Index => repo.head()?.branch().unwrap_or("HEAD").to_owned(),
    };
    let mut gaps: Vec<Gap> = Vec::new();
    gaps.extend(guard::absent_refs(context)?.into_iter().map(Gap::Ref));
    let missing = |file: &FileFact| file.content == Content::Missing;
    if side.files.iter().any(missing) {
        gaps.push(Gap::Contents(name.clone()));
    }
    let mut protected = Vec::new();
    for name in &protected_names {
        let commit = repo.resolve(name)?;
        // After a push both sides are one.
        let is_mine = matches!(at, At::Commit(_)) && commit == side.commit;
        match Protected::new(&merger, name, commit, is_mine) {
            Err(error) if error.is_lost_folder() => gaps.push(Gap::LostFolder(name.clone())),
            one => protected.push(one?),
        }
    }

    let open = Open::new(context, request, &at, &protected_names)?;
    let mut counts = Counts {
        old: open.old,
        ..Counts::default()
    };
    let pending = parted(&merger, side.commit, &protected, open.branches, &mut counts)?;
    if pending.is_empty() && counts == Counts::default() && has_one_branch(&merger)? {
        gaps.push(Gap::OneBranch);
    }
    let all_bases = pending.iter().flat_map(Pending::all_bases);
    merger.follow_moves(side.commit, all_bases)?;
    for one in &pending {
        merger.follow_theirs(side.commit, one.branch.commit)?;
    }
    know_all(&merger, &pending)?;

    let committed = merger.files_of(side.commit)?;
    let uncommitted = new_in(&side.files, &committed);
    let scripts = request.scripts.then(|| Scripts::new(context, &merger, &at));
    let judge = Judge {
        scripts: scripts.as_ref(),
        line: OnceCell::new(),
        context,
        merger: &merger,
        name: &name,
        mine: Standing::new(side.files),
        protected,
        everything: request.all || request.ci,
    };
    let mut seen = judge.all(&pending, &mut counts)?;
    let not_tried = match request.prove {
        Some(prove) => tried::all(context, &at, &name, prove, &mut seen)?,
        None => None,
    };
    let among = if judge.everything {
        among_all(&judge, &seen)?
    } else {
        Vec::new()
    };
    if let Some(scripts) = &scripts {
        scripts.remember();
    }
    let branches = described(&merger, seen)?;
    merger.remember();
    let new_revisions = if judge.protected.is_empty() {
        Vec::new()
    } else {
        judge.unpublished(judge.mine.files().iter())
    };
    Ok(Radar {
        mine: Mine {
            commit: side.commit,
            heads: judge.mine.graph().heads(),
            new_revisions,
            uncommitted,
            diverged: judge.mine.is_diverged(),
            name: name.clone(),
        },
        protected: judge.protected.into_iter().map(|one| one.name).collect(),
        branches,
        among,
        counts,
        fetched: repo.fetched_at(),
        gaps,
        not_tried,
    })
}

/// What the branches do to each other.
fn among_all(judge: &Judge<'_, '_>, seen: &[(&Pending, One)]) -> Result<Vec<Cluster>, Error> {
    let effects: Vec<&Effect> = seen.iter().map(|(_, one)| &one.effect).collect();
    let mut clusters = among(&effects);
    if let Some(scripts) = judge.scripts {
        let protected = judge.protected.first();
        let standing = protected.map_or(&judge.mine, |one| one.standing(&judge.mine));
        let branches = seen.iter();
        let branches = branches.map(|(_, one)| scripts.of_branch(standing, &one.added));
        let met = scripts.among(&branches.collect::<Result<Vec<_>, _>>()?)?;
        clusters.extend(among_objects(&met));
    }
    Ok(clusters)
}

/// Where each branch parts from both sides; those that are merged are only counted.
fn parted<'c>(
    merger: &Merger<'c>,
    mine: CommitId,
    protected: &[Protected<'c>],
    branches: Vec<OpenBranch>,
    counts: &mut Counts,
) -> Result<Vec<Pending>, Error> {
    let walk = OnceCell::new();
    let (first, others) = match protected.split_first() {
        Some((first, others)) => (Some(first), others),
        None => (None, protected),
    };
    let mut pending = Vec::new();
    for branch in branches {
        let is_protected = first.is_some_and(|one| branch.refs.contains(&one.name));
        let of_mine = merger.bases(mine, &walk, branch.commit)?;
        let of_protected = match first {
            Some(protected) if protected.commit != branch.commit => {
                Some(protected.bases(merger, branch.commit, mine, &of_mine)?)
            }
            _ => None,
        };
        let contains = |bases: &Bases| *bases == Bases::Known(vec![branch.commit]);
        let bases = |other: &Protected<'c>| other.bases(merger, branch.commit, mine, &of_mine);
        let of_others = others.iter().map(bases).collect::<Result<Vec<_>, _>>()?;
        let of_any = std::iter::once(&of_mine)
            .chain(&of_protected)
            .chain(&of_others);
        if of_any.into_iter().any(contains) {
            // That mine has what is published is no news.
            counts.merged += usize::from(!is_protected);
        } else {
            pending.push(Pending {
                branch,
                of_mine,
                of_protected,
                of_others,
            });
        }
    }
    Ok(pending)
}

/// With the facts that people want to see of a branch.
fn described(merger: &Merger<'_>, seen: Vec<(&Pending, One)>) -> Result<Vec<Branch>, Error> {
    let commits: Vec<CommitId> = seen.iter().map(|(one, _)| one.branch.commit).collect();
    let infos = merger.repo.commit_infos(&commits)?;
    let describe = |((pending, one), commit): ((&Pending, One), CommitInfo)| Branch {
        refs: pending.branch.refs.clone(),
        commit,
        new_revisions: one.new_revisions,
        verdict: one.verdict,
        unknown: one.unknown,
        collisions: one.collisions,
        proof: one.proof,
    };
    Ok(seen.into_iter().zip(infos).map(describe).collect())
}

/// The revisions that one side has and the other has not.
fn new_in(one: &Files, other: &Files) -> Vec<RevId> {
    one.iter()
        .filter_map(FileFact::outline)
        .filter(|outline| other.holding(&outline.revision).next().is_none())
        .map(|outline| outline.revision.clone())
        .collect()
}

/// Whose side it is.
fn side_asked_for(
    context: &Context,
    request: &Request,
    protected: Option<&String>,
) -> Result<At, Error> {
    if !request.ci || matches!(context.at(), At::Commit(_)) {
        return Ok(context.at().clone());
    }
    match (protected, guard::absent_refs(context)?.first()) {
        (Some(name), _) => Ok(At::Commit(name.clone())),
        // Git's own words for a name that it does not know.
        (None, Some(absent)) => Ok(At::Commit(absent.clone())),
        (None, None) => Err(Error::Usage(
            "there is no protected branch to judge against: name one with --at, or under `protected:` in teammig.yaml"
                .to_owned(),
        )),
    }
}

/// A clone made with `--single-branch`, or by a CI that fetches one commit, has
/// nothing to look at, which is not the same as that there is nothing.
fn has_one_branch(merger: &Merger<'_>) -> Result<bool, Error> {
    Ok(merger.repo.is_shallow() || !merger.repo.follows_all_branches()?)
}

/// Reads in one go what all changed files say.
fn know_all(merger: &Merger<'_>, pending: &[Pending]) -> Result<(), Error> {
    let mut files: Vec<Listed> = Vec::new();
    let mut asked = HashSet::new();
    let mut differing = |bases: &[CommitId], tip: CommitId| -> Result<Vec<Listed>, Error> {
        let changes = match merger.one_base(bases)? {
            Some(base) if asked.insert((base, tip)) => merger.differing(base, tip)?,
            _ => Vec::new(),
        };
        let files = changes.into_iter().flat_map(|one| [one.old, one.new]);
        Ok(files.flatten().collect())
    };
    for one in pending {
        for bases in one.all_bases() {
            if let Bases::Known(bases) = bases {
                match differing(bases, one.branch.commit) {
                    // The judge says so.
                    Err(error) if error.is_lost_folder() => {}
                    changes => files.extend(changes?),
                }
            }
        }
    }
    merger.know(&files)
}
