//! What can be altered as it stands.
//!
//! The rule table says it by key; here is what depends on the values: a view may be
//! replaced in place only while its columns stay, a function while it is called in
//! the same way.

use super::{names::items, work::Work};
use crate::schema::{Change, Effect, Fact, FactId, Kind};

/// Whether an object can stay where it is while those keys of it change.
pub(super) fn stands(work: &Work, id: &FactId, changes: &[Change]) -> bool {
    let (Some(a), Some(b)) = (work.origin(id), work.of_b(id)) else {
        return false;
    };
    let changes_key = |key: &str| changes.iter().any(|change| change.key == key);
    match id.kind {
        Kind::Enum => is_subsequence(a.list("labels"), b.list("labels")),
        Kind::CompositeType => attributes_fit(work, a, b),
        Kind::View => b.list("columns").starts_with(a.list("columns")),
        Kind::Function | Kind::Procedure => is_called_alike(a, b),
        Kind::Column => is_computed_alike(work, a, b),
        Kind::Constraint => {
            !changes_key("state") && (!changes_key("definition") || constraint_step(a, b).is_some())
        }
        Kind::Policy => {
            let loses = |key: &str| a.get(key).is_some() && b.get(key).is_none();
            !changes_key("command")
                && !changes_key("restrictive")
                && !loses("using")
                && !loses("with check")
        }
        Kind::Table => !changes_key("partition key"),
        _ => changes
            .iter()
            .all(|change| change.effect != Effect::Replace),
    }
}

/// Whether the first list is the second one with something left out.
pub(super) fn is_subsequence(short: &[String], long: &[String]) -> bool {
    let mut long = long.iter();
    short.iter().all(|item| long.any(|other| other == item))
}

/// Whether the attributes of `b` are those of `a`, some dropped, and new ones behind.
fn attributes_fit(work: &Work, a: &Fact, b: &Fact) -> bool {
    let (old, new) = (a.list("attributes"), b.list("attributes"));
    let stay = new.iter().take_while(|name| old.contains(name)).count();
    let in_order = is_subsequence(new.get(..stay).unwrap_or_default(), old)
        && new
            .get(stay..)
            .unwrap_or_default()
            .iter()
            .all(|name| !old.contains(name));
    let retyped = new.iter().zip(b.list("attribute types")).any(|(name, of)| {
        let at = old.iter().position(|other| other == name);
        let before = at.and_then(|at| a.list("attribute types").get(at));
        before.is_some_and(|before| before != of)
    });
    in_order && !(retyped && work.holds_values(&a.id))
}

/// Whether whoever calls it in the old way still can, with the same result.
fn is_called_alike(a: &Fact, b: &Fact) -> bool {
    let text = |fact: &Fact, key: &str| fact.get(key).unwrap_or_default().to_owned();
    let is_window = |fact: &Fact| {
        let properties = text(fact, "properties");
        items(&properties).contains(&"window")
    };
    if text(a, "result") != text(b, "result") || is_window(a) != is_window(b) {
        return false;
    }
    let (old, new) = (text(a, "arguments"), text(b, "arguments"));
    let (old, new) = (items(&old), items(&new));
    let parts = |argument: &str| -> (String, bool) {
        match argument.split_once(" DEFAULT ") {
            Some((plain, _)) => (plain.to_owned(), true),
            None => (argument.to_owned(), false),
        }
    };
    old.len() == new.len()
        && old.iter().zip(&new).all(|(old, new)| {
            let ((old, had), (new, has)) = (parts(old), parts(new));
            old == new && (has || !had)
        })
}

/// Whether a column stays while what it is generated from changes.
fn is_computed_alike(work: &Work, a: &Fact, b: &Fact) -> bool {
    match (a.get("generated"), b.get("generated")) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(before), None) => before.ends_with(" stored"),
        (Some(before), Some(after)) => {
            let kind = |text: &str| text.ends_with(" stored");
            before == after || (kind(before) == kind(after) && work.b.major >= 17)
        }
    }
}

/// How a constraint gets another definition without being made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConstraintStep {
    /// The rows that were there are looked at too.
    Validate,
    /// When a foreign key is looked at.
    Defer,
}

/// The step, where there is one.
pub(super) fn constraint_step(a: &Fact, b: &Fact) -> Option<ConstraintStep> {
    let (before, after) = (a.get("definition")?, b.get("definition")?);
    if before.strip_suffix(" NOT VALID") == Some(after) {
        return Some(ConstraintStep::Validate);
    }
    let plain = |text: &str| {
        text.replace(" INITIALLY DEFERRED", "")
            .replace(" DEFERRABLE", "")
    };
    (after.starts_with("FOREIGN KEY") && plain(before) == plain(after))
        .then_some(ConstraintStep::Defer)
}

/// What a table keeps of a parent that it leaves, and what becomes its new parent's:
/// neither is to be made or dropped.
pub(super) fn inherited(work: &mut Work) {
    let tables: Vec<FactId> = work
        .change
        .keys()
        .filter(|id| work.changes(id, "partition of") || work.changes(id, "inherits"))
        .cloned()
        .collect();
    for table in tables {
        let (Some(a), Some(b)) = (work.of_a(&table), work.of_b(&table)) else {
            continue;
        };
        let left: Vec<&String> = a
            .list("parents")
            .iter()
            .filter(|p| !b.list("parents").contains(p))
            .collect();
        let found: Vec<&String> = b
            .list("parents")
            .iter()
            .filter(|p| !a.list("parents").contains(p))
            .collect();
        let parts_of = |schema: &crate::schema::Schema, parents: &[&String]| -> Vec<Fact> {
            let of = |fact: &Fact| {
                fact.parent.as_ref().is_some_and(|id| {
                    id.kind == Kind::Table && parents.contains(&&super::names::qualified(&id.path))
                })
            };
            schema
                .facts
                .values()
                .filter(|fact| of(fact))
                .cloned()
                .collect()
        };
        let (old, new) = (parts_of(work.a, &left), parts_of(work.b, &found));
        let is_partition = a.get("partition of").is_some() || b.get("partition of").is_some();
        // All else that partitions have of the whole is known by its name (`detach.rs`).
        let is_alone = is_partition && !(left.is_empty() && found.is_empty());
        let may_be_copy = |fact: &&Fact| !is_alone || fact.id.kind == Kind::Column;
        let is_like = |fact: &Fact, of: &[Fact]| {
            let mut all = of.iter();
            all.any(|other| is_copy(fact, other, is_partition))
        };
        let kept: Vec<FactId> = own(&work.create, &table, work.b)
            .filter(may_be_copy)
            .filter(|fact| is_like(fact, &old))
            .map(|fact| fact.id.clone())
            .collect();
        let given: Vec<FactId> = own(&work.drop, &table, work.a)
            .filter(may_be_copy)
            .filter(|fact| is_like(fact, &new))
            .map(|fact| fact.id.clone())
            .collect();
        let stays: Vec<FactId> = work
            .within_a(&table)
            .into_iter()
            .filter(|_| is_partition)
            .filter(|id| is_taken(work, id, &new, b.list("copies")))
            .collect();
        let loses_columns = given.iter().any(|id| id.kind == Kind::Column);
        if loses_columns && work.changes(&table, "inherits") {
            // No statement makes a column one that is only inherited.
            work.replace(&table);
            continue;
        }
        work.create.retain(|id| !kept.contains(id));
        work.drop.retain(|id| !given.contains(id));
        for id in &stays {
            work.replace(id);
        }
    }
}

/// Whether an index that a table has for its own before and after would be taken for one of
/// the whole that the table becomes a part of.
fn is_taken(work: &Work, id: &FactId, of: &[Fact], copies: &[String]) -> bool {
    let (Some(before), Some(after)) = (work.of_a(id), work.twin(id)) else {
        return false;
    };
    let is_own = !copies.iter().any(|name| name == after.name());
    matches!(id.kind, Kind::Index | Kind::Constraint)
        && before.id == *after
        && is_own
        && !work.drop.contains(id)
        && of
            .iter()
            .any(|other| has_index(other) && is_copy(before, other, true))
}

/// Whether it is an index or a constraint that has one.
fn has_index(fact: &Fact) -> bool {
    let definition = fact.get("definition").unwrap_or_default();
    let is_key = ["PRIMARY KEY", "UNIQUE", "EXCLUDE"]
        .iter()
        .any(|word| definition.starts_with(word));
    fact.id.kind == Kind::Index || is_key
}

fn own<'s>(
    ids: &'s std::collections::BTreeSet<FactId>,
    table: &'s FactId,
    schema: &'s crate::schema::Schema,
) -> impl Iterator<Item = &'s Fact> {
    ids.iter()
        .filter_map(|id| schema.facts.get(id))
        .filter(move |fact| fact.parent.as_ref() == Some(table))
}

/// Whether a part of a table is its parent's too.
pub(super) fn is_copy(part: &Fact, of: &Fact, is_partition: bool) -> bool {
    if part.id.kind != of.id.kind {
        return false;
    }
    let same = |key: &str| part.get(key) == of.get(key);
    match part.id.kind {
        Kind::Column => part.id.name() == of.id.name() && same("type"),
        Kind::Constraint => {
            let definition = of.get("definition").unwrap_or_default();
            let is_check = definition.starts_with("CHECK");
            // A check is told by its name; all others are those of partitions alone.
            let is_it = if is_check {
                part.id.name() == of.id.name()
            } else {
                is_partition
            };
            is_it && same("definition")
        }
        Kind::Index => {
            let shape = |fact: &Fact| {
                let text = fact.get("definition").unwrap_or_default();
                let uses = text.split_once(" USING ").map(|(_, rest)| rest.to_owned());
                (text.starts_with("CREATE UNIQUE"), uses)
            };
            is_partition && shape(part) == shape(of)
        }
        _ => false,
    }
}
