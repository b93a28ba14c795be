//! Tables that are partitions on one side alone, or of another whole on the other: the
//! indexes and constraints that they have of the whole are their own for a time, under names
//! that nobody gave.

use std::borrow::Cow;

use super::{
    kept::is_copy,
    names::ident,
    work::{above, uses},
};
use crate::schema::{Edge, Fact, FactId, Kind, Schema, Value, postgres_stable::stable};

/// A part that a table has of the whole that it is a part of.
pub(super) struct Own {
    /// As a part of its own.
    pub(super) id: FactId,
    /// The one of the whole.
    pub(super) of_whole: Option<FactId>,
}

/// The schema with what tables have of the whole as parts of their own, where they are no
/// partitions of it on the other side, and what that is.
pub(super) fn own<'s>(schema: Cow<'s, Schema>, other: &Schema) -> (Cow<'s, Schema>, Vec<Own>) {
    let tables: Vec<&Fact> = leaving(&schema, other).collect();
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

/// The partitions that are none on the other side, or none of that whole.
fn leaving<'s>(schema: &'s Schema, other: &'s Schema) -> impl Iterator<Item = &'s Fact> {
    let leaves = |fact: &&Fact| {
        let there = other.facts.get(&fact.id);
        fact.get("partition of").is_some()
            && there.is_some_and(|there| {
                there.get("partition of").is_none() || there.list("parents") != fact.list("parents")
            })
    };
    schema.of_kind(Kind::Table).filter(leaves)
}

/// The schema as people compare it: with the columns, too, that such a table has of the whole
/// and has of its own on the other side.
pub(super) fn told<'s>(schema: &'s Schema, other: &Schema) -> Cow<'s, Schema> {
    let (mut schema, copies) = own(Cow::Borrowed(schema), other);
    // What the other side has not goes or comes with the whole.
    for Own { id, .. } in copies {
        let copy = schema.facts.get(&id);
        let twin = copy.is_some_and(|copy| {
            let parts = copy.parent.iter().flat_map(|table| other.within(table));
            parts.into_iter().any(|part| is_copy(copy, part, true))
        });
        if !twin {
            schema.to_mut().facts.remove(&id);
        }
    }
    let has = |column: &Fact| {
        let own = schema.facts.get(&column.id);
        own.is_some_and(|own| own.get("type").is_some())
    };
    let mut found = Vec::new();
    for table in leaving(&schema, other) {
        let columns = other.within(&table.id).filter(|fact| !has(fact));
        for column in columns.filter(|fact| is_of_above(&schema, fact)) {
            let mut column = column.clone();
            if let Some(own) = schema.facts.get(&column.id) {
                column.payload.extend(own.payload.clone());
            }
            found.push(column);
        }
    }
    if found.is_empty() {
        return schema;
    }
    let mut schema = schema.into_owned();
    for fact in found {
        schema.add(fact);
    }
    Cow::Owned(schema)
}

/// Whether a column of a table's own on one side is one that it has of a table above.
pub(super) fn is_of_above(schema: &Schema, column: &Fact) -> bool {
    let above = above(schema, column);
    column.id.kind == Kind::Column
        && above
            .iter()
            .filter_map(|id| schema.facts.get(id))
            .any(|of| is_copy(column, of, true))
}

/// The statements that make those indexes of partitions which are parts of one of the whole and
/// have names that somebody gave, those of partitions of partitions first: the whole's takes
/// what is like it. None for a name that is there.
pub(super) fn named_below(schema: &Schema, before: &Schema, index: &Fact) -> Vec<String> {
    let whole = index.parent.as_ref().and_then(|id| schema.facts.get(id));
    let whole = whole.filter(|table| table.get("partition key").is_some());
    let mut statements = Vec::new();
    let mut above: Vec<&FactId> = whole.iter().map(|table| &table.id).collect();
    while let Some(table) = above.pop() {
        let below = schema.edges.iter().filter(|edge| edge.to == *table);
        let partitions = below
            .filter_map(|edge| schema.facts.get(&edge.from))
            .filter(|fact| fact.get("partition of").is_some());
        for partition in partitions {
            above.push(&partition.id);
            let mut alike = copies(partition).filter(|copy| is_copy(copy, index, true));
            // Of two nobody knows which one belongs to which.
            let (Some(copy), None) = (alike.next(), alike.next()) else {
                continue;
            };
            if copy.generated_name || before.facts.contains_key(&copy.id) {
                continue;
            }
            let definition = copy.get("definition").unwrap_or_default();
            let named = format!(" INDEX {} ON ", ident(copy.id.name()));
            let statement = definition.replacen(" INDEX ON ", &named, 1);
            statements.push(statement.replacen(" ON ONLY ", " ON ", 1));
        }
    }
    statements.reverse();
    statements
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
