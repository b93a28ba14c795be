//! Modules in folders below, which `recursive_version_locations` names.

use super::project::{project, revision, rows, table, tables};
use crate::support::Sandbox;

/// Modules stand in folders by their year, as `file_template` with a folder has it.
fn by_year() -> Sandbox {
    let sandbox = project();
    sandbox.edit(
        "project/alembic.ini",
        "[alembic]\n",
        "[alembic]\nrecursive_version_locations = true\nfile_template = %%(year)d/%%(rev)s_%%(slug)s\n",
    );
    sandbox
}

fn put_below(sandbox: &Sandbox, folder: &str, id: &str) {
    let name = format!("project/migrations/versions/{id}_x.py");
    let text = sandbox.read(&name);
    std::fs::remove_file(sandbox.at(&name)).unwrap();
    let below = format!("project/migrations/versions/{folder}/{id}_x.py");
    sandbox.write(&below, text);
}

#[test]
fn modules_below_are_applied_and_rolled_back() {
    let sandbox = by_year();
    table(&sandbox, "aaaa00000001", &[]);
    put_below(&sandbox, "2026", "aaaa00000001");
    sandbox.commit("project", "first");
    sandbox.git("project", &["switch", "-q", "-c", "other"]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    put_below(&sandbox, "2027/01", "bbbb00000002");
    sandbox.commit("project", "others");
    let alembic = sandbox.at("project/.venv/bin/alembic");
    let heads = sandbox.run(
        sandbox
            .command(alembic.to_str().unwrap(), "project")
            .arg("heads"),
    );
    assert_eq!(heads.stdout, "bbbb00000002 (head)\n", "{heads}");
    let ours = sandbox.ok("project", &["heads"]);
    assert!(ours.starts_with("bbbb00000002 (head)"), "{ours}");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
    sandbox.ok("project", &["downgrade"]);
    sandbox.ok("project", &["upgrade", "--at", "other"]);
    sandbox.git("project", &["switch", "-q", "main"]);
    // What only the other branch has, below a folder.
    let run = sandbox.teammig("project", &["downgrade", "bbbb00000002@-1"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
    assert_eq!(tables(&sandbox), ["aaaa00000001"]);
}

#[test]
fn a_failure_below_is_shown_in_its_file() {
    let sandbox = by_year();
    revision(
        &sandbox,
        "aaaa00000001",
        &[],
        "op.execute(\"UPDATE nowhere SET x = 1\")",
        "pass",
    );
    put_below(&sandbox, "2026", "aaaa00000001");
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr
            .contains("--> migrations/versions/2026/aaaa00000001_x.py:18:5"),
        "{run}"
    );
}

/// Alembic writes into a folder that its template names.
#[test]
fn a_new_module_is_found_where_alembic_puts_it() {
    let sandbox = by_year();
    sandbox.ok(
        "project",
        &["create", "first", "--empty", "--rev-id", "aaaa00000001"],
    );
    let heads = sandbox.ok("project", &["heads"]);
    assert!(heads.starts_with("aaaa00000001 (head)"), "{heads}");
    let names: Vec<_> = std::fs::read_dir(sandbox.at("project/migrations/versions"))
        .unwrap()
        .map(|one| one.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with("20"))
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
}
