//! Names and texts as they stand in the statements of a way.
//!
//! Where `public` is the only schema, names of relations and types are written
//! without it, as people do; with more than one, each name says where it is. What
//! the server might take for something of its own stays qualified.

use std::collections::BTreeSet;

use crate::{
    model::Dialect,
    schema::{Fact, FactId, Kind, Schema, shown},
    sql::{self, TokenKind, tokens},
};

/// Types of the server that somebody may have a type of the same name beside.
const TYPES: &[&str] = &[
    "bit",
    "bool",
    "box",
    "bpchar",
    "bytea",
    "char",
    "cidr",
    "circle",
    "date",
    "decimal",
    "float4",
    "float8",
    "inet",
    "int2",
    "int4",
    "int8",
    "interval",
    "json",
    "jsonb",
    "line",
    "lseg",
    "macaddr",
    "money",
    "name",
    "numeric",
    "oid",
    "path",
    "point",
    "polygon",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "tsquery",
    "tsvector",
    "uuid",
    "varbit",
    "varchar",
    "xml",
];

/// How names are written.
pub(super) struct Names {
    /// What needs no schema before it; `None`: everything does.
    plain: Option<BTreeSet<String>>,
}

impl Names {
    pub(super) fn of(a: &Schema, b: &Schema) -> Self {
        let facts = || a.facts.values().chain(b.facts.values());
        let elsewhere = |fact: &Fact| {
            fact.id.kind != Kind::Extension
                && fact.id.path.first().is_some_and(|name| name != "public")
        };
        if facts().any(elsewhere) {
            return Self { plain: None };
        }
        let named = facts().filter(|fact| fact.id.path.len() == 2);
        let (types, relations): (Vec<&Fact>, Vec<&Fact>) =
            named.partition(|fact| is_type(&fact.id));
        let relations = relations.iter().filter(|fact| {
            (is_relation(&fact.id) || fact.id.kind == Kind::Statistics)
                && !fact.id.name().starts_with("pg_")
        });
        let types = types
            .iter()
            .filter(|fact| TYPES.binary_search(&fact.id.name()).is_err());
        let written = relations.chain(types).map(|fact| fact.id.name().to_owned());
        let mut plain: BTreeSet<String> = written.collect();
        // A function of the same name is looked for among the server's own first.
        for fact in facts().filter(|fact| fact.id.kind.takes_arguments()) {
            if let Some(name) = fact.id.path.get(1) {
                plain.remove(name);
            }
        }
        Self { plain: Some(plain) }
    }

    /// An object of a schema, or what it is a part of: the first two names.
    pub(super) fn object(&self, id: &FactId) -> String {
        self.pair(&id.path)
    }

    fn pair(&self, path: &[String]) -> String {
        match path {
            [schema, name, ..] if self.is_plain(schema, name) => ident(name),
            [schema, name, ..] => format!("{}.{}", ident(schema), ident(name)),
            _ => path.iter().map(|name| ident(name)).collect(),
        }
    }

    fn is_plain(&self, schema: &str, name: &str) -> bool {
        schema == "public"
            && self
                .plain
                .as_ref()
                .is_some_and(|plain| plain.contains(name))
    }

    /// A function, procedure or aggregate with what it takes.
    pub(super) fn routine(&self, fact: &Fact) -> String {
        let arguments = match (fact.id.kind, fact.get("arguments")) {
            (Kind::Aggregate, None) => "*",
            (Kind::Aggregate, Some(arguments)) => arguments,
            _ => fact.id.name(),
        };
        format!("{}({})", self.pair(&fact.id.path), self.text(arguments))
    }

    /// A text of the server's, with names written as here.
    pub(super) fn text(&self, text: &str) -> String {
        if self.plain.is_none() || !text.contains("public.") {
            return text.to_owned();
        }
        let all: Vec<_> = tokens(text, Some(Dialect::Postgres)).collect();
        let mut out = String::new();
        let mut at = 0;
        while let Some(token) = all.get(at) {
            let written = token.text(text);
            if let [dot, name, ..] = all.get(at + 1..).unwrap_or_default()
                && written == "public"
                && dot.kind == TokenKind::Dot
                && self.is_plain("public", &unquoted(name.text(text)))
            {
                at += 2;
                continue;
            }
            out.push_str(written);
            at += 1;
        }
        out
    }
}

/// Whether it stands among the relations of its schema.
pub(super) fn is_relation(id: &FactId) -> bool {
    matches!(
        id.kind,
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::Sequence | Kind::Index
    )
}

/// The names that an object takes: relations, types and routines have theirs apart.
pub(super) fn spaces(id: &FactId) -> Vec<(usize, String)> {
    let spaces: &[usize] = match id.kind {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::CompositeType => &[0, 1],
        Kind::Sequence | Kind::Index | Kind::Constraint => &[0],
        Kind::Enum | Kind::Domain | Kind::RangeType => &[1],
        Kind::Function | Kind::Procedure | Kind::Aggregate => &[2],
        _ => &[],
    };
    let name = match (id.kind, id.path.as_slice()) {
        (Kind::Constraint, [schema, _, name]) => format!("{schema}.{name}"),
        _ => id.path.join("."),
    };
    spaces.iter().map(|space| (*space, name.clone())).collect()
}

/// Whether it is a type that is made by itself.
pub(super) fn is_type(id: &FactId) -> bool {
    matches!(
        id.kind,
        Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::RangeType
    )
}

/// A name as PostgreSQL writes it.
pub(super) fn ident(name: &str) -> String {
    shown::ident(name, Dialect::Postgres)
}

/// A name without its quotes.
pub(super) fn unquoted(written: &str) -> String {
    match written
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\""),
        None => written.to_owned(),
    }
}

/// A qualified name as the server writes it.
pub(super) fn qualified(path: &[String]) -> String {
    let names: Vec<String> = path.iter().map(|name| ident(name)).collect();
    names.join(".")
}

/// A text as a literal; PostgreSQL has none with a NUL in it.
pub(super) fn literal(text: &str) -> String {
    sql::literal(text, Dialect::Postgres).unwrap_or_default()
}

/// An expression in parentheses, once.
pub(super) fn parens(expression: &str) -> String {
    let mut depth = 0_i32;
    let all: Vec<_> = tokens(expression, Some(Dialect::Postgres)).collect();
    let closes_at_end = all.iter().enumerate().find_map(|(at, token)| {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at + 1 == all.len())
    });
    let is_wrapped = expression.starts_with('(') && closes_at_end == Some(true);
    if is_wrapped {
        expression.to_owned()
    } else {
        format!("({expression})")
    }
}

/// What stands between commas that are in no parentheses.
pub(super) fn items(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut begin) = (0_i32, 0);
    for token in tokens(text, Some(Dialect::Postgres)) {
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
            TokenKind::RightParen | TokenKind::RightBracket => depth -= 1,
            TokenKind::Comma if depth == 0 => {
                found.extend(text.get(begin..token.span.start).map(str::trim));
                begin = token.span.end;
            }
            _ => {}
        }
    }
    found.extend(text.get(begin..).map(str::trim));
    found.retain(|item| !item.is_empty());
    found
}

/// The words and names of a text, in lower case.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    tokens(text, Some(Dialect::Postgres))
        .flat_map(|token| match token.kind {
            TokenKind::Word | TokenKind::QuotedIdent => {
                vec![unquoted(token.text(text)).to_lowercase()]
            }
            // Bodies are strings.
            TokenKind::DollarString | TokenKind::String | TokenKind::EscapeString => token
                .text(text)
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .map(str::to_lowercase)
                .collect(),
            _ => Vec::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_sorted() {
        assert!(TYPES.is_sorted());
    }

    #[test]
    fn parentheses_once() {
        for (expression, expected) in [
            ("a", "(a)"),
            ("(a)", "(a)"),
            ("(a) + (b)", "((a) + (b))"),
            ("((a) + (b))", "((a) + (b))"),
            ("(a = ')(')", "(a = ')(')"),
        ] {
            assert_eq!(parens(expression), expected);
        }
    }

    #[test]
    fn commas_outside_of_parentheses() {
        assert_eq!(
            items("a numeric(5, 2), b text DEFAULT ','::text, VARIADIC c int[]"),
            [
                "a numeric(5, 2)",
                "b text DEFAULT ','::text",
                "VARIADIC c int[]"
            ]
        );
        assert_eq!(items(""), Vec::<&str>::new());
    }
}
