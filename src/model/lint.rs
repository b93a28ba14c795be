//! The rules about dangerous statements: their names, which of them are on, and what
//! a project chose.
//!
//! Only names and choices stand here, for the configuration and for `sql::lint`,
//! which looks at the SQL. PostgreSQL's rules have the names that squawk's users
//! know; SQLite's rules share a name where they mean the same.

use std::collections::BTreeSet;

use super::{finding::Severity, near::nearest};

/// A script, or a statement of it, that could not be read and so was not judged.
pub const NOT_LINTED: &str = "not-linted";

/// PostgreSQL: what holds up others, fails on rows, loses them, or breaks the program
/// that is still running.
const POSTGRES: &[&str] = &[
    // Locks that make readers or writers wait while rows are read or written.
    "adding-field-with-default",
    "adding-foreign-key-constraint",
    "adding-not-nullable-field",
    "adding-serial-primary-key-field",
    "ban-alter-domain-with-add-constraint",
    "changing-column-type",
    "constraint-missing-not-valid",
    "disallowed-unique-constraint",
    "prefer-repack",
    "require-concurrent-index-creation",
    "require-concurrent-index-deletion",
    "require-concurrent-partition-detach",
    "require-concurrent-reindex",
    // Fails, at the latest where there are rows; or does not do what it says.
    "adding-required-field",
    "ban-concurrent-index-creation-in-transaction",
    "ban-duplicate-column-assignments",
    "ban-uncommitted-transaction",
    "identifier-too-long",
    "not-in-transaction",
    "transaction-nesting",
    // What is gone is gone.
    "ban-drop-column",
    "ban-drop-database",
    "ban-drop-domain",
    "ban-drop-extension",
    "ban-drop-schema",
    "ban-drop-sequence",
    "ban-drop-table",
    "ban-drop-type",
    "ban-truncate-cascade",
    // The program that is running asks for the old name.
    "ban-set-schema",
    "renaming-column",
    "renaming-table",
    // A comment that was meant to switch a rule off, and does not.
    "unused-ignore",
];

/// PostgreSQL: rules that a project may want, and that most would switch off.
const OPT_IN: &[&str] = &[
    "ban-add-column",
    "ban-add-composite-attribute",
    "ban-add-enum-value",
    "ban-alter-database-options",
    "ban-alter-extension",
    "ban-alter-function-options",
    "ban-alter-generated-expression",
    "ban-alter-identity",
    "ban-alter-policy-condition",
    "ban-alter-policy-roles",
    "ban-alter-role-options",
    "ban-alter-row-level-security",
    "ban-alter-sequence-values",
    "ban-alter-system-options",
    "ban-alter-view-options",
    "ban-char-field",
    "ban-create-domain-with-constraint",
    "ban-create-policy",
    "ban-detach-inheritance",
    "ban-disable-trigger",
    "ban-drop-constraint",
    "ban-drop-default",
    "ban-drop-function",
    "ban-drop-generated-expression",
    "ban-drop-index",
    "ban-drop-not-null",
    "ban-drop-policy",
    "ban-drop-trigger",
    "ban-drop-view",
    "ban-new-write-restriction",
    "ban-replace-view-function",
    "ban-replica-identity",
    "ban-revoke",
    "ban-set-default",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamp-tz",
    "renaming-object",
    "require-enum-value-ordering",
    "require-lock-timeout",
    "require-statement-timeout",
    "require-table-schema",
];

/// SQLite: all of them are on.
const SQLITE: &[&str] = &[
    "adding-required-field",
    "adding-unsupported-field",
    "ban-drop-column",
    "ban-drop-table",
    "dropping-used-column",
    "not-in-transaction",
    "rebuild-with-foreign-keys-on",
    "rename-leaves-references",
    "unused-ignore",
];

/// Names that squawk understands and does not print.
const ALIASES: &[(&str, &[&str])] = &[
    ("prefer-timestamptz", &["prefer-timestamp-tz"]),
    (
        "require-timeout-settings",
        &["require-lock-timeout", "require-statement-timeout"],
    ),
];

/// The rules that a name stands for: one, two for an alias, none if there is no such rule.
pub fn named(name: &str) -> Vec<&'static str> {
    if let Some((_, rules)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
        return rules.to_vec();
    }
    all().find(|rule| *rule == name).into_iter().collect()
}

/// Names like one that there is no rule of, nearest first.
pub fn near(name: &str) -> Vec<&'static str> {
    let known = all().chain(ALIASES.iter().map(|(alias, _)| *alias));
    nearest(name, known)
}

fn all() -> impl Iterator<Item = &'static str> {
    let lists = [POSTGRES, OPT_IN, SQLITE, &[NOT_LINTED]];
    lists.into_iter().flatten().copied()
}

/// What a project says about the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LintOptions {
    /// Nothing is judged.
    pub off: bool,
    /// Rules that are not wanted.
    pub exclude: BTreeSet<&'static str>,
    /// Rules that are wanted though they are off otherwise.
    pub include: BTreeSet<&'static str>,
    /// Rules whose findings are errors; they are on.
    pub error: BTreeSet<&'static str>,
    /// The oldest major version of PostgreSQL that the scripts are for.
    pub postgres: Option<u32>,
}

impl LintOptions {
    /// How much a finding of a rule matters; `None` = the rule is off.
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        if self.off || self.exclude.contains(rule) {
            None
        } else if self.error.contains(rule) {
            Some(Severity::Error)
        } else if !OPT_IN.contains(&rule) || self.include.contains(rule) {
            Some(Severity::Warning)
        } else {
            None
        }
    }

    /// These, but that no rule matters less than it does there: what a change turns down does
    /// not count for itself.
    #[must_use]
    pub fn stricter(&self, there: &Self) -> Self {
        match (self.off, there.off) {
            (_, true) => return self.clone(),
            (true, false) => {
                return Self {
                    postgres: self.postgres,
                    ..there.clone()
                };
            }
            (false, false) => {}
        }
        let both = |one: &BTreeSet<&'static str>, other: &BTreeSet<&'static str>| {
            one.union(other).copied().collect()
        };
        Self {
            off: false,
            exclude: self.exclude.intersection(&there.exclude).copied().collect(),
            include: both(&self.include, &there.include),
            error: both(&self.error, &there.error),
            postgres: self.postgres,
        }
    }

    /// PostgreSQL's rules that are on.
    pub fn postgres_rules(&self) -> impl Iterator<Item = &'static str> {
        let known = POSTGRES.iter().chain(OPT_IN).copied();
        known.filter(|rule| self.severity(rule).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(named("ban-drop-table"), ["ban-drop-table"]);
        assert_eq!(named("prefer-timestamptz"), ["prefer-timestamp-tz"]);
        assert_eq!(named("require-timeout-settings").len(), 2);
        assert!(named("ban-drop-tables").is_empty());
        assert_eq!(near("ban-drop-tabel").first(), Some(&"ban-drop-table"));
        assert_eq!(near("required-field"), ["adding-required-field"]);
        assert!(near("nothing like it").is_empty());
    }

    #[test]
    fn no_name_stands_twice_in_a_database() {
        let postgres: Vec<_> = POSTGRES.iter().chain(OPT_IN).collect();
        let distinct: BTreeSet<_> = postgres.iter().collect();
        assert_eq!(distinct.len(), postgres.len());
    }

    #[test]
    fn choices() {
        let options = LintOptions {
            exclude: BTreeSet::from(["ban-drop-table"]),
            include: BTreeSet::from(["prefer-text-field"]),
            error: BTreeSet::from(["adding-required-field", "ban-char-field"]),
            ..LintOptions::default()
        };
        for (rule, severity) in [
            ("ban-drop-table", None),
            ("ban-drop-column", Some(Severity::Warning)),
            ("prefer-text-field", Some(Severity::Warning)),
            ("prefer-identity", None),
            ("adding-required-field", Some(Severity::Error)),
            ("ban-char-field", Some(Severity::Error)),
            (NOT_LINTED, Some(Severity::Warning)),
        ] {
            assert_eq!(options.severity(rule), severity, "{rule}");
        }
        let off = LintOptions {
            off: true,
            ..options.clone()
        };
        assert_eq!(off.stricter(&options), options);
        assert_eq!(options.stricter(&off), options);
        let lax = LintOptions {
            exclude: BTreeSet::from(["ban-drop-table", "adding-required-field"]),
            ..LintOptions::default()
        };
        for strict in [lax.stricter(&options), options.stricter(&lax)] {
            for (rule, severity) in [
                ("ban-drop-table", None),
                ("prefer-text-field", Some(Severity::Warning)),
                ("adding-required-field", Some(Severity::Error)),
            ] {
                assert_eq!(strict.severity(rule), severity, "{rule}");
            }
        }
        assert_eq!(off.postgres_rules().count(), 0);
        assert_eq!(off.severity(NOT_LINTED), None);
    }
}
