//! What an experiment says of lines that part, in words and for programs: both results
//! side by side, and the statements that do it. One wording for every command that tries.

use serde_json::{Value, json};

use super::{
    conflicts::words::{CHANGE, DECIDE, excerpt, place, text},
    events::names,
    json,
};
use crate::{
    model::{
        RevId,
        finding::Place,
        verdict::{Contrast, Failure, Pair, Remark, Spot, Unproved, Verdict},
    },
    ui::{TextStyle, Ui},
    workflow::orders::Proved,
};

/// More revisions of an order than these are for programs.
const MOST: usize = 4;
/// More differences than these are too many for a line.
const MOST_RESULTS: usize = 2;

/// The verdict in a sentence.
pub(super) fn sentence(proved: &Proved) -> String {
    let on = &proved.on;
    match &proved.verdict {
        Verdict::Independent => format!("tried on {on} in every order: all leave the same"),
        Verdict::OrderMatters(_) => {
            format!("tried on {on}: the order matters, since each leaves something else")
        }
        Verdict::Fails(fails) => {
            let rows = if fails.on_rows {
                ", with rows that were made up"
            } else {
                ""
            };
            match &fails.works {
                Some(works) => format!("tried on {on}: only {} works{rows}", order(works)),
                None => format!("tried on {on}: no order works{rows}"),
            }
        }
        Verdict::Unproved(why) => format!("tried on {on}, and not proved: {}", unproved(why)),
    }
}

/// The same in a line, with the results: for those who have a line for it, and no more.
pub(super) fn line(proved: &Proved) -> String {
    let said = sentence(proved);
    let all = results(proved);
    match all.get(..MOST_RESULTS) {
        None if all.is_empty() => said,
        Some(first) if all.len() > MOST_RESULTS => {
            let more = all.len() - MOST_RESULTS;
            format!("{said} ({}; and {more} more)", first.join("; "))
        }
        _ => format!("{said} ({})", all.join("; ")),
    }
}

/// What each order leaves, or how it fails, each in a line.
pub(super) fn results(proved: &Proved) -> Vec<String> {
    match &proved.verdict {
        Verdict::Independent | Verdict::Unproved(_) => Vec::new(),
        Verdict::OrderMatters(found) => {
            let [first, second] = &found.orders;
            let all = found.differences.iter();
            all.map(|one| beside(one, first.first(), second.first()))
                .collect()
        }
        Verdict::Fails(found) => found.failures.iter().map(after).collect(),
    }
}

fn after(one: &Failure) -> String {
    let others = one.order.iter().take_while(|id| **id != one.revision);
    let others: Vec<RevId> = others.cloned().collect();
    format!(
        "{} fails after {}: {}",
        one.revision,
        names(&others),
        one.message
    )
}

fn beside(one: &Contrast, first: Option<&RevId>, second: Option<&RevId>) -> String {
    let id = |id: Option<&RevId>| id.map(ToString::to_string).unwrap_or_default();
    both(
        one,
        &format!("where {} ran first", id(first)),
        &format!("where {} did", id(second)),
    )
}

/// An object as either side has it, in a line; behind each what that side is.
pub(super) fn both(one: &Contrast, first: &str, second: &str) -> String {
    let side = |value: &Option<String>| {
        let Some(text) = value else {
            return "not there".to_owned();
        };
        // Of rows, one says enough on a line.
        let first = text.split("; ").next().filter(|_| one.key == "rows");
        first.unwrap_or(text).lines().collect::<Vec<_>>().join(" ")
    };
    let key = if one.key.is_empty() {
        String::new()
    } else {
        format!(", {}", one.key)
    };
    format!(
        "{} {}{key}: {} {first}, {} {second}",
        one.kind,
        one.name,
        side(&one.first),
        side(&one.second),
    )
}

/// Why nothing is known.
fn unproved(why: &Unproved) -> String {
    match why {
        Unproved::Alone(failure) => {
            format!("{} fails without the other side", failure.revision)
        }
        Unproved::AloneOnRows(failure) => format!(
            "{} fails without the other side on rows that were made up, and others may fit",
            failure.revision
        ),
        Unproved::Rows { object, .. } => format!(
            "both have to do with the same rows ({object}), and none that was made up shows a difference"
        ),
        Unproved::Opaque(spot) => format!(
            "a statement of {} can do more than it says, beside one that changes rows",
            spot.revision
        ),
        Unproved::Python(spot) => format!(
            "no difference was found, but {} does more than change the schema, and other rows may tell one",
            spot.revision
        ),
        Unproved::NotCompared { object, .. } => {
            format!("both change what is not compared ({object})")
        }
        Unproved::LeftOut(all) => format!(
            "both have to do with what reaches beyond the database and was not run ({})",
            all.iter()
                .map(|(_, statement)| statement.as_str())
                .collect::<Vec<_>>()
                .join("; ")
        ),
    }
}

/// What to do about it.
pub(super) fn hint(proved: &Proved) -> Option<String> {
    let works = match &proved.verdict {
        Verdict::Independent => return None,
        Verdict::Unproved(why) => return Some(open(why)),
        Verdict::OrderMatters(_) => true,
        Verdict::Fails(fails) => fails.works.is_some(),
    };
    Some(if works { DECIDE } else { CHANGE }.to_owned())
}

/// What to do where nothing is known.
fn open(why: &Unproved) -> String {
    match why {
        Unproved::Alone(failure) => format!(
            "{} has to run where the other side is not: mend its script, or let it say what it needs of the other one \
             (`depends_on`, or on top of it: `teammig rebase`)",
            failure.revision
        ),
        _ => "read the two together: if the order matters to rows that databases have, `teammig rebase` puts one side on top \
              of the other, so that all run them in one order"
            .to_owned(),
    }
}

/// `7f3a9c21e4b0, then 51be0f2277d1`.
fn order(ids: &[RevId]) -> String {
    let names: Vec<&str> = ids.iter().map(RevId::as_str).collect();
    match names.as_slice() {
        [one, other] => format!("{one}, then {other}"),
        [first, .., last] if names.len() > MOST => {
            format!("{first} … {last} ({} revisions)", names.len())
        }
        _ => names.join(", then "),
    }
}

/// The verdict with all that was found, behind two blanks. `told`: statements that stand
/// above it already.
pub(super) fn show(ui: &mut Ui, proved: &Proved, told: &[&Place]) {
    let style = match proved.verdict {
        Verdict::Independent => TextStyle::new().green(),
        Verdict::Unproved(_) => TextStyle::new().yellow(),
        _ => TextStyle::new().red().bold(),
    };
    let said = ui.paint(&sentence(proved), &style);
    ui.data(format!("  {said}"));
    match &proved.verdict {
        Verdict::Independent => {}
        Verdict::OrderMatters(found) => {
            for one in &found.differences {
                show_contrast(ui, one, &found.orders);
            }
            show_pair(ui, proved, found.pair.as_ref(), told);
        }
        Verdict::Fails(found) => {
            for one in &found.failures {
                show_failure(ui, proved, one);
            }
            show_pair(ui, proved, found.pair.as_ref(), told);
        }
        Verdict::Unproved(why) => match &**why {
            Unproved::Alone(failure) | Unproved::AloneOnRows(failure) => {
                show_failure(ui, proved, failure);
            }
            Unproved::Rows { pair, .. } | Unproved::NotCompared { pair, .. } => {
                show_pair(ui, proved, Some(pair), told);
            }
            Unproved::Opaque(spot) | Unproved::Python(spot) => show_spot(ui, proved, spot),
            Unproved::LeftOut(_) => {}
        },
    }
    for one in &proved.remarks {
        match one {
            Remark::LeftOut(..) | Remark::WithoutRows(..) => ui.warn(remark(one)),
            _ => ui.detail(remark(one)),
        }
    }
    if proved.kept {
        ui.detail("found by an earlier run, of the same scripts on the same kind of database");
    }
}

fn show_contrast(ui: &mut Ui, one: &Contrast, orders: &[Vec<RevId>; 2]) {
    let key = if one.key.is_empty() {
        String::new()
    } else {
        format!(", {}", one.key)
    };
    ui.data(format!("    {} {}{key}", one.kind, one.name));
    for (ids, value) in orders.iter().zip([&one.first, &one.second]) {
        let value = match value {
            Some(value) => value.as_str(),
            None if one.key.is_empty() => "not there",
            None => "none",
        };
        let ids = ui.dim(&format!("after {}", order(ids)));
        if value.contains('\n') {
            ui.data(format!("      {ids}"));
            ui.data_lines(&behind(value, "        "));
        } else {
            ui.data(format!("      {ids}   {value}"));
        }
    }
}

fn show_failure(ui: &mut Ui, proved: &Proved, one: &Failure) {
    let at = place_of(proved, one);
    let at = at
        .as_ref()
        .map_or_else(String::new, |at| format!("   {}", place(at)));
    ui.data(format!(
        "    {}: {} fails{at}",
        order(&one.order),
        ui.id(one.revision.as_str())
    ));
    ui.data(format!("      {}", one.message));
    for more in [&one.detail, &one.hint].into_iter().flatten() {
        ui.data(format!("      {}", ui.dim(more)));
    }
}

fn show_pair(ui: &mut Ui, proved: &Proved, pair: Option<&Pair>, told: &[&Place]) {
    let is_told = |spot: &Spot| {
        let at = spot.statement.clone();
        let at = at.and_then(|span| proved.place(&spot.revision, span, ""));
        at.is_some_and(|at| {
            let mut told = told.iter();
            told.any(|there| there.file.path == at.file.path && there.span == at.span)
        })
    };
    if let Some(pair) = pair.filter(|pair| !is_told(&pair.left) || !is_told(&pair.right)) {
        ui.data("    these two do it:");
        show_spot(ui, proved, &pair.left);
        show_spot(ui, proved, &pair.right);
    }
}

fn show_spot(ui: &mut Ui, proved: &Proved, spot: &Spot) {
    let at = spot.statement.clone();
    let at = at.and_then(|span| proved.place(&spot.revision, span, ""));
    let id = ui.id(spot.revision.as_str());
    let Some(at) = at else {
        ui.data(format!("      {id}"));
        return;
    };
    ui.data(format!("      {id}   {}", place(&at)));
    let text = excerpt(&at, ui.is_verbose());
    ui.data_lines(&behind(&text, "        "));
}

fn behind(text: &str, blanks: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{blanks}{line}")).collect();
    lines.join("\n")
}

fn place_of(proved: &Proved, one: &Failure) -> Option<Place> {
    proved.place(&one.revision, one.statement.clone()?, &one.message)
}

/// What is good to know besides.
fn remark(one: &Remark) -> String {
    match one {
        Remark::ColumnOrder(table) => {
            format!("the columns of {table} stand in another order (means nothing)")
        }
        Remark::MadeUpName(first, second) => {
            format!("the database made up {first} or {second} (means nothing)")
        }
        Remark::Volatile(column) => {
            format!("{column} gets another value at each run: only that was compared")
        }
        Remark::WithoutRows(revision, message) => {
            format!("{revision} was tried without rows, since it fails on those made up: {message}")
        }
        Remark::LeftOut(revision, statement) => format!(
            "not run on the scratch database, since it reaches beyond it: {statement} ({revision})"
        ),
    }
}

/// The verdict for programs.
pub(super) fn document(proved: &Proved) -> Value {
    let (mut differences, mut pair) = (Vec::new(), None);
    match &proved.verdict {
        Verdict::OrderMatters(found) => {
            differences = found.differences.iter().map(contrast).collect();
            pair = found.pair.as_ref();
        }
        Verdict::Fails(found) => pair = found.pair.as_ref(),
        Verdict::Unproved(why) => {
            if let Unproved::Rows { pair: two, .. } | Unproved::NotCompared { pair: two, .. } =
                &**why
            {
                pair = Some(two);
            }
        }
        Verdict::Independent => {}
    }
    json!({
        "verdict": proved.verdict.word(),
        "message": sentence(proved),
        "on": proved.on,
        "kept": proved.kept,
        "orders": orders(proved),
        "differences": differences,
        "pair": pair.map(|pair| json!({
            "left": spot(proved, &pair.left),
            "right": spot(proved, &pair.right),
        })),
        "remarks": proved.remarks.iter().map(remark).collect::<Vec<_>>(),
    })
}

/// The orders that were tried and are worth telling, with what became of each.
pub(super) fn orders(proved: &Proved) -> Vec<Value> {
    let works = |ids: &[RevId]| json!({ "revisions": ids, "works": true, "failure": null });
    match &proved.verdict {
        Verdict::Independent => Vec::new(),
        Verdict::OrderMatters(found) => found.orders.iter().map(|ids| works(ids)).collect(),
        Verdict::Fails(found) => {
            let failed = found.failures.iter().map(|one| failed(proved, one));
            failed
                .chain(found.works.iter().map(|ids| works(ids)))
                .collect()
        }
        Verdict::Unproved(why) => match &**why {
            Unproved::Alone(one) | Unproved::AloneOnRows(one) => vec![failed(proved, one)],
            _ => Vec::new(),
        },
    }
}

fn failed(proved: &Proved, one: &Failure) -> Value {
    let at = place_of(proved, one);
    let position = at.as_ref().map(json::position);
    json!({
        "revisions": one.order,
        "works": false,
        "failure": {
            "revision": one.revision,
            "path": at.as_ref().map(|at| at.file.path.to_string()),
            "line": position.map(|it| it.0),
            "column": position.map(|it| it.1),
            "statement": at.as_ref().map(|at| text(at).to_owned()),
            "message": one.message,
            "code": one.code,
            "detail": one.detail,
            "hint": one.hint,
        },
    })
}

fn contrast(one: &Contrast) -> Value {
    json!({
        "kind": one.kind,
        "name": one.name,
        "key": one.key,
        "first": one.first,
        "second": one.second,
    })
}

fn spot(proved: &Proved, spot: &Spot) -> Value {
    let at = spot.statement.clone();
    let at = at.and_then(|span| proved.place(&spot.revision, span, ""));
    let position = at.as_ref().map(json::position);
    json!({
        "revision": spot.revision,
        "path": at.as_ref().map(|at| at.file.path.to_string()),
        "line": position.map(|it| it.0),
        "column": position.map(|it| it.1),
        "statement": at.as_ref().map(|at| text(at).to_owned()),
    })
}
