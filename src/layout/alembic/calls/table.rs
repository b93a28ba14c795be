//! New tables and indexes, as Alembic's operations make them.

use std::ops::Range;

use super::{
    column::{Column, condition, constraint, full, list},
    operation::{Made, Read, exists, missing, one},
    rows,
    signature::Given,
    texts::{ident, literal},
    value::{Arg, Call, Sql, Table, Value},
};
use crate::model::Dialect;

/// The index and the comment of a column.
pub(super) fn behind(table: (Option<&str>, &str), column: &Column, made: &mut Made) {
    let name = full(table);
    if let Some(is_unique) = column.index {
        let label = match table.0 {
            Some(schema) => format!("ix_{schema}_{}_{}", table.1, column.name),
            None => format!("ix_{}_{}", table.1, column.name),
        };
        let unique = if is_unique { "UNIQUE " } else { "" };
        let (index, on) = (ident(&label), ident(&column.name));
        made.put(format!("CREATE {unique}INDEX {index} ON {name} ({on})"));
    }
    if let Some(comment) = &column.comment {
        let (column, comment) = (ident(&column.name), literal(comment));
        made.put(format!("COMMENT ON COLUMN {name}.{column} IS {comment}"));
    }
}

pub(super) fn create_table(given: &Given<'_>, dialect: Dialect) -> Read {
    new_table(
        given.table()?,
        given.rest(),
        missing(given),
        given.call,
        dialect,
    )
}

pub(super) fn new_table(
    table: (Option<&str>, &str),
    parts: &[Arg],
    missing: &str,
    call: &Call,
    dialect: Dialect,
) -> Read {
    let mut made = Made::of(Vec::new());
    let (mut lines, mut columns, mut indexes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut constraints, mut keys, mut referring) = (Vec::new(), Vec::new(), Vec::new());
    for arg in parts {
        let read = arg.value.call().map(|call| (call.name.as_str(), call));
        match read {
            Some(("Column" | "column" | "mapped_column", _)) => {
                columns.push(Column::of(arg, dialect)?);
            }
            Some(("Index", index)) => indexes.push(index),
            Some((kind, one)) => match constraint(one)? {
                Some(text) => {
                    constraints.push(text);
                    match (kind, one.args.first().map(|arg| &arg.value)) {
                        ("PrimaryKeyConstraint", _) => {
                            keys = one.args.iter().filter_map(|arg| arg.value.text()).collect();
                        }
                        ("ForeignKeyConstraint", Some(Value::List(own))) => {
                            referring.extend(own.iter().filter_map(Value::text));
                        }
                        _ => {}
                    }
                }
                None if one.name == "MetaData" => {}
                None => made.opaque = Some(arg.span.clone()),
            },
            // MetaData of a table, by a name of the application's.
            None => made.opaque = made.opaque.or(Some(arg.span.clone())),
        }
    }
    let primary: Vec<&str> = columns
        .iter()
        .filter(|column| column.is_primary)
        .map(|column| column.name.as_str())
        .collect();
    keys.extend(&primary);
    for column in &columns {
        let name = column.name.as_str();
        let counts = dialect == Dialect::Postgres
            && column.can_count
            && keys == [name]
            && !referring.contains(&name);
        let text = if counts {
            format!("{} serial", ident(name))
        } else {
            column.text.clone()
        };
        lines.push(text);
        made.opaque = made.opaque.or(column.opaque.clone());
        if let Some(typed) = column
            .made
            .clone()
            .filter(|typed| !made.texts.contains(typed))
        {
            made.texts.push(typed);
        }
    }
    if !primary.is_empty() {
        lines.push(format!("PRIMARY KEY ({})", list(primary)));
    }
    lines.extend(constraints);
    lines.extend(columns.iter().flat_map(|column| column.constraints.clone()));
    let name = full(table);
    made.put(format!(
        "CREATE TABLE {missing}{name} ({})",
        lines.join(", ")
    ));
    for column in &columns {
        behind(table, column, &mut made);
    }
    for one in indexes {
        made.put(index(one, &name)?);
    }
    if let Some(comment) = call.text_of("comment") {
        made.put(format!("COMMENT ON TABLE {name} IS {}", literal(comment)));
    }
    Ok(made)
}

/// `sa.Index("name", "column", …)` of a table.
fn index(index: &Call, table: &str) -> Result<String, Range<usize>> {
    let (name, columns) = index.args.split_first().ok_or_else(|| index.span.clone())?;
    let name = match &name.value {
        Value::None => String::new(),
        value => ident(value.text().ok_or_else(|| name.span.clone())?),
    };
    let unique = if index.flag("unique") { "UNIQUE " } else { "" };
    let on = columns.iter().map(|arg| indexed(&arg.value, &arg.span));
    let on: Vec<String> = on.collect::<Result<_, _>>()?;
    let options = index_options(index)?;
    Ok(format!(
        "CREATE {unique}INDEX {name} ON {table}{}",
        options.around(&on)
    ))
}

fn indexed(value: &Value, at: &Range<usize>) -> Result<String, Range<usize>> {
    match value {
        Value::Text(name) => Ok(ident(name)),
        other => rows::expression(other)
            .map(|text| parenthesised(&text))
            .ok_or_else(|| at.clone()),
    }
}

/// An expression in parentheses, unless it is a name with what stands behind names in indexes.
fn parenthesised(text: &str) -> String {
    let is_plain = text
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '"' | '.'));
    let is_call = text.ends_with(')') && !text.contains(' ');
    let is_closed = text.starts_with('(');
    if is_plain || is_call || is_closed {
        return text.to_owned();
    }
    // `lower(name) DESC`
    let upper = text.to_uppercase();
    let orders = [
        " DESC",
        " ASC",
        " NULLS FIRST",
        " NULLS LAST",
        "_OPS",
        " COLLATE ",
    ];
    if orders.iter().any(|order| upper.contains(order)) {
        text.to_owned()
    } else {
        format!("({text})")
    }
}

/// What stands around the columns of an index.
struct IndexOptions {
    using: String,
    include: String,
    filter: String,
}

impl IndexOptions {
    fn around(&self, on: &[String]) -> String {
        let (using, include, filter) = (&self.using, &self.include, &self.filter);
        format!("{using} ({}){include}{filter}", on.join(", "))
    }
}

fn index_options(call: &Call) -> Result<IndexOptions, Range<usize>> {
    let using = call.text_of("postgresql_using");
    let include = match call.keyword("postgresql_include").map(|arg| &arg.value) {
        Some(Value::List(all)) => {
            format!(" INCLUDE ({})", list(all.iter().filter_map(Value::text)))
        }
        _ => String::new(),
    };
    let filter = call
        .keyword("postgresql_where")
        .or_else(|| call.keyword("sqlite_where"))
        .filter(|arg| !arg.is_none());
    let filter = match filter {
        Some(arg) => format!(" WHERE {}", condition(arg)?),
        None => String::new(),
    };
    Ok(IndexOptions {
        using: using
            .map(|using| format!(" USING {using}"))
            .unwrap_or_default(),
        include,
        filter,
    })
}

pub(super) fn create_index(given: &Given<'_>) -> Read {
    let table = given.table()?;
    let columns = given
        .get("columns")
        .ok_or_else(|| given.call.span.clone())?;
    let elements = match &columns.value {
        Value::List(all) => all.clone(),
        // Before Alembic took lists alone, a name was one.
        one => vec![one.clone()],
    };
    let on = elements.iter().map(|one| indexed(one, &columns.span));
    let on: Vec<String> = on.collect::<Result<_, _>>()?;
    let name = match (given.maybe("index_name")?, elements.first()) {
        (Some(name), _) => name.to_owned(),
        (None, Some(Value::Text(column))) => format!("ix_{}_{column}", table.1),
        (None, _) => return Err(given.call.span.clone()),
    };
    let unique = if given.flag("unique") { "UNIQUE " } else { "" };
    let (missing, options) = (missing(given), index_options(given.call)?);
    let (name, table) = (ident(&name), full(table));
    let apart = concurrently(given);
    Ok(one(format!(
        "CREATE {unique}INDEX {apart}{missing}{name} ON {table}{}",
        options.around(&on)
    )))
}

fn concurrently(given: &Given<'_>) -> &'static str {
    if given.call.flag("postgresql_concurrently") {
        "CONCURRENTLY "
    } else {
        ""
    }
}

pub(super) fn drop_index(given: &Given<'_>) -> Read {
    let arg = given
        .get("index_name")
        .ok_or_else(|| given.call.span.clone())?;
    let of_index = arg.value.called(&["Index"]);
    let name = of_index.and_then(|index| index.args.first()?.value.text());
    let name = arg.value.text().or(name).ok_or_else(|| arg.span.clone())?;
    // Without the table, the schema is the only thing that is said.
    let table = match given.table() {
        Ok((schema, table)) => (schema, Some(table)),
        Err(_) if given.get("table_name").is_none_or(Arg::is_none) => {
            (given.maybe("schema")?, None)
        }
        Err(at) => return Err(at),
    };
    let index = full((table.0, name));
    let exists = exists(given);
    let owner = table.1.filter(|_| exists.is_empty());
    Ok(Made::of(vec![Sql {
        table: owner.map(|name| Table {
            schema: table.0.map(str::to_owned),
            name: name.to_owned(),
            is_copied: false,
        }),
        ..Sql::new(format!("DROP INDEX {}{exists}{index}", concurrently(given)))
    }]))
}
