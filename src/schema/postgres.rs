//! PostgreSQL's schema as facts, from the rows of the introspection.
//!
//! The rows are all of one form, whatever they are about: kinds and keys are those
//! of `kind.rs`, so that another kind takes a query and a table of rules, and
//! nothing here.

use std::{borrow::Cow, collections::HashMap};

use serde::Deserialize;

use super::{Edge, Fact, FactId, Given, Kind, Schema, Unmodelled, Value, postgres_stable::stable};
use crate::model::Dialect;

/// A row that is not of the form that the queries promise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalogs answered with a row that teammig does not understand: {0}")]
pub struct UnknownRow(String);

/// A row: five texts.
pub type Row = Vec<Option<String>>;

/// A catalog, an object in it, and the number of a column (those of the system's are below 0) or 0.
type Address = (u32, u32, i32);

/// Addresses in the catalogs.
#[derive(Default)]
struct Addresses {
    facts: HashMap<Address, FactId>,
    /// Other addresses of the same object.
    aliases: HashMap<Address, Address>,
}

/// A text of a list in JSON, without a copy where it is written as it is.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The facts of a server of that major version.
pub fn facts(major: u32, rows: Vec<Row>) -> Result<Schema, UnknownRow> {
    let mut schema = Schema::empty(Dialect::Postgres);
    schema.major = major;
    let mut addresses = Addresses::default();
    let mut edges = Vec::new();
    for row in rows {
        let unknown = || UnknownRow(format!("{row:?}"));
        let column = |at: usize| row.get(at).and_then(Option::as_deref);
        let (sign, first) = column(0).zip(column(1)).ok_or_else(unknown)?;
        match sign {
            "=" | ">" => {
                // An address is missing where what was there has been dropped meanwhile.
                let Some(second) = column(2) else { continue };
                let (first, second) = address(first).zip(address(second)).ok_or_else(unknown)?;
                if sign == "=" {
                    addresses.aliases.insert(first, second);
                } else {
                    edges.push((first, second));
                }
            }
            "?" => {
                schema.unmodelled.insert(Unmodelled {
                    what: first.to_owned(),
                    name: column(2).unwrap_or_default().to_owned(),
                });
            }
            "!" => {
                let given = Given {
                    of: first.to_owned(),
                    role: column(2).ok_or_else(unknown)?.to_owned(),
                    schema: column(3).map(str::to_owned),
                };
                let privileges = column(4).unwrap_or_default().to_owned();
                schema.given.insert(given, privileges);
            }
            _ => {
                let fact = fact(&schema, sign, first, column(2), column(4)).ok_or_else(unknown)?;
                if let Some(fact) = fact {
                    if let Some(written) = column(3) {
                        let address = address(written).ok_or_else(unknown)?;
                        addresses.facts.insert(address, fact.id.clone());
                    }
                    schema.add(fact);
                }
            }
        }
    }
    let edges = edges.into_iter().filter_map(|(from, to)| {
        let (from, to) = (addresses.find(from)?, addresses.find(to)?);
        let fact = schema.facts.get(from).filter(|_| from != to)?;
        (fact.parent.as_ref() != Some(to)).then(|| Edge {
            from: from.clone(),
            to: to.clone(),
        })
    });
    schema.edges = edges.collect();
    Ok(schema)
}

impl Addresses {
    /// The object at an address; a column that is no fact stands for its table.
    fn find(&self, mut address: Address) -> Option<&FactId> {
        for _ in 0..4 {
            if let Some(id) = self.facts.get(&address) {
                return Some(id);
            }
            address = match self.aliases.get(&address) {
                Some(other) => *other,
                None if address.2 == 0 => return None,
                None => (address.0, address.1, 0),
            };
        }
        None
    }
}

fn address(written: &str) -> Option<Address> {
    let mut numbers = written.splitn(3, ':');
    let (catalog, object) = (numbers.next()?, numbers.next()?);
    let part = numbers.next()?;
    Some((
        catalog.parse().ok()?,
        object.parse().ok()?,
        part.parse().ok()?,
    ))
}

fn kind(name: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.name() == name)
}

fn names(json: &str) -> Option<Vec<String>> {
    serde_json::from_str(json).ok()
}

/// A fact; `Some(None)` where there is nothing to say about it.
#[allow(clippy::option_option)]
fn fact(
    schema: &Schema,
    name: &str,
    path: &str,
    parent: Option<&str>,
    payload: Option<&str>,
) -> Option<Option<Fact>> {
    let kind = kind(name)?;
    let mut path = names(path)?;
    let parent = match parent {
        Some(parent) => Some(self::parent(schema, names(parent)?)?),
        None => None,
    };
    if kind == Kind::Grant {
        let (object, own) = parent.clone()?;
        let mut whole = own;
        whole.append(&mut path);
        path = whole;
        if !schema.facts.contains_key(&object) {
            return Some(None);
        }
    }
    let parent = parent.map(|(id, _)| id);
    let parent = parent.filter(|id| schema.facts.contains_key(id));
    let mut fact = Fact::new(FactId::new(kind, path), parent);
    let payload: Vec<Option<Text<'_>>> = serde_json::from_str(payload?).ok()?;
    let mut may_be_empty = false;
    for pair in payload.chunks_exact(2) {
        let [Some(Text(key)), Some(Text(text))] = pair else {
            continue;
        };
        match key.as_ref() {
            "_generated" => fact.generated_name = true,
            "_may be empty" => may_be_empty = true,
            "_ddl" => fact.ddl = Some(text.clone().into_owned()),
            key => match (key.strip_prefix('_'), key.strip_prefix('=')) {
                (Some(list), _) => {
                    fact.lists.insert(list.to_owned(), names(text)?);
                }
                (None, both) => {
                    let rules = kind.rules();
                    let rule = rules.iter().find(|rule| rule.key == both.unwrap_or(key))?;
                    let value = if both.is_some() {
                        self::both(text)?
                    } else {
                        value(text)
                    };
                    fact.set(rule.key, value);
                }
            },
        }
    }
    Some((!may_be_empty || !fact.payload.is_empty()).then_some(fact))
}

/// The parent's identity, and its names: those of a column that is no fact too.
fn parent(schema: &Schema, mut names: Vec<String>) -> Option<(FactId, Vec<String>)> {
    if names.is_empty() {
        return None;
    }
    let kind = kind(&names.remove(0))?;
    if kind != Kind::Column {
        return Some((FactId::new(kind, names.clone()), names));
    }
    let relation = self::kind(&names.pop()?)?;
    let column = FactId::new(kind, names.clone());
    if schema.facts.contains_key(&column) {
        return Some((column, names));
    }
    let table = names.iter().take(2).cloned();
    Some((FactId::new(relation, table), names))
}

fn value(text: &str) -> Value {
    match stable(text) {
        Some(normal) => Value::normalised(text, normal),
        None => Value::new(text),
    }
}

/// What is shown and, where it is another, what is compared.
fn both(json: &str) -> Option<Value> {
    let texts: Vec<Text<'_>> = serde_json::from_str(json).ok()?;
    match texts.as_slice() {
        [Text(text)] => Some(value(text)),
        [Text(text), Text(normal)] => Some(Value::normalised(text.as_ref(), normal.as_ref())),
        _ => None,
    }
}

/// Whether something was dropped while it was read: the server has no text of it any more.
pub fn is_torn(schema: &Schema) -> bool {
    schema.facts.values().any(|fact| match fact.id.kind {
        Kind::Constraint
        | Kind::Index
        | Kind::MaterializedView
        | Kind::Rule
        | Kind::Statistics
        | Kind::Trigger
        | Kind::View => fact.get("definition").is_none(),
        Kind::Function | Kind::Procedure => fact.ddl.is_none(),
        _ => false,
    })
}

/// Takes the ledger out, and the schema around it where that is there for it alone.
pub fn without_ledger(schema: &mut Schema, in_schema: &str, table: &str) {
    let ledger = FactId::new(Kind::Table, [in_schema, table]);
    if !schema.facts.contains_key(&ledger) {
        return;
    }
    schema.remove(|fact| fact.id == ledger);
    let around = FactId::new(Kind::Schema, [in_schema]);
    if in_schema != "public" && schema.within(&around).next().is_none() {
        schema.remove(|fact| fact.id == around);
    }
}
