//! Revisions that Alembic writes.

use insta::assert_snapshot;

use super::{
    bad::error,
    project::{project, rows, table, tables},
};

#[test]
fn create_compares_the_models_with_the_database() {
    let sandbox = project();
    sandbox.edit(
        "project/migrations/env.py",
        "target_metadata = None",
        "import sqlalchemy as sa\ntarget_metadata = sa.MetaData()\nsa.Table(\"users\", target_metadata, \
         sa.Column(\"id\", sa.Integer, primary_key=True))",
    );
    let path = sandbox.ok(
        "project",
        &["create", "Make users", "--rev-id", "aaaa00000001"],
    );
    assert_eq!(path, "migrations/versions/aaaa00000001_make_users.py\n");
    let text = sandbox.read("project/migrations/versions/aaaa00000001_make_users.py");
    assert!(text.contains("op.create_table('users'"), "{text}");
    // The next one has to wait for it.
    let run = sandbox.teammig("project", &["create", "More"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(error(&run), @"
    error: Target database is not up to date.
      context: `[DIR]/project/.venv/bin/alembic revision -m More --autogenerate --head aaaa00000001` ended with exit status: 255
    hint: autogenerate compares the models with the database, which has to have all revisions first: `teammig upgrade`, then again
    ");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
    // Nothing differs now: no empty file is left behind.
    let run = sandbox.teammig("project", &["create", "Nothing"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run}");
    assert!(run.stderr.contains("Nothing was written"), "{run}");
    let versions = std::fs::read_dir(sandbox.at("project/migrations/versions")).unwrap();
    let modules = versions.filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".py")
    });
    assert_eq!(modules.count(), 1);
    let (document, code) = sandbox.json(
        "project",
        &[
            "create",
            "By hand",
            "--empty",
            "--rev-id",
            "bbbb00000002",
            "--label",
            "billing",
        ],
    );
    assert_eq!(code, 0);
    assert_eq!(
        document["revision"]["parents"],
        serde_json::json!(["aaaa00000001"])
    );
    assert_eq!(
        document["revision"]["labels"],
        serde_json::json!(["billing"])
    );
}

#[test]
fn a_merge_revision_has_the_projects_own_template() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    table(&sandbox, "cccc00000003", &["aaaa00000001"]);
    sandbox.edit(
        "project/migrations/script.py.mako",
        "\"\"\"${message}",
        "# Copyright of the company\n\"\"\"${message}",
    );
    sandbox.ok(
        "project",
        &[
            "merge",
            "bbbb00000002",
            "cccc00000003",
            "-m",
            "Join both",
            "--rev-id",
            "dddd00000004",
        ],
    );
    let text = sandbox.read("project/migrations/versions/dddd00000004_join_both.py");
    assert!(text.contains("# Copyright of the company"), "{text}");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["dddd00000004"]);
}

/// Rows below one that was moved would overlap with it, if Alembic saw the files as they are
/// while the database is brought to what they will be.
#[test]
fn a_restack_leaves_the_table_as_the_files_will_have_it() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.commit("project", "first");
    sandbox.git(".", &["clone", "-q", "--bare", "project", "origin.git"]);
    sandbox.git("project", &["remote", "add", "origin", "../origin.git"]);
    sandbox.git("project", &["switch", "-q", "-c", "theirs"]);
    table(&sandbox, "cccc00000003", &["aaaa00000001"]);
    sandbox.commit("project", "theirs");
    sandbox.git("project", &["push", "-q", "origin", "theirs:main"]);
    sandbox.git("project", &["switch", "-q", "main"]);
    sandbox.git(
        "project",
        &["branch", "-q", "--set-upstream-to", "origin/main"],
    );
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    sandbox.commit("project", "mine");
    sandbox.ok("project", &["upgrade"]);
    sandbox.git("project", &["merge", "-q", "--no-edit", "origin/main"]);
    let run = sandbox.teammig("project", &["rebase"]);
    assert_eq!(run.code, 0, "{run}");
    let text = sandbox.read("project/migrations/versions/bbbb00000002_x.py");
    assert!(text.contains("down_revision = \"cccc00000003\""), "{text}");
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
    assert_eq!(
        tables(&sandbox),
        ["aaaa00000001", "bbbb00000002", "cccc00000003"]
    );
    let (document, _) = sandbox.json("project", &["current"]);
    assert_eq!(document["at_head"], serde_json::json!(true));
}

/// Both heads were applied, so nothing has to run: theirs is below mine by now, and Alembic would
/// refuse to work with a row for each.
#[test]
fn a_restack_of_what_is_applied_beside_theirs_leaves_one_row() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    table(&sandbox, "cccc00000003", &["aaaa00000001"]);
    sandbox.commit("project", "Both");
    sandbox.ok("project", &["upgrade", "heads"]);
    assert_eq!(rows(&sandbox), ["bbbb00000002", "cccc00000003"]);
    let run = sandbox.teammig(
        "project",
        &[
            "rebase",
            "bbbb00000002",
            "--onto",
            "cccc00000003",
            "--no-prove",
            "--yes",
        ],
    );
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
    table(&sandbox, "dddd00000004", &["bbbb00000002"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["dddd00000004"]);
}
