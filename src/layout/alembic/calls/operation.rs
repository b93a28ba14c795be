//! Alembic's operations as the statements that Alembic makes of them (`operations/toimpl.py`,
//! `ddl/impl.py`, `ddl/postgresql.py`).

use std::ops::Range;

use super::{
    column::{Column, Default, actions, condition, constraint, default, exclusion, full, list},
    methods::{ident, literal},
    rows::{self, columns_of, table_name},
    signature::Given,
    typed::typed,
    value::{Arg, Call, Sql, Table, Value},
};
use crate::model::Dialect;

/// What a call becomes.
pub(super) struct Made {
    pub(super) texts: Vec<Sql>,
    /// A part of it is computed: it can do more.
    pub(super) opaque: Option<Range<usize>>,
}

impl Made {
    pub(super) fn of(texts: Vec<Sql>) -> Self {
        Self {
            texts,
            opaque: None,
        }
    }

    fn put(&mut self, text: String) {
        self.texts.push(Sql::new(text));
    }
}

type Read = Result<Made, Range<usize>>;

/// The statements of an operation, or what of it is computed.
pub(super) fn made(call: &Call, batch: Option<&Call>, dialect: Dialect) -> Read {
    let given = Given::of(call, batch).ok_or_else(|| call.span.clone())?;
    let mut made = match call.name.as_str() {
        "add_column" => add_column(&given, dialect),
        "drop_column" => drop_column(&given),
        "alter_column" => alter_column(&given, dialect),
        "create_table" => create_table(&given, dialect),
        "drop_table" => {
            let exists = exists(&given);
            one(format!("DROP TABLE {exists}{}", full(given.table()?)))
        }
        "rename_table" => {
            let table = full(given.table()?);
            let to = ident(given.text("new_table_name")?);
            one(format!("ALTER TABLE {table} RENAME TO {to}"))
        }
        "create_index" => create_index(&given),
        "drop_index" => drop_index(&given),
        "create_unique_constraint" => {
            let columns = list(given.names("columns")?);
            add_constraint(&given, &format!("UNIQUE ({columns}){}", actions(call)))
        }
        "create_primary_key" => {
            let columns = list(given.names("columns")?);
            add_constraint(&given, &format!("PRIMARY KEY ({columns})"))
        }
        "create_foreign_key" => create_foreign_key(&given),
        "create_check_constraint" => {
            let arg = given.get("condition").ok_or_else(|| call.span.clone())?;
            add_constraint(&given, &format!("CHECK ({})", condition(arg)?))
        }
        "create_exclude_constraint" => {
            let text = exclusion(given.rest(), call)?;
            add_constraint(&given, &text)
        }
        "drop_constraint" => {
            let name = ident(given.text("constraint_name")?);
            let (table, exists) = (full(given.table()?), exists(&given));
            one(format!("ALTER TABLE {table} DROP CONSTRAINT {exists}{name}"))
        }
        "create_table_comment" | "drop_table_comment" => {
            let text = match given.maybe("comment")? {
                Some(text) if call.name.starts_with("create") => literal(text),
                _ => "NULL".to_owned(),
            };
            one(format!("COMMENT ON TABLE {} IS {text}", full(given.table()?)))
        }
        "bulk_insert" => bulk_insert(&given),
        "sync_enum_values" => sync_enum_values(&given),
        _ => Err(call.span.clone()),
    }?;
    if let Some(at) = &call.more {
        made.opaque.get_or_insert(at.clone());
    }
    if let (Some(batch), Dialect::Sqlite, Ok((schema, name))) = (batch, dialect, given.table())
        && is_copied(batch, call)
        && let Some(first) = made.texts.first_mut()
    {
        first.table = Some(Table {
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
            is_copied: true,
        });
    }
    Ok(made)
}

/// A batch copies its table, as `requires_recreate_in_batch` has it for SQLite.
fn is_copied(batch: &Call, call: &Call) -> bool {
    match (batch.text_of("recreate"), call.name.as_str()) {
        (Some("always"), _) => true,
        (Some("never"), _) | (_, "create_index" | "drop_index") => false,
        (_, "add_column") => {
            let column = call.args.first().and_then(|arg| arg.value.call());
            let default = column.and_then(|column| column.keyword("server_default"));
            default.is_some_and(|arg| arg.value.call().is_some())
        }
        _ => true,
    }
}

fn one(text: String) -> Read {
    Ok(Made::of(vec![Sql::new(text)]))
}

fn exists(given: &Given<'_>) -> &'static str {
    if given.flag("if_exists") { "IF EXISTS " } else { "" }
}

fn missing(given: &Given<'_>) -> &'static str {
    if given.flag("if_not_exists") {
        "IF NOT EXISTS "
    } else {
        ""
    }
}

fn add_constraint(given: &Given<'_>, text: &str) -> Read {
    let table = full(given.table()?);
    let name = given.maybe("constraint_name")?;
    let name = name.map(|name| format!("CONSTRAINT {} ", ident(name)));
    let name = name.unwrap_or_default();
    one(format!("ALTER TABLE {table} ADD {name}{text}"))
}

fn add_column(given: &Given<'_>, dialect: Dialect) -> Read {
    let arg = given.get("column").ok_or_else(|| given.call.span.clone())?;
    let table = given.table()?;
    let column = Column::of(arg, dialect)?;
    let name = full(table);
    let mut made = Made {
        texts: Vec::new(),
        opaque: column.opaque.clone(),
    };
    made.put(format!(
        "ALTER TABLE {name} ADD COLUMN {}{}",
        missing(given),
        column.text
    ));
    for one in &column.constraints {
        made.put(format!("ALTER TABLE {name} ADD {one}"));
    }
    behind(table, &column, &mut made);
    Ok(made)
}

/// The index and the comment of a column.
fn behind(table: (Option<&str>, &str), column: &Column, made: &mut Made) {
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

fn drop_column(given: &Given<'_>) -> Read {
    let table = full(given.table()?);
    let arg = given
        .get("column_name")
        .ok_or_else(|| given.call.span.clone())?;
    // A batch takes a column as well.
    let named = arg.value.called(&["column", "Column"]);
    let name = named.and_then(|call| call.args.first()?.value.text());
    let name = arg.value.text().or(name).ok_or_else(|| arg.span.clone())?;
    let exists = exists(given);
    one(format!("ALTER TABLE {table} DROP COLUMN {exists}{}", ident(name)))
}

fn alter_column(given: &Given<'_>, dialect: Dialect) -> Read {
    let table = full(given.table()?);
    let column = ident(given.text("column_name")?);
    let alter = format!("ALTER TABLE {table} ALTER COLUMN {column}");
    let mut made = Made::of(Vec::new());
    if let Some(arg) = given.get("nullable").filter(|arg| !arg.is_none()) {
        match arg.value.truth() {
            Some(true) => made.put(format!("{alter} DROP NOT NULL")),
            Some(false) => made.put(format!("{alter} SET NOT NULL")),
            None => made.opaque = Some(arg.span.clone()),
        }
    }
    if let Some(arg) = given.get("type_").filter(|arg| !arg.is_none()) {
        let to = typed(&arg.value, dialect).text;
        let using = given.call.keyword("postgresql_using");
        let using = using.filter(|arg| !arg.is_none());
        let using = match using {
            Some(arg) => format!(" USING {}", condition(arg)?),
            None => String::new(),
        };
        made.put(format!("{alter} TYPE {to}{using}"));
    }
    // False = it stays as it is.
    let default_arg = given.get("server_default");
    if let Some(arg) = default_arg.filter(|arg| arg.value != Value::Bool(false)) {
        match default(&arg.value) {
            Default::None => made.put(format!("{alter} DROP DEFAULT")),
            Default::Text(text) => made.put(format!("{alter} SET DEFAULT {text}")),
            Default::Generated(text) => made.put(format!("{alter} ADD {text}")),
            Default::Computed => {
                made.put(format!("{alter} SET DEFAULT NULL"));
                made.opaque = Some(arg.span.clone());
            }
        }
    }
    if let Some(arg) = given.get("comment").filter(|arg| arg.value != Value::Bool(false)) {
        let text = arg.value.text().map_or_else(|| "NULL".to_owned(), literal);
        made.put(format!("COMMENT ON COLUMN {table}.{column} IS {text}"));
    }
    let named = match given.maybe("new_column_name")? {
        None => given.maybe("name")?,
        named => named,
    };
    if let Some(name) = named {
        let name = ident(name);
        made.put(format!("ALTER TABLE {table} RENAME COLUMN {column} TO {name}"));
    }
    Ok(made)
}

fn create_table(given: &Given<'_>, dialect: Dialect) -> Read {
    new_table(given.table()?, given.rest(), missing(given), given.call, dialect)
}

fn new_table(
    table: (Option<&str>, &str),
    parts: &[Arg],
    missing: &str,
    call: &Call,
    dialect: Dialect,
) -> Read {
    let mut made = Made::of(Vec::new());
    let (mut lines, mut columns, mut indexes) = (Vec::new(), Vec::new(), Vec::new());
    let mut constraints = Vec::new();
    for arg in parts {
        let read = arg.value.call().map(|call| (call.name.as_str(), call));
        match read {
            Some(("Column" | "column" | "mapped_column", _)) => {
                columns.push(Column::of(arg, dialect)?);
            }
            Some(("Index", index)) => indexes.push(index),
            Some((_, one)) => match constraint(one)? {
                Some(text) => constraints.push(text),
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
    let is_alone = primary.len() == 1 && dialect == Dialect::Postgres;
    for column in &columns {
        let text = match column.is_serial && is_alone {
            true => format!("{} serial", ident(&column.name)),
            false => column.text.clone(),
        };
        lines.push(text);
        made.opaque = made.opaque.or(column.opaque.clone());
        if let Some(typed) = column.made.clone().filter(|typed| !made.texts.contains(typed)) {
            made.texts.push(typed);
        }
    }
    if !primary.is_empty() {
        lines.push(format!("PRIMARY KEY ({})", list(primary)));
    }
    lines.extend(constraints);
    lines.extend(columns.iter().flat_map(|column| column.constraints.clone()));
    let name = full(table);
    made.put(format!("CREATE TABLE {missing}{name} ({})", lines.join(", ")));
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
    Ok(format!("CREATE {unique}INDEX {name} ON {table}{}", options.around(&on)))
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
    let orders = [" DESC", " ASC", " NULLS FIRST", " NULLS LAST", "_OPS", " COLLATE "];
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
        Some(Value::List(all)) => format!(" INCLUDE ({})", list(all.iter().filter_map(Value::text))),
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
        using: using.map(|using| format!(" USING {using}")).unwrap_or_default(),
        include,
        filter,
    })
}

fn create_index(given: &Given<'_>) -> Read {
    let table = given.table()?;
    let columns = given.get("columns").ok_or_else(|| given.call.span.clone())?;
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
    one(format!(
        "CREATE {unique}INDEX {missing}{name} ON {table}{}",
        options.around(&on)
    ))
}

fn drop_index(given: &Given<'_>) -> Read {
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
        ..Sql::new(format!("DROP INDEX {exists}{index}"))
    }]))
}

fn create_foreign_key(given: &Given<'_>) -> Read {
    let parent = (given.maybe("referent_schema")?, given.text("referent_table")?);
    let own = list(given.names("local_cols")?);
    let of = list(given.names("remote_cols")?);
    let (parent, actions) = (full(parent), actions(given.call));
    let not_valid = if given.call.flag("postgresql_not_valid") {
        " NOT VALID"
    } else {
        ""
    };
    add_constraint(
        given,
        &format!("FOREIGN KEY ({own}) REFERENCES {parent} ({of}){actions}{not_valid}"),
    )
}

fn bulk_insert(given: &Given<'_>) -> Read {
    let arg = given.get("table").ok_or_else(|| given.call.span.clone())?;
    let table = rows::table(&arg.value).ok_or_else(|| arg.span.clone())?;
    let name = full(table_name(table).ok_or_else(|| arg.span.clone())?);
    let mut columns: Vec<String> = Vec::new();
    let mut is_known = true;
    match given.get("rows").map(|arg| &arg.value) {
        Some(Value::List(all)) => {
            for row in all {
                let Value::Dict(items) = row else {
                    is_known = false;
                    continue;
                };
                for name in items.iter().filter_map(|(key, _)| key.text()) {
                    if !columns.iter().any(|known| known == name) {
                        columns.push(name.to_owned());
                    }
                }
            }
        }
        _ => is_known = false,
    }
    if !is_known {
        columns = columns_of(table).into_iter().map(str::to_owned).collect();
    }
    let text = match columns.as_slice() {
        [] => format!("INSERT INTO {name} DEFAULT VALUES"),
        columns => {
            let nulls = vec!["NULL"; columns.len()].join(", ");
            let columns = list(columns.iter().map(String::as_str));
            format!("INSERT INTO {name} ({columns}) VALUES ({nulls})")
        }
    };
    one(text)
}

/// The enum is made anew with other labels, and the columns get the new one.
fn sync_enum_values(given: &Given<'_>) -> Read {
    let schema = given.maybe("enum_schema")?;
    let name = full((schema, given.text("enum_name")?));
    let labels: Vec<String> = given.names("new_values")?.into_iter().map(literal).collect();
    let mut made = Made::of(Vec::new());
    made.put(format!("DROP TYPE {name}"));
    made.put(format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", ")));
    let arg = given
        .get("affected_columns")
        .ok_or_else(|| given.call.span.clone())?;
    let Value::List(columns) = &arg.value else {
        return Err(arg.span.clone());
    };
    for column in columns {
        let (of, table, column) = match column {
            Value::List(pair) => match pair.as_slice() {
                [table, column] => (schema, table.text(), column.text()),
                _ => (None, None, None),
            },
            value => {
                let call = value.called(&["TableReference"]);
                let text = |name| call.and_then(|call| call.text_of(name));
                let of = text("table_schema").or(schema);
                (of, text("table_name"), text("column_name"))
            }
        };
        let (Some(table), Some(column)) = (table, column) else {
            return Err(arg.span.clone());
        };
        let (table, column) = (full((of, table)), ident(column));
        made.put(format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {name}"));
    }
    Ok(made)
}

/// `table.create(bind)`, `index.drop(bind)`, `CreateSequence(…)`. `None` = it is computed.
pub(super) fn object(made: &Call, creates: bool, softly: bool, dialect: Dialect) -> Option<Made> {
    let texts = match made.name.as_str() {
        "Table" | "table" if creates => {
            let parts = made.args.get(1..)?;
            let missing = if softly { "IF NOT EXISTS " } else { "" };
            return new_table(table_name(made)?, parts, missing, made, dialect).ok();
        }
        "Table" | "table" => vec![format!("DROP TABLE {}", full(table_name(made)?))],
        "Sequence" => {
            let verb = if creates { "CREATE" } else { "DROP" };
            vec![format!("{verb} SEQUENCE {}", full(table_name(made)?))]
        }
        "Index" if !creates => {
            let name = made.args.first()?.value.text()?;
            vec![format!("DROP INDEX {}", ident(name))]
        }
        _ => return None,
    };
    let sql = |text: String| Sql {
        softly,
        ..Sql::new(text)
    };
    Some(Made::of(texts.into_iter().map(sql).collect()))
}
