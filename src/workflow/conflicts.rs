//! What two lines of revisions do to each other, from their scripts alone.
//!
//! No database is asked and nothing is written: it is a hint that names objects and
//! statements. What was tried on scratch databases is another answer, about the same
//! [`Parting`].

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    At, Context, Error,
    check::NotJudged,
    divergence::{self, Facts, Whose},
    footprints::{Footprints, ScriptKey},
    lint,
    merged::{self, Merged},
    outline, revisions,
};
use crate::{
    git::{CommitId, CommitInfo},
    layout,
    model::{
        Dialect, Footprint, Migration, Project, RevId, Span,
        conflict::{self, Ancestor, Clash, Conflicts, Remark},
        finding,
        footprint::{Act, Object},
        graph::Parting,
        merge::Conflict,
    },
};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The heads, each with each.
    Heads,
    /// Two revisions, by any of their names, with all below them.
    Between(String, String),
    /// What is here and what a commit has.
    With(String),
}

/// The answer.
#[derive(Debug)]
pub struct Answer {
    /// The revisions that were looked at: those here, or merged with what was named.
    pub project: Project,
    /// As whose scripts they were read.
    pub dialects: Vec<Dialect>,
    /// Nothing says for which database they are; they were read as PostgreSQL's.
    pub assumed: bool,
    /// Each two sides.
    pub pairs: Vec<Pair>,
    /// Where Git itself would stop: of these files, those here were looked at.
    pub stops: Vec<Conflict>,
}

/// Two sides, and what they do to each other.
#[derive(Debug)]
pub struct Pair {
    /// One side.
    pub left: Side,
    /// The other.
    pub right: Side,
    /// The last revisions that both have.
    pub parts_at: Vec<RevId>,
    /// What both have and what only one has; what a proof runs.
    pub parting: Parting,
    /// Where they collide, the worst first.
    pub collisions: Vec<Collision>,
    /// What is different afterwards, and harmless.
    pub remarks: BTreeSet<Remark>,
    /// What is not known whole.
    pub unknown: Vec<Unknown>,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What it is called: a branch, or the id of its head.
    pub name: String,
    /// Its heads.
    pub heads: Vec<RevId>,
}

/// Two statements that meet.
#[derive(Debug, Clone)]
pub struct Collision {
    /// What follows.
    pub clash: Clash,
    /// Where they meet.
    pub objects: Vec<Object>,
    /// The statement of the left side.
    pub left: Statement,
    /// The statement of the right side.
    pub right: Statement,
}

/// A statement, where it stands, and who wrote it.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its revision.
    pub revision: RevId,
    /// Its bytes in the file.
    pub place: finding::Place,
    /// What it does to the first of the objects.
    pub act: Act,
    /// Whose the revision is.
    pub whose: Whose,
    /// The branch or tag that has it; the one that is checked out where nobody else has it.
    pub branch: Option<String>,
    /// The commit that brought it.
    pub commit: Option<CommitInfo>,
}

/// A statement that is not known whole.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// Its revision.
    pub revision: RevId,
    /// Its bytes in the file.
    pub statement: finding::Place,
    /// Where it stopped making sense, or what hides what it does.
    pub at: Span,
    /// It was read, but can do more than it says.
    pub opaque: bool,
}

impl Pair {
    /// The worst that follows, as far as statements could be read.
    pub fn clash(&self) -> Clash {
        let all = self.collisions.iter().map(|one| one.clash);
        all.max().unwrap_or(Clash::None)
    }

    /// Everything could be read: without a collision, there is none that scripts tell.
    pub fn is_read(&self) -> bool {
        self.unknown.iter().all(|one| one.opaque)
    }
}

/// Compares what was asked for.
pub fn conflicts(context: &Context, ask: &Ask) -> Result<Answer, Error> {
    let asked = match ask {
        Ask::Heads => heads(context)?,
        Ask::Between(left, right) => between(context, left, right)?,
        Ask::With(name) => with(context, name)?,
    };
    let Asked {
        project,
        sides,
        tips,
        stops,
        theirs,
    } = asked;
    let mut scripts = Scripts::new(context, &project);
    let mut found = Vec::new();
    for (left, right, parting) in sides {
        let conflicts = scripts.judge(&parting)?;
        found.push((left, right, parting, conflicts));
    }
    scripts.remember();
    let (dialects, assumed) = (scripts.dialects(), scripts.assumed);
    let met: BTreeSet<RevId> = found
        .iter()
        .flat_map(|(_, _, _, conflicts)| &conflicts.collisions)
        .flat_map(|one| [one.left.revision.clone(), one.right.revision.clone()])
        .collect();
    let met: Vec<RevId> = met.into_iter().collect();
    let mut facts = divergence::facts_seen_from(context, &project, &met, &tips).unwrap_or_default();
    if let Some((name, own)) = &theirs {
        for (id, (whose, _)) in &mut facts {
            if own.contains(id) && matches!(whose, Whose::NotPublished | Whose::Uncommitted) {
                *whose = Whose::Pushed(name.clone());
            }
        }
    }
    // Whose it is, is a help and no answer.
    let _ = divergence::look_elsewhere(context, &mut facts);
    let told = Told {
        here: here(context).ok().flatten(),
        project: &project,
        facts: &facts,
    };
    let pairs = found
        .into_iter()
        .map(|(left, right, parting, conflicts)| told.pair(left, right, parting, conflicts))
        .collect();
    Ok(Answer {
        project,
        dialects,
        assumed,
        pairs,
        stops,
    })
}

/// What is compared, and where it comes from.
struct Asked {
    project: Project,
    sides: Vec<(Side, Side, Parting)>,
    /// The commits whose histories tell who wrote what.
    tips: Vec<CommitId>,
    stops: Vec<Conflict>,
    /// The commit that was named, and the revisions that only it has.
    theirs: Option<(String, BTreeSet<RevId>)>,
}

impl Asked {
    fn here(context: &Context, project: Project, sides: Vec<(Side, Side)>) -> Self {
        let parted = sides.into_iter().map(|(left, right)| {
            let parting = project.graph.parting(&left.heads, &right.heads);
            (left, right, parting)
        });
        Self {
            sides: parted.collect(),
            tips: tips(context).unwrap_or_default(),
            stops: Vec::new(),
            theirs: None,
            project,
        }
    }
}

/// What is looked at, by its branch.
fn here(context: &Context) -> Result<Option<String>, Error> {
    Ok(match context.at() {
        At::Commit(name) => Some(name.clone()),
        At::Index | At::WorkTree => context.repo()?.head()?.branch().map(str::to_owned),
    })
}

fn tips(context: &Context) -> Result<Vec<CommitId>, Error> {
    let repo = context.repo()?;
    if let At::Commit(name) = context.at() {
        return Ok(vec![repo.resolve(name)?]);
    }
    let tips = repo.merge_head().into_iter().chain(repo.head()?.commit());
    Ok(tips.collect())
}

fn heads(context: &Context) -> Result<Asked, Error> {
    let project = context.project()?;
    let heads = project.graph.heads();
    let mut sides = Vec::new();
    for (at, left) in heads.iter().enumerate() {
        for right in &heads[at + 1..] {
            sides.push((Side::of(left), Side::of(right)));
        }
    }
    Ok(Asked::here(context, project, sides))
}

fn between(context: &Context, left: &str, right: &str) -> Result<Asked, Error> {
    let project = context.project()?;
    let one = |name: &str| -> Result<Side, Error> {
        let found = project.graph.resolve_one(name);
        match found.map_err(|error| revisions::explain_missing(context, error.into()))? {
            Some(id) => Ok(Side::of(&id)),
            None => Err(Error::Usage("base is no revision".to_owned())),
        }
    };
    let sides = vec![(one(left)?, one(right)?)];
    Ok(Asked::here(context, project, sides))
}

/// A state and a commit, merged in memory, with what only one of them has.
pub(super) struct Beside {
    pub(super) project: Project,
    pub(super) parting: Parting,
    own: BTreeSet<RevId>,
    theirs: BTreeSet<RevId>,
    merged: Merged,
}

impl Beside {
    /// `Err` = the two cannot be merged here.
    pub(super) fn of(
        context: &Context,
        at: &At,
        name: &str,
    ) -> Result<Result<Self, merged::Unknown>, Error> {
        let own = context.project_at(at)?;
        let merged = match merged::merged(context, at, name)? {
            Ok(merged) => merged,
            Err(why) => return Ok(Err(why)),
        };
        let project = layout::load(&merged.snapshot, context.layout());
        let own: BTreeSet<RevId> = own.graph.iter().map(|one| one.id.clone()).collect();
        let theirs: BTreeSet<RevId> = outline::of_commit(context, name)?
            .iter()
            .map(|one| one.revision.clone())
            .collect();
        Ok(Ok(Self {
            parting: project
                .graph
                .parting_of_new(&(&own - &theirs), &(&theirs - &own)),
            project,
            own,
            theirs,
            merged,
        }))
    }
}

fn with(context: &Context, name: &str) -> Result<Asked, Error> {
    let ours = here(context)?.unwrap_or_else(|| "HEAD".to_owned());
    let beside = Beside::of(context, context.at(), name)?.map_err(|why| NotJudged::Apart {
        base: name.to_owned(),
        ours: ours.clone(),
        why,
    })?;
    let side = |name: &str, ids: &BTreeSet<RevId>| Side {
        name: name.to_owned(),
        heads: beside.project.graph.maximal(ids),
    };
    let (left, right) = (side(&ours, &beside.own), side(name, &beside.theirs));
    Ok(Asked {
        tips: vec![beside.merged.theirs, beside.merged.ours],
        stops: beside.merged.conflicts,
        theirs: Some((name.to_owned(), &beside.theirs - &beside.own)),
        sides: vec![(left, right, beside.parting)],
        project: beside.project,
    })
}

impl Side {
    fn of(head: &RevId) -> Self {
        Self {
            name: head.to_string(),
            heads: vec![head.clone()],
        }
    }
}

/// The scripts of a project, to be held against each other.
pub(super) struct Scripts<'p> {
    project: &'p Project,
    footprints: Vec<(Dialect, Footprints)>,
    assumed: bool,
    /// The revision of each script that was asked about.
    revisions: HashMap<ScriptKey, &'p RevId>,
    keys: HashMap<&'p RevId, ScriptKey>,
}

impl<'p> Scripts<'p> {
    pub(super) fn new(context: &Context, project: &'p Project) -> Self {
        let mut dialects = lint::dialects(context, &|| project);
        let assumed = dialects.is_empty();
        if assumed {
            dialects.push(Dialect::Postgres);
        }
        let footprints = dialects
            .into_iter()
            .map(|dialect| (dialect, Footprints::new(context, dialect)));
        Self {
            project,
            footprints: footprints.collect(),
            assumed,
            revisions: HashMap::new(),
            keys: HashMap::new(),
        }
    }

    fn dialects(&self) -> Vec<Dialect> {
        self.footprints
            .iter()
            .map(|(dialect, _)| *dialect)
            .collect()
    }

    /// What two sides do to each other, read as each product would.
    pub(super) fn judge(&mut self, parting: &Parting) -> Result<Conflicts, Error> {
        let mut found = Conflicts::default();
        if parting.is_ordered() {
            return Ok(found);
        }
        let common = self.keys(&parting.common);
        let left = self.keys(&parting.left);
        let right = self.keys(&parting.right);
        let (project, revisions) = (self.project, &self.revisions);
        let text = |key: ScriptKey| {
            let migration = project.migration(revisions.get(&key)?.as_str())?;
            Some(Cow::Borrowed(script(migration)))
        };
        for (_, footprints) in &mut self.footprints {
            let ancestor = match footprints.below(&common, &text)? {
                Some(below) => Ancestor::of(below.iter().map(|one| &**one), true),
                None => Ancestor::default(),
            };
            let left = footprints.along(&common, &left, &text)?;
            let right = footprints.along(&common, &right, &text)?;
            found.join(conflict::conflicts(
                &members(&parting.left, &left),
                &members(&parting.right, &right),
                &ancestor,
            ));
        }
        Ok(found)
    }

    fn keys(&mut self, ids: &[RevId]) -> Vec<ScriptKey> {
        let mut keys = Vec::with_capacity(ids.len());
        for id in ids {
            let migration = self.project.migration(id.as_str());
            let Some(migration) = migration else {
                keys.push(ScriptKey::NONE);
                continue;
            };
            let id = &migration.revision.id;
            let key = *self
                .keys
                .entry(id)
                .or_insert_with(|| ScriptKey::of(script(migration), migration.up.foreign_keys_off));
            self.revisions.insert(key, id);
            keys.push(key);
        }
        keys
    }

    /// Keeps for the next call what this one found out.
    pub(super) fn remember(&mut self) {
        for (_, footprints) in &mut self.footprints {
            footprints.remember();
        }
    }
}

/// What there is to read of a revision.
fn script(migration: &Migration) -> &str {
    &migration.file.text[layout::script(migration)]
}

fn members<'a>(ids: &'a [RevId], footprints: &'a [Arc<Footprint>]) -> Vec<conflict::Member<'a>> {
    let footprints = footprints.iter().map(|one| &**one);
    ids.iter().zip(footprints).collect()
}

/// A statement of a revision in its file.
pub(super) fn place(project: &Project, revision: &RevId, span: &Span) -> Option<finding::Place> {
    let migration = project.migration(revision.as_str())?;
    let start = layout::script(migration).start;
    Some(finding::Place {
        file: migration.file.clone(),
        span: start + span.start..start + span.end,
        label: String::new(),
    })
}

/// What tells a collision.
struct Told<'a> {
    here: Option<String>,
    project: &'a Project,
    facts: &'a Facts,
}

impl Told<'_> {
    fn pair(&self, left: Side, right: Side, parting: Parting, found: Conflicts) -> Pair {
        let heads = [left.heads.clone(), right.heads.clone()].concat();
        let collisions = found.collisions.into_iter().filter_map(|one| {
            Some(Collision {
                clash: one.clash,
                left: self.statement(&one.left)?,
                right: self.statement(&one.right)?,
                objects: one.objects,
            })
        });
        let unknown = found.unknown.into_iter().filter_map(|one| {
            let start = layout::script(self.project.migration(one.revision.as_str())?).start;
            Some(Unknown {
                statement: place(self.project, &one.revision, &one.span)?,
                at: start + one.at.start..start + one.at.end,
                revision: one.revision,
                opaque: one.opaque,
            })
        });
        Pair {
            parts_at: self.project.graph.merge_bases(&heads),
            collisions: collisions.collect(),
            unknown: unknown.collect(),
            remarks: found.remarks,
            left,
            right,
            parting,
        }
    }

    fn statement(&self, at: &conflict::Place) -> Option<Statement> {
        let (whose, commit) = match self.facts.get(&at.revision) {
            Some((whose, commit)) => (whose.clone(), commit.clone()),
            None => (Whose::Unknown, None),
        };
        let branch = match &whose {
            Whose::Published(name) | Whose::Released(name) | Whose::Pushed(name) => {
                Some(name.clone())
            }
            Whose::Uncommitted | Whose::NotPublished => self.here.clone(),
            Whose::Unknown => None,
        };
        Some(Statement {
            branch,
            place: place(self.project, &at.revision, &at.span)?,
            revision: at.revision.clone(),
            act: at.act,
            whose,
            commit,
        })
    }
}
