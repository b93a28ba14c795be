//! The pre-commit check: what is staged against what is committed.

use super::{Context, Error, known, outline};
use crate::{
    git::Listed,
    layout::{self, Layout},
    model::{
        Checksum, Finding, Origin, Project, RevId, Rule, Snapshot, Span,
        guard::{self, Evidence, Fixed, Reading},
    },
    sql,
};

/// What the check says.
#[derive(Debug)]
pub struct Verdict {
    /// What stands against the commit.
    pub findings: Vec<Finding>,
}

/// Judges the index. Needs no database: ledgers are remembered from when they
/// were last read.
pub fn staged(context: &Context) -> Result<Verdict, Error> {
    let repo = context.repo()?;
    let prefix = context.prefix()?;
    let index = repo.index_listing(&prefix, &context.folders())?;
    let committed = match repo.head()?.commit() {
        Some(commit) => {
            repo.commit_listing(&prefix, &context.folders(), &commit.to_string())?
                .files
        }
        // The first commit of all has nothing before it.
        None => Vec::new(),
    };
    // The same blobs at the same places: nothing of ours is in this commit.
    if committed == index.files {
        return Ok(Verdict {
            findings: Vec::new(),
        });
    }
    let read = |files: &[Listed]| -> Result<Snapshot, Error> {
        Ok(Snapshot {
            origin: Origin::Index,
            files: repo.read_files(files)?,
        })
    };
    let (committed, index) = (read(&committed)?, read(&index.files)?);
    let before = layout::load(&committed, context.layout());
    let after = layout::load(&index, context.layout());
    let mut findings: Vec<Finding> = after.findings.clone();
    let reading = ByLayout(context.layout());
    findings.extend(guard::judge(&before, &after, &fixed(context)?, &reading));
    findings.extend(two_heads(&before, &after, context.layout()));
    Ok(Verdict { findings })
}

/// All that is known to be fixed; databases first, since they say when and by whom.
fn fixed(context: &Context) -> Result<Vec<Fixed>, Error> {
    let mut fixed = Vec::new();
    for (environment, ledger) in known::recall(context) {
        for row in ledger.rows {
            if let Some(checksum) = Checksum::from_hex(&row.checksum) {
                fixed.push(Fixed {
                    revision: row.revision,
                    checksum,
                    parents: row.parents,
                    evidence: Evidence::Applied {
                        environment: environment.clone(),
                        at: row.applied_at,
                        by: row.applied_by,
                    },
                });
            }
        }
    }
    for name in protected_refs(context)? {
        fixed.extend(
            outline::of_commit(context, &name)?
                .into_iter()
                .map(|outlined| Fixed {
                    revision: outlined.revision,
                    checksum: outlined.checksum,
                    parents: outlined.parents,
                    evidence: Evidence::Published { name: name.clone() },
                }),
        );
    }
    Ok(fixed)
}

/// The refs whose revisions are published: as configured, else the remote's
/// default branch. Those that this clone does not have are left out.
pub fn protected_refs(context: &Context) -> Result<Vec<String>, Error> {
    let repo = context.repo()?;
    let mut refs = Vec::new();
    if context.config.protected.is_empty() {
        refs.extend(repo.default_branch()?);
    }
    for name in &context.config.protected {
        if repo.tip_named(name)?.is_some() {
            refs.push(name.clone());
        }
    }
    Ok(refs)
}

/// More heads than before, in one line.
fn two_heads(before: &Project, after: &Project, layout: &dyn Layout) -> Option<Finding> {
    let heads = after.graph.diverged();
    let new: Vec<&RevId> = heads
        .iter()
        .filter(|id| before.migration(id.as_str()).is_none())
        .collect();
    // A commit that leaves an old divergence as it was is not the one to stop.
    if heads.is_empty() || (new.is_empty() && before.graph.diverged() == heads) {
        return None;
    }
    let first = new.first().copied().or(heads.first())?;
    let names: Vec<&str> = heads.iter().map(RevId::as_str).collect();
    let mut finding = Finding::error(
        Rule::DivergedHeads,
        format!(
            "this commit leaves {} heads: {}",
            heads.len(),
            names.join(", ")
        ),
    )
    .about(first)
    .help("`teammig merge-heads` joins them; then `git add` the merge revision");
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

struct ByLayout(&'static dyn Layout);

impl Reading for ByLayout {
    fn checksum(&self, project: &Project, id: &RevId) -> Option<Checksum> {
        project
            .migration(id.as_str())
            .map(|migration| sql::checksum(migration.up_text(), migration.down_text()))
    }

    fn locate(&self, project: &Project, id: &RevId, key: &str) -> Span {
        project
            .migration(id.as_str())
            .map_or(0..0, |migration| self.0.locate(migration, key, ""))
    }
}
