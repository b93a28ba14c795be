//! Models are loaded into a scratch database in an order that works.
//!
//! Files as they are named, each as a whole. Those that fail are tried again as long as
//! there is progress; then their statements one by one. What is left at the end fails
//! whatever comes before it, and that is what is told.
//!
//! A file that is not run as a whole keeps its settings (`SET search_path`): they are run
//! again before each statement that follows them.

use std::{collections::BTreeSet, ops::Range};

use super::{ModelsError, RefusedModel, finding};
use crate::{
    db::{Database, JobError},
    model::{Dialect, Finding, SourceFile, finding::Place, ledger::StoredScript},
    sql::{self, InModels, Statement},
    workflow::{Error, scratch::run_script},
};

/// The statements of a file.
pub(super) struct Statements {
    /// The file's text as it is run: without remarks.
    pub(super) text: String,
    /// What of the file's text is missing in it.
    cuts: Vec<(usize, usize)>,
    pub(super) all: Vec<One>,
}

/// One statement that makes something.
pub(super) struct One {
    pub(super) statement: Statement,
    /// The statements before it that set something.
    pub(super) settings: String,
}

/// Splits a file that has nothing wrong in it.
pub(super) fn statements(file: &SourceFile, dialect: Dialect) -> Statements {
    let (text, cuts) = sql::without_annotations(&text_of(file, dialect), dialect);
    let mut settings = String::new();
    let mut all = Vec::new();
    for statement in sql::statements(&text, dialect) {
        if sql::in_models(&statement, &text, dialect) == InModels::Setting {
            settings.push_str(statement.text(&text));
            settings.push(';');
        } else {
            let settings = settings.clone();
            all.push(One {
                statement,
                settings,
            });
        }
    }
    Statements { text, cuts, all }
}

impl Statements {
    /// Where in the file a place of the text stands.
    fn in_file(&self, span: Range<usize>) -> Range<usize> {
        let at = |at: usize| {
            let before = self.cuts.iter().take_while(|cut| cut.0 <= at);
            at + before.map(|cut| cut.1).sum::<usize>()
        };
        let start = at(span.start);
        start..start.max(at(span.end.saturating_sub(1)) + 1)
    }
}

fn text_of(file: &SourceFile, dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => sql::without_restrict(&file.text),
        Dialect::Sqlite => (*file.text).to_owned(),
    }
}

/// What stands in a file and has no place in models.
pub(super) fn refused(file: &SourceFile, dialect: Dialect) -> Vec<Finding> {
    let text = text_of(file, dialect);
    if let Some(at) = text.find('\0') {
        return vec![
            finding("a NUL character")
                .at(file, at..at + 1, "")
                .help("no database can store it"),
        ];
    }
    if let Some(span) = sql::meta_command(&text, dialect) {
        let program = match dialect {
            Dialect::Postgres => "psql",
            Dialect::Sqlite => "the sqlite3 shell",
        };
        let found = finding(format!("this is a command of {program}, not SQL")).at(file, span, "");
        return vec![
            found.help("remove it: teammig loads models without another program in between"),
        ];
    }
    let statements = sql::statements(&text, dialect);
    if let Some(unclosed) = statements.last().and_then(|statement| statement.unclosed) {
        let span = unclosed.at..unclosed.at + 1;
        let found = finding(format!(
            "this {} is opened and never closed",
            unclosed.what.name()
        ));
        return vec![found.at(file, span, "").help("close it")];
    }
    let mut all: Vec<Finding> = Vec::new();
    if dialect == Dialect::Postgres {
        all.extend(too_long(file, &text));
    }
    let bad = statements.iter().filter_map(|statement| {
        let (message, help) = match sql::in_models(statement, &text, dialect) {
            InModels::Ddl | InModels::Setting => return None,
            InModels::Transaction => (
                "models need no transaction",
                "remove it: what is loaded here is a scratch database",
            ),
            InModels::Drop => (
                "models say what is to be there, and this takes something away",
                "remove it, and what it takes away",
            ),
            InModels::Beyond => (
                "this reaches beyond the database, and is never run for models",
                "remove it: roles and databases belong to the server, not to a schema",
            ),
            InModels::Other => (
                "this makes nothing: models are the schema alone, without rows",
                "remove it; rows belong into a revision: `teammig create --empty`",
            ),
        };
        let line = statement
            .text(&text)
            .lines()
            .next()
            .unwrap_or_default()
            .len();
        let span = statement.span.start..statement.span.start + line;
        Some(finding(message).at(file, span, "").help(help))
    });
    all.extend(bad);
    all
}

/// Names that the server would cut without an error: then the models say another name than
/// there is, and two of them may be the same.
fn too_long(file: &SourceFile, text: &str) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let long = sql::too_long(text)
        .into_iter()
        .filter(|long| seen.insert(long.name.clone()));
    long.map(|long| {
        finding(format!(
            "this name has {} bytes, and PostgreSQL cuts it to {} without an error: `{}`",
            long.name.len(),
            long.cut.len(),
            long.cut
        ))
        .at(file, long.span, "")
        .help("give it a shorter name, or write the one that it gets")
    })
    .collect()
}

/// A file that is not loaded yet.
struct Pending<'a> {
    file: &'a SourceFile,
    statements: Statements,
    /// Those that are still to be run, and what the database said of each.
    left: Vec<(usize, Option<JobError>)>,
}

/// Loads all files, or says what cannot be loaded.
pub(super) fn load(scratch: &mut dyn Database, files: &[SourceFile]) -> Result<(), Error> {
    scratch
        .lock(std::time::Duration::ZERO, &mut |_| {})
        .and_then(|()| scratch.prepare_ledger())
        .map_err(|error| Error::database(scratch, error))?;
    let dialect = scratch.dialect();
    let mut pending: Vec<Pending<'_>> = files
        .iter()
        .map(|file| {
            let statements = statements(file, dialect);
            let left = (0..statements.all.len()).map(|n| (n, None)).collect();
            Pending {
                file,
                statements,
                left,
            }
        })
        .collect();
    while !pending.is_empty() {
        let before = pending.len();
        let mut later = Vec::new();
        for one in pending {
            if run(scratch, &one.statements.text)?.is_err() {
                later.push(one);
            }
        }
        pending = later;
        if pending.len() == before {
            break;
        }
    }
    loop {
        let before: usize = pending.iter().map(|one| one.left.len()).sum();
        for one in &mut pending {
            one.round(scratch)?;
        }
        let after: usize = pending.iter().map(|one| one.left.len()).sum();
        if after == 0 {
            break;
        }
        if after == before {
            return Err(unresolved(pending).into());
        }
    }
    views_work(scratch, files)
}

impl Pending<'_> {
    /// Runs each statement that is left.
    fn round(&mut self, scratch: &mut dyn Database) -> Result<(), Error> {
        let mut left = Vec::new();
        for (n, _) in std::mem::take(&mut self.left) {
            let Some(one) = self.statements.all.get(n) else {
                continue;
            };
            let own = one.statement.text(&self.statements.text);
            if let Err(error) = run(scratch, &format!("{}{own}", one.settings))? {
                left.push((n, Some(error)));
            }
        }
        self.left = left;
        Ok(())
    }

    /// Where a statement failed.
    fn place(&self, n: usize, error: &JobError) -> Option<Place> {
        let one = self.statements.all.get(n)?;
        let span = &one.statement.span;
        let at = error
            .offset
            .and_then(|at| at.checked_sub(one.settings.len()));
        let span = match at {
            Some(at) if at > 0 && span.start + at < span.end => {
                word(&self.statements.text, span.start + at..span.end)
            }
            _ => first_line(&self.statements.text, span),
        };
        Some(Place {
            file: self.file.clone(),
            span: self.statements.in_file(span),
            label: error.error.message.clone(),
        })
    }
}

fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let line = text.get(span.clone()).and_then(|text| text.lines().next());
    span.start..span.start + line.unwrap_or_default().len()
}

fn word(text: &str, within: Range<usize>) -> Range<usize> {
    let rest = text.get(within.clone()).unwrap_or_default();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || "_.\"".contains(c)));
    let end = end.unwrap_or(rest.len()).max(1);
    within.start..(within.start + end).min(within.end)
}

/// What is told of statements that fail whatever comes before them: first those that do
/// not fail for the lack of something that another one would have made.
fn unresolved(pending: Vec<Pending<'_>>) -> ModelsError {
    let mut all = Vec::new();
    for one in pending {
        for (n, error) in &one.left {
            if let Some(error) = error
                && let Some(place) = one.place(*n, error)
            {
                all.push(RefusedModel {
                    place,
                    error: error.error.clone(),
                });
            }
        }
    }
    all.sort_by_key(lacks_something);
    ModelsError::Refused(all)
}

fn lacks_something(refused: &RefusedModel) -> bool {
    const CODES: &[&str] = &["42P01", "42704", "42883", "42703", "3F000"];
    match &refused.error.code {
        Some(code) if CODES.contains(&code.as_str()) => true,
        _ => refused.error.message.contains("no such "),
    }
}

fn run(scratch: &mut dyn Database, text: &str) -> Result<Result<(), JobError>, Error> {
    let script = StoredScript {
        text: text.to_owned(),
        transaction: true,
        foreign_keys_off: false,
    };
    run_script(scratch, script)
}

/// SQLite makes views without a look at what they select from.
fn views_work(scratch: &mut dyn Database, files: &[SourceFile]) -> Result<(), Error> {
    if scratch.dialect() != Dialect::Sqlite {
        return Ok(());
    }
    let mut bad = Vec::new();
    for file in files {
        for statement in sql::statements(&file.text, Dialect::Sqlite) {
            let made = sql::made(&statement, &file.text);
            let Some(view) = made.first().filter(|made| made.noun == sql::Noun::View) else {
                continue;
            };
            let Some(name) = view
                .path
                .last()
                .and_then(|name| sql::ident(name, Dialect::Sqlite).ok())
            else {
                continue;
            };
            if let Err(error) = scratch.query_text(&format!("SELECT 1 FROM {name} LIMIT 0")) {
                bad.push(RefusedModel {
                    place: Place {
                        file: file.clone(),
                        span: first_line(&file.text, &statement.span),
                        label: error.message.clone(),
                    },
                    error,
                });
            }
        }
    }
    if bad.is_empty() {
        Ok(())
    } else {
        Err(ModelsError::Refused(bad).into())
    }
}
