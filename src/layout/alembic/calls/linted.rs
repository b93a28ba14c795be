//! What `upgrade()` of a module runs, for those who judge statements.

use ruff_python_ast::{PySourceType, token::TokenKind};
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::Ranged as _;

use super::{
    value::{HOLE, What},
    walk::{self, span},
};
use crate::{
    model::Dialect,
    sql::{Called, Calls},
};

/// The statements of its calls, and the comments that may speak of them.
pub(in crate::layout) fn linted(text: &str, dialect: Dialect) -> Calls {
    let mut calls = Calls::default();
    for done in walk::upgrade(text, dialect) {
        let What::Sql { texts, .. } = done.what else {
            calls.unread.push(done.span);
            continue;
        };
        for one in texts {
            if one.text.contains(HOLE) {
                calls.unread.push(done.span.clone());
                continue;
            }
            let sql = match dialect {
                Dialect::Postgres => one.text,
                // As SQLAlchemy calls it there.
                Dialect::Sqlite => one
                    .text
                    .replace("DEFAULT now()", "DEFAULT CURRENT_TIMESTAMP"),
            };
            calls.made.push(Called {
                sql,
                span: done.span.clone(),
                outside: done.outside,
                is_copied: one.table.is_some_and(|table| table.is_copied),
            });
        }
    }
    let parsed = parse_unchecked_source(text, PySourceType::Python);
    let tokens = parsed.tokens().iter();
    let comments = tokens.filter(|token| token.kind() == TokenKind::Comment);
    calls.comments = comments.map(|token| span(token.range())).collect();
    calls
}
