//! Migrations of another tool become revisions of this project, once.
//!
//! First everything is read and judged ([`propose`]); only then are files
//! written and rows recorded ([`apply`]), all or none of each. The source's
//! folder and its table in the database are only ever read.

mod adopt;
pub mod alembic;
mod folder;
mod ledgers;
mod target;

use std::path::{Path, PathBuf};

use super::{Context, Error, Event};
pub use crate::layout::foreign::{Aside, ForeignRevision, Note, NoteKind, Tool};
use crate::{
    db::Database,
    layout::foreign::{self, Detection, Listing},
    model::{Dialect, RevId, finding::Place},
};

pub use adopt::Adoption;

/// What to import.
#[derive(Debug, Clone)]
pub struct Request {
    /// The folder with the other tool's migrations.
    pub path: PathBuf,
    /// The tool, if it is not to be guessed.
    pub from: Option<Tool>,
    /// The folder to write to, instead of the project's first one.
    pub into: Option<PathBuf>,
    /// The database that the scripts are for, if it is not the chosen one.
    pub dialect: Option<Dialect>,
    /// The source's own table, if it is not the one that its tool uses by default.
    pub table: Option<String>,
}

/// What an import would do.
#[derive(Debug)]
pub struct Proposal {
    /// Whose migrations they are.
    pub tool: Tool,
    /// The database that the scripts are for.
    pub dialect: Dialect,
    /// The source's folder, as the user wrote it.
    pub source: String,
    /// The folder that is written to.
    pub folder: PathBuf,
    /// The configuration does not name that folder.
    pub folder_is_new: bool,
    /// How the configuration changes with it.
    pub config: alembic::ConfigFile,
    /// All migrations, in order.
    pub items: Vec<Item>,
    /// Files that belong to the tool and become no revision.
    pub aside: Vec<Aside>,
    /// What the source's table says, if that was asked for.
    pub adoption: Option<Adoption>,
    listing: Listing,
    /// The source's own table.
    table: String,
    /// The folders that the revisions are read from.
    folders: Vec<String>,
}

/// One migration of the source.
#[derive(Debug, Clone)]
pub struct Item {
    /// The revision that it becomes.
    pub revision: crate::model::Revision,
    /// What it was.
    pub source: ForeignRevision,
    /// Its file.
    pub path: PathBuf,
    /// The text to write; `None` = an earlier import wrote it.
    text: Option<String>,
}

impl Item {
    /// An earlier import has written it.
    pub fn is_there(&self) -> bool {
        self.text.is_none()
    }
}

impl Proposal {
    /// How many files are written.
    pub fn new_files(&self) -> usize {
        self.items.iter().filter(|item| !item.is_there()).count()
    }

    /// All notes, with the revision that each belongs to.
    pub fn notes(&self) -> impl Iterator<Item = (&RevId, &Note)> {
        self.items.iter().flat_map(|item| {
            item.source
                .notes
                .iter()
                .map(move |note| (&item.revision.id, note))
        })
    }
}

/// Reads the source, and says what an import would do. With a database, also
/// what its table of that tool says.
pub fn propose(
    context: &Context,
    request: &Request,
    database: Option<&mut dyn Database>,
) -> Result<Proposal, Error> {
    let path = context.cwd.join(&request.path);
    let source = folder::shown(&request.path);
    let target = target::Target::find(context, request.into.as_deref())?;
    target.refuse_source(&path, &source)?;
    let listing = folder::read(&path, &source, &target.folder)?;
    let tool = match request.from {
        Some(tool) => tool,
        None => detect(context, &listing, &path, &source)?,
    };
    let dialect = dialect(context, request, database.as_deref(), &listing)?;
    let read = foreign::read(&listing, tool, dialect).map_err(Error::Findings)?;
    if read.revisions.is_empty() {
        return Err(refuse(format!(
            "{source} holds no migrations of {}",
            tool.name()
        )));
    }
    let aside = read.aside.clone();
    let items = target.place(context, foreign::chain(read), &source)?;
    let mut proposal = Proposal {
        tool,
        dialect,
        source,
        folder: target.folder,
        folder_is_new: !target.configured,
        config: alembic::ConfigFile::Stays,
        items,
        aside,
        adoption: None,
        listing,
        table: request
            .table
            .clone()
            .unwrap_or_else(|| tool.ledger_table().to_owned()),
        folders: target.names,
    };
    if let Some(database) = database {
        let ledger = context.ledger(database)?;
        proposal.adoption = Some(adopt::propose(&proposal, database, &ledger)?);
    }
    Ok(proposal)
}

/// Writes the files, and records what the source had applied.
///
/// The files come first: should the database refuse, calling it again only
/// records, since the files are there already.
pub fn apply(
    context: &Context,
    proposal: &Proposal,
    database: Option<&mut dyn Database>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    target::write(context, proposal)?;
    alembic::write_config(proposal)?;
    match (database, &proposal.adoption) {
        (Some(database), Some(adoption)) if !adoption.to_record.is_empty() => {
            adopt::record(context, proposal, adoption, database, on_event)
        }
        _ => Ok(()),
    }
}

fn detect(context: &Context, listing: &Listing, path: &Path, source: &str) -> Result<Tool, Error> {
    match foreign::detect(listing) {
        Detection::One(tool) => Ok(tool),
        Detection::Several(tools) => {
            if tools == [Tool::Sqlx, Tool::GolangMigrate]
                && let Some(tool) = folder::language(path, &context.config.root)
            {
                return Ok(tool);
            }
            let options: Vec<String> = tools
                .iter()
                .map(|tool| format!("`--from {}`", tool.name()))
                .collect();
            Err(Refusal::new(format!(
                "{source} looks like migrations of {}",
                tools
                    .iter()
                    .map(|tool| tool.name())
                    .collect::<Vec<_>>()
                    .join(" and of ")
            ))
            .hint(format!("{} says which it is", options.join(" or ")))
            .into())
        }
        Detection::Nothing { instead, below } => {
            let known: Vec<&str> = Tool::ALL.iter().map(|tool| tool.name()).collect();
            let mut refusal = Refusal::new(format!("no migrations were recognised in {source}"));
            if let Some(instead) = instead {
                refusal = refusal.note(format!("  {instead}"));
            }
            if below.is_empty() {
                refusal = refusal.hint(format!(
                    "the tools are {}; `--from TOOL` names one",
                    known.join(", ")
                ));
            }
            for folder in below {
                refusal = refusal.hint(format!("did you mean {source}/{folder}?"));
            }
            Err(refusal.into())
        }
    }
}

/// What the scripts are written for: what the user says, else the database that
/// they will run on, unless their words speak against it.
fn dialect(
    context: &Context,
    request: &Request,
    database: Option<&dyn Database>,
    listing: &Listing,
) -> Result<Dialect, Error> {
    let chosen = database
        .map(Database::dialect)
        .or_else(|| super::script::dialect(context).ok().flatten());
    if let Some(given) = request.dialect {
        return match database.map(Database::dialect) {
            Some(other) if other != given => Err(Error::Usage(format!(
                "--dialect says {given}, and the database to adopt from is {other}"
            ))),
            _ => Ok(given),
        };
    }
    match (chosen, foreign::evidence(listing)) {
        (Some(chosen), Some(evidence)) if evidence.dialect != chosen => Err(Refusal::new(format!(
            "these scripts are written for {}, and the database here is {chosen}",
            evidence.dialect
        ))
        .place(Place {
            file: evidence.file,
            span: evidence.span,
            label: format!("{chosen} does not know this"),
        })
        .hint(format!(
            "`--dialect {}` imports them for {}; `--url` or `--env` names another database",
            option(evidence.dialect),
            evidence.dialect
        ))
        .into()),
        (Some(chosen), _) => Ok(chosen),
        (None, Some(evidence)) => Ok(evidence.dialect),
        (None, None) => Err(Error::Usage(
            "which database are the scripts for? `--dialect sqlite` or `--dialect postgres` says so".to_owned(),
        )),
    }
}

/// A dialect's name on the command line.
fn option(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    }
}

/// Why nothing is imported, with what helps.
struct Refusal {
    message: String,
    notes: Vec<String>,
    hints: Vec<String>,
    place: Option<Box<Place>>,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            notes: Vec::new(),
            hints: Vec::new(),
            place: None,
        }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    fn place(mut self, place: Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Import {
            message: refusal.message,
            notes: refusal.notes,
            place: refusal.place,
            hints: refusal.hints,
        }
    }
}

fn refuse(message: impl Into<String>) -> Error {
    Refusal::new(message).into()
}

#[cfg(test)]
mod tests;
