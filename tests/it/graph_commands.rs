//! Reading the graph: history, heads, branches, show, labels, dependencies.

use insta::assert_snapshot;

use crate::support::Sandbox;

fn branched() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "base", "", "");
    sandbox.revision("project", "bbbb00000001", &["aaaa00000001"], "left", "", "");
    sandbox.revision("project", "cccc00000001", &["aaaa00000001"], "right", "", "");
    sandbox.revision("project", "dddd00000001", &["bbbb00000001", "cccc00000001"], "merge", "", "");
    sandbox.write(
        "project/migrations/eeee00000001.sql",
        "-- teammig:\n--   revision: eeee00000001\n--   labels: [billing]\n--   depends_on: [bbbb00000001]\n--   message: invoices\n\n-- migrate:up\n",
    );
    sandbox
}

#[test]
fn reading() {
    let sandbox = branched();
    assert_snapshot!(sandbox.teammig("project", &["history"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["history", "-r", "bbbb:dddd"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["heads"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["branches"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["show", "billing@head"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["show", "dddd"]), @"");
}

/// Two heads with labels of their own are separate lines: nothing has diverged.
#[test]
fn separate_lines_are_not_diverged() {
    let sandbox = branched();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["downgrade", "billing@base"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["create", "more"]), @"");
    let run = sandbox.teammig("project", &["create", "more", "--head", "billing@head", "--rev-id", "ffff00000001"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "billing@head"]), @"");
}

/// The revisions of a branch or a tag, without a checkout.
#[test]
fn at_another_commit() {
    let sandbox = branched();
    sandbox.commit("project", "first");
    sandbox.git("project", &["tag", "v1"]);
    sandbox.revision("project", "ffff00000001", &["dddd00000001"], "later", "", "");
    assert_eq!(sandbox.json("project", &["heads"]).0["heads"][1]["revision"], "ffff00000001");
    assert_eq!(sandbox.json("project", &["heads", "--at", "v1"]).0["heads"][0]["revision"], "dddd00000001");
    assert_eq!(sandbox.json("project", &["heads", "--at", ":"]).0["heads"][0]["revision"], "dddd00000001");
    sandbox.git("project", &["add", "-A"]);
    assert_eq!(sandbox.json("project", &["heads", "--at", ":"]).0["heads"][1]["revision"], "ffff00000001");
}

#[test]
fn merging_by_hand() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "base", "", "");
    for id in ["bbbb00000001", "cccc00000001", "dddd00000001"] {
        sandbox.revision("project", id, &["aaaa00000001"], "side", "", "");
    }
    assert_snapshot!(sandbox.teammig("project", &["merge", "heads", "-m", "Merge them", "--rev-id", "eeee00000001"]), @"");
    assert_snapshot!(sandbox.read("project/migrations/2026-11-22_eeee00000001_merge_them.sql"), @"");
    let run = sandbox.teammig("project", &["merge", "heads"]);
    assert_eq!(run.code, 2, "{run}");
}

#[test]
fn the_editor_gets_the_file() {
    let sandbox = branched();
    let run = sandbox.run(sandbox.command(env!("CARGO_BIN_EXE_teammig"), "project").args(["edit", "bbbb"]).env("EDITOR", "echo edit: "));
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.starts_with("edit: ") && run.stdout.trim_end().ends_with("bbbb00000001.sql"), "{run}");
}
