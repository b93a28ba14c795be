//! What has another name and is changed, too.

use insta::assert_snapshot;

use super::project;

/// It is shown as one object with what else changes in it, as `create` does.
#[test]
fn diff_shows_a_table_that_is_renamed_and_changed() {
    let sandbox = project(&[(
        "people.sql",
        "CREATE TABLE people ( -- teammig: renamed from users
    id integer PRIMARY KEY,
    full_name text NOT NULL DEFAULT '', -- teammig: renamed from fullname
    age integer
);\n",
    )]);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 3
    --- stdout
    ~ table people: was users
    + column people.age
        type: integer
    ~ column people.full_name: was users.fullname
    ~ column people.full_name
        not null: none here, NOT NULL in the models
        default: none here, '' in the models
    --- stderr
    dev: 4 differences from the models
    hint: `teammig diff --against revisions` says what no revision has yet; `teammig upgrade` applies those that there are
    ");
    let create = ["create", "People", "--rev-id", "bbbb00000001"];
    assert_snapshot!(sandbox.teammig("project", &create), @"
    exit 0
    --- stdout
    migrations/2026-11-22_bbbb00000001_people.sql
    --- stderr
      ~ table people: renamed from users
      + column people.age
      ~ column people.full_name: renamed from users.fullname
      ~ column people.full_name: changed: not null, default
      verified on a scratch database: up reaches the models, down returns, with rows in 1 table
    ");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
}

/// Nobody said so: what it looks like is told.
#[test]
fn diff_says_what_looks_renamed() {
    let sandbox = project(&[(
        "people.sql",
        "CREATE TABLE people (\n    id integer PRIMARY KEY,\n    fullname text,\n    age integer\n);\n",
    )]);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @r#"
    exit 3
    --- stdout
    + table people
        CREATE TABLE people (
            id integer PRIMARY KEY,
            fullname text,
            age integer
        )
    - table users
    --- stderr
    dev: 2 differences from the models
    hint: if users is people now: `--rename "users:people"`, or a remark in the models (`-- teammig: renamed from …`)
    hint: `teammig diff --against revisions` says what no revision has yet; `teammig upgrade` applies those that there are
    "#);
    let (document, _) = sandbox.json("project", &["diff"]);
    assert_eq!(document["perhaps_renamed"][0]["to"][0], "people");
    let rename = ["diff", "--rename", "users:people"];
    assert_snapshot!(sandbox.teammig("project", &rename), @"
    exit 3
    --- stdout
    ~ table people: was users
    + column people.age
        type: integer
    --- stderr
    dev: 2 differences from the models
    hint: `teammig diff --against revisions` says what no revision has yet; `teammig upgrade` applies those that there are
    ");
}

/// What uses a label that has another name is the same.
#[cfg(unix)]
#[test]
fn diff_shows_a_renamed_label_with_its_type_alone() {
    let models = "CREATE TYPE mood AS ENUM ('happy', 'sad');\nCREATE TABLE t (a mood DEFAULT 'happy');\n\
        CREATE INDEX ON t (a) WHERE a = 'happy';\n";
    let (sandbox, _) = super::postgres::project(&[("all.sql", models)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    let later = models
        .replace("('happy', ", "('glad', -- teammig: renamed from happy\n")
        .replace("'sad')", "'sad', 'calm')")
        .replace("'happy'", "'glad'");
    sandbox.write("project/models/all.sql", later);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 3
    --- stdout
    ~ enum public.mood
        labels: 'happy', 'sad' here, 'glad', 'sad', 'calm' in the models
    --- stderr
    dev: 1 difference from the models
    hint: `teammig diff --against revisions` says what no revision has yet; `teammig upgrade` applies those that there are
    ");
    sandbox.ok("project", &["create", "Labels", "--rev-id", "aaaa00000002"]);
    let text = super::postgres::newest(&sandbox, "aaaa00000002");
    let up = text.split("-- migrate:down").next().unwrap();
    assert!(
        up.contains(" RENAME VALUE 'happy' TO 'glad';\nALTER TYPE mood ADD VALUE 'calm';\n"),
        "{up}"
    );
    assert!(!up.contains("_old"), "{up}");
}
