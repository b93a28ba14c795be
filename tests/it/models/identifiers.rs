//! Names that a server takes and few people give: of 63 bytes, with quotes and dots,
//! reserved, in upper case, with a digit first. Each kind of object has one, is changed and
//! renamed, and comes back.

use crate::support::postgres::Cluster;

use super::postgres::project;

/// The models with names that are made from a letter; later on, what is changed and renamed.
struct Models {
    name: fn(&str) -> String,
    later: bool,
}

impl Models {
    /// A name in quotes.
    fn n(&self, letter: &str) -> String {
        format!("\"{}\"", (self.name)(letter).replace('"', "\"\""))
    }

    /// A text.
    fn t(&self, letter: &str) -> String {
        format!("'{}'", (self.name)(letter).replace('\'', "''"))
    }

    /// One that has another name later.
    fn r(&self, letter: &str) -> String {
        self.n(&self.now(letter))
    }

    fn now(&self, letter: &str) -> String {
        let end = if self.later { "2" } else { "" };
        format!("{letter}{end}")
    }

    fn was(&self, letter: &str) -> String {
        if self.later {
            format!("-- teammig: renamed from {}", self.n(letter))
        } else {
            String::new()
        }
    }

    fn then(&self, before: &'static str, later: &'static str) -> &'static str {
        if self.later { later } else { before }
    }

    fn sql(&self) -> String {
        let [
            table,
            id,
            text,
            mood,
            counter,
            half,
            check,
            index,
            view,
            whole,
        ] = ["t", "id", "x", "e", "s", "f", "c", "i", "v", "p"].map(|letter| self.r(letter));
        let [
            was_t,
            was_id,
            was_x,
            was_e,
            was_s,
            was_f,
            was_c,
            was_i,
            was_v,
            was_p,
            was_l,
        ] = ["t", "id", "x", "e", "s", "f", "c", "i", "v", "p", "l"].map(|letter| self.was(letter));
        let [domain, kind, argument, policy, part] =
            ["d", "k", "g", "y", "u"].map(|letter| self.n(letter));
        let (label, other) = (self.t(&self.now("l")), self.t("m"));
        let sequence = counter.replace('\'', "''");
        let added = self.then("", ", 'more'");
        let kinds = self.then("'a', 'b'", "'a'");
        let of = self.then("text", "varchar(60)");
        let least = self.then("0", "-1");
        format!(
            "CREATE TYPE {mood} AS ENUM ({label}, {was_l}\n {other}{added}); {was_e}
CREATE TYPE {kind} AS ENUM ({kinds});
CREATE DOMAIN {domain} AS {of};
CREATE SEQUENCE {counter}; {was_s}
CREATE FUNCTION {half}({argument} integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1'; {was_f}
CREATE TABLE {table} ( {was_t}
    {id} serial PRIMARY KEY, {was_id}
    {text} text UNIQUE, {was_x}
    {domain} {domain},
    {kind} {kind} DEFAULT 'a',
    {argument} {mood} DEFAULT {label},
    {policy} bigint DEFAULT nextval('{sequence}'),
    CONSTRAINT {check} CHECK ({id} > {least}) {was_c}
);
CREATE INDEX {index} ON {table} (lower({text}), {half}({id})); {was_i}
CREATE INDEX ON {table} ({text});
CREATE TABLE {whole} ({id} integer, {policy} text, PRIMARY KEY ({id})) PARTITION BY RANGE ({id}); {was_p}
CREATE INDEX ON {whole} ({policy});
CREATE TABLE {part} PARTITION OF {whole} FOR VALUES FROM (1) TO (9);
CREATE VIEW {view} AS SELECT {id}, {text} AS {kind} FROM {table}; {was_v}
CREATE POLICY {policy} ON {table} USING ({id} > {least});
COMMENT ON COLUMN {table}.{text} IS {label};
"
        )
        .replace(
            &format!("({id} integer, {policy}"),
            &format!("({id} integer, {was_id}\n {policy}"),
        )
    }
}

#[test]
fn every_object_with_a_name_that_nobody_gives() {
    let all: [fn(&str) -> String; 5] = [
        |letter| format!("{letter}{}", "n".repeat(63 - letter.len())),
        |letter| format!("{letter} \"q\" 'a'.b; -- $$"),
        |letter| format!("{}Name", letter.to_uppercase()),
        |letter| format!("1{letter}"),
        |letter| {
            let words = [
                ("t", "table"),
                ("t2", "user"),
                ("id", "select"),
                ("id2", "order"),
                ("x", "values"),
                ("x2", "time"),
                ("e", "end"),
                ("e2", "case"),
            ];
            let word = words.iter().find(|(of, _)| *of == letter);
            word.map_or_else(|| format!("{letter}_"), |(_, word)| (*word).to_owned())
        },
    ];
    for name in all {
        let models = |later| Models { name, later }.sql();
        let (sandbox, url) = project(&[("all.sql", &models(false))]);
        sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
        sandbox.ok("project", &["upgrade"]);
        assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
        let before = Cluster::dump(&url);
        sandbox.write("project/models/all.sql", models(true));
        let create = [
            "create",
            "Change",
            "--rev-id",
            "aaaa00000002",
            "--accept-loss",
        ];
        let run = sandbox.teammig("project", &create);
        assert_eq!(run.code, 0, "{run}\n{}", models(true));
        sandbox.ok("project", &["upgrade"]);
        let run = sandbox.teammig("project", &["diff"]);
        assert_eq!(run.code, 0, "{run}");
        let text = super::postgres::newest(&sandbox, "aaaa00000002");
        assert!(!text.contains("DROP TABLE"), "{text}");
        sandbox.ok("project", &["downgrade", "aaaa00000001", "--yes"]);
        assert_eq!(Cluster::dump(&url), before);
    }
}

/// pgschema#335 #399 #449: what is compared in another place must not carry that place's name.
#[test]
fn bodies_and_paths_are_those_of_the_user() {
    let models = "CREATE SCHEMA app;
CREATE TABLE public.t (id integer PRIMARY KEY, place text DEFAULT current_database());
CREATE TABLE app.t (id integer PRIMARY KEY);
CREATE FUNCTION app.f() RETURNS bigint LANGUAGE sql SET search_path = app, public AS 'SELECT count(*) FROM t';
CREATE FUNCTION public.g() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN current_schema() || (SELECT count(*) FROM public.t); END';
CREATE VIEW public.v AS SELECT app.f() AS n, t.id FROM app.t;
";
    let (sandbox, url) = project(&[("all.sql", models)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    let text = super::postgres::newest(&sandbox, "aaaa00000001");
    let (up, _) = text.split_once("-- migrate:down").unwrap();
    for statement in models
        .lines()
        .filter(|line| !line.starts_with("CREATE TABLE"))
    {
        assert!(up.contains(statement), "{statement}\n{up}");
    }
    assert!(!text.contains("scratch"), "{text}");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
    let psql = Cluster::shared().psql_at(&url);
    psql.run("INSERT INTO app.t VALUES (1), (2)");
    assert_eq!(psql.value("SELECT n FROM v LIMIT 1"), "2");
}
