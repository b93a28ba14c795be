//! An audit as a web page that stands alone.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{super::events::plural, timeline, words};
use crate::{
    document::{escape, page},
    model::audit::{Commit, Divergence, Edit, EditKind, Head, Problem, Report},
    workflow::audit::Audit,
};

/// The page of an audit that was made at `now`.
pub(super) fn page(audit: &Audit, now: Timestamp) -> String {
    let report = &audit.report;
    let mut body = String::new();
    head(&mut body, audit, now);
    if report.span.is_some() {
        let _ = write!(
            body,
            "<div class=\"box wide\">\n{}</div>\n",
            timeline::timeline(report)
        );
        divergences(&mut body, report);
        edits(&mut body, report);
        decisions(&mut body, report);
        problems(&mut body, report);
        today(&mut body, audit);
    }
    page::page(&format!("Audit of {}", audit.name), page::REPORT, &body)
}

fn head(out: &mut String, audit: &Audit, now: Timestamp) {
    let report = &audit.report;
    let _ = writeln!(out, "<h1>Audit of {}</h1>", code(&audit.name));
    if let Some((first, last)) = &report.span {
        let _ = writeln!(
            out,
            "<p>{}, {} with migrations, from {} to {}; {} now</p>",
            plural(report.landings, "landing"),
            report.changing,
            words::day(first.at),
            words::day(last.at),
            plural(report.revisions, "revision"),
        );
    }
    let tip = audit.tip.to_string();
    let _ = writeln!(
        out,
        "<p class=\"dim\">Up to commit {}, looked at on {}</p>",
        code(tip.get(..10).unwrap_or(&tip)),
        words::day(now)
    );
    if let Some(since) = audit.since {
        let since = words::day(since);
        let _ = writeln!(out, "<p>Only what was not over by {since}</p>");
    }
    for one in &audit.moves {
        let _ = writeln!(
            out,
            "<p>The folder {} was {} before</p>",
            code(&one.to),
            code(&one.from)
        );
    }
    for gap in &audit.gaps {
        let (message, hint) = words::gap(gap);
        let _ = writeln!(
            out,
            "<div class=\"box\"><p class=\"bad\">{}</p><p>{}</p></div>",
            escape(&message),
            escape(&hint)
        );
    }
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// The id, who, and what they called it.
fn commit(commit: &Commit) -> String {
    format!(
        "{} {}<br><span class=\"dim\">{}</span>",
        code(words::short(commit)),
        escape(&commit.author),
        escape(&commit.summary)
    )
}

fn table(out: &mut String, heads: &[&str], rows: &str) {
    out.push_str("<div class=\"wide\"><table>\n<tr>");
    for head in heads {
        let _ = write!(out, "<th>{head}</th>");
    }
    let _ = write!(out, "</tr>\n{rows}</table></div>\n");
}

fn divergences(out: &mut String, report: &Report) {
    let open = report.open().count();
    let title = words::divergences(report.divergences.len(), open);
    let _ = writeln!(out, "<h2>{title}</h2>");
    if report.divergences.is_empty() {
        return;
    }
    let mut rows = String::new();
    for (at, one) in report.divergences.iter().enumerate() {
        divergence(&mut rows, at, one);
    }
    table(out, &["Landed", "By", "Heads", "Ended"], &rows);
}

fn divergence(out: &mut String, at: usize, one: &Divergence) {
    let head = |head: &Head| {
        format!(
            "{} <span class=\"dim\">{} <span class=\"when\">{}</span></span>",
            code(head.revision.as_str()),
            escape(&head.commit.author),
            words::day(head.commit.at)
        )
    };
    let mut heads: Vec<String> = one.heads.iter().map(head).collect();
    if !one.parts_at.is_empty() {
        let names: Vec<&str> = one
            .parts_at
            .iter()
            .map(crate::model::RevId::as_str)
            .collect();
        let names = escape(&names.join(", "));
        heads.push(format!("<span class=\"dim\">they part at {names}</span>"));
    }
    heads.extend(one.grew.iter().map(|grew| {
        let day = words::day(grew.at);
        format!("one more head on {day} {}", commit(grew))
    }));
    let heads = heads.join("<br>");
    let ended = match &one.repaired_by {
        Some(by) => format!("{}<br>{}", escape(&words::ending(one)), commit(by)),
        None => format!("<span class=\"bad\">{}</span>", words::ending(one)),
    };
    let since = if one.from_before { " or before" } else { "" };
    let _ = writeln!(
        out,
        "<tr id=\"divergence-{at}\"><td class=\"when\">{}{since}</td><td>{}</td><td>{heads}</td><td>{ended}</td></tr>",
        words::day(one.commit.at),
        commit(&one.commit),
    );
}

fn edits(out: &mut String, report: &Report) {
    let _ = writeln!(out, "<h2>{}</h2>", words::edits(report));
    let (comments, real): (Vec<&Edit>, Vec<&Edit>) = report
        .edits
        .iter()
        .partition(|one| one.kind == EditKind::Comments);
    if !real.is_empty() {
        edit_table(out, &real);
    }
    if !comments.is_empty() {
        let _ = writeln!(
            out,
            "<details><summary>{} of comments or formatting only</summary>",
            plural(comments.len(), "edit")
        );
        edit_table(out, &comments);
        out.push_str("</details>\n");
    }
}

fn edit_table(out: &mut String, edits: &[&Edit]) {
    let mut rows = String::new();
    let same = |a: &&Edit, b: &&Edit| a.commit.id == b.commit.id && a.kind == b.kind;
    let mut sorted = edits.to_vec();
    // Stable: landings stay in their order, and the kinds of one come together.
    sorted.sort_by(|a, b| {
        if a.commit.id == b.commit.id {
            a.kind.cmp(&b.kind)
        } else {
            std::cmp::Ordering::Equal
        }
    });
    for group in sorted.chunk_by(same) {
        let Some(first) = group.first() else { continue };
        let names: Vec<String> = group
            .iter()
            .map(|one| match words::remark(one) {
                remark if remark.is_empty() => code(one.revision.as_str()),
                remark => format!(
                    "{} <span class=\"dim\">({})</span>",
                    code(one.revision.as_str()),
                    escape(&remark)
                ),
            })
            .collect();
        let _ = writeln!(
            rows,
            "<tr id=\"edit-{}-{}\"><td class=\"when\">{}</td><td class=\"when\" style=\"color: var(--{})\">{}</td><td>{}</td><td>{}</td></tr>",
            first.kind.name(),
            escape(words::short(&first.commit)),
            words::day(first.commit.at),
            timeline::colour(first.kind),
            words::kind(first.kind),
            names.join(", "),
            commit(&first.commit),
        );
    }
    table(out, &["Landed", "Edited", "Revisions", "By"], &rows);
}

fn decisions(out: &mut String, report: &Report) {
    if report.decisions.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>{}</h2>", words::decisions(report));
    let mut rows = String::new();
    for one in &report.decisions {
        let _ = writeln!(
            rows,
            "<tr><td class=\"when\">{}</td><td>{}</td><td>{}<br><span class=\"dim\">was {}</span></td><td>{}</td></tr>",
            words::day(one.commit.at),
            code(one.revision.as_str()),
            escape(&one.entry.reason),
            escape(&one.entry.was_words()),
            commit(&one.commit),
        );
    }
    table(out, &["Landed", "Revision", "Why", "By"], &rows);
}

fn problems(out: &mut String, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>{}</h2>", words::problems(&report.problems));
    let mut rows = String::new();
    for one in &report.problems {
        rows.push_str(&problem(one));
    }
    table(out, &["Landed", "What", "By", "Until"], &rows);
}

fn today(out: &mut String, audit: &Audit) {
    let Some(found) = &audit.today else { return };
    let Some(title) = words::today(found) else {
        return;
    };
    let _ = writeln!(out, "<h2>{}</h2>", escape(&title));
    let branches = found.as_ref().map_or(&[][..], |today| &today.diverge);
    if branches.is_empty() {
        return;
    }
    let mut rows = String::new();
    for branch in branches {
        let names: Vec<String> = branch.refs.iter().map(|name| code(name)).collect();
        let id = branch.commit.id.to_string();
        let left: Vec<String> = words::would_leave(branch, &audit.name)
            .iter()
            .map(|line| escape(line))
            .collect();
        let _ = writeln!(
            rows,
            "<tr><td class=\"when\">{}</td><td>{}</td><td>{}</td><td>{} {}<br><span class=\"dim\">{}</span></td></tr>",
            words::day(branch.commit.time),
            names.join("<br>"),
            left.join("<br>"),
            code(id.get(..10).unwrap_or(&id)),
            escape(&branch.commit.author),
            escape(&branch.commit.summary),
        );
    }
    table(out, &["Last commit", "Branch", "Heads", "By"], &rows);
}

fn problem(one: &Problem) -> String {
    let until = match &one.repaired_by {
        Some(by) => format!("{}<br>{}", words::day(by.at), commit(by)),
        None => "<span class=\"bad\">still so</span>".to_owned(),
    };
    format!(
        "<tr><td class=\"when\">{}</td><td>{}</td><td>{}</td><td>{until}</td></tr>\n",
        words::day(one.commit.at),
        escape(&words::problem(one)),
        commit(&one.commit)
    )
}
