//! What models are compared with: the schema that the revisions of the files produce, or
//! the one that a database has. Both sides are read by the same code.

use std::collections::BTreeSet;

use super::{
    Context, Error, NoScratch, State,
    models::{self, Models},
    replayed::{self, LeftOut},
    schema_drift::schema,
    scratch::with_scratch,
    step::Prepared,
};
use crate::{
    db::{self, Database},
    model::{Dialect, Project, RevId, SourceFile},
    schema::{self, Comparison, Difference, FactId, Schema, What, compare, plan},
};

/// What models are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Against {
    /// What the revisions of the files produce, on a scratch database.
    #[default]
    Revisions,
    /// The chosen database as it is.
    Database,
}

/// How a comparison may go about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Leave {
    /// On the server of a protected environment too.
    pub scratch_here: bool,
    /// The command that prints the models may be run, as somebody has just said.
    pub run_command: bool,
}

/// Both sides of a comparison.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) current: Schema,
    pub(super) models: Models,
    /// The revisions that were replayed, and what of them was not run.
    pub(super) steps: (Vec<Prepared>, Vec<LeftOut>),
    /// What the database has and neither models nor revisions know.
    pub(super) strangers: Vec<String>,
    /// Those that are in objects of ours or use them, where they stay.
    pub(super) foreign: BTreeSet<FactId>,
    /// The database with them: what a revision is going to find.
    pub(super) found: Option<Schema>,
    /// Columns of which somebody says now, and not in a remark, what makes their values.
    pub(super) chosen: BTreeSet<FactId>,
}

/// The models, and what they are compared with: `revisions` as they stand in files, or a
/// database.
pub(super) fn sides(
    context: &Context,
    project: &Project,
    revisions: &BTreeSet<RevId>,
    database: &mut dyn Database,
    against: Against,
    leave: Leave,
) -> Result<Sides, Error> {
    // What is wrong in the files is told before anything is made for them.
    let files = models::read(context, leave.run_command)?;
    let dialect = database.dialect();
    let steps_of = |revisions: &BTreeSet<RevId>| {
        let order = project.graph.order(revisions);
        replayed::of_files(context, project, order.iter().rev(), dialect)
    };
    let steps = steps_of(revisions)?;
    let here = leave.scratch_here;
    let models = load(context, database, here, &files)?;
    let produced_by = |database: &mut dyn Database, steps: &[Prepared]| {
        with_scratch(context, database, here, |scratch| {
            replayed::replay(scratch, steps)?;
            schema(context, scratch)
        })
    };
    let produced = produced_by(database, &steps.0)?;
    let mut sides = Sides {
        current: produced,
        models,
        steps,
        strangers: Vec::new(),
        foreign: BTreeSet::new(),
        found: None,
        chosen: BTreeSet::new(),
    };
    if against == Against::Database {
        let current = schema(context, database)?;
        let mut made = vec![std::mem::replace(&mut sides.current, current)];
        // What a pending revision takes away was made by one that ran.
        let ran = ran(project, &State::new(project, context.ledger(database)?));
        if ran != *revisions {
            made.insert(0, produced_by(database, &steps_of(&ran)?.0)?);
        }
        sides.leave_strangers_alone(&made);
    }
    Ok(sides)
}

/// The revisions of the files that a database ran, and those below them.
fn ran(project: &Project, state: &State) -> BTreeSet<RevId> {
    let applied = state.applied.iter();
    let ours: Vec<RevId> = applied
        .filter(|id| project.graph.get(id.as_str()).is_some())
        .cloned()
        .collect();
    project.graph.ancestors(&ours)
}

/// The schema that the models make.
fn load(
    context: &Context,
    database: &mut dyn Database,
    here: bool,
    files: &[SourceFile],
) -> Result<Models, Error> {
    with_scratch(context, database, here, |scratch| {
        models::load(context, scratch, files)
    })
}

impl Sides {
    /// The differences, from what is there to the models; a rename that somebody said is
    /// one, with what else changes in it behind.
    pub(super) fn comparison(&self) -> Comparison {
        let models = &self.models.schema;
        let renames = self.renames();
        // What uses a label that has another name has not changed.
        let has_labels = models.dialect == Dialect::Postgres;
        if self.models.decisions.renames.is_empty() || (renames.is_empty() && !has_labels) {
            return compare_told(&self.current, models);
        }
        let after = plan::renamed(&self.current, models, &self.models.decisions);
        let is_there = |id: &FactId| after.facts.contains_key(id);
        let done = renames
            .into_iter()
            .filter(|(from, _, to)| is_there(to) && !is_there(from));
        let told = done.filter_map(|(from, from_name, to)| {
            let name = models.shown(models.facts.get(&to)?);
            let what = What::Renamed { from, from_name };
            Some(Difference { id: to, name, what })
        });
        compare_told(&after, models).with_renames(told)
    }

    /// What is gone and looks like something new, by their names.
    pub(super) fn perhaps_renamed(&self) -> Vec<(String, Vec<String>)> {
        let (current, models) = (&self.current, &self.models.schema);
        let name = |schema: &Schema, id: &FactId| {
            let fact = schema.facts.get(id);
            fact.map_or_else(|| id.path.join("."), |fact| schema.shown(fact))
        };
        let found = schema::perhaps_renamed(current, models, &self.models.decisions);
        let found = found.into_iter().map(|(old, new)| {
            let new = new.iter().map(|id| name(models, id));
            (name(current, &old), new.collect())
        });
        found.collect()
    }

    /// The renames that say something here: the old object and its name, the new one.
    pub(super) fn renames(&self) -> Vec<(FactId, String, FactId)> {
        let (current, models) = (&self.current, &self.models.schema.facts);
        let renames = self.models.decisions.renames.iter();
        let real = renames.filter_map(|(from, to)| {
            let old = current.facts.get(from)?;
            let is_real = !models.contains_key(from) && models.contains_key(to);
            is_real.then(|| (from.clone(), current.shown(old), to.clone()))
        });
        real.collect()
    }

    /// What no revision made and no model knows belongs to somebody else: whole objects,
    /// and what somebody added to one of ours. `produced` is what revisions make, first those
    /// that ran here.
    fn leave_strangers_alone(&mut self, produced: &[Schema]) {
        let added = |schema| -> BTreeSet<FactId> {
            compare(schema, &self.current)
                .differences
                .into_iter()
                .filter_map(|one| match one.what {
                    What::Added { parts, .. } => Some((one.id, parts)),
                    _ => None,
                })
                .flat_map(|(id, parts)| parts.into_iter().map(|part| part.id).chain([id]))
                .collect()
        };
        let made_by_hand = produced
            .iter()
            .map(added)
            .reduce(|all, more| all.intersection(&more).cloned().collect())
            .unwrap_or_default();
        let models = &self.models;
        let mut strangers: Vec<(FactId, String)> = Vec::new();
        for one in compare(&self.current, &models.schema).differences {
            let What::Removed { parts, .. } = one.what else {
                continue;
            };
            if made_by_hand.contains(&one.id) {
                strangers.push((one.id, one.name));
                continue;
            }
            // What goes with a table is a part of it; what only stands in a schema is not.
            let apart = parts.iter().filter(|part| !part.id.kind.is_part());
            let apart = apart.filter(|part| made_by_hand.contains(&part.id));
            strangers.extend(apart.map(|part| (part.id.clone(), self.current.shown(part))));
        }
        let renamed = &models.decisions.renames;
        strangers.retain(|(id, _)| renamed.iter().all(|(was, _)| was != id));
        self.strangers = strangers
            .iter()
            .map(|(id, name)| format!("{} {name}", id.kind.name()))
            .collect();
        let all = strangers.into_iter().map(|(id, _)| id);
        let (parts, whole): (BTreeSet<_>, BTreeSet<_>) = all.partition(|id| id.kind.is_part());
        let users = users_of_ours(&self.current, &whole, &parts);
        let mut found = self.current.clone();
        found.remove(|fact| whole.contains(&fact.id) && !users.contains(&fact.id));
        self.found = Some(found);
        self.current.remove(|fact| whole.contains(&fact.id));
        let around: BTreeSet<FactId> = parts
            .iter()
            .filter_map(|id| self.current.facts.get(id)?.parent.clone())
            .collect();
        self.current.remove(|fact| parts.contains(&fact.id));
        // The text of a table has all that is in it; without them it is that of the revisions.
        for table in &around {
            let made = produced.iter().find_map(|schema| schema.facts.get(table));
            if let (Some(ours), Some(made)) = (self.current.facts.get_mut(table), made) {
                ours.ddl.clone_from(&made.ddl);
                ours.lists.clone_from(&made.lists);
            }
        }
        self.foreign = parts.into_iter().chain(users).collect();
    }
}

/// What is different for people.
fn compare_told(current: &Schema, models: &Schema) -> Comparison {
    let (current, models) = plan::told(current, models);
    compare(&current, &models)
}

/// The strangers that use something of ours (a view of a table), and what they need of each
/// other: what is done to ours meets them. `parts` are those in ours (a trigger, which needs
/// its function).
fn users_of_ours(
    schema: &Schema,
    whole: &BTreeSet<FactId>,
    parts: &BTreeSet<FactId>,
) -> BTreeSet<FactId> {
    let stranger = |id: &FactId| -> Option<FactId> {
        let fact = schema.facts.get(id)?;
        let mut outwards = std::iter::once(id).chain(schema.ancestors(fact));
        outwards
            .find(|id| whole.contains(*id) || parts.contains(*id))
            .cloned()
    };
    let edges = schema.edges.iter();
    let needs: Vec<(FactId, Option<FactId>)> = edges
        .filter_map(|edge| Some((stranger(&edge.from)?, stranger(&edge.to))))
        .collect();
    let mut users: BTreeSet<FactId> = BTreeSet::new();
    let mut next: Vec<&FactId> = needs
        .iter()
        .filter(|(_, to)| to.is_none())
        .map(|(from, _)| from)
        .chain(parts)
        .collect();
    while let Some(id) = next.pop() {
        if users.insert(id.clone()) {
            let of_it = needs.iter().filter(|(from, _)| from == id);
            next.extend(of_it.filter_map(|(_, to)| to.as_ref()));
            // A view of a view.
            let above = needs.iter().filter(|(_, to)| to.as_ref() == Some(id));
            next.extend(above.map(|(from, _)| from));
        }
    }
    users
}

/// What is applied and in no file, with its messages.
pub(super) fn unknown(state: &State) -> Vec<(RevId, String)> {
    let all = state.phantoms.iter();
    all.map(|id| (id.clone(), state.message(id).to_owned()))
        .collect()
}

/// Refuses a database that has not got everything that a new revision builds on, or has
/// what no file has: what that did would be undone, or done again, by the new one.
pub(super) fn require_up_to_date(
    context: &Context,
    project: &Project,
    revisions: &BTreeSet<RevId>,
    database: &mut dyn Database,
) -> Result<(), Error> {
    let state = State::new(project, context.ledger(database)?);
    let unknown = unknown(&state);
    if !unknown.is_empty() {
        return Err(Error::NoFileHas { revisions: unknown });
    }
    let pending = revisions.difference(&state.applied).count();
    if pending == 0 {
        Ok(())
    } else {
        Err(Error::NotUpToDate { pending })
    }
}

/// Something to make scratch databases on without the chosen database: memory for SQLite,
/// the server of `scratch:` for PostgreSQL.
pub(super) fn without_database(context: &Context) -> Result<Box<dyn Database>, Error> {
    let target = context.target()?;
    match db::dialect_of(target.url.expose()) {
        Some(Dialect::Postgres) => context
            .scratch_server()?
            .ok_or(Error::NoScratch(NoScratch::NotNamed)),
        _ => context.in_memory(),
    }
}
