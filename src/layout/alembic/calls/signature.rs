//! The arguments of Alembic's operations by their names, as `operations/ops.py` has them, with
//! the names that they had before Alembic 1.0.

use std::ops::Range;

use super::value::{Arg, Call, Value};

/// Names of positional arguments, `/` between those that mean the same.
const OPERATIONS: [(&str, &[&str]); 18] = [
    ("add_column", &["table_name", "column"]),
    ("drop_column", &["table_name", "column_name"]),
    ("alter_column", &["table_name", "column_name"]),
    ("create_table", &["table_name/name"]),
    ("drop_table", &["table_name/name"]),
    ("rename_table", &["old_table_name", "new_table_name"]),
    (
        "create_index",
        &["index_name/name", "table_name/tablename", "columns"],
    ),
    ("drop_index", &["index_name/name", "table_name/tablename"]),
    (
        "create_unique_constraint",
        &[
            "constraint_name/name",
            "table_name/source",
            "columns/local_cols",
        ],
    ),
    (
        "create_foreign_key",
        &[
            "constraint_name/name",
            "source_table/source",
            "referent_table/referent",
            "local_cols",
            "remote_cols",
        ],
    ),
    (
        "create_check_constraint",
        &["constraint_name/name", "table_name/source", "condition"],
    ),
    (
        "create_primary_key",
        &["constraint_name/name", "table_name", "columns/cols"],
    ),
    (
        "create_exclude_constraint",
        &["constraint_name/name", "table_name"],
    ),
    (
        "drop_constraint",
        &["constraint_name/name", "table_name/tablename", "type_"],
    ),
    ("create_table_comment", &["table_name", "comment"]),
    ("drop_table_comment", &["table_name"]),
    ("bulk_insert", &["table", "rows"]),
    // Of alembic-postgresql-enum.
    (
        "sync_enum_values",
        &["enum_schema", "enum_name", "new_values", "affected_columns"],
    ),
];

/// The names that a batch's operations do without: the table is the batch's.
const OF_BATCH: [&str; 2] = ["table_name", "source_table"];

/// An operation with its arguments.
pub(super) struct Given<'c> {
    pub(super) call: &'c Call,
    batch: Option<&'c Call>,
    names: Vec<&'static str>,
}

impl<'c> Given<'c> {
    /// `None` = that is no operation of Alembic's own.
    pub(super) fn of(call: &'c Call, batch: Option<&'c Call>) -> Option<Self> {
        let (_, names) = OPERATIONS.iter().find(|(name, _)| *name == call.name)?;
        let first = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
        let names = names.iter().copied();
        let names = names.filter(|name| batch.is_none() || !OF_BATCH.contains(&&*first(name)));
        Some(Self {
            call,
            batch,
            names: names.collect(),
        })
    }

    /// An argument, by its name of today.
    pub(super) fn get(&self, name: &str) -> Option<&'c Arg> {
        let is_it = |names: &str| names.split('/').next() == Some(name);
        let at = self.names.iter().position(|names| is_it(names));
        let positional = at.and_then(|at| self.call.args.get(at));
        let aliases = at.map_or(name, |at| self.names[at]);
        positional.or_else(|| aliases.split('/').find_map(|name| self.call.keyword(name)))
    }

    /// One that has to be there, and written out.
    pub(super) fn text(&self, name: &str) -> Result<&'c str, Range<usize>> {
        let arg = self.get(name).ok_or_else(|| self.call.span.clone())?;
        arg.value.text().ok_or_else(|| arg.span.clone())
    }

    /// One that may be `None`, or not there.
    pub(super) fn maybe(&self, name: &str) -> Result<Option<&'c str>, Range<usize>> {
        match self.get(name) {
            None => Ok(None),
            Some(arg) if arg.is_none() => Ok(None),
            Some(arg) => arg.value.text().map(Some).ok_or_else(|| arg.span.clone()),
        }
    }

    /// A list of names; one name is a list, too.
    pub(super) fn names(&self, name: &str) -> Result<Vec<&'c str>, Range<usize>> {
        let arg = self.get(name).ok_or_else(|| self.call.span.clone())?;
        match &arg.value {
            Value::List(all) => {
                let names: Option<Vec<&str>> = all.iter().map(Value::text).collect();
                names.ok_or_else(|| arg.span.clone())
            }
            value => match value.text() {
                Some(one) => Ok(vec![one]),
                None => Err(arg.span.clone()),
            },
        }
    }

    /// The positional arguments behind those with names.
    pub(super) fn rest(&self) -> &'c [Arg] {
        self.call.args.get(self.names.len()..).unwrap_or_default()
    }

    /// The table with its schema.
    pub(super) fn table(&self) -> Result<(Option<&'c str>, &'c str), Range<usize>> {
        let Some(batch) = self.batch else {
            let name = match self.call.name.as_str() {
                "create_foreign_key" => "source_table",
                "rename_table" => "old_table_name",
                _ => "table_name",
            };
            let schema = match self.call.name.as_str() {
                "create_foreign_key" => "source_schema",
                _ => "schema",
            };
            return Ok((self.maybe(schema)?, self.text(name)?));
        };
        let name = batch.args.first().or_else(|| batch.keyword("table_name"));
        let name = name.ok_or_else(|| batch.span.clone())?;
        let schema = batch
            .keyword("schema")
            .or_else(|| batch.args.get(1))
            .filter(|arg| !arg.is_none());
        let schema = schema
            .map(|arg| arg.value.text().ok_or_else(|| arg.span.clone()))
            .transpose()?;
        let text = name.value.text().ok_or_else(|| name.span.clone())?;
        Ok((schema, text))
    }

    /// A keyword that is a flag, and set; one that is computed may be.
    pub(super) fn flag(&self, name: &str) -> bool {
        let arg = self.call.keyword(name);
        arg.is_some_and(|arg| arg.value.truth() != Some(false))
    }
}
