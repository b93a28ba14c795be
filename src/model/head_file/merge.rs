//! Three states of the revisions, as Git merges them: what the head file of the
//! outcome has to say, where that is certain.

use std::collections::BTreeSet;

use super::HeadFile;
use crate::model::{
    graph::Graph,
    revision::{RevId, Revision},
};

/// A head file, and the revisions of the commit that it is thought to be from.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What Git hands over.
    pub file: &'a HeadFile,
    /// The revisions of the commit.
    pub graph: &'a Graph,
}

impl Side<'_> {
    /// The file is the commit's: it names exactly its heads.
    fn agrees(self) -> bool {
        let named: BTreeSet<&RevId> = self.file.heads.iter().map(|named| &named.id).collect();
        let heads = self.graph.heads();
        self.file.is_plain()
            && named.len() == self.file.heads.len()
            && named == heads.iter().collect()
    }
}

/// The revisions after a merge of `ours` and `theirs`, which both began from `base`;
/// `None` where it is not certain that the head file can be written from them.
///
/// Which commits a merge is about can only be guessed from what Git says (a rebase, a
/// cherry-pick and a stash all come by), so each file must say what its commit has;
/// only a file that `base` did not have yet may be empty. Then every revision is
/// merged by itself, and there must be one head for each line.
pub fn merged(base: Side<'_>, ours: Side<'_>, theirs: Side<'_>) -> Option<Graph> {
    let new = base.file.is_plain() && base.file.file.text.is_empty();
    if !ours.agrees() || !theirs.agrees() || !(new || base.agrees()) {
        return None;
    }
    let mut revisions: Vec<Revision> = Vec::new();
    let came = theirs
        .graph
        .iter()
        .filter(|revision| ours.graph.get(revision.id.as_str()).is_none());
    for revision in ours.graph.iter().chain(came) {
        let id = revision.id.as_str();
        let kept = three(base.graph.get(id), ours.graph.get(id), theirs.graph.get(id))?;
        revisions.extend(kept.cloned());
    }
    let (graph, problems) = Graph::build(revisions);
    (problems.is_empty() && graph.diverged().is_empty()).then_some(graph)
}

/// Three states of one revision; `None` where both sides changed it, each in its way.
#[allow(clippy::option_option, reason = "not there is a state like any other")]
fn three<'a>(
    base: Option<&'a Revision>,
    ours: Option<&'a Revision>,
    theirs: Option<&'a Revision>,
) -> Option<Option<&'a Revision>> {
    if ours == theirs || theirs == base {
        Some(ours)
    } else if ours == base {
        Some(theirs)
    } else {
        None
    }
}
