//! Rows for every table of a schema, so that a migration can be seen to keep them.
//!
//! What fits a table is known by the database alone. Here are tries, the likely ones
//! first: values of the right type and length, of what CHECK constraints and the bounds
//! of partitions name, and of the rows that a foreign key refers to. The database's
//! verdict on each is somebody else's to ask for.

mod asked;
mod given;
mod hints;
mod values;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::{Fact, FactId, Kind, Schema};
use crate::{model::Dialect, sql};
use hints::Hint;
use values::Types;

pub use asked::{Asked, asked, is_selective};
pub use given::given;
pub(super) use hints::{Key, primary_key, references};

/// How often a row is tried with the same columns.
const TRIES: usize = 100;

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
    /// What a refusal names where this value is the reason: constraints, their texts, types.
    blamed: Vec<String>,
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

/// A search for a row that a table takes: from each refusal it follows what to change.
#[derive(Debug)]
pub struct Search<'a> {
    filling: &'a Filling,
    row: usize,
    give: Give,
    /// Of each column, which of its values.
    at: Vec<usize>,
    /// How often which columns were to blame.
    blamed: BTreeMap<Vec<usize>, usize>,
    tried: usize,
}

impl Filling {
    /// Begins with the likely values of all columns.
    pub fn search(&self, row: usize) -> Search<'_> {
        Search {
            filling: self,
            row,
            give: Give::All,
            at: vec![0; self.columns.len()],
            blamed: BTreeMap::new(),
            tried: 0,
        }
    }
}

impl Search<'_> {
    /// The statement to try.
    pub fn statement(&self) -> String {
        let filling = self.filling;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (column, at) in self.given() {
            names.push(column.name.as_str());
            let value = column.values[self.row].get(at);
            values.push(value.map_or("NULL", String::as_str));
        }
        if names.is_empty() {
            return format!("INSERT INTO {} DEFAULT VALUES", filling.table);
        }
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            filling.table,
            names.join(", "),
            values.join(", ")
        )
    }

    fn given(&self) -> impl Iterator<Item = (&Column, usize)> {
        let columns = self.filling.columns.iter().zip(&self.at);
        let columns = columns.filter(|(column, _)| match self.give {
            Give::All => true,
            Give::WithoutDefault => !column.has_default,
            Give::Required => column.required,
        });
        columns.map(|(column, at)| (column, *at))
    }

    /// The database refused it, with these words; whether there is another one to try.
    pub fn refused(&mut self, message: &str) -> bool {
        self.tried += 1;
        if self.tried < TRIES && self.change(message) {
            return true;
        }
        self.give = match self.give {
            Give::All => Give::WithoutDefault,
            Give::WithoutDefault => Give::Required,
            Give::Required => return false,
        };
        self.tried = 0;
        self.blamed.clear();
        self.at.fill(0);
        true
    }

    /// Other values for what is to blame: the first of each were tried, then come the
    /// second of each and so on, then any.
    fn change(&mut self, message: &str) -> bool {
        let may = |column: &Column| !column.blamed.is_empty() && column.values[self.row].len() > 1;
        let columns = self.filling.columns.iter().enumerate();
        let constrained: Vec<usize> = columns
            .filter(|(_, column)| may(column))
            .map(|(place, _)| place)
            .collect();
        let mut blamed = constrained.clone();
        blamed.retain(|place| {
            let mut names = self.filling.columns[*place].blamed.iter();
            names.any(|name| names_it(message, name))
        });
        if blamed.is_empty() {
            blamed = constrained;
        }
        let lengths = blamed
            .iter()
            .map(|place| self.filling.columns[*place].values[self.row].len());
        let longest = lengths.clone().max().unwrap_or_default();
        let all = lengths.fold(1_usize, usize::saturating_mul);
        let number = self.blamed.entry(blamed.clone()).or_default();
        *number += 1;
        if *number >= all {
            return false;
        }
        for place in blamed {
            let len = self.filling.columns[place].values[self.row].len();
            self.at[place] = if *number < longest {
                (*number).min(len - 1)
            } else {
                // The likely ones come first.
                (mixed(*number, place) % len).min(mixed(*number, !place) % len)
            };
        }
        true
    }
}

/// A refusal names a constraint or a type, or it shows the text of a check.
fn names_it(message: &str, name: &str) -> bool {
    let shown = message.rsplit_once("failed: ").map(|(_, shown)| shown);
    message.contains(name) || shown.is_some_and(|shown| name.contains(shown))
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
/// to one that comes later: keys are checked at the end. What is `asked` of rows comes first
/// among their values.
pub fn fillings(schema: &Schema, ahead: bool, asked: &[Asked]) -> Vec<Filling> {
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
        .filter_map(|table| filling(schema, &types, table, ahead, asked))
        .collect()
}

fn visit(schema: &Schema, id: &FactId, seen: &mut BTreeSet<FactId>, order: &mut Vec<FactId>) {
    if !seen.insert(id.clone()) {
        return;
    }
    for key in references(schema, id) {
        visit(schema, &key.table, seen, order);
    }
    order.push(id.clone());
}

/// The parts of a table of one kind, in the order of identities. Looked up by name: for
/// each table to look at all facts takes longer than all else where there are many.
fn parts<'a>(schema: &'a Schema, kind: Kind, table: &'a FactId) -> impl Iterator<Item = &'a Fact> {
    let first = FactId::new(kind, table.path.clone());
    let facts = schema.facts.range(first..);
    facts
        .take_while(move |(id, _)| id.kind == kind && id.path.starts_with(&table.path))
        .map(|(_, fact)| fact)
        .filter(move |fact| fact.parent.as_ref() == Some(table))
}

/// The columns of a table.
fn columns_of<'a>(schema: &'a Schema, table: &'a FactId) -> impl Iterator<Item = &'a Fact> {
    parts(schema, Kind::Column, table)
}

/// The same, with those that a table has of the tables it inherits from: a schema says of
/// them only what is the table's own.
fn all_columns<'a>(schema: &'a Schema, table: &'a FactId) -> Vec<Cow<'a, Fact>> {
    let own: Vec<&Fact> = columns_of(schema, table).collect();
    let above = inherits_from(schema, table);
    let is_whole = |fact: &&&Fact| above.is_empty() || fact.get("type").is_some();
    let whole = own.iter().filter(is_whole);
    let mut all: Vec<Cow<'a, Fact>> = whole.map(|fact| Cow::Borrowed(*fact)).collect();
    let inherited = above.iter().flat_map(|above| all_columns(schema, above));
    for mut column in inherited {
        let name = column.id.name().to_owned();
        if all.iter().any(|other| other.id.name() == name) {
            continue;
        }
        let fact = column.to_mut();
        let path = table.path.iter().cloned().chain([name.clone()]);
        fact.id = FactId::new(Kind::Column, path);
        fact.parent = Some(table.clone());
        // Nothing of these goes down to it.
        fact.payload.remove("identity");
        if let Some(own) = own.iter().find(|own| own.id.name() == name) {
            for key in ["default", "not null"] {
                if let Some(value) = own.payload.get(key) {
                    fact.set(key, value.clone());
                }
            }
        }
        all.push(column);
    }
    all
}

/// The tables that a table inherits from, and not as a partition.
fn inherits_from<'a>(schema: &'a Schema, table: &'a FactId) -> Vec<&'a FactId> {
    let fact = schema.facts.get(table);
    if fact.is_none_or(|fact| fact.get("inherits").is_none()) {
        return Vec::new();
    }
    let edges = schema.edges.iter().filter(|edge| edge.from == *table);
    edges
        .map(|edge| &edge.to)
        .filter(|id| id.kind == Kind::Table)
        .collect()
}

/// The name of a table in SQL, and those of its columns as identities have them and in SQL.
pub fn readable(schema: &Schema, table: &Fact) -> Option<(String, Vec<(String, String)>)> {
    let columns = all_columns(schema, &table.id)
        .iter()
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

fn filling(
    schema: &Schema,
    types: &Types<'_>,
    table: &Fact,
    ahead: bool,
    asked: &[Asked],
) -> Option<Filling> {
    let asked = asked.iter().flat_map(|one| one.of_table(table.id.name()));
    let asked: Vec<&Hint> = asked.collect();
    let keys = references(schema, &table.id);
    let mut hints = hints::of_table(schema, table);
    let mut above = inherits_from(schema, &table.id);
    while let Some(table) = above.pop().and_then(|id| schema.facts.get(id)) {
        hints.extend(hints::of_table(schema, table));
        above.extend(inherits_from(schema, &table.id));
    }
    let mut columns = Vec::new();
    let all = all_columns(schema, &table.id);
    for fact in all.iter().map(Cow::as_ref) {
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
        let all = asked.iter().copied().chain(&hints);
        let of_column: Vec<&Hint> = all.filter(|hint| hint.is_about(name)).collect();
        // The last row: the others show what becomes of values.
        let is_null_asked = !required && of_column.iter().any(|hint| hint.may_be_null());
        let mut blamed: Vec<String> = of_column
            .iter()
            .flat_map(|hint| hint.named.clone())
            .collect();
        blamed.extend(types.constraining(fact));
        let values = std::array::from_fn(|row| {
            let of_row = of_column.iter().copied().filter(|hint| hint.is_for(row));
            let of_row: Vec<&Hint> = of_row.collect();
            let mut own = types.values(fact, &of_row, row);
            let wanted = of_row.iter().filter_map(|hint| hint.wanted());
            own.splice(0..0, wanted.map(str::to_owned));
            if is_null_asked && row + 1 == ROWS {
                own.insert(0, "NULL".to_owned());
            }
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
            // An empty table has no row to refer to.
            blamed = vec![name.to_owned(), "FOREIGN KEY".to_owned()];
        }
        columns.push(Column {
            name: sql::ident(name, schema.dialect).ok()?,
            values,
            blamed,
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
