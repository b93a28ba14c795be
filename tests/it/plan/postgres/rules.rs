//! No key of the rule table is forgotten by the pairs.

use std::collections::BTreeSet;

use teammig::{
    model::Dialect,
    schema::{Effect, Kind, What, compare},
};

use super::{Bench, all_both_ways, is_understood, pairs, roles};

/// Keys that only SQLite's facts have.
const OF_SQLITE: &[(Kind, &str)] = &[
    (Kind::Table, "definition"),
    (Kind::Column, "primary key"),
    (Kind::Column, "unique"),
    (Kind::Column, "check"),
    (Kind::Column, "references"),
    (Kind::Index, "unique"),
    (Kind::Index, "columns"),
    (Kind::Index, "where"),
];

/// What a single statement cannot bring about (`an_invalid_index_is_built_again`).
const ELSEWHERE: &[(Kind, &str)] = &[(Kind::Index, "state")];

#[test]
fn every_rule_is_exercised() {
    roles();
    let mut bench = Bench::new();
    let mut left = rules();
    assert!(left.len() > 80);
    let pairs = pairs::all().chain(rare_pairs());
    for (a, b) in pairs.filter(|(a, b)| is_understood(a) && is_understood(b)) {
        let (a, b) = (bench.schema_of(&a), bench.schema_of(&b));
        for difference in compare(&a, &b).differences {
            if let What::Changed(changes) = difference.what {
                for change in changes {
                    left.remove(&(difference.id.kind, change.key));
                }
            }
        }
        if left.is_empty() {
            return;
        }
    }
    panic!("{left:#?}");
}

/// All that asks for a statement.
fn rules() -> BTreeSet<(Kind, &'static str)> {
    // What older servers cannot do, or a test with them.
    let major = crate::support::postgres::Cluster::shared().major();
    let since = |at: &(Kind, &str)| match *at {
        (Kind::Sequence, "persistence") | (_, "tablespace" | "access method") => 15,
        (Kind::Column, "compression") => 14,
        _ => 0,
    };
    // A procedure is a function without a result.
    let kinds = Kind::ALL
        .iter()
        .filter(|kind| !matches!(kind, Kind::VirtualTable | Kind::Procedure));
    kinds
        .flat_map(|kind| kind.rules().iter().map(|rule| (*kind, rule)))
        .filter(|(_, rule)| rule.effect(Dialect::Postgres) != Effect::Remark)
        .map(|(kind, rule)| (kind, rule.key))
        .filter(|at| !OF_SQLITE.contains(at) && !ELSEWHERE.contains(at))
        .filter(|at| major >= since(at))
        .collect()
}

/// What needs something of the server.
const RARE: &[(&str, &str)] = &[
    (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int) TABLESPACE elsewhere; CREATE INDEX i ON t (a) TABLESPACE elsewhere; CREATE MATERIALIZED VIEW m TABLESPACE elsewhere AS SELECT a FROM t",
    ),
    (
        "CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE MATERIALIZED VIEW m AS SELECT a FROM t",
        "CREATE TABLE t (a int) TABLESPACE elsewhere; CREATE INDEX i ON t (a) TABLESPACE elsewhere; CREATE MATERIALIZED VIEW m WITH (fillfactor = 50) TABLESPACE elsewhere AS SELECT a FROM t; COMMENT ON MATERIALIZED VIEW m IS 'x'",
    ),
    (
        "CREATE TABLE t (a int); CREATE MATERIALIZED VIEW m AS SELECT a FROM t",
        "CREATE TABLE t (a int) USING heap2; CREATE MATERIALIZED VIEW m USING heap2 AS SELECT a FROM t",
    ),
    (
        "CREATE UNLOGGED SEQUENCE s",
        "CREATE SEQUENCE s AS smallint",
    ),
    (
        "CREATE TABLE t (a int, b int); CREATE SEQUENCE s OWNED BY t.a",
        "CREATE TABLE t (a int, b int); CREATE SEQUENCE s OWNED BY t.b; COMMENT ON SEQUENCE s IS 'x'",
    ),
    (
        "CREATE SEQUENCE s MINVALUE 5",
        "CREATE SEQUENCE s MINVALUE 3 START 5",
    ),
    (
        "CREATE SCHEMA other; CREATE EXTENSION IF NOT EXISTS citext SCHEMA app",
        "CREATE SCHEMA other; CREATE EXTENSION IF NOT EXISTS citext SCHEMA other",
    ),
    (
        "",
        "CREATE EXTENSION IF NOT EXISTS citext SCHEMA app; CREATE TABLE t (a citext DEFAULT 'x', b citext[])",
    ),
    (
        "CREATE TYPE e AS ENUM ('a'); CREATE TYPE r AS RANGE (SUBTYPE = int); CREATE DOMAIN d AS int",
        "CREATE TYPE e AS ENUM ('a'); CREATE TYPE r AS RANGE (SUBTYPE = int); CREATE DOMAIN d AS int; COMMENT ON TYPE e IS 'x'; COMMENT ON TYPE r IS 'x'; COMMENT ON DOMAIN d IS 'd'",
    ),
    (
        "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int); CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE POLICY y ON p; CREATE TRIGGER g BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION tf()",
        "CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int); COMMENT ON AGGREGATE g (int) IS 'x'; CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON FUNCTION g() IS 'x'; CREATE POLICY y ON p; COMMENT ON POLICY y ON p IS 'x'; CREATE TRIGGER g BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION tf(); COMMENT ON TRIGGER g ON p IS 'x'",
    ),
    (
        "CREATE FUNCTION h(x VARIADIC int[]) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION h(x int[]) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    (
        "CREATE AGGREGATE g (a int) (SFUNC = int4pl, STYPE = int)",
        "CREATE AGGREGATE g (b int) (SFUNC = int4pl, STYPE = int)",
    ),
    (
        "CREATE FUNCTION n(int, int) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'; CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int, PARALLEL = SAFE)",
        "CREATE AGGREGATE g (int) (SFUNC = int8inc_any, STYPE = bigint, INITCOND = '0')",
    ),
    (
        "CREATE TABLE t (a int, b int); CREATE AGGREGATE g (int) (SFUNC = int4_sum, STYPE = bigint)",
        "CREATE TABLE t (a int, b int); CREATE AGGREGATE g (int) (SFUNC = int4pl, STYPE = int)",
    ),
];

fn rare_pairs() -> impl Iterator<Item = (String, String)> {
    let cluster = crate::support::postgres::Cluster::shared();
    let psql = cluster.psql("postgres");
    // One to another test may be faster.
    let _ = psql.try_run("SET allow_in_place_tablespaces = on");
    let _ = psql.try_run("CREATE TABLESPACE elsewhere LOCATION ''");
    let elsewhere = psql.value("SELECT count(*) FROM pg_tablespace WHERE spcname = 'elsewhere'");
    assert!(elsewhere == "1" || cluster.major() < 15);
    let contrib = psql.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'");
    let all = RARE.iter().filter(move |(_, b)| {
        (contrib == "1" || !b.contains("citext")) && (elsewhere == "1" || !b.contains("elsewhere"))
    });
    all.map(|(a, b)| {
        let on = |script: &str| {
            let method = "DO $$ BEGIN CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler; EXCEPTION WHEN duplicate_object THEN NULL; END $$;";
            format!("{method} {} {script}", crate::introspect::postgres::changes::BASE)
        };
        (on(a), on(b))
    })
}

#[test]
fn rare_pairs_there_and_back() {
    roles();
    all_both_ways(&mut Bench::new(), rare_pairs());
}
