//! What an import found and did, for people and for programs.

use serde_json::{Value, json};

use super::notes;
use crate::{
    cli::events::{names, plural},
    model::{Direction, RevId},
    ui::Ui,
    workflow::{
        Context,
        import::{Adoption, Item, Proposal, Tool, alembic::ConfigFile},
    },
};

/// Before anything is written: what the source holds.
pub(super) fn found(ui: &mut Ui, proposal: &Proposal) {
    ui.status(format!(
        "{} of {} in {}, for {}",
        plural(proposal.items.len(), "revision"),
        proposal.tool.name(),
        proposal.source,
        proposal.dialect
    ));
    // What was said when they were written need not be said again.
    if proposal.new_files() > 0 {
        notes::show(ui, proposal);
    }
    let (run, ignored): (Vec<_>, Vec<_>) = proposal.aside.iter().partition(|aside| aside.runs);
    for aside in run {
        ui.warn(format!("{} is left aside: {}", aside.path, aside.reason));
    }
    for aside in ignored {
        ui.status(format!("  {} is left aside: {}", aside.path, aside.reason));
    }
    if let Some(adoption) = &proposal.adoption {
        adopted(ui, proposal, adoption);
    }
}

fn adopted(ui: &mut Ui, proposal: &Proposal, adoption: &Adoption) {
    let tool = proposal.tool.name();
    ui.status(format!(
        "{} of {} calls {} applied, {} not",
        adoption.table,
        adoption.location,
        adoption.applied.len(),
        adoption.pending.len()
    ));
    if adoption.assumed {
        ui.status(match proposal.tool {
            Tool::Flyway => "  what lies below Flyway's baseline is taken for applied".to_owned(),
            _ => format!(
                "  {tool} keeps only the highest version: what lies below is taken for applied"
            ),
        });
    }
    let there = adoption.applied.len() - adoption.to_record.len();
    if there > 0 {
        ui.status(format!("  {there} of them are in the ledger already"));
    }
    if !adoption.gaps.is_empty() {
        ui.warn(format!(
            "never applied, though later ones are: {}",
            names(&adoption.gaps)
        ));
        ui.hint("they are not recorded; `teammig upgrade --out-of-order` applies them");
    }
    if !adoption.changed.is_empty() {
        ui.warn(format!(
            "{} changed since it was applied there, by {tool}'s checksum: {}",
            plural(adoption.changed.len(), "file"),
            names(&adoption.changed)
        ));
        ui.hint("they are recorded as the files are now");
    }
}

/// After it is done, or would be.
pub(super) fn done(ui: &mut Ui, context: &Context, proposal: &Proposal, dry: bool) {
    let new: Vec<&Item> = proposal
        .items
        .iter()
        .filter(|item| !item.is_there())
        .collect();
    if dry || ui.is_verbose() {
        for item in &new {
            let line = format!(
                "{}  {}  {}",
                ui.id(item.revision.id.as_str()),
                context.display_path(&item.path),
                item.revision.message
            );
            ui.data(line);
        }
    }
    let would = if dry { "would be " } else { "" };
    let folder = context.display_path(&proposal.folder);
    match (new.first(), new.last()) {
        (Some(first), Some(last)) => ui.status(format!(
            "{} {would}written to {folder}: {} … {}",
            plural(new.len(), "revision"),
            first.revision.id,
            last.revision.id
        )),
        _ => ui.status(format!(
            "nothing to write: all {} are in {folder} already",
            plural(proposal.items.len(), "revision")
        )),
    }
    if let Some(adoption) = &proposal.adoption {
        ui.status(match adoption.to_record.len() {
            0 => format!("nothing to record in {}", adoption.location),
            n => format!(
                "{} {would}recorded as applied in {}",
                plural(n, "revision"),
                adoption.location
            ),
        });
    }
    configured(ui, context, proposal, dry);
    if dry || new.is_empty() {
        return;
    }
    if proposal.folder_is_new {
        ui.hint(format!(
            "name the folder in teammig.yaml: `migrations: {folder}`"
        ));
    }
    if proposal.adoption.is_none() {
        ui.hint(
            "`teammig upgrade` applies them to a new database; for one that has them, call this again with `--adopt`",
        );
    }
}

/// What becomes of the configuration of an Alembic project, and what is left to do.
fn configured(ui: &mut Ui, context: &Context, proposal: &Proposal, dry: bool) {
    let folder = context.display_path(&proposal.folder);
    match &proposal.config {
        ConfigFile::Stays => return,
        ConfigFile::ByHand => {
            ui.warn("teammig.yaml was not changed: it has several databases, or a form of its own");
            ui.hint(format!(
                "write `layout: native` and `migrations: {folder}` there, and keep `alembic:` until all databases are adopted"
            ));
        }
        ConfigFile::Becomes { path, .. } => {
            let would = if dry { "would name" } else { "names" };
            let file = context.display_path(path);
            ui.status(format!("{file} {would} {folder} as a native project now"));
        }
    }
    if dry {
        return;
    }
    ui.hint("`teammig verify` runs them all up and down on a scratch database");
    ui.hint(
        "`teammig import alembic --adopt --env NAME` for each further database; then delete Alembic's files, and `alembic:` in \
         teammig.yaml (URLs are then teammig's own: `sqlite:dev.db`, `postgresql://…`)",
    );
}

/// `teammig.import/1`.
pub(super) fn document(context: &Context, proposal: &Proposal, dry: bool) -> Value {
    json!({
        "schema": "teammig.import/1",
        "dry_run": dry,
        "tool": proposal.tool.name(),
        "dialect": proposal.dialect.name(),
        "source": proposal.source,
        "folder": context.display_path(&proposal.folder),
        "written": proposal.new_files(),
        "config": match &proposal.config {
            ConfigFile::Stays => "stays",
            ConfigFile::Becomes { .. } => "native",
            ConfigFile::ByHand => "by-hand",
        },
        "revisions": proposal.items.iter().map(|item| revision(context, item)).collect::<Vec<_>>(),
        "left_aside": proposal.aside.iter().map(|aside| json!({
            "path": &*aside.path,
            "reason": aside.reason,
        })).collect::<Vec<_>>(),
        "adopted": proposal.adoption.as_ref().map(adoption),
    })
}

fn revision(context: &Context, item: &Item) -> Value {
    let source = &item.source;
    let revision = &item.revision;
    json!({
        "revision": revision.id,
        "parents": revision.parents,
        "message": revision.message,
        "created": revision.created.map(|at| at.to_string()),
        "path": context.display_path(&item.path),
        "written": !item.is_there(),
        "version": source.version,
        "source_up": &*source.up.path,
        "source_down": source.down.as_ref().map(|down| &*down.path),
        "irreversible": source.down.is_none(),
        "transaction": !source.up.no_transaction,
        "down_transaction": source.down.as_ref().map(|down| !down.no_transaction),
        "foreign_keys_off": source.up.foreign_keys_off,
        "down_foreign_keys_off": source.down.as_ref().map(|down| down.foreign_keys_off),
        "notes": source.notes.iter().map(|note| json!({
            "kind": note.kind.name(),
            "direction": match note.direction {
                Direction::Up => "up",
                Direction::Down => "down",
            },
            "path": &*note.path,
            "line": note.line,
        })).collect::<Vec<_>>(),
    })
}

fn adoption(adoption: &Adoption) -> Value {
    let ids = |ids: &[RevId]| json!(ids);
    json!({
        "table": adoption.table,
        "database": adoption.location,
        "applied": ids(&adoption.applied),
        "recorded": ids(&adoption.to_record),
        "pending": ids(&adoption.pending),
        "gaps": ids(&adoption.gaps),
        "changed": ids(&adoption.changed),
        "assumed": adoption.assumed,
    })
}
