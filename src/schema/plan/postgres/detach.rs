//! Tables that are partitions no more: the indexes and constraints that they have of the
//! whole are their own from then on, under names that nobody gave.

use super::{kept::is_copy, work::uses};
use crate::schema::{Edge, Fact, FactId, Kind, Schema, Value, postgres_stable::stable};

/// A part that a table has of a whole which it leaves.
pub(super) struct Own {
    /// As a part of its own.
    pub(super) id: FactId,
    /// The one of the whole.
    pub(super) of_whole: Option<FactId>,
}

/// Adds to `a` what tables have of a whole that they leave in `b`, as parts of their own.
pub(super) fn own(a: &mut Schema, b: &Schema) -> Vec<Own> {
    let leaves = |fact: &&Fact| {
        let after = b.facts.get(&fact.id);
        fact.get("partition of").is_some()
            && after.is_some_and(|after| after.get("partition of").is_none())
    };
    let tables: Vec<&Fact> = a.of_kind(Kind::Table).filter(leaves).collect();
    let (mut found, mut edges, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for table in tables {
        let mut wholes = uses(a, &table.id).filter(|id| id.kind == Kind::Table);
        let whole = wholes.next();
        for copy in copies(table) {
            let mut parts = whole.into_iter().flat_map(|whole| a.within(whole));
            let of_whole = parts.find(|fact| is_copy(&copy, fact, true));
            let of_whole = of_whole.map(|fact| fact.id.clone());
            edges.extend(used(a, whole, of_whole.as_ref(), &copy.id));
            let id = copy.id.clone();
            all.push(Own { id, of_whole });
            found.push(copy);
        }
    }
    for fact in found {
        a.add(fact);
    }
    a.edges.extend(edges);
    all
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
