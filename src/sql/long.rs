//! Names that are longer than PostgreSQL keeps them.

use super::{token::TokenKind, tokens::tokens};
use crate::model::{Dialect, Span};

/// The bytes that a server keeps, unless somebody built it otherwise.
const KEPT: usize = 63;

/// A name that is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Long {
    /// As it is written, without quotes.
    pub name: String,
    /// What is left of it.
    pub cut: String,
    /// Where it stands.
    pub span: Span,
}

/// The names of a script of PostgreSQL that are cut. Those in the bodies of functions are
/// text, and are not seen.
pub fn too_long(script: &str) -> Vec<Long> {
    let all = tokens(script, Some(Dialect::Postgres));
    let long = all.filter_map(|token| {
        let written = token.text(script);
        let name = match token.kind {
            TokenKind::Word => written.to_ascii_lowercase(),
            // With `U&` in front the length is another one.
            TokenKind::QuotedIdent => written
                .strip_prefix('"')?
                .strip_suffix('"')?
                .replace("\"\"", "\""),
            _ => return None,
        };
        let cut = name.get(..name.floor_char_boundary(KEPT))?.to_owned();
        (cut.len() < name.len()).then_some(Long {
            name,
            cut,
            span: token.span,
        })
    });
    long.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_between_characters() {
        let (fits, long) = ("a".repeat(63), "a".repeat(64));
        let umlauts = "ä".repeat(32);
        let text = format!(
            "CREATE TABLE {fits} (\"{long}\" int, {umlauts} int); -- {long}\nSELECT '{long}', $${long}$$, \"{}\"\"\";",
            "b".repeat(62)
        );
        let found = too_long(&text);
        let cuts: Vec<&str> = found.iter().map(|long| long.cut.as_str()).collect();
        assert_eq!(cuts, [fits, "ä".repeat(31)]);
        assert_eq!(found[0].name, long);
        assert_eq!(&text[found[1].span.clone()], umlauts);
    }
}
