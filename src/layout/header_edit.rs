//! A header's parents are changed and nothing else in the file is.
//!
//! Comments, quotes, spacing and line ends belong to whoever wrote them, so the
//! edit is made in the text, and the result is read again to see that it says
//! just what was wanted.

use std::ops::Range;

use super::header::{self, Place};
use crate::model::{RevId, SourceFile, source::Span};

/// The text of `file` with `after` as its parents. `None` where the header is
/// written in a way that cannot be changed without touching the rest.
pub(super) fn with_parents(file: &SourceFile, before: &[RevId], after: &[RevId]) -> Option<String> {
    let text = &*file.text;
    match header::place(file, "parents")? {
        Place::Value(value) => if before.len() == after.len() {
            one_by_one(text, value.clone(), before, after)
        } else {
            None
        }
        .or_else(|| whole(text, value, after)),
        Place::After(line) => Some(insert(text, line, after)),
    }
}

/// As many parents as before: each id in its own place.
fn one_by_one(text: &str, value: Span, before: &[RevId], after: &[RevId]) -> Option<String> {
    let mut edits = Vec::new();
    for (old, new) in before.iter().zip(after).filter(|(old, new)| old != new) {
        let at = header::find_word(text, value.clone(), old.as_str())?;
        edits.push((at, new));
    }
    edits.sort_by_key(|(at, _)| at.start);
    let mut out = text.to_owned();
    for (at, new) in edits.into_iter().rev() {
        let quoted = out[..at.start].ends_with(['"', '\'']);
        let new = if quoted {
            new.as_str().to_owned()
        } else {
            super::render::scalar(new.as_str())
        };
        out.replace_range(at, &new);
    }
    Some(out)
}

/// Another number of parents: what stands between the brackets, or the whole value.
fn whole(text: &str, value: Span, after: &[RevId]) -> Option<String> {
    let written = &text[value.clone()];
    let at = if let Some(open) = written.find('[') {
        let close = open + written[open..].find(']')? + 1;
        value.start + open..value.start + close
    } else {
        // `parents:` with nothing, `~`, one id, or a list of lines; a remark at the end stays.
        let first = written.lines().next().unwrap_or("");
        let end = if first.len() == written.len() {
            first.find(" #").unwrap_or(first.trim_end().len())
        } else {
            written.trim_end().len()
        };
        value.start..value.start + end
    };
    let mut list = super::render::list(after);
    if at.start == value.start {
        list.insert(0, ' ');
    }
    let mut out = text.to_owned();
    out.replace_range(at, &list);
    Some(out)
}

/// A header without the key: a line below the given one, in the same manner.
fn insert(text: &str, line: Range<usize>, after: &[RevId]) -> String {
    let start = text[..line.start].rfind('\n').map_or(0, |at| at + 1);
    let indent = &text[start..line.start];
    let end = text[line.end..]
        .find('\n')
        .map_or(text.len(), |at| line.end + at);
    let eol = if text[..end].ends_with('\r') {
        "\r\n"
    } else {
        "\n"
    };
    let end = text[..end].trim_end_matches('\r').len();
    let list = super::render::list(after);
    format!(
        "{}{eol}{indent}parents: {list}{}",
        &text[..end],
        &text[end..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Layout as _, Native};

    fn ids(text: &str) -> Vec<RevId> {
        text.split_whitespace().map(RevId::trusted).collect()
    }

    /// The header's lines after the edit.
    fn edited(header: &str, after: &str) -> String {
        let text = format!("{header}\n-- migrate:up\nSELECT 'parents: [a1]';\n");
        let before = Native
            .parse(SourceFile::new("a.sql", text.as_str()))
            .unwrap();
        let after = ids(after);
        let out = Native.with_parents(&before, &after).unwrap();
        let read = Native
            .parse(SourceFile::new("a.sql", out.as_str()))
            .unwrap();
        assert_eq!(read.revision.parents, after);
        assert_eq!(read.up_text(), before.up_text());
        out.strip_suffix("\n-- migrate:up\nSELECT 'parents: [a1]';\n")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn nothing_but_the_parents_changes() {
        let table = [
            ("--   parents: [a1]", "b2", "--   parents: [b2]"),
            (
                "--   parents: [ \"a1\" ] # mine",
                "b2",
                "--   parents: [ \"b2\" ] # mine",
            ),
            ("--   parents: [a1, b2]", "a1 c3", "--   parents: [a1, c3]"),
            ("--   parents: [a1, b2]", "b2 a1", "--   parents: [b2, a1]"),
            (
                "--   parents: [a1, b2]  # two",
                "c3",
                "--   parents: [c3]  # two",
            ),
            ("--   parents: [a1]", "", "--   parents: []"),
            (
                "--   parents: []",
                "123456789012",
                "--   parents: [\"123456789012\"]",
            ),
            (
                "--   parents:\n--     - a1  # the first\n--     - b2",
                "c3 b2",
                "--   parents:\n--     - c3  # the first\n--     - b2",
            ),
            (
                "--   parents:\n--     - a1\n--     - b2",
                "c3",
                "--   parents: [c3]",
            ),
            ("--   parents:", "b2", "--   parents: [b2]"),
            (
                "--   message: x",
                "b2",
                "--   parents: [b2]\n--   message: x",
            ),
            (
                "--   message: x\r",
                "b2",
                "--   parents: [b2]\n--   message: x\r",
            ),
        ];
        for (line, after, want) in table {
            let head = "-- teammig:\n--   revision: f0\n";
            assert_eq!(
                edited(&format!("{head}{line}"), after),
                format!("{head}{want}"),
                "{line}"
            );
        }
    }

    #[test]
    fn line_ends_and_marks_stay() {
        let head = "\u{feff}-- (c) us\r\n-- teammig:\r\n--   revision: f0\r\n";
        assert_eq!(edited(head, "b2"), format!("{head}--   parents: [b2]\r\n"));
    }
}
