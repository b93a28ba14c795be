//! What a script's own statements ask of rows: a `WHERE` that no row meets says nothing of
//! what it does. Read as tokens, never understood.

use super::hints::{self, Hint};
use crate::{
    model::Dialect,
    sql::{self, Token, TokenKind},
};

/// What an `UPDATE` or a `DELETE` asks of the rows of its table, or a copy of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The name of the table, without its schema.
    pub(super) table: String,
    pub(super) hints: Vec<Hint>,
}

impl Asked {
    /// The hints for the columns of a table.
    pub(super) fn of_table(&self, table: &str) -> &[Hint] {
        if self.table == table {
            &self.hints
        } else {
            &[]
        }
    }
}

/// What the statements of a script ask.
pub fn asked(script: &str, dialect: Dialect) -> Vec<Asked> {
    let statements = sql::statements(script, dialect).into_iter();
    statements
        .flat_map(|statement| {
            let text = statement.text(script);
            let own = of_statement(text, dialect).or_else(|| of_copy(text, dialect));
            own.into_iter().chain(of_queries(text, dialect))
        })
        .collect()
}

/// What queries in brackets look for (`(SELECT id FROM t WHERE name = 'x')`): there has to be a
/// row, and one alone.
fn of_queries(text: &str, dialect: Dialect) -> Vec<Asked> {
    let all: Vec<Token> = hints::significant(text, dialect).collect();
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for (at, token) in all.iter().enumerate() {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            _ if depth > 0 && token.is_word(text, "FROM") => {
                found.extend(of_query(&all[at + 1..], text, dialect));
            }
            _ => {}
        }
    }
    found
}

/// What a query asks of the first table that it reads; `rest` follows its FROM.
fn of_query(rest: &[Token], text: &str, dialect: Dialect) -> Option<Asked> {
    let mut name = 0;
    while rest.get(name + 1)?.kind == TokenKind::Dot {
        name += 2;
    }
    let table = hints::name(rest.get(name)?, text, dialect)?;
    let mut depth = 0_usize;
    let mut condition = None;
    let mut end = text.len();
    for token in &rest[name + 1..] {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen if depth == 0 => {
                end = token.span.start;
                break;
            }
            TokenKind::RightParen => depth -= 1,
            _ if depth == 0 && condition.is_none() && token.is_word(text, "WHERE") => {
                condition = Some(token.span.end);
            }
            _ => {}
        }
    }
    let hint = hints::hint(text.get(condition?..end)?, dialect).once();
    Some(Asked {
        table,
        hints: vec![hint],
    })
}

/// Whether a statement changes or deletes the rows that meet its `WHERE`.
pub fn is_selective(statement: &str, dialect: Dialect) -> bool {
    of_statement(statement, dialect).is_some()
}

fn of_statement(text: &str, dialect: Dialect) -> Option<Asked> {
    let all: Vec<Token> = hints::significant(text, dialect).collect();
    let is = |at: usize, word: &str| all.get(at).is_some_and(|token| token.is_word(text, word));
    let mut at = if is(0, "UPDATE") {
        // `UPDATE OR REPLACE t`
        if is(1, "OR") { 3 } else { 1 }
    } else if is(0, "DELETE") && is(1, "FROM") {
        2
    } else {
        return None;
    };
    if is(at, "ONLY") {
        at += 1;
    }
    while all.get(at + 1)?.kind == TokenKind::Dot {
        at += 2;
    }
    let table = hints::name(all.get(at)?, text, dialect)?;
    let mut depth = 0_usize;
    let condition = all.iter().position(|token| {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is_word(text, "WHERE")
    })?;
    let condition = all.get(condition + 1..)?;
    let first = condition.first()?;
    let mut found = vec![hints::hint(text.get(first.span.start..)?, dialect)];
    let nulls = condition
        .windows(3)
        .filter(|three| three[1].is_word(text, "IS") && three[2].is_word(text, "NULL"));
    let columns = nulls.filter_map(|three| hints::name(&three[0], text, dialect));
    found.extend(columns.map(Hint::null));
    Some(Asked {
        table,
        hints: found,
    })
}

/// What is copied with something in the place of nothing (`coalesce(a, 0)`) asks for rows
/// that have nothing there.
fn of_copy(text: &str, dialect: Dialect) -> Option<Asked> {
    let all: Vec<Token> = hints::significant(text, dialect).collect();
    let is = |at: usize, word: &str| all.get(at).is_some_and(|token| token.is_word(text, word));
    if !(is(0, "INSERT") || is(0, "CREATE") && is(1, "TABLE")) {
        return None;
    }
    let mut depth = 0_usize;
    let mut table = None;
    let mut columns = Vec::new();
    // At which depth the first part of a `coalesce` stands.
    let mut first_part = None;
    for (at, token) in all.iter().enumerate() {
        match token.kind {
            TokenKind::LeftParen => {
                depth += 1;
                if at > 0 && is(at - 1, "COALESCE") && first_part.is_none() {
                    first_part = Some(depth);
                }
            }
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            TokenKind::Comma if first_part == Some(depth) => first_part = None,
            _ if first_part.is_some() => columns.extend(hints::name(token, text, dialect)),
            _ if depth == 0 && token.is_word(text, "FROM") => {
                let mut name = at + 1;
                while all
                    .get(name + 1)
                    .is_some_and(|token| token.kind == TokenKind::Dot)
                {
                    name += 2;
                }
                table = hints::name(all.get(name)?, text, dialect);
            }
            _ => {}
        }
    }
    let hints: Vec<Hint> = columns.into_iter().map(Hint::null).collect();
    let table = table?;
    (!hints.is_empty()).then_some(Asked { table, hints })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_statements_ask() {
        let told = |text: &str| {
            let asked = asked(text, Dialect::Postgres);
            let all = asked.iter().map(|one| {
                let about = |column: &str| {
                    let hints = one.hints.iter().filter(|hint| hint.is_about(column));
                    let words = hints.map(|hint| {
                        let numbers = hint.numbers.iter().map(i64::to_string);
                        let null = hint.may_be_null().then(|| "NULL".to_owned());
                        let all: Vec<String> = hint
                            .texts
                            .iter()
                            .cloned()
                            .chain(numbers)
                            .chain(null)
                            .collect();
                        all.join(" ")
                    });
                    words.collect::<Vec<_>>().join("; ")
                };
                format!("{}: a {{{}}} b {{{}}}", one.table, about("a"), about("b"))
            });
            all.collect::<Vec<_>>().join("\n")
        };
        for (text, want) in [
            (
                "DELETE FROM public.t WHERE a = 'x' AND b > 5",
                "t: a {x 5} b {x 5}",
            ),
            (
                "UPDATE ONLY \"T\" SET b = 'no' WHERE a IS NULL",
                "T: a {; NULL} b {}",
            ),
            ("UPDATE t SET b = (SELECT 1 WHERE a = 2)", ""),
            ("DELETE FROM t", ""),
            ("INSERT INTO t SELECT 1 WHERE 2 = 2", ""),
            ("DELETE", ""),
            (
                "INSERT INTO n (a, b) SELECT coalesce(CAST(a AS text), ''), b FROM main.t",
                "t: a {NULL} b {}",
            ),
            (
                "CREATE TABLE r AS SELECT coalesce(b, 1) AS c FROM \"t\"",
                "t: a {} b {NULL}",
            ),
            ("INSERT INTO t SELECT a, b FROM u", ""),
            (
                "UPDATE u SET c = (SELECT id FROM public.t WHERE a = 'x' AND (b > 5)) WHERE b = 7",
                "u: a {} b {7}\nt: a {x 5} b {x 5}",
            ),
            (
                "INSERT INTO n SELECT (SELECT id FROM t WHERE a = 'x' LIMIT 1), b FROM u",
                "t: a {x 1} b {}",
            ),
        ] {
            assert_eq!(told(text), want, "{text}");
        }
    }
}
