//! PostgreSQL's schema as facts, from the rows of the introspection.
//!
//! The rows are all of one form, whatever they are about: kinds and keys are those
//! of `kind.rs`, so that another kind takes a query and a table of rules, and
//! nothing here.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Edge, Fact, FactId, Given, Kind, Schema, Unmodelled, Value, postgres_stable::stable};
use crate::model::Dialect;

/// A row that is not of the form that the queries promise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalogs answered with a row that teammig does not understand: {0}")]
pub struct UnknownRow(String);

/// A row: five texts.
pub type Row = Vec<Option<String>>;

/// Addresses in the catalogs.
#[derive(Default)]
struct Addresses {
    facts: BTreeMap<String, FactId>,
    /// Other addresses of the same object.
    aliases: BTreeMap<String, String>,
}

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
                if sign == "=" {
                    addresses
                        .aliases
                        .insert(first.to_owned(), second.to_owned());
                } else {
                    edges.push((first.to_owned(), second.to_owned()));
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
                    if let Some(address) = column(3) {
                        addresses.facts.insert(address.to_owned(), fact.id.clone());
                    }
                    schema.add(fact);
                }
            }
        }
    }
    for (from, to) in edges {
        if let (Some(from), Some(to)) = (addresses.find(&from), addresses.find(&to))
            && from != to
            && schema
                .facts
                .get(from)
                .is_some_and(|fact| fact.parent.as_ref() != Some(to))
        {
            let (from, to) = (from.clone(), to.clone());
            schema.edges.insert(Edge { from, to });
        }
    }
    Ok(schema)
}

impl Addresses {
    /// The object at an address; a column that is no fact stands for its table.
    fn find(&self, address: &str) -> Option<&FactId> {
        let mut address = address.to_owned();
        for _ in 0..4 {
            if let Some(id) = self.facts.get(&address) {
                return Some(id);
            }
            if let Some(other) = self.aliases.get(&address) {
                address.clone_from(other);
            } else {
                let (object, part) = address.rsplit_once(':')?;
                if part == "0" {
                    return None;
                }
                address = format!("{object}:0");
            }
        }
        None
    }
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
    let payload: serde_json::Map<String, Json> = serde_json::from_str(payload?).ok()?;
    let mut may_be_empty = false;
    for (key, value) in payload {
        match (key.as_str(), value) {
            (_, Json::Null) => {}
            ("_generated", _) => fact.generated_name = true,
            ("_may be empty", _) => may_be_empty = true,
            ("_ddl", Json::String(text)) => fact.ddl = Some(text),
            (name, Json::Array(list)) if name.starts_with('_') => {
                let texts = list
                    .iter()
                    .filter_map(|text| text.as_str().map(str::to_owned));
                fact.lists
                    .insert(name.trim_start_matches('_').to_owned(), texts.collect());
            }
            (key, value) => {
                let rule = kind.rules().iter().find(|rule| rule.key == key)?;
                fact.set(rule.key, self::value(&value)?);
            }
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

fn value(json: &Json) -> Option<Value> {
    match json {
        Json::String(text) => Some(match stable(text) {
            Some(normal) => Value::normalised(text, normal),
            None => Value::new(text),
        }),
        Json::Array(both) => match both.as_slice() {
            [Json::String(text), Json::String(normal)] => Some(Value::normalised(text, normal)),
            _ => None,
        },
        _ => None,
    }
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
