//! Placeholder of the branch `plan`.
use super::{Decisions, Plan, Undecided};
use crate::schema::Schema;

pub(super) fn plan(
    _a: &Schema,
    _b: &Schema,
    _decisions: &Decisions,
) -> Result<Plan, Vec<Undecided>> {
    Ok(Plan::default())
}
