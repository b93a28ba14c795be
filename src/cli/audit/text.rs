//! An audit in the terminal.

use std::collections::BTreeMap;

use super::{super::events::plural, words};
use crate::{
    model::audit::{Divergence, Edit, EditKind, Problem, Report},
    ui::{TextStyle, Ui},
    workflow::audit::Audit,
};

/// More revisions than this of one landing are counted, not listed.
const MOST_NAMED: usize = 6;

pub(super) fn show(ui: &mut Ui, audit: &Audit) {
    let report = &audit.report;
    let Some((first, last)) = &report.span else {
        return;
    };
    ui.data(format!(
        "{}: {} ({} with migrations) from {} to {}; {} now",
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
    problems(ui, report);
}

fn title(ui: &mut Ui, text: &str) {
    let text = ui.paint(text, &TextStyle::new().bold());
    ui.data("");
    ui.data(text);
}

fn divergences(ui: &mut Ui, report: &Report) {
    let n = report.divergences.len();
    let open = report.open().count();
    title(
        ui,
        &match (n, open) {
            (0, _) => "No divergence landed".to_owned(),
            (n, 0) => format!("{} landed, none is open", plural(n, "divergence")),
            (n, open) => format!("{} landed, {open} open", plural(n, "divergence")),
        },
    );
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
    match &one.repaired_by {
        Some(by) => ui.data(format!(
            "  {}  {}  {}",
            words::day(by.at),
            words::short(by),
            words::ending(one)
        )),
        None => {
            let open = ui.paint(&words::ending(one), &TextStyle::new().red().bold());
            ui.data(format!("              {open}"));
        }
    }
}

fn edits(ui: &mut Ui, report: &Report) {
    let count = |kind| report.edits.iter().filter(|one| one.kind == kind).count();
    let real = report.edits.len() - count(EditKind::Comments);
    let counted: Vec<String> = EditKind::ALL
        .iter()
        .rev()
        .filter(|kind| **kind != EditKind::Comments && count(**kind) > 0)
        .map(|kind| format!("{} {}", count(*kind), words::kind(*kind)))
        .collect();
    title(
        ui,
        &match real {
            0 => "No published revision was edited".to_owned(),
            n => format!("{} of published revisions: {}", plural(n, "edit"), counted.join(", ")),
        },
    );
    let mut landings: Vec<Vec<&Edit>> = Vec::new();
    for edit in &report.edits {
        match landings.last_mut() {
            Some(group) if group[0].commit.id == edit.commit.id => group.push(edit),
            _ => landings.push(vec![edit]),
        }
    }
    for landing in &landings {
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
    match count(EditKind::Comments) {
        0 => {}
        n if ui.is_verbose() => {
            ui.data(format!("  {} of comments or formatting only", plural(n, "edit")));
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

fn problems(ui: &mut Ui, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    let open = |one: &&Problem| one.repaired_by.is_none();
    let n = report.problems.len();
    title(
        ui,
        &match report.problems.iter().filter(open).count() {
            0 => format!("{} of the files landed, none is left", plural(n, "problem")),
            left => format!("{} of the files landed, {left} left", plural(n, "problem")),
        },
    );
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
