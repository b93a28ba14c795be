//! A new revision becomes a file: complete or not at all, never over another.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use tempfile::TempPath;

use super::{Context, Error, head_file};
use crate::{
    layout::{Body, name},
    model::{Project, RevId, Revision, graph::Graph},
};

/// A revision that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it is.
    pub revision: Revision,
    /// Where it stands.
    pub path: PathBuf,
    /// The head file, where it was written too.
    pub head_file: Option<PathBuf>,
}

/// Writes a revision into the folder of its first parent, else the first folder.
pub(super) fn write(
    context: &Context,
    project: &Project,
    revision: Revision,
    body: &Body,
) -> Result<Written, Error> {
    let mut all = write_all(context, project, vec![(revision, body.clone())])?;
    // One goes in, and one comes out.
    all.pop().ok_or(Error::PlanChanged)
}

/// Writes revisions of which each builds on the one before it: all or none.
pub(super) fn write_all(
    context: &Context,
    project: &Project,
    all: Vec<(Revision, Body)>,
) -> Result<Vec<Written>, Error> {
    let folder = all
        .first()
        .iter()
        .flat_map(|(revision, _)| &revision.parents)
        .find_map(|parent| project.migration(parent.as_str()))
        .and_then(|migration| migration.file.path.rsplit_once('/'))
        .map(|(folder, _)| folder.to_owned())
        .or_else(|| context.config.folders.first().cloned())
        .unwrap_or_else(|| crate::config::DEFAULT_FOLDER.to_owned());
    let layout = context.layout();
    let extension = layout.extensions().first().copied().unwrap_or_default();
    let template = context
        .config
        .file_template
        .as_deref()
        .unwrap_or(layout.default_template());
    name::check_template(template, extension)
        .map_err(|reason| Error::Usage(format!("file_template `{template}`: {reason}")))?;
    let folder = context.config.root.join(folder);
    fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let mut staged = Vec::with_capacity(all.len());
    for (revision, body) in &all {
        let created = revision.created.unwrap_or(context.now);
        let path = folder.join(name::file_name(
            template,
            &revision.id,
            &revision.message,
            created,
        ));
        let temp = stage(&path, layout.render(revision, body).as_bytes())?;
        staged.push((temp, path));
    }
    let new = all.iter().map(|(revision, _)| revision);
    let with_them = project.graph.iter().chain(new).cloned().collect();
    let head_file = head_file::stage(context, project, &Graph::build(with_them).0)?;
    let mut done: Vec<PathBuf> = Vec::with_capacity(all.len());
    let outcome = staged
        .into_iter()
        .try_for_each(|(temp, path)| {
            temp.persist_noclobber(&path)
                .map_err(|error| Error::io("write", &path)(error.error))?;
            done.push(path);
            Ok(())
        })
        .and_then(|()| head_file.map(head_file::Staged::commit).transpose());
    if outcome.is_err() {
        // All or none: what cannot be taken back was told by the error that comes now.
        for path in &done {
            let _ = fs::remove_file(path);
        }
    }
    let head_file = outcome?;
    let written = all.into_iter().zip(done);
    Ok(written
        .map(|((revision, _), path)| Written {
            revision,
            path,
            head_file: head_file.clone(),
        })
        .collect())
}

/// Writes a file that must not be there yet, through a temporary one beside it.
pub(super) fn create_new(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    stage(path, bytes)?
        .persist_noclobber(path)
        .map_err(|error| Error::io("write", path)(error.error))
}

/// Writes a document of the user's, named from where they stand: complete or not at
/// all, over an older one.
pub fn write_document(context: &Context, file: &Path, text: &str) -> Result<(), Error> {
    let path = context.cwd.join(file);
    if let Some(folder) = file.parent()
        && !context.cwd.join(folder).exists()
    {
        return Err(Error::NoFolderFor {
            file: file.to_owned(),
            folder: folder.to_owned(),
        });
    }
    stage(&path, text.as_bytes())?
        .persist(&path)
        .map_err(|error| Error::io("write", &path)(error.error))
}

/// A complete file beside `path` that only has to get its name; it goes away if
/// it does not get it.
pub(super) fn stage(path: &Path, bytes: &[u8]) -> Result<TempPath, Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let io = || Error::io("write", path);
    let mut temp = tempfile::Builder::new()
        .prefix(".teammig-")
        .tempfile_in(folder)
        // The temporary file's own name would only be in the way.
        .map_err(|error| io()(error.kind().into()))?;
    temp.write_all(bytes).map_err(io())?;
    #[cfg(unix)]
    {
        // Temporary files are private; a migration is for everybody.
        use std::os::unix::fs::PermissionsExt as _;
        temp.as_file()
            .set_permissions(fs::Permissions::from_mode(0o644))
            .map_err(io())?;
    }
    Ok(temp.into_temp_path())
}

/// A fresh id: 12 random hex digits that no revision begins with.
pub(super) fn fresh_id(project: &Project) -> RevId {
    use std::hash::{BuildHasher as _, Hasher as _};
    loop {
        // The keys of a RandomState come from the system's random source.
        let random = std::hash::RandomState::new().build_hasher().finish();
        let id = RevId::trusted(&format!("{:012x}", random & 0xffff_ffff_ffff));
        if project.graph.get(id.as_str()).is_none() {
            return id;
        }
    }
}

/// An id given by the user: well-formed and not taken.
pub(super) fn given_id(project: &Project, text: &str) -> Result<RevId, Error> {
    let id = RevId::parse(text).map_err(|error| Error::Usage(error.to_string()))?;
    if ["head", "heads", "base", "current"].contains(&text) {
        return Err(Error::Usage(format!(
            "`{text}` has a meaning of its own and cannot be an id"
        )));
    }
    if project.graph.get(text).is_some() {
        return Err(Error::Exists {
            path: project
                .migration(text)
                .map(|migration| migration.file.path.to_string()),
            revision: id,
        });
    }
    Ok(id)
}
