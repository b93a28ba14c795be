//! Three states of the revisions, as Git merges them: what the head file of the
//! outcome has to say, where that is certain.

use std::collections::BTreeSet;

use super::{HeadFile, render};
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

/// The head file after a merge of `ours` and `theirs`, which both began from `base`;
/// `None` where it is not certain what it has to say.
///
/// Which commits a merge is about can only be guessed from what Git says (a rebase, a
/// cherry-pick and a stash all come by), so each file must say what its commit has;
/// only a file that `base` did not have yet may be empty. Then every revision is
/// merged by itself, and there must be one head for each line. The comments at the top
/// are the user's and nobody else has them: they are merged as well, as one.
pub fn merged(base: Side<'_>, ours: Side<'_>, theirs: Side<'_>) -> Option<String> {
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
        let kept = three(
            &base.graph.get(id),
            ours.graph.get(id),
            theirs.graph.get(id),
        )?;
        // Not there is a state like any other.
        revisions.extend(kept.cloned());
    }
    let (graph, problems) = Graph::build(revisions);
    if !problems.is_empty() || !graph.diverged().is_empty() {
        return None;
    }
    let [base, ours, theirs] = [base, ours, theirs].map(|side| side.file.preamble());
    Some(format!("{}{}", three(&base, ours, theirs)?, render(&graph)))
}

/// Three states of one thing; `None` where both sides changed it, each in its way.
fn three<T: PartialEq>(base: &T, ours: T, theirs: T) -> Option<T> {
    if ours == theirs || theirs == *base {
        Some(ours)
    } else if ours == *base {
        Some(theirs)
    } else {
        None
    }
}
