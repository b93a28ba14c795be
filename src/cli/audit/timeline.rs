//! The years of a branch at a glance, as a drawing for the page.

use std::fmt::Write as _;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{super::events::plural, words};
use crate::{
    document::escape,
    model::audit::{Edit, EditKind, Report},
};

const WIDTH: f64 = 1000.0;
/// The names of the lanes stand left of this.
const LEFT: f64 = 120.0;
const RIGHT: f64 = 985.0;
const LANE: f64 = 26.0;
/// Two bars that are nearer than this are drawn below each other.
const APART: f64 = 4.0;
/// Divergences below each other, at most.
const MOST_ROWS: usize = 6;

struct Scale {
    from: Timestamp,
    minutes: f64,
}

impl Scale {
    fn x(&self, at: Timestamp) -> f64 {
        LEFT + (RIGHT - LEFT) * (minutes(self.from, at) / self.minutes).clamp(0.0, 1.0)
    }
}

/// Exact for four thousand years.
fn minutes(from: Timestamp, to: Timestamp) -> f64 {
    let minutes = (to.as_second() - from.as_second()) / 60;
    f64::from(i32::try_from(minutes).unwrap_or(i32::MAX))
}

fn number(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The drawing, or nothing where there is no history.
pub(super) fn timeline(report: &Report) -> String {
    let Some((first, last)) = &report.span else {
        return String::new();
    };
    let scale = Scale {
        from: first.at,
        minutes: minutes(first.at, last.at).max(1.0),
    };
    let mut body = String::new();
    let mut y = 24.0;
    let rows = divergences(&mut body, report, &scale, y);
    y += LANE * number(rows);
    for kind in EditKind::ALL.iter().rev() {
        edits(&mut body, report, *kind, &scale, y);
        y += LANE;
    }
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH:.0} {:.0}\" role=\"img\" aria-label=\"Timeline of divergences and edits\">\n",
        y + 8.0
    );
    years(&mut out, first.at, last.at, &scale, y);
    out.push_str(&body);
    out.push_str("</svg>\n");
    out
}

/// A line for each year, or for each month of a short history.
fn years(out: &mut String, from: Timestamp, to: Timestamp, scale: &Scale, bottom: f64) {
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let (first, last) = (day(from), day(to));
    let months = (i32::from(last.year()) - i32::from(first.year())) * 12 + i32::from(last.month())
        - i32::from(first.month());
    // About ten lines.
    let step = [1, 2, 3, 6, 12, 24, 60]
        .into_iter()
        .find(|step| months / step <= 12)
        .unwrap_or(120);
    let start = i32::from(first.year()) * 12 + i32::from(first.month()) - 1;
    for month in (start..=start + months).filter(|month| month % step == 0) {
        let (Ok(year), Ok(of_year)) = (i16::try_from(month / 12), i8::try_from(month % 12 + 1))
        else {
            continue;
        };
        let Some(at) = Date::new(year, of_year, 1)
            .ok()
            .and_then(|date| date.to_zoned(TimeZone::UTC).ok())
            .map(|zoned| zoned.timestamp())
            .filter(|at| *at >= from)
        else {
            continue;
        };
        let x = scale.x(at);
        let name = if step % 12 == 0 {
            year.to_string()
        } else {
            format!("{year}-{of_year:02}")
        };
        let _ = writeln!(
            out,
            "<line x1=\"{x:.1}\" y1=\"18\" x2=\"{x:.1}\" y2=\"{bottom:.1}\" stroke=\"var(--line)\"/>\
             <text class=\"dim\" x=\"{x:.1}\" y=\"12\" text-anchor=\"middle\">{name}</text>"
        );
    }
}

fn lane(out: &mut String, name: &str, y: f64) {
    let _ = writeln!(
        out,
        "<text x=\"0\" y=\"{:.1}\">{}</text>\
         <line x1=\"{LEFT}\" y1=\"{:.1}\" x2=\"{RIGHT}\" y2=\"{:.1}\" stroke=\"var(--line)\"/>",
        y + 14.0,
        escape(name),
        y + 10.0,
        y + 10.0
    );
}

/// Draws the divergences from `y` on; the number of rows that they take.
fn divergences(out: &mut String, report: &Report, scale: &Scale, y: f64) -> usize {
    // Where each row is free again.
    let mut ends: Vec<f64> = Vec::new();
    let mut bars = String::new();
    for (at, one) in report.divergences.iter().enumerate() {
        let x = scale.x(one.commit.at);
        let end = one.repaired_by.as_ref().map_or(RIGHT, |by| scale.x(by.at));
        let row = match ends.iter().position(|end| end + APART < x) {
            Some(row) => row,
            None if ends.len() < MOST_ROWS => ends.len(),
            None => MOST_ROWS - 1,
        };
        if row == ends.len() {
            ends.push(end);
        }
        ends[row] = ends[row].max(end);
        let colour = if one.repaired_by.is_some() {
            "orange"
        } else {
            "red"
        };
        let heads: Vec<&str> = one
            .heads
            .iter()
            .map(|head| head.revision.as_str())
            .collect();
        let _ = writeln!(
            bars,
            "<a href=\"#divergence-{at}\"><rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"14\" rx=\"2\" \
             fill=\"var(--{colour})\"><title>{} {}: {}</title></rect></a>",
            y + LANE * number(row) + 3.0,
            (end - x).max(4.0),
            words::day(one.commit.at),
            escape(&heads.join(" and ")),
            escape(&words::ending(one)),
        );
    }
    let rows = ends.len().max(1);
    for row in 0..rows {
        lane(
            out,
            if row == 0 { "diverged" } else { "" },
            y + LANE * number(row),
        );
    }
    out.push_str(&bars);
    rows
}

/// A dot for each landing, larger where it edited more revisions.
fn edits(out: &mut String, report: &Report, kind: EditKind, scale: &Scale, y: f64) {
    lane(out, words::kind(kind), y);
    let of_kind: Vec<&Edit> = report.edits.iter().filter(|one| one.kind == kind).collect();
    for landing in of_kind.chunk_by(|a, b| a.commit.id == b.commit.id) {
        let Some(first) = landing.first() else {
            continue;
        };
        let radius = (3.0 + number(landing.len()).ln() * 1.2).min(9.0);
        let _ = writeln!(
            out,
            "<a href=\"#edit-{}-{}\"><circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"var(--{})\" \
             fill-opacity=\".75\"><title>{} {} of {}: {}</title></circle></a>",
            kind.name(),
            escape(words::short(&first.commit)),
            scale.x(first.commit.at),
            y + 10.0,
            colour(kind),
            words::day(first.commit.at),
            words::kind(kind),
            plural(landing.len(), "revision"),
            escape(&first.commit.summary),
        );
    }
}

/// The colour of a kind of edit, by its name in the style.
pub(super) fn colour(kind: EditKind) -> &'static str {
    match kind {
        EditKind::Comments => "grey",
        EditKind::Down => "green",
        EditKind::Scripts => "blue",
        EditKind::Parents => "violet",
        EditKind::Deleted => "red",
    }
}
