//! Which decision would allow a change of something fixed.

use super::{
    Content, Fixed, Reading,
    case::{Case, Refused},
    judge::by_revision,
};
use crate::model::{migration::Checksum, project::Project, revision::RevId};

/// What has to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// The checksums of what is changed; for each, one entry of `amended`. None = all is
    /// recorded already.
    pub was: Vec<Checksum>,
    /// The reasons that are recorded already.
    pub recorded: Vec<String>,
    /// Scripts differ.
    pub scripts: bool,
    /// Parents or dependencies differ.
    pub edges: bool,
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
        let (content, recorded) = match first {
            // Going back to what it was at first is a repair.
            Some(first) if is_other(tip) && !is_other(first) => continue,
            _ if is_other(tip) => (tip, case.decision(fixed)),
            // It is what the ref has by now, which is not what it was at first.
            Some(first) if is_other(first) => {
                let mut amended = case.new.revision.amended.iter();
                let entry = amended.find(|entry| entry.covers(&first.checksum));
                (first, entry.map(|entry| entry.reason.as_str()))
            }
            _ => continue,
        };
        let (scripts, edges) = differs(content);
        found.scripts |= scripts;
        found.edges |= edges;
        match recorded {
            Some(reason) => found.recorded.push(reason.to_owned()),
            None if found.was.contains(&content.checksum) => {}
            None => found.was.push(content.checksum),
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
