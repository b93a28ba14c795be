//! What a branch's own history says of divergences and edits.
//!
//! Which other branches would diverge today is the radar's question, and is put to it.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use jiff::{Timestamp, civil, tz::TimeZone};

use super::{
    At, Context, Error,
    guard::protected_refs,
    outline,
    radar::{self, Branch, radar},
};
use crate::{
    git::{BlobId, CommitId, FolderMove, Listed, MainlineStep, Reach},
    model::{
        audit::{Change, Commit, Content, Edit, FileFact, Passed, Place, Replay, Report, landings},
        radar::Kind,
    },
};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The branch; else the protected one, else `HEAD`.
    pub name: Option<String>,
    /// Only what was not over by then: a date, a point in time, or a commit.
    pub since: Option<String>,
}

/// What the history says, and what it could not say.
#[derive(Debug)]
pub struct Audit {
    /// The branch as it was named.
    pub name: String,
    /// Its tip.
    pub tip: CommitId,
    /// From when on.
    pub since: Option<Timestamp>,
    /// What was found.
    pub report: Report,
    /// Moves of the migrations folders, newest first.
    pub moves: Vec<FolderMove>,
    /// What could not be evaluated.
    pub gaps: Vec<Gap>,
    /// Which open branches would diverge now, or why that cannot be told; `None` where
    /// it is no branch that was audited.
    pub today: Option<Result<Today, Error>>,
}

/// The branches that are open, held against the one that was audited.
#[derive(Debug)]
pub struct Today {
    /// Those that would leave more heads if they were merged, newest first.
    pub diverge: Vec<Branch>,
    /// So many change migrations and were judged.
    pub judged: usize,
    /// So many of these could not be.
    pub unknown: usize,
    /// So many were left out, whose last commit is older than `days`.
    pub old: usize,
    /// How old a branch may be.
    pub days: u32,
    /// What is missing of the answer.
    pub gaps: Vec<radar::Gap>,
}

/// A part of history that this clone does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// Everything before this landing.
    Before(Arc<Commit>),
    /// The contents of so many versions of files.
    Contents(usize),
    /// Configured `protected:` refs.
    Ref(String),
    /// No commit of the branch has a revision in the folders.
    NoRevisions(Vec<String>),
}

/// Replays a branch.
pub fn audit(context: &Context, request: &Request) -> Result<Audit, Error> {
    let repo = context.repo()?;
    let mut gaps = Vec::new();
    let name = chosen(context, request, &mut gaps)?;
    let line = repo.line(&name)?;
    let since = request
        .since
        .as_deref()
        .map(|text| since(context, text))
        .transpose()?;
    let mainline = repo.mainline(
        &line,
        &context.prefix()?,
        &context.folders(),
        Reach::default(),
    )?;
    let files = files_of(&mainline.steps);
    let contents = outline::of_history(context, &files)?;
    let missing = contents
        .values()
        .filter(|content| **content == Content::Missing)
        .count();
    let mut report = replay(mainline.steps, mainline.cut_off, &contents);
    if mainline.cut_off
        && let Some((first, _)) = &report.span
    {
        gaps.push(Gap::Before(Arc::clone(first)));
    }
    if missing > 0 {
        gaps.push(Gap::Contents(missing));
    }
    if files.is_empty() {
        gaps.push(Gap::NoRevisions(context.folders().paths().to_vec()));
    }
    if let Some(since) = since {
        report.since(since);
    }
    let today = line.is_branch().then(|| today(context, &name));
    Ok(Audit {
        today,
        name,
        tip: line.tip(),
        since,
        report,
        moves: mainline.moves,
        gaps,
    })
}

/// What a branch changed of what it had published, on purpose or not, back or not.
pub(super) fn edits(context: &Context, name: &str) -> Result<Rc<Vec<Edit>>, Error> {
    if let Some(known) = context.edits.borrow().get(name) {
        return Ok(Rc::clone(known));
    }
    let repo = context.repo()?;
    let line = repo.line(name)?;
    let (prefix, folders) = context.place_in(name)?;
    let mainline = repo.mainline(&line, &prefix, &folders, Reach::default())?;
    let contents = outline::of_history(context, &files_of(&mainline.steps))?;
    let report = replay(mainline.steps, mainline.cut_off, &contents);
    let edits = Rc::new(report.edits);
    let mut known = context.edits.borrow_mut();
    known.insert(name.to_owned(), Rc::clone(&edits));
    Ok(edits)
}

fn files_of(steps: &[MainlineStep]) -> Vec<Listed> {
    let put = steps.iter().flat_map(|step| &step.put);
    put.map(|(_, listed)| listed.clone()).collect()
}

fn today(context: &Context, name: &str) -> Result<Today, Error> {
    let request = radar::Request {
        days: radar::DAYS,
        all: true,
        ci: true,
        // Who has no remote has all branches here.
        local: context.repo()?.remotes()?.is_empty(),
        side: Some(name.to_owned()),
        scripts: false,
        prove: None,
    };
    let mut radar = radar(context, &request)?;
    let diverges = |branch: &Branch| {
        let mut collisions = branch.collisions.iter();
        collisions.any(|one| one.with == radar.mine.name && one.collision.kind == Kind::Diverges)
    };
    let unknown = |branch: &&Branch| branch.unknown.is_some();
    let unknown = radar.branches.iter().filter(unknown).count();
    let mut diverge = std::mem::take(&mut radar.branches);
    diverge.retain(diverges);
    diverge.sort_by_key(|branch| std::cmp::Reverse(branch.commit.time));
    Ok(Today {
        diverge,
        unknown,
        judged: radar.counts.judged,
        old: radar.counts.old,
        days: request.days,
        gaps: radar.gaps,
    })
}

fn replay(steps: Vec<MainlineStep>, cut_off: bool, contents: &HashMap<BlobId, Content>) -> Report {
    let commits: Vec<Arc<Commit>> = steps
        .iter()
        .map(|step| Arc::new(step.commit.clone()))
        .collect();
    let passed: Vec<Passed> = steps.iter().map(|step| step.passed.clone()).collect();
    let mut replay = Replay::new(cut_off);
    for ((at, step), lands) in steps.into_iter().enumerate().zip(landings(&passed)) {
        let change = Change {
            removed: step.removed,
            put: step
                .put
                .into_iter()
                .map(|(place, listed)| fact(place, &listed, contents))
                .collect(),
        };
        replay.commit(&commits[at], &change, lands);
    }
    replay.report()
}

fn fact(place: Place, listed: &Listed, contents: &HashMap<BlobId, Content>) -> (Place, FileFact) {
    let blob = listed.blob();
    let content = contents.get(&blob).cloned().unwrap_or(Content::Missing);
    let fact = FileFact {
        path: Arc::clone(&listed.path),
        blob: blob.to_string().into(),
        content,
    };
    (place, fact)
}

/// The branch to replay, as it was named or by default.
fn chosen(context: &Context, request: &Request, gaps: &mut Vec<Gap>) -> Result<String, Error> {
    match (&request.name, context.at()) {
        (Some(_), At::Commit(_) | At::Index) | (None, At::Index) => Err(Error::Usage(
            "an audit replays a branch: name it with --ref".to_owned(),
        )),
        (Some(name), At::WorkTree) | (None, At::Commit(name)) => Ok(name.clone()),
        (None, At::WorkTree) => {
            let protected = protected_refs(context)?;
            if let Some(name) = protected.into_iter().next() {
                return Ok(name);
            }
            // What is protected is not here; what is here is not what was asked for.
            gaps.extend(
                super::guard::absent_refs(context)?
                    .into_iter()
                    .map(Gap::Ref),
            );
            Ok("HEAD".to_owned())
        }
    }
}

/// A date (its beginning, in UTC), a point in time, or the time of a commit.
fn since(context: &Context, text: &str) -> Result<Timestamp, Error> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(date) = text.parse::<civil::Date>()
        && let Ok(at) = date.to_zoned(TimeZone::UTC)
    {
        return Ok(at.timestamp());
    }
    let repo = context.repo()?;
    Ok(repo.committed_at(repo.resolve(text)?)?)
}
