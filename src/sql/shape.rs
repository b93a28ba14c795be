//! Which semicolons end a statement and which are a part of it.
//!
//! Both engines have statements with statements inside. Their own clients tell
//! them apart by a few words, without a grammar, and so does this: SQLite's
//! `sqlite3_complete` (complete.c) and psql (psqlscan.l).

use super::{
    statements::Unclosed,
    token::{Construct, Token, TokenKind},
};
use crate::model::Dialect;

/// What the tokens of a statement so far say about its next semicolon.
#[derive(Debug)]
pub(super) enum Shape {
    Sqlite(Trigger),
    Postgres(Routine),
}

impl Shape {
    pub(super) fn new(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => Self::Sqlite(Trigger::Start),
            Dialect::Postgres => Self::Postgres(Routine::default()),
        }
    }

    /// Takes the next token that is not trivia; true if the statement ends with it.
    pub(super) fn ends_with(&mut self, token: &Token, script: &str) -> bool {
        match self {
            Self::Sqlite(trigger) => {
                let ends = token.kind == TokenKind::Semicolon && !trigger.keeps_semicolon();
                *trigger = trigger.after(token, script);
                ends
            }
            Self::Postgres(routine) => {
                routine.take(token, script);
                token.kind == TokenKind::Semicolon && routine.open().is_none()
            }
        }
    }

    /// What is still open when the text ends; `start` is where the statement begins.
    pub(super) fn unclosed(&self, start: usize) -> Option<Unclosed> {
        match self {
            Self::Sqlite(Trigger::Body | Trigger::Semicolon) => Some(Unclosed {
                what: Construct::Body,
                at: start,
            }),
            Self::Sqlite(_) => None,
            Self::Postgres(routine) => routine.open(),
        }
    }
}

/// The states of complete.c.
///
/// The trigger ends with `END` right behind a semicolon, and a semicolon. The
/// `END` of a `CASE` never stands there, because no statement begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    Start,
    Explain,
    Create,
    Plain,
    Body,
    Semicolon,
    End,
}

impl Trigger {
    fn keeps_semicolon(self) -> bool {
        matches!(self, Self::Body | Self::Semicolon)
    }

    fn after(self, token: &Token, script: &str) -> Self {
        let is = |word| token.is_word(script, word);
        let semicolon = token.kind == TokenKind::Semicolon;
        match self {
            Self::Start if is("EXPLAIN") => Self::Explain,
            Self::Start | Self::Explain if is("CREATE") => Self::Create,
            Self::Explain => Self::Explain,
            Self::Create if is("TEMP") || is("TEMPORARY") => Self::Create,
            Self::Create if is("TRIGGER") => Self::Body,
            Self::Start | Self::Create | Self::Plain => Self::Plain,
            Self::Body | Self::Semicolon if semicolon => Self::Semicolon,
            Self::Semicolon if is("END") => Self::End,
            Self::Body | Self::Semicolon | Self::End => Self::Body,
        }
    }
}

/// psql's rule: no semicolon inside parentheses (`CREATE RULE … DO (…; …)`) or
/// inside the `BEGIN ATOMIC … END` of a routine.
///
/// Two things are stricter than in psql, as the server's grammar has them: only
/// `BEGIN ATOMIC` opens a body, since `begin` alone is a name, and `END` and
/// `CASE` behind `AS` or `.` are names too.
#[derive(Debug, Default)]
pub(super) struct Routine {
    head: Head,
    previous: Previous,
    parens: usize,
    paren_at: usize,
    blocks: usize,
    body_at: usize,
}

/// How far `CREATE [OR REPLACE] {FUNCTION|PROCEDURE}` has been read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Head {
    #[default]
    Start,
    Create,
    CreateOr,
    Routine,
    Plain,
}

/// The token before, as far as it matters.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Previous {
    #[default]
    Any,
    Begin,
    /// `AS` or `.`: a name follows, whatever it looks like.
    Naming,
}

impl Routine {
    fn take(&mut self, token: &Token, script: &str) {
        match token.kind {
            TokenKind::LeftParen => {
                if self.parens == 0 {
                    self.paren_at = token.span.start;
                }
                self.parens += 1;
            }
            TokenKind::RightParen => self.parens = self.parens.saturating_sub(1),
            _ => {}
        }
        if self.head == Head::Routine {
            self.block(token, script);
        } else {
            self.head = self.head.after(token, script);
        }
    }

    fn block(&mut self, token: &Token, script: &str) {
        let is = |word| token.is_word(script, word);
        let previous = std::mem::take(&mut self.previous);
        if token.kind == TokenKind::Dot || is("AS") {
            self.previous = Previous::Naming;
            return;
        }
        if self.parens > 0 || previous == Previous::Naming {
            return;
        }
        if self.blocks > 0 {
            if is("CASE") {
                self.blocks += 1;
            } else if is("END") {
                self.blocks -= 1;
            }
        } else if is("BEGIN") {
            self.previous = Previous::Begin;
            self.body_at = token.span.start;
        } else if previous == Previous::Begin && is("ATOMIC") {
            self.blocks = 1;
        }
    }

    fn open(&self) -> Option<Unclosed> {
        let (what, at) = if self.parens > 0 {
            (Construct::Parenthesis, self.paren_at)
        } else if self.blocks > 0 {
            (Construct::Body, self.body_at)
        } else {
            return None;
        };
        Some(Unclosed { what, at })
    }
}

impl Head {
    fn after(self, token: &Token, script: &str) -> Self {
        let is = |word| token.is_word(script, word);
        match self {
            Self::Start if is("CREATE") => Self::Create,
            Self::Create if is("OR") => Self::CreateOr,
            Self::CreateOr if is("REPLACE") => Self::Create,
            Self::Create if is("FUNCTION") || is("PROCEDURE") => Self::Routine,
            _ => Self::Plain,
        }
    }
}
