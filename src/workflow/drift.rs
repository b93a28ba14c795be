//! Where a database and the files went apart: what only one of them has, and
//! what both have and is not the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Context, Error, Event, Source, State, deleted, fixed, outline,
    replay::to_come,
    revisions,
    run::change_ledger,
    state::{decision, other_edges, other_scripts},
    step,
    taken_out::Depth,
    way_back_in_git::{self, FoundWayBack},
};
use crate::{
    db::{Database, LedgerChange},
    layout,
    model::{
        Checksum, Entry, EntryState, Migration, NoWayBack, Operation, Project, RevId,
        guard::Evidence, ledger::StoredScripts,
    },
    sql,
};

/// An applied revision without a file.
#[derive(Debug, Clone)]
pub struct Phantom {
    /// Its row.
    pub entry: Entry,
    /// Its scripts, as the ledger kept them, with the way back that was found where it
    /// kept none.
    pub scripts: Option<StoredScripts>,
    /// Where the way back was found, where the ledger kept none.
    pub way_back: Option<FoundWayBack>,
    /// Branches and tags that have its file.
    pub refs: Vec<String>,
    /// How its file comes back, where it is not gone for good.
    pub returns: Option<Returns>,
}

/// How the file of a phantom comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returns {
    /// Its file was deleted here, and Git has it: `git restore`.
    Restored {
        /// The file.
        path: Arc<str>,
        /// It is staged still.
        staged: bool,
    },
    /// With a later commit of what Git is in the middle of.
    Replayed(Operation),
}

impl Phantom {
    /// It can be rolled back.
    pub fn has_way_back(&self) -> bool {
        self.returns.is_none() && self.no_way_back().is_none()
    }

    /// What Git is in the middle of brings it.
    pub fn is_to_come(&self) -> bool {
        matches!(self.returns, Some(Returns::Replayed(_)))
    }

    /// Why its scripts do not lead back, where that is so.
    pub fn no_way_back(&self) -> Option<NoWayBack> {
        let scripts = self.scripts.as_ref();
        scripts.map_or(Some(NoWayBack::NotKept), step::no_way_back)
    }
}

/// An applied revision whose file differs now.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Edited {
    /// The revision.
    pub revision: RevId,
    /// Its message.
    pub message: String,
    /// The way up is the same: what was applied is what the file says.
    pub only_down: bool,
    /// What became of its options, where they are others now.
    pub options: Option<String>,
    /// Others have it, so that it may not be edited.
    pub fixed: Option<Evidence>,
    /// A protected ref has the edit too, so it was not made here.
    pub carried: bool,
    /// It stands on something else now.
    pub moved: bool,
    /// The file is as it was when it was published first: only this database ran another text.
    pub published: Option<Evidence>,
    /// Others use this database: nothing that ran there is redone.
    pub protected: bool,
    /// The command that takes the edit back, where others have it.
    pub restore: Option<String>,
    /// Why what was applied cannot be rolled back, where that is so.
    pub no_way_back: Option<NoWayBack>,
}

impl Edited {
    /// The database can be brought to what the file says.
    pub fn can_be_redone(&self) -> bool {
        self.is_open() && self.no_way_back.is_none()
    }

    /// The database can be brought to what others have, which it never ran: what was
    /// published first, or what a protected ref has by now of what was restacked.
    pub fn can_be_put_right(&self) -> bool {
        (self.published.is_some() || self.is_restacked())
            && !self.only_down
            && !self.protected
            && self.no_way_back.is_none()
    }

    /// A protected ref has it on other parents, as where it was restacked after this database
    /// had run it.
    pub fn is_restacked(&self) -> bool {
        self.carried && self.moved
    }

    /// Others have it with another way back, which is compared with what ran and not recorded:
    /// that of the file is run all the same.
    pub fn is_left(&self) -> bool {
        self.only_down && self.fixed.is_some() && !self.carried
    }

    /// It is one's own, and something else ran here.
    pub fn is_open(&self) -> bool {
        self.fixed.is_none() && !self.only_down
    }
}

/// An applied revision that was changed on purpose since, as its file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// The revision.
    pub revision: RevId,
    /// Its message.
    pub message: String,
    /// What was applied.
    pub was: Checksum,
    /// What the file has now.
    pub now: Checksum,
    /// What became of its options, where they are others now.
    pub options: Option<String>,
    /// Its parents when it was applied, where they are others now.
    pub parents: Option<Vec<RevId>>,
    /// Why it was changed.
    pub reason: String,
}

impl Amendment {
    fn of(project: &Project, entry: &Entry) -> Option<Self> {
        let migration = project.migration(entry.revision.as_str())?;
        let moved = migration.revision.parents != entry.parents;
        Some(Self {
            revision: entry.revision.clone(),
            message: migration.revision.message.clone(),
            was: entry.checksum,
            now: layout::checksum(migration),
            options: migration.options().since(&entry.options),
            parents: moved.then(|| entry.parents.clone()),
            reason: decision(migration, &entry.checksum, entry.options)?
                .reason
                .clone(),
        })
    }
}

/// What was applied and was changed on purpose since.
pub(super) fn amended(project: &Project, state: &State) -> Vec<Amendment> {
    let entries = state.amended.iter();
    let entries = entries.filter_map(|id| state.ledger.entry(id.as_str()));
    entries
        .filter_map(|entry| Amendment::of(project, entry))
        .collect()
}

/// What only the database has, with what is known of it.
pub(super) fn phantoms(
    context: &Context,
    state: &State,
    database: &mut dyn Database,
) -> Result<Vec<Phantom>, Error> {
    let mut found = Vec::new();
    let returns = returns(context, state)?;
    let mut ways = ways_back(context, state, database)?;
    for id in &state.phantoms {
        let Some(entry) = state.ledger.entry(id.as_str()) else {
            continue;
        };
        let (mut scripts, way_back) = ways.remove(id).unwrap_or_default();
        if let (Some(scripts), Some(found)) = (&mut scripts, &way_back) {
            scripts.down = Some(found.script.clone());
        }
        found.push(Phantom {
            entry: entry.clone(),
            scripts,
            way_back,
            refs: revisions::refs_with(context, id),
            returns: returns.get(id).cloned(),
        });
    }
    Ok(found)
}

/// The scripts that the ledger kept, and the way back that Git has where they have none.
type Scripts = (Option<StoredScripts>, Option<FoundWayBack>);

/// What there is of each phantom.
fn ways_back(
    context: &Context,
    state: &State,
    database: &mut dyn Database,
) -> Result<BTreeMap<RevId, Scripts>, Error> {
    let mut all = BTreeMap::new();
    for id in &state.phantoms {
        all.insert(id.clone(), (scripts(database, id)?, None));
    }
    let stored = all.iter();
    let stored = stored.filter_map(|(id, (scripts, _))| Some((id, scripts.as_ref()?)));
    for (id, found) in way_back_in_git::find(context, stored)? {
        if let Some((_, way_back)) = all.get_mut(&id) {
            *way_back = Some(found);
        }
    }
    Ok(all)
}

/// What was applied and differs in the files now.
pub(super) fn edited(
    context: &Context,
    project: &Project,
    state: &State,
    database: &mut dyn Database,
) -> Result<Vec<Edited>, Error> {
    if state.edited.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<RevId> = state.edited.iter().cloned().collect();
    let mut binding = fixed::binding_here(context, &ids, Depth::Whole)?;
    let carried = fixed::as_published(context, project, &ids)?;
    let protected = context.target()?.protected;
    let mut found = Vec::new();
    for id in &state.edited {
        let Some(migration) = project.migration(id.as_str()) else {
            continue;
        };
        let stored = scripts(database, id)?;
        let fixed = binding.remove(id);
        let published = match &fixed {
            Some(_) => fixed::as_first(context, migration)?,
            None => None,
        };
        found.push(Edited {
            revision: id.clone(),
            message: migration.revision.message.clone(),
            only_down: stored
                .as_ref()
                .is_some_and(|stored| same_up(migration, stored)),
            options: stored
                .as_ref()
                .and_then(|stored| migration.options().since(&stored.options())),
            carried: published.is_none() && carried.contains(id),
            moved: state
                .ledger
                .entry(id.as_str())
                .is_some_and(|entry| entry.parents != migration.revision.parents),
            restore: match (&fixed, &published) {
                (Some(_), None) => fixed::restore(context, migration, &[]),
                _ => None,
            },
            published,
            protected,
            no_way_back: stored
                .as_ref()
                .map_or(Some(NoWayBack::NotKept), step::no_way_back),
            fixed,
        });
    }
    Ok(found)
}

/// The phantoms whose files come back.
fn returns(context: &Context, state: &State) -> Result<BTreeMap<RevId, Returns>, Error> {
    let mut all = deleted_here(context, state)?;
    if let Some(to_come) = to_come(context, &state.phantoms)? {
        let replayed = Returns::Replayed(to_come.operation);
        let ids = to_come.revisions.into_iter();
        all.extend(ids.map(|id| (id, replayed.clone())));
    }
    Ok(all)
}

/// Phantoms whose file was deleted in the working tree alone, and those that others have
/// and whose file the commit that is checked out has: they come back with `git restore`.
fn deleted_here(context: &Context, state: &State) -> Result<BTreeMap<RevId, Returns>, Error> {
    let phantoms: BTreeSet<RevId> = state.phantoms.iter().cloned().collect();
    let head = match context.repo_if_any() {
        Some(repo) if !phantoms.is_empty() => repo.head()?.commit(),
        _ => None,
    };
    let Some(head) = head else {
        return Ok(BTreeMap::new());
    };
    let committed: BTreeMap<RevId, Arc<str>> = outline::of_commit(context, &head.to_string())?
        .into_iter()
        .filter(|outlined| phantoms.contains(&outlined.revision))
        .map(|outlined| (outlined.revision.clone(), outlined.path))
        .collect();
    let binding = fixed::binding(context, &committed.keys().cloned().collect())?;
    let restored = |path, staged| Returns::Restored { path, staged };
    let mut all: BTreeMap<RevId, Returns> = committed
        .into_iter()
        .filter(|(id, _)| binding.contains_key(id))
        .map(|(id, path)| (id, restored(path, false)))
        .collect();
    let deleted = deleted::staged(context)?;
    let deleted = deleted.into_iter().filter(|(id, _)| phantoms.contains(id));
    all.extend(deleted.map(|(id, path)| (id, restored(path, true))));
    Ok(all)
}

/// The phantoms that can be rolled back: those that have a way back, and nothing
/// above them that has none.
pub(super) fn to_roll_back(
    context: &Context,
    state: &State,
    source: &mut Source<'_>,
) -> Result<BTreeSet<RevId>, Error> {
    let Source::Database(database) = source else {
        return Ok(BTreeSet::new());
    };
    let mut stuck: BTreeSet<RevId> = returns(context, state)?.into_keys().collect();
    for (id, (scripts, found)) in ways_back(context, state, *database)? {
        let leads_back = |scripts: &StoredScripts| step::no_way_back(scripts).is_none();
        if found.is_none() && !scripts.as_ref().is_some_and(leads_back) {
            stuck.insert(id);
        }
    }
    let goes = |id: &&RevId| {
        let above = state
            .graph
            .unwind(&state.applied, &BTreeSet::from([(*id).clone()]));
        !above.iter().any(|id| stuck.contains(id))
    };
    Ok(state.phantoms.iter().filter(goes).cloned().collect())
}

/// Applied revisions whose files say something else now.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// Somebody has to say something about these.
    pub(super) open: BTreeSet<RevId>,
    /// Of them, these can be redone.
    pub(super) redone: BTreeSet<RevId>,
    /// The files have what was published, and these can be brought to it.
    pub(super) put_right: BTreeSet<RevId>,
}

/// What was applied and differs in the files now, by what can be done about it.
pub(super) fn open_edits(
    context: &Context,
    project: &Project,
    state: &State,
    source: &mut Source<'_>,
) -> Result<Edits, Error> {
    let Source::Database(database) = source else {
        return Ok(Edits::default());
    };
    let edited = edited(context, project, state, *database)?;
    let those = |which: fn(&Edited) -> bool| {
        let those = edited.iter().filter(|one| which(one));
        those.map(|one| one.revision.clone()).collect()
    };
    Ok(Edits {
        open: those(Edited::is_open),
        redone: those(Edited::can_be_redone),
        put_right: those(Edited::can_be_put_right),
    })
}

/// What was written into a ledger without running anything.
#[derive(Debug, Default)]
pub struct Recorded {
    /// All rows.
    pub revisions: Vec<RevId>,
    /// Those of them that were changed on purpose.
    pub amended: Vec<Amendment>,
}

/// Brings rows up to date of which only the edges or the way back changed: what
/// ran is what the file says. With `amended`, also those that were changed on purpose.
///
/// Not in a protected environment, save for the latter: what it recorded is what others
/// compare with.
pub fn record(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    amended: bool,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Recorded, Error> {
    let protected = context.target()?.protected;
    if protected && !amended {
        return Ok(Recorded::default());
    }
    let ledger = context.ledger(database)?;
    let stale = |entry: &Entry| -> bool {
        entry.state == EntryState::Applied
            && project
                .migration(entry.revision.as_str())
                .is_some_and(|migration| {
                    other_edges(project, migration, entry) || other_scripts(migration, entry)
                })
    };
    let ids = ledger.entries.iter().filter(|entry| stale(entry));
    let ids: BTreeSet<RevId> = ids.map(|entry| entry.revision.clone()).collect();
    if ids.is_empty() {
        return Ok(Recorded::default());
    }
    // What others have is compared with what ran, not the other way round; unless they
    // have it as the file says.
    let binding = fixed::binding_here(context, &ids, Depth::Whole)?;
    let published = fixed::as_published(context, project, &ids)?;
    let by_itself = |entry: &Entry| {
        let id = &entry.revision;
        let migration = project.migration(id.as_str());
        !protected
            && (!binding.contains_key(id) || published.contains(id))
            && migration.is_some_and(|migration| {
                decision(migration, &entry.checksum, entry.options).is_none()
            })
    };
    let decided = |entry: &Entry| {
        let amendment = amended.then(|| Amendment::of(project, entry));
        amendment.flatten()
    };
    let stale = |entry: &Entry| stale(entry) && (by_itself(entry) || decided(entry).is_some());
    if !ledger.entries.iter().any(stale) {
        return Ok(Recorded::default());
    }
    change_ledger(
        context,
        database,
        |database, ledger| {
            let mut changes = Vec::new();
            let mut written = Recorded::default();
            for entry in ledger.entries.iter().filter(|entry| stale(entry)) {
                let (Some(migration), Some(stored)) = (
                    project.migration(entry.revision.as_str()),
                    scripts(database, &entry.revision)?,
                ) else {
                    continue;
                };
                match decided(entry) {
                    Some(amendment) => written.amended.push(amendment),
                    None if same_up(migration, &stored) => {}
                    None => continue,
                }
                let entry = Entry {
                    parents: migration.revision.parents.clone(),
                    depends_on: project.graph.dependencies(entry.revision.as_str()),
                    checksum: layout::checksum(migration),
                    options: migration.options(),
                    message: migration.revision.message.clone(),
                    ..entry.clone()
                };
                written.revisions.push(entry.revision.clone());
                changes.push(LedgerChange::Put(
                    Box::new(entry),
                    Box::new(step::scripts_of(migration)),
                ));
            }
            Ok((changes, written))
        },
        on_event,
    )
}

fn scripts(database: &mut dyn Database, id: &RevId) -> Result<Option<StoredScripts>, Error> {
    database
        .stored_scripts(id)
        .map_err(|error| Error::database(database, error))
}

/// The file's way up is what ran, as it ran.
fn same_up(migration: &Migration, stored: &StoredScripts) -> bool {
    migration.options().up == stored.options().up
        && sql::checksum(migration.up_text(), None) == sql::checksum(&stored.up.text, None)
}
