//! Names in the texts that SQLite stores: written, found and replaced.
//!
//! Token by token; no text is made anew from what is known of it.

use std::ops::Range;

use crate::{
    model::Dialect,
    schema::normal::{Piece, pieces},
    sql::{self, TokenKind},
};

/// SQLite's keywords (<https://www.sqlite.org/lang_keywords.html>).
const KEYWORDS: &str = " abort action add after all alter always analyze and as asc attach autoincrement before begin \
    between by cascade case cast check collate column commit conflict constraint create cross current current_date \
    current_time current_timestamp database default deferrable deferred delete desc detach distinct do drop each else \
    end escape except exclude exclusive exists explain fail filter first following for foreign from full generated glob \
    group groups having if ignore immediate in index indexed initially inner insert instead intersect into is isnull \
    join key last left like limit match materialized natural no not nothing notnull null nulls of offset on or order \
    others outer over partition plan pragma preceding primary query raise range recursive references regexp reindex \
    release rename replace restrict returning right rollback row rows savepoint select set table temp temporary then \
    ties to transaction trigger true false unbounded union unique update using vacuum values view virtual when where \
    window with within without ";

/// Whether a word has a meaning of its own somewhere.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&format!(" {} ", word.to_ascii_lowercase()))
}

/// A name as a person would write it: in quotes where it needs them.
pub(super) fn name(name: &str) -> String {
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_plain = name.starts_with(starts)
        && name.chars().all(|c| starts(c) || c.is_ascii_digit())
        && !is_keyword(name);
    if is_plain {
        return name.to_owned();
    }
    sql::ident(name, Dialect::Sqlite).unwrap_or_else(|_| name.to_owned())
}

/// A text as a literal.
pub(super) fn literal(text: &str) -> String {
    sql::literal(text, Dialect::Sqlite).unwrap_or_else(|_| text.to_owned())
}

/// Whether a piece stands for this name, which is in lower case.
pub(super) fn stands_for(piece: &Piece, name: &str) -> bool {
    if piece.kind == TokenKind::Word && is_keyword(name) {
        return false;
    }
    piece.name().is_some_and(|own| own == name)
}

/// Whether a text names something.
pub(super) fn mentions(sql: &str, name: &str) -> bool {
    pieces(sql).iter().any(|piece| stands_for(piece, name))
}

/// Whether a text has a word, in no quotes.
pub(super) fn mentions_word(sql: &str, word: &str) -> bool {
    pieces(sql).iter().any(|piece| piece.is(word))
}

/// The text with a name in the place of others.
pub(super) fn replaced(sql: &str, places: &[Range<usize>], name: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut from = 0;
    for place in places {
        out.push_str(sql.get(from..place.start).unwrap_or_default());
        out.push_str(name);
        from = place.end;
    }
    out.push_str(sql.get(from..).unwrap_or_default());
    out
}

/// Where the name of the table stands in the statement that makes it.
pub(super) fn table_name(pieces: &[Piece]) -> Option<&Piece> {
    let at = pieces.iter().position(|piece| piece.is("table"))?;
    pieces.get(at + 1)
}

/// A statement without its final semicolon, to which one can be added: what is behind
/// a comment that goes to the end of the line would be a part of it.
pub(super) fn statement(sql: &str) -> String {
    let mut out = sql.trim().trim_end_matches(';').trim_end().to_owned();
    let last = sql::tokens(&out, Some(Dialect::Sqlite)).last();
    if last.is_some_and(|token| token.text(&out).starts_with("--")) {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (written, expected) in [
            ("users", "users"),
            ("Users", "Users"),
            ("order", "\"order\""),
            ("Key", "\"Key\""),
            ("größe", "\"größe\""),
            ("a\"b", "\"a\"\"b\""),
            ("1st", "\"1st\""),
            ("", "\"\""),
        ] {
            assert_eq!(name(written), expected);
        }
    }

    #[test]
    fn statements() {
        assert_eq!(statement(" SELECT 1 ;\n"), "SELECT 1");
        assert_eq!(statement("SELECT 1 -- one"), "SELECT 1 -- one\n");
        assert_eq!(statement("SELECT '-- one'"), "SELECT '-- one'");
    }
}
