//! sqlx: `<version>_<description>.sql`, or `.up.sql` with `.down.sql`.
//!
//! The rules are those of `sqlx-core/src/migrate/source.rs`:
//!
//! * only the folder itself is read; a name without `_`, or one that does not
//!   end in `.sql`, is ignored; what stands before the first `_` has to be an
//!   `i64`, and decides the order;
//! * a script runs in one transaction unless its first bytes are
//!   `-- no-transaction`. It is then sent in one piece, which PostgreSQL takes
//!   as one transaction if it holds several statements;
//! * the checksum is SHA-384 over the up file's bytes.

use super::{
    Listing, Raw, Tool,
    draft::Draft,
    pairs::{self, Half},
};
use crate::{
    layout::header::bad,
    model::{Direction, Finding, SnapshotFile, SourceFile},
};

const NO_TRANSACTION: &str = "-- no-transaction";

pub(super) fn read(listing: &Listing) -> Raw {
    let mut halves = Vec::new();
    let mut findings = Vec::new();
    for (file, name) in listing.top() {
        match half(file, name) {
            Some(Ok(half)) => halves.push(half),
            Some(Err(version)) => findings.push(not_a_number(listing, file, version)),
            None => {}
        }
    }
    let mut raw = pairs::join(listing, Tool::Sqlx, halves, |_, source| Ok(draft(source)));
    raw.findings.splice(0..0, findings);
    raw
}

/// `None` for a file that sqlx ignores, `Err` with what is no number.
pub(super) fn half<'a>(
    file: &'a SnapshotFile,
    name: &'a str,
) -> Option<Result<Half<'a, i64>, &'a str>> {
    let (label, rest) = name.split_once('_')?;
    let rest = rest.strip_suffix(".sql")?;
    let (name, direction) = if let Some(name) = rest.strip_suffix(".up") {
        (name, Direction::Up)
    } else if let Some(name) = rest.strip_suffix(".down") {
        (name, Direction::Down)
    } else {
        (rest, Direction::Up)
    };
    Some(label.parse().map_err(|_| label).map(|version| Half {
        version,
        label,
        name,
        direction,
        file,
    }))
}

fn draft(source: &SourceFile) -> Draft {
    let no_transaction = source.text.starts_with(NO_TRANSACTION);
    let mut draft = Draft::whole(source, no_transaction);
    // The option stands after the marker now.
    let line = source.text.lines().next().unwrap_or_default();
    if no_transaction && line.trim_end() == NO_TRANSACTION {
        draft.blank(0..line.len());
    }
    draft
}

fn not_a_number(listing: &Listing, file: &SnapshotFile, version: &str) -> Finding {
    bad(format!(
        "`{version}` is not a version of sqlx: it has to be a number"
    ))
    .at(&listing.unread(file), 0..0, "")
    .help("sqlx stops at such a file too; rename it, or move it out of the folder")
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
    fn one_file_or_two() {
        let files = [
            ("10_last.sql", "SELECT 10;"),
            ("9_both.down.sql", "DROP TABLE t;"),
            ("9_both.up.sql", "CREATE TABLE t ();"),
            (
                "0001_first.sql",
                "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);\n",
            ),
            ("README.md", "not read \u{0}"),
            ("notes.sql", "no underscore"),
            ("sub/1_x.sql", "not in the folder itself"),
        ];
        assert_eq!(
            outline(&files, Tool::Sqlx, Postgres),
            "v0001 first | CREATE INDEX CONCURRENTLY i ON t (a); (outside) | -\n\
             v9 both | CREATE TABLE t (); | DROP TABLE t;\n\
             v10 last | SELECT 10; | -\n"
        );
        let source = import(&files, Tool::Sqlx, Postgres);
        let versions: Vec<_> = source.revisions.iter().map(|r| &*r.version).collect();
        assert_eq!(versions, ["1", "9", "10"]);
    }

    #[test]
    fn the_mark_has_to_come_first() {
        let files = [
            ("1_a.sql", "\n-- no-transaction\nSELECT 1;"),
            ("2_b.sql", "-- no-transaction, since …\nSELECT 2;"),
        ];
        assert_eq!(
            outline(&files, Tool::Sqlx, Postgres),
            "v1 a | -- no-transaction SELECT 1; | -\n\
             v2 b | -- no-transaction, since … SELECT 2; (outside) | -\n"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let files = [
            ("1_a.sql", "SELECT 1;"),
            ("01_b.up.sql", "SELECT 1;"),
            ("3_c.down.sql", "SELECT 1;"),
            ("v4_d.sql", "SELECT 1;"),
        ];
        assert_eq!(
            findings(&files, Tool::Sqlx, Postgres),
            [
                "db/v4_d.sql: `v4` is not a version of sqlx: it has to be a number",
                "db/1_a.sql: two migrations have the version 1",
                "db/3_c.down.sql: version 3 has a down script and no up script",
            ]
        );
    }
}
