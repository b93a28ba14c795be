//! The new revisions, tried before they are written, just as they are going to stand in
//! their files.

use std::collections::BTreeSet;

use super::{
    Against, Draft, Hazard, Kind, One, Part, Planned, Question, Undecided, annotated, plan, section,
};
use crate::{
    layout::render::Body,
    model::{Direction, Revision},
    schema::{Difference, FactId, How, Loss, plan::Decisions, sqlite::WOULD_LOSE},
    sql,
    workflow::{
        Context, Error, Prepared,
        proof::{Ask, Found, Losses, Observed, Proof, prove},
        replayed::unwritten,
        schema_drift::schema,
        scratch::with_scratch,
        write,
    },
};

/// SQLSTATE: there is no cast, or none that is made without a word.
const NO_CAST: &[&str] = &["42846", "42804"];

/// SQLSTATE: a label is used in the transaction that made it.
const LABEL_NOT_COMMITTED: &str = "55P04";

/// The lock that shuts out everybody.
const EXCLUSIVE: &str = "ACCESS EXCLUSIVE";

/// Locks that let others read and write.
const HARMLESS: &[&str] = &["ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE"];

/// New revisions that do not do what they should.
#[derive(Debug)]
pub struct Unproved {
    /// What was tried, and what came of it.
    pub proof: Proof,
    /// What they were planned against.
    pub against: Against,
    /// The database has what neither models nor revisions know.
    pub by_hand: bool,
}

impl Draft {
    /// Why nothing is written.
    pub fn unproved(&self, proof: Proof) -> Unproved {
        Unproved {
            proof,
            against: self.against,
            by_hand: !self.sides.strangers.is_empty(),
        }
    }

    /// Tries the revisions on a scratch database: up, back, up again, and with rows. What
    /// was seen of locks and rewrites stands in them afterwards. A way back that the server
    /// refuses is given up, with its reason, rather than all of the revision; a change of
    /// type that has no cast is a question.
    pub fn prove(&mut self, context: &Context, planned: &mut Planned) -> Result<Proof, Error> {
        let mut proof = self.tried(context, planned)?;
        let without_cast = self.without_cast(planned, &proof);
        if !without_cast.is_empty() {
            return Err(Error::undecided(without_cast));
        }
        while planned.give_up_ways_back(&proof) {
            proof = self.tried(context, planned)?;
        }
        if self.against == Against::Database && proof.holds() {
            self.require_elsewhere(context, planned)?;
        }
        Ok(proof)
    }

    /// What was made by hand is in this database alone: all others have what the revisions
    /// produce, and the new ones have to run there, too.
    fn require_elsewhere(&mut self, context: &Context, planned: &Planned) -> Result<(), Error> {
        let ask = Ask {
            history: &self.sides.steps.0.clone(),
            steps: &self.steps(context, planned)?,
            losses: losses(&planned.all),
            leave_out: context.leave_out(),
            ..Ask::default()
        };
        let proof = prove(context, &mut *self.database, self.leave.scratch_here, &ask)?;
        if proof.holds() {
            Ok(())
        } else {
            Err(Error::OnlyHere(Box::new(proof)))
        }
    }

    /// The new revisions as an upgrade would run them.
    fn steps(&self, context: &Context, planned: &Planned) -> Result<Vec<Prepared>, Error> {
        let dialect = self.sides.current.dialect;
        let project = &self.base.project;
        let all = planned.all.iter();
        all.map(|one| unwritten(context, project, &one.revision, &one.body(), dialect))
            .collect()
    }

    /// The columns whose type changes to one that theirs is not cast to, as the server said.
    fn without_cast(&self, planned: &Planned, proof: &Proof) -> Vec<Undecided> {
        let mut undecided = Vec::new();
        for (one, proved) in planned.all.iter().zip(&proof.revisions) {
            let failed = proved.findings.iter().find_map(|found| match found {
                Found::Fails(step) if step.direction == Direction::Up => Some(&step.error),
                _ => None,
            });
            let Some(error) = failed else { continue };
            let code = error.error.code.as_deref();
            if !code.is_some_and(|code| NO_CAST.contains(&code)) {
                continue;
            }
            let text = annotated(&one.up);
            let statements = sql::statements(&text, self.sides.current.dialect);
            let at = error.statement.as_ref().and_then(|span| {
                let mut spans = statements.iter().map(|statement| &statement.span);
                spans.position(|own| own.contains(&span.start))
            });
            let statement = at.and_then(|at| one.up.statements.get(at));
            let column = statement.filter(|statement| statement.about.kind == Kind::Column);
            undecided.extend(column.and_then(|statement| self.using(&statement.about)));
        }
        undecided
    }

    /// What makes the new values of a column is to be said.
    fn using(&self, column: &FactId) -> Option<Undecided> {
        let (current, models) = (&self.sides.current, &self.sides.models);
        let mut renames = models.decisions.renames.iter();
        let was = renames.find(|(_, to)| to == column);
        let from = current.facts.get(was.map_or(column, |(from, _)| from))?;
        let to = models.schema.facts.get(column)?;
        Some(Undecided {
            about: column.clone(),
            name: models.schema.shown(to),
            question: Question::Using {
                from: from.get("type")?.to_owned(),
                to: to.get("type")?.to_owned(),
            },
        })
    }

    fn tried(&mut self, context: &Context, planned: &mut Planned) -> Result<Proof, Error> {
        let history = self.history(context)?;
        let steps = self.steps(context, planned)?;
        let ask = Ask {
            history: &history,
            steps: &steps,
            only: None,
            wanted: Some(&self.sides.models.schema),
            losses: losses(&planned.all),
            leave_out: context.leave_out(),
            observe: true,
        };
        let mut proof = prove(context, &mut *self.database, self.leave.scratch_here, &ask)?;
        if let Some(reached) = &mut proof.reached {
            let stays = |one: &Difference| self.sides.foreign.contains(&one.id);
            reached.differences.retain(|one| !stays(one));
        }
        for (one, proved) in planned.all.iter_mut().zip(&proof.revisions) {
            if let Ok(down) = &mut one.down {
                for loss in proved.not_brought_back() {
                    note_other_values(down, loss);
                }
            }
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
        let current = self.sides.found.as_ref().unwrap_or(&self.sides.current);
        let all = plan(&nothing, current, &Decisions::default()).map_err(Error::undecided)?;
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

impl Planned {
    /// Ways back that fail before there is a row anywhere; whether there were any. One that
    /// needs a label committed goes on outside of a transaction.
    fn give_up_ways_back(&mut self, proof: &Proof) -> bool {
        let mut any = false;
        for (one, proved) in self.all.iter_mut().zip(&proof.revisions) {
            for found in &proved.findings {
                if let Found::Fails(step) = found
                    && step.direction == Direction::Down
                {
                    let error = &step.error.error;
                    let needs_label = error.code.as_deref() == Some(LABEL_NOT_COMMITTED);
                    // What was made by hand here is no reason for all others.
                    if error.message.ends_with(WOULD_LOSE) {
                        continue;
                    }
                    match &mut one.down {
                        Ok(parts) if needs_label && parts.iter().any(|part| part.transaction) => {
                            for part in parts {
                                part.transaction = false;
                            }
                        }
                        down => *down = Err(format!("the database says: {}", error.message)),
                    }
                    any = true;
                }
            }
        }
        any
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

/// Writes down at the way back that it leaves values as the way up made them: at the
/// statement about the column, else at the first about its table.
fn note_other_values(parts: &mut [Part], loss: &Loss) {
    let How::Changed(before, now) = &loss.how else {
        return;
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".to_owned());
    let hazard = Hazard::KeepsOthers(format!(
        "the values of {} ({} became {})",
        loss.name,
        text(before),
        text(now)
    ));
    let table = loss.id.path.split_last().map(|(_, table)| table);
    let statements = || parts.iter().flat_map(|part| &part.statements);
    let at = statements()
        .position(|one| one.about == loss.id)
        .or_else(|| statements().position(|one| Some(one.about.path.as_slice()) == table));
    let mut all = parts.iter_mut().flat_map(|part| &mut part.statements);
    if let Some(statement) = at.and_then(|at| all.nth(at))
        && !statement.hazards.contains(&hazard)
    {
        statement.hazards.push(hazard);
    }
}

/// Writes down what a statement was seen to do.
fn note(parts: &mut [Part], seen: &Observed) {
    let mut statements = parts.iter_mut().flat_map(|part| &mut part.statements);
    let Some(statement) = statements.nth(seen.statement) else {
        return;
    };
    let is_exclusive = |table: &String| seen.locks.contains(&(EXCLUSIVE.to_owned(), table.clone()));
    for (mode, table) in &seen.locks {
        // Nothing is left for a weaker lock to say.
        if mode != EXCLUSIVE && is_exclusive(table) {
            continue;
        }
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
