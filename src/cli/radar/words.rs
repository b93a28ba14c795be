//! What the radar found, in words.

use super::super::{conflicts::words::objects, events::names};
use crate::{
    model::{
        RevId,
        merge::{self, ConflictKind},
        radar::{Cluster, Collision, Kind},
    },
    workflow::{
        merged::Unknown,
        radar::{Counts, Gap},
    },
};

/// More revisions than this are counted, not listed.
const MOST_NAMED: usize = 6;

/// `a, b and c`, or the first of many.
fn list(ids: &[RevId]) -> String {
    match ids {
        [] => String::new(),
        [one] => one.to_string(),
        [first @ .., last] if ids.len() <= MOST_NAMED => format!("{} and {last}", names(first)),
        _ => format!(
            "{} and {} more",
            names(&ids[..MOST_NAMED]),
            ids.len() - MOST_NAMED
        ),
    }
}

/// What does not fit.
pub(in crate::cli) fn collision(one: &Collision) -> String {
    let paths = one.paths.join(", ");
    let revisions = list(&one.revisions);
    match one.kind {
        Kind::Diverges => {
            let heads = match one.revisions.len() {
                2 => format!("{revisions} would both be heads"),
                n => format!("{revisions} would be {n} heads"),
            };
            match one.parts_at.as_slice() {
                [] => format!("{heads} without a common ancestor"),
                parts => format!("{heads}; they part at {}", list(parts)),
            }
        }
        Kind::DuplicateRevision if paths.is_empty() => {
            format!("two files would have the id {revisions}")
        }
        Kind::DuplicateRevision => {
            format!("both have a revision {revisions}, with different contents ({paths})")
        }
        Kind::EditsFixed | Kind::SameObject => one.details.join("; "),
        Kind::UnreadStatement => format!(
            "a statement of {revisions} could not be read ({paths}): whether it collides is not known"
        ),
        Kind::UnreadableRevision => format!("{paths} cannot be read as a revision"),
        Kind::MissingParent => match one.revisions.as_slice() {
            [child, parent] => format!("{child} would have no parent {parent} any more"),
            _ => format!("{revisions} would miss a dependency"),
        },
        Kind::Cycle => format!("{revisions} would come before themselves"),
        Kind::DuplicateLabel => format!("one label would be of {revisions}"),
        // Of two revisions with other scripts it would be a duplicate.
        Kind::Conflict if one.conflict == Some(ConflictKind::Added) && one.revisions.len() == 1 => {
            format!(
                "both have {revisions} with the same scripts, and another header: it came there by another way, as \
                 a squash or a restack does ({paths})"
            )
        }
        Kind::Conflict => merge::words(one.conflict.unwrap_or(ConflictKind::Content), &paths),
    }
}

/// What does not fit among branches.
pub(super) fn cluster(one: &Cluster) -> String {
    let revisions = list(&one.revisions);
    match one.kind {
        Kind::Diverges => format!("each makes a head of the same line: {revisions}"),
        Kind::DuplicateRevision => format!("each has its own revision {revisions}"),
        Kind::SameObject => format!(
            "order matters, or both cannot be applied: {} ({revisions})",
            objects(&one.objects)
        ),
        _ => format!("each has its own file {}", one.paths.join(", ")),
    }
}

/// What to do about it; only where it is mine to do.
pub(super) fn hint(one: &Collision) -> Option<&'static str> {
    Some(match one.kind {
        Kind::Conflict if one.conflict == Some(ConflictKind::Added) && one.revisions.len() == 1 => {
            "a branch that was merged already can be deleted; one that goes on takes the file as it is on the other \
             side"
        }
        Kind::Diverges => {
            "whoever is merged second runs `teammig sync` then: it puts the new revisions on top of the others, or \
             joins the heads"
        }
        Kind::SameObject => {
            "`teammig conflicts --with BRANCH` shows both statements; talk about which comes first before both are \
             merged"
        }
        Kind::UnreadStatement => {
            "read it yourself, with what the other side does; `teammig radar --prove` tries both orders on a scratch \
             database"
        }
        Kind::DuplicateRevision => "give one of the two another `revision:` before both are merged",
        Kind::EditsFixed => {
            "what is published stays as it is: the change belongs into a new revision"
        }
        Kind::Conflict => "Git will stop at these files; talk about them before",
        _ => return None,
    })
}

/// Why a branch could not be judged, and what to do.
pub(in crate::cli) fn unknown(why: Unknown, mine: &str) -> (String, &'static str) {
    match why {
        Unknown::History => (
            format!(
                "where it parts from {mine} lies in history that this shallow clone does not have"
            ),
            "`git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0`",
        ),
        Unknown::FirstPublished => (
            "whether it edits what is published cannot be said: history does not reach back to where that was first \
             published"
                .to_owned(),
            "`git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0`",
        ),
        Unknown::Unrelated => (
            format!("it has no history in common with {mine}"),
            "Git merges such branches only with `--allow-unrelated-histories`",
        ),
        Unknown::CrissCross => (
            format!(
                "it was merged with {mine} crosswise, and those merges conflict in the migrations"
            ),
            "merge the two to see what Git makes of it",
        ),
        Unknown::NoFolder => (
            "it has no migrations folder any more; was the folder moved?".to_owned(),
            "`--migrations PATH` names another folder",
        ),
        Unknown::LostFolder => (
            format!(
                "its migrations folder is a link that does not lead to a folder of the repository, \
                 or was one where it parts from {mine}"
            ),
            "put the folder in the place of the link, on that branch",
        ),
        Unknown::Contents => (
            "this clone does not have the content of some of its files".to_owned(),
            "`git fetch --refetch` brings them, or use a full clone",
        ),
    }
}

/// What is missing of the answer as a whole, and what to do.
pub(in crate::cli) fn gap(gap: &Gap) -> (String, String) {
    match gap {
        Gap::Ref(name) => (
            format!("the protected branch {name} is not in this clone"),
            format!("`git fetch` it, or correct `protected:` in teammig.yaml ({name})"),
        ),
        Gap::LostFolder(name) => (
            format!(
                "the migrations folder of the protected branch {name} is a link that does not lead to a folder of \
                 the repository: nothing is judged against it"
            ),
            format!("put the folder in the place of the link, on {name}"),
        ),
        Gap::OneBranch => (
            "this clone has one branch only: there is nothing to compare with".to_owned(),
            "`git remote set-branches origin '*' && git fetch --unshallow` brings the others; in CI, set `fetch-depth: 0`"
                .to_owned(),
        ),
        Gap::Contents(name) => (
            format!("this clone does not have the content of some files of {name}"),
            "`git fetch --refetch` brings them, or use a full clone".to_owned(),
        ),
    }
}

/// Which branches are not in the answer.
pub(super) fn left_out(counts: &Counts) -> Option<String> {
    let parts: Vec<String> = [
        (counts.merged, "merged"),
        (counts.untouched, "without migrations"),
        (counts.old, "too old (--days)"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{n} {what}"))
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
