//! Lines of revisions that part, run in one order and in the other on a scratch database,
//! and what each leaves compared: what they do to each other, found by experiment.
//!
//! The common ancestors run once. Each order runs in a transaction that is taken back, or
//! in a copy where a transaction cannot do it. Schemas are compared, and rows too where a
//! line has to do with rows: those that the history left, then those that were made up.
//! For several lines one order and its reverse decide, since they hold both orders of
//! each two, and the order that `upgrade` takes is tried besides. What was not tried is
//! never called independent: see `orders/doubt.rs`.

mod behind;
mod beside;
mod cascades;
pub(in crate::workflow) mod contrast;
mod doubt;
mod fills;
pub(in crate::workflow) mod ground;
mod hidden;
mod kept;
mod keys;
mod large;
mod minds;
mod narrow;
mod numbers;
mod place;
mod python;
mod settled;
mod sides;
mod together;
mod told;
mod values;

use std::collections::BTreeSet;

use super::{
    Context, Error, Prepared,
    footprints::{Footprints, ScriptKey},
    replayed::{self, LeftOut},
    scratch::with_scratch_for,
};
use crate::{
    db::Database,
    model::{
        Dialect, Language, Project, RevId, Span,
        finding::Place,
        graph::{Graph, Parting},
        verdict::{Contrast, Fails, Failure, OrderMatters, Pair, Remark, Spot, Unproved, Verdict},
    },
    schema::Schema,
    sql,
};
use ground::{Ground, Judged, failure};
use sides::Sides;

/// What differs between two schemas, object by object; what only has another place or a
/// made-up name does not.
pub(super) fn contrasts(first: &Schema, second: &Schema) -> Vec<Contrast> {
    contrast::schemas(first, second).0
}

/// That what collides is to be tried, and where that may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prove {
    /// On the server of a protected environment, too.
    pub here: bool,
}

/// A verdict, and what it is about.
#[derive(Debug)]
pub struct Proved {
    /// What came of it.
    pub verdict: Verdict,
    /// What is good to know besides.
    pub remarks: Vec<Remark>,
    /// On what it was tried: `PostgreSQL 17`.
    pub on: String,
    /// It was found earlier, by the same revisions on the same kind of database.
    pub kept: bool,
    /// What the first order leaves and what the second leaves, where both ran now.
    pub schemas: Option<Box<[Schema; 2]>>,
    /// The lines, each with its revisions in their order.
    pub lines: Vec<Vec<RevId>>,
    /// How many revisions they build on.
    pub below: usize,
    dialect: Dialect,
    language: Language,
    steps: Vec<Prepared>,
}

impl Proved {
    /// What of `mine` was seen to fail where it runs after the others, whatever the rows.
    pub(super) fn fails_on_top(&self, mine: &BTreeSet<&RevId>) -> Option<&Failure> {
        self.failures().iter().find(|failure| {
            let first = failure.order.first();
            mine.contains(&failure.revision) && first.is_some_and(|id| !mine.contains(id))
        })
    }

    /// What was seen to fail, whatever the rows.
    pub(super) fn failures(&self) -> &[Failure] {
        match &self.verdict {
            Verdict::Fails(found) if !found.on_rows => &found.failures,
            _ => &[],
        }
    }

    /// A span of a revision's way up, in its file.
    pub fn place(&self, revision: &RevId, span: Span, label: &str) -> Option<Place> {
        Some(self.step(revision)?.place(span, label))
    }

    /// The statement of a spot; the first one of its revision where none is known.
    pub fn statement(&self, spot: &Spot) -> Option<&str> {
        let text = &self.step(&spot.revision)?.script().text;
        let span = spot.statement.clone().or_else(|| {
            if self.language == Language::Python {
                return None;
            }
            let mut all = sql::statements(text, self.dialect).into_iter();
            all.next().map(|first| first.span)
        });
        text.get(span?)
    }

    /// A revision's message.
    pub fn message(&self, revision: &RevId) -> Option<&str> {
        self.step(revision).map(|step| step.message.as_str())
    }

    fn step(&self, revision: &RevId) -> Option<&Prepared> {
        let mut steps = self.steps.iter();
        steps.find(|step| step.step.revision == *revision)
    }
}

/// Lines of revisions that part. What two of them have in common and a third has not is
/// in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// What all build on, in the order in which it runs.
    pub below: Vec<RevId>,
    /// Each line's own revisions.
    pub lines: Vec<Vec<RevId>>,
}

impl Lines {
    /// The lines that end with `heads`.
    pub fn to(graph: &Graph, heads: &[RevId]) -> Self {
        let closures: Vec<BTreeSet<RevId>> = heads
            .iter()
            .map(|head| graph.ancestors(std::slice::from_ref(head)))
            .collect();
        let all: BTreeSet<RevId> = closures.iter().flatten().cloned().collect();
        let mut order = graph.order(&all);
        order.reverse();
        let is_common = |id: &RevId| closures.iter().all(|below| below.contains(id));
        let (below, above): (Vec<RevId>, Vec<RevId>) = order.into_iter().partition(is_common);
        let line = |closure: &BTreeSet<RevId>| -> Vec<RevId> {
            let own = above.iter().filter(|id| closure.contains(*id));
            own.cloned().collect()
        };
        Self {
            lines: closures.iter().map(line).collect(),
            below,
        }
    }
}

impl From<&Parting> for Lines {
    fn from(parting: &Parting) -> Self {
        Self {
            below: parting.common.clone(),
            lines: vec![parting.left.clone(), parting.right.clone()],
        }
    }
}

/// Tries two sides on a scratch database like that of the environment; nothing where the
/// graph says in which order they run.
pub fn prove_parting(
    context: &Context,
    here: bool,
    project: &Project,
    parting: &Parting,
) -> Result<Option<Proved>, Error> {
    if parting.is_ordered() {
        return Ok(None);
    }
    let mut database = context.database()?;
    let lines = Lines::from(parting);
    prove_orders(context, &mut *database, here, project, &lines).map(Some)
}

/// Tries what lines do to each other, on a scratch database that is like `database`;
/// `here`: on a protected environment's server too. Where a line has nothing of its own,
/// there is one order only, and that is a usage error.
pub fn prove_orders(
    context: &Context,
    database: &mut dyn Database,
    here: bool,
    project: &Project,
    lines: &Lines,
) -> Result<Proved, Error> {
    let dialect = database.dialect();
    let sides = Sides::of(context, project, lines, dialect)?;
    let likeness = database
        .likeness()
        .map_err(|error| Error::database(database, error))?;
    let mut known = kept::Kept::load(context, &sides, &likeness);
    let (verdict, mut remarks, kept, schemas) = if let Some((verdict, remarks)) = known.get() {
        (verdict, remarks, true, None)
    } else {
        let (verdict, remarks, schemas) =
            with_scratch_for(context, database, here, project, |scratch| {
                replayed::replay_below(scratch, &sides.history)?;
                Trial::new(context, scratch, &sides)?.decide()
            })?;
        if !matches!(verdict, Verdict::Unproved(_)) {
            known.put(&verdict, &remarks);
        }
        (verdict, remarks, false, schemas)
    };
    let left_out = sides.left_out.iter();
    remarks.extend(left_out.map(
        |LeftOut {
             revision,
             statement,
         }| { Remark::LeftOut(revision.clone(), statement.clone()) },
    ));
    Ok(Proved {
        verdict,
        remarks,
        on: likeness.shown(),
        kept,
        schemas,
        lines: sides.lines(),
        below: sides.history.len(),
        dialect,
        language: sides.language,
        steps: sides.steps(),
    })
}

/// What came of a proof: with the schemas that two orders left.
type Came = (Verdict, Vec<Remark>, Option<Box<[Schema; 2]>>);

/// Both orders of all lines on a scratch database that has what is below them.
struct Trial<'a> {
    ground: Ground<'a>,
    sides: &'a Sides,
    /// What scripts touch, as far as it is asked.
    footprints: Footprints,
    remarks: Vec<Remark>,
    schemas: Option<Box<[Schema; 2]>>,
}

impl<'a> Trial<'a> {
    fn new(
        context: &'a Context,
        scratch: &'a mut dyn Database,
        sides: &'a Sides,
    ) -> Result<Self, Error> {
        Ok(Self {
            ground: Ground::new(context, scratch, sides)?,
            sides,
            footprints: Footprints::new(context, sides.dialect),
            remarks: Vec::new(),
            schemas: None,
        })
    }

    fn decide(mut self) -> Result<Came, Error> {
        let verdict = match self.with_rows_or_without()? {
            Some(verdict) => verdict,
            None => self.beyond_doubt()?,
        };
        self.remarks.sort();
        self.remarks.dedup();
        self.footprints.remember();
        Ok((verdict, self.remarks, self.schemas))
    }

    /// Nothing is different. That is a proof where nothing could hide from it.
    fn beyond_doubt(&mut self) -> Result<Verdict, Error> {
        let doubt = self.sides.left_out_of_two().map(Unproved::LeftOut);
        let doubt = match doubt {
            Some(doubt) => Some(doubt),
            None => self.doubt()?,
        };
        Ok(match doubt {
            Some(doubt) => Verdict::Unproved(Box::new(doubt)),
            None => Verdict::Independent,
        })
    }

    /// What may be different for all that was seen.
    fn doubt(&mut self) -> Result<Option<Unproved>, Error> {
        let schemas = self.schemas.as_deref().map_or(&[][..], |both| both);
        let dialect = self.ground.dialect();
        doubt::doubt(dialect, self.sides, schemas, &mut self.footprints)
    }

    fn others_move_rows(&mut self, revision: &RevId) -> Result<bool, Error> {
        let schemas = self.schemas.as_deref().map_or(&[][..], |both| both);
        let dialect = self.ground.dialect();
        doubt::others_move_rows(dialect, self.sides, schemas, &mut self.footprints, revision)
    }

    /// First in tables as the history left them, then with rows in every one that takes
    /// some. None where nothing is different.
    fn with_rows_or_without(&mut self) -> Result<Option<Verdict>, Error> {
        match self.all(false)? {
            // Both orders work while there are no rows.
            Some(verdict @ Verdict::OrderMatters(_)) => {
                return self.on_rows_too(verdict).map(Some);
            }
            Some(verdict) => return Ok(Some(verdict)),
            None => {}
        }
        if !self.ground.with_rows {
            return Ok(None);
        }
        self.ground.fill(&self.sides.asked())?;
        let Some(verdict) = self.all(true)? else {
            return Ok(None);
        };
        let Verdict::Unproved(why) = &verdict else {
            return Ok(Some(verdict));
        };
        let Unproved::AloneOnRows(failure) = &**why else {
            return Ok(Some(verdict));
        };
        // Without rows it ran. Where rows cannot matter, that was all there is to prove.
        if self.doubt()?.is_some() || self.others_move_rows(&failure.revision)? {
            return Ok(Some(verdict));
        }
        self.remarks.push(Remark::WithoutRows(
            failure.revision.clone(),
            failure.message.clone(),
        ));
        Ok(None)
    }

    /// The order matters: unless one of them fails where there are rows, which is worse.
    fn on_rows_too(&mut self, verdict: Verdict) -> Result<Verdict, Error> {
        let (remarks, schemas) = (self.remarks.clone(), self.schemas.take());
        self.ground.fill(&self.sides.asked())?;
        if let Some(fails @ Verdict::Fails(_)) = self.all(true)? {
            return Ok(fails);
        }
        (self.remarks, self.schemas) = (remarks, schemas);
        Ok(verdict)
    }

    /// All orders, on the state that the scratch database has now.
    fn all(&mut self, on_rows: bool) -> Result<Option<Verdict>, Error> {
        let sides = self.sides;
        let orders = sides.orders();
        let [forward, reverse] = &orders;
        let firsts = [sides.first().len(), sides.last().len()];
        match self.ground.both([forward, reverse], firsts)? {
            Judged::Same(mut same) => {
                self.remarks.append(&mut same.remarks);
                self.schemas = Some(same.schemas);
            }
            Judged::Differ(found) => {
                self.schemas = Some(found.schemas);
                return Ok(Some(Verdict::OrderMatters(Box::new(OrderMatters {
                    orders: [ids(forward), ids(reverse)],
                    differences: found.differences,
                    pair: self.narrow()?,
                }))));
            }
            Judged::Alone(order, failed) => {
                let failure = failure(&orders[order], &failed);
                return Ok(Some(alone(failure, on_rows)));
            }
            Judged::Fail(failed) => {
                if sides.count() > 2
                    && let Some(failure) = self.fails_alone()?
                {
                    return Ok(Some(alone(failure, on_rows)));
                }
                let failures: Vec<Failure> = failed
                    .iter()
                    .map(|(order, failed)| failure(&orders[*order], failed))
                    .collect();
                let works = (failed.len() == 1).then(|| {
                    let (fails, _) = &failed[0];
                    ids(&orders[1 - fails])
                });
                return Ok(Some(Verdict::Fails(Box::new(Fails {
                    failures,
                    works,
                    pair: self.narrow()?,
                    on_rows,
                }))));
            }
        }
        self.as_upgrade_does(forward, reverse, on_rows)
    }

    /// The order that `upgrade` takes, where it is another one still.
    fn as_upgrade_does(
        &mut self,
        forward: &[Prepared],
        reverse: &[Prepared],
        on_rows: bool,
    ) -> Result<Option<Verdict>, Error> {
        let upgrade = self.sides.as_upgrade_does();
        if ids(&upgrade) == ids(forward) || ids(&upgrade) == ids(reverse) {
            return Ok(None);
        }
        let orders = [forward, &upgrade[..]];
        Ok(match self.ground.both(orders, [forward.len(), 0])? {
            Judged::Same(_) => None,
            Judged::Differ(found) => Some(Verdict::OrderMatters(Box::new(OrderMatters {
                orders: [ids(forward), ids(&upgrade)],
                differences: found.differences,
                pair: None,
            }))),
            Judged::Alone(order, failed) => Some(alone(failure(orders[order], &failed), on_rows)),
            Judged::Fail(failed) => Some(Verdict::Fails(Box::new(Fails {
                failures: failed
                    .iter()
                    .map(|(order, failed)| failure(orders[*order], failed))
                    .collect(),
                works: Some(ids(forward)),
                pair: None,
                on_rows,
            }))),
        })
    }

    /// Of more than two lines: one that fails without the others.
    fn fails_alone(&mut self) -> Result<Option<Failure>, Error> {
        for line in 0..self.sides.count() {
            let steps = self.sides.line(line);
            if let Some(failed) = self.ground.fails(steps)? {
                return Ok(Some(failure(steps, &failed)));
            }
        }
        Ok(None)
    }

    /// The two revisions, and their statements.
    fn narrow(&mut self) -> Result<Option<Pair>, Error> {
        for (below, left, right) in self.sides.pairs() {
            if self.sides.count() == 2
                && self.sides.language == Language::Python
                && let ([one], [other]) = (&left[..], &right[..])
            {
                // Each look is a start of Python, and it is known already.
                let spot = |step: &Prepared| Spot {
                    revision: step.step.revision.clone(),
                    statement: None,
                };
                return Ok(Some(Pair {
                    left: spot(one),
                    right: spot(other),
                }));
            }
            if let Some(pair) = narrow::pair(&mut self.ground, &below, &left, &right)? {
                return Ok(Some(pair));
            }
        }
        Ok(None)
    }
}

fn alone(failure: Failure, on_rows: bool) -> Verdict {
    Verdict::Unproved(Box::new(if on_rows {
        Unproved::AloneOnRows(failure)
    } else {
        Unproved::Alone(failure)
    }))
}

fn ids(steps: &[Prepared]) -> Vec<RevId> {
    let ids = steps.iter().map(|step| step.step.revision.clone());
    ids.collect()
}
