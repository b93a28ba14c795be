//! Rows that go, beside a statement that sets other columns of them, or lets others go: what
//! is set in rows that go anyway is no matter, where no row can make a statement fail. Told
//! from words, and in doubt it is a matter: pure.

use super::{
    behind::is_about,
    beside::Statement,
    cascades::Cascades,
    keys::{Keys, parts_about},
};
use crate::{
    model::{
        Dialect,
        footprint::{Act, Kind, Object},
    },
    sql,
};

/// What a row has to fulfil, and what is made of others.
const RULES: [&str; 6] = ["CHECK", "UNIQUE", "PRIMARY", "EXCLUDE", "GENERATED", "AS"];

/// What there is in a database.
pub(super) struct Known<'a> {
    pub(super) dialect: Dialect,
    pub(super) cascades: &'a Cascades,
    pub(super) keys: &'a Keys,
    /// All statements that there are, and what the schemas hold, as statements.
    pub(super) texts: Vec<&'a str>,
}

impl Known<'_> {
    /// Whether `set`, an `UPDATE` of columns of `table`, leaves the same before and after
    /// `takes` takes rows of it with those of others.
    pub(super) fn goes_with_parents(&self, takes: &str, set: &Statement<'_>, table: &str) -> bool {
        let first = takes.split_whitespace().next().unwrap_or_default();
        // A child that stays gets another key.
        let sets = |text: &str| {
            is_about(text, &["REFERENCES", "FOREIGN"])
                && is_about(text, &["SET"])
                && is_about(text, &["NULL", "DEFAULT"])
        };
        first.eq_ignore_ascii_case("DELETE")
            && !is_about(takes, &["INSERT", "UPDATE", "MERGE", "RETURNING"])
            && !is_about(takes, &[table])
            && !self.texts.iter().any(|text| sets(text))
            && !self.runs_more()
            && self.is_settled(set, table)
    }

    /// Whether two statements that let rows of one table go by what these hold, or set other
    /// columns of them, leave the same in either order.
    pub(super) fn commute(&self, [one, other]: [&Statement<'_>; 2]) -> bool {
        let Some(table) = table_of(one).filter(|table| table_of(other) == Some(table)) else {
            return false;
        };
        let deletes = |it: &Statement<'_>| {
            sql::deletes_by_values(it.text, self.dialect)
                && self.keys.are_kept(it.text, it.accesses)
                && self.cascades.kin(it.text).is_empty()
        };
        let is_apart = |set: &Statement<'_>, takes: &Statement<'_>| {
            let mut columns = written(set);
            self.is_settled(set, table)
                && columns.all(|column| !is_about(takes.text, &[&column.name]))
        };
        !self.runs_more()
            && match [deletes(one), deletes(other)] {
                [true, true] => true,
                [true, false] => is_apart(other, one),
                [false, true] => is_apart(one, other),
                [false, false] => false,
            }
    }

    /// It sets values as they stand there, which columns take that nothing is asked of.
    fn is_settled(&self, set: &Statement<'_>, table: &str) -> bool {
        let is_free = |text: &str| {
            !is_about(text, &[table])
                || written(set).all(|object| {
                    let name = [object.name.as_str()];
                    let is_of_index = is_about(text, &["INDEX"]) && is_about(text, &name);
                    let mut parts = parts_about(text, self.dialect, &RULES).into_iter();
                    !is_of_index && !parts.any(|part| is_about(&part, &name))
                })
        };
        sql::sets_literals(set.text, self.dialect)
            // What is not NULL may have to be.
            && !is_about(set.text, &["NULL"])
            && self.keys.are_apart(set.text, set.accesses)
            && self.cascades.kin(set.text).is_empty()
            && written(set).all(|object| object.kind == Kind::Column)
            && self.texts.iter().all(|text| is_free(text))
    }

    /// More may run or be asked than stands in a statement.
    fn runs_more(&self) -> bool {
        let more = ["TRIGGER", "RULE", "POLICY", "DOMAIN", "STRICT", "OPERATOR"];
        self.texts.iter().any(|text| is_about(text, &more))
    }
}

fn written<'a>(it: &'a Statement<'_>) -> impl Iterator<Item = &'a Object> {
    let written = it.accesses.iter().filter(|one| one.act == Act::Write);
    written.map(|one| &one.object)
}

/// The one table that it writes.
fn table_of<'a>(it: &'a Statement<'_>) -> Option<&'a str> {
    let mut tables = written(it).map(|object| object.of.as_deref().unwrap_or(&object.name));
    let first = tables.next()?;
    tables.all(|table| table == first).then_some(first)
}
