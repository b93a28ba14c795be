//! Statements that are dangerous on a database with rows and users in it.
//!
//! A script that is fine on an empty database can hold up everybody on a full one,
//! fail there, or take rows along. Each finding says what, where, why, and what to
//! write instead. PostgreSQL's rules are squawk's, SQLite's are our own: few, and
//! only what SQLite does without a word or only refuses where there are rows.
//!
//! Whether a script is valid is for the database to say: what cannot be read is
//! named as not judged, and is no error. Only the way up is looked at: the way down
//! takes away what the way up brought.

mod add_column;
mod advice;
mod calls;
mod ignore;
mod sqlite;
mod squawk;
mod transaction;
mod uses;

use advice::in_python;
pub use calls::{Called, Calls, lint_calls};

use crate::model::{
    Dialect, Finding, LintOptions, Migration, Rule, Severity, Span, finding::Place,
};

/// One dangerous place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hazard {
    /// The rule's name (`model::lint`).
    rule: &'static str,
    /// Where, in the file.
    span: Span,
    /// What, and why.
    message: String,
    /// Words at the place.
    label: String,
    /// What to do instead.
    help: Option<String>,
    /// Another place that belongs to it.
    see: Option<Place>,
}

impl Hazard {
    fn new(rule: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            span,
            message: message.into(),
            label: String::new(),
            help: None,
            see: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn finding(self, migration: &Migration, severity: Severity) -> Finding {
        Finding {
            severity,
            help: self.help,
            related: self.see.into_iter().collect(),
            ..Finding::warning(Rule::Lint(self.rule), self.message)
                .at(&migration.file, self.span, self.label)
                .about(&migration.revision.id)
        }
    }
}

/// What is dangerous in the way up of a revision, in the order of the file.
///
/// `earlier` gives the revisions that it builds on, in the order in which they run. It
/// is asked only where the schema matters, which on PostgreSQL is never.
pub fn lint<'a>(
    migration: &'a Migration,
    dialect: Dialect,
    options: &LintOptions,
    earlier: &dyn Fn() -> Vec<&'a Migration>,
) -> Vec<Finding> {
    if options.off || !migration.up.has_statement {
        return Vec::new();
    }
    let mut hazards = match dialect {
        Dialect::Postgres => squawk::hazards(migration, options),
        Dialect::Sqlite => sqlite::hazards(migration, earlier),
    };
    hazards.sort_by_key(|hazard| hazard.span.start);
    hazards
        .into_iter()
        .filter_map(|hazard| {
            let severity = options.severity(hazard.rule)?;
            Some(hazard.finding(migration, severity))
        })
        .collect()
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
