//! What has to be done: which objects end, which begin, which are altered.
//!
//! From the comparison, and from what cannot stand while something under it is
//! changed (`closure.rs`). Nothing is written or ordered here.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    circle,
    detach::Own,
    kept,
    names::{is_type, qualified, spaces},
    steps::leads_to,
};
use crate::schema::{Change, Edge, Effect, Fact, FactId, Kind, Schema, What, compare};

/// What has to be done to get from `a` to `b`.
pub(super) struct Work<'a> {
    pub(super) a: &'a Schema,
    pub(super) b: &'a Schema,
    /// Objects of `a` that end, with their parts.
    pub(super) drop: BTreeSet<FactId>,
    /// Objects of `b` that begin (or begin anew), with their parts.
    pub(super) create: BTreeSet<FactId>,
    /// Objects of `b` that are altered as they stand.
    pub(super) change: BTreeMap<FactId, Vec<Change>>,
    /// Constraints and indexes that have another name: from `b`'s to `a`'s.
    pub(super) rename: BTreeMap<FactId, FactId>,
    /// From `a`'s identity to `b`'s, where they are not the same.
    twins: BTreeMap<FactId, FactId>,
    /// Types that are made anew while columns of theirs hold values: the old one is
    /// put aside meanwhile.
    pub(super) aside: BTreeSet<FactId>,
    /// Columns whose values go into the new type.
    pub(super) recast: BTreeSet<FactId>,
    /// Columns whose default (or identity) is taken off before everything else.
    pub(super) loosen: BTreeSet<FactId>,
    /// Parts of `a` by what they are a part of.
    parts_of_a: BTreeMap<&'a FactId, Vec<&'a FactId>>,
    parts_of_b: BTreeMap<&'a FactId, Vec<&'a FactId>>,
    /// Who depends, in `a`, on what.
    users: BTreeMap<&'a FactId, Vec<&'a FactId>>,
    /// How many depend, in `b`, on what.
    users_of_b: BTreeMap<&'a FactId, usize>,
    /// Of what ends: the circle that each object is in.
    circles: BTreeMap<&'a FactId, usize>,
}

fn parts(schema: &Schema) -> BTreeMap<&FactId, Vec<&FactId>> {
    let mut parts: BTreeMap<&FactId, Vec<&FactId>> = BTreeMap::new();
    for fact in schema.facts.values() {
        if let Some(parent) = &fact.parent {
            parts.entry(parent).or_default().push(&fact.id);
        }
    }
    parts
}

fn within<'a>(parts: &BTreeMap<&'a FactId, Vec<&'a FactId>>, id: &FactId) -> Vec<FactId> {
    let mut all = Vec::new();
    let mut next: Vec<&FactId> = parts.get(id).cloned().unwrap_or_default();
    while let Some(part) = next.pop() {
        all.push(part.clone());
        next.extend(parts.get(part).into_iter().flatten());
    }
    all
}

impl<'a> Work<'a> {
    pub(super) fn new(a: &'a Schema, b: &'a Schema, detached: &[Own], attached: &[Own]) -> Self {
        let mut users: BTreeMap<&FactId, Vec<&FactId>> = BTreeMap::new();
        for edge in &a.edges {
            users.entry(&edge.to).or_default().push(&edge.from);
        }
        let mut users_of_b: BTreeMap<&FactId, usize> = BTreeMap::new();
        for edge in &b.edges {
            *users_of_b.entry(&edge.to).or_default() += 1;
        }
        let mut work = Self {
            a,
            b,
            drop: BTreeSet::new(),
            create: BTreeSet::new(),
            change: BTreeMap::new(),
            rename: BTreeMap::new(),
            twins: BTreeMap::new(),
            aside: BTreeSet::new(),
            recast: BTreeSet::new(),
            loosen: BTreeSet::new(),
            parts_of_a: parts(a),
            parts_of_b: parts(b),
            users,
            users_of_b,
            circles: BTreeMap::new(),
        };
        work.seed();
        work.close();
        work.make_room();
        // The server makes them, or takes one of that name that is there.
        let is_made = |id: &FactId| {
            let fact = b.facts.get(id);
            attached.iter().any(|own| own.id == *id) && !fact.is_some_and(is_check)
        };
        work.create.retain(|id| !is_made(id));
        let is_of = |all: &[Own], id: &FactId| all.iter().any(|own| own.id == *id);
        // One that is taken from one whole to another has no moment for a name of its own.
        work.rename
            .retain(|to, from| !(is_of(detached, from) && is_of(attached, to)));
        // Their names are those that a way back goes by.
        for (from, to) in &work.twins {
            let is_own = is_of(detached, from) != is_of(attached, to);
            if is_own && from.kind != Kind::Sequence && !work.drop.contains(from) {
                work.rename.insert(to.clone(), from.clone());
            }
        }
        work.circles = work.find_circles();
        let create = &work.create;
        work.change.retain(|id, _| !create.contains(id));
        work.rename.retain(|id, _| !create.contains(id));
        work.recast.retain(|id| !create.contains(id));
        work.loosen.retain(|id| !create.contains(id));
        work
    }

    pub(super) fn of_a(&self, id: &FactId) -> Option<&'a Fact> {
        self.a.facts.get(id)
    }

    pub(super) fn of_b(&self, id: &FactId) -> Option<&'a Fact> {
        self.b.facts.get(id)
    }

    /// What an object of `a` is in `b`.
    pub(super) fn twin(&self, id: &FactId) -> Option<&'a FactId> {
        let id = self.twins.get(id).unwrap_or(id);
        self.b.facts.get(id).map(|fact| &fact.id)
    }

    /// What an object of `b` is in `a`.
    pub(super) fn origin(&self, id: &FactId) -> Option<&'a Fact> {
        let from = self.twins.iter().find(|(_, to)| *to == id);
        self.a.facts.get(from.map_or(id, |(from, _)| from))
    }

    /// Who depends on it in `a`.
    pub(super) fn users(&self, id: &FactId) -> Vec<&'a FactId> {
        self.users.get(id).cloned().unwrap_or_default()
    }

    /// How many depend on it in `b`.
    pub(super) fn count_users_of_b(&self, id: &FactId) -> usize {
        self.users_of_b.get(id).copied().unwrap_or_default()
    }

    /// The parts of an object of `b`, without theirs.
    pub(super) fn parts_of_b(&self, id: &FactId) -> impl Iterator<Item = &'a Fact> {
        let parts = self.parts_of_b.get(id).into_iter().flatten();
        parts.filter_map(|id| self.b.facts.get(*id))
    }

    /// The parts of an object of `a`, and theirs.
    pub(super) fn within_a(&self, id: &FactId) -> Vec<FactId> {
        within(&self.parts_of_a, id)
    }

    /// The parts of an object of `b`, and theirs.
    pub(super) fn within_b(&self, id: &FactId) -> Vec<FactId> {
        within(&self.parts_of_b, id)
    }

    /// Whether a key of an object changes.
    pub(super) fn changes(&self, id: &FactId, key: &str) -> bool {
        let changes = self.change.get(id);
        changes.is_some_and(|all| all.iter().any(|change| change.key == key))
    }

    /// Whether the type of a column of both sides changes.
    pub(super) fn is_retyped(&self, id: &FactId) -> bool {
        self.changes(id, "type") || self.changes(id, "collation") || self.recast.contains(id)
    }

    /// Whether it goes with what it is a part of, without a statement of its own.
    pub(super) fn goes_along(&self, fact: &Fact) -> bool {
        let parent_goes = self
            .a
            .ancestors(fact)
            .any(|id| self.drop.contains(id) && id.kind != Kind::Schema);
        if parent_goes {
            let table = fact.parent.as_ref();
            let holds_itself = matches!(fact.id.kind, Kind::Constraint | Kind::Index)
                && table.is_some_and(|table| leads_to(self.a, &fact.id, table));
            return !holds_itself && !self.is_in_circle(fact);
        }
        if self.is_inherited(&fact.id) {
            // The column that it is said of may end with that of the table above.
            let above = above(self.a, fact);
            return above.iter().any(|id| self.drop.contains(id));
        }
        if self
            .twin(&fact.id)
            .is_some_and(|id| self.create.contains(id))
        {
            return false;
        }
        if self.index_above(fact).is_some() {
            return true;
        }
        // With a column of their own table.
        match fact.id.kind {
            Kind::Sequence => fact.get("owned by").is_some_and(|owner| {
                let mut dropped = self.drop.iter().filter(|id| id.kind == Kind::Column);
                dropped.any(|id| qualified(&id.path) == owner)
            }),
            Kind::Constraint if self.leads_to_its_own_table(fact) => false,
            Kind::Constraint | Kind::Index => self.uses(&fact.id).any(|id| {
                id.kind == Kind::Column
                    && self.drop.contains(id)
                    && !self.is_inherited(id)
                    && self.of_a(id).and_then(|column| column.parent.as_ref())
                        == fact.parent.as_ref()
            }),
            _ => false,
        }
    }

    /// The index of a whole, which ends, that the key of a partition is a part of: the server
    /// takes neither away without the other.
    pub(super) fn index_above(&self, key: &Fact) -> Option<&'a FactId> {
        let mut uses = self.uses(&key.id);
        uses.find(|id| {
            let index = self.of_a(id).filter(|_| id.kind == Kind::Index);
            key.id.kind == Kind::Constraint
                && self.drop.contains(*id)
                && index.is_some_and(|index| index.parent != key.parent)
                && !is_foreign_key(key)
        })
    }

    /// Whether it is a foreign key to a key of the same table: it does not go with a column
    /// that it refers to.
    fn leads_to_its_own_table(&self, fact: &Fact) -> bool {
        let is_of_table = |id: &FactId| {
            let key = self
                .of_a(id)
                .filter(|_| matches!(id.kind, Kind::Constraint | Kind::Index));
            key.is_some_and(|key| key.parent == fact.parent)
        };
        is_foreign_key(fact) && self.uses(&fact.id).any(is_of_table)
    }

    /// What an object of `a` depends on.
    pub(super) fn uses(&self, id: &FactId) -> impl Iterator<Item = &'a FactId> {
        uses(self.a, id)
    }

    /// Whether a part of a table that ends holds what cannot end before that table.
    fn is_in_circle(&self, fact: &Fact) -> bool {
        let Some(table) = fact.parent.as_ref() else {
            return false;
        };
        if !is_foreign_key(fact)
            && !matches!(fact.id.kind, Kind::Rule | Kind::Policy | Kind::Trigger)
        {
            return false;
        }
        let Some(own) = self.circles.get(table) else {
            return false;
        };
        let after = self.ends_after(&fact.id, table);
        after.iter().any(|id| self.circles.get(id) == Some(own))
    }

    /// What ends, by the circles in which one has to end before the other.
    fn find_circles(&self) -> BTreeMap<&'a FactId, usize> {
        let ends = self.drop.iter().filter_map(|id| self.of_a(id));
        circle::circles(ends.map(|fact| &fact.id), |at| {
            let parts = self.parts_of_a.get(at).into_iter().flatten().copied();
            let users = parts.chain([at]);
            users.flat_map(|user| self.ends_after(user, at)).collect()
        })
    }

    /// What ends, whole, and is used by an object or by a part of it.
    fn ends_after(&self, user: &FactId, whole: &FactId) -> Vec<&'a FactId> {
        let whole_of = |id: &'a FactId| {
            let parent = self.of_a(id).and_then(|fact| fact.parent.as_ref());
            parent
                .filter(|parent| parent.kind != Kind::Schema)
                .unwrap_or(id)
        };
        self.uses(user)
            .map(whole_of)
            .filter(|id| *id != whole && self.drop.contains(*id))
            .collect()
    }

    /// Whether foreign keys of `a` lead to a table.
    pub(super) fn is_referenced(&self, table: &FactId) -> bool {
        let of = std::iter::once(table.clone()).chain(self.within_a(table));
        let mut users = of.flat_map(|id| self.users(&id));
        users.any(|id| self.of_a(id).is_some_and(is_foreign_key) && !self.drop.contains(id))
    }

    fn seed(&mut self) {
        let comparison = compare(self.a, self.b);
        for remark in comparison.remarks {
            if let What::Renamed { from, .. } = remark.what {
                self.twins.insert(from, remark.id);
            }
        }
        let mut altered = Vec::new();
        for difference in comparison.differences {
            let id = difference.id;
            match difference.what {
                What::Added { parts, .. } => {
                    self.create.extend(parts.into_iter().map(|part| part.id));
                    self.create.insert(id);
                }
                What::Removed { parts, .. } => {
                    self.drop.extend(parts.into_iter().map(|part| part.id));
                    self.drop.insert(id);
                }
                What::Renamed { from, .. } => {
                    self.twins.insert(from.clone(), id.clone());
                    self.rename.insert(id, from);
                }
                What::Changed(changes) => altered.push((id, changes)),
            }
        }
        for (id, mut changes) in altered {
            if id.kind == Kind::Sequence {
                // Who owns it says the same.
                changes.retain(|change| change.key != "belongs to");
            }
            changes.retain(|change| change.effect != Effect::Remark);
            if changes.is_empty() {
                continue;
            }
            if kept::stands(self, &id, &changes) {
                self.change.insert(id, changes);
            } else if is_type(&id) && self.holds_values(&id) {
                self.put_aside(&id);
            } else {
                self.replace(&id);
            }
        }
        kept::inherited(self);
    }

    /// What keeps a name that the server made gets the one that `b` has for it where
    /// something else needs the old one.
    fn make_room(&mut self) {
        let is_named =
            |id: &FactId| matches!(id.kind, Kind::Constraint | Kind::Index | Kind::Sequence);
        loop {
            let needed = self.create.iter().chain(self.rename.keys());
            let needed: BTreeSet<(usize, String)> = needed.flat_map(spaces).collect();
            let kept = self.twins.iter().filter(|(from, to)| {
                is_named(from) && !self.drop.contains(*from) && !self.rename.contains_key(*to)
            });
            let in_the_way = kept
                .filter(|(from, _)| spaces(from).iter().any(|name| needed.contains(name)))
                .map(|(from, to)| (to.clone(), from.clone()));
            let more: Vec<(FactId, FactId)> = in_the_way.collect();
            if more.is_empty() {
                return;
            }
            self.rename.extend(more);
        }
    }

    /// Whether columns are of a type, itself or by way of another one.
    pub(super) fn holds_values(&self, id: &FactId) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = vec![id];
        while let Some(at) = next.pop() {
            for user in self.users(at) {
                if user.kind == Kind::Column {
                    return true;
                }
                if is_type(user) && seen.insert(user) {
                    next.push(user);
                }
            }
        }
        false
    }

    /// A type is made anew beside the old one.
    pub(super) fn put_aside(&mut self, id: &FactId) {
        if self.aside.insert(id.clone()) {
            for part in self.within_a(id) {
                self.drop.insert(part);
            }
            self.drop.insert(id.clone());
            self.create.insert(id.clone());
            self.create.extend(self.within_b(id));
        }
    }

    /// An object of both sides is dropped, with its parts, and made again.
    pub(super) fn replace(&mut self, id: &FactId) {
        let Some(from) = self.origin(id).map(|fact| fact.id.clone()) else {
            return;
        };
        self.drop.extend(self.within_a(&from));
        self.drop.insert(from);
        self.create.extend(self.within_b(id));
        self.create.insert(id.clone());
    }
}

/// Whether a constraint refers to another table.
pub(super) fn is_foreign_key(fact: &Fact) -> bool {
    fact.id.kind == Kind::Constraint
        && fact
            .get("definition")
            .is_some_and(|definition| definition.starts_with("FOREIGN KEY"))
}

/// Whether it is a CHECK: no table becomes a partition without those of the whole.
fn is_check(fact: &Fact) -> bool {
    let definition = fact.get("definition").unwrap_or_default();
    fact.id.kind == Kind::Constraint && definition.starts_with("CHECK")
}

/// What an object depends on. Edges are sorted by who depends.
pub(super) fn uses<'s>(schema: &'s Schema, id: &FactId) -> impl Iterator<Item = &'s FactId> {
    let least = Edge {
        from: id.clone(),
        to: FactId {
            kind: Kind::Schema,
            path: Vec::new(),
        },
    };
    let from = id.clone();
    schema
        .edges
        .range(least..)
        .take_while(move |edge| edge.from == from)
        .map(|edge| &edge.to)
}

/// What the columns of the same name are in the tables that a table inherits from.
pub(super) fn above(schema: &Schema, column: &Fact) -> Vec<FactId> {
    let mut columns = Vec::new();
    let mut next: Vec<&FactId> = column.parent.iter().collect();
    while let Some(table) = next.pop() {
        for parent in uses(schema, table).filter(|id| id.kind == Kind::Table) {
            let mut path = parent.path.clone();
            path.push(column.id.name().to_owned());
            let kind = Kind::Column;
            columns.push(FactId { kind, path });
            next.push(parent);
        }
    }
    columns
}
