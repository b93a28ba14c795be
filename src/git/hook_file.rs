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
    Event, Form, GitError, HooksDir, Installed, LeftAlone, Uninstalled, WhyNot,
    error::DoingIo,
    hook_disk::{Found, Hook, Mode, write},
    hook_text::{self, Place, Unfit, insert, remove_block},
};

/// The format of the notes that a hook was installed, and which ones are wanted.
const NOTE: u32 = 1;
/// The note with the events that people chose.
const WANTED: &str = "hooks-wanted";

impl HooksDir {
    /// Sets our hook up for an event; `program` is the absolute path of teammig.
    pub fn install(&self, event: Event, program: &Path) -> Result<Installed, GitError> {
        let (file, place) = (self.file(event), self.place());
        let left_alone = |why| Ok(Installed::LeftAlone(self.left_alone(event, why)));
        if !self.is_inside() {
            return left_alone(WhyNot::Shared(self.scope()));
        }
        let installed = match self.find(&file)? {
            Found::Cannot(why) => return left_alone(why),
            Found::Nothing => {
                let folder = file.parent().unwrap_or(self.path());
                fs::create_dir_all(folder)
                    .doing(format!("make the folder {}", folder.display()))?;
                let text = hook_text::whole_file(event, program, place);
                write(&file, &text, Mode::Runnable)?;
                Installed::Created(file.clone())
            }
            Found::Text(hook) => match hook_text::ours(&hook.text) {
                Err(unfit) => return left_alone(unfit.into()),
                Ok(None) => {
                    match hook_text::fit(&hook.text) {
                        Err(Unfit::NotSh) if place == Place::Husky => {}
                        Err(unfit) => return left_alone(unfit.into()),
                        Ok(()) => {}
                    }
                    match insert(&hook.text, event, program, place) {
                        Some(_) if !self.runs(&hook) => return left_alone(WhyNot::NotExecutable),
                        Some(text) => write(&hook.file, &text, Mode::Kept)?,
                        None => return left_alone(WhyNot::NotSh),
                    }
                    Installed::Added(file.clone())
                }
                Ok(Some(ours)) if ours.version > hook_text::version(event) => {
                    Installed::Already(file.clone())
                }
                Ok(Some(_)) => match self.renewed(&hook, event, program) {
                    Err(why) => return left_alone(why),
                    Ok(text) if text == hook.text && self.runs(&hook) => {
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

    /// Takes our lines out wherever they are in this clone: in the directory that Git uses
    /// now, in the usual one, where they were last installed, and where a manager put them aside.
    pub fn uninstall(&self, event: Event) -> Result<Vec<Uninstalled>, GitError> {
        let mut done = Vec::new();
        let places = self.places(event);
        for file in places.iter().flat_map(|file| with_put_aside(file)) {
            let Found::Text(hook) = self.find(&file)? else {
                continue;
            };
            match hook_text::ours(&hook.text) {
                Ok(None) => {}
                Ok(Some(_)) if !self.is_inside() && file == self.file(event) => {
                    let why = WhyNot::Shared(self.scope());
                    done.push(Uninstalled::LeftAlone(self.left_alone(event, why)));
                }
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

    /// What comes into a file that Git tracks; `None` where the hooks are this clone's alone.
    pub fn shared_lines(&self, event: Event) -> Option<String> {
        let shared = || hook_text::lines(event, Form::Shared, Path::new(""));
        (self.place() != Place::Clone).then(shared)
    }

    /// Our lines are in the file that Git runs.
    pub fn has_ours(&self, event: Event) -> Result<bool, GitError> {
        Ok(match self.find(&self.file(event))? {
            Found::Text(hook) => matches!(hook_text::ours(&hook.text), Ok(Some(_))),
            Found::Nothing | Found::Cannot(_) => false,
        })
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

    /// The file that people write: that of husky stands one level above its own.
    pub(super) fn file(&self, event: Event) -> PathBuf {
        let dir = self.path();
        let dir = match self.place() {
            Place::Husky => dir.parent().unwrap_or(dir),
            Place::Clone | Place::Tracked => dir,
        };
        dir.join(event.name())
    }

    /// Whether a hook is one that runs; husky's need not be executable.
    pub(super) fn runs(&self, hook: &Hook) -> bool {
        hook.executable || self.place() == Place::Husky
    }

    /// A hook that has our lines, with the present ones.
    fn renewed(&self, hook: &Hook, event: Event, program: &Path) -> Result<String, WhyNot> {
        if hook_text::is_all_ours(&hook.text) {
            return Ok(hook_text::whole_file(event, program, self.place()));
        }
        if !self.runs(hook) {
            return Err(WhyNot::NotExecutable);
        }
        insert(&hook.text, event, program, self.place()).ok_or(WhyNot::NotSh)
    }

    pub(super) fn left_alone(&self, event: Event, why: WhyNot) -> LeftAlone {
        LeftAlone {
            file: self.file(event),
            why,
            line: event.line_to_add(),
        }
    }

    /// All files that may hold our lines. A copied clone brings the notes of the one that it
    /// was copied from, whose hooks are none of its business.
    pub(super) fn places(&self, event: Event) -> Vec<PathBuf> {
        let mut places = vec![self.file(event), self.usual().join(event.name())];
        places.extend(self.noted(event).filter(|noted| self.holds(noted)));
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

/// A hook, and where managers put it when theirs comes: pre-commit and prek run it from
/// there, lefthook puts it back in the end.
fn with_put_aside(file: &Path) -> [PathBuf; 3] {
    let beside = |ending| file.with_extension(ending);
    [beside("legacy"), beside("old"), file.to_owned()]
}

fn note_name(event: Event) -> String {
    format!("hook-{}", event.name())
}
