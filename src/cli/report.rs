//! The one place where errors become words, hints and exit codes.

mod alembic;
mod amend;
mod database;
mod git;
mod graph;
mod models;
pub(super) mod restack;
mod scratch;
mod unfinished;
mod way_back;

pub(super) use models::rename_hints;

use std::process::ExitStatus;

use serde_json::json;

use super::{check, json};
use crate::{
    config::ConfigError,
    model::{Direction, Finding, RevId, Severity, finding::Place, shell},
    ui::{Kind, Ui},
    workflow::{Error, Why, check::NotJudged, unfinished::Unfinished},
};

/// An error, ready to be shown.
#[derive(Debug, Default)]
struct Report {
    /// A name for programs.
    kind: &'static str,
    code: u8,
    message: String,
    /// Further lines below the message.
    notes: Vec<String>,
    hints: Vec<String>,
    places: Vec<Place>,
    findings: Vec<Finding>,
}

impl Report {
    fn new(kind: &'static str, code: u8, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            ..Self::default()
        }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// With all that another report says.
    fn because(mut self, why: Self) -> Self {
        self.notes.push(format!("  {}", why.message));
        self.notes.extend(why.notes);
        self.hints.extend(why.hints);
        self
    }

    fn place(mut self, place: Option<Place>) -> Self {
        self.places.extend(place);
        self
    }
}

/// Shows an error and returns the exit code.
pub(super) fn show(ui: &mut Ui, error: &Error) -> u8 {
    let report = report(error);
    if ui.is_json() {
        show_json(ui, &report, error);
    } else {
        show_text(ui, &report);
    }
    report.code
}

/// Shows an error on stderr alone, where stdout has the answer already; returns the
/// exit code.
pub(super) fn show_beside(ui: &mut Ui, error: &Error) -> u8 {
    let report = report(error);
    show_text(ui, &report);
    report.code
}

fn show_text(ui: &mut Ui, report: &Report) {
    for finding in &report.findings {
        show_finding(ui, finding);
    }
    if report.places.is_empty() {
        ui.error(&report.message);
    } else {
        let places: Vec<&Place> = report.places.iter().collect();
        ui.places(Kind::Error, &report.message, &places);
    }
    for note in &report.notes {
        ui.talk(note);
    }
    for hint in &report.hints {
        ui.hint(hint);
    }
}

fn show_json(ui: &mut Ui, report: &Report, error: &Error) {
    let place = report.places.first();
    let position = place.map(json::position);
    let mut document = json!({
        "schema": "teammig.error/1",
        "kind": report.kind,
        "message": report.message,
        "notes": report.notes,
        "hints": report.hints.iter().map(|hint| ui.for_this_run(hint)).collect::<Vec<_>>(),
        "path": place.map(|place| &*place.file.path),
        "line": position.map(|at| at.0),
        "column": position.map(|at| at.1),
    });
    if !report.findings.is_empty() {
        document["findings"] = report.findings.iter().map(json::finding).collect();
    }
    if let Error::AfterMerge { written, .. } = error {
        document["merges"] = json!(written);
    }
    if let Error::Step(step) = innermost(error) {
        let cause = &step.error.error;
        document["database"] = json!({
            "message": cause.message,
            "code": cause.code,
            "detail": cause.detail,
            "hint": cause.hint,
            "advice": cause.advice,
            "context": cause.context,
        });
        document["done"] = json::done(&step.done);
    }
    ui.json(&document);
}

/// What went wrong first.
fn innermost(error: &Error) -> &Error {
    match error {
        Error::AfterMerge { cause, .. } => innermost(cause),
        Error::BrokenOff(broken) => innermost(&broken.cause),
        other => other,
    }
}

/// An error in one line, without hints.
pub(super) fn message(error: &Error) -> String {
    let report = report(error);
    match report.places.first() {
        Some(place) => {
            let at = place.file.position(place.span.start);
            format!("{} ({}:{})", report.message, place.file.path, at.line)
        }
        None => report.message,
    }
}

/// What to do about an error.
pub(super) fn hints(error: &Error) -> Vec<String> {
    report(error).hints
}

/// What is known of a restack that never came to its end, in lines.
pub(super) fn unfinished_notes(found: &Unfinished) -> Vec<String> {
    unfinished::notes(found)
}

/// Shows findings of a snapshot on stderr; the answer itself goes on.
pub(super) fn show_finding(ui: &mut Ui, finding: &Finding) {
    let title = format!("{} [{}]", finding.message, finding.rule);
    let kind = match finding.severity {
        Severity::Error => Kind::Error,
        Severity::Warning => Kind::Warning,
    };
    let places: Vec<&Place> = finding.place.iter().chain(&finding.related).collect();
    ui.places(kind, &title, &places);
    if let Some(help) = &finding.help {
        ui.hint(help);
    }
}

fn report(error: &Error) -> Report {
    let words = error.to_string();
    match error {
        Error::Config(error) => config(error),
        Error::Git(error) => git::error(error),
        Error::Io { source, .. } => io("io", &words, source),
        Error::NoFolderFor { .. }
        | Error::FolderNotHere(_)
        | Error::NoFolder(_)
        | Error::NoFolderAt { .. } => folder(error, words),
        Error::NoHooksHere(_) => Report::new("git", 1, words)
            .hint("install them in a clone; what is pushed here is judged by CI (`teammig check --base`)"),
        Error::NoCommand => Report::new("usage", 2, words)
            .hint("`teammig init` sets up a project in this folder; `teammig --help` lists the commands"),
        Error::Alembic(error) => alembic::report(error, words),
        Error::NotJudged(why) => not_judged(why),
        Error::Usage(_) => Report::new("usage", 2, words),
        Error::Exists { .. } => Report::new("exists", 1, words)
            .hint("without `--rev-id`, `create` makes up an id that is free"),
        Error::Program { status, .. } => program(*status, words),
        Error::Graph { error, elsewhere } => graph::failed(error, elsewhere),
        Error::SharedLedger { other, environment, .. } => Report::new("shared-ledger", 1, words)
            .note(format!("  {other} leads there in its environment {environment}"))
            .hint("each needs a ledger of its own: give one of them `ledger: {table: NAME}` in teammig.yaml"),
        Error::Findings(findings) => Report {
            findings: findings.clone(),
            ..Report::new("findings", 3, words)
        },
        Error::Diverged { heads, why } => diverged(heads, *why),
        Error::Database {
            location,
            dialect,
            error,
        } => database::failed(location, *dialect, error),
        Error::NoScratch(why) => scratch::none(why, words),
        Error::NotReplayed(why) => scratch::not_replayed(why, words),
        Error::Step(step) => database::failed_step(step),
        Error::Models(_)
        | Error::Undecided { .. }
        | Error::PlanFails { .. }
        | Error::NotProved(_)
        | Error::OnlyHere(_)
        | Error::WouldLose { .. } => models::error(error, words),
        Error::Skipped { revisions, stays } => skipped(revisions, *stays, words),
        Error::Irreversible(found) => way_back::report(found, words),
        Error::Uncertain { revision, place, .. } => Report::new("interrupted", 3, words)
            .place(place.clone())
            .note("The connection or the program ended while the next statement ran outside a transaction.")
            .hint("look whether its effect is there: `--resume-after` goes on after it, `--resume` runs it again first")
            .hint(format!("`teammig stamp --only {revision}` records the revision as applied instead")),
        Error::ResumeChanged { .. } => Report::new("interrupted", 3, words)
            .hint("restore the statements that had finished; those after them may change"),
        Error::HalfDone { revision, direction, done } => half_done(revision, *direction, *done, words),
        Error::PlanChanged => Report::new("plan-changed", 1, words)
            .hint("nothing was done; call it again to see the new plan"),
        Error::Protected { environment } => Report::new("protected", 3, format!("{words}; nothing was done"))
            .hint(format!("give `--env {environment} --yes` to do it all the same")),
        Error::NotUpToDate { pending } => Report::new("not-up-to-date", 3, words)
            .note(format!("{pending} pending"))
            .hint("`teammig upgrade` applies what is pending"),
        Error::NoFileHas { revisions } => no_file_has(revisions, words),
        Error::InProgress { operation, first, heads_too, unstaged } => {
            git::in_progress(*operation, first, *heads_too, unstaged, words)
        }
        Error::Held { .. }
        | Error::Sides { .. }
        | Error::Restack(_)
        | Error::NotRewritable { .. }
        | Error::Stale(_)
        | Error::StaleApplied { .. }
        | Error::StaleBeside(..)
        | Error::Renews(_)
        | Error::OrderMatters { .. }
        | Error::FailsOnTop(_)
        | Error::FailsBeside { .. }
        | Error::RedoFails(_)
        | Error::NotAgain(_)
        | Error::ChangedMeanwhile { .. } => restack::report(error, words),
        Error::NotAmended { revision, why } => amend::report(revision, why, words),
        Error::BrokenOff(_)
        | Error::Unfinished(_)
        | Error::RestackBegins
        | Error::UnreadableJournal { .. }
        | Error::FilesLeft(_)
        | Error::AfterMerge { .. } => unfinished::report(error, words),
        Error::Stopped => Report::new("interrupted", 130, words),
        Error::Import {
            notes,
            place,
            hints,
            ..
        } => Report {
            notes: notes.clone(),
            hints: hints.clone(),
            ..Report::new("import", 1, words).place(place.as_deref().cloned())
        },
    }
}

/// A folder that is not there.
fn folder(error: &Error, words: String) -> Report {
    match error {
        Error::NoFolderFor { folder, .. } => {
            let folder = shell::word(&folder.display().to_string());
            Report::new("no-folder", 1, words).hint(format!("`mkdir -p {folder}` makes it"))
        }
        Error::FolderNotHere(folder) => {
            let folder = shell::word(folder);
            Report::new("no-migrations", 1, words).hint(format!(
                "`git restore {folder}` brings it back; in a sparse checkout, `git sparse-checkout add {folder}`"
            ))
        }
        Error::NoFolder(_) => Report::new("no-migrations", 1, words)
            .hint("`teammig init` sets up a project here; `--migrations PATH` names another folder"),
        Error::NoFolderAt { .. } => Report::new("no-migrations", 4, words)
            .hint("Git keeps neither empty folders nor what a linked folder or a submodule holds; is the folder's name right?"),
        _ => Report::new("no-migrations", 1, words),
    }
}

fn program(status: ExitStatus, words: String) -> Report {
    let report = Report::new("program", 1, words);
    // As shells say that there is no such program.
    match status.code() {
        Some(127) => report.hint("is it installed? $VISUAL or $EDITOR names another one"),
        _ => report,
    }
}

fn not_judged(why: &NotJudged) -> Report {
    let (message, hints) = check::not_judged(why);
    Report {
        hints,
        ..Report::new("not-evaluated", 4, message)
    }
}

/// What is in a database and in no file is to be decided first.
fn no_file_has(revisions: &[(RevId, String)], words: String) -> Report {
    let notes = revisions
        .iter()
        .map(|(id, message)| format!("{id}  {message}"));
    notes
        .fold(Report::new("no-file-has", 3, words), Report::note)
        .hint("`teammig sync` offers to roll them back; `git switch` to the branch that has them brings the files")
        .hint("without `--against database`, `teammig create` compares with what the files make, and such a database plays no part")
}

fn half_done(revision: &RevId, direction: Direction, done: u32, words: String) -> Report {
    let way = match direction {
        Direction::Up => format!("upgrade {revision}"),
        // Down to what is below it.
        Direction::Down => format!("downgrade {revision}-1"),
    };
    Report::new("interrupted", 3, words)
        .note(format!(
            "It was interrupted after {done} of its statements."
        ))
        .hint(format!("`teammig {way}` finishes it first"))
}

/// A call of the system that failed.
fn io(kind: &'static str, words: &str, source: &std::io::Error) -> Report {
    let report = Report::new(kind, 1, format!("{words}: {source}"));
    match io_hint(source) {
        Some(hint) => report.hint(hint),
        None => report,
    }
}

/// What to do about an answer of the system.
fn io_hint(error: &std::io::Error) -> Option<&'static str> {
    use std::io::ErrorKind;
    Some(match error.kind() {
        ErrorKind::PermissionDenied => "check the permissions, and who you are (`id`)",
        ErrorKind::ReadOnlyFilesystem => "it is on a file system that may not be written",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room, and call it again",
        _ => return None,
    })
}

fn config(error: &ConfigError) -> Report {
    let words = error.to_string();
    let report = Report::new("config", 1, words);
    match error {
        ConfigError::Read { source, .. } => io("config", &error.to_string(), source),
        ConfigError::Invalid { file, span, message } => Report {
            places: vec![Place {
                file: (**file).clone(),
                span: span.clone(),
                label: String::new(),
            }],
            ..Report::new("config", 1, message.clone())
        },
        ConfigError::NoAlembicFile { .. } => {
            report.hint("`alembic: {config: …}` in teammig.yaml is relative to the folder of teammig.yaml")
        }
        ConfigError::NoScripts { begins, .. } => match begins {
            Some(begins) => report.hint(format!(
                "its paths begin in {begins}: call `teammig init` there"
            )),
            None => report.hint("call `teammig init` in the folder that `alembic` is called in"),
        },
        ConfigError::NoAlembic => report
            .hint("`layout: alembic` needs alembic.ini, or `[tool.alembic]` in pyproject.toml, with a script_location, beside teammig.yaml")
            .hint("or name the folders: `migrations: alembic/versions`"),
        ConfigError::NoSuchEnvironment { known, .. } => report.hint(known_names("environments", known)),
        ConfigError::NoSuchDatabase { known, name } => {
            let report = report.hint(known_names("databases", known));
            match name {
                Some(_) => report,
                // As with any other option that is missing.
                None => Report { code: 2, ..report }.hint("choose one with `--database NAME`"),
            }
        }
        ConfigError::NoDatabase { dotenv } => with_notes(report, dotenv.as_ref())
            .hint("`teammig init` writes a teammig.yaml; or set DATABASE_URL, or give `--url sqlite:dev.db`"),
        ConfigError::MissingVariable { variable, dotenv, .. } => {
            with_notes(report, dotenv.as_ref()).hint(format!("set {variable}, in the environment or in a .env file beside teammig.yaml"))
        }
    }
}

fn with_notes(mut report: Report, note: Option<&String>) -> Report {
    report.notes.extend(note.map(|note| format!("  {note}")));
    report
}

fn known_names(what: &str, known: &[String]) -> String {
    if known.is_empty() {
        format!("teammig.yaml has no `{what}:`")
    } else {
        format!("the {what} of teammig.yaml: {}", known.join(", "))
    }
}

fn diverged(heads: &[(RevId, String)], why: Why) -> Report {
    let message = match why {
        Why::Create | Why::CreateOnLines => {
            "Multiple heads are present; please specify the head revision on which the new revision should be based, \
             or perform a merge"
        }
        Why::Upgrade | Why::Confirm | Why::HeadFile => "Multiple head revisions are present",
    };
    let mut report = Report::new("multiple-heads", 3, message);
    for (id, message) in heads {
        report = report.note(format!("  {id}  {message}"));
    }
    let joins = "`teammig merge-heads` joins them with a merge revision";
    match why {
        Why::Create => report
            .hint(joins)
            .hint("`--head <revision>` builds on one of them"),
        Why::CreateOnLines => {
            report.hint("these are separate lines; `--head <revision>` says which one goes on")
        }
        Why::Upgrade => report
            .hint(joins)
            .hint("`teammig upgrade heads` applies all of them without joining them"),
        Why::HeadFile => report.hint(format!("{joins}, and writes the head file")),
        Why::Confirm => report.hint(
            "there is no terminal to ask at; `--yes` writes the merge revision without asking",
        ),
    }
}

/// What lies below applied revisions and never ran.
fn skipped(revisions: &[(RevId, String)], stays: bool, words: String) -> Report {
    let mut report = Report::new("skipped-revisions", 3, words);
    for (id, message) in revisions {
        report = report.note(format!("  {id}  {message}"));
    }
    if !stays {
        report = report.hint(
            "`teammig sync` runs them now where a scratch database shows that both orders lead to the same; else it can \
             roll back what came later, and apply everything in order: it asks (`--yes`: without asking)",
        );
    }
    let ids: Vec<&str> = revisions.iter().map(|(id, _)| id.as_str()).collect();
    report
        .hint("`teammig upgrade --out-of-order` runs them now, after the later ones")
        .hint(format!(
            "`teammig stamp --only {}` records them as applied, if their changes are there already",
            ids.join(" ")
        ))
}
