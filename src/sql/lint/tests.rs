//! What is found, rule by rule; and what holds for any text.

use std::collections::BTreeSet;

use proptest::prelude::*;
use squawk_linter::{Linter, Rule};

use super::testing::{HEADER, file, findings, found, migration};
use crate::model::{
    Dialect::{self, Postgres, Sqlite},
    LintOptions, Severity,
    lint::named,
};

/// Marker's options, script, and what is found: `rule: text`.
type Row<'a> = (&'a str, &'a str, &'a [&'a str]);

fn check(table: &[Row<'_>], dialect: Dialect) {
    for (options, script, want) in table {
        let migration = migration(options, script);
        assert_eq!(
            found(&migration, dialect, &LintOptions::default()),
            *want,
            "{options} {script}"
        );
        let crlf = file(&migration.file.text.replace('\n', "\r\n"));
        let rules = |all: Vec<String>| -> Vec<String> {
            all.into_iter()
                .map(|one| one.split(':').next().unwrap_or_default().to_owned())
                .collect()
        };
        assert_eq!(
            rules(found(&crlf, dialect, &LintOptions::default())),
            rules(want.iter().map(|&one| one.to_owned()).collect()),
            "with CRLF: {script}"
        );
    }
}

#[test]
fn postgres_locks_and_failures() {
    let table: &[Row<'_>] = &[
        (
            "",
            "CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL);",
            &[],
        ),
        (
            "",
            "ALTER TABLE t ADD COLUMN a text NOT NULL;",
            &["adding-required-field: ADD COLUMN a text NOT NULL"],
        ),
        (
            "",
            "ALTER TABLE t ADD COLUMN a text NOT NULL DEFAULT '';",
            &[],
        ),
        (
            "",
            "ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid();",
            &["adding-field-with-default: gen_random_uuid()"],
        ),
        (
            "",
            "CREATE INDEX i ON t (a);",
            &["require-concurrent-index-creation: CREATE INDEX i ON t (a)"],
        ),
        ("", "CREATE TABLE n (a int); CREATE INDEX i ON n (a);", &[]),
        (
            "",
            "CREATE INDEX CONCURRENTLY i ON t (a);",
            &["ban-concurrent-index-creation-in-transaction: CREATE INDEX CONCURRENTLY i ON t (a)"],
        ),
        (
            "transaction:false",
            "CREATE INDEX CONCURRENTLY i ON t (a);",
            &[],
        ),
        (
            "",
            "DROP INDEX CONCURRENTLY i;",
            &["not-in-transaction: DROP INDEX CONCURRENTLY i"],
        ),
        ("transaction:false", "DROP INDEX CONCURRENTLY i;", &[]),
        (
            "",
            "DROP INDEX i;",
            &["require-concurrent-index-deletion: DROP INDEX i"],
        ),
    ];
    check(table, Postgres);
}

#[test]
fn postgres_losses_and_constraints() {
    let table: &[Row<'_>] = &[
        (
            "",
            "ALTER TABLE t DROP COLUMN a;",
            &["ban-drop-column: DROP COLUMN a"],
        ),
        ("", "DROP TABLE t;", &["ban-drop-table: DROP TABLE t"]),
        (
            "",
            "ALTER TABLE t ALTER COLUMN a SET NOT NULL;",
            &["adding-not-nullable-field: SET NOT NULL"],
        ),
        (
            "",
            "ALTER TABLE t ALTER COLUMN a TYPE bigint;",
            &["changing-column-type: TYPE bigint"],
        ),
        (
            "",
            "ALTER TABLE t RENAME COLUMN a TO b;",
            &["renaming-column: RENAME COLUMN a TO b"],
        ),
        (
            "",
            "ALTER TABLE t RENAME TO u;",
            &["renaming-table: RENAME TO u"],
        ),
        (
            "",
            "ALTER TABLE t ADD CONSTRAINT c UNIQUE (a);",
            &["disallowed-unique-constraint: CONSTRAINT c UNIQUE (a)"],
        ),
        (
            "",
            "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (b);",
            &["adding-foreign-key-constraint: CONSTRAINT c FOREIGN KEY (a) REFERENCES u (b)"],
        ),
        (
            "",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);",
            &["constraint-missing-not-valid: ADD CONSTRAINT c CHECK (a > 0)"],
        ),
        (
            "",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;",
            &[],
        ),
        (
            "",
            "TRUNCATE t CASCADE;",
            &["ban-truncate-cascade: CASCADE"],
        ),
        // Refused before it runs (`unrunnable-script`), so not said twice.
        ("", "BEGIN; SELECT 1;", &[]),
        (
            "transaction:false",
            "BEGIN; SELECT 1;",
            &["ban-uncommitted-transaction: BEGIN"],
        ),
        // What others may like.
        (
            "",
            "CREATE TABLE u (a serial, b varchar(10), c timestamp, d int);",
            &[],
        ),
        ("", "DROP VIEW v; CREATE VIEW v AS SELECT 1;", &[]),
    ];
    check(table, Postgres);
}

#[test]
fn sqlite() {
    let table: &[Row<'_>] = &[
        (
            "",
            "CREATE TABLE t (a int NOT NULL); CREATE INDEX i ON t (a);",
            &[],
        ),
        ("", "DROP TABLE t;", &["ban-drop-table: DROP TABLE t"]),
        ("", "CREATE TABLE a (b); DROP TABLE a;", &[]),
        (
            "",
            "CREATE TABLE n (a); INSERT INTO n SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
            &["rebuild-with-foreign-keys-on: DROP TABLE t"],
        ),
        (
            "",
            "ALTER TABLE t RENAME TO old; CREATE TABLE \"T\" (a); DROP TABLE old;",
            &["rebuild-with-foreign-keys-on: DROP TABLE old"],
        ),
        (
            "foreign_keys:off",
            "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t;",
            &[],
        ),
        (
            "transaction:false",
            "PRAGMA foreign_keys = OFF; CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t;",
            &[],
        ),
        // Inside of a transaction the pragma does nothing.
        (
            "",
            "PRAGMA foreign_keys = OFF; CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t;",
            &["rebuild-with-foreign-keys-on: DROP TABLE t"],
        ),
        (
            "foreign_keys:off",
            "ALTER TABLE t RENAME TO u;",
            &["rename-leaves-references: ALTER TABLE t RENAME TO u"],
        ),
        ("", "ALTER TABLE t RENAME TO u;", &[]),
        (
            "foreign_keys:off",
            "PRAGMA legacy_alter_table = OFF; ALTER TABLE t RENAME TO u;",
            &[],
        ),
        (
            "",
            "ALTER TABLE t DROP COLUMN a;",
            &["ban-drop-column: ALTER TABLE t DROP COLUMN a"],
        ),
        (
            "",
            "/* ä */ ALTER TABLE t ADD a text NOT NULL;",
            &["adding-required-field: ALTER TABLE t ADD a text NOT NULL"],
        ),
        (
            "",
            "CREATE TABLE t (b); ALTER TABLE t ADD a text NOT NULL;",
            &[],
        ),
        ("", "VACUUM;", &["not-in-transaction: VACUUM"]),
        ("transaction:false", "VACUUM;", &[]),
        (
            "",
            "PRAGMA journal_mode = WAL;",
            &["not-in-transaction: PRAGMA journal_mode = WAL"],
        ),
        // A view's rows are elsewhere; text is text.
        (
            "",
            "DROP VIEW v; SELECT 'DROP TABLE t;'; -- DROP TABLE t;",
            &[],
        ),
    ];
    check(table, Sqlite);
}

#[test]
fn comments_switch_rules_off() {
    for dialect in [Postgres, Sqlite] {
        for (text, want) in [
            ("-- squawk-ignore ban-drop-table\nDROP TABLE t;", 0),
            ("DROP TABLE t; -- squawk-ignore ban-drop-table", 0),
            ("/* squawk-ignore ban-drop-table */\nDROP TABLE t;", 0),
            (
                "-- squawk-ignore ban-drop-column, ban-drop-table -- why\nDROP TABLE t;",
                0,
            ),
            ("-- squawk-ignore ban-drop-table\n\nDROP TABLE t;", 1),
            ("-- squawk-ignore ban-drop-column\nDROP TABLE t;", 1),
            ("-- squawk-ignore\nDROP TABLE t;", 1),
            (
                "DROP TABLE t;\nDROP TABLE u;\n-- squawk-ignore-file ban-drop-table\n",
                0,
            ),
            ("DROP TABLE t;\n-- squawk-ignore-file\n", 0),
            ("-- squawk-ignore-file ban-drop-column\nDROP TABLE t;", 1),
            ("-- squawk-ignore not-in-transaction\nVACUUM;", 0),
            ("SELECT '-- squawk-ignore-file';\nDROP TABLE t;", 1),
        ] {
            let all = found(&migration("", text), dialect, &LintOptions::default());
            assert_eq!(all.len(), want, "{dialect} {text}: {all:?}");
        }
        let text = "-- squawk-ignore ban-drop-tabel\nSELECT 1;";
        assert_eq!(
            found(&migration("", text), dialect, &LintOptions::default()),
            ["unused-ignore: ban-drop-tabel"]
        );
        // Above the way up, and in the way down.
        let above = format!("{HEADER}-- squawk-ignore-file\n-- migrate:up\nDROP TABLE t;\n");
        let below = format!(
            "{HEADER}-- migrate:up\nDROP TABLE t;\n-- migrate:down\nDROP TABLE ü;\n-- squawk-ignore-file\n"
        );
        for text in [above, below] {
            let all = found(&file(&text), dialect, &LintOptions::default());
            assert!(all.is_empty(), "{dialect} {all:?}");
        }
    }
}

#[test]
fn what_a_project_chooses() {
    let script = migration("", "DROP TABLE t; ALTER TABLE t ADD a int NOT NULL;");
    for dialect in [Postgres, Sqlite] {
        let options = LintOptions {
            exclude: BTreeSet::from(["ban-drop-table"]),
            error: BTreeSet::from(["adding-required-field"]),
            ..LintOptions::default()
        };
        let all = findings(&script, dialect, &options, &[]);
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(all[0].severity, Severity::Error);
        assert_eq!(all[0].rule.name(), "adding-required-field");
        assert!(all[0].help.is_some());
        let off = LintOptions {
            off: true,
            ..options
        };
        assert!(findings(&script, dialect, &off, &[]).is_empty());
    }
    let wanted = LintOptions {
        include: BTreeSet::from(["prefer-text-field"]),
        ..LintOptions::default()
    };
    let script = migration("", "CREATE TABLE t (a varchar(10));");
    assert_eq!(
        found(&script, Postgres, &wanted),
        ["prefer-text-field: varchar(10)"]
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let script = migration(
        "",
        "DROP TABLE a;\nSELEKT 1 FROM ü;\nDROP TABLE b;\nALTER TABLE",
    );
    let all = found(&script, Postgres, &LintOptions::default());
    assert_eq!(
        all,
        [
            "ban-drop-table: DROP TABLE a",
            "not-linted: SELEKT 1 FROM ü",
            "ban-drop-table: DROP TABLE b",
            "not-linted: ALTER TABLE",
        ]
    );
    let deep = migration("", &format!("SELECT {}1;", "(".repeat(100_000)));
    let all = findings(&deep, Postgres, &LintOptions::default(), &[]);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].rule.name(), "not-linted");
}

#[test]
fn the_version_counts() {
    let script = migration("", "VACUUM FULL t;");
    let rules = |version: Option<u32>| {
        let options = LintOptions {
            postgres: version,
            ..LintOptions::default()
        };
        let all = found(&script, Postgres, &options);
        all.iter().any(|one| one.starts_with("prefer-repack"))
    };
    assert!(!rules(None));
    assert!(!rules(Some(15)));
    assert!(rules(Some(19)));
}

#[test]
fn squawk_knows_the_rules_and_we_know_squawk_s() {
    let everything = LintOptions {
        include: named_all(),
        ..LintOptions::default()
    };
    for rule in everything.postgres_rules() {
        if rule == "not-in-transaction" {
            continue;
        }
        // It cannot be read back, as it is never switched on.
        if rule != "unused-ignore" {
            let theirs = Rule::try_from(rule).unwrap();
            assert_eq!(theirs.to_string(), rule);
        }
    }
    for rule in Linter::with_default_rules().rules {
        assert_eq!(named(&rule.to_string()), [rule.to_string()], "{rule}");
    }
}

/// Squawk's own opt-in rules, by the names in its documentation.
fn named_all() -> BTreeSet<&'static str> {
    let linter = Linter::with_default_rules();
    let names: Vec<String> = linter.rules.iter().map(ToString::to_string).collect();
    let more = [
        "require-table-schema",
        "ban-drop-trigger",
        "ban-alter-extension",
    ];
    names
        .iter()
        .map(String::as_str)
        .chain(more)
        .flat_map(named)
        .collect()
}

/// Pieces that rules look at, in any order.
const PIECES: &[&str] = &[
    "ALTER TABLE",
    "t",
    "ADD COLUMN",
    "DROP COLUMN",
    "a",
    "int",
    "NOT NULL",
    "DEFAULT",
    "(",
    ")",
    ";",
    ",",
    "'x'",
    "CREATE",
    "INDEX",
    "UNIQUE",
    "CONCURRENTLY",
    "ON",
    "TABLE",
    "VIEW",
    "AS",
    "SELECT",
    "DROP",
    "RENAME",
    "TO",
    "PRAGMA foreign_keys = off",
    "$$",
    "-- squawk-ignore ban-drop-table\n",
    "/* squawk-ignore-file x",
    "*/",
    "\"ü\"",
    "\r\n",
    "\u{feff}",
    "BEGIN",
    "COMMIT",
    "REFERENCES",
    "CHECK",
    "PRIMARY KEY",
    "CONSTRAINT",
    "FUNCTION f()",
    "LANGUAGE sql",
    "RETURNS int",
    "é",
    "'",
    "\"",
    "1",
    "::",
    "ALTER COLUMN",
    "TYPE",
    "SET",
    "VALIDATE",
    "NOT VALID",
    "ENUM",
    "DOMAIN",
    "PARTITION",
    "DETACH",
    "REINDEX",
    "CLUSTER",
    "VACUUM",
    "TRUNCATE",
    "CASCADE",
    "\\d x\n",
    ":a",
];

fn script() -> impl Strategy<Value = String> {
    let soup =
        prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|all| all.join(" "));
    prop_oneof![3 => soup, 1 => ".{0,80}"]
}

proptest! {
    #[test]
    fn any_text_is_judged(up in script(), down in script(), options in 0usize..3, rules in any::<bool>()) {
        let marker = ["", "transaction:false", "foreign_keys:off"][options];
        let text = format!("{HEADER}-- migrate:up {marker}\n{up}\n-- migrate:down\n{down}");
        let migration = file(&text);
        let choice = LintOptions {
            include: if rules { named_all() } else { BTreeSet::new() },
            ..LintOptions::default()
        };
        for dialect in [Postgres, Sqlite] {
            let all = findings(&migration, dialect, &choice, std::slice::from_ref(&migration));
            for finding in all {
                let place = finding.place.clone().unwrap();
                prop_assert!(place.file.text.get(place.span.clone()).is_some(), "{finding:?}");
                prop_assert!(!finding.message.contains("the linter failed"), "{text:?}");
                prop_assert!(!finding.message.ends_with('.'), "{finding:?}");
                for related in &finding.related {
                    prop_assert!(related.file.text.get(related.span.clone()).is_some());
                }
            }
        }
    }
}

mod engine;
