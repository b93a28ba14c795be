//! A database held against what its own ledger says was done to it: what somebody
//! changed by hand. (What files and ledger disagree about is `drift.rs`.)
//!
//! The revisions are replayed on a scratch database, and both schemas are read in the
//! same way. The database itself is only read.

use super::{
    Context, Error, NotReplayed,
    autogenerate::{Plan, Undecided, section},
    replayed,
    scratch::with_scratch,
};
use crate::{
    db::Database,
    schema::{
        Schema, compare,
        plan::{Decisions, plan},
    },
};

/// What a command meets of a comparison.
pub use super::replayed::LeftOut;
pub use crate::schema::{Change, Comparison, Difference, Unmodelled, Value, What};

/// How often a database that others migrate meanwhile is looked at again.
const LOOKS: u32 = 3;

/// What is different, from the revisions to the database.
#[derive(Debug)]
pub struct SchemaDrift {
    /// The environment, or what the database was chosen by.
    pub environment: String,
    /// How many revisions were replayed.
    pub replayed: usize,
    /// The differences: before is what the revisions make, after is what is there.
    pub comparison: Comparison,
    /// The statements that somebody may have run: those that lead from the one to the other.
    /// Rows are as they are, so that nothing is asked about them.
    pub way: Result<Plan, Vec<Undecided>>,
    /// Objects that are there and are not compared.
    pub unmodelled: Vec<Unmodelled>,
    /// Statements of revisions that were not run on the scratch database.
    pub left_out: Vec<LeftOut>,
}

/// Compares the chosen database with its ledger; `here`: on a protected environment's
/// server too.
pub fn schema_drift(context: &Context, here: bool) -> Result<SchemaDrift, Error> {
    // Files only give places to errors, and scripts that a ledger did not keep.
    let project = context.project().ok();
    let mut database = context.database()?;
    let database = &mut *database;
    for _ in 0..LOOKS {
        let ledger = context.ledger(database)?;
        let scripts = database
            .all_stored_scripts()
            .map_err(|error| Error::database(database, error))?;
        let dialect = database.dialect();
        let (steps, left_out) = replayed::steps(project.as_ref(), &ledger, scripts, dialect)?;
        let expected = with_scratch(context, database, here, |scratch| {
            replayed::replay(scratch, &steps)?;
            schema(context, scratch)
        })?;
        let found = schema(context, database)?;
        if context.ledger(database)? != ledger {
            continue;
        }
        let decisions = Decisions {
            may_lose: true,
            ..Decisions::default()
        };
        return Ok(SchemaDrift {
            way: plan(&expected, &found, &decisions),
            environment: context.target()?.environment,
            replayed: steps.len(),
            comparison: compare(&expected, &found),
            unmodelled: found.unmodelled.into_iter().collect(),
            left_out,
        });
    }
    Err(Error::NotReplayed(Box::new(NotReplayed::Changing)))
}

pub(super) fn schema(context: &Context, database: &mut dyn Database) -> Result<Schema, Error> {
    database
        .schema(&context.leave_out())
        .map_err(|error| Error::database(database, error))
}

/// The statements as a revision has them.
pub fn script(way: &Plan) -> String {
    let parts = way.parts.iter().map(|part| {
        let section = section(std::slice::from_ref(part));
        let head = match section.options() {
            "" => String::new(),
            options => format!("-- for a revision with `-- migrate:up{options}`\n"),
        };
        head + &section.sql
    });
    parts.collect()
}
