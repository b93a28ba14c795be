//! Where this clone has seen revisions: in protected refs, tags and ledgers.
//!
//! The facts by which a revision is fixed, gathered in one place for all who
//! judge by them. What follows from them is the model's business.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Context, Error, divergence,
    elsewhere::{self, Holding},
    guard::{self, Base, ByLayout},
    known::{self, KnownRow},
    outline::{self, Outlined},
    rewritten::put_back,
    taken_out::{Depth, taken_out},
};
use crate::model::{
    Migration, Project, RevId,
    audit::Outline,
    guard::{Content, Evidence, First, Fixed, Reading, fetched},
    shell,
};
use crate::{git::Repo, layout};

/// For each of `ids`, where it was published, released or applied; those of which
/// nothing is known are left out. What is published comes first, and is not looked for
/// in tags: it is fixed without them.
pub(super) fn evidence(
    context: &Context,
    ids: &BTreeSet<RevId>,
) -> Result<BTreeMap<RevId, Vec<Evidence>>, Error> {
    let mut found: BTreeMap<RevId, Vec<Evidence>> = BTreeMap::new();
    let mut add = |id: &RevId, evidence| found.entry(id.clone()).or_default().push(evidence);
    // Without a repository nothing is published, and no ledger is remembered.
    if context.repo_if_any().is_none() {
        return Ok(found);
    }
    for (name, published) in divergence::published(context)? {
        for id in published.intersection(ids) {
            add(id, Evidence::Published { name: name.clone() });
        }
    }
    let unpublished = ids.iter().filter(|id| !found.contains_key(*id));
    for (id, tags) in elsewhere::tags(context, &unpublished.cloned().collect())? {
        // The first release with it says most.
        if let Some(first) = tags.into_iter().next() {
            let released = Evidence::Released { tag: first.name };
            found.entry(id).or_default().push(released);
        }
    }
    let mut add = |id: &RevId, evidence| found.entry(id.clone()).or_default().push(evidence);
    for ledger in known::recall_of(context, ids) {
        let environment = ledger.name();
        for row in &ledger.rows {
            add(
                &row.revision,
                Evidence::Applied {
                    sync: ledger.sync(context),
                    environment: environment.clone(),
                    at: row.applied_at,
                    by: row.applied_by.clone(),
                    protected: ledger.protected,
                },
            );
        }
    }
    Ok(found)
}

/// Those of `ids` that are fixed for everybody, with the first reason: published,
/// released, or applied in a protected environment.
pub(super) fn binding(
    context: &Context,
    ids: &BTreeSet<RevId>,
) -> Result<BTreeMap<RevId, Evidence>, Error> {
    Ok(evidence(context, ids)?
        .into_iter()
        .filter_map(|(id, all)| Some((id, all.into_iter().find(Evidence::binds)?)))
        .collect())
}

/// The same of revisions that files have: also those that a protected branch published once and
/// took out since, and that came back here. Databases may have run what they were then.
pub(super) fn binding_here(
    context: &Context,
    ids: &BTreeSet<RevId>,
    depth: Depth,
) -> Result<BTreeMap<RevId, Evidence>, Error> {
    let mut found = binding(context, ids)?;
    if context.repo_if_any().is_none() {
        return Ok(found);
    }
    for name in guard::protected_refs(context)? {
        let open: BTreeSet<RevId> = ids
            .iter()
            .filter(|id| !found.contains_key(*id))
            .cloned()
            .collect();
        for one in taken_out(context, &name, &open, depth)? {
            found.entry(one.revision).or_insert(one.evidence);
        }
    }
    Ok(found)
}

/// Those of `ids` that a protected ref has just as the files have them.
pub(super) fn as_published(
    context: &Context,
    project: &Project,
    ids: &BTreeSet<RevId>,
) -> Result<BTreeSet<RevId>, Error> {
    let mut found = BTreeSet::new();
    if context.repo_if_any().is_none() {
        return Ok(found);
    }
    let is_same = |tip: &Outlined| {
        let migration = project.migration(tip.revision.as_str());
        migration.is_some_and(|one| {
            layout::checksum(one) == tip.checksum
                && one.options() == tip.options
                && one.revision.parents == tip.parents
                && one.revision.depends_on == tip.depends_on
        })
    };
    for name in guard::protected_refs(context)? {
        let (tips, _) = outline::of_protected(context, &name)?;
        let tips = tips.into_iter().filter(|tip| ids.contains(&tip.revision));
        found.extend(tips.filter(is_same).map(|tip| tip.revision.clone()));
    }
    Ok(found)
}

/// Those of `ids` that others have on branches of theirs, with the branches. That fixes
/// nothing, since they may change them still; but who moves or edits such a revision
/// has to talk with them.
pub(super) fn shared(
    context: &Context,
    ids: &BTreeSet<RevId>,
) -> Result<BTreeMap<RevId, Vec<String>>, Error> {
    elsewhere::branches(context, ids)
}

/// What is known to be fixed of what a step from `before`, which is that of `base`, to
/// `after` concerns, with what it was; databases first, since they say when and by whom.
pub(super) fn of_step(
    context: &Context,
    base: &Base<'_>,
    (before, after): (&Project, &Project),
    reading: &dyn Reading,
) -> Result<Vec<Fixed>, Error> {
    let touched = touched(before, after);
    let mut fixed: Vec<Fixed> = applied(context, &touched);
    let edges = |project: &Project, id: &RevId| {
        let found = project.migration(id.as_str());
        found.map(|one| {
            (
                one.revision.parents.clone(),
                one.revision.depends_on.clone(),
            )
        })
    };
    let moved = |id: &RevId| match (edges(before, id), edges(after, id)) {
        (Some(old), Some(new)) => old != new,
        _ => false,
    };
    let mut open = touched.clone();
    let mut names = guard::protected_refs(context)?;
    if let Some(landed) = base.landed {
        let repo = context.repo()?;
        let mut before = Vec::new();
        for name in names {
            if !repo.contains(repo.resolve(&name)?, landed)? {
                before.push(name);
            }
        }
        names = before;
    }
    if base.published && !names.iter().any(|name| name == base.name) {
        names.push(base.name.to_owned());
    }
    for name in names {
        let tips = outline::of_protected_with(context, &name, &touched)?;
        // What is published is fixed without a tag; but where it is moved, a tag is more.
        open.retain(|id| moved(id) || tips.iter().all(|tip| tip.revision != *id));
        fixed.extend(come_back(
            context,
            (&name, base.depth),
            &touched,
            after,
            &tips,
        )?);
        fixed.extend(put_back(context, &name, &tips, (before, after), reading)?);
        let look = |tip: &Outlined| differs(before, after, tip, reading);
        fixed.extend(published(context, &name, tips, &look));
        fixed.extend(merged(context, &name, &touched)?);
    }
    for (revision, tags) in elsewhere::tags(context, &open)? {
        fixed.extend(released(&revision, tags));
    }
    Ok(fixed)
}

/// What those were of the revisions of a step that the branch `name`, which has `tips`, had
/// once and has no longer.
pub(super) fn come_back(
    context: &Context,
    (name, depth): (&str, Depth),
    touched: &BTreeSet<RevId>,
    after: &Project,
    tips: &[Outlined],
) -> Result<Vec<Fixed>, Error> {
    let mut ids = touched.clone();
    ids.retain(|id| after.migration(id.as_str()).is_some());
    for tip in tips {
        ids.remove(&tip.revision);
    }
    taken_out(context, name, &ids, depth)
}

/// What databases applied of `ids`, as this clone saw them last.
fn applied(context: &Context, ids: &BTreeSet<RevId>) -> Vec<Fixed> {
    let mut fixed = Vec::new();
    for ledger in known::recall_of(context, ids) {
        let environment = ledger.name();
        let sync = ledger.sync(context);
        fixed.extend(ledger.rows.into_iter().map(|row| Fixed {
            content: applied_content(&row),
            revision: row.revision,
            first: First::Same,
            evidence: Evidence::Applied {
                environment: environment.clone(),
                sync: sync.clone(),
                at: row.applied_at,
                by: row.applied_by,
                protected: ledger.protected,
            },
        }));
    }
    fixed
}

/// What a database applied, as far as its row is remembered.
pub(super) fn applied_content(row: &KnownRow) -> Content {
    Content {
        checksum: row.checksum,
        up: None,
        options: Some(row.options),
        parents: row.parents.clone(),
        depends_on: Some(row.depends_on.clone()),
        amended: Vec::new(),
    }
}

/// The revisions whose files a step from `before` to `after` changes.
pub(super) fn touched(before: &Project, after: &Project) -> BTreeSet<RevId> {
    let text = |project: &Project, id: &RevId| {
        let found = project.migration(id.as_str());
        found.map(|migration| migration.file.text.clone())
    };
    let all = before.migrations.values().chain(after.migrations.values());
    all.map(|migration| &migration.revision.id)
        .filter(|id| text(before, id) != text(after, id))
        .cloned()
        .collect()
}

/// What is known to be fixed of one revision, with what it was, wherever it is.
pub(super) fn of_revision(context: &Context, id: &RevId) -> Result<Vec<Fixed>, Error> {
    if context.repo_if_any().is_none() {
        return Ok(Vec::new());
    }
    let ids = BTreeSet::from([id.clone()]);
    let mut fixed = applied(context, &ids);
    for name in guard::protected_refs(context)? {
        let (mut tips, _) = outline::of_protected(context, &name)?;
        tips.retain(|tip| tip.revision == *id);
        if tips.is_empty() {
            let ids = BTreeSet::from([id.clone()]);
            fixed.extend(taken_out(context, &name, &ids, Depth::Whole)?);
        }
        fixed.extend(published(context, &name, tips, &|_| true));
    }
    for (_, tags) in elsewhere::tags(context, &ids)? {
        fixed.extend(released(id, tags));
    }
    Ok(fixed)
}

/// Where others have what a file says, where that is what was published or released first:
/// a database with something else ran another text.
pub(super) fn as_first(
    context: &Context,
    migration: &Migration,
) -> Result<Option<Evidence>, Error> {
    let (checksum, options) = (layout::checksum(migration), migration.options());
    let is_first = |one: &Fixed| {
        let first = match (&one.evidence, &one.first) {
            (Evidence::Applied { .. }, _) | (_, First::Unknown) => return false,
            (_, First::Was(first)) => &**first,
            (_, First::Same) => &one.content,
        };
        first.checksum == checksum && first.options.is_none_or(|were| were == options)
    };
    let all = of_revision(context, &migration.revision.id)?;
    Ok(all.into_iter().find(is_first).map(|one| one.evidence))
}

/// The command that brings a file back to what it was where it is fixed, from the commit
/// that is checked out, a protected ref or a tag, or one of the commits that published it
/// (`first`); `None` where none of them has that.
pub(super) fn restore(
    context: &Context,
    migration: &Migration,
    first: &[String],
) -> Option<String> {
    let id = &migration.revision.id;
    let fixed = of_revision(context, id).ok()?;
    let mut wanted: Vec<&Content> = fixed
        .iter()
        .filter(|one| one.evidence.binds())
        .flat_map(Fixed::contents)
        .collect();
    // What was first is what databases ran.
    wanted.reverse();
    let (now, options) = (layout::checksum(migration), migration.options());
    let is_now = |content: &Content| {
        content.checksum == now && content.options.is_none_or(|were| were == options)
    };
    wanted.retain(|content| !is_now(content));
    let names = fixed.iter().filter_map(|one| match &one.evidence {
        Evidence::Published { name } => Some(name.as_str()),
        Evidence::Released { tag } => Some(tag.as_str()),
        Evidence::Applied { .. } => None,
    });
    let has = |name: &&str| {
        let all = outline::of_commit(context, name).unwrap_or_default();
        let mut all = all.iter();
        all.any(|one| {
            one.revision == *id
                && one.path == migration.file.path
                && wanted.iter().any(|content| {
                    content.checksum == one.checksum
                        && content.options.is_none_or(|were| were == one.options)
                })
        })
    };
    let first = first.iter().map(String::as_str);
    let mut sources = std::iter::once("HEAD").chain(names).chain(first);
    let source = sources.find(has)?;
    let reading = ByLayout::of(context, source).ok()?;
    let file = &migration.file.path;
    let restored = reading.restored(file);
    if let Some(here) = reading.moved(file, file) {
        return Some(fetched(&restored, &here));
    }
    let (source, path) = restored;
    Some(format!(
        "git restore --source={} --staged --worktree {}",
        shell::word(&source),
        shell::word(&path)
    ))
}

/// What is fixed because a protected ref has it; `tips` is what it has now. What was first
/// is looked for where `look` says that it matters.
pub(super) fn published(
    context: &Context,
    name: &str,
    tips: Vec<Outlined>,
    look: &dyn Fn(&Outlined) -> bool,
) -> Vec<Fixed> {
    let is_shallow = context.repo_if_any().is_some_and(Repo::is_shallow);
    let fix = |outlined: Outlined| {
        let tip = Content::from(&outlined);
        // Going back to what was published first, after somebody edited it, is a repair.
        // Who only carries what is there now is not asked what was before.
        let first = if look(&outlined) {
            match outline::first_of(context, name, &outlined) {
                Ok(Some(first)) if same(&outlined, &first.was) => First::Same,
                Ok(Some(first)) => First::Was(Box::new(Content::from(&first.was))),
                // Where all of history is here, there is nothing before what it has.
                Ok(None) if !is_shallow => First::Same,
                Ok(None) | Err(_) => First::Unknown,
            }
        } else {
            First::Same
        };
        Fixed {
            revision: outlined.revision.clone(),
            content: tip,
            first,
            evidence: Evidence::Published {
                name: name.to_owned(),
            },
        }
    };
    tips.into_iter().map(fix).collect()
}

/// What a merge in progress brings in that the protected ref had once: an edit that was
/// made there is not made here.
fn merged(context: &Context, name: &str, touched: &BTreeSet<RevId>) -> Result<Vec<Fixed>, Error> {
    let repo = context.repo()?;
    let mut had = Vec::new();
    if let Some(tip) = repo.tip_named(name)?.filter(|_| !touched.is_empty()) {
        for theirs in repo.merging_with() {
            if repo.contains(tip, theirs)? {
                had.extend(outline::of_commit(context, &theirs.to_string())?);
            }
        }
    }
    let had = had.iter().filter(|one| touched.contains(&one.revision));
    Ok(had
        .map(|one| Fixed {
            revision: one.revision.clone(),
            content: Content::from(one),
            first: First::Same,
            evidence: Evidence::Published {
                name: name.to_owned(),
            },
        })
        .collect())
}

/// Each of its versions in tags, with the oldest tag that has it.
fn released(revision: &RevId, tags: Vec<Holding>) -> Vec<Fixed> {
    let mut versions: Vec<Fixed> = Vec::new();
    for tag in tags {
        let content = Content::from(&*tag.was);
        if versions.iter().all(|one| one.content != content) {
            versions.push(Fixed {
                revision: revision.clone(),
                content,
                first: First::Same,
                evidence: Evidence::Released { tag: tag.name },
            });
        }
    }
    versions
}

/// The step changes the revision, to something else than the tip has, or records a
/// decision about what it was.
pub(super) fn differs(
    before: &Project,
    after: &Project,
    tip: &Outlined,
    reading: &dyn Reading,
) -> bool {
    let id = &tip.revision;
    let Some(new) = after.migration(id.as_str()) else {
        return false;
    };
    let now = reading.checksum(after, id);
    let (revision, old) = (&new.revision, before.migration(id.as_str()));
    let old_amended = old.map_or(&[][..], |old| &old.revision.amended);
    if revision.amended != old_amended {
        return true;
    }
    if now == Some(tip.checksum)
        && new.options() == tip.options
        && revision.parents == tip.parents
        && revision.depends_on == tip.depends_on
    {
        return false;
    }
    old.is_none_or(|old| {
        old.revision.parents != revision.parents
            || old.revision.depends_on != revision.depends_on
            || old.options() != new.options()
            || reading.checksum(before, id) != now
    })
}

/// As far as an edit goes, both are the same.
fn same(one: &Outlined, other: &Outlined) -> bool {
    one.checksum == other.checksum
        && one.options == other.options
        && one.parents == other.parents
        && one.depends_on == other.depends_on
}

impl From<&Outlined> for Content {
    fn from(one: &Outlined) -> Self {
        Self {
            checksum: one.checksum,
            up: Some(one.up),
            options: Some(one.options),
            parents: one.parents.clone(),
            depends_on: Some(one.depends_on.clone()),
            amended: one.amended.clone(),
        }
    }
}

impl From<&Outline> for Content {
    fn from(one: &Outline) -> Self {
        Self {
            checksum: one.checksum,
            up: Some(one.up),
            options: Some(one.options),
            parents: one.parents.clone(),
            depends_on: Some(one.depends_on.clone()),
            amended: one.amended.clone(),
        }
    }
}
