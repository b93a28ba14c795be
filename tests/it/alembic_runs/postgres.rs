//! The same on PostgreSQL, where all of a call is one transaction.

use insta::assert_snapshot;

use super::{
    bad::error,
    project::{project, revision, table, without_log},
};
use crate::support::{postgres::Cluster, sandbox::Sandbox};

/// A project whose `dev` is a fresh database, with a password that nobody asks for.
pub(super) fn on_postgresql() -> (Sandbox, String) {
    let url = Cluster::shared().database();
    let sandbox = project();
    sandbox.write(
        "project/teammig.yaml",
        format!("layout: alembic\nenvironments:\n  dev: \"{url}\"\n"),
    );
    (sandbox, url)
}

pub(super) fn values(url: &str, sql: &str) -> Vec<String> {
    Cluster::shared().psql_at(url).values(sql)
}

#[test]
fn up_and_down() {
    let (sandbox, url) = on_postgresql();
    table(&sandbox, "aaaa00000001", &[]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    let rows = || values(&url, "SELECT version_num FROM alembic_version");
    assert_eq!(rows(), ["bbbb00000002"]);
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(rows(), ["aaaa00000001"]);
}

/// One step failed, and took along those that Alembic had called done.
#[test]
fn a_failure_takes_the_whole_call_along() {
    let (sandbox, url) = on_postgresql();
    table(&sandbox, "aaaa00000001", &[]);
    revision(
        &sandbox,
        "bbbb00000002",
        &["aaaa00000001"],
        "op.execute(\"UPDATE nowhere SET x = 1\")",
        "pass",
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(error(&run), @r#"
    error: cannot apply bbbb00000002 Make bbbb00000002
      --> migrations/versions/bbbb00000002_x.py:18:5
       |
    18 |     op.execute("UPDATE nowhere SET x = 1")
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ sqlalchemy.exc.ProgrammingError: (psycopg.errors.UndefinedTable) relation "nowhere" does not exist
      detail: LINE 1: UPDATE nowhere SET x = 1
                       ^
        [SQL: UPDATE nowhere SET x = 1]
      context: at migrations/versions/bbbb00000002_x.py:18; `[DIR]/project/.venv/bin/alembic upgrade bbbb00000002` ended with exit status: 1
    bbbb00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    "#);
    assert!(!run.stderr.contains('✔'), "{run}");
    assert_eq!(
        values(
            &url,
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ),
        ["0"]
    );
    let (document, _) = sandbox.json("project", &["upgrade"]);
    assert_eq!(document["done"], serde_json::json!([]));
}

/// `env.py` says where it is, or `teammig.yaml` does where that is computed.
#[test]
fn another_table_in_another_schema() {
    for (written, config) in [
        (
            "version_table=\"versions\", version_table_schema=\"own\"",
            "",
        ),
        (
            "version_table=\"ver\" + str(\"sions\"), version_table_schema=str(\"own\")",
            "alembic: {version_table: versions, version_table_schema: own}\n",
        ),
    ] {
        let (sandbox, url) = on_postgresql();
        Cluster::shared().psql_at(&url).run("CREATE SCHEMA own");
        sandbox.edit(
            "project/migrations/env.py",
            "connection=connection, target_metadata=target_metadata",
            &format!("connection=connection, target_metadata=target_metadata, {written}"),
        );
        let before = sandbox.read("project/teammig.yaml");
        sandbox.write("project/teammig.yaml", format!("{before}{config}"));
        table(&sandbox, "aaaa00000001", &[]);
        sandbox.ok("project", &["upgrade"]);
        assert_eq!(
            values(&url, "SELECT version_num FROM own.versions"),
            ["aaaa00000001"]
        );
        let (current, _) = sandbox.json("project", &["current"]);
        assert_eq!(current["heads"], serde_json::json!(["aaaa00000001"]));
    }
}

/// What `SQLAlchemy` cannot read, env.py gets as a URI.
#[test]
fn libpqs_keywords_are_a_url_too() {
    let (sandbox, url) = on_postgresql();
    let name = url.split('?').next().unwrap().rsplit('/').next().unwrap();
    let cluster = Cluster::shared();
    let folder = cluster.folder().display();
    let port = cluster.port();
    sandbox.write(
        "project/teammig.yaml",
        format!(
            "layout: alembic\nenvironments:\n  dev: \"host={folder} port={port} user=postgres dbname={name}\"\n"
        ),
    );
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        values(&url, "SELECT version_num FROM alembic_version"),
        ["aaaa00000001"]
    );
}

/// Alembic names the revision that it is at in its log alone, and not every env.py has one.
#[test]
fn an_env_py_without_a_log_blames_the_right_revision() {
    let (sandbox, url) = on_postgresql();
    without_log(&sandbox);
    table(&sandbox, "aaaa00000001", &[]);
    revision(
        &sandbox,
        "bbbb00000002",
        &["aaaa00000001"],
        "op.execute(\"UPDATE nowhere SET x = 1\")",
        "pass",
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    let said = error(&run);
    assert!(said.contains("cannot apply bbbb00000002"), "{run}");
    assert!(said.contains("bbbb00000002_x.py:18:5"), "{run}");
    assert!(said.contains("was rolled back and left nothing"), "{run}");
    assert_eq!(
        values(
            &url,
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ),
        ["0"]
    );
}
