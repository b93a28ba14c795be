//! `sa.Column(…)` and the constraints of tables, as SQL has them.

use std::ops::Range;

use super::{
    rows,
    texts::{bound, ident, literal},
    typed::typed,
    value::{Arg, Call, Sql, Value},
};
use crate::model::Dialect;

/// A column that is added, or stands in a new table.
pub(super) struct Column {
    /// Its name, as it is.
    pub(super) name: String,
    /// Name, type, default, NOT NULL.
    pub(super) text: String,
    pub(super) is_primary: bool,
    /// As the only column of a primary key, it gets its values from a sequence.
    pub(super) can_count: bool,
    /// Its constraints, as those of a table.
    pub(super) constraints: Vec<String>,
    /// An index is made with it, and it is a unique one.
    pub(super) index: Option<bool>,
    pub(super) comment: Option<String>,
    /// The enum that it is of.
    pub(super) made: Option<Sql>,
    pub(super) opaque: Option<Range<usize>>,
}

/// `table` or `schema.table`.
pub(super) fn full((schema, table): (Option<&str>, &str)) -> String {
    match schema {
        Some(schema) => format!("{}.{}", ident(schema), ident(table)),
        None => ident(table),
    }
}

pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(ident).collect();
    names.join(", ")
}

impl Column {
    /// Reads one; `Err` = where its name is computed.
    pub(super) fn of(arg: &Arg, dialect: Dialect) -> Result<Self, Range<usize>> {
        let call = arg
            .value
            .called(&["Column", "column", "mapped_column", "Field"])
            .ok_or_else(|| arg.span.clone())?;
        let mut args = call.args.iter();
        let named = call.keyword("name").or_else(|| args.next());
        let name = named
            .and_then(|arg| arg.value.text())
            .ok_or_else(|| call.span.clone())?
            .to_owned();
        let mut column = Self {
            text: ident(&name),
            is_primary: call.flag("primary_key"),
            can_count: false,
            constraints: Vec::new(),
            index: None,
            comment: call.text_of("comment").map(str::to_owned),
            made: None,
            opaque: call.more.clone(),
            name,
        };
        let mut rest: Vec<&Arg> = args.collect();
        let is_part = |arg: &&Arg| arg.value.called(&PARTS).is_some();
        let of_type = call.keyword("type_").or_else(|| {
            let at = rest.iter().position(|arg| !is_part(arg))?;
            Some(rest.remove(at))
        });
        let read = of_type.map(|arg| typed(&arg.value, dialect));
        let text = read.as_ref().map_or("text", |read| read.text.as_str());
        column.text = format!("{} {text}", column.text);
        let is_whole = matches!(text, "integer" | "bigint" | "smallint");
        column.made = read.and_then(|read| read.made);
        let has_default = call
            .keyword("server_default")
            .is_some_and(|arg| !arg.is_none());
        let refers = rest
            .iter()
            .any(|arg| arg.value.called(&["ForeignKey"]).is_some());
        column.can_count = is_whole
            && !has_default
            && !refers
            && call
                .keyword("autoincrement")
                .is_none_or(|arg| arg.value != Value::Bool(false));
        if let Some(arg) = call.keyword("server_default") {
            column.default(arg);
        }
        for arg in rest {
            column.part(arg)?;
        }
        let nullable = call.keyword("nullable");
        if nullable.is_some_and(|arg| arg.value == Value::Bool(false)) {
            column.text.push_str(" NOT NULL");
        }
        let unique = call.flag("unique");
        if call.flag("index") {
            column.index = Some(unique);
        } else if unique {
            let unique = format!("UNIQUE ({})", ident(&column.name));
            column.constraints.push(unique);
        }
        Ok(column)
    }

    fn default(&mut self, arg: &Arg) {
        match default(&arg.value) {
            Default::None => {}
            Default::Text(text) => self.text = format!("{} DEFAULT {text}", self.text),
            Default::Generated(text) => self.text = format!("{} {text}", self.text),
            Default::Computed => {
                self.text.push_str(" DEFAULT NULL");
                self.opaque.get_or_insert(arg.span.clone());
            }
        }
    }

    /// A positional argument behind the type.
    fn part(&mut self, arg: &Arg) -> Result<(), Range<usize>> {
        let Some(call) = arg.value.call() else {
            self.opaque.get_or_insert(arg.span.clone());
            return Ok(());
        };
        match call.name.as_str() {
            "ForeignKey" => {
                let own = std::slice::from_ref(&self.name);
                let parent = call.args.first().or_else(|| call.keyword("column"));
                let parent = parent.ok_or_else(|| call.span.clone())?;
                let text = foreign_key(call, own, std::slice::from_ref(parent))?;
                self.constraints.push(text);
            }
            "CheckConstraint" => self.constraints.push(check(call)?),
            "Identity" | "Computed" | "FetchedValue" | "DefaultClause" => self.default(arg),
            _ => {
                self.opaque.get_or_insert(arg.span.clone());
            }
        }
        Ok(())
    }
}

/// What stands in a column beside its type.
const PARTS: [&str; 7] = [
    "ForeignKey",
    "CheckConstraint",
    "Identity",
    "Computed",
    "Sequence",
    "FetchedValue",
    "DefaultClause",
];

/// A default of the server's.
pub(super) enum Default {
    None,
    /// Behind `DEFAULT`.
    Text(String),
    /// Instead of it.
    Generated(String),
    /// It is not written out.
    Computed,
}

/// What a `server_default=` says.
pub(super) fn default(value: &Value) -> Default {
    match value {
        Value::None => Default::None,
        Value::Text(text) => Default::Text(literal(text)),
        Value::Int(number) => Default::Text(number.to_string()),
        Value::Bool(value) => Default::Text(value.to_string()),
        Value::Call(call) => match (call.name.as_str(), call.args.first()) {
            ("FetchedValue", _) => Default::None,
            ("Identity", _) => Default::Generated("GENERATED BY DEFAULT AS IDENTITY".to_owned()),
            ("Computed", Some(arg)) => match condition(arg) {
                Ok(text) => Default::Generated(format!("GENERATED ALWAYS AS ({text}) STORED")),
                Err(_) => Default::Computed,
            },
            ("DefaultClause", Some(arg)) => default(&arg.value),
            _ => rows::expression(value).map_or(Default::Computed, Default::Text),
        },
        _ => rows::expression(value).map_or(Default::Computed, Default::Text),
    }
}

/// SQL that is given as a text or as `sa.text(…)`.
pub(super) fn condition(arg: &Arg) -> Result<String, Range<usize>> {
    match &arg.value {
        Value::Text(text) => Ok(bound(text)),
        value => rows::expression(value).ok_or_else(|| arg.span.clone()),
    }
}

/// `CONSTRAINT name` before a constraint; nothing where the database makes the name up.
pub(super) fn named(call: &Call) -> Result<String, Range<usize>> {
    match call.keyword("name") {
        None => Ok(String::new()),
        Some(arg) if arg.is_none() => Ok(String::new()),
        Some(arg) => match arg.value.text() {
            Some(name) => Ok(format!("CONSTRAINT {} ", ident(name))),
            None => Err(arg.span.clone()),
        },
    }
}

fn check(call: &Call) -> Result<String, Range<usize>> {
    let arg = call.args.first().or_else(|| call.keyword("sqltext"));
    let text = condition(arg.ok_or_else(|| call.span.clone())?)?;
    Ok(format!("{}CHECK ({text})", named(call)?))
}

fn foreign_key(call: &Call, own: &[String], parents: &[Arg]) -> Result<String, Range<usize>> {
    let mut table = None;
    let mut columns = Vec::new();
    for arg in parents {
        let path = rows::column_path(&arg.value).ok_or_else(|| arg.span.clone())?;
        let (of, column) = path.rsplit_once('.').ok_or_else(|| arg.span.clone())?;
        columns.push(column.to_owned());
        table = Some(of.to_owned());
    }
    let table = table.ok_or_else(|| call.span.clone())?;
    let parts = table.rsplit_once('.');
    let table = full(parts.map_or((None, &*table), |(schema, table)| (Some(schema), table)));
    Ok(format!(
        "{}FOREIGN KEY ({}) REFERENCES {table} ({}){}",
        named(call)?,
        list(own.iter().map(String::as_str)),
        list(columns.iter().map(String::as_str)),
        actions(call)
    ))
}

/// ` ON DELETE CASCADE`.
pub(super) fn actions(call: &Call) -> String {
    let mut text = String::new();
    for (name, words) in [("ondelete", "ON DELETE"), ("onupdate", "ON UPDATE")] {
        if let Some(action) = call.text_of(name) {
            text = format!("{text} {words} {action}");
        }
    }
    if call.flag("deferrable") {
        text.push_str(" DEFERRABLE");
    }
    if let Some(when) = call.text_of("initially") {
        text = format!("{text} INITIALLY {when}");
    }
    text
}

/// A constraint of a new table. `None` = that is none.
pub(super) fn constraint(call: &Call) -> Result<Option<String>, Range<usize>> {
    let all_names = || -> Result<Vec<&str>, Range<usize>> {
        let name = |arg: &'_ Arg| arg.value.text().map(str::to_owned).ok_or(arg.span.clone());
        for arg in &call.args {
            name(arg)?;
        }
        Ok(call
            .args
            .iter()
            .filter_map(|arg| arg.value.text())
            .collect())
    };
    let lists = |at: usize, keyword: &str| -> Result<Vec<Arg>, Range<usize>> {
        let arg = call.args.get(at).or_else(|| call.keyword(keyword));
        let arg = arg.ok_or_else(|| call.span.clone())?;
        let elements = arg.value.elements().ok_or_else(|| arg.span.clone())?;
        let arg = |value| Arg {
            value,
            span: arg.span.clone(),
        };
        Ok(elements.into_iter().map(arg).collect())
    };
    let name = named(call)?;
    Ok(Some(match call.name.as_str() {
        "PrimaryKeyConstraint" => format!("{name}PRIMARY KEY ({})", list(all_names()?)),
        "UniqueConstraint" => format!("{name}UNIQUE ({}){}", list(all_names()?), actions(call)),
        "CheckConstraint" => check(call)?,
        "ExcludeConstraint" => format!("{name}{}", exclusion(&call.args, call)?),
        "ForeignKeyConstraint" => {
            let own = lists(0, "columns")?;
            let names: Option<Vec<String>> = own
                .iter()
                .map(|arg| arg.value.text().map(str::to_owned))
                .collect();
            let names = names.ok_or_else(|| call.span.clone())?;
            foreign_key(call, &names, &lists(1, "refcolumns")?)?
        }
        _ => return Ok(None),
    }))
}

/// `EXCLUDE USING gist (column WITH operator, …)`.
pub(super) fn exclusion(elements: &[Arg], call: &Call) -> Result<String, Range<usize>> {
    let mut parts = Vec::new();
    for arg in elements {
        let Value::List(pair) = &arg.value else {
            return Err(arg.span.clone());
        };
        let [what, Value::Text(operator), ..] = pair.as_slice() else {
            return Err(arg.span.clone());
        };
        let what = match what {
            Value::Text(name) => ident(name),
            other => rows::expression(other).ok_or_else(|| arg.span.clone())?,
        };
        parts.push(format!("{what} WITH {operator}"));
    }
    let using = call.text_of("using").unwrap_or("gist");
    let filter = match call.keyword("where") {
        Some(arg) if !arg.is_none() => format!(" WHERE ({})", condition(arg)?),
        _ => String::new(),
    };
    Ok(format!(
        "EXCLUDE USING {using} ({}){filter}",
        parts.join(", ")
    ))
}
