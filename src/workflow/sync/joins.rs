//! The merge revisions that make one head of several: one for each line that diverged.

use super::{Context, Divergence, Error, Tried};
use crate::{
    layout::render::Section,
    model::RevId,
    workflow::{merge, verdicts, write::Written},
};

/// A merge revision that would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The heads that it joins.
    pub parents: Vec<RevId>,
    /// Its message.
    pub message: String,
    /// What its header says of its sides.
    pub proved: Option<String>,
    /// Its script, where the order of its sides matters.
    pub up: Option<Section>,
}

/// The merge revisions that [`write_merges`] would write: one for each line that
/// diverged.
pub fn merges(
    divergence: &Divergence,
    message: Option<&str>,
    tried: &[Tried],
) -> Result<Vec<Join>, Error> {
    verdicts::require_merges(divergence, tried)?;
    let lines = divergence.lines.iter();
    let joins = lines.map(|line| {
        let parents: Vec<RevId> = line
            .heads
            .iter()
            .map(|head| head.revision.clone())
            .collect();
        let tried = tried.iter().find(|one| one.heads == parents);
        Join {
            proved: tried.and_then(Tried::header),
            up: tried.and_then(|one| Some(one.bridge.as_ref()?.up.clone())),
            message: message.map_or_else(|| merge::default_message(&parents), str::to_owned),
            parents,
        }
    });
    Ok(joins.collect())
}

/// Writes a merge revision for each line that diverged. Where one cannot be written,
/// those before it stay.
pub fn write_merges(
    context: &Context,
    divergence: &Divergence,
    message: Option<&str>,
    tried: &[Tried],
) -> Result<Vec<Written>, Error> {
    let mut written: Vec<Written> = Vec::new();
    for join in merges(divergence, message, tried)? {
        let one = merge::merge(
            context,
            &merge::Request {
                revisions: join.parents.iter().map(ToString::to_string).collect(),
                message: message.map(str::to_owned),
                proved: join.proved,
                up: join.up,
                ..merge::Request::default()
            },
        );
        match one {
            Ok(one) => written.push(one),
            Err(error) => return Err(after_merges(context, &written, error)),
        }
    }
    Ok(written)
}

/// An error that came after merge revisions had been written names them.
pub fn after_merges(context: &Context, written: &[Written], error: Error) -> Error {
    if written.is_empty() {
        return error;
    }
    Error::AfterMerge {
        cause: Box::new(error),
        written: written
            .iter()
            .map(|one| context.display_path(&one.path))
            .collect(),
        head_file: written
            .iter()
            .find_map(|one| Some(context.display_path(one.head_file.as_ref()?))),
    }
}
