//! What the formats hold, read by what reads them.

use std::{collections::BTreeSet, process::Command};

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::diverging;
use crate::support::{Sandbox, debian, registry};

/// A branch with an error, two warnings, and names that mean something everywhere.
fn strange() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    sandbox.write(
        "ann/teammig.yaml",
        "migrations: [migrations, \"more & more\"]\nenvironments: {dev: sqlite:dev.db}\n",
    );
    let body = "\n-- migrate:up\nCREATE TABLE a (x);\n";
    let file = |name: &str, id: &str, parent: &str| {
        sandbox.write(
            &format!("ann/more & more/{name}"),
            format!("-- teammig:\n--   revision: {id}\n--   parents: [{parent}]\n{body}"),
        );
    };
    file("ä, 100%: \"a\"\nb<.sql", "a1b2c3d4e5f6", "9209a434d045");
    file("c.sql", "7f3a9c21e4b0", "\"no ]]> & <one>\"");
    sandbox.commit("ann", "Add some");
    sandbox
}

/// A project that is judged, and one that cannot be.
fn half_judged() -> Sandbox {
    let sandbox = strange();
    sandbox.write("ann/other/teammig.yaml", "environments: [\n");
    sandbox.commit("ann", "Break another project");
    sandbox
}

fn document(sandbox: &Sandbox, folder: &str, format: &str, code: i32) -> String {
    let run = sandbox.teammig(folder, &["check", "--base", "--format", format]);
    assert_eq!(run.code, code, "{run}");
    run.stdout
}

#[test]
fn json_is_the_contract_of_check_and_hook() {
    let sandbox = diverging();
    let (document, code) = sandbox.json("ann", &["check", "--base"]);
    assert_eq!(code, 3);
    assert_eq!(document["schema"], "teammig.check/1");
    assert_eq!(document["evaluated"], true);
    assert_eq!(
        document["judged"],
        json!([{
            "project": "",
            "what": "phone",
            "commit": "dedcfd5",
            "base": "origin/main",
            "base_commit": "fd5219e",
            "merged": true,
            "uncommitted": false,
            "new_revisions": ["7f3a9c21e4b0"],
            "heads": ["7f3a9c21e4b0", "c01d9e88ab12"],
            "proof": null,
        }])
    );
    let finding = &document["findings"][0];
    assert_eq!(finding["rule"], "diverged-heads");
    assert_eq!(finding["path"], "migrations/7f3a9c21e4b0.sql");
    let (hook, code) = sandbox.json("ann", &["hooks", "run", "pre-commit"]);
    let (staged, same) = sandbox.json("ann", &["check", "--staged"]);
    assert_eq!((&hook, code), (&staged, same));
    assert_eq!(
        staged["judged"],
        json!([{
            "project": "",
            "what": "the index",
            "commit": null,
            "base": "HEAD",
            "base_commit": "dedcfd5",
            "merged": false,
            "uncommitted": false,
            "new_revisions": [],
            "heads": ["7f3a9c21e4b0"],
            "proof": null,
        }])
    );
    // What could not be judged is in the document, too.
    let (document, code) = sandbox.json("ann", &["check", "--base", "nowhere"]);
    assert_eq!(code, 4);
    assert_eq!(document["evaluated"], false);
    assert_eq!(document["findings"], json!([]));
    let gap = &document["unjudged"][0];
    assert_eq!(
        gap["message"],
        "this clone does not have nowhere to judge against"
    );
    assert_eq!(gap["hints"].as_array().unwrap().len(), 1, "{gap}");
}

/// What is staged is that of every project, also of one that goes.
#[test]
fn what_is_staged_is_said_of_each_project() {
    let sandbox = strange();
    sandbox.table("ann/second", "aaaa00000001", &[], "one");
    sandbox.write("ann/second/teammig.yaml", "environments: {}\n");
    sandbox.write("ann/third/teammig.yaml", "environments: {}\n");
    sandbox.table("ann/third", "cccc00000001", &[], "three");
    sandbox.commit("ann", "More projects");
    sandbox.table("ann/second", "aaaa00000002", &["aaaa00000001"], "two");
    sandbox.git("ann", &["rm", "-rq", "third"]);
    sandbox.git("ann", &["add", "-A"]);
    let (document, _) = sandbox.json("ann", &["check", "--staged"]);
    let judged = document["judged"].as_array().unwrap();
    let said = |name: &str| {
        let one = judged.iter().find(|one| one["project"] == name);
        let one = one.unwrap_or_else(|| panic!("{name}: {document}"));
        (one["new_revisions"].clone(), one["heads"].clone())
    };
    assert_eq!(
        said("second"),
        (json!(["aaaa00000002"]), json!(["aaaa00000002"]))
    );
    assert_eq!(said("third"), (json!([]), json!([])));
    assert_eq!(judged.len(), 3, "{document}");
}

#[test]
fn annotations_of_github() {
    let sandbox = half_judged();
    let text = document(&sandbox, "ann", "github", 4);
    assert_snapshot!(text.replace(&*sandbox.path().to_string_lossy(), "[DIR]"), @r#"
    ::error file=more & more/c.sql,line=3,col=17,title=teammig%3A unreadable-revision::character ' ' is not allowed in a revision id; use letters, digits and _
    ::warning file=more & more/ä%2C 100%25%3A "a"%0Ab<.sql,line=2,col=16,title=teammig%3A hand-made-id::the id a1b2c3d4e5f6 was made up by hand: it counts letters and digits up or down%0A`teammig create` makes 12 random hex digits; while nobody else has the revision, give it such an id
    ::warning file=more & more/ä%2C 100%25%3A "a"%0Ab<.sql,line=6,col=1,title=teammig%3A irreversible::a1b2c3d4e5f6 cannot be rolled back: it has no down section%0Awrite the way back below `-- migrate:down`, or say on purpose that there is none: `-- migrate:down irreversible`
    ::error title=teammig::other: not evaluated: environments: invalid type: sequence, expected a mapping of names ([DIR]/ann/other/teammig.yaml:1)
    .: 1 error, 2 warnings: 1 new revision of phone (aad55bd) against origin/main (3201aee), merged result: 1 head
    other: not evaluated
    "#);
    let annotations = text.lines().filter(|line| line.starts_with("::"));
    assert_eq!(annotations.count(), 4, "one line for each: {text}");
}

/// Debian's Python with its JSON Schema: `import jsonschema` works, or the test fails.
fn validated_against_the_schema(log: &str) {
    let script = "import json, sys, jsonschema\nschema = json.load(open(sys.argv[1]))\nlog = json.load(open(sys.argv[2]))\n\
                  jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)\n";
    let python = |args: &[&str]| Command::new("/usr/bin/python3").args(args).output();
    let works = || python(&["-c", "import jsonschema"]).is_ok_and(|run| run.status.success());
    if !works() {
        debian::install(&["python3-jsonschema"]);
    }
    assert!(works(), "install python3-jsonschema");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.sarif");
    std::fs::write(&file, log).unwrap();
    let schema = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cases/sarif/sarif-schema-2.1.0.json"
    );
    let run = python(&["-c", script, schema, file.to_str().unwrap()]).unwrap();
    assert!(
        run.status.success(),
        "{log}\n{}",
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn sarif_is_valid_and_says_whether_all_was_judged() {
    let sandbox = strange();
    let text = document(&sandbox, "ann", "sarif", 3);
    validated_against_the_schema(&text);
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().unwrap();
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut prints = BTreeSet::new();
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[rule]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            [
                "more%20%26%20more/c.sql",
                "more%20%26%20more/%C3%A4%2C%20100%25%3A%20%22a%22%0Ab%3C.sql"
            ]
            .contains(&uri),
            "{uri}"
        );
        prints.insert(result["partialFingerprints"].to_string());
    }
    assert_eq!((results.len(), prints.len()), (3, 3), "{text}");
    // Clean, and not evaluated: both have no results, and are not the same.
    sandbox.git("ann", &["switch", "-q", "main"]);
    let clean = document(&sandbox, "ann", "sarif", 0);
    let broken = half_judged();
    let broken = document(&broken, "ann", "sarif", 4);
    let none = sandbox.teammig("ann", &["check", "--base", "nowhere", "--format", "sarif"]);
    assert_eq!(none.code, 4, "{none}");
    for (text, successful, results) in [
        (&clean, true, 0),
        (&broken, false, 3),
        (&none.stdout, false, 0),
    ] {
        validated_against_the_schema(text);
        let log: Value = serde_json::from_str(text).unwrap();
        let run = &log["runs"][0];
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], successful, "{text}");
        let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
        assert_eq!(notes.is_empty(), successful, "{text}");
        assert_eq!(run["results"].as_array().unwrap().len(), results, "{text}");
    }
}

#[test]
fn a_result_of_sarif_keeps_its_identity_when_its_line_moves() {
    let sandbox = diverging();
    let prints = || {
        let text = document(&sandbox, "ann", "sarif", 3);
        validated_against_the_schema(&text);
        let log: Value = serde_json::from_str(&text).unwrap();
        let result = log["runs"][0]["results"][0].clone();
        (
            result["partialFingerprints"].clone(),
            result["locations"][0]["physicalLocation"]["region"]["startLine"].clone(),
        )
    };
    let before = prints();
    sandbox.edit(
        "ann/migrations/7f3a9c21e4b0.sql",
        "--   parents",
        "--   created: 2026-11-22T10:00:00Z\n--   parents",
    );
    sandbox.commit("ann", "Say when");
    let after = prints();
    assert_eq!(before.0, after.0);
    assert_ne!(before.1, after.1);
}

fn xmllint() -> Command {
    let program = debian::program(&["xmllint"], "--version", "libxml2-utils");
    let mut command = Command::new(program.expect("install libxml2-utils"));
    command.arg("--nonet");
    command
}

/// What `xmllint` reads out of a document, which has to be well-formed.
fn xpath(xml: &str, path: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.xml");
    std::fs::write(&file, xml).unwrap();
    let run = xmllint()
        .args(["--xpath", path])
        .arg(&file)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{path}\n{xml}\n{}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn junit_has_a_case_for_each_rule() {
    let sandbox = half_judged();
    // Characters that no XML may hold.
    sandbox.edit("ann/more & more/c.sql", "<one>", "\u{1}\u{7}<one>");
    sandbox.commit("ann", "Write what cannot be seen");
    let text = document(&sandbox, "ann", "junit", 4);
    for (path, want) in [
        ("count(//testcase[@classname='teammig: .'])", "22"),
        ("count(//failure)", "1"),
        ("count(//error)", "1"),
        ("string(//failure/../@name)", "unreadable-revision"),
        ("string(//error/../@name)", "evaluated"),
        ("string(//error/../../@name)", "teammig: other"),
        ("count(//testcase[@name='irreversible']/system-out)", "1"),
        ("count(//testcase[@name='irreversible']/failure)", "0"),
        ("string(/testsuites/@tests)", "23"),
        ("string(/testsuites/@failures)", "1"),
        ("string(/testsuites/@errors)", "1"),
        ("sum(//testsuite/@tests) = count(//testcase)", "true"),
        ("sum(//testsuite/@failures) = count(//failure)", "true"),
        ("sum(//testsuite/@errors) = count(//error)", "true"),
        (
            "contains(string(//testcase[@name='hand-made-id']/system-out), 'b<.sql:2:16: the id')",
            "true",
        ),
    ] {
        assert_eq!(xpath(&text, path), want, "{path}\n{text}");
    }
    sandbox.git("ann", &["switch", "-q", "main"]);
    let clean = document(&sandbox, "ann", "junit", 0);
    assert_eq!(xpath(&clean, "count(//failure) + count(//error)"), "0");
    let none = sandbox.teammig("ann", &["check", "--base", "nowhere", "--format", "junit"]);
    assert_eq!(xpath(&none.stdout, "count(//error)"), "1", "{none}");
}

/// The schema is that of Jenkins' plugin, which pytest judges its own reports by.
#[test]
fn junit_is_valid() {
    let sources = registry::pypi_sources("pytest", "8.3.5");
    let schema = sources.join("testing/example_scripts/junit-10.xsd");
    let sandbox = half_judged();
    sandbox.edit("ann/more & more/c.sql", "<one>", "\u{1}\u{7}<one>");
    sandbox.commit("ann", "Write what cannot be seen");
    let half = document(&sandbox, "ann", "junit", 4);
    sandbox.git("ann", &["switch", "-q", "main"]);
    let clean = document(&sandbox, "ann", "junit", 0);
    let none = sandbox.teammig("ann", &["check", "--base", "nowhere", "--format", "junit"]);
    for text in [half, clean, none.stdout] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.xml");
        std::fs::write(&file, &text).unwrap();
        let mut command = xmllint();
        command
            .args(["--noout", "--schema"])
            .arg(&schema)
            .arg(&file);
        let run = command.output().unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{text}\n{said}");
    }
}

#[test]
fn a_document_in_a_file_leaves_the_words_on_the_terminal() {
    let sandbox = diverging();
    for (format, want) in [
        ("sarif", "\"2.1.0\""),
        ("junit", "<testsuites"),
        ("json", "teammig.check/1"),
    ] {
        let run = sandbox.teammig(
            "ann",
            &["check", "--base", "--format", format, "-o", "report"],
        );
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.contains("[diverged-heads]"), "{run}");
        assert!(run.stdout.starts_with("1 error: "), "{run}");
        assert!(sandbox.read("ann/report").contains(want), "{format}");
    }
    let run = sandbox.teammig(
        "ann",
        &[
            "check",
            "--base",
            "--format",
            "sarif",
            "-o",
            "no/such/folder",
        ],
    );
    assert_eq!(run.code, 1, "{run}");
}

/// Every rule that the program knows is explained, where SARIF and annotations send people.
#[test]
fn the_documentation_has_all_rules() {
    let sandbox = diverging();
    let text = document(&sandbox, "ann", "sarif", 3);
    let log: Value = serde_json::from_str(&text).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    // Those of the lint are in docs/lint.md.
    let of_check = |rule: &&Value| {
        rule["help"]["text"]
            .as_str()
            .unwrap()
            .contains("docs/ci.md")
    };
    let known: BTreeSet<&str> = rules
        .iter()
        .filter(of_check)
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ci.md")).unwrap();
    let anchor = "<a id=\"";
    let rows = page
        .lines()
        .filter_map(|line| line.split_once(anchor)?.1.split_once('"'));
    let explained: BTreeSet<&str> = rows.map(|row| row.0).collect();
    assert_eq!(explained, known);
}
