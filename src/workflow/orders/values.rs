//! Values that change where no statement says that it writes them: a column that is computed
//! from others, and one that gets another type. Told from words, and in doubt they do: pure.

use super::{behind::is_about, beside::Statement, keys::parts_about};
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind, Part},
    },
    schema::{self, Schema},
    sql,
};

/// All columns that are computed.
#[derive(Debug, Default)]
pub(super) struct Values {
    computed: Vec<Computed>,
}

#[derive(Debug)]
struct Computed {
    table: String,
    column: String,
    /// What it is computed from stands in it.
    text: String,
}

impl Values {
    pub(super) fn of(dialect: Dialect, schemas: &[Schema]) -> Self {
        let mut computed = Vec::new();
        for fact in schemas.iter().flat_map(|schema| schema.facts.values()) {
            let table = fact.parent.as_ref().map(schema::FactId::name);
            match (fact.id.kind, table, fact.get("generated"), &fact.ddl) {
                (schema::Kind::Column, Some(table), Some(text), _) => computed.push(Computed {
                    table: table.to_owned(),
                    column: fact.id.name().to_owned(),
                    text: text.to_owned(),
                }),
                (schema::Kind::Table, _, _, Some(ddl)) => {
                    for part in parts_about(ddl, dialect, &["AS"]) {
                        let mut tokens = sql::tokens(&part, Some(dialect));
                        let Some(first) = tokens.find(|token| !token.is_trivia()) else {
                            continue;
                        };
                        let name = first.text(&part).trim_matches(['"', '`', '[', ']']);
                        computed.push(Computed {
                            table: fact.id.name().to_owned(),
                            column: name.to_owned(),
                            text: part.clone(),
                        });
                    }
                }
                _ => {}
            }
        }
        Self { computed }
    }

    /// The table of a column that `other` makes another one without naming it, and that the
    /// first statement reads or asks something of.
    pub(super) fn change(&self, one: &Statement<'_>, other: &Statement<'_>) -> Option<String> {
        let mut accesses = other.accesses.iter();
        accesses.find_map(|access| {
            let object = &access.object;
            let table = object.of.as_ref().filter(|_| object.kind == Kind::Column)?;
            if !is_about(one.text, &[table]) {
                return None;
            }
            let is_met = match access.act {
                Act::Write => self.is_read_computed(one, table, &object.name),
                Act::Alter if access.part == Part::Type => is_asked(one, other, table, access),
                _ => false,
            };
            is_met.then(|| table.clone())
        })
    }

    fn is_read_computed(&self, one: &Statement<'_>, table: &str, column: &str) -> bool {
        let of_table = || {
            let all = self.computed.iter();
            all.filter(|it| it.table.eq_ignore_ascii_case(table))
        };
        let mut all = of_table();
        all.any(|it| {
            let by_way = |other: &Computed| {
                other.column != it.column && is_about(&it.text, &[&other.column])
            };
            let depends = is_about(&it.text, &[column]) || of_table().any(by_way);
            depends && is_about(one.text, &[&it.column]) && (reads(one) || asks(one))
        })
    }
}

/// What it leaves depends on rows.
fn reads(one: &Statement<'_>) -> bool {
    sql::moves_rows(one.text) && !sql::is_plain_insert(one.text)
}

/// Rows have to be such that it works.
fn asks(one: &Statement<'_>) -> bool {
    one.accesses.iter().any(|access| access.act == Act::Demand)
        || sql::asks_of_rows(one.text).is_some()
        || is_about(one.text, &["REFERENCES"])
}

/// It asks of values that are others once the type is another one.
fn is_asked(one: &Statement<'_>, other: &Statement<'_>, table: &str, access: &Access) -> bool {
    let column = access.object.name.as_str();
    // A key may be meant without its columns.
    let names_it = is_about(one.text, &[column]) || is_about(one.text, &["REFERENCES"]);
    // A cast makes no NULL of a value, and no value of NULL.
    let more = [
        "CHECK",
        "UNIQUE",
        "PRIMARY",
        "EXCLUDE",
        "REFERENCES",
        "INDEX",
    ];
    let is_of_null = is_about(one.text, &["NULL"]) && !is_about(one.text, &more);
    let is_cast = !is_about(other.text, &["USING"]);
    asks(one) && names_it && is_about(one.text, &[table]) && !(is_of_null && is_cast)
}
