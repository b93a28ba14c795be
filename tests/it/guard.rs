//! What counts as an edit of a fixed revision, under real Git: what is published first is
//! what counts, and who only carries an edit is not to blame.

mod configuration;
mod options;
mod places;
mod switched_off;
mod tags;

use insta::assert_snapshot;

use crate::support::Sandbox;

const FILE: &str = "migrations/9209a434d045.sql";

fn edit(sandbox: &Sandbox, clone: &str, from: &str, to: &str) {
    sandbox.edit(&format!("{clone}/{FILE}"), from, to);
}

/// Bob edited on the main branch what everybody has, past his hook.
fn edited_on_main() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.git("ann", &["switch", "-q", "-c", "feature"]);
    edit(&sandbox, "bob", "name text", "name blob");
    sandbox.commit("bob", "Edit");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox
}

#[test]
fn who_is_behind_or_merges_an_edit_is_not_to_blame() {
    let sandbox = edited_on_main();
    // Behind.
    sandbox.column("ann", "aaaa00000002", &["9209a434d045"], "two");
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "two"]);
    // A merge that Git leaves to be committed runs the hook.
    sandbox.git(
        "ann",
        &["merge", "-q", "--no-commit", "--no-ff", "origin/main"],
    );
    let run = sandbox.try_git("ann", &["commit", "-qm", "merge"]);
    assert_eq!(run.code, 0, "{run}");
    // Taking it further is an edit; going back is none.
    edit(&sandbox, "ann", "name blob", "name clob");
    let run = sandbox.try_git("ann", &["commit", "-qam", "further"]);
    assert!(
        run.code == 1 && run.stderr.contains("[edited-revision]"),
        "{run}"
    );
    edit(&sandbox, "ann", "name clob", "name text");
    sandbox.git("ann", &["commit", "-qam", "back"]);
}

/// Main went on meanwhile: what is merged is neither what was first nor what is there now.
#[test]
fn an_edit_that_the_main_branch_had_in_between_is_merged_too() {
    let sandbox = edited_on_main();
    sandbox.git("ann", &["branch", "-q", "between", "origin/main"]);
    edit(&sandbox, "bob", "name blob", "name clob");
    sandbox.commit("bob", "Edit again");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox.git("ann", &["merge", "-q", "--no-commit", "--no-ff", "between"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "merge"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn an_edit_that_was_pulled_is_not_taken_for_mine() {
    let sandbox = edited_on_main();
    sandbox.git("ann", &["switch", "-q", "main"]);
    sandbox.git("ann", &["pull", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @r#"
    exit 3
    --- stderr
    Edited since applied: 1 revision
      9209a434d045  Initial migration   origin/main has the edit too, and nothing says that it is on purpose
    the database is up to date
    hint: whoever made the edit says why with `teammig amend 9209a434d045 --reason "…"`; then `teammig sync` records it here; it does not run again: what the script is to do otherwise belongs in a new revision
    "#);
    // What it says is done: the decision comes afterwards, and is recorded; by who says so,
    // since it makes a difference.
    sandbox.ok("ann", &["amend", "9209", "--reason", "Bob was right"]);
    sandbox.git("ann", &["commit", "-qam", "Say why"]);
    let (document, code) = sandbox.json("ann", &["sync", "--record"]);
    assert_eq!(
        (code, document["recorded"].as_array().unwrap().len()),
        (0, 1),
        "{document}"
    );
}

#[test]
fn an_edit_of_mine_is_taken_back_with_the_command_that_is_named() {
    let sandbox = Sandbox::team();
    edit(&sandbox, "ann", "name text", "name blob");
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @r#"
    exit 3
    --- stderr
    Edited since applied: 1 revision
      9209a434d045  Initial migration   was published in origin/main
    the database is up to date
    hint: take the edit of 9209a434d045 back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`
    "#);
    assert_snapshot!(sandbox.teammig("ann", &["why", "9209"]), @r#"
    exit 0
    --- stdout
    9209a434d045  Initial migration
    File       migrations/9209a434d045.sql
    Edit it?   no, it was published in origin/main
    Published  in origin/main, with 3201aeec37 by Test, 10 minutes ago
    Applied    in dev 5 minutes ago by ann@host, from 3201aeec37 on main   seen 5 minutes ago
    Content    other scripts than when it was first published
    --- stderr
    hint: restore it (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    "#);
    // Committed, it is no longer in HEAD what it was.
    sandbox.commit("ann", "Edit");
    let (document, _) = sandbox.json("ann", &["why", "9209"]);
    let restore = document["restore"].as_str().unwrap();
    assert!(restore.contains("--source=origin/main"), "{restore}");
    let words: Vec<&str> = restore.split(' ').skip(1).collect();
    sandbox.git("ann", &words);
    let (document, code) = sandbox.json("ann", &["sync"]);
    assert_eq!((code, &document["edited"]), (0, &serde_json::json!([])));
}

#[test]
fn a_way_back_is_mended_with_a_word() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    edit(
        &sandbox,
        "ann",
        "DROP TABLE users",
        "DROP TABLE IF EXISTS users",
    );
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qam", "mend"]), @"
    exit 0
    --- stderr
    warning: 9209a434d045 has another way back than when it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-down]
     --> migrations/9209a434d045.sql:9:1
      |
    9 | -- migrate:down
      | ^^^^^^^^^^^^^^^
    hint: where its way up is what ran, databases are rolled back with the new way back from now on
    ");
}

/// Where history does not reach back, an edit is not told from a repair, and neither is said.
#[test]
fn what_a_shallow_clone_cannot_say_is_not_fine() {
    let sandbox = edited_on_main();
    let origin = format!("file://{}", sandbox.at("origin.git").display());
    sandbox.git(".", &["clone", "-q", "--depth", "1", &origin, "shallow"]);
    sandbox.git("shallow", &["config", "user.name", "Eve"]);
    sandbox.git("shallow", &["config", "user.email", "eve@example.org"]);
    edit(&sandbox, "shallow", "name blob", "name text");
    sandbox.git("shallow", &["add", "-A"]);
    assert_snapshot!(sandbox.teammig("shallow", &["hooks", "run", "pre-commit"]), @"
    exit 4
    --- stderr
    error: whether 9209a434d045 is edited cannot be said: it was published in origin/main; history does not reach back to where it was first published [not-evaluated]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name text);
      | ^ its scripts differ from there
    hint: `git fetch --unshallow` brings the rest of the history (in CI: `fetch-depth: 0`)
    hint: `git commit --no-verify` commits without this check
    ");
    let run = sandbox.teammig("shallow", &["why", "9209a434d045"]);
    assert!(
        run.stderr
            .contains("brings the history that tells what was first published"),
        "{run}"
    );
    let (document, code) = sandbox.json("shallow", &["hooks", "run", "pre-commit"]);
    assert_eq!((code, document["evaluated"].as_bool()), (4, Some(false)));
    sandbox.git("shallow", &["fetch", "-q", "--unshallow"]);
    sandbox.ok("shallow", &["hooks", "run", "pre-commit"]);
}

#[test]
fn an_id_that_was_changed_is_a_revision_that_is_gone() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    edit(
        &sandbox,
        "ann",
        "revision: 9209a434d045",
        "revision: 9209a434d046",
    );
    let run = sandbox.try_git("ann", &["commit", "-qam", "id"]);
    assert!(
        run.stderr
            .contains("9209a434d045 is gone: its file has the id 9209a434d046 now"),
        "{run}"
    );
    assert_eq!(run.code, 1, "{run}");
}

/// Restored beside the file that it became, it would be there twice.
#[test]
fn a_renamed_file_is_restored_without_its_new_name() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    edit(&sandbox, "ann", "name text", "name blob");
    sandbox.git("ann", &["mv", FILE, "migrations/users.sql"]);
    let run = sandbox.try_git("ann", &["commit", "-qam", "Edit and rename"]);
    let command = run.stderr.split_once("back (`").and_then(|(_, rest)| {
        let (command, _) = rest.split_once("`)")?;
        command.split_once(" && ")
    });
    let Some((restore, remove)) = command else {
        panic!("{run}");
    };
    for command in [restore, remove] {
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        sandbox.git("ann", &words);
    }
    assert_eq!(sandbox.git("ann", &["diff", "HEAD", "--stat"]), "");
}

/// Ann took her edit back as she was told, and her database had run it.
#[test]
fn a_database_that_ran_another_text_than_was_published() {
    let sandbox = Sandbox::team();
    std::fs::remove_file(sandbox.at("ann/dev.db")).unwrap();
    edit(&sandbox, "ann", "name text", "name blob");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["restore", "."]);
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Edited since applied: 1 revision
      9209a434d045  Initial migration   this database ran another text; the file is as it was published in origin/main
    the database is up to date
    hint: `teammig sync --redo` runs what was published: the old way down from the ledger, with what stands in its tables, then the way up of the file
    ");
    let why = sandbox.ok("ann", &["why", "9209"]);
    assert!(
        why.contains("in another text") && why.contains("as it was first published"),
        "{why}"
    );
    // What goes with it was not asked for.
    let run = sandbox.teammig("ann", &["sync", "--yes"]);
    assert_eq!(run.code, 3, "{run}");
    sandbox.ok("ann", &["sync", "--redo"]);
    assert_eq!(sandbox.teammig("ann", &["sync"]).code, 0);
    let types = sandbox.sqlite(
        "ann/dev.db",
        "SELECT type FROM pragma_table_info('users') WHERE name = 'name'",
    );
    assert_eq!(types, ["TEXT"]);
}

/// Main has an edit that a branch takes back.
#[test]
fn an_edit_of_main_that_is_taken_back_is_not_brought_back() {
    let sandbox = edited_on_main();
    sandbox.git("ann", &["merge", "-q", "origin/main"]);
    std::fs::remove_file(sandbox.at("ann/dev.db")).unwrap();
    sandbox.ok("ann", &["upgrade"]);
    edit(&sandbox, "ann", "name blob", "name text");
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(
        run.code == 3 && !run.stderr.contains("git restore") && run.stderr.contains("--redo"),
        "{run}"
    );
    sandbox.ok("ann", &["sync", "--redo"]);
}

/// Main took it out, and it comes back as another one.
#[test]
fn why_of_what_was_published_once() {
    let sandbox = Sandbox::team();
    sandbox.git("bob", &["rm", "-q", FILE]);
    sandbox.git("bob", &["commit", "-qm", "Out"]);
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["pull", "-q"]);
    sandbox.table("ann", "9209a434d045", &[], "people");
    let why = sandbox.ok("ann", &["why", "9209"]);
    assert!(
        why.contains("no, it was published in origin/main")
            && why.contains("which took it out since")
            && why.contains("other scripts than when it was first published"),
        "{why}"
    );
}

/// Main took it out, and it comes back as another one: databases may have run what it was then.
#[test]
fn sync_and_rebase_know_what_was_published_once() {
    let sandbox = Sandbox::team();
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "phone");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.commit("ann", "Add phone");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox.git("bob", &["rm", "-q", "migrations/aaaa00000001.sql"]);
    sandbox.git("bob", &["commit", "-qm", "Out"]);
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["pull", "-q"]);
    sandbox.column("ann", "aaaa00000001", &["9209a434d045"], "mobile");
    let run = sandbox.teammig("ann", &["sync", "--redo", "--yes"]);
    assert!(
        run.code == 3
            && run
                .stderr
                .contains("aaaa00000001  Add mobile   was published in origin/main")
            && run.stderr.contains("the database is up to date"),
        "{run}"
    );
    sandbox.commit("ann", "Add mobile");
    sandbox.column("bob", "bbbb00000001", &["9209a434d045"], "email");
    sandbox.commit("bob", "Add email");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    let run = sandbox.teammig("ann", &["rebase", "--no-input"]);
    assert!(
        run.code == 3
            && run
                .stderr
                .contains("aaaa00000001 cannot be restacked: it is published in origin/main"),
        "{run}"
    );
}
