//! Reading the graph: history, heads, branches, show, labels, dependencies.

use insta::assert_snapshot;

use crate::support::Sandbox;

fn branched() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "base", "", "");
    sandbox.revision("project", "bbbb00000001", &["aaaa00000001"], "left", "", "");
    sandbox.revision(
        "project",
        "cccc00000001",
        &["aaaa00000001"],
        "right",
        "",
        "",
    );
    sandbox.revision(
        "project",
        "dddd00000001",
        &["bbbb00000001", "cccc00000001"],
        "merge",
        "",
        "",
    );
    sandbox.write(
        "project/migrations/eeee00000001.sql",
        "-- teammig:\n--   revision: eeee00000001\n--   labels: [billing]\n--   depends_on: [bbbb00000001]\n--   message: invoices\n\n-- migrate:up\n",
    );
    sandbox
}

#[test]
fn reading() {
    let sandbox = branched();
    assert_snapshot!(sandbox.teammig("project", &["history"]), @"
    exit 0
    --- stdout
    ●  dddd00000001 (head, mergepoint)  merge
    ├─╮
    │ │ ●  eeee00000001 (head, billing, depends on bbbb00000001)  invoices
    ● │  bbbb00000001  left
    │ ●  cccc00000001  right
    ├─╯
    ●  aaaa00000001 (branchpoint)  base
    ");
    assert_snapshot!(sandbox.teammig("project", &["history", "-r", "bbbb:dddd"]), @"
    exit 0
    --- stdout
    ●  dddd00000001 (head, mergepoint)  merge
    ●  bbbb00000001  left
    ~
    ");
    assert_snapshot!(sandbox.teammig("project", &["heads"]), @"
    exit 0
    --- stdout
    dddd00000001 (head, mergepoint)  merge
    eeee00000001 (head, billing, depends on bbbb00000001)  invoices
    ");
    assert_snapshot!(sandbox.teammig("project", &["branches"]), @"
    exit 0
    --- stdout
    aaaa00000001 (branchpoint)  base
      → bbbb00000001  left
      → cccc00000001  right
    ");
    assert_snapshot!(sandbox.teammig("project", &["show", "billing@head"]), @"
    exit 0
    --- stdout
    revision    eeee00000001 (head, base)
    message     invoices
    depends on  bbbb00000001
    labels      billing
    way back    none: it has no down section
    path        migrations/eeee00000001.sql

    -- migrate:up
    ");
    assert_snapshot!(sandbox.teammig("project", &["show", "dddd"]), @"
    exit 0
    --- stdout
    revision    dddd00000001 (head, mergepoint)
    message     merge
    merges      bbbb00000001, cccc00000001
    path        migrations/dddd00000001.sql

    -- migrate:up


    -- migrate:down
    ");
}

/// Two heads with labels of their own are separate lines: nothing has diverged.
#[test]
fn separate_lines_are_not_diverged() {
    let sandbox = branched();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 0
    --- stderr
      ✔ aaaa00000001  base   [TIME]
      ✔ cccc00000001  right   [TIME]
      ✔ bbbb00000001  left   [TIME]
      ✔ eeee00000001  invoices   [TIME]
      ✔ dddd00000001  merge   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade", "billing@base"]), @"
    exit 1
    --- stderr
    error: eeee00000001 cannot be rolled back: it has no down section
    hint: nothing was rolled back: write the way back below a line `-- migrate:down`, or say `-- migrate:down irreversible`
    ");
    assert_snapshot!(sandbox.teammig("project", &["create", "more"]), @"
    exit 3
    --- stderr
    error: Multiple heads are present; please specify the head revision on which the new revision should be based, or perform a merge
      dddd00000001  merge
      eeee00000001  invoices
    hint: these are separate lines; `--head <revision>` says which one goes on
    ");
    let run = sandbox.teammig(
        "project",
        &[
            "create",
            "more",
            "--head",
            "billing@head",
            "--rev-id",
            "ffff00000001",
        ],
    );
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "billing@head"]), @"
    exit 0
    --- stderr
      ✔ ffff00000001  more   [TIME]
    ");
}

/// The revisions of a branch or a tag, without a checkout.
#[test]
fn at_another_commit() {
    let sandbox = branched();
    sandbox.commit("project", "first");
    sandbox.git("project", &["tag", "v1"]);
    sandbox.revision(
        "project",
        "ffff00000001",
        &["dddd00000001"],
        "later",
        "",
        "",
    );
    assert_eq!(
        sandbox.json("project", &["heads"]).0["heads"][1]["revision"],
        "ffff00000001"
    );
    assert_eq!(
        sandbox.json("project", &["heads", "--at", "v1"]).0["heads"][0]["revision"],
        "dddd00000001"
    );
    assert_eq!(
        sandbox.json("project", &["heads", "--at", ":"]).0["heads"][0]["revision"],
        "dddd00000001"
    );
    sandbox.git("project", &["add", "-A"]);
    assert_eq!(
        sandbox.json("project", &["heads", "--at", ":"]).0["heads"][1]["revision"],
        "ffff00000001"
    );
}

#[test]
fn merging_by_hand() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "base", "", "");
    for id in ["bbbb00000001", "cccc00000001", "dddd00000001"] {
        sandbox.revision("project", id, &["aaaa00000001"], "side", "", "");
    }
    assert_snapshot!(sandbox.teammig("project", &["merge", "heads", "-m", "Merge them", "--rev-id", "eeee00000001"]), @"
    exit 0
    --- stdout
    migrations/2026-11-22_eeee00000001_merge_them.sql
    ");
    assert_snapshot!(sandbox.read("project/migrations/2026-11-22_eeee00000001_merge_them.sql"), @"
    -- teammig:
    --   revision: eeee00000001
    --   parents: [bbbb00000001, cccc00000001, dddd00000001]
    --   message: Merge them
    --   created: 2026-11-22T10:02:00Z

    -- migrate:up

    -- migrate:down
    ");
    let run = sandbox.teammig("project", &["merge", "heads"]);
    assert_eq!(run.code, 2, "{run}");
}

#[test]
fn the_editor_gets_the_file() {
    let sandbox = branched();
    let run = sandbox.run(
        sandbox
            .command(env!("CARGO_BIN_EXE_teammig"), "project")
            .args(["edit", "bbbb"])
            .env("EDITOR", "echo edit: "),
    );
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stdout.starts_with("edit: ") && run.stdout.trim_end().ends_with("bbbb00000001.sql"),
        "{run}"
    );
}

/// A message from a strange branch could colour, clear and rename the terminal.
#[test]
fn messages_do_not_command_the_terminal() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "\"\\u001b[31mred\\u0007\"",
        "SELECT 1;",
        "",
    );
    for command in [
        &["heads"][..],
        &["history"],
        &["show", "head"],
        &["upgrade"],
        &["current"],
        &["heads", "--color", "always"],
    ] {
        let run = sandbox.teammig("project", command);
        assert_eq!(run.code, 0, "{run}");
        let text = run.stdout + &run.stderr;
        assert!(text.contains("red\\u{7}"), "{command:?} {text:?}");
        assert!(!text.contains('\u{7}'), "{command:?} {text:?}");
        if !command.contains(&"always") {
            assert!(!text.contains('\u{1b}'), "{command:?} {text:?}");
        }
    }
}

#[test]
fn quiet_leaves_hints_to_errors() {
    let sandbox = Sandbox::project();
    for id in ["aaaa00000001", "aaaa00000002"] {
        sandbox.revision("project", id, &[], id, "SELECT 1;", "");
    }
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000001"],
        "c",
        "SELECT 1;",
        "",
    );
    sandbox.revision(
        "project",
        "aaaa00000004",
        &["aaaa00000001"],
        "d",
        "SELECT 1;",
        "",
    );
    assert_eq!(sandbox.teammig("project", &["heads", "-q"]).stderr, "");
    let run = sandbox.teammig("project", &["upgrade", "-q"]);
    assert!(run.stderr.contains("hint:"), "{run}");
}
