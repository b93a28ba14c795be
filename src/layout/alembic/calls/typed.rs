//! Types of `SQLAlchemy`'s as SQL has them. What matters of a type is whether two are the same,
//! and whether it is one that revisions make: an enum.

use std::ops::Range;

use super::{
    harmless::is_expression,
    texts::{ident, literal},
    value::{Call, Sql, Value},
};
use crate::model::Dialect;

/// A type by its name in SQL, and the enum that it is.
pub(super) struct Typed {
    pub(super) text: String,
    /// What a table that is created makes with it.
    pub(super) made: Option<Sql>,
}

/// Names of `SQLAlchemy`'s, in lower case, whose types PostgreSQL calls otherwise.
const NAMES: [(&str, &str); 24] = [
    ("string", "varchar"),
    ("unicode", "varchar"),
    ("unicodetext", "text"),
    ("nvarchar", "varchar"),
    ("clob", "text"),
    ("biginteger", "bigint"),
    ("smallinteger", "smallint"),
    ("largebinary", "bytea"),
    ("binary", "bytea"),
    ("varbinary", "bytea"),
    ("blob", "bytea"),
    ("picklletype", "bytea"),
    ("pickletype", "bytea"),
    ("datetime", "timestamp"),
    ("double", "double precision"),
    ("double_precision", "double precision"),
    ("uuid", "uuid"),
    ("guid", "uuid"),
    ("decimal", "numeric"),
    ("nulltype", "text"),
    ("autostring", "varchar"),
    ("bool", "boolean"),
    ("tzdatetime", "timestamptz"),
    ("char", "char"),
];

/// Those whose names are the same.
const SAME: [&str; 33] = [
    "integer",
    "bigint",
    "smallint",
    "int",
    "text",
    "varchar",
    "boolean",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "interval",
    "float",
    "real",
    "numeric",
    "bytea",
    "json",
    "jsonb",
    "inet",
    "cidr",
    "macaddr",
    "tsvector",
    "tsquery",
    "citext",
    "hstore",
    "money",
    "oid",
    "bit",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
];

/// The type that stands in a column.
pub(super) fn typed(value: &Value, dialect: Dialect) -> Typed {
    let plain = |text: String| Typed { text, made: None };
    let call = value.call();
    let path = match value {
        Value::Path(path) => Some(path.as_str()),
        _ => call.and_then(|call| call.path.as_deref()),
    };
    let is_known = path.is_none_or(is_expression);
    let name = value.last_name().filter(|_| is_known);
    let name = name.unwrap_or_default().to_lowercase();
    if name == "enum" {
        return of_enum(call, dialect);
    }
    if name == "array" {
        let of = call.and_then(|call| call.args.first());
        let of = of.map_or_else(
            || plain("text".to_owned()),
            |arg| typed(&arg.value, dialect),
        );
        return Typed {
            text: format!("{}[]", of.text),
            made: of.made,
        };
    }
    if name == "domain"
        && let Some(named) = call.and_then(|call| call.args.first()?.value.text())
    {
        return plain(ident(named));
    }
    let known = NAMES.iter().find(|(known, _)| *known == name);
    let known = known
        .map(|(_, sql)| *sql)
        .or_else(|| SAME.iter().copied().find(|same| *same == name));
    let Some(known) = known else {
        // Somebody's own: no object that a revision makes, and the same as itself only.
        return plain(match value {
            Value::Path(path) => format!("pg_catalog.{}", ident(path)),
            other => format!("pg_catalog.{}", ident(&written(other))),
        });
    };
    let zoned = call.is_some_and(|call| call.flag("timezone"));
    let zone = match known {
        "timestamp" | "time" if zoned => " with time zone",
        _ => "",
    };
    plain(format!("{known}{}{zone}", measures(call)))
}

/// `(50)`, `(10, 2)`.
fn measures(call: Option<&Call>) -> String {
    let Some(call) = call else {
        return String::new();
    };
    let number = |value: &Value| match value {
        Value::Int(value) => Some(value.to_string()),
        _ => None,
    };
    let mut found: Vec<String> = call
        .args
        .iter()
        .filter_map(|arg| number(&arg.value))
        .collect();
    for name in ["length", "precision", "scale"] {
        found.extend(call.keyword(name).and_then(|arg| number(&arg.value)));
    }
    match found.as_slice() {
        [] => String::new(),
        all => format!("({})", all.join(", ")),
    }
}

/// A value without its places, for a name that is the same where the type is.
fn written(value: &Value) -> String {
    match value {
        Value::Call(call) => {
            let args = call.args.iter().map(|arg| written(&arg.value));
            let keywords = call
                .keywords
                .iter()
                .map(|(name, arg)| format!("{name}={}", written(&arg.value)));
            let all: Vec<String> = args.chain(keywords).collect();
            format!("{}({})", call.name, all.join(","))
        }
        Value::Text(text) | Value::Holed(text) | Value::Path(text) => text.clone(),
        Value::Attribute(one) => format!("{}.{}", written(&one.0), one.1),
        Value::List(all) | Value::Mix(all) => {
            let all: Vec<String> = all.iter().map(written).collect();
            all.join(",")
        }
        Value::Int(value) => value.to_string(),
        Value::Bool(value) => value.to_string(),
        _ => String::new(),
    }
}

fn of_enum(call: Option<&Call>, dialect: Dialect) -> Typed {
    let text = "varchar".to_owned();
    let is_native = |call: &&Call| {
        let native = call.keyword("native_enum");
        native.is_none_or(|arg| arg.value != Value::Bool(false))
    };
    let call = call.filter(|_| dialect == Dialect::Postgres);
    let Some((call, name)) = call
        .filter(is_native)
        .and_then(|call| Some((call, enum_name(call)?)))
    else {
        return Typed { text, made: None };
    };
    let made = call
        .keyword("create_type")
        .is_none_or(|arg| arg.value != Value::Bool(false));
    let create = Sql::new(format!("CREATE TYPE {name} AS ENUM ({})", labels(call)));
    Typed {
        text: name,
        made: made.then_some(create),
    }
}

/// The type's name: given, or that of the class that has the labels.
fn enum_name(call: &Call) -> Option<String> {
    let name = match (
        call.text_of("name"),
        call.args.first().map(|arg| &arg.value),
    ) {
        (Some(name), _) => name.to_owned(),
        (None, Some(Value::Path(path))) => path.rsplit('.').next()?.to_lowercase(),
        _ => return None,
    };
    Some(match call.text_of("schema") {
        Some(schema) => format!("{}.{}", ident(schema), ident(&name)),
        None => ident(&name),
    })
}

fn labels(call: &Call) -> String {
    let labels = call.args.iter().filter_map(|arg| arg.value.text());
    let labels: Vec<String> = labels.map(literal).collect();
    labels.join(", ")
}

/// `CREATE TYPE`, `DROP TYPE`. `None` = that is no type with a life of its own; `Err` = its name
/// is computed.
pub(super) fn type_statement(
    made: &Call,
    creates: bool,
    dialect: Dialect,
) -> Option<Result<Vec<Sql>, Range<usize>>> {
    match made.name.to_lowercase().as_str() {
        "enum" if dialect == Dialect::Sqlite => Some(Ok(Vec::new())),
        "enum" => Some(match enum_name(made) {
            None => Err(made.span.clone()),
            Some(name) if creates => {
                let labels = labels(made);
                Ok(vec![Sql::new(format!(
                    "CREATE TYPE {name} AS ENUM ({labels})"
                ))])
            }
            Some(name) => Ok(vec![Sql::new(format!("DROP TYPE {name}"))]),
        }),
        _ => None,
    }
}
