//! The steps of a way, and which of them are about an object.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Scene,
    work::{is_foreign_key, uses},
};
use crate::schema::{FactId, Kind, Schema};

/// One thing to do: a statement, or a few that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A constraint or an index gets another name.
    Rename {
        /// As `a` has it.
        from: FactId,
        /// As `b` has it.
        to: FactId,
    },
    /// A column's default or identity is taken off.
    Loosen(FactId),
    /// An object of `a` ends.
    Drop(FactId),
    /// A type is put aside under another name.
    Aside(FactId),
    /// An object of `b` begins.
    Create(FactId),
    /// An object is altered as it stands.
    Alter(FactId),
    /// What has to wait until everything about it is there: a default that was taken
    /// off, the owner of a sequence, the index that rows are told apart by.
    Late(FactId),
    /// A type that was put aside ends.
    DropAside(FactId),
}

impl Step {
    /// The object.
    pub(super) fn about(&self) -> &FactId {
        match self {
            Self::Rename { to: id, .. }
            | Self::Loosen(id)
            | Self::Drop(id)
            | Self::Aside(id)
            | Self::Create(id)
            | Self::Alter(id)
            | Self::Late(id)
            | Self::DropAside(id) => id,
        }
    }
}

/// All steps, by number, and the numbers by object.
pub(super) struct Steps {
    pub(super) all: Vec<Step>,
    forward: BTreeMap<FactId, Vec<usize>>,
    late: BTreeMap<FactId, Vec<usize>>,
    loosening: BTreeMap<FactId, Vec<usize>>,
    dropping: BTreeMap<FactId, Vec<usize>>,
    last: BTreeMap<FactId, Vec<usize>>,
    backward: BTreeMap<FactId, Vec<usize>>,
}

fn of<'s>(map: &'s BTreeMap<FactId, Vec<usize>>, id: &FactId) -> &'s [usize] {
    map.get(id).map_or(&[], Vec::as_slice)
}

impl Steps {
    pub(super) fn of(scene: &Scene) -> Self {
        let mut steps = Self {
            all: Vec::new(),
            forward: BTreeMap::new(),
            late: BTreeMap::new(),
            loosening: BTreeMap::new(),
            dropping: BTreeMap::new(),
            last: BTreeMap::new(),
            backward: BTreeMap::new(),
        };
        steps.endings(scene);
        steps.beginnings(scene);
        let mut backward = steps.dropping.clone();
        for (id, numbers) in &steps.loosening {
            backward.entry(id.clone()).or_default().extend(numbers);
        }
        steps.backward = backward;
        steps
    }

    fn add(&mut self, step: Step) -> usize {
        self.all.push(step);
        self.all.len() - 1
    }

    fn endings(&mut self, scene: &Scene) {
        let work = scene.work;
        for id in &work.loosen {
            let at = self.add(Step::Loosen(id.clone()));
            self.loosening.entry(id.clone()).or_default().push(at);
        }
        for id in &work.aside {
            let at = self.add(Step::Aside(id.clone()));
            self.dropping.entry(id.clone()).or_default().push(at);
            let at = self.add(Step::DropAside(id.clone()));
            self.last.entry(id.clone()).or_default().push(at);
        }
        let mut along = Vec::new();
        for fact in work.drop.iter().filter_map(|id| scene.a.facts.get(id)) {
            if work.aside.contains(&fact.id) {
                continue;
            }
            if work.goes_along(fact) {
                along.push(fact);
                continue;
            }
            let at = self.add(Step::Drop(fact.id.clone()));
            self.dropping.entry(fact.id.clone()).or_default().push(at);
            self.last.entry(fact.id.clone()).or_default().push(at);
        }
        for fact in along {
            let outer = scene
                .a
                .ancestors(fact)
                .find_map(|id| self.dropping.get(id).cloned());
            let above = work.index_above(fact);
            let outer = outer.or_else(|| self.dropping.get(above?).cloned());
            let with = outer.or_else(|| {
                let mut columns = work.uses(&fact.id).filter(|id| {
                    let column = work.of_a(id).filter(|_| id.kind == Kind::Column);
                    column.is_some_and(|column| column.parent == fact.parent)
                });
                columns.find_map(|id| self.dropping.get(id).cloned())
            });
            if let Some(with) = with {
                self.dropping.insert(fact.id.clone(), with.clone());
                self.last.insert(fact.id.clone(), with);
            }
        }
    }

    fn beginnings(&mut self, scene: &Scene) {
        let work = scene.work;
        for (to, from) in &work.rename {
            let (from, to) = (from.clone(), to.clone());
            let at = self.add(Step::Rename {
                from,
                to: to.clone(),
            });
            self.forward.entry(to).or_default().push(at);
        }
        for id in &work.create {
            if scene.inlined.contains_key(id) {
                continue;
            }
            let at = self.add(Step::Create(id.clone()));
            self.forward.entry(id.clone()).or_default().push(at);
            self.maybe_late(scene, id);
        }
        for (id, into) in &scene.inlined {
            let at = of(&self.forward, scene.inlined.get(into).unwrap_or(into)).to_vec();
            self.forward.insert(id.clone(), at);
            self.maybe_late(scene, id);
        }
        let altered: BTreeSet<&FactId> = work.change.keys().chain(&work.recast).collect();
        for id in altered {
            let at = self.add(Step::Alter(id.clone()));
            self.forward.entry(id.clone()).or_default().push(at);
            self.maybe_late(scene, id);
        }
        for id in &work.loosen {
            self.maybe_late(scene, id);
        }
        // Rows are told apart by an index that is made again.
        let tables = work
            .create
            .iter()
            .filter_map(|id| work.of_b(id)?.parent.as_ref());
        for table in tables.filter(|id| id.kind == Kind::Table) {
            self.maybe_late(scene, table);
        }
    }

    fn maybe_late(&mut self, scene: &Scene, id: &FactId) {
        if scene.has_late(id) && !self.late.contains_key(id) {
            let at = self.add(Step::Late(id.clone()));
            self.late.entry(id.clone()).or_default().push(at);
        }
    }

    /// What makes or alters it.
    pub(super) fn forward(&self, id: &FactId) -> &[usize] {
        of(&self.forward, id)
    }

    /// What comes once everything about it is there.
    pub(super) fn late(&self, id: &FactId) -> &[usize] {
        of(&self.late, id)
    }

    /// The objects of which something comes last.
    pub(super) fn with_late(&self) -> impl Iterator<Item = &FactId> {
        self.late.keys()
    }

    /// What takes its default off.
    pub(super) fn loosening(&self, id: &FactId) -> &[usize] {
        of(&self.loosening, id)
    }

    /// What takes it away from where it is.
    pub(super) fn dropping(&self, id: &FactId) -> &[usize] {
        of(&self.dropping, id)
    }

    /// After what it is no more.
    pub(super) fn last_drop(&self, id: &FactId) -> &[usize] {
        of(&self.last, id)
    }

    /// What takes it, or its hold on others, away.
    pub(super) fn backward(&self, id: &FactId) -> &[usize] {
        of(&self.backward, id)
    }
}

/// What is written inside of the statement that makes something else: columns and
/// constraints in their table, a sequence in its `serial` column.
pub(super) fn inlined(work: &super::work::Work) -> BTreeMap<FactId, FactId> {
    let mut inlined = BTreeMap::new();
    for fact in work.create.iter().filter_map(|id| work.of_b(id)) {
        let Some(parent) = fact.parent.as_ref() else {
            continue;
        };
        let in_parent = work.create.contains(parent)
            && match (fact.id.kind, parent.kind) {
                (Kind::Column, Kind::Table) => {
                    fact.get("type").is_some() && !is_typed(work, parent)
                }
                (Kind::Constraint, Kind::Table) => {
                    !is_foreign_key(fact)
                        && fact.get("state").is_none()
                        && !fact
                            .get("definition")
                            .is_some_and(|text| text.ends_with(" NOT VALID"))
                        && !is_typed(work, parent)
                        && !has_columns_apart(work, &fact.id)
                        && !leads_to(work.b, &fact.id, parent)
                }
                (Kind::Constraint, Kind::Domain) => !fact
                    .get("definition")
                    .is_some_and(|text| text.ends_with(" NOT VALID")),
                _ => false,
            };
        if in_parent {
            inlined.insert(fact.id.clone(), parent.clone());
        }
    }
    for fact in work.create.iter().filter_map(|id| work.of_b(id)) {
        if let Some(column) = super::sequence::serial_column(work, fact) {
            inlined.insert(fact.id.clone(), column.clone());
        }
    }
    inlined
}

/// Whether it is about an inherited column that gets something of its own.
fn has_columns_apart(work: &super::work::Work, id: &FactId) -> bool {
    uses(work.b, id).any(|used| {
        used.kind == Kind::Column
            && work.create.contains(used)
            && work
                .of_b(used)
                .is_some_and(|fact| fact.get("type").is_none())
    })
}

fn is_typed(work: &super::work::Work, table: &FactId) -> bool {
    work.of_b(table)
        .is_some_and(|fact| fact.get("of type").is_some())
}

/// Whether what a part of a table uses needs the table itself to be there.
pub(super) fn leads_to(schema: &Schema, part: &FactId, table: &FactId) -> bool {
    let mut seen = BTreeSet::new();
    let mut next: Vec<&FactId> = uses(schema, part)
        .filter(|id| id.kind.takes_arguments() || super::names::is_type(id))
        .collect();
    while let Some(at) = next.pop() {
        if at == table || schema.facts.get(at).and_then(|fact| fact.parent.as_ref()) == Some(table)
        {
            return true;
        }
        if seen.insert(at) {
            next.extend(uses(schema, at));
        }
    }
    false
}
