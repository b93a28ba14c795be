//! Long lines on a narrow terminal, broken on purpose.
//!
//! A terminal breaks a line in the middle of a word, and what follows stands in the
//! first column, where a table has its ids and a drawing its lines. Here lines are
//! broken at blanks and go on under their beginning. What goes into a pipe or a file
//! is never broken: there it is for programs.

use console::measure_text_width;

/// How far the rest of a line stands to the right of its beginning.
const HANG: usize = 2;

/// A text whose lines fit into `width` columns, where their words do. A command
/// between backticks stays on one line where it can: it is there to be copied.
/// Colours take no room.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| {
            let indent = line.len() - line.trim_start_matches(' ').len();
            let hang = (indent + HANG).min(width / 2);
            fold(line, width, hang).join(&format!("\n{}", " ".repeat(hang)))
        })
        .collect();
    lines.join("\n")
}

/// One line as several: the first of `width` columns, the others of `width - hang`.
pub(super) fn fold(line: &str, width: usize, hang: usize) -> Vec<String> {
    if measure_text_width(line) <= width {
        return vec![line.to_owned()];
    }
    let mut lines = Vec::new();
    let mut now = String::new();
    let mut used = 0;
    let mut room = width;
    for (gap, word) in words(line, width.saturating_sub(hang)) {
        let wide = measure_text_width(word);
        if used > 0 && used + gap.len() + wide > room {
            lines.push(std::mem::take(&mut now));
            room = width.saturating_sub(hang);
            used = 0;
        } else {
            now.push_str(gap);
            used += gap.len();
        }
        now.push_str(word);
        used += wide;
    }
    lines.push(now);
    lines
}

/// The words of a line, each with the blanks before it. `` `a b` `` is one word
/// where it fits into `room` columns.
fn words(line: &str, room: usize) -> Vec<(&str, &str)> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let (gap, tail) = rest.split_at(blanks);
        let mut end = word_end(tail, 0);
        if let Some(open) = tail[..end].find('`')
            && tail[open..end].matches('`').count() % 2 == 1
            && let Some(close) = tail[open + 1..].find('`')
        {
            let whole = word_end(tail, open + 1 + close);
            if measure_text_width(&tail[..whole]) <= room {
                end = whole;
            }
        }
        words.push((gap, &tail[..end]));
        rest = &tail[end..];
    }
    words
}

fn word_end(text: &str, from: usize) -> usize {
    text[from..].find(' ').map_or(text.len(), |at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_hang() {
        insta::assert_snapshot!(
            wrap(
                "error: Multiple head revisions are present for given argument 'head'\n  aaaa11111111  a message that is \
                 rather long\nhint: it is `teammig merge-heads` that joins them",
                30
            ),
            @r"
        error: Multiple head revisions
          are present for given
          argument 'head'
          aaaa11111111  a message that
            is rather long
        hint: it is
          `teammig merge-heads` that
          joins them
        "
        );
    }

    #[test]
    fn what_fits_or_cannot_be_broken_stays() {
        let table = [
            ("short", 40, "short"),
            ("", 10, ""),
            (
                "/a/very/long/path/that/does/not/fit",
                10,
                "/a/very/long/path/that/does/not/fit",
            ),
            (
                "a /very/long/path/to/it b",
                10,
                "a\n  /very/long/path/to/it\n  b",
            ),
            // A command that does not fit anywhere is broken at its blanks.
            ("`one two three four`", 12, "`one two\n  three\n  four`"),
            ("a `` b", 40, "a `` b"),
            (
                "\u{1b}[33mabcd\u{1b}[0m efgh",
                9,
                "\u{1b}[33mabcd\u{1b}[0m efgh",
            ),
            (
                "\u{1b}[33mabcd\u{1b}[0m efghi",
                9,
                "\u{1b}[33mabcd\u{1b}[0m\n  efghi",
            ),
            ("äöü äöü äöü", 7, "äöü äöü\n  äöü"),
            ("one two", 1, "one\ntwo"),
        ];
        for (text, width, want) in table {
            assert_eq!(wrap(text, width), want, "{text:?} at {width}");
        }
    }
}
