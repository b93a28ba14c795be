//! What the hooks say that only advise: what came in, and what it means for the database.
//!
//! Needs no database, since ledgers are remembered from when they were last read, and
//! changes nothing. Where no migrations folder moved, two tree ids are all that is compared.

use std::collections::{BTreeMap, BTreeSet};

use super::moved::moved;
use crate::{
    config::FILE_NAME,
    git::{CommitId, Event},
    layout,
    model::{Project, RevId, advice},
    workflow::{
        Context, Error,
        known::{self, KnownLedger, KnownRow},
        outline::{self, Outlined},
        state::decision,
        told::Told,
    },
};

/// What is worth saying about a project after `HEAD` moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Revisions that came in and that the database has not.
    pub new: Vec<RevId>,
    /// Revisions that only the database has.
    pub phantoms: Vec<RevId>,
    /// Revisions that came in changed, after the database applied them.
    pub edited: Vec<RevId>,
    /// Revisions that came in changed on purpose, after the database applied them.
    pub amended: Vec<RevId>,
    /// Several heads of one line.
    pub diverged: Vec<RevId>,
    /// The environment of that database; `None` = this clone never read its ledger.
    pub environment: Option<String>,
    /// Something keeps the files from being read as a whole.
    pub broken: bool,
    /// What to run.
    pub command: String,
}

/// What one hook has to say; an error is about one project and hides no other.
pub type Said = Vec<Result<Advice, Error>>;

/// What the hook of an event says, once for each move of `HEAD`.
pub fn advise(context: &Context, event: Event, args: &[String]) -> Result<Said, Error> {
    let repo = context.repo()?;
    let Some((from, to)) = moved(repo, event, args)? else {
        return Ok(Vec::new());
    };
    let folders = repo.changed_folders_with(FILE_NAME, Some(from), to)?;
    let projects = context.projects_in(&folders)?;
    let mut said: Said = Vec::new();
    // Whoever pulls a broken configuration learns it from the next command that needs it.
    let mut all = projects.all;
    if folders.is_empty() {
        // Without a configuration it is one where somebody used it as one.
        let bare = context.without_file();
        all.extend((bare.is_project() && !known::recall(&bare).is_empty()).then_some(bare));
    }
    for project in &all {
        match of_project(project, from, to) {
            Ok(None) => {}
            Ok(Some(advice)) => said.push(Ok(advice)),
            Err(error) => said.push(Err(error)),
        }
    }
    Ok(said)
}

fn of_project(context: &Context, from: CommitId, to: CommitId) -> Result<Option<Advice>, Error> {
    let (prefix, folders) = (context.prefix()?, context.folders());
    if context
        .repo()?
        .folders_differ(&prefix, &folders, from, to)?
        == Some(false)
    {
        return Ok(None);
    }
    let told = Told::by_hook(context, from, to);
    if told.as_ref().is_ok_and(|told| told.is_known(context)) {
        return Ok(None);
    }
    let advice = look(context, from, to)?;
    if let (Some(_), Ok(told)) = (&advice, told) {
        told.remember(context);
    }
    Ok(advice)
}

fn look(context: &Context, from: CommitId, to: CommitId) -> Result<Option<Advice>, Error> {
    let project = context.project()?;
    let change = Change::between(context, from, to)?;
    if change.is_none() && project.errors().next().is_none() {
        return Ok(None);
    }
    let mut ledgers = known::recall(context);
    // One's own: what a deployed database has is not brought to a branch.
    ledgers.retain(|ledger| !ledger.protected);
    ledgers.sort_by_key(|ledger| !ledger.is_default(context));
    let advice = of(context, &project, &change, ledgers.first());
    Ok(advice.is_worth_saying(&change).then_some(advice))
}

/// What a move changed of the committed revisions.
#[derive(Debug, Default)]
struct Change {
    came: BTreeSet<RevId>,
    went: BTreeSet<RevId>,
    /// Their scripts or parents are others now.
    changed: BTreeSet<RevId>,
}

impl Change {
    fn between(context: &Context, from: CommitId, to: CommitId) -> Result<Self, Error> {
        let at = |commit: CommitId| -> Result<BTreeMap<RevId, Outlined>, Error> {
            let all = outline::of_commit(context, &commit.to_string())?;
            Ok(all
                .into_iter()
                .map(|one| (one.revision.clone(), one))
                .collect())
        };
        let (old, new) = (at(from)?, at(to)?);
        let mut change = Self::default();
        for (id, one) in &new {
            match old.get(id) {
                None => change.came.insert(id.clone()),
                Some(old)
                    if old.checksum != one.checksum
                        || old.options != one.options
                        || old.parents != one.parents =>
                {
                    change.changed.insert(id.clone())
                }
                Some(_) => false,
            };
        }
        change.went = old.into_keys().filter(|id| !new.contains_key(id)).collect();
        Ok(change)
    }

    fn is_none(&self) -> bool {
        self.came.is_empty() && self.went.is_empty() && self.changed.is_empty()
    }
}

impl Advice {
    /// There is something to do, and the move has to do with it. Whoever goes back and
    /// forth between branches hears of what differs from the database, and not each time
    /// of everything.
    fn is_worth_saying(&self, change: &Change) -> bool {
        let phantom = self.phantoms.iter().any(|id| change.went.contains(id));
        let changed = !self.edited.is_empty() || !self.amended.is_empty();
        let diverged = !self.diverged.is_empty();
        !self.new.is_empty() || phantom || changed || self.broken || diverged
    }
}

fn of(
    context: &Context,
    project: &Project,
    change: &Change,
    ledger: Option<&KnownLedger>,
) -> Advice {
    let rows = || ledger.iter().flat_map(|ledger| &ledger.rows);
    let applied: BTreeSet<&RevId> = rows().map(|row| &row.revision).collect();
    let revisions = || project.graph.iter().map(|revision| &revision.id);
    let is_new = |id: &&RevId| change.came.contains(*id) && !applied.contains(*id);
    let here = |id: &RevId| project.migration(id.as_str());
    // Whether on purpose, where it is not what was applied.
    let differs = |row: &KnownRow| {
        let migration = here(&row.revision)?;
        let amended = decision(migration, &row.checksum, row.options).is_some();
        let other = row.checksum != layout::checksum(migration)
            || row.options != migration.options()
            || (amended && row.parents != migration.revision.parents);
        other.then_some(amended)
    };
    let changed = |on_purpose: bool| {
        rows()
            .filter(|row| change.changed.contains(&row.revision))
            .filter(|row| differs(row) == Some(on_purpose))
            .map(|row| row.revision.clone())
            .collect()
    };
    let broken = project.errors().next().is_some();
    let database = context.config.database.as_deref();
    Advice {
        new: revisions().filter(is_new).cloned().collect(),
        phantoms: rows()
            .map(|row| &row.revision)
            .filter(|id| here(id).is_none() && project.hides(id).is_none())
            .cloned()
            .collect(),
        edited: changed(false),
        amended: changed(true),
        diverged: project.graph.diverged(),
        environment: ledger.map(KnownLedger::name),
        command: if broken {
            advice::command("status", database, None)
        } else {
            ledger.map_or_else(
                || advice::command("sync", database, None),
                |ledger| ledger.sync(context),
            )
        },
        broken,
    }
}
