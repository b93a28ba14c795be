//! The two states that are compared.

use std::collections::BTreeSet;

use crate::{
    git::{Bases, CommitId, GitError, Repo},
    layout,
    model::{
        Finding, Project, RevId, Rule, SourceFile,
        merge::{Conflict, ConflictKind},
    },
    workflow::{
        At, Context, Error,
        context::missing_folder,
        guard::{self, Base},
        merged::{self, Merged, Unknown},
        taken_out::Depth,
    },
};

use super::{Ask, NoDefault, NotJudged};

/// What is judged, and what it is compared with.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts about what is compared"
)]
pub(super) struct Sides {
    /// What is judged, in words.
    pub(super) ours: String,
    /// The commit that its history ends in, where there is one.
    pub(super) commit: Option<CommitId>,
    /// The same, where it is what is judged.
    pub(super) shown: Option<CommitId>,
    /// The ref that it is compared with, and the commit.
    pub(super) base: Option<(String, CommitId)>,
    /// There was something to compare with.
    pub(super) compared: bool,
    /// It is merged with the base.
    pub(super) merged: bool,
    /// The base has all of its commits.
    pub(super) is_base: bool,
    /// It has all commits of the base that it is merged with, and more.
    pub(super) is_ahead: bool,
    /// What the change begins with.
    pub(super) before: Project,
    /// What it leads to.
    pub(super) after: Project,
    /// Files of the working tree that are in no commit were left out.
    pub(super) uncommitted: bool,
    /// Where Git would stop.
    pub(super) conflicts: Vec<Finding>,
    /// Both sides have a file of their own with this revision.
    added_twice: Vec<RevId>,
    /// What the base has that what is merged with it has not.
    pub(super) meanwhile: BTreeSet<RevId>,
}

impl Sides {
    pub(super) fn of(context: &Context, ask: &Ask) -> Result<Self, Error> {
        match (context.at(), ask) {
            (At::Commit(name), _) => context.needs_folders_in(name)?,
            (At::WorkTree, Ask::MergedWith { .. }) => context.needs_folders_in("HEAD")?,
            (At::WorkTree | At::Index, _) => {}
        }
        match ask {
            Ask::Here => Self::here(context),
            Ask::MergedWith { base, .. } => Self::merged_with(context, base.as_deref()),
        }
    }

    /// There is a file to judge, or was.
    pub(super) fn has_files(&self) -> bool {
        [&self.before, &self.after]
            .iter()
            .any(|project| !project.migrations.is_empty() || !project.unread.is_empty())
    }

    /// What the guard compares with.
    pub(super) fn guarded(&self) -> Base<'_> {
        match &self.base {
            Some((name, _)) => Base {
                name,
                published: self.merged,
                landed: self.commit.filter(|_| self.is_ahead),
                depth: Depth::Whole,
            },
            None => Base {
                depth: Depth::Whole,
                ..Base::HEAD
            },
        }
    }

    pub(super) fn is_added_twice(&self, id: &RevId) -> bool {
        self.added_twice.contains(id)
    }

    /// Something that was there is another now, or gone.
    pub(super) fn changes_old(&self) -> bool {
        let mut old = self.before.migrations.iter();
        old.any(|(id, old)| {
            let new = self.after.migrations.get(id);
            new.is_none_or(|new| new.file.text != old.file.text)
        })
    }

    fn here(context: &Context) -> Result<Self, Error> {
        let repo = context.repo()?;
        let at = context.at();
        if *at == At::WorkTree && repo.is_bare() {
            let git_dir = repo.git_dir().to_owned();
            return Err(GitError::Bare { git_dir }.into());
        }
        let head = repo.head()?;
        let (ours, commit) = match at {
            At::WorkTree => ("the working tree".to_owned(), head.commit()),
            At::Index => ("the index".to_owned(), head.commit()),
            At::Commit(name) => (name.clone(), Some(repo.resolve(name)?)),
        };
        let after = match context.config.file {
            Some(_) => context.project_so_far(at)?,
            // Without a configuration, the folder is what makes it a project.
            None => context.project_at(at)?,
        };
        let base = match commit {
            Some(commit) => nearest(context, commit)?,
            None => None,
        };
        // Without anything protected, what is committed is all there is to compare with.
        let parts_at = base.as_ref().map(|base| base.parts_at).or(commit);
        let before = match parts_at {
            Some(commit) => context.project_so_far(&At::Commit(commit.to_string()))?,
            None => context.no_revisions(),
        };
        let compared = base.is_some() || commit.is_none() || !is_as(&before, &after);
        if !compared {
            needs_base(context)?;
        }
        Ok(Self {
            is_base: parts_at == commit,
            compared,
            base: match base {
                Some(base) => Some((base.name, base.parts_at)),
                None if !compared => None,
                None if *at == At::WorkTree || *at == At::Index => {
                    commit.map(|commit| ("HEAD".to_owned(), commit))
                }
                None => None,
            },
            shown: commit.filter(|_| matches!(at, At::Commit(_))),
            ours,
            commit,
            merged: false,
            is_ahead: false,
            before,
            after,
            uncommitted: false,
            conflicts: Vec::new(),
            added_twice: Vec::new(),
            meanwhile: BTreeSet::new(),
        })
    }

    fn merged_with(context: &Context, name: Option<&str>) -> Result<Self, Error> {
        let repo = context.repo()?;
        let base = base(context, name)?;
        let (at, ours) = match context.at() {
            // What is not committed is in no merge.
            At::WorkTree => {
                let head = repo.head()?;
                let ours = head.branch().unwrap_or("HEAD").to_owned();
                (At::Commit("HEAD".to_owned()), ours)
            }
            At::Index => (At::Index, "the index".to_owned()),
            At::Commit(name) => (At::Commit(name.clone()), name.clone()),
        };
        let merged = merged::merged(context, &at, &base)?.map_err(|why| NotJudged::Apart {
            base: base.clone(),
            ours: ours.clone(),
            why,
        })?;
        let before = context.project_so_far(&At::Commit(merged.theirs.to_string()))?;
        let own = context.project_so_far(&at)?;
        let base_alone = before.graph.iter().map(|one| &one.id);
        let base_alone = base_alone.filter(|id| own.graph.get(id.as_str()).is_none());
        let meanwhile = base_alone.cloned().collect();
        let mut after = layout::load(&merged.snapshot, context.layout());
        if after.migrations.is_empty() && after.unread.is_empty() {
            after.findings.extend(no_folders(context));
        }
        // Where the heads diverge, that is what it is.
        let of_heads = merged.head_file_conflict.as_ref();
        let of_heads = of_heads.filter(|_| after.graph.diverged().is_empty());
        let conflicts = merged.conflicts.iter().chain(of_heads);
        let added = conflicts
            .clone()
            .filter(|one| one.kind == ConflictKind::Added);
        Ok(Self {
            meanwhile,
            added_twice: added.flat_map(|one| one.revisions.clone()).collect(),
            conflicts: conflicts
                .map(|one| stops(&merged, &before, one, &base))
                .collect(),
            uncommitted: *context.at() == At::WorkTree
                && !repo.is_bare()
                && merged::is_uncommitted(context)?,
            is_base: repo.contains(merged.theirs, merged.ours)?,
            is_ahead: merged.theirs != merged.ours && repo.contains(merged.ours, merged.theirs)?,
            shown: matches!(at, At::Commit(_)).then_some(merged.ours),
            commit: Some(merged.ours),
            base: Some((base, merged.theirs)),
            compared: true,
            merged: true,
            ours,
            before,
            after,
        })
    }
}

/// A place where Git would stop.
fn stops(merged: &Merged, before: &Project, conflict: &Conflict, base: &str) -> Finding {
    let finding = Finding::error(
        Rule::MergeConflict,
        format!("the merge with {base} conflicts: {}", conflict.words()),
    );
    let finding = match (conflict.kind, conflict.revisions.as_slice()) {
        (ConflictKind::Added, [one]) if conflict.same_scripts => finding.about(one).help(format!(
            "{base} has it with the same scripts, by another way (a squash, a restack): merge {base} here, and take its \
             file"
        )),
        (ConflictKind::Added, [one]) => finding.about(one).help(
            "two revisions have one id: give yours another `revision:`, and its file another name",
        ),
        (_, ids) => {
            let finding =
                finding.help(format!("merge {base} here and resolve it, or rebase on it"));
            match ids {
                [one] => finding.about(one),
                _ => finding,
            }
        }
    };
    let Some(path) = conflict.paths.first() else {
        return finding;
    };
    // Of the head file there is only what the base has.
    if let Some(head_file) = before
        .head_file
        .as_ref()
        .filter(|one| one.file.path == *path)
    {
        return finding.at(&head_file.file, 0..0, "");
    }
    let files = merged.snapshot.files.iter();
    let mut texts = files
        .filter(|file| file.path == *path)
        .filter_map(|file| file.content.as_deref().ok())
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let file = SourceFile::new(path.clone(), texts.next().unwrap_or_default());
    finding.at(&file, 0..0, "")
}

/// The commit that a change begins with, where there is one.
pub(super) fn begins_at(context: &Context, ask: &Ask) -> Result<Option<CommitId>, Error> {
    let repo = context.repo()?;
    match ask {
        Ask::MergedWith { base: name, .. } => {
            Ok(Some(repo.resolve(&base(context, name.as_deref())?)?))
        }
        Ask::Here => {
            let commit = match context.at() {
                At::WorkTree | At::Index => repo.head()?.commit(),
                At::Commit(name) => Some(repo.resolve(name)?),
            };
            let base = match commit {
                Some(commit) => nearest(context, commit)?,
                None => None,
            };
            Ok(base.map(|base| base.parts_at).or(commit))
        }
    }
}

/// The ref to merge with.
fn base(context: &Context, name: Option<&str>) -> Result<String, Error> {
    let repo = context.repo()?;
    let Some(name) = name else {
        let Some(protected) = guard::protected_refs(context)?.into_iter().next() else {
            return Err(NotJudged::NoBase(repo.no_default_branch()?).into());
        };
        return Ok(protected);
    };
    match repo.resolve(name) {
        // A full commit id is nothing that people read.
        Ok(commit) if commit.to_string() == name => Ok(repo.abbreviate(commit)),
        Ok(_) => Ok(name.to_owned()),
        Err(GitError::NoSuchCommit {
            name, candidates, ..
        }) => Err(NotJudged::NoSuchBase { name, candidates }.into()),
        Err(error) => Err(error.into()),
    }
}

/// A protected ref, and where a commit parts from it.
struct Parted {
    name: String,
    parts_at: CommitId,
}

/// The protected ref from which a commit parts last.
fn nearest(context: &Context, commit: CommitId) -> Result<Option<Parted>, Error> {
    let repo = context.repo()?;
    let names = guard::protected_refs(context)?;
    if names.is_empty() && repo.is_shallow() {
        return Err(NotJudged::NoBase(NoDefault::Shallow).into());
    }
    let ancestors = repo.ancestors(commit)?;
    let mut nearest: Option<Parted> = None;
    for name in names {
        let apart = |why| NotJudged::Apart {
            base: name.clone(),
            ours: "HEAD".to_owned(),
            why,
        };
        let parts_at = match ancestors.bases(repo.resolve(&name)?)? {
            Bases::Missing => return Err(apart(Unknown::History).into()),
            Bases::Unrelated => continue,
            Bases::Known(bases) => last(repo, bases)?,
        };
        let further = match (&nearest, parts_at) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(before), Some(parts_at)) => {
                before.parts_at != parts_at && repo.contains(parts_at, before.parts_at)?
            }
        };
        if let (true, Some(parts_at)) = (further, parts_at) {
            nearest = Some(Parted { name, parts_at });
        }
    }
    Ok(nearest)
}

/// Of several bases, the newest one.
fn last(repo: &Repo, bases: Vec<CommitId>) -> Result<Option<CommitId>, Error> {
    let mut last = None;
    for base in bases {
        let time = repo.committed_at(base)?;
        if last.is_none_or(|(newest, _)| newest < time) {
            last = Some((time, base));
        }
    }
    Ok(last.map(|(_, base)| base))
}

/// Two states with the same files say nothing of a change.
fn is_as(one: &Project, other: &Project) -> bool {
    let texts = |project: &Project| {
        let migrations = project.migrations.values().map(|one| &one.file);
        let head_file = project.head_file.iter().map(|one| &one.file);
        let texts = migrations.chain(head_file);
        let mut texts: Vec<_> = texts
            .map(|file| (file.path.clone(), file.text.clone()))
            .collect();
        texts.sort();
        texts
    };
    one.unread == other.unread && texts(one) == texts(other)
}

/// Where others are, what they have must be known; a repository on its own has nobody to
/// diverge from.
fn needs_base(context: &Context) -> Result<(), Error> {
    if let Some(base) = guard::protected_refs(context)?.into_iter().next() {
        let (ours, why) = ("HEAD".to_owned(), Unknown::Unrelated);
        return Err(NotJudged::Apart { base, ours, why }.into());
    }
    match context.repo()?.no_default_branch()? {
        NoDefault::Alone => Ok(()),
        other => Err(NotJudged::NoBase(other).into()),
    }
}

fn no_folders(context: &Context) -> Vec<Finding> {
    let folders = context.config.folders.iter();
    folders.map(|folder| missing_folder(folder)).collect()
}
