//! The ledger is set without running anything.

use super::{
    Context, Error, Event, Source, State,
    plan::require_sound,
    run::change_ledger,
    step::{Facts, scripts_of},
};
use crate::{
    db::{Database, LedgerChange},
    model::{Direction, Ledger, Plan, Project, RevId, Step, graph::StampChange},
};

/// What to stamp.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Where the database shall stand.
    pub targets: Vec<String>,
    /// Forget all rows first, also those the files do not know.
    pub purge: bool,
    /// Record just the targets, and leave every other row as it is.
    pub only: bool,
}

/// What a stamp changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// Rows that go and rows that come, as the steps of a plan that runs nothing.
    pub plan: Plan,
    /// Rows that the files do not know, and that stay.
    pub phantoms: Vec<RevId>,
}

/// What a stamp would change, from a database's rows or from a start that was named.
pub fn propose(
    context: &Context,
    project: &Project,
    source: &mut Source<'_>,
    request: &Request,
) -> Result<Stamped, Error> {
    from_rows(project, source.ledger(context, project)?, request)
}

fn from_rows(project: &Project, ledger: Ledger, request: &Request) -> Result<Stamped, Error> {
    require_sound(project)?;
    let state = State::new(project, ledger);
    let before = if request.purge {
        std::collections::BTreeSet::new()
    } else {
        state
            .applied
            .iter()
            .filter(|id| project.graph.get(id.as_str()).is_some())
            .cloned()
            .collect()
    };
    let half = |id: &RevId| state.interrupted.iter().any(|entry| entry.revision == *id);
    let mut change = if request.only {
        let mut add = Vec::new();
        for target in &request.targets {
            add.extend(project.graph.resolve(target)?);
        }
        add.retain(|id| !before.contains(id) || half(id));
        StampChange {
            remove: Vec::new(),
            rows: state
                .graph
                .maximal(&before.iter().chain(&add).cloned().collect()),
            add,
        }
    } else {
        project.graph.stamp(&before, &request.targets)?
    };
    settle_interrupted(&state, request, &mut change);
    let purged = if request.purge {
        state
            .ledger
            .entries
            .iter()
            .map(|entry| entry.revision.clone())
            .collect()
    } else {
        Vec::new()
    };
    let step = |direction| {
        move |revision: RevId| Step {
            direction,
            revision,
        }
    };
    let steps = purged
        .into_iter()
        .chain(change.remove)
        .map(step(Direction::Down))
        .chain(change.add.into_iter().map(step(Direction::Up)))
        .collect();
    Ok(Stamped {
        plan: Plan {
            from: state.heads,
            to: change.rows,
            steps,
        },
        phantoms: if request.purge {
            Vec::new()
        } else {
            state.phantoms
        },
    })
}

/// A row that was begun and never finished is settled by a stamp: it is applied
/// where the database shall have it, and gone where not.
fn settle_interrupted(state: &State, request: &Request, change: &mut StampChange) {
    if request.purge || request.only {
        return;
    }
    for entry in &state.interrupted {
        let id = &entry.revision;
        if change.add.contains(id) || change.remove.contains(id) {
            continue;
        }
        // One that is half rolled back still counts as applied, one half applied does not.
        if state.applied.contains(id) {
            change.add.push(id.clone());
        } else {
            change.remove.push(id.clone());
        }
    }
}

/// Changes the rows.
pub fn stamp(
    context: &Context,
    database: &mut dyn Database,
    project: &Project,
    request: &Request,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Stamped, Error> {
    let facts = Facts::gather(context);
    change_ledger(
        context,
        database,
        |_, ledger| {
            let stamped = from_rows(project, ledger, request)?;
            let empty = State::new(project, Ledger::default());
            let mut changes = Vec::new();
            if request.purge {
                changes.push(LedgerChange::Clear);
            }
            for step in &stamped.plan.steps {
                match step.direction {
                    Direction::Down if request.purge => {}
                    Direction::Down => changes.push(LedgerChange::Remove(step.revision.clone())),
                    Direction::Up => {
                        if let Some(migration) = project.migration(step.revision.as_str()) {
                            changes.push(LedgerChange::Put(
                                Box::new(facts.entry(migration, &empty)),
                                Box::new(scripts_of(migration)),
                            ));
                        }
                    }
                }
            }
            Ok((changes, stamped))
        },
        on_event,
    )
}
