//! Installing, removing and describing the Git hooks; what the hooks do is below.

pub mod advise;
pub mod call;
mod moved;
pub mod push;

use std::path::PathBuf;

use super::{Context, Error};
use crate::git::Repo;
/// What happens to hooks, and how they are doing.
pub use crate::git::{
    Event, Form, HookState, HookStatus, Installed, LeftAlone, Managed, Scope, Uninstalled, WhyNot,
};

/// What was done for one event.
#[derive(Debug)]
pub struct Report<T> {
    /// The event.
    pub event: Event,
    /// What was done.
    pub done: T,
    /// The lines that came into a file which Git tracks.
    pub shared: Option<String>,
}

/// What was installed, and what a hook manager is to be told.
#[derive(Debug)]
pub struct Installation {
    /// What was done for each event.
    pub reports: Vec<Report<Installed>>,
    /// The manager whose configuration is still to name some of them.
    pub managed: Option<Managed>,
}

/// Installs the hooks of these events; of all, where none is named. A hook manager is left
/// in charge, unless the hooks are to be in this clone alone.
pub fn install(
    context: &Context,
    events: &[Event],
    clone_only: bool,
) -> Result<Installation, Error> {
    let program = program()?;
    let repo = committed_in(context)?;
    let folder = repo.hooks_dir()?;
    let by_config = !clone_only && repo.has_config_hooks();
    let managed = folder.managed().filter(|_| !clone_only && !by_config);
    let one = |event: Event| -> Result<Installed, Error> {
        // One or the other: with both it would run twice.
        if by_config {
            folder.uninstall(event)?;
            return Ok(Installed::Configured(repo.configure_hook(event, &program)?));
        }
        repo.unconfigure_hook(event)?;
        if let Some(managed) = &managed
            && !folder.has_ours(event)?
        {
            return Ok(if managed.names(event) {
                Installed::Already(managed.config.clone())
            } else {
                Installed::LeftAlone(LeftAlone {
                    file: managed.config.clone(),
                    why: WhyNot::Managed(managed.manager),
                    line: managed.stanza(&[event]),
                })
            });
        }
        Ok(folder.install(event, &program)?)
    };
    let wanted = match events {
        [] => None,
        named => {
            let before = folder.wanted().unwrap_or_default();
            Some(all_of(|event| {
                named.contains(&event) || before.contains(&event)
            }))
        }
    };
    let reports: Vec<_> = named_or_all(events)
        .iter()
        .map(|event| {
            let done = one(*event)?;
            Ok(Report {
                event: *event,
                shared: written(&done).and_then(|_| folder.shared_lines(*event)),
                done,
            })
        })
        .collect::<Result<_, Error>>()?;
    folder.want(wanted.as_deref());
    Ok(Installation { reports, managed })
}

/// The repository, where people commit in it: a bare one has no working tree, but may have
/// linked ones.
fn committed_in(context: &Context) -> Result<&Repo, Error> {
    let repo = context.repo()?;
    if repo.is_bare() && !repo.has_worktrees() {
        return Err(Error::NoHooksHere(repo.git_dir().to_owned()));
    }
    Ok(repo)
}

/// Removes the hooks of these events; all, where none is named.
pub fn uninstall(
    context: &Context,
    events: &[Event],
) -> Result<Vec<Report<Vec<Uninstalled>>>, Error> {
    let repo = context.repo()?;
    let folder = repo.hooks_dir()?;
    let reports = named_or_all(events)
        .iter()
        .map(|event| {
            let mut done = folder.uninstall(*event)?;
            done.extend(
                repo.unconfigure_hook(*event)?
                    .then_some(Uninstalled::Unconfigured),
            );
            Ok(Report {
                event: *event,
                done,
                shared: None,
            })
        })
        .collect::<Result<_, Error>>()?;
    let wanted = match events {
        [] => None,
        named => {
            let before = folder.wanted().unwrap_or_else(|| Event::ALL.to_vec());
            Some(all_of(|event| {
                !named.contains(&event) && before.contains(&event)
            }))
        }
    };
    folder.want(wanted.filter(|wanted| !wanted.is_empty()).as_deref());
    Ok(reports)
}

fn named_or_all(events: &[Event]) -> &[Event] {
    if events.is_empty() {
        Event::ALL
    } else {
        events
    }
}

fn all_of(which: impl Fn(Event) -> bool) -> Vec<Event> {
    Event::ALL
        .iter()
        .copied()
        .filter(|event| which(*event))
        .collect()
}

/// Looks at all hooks.
pub fn status(context: &Context) -> Result<Vec<HookStatus>, Error> {
    let repo = committed_in(context)?;
    let folder = repo.hooks_dir()?;
    let one = |event: &Event| -> Result<HookStatus, Error> {
        let status = folder.status(*event)?;
        Ok(match repo.configured_state(*event)? {
            None => status,
            Some(state) => HookStatus {
                file: repo.common_dir().join("config"),
                state,
                ..status
            },
        })
    };
    Event::ALL.iter().map(one).collect()
}

/// Refs that the projects call protected and that this clone does not have.
pub fn absent_refs(context: &Context) -> Result<Vec<String>, Error> {
    if context.repo()?.is_bare() {
        // Projects are told by files, which linked working trees have.
        return Ok(Vec::new());
    }
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
pub fn left_alone(done: &Installed) -> Option<&LeftAlone> {
    match done {
        Installed::LeftAlone(left) => Some(left),
        _ => None,
    }
}

/// The hook that was written just now, where one was.
pub fn written(done: &Installed) -> Option<&std::path::Path> {
    match done {
        Installed::Created(path) | Installed::Added(path) | Installed::Replaced(path) => Some(path),
        Installed::Already(_) | Installed::Configured(_) | Installed::LeftAlone(_) => None,
    }
}

/// A hook runs when its event comes.
pub fn works(hook: &HookStatus) -> bool {
    matches!(
        hook.state,
        HookState::Installed(_)
            | HookState::ByHand
            | HookState::Configured
            | HookState::Managed(_)
            | HookState::PutAside(_)
            | HookState::OtherVersion { .. }
            | HookState::NotWanted
    )
}
