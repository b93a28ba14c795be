//! What a run wrote and applied, and what came later, is nobody's edit.

use super::project::{project, revision, rows, table, tables};
use crate::support::sandbox::Sandbox;

const BASE: &str = "aaaa00000001";
const MINE: &str = "bbbb00000002";
const THEIRS: &str = "cccc00000003";

/// Mine is applied, and theirs was merged in with Git.
fn met() -> Sandbox {
    let sandbox = project();
    table(&sandbox, BASE, &[]);
    sandbox.commit("project", "Base");
    sandbox.git("project", &["switch", "-q", "-c", "theirs"]);
    table(&sandbox, THEIRS, &[BASE]);
    sandbox.commit("project", "Theirs");
    sandbox.git("project", &["switch", "-q", "main"]);
    table(&sandbox, MINE, &[BASE]);
    sandbox.ok("project", &["upgrade"]);
    sandbox.commit("project", "Mine");
    sandbox.ok("project", &["hooks", "install"]);
    sandbox.git("project", &["merge", "-q", "--no-edit", "theirs"]);
    sandbox
}

fn settled(sandbox: &Sandbox) {
    assert_eq!(tables(sandbox), [BASE, MINE, THEIRS]);
    let (status, code) = sandbox.json("project", &["status"]);
    assert_eq!(code, 0, "{status:#}");
    let pending = status["database"]["pending"].as_array().map(Vec::len);
    assert_eq!(pending, Some(0), "{status:#}");
    // What was written and applied just now is nobody's edit.
    sandbox.git("project", &["add", "-A"]);
    sandbox.git("project", &["commit", "-q", "-m", "Settled"]);
    assert_eq!(sandbox.teammig("project", &["sync"]).code, 0);
}

/// Alembic's rows were told from the files that there were before the merge revision was written.
#[test]
fn a_merge_revision_is_written_and_applied() {
    let sandbox = met();
    let run = sandbox.teammig("project", &["sync", "--merge", "-m", "Both"]);
    assert_eq!(run.code, 0, "{run}");
    let rows = rows(&sandbox);
    assert!(
        matches!(&rows[..], [one] if one != MINE && one != THEIRS),
        "{rows:?}\n{run}"
    );
    settled(&sandbox);
}

/// A row that no file has was remembered with no checksum, and its file, when it came, as an edit.
#[test]
fn a_file_that_comes_after_its_row_is_no_edit() {
    let sandbox = project();
    table(&sandbox, BASE, &[]);
    sandbox.commit("project", "Base");
    table(&sandbox, MINE, &[BASE]);
    sandbox.ok("project", &["hooks", "install"]);
    let file = format!("project/migrations/versions/{MINE}_x.py");
    let text = sandbox.read(&file);
    sandbox.ok("project", &["upgrade"]);
    std::fs::remove_dir_all(sandbox.at("project/.git/teammig")).unwrap();
    std::fs::remove_file(sandbox.at(&file)).unwrap();
    assert_eq!(sandbox.teammig("project", &["current"]).code, 0);
    sandbox.write(&file, text);
    sandbox.git("project", &["add", "-A"]);
    let run = sandbox.try_git("project", &["commit", "-q", "-m", "Mine"]);
    assert_eq!(run.code, 0, "{run}");
}

/// On top of theirs, mine would run a second time on what stayed of it.
#[test]
fn sync_moves_nothing_whose_way_back_does_nothing() {
    let sandbox = project();
    table(&sandbox, BASE, &[]);
    sandbox.commit("project", "Base");
    sandbox.git("project", &["switch", "-q", "-c", "theirs"]);
    table(&sandbox, THEIRS, &[BASE]);
    sandbox.commit("project", "Theirs");
    sandbox.git("project", &["switch", "-q", "main"]);
    let makes = format!("op.create_table(\"t_{MINE}\", sa.Column(\"id\", sa.Integer))");
    revision(&sandbox, MINE, &[BASE], &makes, "pass");
    sandbox.ok("project", &["upgrade"]);
    sandbox.commit("project", "Mine");
    sandbox.git("project", &["merge", "-q", "--no-edit", "theirs"]);
    let run = sandbox.teammig("project", &["sync", "--rebase", "--yes"]);
    assert_ne!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("its `downgrade()` does nothing"),
        "{run}"
    );
    assert_eq!(rows(&sandbox), [MINE]);
    assert_eq!(tables(&sandbox), [BASE, MINE]);
}

#[test]
fn what_has_nothing_to_undo_goes_back_without_a_word() {
    let sandbox = project();
    table(&sandbox, BASE, &[]);
    revision(&sandbox, MINE, &[BASE], "pass", "pass");
    revision(
        &sandbox,
        THEIRS,
        &[MINE],
        "op.execute(\"SELECT 1\")",
        "raise NotImplementedError()",
    );
    sandbox.ok("project", &["upgrade"]);
    let run = sandbox.teammig("project", &["downgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("its `downgrade()` raises"), "{run}");
    sandbox.ok("project", &["stamp", MINE]);
    let run = sandbox.teammig("project", &["downgrade"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("warning"), "{run}");
    assert_eq!(rows(&sandbox), [BASE]);
}

/// What only another branch has is rolled back by the same rule.
#[test]
fn another_branch_whose_way_back_does_nothing() {
    let sandbox = project();
    table(&sandbox, BASE, &[]);
    sandbox.commit("project", "Base");
    sandbox.git("project", &["switch", "-q", "-c", "theirs"]);
    let makes = format!("op.create_table(\"t_{THEIRS}\", sa.Column(\"id\", sa.Integer))");
    revision(&sandbox, THEIRS, &[BASE], &makes, "pass");
    sandbox.commit("project", "Theirs");
    sandbox.ok("project", &["upgrade"]);
    sandbox.git("project", &["switch", "-q", "main"]);
    assert_ne!(sandbox.teammig("project", &["sync"]).code, 1);
    assert_eq!(rows(&sandbox), [THEIRS]);
    let run = sandbox.teammig("project", &["downgrade", &format!("{THEIRS}@-1")]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains(&format!("`downgrade()` of {THEIRS} does nothing")),
        "{run}"
    );
    assert!(!run.stderr.contains("ledger kept"), "{run}");
    assert_eq!(rows(&sandbox), [BASE]);
    assert_eq!(tables(&sandbox), [BASE, THEIRS]);
}
