//! A revision with its scripts, as a file holds them.

use std::fmt;

use super::{
    options::{Options, RunOptions},
    revision::Revision,
    source::{SourceFile, Span},
    way_back::NoWayBack,
};

/// SHA-256 over the token streams of a revision's up and down scripts.
///
/// Comments, white space and line endings do not count. Computed by
/// `sql::checksum`; shown as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Checksum(pub [u8; 32]);

impl Checksum {
    /// Reads 64 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 64 {
            return None;
        }
        let mut out = [0; 32];
        for (byte, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(out))
    }
}

impl Checksum {
    /// The first digits: as many as name it in a header.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(12);
        text
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By hand: a formatter for each byte makes up a tenth of a run with nothing to do.
        let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 15)]);
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, *byte]);
        f.write_str(&digits.map(digit).collect::<String>())
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One direction's script and how it wants to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The bytes of the file that hold it (after the marker's line).
    pub span: Span,
    /// One transaction for the whole script (the default), or statement by
    /// statement outside of one (`transaction:false`).
    pub transaction: bool,
    /// SQLite: foreign keys are switched off around it (`foreign_keys:off`).
    pub foreign_keys_off: bool,
    /// It holds a statement, not only comments.
    pub has_statement: bool,
}

impl Script {
    /// How it wants to be run.
    pub fn options(&self) -> RunOptions {
        RunOptions {
            transaction: self.transaction,
            foreign_keys_off: self.foreign_keys_off,
        }
    }
}

/// What a revision's scripts are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// SQL, which teammig reads and runs itself.
    Sql,
    /// A module of Python, which Alembic runs.
    Python,
}

/// A revision's file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Identity and edges.
    pub revision: Revision,
    /// What its scripts are written in.
    pub language: Language,
    /// The file it stands in.
    pub file: SourceFile,
    /// The bytes of the header.
    pub header: Span,
    /// The way up.
    pub up: Script,
    /// The way down; `None` = there is no such section, or it says `irreversible`.
    pub down: Option<Script>,
    /// The line that begins the down section, also one that says `irreversible`.
    pub down_marker: Option<Span>,
}

impl Migration {
    /// The text of the up script.
    pub fn up_text(&self) -> &str {
        &self.file.text[self.up.span.clone()]
    }

    /// The text of the down script, where there is one.
    pub fn down_text(&self) -> Option<&str> {
        self.down
            .as_ref()
            .map(|script| &self.file.text[script.span.clone()])
    }

    /// How its scripts want to be run.
    pub fn options(&self) -> Options {
        Options {
            up: self.up.options(),
            down: self.down.as_ref().map(Script::options).unwrap_or_default(),
        }
    }

    /// The line above the way up, which begins its section and has its options.
    pub fn up_marker(&self) -> Span {
        let above = self.file.text[..self.up.span.start].trim_end();
        let start = above.rfind('\n').map_or(0, |at| at + 1);
        start..above.len()
    }

    /// Why the revision cannot be rolled back with this file, where that is so.
    pub fn no_way_back(&self) -> Option<NoWayBack> {
        let down = match (&self.down, &self.down_marker) {
            (Some(down), _) => Ok(down.has_statement),
            (None, Some(_)) => Err(NoWayBack::OnPurpose),
            (None, None) => Err(NoWayBack::NoSection),
        };
        NoWayBack::judge(self.up.has_statement, down)
    }
}
