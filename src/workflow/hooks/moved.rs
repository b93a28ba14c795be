//! From where to where a hook's operation moved `HEAD`, and whether it is a hook that speaks.
//!
//! When Git fires what was tried out with Git 2.47: a merge that only moves forward runs
//! `post-merge`; one that conflicts and is then committed, only `post-commit`; a rebase runs
//! `post-checkout` and `post-commit` on its way and `post-rewrite` at its end, unless it
//! had nothing to replay: then that `post-checkout` is all there is.

use crate::{
    git::{CommitId, Event, Operation, Repo},
    workflow::Error,
};

/// The move that a hook is to speak about. `None` = it is none of its business: another
/// hook of the same operation speaks, files were checked out, or nothing moved.
pub(super) fn moved(
    repo: &Repo,
    event: Event,
    args: &[String],
) -> Result<Option<(CommitId, CommitId)>, Error> {
    let Some(to) = repo.head()?.commit() else {
        return Ok(None);
    };
    let arg = |n: usize| args.get(n).map_or("", String::as_str);
    let rebasing = match repo.operation() {
        Some(Operation::Rebase) => true,
        // Half a state, or one that is only looked at.
        Some(Operation::CherryPick | Operation::Revert | Operation::Am | Operation::Bisect) => {
            return Ok(None);
        }
        // Git still has the merge's files when it runs the hook of its end.
        Some(Operation::Merge) | None => false,
    };
    let from = match event {
        // The end of a rebase that replayed nothing.
        Event::PostCheckout if rebasing && repo.to_replay().is_empty() => repo.before_rebase(),
        Event::PostRewrite if rebasing && arg(0) == "rebase" => repo.before_rebase(),
        _ if rebasing => None,
        // Whoever amends a commit knows what is in it.
        Event::PostRewrite if arg(0) == "rebase" => repo.resolve("ORIG_HEAD").ok(),
        // A squashed merge is not committed yet.
        Event::PostMerge if arg(0) != "1" => repo.resolve("ORIG_HEAD").ok(),
        // Zeros stand for nothing: a clone, a new working tree.
        Event::PostCheckout if arg(2) == "1" => CommitId::from_hex(arg(0)),
        Event::PostCommit if repo.resolve("HEAD^2").is_ok() => {
            // One's own amending moves it too, and brings nothing.
            let before = repo.head_moves(1)?.first().and_then(|last| last.from);
            before.or_else(|| repo.resolve("HEAD^1").ok())
        }
        _ => None,
    };
    Ok(from
        .filter(|from| *from != to && repo.has(*from))
        .map(|from| (from, to)))
}
