//! The revisions of a branch as they stand while its history goes by.
//!
//! Changes of files come in; who is whose parent and which revisions are heads is
//! kept up by differences. A revision keeps its number (`Node`) for ever, also
//! while it is gone, so that it can be compared with itself when it comes back.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::model::{
    graph::{Graph, Problem, group_lines},
    migration::Checksum,
    revision::{RevId, Revision},
};

/// A number in place of an id.
pub(super) type Node = usize;

/// Where a file stands: which of the folders, and its name there. In file order,
/// and the same when a folder moves.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Which folder, in the order of the configuration.
    pub folder: usize,
    /// The file's name in it.
    pub name: Arc<str>,
}

/// A file as a commit holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFact {
    /// Its path as it is shown.
    pub path: Arc<str>,
    /// Stands for its bytes.
    pub blob: Arc<str>,
    /// What they say.
    pub content: Content,
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A revision.
    Revision(Arc<Outline>),
    /// It cannot be read as one.
    Unreadable,
    /// The clone does not have it: nothing can be said.
    Missing,
}

/// A revision without its scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The id.
    pub revision: RevId,
    /// Its parents.
    pub parents: Vec<RevId>,
    /// What must be applied first without being a parent: ids or labels.
    pub depends_on: Vec<String>,
    /// Names of the line that begins here.
    pub labels: Vec<String>,
    /// What it does, in one line.
    pub message: String,
    /// The checksum of both scripts together.
    pub checksum: Checksum,
    /// The checksum of the up script alone.
    pub up: Checksum,
}

impl Outline {
    /// As the graph sees it.
    fn revision(&self) -> Revision {
        Revision {
            depends_on: self.depends_on.clone(),
            labels: self.labels.clone(),
            ..Revision::new(self.revision.clone(), self.parents.clone())
        }
    }
}

/// What a commit changed: files that are gone, then files that are new or different.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Files that are gone.
    pub removed: Vec<Place>,
    /// Files that are new or different.
    pub put: Vec<(Place, FileFact)>,
}

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
            self.look_for_cycles(settled.touched.union(all).copied().collect());
        } else if settled.moves_the_graph() {
            self.look_for_cycles(settled.touched.iter().copied().collect());
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

    /// A new cycle goes through a revision with new edges, from its dependents back to it.
    fn look_for_cycles(&mut self, starts: Vec<Node>) {
        let dependents = self.dependents();
        let returns = |&start: &Node| {
            let mut seen = BTreeSet::new();
            let mut todo = vec![start];
            while let Some(at) = todo.pop() {
                for &next in self.children[at]
                    .iter()
                    .chain(dependents.get(&at).into_iter().flatten())
                {
                    if next == start {
                        return true;
                    }
                    if seen.insert(next) {
                        todo.push(next);
                    }
                }
            }
            false
        };
        if self.cyclic.is_none() && !starts.iter().any(returns) {
            return;
        }
        let (graph, problems) = Graph::build(
            self.in_file_order()
                .map(|outline| outline.revision())
                .collect(),
        );
        let cycles: Vec<Vec<Node>> = problems
            .iter()
            .filter_map(|problem| match problem {
                Problem::Cycle { members } => Some(self.nodes(members)),
                _ => None,
            })
            .collect();
        self.cyclic = (!cycles.is_empty()).then_some((graph, cycles));
    }

    /// Who depends on each revision, for those that somebody depends on.
    fn dependents(&self) -> HashMap<Node, Vec<Node>> {
        let mut all: HashMap<Node, Vec<Node>> = HashMap::new();
        for (node, _, on) in self.dependencies() {
            if let Some(on) = on
                && on != node
            {
                all.entry(on).or_default().push(node);
            }
        }
        all
    }

    /// All dependencies: who, what it says, and what that is, where it is something.
    pub(super) fn dependencies(&self) -> Vec<(Node, &str, Option<Node>)> {
        if self.dependent.is_empty() {
            return Vec::new();
        }
        // Of two revisions with one label, the first in file order has it.
        let mut named: HashMap<&str, Node> = HashMap::new();
        for node in self.sorted(self.labelled.iter().copied()) {
            for label in self
                .outline(node)
                .into_iter()
                .flat_map(|outline| &outline.labels)
            {
                named.entry(label).or_insert(node);
            }
        }
        let mut all = Vec::new();
        for &node in &self.dependent {
            for name in self
                .outline(node)
                .into_iter()
                .flat_map(|outline| &outline.depends_on)
            {
                let id = self.numbers.get(name.as_str()).copied();
                let on = id
                    .filter(|&id| self.is_here(id))
                    .or_else(|| named.get(name.as_str()).copied());
                all.push((node, name.as_str(), on));
            }
        }
        all
    }

    /// The heads of each line that has several, in file order: as
    /// `Graph::diverged_lines` says of the same revisions.
    pub(super) fn diverged_lines(&mut self) -> Vec<Vec<Node>> {
        if let Some((graph, _)) = &self.cyclic {
            return graph
                .diverged_lines()
                .iter()
                .map(|line| self.nodes(line))
                .collect();
        }
        if self.heads.len() < 2 {
            return Vec::new();
        }
        let heads = self.sorted(self.heads.iter().copied());
        if self.labelled.is_empty() {
            return vec![heads];
        }
        let labels: Vec<BTreeSet<String>> = heads
            .iter()
            .map(|&head| (*self.inherited(head)).clone())
            .collect();
        group_lines(labels)
            .into_iter()
            .filter(|line| line.len() > 1)
            .map(|line| line.into_iter().map(|at| heads[at]).collect())
            .collect()
    }

    /// The labels of a revision and of all its ancestors. There is no cycle.
    fn inherited(&mut self, node: Node) -> Arc<BTreeSet<String>> {
        let mut todo = vec![node];
        while let Some(&at) = todo.last() {
            if self.inherited[at].is_some() {
                todo.pop();
                continue;
            }
            let open: Vec<Node> = self.parents[at]
                .iter()
                .copied()
                .filter(|&parent| self.inherited[parent].is_none())
                .collect();
            if open.is_empty() {
                self.inherited[at] = Some(self.inherit(at));
                todo.pop();
            } else {
                todo.extend(open);
            }
        }
        self.inherited[node].clone().unwrap_or_default()
    }

    fn inherit(&self, node: Node) -> Arc<BTreeSet<String>> {
        let own = self
            .outline(node)
            .map_or(&[][..], |outline| &outline.labels);
        let above: Vec<&Arc<BTreeSet<String>>> = self.parents[node]
            .iter()
            .filter_map(|&parent| self.inherited[parent].as_ref())
            .collect();
        // A long line shares one set.
        if let ([], [only]) = (own, above.as_slice()) {
            return Arc::clone(only);
        }
        let mut all: BTreeSet<String> = own.iter().cloned().collect();
        all.extend(above.into_iter().flat_map(|set| set.iter().cloned()));
        Arc::new(all)
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

    /// The groups of revisions that come before themselves.
    pub(super) fn cycles(&self) -> impl Iterator<Item = &[Node]> {
        self.cyclic
            .iter()
            .flat_map(|(_, cycles)| cycles)
            .map(Vec::as_slice)
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

impl FileFact {
    /// The revision, where it is one.
    pub(super) fn outline(&self) -> Option<&Arc<Outline>> {
        match &self.content {
            Content::Revision(outline) => Some(outline),
            Content::Unreadable | Content::Missing => None,
        }
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
