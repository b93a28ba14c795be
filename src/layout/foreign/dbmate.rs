//! dbmate: `<digits>….sql` with `-- migrate:up` and `-- migrate:down` inside.
//!
//! The rules are those of `pkg/dbmate/migration.go` and `pkg/dbmate/db.go`:
//!
//! * the name has to match `^(\d+).*\.sql$`; files run in the order of their
//!   names; the version is the digits as a text;
//! * a section begins with a line that matches
//!   `^--\s*migrate:(up|down)(\s*$|\s+\S+)`; both have to be there, up first, and
//!   nothing but comments may stand above;
//! * `transaction:false` behind a marker holds for that section;
//! * a file may hold several pairs. dbmate runs the ups in order, each in its
//!   own transaction: they become one revision each. (Its rollback runs the
//!   downs in the same order; ours runs them in the reverse order.)

use std::{collections::BTreeMap, ops::Range};

use super::{Listing, Raw, RawRevision, Tool, draft::Draft, pairs::duplicate};
use crate::{
    layout::header::bad,
    model::{Finding, SnapshotFile, SourceFile},
};

pub(super) fn read(listing: &Listing) -> Raw {
    let mut raw = Raw::default();
    let mut seen: BTreeMap<&str, &SnapshotFile> = BTreeMap::new();
    // The listing is in the order of the names already.
    for (file, name) in listing.top() {
        let Some((version, rest)) = numbered(name) else {
            continue;
        };
        if let Some(first) = seen.get(version) {
            raw.findings
                .push(duplicate(listing, version, file, first, Tool::Dbmate));
            continue;
        }
        seen.insert(version, file);
        match listing.source(file).and_then(|source| sections(&source)) {
            Err(finding) => raw.findings.push(*finding),
            Ok(pairs) => {
                let several = pairs.len() > 1;
                for (n, (up, down)) in pairs.into_iter().enumerate() {
                    raw.revisions.push(RawRevision {
                        version: version.to_owned(),
                        label: version.to_owned(),
                        name: rest.to_owned(),
                        part: several.then_some(n + 1),
                        up,
                        down: Some(down),
                    });
                }
            }
        }
    }
    raw
}

/// A file that dbmate reads: its version and the rest of its name.
pub(super) fn numbered(name: &str) -> Option<(&str, &str)> {
    let stem = name.strip_suffix(".sql")?;
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| stem.split_at(digits))
}

/// The lines that are markers, with whether they are `up`.
#[derive(Debug)]
struct Marker {
    up: bool,
    line: Range<usize>,
    next: usize,
    no_transaction: bool,
}

/// Whether a text has a marker of dbmate.
pub(super) fn is_marked(text: &str) -> bool {
    text.lines().any(|line| marker(line).is_some())
}

/// `up` or not, and the options.
fn marker(line: &str) -> Option<(bool, &str)> {
    let words = line.strip_prefix("--")?.trim_start();
    let (up, options) = if let Some(options) = words.strip_prefix("migrate:up") {
        (true, options)
    } else {
        (false, words.strip_prefix("migrate:down")?)
    };
    (options.is_empty() || options.starts_with(char::is_whitespace)).then_some((up, options))
}

fn sections(file: &SourceFile) -> Result<Vec<(Draft, Draft)>, Box<Finding>> {
    let markers = markers(&file.text);
    let wrong = |message: &str, at: Range<usize>, help: &str| {
        Err(Box::new(bad(message).at(file, at, "").help(help)))
    };
    let first = match markers.first() {
        None => {
            return wrong(
                "no line `-- migrate:up`",
                0..0,
                "dbmate refuses this file; put the marker above the SQL",
            );
        }
        Some(first) if !first.up => {
            return wrong(
                "`-- migrate:down` stands before `-- migrate:up`",
                first.line.clone(),
                "dbmate wants the way up first",
            );
        }
        Some(first) => first,
    };
    if let Some(at) = first_statement(&file.text, first.line.start) {
        return wrong(
            "SQL above `-- migrate:up`",
            at,
            "dbmate refuses this file; move it below the marker",
        );
    }
    let mut pairs = Vec::new();
    let mut rest = markers.iter().peekable();
    while let Some(up) = rest.next() {
        if !up.up {
            return wrong(
                "a second `-- migrate:down` for one `-- migrate:up`",
                up.line.clone(),
                "dbmate refuses this file; join the two sections",
            );
        }
        let Some(down) = rest.next_if(|marker| !marker.up) else {
            return wrong(
                "no `-- migrate:down` follows on this `-- migrate:up`",
                up.line.clone(),
                "dbmate refuses this file; add the marker, with nothing below it if there is no way back",
            );
        };
        let end = rest.peek().map_or(file.text.len(), |next| next.line.start);
        pairs.push((
            Draft::new(file, up.next..down.line.start, up.no_transaction),
            Draft::new(file, down.next..end, down.no_transaction),
        ));
    }
    Ok(pairs)
}

fn markers(text: &str) -> Vec<Marker> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let next = start + line.len();
        let bare = line.trim_end();
        if let Some((up, options)) = marker(bare) {
            found.push(Marker {
                up,
                line: start..start + bare.len(),
                next,
                // The last of several counts (`options[pair[0]] = pair[1]`).
                no_transaction: options
                    .split_whitespace()
                    .filter_map(|option| option.strip_prefix("transaction:"))
                    .next_back()
                    == Some("false"),
            });
        }
        start = next;
    }
    found
}

/// The first line above `end` that is neither blank nor a comment.
fn first_statement(text: &str, end: usize) -> Option<Range<usize>> {
    let mut start = 0;
    for line in text.get(..end)?.split_inclusive('\n') {
        let bare = line.trim_start_matches('\u{feff}').trim();
        if !bare.is_empty() && !bare.starts_with("--") {
            return Some(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::{
        layout::foreign::{
            Tool,
            testing::{findings, import, outline},
        },
        model::Dialect::Postgres,
    };

    #[test]
    fn sections_with_options() {
        let files = [
            (
                "20240102_b.sql",
                "-- licence\n\n--migrate:up transaction:false\r\nVACUUM;\r\n-- migrate:down\r\n",
            ),
            (
                "20240101000000_a.sql",
                "-- migrate:up\nSELECT 1;\n\n-- migrate:down transaction:true\nSELECT -1;\n",
            ),
            ("notes.sql", "SELECT 1;"),
        ];
        assert_eq!(
            outline(&files, Tool::Dbmate, Postgres),
            "20240101000000 a | SELECT 1; | SELECT -1;\n\
             20240102 b | VACUUM; (outside) | -\n"
        );
    }

    #[test]
    fn several_pairs_are_several_revisions() {
        let text = "-- migrate:up transaction:false\nALTER TYPE c ADD VALUE 'x';\n-- migrate:down\n\
                    -- migrate:up\nUPDATE t SET c = 'x';\n-- migrate:down\nUPDATE t SET c = 'y';\n";
        let files = [
            ("7-colours.sql", text),
            ("8_z.sql", "-- migrate:up\nSELECT 8;\n-- migrate:down"),
        ];
        assert_eq!(
            outline(&files, Tool::Dbmate, Postgres),
            "v7_1 colours | ALTER TYPE c ADD VALUE 'x'; (outside) | -\n\
             v7_2 colours | UPDATE t SET c = 'x'; | UPDATE t SET c = 'y';\n\
             v8 z | SELECT 8; | -\n"
        );
        let source = import(&files, Tool::Dbmate, Postgres);
        assert_eq!(source.revisions[0].version, source.revisions[1].version);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let files = [
            ("1_a.sql", "SELECT 1;"),
            ("2_b.sql", "\n-- migrate:down\n-- migrate:up\n"),
            ("3_c.sql", "SELECT 1;\n-- migrate:up\n-- migrate:down"),
            ("4_d.sql", "-- migrate:up\n-- migrate:down\n-- migrate:down"),
            ("5_e.sql", "-- migrate:up\nSELECT 1;\n"),
            ("5_f.sql", "-- migrate:up\n-- migrate:down"),
        ];
        assert_eq!(
            findings(&files, Tool::Dbmate, Postgres),
            [
                "db/1_a.sql: no line `-- migrate:up`",
                "db/2_b.sql:2: `-- migrate:down` stands before `-- migrate:up`",
                "db/3_c.sql: SQL above `-- migrate:up`",
                "db/4_d.sql:3: a second `-- migrate:down` for one `-- migrate:up`",
                "db/5_e.sql: no `-- migrate:down` follows on this `-- migrate:up`",
                "db/5_f.sql: two migrations have the version 5",
            ]
        );
    }
}
