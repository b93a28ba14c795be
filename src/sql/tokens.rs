//! A script as tokens: where words, literals and comments begin and end.
//!
//! Everything that looks at SQL as text stands on this one reading of it. It
//! must stay a reading of characters: it gives words no meaning, allocates
//! nothing, refuses nothing. The spans of the tokens, one after the other, are
//! the whole text; the time is linear in its length, also for texts made to
//! hurt.
//!
//! The rules are PostgreSQL's (manual, section 4.1 "Lexical Structure"; the
//! server's scan.l and psql's psqlscan.l, with `standard_conforming_strings`
//! on) and SQLite's (tokenize.c).
//!
//! Without a dialect the reading is **neutral**: one that does not depend on
//! the database, for checksums. Where the engines disagree it takes the side
//! on which the other engine has nothing valid to say:
//!
//! * words, strings, dollar quotes, operators: PostgreSQL's;
//! * backticks: SQLite's quoted identifiers; `[` is a punctuation mark, because
//!   arrays are more common than bracketed names;
//! * a line comment ends at a lone carriage return (PostgreSQL);
//! * block comments nest as PostgreSQL's do; once one does not close that way,
//!   PostgreSQL would refuse the text, and they are read as SQLite's from
//!   there on.

use super::{
    scan,
    token::{Construct, Token, TokenKind},
};
use crate::model::Dialect;

/// Reads a script as one database reads it, or neutrally (see the module).
pub fn tokens(text: &str, dialect: Option<Dialect>) -> Tokens<'_> {
    Tokens {
        text,
        bytes: text.as_bytes(),
        dialect,
        at: 0,
        continuation: Continuation::None,
        signs_until: 0,
        flat_comments: dialect == Some(Dialect::Sqlite),
    }
}

/// The tokens that count in the neutral reading.
///
/// A nested comment is left out only if SQLite cannot take a part of it for
/// code: in `/* /* */ DROP TABLE t; SELECT '*/'` it would.
pub(super) fn neutral_significant(text: &str) -> impl Iterator<Item = Token> {
    tokens(text, None).filter(|token| match token.kind {
        TokenKind::BlockComment => hides_code(token.text(text)),
        _ => !token.is_trivia(),
    })
}

/// Whether SQLite, for which a comment ends at the first `*/`, finds code in the
/// rest of it. Where it finds the last `*/` as operators, the text is not valid
/// there, so that it is meant for PostgreSQL.
fn hides_code(comment: &str) -> bool {
    let rest = scan::flat_comment(comment, 0).and_then(|end| comment.get(end..));
    let mut code = false;
    let mut last = TokenKind::Operator;
    for token in tokens(rest.unwrap_or_default(), Some(Dialect::Sqlite)) {
        code |= !token.is_trivia();
        last = token.kind;
    }
    code && last != TokenKind::Operator
}

/// The iterator behind [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    bytes: &'a [u8],
    dialect: Option<Dialect>,
    at: usize,
    continuation: Continuation,
    /// Before this offset every `+` and `-` is an operator of its own.
    signs_until: usize,
    flat_comments: bool,
}

/// Whether the next `'…'` continues an `E'…'` and so has escapes too: it does
/// after nothing but white space with a line's end and line comments
/// (scan.l `quotecontinue`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Continuation {
    None,
    SameLine,
    LaterLine,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let (kind, end) = self.scan(start, *self.bytes.get(start)?);
        self.at = end;
        self.continuation = match (kind, self.continuation) {
            (TokenKind::EscapeString, _) => Continuation::SameLine,
            (TokenKind::Space, Continuation::SameLine)
                if self.bytes[start..end]
                    .iter()
                    .any(|byte| matches!(byte, b'\n' | b'\r')) =>
            {
                Continuation::LaterLine
            }
            (TokenKind::Space | TokenKind::LineComment, unchanged) => unchanged,
            _ => Continuation::None,
        };
        Some(Token {
            kind,
            span: start..end,
        })
    }
}

impl Tokens<'_> {
    fn scan(&mut self, at: usize, first: u8) -> (TokenKind, usize) {
        let bytes = self.bytes;
        let second = bytes.get(at + 1).copied();
        let sqlite = self.dialect == Some(Dialect::Sqlite);
        if scan::is_space(first) {
            return (TokenKind::Space, scan::run(bytes, at, scan::is_space));
        }
        if scan::is_word_start(first) {
            return self.word(at, first);
        }
        match first {
            b'-' if second == Some(b'-') => {
                let inside = |byte| byte != b'\n' && (sqlite || byte != b'\r');
                (TokenKind::LineComment, scan::run(bytes, at, inside))
            }
            // SQLite reads a text that ends in `/*` as two operators.
            b'/' if second == Some(b'*') && !(sqlite && at + 2 == bytes.len()) => {
                self.block_comment(at)
            }
            b'\'' if self.continuation == Continuation::LaterLine => self.escape_string(at + 1),
            b'\'' => self.string(at + 1),
            b'"' => self.quoted_ident(at + 1, b'"'),
            b'`' if self.dialect != Some(Dialect::Postgres) => self.quoted_ident(at + 1, b'`'),
            b'[' if sqlite => {
                let end = scan::run(bytes, at, |byte| byte != b']') + 1;
                self.closed(
                    (end <= bytes.len()).then_some(end),
                    TokenKind::QuotedIdent,
                    Construct::QuotedIdent,
                )
            }
            b'[' => (TokenKind::LeftBracket, at + 1),
            b']' => (TokenKind::RightBracket, at + 1),
            b'(' => (TokenKind::LeftParen, at + 1),
            b')' => (TokenKind::RightParen, at + 1),
            b',' => (TokenKind::Comma, at + 1),
            b';' => (TokenKind::Semicolon, at + 1),
            b'0'..=b'9' => (TokenKind::Number, scan::number(bytes, at, !sqlite)),
            b'.' if second.is_some_and(|byte| byte.is_ascii_digit()) => {
                (TokenKind::Number, scan::number(bytes, at, !sqlite))
            }
            _ if sqlite => self.sqlite_symbol(at, first),
            _ => self.postgres_symbol(at, first, second),
        }
    }

    fn closed(&self, end: Option<usize>, kind: TokenKind, what: Construct) -> (TokenKind, usize) {
        match end {
            Some(end) => (kind, end),
            None => (TokenKind::Unterminated(what), self.bytes.len()),
        }
    }

    fn string(&self, from: usize) -> (TokenKind, usize) {
        let end = scan::quoted(self.bytes, from, b'\'');
        self.closed(end, TokenKind::String, Construct::String)
    }

    fn escape_string(&self, from: usize) -> (TokenKind, usize) {
        let end = scan::escaped(self.bytes, from);
        self.closed(end, TokenKind::EscapeString, Construct::String)
    }

    fn quoted_ident(&self, from: usize, quote: u8) -> (TokenKind, usize) {
        let end = scan::quoted(self.bytes, from, quote);
        self.closed(end, TokenKind::QuotedIdent, Construct::QuotedIdent)
    }

    fn block_comment(&mut self, at: usize) -> (TokenKind, usize) {
        let nested = if self.flat_comments {
            None
        } else {
            scan::nested_comment(self.bytes, at)
        };
        // A second nested reading from further on could run to the end again
        // and again; and the text is SQLite's or nobody's by now.
        self.flat_comments |= nested.is_none() && self.dialect.is_none();
        let end = match self.dialect {
            Some(Dialect::Postgres) => nested,
            None => nested.or_else(|| scan::flat_comment(self.text, at)),
            Some(Dialect::Sqlite) => scan::flat_comment(self.text, at).or(Some(self.bytes.len())),
        };
        self.closed(end, TokenKind::BlockComment, Construct::Comment)
    }

    fn word(&self, at: usize, first: u8) -> (TokenKind, usize) {
        // SQLite skips it anywhere, psql at the start of a file; elsewhere it is
        // a letter for PostgreSQL, and nobody's name begins with it.
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        let bytes = self.bytes;
        if first == BYTE_ORDER_MARK[0] && bytes[at..].starts_with(BYTE_ORDER_MARK) {
            return (TokenKind::Space, at + BYTE_ORDER_MARK.len());
        }
        let end = scan::run(bytes, at, scan::is_word);
        if end == at + 1 {
            let sqlite = self.dialect == Some(Dialect::Sqlite);
            match (
                first.to_ascii_lowercase(),
                bytes.get(end),
                bytes.get(end + 1),
            ) {
                (b'x', Some(b'\''), _) => return self.string(end + 1),
                (b'e', Some(b'\''), _) if !sqlite => return self.escape_string(end + 1),
                (b'b' | b'n', Some(b'\''), _) if !sqlite => return self.string(end + 1),
                (b'u', Some(b'&'), Some(b'\'')) if !sqlite => return self.string(end + 2),
                (b'u', Some(b'&'), Some(b'"')) if !sqlite => {
                    return self.quoted_ident(end + 2, b'"');
                }
                _ => {}
            }
        }
        (TokenKind::Word, end)
    }

    fn sqlite_symbol(&self, at: usize, first: u8) -> (TokenKind, usize) {
        match first {
            b'.' => (TokenKind::Dot, at + 1),
            b'?' => (
                TokenKind::Parameter,
                scan::run(self.bytes, at + 1, |byte| byte.is_ascii_digit()),
            ),
            b'$' | b'@' | b':' | b'#' => match scan::sqlite_variable(self.bytes, at) {
                (end, true) => (TokenKind::Parameter, end),
                (end, false) => (TokenKind::Other, end),
            },
            _ => match scan::sqlite_operator(self.bytes, at) {
                Some(end) => (TokenKind::Operator, end),
                None => (TokenKind::Other, at + 1),
            },
        }
    }

    fn postgres_symbol(&mut self, at: usize, first: u8, second: Option<u8>) -> (TokenKind, usize) {
        match (first, second) {
            (b'$', Some(b'0'..=b'9')) => (
                TokenKind::Parameter,
                scan::run(self.bytes, at + 1, |byte| byte.is_ascii_digit()),
            ),
            (b'$', _) => self.dollar(at),
            (b'.', Some(b'.')) | (b':', Some(b':' | b'=')) => (TokenKind::Operator, at + 2),
            (b'.', _) => (TokenKind::Dot, at + 1),
            (b':', _) => (TokenKind::Operator, at + 1),
            _ if at < self.signs_until => (TokenKind::Operator, at + 1),
            _ if scan::is_operator(first) => {
                let backtick = self.dialect == Some(Dialect::Postgres);
                let (end, signs_until) = scan::operator(self.bytes, at, backtick);
                self.signs_until = signs_until;
                (TokenKind::Operator, end)
            }
            _ => (TokenKind::Other, at + 1),
        }
    }

    fn dollar(&self, at: usize) -> (TokenKind, usize) {
        let Some(body) = scan::dollar_tag(self.bytes, at) else {
            return (TokenKind::Other, at + 1);
        };
        let (opening, rest) = (self.text.get(at..body), self.text.get(body..));
        let end = opening
            .zip(rest)
            .and_then(|(tag, rest)| rest.find(tag))
            .map(|length| body + length + (body - at));
        self.closed(end, TokenKind::DollarString, Construct::DollarString)
    }
}

#[cfg(test)]
mod tests;
