//! What may not be edited any more, and whether a change does.
//!
//! A revision is fixed once it is published or applied in a database that this
//! clone knows. Identity is the revision id, so moving a file is no change; the
//! checksum leaves out comments and white space, so formatting is none either.

use jiff::Timestamp;

use super::{
    finding::{Finding, Rule},
    migration::Checksum,
    project::Project,
    revision::RevId,
    source::Span,
};

/// Why a revision is fixed, and what it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The revision.
    pub revision: RevId,
    /// The checksum that was published or applied.
    pub checksum: Checksum,
    /// The parents that were published or applied.
    pub parents: Vec<RevId>,
    /// Where.
    pub evidence: Evidence,
}

/// Where a revision was seen that fixes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// In a database's ledger.
    Applied {
        /// The environment.
        environment: String,
        /// When it was applied.
        at: Timestamp,
        /// By whom.
        by: String,
    },
    /// In a protected ref.
    Published {
        /// The ref (`origin/main`).
        name: String,
    },
}

impl Evidence {
    fn words(&self) -> String {
        match self {
            Self::Applied {
                environment,
                at,
                by,
            } => format!("applied in {environment} on {} by {by}", at.strftime("%Y-%m-%d")),
            Self::Published { name } => format!("published in {name}"),
        }
    }

    fn is_published(&self) -> bool {
        matches!(self, Self::Published { .. })
    }
}

/// How a checksum and the place of a header's key are had: both need the layout.
pub trait Reading {
    /// The checksum of a revision's scripts.
    fn checksum(&self, project: &Project, id: &RevId) -> Option<Checksum>;
    /// Where its header has a key.
    fn locate(&self, project: &Project, id: &RevId, key: &str) -> Span;
}

/// Judges the step from `before` (what is committed) to `after` (what would be).
///
/// Only what the step changes is judged: a branch that is merely behind is no edit.
pub fn judge(before: &Project, after: &Project, fixed: &[Fixed], reading: &dyn Reading) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for one in fixed {
        let id = &one.revision;
        if findings
            .iter()
            .any(|finding| finding.revision.as_ref() == Some(id))
        {
            continue;
        }
        let old = before.migration(id.as_str());
        match after.migration(id.as_str()) {
            None => {
                // A file that cannot be read now is reported as such.
                let unreadable = old.is_some_and(|old| {
                    after.findings.iter().any(|finding| {
                        finding.rule == Rule::UnreadableRevision
                            && finding.place.as_ref().is_some_and(|place| place.file.path == old.file.path)
                    })
                });
                if let Some(old) = old.filter(|_| !unreadable) {
                    findings.push(
                        Finding::error(
                            Rule::DeletedRevision,
                            format!("{id} is deleted, and it was {}", one.evidence.words()),
                        )
                        .at(&old.file, 0..0, "")
                        .about(id)
                        .help(help(one, "bring the file back", Some(&old.file.path))),
                    );
                }
            }
            Some(new) => {
                let now = reading.checksum(after, id);
                let was = reading.checksum(before, id);
                let changed_now = old.is_none() || now != was;
                let parents_changed = old.is_none_or(|old| old.revision.parents != new.revision.parents);
                if changed_now && now != Some(one.checksum) {
                    findings.push(
                        Finding::error(
                            Rule::EditedRevision,
                            format!("{id} is edited, and it was {}", one.evidence.words()),
                        )
                        .at(&new.file, new.up.span.start..new.up.span.start, "its scripts differ from then")
                        .about(id)
                        .help(help(one, "take the edit back", old.map(|old| &*old.file.path))),
                    );
                } else if parents_changed && new.revision.parents != one.parents {
                    findings.push(
                        Finding::error(
                            Rule::EditedRevision,
                            format!("{id} has other parents than when it was {}", one.evidence.words()),
                        )
                        .at(&new.file, reading.locate(after, id, "parents"), "")
                        .about(id)
                        .help(help(one, "restore its parents", old.map(|old| &*old.file.path))),
                    );
                }
            }
        }
    }
    findings
}

fn help(one: &Fixed, undo: &str, path: Option<&str>) -> String {
    let path = path.map_or(String::new(), |path| {
        format!(" (`git restore --source=HEAD --staged --worktree {path}`)")
    });
    if one.evidence.is_published() {
        return format!("{undo}{path}, and write a new revision for the change: `teammig create \"…\"`");
    }
    let Evidence::Applied { environment, .. } = &one.evidence else {
        return undo.to_owned();
    };
    format!(
        "{undo}{path} and write a new revision; or, if only {environment} has it, roll it back there with the old file \
         (`teammig downgrade`), edit, and `teammig upgrade`"
    )
}
