//! goose: `<version>_<name>.sql` with `-- +goose …` annotations inside.
//!
//! The rules are those of `internal/sqlparser/parser.go` and `provider_collect.go`:
//!
//! * `.sql` and `.go` files whose name begins with a number above 0 and `_` are
//!   migrations, in the order of the numbers; Go files cannot be taken over;
//! * `-- +goose Up` comes first, `-- +goose Down` may follow; an annotation
//!   begins at the start of its line;
//! * `-- +goose NO TRANSACTION` holds for the whole file, wherever it stands;
//! * `StatementBegin` and `StatementEnd` hold a statement with semicolons
//!   inside together. teammig knows from the SQL where a statement ends, so
//!   they only leave a semicolon where there was none;
//! * `ENVSUB ON` fills in environment variables, which cannot be kept.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Listing, Raw, RawRevision, Tool, draft::Draft, identity, listing::ending, pairs::duplicate,
};
use crate::{
    layout::header::bad,
    model::{Finding, SnapshotFile, SourceFile},
    sql::{TokenKind, tokens},
};

pub(super) fn read(listing: &Listing) -> Raw {
    let mut raw = Raw::default();
    let mut by_version: BTreeMap<i64, (&SnapshotFile, &str, &str)> = BTreeMap::new();
    for (file, name) in listing.top() {
        let is_go = ending(name) == "go";
        let is_migration = is_go && !name.ends_with("_test.go") || ending(name) == "sql";
        if !is_migration {
            continue;
        }
        let Some((version, label, rest)) = numbered(name) else {
            // Helpers of Go migrations may stand beside them.
            if !is_go {
                raw.findings.push(
                    bad("the name does not begin with a version and `_`")
                        .at(&listing.unread(file), 0..0, "")
                        .help("the goose command stops at such a file; rename it, or move it out of the folder"),
                );
            }
            continue;
        };
        if is_go {
            raw.findings.push(
                bad("this migration is Go code, which cannot be taken over")
                    .at(&listing.unread(file), 0..0, "")
                    .help("write down as SQL what it does, in a file of the same version"),
            );
        } else if let Some((first, ..)) = by_version.get(&version) {
            raw.findings
                .push(duplicate(listing, label, file, first, Tool::Goose));
        } else {
            by_version.insert(version, (file, label, rest));
        }
    }
    for (file, label, name) in by_version.into_values() {
        match listing.source(file).and_then(|source| parse(&source)) {
            Err(finding) => raw.findings.push(*finding),
            Ok((up, down)) => raw.revisions.push(RawRevision {
                version: identity::canonical_number(label).to_owned(),
                label: label.to_owned(),
                name: name.to_owned(),
                part: None,
                up,
                down,
            }),
        }
    }
    raw
}

/// `NumericComponent`: the version, as it is written, and the rest of the name.
pub(super) fn numbered(name: &str) -> Option<(i64, &str, &str)> {
    let (stem, _) = name.rsplit_once('.')?;
    let (label, rest) = stem.split_once('_')?;
    let version: i64 = label.parse().ok()?;
    (version >= 1).then_some((version, label, rest))
}

/// Whether a text has an annotation of goose.
pub(super) fn is_annotated(text: &str) -> bool {
    text.lines().any(is_annotation)
}

fn is_annotation(line: &str) -> bool {
    line.trim().starts_with("--") && line.contains("+goose")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Up,
    Down,
    StatementBegin,
    StatementEnd,
    NoTransaction,
    EnvsubOn,
    EnvsubOff,
}

impl Word {
    const ALL: [(&'static str, Self); 7] = [
        ("Up", Self::Up),
        ("Down", Self::Down),
        ("StatementBegin", Self::StatementBegin),
        ("StatementEnd", Self::StatementEnd),
        ("NO TRANSACTION", Self::NoTransaction),
        ("ENVSUB ON", Self::EnvsubOn),
        ("ENVSUB OFF", Self::EnvsubOff),
    ];

    fn read(line: &str) -> Option<Self> {
        let text = line.replace("--", "").replacen("+goose", "", 1);
        let text = text.trim();
        Self::ALL
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|(_, word)| *word)
    }
}

/// What was seen of a file so far.
#[derive(Debug, Default)]
struct Seen {
    /// The line `Up`, and the first byte below it.
    up: Option<(Range<usize>, usize)>,
    /// The line `Down`, and the first byte below it.
    down: Option<(Range<usize>, usize)>,
    /// The open `StatementBegin`, and the first byte below it.
    block: Option<(Range<usize>, usize)>,
    /// Lines that are no SQL; true where a semicolon has to stand instead.
    annotations: Vec<(Range<usize>, bool)>,
    no_transaction: bool,
    envsub: Option<Range<usize>>,
}

fn parse(file: &SourceFile) -> Result<(Draft, Option<Draft>), Box<Finding>> {
    let mut seen = Seen::default();
    let mut start = 0;
    for line in file.text.split_inclusive('\n') {
        let next = start + line.len();
        let bare = line.trim_end();
        take(file, &mut seen, start..start + bare.len(), next)?;
        start = next;
    }
    if let Some((line, _)) = seen.block {
        return Err(wrong(file, "this StatementBegin has no StatementEnd", line));
    }
    let Some((_, up)) = seen.up else {
        return Err(wrong(file, "no line `-- +goose Up`", 0..0));
    };
    let end = seen
        .down
        .as_ref()
        .map_or(file.text.len(), |(line, _)| line.start);
    let draft = |span: Range<usize>| {
        let mut draft = Draft::new(file, span.clone(), seen.no_transaction);
        for (line, semicolon) in &seen.annotations {
            if span.contains(&line.start) {
                draft.blank_in_file(line.clone());
                if *semicolon {
                    draft.semicolon_in_file(line.start);
                }
            }
        }
        draft
    };
    Ok((
        draft(up..end),
        seen.down
            .as_ref()
            .map(|(_, down)| draft(*down..file.text.len())),
    ))
}

fn take(
    file: &SourceFile,
    seen: &mut Seen,
    span: Range<usize>,
    next: usize,
) -> Result<(), Box<Finding>> {
    let line = file.text.get(span.clone()).unwrap_or_default();
    if !is_annotation(line) {
        return sql_line(file, seen, line, span);
    }
    let word = Word::read(line).filter(|_| !line.starts_with(char::is_whitespace));
    let Some(word) = word else {
        return Err(wrong(file, "goose does not know this annotation", span));
    };
    let mut semicolon = false;
    match word {
        Word::Up if seen.up.is_some() => {
            return Err(wrong(file, "a second `-- +goose Up`", span));
        }
        Word::Up => seen.up = Some((span.clone(), next)),
        Word::Down if seen.up.is_none() || seen.down.is_some() || seen.block.is_some() => {
            return Err(wrong(file, "`-- +goose Down` cannot stand here", span));
        }
        Word::Down => seen.down = Some((span.clone(), next)),
        Word::StatementBegin if seen.up.is_none() || seen.block.is_some() => {
            return Err(wrong(file, "`StatementBegin` cannot stand here", span));
        }
        Word::StatementBegin => seen.block = Some((span.clone(), next)),
        Word::StatementEnd => {
            let Some((_, begin)) = seen.block.take() else {
                return Err(wrong(file, "this StatementEnd has no StatementBegin", span));
            };
            semicolon = file
                .text
                .get(begin..span.start)
                .is_some_and(|block| !is_closed(block));
        }
        Word::NoTransaction => seen.no_transaction = true,
        Word::EnvsubOn => seen.envsub = Some(span.clone()),
        Word::EnvsubOff => seen.envsub = None,
    }
    seen.annotations.push((span, semicolon));
    Ok(())
}

fn sql_line(
    file: &SourceFile,
    seen: &mut Seen,
    line: &str,
    span: Range<usize>,
) -> Result<(), Box<Finding>> {
    let bare = line.trim_start_matches('\u{feff}').trim();
    let is_sql = !bare.is_empty() && !bare.starts_with("--");
    if is_sql && seen.up.is_none() {
        return Err(wrong(file, "SQL above `-- +goose Up`", span));
    }
    if is_sql
        && line.contains('$')
        && let Some(envsub) = &seen.envsub
    {
        return Err(Box::new(
            bad("goose fills in environment variables here, which a revision cannot hold")
                .at(file, span, "")
                .see(file, envsub.clone(), "since here")
                .help("write the values into the file, and take ENVSUB out"),
        ));
    }
    Ok(())
}

/// Whether the last token of a block is a semicolon; without a dialect, since
/// no construct of either ends in one by itself.
fn is_closed(block: &str) -> bool {
    tokens(block, None)
        .filter(|token| !token.is_trivia())
        .last()
        .is_none_or(|token| token.kind == TokenKind::Semicolon)
}

fn wrong(file: &SourceFile, message: &str, at: Range<usize>) -> Box<Finding> {
    Box::new(
        bad(message)
            .at(file, at, "")
            .help("goose stops at this file too; see https://pressly.github.io/goose/documentation/annotations/"),
    )
}

#[cfg(test)]
mod tests {
    use crate::{
        layout::foreign::{
            Tool,
            testing::{findings, import, outline},
        },
        model::Dialect::{Postgres, Sqlite},
    };

    #[test]
    fn annotations_are_taken_out() {
        let files = [
            (
                "00002_fn.sql",
                "-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$ \
                 LANGUAGE plpgsql\n-- +goose StatementEnd\nSELECT f();\n\n-- +goose Down\nDROP FUNCTION f;\n",
            ),
            ("1_a.sql", "-- a table\n-- +goose up\nCREATE TABLE a ();\n"),
            (
                "00010_ci.sql",
                "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a (x);\n-- +goose Down\n",
            ),
            ("helpers.go", ""),
            ("00002_fn_test.go", ""),
        ];
        assert_eq!(
            outline(&files, Tool::Goose, Postgres),
            "v1 a | CREATE TABLE a (); | -\n\
             v00002 fn | CREATE FUNCTION f() RETURNS int AS $$ BEGIN   RETURN 1; END; $$ LANGUAGE plpgsql ; SELECT f(); | \
             DROP FUNCTION f;\n\
             v00010 ci | CREATE INDEX CONCURRENTLY i ON a (x); (outside) | -\n"
        );
        let source = import(&files, Tool::Goose, Postgres);
        assert_eq!(source.revisions[1].version, "2");
    }

    #[test]
    fn triggers_of_sqlite_keep_their_end() {
        let files = [(
            "1_t.sql",
            "-- +goose Up\n-- +goose StatementBegin\nCREATE TRIGGER g AFTER INSERT ON t BEGIN\n  SELECT 1;\nEND;\n-- \
             +goose StatementEnd\n-- +goose StatementBegin\nCREATE TRIGGER h AFTER INSERT ON t BEGIN SELECT 1; END\n-- \
             +goose StatementEnd\n",
        )];
        let source = import(&files, Tool::Goose, Sqlite);
        let statements = crate::sql::statements(&source.revisions[0].up.sql, Sqlite);
        assert_eq!(statements.len(), 2, "{:?}", source.revisions[0].up.sql);
        assert!(
            statements
                .iter()
                .all(|statement| statement.unclosed.is_none())
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let files = [
            ("1_a.sql", "SELECT 1;\n-- +goose Up\n"),
            ("2_b.sql", "-- +goose Down\n"),
            ("3_c.sql", "-- +goose Up\n-- +goose StatementBegin\n"),
            ("4_d.sql", "-- +goose Up\n-- +goose StatementEnd\n"),
            ("5_e.sql", "-- +goose Up\n-- +goose Upp\n"),
            ("6_f.sql", "SELECT 1;"),
            ("7_g.go", ""),
            (
                "08_h.sql",
                "-- +goose Up\n-- +goose ENVSUB ON\nGRANT ALL ON t TO ${ROLE};\n",
            ),
            ("8_i.sql", "-- +goose Up\n"),
            ("9_j.sql", "-- +goose Up\n  -- +goose Down\n"),
            ("x.sql", ""),
        ];
        assert_eq!(
            findings(&files, Tool::Goose, Postgres),
            [
                "db/7_g.go: this migration is Go code, which cannot be taken over",
                "db/8_i.sql: two migrations have the version 8",
                "db/x.sql: the name does not begin with a version and `_`",
                "db/1_a.sql: SQL above `-- +goose Up`",
                "db/2_b.sql: `-- +goose Down` cannot stand here",
                "db/3_c.sql:2: this StatementBegin has no StatementEnd",
                "db/4_d.sql:2: this StatementEnd has no StatementBegin",
                "db/5_e.sql:2: goose does not know this annotation",
                "db/6_f.sql: SQL above `-- +goose Up`",
                "db/08_h.sql:3: goose fills in environment variables here, which a revision cannot hold",
                "db/9_j.sql:2: goose does not know this annotation",
            ]
        );
    }
}
