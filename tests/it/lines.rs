//! Several lines of revisions, and commits other than the one that is checked out.

use crate::support::Sandbox;

fn labelled(sandbox: &Sandbox, id: &str, parents: &str, label: &str) {
    let labels = if label.is_empty() {
        String::new()
    } else {
        format!("--   labels: [{label}]\n")
    };
    sandbox.write(
        &format!("project/migrations/{id}.sql"),
        format!("-- teammig:\n--   revision: {id}\n--   parents: [{parents}]\n{labels}--   message: {id}\n\n-- migrate:up\nCREATE TABLE t{id} (x);\n\n-- migrate:down\nDROP TABLE t{id};\n"),
    );
}

/// Each line that diverged gets a merge revision of its own.
#[test]
fn lines_are_merged_one_by_one() {
    let sandbox = Sandbox::project();
    labelled(&sandbox, "aaaa1", "", "linea");
    labelled(&sandbox, "aaaa2", "aaaa1", "");
    labelled(&sandbox, "aaaa3", "aaaa1", "");
    labelled(&sandbox, "bbbb1", "", "lineb");
    labelled(&sandbox, "bbbb2", "bbbb1", "");
    labelled(&sandbox, "bbbb3", "bbbb1", "");
    let run = sandbox.teammig("project", &["merge-heads", "--yes"]);
    assert_eq!(run.code, 0, "{run}");
    let (document, _) = sandbox.json("project", &["heads"]);
    assert_eq!(document["diverged"], false);
    let mut parents: Vec<String> = document["heads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|head| head["parents"].to_string())
        .collect();
    parents.sort();
    assert_eq!(parents, [r#"["aaaa2","aaaa3"]"#, r#"["bbbb2","bbbb3"]"#]);
}

/// A gap in one line does not stop the upgrade of another.
#[test]
fn a_gap_in_one_line_is_none_of_the_others_business() {
    let sandbox = Sandbox::project();
    labelled(&sandbox, "aaaa1", "", "linea");
    labelled(&sandbox, "aaaa3", "aaaa1", "");
    sandbox.ok("project", &["upgrade"]);
    labelled(&sandbox, "aaaa2", "aaaa1", "");
    labelled(&sandbox, "aaaa3", "aaaa2", "");
    labelled(&sandbox, "bbbb1", "", "lineb");
    sandbox.ok("project", &["upgrade", "lineb@head"]);
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("aaaa2"), "{run}");
}

/// What is applied out of another commit is recorded with that commit.
#[test]
fn upgrade_at_a_commit() {
    let sandbox = Sandbox::project();
    labelled(&sandbox, "aaaa1", "", "");
    sandbox.commit("project", "one");
    sandbox.git("project", &["switch", "-q", "-c", "feature"]);
    labelled(&sandbox, "aaaa2", "aaaa1", "");
    sandbox.commit("project", "two");
    let feature = sandbox.git("project", &["rev-parse", "HEAD"]);
    sandbox.git("project", &["switch", "-q", "main"]);
    sandbox.ok("project", &["upgrade", "--at", "feature"]);
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT revision, git_commit, git_branch FROM teammig_ledger ORDER BY seq"
        ),
        [
            format!("aaaa1|{}|NULL", feature.trim()),
            format!("aaaa2|{}|NULL", feature.trim())
        ]
    );
}

/// Somebody else changes the database while we wait: that plan was never shown.
#[test]
fn another_plan_than_the_one_shown_is_not_run() {
    let sandbox = Sandbox::project();
    labelled(&sandbox, "aaaa1", "", "");
    sandbox.ok("project", &["upgrade"]);
    labelled(&sandbox, "aaaa2", "aaaa1", "");
    // Another checkout with another revision on the same parent, which holds the lock for a while.
    std::fs::create_dir_all(sandbox.at("other/migrations")).unwrap();
    std::fs::copy(
        sandbox.at("project/migrations/aaaa1.sql"),
        sandbox.at("other/migrations/aaaa1.sql"),
    )
    .unwrap();
    let slow = "CREATE TABLE x AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000000) SELECT count(*) FROM c;";
    sandbox.revision("other", "bbbb1", &["aaaa1"], "other", slow, "");
    let mut other = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "other")
        .args(["upgrade", "-q", "--url", "sqlite:../project/dev.db"])
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !sandbox.at("project/dev.db-teammig.lock").exists() {
        assert!(std::time::Instant::now() < until);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(other.wait().unwrap().success());
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("not what was shown any more"), "{run}");
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY seq"
        ),
        ["aaaa1", "bbbb1"]
    );
}

/// After a merge, the last revision is the merge: `downgrade` takes it back.
#[test]
fn one_step_down_from_a_merge() {
    let sandbox = Sandbox::project();
    labelled(&sandbox, "aaaa1", "", "");
    labelled(&sandbox, "aaaa2", "aaaa1", "");
    labelled(&sandbox, "aaaa3", "aaaa1", "");
    labelled(&sandbox, "aaaa4", "aaaa2, aaaa3", "");
    sandbox.ok("project", &["upgrade"]);
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(
        sandbox.sqlite(
            "project/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY revision"
        ),
        ["aaaa1", "aaaa2", "aaaa3"]
    );
    sandbox.ok("project", &["upgrade"]);
}

/// A script that does not arrive whole is a failure.
#[test]
fn a_full_disk_behind_stdout() {
    let sandbox = Sandbox::project();
    labelled(&sandbox, "aaaa1", "", "");
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .args(["upgrade", "--sql"])
        .stdout(full)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
}
