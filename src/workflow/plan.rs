//! What an upgrade or a downgrade would do: the plan, ready to be shown and run.

use std::collections::BTreeSet;

use super::{
    Context, Error, State, Why, alembic, fixed,
    replay::{self, ToCome},
    stands::Stands,
    step::{Facts, Prepared},
    taken_out::Depth,
    way_back_in_git::{self, FoundWayBack},
};
use crate::{
    db::Database,
    model::{
        Dialect, Direction, EntryState, Ledger, Plan, Project, RevId, Step,
        graph::{self, GraphError},
    },
};

/// What to do about a statement of which nobody knows whether it ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Resume {
    /// Stop and say so.
    #[default]
    Ask,
    /// Run it again.
    Again,
    /// It did run: go on after it.
    After,
}

/// What to upgrade to, and how careful to be.
#[derive(Debug, Clone, Default)]
pub struct Upgrade {
    /// The target; `None` = `heads`, where the line is single.
    pub target: Option<String>,
    /// Also apply several heads of one line.
    pub all_heads: bool,
    /// Also run revisions that lie below applied ones.
    pub out_of_order: bool,
    /// Roll these back first, with everything applied that needs them. One that is
    /// not applied stands for what was applied over its head.
    pub take_down: BTreeSet<RevId>,
    /// These go back by the script that the ledger kept, also where the file's way up is
    /// what ran.
    pub as_stored: BTreeSet<RevId>,
    /// Applied revisions of which nobody has said what becomes of them: as long as they
    /// stay, nothing is applied that needs them.
    pub undecided: BTreeSet<RevId>,
    /// Applied revisions over which what lies below them may run: it was proved that the
    /// order does not matter.
    pub standing: BTreeSet<RevId>,
    /// What to do about a statement of which nobody knows whether it ran.
    pub resume: Resume,
}

/// What to downgrade to.
#[derive(Debug, Clone)]
pub struct Downgrade {
    /// The target.
    pub target: String,
    /// What to do about a statement of which nobody knows whether it ran.
    pub resume: Resume,
}

/// A plan with everything that is needed to run it.
#[derive(Debug)]
pub struct Proposal {
    /// The plan.
    pub plan: Plan,
    /// Its steps, ready.
    pub steps: Vec<Prepared>,
    /// What the user should know before.
    pub warnings: Vec<Warning>,
    /// Where the database stands.
    pub state: State,
    /// What is not rolled back, since the order does not matter.
    pub stands: Vec<Stands>,
}

impl Proposal {
    /// Pending revisions that are not applied, since they need what is undecided.
    pub fn waiting(&self) -> &[RevId] {
        let mut warnings = self.warnings.iter();
        warnings
            .find_map(|warning| match warning {
                Warning::Waiting { pending, .. } => Some(pending.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }
}

/// Something worth knowing before a run; it does not stop it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The ledger has revisions that the files do not know.
    Phantoms {
        /// All of them.
        all: Vec<RevId>,
        /// Those that nothing applied builds on: they can be rolled back alone.
        heads: Vec<RevId>,
        /// Their scripts come out of Git: the ledger keeps none.
        from_git: bool,
    },
    /// Those of them that an operation of Git in progress is still to bring.
    ToCome(ToCome),
    /// Applied revisions whose files differ now.
    Edited {
        /// All of them.
        all: Vec<RevId>,
        /// Others have one of them: it may not be edited.
        fixed: bool,
    },
    /// Applied revisions that were changed on purpose since.
    Amended(Vec<RevId>),
    /// A downgrade by steps from several heads: the one applied last was taken.
    AmbiguousStep(RevId),
    /// The way back comes from the ledger.
    FromLedger(Vec<RevId>),
    /// Python on the way back that undoes nothing of what its way up did.
    Idle(Vec<RevId>),
    /// The ledger kept no way back, and it was found in Git.
    FoundWayBack(RevId, FoundWayBack),
    /// Pending revisions that wait, since they need what is undecided.
    Waiting {
        /// Those that wait, in file order.
        pending: Vec<RevId>,
        /// What they need, in file order.
        undecided: Vec<RevId>,
    },
    /// An interrupted script goes on after these many statements.
    Resumes(RevId, u32),
}

/// Where a plan's starting point comes from.
pub enum Source<'a> {
    /// A database's ledger.
    Database(&'a mut dyn Database),
    /// Revisions named by the user, for a plan without a database.
    Given(Vec<String>, Dialect),
}

impl Source<'_> {
    /// The rows, real or assumed.
    pub(super) fn ledger(&mut self, context: &Context, project: &Project) -> Result<Ledger, Error> {
        match self {
            Source::Database(database) => context.ledger(*database),
            Source::Given(names, _) => assumed(context, project, names),
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Source::Database(database) => database.dialect(),
            Source::Given(_, dialect) => *dialect,
        }
    }
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Database(database) => write!(f, "Database({})", database.location()),
            Source::Given(names, _) => write!(f, "Given({names:?})"),
        }
    }
}

/// A ledger in which the named revisions and their ancestors are applied.
fn assumed(context: &Context, project: &Project, names: &[String]) -> Result<Ledger, Error> {
    let mut ids = Vec::new();
    for name in names {
        ids.extend(project.graph.resolve(name)?);
    }
    let applied = project.graph.ancestors(&ids);
    let empty = State::new(project, Ledger::default());
    let facts = Facts::gather(context);
    let entries = project
        .graph
        .order(&applied)
        .into_iter()
        .rev()
        .filter_map(|id| project.migration(id.as_str()))
        .map(|migration| facts.entry(migration, &empty))
        .collect();
    Ok(Ledger {
        exists: true,
        entries,
        unplaced: Vec::new(),
        gone: Vec::new(),
        superfluous: Vec::new(),
    })
}

/// Refuses to act on files that cannot be trusted.
pub(super) fn require_sound(project: &Project) -> Result<(), Error> {
    let errors: Vec<_> = project.errors().cloned().collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Findings(errors))
    }
}

/// Several heads of one line, as the error that explains it.
pub(super) fn require_single_line(project: &Project, why: Why) -> Result<(), Error> {
    let diverged = project.graph.diverged();
    if diverged.is_empty() {
        return Ok(());
    }
    Err(Error::Diverged {
        heads: diverged
            .iter()
            .map(|id| (id.clone(), project.message(id)))
            .collect(),
        why,
    })
}

/// What an upgrade would do.
pub fn upgrade(
    context: &Context,
    project: &Project,
    source: &mut Source<'_>,
    request: &Upgrade,
) -> Result<Proposal, Error> {
    require_sound(project)?;
    let ledger = source.ledger(context, project)?;
    alembic::require_placed(context, &ledger)?;
    let state = State::new(project, ledger);
    if request.target.is_none() && !request.all_heads {
        require_single_line(project, Why::Upgrade)?;
    }
    let target = request.target.as_deref().unwrap_or("heads");
    let mut down = state.graph.unwind(&state.applied, &request.take_down);
    // What was applied in another order than the files have now goes as it came.
    let place = |id: &RevId| {
        let entries = &state.ledger.entries;
        entries.iter().position(|entry| entry.revision == *id)
    };
    if moved(project, &state, &down) {
        down.sort_by_key(|id| std::cmp::Reverse(place(id)));
    }
    half_done(&state, Direction::Up, &down)?;
    let mut stays = state.applied.clone();
    stays.retain(|id| !down.contains(id));
    let mut path = project.graph.upgrade(&stays, target)?;
    path.retain(|id| !stays.contains(id));
    let waiting = waiting(&project.graph, &request.undecided, &stays, &mut path);
    if !request.out_of_order {
        // A gap in another line is none of this target's business.
        let skipped: Vec<_> = if down.is_empty() && request.standing.is_empty() {
            state.skipped.clone()
        } else {
            let held_to = stays.difference(&request.standing);
            state.graph.skipped(&held_to.cloned().collect())
        }
        .into_iter()
        .filter(|id| path.contains(id))
        .map(|id| (id.clone(), state.message(&id).to_owned()))
        .collect();
        if !skipped.is_empty() {
            let stays = context.target().is_ok_and(|target| target.protected)
                || over_is_amended(project, &state, &skipped);
            return Err(Error::Skipped {
                revisions: skipped,
                stays,
            });
        }
    }
    let facts = Facts::gather(context);
    let dialect = source.dialect();
    let mut steps = down_steps(
        context,
        project,
        source,
        &state,
        &down,
        (&request.as_stored, request.resume),
    )?;
    // It would run again on top of what stays of it.
    if let Some(idle) = steps.iter().find_map(|step| step.idle.clone()) {
        return Err(Error::Irreversible(idle));
    }
    for id in &path {
        if let Some(migration) = project.migration(id.as_str()) {
            steps.push(Prepared::up(
                migration,
                &state,
                &facts,
                request.resume,
                dialect,
            )?);
        }
    }
    let mut warnings = drift_warnings(context, &state, &down);
    warnings.extend(waiting);
    finish(context, source, state, steps, warnings)
}

/// What ran over these was changed on purpose. Such a decision is for revisions that others
/// have: databases keep what they ran, with the rows.
fn over_is_amended(project: &Project, state: &State, skipped: &[(RevId, String)]) -> bool {
    let ids = skipped.iter().map(|(id, _)| id.clone()).collect();
    let over = state.graph.unwind(&state.applied, &ids);
    let mut over = over.iter().filter_map(|id| project.migration(id.as_str()));
    over.any(|migration| !migration.revision.amended.is_empty())
}

/// One of these stood on something else when it was applied.
fn moved(project: &Project, state: &State, down: &[RevId]) -> bool {
    down.iter().any(|id| {
        let entry = state.ledger.entry(id.as_str());
        let migration = project.migration(id.as_str());
        entry
            .zip(migration)
            .is_some_and(|(entry, migration)| entry.parents != migration.revision.parents)
    })
}

/// Takes out of `path` what needs an undecided revision that stays.
fn waiting(
    graph: &graph::Graph,
    undecided: &BTreeSet<RevId>,
    stays: &BTreeSet<RevId>,
    path: &mut Vec<RevId>,
) -> Option<Warning> {
    let undecided: Vec<RevId> = undecided.intersection(stays).cloned().collect();
    let above = graph.descendants(&undecided);
    let pending: Vec<RevId> = path.extract_if(.., |id| above.contains(id)).collect();
    let needed = graph.ancestors(&pending);
    (!pending.is_empty()).then(|| Warning::Waiting {
        undecided: undecided
            .into_iter()
            .filter(|id| needed.contains(id))
            .collect(),
        pending,
    })
}

/// What a downgrade would do. Revisions that only the ledger knows take part.
pub fn downgrade(
    context: &Context,
    project: &Project,
    source: &mut Source<'_>,
    request: &Downgrade,
) -> Result<Proposal, Error> {
    require_sound(project)?;
    let ledger = source.ledger(context, project)?;
    alembic::require_placed(context, &ledger)?;
    let state = State::new(project, ledger);
    half_done(&state, Direction::Down, &[])?;
    // Steps count from the head that was applied last.
    let mut rows = state.heads.clone();
    let place = |id: &RevId| {
        state
            .ledger
            .entries
            .iter()
            .position(|entry| entry.revision == *id)
    };
    rows.sort_by_key(|id| std::cmp::Reverse(place(id)));
    let found = match state
        .graph
        .downgrade(&state.applied, &rows, &request.target)
    {
        // One step down from a merge revision is the merge revision itself; Alembic
        // gives up here, since it would have to choose one of the parents.
        Err(GraphError::AmbiguousWalk { .. }) if request.target == "-1" => graph::Downgrade {
            path: rows.first().cloned().into_iter().collect(),
            ambiguous: rows.len() > 1,
        },
        other => other?,
    };
    let steps = down_steps(
        context,
        project,
        source,
        &state,
        &found.path,
        (&BTreeSet::new(), request.resume),
    )?;
    let mut warnings = Vec::new();
    if found.ambiguous
        && let Some(first) = rows.first()
    {
        warnings.push(Warning::AmbiguousStep(first.clone()));
    }
    let from_ledger: Vec<RevId> = steps
        .iter()
        .filter(|step| step.from_ledger && step.idle.is_none())
        .map(|step| step.step.revision.clone())
        .collect();
    if !from_ledger.is_empty() {
        warnings.push(Warning::FromLedger(from_ledger));
    }
    let idle: Vec<RevId> = steps
        .iter()
        .filter(|step| step.idle.is_some())
        .map(|step| step.step.revision.clone())
        .collect();
    if !idle.is_empty() {
        warnings.push(Warning::Idle(idle));
    }
    warnings.extend(steps.iter().filter_map(|step| {
        let found = step.found.clone()?;
        Some(Warning::FoundWayBack(step.step.revision.clone(), found))
    }));
    finish(context, source, state, steps, warnings)
}

/// The way back of `path`, with the scripts that ran where the files differ now.
fn down_steps(
    context: &Context,
    project: &Project,
    source: &mut Source<'_>,
    state: &State,
    path: &[RevId],
    (as_stored, resume): (&BTreeSet<RevId>, Resume),
) -> Result<Vec<Prepared>, Error> {
    let dialect = source.dialect();
    let mut kept = Vec::with_capacity(path.len());
    for id in path {
        let Some(entry) = state.ledger.entry(id.as_str()) else {
            continue;
        };
        let stored = match source {
            Source::Database(database) => database
                .stored_scripts(id)
                .map_err(|error| Error::database(*database, error))?,
            Source::Given(..) => project.migration(id.as_str()).map(super::step::scripts_of),
        };
        kept.extend(stored.map(|stored| (entry, stored)));
    }
    let phantoms = kept
        .iter()
        .filter(|(entry, _)| state.phantoms.contains(&entry.revision))
        .map(|(entry, stored)| (&entry.revision, stored));
    let mut found = way_back_in_git::find(context, phantoms)?;
    kept.into_iter()
        .map(|(entry, stored)| {
            let found = found.remove(&entry.revision);
            let file = project.migration(entry.revision.as_str());
            let file = file.filter(|_| !as_stored.contains(&entry.revision));
            Prepared::down(entry, stored, found, file, state, resume, dialect)
        })
        .collect()
}

/// What differs between files and database and stays so.
fn drift_warnings(context: &Context, state: &State, down: &[RevId]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let stay = |ids: &[RevId]| -> Vec<RevId> {
        ids.iter()
            .filter(|id| !down.contains(id))
            .cloned()
            .collect()
    };
    let mut phantoms = stay(&state.phantoms);
    // Only the words hang on it: where it cannot be said, they are phantoms like others.
    if let Ok(Some(to_come)) = replay::to_come(context, &phantoms) {
        phantoms.retain(|id| !to_come.revisions.contains(id));
        warnings.push(Warning::ToCome(to_come));
    }
    if !phantoms.is_empty() {
        let is_head = |id: &&RevId| state.heads.contains(id);
        warnings.push(Warning::Phantoms {
            heads: phantoms.iter().filter(is_head).cloned().collect(),
            all: phantoms,
            from_git: alembic::is_used(context) && !context.config.alembic.sidecar,
        });
    }
    let edited = stay(&state.edited);
    if !edited.is_empty() {
        // Only the words hang on it, too.
        let binding =
            fixed::binding_here(context, &edited.iter().cloned().collect(), Depth::Latest);
        warnings.push(Warning::Edited {
            fixed: binding.is_ok_and(|binding| !binding.is_empty()),
            all: edited,
        });
    }
    let amended = stay(&state.amended);
    if !amended.is_empty() {
        warnings.push(Warning::Amended(amended));
    }
    warnings
}

/// The checks and numbers that both directions share.
fn finish(
    context: &Context,
    source: &mut Source<'_>,
    state: State,
    steps: Vec<Prepared>,
    mut warnings: Vec<Warning>,
) -> Result<Proposal, Error> {
    let dialect = source.dialect();
    // What is wrong with Python, Python says.
    let of_sql = steps.iter().filter(|_| !alembic::is_used(context));
    let findings: Vec<_> = of_sql.flat_map(|step| step.findings(dialect)).collect();
    if !findings.is_empty() {
        return Err(Error::Findings(findings));
    }
    for step in steps.iter().filter(|step| step.skip > 0) {
        if let Source::Database(database) = source {
            let before = database
                .stored_scripts(&step.step.revision)
                .map_err(|error| Error::database(*database, error))?;
            if let Some(before) = before {
                step.check_resumed(&before, dialect)?;
            }
        }
        warnings.push(Warning::Resumes(step.step.revision.clone(), step.skip));
    }
    let mut after: BTreeSet<RevId> = state.applied.clone();
    for step in &steps {
        match step.step.direction {
            Direction::Up => after.insert(step.step.revision.clone()),
            Direction::Down => after.remove(&step.step.revision),
        };
    }
    let steps_only: Vec<Step> = steps.iter().map(|step| step.step.clone()).collect();
    Ok(Proposal {
        plan: Plan {
            from: state.heads.clone(),
            to: state.graph.maximal(&after),
            steps: steps_only,
        },
        steps,
        warnings,
        state,
        stands: Vec::new(),
    })
}

/// A script that was begun in the other direction has to be finished first.
/// `down` are revisions that are rolled back on the way.
fn half_done(state: &State, wanted: Direction, down: &[RevId]) -> Result<(), Error> {
    for entry in &state.interrupted {
        let wanted = if down.contains(&entry.revision) {
            Direction::Down
        } else {
            wanted
        };
        if let EntryState::Running {
            direction, done, ..
        } = entry.state
            && direction != wanted
        {
            return Err(Error::HalfDone {
                revision: entry.revision.clone(),
                direction,
                done,
            });
        }
    }
    Ok(())
}
