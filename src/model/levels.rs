//! How much each rule matters in a project: what `check:` of the configuration says.
//!
//! Whoever finds something says how much it matters as a rule; this is applied last, and
//! to every finding alike, so that a rule which is off is off everywhere it is judged.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::finding::{Finding, Rule, Severity};

/// How much the findings of a rule matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not at all.
    Off,
    /// They are told.
    Warning,
    /// They need a person.
    Error,
}

/// The rules that the project has an opinion about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<Rule, Level>);

impl FromIterator<(Rule, Level)> for Levels {
    fn from_iter<I: IntoIterator<Item = (Rule, Level)>>(levels: I) -> Self {
        Self(levels.into_iter().collect())
    }
}

impl Levels {
    /// The findings that are left, each as much as it matters here.
    pub fn apply(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let one = |finding: Finding| {
            let severity = match self.0.get(&finding.rule) {
                None => finding.severity,
                Some(Level::Off) => return None,
                Some(Level::Warning) => Severity::Warning,
                Some(Level::Error) => Severity::Error,
            };
            Some(Finding {
                severity,
                ..finding
            })
        };
        findings.into_iter().filter_map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_project_says_counts() {
        let levels: Levels = [
            (Rule::Irreversible, Level::Error),
            (Rule::HandMadeId, Level::Off),
            (Rule::HeadFile, Level::Warning),
        ]
        .into_iter()
        .collect();
        let all = [
            Rule::Irreversible,
            Rule::HandMadeId,
            Rule::HeadFile,
            Rule::Cycle,
        ];
        let found = |rule| match rule {
            Rule::HeadFile | Rule::Cycle => Finding::error(rule, ""),
            _ => Finding::warning(rule, ""),
        };
        let left: Vec<(Rule, Severity)> = levels
            .apply(all.into_iter().map(found).collect())
            .into_iter()
            .map(|finding| (finding.rule, finding.severity))
            .collect();
        assert_eq!(
            left,
            [
                (Rule::Irreversible, Severity::Error),
                (Rule::HeadFile, Severity::Warning),
                (Rule::Cycle, Severity::Error),
            ]
        );
    }
}
