//! `init` where Alembic's files are not at the root, and what `check` says of new modules.

use insta::assert_snapshot;

use super::{
    bad::error,
    project::{project, revision, rows, table},
};
use crate::support::sandbox::Sandbox;

const INI: &str = "[alembic]\nscript_location = ";

/// A repository with Alembic's folders at these places, each with one revision.
fn with_folders(folders: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "project"]);
    for (at, (folder, location)) in folders.iter().enumerate() {
        sandbox.write(
            &format!("project/{folder}/alembic.ini"),
            format!("{INI}{location}\n"),
        );
        sandbox.write(&format!("project/{folder}/db/env.py"), "");
        sandbox.write(
            &format!("project/{folder}/db/versions/a{at}_x.py"),
            format!("revision = 'aaaa0000000{at}'\ndown_revision = None\n"),
        );
    }
    sandbox
}

#[test]
fn an_ini_in_a_folder_below_is_found() {
    // Its paths begin at the root, as MLflow's do.
    let sandbox = with_folders(&[("app/store", "app/store/db")]);
    assert_snapshot!(sandbox.teammig("project", &["init", "--no-hooks"]), @"
    exit 0
    --- stderr
      made  teammig.yaml
      kept  app/store/db/versions (it was there)
      .gitignore now keeps out of Git: .teammig-*
    hint: `teammig heads --write` keeps a head file, so that two heads become a Git conflict
    hint: `teammig status` says where things stand
    ");
    assert_snapshot!(sandbox.read("project/teammig.yaml"), @r#"
    # teammig: database migrations that know about Git
    layout: alembic
    alembic: {config: app/store/alembic.ini}
    migrations: app/store/db/versions

    # The first environment is the default. ${NAME} and ${NAME:-default} come
    # from the process environment or from a .env file beside this one.
    environments:
      dev: "${DATABASE_URL}"
    # staging: {url: "${STAGING_URL}", protected: true}
    # production: {url: "${PRODUCTION_URL}", protected: true}
    "#);
    let heads = sandbox.ok("project", &["heads"]);
    assert!(heads.contains("aaaa00000000"), "{heads}");
    sandbox.ok("project", &["heads", "--write"]);
    assert!(sandbox.at("project/app/store/db/versions/HEAD").exists());
}

#[test]
fn several_folders_are_several_databases() {
    let sandbox = with_folders(&[("api", "db"), ("jobs", "%(here)s/db")]);
    sandbox.ok("project", &["init", "--no-hooks"]);
    assert_snapshot!(sandbox.read("project/teammig.yaml"), @r#"
    # teammig: database migrations that know about Git
    layout: alembic
    databases:
      api:
        alembic: {config: api/alembic.ini}
        migrations: api/db/versions
        environments: {dev: "${API_URL}"}
      jobs:
        alembic: {config: jobs/alembic.ini}
        migrations: jobs/db/versions
        environments: {dev: "${JOBS_URL}"}
    "#);
    for (name, id) in [("api", "aaaa00000000"), ("jobs", "aaaa00000001")] {
        let heads = sandbox.ok("project", &["heads", "--database", name]);
        assert!(heads.contains(id), "{heads}");
    }
}

/// What is about no file in particular was repeated for each of them.
#[test]
fn that_nothing_could_be_linted_is_said_once() {
    let sandbox = with_folders(&[("api", "db"), ("jobs", "%(here)s/db")]);
    sandbox.ok("project", &["init", "--no-hooks"]);
    sandbox.commit("project", "Base");
    for folder in ["api", "jobs"] {
        sandbox.write(
            &format!("project/{folder}/db/versions/new.py"),
            format!(
                "from alembic import op\nrevision = 'bbbb0000{folder}'\ndown_revision = None\ndef upgrade():\n    \
                 op.drop_table('t')\ndef downgrade():\n    pass\n"
            ),
        );
    }
    let run = sandbox.teammig("project", &["check"]);
    let told = "for which database the scripts are written is not known";
    assert_eq!(run.stderr.matches(told).count(), 1, "{run}");
    let (document, _) = sandbox.json("project", &["check"]);
    let all = document["findings"].as_array().unwrap();
    let all = all.iter().filter(|one| one["rule"] == "not-linted");
    assert_eq!(all.count(), 2, "{document:#}");
}

#[test]
fn an_ini_whose_paths_begin_elsewhere_sets_up_nothing() {
    let sandbox = with_folders(&[("app/store", "app/store/db")]);
    let run = sandbox.teammig("project/app/store", &["init", "--no-hooks"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("there is no such folder"), "{run}");
    assert!(run.stderr.contains("project: call `teammig init`"), "{run}");
    assert!(!sandbox.at("project/app/store/teammig.yaml").exists());
    assert!(!sandbox.at("project/app/store/app").exists());
}

#[test]
fn a_new_module_that_cannot_be_imported_is_an_error() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.commit("project", "base");
    revision(
        &sandbox,
        "bbbb00000002",
        &["aaaa00000001"],
        "op.execute((\"SELECT 1\")",
        "pass",
    );
    let run = sandbox.teammig("project", &["check"]);
    assert_eq!(run.code, 3, "{run}");
    assert_snapshot!(error(&run), @r#"
    error: bbbb00000002 is no Python that Alembic can import: Expected `)`, found newline [unreadable-revision]
      --> migrations/versions/bbbb00000002_x.py:18:28
       |
    18 |     op.execute(("SELECT 1")
       |                            ^
    hint: every call of Alembic imports all modules, so none goes through while this is here
    warning: rolled back, bbbb00000002 leaves what it did: its `downgrade()` does nothing [irreversible]
      --> migrations/versions/bbbb00000002_x.py:21:1
       |
    21 | def downgrade() -> None:
       | ^^^^^^^^^^^^^^^^^^^^^^^^
    hint: write the way back in `downgrade()`, or say on purpose that there is none: `raise NotImplementedError("…")`; where nothing has to be undone, `op.execute("SELECT 1")` says so
    "#);
}

#[test]
fn a_way_back_that_does_nothing_is_told_in_python() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.commit("project", "base");
    revision(
        &sandbox,
        "bbbb00000002",
        &["aaaa00000001"],
        "op.execute(\"SELECT 1\")",
        "pass",
    );
    assert_snapshot!(sandbox.teammig("project", &["check"]).stderr, @r#"
    warning: rolled back, bbbb00000002 leaves what it did: its `downgrade()` does nothing [irreversible]
      --> migrations/versions/bbbb00000002_x.py:21:1
       |
    21 | def downgrade() -> None:
       | ^^^^^^^^^^^^^^^^^^^^^^^^
    hint: write the way back in `downgrade()`, or say on purpose that there is none: `raise NotImplementedError("…")`; where nothing has to be undone, `op.execute("SELECT 1")` says so
    "#);
    sandbox.ok("project", &["upgrade"]);
    // Alembic runs it.
    let run = sandbox.teammig("project", &["downgrade"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("warning: `downgrade()` of bbbb00000002 does nothing"),
        "{run}"
    );
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
    assert!(!run.stderr.contains("-- migrate"), "{run}");
}
