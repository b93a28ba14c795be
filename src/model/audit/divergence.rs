//! Divergences from the landing that made them to the one that ended them.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    history::{History, Node},
    replay::Step,
    report::{Divergence, Head, How},
};

/// The divergences that are open.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    /// Which one of the report.
    at: usize,
    /// The heads that wait to be joined.
    strands: Vec<Node>,
}

enum Fate {
    /// It is still there, as this one of the diverged lines.
    Goes(usize),
    Ended(How),
}

impl Tracker {
    pub(super) fn land(
        &mut self,
        history: &mut History,
        step: &Step<'_>,
        report: &mut Vec<Divergence>,
    ) {
        if !step.settled.moves_the_graph() {
            return;
        }
        let lines = history.diverged_lines();
        let mut taken = vec![false; lines.len()];
        for mut open in std::mem::take(&mut self.open) {
            let divergence = &mut report[open.at];
            match fate(history, step, &open.strands, &lines, &taken) {
                Fate::Goes(line) => {
                    taken[line] = true;
                    let line = &lines[line];
                    if line.len() > open.strands.len() {
                        divergence.grew.push(Arc::clone(step.commit));
                    }
                    divergence.most_heads = divergence.most_heads.max(line.len());
                    open.strands.clone_from(line);
                    self.open.push(open);
                }
                Fate::Ended(how) => {
                    divergence.how = how;
                    divergence.repaired_by = Some(Arc::clone(step.commit));
                }
            }
        }
        for (line, _) in lines.iter().zip(taken).filter(|(_, taken)| !taken) {
            self.open.push(Open {
                at: report.len(),
                strands: line.clone(),
            });
            report.push(begun(history, step, line));
        }
    }
}

fn begun(history: &History, step: &Step<'_>, line: &[Node]) -> Divergence {
    let head = |&node: &Node| Head {
        revision: history.id(node).clone(),
        message: history
            .outline(node)
            .map(|outline| outline.message.clone())
            .unwrap_or_default(),
        commit: Arc::clone(step.arrived.get(&node).unwrap_or(step.commit)),
    };
    Divergence {
        commit: Arc::clone(step.commit),
        from_before: step.from_before,
        heads: line.iter().map(head).collect(),
        parts_at: parts_at(history, line)
            .into_iter()
            .map(|node| history.id(node).clone())
            .collect(),
        grew: Vec::new(),
        most_heads: line.len(),
        repaired_by: None,
        how: How::Open,
    }
}

/// The common ancestors of the heads that no other common ancestor descends from.
fn parts_at(history: &History, line: &[Node]) -> BTreeSet<Node> {
    let common = common(line.iter().map(|&head| history.ancestors(head)));
    let inner = |node: &Node| {
        history
            .children(*node)
            .iter()
            .any(|child| common.contains(child))
    };
    common.iter().copied().filter(|node| !inner(node)).collect()
}

fn common(sets: impl Iterator<Item = BTreeSet<Node>>) -> BTreeSet<Node> {
    sets.reduce(|all, set| all.intersection(&set).copied().collect())
        .unwrap_or_default()
}

fn fate(
    history: &History,
    step: &Step<'_>,
    strands: &[Node],
    lines: &[Vec<Node>],
    taken: &[bool],
) -> Fate {
    // A strand that came back under another id is still waiting.
    let left: Vec<Node> = strands
        .iter()
        .filter_map(|node| {
            if history.is_here(*node) {
                Some(*node)
            } else {
                step.replaced.get(node).copied()
            }
        })
        .collect();
    if left.len() < 2 {
        return Fate::Ended(how_without(step, strands));
    }
    let below: Vec<BTreeSet<Node>> = left.iter().map(|&node| history.descendants(node)).collect();
    if !common(below.iter().cloned()).is_empty() {
        return Fate::Ended(how_joined(history, step, strands, &below));
    }
    let waiting = |line: &&Vec<Node>| {
        let strands = below
            .iter()
            .filter(|below| line.iter().any(|head| below.contains(head)));
        strands.count() > 1
    };
    match (0..lines.len()).find(|&at| !taken[at] && waiting(&&lines[at])) {
        Some(at) => Fate::Goes(at),
        None => Fate::Ended(how_without(step, strands)),
    }
}

/// How it ended where nothing joined the heads.
fn how_without(step: &Step<'_>, strands: &[Node]) -> How {
    let gone = |node: &&Node| step.settled.gone.contains_key(node);
    let mut gone = strands.iter().filter(gone).peekable();
    if gone.peek().is_some() {
        return if gone.all(|node| step.hidden.contains(node)) {
            How::Other
        } else {
            How::Deleted
        };
    }
    if step.settled.relinked.is_empty() {
        How::Other
    } else {
        How::Labelled
    }
}

/// How it ended, given what descends from each of the heads that were left.
fn how_joined(
    history: &History,
    step: &Step<'_>,
    strands: &[Node],
    below: &[BTreeSet<Node>],
) -> How {
    if strands.iter().any(|node| step.replaced.contains_key(node)) {
        return How::Renumbered;
    }
    let settled = step.settled;
    // Not only what stands above all heads: one may have been put below another.
    let is_below = |node: &Node| below.iter().any(|below| below.contains(node));
    let is_merge = |node: &Node| is_below(node) && history.parents(*node).len() > 1;
    if settled.came.iter().any(is_merge) {
        How::MergeRevision
    } else if settled.relinked.iter().any(is_below) {
        How::Reparented
    } else if strands.iter().any(|node| settled.gone.contains_key(node)) {
        How::Deleted
    } else if !step.replaced.is_empty() {
        How::Renumbered
    } else {
        How::Other
    }
}
