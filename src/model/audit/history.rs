//! The revisions of a branch as they stand while its history goes by.
//!
//! Changes of files come in; who is whose parent and which revisions are heads is
//! kept up by differences. A revision keeps its number (`Node`) for ever, also
//! while it is gone, so that it can be compared with itself when it comes back.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::facts::{Change, Content, FileFact, Outline, Place};
use crate::model::{graph::Graph, revision::RevId};

mod cycles;
mod lines;

/// A number in place of an id.
pub(super) type Node = usize;

/// The revisions as they stand.
#[derive(Debug, Default)]
pub(super) struct History {
    ids: Vec<RevId>,
    numbers: HashMap<RevId, Node>,
    files: HashMap<Place, Arc<FileFact>>,
    /// The files of each revision, in file order: the first one counts.
    holders: Vec<BTreeMap<Place, Arc<FileFact>>>,
    /// What each revision was when its edges were last taken over.
    linked: Vec<Option<Arc<Outline>>>,
    /// The parents that the graph was last told of, without itself; some may be absent.
    parents: Vec<Vec<Node>>,
    children: Vec<BTreeSet<Node>>,
    heads: BTreeSet<Node>,
    /// Revisions with dependencies, and with labels: rare, and looked at as a whole.
    dependent: BTreeSet<Node>,
    labelled: BTreeSet<Node>,
    unreadable: BTreeMap<Place, Arc<FileFact>>,
    duplicates: BTreeSet<Node>,
    /// The labels of each revision and its ancestors, as far as they were asked for.
    inherited: Vec<Option<Arc<BTreeSet<String>>>>,
    /// The whole graph, built only while there is a cycle in it.
    cyclic: Option<(Graph, Vec<Vec<Node>>)>,
    /// What `settle` has not looked at yet.
    touched: BTreeSet<Node>,
}

/// What differs since the last landing.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// Revisions whose files changed in any way.
    pub(super) touched: BTreeSet<Node>,
    /// Those that were not there.
    pub(super) came: BTreeSet<Node>,
    /// Those that are not there any more, with what they were.
    pub(super) gone: BTreeMap<Node, Arc<Outline>>,
    /// Those that have other parents, dependencies or labels.
    pub(super) relinked: BTreeSet<Node>,
}

impl Settled {
    /// The graph is another one.
    pub(super) fn moves_the_graph(&self) -> bool {
        !(self.came.is_empty() && self.gone.is_empty() && self.relinked.is_empty())
    }
}

impl History {
    /// Takes a commit's change.
    pub(super) fn apply(&mut self, change: &Change) {
        for place in &change.removed {
            self.take(place);
        }
        for (place, fact) in &change.put {
            self.take(place);
            let fact = Arc::new(fact.clone());
            match &fact.content {
                Content::Revision(outline) => {
                    let node = self.number(&outline.revision);
                    self.holders[node].insert(place.clone(), Arc::clone(&fact));
                    self.touched.insert(node);
                }
                Content::Unreadable => {
                    self.unreadable.insert(place.clone(), Arc::clone(&fact));
                }
                Content::Missing => {}
            }
            self.files.insert(place.clone(), fact);
        }
    }

    fn take(&mut self, place: &Place) {
        let Some(old) = self.files.remove(place) else {
            return;
        };
        self.unreadable.remove(place);
        if let Content::Revision(outline) = &old.content {
            let node = self.number(&outline.revision);
            self.holders[node].remove(place);
            self.touched.insert(node);
        }
    }

    /// Names a revision whose fate was open, for `settle` to look at again.
    pub(super) fn touch(&mut self, node: Node) {
        self.touched.insert(node);
    }

    /// Brings heads and labels up to date; at the end of a landing.
    pub(super) fn settle(&mut self) -> Settled {
        let mut settled = Settled {
            touched: std::mem::take(&mut self.touched),
            ..Settled::default()
        };
        let labelled = |history: &Self, settled: &Settled| {
            settled
                .touched
                .iter()
                .any(|node| history.labelled.contains(node))
        };
        let had_labels = labelled(self, &settled);
        for &node in &settled.touched {
            if self.holders[node].len() > 1 {
                self.duplicates.insert(node);
            } else {
                self.duplicates.remove(&node);
            }
            let now = self.outline(node).cloned();
            let before = std::mem::replace(&mut self.linked[node], now.clone());
            let same = match (before, &now) {
                (None, None) => true,
                (None, Some(_)) => !settled.came.insert(node),
                (Some(before), None) => settled.gone.insert(node, before).is_some(),
                (Some(before), Some(now)) => {
                    let same = before.parents == now.parents
                        && before.depends_on == now.depends_on
                        && before.labels == now.labels;
                    same || !settled.relinked.insert(node)
                }
            };
            if !same {
                self.relink(node, now.as_deref());
            }
        }
        if had_labels || labelled(self, &settled) {
            // What a dependency means may have changed, far from the revision that was touched.
            let all = &self.dependent;
            let starts = settled.touched.union(all).copied().collect();
            self.look_for_cycles(&starts);
        } else if settled.moves_the_graph() {
            self.look_for_cycles(&settled.touched);
        }
        settled
    }

    /// Takes over the edges of a revision.
    fn relink(&mut self, node: Node, outline: Option<&Outline>) {
        let mut parents = Vec::new();
        for parent in outline.map_or(&[][..], |outline| &outline.parents) {
            let parent = self.number(parent);
            if parent != node && !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        let depends = outline.is_some_and(|outline| !outline.depends_on.is_empty());
        let labels = outline.is_some_and(|outline| !outline.labels.is_empty());
        let was_head = self.heads.contains(&node);
        let was_leaf = self.children[node].is_empty();
        for parent in std::mem::take(&mut self.parents[node]) {
            self.children[parent].remove(&node);
            self.weigh(parent);
        }
        for &parent in &parents {
            self.children[parent].insert(node);
            self.weigh(parent);
        }
        self.parents[node] = parents;
        self.weigh(node);
        for (has, set) in [(depends, &mut self.dependent), (labels, &mut self.labelled)] {
            if has {
                set.insert(node);
            } else {
                set.remove(&node);
            }
        }
        // A leaf that is new inherits from what is known; anything else may change what others have.
        if was_leaf && !was_head {
            self.inherited[node] = None;
        } else {
            self.inherited.fill(None);
        }
    }

    /// Whether it is a head follows from its files and its children.
    fn weigh(&mut self, node: Node) {
        if self.is_here(node) && self.children[node].is_empty() {
            self.heads.insert(node);
        } else {
            self.heads.remove(&node);
        }
    }

    /// The revisions that descend from `node`, with itself. Inside a cycle nobody
    /// descends from anybody, as for the heads.
    pub(super) fn descendants(&self, node: Node) -> BTreeSet<Node> {
        reach(node, |at| match &self.cyclic {
            None => self.children[at].iter().copied().collect(),
            Some((graph, _)) => self.nodes(&graph.children(self.id(at).as_str())),
        })
    }

    /// The revisions that `node` descends from, with itself; absent ones are left out.
    pub(super) fn ancestors(&self, node: Node) -> BTreeSet<Node> {
        let mut all = reach(node, |at| match &self.cyclic {
            None => self.parents[at].clone(),
            Some((graph, _)) => self.nodes(&graph.parents(self.id(at).as_str())),
        });
        all.retain(|&node| self.is_here(node));
        all
    }

    /// Revisions with several files.
    pub(super) fn duplicates(&self) -> impl Iterator<Item = Node> {
        self.duplicates.iter().copied()
    }

    /// Files that are no revision.
    pub(super) fn unreadable(&self) -> impl Iterator<Item = (&Place, &Arc<FileFact>)> {
        self.unreadable.iter()
    }

    /// The file at a place.
    pub(super) fn file(&self, place: &Place) -> Option<&Arc<FileFact>> {
        self.files.get(place)
    }

    /// The files of a revision in file order.
    pub(super) fn holders(&self, node: Node) -> impl Iterator<Item = (&Place, &Arc<FileFact>)> {
        self.holders[node].iter()
    }

    /// Some file has it.
    pub(super) fn is_here(&self, node: Node) -> bool {
        !self.holders[node].is_empty()
    }

    /// What the first of its files says.
    pub(super) fn outline(&self, node: Node) -> Option<&Arc<Outline>> {
        self.holders(node).find_map(|(_, fact)| fact.outline())
    }

    /// Its parents, absent ones included.
    pub(super) fn parents(&self, node: Node) -> &[Node] {
        &self.parents[node]
    }

    /// Those that name it as a parent.
    pub(super) fn children(&self, node: Node) -> &BTreeSet<Node> {
        &self.children[node]
    }

    pub(super) fn id(&self, node: Node) -> &RevId {
        &self.ids[node]
    }

    /// How many revisions there are.
    pub(super) fn len(&self) -> usize {
        self.holders
            .iter()
            .filter(|files| !files.is_empty())
            .count()
    }

    fn number(&mut self, id: &RevId) -> Node {
        if let Some(&node) = self.numbers.get(id) {
            return node;
        }
        let node = self.ids.len();
        self.ids.push(id.clone());
        self.numbers.insert(id.clone(), node);
        self.holders.push(BTreeMap::new());
        self.parents.push(Vec::new());
        self.children.push(BTreeSet::new());
        self.linked.push(None);
        self.inherited.push(None);
        node
    }

    fn nodes(&self, ids: &[RevId]) -> Vec<Node> {
        ids.iter()
            .filter_map(|id| self.numbers.get(id).copied())
            .collect()
    }

    /// Nodes that are here, in file order.
    fn sorted(&self, nodes: impl Iterator<Item = Node>) -> Vec<Node> {
        let mut nodes: Vec<Node> = nodes.collect();
        nodes.sort_by_key(|&node| self.holders[node].keys().next());
        nodes
    }

    fn in_file_order(&self) -> impl Iterator<Item = &Arc<Outline>> {
        let all = (0..self.ids.len()).filter(|&node| self.is_here(node));
        self.sorted(all)
            .into_iter()
            .filter_map(|node| self.outline(node))
    }
}

fn reach(start: Node, edges: impl Fn(Node) -> Vec<Node>) -> BTreeSet<Node> {
    let mut all = BTreeSet::from([start]);
    let mut todo = vec![start];
    while let Some(at) = todo.pop() {
        todo.extend(edges(at).into_iter().filter(|&next| all.insert(next)));
    }
    all
}
