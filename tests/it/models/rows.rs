//! What is done with rows where the schemas alone would do with less.

use crate::support::{Sandbox, postgres::Cluster};

/// Two projects, SQLite and PostgreSQL, whose first revision makes these models, applied.
fn projects(models: &str) -> [Sandbox; 2] {
    let both = [
        super::project(&[("users.sql", super::USERS), ("m.sql", models)]),
        super::postgres::project(&[("m.sql", models)]).0,
    ];
    for sandbox in &both {
        sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000002"]);
        sandbox.ok("project", &["upgrade"]);
    }
    both
}

/// Creates the revision that leads to other models; what was said, and the script.
fn create(sandbox: &Sandbox, models: &str, options: &[&str]) -> (String, String) {
    sandbox.write("project/models/m.sql", models);
    let create = ["create", "Change", "--rev-id", "aaaa00000003"];
    let run = sandbox.teammig("project", &[&create, options].concat());
    assert_eq!(run.code, 0, "{run}");
    let script = super::postgres::newest(sandbox, "aaaa00000003");
    (run.to_string(), script)
}

/// Up and down with the rows that are there.
fn there_and_back(sandbox: &Sandbox) {
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
    sandbox.ok("project", &["downgrade", "-1"]);
}

/// Runs SQL in the database of a project.
fn run(sandbox: &Sandbox, sql: &str) {
    let config = sandbox.read("project/teammig.yaml");
    if config.contains("sqlite:dev.db") {
        let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
        connection.execute_batch(sql).unwrap();
    } else {
        let url = config.rsplit_once("dev: ").unwrap().1.trim();
        Cluster::shared().psql_at(url).run(sql);
    }
}

const TEAMS: &str = "CREATE TABLE teams (id integer PRIMARY KEY, name text);\n\
    CREATE TABLE people (id integer PRIMARY KEY, team_id integer REFERENCES teams (id));\n";
const NO_TEAMS: &str = "CREATE TABLE people (id integer PRIMARY KEY, team_id integer);\n";
const ROWS: &str =
    "INSERT INTO teams VALUES (7, 'a'); INSERT INTO people VALUES (1, 7), (2, NULL);";

/// What referred to the rows knows their keys.
#[test]
fn a_table_that_comes_back_has_the_rows_that_others_refer_to() {
    for sandbox in projects(TEAMS) {
        run(&sandbox, ROWS);
        let (said, script) = create(&sandbox, NO_TEAMS, &["--accept-loss"]);
        assert!(said.contains("down returns, with rows in "), "{said}");
        assert!(script.contains("INSERT INTO teams (id)\n"), "{script}");
        there_and_back(&sandbox);
        assert_eq!(
            sandbox.teammig("project", &["verify", "aaaa00000003"]).code,
            0
        );
    }
}

#[test]
fn a_reference_to_rows_that_cannot_come_back_is_emptied() {
    let filled = TEAMS.replace("name text", "name text NOT NULL");
    for sandbox in projects(&filled) {
        run(&sandbox, ROWS);
        let (said, script) = create(&sandbox, NO_TEAMS, &["--accept-loss"]);
        assert!(said.contains("down returns, with rows in "), "{said}");
        let loss = "-- loses data: the values of people.team_id\nUPDATE people SET team_id = NULL";
        assert!(script.contains(loss), "{script}");
        there_and_back(&sandbox);
    }
}

/// Somebody says what is in them, or they come back with nothing that has to be there.
#[test]
fn what_is_in_rows_that_others_refer_to_has_to_be_said() {
    let filled = TEAMS
        .replace("name text", "name text NOT NULL")
        .replace("team_id integer", "team_id integer NOT NULL");
    let after = NO_TEAMS.replace("team_id integer", "team_id integer NOT NULL");
    for sandbox in projects(&filled) {
        run(&sandbox, &ROWS.replace(", (2, NULL)", ""));
        sandbox.write("project/models/m.sql", &after);
        let run = sandbox.teammig("project", &["create", "Change", "--accept-loss"]);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.contains("teams.name:''\"`"), "{run}");
        let filled = ["--accept-loss", "--backfill", "teams.name:'team ' || id"];
        let (said, script) = create(&sandbox, &after, &filled);
        assert!(said.contains("down returns, with rows in "), "{said}");
        assert!(script.contains("SELECT id, 'team ' || id\n"), "{script}");
        there_and_back(&sandbox);
    }
}

/// A check over columns that rows were made up for without it, as PostgreSQL's was told.
#[test]
fn what_made_up_rows_break_is_told_on_sqlite_too() {
    let before = "CREATE TABLE nodes (id integer PRIMARY KEY, parent_id integer NOT NULL DEFAULT 1 REFERENCES nodes);\n\
        CREATE TRIGGER kept AFTER UPDATE ON nodes BEGIN SELECT 1; END;\n";
    let sandbox = super::project(&[("users.sql", super::USERS), ("m.sql", before)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000002"]);
    let after = before.replace(
        "REFERENCES nodes)",
        "REFERENCES nodes, CHECK (parent_id <> id))",
    );
    let (said, script) = create(&sandbox, &after, &[]);
    assert!(
        said.contains("may not on yours: CHECK constraint"),
        "{said}"
    );
    assert!(script.contains("-- migrate:down"), "{script}");
}

/// By SQLite's rules a part of a primary key may be NULL.
#[test]
fn what_becomes_a_part_of_a_primary_key_is_filled() {
    let before = "CREATE TABLE pairs (a integer NOT NULL, b integer, PRIMARY KEY (a));\n";
    let after = before.replace("KEY (a)", "KEY (a, b COLLATE binary DESC)");
    let sandbox = super::project(&[("users.sql", super::USERS), ("m.sql", before)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000002"]);
    let (_, script) = create(&sandbox, &after, &["--backfill", "pairs.b:0"]);
    assert!(script.contains("coalesce(b, 0)"), "{script}");
    sandbox.ok("project", &["upgrade"]);
    // The remark may stay: the key stays as well.
    sandbox.write(
        "project/models/m.sql",
        after.replace(
            "b integer,",
            "b integer, -- teammig: backfill 0\n c text CHECK (c <> ''),",
        ),
    );
    sandbox.ok("project", &["create", "Again", "--rev-id", "aaaa00000004"]);
    let script = super::postgres::newest(&sandbox, "aaaa00000004");
    assert!(!script.contains("coalesce"), "{script}");
}

const ALONE: &str = "CREATE TABLE people (id integer PRIMARY KEY, name text);\n";

/// A new table has no row that the rows which are there could refer to.
#[test]
fn rows_that_would_have_to_refer_to_a_table_that_is_new_are_asked_about() {
    for (column, option) in [
        (
            "team_id integer NOT NULL REFERENCES teams",
            "people.team_id:1",
        ),
        ("team_id integer NOT NULL REFERENCES teams", ""),
        ("team_id integer REFERENCES teams", "people.team_id:1"),
        ("team_id integer DEFAULT 1 REFERENCES teams", ""),
    ] {
        let after = format!(
            "CREATE TABLE teams (id integer PRIMARY KEY, name text);\n\
             CREATE TABLE people (id integer PRIMARY KEY, name text,\n  {column});\n"
        );
        for sandbox in projects(ALONE) {
            sandbox.write("project/models/m.sql", &after);
            let mut call = vec!["create", "Change", "--rev-id", "aaaa00000003"];
            if !option.is_empty() {
                call.extend(["--backfill", option]);
            }
            let run = sandbox.teammig("project", &call);
            assert_eq!(run.code, 3, "{column}: {run}");
            assert!(
                run.stderr
                    .contains("people.team_id has to refer to a row of ")
                    && run.stderr.contains("teams, which is new and has none"),
                "{run}"
            );
            assert!(
                run.stderr.contains("there is one thing to decide first"),
                "{run}"
            );
        }
    }
}

/// The steps that the message names.
#[test]
fn the_steps_to_a_new_table_that_all_rows_refer_to() {
    let teams = "CREATE TABLE teams (id integer PRIMARY KEY, name text);\n";
    for sandbox in projects(ALONE) {
        run(&sandbox, "INSERT INTO people VALUES (1, 'a'), (2, 'b');");
        create(&sandbox, &format!("{teams}{ALONE}"), &[]);
        let empty = ["create", "--empty", "Rows", "--rev-id", "aaaa00000004"];
        sandbox.ok("project", &empty);
        let path = "project/migrations/2026-11-22_aaaa00000004_rows.sql";
        let text = sandbox.read(path);
        let (up, _) = text.split_once("-- migrate:up\n").unwrap();
        sandbox.write(
            path,
            format!(
                "{up}-- migrate:up\nINSERT INTO teams VALUES (1, 'all');\n\n\
                 -- migrate:down\nDELETE FROM teams WHERE id = 1;\n"
            ),
        );
        let column =
            "name text,\n  team_id integer NOT NULL REFERENCES teams -- teammig: backfill 1\n)";
        let after = format!("{teams}{}", ALONE.replace("name text)", column));
        sandbox.write("project/models/m.sql", &after);
        let run = sandbox.teammig("project", &["create", "Refer", "--rev-id", "aaaa00000005"]);
        assert_eq!(run.code, 0, "{run}");
        assert!(run.stderr.contains("down returns, with rows in "), "{run}");
        there_and_back(&sandbox);
    }
}

/// A key that rows need not have, or that is not held against them, fails for nobody at once.
#[test]
fn a_reference_to_a_new_table_that_rows_need_not_have_is_written() {
    let after = "CREATE TABLE teams (id integer PRIMARY KEY, name text);\n\
        CREATE TABLE people (id integer PRIMARY KEY, name text, team_id integer REFERENCES teams);\n";
    for sandbox in projects(ALONE) {
        let (said, _) = create(&sandbox, after, &[]);
        assert!(said.contains("down returns, with rows in "), "{said}");
    }
    let held = "CREATE TABLE teams (id integer PRIMARY KEY, name text);\n\
        CREATE TABLE people (id integer PRIMARY KEY, name text);\n\
        ALTER TABLE people ADD FOREIGN KEY (id) REFERENCES teams NOT VALID;\n";
    let [_, sandbox] = projects(ALONE);
    create(&sandbox, held, &[]);
}

/// sqldef#1294 #1297: what is lost is told by what changes, not by words in a text.
#[test]
fn words_in_texts_are_no_loss() {
    let after = "CREATE TABLE people (id integer PRIMARY KEY, name text,\n\
        note text DEFAULT 'DROP TABLE people; DELETE FROM people' CHECK (note <> 'DROP COLUMN name'));\n\
        CREATE VIEW \"drop table people\" AS SELECT 'TRUNCATE people' AS \"drop column name\";\n";
    for sandbox in projects(ALONE) {
        run(&sandbox, "INSERT INTO people VALUES (1, 'a');");
        let (said, script) = create(&sandbox, after, &[]);
        assert!(!said.contains("loses"), "{said}");
        let (up, _) = script.split_once("-- migrate:down").unwrap();
        assert!(!up.contains("loses data"), "{script}");
        there_and_back(&sandbox);
        // And one that is called like something harmless is one.
        sandbox.write(
            "project/models/m.sql",
            "CREATE VIEW v AS SELECT 1 AS \"add column\";\n",
        );
        let run = sandbox.teammig("project", &["create", "Gone"]);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.contains("loses data: table people"), "{run}");
    }
}

/// What SQLite says of a text that is no JSON is said of the values that were made up.
#[test]
fn a_column_that_becomes_json_may_have_json_in_it() {
    let [sandbox, _] = projects("CREATE TABLE t (id INTEGER PRIMARY KEY, meta TEXT);");
    run(&sandbox, "INSERT INTO t VALUES (1, '{\"k\": 5}')");
    let (said, _) = create(
        &sandbox,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, meta TEXT CHECK (json_valid(meta)), k TEXT AS (json_extract(meta, '$.k')));\nCREATE INDEX t_k ON t (k);",
        &[],
    );
    assert!(
        said.contains("not with rows: up fails on the rows that were made up, and may not on yours: malformed JSON"),
        "{said}"
    );
    there_and_back(&sandbox);
}
