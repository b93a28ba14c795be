//! The revisions of a commit without their scripts, from a cache by blob id.
//!
//! Whether something is published, and what came in with a pull, needs ids and
//! checksums of thousands of files that hardly ever change. They are parsed
//! once; a blob's id says for ever what is in it.

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Context, Error};
use crate::{
    git::{Listed, Listing},
    layout::{Layout, read_file},
    model::{Checksum, RevId},
    sql,
};

const FILE: &str = "headers";
/// Counts up with the layout's format and with the checksum's.
const VERSION: u32 = 1;
/// More than this is a history of rewritten files; the cache begins anew.
const MOST: usize = 100_000;

/// What a published file says of its revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outlined {
    /// The file, relative to the project's root.
    pub(super) path: Arc<str>,
    /// The revision.
    pub(super) revision: RevId,
    /// Its parents.
    pub(super) parents: Vec<RevId>,
    /// The checksum of its scripts.
    pub(super) checksum: Checksum,
}

/// A parsed file in the cache; `None` = it is no revision.
type Cached = Option<Row>;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    revision: RevId,
    parents: Vec<RevId>,
    checksum: String,
}

/// The revisions that a commit's files hold. Files that cannot be read are left out.
pub(super) fn of_commit(context: &Context, name: &str) -> Result<Vec<Outlined>, Error> {
    let listing = context
        .repo()?
        .commit_listing(&context.prefix()?, &context.folders(), name)?;
    of_listing(context, &listing)
}

/// What a revision was when it first came to the branch whose tip is `name`.
/// `None` where history does not tell (shallow clones).
pub(super) fn first_of(
    context: &Context,
    name: &str,
    tip: &Outlined,
) -> Result<Option<Outlined>, Error> {
    let repo = context.repo()?;
    let prefix = context.prefix()?;
    let mut at = repo.resolve(name)?;
    let mut path = Arc::clone(&tip.path);
    loop {
        let Some(commit) = repo.arrived(at, &prefix, &[&*path])?.remove(&*path) else {
            return Ok(None);
        };
        // A file that was renamed came from the parent under its old name.
        let parent = repo.resolve(&format!("{}^1", commit.id)).ok();
        if let Some(parent) = parent
            && let Some(older) = find(context, &parent.to_string(), &tip.revision)?
        {
            (at, path) = (parent, older.path);
            continue;
        }
        return find(context, &commit.id.to_string(), &tip.revision);
    }
}

fn find(context: &Context, name: &str, revision: &RevId) -> Result<Option<Outlined>, Error> {
    let all = of_commit(context, name)?;
    Ok(all.into_iter().find(|one| one.revision == *revision))
}

fn of_listing(context: &Context, listing: &Listing) -> Result<Vec<Outlined>, Error> {
    let repo = context.repo()?;
    let cache = repo.cache();
    let mut known: HashMap<String, Cached> = cache
        .load(FILE, VERSION)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let unknown: Vec<Listed> = listing
        .files
        .iter()
        .filter(|file| !known.contains_key(&file.blob()))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        if known.len() > MOST {
            known.clear();
        }
        for (listed, file) in unknown.iter().zip(repo.read_files(&unknown)?) {
            // A blob that is not here now may be later: only what was read is remembered.
            if file.content.is_ok() {
                known.insert(listed.blob(), parse(&file, context.layout()));
            }
        }
        if let Ok(bytes) = serde_json::to_vec(&known) {
            cache.store(FILE, VERSION, &bytes);
        }
    }
    Ok(listing
        .files
        .iter()
        .filter_map(|file| Some((file, known.get(&file.blob())?.as_ref()?)))
        .filter_map(|(file, row)| {
            Some(Outlined {
                path: Arc::clone(&file.path),
                revision: row.revision.clone(),
                parents: row.parents.clone(),
                checksum: Checksum::from_hex(&row.checksum)?,
            })
        })
        .collect())
}

fn parse(file: &crate::model::SnapshotFile, layout: &dyn Layout) -> Cached {
    let migration = layout.parse(read_file(file).ok()?).ok()?;
    let checksum = sql::checksum(migration.up_text(), migration.down_text());
    Some(Row {
        checksum: checksum.to_string(),
        revision: migration.revision.id,
        parents: migration.revision.parents,
    })
}
