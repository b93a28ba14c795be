//! Revisions proved on a scratch database: that the way up reaches what it should, that
//! the way back returns, and that rows survive both.
//!
//! Each revision runs as `upgrade` would run it, in a transaction of its own or outside
//! of one, first in empty tables and then with rows in every table that takes some. What
//! was found is data; nothing is printed here, and what was not tried is never called
//! proved.

pub(super) mod rows;
mod trial;
mod watch;

use std::collections::BTreeSet;

use super::{
    Context, Error, FailedStep,
    replayed::{self, LeftOut},
    scratch::with_scratch,
    step::Prepared,
};
use crate::{
    db::Database,
    model::{Direction, NoWayBack, RevId, finding::Place},
    schema::{Comparison, FactId, How, LeaveOut, Loss, Schema, compare},
};
use trial::Trial;

/// What is to be proved.
#[derive(Debug, Default)]
pub struct Ask<'a> {
    /// Revisions that were there before: they are only run, in this order.
    pub history: &'a [Prepared],
    /// The up steps of the revisions to prove, in their order; their ways back come with
    /// their scripts.
    pub steps: &'a [Prepared],
    /// Of `steps`, those to prove where it is not all: the others are only run.
    pub only: Option<&'a BTreeSet<RevId>>,
    /// The schema that the last step has to reach.
    pub wanted: Option<&'a Schema>,
    /// What the plan says it loses; columns of a table that is named are covered.
    pub losses: Losses,
    /// Objects that are not compared.
    pub leave_out: LeaveOut,
    /// Also find out which locks each statement takes, and what it writes anew.
    pub observe: bool,
}

/// Tables and columns whose rows and values a plan says are lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// On the way up.
    pub up: BTreeSet<FactId>,
    /// On the way back.
    pub down: BTreeSet<FactId>,
}

/// What was proved, and what was not.
#[derive(Debug)]
pub struct Proof {
    /// How many revisions were run before the first one that is proved.
    pub replayed: usize,
    /// The revisions, in their order, up to the first one that does not run.
    pub revisions: Vec<Proved>,
    /// Those after it: nothing is known of them.
    pub not_tried: Vec<RevId>,
    /// What was reached against what was wanted (before: wanted). Absent where nothing
    /// was wanted, or it was not reached for a failure.
    pub reached: Option<Comparison>,
    /// Before the first step.
    pub before: Schema,
    /// After the last step that ran.
    pub after: Schema,
    /// Statements that were not run on the scratch database; for the caller to fill in.
    pub left_out: Vec<LeftOut>,
}

/// What came of one revision.
#[derive(Debug)]
pub struct Proved {
    /// The revision.
    pub revision: RevId,
    /// Its message.
    pub message: String,
    /// What is wrong with it.
    pub findings: Vec<Found>,
    /// What is good to know, and nothing wrong.
    pub notes: Vec<Note>,
    /// Why its way back was not tried.
    pub no_way_back: Option<NoWayBack>,
    /// Tables that had rows on the way, and how many there were in all.
    pub with_rows: (usize, usize),
    /// What its statements did, where that was asked for and could be seen.
    pub observed: Vec<Observed>,
}

/// Something that is wrong with a revision.
#[derive(Debug)]
pub enum Found {
    /// A script fails, in empty tables.
    Fails(Box<FailedStep>),
    /// A script fails wherever there are rows.
    FailsOnRows(Box<FailedStep>),
    /// The way back does not return (before: what it should be).
    NotBack(Comparison),
    /// The way up, after the way back, fails.
    FailsAgain(Box<FailedStep>),
    /// It does not reach the same once more (before: the first time).
    NotTheSame(Comparison),
    /// Rows or values are gone, and nothing said so.
    Lost(Loss),
}

/// Something that is good to know of a revision.
#[derive(Debug)]
pub enum Note {
    /// What was in it does not come back, or is not what it was.
    Open(Loss),
    /// Rows or values are gone or others, and do not come back, as the script or the plan says.
    AsSaid(Loss),
    /// No rows could be made for a table: nothing is known of its data.
    NoRows {
        /// The table.
        table: String,
        /// What the database said to the last try.
        why: String,
    },
    /// The script fails on rows that were made up; others may fit.
    DoubtfulOnRows(Box<FailedStep>),
    /// A statement changes or deletes the rows that meet its `WHERE`, and none did: what it
    /// does was not seen.
    NoRowMet {
        /// Of which script.
        direction: Direction,
        /// The statement.
        place: Place,
    },
    /// Something that rows which are there have to meet, and had not to before: made-up rows
    /// do not tell whether others do.
    Stricter(String),
    /// `teammig: loses` names something that is not there.
    NothingLike(String),
}

/// What a statement did, as seen on the scratch database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Of which script.
    pub direction: Direction,
    /// Which of its statements, from 0.
    pub statement: usize,
    /// The locks that it takes on tables that were there before the script: PostgreSQL's name
    /// of the mode (`ACCESS EXCLUSIVE`), and the table. Where a script's statements could only
    /// be run in one transaction, those that no earlier statement had.
    pub locks: Vec<(String, String)>,
    /// The tables whose rows it wrote anew.
    pub rewrites: Vec<String>,
}

impl Proved {
    /// The way up or back failed on rows that were made up: they were not carried through.
    pub fn not_with_rows(&self) -> Option<&Note> {
        let mut notes = self.notes.iter();
        notes.find(|note| matches!(note, Note::DoubtfulOnRows(_)))
    }

    /// What the way up makes of values and the way back does not make of them again, though
    /// the column is there: said by somebody, and so no finding.
    pub fn not_brought_back(&self) -> impl Iterator<Item = &Loss> {
        let is_tried = self.no_way_back.is_none();
        self.notes.iter().filter_map(move |note| match note {
            Note::AsSaid(loss) if is_tried && matches!(loss.how, How::Changed(..)) => Some(loss),
            _ => None,
        })
    }

    /// Tables whose rows were carried through.
    pub fn tables_with_rows(&self) -> usize {
        match self.not_with_rows() {
            Some(_) => 0,
            None => self.with_rows.0,
        }
    }
}

impl Proof {
    /// Everything that was asked for was tried, and nothing is wrong.
    pub fn holds(&self) -> bool {
        self.not_tried.is_empty()
            && self.reached.as_ref().is_none_or(Comparison::is_equal)
            && self.revisions.iter().all(|one| one.findings.is_empty())
    }
}

/// Proves revisions on a scratch database that is like `database`; `here`: on a protected
/// environment's server too.
pub fn prove(
    context: &Context,
    database: &mut dyn Database,
    here: bool,
    ask: &Ask<'_>,
) -> Result<Proof, Error> {
    prove_each(context, database, here, ask, &mut |_| {})
}

/// The same; `begins` is told of each revision.
pub(super) fn prove_each(
    context: &Context,
    database: &mut dyn Database,
    here: bool,
    ask: &Ask<'_>,
    begins: &mut dyn FnMut(&Prepared),
) -> Result<Proof, Error> {
    with_scratch(context, database, here, |scratch| {
        replayed::replay_below(scratch, ask.history)?;
        let mut trial = Trial::new(context, scratch, ask);
        let before = trial.schema()?;
        let mut proof = Proof {
            replayed: ask.history.len(),
            revisions: Vec::new(),
            not_tried: Vec::new(),
            reached: None,
            after: before.clone(),
            before,
            left_out: Vec::new(),
        };
        let mut steps = ask.steps.iter();
        let is_asked = |step: &Prepared| {
            ask.only
                .is_none_or(|only| only.contains(&step.step.revision))
        };
        for step in &mut steps {
            begins(step);
            let (proved, reached) = if is_asked(step) {
                trial.prove(step, &proof.after)?
            } else {
                trial.pass(step)?
            };
            proof.revisions.extend(proved);
            let Some(reached) = reached else {
                proof.not_tried = steps.map(|step| step.step.revision.clone()).collect();
                return Ok(proof);
            };
            proof.after = reached;
        }
        proof.reached = ask.wanted.map(|wanted| compare(wanted, &proof.after));
        Ok(proof)
    })
}
