//! diesel: a folder `<version>_<name>` with `up.sql`, `down.sql` and, rarely,
//! `metadata.toml`.
//!
//! The rules are those of `diesel_migrations/migrations_internals/src/lib.rs`
//! and `diesel_migrations/src/file_based_migrations.rs`:
//!
//! * every folder that is not hidden and not empty has to have an `up.sql`;
//!   files beside the folders are ignored;
//! * the version is what stands before the first `_`, with the dashes taken
//!   out, so `2024-03-13_170000_sso` has the version `20240313`; versions are
//!   texts and are sorted as such;
//! * `run_in_transaction` of `metadata.toml` holds for both scripts. A file that
//!   does not say it means `false` (`#[serde(default)]` on a `bool`), a file
//!   that is not TOML is taken for absent.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    Listing, Raw, RawRevision, Tool,
    draft::Draft,
    listing::ending,
    pairs::{duplicate, without_up},
};
use crate::{
    layout::header::bad,
    model::{Finding, SnapshotFile},
};

pub(super) fn read(listing: &Listing) -> Raw {
    let mut folders: BTreeMap<&str, Vec<(&str, &SnapshotFile)>> = BTreeMap::new();
    for file in listing.files() {
        if let Some((folder, name)) = file.path.split_once('/')
            && !folder.starts_with('.')
        {
            folders.entry(folder).or_default().push((name, file));
        }
    }
    let mut raw = Raw::default();
    let mut by_version: BTreeMap<String, (&SnapshotFile, RawRevision)> = BTreeMap::new();
    for (folder, files) in folders {
        let of = |wanted: &str| {
            files
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, file)| *file)
        };
        let Some(up) = of("up.sql") else {
            raw.findings
                .extend(without_up_sql(listing, folder, &files, of("down.sql")));
            continue;
        };
        let read = migration(listing, folder, up, of("down.sql"), of("metadata.toml"));
        match read {
            Err(findings) => raw.findings.extend(findings),
            Ok(revision) => match by_version.entry(revision.version.clone()) {
                Entry::Vacant(place) => {
                    place.insert((up, revision));
                }
                Entry::Occupied(first) => raw.findings.push(duplicate(
                    listing,
                    first.key(),
                    up,
                    first.get().0,
                    Tool::Diesel,
                )),
            },
        }
    }
    raw.revisions = by_version.into_values().map(|(_, read)| read).collect();
    raw
}

fn migration(
    listing: &Listing,
    folder: &str,
    up: &SnapshotFile,
    down: Option<&SnapshotFile>,
    metadata: Option<&SnapshotFile>,
) -> Result<RawRevision, Vec<Finding>> {
    let no_transaction = metadata.is_some_and(|file| {
        file.content
            .as_ref()
            .ok()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .is_some_and(|text| !runs_in_transaction(text))
    });
    let read = |file| {
        listing
            .source(file)
            .map(|source| Draft::whole(&source, no_transaction))
    };
    let (version, name) = folder.split_once('_').unwrap_or((folder, ""));
    let version = version.replace('-', "");
    match (read(up), down.map(read).transpose()) {
        (Ok(up), Ok(down)) => Ok(RawRevision {
            label: version.clone(),
            version,
            name: name.to_owned(),
            part: None,
            up,
            down,
        }),
        (up, down) => Err([up.err(), down.err()]
            .into_iter()
            .flatten()
            .map(|finding| *finding)
            .collect()),
    }
}

/// A folder that is no migration: diesel refuses the whole directory then.
fn without_up_sql(
    listing: &Listing,
    folder: &str,
    files: &[(&str, &SnapshotFile)],
    down: Option<&SnapshotFile>,
) -> Option<Finding> {
    let (_, first) = files.first()?;
    Some(match down {
        Some(down) => without_up(listing, down, folder),
        None if files.iter().any(|(name, _)| ending(name) == "rs") => bad(format!(
            "the migration {folder} is Rust code, not SQL"
        ))
        .at(&listing.unread(first), 0..0, "")
        .help("write down as SQL what it does, in an up.sql beside it, and move the code away"),
        None => bad(format!("the folder {folder} has no up.sql"))
            .at(&listing.unread(first), 0..0, "")
            .help("diesel refuses a folder that is no migration; move it out of the way"),
    })
}

/// The one key of `metadata.toml`. A whole TOML reader would be a dependency
/// for a single word.
fn runs_in_transaction(toml: &str) -> bool {
    for line in toml.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            // Keys of tables are not this key.
            break;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        if key.trim().trim_matches('"') == "run_in_transaction" {
            let value = value.split('#').next().unwrap_or_default().trim();
            // A value of another type makes the file invalid, which is "absent".
            return value != "false";
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layout::foreign::testing::{findings, import, outline},
        model::Dialect::{Postgres, Sqlite},
    };

    #[test]
    fn versions_are_texts_without_dashes() {
        let files = [
            ("2024-03-13_170000_sso_userscascade/up.sql", "SELECT 3;"),
            ("2024-03-06-170000_add_sso_users/up.sql", "SELECT 2;"),
            ("2024-06-05-131359_duo/up.sql", "SELECT 4;"),
            ("00000000000000_diesel_initial_setup/up.sql", "SELECT 1;"),
            ("00000000000000_diesel_initial_setup/down.sql", "SELECT -1;"),
            ("2024-03-06-170000_add_sso_users/down.sql", "-- empty\n"),
            ("README.md", ""),
            (".git/config", ""),
        ];
        assert_eq!(
            outline(&files, Tool::Diesel, Postgres),
            "00000000000000 diesel initial setup | SELECT 1; | SELECT -1;\n\
             20240306170000 add sso users | SELECT 2; | -\n\
             20240313 170000 sso userscascade | SELECT 3; | -\n\
             20240605131359 duo | SELECT 4; | -\n"
        );
        let source = import(&files, Tool::Diesel, Postgres);
        assert_eq!(source.revisions[2].version, "20240313");
        assert_eq!(
            source.revisions[2]
                .created
                .map(|at| at.to_string())
                .as_deref(),
            Some("2024-03-13T00:00:00Z")
        );
    }

    #[test]
    fn metadata_counts_for_both_scripts() {
        let files = [
            ("1_a/up.sql", "CREATE INDEX CONCURRENTLY i ON t (a);"),
            ("1_a/down.sql", "DROP INDEX CONCURRENTLY i;"),
            ("1_a/metadata.toml", "run_in_transaction = false # why\n"),
            ("2_b/up.sql", "SELECT 1;"),
            ("2_b/metadata.toml", "run_in_transaction=true\n"),
        ];
        assert_eq!(
            outline(&files, Tool::Diesel, Postgres),
            "v1 a | CREATE INDEX CONCURRENTLY i ON t (a); (outside) | DROP INDEX CONCURRENTLY i; (outside)\n\
             v2 b | SELECT 1; | -\n"
        );
        for (toml, want) in [
            ("", false),
            ("# run_in_transaction = true\n", false),
            ("[table]\nrun_in_transaction = true\n", false),
            ("run_in_transaction = \"false\"", true),
            ("  \"run_in_transaction\" = false", false),
        ] {
            assert_eq!(runs_in_transaction(toml), want, "{toml:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let files = [
            ("2024-01-01_a/up.sql", ""),
            ("20240101_b/up.sql", ""),
            ("2_c/down.sql", ""),
            ("3_d/mod.rs", ""),
            ("4_e/notes.txt", ""),
        ];
        assert_eq!(
            findings(&files, Tool::Diesel, Sqlite),
            [
                "db/20240101_b/up.sql: two migrations have the version 20240101",
                "db/2_c/down.sql: version 2_c has a down script and no up script",
                "db/3_d/mod.rs: the migration 3_d is Rust code, not SQL",
                "db/4_e/notes.txt: the folder 4_e has no up.sql",
            ]
        );
    }
}
