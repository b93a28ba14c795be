//! What collides, tried before a merge: `check --base --prove` and `radar --prove`. And what
//! a radar says of a statement that could not be read.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Sandbox, postgres::Cluster};

const BASE: &str = "9209a434d045";
const CHECK: &[&str] = &["check", "--base", "--prove"];

/// Ann and Bob each with a revision on the first one; Bob's is on the main branch, and
/// Ann's on a branch that she pushed.
fn parted(ann: &str, bob: &str) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    let work = [
        ("bob", "51be0f2277d1", "Bob's work", bob, "main"),
        ("ann", "7f3a9c21e4b0", "Ann's work", ann, "phone"),
    ];
    for (who, id, message, up, branch) in work {
        sandbox.revision(who, id, &[BASE], message, up, "SELECT 1;");
        sandbox.commit(who, &format!("Do {message}"));
        sandbox.git(who, &["push", "-q", "origin", &format!("HEAD:{branch}")]);
    }
    for who in ["ann", "bob"] {
        sandbox.git(who, &["fetch", "-q"]);
    }
    sandbox
}

/// The findings of the rule: how much it matters, and what it says.
fn collisions(document: &Value) -> Vec<String> {
    let all = document["findings"].as_array().unwrap().iter();
    let collisions = all.filter(|one| one["rule"] == "semantic-conflict");
    let said = |one: &Value| format!("{} {}", one["severity"], one["message"]);
    collisions.map(said).collect()
}

#[test]
fn what_leaves_the_same_either_way_is_no_finding() {
    let sandbox = parted(
        "ALTER TABLE users RENAME COLUMN name TO title;",
        "CREATE VIEW everybody AS SELECT * FROM users;",
    );
    let (document, _) = sandbox.json("ann", &["check", "--base"]);
    assert_eq!(collisions(&document).len(), 1, "{document}");
    let (document, code) = sandbox.json("ann", CHECK);
    assert_eq!(collisions(&document), [""; 0]);
    assert_eq!(document["judged"][0]["proof"]["verdict"], "independent");
    // There are two heads all the same.
    assert_eq!((code, &document["evaluated"]), (3, &true.into()));
    assert_snapshot!(sandbox.teammig("ann", CHECK).stdout, @"
    1 error: 1 new revision of phone (0d3466d) against origin/main (c222e8b), merged result: 2 heads
      tried on SQLite in every order: all leave the same
    ");
    let (document, _) = sandbox.json("ann", &["radar", "--prove"]);
    assert_eq!(document["branches"][0]["verdict"], "diverges");
    assert_eq!(document["branches"][0]["proof"]["verdict"], "independent");
    let run = sandbox.teammig("ann", &["radar", "--prove"]);
    let line = "                      tried on SQLite in every order: all leave the same\n";
    assert!(run.stdout.contains(line), "{run}");
    assert!(!run.stdout.contains("order matters"), "{run}");
    assert_eq!(sandbox.git("ann", &["status", "--porcelain"]), "");
}

#[test]
fn what_fails_is_an_error_with_both_results() {
    let sandbox = parted(
        "CREATE TABLE a (x INTEGER);\nCREATE INDEX users_name ON users (name);",
        "ALTER TABLE users DROP COLUMN name;",
    );
    assert_snapshot!(sandbox.teammig("ann", CHECK), @"
    exit 3
    --- stdout
    2 errors: 1 new revision of phone (65c46c5) against origin/main (1420998), merged result: 2 heads
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
    error: cannot both be applied: column users.name: 7f3a9c21e4b0 uses it, 51be0f2277d1 drops it (on origin/main, by Bob); tried on SQLite: no order works (51be0f2277d1 fails after 7f3a9c21e4b0: error in index users_name after drop column: no such column: name; 7f3a9c21e4b0 fails after 51be0f2277d1: no such column: name) [semantic-conflict]
     --> migrations/7f3a9c21e4b0.sql:8:1
      |
    8 | CREATE INDEX users_name ON users (name);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ uses it
      |
     ::: migrations/51be0f2277d1.sql:7:1
      |
    7 | ALTER TABLE users DROP COLUMN name;
      | ---------------------------------- drops it
    hint: one of the two has to change, and 51be0f2277d1 is on origin/main already: merge origin/main here, `teammig rebase` puts yours on top of it, then leave out of yours what is there
    ");
    let (document, code) = sandbox.json("ann", CHECK);
    assert_eq!(code, 3);
    let proof = &document["judged"][0]["proof"];
    assert_eq!(proof["verdict"], "fails");
    assert_eq!(proof["orders"].as_array().unwrap().len(), 2);
    let run = sandbox.teammig("ann", &[CHECK, &["--format", "github"]].concat());
    assert!(
        run.stdout.contains("tried on SQLite: no order works ("),
        "{run}"
    );
    let run = sandbox.teammig("bob", &["radar", "--prove"]);
    assert!(
        run.stdout.contains("  same-object         origin/phone"),
        "{run}"
    );
    let line = "                      tried on SQLite: no order works (";
    assert!(run.stdout.contains(line), "{run}");
    let (document, code) = sandbox.json("bob", &["radar", "--prove"]);
    assert_eq!(code, 3);
    assert_eq!(document["branches"][0]["proof"]["verdict"], "fails");
}

#[test]
fn what_leaves_something_else_is_an_error_with_both_results() {
    let sandbox = parted(
        "CREATE VIEW IF NOT EXISTS v AS SELECT id FROM users;",
        "CREATE VIEW IF NOT EXISTS v AS SELECT name FROM users;",
    );
    let (document, code) = sandbox.json("ann", CHECK);
    assert_eq!(code, 3);
    assert_snapshot!(collisions(&document).join("\n"), @r#""error" "order matters: view v: 7f3a9c21e4b0 creates or replaces it, 51be0f2277d1 creates or replaces it (on origin/main, by Bob); tried on SQLite: the order matters, since each leaves something else (view v, definition: AS SELECT id FROM users where 7f3a9c21e4b0 ran first, AS SELECT name FROM users where 51be0f2277d1 did)""#);
}

#[test]
fn what_is_not_proved_is_said() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);",
        "ALTER TABLE nowhere ADD COLUMN x;\nALTER TABLE users DROP COLUMN name;",
    );
    let (document, _) = sandbox.json("ann", CHECK);
    assert_eq!(document["judged"][0]["proof"]["verdict"], "unproved");
    let said = collisions(&document).join("\n");
    let why = "tried on SQLite, and not proved: 51be0f2277d1 fails without the other side";
    assert!(said.contains(why), "{said}");
    // What the scripts have stays as it is.
    assert!(
        said.contains("a statement of 51be0f2277d1 could not be read"),
        "{said}"
    );
    let (document, code) = sandbox.json("ann", &["radar", "--prove"]);
    assert_eq!(document["branches"][0]["proof"]["verdict"], "unproved");
    assert_eq!((code, &document["evaluated"]), (3, &false.into()));
}

#[test]
fn without_a_database_it_is_not_evaluated() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);",
        "ALTER TABLE users DROP COLUMN name;",
    );
    sandbox.write("ann/teammig.yaml", "migrations: migrations\n");
    // That the base names one is nothing that this change can do about it.
    let run = sandbox.teammig("ann", CHECK);
    // What the scripts tell is told all the same.
    assert!(run.stderr.contains("[semantic-conflict]"), "{run}");
    assert!(run.stdout.ends_with("\nnot evaluated\n"), "{run}");
    let (document, code) = sandbox.json("ann", CHECK);
    assert_eq!((code, &document["evaluated"]), (4, &false.into()));
    let why = document["unjudged"][0]["message"].as_str().unwrap();
    let run = sandbox.teammig("ann", &["radar", "--prove"]);
    assert!(run.stderr.contains(&format!("error: {why}")), "{run}");
    assert!(
        run.stdout.contains("  same-object         origin/main"),
        "{run}"
    );
    let (document, code) = sandbox.json("ann", &["radar", "--prove"]);
    assert_eq!((code, &document["evaluated"]), (4, &false.into()));
    // Where nothing collides, there is nothing to try.
    let sandbox = parted("CREATE TABLE a (x int);", "CREATE TABLE b (x int);");
    sandbox.write("ann/teammig.yaml", "migrations: migrations\n");
    let (document, code) = sandbox.json("ann", &["radar", "--prove"]);
    assert_eq!((code, &document["evaluated"]), (3, &true.into()));
    assert_eq!(document["branches"][0]["proof"], Value::Null);
}

#[test]
fn it_is_about_a_merge() {
    let sandbox = Sandbox::team();
    assert_eq!(sandbox.teammig("ann", &["check", "--prove"]).code, 2);
}

#[test]
fn on_a_server() {
    let sandbox = parted(
        "ALTER TABLE users ALTER name SET DEFAULT 'a';",
        "ALTER TABLE users ALTER name SET DEFAULT 'b';",
    );
    let url = Cluster::shared().database();
    let of = |environment: &str| {
        let text = format!("environments:\n  dev: {environment}\n");
        sandbox.write("ann/teammig.yaml", text);
    };
    // Nothing is made on the server of a protected environment that nobody named.
    of(&format!("{{url: \"{url}\", protected: true}}"));
    for args in [CHECK, &["radar", "--prove"]] {
        let run = sandbox.teammig("ann", args);
        assert_eq!(run.code, 4, "{run}");
        assert!(run.stderr.contains("dev is protected"), "{run}");
    }
    let run = sandbox.teammig("ann", &[CHECK, &["--scratch-here"]].concat());
    assert_eq!(run.code, 3, "{run}");
    of(&format!("\"{url}\""));
    let (document, code) = sandbox.json("ann", CHECK);
    assert_eq!(code, 3);
    assert_eq!(document["judged"][0]["proof"]["verdict"], "order-matters");
    let said = collisions(&document).join("\n");
    assert!(
        said.contains("'a'::text") && said.contains("'b'::text"),
        "{said}"
    );
    let (document, code) = sandbox.json("ann", &["radar", "--prove"]);
    assert_eq!(code, 3);
    assert_eq!(document["branches"][0]["verdict"], "same-object");
    assert_eq!(document["branches"][0]["proof"]["verdict"], "order-matters");
}

#[test]
fn a_radar_calls_nothing_clean_that_it_could_not_read() {
    let sandbox = parted(
        "CREATE TABLE a (x integer);",
        "ALTER TABLE nowhere ADD COLUMN x;",
    );
    assert_snapshot!(sandbox.teammig("ann", &["radar"]), @"
    exit 3
    --- stdout
    phone (1 revision of its own): 1 open branch with migrations, 1 collides
      diverges            origin/main  Bob, 7 minutes ago: Do Bob's work
                          7f3a9c21e4b0 and 51be0f2277d1 would both be heads; they part at 9209a434d045
                          a statement of 51be0f2277d1 could not be read (migrations/51be0f2277d1.sql): whether it collides is not known
    --- stderr
    hint: whoever is merged second runs `teammig sync` then: it puts the new revisions on top of the others, or joins the heads
    hint: read it yourself, with what the other side does; `teammig radar --prove` tries both orders on a scratch database
    ");
    let (document, code) = sandbox.json("ann", &["radar"]);
    assert_eq!((code, &document["evaluated"]), (3, &false.into()));
    assert_eq!(
        sandbox.json("ann", &["radar"]).0,
        document,
        "from the cache"
    );
    // Mine is what could not be read.
    let (document, _) = sandbox.json("bob", &["radar"]);
    let kinds = document["branches"][0]["collisions"].as_array().unwrap();
    assert!(
        kinds.iter().any(|one| one["kind"] == "unread-statement"),
        "{document}"
    );
}

#[test]
fn a_branch_with_nothing_else_against_it_is_unknown() {
    let sandbox = Sandbox::team();
    sandbox.git("bob", &["switch", "-q", "-c", "odd"]);
    sandbox.revision(
        "bob",
        "51be0f2277d1",
        &[BASE],
        "Odd",
        "ALTER TABLE nowhere ADD COLUMN x;",
        "SELECT 1;",
    );
    sandbox.commit("bob", "Do it");
    sandbox.git("bob", &["push", "-q", "origin", "odd"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["radar"]), @"
    exit 4
    --- stdout
    main (no revision of its own): 1 open branch with migrations, none collides, 1 could not be judged
      unknown             origin/odd  Bob, 3 minutes ago: Do it
                          a statement of 51be0f2277d1 could not be read (migrations/51be0f2277d1.sql): whether it collides is not known
    --- stderr
    hint: read it yourself, with what the other side does; `teammig radar --prove` tries both orders on a scratch database
    ");
    let (document, code) = sandbox.json("ann", &["radar"]);
    assert_eq!(code, 4);
    assert_eq!(document["branches"][0]["verdict"], "unknown");
    assert!(
        document["branches"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("could not be read")
    );
    // As PostgreSQL's.
    let text = "ALTER TABLE users SOMEHOW;";
    sandbox.revision("bob", "51be0f2277d1", &[BASE], "Odd", text, "SELECT 1;");
    sandbox.commit("bob", "Do it otherwise");
    sandbox.git("bob", &["push", "-q", "origin", "odd"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox.write("ann/teammig.yaml", "migrations: migrations\n");
    let (document, code) = sandbox.json("ann", &["radar", "--all"]);
    assert_eq!(code, 4, "{document}");
    assert_eq!(document["branches"][0]["verdict"], "unknown");
}

const VIEW: &str = "CREATE VIEW IF NOT EXISTS v AS SELECT";

/// Git has both sides in one commit, and nobody said which comes first: nothing was told of it
/// any more.
#[test]
fn what_git_has_merged_already_is_told_until_it_is_decided() {
    let sandbox = parted(&format!("{VIEW} 1 AS a;"), &format!("{VIEW} 2 AS a;"));
    let before = collisions(&sandbox.json("ann", &["check", "--base"]).0);
    assert_eq!(before.len(), 1);
    sandbox.git("ann", &["merge", "-q", "--no-edit", "origin/main"]);
    let (document, code) = sandbox.json("ann", &["check", "--base"]);
    assert_eq!((collisions(&document), code), (before, 3));
    let (document, _) = sandbox.json("ann", CHECK);
    assert_eq!(document["judged"][0]["proof"]["verdict"], "order-matters");
    // By a merge revision with a script.
    sandbox.ok("ann", &["merge-heads", "--yes"]);
    sandbox.commit("ann", "Decided");
    let (document, code) = sandbox.json("ann", &["check", "--base"]);
    assert_eq!((collisions(&document), code), (vec![], 0), "{document}");
}

#[test]
fn a_merge_revision_that_decides_nothing_is_told() {
    let sandbox = parted(&format!("{VIEW} 1 AS a;"), &format!("{VIEW} 2 AS a;"));
    sandbox.git("ann", &["merge", "-q", "--no-edit", "origin/main"]);
    sandbox.ok("ann", &["merge", "heads", "--rev-id", "dddd11112222"]);
    sandbox.commit("ann", "Joined");
    for args in [&["check", "--base"], CHECK] {
        let (document, code) = sandbox.json("ann", args);
        let all = collisions(&document);
        assert_eq!((all.len(), code), (1, 3), "{document}");
        assert!(
            all[0].contains("dddd11112222 joins two sides, and decides nothing"),
            "{all:?}"
        );
    }
    // Here a proof has the last word.
    let sandbox = parted(
        "ALTER TABLE users RENAME COLUMN name TO title;",
        "CREATE VIEW everybody AS SELECT * FROM users;",
    );
    sandbox.git("ann", &["merge", "-q", "--no-edit", "origin/main"]);
    sandbox.ok("ann", &["merge", "heads", "--rev-id", "dddd11112222"]);
    sandbox.commit("ann", "Joined");
    let (document, _) = sandbox.json("ann", &["check", "--base"]);
    assert_eq!(collisions(&document).len(), 1, "{document}");
    let (document, code) = sandbox.json("ann", CHECK);
    assert_eq!((collisions(&document), code), (vec![], 0), "{document}");
}
