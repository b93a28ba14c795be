//! What constraints tell of the values that they let in: the literals that they name, and
//! the tables that keys refer to. Read as tokens, never understood.

use super::{Fact, FactId, Kind, Schema};
use crate::{
    model::Dialect,
    sql::{self, Token, TokenKind},
};

/// What a constraint speaks of, and the literals in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hint {
    names: Vec<String>,
    /// What a refusal names: the constraint, its text.
    pub(super) named: Vec<String>,
    /// Texts, without quotes.
    pub(super) texts: Vec<String>,
    /// Whole numbers.
    pub(super) numbers: Vec<i64>,
    is_null: bool,
    /// Just this value, in SQL.
    exact: Option<String>,
    /// One row is enough.
    once: bool,
}

impl Hint {
    /// Somebody asks for rows that have nothing in a column.
    pub(super) fn null(column: String) -> Self {
        Self {
            names: vec![column],
            is_null: true,
            ..Self::default()
        }
    }

    /// Somebody refers to a row that has this value in a column.
    pub(super) fn exact(column: String, value: String) -> Self {
        Self {
            names: vec![column],
            exact: Some(value),
            once: true,
            ..Self::default()
        }
    }

    /// The same for one row alone: a query that wants one row is to find one.
    pub(super) fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// Whether it counts for a row.
    pub(super) fn is_for(&self, row: usize) -> bool {
        row == 0 || !self.once
    }

    /// The value that is wanted, in SQL.
    pub(super) fn wanted(&self) -> Option<&str> {
        self.exact.as_deref()
    }

    /// A row is wanted that has nothing there.
    pub(super) fn may_be_null(&self) -> bool {
        self.is_null
    }

    pub(super) fn is_about(&self, column: &str) -> bool {
        self.names.iter().any(|name| name == column)
    }
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::schema) struct Key {
    pub(in crate::schema) columns: Vec<String>,
    pub(in crate::schema) table: FactId,
    pub(in crate::schema) referred: Vec<String>,
    /// What says it: a column, or a constraint.
    pub(in crate::schema) of: FactId,
}

impl Key {
    /// The value of a row that is there: of that row, or of the first one.
    pub(super) fn value(&self, column: &str, row: usize, dialect: Dialect) -> String {
        let at = self.columns.iter().position(|name| name == column);
        let quoted = |name: &String| sql::ident(name, dialect).unwrap_or_default();
        let referred: Vec<String> = self.referred.iter().map(quoted).collect();
        let (Some(table), Some(value)) = (
            super::in_sql(&self.table, dialect),
            at.and_then(|at| referred.get(at)),
        ) else {
            return "NULL".to_owned();
        };
        let order = referred.join(", ");
        let of =
            |row| format!("(SELECT {value} FROM {table} ORDER BY {order} LIMIT 1 OFFSET {row})");
        match row {
            0 => of(0),
            row => format!("coalesce({}, {})", of(row), of(0)),
        }
    }
}

/// What the constraints of a table say.
pub(super) fn of_table(schema: &Schema, table: &Fact) -> Vec<Hint> {
    let mut hints = Vec::new();
    for part in parts(schema, &table.id) {
        for text in [part.get("check"), part.get("definition")]
            .into_iter()
            .flatten()
        {
            let mut hint = hint(text, schema.dialect);
            hint.named = vec![text.to_owned()];
            if part.id.kind == Kind::Column {
                hint.names.push(part.id.name().to_owned());
            } else if !text.trim_start().to_ascii_uppercase().starts_with("CHECK") {
                continue;
            } else {
                hint.named.push(part.id.name().to_owned());
            }
            hints.push(hint);
        }
    }
    if let Some(key) = table.get("partition key") {
        // The bounds stand with the partitions.
        let names = hint(key, schema.dialect).names;
        let of_it = |fact: &&Fact| {
            fact.get("partition of")
                .is_some_and(|text| text.contains(&table.id.path.join(".")))
        };
        for partition in schema.facts.values().filter(of_it) {
            let bounds = hint(
                partition.get("partition of").unwrap_or_default(),
                schema.dialect,
            );
            let names = names.clone();
            let refusals = vec!["no partition of relation".to_owned()];
            hints.push(Hint {
                names,
                named: refusals,
                ..bounds
            });
        }
    }
    hints
}

/// The names and literals of an expression.
pub(super) fn hint(text: &str, dialect: Dialect) -> Hint {
    let mut found = Hint::default();
    for token in significant(text, dialect) {
        let written = token.text(text);
        match token.kind {
            TokenKind::Word | TokenKind::QuotedIdent => {
                found.names.extend(name(&token, text, dialect));
            }
            TokenKind::String => found.texts.push(unquoted(written, '\'')),
            TokenKind::Number => found.numbers.extend(written.parse::<i64>()),
            _ => {}
        }
    }
    found
}

fn parts<'a>(schema: &'a Schema, table: &'a FactId) -> impl Iterator<Item = &'a Fact> {
    let columns = super::parts(schema, Kind::Column, table);
    columns.chain(super::parts(schema, Kind::Constraint, table))
}

/// The foreign keys of a table.
pub(in crate::schema) fn references(schema: &Schema, table: &FactId) -> Vec<Key> {
    parts(schema, table)
        .filter_map(|part| {
            let (text, column) = match part.id.kind {
                Kind::Column => (part.get("references")?, Some(part.id.name())),
                _ => (part.get("definition")?, None),
            };
            key(schema, &part.id, text, column)
        })
        .collect()
}

/// Reads `FOREIGN KEY (a, b) REFERENCES s.t(x, y) …`, or what a column refers to (`t(x)`).
fn key(schema: &Schema, of: &FactId, text: &str, column: Option<&str>) -> Option<Key> {
    let dialect = schema.dialect;
    let mut tokens = significant(text, dialect).peekable();
    let columns = if let Some(column) = column {
        tokens.next_if(|token| token.is_word(text, "REFERENCES"));
        vec![column.to_owned()]
    } else {
        tokens
            .next()
            .filter(|token| token.is_word(text, "FOREIGN"))?;
        tokens.next().filter(|token| token.is_word(text, "KEY"))?;
        let columns = list(&mut tokens, text, dialect)?;
        tokens
            .next()
            .filter(|token| token.is_word(text, "REFERENCES"))?;
        columns
    };
    let mut path = vec![name(&tokens.next()?, text, dialect)?];
    while tokens
        .next_if(|token| token.kind == TokenKind::Dot)
        .is_some()
    {
        path.push(name(&tokens.next()?, text, dialect)?);
    }
    let table = FactId::new(Kind::Table, path);
    let referred = list(&mut tokens, text, dialect).unwrap_or_else(|| primary_key(schema, &table));
    (referred.len() == columns.len() && schema.facts.contains_key(&table)).then_some(Key {
        columns,
        table,
        referred,
        of: of.clone(),
    })
}

/// The columns of a table's primary key.
pub(in crate::schema) fn primary_key(schema: &Schema, table: &FactId) -> Vec<String> {
    for part in parts(schema, table) {
        if part.id.kind == Kind::Column && part.get("primary key").is_some() {
            return vec![part.id.name().to_owned()];
        }
        let Some(text) = part.get("definition") else {
            continue;
        };
        let mut tokens = significant(text, schema.dialect).peekable();
        if tokens
            .next()
            .is_some_and(|token| token.is_word(text, "PRIMARY"))
            && tokens
                .next()
                .is_some_and(|token| token.is_word(text, "KEY"))
        {
            return list(&mut tokens, text, schema.dialect).unwrap_or_default();
        }
    }
    Vec::new()
}

/// `(a, b)`, where that comes next.
fn list(
    tokens: &mut std::iter::Peekable<impl Iterator<Item = Token>>,
    text: &str,
    dialect: Dialect,
) -> Option<Vec<String>> {
    tokens.next_if(|token| token.kind == TokenKind::LeftParen)?;
    let mut names = Vec::new();
    for token in tokens.by_ref() {
        match token.kind {
            TokenKind::RightParen => return Some(names),
            TokenKind::Comma => {}
            _ => names.push(name(&token, text, dialect)?),
        }
    }
    None
}

pub(super) fn significant(text: &str, dialect: Dialect) -> impl Iterator<Item = Token> + use<'_> {
    sql::tokens(text, Some(dialect)).filter(|token| !token.is_trivia())
}

/// The name as identities have it.
pub(super) fn name(token: &Token, text: &str, dialect: Dialect) -> Option<String> {
    let written = token.text(text);
    let name = match token.kind {
        TokenKind::Word => written.to_ascii_lowercase(),
        TokenKind::QuotedIdent => match written.chars().next()? {
            '[' => written.trim_matches(['[', ']']).to_owned(),
            quote => unquoted(written, quote),
        },
        _ => return None,
    };
    Some(match dialect {
        Dialect::Sqlite => name.to_ascii_lowercase(),
        Dialect::Postgres => name,
    })
}

fn unquoted(written: &str, quote: char) -> String {
    let inner = written.strip_prefix(quote).unwrap_or(written);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    inner.replace(&format!("{quote}{quote}"), &quote.to_string())
}
