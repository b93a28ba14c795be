//! A scratch database with what all lines build on, from which orders are tried: each
//! begins there and leaves nothing behind.
//!
//! On PostgreSQL an order runs in one transaction, with a savepoint for each revision.
//! What a transaction cannot do as the runs of `upgrade` would (a script outside of one,
//! a label of an enum that is used at once, triggers that wait for the commit, more locks
//! than there is room for) is tried in a copy of the database instead, from then on all of
//! it: results of the two ways are never compared with each other.

use super::{
    Context, Error, Prepared,
    contrast::{self, TableRows},
    ids,
    sides::Sides,
};
use crate::{
    db::{Database, DbError},
    model::{
        Dialect, Language,
        verdict::{Contrast, Failure, Remark},
    },
    schema::{
        FactId, Kind, LeaveOut, Schema,
        canary::{self, Asked},
    },
    workflow::{
        FailedStep,
        proof::rows::{self, Rows},
        tried::Tried,
    },
};

/// What a server says where only the transaction around it is in the way.
const IN_THE_WAY: [&str; 4] = [
    // A label of an enum that is not committed.
    "55P04", // A table with triggers that have yet to run, or in use by this session.
    "55006", // Out of shared memory: the table of locks is full.
    "53200", // Not in a transaction, or not in a savepoint.
    "25001",
];

/// Where each sequence stands: how to ask it. A view of all does not say from where one
/// begins that gave no number yet.
const NUMBERS: &str = "SELECT pg_catalog.format('SELECT %L, %L, %L, last_value::text, is_called::text FROM %1$I.%2$I', \
     schemaname, sequencename, pg_catalog.format('%I.%I', schemaname, sequencename)) \
     FROM pg_catalog.pg_sequences ORDER BY schemaname, sequencename";

/// What a file of SQLite holds besides tables.
const OF_THE_FILE: [&str; 2] = ["user_version", "application_id"];

/// A scratch database to begin from.
pub(super) struct Ground<'a> {
    tried: Tried<'a>,
    leave_out: LeaveOut,
    /// What the steps are written in.
    pub(super) language: Language,
    /// Rows are compared too.
    pub(super) with_rows: bool,
    /// Each order runs in a copy of its own.
    apart: bool,
    /// Puts sequences back.
    sequences: String,
}

/// What an order left, or where it failed.
enum Came {
    Through(State),
    Failed(usize, Box<FailedStep>),
}

/// What is there after an order.
struct State {
    schema: Schema,
    rows: contrast::AllRows,
}

/// Two orders, judged.
pub(super) enum Judged {
    Same(Same),
    Differ(Found),
    /// The line that ran first in that order fails.
    Alone(usize, Box<FailedStep>),
    /// Which orders fail after their first line.
    Fail(Vec<(usize, Box<FailedStep>)>),
}

pub(super) struct Same {
    pub(super) remarks: Vec<Remark>,
    pub(super) schemas: Box<[Schema; 2]>,
}

pub(super) struct Found {
    pub(super) differences: Vec<Contrast>,
    pub(super) schemas: Box<[Schema; 2]>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(
        context: &'a Context,
        scratch: &'a mut dyn Database,
        sides: &Sides,
    ) -> Result<Self, Error> {
        let with_rows = sides.move_rows();
        let mut ground = Self {
            apart: sides.dialect == Dialect::Sqlite
                // Alembic has transactions of its own.
                || sides.language == Language::Python
                || (with_rows && sides.wait_for_commit()),
            language: sides.language,
            tried: Tried::new(context, scratch),
            leave_out: context.leave_out(),
            with_rows,
            sequences: String::new(),
        };
        ground.note_sequences()?;
        Ok(ground)
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.tried.scratch.dialect()
    }

    /// Rows in every table that takes some, for good; such as are `asked` for, where they can be.
    pub(super) fn fill(&mut self, asked: &[Asked]) -> Result<(), Error> {
        let schema = self.tried.schema(&self.leave_out)?;
        Rows::default().make(self.tried.scratch, &schema, asked)?;
        self.note_sequences()
    }

    fn note_sequences(&mut self) -> Result<(), Error> {
        if self.with_rows && self.dialect() == Dialect::Postgres {
            let back = put_back(self.tried.scratch);
            self.sequences = self.tried.or_error(back)?;
        }
        Ok(())
    }

    /// Whether two lines on top of `below` do not go together. A line that fails alone
    /// says nothing of the other one.
    pub(super) fn collide(
        &mut self,
        below: &[Prepared],
        left: &[Prepared],
        right: &[Prepared],
    ) -> Result<bool, Error> {
        let orders = [[below, left, right].concat(), [below, right, left].concat()];
        let firsts = [below.len() + left.len(), below.len() + right.len()];
        let judged = self.both([&orders[0], &orders[1]], firsts)?;
        Ok(matches!(judged, Judged::Differ(_) | Judged::Fail(_)))
    }

    /// The failure of an order.
    pub(super) fn fails(&mut self, steps: &[Prepared]) -> Result<Option<Box<FailedStep>>, Error> {
        Ok(match self.attempt(steps)? {
            Came::Through(_) => None,
            Came::Failed(_, failed) => Some(failed),
        })
    }

    /// Runs two orders and compares. `firsts`: how many steps of each are its first line,
    /// with what is below it.
    pub(super) fn both(
        &mut self,
        orders: [&[Prepared]; 2],
        firsts: [usize; 2],
    ) -> Result<Judged, Error> {
        loop {
            let apart = self.apart;
            let judged = self.judge(orders, firsts)?;
            if apart == self.apart {
                return Ok(judged);
            }
        }
    }

    fn judge(&mut self, orders: [&[Prepared]; 2], firsts: [usize; 2]) -> Result<Judged, Error> {
        let mut states = Vec::new();
        let mut failed = Vec::new();
        for (n, order) in orders.into_iter().enumerate() {
            match self.attempt(order)? {
                Came::Through(state) => states.push(state),
                Came::Failed(at, failure) if at < firsts[n] => {
                    return Ok(Judged::Alone(n, failure));
                }
                Came::Failed(_, failure) => failed.push((n, failure)),
            }
        }
        let Ok([first, second]) = <[State; 2]>::try_from(states) else {
            return Ok(Judged::Fail(failed));
        };
        let (mut differences, mut remarks) = contrast::schemas(&first.schema, &second.schema);
        if differences.is_empty() && first.rows != second.rows {
            let (more, volatile) = self.rows(orders, &first.rows, &second.rows)?;
            differences = more;
            remarks.extend(volatile);
        } else if !differences.is_empty() {
            differences.extend(contrast::rows(&first.rows, &second.rows));
        }
        let schemas = Box::new([first.schema, second.schema]);
        Ok(if differences.is_empty() {
            Judged::Same(Same { remarks, schemas })
        } else {
            Judged::Differ(Found {
                differences,
                schemas,
            })
        })
    }

    /// Rows that are not the same after two orders: by the order, or by the clock.
    fn rows(
        &mut self,
        orders: [&[Prepared]; 2],
        first: &contrast::AllRows,
        second: &contrast::AllRows,
    ) -> Result<(Vec<Contrast>, Vec<Remark>), Error> {
        let mut again = Vec::new();
        for order in orders {
            if let Came::Through(state) = self.attempt(order)? {
                again.push(state.rows);
            }
        }
        let Ok([first_again, second_again]) = <[contrast::AllRows; 2]>::try_from(again) else {
            return Ok((contrast::rows(first, second), Vec::new()));
        };
        if first_again == second_again {
            return Ok((Vec::new(), Vec::new()));
        }
        Ok(contrast::steady_rows(
            [first, &first_again],
            [second, &second_again],
        ))
    }

    fn attempt(&mut self, steps: &[Prepared]) -> Result<Came, Error> {
        if !self.sequences.is_empty() {
            let done = self.tried.scratch.query_text(&self.sequences);
            self.tried.or_error(done)?;
        }
        if !self.apart {
            let came = self.in_one_transaction(steps)?;
            self.tried.take_back()?;
            if let Some(came) = came {
                return Ok(came);
            }
        }
        self.apart = true;
        self.tried.mark()?;
        let came = match self.tried.run(steps)? {
            Ok(()) => Came::Through(self.state()?),
            Err(failed) => failed_at(steps, failed),
        };
        self.tried.rewind()?;
        Ok(came)
    }

    /// What becomes of the steps in one transaction, still open; `None` where that says
    /// nothing of how they run otherwise.
    fn in_one_transaction(&mut self, steps: &[Prepared]) -> Result<Option<Came>, Error> {
        match self.tried.run_in_one(steps)? {
            None => Ok(None),
            Some(Err(failed)) => {
                let code = failed.error.error.code.as_deref();
                let is_certain = code.is_none_or(|code| !IN_THE_WAY.contains(&code));
                Ok(is_certain.then(|| failed_at(steps, failed)))
            }
            Some(Ok(())) => self.state().map(|state| Some(Came::Through(state))),
        }
    }

    fn state(&mut self) -> Result<State, Error> {
        let schema = self.tried.schema(&self.leave_out)?;
        let rows = if self.with_rows {
            let rows = read_rows(self.tried.scratch, &schema);
            self.tried.or_error(rows)?
        } else {
            contrast::AllRows::new()
        };
        Ok(State { schema, rows })
    }
}

/// The rows of all tables and materialized views, and where sequences stand.
pub(in crate::workflow) fn read_rows(
    scratch: &mut dyn Database,
    schema: &Schema,
) -> Result<contrast::AllRows, DbError> {
    let mut all = contrast::AllRows::new();
    for fact in schema.facts.values() {
        let read = match fact.id.kind {
            Kind::Table => rows::whole(scratch, schema, fact)?,
            Kind::MaterializedView if fact.get("populated").is_none() => {
                let Some((name, _)) = canary::readable(schema, fact) else {
                    continue;
                };
                let rows = scratch.query_text(&format!("SELECT v::text FROM {name} AS v"))?;
                Some((vec!["row".to_owned()], rows))
            }
            _ => continue,
        };
        if let Some((columns, rows)) = read {
            all.insert(fact.id.clone(), TableRows::new(&columns, rows));
        }
    }
    match scratch.dialect() {
        Dialect::Postgres => {
            for one in numbers(scratch)? {
                let id = FactId::new(Kind::Sequence, [one.schema, one.name]);
                let says = match one.is_called.as_str() {
                    "true" => one.last,
                    _ => format!("before {}", one.last),
                };
                let columns = vec!["last value".to_owned()];
                all.insert(id, TableRows::new(&columns, vec![vec![Some(says)]]));
            }
        }
        Dialect::Sqlite => {
            for name in OF_THE_FILE {
                let rows = scratch.query_text(&format!("PRAGMA {name}"))?;
                let id = FactId::new(Kind::VirtualTable, [name]);
                all.insert(id, TableRows::new(&[name.to_owned()], rows));
            }
        }
    }
    Ok(all)
}

/// A sequence, and where it stands.
struct Number {
    schema: String,
    name: String,
    quoted: String,
    last: String,
    is_called: String,
}

/// What puts sequences back to where they stand now.
pub(in crate::workflow) fn put_back(scratch: &mut dyn Database) -> Result<String, DbError> {
    if scratch.dialect() == Dialect::Sqlite {
        let there = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'";
        if scratch.query_text(there)?.is_empty() {
            return Ok(String::new());
        }
        let each = "SELECT 'INSERT INTO sqlite_sequence VALUES (' || quote(name) || ', ' || quote(seq) || ')' FROM sqlite_sequence";
        let each = scratch.query_text(each)?.into_iter().flatten().flatten();
        let statements = std::iter::once("DELETE FROM sqlite_sequence".to_owned()).chain(each);
        return Ok(statements.collect::<Vec<_>>().join("; "));
    }
    let back = |one: &Number| {
        let quoted = one.quoted.replace('\'', "''");
        format!(
            "SELECT pg_catalog.setval('{quoted}'::pg_catalog.regclass, {}, {})",
            one.last, one.is_called
        )
    };
    let statements: Vec<String> = numbers(scratch)?.iter().map(back).collect();
    Ok(statements.join("; "))
}

fn numbers(scratch: &mut dyn Database) -> Result<Vec<Number>, DbError> {
    let each = scratch.query_text(NUMBERS)?;
    let each: Vec<String> = each.into_iter().flatten().flatten().collect();
    if each.is_empty() {
        return Ok(Vec::new());
    }
    let rows = scratch.query_text(&each.join(" UNION ALL "))?;
    let numbers = rows.into_iter().filter_map(|row| {
        let row: Option<Vec<String>> = row.into_iter().collect();
        let [schema, name, quoted, last, is_called] = <[String; 5]>::try_from(row?).ok()?;
        Some(Number {
            schema,
            name,
            quoted,
            last,
            is_called,
        })
    });
    Ok(numbers.collect())
}

fn failed_at(steps: &[Prepared], failed: Box<FailedStep>) -> Came {
    let mut revisions = steps.iter().map(|step| &step.step.revision);
    let at = revisions.position(|revision| *revision == failed.revision);
    Came::Failed(at.unwrap_or_default(), failed)
}

/// A failed step as what is kept of it.
pub(super) fn failure(order: &[Prepared], failed: &FailedStep) -> Failure {
    let said = &failed.error.error;
    Failure {
        order: ids(order),
        revision: failed.revision.clone(),
        statement: failed.error.statement.clone(),
        at: failed.error.offset,
        message: said.message.clone(),
        code: said.code.clone(),
        detail: said.detail.clone(),
        hint: said.hint.clone(),
    }
}
