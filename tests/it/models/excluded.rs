//! What `exclude` leaves out.

use crate::support::{Sandbox, postgres::Cluster};

fn exclude(sandbox: &Sandbox, patterns: &str) {
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!("exclude: {patterns}\n{config}"),
    );
}

#[test]
fn all_that_is_in_a_schema_is_the_schema_too() {
    let (sandbox, url) = super::postgres::project(&[("a.sql", "CREATE TABLE a (id integer);")]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    Cluster::shared().psql_at(&url).run(
        "CREATE SCHEMA legacy; CREATE TABLE legacy.x (id integer); GRANT USAGE ON SCHEMA legacy TO PUBLIC",
    );
    exclude(&sandbox, "[legacy.*]");
    for command in [&["diff"][..], &["drift"]] {
        let run = sandbox.teammig("project", command);
        assert!(
            run.code == 0 && !run.to_string().contains("legacy"),
            "{run}"
        );
    }
    // As little in the models.
    sandbox.write(
        "project/models/legacy.sql",
        "CREATE SCHEMA legacy; CREATE TABLE legacy.x (id integer);",
    );
    let run = sandbox.teammig("project", &["create", "Nothing"]);
    assert!(run.stderr.contains("Nothing was written"), "{run}");
}

#[test]
fn triggers_and_policies_have_names_of_their_own() {
    let (sandbox, url) = super::postgres::project(&[("a.sql", "CREATE TABLE a (id integer);")]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    Cluster::shared().psql_at(&url).run(
        "CREATE FUNCTION audit_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; \
         CREATE TRIGGER audit_a BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION audit_it(); \
         CREATE POLICY audit_a ON a",
    );
    exclude(&sandbox, "[\"audit_*\"]");
    let run = sandbox.teammig("project", &["drift"]);
    assert_eq!(run.code, 0, "{run}");
}

const USERS: &str =
    "CREATE TABLE users (id integer PRIMARY KEY, fullname text CHECK (fullname <> ''));\n";
const FOREIGN: &str = "CREATE INDEX audit_name ON users (fullname);\n\
    CREATE TABLE audit_log (what text);\n\
    CREATE TRIGGER audit_users AFTER UPDATE ON users BEGIN INSERT INTO audit_log VALUES (new.fullname); END;\n";

/// Somebody else's index and trigger, which no script knows.
#[test]
fn a_table_that_is_made_again_keeps_what_is_excluded() {
    let sandbox = super::project(&[("users.sql", USERS)]);
    exclude(&sandbox, "[\"audit_*\"]");
    let texts = "SELECT sql FROM sqlite_schema WHERE name LIKE 'audit_%' ORDER BY name";
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection.execute_batch(FOREIGN).unwrap();
    let before = sandbox.sqlite("project/dev.db", texts);
    sandbox.ok("project", &["create", "Check", "--rev-id", "aaaa00000002"]);
    for command in [&["upgrade"][..], &["downgrade", "-1"], &["upgrade"]] {
        sandbox.ok("project", command);
        assert_eq!(sandbox.sqlite("project/dev.db", texts), before);
    }
}

/// One that a revision made before it was excluded.
#[test]
fn what_is_excluded_and_was_made_by_a_revision_stays_as_well() {
    let sandbox = super::project(&[("users.sql", super::USERS), ("audit.sql", FOREIGN)]);
    sandbox.ok("project", &["create", "Audit", "--rev-id", "aaaa00000002"]);
    exclude(&sandbox, "[\"audit_*\"]");
    sandbox.write("project/models/users.sql", USERS);
    sandbox.ok("project", &["create", "Check", "--rev-id", "aaaa00000003"]);
    sandbox.ok("project", &["upgrade"]);
    let count = "SELECT count(*) FROM sqlite_schema WHERE name IN ('audit_name', 'audit_users')";
    assert_eq!(sandbox.sqlite("project/dev.db", count), ["2"]);
}

/// It cannot stay where its column goes: that is said, and nothing is done.
#[test]
fn what_is_excluded_and_does_not_fit_any_more_stops_the_script() {
    let sandbox = super::project(&[("users.sql", super::USERS)]);
    exclude(&sandbox, "[\"audit_*\"]");
    sandbox.sqlite(
        "project/dev.db",
        "CREATE INDEX audit_name ON users (fullname)",
    );
    sandbox.write(
        "project/models/users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, name text UNIQUE);",
    );
    let create = [
        "create",
        "Drop",
        "--rev-id",
        "aaaa00000002",
        "--accept-loss",
    ];
    sandbox.ok("project", &create);
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    let text = run.to_string();
    assert!(
        text.contains("the index audit_name does not fit users any more"),
        "{text}"
    );
    assert!(text.contains("take it off users first"), "{text}");
    sandbox.sqlite("project/dev.db", "DROP INDEX audit_name");
    sandbox.ok("project", &["upgrade"]);
}
