//! Names and texts written as SQL.
//!
//! For statements that teammig builds itself, where a parameter is not possible
//! (names, `COMMENT ON`, printed scripts). Always quoted, so that neither case
//! nor a future keyword changes what is meant. It must not shorten or repair.

use crate::model::Dialect;

/// A NUL character: PostgreSQL cannot store it, SQLite would end the statement there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a NUL character cannot be written in SQL")]
pub struct NulCharacter {
    /// Its byte offset.
    pub at: usize,
}

/// A name in double quotes, for either database.
///
/// PostgreSQL cuts names to 63 bytes and refuses an empty one; both are left to
/// it. In SQLite a name in double quotes that fits no column is read as a
/// string: give this only names that exist, or that are being created.
pub fn ident(name: &str, dialect: Dialect) -> Result<String, NulCharacter> {
    let quote = match dialect {
        Dialect::Sqlite | Dialect::Postgres => '"',
    };
    quoted(name, quote)
}

/// A text as a literal.
///
/// For PostgreSQL a text with backslashes becomes `E'…'`, which means the same
/// under both settings of `standard_conforming_strings` (libpq's
/// `PQescapeLiteral`). A word right before it would swallow the `E`: keep a
/// space between.
pub fn literal(text: &str, dialect: Dialect) -> Result<String, NulCharacter> {
    let quoted = quoted(text, '\'')?;
    if dialect == Dialect::Postgres && text.contains('\\') {
        return Ok(format!("E{}", quoted.replace('\\', "\\\\")));
    }
    Ok(quoted)
}

fn quoted(text: &str, quote: char) -> Result<String, NulCharacter> {
    if let Some(at) = text.find('\0') {
        return Err(NulCharacter { at });
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        if character == quote {
            out.push(quote);
        }
        out.push(character);
    }
    out.push(quote);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Dialect::{Postgres, Sqlite};

    #[test]
    fn names() {
        for dialect in [Sqlite, Postgres] {
            assert_eq!(ident("a", dialect).as_deref(), Ok("\"a\""));
            assert_eq!(ident("a\"; b", dialect).as_deref(), Ok("\"a\"\"; b\""));
            assert_eq!(ident("ä'\\", dialect).as_deref(), Ok("\"ä'\\\""));
            assert_eq!(ident("a\0", dialect), Err(NulCharacter { at: 1 }));
        }
    }

    #[test]
    fn texts() {
        for dialect in [Sqlite, Postgres] {
            assert_eq!(literal("", dialect).as_deref(), Ok("''"));
            assert_eq!(literal("it's\n\"", dialect).as_deref(), Ok("'it''s\n\"'"));
            assert_eq!(literal("\\\0", dialect), Err(NulCharacter { at: 1 }));
        }
        assert_eq!(literal(r"a\'b", Sqlite).as_deref(), Ok(r"'a\''b'"));
        assert_eq!(literal(r"a\'b", Postgres).as_deref(), Ok(r"E'a\\''b'"));
    }
}
