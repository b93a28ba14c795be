//! A revision that cannot be rolled back: what to do about it.

use super::Report;
use crate::model::{
    Language,
    way_back::{Irreversible, Judged, NoWayBack},
};

pub(super) fn report(found: &Irreversible, words: String) -> Report {
    let report = Report::new("irreversible", 1, words).place(found.place.clone());
    match (found.judged, found.why) {
        (Judged::LedgerWithoutFile, _) => report
            .hint(
                "its file is not here, so what the ledger kept counts; where the file is (`git switch`), a way back that is \
                 written now is taken",
            )
            .hint(FOR_GOOD),
        (Judged::LedgerBeforeEdit, _) => report
            .hint(
                "what was applied counts, since its file has another way up now: put that one back, with a down section, \
                 `teammig downgrade`, and edit again",
            )
            .hint(FOR_GOOD),
        (Judged::File, NoWayBack::EmptySection | NoWayBack::NoSection)
            if found.language == Language::Python =>
        {
            report
                .hint(
                    "nothing was rolled back: write the way back in `downgrade()`, or say that there is none: `raise \
                     NotImplementedError(\"…\")`",
                )
                .hint("where nothing has to be undone, a statement without effect says so: `op.execute(\"SELECT 1\")`")
        }
        (Judged::File, NoWayBack::EmptySection) => report
            .hint("nothing was rolled back: write the way back there, or say `-- migrate:down irreversible`")
            .hint("where nothing has to be undone, a statement without effect says so: `SELECT 1;`"),
        (Judged::File, NoWayBack::NoSection) => report.hint(
            "nothing was rolled back: write the way back below a line `-- migrate:down`, or say `-- migrate:down \
             irreversible`",
        ),
        (Judged::File, NoWayBack::OnPurpose | NoWayBack::NotKept) => report.hint(FOR_GOOD),
    }
}

const FOR_GOOD: &str =
    "nothing was rolled back; write a new revision that undoes it, or restore a backup";
