//! `JUnit`'s XML, which every CI reads: a suite for each project, a test case for each rule.
//!
//! A rule that found something fails with all of it; one that is fine passes, so that the
//! report tells what was judged. Warnings are output of their case and fail nothing. What
//! could not be judged is an error, which is not a failure and never a success.

use std::fmt::Write as _;

use super::{Answer, Finding, Gap, Part, Severity, report, words};
use crate::{
    cli::json::position,
    document::{escape, escape_lines},
    model::Rule,
};

/// The report.
pub(super) fn report(answer: &Answer) -> String {
    let mut suites = String::new();
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    for part in &answer.parts {
        let counted = suite(&mut suites, part);
        tests += counted.tests;
        failures += counted.failures;
        errors += counted.errors;
    }
    let gaps: Vec<&Gap> = answer.gaps.iter().filter(|gap| gap.counts()).collect();
    for gap in &gaps {
        not_evaluated(&mut suites, gap);
    }
    tests += gaps.len();
    errors += gaps.len();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"teammig check\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"{errors}\">\n{suites}</testsuites>\n"
    )
}

#[derive(Default)]
struct Counted {
    tests: usize,
    failures: usize,
    errors: usize,
}

/// One project; how many of its rules there are, and what came of them.
fn suite(text: &mut String, part: &Part) -> Counted {
    let name = name(&part.project);
    let of = |rule: Rule, severity: Severity| -> Vec<&Finding> {
        let all = part.findings.iter();
        all.filter(|finding| finding.rule == rule && finding.severity == severity)
            .collect()
    };
    let is_failed = |rule: &&Rule| !of(**rule, Severity::Error).is_empty();
    let rules = Rule::of(part.findings.iter());
    let mut counted = Counted {
        tests: rules.len(),
        ..Counted::default()
    };
    for rule in rules.iter().filter(is_failed) {
        match rule {
            Rule::NotEvaluated => counted.errors += 1,
            _ => counted.failures += 1,
        }
    }
    let _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\">",
        escape(&name),
        counted.tests,
        counted.failures,
        counted.errors
    );
    for rule in &rules {
        let _ = write!(
            text,
            "    <testcase classname=\"{}\" name=\"{rule}\"",
            escape(&name)
        );
        let (errors, warnings) = (of(*rule, Severity::Error), of(*rule, Severity::Warning));
        if errors.is_empty() && warnings.is_empty() {
            text.push_str("/>\n");
            continue;
        }
        text.push_str(">\n");
        if let Some(first) = errors.first() {
            let what = match rule {
                Rule::NotEvaluated => "error",
                _ => "failure",
            };
            let _ = writeln!(
                text,
                "      <{what} type=\"{rule}\" message=\"{}\">{}</{what}>",
                escape(&first.message),
                escape_lines(&all_of(&errors))
            );
        }
        if !warnings.is_empty() {
            let _ = writeln!(
                text,
                "      <system-out>{}</system-out>",
                escape_lines(&all_of(&warnings))
            );
        }
        text.push_str("    </testcase>\n");
    }
    let _ = writeln!(
        text,
        "    <system-out>{}</system-out>\n  </testsuite>",
        escape(&words::summary(part))
    );
    counted
}

fn not_evaluated(text: &mut String, gap: &Gap) {
    let name = escape(&name(&gap.project));
    let message = words::not_evaluated(gap);
    let mut lines = vec![message.clone()];
    lines.extend(report::hints(&gap.error));
    let _ = writeln!(
        text,
        "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    \
         <testcase classname=\"{name}\" name=\"evaluated\">\n      \
         <error type=\"not-evaluated\" message=\"{}\">{}</error>\n    </testcase>\n  </testsuite>",
        escape(&message),
        escape_lines(&lines.join("\n"))
    );
}

fn name(project: &str) -> String {
    if project.is_empty() {
        "teammig".to_owned()
    } else {
        format!("teammig: {project}")
    }
}

/// Findings with their places, one below the other.
fn all_of(findings: &[&Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let place = finding.place.as_ref().map_or(String::new(), |place| {
            let (line, column) = position(place);
            format!("{}:{line}:{column}: ", place.file.path)
        });
        lines.push(format!("{place}{}", finding.message));
        lines.extend(finding.help.clone());
    }
    lines.join("\n")
}
