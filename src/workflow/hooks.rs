//! Installing, removing and describing the Git hooks.

use std::path::PathBuf;

use super::{Context, Error};
/// What happens to hooks, and how they are doing.
pub use crate::git::{Event, Form, HookState, HookStatus, Installed, Uninstalled};

/// What was done for one event.
#[derive(Debug)]
pub struct Report<T> {
    /// The event.
    pub event: Event,
    /// What was done.
    pub done: T,
}

/// Installs all hooks.
pub fn install(context: &Context) -> Result<Vec<Report<Installed>>, Error> {
    let program = program()?;
    let folder = context.repo()?.hooks_dir()?;
    Event::ALL
        .iter()
        .map(|event| {
            Ok(Report {
                event: *event,
                done: folder.install(*event, &program)?,
            })
        })
        .collect()
}

/// Removes all hooks.
pub fn uninstall(context: &Context) -> Result<Vec<Report<Vec<Uninstalled>>>, Error> {
    let folder = context.repo()?.hooks_dir()?;
    Event::ALL
        .iter()
        .map(|event| {
            Ok(Report {
                event: *event,
                done: folder.uninstall(*event)?,
            })
        })
        .collect()
}

/// Looks at all hooks.
pub fn status(context: &Context) -> Result<Vec<HookStatus>, Error> {
    let folder = context.repo()?.hooks_dir()?;
    Event::ALL
        .iter()
        .map(|event| Ok(folder.status(*event)?))
        .collect()
}

/// Refs that the projects call protected and that this clone does not have.
pub fn absent_refs(context: &Context) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for project in context.projects()?.all {
        for name in super::guard::absent_refs(&project)? {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

/// This program, as the hook will call it.
pub(super) fn program() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(Error::io("find", "this program"))
}

/// The hook that could not be written, where that is so.
pub fn left_alone(done: &Installed) -> Option<&crate::git::LeftAlone> {
    match done {
        Installed::LeftAlone(left) => Some(left),
        _ => None,
    }
}

/// A hook runs when its event comes.
pub fn works(hook: &HookStatus) -> bool {
    matches!(
        hook.state,
        HookState::Installed(_) | HookState::ByHand | HookState::OtherVersion { .. }
    )
}
