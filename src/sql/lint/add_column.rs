//! `ALTER TABLE … ADD COLUMN` of SQLite: what it refuses where the table holds rows.
//!
//! All but the unique columns pass on an empty database, so that nobody notices
//! before the day. The list is SQLite's (`sqlite3AlterFinishAddColumn`).

use super::Hazard;
use crate::{
    model::Span,
    sql::{cursor::Cursor, token::TokenKind},
};

/// What a column's definition says, as far as it matters.
#[derive(Debug, Default)]
struct Definition {
    clauses: Vec<Clause>,
    default: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clause {
    NotNull,
    Unique,
    PrimaryKey,
    References,
    Generated,
    Stored,
}

/// The word that a clause begins with; `NOT` is looked at more closely.
const CLAUSES: [(&str, Clause); 6] = [
    ("NOT", Clause::NotNull),
    ("UNIQUE", Clause::Unique),
    ("PRIMARY", Clause::PrimaryKey),
    ("REFERENCES", Clause::References),
    ("AS", Clause::Generated),
    ("STORED", Clause::Stored),
];

/// What stands behind DEFAULT.
#[derive(Debug, PartialEq, Eq)]
enum Value {
    Null,
    Constant,
    /// `CURRENT_TIMESTAMP`, `(expression)`.
    Expression,
}

/// What is dangerous about a column that is added; `span` is the statement's.
pub(super) fn hazards(
    table: &str,
    column: &str,
    definition: &str,
    span: &Span,
    keys_on: bool,
) -> Vec<Hazard> {
    let says = read(definition);
    let has = |clause: Clause| says.clauses.contains(&clause);
    let mut found = Vec::new();
    let mut unsupported = |message: String, help: &str| {
        found.push(Hazard::new("adding-unsupported-field", span.clone(), message).help(help));
    };
    let has_value = !matches!(says.default, None | Some(Value::Null));
    if has(Clause::PrimaryKey) || has(Clause::Unique) {
        let what = if has(Clause::PrimaryKey) {
            "PRIMARY KEY"
        } else {
            "UNIQUE"
        };
        unsupported(
            format!("SQLite cannot add a column that is {what}: {table}.{column}"),
            if has(Clause::PrimaryKey) {
                "rebuild the table, with `foreign_keys:off` after the marker of the section"
            } else {
                "add it without UNIQUE, and CREATE UNIQUE INDEX on it in the next statement"
            },
        );
    }
    if says.default == Some(Value::Expression) {
        unsupported(
            format!(
                "{table}.{column} gets a default that is computed, which SQLite refuses where {table} holds rows"
            ),
            "add it without a default and UPDATE the rows, or rebuild the table with `foreign_keys:off` after the \
             marker of the section",
        );
    }
    if has(Clause::Stored) {
        unsupported(
            format!(
                "{table}.{column} is generated and STORED, which SQLite refuses where {table} holds rows"
            ),
            "write VIRTUAL, or rebuild the table with `foreign_keys:off` after the marker of the section",
        );
    }
    if has(Clause::References) && has_value && keys_on {
        unsupported(
            format!(
                "{table}.{column} is a foreign key with a default, which SQLite refuses where {table} holds rows"
            ),
            "add it without the default, and UPDATE the rows",
        );
    }
    if has(Clause::NotNull) && !has_value && !has(Clause::Generated) {
        found.push(
            Hazard::new(
                "adding-required-field",
                span.clone(),
                format!("{table}.{column} is NOT NULL and has no default, which SQLite refuses where {table} holds rows"),
            )
            .help(
                "give it a DEFAULT, or add it without NOT NULL and fill it; a rebuild of the table (with \
                 `foreign_keys:off` after the marker of the section) can then make it NOT NULL",
            ),
        );
    }
    found
}

fn read(definition: &str) -> Definition {
    let mut cursor = Cursor::new(definition);
    let mut says = Definition::default();
    let mut depth = 0usize;
    loop {
        if depth == 0 {
            if cursor.word("DEFAULT") {
                says.default = Some(default(&mut cursor, &mut depth));
                continue;
            }
            if let Some((_, clause)) = CLAUSES.iter().find(|(word, _)| cursor.word(word)) {
                // `NOT DEFERRABLE` belongs to a foreign key.
                if *clause != Clause::NotNull || cursor.word("NULL") {
                    says.clauses.push(*clause);
                }
                continue;
            }
        }
        match cursor.next().map(|token| token.kind) {
            None => return says,
            Some(TokenKind::LeftParen) => depth += 1,
            Some(TokenKind::RightParen) => depth = depth.saturating_sub(1),
            Some(_) => {}
        }
    }
}

fn default(cursor: &mut Cursor<'_>, depth: &mut usize) -> Value {
    if cursor.word("NULL") {
        return Value::Null;
    }
    for word in ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"] {
        if cursor.word(word) {
            return Value::Expression;
        }
    }
    if !cursor.kind(TokenKind::LeftParen) {
        return Value::Constant;
    }
    *depth += 1;
    // A number or a text is one in parentheses too.
    let null = cursor.word("NULL");
    while cursor.kind(TokenKind::Operator) {}
    let literal = cursor.kind(TokenKind::Number) || cursor.kind(TokenKind::String);
    let closed = cursor.kind(TokenKind::RightParen);
    *depth -= usize::from(closed);
    match (closed, null, literal) {
        (true, true, false) => Value::Null,
        (true, false, true) => Value::Constant,
        _ => Value::Expression,
    }
}
