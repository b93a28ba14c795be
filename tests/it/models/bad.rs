//! Models that are none: told with the place and what to do, and nothing is left behind.

use insta::assert_snapshot;

use super::{USERS, project};

fn with(text: &str) -> impl std::fmt::Display {
    project(&[("users.sql", USERS), ("bad.sql", text)]).teammig("project", &["diff"])
}

#[test]
fn a_statement_that_the_database_refuses() {
    assert_snapshot!(with("CREATE TABLE fine (id integer);\n\n  CREATE TABEL x (id integer);\n"), @r#"
    exit 1
    --- stderr
    error: the models cannot be loaded: a statement fails, whatever comes before it
     --> models/bad.sql:3:10
      |
    3 |   CREATE TABEL x (id integer);
      |          ^^^^^ near "TABEL": syntax error
    "#);
}

/// The one that cannot work is told before those that only wait for it.
#[test]
fn what_others_wait_for_is_told_first() {
    let run = with(
        "CREATE INDEX a_b ON a (b);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;\nCREATE TABLE a (b integr primary kee);\n",
    );
    assert_snapshot!(run, @r#"
    exit 1
    --- stderr
    error: the models cannot be loaded: 3 statements fail, in whatever order they are tried
     --> models/bad.sql:3:34
      |
    3 | CREATE TABLE a (b integr primary kee);
      |                                  ^^^ near "kee": syntax error
      |
     ::: models/bad.sql:1:1
      |
    1 | CREATE INDEX a_b ON a (b);
      | ------------------------- no such table: main.a
      |
     ::: models/bad.sql:2:1
      |
    2 | CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;
      | ------------------------------------------------------ no such table: main.a
    "#);
}

#[test]
fn views_that_cannot_be_read() {
    assert_snapshot!(
        with("CREATE VIEW a AS SELECT * FROM b;\nCREATE VIEW b AS SELECT * FROM a;\nCREATE VIEW c AS SELECT nix FROM users;\n"),
        @"
    exit 1
    --- stderr
    error: the models cannot be loaded: 3 statements fail, in whatever order they are tried
     --> models/bad.sql:1:1
      |
    1 | CREATE VIEW a AS SELECT * FROM b;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ view a is circularly defined
      |
     ::: models/bad.sql:2:1
      |
    2 | CREATE VIEW b AS SELECT * FROM a;
      | -------------------------------- view b is circularly defined
      |
     ::: models/bad.sql:3:1
      |
    3 | CREATE VIEW c AS SELECT nix FROM users;
      | -------------------------------------- no such column: nix
    hint: views cannot select from each other, not even by way of others: `a` and `b` need a SELECT from tables, or from views that do not lead back
    "
    );
}

#[test]
fn what_is_no_ddl() {
    assert_snapshot!(
        with("INSERT INTO users VALUES (1, 'a');\nDROP TABLE IF EXISTS x;\nBEGIN;\nPRAGMA foreign_keys = off;\n"),
        @"
    exit 3
    --- stderr
    error: this makes nothing: models are the schema alone, without rows [unreadable-models]
     --> models/bad.sql:1:1
      |
    1 | INSERT INTO users VALUES (1, 'a');
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: remove it; rows belong into a revision: `teammig create --empty`
    error: models say what is to be there, and this takes something away [unreadable-models]
     --> models/bad.sql:2:1
      |
    2 | DROP TABLE IF EXISTS x;
      | ^^^^^^^^^^^^^^^^^^^^^^
    hint: remove it, and what it takes away
    error: models need no transaction [unreadable-models]
     --> models/bad.sql:3:1
      |
    3 | BEGIN;
      | ^^^^^
    hint: remove it: what is loaded here is a scratch database
    error: this makes nothing: models are the schema alone, without rows [unreadable-models]
     --> models/bad.sql:4:1
      |
    4 | PRAGMA foreign_keys = off;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: remove it; rows belong into a revision: `teammig create --empty`
    error: the models have something to put right first
    "
    );
    assert_snapshot!(with("CREATE TABLE x (id integer);\n.read other.sql\n"), @"
    exit 3
    --- stderr
    error: this is a command of the sqlite3 shell, not SQL [unreadable-models]
     --> models/bad.sql:2:1
      |
    2 | .read other.sql
      | ^^^^^^^^^^^^^^^
    hint: remove it: teammig loads models without another program in between
    error: the models have something to put right first
    ");
    assert_snapshot!(with("CREATE TABLE x (id integer, name text DEFAULT 'a);\n"), @"
    exit 3
    --- stderr
    error: this string is opened and never closed [unreadable-models]
     --> models/bad.sql:1:47
      |
    1 | CREATE TABLE x (id integer, name text DEFAULT 'a);
      |                                               ^
    hint: close it
    error: the models have something to put right first
    ");
}

#[test]
fn remarks_that_say_nothing() {
    assert_snapshot!(
        with(
            "CREATE TABLE x ( -- teammig: renamed form y\n  a text, -- teammig: renamed from\n  b text -- teammig: backfil ''\n  \
             /* teammig: using 1 */\n);\n-- teammig: using 1\nCREATE TABLE z (a text);\n-- teammig: renamed from w\n"
        ),
        @"
    exit 3
    --- stderr
    error: this remark says nothing that teammig knows [unreadable-models]
     --> models/bad.sql:1:18
      |
    1 | CREATE TABLE x ( -- teammig: renamed form y
      |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: there are `-- teammig: renamed from NAME`, `-- teammig: using EXPRESSION` and `-- teammig: backfill EXPRESSION`
    error: this remark is not complete [unreadable-models]
     --> models/bad.sql:2:11
      |
    2 |   a text, -- teammig: renamed from
      |           ^^^^^^^^^^^^^^^^^^^^^^^^
    hint: there are `-- teammig: renamed from NAME`, `-- teammig: using EXPRESSION` and `-- teammig: backfill EXPRESSION`
    error: this remark says nothing that teammig knows [unreadable-models]
     --> models/bad.sql:3:10
      |
    3 |   b text -- teammig: backfil ''
      |          ^^^^^^^^^^^^^^^^^^^^^^
    hint: there are `-- teammig: renamed from NAME`, `-- teammig: using EXPRESSION` and `-- teammig: backfill EXPRESSION`
    error: a remark in `/* … */` is not read [unreadable-models]
     --> models/bad.sql:4:3
      |
    4 |   /* teammig: using 1 */
      |   ^^^^^^^^^^^^^^^^^^^^^^
    hint: begin the line with `--`
    error: this remark is about columns, and stands at none [unreadable-models]
     --> models/bad.sql:6:1
      |
    6 | -- teammig: using 1
      | ^^^^^^^^^^^^^^^^^^^
    hint: it belongs behind the column, on the same line, or on the line before it
    error: this remark stands at nothing that it could be about [unreadable-models]
     --> models/bad.sql:8:1
      |
    8 | -- teammig: renamed from w
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: it belongs behind what it is about, on the same line, or on the line before it
    error: the models have something to put right first
    "
    );
}

#[test]
fn a_remark_about_what_is_left_out() {
    let sandbox = project(&[
        ("users.sql", USERS),
        (
            "logs.sql",
            "CREATE TABLE logs (id integer); -- teammig: renamed from log\n",
        ),
    ]);
    sandbox.write(
        "project/teammig.yaml",
        "models: models\nexclude: logs\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 3
    --- stderr
    error: this remark is about logs, which the models do not make [unreadable-models]
     --> models/logs.sql:1:33
      |
    1 | CREATE TABLE logs (id integer); -- teammig: renamed from log
      |                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: is it left out by `exclude:`, or made under another name?
    error: the models have something to put right first
    ");
}

#[test]
fn files_that_cannot_be_read() {
    let sandbox = project(&[("users.sql", USERS)]);
    sandbox.write("project/models/latin.sql", b"-- one\n-- gr\xfc\xdfe\n");
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 1
    --- stderr
    error: models/latin.sql is not UTF-8 (line 2)
    hint: save it as UTF-8: `iconv -f latin1 -t utf-8 models/latin.sql` shows what it would be
    ");
    std::fs::remove_dir_all(sandbox.at("project/models")).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 1
    --- stderr
    error: there is no folder models for the models
    hint: `mkdir models` makes it; or correct `models:` in teammig.yaml
    ");
    std::fs::create_dir(sandbox.at("project/models")).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 1
    --- stderr
    error: no file of models ends in .sql
    hint: write the schema as it should be into it: `CREATE TABLE …;` in models/schema.sql
    ");
    let (document, code) = sandbox.json("project", &["diff"]);
    assert_eq!((code, document["kind"].as_str()), (1, Some("models")));
}

#[test]
fn in_the_check_it_is_a_finding_or_not_evaluated() {
    let sandbox = project(&[("users.sql", USERS), ("bad.sql", "CREATE TABEL x (a);\n")]);
    assert_snapshot!(sandbox.teammig("project", &["check", "--only", "models"]), @r#"
    exit 3
    --- stdout
    1 error: the models, against what the revisions produce
    --- stderr
    error: this statement fails, whatever comes before it [unreadable-models]
     --> models/bad.sql:1:8
      |
    1 | CREATE TABEL x (a);
      |        ^^^^^ near "TABEL": syntax error
    "#);
    sandbox.write("project/models/bad.sql", "DROP TABLE x;\n");
    assert_eq!(
        sandbox
            .teammig("project", &["check", "--only", "models"])
            .code,
        3
    );
    std::fs::remove_dir_all(sandbox.at("project/models")).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["check", "--only", "models"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no folder models for the models
    hint: `mkdir models` makes it; or correct `models:` in teammig.yaml
    ");
    let at = sandbox.teammig("project", &["check", "--only", "models", "--at", "HEAD"]);
    assert_eq!(at.code, 2, "{at}");
}

/// An old name that nobody knows: a slip of the pen, and not nothing.
#[test]
fn a_rename_from_what_was_never_there() {
    let sandbox = project(&[("users.sql", USERS)]);
    sandbox.edit(
        "project/models/users.sql",
        "fullname text",
        "fullname text,\n  years integer -- teammig: renamed from aeg\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["create", "x"]), @"
    exit 3
    --- stderr
    error: nothing is called aeg [unreadable-models]
     --> models/users.sql:2:17
      |
    2 |   years integer -- teammig: renamed from aeg
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: correct the name, or leave the remark out where nothing was renamed
    error: the models have something to put right first
    ");
    // The old name is gone and the new one there: said once, it may stay.
    sandbox.edit("project/models/users.sql", "aeg", "age");
    sandbox.edit("project/models/users.sql", "-- teammig: renamed", "-- was");
    sandbox.ok("project", &["create", "Years"]);
    sandbox.edit("project/models/users.sql", "-- was", "-- teammig: renamed");
    sandbox.ok("project", &["create", "Again"]);
    // Within a table that gets its new name only now.
    sandbox.edit(
        "project/models/users.sql",
        "CREATE TABLE users (",
        "-- teammig: renamed from users\nCREATE TABLE people (",
    );
    sandbox.ok("project", &["create", "People"]);
}

/// SQLite takes them, and refuses every row afterwards.
#[test]
fn foreign_keys_that_lead_nowhere() {
    assert_snapshot!(with(
        "CREATE TABLE orders (\n  id integer PRIMARY KEY,\n  user_id integer REFERENCES users (idd),\n  bar integer,\n  \
         up integer REFERENCES Orders,\n  FOREIGN KEY (bar) REFERENCES bars(id)\n);\n\
         CREATE TABLE others (name text REFERENCES \"users\"(fullname));\n",
    ), @r#"
    exit 3
    --- stderr
    error: orders refers to bars, a table that the models do not make [unreadable-models]
     --> models/bad.sql:6:21
      |
    6 |   FOREIGN KEY (bar) REFERENCES bars(id)
      |                     ^^^^^^^^^^^^^^^^^^^
    hint: SQLite takes that, and refuses every row of orders later: is the name right? A table that others look after is named under `exclude:`
    error: orders refers to columns of users that are not there, or neither its primary key nor unique [unreadable-models]
     --> models/bad.sql:3:19
      |
    3 |   user_id integer REFERENCES users (idd),
      |                   ^^^^^^^^^^^^^^^^^^^^^^
    hint: SQLite takes that, and refuses every row of orders later: refer to the primary key of users, or make the columns UNIQUE there
    error: others refers to columns of users that are not there, or neither its primary key nor unique [unreadable-models]
     --> models/bad.sql:8:32
      |
    8 | CREATE TABLE others (name text REFERENCES "users"(fullname));
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: SQLite takes that, and refuses every row of others later: refer to the primary key of users, or make the columns UNIQUE there
    error: the models have something to put right first
    "#);
    let fine = project(&[(
        "users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, fullname text, a int, b int, UNIQUE (b, a));
         CREATE TABLE x (a int, b int, u REFERENCES USERS, v REFERENCES users(Id), legacy REFERENCES old_x(id), FOREIGN KEY (a, b) REFERENCES users (a, b));
         CREATE UNIQUE INDEX users_name ON users (fullname); CREATE TABLE y (name text REFERENCES users(fullname) ON DELETE CASCADE);",
    )]);
    fine.edit(
        "project/teammig.yaml",
        "models: models\n",
        "models: models\nexclude: [\"old_*\"]\n",
    );
    let run = fine.teammig("project", &["diff"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("users_name"), "{run}");
}

/// What a reviewer reads is not cut off.
#[test]
fn words_of_a_unique_index_on_an_expression() {
    let text = format!("{USERS}CREATE UNIQUE INDEX users_name ON users (lower(fullname));\n");
    let run = project(&[("users.sql", &text)]).teammig("project", &["diff", "--sql"]);
    let words = "-- may fail on rows of users that have the same lower(fullname)\n";
    assert!(run.stdout.contains(words), "{run}");
}
