//! Revisions run one after the other on a scratch database, with the schema after each
//! and after its way back: for those who compare what the same scripts do in two places.

use super::{Context, Error, Prepared, replayed, scratch::with_scratch, tried::Tried};
use crate::{db::Database, schema::Schema};

/// What became of a scratch database.
pub(super) struct Walk {
    /// Before the first one, and after each that ran.
    pub(super) states: Vec<Schema>,
    /// After the way back of each that ran; none where there is none or it fails.
    pub(super) backs: Vec<Option<Schema>>,
}

/// Runs `chain` after `history`, up to the first one that fails.
pub(super) fn walk(
    context: &Context,
    database: &mut dyn Database,
    history: &[Prepared],
    chain: &[Prepared],
) -> Result<Walk, Error> {
    let leave_out = context.leave_out();
    with_scratch(context, database, false, |scratch| {
        replayed::replay(scratch, history)?;
        let mut tried = Tried::new(context, scratch);
        let mut walk = Walk {
            states: vec![tried.schema(&leave_out)?],
            backs: Vec::new(),
        };
        for step in chain {
            if tried.run(std::slice::from_ref(step))?.is_err() {
                break;
            }
            walk.states.push(tried.schema(&leave_out)?);
            let mut returned = None;
            if let Ok(back) = step.back() {
                tried.mark()?;
                if tried.run(std::slice::from_ref(&back))?.is_ok() {
                    returned = Some(tried.schema(&leave_out)?);
                }
                tried.rewind()?;
            }
            walk.backs.push(returned);
        }
        Ok(walk)
    })
}
