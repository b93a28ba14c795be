//! Random schemas reach each other.

use proptest::{prelude::*, sample::subsequence};

use super::Way;

/// Columns, of which a table has some; each but the first in two forms.
const COLUMNS: &[&[&str]] = &[
    &[
        "id INTEGER PRIMARY KEY",
        "id INTEGER PRIMARY KEY AUTOINCREMENT",
        "id INT UNIQUE",
    ],
    &[
        "a INT",
        "a INT NOT NULL DEFAULT 1",
        "a TEXT",
        "a INT CHECK (a > 0)",
    ],
    &[
        "b",
        "b UNIQUE",
        "b DEFAULT (1 + 1)",
        "b TEXT COLLATE NOCASE",
    ],
    &["\"c d\" REAL", "\"c d\" REAL DEFAULT 2.5", "\"c d\" BLOB"],
    &[
        "up REFERENCES t0 (id)",
        "up INT",
        "up REFERENCES t1 (id) ON DELETE CASCADE",
    ],
    &[
        "g AS (id + 1)",
        "g AS (id + 2)",
        "g AS (id) STORED",
        "g INT",
    ],
];

const CONSTRAINTS: &[&str] = &[
    "UNIQUE (id, id)",
    "CHECK (id <> -1)",
    "CONSTRAINT k CHECK (id > -5)",
];

/// Things on a table, by its number.
const PARTS: &[&str] = &[
    "CREATE INDEX i# ON t# (id)",
    "CREATE UNIQUE INDEX i# ON t# (id)",
    "CREATE INDEX j# ON t# (id DESC) WHERE id > 0",
    "CREATE VIEW v# AS SELECT id FROM t#",
    "CREATE VIEW v# AS SELECT * FROM t#",
    "CREATE VIEW w# AS SELECT id FROM v#",
    "CREATE TRIGGER r# AFTER INSERT ON t# BEGIN UPDATE t# SET id = id WHERE 0; END",
    "CREATE TRIGGER r# AFTER DELETE ON t# BEGIN DELETE FROM t0 WHERE 0; END",
];

fn table(number: usize) -> impl Strategy<Value = String> {
    let columns: Vec<_> = COLUMNS[1..]
        .iter()
        .map(|forms| proptest::option::of(proptest::sample::select(*forms)))
        .collect();
    (
        proptest::sample::select(COLUMNS[0]),
        columns,
        subsequence(CONSTRAINTS, 0..=2),
        subsequence(PARTS, 0..=4),
        any::<bool>(),
    )
        .prop_map(move |(id, columns, constraints, parts, there)| {
            if !there && number > 0 {
                return String::new();
            }
            let mut all = vec![id];
            all.extend(columns.into_iter().flatten());
            all.extend(constraints);
            let mut script = format!("CREATE TABLE t{number} ({});", all.join(", "));
            let mut names = std::collections::BTreeSet::new();
            for part in parts {
                let name = part.split('#').next().unwrap().split(' ').next_back();
                if names.insert(name) {
                    script.push_str(&part.replace('#', &number.to_string()));
                    script.push(';');
                }
            }
            script
        })
}

fn schema() -> impl Strategy<Value = String> {
    (table(0), table(1), table(2)).prop_map(|(a, b, c)| format!("{a}{b}{c}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reach_each_other((a, b) in (schema(), schema())) {
        Way::plain(&a, &b).walk();
    }
}

/// What referred to a table that is made on the way back was emptied, and that is told.
#[test]
fn a_reference_to_what_went_is_told_to_be_emptied() {
    Way::plain(
        "CREATE TABLE t0 (id INTEGER PRIMARY KEY, up REFERENCES t1 (id));
         CREATE TABLE t1 (id INT UNIQUE, b UNIQUE, UNIQUE (id, id), CONSTRAINT k CHECK (id > -5));",
        "CREATE TABLE t0 (id INT UNIQUE, up REFERENCES t0 (id));",
    )
    .walk();
}
