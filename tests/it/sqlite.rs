//! Runs on real SQLite files, by subject.

mod cascade;
mod files;
mod interruptions;
mod keys;
mod ledger;
mod locking;
mod offline;
mod outside;
mod transactions;

use crate::support::Sandbox;

/// Revisions that follow each other.
fn chain(sandbox: &Sandbox, scripts: &[&str]) {
    let mut parent: Vec<String> = Vec::new();
    for (n, up) in scripts.iter().enumerate() {
        let id = format!("aaaa{:08}", n + 1);
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        sandbox.revision("project", &id, &parents, &format!("step {}", n + 1), up, "");
        parent = vec![id];
    }
}

/// Revisions that take some 100 ms each, so that a test can step in.
fn slow_project(sandbox: &Sandbox, n: usize) {
    let slow = "INSERT INTO sink SELECT count(*) FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c \
                WHERE x < 400000) SELECT x FROM c);";
    let mut parent: Vec<String> = Vec::new();
    for k in 1..=n {
        let id = format!("aaaa{k:08}");
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        sandbox.revision(
            "project",
            &id,
            &parents,
            &format!("step {k}"),
            &format!("CREATE TABLE IF NOT EXISTS sink (x);\nCREATE TABLE t{k} (x);\n{slow}"),
            "",
        );
        parent = vec![id];
    }
}
