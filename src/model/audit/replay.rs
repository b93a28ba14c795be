//! The replay: commits go in, oldest first, and what they landed is judged.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    divergence, edits,
    facts::{Change, Outline},
    history::{History, Node, Settled},
    problems,
    report::{Commit, Report},
};

/// A history that is being replayed.
#[derive(Debug, Default)]
pub struct Replay {
    history: History,
    report: Report,
    divergences: divergence::Tracker,
    edits: edits::Tracker,
    problems: problems::Tracker,
    /// The landing that brought each revision.
    arrived: HashMap<Node, Arc<Commit>>,
    /// What was there before the first commit is not known.
    cut_off: bool,
    /// Something changed since the last landing.
    changed: bool,
}

/// One landing, as those who judge it see it.
pub(super) struct Step<'a> {
    pub(super) commit: &'a Arc<Commit>,
    pub(super) settled: &'a Settled,
    /// Revisions that are gone although their file is there and cannot be read.
    pub(super) hidden: &'a BTreeSet<Node>,
    /// Revisions that came back under another id.
    pub(super) replaced: &'a BTreeMap<Node, Node>,
    pub(super) arrived: &'a HashMap<Node, Arc<Commit>>,
    /// What it shows may be older than it.
    pub(super) from_before: bool,
}

impl Replay {
    /// The beginning of a branch; `cut_off` where there was something before the
    /// first commit that will be shown (a shallow clone).
    pub fn new(cut_off: bool) -> Self {
        Self {
            cut_off,
            ..Self::default()
        }
    }

    /// The next commit along the branch. With `lands` it ends a landing, which is judged.
    pub fn commit(&mut self, commit: &Arc<Commit>, change: &Change, lands: bool) {
        self.report.commits += 1;
        if !(change.removed.is_empty() && change.put.is_empty()) {
            self.history.apply(change);
            self.changed = true;
        }
        if !lands {
            return;
        }
        self.report.landings += 1;
        let first = self
            .report
            .span
            .as_ref()
            .map_or_else(|| Arc::clone(commit), |(first, _)| Arc::clone(first));
        self.report.span = Some((first, Arc::clone(commit)));
        if std::mem::take(&mut self.changed) {
            self.report.changing += 1;
            self.land(commit);
        }
    }

    fn land(&mut self, commit: &Arc<Commit>) {
        for node in self.edits.unhidden(&self.history) {
            self.history.touch(node);
        }
        let settled = self.history.settle();
        for &node in &settled.came {
            self.arrived.insert(node, Arc::clone(commit));
        }
        let hidden = self.edits.hidden(&self.history, &settled);
        let replaced = replacements(&self.history, &settled, &hidden);
        let step = Step {
            commit,
            settled: &settled,
            hidden: &hidden,
            replaced: &replaced,
            arrived: &self.arrived,
            from_before: self.cut_off && self.report.changing == 1,
        };
        let report = &mut self.report;
        self.edits.land(&self.history, &step, report);
        self.divergences
            .land(&mut self.history, &step, &mut report.divergences);
        self.problems
            .land(&self.history, &step, &mut report.problems);
    }

    /// What was found.
    pub fn report(mut self) -> Report {
        self.report.revisions = self.history.len();
        self.report
    }
}

/// Which revisions that are gone came back in the same landing under another id: with
/// the same scripts, or, as numbered ids go, with the same name behind another number.
fn replacements(
    history: &History,
    settled: &Settled,
    hidden: &BTreeSet<Node>,
) -> BTreeMap<Node, Node> {
    // By ids, so that it does not depend on who was seen first.
    let by_id = |nodes: &mut dyn Iterator<Item = Node>| {
        let mut nodes: Vec<Node> = nodes.collect();
        nodes.sort_by_key(|&node| history.id(node));
        nodes
    };
    let mut free = by_id(&mut settled.came.iter().copied());
    let mut replaced = BTreeMap::new();
    for gone in by_id(&mut settled.gone.keys().copied()) {
        let Some(old) = settled.gone.get(&gone).filter(|_| !hidden.contains(&gone)) else {
            continue;
        };
        let rank = |&node: &Node| history.outline(node).map_or(0, |new| likeness(old, new));
        let best = free
            .iter()
            .enumerate()
            .map(|(at, node)| (rank(node), std::cmp::Reverse(at)))
            .max();
        if let Some((1.., std::cmp::Reverse(at))) = best {
            replaced.insert(gone, free.remove(at));
        }
    }
    replaced
}

/// How sure it is that one revision is the other one under another id; 0 = it is not.
pub(super) fn likeness(old: &Outline, new: &Outline) -> u8 {
    let name = |outline: &Outline| {
        let id = outline.revision.as_str();
        let rest = id.trim_start_matches(|c: char| c.is_ascii_digit());
        (rest.len() < id.len() && !rest.is_empty()).then(|| rest.to_owned())
    };
    let same_name = name(old).is_some() && name(old) == name(new);
    let same_scripts = old.checksum == new.checksum;
    2 * u8::from(same_name)
        + 2 * u8::from(same_scripts)
        + u8::from(same_scripts && old.message == new.message)
}
