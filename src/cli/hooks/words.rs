//! What was done to a hook, and how it is doing, in words.

use std::path::Path;

use crate::{
    cli::events::{names, plural},
    model::shell,
    workflow::{
        hooks::{
            Event, Form, HookState, HookStatus, Installed, LeftAlone, Scope, Uninstalled, WhyNot,
            advise::Advice, works,
        },
        merge_driver,
    },
};

/// What a move of `HEAD` means, in a line.
pub(in crate::cli) fn describe_advice(advice: &Advice) -> String {
    let mut parts = Vec::new();
    let in_database = match &advice.environment {
        Some(environment) => format!(" in {environment}"),
        None => String::new(),
    };
    if !advice.new.is_empty() {
        parts.push(plural(advice.new.len(), "new revision"));
    }
    if !advice.phantoms.is_empty() {
        parts.push(format!(
            "{}{in_database}",
            plural(advice.phantoms.len(), "phantom")
        ));
    }
    if !advice.edited.is_empty() {
        let revisions = plural(advice.edited.len(), "revision");
        parts.push(format!("{revisions} edited since{in_database}"));
    }
    if !advice.amended.is_empty() {
        let revisions = plural(advice.amended.len(), "revision");
        parts.push(format!("{revisions} changed on purpose since{in_database}"));
    }
    if !advice.diverged.is_empty() {
        let heads = advice.diverged.len();
        parts.push(format!("{heads} heads ({})", names(&advice.diverged)));
    }
    if advice.broken {
        parts.push("files that cannot be read as they are".to_owned());
    }
    format!("teammig: {}: run `{}`", parts.join(", "), advice.command)
}

/// What an installation did, in words.
pub(in crate::cli) fn describe_installed(done: &Installed) -> String {
    match done {
        Installed::Created(path) => format!("installed in {}", path.display()),
        Installed::Added(path) => format!("added to {}, before what was there", path.display()),
        Installed::Replaced(path) => format!("brought up to date in {}", path.display()),
        Installed::Already(path) => format!("is installed in {}", path.display()),
        Installed::Configured(true) => "installed in this clone's Git configuration".to_owned(),
        Installed::Configured(false) => "is installed in this clone's Git configuration".to_owned(),
        Installed::LeftAlone(left) => format!("left alone: {}", left.why),
    }
}

/// What its owner can do about a hook that was left alone.
pub(in crate::cli) fn way_in(event: Event, left: &LeftAlone) -> String {
    let file = left.file.display().to_string();
    match left.why {
        WhyNot::NotExecutable => format!(
            "`chmod +x {}` lets Git run it; then `teammig hooks install` again",
            shell::word(&file)
        ),
        WhyNot::NotSh | WhyNot::NotText => format!(
            "let {file} call `teammig hooks run {}` first, in its own language, with its arguments{}{}",
            event.name(),
            if event == Event::PrePush {
                " and its standard input"
            } else {
                ""
            },
            if event.blocks() {
                ", and end as that ends"
            } else {
                ""
            },
        ),
        _ => format!("add this line to {file}: {}", left.line),
    }
}

/// What an uninstallation did, in words.
pub(in crate::cli) fn describe_uninstalled(done: &Uninstalled) -> String {
    match done {
        Uninstalled::Deleted(path) => format!("removed {}", path.display()),
        Uninstalled::Restored(path) => format!("removed from {}", path.display()),
        Uninstalled::Unconfigured => "removed from this clone's Git configuration".to_owned(),
        Uninstalled::LeftAlone(left) => format!("left alone: {}", left.why),
    }
}

/// How a hook is doing, in words.
pub(in crate::cli) fn describe_state(hook: &HookStatus) -> String {
    let file = hook.file.display();
    match &hook.state {
        HookState::NotInstalled => "not installed; `teammig hooks install` does it".to_owned(),
        HookState::InTheWay(why) => format!(
            "not installed, and {file} is left alone: {why}; `teammig hooks install {}` says what helps",
            hook.event.name()
        ),
        HookState::NotWanted => "not wanted".to_owned(),
        HookState::Installed(Form::File) => format!("works ({file})"),
        HookState::Installed(Form::Block) => format!("works, before another hook's lines ({file})"),
        HookState::Installed(Form::Shared) => {
            format!("works, from a file that is everybody's ({file})")
        }
        HookState::Configured => format!("works, from Git's configuration ({file})"),
        HookState::GitTooOld => format!(
            "does not run: {file} has it, and this Git is older than 2.54; `teammig hooks install` again"
        ),
        HookState::SwitchedOff(setting) => {
            format!("switched off; `git config --unset {setting}` switches it on")
        }
        HookState::Managed(manager) => format!("works, through {}", manager.name()),
        HookState::PutAside(manager) => {
            format!(
                "works, put aside by {}, which runs it first",
                manager.name()
            )
        }
        HookState::ManagerAsleep { manager, command } => format!(
            "does not run: the configuration of {} names it, and its hook is not in this clone; `{command}`",
            manager.name()
        ),
        HookState::HuskyAsleep => {
            "does not run: husky's own hooks are not in this working tree; `npm install` (or `npx husky`) brings them".to_owned()
        }
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
            "does not run: {} from {}; `teammig hooks install` again",
            match scope {
                Scope::Default => "without core.hooksPath, Git looks away",
                Scope::Repository => "core.hooksPath of the repository leads Git away",
                Scope::User => "core.hooksPath of the user leads Git away",
                Scope::System => "core.hooksPath of the system leads Git away",
            },
            installed.display()
        ),
        HookState::Overwritten(Some(manager)) => {
            format!("gone: {manager} wrote {file} anew; `teammig hooks install` again")
        }
        HookState::Overwritten(None) => format!("gone from {file}; `teammig hooks install` again"),
    }
}

/// How all hooks are doing, in a few lines: what does not work is named.
pub(in crate::cli) fn summary(hooks: &[HookStatus]) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for hook in hooks.iter().filter(|hook| !works(hook)) {
        let state = describe_state(hook);
        match groups.iter_mut().find(|group| group.0 == state) {
            Some(group) => group.1.push(hook.event.name()),
            None => groups.push((state, vec![hook.event.name()])),
        }
    }
    match groups.as_slice() {
        [] => vec!["work".to_owned()],
        [(state, events)] if events.len() == hooks.len() => vec![state.clone()],
        _ => groups
            .iter()
            .map(|(state, events)| format!("{} {state}", events.join(", ")))
            .collect(),
    }
}

/// How the merge driver is doing, in words.
pub(in crate::cli) fn describe_driver(
    state: &merge_driver::State,
    show: &dyn Fn(&Path) -> String,
) -> String {
    use merge_driver::State;
    match state {
        State::Works => "works, for head files".to_owned(),
        State::NotInstalled => {
            "not installed, so every head file conflict is a person's; `teammig hooks install` does it".to_owned()
        }
        State::ProgramMissing(program) => format!(
            "does not run: {} is gone, and `teammig` is not on PATH; `teammig hooks install` again",
            program.display()
        ),
        State::NoAttribute(file) => format!(
            "does not run: .gitattributes does not name it for {}; `teammig hooks install` does it",
            show(file)
        ),
        State::OtherAttribute(file) => format!(
            "does not run: another attribute says how {} is merged",
            show(file)
        ),
    }
}
