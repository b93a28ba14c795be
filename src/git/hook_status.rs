//! How a hook of ours is doing. The usual failure of hooks is that they get lost
//! without a word: shadowed, written over, not executable.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{
    Event, Form, GitError, HooksDir, Manager, Scope, WhyNot,
    hook_disk::{Found, Hook, is_program},
    hook_text,
};

/// How a hook of ours is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookStatus {
    /// The event.
    pub event: Event,
    /// The file that Git runs (or would).
    pub file: PathBuf,
    /// How it is doing.
    pub state: HookState,
}

/// The states that a hook of ours can be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookState {
    /// Not there, and never was.
    NotInstalled,
    /// Not there, and an installation leaves alone what is.
    InTheWay(WhyNot),
    /// Not there, because people chose others.
    NotWanted,
    /// Working; alone or in front of another hook's lines.
    Installed(Form),
    /// Somebody called teammig from the hook without our markers.
    ByHand,
    /// Working, with lines of another version.
    OtherVersion {
        /// What is there.
        found: u32,
        /// What this program would write.
        current: u32,
    },
    /// Working: it stands in Git's configuration.
    Configured,
    /// It stands in Git's configuration, which this Git is too old for.
    GitTooOld,
    /// It stands in Git's configuration and is switched off there, by this setting.
    SwitchedOff(String),
    /// Working: a manager's configuration calls it.
    Managed(Manager),
    /// Working: a manager put it aside and runs it first.
    PutAside(Manager),
    /// A manager's configuration calls it, and the manager's hook is not in this clone.
    ManagerAsleep {
        /// Which one.
        manager: Manager,
        /// What brings it.
        command: String,
    },
    /// There, but husky's own hook, which Git runs, is not in this working tree.
    HuskyAsleep,
    /// There, but Git does not run it.
    NotExecutable,
    /// There, but neither the noted program nor one on `PATH` is.
    ProgramMissing(Option<PathBuf>),
    /// There, but Git looks elsewhere because of `core.hooksPath`.
    Shadowed {
        /// Where our lines are.
        installed: PathBuf,
        /// Whose setting it is.
        scope: Scope,
    },
    /// It was installed here and is gone; written anew by this hook manager, if known.
    Overwritten(Option<&'static str>),
}

impl HooksDir {
    /// How our hook for an event is doing.
    pub fn status(&self, event: Event) -> Result<HookStatus, GitError> {
        let file = self.file(event);
        let state = match self.find(&file)? {
            Found::Text(hook) => match hook_text::ours(&hook.text) {
                Ok(Some(ours)) => self.state_of(event, &hook, ours),
                Ok(None) if self.runs(&hook) && hook_text::calls(&hook.text, event) => {
                    HookState::ByHand
                }
                _ => self.why_absent(event, &file, manager(&hook.text))?,
            },
            Found::Nothing | Found::Cannot(_) => self.why_absent(event, &file, None)?,
        };
        let state = match state {
            HookState::NotInstalled | HookState::NotWanted | HookState::Overwritten(_) => {
                self.through_manager(event, &file)?.unwrap_or(state)
            }
            _ => state,
        };
        let state = match (state, self.obstacle(&file)?) {
            (HookState::NotInstalled, Some(why)) => HookState::InTheWay(why),
            (state, _) => state,
        };
        Ok(HookStatus { event, file, state })
    }

    /// Why an installation would leave alone what is there.
    fn obstacle(&self, file: &Path) -> Result<Option<WhyNot>, GitError> {
        if !self.is_inside() {
            return Ok(Some(WhyNot::Shared(self.scope())));
        }
        let hook = match self.find(file)? {
            Found::Nothing => return Ok(None),
            Found::Cannot(why) => return Ok(Some(why)),
            Found::Text(hook) => hook,
        };
        let unfit = hook_text::ours(&hook.text).and_then(|_| hook_text::fit(&hook.text));
        Ok(match unfit {
            Err(hook_text::Unfit::NotSh) if self.is_husky() => None,
            Err(unfit) => Some(unfit.into()),
            Ok(()) => (!self.runs(&hook)).then_some(WhyNot::NotExecutable),
        })
    }

    /// How it is doing where a manager's configuration names it.
    fn through_manager(&self, event: Event, file: &Path) -> Result<Option<HookState>, GitError> {
        let Some(managed) = self.managed().filter(|managed| managed.names(event)) else {
            return Ok(None);
        };
        Ok(Some(match self.find(file)? {
            Found::Text(hook) if hook.executable && managed.wrote(&hook.text) => {
                if managed.asks_path() && !on_path("teammig") {
                    HookState::ProgramMissing(None)
                } else {
                    HookState::Managed(managed.manager)
                }
            }
            _ => HookState::ManagerAsleep {
                manager: managed.manager,
                command: managed.install_command(&[event]),
            },
        }))
    }

    /// The manager that runs our hook from beside its own, where one does.
    fn put_aside(
        &self,
        event: Event,
        wrote: Option<&'static str>,
    ) -> Result<Option<Manager>, GitError> {
        let manager = match wrote {
            Some("pre-commit") => Manager::PreCommit,
            Some("prek") => Manager::Prek,
            _ => return Ok(None),
        };
        let aside = self.path().join(format!("{}.legacy", event.name()));
        let runs = match self.find(&aside)? {
            Found::Text(hook) => {
                hook.executable && matches!(hook_text::ours(&hook.text), Ok(Some(_)))
            }
            Found::Nothing | Found::Cannot(_) => false,
        };
        Ok(runs.then_some(manager))
    }

    fn why_absent(
        &self,
        event: Event,
        file: &Path,
        manager: Option<&'static str>,
    ) -> Result<HookState, GitError> {
        if let Some(manager) = self.put_aside(event, manager)? {
            return Ok(HookState::PutAside(manager));
        }
        for other in self.places(event) {
            if other != file
                && let Found::Text(hook) = self.find(&other)?
                && matches!(hook_text::ours(&hook.text), Ok(Some(_)))
            {
                return Ok(HookState::Shadowed {
                    installed: other,
                    scope: self.scope(),
                });
            }
        }
        Ok(if self.noted(event).is_some_and(|noted| noted == file) {
            HookState::Overwritten(manager)
        } else if self.wanted().is_some_and(|wanted| !wanted.contains(&event)) {
            HookState::NotWanted
        } else {
            HookState::NotInstalled
        })
    }

    fn state_of(&self, event: Event, hook: &Hook, ours: hook_text::Ours) -> HookState {
        let there = |path: &Path| fs::metadata(path).is_ok_and(|file| is_program(&file));
        let noted = ours.program.map(PathBuf::from);
        let current = hook_text::version(event);
        if !self.runs(hook) {
            HookState::NotExecutable
        } else if self.is_husky() && !self.path().join(event.name()).is_file() {
            HookState::HuskyAsleep
        } else if !noted.as_deref().is_some_and(there) && !on_path("teammig") {
            HookState::ProgramMissing(noted)
        } else if ours.version != current {
            HookState::OtherVersion {
                found: ours.version,
                current,
            }
        } else {
            HookState::Installed(match ours.form {
                Form::Shared => Form::Shared,
                _ if hook_text::is_all_ours(&hook.text) => Form::File,
                _ => Form::Block,
            })
        }
    }
}

/// The hook manager that writes such files.
fn manager(text: &str) -> Option<&'static str> {
    [
        ("pre-commit.com", "pre-commit"),
        ("prek", "prek"),
        ("lefthook", "lefthook"),
        ("husky", "husky"),
        ("overcommit", "overcommit"),
    ]
    .into_iter()
    .find_map(|(sign, name)| text.contains(sign).then_some(name))
}

/// Whether a program of that name can be called.
pub(super) fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&path).any(|dir| fs::metadata(dir.join(&name)).is_ok_and(|f| is_program(&f)))
}
