//! What became of rows and values on the way up and on the way back, judged.
//!
//! Where the schema says that something goes (a table, a column), its rows and values
//! go in the open; what matters then is whether they come back. Where the schema says
//! that it stays, what is gone is gone in silence. A column whose type changes is judged
//! by the round trip, since nothing else tells another form from another value.

use std::collections::BTreeSet;

use super::{
    Content, FactId, Kind, Schema,
    content::{TableContent, distinct, missing, nulls},
};
use crate::model::Direction;

/// What was there before, after the way up and, where there is one, after the way back.
#[derive(Debug, Clone, Copy)]
pub struct Stages<'a> {
    /// Before.
    pub before: (&'a Schema, &'a Content),
    /// After the way up.
    pub up: (&'a Schema, &'a Content),
    /// After the way back.
    pub back: Option<&'a Content>,
}

/// Something that was there and is not, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// On which way it went.
    pub direction: Direction,
    /// The table, or the column.
    pub id: FactId,
    /// Its name as one writes it.
    pub name: String,
    /// What happened.
    pub how: How,
    /// How many rows or values.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// Somebody said that it is lost.
    pub said: bool,
}

/// What happened to rows or values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// The rows are gone, and the table stays.
    Rows,
    /// The values are NULL.
    Nulled,
    /// The values are others, and those that were are gone: one that was, and what the
    /// column has.
    Changed(Option<String>, Option<String>),
    /// The table or the column was dropped in the open, and the way back makes it again
    /// without what was in it.
    NotBack,
    /// Values were changed to others, not to NULL, and the way back leaves them so.
    Rewritten,
}

impl How {
    /// It is no surprise: the schema or a statement's purpose says it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::NotBack | Self::Rewritten)
    }
}

/// Judges what became of everything that was there before. What `said` names (tables
/// and columns, for each way) is told as such.
pub fn survive(stages: Stages<'_>, said: &dyn Fn(Direction, &FactId) -> bool) -> Vec<Loss> {
    let mut losses = Vec::new();
    for (id, before) in &stages.before.1.tables {
        table(stages, id, before, &mut losses);
    }
    let of_table = |id: &FactId| FactId::new(Kind::Table, id.path[..id.path.len() - 1].to_vec());
    for loss in &mut losses {
        let whole = loss.id.kind == Kind::Column && said(loss.direction, &of_table(&loss.id));
        loss.said = whole || said(loss.direction, &loss.id);
    }
    losses
}

fn table(stages: Stages<'_>, id: &FactId, before: &TableContent, losses: &mut Vec<Loss>) {
    let schema = stages.before.0;
    let name = schema
        .facts
        .get(id)
        .map_or_else(|| id.path.join("."), |fact| schema.shown(fact));
    let mut loss = |direction, how, count, of| {
        let (id, name) = (id.clone(), name.clone());
        losses.push(Loss {
            direction,
            id,
            name,
            how,
            count,
            of,
            said: false,
        });
    };
    let back = stages.back.and_then(|back| back.tables.get(id));
    let Some(up) = stages.up.1.tables.get(id) else {
        // Dropped, or under another name for a while.
        if let Some(back) = back
            && back.rows < before.rows
        {
            loss(
                Direction::Up,
                How::NotBack,
                before.rows - back.rows,
                before.rows,
            );
        } else if let Some(back) = back {
            columns(stages, id, before, None, Some(back), losses);
        }
        return;
    };
    if up.rows < before.rows {
        let gone = before.rows - up.rows;
        if back.is_none_or(|back| back.rows < before.rows) {
            loss(Direction::Up, How::Rows, gone, before.rows);
        }
        return;
    }
    if let Some(back) = back
        && back.rows < before.rows
    {
        let gone = before.rows - back.rows;
        loss(Direction::Down, How::Rows, gone, before.rows);
        return;
    }
    columns(stages, id, before, Some(up), back, losses);
}

fn columns(
    stages: Stages<'_>,
    table: &FactId,
    before: &TableContent,
    up: Option<&TableContent>,
    back: Option<&TableContent>,
    losses: &mut Vec<Loss>,
) {
    for (name, values) in &before.columns {
        let id = FactId::new(
            Kind::Column,
            [table.path.clone(), vec![name.clone()]].concat(),
        );
        let column = Column {
            before: values,
            up: up.and_then(|up| up.columns.get(name)),
            back: back.and_then(|back| back.columns.get(name)),
            same_type: type_of(stages.before.0, &id) == type_of(stages.up.0, &id),
        };
        let Some((direction, how, count)) = column.loss() else {
            continue;
        };
        let schema = stages.before.0;
        losses.push(Loss {
            direction,
            name: schema
                .facts
                .get(&id)
                .map_or_else(|| id.path.join("."), |fact| schema.shown(fact)),
            how,
            count,
            of: values.iter().flatten().count(),
            said: false,
            id,
        });
    }
}

fn type_of<'a>(schema: &'a Schema, id: &FactId) -> Option<&'a str> {
    let fact = schema.facts.get(id)?;
    fact.payload.get("type").map(super::Value::compared)
}

struct Column<'a> {
    before: &'a [Option<String>],
    up: Option<&'a Vec<Option<String>>>,
    back: Option<&'a Vec<Option<String>>>,
    same_type: bool,
}

impl Column<'_> {
    fn loss(&self) -> Option<(Direction, How, usize)> {
        let gone = self.back.map(|back| missing(self.before, back));
        let gone = gone.map(|gone| gone.into_iter().flatten().count());
        if gone == Some(0) {
            // Whatever it was meanwhile, it is as it was.
            return None;
        }
        let Some(up) = self.up else {
            return gone.map(|count| (Direction::Up, How::NotBack, count));
        };
        let nulled = nulls(up).saturating_sub(nulls(self.before));
        if nulled > 0 {
            return Some((Direction::Up, How::Nulled, nulled));
        }
        if self.same_type {
            let changed = missing(self.before, up);
            if let Some(back) = self.back
                && changed.is_empty()
            {
                let nulled = nulls(back).saturating_sub(nulls(self.before));
                let count = gone.unwrap_or_default();
                let how = if nulled > 0 {
                    How::Nulled
                } else {
                    self.changed(back)
                };
                return Some((Direction::Down, how, count));
            }
            return (!changed.is_empty()).then_some((Direction::Up, How::Rewritten, changed.len()));
        }
        if let (Some(back), Some(count)) = (self.back, gone) {
            let nulled = nulls(back).saturating_sub(nulls(self.before));
            if nulled > 0 {
                return Some((Direction::Down, How::Nulled, nulled));
            }
            return Some((Direction::Up, self.changed(back), count));
        }
        let count = distinct(self.before).saturating_sub(distinct(up));
        (count > 0).then(|| (Direction::Up, self.changed(up), count))
    }

    /// One that was and is not, and one that is and was not.
    fn changed(&self, now: &[Option<String>]) -> How {
        let first = |values: Vec<&Option<String>>| values.into_iter().flatten().next().cloned();
        How::Changed(
            first(missing(self.before, now)),
            first(missing(now, self.before)),
        )
    }
}

/// Names of tables and columns, as one writes them, as identities; with those that fit nothing.
pub fn named(schema: &Schema, names: &[String]) -> (BTreeSet<FactId>, Vec<String>) {
    let mut found = BTreeSet::new();
    let mut unknown = Vec::new();
    for name in names {
        let fits = |shown: &str| {
            shown.eq_ignore_ascii_case(name)
                || shown
                    .strip_prefix("public.")
                    .is_some_and(|rest| rest.eq_ignore_ascii_case(name))
        };
        let facts = schema.facts.values();
        let mut ids = facts
            .filter(|fact| matches!(fact.id.kind, Kind::Table | Kind::Column))
            .filter(|fact| fits(&schema.shown(fact)))
            .map(|fact| fact.id.clone())
            .peekable();
        if ids.peek().is_none() {
            unknown.push(name.clone());
        }
        found.extend(ids);
    }
    (found, unknown)
}

#[cfg(test)]
mod tests;
