//! An Alembic project becomes a native one.
//!
//! Its own Alembic writes down what each revision does; ids and edges come from the modules,
//! and what is applied from `alembic_version`. The modules stay until somebody deletes them.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::{
    Error, Item, Listing, Proposal, Refusal, Request, Tool, adopt,
    ledgers::{Applied, Said},
    target,
};
use crate::{
    config::FILE_NAME,
    db::Database,
    layout::foreign,
    model::{RevId, Revision, graph::Graph},
    workflow::{Context, alembic, write},
};

/// The word that stands for the project's own Alembic, where other tools have a path.
pub const WORD: &str = "alembic";

/// Both sides of a project that is imported.
#[derive(Debug)]
pub struct Sides {
    theirs: Context,
    /// The native project that it becomes: what is applied is recorded as this one.
    pub ours: Context,
}

/// The Alembic project here, and what it becomes.
pub fn sides(context: &Context, request: &Request) -> Result<Sides, Error> {
    let Some(theirs) = context.config.as_alembic()? else {
        return Err(Refusal::new("there is no Alembic project here")
            .note("  `import alembic` is about the alembic.ini (or pyproject.toml) of this project.")
            .hint("call it where alembic.ini is; `teammig import ./alembic` reads a folder of that name")
            .into());
    };
    let folder = request.into.as_ref().map(|into| {
        let path = context.cwd.join(into);
        let relative = path.strip_prefix(&context.config.root).unwrap_or(&path);
        relative
            .to_string_lossy()
            .replace('\\', "/")
            .trim_end_matches('/')
            .to_owned()
    });
    let ours = context.config.as_native(&theirs, folder);
    Ok(Sides {
        theirs: context.with_other(theirs),
        ours: context.with_other(ours),
    })
}

/// Has all revisions written down, and says what an import would do. With a database (as the
/// native side opens it), also what its `alembic_version` says.
pub fn propose(
    sides: &Sides,
    request: &Request,
    database: Option<&mut dyn Database>,
) -> Result<Proposal, Error> {
    let Sides { theirs, ours } = sides;
    let target = target::Target::find(ours, None)?;
    if theirs
        .config
        .folders
        .iter()
        .any(|folder| ours.config.folders.contains(folder))
    {
        return Err(Refusal::new(format!(
            "{} holds Alembic's modules, and the revisions would be written there, too",
            ours.config.folders.join(", ")
        ))
        .hint("`--into FOLDER` names another folder")
        .into());
    }
    let wanted = request
        .dialect
        .or(database.as_deref().map(Database::dialect));
    if let (Some(wanted), Some(database)) = (wanted, database.as_deref())
        && database.dialect() != wanted
    {
        return Err(Error::Usage(format!(
            "--dialect says {wanted}, and the database to adopt from is {}",
            database.dialect()
        )));
    }
    let (dialect, rendered) = alembic::render(theirs, wanted)?;
    let source = theirs.config.folders.join(", ");
    if rendered.is_empty() {
        return Err(super::refuse(format!(
            "{source} holds no revisions of alembic"
        )));
    }
    let mut chain = foreign::alembic::imported(rendered, dialect).map_err(Error::Findings)?;
    // Those that an earlier import wrote are below all others, as their parents are there.
    let there = target.there(ours)?;
    chain.sort_by_key(|one| !there.contains(&one.revision.id));
    let items = target.place(ours, chain, &source)?;
    let mut proposal = Proposal {
        tool: Tool::Alembic,
        dialect,
        source: source.clone(),
        folder: target.folder,
        folder_is_new: false,
        config: config_file(sides)?,
        items,
        aside: Vec::new(),
        adoption: None,
        listing: Listing::new(source, Vec::new()),
        table: request
            .table
            .clone()
            .unwrap_or_else(|| alembic::table_name(theirs)),
        folders: target.names,
    };
    if let Some(database) = database {
        if theirs.config.alembic.sidecar {
            return Err(sidecar(ours));
        }
        let ledger = ours.ledger(database)?;
        proposal.adoption = Some(adopt::propose(&proposal, database, &ledger)?);
    }
    Ok(proposal)
}

/// The record beside `alembic_version` has the ledger's name, and modules in its rows.
fn sidecar(ours: &Context) -> Error {
    let table = &ours.config.ledger_table;
    Refusal::new(format!(
        "{table} is the record beside alembic_version (`alembic: {{sidecar: true}}`), and holds Python"
    ))
    .hint(format!(
        "give the native ledger a name of its own in teammig.yaml (`ledger: {{table: {table}_native}}`), and take \
         `sidecar: true` out"
    ))
    .into()
}

/// How `teammig.yaml` is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigFile {
    /// It says so already, or is none of this import's.
    Stays,
    /// It gets this text.
    Becomes {
        /// The file.
        path: PathBuf,
        /// The new text.
        text: String,
    },
    /// Somebody has to say it there: the file is not of a form that lines can be changed in.
    ByHand,
}

fn config_file(sides: &Sides) -> Result<ConfigFile, Error> {
    let config = &sides.ours.config;
    let is_native = config.file.is_some() && sides.theirs.config.folders != config.folders;
    let path = config
        .file
        .clone()
        .unwrap_or_else(|| config.root.join(FILE_NAME));
    let before = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(_) if config.file.is_none() => None,
        Err(error) => return Err(Error::io("read", &path)(error)),
    };
    let Some(text) = config.native_file(before.as_deref()) else {
        return Ok(ConfigFile::ByHand);
    };
    if is_native && before.as_ref() == Some(&text) {
        return Ok(ConfigFile::Stays);
    }
    Ok(ConfigFile::Becomes { path, text })
}

/// Writes `teammig.yaml`, so that what was written is what is read.
pub(super) fn write_config(proposal: &Proposal) -> Result<(), Error> {
    let ConfigFile::Becomes { path, text } = &proposal.config else {
        return Ok(());
    };
    let permissions = fs::metadata(path).map(|metadata| metadata.permissions());
    let staged = write::stage(path, text.as_bytes())?;
    if let Ok(permissions) = permissions {
        fs::set_permissions(&staged, permissions).map_err(Error::io("write", path))?;
    }
    staged
        .persist(path)
        .map_err(|error| Error::io("write", path)(error.error))?;
    Ok(())
}

/// The heads that the table has, with all that they stand on.
pub(super) fn with_ancestors(said: Said, items: &[Item]) -> Said {
    let Said::Rows(rows) = said else { return said };
    let revisions: Vec<Revision> = items.iter().map(|item| item.revision.clone()).collect();
    let heads: Vec<RevId> = rows
        .iter()
        .map(|row| foreign::alembic::id(&RevId::trusted(&row.version)))
        .collect();
    let applied: BTreeSet<RevId> = Graph::build(revisions).0.ancestors(&heads);
    let below = items
        .iter()
        .filter(|item| applied.contains(&item.revision.id))
        .map(|item| item.source.version.clone())
        .filter(|version| rows.iter().all(|row| row.version != *version));
    let below: Vec<Applied> = below
        .map(|version| Applied {
            version,
            checksum: None,
            at: None,
        })
        .collect();
    Said::Rows(rows.into_iter().chain(below).collect())
}
