//! Each statement of one side beside each of the other, where what they do to each other
//! does not stand in their texts: it runs behind them, or follows from what both rely on.
//! Told from words, and in doubt it matters: pure.

mod less;
mod released;
mod session;

use std::collections::BTreeSet;

use super::{
    behind::{is_about, names_in},
    cascades::Cascades,
    fills,
    hidden::{Code, Hidden},
    keys::Keys,
    minds::{self, Types},
    numbers::Numbers,
    together::Together,
    values::{self, Held, Values},
};
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind},
        verdict::{Pair, Spot, Unproved},
    },
    schema::{self, Schema},
    sql::{self, Asks},
};

/// A statement, and what it says that it touches.
pub(super) struct Statement<'a> {
    pub(super) spot: Spot,
    pub(super) text: &'a str,
    pub(super) accesses: &'a [Access],
    /// It runs where no foreign key is looked at.
    pub(super) keys_off: bool,
    /// All of its script: what it sets counts.
    pub(super) script: &'a str,
}

/// Where a row is.
const ROWID: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// What statements rely on without naming it.
pub(super) struct Beside {
    dialect: Dialect,
    code: Code,
    types: Types,
    pub(super) keys: Keys,
    numbers: Numbers,
    pub(super) tables: BTreeSet<String>,
    /// The statements that make indexes.
    indexes: Vec<String>,
    /// Those that make triggers; SQLite's hold what runs.
    triggers: Vec<String>,
    together: Together,
    values: Values,
}

impl Beside {
    /// By all statements there are, and by the schemas that the orders left.
    pub(super) fn of(
        dialect: Dialect,
        statements: &[(&str, &[Access])],
        keys: Keys,
        schemas: &[Schema],
    ) -> Self {
        let makes_index = |accesses: &[Access]| {
            let mut made = accesses.iter();
            made.any(|one| one.object.kind == Kind::Index && one.act.creates())
        };
        let indexes = statements.iter().filter(|(_, made)| makes_index(made));
        let facts = schemas.iter().flat_map(|schema| schema.facts.keys());
        let tables = facts.filter(|id| id.kind == schema::Kind::Table);
        Self {
            dialect,
            indexes: indexes
                .map(|(text, _)| (*text).to_owned())
                .chain(indexes_of(schemas))
                .collect(),
            triggers: statements
                .iter()
                .filter(|(text, _)| is_about(text, &["CREATE"]) && is_about(text, &["TRIGGER"]))
                .map(|(text, _)| (*text).to_owned())
                .collect(),
            together: Together::of(dialect, statements, schemas),
            code: Code::of(statements.iter().copied(), schemas),
            types: Types::of(schemas),
            keys,
            numbers: Numbers::of(dialect, schemas),
            values: Values::of(dialect, statements, schemas),
            tables: tables.map(|id| id.name().to_owned()).collect(),
        }
    }

    /// The first two statements of both sides that may mind each other.
    pub(super) fn doubt(
        &self,
        cascades: &Cascades,
        [left, right]: &[Vec<Statement<'_>>; 2],
    ) -> Option<Unproved> {
        let read = |side| {
            let of = |it| One::of(self, cascades, it);
            <[Statement<'_>]>::iter(side).map(of).collect::<Vec<_>>()
        };
        let (left, right) = (read(left), read(right));
        let mut pairs = left
            .iter()
            .flat_map(|one| right.iter().map(move |other| [one, other]))
            .flat_map(|[one, other]| [[one, other], [other, one]]);
        pairs.find_map(|[one, other]| {
            if let Some(table) = self.fits(cascades, one, other) {
                return Some(Unproved::Rows {
                    object: format!("table {table}"),
                    pair: Pair {
                        left: one.it.spot.clone(),
                        right: other.it.spot.clone(),
                    },
                });
            }
            if session::is_for_others(other) {
                return Some(Unproved::Opaque(other.it.spot.clone()));
            }
            if !one.runs {
                return None;
            }
            if one.hides_more && sql::moves_rows(other.it.text) {
                return Some(Unproved::Opaque(one.it.spot.clone()));
            }
            let object = self.minded(cascades, one, other)?;
            Some(Unproved::Rows {
                object,
                pair: Pair {
                    left: one.it.spot.clone(),
                    right: other.it.spot.clone(),
                },
            })
        })
    }

    /// A table of which the first statement fails with some rows and not with others, and
    /// whose rows the other one changes.
    fn fits(&self, cascades: &Cascades, one: &One<'_>, other: &One<'_>) -> Option<String> {
        let (text, other_text) = (one.it.text, other.it.text);
        if !one.it.keys_off {
            let texts = [text, other_text];
            let child = self.keys.in_the_way(texts, other.it.accesses);
            if child.is_some() {
                return child.map(str::to_owned);
            }
        }
        let held = Held {
            dialect: self.dialect,
            tables: &self.tables,
            types: &self.types,
            keys: &self.keys,
        };
        let values = self.values.change(one.it, other.it);
        let values = values.or_else(|| values::by_way(&held, one.it, other.it, &other.means));
        if values.is_some() {
            return values;
        }
        // Values become those of a domain, be it by way of another type.
        let fills = ["TYPE", "USING", "DEFAULT", "GENERATED"];
        let is_typed = |access: &Access| access.object.kind == Kind::Type;
        if sql::asks_of_rows(text) == Some(Asks::Everywhere)
            && is_about(other_text, &fills)
            && other.it.accesses.iter().any(is_typed)
        {
            let tables = other.it.accesses.iter().map(|one| &one.object);
            let mut tables = tables.filter(|one| matches!(one.kind, Kind::Column | Kind::Table));
            let table = tables
                .next()
                .map(|one| one.of.as_ref().unwrap_or(&one.name));
            return table.cloned();
        }
        // A row that stands in the text was there in both orders.
        if !sql::moves_rows(other_text) || sql::is_plain_insert(other_text) {
            return None;
        }
        let asks = sql::asks_of_rows(text)?;
        // Whether there are rows is all that it asks, and that stays as it is.
        if sql::asks_only_of_its_column(text, self.dialect) && self.only_sets(cascades, other) {
            return None;
        }
        let reach = cascades.reach(other_text);
        let written = other.tables(Act::Write).map(str::to_owned);
        let behind = other.means.iter().filter(|_| other.writes_behind);
        let mut changed = written
            .chain(reach)
            .chain(behind.map(|table| (*table).to_owned()));
        changed.find(|table| asks == Asks::Everywhere || is_about(text, &[table]))
    }

    /// An `UPDATE` of columns of tables, and nothing else goes on with it.
    fn only_sets(&self, cascades: &Cascades, other: &One<'_>) -> bool {
        let text = other.it.text;
        let first = text.split_whitespace().next().unwrap_or_default();
        let is_set = |access: &Access| {
            let object = &access.object;
            let table = object.of.as_deref().filter(|_| object.kind == Kind::Column);
            table.is_some_and(|table| self.tables.contains(table))
        };
        let mut writes = other.it.accesses.iter();
        first.eq_ignore_ascii_case("UPDATE")
            && !is_about(text, &["INSERT", "DELETE", "MERGE", "REPLACE", "IGNORE"])
            && other.behind.is_empty()
            && !other.writes_behind
            && !other.hides_more
            && if self.keys.are_kept(text, other.it.accesses) {
                cascades.kin(text).is_empty()
            } else {
                cascades.reach(text).is_empty()
            }
            && writes.all(|access| access.act != Act::Write || is_set(access))
    }

    /// What the first statement does with rows, in its text or behind it, and the other does
    /// something to.
    fn minded(&self, cascades: &Cascades, one: &One<'_>, other: &One<'_>) -> Option<String> {
        let is_plain = sql::is_plain_insert(one.it.text);
        let moves = sql::moves_rows(one.it.text);
        let of_definition = |text: &str| {
            let mut changed = other.it.accesses.iter();
            changed.find(|access| minds::definition(text, access, &self.types, self.dialect))
        };
        let direct = (moves && !is_plain).then(|| of_definition(one.it.text));
        if let Some(access) = direct.flatten() {
            return Some(access.object.to_string());
        }
        let mut behind = one.behind.iter();
        let by_way = behind.find_map(|(name, text)| {
            let access = of_definition(text).or_else(|| one.shares(name, text, other))?;
            Some(by_way_of(name, access.object.to_string()))
        });
        if by_way.is_some() {
            return by_way;
        }
        let table = |name: &str| format!("table {name}");
        let between = self.keys.between(
            [one.it.text, other.it.text],
            [one.it.accesses, other.it.accesses],
        );
        between
            .map(table)
            .or_else(|| self.together.meet(one.it, &one.behind, other.it))
            .or_else(|| one.carries(other).map(table))
            .or_else(|| behind_both(one, other).map(table))
            .or_else(|| self.of_numbers(one, other))
            .or_else(|| self.of_order(one, other).map(table))
            .or_else(|| self.of_less(cascades, one, other).map(|name| table(&name)))
            .or_else(|| {
                self.of_publication(cascades, one, other)
                    .map(|name| table(&name))
            })
            .or_else(|| self.of_rules(one, other).map(table))
            .or_else(|| self.of_session(one, other))
            .or_else(|| fills::by_what_is_elsewhere(self.dialect, one.it, other.it))
            .or_else(|| of_kin(cascades, one, other).map(table))
    }

    /// Numbers that both take, or rows that the other moves about.
    fn of_numbers(&self, one: &One<'_>, other: &One<'_>) -> Option<String> {
        if let Some(name) = one.takes.intersection(&other.uses).next() {
            return Some(format!("sequence {name}"));
        }
        let is_plain = sql::is_plain_insert(one.it.text);
        let moves = sql::moves_rows(other.it.text) && !sql::is_plain_insert(other.it.text);
        if !moves || is_plain || !self.takes_as_they_come(one) {
            return None;
        }
        if self.dialect == Dialect::Sqlite && self.leaves_in_place(other) {
            return None;
        }
        let table = other
            .tables(Act::Write)
            .find(|table| is_about(one.it.text, &[table]))?;
        Some(format!("table {table}"))
    }

    /// The tables whose rows go with those that are changed where the text does not say it: by
    /// a trigger, in a function, behind a view.
    fn carried(
        &self,
        cascades: &Cascades,
        it: &Statement<'_>,
        writes_behind: bool,
        means: &BTreeSet<&str>,
    ) -> BTreeSet<String> {
        if !sql::moves_rows(it.text) && !writes_behind {
            return BTreeSet::new();
        }
        let written = it.accesses.iter().filter(|one| one.act == Act::Write);
        let written: BTreeSet<&str> = written
            .map(|one| one.object.of.as_deref().unwrap_or(&one.object.name))
            .collect();
        let is_view = written.iter().any(|table| !self.tables.contains(*table));
        let unsaid = written.iter().filter(|table| !is_about(it.text, &[table]));
        let mut changed: Vec<&str> = unsaid.copied().collect();
        if writes_behind || is_view {
            changed.extend(means);
        }
        cascades.reach(&changed.join(" "))
    }

    /// An `UPDATE` after which `SQLite` meets the rows in the same order: they are where their
    /// keys are, and an index has them in the order of what it is over.
    fn leaves_in_place(&self, other: &One<'_>) -> bool {
        let text = other.it.text;
        let first = text.split_whitespace().next().unwrap_or_default();
        let is_left = |access: &Access| {
            let object = &access.object;
            let Some(table) = object.of.as_deref().filter(|_| object.kind == Kind::Column) else {
                return false;
            };
            let mut indexes = self.indexes.iter();
            let is_in = |text: &String| is_about(text, &[table]) && is_about(text, &[&object.name]);
            !ROWID.contains(&object.name.to_lowercase().as_str())
                && !self.keys.is_in_key(table, &object.name)
                && !indexes.any(is_in)
        };
        let mut writes = other.it.accesses.iter();
        first.eq_ignore_ascii_case("UPDATE")
            && !is_about(text, &["REPLACE"])
            && other.behind.is_empty()
            && writes.all(|access| access.act != Act::Write || is_left(access))
    }

    /// What rows have to fulfil from now on, or no longer, where the statement that changes
    /// them says nothing of it.
    fn of_rules<'b>(&self, one: &'b One<'_>, other: &One<'_>) -> Option<&'b str> {
        let mut written = one.tables(Act::Write);
        if !sql::moves_rows(one.it.text) || sql::is_plain_insert(one.it.text) {
            // What stands there is kept by what it has to fulfil, or it fails in both orders.
            let is_own = |text: &str| is_about(text, &["sqlite_sequence"]);
            return written.find(|_| is_own(other.it.text));
        }
        let text = other.it.text;
        let is_unchecked = (is_about(text, &["NOT"]) && is_about(text, &["VALID"]))
            || is_about(text, &["VALIDATE"]);
        let gives_way = is_about(one.it.text, &["CONFLICT", "IGNORE", "REPLACE"]);
        let removes = |table: &str| {
            other.it.accesses.iter().any(|access| {
                let object = &access.object;
                let of = object.of.as_deref();
                access.act.removes()
                    && (of.is_some_and(|of| of.eq_ignore_ascii_case(table))
                        || (object.kind == Kind::Index && self.is_over(&object.name, table)))
            })
        };
        written.find(|table| {
            (is_unchecked && is_about(text, &[table]))
                || (gives_way && removes(table))
                || is_about(text, &["sqlite_sequence"])
        })
    }

    /// The index is one of the table.
    fn is_over(&self, index: &str, table: &str) -> bool {
        let mut indexes = self.indexes.iter();
        indexes.any(|text| is_about(text, &[index]) && is_about(text, &[table]))
    }
}

/// A statement, as the other side sees it.
struct One<'a> {
    it: &'a Statement<'a>,
    /// What it leaves depends on rows, or it can run what does.
    runs: bool,
    /// What runs with it and does not stand in it, or stands in it behind a condition.
    behind: Vec<(&'a str, &'a str)>,
    /// Some of that changes rows.
    writes_behind: bool,
    /// There is more than can be read.
    hides_more: bool,
    /// The tables that are meant behind it.
    means: BTreeSet<&'a str>,
    /// The tables whose rows go with others that are changed behind it.
    carried: BTreeSet<String>,
    /// Sequences that it takes numbers from, or sets.
    uses: BTreeSet<String>,
    /// Those of them that rows which were not there would be numbered by.
    takes: BTreeSet<String>,
}

impl<'a> One<'a> {
    fn of(beside: &'a Beside, cascades: &Cascades, it: &'a Statement<'a>) -> Self {
        let text = it.text;
        let first = text.split_whitespace().next().unwrap_or_default();
        let is = |words: &[&str]| words.iter().any(|word| first.eq_ignore_ascii_case(word));
        let is_block = is(&["DO", "CALL", "SELECT"]);
        let looks = is(&["ALTER"]) || (is(&["CREATE"]) && is_about(text, &["INDEX"]));
        let runs = sql::moves_rows(text) || is_block || looks;
        let hidden = if runs {
            beside.code.behind(text, cascades)
        } else {
            Hidden::default()
        };
        let hides_more = runs && !looks && hidden.is_opaque();
        let writes_behind = hidden.writes() || (is_block && sql::moves_rows(text));
        let tables = beside.tables.iter().map(String::as_str);
        let means = hidden.bodies.iter().flat_map(|(name, text)| {
            let found = names_in(text, tables.clone()).into_iter();
            found.filter(move |table| table != name)
        });
        let means: BTreeSet<&str> = means.collect();
        let carried = beside.carried(cascades, it, writes_behind, &means);
        let uses = beside.numbers.used(text, it.accesses);
        let mut takes = BTreeSet::new();
        if sql::moves_rows(text) {
            if !sql::is_plain_insert(text) {
                takes.clone_from(&uses);
            }
            let behind = hidden.bodies.iter();
            takes.extend(behind.flat_map(|(_, text)| beside.numbers.used(text, &[])));
        }
        let mut behind = hidden.bodies;
        if is_block {
            behind.push(("", text));
        }
        Self {
            it,
            runs,
            behind,
            writes_behind,
            hides_more,
            means,
            carried,
            uses,
            takes,
        }
    }

    /// The tables that it does this with.
    fn tables(&self, act: Act) -> impl Iterator<Item = &'a str> {
        let accesses = self.it.accesses.iter();
        let accesses = accesses.filter(move |access| access.act == act);
        accesses.map(|access| {
            let object = &access.object;
            object.of.as_deref().unwrap_or(&object.name)
        })
    }

    /// A table whose rows go with others behind this one, and that the other has to do with.
    fn carries(&self, other: &One<'_>) -> Option<&str> {
        if !sql::moves_rows(other.it.text) {
            return None;
        }
        let mut carried = self.carried.iter();
        let is_met = |table: &&String| {
            is_about(other.it.text, &[table]) || other.means.contains(table.as_str())
        };
        carried.find(is_met).map(String::as_str)
    }

    /// What the other does with rows that are also meant behind this one, in the body of
    /// that name.
    fn shares<'b>(&self, name: &str, text: &str, other: &One<'b>) -> Option<&'b Access> {
        let moves = sql::moves_rows(other.it.text);
        let mut accesses = other.it.accesses.iter();
        accesses.find(|access| {
            let is_at_stake = match access.act {
                Act::Write => moves,
                Act::Read | Act::Reference => moves && self.writes_behind,
                Act::Demand => self.writes_behind,
                _ => false,
            };
            let object = &access.object;
            let is_table = matches!(object.kind, Kind::Table | Kind::View | Kind::Column);
            let table = object.of.as_deref().unwrap_or(&object.name);
            is_at_stake
                && is_table
                && !minds::is_temporary(object)
                && table != name
                && is_about(text, &[table])
        })
    }
}

/// A table that is meant behind both, and changed behind one.
fn behind_both<'b>(one: &One<'b>, other: &One<'b>) -> Option<&'b str> {
    if !((one.writes_behind || other.writes_behind) && sql::moves_rows(other.it.text)) {
        return None;
    }
    one.means.intersection(&other.means).next().copied()
}

/// What is meant, and which body means it; the one of a block is the statement itself.
fn by_way_of(name: &str, object: String) -> String {
    if name.is_empty() {
        return object;
    }
    format!("{object}, by way of {name}")
}

/// A table that becomes part of another one, or whose rows are those of another one, too.
fn of_kin<'b>(cascades: &Cascades, one: &One<'_>, other: &One<'b>) -> Option<&'b str> {
    let text = one.it.text;
    if !sql::moves_rows(text) || sql::is_plain_insert(text) {
        return None;
    }
    if is_about(other.it.text, &["INHERIT", "ATTACH", "DETACH"]) {
        let tables = other.it.accesses.iter().map(|access| &access.object);
        let mut tables = tables.filter(|object| object.kind == Kind::Table);
        return tables
            .find(|object| is_about(text, &[&object.name]))
            .map(|object| object.name.as_str());
    }
    if sql::is_about_each_row(text) || !sql::moves_rows(other.it.text) {
        return None;
    }
    let kin = cascades.kin(text);
    let mut written = other.tables(Act::Write);
    written.find(|table| kin.contains(&table.to_lowercase()))
}

/// The indexes that there are, each with the names of its table and columns as they are now.
fn indexes_of(schemas: &[Schema]) -> impl Iterator<Item = String> {
    let facts = schemas.iter().flat_map(|schema| schema.facts.values());
    let indexes = facts.filter(|fact| fact.id.kind == schema::Kind::Index);
    indexes.filter_map(|fact| {
        let text = fact.ddl.as_deref().or_else(|| fact.get("definition"))?;
        let table = fact.parent.as_ref().map_or("", schema::FactId::name);
        Some(format!("{} {table} {text}", fact.id.name()))
    })
}

/// All keys as statements that make them, with the names that there are now.
pub(super) fn foreign_keys(schemas: &[Schema]) -> Vec<String> {
    let facts = schemas.iter().flat_map(|schema| schema.facts.values());
    let keys = facts.filter_map(|fact| {
        if fact.id.kind == schema::Kind::Table {
            return fact.ddl.clone();
        }
        let table = fact.parent.as_ref()?.name();
        let definition = fact.get("definition")?;
        let is_key = fact.id.kind == schema::Kind::Constraint;
        is_key.then(|| format!("ALTER TABLE \"{table}\" ADD {definition}"))
    });
    keys.collect()
}
