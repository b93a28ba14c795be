//! Flyway: `V<version>__<description>.sql`, with `U…` as the way back.
//!
//! The rules are those of `ResourceNameParser`, `MigrationVersion`,
//! `SqlScriptMetadata`, `PostgreSQLParser` and `SQLiteParser` in `flyway-core`
//! and `flyway-database-postgresql`, with the default prefixes:
//!
//! * folders are read with everything below them; versions are numbers between
//!   `.` or `_`, and zeros at the end do not count (`1.0` is `1`);
//! * each script runs in one transaction, unless `<script>.conf` says
//!   `executeInTransaction=false`, or a statement cannot run in one;
//! * `${name}` is filled in everywhere, unless the `.conf` says
//!   `placeholderReplacement=false`; that cannot be kept;
//! * repeatable scripts (`R__`), baselines (`B…`) and callbacks are no part of a
//!   chain. They are left aside, and said.

use super::{
    Aside, Listing, Raw, Tool,
    draft::Draft,
    listing::base_name,
    pairs::{self, Half},
};
use crate::{
    layout::header::bad,
    model::{Direction, Finding, SnapshotFile, SourceFile},
    sql::tokens,
};

/// A version as Flyway compares it: numbers without leading zeros, as texts that
/// are sorted by length first, since they may be longer than any integer.
pub(super) type Version = Vec<(usize, String)>;

pub(super) fn read(listing: &Listing) -> Raw {
    let mut halves = Vec::new();
    let mut findings = Vec::new();
    let mut aside = Vec::new();
    for file in listing.files() {
        match kind(base_name(&file.path)) {
            Kind::Other => {}
            Kind::Code => findings.push(
                bad("this migration is code, which cannot be taken over")
                    .at(&listing.unread(file), 0..0, "")
                    .help("write down as SQL what it does, in a V… script of the same version"),
            ),
            Kind::Aside(reason, runs) => aside.push(Aside {
                path: listing.shown(&file.path),
                reason,
                runs,
            }),
            Kind::Versioned(direction, label, name) => halves.push(Half {
                version: version(label).unwrap_or_default(),
                label,
                name,
                direction,
                file,
            }),
        }
    }
    let mut raw = pairs::join(listing, Tool::Flyway, halves, |half, source| {
        draft(listing, half.file, source)
    });
    raw.findings.splice(0..0, findings);
    raw.aside = aside;
    raw
}

/// What a file is to Flyway, by its name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Versioned(Direction, &'a str, &'a str),
    Code,
    Aside(&'static str, bool),
    Other,
}

/// Callbacks that Flyway knows (`org.flywaydb.core.api.callback.Event`): all
/// begin with one of these.
const CALLBACKS: [&str; 4] = ["before", "after", "createSchema", "beforeEach"];

pub(super) fn kind(name: &str) -> Kind<'_> {
    let Some((stem, ending)) = name.rsplit_once('.') else {
        return Kind::Other;
    };
    let is_sql = ending.eq_ignore_ascii_case("sql");
    let is_code = ["java", "class", "kt", "groovy", "scala", "py", "sh", "ps1"]
        .iter()
        .any(|code| ending.eq_ignore_ascii_case(code));
    if !is_sql && !is_code {
        return Kind::Other;
    }
    let numbered = stem.get(1..).and_then(|rest| {
        let (label, name) = rest.split_once("__").unwrap_or((rest, ""));
        version(label).map(|_| (label, name))
    });
    match (stem.as_bytes().first(), numbered) {
        (Some(b'V' | b'U' | b'R'), Some(_)) if is_code => Kind::Code,
        (Some(b'V'), Some((label, name))) => Kind::Versioned(Direction::Up, label, name),
        (Some(b'U'), Some((label, name))) => Kind::Versioned(Direction::Down, label, name),
        (Some(b'B'), Some(_)) if is_sql => Kind::Aside(
            "a baseline stands for the versions up to its own, which are taken over one by one",
            false,
        ),
        (Some(b'R'), _) if stem.starts_with("R__") => Kind::Aside(
            "a repeatable script runs again whenever it changes, and has no place in a chain",
            true,
        ),
        (Some(b'V' | b'U'), None) if is_sql && stem.contains("__") => {
            Kind::Aside("Flyway ignores it: the version is not a number", false)
        }
        _ if is_sql && CALLBACKS.iter().any(|word| stem.starts_with(word)) => Kind::Aside(
            "a callback runs around other scripts, and has no place in a chain",
            true,
        ),
        _ => Kind::Other,
    }
}

/// `MigrationVersion`: parts between `.` or `_`, zeros at the end left out.
pub(super) fn version(label: &str) -> Option<Version> {
    let mut parts: Version = Vec::new();
    for part in label.split(['.', '_']) {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let bare = part.trim_start_matches('0');
        parts.push((bare.len(), bare.to_owned()));
    }
    while parts.len() > 1 && parts.last().is_some_and(|(length, _)| *length == 0) {
        parts.pop();
    }
    Some(parts)
}

/// One text for all ways to write a version.
pub(super) fn canonical_version(label: &str) -> String {
    match version(label) {
        None => label.to_owned(),
        Some(parts) => {
            let parts: Vec<&str> = parts
                .iter()
                .map(|(_, part)| if part.is_empty() { "0" } else { part.as_str() })
                .collect();
            parts.join(".")
        }
    }
}

fn draft(
    listing: &Listing,
    file: &SnapshotFile,
    source: &SourceFile,
) -> Result<Draft, Box<Finding>> {
    let settings = match listing.file(&format!("{}.conf", file.path)) {
        Some(conf) => listing.source(conf)?,
        None => SourceFile::new("", ""),
    };
    let says_no = |key: &str| {
        settings.text.lines().any(|line| {
            line.split_once('=').is_some_and(|(name, value)| {
                name.trim() == key && value.trim().eq_ignore_ascii_case("false")
            })
        })
    };
    if !says_no("placeholderReplacement")
        && let Some(at) = placeholder(&source.text)
    {
        return Err(Box::new(
            bad("Flyway fills in a placeholder here, which a revision cannot hold")
                .at(source, at, "")
                .help(
                    "write the value into the file; or, if it is meant as it stands, put `placeholderReplacement=false` \
                     into a file of this name with `.conf` behind",
                ),
        ));
    }
    Ok(Draft::whole(source, says_no("executeInTransaction")))
}

/// The first `${name}` outside of comments.
fn placeholder(text: &str) -> Option<std::ops::Range<usize>> {
    let (start, end) = text.match_indices("${").find_map(|(at, _)| {
        let end = at + text.get(at..)?.find('}')? + 1;
        let in_comment = || {
            tokens(text, None)
                .find(|token| token.span.contains(&at))
                .is_some_and(|token| token.is_trivia())
        };
        let name = text.get(at + 2..end - 1)?;
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
        (is_name && !in_comment()).then_some((at, end))
    })?;
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layout::foreign::testing::{findings, import, outline},
        model::Dialect::Postgres,
    };

    #[test]
    fn versions_are_numbers_between_dots() {
        let files = [
            ("V10__last.sql", "SELECT 10;"),
            ("V2_1__second_point_one.sql", "SELECT 21;"),
            ("sub/V2.0__second.sql", "SELECT 2;"),
            ("U2__undo_second.sql", "SELECT -2;"),
            ("V20240102030405__stamped.sql", "SELECT 3;"),
            ("V1__Init.sql", "CREATE INDEX CONCURRENTLY i ON t (a);"),
            ("V10__last.sql.conf", "executeInTransaction=false\n"),
            ("R__views.sql", "CREATE VIEW v AS SELECT 1;"),
            ("B1__base.sql", "SELECT 1;"),
            ("afterMigrate.sql", "SELECT 1;"),
            ("Vx__typo.sql", "SELECT 1;"),
            ("README.md", ""),
        ];
        assert_eq!(
            outline(&files, Tool::Flyway, Postgres),
            "v1 Init | CREATE INDEX CONCURRENTLY i ON t (a); (outside) | -\n\
             v2_0 second | SELECT 2; | SELECT -2;\n\
             v2_1 second point one | SELECT 21; | -\n\
             v10 last | SELECT 10; (outside) | -\n\
             20240102030405 stamped | SELECT 3; | -\n"
        );
        let source = import(&files, Tool::Flyway, Postgres);
        let versions: Vec<_> = source.revisions.iter().map(|r| &*r.version).collect();
        assert_eq!(versions, ["1", "2", "2.1", "10", "20240102030405"]);
        let aside: Vec<_> = source
            .aside
            .iter()
            .map(|aside| (&*aside.path, aside.runs))
            .collect();
        assert_eq!(
            aside,
            [
                ("db/B1__base.sql", false),
                ("db/R__views.sql", true),
                ("db/Vx__typo.sql", false),
                ("db/afterMigrate.sql", true)
            ]
        );
    }

    #[test]
    fn canonical() {
        for (label, want) in [
            ("1", "1"),
            ("01", "1"),
            ("1.0.0", "1"),
            ("0", "0"),
            ("1_02", "1.2"),
            ("x", "x"),
        ] {
            assert_eq!(canonical_version(label), want);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let files = [
            ("V1__a.sql", "SELECT 1;"),
            ("V1.0__b.sql", "SELECT 1;"),
            ("V2__c.java", ""),
            ("V3__d.sql", "-- ${not}\nCREATE SCHEMA\n  ${schema};\n"),
            ("V4__e.sql", "SELECT '${literally}';\n"),
            ("V4__e.sql.conf", "placeholderReplacement = false"),
            ("U5__f.sql", ""),
        ];
        assert_eq!(
            findings(&files, Tool::Flyway, Postgres),
            [
                "db/V2__c.java: this migration is code, which cannot be taken over",
                "db/V1__a.sql: two migrations have the version 1",
                "db/V3__d.sql:3: Flyway fills in a placeholder here, which a revision cannot hold",
                "db/U5__f.sql: version 5 has a down script and no up script",
            ]
        );
    }
}
