//! A script while it is being taken over.
//!
//! Nothing is cut out of its text before the end: what has to go is blanked,
//! byte for byte, so that every span still names its place in the source.

use std::ops::Range;

use crate::model::SourceFile;

/// One script of another tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// The file that it stands in.
    pub(super) file: SourceFile,
    /// Where in the file it begins.
    start: usize,
    text: String,
    insertions: Vec<(usize, &'static str)>,
    /// The source says that it runs outside a transaction.
    pub(super) no_transaction: bool,
}

impl Draft {
    /// A part of a file as a script.
    pub(super) fn new(file: &SourceFile, span: Range<usize>, no_transaction: bool) -> Self {
        Self {
            text: file.text.get(span.clone()).unwrap_or_default().to_owned(),
            file: file.clone(),
            start: span.start,
            insertions: Vec::new(),
            no_transaction,
        }
    }

    /// A whole file as a script.
    pub(super) fn whole(file: &SourceFile, no_transaction: bool) -> Self {
        Self::new(file, 0..file.text.len(), no_transaction)
    }

    /// Its text, as long as in the file.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A span of the text as a span of the file.
    pub(super) fn in_file(&self, span: Range<usize>) -> Range<usize> {
        self.start + span.start..self.start + span.end
    }

    /// The line of an offset of the text.
    pub(super) fn line(&self, at: usize) -> usize {
        self.file.position(self.start + at).line
    }

    /// Takes a span (of the file) out of the text.
    pub(super) fn blank_in_file(&mut self, span: Range<usize>) {
        let within = |at: usize| at.saturating_sub(self.start).min(self.text.len());
        self.blank(within(span.start)..within(span.end));
    }

    /// Takes a span out of the text; line ends stay.
    pub(super) fn blank(&mut self, span: Range<usize>) {
        let Some(old) = self.text.get(span.clone()) else {
            return;
        };
        let blanks: String = old
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
            .collect();
        self.text.replace_range(span, &blanks);
    }

    /// Puts a semicolon over a blanked byte.
    pub(super) fn semicolon_in_file(&mut self, at: usize) {
        let at = at.saturating_sub(self.start);
        if self.text.get(at..=at) == Some(" ") {
            self.text.replace_range(at..=at, ";");
        }
    }

    /// Puts a text before a byte of the text, once everything has been judged.
    pub(super) fn insert(&mut self, at: usize, text: &'static str) {
        self.insertions.push((at, text));
    }

    /// The text as it will stand in the new file: without the lines that are
    /// blank now and were not before, with LF line ends, without a byte order mark.
    pub(super) fn finish(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        let mut insertions = self.insertions.clone();
        insertions.sort_by_key(|(at, _)| *at);
        let mut insertions = insertions.into_iter().peekable();
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let before = self
                .file
                .text
                .get(self.in_file(start..start + line.len()))
                .unwrap_or_default();
            let kept = kept(line, before);
            let mut at = kept.start;
            while let Some((place, text)) =
                insertions.next_if(|(place, _)| *place < start + line.len())
            {
                let place = (place - start).clamp(at, kept.end);
                out.push_str(&line[at..place]);
                out.push_str(text);
                at = place;
            }
            out.push_str(&line[at..kept.end]);
            if line != before && !kept.is_empty() && line.ends_with('\n') {
                out.push('\n');
            }
            start += line.len();
        }
        for (_, text) in insertions {
            out.push_str(text);
        }
        out.trim_start_matches('\u{feff}').replace("\r\n", "\n")
    }
}

/// What stays of a line of which a part may have been blanked.
fn kept(line: &str, before: &str) -> Range<usize> {
    if line == before {
        return 0..line.len();
    }
    let indent = before.len() - before.trim_start().len();
    let start = line.len() - line.trim_start().len();
    let end = line.trim_end().len();
    if start >= end {
        0..0
    } else if start > indent {
        start..end
    } else {
        0..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_blanked_takes_its_line_along() {
        let file = SourceFile::new(
            "a.sql",
            "-- head\r\nBEGIN; -- x\r\n  A; B;\r\n\r\nCOMMIT;\r\n",
        );
        let mut draft = Draft::whole(&file, false);
        draft.blank(9..15);
        draft.blank(27..29);
        draft.blank(33..40);
        assert_eq!(draft.finish(), "-- head\n-- x\n  A;\n\n");
        assert_eq!(draft.line(23), 3);
    }

    #[test]
    fn insertions_stand_where_they_were_put() {
        let file = SourceFile::new("a.sql", "one\ntwo; three;\nfour");
        let mut draft = Draft::new(&file, 4..20, false);
        draft.insert(5, "<");
        draft.insert(11, ">");
        draft.insert(16, "!");
        assert_eq!(draft.finish(), "two; <three;>\nfour!");
        draft.blank(0..4);
        assert_eq!(draft.finish(), "<three;>\nfour!");
    }
}
