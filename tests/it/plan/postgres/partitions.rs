//! What a table has of its own and what it has of the table that it is a part of: keys
//! and indexes of some partitions, and partitions that come and go.

use super::{Bench, all_both_ways, asked};
use teammig::schema::plan::{Decisions, plan};

const T: &str = "CREATE TABLE t (a int NOT NULL, b int NOT NULL) PARTITION BY RANGE (a);";
const U: &str = "CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2);";
/// A table by itself.
const ALONE: &str = "CREATE TABLE u (a int NOT NULL, b int NOT NULL);";
const ATTACH: &str = "ALTER TABLE t ATTACH PARTITION u FOR VALUES FROM (1) TO (2);";
const TF: &str =
    "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";

fn both(pairs: &[(String, String)]) {
    all_both_ways(&mut Bench::new(), pairs.iter().cloned());
}

/// pg-schema-diff: a key of the whole that some partitions have, and others not.
#[test]
fn keys_of_some_partitions() {
    let v = "CREATE TABLE v PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY RANGE (b); CREATE TABLE w PARTITION OF v FOR VALUES FROM (1) TO (2); CREATE TABLE x PARTITION OF v DEFAULT;";
    let key = "ALTER TABLE ONLY t ADD CONSTRAINT k PRIMARY KEY (a, b);";
    let own = "CREATE UNIQUE INDEX uk ON u (a, b);";
    let attached =
        "ALTER TABLE u ADD CONSTRAINT uk PRIMARY KEY (a, b); ALTER INDEX k ATTACH PARTITION uk;";
    let below = "ALTER TABLE ONLY v ADD CONSTRAINT vk PRIMARY KEY (a, b); ALTER INDEX k ATTACH PARTITION vk; ALTER TABLE w ADD CONSTRAINT wk PRIMARY KEY (a, b); ALTER INDEX vk ATTACH PARTITION wk;";
    let unique = |text: &str| text.replace("PRIMARY KEY", "UNIQUE");
    both(&[
        (
            format!("{T}{U}{key}{own}"),
            format!("{T}{U}{key}{attached}"),
        ),
        (format!("{T}{U}{key}"), format!("{T}{U}{key}{attached}")),
        (
            unique(&format!("{T}{U}{key}{own}")),
            unique(&format!("{T}{U}{key}{attached}")),
        ),
        (format!("{T}{U}"), format!("{T}{U}{key}")),
        (String::new(), format!("{T}{U}{key}")),
        (String::new(), format!("{T}{U}{v}{key}{attached}")),
        (format!("{T}{U}{v}"), format!("{T}{U}{v}{key}{below}")),
        (
            format!("{T}{U}{v}{key}{attached}"),
            format!("{T}{U}{v}{key}{below}"),
        ),
    ]);
}

/// pg-schema-diff: an index of the whole takes one like it of a table that comes, and
/// leaves one with a table that goes.
#[test]
fn indexes_of_a_table_that_comes_or_goes() {
    let index = "CREATE INDEX i ON t (b);";
    let own = "CREATE INDEX j ON u (b);";
    let named = "CREATE INDEX u_b_idx ON u (b);";
    let other = "CREATE INDEX o ON u (b);";
    let key = "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a, b);";
    both(&[
        // The one of its own stays beside that of the whole.
        (
            format!("{T}{ALONE}{index}{own}"),
            format!("{T}{ALONE}{ATTACH}{index}{own}"),
        ),
        (
            format!("{T}{ALONE}{index}"),
            format!("{T}{ALONE}{ATTACH}{index}"),
        ),
        (
            format!("{T}{ALONE}{index}{named}"),
            format!("{T}{ALONE}{index}{ATTACH}"),
        ),
        (
            format!("{T}{ALONE}{index}{own}"),
            format!("{T}{ALONE}{index}{ATTACH}"),
        ),
        (
            format!("{T}{ALONE}{index}{own}{other}"),
            format!("{T}{ALONE}{index}{ATTACH}"),
        ),
        (
            format!("{T}{ALONE}{index}{own}{other}"),
            format!("{T}{ALONE}{index}{ATTACH}{own}"),
        ),
        // Keys
        (
            format!("{T}{ALONE}{key}"),
            format!("{T}{ALONE}{key}{ATTACH}"),
        ),
        (
            format!("{T}{ALONE}{key}ALTER TABLE u ADD CONSTRAINT uk UNIQUE (a, b);"),
            format!("{T}{ALONE}{key}{ATTACH}"),
        ),
        (
            format!("{T}{ALONE}{key}ALTER TABLE u ADD CONSTRAINT uk UNIQUE (a, b);"),
            format!("{T}{ALONE}{ATTACH}{key}ALTER TABLE u ADD CONSTRAINT uk UNIQUE (a, b);"),
        ),
        // That of the whole goes
        (
            format!("{T}{ALONE}{own}"),
            format!("{T}{ALONE}{index}{ATTACH}"),
        ),
        (
            format!("{T}{ALONE}ALTER TABLE u ADD CONSTRAINT uk UNIQUE (a, b);"),
            format!("{T}{ALONE}{key}{ATTACH}"),
        ),
        // And one with another number of columns
        (
            format!("{T}{ALONE}{index}CREATE INDEX j ON u (b, a);"),
            format!("{T}{ALONE}{index}{ATTACH}"),
        ),
    ]);
}

#[test]
fn foreign_keys_and_checks_of_a_table_that_comes_or_goes() {
    let p = "CREATE TABLE p (id int PRIMARY KEY);";
    let key = "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES p;";
    let check = "ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0);";
    let own = "ALTER TABLE u ADD CONSTRAINT c CHECK (b > 0);";
    both(&[
        (
            format!("{p}{T}{ALONE}{key}"),
            format!("{p}{T}{ALONE}{key}{ATTACH}"),
        ),
        (
            format!("{p}{T}{ALONE}"),
            format!("{p}{T}{ALONE}{key}{ATTACH}"),
        ),
        (
            format!("{T}{ALONE}{own}{check}"),
            format!("{T}{ALONE}{own}{check}{ATTACH}"),
        ),
    ]);
}

/// A partition has the triggers of the whole only as long as it is one.
#[test]
fn triggers_of_a_table_that_comes_or_goes() {
    let trigger = "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tf();";
    let own = "CREATE TRIGGER g BEFORE UPDATE ON u FOR EACH ROW EXECUTE FUNCTION tf();";
    both(&[
        (
            format!("{TF}{T}{ALONE}{trigger}"),
            format!("{TF}{T}{ALONE}{trigger}{ATTACH}"),
        ),
        (
            format!("{TF}{T}{ALONE}{trigger}{own}"),
            format!("{TF}{T}{ALONE}{trigger}{ATTACH}"),
        ),
    ]);
}

/// What is said of rows above is no index: tables that inherit have their own.
#[test]
fn indexes_of_a_table_that_inherits_no_more() {
    let t = "CREATE TABLE t (a int); CREATE INDEX i ON t (a); ALTER TABLE t ADD CONSTRAINT k UNIQUE (a);";
    both(&[(
        format!("{t}CREATE TABLE u (a int) INHERITS (t);"),
        format!(
            "{t}CREATE TABLE u (a int); CREATE INDEX j ON u (a); ALTER TABLE u ADD CONSTRAINT uk UNIQUE (a);"
        ),
    )]);
}

/// pg-schema-diff: no plan at all is better than one that the server refuses.
#[test]
fn a_whole_that_is_none_any_more_while_its_parts_stay() {
    let mut bench = Bench::new();
    let parted = bench.schema_of(&format!("{T}{U}"));
    let apart = bench.schema_of(&format!(
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL); {ALONE}"
    ));
    let decisions = Decisions {
        may_lose: true,
        ..Decisions::default()
    };
    for (from, to) in [(&parted, &apart), (&apart, &parted)] {
        let why = asked(&plan(from, to, &decisions).unwrap_err());
        assert!(why.contains("while app.u stays"), "{why}");
    }
}

/// The names that the server made are those before, once a table has come and gone.
#[test]
fn names_are_the_same_when_a_table_comes_back() {
    let mut bench = Bench::new();
    let parted = format!(
        "{T}{U} CREATE INDEX ON t (b); CREATE INDEX ON t (lower(b::text)); ALTER TABLE t ADD CONSTRAINT k UNIQUE (a, b); CREATE INDEX own ON u (b);"
    );
    let alone = format!(
        "{T}{ALONE} CREATE INDEX ON t (b); CREATE INDEX ON t (lower(b::text)); ALTER TABLE t ADD CONSTRAINT k UNIQUE (a, b); CREATE INDEX own ON u (b);
         CREATE INDEX other ON u (b); CREATE INDEX u_lower_idx7 ON u (lower(b::text)); ALTER TABLE u ADD CONSTRAINT uk UNIQUE (a, b);"
    );
    let names = |bench: &Bench| {
        bench.psql.value(
            "SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'app'",
        )
    };
    let (a, b) = (bench.schema_of(&parted), bench.schema_of(&alone));
    let nothing = Decisions::default();
    let there = plan(&a, &b, &nothing).unwrap();
    let back = plan(&b, &a, &nothing).unwrap();
    bench.make(&alone).unwrap();
    let of_alone = names(&bench);
    bench.make(&parted).unwrap();
    let of_parted = names(&bench);
    for (way, want) in [
        (&there, &of_alone),
        (&back, &of_parted),
        (&there, &of_alone),
        (&back, &of_parted),
    ] {
        bench.go(way).unwrap();
        assert_eq!(names(&bench), *want);
    }
}

/// A table is no part of a whole before it has the checks of it.
#[test]
fn checks_that_a_table_has_not_yet() {
    let check = "ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0);";
    both(&[
        (
            format!("{T}{ALONE}{check}"),
            format!("{T}{ALONE}ALTER TABLE u ADD CONSTRAINT c CHECK (b > 0);{check}{ATTACH}"),
        ),
        (
            format!("{T}{ALONE}{check}ALTER TABLE u ADD CONSTRAINT d CHECK (b > 0);"),
            format!("{T}{ALONE}ALTER TABLE u ADD CONSTRAINT c CHECK (b > 0);{check}{ATTACH}"),
        ),
    ]);
}

/// A partition of another whole has the indexes and constraints of that one.
#[test]
fn partitions_that_move_between_wholes() {
    let wholes = format!("{T}{}", T.replace("TABLE t ", "TABLE w "));
    let of = |whole: &str, u: &str| {
        format!("{u}ALTER TABLE {whole} ATTACH PARTITION u FOR VALUES FROM (1) TO (2);")
    };
    let p = "CREATE TABLE p (id int PRIMARY KEY);";
    for more in [
        "",
        "CREATE INDEX i ON t (b);",
        "CREATE INDEX i ON t (b); CREATE INDEX j ON w (b);",
        "CREATE INDEX i ON t (b); CREATE INDEX j ON w (b, a);",
        "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a, b);",
        "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a, b); ALTER TABLE w ADD CONSTRAINT wk PRIMARY KEY (a, b);",
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES p;",
    ] {
        for own in [
            "",
            "CREATE INDEX own ON u (b);",
            "CREATE INDEX u_i ON u (b);",
        ] {
            // What is made last is taken from the whole, or its own.
            both(&[
                (
                    format!("{p}{wholes}{more}{}{own}", of("t", ALONE)),
                    format!("{p}{wholes}{more}{}{own}", of("w", ALONE)),
                ),
                (
                    format!("{p}{wholes}{more}{}", of("t", &format!("{ALONE}{own}"))),
                    format!("{p}{wholes}{more}{}", of("w", ALONE)),
                ),
            ]);
        }
    }
    let check = "ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0);";
    let checked = format!("{ALONE}ALTER TABLE u ADD CONSTRAINT c CHECK (b > 0);");
    for there in [ALONE, &checked] {
        both(&[(
            format!("{wholes}{check}{}", of("t", &checked)),
            format!("{wholes}{check}{}", of("w", there)),
        )]);
    }
}
