//! Why a restack cannot be, in words.

use super::{
    super::{json, sync::stale},
    Report,
};
use crate::{
    model::{RevId, restack::RestackError, verdict::Failure},
    workflow::{
        Error,
        again::{How, NotAgain},
        beside::OutOfTurn,
        divergence::OneOrder,
        verdicts::Apart,
    },
};

const MERGE: &str = "`teammig merge-heads` joins the heads with a merge revision";

/// How several heads get one order.
pub(in crate::cli) fn one_order(way: &OneOrder) -> String {
    let ids = |ids: &[RevId]| {
        let ids: Vec<&str> = ids.iter().map(RevId::as_str).collect();
        ids.join(" ")
    };
    match way {
        OneOrder::Rebase => {
            "`teammig sync --rebase` puts yours on top of theirs, so that there is one order".to_owned()
        }
        OneOrder::Edit(failure) => on_top(failure),
        OneOrder::Name(heads) => named(heads),
        OneOrder::JoinTheirs { theirs, mine } => format!(
            "others have several: `teammig merge {}` joins those, and `teammig rebase {} --onto` that merge revision \
             puts the rest on top",
            ids(theirs),
            ids(mine)
        ),
        OneOrder::Fixed => "others have all of them as they are: `teammig merge-heads --no-prove --yes` writes the merge \
                            revision all the same, and `teammig edit heads` opens it: write there what makes both orders \
                            alike, before anybody has it"
            .to_owned(),
    }
}

/// How it is said which heads move, by an example with those that there are.
fn named(heads: &[RevId]) -> String {
    let Some((onto, rest)) = heads.split_last() else {
        return MERGE.to_owned();
    };
    let rest: Vec<&str> = rest.iter().map(RevId::as_str).collect();
    format!(
        "say it: `teammig rebase {} --onto {onto}` puts what stands before `--onto` on top of the other; yours are what moves",
        rest.join(" ")
    )
}

/// What to do about a revision that fails after theirs.
pub(in crate::cli) fn on_top(failure: &Failure) -> String {
    format!(
        "`teammig edit {}`, so that it runs on top of theirs too; then `teammig sync --rebase`",
        failure.revision
    )
}

/// Mine would not run again here.
fn not_again(found: &NotAgain, words: String) -> Report {
    let mut report = Report::new("not-again", 3, words).place(Some(found.back.clone()));
    let tried = "tried on a scratch database that ran what this one did, and nothing was done here";
    match &found.how {
        How::Fails {
            place: Some(place), ..
        } => {
            let (line, _) = json::position(place);
            report = report.note(format!(
                "what fails then is {}:{line}; {tried}",
                place.file.path
            ));
        }
        How::Fails { place: None, .. } => {}
        How::Rows { made_up, .. } => {
            let rows = if *made_up {
                " on rows that were made up"
            } else {
                ""
            };
            report = report.note(format!(
                "nothing fails then{rows}, so nobody would be told; {tried}"
            ));
        }
    }
    let mut or = "";
    if found.merges {
        report = report.hint("`teammig sync --merge` joins the heads, and rolls nothing back");
        or = "or ";
    }
    report.hint(format!(
        "{or}mend the way back, so that it takes all of it: `teammig edit {}`; then call it again",
        found.revision
    ))
}

/// It fails here where all heads are applied as they are.
fn fails_beside(failure: &Failure, restacks: bool, words: String) -> Report {
    let mut report = Report::new("order-fails", 3, words)
        .note("tried on a scratch database; nothing was done here");
    if restacks {
        report = report.hint("`teammig sync --rebase` puts yours on top of theirs, where it runs");
    }
    report.hint(format!(
        "edit {}, so that it runs after the other side too; or `teammig sync --apply-both --no-prove` runs it all the \
         same, up to where it fails",
        failure.revision
    ))
}

/// Which heads are to move is for somebody to say.
fn sides(heads: &[(RevId, String)], way: &OneOrder, words: String) -> Report {
    let mut report = Report::new("usage", 2, words);
    for (id, message) in heads {
        report = report.note(format!("  {id}  {message}"));
    }
    report.hint(match way {
        OneOrder::Fixed => format!("others have all of them as they are: {MERGE}"),
        OneOrder::JoinTheirs { .. } => one_order(way),
        _ => named(&heads.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>()),
    })
}

/// An error of a restack; `words` is its message.
pub(super) fn report(error: &Error, words: String) -> Report {
    match error {
        Error::Held { revision, held, .. } if revision == held => {
            Report::new("fixed-revision", 3, words)
                .hint(format!("others have it as it is: {MERGE}"))
        }
        Error::Held { .. } => Report::new("fixed-revision", 3, words).hint(MERGE),
        Error::Sides { heads, way } => sides(heads, way, words),
        Error::Restack(RestackError::OnOneLine { .. }) => Report::new("usage", 2, words),
        Error::NotRewritable { place, key, .. } => Report::new("restack", 1, words)
            .place(Some(place.clone()))
            .hint(match *key {
                "amended" => "write it as `--   amended: [{was: …, reason: \"…\"}]` on one line, and call it again",
                _ => "write them as `--   parents: [id]` on one line, and call it again",
            }),
        Error::Stale(all) => {
            let mut report = Report::new("stale-revision", 3, words);
            for one in all {
                report = report.note(format!("  {}", stale::title(one)));
                if let Err(why) = &one.renewed {
                    report = report.note(format!("    it cannot be made anew: {why}"));
                }
            }
            report
                .hint("edit it so that it keeps what theirs did, and call it again; or write a new revision that brings it \
                       back, and run yours as they are: `--no-prove`")
        }
        Error::StaleBeside(all, asked) => {
            let place = all.first().map(|one| one.place.clone());
            let mut report = Report::new("stale-revision", 3, words).place(place);
            for one in all {
                report = report.note(format!("  {}", stale::undoes(one)));
            }
            match asked {
                OutOfTurn::ApplyBoth => report,
                OutOfTurn::OutOfOrder => report.hint("`teammig sync`, without `--out-of-order` or `--yes`, asks in which order they run here"),
                OutOfTurn::Upgrade => report.hint("`teammig sync` puts them in one order, and makes such a script anew where it can"),
            }
            .hint(match asked {
                OutOfTurn::OutOfOrder => {
                    "`teammig sync --out-of-order --no-prove` runs it all the same; what it undoes is gone here then"
                }
                OutOfTurn::ApplyBoth | OutOfTurn::Upgrade => {
                    "`teammig sync --apply-both --no-prove` runs it all the same; what it undoes is gone here then"
                }
            })
        }
        Error::StaleApplied { stale, after } => {
            let report = Report::new("stale-revision", 3, words).note(format!("  {}", stale::title(stale)));
            if *after {
                report.hint("it ran here after theirs, so what theirs did is gone here already: begin with a new database, or \
                             put it back by hand and run it as it is (`--no-prove`)")
            } else {
                report.hint("`teammig downgrade -1` takes back what ran last, until theirs are gone here; then call it again")
            }
        }
        Error::FailsOnTop(failure) => Report::new("order-fails", 3, words).hint(on_top(failure)),
        Error::FailsBeside { failure, restacks } => fails_beside(failure, *restacks, words),
        Error::RedoFails(failed) => Report::new("redo-fails", 3, words)
            .place(failed.place.clone())
            .note("tried on a scratch database that ran what this one did; nothing was done here")
            .hint(
                "what it needs is not in this database, since revisions ran here in an order that nobody has now: begin with a \
                 new database; or bring this one by hand to what the files lead to, and `teammig stamp --purge heads` \
                 records that, and runs nothing",
            ),
        Error::NotAgain(found) => not_again(found, words),
        Error::OrderMatters { lines, way } => {
            let fails = lines.iter().any(|line| line.why == Apart::Fails);
            let kind = if fails { "order-fails" } else { "order-matters" };
            let mut report = Report::new(kind, 3, words).hint(one_order(way));
            if fails && !matches!(way, OneOrder::Edit(_)) {
                report = report.hint("or edit the one that fails, so that it runs after the other too");
            }
            if *way != OneOrder::Fixed {
                report = report.hint("`--no-prove` writes the merge revision all the same");
            }
            report
        }
        Error::Renews(ids) => {
            let ids: Vec<&str> = ids.iter().map(RevId::as_str).collect();
            Report::new("stale-revision", 3, words)
                .note(format!("  {}", ids.join(", ")))
                .hint("there is no terminal to ask at; `--yes` makes them anew as shown, `--dry-run` only shows it")
        }
        Error::ChangedMeanwhile { .. } => Report::new("changed-meanwhile", 1, words)
            .hint("files and database are as before; call it again"),
        _ => Report::new("restack", 1, words).hint(MERGE),
    }
}
