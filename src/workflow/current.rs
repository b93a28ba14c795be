//! Where a database stands.

use super::{Context, Error, State};
use crate::{db::Database, model::Project};

/// Reads the ledger and holds it against the files.
pub fn current(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
) -> Result<State, Error> {
    let ledger = context.ledger(database)?;
    Ok(State::new(project, ledger))
}
