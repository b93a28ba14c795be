//! The pre-commit check: what is staged against what is committed.

use std::collections::BTreeSet;

use super::{
    Context, Error,
    context::Unread,
    elsewhere, known,
    outline::{self, Outlined},
};
use crate::{
    git::{CommitId, GitError, Listed, Repo},
    layout::{self, Layout},
    model::{
        Checksum, Finding, Project, RevId, Rule, Severity, Snapshot, Span,
        guard::{self, Evidence, Fixed, Reading},
    },
    sql,
};

mod changed;
mod merging;
mod unjudged;

pub use unjudged::{So, Unjudged};

/// What the check says.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What stands against the commit.
    pub findings: Vec<Finding>,
    /// There is at least one project to look at.
    pub any_project: bool,
    /// Configured `protected:` refs that this clone does not have.
    pub absent_refs: Vec<String>,
    /// Projects that could not be looked at.
    pub unjudged: Vec<Unjudged>,
}

impl Verdict {
    /// All that the commit changes was judged.
    pub fn evaluated(&self) -> bool {
        let mut all = self.unjudged.iter();
        !all.any(|one| matches!(one.so, So::Touched(_)))
    }
}

/// The files of a project on one side of a step.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) files: Vec<Listed>,
    pub(super) head_file: Option<Listed>,
}

/// What is about to happen, and so what is anybody's doing in it.
#[derive(Debug)]
pub(super) enum Doing {
    /// A commit of what is staged.
    Commit,
    /// A commit that joins these with what is checked out.
    Merge(Vec<CommitId>),
    /// A push to this branch of a remote (`origin/main`), which is at that commit.
    Push {
        /// As people say it.
        branch: String,
        /// What it has.
        from: CommitId,
        /// Its revisions are published.
        protected: bool,
    },
}

/// Judges the index, for every project of the repository. Needs no database:
/// ledgers are remembered from when they were last read.
pub fn staged(context: &Context) -> Result<Verdict, Error> {
    let mut verdict = Verdict::default();
    let mut projects = context.projects()?;
    let mut prefixes: Vec<String> = projects
        .unread
        .iter()
        .map(|unread| unread.prefix.clone())
        .collect();
    for project in &projects.all {
        let prefix = project.prefix()?;
        match one(project, &mut verdict) {
            Err(
                error @ Error::Git(GitError::FolderIsLink { .. } | GitError::FolderOutside { .. }),
            ) => {
                projects.unread.push(Unread {
                    prefix: prefix.clone(),
                    error,
                    staged_instead: false,
                });
            }
            other => other?,
        }
        prefixes.push(prefix);
    }
    verdict.any_project |= !projects.unread.is_empty();
    for unread in projects.unread {
        verdict
            .unjudged
            .push(unjudged::unjudged(context, unread, &prefixes)?);
    }
    Ok(verdict)
}

fn one(context: &Context, verdict: &mut Verdict) -> Result<(), Error> {
    let repo = context.repo()?;
    let prefix = context.prefix()?;
    let index = repo.index_listing(&prefix, &context.folders())?;
    let index = Side {
        files: index.files,
        head_file: index.head_file,
    };
    let committed = match repo.head()?.commit() {
        Some(commit) => side(context, commit)?,
        // The first commit of all has nothing before it.
        None => Side::default(),
    };
    let config = &context.config;
    verdict.any_project |= config.file.is_some()
        || !index.files.is_empty()
        || !committed.files.is_empty()
        || config
            .folders
            .iter()
            .any(|folder| config.root.join(folder).is_dir());
    for name in absent_refs(context)? {
        if !verdict.absent_refs.contains(&name) {
            verdict.absent_refs.push(name);
        }
    }
    let doing = match repo.merging_with() {
        others if others.is_empty() => Doing::Commit,
        others => Doing::Merge(others),
    };
    verdict
        .findings
        .extend(step(context, &committed, &index, &doing)?);
    Ok(())
}

/// The files of a commit. One whose folder is a link that leads nowhere has none: what puts
/// that right has nothing before it.
pub(super) fn side(context: &Context, commit: CommitId) -> Result<Side, Error> {
    let name = commit.to_string();
    let repo = context.repo()?;
    match repo.commit_listing(&context.prefix()?, &context.folders(), &name) {
        Err(GitError::FolderIsLink { .. }) => Ok(Side::default()),
        listing => {
            let listing = listing?;
            Ok(Side {
                files: listing.files,
                head_file: listing.head_file,
            })
        }
    }
}

/// What stands against a step of a project's files.
pub(super) fn step(
    context: &Context,
    before: &Side,
    after: &Side,
    doing: &Doing,
) -> Result<Vec<Finding>, Error> {
    // The same blobs at the same places: nothing of ours is in this.
    if before == after {
        return Ok(Vec::new());
    }
    let prefix = context.prefix()?;
    let (before, after) = changed::load(context, before, after)?;
    let reading = ByLayout {
        layout: context.layout(),
        prefix: &prefix,
        source: match doing {
            Doing::Push { branch, .. } => branch,
            Doing::Commit | Doing::Merge(_) => "HEAD",
        },
    };
    let mut findings = of_the_index(&before, &after, doing);
    let judges_edits = !matches!(
        doing,
        Doing::Push {
            protected: false,
            ..
        }
    );
    if judges_edits {
        let mut fixed = fixed(context, &before, &after, &reading)?;
        if let Doing::Push { branch, from, .. } = doing {
            // What this clone knows of the branch may be older than what it has.
            fixed.retain(|one| match &one.evidence {
                Evidence::Published { name } => !name.ends_with(branch.as_str()),
                _ => true,
            });
            let (tips, _) = outline::of_protected(context, &from.to_string())?;
            fixed.extend(published(
                context,
                branch,
                tips,
                (&before, &after),
                &reading,
            ));
        }
        let mut edits = guard::judge(&before, &after, &fixed, &reading);
        if let Doing::Merge(others) = doing {
            edits = merging::of_mine(context, edits, others, &fixed, (&after, &reading))?;
        }
        findings.append(&mut edits);
    }
    // A merge may join two lines that are settled afterwards: `sync` needs it done, and
    // they are not pushed before.
    if !matches!(doing, Doing::Merge(_)) {
        findings.extend(two_heads(&before, &after, context.layout(), doing));
    }
    // Git runs hooks at the top, so that is where the paths are read from.
    for finding in &mut findings {
        for place in finding.place.iter_mut().chain(&mut finding.related) {
            place.file.path = from_the_top(&prefix, &place.file.path).into();
        }
    }
    Ok(findings)
}

/// What is wrong with the files. A head file that is wrong stops the commit, and any
/// file a push, unless it was wrong in the same way before: then it is not its doing.
fn of_the_index(before: &Project, after: &Project, doing: &Doing) -> Vec<Finding> {
    let is_old = |finding: &Finding| {
        before
            .findings
            .iter()
            .any(|old| old.rule == finding.rule && old.message == finding.message)
    };
    let pushed = matches!(doing, Doing::Push { .. });
    after
        .findings
        .iter()
        .filter(|finding| !(pushed || finding.rule == Rule::HeadFile) || !is_old(finding))
        .cloned()
        .map(|finding| match finding.rule {
            Rule::HeadFile => Finding {
                severity: Severity::Error,
                ..finding
            },
            _ => finding,
        })
        .collect()
}

fn from_the_top(prefix: &str, path: &str) -> String {
    if prefix.is_empty() {
        path.to_owned()
    } else {
        format!("{prefix}/{path}")
    }
}

/// All that is known to be fixed; databases first, since they say when and by whom.
fn fixed(
    context: &Context,
    before: &Project,
    after: &Project,
    reading: &dyn Reading,
) -> Result<Vec<Fixed>, Error> {
    let mut fixed = Vec::new();
    for ledger in known::recall(context) {
        let environment = ledger.name();
        let sync = ledger.sync(context);
        for row in ledger.rows {
            if let Some(checksum) = Checksum::from_hex(&row.checksum) {
                fixed.push(Fixed {
                    revision: row.revision,
                    checksum,
                    parents: row.parents,
                    first: None,
                    evidence: Evidence::Applied {
                        environment: environment.clone(),
                        sync: sync.clone(),
                        at: row.applied_at,
                        by: row.applied_by,
                        protected: ledger.protected,
                    },
                });
            }
        }
    }
    let mut open = touched(before, after);
    for name in protected_refs(context)? {
        let (tips, _) = outline::of_protected(context, &name)?;
        for tip in &tips {
            open.remove(&tip.revision);
        }
        fixed.extend(published(context, &name, tips, (before, after), reading));
    }
    for (revision, tags) in elsewhere::tags(context, &open)? {
        let mut versions: Vec<Fixed> = Vec::new();
        for tag in tags {
            let (checksum, parents) = (tag.was.checksum, &tag.was.parents);
            let is_new = |one: &Fixed| one.checksum != checksum || one.parents != *parents;
            if versions.iter().all(is_new) {
                versions.push(Fixed {
                    revision: revision.clone(),
                    checksum,
                    parents: parents.clone(),
                    first: None,
                    evidence: Evidence::Released { tag: tag.name },
                });
            }
        }
        fixed.append(&mut versions);
    }
    Ok(fixed)
}

/// The revisions whose files a step from `before` to `after` changes.
fn touched(before: &Project, after: &Project) -> BTreeSet<RevId> {
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

/// What is fixed because a protected ref has it; `tips` is what it has now.
fn published(
    context: &Context,
    name: &str,
    tips: Vec<Outlined>,
    (before, after): (&Project, &Project),
    reading: &dyn Reading,
) -> Vec<Fixed> {
    let fix = |outlined: Outlined| {
        // Going back to what was published first, after somebody edited it, is a repair.
        let first = if differs(before, after, &outlined, reading) {
            outline::first_of(context, name, &outlined)
                .ok()
                .flatten()
                .map(|first| (first.was.checksum, first.was.parents))
        } else {
            None
        };
        Fixed {
            revision: outlined.revision,
            checksum: outlined.checksum,
            parents: outlined.parents,
            first,
            evidence: Evidence::Published {
                name: name.to_owned(),
            },
        }
    };
    tips.into_iter().map(fix).collect()
}

/// What a step from `before` to `after` edits of the published revisions `tips`, which
/// are those of the protected ref `name` that the step concerns.
pub(super) fn edits_of_published(
    context: &Context,
    name: &str,
    tips: Vec<Outlined>,
    (before, after): (&Snapshot, &Snapshot),
) -> Result<Vec<Finding>, Error> {
    let reading = ByLayout {
        layout: context.layout(),
        prefix: &context.prefix()?,
        source: "HEAD",
    };
    let before = layout::load(before, context.layout());
    let after = layout::load(after, context.layout());
    let fixed = published(context, name, tips, (&before, &after), &reading);
    Ok(guard::judge(&before, &after, &fixed, &reading))
}

/// The step changes the revision, to something else than the tip has.
fn differs(before: &Project, after: &Project, tip: &Outlined, reading: &dyn Reading) -> bool {
    let id = &tip.revision;
    let Some(new) = after.migration(id.as_str()) else {
        return false;
    };
    let now = reading.checksum(after, id);
    let parents = &new.revision.parents;
    if now == Some(tip.checksum) && *parents == tip.parents {
        return false;
    }
    before
        .migration(id.as_str())
        .is_none_or(|old| old.revision.parents != *parents || reading.checksum(before, id) != now)
}

/// The refs whose revisions are published: as configured, else the remote's default
/// branch, else, in a bare repository, the branch that it is on. Those that this clone
/// does not have are left out.
pub fn protected_refs(context: &Context) -> Result<Vec<String>, Error> {
    let repo = context.repo()?;
    let configured = &context.config.protected;
    let mut refs = Vec::new();
    if configured.is_empty() {
        refs.extend(match repo.default_branch()? {
            None if repo.is_bare() => published_here(repo)?,
            found => found,
        });
    }
    for name in configured {
        refs.extend(configured_ref(repo, name)?);
    }
    Ok(refs)
}

/// Configured `protected:` refs that this clone does not have.
pub fn absent_refs(context: &Context) -> Result<Vec<String>, Error> {
    let repo = context.repo()?;
    let mut absent = Vec::new();
    for name in &context.config.protected {
        if configured_ref(repo, name)?.is_none() {
            absent.push(name.clone());
        }
    }
    Ok(absent)
}

/// A bare repository is what others fetch from: its own branch is what they have.
fn published_here(repo: &Repo) -> Result<Option<String>, Error> {
    let head = repo.head()?;
    Ok(head.commit().and_then(|_| head.branch()).map(str::to_owned))
}

/// What a name under `protected:` is here. What clones of a bare repository call
/// `origin/main` is its `main`.
fn configured_ref(repo: &Repo, name: &str) -> Result<Option<String>, Error> {
    if repo.tip_named(name)?.is_some() {
        return Ok(Some(name.to_owned()));
    }
    match name.split_once('/') {
        Some((_, branch)) if repo.is_bare() && repo.tip_named(branch)?.is_some() => {
            Ok(Some(branch.to_owned()))
        }
        _ => Ok(None),
    }
}

/// More heads than before, in one line.
fn two_heads(
    before: &Project,
    after: &Project,
    layout: &dyn Layout,
    doing: &Doing,
) -> Option<Finding> {
    let heads = after.graph.diverged();
    let new: Vec<&RevId> = heads
        .iter()
        .filter(|id| before.graph.get(id.as_str()).is_none())
        .collect();
    // A commit that leaves an old divergence as it was is not the one to stop.
    if heads.len() <= before.graph.diverged().len() {
        return None;
    }
    let first = new.first().copied().or(heads.first())?;
    let names: Vec<&str> = heads.iter().map(RevId::as_str).collect();
    let (count, names) = (heads.len(), names.join(", "));
    let (message, help) = match doing {
        Doing::Push { branch, .. } => (
            format!("this push leaves {branch} with {count} heads: {names}"),
            "`teammig sync` puts yours on top of the others, or joins them; then commit, and push again",
        ),
        Doing::Commit | Doing::Merge(_) => (
            format!("this commit leaves {count} heads: {names}"),
            "`teammig merge-heads` joins them; then `git add` the merge revision",
        ),
    };
    let mut finding = Finding::error(Rule::DivergedHeads, message)
        .about(first)
        .help(help);
    for id in std::iter::once(first).chain(heads.iter().filter(|id| *id != first)) {
        if let Some(migration) = after.migration(id.as_str()) {
            let span = layout.locate(migration, "parents", "");
            finding = if id == first {
                finding.at(&migration.file, span, "")
            } else {
                finding.see(&migration.file, span, "")
            };
        }
    }
    Some(finding)
}

struct ByLayout<'a> {
    layout: &'static dyn Layout,
    prefix: &'a str,
    source: &'a str,
}

impl Reading for ByLayout<'_> {
    fn checksum(&self, project: &Project, id: &RevId) -> Option<Checksum> {
        project
            .migration(id.as_str())
            .map(|migration| sql::checksum(migration.up_text(), migration.down_text()))
    }

    fn locate(&self, project: &Project, id: &RevId, key: &str) -> Span {
        project
            .migration(id.as_str())
            .map_or(0..0, |migration| self.layout.locate(migration, key, ""))
    }

    fn source(&self) -> &str {
        self.source
    }

    fn pathspec(&self, path: &str) -> String {
        let path = match self.prefix {
            "" => path.to_owned(),
            // From the top, wherever the shell is.
            prefix => format!(":/{prefix}/{path}"),
        };
        let plain = |c: char| c.is_alphanumeric() || "/:._-+,@%".contains(c);
        if path.chars().all(plain) {
            path
        } else {
            format!("'{}'", path.replace('\'', r"'\''"))
        }
    }
}
