//! What only a person or the server knows, on PostgreSQL: no cast, nothing to fill a column
//! with, no way back.

use insta::assert_snapshot;

use super::postgres::{newest, project};
use crate::support::postgres::Cluster;

/// A project whose models are applied, and then become others.
fn changed(before: &str, after: &str) -> crate::support::Sandbox {
    let (sandbox, _) = project(&[("all.sql", before)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.write("project/models/all.sql", after);
    sandbox
}

const CREATE: [&str; 4] = ["create", "Change", "--rev-id", "aaaa00000002"];

#[test]
fn types_that_have_no_cast_ask_for_an_expression() {
    let sandbox = changed(
        "CREATE TABLE events (id integer PRIMARY KEY, at bigint, place point);\n",
        "CREATE TABLE events (id integer PRIMARY KEY, at timestamptz, place point);\n",
    );
    assert_snapshot!(sandbox.teammig("project", &CREATE), @r#"
    exit 3
    --- stderr
    error: there is one thing to decide first
      events.at bigint does not become timestamp with time zone by itself
    hint: `--using "events.at:at::timestamp with time zone"`, or `-- teammig: using at::timestamp with time zone` behind the column in the models; where there is no such cast, with another expression
    "#);
    let using = [&CREATE[..], &["--using", "events.at:to_timestamp(at)"]].concat();
    let run = sandbox.teammig("project", &using);
    assert_eq!(run.code, 0, "{run}");
    // What only the server knows.
    sandbox.write(
        "project/models/all.sql",
        "CREATE TABLE events (id integer PRIMARY KEY, at timestamptz, place integer);\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["create", "Place"]), @r#"
    exit 3
    --- stderr
    error: there is one thing to decide first
      public.events.place point does not become integer by itself
    hint: `--using "public.events.place:place::integer"`, or `-- teammig: using place::integer` behind the column in the models; where there is no such cast, with another expression
    "#);
}

#[test]
fn a_column_that_must_hold_something_is_asked_for_whether_new_or_old() {
    let sandbox = changed(
        "CREATE TABLE users (id integer PRIMARY KEY, name text);\n",
        "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);\n",
    );
    assert_snapshot!(sandbox.teammig("project", &CREATE), @r#"
    exit 3
    --- stderr
    error: there is one thing to decide first
      users.name must hold something in every row, and nothing says what is in those that are there
    hint: `--backfill "users.name:''"`, or `-- teammig: backfill ''` behind the column in the models, with any expression in place of ''; or give it a DEFAULT
    "#);
    let filled = [&CREATE[..], &["--backfill", "users.name:'nobody'"]].concat();
    let run = sandbox.teammig("project", &filled);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        newest(&sandbox, "aaaa00000002")
            .contains("UPDATE users SET name = 'nobody' WHERE name IS NULL;"),
    );
    // The rows that were made up have one that needs it.
    let run = sandbox.teammig("project", &["verify", "aaaa00000002"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stdout.contains("no row"), "{run}");
}

/// What is proposed gets typed as it stands: SQLite would keep `''` in a column of numbers.
#[test]
fn what_is_proposed_is_a_value_of_the_column() {
    let sandbox = changed(
        "CREATE TABLE users (id integer PRIMARY KEY);\n",
        "CREATE TABLE users (id integer PRIMARY KEY, age integer NOT NULL, born date NOT NULL);\n",
    );
    assert_snapshot!(sandbox.teammig("project", &CREATE), @r#"
    exit 3
    --- stderr
    error: there are 2 things to decide first
      users.age must hold something in every row, and nothing says what is in those that are there
      users.born must hold something in every row, and nothing says what is in those that are there
    hint: `--backfill "users.age:0"`, or `-- teammig: backfill 0` behind the column in the models, with any expression in place of 0; or give it a DEFAULT
    hint: `--backfill "users.born:CURRENT_DATE"`, or `-- teammig: backfill CURRENT_DATE` behind the column in the models, with any expression in place of CURRENT_DATE; or give it a DEFAULT
    "#);
    let filled = [
        &CREATE[..],
        &[
            "--backfill",
            "users.age:0",
            "--backfill",
            "users.born:CURRENT_DATE",
        ],
    ]
    .concat();
    let run = sandbox.teammig("project", &filled);
    assert_eq!(run.code, 0, "{run}");
}

/// The server lets a type grow, and takes nothing away from one that partitions are told
/// apart by.
#[test]
fn a_way_back_that_the_server_refuses_is_left_out() {
    let models = |labels: &str| {
        format!(
            "CREATE TYPE kind AS ENUM ({labels});
CREATE TABLE events (kind kind NOT NULL, at date) PARTITION BY LIST (kind);
CREATE TABLE events_a PARTITION OF events FOR VALUES IN ('a');
"
        )
    };
    let sandbox = changed(&models("'a', 'b'"), &models("'a', 'b', 'c'"));
    assert_snapshot!(sandbox.teammig("project", &CREATE), @r#"
    exit 0
    --- stdout
    migrations/2026-11-22_aaaa00000002_change.sql
    --- stderr
      ~ enum public.kind: changed: labels
      verified on a scratch database: up reaches the models, with rows in 1 table
    warning: there is no way back: the database says: cannot alter column "kind" because it is part of the partition key of relation "events"
    "#);
    assert_snapshot!(newest(&sandbox, "aaaa00000002"), @"
    -- teammig:
    --   revision: aaaa00000002
    --   parents: [aaaa00000001]
    --   message: Change
    --   created: 2026-11-22T10:03:00Z

    -- migrate:up
    ALTER TYPE kind ADD VALUE 'c';

    -- migrate:down irreversible
    ");
}

#[test]
fn tables_that_refer_to_each_other() {
    let (sandbox, _) = project(&[(
        "all.sql",
        "CREATE TABLE a (id integer PRIMARY KEY, b integer REFERENCES b);
CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a);
",
    )]);
    let run = sandbox.teammig("project", &["create", "Both"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("ALTER TABLE … ADD FOREIGN KEY"),
        "{run}"
    );
}

/// Queries have the old one until the new one is built.
#[test]
fn an_index_that_changes_is_built_beside_the_old_one() {
    let table = "CREATE TABLE users (id integer PRIMARY KEY, name text, mail text);\n";
    let sandbox = changed(
        &format!("{table}CREATE INDEX by_name ON users (name);\n"),
        &format!("{table}CREATE INDEX by_name ON users (name, mail);\n"),
    );
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!("concurrent_indexes: true\n{config}"),
    );
    sandbox.ok("project", &CREATE);
    assert_snapshot!(newest(&sandbox, "aaaa00000002"), @"
    -- teammig:
    --   revision: aaaa00000002
    --   parents: [aaaa00000001]
    --   message: Change
    --   created: 2026-11-22T10:03:00Z

    -- migrate:up transaction:false
    -- is not undone when something after it fails
    CREATE INDEX CONCURRENTLY by_name_new ON users (name, mail);
    -- is not undone when something after it fails
    DROP INDEX CONCURRENTLY by_name;
    ALTER INDEX public.by_name_new RENAME TO by_name;

    -- migrate:down transaction:false
    -- is not undone when something after it fails
    CREATE INDEX CONCURRENTLY by_name_new ON users USING btree (name);
    -- is not undone when something after it fails
    DROP INDEX CONCURRENTLY by_name;
    ALTER INDEX public.by_name_new RENAME TO by_name;
    ");
    sandbox.ok("project", &["upgrade"]);
    sandbox.ok("project", &["diff"]);
}

/// A view that somebody made by hand stands in the way of a change of its column.
#[test]
fn who_uses_what_changes_is_named() {
    let (sandbox, url) = project(&[(
        "p.sql",
        "CREATE TABLE p (id integer PRIMARY KEY, price integer);\n",
    )]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    let psql = Cluster::shared().psql_at(&url);
    psql.run("CREATE VIEW hv AS SELECT price FROM p; CREATE VIEW apart AS SELECT 1 AS one");
    sandbox.edit("project/models/p.sql", "price integer", "price bigint");
    let create = ["create", "Big", "--rev-id", "aaaa00000002"];
    let against = [&create[..], &["--against", "database"]].concat();
    assert_snapshot!(sandbox.teammig("project", &against), @r#"
    exit 3
    --- stderr
    error: the planned revision does not hold on a scratch database, and was not written
      up fails: cannot alter type of a column used by a view or rule (0A000)
        aaaa00000002 (not written):8:1
        | ALTER TABLE p ALTER COLUMN price TYPE bigint USING price::bigint;
        detail: rule _RETURN on view hv depends on column "price"
    Nothing was written.
    hint: where it is in the way of what only this database has (`teammig drift` shows that): what is to stay, put alone into the models and call `teammig create "what it does"`, then `teammig stamp --only head` here; what is not to stay, keep what is in it elsewhere and remove it here; then call this again
    hint: `teammig diff --sql` shows what was planned; `teammig create --empty` writes a revision to fill in by hand
    "#);
    // What does not touch it is written.
    sandbox.edit(
        "project/models/p.sql",
        "price bigint",
        "price integer, note text",
    );
    sandbox.ok("project", &against);
}

/// What was renamed asks for no values: that hint comes first.
#[test]
fn what_looks_renamed_is_said_before_what_fills_it() {
    let sandbox = changed(
        "CREATE TABLE users (id integer PRIMARY KEY, fullname text NOT NULL);\n",
        "CREATE TABLE users (id integer PRIMARY KEY, full_name text NOT NULL);\n",
    );
    assert_snapshot!(sandbox.teammig("project", &CREATE), @r#"
    exit 3
    --- stderr
    error: there are 2 things to decide first
      users.full_name must hold something in every row, and nothing says what is in those that are there
      public.users.fullname is dropped, and must hold something in every row when a downgrade brings it back
    hint: if public.users.fullname is public.users.full_name now: `--rename "public.users.fullname:public.users.full_name"`
    hint: `--backfill "users.full_name:''"`, or `-- teammig: backfill ''` behind the column in the models, with any expression in place of ''; or give it a DEFAULT
    hint: `--backfill "public.users.fullname:''"` says what is in it then, with any expression in place of ''
    "#);
    let rename = [
        &CREATE[..],
        &["--rename", "public.users.fullname:public.users.full_name"],
    ]
    .concat();
    sandbox.ok("project", &rename);
}
