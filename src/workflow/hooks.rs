//! Installing, removing and describing the Git hooks.

use std::path::PathBuf;

use super::{Context, Error};
use crate::git::{Event, HookStatus, Installed, Uninstalled};

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

/// This program, as the hook will call it.
fn program() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(Error::io("find", "this program"))
}

/// What an installation did, in words.
pub fn describe_installed(done: &Installed) -> String {
    match done {
        Installed::Created(path) => format!("installed in {}", path.display()),
        Installed::Added(path) => format!("added to {}, before what was there", path.display()),
        Installed::Replaced(path) => format!("brought up to date in {}", path.display()),
        Installed::Already(path) => format!("is installed in {}", path.display()),
        Installed::LeftAlone(left) => format!("left alone: {}", left.why),
    }
}

/// The hook that could not be written, where that is so.
pub fn left_alone(done: &Installed) -> Option<&crate::git::LeftAlone> {
    match done {
        Installed::LeftAlone(left) => Some(left),
        _ => None,
    }
}

/// What an uninstallation did, in words.
pub fn describe_uninstalled(done: &Uninstalled) -> String {
    match done {
        Uninstalled::Deleted(path) => format!("removed {}", path.display()),
        Uninstalled::Restored(path) => format!("removed from {}", path.display()),
        Uninstalled::LeftAlone(left) => format!("left alone: {}", left.why),
    }
}
