//! A database that another tool migrated gets a ledger of ours.
//!
//! Nothing is run and the source's table stays as it is; the rows that it calls
//! applied are recorded as exactly those, with holes where it has holes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Proposal, Refusal, Tool, alembic,
    ledgers::{self, Applied, Said},
};
use crate::{
    db::{Database, LedgerChange},
    git::{Folders, worktree_snapshot},
    layout,
    model::{Ledger, RevId},
    workflow::{
        Context, Error, Event, State,
        run::change_ledger,
        step::{Facts, scripts_of},
    },
};

/// Most versions that an error lists.
const ENOUGH: usize = 10;

/// What an adoption would record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The source's table.
    pub table: String,
    /// The database, without a password.
    pub location: String,
    /// What the source calls applied, in order.
    pub applied: Vec<RevId>,
    /// Those that our ledger has not got yet, in order.
    pub to_record: Vec<RevId>,
    /// Not applied, though later ones are.
    pub gaps: Vec<RevId>,
    /// Not applied.
    pub pending: Vec<RevId>,
    /// Applied from a file that was different then.
    pub changed: Vec<RevId>,
    /// The source records only its highest version (or a baseline): what lies
    /// below is assumed to be applied.
    pub assumed: bool,
    times: BTreeMap<RevId, Timestamp>,
}

/// Holds the source's table against its files and against our ledger.
pub(super) fn propose(
    proposal: &Proposal,
    database: &mut dyn Database,
    ledger: &Ledger,
) -> Result<Adoption, Error> {
    let mut said = ledgers::read(database, proposal.tool, &proposal.table)?;
    if proposal.tool == Tool::Alembic {
        said = alembic::with_ancestors(said, &proposal.items);
    }
    let location = database.location().to_owned();
    judge(proposal, &said, ledger, location)
}

fn judge(
    proposal: &Proposal,
    said: &Said,
    ledger: &Ledger,
    location: String,
) -> Result<Adoption, Error> {
    let tool = proposal.tool;
    let (rows, up_to): (&[Applied], Option<&str>) = match said {
        Said::Rows(rows) => (rows, None),
        Said::UpTo(version) => (&[], Some(version)),
        Said::Baseline(version, rows) => (rows, Some(version)),
    };
    let known: BTreeSet<&str> = proposal
        .items
        .iter()
        .map(|item| item.source.version.as_str())
        .collect();
    let mut unknown: Vec<&str> = rows
        .iter()
        .map(|row| row.version.as_str())
        .filter(|version| !known.contains(version))
        .collect();
    // A baseline need not have a script; the highest version has one.
    if let Said::UpTo(version) = said
        && !known.contains(version.as_str())
    {
        unknown.push(version);
    }
    if !unknown.is_empty() {
        return Err(refuse_unknown(proposal, &location, &unknown));
    }
    let by_version: BTreeMap<&str, &Applied> =
        rows.iter().map(|row| (row.version.as_str(), row)).collect();
    let mut adoption = Adoption {
        table: proposal.table.clone(),
        location,
        applied: Vec::new(),
        to_record: Vec::new(),
        gaps: Vec::new(),
        pending: Vec::new(),
        changed: Vec::new(),
        assumed: up_to.is_some(),
        times: BTreeMap::new(),
    };
    let recorded = ledger.applied();
    for item in &proposal.items {
        let id = &item.revision.id;
        let row = by_version.get(item.source.version.as_str());
        let below = up_to.is_some_and(|top| tool.is_up_to(&item.source.version, top));
        if row.is_none() && !below {
            adoption.pending.push(id.clone());
            continue;
        }
        adoption.applied.push(id.clone());
        // Whatever was pending until here has been passed over, or is on another branch.
        if tool != Tool::Alembic {
            adoption.gaps.clone_from(&adoption.pending);
        }
        if !recorded.contains(id) {
            adoption.to_record.push(id.clone());
        }
        let Some(row) = row else { continue };
        if let Some(at) = row.at {
            adoption.times.insert(id.clone(), at);
        }
        let matches = row.checksum.as_deref().and_then(|recorded| {
            let bytes = proposal.listing.bytes(&item.source.up.path)?;
            tool.checksum_matches(bytes, recorded)
        });
        if matches == Some(false) {
            adoption.changed.push(id.clone());
        }
    }
    Ok(adoption)
}

fn refuse_unknown(proposal: &Proposal, location: &str, unknown: &[&str]) -> Error {
    let mut refusal = Refusal::new(format!(
        "{location} has {} applied that {} does not hold",
        match unknown.len() {
            1 => "a version".to_owned(),
            n => format!("{n} versions"),
        },
        proposal.source
    ));
    for version in unknown.iter().take(ENOUGH) {
        refusal = refusal.note(format!("  {version}"));
    }
    if unknown.len() > ENOUGH {
        refusal = refusal.note(format!("  and {} more", unknown.len() - ENOUGH));
    }
    refusal
        .hint("import the folder that this database was migrated with; it may be on another branch")
        .hint("or import without `--adopt`, and record by hand what is applied: `teammig stamp REVISION`")
        .into()
}

/// Writes the rows, under the lock, if everything still is as it was shown.
pub(super) fn record(
    context: &Context,
    proposal: &Proposal,
    shown: &Adoption,
    database: &mut dyn Database,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let folders = Folders::new(&proposal.folders, context.layout().extensions());
    let snapshot = worktree_snapshot(&context.config.root, &folders)?.snapshot;
    let project = layout::load(&snapshot, context.layout());
    let facts = Facts::gather(context);
    let empty = State::new(&project, Ledger::default());
    change_ledger(
        context,
        database,
        |database, ledger| {
            let now = propose(proposal, database, &ledger)?;
            if now != *shown {
                return Err(Error::PlanChanged);
            }
            let changes = shown
                .to_record
                .iter()
                .filter_map(|id| project.migration(id.as_str()))
                .map(|migration| {
                    let mut entry = facts.entry(migration, &empty);
                    if let Some(at) = shown.times.get(&entry.revision) {
                        entry.applied_at = Some(*at);
                    }
                    LedgerChange::Put(Box::new(entry), Box::new(scripts_of(migration)))
                })
                .collect();
            Ok((changes, ()))
        },
        on_event,
    )
}
