//! A revision out of a script, and what is found in it, for the tests.

use crate::model::{
    Dialect, Finding, Language, LintOptions, Migration, RevId, Revision, Script, SourceFile,
};

pub(super) const HEADER: &str = "-- teammig:\n--   revision: 7f3a9c21e4b0\n\n";

/// A file with that way up; `options` stand behind the marker.
pub(super) fn migration(options: &str, up: &str) -> Migration {
    file(&format!("{HEADER}-- migrate:up {options}\n{up}"))
}

/// A file that is there as a whole.
pub(super) fn file(text: &str) -> Migration {
    let marker = text.find("-- migrate:up").unwrap();
    let start = text[marker..]
        .find('\n')
        .map_or(text.len(), |at| marker + at + 1);
    let end = text[start..]
        .find("-- migrate:down")
        .map_or(text.len(), |at| start + at);
    let options = &text[marker..start];
    Migration {
        revision: Revision::new(RevId::trusted("7f3a9c21e4b0"), Vec::new()),
        language: Language::Sql,
        file: SourceFile::new("a.sql", text),
        header: 0..0,
        up: Script {
            span: start..end,
            transaction: !options.contains("transaction:false"),
            foreign_keys_off: options.contains("foreign_keys:off"),
            has_statement: true,
        },
        down: None,
        down_marker: None,
    }
}

/// The findings of a revision that builds on others.
pub(super) fn findings(
    migration: &Migration,
    dialect: Dialect,
    options: &LintOptions,
    earlier: &[Migration],
) -> Vec<Finding> {
    crate::sql::lint(migration, dialect, options, &|| earlier.iter().collect())
}

/// The findings as `rule: the text at the place`.
pub(super) fn found(migration: &Migration, dialect: Dialect, options: &LintOptions) -> Vec<String> {
    findings(migration, dialect, options, &[])
        .into_iter()
        .map(|finding| {
            let place = finding.place.unwrap();
            format!("{}: {}", finding.rule, &place.file.text[place.span])
        })
        .collect()
}
