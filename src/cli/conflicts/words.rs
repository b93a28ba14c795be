//! What two sides do to each other, in words.

use std::collections::BTreeSet;

use super::unread;
use crate::{
    model::{conflict::Clash, finding::Place, footprint::Object},
    workflow::conflicts::Pair,
};

/// More lines of a statement than this are for those who ask for details.
const MOST_LINES: usize = 4;

/// `column users.email and index users_email_idx`.
pub(in crate::cli) fn objects(objects: &[Object]) -> String {
    let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// `migrations/a.sql:12`.
pub(in crate::cli) fn place(place: &Place) -> String {
    let at = place.file.position(place.span.start);
    format!("{}:{}", place.file.path, at.line)
}

/// The bytes of a place.
pub(in crate::cli) fn text(place: &Place) -> &str {
    place.file.text.get(place.span.clone()).unwrap_or_default()
}

/// A statement, or how it begins.
pub(in crate::cli) fn excerpt(place: &Place, is_whole: bool) -> String {
    let text = text(place);
    let margin = margin(place);
    let lines = text.lines().map(|line| {
        let line = line.trim_end();
        line.strip_prefix(margin).unwrap_or(line)
    });
    let lines: Vec<&str> = lines.collect();
    if is_whole || lines.len() <= MOST_LINES {
        return lines.join("\n");
    }
    format!("{}\n…", lines[..MOST_LINES - 1].join("\n"))
}

/// What stands before a statement on its line, where that is white space: so far its other lines
/// are moved in.
fn margin(place: &Place) -> &str {
    let before = &place.file.text[..place.span.start];
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    Some(&before[line..])
        .filter(|margin| !margin.is_empty() && margin.trim().is_empty())
        // Nothing has it.
        .unwrap_or("\n")
}

/// What is wrong with a statement that is not known whole.
pub(super) fn unknown(opaque: bool) -> &'static str {
    if opaque {
        "can do more than it says"
    } else {
        "could not be read"
    }
}

/// What follows for both sides.
pub(super) fn verdict(pair: &Pair) -> String {
    let (left, right) = (&pair.left.name, &pair.right.name);
    match (pair.parting.left.as_slice(), pair.parting.right.as_slice()) {
        ([], []) => return format!("{left} and {right} have the same revisions"),
        ([], _) => return format!("{right} is built on all that {left} has: there is one order"),
        (_, []) => return format!("{left} is built on all that {right} has: there is one order"),
        _ => {}
    }
    match (pair.clash(), pair.is_read()) {
        (Clash::Never, _) => "both cannot be applied as they are, whichever comes first",
        (Clash::Order, _) => "it matters which comes first",
        (Clash::Possible, true) => {
            "both orders lead to one schema, as far as the scripts tell; what becomes of rows, or of \
             a body that is read when it runs, they do not tell"
        }
        (Clash::None, true) => "no statement minds another, as far as the scripts tell; nothing was tried",
        (_, false) => {
            return format!(
                "not evaluated: {} could not be read, so that nothing was found means nothing",
                unread(pair)
            );
        }
    }
    .to_owned()
}

/// What to do where the order matters.
pub(in crate::cli) const DECIDE: &str = "`teammig rebase` puts one side on top of the other, which decides the order; then put right \
     in the upper one what does not fit";

/// What to do where no order works.
pub(in crate::cli) const CHANGE: &str = "one of the two has to change: what both make or take away belongs into the first of \
     them alone";

/// What to do about it.
pub(super) fn hints(pair: &Pair) -> Vec<String> {
    let mut hints = Vec::new();
    let clashes: BTreeSet<Clash> = pair.collisions.iter().map(|one| one.clash).collect();
    if clashes.contains(&Clash::Never) {
        hints.push(CHANGE.to_owned());
    }
    if clashes.contains(&Clash::Order) {
        hints.push(DECIDE.to_owned());
    }
    if !pair.is_read() {
        hints.push(
            "read these statements yourself, with what the other side does, or try both orders on \
             a scratch database"
                .to_owned(),
        );
    }
    hints
}
