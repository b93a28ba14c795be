//! `create` with models, on SQLite: a revision, or nothing, or why not.

use insta::assert_snapshot;

use super::{USERS, project};
use crate::support::Sandbox;

pub(super) fn file(sandbox: &Sandbox, id: &str) -> String {
    let folder = std::fs::read_dir(sandbox.at("project/migrations")).unwrap();
    let mut paths = folder.map(|entry| entry.unwrap().path());
    let path = paths
        .find(|path| path.to_string_lossy().contains(id))
        .unwrap();
    std::fs::read_to_string(path).unwrap()
}

fn count(sandbox: &Sandbox) -> usize {
    std::fs::read_dir(sandbox.at("project/migrations"))
        .unwrap()
        .count()
}

/// The story of the README.
#[test]
fn a_column_is_added_to_the_models() {
    let sandbox = project(&[("users.sql", USERS)]);
    sandbox.edit(
        "project/models/users.sql",
        "fullname text",
        "fullname text, phone_number text",
    );
    let create = [
        "create",
        "Add phone_number to users",
        "--rev-id",
        "7f3a9c21e4b0",
    ];
    assert_snapshot!(sandbox.teammig("project", &create), @"
    exit 0
    --- stdout
    migrations/2026-11-22_7f3a9c21e4b0_add_phone_number_to_users.sql
    --- stderr
      + column users.phone_number
      verified on a scratch database: up reaches the models, down returns, with rows in 1 table
    ");
    assert_snapshot!(file(&sandbox, "7f3a9c21e4b0"), @"
    -- teammig:
    --   revision: 7f3a9c21e4b0
    --   parents: [aaaa00000001]
    --   message: Add phone_number to users
    --   created: 2026-11-22T10:03:00Z

    -- migrate:up
    ALTER TABLE users ADD COLUMN phone_number text;

    -- migrate:down
    -- loses data: column users.phone_number
    -- breaks programs that still use column users.phone_number
    ALTER TABLE users DROP COLUMN phone_number;
    ");
    sandbox.ok("project", &["upgrade"]);
    assert_snapshot!(sandbox.teammig("project", &["create", "Again"]), @"
    exit 0
    --- stderr
    Nothing was written: the models (1 file) say the same as what the 2 revisions produce.
    hint: rows, roles and the order of columns are no part of models; `--empty` writes a revision to fill in by hand
    ");
    assert_eq!(count(&sandbox), 2);
    sandbox.ok("project", &["check", "--only", "models"]);
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 3);
}

#[test]
fn for_programs() {
    let sandbox = project(&[("users.sql", USERS)]);
    let (document, code) = sandbox.json("project", &["create", "Nothing"]);
    assert_eq!((code, &document["revision"]), (0, &serde_json::Value::Null));
    sandbox.edit(
        "project/models/users.sql",
        "fullname text",
        "fullname text, age integer",
    );
    let (document, code) = sandbox.json("project", &["create", "Age", "--rev-id", "aaaa00000002"]);
    assert_eq!(code, 0);
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "compared": {
        "against": "revisions",
        "differences": [
          {
            "kind": "column",
            "object": "users.age",
            "what": "added"
          }
        ],
        "files": 1,
        "left_alone": [],
        "not_run": [],
        "renamed": [],
        "replayed": 1,
        "unmodelled": []
      },
      "head_file": null,
      "irreversible": [],
      "losses": [],
      "proved": [
        {
          "down": true,
          "not_brought_back": [],
          "revision": "aaaa00000002",
          "tables": 1,
          "tables_with_rows": 1
        }
      ],
      "revision": {
        "created": "2026-11-22T10:04:00Z",
        "depends_on": [],
        "labels": [],
        "message": "Age",
        "parents": [
          "aaaa00000001"
        ],
        "path": "migrations/2026-11-22_aaaa00000002_age.sql",
        "revision": "aaaa00000002"
      },
      "revisions": [
        {
          "created": "2026-11-22T10:04:00Z",
          "depends_on": [],
          "labels": [],
          "message": "Age",
          "parents": [
            "aaaa00000001"
          ],
          "path": "migrations/2026-11-22_aaaa00000002_age.sql",
          "revision": "aaaa00000002"
        }
      ],
      "schema": "teammig.create/1",
      "statements": [
        {
          "about": {
            "kind": "column",
            "path": [
              "users",
              "age"
            ]
          },
          "foreign_keys_off": false,
          "hazards": [],
          "part": 0,
          "sql": "ALTER TABLE users ADD COLUMN age integer",
          "transaction": true
        }
      ]
    }
    "#);
}

/// What is in the developer's database plays no part.
#[test]
fn a_half_finished_table_never_ends_up_in_a_revision() {
    let sandbox = project(&[("users.sql", USERS)]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch("CREATE TABLE half_finished (x); ALTER TABLE users ADD COLUMN y")
        .unwrap();
    let run = sandbox.teammig("project", &["create", "x"]);
    assert!(
        run.code == 0 && run.stderr.contains("Nothing was written"),
        "{run}"
    );
    // Nor does the database have to be there.
    drop(connection);
    std::fs::remove_file(sandbox.at("project/dev.db")).unwrap();
    sandbox.edit(
        "project/models/users.sql",
        "fullname text",
        "fullname text, age integer",
    );
    sandbox.ok("project", &["create", "Age"]);
    assert!(!sandbox.at("project/dev.db").exists());
}

/// Remarks are for teammig, and no part of what is stored.
#[test]
fn remarks_do_not_end_up_in_the_database() {
    let sandbox = project(&[("users.sql", USERS)]);
    sandbox.write(
        "project/models/users.sql",
        "CREATE TABLE users (\n  id integer PRIMARY KEY,\n  full_name text -- teammig: renamed from fullname\n);\n",
    );
    sandbox.write(
        "project/models/log.sql",
        "-- what happened\nCREATE TABLE log (\n  at text -- when\n);\n",
    );
    let run = sandbox.teammig("project", &["create", "x", "--rev-id", "aaaa00000002"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(file(&sandbox, "aaaa00000002"), @"
    -- teammig:
    --   revision: aaaa00000002
    --   parents: [aaaa00000001]
    --   message: x
    --   created: 2026-11-22T10:03:00Z

    -- migrate:up
    -- breaks programs that still use column users.fullname
    ALTER TABLE users RENAME COLUMN fullname TO full_name;
    CREATE TABLE log (
      at text -- when
    );

    -- migrate:down
    -- breaks programs that still use column users.full_name
    ALTER TABLE users RENAME COLUMN full_name TO fullname;
    -- loses data: table log
    -- breaks programs that still use table log
    DROP TABLE log;
    ");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
}

#[test]
fn a_loss_needs_a_word_where_nobody_is_there_to_be_told() {
    let sandbox = project(&[(
        "users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY);\n",
    )]);
    assert_snapshot!(sandbox.teammig("project", &["create", "Forget names"]), @"
    exit 3
    --- stderr
    error: the revision would lose data
      loses data: column users.fullname
    Nothing was written: nobody said that this may be lost.
    hint: `--accept-loss` writes it all the same
    ");
    assert_eq!(count(&sandbox), 1);
    let accepted = [
        "create",
        "Forget names",
        "--accept-loss",
        "--rev-id",
        "aaaa00000002",
    ];
    assert_snapshot!(sandbox.teammig("project", &accepted), @"
    exit 0
    --- stdout
    migrations/2026-11-22_aaaa00000002_forget_names.sql
    --- stderr
      - column users.fullname
      verified on a scratch database: up reaches the models, down returns, with rows in 1 table
    warning: loses data: column users.fullname
    ");
    assert_snapshot!(file(&sandbox, "aaaa00000002"), @"
    -- teammig:
    --   revision: aaaa00000002
    --   parents: [aaaa00000001]
    --   message: Forget names
    --   created: 2026-11-22T10:04:00Z

    -- migrate:up
    -- loses data: column users.fullname
    -- breaks programs that still use column users.fullname
    ALTER TABLE users DROP COLUMN fullname;

    -- migrate:down
    ALTER TABLE users ADD COLUMN fullname text;
    ");
}

/// What is gone and what is new under the same table or schema may be one and the same.
#[test]
fn a_rename_with_another_change_is_named() {
    let sandbox = project(&[(
        "users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, name_length integer);\n",
    )]);
    assert_snapshot!(sandbox.teammig("project", &["create", "x"]), @r#"
    exit 3
    --- stderr
    error: the revision would lose data
      loses data: column users.fullname
    Nothing was written: nobody said that this may be lost.
    hint: if users.fullname is users.name_length now: `--rename "users.fullname:users.name_length"`
    hint: `--accept-loss` writes it all the same
    "#);
    let sandbox = project(&[(
        "people.sql",
        "CREATE TABLE people (id integer PRIMARY KEY, name text);\n",
    )]);
    assert_snapshot!(sandbox.teammig("project", &["create", "x"]), @r#"
    exit 3
    --- stderr
    error: the revision would lose data
      loses data: table users
    Nothing was written: nobody said that this may be lost.
    hint: if users is people now: `--rename "users:people"`
    hint: `--accept-loss` writes it all the same
    "#);
}

#[test]
fn revisions_that_do_not_run_are_told_with_their_place() {
    let sandbox = project(&[("users.sql", USERS)]);
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        "-- migrate:up\nCREATE TABLE users (x);\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["create", "x"]), @"
    exit 4
    --- stderr
    error: the revisions cannot be replayed on a scratch database
     --> migrations/aaaa00000002.sql:7:14
      |
    7 | CREATE TABLE users (x);
      |              ^^^^^ table users already exists
      aaaa00000002 aaaa00000002: table users already exists
    Nothing was changed: it was tried on a scratch database, which is gone.
    hint: what the revisions need and none of them makes has to come from an earlier revision; on a scratch database, which is in memory, no script reaches files (ATTACH, VACUUM INTO)
    ");
}

#[test]
fn by_hand_as_before() {
    let sandbox = project(&[("users.sql", USERS)]);
    let run = sandbox.teammig("project", &["create", "By hand", "--empty"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(count(&sandbox), 2);
    let run = sandbox.teammig("project", &["create", "x", "--empty", "--accept-loss"]);
    assert_eq!(run.code, 2, "{run}");
}

#[test]
fn several_heads_are_told_of_before_anything_else() {
    let sandbox = project(&[("users.sql", USERS)]);
    sandbox.table("project", "bbbb00000002", &["aaaa00000001"], "b");
    sandbox.table("project", "cccc00000002", &["aaaa00000001"], "c");
    let run = sandbox.teammig("project", &["create", "x"]);
    assert!(
        run.code == 3 && run.stderr.contains("Multiple heads"),
        "{run}"
    );
    // On one of them: what the other one makes is not there.
    sandbox.write("project/models/b.sql", "CREATE TABLE b (x);\n");
    let run = sandbox.teammig("project", &["create", "x", "--head", "bbbb"]);
    assert!(
        run.code == 0 && run.stderr.contains("Nothing was written"),
        "{run}"
    );
}

/// Another line is another part of the same database.
#[test]
fn lines_of_their_own_are_one_schema() {
    let sandbox = project(&[("users.sql", USERS)]);
    sandbox.write(
        "project/models/bills.sql",
        "CREATE TABLE bills (id integer PRIMARY KEY);\n",
    );
    let line = [
        "create",
        "Billing",
        "--head",
        "base",
        "--label",
        "billing",
        "--rev-id",
        "bbbb00000001",
    ];
    sandbox.ok("project", &line);
    let text = file(&sandbox, "bbbb00000001");
    assert!(
        text.contains("CREATE TABLE bills") && !text.contains("users"),
        "{text}"
    );
    sandbox.ok("project", &["check", "--only", "models"]);
}

/// What was proved when it was written is proved in CI too: the script says what it loses.
#[test]
fn a_column_that_becomes_something_else_is_verified_as_it_was_written() {
    for (option, expression) in [
        ("--using", "CAST(age AS INTEGER)"),
        ("--accept-loss", "CAST(age AS INTEGER)"),
    ] {
        let sandbox = project(&[("users.sql", USERS)]);
        sandbox.edit(
            "project/models/users.sql",
            "fullname text",
            "fullname text, age text",
        );
        sandbox.ok("project", &["create", "Age", "--rev-id", "b0b0cafe0001"]);
        sandbox.edit("project/models/users.sql", "age text", "age integer");
        let using = format!("users.age:{expression}");
        let mut args = vec!["create", "Numbers", "--rev-id", "b0b0cafe0002", option];
        if option == "--using" {
            args.push(&using);
        }
        sandbox.ok("project", &args);
        let text = file(&sandbox, "b0b0cafe0002");
        assert!(text.contains(expression), "{text}");
        assert_eq!(
            text.matches("-- teammig: loses users.age\n").count(),
            1,
            "{text}"
        );
        sandbox.ok("project", &["verify", "b0b0cafe0002"]);
    }
}

/// What changes in a table that is renamed is told, too.
#[test]
fn a_renamed_table_shows_what_else_changes_in_it() {
    let sandbox = project(&[(
        "people.sql",
        "CREATE TABLE people ( -- teammig: renamed from users
    id integer PRIMARY KEY,
    full_name text, -- teammig: renamed from fullname
    age integer CHECK (age > 0)
);\n",
    )]);
    let create = ["create", "People", "--rev-id", "bbbb00000001"];
    assert_snapshot!(sandbox.teammig("project", &create), @"
    exit 0
    --- stdout
    migrations/2026-11-22_bbbb00000001_people.sql
    --- stderr
      ~ table people: renamed from users
      + column people.age
      ~ column people.full_name: renamed from users.fullname
      verified on a scratch database: up reaches the models, down returns, with rows in 1 table
    ");
}
