//! Putting hooks in and taking them out.
//!
//! Good manners come before a complete job: a hook of somebody else keeps
//! working, and one that cannot be edited safely is left alone and reported,
//! with the line that its owner may add.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Event, GitError, HooksDir, Installed, LeftAlone, Uninstalled, WhyNot,
    error::DoingIo,
    hook_disk::{Found, Hook, Mode, write},
    hook_text::{self, insert_block, remove_block},
};

/// The format of the notes that a hook was installed, and which ones are wanted.
const NOTE: u32 = 1;
/// The note with the events that people chose.
const WANTED: &str = "hooks-wanted";

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

    /// The events that people chose, where they chose: the others are not missing.
    pub fn wanted(&self) -> Option<Vec<Event>> {
        let bytes = self.cache().load(WANTED, NOTE)?;
        let names = String::from_utf8(bytes).ok()?;
        Some(names.lines().filter_map(Event::from_name).collect())
    }

    /// Remembers which events people chose; `None` = whatever there is.
    pub fn want(&self, events: Option<&[Event]>) {
        match events {
            None => self.cache().remove(WANTED, NOTE),
            Some(events) => {
                let names: Vec<&str> = events.iter().map(|event| event.name()).collect();
                self.cache()
                    .store(WANTED, NOTE, names.join("\n").as_bytes());
            }
        }
    }

    pub(super) fn file(&self, event: Event) -> PathBuf {
        self.path().join(event.name())
    }

    pub(super) fn left_alone(&self, event: Event, why: WhyNot) -> LeftAlone {
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
    pub(super) fn places(&self, event: Event) -> Vec<PathBuf> {
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

    pub(super) fn noted(&self, event: Event) -> Option<PathBuf> {
        let bytes = self.cache().load(&note_name(event), NOTE)?;
        String::from_utf8(bytes).ok().map(PathBuf::from)
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

fn note_name(event: Event) -> String {
    format!("hook-{}", event.name())
}
