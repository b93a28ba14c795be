//! Schemas read from real databases, and what is different between two.

#[cfg(unix)]
pub(crate) mod postgres;
mod sqlite;

use teammig::schema::{Comparison, Difference, Effect, Schema, What, compare};

/// Differences, and behind `~` remarks, a line each.
fn told(comparison: &Comparison) -> Vec<String> {
    let line = |difference: &Difference| {
        let kind = difference.id.kind.name();
        format!("{kind} {}: {}", difference.name, difference.words())
    };
    let remarks = comparison
        .remarks
        .iter()
        .map(|remark| format!("~ {}", line(remark)));
    let differences = comparison.differences.iter().map(line);
    differences.chain(remarks).collect()
}

/// What must hold for every schema: the rule tables know all keys, parents and
/// edges are there, and it is equal to itself.
fn check(schema: &Schema) {
    for fact in schema.facts.values() {
        for key in fact.payload.keys() {
            let known = fact.id.kind.rules().iter().any(|rule| rule.key == *key);
            assert!(known, "{key} of {:?} has no rule", fact.id);
        }
        if let Some(parent) = &fact.parent {
            assert!(schema.facts.contains_key(parent), "{fact:?} has no parent");
        }
    }
    for edge in &schema.edges {
        for end in [&edge.from, &edge.to] {
            assert!(schema.facts.contains_key(end), "{edge:?}");
        }
    }
    assert!(compare(schema, schema).is_equal());
}

/// The same comparison the other way round says the opposite.
fn check_both_ways(a: &Schema, b: &Schema) -> Vec<String> {
    let (there, back) = (compare(a, b), compare(b, a));
    assert_eq!(
        there.differences.len(),
        back.differences.len(),
        "{there:#?} {back:#?}"
    );
    assert_eq!(there.remarks.len(), back.remarks.len());
    for difference in &there.differences {
        if let What::Changed(changes) = &difference.what {
            assert!(!changes.is_empty());
            assert!(changes.iter().all(|change| change.effect != Effect::Remark));
        }
    }
    told(&there)
}
