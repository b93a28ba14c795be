//! Revisions run one after the other, with the schema after each and after its way back:
//! for those who compare what the same scripts do in two places.

use super::{Ask, trial::Trial};
use crate::{
    db::Database,
    schema::Schema,
    workflow::{Context, Error, replayed, scratch::with_scratch, step::Prepared},
};

/// What became of a scratch database.
pub(in crate::workflow) struct Walk {
    /// Before the first one, and after each that ran.
    pub(in crate::workflow) states: Vec<Schema>,
    /// After the way back of each that ran; none where there is none or it fails.
    pub(in crate::workflow) backs: Vec<Option<Schema>>,
}

/// Runs `chain` after `history`, up to the first one that fails.
pub(in crate::workflow) fn walk(
    context: &Context,
    database: &mut dyn Database,
    history: &[Prepared],
    chain: &[Prepared],
) -> Result<Walk, Error> {
    let ask = Ask {
        leave_out: context.leave_out(),
        ..Ask::default()
    };
    with_scratch(context, database, false, |scratch| {
        replayed::replay(scratch, history)?;
        let mut trial = Trial::new(context, scratch, &ask);
        let mut walk = Walk {
            states: vec![trial.schema()?],
            backs: Vec::new(),
        };
        for step in chain {
            let Some((state, back)) = trial.there_and_back(step)? else {
                break;
            };
            walk.states.push(state);
            walk.backs.push(back);
        }
        Ok(walk)
    })
}
