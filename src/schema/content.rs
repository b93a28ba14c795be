//! What stands in the tables of a database, as far as it can be compared: rows by
//! their number, values by column and without any order.

use std::collections::BTreeMap;

use super::FactId;

/// What stands in each table that could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// By the table's identity.
    pub tables: BTreeMap<FactId, TableContent>,
}

/// What stands in a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableContent {
    /// How many rows.
    pub rows: usize,
    /// The values of each column, sorted; by the column's name as identities have it.
    pub columns: BTreeMap<String, Vec<Option<String>>>,
}

impl TableContent {
    /// From rows whose values stand in the order of the columns.
    pub fn new(names: &[String], rows: Vec<Vec<Option<String>>>) -> Self {
        let mut columns: BTreeMap<String, Vec<Option<String>>> = names
            .iter()
            .map(|name| (name.clone(), Vec::with_capacity(rows.len())))
            .collect();
        let count = rows.len();
        for row in rows {
            for (name, value) in names.iter().zip(row) {
                if let Some(values) = columns.get_mut(name) {
                    values.push(value);
                }
            }
        }
        columns.values_mut().for_each(|values| values.sort());
        Self {
            rows: count,
            columns,
        }
    }
}

/// The values of `before` that `after` has no more; both are sorted.
pub(super) fn missing<'a>(
    before: &'a [Option<String>],
    after: &[Option<String>],
) -> Vec<&'a Option<String>> {
    let mut rest = after.iter().peekable();
    before
        .iter()
        .filter(|value| {
            while rest.next_if(|other| other < value).is_some() {}
            rest.next_if(|other| other == value).is_none()
        })
        .collect()
}

/// How many of the values are NULL.
pub(super) fn nulls(values: &[Option<String>]) -> usize {
    values.iter().filter(|value| value.is_none()).count()
}

/// How many values there are that are not the same; both are sorted.
pub(super) fn distinct(values: &[Option<String>]) -> usize {
    let mut values: Vec<_> = values.iter().flatten().collect();
    values.dedup();
    values.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<Option<String>> {
        let mut values: Vec<_> = text
            .split_whitespace()
            .map(|word| (word != "-").then(|| word.to_owned()))
            .collect();
        values.sort();
        values
    }

    #[test]
    fn what_is_missing_is_counted_as_often_as_it_was_there() {
        for (before, after, gone) in [
            ("a b", "b a", ""),
            ("a a b", "a b", "a"),
            ("a b", "a b b c", ""),
            ("a b", "- -", "a b"),
            ("- a", "a", "-"),
            ("", "a", ""),
            ("a c e", "b c d", "a e"),
        ] {
            let (before, after, gone) = (values(before), values(after), values(gone));
            let gone: Vec<_> = gone.iter().collect();
            assert_eq!(missing(&before, &after), gone, "{before:?} {after:?}");
        }
        assert_eq!(nulls(&values("a - -")), 2);
        assert_eq!(distinct(&values("a a b -")), 2);
    }
}
