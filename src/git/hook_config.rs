//! Hooks that Git takes from its configuration, as it does from 2.54 on: no file has to be
//! shared with anybody, `core.hooksPath` and hook managers do not matter, and every linked
//! working tree has them. An older Git passes over them without a word.
//!
//! A hook stands in the configuration or in a file and never in both, or it would run twice.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use git2::ConfigLevel;

use super::{
    Event, GitError, HookState, Repo, error::Doing as _, hook_disk::is_program,
    hook_status::on_path,
};

/// The first Git with them.
const SINCE: (u32, u32) = (2, 54);

impl Repo {
    /// Whether the Git on `PATH` takes hooks from its configuration.
    pub fn has_config_hooks(&self) -> bool {
        let said = Command::new("git").arg("--version").output();
        said.is_ok_and(|said| {
            version(&String::from_utf8_lossy(&said.stdout)).is_some_and(|found| found >= SINCE)
        })
    }

    /// Writes the hook into this clone's configuration; whether anything changed.
    pub fn configure_hook(&self, event: Event, program: &Path) -> Result<bool, GitError> {
        let command = command(event, program);
        if self.configured_hook(event)?.as_ref() == Some(&command) {
            return Ok(false);
        }
        let doing = "write Git's configuration";
        let config = self.inner.config().doing(doing)?;
        let mut own = config.open_level(ConfigLevel::Local).doing(doing)?;
        own.set_str(&key(event, "event"), event.name())
            .doing(doing)?;
        own.set_str(&key(event, "command"), &command).doing(doing)?;
        Ok(true)
    }

    /// Takes the hook out of this clone's configuration; whether it was there.
    pub fn unconfigure_hook(&self, event: Event) -> Result<bool, GitError> {
        let doing = "write Git's configuration";
        if self.configured_hook(event)?.is_none() {
            return Ok(false);
        }
        // The library leaves the section's header behind; Git does not.
        let done = Command::new("git")
            .arg("--git-dir")
            .arg(self.git_dir())
            .args(["config", "--local", "--remove-section", &section(event)])
            .output();
        if !done.is_ok_and(|output| output.status.success()) {
            let config = self.inner.config().doing(doing)?;
            let mut own = config.open_level(ConfigLevel::Local).doing(doing)?;
            for name in ["event", "command", "enabled"] {
                own.remove(&key(event, name)).found(doing)?;
            }
        }
        Ok(true)
    }

    /// How the hook in the configuration is doing; `None` where there is none.
    pub fn configured_state(&self, event: Event) -> Result<Option<HookState>, GitError> {
        let Some(command) = self.configured_hook(event)? else {
            return Ok(None);
        };
        let config = self.inner.config().doing(READ)?;
        let enabled = config.get_bool(&key(event, "enabled")).found(READ)?;
        let program = program_of(&command);
        let there = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|file| is_program(&file));
        Ok(Some(if !self.has_config_hooks() {
            HookState::GitTooOld
        } else if enabled == Some(false) {
            HookState::SwitchedOff(key(event, "enabled"))
        } else if !program.as_ref().is_some_and(there) && !on_path("teammig") {
            HookState::ProgramMissing(program)
        } else {
            HookState::Configured
        }))
    }

    /// The hook's command in the configuration.
    fn configured_hook(&self, event: Event) -> Result<Option<String>, GitError> {
        let config = self.inner.config().doing(READ)?;
        config.get_string(&key(event, "command")).found(READ)
    }
}

const READ: &str = "read Git's configuration";

fn section(event: Event) -> String {
    format!("hook.teammig-{}", event.name())
}

fn key(event: Event, name: &str) -> String {
    format!("{}.{name}", section(event))
}

/// Git hands it to `sh`, with the hook's arguments at its end.
fn command(event: Event, program: &Path) -> String {
    let path = program.to_str().unwrap_or_default().replace('\'', r"'\''");
    let run = event.command();
    let missing = if event.blocks() {
        let name = event.name();
        format!(
            "{{ echo \"teammig: not installed, and its {name} hook needs it; --no-verify goes on without it, \
             git config --remove-section {} removes it\" >&2; exit 1; }}",
            section(event)
        )
    } else {
        "exit 0".to_owned()
    };
    format!(
        "[ \"${{TEAMMIG:-1}}\" != 0 ] || exit 0; teammig='{path}'; [ -f \"$teammig\" ] && [ -x \"$teammig\" ] || \
         teammig=$(command -v teammig) || {missing}; \"$teammig\" {run}"
    )
}

fn program_of(command: &str) -> Option<PathBuf> {
    let (_, rest) = command.split_once("teammig='")?;
    let (path, _) = rest.split_once("'; [ -f")?;
    Some(PathBuf::from(path.replace(r"'\''", "'")))
}

/// `git version 2.54.0.windows.1`
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.split_whitespace().nth(2)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_git() {
        for (said, has) in [
            ("git version 2.54.0\n", true),
            ("git version 2.54.0.windows.1", true),
            ("git version 2.100.rc0", true),
            ("git version 3.0", true),
            ("git version 2.53.9", false),
            ("git version 2.39.5 (Apple Git-154)", false),
            ("what", false),
        ] {
            assert_eq!(
                version(said).is_some_and(|found| found >= SINCE),
                has,
                "{said}"
            );
        }
    }

    #[test]
    fn the_program_in_a_command() {
        for event in Event::ALL {
            let path = Path::new("/home/it's me/teammig");
            assert_eq!(program_of(&command(*event, path)).as_deref(), Some(path));
        }
    }
}
