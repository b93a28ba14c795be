//! What rows no longer have to fulfil, or only at the end: a constraint or a unique index
//! that goes, a key that waits. Rows that were not there may need that before the other side
//! changes them. Told from words, and in doubt they do: pure.

use std::collections::BTreeSet;

use super::{Statement, is_about};
use crate::{
    model::footprint::{Access, Act, Kind, Part},
    sql,
    workflow::orders::{keys::Keys, together::Together},
};

/// What a constraint is, each with how the server's own names for it end.
const KINDS: [(&str, &str); 5] = [
    ("CHECK", "_check"),
    ("UNIQUE", "_key"),
    ("PRIMARY", "_pkey"),
    ("REFERENCES", "_fkey"),
    ("EXCLUDE", "_excl"),
];

/// By what definitions were changed so that names or tables in them may be others.
const UNCLEAR: [&str; 5] = ["RENAME", "LIKE", "INHERITS", "INHERIT", "ATTACH"];

/// What is known of tables.
pub(super) struct Released<'a> {
    pub(super) together: &'a Together,
    pub(super) keys: &'a Keys,
    /// The statements that make indexes.
    pub(super) indexes: &'a [String],
}

/// What is no longer asked.
enum Less<'a> {
    Constraint(&'a str),
    Column(&'a str),
    Null(&'a str),
    Unique,
}

impl Released<'_> {
    /// A table of whose rows `other` asks less than before, and that `one` changes, be it
    /// `behind` its text.
    pub(super) fn table(
        &self,
        one: &Statement<'_>,
        behind: &BTreeSet<String>,
        other: &Statement<'_>,
    ) -> Option<String> {
        let written: BTreeSet<&str> = one
            .accesses
            .iter()
            .filter(|access| access.act == Act::Write)
            .map(|access| access.object.of.as_deref().unwrap_or(&access.object.name))
            .collect();
        let changes = |table: &str, less: &Less<'_>| {
            let is_behind = behind.iter().any(|it| it.eq_ignore_ascii_case(table));
            let is_written = written.iter().any(|it| it.eq_ignore_ascii_case(table));
            is_behind || (is_written && self.may_need(one, table, less))
        };
        other.accesses.iter().find_map(|access| {
            let object = &access.object;
            let of = object.of.as_deref();
            let removes = matches!(access.act, Act::Drop | Act::DropIfExists);
            let alters = access.act == Act::Alter;
            let less = match object.kind {
                Kind::Constraint if removes || (alters && access.part != Part::Comment) => {
                    Less::Constraint(&object.name)
                }
                Kind::Column if removes => Less::Column(&object.name),
                Kind::Column if alters && access.part == Part::Null => Less::Null(&object.name),
                // A constraint's own index goes with it.
                Kind::Index if removes && first_is(other.text, &["DROP"]) => {
                    return self.of_index(&object.name, &written, behind, one);
                }
                // What pointed to rows is no longer in their way, or they need not point there.
                Kind::Table if removes => {
                    let mut parents = self.keys.parents(&object.name);
                    let parent = parents.find(|parent| behind.contains(&parent.to_lowercase()));
                    if parent.is_some() {
                        return parent.map(str::to_owned);
                    }
                    return self.of_all_that_goes(one, &written, behind, other, |table| {
                        let mut parents = self.keys.parents(table);
                        parents.any(|parent| parent.eq_ignore_ascii_case(&object.name))
                    });
                }
                Kind::Schema | Kind::Function | Kind::Type | Kind::Other(_) if removes => {
                    return self.of_all_that_goes(one, &written, behind, other, |_| true);
                }
                _ => return None,
            };
            of.filter(|table| changes(table, &less)).map(str::to_owned)
        })
    }

    /// A table of whose rows less may be asked where what goes takes other things with it.
    fn of_all_that_goes(
        &self,
        one: &Statement<'_>,
        written: &BTreeSet<&str>,
        behind: &BTreeSet<String>,
        other: &Statement<'_>,
        is_met: impl Fn(&str) -> bool,
    ) -> Option<String> {
        if !is_about(other.text, &["CASCADE"]) {
            return None;
        }
        let mut needing = written
            .iter()
            .copied()
            .filter(|table| self.may_need(one, table, &Less::Unique))
            .chain(behind.iter().map(String::as_str));
        needing.find(|table| is_met(table)).map(str::to_owned)
    }

    fn of_index(
        &self,
        index: &str,
        written: &BTreeSet<&str>,
        behind: &BTreeSet<String>,
        one: &Statement<'_>,
    ) -> Option<String> {
        let made = self.indexes.iter().filter(|text| is_about(text, &[index]));
        let made: Vec<&String> = made.collect();
        let is_unique = made.is_empty() || made.iter().any(|text| is_about(text, &["UNIQUE"]));
        if !is_unique {
            return None;
        }
        let all = written
            .iter()
            .copied()
            .chain(behind.iter().map(String::as_str));
        let mut tables =
            all.filter(|table| made.is_empty() || made.iter().any(|text| is_about(text, &[table])));
        tables
            .find(|table| {
                let is_behind = behind.contains(&table.to_lowercase());
                is_behind || {
                    let columns = columns(one, table);
                    let is_in = |column: &&str| made.iter().any(|text| is_about(text, &[column]));
                    self.may_need(one, table, &Less::Unique)
                        && (columns.is_none_or(|all| made.is_empty() || all.iter().any(is_in)))
                }
            })
            .map(str::to_owned)
    }

    /// Rows may be such that the statement fails while that is asked of the table.
    fn may_need(&self, one: &Statement<'_>, table: &str, less: &Less<'_>) -> bool {
        // Where rows only go, nothing is asked of them; what points to them is another table's.
        if first_is(one.text, &["DELETE", "TRUNCATE"]) && is_about(one.text, &[table]) {
            return false;
        }
        let columns = columns(one, table);
        let own = || self.together.of_table(table);
        let kinds = KINDS.map(|(kind, _)| kind);
        match less {
            Less::Unique => true,
            // What stands in the text is NULL in both orders, or not.
            Less::Null(column) => {
                !sql::is_plain_insert(one.text)
                    && columns
                        .is_none_or(|all| all.iter().any(|it| it.eq_ignore_ascii_case(column)))
            }
            // A check or a key goes with one of its columns.
            Less::Column(gone) => own().any(|part| {
                is_about(part, &[gone])
                    && is_about(part, &kinds)
                    && columns.as_ref().is_none_or(|all| is_about(part, all))
                    && !(sql::is_plain_insert(one.text) && is_about(part, &["CHECK"]))
            }),
            Less::Constraint(name) => {
                let is_named = |part: &&str| {
                    is_about(part, &["CONSTRAINT"])
                        && is_about(part, &[name])
                        && is_about(part, &kinds)
                };
                let is_unclear = own().any(|part| is_about(part, &UNCLEAR))
                    || own().any(|part| is_named(&part) && is_about(part, &["USING"]));
                let mut parts: Vec<&str> = own().filter(is_named).collect();
                let is_unnamed = parts.is_empty();
                if is_unnamed {
                    let kind = KINDS.iter().find(|(_, ending)| name.ends_with(*ending));
                    let of_kind =
                        |part: &&str| kind.is_some_and(|(kind, _)| is_about(part, &[kind]));
                    parts = own().filter(of_kind).collect();
                }
                if parts.is_empty() || is_unclear || name.len() > 58 {
                    return true;
                }
                let only_checks = parts.iter().all(|part| is_about(part, &["CHECK"]))
                    && !parts.iter().any(|part| is_about(part, &kinds[1..]));
                let is_of_row = |part: &&str| is_about(part, &[table]);
                match columns {
                    // What stands in the text passes in both orders, or in none.
                    None => !(sql::is_plain_insert(one.text) && only_checks),
                    // The columns stand in the server's own name, but for a primary key's.
                    Some(all) if is_unnamed && !only_checks && !name.ends_with("_pkey") => {
                        all.iter().any(|it| name.contains(*it))
                    }
                    Some(all) => parts
                        .iter()
                        .any(|part| is_about(part, &all) || (only_checks && is_of_row(part))),
                }
            }
        }
    }
}

/// The columns of a table that an `UPDATE` sets; `None` where it may be any.
fn columns<'b>(one: &'b Statement<'_>, table: &str) -> Option<Vec<&'b str>> {
    if !first_is(one.text, &["UPDATE"]) || is_about(one.text, &["INSERT", "MERGE"]) {
        return None;
    }
    let of_table = |access: &&Access| {
        let object = &access.object;
        let of = object.of.as_deref().unwrap_or(&object.name);
        access.act == Act::Write && of.eq_ignore_ascii_case(table)
    };
    let written = one.accesses.iter().filter(of_table);
    written
        .map(|access| {
            let object = &access.object;
            (object.kind == Kind::Column).then_some(object.name.as_str())
        })
        .collect()
}

fn first_is(text: &str, words: &[&str]) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    words.iter().any(|word| first.eq_ignore_ascii_case(word))
}
