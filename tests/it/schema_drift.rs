//! `drift`: a database held against what its ledger's revisions produce.

use insta::assert_snapshot;

use crate::support::Sandbox;

#[cfg(unix)]
mod postgres;

/// A project with two applied revisions; the second one rebuilds a table.
fn applied() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "Users",
        "CREATE TABLE users (id integer PRIMARY KEY, name text);\nCREATE VIEW names AS SELECT name FROM users;",
        "DROP VIEW names; DROP TABLE users;",
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        "-- migrate:up foreign_keys:off\nCREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users);\n\n-- migrate:down\nDROP TABLE posts;\n",
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox
}

fn by_hand(sandbox: &Sandbox, sql: &str) {
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn after_an_upgrade_there_is_none_and_nothing_is_written() {
    let sandbox = applied();
    let before = std::fs::read(sandbox.at("project/dev.db")).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 0
    --- stderr
    dev: no drift; it is as the 2 revisions of the ledger make it
    ");
    let (document, code) = sandbox.json("project", &["drift"]);
    assert_eq!(code, 0);
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "differences": [],
      "drifted": false,
      "environment": "dev",
      "not_run": [],
      "remarks": [],
      "replayed": 2,
      "schema": "teammig.drift/1",
      "statements": [],
      "unmodelled": []
    }
    "#);
    assert_eq!(before, std::fs::read(sandbox.at("project/dev.db")).unwrap());
}

#[test]
fn what_was_made_by_hand_shows_and_nothing_else() {
    let sandbox = applied();
    by_hand(
        &sandbox,
        "ALTER TABLE users ADD COLUMN phone text;
         CREATE INDEX users_phone ON users (phone);
         CREATE TABLE hotfix (id integer PRIMARY KEY, note text NOT NULL);
         DROP VIEW names;
         CREATE VIEW names AS SELECT id, name FROM users;
         DROP TABLE posts;",
    );
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @r#"
    exit 3
    --- stdout
    + table hotfix
        CREATE TABLE hotfix (id integer PRIMARY KEY, note text NOT NULL)
    - table posts
    + column users.phone
        type: text
    ~ view names
        definition: AS SELECT name FROM users in the revisions, AS SELECT id, name FROM users here
    + index users_phone
        CREATE INDEX users_phone ON users (phone)
    --- stderr
    dev: 5 differences from what the 2 revisions of the ledger make it
    hint: what is to stay belongs into a revision: `teammig create --empty "what it does"` makes its file; with the statements in it (`teammig drift --sql` prints them), `teammig stamp --only head` records it here without running it; what is not to stay, undo by hand
    "#);
    let (document, code) = sandbox.json("project", &["drift"]);
    assert_eq!(code, 3);
    assert_eq!(document["drifted"], true);
    assert_snapshot!(serde_json::to_string_pretty(&document["differences"]).unwrap(), @r#"
    [
      {
        "change": "added",
        "ddl": "CREATE TABLE hotfix (id integer PRIMARY KEY, note text NOT NULL)",
        "details": [],
        "kind": "table",
        "object": "hotfix"
      },
      {
        "change": "removed",
        "ddl": null,
        "details": [],
        "kind": "table",
        "object": "posts"
      },
      {
        "change": "added",
        "ddl": null,
        "details": [],
        "kind": "column",
        "object": "users.phone"
      },
      {
        "change": "changed",
        "ddl": null,
        "details": [
          {
            "expected": "AS SELECT name FROM users",
            "found": "AS SELECT id, name FROM users",
            "key": "definition"
          }
        ],
        "kind": "view",
        "object": "names"
      },
      {
        "change": "added",
        "ddl": "CREATE INDEX users_phone ON users (phone)",
        "details": [],
        "kind": "index",
        "object": "users_phone"
      }
    ]
    "#);
}

#[test]
fn a_database_without_a_ledger_stays_without_one() {
    let sandbox = Sandbox::project();
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 0
    --- stderr
    dev: no drift; nothing is applied, and nothing is there
    ");
    assert!(!sandbox.at("project/dev.db").exists());
    by_hand(&sandbox, "CREATE TABLE old (x)");
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 3
    --- stdout
    + table old
        CREATE TABLE old (x)
    --- stderr
    dev: 1 difference; the ledger has no revisions, so everything here counts as a difference
    ");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT name FROM sqlite_schema"),
        ["old"]
    );
}

#[test]
fn phantoms_are_replayed_from_the_ledger_and_files_need_not_be_there() {
    let sandbox = applied();
    sandbox.write("project/migrations/aaaa00000001.sql", "not a revision");
    std::fs::remove_file(sandbox.at("project/migrations/aaaa00000002.sql")).unwrap();
    let run = sandbox.teammig("project", &["drift"]);
    assert_eq!(run.code, 0, "{run}");
    std::fs::remove_dir_all(sandbox.at("project/migrations")).unwrap();
    let run = sandbox.teammig("project", &["drift"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn outside_a_transaction_as_the_upgrade_does() {
    let sandbox = applied();
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        "-- migrate:up transaction:false\nCREATE TABLE logs (x);\nVACUUM;\nPRAGMA user_version = 3;\n",
    );
    sandbox.ok("project", &["upgrade"]);
    let run = sandbox.teammig("project", &["drift"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_script_that_cannot_run_again_is_told_with_its_place() {
    let sandbox = applied();
    by_hand(&sandbox, "CREATE TABLE old (x)");
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        "-- migrate:up\nALTER TABLE old ADD COLUMN y;\n",
    );
    sandbox.ok("project", &["upgrade"]);
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 4
    --- stderr
    error: the revisions cannot be replayed on a scratch database
     --> migrations/aaaa00000003.sql:7:1
      |
    7 | ALTER TABLE old ADD COLUMN y;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no such table: old
      aaaa00000003 aaaa00000003: no such table: old
    Nothing was changed: it was tried on a scratch database, which is gone.
    hint: what the revisions need and none of them makes has to come from an earlier revision; on a scratch database, which is in memory, no script reaches files (ATTACH, VACUUM INTO)
    ");
}

#[test]
fn scripts_that_name_files_do_not_reach_them() {
    let sandbox = applied();
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        "-- migrate:up transaction:false\nATTACH 'other.db' AS other;\nCREATE TABLE other.t (x);\nDETACH other;\n",
    );
    sandbox.write("project/other.db", "");
    sandbox.ok("project", &["upgrade"]);
    sandbox.write("project/other.db", "");
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 4
    --- stderr
    error: the revisions cannot be replayed on a scratch database
     --> migrations/aaaa00000003.sql:7:1
      |
    7 | ATTACH 'other.db' AS other;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^ not authorized
      aaaa00000003 aaaa00000003: not authorized
    Nothing was changed: it was tried on a scratch database, which is gone.
    hint: what the revisions need and none of them makes has to come from an earlier revision; on a scratch database, which is in memory, no script reaches files (ATTACH, VACUUM INTO)
    ");
    assert_eq!(sandbox.read("project/other.db"), "");
}

#[test]
fn a_row_without_its_script_is_taken_from_the_file_or_said() {
    let sandbox = applied();
    by_hand(
        &sandbox,
        "UPDATE teammig_ledger SET up = '', down = NULL WHERE revision = 'aaaa00000002'",
    );
    let run = sandbox.teammig("project", &["drift"]);
    assert_eq!(run.code, 0, "{run}");
    std::fs::remove_file(sandbox.at("project/migrations/aaaa00000002.sql")).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 4
    --- stderr
    error: the revisions cannot be replayed on a scratch database
      The ledger kept no script of aaaa00000002, and no file here is what ran.
    hint: check out a commit that has the file of aaaa00000002, or `teammig stamp --only aaaa00000002` there: it records the script
    ");
}

#[test]
fn of_several_databases_each_is_told() {
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        "databases:\n  app:\n    environments: {dev: \"sqlite:app.db\"}\n  jobs:\n    environments: {dev: \"sqlite:jobs.db\"}\n    \
         migrations: jobs\n",
    );
    std::fs::create_dir(sandbox.at("project/jobs")).unwrap();
    rusqlite::Connection::open(sandbox.at("project/jobs.db"))
        .unwrap()
        .execute_batch("CREATE TABLE j (x)")
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 3
    --- stdout
    jobs
    + table j
        CREATE TABLE j (x)
    --- stderr
    app
    dev: no drift; nothing is applied, and nothing is there
    jobs
    dev: 1 difference; the ledger has no revisions, so everything here counts as a difference
    ");
}

/// The commands of the hint, as they are printed, for a database that has to be named.
#[test]
fn what_the_hint_says_ends_the_drift() {
    let sandbox = applied();
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!("{config}\n  \"on stage\": {{url: \"sqlite:stage.db\", protected: true}}\n"),
    );
    let at_stage = ["--env", "on stage"];
    let upgrade = [&["upgrade", "--yes"][..], &at_stage].concat();
    sandbox.ok("project", &upgrade);
    let stage = rusqlite::Connection::open(sandbox.at("project/stage.db")).unwrap();
    let by_hand = "ALTER TABLE users ADD COLUMN phone text;";
    stage.execute_batch(by_hand).unwrap();
    let drift = [&["drift"][..], &at_stage].concat();
    let run = sandbox.teammig("project", &drift);
    assert_eq!(run.code, 3, "{run}");
    let commands: Vec<&str> = run.stderr.split('`').skip(1).step_by(2).collect();
    let [create, sql, stamp] = commands.as_slice() else {
        panic!("{run}");
    };
    let words = |command: &str| -> Vec<String> {
        let parts = command.split(['"', '\'']).enumerate();
        let each = parts.flat_map(|(n, part)| match n % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
        each.skip(1).collect()
    };
    let run_as_printed = |command: &str| {
        let words = words(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        sandbox.ok("project", &words)
    };
    let words_of_sql = words(sql);
    let words_of_sql: Vec<&str> = words_of_sql.iter().map(String::as_str).collect();
    let by_hand = sandbox.teammig("project", &words_of_sql).stdout;
    let made = run_as_printed(create);
    let path = format!("project/{}", made.trim());
    let text = sandbox.read(&path);
    sandbox.write(
        &path,
        text.replace("-- migrate:up\n", &format!("-- migrate:up\n{by_hand}\n")),
    );
    run_as_printed(stamp);
    let run = sandbox.teammig("project", &drift);
    assert_eq!(run.code, 0, "{run}");
}

/// The statements that made it, as far as they can be told: what they lead to is what is there.
#[test]
fn the_statements_that_lead_to_what_is_there() {
    let sandbox = applied();
    by_hand(
        &sandbox,
        "ALTER TABLE users ADD COLUMN phone text;
         CREATE INDEX users_phone ON users (phone);
         CREATE TABLE hotfix (id integer PRIMARY KEY, note text NOT NULL);
         DROP TABLE posts;",
    );
    let run = sandbox.teammig("project", &["drift", "--sql"]);
    assert_snapshot!(run, @"
    exit 3
    --- stdout
    ALTER TABLE users ADD COLUMN phone text;
    -- loses data: table posts
    -- breaks programs that still use table posts
    DROP TABLE posts;
    CREATE TABLE hotfix (id integer PRIMARY KEY, note text NOT NULL);
    CREATE INDEX users_phone ON users (phone);
    ");
    // Written down and recorded, there is no drift.
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        &format!(
            "-- migrate:up\n{}\n-- migrate:down irreversible\n",
            run.stdout
        ),
    );
    sandbox.ok("project", &["stamp", "--only", "head"]);
    assert_eq!(sandbox.teammig("project", &["drift"]).code, 0);
}
