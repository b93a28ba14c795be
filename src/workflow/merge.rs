//! Merge revisions: two or more heads become the parents of one.

use super::{
    Context, Error, alembic,
    create::{check_label, one_line},
    plan::require_sound,
    verdicts,
    write::{self, Written},
};
use crate::{
    layout::render::{Body, Section},
    model::{Project, RevId, Revision},
};

/// What to merge.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The revisions, in the order of the parents; `heads` means all heads.
    pub revisions: Vec<String>,
    /// The message; `None` names the parents.
    pub message: Option<String>,
    /// Names for the line that starts here.
    pub labels: Vec<String>,
    /// The id, instead of a random one.
    pub rev_id: Option<String>,
    /// Revisions that are no heads may be merged.
    pub splice: bool,
    /// What its header says of its sides.
    pub proved: Option<String>,
    /// What it runs, where its sides leave something else in another order.
    pub up: Option<Section>,
}

/// Writes a merge revision.
pub fn merge(context: &Context, request: &Request) -> Result<Written, Error> {
    let project = context.writable_project()?;
    require_sound(&project)?;
    let mut parents: Vec<RevId> = Vec::new();
    for name in &request.revisions {
        // `heads` would leave out a head that another one depends on; as a parent it is welcome.
        let found = if name == "heads" {
            project.graph.heads()
        } else {
            project.graph.resolve(name)?
        };
        for id in found {
            if !parents.contains(&id) {
                parents.push(id);
            }
        }
    }
    if parents.len() < 2 {
        return Err(Error::Usage(match parents.first() {
            Some(one) => format!("there is nothing to merge: {one} is the only revision named"),
            None => "there is nothing to merge: no revision was named".to_owned(),
        }));
    }
    check_parents(&project, &parents, request.splice)?;
    for label in &request.labels {
        check_label(&project, label)?;
    }
    let id = match &request.rev_id {
        Some(text) => write::given_id(&project, text)?,
        None => write::fresh_id(&project),
    };
    let message = match &request.message {
        Some(message) => one_line(message)?,
        None => default_message(&parents),
    };
    let revision = Revision {
        labels: request.labels.clone(),
        message,
        created: Some(context.now),
        proved: request.proved.clone(),
        ..Revision::new(id, parents)
    };
    // Its template is the project's own; where it is not here, ours will do.
    if request.up.is_none()
        && alembic::is_used(context)
        && alembic::require_program(context).is_ok()
    {
        return alembic::merge(context, &project, &revision);
    }
    let body = match &request.up {
        Some(up) => Body {
            up: up.clone(),
            down: Some(verdicts::way_back()),
        },
        None => Body {
            up: Section::default(),
            down: Some(Section::default()),
        },
    };
    write::write(context, &project, revision, &body)
}

fn check_parents(project: &Project, parents: &[RevId], splice: bool) -> Result<(), Error> {
    for id in parents {
        let above = project.graph.ancestors(std::slice::from_ref(id));
        if let Some(other) = parents
            .iter()
            .find(|other| *other != id && above.contains(*other))
        {
            return Err(Error::Usage(format!(
                "{other} is an ancestor of {id}: there is nothing to merge between them"
            )));
        }
    }
    if !splice
        && let Some(id) = parents
            .iter()
            .find(|id| !project.graph.is_head(id.as_str()))
    {
        return Err(Error::Usage(format!(
            "Revision {id} is not a head revision; please specify --splice to merge it anyway"
        )));
    }
    Ok(())
}

/// `Merge a, b and c`.
pub(super) fn default_message(parents: &[RevId]) -> String {
    let names: Vec<&str> = parents.iter().map(RevId::as_str).collect();
    match names.split_last() {
        Some((last, [])) => format!("Merge {last}"),
        Some((last, rest)) => format!("Merge {} and {last}", rest.join(", ")),
        None => "Merge".to_owned(),
    }
}
