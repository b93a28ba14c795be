//! What a token is: a kind and its bytes.
//!
//! Kinds are lexical. A word is a word, whether it is a keyword or somebody's
//! column; what it means is for the code that asks.

use crate::model::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// White space and byte order marks.
    Space,
    /// `-- …` up to the line feed, in PostgreSQL up to the carriage return.
    LineComment,
    /// `/* … */`; in SQLite also one that the text's end cuts off.
    BlockComment,
    /// A keyword or an unquoted identifier.
    Word,
    /// `"…"`, `U&"…"`, and in SQLite `` `…` `` and `[…]`.
    QuotedIdent,
    /// `'…'` without backslash escapes: also `B''`, `X''`, `N''` and `U&''`.
    String,
    /// `E'…'`, and a `'…'` on a later line that continues one.
    EscapeString,
    /// `$tag$…$tag$`.
    DollarString,
    /// A number, with whatever is glued to it.
    Number,
    /// `$1`, `?1`, `:name`, `@name`.
    Parameter,
    /// An operator; also `::`, `:=`, `:` and `..`.
    Operator,
    /// `;`
    Semicolon,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// A construct that never ends: it reaches to the end of the text.
    Unterminated(Construct),
    /// A character that means nothing outside of literals: `\`, `{`, NUL, …
    Other,
}

/// Something that is opened and has to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Construct {
    /// Any `'…'`.
    String,
    /// `"…"`, `` `…` ``, `[…]`.
    QuotedIdent,
    /// `$tag$…$tag$`.
    DollarString,
    /// `/* … */`.
    Comment,
    /// `( … )`.
    Parenthesis,
    /// `BEGIN … END` of a trigger or of a function's body.
    Body,
}

impl Construct {
    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::QuotedIdent => "quoted identifier",
            Self::DollarString => "dollar-quoted string",
            Self::Comment => "comment",
            Self::Parenthesis => "parenthesis",
            Self::Body => "BEGIN … END body",
        }
    }
}

/// One token of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes in the script; never empty.
    pub span: Span,
}

impl Token {
    /// White space or a comment.
    pub fn is_trivia(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::Space | TokenKind::LineComment | TokenKind::BlockComment
        )
    }

    /// Its text; `script` is the text that was read.
    pub fn text<'a>(&self, script: &'a str) -> &'a str {
        script.get(self.span.clone()).unwrap_or_default()
    }

    /// Whether it is an unquoted word, whatever its case.
    pub fn is_word(&self, script: &str, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text(script).eq_ignore_ascii_case(word)
    }
}
