//! Why there is no decision to record, in words.

use super::Report;
use crate::model::{
    RevId,
    guard::{NoAmendment, Refused},
};

pub(super) fn report(revision: &RevId, why: &NoAmendment, words: String) -> Report {
    match why {
        NoAmendment::NotFixed => Report::new("not-fixed", 1, words)
            .hint("just edit it; `teammig sync` redoes it where your own database has it already"),
        NoAmendment::NotEdited => Report::new("not-edited", 1, words).hint(
            "edit the file first, then record why: its header says then what it was, and the file what it is",
        ),
        NoAmendment::Refused(refused) => Report::new("reparent-refused", 3, words)
            .hint(match refused {
                Refused::Loses(_) => format!(
                    "restore its parents, or give it parents that have all of these below them: `teammig show {revision}`"
                ),
                Refused::Cycle | Refused::Deployed(_) => format!(
                    "restore its parents (`teammig why {revision}` says who has it)"
                ),
            })
            .hint("`teammig merge-heads` joins heads with a merge revision, and nothing moves"),
    }
}
