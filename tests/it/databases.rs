//! Several `databases:` in one teammig.yaml.

use insta::assert_snapshot;

use crate::support::Sandbox;

#[test]
fn two_databases_with_one_ledger_are_refused() {
    let sandbox = Sandbox::project();
    let config = |second: &str| {
        format!(
            "databases:\n  app:\n    migrations: migrations\n    environments: {{dev: \"sqlite:dev.db\"}}\n  jobs:\n    \
             migrations: jobs\n    environments: {{dev: \"sqlite:./dev.db\"}}\n{second}"
        )
    };
    sandbox.write("project/teammig.yaml", config(""));
    std::fs::create_dir(sandbox.at("project/jobs")).unwrap();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "App",
        "CREATE TABLE a (x);",
        "DROP TABLE a;",
    );
    assert_snapshot!(sandbox.teammig("project", &["--database", "app", "upgrade"]), @"
    exit 1
    --- stderr
    error: app and jobs of `databases:` lead to the same ledger (teammig_ledger in sqlite:[DIR]/project/dev.db)
      jobs leads there in its environment dev
    hint: each needs a ledger of its own: give one of them `ledger: {table: NAME}` in teammig.yaml
    ");
    // SQLite knows no schemas, and takes a name in any case.
    sandbox.write(
        "project/teammig.yaml",
        config("    ledger: {table: Teammig_Ledger, schema: jobs}\n"),
    );
    let run = sandbox.teammig("project", &["--database", "app", "upgrade"]);
    assert!(run.stderr.contains("lead to the same ledger"), "{run}");
    sandbox.write(
        "project/teammig.yaml",
        config("    ledger: {table: jobs_ledger}\n"),
    );
    sandbox.ok("project", &["--database", "app", "upgrade"]);
    sandbox.ok("project", &["--database", "jobs", "current"]);
}

fn two() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        "databases:\n  app:\n    migrations: migrations\n    environments: {dev: \"sqlite:app.db\"}\n  jobs:\n    migrations: \
         jobs\n    environments: {dev: \"${JOBS_URL}\"}\n",
    );
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "App",
        "CREATE TABLE a (x);",
        "DROP TABLE a;",
    );
    sandbox.write(
        "project/jobs/1.sql",
        "-- teammig:\n--   revision: bbbb00000001\n--   message: Jobs\n\n-- migrate:up\nCREATE TABLE j (x);\n",
    );
    sandbox.ok("project", &["--database", "app", "upgrade"]);
    sandbox
}

#[test]
fn reading_commands_speak_of_all_of_them() {
    let sandbox = two();
    assert_snapshot!(sandbox.teammig("project", &["heads"]), @"
    exit 0
    --- stdout
    app
    aaaa00000001 (head)  App
    jobs
    bbbb00000001 (head)  Jobs
    ");
    // One that cannot be read does not hide the other.
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 1
    --- stdout
    app
    aaaa00000001 (head)  App
    --- stderr
    jobs
    error: environment `dev` needs the variable JOBS_URL, which is not set
    hint: set JOBS_URL, in the environment or in a .env file beside teammig.yaml
    ");
    assert_snapshot!(sandbox.teammig("project", &["show", "bbbb"]), @"
    exit 0
    --- stdout
    jobs
    revision    bbbb00000001 (head, base)
    message     Jobs
    path        jobs/1.sql

    -- migrate:up
    CREATE TABLE j (x);
    ");
    assert_snapshot!(sandbox.teammig("project", &["show", "cccc"]), @"
    exit 1
    --- stderr
    app
    error: Can't locate revision identified by 'cccc'
    hint: `teammig history` lists the revisions here; `git pull` may bring it
    ");
    let (document, code) = sandbox.json("project", &["heads"]);
    assert_eq!((code, &document["schema"]), (0, &"teammig.heads/1".into()));
    assert_eq!(document["databases"][0]["database"], "app");
    assert_eq!(
        document["databases"][0]["heads"][0]["revision"],
        "aaaa00000001"
    );
    assert_eq!(
        document["databases"][1]["heads"][0]["revision"],
        "bbbb00000001"
    );
    let (document, code) = sandbox.json("project", &["current"]);
    assert_eq!(code, 1);
    assert_eq!(document["databases"][0]["schema"], "teammig.current/1");
    assert_eq!(document["databases"][1]["schema"], "teammig.error/1");
}

#[test]
fn writing_commands_want_to_know_which_one() {
    let sandbox = two();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: this project has several databases
    hint: the databases of teammig.yaml: app, jobs
    hint: choose one with `--database NAME`
    ");
}
