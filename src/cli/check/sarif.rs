//! SARIF 2.1.0, which code scanning reads.
//!
//! Paths are relative to the top of the repository, and a result keeps its identity when
//! its line moves: that is its rule and its revision. What could not be judged makes the
//! run one that was not successful, so that no reader takes an empty list for fine.

use std::{collections::HashMap, fmt::Write as _};

use serde_json::{Value, json};

use super::{Answer, Finding, Gap, Severity, report, words};
use crate::model::{Rule, finding::Place};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Where the documentation can be read; empty while the program has no address.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The log.
pub(super) fn log(answer: &Answer) -> Value {
    let gaps: Vec<Value> = answer
        .gaps
        .iter()
        .filter(|gap| gap.counts())
        .map(notification)
        .collect();
    let rules = Rule::of(answer.findings());
    let mut seen = HashMap::new();
    let results: Vec<Value> = answer
        .findings()
        .map(|finding| result(finding, &rules, &mut seen))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "teammig",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| descriptor(*rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "SRCROOT": {
                "description": { "text": "The top of the repository" },
            }},
            "invocations": [{
                "executionSuccessful": answer.evaluated(),
                "toolExecutionNotifications": gaps,
            }],
            "results": results,
        }],
    })
}

fn descriptor(rule: Rule) -> Value {
    let page = match rule {
        Rule::Lint(_) => "docs/lint.md",
        _ => "docs/ci.md",
    };
    let mut descriptor = json!({
        "id": rule.name(),
        "shortDescription": { "text": rule.about() },
        "help": { "text": format!("{} See {page}, rule {}.", rule.about(), rule.name()) },
    });
    if !REPOSITORY.is_empty() {
        descriptor["helpUri"] = json!(format!("{REPOSITORY}/blob/main/{page}#{}", rule.name()));
    }
    descriptor
}

fn result(finding: &Finding, rules: &[Rule], seen: &mut HashMap<String, usize>) -> Value {
    let place = finding.place.as_ref();
    let about = finding
        .revision
        .as_ref()
        .map(ToString::to_string)
        .or_else(|| place.map(|place| place.file.path.to_string()))
        .unwrap_or_default();
    let identity = format!("{}:{about}", finding.rule);
    let times = seen.entry(identity.clone()).or_insert(0);
    *times += 1;
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        text = format!("{text}\n{help}");
    }
    let mut result = json!({
        "ruleId": finding.rule.name(),
        "ruleIndex": rules.iter().position(|rule| *rule == finding.rule),
        "level": match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "message": { "text": text },
        "locations": place.map(location).into_iter().collect::<Vec<_>>(),
        "partialFingerprints": { "teammigFinding/v1": format!("{identity}:{times}") },
    });
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(n, place)| {
            let mut related = location(place);
            related["id"] = json!(n + 1);
            if !place.label.is_empty() {
                related["message"] = json!({ "text": place.label });
            }
            related
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(place: &Place) -> Value {
    let start = place.file.position(place.span.start);
    let end = place.file.position(place.span.end);
    let mut region = json!({ "startLine": start.line, "startColumn": start.column });
    if place.span.end > place.span.start {
        region["endLine"] = json!(end.line);
        region["endColumn"] = json!(end.column);
    }
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&place.file.path), "uriBaseId": "SRCROOT" },
        "region": region,
    }})
}

fn notification(gap: &Gap) -> Value {
    let mut lines = vec![words::not_evaluated(gap)];
    lines.extend(report::hints(&gap.error));
    json!({
        "level": "error",
        "descriptor": { "id": "not-evaluated" },
        "message": { "text": lines.join("\n") },
    })
}

/// A relative path as a URI reference: everything that is not plain is written in percent.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceFile;

    #[test]
    fn paths_become_uris() {
        for (path, want) in [
            ("migrations/a_b-1.sql", "migrations/a_b-1.sql"),
            ("a b/ä:c.sql", "a%20b/%C3%A4%3Ac.sql"),
            ("100%\n#?.sql", "100%25%0A%23%3F.sql"),
        ] {
            assert_eq!(uri(path), want);
        }
    }

    #[test]
    fn a_finding_keeps_its_identity_when_its_line_moves() {
        let print = |text: &str, at: usize| {
            let file = SourceFile::new("a.sql", text);
            let finding = Finding::error(Rule::MissingParent, "x").at(&file, at..at + 1, "");
            let both = [
                result(&finding, Rule::ALL, &mut HashMap::new()),
                result(
                    &finding,
                    Rule::ALL,
                    &mut HashMap::from([("missing-parent:a.sql".to_owned(), 1)]),
                ),
            ];
            both.map(|one| one["partialFingerprints"].clone())
        };
        assert_eq!(print("abc", 0), print("\n\nabc", 2));
        let [first, second] = print("abc", 0);
        assert_ne!(first, second, "two of one kind are two");
    }
}
