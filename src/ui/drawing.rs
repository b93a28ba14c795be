//! The revision graph as lines of text, children above their parents.
//!
//! Every revision has a line; between them stands a line of joints where lines
//! branch or meet. The shapes are those of jj and Sapling. Where lines run is
//! decided in `model::lanes`; here it becomes letters.

use console::Style;

use super::wrap::fold;
use crate::model::lanes::{Lane, Row, Tie};

/// Texts get at least this many columns, however wide the graph is.
const NARROWEST: usize = 16;

/// What stands in a row.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The mark in the graph: one column wide.
    pub mark: String,
    /// How the mark looks where there is colour.
    pub style: Style,
    /// What stands beside it.
    pub text: String,
}

/// One letter of the graph and the column whose colour it has.
type Letter = (&'static str, usize);

/// Draws rows, one string a line. Where a `width` is given, a text that is too long
/// goes on below, with the lines of the graph beside it.
pub fn draw(rows: &[Row], entries: &[Entry], color: bool, width: Option<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, (row, entry)) in rows.iter().zip(entries).enumerate() {
        let mut line = String::new();
        for column in 0..columns(row) {
            if column == row.column {
                line.push_str(&paint(&entry.mark, &entry.style, color));
            } else {
                let letter = find(&row.above, column).map_or(" ", |lane| vertical(lane.tie));
                push(&mut line, (letter, column), color);
            }
            line.push(' ');
        }
        let room = width.map_or(usize::MAX, |width| {
            width.saturating_sub(2 * columns(row) + 1).max(NARROWEST)
        });
        let mut texts = fold(&entry.text, room, 0).into_iter();
        let text = texts.next().unwrap_or_default();
        lines.push(format!("{line} {text}").trim_end().to_owned());
        for text in texts {
            let mut line = String::new();
            for letter in past(row) {
                push(&mut line, letter, color);
            }
            lines.push(format!("{line} {text}"));
        }
        let joined = ends(row).any(|end| end != row.column);
        if joined {
            lines.push(write(&joints(row), color));
        }
        let ended = find(&row.below, row.column).is_none();
        if row.cut && ended {
            lines.push(write(&beside(row, "~"), color));
        } else if ended && !joined && rows.get(at + 1).is_some_and(|next| begins_below(row, next)) {
            lines.push(write(&beside(row, " "), color));
        }
    }
    lines
}

/// The lanes beside what is left of a revision's text, and its own line down.
fn past(row: &Row) -> Vec<Letter> {
    (0..columns(row))
        .flat_map(|column| {
            let tie = if column == row.column {
                row.links.iter().map(|link| link.tie).max()
            } else {
                find(&row.above, column).map(|lane| lane.tie)
            };
            [(tie.map_or(" ", vertical), column), (" ", column)]
        })
        .collect()
}

/// The columns of a revision's own line.
fn columns(row: &Row) -> usize {
    let last = row.above.last().map_or(0, |lane| lane.column);
    last.max(row.column) + 1
}

/// A revision that nothing leads to must not look like the parent of the one above.
fn begins_below(row: &Row, next: &Row) -> bool {
    next.column == row.column && next.incoming().is_none()
}

fn find(lanes: &[Lane], column: usize) -> Option<&Lane> {
    lanes
        .binary_search_by_key(&column, |lane| lane.column)
        .ok()
        .and_then(|at| lanes.get(at))
}

fn vertical(tie: Tie) -> &'static str {
    match tie {
        Tie::Parent => "│",
        Tie::Dependency => "┊",
    }
}

/// The lanes below a row with a letter in the row's own column.
fn beside(row: &Row, own: &'static str) -> Vec<Letter> {
    let last = row.below.last().map_or(0, |lane| lane.column);
    (0..=last.max(row.column))
        .flat_map(|column| {
            let letter = match find(&row.below, column) {
                Some(lane) => vertical(lane.tie),
                None if column == row.column => own,
                None => " ",
            };
            [(letter, column), (" ", column)]
        })
        .collect()
}

/// The line below a revision whose lines do not simply go straight down.
fn joints(row: &Row) -> Vec<Letter> {
    let at = row.column;
    let left = ends(row).min().unwrap_or(at).min(at);
    let right = ends(row).max().unwrap_or(at).max(at);
    let last = row.below.last().map_or(0, |lane| lane.column);
    let mut letters = Vec::new();
    for k in 0..=last.max(right) {
        let above = k == at || find(&row.above, k).is_some();
        let below = find(&row.below, k);
        let within = k >= left && k <= right;
        let letter = if !within {
            below.map_or(" ", |lane| vertical(lane.tie))
        } else if k == at || ends(row).any(|end| end == k) {
            corner(above, below.is_some(), k > left, k < right)
        } else if below.is_some() {
            "┼"
        } else {
            horizontal(row, k)
        };
        letters.push((letter, k));
        letters.push(if k >= left && k < right {
            (horizontal(row, k + usize::from(k >= at)), outer(row, k))
        } else {
            (" ", k)
        });
    }
    letters
}

/// The columns that the lines below a revision connect its own with.
fn ends(row: &Row) -> impl Iterator<Item = usize> {
    row.links.iter().map(|link| link.column).chain(row.shifted)
}

/// A stretch beside `k` towards the far end is dashed where all that runs
/// through it are dependencies.
fn horizontal(row: &Row, k: usize) -> &'static str {
    let links = row.links.iter().map(|link| (link.column, link.tie));
    let shifted = row.shifted.and_then(|column| find(&row.above, column));
    let mut through = links
        .chain(shifted.map(|lane| (lane.column, lane.tie)))
        .filter(|(end, _)| {
            if k >= row.column {
                *end >= k
            } else {
                *end <= k
            }
        });
    if through.all(|(_, tie)| tie == Tie::Dependency) {
        "╌"
    } else {
        "─"
    }
}

/// The column that a horizontal stretch at `k` leads to: the far end.
fn outer(row: &Row, k: usize) -> usize {
    let ends = ends(row);
    if k >= row.column {
        ends.filter(|&end| end > k).min().unwrap_or(k)
    } else {
        ends.filter(|&end| end <= k).max().unwrap_or(k)
    }
}

/// The colours of lines, which follow their columns; yellow is for ids.
fn style(column: usize) -> Style {
    match column % 5 {
        0 => Style::new().blue(),
        1 => Style::new().magenta(),
        2 => Style::new().cyan(),
        3 => Style::new().green(),
        _ => Style::new().red(),
    }
}

fn paint(text: &str, style: &Style, color: bool) -> String {
    style
        .clone()
        .force_styling(color)
        .apply_to(text)
        .to_string()
}

fn push(line: &mut String, (letter, column): Letter, color: bool) {
    if letter == " " {
        line.push(' ');
    } else {
        line.push_str(&paint(letter, &style(column), color));
    }
}

fn write(letters: &[Letter], color: bool) -> String {
    let mut line = String::new();
    for &letter in letters {
        push(&mut line, letter, color);
    }
    line.trim_end().to_owned()
}

#[allow(
    clippy::fn_params_excessive_bools,
    reason = "the four sides of one character"
)]
fn corner(up: bool, down: bool, left: bool, right: bool) -> &'static str {
    match (up, down, left, right) {
        (true, true, true, true) => "┼",
        (true, true, false, true) => "├",
        (true, true, true, false) => "┤",
        (true, false, true, true) => "┴",
        (true, false, false, true) => "╰",
        (true, false, true, false) => "╯",
        (false, true, true, true) => "┬",
        (false, true, false, true) => "╭",
        (false, true, true, false) => "╮",
        (_, _, false, false) => "│",
        _ => "─",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lanes::{Ties, lay_out};

    /// Revisions with what they are tied to; `~x` = by a dependency, `?` = not drawn.
    fn graph(nodes: &[(&str, &[&str])]) -> String {
        drawn(nodes, None)
    }

    fn drawn(nodes: &[(&str, &[&str])], width: Option<usize>) -> String {
        let ties: Vec<Ties> = nodes
            .iter()
            .map(|(_, to)| Ties {
                cut: to.contains(&"?"),
                rank: 0,
                to: to
                    .iter()
                    .filter_map(|name| {
                        let id = name.trim_start_matches('~');
                        let tie = if id == *name {
                            Tie::Parent
                        } else {
                            Tie::Dependency
                        };
                        Some((
                            nodes
                                .iter()
                                .position(|node| node.0.split(' ').next() == Some(id))?,
                            tie,
                        ))
                    })
                    .collect(),
            })
            .collect();
        let entries: Vec<Entry> = nodes
            .iter()
            .map(|(id, _)| Entry {
                mark: "●".to_owned(),
                style: Style::new(),
                text: (*id).to_owned(),
            })
            .collect();
        draw(&lay_out(&ties), &entries, false, width).join("\n")
    }

    /// Texts that are broken leave the graph whole.
    #[test]
    fn a_narrow_terminal() {
        let nodes: &[(&str, &[&str])] = &[
            ("d  Merge of two lines of revisions", &["b", "c"]),
            ("c  the second of the two lines", &["a"]),
            ("b  the first of the two lines", &["a"]),
            ("a  where it all begins, with a word", &[]),
        ];
        insta::assert_snapshot!(drawn(nodes, Some(24)), @"
        ●  d  Merge of two lines
        │  of revisions
        ├─╮
        │ ●  c  the second of
        │ │  the two lines
        ● │  b  the first of the
        │ │  two lines
        ├─╯
        ●  a  where it all
           begins, with a word
        ");
    }

    #[test]
    fn chain() {
        insta::assert_snapshot!(graph(&[("c", &["b"]), ("b", &["a"]), ("a", &[])]), @"
        ●  c
        ●  b
        ●  a
        ");
    }

    #[test]
    fn two_heads() {
        insta::assert_snapshot!(graph(&[("c", &["b"]), ("d", &["b"]), ("b", &["a"]), ("a", &[])]), @"
        ●  c
        │ ●  d
        ├─╯
        ●  b
        ●  a
        ");
    }

    #[test]
    fn diamond_and_a_second_base() {
        insta::assert_snapshot!(graph(&[("e", &["c", "d", "x"]), ("c", &["b"]), ("d", &["b"]), ("b", &[]), ("x", &[])]), @"
        ●  e
        ├─┬─╮
        ● │ │  c
        │ ● │  d
        ├─╯ │
        ●   │  b
            ●  x
        ");
    }

    #[test]
    fn a_second_base_does_not_look_like_a_parent() {
        insta::assert_snapshot!(graph(&[("b", &["a"]), ("a", &[]), ("y", &["x"]), ("x", &[])]), @"
        ●  b
        ●  a

        ●  y
        ●  x
        ");
    }

    #[test]
    fn parents_that_are_not_drawn() {
        insta::assert_snapshot!(graph(&[("c", &["b"]), ("d", &["b"]), ("b", &["?"])]), @"
        ●  c
        │ ●  d
        ├─╯
        ●  b
        ~
        ");
    }

    #[test]
    fn dependencies_are_dashed() {
        insta::assert_snapshot!(graph(&[("c", &["a", "~x"]), ("b", &["a"]), ("a", &[]), ("x", &[])]), @"
        ●  c
        ├╌╮
        │ ┊ ●  b
        ├─┼─╯
        ● ┊  a
          ●  x
        ");
    }

    #[test]
    fn crossing_lines() {
        insta::assert_snapshot!(graph(&[("e", &["a", "b", "c"]), ("f", &["b"]), ("g", &["a", "c"]), ("c", &["a"]), ("b", &["a"]), ("a", &[])]), @"
        ●  e
        ├─┬─╮
        │ │ │ ●  f
        │ ├─┼─╯
        │ │ │ ●  g
        ├─┼─┼─╯
        │ │ ●  c
        ├─┼─╯
        │ ●  b
        ├─╯
        ●  a
        ");
    }
}
