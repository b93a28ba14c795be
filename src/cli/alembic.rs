//! The question whether the command that runs Alembic may be run in this clone.

use super::Status;
use crate::{
    ui::Ui,
    workflow::{
        Context, Error,
        alembic::{self, AlembicError},
        models,
    },
};

/// Calls `act`, and again after somebody has said that the command may be run. It is
/// asked for before anything is begun.
pub(super) fn permitted(
    ui: &mut Ui,
    context: &Context,
    mut act: impl FnMut(&mut Ui) -> Result<Status, Error>,
) -> Result<Status, Error> {
    let outcome = act(ui);
    let command = match &outcome {
        Err(Error::Alembic(error)) => match &**error {
            AlembicError::NotAllowed { command } if ui.can_prompt() => command.clone(),
            _ => return outcome,
        },
        _ => return outcome,
    };
    ui.talk("Alembic is run by a command of teammig.yaml, which was never run in this clone:");
    ui.talk(&format!("  {command}"));
    let question = if models::is_remembered(context) {
        "Run it, now and later?"
    } else {
        "Run it now?"
    };
    if !matches!(ui.confirm(question, false), Ok(true)) {
        return outcome;
    }
    alembic::allow(context);
    act(ui)
}
