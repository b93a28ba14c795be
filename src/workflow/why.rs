//! One revision, and everything that says whether it may be edited: where it was
//! published and first by whom, where it was applied, how its file differs from then.
//!
//! Needs no database: what ledgers said is remembered. The chosen one is read when it
//! answers, so that what is remembered is what is so.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;

use super::{
    Context, Error,
    check::NotJudged,
    elsewhere::{self, Holding},
    fixed, guard, known,
    outline::{self, First},
    step,
};
use crate::{
    config::ConfigError,
    git::CommitInfo,
    layout,
    model::{
        Amended, NoWayBack, Project, RevId, UnreadFile,
        guard::{self as guard_model, Evidence, MayEdit, may_edit},
    },
};

/// What is known of a revision.
#[derive(Debug)]
pub struct Why {
    /// The revision.
    pub revision: RevId,
    /// Its message; empty where only ids are known.
    pub message: String,
    /// Its file; `None` = these files do not have it.
    pub path: Option<String>,
    /// The file cannot be read here; that it is this revision's was made out otherwise.
    pub path_unread: bool,
    /// The answer.
    pub may_edit: MayEdit,
    /// Why the answer cannot be given, where that is so: what is published cannot be seen here.
    pub unsaid: Option<NotJudged>,
    /// The protected refs that have it.
    pub published: Vec<Publication>,
    /// The tags that have it, oldest first.
    pub tags: Vec<String>,
    /// The branches of others that have it, where nothing fixes it.
    pub also_on: Vec<String>,
    /// The databases that have it.
    pub applied: Vec<Applied>,
    /// Databases of the same environments that have it and are in other places, by environment:
    /// those of other working trees, and what an environment was before. They fix nothing here.
    pub elsewhere: Vec<(String, String)>,
    /// Why the chosen database cannot roll it back, where it has it and that is so.
    pub no_way_back: Option<NoWayBack>,
    /// The decisions to change it that its header has.
    pub amended: Vec<Amended>,
    /// The command that takes an edit back, where there is one to take back.
    pub restore: Option<String>,
    /// How the file differs from what is fixed, or from what was applied.
    pub content: Option<Content>,
    /// What became of its options, where they are others than then.
    pub options: Option<String>,
    /// Why the chosen database could not be read, where it could not.
    pub unread: Option<Error>,
}

/// A protected ref that has the revision.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The ref (`origin/main`).
    pub name: String,
    /// The commit that brought it there; `None` where history does not tell.
    pub first: Option<CommitInfo>,
    /// Its file there, where that cannot be read.
    pub unread: Option<Arc<str>>,
    /// It had it once, and has taken it out since.
    pub taken_out: bool,
}

/// A database that has the revision, as this clone saw it last.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The environment.
    pub environment: String,
    /// Others use it too.
    pub protected: bool,
    /// When it was applied, where the ledger says so.
    pub at: Option<Timestamp>,
    /// By whom.
    pub by: String,
    /// The commit that was checked out then.
    pub commit: Option<String>,
    /// The branch that was checked out then.
    pub branch: Option<String>,
    /// When the ledger was read.
    pub seen_at: Timestamp,
    /// It ran other scripts than the file has, and nothing in the file says why.
    pub other: bool,
}

/// How a file differs from what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Not at all.
    Same,
    /// In comments, white space, line ends.
    Comments,
    /// In its way back alone.
    Down,
    /// In its parents.
    Parents,
    /// In its scripts.
    Scripts,
    /// In how its scripts are run, and not in them.
    Options,
}

/// The databases of the same environments in other places that have the revision.
fn in_other_places(context: &Context, revision: &RevId) -> Vec<(String, String)> {
    let mut all = known::in_other_places(context);
    all.retain(|ledger| ledger.rows.iter().any(|row| row.revision == *revision));
    let place = |ledger: &known::KnownLedger| (ledger.name(), ledger.location().to_owned());
    all.iter().map(place).collect()
}

/// Gathers what is known of the revision called `name`.
pub fn why(context: &Context, name: &str) -> Result<Why, Error> {
    let project = context.project()?;
    // What is seen now is remembered, and found below.
    let mut database = context.database();
    let read = match &mut database {
        Ok(database) => context.ledger(&mut **database).err(),
        Err(_) => None,
    };
    let ledgers = known::recall(context);
    let revision = find(context, &project, &ledgers, name)?;
    let scripts = match (&mut database, &read) {
        (Ok(database), None) => database.stored_scripts(&revision).ok().flatten(),
        _ => None,
    };
    let unread = database
        .err()
        .or(read)
        .filter(|error| !matches!(error, Error::Config(ConfigError::NoDatabase { .. })));
    let migration = project.migration(revision.as_str());
    let asked = BTreeSet::from([revision.clone()]);
    let mut evidence = fixed::evidence(context, &asked)?
        .remove(&revision)
        .unwrap_or_default();

    let (mut published, first) = published(context, &revision)?;
    // What comes back is compared with what it was; what is nowhere is only gone.
    let once = match (migration, published.is_empty()) {
        (Some(_), true) => taken_out(context, &revision)?,
        _ => None,
    };
    published.extend(once.as_ref().map(|(publication, _)| publication.clone()));
    let tags = elsewhere::tags(context, &asked)?.remove(&revision);
    let tags = tags.unwrap_or_default();
    // What cannot be read is not free for that.
    evidence.extend(published.iter().map(|one| Evidence::Published {
        name: one.name.clone(),
    }));
    let also_on = if evidence.iter().any(Evidence::binds) {
        Vec::new()
    } else {
        let shared = fixed::shared(context, &asked)?.remove(&revision);
        shared.unwrap_or_default()
    };
    let may_edit = may_edit(&evidence, &also_on);
    let unsaid = match (&may_edit, migration) {
        (MayEdit::No(_), _) => None,
        (_, Some(migration)) => match guard::in_submodule(context, &migration.file.path)? {
            None => guard::missing(context)?,
            unseen => unseen,
        },
        (_, None) => guard::missing(context)?,
    };
    let unread_path = project.hides(&revision).map(ToString::to_string);
    let applied = applied(&ledgers, &revision, migration);
    let difference = migration.and_then(|migration| {
        let (was, text) = match (&first, tags.first()) {
            (Some(first), _) => {
                let text = published_text(context, first);
                (guard_model::Content::from(&first.was), text)
            }
            (None, Some(Holding { was, .. })) => (guard_model::Content::from(&**was), None),
            (None, None) if once.is_some() => (once.as_ref()?.1.clone(), None),
            (None, None) => {
                let mut rows = ledgers.iter().flat_map(|ledger| &ledger.rows);
                let row = rows.find(|row| row.revision == revision)?;
                (fixed::applied_content(row), None)
            }
        };
        let options = was
            .options
            .and_then(|were| migration.options().since(&were));
        Some((compare(migration, text.as_deref(), &was), options))
    });
    let (difference, options) =
        difference.map_or((None, None), |(content, options)| (Some(content), options));
    let first = published.iter().filter_map(|one| one.first.as_ref());
    let first: Vec<String> = first.map(|commit| commit.id.to_string()).collect();
    Ok(Why {
        message: project.message(&revision),
        path_unread: unread_path.is_some(),
        path: migration
            .map(|migration| migration.file.path.to_string())
            .or(unread_path),
        may_edit,
        elsewhere: in_other_places(context, &revision),
        unsaid,
        also_on,
        published,
        tags: tags.into_iter().map(|tag| tag.name).collect(),
        applied,
        no_way_back: scripts.as_ref().and_then(step::no_way_back),
        amended: migration.map_or_else(Vec::new, |one| one.revision.amended.clone()),
        restore: migration
            .filter(|_| !matches!(difference, None | Some(Content::Same | Content::Comments)))
            .and_then(|migration| fixed::restore(context, migration, &first)),
        content: difference,
        options,
        unread,
        revision,
    })
}

/// The databases that have it.
fn applied(
    ledgers: &[known::KnownLedger],
    revision: &RevId,
    migration: Option<&crate::model::Migration>,
) -> Vec<Applied> {
    ledgers
        .iter()
        .filter_map(|ledger| {
            let row = ledger.rows.iter().find(|row| row.revision == *revision)?;
            Some(Applied {
                environment: ledger.environment().to_owned(),
                protected: ledger.protected,
                at: row.applied_at,
                by: row.applied_by.clone(),
                commit: row.commit.clone(),
                branch: row.branch.clone(),
                seen_at: ledger.seen_at,
                other: migration.is_some_and(|migration| is_other(migration, row)),
            })
        })
        .collect()
}

/// What ran is not what the file says.
fn is_other(migration: &crate::model::Migration, row: &known::KnownRow) -> bool {
    let differs = layout::checksum(migration) != row.checksum || migration.options() != row.options;
    let mut amended = migration.revision.amended.iter();
    differs && !amended.any(|one| one.covers(&row.checksum))
}

/// The protected refs that have it, and how it first came to the first of them.
fn published(
    context: &Context,
    revision: &RevId,
) -> Result<(Vec<Publication>, Option<First>), Error> {
    let mut published = Vec::new();
    let mut first = None;
    if context.repo_if_any().is_none() {
        return Ok((published, first));
    }
    for name in guard::protected_refs(context)? {
        let (tip, unread) = outline::of_protected(context, &name)?;
        if let Some(tip) = tip.into_iter().find(|one| one.revision == *revision) {
            let origin = outline::first_of(context, &name, &tip)?;
            published.push(Publication {
                name,
                first: origin.as_ref().map(|first| first.commit.clone()),
                unread: None,
                taken_out: false,
            });
            first = first.or(origin);
        } else if let Some(file) = unread.iter().find(|file| file.may_hold(revision)) {
            published.push(Publication {
                name,
                first: None,
                unread: Some(Arc::clone(&file.path)),
                taken_out: false,
            });
        }
    }
    Ok((published, first))
}

/// The protected ref that had it once, and what it was there.
fn taken_out(
    context: &Context,
    revision: &RevId,
) -> Result<Option<(Publication, guard_model::Content)>, Error> {
    let fixed = fixed::of_revision(context, revision)?;
    let once = fixed.into_iter().find_map(|one| match one.evidence {
        Evidence::Published { name } => Some((name, one.content)),
        Evidence::Released { .. } | Evidence::Applied { .. } => None,
    });
    Ok(once.map(|(name, content)| {
        let publication = Publication {
            name,
            first: None,
            unread: None,
            taken_out: true,
        };
        (publication, content)
    }))
}

/// The revision of that name: of the files, those included that cannot be read, or of a
/// ledger that was seen.
fn find(
    context: &Context,
    project: &Project,
    ledgers: &[known::KnownLedger],
    name: &str,
) -> Result<RevId, Error> {
    let error = match project.graph.resolve_one(name) {
        Ok(Some(id)) => return Ok(id),
        Ok(None) => return Err(Error::Usage("base is no revision".to_owned())),
        Err(error) => error,
    };
    let unread = project.unread.iter().flat_map(UnreadFile::claims);
    let mut seen: BTreeSet<RevId> = ledgers
        .iter()
        .flat_map(|ledger| &ledger.rows)
        .map(|row| row.revision.clone())
        .chain(unread.filter_map(|id| RevId::parse(id).ok()))
        .filter(|id| name.len() >= 4 && id.as_str().starts_with(name))
        .collect();
    seen = match RevId::parse(name) {
        Ok(whole) if seen.contains(&whole) => BTreeSet::from([whole]),
        _ => seen,
    };
    match (seen.pop_first(), seen.is_empty()) {
        (Some(id), true) => Ok(id),
        _ => Err(super::revisions::explain_missing(context, error.into())),
    }
}

/// The file's text in the commit that published it.
fn published_text(context: &Context, first: &First) -> Option<Arc<[u8]>> {
    let repo = context.repo_if_any()?;
    let landed = first.landed.to_string();
    let (prefix, folders) = context.place_in(&landed).ok()?;
    let listing = repo.commit_listing(&prefix, &folders, &landed).ok()?;
    let listed = listing
        .files
        .iter()
        .find(|file| file.path == first.was.path)?;
    let file = repo.read_files(std::slice::from_ref(listed)).ok()?.pop()?;
    file.content.ok()
}

fn compare(
    now: &crate::model::Migration,
    text: Option<&[u8]>,
    was: &guard_model::Content,
) -> Content {
    let options = now.options();
    let (same_up, same_options) = was.options.map_or((true, true), |were| {
        (were.up == options.up, were == options)
    });
    let same_text = layout::checksum(now) == was.checksum;
    if same_text && same_options {
        return if now.revision.parents != was.parents {
            Content::Parents
        } else if text.is_none_or(|text| text == now.file.text.as_bytes()) {
            Content::Same
        } else {
            Content::Comments
        };
    }
    let up = || was.up == Some(layout::up_checksum(now));
    if same_up && (same_text || up()) {
        Content::Down
    } else if same_text {
        Content::Options
    } else {
        Content::Scripts
    }
}
