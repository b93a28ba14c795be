//! `verify`: the ways up and back of revisions, proved on a scratch database.

use insta::assert_snapshot;

use crate::support::{Sandbox, sandbox::Run};

mod met;
#[cfg(unix)]
mod postgres;

const BASE: &str = "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, email text);
CREATE TABLE orders (id integer PRIMARY KEY, user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE);";

/// A project with two tables, and on top of them a revision with these sections.
fn with(body: &str) -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "Users",
        BASE,
        "DROP TABLE orders; DROP TABLE users;",
    );
    sandbox.raw_revision("project", "aaaa00000002", "aaaa00000001", body);
    sandbox
}

fn verified(body: &str) -> Run {
    with(body).teammig("project", &["verify", "aaaa00000002"])
}

#[test]
fn a_revision_that_holds() {
    let sandbox = with(
        "-- migrate:up\nALTER TABLE users ADD COLUMN phone text;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN phone;\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["verify", "head"]), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 2 tables
    --- stderr
    1 revision verified, on the schema of 1 revision below
    ");
    // Nothing is made where people work.
    assert!(!sandbox.at("project/dev.db").exists());
    let (document, code) = sandbox.json("project", &["verify", "aaaa00000002"]);
    assert_eq!(code, 0);
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "base": null,
      "environment": "dev",
      "not_run": [],
      "not_tried": [],
      "replayed": 1,
      "revisions": [
        {
          "findings": [],
          "message": "aaaa00000002",
          "no_way_back": null,
          "notes": [],
          "observed": [],
          "path": "migrations/aaaa00000002.sql",
          "revision": "aaaa00000002",
          "tables": 2,
          "tables_with_rows": 2,
          "verified": true
        }
      ],
      "schema": "teammig.verify/1",
      "verified": true
    }
    "#);
}

#[test]
fn a_down_that_forgets_an_index() {
    assert_snapshot!(verified(
        "-- migrate:up\nALTER TABLE users ADD COLUMN phone text;\nCREATE INDEX users_email ON users (email);\n\n\
         -- migrate:down\nALTER TABLE users DROP COLUMN phone;\n",
    ), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        down does not return to where up began:
          index users_email is there and should not be
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    ");
}

#[test]
fn a_down_that_drops_the_wrong_column() {
    let sandbox = with(
        "-- migrate:up\nALTER TABLE users ADD COLUMN phone text;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN email;\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["verify", "aaaa00000002"]), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        down does not return to where up began:
          column users.email is missing
          column users.phone is there and should not be
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    ");
    let (document, code) = sandbox.json("project", &["verify", "aaaa00000002"]);
    assert_eq!(code, 3);
    assert_eq!(document["verified"], false);
    assert_snapshot!(document["revisions"][0]["findings"], @r#"[{"differences":[{"change":"removed","kind":"column","object":"users.email"},{"change":"added","kind":"column","object":"users.phone"}],"kind":"does-not-return","message":"down does not return to where up began"}]"#);
}

#[test]
fn a_down_that_fails_names_the_statement() {
    assert_snapshot!(verified(
        "-- migrate:up\nCREATE INDEX users_email ON users (email);\n\n-- migrate:down\nSELECT 1;\nDROP INDEX user_email;\n",
    ), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        down fails: no such index: user_email
          migrations/aaaa00000002.sql:11:1
          | DROP INDEX user_email;
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    ");
}

#[test]
fn an_up_that_fails_and_what_is_above_it() {
    let sandbox = with("-- migrate:up\nCREATE TABLE users (id integer);\n");
    sandbox.table("project", "aaaa00000003", &["aaaa00000002"], "later");
    assert_snapshot!(sandbox.teammig("project", &["verify", "aaaa00000002", "aaaa00000003"]), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        up fails: table users already exists
          migrations/aaaa00000002.sql:7:14
          | CREATE TABLE users (id integer);
    --- stderr
    warning: not tried, since what is below does not run: aaaa00000003
    1 of 2 revisions does not hold, on the schema of 1 revision below
    ");
    // What a revision stands on has to run, or nothing can be said.
    assert_snapshot!(sandbox.teammig("project", &["verify", "aaaa00000003"]), @"
    exit 4
    --- stderr
    error: the revisions below cannot be run on a scratch database, so nothing is proved of those above
     --> migrations/aaaa00000002.sql:7:14
      |
    7 | CREATE TABLE users (id integer);
      |              ^^^^^ table users already exists
      aaaa00000002 aaaa00000002: table users already exists
    Nothing was changed: it was tried on a scratch database, which is gone.
    hint: what the revisions need and none of them makes has to come from an earlier revision; on a scratch database, which is in memory, no script reaches files (ATTACH, VACUUM INTO)
    ");
}

/// Pitfall 36 of a rebuild: DROP TABLE deletes the rows that refer to it.
#[test]
fn a_rebuild_that_loses_rows_by_cascade() {
    let rebuild = "CREATE TABLE users_new (id integer PRIMARY KEY, name text NOT NULL, email text);
INSERT INTO users_new SELECT * FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;";
    assert_snapshot!(verified(&format!("-- migrate:up\n{rebuild}\n\n-- migrate:down irreversible\n")), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        up fails as soon as there are rows: dropping users would delete 2 rows of orders (ON DELETE CASCADE)
          migrations/aaaa00000002.sql:9:1
          | DROP TABLE users;
          detail: with foreign keys on, SQLite deletes all rows of a table before it drops it; ON DELETE then acts on the rows that refer to them
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    ");
    let off = verified(&format!(
        "-- migrate:up foreign_keys:off\n{rebuild}\n\n-- migrate:down foreign_keys:off\n{rebuild}\n"
    ));
    assert_eq!(off.code, 0, "{off}");
    // By hand, the runner does not see it coming.
    assert_snapshot!(verified(
        "-- migrate:up\nDELETE FROM users WHERE name LIKE 'canary%';\n\n-- migrate:down irreversible\n",
    ), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        silently lost: 2 of 2 rows of orders are gone after up
        silently lost: 2 of 2 rows of users are gone after up
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    hint: a loss on purpose is said in the script: `-- teammig: loses users.name`, or the table
    ");
}

#[test]
fn an_update_that_nulls_values_and_one_that_says_so() {
    let body = |said: &str| {
        format!(
            "-- migrate:up\n{said}UPDATE users SET email = NULL;\n\n-- migrate:down\nSELECT 1;\n"
        )
    };
    assert_snapshot!(verified(&body("")), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        silently lost: 2 of 2 values of users.email are NULL after up
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    hint: a loss on purpose is said in the script: `-- teammig: loses users.name`, or the table
    ");
    let said = verified(&body("-- teammig: loses users.email\n"));
    assert_eq!(said.code, 0, "{said}");
    assert_snapshot!(verified(&body("-- teammig: loses user.email\n")), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        silently lost: 2 of 2 values of users.email are NULL after up
        `-- teammig: loses user.email`: there is no table or column of that name before it
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    hint: a loss on purpose is said in the script: `-- teammig: loses users.name`, or the table
    ");
}

#[test]
fn a_type_change_that_truncates() {
    let rebuild = |kind: &str, value: &str| {
        format!(
            "CREATE TABLE users_new (id integer PRIMARY KEY, name {kind} NOT NULL, email text);
INSERT INTO users_new SELECT id, {value}, email FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;"
        )
    };
    let up = rebuild("varchar(3)", "substr(name, 1, 3)");
    let back = rebuild("text", "name");
    let both = format!(
        "-- migrate:up foreign_keys:off\n{up}\n\n-- migrate:down foreign_keys:off\n{back}\n"
    );
    assert_snapshot!(verified(&both), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        silently lost: 2 of 2 values of users.name are not kept ('canary 1' became 'can')
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    hint: a loss on purpose is said in the script: `-- teammig: loses users.name`, or the table
    ");
    let up_alone = verified(&format!(
        "-- migrate:up foreign_keys:off\n{up}\n\n-- migrate:down irreversible\n"
    ));
    assert_eq!(up_alone.code, 3, "{up_alone}");
    let kept = rebuild("varchar(30)", "name");
    let kept = format!(
        "-- migrate:up foreign_keys:off\n{kept}\n\n-- migrate:down foreign_keys:off\n{back}\n"
    );
    let kept = verified(&kept);
    assert_eq!(kept.code, 0, "{kept}");
}

#[test]
fn a_column_that_must_hold_something_fails_as_soon_as_there_are_rows() {
    assert_snapshot!(verified(
        "-- migrate:up\nALTER TABLE users ADD COLUMN phone text NOT NULL;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN phone;\n",
    ), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        up fails as soon as there are rows: Cannot add a NOT NULL column with default value NULL
          migrations/aaaa00000002.sql:7:1
          | ALTER TABLE users ADD COLUMN phone text NOT NULL;
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    ");
}

#[test]
fn what_goes_in_the_open_is_told_and_no_finding() {
    assert_snapshot!(verified(
        "-- migrate:up\nALTER TABLE users DROP COLUMN email;\n\n-- migrate:down\nALTER TABLE users ADD COLUMN email text;\n",
    ), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 2 tables
        down does not bring back what was in it: 2 of 2 values of users.email are gone
    --- stderr
    1 revision verified, on the schema of 1 revision below
    ");
    // A rename keeps everything.
    assert_snapshot!(verified(
        "-- migrate:up\nALTER TABLE users RENAME COLUMN email TO mail;\nALTER TABLE orders RENAME TO purchases;\n\n\
         -- migrate:down\nALTER TABLE purchases RENAME TO orders;\nALTER TABLE users RENAME COLUMN mail TO email;\n",
    ), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 2 tables
    --- stderr
    1 revision verified, on the schema of 1 revision below
    ");
}

#[test]
fn tables_that_refer_to_each_other_get_rows_and_what_gets_none_is_named() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "Tables",
        "CREATE TABLE a (id integer PRIMARY KEY, b integer NOT NULL REFERENCES b (id));
CREATE TABLE b (id integer PRIMARY KEY, a integer NOT NULL REFERENCES a (id));
CREATE TABLE tree (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES tree (id));
CREATE TABLE kinds (kind text NOT NULL UNIQUE CHECK (kind IN ('small', 'large')), size integer CHECK (size BETWEEN 3 AND 9));
CREATE TABLE strict (i INT, r REAL, t TEXT, b BLOB, a ANY) STRICT;
CREATE TABLE made (x integer, y integer GENERATED ALWAYS AS (x * 2) STORED);
CREATE TABLE \"odd \"\"name\" (\"a b\" text, \"select\" integer);
CREATE TABLE never (x integer CHECK (x IS NULL AND x IS NOT NULL) NOT NULL);",
        "DROP TABLE never; DROP TABLE \"odd \"\"name\"; DROP TABLE made; DROP TABLE strict; DROP TABLE kinds; DROP TABLE tree; \
         PRAGMA defer_foreign_keys = ON; DROP TABLE a; DROP TABLE b;",
    );
    sandbox.table("project", "aaaa00000002", &["aaaa00000001"], "next");
    assert_snapshot!(sandbox.teammig("project", &["verify", "aaaa00000002", "-v"]), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  next   up, down, up again; rows in 7 tables
    --- stderr
    aaaa00000002: no rows could be made for never: CHECK constraint failed: x IS NULL AND x IS NOT NULL
    warning: no rows could be made for never (`-v` says why): nothing is proved of what they hold
    1 revision verified, on the schema of 1 revision below
    ");
}

#[test]
fn what_is_new_and_the_whole_history() {
    let sandbox = Sandbox::diverged_and_pulled();
    assert_snapshot!(sandbox.teammig("ann", &["verify"]), @"
    exit 0
    --- stdout
    ✔ 7f3a9c21e4b0  Add phone_number to users   up, down, up again; rows in 1 table
    --- stderr
    1 revision verified, on the schema of origin/main
    ");
    // Both heads, and a revision that joins them.
    sandbox.raw_revision(
        "ann",
        "cccc00000001",
        "7f3a9c21e4b0, c01d9e88ab12",
        "-- migrate:up\n\n-- migrate:down\n",
    );
    assert_snapshot!(sandbox.teammig("ann", &["verify", "--all"]), @"
    exit 0
    --- stdout
    ✔ 9209a434d045  Initial migration   up, down, up again
    ✔ c01d9e88ab12  Add login index   up, down, up again; rows in 1 table
    ✔ 7f3a9c21e4b0  Add phone_number to users   up, down, up again; rows in 1 table
    ✔ cccc00000001  cccc00000001   up, down, up again; rows in 1 table
    --- stderr
    4 revisions verified
    ");
    let sandbox = Sandbox::team();
    assert_snapshot!(sandbox.teammig("ann", &["verify"]), @"
    exit 0
    --- stderr
    nothing is new since origin/main: there is nothing to verify
    hint: `teammig verify REV` proves a revision, `teammig verify --all` the whole history
    ");
    let run = sandbox.teammig("ann", &["verify", "nothing"]);
    assert_eq!(run.code, 1, "{run}");
    let run = sandbox.teammig("ann", &["verify", "--all", "head"]);
    assert_eq!(run.code, 2, "{run}");
}

#[test]
fn outside_of_transactions_and_dependencies() {
    let sandbox = with(
        "-- migrate:up transaction:false\nCREATE INDEX users_email ON users (email);\nVACUUM;\n\n-- migrate:down\nDROP INDEX users_email;\n",
    );
    sandbox.write(
        "project/migrations/bbbb00000001.sql",
        "-- teammig:\n--   revision: bbbb00000001\n--   labels: [billing]\n--   depends_on: [aaaa00000002]\n--   message: Bills\n\n\
         -- migrate:up\nCREATE TABLE bills (id integer PRIMARY KEY, user_id integer REFERENCES users (id));\n\n-- migrate:down\nDROP TABLE bills;\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["verify", "billing@head"]), @"
    exit 0
    --- stdout
    ✔ bbbb00000001  Bills   up, down, up again; rows in 2 tables
    --- stderr
    1 revision verified, on the schema of 2 revisions below
    ");
    assert_snapshot!(sandbox.teammig("project", &["verify", "aaaa00000002", "bbbb00000001"]), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 2 tables
    ✔ bbbb00000001  Bills   up, down, up again; rows in 2 tables
    --- stderr
    2 revisions verified, on the schema of 1 revision below
    ");
}

/// A long history, once through.
#[test]
fn a_long_history() {
    let sandbox = Sandbox::project();
    let mut parent = String::new();
    for number in 0..40 {
        let id = format!("dd{number:010}");
        let body = format!(
            "-- migrate:up\nCREATE TABLE t{number} (id integer PRIMARY KEY, name text NOT NULL);\n\n-- migrate:down\nDROP TABLE t{number};\n"
        );
        sandbox.raw_revision("project", &id, &parent, &body);
        parent = id;
    }
    let run = sandbox.teammig("project", &["verify", "--all"]);
    assert_eq!(run.code, 0, "{run}");
    let rows = "rows in 39 tables";
    assert!(run.stdout.contains(rows), "{run}");
    let run = sandbox.teammig("project", &["verify", "head"]);
    assert_eq!(run.code, 0, "{run}");
}
