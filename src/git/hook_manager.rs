//! Hook managers: whether one is in charge of this repository's hooks, and what it is told.
//!
//! A manager writes Git's hooks anew whenever it likes, so lines of ours in them would be
//! lost. What a project wants to run belongs into the manager's own configuration.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Event, HooksDir, hook_text};

/// A program that writes Git's hooks from a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manager {
    /// lefthook.
    Lefthook,
    /// prek with a configuration of its own.
    Prek,
    /// pre-commit, or prek with the same configuration.
    PreCommit,
}

/// A manager that a project has a configuration for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed {
    /// Which one.
    pub manager: Manager,
    /// Its configuration.
    pub config: PathBuf,
    text: String,
}

impl Manager {
    const ALL: [Self; 3] = [Self::Lefthook, Self::Prek, Self::PreCommit];

    /// Its name, as people type it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lefthook => "lefthook",
            Self::Prek => "prek",
            Self::PreCommit => "pre-commit",
        }
    }

    /// Where its configuration may stand, from the top of the working tree.
    fn configs(self) -> &'static [&'static str] {
        match self {
            Self::Lefthook => &[
                "lefthook.yml",
                "lefthook.yaml",
                "lefthook.toml",
                "lefthook.json",
                ".lefthook.yml",
                ".lefthook.yaml",
                ".lefthook.toml",
                ".lefthook.json",
                ".config/lefthook.yml",
                ".config/lefthook.yaml",
            ],
            Self::Prek => &["prek.toml"],
            Self::PreCommit => &[".pre-commit-config.yaml", ".pre-commit-config.yml"],
        }
    }

    /// What its hooks say of themselves.
    fn signs(self) -> &'static [&'static str] {
        match self {
            Self::Lefthook => &["lefthook"],
            Self::Prek => &["prek"],
            Self::PreCommit => &["pre-commit.com", "prek"],
        }
    }
}

/// Whether there is a teammig to call, for a shell.
const ON_PATH: &str = "command -v teammig >/dev/null";

/// The configuration is everybody's, and not everybody who commits has teammig; a hook that
/// judges says so. `arguments` are for the manager to fill in.
fn guarded(event: Event, arguments: &str) -> String {
    let command = event.command();
    if event.blocks() {
        let otherwise = hook_text::NOT_CHECKED;
        format!("if {ON_PATH}; then teammig {command}{arguments}; else echo {otherwise} >&2; fi")
    } else {
        format!("{ON_PATH} || exit 0; teammig {command}{arguments}")
    }
}

impl Managed {
    /// The configuration calls teammig at that event.
    pub fn names(&self, event: Event) -> bool {
        hook_text::calls(&self.text, event)
    }

    /// The configuration passes over teammig where `PATH` has none, as a stanza of ours does.
    /// Others may name a file, or have the framework build the program.
    pub(super) fn asks_path(&self) -> bool {
        self.text.contains(ON_PATH)
    }

    /// A hook's text is the manager's.
    pub(super) fn wrote(&self, hook: &str) -> bool {
        let mut signs = self.manager.signs().iter();
        signs.any(|sign| hook.contains(sign))
    }

    /// The command that makes it write its hooks for these events.
    pub fn install_command(&self, events: &[Event]) -> String {
        let types: Vec<String> = events
            .iter()
            .map(|event| format!(" -t {}", event.name()))
            .collect();
        match self.manager {
            Manager::Lefthook => "lefthook install".to_owned(),
            manager => format!("{} install{}", manager.name(), types.concat()),
        }
    }

    /// Those of the events that the configuration has something for: there the jobs of the
    /// stanza go under what stands there, since a key may be there once.
    pub fn has<'e>(&self, events: &'e [Event]) -> Vec<&'e Event> {
        let has = |event: &&Event| {
            let key = format!("{}:", event.name());
            let mut lines = self.text.lines();
            self.manager == Manager::Lefthook && lines.any(|line| line.starts_with(&key))
        };
        events.iter().filter(has).collect()
    }

    /// The blanks before each `- repo` of the configuration, which all have to be alike.
    fn indent(&self) -> &str {
        let found = self.text.lines().find_map(|line| {
            let (blanks, rest) = line.split_at(line.len() - line.trim_start().len());
            let item = rest.strip_prefix('-')?.trim_start();
            item.starts_with("repo:").then_some(blanks)
        });
        found.unwrap_or("  ")
    }

    /// What to add to the configuration.
    pub fn stanza(&self, events: &[Event]) -> String {
        let each = |one: &dyn Fn(Event) -> String| -> String {
            events.iter().map(|event| one(*event)).collect()
        };
        match self.manager {
            Manager::Lefthook => each(&|event| {
                let input = if event.reads_input() {
                    "      use_stdin: true\n"
                } else {
                    ""
                };
                format!(
                    "{}:\n  jobs:\n    - name: teammig\n      run: {}\n{input}",
                    event.name(),
                    guarded(event, " {0}")
                )
            }),
            Manager::PreCommit => {
                let hooks = each(&|event| {
                    let verbose = if event.blocks() {
                        ""
                    } else {
                        "      verbose: true\n"
                    };
                    format!(
                        "    - id: teammig-{name}\n      name: teammig {name}\n      entry: sh -c '{command}'\n      \
                         language: system\n      pass_filenames: false\n      always_run: true\n      stages: [{name}]\n{verbose}",
                        name = event.name(),
                        command = guarded(event, "")
                    )
                });
                let text = format!("- repo: local\n  hooks:\n{hooks}");
                let indent = self.indent();
                let lines = text.lines().map(|line| format!("{indent}{line}\n"));
                lines.collect()
            }
            Manager::Prek => {
                let hooks = each(&|event| {
                    format!(
                        "  {{ id = \"teammig-{name}\", name = \"teammig {name}\", entry = \"sh -c '{command}'\", language = \"system\", \
                         pass_filenames = false, always_run = true, verbose = {verbose}, stages = [\"{name}\"] }},\n",
                        name = event.name(),
                        command = guarded(event, ""),
                        verbose = !event.blocks()
                    )
                });
                format!("[[repos]]\nrepo = \"local\"\nhooks = [\n{hooks}]\n")
            }
        }
    }
}

impl HooksDir {
    /// The manager that the project has a configuration for. Of several, the one that
    /// wrote a hook of this clone.
    pub fn managed(&self) -> Option<Managed> {
        let top = self.top()?;
        let found: Vec<Managed> = Manager::ALL
            .into_iter()
            .filter_map(|manager| read(manager, top))
            .collect();
        let hooks: Vec<String> = Event::ALL
            .iter()
            .filter_map(|event| fs::read_to_string(self.file(*event)).ok())
            .collect();
        let wrote = |one: &&Managed| hooks.iter().any(|hook| one.wrote(hook));
        found.iter().find(wrote).or(found.first()).cloned()
    }
}

fn read(manager: Manager, top: &Path) -> Option<Managed> {
    let mut places = manager.configs().iter().map(|name| top.join(name));
    places.find_map(|config| {
        let text = fs::read_to_string(&config).ok()?;
        Some(Managed {
            manager,
            config,
            text,
        })
    })
}
