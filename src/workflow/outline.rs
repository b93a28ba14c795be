//! The revisions of a commit without their scripts, from a cache by blob id.
//!
//! Whether something is published, and what came in with a pull, needs ids and
//! checksums of thousands of files that hardly ever change. They are parsed
//! once; a blob's id says for ever what is in it.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Deref,
    rc::Rc,
    sync::Arc,
};

use super::{Context, Error};
use crate::{
    git::{BlobId, CommitId, CommitInfo, Listed, Listing},
    layout::{self, Layout, read_file},
    model::{
        RevId, Revision, UnreadFile,
        audit::{Content, Outline},
    },
};

mod rows;

pub(super) use rows::Rows;

/// What branches have now: read by hooks, so it stays small.
const HEADERS: &str = "headers";
/// What a branch ever had: an audit's own.
const HISTORY: &str = "history";
/// Counts up with the layout's format, with the checksum's, and with the rows.
const VERSION: u32 = 5;
/// More than this is a history of rewritten files; the cache begins anew.
const MOST: usize = 100_000;

/// What a published file says of its revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outlined {
    /// The file, relative to the project's root.
    pub(super) path: Arc<str>,
    /// What it says.
    pub(super) outline: Arc<Outline>,
}

impl Deref for Outlined {
    type Target = Outline;

    fn deref(&self) -> &Outline {
        &self.outline
    }
}

/// The revisions that a commit's files hold. Files that cannot be read are left out.
///
/// It is for commits that something else is compared with: one whose migrations folder is
/// a link that leads nowhere has no revisions.
pub(super) fn of_commit(context: &Context, name: &str) -> Result<Vec<Outlined>, Error> {
    match listing(context, name) {
        Err(error) if error.is_lost_folder() => Ok(Vec::new()),
        listing => Ok(of_listing(context, &listing?)?.0),
    }
}

/// The revisions of a protected ref, and its files that cannot be read. Where a link that
/// leads nowhere came into the place of its migrations folder, those that it had before:
/// they are published all the same.
pub(super) fn of_protected(
    context: &Context,
    name: &str,
) -> Result<(Vec<Outlined>, Vec<UnreadFile>), Error> {
    let repo = context.repo()?;
    let mut listed = listing(context, name);
    let mut name = name.to_owned();
    while let Err(error) = &listed
        && error.is_lost_folder()
    {
        let Ok(before) = repo.resolve(&format!("{name}^")) else {
            return Ok((Vec::new(), Vec::new()));
        };
        name = before.to_string();
        listed = listing(context, &name);
    }
    let (outlined, unread) = of_listing(context, &listed?)?;
    if unread.is_empty() {
        return Ok((outlined, Vec::new()));
    }
    let files = repo.read_files(&unread)?;
    Ok((outlined, files.iter().map(UnreadFile::new).collect()))
}

/// What files that cannot be read held in the commit that is checked out.
pub(super) fn recognise(context: &Context, unread: &mut [UnreadFile]) {
    // Without a commit, nothing more is known than the files themselves say.
    for one in of_commit(context, "HEAD").unwrap_or_default() {
        if let Some(file) = unread.iter_mut().find(|file| file.path == one.path) {
            file.held(&one.revision);
        }
    }
}

/// The revisions that these files hold.
pub(super) fn revisions_of(context: &Context, files: &[Listed]) -> Result<Vec<RevId>, Error> {
    let contents = of_files(context, files)?.into_values();
    Ok(contents
        .filter_map(|content| match content {
            Content::Revision(outline) => Some(outline.revision.clone()),
            _ => None,
        })
        .collect())
}

fn listing(context: &Context, name: &str) -> Result<Listing, Error> {
    let repo = context.repo()?;
    let (prefix, folders) = context.place_in(name)?;
    Ok(repo.commit_listing(&prefix, &folders, name)?)
}

/// How a revision came to a branch.
#[derive(Debug)]
pub(super) struct First {
    /// The commit that brought it.
    pub(super) commit: CommitInfo,
    /// The commit with which that landed: what others could pull.
    pub(super) landed: CommitId,
    /// What it was then.
    pub(super) was: Outlined,
}

/// How a revision first landed on the branch `name`. `None` where history does not
/// tell (shallow clones).
pub(super) fn first_of(
    context: &Context,
    name: &str,
    tip: &Outlined,
) -> Result<Option<First>, Error> {
    let repo = context.repo()?;
    let line = repo.line(name)?;
    let earlier = |commit: CommitId| -> Result<Option<String>, Error> {
        let found = find(context, &commit.to_string(), &tip.revision)?;
        Ok(found.map(|older| older.path.to_string()))
    };
    let (prefix, _) = context.place_in(name)?;
    let Some(arrival) = repo.arrived(&line, &prefix, &tip.path, earlier)? else {
        return Ok(None);
    };
    // What was put right before it was pushed was never published.
    for landed in [arrival.landed, arrival.commit.id] {
        if let Some(was) = find(context, &landed.to_string(), &tip.revision)? {
            return Ok(Some(First {
                commit: arrival.commit,
                landed,
                was,
            }));
        }
    }
    Ok(None)
}

fn find(context: &Context, name: &str, revision: &RevId) -> Result<Option<Outlined>, Error> {
    let all = of_commit(context, name)?;
    Ok(all.into_iter().find(|one| one.revision == *revision))
}

/// Those of `ids` that a protected ref has, as [`of_protected`] finds them.
pub(super) fn of_protected_with(
    context: &Context,
    name: &str,
    ids: &BTreeSet<RevId>,
) -> Result<Vec<Outlined>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let listing = match listing(context, name) {
        Err(error) if error.is_lost_folder() => {
            let (mut all, _) = of_protected(context, name)?;
            all.retain(|one| ids.contains(&one.revision));
            return Ok(all);
        }
        listing => listing?,
    };
    let known = rows(context, &listing.files, HEADERS)?;
    let outlined = |file: &Listed| match known.get(&file.blob()) {
        Some(Content::Revision(outline)) if ids.contains(&outline.revision) => Some(Outlined {
            path: Arc::clone(&file.path),
            outline: Arc::clone(outline),
        }),
        _ => None,
    };
    Ok(listing.files.iter().filter_map(outlined).collect())
}

fn of_listing(context: &Context, listing: &Listing) -> Result<(Vec<Outlined>, Vec<Listed>), Error> {
    let known = rows(context, &listing.files, HEADERS)?;
    let (mut outlined, mut unread) = (Vec::with_capacity(listing.files.len()), Vec::new());
    for file in &listing.files {
        match known.get(&file.blob()) {
            Some(Content::Revision(outline)) => outlined.push(Outlined {
                path: Arc::clone(&file.path),
                outline: Arc::clone(outline),
            }),
            _ => unread.push(file.clone()),
        }
    }
    Ok((outlined, unread))
}

/// What every one of these files says, by blob id; files that branches have now.
pub(super) fn of_files(
    context: &Context,
    files: &[Listed],
) -> Result<HashMap<BlobId, Content>, Error> {
    contents(context, files, HEADERS)
}

/// The same, with whatever else is known.
pub(super) fn known(context: &Context, files: &[Listed]) -> Result<Rc<Rows>, Error> {
    rows(context, files, HEADERS)
}

/// The same for files of all times.
pub(super) fn of_history(
    context: &Context,
    files: &[Listed],
) -> Result<HashMap<BlobId, Content>, Error> {
    contents(context, files, HISTORY)
}

fn contents(
    context: &Context,
    files: &[Listed],
    name: &'static str,
) -> Result<HashMap<BlobId, Content>, Error> {
    let known = rows(context, files, name)?;
    let said = |file: &Listed| {
        let blob = file.blob();
        let said = known.get(&blob).cloned();
        (blob, said.unwrap_or(Content::Missing))
    };
    Ok(files.iter().map(said).collect())
}

/// The rows of a cache with all of these files in it that this clone has.
fn rows(context: &Context, files: &[Listed], name: &'static str) -> Result<Rc<Rows>, Error> {
    let repo = context.repo()?;
    let cache = repo.cache();
    // Taken out, so that it is not copied when it grows.
    let loaded = context.headers.borrow_mut().remove(name);
    let mut known = loaded.unwrap_or_else(|| {
        let stored = cache.load(name, VERSION);
        Rc::new(
            stored
                .and_then(|bytes| Rows::read(&bytes))
                .unwrap_or_default(),
        )
    });
    let mut asked = HashSet::new();
    let unknown: Vec<Listed> = files
        .iter()
        .filter(|file| {
            let blob = file.blob();
            known.get(&blob).is_none() && asked.insert(blob)
        })
        .cloned()
        .collect();
    if !unknown.is_empty() {
        let full = known.len() > MOST;
        let stored = known.len();
        let rows = Rc::make_mut(&mut known);
        for (listed, file) in unknown.iter().zip(repo.read_files(&unknown)?) {
            // A blob that is not here now may be later: only what was read is remembered.
            if file.content.is_ok() {
                rows.insert(listed.blob(), of_content(context, &file));
            }
        }
        if full {
            rows.keep(&files.iter().map(Listed::blob).collect());
        }
        if (full || rows.len() > stored)
            && let Some(bytes) = rows.write()
        {
            cache.store(name, VERSION, &bytes);
        }
    }
    let mut headers = context.headers.borrow_mut();
    headers.insert(name, Rc::clone(&known));
    Ok(known)
}

/// What a file says, wherever its bytes came from.
pub(super) fn of_content(context: &Context, file: &crate::model::SnapshotFile) -> Content {
    outline_of(file, context.layout()).map_or(Content::Unreadable, |outline| {
        Content::Revision(Arc::new(outline))
    })
}

fn outline_of(file: &crate::model::SnapshotFile, layout: &dyn Layout) -> Option<Outline> {
    let migration = layout.parse(read_file(file).ok()?).ok()?;
    Some(Outline::of(
        Revision {
            // What is kept of it has neither.
            created: None,
            proved: None,
            ..migration.revision.clone()
        },
        layout::checksum(&migration),
        layout::up_checksum(&migration),
        migration.options(),
    ))
}
