use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::*;
use crate::{
    config::Env,
    workflow::{Interrupt, Options},
};

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(TempDir::new().unwrap());
        place.write("teammig.yaml", "environments:\n  dev: sqlite:dev.db\n");
        place
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn context(&self) -> Context {
        Context::new(
            self.0.path().to_owned(),
            Env::of(&[("TEAMMIG_NOW", "2026-11-22T10:00:00Z")]),
            Options::default(),
            Interrupt::default(),
        )
        .unwrap()
    }

    fn list(&self, path: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.at(path)) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Writes the files; the number of them.
    fn import(&self, request: &Request) -> Result<usize, String> {
        let context = self.context();
        let proposal = propose(&context, request, None).map_err(words)?;
        apply(&context, &proposal, None, &mut |_| {}).map_err(words)?;
        Ok(proposal.new_files())
    }

    fn adopt(&self, request: &Request) -> Result<Adoption, String> {
        let context = self.context();
        let mut database = context.database().map_err(words)?;
        let proposal = propose(&context, request, Some(&mut *database)).map_err(words)?;
        apply(&context, &proposal, Some(&mut *database), &mut |_| {}).map_err(words)?;
        Ok(proposal.adoption.unwrap())
    }

    fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.at("dev.db"))
            .unwrap()
            .execute_batch(sql)
            .unwrap();
    }

    fn ledger(&self) -> Vec<(String, String)> {
        let context = self.context();
        let mut database = context.database().unwrap();
        let ledger = context.ledger(&mut *database).unwrap();
        ledger
            .entries
            .iter()
            .map(|entry| {
                (
                    entry.revision.to_string(),
                    entry.applied_at.unwrap_or_default().to_string(),
                )
            })
            .collect()
    }
}

fn words(error: Error) -> String {
    match error {
        Error::Findings(findings) => findings[0].message.clone(),
        other => other.to_string(),
    }
}

fn request(path: &str) -> Request {
    Request {
        path: Path::new(path).to_owned(),
        from: None,
        into: None,
        dialect: None,
        table: None,
    }
}

fn ids(ids: &[RevId]) -> Vec<&str> {
    ids.iter().map(RevId::as_str).collect()
}

#[test]
fn files_are_written_once_and_later_ones_added() {
    let place = Place::new();
    place.write("old/0001_one.sql", "SELECT 1;");
    place.write("old/20240313170000_two.sql", "SELECT 2;");
    assert_eq!(place.import(&request("old")), Ok(2));
    let files = ["2024-03-13_20240313170000_two.sql", "v0001_one.sql"];
    assert_eq!(place.list("migrations"), files);
    assert_eq!(place.import(&request("old")), Ok(0));
    place.write("old/20240314170000_three.sql", "SELECT 3;");
    assert_eq!(place.import(&request("old")), Ok(1));
    let text =
        fs::read_to_string(place.at("migrations/2024-03-14_20240314170000_three.sql")).unwrap();
    assert!(text.contains("parents: [\"20240313170000\"]"), "{text}");
    assert_eq!(place.list("old").len(), 3);
}

#[test]
fn what_does_not_fit_is_refused() {
    let place = Place::new();
    place.write("old/1_one.sql", "SELECT 1;");
    place.write("old/3_three.sql", "SELECT 3;");
    assert_eq!(place.import(&request("old")), Ok(2));
    place.write("old/2_two.sql", "SELECT 2;");
    assert_eq!(
        place.import(&request("old")).unwrap_err(),
        "old has v2 now before v3, which is imported already"
    );
    fs::remove_file(place.at("old/2_two.sql")).unwrap();
    place.write("old/1_one.sql", "SELECT 'one';");
    assert_eq!(
        place.import(&request("old")).unwrap_err(),
        "there is a revision v1 already, and it is not what old has"
    );
    // Comments are no difference.
    place.write("old/1_one.sql", "-- why\nSELECT 1;\n");
    assert_eq!(place.import(&request("old")), Ok(0));
    place.write(
        "migrations/own.sql",
        "-- teammig:\n--   revision: abcdef\n--   parents: [v3]\n\n-- migrate:up\n",
    );
    place.write("old/4_four.sql", "SELECT 4;");
    assert_eq!(
        place.import(&request("old")).unwrap_err(),
        "old goes on after v3, and so did the revisions here (the head is abcdef)"
    );
    place.write("other/7_seven.sql", "SELECT 7;");
    assert_eq!(
        place.import(&request("other")).unwrap_err(),
        "there are revisions already (the head is abcdef)"
    );
}

#[test]
fn the_source_s_own_folder_is_no_target() {
    let place = Place::new();
    place.write("migrations/1_one/up.sql", "SELECT 1;");
    let error = place.import(&request("migrations")).unwrap_err();
    assert!(error.contains("is also the folder"), "{error}");
    let error = place
        .import(&request("./migrations/../migrations/"))
        .unwrap_err();
    assert!(error.contains("is also the folder"), "{error}");
    let into = Request {
        into: Some("migrations/new".into()),
        ..request("migrations")
    };
    assert_eq!(place.import(&into), Ok(1));
    // The new folder is not taken for a migration of diesel.
    assert_eq!(place.import(&into), Ok(0));
    assert_eq!(place.list("migrations"), ["1_one", "new"]);
    assert_eq!(place.list("migrations/new"), ["v1_one.sql"]);
}

#[test]
fn all_files_or_none() {
    let place = Place::new();
    place.write(
        "teammig.yaml",
        "migrations: db/new\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    place.write("old/1_one.sql", "SELECT 1;");
    place.write("old/2_two.sql", "SELECT 2;\n-- migrate:down\n");
    let sqlx = Request {
        from: Some(Tool::Sqlx),
        ..request("old")
    };
    let error = place.import(&sqlx).unwrap_err();
    assert!(error.contains("reads as a marker"), "{error}");
    assert!(!place.at("db").exists());
    // A name that is taken by something that is no revision.
    place.write("old/2_two.sql", "SELECT 2;");
    fs::create_dir_all(place.at("db/new/v2_two.sql")).unwrap();
    assert!(place.import(&request("old")).is_err());
    assert_eq!(place.list("db/new"), ["v2_two.sql"]);
}

#[test]
fn wishes_to_stop_leave_nothing() {
    let place = Place::new();
    place.write("old/1_one.sql", "SELECT 1;");
    let context = place.context();
    let proposal = propose(&context, &request("old"), None).unwrap();
    context.interrupt.ask();
    assert!(matches!(
        apply(&context, &proposal, None, &mut |_| {}),
        Err(Error::Stopped)
    ));
    assert!(!place.at("migrations").exists());
}

#[test]
fn a_template_without_a_time_for_versions_without_one() {
    for (template, want) in [
        ("{epoch}-{revision}.sql", "v1.sql"),
        ("{revision}_{date}.sql", "v1.sql"),
        ("{date}T{time}_{revision}_{slug}.sql", "Tv1_one.sql"),
    ] {
        let place = Place::new();
        place.write(
            "teammig.yaml",
            &format!("file_template: \"{template}\"\nenvironments:\n  dev: sqlite:dev.db\n"),
        );
        place.write("old/1_one.sql", "SELECT 1;");
        assert_eq!(place.import(&request("old")), Ok(1));
        assert_eq!(place.list("migrations"), [want], "{template}");
    }
}

#[test]
fn the_dialect_comes_from_the_database_and_is_held_against_the_words() {
    let place = Place::new();
    place.write("old/1_one.sql", "ALTER TABLE a ALTER COLUMN b TYPE text;");
    assert_eq!(
        place.import(&request("old")).unwrap_err(),
        "these scripts are written for PostgreSQL, and the database here is SQLite"
    );
    let postgres = Request {
        dialect: Some(Dialect::Postgres),
        ..request("old")
    };
    assert_eq!(place.import(&postgres), Ok(1));
}

#[test]
fn one_of_two_tools_by_what_is_around() {
    let place = Place::new();
    place.write("old/1_one.up.sql", "SELECT 1;");
    assert_eq!(
        place.import(&request("old")).unwrap_err(),
        "old looks like migrations of sqlx and of golang-migrate"
    );
    let tool = |place: &Place| {
        propose(&place.context(), &request("old"), None)
            .unwrap()
            .tool
    };
    place.write("go.mod", "");
    assert_eq!(tool(&place), Tool::GolangMigrate);
    place.write("old/Cargo.toml", "");
    assert_eq!(tool(&place), Tool::Sqlx);
}

#[test]
fn adoption_records_what_the_source_has_applied() {
    let place = Place::new();
    for n in 1..=4 {
        place.write(
            &format!("old/000{n}_x.sql"),
            &format!("-- +goose Up\nCREATE TABLE t{n} (a);\n"),
        );
    }
    let error = place.adopt(&request("old")).unwrap_err();
    assert!(error.contains("has no table goose_db_version"), "{error}");
    assert!(!place.at("migrations").exists() && !place.at("dev.db").exists());
    place.sql(
        "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied \
         INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
         INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (0, 1, '2024-01-01 00:00:00'),
         (1, 1, '2024-01-02 03:04:05'), (3, 1, '2024-01-03 00:00:00');",
    );
    let adoption = place.adopt(&request("old")).unwrap();
    assert_eq!(ids(&adoption.applied), ["v0001", "v0003"]);
    assert_eq!(ids(&adoption.gaps), ["v0002"]);
    assert_eq!(ids(&adoption.pending), ["v0002", "v0004"]);
    let rows = [
        ("v0001".to_owned(), "2024-01-02T03:04:05Z".to_owned()),
        ("v0003".to_owned(), "2024-01-03T00:00:00Z".to_owned()),
    ];
    assert_eq!(place.ledger(), rows);
    // Again, and after the source went on.
    assert!(place.adopt(&request("old")).unwrap().to_record.is_empty());
    place.sql("INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, 1)");
    assert_eq!(
        ids(&place.adopt(&request("old")).unwrap().to_record),
        ["v0002"]
    );
    place.sql("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9, 1)");
    let error = place.adopt(&request("old")).unwrap_err();
    assert!(
        error.contains("has a version applied that old does not hold"),
        "{error}"
    );
}

#[test]
fn one_row_stands_for_all_below() {
    let place = Place::new();
    for n in [1, 2, 10] {
        place.write(&format!("old/{n}_x.up.sql"), "SELECT 1;");
    }
    let request = Request {
        from: Some(Tool::GolangMigrate),
        ..request("old")
    };
    place.sql("CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)");
    let error = place.adopt(&request).unwrap_err();
    assert!(error.contains("has no column `dirty`"), "{error}");
    place.sql(
        "DROP TABLE schema_migrations; CREATE TABLE schema_migrations (version uint64, dirty bool); INSERT INTO \
         schema_migrations VALUES (2, false)",
    );
    let adoption = place.adopt(&request).unwrap();
    assert_eq!(ids(&adoption.applied), ["v1", "v2"]);
    assert!(adoption.assumed && adoption.gaps.is_empty());
    place.sql("UPDATE schema_migrations SET version = 3");
    let error = place.adopt(&request).unwrap_err();
    assert!(
        error.contains("has a version applied that old does not hold"),
        "{error}"
    );
    place.sql("UPDATE schema_migrations SET version = 10, dirty = true");
    let error = place.adopt(&request).unwrap_err();
    assert!(
        error.contains("calls version 10 failed or half done"),
        "{error}"
    );
}

#[test]
fn checksums_of_the_source_are_held_against_the_files() {
    let place = Place::new();
    place.write("old/1_a.sql", "SELECT 1;\r\n");
    place.write("old/2_b.sql", "SELECT 2;\n");
    // printf 'SELECT 1;\n' | sha384sum
    let sum = "24454095d8d7876ca8e842f34296ca645c83e0f7b50f048c99db4b2ff4da659267afc4ef3e994f3d74e18c741165d931";
    place.sql(&format!(
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT \
         NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
         INSERT INTO _sqlx_migrations VALUES (1, '', CURRENT_TIMESTAMP, true, x'{sum}', 1), (2, '', CURRENT_TIMESTAMP, true, \
         x'{sum}', 1);"
    ));
    let adoption = place.adopt(&request("old")).unwrap();
    assert_eq!(ids(&adoption.changed), ["v2"]);
    assert_eq!(place.ledger().len(), 2);
}
