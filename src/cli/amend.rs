//! `teammig amend`

use serde_json::json;

use super::{Status, events::listed};
use crate::{
    model::shell,
    ui::Ui,
    workflow::{
        Context, Error,
        amend::{self, Amending},
    },
};

/// Record why a revision that others have had to be changed
///
/// What is published, tagged or applied is not edited. Where it has to be all the same, change the file
/// and record why: the entry in its header names what it was, lets the change pass the hook and `check`, where a
/// reviewer sees it, and lets `sync` record in databases that ran it what it is now. Such databases do not
/// run it again.
///
/// Other parents can be recorded too, where nothing is lost below them and neither a tag nor a protected
/// environment has the revision.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig amend 9209 --reason \"IF NOT EXISTS: production has the index since 2024\"
  teammig amend 9209 --reason \"…\" --dry-run")]
pub(super) struct Args {
    /// A revision, or a unique prefix of one
    revision: String,

    /// Why it had to change, in one line
    #[arg(long, short)]
    reason: String,

    /// Show what would be written
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let amending = amend::propose(context, &args.revision, &args.reason)?;
    if !args.dry_run {
        amend::write(context, &amending)?;
    }
    if ui.is_json() {
        ui.json(&json!({
            "schema": "teammig.amend/1",
            "revision": amending.revision,
            "path": amending.path,
            "written": !args.dry_run && !amending.entries.is_empty(),
            "entries": amending.entries,
            "recorded": amending.amendment.recorded,
            "scripts": amending.amendment.scripts,
            "parents": amending.amendment.edges,
        }));
        return Ok(Status::Fine);
    }
    show(ui, context, &amending, args.dry_run);
    Ok(Status::Fine)
}

fn show(ui: &mut Ui, context: &Context, amending: &Amending, dry: bool) {
    let id = ui.id_err(amending.revision.as_str());
    let path = context.display_path(&context.config.root.join(&amending.path));
    if amending.entries.is_empty() {
        ui.status(format!(
            "{path} says already why {id} was changed: {}",
            listed(&amending.amendment.recorded)
        ));
        if !amending.amendment.recorded.contains(&amending.reason) {
            ui.warn("the reason given now is not written: there is one for this change");
            ui.hint(format!(
                "while nobody else has it, word it in the header of {path}, under `amended`"
            ));
        }
        return;
    }
    let verb = if dry { "would write" } else { "wrote" };
    ui.status(format!("{verb} into the header of {path}"));
    for entry in &amending.entries {
        ui.status(format!("  was {}: {}", entry.was_words(), entry.reason));
    }
    if !dry {
        let below = if amending.amendment.edges {
            "; what is new below it runs there after it"
        } else {
            ""
        };
        ui.hint(format!(
            "commit it: `git add {}`; `teammig sync` then records it in databases that have it, without running it \
             again{below}",
            shell::word(&path)
        ));
    }
}
