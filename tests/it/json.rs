//! The JSON contract: one document on stdout, everything else on stderr.

use serde_json::{Value, json};

use crate::support::Sandbox;

fn two_lines() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.table("project", "aaaa00000001", &[], "one");
    sandbox.table("project", "aaaa00000002", &["aaaa00000001"], "two");
    sandbox
}

/// Every key of `want` is in `got` with the same value; lists element by element.
fn assert_has(got: &Value, want: &Value) {
    match want {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| assert_has(&got[key], value)),
        Value::Array(items) => {
            assert_eq!(
                got.as_array().map(Vec::len),
                Some(items.len()),
                "{got} {want}"
            );
            items
                .iter()
                .enumerate()
                .for_each(|(n, item)| assert_has(&got[n], item));
        }
        other => assert_eq!(got, other),
    }
}

#[test]
fn documents() {
    let sandbox = two_lines();
    let (document, _) = sandbox.json("project", &["heads"]);
    assert_has(
        &document,
        &json!({
            "schema": "teammig.heads/1",
            "diverged": false,
            "heads": [{
                "revision": "aaaa00000002", "parents": ["aaaa00000001"], "depends_on": [], "labels": [], "message": "two",
                "created": null, "path": "migrations/aaaa00000002.sql",
                "is_head": true, "is_base": false, "is_merge": false, "is_branch_point": false,
            }],
        }),
    );
    let (document, _) = sandbox.json("project", &["history"]);
    assert_has(
        &document,
        &json!({
            "schema": "teammig.history/1",
            "revisions": [{"revision": "aaaa00000002"}, {"revision": "aaaa00000001", "is_base": true}],
        }),
    );
    let (document, _) = sandbox.json("project", &["upgrade", "--dry-run"]);
    assert_has(
        &document,
        &json!({
            "schema": "teammig.plan/1", "from": [], "to": ["aaaa00000002"],
            "steps": [
                {"direction": "up", "revision": "aaaa00000001", "message": "one", "transaction": true},
                {"direction": "up", "revision": "aaaa00000002", "message": "two", "transaction": true},
            ],
        }),
    );
    let (document, _) = sandbox.json("project", &["upgrade"]);
    assert_has(
        &document,
        &json!({
            "schema": "teammig.upgrade/1", "heads": ["aaaa00000002"],
            "done": [{"direction": "up", "revision": "aaaa00000001"}, {"revision": "aaaa00000002"}],
        }),
    );
    let (document, code) = sandbox.json("project", &["current", "--check"]);
    assert_eq!(code, 0);
    assert_has(
        &document,
        &json!({
            "schema": "teammig.current/1", "environment": "dev", "heads": ["aaaa00000002"], "applied": 2,
            "pending": [], "phantoms": [], "at_head": true,
        }),
    );
    let (document, _) = sandbox.json("project", &["downgrade", "--dry-run", "base"]);
    assert_has(
        &document,
        &json!({
            "schema": "teammig.plan/1", "from": ["aaaa00000002"], "to": [],
            "steps": [{"direction": "down", "revision": "aaaa00000002"}, {"direction": "down", "revision": "aaaa00000001"}],
        }),
    );
    let (document, _) = sandbox.json("project", &["downgrade"]);
    assert_has(
        &document,
        &json!({"schema": "teammig.downgrade/1", "heads": ["aaaa00000001"]}),
    );
    let (document, _) = sandbox.json("project", &["stamp", "--dry-run", "head"]);
    assert_has(
        &document,
        &json!({"schema": "teammig.plan/1", "steps": [{"direction": "up", "revision": "aaaa00000002"}]}),
    );
    let (document, _) = sandbox.json("project", &["show", "head"]);
    assert_has(
        &document,
        &json!({"schema": "teammig.show/1", "revisions": [{"up": "CREATE TABLE two (x);\n\n"}]}),
    );
    let (document, _) = sandbox.json("project", &["branches"]);
    assert_has(
        &document,
        &json!({"schema": "teammig.branches/1", "branches": []}),
    );
    let (document, _) = sandbox.json("project", &["create", "three", "--rev-id", "aaaa00000003"]);
    assert_has(
        &document,
        &json!({"schema": "teammig.create/1", "revision": {"revision": "aaaa00000003", "parents": ["aaaa00000002"]}}),
    );
}

#[test]
fn a_plan_without_a_database() {
    let sandbox = two_lines();
    let (document, _) = sandbox.json(
        "project",
        &[
            "upgrade",
            "--dry-run",
            "--from",
            "aaaa00000001",
            "--url",
            "postgres://127.0.0.1:1/none",
        ],
    );
    assert_has(
        &document,
        &json!({"from": ["aaaa00000001"], "to": ["aaaa00000002"], "steps": [{"revision": "aaaa00000002"}]}),
    );
    let (document, _) = sandbox.json("project", &["upgrade", "--dry-run", "--from", "base"]);
    assert_has(&document, &json!({"from": [], "steps": [{}, {}]}));
    let (document, _) = sandbox.json("project", &["downgrade", "--dry-run", "aaaa00000002:base"]);
    assert_has(
        &document,
        &json!({"from": ["aaaa00000002"], "to": [], "steps": [{"direction": "down"}, {"direction": "down"}]}),
    );
    assert!(!sandbox.at("project/dev.db").exists());
}

#[test]
fn errors_are_documents_too() {
    let sandbox = two_lines();
    let (document, code) = sandbox.json("project", &["upgrade", "nope"]);
    assert_eq!(code, 1);
    assert_has(
        &document,
        &json!({"schema": "teammig.error/1", "kind": "not-found", "message": "Can't locate revision identified by 'nope'"}),
    );
    assert!(document["hints"].is_array());
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000002"],
        "three",
        "CREATE TABLE three (x);\nSELCT 1;",
        "",
    );
    let (document, code) = sandbox.json("project", &["upgrade"]);
    assert_eq!(code, 1);
    assert_has(
        &document,
        &json!({"kind": "script-failed", "path": "migrations/aaaa00000003.sql", "line": 8, "column": 1}),
    );
    sandbox.write("project/migrations/x.sql", "");
    let (document, code) = sandbox.json("project", &["upgrade"]);
    assert_eq!(code, 3);
    assert_has(
        &document,
        &json!({"kind": "findings", "findings": [{"rule": "unreadable-revision", "path": "migrations/x.sql", "line": 1}]}),
    );
}

/// Exit code 3 and not a word about why.
#[test]
fn findings_are_in_the_document() {
    let sandbox = two_lines();
    sandbox.write("project/migrations/x.sql", "");
    for command in [
        &["heads"][..],
        &["current"],
        &["history"],
        &["graph"],
        &["branches"],
        &["show", "aaaa00000001"],
    ] {
        let (document, code) = sandbox.json("project", command);
        assert_eq!(code, 3, "{command:?}");
        assert_has(
            &document,
            &json!({"findings": [{"rule": "unreadable-revision", "path": "migrations/x.sql"}]}),
        );
    }
}

#[test]
fn usage_is_a_document_too() {
    let sandbox = two_lines();
    for (folder, command) in [
        ("project", &["upgrde"][..]),
        ("project", &["heads", "--nope"]),
        // No command, and no project that could be shown.
        ("home", &[]),
    ] {
        let (document, code) = sandbox.json(folder, command);
        assert_eq!(code, 2, "{command:?}");
        assert_has(
            &document,
            &json!({"schema": "teammig.error/1", "kind": "usage"}),
        );
    }
}

#[test]
fn a_failure_names_what_was_done_before() {
    let sandbox = two_lines();
    sandbox.revision(
        "project",
        "aaaa00000003",
        &["aaaa00000002"],
        "three",
        "SELCT 1;",
        "",
    );
    let (document, code) = sandbox.json("project", &["upgrade"]);
    assert_eq!(code, 1);
    assert_has(
        &document,
        &json!({"kind": "script-failed", "done": [{"revision": "aaaa00000001"}, {"revision": "aaaa00000002"}]}),
    );
}

/// `create --edit` printed two documents, and exit code 2 blamed the user.
#[test]
fn a_failing_editor_is_one_error() {
    let sandbox = two_lines();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_teammig"), "project");
    command
        .env("EDITOR", "false")
        .args(["--format", "json", "create", "three", "--edit"]);
    let run = sandbox.run(&mut command);
    assert_eq!(run.code, 1, "{run}");
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_has(
        &document,
        &json!({"schema": "teammig.error/1", "kind": "program"}),
    );
}

#[test]
fn a_taken_id_is_named_with_its_file() {
    let sandbox = two_lines();
    let (document, code) = sandbox.json("project", &["create", "x", "--rev-id", "aaaa00000001"]);
    assert_eq!(code, 1);
    assert_has(
        &document,
        &json!({"kind": "exists", "message": "a revision aaaa00000001 exists already in migrations/aaaa00000001.sql"}),
    );
}
