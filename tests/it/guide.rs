//! The workflows of the guide that need no models, command for command.

use insta::assert_snapshot;

use crate::support::Sandbox;

#[test]
#[allow(clippy::too_many_lines, reason = "one story")]
fn the_guide_from_beginning_to_end() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
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
    assert_snapshot!(sandbox.teammig("app", &["current"]), @"
    exit 0
    --- stderr
    nothing is applied
    ");
    assert_snapshot!(sandbox.teammig("app", &["create", "Create users", "--rev-id", "9209a434d045"]), @"
    exit 0
    --- stdout
    migrations/2026-11-22_9209a434d045_create_users.sql
    --- stderr
    hint: they belong in one commit: `git add migrations/2026-11-22_9209a434d045_create_users.sql migrations/HEAD`
    ");
    fill(
        &sandbox,
        "app",
        "9209a434d045",
        "CREATE TABLE users (id integer PRIMARY KEY);",
        "DROP TABLE users;",
    );
    assert_snapshot!(sandbox.teammig("app", &["upgrade"]), @"
    exit 0
    --- stderr
      ✔ 9209a434d045  Create users   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("app", &["create", "Add phone_number to users table", "--rev-id", "7f3a9c21e4b0"]), @"
    exit 0
    --- stdout
    migrations/2026-11-22_7f3a9c21e4b0_add_phone_number_to_users_table.sql
    --- stderr
    hint: they belong in one commit: `git add migrations/2026-11-22_7f3a9c21e4b0_add_phone_number_to_users_table.sql migrations/HEAD`
    ");
    fill(
        &sandbox,
        "app",
        "7f3a9c21e4b0",
        "ALTER TABLE users ADD COLUMN phone_number text;",
        "ALTER TABLE users DROP COLUMN phone_number;",
    );
    assert_snapshot!(sandbox.teammig("app", &["current"]), @"
    exit 0
    --- stdout
    9209a434d045  Create users
    --- stderr
    1 revision pending; `teammig upgrade` applies it
    ");
    assert_snapshot!(sandbox.teammig("app", &["current", "--check"]), @"
    exit 3
    --- stdout
    9209a434d045  Create users
    --- stderr
    1 revision pending; `teammig upgrade` applies it
    error: Target database is not up to date.
    ");
    assert_snapshot!(sandbox.teammig("app", &["upgrade"]), @"
    exit 0
    --- stderr
      ✔ 7f3a9c21e4b0  Add phone_number to users table   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("app", &["downgrade"]), @"
    exit 0
    --- stderr
      ↶ 7f3a9c21e4b0  Add phone_number to users table   [TIME]
    ");
    assert_eq!(
        sandbox.sqlite("app/dev.db", "SELECT name FROM pragma_table_info('users')"),
        ["id"]
    );
    assert_snapshot!(sandbox.teammig("app", &["upgrade"]), @"
    exit 0
    --- stderr
      ✔ 7f3a9c21e4b0  Add phone_number to users table   [TIME]
    ");
    assert_eq!(
        sandbox.sqlite("app/dev.db", "SELECT name FROM pragma_table_info('users')"),
        ["id", "phone_number"]
    );
    assert_snapshot!(sandbox.teammig("app", &["current"]), @"
    exit 0
    --- stdout
    7f3a9c21e4b0 (head)  Add phone_number to users table
    ");
    assert_snapshot!(sandbox.teammig("app", &["history"]), @"
    exit 0
    --- stdout
    ●  7f3a9c21e4b0 (head)  Add phone_number to users table
    ●  9209a434d045  Create users
    ");
    assert_snapshot!(sandbox.teammig("app", &["downgrade", "9209"]), @"
    exit 0
    --- stderr
      ↶ 7f3a9c21e4b0  Add phone_number to users table   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("app", &["upgrade"]), @"
    exit 0
    --- stderr
      ✔ 7f3a9c21e4b0  Add phone_number to users table   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("app", &["current", "--check"]), @"
    exit 0
    --- stdout
    7f3a9c21e4b0 (head)  Add phone_number to users table
    ");
}

/// "If you already have a database with the correct schema": stamp runs nothing.
#[test]
fn stamping_a_database_that_has_the_schema() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE t (x);",
        "DROP TABLE t;",
    );
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "CREATE TABLE u (x);",
        "DROP TABLE u;",
    );
    drop(
        rusqlite::Connection::open(sandbox.at("project/dev.db"))
            .unwrap()
            .execute_batch("CREATE TABLE t (x); CREATE TABLE u (x)"),
    );
    assert_snapshot!(sandbox.teammig("project", &["stamp", "head"]), @"
    exit 0
    --- stderr
    the ledger is at aaaa00000002 (2 rows changed, nothing was run)
    ");
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 0
    --- stdout
    aaaa00000002 (head)  two
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
    nothing to do: the database is at aaaa00000002
    ");
    assert_snapshot!(sandbox.teammig("project", &["stamp", "aaaa00000001"]), @"
    exit 0
    --- stderr
    the ledger is at aaaa00000001 (1 row changed, nothing was run)
    ");
    assert_snapshot!(sandbox.teammig("project", &["stamp", "--purge", "base"]), @"
    exit 0
    --- stderr
    the ledger is at base (nothing is applied) (1 row changed, nothing was run)
    ");
}

/// A colleague's migration arrives with a pull; `upgrade` applies it.
#[test]
fn when_someone_else_creates_a_migration() {
    let sandbox = Sandbox::team();
    sandbox.column("bob", "51be0f2277d1", &["9209a434d045"], "mail");
    sandbox.commit("bob", "Add mail");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["pull", "-q", "origin", "main"]);
    assert_snapshot!(sandbox.teammig("ann", &["upgrade"]), @"
    exit 0
    --- stderr
      ✔ 51be0f2277d1  Add mail   [TIME]
    ");
}

/// The three messages that people search for, with the command that helps.
#[test]
fn the_messages_that_people_know() {
    let sandbox = Sandbox::team();
    assert_snapshot!(sandbox.teammig("ann", &["upgrade", "xyz"]), @"
    exit 1
    --- stderr
    error: Can't locate revision identified by 'xyz'
    hint: `teammig history` lists the revisions here; `git pull` may bring it
    ");
    // On another branch: it says where.
    sandbox.git("bob", &["switch", "-q", "-c", "feature/mail"]);
    sandbox.revision(
        "bob",
        "51be0f2277d1",
        &["9209a434d045"],
        "Add mail",
        "SELECT 1;",
        "SELECT 1;",
    );
    sandbox.commit("bob", "Add mail");
    sandbox.git("bob", &["push", "-q", "-u", "origin", "feature/mail"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["show", "51be"]), @"
    exit 1
    --- stderr
    error: Can't locate revision identified by '51be'
      51be0f2277d1 is in migrations/51be0f2277d1.sql on origin/feature/mail
        since commit 2b7c439 by Bob, 2026-11-22
    hint: `git merge origin/feature/mail` or `git switch` brings it here; `--at origin/feature/mail` reads it there
    ");
    // An ambiguous prefix lists the candidates.
    sandbox.revision(
        "ann",
        "aaaa11111111",
        &["9209a434d045"],
        "one",
        "SELECT 1;",
        "SELECT 1;",
    );
    sandbox.revision(
        "ann",
        "aaaa22222222",
        &["9209a434d045"],
        "two",
        "SELECT 1;",
        "SELECT 1;",
    );
    assert_snapshot!(sandbox.teammig("ann", &["show", "aaaa"]), @"
    exit 1
    --- stderr
    error: Can't locate revision identified by 'aaaa': it is not the only one that begins so
      several begin so: aaaa11111111, aaaa22222222
    hint: give more characters of one of them
    ");
    // Two heads.
    assert_snapshot!(sandbox.teammig("ann", &["upgrade"]), @"
    exit 3
    --- stderr
    error: Multiple head revisions are present
      aaaa11111111  one
      aaaa22222222  two
    hint: `teammig merge-heads` joins them with a merge revision
    hint: `teammig upgrade heads` applies all of them without joining them
    ");
    assert_snapshot!(sandbox.teammig("ann", &["upgrade", "head"]), @"
    exit 3
    --- stderr
    error: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
      the heads are aaaa11111111, aaaa22222222
    hint: `teammig merge-heads` joins them; `heads` means all of them
    ");
    assert_snapshot!(sandbox.teammig("ann", &["create", "three"]), @"
    exit 3
    --- stderr
    error: Multiple heads are present; please specify the head revision on which the new revision should be based, or perform a merge
      aaaa11111111  one
      aaaa22222222  two
    hint: `teammig merge-heads` joins them with a merge revision
    hint: `--head <revision>` builds on one of them
    ");
    // Behind.
    std::fs::remove_file(sandbox.at("ann/migrations/aaaa22222222.sql")).unwrap();
    assert_snapshot!(sandbox.teammig("ann", &["current", "--check"]), @"
    exit 3
    --- stdout
    9209a434d045  Initial migration
    --- stderr
    1 revision pending; `teammig upgrade` applies it
    error: Target database is not up to date.
    ");
}

fn fill(sandbox: &Sandbox, project: &str, id: &str, up: &str, down: &str) {
    let folder = sandbox.at(project).join("migrations");
    let path = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains(id))
        .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text
        .replace("-- migrate:up\n", &format!("-- migrate:up\n{up}\n"))
        .replace("-- migrate:down\n", &format!("-- migrate:down\n{down}\n"));
    std::fs::write(path, text).unwrap();
}

/// "Manual Migration Creation", in the words of Alembic and in ours.
#[test]
fn a_migration_written_by_hand() {
    let sandbox = Sandbox::team();
    for (args, id) in [
        (["create", "--empty", "Migrate user data"], "aaaa00000001"),
        (["revision", "-m", "Migrate user data"], "aaaa00000002"),
    ] {
        let path = sandbox.ok("ann", &[&args[..], &["--rev-id", id]].concat());
        assert_eq!(
            path,
            format!("migrations/2026-11-22_{id}_migrate_user_data.sql\n")
        );
        fill(
            &sandbox,
            "ann",
            id,
            "UPDATE users SET name = upper(name);",
            "UPDATE users SET name = lower(name);",
        );
    }
    sandbox.ok("ann", &["upgrade"]);
    assert_eq!(
        sandbox.teammig("ann", &["create", "one", "-m", "two"]).code,
        2
    );
    assert_eq!(sandbox.teammig("ann", &["create"]).code, 2);
}

/// "Before Creating a Pull Request", then "Multiple head revisions are present".
#[test]
fn from_a_pull_request_to_the_merge() {
    let sandbox = Sandbox::team();
    for (clone, id, message) in [
        ("bob", "c01d9e88ab12", "Add mail"),
        ("ann", "7f3a9c21e4b0", "Add phone"),
    ] {
        sandbox.ok(clone, &["create", message, "--rev-id", id]);
        let column = message.to_lowercase().replace("add ", "");
        fill(
            &sandbox,
            clone,
            id,
            &format!("ALTER TABLE users ADD COLUMN {column} text;"),
            &format!("ALTER TABLE users DROP COLUMN {column};"),
        );
        for command in ["upgrade", "downgrade", "upgrade"] {
            sandbox.ok(clone, &[command]);
        }
        sandbox.git(clone, &["add", "migrations"]);
        sandbox.git(clone, &["commit", "-q", "-m", message]);
    }
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git(
        "ann",
        &["pull", "-q", "--no-rebase", "--no-edit", "origin", "main"],
    );
    let run = sandbox.teammig("ann", &["upgrade"]);
    assert_eq!(run.code, 3, "{run}");
    let (written, _) = sandbox.json("ann", &["merge", "heads", "-m", "Merge migrations"]);
    let merge = written["revision"]["revision"]
        .as_str()
        .unwrap_or_else(|| panic!("{written}"));
    sandbox.ok("ann", &["upgrade"]);
    let (current, code) = sandbox.json("ann", &["current", "--check"]);
    assert_eq!(code, 0);
    assert_eq!(current["heads"], serde_json::json!([merge]));
    // What the help calls it.
    let help = sandbox.ok("ann", &["help"]);
    for command in [
        "create",
        "upgrade",
        "downgrade",
        "current",
        "history",
        "stamp",
    ] {
        assert!(help.contains(&format!("  {command} ")), "{help}");
    }
}
