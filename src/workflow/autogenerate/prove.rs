//! The new revisions, tried before they are written, just as they are going to stand in
//! their files.

use std::collections::BTreeSet;

use super::{Against, Draft, Hazard, One, Part, Planned, plan, section};
use crate::{
    layout::render::Body,
    model::{Direction, Revision},
    schema::{FactId, plan::Decisions},
    workflow::{
        Context, Error, Prepared,
        proof::{Ask, Losses, Observed, Proof, prove},
        replayed::unwritten,
        schema_drift::schema,
        scratch::with_scratch,
        write,
    },
};

/// Locks that let others read and write.
const HARMLESS: &[&str] = &["ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE"];

impl Draft {
    /// Tries the revisions on a scratch database: up, back, up again, and with rows. What
    /// was seen of locks and rewrites stands in them afterwards.
    pub fn prove(&mut self, context: &Context, planned: &mut Planned) -> Result<Proof, Error> {
        let history = self.history(context)?;
        let dialect = self.sides.current.dialect;
        let steps = planned
            .all
            .iter()
            .map(|one| {
                unwritten(
                    context,
                    &self.base.project,
                    &one.revision,
                    &one.body(),
                    dialect,
                )
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let ask = Ask {
            history: &history,
            steps: &steps,
            only: None,
            wanted: Some(&self.sides.models.schema),
            losses: losses(&planned.all),
            leave_out: context.leave_out(),
            observe: true,
        };
        let proof = prove(context, &mut *self.database, self.leave.scratch_here, &ask)?;
        for (one, proved) in planned.all.iter_mut().zip(&proof.revisions) {
            for seen in &proved.observed {
                match (seen.direction, &mut one.down) {
                    (Direction::Up, _) => note(std::slice::from_mut(&mut one.up), seen),
                    (Direction::Down, Ok(parts)) => note(parts, seen),
                    (Direction::Down, Err(_)) => {}
                }
            }
        }
        Ok(proof)
    }

    /// What makes a scratch database what the new revisions are going to find.
    pub(super) fn history(&mut self, context: &Context) -> Result<Vec<Prepared>, Error> {
        if self.against == Against::Revisions {
            return Ok(self.sides.steps.0.clone());
        }
        let here = self.leave.scratch_here;
        let nothing = with_scratch(context, &mut *self.database, here, |scratch| {
            schema(context, scratch)
        })?;
        let current = &self.sides.current;
        let all = plan(&nothing, current, &Decisions::default()).map_err(Error::Undecided)?;
        let parts = all.parts.iter().map(|part| {
            let revision = Revision::new(write::fresh_id(&self.base.project), Vec::new());
            let body = Body {
                up: section(std::slice::from_ref(part)),
                down: None,
            };
            unwritten(
                context,
                &self.base.project,
                &revision,
                &body,
                current.dialect,
            )
        });
        parts.collect()
    }
}

/// What the plan says it loses.
fn losses(all: &[One]) -> Losses {
    let of = |parts: &[Part]| -> BTreeSet<FactId> {
        let statements = parts.iter().flat_map(|part| &part.statements);
        let loses = |hazard: &Hazard| matches!(hazard, Hazard::LosesData(_));
        let mut lost = BTreeSet::new();
        for one in statements {
            lost.extend(one.hazards.iter().any(loses).then(|| one.about.clone()));
            lost.extend(one.hazards.iter().filter_map(|hazard| match hazard {
                Hazard::Converts { column, .. } => Some(column.clone()),
                _ => None,
            }));
        }
        lost
    };
    let each =
        |direction: fn(&One) -> &[Part]| all.iter().flat_map(|one| of(direction(one))).collect();
    Losses {
        up: each(|one| std::slice::from_ref(&one.up)),
        down: each(|one| one.down.as_deref().unwrap_or_default()),
    }
}

/// Writes down what a statement was seen to do.
fn note(parts: &mut [Part], seen: &Observed) {
    let mut statements = parts.iter_mut().flat_map(|part| &mut part.statements);
    let Some(statement) = statements.nth(seen.statement) else {
        return;
    };
    for (mode, table) in &seen.locks {
        let hazard = Hazard::Locks {
            mode: mode.clone(),
            table: table.clone(),
        };
        if !HARMLESS.contains(&mode.as_str()) && !statement.hazards.contains(&hazard) {
            statement.hazards.push(hazard);
        }
    }
    if !seen.rewrites.is_empty() && !statement.hazards.contains(&Hazard::Rewrites) {
        statement.hazards.push(Hazard::Rewrites);
    }
}
