//! What changes a database in an Alembic project: the real Alembic does it.

mod bad;
mod below;
mod elsewhere;
mod import;
mod killed_restack;
mod left_running;
mod postgres;
pub(crate) mod project;
mod proof;
mod setting_up;
mod sidecar;
mod syncing;
mod team;
mod writing;

use insta::assert_snapshot;
use serde_json::json;

use self::project::{project, revision, rows, table, tables};
use crate::support::sandbox::Sandbox;

/// a, b on a, c on a, and d that merges both.
fn diamond() -> Sandbox {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    table(&sandbox, "cccc00000003", &["aaaa00000001"]);
    table(&sandbox, "dddd00000004", &["bbbb00000002", "cccc00000003"]);
    sandbox
}

#[test]
fn an_upgrade_is_alembics() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
        INFO  [alembic.runtime.migration] Context impl SQLiteImpl.
        INFO  [alembic.runtime.migration] Will assume non-transactional DDL.
        INFO  [alembic.runtime.migration] Running upgrade  -> aaaa00000001, Make aaaa00000001
        INFO  [alembic.runtime.migration] Running upgrade aaaa00000001 -> bbbb00000002, Make bbbb00000002
      ✔ aaaa00000001  Make aaaa00000001
      ✔ bbbb00000002  Make bbbb00000002   [TIME]
    ");
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001", "bbbb00000002"]);
    assert_snapshot!(sandbox.teammig("project", &["current", "-v"]), @"
    exit 0
    --- stdout
    bbbb00000002 (head)  Make bbbb00000002
        when and by whom is not recorded
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
    nothing to do: the database is at bbbb00000002
    ");
    let (document, code) = sandbox.json("project", &["current"]);
    assert_eq!(
        (&document["at_head"], &document["heads"], code),
        (&json!(true), &json!(["bbbb00000002"]), 0)
    );
}

#[test]
fn one_call_does_what_one_target_stands_for() {
    let sandbox = diamond();
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 0, "{run}");
    // One of the two branches, and then the rest.
    let starts = run.stderr.matches("Will assume").count();
    assert_eq!(starts, 2, "{run}");
    assert_eq!(rows(&sandbox), ["dddd00000004"]);
}

#[test]
fn what_goes_back_is_what_was_shown() {
    let sandbox = diamond();
    sandbox.ok("project", &["upgrade"]);
    // The merge alone: Alembic's own `downgrade -1` gives up here.
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(rows(&sandbox), ["bbbb00000002", "cccc00000003"]);
    // One side alone: Alembic's `downgrade aaaa00000001` would take both.
    sandbox.ok("project", &["downgrade", "cccc00000003@-1"]);
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001", "bbbb00000002"]);
    sandbox.ok("project", &["downgrade", "base"]);
    assert_eq!(rows(&sandbox), [] as [&str; 0]);
    assert_eq!(tables(&sandbox), [] as [&str; 0]);
}

#[test]
fn a_revision_that_fails_is_shown_in_its_file() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    revision(
        &sandbox,
        "bbbb00000002",
        &["aaaa00000001"],
        "op.execute(\"UPDATE nowhere SET x = 1\")",
        "pass",
    );
    table(&sandbox, "cccc00000003", &["bbbb00000002"]);
    // All three go in one call; the first one stays, as SQLite's each have a transaction.
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(bad::error(&run), @r#"
    error: cannot apply bbbb00000002 Make bbbb00000002
      --> migrations/versions/bbbb00000002_x.py:18:5
       |
    18 |     op.execute("UPDATE nowhere SET x = 1")
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: nowhere
      detail: [SQL: UPDATE nowhere SET x = 1]
      context: at migrations/versions/bbbb00000002_x.py:18; `[DIR]/project/.venv/bin/alembic upgrade cccc00000003` ended with exit status: 1
    bbbb00000002 is not recorded as applied; what it did before it failed may be there still, since Alembic runs SQLite's DDL outside of transactions.
    1 revision before it was applied and stays applied.
    "#);
    assert!(run.stderr.contains("✔ aaaa00000001"), "{run}");
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
}

#[test]
fn a_stamp_is_alembics() {
    let sandbox = diamond();
    assert_snapshot!(sandbox.teammig("project", &["stamp", "bbbb00000002", "cccc00000003"]), @"
    exit 0
    --- stderr
    the ledger is at bbbb00000002, cccc00000003 (3 rows changed, nothing was run)
    ");
    assert_eq!(rows(&sandbox), ["bbbb00000002", "cccc00000003"]);
    assert_eq!(tables(&sandbox), [] as [&str; 0]);
    sandbox.ok("project", &["stamp", "heads"]);
    assert_eq!(rows(&sandbox), ["dddd00000004"]);
    sandbox.ok("project", &["stamp", "base"]);
    assert_eq!(rows(&sandbox), [] as [&str; 0]);
    // The table has the heads alone: it cannot say that.
    sandbox.ok("project", &["stamp", "aaaa00000001"]);
    let run = sandbox.teammig("project", &["stamp", "--only", "dddd00000004"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("the heads alone"), "{run}");
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
}

/// As Flask-Migrate 2.5 is, which Redash has.
#[test]
fn a_program_without_purge_stamps_all_the_same() {
    let sandbox = diamond();
    sandbox.write(
        "project/old.sh",
        "for word; do\n  if [ \"$word\" = --purge ]; then\n    echo \"Error: No such option: --purge\" >&2\n    exit 2\n  \
         fi\ndone\nexec .venv/bin/alembic \"$@\"\n",
    );
    let config = sandbox.read("project/teammig.yaml");
    let command = "alembic: {command: [sh, old.sh]}\n";
    sandbox.write("project/teammig.yaml", format!("{config}{command}"));
    let both = ["bbbb00000002", "cccc00000003"];
    sandbox.ok("project", &["stamp", both[0], both[1], "--allow-command"]);
    assert_eq!(rows(&sandbox), both);
    sandbox.ok("project", &["stamp", "heads"]);
    assert_eq!(rows(&sandbox), ["dddd00000004"]);
    sandbox.ok("project", &["stamp", "base"]);
    assert_eq!(rows(&sandbox), [] as [&str; 0]);
}

#[test]
fn a_script_is_alembics() {
    let sandbox = diamond();
    let script = sandbox.ok("project", &["upgrade", "--sql", "bbbb00000002"]);
    assert!(script.contains("CREATE TABLE alembic_version"), "{script}");
    assert!(script.contains("CREATE TABLE t_bbbb00000002"), "{script}");
    let range = sandbox.ok(
        "project",
        &["upgrade", "--sql", "aaaa00000001:bbbb00000002"],
    );
    assert!(!range.contains("t_aaaa00000001"), "{range}");
    let down = sandbox.ok("project", &["downgrade", "--sql", "bbbb00000002:base"]);
    assert!(down.contains("DROP TABLE t_aaaa00000001"), "{down}");
    let stamp = sandbox.ok("project", &["stamp", "--sql", "aaaa00000001:bbbb00000002"]);
    assert!(stamp.contains("UPDATE alembic_version"), "{stamp}");
    assert!(!sandbox.at("project/dev.db").exists());
}

/// After a switch Alembic refuses everything, `stamp` too: its table names what no file has.
#[test]
fn what_another_branch_applied_goes_back_by_its_file_in_git() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.commit("project", "first");
    sandbox.git("project", &["switch", "-q", "-c", "other"]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    table(&sandbox, "cccc00000003", &["bbbb00000002"]);
    sandbox.commit("project", "others");
    sandbox.ok("project", &["upgrade"]);
    sandbox.git("project", &["switch", "-q", "main"]);
    table(&sandbox, "dddd00000004", &["aaaa00000001"]);
    assert_snapshot!(sandbox.teammig("project", &["status"]), @"
    exit 0
    --- stdout
    Branch     main
    Head       dddd00000004  Make dddd00000004   not committed
    Database   dev: 3 applied, at cccc00000003
               1 pending: dddd00000004
               2 only there: bbbb00000002, cccc00000003
    Hooks      not installed; `teammig hooks install` does it
    Next       teammig sync   only the database has 2 revisions
    ");
    let (document, _) = sandbox.json("project", &["current"]);
    assert_eq!(
        document["phantoms"],
        json!(["bbbb00000002", "cccc00000003"])
    );
    assert_eq!(document["pending"], json!(["dddd00000004"]));
    // Beside it, what is new goes up all the same.
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 0, "{run}");
    // Alembic's table keeps no scripts, so nobody is told that it did.
    assert!(
        run.stderr
            .contains("Git kept the scripts: `teammig downgrade cccc00000003@-1`"),
        "{run}"
    );
    let run = sandbox.teammig("project", &["sync"]);
    assert!(
        run.stderr
            .contains("it is on other; its way back is in the module that other has"),
        "{run}"
    );
    assert_eq!(rows(&sandbox), ["cccc00000003", "dddd00000004"]);
    let run = sandbox.teammig("project", &["downgrade", "cccc00000003@aaaa00000001"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("rolling cccc00000003 back with the module that other has\n"),
        "{run}"
    );
    assert_eq!(rows(&sandbox), ["dddd00000004"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001", "dddd00000004"]);
    let left = std::fs::read_dir(sandbox.at("project")).unwrap();
    let left: Vec<_> = left.map(|one| one.unwrap().file_name()).collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with(".teammig-")),
        "{left:?}"
    );
}

#[test]
fn a_commit_is_applied_as_it_was() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.commit("project", "first");
    sandbox.edit(
        "project/migrations/versions/aaaa00000001_x.py",
        "t_aaaa00000001",
        "t_edited",
    );
    sandbox.ok("project", &["upgrade", "--at", "HEAD"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001"]);
}

#[test]
fn two_upgrades_at_once_wait_for_each_other() {
    let sandbox = project();
    revision(
        &sandbox,
        "aaaa00000001",
        &[],
        "import time; time.sleep(1); op.create_table(\"t_a\", sa.Column(\"id\", sa.Integer))",
        "op.drop_table(\"t_a\")",
    );
    let mut one = sandbox.command(env!("CARGO_BIN_EXE_teammig"), "project");
    let mut other = sandbox.command(env!("CARGO_BIN_EXE_teammig"), "project");
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(|| one.arg("upgrade").output().unwrap());
        let other = other.arg("upgrade").output().unwrap();
        (one.join().unwrap(), other)
    });
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(one.status.success(), "{}", said(&one));
    assert!(other.status.success(), "{}", said(&other));
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
}

/// As Flask-Migrate 2.5 (Redash has it): no other ini, but another folder behind the command.
const FLASK: &str = r#"shift
command=$1
shift
folder=migrations
if [ "$1" = -d ]; then folder=$2; shift 2; fi
for word in "$command" "$@"; do
  case "$word" in -c|--purge) echo "Error: No such option: $word" >&2; exit 2;; esac
done
sed "s|^script_location.*|script_location = $folder|" "$folder/alembic.ini" > flask.ini
exec .venv/bin/alembic -c flask.ini "$command" "$@"
"#;

fn with_flask() -> Sandbox {
    let sandbox = project();
    let ini = sandbox.read("project/alembic.ini");
    std::fs::remove_file(sandbox.at("project/alembic.ini")).unwrap();
    sandbox.write("project/migrations/alembic.ini", ini);
    let env = sandbox.read("project/migrations/env.py");
    sandbox.write(
        "project/migrations/env.py",
        format!("# from flask import current_app\n{env}"),
    );
    sandbox.write("project/flask.sh", FLASK);
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!(
            "{config}migrations: migrations/versions\nalembic: {{config: migrations/alembic.ini, command: [sh, flask.sh, db]}}\n"
        ),
    );
    sandbox.write(
        "project/.gitignore",
        "*.db*\n.venv\n__pycache__/\nflask.ini\n",
    );
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.commit("project", "first");
    sandbox.ok("project", &["upgrade", "--allow-command"]);
    sandbox
}

/// It got `-c` before the command, and the restack stayed in the middle.
#[test]
fn with_flask_mine_are_put_on_top_too() {
    let sandbox = with_flask();
    sandbox.git("project", &["switch", "-q", "-c", "theirs"]);
    table(&sandbox, "cccc00000003", &["aaaa00000001"]);
    sandbox.commit("project", "Theirs");
    sandbox.git("project", &["switch", "-q", "main"]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    sandbox.commit("project", "Mine");
    sandbox.git("project", &["merge", "-q", "--no-edit", "theirs"]);
    let run = sandbox.teammig(
        "project",
        &["rebase", "bbbb00000002", "--onto", "cccc00000003"],
    );
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
    assert_eq!(
        tables(&sandbox),
        ["aaaa00000001", "bbbb00000002", "cccc00000003"]
    );
}

#[test]
fn with_flask_sides_that_are_not_in_the_working_tree_are_proved() {
    let sandbox = with_flask();
    sandbox.git("project", &["switch", "-q", "-c", "theirs"]);
    table(&sandbox, "cccc00000003", &["aaaa00000001"]);
    sandbox.commit("project", "Theirs");
    sandbox.git("project", &["switch", "-q", "main"]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    sandbox.commit("project", "Mine");
    let (document, code) = sandbox.json("project", &["conflicts", "--with", "theirs", "--prove"]);
    let verdict = &document["pairs"][0]["proof"]["verdict"];
    assert_eq!(
        (verdict.as_str(), code),
        (Some("independent"), 0),
        "{document:#}"
    );
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
}

#[test]
fn with_flask_what_another_branch_applied_goes_back_too() {
    let sandbox = with_flask();
    sandbox.git("project", &["switch", "-q", "-c", "other"]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    sandbox.commit("project", "Other");
    sandbox.ok("project", &["upgrade"]);
    sandbox.git("project", &["switch", "-q", "main"]);
    sandbox.ok("project", &["downgrade", "bbbb00000002@-1"]);
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001"]);
    let left = std::fs::read_dir(sandbox.at("project/migrations")).unwrap();
    let left = left.map(|one| one.unwrap().file_name());
    assert!(
        !left
            .into_iter()
            .any(|name| name.to_string_lossy().starts_with(".teammig-")),
    );
}
