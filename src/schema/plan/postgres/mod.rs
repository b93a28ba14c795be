//! PostgreSQL: the way from one schema to another.
//!
//! Renames first; then what is different, and what cannot stand meanwhile
//! (`work.rs`, `closure.rs`); the steps in an order that works (`order.rs`); each
//! step as SQL, in a file for each family of objects; and where a transaction ends
//! in between (`parts.rs`).

mod circle;
mod closure;
mod column;
mod comment;
mod constraint;
mod counted;
mod detach;
mod hazard;
mod index;
mod kept;
mod line;
mod names;
mod order;
mod parts;
mod rename;
mod rights;
mod routine;
mod sequence;
mod star;
mod step;
mod steps;
mod table;
mod types;
mod undecided;
mod work;

use std::{borrow::Cow, collections::BTreeMap};

use self::{names::Names, work::Work};
use super::{Decisions, Plan, Undecided};
use crate::schema::{Fact, FactId, Kind, Schema};

/// All that a statement is written from.
struct Scene<'a> {
    /// After the renames.
    a: &'a Schema,
    b: &'a Schema,
    decisions: &'a Decisions,
    names: &'a Names,
    work: &'a Work<'a>,
    /// What is written inside of the statement that makes something else.
    inlined: BTreeMap<FactId, FactId>,
    /// What tables have of a whole that they leave, as parts of their own in `a`.
    detached: Vec<detach::Own>,
    /// What tables have of a whole that they become a part of, as parts of their own in `b`.
    attached: Vec<detach::Own>,
    /// The sequences among it, by the columns whose `serial` makes them.
    serials: BTreeMap<FactId, FactId>,
}

/// The statements that turn `a` into `b`.
pub(super) fn plan(a: &Schema, b: &Schema, decisions: &Decisions) -> Result<Plan, Vec<Undecided>> {
    let names = Names::of(a, b);
    let (mut lines, renamed) = rename::apply(a, b, decisions, &names);
    let (renamed, detached) = detach::own(Cow::Owned(renamed), b);
    let (b, attached) = detach::own(Cow::Borrowed(b), &renamed);
    let b = b.as_ref();
    let names = Names::of(&renamed, b);
    let work = Work::new(&renamed, b, &detached, &attached);
    let inlined = steps::inlined(&work);
    let serials = inlined.iter().filter(|(id, _)| id.kind == Kind::Sequence);
    let scene = Scene {
        serials: serials
            .map(|(id, column)| (column.clone(), id.clone()))
            .collect(),
        a: &renamed,
        b,
        decisions,
        names: &names,
        inlined,
        detached,
        attached,
        work: &work,
    };
    let undecided = undecided::of(&scene);
    if !undecided.is_empty() {
        return Err(undecided);
    }
    let (steps, unordered) = order::order(&scene)?;
    for step in &steps {
        lines.extend(step::written(&scene, step));
    }
    Ok(parts::parts(lines, unordered))
}

/// Two schemas as people compare them: what a table has of a whole that it leaves or joins
/// is no difference where it has it still.
pub(super) fn told<'s>(a: &'s Schema, b: &'s Schema) -> (Cow<'s, Schema>, Cow<'s, Schema>) {
    (detach::told(a, b), detach::told(b, a))
}

/// Whether a column that a table has of its own on the other side is that of a table above.
pub(super) fn is_of_above(schema: &Schema, column: &Fact) -> bool {
    detach::is_of_above(schema, column)
}

/// The schema after the renames.
pub(super) fn renamed(a: &Schema, b: &Schema, decisions: &Decisions) -> Schema {
    rename::apply(a, b, decisions, &Names::of(a, b)).1
}

impl<'a> Scene<'a> {
    /// As the second schema has it, else the first.
    fn fact(&self, id: &FactId) -> Option<&'a Fact> {
        self.b.facts.get(id).or_else(|| self.a.facts.get(id))
    }

    /// Its name for people, qualified or not as in the statements.
    fn shown(&self, id: &FactId) -> String {
        match self.fact(id) {
            Some(fact) if id.kind.takes_arguments() => self.names.routine(fact),
            _ if matches!(id.kind, Kind::Schema | Kind::Extension) => names::ident(id.name()),
            Some(fact) if id.kind == Kind::Grant => self.b.shown(fact),
            _ if id.kind.is_part() => {
                format!("{}.{}", self.names.object(id), names::ident(id.name()))
            }
            _ => self.names.object(id),
        }
    }

    /// The sequence that the `serial` of a column makes.
    fn serial_of(&self, column: &FactId) -> Option<&FactId> {
        self.serials.get(column)
    }

    fn is_of_typed_table(&self, column: &Fact) -> bool {
        let table = column.parent.as_ref().and_then(|id| self.fact(id));
        table.is_some_and(|table| table.get("of type").is_some())
    }

    /// Whether the default of a new column needs the table to be there already.
    fn has_late_default(&self, id: &FactId) -> bool {
        let fact = self.b.facts.get(id);
        let table = fact.and_then(|fact| fact.parent.as_ref());
        self.work.create.contains(id)
            && fact.is_some_and(|fact| fact.get("default").is_some())
            && table.is_some_and(|table| {
                self.work.create.contains(table) && steps::leads_to(self.b, id, table)
            })
    }

    /// Whether a column's NOT NULL is its own to say, not that of a key of its table.
    fn has_own_not_null(&self, fact: &Fact) -> bool {
        !self.is_of_typed_table(fact) || fact.get("not null").is_some()
    }

    /// Whether something about an object comes last.
    fn has_late(&self, id: &FactId) -> bool {
        let Some(fact) = self.b.facts.get(id) else {
            return false;
        };
        match id.kind {
            Kind::Column => {
                let taken_off = self.work.loosen.contains(id) && fact.get("default").is_some();
                taken_off || self.has_late_default(id)
            }
            Kind::Sequence => {
                let owner = fact.get("owned by");
                let is_new = self.work.create.contains(id) && !self.inlined.contains_key(id);
                owner.is_some() && (is_new || self.work.changes(id, "owned by"))
            }
            Kind::Table => fact.get("replica identity").is_some_and(|text| {
                let again = |part: &Fact| {
                    self.work.create.contains(&part.id) && table::names_index(text, part)
                };
                text.starts_with("index ")
                    && (self.work.changes(id, "replica identity") || self.b.within(id).any(again))
            }),
            _ => false,
        }
    }
}
