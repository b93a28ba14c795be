//! What can be wrong around the program, and what is said then.

use insta::assert_snapshot;

use super::project::{bare, environment, project, revision, rows, table, without_log};
use crate::support::{interrupt, sandbox::Run};

/// From the error on, without what Alembic said before.
pub(super) fn error(run: &Run) -> String {
    let text = run.to_string();
    match text.find("error: ") {
        Some(at) => text[at..].to_owned(),
        None => text,
    }
}

#[test]
fn an_alembic_that_works_elsewhere_is_noticed() {
    let sandbox = bare();
    sandbox.edit(
        "project/migrations/env.py",
        "config = context.config\n",
        "config = context.config\nconfig.set_main_option(\"sqlalchemy.url\", \"sqlite:///elsewhere.db\")\n",
    );
    table(&sandbox, "aaaa00000001", &[]);
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(error(&run), @"
    error: cannot apply aaaa00000001 Make aaaa00000001
      Alembic said that it went well, and alembic_version of sqlite:dev.db is as before: it worked on another database
    aaaa00000001 is not recorded as applied in this database.
    Nothing else had been done in this run.
    hint: env.py takes its URL from elsewhere; teammig gives it as DATABASE_URL: let env.py read that, or name the variable that it reads with `alembic: {url_variable: NAME}` in teammig.yaml. Which database was changed, `[DIR]/project/.venv/bin/alembic current --verbose` says
    ");
    assert!(!sandbox.at("project/dev.db").exists(), "{run}");
}

#[test]
fn no_alembic_at_all() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    std::fs::remove_file(sandbox.at("project/.venv")).unwrap();
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_snapshot!(run, @"
    exit 1
    --- stderr
    error: there is no alembic to be run
      looked at .venv and venv of the project's folders
      looked at PATH
    hint: install the project's requirements into .venv, or activate the environment that has alembic
    hint: `alembic: {command: [docker, compose, exec, backend, alembic]}` in teammig.yaml names any other way to run it
    ");
    // Reading needs none.
    assert_eq!(sandbox.teammig("project", &["current"]).code, 0);
    environment(&sandbox, "project");
    sandbox.ok("project", &["upgrade"]);
}

#[test]
fn a_command_of_the_configuration_has_to_be_allowed_once() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    let config = sandbox.read("project/teammig.yaml");
    let command = "alembic: {command: [.venv/bin/python, -m, alembic]}\n";
    sandbox.write("project/teammig.yaml", format!("{config}{command}"));
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "aaaa00000001"]), @"
    exit 3
    --- stderr
    error: Alembic is run by a command of teammig.yaml that nobody allowed in this clone
      .venv/bin/python -m alembic
    A command of teammig.yaml may come from anybody who can change that file.
    hint: look at what it runs; then `teammig upgrade --allow-command` runs it, and remembers for this clone that it may be run
    ");
    assert!(!sandbox.at("project/dev.db").exists());
    sandbox.ok("project", &["upgrade", "aaaa00000001", "--allow-command"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
    // Other words are another command.
    sandbox.edit("project/teammig.yaml", "-m, alembic]", "-I, -m, alembic]");
    assert_eq!(sandbox.teammig("project", &["downgrade"]).code, 3);
}

#[test]
fn an_environment_that_lacks_a_package() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    let env = sandbox.read("project/migrations/env.py");
    sandbox.write(
        "project/migrations/env.py",
        format!("import nowhere\n{env}"),
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(error(&run), @"
    error: cannot apply aaaa00000001 Make aaaa00000001
      ModuleNotFoundError: No module named 'nowhere'
      context: `[DIR]/project/.venv/bin/alembic upgrade aaaa00000001` ended with exit status: 1
    aaaa00000001 is not recorded as applied: it was not begun.
    Nothing else had been done in this run.
    hint: this is not the environment that the project runs in, or it lacks a package: install the project's requirements, or name the right program with `alembic: {command: [...]}` in teammig.yaml
    ");
}

#[test]
fn rows_that_nobody_knows() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.ok("project", &["upgrade"]);
    sandbox.sqlite(
        "project/dev.db",
        "UPDATE alembic_version SET version_num = 'lost'",
    );
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    let (document, _) = sandbox.json("project", &["current"]);
    // Whether anything is pending, nobody knows.
    assert_eq!(document["pending"], serde_json::json!([]));
    assert_eq!(document["phantoms"], serde_json::json!(["lost"]));
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: alembic_version has lost, which is in no file and no commit here: what is applied below is not known
    hint: its branch may not be fetched: `git fetch --all`, then again
    hint: where it is lost for good: look what of the schema is there, then `teammig stamp --purge <revision>` says so and forgets lost
    ");
    assert_eq!(
        sandbox.teammig("project", &["stamp", "aaaa00000001"]).code,
        1
    );
    sandbox.ok("project", &["stamp", "--purge", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
}

/// As after a colleague's branch is deleted whose revision ran in a database of all.
#[test]
fn a_row_that_nobody_knows_beside_one_that_is_known() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    sandbox.commit("project", "Base");
    sandbox.ok("project", &["upgrade"]);
    sandbox.sqlite(
        "project/dev.db",
        "INSERT INTO alembic_version VALUES ('lost')",
    );
    let run = sandbox.teammig("project", &["sync"]);
    assert!(
        run.stderr.contains(
            "no branch has it now; its way back is not known, since no commit here has its file"
        ),
        "{run}"
    );
    // The commands can be typed as they stand.
    let names = "`teammig stamp --purge bbbb00000002`";
    assert!(run.stderr.contains(names), "{run}");
    let run = sandbox.teammig("project", &["stamp", "head"]);
    assert!(run.stderr.contains(names), "{run}");
    sandbox.ok("project", &["stamp", "--purge", "bbbb00000002"]);
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
    sandbox.ok("project", &["upgrade"]);
}

/// Alembic leaves such a table behind by itself (a dependency that an ancestor has, too), and
/// then refuses everything.
#[test]
fn rows_that_overlap() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    table(&sandbox, "cccc00000003", &["bbbb00000002"]);
    sandbox.ok("project", &["upgrade", "bbbb00000002"]);
    sandbox.sqlite(
        "project/dev.db",
        "INSERT INTO alembic_version VALUES ('aaaa00000001')",
    );
    for command in ["status", "current"] {
        let run = sandbox.teammig("project", &[command]);
        let told = "Alembic's table has aaaa00000001 still, on which another of its rows builds";
        let said = format!("{}{}", run.stdout, run.stderr);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            said.contains(told) && said.contains("`teammig stamp --purge bbbb00000002`"),
            "{run}"
        );
    }
    let (status, _) = sandbox.json("project", &["status"]);
    assert_eq!(
        status["next"]["command"],
        "teammig stamp --purge bbbb00000002"
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(error(&run), @"
    error: cannot apply cccc00000003 Make cccc00000003
      Requested revision bbbb00000002 overlaps with other requested revisions aaaa00000001
      context: `[DIR]/project/.venv/bin/alembic upgrade cccc00000003` ended with exit status: 255
    cccc00000003 is not recorded as applied: it was not begun.
    Nothing else had been done in this run.
    hint: alembic_version has aaaa00000001, on which another of its rows builds, so that Alembic refuses everything (as where files got other parents since): `teammig stamp --purge bbbb00000002` writes it anew, and the same stays applied
    ");
    sandbox.ok("project", &["stamp", "--purge", "bbbb00000002"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["cccc00000003"]);
}

#[test]
fn ctrl_c_is_passed_on() {
    let sandbox = project();
    revision(
        &sandbox,
        "aaaa00000001",
        &[],
        "print(\"sleeping\", flush=True); import time; time.sleep(60)",
        "pass",
    );
    let begun = std::time::Instant::now();
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .arg("upgrade")
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().contains("sleeping")));
    interrupt(&child);
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(begun.elapsed().as_secs() < 50);
}

#[test]
fn a_failure_without_a_log_may_have_left_something() {
    let sandbox = project();
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
    assert!(run.stderr.contains("cannot apply bbbb00000002"), "{run}");
    assert!(run.stderr.contains("may be there still"), "{run}");
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
}
