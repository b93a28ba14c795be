//! A reading command without `--database` speaks of all `databases:`, one after
//! the other. One that cannot be read does not hide the others.

use serde_json::{Value, json};

use super::{Command, Status, dispatch, report};
use crate::{
    config::ConfigError,
    ui::Ui,
    workflow::{Context, Error},
};

/// The databases to speak of, where nobody chose one and the command only reads.
pub(super) fn names(command: &Command, error: &Error) -> Option<Vec<String>> {
    match error {
        Error::Config(ConfigError::NoSuchDatabase { name: None, known }) if command.reads() => {
            Some(known.clone())
        }
        _ => None,
    }
}

/// Runs the command for each of them. The exit code is the worst of all.
pub(super) fn run(
    ui: &mut Ui,
    command: &Command,
    names: &[String],
    begin: &dyn Fn(&str) -> Result<Context, Error>,
) -> Status {
    let mut code = 0;
    let mut documents = Vec::new();
    // Of `show REV`, what the other databases do not have is no news.
    let mut elsewhere = Vec::new();
    let mut found = false;
    for name in names {
        let (document, outcome) = ui.part(name, |ui| {
            begin(name).and_then(|context| dispatch(ui, &context, command))
        });
        found |= outcome.is_ok();
        match outcome {
            Ok(status) => {
                code = status.code().max(code);
                documents.extend(document.map(|document| of(name, document)));
            }
            Err(error @ Error::Graph { .. })
                if matches!(command, Command::Show(_) | Command::Why(_)) =>
            {
                elsewhere.push((name, error));
            }
            Err(error) => code = tell(ui, name, &error, &mut documents).max(code),
        }
    }
    if !found && let Some((name, error)) = elsewhere.first() {
        code = tell(ui, name, error, &mut documents).max(code);
    }
    if ui.is_json() {
        ui.json(&json!({
            "schema": format!("teammig.{}/1", command.name()),
            "databases": documents,
        }));
    }
    Status::Code(code)
}

/// Shows an error of one database; its exit code.
fn tell(ui: &mut Ui, name: &str, error: &Error, documents: &mut Vec<Value>) -> u8 {
    let (document, code) = ui.part(name, |ui| report::show(ui, error));
    documents.extend(document.map(|document| of(name, document)));
    code
}

/// The usual document, with whose it is.
fn of(name: &str, mut document: Value) -> Value {
    document["database"] = json!(name);
    document
}
