//! An ini that stands in a folder below the one where Alembic is called: `alembic -c
//! backend/alembic.ini`, with paths from the root.

use super::project::{project, rows, table};
use crate::support::Sandbox;

fn below() -> Sandbox {
    let sandbox = project();
    let ini = sandbox.read("project/alembic.ini");
    std::fs::remove_file(sandbox.at("project/alembic.ini")).unwrap();
    let moved = ini.replace("%(here)s/migrations", "migrations");
    assert_ne!(moved, ini);
    sandbox.write("project/backend/alembic.ini", moved);
    sandbox.write(
        "project/teammig.yaml",
        "layout: alembic\nalembic: {config: backend/alembic.ini}\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox
}

#[test]
fn alembic_is_called_where_its_paths_begin() {
    let sandbox = below();
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.ok("project/backend", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
}

#[test]
fn a_revision_of_another_branch_goes_back_there_too() {
    let sandbox = below();
    table(&sandbox, "aaaa00000001", &[]);
    sandbox.commit("project", "a");
    sandbox.git("project", &["switch", "-qc", "other"]);
    table(&sandbox, "bbbb00000002", &["aaaa00000001"]);
    sandbox.commit("project", "b");
    sandbox.ok("project", &["upgrade"]);
    sandbox.git("project", &["switch", "-q", "main"]);
    assert_eq!(rows(&sandbox), ["bbbb00000002"]);
    sandbox.ok("project", &["downgrade", "bbbb00000002@-1"]);
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
}
