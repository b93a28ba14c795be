//! Which tool a folder belongs to, from its files' names and annotations.

use super::{
    Listing, Tool, dbmate,
    flyway::{self, Kind},
    golang_migrate, goose,
    listing::{base_name, ending},
    sqlx,
};
use crate::model::SnapshotFile;

/// What a folder looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detection {
    /// One tool.
    One(Tool),
    /// Several tools would read these files.
    Several(Vec<Tool>),
    /// No tool that is known here.
    Nothing {
        /// What it may be instead.
        instead: Option<String>,
        /// Folders below it that look like one of the tools.
        below: Vec<String>,
    },
}

/// Looks at a folder.
pub fn detect(listing: &Listing) -> Detection {
    let mut tools = candidates(listing);
    match tools.len() {
        1 => tools.pop().map_or_else(|| nothing(listing), Detection::One),
        0 => nothing(listing),
        _ => Detection::Several(tools),
    }
}

fn candidates(listing: &Listing) -> Vec<Tool> {
    let mut found = Vec::new();
    let is_diesel = listing.files().iter().any(|file| {
        matches!(file.path.split('/').collect::<Vec<_>>().as_slice(), [folder, "up.sql"] if !folder.starts_with('.'))
    });
    if is_diesel {
        found.push(Tool::Diesel);
    }
    let (mut goose, mut dbmate, mut plain, mut paired, mut other_ending) =
        (false, false, false, false, false);
    for (file, name) in listing.top() {
        let is_pair = golang_migrate::half(file, name).is_some();
        let is_sql = ending(name) == "sql";
        paired |= is_pair;
        other_ending |= is_pair && !is_sql;
        if !is_sql || is_pair {
            continue;
        }
        let text = text(file);
        // Our own files have dbmate's markers too.
        if is_own(&text) {
            continue;
        }
        let annotated = goose::numbered(name).is_some() && goose::is_annotated(&text);
        let marked = dbmate::numbered(name).is_some() && dbmate::is_marked(&text);
        goose |= annotated;
        dbmate |= marked;
        plain |= sqlx::half(file, name).is_some_and(|half| half.is_ok());
    }
    // A file without its mark in a folder of marked ones is a mistake, and the
    // marked tool says so.
    if goose {
        found.push(Tool::Goose);
    }
    if dbmate {
        found.push(Tool::Dbmate);
    }
    if !goose && !dbmate {
        if (paired || plain) && !other_ending {
            found.push(Tool::Sqlx);
        }
        if paired && !plain {
            found.push(Tool::GolangMigrate);
        }
        // The one mark that only sqlx knows.
        if found.contains(&Tool::Sqlx) && listing.top().any(|(file, _)| says_no_transaction(file)) {
            found.retain(|tool| *tool != Tool::GolangMigrate);
        }
    } else if paired {
        found.push(Tool::GolangMigrate);
    }
    let is_flyway = listing
        .files()
        .iter()
        .any(|file| matches!(flyway::kind(base_name(&file.path)), Kind::Versioned(..)));
    if is_flyway {
        found.push(Tool::Flyway);
    }
    found
}

fn is_own(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "-- teammig:")
}

fn says_no_transaction(file: &SnapshotFile) -> bool {
    file.content
        .as_ref()
        .is_ok_and(|bytes| bytes.starts_with(b"-- no-transaction"))
}

fn text(file: &SnapshotFile) -> String {
    file.content
        .as_ref()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default()
}

fn nothing(listing: &Listing) -> Detection {
    let has = |name: &str| listing.top().any(|(_, top)| top == name);
    let ends = |ending: &str| {
        listing
            .files()
            .iter()
            .any(|file| file.path.ends_with(ending))
    };
    let own = listing
        .top()
        .any(|(file, name)| ending(name) == "sql" && is_own(&text(file)));
    let instead = if own {
        Some("these are teammig's own revisions".to_owned())
    } else {
        [
            (has("atlas.sum"), "Atlas"),
            (ends("/migration.sql"), "Prisma or Drizzle"),
            (has("sqitch.plan"), "Sqitch"),
            (has("env.py") || has("alembic.ini"), "Alembic"),
            (has("__init__.py"), "Django"),
            (ends(".rb"), "Rails"),
        ]
        .into_iter()
        .find(|(found, _)| *found)
        .map(|(_, tool)| format!("this looks like {tool}, which cannot be taken over"))
    };
    Detection::Nothing {
        instead,
        below: below(listing),
    }
}

/// Folders, one or more levels down, that would be recognised by themselves.
fn below(listing: &Listing) -> Vec<String> {
    let mut folders: Vec<&str> = listing
        .files()
        .iter()
        .flat_map(|file| {
            file.path
                .match_indices('/')
                .filter_map(|(at, _)| file.path.get(..at))
        })
        .collect();
    folders.sort_unstable();
    folders.dedup();
    let mut found: Vec<String> = Vec::new();
    for folder in folders {
        // Below a folder that was recognised there is nothing more to find.
        if found
            .iter()
            .any(|above| folder.starts_with(&format!("{above}/")))
        {
            continue;
        }
        let files = listing
            .files()
            .iter()
            .filter_map(|file| {
                let path = file.path.strip_prefix(folder)?.strip_prefix('/')?;
                Some(SnapshotFile {
                    path: path.into(),
                    ..file.clone()
                })
            })
            .collect();
        if !candidates(&Listing::new("", files)).is_empty() {
            found.push(folder.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::foreign::testing::listing;

    fn look(files: &[(&str, &str)]) -> Detection {
        detect(&listing(files))
    }

    #[test]
    fn one_tool() {
        use Detection::One;
        let table: [(&[(&str, &str)], Tool); 9] = [
            (&[("1_a/up.sql", ""), ("README", "")], Tool::Diesel),
            (
                &[
                    ("1_a.sql", "SELECT 1"),
                    ("2_b.up.sql", ""),
                    ("2_b.down.sql", ""),
                ],
                Tool::Sqlx,
            ),
            (&[("1_a.sql", "SELECT 1")], Tool::Sqlx),
            (&[("1_a.up.sql", "-- no-transaction\n")], Tool::Sqlx),
            (&[("1_a.up.pgsql", "")], Tool::GolangMigrate),
            (
                &[("1_a.sql", "-- migrate:up\n"), ("2_b.sql", "SELECT 1;")],
                Tool::Dbmate,
            ),
            (
                &[("1_a.sql", "-- +goose Up\n"), ("2_b.go", "")],
                Tool::Goose,
            ),
            (&[("V1__a.sql", ""), ("R__b.sql", "")], Tool::Flyway),
            (&[("2024/V1__a.sql", "")], Tool::Flyway),
        ];
        for (files, tool) in table {
            assert_eq!(look(files), One(tool), "{files:?}");
        }
    }

    #[test]
    fn several_or_none() {
        assert_eq!(
            look(&[("1_a.up.sql", ""), ("1_a.down.sql", "")]),
            Detection::Several(vec![Tool::Sqlx, Tool::GolangMigrate])
        );
        assert_eq!(
            look(&[("1_a.sql", "-- +goose Up"), ("1_a/up.sql", "")]),
            Detection::Several(vec![Tool::Diesel, Tool::Goose])
        );
        assert_eq!(
            look(&[
                ("sqlite/1_a/up.sql", ""),
                ("postgresql/1_a/up.sql", ""),
                ("x/y/1.sql", "")
            ]),
            Detection::Nothing {
                instead: None,
                below: vec!["postgresql".to_owned(), "sqlite".to_owned()]
            }
        );
        let words = |files: &[(&str, &str)]| match look(files) {
            Detection::Nothing { instead, .. } => instead,
            other => panic!("{other:?}"),
        };
        let own = "-- teammig:\n--   revision: a\n-- migrate:up\n";
        assert!(words(&[("2024_x.sql", own)]).unwrap().contains("own"));
        assert!(
            words(&[("20240101_a/migration.sql", "")])
                .unwrap()
                .contains("Prisma")
        );
        assert_eq!(words(&[]), None);
    }
}
