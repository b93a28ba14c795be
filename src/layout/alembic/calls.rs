//! What `upgrade()` of a module touches: its calls of `op.` and of connections, taken for the
//! SQL that Alembic makes of them. Nothing of the module is run.
//!
//! The module is walked through as Python would run it (`walk.rs`), with what is written out
//! known and all else not ([`Value`]); a call that changes a database becomes the text of a
//! statement (`operation.rs`, `column.rs`, `rows.rs`), which is read like anybody's SQL
//! ([`sql::Pieces`]). So what a statement touches is written down once, in `sql/footprint`.
//! Each statement's place is that of its call.
//!
//! All of it is read as PostgreSQL's, for SQLite too: a history is seldom known so wholly that
//! it could be run in memory, and what a batch does to a table of SQLite is what it says, since
//! Alembic builds the new table from the one that is there; what such a copy minds is said
//! ([`Part::Copied`]).
//!
//! A call that is not understood is unread, never passed over. Code that only computes is
//! nothing; code that somebody else wrote (`from app.helpers import …`) can do anything where it is
//! given a connection or called for what it does, and is opaque where its value is what counts.

use crate::{
    model::{
        Dialect, Footprint,
        footprint::{Access, Act, Kind, Object, Part, Seen, Touched},
    },
    sql,
};

mod column;
mod eval;
mod harmless;
mod linted;
mod methods;
mod operation;
mod rows;
mod signature;
mod table;
mod texts;
mod typed;
mod value;
mod walk;

pub(in crate::layout) use linted::linted;
use value::{Sql, Table, What};

/// What the way up of a module touches. `text` is the whole module.
pub(in crate::layout) fn footprint(text: &str, dialect: Dialect) -> Footprint {
    let mut pieces = sql::Pieces::new(dialect);
    let mut footprint = Footprint::default();
    for done in walk::upgrade(text, dialect) {
        match &done.what {
            What::Unread { at, words } => {
                footprint
                    .statements
                    .push(pieces.guess(words, &done.span, at));
            }
            What::Opaque => footprint.statements.push(Touched {
                span: done.span.clone(),
                accesses: Vec::new(),
                seen: Seen::Opaque {
                    at: done.span.clone(),
                },
            }),
            What::Sql { texts, opaque } => {
                let from = footprint.statements.len();
                for Sql {
                    text,
                    softly,
                    table,
                    named_from,
                } in texts
                {
                    let mut read = pieces.read(text, &done.span, *softly || done.softly);
                    if let Some(from) = named_from {
                        name_from(&mut read, from);
                    }
                    footprint.statements.extend(read);
                    if let (Some(table), Some(last)) = (table, footprint.statements.last_mut()) {
                        last.accesses.push(needed(table, dialect));
                    }
                }
                let read = footprint.statements[from..].iter_mut();
                if let Some(at) = opaque {
                    for one in read.filter(|one| one.seen == Seen::Whole) {
                        one.seen = Seen::Opaque { at: at.clone() };
                    }
                }
            }
        }
    }
    footprint
}

/// PostgreSQL makes up another name where one is taken. A convention does not, and whether there
/// is one stands in the application: what two make without a name of the same counts as one.
fn name_from(read: &mut [Touched], from: &str) {
    let accesses = read.iter_mut().flat_map(|one| &mut one.accesses);
    let made =
        |one: &&mut Access| one.act == Act::CreateUnnamed && one.object.kind == Kind::Constraint;
    for one in accesses.filter(made) {
        one.part = Part::Named(from.to_owned());
    }
}

fn needed(table: &Table, dialect: Dialect) -> Access {
    let schema = table.schema.as_deref();
    let object = match dialect {
        Dialect::Postgres => Object::table(schema.unwrap_or("public"), &table.name),
        Dialect::Sqlite => Object::table(schema.unwrap_or("main"), &table.name.to_lowercase()),
    };
    let needs = Access::new(Act::Reference, object);
    if table.is_copied {
        needs.of(Part::Copied)
    } else {
        needs
    }
}

#[cfg(test)]
mod tests;
