//! Models: what may stand in them, how they are loaded, what they are compared with.

#[cfg(unix)]
mod asked;
mod bad;
mod by_hand;
mod command;
#[cfg(unix)]
mod counted;
mod create;
#[cfg(unix)]
mod excluded;
#[cfg(unix)]
mod identifiers;
#[cfg(unix)]
mod kept;
#[cfg(unix)]
mod postgres;
#[cfg(unix)]
mod prompts;
mod renames;
#[cfg(unix)]
mod rows;
#[cfg(unix)]
mod sqlalchemy;
mod using;
#[cfg(unix)]
mod way_back;

use insta::assert_snapshot;

use crate::support::Sandbox;

/// A project with models for SQLite and one applied revision that makes `users`.
pub(crate) fn project(models: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        "models: models\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "Users",
        "CREATE TABLE users (id integer PRIMARY KEY, fullname text);",
        "DROP TABLE users;",
    );
    for (name, text) in models {
        sandbox.write(&format!("project/models/{name}"), text);
    }
    sandbox.ok("project", &["upgrade"]);
    sandbox
}

const USERS: &str = "CREATE TABLE users (id integer PRIMARY KEY, fullname text);\n";

#[test]
fn models_that_say_what_is_there_differ_in_nothing() {
    let sandbox = project(&[("users.sql", USERS)]);
    let before = std::fs::read(sandbox.at("project/dev.db")).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 0
    --- stderr
    dev: as the models say
    ");
    assert_snapshot!(sandbox.teammig("project", &["diff", "--against", "revisions"]), @"
    exit 0
    --- stderr
    the 1 revision: as the models say
    ");
    assert_snapshot!(sandbox.teammig("project", &["diff", "--sql"]), @"
    exit 0
    --- stderr
    dev: as the models say
    ");
    assert_snapshot!(sandbox.teammig("project", &["check", "--only", "models"]), @"
    exit 0
    --- stdout
    ok: the models, against what the revisions produce
    ");
    let (document, code) = sandbox.json("project", &["diff"]);
    assert_eq!(code, 0);
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "against": "database",
      "differ": false,
      "differences": [],
      "environment": "dev",
      "left_alone": [],
      "no_file_has": [],
      "not_run": [],
      "perhaps_renamed": [],
      "remarks": [],
      "schema": "teammig.diff/1",
      "statements": [],
      "undecided": [],
      "unmodelled": []
    }
    "#);
    assert_eq!(before, std::fs::read(sandbox.at("project/dev.db")).unwrap());
}

/// The database has what somebody made by hand, the revisions do not.
#[test]
fn the_database_and_the_revisions_are_two_answers() {
    let sandbox = project(&[(
        "users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, fullname text, phone text);\n",
    )]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch("ALTER TABLE users ADD COLUMN phone text; CREATE TABLE hotfix (x)")
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 0
    --- stderr
    warning: left alone: table hotfix, which neither the models nor a revision know
    dev: as the models say
    ");
    assert_snapshot!(sandbox.teammig("project", &["diff", "--against", "revisions"]), @r#"
    exit 3
    --- stdout
    + column users.phone
        type: text
    --- stderr
    the 1 revision: 1 difference from the models
    hint: `teammig create "what it does"` writes the revision
    "#);
    assert_snapshot!(sandbox.teammig("project", &["check", "--only", "models"]), @r#"
    exit 3
    --- stdout
    1 error: the models, against what the revisions produce
    --- stderr
    error: column users.phone is in the models, and no revision makes it [models-differ]
     --> models/users.sql:1:60
      |
    1 | CREATE TABLE users (id integer PRIMARY KEY, fullname text, phone text);
      |                                                            ^^^^^^^^^^
    hint: `teammig create "what it does"` writes the revision that is missing; or correct the models
    "#);
    let (document, code) = sandbox.json("project", &["diff", "--against", "revisions"]);
    assert_eq!(code, 3);
    assert_eq!(document["differ"], true);
    assert_eq!(document["differences"][0]["object"], "users.phone");
}

/// Whatever files are called, and in folders of folders.
#[test]
fn files_stand_in_any_order() {
    let sandbox = project(&[
        ("users.sql", USERS),
        // Each of these two needs the other one: neither can be loaded as a whole.
        (
            "a.sql",
            "CREATE TABLE a (id integer PRIMARY KEY);\nCREATE TRIGGER on_b AFTER INSERT ON b BEGIN SELECT 1; END;\n",
        ),
        (
            "deep/er/b.SQL",
            "CREATE TRIGGER on_a AFTER INSERT ON a BEGIN SELECT 1; END;\nCREATE TABLE b (id integer PRIMARY KEY);\n",
        ),
        ("0_index.sql", "CREATE INDEX a_id ON a (id);\n"),
        (".hidden.sql", "this is no SQL"),
        ("notes.txt", "neither is this"),
    ]);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 3
    --- stdout
    + table a
        CREATE TABLE a (id integer PRIMARY KEY)
    + table b
        CREATE TABLE b (id integer PRIMARY KEY)
    --- stderr
    dev: 2 differences from the models
    hint: `teammig diff --against revisions` says what no revision has yet; `teammig upgrade` applies those that there are
    ");
}

#[test]
fn what_is_excluded_is_compared_by_nobody() {
    let sandbox = project(&[("users.sql", USERS)]);
    sandbox.write(
        "project/teammig.yaml",
        "models: models\nexclude: [\"spatial_*\", logs]\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE spatial_index (x); CREATE TABLE logs (x); CREATE TABLE other (x);",
        )
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 0
    --- stderr
    warning: left alone: table other, which neither the models nor a revision know
    dev: as the models say
    ");
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @r#"
    exit 3
    --- stdout
    + table other
        CREATE TABLE other (x)
    --- stderr
    dev: 1 difference from what the 1 revision of the ledger makes it
    hint: what is to stay belongs into a revision: `teammig create --empty "what it does"` makes its file; with the statements in it (`teammig drift --sql` prints them), `teammig stamp --only head` records it here without running it; what is not to stay, undo by hand
    "#);
    sandbox.write(
        "project/models/logs.sql",
        "CREATE TABLE logs (id integer);\n",
    );
    assert_eq!(
        sandbox
            .teammig("project", &["check", "--only", "models"])
            .code,
        0
    );
}

#[test]
fn a_project_without_models_says_how_to_have_some() {
    let sandbox = Sandbox::project();
    for args in [&["diff"][..], &["check", "--only", "models"]] {
        let run = sandbox.teammig("project", args);
        assert!(run.stderr.contains("names none"), "{run}");
    }
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 2
    --- stderr
    error: there are no models: the configuration names none
    hint: `models: models` in teammig.yaml names a folder with .sql files, `models: {command: [PROGRAM, ARGUMENT]}` a command that prints them
    ");
    assert_snapshot!(sandbox.teammig("project", &["create", "x", "--rename", "a:b"]), @"
    exit 2
    --- stderr
    error: there are no models: the configuration names none
    hint: `models: models` in teammig.yaml names a folder with .sql files, `models: {command: [PROGRAM, ARGUMENT]}` a command that prints them
    ");
    assert_eq!(sandbox.teammig("project", &["create", "x"]).code, 0);
}
