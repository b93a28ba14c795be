//! A change of the migrations, judged: for CI, for a reviewer, before a push.
//!
//! What is judged is a step between two states of the migrations folders. Of files or a
//! commit (`--at`) it begins where they part from what is protected. Against a base it
//! goes from the base to what Git would make of both: a branch alone says nothing about
//! what its merge will leave. What the base has already is told and stops nobody, since it
//! is not this change's doing; unless the change *is* the base, as after a push.
//!
//! Nothing is skipped in silence: a project that cannot be judged is an error of its own,
//! beside the others.

mod collisions;
mod fresh;
mod heads;
mod landed;
mod models;
mod sides;
mod undecided;

use super::{
    Context, Error,
    context::{Projects, missing_folder},
    guard, known,
    merged::Unknown,
    orders::{Prove, Proved},
    record,
};
use crate::{
    config::{DEFAULT_FOLDER, FILE_NAME},
    model::{
        Finding, Project, RevId, Rule, Severity, SourceFile,
        finding::{Place, deletions_first},
    },
};

pub use crate::git::NoDefault;
pub(super) use fresh::of_new;
pub use models::check_models;
use sides::Sides;

/// What to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The files, or what `--at` names, since they part from what is protected.
    Here,
    /// The same as it would be after a merge.
    MergedWith {
        /// With this ref; the protected one where none is named.
        base: Option<String>,
        /// Whether scripts that collide are tried.
        prove: Option<Prove>,
    },
}

/// Why something could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotJudged {
    /// Nothing is protected here, and no base was named.
    #[error("there is no protected branch to judge against")]
    NoBase(NoDefault),
    /// A ref under `protected:` is not in this clone.
    #[error(
        "`protected:` names {name}{}, which this clone does not have: what is published there cannot be judged",
        on.as_ref().map_or(String::new(), |on| format!(" on {on}"))
    )]
    Absent {
        /// The ref.
        name: String,
        /// Where it says so, where the change takes that back.
        on: Option<String>,
    },
    /// The file is in a submodule.
    #[error(
        "{folder} is in the submodule {submodule}, whose own repository says what is published there"
    )]
    InSubmodule {
        /// The folder of migrations.
        folder: String,
        /// The submodule, from the top of the repository.
        submodule: String,
    },
    /// It has no such base.
    #[error("this clone does not have {name} to judge against")]
    NoSuchBase {
        /// The name given.
        name: String,
        /// Similar ones that there are.
        candidates: Vec<String>,
    },
    /// It cannot be merged with the base here.
    #[error("cannot judge against {base}")]
    Apart {
        /// The base.
        base: String,
        /// Whose side it was to be.
        ours: String,
        /// Why not.
        why: Unknown,
    },
}

/// A project of the repository, and what came of judging it.
#[derive(Debug)]
pub struct One {
    /// Its folder, and which of its databases; empty for a project at the top with one.
    pub project: String,
    /// What came of it.
    pub outcome: Result<Judged, Error>,
}

/// What was judged, and what was found.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Judged {
    /// What was judged: a branch, the working tree, the index.
    pub ours: String,
    /// Its commit, abbreviated; the files of a working tree are in none.
    pub commit: Option<String>,
    /// What it was compared with, and the commit of that, abbreviated.
    pub base: Option<(String, String)>,
    /// The models alone were judged, against the revisions.
    pub models: bool,
    /// There was something to compare with; otherwise the files alone were judged.
    pub compared: bool,
    /// It was merged with the base.
    pub merged: bool,
    /// Files of the working tree that are in no commit were left out.
    pub uncommitted: bool,
    /// The revisions that are new.
    pub new: Vec<RevId>,
    /// The heads of the result.
    pub heads: Vec<RevId>,
    /// What came of trying the scripts that collide, or why they could not be tried.
    pub proof: Option<Result<Proved, Box<Error>>>,
    /// What was found; paths are those from the top of the repository.
    pub findings: Vec<Finding>,
}

/// Judges every project of the repository, once for each of its databases. Needs no
/// database, unless something is to be tried, and writes nothing.
pub fn check(context: &Context, ask: &Ask) -> Result<Vec<One>, Error> {
    if context.repo()?.is_bare() {
        let here = context.here()?;
        let outcome = judge(&here, ask);
        let project = String::new();
        return Ok(vec![One { project, outcome }]);
    }
    let mut projects = context.projects()?;
    let gone = gone(context, ask, &mut projects)?;
    let several = projects.all.len() + gone.len() + projects.unread.len() > 1;
    let mut all = Vec::new();
    for one in projects.all.iter().chain(&gone) {
        let folder = one.prefix()?;
        // What was staged of a configuration that is broken on disk is no answer beside that.
        if projects.unread.iter().any(|unread| unread.prefix == folder) {
            continue;
        }
        let project = name_of(one, &folder, several);
        let outcome = judge(one, ask);
        all.push(One { project, outcome });
    }
    for unread in projects.unread {
        all.push(One {
            project: unread.prefix,
            outcome: Err(unread.error),
        });
    }
    Ok(all)
}

/// How a project is told from the others of its repository.
pub(super) fn name_of(one: &Context, folder: &str, several: bool) -> String {
    match (folder, one.config.database.as_deref()) {
        ("", Some(database)) => database.to_owned(),
        (folder, Some(database)) => format!("{folder}: {database}"),
        ("", None) if several => ".".to_owned(),
        (folder, None) => folder.to_owned(),
    }
}

/// The revisions that the files have and what is protected has not, and what they were
/// compared with.
pub(super) fn new_here(context: &Context) -> Result<(Vec<RevId>, Option<String>), Error> {
    if let Some(name) = guard::absent_refs(context)?.into_iter().next() {
        return Err(NotJudged::Absent { name, on: None }.into());
    }
    let sides = Sides::of(context, &Ask::Here)?;
    let is_new = |id: &RevId| sides.before.graph.get(id.as_str()).is_none();
    let ids = sides.after.graph.iter().map(|one| one.id.clone());
    Ok((ids.filter(is_new).collect(), sides.base.map(|base| base.0)))
}

/// The projects that are only in what the change begins with.
fn gone(context: &Context, ask: &Ask, projects: &mut Projects) -> Result<Vec<Context>, Error> {
    // Where nothing can be compared, each project says so.
    let before = projects.all.first().map(|one| sides::begins_at(one, ask));
    let Some(Ok(Some(before))) = before else {
        return Ok(Vec::new());
    };
    let at = context.at();
    context.gone(before, projects, |project| project.revisions_at(at))
}

fn judge(context: &Context, ask: &Ask) -> Result<Judged, Error> {
    if let Some(name) = guard::absent_refs(context)?.into_iter().next() {
        return Err(NotJudged::Absent { name, on: None }.into());
    }
    let sides = Sides::of(context, ask)?;
    if matches!(ask, Ask::MergedWith { .. }) && !context.is_project() && !sides.has_files() {
        let folders = context.config.folders.iter();
        let folder = folders.map(String::as_str).next();
        let folder = context.config.root.join(folder.unwrap_or(DEFAULT_FOLDER));
        return Err(Error::NoFolder(folder));
    }
    // Tried on what the change itself names, whatever else counts.
    let tried_on = context;
    let strict = match &sides.base {
        Some((name, commit)) => context.strict(*commit, name)?,
        None => None,
    };
    let context = strict.as_ref().unwrap_or(context);
    // Who takes a ref off the list that is gone is not stopped by it; who changes besides what
    // may be published there is.
    if sides.changes_old()
        && let Some(name) = guard::absent_refs(context)?.into_iter().next()
    {
        let on = sides.base.map(|(name, _)| name);
        return Err(NotJudged::Absent { name, on }.into());
    }
    let prove = match ask {
        Ask::MergedWith { prove, .. } => *prove,
        Ask::Here => None,
    };
    let collisions = collisions::with_base(context, &sides, prove.map(|prove| (tried_on, prove)))?;
    let mut findings = findings(context, &sides, collisions.findings)?;
    // What is not committed is in no commit.
    let after = sides
        .commit
        .filter(|_| sides.merged || sides.shown.is_some());
    let before = sides.base.as_ref().map(|(_, commit)| *commit);
    guard::say_where(context, &mut findings, before, after)?;
    let repo = context.repo()?;
    let is_new = |id: &RevId| sides.before.migration(id.as_str()).is_none();
    let graph = &sides.after.graph;
    Ok(Judged {
        new: graph
            .iter()
            .map(|revision| revision.id.clone())
            .filter(is_new)
            .collect(),
        heads: graph.heads(),
        proof: collisions.proof,
        findings: guard::seen_from_the_top(context, findings)?,
        commit: sides.shown.map(|commit| repo.abbreviate(commit)),
        base: sides
            .base
            .map(|(name, commit)| (name, repo.abbreviate(commit))),
        ours: sides.ours,
        models: false,
        compared: sides.compared,
        merged: sides.merged,
        uncommitted: sides.uncommitted,
    })
}

/// All that is wrong, each as much as it matters.
fn findings(
    context: &Context,
    sides: &Sides,
    collisions: Vec<Finding>,
) -> Result<Vec<Finding>, Error> {
    let (before, after) = (&sides.before, &sides.after);
    // A project has to begin somehow, and nobody named the folder that it has then.
    let begins = before.graph.is_empty() && before.unread.is_empty();
    let unnamed = missing_folder(DEFAULT_FOLDER);
    let is_told = |finding: &&Finding| !(begins && finding.message == unnamed.message);
    let of_files = after.findings.iter().filter(is_told);
    let of_files = of_files.cloned().map(guard::weighed);
    let (mut old, mut own): (Vec<Finding>, Vec<Finding>) =
        of_files.partition(|finding| before.has(finding));
    let diverged = heads::diverged(context, sides)?;
    old.extend(diverged.old);
    own.extend(diverged.new);
    old.extend(landed::edits(context, sides)?);
    own.extend(sides.conflicts.iter().cloned());
    own.extend(collisions);
    let known: Vec<_> = record::stale(context, before);
    let is_known = |finding: &Finding| known.iter().any(|old| old.revision == finding.revision);
    let stale = record::stale(context, after).into_iter();
    let (stale_before, stale_now): (Vec<_>, Vec<_>) = stale.partition(is_known);
    old.extend(stale_before);
    own.extend(stale_now);
    let mut edits = guard::edits(context, &sides.guarded(), before, after)?;
    // Two revisions of one id are no edit of either.
    edits.retain(|finding| {
        !finding
            .revision
            .as_ref()
            .is_some_and(|id| sides.is_added_twice(id))
    });
    own.extend(edits);
    own.extend(of_new(context, before, after, &|| after));
    own.extend(skipped(context, after));
    let levels = &context.config.levels;
    let mut findings = deletions_first(before.without_follow_ups(levels.apply(own)));
    let old = levels.apply(old);
    if sides.is_base {
        findings.extend(old);
    } else {
        let name = sides.base.as_ref().map_or("HEAD", |(name, _)| name);
        findings.extend(old.into_iter().map(|finding| Finding {
            severity: Severity::Warning,
            message: format!("{}, as on {name} already", finding.message),
            ..finding
        }));
    }
    for finding in &mut findings {
        if finding.rule == Rule::MissingFolder && finding.place.is_none() {
            finding.place = configured_in(context);
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(findings)
}

/// The file that names the folders.
fn configured_in(context: &Context) -> Option<Place> {
    let file = context.config.file.as_ref()?;
    // It was read a moment ago; where it cannot be now, its name says enough.
    let text = std::fs::read_to_string(file).unwrap_or_default();
    Some(Place {
        file: SourceFile::new(FILE_NAME, text),
        span: 0..0,
        label: String::new(),
    })
}

/// Revisions that a database passed over, as far as this clone has seen its ledger.
fn skipped(context: &Context, project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ledger in known::recall(context) {
        let applied = ledger.rows.iter().map(|row| row.revision.clone()).collect();
        for id in project.graph.skipped(&applied) {
            let finding = Finding::warning(
                Rule::SkippedRevision,
                format!(
                    "{id} never ran in {}, though later ones did (as of {})",
                    ledger.name(),
                    ledger.seen_at.strftime("%Y-%m-%d")
                ),
            )
            .about(&id)
            .help(format!(
                "`{}` rolls back what came later and applies everything in order; `{}` runs it now, after the later ones",
                ledger.command("sync", context),
                ledger.command("upgrade --out-of-order", context),
            ));
            findings.push(match project.migration(id.as_str()) {
                Some(migration) => {
                    let span = context.layout().locate(migration, "revision", "");
                    finding.at(&migration.file, span, "")
                }
                None => finding,
            });
        }
    }
    findings
}
