//! Expressions and statements of `SQLAlchemy`'s own language, as SQL has them: which tables and
//! columns they are about. How they are compared and put together does not matter here, so a
//! condition becomes the list of its columns.

use super::{
    column::{full, list},
    operation::Made,
    texts::{bound, ident, literal},
    value::{Call, Sql, Value},
};
use crate::model::Dialect;

/// The table that a value stands for: `sa.table(…)`, `sa.Table(…)`, what `op.create_table()` gave,
/// a class with a `__tablename__`, and their aliases.
pub(super) fn table(value: &Value) -> Option<&Call> {
    match value {
        Value::Call(call) => match (call.name.as_str(), &call.of) {
            ("table" | "Table", None) => Some(call),
            ("alias", Some(of)) => table(of),
            ("alias" | "aliased", None) => table(&call.args.first()?.value),
            _ => None,
        },
        Value::Attribute(one) if one.1 == "__table__" => table(&one.0),
        _ => None,
    }
}

/// Its name with its schema.
pub(super) fn table_name(table: &Call) -> Option<(Option<&str>, &str)> {
    Some((table.text_of("schema"), table.args.first()?.value.text()?))
}

/// The names of its columns, as far as they are written out.
pub(super) fn columns_of(table: &Call) -> Vec<&str> {
    let columns = table.args.iter();
    let columns = columns.filter_map(|arg| arg.value.called(&["column", "Column"]));
    columns
        .filter_map(|column| {
            let name = column.args.first().or_else(|| column.keyword("name"));
            name?.value.text()
        })
        .collect()
}

/// `users.c.name`, or `User.name`: table and column.
fn column(value: &Value) -> Option<(&Call, &str)> {
    let Value::Attribute(one) = value else {
        return None;
    };
    match &one.0 {
        Value::Attribute(inner) if matches!(inner.1.as_str(), "c" | "columns") => {
            Some((table(&inner.0)?, &one.1))
        }
        of if one.1 != "c" && one.1 != "columns" && one.1 != "__table__" => {
            Some((table(of)?, &one.1))
        }
        _ => None,
    }
}

/// What a foreign key refers to: `"schema.table.column"`, or a column.
pub(super) fn column_path(value: &Value) -> Option<String> {
    if let Some(text) = value.text() {
        return Some(text.to_owned());
    }
    let (table, column) = column(value)?;
    let (schema, name) = table_name(table)?;
    let schema = schema
        .map(|schema| format!("{schema}."))
        .unwrap_or_default();
    Some(format!("{schema}{name}.{column}"))
}

/// An expression of an index, a default, a condition. `None` = it is computed.
pub(super) fn expression(value: &Value) -> Option<String> {
    match value {
        Value::Int(value) => Some(value.to_string()),
        Value::Number(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Text(text) => Some(literal(text)),
        Value::None => Some("NULL".to_owned()),
        Value::Attribute(_) => {
            if let Some((_, name)) = column(value) {
                return Some(ident(name));
            }
            None
        }
        Value::Call(call) => called(call),
        // now(), as `sa.func.now` without a call, is what SQLAlchemy refuses.
        _ => None,
    }
}

fn called(call: &Call) -> Option<String> {
    let first = call.args.first().map(|arg| &arg.value);
    let path = call.path.as_deref().unwrap_or_default();
    match (call.name.as_str(), &call.of, first) {
        ("text" | "literal_column", None, Some(Value::Text(text))) => Some(bound(text)),
        ("literal", None, Some(value)) => expression(value),
        ("column" | "Column", None, Some(Value::Text(name))) => Some(ident(name)),
        ("true" | "True_", None, None) => Some("true".to_owned()),
        ("false" | "False_", None, None) => Some("false".to_owned()),
        ("null", None, None) => Some("NULL".to_owned()),
        ("desc" | "asc" | "nulls_first" | "nulls_last" | "nullsfirst" | "nullslast", of, _) => {
            let of = of.as_ref().or(first)?;
            match of {
                Value::Text(name) => Some(ident(name)),
                of => expression(of),
            }
        }
        (name, None, _) if path.contains("func.") => {
            let args: Option<Vec<String>> =
                call.args.iter().map(|arg| expression(&arg.value)).collect();
            Some(format!("{name}({})", args?.join(", ")))
        }
        ("cast", None, Some(value)) => expression(value),
        ("label" | "op" | "collate" | "is_" | "isnot" | "is_not" | "in_", Some(_), _)
        | ("and_" | "or_" | "not_" | "coalesce", None, _) => {
            let mut names = Vec::new();
            named_columns(&Value::Call(call.clone().into()), &mut names);
            match names.as_slice() {
                [] => None,
                names => Some(format!(
                    "({}) IS NULL",
                    list(names.iter().map(String::as_str))
                )),
            }
        }
        _ => None,
    }
}

fn named_columns(value: &Value, found: &mut Vec<String>) {
    let name = column(value).map(|(_, name)| name).or_else(|| {
        let call = value.called(&["column", "Column"])?;
        call.args.first()?.value.text()
    });
    if let Some(name) = name {
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
        return;
    }
    for part in value.parts() {
        named_columns(part, found);
    }
}

/// A statement of rows: `users.update().where(…).values(…)`, `sa.delete(users)`. `None` = that is
/// none, or its table is computed.
pub(super) fn sql(value: &Value, dialect: Dialect) -> Option<Made> {
    let mut chain = Vec::new();
    let mut at = value;
    loop {
        let call = at.call()?;
        chain.push(call);
        match &call.of {
            // users.update()
            Some(of) if table(of).is_some() => return statement(call, of, &chain, dialect),
            Some(of) => at = of,
            // sa.update(users)
            None => break,
        }
    }
    let root = *chain.last()?;
    match root.name.as_str() {
        "select" | "exists" | "union" | "union_all" => read(value),
        "insert" | "update" | "delete" => {
            let of = &root.args.first().or_else(|| root.keyword("table"))?.value;
            statement(root, of, &chain, dialect)
        }
        "CreateSchema" | "DropSchema" => {
            let name = ident(root.args.first()?.value.text()?);
            let softly = root.flag("if_not_exists") || root.flag("if_exists");
            let verb = verb(root);
            Some(Made::of(vec![Sql {
                softly,
                ..Sql::new(format!("{verb} SCHEMA {name}"))
            }]))
        }
        "CreateSequence" | "DropSequence" | "CreateTable" | "DropTable" | "CreateIndex"
        | "DropIndex" => {
            let softly = root.flag("if_not_exists") || root.flag("if_exists");
            let made = root.args.first()?.value.call()?;
            super::operation::object(made, root.name.starts_with("Create"), softly, dialect)
        }
        // sa.func.setval(…), which a select is made of.
        _ if root
            .path
            .as_deref()
            .is_some_and(|path| path.contains("func.")) =>
        {
            Some(Made::of(vec![Sql::new(format!(
                "SELECT {}",
                called(root)?
            ))]))
        }
        _ => None,
    }
}

fn verb(call: &Call) -> &'static str {
    if call.name.starts_with("Create") {
        "CREATE"
    } else {
        "DROP"
    }
}

fn statement(root: &Call, of: &Value, chain: &[&Call], _dialect: Dialect) -> Option<Made> {
    let target = table(of)?;
    let name = full(table_name(target)?);
    if root.name == "select" {
        return read(&Value::Call((*chain.first()?).clone().into()));
    }
    let whole = Value::Call((*chain.first()?).clone().into());
    let mut read_from = Vec::new();
    tables_in(&whole, &mut read_from);
    read_from.retain(|other| *other != target);
    let others: Vec<String> = read_from
        .iter()
        .filter_map(|other| table_name(other).map(full))
        .collect();
    let (set, is_known) = assigned(chain);
    let mut used = Vec::new();
    for call in chain.iter().filter(|call| call.name != "values") {
        for arg in &call.args {
            qualified(&arg.value, &mut used);
        }
    }
    for arg in chain.iter().filter(|call| call.name == "values") {
        let values = arg
            .args
            .iter()
            .chain(arg.keywords.iter().map(|(_, arg)| arg));
        for value in values {
            match &value.value {
                Value::Dict(items) => items.iter().for_each(|(_, of)| qualified(of, &mut used)),
                other => qualified(other, &mut used),
            }
        }
    }
    let condition = match used.as_slice() {
        [] => String::new(),
        used => format!(" WHERE ({}) IS NOT NULL", used.join(", ")),
    };
    let text = match root.name.as_str() {
        "delete" if others.is_empty() => format!("DELETE FROM {name}{condition}"),
        "delete" => format!("DELETE FROM {name} USING {}{condition}", others.join(", ")),
        "update" if set.is_empty() => format!("DELETE FROM {name}{condition}"),
        "update" => {
            let set: Vec<String> = set
                .iter()
                .map(|name| format!("{} = NULL", ident(name)))
                .collect();
            let from = match others.as_slice() {
                [] => String::new(),
                others => format!(" FROM {}", others.join(", ")),
            };
            format!("UPDATE {name} SET {}{from}{condition}", set.join(", "))
        }
        "insert" => {
            let columns = if set.is_empty() {
                columns_of(target).into_iter().map(str::to_owned).collect()
            } else {
                set
            };
            let from = chain.iter().find(|call| call.name == "from_select");
            inserted(&name, &columns, from.is_some().then_some((&others, &used)))
        }
        _ => return None,
    };
    let hides = root.name == "update" && !is_known;
    Some(Made {
        texts: vec![Sql::new(text)],
        opaque: hides.then(|| root.span.clone()),
    })
}

fn inserted(name: &str, columns: &[String], from: Option<(&Vec<String>, &Vec<String>)>) -> String {
    let nulls = vec!["NULL"; columns.len().max(1)].join(", ");
    let columns = match columns {
        [] => String::new(),
        columns => format!(" ({})", list(columns.iter().map(String::as_str))),
    };
    match from {
        Some((tables, used)) if !tables.is_empty() => {
            let used = if used.is_empty() {
                nulls
            } else {
                used.join(", ")
            };
            format!(
                "INSERT INTO {name}{columns} SELECT {used} FROM {}",
                tables.join(", ")
            )
        }
        _ if columns.is_empty() => format!("INSERT INTO {name} DEFAULT VALUES"),
        _ => format!("INSERT INTO {name}{columns} VALUES ({nulls})"),
    }
}

/// The columns that `.values(…)` sets, and whether these are all.
fn assigned(chain: &[&Call]) -> (Vec<String>, bool) {
    let (mut set, mut is_known) = (Vec::new(), true);
    for call in chain.iter().filter(|call| call.name == "values") {
        set.extend(call.keywords.iter().map(|(name, _)| name.clone()));
        is_known &= call.more.is_none();
        for arg in &call.args {
            let rows = match &arg.value {
                Value::List(all) => all.clone(),
                one => vec![one.clone()],
            };
            for row in rows {
                let Value::Dict(items) = row else {
                    is_known = false;
                    continue;
                };
                for (key, _) in items {
                    let name = key.text().map(str::to_owned);
                    match name.or_else(|| Some(column(&key)?.1.to_owned())) {
                        Some(name) if !set.contains(&name) => set.push(name),
                        Some(_) => {}
                        None => is_known = false,
                    }
                }
            }
        }
    }
    let has_values = chain.iter().any(|call| call.name == "values");
    (set, is_known && has_values)
}

/// The columns that a value names, with their tables.
fn qualified(value: &Value, found: &mut Vec<String>) {
    if let Some((table, name)) = column(value) {
        let table = table_name(table).map(|(_, table)| ident(table));
        let text = match table {
            Some(table) => format!("{table}.{}", ident(name)),
            None => ident(name),
        };
        if !found.contains(&text) {
            found.push(text);
        }
        return;
    }
    if table(value).is_some() {
        return;
    }
    // sa.column("name"), of whatever table there is.
    let named = value.called(&["column"]);
    if let Some(name) = named.and_then(|call| call.args.first()?.value.text()) {
        let text = ident(name);
        if !found.contains(&text) {
            found.push(text);
        }
        return;
    }
    for part in value.parts() {
        qualified(part, found);
    }
}

fn tables_in<'v>(value: &'v Value, found: &mut Vec<&'v Call>) {
    if let Some(table) = table(value) {
        if !found.contains(&table) {
            found.push(table);
        }
        return;
    }
    for part in value.parts() {
        tables_in(part, found);
    }
}

/// A `SELECT`: its tables and columns.
fn read(value: &Value) -> Option<Made> {
    let (mut tables, mut used) = (Vec::new(), Vec::new());
    tables_in(value, &mut tables);
    qualified(value, &mut used);
    let names: Option<Vec<String>> = tables
        .iter()
        .map(|table| table_name(table).map(full))
        .collect();
    let names = names.filter(|names| !names.is_empty())?;
    let used = match used.as_slice() {
        [] => "count(*)".to_owned(),
        used => used.join(", "),
    };
    let text = format!("SELECT {used} FROM {}", names.join(", "));
    Some(Made::of(vec![Sql::new(text)]))
}

/// `session.query(User)`, `session.add(User(…))`: objects, which are read, changed and written when
/// the session likes. `None` = their tables are not known.
pub(super) fn of_objects(call: &Call) -> Option<Made> {
    let mut tables = Vec::new();
    for arg in &call.args {
        tables_in(&arg.value, &mut tables);
    }
    let texts = tables.iter().map(|table| {
        let name = full(table_name(table)?);
        let read = Sql::new(format!("SELECT * FROM {name}"));
        Some([read, Sql::new(format!("DELETE FROM {name}"))])
    });
    let texts: Option<Vec<[Sql; 2]>> = texts.collect();
    let texts = texts.filter(|texts| !texts.is_empty())?;
    Some(Made {
        texts: texts.into_iter().flatten().collect(),
        opaque: Some(call.span.clone()),
    })
}
