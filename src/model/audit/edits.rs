//! What happened to revisions after they were published.
//!
//! A revision is followed by its id, so a file that moved is no edit; what it was is
//! remembered while it is gone, so a deleted one that comes back is compared too.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    facts::{Content, FileFact, Outline, Place},
    history::{History, Node, Settled},
    replay::Step,
    report::{Commit, Decision, Edit, EditKind, Report},
};
use crate::model::revision::Amended;

/// What is published.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    published: BTreeMap<Node, Published>,
    /// Revisions whose files are there and cannot be read. A file may have been several.
    unreadable: BTreeMap<Place, BTreeSet<Node>>,
}

#[derive(Debug)]
struct Published {
    by: Arc<Commit>,
    first: Arc<Outline>,
    last: Arc<FileFact>,
    place: Place,
    /// The edit that deleted it, where it is gone.
    deleted: Option<usize>,
}

impl Tracker {
    /// Revisions whose unreadable files are not what they were: what became of them is open.
    pub(super) fn unhidden(&mut self, history: &History) -> Vec<Node> {
        let mut open = Vec::new();
        self.unreadable.retain(|place, nodes| {
            let hidden = is_unreadable(history, place);
            if !hidden {
                open.extend(nodes.iter().copied());
            }
            hidden
        });
        open
    }

    /// The revisions that are not there only because their file cannot be read.
    pub(super) fn hidden(&mut self, history: &History, settled: &Settled) -> BTreeSet<Node> {
        let mut hidden = BTreeSet::new();
        for &node in &settled.touched {
            if !history.is_here(node)
                && let Some(published) = self.published.get(&node)
                && is_unreadable(history, &published.place)
            {
                let place = published.place.clone();
                self.unreadable.entry(place).or_default().insert(node);
                hidden.insert(node);
            }
        }
        hidden
    }

    pub(super) fn land(&mut self, history: &History, step: &Step<'_>, report: &mut Report) {
        let edits = &mut report.edits;
        for &node in &step.settled.touched {
            let Some((place, fact)) = history.holders(node).next() else {
                if !step.hidden.contains(&node) {
                    self.deleted(history, step, node, edits);
                }
                continue;
            };
            let Some(outline) = fact.outline() else {
                continue;
            };
            let Some(published) = self.published.get_mut(&node) else {
                let new = Published {
                    by: Arc::clone(step.commit),
                    first: Arc::clone(outline),
                    last: Arc::clone(fact),
                    place: place.clone(),
                    deleted: None,
                };
                self.published.insert(node, new);
                continue;
            };
            if let Some(edit) = published.deleted.take() {
                edits[edit].restored_by = Some(Arc::clone(step.commit));
            }
            // Of several files with one id, another one may have become the first.
            let same = history
                .holders(node)
                .any(|(_, fact)| fact.blob == published.last.blob);
            if !same {
                let restores = *published.first == **outline;
                let decided = report.decisions.len();
                report
                    .decisions
                    .extend(added(&published.last, outline).map(|entry| Decision {
                        commit: Arc::clone(step.commit),
                        revision: history.id(node).clone(),
                        path: Arc::clone(&fact.path),
                        entry: entry.clone(),
                    }));
                let on_purpose = report.decisions.len() > decided;
                for kind in kinds(&published.last, outline) {
                    edits.push(Edit {
                        commit: Arc::clone(step.commit),
                        revision: history.id(node).clone(),
                        path: Arc::clone(&fact.path),
                        kind,
                        published: Arc::clone(&published.by),
                        restores: restores && kind != EditKind::Comments,
                        on_purpose: on_purpose && kind != EditKind::Comments,
                        replaced_by: None,
                        restored_by: None,
                    });
                }
            }
            published.last = Arc::clone(fact);
            published.place = place.clone();
        }
    }

    fn deleted(&mut self, history: &History, step: &Step<'_>, node: Node, edits: &mut Vec<Edit>) {
        let Some(published) = self.published.get_mut(&node) else {
            return;
        };
        if published.deleted.is_some() {
            return;
        }
        published.deleted = Some(edits.len());
        edits.push(Edit {
            commit: Arc::clone(step.commit),
            revision: history.id(node).clone(),
            path: Arc::clone(&published.last.path),
            kind: EditKind::Deleted,
            published: Arc::clone(&published.by),
            restores: false,
            on_purpose: false,
            replaced_by: step
                .replaced
                .get(&node)
                .map(|&other| history.id(other).clone()),
            restored_by: None,
        });
    }
}

fn is_unreadable(history: &History, place: &Place) -> bool {
    history
        .file(place)
        .is_some_and(|fact| matches!(fact.content, Content::Unreadable | Content::Missing))
}

/// The decisions that a file has more than the one before.
fn added<'a>(last: &FileFact, now: &'a Outline) -> impl Iterator<Item = &'a Amended> {
    let before = last.outline().map(Arc::clone);
    let had = move |entry: &Amended| {
        before
            .as_ref()
            .is_some_and(|old| old.amended.contains(entry))
    };
    now.amended.iter().filter(move |entry| !had(entry))
}

/// What differs between the file that was published and what it says now; the bytes differ.
fn kinds(last: &FileFact, now: &Outline) -> Vec<EditKind> {
    let Some(before) = last.outline() else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    let options = (&before.options, &now.options);
    if before.up != now.up || options.0.up != options.1.up {
        kinds.push(EditKind::Scripts);
    } else if before.checksum != now.checksum || options.0 != options.1 {
        kinds.push(EditKind::Down);
    }
    if before.parents != now.parents || before.depends_on != now.depends_on {
        kinds.push(EditKind::Parents);
    }
    if kinds.is_empty() {
        kinds.push(EditKind::Comments);
    }
    kinds
}
