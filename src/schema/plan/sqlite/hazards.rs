//! What a reviewer has to know of a change.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Decisions, Hazard,
    table::{Affinity, Table},
    text,
};
use crate::schema::{
    Change, Difference, Fact, FactId, Kind, Schema, Value, What, normal::pieces,
    sqlite_table::ColumnText,
};

/// A column as one writes it: `users.name`.
pub(super) fn column(table: &Table<'_>, column: &str) -> String {
    format!("{}.{}", text::name(table.name()), text::name(column))
}

/// That values of a column become others.
pub(super) fn converts(table: &Table<'_>, old: &ColumnText) -> Hazard {
    Hazard::Converts {
        column: FactId::new(
            Kind::Column,
            [
                table.fact.id.name().to_owned(),
                old.name.to_ascii_lowercase(),
            ],
        ),
        name: column(table, &old.name),
    }
}

/// That values do not come back from a cast; `None` where they do.
pub(super) fn lossy(name: &str, from: Affinity, to: Affinity) -> Option<Hazard> {
    let what = match (from, to) {
        (Affinity::Integer, Affinity::Real) => "whole numbers of more than 15 digits",
        (_, Affinity::Integer) => "what is not a whole number",
        (_, Affinity::Real) => "what is not a number",
        (Affinity::Blob, Affinity::Text) => "what is not text",
        _ => return None,
    };
    Some(Hazard::LosesData(format!("{what} in {name}")))
}

/// That numbers of rows which are gone are given again: what a table had come to is kept for
/// AUTOINCREMENT alone.
pub(super) fn counts_no_more(before: &Table<'_>, after: &Table<'_>) -> Option<Hazard> {
    let mut columns = before.columns().iter();
    let counted = columns.find(|own| before.is_rowid(own))?;
    let ends = before.counts() && after.is_read() && !after.counts();
    ends.then(|| {
        let name = column(before, &counted.name);
        Hazard::LosesData(format!("the number that {name} has come to"))
    })
}

/// What is lost, and breaks, with a column.
pub(super) fn dropped_column(table: &Table<'_>, dropped: &ColumnText) -> Vec<Hazard> {
    let name = column(table, &dropped.name);
    let mut hazards = Vec::new();
    if dropped.get("generated").is_none() {
        hazards.push(Hazard::LosesData(format!("column {name}")));
    }
    hazards.push(Hazard::BreaksOldCode(format!("column {name}")));
    hazards
}

/// A program that does not know a column cannot add rows any more.
pub(super) fn must_be_given(table: &Table<'_>, column: &ColumnText) -> Option<Hazard> {
    let is_given = column.get("default").is_some()
        || column.get("generated").is_some()
        || table.is_rowid(column)
        || !table.is_filled(column);
    (!is_given).then(|| {
        Hazard::BreaksOldCode(format!(
            "INSERT INTO {} without {}",
            text::name(table.name()),
            text::name(&column.name)
        ))
    })
}

/// Rows that a new constraint refuses.
pub(super) fn refused(
    table: &Table<'_>,
    difference: &Difference,
    decisions: &Decisions,
) -> Vec<Hazard> {
    let name = difference.id.name();
    let written = table
        .column(name)
        .map_or(name, |column| column.name.as_str());
    let of = column(table, written);
    match &difference.what {
        What::Changed(changes) => changes
            .iter()
            .filter_map(|change| refused_by(change, difference.id.kind, &of))
            .map(Hazard::FailsOnData)
            .collect(),
        What::Added { fact, .. } if fact.id.kind == Kind::Constraint => fact
            .payload
            .get("definition")
            .and_then(refused_by_constraint)
            .map(Hazard::FailsOnData)
            .into_iter()
            .collect(),
        What::Added { fact, .. } => ["unique", "primary key", "check", "references"]
            .into_iter()
            .filter(|key| fact.payload.contains_key(key))
            // A new column without a value refers to nothing on purpose.
            .filter(|key| {
                *key != "references"
                    || fact.payload.contains_key("default")
                    || decisions.backfill.contains_key(&fact.id)
            })
            .filter_map(|key| refused_by_key(key, &of))
            .map(Hazard::FailsOnData)
            .collect(),
        _ => Vec::new(),
    }
}

fn refused_by(change: &Change, kind: Kind, of: &str) -> Option<String> {
    let after = change.after.as_ref()?;
    match (kind, change.key) {
        (Kind::Constraint, _) => refused_by_constraint(after),
        (Kind::Table, "options") => {
            let had = |option: &str| {
                let before = change.before.as_ref().map_or("", Value::compared);
                before.contains(option) || !after.compared().contains(option)
            };
            if !had("strict") {
                return Some("values that are not of the type of their column".to_owned());
            }
            (!had("without rowid")).then(|| "rows whose primary key is NULL".to_owned())
        }
        (_, key) => refused_by_key(key, of),
    }
}

fn refused_by_key(key: &str, of: &str) -> Option<String> {
    Some(match key {
        "unique" | "primary key" => format!("rows that have the same {of}"),
        "check" => format!("rows that the check of {of} refuses"),
        "references" => format!("rows whose {of} refers to nothing"),
        _ => return None,
    })
}

fn refused_by_constraint(definition: &Value) -> Option<String> {
    let pieces = pieces(&definition.text);
    let first = pieces.first()?;
    let words = match first.normal.as_str() {
        "check" => "rows that it refuses",
        "foreign" => "rows that refer to nothing",
        _ => "rows that have the same values",
    };
    let text: Vec<&str> = definition.text.split_whitespace().collect();
    Some(format!("{words}: {}", text.join(" ")))
}

/// What is dropped and looks like what is made, from the one to the other.
pub(super) struct LookAlikes {
    names: BTreeMap<FactId, Hazard>,
}

impl LookAlikes {
    /// Of the objects that only one side has.
    pub(super) fn of(a: &Schema, b: &Schema, differences: &[Difference]) -> Self {
        let mut added: BTreeMap<String, BTreeSet<&FactId>> = BTreeMap::new();
        for difference in differences {
            if let What::Added { fact, parts } = &difference.what
                && let Some(looks) = looks(fact, parts)
            {
                added.entry(looks).or_default().insert(&fact.id);
            }
        }
        let mut names = BTreeMap::new();
        for difference in differences {
            if let What::Removed { fact, parts } = &difference.what
                && let Some(looks) = looks(fact, parts)
                && let Some(other) = added.get_mut(&looks).and_then(BTreeSet::pop_first)
                && let Some(to) = b.facts.get(other)
            {
                let hazard = Hazard::MayBeRename {
                    from: a.shown(fact),
                    to: b.shown(to),
                };
                names.insert(fact.id.clone(), hazard);
            }
        }
        Self { names }
    }

    /// What may have become of a dropped object.
    pub(super) fn hazard(&self, id: &FactId) -> Option<Hazard> {
        self.names.get(id).cloned()
    }
}

/// What tables and columns are like, but for their names.
fn looks(fact: &Fact, parts: &[Fact]) -> Option<String> {
    if !matches!(
        fact.id.kind,
        Kind::Table | Kind::VirtualTable | Kind::Column
    ) {
        return None;
    }
    let mut lines = vec![format!(
        "{:?} {:?}",
        fact.id.kind,
        fact.parent.as_ref().map(FactId::name)
    )];
    let mut payload = |fact: &Fact| {
        for (key, value) in &fact.payload {
            lines.push(format!("{key}: {}", value.compared()));
        }
    };
    payload(fact);
    let mut parts: Vec<&Fact> = parts
        .iter()
        .filter(|part| matches!(part.id.kind, Kind::Column | Kind::Constraint))
        .collect();
    parts.sort_by_key(|part| part.id.path.last());
    for part in parts {
        payload(part);
    }
    Some(lines.join("\n"))
}
