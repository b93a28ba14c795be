//! The pre-push hook: what a push would leave on the other side.
//!
//! A branch that exists there must not get more heads than it has, and what is published
//! must not be edited or vanish. Needs no database and asks no server: Git says on standard
//! input what is pushed where.

use std::collections::BTreeSet;

use crate::{
    git::{CommitId, GitError, Repo},
    model::{Finding, Rule, Severity},
    workflow::{
        Context, Error,
        check::NotJudged,
        context::{Configured, Unread},
        guard::{self, Doing, Side, So, Unjudged},
        outline,
    },
};

const HEADS: &str = "refs/heads/";

/// One line of what Git hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pushed {
    /// `None` = the ref is deleted.
    local: Option<CommitId>,
    /// The ref on the other side.
    name: String,
    /// Where it is; `None` = it is new.
    remote: Option<CommitId>,
}

/// What is said about a push.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What stands against it, and warnings.
    pub findings: Vec<Finding>,
    /// Branches (`origin/main`) whose commits this clone does not have, so that nobody can
    /// say what the push does to them.
    pub unknown: Vec<String>,
    /// Projects that could not be looked at.
    pub unjudged: Vec<Unjudged>,
}

impl Verdict {
    fn add(&mut self, (findings, unseen): (Vec<Finding>, Option<Unjudged>)) {
        self.findings.extend(findings);
        self.unjudged.extend(unseen);
    }

    /// The push can go on.
    pub fn is_fine(&self) -> bool {
        let mut findings = self.findings.iter();
        !findings.any(|finding| finding.severity == Severity::Error)
    }

    /// All of it was judged.
    pub fn evaluated(&self) -> bool {
        let mut findings = self.findings.iter();
        self.unknown.is_empty()
            && !self
                .unjudged
                .iter()
                .any(|one| matches!(one.so, So::Touched(_)))
            && !findings.any(|finding| finding.rule == Rule::NotEvaluated)
    }
}

/// Judges a push; `remote` and `url` are what Git calls the other side, `input` what it
/// hands over.
pub fn judge(context: &Context, remote: &str, url: &str, input: &str) -> Result<Verdict, Error> {
    let mut verdict = Verdict::default();
    let pushed: Vec<Pushed> = input
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            parse(line).ok_or_else(|| {
                Error::Usage(format!("Git does not say `{line}` to a pre-push hook"))
            })
        })
        .collect::<Result<_, _>>()?;
    let repo = context.repo()?;
    let remote = name_of(repo, remote, url)?;
    let mut todo = Vec::new();
    for one in pushed {
        // Tags and notes hold no line of revisions, and what is deleted leaves none.
        let (Some(branch), Some(local)) = (one.name.strip_prefix(HEADS), one.local) else {
            continue;
        };
        let branch = format!("{remote}/{branch}");
        match one.remote {
            Some(there) if !repo.has(there) => verdict.unknown.push(branch),
            there => todo.push((branch, local, there)),
        }
    }
    if todo.is_empty() {
        return Ok(verdict);
    }
    let mut unread = BTreeSet::new();
    for (branch, local, there) in &todo {
        let mut projects = context.projects_as(Configured::In(*local))?;
        let revisions = |project: &Context| {
            let all = outline::of_commit(project, &local.to_string())?;
            Ok(all.into_iter().map(|one| one.revision.clone()).collect())
        };
        // Whoever sees a new branch still has the others; but what it moved is known by where
        // it stood.
        let begins = match there {
            Some(there) => Some(*there),
            None => published(context)?,
        };
        let mut gone = Vec::new();
        if let Some(begins) = begins {
            gone = context.gone(begins, &mut projects, revisions)?;
        }
        gone.retain(|_| there.is_some());
        let mut prefixes: Vec<String> = projects
            .unread
            .iter()
            .map(|unread| unread.prefix.clone())
            .collect();
        for project in &projects.all {
            let prefix = project.prefix()?;
            // A folder outside of the repository is told below.
            if let Ok(unseen) = guard::in_submodules(project, *there, Some(*local)) {
                let changed = unseen.into_iter().filter(|one| one.so == So::Unseen);
                verdict.unjudged.extend(changed);
            }
            let judged = guard::side(project, *local)
                .and_then(|pushed| one(project, (&remote, branch), (*local, &pushed), *there));
            match judged {
                Err(error @ Error::Git(GitError::FolderOutside { .. })) => {
                    projects.unread.push(Unread {
                        prefix: prefix.clone(),
                        error,
                    });
                }
                other => verdict.add(other?),
            }
            prefixes.push(prefix);
        }
        for project in &gone {
            verdict.add(one(
                project,
                (&remote, branch),
                (*local, &Side::default()),
                *there,
            )?);
        }
        // Nobody has a new branch yet, so that nothing is put over anything.
        let changes = |folder: &str, wanted: &dyn Fn(&str, bool) -> bool| match there {
            Some(there) => repo.changes_between((*there, *local), folder, wanted),
            None => Ok(Vec::new()),
        };
        for one in projects.unread {
            let prefix = one.prefix.clone();
            let one = guard::unjudged(context, one, &prefixes, &changes)?;
            // Of several branches, the one that touches it is told.
            if unread.insert(prefix) || one.so != So::NotTouched {
                verdict.unjudged.push(one);
            }
        }
    }
    Ok(verdict)
}

/// The tip of what is protected where no project says otherwise.
fn published(context: &Context) -> Result<Option<CommitId>, Error> {
    for name in guard::protected_refs(context)? {
        if let Some(tip) = context.repo()?.tip_named(&name)? {
            return Ok(Some(tip));
        }
    }
    Ok(None)
}

fn one(
    project: &Context,
    (remote, branch): (&str, &str),
    (local, pushed): (CommitId, &Side),
    there: Option<CommitId>,
) -> Result<(Vec<Finding>, Option<Unjudged>), Error> {
    let Some(from) = there else {
        let protected = guard::protected_refs(project)?;
        // Nobody has it yet, and nobody is stopped from showing what is not ready.
        let doing = Doing::Push {
            branch: branch.to_owned(),
            from: local,
            protected: false,
        };
        let repo = project.repo()?;
        let (mut strict, mut before) = (None, Side::default());
        for name in &protected {
            if let Some(tip) = repo.tip_named(name)? {
                strict = project.strict(tip, name)?;
                before = guard::side(project, tip)?;
                break;
            }
        }
        let project = strict.as_ref().unwrap_or(project);
        let mut findings = guard::step(project, &before, pushed, &doing)?;
        for finding in &mut findings {
            finding.severity = Severity::Warning;
        }
        return Ok((findings, None));
    };
    let strict = project.strict(from, branch)?;
    let project = strict.as_ref().unwrap_or(project);
    let protected = guard::protected_refs(project)?;
    let before = guard::side(project, from)?;
    let judged = |protected: bool| {
        let doing = Doing::Push {
            branch: branch.to_owned(),
            from,
            protected,
        };
        let mut findings = guard::step(project, &before, pushed, &doing)?;
        guard::say_where(project, &mut findings, Some(from), Some(local))?;
        Ok::<_, Error>(findings)
    };
    if is_protected(project, &protected, (remote, branch), local)? {
        return Ok((judged(true)?, None));
    }
    let findings = judged(false)?;
    // Any branch may be the one that others are bound to, where this clone does not know which.
    let unseen = match guard::missing(project)? {
        Some(why @ NotJudged::NoBase(_)) if judged(true)? != findings => Some(Unjudged {
            error: why.into(),
            so: So::Unseen,
        }),
        _ => None,
    };
    Ok((findings, unseen))
}

/// Whether a push to that branch of a remote may not take away what it has. What is protected
/// counts on every remote: the same one may have two names, and another may have got this one's.
fn is_protected(
    project: &Context,
    refs: &[String],
    (remote, branch): (&str, &str),
    local: CommitId,
) -> Result<bool, Error> {
    if refs.iter().any(|name| is_branch(name, branch)) {
        return Ok(true);
    }
    let repo = project.repo()?;
    let configured = &project.config.protected;
    let usual = ["main", "master"].map(|name| format!("origin/{name}"));
    let names = match (configured.as_slice(), refs) {
        // Of a remote whose default branch this clone does not know, it is one of these.
        ([], []) => usual.as_slice(),
        ([], refs) => refs,
        (configured, _) => configured,
    };
    let short = branch.strip_prefix(remote).unwrap_or(branch);
    let short = short.strip_prefix('/').unwrap_or(short);
    let mut is_one = false;
    for name in names {
        is_one |= is_called(
            name,
            short,
            repo.tip_named(&format!("{HEADS}{name}"))?.is_some(),
        );
    }
    if is_one {
        // What is published here may be brought to a fork as it is.
        for name in refs {
            if let Some(tip) = repo.tip_named(name)?
                && repo.contains(tip, local)?
            {
                return Ok(false);
            }
        }
    }
    Ok(is_one)
}

/// Whether a name under `protected:` is that of a branch, whatever its remote is called here.
fn is_called(protected: &str, branch: &str, is_local: bool) -> bool {
    let name = ["refs/remotes/", HEADS]
        .iter()
        .find_map(|folder| protected.strip_prefix(folder));
    let is_local = is_local || protected.starts_with(HEADS);
    let name = name.unwrap_or(protected);
    match name.split_once('/') {
        Some((_, short)) if !is_local => short == branch,
        _ => name == branch,
    }
}

/// Whether a protected ref is that branch of a remote.
pub(in crate::workflow) fn is_branch(protected: &str, branch: &str) -> bool {
    protected.strip_prefix("refs/remotes/").unwrap_or(protected) == branch
}

/// The remote's name; Git gives the URL twice where it was named by that.
fn name_of(repo: &Repo, remote: &str, url: &str) -> Result<String, Error> {
    if remote != url {
        return Ok(remote.to_owned());
    }
    let named = repo.remote_of(url)?;
    Ok(named.unwrap_or_else(|| remote.to_owned()))
}

/// `<local ref> <local id> <remote ref> <remote id>`; an id of zeros is none.
fn parse(line: &str) -> Option<Pushed> {
    // The local end may be any expression, with blanks in it.
    let mut words = line.rsplitn(4, ' ');
    let remote = CommitId::from_hex(words.next()?)?;
    let name = words.next()?.to_owned();
    let local = CommitId::from_hex(words.next()?)?;
    words.next()?;
    let some = |id: CommitId| (!id.is_none()).then_some(id);
    Some(Pushed {
        local: some(local),
        name,
        remote: some(remote),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn lines_of_git() {
        let said = |line: &str| {
            parse(line).map(|one| (one.local.is_some(), one.name, one.remote.is_some()))
        };
        let main = || "refs/heads/main".to_owned();
        for (line, want) in [
            (
                format!("refs/heads/x {ONE} refs/heads/main {ONE}"),
                Some((true, main(), true)),
            ),
            (
                format!("refs/heads/x {ONE} refs/heads/main {ZERO}"),
                Some((true, main(), false)),
            ),
            (
                format!("(delete) {ZERO} refs/heads/main {ONE}"),
                Some((false, main(), true)),
            ),
            (
                format!("HEAD^{{/a b c}} {ONE} refs/heads/main {ONE}"),
                Some((true, main(), true)),
            ),
            (format!("HEAD {ONE} refs/heads/main"), None),
            (format!("HEAD x refs/heads/main {ONE}"), None),
            ("HEAD".to_owned(), None),
        ] {
            assert_eq!(said(&line), want, "{line}");
        }
    }

    #[test]
    fn protected_branches() {
        for (protected, branch, want) in [
            ("origin/main", "origin/main", true),
            ("refs/remotes/origin/main", "origin/main", true),
            ("origin/main", "fork/main", false),
            ("main", "origin/main", false),
            ("v1", "origin/v1", false),
        ] {
            assert_eq!(is_branch(protected, branch), want, "{protected} {branch}");
        }
    }

    #[test]
    fn protected_branches_by_their_names() {
        for (protected, branch, is_local, want) in [
            ("origin/main", "main", false, true),
            ("refs/remotes/origin/main", "main", false, true),
            ("main", "main", true, true),
            ("refs/heads/main", "main", false, true),
            ("origin/main", "ann/main", false, false),
            ("origin/main", "topic", false, false),
            ("release/main", "main", true, false),
            ("release/main", "release/main", true, true),
        ] {
            let said = is_called(protected, branch, is_local);
            assert_eq!(said, want, "{protected} {branch}");
        }
    }
}
