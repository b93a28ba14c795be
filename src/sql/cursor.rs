//! Reading a statement of SQLite word by word, for the few questions asked of it.

use super::{
    inspect::Dropped,
    token::{Token, TokenKind},
    tokens::{Tokens, tokens},
};
use crate::model::Dialect;

/// A place between two tokens of a statement, comments and white space left out.
pub(super) struct Cursor<'a> {
    text: &'a str,
    tokens: std::iter::Peekable<Significant<'a>>,
}

struct Significant<'a>(Tokens<'a>);

impl Iterator for Significant<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.0.find(|token| !token.is_trivia())
    }
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: Significant(tokens(text, Some(Dialect::Sqlite))).peekable(),
        }
    }

    /// Steps over the next token if it is that word.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let text = self.text;
        self.tokens
            .next_if(|token| token.is_word(text, word))
            .is_some()
    }

    /// Steps over the next token if it is of that kind.
    pub(super) fn kind(&mut self, kind: TokenKind) -> bool {
        self.tokens.next_if(|token| token.kind == kind).is_some()
    }

    /// Steps over `[schema.]name`.
    pub(super) fn name(&mut self) -> Option<Dropped> {
        let mut names = Vec::new();
        loop {
            let token = self.tokens.next_if(|token| is_name(token.kind))?;
            names.push(bare(&token, self.text));
            if !self.kind(TokenKind::Dot) {
                break;
            }
        }
        let table = names.pop()?;
        Some(Dropped {
            schema: names.pop(),
            table,
        })
    }

    /// Where the next token begins.
    pub(super) fn rest_from(&mut self) -> Option<usize> {
        self.tokens.peek().map(|token| token.span.start)
    }
}

impl Iterator for Cursor<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.tokens.next()
    }
}

/// SQLite takes a string for a name where a name is due.
fn is_name(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Word | TokenKind::QuotedIdent | TokenKind::String
    )
}

/// A name without its quotes, of any of SQLite's kinds; anything else as it stands.
pub(super) fn bare(token: &Token, script: &str) -> String {
    let text = token.text(script);
    if !matches!(token.kind, TokenKind::QuotedIdent | TokenKind::String) {
        return text.to_owned();
    }
    let mut inner = text.chars();
    let (open, close) = (inner.next(), inner.next_back());
    match (open, close) {
        (Some('['), _) | (_, None) => inner.collect(),
        (_, Some(quote)) => inner
            .as_str()
            .replace(&format!("{quote}{quote}"), &quote.to_string()),
    }
}
