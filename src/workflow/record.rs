//! What the header of a merge revision says was tried, and whether the scripts that were
//! tried are those that its sides have now.
//!
//! A record names what it is about (`independent from 9209a434d045 as of 3f2a91c07b5e`): a
//! digest of the scripts on its sides, which an edit of one of them changes, and a comment
//! does not. One that was written by an earlier version names nothing, and is left alone.

use std::{collections::BTreeSet, fmt::Write as _};

use sha2::{Digest as _, Sha256};

use super::Context;
use crate::{
    layout,
    model::{Finding, Migration, Project, RevId, Rule, options::RunOptions},
};

/// What stands between what was found and the digest.
const OF: &str = " as of ";
/// So many digits of a digest are written.
const DIGITS: usize = 12;

/// Whether a record is about what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// The scripts are those that were tried.
    Holds,
    /// They are others now.
    Stale,
    /// It does not say which were tried.
    Unknown,
}

/// What was found, with what it was found of.
pub(super) fn written(found: &str, content: &str) -> String {
    format!("{found}{OF}{content}")
}

/// What the record of a merge revision is worth; none where it has none.
pub fn of(project: &Project, migration: &Migration) -> Option<Record> {
    let proved = migration.revision.proved.as_ref()?;
    let of = proved.rsplit_once(OF).map(|(_, of)| of.trim());
    let is_digest =
        |of: &&str| of.len() == DIGITS && of.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(match of.filter(is_digest) {
        None => Record::Unknown,
        Some(of) if of == content(project, &migration.revision.parents) => Record::Holds,
        Some(_) => Record::Stale,
    })
}

/// A digest of the scripts that only some of `heads` build on.
pub(super) fn content(project: &Project, heads: &[RevId]) -> String {
    let below: Vec<BTreeSet<RevId>> = heads
        .iter()
        .map(|head| project.graph.ancestors(std::slice::from_ref(head)))
        .collect();
    let all: BTreeSet<&RevId> = below.iter().flatten().collect();
    let mut digest = Sha256::new();
    for id in all {
        if below.iter().all(|below| below.contains(id)) {
            continue;
        }
        if let Some(migration) = project.migration(id.as_str()) {
            let options = migration.options();
            let flags = |of: RunOptions| format!("{} {}", of.transaction, of.foreign_keys_off);
            digest.update(format!(
                "{id} {} {} {}\n",
                layout::checksum(migration),
                flags(options.up),
                flags(options.down)
            ));
        }
    }
    let mut hex = String::new();
    for byte in digest.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex.truncate(DIGITS);
    hex
}

/// Merge revisions whose records are about other scripts than those that there are.
pub(super) fn stale(context: &Context, project: &Project) -> Vec<Finding> {
    let all = project.migrations.values();
    let stale = all.filter(|one| of(project, one) == Some(Record::Stale));
    stale
        .map(|migration| {
            let revision = &migration.revision;
            let sides: Vec<&str> = revision.parents.iter().map(RevId::as_str).collect();
            let message = format!(
                "what {} says was tried is not about the scripts of {} as they are now: one of them was edited since",
                revision.id,
                sides.join(" and ")
            );
            let help = format!(
                "`teammig conflicts {} --prove` tries them as they are; where that finds the same, the digest of what was \
                 tried is {} now, else take `proved` out",
                sides.join(" "),
                content(project, &revision.parents)
            );
            Finding::warning(Rule::StaleProof, message)
                .about(&revision.id)
                .help(help)
                .at(
                    &migration.file,
                    context.layout().locate(migration, "proved", ""),
                    "",
                )
        })
        .collect()
}
