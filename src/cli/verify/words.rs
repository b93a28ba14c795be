//! What was found of a revision, in words.

use crate::{
    cli::{events::plural, json::position},
    model::Direction,
    workflow::{
        FailedStep,
        proof::{Found, Note, Observed, Proved},
        verify::{Comparison, Difference, How, Loss, Value, What},
    },
};

/// As long as a value may be to be shown.
const SHORT: usize = 80;

/// A line, and what stands below it as it is.
pub(in crate::cli) struct Told {
    pub(in crate::cli) line: String,
    pub(in crate::cli) below: Vec<String>,
}

/// What a revision that holds went through.
pub(super) fn tried(one: &Proved) -> String {
    let ways = match one.no_way_back {
        None => "up, down, up again".to_owned(),
        Some(why) => format!("up; not down: {why}"),
    };
    match one.tables_with_rows() {
        _ if one.not_with_rows().is_some() => format!("{ways}; not with rows"),
        0 => ways,
        some => format!("{ways}; rows in {}", plural(some, "table")),
    }
}

pub(in crate::cli) fn found(found: &Found) -> Told {
    match found {
        Found::Fails(step) => failed(step, &format!("{} fails", step.direction.name())),
        Found::FailsOnRows(step) => failed(
            step,
            &format!("{} fails as soon as there are rows", step.direction.name()),
        ),
        Found::FailsAgain(step) => failed(step, "up fails when it runs again after down"),
        Found::NotBack(differences) => Told {
            line: "down does not return to where up began:".to_owned(),
            below: lines(differences),
        },
        Found::NotTheSame(differences) => Told {
            line: "up makes something else when it runs again after down:".to_owned(),
            below: lines(differences),
        },
        Found::Lost(loss) => Told {
            line: lost(loss),
            below: Vec::new(),
        },
    }
}

fn failed(step: &FailedStep, what: &str) -> Told {
    let error = &step.error.error;
    let mut below = Vec::new();
    if let Some(place) = &step.place {
        let (line, column) = position(place);
        below.push(format!("{}:{line}:{column}", place.file.path));
        let source = place.file.text.lines().nth(line.saturating_sub(1));
        below.extend(source.map(|source| format!("| {source}")));
    }
    let details = [("detail", &error.detail), ("context", &error.context)];
    for (name, text) in details {
        if let Some(text) = text {
            below.push(format!("{name}: {}", text.replace('\n', " ")));
        }
    }
    let code = error
        .code
        .as_deref()
        .map_or_else(String::new, |code| format!(" ({code})"));
    Told {
        line: format!("{what}: {}{code}", error.message),
        below,
    }
}

pub(in crate::cli) fn lines(comparison: &Comparison) -> Vec<String> {
    comparison.differences.iter().flat_map(difference).collect()
}

/// Of a comparison from what should be to what is.
fn difference(difference: &Difference) -> Vec<String> {
    let object = format!("{} {}", difference.id.kind.name(), difference.name);
    match &difference.what {
        What::Added { .. } => vec![format!("{object} is there and should not be")],
        What::Removed { .. } => vec![format!("{object} is missing")],
        What::Renamed { from_name, .. } => vec![format!("{object} was {from_name}")],
        What::Changed(changes) => changes
            .iter()
            .map(|change| {
                let text = |value: &Option<Value>| {
                    value.as_ref().map_or_else(
                        || "none".to_owned(),
                        |value| value.text.split_whitespace().collect::<Vec<_>>().join(" "),
                    )
                };
                let (before, after) = (text(&change.before), text(&change.after));
                let key = change.key;
                // Bodies and views say nothing side by side on a line.
                if before.len().max(after.len()) > SHORT {
                    format!("{object} has another {key}")
                } else {
                    format!("{object} has another {key}: {after}, and was {before}")
                }
            })
            .collect(),
    }
}

/// `2 of 2 values of users.name`, and the verb for so many.
fn counted(loss: &Loss) -> (String, &'static str) {
    let what = match loss.how {
        How::Rows => "rows",
        How::NotBack if loss.id.kind.name() == "table" => "rows",
        _ => "values",
    };
    let of = if loss.of == 1 {
        what.trim_end_matches('s')
    } else {
        what
    };
    let is = if loss.count == 1 { "is" } else { "are" };
    (
        format!("{} of {} {of} of {}", loss.count, loss.of, loss.name),
        is,
    )
}

pub(super) fn lost(loss: &Loss) -> String {
    let (what, is) = counted(loss);
    let begin = if loss.said {
        "lost, as the script says"
    } else {
        "silently lost"
    };
    let after = match loss.direction {
        Direction::Up => "up",
        Direction::Down => "down",
    };
    match &loss.how {
        How::Rows => format!("{begin}: {what} {is} gone after {after}"),
        How::Nulled => format!("{begin}: {what} {is} NULL after {after}"),
        How::Changed(before, now) => {
            let example = example(before.as_deref(), now.as_deref());
            match loss.direction {
                Direction::Up => format!("{begin}: {what} {is} not kept ({example})"),
                Direction::Down => {
                    format!("{begin}: {what} {is} not what they were after down ({example})")
                }
            }
        }
        How::NotBack => format!("down does not bring back what was in it: {what} {is} gone"),
        How::Rewritten => format!("{what} {is} changed by up, and not changed back by down"),
    }
}

/// One value and what it is now.
fn example(before: Option<&str>, now: Option<&str>) -> String {
    format!(
        "{} became {}",
        before.unwrap_or("NULL"),
        now.unwrap_or("NULL")
    )
}

/// `the values of users.age (41 became 4100)`.
pub(in crate::cli) fn not_brought_back(loss: &Loss) -> String {
    let example = match &loss.how {
        How::Changed(before, now) => {
            format!(" ({})", example(before.as_deref(), now.as_deref()))
        }
        _ => String::new(),
    };
    format!("the values of {}{example}", loss.name)
}

pub(in crate::cli) fn note(note: &Note) -> String {
    match note {
        Note::Open(loss) | Note::AsSaid(loss) => lost(loss),
        Note::NoRows { table, why } => format!("no rows could be made for {table}: {why}"),
        Note::DoubtfulOnRows(step) => format!(
            "{} fails on the rows that were made up, and may not on yours: {}",
            step.direction.name(),
            step.error.error.message
        ),
        Note::NoRowMet { direction, place } => {
            let (line, _) = position(place);
            format!(
                "{}: no row that was made up meets the statement at {}:{line}: what it does to yours was not seen",
                direction.name(),
                place.file.path
            )
        }
        Note::Stricter(what) => {
            format!("rows that are there have to meet {what}: whether yours do is not known")
        }
        Note::NothingLike(name) => {
            format!(
                "`-- teammig: loses {name}`: there is no table or column of that name before it"
            )
        }
    }
}

pub(super) fn observed(seen: &Observed) -> String {
    let locks = seen
        .locks
        .iter()
        .map(|(mode, table)| format!("locks {table} {mode}"));
    let rewrites = seen
        .rewrites
        .iter()
        .map(|table| format!("writes all rows of {table} anew"));
    let all: Vec<String> = locks.chain(rewrites).collect();
    format!(
        "{}, statement {}: {}",
        seen.direction.name(),
        seen.statement + 1,
        all.join(", ")
    )
}
