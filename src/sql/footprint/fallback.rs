//! Objects guessed from words, for a statement that cannot be read.
//!
//! Better than nothing where a person is told what may be meant. It is never an answer:
//! the statement stays unread.

use super::names::Names;
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Object},
    },
    sql::{
        cursor::bare,
        token::{Token, TokenKind},
        tokens::tokens,
    },
};

/// Words that a name of a relation follows.
const BEFORE: [&str; 11] = [
    "TABLE",
    "ON",
    "INTO",
    "UPDATE",
    "FROM",
    "JOIN",
    "REFERENCES",
    "VIEW",
    "INDEX",
    "SEQUENCE",
    "ONLY",
];

/// Words between them and the name.
const BETWEEN: [&str; 6] = ["IF", "NOT", "EXISTS", "CONCURRENTLY", "ONLY", "TABLE"];

/// What a text seems to be about: everything that it names, as if it was altered.
pub(super) fn guessed(text: &str, dialect: Dialect, names: &Names) -> Vec<Access> {
    let all: Vec<Token> = tokens(text, Some(dialect))
        .filter(|token| !token.is_trivia())
        .collect();
    let mut found: Vec<Access> = Vec::new();
    for (at, token) in all.iter().enumerate() {
        if !BEFORE.iter().any(|word| token.is_word(text, word)) {
            continue;
        }
        let rest = all.get(at + 1..).unwrap_or_default();
        let skipped = rest
            .iter()
            .take_while(|token| BETWEEN.iter().any(|word| token.is_word(text, word)))
            .count();
        let path = path(rest.get(skipped..).unwrap_or_default(), text, dialect);
        for (schema, name) in names.meant(&path) {
            let access = Access::new(Act::Alter, Object::table(&schema, &name));
            if !found.contains(&access) {
                found.push(access);
            }
        }
    }
    found
}

fn path(tokens: &[Token], text: &str, dialect: Dialect) -> Vec<String> {
    let mut path = Vec::new();
    for pair in tokens.chunks(2) {
        let [name, ..] = pair else { break };
        match name.kind {
            TokenKind::Word if BEFORE.iter().any(|word| name.is_word(text, word)) => break,
            TokenKind::Word => path.push(name.text(text).to_lowercase()),
            TokenKind::QuotedIdent => path.push(bare(name, text)),
            _ => break,
        }
        let goes_on = pair.get(1).is_some_and(|next| next.kind == TokenKind::Dot);
        if !goes_on || dialect == Dialect::Sqlite {
            break;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_what_is_no_sql() {
        let guess = |text| {
            let found = guessed(text, Dialect::Postgres, &Names::new(&["public"]));
            found
                .iter()
                .map(|access| access.object.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            guess("ALTER TABLE IF EXISTS app.\"Users\" FROBNICATE; CREATE INDEX ON b USING"),
            ["table app.Users", "table b"]
        );
        assert_eq!(guess("'FROM a' -- FROM b"), Vec::<String>::new());
        assert_eq!(guess("FROM"), Vec::<String>::new());
    }
}
