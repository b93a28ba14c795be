//! Views and triggers: SQLite looks at all of them when it renames or drops a column,
//! and refuses where one names what is not there.

use std::collections::{BTreeMap, BTreeSet};

use super::text;
use crate::schema::{
    Fact, FactId, Kind, Schema,
    normal::{Piece, pieces},
};

/// Who uses whom.
pub(super) struct Users<'a> {
    by_used: BTreeMap<&'a FactId, Vec<&'a FactId>>,
}

impl<'a> Users<'a> {
    /// Views and triggers of a schema.
    pub(super) fn of(schema: &'a Schema) -> Self {
        let mut by_used: BTreeMap<&FactId, Vec<&FactId>> = BTreeMap::new();
        for edge in &schema.edges {
            if is_query(&edge.from) {
                by_used.entry(&edge.to).or_default().push(&edge.from);
            }
        }
        for fact in schema.facts.values() {
            if let Some(parent) = &fact.parent
                && fact.id.kind == Kind::Trigger
            {
                by_used.entry(parent).or_default().push(&fact.id);
            }
        }
        Self { by_used }
    }

    /// Those of some objects, and those of theirs.
    pub(super) fn all(&self, of: impl IntoIterator<Item = FactId>) -> BTreeSet<FactId> {
        let mut found = BTreeSet::new();
        let mut next: Vec<FactId> = of.into_iter().collect();
        while let Some(id) = next.pop() {
            for user in self.by_used.get(&id).into_iter().flatten() {
                if found.insert((*user).clone()) {
                    next.push((*user).clone());
                }
            }
        }
        found
    }
}

fn is_query(id: &FactId) -> bool {
    matches!(id.kind, Kind::View | Kind::Trigger)
}

/// Views and triggers that name a relation that is not there (perhaps too many).
pub(super) fn dangling(schema: &Schema) -> BTreeSet<FactId> {
    let relations: BTreeSet<&str> = schema
        .facts
        .keys()
        .filter(|id| matches!(id.kind, Kind::Table | Kind::VirtualTable | Kind::View))
        .map(FactId::name)
        .collect();
    let is_dangling = |fact: &&Fact| {
        let all = pieces(fact.ddl.as_deref().unwrap_or_default());
        is_query(&fact.id) && names_nothing(&all, &relations)
    };
    let facts = schema.facts.values().filter(is_dangling);
    facts.map(|fact| fact.id.clone()).collect()
}

fn names_nothing(all: &[Piece], relations: &BTreeSet<&str>) -> bool {
    let sources = all.windows(2).filter_map(|pair| match pair {
        [word, source]
            if ["from", "join", "into", "update"]
                .iter()
                .any(|before| word.is(before)) =>
        {
            Some(source)
        }
        _ => None,
    });
    sources
        .filter_map(Piece::name)
        .filter(|name| !text::is_keyword(name) && !name.starts_with("sqlite_"))
        .any(|name| {
            // Functions, other databases, common table expressions.
            let is_other = all.windows(3).any(|three| {
                three[0].name().is_some_and(|own| own == name)
                    && (three[1].normal == "("
                        || three[1].normal == "."
                        || (three[1].is("as") && three[2].normal == "("))
            });
            !relations.contains(&*name) && !is_other
        })
}

/// Who uses something comes behind it; where all use each other, nobody knows.
pub(super) fn in_order<'a>(
    ids: &BTreeSet<FactId>,
    uses: impl Fn(&FactId) -> Vec<&'a FactId>,
) -> Vec<FactId> {
    let mut done = BTreeSet::new();
    let mut order = Vec::new();
    for id in ids {
        // Depth first, with a stack of one's own: views may stand deep.
        let mut stack = vec![(id.clone(), false)];
        while let Some((id, is_left)) = stack.pop() {
            if is_left {
                order.push(id);
                continue;
            }
            if !done.insert(id.clone()) {
                continue;
            }
            stack.push((id.clone(), true));
            for used in uses(&id) {
                if ids.contains(used) && !done.contains(used) {
                    stack.push((used.clone(), false));
                }
            }
        }
    }
    order
}
