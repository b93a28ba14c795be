//! Installing, removing and describing the Git hooks.

use std::path::PathBuf;

use super::{Context, Error};
use crate::git::{Event, Form, HookState, HookStatus, Installed, Uninstalled};

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
    for project in context.projects()? {
        for name in super::guard::absent_refs(&project)? {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
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

/// A hook runs when its event comes.
pub fn works(hook: &HookStatus) -> bool {
    matches!(
        hook.state,
        HookState::Installed(_) | HookState::ByHand | HookState::OtherVersion { .. }
    )
}

/// How a hook is doing, in words.
pub fn describe_state(hook: &HookStatus) -> String {
    let file = hook.file.display();
    match &hook.state {
        HookState::NotInstalled => "not installed; `teammig hooks install` does it".to_owned(),
        HookState::Installed(Form::File) => format!("works ({file})"),
        HookState::Installed(Form::Block) => format!("works, before another hook's lines ({file})"),
        HookState::ByHand => format!("works, called by hand from {file}"),
        HookState::OtherVersion { found, current } => format!(
            "works with lines of version {found}; this teammig writes version {current}: `teammig hooks install`"
        ),
        HookState::NotExecutable => {
            format!("does not run: {file} is not executable; `chmod +x` it")
        }
        HookState::ProgramMissing(Some(program)) => format!(
            "does not run: {} is gone and no teammig is on PATH; `teammig hooks install` again",
            program.display()
        ),
        HookState::ProgramMissing(None) => "does not run: no teammig is on PATH".to_owned(),
        HookState::Shadowed { installed, scope } => format!(
            "does not run: core.hooksPath ({scope:?}) leads away from {}",
            installed.display()
        ),
        HookState::Overwritten(Some(manager)) => {
            format!("gone: {manager} wrote {file} anew; `teammig hooks install` again")
        }
        HookState::Overwritten(None) => format!("gone from {file}; `teammig hooks install` again"),
    }
}
