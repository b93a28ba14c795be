//! A script as statements, each with its bytes.
//!
//! For scripts that run statement by statement, and for rules about single
//! statements. It must not judge: a text that is not SQL is split at the same
//! places as any other, and the database says what is wrong with it.
//!
//! What is opened and never closed reaches to the end of the script: the last
//! statement then holds everything from there on and says so in
//! [`Statement::unclosed`], so that a caller can refuse the script before its
//! first statement has run.

use super::{
    shape::Shape,
    token::{Construct, Token, TokenKind},
    tokens::tokens,
};
use crate::model::{Dialect, Span};

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes in the script, without the comments and white space around it
    /// and without the final semicolon.
    pub span: Span,
    /// What the end of the script leaves open; only ever in the last statement.
    pub unclosed: Option<Unclosed>,
    dialect: Dialect,
}

/// Something that is opened and not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unclosed {
    /// What it is.
    pub what: Construct,
    /// Where in the script it begins.
    pub at: usize,
}

/// The statements of a script, in order; empty ones are left out.
pub fn statements(text: &str, dialect: Dialect) -> Vec<Statement> {
    let mut out = Vec::new();
    let mut current: Option<(Statement, Shape)> = None;
    for token in tokens(text, Some(dialect)).filter(|token| !token.is_trivia()) {
        if current.is_none() && token.kind == TokenKind::Semicolon {
            continue;
        }
        let (statement, shape) = current.get_or_insert_with(|| {
            let statement = Statement {
                span: token.span.clone(),
                unclosed: None,
                dialect,
            };
            (statement, Shape::new(dialect))
        });
        if shape.ends_with(&token, text) {
            out.extend(current.take().map(|(statement, _)| statement));
            continue;
        }
        statement.span.end = token.span.end;
        if let TokenKind::Unterminated(what) = token.kind {
            let at = token.span.start;
            statement.unclosed = Some(Unclosed { what, at });
        }
    }
    if let Some((mut statement, shape)) = current {
        let start = statement.span.start;
        statement.unclosed = statement.unclosed.or_else(|| shape.unclosed(start));
        out.push(statement);
    }
    out
}

impl Statement {
    /// Whose rules it was split by.
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Its text; `script` is the text that was split.
    pub fn text<'a>(&self, script: &'a str) -> &'a str {
        script.get(self.span.clone()).unwrap_or_default()
    }

    /// The words it begins with, in upper case and at most `count`, up to the
    /// first token that is no unquoted word: `CREATE TABLE IF NOT EXISTS T`.
    pub fn keywords(&self, script: &str, count: usize) -> Vec<String> {
        let text = self.text(script);
        self.tokens(text)
            .take_while(|token| token.kind == TokenKind::Word)
            .take(count)
            .map(|token| token.text(text).to_ascii_uppercase())
            .collect()
    }

    /// Whether it begins with these words, whatever their case.
    pub fn starts_with(&self, script: &str, words: &[&str]) -> bool {
        let text = self.text(script);
        let mut tokens = self.tokens(text);
        words
            .iter()
            .all(|word| tokens.next().is_some_and(|token| token.is_word(text, word)))
    }

    /// Whether these words stand somewhere in it, one after the other and
    /// outside of parentheses.
    pub(super) fn has_words(&self, script: &str, words: &[&str]) -> bool {
        let text = self.text(script);
        let mut depth = 0usize;
        let mut matched = 0;
        for token in self.tokens(text) {
            match token.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            let fits = |word: &&str| depth == 0 && token.is_word(text, word);
            matched = if words.get(matched).is_some_and(fits) {
                matched + 1
            } else {
                usize::from(words.first().is_some_and(fits))
            };
            if matched == words.len() {
                return true;
            }
        }
        false
    }

    /// The tokens of its text that are not trivia.
    pub(super) fn tokens<'a>(&self, text: &'a str) -> impl Iterator<Item = Token> + use<'a> {
        tokens(text, Some(self.dialect)).filter(|token| !token.is_trivia())
    }
}

#[cfg(test)]
mod tests;
