//! Keeping the head file: it is written from the graph, by whoever writes revisions,
//! and where it was found wrong. Nothing is decided by what it says.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use tempfile::TempPath;

use super::{At, Context, Error, Why, context::folders_of, deleted, plan::require_sound, write};
use crate::{
    config::Config,
    model::{
        Operation, Project,
        graph::Graph,
        head_file::{self, render},
        operation::{Halt, judge},
    },
};

/// What `write` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The head file.
    pub path: PathBuf,
    /// It said something else, or was not there.
    pub changed: bool,
}

/// The new text of a project's head file for a graph. `None` where the project
/// keeps none, where it says that already, and where a line of the graph has several
/// heads: there is nothing right to write then.
pub(super) fn renewed(project: &Project, graph: &Graph) -> Option<(Arc<str>, String)> {
    let head_file = project.head_file.as_ref()?;
    if !graph.diverged().is_empty() {
        return None;
    }
    let text = head_file.renewed(graph)?;
    Some((Arc::clone(&head_file.file.path), text))
}

/// A head file, complete and not yet in place.
pub(super) struct Staged {
    path: PathBuf,
    temp: TempPath,
}

/// Writes the head file for a graph beside its place, where it has to change.
pub(super) fn stage(
    context: &Context,
    project: &Project,
    graph: &Graph,
) -> Result<Option<Staged>, Error> {
    let Some((path, text)) = renewed(project, graph) else {
        return Ok(None);
    };
    let path = context.config.root.join(&*path);
    let temp = write::stage(&path, text.as_bytes())?;
    Ok(Some(Staged { path, temp }))
}

impl Staged {
    /// Puts it in its place; gives the path.
    pub(super) fn commit(self) -> Result<PathBuf, Error> {
        self.temp
            .persist(&self.path)
            .map_err(|error| Error::io("write", &self.path)(error.error))?;
        Ok(self.path)
    }
}

/// Writes the head file where the project keeps one, it is not right, and the graph
/// allows it; gives its path if so.
pub fn repair(context: &Context, project: &Project) -> Result<Option<PathBuf>, Error> {
    if !needs_repair(context, project)? {
        return Ok(None);
    }
    stage(context, project, &project.graph)?
        .map(Staged::commit)
        .transpose()
}

/// Whether `repair` would write it. A file that is only missing here would be left out of
/// it, so that is put right first.
pub fn needs_repair(context: &Context, project: &Project) -> Result<bool, Error> {
    Ok(project.errors().next().is_none()
        && renewed(project, &project.graph).is_some()
        && deleted::here(context, project)?.is_empty())
}

/// Writes the head file, also where there was none.
pub fn write(context: &Context, project: &Project) -> Result<Written, Error> {
    require_sound(project)?;
    let diverged = project.graph.diverged();
    if !diverged.is_empty() {
        return Err(Error::Diverged {
            heads: diverged
                .iter()
                .map(|id| (id.clone(), project.message(id)))
                .collect(),
            why: Why::HeadFile,
        });
    }
    let text = match &project.head_file {
        Some(head_file) => head_file.renewed(&project.graph),
        None => Some(render(&project.graph)),
    };
    let path = path_of(&context.config);
    if let Some(text) = &text {
        write::stage(&path, text.as_bytes())?
            .persist(&path)
            .map_err(|error| Error::io("write", &path)(error.error))?;
    }
    Ok(Written {
        path,
        changed: text.is_some(),
    })
}

/// The head file of a project that keeps one, for people.
pub fn place(context: &Context, project: &Project) -> Option<String> {
    project.head_file.as_ref()?;
    Some(context.display_path(&path_of(&context.config)))
}

/// Where a project's head file stands, if it keeps one.
pub(super) fn path_of(config: &Config) -> PathBuf {
    let folders = folders_of(config);
    let first = folders.paths().first();
    let folder = first.map_or(crate::config::DEFAULT_FOLDER, String::as_str);
    config.root.join(folder).join(head_file::NAME)
}

/// Refuses to work in the middle of a merge, rebase and the like: half of the files
/// are there. Goes on where nothing but the heads is left to settle (see [`judge`]),
/// and gives what then has to be finished.
pub fn halted(context: &Context) -> Result<Option<Operation>, Error> {
    let repo = context.repo()?;
    let Some(operation) = repo.operation() else {
        return Ok(None);
    };
    let own = &context.config;
    let mut head_files = BTreeSet::new();
    for config in std::iter::once(own).chain(&own.siblings()) {
        if let Some(path) = in_repository(context, config)? {
            head_files.insert(path);
        }
    }
    let conflicted = repo.conflicted()?;
    let unsettled =
        conflicted.is_empty() && unsettled(context, &context.project_at(&At::WorkTree)?)?;
    let (first, heads_too) = match judge(operation, &conflicted, &head_files, unsettled) {
        Halt::Settles => return Ok(Some(operation)),
        Halt::After(others) => (others, true),
        Halt::Finish => (conflicted.into_iter().collect(), false),
    };
    let folders = &own.folders;
    let unstaged = first.is_empty() && repo.has_unstaged(&context.prefix()?, folders);
    Err(Error::InProgress {
        operation,
        first,
        heads_too,
        unstaged: if unstaged {
            folders.clone()
        } else {
            Vec::new()
        },
    })
}

/// Whether the head file of a project, if it keeps one, names other heads than the
/// files have, or names nothing because they diverged.
fn unsettled(context: &Context, project: &Project) -> Result<bool, Error> {
    Ok(project.head_file.is_some()
        && project.errors().next().is_none()
        && (!project.graph.diverged().is_empty() || needs_repair(context, project)?))
}

/// A project's head file as Git names it.
pub(super) fn in_repository(context: &Context, config: &Config) -> Result<Option<String>, Error> {
    let path = path_of(config);
    let Some(folder) = path.parent().filter(|folder| folder.is_dir()) else {
        return Ok(None);
    };
    let prefix = context.repo()?.prefix_of(folder)?;
    Ok(Some(join(&prefix, head_file::NAME)))
}

/// A path of the project, with forward slashes, as Git names it.
fn join(prefix: &str, name: &str) -> String {
    match prefix {
        "" => name.to_owned(),
        prefix => format!("{prefix}/{name}"),
    }
}
