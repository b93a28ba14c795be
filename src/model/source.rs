//! A text file, byte spans in it, and the line and column that people read.

use std::{ops::Range, sync::Arc};

/// A range of bytes in a [`SourceFile`]'s text.
pub type Span = Range<usize>;

/// A place as people name it: both numbers start at 1, the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A file's path as the user would write it, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative to the project's root, with forward slashes.
    pub path: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

impl SourceFile {
    /// A file made of its two parts.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// Line and column of a byte offset; offsets past the end mean the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(&self.text, offset);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The text of the line (without its end) that holds a byte offset.
    pub fn line_at(&self, offset: usize) -> &str {
        let offset = floor_char_boundary(&self.text, offset);
        let start = self.text[..offset].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[offset..]
            .find('\n')
            .map_or(self.text.len(), |at| offset + at);
        self.text[start..end].trim_end_matches('\r')
    }
}

/// The bytes of a line without its indentation; lines count from 1.
pub fn line_span(text: &str, line: usize) -> Option<Span> {
    let mut start = 0;
    for (n, one) in text.split_inclusive('\n').enumerate() {
        if n + 1 == line {
            let indent = one.len() - one.trim_start().len();
            let end = start + one.trim_end().len();
            return Some((start + indent).min(end)..end);
        }
        start += one.len();
    }
    None
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let file = SourceFile::new("a.sql", "äb\r\ncd");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(2), Position { line: 1, column: 2 });
        assert_eq!(file.position(5), Position { line: 2, column: 1 });
        assert_eq!(file.position(99), Position { line: 2, column: 3 });
        assert_eq!(file.line_at(1), "äb");
        assert_eq!(file.line_at(6), "cd");
    }
}
