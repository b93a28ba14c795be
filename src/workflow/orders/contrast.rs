//! What two orders leave, side by side: pure.
//!
//! The order of columns and names that the database made up are remarks. Everything else
//! counts, also what a comparison of two databases that people use would pass over (who
//! owns an object): here only the order of the revisions can have made it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::verdict::{Contrast, Remark},
    schema::{
        COLUMN_ORDER, Change, Difference, Fact, FactId, Kind, Schema, Unmodelled, Value, What,
        compare,
    },
};

/// The rows of all tables, and where sequences stand.
pub(in crate::workflow) type AllRows = BTreeMap<FactId, TableRows>;

/// The rows of a table in an order of their own, each in the order of the columns' names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::workflow) struct TableRows {
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

/// How many rows are shown of each order.
const SHOWN: usize = 3;

/// What is said of an order that has none of the other one's rows.
pub(in crate::workflow) const NONE: &str = "none of these";

impl TableRows {
    pub(super) fn new(columns: &[String], rows: Vec<Vec<Option<String>>>) -> Self {
        let mut places: Vec<usize> = (0..columns.len()).collect();
        places.sort_by(|a, b| columns[*a].cmp(&columns[*b]));
        let arranged = |row: Vec<Option<String>>| -> Vec<Option<String>> {
            let values = places.iter().map(|at| row.get(*at).cloned().flatten());
            values.collect()
        };
        let mut rows: Vec<_> = rows.into_iter().map(arranged).collect();
        rows.sort();
        Self {
            columns: places.iter().map(|at| columns[*at].clone()).collect(),
            rows,
        }
    }

    /// The same in the columns that `other` has, too.
    pub(in crate::workflow) fn only(&self, other: &Self) -> Self {
        let is_there = |name: &&String| other.columns.contains(name);
        let columns: Vec<String> = self.columns.iter().filter(is_there).cloned().collect();
        let rows = self.rows.iter().map(|row| {
            let values = self.columns.iter().zip(row);
            let kept = values.filter(|(name, _)| is_there(name));
            kept.map(|(_, value)| value.clone()).collect()
        });
        Self::new(&columns, rows.collect())
    }

    /// The same without the columns of which the values are others each time.
    pub(in crate::workflow) fn at_rest(&self, again: &Self, unsteady: &BTreeSet<String>) -> Self {
        let mut unsteady = unsteady.clone();
        unsteady.extend(self.unsteady(again));
        let mut rest = self.clone();
        rest.columns.retain(|name| !unsteady.contains(name));
        self.only(&rest)
    }

    /// The values of a column, sorted.
    fn column(&self, at: usize) -> Vec<Option<String>> {
        let values = self.rows.iter().map(|row| row.get(at).cloned().flatten());
        let mut values: Vec<_> = values.collect();
        values.sort();
        values
    }

    /// The columns with other values than in `again`; all of them where only the rows are
    /// put together in another way.
    pub(in crate::workflow) fn unsteady(&self, again: &Self) -> BTreeSet<String> {
        if self == again || self.columns != again.columns {
            return BTreeSet::new();
        }
        let all = self.columns.iter().enumerate();
        let others: BTreeSet<String> = all
            .filter(|(at, _)| self.column(*at) != again.column(*at))
            .map(|(_, name)| name.clone())
            .collect();
        if others.is_empty() {
            return self.columns.iter().cloned().collect();
        }
        others
    }

    /// The same, with what is other each time taken out of the columns of that kind: of
    /// these, only which values stay and how many do not.
    fn steady(&self, again: &Self, unsteady: &BTreeSet<String>) -> Self {
        let is_kept = |name: &String| !unsteady.contains(name);
        let places: Vec<usize> = (0..self.columns.len())
            .filter(|at| is_kept(&self.columns[*at]))
            .collect();
        let rows = self.rows.iter().map(|row| {
            let values = places.iter().map(|at| row.get(*at).cloned().flatten());
            values.collect()
        });
        let columns: Vec<String> = places.iter().map(|at| self.columns[*at].clone()).collect();
        let mut steady = Self::new(&columns, rows.collect());
        for (at, name) in self.columns.iter().enumerate() {
            if !unsteady.contains(name) {
                continue;
            }
            let (one, other) = (self.column(at), again.column(at));
            let kept = in_both(&one, &other);
            let gone = one.len() - kept.len();
            let row = vec![Some(name.clone()), Some(format!("{kept:?} {gone}"))];
            steady.rows.push(row);
        }
        steady
    }
}

/// What is in both lists, which are sorted, as often as in both.
fn in_both(one: &[Option<String>], other: &[Option<String>]) -> Vec<Option<String>> {
    let mut rest = other.iter().peekable();
    let both = one.iter().filter(|value| {
        while rest.next_if(|next| next < value).is_some() {}
        rest.next_if(|next| next == value).is_some()
    });
    both.cloned().collect()
}

/// What differs between the schemas, and what is good to know.
pub(super) fn schemas(first: &Schema, second: &Schema) -> (Vec<Contrast>, Vec<Remark>) {
    let comparison = compare(first, second);
    let mut contrasts: Vec<Contrast> = comparison.differences.iter().flat_map(contrast).collect();
    let mut remarks = Vec::new();
    for remark in &comparison.remarks {
        match &remark.what {
            What::Renamed { from_name, .. } => {
                let names = (from_name.clone(), remark.name.clone());
                remarks.push(Remark::MadeUpName(names.0, names.1));
            }
            What::Changed(changes) => {
                for change in changes {
                    if change.key == COLUMN_ORDER {
                        remarks.push(Remark::ColumnOrder(remark.name.clone()));
                    } else {
                        contrasts.push(changed(remark, change));
                    }
                }
            }
            What::Added { .. } | What::Removed { .. } => contrasts.extend(contrast(remark)),
        }
    }
    let only = |one: &Schema, other: &Schema| -> Vec<Unmodelled> {
        one.unmodelled
            .difference(&other.unmodelled)
            .cloned()
            .collect()
    };
    let there = Some("there".to_owned());
    for (all, first, second) in [
        (only(first, second), there.clone(), None),
        (only(second, first), None, there),
    ] {
        contrasts.extend(all.into_iter().map(|one| Contrast {
            kind: one.what,
            name: one.name,
            key: String::new(),
            first: first.clone(),
            second: second.clone(),
        }));
    }
    (contrasts, remarks)
}

fn contrast(difference: &Difference) -> Vec<Contrast> {
    let whole = |key: &str, first: Option<String>, second: Option<String>| Contrast {
        kind: difference.id.kind.name().to_owned(),
        name: difference.name.clone(),
        key: key.to_owned(),
        first,
        second,
    };
    match &difference.what {
        What::Added { fact, .. } => vec![whole("", None, Some(shown(fact)))],
        What::Removed { fact, .. } => vec![whole("", Some(shown(fact)), None)],
        What::Renamed { from_name, .. } => vec![whole(
            "name",
            Some(from_name.clone()),
            Some(difference.name.clone()),
        )],
        What::Changed(changes) => changes
            .iter()
            .map(|change| changed(difference, change))
            .collect(),
    }
}

fn changed(difference: &Difference, change: &Change) -> Contrast {
    let text = |value: &Option<Value>| value.as_ref().map(|value| value.text.clone());
    Contrast {
        kind: difference.id.kind.name().to_owned(),
        name: difference.name.clone(),
        key: change.key.to_owned(),
        first: text(&change.before),
        second: text(&change.after),
    }
}

/// An object as one line or as its statement.
fn shown(fact: &Fact) -> String {
    if let Some(ddl) = &fact.ddl {
        return ddl.clone();
    }
    let payload = fact.payload.iter().filter(|(key, _)| **key != COLUMN_ORDER);
    let keys: Vec<String> = payload
        .map(|(key, value)| format!("{key} {}", value.text))
        .collect();
    if keys.is_empty() {
        "there".to_owned()
    } else {
        keys.join(", ")
    }
}

/// What differs between the rows of tables that both have.
pub(in crate::workflow) fn rows(first: &AllRows, second: &AllRows) -> Vec<Contrast> {
    let both = first
        .iter()
        .filter_map(|(id, one)| Some((id, one, second.get(id)?)));
    // That a column is there or not is told of the schema.
    let shared = both.map(|(id, one, other)| (id, one.only(other), other.only(one)));
    let differ = shared.filter(|(_, one, other)| one.rows != other.rows);
    differ
        .map(|(id, one, other)| {
            let name = id.path.join(".");
            let name = name.strip_prefix("public.").unwrap_or(&name);
            let key = if id.kind == Kind::Sequence {
                "last value"
            } else {
                "rows"
            };
            Contrast {
                kind: id.kind.name().to_owned(),
                name: name.to_owned(),
                key: key.to_owned(),
                first: Some(beside(&one, &other)),
                second: Some(beside(&other, &one)),
            }
        })
        .collect()
}

/// The rows that `other` has not, as text.
fn beside(one: &TableRows, other: &TableRows) -> String {
    let mut rest: Vec<&Vec<Option<String>>> = other.rows.iter().collect();
    let mut own = Vec::new();
    for row in &one.rows {
        match rest.iter().position(|there| *there == row) {
            Some(at) => drop(rest.swap_remove(at)),
            None => own.push(row),
        }
    }
    if own.is_empty() {
        return NONE.to_owned();
    }
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".to_owned());
    let row = |row: &&Vec<Option<String>>| {
        let values: Vec<String> = one
            .columns
            .iter()
            .zip(row.iter())
            .map(|(name, it)| {
                if one.columns.len() == 1 {
                    value(it)
                } else {
                    format!("{name} {}", value(it))
                }
            })
            .collect();
        values.join(", ")
    };
    let mut shown: Vec<String> = own.iter().take(SHOWN).map(row).collect();
    if own.len() > SHOWN {
        shown.push(format!("and {} more", own.len() - SHOWN));
    }
    shown.join("; ")
}

/// Rows of two orders that each ran twice: what differs by the order, and the columns
/// that are other ones each time.
pub(super) fn steady_rows(
    first: [&AllRows; 2],
    second: [&AllRows; 2],
) -> (Vec<Contrast>, Vec<Remark>) {
    let (mut differences, mut remarks) = (Vec::new(), Vec::new());
    for (id, one) in first[0] {
        let (Some(one_again), Some(other), Some(other_again)) =
            (first[1].get(id), second[0].get(id), second[1].get(id))
        else {
            continue;
        };
        let mut unsteady = one.unsteady(one_again);
        unsteady.extend(other.unsteady(other_again));
        let steady = one.steady(one_again, &unsteady);
        if steady != other.steady(other_again, &unsteady) {
            let only = |rows: &TableRows| AllRows::from([(id.clone(), rows.clone())]);
            differences.extend(rows(&only(one), &only(other)));
        } else if one != other {
            let name = id.path.join(".");
            remarks.extend(
                unsteady
                    .into_iter()
                    .map(|column| Remark::Volatile(format!("{name}.{column}"))),
            );
        }
    }
    (differences, remarks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[&str], rows: &[&[&str]]) -> TableRows {
        let value = |text: &&str| (*text != "-").then(|| (*text).to_owned());
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        TableRows::new(
            &columns,
            rows.iter()
                .map(|row| row.iter().map(value).collect())
                .collect(),
        )
    }

    fn all(table: TableRows) -> AllRows {
        AllRows::from([(FactId::new(Kind::Table, ["public", "t"]), table)])
    }

    #[test]
    fn rows_have_no_order_and_columns_have_none() {
        let one = table(&["a", "b"], &[&["1", "x"], &["2", "y"]]);
        let other = table(&["b", "a"], &[&["y", "2"], &["x", "1"]]);
        assert_eq!(one, other);
        let crossed = table(&["a", "b"], &[&["1", "y"], &["2", "x"]]);
        let found = rows(&all(one), &all(crossed));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "t");
        assert_eq!(found[0].first.as_deref(), Some("a 1, b x; a 2, b y"));
        assert_eq!(found[0].second.as_deref(), Some("a 1, b y; a 2, b x"));
    }

    /// A column that only one order leaves is told of the schema, not once more of rows.
    #[test]
    fn rows_are_compared_in_the_columns_that_both_have() {
        let one = table(&["a", "b"], &[&["1", "x"]]);
        assert_eq!(rows(&all(one.clone()), &all(table(&["a"], &[&["1"]]))), []);
        assert_eq!(
            rows(&all(table(&["a", "b"], &[])), &all(table(&["a"], &[]))),
            []
        );
        let found = rows(&all(one), &all(table(&["a"], &[&["2"]])));
        assert_eq!(found[0].first.as_deref(), Some("1"));
        assert_eq!(found[0].second.as_deref(), Some("2"));
    }

    /// What the clock writes is no difference; what only one order leaves is.
    #[test]
    fn values_that_are_others_each_time() {
        let at =
            |first: &str, second: &str| all(table(&["a", "at"], &[&["1", first], &["2", second]]));
        let (found, remarks) = steady_rows(
            [&at("10:00", "10:00"), &at("10:01", "10:01")],
            [&at("10:02", "10:02"), &at("10:03", "10:03")],
        );
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(remarks, [Remark::Volatile("public.t.at".to_owned())]);
        let (found, _) = steady_rows(
            [&at("10:00", "10:00"), &at("10:01", "10:01")],
            [&at("-", "-"), &at("-", "-")],
        );
        assert_eq!(found.len(), 1);
        let (found, _) = steady_rows(
            [&at("10:00", "-"), &at("10:01", "-")],
            [&at("10:02", "10:02"), &at("10:03", "10:03")],
        );
        assert_eq!(found.len(), 1);
    }
}
