//! What can be wrong around the program, and what is said then.

use insta::assert_snapshot;

use super::project::{bare, environment, project, revision, rows, table};
use crate::support::{interrupt, sandbox::Run};

/// From the error on, without what Alembic said before.
fn error(run: &Run) -> String {
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
        "project/alembic.ini",
        "sqlalchemy.url = driver://user:pass@localhost/dbname",
        "sqlalchemy.url = sqlite:///elsewhere.db",
    );
    table(&sandbox, "aaaa00000001", &[]);
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(error(&run), @"");
    assert!(!sandbox.at("project/dev.db").exists(), "{run}");
}

#[test]
fn no_alembic_at_all() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    std::fs::remove_file(sandbox.at("project/.venv")).unwrap();
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_snapshot!(run, @"");
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
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "aaaa00000001"]), @"");
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
    assert_snapshot!(error(&run), @"");
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
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"");
    assert_eq!(
        sandbox.teammig("project", &["stamp", "aaaa00000001"]).code,
        1
    );
    sandbox.ok("project", &["stamp", "--purge", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
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
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(error(&run), @"");
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
