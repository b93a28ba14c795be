//! What is tried, and in which order.

use super::*;
use crate::schema::Value;

fn schema(dialect: Dialect, parts: &[(&str, &[(&'static str, &str)])]) -> Schema {
    let mut schema = Schema::empty(dialect);
    for (path, payload) in parts {
        let path: Vec<&str> = path.split('.').collect();
        let table = FactId::new(Kind::Table, path[..1].to_vec());
        let (kind, parent) = match path.get(1) {
            None => (Kind::Table, None),
            Some(name) if name.starts_with('!') => (Kind::Constraint, Some(table)),
            Some(_) => (Kind::Column, Some(table)),
        };
        let mut fact = Fact::new(FactId::new(kind, path), parent);
        for (key, value) in *payload {
            fact.set(key, Value::new(*value));
        }
        schema.add(fact);
    }
    schema
}

fn first(schema: &Schema, row: usize) -> Vec<String> {
    let all = fillings(schema, false, &[]);
    all.iter().map(|one| one.search(row).statement()).collect()
}

#[test]
fn tables_that_others_refer_to_come_first_and_are_referred_to() {
    let schema = schema(
        Dialect::Sqlite,
        &[
            ("a", &[]),
            (
                "a.b_id",
                &[
                    ("type", "integer"),
                    ("references", "REFERENCES b (id) ON DELETE CASCADE"),
                ],
            ),
            ("b", &[]),
            (
                "b.id",
                &[("type", "integer"), ("primary key", "PRIMARY KEY")],
            ),
            ("c", &[]),
            ("c.x", &[("type", "integer")]),
            ("c.!1", &[("definition", "FOREIGN KEY (x) REFERENCES b")]),
        ],
    );
    assert_eq!(
        first(&schema, 0),
        [
            "INSERT INTO \"b\" (\"id\") VALUES (1001)",
            "INSERT INTO \"a\" (\"b_id\") VALUES ((SELECT \"id\" FROM \"b\" ORDER BY \"id\" LIMIT 1 OFFSET 0))",
            "INSERT INTO \"c\" (\"x\") VALUES ((SELECT \"id\" FROM \"b\" ORDER BY \"id\" LIMIT 1 OFFSET 0))",
        ]
    );
}

#[test]
fn what_checks_name_is_tried() {
    let schema = schema(
        Dialect::Postgres,
        &[
            ("t", &[]),
            ("t.state", &[("type", "text"), ("not null", "yes")]),
            ("t.size", &[("type", "integer"), ("default", "5")]),
            (
                "t.!1",
                &[(
                    "definition",
                    "CHECK ((state = ANY (ARRAY['on'::text, 'off'::text])))",
                )],
            ),
            ("t.!2", &[("definition", "CHECK ((size < 7))")]),
        ],
    );
    let fillings = fillings(&schema, false, &[]);
    let mut search = fillings[0].search(1);
    assert_eq!(
        search.statement(),
        "INSERT INTO \"t\" (\"size\", \"state\") VALUES (7, 'off')"
    );
    // What is blamed is changed, and nothing else.
    assert!(search.refused("new row violates check constraint \"!2\""));
    let next = "INSERT INTO \"t\" (\"size\", \"state\") VALUES (9, 'off')";
    assert_eq!(search.statement(), next);
    let mut tries = vec![next.to_owned()];
    while search.refused("somebody does not like it") {
        tries.push(search.statement());
    }
    let last = "INSERT INTO \"t\" (\"state\") VALUES ('on')".to_owned();
    assert!(tries.contains(&last), "{tries:#?}");
    assert!(tries.len() <= 3 * TRIES, "{}", tries.len());
}

#[test]
fn what_the_table_makes_itself_is_left_to_it() {
    let schema = schema(
        Dialect::Postgres,
        &[
            ("t", &[]),
            (
                "t.id",
                &[
                    ("type", "bigint"),
                    ("identity", "always"),
                    ("not null", "yes"),
                ],
            ),
            (
                "t.no",
                &[
                    ("type", "bigint"),
                    ("default", "nextval('s'::regclass)"),
                    ("not null", "yes"),
                ],
            ),
            ("t.sum", &[("type", "bigint"), ("generated", "id stored")]),
        ],
    );
    assert_eq!(first(&schema, 0), ["INSERT INTO \"t\" DEFAULT VALUES"]);
}

#[test]
fn a_row_may_refer_to_itself_or_to_one_that_comes_later() {
    let parts: &[(&str, &[(&'static str, &str)])] = &[
        ("a", &[]),
        (
            "a.id",
            &[("type", "integer"), ("primary key", "PRIMARY KEY")],
        ),
        (
            "a.b",
            &[
                ("type", "integer"),
                ("not null", "yes"),
                ("references", "REFERENCES b(id)"),
            ],
        ),
        ("b", &[]),
        (
            "b.id",
            &[("type", "integer"), ("primary key", "PRIMARY KEY")],
        ),
        (
            "b.a",
            &[
                ("type", "integer"),
                ("not null", "yes"),
                ("references", "REFERENCES a(id)"),
            ],
        ),
    ];
    let schema = schema(Dialect::Sqlite, parts);
    let any_other = |ahead| {
        let fillings = fillings(&schema, ahead, &[]);
        let mut search = fillings[0].search(0);
        let mut found = !search.statement().contains("SELECT");
        while search.refused("NOT NULL constraint failed: b.a") {
            found |= !search.statement().contains("SELECT");
        }
        found
    };
    assert!(!any_other(false));
    assert!(any_other(true));
}
