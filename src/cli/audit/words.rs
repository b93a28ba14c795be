//! The words that the text and the page of an audit share.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::super::{events::plural, radar::words as radar, report};
use crate::{
    model::{
        audit::{Commit, Divergence, Edit, EditKind, How, Problem, ProblemKind, Report},
        radar::Kind,
    },
    ui::age,
    workflow::{
        Error,
        audit::{Gap, Today},
        radar::Branch,
    },
};

/// How many divergences landed.
pub(super) fn divergences(n: usize, open: usize) -> String {
    match (n, open) {
        (0, _) => "No divergence landed".to_owned(),
        (n, 0) => format!("{} landed, none is open", plural(n, "divergence")),
        (n, open) => format!("{} landed, {open} open", plural(n, "divergence")),
    }
}

/// How many edits of published revisions landed, by kind; those of comments do not count.
pub(super) fn edits(report: &Report) -> String {
    let count = |kind| report.edits.iter().filter(|one| one.kind == kind).count();
    let kinds = EditKind::ALL.iter().rev().map(|kind| (*kind, count(*kind)));
    let counted: Vec<String> = kinds
        .filter(|(kind, n)| *kind != EditKind::Comments && *n > 0)
        .map(|(kind, n)| format!("{n} {}", self::kind(kind)))
        .collect();
    match report.edits.len() - count(EditKind::Comments) {
        0 => "No published revision was edited".to_owned(),
        n => format!(
            "{} of published revisions: {}",
            plural(n, "edit"),
            counted.join(", ")
        ),
    }
}

/// How many decisions were recorded.
pub(super) fn decisions(report: &Report) -> String {
    let n = plural(report.decisions.len(), "decision");
    format!("{n} to change a published revision, recorded in its header")
}

/// How many problems landed.
pub(super) fn problems(all: &[Problem]) -> String {
    let n = plural(all.len(), "problem");
    match all.iter().filter(|one| one.repaired_by.is_none()).count() {
        0 => format!("{n} of the files landed, none is left"),
        left => format!("{n} of the files landed, {left} left"),
    }
}

/// How many open branches would diverge; `None` where there is nothing to say.
pub(super) fn today(today: &Result<Today, Error>) -> Option<String> {
    let today = match today {
        Ok(today) => today,
        Err(error) => {
            return Some(format!(
                "Open branches could not be evaluated: {}",
                report::message(error)
            ));
        }
    };
    if let Some(gap) = today.gaps.first() {
        let (message, _) = radar::gap(gap);
        return Some(format!("Open branches could not be evaluated: {message}"));
    }
    let branches = |n: usize| match n {
        1 => "1 open branch".to_owned(),
        n => format!("{n} open branches"),
    };
    if today.judged == 0 {
        return None;
    }
    let mut text = match today.diverge.len() {
        0 => format!("None of {} would diverge today", branches(today.judged)),
        n => format!("{n} of {} would diverge today", branches(today.judged)),
    };
    if today.unknown > 0 {
        let _ = write!(text, ", {} could not be judged", today.unknown);
    }
    Some(text)
}

/// The heads that a branch would leave, and where they part.
pub(super) fn would_leave(branch: &Branch, with: &str) -> Vec<String> {
    let own = branch
        .collisions
        .iter()
        .filter(|one| one.with == with && one.collision.kind == Kind::Diverges);
    own.map(|one| radar::collision(&one.collision)).collect()
}

/// The day.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// A commit's id as short as people quote it.
pub(super) fn short(commit: &Commit) -> &str {
    commit.id.get(..10).unwrap_or(&commit.id)
}

/// How a divergence ended, and after how long.
pub(super) fn ending(one: &Divergence) -> String {
    let how = match one.how {
        How::Open => return "still open".to_owned(),
        How::MergeRevision => "joined by a merge revision",
        How::Reparented => "a revision got other parents",
        How::Renumbered => "a revision got another id",
        How::Deleted => "a revision was deleted",
        How::Labelled => "labels made separate lines of it",
        How::Other => "the heads are joined, by something else",
    };
    match &one.repaired_by {
        Some(by) => format!("{how}, {}", after(one.commit.at, by.at)),
        None => how.to_owned(),
    }
}

/// `after 3 days`
pub(super) fn after(from: Timestamp, to: Timestamp) -> String {
    // Clocks differ between people.
    if to < from {
        return "by a commit with an earlier date".to_owned();
    }
    format!("after {}", age::between(from, to))
}

/// What an edit of this kind is called, for one or several revisions.
pub(super) fn kind(kind: EditKind) -> &'static str {
    match kind {
        EditKind::Comments => "comments",
        EditKind::Scripts => "scripts",
        EditKind::Down => "down script",
        EditKind::Parents => "parents",
        EditKind::Deleted => "deleted",
    }
}

/// What else is to be said of an edit; empty as a rule.
pub(super) fn remark(one: &Edit) -> String {
    let mut words = Vec::new();
    if let Some(other) = &one.replaced_by {
        words.push(format!("now {other}"));
    }
    if let Some(by) = &one.restored_by {
        words.push(format!("back since {}", day(by.at)));
    }
    if one.on_purpose {
        words.push("on purpose".to_owned());
    }
    if one.restores {
        words.push("back to what was published first".to_owned());
    }
    words.join(", ")
}

/// What was wrong.
pub(super) fn problem(one: &Problem) -> String {
    let name = |at: usize| one.revisions.get(at).map_or("", String::as_str);
    match one.kind {
        ProblemKind::MissingParent => {
            format!("{} builds on {}, which no file declares", name(0), name(1))
        }
        ProblemKind::DuplicateRevision => format!(
            "{} stands in {}: {}",
            name(0),
            plural(one.paths.len(), "file"),
            one.paths.join(", ")
        ),
        ProblemKind::Cycle if one.revisions.len() == 1 => {
            format!("{} comes before itself", name(0))
        }
        ProblemKind::Cycle => format!("{} come before themselves", one.revisions.join(", ")),
        ProblemKind::Unreadable => format!("{} cannot be read as a revision", name(0)),
    }
}

/// What could not be evaluated, and the way out.
pub(super) fn gap(gap: &Gap) -> (String, String) {
    match gap {
        Gap::Before(first) => (
            format!(
                "could not evaluate what came before {} of {}: the history of this clone begins there",
                short(first),
                day(first.at)
            ),
            "`git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0`".to_owned(),
        ),
        Gap::Contents(n) => (
            format!(
                "could not evaluate {} of migrations: their contents are not in this clone",
                plural(*n, "version")
            ),
            "a partial clone fetches them from its remote: is that within reach?".to_owned(),
        ),
        Gap::Ref(name) => (
            format!(
                "could not evaluate {name}, which teammig.yaml protects: this clone does not have it"
            ),
            "`git fetch` brings it; `--ref` names another branch".to_owned(),
        ),
        Gap::NoRevisions(folders) => (
            format!(
                "could not evaluate anything: no commit of it has a migration in {}",
                folders.join(", ")
            ),
            "is the folder's name right? `--migrations PATH` names another one".to_owned(),
        ),
    }
}
