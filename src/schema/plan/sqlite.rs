//! SQLite: the statements from one schema to another.
//!
//! SQLite alters little of a table that stands. What it can (3.35 and newer), it is
//! asked to; everything else makes the table again, with its rows, all changes of one
//! table at once. Renames come first, done by SQLite itself, and what follows is
//! planned from the schema as it is then.
//!
//! One part, so that one change is one revision. Where a table is made again the part
//! runs with foreign keys off: its DROP TABLE would delete the rows that refer to it.

mod alter;
mod checks;
mod hazards;
mod known;
mod order;
mod queries;
mod rebuild;
mod rename;
mod rewrite;
mod table;
mod text;

pub(in crate::schema) use known::guard;
pub(crate) use known::guarded;

use std::collections::{BTreeMap, BTreeSet};

use super::{Decisions, Hazard, Part, Plan, Question, Statement, Undecided};
use crate::schema::{
    Comparison, Difference, Fact, FactId, Kind, Schema, What, compare, plan::sqlite::table::Table,
};

pub(super) fn plan(a: &Schema, b: &Schema, decisions: &Decisions) -> Result<Plan, Vec<Undecided>> {
    // Also where names were exchanged: once is enough.
    if compare(a, b).is_equal() {
        return Ok(Plan::default());
    }
    let renamed = rename::renamed(a, b, decisions);
    let comparison = compare(&renamed.schema, b);
    let mut work = Work::new(a, &renamed.schema, b, decisions);
    work.dropped_queries.clone_from(&renamed.gone);
    work.sort(&comparison);
    work.tables(&comparison)?;
    work.look_at_all = work.look_at_all || !renamed.statements.is_empty();
    work.queries_that_stand();
    let part = work.part(renamed.statements);
    Ok(Plan { parts: vec![part] })
}

/// The schema after the renames, with what has to be dropped for them meanwhile.
pub(super) fn renamed(a: &Schema, b: &Schema, decisions: &Decisions) -> Schema {
    let renamed = rename::renamed(a, b, decisions);
    let mut schema = renamed.schema;
    for fact in renamed.gone.iter().filter_map(|id| a.facts.get(id)) {
        schema.add(fact.clone());
    }
    schema
}

/// What is to be done, sorted.
struct Work<'a> {
    a: &'a Schema,
    /// `a` after its renames.
    mid: &'a Schema,
    b: &'a Schema,
    decisions: &'a Decisions,
    /// Indexes and triggers of tables and views, in `mid` and in `b`.
    parts: [BTreeMap<&'a FactId, Vec<&'a Fact>>; 2],
    users: queries::Users<'a>,
    users_after: queries::Users<'a>,
    look_alikes: hazards::LookAlikes,
    /// Differences inside of a table that both sides have.
    changed: BTreeMap<&'a FactId, Vec<usize>>,
    dropped_tables: BTreeSet<FactId>,
    created_tables: BTreeSet<FactId>,
    /// Views and triggers.
    dropped_queries: BTreeSet<FactId>,
    dropped_indexes: BTreeSet<FactId>,
    /// Indexes, views and triggers.
    created: BTreeSet<FactId>,
    altered: Vec<Statement>,
    rebuilt: BTreeMap<FactId, Vec<Statement>>,
    /// SQLite will look at every view and trigger.
    look_at_all: bool,
}

impl<'a> Work<'a> {
    fn new(a: &'a Schema, mid: &'a Schema, b: &'a Schema, decisions: &'a Decisions) -> Self {
        let parts = [mid, b].map(|schema| {
            let mut parts: BTreeMap<&FactId, Vec<&Fact>> = BTreeMap::new();
            for fact in schema.facts.values() {
                if let Some(parent) = &fact.parent
                    && matches!(fact.id.kind, Kind::Index | Kind::Trigger)
                {
                    parts.entry(parent).or_default().push(fact);
                }
            }
            parts
        });
        Self {
            a,
            mid,
            b,
            decisions,
            parts,
            users: queries::Users::of(a),
            users_after: queries::Users::of(mid),
            look_alikes: hazards::LookAlikes::of(mid, b, &[]),
            changed: BTreeMap::new(),
            dropped_tables: BTreeSet::new(),
            created_tables: BTreeSet::new(),
            dropped_queries: BTreeSet::new(),
            dropped_indexes: BTreeSet::new(),
            created: BTreeSet::new(),
            altered: Vec::new(),
            rebuilt: BTreeMap::new(),
            look_at_all: false,
        }
    }

    fn parts_after(&self, id: &FactId) -> impl Iterator<Item = &'a Fact> {
        self.parts[1].get(id).into_iter().flatten().copied()
    }

    fn parts_before(&self, id: &FactId) -> impl Iterator<Item = &'a Fact> {
        self.parts[0].get(id).into_iter().flatten().copied()
    }

    /// Each difference to where it belongs.
    fn sort(&mut self, comparison: &Comparison) {
        self.look_alikes = hazards::LookAlikes::of(self.mid, self.b, &comparison.differences);
        for (at, difference) in comparison.differences.iter().enumerate() {
            let id = &difference.id;
            match id.kind {
                Kind::Column | Kind::Constraint => self.inside(id, at),
                Kind::Table if matches!(difference.what, What::Changed(_)) => self.inside(id, at),
                _ => self.whole(difference),
            }
        }
    }

    /// What is in a table, or of it.
    fn inside(&mut self, id: &FactId, at: usize) {
        let name = id.path.first().cloned().unwrap_or_default();
        let table = FactId::new(Kind::Table, [name]);
        if let Some((table, _)) = self.b.facts.get_key_value(&table) {
            self.changed.entry(table).or_default().push(at);
        }
    }

    fn whole(&mut self, difference: &Difference) {
        let id = &difference.id;
        let from = match &difference.what {
            What::Added { .. } => None,
            What::Removed { .. } | What::Changed(_) => Some(id),
            What::Renamed { from, .. } => Some(from),
        };
        let to = (!matches!(difference.what, What::Removed { .. })).then_some(id);
        let (drops, creates) = match id.kind {
            Kind::Table | Kind::VirtualTable => {
                (&mut self.dropped_tables, &mut self.created_tables)
            }
            Kind::Index => (&mut self.dropped_indexes, &mut self.created),
            _ => (&mut self.dropped_queries, &mut self.created),
        };
        drops.extend(from.cloned());
        creates.extend(to.cloned());
        if let What::Added { parts, .. } = &difference.what {
            let parts = parts.iter().map(|part| &part.id);
            let parts = parts.filter(|id| matches!(id.kind, Kind::Index | Kind::Trigger));
            self.created.extend(parts.cloned());
        }
    }

    /// Each table that changes: altered, or made again.
    fn tables(&mut self, comparison: &Comparison) -> Result<(), Vec<Undecided>> {
        let mut undecided = Vec::new();
        for (id, places) in std::mem::take(&mut self.changed) {
            let (Some(before), Some(after)) = (self.mid.facts.get(id), self.b.facts.get(id)) else {
                continue;
            };
            let differences: Vec<&Difference> = places
                .iter()
                .filter_map(|at| comparison.differences.get(*at))
                .collect();
            if let Err(questions) = self.table(&Table::of(before), &Table::of(after), &differences)
            {
                undecided.extend(questions);
            }
        }
        if undecided.is_empty() {
            Ok(())
        } else {
            Err(undecided)
        }
    }

    fn table(
        &mut self,
        before: &Table<'_>,
        after: &Table<'_>,
        differences: &[&Difference],
    ) -> Result<(), Vec<Undecided>> {
        let id = &after.fact.id;
        let in_place = alter::Alter {
            before,
            after,
            decisions: self.decisions,
            indexes: self
                .parts_before(id)
                .filter(|fact| fact.id.kind == Kind::Index)
                .filter(|fact| !self.dropped_indexes.contains(&fact.id))
                .collect(),
            has_triggers: self
                .parts_before(id)
                .any(|fact| fact.id.kind == Kind::Trigger),
        };
        if let Some((statements, dropped)) = in_place.statements(differences, &self.look_alikes) {
            self.altered.extend(statements);
            if !dropped.is_empty() {
                self.look_at_all = true;
                self.queries_that_name(id, &dropped);
            }
            return Ok(());
        }
        let rebuild = rebuild::Rebuild {
            before,
            after,
            decisions: self.decisions,
            names: self.mid,
        };
        let mut statements = rebuild.statements(differences)?;
        for difference in differences {
            if let Some(hazard) = self.look_alikes.hazard(&difference.id)
                && let Some(copy) = statements
                    .iter_mut()
                    .find(|statement| !statement.hazards.is_empty())
            {
                copy.hazards.push(hazard);
            }
        }
        statements.insert(0, known::nothing_else(before, after, self.mid));
        self.rebuilt.insert(id.clone(), statements);
        // They go with the old table.
        let parts: Vec<FactId> = self.parts_after(id).map(|fact| fact.id.clone()).collect();
        self.created.extend(parts);
        Ok(())
    }

    /// Views and triggers that may name a column that is dropped.
    fn queries_that_name(&mut self, table: &FactId, columns: &[String]) {
        for user in self.users_after.all([table.clone()]) {
            let ddl = self
                .mid
                .facts
                .get(&user)
                .and_then(|fact| fact.ddl.as_deref());
            let names = |column: &String| text::mentions(ddl.unwrap_or_default(), column);
            if columns.iter().any(names) {
                self.dropped_queries.insert(user);
            }
        }
    }

    /// What has to be dropped for a time, and what is made again for it.
    fn queries_that_stand(&mut self) {
        if self.look_at_all {
            self.dropped_queries.extend(queries::dangling(self.a));
            let dropped = self.dropped_queries.clone();
            self.dropped_queries.extend(self.users.all(dropped));
        }
        for id in self.dropped_queries.clone() {
            if self.b.facts.contains_key(&id) {
                self.created.insert(id.clone());
            }
            let parts: Vec<FactId> = self.parts_after(&id).map(|fact| fact.id.clone()).collect();
            self.created.extend(parts);
        }
    }
}
