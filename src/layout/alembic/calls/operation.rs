//! Alembic's operations as the statements that Alembic makes of them (`operations/toimpl.py`,
//! `ddl/impl.py`, `ddl/postgresql.py`).

use std::ops::Range;

use super::{
    column::{Column, Default, actions, condition, default, exclusion, full, list},
    rows::{self, columns_of, table_name},
    signature::Given,
    table::{behind, create_index, create_table, drop_index, new_table},
    texts::{ident, literal},
    typed::typed,
    value::{Call, Sql, Table, Value},
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

    pub(super) fn put(&mut self, text: String) {
        self.texts.push(Sql::new(text));
    }
}

pub(super) type Read = Result<Made, Range<usize>>;

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
            Ok(one(format!("DROP TABLE {exists}{}", full(given.table()?))))
        }
        "rename_table" => {
            let table = full(given.table()?);
            let to = ident(given.text("new_table_name")?);
            Ok(one(format!("ALTER TABLE {table} RENAME TO {to}")))
        }
        "create_index" => create_index(&given),
        "drop_index" => drop_index(&given),
        "create_unique_constraint" => {
            let from = format!("UNIQUE ({})", list(given.names("columns")?));
            add_constraint(&given, &from, &actions(call))
        }
        "create_primary_key" => {
            let columns = list(given.names("columns")?);
            add_constraint(&given, &format!("PRIMARY KEY ({columns})"), "")
        }
        "create_foreign_key" => create_foreign_key(&given),
        "create_check_constraint" => {
            let arg = given.get("condition").ok_or_else(|| call.span.clone())?;
            let text = format!("CHECK ({})", condition(arg)?);
            add_constraint(&given, &text, not_valid(call))
        }
        "create_exclude_constraint" => {
            let text = exclusion(given.rest(), call)?;
            add_constraint(&given, &text, "")
        }
        "drop_constraint" => {
            let name = ident(given.text("constraint_name")?);
            let (table, exists) = (full(given.table()?), exists(&given));
            Ok(one(format!(
                "ALTER TABLE {table} DROP CONSTRAINT {exists}{name}"
            )))
        }
        "create_table_comment" | "drop_table_comment" => {
            let text = match given.maybe("comment")? {
                Some(text) if call.name.starts_with("create") => literal(text),
                _ => "NULL".to_owned(),
            };
            Ok(one(format!(
                "COMMENT ON TABLE {} IS {text}",
                full(given.table()?)
            )))
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

pub(super) fn one(text: String) -> Made {
    Made::of(vec![Sql::new(text)])
}

pub(super) fn exists(given: &Given<'_>) -> &'static str {
    if given.flag("if_exists") {
        "IF EXISTS "
    } else {
        ""
    }
}

pub(super) fn missing(given: &Given<'_>) -> &'static str {
    if given.flag("if_not_exists") {
        "IF NOT EXISTS "
    } else {
        ""
    }
}

/// `text` is what a convention makes a name from, `rest` what else is said of it.
fn add_constraint(given: &Given<'_>, text: &str, rest: &str) -> Read {
    let table = full(given.table()?);
    let name = given.maybe("constraint_name")?;
    let named = name.map(|name| format!("CONSTRAINT {} ", ident(name)));
    let named = named.unwrap_or_default();
    Ok(Made::of(vec![Sql {
        named_from: name.is_none().then(|| text.to_owned()),
        ..Sql::new(format!("ALTER TABLE {table} ADD {named}{text}{rest}"))
    }]))
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
    Ok(one(format!(
        "ALTER TABLE {table} DROP COLUMN {exists}{}",
        ident(name)
    )))
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
    if let Some(arg) = given
        .get("comment")
        .filter(|arg| arg.value != Value::Bool(false))
    {
        let text = arg.value.text().map_or_else(|| "NULL".to_owned(), literal);
        made.put(format!("COMMENT ON COLUMN {table}.{column} IS {text}"));
    }
    let named = match given.maybe("new_column_name")? {
        None => given.maybe("name")?,
        named => named,
    };
    if let Some(name) = named {
        let name = ident(name);
        made.put(format!(
            "ALTER TABLE {table} RENAME COLUMN {column} TO {name}"
        ));
    }
    Ok(made)
}

fn not_valid(call: &Call) -> &'static str {
    if call.flag("postgresql_not_valid") {
        " NOT VALID"
    } else {
        ""
    }
}

fn create_foreign_key(given: &Given<'_>) -> Read {
    let parent = (
        given.maybe("referent_schema")?,
        given.text("referent_table")?,
    );
    let own = list(given.names("local_cols")?);
    let of = list(given.names("remote_cols")?);
    let (parent, actions) = (full(parent), actions(given.call));
    let not_valid = not_valid(given.call);
    add_constraint(
        given,
        &format!("FOREIGN KEY ({own}) REFERENCES {parent} ({of})"),
        &format!("{actions}{not_valid}"),
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
    Ok(one(text))
}

/// The enum is made anew with other labels, and the columns get the new one.
fn sync_enum_values(given: &Given<'_>) -> Read {
    let schema = given.maybe("enum_schema")?;
    let name = full((schema, given.text("enum_name")?));
    let labels: Vec<String> = given
        .names("new_values")?
        .into_iter()
        .map(literal)
        .collect();
    let mut made = Made::of(Vec::new());
    made.put(format!("DROP TYPE {name}"));
    made.put(format!(
        "CREATE TYPE {name} AS ENUM ({})",
        labels.join(", ")
    ));
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
        made.put(format!(
            "ALTER TABLE {table} ALTER COLUMN {column} TYPE {name}"
        ));
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
