//! The revision graph as lines of text, children above their parents.
//!
//! Every revision has a row; between rows stands a line of joints where lines
//! branch or meet. The shapes are those of jj and Sapling.

use super::wrap::fold;

/// Texts get at least this many columns, however wide the graph is.
const NARROWEST: usize = 16;

/// One revision to draw.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its id.
    pub id: String,
    /// Its parents; those that are not drawn end in nothing.
    pub parents: Vec<String>,
    /// The mark in the graph: one column wide.
    pub mark: String,
    /// What stands beside it.
    pub text: String,
}

/// Draws nodes given children first, one string a line. Where a `width` is given,
/// a text that is too long goes on below, with the lines of the graph beside it.
pub fn draw(nodes: &[Node], width: Option<usize>) -> Vec<String> {
    let shown: std::collections::HashSet<&str> =
        nodes.iter().map(|node| node.id.as_str()).collect();
    let mut columns: Vec<Option<&str>> = Vec::new();
    let mut lines = Vec::new();
    for (n, node) in nodes.iter().enumerate() {
        let at = match columns.iter().position(|column| *column == Some(&node.id)) {
            Some(at) => at,
            None => claim(&mut columns, &node.id),
        };
        let mut row = String::new();
        for (k, column) in columns.iter().enumerate() {
            row.push_str(match (k == at, column) {
                (true, _) => &node.mark,
                (false, Some(_)) => "│",
                (false, None) => " ",
            });
            row.push(' ');
        }
        let room = width.map_or(usize::MAX, |width| {
            width.saturating_sub(2 * columns.len() + 1).max(NARROWEST)
        });
        let mut texts = fold(&node.text, room, 0).into_iter();
        let text = texts.next().unwrap_or_default();
        lines.push(format!("{row} {text}").trim_end().to_owned());
        let goes_on = node
            .parents
            .iter()
            .any(|parent| shown.contains(parent.as_str()));
        let beside: String = columns
            .iter()
            .enumerate()
            .map(|(k, column)| match column {
                Some(_) if k != at || goes_on => "│ ",
                _ => "  ",
            })
            .collect();
        lines.extend(texts.map(|text| format!("{beside} {text}")));
        let before: Vec<bool> = columns.iter().map(Option::is_some).collect();
        columns[at] = None;
        let mut targets = Vec::new();
        for parent in node
            .parents
            .iter()
            .filter(|parent| shown.contains(parent.as_str()))
        {
            let target = match columns.iter().position(|column| *column == Some(parent)) {
                Some(existing) => existing,
                None if columns[at].is_none() => {
                    columns[at] = Some(parent);
                    at
                }
                None => claim(&mut columns, parent),
            };
            targets.push(target);
        }
        if targets.iter().any(|target| *target != at) {
            lines.push(joints(at, &before, &columns, &targets));
        }
        while columns.last() == Some(&None) {
            columns.pop();
        }
        if columns.is_empty() && n + 1 < nodes.len() && !targets.is_empty() {
            lines.push(String::new());
        }
    }
    lines
}

fn claim<'a>(columns: &mut Vec<Option<&'a str>>, id: &'a str) -> usize {
    if let Some(free) = columns.iter().position(Option::is_none) {
        columns[free] = Some(id);
        return free;
    }
    columns.push(Some(id));
    columns.len() - 1
}

/// The line below a revision whose lines do not simply go straight down.
fn joints(at: usize, before: &[bool], columns: &[Option<&str>], targets: &[usize]) -> String {
    let left = targets.iter().copied().min().unwrap_or(at).min(at);
    let right = targets.iter().copied().max().unwrap_or(at).max(at);
    let mut line = String::new();
    for k in 0..columns.len().max(right + 1) {
        let above = before.get(k).copied().unwrap_or(false);
        let below = columns.get(k).is_some_and(Option::is_some);
        let within = k >= left && k <= right;
        let joined = k == at || targets.contains(&k);
        let mark = match (within, joined) {
            (false, _) => {
                if below {
                    "│"
                } else {
                    " "
                }
            }
            (true, false) => {
                if below {
                    "┼"
                } else {
                    "─"
                }
            }
            (true, true) => corner(above || k == at, below, k > left, k < right),
        };
        line.push_str(mark);
        line.push_str(if k >= left && k < right { "─" } else { " " });
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

    fn graph(nodes: &[(&str, &[&str])]) -> String {
        let nodes: Vec<Node> = nodes
            .iter()
            .map(|(id, parents)| Node {
                id: (*id).to_owned(),
                parents: parents.iter().map(|p| (*p).to_owned()).collect(),
                mark: "●".to_owned(),
                text: (*id).to_owned(),
            })
            .collect();
        draw(&nodes, None).join("\n")
    }

    /// Texts that are broken leave the graph whole.
    #[test]
    fn a_narrow_terminal() {
        let node = |id: &str, parents: &[&str], text: &str| Node {
            id: id.to_owned(),
            parents: parents.iter().map(|p| (*p).to_owned()).collect(),
            mark: "●".to_owned(),
            text: format!("{id}  {text}"),
        };
        let nodes = [
            node("d", &["b", "c"], "Merge of two lines of revisions"),
            node("c", &["a"], "the second of the two lines"),
            node("b", &["a"], "the first of the two lines"),
            node("a", &[], "where it all begins, with a word"),
        ];
        insta::assert_snapshot!(draw(&nodes, Some(24)).join("\n"), @"
        ●  d  Merge of two lines
        │  of revisions
        ├─╮
        │ ●  c  the second of
        │ │  the two lines
        ● │  b  the first of the
        │ │  two lines
        ╰─┤
          ●  a  where it all
             begins, with a word
        ");
    }

    #[test]
    fn chain() {
        insta::assert_snapshot!(graph(&[("c", &["b"]), ("b", &["a"]), ("a", &[])]), @r"
        ●  c
        ●  b
        ●  a
        ");
    }

    #[test]
    fn two_heads() {
        insta::assert_snapshot!(graph(&[("c", &["b"]), ("d", &["b"]), ("b", &["a"]), ("a", &[])]), @r"
        ●  c
        │ ●  d
        ├─╯
        ●  b
        ●  a
        ");
    }

    #[test]
    fn diamond_and_a_second_base() {
        insta::assert_snapshot!(graph(&[("e", &["c", "d", "x"]), ("c", &["b"]), ("d", &["b"]), ("b", &[]), ("x", &[])]), @r"
        ●  e
        ├─┬─╮
        ● │ │  c
        │ ● │  d
        ├─╯ │
        ●   │  b
            ●  x
        ");
    }
}
