//! What this clone knows of databases, remembered under the Git common
//! directory each time a ledger is read, so that hooks need no database.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Context, sealed};
use crate::{
    config::{ChosenBy, Target},
    db::{DatabaseUrl, SqliteTarget},
    model::{Checksum, Entry, EntryState, Ledger, Options, RevId, advice},
};

mod moved;
mod rows;

const FILE: &str = "ledgers";
/// Counts up with the file's form, and with that of its rows.
const VERSION: u32 = 7;
/// More are those of worktrees and environments that are long gone.
const MOST: usize = 64;

/// Which database it is. Two working trees of a clone may have an environment
/// `dev` each, and two `databases:` too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key {
    /// The project's folder in the repository.
    project: String,
    /// Which of `databases:`.
    database: Option<String>,
    /// The environment; `None` = the variable `DATABASE_URL`, or Alembic's ini.
    environment: Option<String>,
    /// Where it is, without a password.
    location: String,
}

/// A ledger as it stands in the file. Every command that reads a ledger remembers it, and
/// nearly always it has not changed: the bytes of its rows say so.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    key: Key,
    protected: bool,
    seen_at: Timestamp,
    rows: &'a [u8],
}

/// A ledger as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownLedger {
    /// Which database.
    key: Key,
    /// What a database is called that no environment names.
    unnamed: String,
    /// The environment is protected.
    pub(super) protected: bool,
    /// When it was read.
    pub(super) seen_at: Timestamp,
    /// Its rows.
    pub(super) rows: Vec<KnownRow>,
}

/// One applied revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownRow {
    /// The revision.
    pub(super) revision: RevId,
    /// Its parents when it was applied.
    pub(super) parents: Vec<RevId>,
    /// What had to be applied first.
    pub(super) depends_on: Vec<String>,
    /// Its message.
    pub(super) message: String,
    /// The checksum of what was applied.
    pub(super) checksum: Checksum,
    /// How both scripts were to be run.
    pub(super) options: Options,
    /// When; `None` = the ledger does not say, and the checksum is that of the file when
    /// this clone first saw the row.
    pub(super) applied_at: Option<Timestamp>,
    /// By whom.
    pub(super) applied_by: String,
    /// The commit that was checked out then.
    pub(super) commit: Option<String>,
    /// The branch that was checked out then.
    pub(super) branch: Option<String>,
}

impl KnownRow {
    /// What of a ledger's row is remembered.
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            revision: entry.revision.clone(),
            parents: entry.parents.clone(),
            depends_on: entry.depends_on.iter().map(ToString::to_string).collect(),
            message: entry.message.clone(),
            checksum: entry.checksum,
            options: entry.options,
            applied_at: entry.applied_at,
            applied_by: entry.applied_by.clone(),
            commit: entry.git_commit.clone(),
            branch: entry.git_branch.clone(),
        }
    }
}

impl KnownLedger {
    /// The environment's name in the configuration, else what says where the database is.
    pub(super) fn environment(&self) -> &str {
        self.key.environment.as_deref().unwrap_or(&self.unnamed)
    }

    /// Where it is, without a password.
    pub(super) fn location(&self) -> &str {
        &self.key.location
    }

    /// It is the database of a command that names none.
    pub(super) fn is_default(&self, context: &Context) -> bool {
        let environment = self.key.environment.as_deref();
        environment.is_none_or(|name| !context.config.has_to_be_named(name))
    }

    /// The `sync` that goes to this database.
    pub(super) fn sync(&self, context: &Context) -> String {
        self.command("sync", context)
    }

    /// A command that goes to this database.
    pub(super) fn command(&self, command: &str, context: &Context) -> String {
        let environment = self.key.environment.as_deref();
        advice::command(
            command,
            self.key.database.as_deref(),
            environment.filter(|name| context.config.has_to_be_named(name)),
        )
    }

    /// The environment, as people say it.
    pub(super) fn name(&self) -> String {
        let name = self.environment();
        match &self.key.database {
            Some(database) => format!("{name} of {database}"),
            None => name.to_owned(),
        }
    }
}

/// The ledgers that were seen of the databases that the configuration names now.
pub(super) fn recall(context: &Context) -> Vec<KnownLedger> {
    here(context, &|_| true)
}

/// The same with no other rows than those of `ids`, and with those of protected environments
/// that were led elsewhere since: what was deployed stays so.
pub(super) fn recall_of(context: &Context, ids: &BTreeSet<RevId>) -> Vec<KnownLedger> {
    let wanted = |id: &str| ids.contains(id);
    let mut all = here(context, &wanted);
    let mut before = of_project(context, &wanted);
    before.retain(|one| one.protected && is_here(context, &one.key) == Some(false));
    for ledger in &mut before {
        let same = all.iter().filter(|one| one.name() == ledger.name());
        let here: BTreeSet<&RevId> = same
            .flat_map(|one| &one.rows)
            .map(|row| &row.revision)
            .collect();
        ledger.rows.retain(|row| !here.contains(&row.revision));
    }
    all.extend(before);
    all
}

fn here(context: &Context, wanted: &dyn Fn(&str) -> bool) -> Vec<KnownLedger> {
    let all = of_project(context, wanted);
    let last = |one: &KnownLedger| {
        let mut newer = all.iter().rev();
        newer.find(|other| other.key.environment == one.key.environment) == Some(one)
    };
    // Where its variables are not set, as in a program that calls Git, nothing is known to be
    // different, but an environment is one database: the one that was seen last.
    let is_it = |one: &&KnownLedger| is_here(context, &one.key).unwrap_or_else(|| last(one));
    all.iter().filter(is_it).cloned().collect()
}

/// Ledgers of the same environments that were seen in other places: another working tree has
/// a file of its own, and an environment may have been led elsewhere.
pub(super) fn in_other_places(context: &Context) -> Vec<KnownLedger> {
    let mut all = of_project(context, &|_| true);
    all.retain(|one| is_here(context, &one.key) == Some(false));
    all
}

/// All that were seen of the project's environments, oldest first.
fn of_project(context: &Context, wanted: &dyn Fn(&str) -> bool) -> Vec<KnownLedger> {
    let Some(project) = project(context) else {
        return Vec::new();
    };
    let config = &context.config;
    let mut names: Vec<Option<&str>> = config
        .environments
        .iter()
        .map(|environment| Some(environment.name.as_str()))
        .collect();
    if names.is_empty() {
        names.push(None);
    }
    let kept = kept(context);
    let all = load(&kept).into_iter().filter(|known| {
        known.key.database == config.database && names.contains(&known.key.environment.as_deref())
    });
    let (own, others): (Vec<_>, Vec<_>) = all.partition(|known| known.key.project == project);
    let moved = moved::of(context, &project, &own, others);
    let all = moved.into_iter().chain(own).filter_map(|known| {
        Some(KnownLedger {
            rows: rows::read(known.rows, wanted)?,
            key: known.key,
            unnamed: config.unnamed_database().to_owned(),
            protected: known.protected,
            seen_at: known.seen_at,
        })
    });
    all.collect()
}

/// Whether the environment leads there. `None` = its variables are not set.
fn is_here(context: &Context, key: &Key) -> Option<bool> {
    let target = context
        .config
        .target(None, key.environment.as_deref(), &context.cwd)
        .ok()?;
    Some(location(&target)? == key.location)
}

/// Remembers a ledger that was just read. Failing to is no failure of the command.
pub(super) fn remember(context: &Context, ledger: &Ledger) {
    let (Some(repo), Ok(target)) = (context.repo_if_any(), context.target()) else {
        return;
    };
    let Some(key) = key(context, &target) else {
        return;
    };
    let mut rows: Vec<KnownRow> = ledger
        .entries
        .iter()
        .filter(|entry| entry.state == EntryState::Applied)
        // What no file has is compared with nothing, and a file that comes later is no edit.
        .filter(|entry| !ledger.unplaced.contains(&entry.revision))
        .map(KnownRow::of)
        .collect();
    let kept = kept(context);
    let mut all = load(&kept);
    let before = all.iter().position(|known| known.key == key);
    if let Some(at) = before {
        as_first_seen(&mut rows, all[at].rows);
    }
    let Some(rows) = rows::write(&rows) else {
        return;
    };
    if let Some(at) = before {
        let known = all.remove(at);
        // The environment led elsewhere since then.
        let mut since = all[at..].iter();
        let is_last = !since.any(|other| {
            other.key.project == known.key.project
                && other.key.database == known.key.database
                && other.key.environment == known.key.environment
        });
        // The time alone is worth a write only now and then.
        if is_last
            && known.rows == rows
            && known.protected == target.protected
            && context.now.as_second() - known.seen_at.as_second() < 3600
        {
            return;
        }
    }
    all.push(Stored {
        key,
        protected: target.protected,
        seen_at: context.now,
        rows: &rows,
    });
    all.sort_by_key(|known| known.seen_at);
    let excess = all.len().saturating_sub(MOST);
    all.drain(..excess);
    if let Ok(bytes) = postcard::to_allocvec(&all) {
        repo.cache().store(FILE, VERSION, &sealed::seal(bytes));
    }
}

/// Of what a ledger does not record, the file is all there is to go by: as it was when the
/// row was first seen here. Who edits it afterwards does not change what ran.
fn as_first_seen(rows: &mut [KnownRow], before: &[u8]) {
    if rows.iter().all(|row| row.applied_at.is_some()) {
        return;
    }
    let before = rows::read(before, &|_| true).unwrap_or_default();
    let before: HashMap<&RevId, &KnownRow> =
        before.iter().map(|row| (&row.revision, row)).collect();
    for row in rows.iter_mut().filter(|row| row.applied_at.is_none()) {
        if let Some(first) = before.get(&row.revision)
            && first.applied_at.is_none()
        {
            *row = (*first).clone();
        }
    }
}

/// `None` where there is nothing to remember: a database named by `--url` is
/// often a throw-away, and should not tie the files down.
fn key(context: &Context, target: &Target) -> Option<Key> {
    let environment = match target.by {
        ChosenBy::Url => return None,
        ChosenBy::Environment => Some(target.environment.clone()),
        ChosenBy::Variable | ChosenBy::Alembic => None,
    };
    Some(Key {
        project: project(context)?,
        database: context.config.database.clone(),
        environment,
        location: location(target)?,
    })
}

fn project(context: &Context) -> Option<String> {
    context.prefix().ok()
}

/// The file of all ledgers; empty where there is none.
fn kept(context: &Context) -> Vec<u8> {
    let repo = context.repo_if_any();
    repo.and_then(|repo| repo.cache().load(FILE, VERSION))
        .unwrap_or_default()
}

fn load(kept: &[u8]) -> Vec<Stored<'_>> {
    sealed::open(kept)
        .and_then(|bytes| postcard::from_bytes(bytes).ok())
        .unwrap_or_default()
}

/// Where a database is: a name that is the same from every folder, and
/// holds no password. `None` where the URL is none.
pub(super) fn location(target: &Target) -> Option<String> {
    Some(match DatabaseUrl::parse(target.url.expose()).ok()? {
        DatabaseUrl::Sqlite(SqliteTarget::File(path)) => {
            let base = target.base.canonicalize();
            let path = base.as_deref().unwrap_or(&target.base).join(path);
            // `./dev.db` is `dev.db`.
            let path: std::path::PathBuf = path.components().collect();
            format!("sqlite:{}", path.display())
        }
        url => url.to_string(),
    })
}
