//! What a statement takes out of the order in which rows stand, and out of sequences: who
//! comes first gets the first number. Told from words, and in doubt it does: pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    behind::{is_about, names_in},
    keys::Keys,
    place,
};
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind},
    },
    schema::{self, Schema},
};

/// What numbers rows as they come.
const NUMBERS: [&str; 9] = [
    "SERIAL",
    "BIGSERIAL",
    "SMALLSERIAL",
    "SERIAL2",
    "SERIAL4",
    "SERIAL8",
    "IDENTITY",
    "NEXTVAL",
    "AUTOINCREMENT",
];

/// What changes how a sequence goes on.
const OPTIONS: [&str; 6] = [
    "RESTART",
    "INCREMENT",
    "START",
    "MINVALUE",
    "MAXVALUE",
    "CYCLE",
];

/// Tables whose rows are numbered, each with the sequences by their names.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    tables: BTreeMap<String, BTreeSet<String>>,
}

impl Numbers {
    pub(super) fn of(dialect: Dialect, schemas: &[Schema]) -> Self {
        let mut numbers = Self::default();
        let facts = || schemas.iter().flat_map(|schema| schema.facts.values());
        let sequences: BTreeSet<&str> = facts()
            .filter(|fact| fact.id.kind == schema::Kind::Sequence)
            .map(|fact| fact.id.name())
            .collect();
        for fact in facts().filter(|fact| fact.id.kind == schema::Kind::Column) {
            let Some(table) = fact.parent.as_ref().map(schema::FactId::name) else {
                continue;
            };
            let default = fact.get("default").unwrap_or_default();
            let is_serial = is_about(default, &["nextval"]);
            // SQLite numbers the rows of any table with an integer key.
            let is_rowid = dialect == Dialect::Sqlite
                && fact
                    .get("type")
                    .is_some_and(|typed| typed.eq_ignore_ascii_case("integer"));
            if !(is_serial || is_rowid || fact.get("identity").is_some()) {
                continue;
            }
            let own = numbers.tables.entry(table.to_owned()).or_default();
            let of_default = sequences.iter().filter(|name| is_about(default, &[name]));
            own.extend(of_default.map(|name| (*name).to_owned()));
            own.insert(format!("{table}_{}_seq", fact.id.name()));
        }
        numbers
    }

    /// The sequences that a statement takes numbers from, or sets.
    pub(super) fn used(&self, text: &str, accesses: &[Access]) -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        let restarts = is_about(text, &OPTIONS);
        for access in accesses {
            let object = &access.object;
            let table = object.of.as_ref().unwrap_or(&object.name);
            if object.kind == Kind::Sequence && !access.act.creates() {
                used.insert(object.name.clone());
            }
            let is_filled = object.of.is_none() && access.act == Act::Write;
            if is_filled || (restarts && object.of.is_some()) {
                used.extend(self.tables.get(table).into_iter().flatten().cloned());
            }
        }
        let all = self.tables.values().flatten().map(String::as_str);
        used.extend(names_in(text, all).into_iter().map(str::to_owned));
        used
    }

    /// What it leaves depends on the order in which rows stand.
    pub(super) fn goes_by_place(
        &self,
        text: &str,
        accesses: &[Access],
        keys: &Keys,
        dialect: Dialect,
    ) -> bool {
        let first = text.split_whitespace().next().unwrap_or_default();
        if first.eq_ignore_ascii_case("ALTER") {
            return is_about(text, &["ADD"]) && is_about(text, &NUMBERS);
        }
        let fills = |access: &Access| {
            access.act == Act::Write
                && access.object.of.is_none()
                && self.tables.contains_key(&access.object.name)
        };
        place::goes_by_place(text, keys, dialect)
            || is_about(text, &["NEXTVAL"])
            || (is_about(text, &["INSERT"]) && accesses.iter().any(fills))
    }
}
