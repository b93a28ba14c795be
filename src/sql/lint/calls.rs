//! Dangerous calls in modules of Alembic's: the statements that stand for them are judged like
//! anybody's, and each finding is about its call.

use super::{Hazard, ignore::Ignores, in_python, sqlite, squawk};
use crate::model::{
    Dialect, Finding, Language, LintOptions, Migration, Script, SourceFile, Span, lint::NOT_LINTED,
};

/// What a module runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    /// What is written out.
    pub made: Vec<Called>,
    /// Where the rest is.
    pub unread: Vec<Span>,
    /// Comments of the module.
    pub comments: Vec<Span>,
}

/// A statement that stands for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Its text.
    pub sql: String,
    /// The call, in the file.
    pub span: Span,
    /// It runs outside of the transaction.
    pub outside: bool,
    /// SQLite's table is copied for it.
    pub is_copied: bool,
}

/// About scripts that teammig runs: `SQLAlchemy` leaves foreign keys as SQLite has them.
const OF_SCRIPTS: [&str; 2] = ["rebuild-with-foreign-keys-on", "rename-leaves-references"];
/// What SQLite only refuses where the table is not copied.
const NOT_COPIED: &str = "adding-unsupported-field";

/// What is dangerous, in the order of the file; and where nothing was judged.
pub fn lint_calls(
    migration: &Migration,
    dialect: Dialect,
    options: &LintOptions,
    calls: &Calls,
) -> (Vec<Finding>, Vec<Span>) {
    let mut unread = calls.unread.clone();
    let mut hazards: Vec<Hazard> = Vec::new();
    // Of what runs outside of the transaction other things are true.
    for outside in [false, true] {
        let part = calls.made.iter().filter(|one| one.outside == outside);
        let part: Vec<&Called> = part.collect();
        for (hazard, call) in judged(migration, dialect, options, &part, outside) {
            if hazard.rule == NOT_LINTED {
                unread.push(call.span.clone());
            } else if !is_said(&hazards, &hazard, call) && counts(&hazard, call) {
                hazards.push(Hazard {
                    span: call.span.clone(),
                    help: hazard.help.map(|help| in_python(&help)),
                    label: String::new(),
                    see: None,
                    ..hazard
                });
            }
        }
    }
    let ignores = Ignores::in_python(migration, &calls.comments);
    hazards.retain(|hazard| !ignores.cover(hazard, migration));
    hazards.extend(ignores.unknown(migration));
    hazards.sort_by_key(|hazard| hazard.span.start);
    let findings = hazards.into_iter().filter_map(|hazard| {
        let severity = options.severity(hazard.rule)?;
        Some(hazard.finding(migration, severity))
    });
    unread.sort_by_key(|span| span.start);
    unread.dedup();
    (findings.collect(), unread)
}

/// The hazards of some calls, taken for one script.
fn judged<'c>(
    migration: &Migration,
    dialect: Dialect,
    options: &LintOptions,
    calls: &[&'c Called],
    outside: bool,
) -> Vec<(Hazard, &'c Called)> {
    let (mut text, mut starts) = (String::new(), Vec::new());
    for call in calls {
        starts.push(text.len());
        text.push_str(&call.sql);
        // On a line of its own: the last one may end in a comment.
        text.push_str("\n;\n");
    }
    if text.is_empty() {
        return Vec::new();
    }
    let script = Migration {
        revision: migration.revision.clone(),
        language: Language::Sql,
        header: 0..0,
        up: Script {
            span: 0..text.len(),
            // Alembic runs SQLite's statements as they come.
            transaction: !outside && dialect == Dialect::Postgres,
            ..migration.up.clone()
        },
        down: None,
        down_marker: None,
        file: SourceFile::new(std::sync::Arc::clone(&migration.file.path), text),
    };
    let found = match dialect {
        Dialect::Postgres => squawk::hazards(&script, options),
        Dialect::Sqlite => sqlite::hazards(&script, &Vec::new),
    };
    let call = |hazard: &Hazard| {
        let at = starts.partition_point(|start| *start <= hazard.span.start);
        calls.get(at.saturating_sub(1)).copied()
    };
    let with_call = found.into_iter().filter_map(|hazard| {
        let call = call(&hazard)?;
        Some((hazard, call))
    });
    with_call.collect()
}

/// One call can be several statements, and run in a loop.
fn is_said(hazards: &[Hazard], hazard: &Hazard, call: &Called) -> bool {
    let mut said = hazards.iter();
    said.any(|said| said.rule == hazard.rule && said.span == call.span)
}

fn counts(hazard: &Hazard, call: &Called) -> bool {
    let is_of_scripts = OF_SCRIPTS.contains(&hazard.rule);
    !is_of_scripts && (hazard.rule != NOT_COPIED || !call.is_copied)
}
