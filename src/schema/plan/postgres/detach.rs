//! Tables that are partitions no more: the indexes and constraints that they have of the
//! whole are their own from then on, under names that nobody gave.

use super::{kept::is_copy, work::uses};
use crate::schema::{Edge, Fact, FactId, Kind, Schema, Value, postgres_stable::stable};

/// Adds to `a` what tables have of a whole that they leave in `b`, as parts of their own.
/// What was added.
pub(super) fn own(a: &mut Schema, b: &Schema) -> Vec<FactId> {
    let leaves = |fact: &&Fact| {
        let after = b.facts.get(&fact.id);
        fact.get("partition of").is_some()
            && after.is_some_and(|after| after.get("partition of").is_none())
    };
    let tables: Vec<&Fact> = a.of_kind(Kind::Table).filter(leaves).collect();
    let mut found = Vec::new();
    let mut edges = Vec::new();
    for table in tables {
        for copy in copies(table) {
            edges.extend(used(a, table, &copy));
            found.push(copy);
        }
    }
    let ids = found.iter().map(|fact| fact.id.clone()).collect();
    for fact in found {
        a.add(fact);
    }
    a.edges.extend(edges);
    ids
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
fn used(a: &Schema, table: &Fact, copy: &Fact) -> Vec<Edge> {
    let mut wholes = uses(a, &table.id).filter(|id| id.kind == Kind::Table);
    let Some(whole) = wholes.next() else {
        return Vec::new();
    };
    let is_of_whole = |id: &FactId| {
        let parent = a.facts.get(id).and_then(|fact| fact.parent.as_ref());
        id == whole || (id.kind == Kind::Column && parent == Some(whole))
    };
    let like = a.within(whole).find(|fact| is_copy(copy, fact, true));
    let used = like.into_iter().flat_map(|fact| uses(a, &fact.id));
    used.filter(|id| !is_of_whole(id))
        .map(|id| Edge {
            from: copy.id.clone(),
            to: id.clone(),
        })
        .collect()
}
