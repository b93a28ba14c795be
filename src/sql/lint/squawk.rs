//! PostgreSQL's rules: squawk's, as a library.
//!
//! The only place that names squawk's crates, which promise nothing about being used
//! as a library: what they say becomes [`Hazard`]s here and goes no further. What the
//! script's section says about a transaction is what squawk is told, since that is how
//! it will run. Comments (`-- squawk-ignore rule`, `-- squawk-ignore-file rule`) mean
//! what they mean to squawk, wherever they stand in the file.

use std::{
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
};

use squawk_linter::{Linter, Rule, Violation};
use squawk_syntax::SourceFile;

use super::{
    Hazard,
    advice::advice,
    ignore::Ignores,
    transaction::{self, CONCURRENT_INDEX},
};
use crate::{
    model::{
        Dialect, LintOptions, Migration, Span,
        lint::{self, NOT_LINTED},
    },
    sql::{nesting::is_too_deep, statements::statements, token::TokenKind, tokens::tokens},
};

/// The newest major version that the rules know of.
const NEWEST: u32 = 18;

/// Not asked of squawk in a transaction of ours. A script with transaction control of
/// its own is refused before it runs (`unrunnable-script`); and squawk takes a lone
/// CREATE INDEX CONCURRENTLY for fine, since many tools send it without a transaction.
const OURS_IN_TRANSACTION: [&str; 3] = [
    "ban-uncommitted-transaction",
    "transaction-nesting",
    CONCURRENT_INDEX,
];

/// The comment that speaks for the whole file.
const FOR_THE_FILE: &str = "squawk-ignore-file";

/// What squawk finds in the way up of a revision.
pub(super) fn hazards(migration: &Migration, options: &LintOptions) -> Vec<Hazard> {
    let text = seen(migration);
    let whole = || first_line(migration);
    if is_too_deep(&text) {
        let message = "this script is nested too deeply to be looked at, so it was not linted";
        return vec![Hazard::new(NOT_LINTED, whole(), message)];
    }
    // A fault of the linter must not take the command down that asks it.
    match catch_unwind(AssertUnwindSafe(|| look(migration, &text, options))) {
        Ok(hazards) => hazards,
        Err(_) => vec![
            Hazard::new(
                NOT_LINTED,
                whole(),
                "the linter failed on this script, so it was not linted",
            )
            .help("that is a fault of the linter and not of the script; please report it with the script"),
        ],
    }
}

fn look(migration: &Migration, text: &str, options: &LintOptions) -> Vec<Hazard> {
    let in_transaction = migration.up.transaction;
    let ignores = Ignores::of(migration, Dialect::Postgres);
    let parsed = SourceFile::parse(text);
    let errors: Vec<usize> = parsed
        .errors()
        .iter()
        .map(|error| usize::from(error.range().start()))
        .collect();
    let unread = unread(migration, &errors);
    let rules = options
        .postgres_rules()
        .filter(|rule| !(in_transaction && OURS_IN_TRANSACTION.contains(rule)))
        .filter_map(|rule| Rule::try_from(rule).ok());
    let mut linter = Linter::from(rules);
    linter.settings.assume_in_transaction = in_transaction;
    let version = options.postgres.unwrap_or(NEWEST).to_string();
    if let Ok(version) = version.parse() {
        linter.settings.pg_version = version;
    }
    let mut hazards: Vec<Hazard> = linter
        .lint(&parsed, text)
        .into_iter()
        .filter(|violation| {
            let at = usize::from(violation.text_range.start());
            !unread.iter().any(|unread| unread.statement.contains(&at))
        })
        .filter_map(|violation| hazard(violation, migration))
        .filter(|hazard| !is_said_better(hazard, text, options))
        .collect();
    let mut own = transaction::hazards(migration, Dialect::Postgres);
    own.extend(unread.into_iter().map(|unread| {
        Hazard::new(
            NOT_LINTED,
            unread.at,
            "this statement could not be read, so it was not linted",
        )
        .help("whether it is valid is for the database to say; if it is, look at it yourself")
    }));
    own.retain(|hazard| !ignores.cover(hazard, migration));
    hazards.extend(own);
    hazards
}

fn hazard(violation: Violation, migration: &Migration) -> Option<Hazard> {
    let name = violation.code.to_string();
    let rule = lint::named(&name).first().copied()?;
    let range = usize::from(violation.text_range.start())..usize::from(violation.text_range.end());
    let range = inside(&migration.file.text, range);
    // Our own rules are unknown to squawk.
    let named = migration.file.text.get(range.clone()).unwrap_or_default();
    if violation.code == Rule::UnusedIgnore && !lint::named(named).is_empty() {
        return None;
    }
    let message = violation.message.trim_end_matches('.');
    let help = advice(rule, migration.up.transaction).or_else(|| {
        violation
            .help
            .map(|help| help.trim_end_matches('.').to_owned())
    });
    Some(Hazard {
        help,
        ..Hazard::new(rule, range, message)
    })
}

/// squawk asks for NOT VALID also where PostgreSQL takes it for no constraint of that
/// kind, and twice for a foreign key.
fn is_said_better(hazard: &Hazard, text: &str, options: &LintOptions) -> bool {
    let own = text.get(hazard.span.clone()).unwrap_or_default();
    let has =
        |word: &str| tokens(own, Some(Dialect::Postgres)).any(|token| token.is_word(own, word));
    hazard.rule == "constraint-missing-not-valid"
        && (["UNIQUE", "PRIMARY", "EXCLUDE"]
            .iter()
            .any(|word| has(word))
            || (has("FOREIGN") && options.severity("adding-foreign-key-constraint").is_some()))
}

/// The text that squawk reads: the file up to the end of the way up, so that its
/// offsets are the file's. What stands above the way up is comments.
///
/// Of the way down, comments that switch a rule off for the file are left.
fn seen(migration: &Migration) -> Cow<'_, str> {
    let text = &*migration.file.text;
    let (up, rest) = text.split_at(migration.up.span.end);
    if !rest.contains(FOR_THE_FILE) {
        return Cow::Borrowed(up);
    }
    let mut seen = up.to_owned();
    for token in tokens(rest, Some(Dialect::Postgres)) {
        let own = token.text(rest);
        let is_comment = matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment);
        if is_comment && own.contains(FOR_THE_FILE) {
            seen.push_str(own);
        } else {
            seen.extend(
                own.bytes()
                    .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
            );
        }
    }
    Cow::Owned(seen)
}

/// A statement that squawk could not read, and where it stumbled; in the file.
struct Unread {
    statement: Span,
    at: Span,
}

fn unread(migration: &Migration, errors: &[usize]) -> Vec<Unread> {
    if errors.is_empty() {
        return Vec::new();
    }
    let script = migration.up_text();
    let offset = migration.up.span.start;
    let mut found: Vec<Unread> = Vec::new();
    let all = statements(script, Dialect::Postgres);
    for at in errors {
        // One that is not complete is noticed behind its end.
        let own = all.iter().rev().find(|one| offset + one.span.start <= *at);
        let Some(own) = own.or(all.first()) else {
            continue;
        };
        let statement = offset + own.span.start..offset + own.span.end;
        if found.iter().any(|unread| unread.statement == statement) {
            continue;
        }
        let from = (*at).clamp(statement.start, statement.end);
        let line = migration.file.text[from..statement.end].lines().next();
        let at = match line.map_or(0, str::len) {
            0 => statement.clone(),
            length => from..from + length,
        };
        found.push(Unread { statement, at });
    }
    found
}

/// The first line with SQL, for what is about the script as a whole.
fn first_line(migration: &Migration) -> Span {
    let script = migration.up_text();
    let start = statements(script, Dialect::Postgres)
        .first()
        .map_or(0, |statement| statement.span.start);
    let length = script[start..].lines().next().map_or(0, str::len);
    let start = migration.up.span.start + start;
    start..start + length
}

/// A span that is sure to stand in the file, without the semicolon at its end.
fn inside(text: &str, span: Span) -> Span {
    let boundary = |at: usize| {
        (0..=at.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at))
    };
    let start = boundary(span.start).unwrap_or(0);
    let end = boundary(span.end).unwrap_or(start).max(start);
    let own = text[start..end].trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    start..start + own.len()
}
