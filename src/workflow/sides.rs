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
    schema::Schema,
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
    /// Objects of the database that neither models nor revisions know.
    pub(super) strangers: Vec<String>,
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
    let order = project.graph.order(revisions);
    let steps = replayed::of_files(context, project, order.iter().rev(), dialect)?;
    let here = leave.scratch_here;
    let models = load(context, database, here, &files)?;
    let produced = with_scratch(context, database, here, |scratch| {
        replayed::replay(scratch, &steps.0)?;
        schema(context, scratch)
    })?;
    let mut sides = Sides {
        current: produced,
        models,
        steps,
        strangers: Vec::new(),
    };
    if against == Against::Database {
        let produced = std::mem::replace(&mut sides.current, schema(context, database)?);
        sides.leave_strangers_alone(&produced);
    }
    Ok(sides)
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
    /// What no revision made and no model knows belongs to somebody else.
    fn leave_strangers_alone(&mut self, produced: &Schema) {
        let models = &self.models.schema;
        let renamed = &self.models.decisions.renames;
        let is_stranger = |id: &crate::schema::FactId| {
            !id.kind.is_part()
                && !models.facts.contains_key(id)
                && !produced.facts.contains_key(id)
                && renamed.iter().all(|(was, _)| was != id)
        };
        let strangers = self
            .current
            .facts
            .values()
            .filter(|fact| is_stranger(&fact.id));
        // A part of one goes with it, and an index or a sequence with its table.
        let whole = strangers.clone().filter(|fact| {
            let mut around = self.current.ancestors(fact);
            !around.any(is_stranger)
        });
        self.strangers = whole
            .map(|fact| format!("{} {}", fact.id.kind.name(), self.current.shown(fact)))
            .collect();
        let gone: BTreeSet<_> = strangers.map(|fact| fact.id.clone()).collect();
        self.current.remove(|fact| gone.contains(&fact.id));
    }
}

/// Refuses a database that has not got everything that a new revision builds on.
pub(super) fn require_up_to_date(
    context: &Context,
    project: &Project,
    revisions: &BTreeSet<RevId>,
    database: &mut dyn Database,
) -> Result<(), Error> {
    let state = State::new(project, context.ledger(database)?);
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
