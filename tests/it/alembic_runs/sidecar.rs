//! What teammig ran, recorded beside `alembic_version`.

use insta::assert_snapshot;

use super::project::{project, revision, rows, table, tables};
use crate::support::sandbox::Sandbox;

fn with_sidecar() -> Sandbox {
    let sandbox = project();
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!("{config}alembic: {{sidecar: true}}\n"),
    );
    table(&sandbox, "aaaa00000001", &[]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    sandbox
}

fn recorded(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite(
        "project/dev.db",
        "SELECT revision, applied_by FROM teammig_ledger ORDER BY revision",
    )
}

#[test]
fn what_ran_when_and_by_whom() {
    let sandbox = with_sidecar();
    assert_eq!(
        recorded(&sandbox),
        ["aaaa00000001|ann@host", "bbbb00000002|ann@host"]
    );
    assert_snapshot!(sandbox.teammig("project", &["current", "-v"]), @"
    exit 0
    --- stdout
    bbbb00000002 (head)  Make bbbb00000002
        applied 1 minute ago by ann@host, from main
    ");
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(recorded(&sandbox), ["aaaa00000001|ann@host"]);
    sandbox.ok("project", &["stamp", "bbbb00000002"]);
    assert_eq!(recorded(&sandbox).len(), 2);
}

#[test]
fn what_alembic_did_itself_is_told() {
    let sandbox = with_sidecar();
    let alembic = sandbox.at("project/.venv/bin/alembic");
    let run = sandbox.run(
        sandbox
            .command(alembic.to_str().unwrap(), "project")
            .env("DATABASE_URL", "sqlite:///dev.db")
            .args(["downgrade", "aaaa00000001"]),
    );
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(sandbox.teammig("project", &["current", "-v"]), @"
    exit 0
    --- stdout
    aaaa00000001  Make aaaa00000001
        applied 2 minutes ago by ann@host, from main
    --- stderr
    warning: teammig applied bbbb00000002, and another program rolled that back since
    1 revision pending; `teammig upgrade` applies it
    ");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(recorded(&sandbox).len(), 2);
}

#[test]
fn an_edited_revision_goes_back_as_it_ran() {
    let sandbox = with_sidecar();
    sandbox.edit(
        "project/migrations/versions/bbbb00000002_x.py",
        "t_bbbb00000002",
        "t_edited",
    );
    let (document, _) = sandbox.json("project", &["status"]);
    assert_eq!(
        document["database"]["edited"],
        serde_json::json!(["bbbb00000002"])
    );
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001", "edited"]);
}

/// Its way up would run again on what it left.
#[test]
fn what_undid_nothing_is_not_redone() {
    let sandbox = with_sidecar();
    revision(
        &sandbox,
        "cccc00000003",
        &["bbbb00000002"],
        "op.create_table(\"t_c\", sa.Column(\"id\", sa.Integer))",
        "pass",
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.edit(
        "project/migrations/versions/cccc00000003_x.py",
        "sa.Integer",
        "sa.BigInteger",
    );
    let run = sandbox.teammig("project", &["sync", "--redo"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(!run.stderr.contains("already exists"), "{run}");
    assert_eq!(rows(&sandbox), ["cccc00000003"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001", "bbbb00000002", "c"]);
    // Who asks for it gets it, and is told.
    let run = sandbox.teammig("project", &["downgrade"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("`downgrade()` of cccc00000003 does nothing"),
        "{run}"
    );
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
}

#[test]
fn a_revision_whose_file_is_nowhere_goes_back() {
    let sandbox = with_sidecar();
    std::fs::remove_file(sandbox.at("project/migrations/versions/bbbb00000002_x.py")).unwrap();
    let (document, _) = sandbox.json("project", &["current"]);
    assert_eq!(document["phantoms"], serde_json::json!(["bbbb00000002"]));
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001"]);
}

#[test]
fn autogenerate_does_not_drop_the_record() {
    let sandbox = with_sidecar();
    sandbox.edit(
        "project/migrations/env.py",
        "target_metadata = None",
        "import sqlalchemy as sa\ntarget_metadata = sa.MetaData()\nsa.Table(\"t_aaaa00000001\", target_metadata, \
         sa.Column(\"id\", sa.Integer))\nsa.Table(\"t_bbbb00000002\", target_metadata, sa.Column(\"id\", sa.Integer))",
    );
    let run = sandbox.teammig("project", &["create", "Nothing"]);
    assert_eq!(run.code, 1, "{run}");
    let error = &run.stderr[run.stderr.find("error: ").unwrap()..];
    assert_snapshot!(error, @r#"
    error: autogenerate would drop teammig_ledger, in which teammig keeps what it ran
    Nothing was written.
    hint: give `context.configure(…)` in env.py, at both places, `include_name=lambda name, kind, parents: kind != "table" or not name.startswith("teammig_ledger")`
    "#);
    let versions = std::fs::read_dir(sandbox.at("project/migrations/versions")).unwrap();
    assert!(
        versions
            .map(|one| one.unwrap().file_name())
            .all(|name| !name.to_string_lossy().contains("nothing"))
    );
    sandbox.edit(
        "project/migrations/env.py",
        "connection=connection, target_metadata=target_metadata",
        "connection=connection, target_metadata=target_metadata, include_name=lambda name, kind, parents: kind != \
         \"table\" or not name.startswith(\"teammig_ledger\")",
    );
    let run = sandbox.teammig("project", &["create", "Nothing"]);
    assert!(
        run.code == 0 && run.stderr.contains("Nothing was written"),
        "{run}"
    );
}
