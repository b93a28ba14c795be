//! A project begins: configuration and folders. What is there stays as it is; a
//! `.gitignore` gets lines more, so that the database does not end in Git.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::{
    Context, Error,
    context::{folders_of, layout_of},
    head_file, merge_driver,
    write::{create_new, stage},
};
use crate::{
    config::{self, Alembic, ConfigError, DEFAULT_FOLDER, FILE_NAME},
    db::{DatabaseUrl, SqliteTarget},
    git::{Folders, GitError, ignore_line, with_ignore_lines, worktree_snapshot},
    layout,
    model::head_file::{NAME, render},
};

/// What to set up.
#[derive(Debug, Clone)]
pub struct Request {
    /// The URL of the first environment, `dev`.
    pub url: String,
    /// Keep a head file.
    pub head_file: bool,
}

/// What was set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialised {
    /// Files and folders that were made.
    pub made: Vec<PathBuf>,
    /// Files and folders that were there and stay as they are.
    pub kept: Vec<PathBuf>,
    /// The `.gitignore` with the lines that keep the database out of Git, where
    /// they were missing.
    pub ignored: Option<(PathBuf, Vec<String>)>,
    /// There are revisions already.
    pub has_revisions: bool,
    /// A head file was asked for, and the folders for it are only known from now on.
    pub head_file_later: bool,
    /// A head file was asked for and not written: there are revisions that diverged,
    /// or cannot be read.
    pub no_head_file: bool,
    /// The `.gitattributes` that now names the merge driver for the head file.
    pub attributes: Option<PathBuf>,
}

/// The file is committed, and only an SQLite URL cannot hold a user or a password.
pub fn may_be_written(url: &str) -> bool {
    matches!(DatabaseUrl::parse(url), Ok(DatabaseUrl::Sqlite(_)))
}

/// Sets up a project in the current folder.
pub fn init(context: &Context, request: &Request) -> Result<Initialised, Error> {
    // Nobody works among Git's own files.
    if let Some(repo) = context.repo_if_any().filter(|repo| repo.is_bare()) {
        let git_dir = repo.git_dir().to_owned();
        return Err(GitError::Bare { git_dir }.into());
    }
    let root = &context.cwd;
    let mut done = Initialised {
        made: Vec::new(),
        kept: Vec::new(),
        ignored: None,
        has_revisions: false,
        head_file_later: false,
        no_head_file: false,
        attributes: None,
    };
    let file = root.join(FILE_NAME);
    let found = alembic(root, file.exists())?;
    let folders: Vec<(String, bool)> = if found.is_empty() {
        vec![(DEFAULT_FOLDER.to_owned(), false)]
    } else {
        let below = |one: &Alembic| {
            let folders = one.version_locations.clone().into_iter();
            let deep = one.recursive;
            folders.map(move |folder| (folder, deep))
        };
        found.iter().flat_map(below).collect()
    };
    let ending = if found.is_empty() { "sql" } else { "py" };
    for (folder, deep) in folders {
        let here = Folders::new([&folder], [ending]).with_below(deep);
        let folder = root.join(folder);
        if folder.is_dir() {
            let captured = worktree_snapshot(root, &here)?;
            done.has_revisions |= !captured.snapshot.files.is_empty();
            done.kept.push(folder);
        } else {
            fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
            done.made.push(folder);
        }
    }
    let database = match context.target() {
        Ok(target) => Some((target.url.expose().to_owned(), target.base)),
        // Whatever a file that was there before means, it is not what is asked for here.
        Err(_) if file.exists() || !found.is_empty() => None,
        Err(_) => Some((request.url.clone(), root.clone())),
    };
    if file.exists() {
        done.kept.push(file);
    } else {
        let text = if found.is_empty() {
            template(&request.url)
        } else {
            alembic_template(root, &found)
        };
        create_new(&file, text.as_bytes())?;
        done.made.push(file);
    }
    let in_file = database.and_then(|(url, base)| match DatabaseUrl::parse(&url) {
        Ok(DatabaseUrl::Sqlite(SqliteTarget::File(path))) => Some(normal(&base.join(path))),
        _ => None,
    });
    done.ignored = ignore(context, in_file.as_deref(), !found.is_empty())?;
    // Elsewhere the folders are those of the file that was just written.
    done.head_file_later =
        request.head_file && (found.len() > 1 || found.iter().any(|one| is_below(root, one)));
    if request.head_file && !done.head_file_later {
        head_file(context, &mut done)?;
    }
    Ok(done)
}

/// The Alembic projects that `root` has: its own, else those in folders below.
fn alembic(root: &Path, is_set_up: bool) -> Result<Vec<Alembic>, Error> {
    let Some(own) = config::alembic::find(root, "alembic")? else {
        return Ok(if is_set_up {
            Vec::new()
        } else {
            config::alembic::below(root)
        });
    };
    let location = own.script_location.clone().unwrap_or_default();
    let is_there = |root: &Path| root.join(&location).is_dir();
    if is_set_up || location.is_empty() || is_there(root) {
        return Ok(vec![own]);
    }
    let mut above = root
        .ancestors()
        .skip(1)
        .filter(|_| !location.starts_with('/'));
    Err(ConfigError::NoScripts {
        file: own.file.unwrap_or_default(),
        begins: above
            .find(|folder| folder.join(&location).is_dir())
            .map(|folder| folder.display().to_string()),
        location,
        root: root.display().to_string(),
    }
    .into())
}

/// Its ini is not one that is found without being named.
fn is_below(root: &Path, alembic: &Alembic) -> bool {
    let own = config::alembic::find(root, "alembic");
    own.ok()
        .flatten()
        .is_none_or(|own| own.file != alembic.file)
}

/// Where the project's head file is or would be, seen from the folder where it is set up.
pub fn head_file_path(context: &Context) -> PathBuf {
    if context.config.root == context.cwd {
        return head_file::path_of(&context.config);
    }
    let folder = set_up(context).folders.into_iter().next();
    let folder = folder.unwrap_or_else(|| DEFAULT_FOLDER.to_owned());
    context.cwd.join(folder).join(NAME)
}

/// What holds in the folder where a project is set up.
fn set_up(context: &Context) -> config::Config {
    config::without_file(&context.cwd, context.config.env.clone())
}

/// Writes the head file of the revisions that are there already; of none, as a rule.
fn head_file(context: &Context, done: &mut Initialised) -> Result<(), Error> {
    let path = head_file_path(context);
    if path.exists() {
        done.kept.push(path);
        return Ok(());
    }
    let config = if context.config.root == context.cwd {
        context.config.clone()
    } else {
        set_up(context)
    };
    let captured = worktree_snapshot(&context.cwd, &folders_of(&config))?;
    let project = layout::load(&captured.snapshot, layout_of(&config));
    let folder_is_there = path.parent().is_some_and(Path::is_dir);
    if !folder_is_there || project.errors().next().is_some() || !project.graph.diverged().is_empty()
    {
        done.no_head_file = true;
        return Ok(());
    }
    create_new(&path, render(&project.graph).as_bytes())?;
    done.made.push(path);
    if context.config.root == context.cwd {
        done.attributes = merge_driver::name_in_attributes(context)?;
    }
    Ok(())
}

/// What stands beside an SQLite database while it is in use: SQLite's files, and our lock.
const BESIDE: [&str; 4] = ["-journal", "-wal", "-shm", "-teammig.lock"];

/// What Alembic is shown for the length of a call. It may hold a password.
const SHOWN_TO_ALEMBIC: &str = ".teammig-*";

/// Keeps a database in the working tree, and what stands beside it, out of Git; and what
/// `is_alembic` is about.
fn ignore(
    context: &Context,
    database: Option<&Path>,
    is_alembic: bool,
) -> Result<Option<(PathBuf, Vec<String>)>, Error> {
    let Some(repo) = context.repo_if_any() else {
        return Ok(None);
    };
    let Some(top) = repo.work_dir() else {
        return Ok(None);
    };
    let folder = match database {
        Some(database) if !database.starts_with(&context.cwd) => top,
        _ => &context.cwd,
    };
    let below = |base: &Path, path: &Path| -> Option<String> {
        let path = path.strip_prefix(base).ok()?.to_str()?;
        Some(path.replace(std::path::MAIN_SEPARATOR, "/"))
    };
    let mut lines = Vec::new();
    if let Some(database) = database
        && let (Some(in_repo), Some(in_folder)) = (below(top, database), below(folder, database))
    {
        if !repo.is_ignored(Path::new(&in_repo))? {
            lines.push(ignore_line(&in_folder, ""));
        }
        for end in BESIDE {
            if !repo.is_ignored(Path::new(&format!("{in_repo}{end}")))? {
                lines.push(ignore_line(&in_folder, "-*"));
                break;
            }
        }
    }
    let shown = context.cwd.join(SHOWN_TO_ALEMBIC.replace('*', "x"));
    if is_alembic
        && let Some(shown) = below(top, &shown)
        && !repo.is_ignored(Path::new(&shown))?
    {
        lines.push(SHOWN_TO_ALEMBIC.to_owned());
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let file = folder.join(".gitignore");
    let text = match fs::read(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Error::io("read", &file)(error)),
    };
    let permissions = fs::metadata(&file).map(|metadata| metadata.permissions());
    let staged = stage(&file, &with_ignore_lines(&text, &lines))?;
    if let Ok(permissions) = permissions {
        fs::set_permissions(&staged, permissions).map_err(Error::io("write", &file))?;
    }
    staged
        .persist(&file)
        .map_err(|error| Error::io("write", &file)(error.error))?;
    Ok(Some((file, lines)))
}

/// A path without `.` and `..`; the file need not exist.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The configuration of projects that are on Alembic already. The folders are repeated from
/// their ini, so that they are known in every commit that has this file.
fn alembic_template(root: &Path, found: &[Alembic]) -> String {
    let list = |locations: &[String]| match locations {
        [one] => layout::render::scalar(one),
        many => layout::render::list(many),
    };
    let mut text =
        "# teammig: database migrations that know about Git\nlayout: alembic\n".to_owned();
    let keys = |one: &Alembic| {
        let file = one.file.clone().filter(|_| is_below(root, one));
        let file = file.map(|file| format!("config: {}", layout::render::scalar(&file)));
        let deep = one
            .recursive
            .then(|| "recursive_version_locations: true".to_owned());
        file.into_iter().chain(deep)
    };
    // What is read, and by which keys: of each name.
    let mut all: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
    for one in found {
        let path = one.file.as_deref().unwrap_or_default();
        let sections = config::alembic::sections(root, path);
        if sections.len() < 2 {
            let name = name_of(path, &all);
            let keys = keys(one).collect();
            all.push((name, keys, one.version_locations.clone()));
            continue;
        }
        for section in sections {
            let of_section = config::alembic::of_file(root, path, &section);
            let own = of_section.as_ref().unwrap_or(one);
            let locations = of_section
                .as_ref()
                .map_or(Vec::new(), |one| one.version_locations.clone());
            let keys = keys(own).chain([format!("section: {section}")]);
            all.push((section, keys.collect(), locations));
        }
    }
    // Writing to a String cannot fail.
    match all.as_slice() {
        [(_, keys, locations)] => {
            if !keys.is_empty() {
                let _ = writeln!(text, "alembic: {{{}}}", keys.join(", "));
            }
            let _ = writeln!(text, "migrations: {}", list(locations));
        }
        all => {
            text.push_str("databases:\n");
            for (name, keys, locations) in all {
                let _ = write!(
                    text,
                    "  {name}:\n    alembic: {{{}}}\n    migrations: {}\n",
                    keys.join(", "),
                    list(locations)
                );
                if found.len() > 1 {
                    let variable = name.to_uppercase().replace(['-', '.', ' '], "_");
                    let _ = writeln!(text, "    environments: {{dev: \"${{{variable}_URL}}\"}}");
                }
            }
        }
    }
    if found.len() == 1 && found.iter().all(|one| one.url.is_none()) {
        text.push_str(
            "\n\
             # The first environment is the default. ${NAME} and ${NAME:-default} come\n\
             # from the process environment or from a .env file beside this one.\n\
             environments:\n  \
               dev: \"${DATABASE_URL}\"\n\
             # staging: {url: \"${STAGING_URL}\", protected: true}\n\
             # production: {url: \"${PRODUCTION_URL}\", protected: true}\n",
        );
    }
    text
}

/// What a project is called among several: by the folder of its ini, and those above it
/// where another one is called so.
fn name_of<T, U>(ini: &str, others: &[(String, T, U)]) -> String {
    let mut folders = ini.rsplit('/').skip(1);
    let mut name = folders.next().unwrap_or("main").to_owned();
    while others.iter().any(|(other, ..)| *other == name) {
        name = match folders.next() {
            Some(folder) => format!("{folder}-{name}"),
            None => format!("{name}-2"),
        };
    }
    name
}

fn template(url: &str) -> String {
    let url = layout::render::scalar(url);
    format!(
        "# teammig: database migrations that know about Git\n\
         migrations: {DEFAULT_FOLDER}\n\
         \n\
         # The first environment is the default. ${{NAME}} and ${{NAME:-default}} come\n\
         # from the process environment or from a .env file beside this one.\n\
         environments:\n  \
           dev: {url}\n\
         # staging: {{url: \"${{STAGING_URL}}\", protected: true}}\n\
         # production: {{url: \"${{PRODUCTION_URL}}\", protected: true}}\n"
    )
}
