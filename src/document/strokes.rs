//! The lines of one row as SVG paths, relative to the row's top left corner.
//!
//! A line leaves its revision sideways and turns down into its lane within the
//! same row, so that rows can be cut apart and stacked again: HTML hides some
//! of them.

use std::fmt::Write as _;

use super::tone::Tone;
use crate::model::{
    lanes::{Row, Tie},
    picture::{Node, Picture},
};

/// Sizes in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// From lane to lane.
    pitch: usize,
    /// The height of a row.
    pub(super) height: usize,
    /// Of a revision's circle.
    pub(super) radius: f32,
    columns: usize,
}

impl Grid {
    /// Lanes move together where there are many.
    pub(super) fn new(columns: usize) -> Self {
        Self {
            pitch: match columns {
                0..=12 => 18,
                13..=24 => 14,
                _ => 11,
            },
            height: 32,
            radius: if columns > 24 { 4.0 } else { 5.0 },
            columns,
        }
    }

    /// The middle of a column.
    pub(super) fn x(self, column: usize) -> usize {
        12 + column * self.pitch
    }

    /// The middle of a row.
    pub(super) fn middle(self) -> usize {
        self.height / 2
    }

    /// All lanes.
    pub(super) fn width(self) -> usize {
        self.x(self.columns.max(1) - 1) + 12
    }
}

/// What the lines of a row look like; `tone` says the colour of the row that a
/// line began at. `own` is the colour of the row itself.
pub(super) fn strokes(row: &Row, grid: Grid, own: Tone, tone: impl Fn(usize) -> Tone) -> String {
    let (middle, height) = (grid.middle(), grid.height);
    let mut out = String::new();
    let mut path = |class: Tone, tie: Tie, d: String| {
        let dashed = match tie {
            Tie::Parent => "",
            Tie::Dependency => " dep",
        };
        let _ = write!(out, "<path class=\"{}{dashed}\" d=\"{d}\"/>", class.class());
    };
    for lane in &row.above {
        let x = grid.x(lane.column);
        if row.shifted == Some(lane.column) {
            let end = grid.x(row.column);
            // Below the circle, so that it cannot be taken for the revision's own line.
            let round = 8.min(grid.pitch / 2);
            let level = height - round;
            let d = format!(
                "M{x} 0V{}Q{x} {level} {} {level}H{}Q{end} {level} {end} {height}",
                level - round,
                x - round,
                end + round
            );
            path(tone(lane.from), lane.tie, d);
            continue;
        }
        let to = if lane.column == row.column {
            middle
        } else {
            height
        };
        path(tone(lane.from), lane.tie, format!("M{x} 0V{to}"));
    }
    let x = grid.x(row.column);
    for link in &row.links {
        let end = grid.x(link.column);
        let d = if link.column == row.column {
            format!("M{x} {middle}V{height}")
        } else {
            let round = grid.pitch.min(middle);
            let before = if end > x { end - round } else { end + round };
            let after = middle + round;
            format!("M{x} {middle}H{before}Q{end} {middle} {end} {after}V{height}")
        };
        path(own, link.tie, d);
    }
    if row.cut {
        let to = height - 2;
        // Parents that are not drawn: the line fades out beside what else goes down.
        path(own, Tie::Dependency, format!("M{x} {middle}V{to}"));
    }
    out
}

/// A revision's circle: hollow where it is applied nowhere that is known.
pub(super) fn circle(picture: &Picture, node: &Node, grid: Grid, x: usize) -> String {
    let pending = match picture.is_applied(node) {
        Some(false) => " class=\"pending\"",
        _ => "",
    };
    format!(
        "<circle{pending} cx=\"{x}\" cy=\"{}\" r=\"{}\"/>",
        grid.middle(),
        grid.radius
    )
}

/// Three dots: more is here.
pub(super) fn fold_mark(grid: Grid, x: usize) -> String {
    let mut out = format!(
        "<rect class=\"gap\" x=\"{}\" y=\"5\" width=\"6\" height=\"{}\" fill=\"var(--paper)\"/>",
        x - 3,
        grid.height - 10
    );
    for step in [9, 16, 23] {
        let _ = write!(
            out,
            "<circle class=\"dot\" cx=\"{x}\" cy=\"{step}\" r=\"0.8\"/>"
        );
    }
    out
}
