//! Why a restack cannot be, in words.

use super::Report;
use crate::{model::restack::RestackError, workflow::Error};

const MERGE: &str = "`teammig merge-heads` joins the heads with a merge revision";

/// An error of a restack; `words` is its message.
pub(super) fn report(error: &Error, words: String) -> Report {
    match error {
        Error::Held { revision, held, .. } if revision == held => {
            Report::new("fixed-revision", 3, words)
                .hint(format!("others have it as it is: {MERGE}"))
        }
        Error::Held { .. } => Report::new("fixed-revision", 3, words).hint(MERGE),
        Error::Sides { heads } => {
            let mut report = Report::new("usage", 2, words);
            for (id, message) in heads {
                report = report.note(format!("  {id}  {message}"));
            }
            report.hint("`teammig rebase YOURS --onto THEIRS` says it")
        }
        Error::Restack(RestackError::OnOneLine { .. }) => Report::new("usage", 2, words),
        Error::NotRewritable { place, key, .. } => Report::new("restack", 1, words)
            .place(Some(place.clone()))
            .hint(match *key {
                "amended" => "write it as `--   amended: [{was: …, reason: \"…\"}]` on one line, and call it again",
                _ => "write them as `--   parents: [id]` on one line, and call it again",
            }),
        Error::ChangedMeanwhile { .. } => Report::new("changed-meanwhile", 1, words)
            .hint("files and database are as before; call it again"),
        _ => Report::new("restack", 1, words).hint(MERGE),
    }
}
