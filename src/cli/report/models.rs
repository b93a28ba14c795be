//! Why no revision can be made of the models, in words.

use std::collections::BTreeSet;

use super::{super::verify, Report, database::details};
use crate::{
    model::{SourceFile, finding::Place, shell},
    workflow::{
        Error, JobError,
        autogenerate::{Question, Undecided},
        models::{ModelsError, RefusedModel},
        proof::Proof,
        sides::Against,
    },
};

/// What was left alone may be in the way.
const BY_HAND: &str = "where it is in the way of what only this database has (`teammig drift` shows that): what is to stay, put alone into the models and call `teammig create \"what it does\"`, then `teammig stamp --only head` here; what is not to stay, keep what is in it elsewhere and remove it here; then call this again";

/// So many statements are shown.
const SHOWN: usize = 4;

/// Any of the errors between models and a revision.
pub(super) fn error(error: &Error, words: String) -> Report {
    match error {
        Error::Models(error) => unread(error, words),
        Error::Undecided { all, renames } => undecided(all, renames, words),
        Error::PlanFails { script, error } => plan_fails(script, error, words),
        Error::NotProved(unproved) => {
            let report = not_proved(&unproved.proof, words);
            let report = if unproved.by_hand { report.hint(BY_HAND) } else { report };
            report.hint(match unproved.against {
                Against::Revisions => "`teammig diff --against revisions --sql` shows what was planned; `teammig create --empty` writes a revision to fill in by hand",
                Against::Database => "`teammig diff --sql` shows what was planned; `teammig create --empty` writes a revision to fill in by hand",
            })
        }
        Error::OnlyHere(proof) => not_proved(proof, words).hint(
            "a revision has to make it first, for all others: put it alone into the models and call `teammig create \"what it does\"`, then `teammig stamp --only head` here; then call this again",
        ),
        Error::WouldLose { losses, renames } => would_lose(losses, renames, words),
        _ => Report::new("models", 1, words),
    }
}

fn unread(error: &ModelsError, words: String) -> Report {
    let report = |code| Report::new("models", code, words.clone());
    match error {
        ModelsError::None => Report::new("no-models", 2, words)
            .hint("`models: models` in teammig.yaml names a folder with .sql files, `models: {command: [PROGRAM, ARGUMENT]}` a command that prints them"),
        ModelsError::NoFolder(folder) => report(1).hint(format!(
            "`mkdir {}` makes it; or correct `models:` in teammig.yaml",
            shell::word(folder)
        )),
        ModelsError::NoFiles(folder) => report(1).hint(format!(
            "write the schema as it should be into it: `CREATE TABLE …;` in {}",
            shell::word(&format!("{folder}/schema.sql"))
        )),
        ModelsError::NotUtf8 { is_file: false, .. } => {
            report(1).hint("it has to print UTF-8")
        }
        ModelsError::NotUtf8 { path, .. } => report(1).hint(format!(
            "save it as UTF-8: `iconv -f latin1 -t utf-8 {}` shows what it would be",
            shell::word(path)
        )),
        ModelsError::NotAllowed { command } => Report::new("not-allowed", 3, words)
            .note(format!("  {command}"))
            .note("A command of teammig.yaml may come from anybody who can change that file.")
            .hint("look at what it runs; then `teammig diff --allow-command` runs it, and remembers for this clone that it may be run"),
        ModelsError::NotStarted { missing: true, .. } => report(1).hint(
            "is it installed, and in PATH? It is run in the folder of teammig.yaml, and without a shell: each word is an entry of the list",
        ),
        ModelsError::NotStarted { .. } => {
            report(1).hint("it is run in the folder of teammig.yaml, and without a shell")
        }
        ModelsError::Failed { .. } => report(1).note("What it said on stderr, if anything, stands above."),
        ModelsError::Silent { .. } => report(1).hint("it has to print DDL on stdout: `CREATE TABLE …;`"),
        ModelsError::Findings(findings) => Report {
            findings: findings.clone(),
            ..Report::new("models", 3, words)
        },
        ModelsError::Refused(all) => refused(all),
    }
}

fn refused(all: &[RefusedModel]) -> Report {
    let message = match all.len() {
        1 => "the models cannot be loaded: a statement fails, whatever comes before it".to_owned(),
        n => format!(
            "the models cannot be loaded: {n} statements fail, in whatever order they are tried"
        ),
    };
    let mut report = Report::new("models", 1, message);
    report.places = all
        .iter()
        .take(SHOWN)
        .map(|one| one.place.clone())
        .collect();
    if let Some(first) = all.first() {
        details(&mut report, &first.error);
    }
    if all.len() > SHOWN {
        report = report.note(format!("… and {} more", all.len() - SHOWN));
    }
    let circle = in_a_circle(all);
    if !circle.is_empty() {
        return report.hint(format!(
            "views cannot select from each other, not even by way of others: {} need a SELECT from tables, or from views that do not lead back",
            circle.join(" and ")
        ));
    }
    let first = all.first().and_then(|one| one.error.code.as_deref());
    match first {
        // feature_not_supported, undefined_file: what `CREATE EXTENSION` says of one that is not installed.
        Some("0A000" | "58P01") => report.hint(
            "an extension has to be installed on the server where scratch databases are made (`scratch:` in teammig.yaml names another one)",
        ),
        // insufficient_privilege
        Some("42501") => report.hint(
            "the role has to be allowed to do that in a new database (`scratch:` in teammig.yaml names another server, with another role)",
        ),
        // undefined_object, undefined_function: what an extension may have.
        Some("42704" | "42883") => report.hint(
            "what an extension brings needs its `CREATE EXTENSION …;` in the models, too",
        ),
        // undefined_table: what comes later in whatever order.
        Some("42P01") if all.len() > 1 => report.hint(
            "if tables refer to each other: leave REFERENCES out of one of them, and say it behind both with `ALTER TABLE … ADD FOREIGN KEY …`; views cannot refer to each other",
        ),
        _ => report,
    }
}

/// The views of which SQLite says that they lead back to themselves. It names one of the
/// circle for each that is asked.
fn in_a_circle(all: &[RefusedModel]) -> Vec<String> {
    let named = all.iter().filter_map(|one| {
        let rest = one.error.message.strip_prefix("view ")?;
        rest.strip_suffix(" is circularly defined")
    });
    let named: BTreeSet<&str> = named.collect();
    named.into_iter().map(|name| format!("`{name}`")).collect()
}

fn undecided(all: &[Undecided], renames: &[(String, Vec<String>)], words: String) -> Report {
    let mut report = Report::new("undecided", 3, words);
    // What was renamed asks for nothing.
    for hint in rename_hints(renames) {
        report = report.hint(hint);
    }
    for one in all {
        let name = &one.name;
        report = report.note(format!("  {name} {}", one.question.words()));
        let quoted = |option: &str, text: String| format!("`{option} {}`", quoted(&text));
        match &one.question {
            Question::Fill { example } => {
                report = report.hint(format!(
                    "{}, or `-- teammig: backfill {example}` behind the column in the models, with any expression in place of {example}; or give it a DEFAULT",
                    quoted("--backfill", format!("{name}:{example}"))
                ));
            }
            Question::FillBack { example } => {
                report = report.hint(format!(
                    "{} says what is in it then, with any expression in place of {example}",
                    quoted("--backfill", format!("{name}:{example}"))
                ));
            }
            Question::NoRow { table } => {
                report = report.hint(format!(
                    "in three steps: take {name} or its REFERENCES out of the models and call `teammig create \"what it does\"`, which makes {table}; `teammig create --empty` for its rows (`INSERT INTO {table} …`); then {name} as it should be, and `-- teammig: backfill …` behind it names one of them. Or let it be NULL at first, without a default"
                ));
            }
            Question::Using { to, .. } => {
                let column = name.rsplit('.').next().unwrap_or(name);
                report = report.hint(format!(
                    "{}, or `-- teammig: using {column}::{to}` behind the column in the models; where there is no such cast, \
                     with another expression",
                    quoted("--using", format!("{name}:{column}::{to}"))
                ));
            }
            Question::UsedUp { expression, .. } => {
                let column = name.rsplit('.').next().unwrap_or(name);
                report = report.hint(format!(
                    "{} takes the values as they are, {} does the same once more; or take the remark out of the models",
                    quoted("--using", format!("{name}:{column}")),
                    quoted("--using", format!("{name}:{expression}"))
                ));
            }
            Question::InUse(_) | Question::Circle(_) | Question::NoWay(_) => {
                report =
                    report.hint("`teammig create --empty` writes a revision to fill in by hand");
            }
        }
    }
    report.hints.dedup();
    report
}

/// In double quotes, which every shell takes.
fn quoted(text: &str) -> String {
    if text.contains(['"', '$', '`', '\\']) {
        format!("'{}'", text.replace('\'', r"'\''"))
    } else {
        format!("\"{text}\"")
    }
}

fn would_lose(losses: &[String], renames: &[(String, Vec<String>)], words: String) -> Report {
    let mut report = Report::new("would-lose-data", 3, words);
    for loss in losses {
        report = report.note(format!("  {loss}"));
    }
    report = report.note("Nothing was written: nobody said that this may be lost.");
    for hint in rename_hints(renames) {
        report = report.hint(hint);
    }
    report.hint("`--accept-loss` writes it all the same")
}

/// How to say of each that it was renamed.
pub(in crate::cli) fn rename_hints(renames: &[(String, Vec<String>)]) -> Vec<String> {
    let pairs = renames
        .iter()
        .flat_map(|(old, new)| new.iter().map(move |new| (old, new)));
    let hint = |(old, new)| {
        format!(
            "if {old} is {new} now: `--rename {}`",
            quoted(&format!("{old}:{new}"))
        )
    };
    pairs.map(hint).collect()
}

fn plan_fails(script: &SourceFile, error: &JobError, words: String) -> Report {
    let span = error.statement.clone().unwrap_or(0..0);
    let first = script
        .text
        .get(span.clone())
        .and_then(|text| text.lines().next());
    let place = Place {
        file: script.clone(),
        span: span.start..span.start + first.unwrap_or_default().len(),
        label: error.error.message.clone(),
    };
    let mut report = Report::new("plan-fails", 1, words).place(Some(place));
    details(&mut report, &error.error);
    report
        .note("It was tried on a scratch database, which is gone; nothing was written.")
        .hint("`teammig create --empty` writes a revision to fill in by hand, and `teammig diff --sql` shows what was planned")
}

/// What was found when the revisions were tried, as `verify` says it.
fn not_proved(proof: &Proof, words: String) -> Report {
    let mut report = Report::new("not-proved", 3, words);
    for found in proof.revisions.iter().flat_map(|one| &one.findings) {
        let told = verify::words::found(found);
        report = report.note(format!("  {}", told.line));
        for line in told.below {
            report = report.note(format!("    {line}"));
        }
    }
    if let Some(reached) = proof.reached.as_ref().filter(|reached| !reached.is_equal()) {
        report = report.note("  up does not reach the models:");
        for line in verify::words::lines(reached) {
            report = report.note(format!("    {line}"));
        }
    }
    report.note("Nothing was written.")
}
