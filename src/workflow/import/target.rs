//! Where imported revisions go, what stands there already, and the writing.
//!
//! An import starts a project's history, or goes on with one that an earlier
//! import of the same folder began; anything else would put history that
//! databases have behind revisions that they do not have.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Item, Proposal, Refusal};
use crate::{
    config::DEFAULT_FOLDER,
    git::{Folders, worktree_snapshot},
    layout::{
        self, Layout as _, Native,
        foreign::{self, Imported},
        name,
    },
    model::{Project, RevId, Revision, finding::Place},
    sql,
    workflow::{At, Context, Error, head_file, plan::require_sound, write},
};

/// The folder that is written to.
#[derive(Debug)]
pub(super) struct Target {
    /// Where it is.
    pub(super) folder: PathBuf,
    /// The configuration names it.
    pub(super) configured: bool,
    /// The folders that the revisions are read from, as the configuration names
    /// them, or would.
    pub(super) names: Vec<String>,
}

impl Target {
    /// The folder that was asked for, else the project's first one.
    pub(super) fn find(context: &Context, into: Option<&Path>) -> Result<Self, Error> {
        if *context.at() != At::WorkTree {
            return Err(Error::Usage(
                "--at reads from Git; this command writes files".to_owned(),
            ));
        }
        let root = &context.config.root;
        let folders = &context.config.folders;
        let Some(into) = into else {
            let first = folders.first().map_or(DEFAULT_FOLDER, String::as_str);
            return Ok(Self {
                folder: root.join(first),
                configured: true,
                names: folders.clone(),
            });
        };
        let folder = context.cwd.join(into);
        let known = folders.iter().find(|name| same(&root.join(name), &folder));
        let relative = folder.strip_prefix(root).unwrap_or(&folder);
        let name = relative.to_string_lossy().replace('\\', "/");
        Ok(Self {
            configured: known.is_some(),
            names: match known {
                Some(_) => folders.clone(),
                None => vec![name],
            },
            folder,
        })
    }

    /// The source's files may neither be lost nor be read as revisions.
    pub(super) fn refuse_source(&self, source: &Path, shown: &str) -> Result<(), Error> {
        if !same(source, &self.folder) {
            return Ok(());
        }
        Err(Refusal::new(format!(
            "{shown} is also the folder that the revisions would be written to"
        ))
        .note("  teammig would take the old files for revisions of its own.")
        .hint(format!(
            "`teammig import {shown} --into FOLDER` writes to another folder; name that one in teammig.yaml then \
             (`migrations: FOLDER`)"
        ))
        .hint(format!(
            "or move the old files away and import them from there: `git mv {shown} {shown}-old`"
        ))
        .into())
    }

    /// What stands in the target now.
    fn project(&self, context: &Context) -> Result<Project, Error> {
        let folders = Folders::new(&self.names, context.layout().extensions());
        let snapshot = worktree_snapshot(&context.config.root, &folders)?.snapshot;
        let project = layout::load(&snapshot, context.layout());
        require_sound(&project)?;
        Ok(project)
    }

    /// The revisions that stand there now.
    pub(super) fn there(&self, context: &Context) -> Result<HashSet<RevId>, Error> {
        let project = self.project(context)?;
        Ok(project.graph.iter().map(|one| one.id.clone()).collect())
    }

    /// Gives every revision its file, and says which are there already.
    pub(super) fn place(
        &self,
        context: &Context,
        chain: Vec<Imported>,
        source: &str,
    ) -> Result<Vec<Item>, Error> {
        let project = self.project(context)?;
        let there = chain
            .iter()
            .take_while(|one| project.graph.get(one.revision.id.as_str()).is_some())
            .count();
        let (before, after) = chain.split_at(there);
        refuse_others(&project, before, after, source)?;
        let mut items = Vec::with_capacity(chain.len());
        let mut findings = Vec::new();
        for (n, one) in chain.into_iter().enumerate() {
            let (path, text) = match project.migration(one.revision.id.as_str()) {
                Some(migration) if n < there => {
                    refuse_different(migration, &one, source)?;
                    (context.config.root.join(&*migration.file.path), None)
                }
                _ => {
                    let path = self.folder.join(file_name(context, &one.revision)?);
                    match foreign::text(&one) {
                        Ok(text) => (path, Some(text)),
                        Err(finding) => {
                            findings.push(*finding);
                            continue;
                        }
                    }
                }
            };
            items.push(Item {
                revision: one.revision,
                source: one.source,
                path,
                text,
            });
        }
        if findings.is_empty() {
            Ok(items)
        } else {
            Err(Error::Findings(findings))
        }
    }
}

/// What is there has to be what an earlier import left, and nothing more.
fn refuse_others(
    project: &Project,
    before: &[Imported],
    after: &[Imported],
    source: &str,
) -> Result<(), Error> {
    let Some(next) = after.first() else {
        return Ok(());
    };
    if let Some(late) = after
        .iter()
        .find(|one| project.graph.get(one.revision.id.as_str()).is_some())
    {
        return Err(Refusal::new(format!(
            "{source} has {} now before {}, which is imported already",
            next.revision.id, late.revision.id
        ))
        .hint("give it a version behind those that are imported, or write a new revision with `teammig create`")
        .into());
    }
    let heads = project.graph.heads();
    let is_parent = |id: &RevId| before.iter().any(|one| one.revision.parents.contains(id));
    let mut tops: Vec<RevId> = before.iter().map(|one| one.revision.id.clone()).collect();
    tops.retain(|id| !is_parent(id));
    tops.sort();
    let mut sorted = heads.clone();
    sorted.sort();
    match before.last() {
        None if heads.is_empty() => Ok(()),
        None => Err(Refusal::new(format!(
            "there are revisions already (the head is {})",
            ids(&heads)
        ))
        .hint("an import begins a history; `--into FOLDER` begins it in another folder")
        .into()),
        Some(_) if sorted == tops => Ok(()),
        Some(_) => Err(Refusal::new(format!(
            "{source} goes on after {}, and so did the revisions here (the head is {})",
            ids(&tops),
            ids(&heads)
        ))
        .hint(format!(
            "bring {} over by hand: `teammig create \"{}\"`",
            next.revision.id, next.revision.message
        ))
        .into()),
    }
}

fn refuse_different(
    migration: &crate::model::Migration,
    one: &Imported,
    source: &str,
) -> Result<(), Error> {
    let down = one.body.down.as_ref().map(|section| section.sql.as_str());
    let same = sql::checksum(&one.body.up.sql, down)
        == sql::checksum(migration.up_text(), migration.down_text())
        && migration.revision.parents == one.revision.parents;
    if same {
        return Ok(());
    }
    Err(Refusal::new(format!(
        "there is a revision {} already, and it is not what {source} has",
        one.revision.id
    ))
    .place(Place {
        file: migration.file.clone(),
        span: migration.up.span.start..migration.up.span.start,
        label: format!("differs from {}", one.source.up.path),
    })
    .hint("write a new revision for the difference; or, if no database has these, delete them and import again")
    .into())
}

fn ids(ids: &[RevId]) -> String {
    ids.iter().map(RevId::as_str).collect::<Vec<_>>().join(", ")
}

/// The name from the project's template; without a time, without its parts.
fn file_name(context: &Context, revision: &Revision) -> Result<String, Error> {
    let template = context
        .config
        .file_template
        .as_deref()
        .unwrap_or(Native.default_template());
    name::check_template(template, "sql")
        .map_err(|reason| Error::Usage(format!("file_template `{template}`: {reason}")))?;
    let mut template = template.to_owned();
    if revision.created.is_none() {
        for part in ["{date}", "{time}", "{epoch}"] {
            // With the sign behind it, else the one before it.
            for with_sign in [
                format!("{part}_"),
                format!("{part}-"),
                format!("_{part}"),
                format!("-{part}"),
                part.to_owned(),
            ] {
                template = template.replace(&with_sign, "");
            }
        }
    }
    let created = revision.created.unwrap_or(context.now);
    Ok(name::file_name(
        &template,
        &revision.id,
        &revision.message,
        created,
    ))
}

/// Two paths lead to one folder.
fn same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

/// Writes all new files, or none: each is complete before the first gets its
/// name, and a failure takes the names back.
pub(super) fn write(context: &Context, proposal: &Proposal) -> Result<(), Error> {
    if proposal.new_files() == 0 {
        return Ok(());
    }
    // Ctrl-C in between would leave a part: it is heard, and obeyed at the end.
    let _guard = context.interrupt.guard(Arc::new(|| {}));
    let mut undo = Undo::default();
    undo.create(&proposal.folder)?;
    let mut staged = Vec::with_capacity(proposal.items.len());
    for item in &proposal.items {
        if let Some(text) = &item.text {
            staged.push((write::stage(&item.path, text.as_bytes())?, &item.path));
        }
    }
    for (temporary, path) in staged {
        if context.interrupt.is_asked() {
            return Err(Error::Stopped);
        }
        temporary
            .persist_noclobber(path)
            .map_err(|error| Error::io("write", path)(error.error))?;
        undo.files.push(path.clone());
    }
    // The folder may be another one than the project's, and then it is none of its.
    if let Ok(project) = context.project_at(&At::WorkTree) {
        head_file::repair(context, &project)?;
    }
    undo.keep();
    Ok(())
}

/// Takes back what was made, unless it is kept.
#[derive(Debug, Default)]
struct Undo {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Undo {
    /// Makes a folder with those above it.
    fn create(&mut self, folder: &Path) -> Result<(), Error> {
        let missing: Vec<PathBuf> = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_owned)
            .collect();
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        self.folders = missing;
        Ok(())
    }

    fn keep(mut self) {
        self.folders.clear();
        self.files.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        // What cannot be taken back was not ours to begin with.
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}
