//! How much each rule matters in a project: what `check:` of the configuration says.
//!
//! Whoever finds something says how much it matters as a rule; this is applied last, and
//! to every finding alike, so that a rule which is off is off everywhere it is judged.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::finding::{Finding, Rule, Severity};

/// How much the findings of a rule matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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
pub struct Levels {
    own: BTreeMap<Rule, Level>,
    /// What was said where the change that is judged begins.
    before: Vec<Before>,
}

/// Opinions from before a change, which hold until it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Before {
    levels: BTreeMap<Rule, Level>,
    /// Where the change has to come to: `HEAD`, or a branch of others.
    name: String,
}

impl FromIterator<(Rule, Level)> for Levels {
    fn from_iter<I: IntoIterator<Item = (Rule, Level)>>(levels: I) -> Self {
        Self {
            own: levels.into_iter().collect(),
            before: Vec::new(),
        }
    }
}

impl Level {
    fn of(levels: &BTreeMap<Rule, Self>, finding: &Finding) -> Self {
        let by_default = match finding.severity {
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        };
        levels.get(&finding.rule).copied().unwrap_or(by_default)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Levels {
    /// These, but that nothing matters less than `before` the change, which is of the commit
    /// or branch called `name`.
    #[must_use]
    pub fn stricter(&self, before: &Self, name: &str) -> Self {
        let mut levels = self.clone();
        if before.own != self.own {
            levels.before.push(Before {
                levels: before.own.clone(),
                name: name.to_owned(),
            });
        }
        levels
    }

    /// The findings that are left, each as much as it matters here.
    pub fn apply(&self, findings: Vec<Finding>) -> Vec<Finding> {
        findings
            .into_iter()
            .filter_map(|finding| self.one(finding))
            .collect()
    }

    fn one(&self, finding: Finding) -> Option<Finding> {
        let own = Level::of(&self.own, &finding);
        let mut level = own;
        let mut not_yet = None;
        for before in &self.before {
            let then = Level::of(&before.levels, &finding);
            if then > level {
                level = then;
                not_yet = Some(before.name.as_str());
            }
        }
        let severity = match level {
            Level::Off => return None,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
        };
        let mut finding = Finding {
            severity,
            ..finding
        };
        if let Some(name) = not_yet {
            let said = format!("`{}: {}` in teammig.yaml", finding.rule.name(), own.name());
            let counts = match name {
                "HEAD" => format!("{said} counts once it is committed"),
                name => format!("{said} counts once it is on {name}"),
            };
            finding.help = Some(match finding.help.take() {
                Some(help) => format!("{help}; {counts}"),
                None => counts,
            });
        }
        Some(finding)
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

    #[test]
    fn what_a_change_turns_down_counts_later() {
        let table = [
            ("off", "", "error, not yet"),
            ("warning", "", "error, not yet"),
            ("off", "warning", "warning, not yet"),
            ("warning", "off", "warning"),
            ("", "off", "error"),
            ("error", "warning", "error"),
            ("off", "off", ""),
        ];
        for (own, before, want) in table {
            let levels = |word: &str| -> Levels {
                let level = match word {
                    "off" => Some(Level::Off),
                    "warning" => Some(Level::Warning),
                    "error" => Some(Level::Error),
                    _ => None,
                };
                level
                    .map(|level| (Rule::EditedRevision, level))
                    .into_iter()
                    .collect()
            };
            let strict = levels(own).stricter(&levels(before), "origin/main");
            let left = strict.apply(vec![Finding::error(Rule::EditedRevision, "").help("do")]);
            let said = left.first().map_or(String::new(), |finding| {
                let severity = match finding.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                };
                let help = finding.help.as_deref().unwrap();
                let later = format!(
                    "do; `edited-revision: {own}` in teammig.yaml counts once it is on origin/main"
                );
                match help {
                    "do" => severity.to_owned(),
                    help if help == later => format!("{severity}, not yet"),
                    help => panic!("{help}"),
                }
            });
            assert_eq!(said, want, "{own} after {before}");
        }
    }
}
