//! `create` with models: what differs, what has to be decided, and the revision.

use serde_json::{Value, json};

use super::{
    super::{beside, events::plural, report, verify::words as verify},
    Args, Status, edit, revision,
};
use crate::{
    model::shell,
    ui::{PromptError, Ui},
    workflow::{
        self, Context, Error, Written,
        autogenerate::{self, Choice, Compared, Draft, FactId, Hazard, Plan, Question, Undecided},
        create::Request,
        proof::{Proof, Proved},
        schema_drift::{Difference, What},
        sides::Against,
    },
};

pub(super) fn run(
    ui: &mut Ui,
    context: &Context,
    args: &Args,
    request: &Request,
) -> Result<Status, Error> {
    let against = args.against.map(Against::from).unwrap_or_default();
    let mut draft = args
        .models
        .permitted(ui, context, |leave| {
            autogenerate::draft(context, request, against, leave)
        })
        .map_err(|error| workflow::revisions::explain_missing(context, error))?;
    for (choice, text) in args.models.choices() {
        draft.decide_by_option(choice, &text)?;
    }
    if ui.can_prompt() {
        ask_for_renames(ui, &mut draft)?;
    }
    let mut plan = decided(ui, &mut draft)?;
    draft.require_used()?;
    if plan.is_empty() {
        nothing(ui, context, &draft)?;
        return Ok(Status::Fine);
    }
    let mut accepted_losses = Vec::new();
    let (losses, planned, proof) = loop {
        let losses = losses(&plan);
        if losses != accepted_losses && !args.accept_loss {
            accepted(ui, &draft, &losses)?;
            accepted_losses.clone_from(&losses);
        }
        let trying = ui.progress(1);
        trying.doing("trying it on a scratch database");
        let tried = draft.revisions(context, &plan).and_then(|mut planned| {
            let proof = draft.prove(context, &mut planned)?;
            Ok((planned, proof))
        });
        drop(trying);
        match tried {
            Ok((planned, proof)) => break (losses, planned, proof),
            // What only the database knows: there is no cast.
            Err(Error::Undecided { all, .. }) => {
                ask(ui, &mut draft, all)?;
                plan = decided(ui, &mut draft)?;
            }
            Err(error) => return Err(error),
        }
    };
    if !proof.holds() {
        return Err(Error::NotProved(Box::new(draft.unproved(proof))));
    }
    let irreversible = planned.irreversible();
    if !ui.is_json() {
        show_changes(ui, &draft.compared());
        ui.status(verified(&proof));
        for loss in &losses {
            ui.warn(loss);
        }
        for why in &irreversible {
            ui.warn(format!("there is no way back: {why}"));
        }
    }
    let compared = document_of(&draft.compared());
    let written = draft.write(context, planned)?;
    if !ui.is_json() {
        show_written(ui, context, &written);
    }
    if args.edit {
        let paths: Vec<_> = written.iter().map(|one| one.path.clone()).collect();
        edit::open(ui, context, &paths)?;
    }
    if ui.is_json() {
        let all: Vec<Value> = written.iter().map(|one| revision(context, one)).collect();
        let head_file = written.first().and_then(|one| one.head_file.as_ref());
        ui.json(&json!({
            "schema": "teammig.create/1",
            "revision": all.last(),
            "revisions": all,
            "head_file": head_file.map(|path| context.display_path(path)),
            "compared": compared,
            "statements": statements(&plan),
            "losses": losses,
            "irreversible": irreversible,
            "proved": proof.revisions.iter().map(|one| json!({
                "revision": one.revision,
                "down": one.no_way_back.is_none(),
                "tables_with_rows": one.tables_with_rows(),
                "tables": one.with_rows.1,
                "not_brought_back": one.not_brought_back().map(|loss| &loss.name).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        }));
    }
    Ok(Status::Fine)
}

/// What was tried.
fn verified(proof: &Proof) -> String {
    let other: Vec<String> = proof
        .revisions
        .iter()
        .flat_map(Proved::not_brought_back)
        .map(verify::not_brought_back)
        .collect();
    let has_ways_back = proof.revisions.iter().all(|one| one.no_way_back.is_none());
    let down = if !has_ways_back {
        String::new()
    } else if other.is_empty() {
        ", down returns".to_owned()
    } else {
        format!(", down returns, but not {}", other.join(", "))
    };
    let most = proof.revisions.iter().map(Proved::tables_with_rows).max();
    let rows = match proof.revisions.iter().find_map(Proved::not_with_rows) {
        Some(why) => format!("; not with rows: {}", verify::note(why)),
        None => match most.unwrap_or_default() {
            0 => String::new(),
            n => format!(", with rows in {}", plural(n, "table")),
        },
    };
    format!("  verified on a scratch database: up reaches the models{down}{rows}")
}

/// What a person at the terminal said, or that there is nobody.
fn answer<T>(answer: Result<T, PromptError>) -> Result<T, Error> {
    answer.map_err(|error| match error {
        PromptError::Cancelled | PromptError::Interrupted => Error::Stopped,
        PromptError::Terminal(source) => Error::io("ask at", "the terminal")(source),
    })
}

fn ask_for_renames(ui: &mut Ui, draft: &mut Draft) -> Result<(), Error> {
    let mut asked: Vec<FactId> = Vec::new();
    // An answer about a table changes what is to be asked about its columns.
    while let Some((old, like)) = draft
        .perhaps_renamed()
        .into_iter()
        .find(|(old, _)| !asked.contains(old))
    {
        asked.push(old.clone());
        let kind = old.kind.name();
        let name = draft.name(&old);
        let mut items: Vec<String> = like
            .iter()
            .map(|new| format!("Yes, it is {} now", draft.name(new)))
            .collect();
        items.push("No, drop it   what is in it is lost".to_owned());
        let question = format!("The models have no {kind} {name}. Was it renamed?");
        let chosen = answer(ui.select(&question, &items))?;
        if let Some(new) = like.get(chosen) {
            draft.renamed(old, new.clone());
        }
    }
    Ok(())
}

/// A plan, with what a person can decide asked for.
fn decided(ui: &mut Ui, draft: &mut Draft) -> Result<Plan, Error> {
    loop {
        match draft.plan() {
            Ok(plan) => return Ok(plan),
            Err(undecided) => ask(ui, draft, undecided)?,
        }
    }
}

/// Asks for everything that has to be decided; an error where nobody can be asked.
fn ask(ui: &mut Ui, draft: &mut Draft, undecided: Vec<Undecided>) -> Result<(), Error> {
    let can_be_asked = |one: &Undecided| {
        matches!(
            one.question,
            Question::Fill { .. }
                | Question::FillBack { .. }
                | Question::Using { .. }
                | Question::UsedUp { .. }
        )
    };
    if !ui.can_prompt() || !undecided.iter().all(can_be_asked) {
        return Err(undecided_in(draft, undecided));
    }
    for one in &undecided {
        let (choice, question) = match &one.question {
            Question::Using { from, to } => (
                Choice::Using,
                format!(
                    "{} is {from} and becomes {to}. Which expression makes the new value? (SQL)",
                    one.name
                ),
            ),
            Question::UsedUp { .. } => (
                Choice::Using,
                format!(
                    "{} {}. Which expression makes the new value now? (SQL)",
                    one.name,
                    one.question.words()
                ),
            ),
            Question::FillBack { .. } => (
                Choice::Backfill,
                format!(
                    "{} is dropped. What is in it when a downgrade brings it back? (SQL)",
                    one.name
                ),
            ),
            _ => (
                Choice::Backfill,
                format!(
                    "{} must hold something. What fills the rows that are there? (SQL)",
                    one.name
                ),
            ),
        };
        match answer(ui.input(&question))? {
            Some(expression) => draft.decide(&one.about, choice, &expression),
            None => return Err(undecided_in(draft, undecided)),
        }
    }
    Ok(())
}

/// What of a plan loses something.
fn losses(plan: &Plan) -> Vec<String> {
    let hazards = plan.statements().flat_map(|statement| &statement.hazards);
    let lost = hazards.filter(|hazard| matches!(hazard, Hazard::LosesData(_)));
    lost.map(Hazard::words).collect()
}

/// Somebody at the terminal says that it may be lost; nobody else can.
fn accepted(ui: &mut Ui, draft: &Draft, losses: &[String]) -> Result<(), Error> {
    let renames = named(draft, draft.replaced());
    if ui.can_prompt() {
        ui.talk("The revision would lose data:");
        for loss in losses {
            ui.talk(&format!("  {loss}"));
        }
        for hint in report::rename_hints(&renames) {
            ui.talk(&format!("  {hint}"));
        }
        match ui.confirm("Write it all the same?", false) {
            Ok(true) => return Ok(()),
            Ok(false) | Err(PromptError::Cancelled) => {}
            Err(error) => return answer(Err(error)),
        }
    }
    Err(Error::WouldLose {
        losses: losses.to_vec(),
        renames,
    })
}

fn undecided_in(draft: &Draft, all: Vec<Undecided>) -> Error {
    Error::Undecided {
        all,
        renames: named(draft, draft.perhaps_renamed()),
    }
}

fn named(draft: &Draft, renames: Vec<(FactId, Vec<FactId>)>) -> Vec<(String, Vec<String>)> {
    let all = renames.into_iter();
    all.map(|(old, new)| {
        (
            draft.name(&old),
            new.iter().map(|id| draft.name(id)).collect(),
        )
    })
    .collect()
}

fn show_changes(ui: &mut Ui, compared: &Compared<'_>) {
    for difference in &compared.told {
        ui.status(line(difference));
    }
    remarks(ui, compared);
}

/// A difference in one line.
fn line(difference: &Difference) -> String {
    let kind = difference.id.kind.name();
    let name = &difference.name;
    match &difference.what {
        What::Added { .. } => format!("  + {kind} {name}"),
        What::Removed { .. } => format!("  - {kind} {name}"),
        What::Renamed { from_name, .. } => format!("  ~ {kind} {name}: renamed from {from_name}"),
        What::Changed(_) => format!("  ~ {kind} {name}: {}", difference.words()),
    }
}

/// What was not compared, and why.
fn remarks(ui: &mut Ui, compared: &Compared<'_>) {
    beside::not_run(ui, compared.left_out);
    beside::unmodelled(ui, compared.unmodelled.iter().copied());
    beside::left_alone(ui, compared.strangers);
}

/// Nothing is to be done: what was compared, and why a change may not have been seen.
fn nothing(ui: &mut Ui, context: &Context, draft: &Draft) -> Result<(), Error> {
    let compared = draft.compared();
    if ui.is_json() {
        ui.json(&json!({
            "schema": "teammig.create/1",
            "revision": null,
            "revisions": [],
            "head_file": null,
            "compared": document_of(&compared),
            "statements": [],
            "losses": [],
            "irreversible": [],
        }));
        return Ok(());
    }
    let models = match compared.files {
        Some(n) => format!("the models ({})", plural(n, "file")),
        None => "the models (a command's)".to_owned(),
    };
    let other = match compared.against {
        Against::Database => format!("what {} has", context.target()?.environment),
        Against::Revisions => match compared.replayed {
            0 => "an empty schema: there are no revisions yet".to_owned(),
            1 => "what the 1 revision produces".to_owned(),
            n => format!("what the {n} revisions produce"),
        },
    };
    ui.status(format!(
        "Nothing was written: {models} say the same as {other}."
    ));
    remarks(ui, &compared);
    for remark in &compared.comparison.remarks {
        let kind = remark.id.kind.name();
        ui.status(format!(
            "  not a change: {kind} {}: {}",
            remark.name,
            remark.words()
        ));
    }
    if !context.config.exclude.is_empty() {
        ui.hint(format!(
            "`exclude:` in teammig.yaml leaves out {}",
            context.config.exclude.join(", ")
        ));
    }
    ui.hint("rows, roles and the order of columns are no part of models; `--empty` writes a revision to fill in by hand");
    Ok(())
}

fn show_written(ui: &mut Ui, context: &Context, written: &[Written]) {
    let paths: Vec<String> = written
        .iter()
        .map(|one| context.display_path(&one.path))
        .collect();
    for path in &paths {
        ui.data(path);
    }
    if paths.len() > 1 {
        ui.status(format!(
            "{}, since each is committed before the next one begins",
            plural(paths.len(), "revision")
        ));
    }
    let head_file = written.first().and_then(|one| one.head_file.as_ref());
    if let Some(head_file) = head_file.map(|path| context.display_path(path)) {
        let all = paths.iter().chain([&head_file]).map(String::as_str);
        ui.hint(format!(
            "they belong in one commit: `git add {}`",
            shell::words(all)
        ));
    }
}

/// The statements of a plan for programs.
pub(in crate::cli) fn statements(plan: &Plan) -> Vec<Value> {
    let parts = plan.parts.iter().enumerate();
    let each = parts.flat_map(|(n, part)| part.statements.iter().map(move |one| (n, part, one)));
    each.map(|(n, part, one)| {
        json!({
            "part": n,
            "sql": one.sql,
            "transaction": part.transaction,
            "foreign_keys_off": part.foreign_keys_off,
            "about": { "kind": one.about.kind.name(), "path": one.about.path },
            "hazards": one.hazards.iter().map(Hazard::words).collect::<Vec<_>>(),
        })
    })
    .collect()
}

fn document_of(compared: &Compared<'_>) -> Value {
    json!({
        "against": match compared.against {
            Against::Revisions => "revisions",
            Against::Database => "database",
        },
        "replayed": compared.replayed,
        "files": compared.files,
        "differences": compared.comparison.differences.iter().map(|one| json!({
            "kind": one.id.kind.name(),
            "object": one.name,
            "what": one.words(),
        })).collect::<Vec<_>>(),
        "renamed": compared.renamed.iter().map(|(old, name, new)| json!({
            "kind": old.kind.name(),
            "from": name,
            "to": new.name(),
        })).collect::<Vec<_>>(),
        "unmodelled": beside::unmodelled_json(compared.unmodelled.iter().copied()),
        "left_alone": compared.strangers,
        "not_run": beside::not_run_json(compared.left_out),
    })
}
