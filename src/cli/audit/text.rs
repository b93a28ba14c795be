//! An audit in the terminal.

use std::collections::BTreeMap;

use super::{super::events::plural, words};
use crate::{
    model::audit::{Divergence, Edit, EditKind, Report},
    ui::{TextStyle, Ui, age},
    workflow::{Context, audit::Audit},
};

/// More revisions than this of one landing are counted, not listed.
const MOST_NAMED: usize = 6;

pub(super) fn show(ui: &mut Ui, context: &Context, audit: &Audit) {
    let report = &audit.report;
    let Some((first, last)) = &report.span else {
        return;
    };
    ui.data(format!(
        "{}: {}, {} with migrations, from {} to {}; {} now",
        audit.name,
        plural(report.landings, "landing"),
        report.changing,
        words::day(first.at),
        words::day(last.at),
        plural(report.revisions, "revision"),
    ));
    if let Some(since) = audit.since {
        ui.data(format!("Only what was not over by {}", words::day(since)));
    }
    for one in &audit.moves {
        ui.data(format!("The folder {} was {} before", one.to, one.from));
    }
    divergences(ui, report);
    edits(ui, report);
    decisions(ui, report);
    problems(ui, report);
    today(ui, context, audit);
}

/// The branches that would diverge today.
fn today(ui: &mut Ui, context: &Context, audit: &Audit) {
    let Some(found) = &audit.today else { return };
    let Some(text) = words::today(found) else {
        return;
    };
    title(ui, &text);
    let branches = found.as_ref().map_or(&[][..], |today| &today.diverge);
    for branch in branches {
        ui.data(format!(
            "  {}  {}, {}: {}",
            branch.refs.join(" = "),
            branch.commit.author,
            age::ago(branch.commit.time, context.now),
            branch.commit.summary
        ));
        for line in words::would_leave(branch, &audit.name) {
            ui.data(format!("              {line}"));
        }
    }
}

fn title(ui: &mut Ui, text: &str) {
    let text = ui.paint(text, &TextStyle::new().bold());
    ui.data("");
    ui.data(text);
}

fn divergences(ui: &mut Ui, report: &Report) {
    let open = report.open().count();
    title(ui, &words::divergences(report.divergences.len(), open));
    for one in &report.divergences {
        divergence(ui, one);
    }
}

fn divergence(ui: &mut Ui, one: &Divergence) {
    let heads: Vec<String> = one
        .heads
        .iter()
        .map(|head| ui.id(head.revision.as_str()))
        .collect();
    let since = if one.from_before { "or before  " } else { "" };
    ui.data(format!(
        "  {}  {since}{}  {}",
        words::day(one.commit.at),
        words::short(&one.commit),
        heads.join(" and ")
    ));
    ui.data(format!(
        "              {}: {}",
        one.commit.author, one.commit.summary
    ));
    for grew in &one.grew {
        ui.data(format!(
            "  {}  {}  one more head",
            words::day(grew.at),
            words::short(grew)
        ));
    }
    if let Some(by) = &one.repaired_by {
        ui.data(format!(
            "  {}  {}  {}",
            words::day(by.at),
            words::short(by),
            words::ending(one)
        ));
    } else {
        let open = ui.paint(&words::ending(one), &TextStyle::new().red().bold());
        ui.data(format!("              {open}"));
    }
}

fn edits(ui: &mut Ui, report: &Report) {
    title(ui, &words::edits(report));
    for landing in report.edits.chunk_by(|a, b| a.commit.id == b.commit.id) {
        let mut by_kind: BTreeMap<EditKind, Vec<&Edit>> = BTreeMap::new();
        for edit in landing {
            if edit.kind != EditKind::Comments || ui.is_verbose() {
                by_kind.entry(edit.kind).or_default().push(edit);
            }
        }
        for (kind, edits) in by_kind {
            edited(ui, kind, &edits);
        }
    }
    let comments = |one: &&Edit| one.kind == EditKind::Comments;
    match report.edits.iter().filter(comments).count() {
        0 => {}
        n if ui.is_verbose() => {
            ui.data(format!(
                "  {} of comments or formatting only",
                plural(n, "edit")
            ));
        }
        n => ui.data(format!(
            "  and {} of comments or formatting only (-v lists them)",
            plural(n, "edit")
        )),
    }
}

fn edited(ui: &mut Ui, kind: EditKind, edits: &[&Edit]) {
    let Some(first) = edits.first() else { return };
    let mut names: Vec<String> = edits
        .iter()
        .take(MOST_NAMED)
        .map(|one| {
            let id = ui.id(one.revision.as_str());
            match words::remark(one) {
                remark if remark.is_empty() => id,
                remark => format!("{id} ({remark})"),
            }
        })
        .collect();
    if edits.len() > MOST_NAMED {
        names.push(format!("and {} more", edits.len() - MOST_NAMED));
    }
    ui.data(format!(
        "  {}  {}  {:<11}  {}",
        words::day(first.commit.at),
        words::short(&first.commit),
        words::kind(kind),
        names.join(", ")
    ));
    ui.data(format!(
        "              {}: {}",
        first.commit.author, first.commit.summary
    ));
}

fn decisions(ui: &mut Ui, report: &Report) {
    if report.decisions.is_empty() {
        return;
    }
    title(ui, &words::decisions(report));
    for one in &report.decisions {
        let id = ui.id(one.revision.as_str());
        ui.data(format!(
            "  {}  {}  {id}  {} (was {})",
            words::day(one.commit.at),
            words::short(&one.commit),
            one.entry.reason,
            one.entry.was_words()
        ));
        ui.data(format!(
            "              {}: {}",
            one.commit.author, one.commit.summary
        ));
    }
}

fn problems(ui: &mut Ui, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    title(ui, &words::problems(&report.problems));
    for one in &report.problems {
        let until = match &one.repaired_by {
            Some(by) => format!("until {}", words::day(by.at)),
            None => ui.paint("still so", &TextStyle::new().red().bold()),
        };
        ui.data(format!(
            "  {}  {}  {} ({until})",
            words::day(one.commit.at),
            words::short(&one.commit),
            words::problem(one)
        ));
    }
}
