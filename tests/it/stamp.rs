//! Setting the ledger without running anything, also after something went wrong.

use crate::support::Sandbox;

fn rows(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite(
        "project/dev.db",
        "SELECT revision, state FROM teammig_ledger ORDER BY revision",
    )
}

/// The hint for a skipped revision records that one and loses no other row.
#[test]
fn only_adds_rows() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000001"],
        "three",
        "CREATE TABLE three (x);",
        "",
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TABLE two (x);",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000002"],
        "three",
        "CREATE TABLE three (x);",
        "",
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(
        run.stderr.contains("`teammig stamp --only aaaa00000002`"),
        "{run}"
    );
    sandbox.ok("project", &["stamp", "--only", "aaaa00000002"]);
    assert_eq!(
        rows(&sandbox),
        [
            "aaaa00000001|applied",
            "aaaa00000002|applied",
            "aaaa00000003|applied"
        ]
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.ok("project", &["current", "--check"]);
}

/// A stamp settles what was begun and never finished, in both directions.
#[test]
fn interrupted_rows_are_settled() {
    let half_applied = || {
        let sandbox = Sandbox::with_second(
            "-- migrate:up transaction:false\nCREATE TABLE two (x);\nnonsense;\n",
        );
        assert_eq!(sandbox.teammig("project", &["upgrade"]).code, 1);
        assert_eq!(
            rows(&sandbox),
            ["aaaa00000001|applied", "aaaa00000002|running"]
        );
        sandbox
    };
    let sandbox = half_applied();
    sandbox.ok("project", &["stamp", "aaaa00000002"]);
    assert_eq!(
        rows(&sandbox),
        ["aaaa00000001|applied", "aaaa00000002|applied"]
    );
    let sandbox = half_applied();
    sandbox.ok("project", &["stamp", "aaaa00000001"]);
    assert_eq!(rows(&sandbox), ["aaaa00000001|applied"]);
    let half_rolled_back = || {
        let sandbox = Sandbox::with_second(
            "-- migrate:up\nCREATE TABLE two (x);\nCREATE TABLE more (x);\n\n-- migrate:down transaction:false\nDROP TABLE more;\nnonsense;\n",
        );
        sandbox.ok("project", &["upgrade"]);
        assert_eq!(sandbox.teammig("project", &["downgrade"]).code, 1);
        assert_eq!(
            rows(&sandbox),
            ["aaaa00000001|applied", "aaaa00000002|reverting"]
        );
        sandbox
    };
    let sandbox = half_rolled_back();
    sandbox.ok("project", &["stamp", "aaaa00000002"]);
    assert_eq!(
        rows(&sandbox),
        ["aaaa00000001|applied", "aaaa00000002|applied"]
    );
    let sandbox = half_rolled_back();
    sandbox.ok("project", &["stamp", "aaaa00000001"]);
    assert_eq!(rows(&sandbox), ["aaaa00000001|applied"]);
    // The command that the message names finishes it.
    let sandbox = half_rolled_back();
    let path = "project/migrations/aaaa00000002.sql";
    sandbox.edit(path, "nonsense", "DROP TABLE two");
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(
        run.stderr
            .contains("`teammig downgrade aaaa00000002-1` finishes it first"),
        "{run}"
    );
    sandbox.ok("project", &["downgrade", "aaaa00000002-1"]);
    assert_eq!(rows(&sandbox), ["aaaa00000001|applied"]);
}

/// The command that the warning names rolls back the phantom, and nothing of mine.
#[test]
fn a_phantom_is_rolled_back_alone() {
    let sandbox = Sandbox::project();
    sandbox.table("project", "aaaa00000001", &[], "one");
    let theirs = sandbox.table("project", "bbbb00000001", &["aaaa00000001"], "theirs");
    sandbox.ok("project", &["upgrade"]);
    std::fs::remove_file(sandbox.at("project").join(theirs)).unwrap();
    sandbox.table("project", "cccc00000001", &["aaaa00000001"], "mine");
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("`teammig downgrade bbbb00000001@-1` rolls bbbb00000001 back"),
        "{run}"
    );
    sandbox.ok("project", &["downgrade", "bbbb00000001@-1"]);
    assert_eq!(
        rows(&sandbox),
        ["aaaa00000001|applied", "cccc00000001|applied"]
    );
    let tables = sandbox.sqlite(
        "project/dev.db",
        "SELECT name FROM sqlite_schema WHERE name IN ('mine', 'theirs')",
    );
    assert_eq!(tables, ["mine"]);
}
