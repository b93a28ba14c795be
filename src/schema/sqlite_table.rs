//! What stands in a `CREATE TABLE` of SQLite, taken apart.
//!
//! The stored text is the only place that knows of checks, collations, conflict
//! clauses and deferred keys. It is read as the grammar has it, never searched for
//! words: `CHECK (b IS NOT NULL)`, `ON DELETE SET NULL` and `DEFAULT 'not null'`
//! hold words that elsewhere begin a clause.

use super::{
    Value,
    normal::{Piece, joined, pieces, unquoted},
};
use crate::sql::TokenKind;

/// The parts of a table's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableText {
    /// `STRICT`, `WITHOUT ROWID`.
    pub(super) options: Option<Value>,
    /// In their order.
    pub(super) columns: Vec<ColumnText>,
    /// Those that stand after the columns.
    pub(super) constraints: Vec<ConstraintText>,
}

/// A column: its name as written, and its clauses by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ColumnText {
    pub(super) name: String,
    /// All of it, as written.
    pub(super) text: String,
    pub(super) clauses: Vec<(&'static str, Value)>,
    /// Tables that it refers to, as compared.
    pub(super) refers: Vec<String>,
}

/// A constraint of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConstraintText {
    pub(super) name: Option<String>,
    pub(super) definition: Value,
    pub(super) refers: Option<String>,
}

impl ColumnText {
    /// A clause, by its key.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let mut clauses = self.clauses.iter();
        clauses
            .find(|(other, _)| *other == key)
            .map(|(_, value)| value)
    }
}

/// Words that begin a clause of a column.
const CLAUSES: &[&str] = &[
    "constraint",
    "primary",
    "not",
    "null",
    "unique",
    "check",
    "default",
    "collate",
    "references",
    "generated",
    "as",
];

/// Words that begin a constraint of a table.
pub(super) const CONSTRAINTS: &[&str] = &["constraint", "primary", "unique", "check", "foreign"];

/// Takes a text apart; `None` where it is not of the form that is expected.
pub(super) fn table(text: &str) -> Option<TableText> {
    let all = pieces(text);
    let open = all
        .iter()
        .position(|piece| piece.kind == TokenKind::LeftParen)?;
    let close = closing(&all, open)?;
    let mut columns = Vec::new();
    let mut constraints = Vec::new();
    for element in split(all.get(open + 1..close)?) {
        let first = element.first()?;
        if CONSTRAINTS.iter().any(|word| first.is(word)) {
            constraints.extend(table_constraints(text, element)?);
        } else {
            columns.push(column(text, element)?);
        }
    }
    Some(TableText {
        options: options(text, all.get(close + 1..)?),
        columns,
        constraints,
    })
}

/// The place of the parenthesis that closes the one at `open`.
pub(super) fn closing(pieces: &[Piece], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, piece) in pieces.iter().enumerate().skip(open) {
        match piece.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// At the commas that are in no parenthesis.
pub(super) fn split(pieces: &[Piece]) -> Vec<&[Piece]> {
    let mut depth = 0_i32;
    pieces
        .split(|piece| {
            match piece.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth -= 1,
                _ => {}
            }
            depth == 0 && piece.kind == TokenKind::Comma
        })
        .collect()
}

fn options(text: &str, rest: &[Piece]) -> Option<Value> {
    let mut options: Vec<String> = split(rest).into_iter().map(joined).collect();
    options.retain(|option| !option.is_empty());
    options.sort();
    (!options.is_empty()).then(|| Value::normalised(written(text, rest), options.join(", ")))
}

/// Pieces as they stand in the text.
fn written(text: &str, pieces: &[Piece]) -> String {
    let range = pieces
        .first()
        .zip(pieces.last())
        .map(|(first, last)| first.span.start..last.span.end);
    range
        .and_then(|range| text.get(range))
        .unwrap_or_default()
        .to_owned()
}

fn value(text: &str, pieces: &[Piece]) -> Value {
    Value::normalised(written(text, pieces), joined(pieces))
}

fn name_of(text: &str, piece: &Piece) -> Option<String> {
    let written = text.get(piece.span.clone())?;
    match piece.kind {
        TokenKind::Word => Some(written.to_owned()),
        TokenKind::QuotedIdent | TokenKind::String => Some(unquoted(written)),
        _ => None,
    }
}

/// SQLite takes them without a comma between them too.
fn table_constraints(text: &str, element: &[Piece]) -> Option<Vec<ConstraintText>> {
    let mut found = Vec::new();
    let mut rest = element;
    while let Some(first) = rest.first() {
        let name = if first.is("constraint") {
            let name = name_of(text, rest.get(1)?)?;
            rest = rest.get(2..)?;
            Some(name)
        } else {
            None
        };
        let mut depth = 0_i32;
        let end = rest.iter().enumerate().position(|(at, piece)| {
            match piece.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth -= 1,
                _ => {}
            }
            at > 0 && depth == 0 && CONSTRAINTS.iter().any(|word| piece.is(word))
        });
        let (own, after) = rest.split_at(end.unwrap_or(rest.len()));
        found.push(ConstraintText {
            name,
            definition: value(text, own),
            refers: referred(text, own),
        });
        rest = after;
    }
    Some(found)
}

/// The table behind the word REFERENCES.
fn referred(text: &str, pieces: &[Piece]) -> Option<String> {
    let at = pieces.iter().position(|piece| piece.is("references"))?;
    name_of(text, pieces.get(at + 1)?).map(|name| name.to_ascii_lowercase())
}

fn column(text: &str, element: &[Piece]) -> Option<ColumnText> {
    let (first, mut rest) = element.split_first()?;
    let mut column = ColumnText {
        name: name_of(text, first)?,
        text: written(text, element),
        clauses: Vec::new(),
        refers: Vec::new(),
    };
    let (kind, after) = rest.split_at(until_clause(rest, 0));
    if !kind.is_empty() {
        column.clauses.push(("type", value(text, kind)));
    }
    rest = after;
    while !rest.is_empty() {
        let length = clause(rest)?;
        let (own, after) = rest.split_at(length);
        add_clause(text, own, &mut column)?;
        rest = after;
    }
    Some(column)
}

/// Where the next clause begins, from `at` on.
fn until_clause(pieces: &[Piece], at: usize) -> usize {
    let mut depth = 0_i32;
    for (here, piece) in pieces.iter().enumerate().skip(at) {
        match piece.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth -= 1,
            _ if depth == 0 && CLAUSES.iter().any(|word| piece.is(word)) => return here,
            _ => {}
        }
    }
    pieces.len()
}

/// How many pieces the first clause has.
fn clause(pieces: &[Piece]) -> Option<usize> {
    let first = pieces.first()?;
    let second = pieces.get(1);
    if first.is("constraint") {
        second?;
        return Some(2);
    }
    if first.is("default") {
        let second = second?;
        return Some(match second.kind {
            TokenKind::LeftParen => closing(pieces, 1)? + 1,
            TokenKind::Operator => 3.min(pieces.len()),
            _ => 2,
        });
    }
    if first.is("not") || first.is("generated") {
        // NOT NULL; GENERATED ALWAYS AS
        let fixed = if first.is("not") { 2 } else { 3 };
        return (pieces.len() >= fixed).then(|| until_clause(pieces, fixed));
    }
    if !first.is("references") {
        return Some(until_clause(pieces, 1));
    }
    let mut end = 2.min(pieces.len());
    loop {
        end = until_clause(pieces, end);
        let before = end.checked_sub(1).and_then(|at| pieces.get(at));
        let here = pieces.get(end);
        let after = pieces.get(end + 1);
        let set = before.is_some_and(|piece| piece.is("set"));
        let deferrable = here.is_some_and(|piece| piece.is("not"))
            && after.is_some_and(|piece| piece.is("deferrable"));
        if here.is_none() || !(set || deferrable) {
            return Some(end);
        }
        end += 1;
    }
}

fn add_clause(text: &str, own: &[Piece], column: &mut ColumnText) -> Option<()> {
    let (first, rest) = own.split_first()?;
    let key = match first.normal.as_str() {
        "constraint" => "constraint names",
        "primary" => "primary key",
        "not" => "not null",
        "unique" => "unique",
        "check" => "check",
        "default" => "default",
        "collate" => "collation",
        "references" => {
            column.refers.extend(referred(text, own));
            "references"
        }
        "generated" | "as" => "generated",
        // NULL says what is so anyway.
        _ => return Some(()),
    };
    let added = match key {
        "default" => default(text, rest),
        "generated" => generated(text, own)?,
        "constraint names" | "collation" | "check" | "references" => value(text, rest),
        _ => value(text, own),
    };
    match column.clauses.iter_mut().find(|(other, _)| *other == key) {
        // In SQLite the last default and the last collation count; of the rest, all.
        Some((_, there)) if matches!(key, "default" | "collation") => *there = added,
        Some((_, there)) => {
            *there = Value::normalised(
                format!("{}\n{}", there.text, added.text),
                format!("{}\n{}", there.compared(), added.compared()),
            );
        }
        None => column.clauses.push((key, added)),
    }
    Some(())
}

/// A constant may stand in parentheses or not.
fn default(text: &str, rest: &[Piece]) -> Value {
    let mut inner = rest;
    while let [open, within @ .., close] = inner
        && open.kind == TokenKind::LeftParen
        && close.kind == TokenKind::RightParen
        && (within.len() == 1 || is_signed(within) || closing(within, 0) == Some(within.len() - 1))
    {
        inner = within;
    }
    if let [sign, number] = inner
        && sign.normal == "+"
        && number.kind == TokenKind::Number
    {
        inner = std::slice::from_ref(number);
    }
    Value::normalised(written(text, rest), joined(inner))
}

fn is_signed(pieces: &[Piece]) -> bool {
    matches!(pieces, [sign, number]
        if sign.kind == TokenKind::Operator && number.kind == TokenKind::Number)
}

/// `GENERATED ALWAYS` and `VIRTUAL` may be left out.
fn generated(text: &str, own: &[Piece]) -> Option<Value> {
    let open = own
        .iter()
        .position(|piece| piece.kind == TokenKind::LeftParen)?;
    let close = closing(own, open)?;
    let how = if own.get(close + 1).is_some_and(|piece| piece.is("stored")) {
        "stored"
    } else {
        "virtual"
    };
    let expression = joined(own.get(open..=close)?);
    Some(Value::normalised(
        written(text, own),
        format!("as {expression} {how}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::table;

    /// A line for each thing that was read.
    fn read(text: &str) -> Vec<String> {
        let Some(table) = table(text) else {
            return vec!["?".to_owned()];
        };
        let mut lines = Vec::new();
        for column in table.columns {
            let clauses: Vec<String> = column
                .clauses
                .iter()
                .map(|(key, value)| format!("{key}={}", value.compared()))
                .collect();
            lines.push(format!("{}: {}", column.name, clauses.join("; ")));
        }
        for constraint in table.constraints {
            lines.push(format!(
                "+ {}: {}",
                constraint.name.unwrap_or_default(),
                constraint.definition.compared()
            ));
        }
        if let Some(options) = table.options {
            lines.push(format!("= {}", options.compared()));
        }
        lines
    }

    #[test]
    fn clauses() {
        for (column, expected) in [
            ("a", "a: "),
            (
                "a INTEGER PRIMARY KEY AUTOINCREMENT",
                "a: type=integer; primary key=primary key autoincrement",
            ),
            (
                "\"a b\" VARCHAR (10) NOT NULL",
                "a b: type=varchar ( 10 ); not null=not null",
            ),
            (
                "a double precision DEFAULT -1.5 CHECK (a > 0)",
                "a: type=double precision; default=- 1.5; check=( a > 0 )",
            ),
            ("a DEFAULT ((+1))", "a: default=1"),
            ("a DEFAULT (1+1)", "a: default=( 1 + 1 )"),
            (
                "a DEFAULT (f(1) + f(2)) UNIQUE",
                "a: default=( f ( 1 ) + f ( 2 ) ); unique=unique",
            ),
            (
                "a text DEFAULT 'not null' NULL",
                "a: type=text; default='not null'",
            ),
            (
                "a CHECK (a IS NOT NULL) COLLATE NoCase",
                "a: check=( a is not null ); collation=nocase",
            ),
            (
                "a REFERENCES p (b) ON DELETE SET NULL ON UPDATE SET DEFAULT NOT DEFERRABLE INITIALLY IMMEDIATE NOT NULL",
                "a: references=p ( b ) on delete set null on update set default not deferrable initially immediate; \
                 not null=not null",
            ),
            ("a AS (b + 1)", "a: generated=as ( b + 1 ) virtual"),
            (
                "a int GENERATED ALWAYS AS (b + 1) STORED",
                "a: type=int; generated=as ( b + 1 ) stored",
            ),
            (
                "a NOT NULL ON CONFLICT IGNORE UNIQUE",
                "a: not null=not null on conflict ignore; unique=unique",
            ),
            (
                "a CONSTRAINT c CHECK (1) CONSTRAINT d CHECK (2)",
                "a: constraint names=c\nd; check=( 1 )\n( 2 )",
            ),
        ] {
            assert_eq!(read(&format!("CREATE TABLE t ({column})")), [expected]);
        }
    }

    #[test]
    fn the_whole_table() {
        assert_eq!(
            read(
                "CREATE TABLE t(a, -- the key\n b, PRIMARY KEY (a, b), CONSTRAINT \"C\" CHECK (a IN (1, 2)) UNIQUE (b)
                 FOREIGN KEY (b) REFERENCES p DEFERRABLE INITIALLY DEFERRED) without ROWID , STRICT"
            ),
            [
                "a: ",
                "b: ",
                "+ : primary key ( a , b )",
                "+ C: check ( a in ( 1 , 2 ) )",
                "+ : unique ( b )",
                "+ : foreign key ( b ) references p deferrable initially deferred",
                "= strict, without rowid",
            ]
        );
    }

    #[test]
    fn what_is_no_table() {
        for text in [
            "",
            "CREATE TABLE t",
            "CREATE TABLE t (a",
            "CREATE TABLE t (a, )",
        ] {
            assert_eq!(read(text), ["?"], "{text}");
        }
    }
}
