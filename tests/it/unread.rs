//! Files that are there and cannot be read: their revisions are not missing.
//!
//! They were listed as what only the database has, with `teammig sync` to roll them
//! back, and as what nobody has published.

use serde_json::json;

use crate::support::Sandbox;

const FILE: &str = "project/migrations/aaaa2.sql";

/// A project whose database has both of its revisions.
fn applied() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.table("project", "aaaa1", &[], "one");
    let up = "CREATE TABLE two (x);";
    sandbox.revision("project", "aaaa2", &["aaaa1"], "two", up, "DROP TABLE two;");
    sandbox.commit("project", "two revisions");
    sandbox.ok("project", &["upgrade"]);
    sandbox
}

/// Ways for a file to become unreadable, and whether it still says which revision it is.
fn broken(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes);
    vec![
        (
            "a broken header",
            text.replace("[aaaa1]", "[aaaa1").into_bytes(),
        ),
        (
            "conflict markers",
            format!("<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> topic\n").into_bytes(),
        ),
        ("latin-1", [text.as_bytes(), b"-- \xe9\n"].concat()),
        ("UTF-16", utf16.collect()),
        ("nothing", Vec::new()),
    ]
}

#[test]
fn an_unreadable_file_was_taken_for_a_revision_that_only_the_database_has() {
    let sandbox = applied();
    let text = sandbox.read(FILE);
    for (how, content) in broken(&text) {
        sandbox.write(FILE, content);
        let unread = json!([{"revision": "aaaa2", "path": "migrations/aaaa2.sql"}]);
        let (status, _) = sandbox.json("project", &["status"]);
        assert_eq!(status["database"]["phantoms"], json!([]), "{how}");
        assert_eq!(status["database"]["unread"], unread, "{how}");
        assert_eq!(
            status["next"]["reason"], "put the files right first",
            "{how}"
        );
        let (current, code) = sandbox.json("project", &["current", "--check"]);
        assert_eq!(
            (&current["phantoms"], &current["unread"]),
            (&json!([]), &unread),
            "{how}"
        );
        assert_eq!(
            (current["at_head"].as_bool(), code),
            (Some(false), 3),
            "{how}"
        );
        let (graph, _) = sandbox.json("project", &["graph"]);
        let node = |id: &str| {
            let all = graph["nodes"].as_array().unwrap();
            all.iter()
                .find(|node| node["revision"] == id)
                .unwrap()
                .clone()
        };
        assert_eq!(node("aaaa2")["whose"], "unread", "{how}");
        assert_eq!(node("aaaa2")["path"], "migrations/aaaa2.sql", "{how}");
        let (why, _) = sandbox.json("project", &["why", "aaaa2"]);
        assert_eq!(why["path"], "migrations/aaaa2.sql", "{how}");
        assert_eq!(why["path_unread"], true, "{how}");

        let run = sandbox.teammig("project", &["sync", "--roll-back", "--yes"]);
        assert_ne!(run.code, 0, "{how}: {run}");
        assert!(run.stderr.contains("migrations/aaaa2.sql"), "{how}: {run}");
        let tables = sandbox.sqlite(
            "project/dev.db",
            "SELECT name FROM sqlite_schema WHERE name = 'two'",
        );
        assert_eq!(tables, ["two"], "{how}");
    }
    sandbox.write(FILE, text);
    let (status, _) = sandbox.json("project", &["status"]);
    assert_eq!(status["database"]["unread"], json!([]));
}

#[test]
fn a_file_that_says_nothing_is_known_by_what_was_committed() {
    let sandbox = applied();
    sandbox.git(
        "project",
        &["mv", "migrations/aaaa2.sql", "migrations/second.sql"],
    );
    sandbox.commit("project", "a name without the id");
    sandbox.write("project/migrations/second.sql", "");
    let run = sandbox.teammig("project", &["status"]);
    insta::assert_snapshot!(run, @"
    exit 0
    --- stdout
    Branch     main
    Head       aaaa1  one   not published, Test, 5 minutes ago
    Database   dev: 2 applied, at aaaa2, nothing pending
               1 could not be read here: aaaa2 (in migrations/second.sql)
    Hooks      not installed; `teammig hooks install` does it
    Next       put the files right first
    --- stderr
    error: the file is empty [unreadable-revision]
     --> migrations/second.sql:1:1
      |
    1 |
      | ^
    hint: delete it, or write the revision with `teammig create`
    ");
    // What is really gone is still told as gone.
    std::fs::remove_file(sandbox.at("project/migrations/second.sql")).unwrap();
    let (status, _) = sandbox.json("project", &["status"]);
    assert_eq!(status["database"]["phantoms"], json!(["aaaa2"]));
    assert_eq!(status["database"]["unread"], json!([]));
}

#[test]
fn what_others_have_in_a_file_that_cannot_be_read_was_called_free() {
    let sandbox = Sandbox::team();
    let path = sandbox.revision(
        "ann",
        "aaaa2",
        &["9209a434d045"],
        "hers",
        "SELECT 1;",
        "SELECT 2;",
    );
    let text = sandbox.read(&format!("ann/{path}"));
    sandbox.write(
        &format!("ann/{path}"),
        text.replace("[9209a434d045]", "[9209a434d045"),
    );
    sandbox.commit("ann", "broken");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox.write(&format!("bob/{path}"), text);
    let run = sandbox.teammig("bob", &["why", "aaaa2"]);
    insta::assert_snapshot!(run, @r#"
    exit 0
    --- stdout
    aaaa2  hers
    File       migrations/aaaa2.sql
    Edit it?   no, it was published in origin/main
    Published  in origin/main, where migrations/aaaa2.sql could not be read
    Applied    in no database that this clone has seen
    --- stderr
    hint: write a new revision for the change: `teammig create "…"`
    "#);
    let (status, _) = sandbox.json("bob", &["status"]);
    assert_eq!(status["heads"][0]["whose"], "published");
}

/// What the head file names is in the file that cannot be read: that is one mistake, not two.
#[test]
fn beside_an_unreadable_file_the_head_file_is_not_wrong() {
    let sandbox = applied();
    sandbox.ok("project", &["heads", "--write"]);
    sandbox.commit("project", "A head file");
    let text = sandbox.read(FILE);
    sandbox.write(FILE, text.replace("[aaaa1]", "[aaaa1"));
    sandbox.git("project", &["add", "-A"]);
    for args in [&["check"][..], &["check", "--staged"], &["heads"]] {
        let run = sandbox.teammig("project", args);
        assert!(
            run.stderr.contains("[unreadable-revision]"),
            "{args:?} {run}"
        );
        assert!(!run.stderr.contains("[head-file]"), "{args:?} {run}");
    }
    sandbox.write(FILE, &text);
    sandbox.write("project/migrations/HEAD", "aaaa1  # one\n");
    let run = sandbox.teammig("project", &["check"]);
    assert!(run.stderr.contains("[head-file]"), "{run}");
}
