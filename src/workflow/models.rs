//! Models: the schema as it should be, as DDL. Where they come from (files, or a command
//! that prints them), what may stand in them, and the schema that they make.
//!
//! The database is the only one who understands them: they are loaded into a scratch
//! database, and its schema is read as that of any other one.

mod allowance;
mod command;
mod keys;
mod ledger;
mod load;
mod read;

use std::collections::BTreeMap;

use super::{Context, Error};
use crate::{
    db::{Database, DbError},
    model::{Finding, Rule, SourceFile, finding::Place},
    schema::{self, FactId, Schema, plan::Decisions},
    sql::{self, Annotation, Made, Mistake},
};

pub use allowance::{allow, is_remembered};
pub(super) use allowance::{is_allowed, remember};
pub(super) use read::read;

/// Why there is no schema of models.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelsError {
    /// The configuration names none.
    #[error("there are no models: the configuration names none")]
    None,
    /// The folder is not there.
    #[error("there is no folder {0} for the models")]
    NoFolder(String),
    /// There is nothing in it to read.
    #[error("no file of {0} ends in .sql")]
    NoFiles(String),
    /// A file is not UTF-8.
    #[error("{path} is not UTF-8 (line {line})")]
    NotUtf8 {
        /// The file.
        path: String,
        /// The line of the first byte that is none.
        line: usize,
        /// It is a file, and not what a command printed.
        is_file: bool,
    },
    /// Nobody has said yet that the command may be run.
    #[error("the models come from a command that nobody allowed in this clone")]
    NotAllowed {
        /// The command as a shell takes it.
        command: String,
    },
    /// The command could not be started.
    #[error("cannot run `{command}`: {why}")]
    NotStarted {
        /// The command as a shell takes it.
        command: String,
        /// Why not.
        why: String,
        /// There is no such program.
        missing: bool,
    },
    /// The command failed, and said why on stderr.
    #[error("`{command}` ended with {status}")]
    Failed {
        /// The command as a shell takes it.
        command: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// The command printed nothing.
    #[error("`{command}` printed nothing")]
    Silent {
        /// The command as a shell takes it.
        command: String,
    },
    /// What is written in them is no model.
    #[error("the models have something to put right first")]
    Findings(Vec<Finding>),
    /// The database refuses statements, in whatever order.
    #[error("the models cannot be loaded")]
    Refused(Vec<RefusedModel>),
}

/// A statement that a database refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedModel {
    /// Where.
    pub place: Place,
    /// What the database says.
    pub error: DbError,
}

impl From<ModelsError> for Error {
    fn from(error: ModelsError) -> Self {
        Self::Models(Box::new(error))
    }
}

/// What models say.
#[derive(Debug, Clone)]
pub(super) struct Models {
    /// The schema that they make.
    pub(super) schema: Schema,
    /// What their remarks decide.
    pub(super) decisions: Decisions,
    /// Where all of it stands.
    sources: Vec<SourceFile>,
    /// The remarks, each with its file.
    remarks: Vec<(SourceFile, Annotation)>,
    /// In how many files they stand, or `None` for a command.
    pub(super) files: Option<usize>,
}

/// Loads models into a scratch database and reads what came to be.
pub(super) fn load(
    context: &Context,
    scratch: &mut dyn Database,
    files: &[SourceFile],
) -> Result<Models, Error> {
    let dialect = scratch.dialect();
    let (table, ledger_schema) = (
        &context.config.ledger_table,
        context.config.ledger_schema.as_deref(),
    );
    let files = &ledger::without(files, table, ledger_schema, dialect);
    let mut annotations: Vec<(&SourceFile, Annotation)> = Vec::new();
    let mut findings = Vec::new();
    for file in files {
        findings.extend(load::refused(file, dialect));
        for one in sql::annotations(&file.text, dialect) {
            match one {
                Ok(one) => annotations.push((file, one)),
                Err(bad) => {
                    let (message, help) = mistake(bad.mistake);
                    findings.push(finding(message).at(file, bad.span, "").help(help));
                }
            }
        }
    }
    if !findings.is_empty() {
        return Err(ModelsError::Findings(findings).into());
    }
    load::load(scratch, files)?;
    keys::work(scratch, files, &context.leave_out())?;
    let schema = scratch
        .schema(&context.leave_out())
        .map_err(|error| Error::database(scratch, error))?;
    let only: Vec<Annotation> = annotations.iter().map(|(_, one)| one.clone()).collect();
    let (mut decisions, lost) = schema::decisions(&only, &schema);
    let lost: Vec<Finding> = lost
        .into_iter()
        .filter_map(|n| annotations.get(n))
        .map(|(file, one)| {
            finding(format!(
                "this remark is about {}, which the models do not make",
                one.on.path.join(".")
            ))
            .at(file, one.span.clone(), "")
            .help("is it left out by `exclude:`, or made under another name?")
        })
        .collect();
    if !lost.is_empty() {
        return Err(ModelsError::Findings(lost).into());
    }
    decisions.texts = texts(files, &schema);
    decisions.concurrent_indexes = context.config.concurrent_indexes;
    let remarks = annotations
        .into_iter()
        .map(|(file, one)| (file.clone(), one));
    Ok(Models {
        sources: files.clone(),
        schema,
        decisions,
        remarks: remarks.collect(),
        files: matches!(
            context.config.models,
            Some(crate::config::Models::Folder(_))
        )
        .then_some(files.len()),
    })
}

/// A remark says that something new was renamed, and nobody knows the old name. Once the
/// new name is there, it may stay.
pub(super) fn require_known_renames(models: &Models, current: &Schema) -> Result<(), Error> {
    let only: Vec<Annotation> = models.remarks.iter().map(|(_, one)| one.clone()).collect();
    let unknown = schema::unknown_renames(&only, &models.schema, &models.decisions, current);
    let findings: Vec<Finding> = unknown
        .into_iter()
        .filter_map(|(n, old)| Some((models.remarks.get(n)?, old)))
        .map(|((file, one), old)| {
            finding(format!("nothing is called {}", old.join(".")))
                .at(file, one.span.clone(), "")
                .help("correct the name, or leave the remark out where nothing was renamed")
        })
        .collect();
    if findings.is_empty() {
        return Ok(());
    }
    Err(ModelsError::Findings(findings).into())
}

impl Models {
    /// Where an object is made: the first line of that.
    pub(super) fn place(&self, id: &FactId) -> Option<Place> {
        let dialect = self.schema.dialect;
        self.sources.iter().find_map(|file| {
            let statements = sql::statements(&file.text, dialect).into_iter();
            let mut all = statements.flat_map(|statement| sql::made(&statement, &file.text));
            let made = all.find(|made| {
                let mut names = made.path.iter();
                names.any(|name| id.path.contains(name))
                    && schema::made(&self.schema, made).as_ref() == Some(id)
            })?;
            let text = file.text.get(made.span.clone())?;
            let line = text.lines().next()?.trim_end();
            Some(Place {
                file: file.clone(),
                span: made.span.start..made.span.start + line.len(),
                label: String::new(),
            })
        })
    }
}

/// The user's own words for objects that keep them.
fn texts(files: &[SourceFile], schema: &Schema) -> BTreeMap<FactId, String> {
    let mut all: Vec<(Made, String)> = Vec::new();
    for file in files {
        let statements = load::statements(file, schema.dialect);
        for statement in statements.all {
            // Under other settings the words mean something else.
            if statement.settings.is_empty() {
                let own = statement.statement.text(&statements.text).to_owned();
                let made = sql::made(&statement.statement, &statements.text);
                all.extend(made.into_iter().map(|made| (made, own.clone())));
            }
        }
    }
    schema::texts(&all, schema)
}

fn finding(message: impl Into<String>) -> Finding {
    Finding::error(Rule::UnreadableModels, message)
}

/// What is wrong with a remark, and what to do.
fn mistake(mistake: Mistake) -> (&'static str, &'static str) {
    const FORMS: &str = "there are `-- teammig: renamed from NAME`, `-- teammig: using EXPRESSION` and `-- teammig: backfill EXPRESSION`";
    match mistake {
        Mistake::Unknown => ("this remark says nothing that teammig knows", FORMS),
        Mistake::Incomplete => ("this remark is not complete", FORMS),
        Mistake::Block => (
            "a remark in `/* … */` is not read",
            "begin the line with `--`",
        ),
        Mistake::Nowhere => (
            "this remark stands at nothing that it could be about",
            "it belongs behind what it is about, on the same line, or on the line before it",
        ),
        Mistake::NotAColumn => (
            "this remark is about columns, and stands at none",
            "it belongs behind the column, on the same line, or on the line before it",
        ),
        Mistake::NotNamed => (
            "this remark stands at something that has no name",
            "only what has a name can have had another one",
        ),
    }
}
