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
        7f3a9c21e4b0 uses it   migrations/7f3a9c21e4b0.sql:7   phone, not published, Ann, 2 minutes ago
          CREATE INDEX users_name ON users (name)
        51be0f2277d1 drops it   migrations/51be0f2277d1.sql:8   origin/main, Bob, 6 minutes ago
          ALTER TABLE users DROP COLUMN name
      it matters which comes first
    --- stderr
    hint: `teammig rebase` puts one side on top of the other, which decides the order; then put right in the upper one what does not fit
    ");
}

#[test]
fn the_same_for_programs() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);\nCREATE TABLE a (x integer);",
        "-- nobody reads it\nALTER TABLE users DROP COLUMN name;\nCREATE TABLE b (x integer);",
    );
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
                "branch": "phone",
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
        7f3a9c21e4b0 creates it   migrations/7f3a9c21e4b0.sql:7   phone, not published, Ann, 4 minutes ago
          CREATE TABLE t (x integer)
      both cannot be applied as they are, whichever comes first
    --- stderr
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
      no statement minds another, as far as the scripts tell; nothing was tried
    --- stderr
    the new columns of table users stand in the order in which they came (means nothing)
    ");
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", BASE, "51be"]), @"
    exit 0
    --- stdout
    9209a434d045 Initial migration and 51be0f2277d1 Bob's work
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
      not evaluated: 1 statement could not be read, so that nothing was found means nothing
    --- stderr
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
        7f3a9c21e4b0 drops it   migrations/7f3a9c21e4b0.sql:7   phone, not published, Ann, 2 minutes ago
          DROP TABLE users
        51be0f2277d1 uses it   migrations/51be0f2277d1.sql:7   origin/main, Bob, 6 minutes ago
          ALTER TABLE users ADD COLUMN b text
      it matters which comes first
    --- stderr
    warning: for which database the scripts are is not known: they were read as PostgreSQL's
    hint: give an environment a URL that is known here, or DATABASE_URL
    hint: `teammig rebase` puts one side on top of the other, which decides the order; then put right in the upper one what does not fit
    ");
}

#[test]
fn a_check_of_a_branch_tells_what_the_base_has_got_meanwhile() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);",
        "ALTER TABLE users DROP COLUMN name;",
    );
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @"
    exit 3
    --- stdout
    2 errors: 1 new revision of phone (fef00d8) against origin/main (6a3f4ca), merged result: 2 heads
    --- stderr
    error: merged with origin/main there would be 2 heads: 7f3a9c21e4b0 by Ann and 51be0f2277d1 by Bob on origin/main; they part at 9209a434d045 [diverged-heads]
     --> migrations/7f3a9c21e4b0.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               ^^^^^^^^^^^^^^ Ann's work
      |
     ::: migrations/51be0f2277d1.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               -------------- Bob's work
    hint: `git merge origin/main` here, then `teammig sync`: it puts yours on top of theirs, or joins the heads
    error: order matters: column users.name: 7f3a9c21e4b0 uses it, 51be0f2277d1 drops it (on origin/main, by Bob) [semantic-conflict]
     --> migrations/7f3a9c21e4b0.sql:7:1
      |
    7 | CREATE INDEX users_name ON users (name);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ uses it
      |
     ::: migrations/51be0f2277d1.sql:7:1
      |
    7 | ALTER TABLE users DROP COLUMN name;
      | ---------------------------------- drops it
    hint: merge origin/main here, and `teammig rebase` puts yours on top of 51be0f2277d1, which decides the order; then put right in yours what does not fit
    ");
    let (document, _) = sandbox.json("ann", &["check", "--base"]);
    let rules: Vec<&str> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rule"].as_str().unwrap())
        .collect();
    assert!(rules.contains(&"semantic-conflict"), "{rules:?}");
    // As other rules, with a severity of the project's choice.
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\ncheck: {semantic-conflict: off}\n",
    );
    sandbox.commit("ann", "Switch it off");
    let run = sandbox.teammig("ann", &["check", "--base"]);
    let says = "`semantic-conflict: off` in teammig.yaml counts once it is on origin/main";
    assert!(run.stderr.contains(says), "{run}");
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
    assert_snapshot!(sandbox.teammig("ann", &["radar", "--all"]), @"
    exit 3
    --- stdout
    phone (1 revision of its own): 3 open branches with migrations, 3 collide
      same-object         origin/other  Bob, 7 minutes ago: Rename it
                          7f3a9c21e4b0 and c01d9e88ab12 would both be heads; they part at 9209a434d045
                          order matters: column users.name: 7f3a9c21e4b0 uses it, c01d9e88ab12 renames it
                          with origin/main: 51be0f2277d1 and c01d9e88ab12 would both be heads; they part at 9209a434d045
                          with origin/main: cannot both be applied: column users.name: 51be0f2277d1 drops it, c01d9e88ab12 renames it
      same-object         origin/main  Bob, 15 minutes ago: Do Bob's work
                          7f3a9c21e4b0 and 51be0f2277d1 would both be heads; they part at 9209a434d045
                          order matters: column users.name: 7f3a9c21e4b0 uses it, 51be0f2277d1 drops it
      diverges            origin/harmless  Bob, 3 minutes ago: Add a table
                          7f3a9c21e4b0 and ee77aa55bb11 would both be heads; they part at 9209a434d045
                          with origin/main: 51be0f2277d1 and ee77aa55bb11 would both be heads; they part at 9209a434d045

    Among each other, whatever lands first:
      diverges            origin/other, origin/main, origin/harmless
                          each makes a head of the same line: 51be0f2277d1, c01d9e88ab12 and ee77aa55bb11
      same-object         origin/other, origin/main
                          order matters, or both cannot be applied: column users.name (51be0f2277d1 and c01d9e88ab12)
    --- stderr
    hint: whoever is merged second runs `teammig sync` then: it puts the new revisions on top of the others, or joins the heads
    hint: `teammig conflicts --with BRANCH` shows both statements; talk about which comes first before both are merged
    ");
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
    assert_snapshot!(said.join("\n"), @r#"
    "origin/other" "same-object" [{"kind":"column","name":"users.name"}]
    "origin/main" "same-object" [{"kind":"column","name":"users.name"}]
    "origin/harmless" "diverges" ""
    "#);
    assert_eq!(
        sandbox.json("ann", &["radar"]).0,
        document,
        "from the cache"
    );
}

#[test]
fn a_graph_shows_what_collides() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);",
        "ALTER TABLE users DROP COLUMN name;",
    );
    // What only a branch has, is held against what is here.
    assert_snapshot!(sandbox.teammig("ann", &["graph", "--all"]), @"
    exit 0
    --- stdout
    ○  7f3a9c21e4b0 (head, phone, collides with 51be0f2277d1: column users.name)  Ann's work
    │ ○  51be0f2277d1 (head, origin/main, collides with 7f3a9c21e4b0: column users.name)  Bob's work
    ├─╯
    ●  9209a434d045 (branchpoint, base, current: dev)  Initial migration
    --- stderr
    ● applied in a database, ○ in none: dev (as read 11 minutes ago)
    ");
    assert!(!sandbox.ok("ann", &["graph"]).contains("collides"));
    sandbox.git("ann", &["merge", "-q", "origin/main"]);
    let (document, _) = sandbox.json("ann", &["graph"]);
    assert_snapshot!(document["collisions"], @r#"
    [{"clash":"order-matters","from":"51be0f2277d1","objects":[{"kind":"column","name":"users.name"}],"to":"7f3a9c21e4b0"}]
    "#);
    for (kind, edge) in [
        ("dot", "\"51be0f2277d1\" -> \"7f3a9c21e4b0\" [dir=none"),
        (
            "mermaid",
            "r_51be0f2277d1 x-. \"column users.name\" .-x r_7f3a9c21e4b0",
        ),
        ("svg", "<path class=\"collides\""),
        ("html", "collides with 51be0f2277d1: column users.name"),
    ] {
        let text = sandbox.teammig("ann", &["graph", "--as", kind]).stdout;
        assert!(text.contains(edge), "{kind}: {text}");
    }
}

/// "2 values required" said nothing of what to do.
#[test]
fn one_revision_and_a_branch_are_explained() {
    let sandbox = Sandbox::diverged_and_pulled();
    for (args, said) in [
        (
            &["conflicts", "--with", "origin/main", "7f3a"][..],
            "`--with origin/main` compares all that is here with origin/main, so it takes no revision beside it",
        ),
        (&["conflicts", "7f3a"], "with what is 7f3a to be compared?"),
    ] {
        let run = sandbox.teammig("ann", args);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains(said), "{run}");
    }
}
