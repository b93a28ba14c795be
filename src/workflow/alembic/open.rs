//! The chosen database of an Alembic project, and the program that goes with it.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::Arc,
    time::Duration,
};

use super::{
    caller::Caller,
    command::{self, By, Program},
    database::{AlembicDatabase, Lacks},
    error::AlembicError,
    in_git,
    known::Known,
    left_running::LeftRunning,
    marks::{self, Marks},
    shadow::Ground,
    sidecar,
    table::VersionTable,
};
use crate::{
    config::{Alembic, Layout, Target},
    db::{Database, DatabaseUrl, PATIENCE, SqliteTarget},
    layout::version_table,
    model::{Dialect, Entry, Ledger, Migration, RevId, graph::Graph, interrupted::Rows, shell},
    workflow::{At, Context, Error, models, way_back_in_git},
};

/// Alembic applies the revisions here.
pub fn is_used(context: &Context) -> bool {
    context.config.layout == Layout::Alembic
}

/// The database, with its rows understood: those that no file has are looked for in Git.
pub(in crate::workflow) fn wrap(
    context: &Context,
    target: &Target,
    mut inner: Box<dyn Database>,
) -> Result<Box<dyn Database>, Error> {
    let project = context.project_so_far(context.at())?;
    let table = table(context);
    let rows = table
        .rows(&mut *inner)
        .map_err(|error| Error::database(&*inner, error))?
        .unwrap_or_default();
    let (mut records, mut kept) = (HashMap::new(), Vec::new());
    if context.config.alembic.sidecar {
        records = sidecar::records(&mut *inner).map_err(|error| Error::database(&*inner, error))?;
        kept = sidecar::find(&mut *inner, &rows, &project.graph)
            .map_err(|error| Error::database(&*inner, error))?;
    }
    let here = with(&project.graph, kept.iter());
    let found = in_git::find(context, &below(&rows, &kept), &here)?;
    let graph = with(&here, found.iter().map(|one| &one.migration));
    let mut files: HashMap<RevId, Migration> = project.migrations;
    let (mut only_in_git, mut only_kept) = (BTreeSet::new(), BTreeSet::new());
    for module in kept {
        only_kept.insert(module.revision.id.clone());
        files.insert(module.revision.id.clone(), module);
    }
    for one in found {
        let id = one.migration.revision.id.clone();
        let way = way_back_in_git::way_back(&one.migration, &one.tip);
        context.ways_back.borrow_mut().insert(id.clone(), way);
        only_in_git.insert(id.clone());
        files.insert(id, one.migration);
    }
    let known = Known {
        graph,
        files,
        only_in_git,
        only_kept,
        records,
    };
    let ground = ground(context);
    let caller = caller(context, target, inner.dialect());
    let lacks = match context.at() {
        At::WorkTree if known.only_in_git.is_empty() && known.only_kept.is_empty() => {
            Lacks::Nothing
        }
        At::WorkTree => Lacks::Some,
        At::Index | At::Commit(_) => Lacks::All,
    };
    let sidecar = context.config.alembic.sidecar;
    let database = AlembicDatabase::new(inner, table, known, caller, ground, lacks, sidecar);
    let left_running = LeftRunning::of(context, target);
    Ok(Box::new(database.after(left_running)))
}

/// The graph with further revisions. What is wrong with the files was told with the project.
fn with<'m>(graph: &Arc<Graph>, more: impl ExactSizeIterator<Item = &'m Migration>) -> Arc<Graph> {
    if more.len() == 0 {
        return Arc::clone(graph);
    }
    let more = more.map(|module| module.revision.clone());
    let all = graph.iter().cloned().chain(more);
    Arc::new(Graph::build(all.collect()).0)
}

/// The rows, and what modules that were kept build on.
fn below(rows: &[RevId], kept: &[Migration]) -> Vec<RevId> {
    let parents = kept.iter().flat_map(|module| &module.revision.parents);
    rows.iter().chain(parents).cloned().collect()
}

/// Refuses to plan from rows of which nobody knows what they build on.
pub(in crate::workflow) fn require_placed(context: &Context, ledger: &Ledger) -> Result<(), Error> {
    if ledger.unplaced.is_empty() {
        return Ok(());
    }
    let placed = |entry: &&Entry| {
        let id = &entry.revision;
        let is_below = |other: &Entry| other.parents.contains(id) || other.depends_on.contains(id);
        !ledger.unplaced.contains(id) && !ledger.entries.iter().any(is_below)
    };
    let placed = ledger.entries.iter().filter(placed);
    Err(AlembicError::Unplaced {
        table: table(context).name(),
        rows: ledger.unplaced.clone(),
        placed: placed.map(|entry| entry.revision.clone()).collect(),
    }
    .into())
}

/// How many steps of a restack are done, by the marks beside its journal; `None` = there
/// are none. `copy` is where its copy of the database is, where there is one.
pub(in crate::workflow) fn progress(
    context: &Context,
    copy: &Path,
    of: usize,
    database: &mut dyn Database,
) -> Result<Option<Rows>, Error> {
    let Some(marks) = Marks::read(&marks::beside(copy)) else {
        return Ok(None);
    };
    let rows = table(context)
        .rows(database)
        .map_err(|error| Error::database(database, error))?;
    Ok(Some(marks.progress(
        rows.unwrap_or_default(),
        of,
        database.dialect(),
    )))
}

/// Somebody said that the configured command may be run in this clone.
pub fn allow(context: &Context) {
    context.allow_commands();
    if let Some(command) = &context.config.alembic.command {
        models::remember(context, command);
    }
}

/// The table of Alembic's ledger, as people write it.
pub(in crate::workflow) fn table_name(context: &Context) -> String {
    table(context).name()
}

pub(super) fn table(context: &Context) -> VersionTable {
    let alembic = &context.config.alembic;
    let (table, schema) = env_text(context).map_or((None, None), |text| version_table(&text));
    VersionTable::new(
        alembic.version_table.as_deref().or(table.as_deref()),
        alembic
            .version_table_schema
            .as_deref()
            .or(schema.as_deref()),
    )
}

/// There is a program, and it may be run. Asked before anything is begun.
pub(in crate::workflow) fn require_program(context: &Context) -> Result<Program, Error> {
    let alembic = &context.config.alembic;
    let by = by(context);
    let folder = context.config.root.join(ini_folder(alembic));
    let top = context
        .repo_if_any()
        .and_then(|repo| repo.work_dir().map(Path::to_owned))
        .filter(|top| folder.starts_with(top))
        .unwrap_or_else(|| context.config.root.clone());
    let program = command::find(
        by,
        &folder,
        &top,
        alembic.command.as_deref(),
        &context.config.env,
    )
    .map_err(|missing| AlembicError::NotFound {
        program: by.program(),
        tried: missing.tried,
    })?;
    if program.is_configured
        && !context.may_run_commands()
        && !models::is_allowed(context, &program.words)
    {
        return Err(AlembicError::NotAllowed {
            command: shell::line(program.words.iter().map(String::as_str)),
        }
        .into());
    }
    Ok(program)
}

/// A call of Alembic that needs no database of ours: `revision`, `--sql`.
pub(super) fn caller_alone(context: &Context) -> Result<Caller, Error> {
    let target = context.target().ok();
    let url = target.as_ref().map(sqlalchemy_url).unwrap_or_default();
    caller_with(context, url)
}

/// The same with a given URL, as `SQLAlchemy` reads it.
pub(super) fn caller_with(context: &Context, url: String) -> Result<Caller, Error> {
    let program = require_program(context)?;
    Ok(settle(context, program, url))
}

fn caller(context: &Context, target: &Target, dialect: Dialect) -> Caller {
    // Who only reads needs none; who runs something has asked for it before.
    let program = require_program(context).unwrap_or_else(|_| Program {
        words: vec![by(context).program().to_owned()],
        is_configured: false,
    });
    let mut caller = settle(context, program, sqlalchemy_url(target));
    if dialect == Dialect::Postgres {
        caller.others.extend(timeouts(context, target));
    }
    caller
}

pub(super) fn settle(context: &Context, program: Program, url: String) -> Caller {
    let config = &context.config;
    let alembic = &config.alembic;
    // A command of the user's own has all that it needs, where they put it.
    let (called_in, options) = if program.is_configured || by(context) == By::Flask {
        ("", Vec::new())
    } else {
        (alembic.called_in.as_str(), options(alembic))
    };
    let takes_a_copy = !program.is_configured && by(context) == By::Alembic;
    let mut caller = Caller::new(program, config.root.join(called_in), url);
    caller.ground = takes_a_copy.then(|| ground(context));
    caller.options = options;
    below_call(called_in, ini_folder(alembic)).clone_into(&mut caller.ini_folder);
    if !caller.url.is_empty() {
        caller.url_variables.clone_from(&alembic.url_variables);
    }
    caller.versions.clone_from(&config.folders);
    caller
}

/// What other files for Alembic are put beside.
pub(super) fn ground(context: &Context) -> Ground {
    let config = &context.config;
    let folder = config.root.join(ini_folder(&config.alembic));
    let named = config.alembic.file.as_ref();
    let named = named.filter(|file| {
        Path::new(file)
            .extension()
            .is_none_or(|ending| ending != "toml")
    });
    let ini = named
        .map(|file| config.root.join(file))
        .or_else(|| Some(folder.join("alembic.ini")).filter(|path| path.is_file()));
    Ground {
        folder,
        ini,
        section: config.alembic.section.clone(),
        versions: config
            .folders
            .iter()
            .map(|one| config.root.join(one))
            .collect(),
    }
}

/// The project's `env.py`, where it can be read.
pub(in crate::workflow) fn env_text(context: &Context) -> Option<String> {
    let config = &context.config;
    let folder = config.root.join(config.alembic.script_location.as_ref()?);
    std::fs::read_to_string(folder.join("env.py")).ok()
}

pub(super) fn by(context: &Context) -> By {
    // Its env.py asks the application that runs for everything.
    if env_text(context).is_some_and(|text| text.contains("current_app")) {
        By::Flask
    } else {
        By::Alembic
    }
}

/// The folder of the ini below the root.
fn ini_folder(alembic: &Alembic) -> &str {
    let file = alembic.file.as_deref().unwrap_or_default();
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The ini's folder as it is named where Alembic is called: there, or in one above it.
fn below_call<'p>(called_in: &str, path: &'p str) -> &'p str {
    let below = path.strip_prefix(called_in).unwrap_or(path);
    below.strip_prefix('/').unwrap_or(below)
}

fn options(alembic: &Alembic) -> Vec<String> {
    let file = alembic.file.as_deref().unwrap_or("alembic.ini");
    let name = below_call(&alembic.called_in, file);
    let named = (name != "alembic.ini" && name != "pyproject.toml")
        .then(|| ["-c".to_owned(), name.to_owned()]);
    named
        .into_iter()
        .flatten()
        .chain(section(alembic))
        .collect()
}

fn section(alembic: &Alembic) -> Vec<String> {
    match alembic.section.as_str() {
        "alembic" => Vec::new(),
        name => vec!["-n".to_owned(), name.to_owned()],
    }
}

/// The URL as `SQLAlchemy` reads it: a file by its whole path, since Alembic may run in
/// another folder.
pub(super) fn sqlalchemy_url(target: &Target) -> String {
    let url = target.sqlalchemy_url.expose();
    match DatabaseUrl::parse(target.url.expose()) {
        Ok(DatabaseUrl::Sqlite(SqliteTarget::File(path))) if path.is_relative() => {
            let scheme = url.split_once("://").map_or("sqlite", |(scheme, _)| scheme);
            let base = target.base.canonicalize();
            let path = base.as_deref().unwrap_or(&target.base).join(path);
            format!("{scheme}:///{}", path.display())
        }
        Ok(DatabaseUrl::Postgres(place)) if !url.contains("://") => place.to_uri(),
        _ => url.to_owned(),
    }
}

/// libpq's way to set timeouts for all that a session does.
pub(super) fn timeouts(context: &Context, target: &Target) -> Option<(String, String)> {
    let (lock, statement) = context.script_timeouts(target);
    (lock.is_some() || statement.is_some()).then(|| as_options(context, lock, statement))
}

/// The same on a scratch database, where a statement that takes long has no end.
pub(super) fn timeouts_on_scratch(context: &Context, target: &Target) -> (String, String) {
    let (lock, statement) = context.script_timeouts(target);
    as_options(context, lock, statement.or(Some(PATIENCE)))
}

fn as_options(
    context: &Context,
    lock: Option<Duration>,
    statement: Option<Duration>,
) -> (String, String) {
    let lock = lock.map(|time| format!("-c lock_timeout={}", time.as_millis()));
    let statement = statement.map(|time| format!("-c statement_timeout={}", time.as_millis()));
    let own = context.config.env.get("PGOPTIONS").map(str::to_owned);
    let all: Vec<String> = own.into_iter().chain(lock).chain(statement).collect();
    ("PGOPTIONS".to_owned(), all.join(" "))
}
