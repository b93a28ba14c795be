//! SQLite's texts as their tokens, in one spelling.
//!
//! Comments and white space are gone, words and names are in lower case and
//! names without quotes, whichever of SQLite's four they had. Strings stay as
//! they are.

use std::borrow::Cow;

use crate::{
    model::Dialect,
    sql::{TokenKind, tokens},
};

/// Words that mean something else in quotes.
const VALUES: &[&str] = &[
    "current_date",
    "current_time",
    "current_timestamp",
    "false",
    "null",
    "true",
];

/// A token that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// In the one spelling.
    pub(super) normal: String,
    /// What it is.
    pub(super) kind: TokenKind,
    /// Its bytes in the text.
    pub(super) span: std::ops::Range<usize>,
}

impl Piece {
    /// Whether it is that word, in no quotes; `word` is in lower case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.normal == word
    }

    /// The name that it may be, in lower case and in no quotes.
    pub(super) fn name(&self) -> Option<Cow<'_, str>> {
        match self.kind {
            TokenKind::QuotedIdent if self.normal.starts_with('"') => {
                Some(Cow::Owned(unquoted(&self.normal)))
            }
            TokenKind::Word | TokenKind::QuotedIdent => Some(Cow::Borrowed(&self.normal)),
            _ => None,
        }
    }
}

/// The tokens of a text that count.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    tokens(text, Some(Dialect::Sqlite))
        .filter(|token| !token.is_trivia())
        .map(|token| {
            let written = token.text(text);
            let normal = match token.kind {
                TokenKind::QuotedIdent => {
                    let name = unquoted(written).to_ascii_lowercase();
                    if VALUES.contains(&name.as_str()) || !is_simple(&name) {
                        format!("\"{}\"", name.replace('"', "\"\""))
                    } else {
                        name
                    }
                }
                TokenKind::String => written.to_owned(),
                _ => written.to_ascii_lowercase(),
            };
            Piece {
                normal,
                kind: token.kind,
                span: token.span,
            }
        })
        .collect()
}

/// Pieces as one text.
pub(super) fn joined(pieces: &[Piece]) -> String {
    let words: Vec<&str> = pieces.iter().map(|piece| piece.normal.as_str()).collect();
    words.join(" ")
}

fn is_simple(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii())
}

/// A name without its quotes, whichever they are.
pub(super) fn unquoted(written: &str) -> String {
    let mut inner = written.chars();
    match (inner.next(), inner.next_back()) {
        (Some('['), Some(_)) => inner.as_str().to_owned(),
        (Some(quote @ ('"' | '`' | '\'')), Some(_)) => {
            let quote = quote.to_string();
            inner.as_str().replace(&quote.repeat(2), &quote)
        }
        _ => written.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_count() {
        let one = joined(&pieces("CHECK ( \"A b\" > `x` /* why */ AND [y]<>'Z')"));
        let other = joined(&pieces("check (\"a B\">X and \"Y\" <> 'Z' -- why\n)"));
        assert_eq!(one, other);
        assert_eq!(one, "check ( \"a b\" > x and y <> 'Z' )");
    }

    #[test]
    fn what_means_something_counts() {
        for (one, other) in [
            ("DEFAULT 'a'", "DEFAULT 'A'"),
            ("DEFAULT \"null\"", "DEFAULT null"),
            ("'x'", "\"x\""),
            ("INT", "INTEGER"),
        ] {
            assert_ne!(joined(&pieces(one)), joined(&pieces(other)));
        }
    }
}
