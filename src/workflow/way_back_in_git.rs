//! The way back of what only a database has and its ledger kept none for: as the
//! revision's file stands on a branch or a tag, or stood where a reflog remembers.
//!
//! Must not guess: a file counts only where its way up is what ran. Of several versions
//! that of the newest commit decides. But whichever says on purpose that there is no way
//! back has the last word: a branch that was left behind gets newer commits too, and
//! would bring back what its author took away.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
};

use super::{Context, Error, outline, step};
use crate::{
    git::{Listed, RefKind, Tip},
    layout::read_file,
    model::{
        Migration, NoWayBack, RevId, SourceFile,
        audit::Content,
        ledger::{StoredScript, StoredScripts},
    },
    sql,
};

/// A way back that was found in Git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWayBack {
    /// The branch or tag that has it, else the commit that had it.
    pub place: String,
    /// No branch and no tag has that commit by name: a reflog remembers it.
    pub only_reflog: bool,
    /// The script.
    pub(super) script: StoredScript,
    /// The file, named with its place.
    pub(super) file: SourceFile,
    /// Where in it the script begins.
    pub(super) offset: usize,
}

impl FoundWayBack {
    /// It is in a module of Alembic's, whose table keeps no scripts at all.
    pub fn is_in_module(&self) -> bool {
        self.file.path.ends_with(".py")
    }
}

/// The ways back of revisions, each given with what the ledger kept of it. Those that
/// have one already are left alone. What was looked for once is remembered in `context`.
pub(super) fn find<'s>(
    context: &Context,
    stored: impl IntoIterator<Item = (&'s RevId, &'s StoredScripts)>,
) -> Result<BTreeMap<RevId, FoundWayBack>, Error> {
    let lacking: Vec<(&RevId, &StoredScripts)> = stored
        .into_iter()
        .filter(|(_, scripts)| step::no_way_back(scripts).is_some())
        .collect();
    let mut known = context.ways_back.borrow_mut();
    let unknown: Vec<_> = lacking
        .iter()
        .filter(|(id, _)| !known.contains_key(*id))
        .copied()
        .collect();
    if !unknown.is_empty() && context.repo_if_any().is_some() {
        let mut found = search(context, &unknown)?;
        known.extend(
            unknown
                .iter()
                .map(|(id, _)| ((*id).clone(), found.remove(*id))),
        );
    }
    let found =
        |(id, _): &(&RevId, &StoredScripts)| Some(((*id).clone(), known.get(*id)?.clone()?));
    Ok(lacking.iter().filter_map(found).collect())
}

fn search(
    context: &Context,
    wanted: &[(&RevId, &StoredScripts)],
) -> Result<BTreeMap<RevId, FoundWayBack>, Error> {
    let files = everywhere(context)?;
    let listed: Vec<Listed> = files.iter().map(|(file, _)| file.clone()).collect();
    let said = outline::of_history(context, &listed)?;
    let ran: HashMap<&RevId, _> = wanted
        .iter()
        .map(|(id, scripts)| (*id, sql::checksum(&scripts.up.text, None)))
        .collect();
    let mut found: BTreeMap<RevId, Option<FoundWayBack>> = BTreeMap::new();
    let mut irreversible: HashSet<RevId> = HashSet::new();
    for (file, tip) in &files {
        let Some(Content::Revision(outline)) = said.get(&file.blob()) else {
            continue;
        };
        let Some(up) = ran.get(&outline.revision) else {
            continue;
        };
        if outline.up != *up || irreversible.contains(&outline.revision) {
            continue;
        }
        let migration = read(context, file)?;
        let no_way_back = migration.as_ref().and_then(Migration::no_way_back);
        if no_way_back == Some(NoWayBack::OnPurpose) {
            irreversible.insert(outline.revision.clone());
        } else {
            found
                .entry(outline.revision.clone())
                .or_insert_with(|| way_back(&migration?, tip));
        }
    }
    found.retain(|id, _| !irreversible.contains(id));
    let found = found.into_iter();
    Ok(found.filter_map(|(id, way)| Some((id, way?))).collect())
}

/// The distinct files with migrations of all branches, tags and reflogs, each with the
/// newest commit that has it; the newest first.
pub(super) fn everywhere(context: &Context) -> Result<Vec<(Listed, Tip)>, Error> {
    let repo = context.repo()?;
    let mut tips = repo.tips()?;
    let named: HashSet<_> = tips.iter().map(|tip| tip.commit).collect();
    let once = repo.once_tips()?;
    tips.extend(once.into_iter().filter(|tip| !named.contains(&tip.commit)));
    let mut files: Vec<(Listed, Tip)> = Vec::new();
    let mut seen = HashSet::new();
    repo.for_each_distinct_listing(
        &context.prefix()?,
        &context.folders(),
        &tips,
        |tips, listing| {
            if let Some(tip) = tips.first() {
                let new = listing
                    .files
                    .into_iter()
                    .filter(|file| seen.insert(file.blob()));
                files.extend(new.map(|file| (file, (*tip).clone())));
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(files)
}

/// The revision in a file that Git has.
pub(super) fn read(context: &Context, file: &Listed) -> Result<Option<Migration>, Error> {
    let files = context.repo()?.read_files(std::slice::from_ref(file))?;
    Ok(files
        .first()
        .and_then(|file| context.layout().parse(read_file(file).ok()?).ok()))
}

/// The way back in a file, where it has one.
pub(super) fn way_back(migration: &Migration, tip: &Tip) -> Option<FoundWayBack> {
    if migration.no_way_back().is_some() {
        return None;
    }
    let script = step::scripts_of(migration).down?;
    let down = migration.down.as_ref()?;
    let place = tip.short().to_owned();
    Some(FoundWayBack {
        file: SourceFile::new(
            format!("{place}:{}", migration.file.path),
            &*migration.file.text,
        ),
        offset: down.span.start,
        only_reflog: tip.kind == RefKind::Reflog,
        script,
        place,
    })
}
