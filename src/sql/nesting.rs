//! How deep a script is nested.
//!
//! squawk's parser calls itself for each level, so a text made to hurt would take the
//! whole program down. PostgreSQL has a limit of its own (`max_stack_depth`).

use crate::{
    model::Dialect,
    sql::token::{Token, TokenKind},
    sql::tokens::tokens,
};

/// More than anybody writes, and far less than the smallest stack takes.
const DEEPEST: usize = 200;

/// How many literals are looked into, one in the other.
const LITERALS: usize = 8;

/// Whether something is nested deeper than is safe to read.
pub(in crate::sql) fn is_too_deep(text: &str) -> bool {
    // Bodies of functions are read as well, and strings in them.
    reaches(text, DEEPEST, LITERALS)
}

fn reaches(text: &str, deepest: usize, literals: usize) -> bool {
    let all: Vec<Token> = tokens(text, Some(Dialect::Postgres))
        .filter(|token| !token.is_trivia())
        .collect();
    let is_body = literals < LITERALS;
    let (mut open, mut run) = (0usize, 0usize);
    for (at, token) in all.iter().enumerate() {
        let own = token.text(text);
        if is_literal(token.kind) && own.len() > deepest {
            let inner = own.trim_matches(['\'', '$']);
            if literals == 0 || reaches(inner, deepest, literals - 1) {
                return true;
            }
        }
        let before = at.checked_sub(1).and_then(|at| all.get(at));
        match level(&all, at, text) {
            Level::Opens => open += 1,
            Level::Closes => open = open.saturating_sub(1),
            // What a statement of a body leaves open is open in the next one.
            Level::Ends if !is_body => open = 0,
            Level::Ends | Level::Same => {}
        }
        let waits = token.kind == TokenKind::Operator
            || token.is_word(text, "NOT")
            || (token.kind == TokenKind::Word && before.is_some_and(|b| b.text(text) == own));
        run = if waits { run + 1 } else { 0 };
        if open + run > deepest {
            return true;
        }
    }
    false
}

/// What a token does to what is open.
enum Level {
    Opens,
    Closes,
    Ends,
    Same,
}

fn level(all: &[Token], at: usize, text: &str) -> Level {
    let kind = |at: usize| all.get(at).map(|token| token.kind);
    let is = |at: usize, word: &str| all.get(at).is_some_and(|token| token.is_word(text, word));
    let after_end = at > 0 && is(at - 1, "END");
    match kind(at) {
        Some(TokenKind::LeftParen | TokenKind::LeftBracket) => Level::Opens,
        Some(TokenKind::RightParen | TokenKind::RightBracket) => Level::Closes,
        Some(TokenKind::Semicolon) => Level::Ends,
        Some(TokenKind::Word) if is(at, "END") => Level::Closes,
        Some(TokenKind::Word) if after_end => Level::Same,
        Some(TokenKind::Word) if is(at, "IF") => {
            // `CREATE TABLE IF NOT EXISTS t`, and not `IF NOT EXISTS (…) THEN`.
            let exists = at + 1 + usize::from(is(at + 1, "NOT"));
            let is_option = is(exists, "EXISTS") && kind(exists + 1) != Some(TokenKind::LeftParen);
            if is_option { Level::Same } else { Level::Opens }
        }
        Some(TokenKind::Word) if is(at, "CASE") || is(at, "BEGIN") || is(at, "LOOP") => {
            Level::Opens
        }
        _ => Level::Same,
    }
}

fn is_literal(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::String
            | TokenKind::EscapeString
            | TokenKind::DollarString
            | TokenKind::Unterminated(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deep() {
        for (open, inside) in [
            ("(", "1"),
            ("array[", "1"),
            ("case when ", "1"),
            ("NOT ", "true"),
            ("- ", "1"),
            ("explain ", "select 1"),
            ("begin ", "null;"),
        ] {
            let deep = |times: usize| format!("select {}{inside};", open.repeat(times));
            assert!(is_too_deep(&deep(300)), "{open}");
            assert!(!is_too_deep(&deep(100)), "{open}");
            let body = format!("create function f() returns int as $a$ {} $a$", deep(300));
            assert!(is_too_deep(&body), "{body}");
            let body = format!("do '{}'", deep(300));
            assert!(is_too_deep(&body), "{body}");
        }
        let wide = "insert into t values (1, case when 1 then 2 end, array[1]); drop table if exists a; begin; \
                    commit;"
            .repeat(500);
        assert!(!is_too_deep(&wide));
        let body =
            "if a then b; end if; create table if not exists t (); loop c; end loop;".repeat(500);
        assert!(!is_too_deep(&format!("do $$ begin {body} end $$")));
        let long = format!("insert into t values ('{}');", "(:".repeat(10));
        assert!(!is_too_deep(&long.repeat(100)));
    }
}
