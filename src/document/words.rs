//! Texts that documents share: shortened, counted, dated.

use crate::model::picture::{Node, Picture};

/// A message in one line, at most `most` columns wide.
pub(super) fn short(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut wide = 0;
    for c in text.chars() {
        wide += columns(c);
        if wide > most {
            out.push('…');
            return out;
        }
        out.push(c);
    }
    out
}

/// Columns of a character at a terminal, roughly: East Asian letters and emoji take two.
pub(super) fn columns(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// `37 revisions`.
fn count(n: usize, what: &str) -> String {
    if n == 1 {
        format!("1 {what}")
    } else {
        format!("{n} {what}s")
    }
}

/// The day of a revision.
pub(super) fn day(node: &Node) -> Option<String> {
    node.created.map(|at| at.strftime("%Y-%m-%d").to_string())
}

/// A minute, UTC.
pub(super) fn minute(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `412 revisions · 3 heads · databases: dev, staging`.
pub(super) fn summary(picture: &Picture) -> String {
    let heads = picture.nodes.iter().filter(|node| node.place.head).count();
    let mut parts = vec![count(picture.nodes.len(), "revision"), count(heads, "head")];
    if !picture.branches.is_empty() {
        parts.push(match picture.branches.len() {
            1 => "1 other branch".to_owned(),
            n => format!("{n} other branches"),
        });
    }
    if !picture.environments.is_empty() {
        let names: Vec<&str> = picture
            .environments
            .iter()
            .map(|environment| environment.name.as_str())
            .collect();
        parts.push(format!("databases: {}", names.join(", ")));
    }
    parts.join(" · ")
}
