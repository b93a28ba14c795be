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
    sandbox.write(
        "project/teammig.yaml",
        config("    ledger: {table: jobs_ledger}\n"),
    );
    sandbox.ok("project", &["--database", "app", "upgrade"]);
    sandbox.ok("project", &["--database", "jobs", "current"]);
}
