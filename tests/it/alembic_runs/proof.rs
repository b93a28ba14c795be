//! Both orders of branches, run by the real Alembic on scratch databases.

use serde_json::{Value, json};

use super::project::{bare, project, revision, rows, table};
use crate::support::{postgres::Cluster, sandbox::Sandbox};

const BASE: &str = "aaaa00000001";
const LEFT: &str = "bbbb00000002";
const RIGHT: &str = "cccc00000003";

/// Two branches on a table with a row.
fn parted(sandbox: &Sandbox, left: &str, right: &str) {
    revision(
        sandbox,
        BASE,
        &[],
        "op.create_table(\"t\", sa.Column(\"id\", sa.Integer, primary_key=True), sa.Column(\"n\", sa.Integer))\n    \
         op.execute(\"INSERT INTO t VALUES (1, 0)\")",
        "op.drop_table(\"t\")",
    );
    revision(sandbox, LEFT, &[BASE], left, "pass");
    revision(sandbox, RIGHT, &[BASE], right, "pass");
}

/// What a proof says, and the exit code.
fn proved(sandbox: &Sandbox) -> (Value, i32) {
    let (document, code) = sandbox.json("project", &["conflicts", "--prove"]);
    (document["pairs"][0]["proof"].clone(), code)
}

#[test]
fn modules_that_change_the_schema_apart_are_independent() {
    let sandbox = project();
    parted(
        &sandbox,
        "op.add_column(\"t\", sa.Column(\"a\", sa.Integer))",
        "op.create_table(\"other\", sa.Column(\"id\", sa.Integer))",
    );
    let (proof, code) = proved(&sandbox);
    assert_eq!(
        (&proof["verdict"], code),
        (&json!("independent"), 0),
        "{proof:#}"
    );
    assert!(!sandbox.at("project/dev.db").exists());
    // Nothing ran anywhere else, and it is not tried twice.
    let (again, _) = proved(&sandbox);
    assert_eq!(
        (&again["verdict"], &again["kept"]),
        (&json!("independent"), &json!(true))
    );
    sandbox.ok("project", &["upgrade", "heads"]);
    assert_eq!(rows(&sandbox), [LEFT, RIGHT]);
}

#[test]
fn rows_that_the_order_makes_other_ones_are_found() {
    let sandbox = project();
    parted(
        &sandbox,
        "op.execute(\"UPDATE t SET n = 1\")",
        "op.execute(\"UPDATE t SET n = 2\")",
    );
    let (proof, code) = proved(&sandbox);
    assert_eq!(
        (&proof["verdict"], code),
        (&json!("order-matters"), 3),
        "{proof:#}"
    );
}

#[test]
fn an_order_that_fails_is_shown_in_the_module() {
    let sandbox = project();
    parted(
        &sandbox,
        "op.drop_column(\"t\", \"n\")",
        "op.create_index(\"ix\", \"t\", [\"n\"])",
    );
    let run = sandbox.teammig("project", &["conflicts", "--prove"]);
    assert_eq!(run.code, 3, "{run}");
    let said = run.stdout + &run.stderr;
    assert!(
        said.contains("no such column: n") || said.contains("after drop column"),
        "{said}"
    );
    assert!(said.contains("bbbb00000002_x.py:18"), "{said}");
}

#[test]
fn what_may_have_to_do_with_rows_is_never_called_independent() {
    let sandbox = project();
    parted(
        &sandbox,
        "op.execute(\"DELETE FROM t WHERE id = 77\")",
        "op.add_column(\"t\", sa.Column(\"a\", sa.Integer))",
    );
    let (proof, code) = proved(&sandbox);
    assert_eq!(
        (&proof["verdict"], code),
        (&json!("unproved"), 4),
        "{proof:#}"
    );
}

#[test]
fn modules_of_another_branch_come_out_of_git() {
    let sandbox = project();
    parted(
        &sandbox,
        "op.add_column(\"t\", sa.Column(\"a\", sa.Integer))",
        "op.add_column(\"t\", sa.Column(\"b\", sa.Integer))",
    );
    let path = |id: &str| format!("project/migrations/versions/{id}_x.py");
    let texts = [LEFT, RIGHT].map(|id| sandbox.read(&path(id)));
    for id in [LEFT, RIGHT] {
        std::fs::remove_file(sandbox.at(&path(id))).unwrap();
    }
    sandbox.commit("project", "base");
    sandbox.git("project", &["switch", "-q", "-c", "theirs"]);
    sandbox.write(&path(RIGHT), &texts[1]);
    sandbox.commit("project", "theirs");
    sandbox.git("project", &["switch", "-q", "main"]);
    sandbox.write(&path(LEFT), &texts[0]);
    sandbox.commit("project", "mine");
    let (document, code) = sandbox.json("project", &["conflicts", "--with", "theirs", "--prove"]);
    let proof = &document["pairs"][0]["proof"];
    assert_eq!(
        (&proof["verdict"], code),
        (&json!("independent"), 0),
        "{document:#}"
    );
    // What Alembic was shown is gone.
    assert_eq!(sandbox.git("project", &["status", "--porcelain"]), "");
}

/// `alembic init` writes an env.py that reads `sqlalchemy.url` of the ini, and nothing else.
#[test]
fn an_env_py_that_reads_the_ini_follows_too() {
    let sandbox = bare();
    sandbox.edit(
        "project/alembic.ini",
        "driver://user:pass@localhost/dbname",
        "sqlite:///elsewhere.db",
    );
    let ini = sandbox.read("project/alembic.ini");
    table(&sandbox, BASE, &[]);
    sandbox.commit("project", "Base");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), [BASE]);
    table(&sandbox, LEFT, &[BASE]);
    table(&sandbox, RIGHT, &[BASE]);
    let run = sandbox.teammig("project", &["conflicts", "--prove"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("all leave the same"), "{run}");
    sandbox.ok("project", &["downgrade", "base"]);
    assert_eq!(rows(&sandbox), [] as [&str; 0]);
    // Where it fails, the call is told as a person would write it.
    revision(&sandbox, LEFT, &[BASE], "op.drop_table('nothing')", "pass");
    let run = sandbox.teammig("project", &["upgrade", LEFT]);
    assert_eq!(run.code, 1, "{run}");
    assert!(!run.stderr.contains(".teammig-"), "{run}");
    // The copies are gone, and what they were copies of is as it was.
    assert_eq!(sandbox.read("project/alembic.ini"), ini);
    assert!(!sandbox.at("project/elsewhere.db").exists());
    let left = sandbox.git("project", &["status", "--porcelain", "--ignored"]);
    assert!(!left.contains(".teammig-"), "{left}");
}

#[test]
fn an_env_py_that_goes_elsewhere_is_found_before_anything_runs() {
    let sandbox = bare();
    sandbox.edit(
        "project/migrations/env.py",
        "config = context.config\n",
        "config = context.config\nconfig.set_main_option(\"sqlalchemy.url\", \"sqlite:///elsewhere.db\")\n",
    );
    table(&sandbox, BASE, &[]);
    table(&sandbox, LEFT, &[BASE]);
    table(&sandbox, RIGHT, &[BASE]);
    let run = sandbox.teammig("project", &["conflicts", "--prove"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stderr.contains("does not follow the URL"), "{run}");
    let left = sandbox.sqlite("project/elsewhere.db", "SELECT name FROM sqlite_schema");
    assert_eq!(left, [] as [&str; 0]);
}

#[test]
fn a_configured_command_has_to_be_allowed_first() {
    let sandbox = project();
    sandbox.write(
        "project/teammig.yaml",
        "layout: alembic\nenvironments:\n  dev: sqlite:dev.db\nalembic:\n  command: [.venv/bin/alembic]\n",
    );
    table(&sandbox, BASE, &[]);
    table(&sandbox, LEFT, &[BASE]);
    table(&sandbox, RIGHT, &[BASE]);
    let run = sandbox.teammig("project", &["conflicts", "--prove"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stderr.contains("--allow-command"), "{run}");
}

#[test]
fn on_postgresql_nothing_is_left_on_the_server() {
    let url = Cluster::shared().database();
    let sandbox = project();
    sandbox.write(
        "project/teammig.yaml",
        format!("layout: alembic\nenvironments:\n  dev: \"{url}\"\n"),
    );
    parted(
        &sandbox,
        "op.add_column(\"t\", sa.Column(\"a\", sa.Integer))",
        "op.alter_column(\"t\", \"n\", server_default=\"1\")",
    );
    let (proof, code) = proved(&sandbox);
    assert_eq!(
        (&proof["verdict"], code),
        (&json!("independent"), 0),
        "{proof:#}"
    );
    revision(
        &sandbox,
        LEFT,
        &[BASE],
        "op.alter_column(\"t\", \"n\", server_default=\"2\")",
        "pass",
    );
    let (proof, code) = proved(&sandbox);
    assert_eq!(
        (&proof["verdict"], code),
        (&json!("order-matters"), 3),
        "{proof:#}"
    );
    let tables = Cluster::shared()
        .psql_at(&url)
        .values("SELECT relname FROM pg_class WHERE relname IN ('t', 'alembic_version')");
    assert_eq!(tables, [] as [&str; 0]);
}

/// Alembic's template has no place for it.
#[test]
fn a_merge_revision_records_what_was_tried() {
    let sandbox = project();
    parted(
        &sandbox,
        "op.add_column(\"t\", sa.Column(\"a\", sa.Integer))",
        "op.create_table(\"other\", sa.Column(\"id\", sa.Integer))",
    );
    sandbox.commit("project", "Two heads");
    let run = sandbox.teammig("project", &["merge-heads", "--yes"]);
    assert_eq!(run.code, 0, "{run}");
    let (document, _) = sandbox.json("project", &["show", "head"]);
    let proved = document["revisions"][0]["proved"]
        .as_str()
        .unwrap_or_default();
    assert!(
        proved.starts_with("independent from aaaa00000001 as of "),
        "{document:#}\n{run}"
    );
    let left = format!("project/migrations/versions/{LEFT}_x.py");
    sandbox.edit(&left, "\"a\"", "\"other\"");
    let run = sandbox.teammig("project", &["check"]);
    let said = run.stdout.clone() + &run.stderr;
    assert!(
        said.contains("stale-proof") && said.contains("# teammig: proved independent from"),
        "{run}"
    );
}
