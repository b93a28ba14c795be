//! `teammig conflicts` over heads and branches that real Git made.

use insta::assert_snapshot;

use crate::support::Sandbox;

const BASE: &str = "9209a434d045";

/// Ann and Bob each with a revision on the first one; Bob's is on the main branch.
fn parted(ann: &str, bob: &str) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.revision(
        "bob",
        "51be0f2277d1",
        &[BASE],
        "Bob's work",
        bob,
        "SELECT 1;",
    );
    sandbox.commit("bob", "Do Bob's work");
    sandbox.git("bob", &["push", "-q", "origin", "HEAD:main"]);
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    sandbox.revision(
        "ann",
        "7f3a9c21e4b0",
        &[BASE],
        "Ann's work",
        ann,
        "SELECT 1;",
    );
    sandbox.commit("ann", "Do Ann's work");
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox
}

#[test]
fn with_another_branch() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);\nCREATE TABLE a (x integer);",
        "-- nobody reads it\nALTER TABLE users DROP COLUMN name;\nCREATE TABLE b (x integer);",
    );
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", "--with", "origin/main"]), @"
    exit 3
    --- stdout
    phone and origin/main, they part at 9209a434d045
      order matters: column users.name
        7f3a9c21e4b0 uses it   migrations/7f3a9c21e4b0.sql:7   not published, Ann, 2 minutes ago
          CREATE INDEX users_name ON users (name)
        51be0f2277d1 drops it   migrations/51be0f2277d1.sql:8   origin/main, Bob, 6 minutes ago
          ALTER TABLE users DROP COLUMN name
    --- stderr
    it matters which comes first
    hint: `teammig rebase` puts one side on top of the other, which decides the order; then put right in the upper one what does not fit
    ");
    let (document, code) = sandbox.json("ann", &["conflicts", "--with", "origin/main"]);
    assert_eq!(code, 3);
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "clash": "order-matters",
      "dialects": [
        "SQLite"
      ],
      "evaluated": true,
      "findings": [],
      "objects": [
        {
          "kind": "column",
          "name": "users.name"
        }
      ],
      "orders": [],
      "pairs": [
        {
          "clash": "order-matters",
          "collisions": [
            {
              "clash": "order-matters",
              "left": {
                "act": "uses",
                "author": "Ann",
                "branch": null,
                "column": 1,
                "commit": "4db65e5b05fe9d189637aa5a03ed45f362eda0a8",
                "date": "2026-11-22T10:19:00Z",
                "line": 7,
                "path": "migrations/7f3a9c21e4b0.sql",
                "revision": "7f3a9c21e4b0",
                "statement": "CREATE INDEX users_name ON users (name)",
                "whose": "not-published"
              },
              "message": "order matters: column users.name",
              "objects": [
                {
                  "kind": "column",
                  "name": "users.name"
                }
              ],
              "right": {
                "act": "drops",
                "author": "Bob",
                "branch": "origin/main",
                "column": 1,
                "commit": "5f8a4e2fa9048384a349245ed547e4d80fb069b9",
                "date": "2026-11-22T10:15:00Z",
                "line": 8,
                "path": "migrations/51be0f2277d1.sql",
                "revision": "51be0f2277d1",
                "statement": "ALTER TABLE users DROP COLUMN name",
                "whose": "published"
              }
            }
          ],
          "evaluated": true,
          "left": {
            "heads": [
              "7f3a9c21e4b0"
            ],
            "name": "phone",
            "revisions": [
              "7f3a9c21e4b0"
            ]
          },
          "message": "it matters which comes first",
          "parts_at": [
            "9209a434d045"
          ],
          "remarks": [],
          "right": {
            "heads": [
              "51be0f2277d1"
            ],
            "name": "origin/main",
            "revisions": [
              "51be0f2277d1"
            ]
          },
          "unknown": []
        }
      ],
      "schema": "teammig.conflicts/1",
      "stops": [],
      "verdict": "unproved"
    }
    "#);
}

#[test]
fn heads_after_a_merge() {
    let sandbox = parted("CREATE TABLE t (x integer);", "CREATE TABLE t (y integer);");
    assert_snapshot!(sandbox.teammig("ann", &["conflicts"]), @"
    exit 0
    --- stderr
    there is one head: no two lines to compare
    ");
    sandbox.git("ann", &["merge", "-q", "origin/main"]);
    assert_snapshot!(sandbox.teammig("ann", &["conflicts"]), @"
    exit 3
    --- stdout
    51be0f2277d1 Bob's work and 7f3a9c21e4b0 Ann's work, they part at 9209a434d045
      cannot both be applied: table t
        51be0f2277d1 creates it   migrations/51be0f2277d1.sql:7   origin/main, Bob, 8 minutes ago
          CREATE TABLE t (y integer)
        7f3a9c21e4b0 creates it   migrations/7f3a9c21e4b0.sql:7   not published, Ann, 4 minutes ago
          CREATE TABLE t (x integer)
    --- stderr
    both cannot be applied as they are, whichever comes first
    hint: one of the two has to change: what both make or take away belongs into the first of them alone
    ");
}

#[test]
fn two_revisions_that_mind_nothing() {
    let sandbox = parted(
        "ALTER TABLE users ADD COLUMN a text;",
        "ALTER TABLE users ADD COLUMN b text;",
    );
    sandbox.git("ann", &["merge", "-q", "origin/main"]);
    assert_snapshot!(sandbox.teammig("ann", &["-v", "conflicts", "7f3a", "51be"]), @"
    exit 0
    --- stdout
    7f3a9c21e4b0 Ann's work and 51be0f2277d1 Bob's work, they part at 9209a434d045
    --- stderr
    the new columns of table users stand in the order in which they came (means nothing)
    no statement minds another, as far as the scripts tell; nothing was tried
    ");
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", BASE, "51be"]), @"
    exit 0
    --- stdout
    9209a434d045 Initial migration and 51be0f2277d1 Bob's work
    --- stderr
    51be0f2277d1 is built on all that 9209a434d045 has: there is one order
    ");
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", BASE, "nothing"]), @"
    exit 1
    --- stderr
    error: Can't locate revision identified by 'nothing'
    hint: `teammig history` lists the revisions here; `git pull` may bring it
    ");
}

#[test]
fn what_could_not_be_read_is_never_fine() {
    let sandbox = parted(
        "CREATE TABLE a (x integer);",
        "ALTER TABLE nowhere ADD COLUMN x;",
    );
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", "--with", "origin/main"]), @"
    exit 4
    --- stdout
    phone and origin/main, they part at 9209a434d045
      could not be read: 51be0f2277d1 migrations/51be0f2277d1.sql:7
          ALTER TABLE nowhere ADD COLUMN x
    --- stderr
    not evaluated: 1 statement could not be read, so that nothing was found means nothing
    hint: read these statements yourself, with what the other side does, or try both orders on a scratch database
    ");
    let (document, code) = sandbox.json("ann", &["conflicts", "--with", "origin/main"]);
    assert_eq!((code, &document["evaluated"]), (4, &false.into()));
}

#[test]
fn scripts_of_nobody_knows_which_database_are_read_as_postgres() {
    let sandbox = parted("DROP TABLE users;", "ALTER TABLE users ADD COLUMN b text;");
    sandbox.write("ann/teammig.yaml", "migrations: migrations\n");
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", "--with", "origin/main"]), @"
    exit 3
    --- stdout
    phone and origin/main, they part at 9209a434d045
      order matters: table users
        7f3a9c21e4b0 drops it   migrations/7f3a9c21e4b0.sql:7   not published, Ann, 2 minutes ago
          DROP TABLE users
        51be0f2277d1 uses it   migrations/51be0f2277d1.sql:7   origin/main, Bob, 6 minutes ago
          ALTER TABLE users ADD COLUMN b text
    --- stderr
    warning: for which database the scripts are is not known: they were read as PostgreSQL's
    hint: give an environment a URL that is known here, or DATABASE_URL
    it matters which comes first
    hint: `teammig rebase` puts one side on top of the other, which decides the order; then put right in the upper one what does not fit
    ");
}

#[test]
fn a_check_of_a_branch_tells_what_the_base_has_got_meanwhile() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);",
        "ALTER TABLE users DROP COLUMN name;",
    );
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @"");
    let (document, _) = sandbox.json("ann", &["check", "--base"]);
    let rules: Vec<&str> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rule"].as_str().unwrap())
        .collect();
    assert!(rules.contains(&"semantic-conflict"), "{rules:?}");
    // As other rules, with a severity of one's own.
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\ncheck: {semantic-conflict: off}\n",
    );
    sandbox.commit("ann", "Switch it off");
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(!run.stderr.contains("semantic-conflict"), "{run}");
}

#[test]
fn a_check_says_where_a_statement_could_not_be_read() {
    let sandbox = parted(
        "CREATE TABLE a (x integer);",
        "ALTER TABLE nowhere ADD COLUMN x;",
    );
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(run.stderr.contains("could not be read"), "{run}");
    assert!(run.stderr.contains("[semantic-conflict]"), "{run}");
}

#[test]
fn once_one_is_on_top_of_the_other_nothing_collides() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);",
        "ALTER TABLE users DROP COLUMN name;",
    );
    sandbox.edit("ann/migrations/7f3a9c21e4b0.sql", BASE, "51be0f2277d1");
    sandbox.git("ann", &["merge", "-q", "origin/main"]);
    sandbox.commit("ann", "Put mine on top");
    let run = sandbox.teammig("ann", &["check", "--base"]);
    assert!(!run.stderr.contains("semantic-conflict"), "{run}");
}

#[test]
fn a_radar_names_the_objects_that_collide() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);",
        "ALTER TABLE users DROP COLUMN name;",
    );
    sandbox.git("bob", &["switch", "-q", "-c", "other", "HEAD~1"]);
    sandbox.revision(
        "bob",
        "c01d9e88ab12",
        &[BASE],
        "Rename it",
        "ALTER TABLE users RENAME COLUMN name TO title;",
        "SELECT 1;",
    );
    sandbox.commit("bob", "Rename it");
    sandbox.git("bob", &["push", "-q", "origin", "other"]);
    sandbox.git("bob", &["switch", "-q", "-c", "harmless", "HEAD~1"]);
    sandbox.revision(
        "bob",
        "ee77aa55bb11",
        &[BASE],
        "Add a table",
        "CREATE TABLE z (x integer);",
        "SELECT 1;",
    );
    sandbox.commit("bob", "Add a table");
    sandbox.git("bob", &["push", "-q", "origin", "harmless"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["radar", "--all"]), @"");
    let (document, code) = sandbox.json("ann", &["radar"]);
    assert_eq!(code, 3);
    let of = |branch: &serde_json::Value| {
        let collisions = branch["collisions"].as_array().unwrap();
        let mut objects = collisions.iter().map(|one| &one["objects"]);
        let objects = objects.find(|one| !one.as_array().unwrap().is_empty());
        format!(
            "{} {} {}",
            branch["ref"],
            branch["verdict"],
            objects.unwrap_or(&"".into())
        )
    };
    let branches = document["branches"].as_array().unwrap();
    let said: Vec<String> = branches.iter().map(of).collect();
    assert_snapshot!(said.join("\n"), @"");
    assert_eq!(
        sandbox.json("ann", &["radar"]).0,
        document,
        "from the cache"
    );
}
