//! Tables that are partitions on one side alone: the indexes and constraints that they have
//! of the whole are their own on the other, under names that nobody gave.

use std::borrow::Cow;

use super::{kept::is_copy, work::uses};
use crate::schema::{Edge, Fact, FactId, Kind, Schema, Value, postgres_stable::stable};

/// A part that a table has of the whole that it is a part of.
pub(super) struct Own {
    /// As a part of its own.
    pub(super) id: FactId,
    /// The one of the whole.
    pub(super) of_whole: Option<FactId>,
}

/// The schema with what tables have of the whole as parts of their own, where they are no
/// partitions on the other side, and what that is.
pub(super) fn own<'s>(schema: Cow<'s, Schema>, other: &Schema) -> (Cow<'s, Schema>, Vec<Own>) {
    let is_alone = |fact: &&Fact| {
        let alone = other.facts.get(&fact.id);
        fact.get("partition of").is_some()
            && alone.is_some_and(|alone| alone.get("partition of").is_none())
    };
    let tables: Vec<&Fact> = schema.of_kind(Kind::Table).filter(is_alone).collect();
    let (mut found, mut edges, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for table in tables {
        let mut wholes = uses(&schema, &table.id).filter(|id| id.kind == Kind::Table);
        let whole = wholes.next();
        for copy in copies(table) {
            let mut parts = whole.into_iter().flat_map(|whole| schema.within(whole));
            let of_whole = parts.find(|fact| is_copy(&copy, fact, true));
            let of_whole = of_whole.map(|fact| fact.id.clone());
            edges.extend(used(&schema, whole, of_whole.as_ref(), &copy.id));
            let id = copy.id.clone();
            all.push(Own { id, of_whole });
            found.push(copy);
        }
    }
    if found.is_empty() {
        return (schema, all);
    }
    let mut schema = schema.into_owned();
    for fact in found {
        schema.add(fact);
    }
    schema.edges.extend(edges);
    (Cow::Owned(schema), all)
}

fn copies(table: &Fact) -> impl Iterator<Item = Fact> {
    table.list("copies").chunks_exact(4).filter_map(|words| {
        let [kind, name, made_up, definition] = words else {
            return None;
        };
        let mut path = table.id.path.clone();
        let kind = match kind.as_str() {
            "index" => {
                path.truncate(1);
                Kind::Index
            }
            _ => Kind::Constraint,
        };
        path.push(name.clone());
        let mut fact = Fact::new(FactId::new(kind, path), Some(table.id.clone()));
        fact.generated_name = !made_up.is_empty();
        let value = match stable(definition) {
            Some(normal) => Value::normalised(definition, normal),
            None => Value::new(definition),
        };
        fact.set("definition", value);
        Some(fact)
    })
}

/// What a copy depends on, apart from its table: what the one of the whole does.
fn used(a: &Schema, whole: Option<&FactId>, of_whole: Option<&FactId>, copy: &FactId) -> Vec<Edge> {
    let is_of_whole = |id: &FactId| {
        let parent = a.facts.get(id).and_then(|fact| fact.parent.as_ref());
        Some(id) == whole || (id.kind == Kind::Column && parent == whole)
    };
    let used = of_whole.into_iter().flat_map(|id| uses(a, id));
    used.filter(|id| !is_of_whole(id))
        .map(|id| Edge {
            from: copy.clone(),
            to: id.clone(),
        })
        .collect()
}
