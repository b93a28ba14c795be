//! Up and down files that belong together by a number, as sqlx, golang-migrate
//! and Flyway have them.

use std::collections::BTreeMap;

use super::{Listing, Raw, RawRevision, Tool, draft::Draft};
use crate::{
    layout::header::bad,
    model::{Direction, Finding, Rule, SnapshotFile, SourceFile},
};

/// A file that holds one direction of a migration.
#[derive(Debug, Clone)]
pub(super) struct Half<'a, V> {
    /// What the tool sorts by.
    pub(super) version: V,
    /// The version as the file's name has it.
    pub(super) label: &'a str,
    /// The rest of the name.
    pub(super) name: &'a str,
    pub(super) direction: Direction,
    pub(super) file: &'a SnapshotFile,
}

/// One migration with both its files.
#[derive(Debug)]
struct Pair<'a, V> {
    up: Option<Half<'a, V>>,
    down: Option<Half<'a, V>>,
}

/// Joins the files by version, in the order of the versions.
pub(super) fn join<V: Ord + Clone>(
    listing: &Listing,
    tool: Tool,
    halves: Vec<Half<'_, V>>,
    draft: impl Fn(&Half<'_, V>, &SourceFile) -> Result<Draft, Box<Finding>>,
) -> Raw {
    let mut raw = Raw::default();
    let mut pairs: BTreeMap<V, Pair<'_, V>> = BTreeMap::new();
    for half in halves {
        let pair = pairs.entry(half.version.clone()).or_insert(Pair {
            up: None,
            down: None,
        });
        let place = match half.direction {
            Direction::Up => &mut pair.up,
            Direction::Down => &mut pair.down,
        };
        match place {
            None => *place = Some(half),
            Some(first) => raw
                .findings
                .push(duplicate(listing, half.label, half.file, first.file, tool)),
        }
    }
    let read = |half: &Half<'_, V>| {
        listing
            .source(half.file)
            .and_then(|source| draft(half, &source))
    };
    for pair in pairs.into_values() {
        let Some(up) = &pair.up else {
            raw.findings.extend(
                pair.down
                    .map(|down| without_up(listing, down.file, down.label)),
            );
            continue;
        };
        match (read(up), pair.down.as_ref().map(read).transpose()) {
            (Ok(up_draft), Ok(down)) => raw.revisions.push(RawRevision {
                version: tool.canonical_version(up.label),
                label: up.label.to_owned(),
                name: up.name.to_owned(),
                part: None,
                up: up_draft,
                down,
            }),
            (up, down) => {
                let both = [up.err(), down.err()];
                raw.findings
                    .extend(both.into_iter().flatten().map(|finding| *finding));
            }
        }
    }
    raw
}

/// Two files with one version.
pub(super) fn duplicate(
    listing: &Listing,
    version: &str,
    second: &SnapshotFile,
    first: &SnapshotFile,
    tool: Tool,
) -> Finding {
    Finding::error(
        Rule::DuplicateRevision,
        format!("two migrations have the version {version}"),
    )
    .at(&listing.unread(second), 0..0, "the second one")
    .see(&listing.unread(first), 0..0, "the first one")
    .help(format!(
        "{} would run only one of them; give the other a version of its own",
        tool.name()
    ))
}

/// A way back from nowhere.
pub(super) fn without_up(listing: &Listing, down: &SnapshotFile, version: &str) -> Finding {
    bad(format!(
        "version {version} has a down script and no up script"
    ))
    .at(&listing.unread(down), 0..0, "")
    .help("bring the up script back, or delete this file")
}
