//! Which branches do not fit together, each of which may fit the protected one.
//!
//! A hundred branches that all build on one head collide pair by pair; said as one
//! cluster that is one line and not five thousand. Branches with the same new
//! revisions are one group, and only groups are compared with each other.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{Effect, Kind};
use crate::model::{footprint::Object, revision::RevId};

/// Branches that collide with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// How.
    pub kind: Kind,
    /// Indexes of branches. Those of one group have the same revisions; each
    /// collides with those of all other groups.
    pub groups: Vec<Vec<usize>>,
    /// The revisions that do not fit together.
    pub revisions: Vec<RevId>,
    /// The files, where they are why.
    pub paths: Vec<Arc<str>>,
    /// The objects of the database, where they are why.
    pub objects: Vec<Object>,
}

/// Two branches whose scripts collide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The index of one, which is the smaller.
    pub one: usize,
    /// The index of the other.
    pub other: usize,
    /// The revisions.
    pub revisions: Vec<RevId>,
    /// The objects.
    pub objects: Vec<Object>,
}

/// The branches that collide over the same objects.
pub fn among_objects(met: &[Met]) -> Vec<Cluster> {
    let mut by_objects: BTreeMap<Vec<Object>, Vec<&Met>> = BTreeMap::new();
    for one in met {
        let mut objects = one.objects.clone();
        objects.sort();
        by_objects.entry(objects).or_default().push(one);
    }
    let mut clusters = Vec::new();
    for (objects, met) in by_objects {
        let here: BTreeSet<usize> = met.iter().flat_map(|one| [one.one, one.other]).collect();
        let here: Vec<usize> = here.into_iter().collect();
        let place = |branch: usize| here.binary_search(&branch).unwrap_or_default();
        let mut pairs = Pairs::of(here.len());
        for one in &met {
            pairs.add(place(one.one), place(one.other));
        }
        for members in pairs.cliques() {
            let members: Vec<usize> = members.into_iter().map(|at| here[at]).collect();
            let is_in = |one: &&&Met| members.contains(&one.one) && members.contains(&one.other);
            let of_members = met.iter().filter(is_in);
            let revisions: BTreeSet<&RevId> = of_members.flat_map(|one| &one.revisions).collect();
            clusters.push(Cluster {
                kind: Kind::SameObject,
                revisions: revisions.into_iter().cloned().collect(),
                groups: members.into_iter().map(|branch| vec![branch]).collect(),
                paths: Vec::new(),
                objects: objects.clone(),
            });
        }
    }
    clusters
}

/// How two sets of new revisions collide, and which of them do: the one place to
/// which further kinds are added.
pub fn meet<'e>(one: &'e Effect, other: &'e Effect) -> Vec<(Kind, Vec<&'e RevId>)> {
    let mut heads: Vec<&RevId> = Vec::new();
    for (mine, my_labels) in &one.heads {
        for (theirs, labels) in &other.heads {
            let same_line = if my_labels.is_empty() {
                labels.is_empty()
            } else {
                !my_labels.is_disjoint(labels)
            };
            let both_stay = !other.covered.contains(mine) && !one.covered.contains(theirs);
            if mine != theirs && same_line && both_stay {
                for id in [mine, theirs] {
                    if !heads.contains(&id) {
                        heads.push(id);
                    }
                }
            }
        }
    }
    if heads.is_empty() {
        Vec::new()
    } else {
        vec![(Kind::Diverges, heads)]
    }
}

/// All collisions among branches, given what each does to one and the same standing.
pub fn among(effects: &[&Effect]) -> Vec<Cluster> {
    let mut at: HashMap<&Effect, usize> = HashMap::new();
    let mut groups: Vec<(&Effect, Vec<usize>)> = Vec::new();
    for (branch, effect) in effects.iter().enumerate() {
        let group = *at.entry(effect).or_insert_with(|| {
            groups.push((effect, Vec::new()));
            groups.len() - 1
        });
        groups[group].1.push(branch);
    }
    let mut clusters = twice(&groups);
    clusters.extend(met(&groups));
    clusters
}

type Groups<'a> = [(&'a Effect, Vec<usize>)];

/// Ids and paths that several groups use for different things.
fn twice(groups: &Groups<'_>) -> Vec<Cluster> {
    let mut ids: BTreeMap<&RevId, BTreeMap<_, Vec<usize>>> = BTreeMap::new();
    let mut paths: BTreeMap<&Arc<str>, BTreeMap<_, Vec<usize>>> = BTreeMap::new();
    for (group, (effect, _)) in groups.iter().enumerate() {
        for (id, place) in &effect.added {
            let same_id = ids.entry(id).or_default();
            same_id.entry(place).or_default().push(group);
            let same_path = paths.entry(&place.0).or_default();
            same_path.entry((id, &place.1)).or_default().push(group);
        }
    }
    let members = |uses: Vec<&Vec<usize>>| -> Vec<Vec<usize>> {
        let branches = |groups_of: &Vec<usize>| -> Vec<usize> {
            let all = groups_of.iter().flat_map(|group| groups[*group].1.clone());
            all.collect()
        };
        uses.into_iter().map(branches).collect()
    };
    let mut clusters: Vec<Cluster> = ids
        .into_iter()
        .filter(|(_, uses)| uses.len() > 1)
        .map(|(id, uses)| Cluster {
            kind: Kind::DuplicateRevision,
            groups: members(uses.values().collect()),
            revisions: vec![id.clone()],
            paths: uses.keys().map(|(path, _)| Arc::clone(path)).collect(),
            objects: Vec::new(),
        })
        .collect();
    for (path, uses) in paths {
        let ids: BTreeSet<&RevId> = uses.keys().map(|(id, _)| *id).collect();
        // One id is told above.
        if ids.len() > 1 {
            clusters.push(Cluster {
                kind: Kind::Conflict,
                groups: members(uses.values().collect()),
                revisions: ids.into_iter().cloned().collect(),
                paths: vec![Arc::clone(path)],
                objects: Vec::new(),
            });
        }
    }
    clusters
}

/// Pairs that meet, covered by clusters in which everybody meets everybody.
fn met(groups: &Groups<'_>) -> Vec<Cluster> {
    let mut by_kind: BTreeMap<Kind, Pairs> = BTreeMap::new();
    for (one, (effect, _)) in groups.iter().enumerate() {
        for (other, (theirs, _)) in groups.iter().enumerate().skip(one + 1) {
            for (kind, _) in meet(effect, theirs) {
                let pairs = by_kind
                    .entry(kind)
                    .or_insert_with(|| Pairs::of(groups.len()));
                pairs.add(one, other);
            }
        }
    }
    let mut clusters = Vec::new();
    for (kind, pairs) in by_kind {
        for members in pairs.cliques() {
            let mut revisions = BTreeSet::new();
            for (n, left) in members.iter().enumerate() {
                // What it has against one of the others it has against them all.
                let against = members[usize::from(n == 0)];
                let all = meet(groups[against].0, groups[*left].0);
                let of_kind = all.into_iter().filter(|(other, _)| *other == kind);
                revisions.extend(of_kind.flat_map(|(_, ids)| ids).cloned());
            }
            let branches = members.iter().map(|group| groups[*group].1.clone());
            clusters.push(Cluster {
                kind,
                groups: branches.collect(),
                revisions: revisions.into_iter().collect(),
                paths: Vec::new(),
                objects: Vec::new(),
            });
        }
    }
    clusters
}

/// Which of some pairs are in it: asked a hundred thousand times.
struct Pairs {
    of: usize,
    is_in: Vec<bool>,
}

impl Pairs {
    fn of(of: usize) -> Self {
        Self {
            of,
            is_in: vec![false; of * of],
        }
    }

    /// The smaller number comes first.
    fn add(&mut self, one: usize, other: usize) {
        self.is_in[one * self.of + other] = true;
    }

    fn has(&self, one: usize, other: usize) -> bool {
        self.is_in[one * self.of + other]
    }

    /// All pairs, covered by sets in which everybody is a pair with everybody.
    fn cliques(&self) -> Vec<Vec<usize>> {
        let mut told = Self::of(self.of);
        let mut all = Vec::new();
        for one in 0..self.of {
            for other in one + 1..self.of {
                if !self.has(one, other) || told.has(one, other) {
                    continue;
                }
                let mut members = vec![one, other];
                for next in other + 1..self.of {
                    if members.iter().all(|member| self.has(*member, next)) {
                        members.push(next);
                    }
                }
                for (n, left) in members.iter().enumerate() {
                    for right in &members[n + 1..] {
                        told.add(*left, *right);
                    }
                }
                all.push(members);
            }
        }
        all
    }
}
