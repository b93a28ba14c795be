//! What has another name and is changed, too.

use insta::assert_snapshot;

use super::project;

/// It is shown as one object with what else changes in it, as `create` does.
#[test]
fn diff_shows_a_table_that_is_renamed_and_changed() {
    let sandbox = project(&[(
        "people.sql",
        "CREATE TABLE people ( -- teammig: renamed from users
    id integer PRIMARY KEY,
    full_name text NOT NULL DEFAULT '', -- teammig: renamed from fullname
    age integer
);\n",
    )]);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"");
    let create = ["create", "People", "--rev-id", "bbbb00000001"];
    assert_snapshot!(sandbox.teammig("project", &create), @"");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
}

/// Nobody said so: what it looks like is told.
#[test]
fn diff_says_what_looks_renamed() {
    let sandbox = project(&[(
        "people.sql",
        "CREATE TABLE people (\n    id integer PRIMARY KEY,\n    fullname text,\n    age integer\n);\n",
    )]);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"");
    let (document, _) = sandbox.json("project", &["diff"]);
    assert_eq!(document["perhaps_renamed"][0]["to"][0], "people");
    let rename = ["diff", "--rename", "users:people"];
    assert_snapshot!(sandbox.teammig("project", &rename), @"");
}
