//! Made-up listings, and what came of them in one line each.

use std::fmt::Write as _;

use super::{Listing, Source, Tool, chain, read};
use crate::model::{Dialect, Finding, SnapshotFile};

pub(super) fn listing(files: &[(&str, &str)]) -> Listing {
    let files = files
        .iter()
        .map(|(path, text)| SnapshotFile {
            path: (*path).into(),
            content: Ok(text.as_bytes().into()),
            blob: None,
        })
        .collect();
    Listing::new("db", files)
}

pub(super) fn import(files: &[(&str, &str)], tool: Tool, dialect: Dialect) -> Source {
    read(&listing(files), tool, dialect).unwrap()
}

/// `id message | up | down`, with options in parentheses.
pub(super) fn outline(files: &[(&str, &str)], tool: Tool, dialect: Dialect) -> String {
    let mut out = String::new();
    for one in chain(import(files, tool, dialect)) {
        let script = |section: &crate::layout::render::Section| {
            let mut text = section.sql.trim().replace('\n', " ");
            if section.no_transaction {
                text.push_str(" (outside)");
            }
            if section.foreign_keys_off {
                text.push_str(" (keys off)");
            }
            text
        };
        let down = one.body.down.as_ref().map_or("-".to_owned(), script);
        let up = script(&one.body.up);
        writeln!(
            out,
            "{} {} | {up} | {down}",
            one.revision.id, one.revision.message
        )
        .unwrap();
    }
    out
}

/// `path[:line]: message`.
pub(super) fn findings(files: &[(&str, &str)], tool: Tool, dialect: Dialect) -> Vec<String> {
    let show = |finding: Finding| {
        let place = finding.place.unwrap();
        match place.file.position(place.span.start).line {
            1 => format!("{}: {}", place.file.path, finding.message),
            line => format!("{}:{line}: {}", place.file.path, finding.message),
        }
    };
    read(&listing(files), tool, dialect)
        .unwrap_err()
        .into_iter()
        .map(show)
        .collect()
}
