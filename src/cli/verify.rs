//! `teammig verify`

mod data;
pub(super) mod words;

use super::{Status, beside, events::plural};
use crate::{
    model::RevId,
    ui::{Progress, Ui},
    workflow::{
        Context, Error,
        proof::{Found, Note, Proof, Proved},
        verify::{Verified, Which, verify},
    },
};

/// Prove the ways up and back of revisions on a scratch database
///
/// Without a revision, those that no protected branch has yet. Each is run as `upgrade`
/// would run it, on a scratch database with the schema of what it builds on: up, back
/// down to where it began, up again, and once more with made-up rows in every table,
/// which have to survive. Your database is only asked what a scratch database for it has
/// to be like. Exits with 3 where a revision does not hold.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig verify                     what is new here
  teammig verify 7f3a                this revision
  teammig verify --all               the whole history, one by one
  teammig verify --format json       for programs

A loss on purpose is said in the script: `-- teammig: loses users.name`")]
pub(super) struct Args {
    /// Revisions, or names of them: 7f3a, head, billing@head [default: those that are new]
    #[arg(
        value_name = "REV",
        conflicts_with = "all",
        allow_negative_numbers = true
    )]
    revisions: Vec<String>,

    /// The whole history, one by one
    #[arg(long)]
    all: bool,

    /// Make the scratch database on the server of a protected environment too
    #[arg(long)]
    scratch_here: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let which = if args.all {
        Which::All
    } else if args.revisions.is_empty() {
        Which::New
    } else {
        Which::Named(args.revisions.clone())
    };
    let mut progress: Option<Progress> = None;
    let outcome = verify(context, &which, args.scratch_here, &mut |step, all| {
        if let Some(progress) = &progress {
            progress.step();
        }
        let progress = progress.get_or_insert_with(|| ui.progress(all));
        progress.doing(&format!("{}  {}", step.step.revision, step.message));
    });
    drop(progress);
    let verified = outcome?;
    if ui.is_json() {
        ui.json(&data::document(&verified));
    } else {
        show(ui, &verified);
    }
    let holds = verified.proof.as_ref().is_none_or(Proof::holds);
    Ok(if holds {
        Status::Fine
    } else {
        Status::Attention
    })
}

fn show(ui: &mut Ui, verified: &Verified) {
    let Some(proof) = &verified.proof else {
        ui.status(match &verified.base {
            Some(base) => format!("nothing is new since {base}: there is nothing to verify"),
            None => "nothing is new: there is nothing to verify".to_owned(),
        });
        ui.hint("`teammig verify REV` proves a revision, `teammig verify --all` the whole history");
        return;
    };
    for one in &proof.revisions {
        show_one(ui, one);
    }
    beside::not_run(ui, &proof.left_out);
    show_empty_tables(ui, proof);
    if !proof.not_tried.is_empty() {
        let mut ids: Vec<&str> = proof.not_tried.iter().map(RevId::as_str).collect();
        let more = ids.split_off(ids.len().min(5)).len();
        let more = if more == 0 {
            String::new()
        } else {
            format!(" and {more} more")
        };
        ui.warn(format!(
            "not tried, since what is below does not run: {}{more}",
            ids.join(", ")
        ));
    }
    let wrong = proof
        .revisions
        .iter()
        .filter(|one| !one.findings.is_empty());
    let (wrong, all) = (wrong.count(), proof.revisions.len());
    let on = match (&verified.base, proof.replayed) {
        (Some(base), _) => format!(", on the schema of {base}"),
        (None, 0) => String::new(),
        (None, n) => format!(", on the schema of {} below", plural(n, "revision")),
    };
    if wrong == 0 && proof.not_tried.is_empty() {
        ui.status(format!("{} verified{on}", plural(all, "revision")));
        return;
    }
    let total = all + proof.not_tried.len();
    let what = match (wrong, total) {
        (_, 1) => "the revision does".to_owned(),
        (1, _) => format!("1 of {total} revisions does"),
        _ => format!("{wrong} of {total} revisions do"),
    };
    ui.status(format!("{what} not hold{on}"));
    let is_loss = |one: &Proved| {
        one.findings
            .iter()
            .any(|found| matches!(found, Found::Lost(_)))
    };
    if proof.revisions.iter().any(is_loss) {
        ui.hint(
            "a loss on purpose is said in the script: `-- teammig: loses users.name`, or the table",
        );
    }
}

fn show_one(ui: &mut Ui, one: &Proved) {
    let holds = one.findings.is_empty();
    let mark = if holds {
        ui.good("✔")
    } else {
        "✗".to_owned()
    };
    let id = ui.id(one.revision.as_str());
    let what = if holds {
        ui.dim(&words::tried(one))
    } else {
        String::new()
    };
    let line = format!("{mark} {id}  {}   {what}", one.message);
    ui.data(line.trim_end());
    for found in &one.findings {
        let told = words::found(found);
        ui.data(format!("    {}", told.line));
        if !told.below.is_empty() {
            let lines: Vec<String> = told
                .below
                .iter()
                .map(|line| format!("      {line}"))
                .collect();
            ui.data_lines(&lines.join("\n"));
        }
    }
    for note in &one.notes {
        match note {
            Note::NoRows { table, why } => {
                ui.detail(format!(
                    "{}: no rows could be made for {table}: {why}",
                    one.revision
                ));
            }
            note => {
                let told = words::note(note);
                ui.data(ui.dim(&format!("    {told}")));
            }
        }
    }
    for seen in &one.observed {
        ui.detail(format!("{}: {}", one.revision, words::observed(seen)));
    }
}

/// Once for all revisions: a table is in the way of each.
fn show_empty_tables(ui: &mut Ui, proof: &Proof) {
    let mut tables: Vec<&str> = Vec::new();
    for note in proof.revisions.iter().flat_map(|one| &one.notes) {
        if let Note::NoRows { table, .. } = note
            && !tables.contains(&table.as_str())
        {
            tables.push(table);
        }
    }
    if !tables.is_empty() {
        ui.warn(format!(
            "no rows could be made for {} (`-v` says why): nothing is proved of what they hold",
            tables.join(", ")
        ));
    }
}
