//! Names as one writes them.

use super::Kind;
use crate::model::Dialect;

/// PostgreSQL's reserved words (those that `quote_ident` puts in quotes).
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "national",
    "natural",
    "nchar",
    "none",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// The qualified name of an object.
pub(super) fn name(kind: Kind, path: &[String], dialect: Dialect) -> String {
    let joined = |path: &[String]| {
        let parts: Vec<String> = path.iter().map(|part| ident(part, dialect)).collect();
        parts.join(".")
    };
    match path.split_last() {
        Some((arguments, names)) if kind.takes_arguments() => {
            format!("{}({arguments})", joined(names))
        }
        _ => joined(path),
    }
}

/// A name in quotes where it would not be read as it is without.
pub(super) fn ident(name: &str, dialect: Dialect) -> String {
    let plain = |c: char| match dialect {
        Dialect::Postgres => c.is_ascii_lowercase() || c == '_',
        Dialect::Sqlite => c.is_ascii_alphabetic() || c == '_' || !c.is_ascii(),
    };
    let is_plain = name.starts_with(plain)
        && name
            .chars()
            .all(|c| plain(c) || c.is_ascii_digit() || c == '$')
        && RESERVED
            .binary_search(&name.to_ascii_lowercase().as_str())
            .is_err();
    if is_plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Dialect::{Postgres, Sqlite};

    #[test]
    fn reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn names() {
        for (name, postgres, sqlite) in [
            ("users", "users", "users"),
            ("Users", "\"Users\"", "Users"),
            ("order", "\"order\"", "\"order\""),
            ("größe", "\"größe\"", "größe"),
            ("a b", "\"a b\"", "\"a b\""),
            ("a\"b", "\"a\"\"b\"", "\"a\"\"b\""),
            ("1st", "\"1st\"", "\"1st\""),
            ("a.b", "\"a.b\"", "\"a.b\""),
            ("", "\"\"", "\"\""),
        ] {
            assert_eq!(ident(name, Postgres), postgres);
            assert_eq!(ident(name, Sqlite), sqlite);
        }
    }
}
