//! The same on PostgreSQL, with what only it has.

use std::process::Stdio;

use insta::assert_snapshot;

use crate::support::{Sandbox, postgres::Cluster, sandbox::Run};

/// A project whose first revision has that script, and its second that body.
fn with(base: &str, body: &str) -> Sandbox {
    let sandbox = Sandbox::project();
    let url = Cluster::shared().database();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        &format!("-- migrate:up\n{base}\n"),
    );
    sandbox.raw_revision("project", "aaaa00000002", "aaaa00000001", body);
    sandbox
}

fn verified(base: &str, body: &str) -> Run {
    with(base, body).teammig("project", &["verify", "aaaa00000002", "-v"])
}

const USERS: &str =
    "CREATE TABLE users (id bigserial PRIMARY KEY, name text NOT NULL, email text UNIQUE);
CREATE INDEX users_name ON users (name);";

#[test]
fn a_down_that_does_not_return() {
    assert_snapshot!(verified(USERS,
        "-- migrate:up\nDROP INDEX users_name;\nCREATE VIEW names AS SELECT name FROM users;\n\n-- migrate:down\nSELECT 1;\n",
    ), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        down does not return to where up began:
          view public.names is there and should not be
          index public.users_name is missing
    --- stderr
    aaaa00000002: up, statement 1: locks public.users ACCESS EXCLUSIVE
    aaaa00000002: up, statement 2: locks public.users ACCESS SHARE
    the revision does not hold, on the schema of 1 revision below
    ");
}

#[test]
fn values_that_are_lost_and_values_that_are_told_of() {
    assert_snapshot!(verified(USERS,
        "-- migrate:up\nALTER TABLE users ALTER name TYPE varchar(3) USING left(name, 3);\n\n\
         -- migrate:down\nALTER TABLE users ALTER name TYPE text;\n",
    ), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        silently lost: 2 of 2 values of public.users.name are not kept (canary 1 became can)
    --- stderr
    aaaa00000002: up, statement 1: locks public.users ACCESS EXCLUSIVE, locks public.users SHARE, writes all rows of public.users anew
    aaaa00000002: down, statement 1: locks public.users ACCESS EXCLUSIVE, locks public.users SHARE
    the revision does not hold, on the schema of 1 revision below
    hint: a loss on purpose is said in the script: `-- teammig: loses users.name`, or the table
    ");
    assert_snapshot!(verified(USERS,
        "-- migrate:up\nUPDATE users SET email = NULL;\n\n-- migrate:down\nSELECT 1;\n",
    ), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        silently lost: 2 of 2 values of public.users.email are NULL after up
    --- stderr
    aaaa00000002: up, statement 1: locks public.users ROW EXCLUSIVE
    the revision does not hold, on the schema of 1 revision below
    hint: a loss on purpose is said in the script: `-- teammig: loses users.name`, or the table
    ");
    assert_snapshot!(verified(USERS,
        "-- migrate:up\nTRUNCATE users;\nALTER TABLE users ADD COLUMN phone text NOT NULL;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN phone;\n",
    ), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        silently lost: 2 of 2 rows of public.users are gone after up
    --- stderr
    aaaa00000002: up, statement 1: locks public.users ACCESS EXCLUSIVE, locks public.users SHARE, writes all rows of public.users anew
    aaaa00000002: up, statement 2: locks public.users ACCESS EXCLUSIVE
    aaaa00000002: down, statement 1: locks public.users ACCESS EXCLUSIVE
    the revision does not hold, on the schema of 1 revision below
    hint: a loss on purpose is said in the script: `-- teammig: loses users.name`, or the table
    ");
    assert_snapshot!(verified(USERS,
        "-- migrate:up\nALTER TABLE users ALTER id TYPE integer;\nALTER TABLE users DROP COLUMN email;\n\n\
         -- migrate:down\nALTER TABLE users ALTER id TYPE bigint;\nALTER TABLE users ADD COLUMN email text UNIQUE;\n",
    ), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 1 table
        down does not bring back what was in it: 2 of 2 values of public.users.email are gone
    --- stderr
    aaaa00000002: up, statement 1: locks public.users ACCESS EXCLUSIVE, locks public.users SHARE, writes all rows of public.users anew
    aaaa00000002: up, statement 2: locks public.users ACCESS EXCLUSIVE
    aaaa00000002: down, statement 1: locks public.users ACCESS EXCLUSIVE, locks public.users SHARE, writes all rows of public.users anew
    aaaa00000002: down, statement 2: locks public.users ACCESS EXCLUSIVE, locks public.users SHARE
    1 revision verified, on the schema of 1 revision below
    ");
}

#[test]
fn rows_that_were_made_up_may_be_the_reason() {
    assert_snapshot!(verified(USERS,
        "-- migrate:up\nALTER TABLE users ALTER email TYPE integer USING email::integer;\n\n\
         -- migrate:down\nALTER TABLE users ALTER email TYPE text;\n",
    ), @r#"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; not with rows
        up fails on the rows that were made up, and may not on yours: invalid input syntax for type integer: "canary 1"
    --- stderr
    aaaa00000002: up, statement 1: locks public.users ACCESS EXCLUSIVE, locks public.users SHARE, writes all rows of public.users anew
    aaaa00000002: down, statement 1: locks public.users ACCESS EXCLUSIVE, locks public.users SHARE, writes all rows of public.users anew
    1 revision verified, on the schema of 1 revision below
    "#);
}

#[test]
fn a_new_label_cannot_be_used_in_the_transaction_that_adds_it() {
    assert_snapshot!(verified("CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE people (m mood);",
        "-- migrate:up\nALTER TYPE mood ADD VALUE 'glad';\nINSERT INTO people VALUES ('glad');\n\n-- migrate:down irreversible\n",
    ), @r#"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        up fails: unsafe use of new value "glad" of enum type mood (55P04)
          migrations/aaaa00000002.sql:8:28
          | INSERT INTO people VALUES ('glad');
    --- stderr
    aaaa00000002: up, statement 2: locks public.people ROW EXCLUSIVE
    the revision does not hold, on the schema of 1 revision below
    "#);
}

#[test]
fn locks_and_rewrites_are_seen() {
    let sandbox = with(
        USERS,
        "-- migrate:up\nALTER TABLE users ADD COLUMN phone text;\nALTER TABLE users ALTER id TYPE numeric;\nCREATE TABLE bills (user_id numeric REFERENCES users);\n\n\
         -- migrate:down\nDROP TABLE bills;\nALTER TABLE users ALTER id TYPE bigint;\nALTER TABLE users DROP COLUMN phone;\n",
    );
    let (document, code) = sandbox.json("project", &["verify", "aaaa00000002"]);
    assert_eq!(code, 0, "{document}");
    assert_snapshot!(serde_json::to_string(&document["revisions"][0]["observed"]).unwrap(), @r#"[{"direction":"up","locks":[{"mode":"ACCESS EXCLUSIVE","table":"public.users"}],"rewrites":[],"statement":1},{"direction":"up","locks":[{"mode":"ACCESS EXCLUSIVE","table":"public.users"},{"mode":"SHARE","table":"public.users"}],"rewrites":["public.users"],"statement":2},{"direction":"up","locks":[{"mode":"ACCESS SHARE","table":"public.users"},{"mode":"SHARE ROW EXCLUSIVE","table":"public.users"}],"rewrites":[],"statement":3},{"direction":"down","locks":[{"mode":"ACCESS EXCLUSIVE","table":"public.bills"},{"mode":"ACCESS EXCLUSIVE","table":"public.users"}],"rewrites":[],"statement":1},{"direction":"down","locks":[{"mode":"ACCESS EXCLUSIVE","table":"public.users"},{"mode":"SHARE","table":"public.users"}],"rewrites":["public.users"],"statement":2},{"direction":"down","locks":[{"mode":"ACCESS EXCLUSIVE","table":"public.users"}],"rewrites":[],"statement":3}]"#);
}

#[test]
fn a_table_of_every_common_type_gets_rows() {
    let run = verified(
        "CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@]+@[^@]+$');
CREATE DOMAIN percent AS integer NOT NULL CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE place AS (x integer, y text);
CREATE TYPE float_range AS RANGE (subtype = double precision);
CREATE TABLE parents (id uuid PRIMARY KEY, a integer, b text, UNIQUE (a, b));
CREATE TABLE everything (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s smallserial, i2 smallint NOT NULL UNIQUE, i4 integer NOT NULL UNIQUE, i8 bigint NOT NULL UNIQUE,
  n numeric NOT NULL UNIQUE, n2 numeric(4,2) NOT NULL, f real NOT NULL, d double precision NOT NULL, m money NOT NULL,
  t text NOT NULL UNIQUE, v varchar(5) NOT NULL UNIQUE, c char(3) NOT NULL, b boolean NOT NULL, by bytea NOT NULL UNIQUE,
  da date NOT NULL, ts timestamp NOT NULL, tz timestamptz(3) NOT NULL DEFAULT now(), ti time NOT NULL, tt timetz NOT NULL, iv interval NOT NULL,
  u uuid NOT NULL UNIQUE, j json NOT NULL, jb jsonb NOT NULL CHECK (jsonb_typeof(jb) = 'object'), x xml, ip inet NOT NULL, ci cidr NOT NULL, ma macaddr NOT NULL,
  bi bit(3) NOT NULL, vb bit varying NOT NULL, po point NOT NULL, bo box NOT NULL, cc circle NOT NULL, tv tsvector NOT NULL, tq tsquery NOT NULL,
  r int4range NOT NULL, dr daterange NOT NULL, tr tstzrange NOT NULL, fr float_range NOT NULL,
  ia integer[] NOT NULL, ta text[] NOT NULL, ma2 mood[] NOT NULL, mo mood NOT NULL, em email NOT NULL, pc percent, pl place NOT NULL, o oid NOT NULL,
  size integer NOT NULL CHECK (size > 3 AND size <= 5), state text NOT NULL CHECK (state IN ('on', 'off')), code text NOT NULL CHECK (length(code) = 4),
  parent uuid NOT NULL REFERENCES parents ON DELETE CASCADE, pa integer, pb text, FOREIGN KEY (pa, pb) REFERENCES parents (a, b),
  self integer REFERENCES everything (id), twice integer GENERATED ALWAYS AS (i4 * 2) STORED,
  EXCLUDE USING gist (r WITH &&));
CREATE TABLE a (id integer PRIMARY KEY, b integer NOT NULL);
CREATE TABLE b (id integer PRIMARY KEY, a integer NOT NULL REFERENCES a DEFERRABLE);
ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE measured (at date NOT NULL, x integer) PARTITION BY RANGE (at);
CREATE TABLE measured_2024 PARTITION OF measured FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE nothing ();
CREATE TABLE \"Odd \"\"name\" (\"A b\" text, \"select\" integer);
CREATE TABLE never (x integer NOT NULL CHECK (false));",
        "-- migrate:up\nCREATE TABLE next (x integer);\n\n-- migrate:down\nDROP TABLE next;\n",
    );
    assert_snapshot!(run, @r#"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 7 tables
    --- stderr
    aaaa00000002: no rows could be made for public.never: new row for relation "never" violates check constraint "never_check"
    aaaa00000002: down, statement 1: locks public.next ACCESS EXCLUSIVE
    warning: no rows could be made for public.never (`-v` says why): nothing is proved of what they hold
    1 revision verified, on the schema of 1 revision below
    "#);
}

#[test]
fn outside_of_transactions_and_beyond_the_database() {
    assert_snapshot!(verified(USERS,
        "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY users_email ON users (email);\nCOPY users TO PROGRAM 'cat >/dev/null';\n\n\
         -- migrate:down transaction:false\nDROP INDEX CONCURRENTLY users_email;\n",
    ), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 1 table
    --- stderr
    warning: not run on the scratch database, since it reaches beyond it: COPY users TO PROGRAM 'cat >/dev/null' (aaaa00000002)
    1 revision verified, on the schema of 1 revision below
    ");
}

#[test]
fn nothing_is_called_proved_where_nothing_may_be_tried() {
    let url = Cluster::shared().database();
    let sandbox = with(USERS, "-- migrate:up\nSELECT 1;\n");
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  production: {{url: \"{url}\", protected: true}}\n"),
    );
    let run = sandbox.teammig("project", &["verify", "--all"]);
    assert_eq!(run.code, 4, "{run}");
    let (document, code) = sandbox.json("project", &["verify", "--all"]);
    assert_eq!(code, 4);
    assert_eq!(document["kind"], "no-scratch");
}

/// The scratch database and its copy, which a run that is killed leaves.
#[test]
fn what_a_killed_proof_left_is_dropped_by_the_next_run() {
    let cluster = Cluster::start(&["listen_addresses="], 5432, |_| {});
    let psql = cluster.psql("postgres");
    let left = "SELECT datname FROM pg_database WHERE datname LIKE 'teammig\\_scratch%' ORDER BY 1";
    let sandbox = with("SELECT 1;", "-- migrate:up\nSELECT pg_sleep(60);\n");
    let config = format!(
        "environments:\n  dev: \"{}\"\n",
        cluster.url("postgres", "postgres")
    );
    sandbox.write("project/teammig.yaml", config);
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .args(["verify", "--all"])
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    psql.wait_for(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND datname LIKE 'teammig\\_scratch%' AND state = 'active')",
    );
    assert_eq!(psql.values(left).len(), 2, "the database and its copy");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(psql.values(left).len(), 2);
    // The server notices a client that is gone when it next talks to it.
    psql.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'teammig\\_scratch%'");
    psql.wait_for(
        "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname LIKE 'teammig\\_scratch%')",
    );
    psql.wait_for("SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')");
    let run = sandbox.teammig("project", &["verify", "aaaa00000001"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(psql.values(left), Vec::<String>::new());
}

#[test]
fn ctrl_c_in_the_middle_of_a_proof_drops_the_database_and_its_copy() {
    let cluster = Cluster::start(&["listen_addresses="], 5432, |_| {});
    let sandbox = with("SELECT 1;", "-- migrate:up\nSELECT pg_sleep(60);\n");
    let config = format!(
        "environments:\n  dev: \"{}\"\n",
        cluster.url("postgres", "postgres")
    );
    sandbox.write("project/teammig.yaml", config);
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .args(["verify", "--all"])
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let psql = cluster.psql("postgres");
    psql.wait_for(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND datname LIKE 'teammig\\_scratch%' AND state = 'active')",
    );
    crate::support::interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let left = "SELECT datname FROM pg_database WHERE datname LIKE 'teammig\\_scratch%'";
    assert_eq!(psql.values(left), Vec::<String>::new());
}
