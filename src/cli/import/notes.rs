//! What was noticed on the way, in words: one line for each kind.

use crate::{
    cli::events::plural,
    model::{Direction, RevId},
    ui::Ui,
    workflow::import::{Note, NoteKind, Proposal},
};

/// Shows the notes, grouped by kind: with their places when more is asked for,
/// else with the first of them.
pub(super) fn show(ui: &mut Ui, proposal: &Proposal) {
    let mut notes: Vec<(&RevId, &Note)> = proposal.notes().collect();
    notes.sort_by_key(|(_, note)| note.kind);
    for group in notes.chunk_by(|(_, a), (_, b)| a.kind == b.kind) {
        let Some((first_id, first)) = group.first() else {
            continue;
        };
        let line = words(first.kind, group.len(), proposal);
        let example = if ui.is_verbose() {
            String::new()
        } else {
            format!(", e.g. {first_id}")
        };
        if first.kind.is_warning() {
            ui.warn(format!("{line}{example}"));
            if let Some(advice) = advice(first.kind, proposal) {
                ui.hint(advice);
            }
        } else {
            ui.status(format!("  {line}{example}"));
        }
        for (id, note) in group {
            let place = match note.line {
                Some(line) => format!("{}:{line}", note.path),
                None => note.path.to_string(),
            };
            let way = match note.direction {
                Direction::Up => "up",
                Direction::Down => "down",
            };
            ui.detail(format!("      {id} {way:<4}  {place}"));
        }
    }
}

/// What the user can do about it.
fn advice(kind: NoteKind, proposal: &Proposal) -> Option<String> {
    match kind {
        NoteKind::NamesLedger => Some(format!(
            "for a new database take the statement out of the revision, or create {} as {} does before `teammig upgrade`",
            proposal.tool.ledger_table(),
            proposal.tool.name()
        )),
        NoteKind::WayBackNeedsDatabase => {
            Some("`-v` names them with their lines; write their `-- migrate:down` by hand where you need it".to_owned())
        }
        NoteKind::ForeignKeysEnforced => Some(
            "put `PRAGMA foreign_keys = OFF` and `ON` around the statements, or let it run in a transaction with \
             `foreign_keys:off`"
                .to_owned(),
        ),
        _ => None,
    }
}

fn words(kind: NoteKind, n: usize, proposal: &Proposal) -> String {
    let scripts = plural(n, "script");
    let tool = proposal.tool.name();
    let s = if n == 1 { "s" } else { "" };
    match kind {
        NoteKind::NoWayBack => format!(
            "{} without a way back: no down script, or one that does nothing",
            plural(n, "revision")
        ),
        NoteKind::WayBackNeedsDatabase => format!(
            "{} whose downgrade() cannot be written down without a database: written as irreversible",
            plural(n, "revision")
        ),
        NoteKind::OutsideTransaction => {
            format!("{scripts} outside a transaction, as {tool} was told")
        }
        NoteKind::OutsideNeeded => {
            format!("{scripts} outside a transaction, since a statement cannot run in one")
        }
        NoteKind::OwnTransaction => format!(
            "{scripts} with a BEGIN and COMMIT around everything: taken out, since teammig puts each script in a transaction"
        ),
        NoteKind::OwnControl => format!(
            "{scripts} that begin{s} or end{s} transactions in the midst: left as written, and run outside of ours"
        ),
        NoteKind::Batch => format!(
            "{scripts} outside a transaction with several statements: {tool} sent them in one piece, which the server \
             took as one transaction; now each statement stands by itself"
        ),
        NoteKind::ForeignKeysOff => format!(
            "{scripts} that drop{s} or rebuild{s} tables: with foreign keys off around them, and checked before the commit"
        ),
        NoteKind::PragmaReplaced => {
            format!("{scripts} in which PRAGMA foreign_keys was replaced by foreign_keys:off")
        }
        NoteKind::PlainRename => format!(
            "{scripts} with renamed tables, whose references follow (legacy_alter_table is off around the rename)"
        ),
        NoteKind::ForeignKeysEnforced => format!(
            "{scripts} that drop{s} tables outside a transaction, where teammig enforces foreign keys"
        ),
        NoteKind::NamesLedger => format!(
            "{scripts} that name{s} {}, the table of {tool}, which is not there in a new database",
            proposal.tool.ledger_table()
        ),
        NoteKind::SeveralPairs => format!(
            "{} with several pairs of sections: one revision for each pair",
            plural(n, "file")
        ),
        NoteKind::LineEnds => format!("{scripts} with CR LF inside a literal, which is LF now"),
    }
}
