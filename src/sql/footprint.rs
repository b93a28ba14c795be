//! What the statements of a script touch, from the text alone.
//!
//! PostgreSQL's statements are read with squawk's parser (`tree.rs`, the only place that
//! knows it). SQLite's are not read here: SQLite says itself what a statement touches
//! (`db/sqlite_footprint.rs`), and a text without a database is only guessed at, which is
//! said. Nothing here judges; what collides is decided in `model/conflict.rs`.

use crate::{
    model::{
        Dialect, Footprint, Span,
        footprint::{Access, Kind, Seen, Touched},
    },
    sql::{nesting::is_too_deep, pragma, statements},
};

mod fallback;
mod kinds;
mod names;
mod objects;
mod query;
mod reader;
mod routine;
mod table;
mod tree;

use names::Names;
use reader::Reader;

/// The footprint of a script. `path` is the search path that it starts with, or nothing
/// for the default.
pub fn footprint(script: &str, dialect: Dialect, path: &[&str]) -> Footprint {
    let names = match (path, dialect) {
        ([], Dialect::Postgres) => Names::new(&["public"]),
        ([], Dialect::Sqlite) => Names::new(&["main"]),
        (path, _) => Names::new(path),
    };
    let can_be_read = dialect == Dialect::Postgres && !is_too_deep(script);
    let mut reader = Reader::new(names);
    let statements = statements(script, dialect).into_iter().map(|statement| {
        let text = statement.text(script);
        let span = statement.span.clone();
        let read = if can_be_read {
            read(&mut reader, text)
        } else {
            Err(0)
        };
        match read {
            Ok((accesses, false)) => Touched {
                span,
                accesses,
                seen: Seen::Whole,
            },
            Ok((accesses, true)) => Touched {
                seen: Seen::Opaque { at: span.clone() },
                span,
                accesses,
            },
            Err(at) => Touched {
                accesses: fallback::guessed(text, dialect, &reader.names),
                seen: Seen::Unread {
                    at: span.start + at..span.end,
                },
                span,
            },
        }
    });
    Footprint {
        statements: statements.collect(),
    }
}

/// Reads SQL piece by piece, where it stands in no script of its own: what another language
/// hands to a database. A `SET search_path` means the pieces behind it.
///
/// All of it is read as PostgreSQL's, which says the same of the little that SQLite has;
/// names of SQLite's are all in one schema, and their case says nothing.
#[derive(Debug)]
pub struct Pieces {
    reader: Reader,
    dialect: Dialect,
}

impl Pieces {
    /// Nothing is read yet.
    pub fn new(dialect: Dialect) -> Self {
        let path = match dialect {
            Dialect::Postgres => "public",
            Dialect::Sqlite => "main",
        };
        Self {
            reader: Reader::new(Names::new(&[path])),
            dialect,
        }
    }

    /// What each statement of a text touches, all with one span: where the text comes from.
    /// `softly` = whether it runs, or fails, depends on something.
    pub fn read(&mut self, text: &str, span: &Span, softly: bool) -> Vec<Touched> {
        self.reader.softly = softly;
        let can_be_read = !is_too_deep(text);
        let statements = statements(text, self.dialect);
        let statements = statements.iter().map(|statement| statement.text(text));
        let mut found: Vec<Touched> = Vec::new();
        for statement in statements {
            let read = if self.dialect == Dialect::Sqlite && pragma(statement).is_some() {
                Ok((Vec::new(), false))
            } else if can_be_read {
                read(&mut self.reader, statement)
            } else {
                Err(0)
            };
            let (accesses, seen) = match read {
                Ok((accesses, false)) => (accesses, Seen::Whole),
                Ok((accesses, true)) => (accesses, Seen::Opaque { at: span.clone() }),
                Err(_) => return self.guessed(text, span, found),
            };
            found.push(Touched {
                span: span.clone(),
                accesses: self.named(accesses),
                seen,
            });
        }
        found
    }

    /// The same of words that are no SQL, or not all of it: guesses, and said to be.
    pub fn guess(&self, text: &str, span: &Span, at: &Span) -> Touched {
        Touched {
            span: span.clone(),
            accesses: self.named(fallback::guessed(text, self.dialect, &self.reader.names)),
            seen: Seen::Unread { at: at.clone() },
        }
    }

    /// What stands behind a statement that makes no sense may be a part of it.
    fn guessed(&mut self, text: &str, span: &Span, mut found: Vec<Touched>) -> Vec<Touched> {
        self.reader.take();
        found.push(self.guess(text, span, span));
        found
    }

    fn named(&self, mut accesses: Vec<Access>) -> Vec<Access> {
        if self.dialect == Dialect::Sqlite {
            accesses.retain(|access| access.object.kind != Kind::Schema);
            for Access { object, .. } in &mut accesses {
                object.name = object.name.to_lowercase();
                object.of = object.of.as_deref().map(str::to_lowercase);
            }
        }
        accesses
    }
}

/// What a statement touches and whether there can be more, or where it makes no sense.
fn read(reader: &mut Reader, text: &str) -> Result<(Vec<Access>, bool), usize> {
    let parsed = tree::parse(text).ok_or(0usize)?;
    if let Some(at) = parsed.error {
        return Err(at);
    }
    for statement in parsed.root.children() {
        reader.statement(&statement);
    }
    Ok(reader.take())
}

#[cfg(test)]
mod pairs;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
