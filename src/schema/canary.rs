//! Rows for every table of a schema, so that a migration can be seen to keep them.
//!
//! What fits a table is known by the database alone. Here are tries, the likely ones
//! first: values of the right type and length, of what CHECK constraints and the bounds
//! of partitions name, and of the rows that a foreign key refers to. The database's
//! verdict on each is somebody else's to ask for.

mod hints;
mod values;

use std::collections::BTreeSet;

use super::{Fact, FactId, Kind, Schema};
use crate::{model::Dialect, sql};
use hints::Hint;
use values::Types;

/// How many values of the columns that constraints speak of are tried together.
const COMBINATIONS: usize = 64;

/// How to fill a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filling {
    /// The table.
    pub id: FactId,
    /// Its name as one writes it.
    pub name: String,
    /// In SQL.
    table: String,
    columns: Vec<Column>,
}

/// A column that is given a value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    /// In SQL.
    name: String,
    /// For each of the rows: values, the likely ones first.
    values: [Vec<String>; ROWS],
    /// Its value decides whether a constraint lets the row in.
    constrained: bool,
    /// There has to be one, and the table makes none.
    required: bool,
    /// The table makes one.
    has_default: bool,
}

/// How many rows a table gets, where it takes so many.
pub const ROWS: usize = 2;

/// Which columns a try gives values to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Give {
    All,
    WithoutDefault,
    Required,
}

impl Filling {
    /// Statements that insert the row, the likely ones first.
    pub fn tries(&self, row: usize) -> impl Iterator<Item = String> + '_ {
        [Give::All, Give::WithoutDefault, Give::Required]
            .into_iter()
            .flat_map(move |give| self.tries_with(row, give))
    }

    fn tries_with(&self, row: usize, give: Give) -> impl Iterator<Item = String> + '_ {
        let columns: Vec<&Column> = self
            .columns
            .iter()
            .filter(|column| match give {
                Give::All => true,
                Give::WithoutDefault => !column.has_default,
                Give::Required => column.required,
            })
            .collect();
        let varied = columns.iter().filter(|column| column.constrained);
        let count = varied.fold(1_usize, |count, column| {
            count.saturating_mul(column.values[row].len().max(1))
        });
        (0..count.min(COMBINATIONS)).map(move |number| self.insert(&columns, row, number))
    }

    /// The statement with one combination of the values of constrained columns: the first
    /// of each, then the second of each and so on, then any.
    fn insert(&self, columns: &[&Column], row: usize, number: usize) -> String {
        if columns.is_empty() {
            return format!("INSERT INTO {} DEFAULT VALUES", self.table);
        }
        let longest = columns.iter().map(|column| column.values[row].len()).max();
        let is_diagonal = number < longest.unwrap_or_default();
        let mut names = Vec::with_capacity(columns.len());
        let mut values = Vec::with_capacity(columns.len());
        for (place, column) in columns.iter().enumerate() {
            let of_row = &column.values[row];
            let at = match (column.constrained, of_row.len()) {
                (false, _) | (_, 0) => 0,
                (true, len) if is_diagonal => number.min(len - 1),
                // The likely ones come first.
                (true, len) => (mixed(number, place) % len).min(mixed(number, !place) % len),
            };
            names.push(column.name.as_str());
            values.push(of_row.get(at).map_or("NULL", String::as_str));
        }
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.table,
            names.join(", "),
            values.join(", ")
        )
    }
}

/// The same number for the same place, and no pattern (splitmix64).
fn mixed(number: usize, place: usize) -> usize {
    let seed = (number as u64) << 32 | place as u64;
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) >> 33).unwrap_or_default()
}

/// How to fill the tables, those that others refer to first. With `ahead`, a row may refer
/// to one that comes later: keys are checked at the end.
pub fn fillings(schema: &Schema, ahead: bool) -> Vec<Filling> {
    let types = Types::of(schema);
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for fact in schema.facts.values() {
        if fact.id.kind == Kind::Table {
            visit(schema, &fact.id, &mut seen, &mut order);
        }
    }
    let tables = order.into_iter().filter_map(|id| schema.facts.get(&id));
    // The rows of a partition come through the table that it is a part of.
    let tables = tables.filter(|table| table.get("partition of").is_none());
    tables
        .filter_map(|table| filling(schema, &types, table, ahead))
        .collect()
}

fn visit(schema: &Schema, id: &FactId, seen: &mut BTreeSet<FactId>, order: &mut Vec<FactId>) {
    if !seen.insert(id.clone()) {
        return;
    }
    for key in hints::references(schema, id) {
        visit(schema, &key.table, seen, order);
    }
    order.push(id.clone());
}

/// The columns of a table, by name, in the order of identities.
fn columns_of<'a>(schema: &'a Schema, table: &'a FactId) -> impl Iterator<Item = &'a Fact> {
    schema
        .facts
        .values()
        .filter(move |fact| fact.id.kind == Kind::Column && fact.parent.as_ref() == Some(table))
}

/// The name of a table in SQL, and those of its columns as identities have them and in SQL.
pub fn readable(schema: &Schema, table: &Fact) -> Option<(String, Vec<(String, String)>)> {
    let columns = columns_of(schema, &table.id)
        .map(|column| {
            let name = column.id.name();
            Some((name.to_owned(), sql::ident(name, schema.dialect).ok()?))
        })
        .collect::<Option<Vec<_>>>()?;
    Some((in_sql(&table.id, schema.dialect)?, columns))
}

fn in_sql(table: &FactId, dialect: Dialect) -> Option<String> {
    let parts = table.path.iter().map(|part| sql::ident(part, dialect).ok());
    Some(parts.collect::<Option<Vec<_>>>()?.join("."))
}

fn filling(schema: &Schema, types: &Types<'_>, table: &Fact, ahead: bool) -> Option<Filling> {
    let keys = hints::references(schema, &table.id);
    let hints = hints::of_table(schema, table);
    let mut columns = Vec::new();
    for fact in columns_of(schema, &table.id) {
        let default = fact.get("default");
        let made = fact.get("generated").is_some()
            || fact.get("identity").is_some()
            || default.is_some_and(|text| text.contains("nextval("));
        if made {
            continue;
        }
        let name = fact.id.name();
        let key = keys
            .iter()
            .find(|key| key.columns.iter().any(|column| column == name));
        let required = fact.get("not null").is_some() || fact.get("primary key").is_some();
        let of_column = hints.iter().filter(|hint| hint.is_about(name));
        let of_column: Vec<&Hint> = of_column.collect();
        let mut constrained = !of_column.is_empty() || types.is_constrained(fact);
        let values = std::array::from_fn(|row| {
            let own = types.values(fact, &of_column, row);
            match key {
                None => own,
                Some(key) => {
                    let mut values = vec![key.value(name, row, schema.dialect)];
                    // A row that refers to itself, or to one that comes later.
                    if required && (ahead || key.table == table.id) {
                        values.extend(own.into_iter().take(1));
                    }
                    values
                }
            }
        });
        if key.is_some() {
            constrained = values.iter().any(|values: &Vec<String>| values.len() > 1);
        }
        columns.push(Column {
            name: sql::ident(name, schema.dialect).ok()?,
            values,
            constrained,
            required: required && default.is_none(),
            has_default: default.is_some(),
        });
    }
    Some(Filling {
        id: table.id.clone(),
        name: schema.shown(table),
        table: in_sql(&table.id, schema.dialect)?,
        columns,
    })
}

#[cfg(test)]
mod tests;
