//! A header's parents are changed, or a recorded decision is added to it, and nothing
//! else in the file is.
//!
//! Comments, quotes, spacing and line ends belong to whoever wrote them, so the
//! edit is made in the text, and the result is read again to see that it says
//! just what was wanted.

use std::ops::Range;

use super::{
    header::{self, Place},
    render,
};
use crate::model::{Amended, RevId, SourceFile, source::Span};

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
        Place::After(line) => Some(insert(text, line, "parents", &render::list(after))),
    }
}

/// The text of `file` with one more decision, the last of them. `None` where the header
/// is written in a way that cannot be added to.
pub(super) fn with_amended(file: &SourceFile, entry: &Amended) -> Option<String> {
    let text = &*file.text;
    // The reason is always in quotes: nothing in it can be taken for more than a text.
    let options = entry.options.map_or(String::new(), |options| {
        format!(", options: {}", render::scalar(&options.to_string()))
    });
    let entry = format!(
        "{{was: {}{options}, reason: {}}}",
        render::scalar(&entry.was),
        render::quoted(&entry.reason)
    );
    let value = match header::place(file, "amended")? {
        Place::After(_) => {
            let line = header::last_field(file)?;
            return Some(insert(text, line, "amended", &format!("[{entry}]")));
        }
        Place::Value(value) => value,
    };
    let written = &text[value.clone()];
    let mut out = text.to_owned();
    if let Some(rest) = written.trim_start().strip_prefix('[') {
        let close = value.start + written.rfind(']')?;
        let comma = if rest.trim_start().starts_with(']') {
            ""
        } else {
            ", "
        };
        out.insert_str(close, &format!("{comma}{entry}"));
    } else if let Some(item) = written.find('\n') {
        // A list of lines: one more, like the first.
        let line = written[item + 1..].lines().next()?;
        let comment = "--".len();
        let indent = &line[..comment + line.get(comment..)?.find("- ")?];
        let eol = eol(text, value.start);
        out.insert_str(value.end, &format!("{eol}{indent}- {entry}"));
    } else {
        out.insert_str(value.start, &format!(" [{entry}]"));
    }
    Some(out)
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
            render::scalar(new.as_str())
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
    let mut list = render::list(after);
    if at.start == value.start {
        list.insert(0, ' ');
    }
    let mut out = text.to_owned();
    out.replace_range(at, &list);
    Some(out)
}

/// A header without the key: a line below the given one, in the same manner.
fn insert(text: &str, line: Range<usize>, key: &str, value: &str) -> String {
    let start = text[..line.start].rfind('\n').map_or(0, |at| at + 1);
    let indent = &text[start..line.start];
    let end = text[line.end..]
        .find('\n')
        .map_or(text.len(), |at| line.end + at);
    let eol = eol(text, line.start);
    let end = text[..end].trim_end_matches('\r').len();
    format!(
        "{}{eol}{indent}{key}: {value}{}",
        &text[..end],
        &text[end..]
    )
}

/// How the line at `at` ends.
fn eol(text: &str, at: usize) -> &'static str {
    let line = text[at..].split_inclusive('\n').next().unwrap_or_default();
    if line.ends_with("\r\n") { "\r\n" } else { "\n" }
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

    /// The header's lines with one more decision.
    fn amended(header: &str) -> Option<String> {
        let text = format!("{header}\n-- migrate:up\nSELECT 'amended: []';\n");
        let before = Native
            .parse(SourceFile::new("a.sql", text.as_str()))
            .unwrap();
        let entry = Amended {
            options: None,
            was: "12345678".to_owned(),
            reason: "it's \"so\": [1] # no remark".to_owned(),
        };
        let out = Native.with_amended(&before, &entry)?;
        let read = Native
            .parse(SourceFile::new("a.sql", out.as_str()))
            .unwrap();
        assert_eq!(read.revision.amended.last(), Some(&entry));
        assert_eq!(
            read.revision.amended.len(),
            before.revision.amended.len() + 1
        );
        let rest = "\n-- migrate:up\nSELECT 'amended: []';\n";
        Some(out.strip_suffix(rest).unwrap().to_owned())
    }

    #[test]
    fn a_decision_comes_last_and_nothing_else_changes() {
        let entry = r#"{was: "12345678", reason: "it's \"so\": [1] # no remark"}"#;
        let old = "{was: abcdef01, reason: \"a ], b\"}";
        let head = "\u{feff}-- (c) us\n-- teammig:\n--   revision: f0\n--   message: x";
        let table = [
            (String::new(), format!("\n--   amended: [{entry}]")),
            (
                "\n--   amended: []".to_owned(),
                format!("\n--   amended: [{entry}]"),
            ),
            (
                "\n--   amended:".to_owned(),
                format!("\n--   amended: [{entry}]"),
            ),
            (
                format!("\n--   amended: [{old}]"),
                format!("\n--   amended: [{old}, {entry}]"),
            ),
            (
                format!("\n--   amended: [{old}]  # why\n--   labels: [l]"),
                format!("\n--   amended: [{old}, {entry}]  # why\n--   labels: [l]"),
            ),
            (
                "\n--   amended:\n--     - was: abcdef01\n--       reason: a".to_owned(),
                format!(
                    "\n--   amended:\n--     - was: abcdef01\n--       reason: a\n--     - {entry}"
                ),
            ),
        ];
        for (before, after) in table {
            let want = Some(format!("{head}{after}"));
            assert_eq!(amended(&format!("{head}{before}")), want, "{before}");
        }
        // Line ends stay as they are.
        let head = "-- teammig:\r\n--   revision: f0\r";
        let want = format!("-- teammig:\r\n--   revision: f0\r\n--   amended: [{entry}]\r");
        assert_eq!(amended(head), Some(want));
        // What a bracket in a remark makes of it is not written.
        let odd = "-- teammig:\n--   revision: f0\n--   amended: [] # [old]";
        assert_eq!(amended(odd), None);
    }

    #[test]
    fn line_ends_and_marks_stay() {
        let head = "\u{feff}-- (c) us\r\n-- teammig:\r\n--   revision: f0\r\n";
        assert_eq!(edited(head, "b2"), format!("{head}--   parents: [b2]\r\n"));
    }
}
