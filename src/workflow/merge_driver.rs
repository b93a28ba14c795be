//! The merge driver for head files: setting it up, and what it does when Git calls it.
//!
//! It resolves what is certain from the revisions of the commits, and leaves everything
//! else to be the conflict that a head file is there for.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{At, Context, Error, head_file, write};
use crate::{
    git::{
        Attribute, CommitId, DriverState, attributes_file, attributes_line, is_inner_merge,
        merge_as_text, with_ignore_lines,
    },
    model::{
        HeadFile, Project, SourceFile,
        graph::Graph,
        head_file::{NAME, Side, merged},
    },
};

/// How the driver is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Git calls it.
    Works,
    /// Git does not know its command.
    NotInstalled,
    /// The program that the command calls is gone.
    ProgramMissing(PathBuf),
    /// The attributes do not name it for this head file.
    NoAttribute(PathBuf),
    /// The attributes name another way to merge this head file.
    OtherAttribute(PathBuf),
}

/// What an installation did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// The command was written to the clone's configuration.
    pub configured: bool,
    /// The `.gitattributes` that got a line.
    pub attributes: Vec<PathBuf>,
    /// Head files that the attributes treat otherwise.
    pub left_alone: Vec<PathBuf>,
}

/// How the driver is doing; `None` where no project of the repository keeps a head file.
pub fn state(context: &Context) -> Result<Option<State>, Error> {
    let keeping = keeping(context)?;
    if keeping.is_empty() {
        return Ok(None);
    }
    match context.repo()?.driver(&super::hooks::program()?)? {
        DriverState::NotInstalled => return Ok(Some(State::NotInstalled)),
        DriverState::ProgramMissing(program) => return Ok(Some(State::ProgramMissing(program))),
        DriverState::Works | DriverState::Other => {}
    }
    for (project, path) in &keeping {
        let place = head_file::path_of(&project.config);
        match context.repo()?.merge_attribute(path)? {
            Attribute::Ours => {}
            Attribute::Unset => return Ok(Some(State::NoAttribute(place))),
            Attribute::Other => return Ok(Some(State::OtherAttribute(place))),
        }
    }
    Ok(Some(State::Works))
}

/// Sets the driver up for all head files of the repository; `None` where there is none.
pub fn install(context: &Context) -> Result<Option<Installed>, Error> {
    let keeping = keeping(context)?;
    if keeping.is_empty() {
        return Ok(None);
    }
    let repo = context.repo()?;
    let program = super::hooks::program()?;
    let mut done = Installed::default();
    if repo.driver(&program)? != DriverState::Works {
        repo.install_driver(&program)?;
        done.configured = true;
    }
    for (project, path) in &keeping {
        match repo.merge_attribute(path)? {
            Attribute::Ours => {}
            Attribute::Other => done.left_alone.push(head_file::path_of(&project.config)),
            Attribute::Unset => done.attributes.extend(add_attribute(project)?),
        }
    }
    Ok(Some(done))
}

/// Takes the driver out of this clone; `None` where it was not there. The attributes are
/// everybody's and stay: the head files that they name it for.
pub fn uninstall(context: &Context) -> Result<Option<Vec<PathBuf>>, Error> {
    let repo = context.repo()?;
    if !repo.uninstall_driver()? {
        return Ok(None);
    }
    let mut named = Vec::new();
    for (project, path) in keeping(context)? {
        if repo.merge_attribute(&path)? == Attribute::Ours {
            named.push(head_file::path_of(&project.config));
        }
    }
    Ok(Some(named))
}

/// Names the driver for a project's head file in its attributes, where nothing is said
/// about it yet; gives the file that got a line.
pub fn name_in_attributes(context: &Context) -> Result<Option<PathBuf>, Error> {
    let Some(repo) = context.repo_if_any().filter(|repo| !repo.is_bare()) else {
        return Ok(None);
    };
    match head_file::in_repository(context, &context.config)? {
        Some(path) if repo.merge_attribute(&path)? == Attribute::Unset => add_attribute(context),
        _ => Ok(None),
    }
}

/// Adds the line to the project's `.gitattributes`.
fn add_attribute(project: &Context) -> Result<Option<PathBuf>, Error> {
    let root = &project.config.root;
    let place = head_file::path_of(&project.config);
    // A folder beside the project has no path from there.
    let relative = place.strip_prefix(root).ok().and_then(Path::to_str);
    let Some(relative) = relative.filter(|path| !path.contains("..")) else {
        return Ok(None);
    };
    let relative = relative.replace(std::path::MAIN_SEPARATOR, "/");
    let file = attributes_file(root);
    write_line(&file, &attributes_line(&relative))?;
    Ok(Some(file))
}

fn write_line(file: &Path, line: &str) -> Result<(), Error> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Error::io("read", file)(error)),
    };
    let permissions = fs::metadata(file).map(|metadata| metadata.permissions());
    let staged = write::stage(file, &with_ignore_lines(&text, &[line.to_owned()]))?;
    if let Ok(permissions) = permissions {
        fs::set_permissions(&staged, permissions).map_err(Error::io("write", file))?;
    }
    staged
        .persist(file)
        .map_err(|error| Error::io("write", file)(error.error))
}

/// The projects that keep a head file, with its path as Git names it. Those that
/// cannot be read keep nobody from installing hooks.
fn keeping(context: &Context) -> Result<Vec<(Context, String)>, Error> {
    let mut found = Vec::new();
    for project in context
        .projects()
        .map_or_else(|_| Vec::new(), |known| known.all)
    {
        if head_file::path_of(&project.config).is_file()
            && let Some(path) = head_file::in_repository(context, &project.config)?
        {
            found.push((project, path));
        }
    }
    Ok(found)
}

/// What Git hands to a driver.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// What both sides began from (`%O`).
    pub base: &'a Path,
    /// What is checked out, and where the outcome goes (`%A`).
    pub ours: &'a Path,
    /// What comes in (`%B`).
    pub theirs: &'a Path,
    /// The file, as Git names it (`%P`).
    pub path: &'a str,
    /// How long conflict markers are (`%L`).
    pub marker_size: &'a str,
    /// Git's words for base, ours and theirs (`%S`, `%X`, `%Y`).
    pub labels: [&'a str; 3],
}

impl Call<'_> {
    /// Git merges what several merge bases have, to begin from that: of no commit, and
    /// nothing that the user sees.
    pub fn is_inner(&self) -> bool {
        is_inner_merge(self.labels[1])
    }
}

/// Merges a head file: from the revisions where that is certain, else as text. Whether
/// no conflict is left.
pub fn merge(context: &Context, call: &Call<'_>) -> bool {
    // Whatever is not known for sure is left to a person.
    if !call.is_inner()
        && let Ok(Some(text)) = certain(context, call)
        && fs::write(call.ours, text).is_ok()
    {
        return true;
    }
    merge_as_text(
        [call.base, call.ours, call.theirs],
        call.labels,
        call.marker_size,
    )
}

fn certain(context: &Context, call: &Call<'_>) -> Result<Option<String>, Error> {
    if context.config.env.get("TEAMMIG") == Some("0") {
        return Ok(None);
    }
    let mut project = None;
    for one in context.projects()?.all {
        if head_file::in_repository(context, &one.config)?.as_deref() == Some(call.path) {
            project = Some(one);
        }
    }
    let repo = context.repo()?;
    let [base, _, theirs] = call.labels;
    let (Some(project), Some(ours), Some((base, theirs))) =
        (project, repo.head()?.commit(), repo.merging(base, theirs))
    else {
        return Ok(None);
    };
    let (Some(base), Some(ours), Some(theirs)) = (
        graph_of(&project, base)?,
        graph_of(&project, ours)?,
        graph_of(&project, theirs)?,
    ) else {
        return Ok(None);
    };
    let read = |path: &Path| -> Result<HeadFile, Error> {
        let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
        Ok(HeadFile::parse(SourceFile::new(NAME, text)))
    };
    let files = [read(call.base)?, read(call.ours)?, read(call.theirs)?];
    Ok(merged(
        Side {
            file: &files[0],
            graph: &base,
        },
        Side {
            file: &files[1],
            graph: &ours,
        },
        Side {
            file: &files[2],
            graph: &theirs,
        },
    ))
}

/// The revisions of a commit, where all of them can be read.
fn graph_of(project: &Context, commit: CommitId) -> Result<Option<Graph>, Error> {
    let project: Project = project.project_at(&At::Commit(commit.to_string()))?;
    let sound = project.errors().next().is_none();
    Ok(sound.then_some(std::sync::Arc::unwrap_or_clone(project.graph)))
}
