//! Rows that a script refers to by their keys: what it puts into a column that has a foreign key
//! afterwards has to be there. Read as tokens, never understood.

use super::{
    Asked, columns_of,
    hints::{self, Hint, references},
};
use crate::{
    model::Dialect,
    schema::{FactId, Kind, Schema},
    sql::{self, Token, TokenKind},
};

/// A value that a script puts into a column of a table, in SQL.
struct Put {
    table: String,
    column: String,
    value: String,
}

/// The rows that have to be there for a script which leads from one schema to another.
pub fn given(script: &str, before: &Schema, after: &Schema) -> Vec<Asked> {
    let dialect = after.dialect;
    let tables = || after.facts.keys().filter(|id| id.kind == Kind::Table);
    let mut asked = Vec::new();
    for put in puts(script, dialect) {
        for table in tables().filter(|id| id.name() == put.table) {
            asked.extend(row(after, table, &put.column, &put.value));
        }
    }
    // What is new and is filled by a default.
    for table in tables().filter(|id| before.facts.contains_key(*id)) {
        let new = columns_of(after, table).filter(|column| !before.facts.contains_key(&column.id));
        for column in new {
            let default = column.get("default").unwrap_or_default();
            let all: Vec<Token> = hints::significant(default, dialect).collect();
            if let Some(value) = literal(&all, default) {
                asked.extend(row(after, table, column.id.name(), &value));
            }
        }
    }
    asked
}

/// The row that a value in a column refers to.
fn row(schema: &Schema, table: &FactId, column: &str, value: &str) -> Option<Asked> {
    let keys = references(schema, table);
    let key = keys.into_iter().find(|key| key.columns == [column])?;
    let referred = key.referred.into_iter().next()?;
    Some(Asked {
        table: key.table.name().to_owned(),
        hints: vec![Hint::exact(referred, value.to_owned())],
    })
}

fn puts(script: &str, dialect: Dialect) -> Vec<Put> {
    let statements = sql::statements(script, dialect).into_iter();
    let all = statements.flat_map(|statement| {
        let text = statement.text(script);
        let all: Vec<Token> = hints::significant(text, dialect).collect();
        let put = of_update(&all, text, dialect).or_else(|| of_copy(&all, text, dialect));
        put.unwrap_or_default()
    });
    all.collect()
}

/// `UPDATE t SET a = 1, b = 'x'`
fn of_update(all: &[Token], text: &str, dialect: Dialect) -> Option<Vec<Put>> {
    all.first().filter(|token| token.is_word(text, "UPDATE"))?;
    let set = all.iter().position(|token| token.is_word(text, "SET"))?;
    let table = hints::name(all.get(set.checked_sub(1)?)?, text, dialect)?;
    let end = all.iter().position(|token| token.is_word(text, "WHERE"));
    let assigned = all.get(set + 1..end.unwrap_or(all.len()))?;
    let each = split(assigned).into_iter().filter_map(|part| {
        let (column, rest) = part.split_first()?;
        let (_, value) = rest.split_first()?;
        Some(Put {
            table: table.clone(),
            column: hints::name(column, text, dialect)?,
            value: literal(value, text)?,
        })
    });
    Some(each.collect())
}

/// `INSERT INTO n (a, b) SELECT a, 1 FROM t`, where `n` takes the place of `t`.
fn of_copy(all: &[Token], text: &str, dialect: Dialect) -> Option<Vec<Put>> {
    all.first().filter(|token| token.is_word(text, "INSERT"))?;
    let open = all
        .iter()
        .position(|token| token.kind == TokenKind::LeftParen)?;
    let close = all
        .iter()
        .position(|token| token.kind == TokenKind::RightParen)?;
    let select = all
        .get(close + 1)
        .filter(|token| token.is_word(text, "SELECT"));
    select?;
    let rest = all.get(close + 2..)?;
    let mut depth = 0_usize;
    let from = rest.iter().position(|token| {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is_word(text, "FROM")
    })?;
    let table = hints::name(rest.get(from + 1)?, text, dialect)?;
    let names = split(all.get(open + 1..close)?);
    let values = split(&rest[..from]);
    let each = names.into_iter().zip(values).filter_map(|(name, value)| {
        Some(Put {
            table: table.clone(),
            column: hints::name(name.first()?, text, dialect)?,
            value: literal(value, text)?,
        })
    });
    Some(each.collect())
}

/// At the commas that stand in no brackets.
fn split(all: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    all.split(|token| {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.kind == TokenKind::Comma
    })
    .collect()
}

/// The value of an expression that is one, or falls back on one (`coalesce(a, 1)`); a cast
/// says no more.
fn literal(all: &[Token], text: &str) -> Option<String> {
    let is_value = |token: &Token| matches!(token.kind, TokenKind::String | TokenKind::Number);
    let value = match all {
        [only] => only,
        [first, second, ..] if is_value(first) && text[second.span.start..].starts_with(':') => {
            first
        }
        [first, .., comma, last, _]
            if first.is_word(text, "COALESCE") && comma.kind == TokenKind::Comma =>
        {
            last
        }
        _ => return None,
    };
    is_value(value).then(|| value.text(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scripts_put_where() {
        let told = |text: &str| {
            let all = puts(text, Dialect::Postgres).into_iter();
            let each = all.map(|put| format!("{}.{}={}", put.table, put.column, put.value));
            each.collect::<Vec<_>>().join(" ")
        };
        for (text, want) in [
            ("UPDATE users SET team_id = 1", "users.team_id=1"),
            (
                "UPDATE public.users SET a = 'x'::text, b = f(1, 2), \"C\" = 3 WHERE a = 4",
                "users.a='x' users.C=3",
            ),
            ("UPDATE users SET a = b", ""),
            (
                "INSERT INTO n (id, team_id, b)\nSELECT id, 1, coalesce(b, 'x')\nFROM users",
                "users.team_id=1 users.b='x'",
            ),
            (
                "INSERT INTO n (id, b) SELECT id, (SELECT 1 FROM t) FROM users",
                "",
            ),
            ("INSERT INTO n (id) VALUES (1)", ""),
            ("DELETE FROM users", ""),
        ] {
            assert_eq!(told(text), want, "{text}");
        }
    }
}
