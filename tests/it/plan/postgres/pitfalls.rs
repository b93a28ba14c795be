//! Where others went wrong, with the issues that tell of it. Those that are about
//! seeing a difference are in `introspect/postgres/pitfalls.rs`.

use teammig::schema::{
    FactId, Kind, compare,
    plan::{Decisions, Hazard, plan},
};

use super::{Bench, roles};

/// Both ways between the two, and nothing is wrong.
fn there_and_back(a: &str, b: &str) {
    let wrong = Bench::new().both_ways(a, b);
    assert!(wrong.is_empty(), "{a}\n{b}\n{}", wrong.join("\n"));
}

/// The statements from the one to the other, which were gone.
fn statements(a: &str, b: &str) -> Vec<String> {
    let mut bench = Bench::new();
    let (first, second) = (bench.schema_of(a), bench.schema_of(b));
    let way = bench.check(a, &first, &second, &Decisions::default());
    let way = way.unwrap_or_else(|error| panic!("{a}\n{b}\n{error}"));
    way.statements()
        .map(|statement| statement.sql.clone())
        .collect()
}

/// pgschema#473, sqldef#1295, atlas#3242: a text that is read again is another one.
#[test]
fn p01_varchar_in_is_planned_once() {
    let a = "CREATE TABLE t (a varchar(9), CONSTRAINT x CHECK (a IN ('x', 'y'))); CREATE INDEX i ON t (a) WHERE a IN ('x', 'y');
        CREATE VIEW v AS SELECT a FROM t WHERE a NOT IN ('x', 'y')";
    there_and_back(a, "CREATE TABLE t (a varchar(9))");
    let mut bench = Bench::new();
    let first = bench.schema_of(a);
    let empty = bench.schema_of("");
    // What was made from the server's own text is the same to it.
    bench
        .check("", &empty, &first, &Decisions::default())
        .unwrap();
}

/// prisma#24240, alembic#1178, pgschema#283: defaults that are printed otherwise.
#[test]
fn p02_defaults() {
    there_and_back(
        "CREATE TABLE t (id int)",
        "CREATE TABLE t (id int, a timestamptz DEFAULT now() + interval '1 day', b timestamp DEFAULT CURRENT_TIMESTAMP, c text DEFAULT 'x'::varchar,
         d text DEFAULT current_setting('search_path'), e jsonb DEFAULT '{\"a\": 1}', f numeric DEFAULT -1, g date DEFAULT '2020-01-01', h text[] DEFAULT ARRAY['a', 'b'])",
    );
}

/// migra#209: the values stay; pgschema#591: another expression is seen.
#[test]
fn p03_a_generated_column_that_becomes_plain_keeps_its_values() {
    let mut bench = Bench::new();
    let a = "CREATE TABLE t (a int DEFAULT 2, b int GENERATED ALWAYS AS (a * 2) STORED)";
    let (first, second) = (
        bench.schema_of(a),
        bench.schema_of("CREATE TABLE t (a int DEFAULT 2, b int)"),
    );
    bench
        .check(a, &first, &second, &Decisions::default())
        .unwrap();
    assert_eq!(bench.psql.value("SELECT b FROM app.t"), "4");
    there_and_back(
        a,
        "CREATE TABLE t (a int DEFAULT 2, b int GENERATED ALWAYS AS (a * 3) STORED)",
    );
    // The other way it cannot.
    let way = plan(&second, &first, &Decisions::default()).unwrap();
    let hazards: Vec<&Hazard> = way.statements().flat_map(|one| &one.hazards).collect();
    assert!(
        hazards.contains(&&Hazard::LosesData("column app.t.b".to_owned())),
        "{hazards:?}"
    );
}

/// migra#143, pgschema#300 #414: views on views on views.
#[test]
fn p04_views_in_their_order() {
    there_and_back(
        "CREATE TABLE z (a int); CREATE VIEW y AS SELECT a FROM z; CREATE VIEW x AS SELECT a FROM y; CREATE MATERIALIZED VIEW w AS SELECT a FROM x; CREATE VIEW v AS SELECT y.a FROM y, w",
        "CREATE TABLE z (a int, b int); CREATE VIEW y AS SELECT b, a FROM z; CREATE VIEW x AS SELECT a FROM y; CREATE MATERIALIZED VIEW w AS SELECT a FROM x; CREATE VIEW v AS SELECT y.a FROM y, w",
    );
}

/// pg-schema-diff#181, pgschema#444: a view holds a column.
#[test]
fn p05_a_view_holds_a_column() {
    there_and_back(
        "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a, b FROM t WHERE b > 0",
        "CREATE TABLE t (a bigint); CREATE VIEW v AS SELECT a FROM t",
    );
}

/// migra#87, pgschema#373: policies that look elsewhere.
#[test]
fn p06_policies_that_look_elsewhere() {
    there_and_back(
        "",
        "CREATE TABLE t (a int); CREATE TABLE u (a int); CREATE VIEW v AS SELECT a FROM u; CREATE FUNCTION g(int) RETURNS bool LANGUAGE sql AS 'SELECT $1 IN (SELECT a FROM app.u)';
         CREATE POLICY y ON t USING (a IN (SELECT a FROM v) AND g(a)) WITH CHECK (EXISTS (SELECT FROM u WHERE u.a = t.a))",
    );
}

/// sqldef#1376: rights, comments and indexes of what is made again.
#[test]
fn p07_what_is_made_again_is_whole() {
    roles();
    there_and_back(
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO reader; COMMENT ON VIEW v IS 'x'; COMMENT ON COLUMN v.a IS 'y';
         CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX i ON m (a); GRANT SELECT ON m TO public; COMMENT ON INDEX i IS 'z'",
        "CREATE TABLE t (a text); CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO reader; COMMENT ON VIEW v IS 'x'; COMMENT ON COLUMN v.a IS 'y';
         CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX i ON m (a); GRANT SELECT ON m TO public; COMMENT ON INDEX i IS 'z'",
    );
}

/// pgschema#308: what `CREATE OR REPLACE VIEW` refuses.
#[test]
fn p08_a_view_is_replaced_only_where_that_works() {
    let base = "CREATE TABLE t (a int, b int, c text);";
    let of = |view: &str| format!("{base} CREATE VIEW v AS {view}");
    for (to, replaced) in [
        ("SELECT a, b, c FROM t", true),
        ("SELECT a, b FROM t WHERE a > 0", true),
        ("SELECT a FROM t", false),
        ("SELECT b, a FROM t", false),
        ("SELECT a, b AS x FROM t", false),
        ("SELECT a, b::text FROM t", false),
        ("SELECT a, (c COLLATE \"C\") AS b FROM t", false),
    ] {
        let told = statements(&of("SELECT a, b FROM t"), &of(to));
        assert_eq!(
            told[0].starts_with("CREATE OR REPLACE VIEW"),
            replaced,
            "{told:?}"
        );
    }
    there_and_back(
        &format!("{base} CREATE VIEW v AS SELECT * FROM t"),
        "CREATE TABLE t (a int, c text); CREATE VIEW v AS SELECT * FROM t",
    );
}

/// pgschema#326 #480: what `CREATE OR REPLACE FUNCTION` refuses.
#[test]
fn p09_a_function_is_replaced_only_where_that_works() {
    let of = |head: &str| format!("CREATE FUNCTION g({head} LANGUAGE sql AS 'SELECT 1'");
    for (from, to, replaced) in [
        ("a int) RETURNS int", "a int) RETURNS int IMMUTABLE", true),
        ("a int) RETURNS int", "a int DEFAULT 5) RETURNS int", true),
        ("a int DEFAULT 5) RETURNS int", "a int) RETURNS int", false),
        ("a int) RETURNS int", "b int) RETURNS int", false),
        ("a int) RETURNS int", "a int) RETURNS SETOF int", false),
    ] {
        let told = statements(&of(from), &of(to));
        assert_eq!(
            told[0].starts_with("CREATE OR REPLACE"),
            replaced,
            "{told:?}"
        );
    }
    there_and_back(
        "CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT g(1) AS a; CREATE VIEW w AS SELECT a FROM v",
        "CREATE FUNCTION g(b int) RETURNS int LANGUAGE sql AS 'SELECT 2'; CREATE VIEW v AS SELECT g(1) AS a; CREATE VIEW w AS SELECT a FROM v",
    );
}

/// pgschema#530 #545: functions and the types of rows.
#[test]
fn p11_functions_and_rows() {
    there_and_back(
        "",
        "CREATE TABLE t (a int); CREATE FUNCTION g(t) RETURNS t LANGUAGE sql AS 'SELECT $1'; CREATE FUNCTION h() RETURNS TABLE (x t, y int) LANGUAGE sql AS 'SELECT t, 1 FROM app.t';
         CREATE VIEW v AS SELECT * FROM h(); CREATE FUNCTION i(v) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    );
}

/// pgschema#244 #592: bodies that the server knows.
#[test]
fn p12_begin_atomic() {
    if !super::is_understood("BEGIN ATOMIC") {
        return;
    }
    there_and_back(
        "CREATE TABLE t (a int, b int); CREATE FUNCTION g() RETURNS bigint BEGIN ATOMIC SELECT 1; SELECT sum(t.b) FROM t; END; CREATE VIEW v AS SELECT g() AS x",
        "CREATE TABLE t (a int); CREATE FUNCTION g() RETURNS bigint BEGIN ATOMIC SELECT sum(t.a) FROM t; END; CREATE VIEW v AS SELECT g() AS x",
    );
}

/// atlas#2107, pgschema#439 #506: keys, and what refers to them.
#[test]
fn p13_keys_and_what_refers_to_them() {
    let base = "CREATE TABLE t (a int NOT NULL, b int);";
    let u = "CREATE TABLE u (a int REFERENCES t (a));";
    for (a, b) in [
        (
            "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a);",
            "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a);",
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a);",
            "CREATE UNIQUE INDEX k ON t (a);",
        ),
        (
            "CREATE UNIQUE INDEX k ON t (a);",
            "CREATE UNIQUE INDEX k ON t (a) INCLUDE (b);",
        ),
    ] {
        there_and_back(&format!("{base}{a}{u}"), &format!("{base}{b}{u}"));
    }
    there_and_back(base, &format!("{base} ALTER TABLE t ADD UNIQUE (a); {u}"));
}

/// 15 to 19: what the definition of a constraint or an index says besides columns.
#[test]
fn p15_to_p19_definitions_are_whole() {
    let base = "CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (a int, b int, c int4range);";
    let mut all = vec![
        "ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (c WITH &&)",
        "ALTER TABLE t ADD CONSTRAINT x UNIQUE (a) INCLUDE (b)",
        "CREATE UNIQUE INDEX x ON t (a) INCLUDE (b)",
        "ALTER TABLE t ADD CONSTRAINT x UNIQUE (a) DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES o DEFERRABLE",
        "ALTER TABLE t ADD CONSTRAINT x CHECK (a IS NOT NULL) NO INHERIT",
        "ALTER TABLE t ADD CONSTRAINT x CHECK (true)",
    ];
    if crate::support::postgres::Cluster::shared().major() >= 15 {
        all.push("ALTER TABLE t ADD CONSTRAINT x UNIQUE NULLS NOT DISTINCT (a)");
        all.push("CREATE UNIQUE INDEX x ON t (a) NULLS NOT DISTINCT");
    }
    for one in all {
        there_and_back(base, &format!("{base} {one}"));
    }
    // Only when it is looked at: altered in place.
    let told = statements(
        &format!("{base} ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES o"),
        &format!(
            "{base} ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES o DEFERRABLE INITIALLY DEFERRED"
        ),
    );
    assert_eq!(
        told,
        ["ALTER TABLE app.t ALTER CONSTRAINT x DEFERRABLE INITIALLY DEFERRED"]
    );
}

/// pgschema#495 #472, supabase/cli#2970: what partitions have from their table.
#[test]
fn p20_partitions() {
    let table = "CREATE TABLE o (id int PRIMARY KEY); CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TABLE t (a int PRIMARY KEY, o int REFERENCES o, CHECK (a > 0)) PARTITION BY LIST (a); CREATE INDEX i ON t (o);
        CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf(); ALTER TABLE t ENABLE ROW LEVEL SECURITY;";
    let with = format!(
        "{table} CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE t2 PARTITION OF t DEFAULT; ALTER TABLE t2 ENABLE ROW LEVEL SECURITY; CREATE INDEX j ON t1 (a, o)"
    );
    there_and_back("", &with);
    there_and_back(table, &with);
    there_and_back(
        &format!("{with}; CREATE TABLE u (t int REFERENCES t)"),
        &format!("{table} CREATE TABLE u (t int REFERENCES t)"),
    );
    // What a partition says of a column that comes and goes with its table's.
    there_and_back(
        "CREATE TABLE z (a int) PARTITION BY LIST (a); CREATE TABLE y PARTITION OF z FOR VALUES IN (1)",
        "CREATE TABLE z (a int, b int) PARTITION BY LIST (a); CREATE TABLE y PARTITION OF z (b DEFAULT 7 NOT NULL, PRIMARY KEY (b)) FOR VALUES IN (1)",
    );
    // A local key, and a column that is not null for it.
    there_and_back(
        "CREATE TABLE t (a int, b int) PARTITION BY LIST (a)",
        "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t (PRIMARY KEY (b)) FOR VALUES IN (1); CREATE INDEX i ON t (b); CREATE INDEX own ON t1 (b)",
    );
}

/// pgschema#362 #420 #411: typmods, arrays, `name`.
#[test]
fn p21_p22_types() {
    there_and_back(
        "CREATE TABLE t (id int)",
        "CREATE TABLE t (id int, a numeric(5, 2), b varchar(3)[], c name, d bit varying(4), e interval day to second(2), f timestamptz(3)[], g char(3))",
    );
}

/// coder/coder#25895, efcore.pg#3363: a new label in the transaction that makes it.
#[test]
fn p23_a_new_label_is_committed_before_it_is_used() {
    let mut bench = Bench::new();
    let a = "CREATE TYPE e AS ENUM ('a', 'c'); CREATE TABLE t (x e DEFAULT 'a')";
    let (first, second) = (
        bench.schema_of(a),
        bench.schema_of("CREATE TYPE e AS ENUM ('a', 'it''s', 'c'); CREATE TABLE t (x e DEFAULT 'it''s', CHECK (x <> 'it''s'))"),
    );
    let way = bench
        .check(
            a,
            &first,
            &second,
            &Decisions {
                may_lose: true,
                ..Decisions::default()
            },
        )
        .unwrap();
    assert_eq!(way.parts.len(), 2, "{way:?}");
    assert_eq!(way.parts[0].statements.len(), 1);
    // Nothing uses it: one part is enough.
    let third = bench.schema_of(
        "CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE TABLE t (x e DEFAULT 'a', y int)",
    );
    let way = bench
        .check(a, &first, &third, &Decisions::default())
        .unwrap();
    assert_eq!(way.parts.len(), 1, "{way:?}");
}

/// pgschema#209 #537: texts that become labels.
#[test]
fn p24_text_becomes_an_enum() {
    there_and_back(
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (a text DEFAULT 'a', b text[])",
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (a e DEFAULT 'a', b e[])",
    );
}

/// pgschema#382 #388: nothing is dropped that is gone with something else.
#[test]
fn p32_nothing_is_dropped_twice() {
    assert_eq!(
        statements(
            "CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (a serial PRIMARY KEY, o int REFERENCES o); CREATE INDEX i ON t (o); COMMENT ON TABLE t IS 'x';
             CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); CREATE POLICY y ON t; GRANT SELECT ON t TO public",
            "CREATE TABLE o (id int PRIMARY KEY)",
        ),
        ["DROP TABLE app.t"]
    );
    assert_eq!(
        statements(
            "CREATE TABLE t (a int, b serial UNIQUE CHECK (b > 0)); CREATE INDEX i ON t (a, b)",
            "CREATE TABLE t (a int)",
        ),
        ["ALTER TABLE app.t DROP COLUMN b"]
    );
}

/// pgschema#250 #257 #324: rights that are the usual ones, columns, grant options.
#[test]
fn p33_rights() {
    roles();
    there_and_back(
        "CREATE TABLE t (a int, b int); GRANT SELECT, INSERT ON t TO reader WITH GRANT OPTION; CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE t (a int, b int); GRANT SELECT ON t TO reader; GRANT UPDATE (a, b), SELECT (b) ON t TO public; CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION g FROM public; GRANT EXECUTE ON FUNCTION g TO reader WITH GRANT OPTION",
    );
}

/// pg-toolbelt#228: an index that a failed build left is no index.
#[test]
fn p34_an_invalid_index_is_built_again() {
    let mut bench = Bench::new();
    let script = "CREATE TABLE t (a int); CREATE INDEX i ON t (a)";
    let valid = bench.schema_of(script);
    bench
        .psql
        .run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.i'::regclass");
    let invalid = bench.read();
    let way = plan(&invalid, &valid, &Decisions::default()).unwrap();
    bench.go(&way).unwrap();
    assert!(compare(&bench.read(), &valid).is_equal());
    let about = FactId::new(Kind::Index, ["app", "i"]);
    assert!(way.statements().all(|statement| statement.about == about));
    assert_eq!(way.statements().count(), 2);
}

/// pgschema#451 #422, alembic#654: 63 bytes, and a type that is put aside.
#[test]
fn p30_long_names() {
    let long = "ä".repeat(31);
    there_and_back(
        &format!(
            "CREATE TYPE \"{long}x\" AS ENUM ('a', 'b'); CREATE TABLE \"{long}\" (a \"{long}x\" DEFAULT 'a')"
        ),
        &format!(
            "CREATE TYPE \"{long}x\" AS ENUM ('b', 'a'); CREATE TABLE \"{long}\" (a \"{long}x\" DEFAULT 'a', \"{long}y\" serial)"
        ),
    );
}

/// chinook's step from one to the other: the number was set on the sequence that went.
#[test]
fn an_identity_that_takes_the_place_of_a_serial_counts_on() {
    let mut bench = Bench::new();
    let a = "CREATE TABLE t (id serial PRIMARY KEY, a int)";
    let b = "CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, a int)";
    let (serial, identity) = (bench.schema_of(a), bench.schema_of(b));
    let decisions = Decisions {
        may_lose: true,
        ..Decisions::default()
    };
    bench.make(a).unwrap();
    bench
        .psql
        .run("INSERT INTO app.t (a) VALUES (1), (2); ALTER SEQUENCE app.t_id_seq RESTART 3");
    let insert = "INSERT INTO app.t (a) VALUES (3) RETURNING concat_ws(' ', id, pg_get_serial_sequence('app.t', 'id'))";
    for (number, (from, to)) in (3..).zip([(&serial, &identity), (&identity, &serial)]) {
        bench.go(&plan(from, to, &decisions).unwrap()).unwrap();
        assert!(compare(&bench.read(), to).is_equal());
        assert_eq!(bench.psql.value(insert), format!("{number} app.t_id_seq"));
    }
}
