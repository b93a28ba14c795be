//! What the statements of a script touch, from the text alone.
//!
//! PostgreSQL's statements are read with squawk's parser (`tree.rs`, the only place that
//! knows it). SQLite's are not read here: SQLite says itself what a statement touches
//! (`db/sqlite_footprint.rs`), and a text without a database is only guessed at, which is
//! said. Nothing here judges; what collides is decided in `model/conflict.rs`.

use crate::{
    model::{
        Dialect, Footprint,
        footprint::{Access, Seen, Touched},
    },
    sql::{nesting::is_too_deep, statements},
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
