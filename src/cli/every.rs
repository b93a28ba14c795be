//! A reading command without `--database` speaks of all `databases:`, one after
//! the other. One that cannot be read does not hide the others.

use serde_json::{Value, json};

use super::{Command, Status, dispatch, report, way_to};
use crate::{
    config::ConfigError,
    model::{advice::About, graph::GraphError},
    ui::Ui,
    workflow::{Context, Error},
};

/// The databases to speak of, where nobody chose one and the command only reads.
pub(super) fn names(command: &Command, one_url: bool, error: &Error) -> Option<Vec<String>> {
    match error {
        // `--url` is one database, and nothing says whose.
        Error::Config(ConfigError::NoSuchDatabase { name: None, known })
            if command.reads() && !one_url =>
        {
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
    about: &About,
    begin: &dyn Fn(&str) -> Result<Context, Error>,
) -> Status {
    let of_database = |name: &String, way| About {
        database: Some(name.clone()),
        way,
        ..about.clone()
    };
    let mut code = 0;
    let mut documents = Vec::new();
    // A name that one database knows need not mean anything in the others.
    let mut elsewhere = Vec::new();
    let mut found = false;
    for name in names {
        ui.about(of_database(name, None));
        let (document, outcome) = ui.part(name, |ui| {
            let context = begin(name)?;
            ui.about(of_database(name, way_to(&context)));
            dispatch(ui, &context, command)
        });
        found |= outcome.is_ok();
        match outcome {
            Ok(status) => {
                code = status.code().max(code);
                documents.extend(document.map(|document| of(name, document)));
            }
            Err(error) if is_not_here(&error) => elsewhere.push((name, error)),
            Err(error) => code = tell(ui, name, &error, &mut documents).max(code),
        }
    }
    if !found && let Some((name, error)) = elsewhere.first() {
        ui.about(of_database(name, None));
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

/// The revision or line asked for is none of this database.
fn is_not_here(error: &Error) -> bool {
    match error {
        Error::Graph { error, .. } => matches!(
            **error,
            GraphError::NotFound { .. } | GraphError::NoSuchBranch { .. }
        ),
        _ => false,
    }
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
