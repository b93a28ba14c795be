//! What Git answers, in words.

use super::Report;
use crate::{
    model::{Operation, shell},
    workflow::GitError,
};

/// What Git cannot give, or teammig cannot read of it.
pub(super) fn error(error: &GitError) -> Report {
    let mut words = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        words = format!("{words}: {source}");
    }
    let unreadable = Report::new("git", 4, &words);
    let report = Report::new("git", 1, &words);
    match error {
        GitError::NotARepository { .. } => {
            report.hint("`git init` makes one; without Git, `upgrade`, `downgrade` and `current` work all the same")
        }
        GitError::NotOurs { start, .. } => unreadable.hint(format!(
            "if you trust it: `git config --global --add safe.directory {}`",
            start.display()
        )),
        GitError::Unsupported { .. } => {
            unreadable.hint("commands that read the working tree alone work all the same")
        }
        GitError::FolderIsLink { .. } => {
            unreadable.hint("name the real folder in teammig.yaml (`migrations: PATH`); it has to be in the repository")
        }
        GitError::HistoryMissing { .. } => {
            unreadable.hint("`git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0`")
        }
        GitError::ObjectMissing { .. } => {
            unreadable.hint("a partial clone fetches what it lacks from its remote: is that within reach?")
        }
        GitError::NoSuchCommit { name, candidates, shallow } => {
            let report = if *shallow { unreadable } else { report };
            if *shallow {
                report.hint("`git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0`")
            } else if name == "HEAD" || name == "@" {
                report.hint("does this branch have a commit yet? Without `--at`, the files on disk are read")
            } else if candidates.is_empty() {
                report.hint("`git fetch` may bring it; `git branch --all` and `git tag` list the names")
            } else {
                report.hint(format!("did you mean {}?", candidates.join(", ")))
            }
        }
        GitError::Bare { .. } => report.hint("`--at HEAD` reads the revisions of a commit instead"),
        _ => report,
    }
}

/// Only so many paths are named.
const MOST_NAMED: usize = 3;

/// Git is in the middle of something.
pub(super) fn in_progress(
    operation: Operation,
    first: &[String],
    heads_too: bool,
    unstaged: &[String],
    words: String,
) -> Report {
    let report = Report::new("in-progress", 1, words);
    let (finish, abort) = (operation.finish(), operation.abort());
    if finish == abort {
        return report.hint(format!("`{finish}` ends it"));
    }
    if first.is_empty() {
        let finish = match unstaged {
            [] => format!("`{finish}`"),
            folders => {
                let folders = shell::words(folders.iter().map(String::as_str));
                format!("`git add {folders} && {finish}`")
            }
        };
        return report.hint(format!("finish it ({finish}) or stop it (`{abort}`) first"));
    }
    let named = first[..first.len().min(MOST_NAMED)].join(", ");
    let named = match first.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    };
    let report = if heads_too {
        report
            .hint(format!(
                "resolve the other conflicts and `git add` them: {named}"
            ))
            .hint("then call this again: it settles the heads and writes the head file")
    } else {
        report
            .hint(format!("resolve the conflicts and `git add` them: {named}"))
            .hint(format!("then finish it (`{finish}`), and call this again"))
    };
    report.hint(format!("`{abort}` stops it"))
}
