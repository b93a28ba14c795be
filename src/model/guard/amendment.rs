//! Which decision would allow a change of something fixed.

use super::{
    Content, Fixed, Reading,
    case::{Case, Refused},
    judge::by_revision,
};
use crate::model::{
    migration::Checksum,
    options::Options,
    project::Project,
    revision::{Amended, RevId},
};

/// What has to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// What is changed; for each, one entry of `amended`. None = all is recorded already.
    pub was: Vec<Was>,
    /// The reasons that are recorded already.
    pub recorded: Vec<String>,
    /// Scripts differ, or how they want to be run.
    pub scripts: bool,
    /// Parents or dependencies differ.
    pub edges: bool,
}

/// What an entry has to say of what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Was {
    /// The checksum of its scripts.
    pub checksum: Checksum,
    /// Its options, where they are others now.
    pub options: Option<Options>,
}

/// Why there is nothing to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAmendment {
    /// Nobody has it.
    NotFixed,
    /// It is what it was.
    NotEdited,
    /// No decision can allow it.
    Refused(Refused),
}

/// The decision that is missing for `id`, which `after` has; `before` is what is committed.
pub fn amendment(
    before: &Project,
    after: &Project,
    id: &RevId,
    fixed: &[Fixed],
    reading: &dyn Reading,
) -> Result<Amendment, NoAmendment> {
    let all = by_revision(fixed);
    let case = all
        .get(id)
        .and_then(|fixed| Case::of(before, after, id, fixed, reading))
        .ok_or(NoAmendment::NotFixed)?;
    let mut found = Amendment {
        was: Vec::new(),
        recorded: Vec::new(),
        scripts: false,
        edges: false,
    };
    for fixed in &case.counts {
        let bound = fixed.evidence.binds();
        let differs = |content: &Content| {
            (
                !case.has_scripts(content),
                bound && !case.has_edges(content),
            )
        };
        let (tip, first) = (&fixed.content, fixed.contents().nth(1));
        let is_other = |content: &Content| differs(content) != (false, false);
        let decision = |content: &Content| {
            let text = !case.has_text(content) || differs(content).1;
            case.decision(fixed, content, text, true)
        };
        let (content, recorded) = match first {
            // Going back to what it was at first is a repair.
            Some(first) if is_other(tip) && !is_other(first) => continue,
            _ if is_other(tip) => {
                let reason = fixed.contents().find_map(decision);
                (tip, reason)
            }
            // It is what the ref has by now, which is not what it was at first.
            Some(first) if is_other(first) => {
                let was = case.was(first);
                let about = |entry: &&Amended| {
                    let named = was.options.is_none_or(|_| entry.options == was.options);
                    named && entry.covers(&first.checksum)
                };
                let entry = case.new.revision.amended.iter().find(about);
                (first, entry.map(|entry| entry.reason.as_str()))
            }
            _ => continue,
        };
        let (scripts, edges) = differs(content);
        found.scripts |= scripts;
        found.edges |= edges;
        match recorded {
            Some(reason) => found.recorded.push(reason.to_owned()),
            None if found.was.contains(&case.was(content)) => {}
            None => found.was.push(case.was(content)),
        }
    }
    if !found.scripts && !found.edges {
        return Err(NoAmendment::NotEdited);
    }
    match case.refused().filter(|_| found.edges) {
        Some(refused) => Err(NoAmendment::Refused(refused)),
        None => Ok(found),
    }
}
