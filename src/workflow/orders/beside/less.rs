//! What the other side takes from a statement without touching what it says: the order in
//! which rows come, and what they have to fulfil: pure.

use std::collections::BTreeSet;

use super::{Beside, One, is_about, released::Released};
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind},
    },
    sql,
    workflow::orders::{cascades::Cascades, place},
};

impl Beside {
    /// What it leaves depends on the order in which rows come.
    pub(super) fn takes_as_they_come(&self, one: &One<'_>) -> bool {
        let goes = |text: &str, accesses: &[Access]| {
            let numbers = &self.numbers;
            numbers.goes_by_place(text, accesses, &self.keys, self.dialect)
        };
        let is_of = |trigger: &&String| {
            self.dialect == Dialect::Sqlite
                && one
                    .tables(Act::Write)
                    .any(|table| is_about(trigger, &[table]))
        };
        let mut triggers = self.triggers.iter().filter(is_of);
        goes(one.it.text, one.it.accesses)
            || one.behind.iter().any(|(_, text)| goes(text, &[]))
            || triggers.any(|text| goes(text, &[]))
    }

    /// A table whose rows it takes as they come, and that come otherwise after the other: by
    /// another index, or from another place.
    pub(super) fn of_order<'b>(&'b self, one: &One<'b>, other: &One<'_>) -> Option<&'b str> {
        let text = other.it.text;
        if !place::reorders(text) || !self.takes_as_they_come(one) {
            return None;
        }
        let is_of = |table: &str| {
            let mut accesses = other.it.accesses.iter().map(|access| &access.object);
            is_about(text, &[table])
                || accesses.any(|it| it.kind == Kind::Index && self.is_over(&it.name, table))
        };
        let numbers_them = one.tables(Act::Create).next();
        let read = one.tables(Act::Read).chain(numbers_them);
        let mut tables = read.chain(one.means.iter().copied());
        let all = !self.tables.iter().any(|table| is_of(table));
        tables.find(|table| self.tables.contains(*table) && (all || is_of(table)))
    }

    /// A table of whose rows the other asks less.
    pub(super) fn of_less(
        &self,
        cascades: &Cascades,
        one: &One<'_>,
        other: &One<'_>,
    ) -> Option<String> {
        let text = one.it.text;
        if !(sql::moves_rows(text) || one.writes_behind) {
            return None;
        }
        let released = Released {
            together: &self.together,
            keys: &self.keys,
            indexes: &self.indexes,
        };
        let mut behind = behind(cascades, self, one);
        // A part's rows have to fulfil what the whole asks.
        behind.extend(cascades.kin(text));
        released.table(one.it, &behind, other.it)
    }

    /// A table whose rows are changed only where something runs for it, and of which the other
    /// makes known what is changed: that needs a key of it.
    pub(super) fn of_publication(
        &self,
        cascades: &Cascades,
        one: &One<'_>,
        other: &One<'_>,
    ) -> Option<String> {
        let text = other.it.text;
        let publishes = is_about(text, &["PUBLICATION"])
            || (is_about(text, &["REPLICA"]) && is_about(text, &["IDENTITY"]));
        if self.dialect != Dialect::Postgres || !publishes {
            return None;
        }
        let is_all = is_about(text, &["ALL", "SCHEMA"]);
        let mut tables = behind(cascades, self, one).into_iter();
        tables.find(|table| is_all || is_about(text, &[table]))
    }
}

/// The tables whose rows a statement changes where its text does not say it.
fn behind(cascades: &Cascades, beside: &Beside, one: &One<'_>) -> BTreeSet<String> {
    let text = one.it.text;
    let takes_rows = ["DELETE", "UPDATE", "TRUNCATE", "MERGE", "REPLACE"];
    let means = one.means.iter().filter(|_| one.writes_behind);
    let mut behind: BTreeSet<String> = means.map(|table| table.to_lowercase()).collect();
    if is_about(text, &takes_rows) && !beside.keys.are_kept(text, one.it.accesses) {
        behind.extend(cascades.reach(text));
    }
    behind.extend(one.carried.iter().cloned());
    behind
}
