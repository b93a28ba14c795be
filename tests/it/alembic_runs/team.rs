//! Two people in an Alembic project: a pull, `sync`, and what proves it.

use serde_json::json;

use super::project::{project, revision, rows};
use crate::support::{postgres::Cluster, sandbox::Sandbox};

const BASE: &str = "aaaa00000001";
const MINE: &str = "bbbb00000002";
const THEIRS: &str = "cccc00000003";

/// What `upgrade()` and `downgrade()` do.
type Body<'b> = (&'b str, &'b str);

const ADDS_A: Body<'_> = (
    "op.add_column(\"t\", sa.Column(\"a\", sa.Integer))",
    "op.drop_column(\"t\", \"a\")",
);
const ADDS_B: Body<'_> = (
    "op.add_column(\"t\", sa.Column(\"b\", sa.Integer))",
    "op.drop_column(\"t\", \"b\")",
);

/// Mine is applied and committed; theirs is on the server.
fn diverged(sandbox: &Sandbox, mine: Body<'_>, theirs: Body<'_>) {
    let git = |args: &[&str]| sandbox.git("project", args);
    revision(
        sandbox,
        BASE,
        &[],
        "op.create_table(\"t\", sa.Column(\"id\", sa.Integer, primary_key=True), sa.Column(\"n\", sa.Integer))",
        "op.drop_table(\"t\")",
    );
    sandbox.commit("project", "base");
    sandbox.git(".", &["init", "-q", "--bare", "-b", "main", "origin.git"]);
    git(&["remote", "add", "origin", "../origin.git"]);
    git(&["push", "-q", "-u", "origin", "main"]);
    sandbox.ok("project", &["upgrade"]);
    git(&["switch", "-q", "-c", "theirs"]);
    revision(sandbox, THEIRS, &[BASE], theirs.0, theirs.1);
    sandbox.commit("project", "theirs");
    git(&["push", "-q", "origin", "theirs:main"]);
    git(&["switch", "-q", "main"]);
    git(&["branch", "-q", "-D", "theirs"]);
    git(&["fetch", "-q"]);
    revision(sandbox, MINE, &[BASE], mine.0, mine.1);
    sandbox.ok("project", &["upgrade"]);
    sandbox.commit("project", "mine");
}

/// The same after a `git pull`.
fn pulled(mine: Body<'_>, theirs: Body<'_>) -> Sandbox {
    let sandbox = project();
    diverged(&sandbox, mine, theirs);
    sandbox.git("project", &["pull", "-q", "--no-rebase", "--no-edit"]);
    sandbox
}

#[test]
fn sync_merges_and_applies_the_merge() {
    let sandbox = pulled(ADDS_A, ADDS_B);
    let run = sandbox.teammig("project", &["sync", "--merge", "--yes"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("all leave the same"), "{run}");
    let (heads, _) = sandbox.json("project", &["heads"]);
    let merge = heads["heads"][0]["revision"].as_str().unwrap().to_owned();
    assert_eq!(rows(&sandbox), [merge.as_str()], "{run}");
    let (status, _) = sandbox.json("project", &["current"]);
    assert_eq!(status["at_head"], json!(true), "{status:#}");
    // What ran is what the file says.
    sandbox.ok("project", &["check"]);
    // And back to both sides.
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(rows(&sandbox), [MINE, THEIRS]);
}

/// Nothing but the merge is left to do: the database has both sides.
#[test]
fn sync_merges_what_is_applied() {
    let sandbox = pulled(ADDS_A, ADDS_B);
    sandbox.ok("project", &["upgrade", "heads"]);
    let run = sandbox.teammig("project", &["sync", "--merge", "--yes", "--no-prove"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(rows(&sandbox).len(), 1, "{run}");
    assert!(!rows(&sandbox).contains(&MINE.to_owned()), "{run}");
}

/// The base is in it already: there is nothing to be merged first.
#[test]
fn a_check_of_what_is_merged_already_names_sync() {
    let sandbox = pulled(ADDS_A, ADDS_B);
    let run = sandbox.teammig("project", &["check", "--base", "origin/main"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("teammig sync"), "{run}");
    assert!(!run.stderr.contains("git merge"), "{run}");
}

#[test]
fn sync_puts_mine_on_top() {
    let sandbox = pulled(ADDS_A, ADDS_B);
    let run = sandbox.teammig("project", &["sync", "--rebase", "--yes"]);
    assert_eq!(run.code, 0, "{run}");
    // Nobody asked for a proof, and of Python none was to be had.
    assert!(!run.stderr.contains("warning"), "{run}");
    assert_eq!(rows(&sandbox), [MINE]);
    let text = sandbox.read(&format!("project/migrations/versions/{MINE}_x.py"));
    assert!(
        text.contains(&format!("down_revision = {THEIRS:?}")),
        "{text}"
    );
    sandbox.commit("project", "restacked");
    sandbox.ok("project", &["check", "--base", "origin/main"]);
}

#[test]
fn a_rebase_does_not_speak_of_proofs() {
    let sandbox = pulled(ADDS_A, ADDS_B);
    let dry = sandbox.teammig("project", &["rebase", "--dry-run"]);
    assert_eq!(dry.code, 0, "{dry}");
    assert!(!dry.stderr.contains("warning"), "{dry}");
    let run = sandbox.teammig("project", &["rebase", "--no-database", "--yes"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("warning"), "{run}");
}

#[test]
fn a_merge_of_sides_whose_order_matters_is_not_written() {
    let drops = (
        "op.drop_column(\"t\", \"n\")",
        "op.add_column(\"t\", sa.Column(\"n\", sa.Integer))",
    );
    let fills = (
        "op.execute(\"UPDATE t SET n = 1\")",
        "op.execute(\"SELECT 1\")",
    );
    let sandbox = pulled(drops, fills);
    let run = sandbox.teammig("project", &["sync", "--merge", "--yes"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("teammig sync --rebase"), "{run}");
    assert_eq!(rows(&sandbox), [MINE], "{run}");
    assert_eq!(sandbox.git("project", &["status", "--porcelain"]), "");
}

#[test]
fn a_check_and_a_radar_prove_what_collides() {
    let one = (
        "op.alter_column(\"t\", \"n\", server_default=\"1\")",
        "op.alter_column(\"t\", \"n\", server_default=None)",
    );
    let other = (
        "op.alter_column(\"t\", \"n\", server_default=\"2\")",
        "op.alter_column(\"t\", \"n\", server_default=None)",
    );
    let (sandbox, url) = on_postgresql();
    diverged(&sandbox, one, other);
    let (checked, code) = sandbox.json("project", &["check", "--base", "origin/main", "--prove"]);
    assert_eq!(code, 3, "{checked:#}");
    let text = checked.to_string();
    assert!(text.contains("order-matters"), "{checked:#}");
    let (radar, code) = sandbox.json("project", &["radar", "--prove"]);
    assert_eq!(code, 3, "{radar:#}");
    assert_eq!(
        radar["branches"][0]["proof"]["verdict"],
        json!("order-matters"),
        "{radar:#}"
    );
    // No database that was made for it is left on the server.
    let databases = Cluster::shared().psql_at(&url).values(&format!(
        "SELECT datname FROM pg_database WHERE datname LIKE '{}\\_%'",
        url.split('?').next().unwrap().rsplit('/').next().unwrap()
    ));
    assert_eq!(databases, [] as [&str; 0]);
}

/// A project on a fresh database of the server.
fn on_postgresql() -> (Sandbox, String) {
    let url = Cluster::shared().database();
    let sandbox = project();
    sandbox.write(
        "project/teammig.yaml",
        format!("layout: alembic\nenvironments:\n  dev: \"{url}\"\n"),
    );
    (sandbox, url)
}
