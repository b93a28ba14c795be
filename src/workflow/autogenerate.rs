//! A new revision that brings what the revisions produce to what the models say.
//!
//! First both sides, then (with whoever is asked) the decisions that no comparison can
//! make, then the scripts. Nothing is written here before there is all of it.

mod prove;
mod using;

use std::collections::BTreeSet;

use super::{
    Context, Error, Written,
    create::{self, Base, Request},
    models::{self, Models},
    replayed::{self, LeftOut},
    schema_drift::schema,
    scratch::{run_script, with_scratch},
    sides::{self, Against, Leave, Sides},
    write,
};
use crate::{
    db::Database,
    layout::render::{Body, Section},
    model::{Dialect, RevId, Revision, SourceFile, ledger::StoredScript},
    schema::{
        self, Difference, Schema, compare,
        plan::{Decisions, Part, emptied, plan},
    },
    sql,
};

pub(super) use using::require_used;

pub use prove::Unproved;

/// What a command meets of a plan.
pub use crate::schema::{
    Comparison, FactId, Kind, Unmodelled,
    plan::{Hazard, Plan, Question, Undecided},
};

/// A revision in the making.
pub struct Draft {
    database: Box<dyn Database>,
    request: Request,
    base: Base,
    sides: Sides,
    against: Against,
    leave: Leave,
}

/// What one decides of a way, in the words of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// `OLD:NEW`.
    Rename,
    /// `TABLE.COLUMN:EXPRESSION`.
    Using,
    /// `TABLE.COLUMN:EXPRESSION`.
    Backfill,
}

/// What was compared.
#[derive(Debug)]
pub struct Compared<'a> {
    /// The environment, where the database was asked.
    pub against: Against,
    /// How many revisions were replayed.
    pub replayed: usize,
    /// In how many files the models stand; `None` for a command.
    pub files: Option<usize>,
    /// The differences, from the revisions to the models.
    pub comparison: Comparison,
    /// What somebody said is the same object: the old one and its name, the new one.
    pub renamed: Vec<(FactId, String, FactId)>,
    /// The same with those as such, each before what else is different in it.
    pub told: Vec<Difference>,
    /// What both have and is not compared.
    pub unmodelled: Vec<&'a Unmodelled>,
    /// Statements of revisions that were not run.
    pub left_out: &'a [LeftOut],
    /// What the database has and nobody here knows.
    pub strangers: &'a [String],
}

/// Revisions that were planned and are not written yet, each built on the one before it.
#[derive(Debug)]
pub struct Planned {
    all: Vec<One>,
}

/// One of them.
#[derive(Debug)]
struct One {
    revision: Revision,
    up: Part,
    /// The way back, or why there is none.
    down: Result<Vec<Part>, String>,
}

impl One {
    fn body(&self) -> Body {
        Body {
            up: section(std::slice::from_ref(&self.up)),
            down: self.down.as_ref().ok().map(|parts| section(parts)),
        }
    }
}

impl Planned {
    /// Why there is no way back, for each revision that has none.
    pub fn irreversible(&self) -> Vec<String> {
        let whys = self.all.iter().filter_map(|one| one.down.as_ref().err());
        whys.cloned().collect()
    }
}

/// Reads both sides.
pub fn draft(
    context: &Context,
    request: &Request,
    against: Against,
    leave: Leave,
) -> Result<Draft, Error> {
    let base = create::base(context, request)?;
    let revisions = built_on(&base, request)?;
    let mut database = context.database()?;
    if against == Against::Database {
        sides::require_up_to_date(context, &base.project, &revisions, &mut *database)?;
    }
    let sides = sides::sides(
        context,
        &base.project,
        &revisions,
        &mut *database,
        against,
        leave,
    )?;
    models::require_known_renames(&sides.models, &sides.current)?;
    Ok(Draft {
        database,
        request: request.clone(),
        base,
        sides,
        against,
        leave,
    })
}

/// The revisions whose state the new one changes. Models are about the whole database,
/// so that other lines belong to it, too; not so where it is built on something older.
fn built_on(base: &Base, request: &Request) -> Result<BTreeSet<RevId>, Error> {
    let graph = &base.project.graph;
    let mut tips = base.parents.clone();
    for name in &base.depends_on {
        tips.extend(graph.resolve(name)?);
    }
    let on_heads = base.parents.iter().all(|id| graph.is_head(id.as_str()));
    if request.on.is_none() && on_heads && graph.diverged().is_empty() {
        tips.extend(graph.heads());
    }
    Ok(graph.ancestors(&tips))
}

impl Draft {
    /// What was compared, and what came of it.
    pub fn compared(&self) -> Compared<'_> {
        let models: &Models = &self.sides.models;
        let unmodelled = self
            .sides
            .current
            .unmodelled
            .union(&models.schema.unmodelled);
        Compared {
            against: self.against,
            replayed: self.sides.steps.0.len(),
            files: models.files,
            comparison: compare(&self.sides.current, &models.schema),
            renamed: self.sides.renames(),
            told: self.sides.comparison().differences,
            unmodelled: unmodelled.collect(),
            left_out: &self.sides.steps.1,
            strangers: &self.sides.strangers,
        }
    }

    /// The way, or all that has to be decided first, for the way back too.
    pub fn plan(&self) -> Result<Plan, Vec<Undecided>> {
        let models = &self.sides.models;
        let emptied = emptied(&self.sides.current, &models.schema, &models.decisions);
        match way(&self.sides) {
            Ok(_) if !emptied.is_empty() => Err(emptied),
            Ok(plan) => Ok(plan),
            Err(undecided) => Err(undecided.into_iter().chain(emptied).collect()),
        }
    }

    /// Refuses a decision that does nothing, once all are made.
    pub fn require_used(&self) -> Result<(), Error> {
        require_used(&self.sides)
    }

    /// What is dropped and may have been renamed instead: each with its names and those
    /// of what it may be now.
    pub fn perhaps_renamed(&self) -> Vec<(FactId, Vec<FactId>)> {
        let models = &self.sides.models;
        schema::perhaps_renamed(&self.sides.current, &models.schema, &models.decisions)
    }

    /// What is dropped, with what is new in its place, whether it looks alike or not.
    pub fn replaced(&self) -> Vec<(FactId, Vec<FactId>)> {
        let models = &self.sides.models;
        schema::replaced(&self.sides.current, &models.schema, &models.decisions)
    }

    /// The name of an object as one writes it, on whichever side it is.
    pub fn name(&self, id: &FactId) -> String {
        let sides = [&self.sides.models.schema, &self.sides.current];
        let found = sides
            .iter()
            .find_map(|side| Some(side.shown(side.facts.get(id)?)));
        found.unwrap_or_else(|| id.path.join("."))
    }

    /// Somebody says that an object was renamed.
    pub fn renamed(&mut self, from: FactId, to: FactId) {
        self.sides.models.decisions.renames.push((from, to));
    }

    /// Somebody says what fills a column, or makes its new values.
    pub fn decide(&mut self, column: &FactId, choice: Choice, expression: &str) {
        let models = &mut self.sides.models;
        let stays = models.schema.facts.contains_key(column);
        if choice == Choice::Using {
            self.sides.chosen.insert(column.clone());
        }
        let into = match choice {
            Choice::Using => &mut models.decisions.using,
            Choice::Backfill | Choice::Rename if stays => &mut models.decisions.backfill,
            Choice::Backfill | Choice::Rename => &mut models.decisions.refill,
        };
        into.insert(column.clone(), expression.to_owned());
    }

    /// Takes a decision from the command line.
    pub fn decide_by_option(&mut self, choice: Choice, text: &str) -> Result<(), Error> {
        decide_by_option(&mut self.sides, choice, text)
    }

    /// The content of the revisions that go the way of a plan.
    pub fn revisions(&mut self, context: &Context, plan: &Plan) -> Result<Planned, Error> {
        let between = self.between(context, plan)?;
        let first = create::first(context, &self.request, &self.base)?;
        let models = &self.sides.models.schema;
        let back = self.sides.models.decisions.reversed();
        let states: Vec<&Schema> = std::iter::once(&self.sides.current)
            .chain(&between)
            .chain([models])
            .collect();
        // What went up as a whole comes down as a whole: one index that is built outside of
        // a transaction would take everything else out of it.
        let whole = Decisions {
            concurrent_indexes: false,
            ..back.clone()
        };
        let mut all: Vec<One> = Vec::with_capacity(plan.parts.len());
        for (n, part) in plan.parts.iter().enumerate() {
            let revision = match all.last() {
                None => first.clone(),
                Some(before) => Revision {
                    message: format!("{} {}", first.message, about(part, n, plan.parts.len())),
                    created: first.created,
                    ..Revision::new(
                        write::fresh_id(&self.base.project),
                        vec![before.revision.id.clone()],
                    )
                },
            };
            all.push(One {
                revision,
                up: part.clone(),
                down: way_back(
                    states[n],
                    states[n + 1],
                    if part.transaction { &whole } else { &back },
                ),
            });
        }
        Ok(Planned { all })
    }

    /// The schemas between the parts of a plan.
    fn between(&mut self, context: &Context, plan: &Plan) -> Result<Vec<Schema>, Error> {
        let Some((_, before_last)) = plan.parts.split_last() else {
            return Ok(Vec::new());
        };
        if before_last.is_empty() {
            return Ok(Vec::new());
        }
        let history = self.history(context)?;
        let foreign = &self.sides.foreign;
        with_scratch(
            context,
            &mut *self.database,
            self.leave.scratch_here,
            |scratch| {
                replayed::replay(scratch, &history)?;
                before_last
                    .iter()
                    .map(|part| {
                        run_part(scratch, part)?;
                        let mut between = schema(context, scratch)?;
                        between.remove(|fact| foreign.contains(&fact.id));
                        Ok(between)
                    })
                    .collect()
            },
        )
    }

    /// Writes the files: all or none.
    pub fn write(&self, context: &Context, planned: Planned) -> Result<Vec<Written>, Error> {
        let all = planned.all.into_iter().map(|one| {
            let body = one.body();
            (one.revision, body)
        });
        write::write_all(context, &self.base.project, all.collect())
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("sides", &self.sides)
            .finish_non_exhaustive()
    }
}

/// The way to the models, or all that has to be decided first. Differences that no
/// statement is known for are not taken for none.
pub(super) fn way(sides: &Sides) -> Result<Plan, Vec<Undecided>> {
    let models = &sides.models;
    for undecided in [exchanged(sides), using::used_up(sides)] {
        if !undecided.is_empty() {
            return Err(undecided);
        }
    }
    let plan = plan(&sides.current, &models.schema, &models.decisions)?;
    let differences = compare(&sides.current, &models.schema).differences;
    if !plan.is_empty() || differences.is_empty() {
        return Ok(plan);
    }
    let unknown = differences.into_iter().map(|one| Undecided {
        question: Question::NoWay(format!(
            "({}): teammig knows no statement for that",
            one.words()
        )),
        about: one.id,
        name: one.name,
    });
    Err(unknown.collect())
}

/// Renames in a circle: once they are done, nothing shows it, and they would be done again.
fn exchanged(sides: &Sides) -> Vec<Undecided> {
    let (current, models) = (&sides.current, &sides.models.schema);
    let renames = &sides.models.decisions.renames;
    let next = |id: &FactId| {
        let mut pairs = renames.iter();
        pairs.find(|(from, _)| from == id).map(|(_, to)| to)
    };
    let in_circle = |id: &FactId| {
        let mut chain = std::iter::successors(next(id), |id| next(id)).take(renames.len());
        chain.any(|other| other == id)
    };
    let circles = renames.iter().filter(|(from, to)| {
        current.facts.contains_key(to) && models.facts.contains_key(from) && in_circle(from)
    });
    let each = circles.map(|(from, to)| Undecided {
        about: to.clone(),
        name: current
            .facts
            .get(to)
            .map_or_else(|| to.path.join("."), |fact| current.shown(fact)),
        question: Question::NoWay(format!(
            "was {} and gave its own name away: nothing would show afterwards that it was done. Give one of them a third name first, in a revision of its own",
            from.name()
        )),
    });
    each.collect()
}

/// Takes a decision from the command line.
pub(super) fn decide_by_option(sides: &mut Sides, choice: Choice, text: &str) -> Result<(), Error> {
    let dialect = sides.current.dialect;
    let (name, rest) = split(text).ok_or_else(|| {
        let form = match choice {
            Choice::Rename => "`--rename OLD:NEW`, as in `--rename users.fullname:users.full_name`",
            Choice::Using => {
                "`--using TABLE.COLUMN:EXPRESSION`, as in `--using \"users.age:age::integer\"`"
            }
            Choice::Backfill => {
                "`--backfill TABLE.COLUMN:EXPRESSION`, as in `--backfill \"users.email:''\"`"
            }
        };
        Error::Usage(format!(
            "`{text}` has no colon between two parts: write {form}"
        ))
    })?;
    let find = |side: &Schema, name: &str, whose: &str| {
        let path = sql::name_path(name.trim(), dialect);
        path.and_then(|path| schema::by_name(side, &path))
            .ok_or_else(|| Error::Usage(format!("{whose} no {name}, or several of that name")))
    };
    let models = &mut sides.models;
    let to = match choice {
        Choice::Rename => find(&models.schema, rest, "the models have")?,
        Choice::Using => find(&models.schema, name, "the models have")?,
        // A column that goes is filled where the way back brings it again.
        Choice::Backfill => find(&models.schema, name, "the models have")
            .or_else(|_| find(&sides.current, name, "models and revisions have"))?,
    };
    match choice {
        Choice::Rename => {
            let from = find(&sides.current, name, "the revisions make")?;
            if from.kind != to.kind {
                return Err(Error::Usage(format!(
                    "{name} is a {}, and {rest} a {}: one cannot have become the other by a new name",
                    from.kind.name(),
                    to.kind.name()
                )));
            }
            models.decisions.renames.push((from, to));
        }
        Choice::Using => {
            sides.chosen.insert(to.clone());
            models.decisions.using.insert(to, rest.trim().to_owned());
        }
        Choice::Backfill => {
            let decisions = &mut models.decisions;
            let into = if models.schema.facts.contains_key(&to) {
                &mut decisions.backfill
            } else {
                &mut decisions.refill
            };
            into.insert(to, rest.trim().to_owned());
        }
    }
    Ok(())
}

/// The parts before and behind the first colon that stands in no name.
fn split(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = text.find(|c: char| {
        quoted ^= c == '"';
        c == ':' && !quoted
    })?;
    let (name, rest) = (&text[..at], &text[at + 1..]);
    (!name.trim().is_empty() && !rest.trim().is_empty()).then_some((name, rest))
}

/// Runs a part of a plan as a revision would.
fn run_part(scratch: &mut dyn Database, part: &Part) -> Result<(), Error> {
    let text = part.script();
    let script = StoredScript {
        text: text.clone(),
        transaction: part.transaction,
        foreign_keys_off: part.foreign_keys_off,
    };
    run_script(scratch, script)?.map_err(|error| Error::PlanFails {
        script: SourceFile::new("the new revision (up)", text),
        error: Box::new(error),
    })
}

/// What a later one of several revisions is about.
fn about(part: &Part, n: usize, of: usize) -> String {
    let all_of = |kind: Kind| part.statements.iter().all(|one| one.about.kind == kind);
    if all_of(Kind::Index) {
        "(indexes)".to_owned()
    } else if all_of(Kind::Enum) {
        "(enum values)".to_owned()
    } else {
        format!("({} of {of})", n + 1)
    }
}

/// The way back, or why there is none.
fn way_back(from: &Schema, to: &Schema, decisions: &Decisions) -> Result<Vec<Part>, String> {
    match plan(to, from, decisions) {
        Ok(back) if back.is_empty() => Err("nothing says what is to be undone".to_owned()),
        Ok(back) => match made_anew(&back, from).as_slice() {
            [] => Ok(back.parts),
            lost => Err(format!(
                "no statement makes {} what it was: it would be dropped and made again, without its rows; what keeps them has to be written by hand",
                lost.join(", ")
            )),
        },
        Err(undecided) => {
            let all = undecided
                .iter()
                .map(|one| format!("{} {}", one.name, one.question.words()));
            Err(all.collect::<Vec<_>>().join("; "))
        }
    }
}

/// The tables that a way drops and makes again: what is in them is nobody's to give away.
/// (SQLite's are copied.)
fn made_anew(way: &Plan, from: &Schema) -> Vec<String> {
    let begins = |word: &'static str| {
        let all = way
            .statements()
            .filter(move |one| one.sql.starts_with(word));
        all.map(|one| &one.about)
            .filter(|id| id.kind == Kind::Table && from.dialect == Dialect::Postgres)
    };
    let made: BTreeSet<&FactId> = begins("CREATE ").collect();
    let again = begins("DROP TABLE ").filter(|id| made.contains(id));
    let facts = again.filter_map(|id| from.facts.get(id));
    facts.map(|fact| from.shown(fact)).collect()
}

/// Parts as the section of a file.
pub(super) fn section(parts: &[Part]) -> Section {
    Section {
        sql: parts.iter().map(annotated).collect(),
        no_transaction: parts.iter().any(|part| !part.transaction),
        foreign_keys_off: parts.iter().any(|part| part.foreign_keys_off),
    }
}

/// A part as a script, each statement below what a reviewer has to know of it.
pub(super) fn annotated(part: &Part) -> String {
    let mut sql = String::new();
    for statement in &part.statements {
        for words in statement.words() {
            sql.push_str("-- ");
            sql.push_str(&words);
            sql.push('\n');
        }
        sql.push_str(&statement.sql);
        sql.push_str(";\n");
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn options_are_split_at_a_colon_outside_of_names() {
        for (text, want) in [
            (
                "users.fullname:users.full_name",
                Some(("users.fullname", "users.full_name")),
            ),
            (
                "users.age:age::integer",
                Some(("users.age", "age::integer")),
            ),
            ("\"a:b\".c:''", Some(("\"a:b\".c", "''"))),
            ("users", None),
            ("users:", None),
            (":users", None),
        ] {
            assert_eq!(split(text), want, "{text}");
        }
    }
}
