//! What `init` sets up beside the configuration: the database stays out of Git.

use insta::assert_snapshot;

use crate::support::Sandbox;

fn repository() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
    sandbox
}

/// `git add .` took the database, with everybody's rows in it.
#[test]
fn the_database_does_not_end_in_git() {
    let sandbox = repository();
    assert_snapshot!(sandbox.teammig("app", &["init"]), @r#"
    exit 0
    --- stderr
      made  migrations
      made  teammig.yaml
      made  migrations/HEAD
      .gitignore now keeps out of Git: /dev.db and /dev.db-*
      .gitattributes now names the merge driver for the head file
    hint: `teammig create "what it does"` writes the first revision
    "#);
    sandbox.revision("app", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.ok("app", &["upgrade"]);
    for beside in ["journal", "wal", "shm", "teammig.lock"] {
        sandbox.write(&format!("app/dev.db-{beside}"), "");
    }
    let status = sandbox.git("app", &["status", "--short", "--untracked-files=all"]);
    assert_eq!(
        status,
        "?? .gitattributes\n?? .gitignore\n?? migrations/HEAD\n?? migrations/aaaa00000001.sql\n?? teammig.yaml\n"
    );
    // A second time there is nothing left to do.
    assert_snapshot!(sandbox.teammig("app", &["init"]), @"
    exit 0
    --- stderr
      kept  migrations (it was there)
      kept  teammig.yaml (it was there)
      kept  migrations/HEAD (it was there)
    hint: `teammig status` says where things stand
    ");
    assert_eq!(sandbox.read("app/.gitignore"), "/dev.db\n/dev.db-*\n");
}

#[test]
fn what_stands_in_a_gitignore_stays() {
    let table = [
        ("*.log", "*.log\n/dev.db\n/dev.db-*\n"),
        ("*.log\r\n", "*.log\r\n/dev.db\r\n/dev.db-*\r\n"),
        ("*.db\n", "*.db\n/dev.db-*\n"),
        ("*.db*\n", "*.db*\n"),
        ("/dev.db-*\n", "/dev.db-*\n/dev.db\n"),
    ];
    for (before, after) in table {
        let sandbox = repository();
        sandbox.write("app/.gitignore", before);
        sandbox.ok("app", &["init"]);
        assert_eq!(sandbox.read("app/.gitignore"), after, "{before:?}");
    }
}

#[test]
fn the_gitignore_stands_where_the_database_does() {
    let sandbox = repository();
    sandbox.write("app/service/keep", "");
    let (document, code) = sandbox.json("app/service", &["init", "--url", "sqlite:var/a[b].db"]);
    assert_eq!(code, 0);
    assert_eq!(
        document["ignored"],
        serde_json::json!(["/var/a\\[b].db", "/var/a\\[b].db-*"])
    );
    assert!(sandbox.at("app/service/.gitignore").exists());
    assert!(!sandbox.at("app/.gitignore").exists());
    // Beside the project, but in the repository.
    let sandbox = repository();
    sandbox.write("app/service/keep", "");
    sandbox.ok("app/service", &["init", "--url", "sqlite:../other.db"]);
    assert_eq!(sandbox.read("app/.gitignore"), "/other.db\n/other.db-*\n");
    // The environment of a teammig.yaml that was there.
    let sandbox = repository();
    sandbox.write(
        "app/teammig.yaml",
        "environments:\n  dev: sqlite:data/app.db\n",
    );
    sandbox.ok("app", &["init"]);
    assert_eq!(
        sandbox.read("app/.gitignore"),
        "/data/app.db\n/data/app.db-*\n"
    );
}

#[test]
fn nothing_to_ignore() {
    let without_git = Sandbox::new();
    without_git.write("app/keep", "");
    without_git.ok("app", &["init"]);
    assert!(!without_git.at("app/.gitignore").exists());
    for url in [
        "postgres://ann@127.0.0.1/app",
        "sqlite:/nowhere/dev.db",
        "sqlite::memory:",
    ] {
        let sandbox = repository();
        sandbox.write(
            "app/teammig.yaml",
            format!("environments:\n  dev: \"{url}\"\n"),
        );
        let (document, _) = sandbox.json("app", &["init"]);
        assert_eq!(document["ignored"], serde_json::json!([]), "{url}");
        assert!(!sandbox.at("app/.gitignore").exists());
    }
}
