//! golang-migrate: `<version>_<title>.up.<ending>` and `….down.<ending>`.
//!
//! The rules are those of `source/parse.go`, `source/iofs/iofs.go` and of the
//! drivers:
//!
//! * the name has to match `^([0-9]+)_(.*)\.(down|up)\.(.*)$`, otherwise the
//!   file is ignored; versions are `uint64`; two files with one version and
//!   direction are an error;
//! * a script is sent in one piece. PostgreSQL takes several statements as one
//!   transaction, unless the script has a BEGIN and a COMMIT of its own; a
//!   single statement runs by itself, so that `CREATE INDEX CONCURRENTLY` works;
//! * on SQLite it runs in a transaction (`x-no-tx-wrap` aside);
//! * the table holds one row: the highest version.

use super::{
    Listing, Raw, Tool,
    draft::Draft,
    pairs::{self, Half},
};
use crate::{
    layout::header::bad,
    model::{Direction, SnapshotFile},
};

pub(super) fn read(listing: &Listing) -> Raw {
    let mut halves = Vec::new();
    let mut findings = Vec::new();
    for (file, name) in listing.top() {
        match half(file, name) {
            Some(Ok(half)) => halves.push(half),
            Some(Err(version)) => findings.push(
                bad(format!("the version {version} is too large"))
                    .at(&listing.unread(file), 0..0, "")
                    .help("golang-migrate ignores such a file; rename it"),
            ),
            None => {}
        }
    }
    let mut raw = pairs::join(listing, Tool::GolangMigrate, halves, |_, source| {
        Ok(Draft::whole(source, false))
    });
    raw.findings.splice(0..0, findings);
    raw
}

/// `None` for a file that golang-migrate ignores.
pub(super) fn half<'a>(
    file: &'a SnapshotFile,
    name: &'a str,
) -> Option<Result<Half<'a, u64>, &'a str>> {
    let (label, rest) = name.split_once('_')?;
    if label.is_empty() || !label.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // The expression is greedy: of several `.up.` the last one counts.
    let (at, direction) = [(".up.", Direction::Up), (".down.", Direction::Down)]
        .into_iter()
        .filter_map(|(mark, direction)| Some((rest.rfind(mark)?, direction)))
        .max_by_key(|(at, _)| *at)?;
    Some(label.parse().map_err(|_| label).map(|version| Half {
        version,
        label,
        name: rest.get(..at).unwrap_or_default(),
        direction,
        file,
    }))
}

#[cfg(test)]
mod tests {
    use crate::{
        layout::foreign::{
            Tool,
            testing::{findings, outline},
        },
        model::Dialect::{Postgres, Sqlite},
    };

    #[test]
    fn pairs_by_number() {
        let files = [
            ("000010_b.up.sql", "BEGIN;\nCREATE TABLE b ();\nCOMMIT;\n"),
            ("000010_b.down.sql", "-- nothing\n"),
            ("000009_a.up.sql", "CREATE TABLE a ();"),
            ("000009_a.down.sql", "DROP TABLE a;"),
            (
                "000011_c.up.pgsql",
                "CREATE UNIQUE INDEX CONCURRENTLY i ON a (x);",
            ),
            ("000011_c.down.pgsql", "DROP INDEX CONCURRENTLY i;"),
            ("embed.go", "package migrations"),
            ("12_x.sql", "no direction"),
        ];
        assert_eq!(
            outline(&files, Tool::GolangMigrate, Postgres),
            "v000009 a | CREATE TABLE a (); | DROP TABLE a;\n\
             v000010 b | CREATE TABLE b (); | -\n\
             v000011 c | CREATE UNIQUE INDEX CONCURRENTLY i ON a (x); (outside) | DROP INDEX CONCURRENTLY i; (outside)\n"
        );
        assert_eq!(
            outline(&files[2..4], Tool::GolangMigrate, Sqlite),
            "v000009 a | CREATE TABLE a (); | DROP TABLE a; (keys off)\n"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let files = [
            ("1_a.up.sql", ""),
            ("01_b.up.sql", ""),
            ("2_c.down.sql", ""),
            ("99999999999999999999_d.up.sql", ""),
        ];
        assert_eq!(
            findings(&files, Tool::GolangMigrate, Postgres),
            [
                "db/99999999999999999999_d.up.sql: the version 99999999999999999999 is too large",
                "db/1_a.up.sql: two migrations have the version 1",
                "db/2_c.down.sql: version 2 has a down script and no up script",
            ]
        );
    }
}
