//! What others got wrong; each named after it.

use teammig::schema::{FactId, Kind, LeaveOut, Schema, compare};

use super::{Bench, check_both_ways, roles};
use crate::introspect::told;
use crate::support::{
    deploy::{deployer, settings, try_open},
    postgres::Cluster,
};

fn shown(schema: &Schema, kind: Kind) -> Vec<String> {
    let facts = schema.facts.values().filter(|fact| fact.id.kind == kind);
    facts.map(|fact| schema.shown(fact)).collect()
}

fn get<'a>(schema: &'a Schema, kind: Kind, path: &[&str], key: &str) -> Option<&'a str> {
    let id = FactId::new(kind, path.iter().copied());
    let fact = schema.facts.get(&id).unwrap_or_else(|| panic!("no {id:?}"));
    fact.get(key)
}

/// pgschema#473, sqldef#1295: the server prints it otherwise once it has read what it printed.
#[test]
fn varchar_in_is_no_perpetual_difference() {
    let mut bench = Bench::new();
    let script = "CREATE TABLE t (s varchar(9), CONSTRAINT c CHECK (s IN ('a', 'it''s, [b]')));
        CREATE INDEX i ON t (s) WHERE s NOT IN ('a', 'b'); CREATE VIEW v AS SELECT s IN ('a', 'b') AS x FROM t;
        CREATE POLICY p ON t USING (s IN ('a', 'b'))";
    let first = bench.schema(script);
    let of = |kind, path: &[&str], key| get(&first, kind, path, key).unwrap().to_owned();
    let again = format!(
        "CREATE TABLE t (s varchar(9), CONSTRAINT c {}); CREATE VIEW v AS {}; CREATE POLICY p ON t USING {}; {}",
        of(Kind::Constraint, &["app", "t", "c"], "definition"),
        of(Kind::View, &["app", "v"], "definition"),
        of(Kind::Policy, &["app", "t", "p"], "using"),
        of(Kind::Index, &["app", "i"], "definition").replace("INDEX ON", "INDEX i ON"),
    );
    let second = bench.schema(&again);
    let id = FactId::new(Kind::Constraint, ["app", "t", "c"]);
    assert_ne!(
        first.facts[&id].get("definition"),
        second.facts[&id].get("definition")
    );
    assert_eq!(check_both_ways(&first, &second), Vec::<String>::new());
}

/// prisma#24240, alembic#1178, pgschema#283 and many more.
#[test]
fn defaults_are_the_same_when_they_are_read_again() {
    let defaults = [
        "now() + interval '1 day'",
        "CURRENT_TIMESTAMP",
        "'a'::varchar",
        "1 + 2 * 3",
        "ARRAY['a', 'b']",
        "'{}'::jsonb",
        "current_setting('x.y', true)",
        "('a' || 'b')",
        "date '2020-01-01'",
        "-1",
        "(-1)::smallint",
        "true",
        "E'a\\nb'",
        "timezone('utc', now())",
        "CASE WHEN true THEN 1 ELSE 2 END",
        "extract(year FROM now())",
        "NULL",
    ];
    let mut bench = Bench::new();
    let kinds = [
        "timestamptz",
        "timestamptz",
        "text",
        "int",
        "text[]",
        "jsonb",
        "text",
        "text",
        "date",
        "int",
        "int",
        "bool",
        "text",
        "timestamp",
        "int",
        "int",
        "text",
    ];
    let columns: Vec<String> = defaults
        .iter()
        .zip(kinds)
        .enumerate()
        .map(|(n, (default, kind))| format!("c{n} {kind} DEFAULT {default}"))
        .collect();
    let first = bench.schema(&format!("CREATE TABLE t ({})", columns.join(", ")));
    let again: Vec<String> = (0..defaults.len())
        .map(|n| {
            let column = format!("c{n}");
            let of = |key| get(&first, Kind::Column, &["app", "t", &column], key);
            let default = of("default")
                .map(|text| format!("DEFAULT {text}"))
                .unwrap_or_default();
            format!("{column} {} {default}", of("type").unwrap())
        })
        .collect();
    let second = bench.schema(&format!("CREATE TABLE t ({})", again.join(", ")));
    assert_eq!(check_both_ways(&first, &second), Vec::<String>::new());
}

/// pgschema#592: bodies in standard SQL depend on what they name.
#[test]
fn begin_atomic_bodies_have_edges() {
    let mut bench = Bench::new();
    if Cluster::shared().major() < 14 {
        // There are no such bodies yet.
        return;
    }
    let schema = bench.schema(
        "CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(a) FROM t; END",
    );
    let function = FactId::new(Kind::Function, ["app", "f", ""]);
    let to: Vec<&FactId> = schema
        .edges
        .iter()
        .filter(|edge| edge.from == function)
        .map(|edge| &edge.to)
        .collect();
    assert!(
        to.contains(&&FactId::new(Kind::Column, ["app", "t", "a"])),
        "{to:?}"
    );
    assert!(
        schema.facts[&function]
            .get("body")
            .unwrap()
            .contains("count(t.a)")
    );
}

/// atlas#2107, pgschema#506: they are two things that look alike.
#[test]
fn a_unique_index_is_no_unique_constraint() {
    let mut bench = Bench::new();
    let found = bench.differences(
        "CREATE TABLE t (a int UNIQUE)",
        "CREATE TABLE t (a int); CREATE UNIQUE INDEX t_a_key ON t (a)",
    );
    assert_eq!(
        found,
        [
            "constraint app.t.t_a_key: removed",
            "index app.t_a_key: added"
        ]
    );
}

/// pg-toolbelt: a foreign key names the index that it points at, and is not its owner.
#[test]
fn an_index_that_a_foreign_key_points_at_is_still_an_index() {
    let mut bench = Bench::new();
    let schema = bench.schema(
        "CREATE TABLE p (a int); CREATE UNIQUE INDEX i ON p (a); CREATE TABLE c (a int REFERENCES p (a))",
    );
    assert_eq!(shown(&schema, Kind::Index), ["app.i"]);
    // And the key needs it.
    let key = FactId::new(Kind::Constraint, ["app", "c", "c_a_fkey"]);
    assert!(
        schema
            .edges
            .iter()
            .any(|edge| edge.from == key && edge.to == FactId::new(Kind::Index, ["app", "i"]))
    );
}

/// alembic#1291, pgschema#355.
#[test]
fn nulls_not_distinct_counts() {
    if Cluster::shared().major() < 15 {
        // There is no such clause yet.
        return;
    }
    let mut bench = Bench::new();
    for (a, b, expected) in [
        (
            "CREATE TABLE t (a int, CONSTRAINT x UNIQUE (a))",
            "CREATE TABLE t (a int, CONSTRAINT x UNIQUE NULLS NOT DISTINCT (a))",
            "constraint app.t.x: changed: definition",
        ),
        (
            "CREATE TABLE t (a int); CREATE UNIQUE INDEX x ON t (a)",
            "CREATE TABLE t (a int); CREATE UNIQUE INDEX x ON t (a) NULLS NOT DISTINCT",
            "index app.x: changed: definition",
        ),
    ] {
        assert_eq!(bench.differences(a, b), [expected]);
    }
}

/// pgschema#386: what a check is about is not only columns.
#[test]
fn checks_without_columns_and_without_heirs() {
    let mut bench = Bench::new();
    let schema = bench.schema(
        "CREATE TABLE t (a int, CONSTRAINT x CHECK (true), CONSTRAINT y CHECK (a IS NOT NULL) NO INHERIT)",
    );
    assert_eq!(
        get(&schema, Kind::Constraint, &["app", "t", "x"], "definition"),
        Some("CHECK (true)")
    );
    assert_eq!(
        get(&schema, Kind::Constraint, &["app", "t", "y"], "definition"),
        Some("CHECK ((a IS NOT NULL)) NO INHERIT")
    );
}

/// pgschema#495 #472, supabase/cli#2970: what partitions have from their parent.
#[test]
fn partitions_do_not_repeat_their_parent() {
    let mut bench = Bench::new();
    let schema = bench.schema(
        "CREATE TABLE o (id int PRIMARY KEY); CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TABLE t (a int PRIMARY KEY DEFAULT 1, o int NOT NULL REFERENCES o, CHECK (a > 0)) PARTITION BY LIST (a);
         CREATE INDEX t_o_idx ON t (o); CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();
         CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE t2 PARTITION OF t (a DEFAULT 2) FOR VALUES IN (2);
         CREATE INDEX own ON t1 (o, a)",
    );
    let of = |table: &str| -> Vec<String> {
        let id = FactId::new(Kind::Table, ["app", table]);
        let parts = schema.within(&id);
        parts
            .map(|fact| format!("{} {}", fact.id.kind.name(), schema.shown(fact)))
            .collect()
    };
    assert_eq!(of("t1"), ["index app.own"]);
    assert_eq!(of("t2"), ["column app.t2.a"]);
    assert_eq!(of("t").len(), 7, "{:?}", of("t"));
    let edge = schema
        .edges
        .iter()
        .find(|edge| edge.from == FactId::new(Kind::Table, ["app", "t1"]));
    assert_eq!(
        edge.map(|edge| &edge.to),
        Some(&FactId::new(Kind::Table, ["app", "t"]))
    );
}

/// pgschema#411: `name` has an element type, and is no array.
#[test]
fn types_are_called_as_the_server_calls_them() {
    let mut bench = Bench::new();
    let schema = bench.schema(
        "CREATE TYPE \"E x\" AS ENUM ('a'); CREATE TABLE t (a name, b varchar(3)[], c numeric(5, 2), d \"E x\"[], e timestamptz(3),
         f bit varying(4), g interval day to second(2))",
    );
    let columns = ["a", "b", "c", "d", "e", "f", "g"];
    let kinds =
        columns.map(|column| get(&schema, Kind::Column, &["app", "t", column], "type").unwrap());
    assert_eq!(
        kinds,
        [
            "name",
            "character varying(3)[]",
            "numeric(5,2)",
            "app.\"E x\"[]",
            "timestamp(3) with time zone",
            "bit varying(4)",
            "interval day to second(2)"
        ]
    );
}

/// pg-schema-diff#127 #190: enums of extensions among them.
#[test]
fn what_belongs_to_an_extension_is_left_out() {
    let mut bench = Bench::new();
    let available = bench
        .psql
        .value("SELECT count(*) FROM pg_available_extensions WHERE name = 'plpgsql'");
    assert_eq!(available, "1");
    // Made a member as the scripts of extensions do it: those of contrib are not everywhere.
    let schema = bench.schema(
        "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (a e, b int CHECK (b > 0)); CREATE INDEX i ON t (b); CREATE VIEW v AS SELECT 1 AS a;
         CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE own (a e);
         ALTER EXTENSION plpgsql ADD TYPE e; ALTER EXTENSION plpgsql ADD TABLE t; ALTER EXTENSION plpgsql ADD VIEW v;
         ALTER EXTENSION plpgsql ADD FUNCTION f()",
    );
    bench.psql.run(
        "ALTER EXTENSION plpgsql DROP TYPE e; ALTER EXTENSION plpgsql DROP TABLE t; ALTER EXTENSION plpgsql DROP VIEW v;
         ALTER EXTENSION plpgsql DROP FUNCTION f()",
    );
    let names: Vec<String> = schema
        .facts
        .values()
        .map(|fact| schema.shown(fact))
        .collect();
    assert_eq!(names, ["app", "public", "app.own", "app.own.a"]);
}

/// pgschema#451 #422, alembic#654: mixed case, reserved words, dots, quotes, 63 bytes.
#[test]
fn names_that_need_quotes() {
    let long = "x".repeat(63);
    let names = [
        "Mixed", "select", "a.b", "a\"b", "größe", "a b", "it's", &long,
    ];
    let mut bench = Bench::new();
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("\"{}\"", name.replace('"', "\"\"")))
        .collect();
    let script: Vec<String> = quoted
        .iter()
        .map(|name| {
            format!(
                "CREATE TABLE {name} ({name} serial PRIMARY KEY); CREATE INDEX \"{0}i\" ON {name} ({name});",
                name.trim_matches('"').chars().take(50).collect::<String>()
            )
        })
        .collect();
    let script = script.concat();
    let schema = bench.schema(&script);
    for (name, quoted) in names.iter().zip(&quoted) {
        let id = FactId::new(Kind::Column, ["app", name, name]);
        let fact = schema.facts.get(&id).unwrap_or_else(|| panic!("no {id:?}"));
        let default = &fact.payload["default"];
        assert_eq!(default.compared(), "nextval(own sequence)", "{default:?}");
        let shown = schema.shown(fact);
        // As the server would write it.
        let server = bench.psql.value(&format!(
            "SELECT 'app.' || format('%1$I.%1$I', '{}')",
            name.replace('\'', "''")
        ));
        assert_eq!(shown, server, "{quoted}");
    }
    for fact in schema
        .facts
        .values()
        .filter(|fact| fact.id.kind == Kind::Index)
    {
        assert!(
            fact.get("definition")
                .unwrap()
                .starts_with("CREATE INDEX ON app."),
            "{fact:?}"
        );
    }
    let again = bench.schema(&script);
    assert_eq!(check_both_ways(&schema, &again), Vec::<String>::new());
}

/// sqldef#1303, pgschema#318.
#[test]
fn the_same_name_in_two_places_is_two_objects() {
    let mut bench = Bench::new();
    bench.psql.run("CREATE SCHEMA other");
    let base = "DROP TABLE IF EXISTS other.t; CREATE TABLE t (a int, CONSTRAINT x CHECK (a > 0)); CREATE TABLE u (a int, CONSTRAINT x CHECK (a > 0));
        CREATE TABLE other.t (a int, CONSTRAINT x CHECK (a > 0));";
    let found = bench.differences(base, &format!("{base} ALTER TABLE u DROP CONSTRAINT x"));
    assert_eq!(found, ["constraint app.u.x: removed"]);
    let found = bench.differences(base, &format!("{base} ALTER TABLE other.t ADD b int"));
    assert_eq!(found, ["column other.t.b: added"]);
}

/// pg-toolbelt: two roles that grant the same are one grant.
#[test]
fn two_grantors_are_one_grant() {
    roles();
    let mut bench = Bench::new();
    let base = "GRANT USAGE ON SCHEMA app TO reader; CREATE TABLE t (a int); GRANT SELECT ON t TO reader WITH GRANT OPTION; GRANT SELECT ON t TO public;";
    let found = bench.differences(
        base,
        &format!("{base} SET ROLE reader; GRANT SELECT ON app.t TO public; RESET ROLE"),
    );
    assert_eq!(found, Vec::<String>::new());
}

/// pg-toolbelt#228.
#[test]
fn replica_identity_names_its_index() {
    let mut bench = Bench::new();
    let base = "CREATE TABLE t (a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX i ON t (a); CREATE UNIQUE INDEX j ON t (b);";
    let found = bench.differences(
        &format!("{base} ALTER TABLE t REPLICA IDENTITY USING INDEX i"),
        &format!("{base} ALTER TABLE t REPLICA IDENTITY USING INDEX j"),
    );
    assert_eq!(found, ["table app.t: changed: replica identity"]);
}

/// A build that failed leaves an index that looks like one.
#[test]
fn an_invalid_index_is_not_a_valid_one() {
    let mut bench = Bench::new();
    let valid =
        bench.schema("CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE INDEX i ON t (a)");
    bench
        .psql
        .run("INSERT INTO app.t VALUES (1); DROP INDEX app.i");
    // As a concurrent build leaves it that was broken off.
    bench.psql.run("CREATE INDEX i ON app.t (a); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.i'::regclass");
    let invalid = bench.read();
    assert_eq!(
        check_both_ways(&valid, &invalid),
        ["index app.i: changed: state"]
    );
}

/// 15.20 keeps a number of its own there, another one each time.
#[test]
fn notes_of_the_server_in_attoptions_do_not_count() {
    let mut bench = Bench::new();
    let plain = bench.schema("CREATE TABLE t (a int)");
    bench.psql.run("UPDATE pg_attribute SET attoptions = '{pg_attver=123}' WHERE attrelid = 'app.t'::regclass AND attname = 'a'");
    let noted = bench.read();
    assert_eq!(check_both_ways(&plain, &noted), Vec::<String>::new());
}

/// Names that stick after a rename, and those that depend on who came first.
#[test]
fn names_that_the_server_made_up_are_remarks() {
    let mut bench = Bench::new();
    let found = bench.differences(
        "CREATE TABLE t (id serial PRIMARY KEY, a int UNIQUE, b int REFERENCES t, CHECK (a > 0)); CREATE INDEX ON t (b)",
        "CREATE TABLE old (id serial PRIMARY KEY, a int UNIQUE, b int REFERENCES old, CHECK (a > 0)); CREATE INDEX ON old (b);
         ALTER TABLE old RENAME TO t",
    );
    assert!(found.iter().all(|line| line.starts_with('~')), "{found:#?}");
    assert_eq!(found.len(), 6, "{found:#?}");
}

/// The way to a restack holds a transaction open; reading in it ends nothing.
#[test]
fn reading_changes_nothing() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let psql = cluster.psql_at(&url);
    psql.run("CREATE TABLE t (a int)");
    let mut database = deployer(&url, &settings());
    let outside = database.schema(&LeaveOut::default()).unwrap();
    let copy = std::path::Path::new("/nonexistent");
    database.hold(&[], copy).unwrap();
    let inside = database.schema(&LeaveOut::default()).unwrap();
    assert_eq!(told(&compare(&outside, &inside)), Vec::<String>::new());
    let path = database.query_text("SHOW search_path").unwrap();
    assert_eq!(path, [[Some("\"$user\", public".to_owned())]]);
    database.take_back().unwrap();
    // The ledger is there, and no part of the schema.
    assert_eq!(psql.value("SELECT count(*) FROM teammig_ledger"), "0");
    assert_eq!(shown(&outside, Kind::Table), ["public.t"]);
}

/// pg-toolbelt 2d1991a: rows are as of one moment, texts as of now.
#[test]
fn what_is_dropped_while_it_is_read_is_read_again() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let (psql, other) = (cluster.psql_at(&url), cluster.psql_at(&url));
    psql.run("CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t");
    let mut database = try_open(&url, &settings()).unwrap();
    psql.run("BEGIN; DROP VIEW v; CREATE VIEW w AS SELECT a FROM t");
    let schema = std::thread::scope(|scope| {
        scope.spawn(|| {
            // It has its rows, and waits for the text of the view.
            other.wait_for(
                "SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                 WHERE NOT l.granted AND d.datname = current_database()",
            );
            psql.run("COMMIT");
        });
        database.schema(&LeaveOut::default())
    });
    assert_eq!(shown(&schema.unwrap(), Kind::View), ["public.w"]);
}

/// What is not read is listed.
#[test]
fn unmodelled_kinds_are_listed() {
    let mut bench = Bench::new();
    let schema = bench.schema(
        "CREATE COLLATION c (locale = 'C'); CREATE TEXT SEARCH CONFIGURATION ts (COPY = pg_catalog.simple);
         CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE f (a int) SERVER s;
         CREATE PUBLICATION pub; ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO public;
         CREATE USER MAPPING FOR postgres SERVER s;
         CREATE FUNCTION told() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER tells ON ddl_command_end EXECUTE FUNCTION told();
         CREATE OPERATOR <-~ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)",
    );
    let listed: Vec<String> = schema
        .unmodelled
        .iter()
        .map(|object| format!("{} {}", object.what, object.name))
        .collect();
    assert_eq!(
        listed,
        [
            "collation app.c",
            "default privileges postgres app r",
            "event trigger tells",
            "foreign table app.f",
            "foreign-data wrapper w",
            "operator app.<-~(integer,integer)",
            "publication pub",
            "server s",
            "text search configuration app.ts",
            "user mapping s for postgres",
        ]
    );
}

/// A role that may only look sees the same.
#[test]
fn a_role_without_rights_reads_the_same() {
    roles();
    let cluster = Cluster::shared();
    let url = cluster.database();
    cluster.psql("postgres").run("ALTER ROLE reader LOGIN");
    cluster.psql_at(&url).run("CREATE TABLE t (a serial PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t; REVOKE ALL ON t FROM public");
    let mut all = try_open(&url, &settings()).unwrap();
    let mut little = try_open(
        &url.replace("postgres://postgres@", "postgres://reader@"),
        &settings(),
    )
    .unwrap();
    let (all, little) = (
        all.schema(&LeaveOut::default()).unwrap(),
        little.schema(&LeaveOut::default()).unwrap(),
    );
    assert_eq!(told(&compare(&all, &little)), Vec::<String>::new());
    assert_eq!(all.edges, little.edges);
}
