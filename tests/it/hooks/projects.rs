//! The pre-commit hook in a repository with several projects, databases, working trees and links.

use std::fs;

use insta::assert_snapshot;

use super::{FIXED, guarded};
use crate::support::Sandbox;

#[test]
fn projects_below_the_top_are_judged() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "mono"]);
    sandbox.ok("mono", &["hooks", "install"]);
    sandbox.write("mono/README", "x");
    assert_snapshot!({
        sandbox.git("mono", &["add", "-A"]);
        sandbox.try_git("mono", &["commit", "-qm", "no project yet"])
    }, @"
    exit 0
    --- stderr
    warning: found no teammig.yaml and no folder migrations/, so nothing was checked
    ");
    for project in ["mono/backend", "mono/tools/log", "mono"] {
        sandbox.write(
            &format!("{project}/teammig.yaml"),
            "environments:\n  dev: sqlite:dev.db\n",
        );
        sandbox.table(project, "aaaa00000001", &[], "one");
        sandbox.ok(project, &["upgrade"]);
    }
    sandbox.write("mono/.gitignore", "*.db*\n");
    sandbox.git("mono", &["add", "-A"]);
    sandbox.git("mono", &["commit", "-qm", "three projects"]);
    for project in ["mono/backend", "mono/tools/log", "mono"] {
        let path = format!("{project}/migrations/aaaa00000001.sql");
        sandbox.edit(&path, "one (x)", "one (y)");
        let run = sandbox.try_git("mono", &["commit", "-qam", "edit"]);
        assert_eq!(run.code, 1, "{project} {run}");
        let shown = path.trim_start_matches("mono/");
        assert!(run.stderr.contains(&format!("--> {shown}:")), "{run}");
        // The way back that it names works from where one is.
        if project == "mono/backend" {
            assert!(
                run.stderr
                    .contains(":/backend/migrations/aaaa00000001.sql`"),
                "{run}"
            );
            assert!(!run.stderr.contains("`teammig amend"), "{run}");
            assert!(!run.stderr.contains("`teammig create"), "{run}");
            assert!(run.stderr.contains("`teammig -C backend "), "{run}");
        }
        let from = if project == "mono" { "mono" } else { project };
        let spec = if project == "mono" {
            "migrations/aaaa00000001.sql".to_owned()
        } else {
            format!(":/{shown}")
        };
        sandbox.git(
            from,
            &["restore", "--source=HEAD", "--staged", "--worktree", &spec],
        );
        sandbox.git("mono", &["commit", "-q", "--allow-empty", "-m", "fine"]);
    }
    // A project whose folder a sparse checkout leaves out.
    fs::remove_dir_all(sandbox.at("mono/backend")).unwrap();
    sandbox.write("mono/README", "y");
    sandbox.git("mono", &["commit", "-qm", "readme", "README"]);
}

#[test]
fn several_databases() {
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        "databases:\n  app: {migrations: app, environments: {dev: sqlite:app.db}}\n  log: {migrations: log, environments: \
         {dev: sqlite:log.db}}\n",
    );
    for name in ["app", "log"] {
        sandbox.write(
            &format!("project/{name}/1.sql"),
            format!("-- teammig:\n--   revision: {name}00000001\n--   parents: []\n--   message: x\n\n-- migrate:up\nCREATE TABLE {name} (x);\n\n-- migrate:down\nDROP TABLE {name};\n"),
        );
        sandbox.ok("project", &["upgrade", "--database", name]);
    }
    sandbox.ok("project", &["hooks", "install"]);
    sandbox.ok("project", &["hooks", "status"]);
    sandbox.git("project", &["add", "-A"]);
    sandbox.git("project", &["commit", "-qm", "both"]);
    for name in ["app", "log"] {
        let path = format!("project/{name}/1.sql");
        let text = sandbox.read(&path);
        sandbox.write(&path, text.replace("(x)", "(y)"));
        let run = sandbox.try_git("project", &["commit", "-qam", "edit"]);
        assert_eq!(run.code, 1, "{name} {run}");
        assert!(
            run.stderr.contains(&format!("applied in dev of {name} on")),
            "{run}"
        );
        sandbox.write(&path, text);
    }
    sandbox.ok("project", &["hooks", "uninstall"]);
}

/// The `dev.db` of each working tree is another database.
#[test]
fn worktrees_remember_their_own_databases() {
    let sandbox = guarded();
    sandbox.table("ann", "aaaa00000002", &["9209a434d045"], "two");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "two"]);
    sandbox.git(
        "ann",
        &[
            "worktree",
            "add",
            "-q",
            "../tree",
            "-b",
            "side",
            "origin/main",
        ],
    );
    sandbox.ok("tree", &["upgrade"]);
    let path = "ann/migrations/aaaa00000002.sql";
    sandbox.edit(path, "two (x)", "two (y)");
    let run = sandbox.try_git("ann", &["commit", "-qam", "edit"]);
    assert_eq!(run.code, 1, "{run}");
}

/// A fixture with a broken configuration stopped every commit of the repository.
#[test]
fn a_broken_configuration_elsewhere_stops_only_who_touches_its_project() {
    let sandbox = guarded();
    let commit = |message: &str| {
        sandbox.git("ann", &["add", "-A"]);
        sandbox.try_git("ann", &["commit", "-qm", message])
    };
    sandbox.write("ann/fixtures/teammig.yaml", "environments: [\n");
    assert_snapshot!(commit("break"), @"
    exit 1
    --- stderr
    error: environments: invalid type: sequence, expected a mapping of names
     --> [DIR]/ann/fixtures/teammig.yaml:1:15
      |
    1 | environments: [
      |               ^
    hint: this commit changes fixtures/teammig.yaml, which cannot be judged before that is put right
    hint: `git commit --no-verify` commits without this check
    ");
    sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "break"]);
    sandbox.write("ann/readme.md", "x");
    sandbox.write("ann/fixtures/readme.md", "x");
    assert_snapshot!(commit("something else"), @"
    exit 0
    --- stderr
    warning: could not be evaluated: environments: invalid type: sequence, expected a mapping of names ([DIR]/ann/fixtures/teammig.yaml:1); this commit changes no migration of that project
    ");
    // A project of its own further down.
    sandbox.write("ann/fixtures/inner/teammig.yaml", "migrations: sql\n");
    sandbox.write("ann/fixtures/inner/sql/notes.sql", "");
    let run = commit("inner");
    assert!(
        run.stderr.contains("fixtures/inner/sql/notes.sql")
            && !run.stderr.contains("cannot be judged"),
        "{run}"
    );
    fs::remove_dir_all(sandbox.at("ann/fixtures/inner")).unwrap();
    sandbox.write("ann/fixtures/migrations/1.sql", "");
    assert_snapshot!(commit("a revision that nobody can judge"), @"
    exit 1
    --- stderr
    error: environments: invalid type: sequence, expected a mapping of names
     --> [DIR]/ann/fixtures/teammig.yaml:1:15
      |
    1 | environments: [
      |               ^
    hint: this commit changes fixtures/migrations/1.sql, which cannot be judged before that is put right
    hint: `git commit --no-verify` commits without this check
    ");
    // The other projects are judged all the same.
    fs::remove_dir_all(sandbox.at("ann/fixtures/migrations")).unwrap();
    let edited = sandbox.read(FIXED).replace("name text", "name varchar(80)");
    sandbox.write(FIXED, edited);
    let run = commit("edit");
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("edited-revision"), "{run}");
}

/// Half-written and not staged, it is no part of the commit.
#[test]
fn a_configuration_that_is_broken_on_disk_alone_is_taken_from_the_index() {
    let sandbox = guarded();
    sandbox.write("ann/teammig.yaml", "environments: [\n");
    sandbox.write("ann/readme.md", "x");
    sandbox.git("ann", &["add", "readme.md"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "readme"]), @"exit 0");
    let edited = sandbox.read(FIXED).replace("name text", "name varchar(80)");
    sandbox.write(FIXED, edited);
    sandbox.git("ann", &["add", "migrations"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "edit"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("edited-revision"), "{run}");
}

/// The hook did not see it, so nothing of that project was guarded.
#[cfg(unix)]
#[test]
fn a_configuration_that_is_a_link_is_one() {
    let sandbox = guarded();
    sandbox.git("ann", &["mv", "teammig.yaml", "team.yaml"]);
    sandbox.write("ann/backend/readme.md", "x");
    for name in ["teammig.yaml", "backend/teammig.yaml"] {
        let up = if name.contains('/') { "../" } else { "" };
        std::os::unix::fs::symlink(format!("{up}team.yaml"), sandbox.at("ann").join(name)).unwrap();
    }
    sandbox.table("ann/backend", "bbbb00000001", &[], "b");
    sandbox.ok("ann/backend", &["upgrade"]);
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "links"]);
    let path = "ann/backend/migrations/bbbb00000001.sql";
    sandbox.edit(path, "(x)", "(y)");
    let run = sandbox.try_git("ann", &["commit", "-qam", "edit"]);
    assert_eq!(run.code, 1, "{run}");
}

/// What only databases of one's own have, `sync` puts right; the help says in which.
#[test]
fn the_help_names_the_database() {
    let sandbox = guarded();
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\n  two: sqlite:two.db\n",
    );
    let path = sandbox.table("ann", "aaaa00000002", &["9209a434d045"], "two");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.ok("ann", &["upgrade", "--env", "two"]);
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "two"]);
    sandbox.git("ann", &["rm", "-q", &path]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "delete"]);
    assert!(
        run.stderr.contains(
            "hint: `teammig sync` and `teammig sync --env two` roll it back in dev and two, if"
        ),
        "{run}"
    );
    // They do.
    sandbox.ok("ann", &["sync", "--roll-back", "--yes"]);
    sandbox.ok("ann", &["sync", "--env", "two", "--roll-back", "--yes"]);
    sandbox.git("ann", &["commit", "-qm", "delete"]);
}

/// Git keeps a link, not what it leads to: the hook saw no migrations at all.
#[cfg(unix)]
#[test]
fn a_migrations_folder_that_is_a_link_is_followed() {
    let sandbox = guarded();
    fs::rename(sandbox.at("ann/migrations"), sandbox.at("ann/sql")).unwrap();
    std::os::unix::fs::symlink("sql", sandbox.at("ann/migrations")).unwrap();
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "moved, and a link"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        sandbox
            .ok("ann", &["heads", "--at", "HEAD"])
            .contains("(head)")
    );
    let edited = sandbox
        .read("ann/sql/9209a434d045.sql")
        .replace("name text", "name varchar(80)");
    sandbox.write("ann/sql/9209a434d045.sql", edited);
    let run = sandbox.try_git("ann", &["commit", "-qam", "edit"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("edited-revision"), "{run}");
    sandbox.git("ann", &["checkout", "-q", "."]);
    fs::remove_file(sandbox.at("ann/migrations")).unwrap();
    std::os::unix::fs::symlink("/etc", sandbox.at("ann/migrations")).unwrap();
    sandbox.git("ann", &["add", "-A"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "out"]), @"
    exit 1
    --- stderr
    error: the folder migrations is a link to /etc, which does not lead to a folder of the repository
    hint: name the real folder in teammig.yaml (`migrations: PATH`); it has to be in the repository
    hint: this commit changes migrations, which cannot be judged before that is put right
    hint: `git commit --no-verify` commits without this check
    ");
    // Who commits something else did not do it, and who puts it right is let through.
    sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "out"]);
    sandbox.write("ann/readme.md", "x");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "readme"]);
    assert!(
        run.code == 0 && run.stderr.contains("changes no migration of that project"),
        "{run}"
    );
    fs::remove_file(sandbox.at("ann/migrations")).unwrap();
    fs::rename(sandbox.at("ann/sql"), sandbox.at("ann/migrations")).unwrap();
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "repaired"]);
}
