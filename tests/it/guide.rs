//! The workflows of the guide that need no models, command for command.

use insta::assert_snapshot;

use crate::support::Sandbox;

#[test]
fn the_guide_from_beginning_to_end() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
    assert_snapshot!(sandbox.teammig("app", &["init"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["current"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["create", "Create users", "--rev-id", "9209a434d045"]), @"");
    fill(&sandbox, "app", "9209a434d045", "CREATE TABLE users (id integer PRIMARY KEY);", "DROP TABLE users;");
    assert_snapshot!(sandbox.teammig("app", &["upgrade"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["create", "Add phone_number to users table", "--rev-id", "7f3a9c21e4b0"]), @"");
    fill(
        &sandbox,
        "app",
        "7f3a9c21e4b0",
        "ALTER TABLE users ADD COLUMN phone_number text;",
        "ALTER TABLE users DROP COLUMN phone_number;",
    );
    assert_snapshot!(sandbox.teammig("app", &["current"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["current", "--check"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["upgrade"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["downgrade"]), @"");
    assert_eq!(sandbox.sqlite("app/dev.db", "SELECT name FROM pragma_table_info('users')"), ["id"]);
    assert_snapshot!(sandbox.teammig("app", &["upgrade"]), @"");
    assert_eq!(sandbox.sqlite("app/dev.db", "SELECT name FROM pragma_table_info('users')"), ["id", "phone_number"]);
    assert_snapshot!(sandbox.teammig("app", &["current"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["history"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["downgrade", "9209"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["upgrade"]), @"");
    assert_snapshot!(sandbox.teammig("app", &["current", "--check"]), @"");
}

/// "If you already have a database with the correct schema": stamp runs nothing.
#[test]
fn stamping_a_database_that_has_the_schema() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "CREATE TABLE t (x);", "DROP TABLE t;");
    sandbox.revision("project", "aaaa00000002", &["aaaa00000001"], "two", "CREATE TABLE u (x);", "DROP TABLE u;");
    drop(rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap().execute_batch("CREATE TABLE t (x); CREATE TABLE u (x)"));
    assert_snapshot!(sandbox.teammig("project", &["stamp", "head"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["stamp", "aaaa00000001"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["stamp", "--purge", "base"]), @"");
}

/// A colleague's migration arrives with a pull; `upgrade` applies it.
#[test]
fn when_someone_else_creates_a_migration() {
    let sandbox = Sandbox::team();
    sandbox.revision("bob", "51be0f2277d1", &["9209a434d045"], "Add mail", "ALTER TABLE users ADD COLUMN mail text;", "ALTER TABLE users DROP COLUMN mail;");
    sandbox.commit("bob", "Add mail");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["pull", "-q", "origin", "main"]);
    assert_snapshot!(sandbox.teammig("ann", &["upgrade"]), @"");
}

/// The three messages that people search for, with the command that helps.
#[test]
fn the_messages_that_people_know() {
    let sandbox = Sandbox::team();
    assert_snapshot!(sandbox.teammig("ann", &["upgrade", "xyz"]), @"");
    // On another branch: it says where.
    sandbox.git("bob", &["switch", "-q", "-c", "feature/mail"]);
    sandbox.revision("bob", "51be0f2277d1", &["9209a434d045"], "Add mail", "SELECT 1;", "SELECT 1;");
    sandbox.commit("bob", "Add mail");
    sandbox.git("bob", &["push", "-q", "-u", "origin", "feature/mail"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["show", "51be"]), @"");
    // An ambiguous prefix lists the candidates.
    sandbox.revision("ann", "aaaa11111111", &["9209a434d045"], "one", "SELECT 1;", "SELECT 1;");
    sandbox.revision("ann", "aaaa22222222", &["9209a434d045"], "two", "SELECT 1;", "SELECT 1;");
    assert_snapshot!(sandbox.teammig("ann", &["show", "aaaa"]), @"");
    // Two heads.
    assert_snapshot!(sandbox.teammig("ann", &["upgrade"]), @"");
    assert_snapshot!(sandbox.teammig("ann", &["upgrade", "head"]), @"");
    assert_snapshot!(sandbox.teammig("ann", &["create", "three"]), @"");
    // Behind.
    std::fs::remove_file(sandbox.at("ann/migrations/aaaa22222222.sql")).unwrap();
    assert_snapshot!(sandbox.teammig("ann", &["current", "--check"]), @"");
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
