//! One call of the project's Alembic: in its folder, with its URL, and with its failure
//! explained.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitStatus,
    sync::Arc,
};

use tempfile::NamedTempFile;

use super::{
    child::{self, Call, Said, Stop, Stream},
    command::Program,
    errors::{Explained, explain},
    left_running::Input,
    secret::Mask,
    shadow::{Ground, Shadow},
};
use crate::{
    db::{DbError, ErrorKind},
    model::shell,
};

/// Everything that a call of Alembic takes.
#[derive(Clone)]
pub(super) struct Caller {
    /// The program; what keeps it from being run is told before anything is begun.
    pub(super) program: Program,
    /// Options before the command: which ini, which section.
    pub(super) options: Vec<String>,
    /// The folder that it is called in.
    pub(super) folder: PathBuf,
    /// The folder of the ini, seen from there.
    pub(super) ini_folder: String,
    /// The variables by which `env.py` learns the URL.
    pub(super) url_variables: Vec<String>,
    /// The URL, as `SQLAlchemy` reads it.
    pub(super) url: String,
    /// What the ini is in, where a copy of it with the URL may be given: a command of the
    /// user's own, and Flask-Migrate, have all that they need.
    pub(super) ground: Option<Ground>,
    /// Further variables.
    pub(super) others: Vec<(String, String)>,
    /// The folders with migrations.
    pub(super) versions: Vec<String>,
    /// The files that only this call sees; they last as long as this does.
    pub(super) shadow: Option<Arc<Shadow>>,
    /// What is locked while it runs, where it changes something.
    pub(super) input: Option<Input>,
    stop: Stop,
}

/// Why a call did not do what it was to do.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) explained: Explained,
    /// How it ended; `None` = it was not even started.
    status: Option<ExitStatus>,
    /// The call as a shell takes it.
    shown: String,
}

impl Caller {
    pub(super) fn new(program: Program, folder: PathBuf, url: String) -> Self {
        Self {
            program,
            options: Vec::new(),
            folder,
            ini_folder: String::new(),
            url_variables: Vec::new(),
            url,
            ground: None,
            others: Vec::new(),
            versions: Vec::new(),
            shadow: None,
            input: None,
            stop: Stop::default(),
        }
    }

    pub(super) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// It is `flask db`, which takes no other ini but another folder.
    pub(super) fn is_flask(&self) -> bool {
        self.program.words.last().is_some_and(|word| word == "db")
    }

    /// The program as a shell takes it.
    pub(super) fn shown(&self) -> String {
        let words = self.program.words.iter().chain(&self.options);
        shell::line(words.map(String::as_str))
    }

    /// The variables that hold the URL, as people say it.
    pub(super) fn variables(&self) -> String {
        self.url_variables.join(" and ")
    }

    /// From now on it sees the files of a shadow, too.
    pub(super) fn put_into(&mut self, shadow: Shadow, section: &str) {
        if !self.is_flask() {
            self.options = self.named(&shadow.ini(), section);
        }
        self.shadow = Some(Arc::new(shadow));
    }

    /// The options for an ini of this name, in the place of the project's own.
    fn named(&self, ini: &str, section: &str) -> Vec<String> {
        let ini = Path::new(&self.ini_folder).join(ini);
        let mut options = vec!["-c".to_owned(), ini.to_string_lossy().into_owned()];
        if section != "alembic" {
            options.extend(["-n".to_owned(), section.to_owned()]);
        }
        options
    }

    /// A copy of the ini with the URL, for this call, and the options for it.
    fn with_url(&self) -> io::Result<Option<(NamedTempFile, Vec<String>)>> {
        let Some(ground) = self.ground.as_ref().filter(|_| !self.url.is_empty()) else {
            return Ok(None);
        };
        let copy = ground.with_url(self.shadow.as_deref(), &self.url, &self.folder)?;
        Ok(copy.map(|copy| {
            let name = copy.path().file_name().unwrap_or_default();
            let options = self.named(&name.to_string_lossy(), &ground.section);
            (copy, options)
        }))
    }

    /// Runs a command of Alembic's; `show` gets its lines as they come.
    pub(super) fn call(
        &self,
        arguments: &[String],
        show: &mut dyn FnMut(&str),
    ) -> Result<Said, Failed> {
        self.listen(arguments, &mut |_, line| show(line))
    }

    /// The same for a command whose answer is its stdout, which is not shown.
    pub(super) fn ask(
        &self,
        arguments: &[String],
        show: &mut dyn FnMut(&str),
    ) -> Result<Said, Failed> {
        self.listen(arguments, &mut |stream, line| {
            if stream == Stream::Err {
                show(line);
            }
        })
    }

    fn listen(
        &self,
        arguments: &[String],
        show: &mut dyn FnMut(Stream, &str),
    ) -> Result<Said, Failed> {
        let mask = Mask::of(&self.url);
        let mut arguments = arguments.to_vec();
        if let Some(shadow) = self.shadow.as_ref().filter(|_| self.is_flask()) {
            let folder = Path::new(&self.ini_folder).join(shadow.folder());
            let folder = folder.to_string_lossy().into_owned();
            let behind = arguments.len().min(1);
            arguments.splice(behind..behind, ["-d".to_owned(), folder]);
        }
        let words = |options: &[String]| -> Vec<String> {
            let program = self.program.words.iter();
            program.chain(options).chain(&arguments).cloned().collect()
        };
        // As a person would call it: the copy is gone afterwards.
        let shown = shell::line(words(&self.options).iter().map(String::as_str));
        let copy = self
            .with_url()
            .map_err(|error| Failed::to_begin(&shown, &error))?;
        let options = copy.as_ref().map_or(&self.options, |(_, options)| options);
        let call = Call {
            words: words(options),
            folder: self.folder.clone(),
            variables: self
                .url_variables
                .iter()
                .map(|name| (name.clone(), self.url.clone()))
                .chain(self.others.iter().cloned())
                .collect(),
            input: self.input.as_ref().map(|input| input.of_call(&shown)),
        };
        match child::run(&call, &self.stop, &mut |stream, line| {
            show(stream, &mask.apply(line));
        }) {
            Ok(said) if said.status.success() => Ok(said),
            Ok(said) => Err(Failed {
                explained: explain(&mask.apply(&said.all), &self.versions),
                status: Some(said.status),
                shown,
            }),
            Err(error) => Err(Failed {
                explained: Explained {
                    message: format!("cannot run `{shown}`: {error}"),
                    place: None,
                    running: None,
                    advice: Some(
                        "is it installed, and in PATH? It is run in the folder of alembic.ini, and without a shell; \
                         `alembic: {command: [...]}` in teammig.yaml names another one"
                            .to_owned(),
                    ),
                },
                status: None,
                shown,
            }),
        }
    }
}

impl Failed {
    /// There is no copy of the ini to call it with.
    fn to_begin(shown: &str, error: &io::Error) -> Self {
        Self {
            explained: Explained {
                message: format!("cannot run `{shown}`: its ini cannot be copied: {error}"),
                place: None,
                running: None,
                advice: Some(
                    "env.py is given the URL in a copy of the ini, beside it: that folder has to be writable"
                        .to_owned(),
                ),
            },
            status: None,
            shown: shown.to_owned(),
        }
    }

    /// The program has no such option.
    pub(super) fn knows_no(&self, option: &str) -> bool {
        let message = &self.explained.message;
        message.contains("No such option") && message.contains(option)
    }

    /// As a database's answer.
    pub(super) fn into_error(self) -> DbError {
        let Explained {
            message,
            place,
            advice,
            ..
        } = self.explained;
        let (message, rest) = match message.split_once('\n') {
            Some((first, rest)) => (first.to_owned(), Some(rest.to_owned())),
            None => (message, None),
        };
        let status = self
            .status
            .map(|status| format!("`{}` ended with {status}", self.shown));
        let place = place.map(|place| format!("at {place}"));
        let context: Vec<String> = place.into_iter().chain(status).collect();
        DbError {
            advice,
            detail: rest,
            context: Some(context.join("; ")).filter(|text| !text.is_empty()),
            ..DbError::new(ErrorKind::Statement, message)
        }
    }
}
