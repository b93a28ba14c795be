//! A new revision on the current head: what it builds on, and its file.

use super::{
    At, Context, Error, Why,
    plan::{require_single_line, require_sound},
    write::{self, Written},
};
use crate::{
    layout::{
        header,
        render::{Body, Section},
    },
    model::{Project, RevId, Revision},
};

/// What to create.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What it does, in one line.
    pub message: String,
    /// The revisions to build on; empty = the head.
    pub heads: Vec<String>,
    /// Build on the heads of this commit, branch or tag: a hotfix of a release.
    pub on: Option<String>,
    /// A revision that is no head may be built on.
    pub splice: bool,
    /// Revisions that must be applied first.
    pub depends_on: Vec<String>,
    /// Names for the line that starts here.
    pub labels: Vec<String>,
    /// The id, instead of a random one.
    pub rev_id: Option<String>,
}

/// What a new revision stands on.
#[derive(Debug)]
pub(super) struct Base {
    /// The revisions that there are.
    pub(super) project: Project,
    /// Those that it builds on.
    pub(super) parents: Vec<RevId>,
    /// Those that must be applied first without being parents.
    pub(super) depends_on: Vec<String>,
    /// Its message.
    pub(super) message: String,
}

/// Writes the file of a new revision whose scripts are left to the user.
pub fn create(context: &Context, request: &Request) -> Result<Written, Error> {
    let base = base(context, request)?;
    let revision = first(context, request, &base)?;
    let body = Body {
        up: Section::default(),
        down: Some(Section::default()),
    };
    write::write(context, &base.project, revision, &body)
}

/// What the new revision is to stand on; refuses what cannot be.
pub(super) fn base(context: &Context, request: &Request) -> Result<Base, Error> {
    let project = match context.writable_project() {
        // The first revision of a project makes its folder.
        Err(Error::NoFolder(_)) => crate::layout::load(
            &crate::model::Snapshot {
                origin: crate::model::Origin::WorkTree,
                files: Vec::new(),
                head_file: None,
            },
            context.layout(),
        ),
        other => other?,
    };
    require_sound(&project)?;
    let parents = match &request.on {
        Some(name) => heads_on(context, &project, name)?,
        None => parents(&project, request)?,
    };
    let depends_on = request
        .depends_on
        .iter()
        .map(|name| resolve_name(&project, name))
        .collect::<Result<_, Error>>()?;
    for label in &request.labels {
        check_label(&project, label)?;
    }
    if let Some(text) = &request.rev_id {
        write::given_id(&project, text)?;
    }
    Ok(Base {
        project,
        parents,
        depends_on,
        message: one_line(&request.message)?,
    })
}

/// The revision that was asked for.
pub(super) fn first(context: &Context, request: &Request, base: &Base) -> Result<Revision, Error> {
    let id = match &request.rev_id {
        Some(text) => write::given_id(&base.project, text)?,
        None => write::fresh_id(&base.project),
    };
    Ok(Revision {
        depends_on: base.depends_on.clone(),
        labels: request.labels.clone(),
        message: base.message.clone(),
        created: Some(context.now),
        ..Revision::new(id, base.parents.clone())
    })
}

/// The heads of a Git state, which the files here have to have as well.
fn heads_on(context: &Context, project: &Project, name: &str) -> Result<Vec<RevId>, Error> {
    let there = context.project_at(&At::Commit(name.to_owned()))?;
    require_sound(&there)?;
    let heads = there.graph.heads();
    if heads.is_empty() {
        return Err(Error::Usage(format!("{name} has no revision to build on")));
    }
    if let Some(missing) = heads
        .iter()
        .find(|id| project.graph.get(id.as_str()).is_none())
    {
        return Err(Error::Usage(format!(
            "{missing}, a head of {name}, is in none of these files: switch to a branch that has it (`git switch -c \
             hotfix {name}`)"
        )));
    }
    Ok(heads)
}

fn parents(project: &Project, request: &Request) -> Result<Vec<RevId>, Error> {
    if request.heads.is_empty() {
        require_single_line(project, Why::Create)?;
        let heads = project.graph.heads();
        if heads.len() > 1 {
            // Separate lines: each is fine, but which one is meant?
            return Err(Error::Diverged {
                heads: heads
                    .iter()
                    .map(|id| (id.clone(), project.message(id)))
                    .collect(),
                why: Why::CreateOnLines,
            });
        }
        return Ok(heads);
    }
    let mut parents: Vec<RevId> = Vec::new();
    for name in &request.heads {
        for id in project.graph.resolve(name)? {
            if parents.contains(&id) {
                return Err(Error::Usage(format!("{id} is named twice as a head")));
            }
            parents.push(id);
        }
    }
    if !request.splice
        && let Some(id) = parents
            .iter()
            .find(|id| !project.graph.is_head(id.as_str()))
    {
        return Err(Error::Usage(format!(
            "Revision {id} is not a head revision; please specify --splice to create a new branch from this revision"
        )));
    }
    Ok(parents)
}

/// Labels stay labels, prefixes become full ids (Alembic, `ScriptDirectory.generate_revision`).
fn resolve_name(project: &Project, name: &str) -> Result<String, Error> {
    let is_label = project
        .graph
        .iter()
        .any(|revision| revision.labels.iter().any(|label| label == name));
    if is_label {
        return Ok(name.to_owned());
    }
    match project.graph.resolve_one(name)? {
        Some(id) => Ok(id.as_str().to_owned()),
        None => Err(Error::Usage(format!(
            "`{name}` is no revision to depend on"
        ))),
    }
}

/// A label that may be given to a new revision.
pub(super) fn check_label(project: &Project, label: &str) -> Result<(), Error> {
    if !header::is_label(label) {
        return Err(Error::Usage(format!(
            "`{label}` cannot be a label: use letters, digits, `_`, `-`, `.` and `/`, beginning with a letter"
        )));
    }
    if let Some(revision) = project.graph.iter().find(|revision| {
        revision.id.as_str() == label || revision.labels.iter().any(|l| l == label)
    }) {
        return Err(Error::Usage(format!(
            "label `{label}` is already used by revision {}",
            revision.id
        )));
    }
    Ok(())
}

/// A message stands in one line of the header.
pub(super) fn one_line(message: &str) -> Result<String, Error> {
    let message = message.trim();
    if message.chars().any(char::is_control) {
        return Err(Error::Usage(
            "a message is one line; write more as comments into the file".to_owned(),
        ));
    }
    Ok(message.to_owned())
}
