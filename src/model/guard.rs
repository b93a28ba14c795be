//! What may not be edited any more, and whether a change does.
//!
//! A revision is fixed once it is published, contained in a tag, or applied in a
//! database that this clone knows. Identity is the revision id, so moving a file is no change; the
//! checksum leaves out comments and white space, so formatting is none either.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    finding::{Finding, Rule},
    migration::Checksum,
    project::Project,
    revision::RevId,
    shell,
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
    /// What it was at first, where it is known to have been edited since: going
    /// back to it is a repair.
    pub first: Option<(Checksum, Vec<RevId>)>,
    /// Where.
    pub evidence: Evidence,
}

impl Fixed {
    fn has_scripts(&self, checksum: Option<Checksum>) -> bool {
        let first = self.first.as_ref().map(|first| first.0);
        checksum.is_some() && (checksum == Some(self.checksum) || checksum == first)
    }

    fn has_parents(&self, parents: &[RevId]) -> bool {
        self.parents == parents || self.first.as_ref().is_some_and(|first| first.1 == parents)
    }
}

/// Where a revision was seen that fixes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// In a database's ledger.
    Applied {
        /// The environment.
        environment: String,
        /// The command that brings this database to what the files say.
        sync: String,
        /// When it was applied.
        at: Timestamp,
        /// By whom.
        by: String,
        /// The environment is protected.
        protected: bool,
    },
    /// In a protected ref.
    Published {
        /// The ref (`origin/main`).
        name: String,
    },
    /// In a tag: what is deployed has it.
    Released {
        /// The oldest tag that has it.
        tag: String,
    },
}

impl Evidence {
    /// As it goes on after "it was": `published in origin/main`.
    pub fn words(&self) -> String {
        match self {
            Self::Applied {
                environment,
                at,
                by,
                ..
            } => format!(
                "applied in {environment} on {} by {by}",
                at.strftime("%Y-%m-%d")
            ),
            Self::Published { name } => format!("published in {name}"),
            Self::Released { tag } => format!("released in the tag {tag}"),
        }
    }

    fn is_published(&self) -> bool {
        matches!(self, Self::Published { .. })
    }

    /// Others have it, so what a database of one's own says of it counts for nothing.
    pub fn binds(&self) -> bool {
        match self {
            Self::Published { .. } | Self::Released { .. } => true,
            Self::Applied { protected, .. } => *protected,
        }
    }
}

/// Whether a revision may be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayEdit {
    /// Nobody has it.
    Freely,
    /// Databases of one's own have it: `sync` redoes it there.
    Redo(Vec<String>),
    /// Branches of others have it.
    WithCare {
        /// Those branches.
        branches: Vec<String>,
        /// The databases of one's own that have it.
        redo: Vec<String>,
    },
    /// Others have it.
    No(Evidence),
}

/// Whether a revision may be edited that was seen there, and that these branches of
/// others have.
pub fn may_edit(evidence: &[Evidence], branches: &[String]) -> MayEdit {
    if let Some(binding) = evidence.iter().find(|one| one.binds()) {
        return MayEdit::No(binding.clone());
    }
    let environments: Vec<String> = evidence
        .iter()
        .filter_map(|one| match one {
            Evidence::Applied { environment, .. } => Some(environment.clone()),
            Evidence::Published { .. } | Evidence::Released { .. } => None,
        })
        .collect();
    if !branches.is_empty() {
        MayEdit::WithCare {
            branches: branches.to_vec(),
            redo: environments,
        }
    } else if environments.is_empty() {
        MayEdit::Freely
    } else {
        MayEdit::Redo(environments)
    }
}

/// How a checksum and the place of a header's key are had: both need the layout.
pub trait Reading {
    /// The checksum of a revision's scripts.
    fn checksum(&self, project: &Project, id: &RevId) -> Option<Checksum>;
    /// Where its header has a key.
    fn locate(&self, project: &Project, id: &RevId, key: &str) -> Span;
    /// A file as it is named to Git in the shell.
    fn pathspec(&self, path: &str) -> String;
    /// The commit that has what was before, as it is named to Git.
    fn source(&self) -> &str;
}

/// Judges the step from `before` (what is committed) to `after` (what would be).
///
/// Only what the step changes is judged: a branch that is merely behind is no
/// edit, and going back to what was published or applied is none either.
pub fn judge(
    before: &Project,
    after: &Project,
    fixed: &[Fixed],
    reading: &dyn Reading,
) -> Vec<Finding> {
    let mut by_revision: BTreeMap<&RevId, Vec<&Fixed>> = BTreeMap::new();
    for one in fixed {
        by_revision.entry(&one.revision).or_default().push(one);
    }
    by_revision
        .into_iter()
        .filter_map(|(id, mut fixed)| {
            // What is published binds everybody, so it is named first.
            fixed.sort_by_key(|one| !one.evidence.is_published());
            judge_one(before, after, id, &fixed, reading)
        })
        .collect()
}

fn judge_one(
    before: &Project,
    after: &Project,
    id: &RevId,
    fixed: &[&Fixed],
    reading: &dyn Reading,
) -> Option<Finding> {
    let old = before.migration(id.as_str());
    let way_back = old.map(|old| {
        let path = shell::word(&reading.pathspec(&old.file.path));
        let source = shell::word(reading.source());
        format!(" (`git restore --source={source} --staged --worktree {path}`)")
    });
    let way_back = way_back.as_deref();
    let binding: Vec<&Fixed> = match fixed.iter().filter(|one| one.evidence.binds()) {
        binding if binding.clone().next().is_some() => binding.copied().collect(),
        _ => fixed.to_vec(),
    };
    let Some(new) = after.migration(id.as_str()) else {
        let old = old?;
        // A file that cannot be read now is reported as such.
        let unreadable = after.findings.iter().any(|finding| {
            finding.rule == Rule::UnreadableRevision
                && finding
                    .place
                    .as_ref()
                    .is_some_and(|place| place.file.path == old.file.path)
        });
        return (!unreadable).then(|| {
            Finding::error(
                Rule::DeletedRevision,
                format!("{id} is deleted, and it was {}", words(fixed)),
            )
            .at(&old.file, 0..0, "")
            .about(id)
            .help(help(fixed, Change::Deleted, way_back))
        });
    };
    let now = reading.checksum(after, id);
    let edited = old.is_none() || now != reading.checksum(before, id);
    if edited && !binding.iter().any(|one| one.has_scripts(now)) {
        let start = new.up.span.start;
        return Some(
            Finding::error(
                Rule::EditedRevision,
                format!("{id} is edited, and it was {}", words(fixed)),
            )
            .at(&new.file, start..start, "its scripts differ from then")
            .about(id)
            .help(help(fixed, Change::Edited, way_back)),
        );
    }
    let parents = &new.revision.parents;
    let moved = old.is_none_or(|old| old.revision.parents != *parents);
    (moved && !binding.iter().any(|one| one.has_parents(parents))).then(|| {
        Finding::error(
            Rule::EditedRevision,
            format!("{id} has other parents than when it was {}", words(fixed)),
        )
        .at(&new.file, reading.locate(after, id, "parents"), "")
        .about(id)
        .help(help(fixed, Change::Reparented, way_back))
    })
}

fn words(fixed: &[&Fixed]) -> String {
    let words: Vec<String> = fixed.iter().map(|one| one.evidence.words()).collect();
    words.join(", and ")
}

/// What a commit does to a fixed revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Deleted,
    Edited,
    Reparented,
}

impl Change {
    fn undo(self) -> &'static str {
        match self {
            Self::Deleted => "bring the file back",
            Self::Edited => "take the edit back",
            Self::Reparented => "restore its parents",
        }
    }

    /// What `sync` does about it in databases of one's own, after the command's name.
    fn done_by_sync(self, environments: &str, several: bool) -> String {
        let s = if several { "" } else { "s" };
        match self {
            Self::Deleted => format!("roll{s} it back in {environments}"),
            Self::Edited => format!(
                "bring{s} {environments} to what the file says now (the old way down, the new way up)"
            ),
            Self::Reparented => format!("bring{s} {environments} to what the file says now"),
        }
    }
}

fn help(fixed: &[&Fixed], change: Change, path: Option<&str>) -> String {
    let undo = change.undo();
    let path = path.unwrap_or_default();
    let mut own: Vec<(&str, &str)> = Vec::new();
    for one in fixed {
        match &one.evidence {
            Evidence::Applied {
                environment, sync, ..
            } if !one.evidence.binds() => own.push((environment, sync)),
            // Others have it; they would run the old scripts for ever.
            _ => {
                return format!(
                    "{undo}{path}, and write a new revision for the change: `teammig create \"…\"`"
                );
            }
        }
    }
    let environments: Vec<&str> = own.iter().map(|one| one.0).collect();
    let commands: Vec<String> = own.iter().map(|one| format!("`{}`", one.1)).collect();
    format!(
        "{} {}, if nobody else has it; then commit. Otherwise {undo}{path} and write a new revision",
        commands.join(" and "),
        change.done_by_sync(&environments.join(" and "), commands.len() > 1)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checksum(digit: char) -> Checksum {
        let digits = digit.to_string().repeat(64);
        Checksum::from_hex(&digits).unwrap()
    }

    #[test]
    fn what_was_first_published_is_accepted_too() {
        let one = Fixed {
            revision: RevId::trusted("a"),
            checksum: checksum('2'),
            parents: vec![],
            first: Some((checksum('1'), vec![RevId::trusted("b")])),
            evidence: Evidence::Published {
                name: "origin/main".to_owned(),
            },
        };
        assert!(one.has_scripts(Some(checksum('1'))));
        assert!(one.has_scripts(Some(checksum('2'))));
        assert!(!one.has_scripts(Some(checksum('3'))));
        assert!(!one.has_scripts(None));
        assert!(one.has_parents(&[]) && one.has_parents(&[RevId::trusted("b")]));
        assert!(!one.has_parents(&[RevId::trusted("c")]));
    }
}
