//! The way from one schema to another: statements, in an order that works.
//!
//! Built from the facts of both sides and from what a person has decided
//! ([`Decisions`]); what only a person can decide is asked for ([`Undecided`]),
//! never guessed. The way back is the same call with the sides exchanged
//! ([`Decisions::reversed`]).
//!
//! Pure. It does not know whether a statement works: that is proved on a scratch
//! database by whoever writes the plan down.

mod example;
pub(super) mod labels;
mod postgres;
mod referred;
pub(super) mod sqlite;
mod words;

use std::{borrow::Cow, collections::BTreeMap};

use self::postgres::{
    is_of_above, plan as postgres_plan, renamed as postgres_renamed, told as postgres_told,
};
use super::{Fact, FactId, Kind, Schema, told::earlier};
use crate::model::Dialect;

/// What a person has decided of a way, by annotations in the models, by options or at
/// a prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// What is the same object under another name: from the identity in the first
    /// schema to the one in the second. (A label of an enumerated type is its type's with
    /// one name more.) A pair of which one is not there says nothing.
    pub renames: Vec<(FactId, FactId)>,
    /// For a column whose type changes, by its identity in the second schema: the
    /// expression that makes the new value (`USING …`).
    pub using: BTreeMap<FactId, String>,
    /// For a column that must hold something, by its identity in the second schema: the
    /// expression that fills the rows that are there.
    pub backfill: BTreeMap<FactId, String>,
    /// The same for a column of the first schema that is dropped, and that the way back
    /// brings again.
    pub refill: BTreeMap<FactId, String>,
    /// The statement with which the user makes an object of the second schema, as it
    /// was written; preferred to the database's own text where the object is made whole.
    pub texts: BTreeMap<FactId, String>,
    /// PostgreSQL: indexes of tables that are there are built `CONCURRENTLY`, in a part
    /// of their own.
    pub concurrent_indexes: bool,
    /// Where there is no way that keeps the rows, plan one that does not (the way back
    /// of a column that was dropped has nothing to fill it with).
    pub may_lose: bool,
}

/// A way from one schema to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In their order; each becomes a revision of its own, since it is committed as a
    /// whole before the next one begins. None: the schemas are equal.
    pub parts: Vec<Part>,
}

/// Statements that are committed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// In their order.
    pub statements: Vec<Statement>,
    /// `false`: one by one, outside of a transaction (`transaction:false`).
    pub transaction: bool,
    /// SQLite: foreign keys are not enforced meanwhile (`foreign_keys:off`).
    pub foreign_keys_off: bool,
}

/// One statement of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Without the final semicolon.
    pub sql: String,
    /// What it makes, changes or drops: as the second schema has it, else the first.
    pub about: FactId,
    /// What a reviewer has to know of it.
    pub hazards: Vec<Hazard>,
}

/// Why a statement wants a second look.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hazard {
    /// Rows or values are gone afterwards: `table users`, `column users.name`,
    /// `what does not fit into character varying(20)`.
    LosesData(String),
    /// What a column holds becomes something else, as its new type or `using` has it. It
    /// stands in the script in the words that a proof reads.
    Converts {
        /// The column, as the first schema has it.
        column: FactId,
        /// Its name as one writes it.
        name: String,
    },
    /// On the way back: what the way up made of values stays; of which column, and how it
    /// was seen.
    KeepsOthers(String),
    /// An object is dropped, and one that looks like it is made: perhaps it was renamed.
    MayBeRename {
        /// The name of what is dropped.
        from: String,
        /// The name of what is made.
        to: String,
    },
    /// It fails where the rows that are there do not allow it; why.
    FailsOnData(String),
    /// All rows are written anew.
    Rewrites,
    /// It takes this lock on a table that is there (`ACCESS EXCLUSIVE`).
    Locks {
        /// PostgreSQL's name of the mode.
        mode: String,
        /// The table.
        table: String,
    },
    /// It is not undone when something fails after it.
    NotTransactional,
    /// Queries that used an index have to do without it for a time.
    DropsIndex(String),
    /// A program that still runs and knows the old schema fails; with what.
    BreaksOldCode(String),
    /// Somebody may do more, or less, than before.
    ChangesRights,
    /// Something may depend on it that the database does not know of (bodies of functions).
    HiddenUses,
}

/// Something that only a person can decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// What it is about: as the second schema has it, else the first.
    pub about: FactId,
    /// Its name as one writes it.
    pub name: String,
    /// What is to be decided.
    pub question: Question,
}

/// What is to be decided, or cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The column must hold something in every row, and nothing says what: a default,
    /// `backfill`, or no NOT NULL.
    Fill {
        /// A value of its type, to show how it is said.
        example: &'static str,
    },
    /// The column is dropped, and must hold something in every row when a way back brings
    /// it again.
    FillBack {
        /// A value of its type, to show how it is said.
        example: &'static str,
    },
    /// In every row the column has to refer to a row of a table that is new: it has none.
    NoRow {
        /// The name of that table.
        table: String,
    },
    /// There is no cast between the types: `using` is needed.
    Using {
        /// The type that it has.
        from: String,
        /// The type that it shall have.
        to: String,
    },
    /// The type changes once more, and the remark made the values in a revision that is
    /// there: what makes them now is to be said anew.
    UsedUp {
        /// What the remark says.
        expression: String,
        /// The revision that did it.
        by: String,
    },
    /// It would have to be dropped and made again while something that holds data uses
    /// it; what.
    InUse(Vec<String>),
    /// The objects need each other, and no order works.
    Circle(Vec<String>),
    /// No statement does it (another partition key); why.
    NoWay(String),
}

/// The statements that turn `a` into `b`, or all that has to be decided first.
pub fn plan(a: &Schema, b: &Schema, decisions: &Decisions) -> Result<Plan, Vec<Undecided>> {
    let planned = match b.dialect {
        Dialect::Postgres => {
            let (renames, a) = labels::renamed(a, b, decisions);
            postgres_plan(&a, b, decisions).map(|mut plan| {
                if !renames.is_empty() {
                    plan.put_first(renames);
                }
                plan
            })
        }
        Dialect::Sqlite => sqlite::plan(a, b, decisions),
    };
    let mut undecided = referred::orphans(a, b, decisions);
    match planned {
        Ok(mut plan) if undecided.is_empty() => {
            plan.name_as_before(a, decisions);
            Ok(plan)
        }
        Ok(_) => Err(undecided),
        Err(others) => {
            // Nothing would fill such a column.
            let is_new = |one: &Undecided| undecided.iter().all(|own| own.about != one.about);
            let others: Vec<Undecided> = others.into_iter().filter(is_new).collect();
            undecided.extend(others);
            Err(undecided)
        }
    }
}

/// What `a` is once the renames are done that were decided and say something; labels of
/// enumerated types keep their names.
pub fn renamed(a: &Schema, b: &Schema, decisions: &Decisions) -> Schema {
    match b.dialect {
        Dialect::Postgres => {
            let (_, mut mid) = labels::renamed(a, b, decisions);
            for fact in a.of_kind(Kind::Enum) {
                mid.add(fact.clone());
            }
            postgres_renamed(&mid, b, decisions)
        }
        Dialect::Sqlite => sqlite::renamed(a, b, decisions),
    }
}

/// Two schemas as people compare them: without what is written down as another one's on one
/// side, and is there on both.
pub fn told<'s>(a: &'s Schema, b: &'s Schema) -> (Cow<'s, Schema>, Cow<'s, Schema>) {
    match b.dialect {
        Dialect::Postgres => postgres_told(a, b),
        Dialect::Sqlite => (Cow::Borrowed(a), Cow::Borrowed(b)),
    }
}

/// The columns of `a` that are dropped and that the way back cannot fill: each must hold
/// something in every row, and nothing says what. (With their table where rows that stay refer
/// to its rows.)
pub fn emptied(a: &Schema, b: &Schema, decisions: &Decisions) -> Vec<Undecided> {
    let is_given = |fact: &Fact| {
        let keys = ["default", "identity", "generated"];
        fact.get("not null").is_none()
            || fact.get("type").is_none()
            || keys.iter().any(|key| fact.get(key).is_some())
    };
    let is_renamed = |id: &FactId| decisions.renames.iter().any(|(from, _)| from == id);
    let columns = a.facts.values().filter(|fact| {
        let table = fact.parent.as_ref();
        fact.id.kind == Kind::Column
            && table.is_some_and(|id| id.kind == Kind::Table && b.facts.contains_key(id))
            && !b.facts.contains_key(&fact.id)
    });
    let lost = columns.filter(|fact| {
        !is_given(fact)
            && !is_renamed(&fact.id)
            && !decisions.refill.contains_key(&fact.id)
            // The table becomes a part of one that has it.
            && !is_of_above(b, fact)
    });
    let of_rows = referred::emptied(a, b, decisions);
    let of_rows = of_rows.iter().filter_map(|id| a.facts.get(id));
    lost.chain(of_rows)
        .map(|fact| Undecided {
            about: fact.id.clone(),
            name: a.shown(fact),
            question: Question::FillBack {
                example: example::of_type(b.dialect, fact.get("type").unwrap_or_default()),
            },
        })
        .collect()
}

impl Decisions {
    /// The decisions for the way back: renames, and what fills columns that come again.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            renames: self
                .renames
                .iter()
                .map(|(from, to)| (to.clone(), from.clone()))
                .collect(),
            backfill: self.refill.clone(),
            concurrent_indexes: self.concurrent_indexes,
            may_lose: true,
            ..Self::default()
        }
    }
}

impl Plan {
    /// Nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Puts statements that may be in a transaction before all others.
    fn put_first(&mut self, statements: Vec<Statement>) {
        match self.parts.first_mut() {
            Some(part) if part.transaction => {
                part.statements.splice(0..0, statements);
            }
            _ => self.parts.insert(
                0,
                Part {
                    statements,
                    transaction: true,
                    foreign_keys_off: false,
                },
            ),
        }
    }

    /// What is converted is told by the name that it has before the way, whatever it is
    /// called at that statement.
    fn name_as_before(&mut self, a: &Schema, decisions: &Decisions) {
        let statements = self.parts.iter_mut().flat_map(|part| &mut part.statements);
        for hazard in statements.flat_map(|statement| &mut statement.hazards) {
            let Hazard::Converts { column, name } = hazard else {
                continue;
            };
            if a.facts.contains_key(column) {
                continue;
            }
            let was = earlier(column, &decisions.renames).find_map(|id| a.facts.get(&id));
            if let Some(fact) = was {
                *name = a.shown(fact);
                *column = fact.id.clone();
            }
        }
    }

    /// All statements, of all parts.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.parts.iter().flat_map(|part| &part.statements)
    }
}

impl Part {
    /// The statements as a script: each ends in a semicolon and a line end.
    pub fn script(&self) -> String {
        self.statements
            .iter()
            .flat_map(|statement| [statement.sql.as_str(), ";\n"])
            .collect()
    }
}
