//! What must hold for every text, tried with random ones.
//!
//! 256 texts for each property; `PROPTEST_CASES` raises that.

use proptest::prelude::*;

use super::{
    Statement, Token, TokenKind, checksum, copy_from_stdin, dropped_table, has_statement, ident,
    literal, meta_command, statements, tokens, transaction_control,
};
use crate::model::Dialect::{self, Postgres, Sqlite};

const ALL: [Option<Dialect>; 3] = [Some(Postgres), Some(Sqlite), None];

/// The pieces on which the rules turn.
const PIECES: &[&str] = &[
    " ",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\u{b}",
    "\u{feff}",
    "\0",
    "a",
    "E",
    "e",
    "x",
    "N",
    "b",
    "u",
    "U&",
    "é",
    "_",
    "1",
    "0x1F",
    "1.5e+3",
    ".",
    "..",
    "'",
    "''",
    "'a'",
    "'it''s'",
    "E'\\''",
    "\\",
    "\"",
    "`",
    "[",
    "]",
    "$",
    "$$",
    "$a$",
    "$1",
    "(",
    ")",
    ",",
    ";",
    ";",
    ":",
    "::",
    "-",
    "--",
    "/",
    "*",
    "/*",
    "*/",
    "+",
    "<",
    "=",
    "|",
    "@",
    "?",
    "#",
    "!",
    "{",
    "CREATE ",
    "OR REPLACE ",
    "FUNCTION ",
    "TEMP ",
    "TRIGGER ",
    "BEGIN ",
    "ATOMIC ",
    "CASE ",
    "END ",
    " AS ",
    "EXPLAIN ",
    "COMMIT",
    "ROLLBACK ",
    "TO ",
    "COPY ",
    "FROM STDIN",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        12 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn significant(text: &str, dialect: Dialect) -> impl Iterator<Item = Token> {
    tokens(text, Some(dialect)).filter(|token| !token.is_trivia())
}

/// `text` with `gap(n)` behind its n-th token, but where that would change
/// which strings have escapes.
fn spread(text: &str, gaps: &[&str]) -> String {
    let mut out = String::new();
    let mut continues = false;
    for (n, token) in tokens(text, None).enumerate() {
        out.push_str(token.text(text));
        continues = match token.kind {
            TokenKind::EscapeString => true,
            _ => continues && token.is_trivia(),
        };
        let ends = matches!(token.kind, TokenKind::Unterminated(_));
        if let (false, false, Some(gap)) = (continues, ends, gaps.get(n % gaps.len().max(1))) {
            out.push_str(gap);
        }
    }
    out
}

proptest! {
    #[test]
    fn tokens_are_the_whole_text(text in text()) {
        for dialect in ALL {
            let mut at = 0;
            for token in tokens(&text, dialect) {
                prop_assert_eq!(token.span.start, at);
                prop_assert!(token.span.end > at);
                prop_assert!(text.is_char_boundary(token.span.end));
                at = token.span.end;
                if matches!(token.kind, TokenKind::Unterminated(_)) {
                    prop_assert_eq!(at, text.len());
                }
            }
            prop_assert_eq!(at, text.len());
        }
    }

    #[test]
    fn statements_keep_all_tokens(text in text()) {
        for dialect in [Postgres, Sqlite] {
            let parts = statements(&text, dialect);
            let whole: Vec<&str> = significant(&text, dialect).map(|token| token.text(&text)).collect();
            let mut left = whole.as_slice();
            for (n, part) in parts.iter().enumerate() {
                let own = part.text(&text);
                prop_assert!(!own.is_empty());
                prop_assert!(part.unclosed.is_none() || n + 1 == parts.len());
                while left.first() == Some(&";") {
                    left = &left[1..];
                }
                for token in significant(own, dialect) {
                    prop_assert_eq!(left.first(), Some(&token.text(own)));
                    left = &left[1..];
                }
            }
            prop_assert!(left.iter().all(|token| *token == ";"), "{:?}", left);
        }
    }

    #[test]
    fn no_question_panics(text in text()) {
        for dialect in [Postgres, Sqlite] {
            let _ = transaction_control(&text, dialect);
            let _ = dropped_table(&text);
            let _ = meta_command(&text, dialect).map(|span| &text[span]);
            for statement in statements(&text, dialect) {
                let _ = statement.keywords(&text, 3);
            }
        }
        let _ = copy_from_stdin(&text);
        if !has_statement(&text) {
            let is_none = |token: Token| token.is_trivia() || token.kind == TokenKind::Semicolon;
            prop_assert!(tokens(&text, None).all(is_none));
            for dialect in [Postgres, Sqlite] {
                // A comment that only SQLite sees closed is no statement there.
                let runnable = |statement: &Statement| statement.unclosed.is_none();
                prop_assert!(!statements(&text, dialect).iter().any(runnable), "{dialect:?}");
            }
        }
    }

    #[test]
    fn checksums_do_not_see_layout(
        text in text(),
        gaps in prop::collection::vec(
            prop::sample::select(&[" ", "\n", "\r\n", "\t", " /* it's; */", " -- $$ \"\n", " /***/ "]),
            1..8,
        ),
    ) {
        let sum = checksum(&text, None);
        prop_assert_eq!(sum, checksum(&spread(&text, &gaps), None));
        prop_assert_eq!(sum, checksum(&text.replace('\n', "\r\n"), None));
        prop_assert_eq!(sum, checksum(&text.replace("\r\n", "\n"), None));
    }

    #[test]
    fn checksums_see_every_literal(text in text(), pick in any::<prop::sample::Index>()) {
        let inner: Vec<usize> = tokens(&text, None)
            .filter(|token| matches!(
                token.kind,
                TokenKind::String | TokenKind::QuotedIdent | TokenKind::DollarString
            ))
            .map(|token| token.span.end - 1)
            .collect();
        if inner.is_empty() {
            return Ok(());
        }
        let mut edited = text.clone();
        edited.insert(*pick.get(&inner), ' ');
        prop_assert_ne!(checksum(&text, None), checksum(&edited, None));
        prop_assert_ne!(checksum("", Some(&text)), checksum("", Some(&edited)));
    }

    #[test]
    fn what_is_quoted_is_one_token(text in "[^\\x00]*") {
        for dialect in [Postgres, Sqlite] {
            for quoted in [ident(&text, dialect), literal(&text, dialect)] {
                let quoted = quoted?;
                let found: Vec<TokenKind> = tokens(&quoted, Some(dialect)).map(|token| token.kind).collect();
                prop_assert!(matches!(
                    found[..],
                    [TokenKind::String | TokenKind::EscapeString | TokenKind::QuotedIdent]
                ));
            }
        }
    }
}
