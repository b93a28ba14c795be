//! One revision, tried in every way that it may be run.

use super::{
    Ask, Found, Note, Prepared, Proved,
    rows::{self, Rows},
    watch,
};
use crate::{
    db::{Database, ENDLESS, VIOLATED},
    model::{Dialect, Direction},
    schema::{
        Content, FactId, Schema, Stages,
        canary::{self, Asked},
        compare, named, stricter, survive,
    },
    sql,
    workflow::{Context, Error, FailedStep, NotReplayed, tried::Tried},
};

/// A scratch database on which revisions are tried, one after the other.
pub(super) struct Trial<'a, 'b> {
    tried: Tried<'a>,
    ask: &'a Ask<'b>,
    rows: Rows,
}

/// What came of a revision, and the schema that it leaves; none where it does not run.
type Came = Result<(Option<Proved>, Option<Schema>), Error>;

impl<'a, 'b> Trial<'a, 'b> {
    pub(super) fn new(
        context: &'a Context,
        scratch: &'a mut dyn Database,
        ask: &'a Ask<'b>,
    ) -> Self {
        Self {
            tried: Tried::new(context, scratch),
            ask,
            rows: Rows::default(),
        }
    }

    pub(super) fn schema(&mut self) -> Result<Schema, Error> {
        self.tried.schema(&self.ask.leave_out)
    }

    /// Runs a revision that is not to be proved.
    pub(super) fn pass(&mut self, step: &Prepared) -> Came {
        match self.tried.run(std::slice::from_ref(step))? {
            Ok(()) => Ok((None, Some(self.schema()?))),
            Err(failed) => Err(Error::NotReplayed(Box::new(NotReplayed::Below(failed)))),
        }
    }

    /// Proves a revision, and leaves its schema behind.
    pub(super) fn prove(&mut self, step: &Prepared, before: &Schema) -> Came {
        let mut proved = Proved {
            revision: step.step.revision.clone(),
            message: step.message.clone(),
            findings: Vec::new(),
            notes: Vec::new(),
            no_way_back: None,
            with_rows: (0, 0),
            observed: Vec::new(),
        };
        let back = match step.back() {
            Ok(back) => Some(back),
            Err(why) => {
                proved.no_way_back = Some(why);
                None
            }
        };
        self.tried.mark()?;
        let is_seen = self.observe_apart(step, back.as_ref(), before, &mut proved)?;
        if !is_seen {
            self.observe(step, before, &mut proved)?;
        }
        // In tables as the history left them.
        let up = match self.tried.run(std::slice::from_ref(step))? {
            Ok(()) => self.schema()?,
            Err(failed) => {
                proved.findings.push(Found::Fails(failed));
                return Ok((Some(proved), None));
            }
        };
        let stricter = stricter(before, &up).into_iter();
        proved.notes.extend(stricter.map(Note::Stricter));
        let returned = match &back {
            Some(back) => {
                if !is_seen {
                    self.observe(back, &up, &mut proved)?;
                }
                self.back(back, before, &mut proved)?
            }
            None => false,
        };
        if !returned {
            self.tried.rewind()?;
            self.tried.mark()?;
        }
        // What comes back is tried further, with rows in the tables.
        let back = back.filter(|_| returned);
        let again = self.with_rows(step, back.as_ref(), before, &up, &mut proved)?;
        self.tried.rewind()?;
        if let Err(failed) = self.tried.run(std::slice::from_ref(step))? {
            // It ran a moment ago, from the same state.
            return Err(Error::NotReplayed(Box::new(NotReplayed::Below(failed))));
        }
        if let (Some(back), false) = (&back, again) {
            self.again(step, back, &up, &mut proved)?;
        }
        Ok((Some(proved), Some(up)))
    }

    /// The way back, in tables as the history left them; whether it returns.
    fn back(
        &mut self,
        back: &Prepared,
        before: &Schema,
        proved: &mut Proved,
    ) -> Result<bool, Error> {
        if let Err(failed) = self.tried.run(std::slice::from_ref(back))? {
            proved.findings.push(Found::Fails(failed));
            return Ok(false);
        }
        let returned = compare(before, &self.schema()?);
        let is_equal = returned.is_equal();
        if !is_equal {
            proved.findings.push(Found::NotBack(returned));
        }
        Ok(is_equal)
    }

    /// The way back and up again, without rows; leaves the state that it began with.
    fn again(
        &mut self,
        step: &Prepared,
        back: &Prepared,
        up: &Schema,
        proved: &mut Proved,
    ) -> Result<(), Error> {
        self.tried.mark()?;
        // The way back ran a moment ago.
        if self.tried.run(std::slice::from_ref(back))?.is_ok() {
            match self.tried.run(std::slice::from_ref(step))? {
                Ok(()) => self.is_as_before(up, proved)?,
                Err(failed) => proved.findings.push(Found::FailsAgain(failed)),
            }
        }
        self.tried.rewind()
    }

    fn is_as_before(&mut self, up: &Schema, proved: &mut Proved) -> Result<(), Error> {
        let again = compare(up, &self.schema()?);
        if !again.is_equal() {
            proved.findings.push(Found::NotTheSame(again));
        }
        Ok(())
    }

    /// Up and down with rows in the tables; whether the way up ran.
    fn with_rows(
        &mut self,
        step: &Prepared,
        back: Option<&Prepared>,
        before: &Schema,
        up: &Schema,
        proved: &mut Proved,
    ) -> Result<bool, Error> {
        let asked = self.asked(step, before, up);
        let made = self.rows.make(self.tried.scratch, before, &asked)?;
        proved.with_rows = (made.tables, made.tables + made.without.len());
        let without = made.without.into_iter();
        proved
            .notes
            .extend(without.map(|(table, why)| Note::NoRows { table, why }));
        let first = rows::content(self.tried.scratch, before)?;
        self.unmet(step, proved)?;
        if let Some(found) = self.tried.run(std::slice::from_ref(step))?.err() {
            match on_rows(found) {
                Ok(found) => proved.findings.push(found),
                Err(note) => proved.notes.push(note),
            }
            return Ok(false);
        }
        if back.is_some() {
            self.is_as_before(up, proved)?;
        }
        let then = rows::content(self.tried.scratch, up)?;
        let mut last = None;
        if let Some(back) = back {
            self.unmet(back, proved)?;
            match self
                .tried
                .run(std::slice::from_ref(back))?
                .err()
                .map(on_rows)
            {
                None => last = Some(rows::content(self.tried.scratch, before)?),
                Some(Ok(found)) => proved.findings.push(found),
                Some(Err(note)) => proved.notes.push(note),
            }
        }
        self.judge(step, (before, &first), (up, &then), last.as_ref(), proved);
        Ok(true)
    }

    /// What the scripts of a revision ask of rows.
    fn asked(&self, step: &Prepared, before: &Schema, up: &Schema) -> Vec<Asked> {
        let down = step.scripts.down.as_ref();
        let scripts = std::iter::once(&step.scripts.up).chain(down);
        let dialect = self.tried.scratch.dialect();
        let asked = scripts.flat_map(|script| canary::asked(&script.text, dialect));
        let given = canary::given(&step.scripts.up.text, before, up);
        asked.chain(given).collect()
    }

    /// The statements that have no rows to work on, though there are some.
    fn unmet(&mut self, step: &Prepared, proved: &mut Proved) -> Result<(), Error> {
        for span in watch::unmet(self.tried.scratch, step)? {
            proved.notes.push(Note::NoRowMet {
                direction: step.step.direction,
                place: step.place(span, ""),
            });
        }
        Ok(())
    }

    fn judge(
        &self,
        step: &Prepared,
        before: (&Schema, &Content),
        up: (&Schema, &Content),
        back: Option<&Content>,
        proved: &mut Proved,
    ) {
        let (of_up, unknown) = named(before.0, &sql::loses(&step.scripts.up.text));
        let down = step.scripts.down.as_ref();
        let names = down.map_or_else(Vec::new, |down| sql::loses(&down.text));
        let (of_down, unknown_too) = named(before.0, &names);
        let unknown = unknown.into_iter().chain(unknown_too);
        proved.notes.extend(unknown.map(Note::NothingLike));
        let said = |direction: Direction, id: &FactId| match direction {
            Direction::Up => of_up.contains(id) || self.ask.losses.up.contains(id),
            Direction::Down => of_down.contains(id) || self.ask.losses.down.contains(id),
        };
        for loss in survive(Stages { before, up, back }, &said) {
            match (loss.how.is_open(), loss.said) {
                (true, true) => {}
                (true, false) => proved.notes.push(Note::Open(loss)),
                (false, true) => proved.notes.push(Note::AsSaid(loss)),
                (false, false) => proved.findings.push(Found::Lost(loss)),
            }
        }
    }

    /// Watches scripts of several statements, each of which is committed: in one transaction
    /// what an earlier one locked hides what a later one locks. Leaves the state that it
    /// found; whether everything was seen.
    fn observe_apart(
        &mut self,
        step: &Prepared,
        back: Option<&Prepared>,
        before: &Schema,
        proved: &mut Proved,
    ) -> Result<bool, Error> {
        let scripts = || std::iter::once(step).chain(back);
        if !self.ask.observe
            || self.tried.scratch.dialect() != Dialect::Postgres
            || !scripts().all(|one| one.script().transaction)
            || !scripts().any(watch::has_several)
        {
            return Ok(false);
        }
        let mut seen = Vec::new();
        let mut is_whole = watch::observe_apart(self.tried.scratch, step, before, &mut seen)?;
        if let (true, Some(back)) = (is_whole, back) {
            let up = self.schema()?;
            is_whole = watch::observe_apart(self.tried.scratch, back, &up, &mut seen)?;
        }
        self.tried.rewind()?;
        self.tried.mark()?;
        if is_whole {
            proved.observed.extend(seen);
        }
        Ok(is_whole)
    }

    fn observe(
        &mut self,
        step: &Prepared,
        schema: &Schema,
        proved: &mut Proved,
    ) -> Result<(), Error> {
        if self.ask.observe {
            let observed = watch::observe(self.tried.scratch, step, schema)?;
            proved.observed.extend(observed);
        }
        Ok(())
    }
}

/// A script that works in empty tables fails in others. Where it leaves something empty
/// that may not be, or our own runner refuses it, any row will do; otherwise it may be the
/// rows that were made up.
fn on_rows(failed: Box<FailedStep>) -> Result<Found, Note> {
    let error = &failed.error.error;
    // What SQLite says of values; our runner says it of keys, and of what has no end.
    let of_values = [
        ENDLESS,
        "CHECK constraint failed",
        "UNIQUE constraint failed",
        "FOREIGN KEY constraint failed",
        "cannot store ",
        "datatype mismatch",
        "malformed JSON",
        "JSON cannot hold BLOB values",
        "integer overflow",
        VIOLATED,
    ];
    let empty = match error.code.as_deref() {
        None if of_values.iter().any(|said| error.message.starts_with(said)) => false,
        None | Some("23502" | "SQLITE_CONSTRAINT_NOTNULL") => true,
        _ => error.message.contains("Cannot add a NOT NULL column"),
    };
    if empty {
        Ok(Found::FailsOnRows(failed))
    } else {
        Err(Note::DoubtfulOnRows(failed))
    }
}
