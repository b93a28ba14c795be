//! Hooks on disk: put in, take out, look at.
//!
//! Good manners come before a complete job: a hook of somebody else keeps
//! working, and one that cannot be edited safely is left alone and reported,
//! with the line that its owner may add.

use std::{
    env, fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use super::{
    GitError, HooksDir, Scope,
    error::DoingIo,
    hook_text::{self, Event, Form, Unfit, insert_block, remove_block},
};

/// The format of the note that a hook was installed.
const NOTE: u32 = 1;

/// What an installation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installed {
    /// There was no hook; there is ours now.
    Created(PathBuf),
    /// Our lines are now in front of another hook's.
    Added(PathBuf),
    /// Our older lines are now the present ones.
    Replaced(PathBuf),
    /// Nothing to do.
    Already(PathBuf),
    /// Nothing was done.
    LeftAlone(LeftAlone),
}

/// What taking our lines out did to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uninstalled {
    /// It held nothing else.
    Deleted(PathBuf),
    /// It is as it was before we came.
    Restored(PathBuf),
    /// Nothing was done.
    LeftAlone(LeftAlone),
}

/// A hook that we do not touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftAlone {
    /// The file where the line belongs.
    pub file: PathBuf,
    /// Why we do not touch it.
    pub why: WhyNot,
    /// The line that its owner may add.
    pub line: String,
}

/// Why a hook is left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyNot {
    /// Not a script of sh, bash or dash.
    #[error("it is not a shell script")]
    NotSh,
    /// Not text at all.
    #[error("it is not a text file")]
    NotText,
    /// Our markers are there and do not make a pair.
    #[error("teammig's lines in it are damaged")]
    BrokenBlock,
    /// Git ignores it as it is, and our lines would wake it up.
    #[error("it is not executable, so Git does not run it")]
    NotExecutable,
    /// It is a link to a file that is not part of this clone.
    #[error("it is a link to {}", .0.display())]
    LinkOutside(PathBuf),
    /// A folder or the like.
    #[error("it is not a file")]
    NotAFile,
    /// The hooks directory belongs to other repositories as well.
    #[error("core.hooksPath of the {} leads out of this repository", scope_owner(*.0))]
    Shared(Scope),
    /// husky writes that directory; the hook is a tracked file of the project.
    #[error("husky runs the hooks of this repository")]
    Husky,
}

fn scope_owner(scope: Scope) -> &'static str {
    match scope {
        Scope::Default | Scope::Repository => "repository",
        Scope::User => "user",
        Scope::System => "system",
    }
}

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

/// What stands where a hook would.
enum Found {
    Nothing,
    Text(Hook),
    Cannot(WhyNot),
}

/// A hook that is text.
struct Hook {
    /// Behind links.
    file: PathBuf,
    text: String,
    executable: bool,
}

impl HooksDir {
    /// Sets our hook up for an event; `program` is the absolute path of teammig.
    pub fn install(&self, event: Event, program: &Path) -> Result<Installed, GitError> {
        let file = self.file(event);
        let left_alone = |why| Ok(Installed::LeftAlone(self.left_alone(event, why)));
        if self.is_husky() {
            return left_alone(WhyNot::Husky);
        }
        if !self.is_ours_to_write() {
            return left_alone(WhyNot::Shared(self.scope()));
        }
        let installed = match self.find(&file)? {
            Found::Cannot(why) => return left_alone(why),
            Found::Nothing => {
                fs::create_dir_all(self.path())
                    .doing(format!("make the folder {}", self.path().display()))?;
                write(
                    &file,
                    &hook_text::whole_file(event, program),
                    Mode::Runnable,
                )?;
                Installed::Created(file.clone())
            }
            Found::Text(hook) => match hook_text::ours(&hook.text) {
                Err(unfit) => return left_alone(unfit.into()),
                Ok(None) => {
                    if let Err(unfit) = hook_text::fit(&hook.text) {
                        return left_alone(unfit.into());
                    }
                    match insert_block(&hook.text, event, program) {
                        Some(_) if !hook.executable => return left_alone(WhyNot::NotExecutable),
                        Some(text) => write(&hook.file, &text, Mode::Kept)?,
                        None => return left_alone(WhyNot::NotSh),
                    }
                    Installed::Added(file.clone())
                }
                Ok(Some(ours)) if ours.version > hook_text::version(event) => {
                    Installed::Already(file.clone())
                }
                Ok(Some(_)) => match renewed(&hook, event, program) {
                    Err(why) => return left_alone(why),
                    Ok(text) if text == hook.text && hook.executable => {
                        Installed::Already(file.clone())
                    }
                    Ok(text) => {
                        // Not executable and still here: then all of it is ours.
                        write(&hook.file, &text, Mode::Runnable)?;
                        Installed::Replaced(file.clone())
                    }
                },
            },
        };
        self.note(event, &file);
        Ok(installed)
    }

    /// Takes our lines out wherever they are: in the directory that Git uses
    /// now, in the usual one, and where they were last installed.
    pub fn uninstall(&self, event: Event) -> Result<Vec<Uninstalled>, GitError> {
        let mut done = Vec::new();
        for file in self.places(event) {
            let Found::Text(hook) = self.find(&file)? else {
                continue;
            };
            match hook_text::ours(&hook.text) {
                Ok(None) => {}
                Ok(Some(_)) if hook_text::is_all_ours(&hook.text) => {
                    fs::remove_file(&file).doing(format!("delete {}", file.display()))?;
                    done.push(Uninstalled::Deleted(file));
                }
                Ok(Some(_)) => {
                    // `ours` found a pair of markers, so there is a rest.
                    let rest = remove_block(&hook.text).unwrap_or_default();
                    write(&hook.file, &rest, Mode::Kept)?;
                    done.push(Uninstalled::Restored(file));
                }
                Err(unfit) => done.push(Uninstalled::LeftAlone(LeftAlone {
                    file,
                    why: unfit.into(),
                    line: event.line_to_add(),
                })),
            }
        }
        self.cache().remove(&note_name(event), NOTE);
        Ok(done)
    }

    /// How our hook for an event is doing.
    pub fn status(&self, event: Event) -> Result<HookStatus, GitError> {
        let file = if self.is_husky() {
            self.left_alone(event, WhyNot::Husky).file
        } else {
            self.file(event)
        };
        let state = match self.find(&file)? {
            Found::Text(hook) => match hook_text::ours(&hook.text) {
                Ok(Some(ours)) => state_of(&hook, ours, hook_text::version(event)),
                Ok(None) if hook.text.contains(&event.command()) => HookState::ByHand,
                _ => self.why_absent(event, &file, manager(&hook.text))?,
            },
            Found::Nothing | Found::Cannot(_) => self.why_absent(event, &file, None)?,
        };
        Ok(HookStatus { event, file, state })
    }

    fn why_absent(
        &self,
        event: Event,
        file: &Path,
        manager: Option<&'static str>,
    ) -> Result<HookState, GitError> {
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
        } else {
            HookState::NotInstalled
        })
    }

    fn file(&self, event: Event) -> PathBuf {
        self.path().join(event.name())
    }

    fn left_alone(&self, event: Event, why: WhyNot) -> LeftAlone {
        let dir = self.path();
        let dir = match why {
            WhyNot::Husky => dir.parent().unwrap_or(dir),
            _ => dir,
        };
        LeftAlone {
            file: dir.join(event.name()),
            why,
            line: event.line_to_add(),
        }
    }

    /// All files that may hold our lines.
    fn places(&self, event: Event) -> Vec<PathBuf> {
        let mut places = vec![self.file(event), self.usual().join(event.name())];
        places.extend(self.noted(event));
        let mut unique: Vec<PathBuf> = Vec::new();
        for place in places {
            if !unique.contains(&place) {
                unique.push(place);
            }
        }
        unique
    }

    /// Remembers where a hook was installed: only so can `status` tell that it got lost.
    fn note(&self, event: Event, file: &Path) {
        if let Some(path) = file.to_str() {
            self.cache().store(&note_name(event), NOTE, path.as_bytes());
        }
    }

    fn noted(&self, event: Event) -> Option<PathBuf> {
        let bytes = self.cache().load(&note_name(event), NOTE)?;
        String::from_utf8(bytes).ok().map(PathBuf::from)
    }

    fn find(&self, file: &Path) -> Result<Found, GitError> {
        let doing = || format!("read the hook {}", file.display());
        let facts = match fs::symlink_metadata(file) {
            Ok(facts) => facts,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Ok(Found::Cannot(WhyNot::NotAFile));
            }
            Err(error) => return Err(error).doing(doing()),
        };
        let real = if facts.is_symlink() {
            match fs::canonicalize(file) {
                Ok(real) if self.holds(&real) => real,
                Ok(real) => return Ok(Found::Cannot(WhyNot::LinkOutside(real))),
                Err(_) => {
                    let target = fs::read_link(file).doing(doing())?;
                    return Ok(Found::Cannot(WhyNot::LinkOutside(target)));
                }
            }
        } else {
            file.to_owned()
        };
        let facts = fs::metadata(&real).doing(doing())?;
        if !facts.is_file() {
            return Ok(Found::Cannot(WhyNot::NotAFile));
        }
        let bytes = fs::read(&real).doing(doing())?;
        Ok(match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Found::Text(Hook {
                file: real,
                text,
                executable: is_executable(&facts),
            }),
            _ => Found::Cannot(WhyNot::NotText),
        })
    }
}

impl From<Unfit> for WhyNot {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::NotSh => Self::NotSh,
            Unfit::BrokenBlock => Self::BrokenBlock,
        }
    }
}

/// A hook that has our lines, with the present ones.
fn renewed(hook: &Hook, event: Event, program: &Path) -> Result<String, WhyNot> {
    if hook_text::is_all_ours(&hook.text) {
        return Ok(hook_text::whole_file(event, program));
    }
    if !hook.executable {
        return Err(WhyNot::NotExecutable);
    }
    insert_block(&hook.text, event, program).ok_or(WhyNot::NotSh)
}

fn state_of(hook: &Hook, ours: hook_text::Ours, current: u32) -> HookState {
    let there = |path: &Path| fs::metadata(path).is_ok_and(|file| is_program(&file));
    let noted = ours.program.map(PathBuf::from);
    if !hook.executable {
        HookState::NotExecutable
    } else if !noted.as_deref().is_some_and(there) && !on_path("teammig") {
        HookState::ProgramMissing(noted)
    } else if ours.version != current {
        HookState::OtherVersion {
            found: ours.version,
            current,
        }
    } else {
        HookState::Installed(if hook_text::is_all_ours(&hook.text) {
            Form::File
        } else {
            Form::Block
        })
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

fn note_name(event: Event) -> String {
    format!("hook-{}", event.name())
}

fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&path).any(|dir| fs::metadata(dir.join(&name)).is_ok_and(|f| is_program(&f)))
}

fn is_program(file: &fs::Metadata) -> bool {
    file.is_file() && is_executable(file)
}

#[cfg(unix)]
fn is_executable(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

/// Which rights a written hook gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Those that the file had.
    Kept,
    /// The same, and whoever may read it may run it.
    Runnable,
}

/// Writes a hook whole or not at all: Git may run it at this moment.
fn write(file: &Path, text: &str, mode: Mode) -> Result<(), GitError> {
    let write = || -> io::Result<()> {
        let dir = file.parent().unwrap_or(Path::new("."));
        let mut new = tempfile::NamedTempFile::new_in(dir)?;
        new.write_all(text.as_bytes())?;
        set_mode(new.as_file(), file, mode)?;
        new.persist(file)?;
        Ok(())
    };
    write().doing(format!("write the hook {}", file.display()))
}

#[cfg(unix)]
fn set_mode(new: &fs::File, old: &Path, mode: Mode) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut bits = fs::metadata(old).map_or(0o755, |file| file.permissions().mode() & 0o7777);
    if mode == Mode::Runnable {
        bits |= (bits & 0o444) >> 2;
    }
    new.set_permissions(fs::Permissions::from_mode(bits))
}

#[cfg(not(unix))]
fn set_mode(_: &fs::File, _: &Path, _: Mode) -> io::Result<()> {
    Ok(())
}
