//! Whether two lines of work fit together: what is wrong once both are merged that
//! was not wrong before.
//!
//! A [`Standing`] is one side, usually mine or the protected branch; a merge says
//! what another branch does to it. Hundreds of branches are judged against one
//! standing, and nearly all of them only add revisions: then the heads follow from
//! the standing's by differences. Anything else builds the whole graph, whose answer
//! is the one that all other commands give.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    audit::{Content, FileFact, Outline},
    footprint::Object,
    graph::{Graph, Problem, group_lines},
    merge::{ConflictKind, Files, Merge},
    revision::RevId,
};

mod among;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use among::{Cluster, Met, among, among_objects, meet};

/// What a branch is called when it was judged. The worst thing that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing that this program knows of.
    Clean,
    /// More heads than before.
    Diverges,
    /// Its scripts and those of the other side collide: it matters which run first, or both
    /// cannot.
    SameObject,
    /// The merged revisions make no graph: see the collisions.
    Broken,
    /// Git would stop at a file of the migrations folders.
    Conflict,
    /// Two files with one revision id.
    DuplicateRevision,
    /// It changes what is published.
    EditsFixed,
    /// It could not be judged.
    Unknown,
}

impl Verdict {
    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Diverges => "diverges",
            Self::SameObject => "same-object",
            Self::Broken => "broken",
            Self::Conflict => "conflict",
            Self::DuplicateRevision => "duplicate-revision",
            Self::EditsFixed => "edits-fixed",
            Self::Unknown => "unknown",
        }
    }

    /// The worst of these collisions. What could not be read is told beside anything that
    /// was found; where nothing was, it is not known.
    pub fn of<'c>(collisions: impl IntoIterator<Item = &'c Collision>) -> Self {
        let (mut worst, mut is_read) = (Self::Clean, true);
        for one in collisions {
            match one.kind {
                Kind::UnreadStatement => is_read = false,
                kind => worst = worst.max(kind.verdict()),
            }
        }
        if worst == Self::Clean && !is_read {
            Self::Unknown
        } else {
            worst
        }
    }
}

/// A way in which two sides do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// More heads than before.
    Diverges,
    /// A statement that could not be read: whether it collides is not known.
    UnreadStatement,
    /// Two scripts of which it matters which runs first, or which cannot both run.
    SameObject,
    /// A file that cannot be read as a revision.
    UnreadableRevision,
    /// A parent or dependency that no file has.
    MissingParent,
    /// Revisions that come before themselves.
    Cycle,
    /// A label twice.
    DuplicateLabel,
    /// Git would stop at a file.
    Conflict,
    /// An id twice.
    DuplicateRevision,
    /// A published revision is edited or deleted.
    EditsFixed,
}

impl Kind {
    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Diverges => "diverges",
            Self::UnreadStatement => "unread-statement",
            Self::SameObject => "same-object",
            Self::UnreadableRevision => "unreadable-revision",
            Self::MissingParent => "missing-parent",
            Self::Cycle => "cycle",
            Self::DuplicateLabel => "duplicate-label",
            Self::Conflict => "conflict",
            Self::DuplicateRevision => "duplicate-revision",
            Self::EditsFixed => "edits-fixed",
        }
    }

    /// It is about what scripts do, which an experiment decides.
    pub fn is_of_scripts(self) -> bool {
        matches!(self, Self::SameObject | Self::UnreadStatement)
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::UnreadStatement => Verdict::Unknown,
            Self::Diverges => Verdict::Diverges,
            Self::SameObject => Verdict::SameObject,
            Self::UnreadableRevision | Self::MissingParent | Self::Cycle | Self::DuplicateLabel => {
                Verdict::Broken
            }
            Self::Conflict => Verdict::Conflict,
            Self::DuplicateRevision => Verdict::DuplicateRevision,
            Self::EditsFixed => Verdict::EditsFixed,
        }
    }
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// What.
    pub kind: Kind,
    /// Which revisions. Where heads diverged: all heads of the line.
    pub revisions: Vec<RevId>,
    /// Where diverged heads part: the last revisions that all of them have.
    pub parts_at: Vec<RevId>,
    /// Which files, where Git would stop or nobody can read one.
    pub paths: Vec<Arc<str>>,
    /// The kind of a conflict.
    pub conflict: Option<ConflictKind>,
    /// What was edited, in words.
    pub details: Vec<String>,
    /// Which objects of the database.
    pub objects: Vec<Object>,
}

impl Collision {
    /// Without files.
    pub fn of(kind: Kind, revisions: Vec<RevId>) -> Self {
        Self {
            kind,
            revisions,
            parts_at: Vec::new(),
            paths: Vec::new(),
            conflict: None,
            details: Vec::new(),
            objects: Vec::new(),
        }
    }
}

/// What was found of one branch.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// What does not fit.
    pub collisions: Vec<Collision>,
    /// What the branch does to the graph.
    pub effect: Effect,
}

/// What a branch does to a standing's graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Effect {
    /// Its new revisions, with the file of each.
    pub added: BTreeMap<RevId, (Arc<str>, Arc<str>)>,
    /// What is not a head any more, or cannot become one, since it has it as a parent.
    pub covered: BTreeSet<RevId>,
    /// The heads that it makes, with their labels.
    pub heads: Vec<(RevId, BTreeSet<String>)>,
}

type Flaw = (Kind, Vec<RevId>);

/// One side, prepared to be compared with many.
#[derive(Debug)]
pub struct Standing {
    files: Files,
    graph: Graph,
    heads: BTreeSet<RevId>,
    /// Heads that are too many.
    excess: usize,
    /// What is wrong already: no fault of a branch.
    flaws: Vec<Flaw>,
    /// The labels of every revision and its ancestors; none where there are no labels.
    inherited: HashMap<RevId, BTreeSet<String>>,
}

impl Standing {
    /// Of the files of a state.
    pub fn new(files: Files) -> Self {
        let (graph, flaws) = build(&files);
        let inherited = inherited(&graph);
        let heads = graph.heads();
        let mut standing = Self {
            files,
            graph,
            heads: heads.iter().cloned().collect(),
            excess: 0,
            flaws,
            inherited,
        };
        let labels = heads.iter().map(|id| standing.labels(id));
        standing.excess = excess(&group_lines(labels));
        standing
    }

    /// Its files.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Its graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// It has more heads than it should.
    pub fn is_diverged(&self) -> bool {
        self.excess > 0
    }

    /// What is wrong after the merge that was not before.
    pub fn judge(&self, merge: &Merge) -> Judgement {
        let mut collisions: Vec<Collision> = merge.conflicts.iter().map(stopped).collect();
        for file in &merge.put {
            if file.content == Content::Unreadable {
                collisions.push(Collision {
                    paths: vec![Arc::clone(&file.path)],
                    ..Collision::of(Kind::UnreadableRevision, Vec::new())
                });
            }
        }
        let mut judgement = match self.additions(merge) {
            Some(added) => self.judge_additions(&added),
            None => self.judge_all(merge),
        };
        collisions.append(&mut judgement.collisions);
        Judgement {
            collisions,
            ..judgement
        }
    }

    /// The new revisions, parents first, where nothing else happens than that they
    /// are added to a sound graph.
    fn additions<'m>(&self, merge: &'m Merge) -> Option<Vec<(&'m FileFact, &'m Outline)>> {
        if !merge.removed.is_empty() || !self.flaws.is_empty() {
            return None;
        }
        let mut new: BTreeMap<&RevId, (&FileFact, &Outline)> = BTreeMap::new();
        for file in &merge.put {
            let Content::Revision(outline) = &file.content else {
                return None;
            };
            let plain = outline.labels.is_empty() && outline.depends_on.is_empty();
            if !plain
                || self.files.get(&file.path).is_some()
                || self.graph.get(outline.revision.as_str()).is_some()
                || self.is_label(&outline.revision)
                || new.insert(&outline.revision, (file, outline)).is_some()
            {
                return None;
            }
        }
        let mut sorted = Vec::with_capacity(new.len());
        let mut done: BTreeSet<&RevId> = BTreeSet::new();
        while sorted.len() < new.len() {
            let before = sorted.len();
            for (id, one) in &new {
                let ready = |parent: &RevId| {
                    done.contains(parent) || self.graph.get(parent.as_str()).is_some()
                };
                if !done.contains(*id) && one.1.parents.iter().all(ready) {
                    sorted.push(*one);
                    done.insert(id);
                }
            }
            // A cycle, or a parent that nobody has.
            if sorted.len() == before {
                return None;
            }
        }
        Some(sorted)
    }

    fn judge_additions(&self, added: &[(&FileFact, &Outline)]) -> Judgement {
        let mut effect = Effect::default();
        let mut labels: HashMap<&RevId, BTreeSet<String>> = HashMap::new();
        for (file, outline) in added {
            effect.covered.extend(outline.parents.iter().cloned());
            let place = (Arc::clone(&file.path), Arc::clone(&file.blob));
            effect.added.insert(outline.revision.clone(), place);
            if !self.inherited.is_empty() {
                let all = outline.parents.iter().flat_map(|parent| {
                    let own = labels.get(parent).cloned();
                    own.unwrap_or_else(|| self.labels(parent))
                });
                labels.insert(&outline.revision, all.collect());
            }
        }
        effect.heads = effect
            .added
            .keys()
            .filter(|id| !effect.covered.contains(*id))
            .map(|id| (id.clone(), labels.get(id).cloned().unwrap_or_default()))
            .collect();
        let old = self.heads.iter().filter(|id| !effect.covered.contains(*id));
        let heads: Vec<(RevId, BTreeSet<String>)> = old
            .map(|id| (id.clone(), self.labels(id)))
            .chain(effect.heads.iter().cloned())
            .collect();
        let above: HashMap<&RevId, &Outline> = added
            .iter()
            .map(|(_, outline)| (&outline.revision, *outline))
            .collect();
        let collisions = self.diverged(&heads, |heads| self.parts_at(heads, &above));
        Judgement { collisions, effect }
    }

    fn judge_all(&self, merge: &Merge) -> Judgement {
        let files = self.files.merged(merge);
        let (graph, flaws) = build(&files);
        let inherited = inherited(&graph);
        let labels = |id: &RevId| inherited.get(id).cloned().unwrap_or_default();
        let heads: Vec<(RevId, BTreeSet<String>)> = graph
            .heads()
            .into_iter()
            .map(|id| (id.clone(), labels(&id)))
            .collect();
        let mut collisions: Vec<Collision> = Vec::new();
        let mut known = self.flaws.clone();
        for flaw in flaws {
            match known.iter().position(|old| *old == flaw) {
                Some(at) => {
                    known.swap_remove(at);
                }
                None => collisions.push(Collision::of(flaw.0, flaw.1)),
            }
        }
        // Where revisions come before themselves, who is a head says nothing.
        if collisions.iter().all(|one| one.kind != Kind::Cycle) {
            collisions.extend(self.diverged(&heads, |heads| graph.merge_bases(heads)));
        }
        let mut effect = Effect::default();
        for file in &merge.put {
            if let Content::Revision(outline) = &file.content {
                effect.covered.extend(outline.parents.iter().cloned());
                if self.graph.get(outline.revision.as_str()).is_none() {
                    let place = (Arc::clone(&file.path), Arc::clone(&file.blob));
                    effect.added.insert(outline.revision.clone(), place);
                }
            }
        }
        effect.heads = heads
            .into_iter()
            .filter(|(id, _)| !self.heads.contains(id))
            .collect();
        Judgement { collisions, effect }
    }

    fn diverged(
        &self,
        heads: &[(RevId, BTreeSet<String>)],
        parts_at: impl Fn(&[RevId]) -> Vec<RevId>,
    ) -> Vec<Collision> {
        let lines = group_lines(heads.iter().map(|(_, labels)| labels.clone()));
        // A branch that leaves an old divergence as it was does not make one.
        if excess(&lines) <= self.excess {
            return Vec::new();
        }
        lines
            .into_iter()
            .filter(|line| line.len() > 1)
            .map(|line| {
                line.into_iter()
                    .map(|at| heads[at].0.clone())
                    .collect::<Vec<_>>()
            })
            .filter(|line| line.iter().any(|id| !self.heads.contains(id)))
            .map(|revisions| Collision {
                parts_at: parts_at(&revisions),
                ..Collision::of(Kind::Diverges, revisions)
            })
            .collect()
    }

    /// Where heads part, some of which are not in the graph yet.
    fn parts_at(&self, heads: &[RevId], above: &HashMap<&RevId, &Outline>) -> Vec<RevId> {
        // Nearly always: each is a chain of its own on one old revision.
        let attached = |head: &RevId| {
            let mut at = head;
            while let Some(outline) = above.get(at) {
                match outline.parents.as_slice() {
                    [one] => at = one,
                    _ => return None,
                }
            }
            Some(at.clone())
        };
        let is_new = |id: &RevId| above.contains_key(id);
        if heads.iter().filter(|id| is_new(id)).count() < 2
            && let Some(old) = heads.iter().map(attached).collect::<Option<Vec<_>>>()
        {
            return self.graph.merge_bases(&old);
        }
        // All ancestors of revisions: the new ones among them, and the others.
        let ancestors = |of: &[RevId]| -> (BTreeSet<RevId>, BTreeSet<RevId>) {
            let (mut new, mut known) = (BTreeSet::new(), Vec::new());
            let mut todo: Vec<&RevId> = of.iter().collect();
            while let Some(id) = todo.pop() {
                match above.get(id) {
                    Some(outline) if new.insert(id.clone()) => todo.extend(&outline.parents),
                    Some(_) => {}
                    None => known.push(id.clone()),
                }
            }
            (new, self.graph.ancestors(&known))
        };
        let both = |a: &BTreeSet<RevId>, b: &BTreeSet<RevId>| a.intersection(b).cloned().collect();
        let common = heads
            .iter()
            .map(|head| ancestors(std::slice::from_ref(head)))
            .reduce(|(new, known), (more, older)| (both(&new, &more), both(&known, &older)));
        let (new, known) = common.unwrap_or_default();
        // The newest of them: what none of the others descends from.
        let parents: Vec<RevId> = new
            .iter()
            .filter_map(|id| above.get(id))
            .flat_map(|outline| outline.parents.iter().cloned())
            .collect();
        let (_, needed) = ancestors(&parents);
        let mut newest = self.graph.maximal(&known);
        newest.retain(|id| !needed.contains(id));
        newest.extend(new.into_iter().filter(|id| !parents.contains(id)));
        newest
    }

    fn labels(&self, id: &RevId) -> BTreeSet<String> {
        self.inherited.get(id).cloned().unwrap_or_default()
    }

    fn is_label(&self, id: &RevId) -> bool {
        !self.inherited.is_empty()
            && self
                .graph
                .iter()
                .any(|one| one.labels.iter().any(|label| label == id.as_str()))
    }
}

/// A place where Git would stop. Two files of one name and one id are two revisions
/// that were given one id; with the same scripts they are one, which came by two ways (a squash, a restack).
fn stopped(conflict: &super::merge::Conflict) -> Collision {
    let kind = match conflict.kind {
        ConflictKind::Added if conflict.revisions.len() == 1 && !conflict.same_scripts => {
            Kind::DuplicateRevision
        }
        _ => Kind::Conflict,
    };
    Collision {
        paths: conflict.paths.clone(),
        conflict: Some(conflict.kind),
        ..Collision::of(kind, conflict.revisions.clone())
    }
}

fn excess(lines: &[Vec<usize>]) -> usize {
    lines.iter().map(|line| line.len() - 1).sum()
}

fn build(files: &Files) -> (Graph, Vec<Flaw>) {
    let outlines: Vec<&Arc<Outline>> = files.iter().filter_map(FileFact::outline).collect();
    let (graph, problems) = Graph::of(outlines.iter().map(|one| Arc::clone(&one.node)).collect());
    let flaws = problems
        .into_iter()
        .map(|problem| flaw(problem, &outlines))
        .collect();
    (graph, flaws)
}

fn flaw(problem: Problem, outlines: &[&Arc<Outline>]) -> Flaw {
    match problem {
        Problem::DuplicateId { second, .. } => (
            Kind::DuplicateRevision,
            vec![outlines[second].revision.clone()],
        ),
        Problem::MissingParent { revision, parent } => {
            (Kind::MissingParent, vec![revision, parent])
        }
        Problem::MissingDependency { revision, .. } => (Kind::MissingParent, vec![revision]),
        Problem::SelfParent { revision } | Problem::SelfDependency { revision, .. } => {
            (Kind::Cycle, vec![revision])
        }
        Problem::Cycle { mut members } => {
            members.sort();
            (Kind::Cycle, members)
        }
        Problem::DuplicateLabel { first, second, .. } => {
            (Kind::DuplicateLabel, vec![first, second])
        }
        Problem::LabelIsId { revision, .. } => (Kind::DuplicateLabel, vec![revision]),
    }
}

/// The labels that a revision and its ancestors by parents declare: what a head
/// answers to. Empty where nobody declares any.
fn inherited(graph: &Graph) -> HashMap<RevId, BTreeSet<String>> {
    let mut all: HashMap<RevId, BTreeSet<String>> = HashMap::new();
    if graph.iter().all(|one| one.labels.is_empty()) {
        return all;
    }
    // Children come after their parents, whatever the files are called.
    let mut todo: Vec<RevId> = graph.iter().map(|one| one.id.clone()).collect();
    while let Some(id) = todo.last().cloned() {
        if all.contains_key(&id) {
            todo.pop();
            continue;
        }
        let parents = graph.parents(id.as_str());
        let open = parents.iter().filter(|one| !all.contains_key(*one));
        let open: Vec<RevId> = open.cloned().collect();
        if open.is_empty() {
            let own = graph.get(id.as_str()).map(|one| &one.labels);
            let above = parents.iter().filter_map(|one| all.get(one)).flatten();
            let labels = own.into_iter().flatten().chain(above).cloned().collect();
            all.insert(id, labels);
        } else {
            todo.extend(open);
        }
    }
    all
}
