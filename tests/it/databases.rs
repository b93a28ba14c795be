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
    way back    none: it has no down section
    path        jobs/1.sql

    -- migrate:up
    CREATE TABLE j (x);
    ");
    assert_snapshot!(sandbox.teammig("project", &["show", "cccc"]), @"
    exit 1
    --- stderr
    app
    error: Can't locate revision identified by 'cccc'
    hint: `teammig history --database app` lists the revisions here; `git pull` may bring it
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
    exit 2
    --- stderr
    error: this project has several databases
    hint: the databases of teammig.yaml: app, jobs
    hint: choose one with `--database NAME`
    ");
}

#[test]
fn one_url_is_not_the_database_of_all() {
    let sandbox = two();
    let run = sandbox.teammig("project", &["current", "--url", "sqlite:app.db"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("choose one with `--database NAME`"),
        "{run}"
    );
}

/// Without environments, the variable is the database of each.
#[test]
fn one_variable_for_two_databases_is_refused() {
    let sandbox = two();
    sandbox.write(
        "project/teammig.yaml",
        "databases:\n  app: {migrations: migrations}\n  jobs: {migrations: jobs}\n",
    );
    sandbox.write("project/.env", "DATABASE_URL=sqlite:one.db\n");
    let run = sandbox.teammig("project", &["--database", "app", "upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("lead to the same ledger"), "{run}");
}

/// The worst of what the databases say is the exit code: out of reach is worse than behind.
#[test]
fn exit_codes_combine() {
    let sandbox = two();
    let config = sandbox.read("project/teammig.yaml");
    let with = |jobs: &str| {
        sandbox.write("project/teammig.yaml", config.replace("${JOBS_URL}", jobs));
        sandbox.teammig("project", &["current", "--check"])
    };
    let run = with("sqlite:jobs.db");
    assert_eq!(run.code, 3, "{run}");
    let run = with("postgres://127.0.0.1:1/jobs");
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stdout.contains("aaaa00000001 (head)"), "{run}");
    let run = with("sqlite:jobs.db");
    assert_eq!(run.code, 3, "{run}");
    sandbox.ok("project", &["--database", "jobs", "upgrade"]);
    sandbox.ok("project", &["current", "--check"]);
}

/// A folder that is missing, or a file that cannot be read, is told of its own database.
#[test]
fn findings_of_one_do_not_hide_the_other() {
    let sandbox = two();
    sandbox.write("project/jobs/2.sql", "<<<<<<< ours\n");
    let run = sandbox.teammig("project", &["heads"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("aaaa00000001 (head)"), "{run}");
    assert!(run.stdout.contains("bbbb00000001 (head)"), "{run}");
    std::fs::remove_dir_all(sandbox.at("project/jobs")).unwrap();
    let run = sandbox.teammig("project", &["heads"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("aaaa00000001 (head)"), "{run}");
    assert!(run.stderr.contains("jobs\nerror: "), "{run}");
}

/// What one database does not know is no news; what is wrong in it is.
#[test]
fn names_are_looked_up_in_each() {
    let sandbox = two();
    let run = sandbox.teammig("project", &["history", "-r", "bbbb:"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stdout.contains("bbbb00000001") && run.stderr.is_empty(),
        "{run}"
    );
    for (file, id) in [("2", "bbbb00000002"), ("3", "bbbb00000003")] {
        sandbox.write(
            &format!("project/jobs/{file}.sql"),
            format!("-- teammig:\n--   revision: {id}\n--   parents: [bbbb00000001]\n--   message: x\n\n-- migrate:up\n"),
        );
    }
    let run = sandbox.teammig("project", &["show", "head"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("revision    aaaa00000001"), "{run}");
    assert!(
        run.stderr.contains("Multiple head revisions are present"),
        "{run}"
    );
}

#[test]
fn plans_are_read_too() {
    let sandbox = two();
    sandbox.edit("project/teammig.yaml", "${JOBS_URL}", "sqlite:jobs.db");
    let (document, code) = sandbox.json("project", &["plan"]);
    assert_eq!(code, 0);
    assert_eq!(document["schema"], "teammig.plan/1");
    assert_eq!(document["databases"][0]["steps"], serde_json::json!([]));
    assert_eq!(
        document["databases"][1]["steps"][0]["revision"],
        "bbbb00000001"
    );
    assert!(!sandbox.at("project/jobs.db").exists());
}

/// Each is told of its own environments only, by their names.
#[test]
fn elsewhere_is_what_the_same_database_is_in_other_environments() {
    let sandbox = Sandbox::project();
    let database = |name: &str| {
        format!(
            "  {name}:\n    migrations: {name}\n    environments:\n      dev: sqlite:{name}.db\n      staging: {{url: \"sqlite:{name}-staging.db\", protected: true}}\n"
        )
    };
    sandbox.write(
        "project/teammig.yaml",
        format!("databases:\n{}{}", database("app"), database("jobs")),
    );
    for (name, id) in [
        ("app", "aaaa00000001"),
        ("app", "aaaa00000002"),
        ("jobs", "bbbb00000001"),
    ] {
        let parent = if id.ends_with('2') {
            "aaaa00000001"
        } else {
            ""
        };
        sandbox.write(
            &format!("project/{name}/{id}.sql"),
            format!("-- teammig:\n--   revision: {id}\n--   parents: [{parent}]\n--   message: {name}\n\n-- migrate:up\n"),
        );
    }
    let upgrade = |database: &str, environment: &str, to: &str| {
        let args = ["--database", database, "--env", environment, "upgrade", to];
        sandbox.ok("project", &args);
    };
    upgrade("app", "staging", "aaaa00000001");
    upgrade("app", "dev", "heads");
    upgrade("jobs", "staging", "heads");
    assert_snapshot!(sandbox.teammig("project", &["status"]), @"
    exit 0
    --- stdout
    app
    Branch     main, without a commit yet
    Head       aaaa00000002  app   not committed
    Database   dev: 2 applied, at aaaa00000002, nothing pending
    Elsewhere  staging: at aaaa00000001, 1 pending   as seen 3 minutes ago
    Hooks      not installed; `teammig hooks install` does it
    Next       teammig hooks install   nothing keeps applied revisions from being edited
    jobs
    Branch     main, without a commit yet
    Head       bbbb00000001  jobs   not committed
    Database   dev: 0 applied, at base (nothing is applied)
               1 pending: bbbb00000001
    Elsewhere  staging: at bbbb00000001   as seen 1 minute ago
    Hooks      not installed; `teammig hooks install` does it
    Next       teammig upgrade --database jobs   1 revision pending
    ");
    let (document, _) = sandbox.json("project", &["status"]);
    for (at, pending) in [(0, 1), (1, 0)] {
        let elsewhere = document["databases"][at]["elsewhere"].as_array().unwrap();
        assert_eq!(elsewhere.len(), 1, "{document:#}");
        assert_eq!(elsewhere[0]["environment"], "staging");
        assert_eq!(elsewhere[0]["pending"].as_array().unwrap().len(), pending);
    }
    assert_snapshot!(sandbox.teammig("project", &["--database", "jobs", "status", "--env", "staging"]), @"
    exit 0
    --- stdout
    Branch     main, without a commit yet
    Head       bbbb00000001  jobs   not committed
    Database   staging, protected: 1 applied, at bbbb00000001, nothing pending
    Elsewhere  dev: at base (nothing is applied), 1 pending   as seen 2 minutes ago
    Hooks      not installed; `teammig hooks install` does it
    Next       teammig hooks install   nothing keeps applied revisions from being edited
    ");
}

/// The hint of a run on staging named a command that works on the default environment.
#[test]
fn what_is_advised_is_about_the_same_database() {
    let sandbox = two();
    sandbox.write(
        "project/jobs/2.sql",
        "-- teammig:\n--   revision: bbbb00000002\n--   message: Other\n\n-- migrate:up\n",
    );
    sandbox.write("project/.env", "JOBS_URL=sqlite:jobs.db\n");
    let upgrade = ["--database", "jobs", "-e", "dev", "upgrade"];
    assert_snapshot!(sandbox.teammig("project", &upgrade), @"
    exit 3
    --- stderr
    error: Multiple head revisions are present
      bbbb00000001  Jobs
      bbbb00000002  Other
    hint: `teammig merge-heads --database jobs --env dev` joins them with a merge revision
    hint: `teammig upgrade heads --database jobs --env dev` applies all of them without joining them
    ");
    let (document, _) = sandbox.json("project", &upgrade);
    let hints = document["hints"].to_string();
    assert!(
        hints.contains("`teammig merge-heads --database jobs --env dev`"),
        "{hints}"
    );
}
