//! The audit again, slowly: for each landing everything from scratch, by brute force.
//!
//! It shares nothing with the replay but the words of the report and the rule of
//! which revision is another one under a new id.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    facts::{Content, FileFact, Outline, Place},
    replay::likeness,
    report::{EditKind, ProblemKind},
};

/// The files of a branch after one landing.
pub(super) type State = BTreeMap<Place, FileFact>;

/// What the reference says, with landings by their numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// First landing, last landing, heads at first, most heads.
    pub(super) divergences: Vec<(usize, Option<usize>, Vec<String>, usize)>,
    /// Landing, revision, kind.
    pub(super) edits: BTreeSet<(usize, String, EditKind)>,
    /// Kind, revisions, first landing, last landing.
    pub(super) problems: BTreeSet<(ProblemKind, Vec<String>, usize, Option<usize>)>,
}

/// The graph of one state.
struct World {
    /// The first file of each revision.
    revisions: BTreeMap<String, Outline>,
    /// In file order.
    order: Vec<String>,
    parents: BTreeMap<String, BTreeSet<String>>,
    state: State,
}

impl World {
    fn new(state: &State) -> Self {
        let mut world = Self {
            revisions: BTreeMap::new(),
            order: Vec::new(),
            parents: BTreeMap::new(),
            state: state.clone(),
        };
        for fact in state.values() {
            if let Content::Revision(outline) = &fact.content {
                let id = outline.revision.to_string();
                if !world.revisions.contains_key(&id) {
                    world.order.push(id.clone());
                    world.revisions.insert(id, (**outline).clone());
                }
            }
        }
        for (id, outline) in &world.revisions {
            let here = |name: &&String| world.revisions.contains_key(*name) && *name != id;
            let names: Vec<String> = outline.parents.iter().map(ToString::to_string).collect();
            world
                .parents
                .insert(id.clone(), names.iter().filter(here).cloned().collect());
        }
        world
    }

    fn named(&self, name: &str) -> Option<String> {
        if self.revisions.contains_key(name) {
            return Some(name.to_owned());
        }
        let labelled = |id: &&String| self.revisions[*id].labels.iter().any(|label| label == name);
        self.order.iter().find(labelled).cloned()
    }

    /// Parents and dependencies.
    fn needs(&self, id: &str) -> BTreeSet<String> {
        let mut all = self.parents[id].clone();
        let named = self.revisions[id]
            .depends_on
            .iter()
            .filter_map(|name| self.named(name));
        all.extend(named.filter(|other| other != id));
        all
    }

    fn needs_all(&self, id: &str) -> BTreeSet<String> {
        everything_above(id, &|id| self.needs(id))
    }

    /// Members of the cycle that `id` is in, with itself; empty where it is in none.
    fn tangle(&self, id: &str) -> BTreeSet<String> {
        let above = self.needs_all(id);
        if !above.contains(id) {
            return BTreeSet::new();
        }
        above
            .into_iter()
            .filter(|other| self.needs_all(other).contains(id))
            .collect()
    }

    /// Parents that are not of the same cycle.
    fn sound_parents(&self, id: &str) -> BTreeSet<String> {
        let tangle = self.tangle(id);
        self.parents[id]
            .iter()
            .filter(|parent| !tangle.contains(*parent))
            .cloned()
            .collect()
    }

    fn has_cycle(&self) -> bool {
        self.revisions.keys().any(|id| !self.tangle(id).is_empty())
    }

    fn lines(&self) -> Vec<Vec<String>> {
        let sound: BTreeMap<&String, BTreeSet<String>> = self
            .revisions
            .keys()
            .map(|id| (id, self.sound_parents(id)))
            .collect();
        let heads: Vec<&String> = self
            .order
            .iter()
            .filter(|id| !sound.values().any(|parents| parents.contains(*id)))
            .collect();
        let mut lines: Vec<(BTreeSet<String>, Vec<String>)> = Vec::new();
        for head in heads {
            let mut all = everything_above(head, &|id| sound[&id.to_owned()].clone());
            all.insert(head.clone());
            let labels: BTreeSet<String> = all
                .iter()
                .flat_map(|id| self.revisions[id].labels.clone())
                .collect();
            let (same, mut other): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(theirs, _)| {
                !theirs.is_disjoint(&labels) || (theirs.is_empty() && labels.is_empty())
            });
            let mut line = (labels, vec![head.clone()]);
            for (labels, heads) in same {
                line.0.extend(labels);
                line.1.extend(heads);
            }
            other.push(line);
            lines = other;
        }
        let at = |id: &String| self.order.iter().position(|other| other == id);
        let mut lines: Vec<Vec<String>> = lines
            .into_iter()
            .map(|(_, mut heads)| {
                heads.sort_by_key(&at);
                heads
            })
            .filter(|heads| heads.len() > 1)
            .collect();
        lines.sort_by_key(|heads| heads.first().and_then(&at));
        lines
    }

    /// `id` and everything that builds on it.
    fn below(&self, id: &str) -> BTreeSet<String> {
        self.revisions
            .keys()
            .filter(|other| {
                *other == id || everything_above(other, &|id| self.sound_parents(id)).contains(id)
            })
            .cloned()
            .collect()
    }

    fn holders(&self, id: &str) -> Vec<(&Place, &FileFact)> {
        let has = |fact: &FileFact| matches!(&fact.content, Content::Revision(outline) if outline.revision.as_str() == id);
        self.state.iter().filter(|(_, fact)| has(fact)).collect()
    }

    fn problems(&self) -> BTreeSet<(ProblemKind, Vec<String>)> {
        let mut all = BTreeSet::new();
        for (id, outline) in &self.revisions {
            for parent in &outline.parents {
                if parent.as_str() == id {
                    all.insert((ProblemKind::Cycle, vec![id.clone()]));
                } else if !self.revisions.contains_key(parent.as_str()) {
                    let names = vec![id.clone(), parent.to_string()];
                    all.insert((ProblemKind::MissingParent, names));
                }
            }
            for name in &outline.depends_on {
                match self.named(name) {
                    None => {
                        let names = vec![id.clone(), name.clone()];
                        all.insert((ProblemKind::MissingParent, names));
                    }
                    Some(other) if other == *id => {
                        all.insert((ProblemKind::Cycle, vec![id.clone()]));
                    }
                    Some(_) => {}
                }
            }
            if self.holders(id).len() > 1 {
                all.insert((ProblemKind::DuplicateRevision, vec![id.clone()]));
            }
        }
        for fact in self.state.values() {
            if fact.content == Content::Unreadable {
                all.insert((ProblemKind::Unreadable, vec![fact.path.to_string()]));
            }
        }
        all
    }
}

fn everything_above(id: &str, needs: &dyn Fn(&str) -> BTreeSet<String>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    loop {
        let more: BTreeSet<String> = all
            .iter()
            .map(String::as_str)
            .chain([id])
            .flat_map(needs)
            .collect();
        let before = all.len();
        all.extend(more);
        if all.len() == before {
            return all;
        }
    }
}

/// What a revision was when it was last there.
struct Published {
    last: FileFact,
    place: Place,
    gone: bool,
}

/// Judges the states that a branch had after each of its landings.
pub(super) fn judge(states: &[State]) -> (Said, Vec<bool>) {
    let mut said = Said::default();
    let mut cyclic = Vec::new();
    let mut published: BTreeMap<String, Published> = BTreeMap::new();
    let mut open: Vec<(usize, Vec<String>)> = Vec::new();
    let mut problems: BTreeMap<(ProblemKind, Vec<String>), usize> = BTreeMap::new();
    let mut before = World::new(&State::new());
    for (landing, state) in states.iter().enumerate() {
        let now = World::new(state);
        cyclic.push(now.has_cycle());
        let hidden = |id: &str| {
            published.get(id).is_some_and(|published| {
                let there = state.get(&published.place).map(|fact| &fact.content);
                matches!(there, Some(Content::Unreadable | Content::Missing))
            })
        };
        let replaced = replaced(&before, &now, &hidden);
        let edited = edits(&published, &now, &hidden);
        said.edits
            .extend(edited.into_iter().map(|(id, kind)| (landing, id, kind)));
        divergences(&mut said, &mut open, &now, &replaced, landing);

        let current = now.problems();
        problems.retain(|key, since| {
            let stays = current.contains(key);
            if !stays {
                let (kind, names) = key.clone();
                said.problems.insert((kind, names, *since, Some(landing)));
            }
            stays
        });
        for key in current {
            problems.entry(key).or_insert(landing);
        }

        let gone: Vec<String> = published
            .keys()
            .filter(|id| !now.revisions.contains_key(*id) && !hidden(id))
            .cloned()
            .collect();
        for id in gone {
            if let Some(published) = published.get_mut(&id) {
                published.gone = true;
            }
        }
        for id in now.revisions.keys() {
            let (place, fact) = now.holders(id)[0];
            let new = Published {
                last: fact.clone(),
                place: place.clone(),
                gone: false,
            };
            published.insert(id.clone(), new);
        }
        before = now;
    }
    for ((kind, names), since) in problems {
        said.problems.insert((kind, names, since, None));
    }
    (said, cyclic)
}

fn replaced(
    before: &World,
    now: &World,
    hidden: &dyn Fn(&str) -> bool,
) -> BTreeMap<String, String> {
    let mut free: Vec<&String> = now
        .revisions
        .keys()
        .filter(|id| !before.revisions.contains_key(*id))
        .collect();
    let mut replaced = BTreeMap::new();
    for (id, old) in &before.revisions {
        if now.revisions.contains_key(id) || hidden(id) {
            continue;
        }
        let mut best = None;
        for other in &free {
            let rank = likeness(old, &now.revisions[*other]);
            if rank > 0 && best.is_none_or(|(most, _)| rank > most) {
                best = Some((rank, *other));
            }
        }
        if let Some((_, other)) = best {
            replaced.insert(id.clone(), other.clone());
            free.retain(|one| *one != other);
        }
    }
    replaced
}

fn edits(
    published: &BTreeMap<String, Published>,
    now: &World,
    hidden: &dyn Fn(&str) -> bool,
) -> Vec<(String, EditKind)> {
    let mut edits = Vec::new();
    for (id, published) in published {
        let Some(new) = now.revisions.get(id) else {
            if !published.gone && !hidden(id) {
                edits.push((id.clone(), EditKind::Deleted));
            }
            continue;
        };
        let Content::Revision(old) = &published.last.content else {
            continue;
        };
        let same = now
            .holders(id)
            .iter()
            .any(|(_, fact)| fact.blob == published.last.blob);
        if same {
            continue;
        }
        let up = (old.up, old.options.up) != (new.up, new.options.up);
        let both = (old.checksum, old.options) != (new.checksum, new.options);
        let edges = old.parents != new.parents || old.depends_on != new.depends_on;
        let kinds = [
            (EditKind::Scripts, up),
            (EditKind::Down, both && !up),
            (EditKind::Parents, edges),
            (EditKind::Comments, !both && !up && !edges),
        ];
        edits.extend(
            kinds
                .into_iter()
                .filter(|(_, is)| *is)
                .map(|(kind, _)| (id.clone(), kind)),
        );
    }
    edits
}

fn divergences(
    said: &mut Said,
    open: &mut Vec<(usize, Vec<String>)>,
    now: &World,
    replaced: &BTreeMap<String, String>,
    landing: usize,
) {
    let mut lines = now.lines();
    open.retain_mut(|(at, strands)| {
        let left: Vec<&String> = strands
            .iter()
            .filter_map(|id| {
                let here = now.revisions.contains_key(id).then_some(id);
                here.or_else(|| replaced.get(id))
            })
            .collect();
        let below: Vec<BTreeSet<String>> = left.iter().map(|id| now.below(id)).collect();
        let joined = now
            .revisions
            .keys()
            .any(|id| below.iter().all(|below| below.contains(id)));
        // Heads of one line that still wait for each other.
        let goes = lines.iter().position(|line| {
            let waiting = below
                .iter()
                .filter(|below| line.iter().any(|head| below.contains(head)));
            waiting.count() > 1
        });
        match goes {
            Some(line) if left.len() > 1 && !joined => {
                *strands = lines.remove(line);
                let most = &mut said.divergences[*at].3;
                *most = (*most).max(strands.len());
                true
            }
            _ => {
                said.divergences[*at].1 = Some(landing);
                false
            }
        }
    });
    for line in lines {
        open.push((said.divergences.len(), line.clone()));
        said.divergences
            .push((landing, None, line.clone(), line.len()));
    }
}
