//! Others have a revision without its being in the protected branch: a tag, or a branch
//! of somebody else's.

use insta::assert_snapshot;

use crate::support::Sandbox;

const HOTFIX: &str = "e0f1e0f1e0f1";
const MINE: &str = "7f3a9c21e4b0";

/// Ann made a hotfix on `v1`, tagged and pushed it, and merged it to her main branch,
/// where Bob's revision is.
fn hotfix() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["tag", "v1"]);
    sandbox.column("bob", "c01d9e88ab12", &["9209a434d045"], "login");
    sandbox.commit("bob", "Add login");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["pull", "-q"]);
    sandbox.git("ann", &["switch", "-q", "-c", "hot", "v1"]);
    sandbox.column("ann", HOTFIX, &["9209a434d045"], "hotfix");
    sandbox.commit("ann", "Hotfix");
    sandbox.git("ann", &["tag", "-a", "-m", "1.0.1", "v1.0.1"]);
    sandbox.git("ann", &["push", "-q", "--tags", "origin", "hot"]);
    sandbox.git("ann", &["switch", "-q", "main"]);
    sandbox.git("ann", &["merge", "-q", "--no-edit", "hot"]);
    sandbox
}

/// Bob took Ann's branch `fa` into his own, and main went on.
fn taken() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "fa"]);
    sandbox.column("ann", MINE, &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    sandbox.git("ann", &["push", "-q", "-u", "origin", "fa"]);
    sandbox.git("ann", &["switch", "-q", "main"]);
    sandbox.column("ann", "c01d9e88ab12", &["9209a434d045"], "login");
    sandbox.commit("ann", "Add login");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["switch", "-q", "-c", "fb"]);
    sandbox.git("bob", &["fetch", "-q"]);
    sandbox.git("bob", &["merge", "-q", "origin/fa"]);
    sandbox.git("bob", &["merge", "-q", "--no-edit", "origin/main"]);
    sandbox
}

fn parents(sandbox: &Sandbox, clone: &str, id: &str) -> String {
    let text = sandbox.read(&format!("{clone}/migrations/{id}.sql"));
    let line = text.lines().find(|line| line.contains("parents:"));
    line.unwrap().to_owned()
}

/// `sync --yes` takes the merge revision.
fn merged_by_default(sandbox: &Sandbox, clone: &str) {
    let (document, code) = sandbox.json(clone, &["sync", "--yes"]);
    assert_eq!(code, 0, "{document}");
    assert_eq!(document["rewritten"], serde_json::json!([]), "{document}");
    let merges = document["merge_revisions"].as_array().unwrap();
    assert_eq!(merges.len(), 1, "{document}");
}

#[test]
fn a_tagged_hotfix_was_free_for_all() {
    let sandbox = hotfix();
    assert_snapshot!(sandbox.teammig("ann", &["why", HOTFIX]), @r#"
    exit 0
    --- stdout
    e0f1e0f1e0f1  Add hotfix
    File       migrations/e0f1e0f1e0f1.sql
    Edit it?   no, it was released in the tag v1.0.1
    Published  no
    Tags       v1.0.1
    Applied    in no database that this clone has seen
    Content    as it was released
    --- stderr
    hint: write a new revision for the change: `teammig create "…"`
    "#);
    let (document, _) = sandbox.json("ann", &["why", HOTFIX]);
    assert_eq!(document["may_edit"], "no");
    assert_eq!(document["tags"], serde_json::json!(["v1.0.1"]));
    assert_snapshot!(sandbox.teammig("ann", &["rebase", HOTFIX]), @"
    exit 3
    --- stderr
    error: e0f1e0f1e0f1 cannot be restacked: it is released in the tag v1.0.1
    hint: others have it as it is: `teammig merge-heads` joins the heads with a merge revision
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase"]), @"
    exit 3
    --- stderr
    Came in with the merge: 1 revision
      e0f1e0f1e0f1  Add hotfix   Ann, 8 minutes ago
    2 heads, they part at 9209a434d045
      c01d9e88ab12  Add login   origin/main, Bob, 13 minutes ago
      e0f1e0f1e0f1  Add hotfix   tag v1.0.1, Ann, 8 minutes ago
      e0f1e0f1e0f1 was released in the tag v1.0.1, so it stays where it is
    error: e0f1e0f1e0f1 cannot be restacked: it is released in the tag v1.0.1
    hint: others have it as it is: `teammig merge-heads` joins the heads with a merge revision
    ");
    merged_by_default(&sandbox, "ann");
    assert_eq!(
        parents(&sandbox, "ann", HOTFIX),
        "--   parents: [9209a434d045]"
    );
}

#[test]
fn what_builds_on_a_tagged_hotfix_was_moved_with_it() {
    let sandbox = hotfix();
    sandbox.column("ann", MINE, &[HOTFIX], "phone");
    let run = sandbox.teammig("ann", &["rebase"]);
    assert_eq!(run.code, 3, "{run}");
    let words = format!("it builds on {HOTFIX}, which is released in the tag v1.0.1");
    assert!(run.stderr.contains(&words), "{run}");
}

#[test]
fn the_hook_let_a_tagged_hotfix_be_edited() {
    let sandbox = hotfix();
    sandbox.edit(
        &format!("ann/migrations/{HOTFIX}.sql"),
        "ADD COLUMN hotfix",
        "ADD COLUMN other",
    );
    sandbox.git("ann", &["add", "-A"]);
    assert_snapshot!(sandbox.teammig("ann", &["hooks", "run", "pre-commit"]), @r#"
    exit 3
    --- stderr
    error: e0f1e0f1e0f1 is edited, and it was released in the tag v1.0.1 [edited-revision]
     --> migrations/e0f1e0f1e0f1.sql:7:1
      |
    7 | ALTER TABLE users ADD COLUMN other text;
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=HEAD --staged --worktree migrations/e0f1e0f1e0f1.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend e0f1e0f1e0f1 --reason "…"` records why
    hint: `git commit --no-verify` commits without this check
    "#);
}

#[test]
fn mine_goes_on_top_of_a_tagged_hotfix() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "hot"]);
    sandbox.column("ann", HOTFIX, &["9209a434d045"], "hotfix");
    sandbox.commit("ann", "Hotfix");
    sandbox.git("ann", &["tag", "v1.0.1"]);
    sandbox.column("ann", MINE, &["9209a434d045"], "phone");
    sandbox.ok("ann", &["sync", "--yes"]);
    assert_eq!(
        parents(&sandbox, "ann", MINE),
        format!("--   parents: [{HOTFIX}]")
    );
}

#[test]
fn a_revision_of_a_colleagues_branch_was_taken_for_mine() {
    let sandbox = taken();
    assert_snapshot!(sandbox.teammig("bob", &["why", MINE]), @"
    exit 0
    --- stdout
    7f3a9c21e4b0  Add phone
    File       migrations/7f3a9c21e4b0.sql
    Edit it?   with care: it is on origin/fa too, and whoever works there has to know
    Published  no
    Also on    origin/fa
    Applied    in no database that this clone has seen
    ");
    let (document, _) = sandbox.json("bob", &["why", MINE]);
    assert_eq!(document["may_edit"], "care");
    assert_eq!(document["also_on"], serde_json::json!(["origin/fa"]));
    let (document, _) = sandbox.json("bob", &["sync", "--dry-run", "--merge"]);
    assert_eq!(document["offers"][0], "merge");
    assert_eq!(document["heads"][0]["whose"], "pushed");
    assert_eq!(document["heads"][0]["found_in"], "origin/fa");
    // Who asks for it gets it, and is told.
    assert_snapshot!(sandbox.teammig("bob", &["rebase", "--dry-run"]), @"
    exit 0
    --- stdout
    up   c01d9e88ab12  Add login
    up   7f3a9c21e4b0  Add phone
    --- stderr
      7f3a9c21e4b0  parents: [9209a434d045] → [c01d9e88ab12]
    warning: 7f3a9c21e4b0 is on origin/fa too: whoever works there has it on its old parents until they take yours
    ");
    let run = sandbox.teammig("bob", &["sync", "--dry-run", "--yes"]);
    let words = format!(
        "{MINE} is on origin/fa too, so a merge revision, which moves nothing, comes first"
    );
    assert!(run.stderr.contains(&words), "{run}");
    merged_by_default(&sandbox, "bob");
    assert_eq!(
        parents(&sandbox, "bob", MINE),
        "--   parents: [9209a434d045]"
    );
}

#[test]
fn a_branch_of_ones_own_that_was_pushed_is_nobody_elses() {
    let sandbox = taken();
    sandbox.git("ann", &["switch", "-q", "fa"]);
    let free = || {
        let (document, _) = sandbox.json("ann", &["why", MINE]);
        assert_eq!(document["may_edit"], "yes", "{document}");
    };
    free();
    // Under another name, which is the upstream's.
    sandbox.git("ann", &["branch", "-q", "-m", "phone"]);
    free();
    sandbox.git("ann", &["branch", "-q", "-m", "fa"]);
    sandbox.git("ann", &["branch", "-q", "--unset-upstream"]);
    free();
    // In the middle of a rebase no branch is checked out.
    sandbox.git(
        "ann",
        &[
            "-c",
            "sequence.editor=sed -i s/^pick/edit/",
            "rebase",
            "-q",
            "-i",
            "HEAD~1",
        ],
    );
    free();
}

/// A tag of a build or a backup fixed revisions, where only releases should.
#[test]
fn only_release_tags_fix() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    sandbox.git("ann", &["tag", "build-1"]);
    let may_edit = || sandbox.json("ann", &["why", "7f3a"]).0["may_edit"].clone();
    assert_eq!(may_edit(), "no");
    let config = sandbox.read("ann/teammig.yaml");
    sandbox.write(
        "ann/teammig.yaml",
        format!("{config}release_tags: [v*, release/*]\n"),
    );
    assert_eq!(may_edit(), "yes");
    for tag in ["release/2026-11", "v1.4.2"] {
        sandbox.git("ann", &["tag", tag]);
        assert_eq!(may_edit(), "no", "{tag}");
        sandbox.git("ann", &["tag", "-d", tag]);
    }
}
