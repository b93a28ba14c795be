//! `verify`: the ways up and back of new revisions, proved on a scratch database with the
//! schema of what they build on.

use std::collections::BTreeSet;

use super::{
    Context, Error, check,
    plan::require_sound,
    proof::{Ask, Proof, prove_each},
    replayed,
    step::Prepared,
};
use crate::model::{Project, RevId};

/// What of a comparison is shown.
pub use crate::schema::{Comparison, Difference, How, Loss, Value, What};

/// Which revisions to prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Those that what is protected has not.
    New,
    /// These, as a command line names them.
    Named(Vec<String>),
    /// All.
    All,
}

/// What came of it.
#[derive(Debug)]
pub struct Verified {
    /// The environment whose database said what the scratch database has to be like.
    pub environment: String,
    /// What `Which::New` compared with.
    pub base: Option<String>,
    /// The project's files, for paths.
    pub project: Project,
    /// Absent where there was nothing to prove.
    pub proof: Option<Proof>,
}

/// Proves revisions; `here`: on a protected environment's server too. `begins` is told of
/// each that is run on top of the history, and of how many there are.
pub fn verify(
    context: &Context,
    which: &Which,
    here: bool,
    begins: &mut dyn FnMut(&Prepared, usize),
) -> Result<Verified, Error> {
    let project = context.project()?;
    require_sound(&project)?;
    let environment = context.target()?.environment;
    let (chosen, base) = match which {
        Which::New => check::new_here(context)?,
        Which::Named(names) => (named(&project, names)?, None),
        Which::All => {
            let ids = project.graph.iter().map(|one| one.id.clone());
            (ids.collect(), None)
        }
    };
    let chosen: BTreeSet<RevId> = chosen.into_iter().collect();
    let (below, above) = order(&project, which, &chosen);
    if above.is_empty() {
        return Ok(Verified {
            environment,
            base,
            project,
            proof: None,
        });
    }
    let mut database = context.database()?;
    let database = &mut *database;
    let dialect = database.dialect();
    let steps = |ids: &[RevId]| replayed::of_files(context, &project, ids, dialect);
    let (history, mut left_out) = steps(&below)?;
    let (steps, left_out_above) = steps(&above)?;
    left_out.extend(left_out_above);
    let both = |step: &Prepared| {
        let mut findings = step.findings(dialect);
        findings.extend(step.back().iter().flat_map(|back| back.findings(dialect)));
        findings
    };
    let unrunnable: Vec<_> = history.iter().chain(&steps).flat_map(both).collect();
    if !unrunnable.is_empty() {
        return Err(Error::Findings(unrunnable));
    }
    let ask = Ask {
        history: &history,
        steps: &steps,
        only: Some(&chosen),
        observe: true,
        ..Ask::default()
    };
    let mut proof = prove_each(context, database, here, &ask, &mut |step| {
        begins(step, steps.len());
    })?;
    proof.left_out = left_out;
    Ok(Verified {
        environment,
        base,
        project,
        proof: Some(proof),
    })
}

fn named(project: &Project, names: &[String]) -> Result<Vec<RevId>, Error> {
    let mut ids = Vec::new();
    for name in names {
        let of_name = project.graph.resolve(name)?;
        if of_name.is_empty() {
            return Err(Error::Usage(format!("{name} is no revision")));
        }
        ids.extend(of_name);
    }
    Ok(ids)
}

/// The revisions in the order in which an upgrade runs them: those below the first one
/// that is chosen, and the others up to the last one.
fn order(project: &Project, which: &Which, chosen: &BTreeSet<RevId>) -> (Vec<RevId>, Vec<RevId>) {
    let graph = &project.graph;
    let set = match which {
        Which::New | Which::All => graph.iter().map(|one| one.id.clone()).collect(),
        Which::Named(_) => {
            let ids: Vec<RevId> = chosen.iter().cloned().collect();
            graph.ancestors(&ids)
        }
    };
    let mut all = graph.order(&set);
    all.reverse();
    if matches!(which, Which::New) {
        // What is there already was there first, whichever line it is of.
        return all.into_iter().partition(|id| !chosen.contains(id));
    }
    let first = all.iter().position(|id| chosen.contains(id));
    let above = all.split_off(first.unwrap_or(all.len()));
    (all, above)
}
