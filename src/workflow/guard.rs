//! A step of a project's files, judged: what is staged against what is committed, what a
//! merge joins, what a push leaves on the other side. The check and the radar ask here what
//! a step edits. Needs no database.

use std::{cell::OnceCell, mem::ManuallyDrop};

use super::{
    Context, Error,
    check::{self, NotJudged},
    context::{Configured, Unread, pathspec},
    fixed,
    hooks::push,
    outline::{self, Outlined},
    rewritten::put_back,
    taken_out::Depth,
};
use crate::{
    git::{CommitId, Folders, GitError, Listed, Repo},
    layout::{self, Layout},
    model::{
        Checksum, Finding, Levels, Project, RevId, Rule, Severity, Snapshot, Span,
        finding::deletions_first,
        guard::{self, Evidence, Fixed, Reading},
        shell,
    },
};

mod changed;
mod heads;
mod merging;
mod missing;
mod moved_to;
mod staged;
mod submodules;
mod unjudged;

pub(super) use missing::missing;
pub(super) use moved_to::say_where;
pub use staged::judged;
pub(super) use submodules::{in_submodule, in_submodules};
pub(super) use unjudged::unjudged;
pub use unjudged::{So, Unjudged};

/// What the check says.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What stands against the commit.
    pub findings: Vec<Finding>,
    /// There is at least one project to look at.
    pub any_project: bool,
    /// Why it cannot be said what is published that this changes, where that is so.
    pub missing: Vec<NotJudged>,
    /// Projects that could not be looked at.
    pub unjudged: Vec<Unjudged>,
}

impl Verdict {
    /// All that the commit changes was judged.
    pub fn evaluated(&self) -> bool {
        let mut all = self.unjudged.iter();
        let mut findings = self.findings.iter();
        !all.any(|one| matches!(one.so, So::Touched(_)))
            && !findings.any(|finding| finding.rule == Rule::NotEvaluated)
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
    let mut projects = context.projects_as(Configured::Staged)?;
    let gone = match context.repo()?.head()?.commit() {
        Some(head) => context.gone(head, &mut projects, staged_revisions)?,
        None => Vec::new(),
    };
    let mut prefixes: Vec<String> = projects
        .unread
        .iter()
        .map(|unread| unread.prefix.clone())
        .collect();
    for project in &gone {
        // None of it is in the commit.
        one(project, &Side::default(), &mut verdict)?;
    }
    for project in &projects.all {
        let prefix = project.prefix()?;
        match in_index(project).and_then(|index| one(project, &index, &mut verdict)) {
            Err(
                error @ Error::Git(GitError::FolderIsLink { .. } | GitError::FolderOutside { .. }),
            ) => {
                projects.unread.push(Unread {
                    prefix: prefix.clone(),
                    error,
                });
            }
            other => other?,
        }
        prefixes.push(prefix);
    }
    verdict.any_project |= !projects.unread.is_empty();
    let repo = context.repo()?;
    for unread in projects.unread {
        let staged =
            |folder: &str, wanted: &dyn Fn(&str, bool) -> bool| repo.staged_changes(folder, wanted);
        verdict
            .unjudged
            .push(unjudged(context, unread, &prefixes, &staged)?);
    }
    Ok(verdict)
}

/// The files of a project that are staged.
fn in_index(context: &Context) -> Result<Side, Error> {
    let repo = context.repo()?;
    let listing = repo.index_listing(&context.prefix()?, &context.folders())?;
    Ok(Side {
        files: listing.files,
        head_file: listing.head_file,
    })
}

/// The revisions of a project that are staged.
fn staged_revisions(context: &Context) -> Result<Vec<RevId>, Error> {
    outline::revisions_of(context, &in_index(context)?.files)
}

fn one(context: &Context, index: &Side, verdict: &mut Verdict) -> Result<(), Error> {
    let repo = context.repo()?;
    let head = repo.head()?.commit();
    let has_files = |folder: &String| {
        let mut files = index.files.iter();
        files.any(|file| file.path.starts_with(folder.as_str()))
    };
    // A folder outside of the repository is told below.
    if !context.config.folders.iter().all(has_files)
        && let Ok(unseen) = in_submodules(context, head, None)
    {
        verdict.any_project |= !unseen.is_empty();
        verdict.unjudged.extend(unseen);
    }
    // The first commit of all has nothing before it.
    let (strict, committed) = match head {
        Some(commit) => (
            context.strict(commit, Base::HEAD.name)?,
            side(context, commit)?,
        ),
        None => (None, Side::default()),
    };
    let context = strict.as_ref().unwrap_or(context);
    let config = &context.config;
    verdict.any_project |= config.file.is_some()
        || !index.files.is_empty()
        || !committed.files.is_empty()
        || config
            .folders
            .iter()
            .any(|folder| config.root.join(folder).is_dir());
    // What is only added edits nothing, whatever is published.
    let edits = || {
        let stay = changed::unchanged(&committed.files, &index.files);
        stay.len() < committed.files.len()
    };
    let absent = absent_refs(context)?.into_iter();
    let mut missing: Vec<NotJudged> = absent
        .map(|name| NotJudged::Absent { name, on: None })
        .collect();
    if missing.is_empty() && edits() {
        missing.extend(self::missing(context)?);
    }
    missing.retain(|why| !verdict.missing.contains(why));
    verdict.missing.extend(missing);
    let doing = match repo.merging_with() {
        others if others.is_empty() => Doing::Commit,
        others => Doing::Merge(others),
    };
    let mut findings = step(context, &committed, index, &doing)?;
    if let Doing::Merge(others) = &doing {
        findings = merging::with_dropped(context, findings, others, index)?;
    }
    say_where(context, &mut findings, head, None)?;
    verdict.findings.extend(findings);
    Ok(())
}

/// The files of a commit. One whose folder is a link that leads nowhere has none: what puts
/// that right has nothing before it.
pub(super) fn side(context: &Context, commit: CommitId) -> Result<Side, Error> {
    let name = commit.to_string();
    let repo = context.repo()?;
    let (prefix, folders) = context.place_in(&name)?;
    match repo.commit_listing(&prefix, &folders, &name) {
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
    let side = after;
    // The program ends soon: thousands of revisions need not be given back one by one.
    let sides = ManuallyDrop::new(changed::load(context, before, side)?);
    let (before, after) = &*sides;
    let mut findings = of_the_index(before, after, doing);
    findings.extend(edits_by(context, before, after, doing)?);
    // A merge may join two lines that are settled afterwards: `sync` needs it done, and
    // they are not pushed before.
    if !matches!(doing, Doing::Merge(_)) {
        findings.extend(heads::two_heads(context, before, after, doing));
    }
    // What comes with a merge, and what is pushed, was judged when it was committed.
    if matches!(doing, Doing::Commit) {
        let whole = OnceCell::new();
        let all = || match whole.get_or_init(|| changed::whole(context, side, after)) {
            Ok(Some(whole)) => whole,
            Ok(None) | Err(_) => after,
        };
        findings.extend(check::of_new(context, before, after, &all));
        if let Some(Err(error)) = whole.into_inner() {
            return Err(error);
        }
    }
    let findings = before.without_follow_ups(context.config.levels.apply(findings));
    let findings = deletions_first(findings);
    seen_from_the_top(context, findings)
}

/// What a step edits of what is known to be fixed, as far as it is the doing of whoever
/// takes it.
fn edits_by(
    context: &Context,
    before: &Project,
    after: &Project,
    doing: &Doing,
) -> Result<Vec<Finding>, Error> {
    in_each_file(before, after, |before, after| {
        edits_of_first(context, before, after, doing)
    })
}

/// What is found in a step, also where a further file of a revision stands in the place of
/// the first: whatever the rule about two files with one id says, each of them may be it.
fn in_each_file(
    before: &Project,
    after: &Project,
    judge: impl Fn(&Project, &Project) -> Result<Vec<Finding>, Error>,
) -> Result<Vec<Finding>, Error> {
    let mut findings = judge(before, after)?;
    for (id, before, after) in after.steps_of_repeated(before) {
        let found = judge(&before, &after)?.into_iter();
        findings.extend(found.filter(|finding| finding.revision.as_ref() == Some(&id)));
    }
    Ok(findings)
}

fn edits_of_first(
    context: &Context,
    before: &Project,
    after: &Project,
    doing: &Doing,
) -> Result<Vec<Finding>, Error> {
    let (branch, from) = match doing {
        Doing::Commit => return edits_from(context, &Base::HEAD, before, after),
        Doing::Merge(others) => {
            let reading = ByLayout::of(context, Base::HEAD.name)?;
            let fixed = fixed::of_step(context, &Base::HEAD, (before, after), &reading)?;
            let found = guard::judge(before, after, &fixed, &reading);
            return merging::of_mine(context, found, others, &fixed, (after, &reading));
        }
        // Nobody is bound to what is on a branch that is not protected.
        Doing::Push {
            protected: false, ..
        } => return Ok(Vec::new()),
        Doing::Push { branch, from, .. } => (branch, from),
    };
    // Git said what the branch has; this clone need not have a ref for it.
    let commit = from.to_string();
    let known_as = match context.repo()?.tip_named(branch)? {
        Some(_) => branch,
        None => &commit,
    };
    let reading = ByLayout::of(context, known_as)?;
    let mut fixed = fixed::of_step(context, &Base::HEAD, (before, after), &reading)?;
    // What this clone knows of the branch may be older than what it has.
    fixed.retain(|one| match &one.evidence {
        Evidence::Published { name } => !push::is_branch(name, branch),
        _ => true,
    });
    let touched = fixed::touched(before, after);
    let tips = outline::of_protected_with(context, &from.to_string(), &touched)?;
    let mut there = fixed::come_back(context, (known_as, Depth::Latest), &touched, after, &tips)?;
    there.extend(put_back(
        context,
        known_as,
        &tips,
        (before, after),
        &reading,
    )?);
    let look = |tip: &Outlined| fixed::differs(before, after, tip, &reading);
    there.extend(fixed::published(context, known_as, tips, &look));
    fixed.extend(there.into_iter().map(|one| Fixed {
        evidence: Evidence::Published {
            name: branch.clone(),
        },
        ..one
    }));
    Ok(guard::judge(before, after, &fixed, &reading))
}

/// Git runs hooks at the top, and shows files from there, so that is where the paths are
/// read from, and where the commands of a hint are called.
pub(super) fn seen_from_the_top(
    context: &Context,
    mut findings: Vec<Finding>,
) -> Result<Vec<Finding>, Error> {
    let prefix = context.prefix()?;
    let below = context.config.root.strip_prefix(&context.cwd).ok();
    let below = below.and_then(|path| path.to_str()).unwrap_or_default();
    for finding in &mut findings {
        for place in finding.place.iter_mut().chain(&mut finding.related) {
            place.file.path = from_the_top(&prefix, &place.file.path).into();
        }
        if let Some(help) = finding.help.as_mut().filter(|_| !below.is_empty()) {
            let there = format!("`teammig -C {} ", shell::word(below));
            *help = help.replace("`teammig ", &there);
        }
    }
    Ok(findings)
}

/// What a change is compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base<'a> {
    /// Its name for Git, as it is told to people.
    pub(super) name: &'a str,
    /// It counts as published, whatever else does.
    pub(super) published: bool,
    /// What is judged has been added to the base already up to this commit: refs that have
    /// it say nothing of what was before.
    pub(super) landed: Option<CommitId>,
    /// How much is looked at of what branches had once.
    pub(super) depth: Depth,
}

impl Base<'static> {
    /// The commit that is checked out.
    pub(super) const HEAD: Self = Self {
        name: "HEAD",
        published: false,
        landed: None,
        depth: Depth::Latest,
    };
}

/// What the step from `before`, which is that of `base`, to `after` edits of all that is
/// known to be fixed.
pub(super) fn edits(
    context: &Context,
    base: &Base<'_>,
    before: &Project,
    after: &Project,
) -> Result<Vec<Finding>, Error> {
    in_each_file(before, after, |before, after| {
        edits_from(context, base, before, after)
    })
}

fn edits_from(
    context: &Context,
    base: &Base<'_>,
    before: &Project,
    after: &Project,
) -> Result<Vec<Finding>, Error> {
    let reading = ByLayout::of(context, base.name)?;
    let fixed = fixed::of_step(context, base, (before, after), &reading)?;
    Ok(guard::judge(before, after, &fixed, &reading))
}

/// What is wrong with the files. A head file that is wrong stops the commit, and any
/// file a push, unless it was wrong in the same way before: then it is not its doing.
fn of_the_index(before: &Project, after: &Project, doing: &Doing) -> Vec<Finding> {
    let pushed = matches!(doing, Doing::Push { .. });
    after
        .findings
        .iter()
        .filter(|finding| !(pushed || finding.rule == Rule::HeadFile) || !before.has(finding))
        .cloned()
        .map(weighed)
        .collect()
}

/// Commands go on without a right head file; who changes the migrations has to keep it.
pub(super) fn weighed(finding: Finding) -> Finding {
    match finding.rule {
        Rule::HeadFile => Finding {
            severity: Severity::Error,
            ..finding
        },
        _ => finding,
    }
}

fn from_the_top(prefix: &str, path: &str) -> String {
    if prefix.is_empty() {
        path.to_owned()
    } else {
        format!("{prefix}/{path}")
    }
}

/// What a step from `before` to `after` edits of the published revisions `tips`, which
/// are those of the protected ref `name` that the step concerns.
pub(super) fn edits_of_published(
    context: &Context,
    name: &str,
    tips: &[Outlined],
    (before, after): (&Snapshot, &Snapshot),
) -> Result<Vec<Finding>, Error> {
    let reading = ByLayout::of(context, Base::HEAD.name)?;
    let before = layout::load(before, context.layout());
    let after = layout::load(after, context.layout());
    in_each_file(&before, &after, |before, after| {
        let look = |tip: &Outlined| fixed::differs(before, after, tip, &reading);
        let fixed = fixed::published(context, name, tips.to_vec(), &look);
        Ok(guard::judge(before, after, &fixed, &reading))
    })
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

/// Reads what the judge needs by the project's layout.
pub(super) struct ByLayout {
    layout: &'static dyn Layout,
    levels: Levels,
    prefix: String,
    now: String,
    /// The migrations folders now.
    folders: Folders,
    source: String,
}

impl ByLayout {
    /// `source` is the commit that has what a step edits.
    pub(super) fn of(context: &Context, source: &str) -> Result<Self, Error> {
        // A first commit has nothing before it.
        let place = context.place_in(source);
        Ok(Self {
            layout: context.layout(),
            prefix: match place {
                Ok((prefix, _)) => prefix,
                Err(_) => context.prefix()?,
            },
            now: context.prefix()?,
            folders: context.folders(),
            levels: context.config.levels.clone(),
            source: source.to_owned(),
        })
    }
}

impl Reading for ByLayout {
    fn checksum(&self, project: &Project, id: &RevId) -> Option<Checksum> {
        project.migration(id.as_str()).map(layout::checksum)
    }

    fn up(&self, project: &Project, id: &RevId) -> Option<Checksum> {
        project.migration(id.as_str()).map(layout::up_checksum)
    }

    fn locate(&self, project: &Project, id: &RevId, key: &str, word: &str) -> Span {
        project
            .migration(id.as_str())
            .map_or(0..0, |migration| self.layout.locate(migration, key, word))
    }

    fn is_error(&self, finding: &Finding) -> bool {
        let left = self.levels.apply(vec![finding.clone()]);
        left.iter()
            .any(|finding| finding.severity == Severity::Error)
    }

    fn restored(&self, path: &str) -> (String, String) {
        (self.source.clone(), pathspec(&self.prefix, path))
    }

    fn moved(&self, was: &str, path: &str) -> Option<String> {
        let folder = was.rsplit_once('/').map_or("", |(folder, _)| folder);
        let stays = self.prefix == self.now && self.folders.have(folder);
        (!stays).then(|| from_the_top(&self.now, path))
    }
}
