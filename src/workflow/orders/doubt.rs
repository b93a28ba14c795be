//! What an experiment that found no difference may have missed.
//!
//! Schemas are compared whole. Rows are those that history left and those that were made
//! up, and no more: where both lines have to do with the same rows by what those hold, a
//! difference may be in rows that were not there. That is told apart from the statements,
//! by their footprints; in doubt it is a doubt.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use super::{
    Error, Footprints, Prepared, ScriptKey,
    behind::{Behind, is_about},
    beside::{self, Beside, Statement},
    cascades::{Cascades, after, words},
    keys::Keys,
    large,
    minds::takes_whole_rows,
    python,
    settled::Known,
    sides::{Sides, any_statement},
    told::is_told,
};
use crate::{
    model::{
        Dialect, Footprint, Language, RevId,
        conflict::{Ancestor, Clash, Collision, Conflicts, Member, Place, conflicts},
        footprint::{Access, Act, Kind, Seen},
        verdict::{Pair, Spot, Unproved},
    },
    schema::Schema,
    sql,
};

/// Why "no difference" is no proof; none where it is one. `schemas` are those that the
/// orders left; what a script touches is had from `footprints`.
pub(super) fn doubt(
    dialect: Dialect,
    sides: &Sides,
    schemas: &[Schema],
    footprints: &mut Footprints,
) -> Result<Option<Unproved>, Error> {
    if sides.language == Language::Python {
        return Ok(python::doubt(sides));
    }
    for (below, left, right) in sides.pairs() {
        // The same twice is the same in either order.
        let text = |step: &Prepared| step.script().text.trim().to_owned();
        if left.iter().map(text).eq(right.iter().map(text)) {
            continue;
        }
        let history: Vec<&Prepared> = sides.history.iter().chain(&below).collect();
        let read = Read::of(dialect, &history, [&left, &right], schemas, footprints)?;
        if let Some(why) = read.doubt() {
            return Ok(Some(why));
        }
    }
    Ok(None)
}

/// Whether a line without that revision changes rows by what they hold, or drops them: then
/// those that made the revision fail may be others, or gone, after it.
pub(super) fn others_move_rows(
    dialect: Dialect,
    sides: &Sides,
    schemas: &[Schema],
    footprints: &mut Footprints,
    revision: &RevId,
) -> Result<bool, Error> {
    let has = |steps: &[Prepared]| steps.iter().any(|step| step.step.revision == *revision);
    for (below, left, right) in sides.pairs() {
        let [in_left, in_right] = [has(&left), has(&right)];
        if sides.language == Language::Python {
            if (in_left && any_statement(&right, dialect, changes))
                || (in_right && any_statement(&left, dialect, changes))
            {
                return Ok(true);
            }
            continue;
        }
        let history: Vec<&Prepared> = sides.history.iter().chain(&below).collect();
        let read = Read::of(dialect, &history, [&left, &right], schemas, footprints)?;
        if (in_left && read.minds(&read.left, revision, &read.right))
            || (in_right && read.minds(&read.right, revision, &read.left))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn changes(text: &str) -> bool {
    sql::dropped_table(text).is_some() || (sql::moves_rows(text) && !sql::is_plain_insert(text))
}

/// A revision and what it touches.
type Step<'a> = (&'a Prepared, Arc<Footprint>);
/// Revisions in their order.
type Line<'a> = Vec<Step<'a>>;

/// Two lines with their footprints.
struct Read<'a> {
    dialect: Dialect,
    left: Line<'a>,
    right: Line<'a>,
    /// What both build on.
    below: Line<'a>,
    /// What changes with what.
    cascades: Cascades,
    /// What is not seen where statements collide by their texts.
    beside: Beside,
    /// Keys and other constraints as the schemas hold them.
    held: Vec<String>,
    found: Conflicts,
}

impl<'a> Read<'a> {
    fn of(
        dialect: Dialect,
        history: &[&'a Prepared],
        [left, right]: [&'a [Prepared]; 2],
        schemas: &[Schema],
        footprints: &mut Footprints,
    ) -> Result<Self, Error> {
        let key = |step: &Prepared| {
            let script = step.script();
            ScriptKey::of(&script.text, script.foreign_keys_off)
        };
        let before: Vec<ScriptKey> = history.iter().map(|step| key(step)).collect();
        let steps = history.iter().copied().chain(left).chain(right);
        let scripts: HashMap<ScriptKey, &str> = steps
            .map(|step| (key(step), step.script().text.as_str()))
            .collect();
        let text = |wanted: ScriptKey| scripts.get(&wanted).copied().map(Cow::Borrowed);
        let below = footprints.along(&[], &before, &text)?;
        let mut each = |steps: &'a [Prepared]| -> Result<Line<'a>, Error> {
            let keys: Vec<ScriptKey> = steps.iter().map(key).collect();
            Ok(steps
                .iter()
                .zip(footprints.along(&before, &keys, &text)?)
                .collect())
        };
        let (left, right) = (each(left)?, each(right)?);
        let found = conflicts(
            &members(&left),
            &members(&right),
            &Ancestor::of(below.iter().map(|one| &**one), true),
        );
        let below: Line<'a> = history.iter().copied().zip(below).collect();
        let all = || texts(&below).chain(texts(&left)).chain(texts(&right));
        let held = beside::foreign_keys(schemas);
        let defined = || {
            let made = all().map(|(text, _)| text);
            made.chain(held.iter().map(String::as_str))
        };
        let cascades = Cascades::of(dialect, defined());
        let keys = Keys::of(dialect, defined());
        Ok(Self {
            beside: Beside::of(dialect, &all().collect::<Vec<_>>(), keys, schemas),
            held,
            cascades,
            dialect,
            left,
            right,
            below,
            found,
        })
    }

    fn doubt(&self) -> Option<Unproved> {
        let sides = [touched(&self.left), touched(&self.right)];
        let below = texts(&self.below).map(|(text, _)| text);
        let large = (self.dialect == Dialect::Postgres).then(|| large::doubt(&sides, below));
        if let Some(large) = large.flatten() {
            return Some(large);
        }
        let mut collisions = self.found.collisions.iter();
        collisions
            .find_map(|one| self.of_collision(one))
            .or_else(|| self.of_cascades(&self.left, &self.right))
            .or_else(|| self.of_cascades(&self.right, &self.left))
            .or_else(|| self.of_what_is_hidden(&self.left, &self.right))
            .or_else(|| self.of_what_is_hidden(&self.right, &self.left))
            .or_else(|| self.of_triggers(&self.left, &self.right))
            .or_else(|| self.of_triggers(&self.right, &self.left))
            .or_else(|| self.of_what_is_behind(&self.left, &self.right))
            .or_else(|| self.of_what_is_behind(&self.right, &self.left))
            .or_else(|| self.beside.doubt(&self.cascades, &sides))
    }

    fn of_collision(&self, one: &Collision) -> Option<Unproved> {
        let object = one.objects.first().map(ToString::to_string)?;
        let spot = |place: &Place| Spot {
            revision: place.revision.clone(),
            statement: Some(place.span.clone()),
        };
        let pair = Pair {
            left: spot(&one.left),
            right: spot(&one.right),
        };
        if one.clash >= Clash::Order {
            // What the schemas hold was compared.
            let is_hidden = |kind: &Kind| match kind {
                Kind::Other(word) => !word.ends_with(" key") && word != "statistics",
                _ => false,
            };
            let mut kinds = one.objects.iter().map(|object| &object.kind);
            return kinds
                .any(is_hidden)
                .then_some(Unproved::NotCompared { object, pair });
        }
        let acts = [one.left.act, one.right.act];
        let is_about_rows = acts.contains(&Act::Write);
        let texts = [
            text_of(&self.left, &one.left),
            text_of(&self.right, &one.right),
        ];
        // What is added as it stands there was there, in both orders: that tells all of a
        // statement that looks at each row by itself, unless it sees what does not stand there.
        let is_plain = match texts.map(Option::unwrap_or_default) {
            [one, other] if sql::is_plain_insert(one) && sql::is_plain_insert(other) => true,
            [one, other] if sql::is_plain_insert(one) => self.is_apart(one, other),
            [one, other] => sql::is_plain_insert(other) && self.is_apart(other, one),
        };
        (is_about_rows && !is_plain && !self.commute(one))
            .then_some(Unproved::Rows { object, pair })
    }

    /// What `other` makes of the row that is added is the same in every database.
    fn is_apart(&self, insert: &str, other: &str) -> bool {
        let all = || {
            let own = texts(&self.left).chain(texts(&self.right));
            texts(&self.below).chain(own).map(|(text, _)| text)
        };
        sql::is_about_each_row(other) && is_told(insert, other, self.dialect, all())
    }

    /// A statement that takes rows of other tables with it, beside one that has to do with
    /// rows of these.
    fn of_cascades(&self, line: &[Step<'a>], other: &[Step<'a>]) -> Option<Unproved> {
        let others = self.statements(other);
        let (touched, beside) = (touched(line), touched(other));
        let takes_rows = ["DELETE", "UPDATE", "TRUNCATE", "MERGE", "REPLACE"];
        let moving = self.statements(line).into_iter();
        let mut moving = moving.filter_map(|(spot, text)| {
            if sql::is_plain_insert(text) {
                return Some((spot, text, self.cascades.reach(self.makes_room(text)?)));
            }
            let takes = sql::moves_rows(text) && is_about(text, &takes_rows);
            let is_kept = |it: &Statement<'_>| {
                it.spot == spot
                    && self.only_sets(it)
                    && self.beside.keys.are_kept(text, it.accesses)
            };
            let reach = match takes {
                false => return None,
                true if touched.iter().any(is_kept) => self.cascades.kin(text),
                true => self.cascades.reach(text),
            };
            Some((spot, text, reach))
        });
        moving.find_map(|(takes, text, reach)| {
            let with = |spot: &Spot, other: &str| {
                let mut reach = reach.iter();
                let is_met = |table: &&String| {
                    let set = beside.iter().find(|it| it.spot == *spot);
                    is_about(other, &[table])
                        && !set.is_some_and(|set| {
                            self.only_sets(set) && self.known().goes_with_parents(text, set, table)
                        })
                };
                reach.find(is_met).cloned()
            };
            let mut others = others
                .iter()
                .filter(|(_, text)| sql::moves_rows(text) || is_about(text, &["TRIGGER", "RULE"]));
            let (spot, table) =
                others.find_map(|(spot, text)| Some((spot.clone(), with(spot, text)?)))?;
            Some(Unproved::Rows {
                object: format!("table {table}"),
                pair: Pair {
                    left: takes,
                    right: spot,
                },
            })
        })
    }

    fn known(&self) -> Known<'_> {
        let own = texts(&self.left).chain(texts(&self.right));
        let all = texts(&self.below).chain(own).map(|(text, _)| text);
        Known {
            dialect: self.dialect,
            cascades: &self.cascades,
            keys: &self.beside.keys,
            texts: all.chain(self.held.iter().map(String::as_str)).collect(),
        }
    }

    /// Both let rows of a table go by what these hold, or set other columns of them.
    fn commute(&self, one: &Collision) -> bool {
        let (left, right) = (touched(&self.left), touched(&self.right));
        let at = |side: &[Statement<'_>], place: &Place| {
            side.iter().position(|it| {
                it.spot.revision == place.revision && it.spot.statement == Some(place.span.clone())
            })
        };
        let (Some(at_left), Some(at_right)) = (at(&left, &one.left), at(&right, &one.right)) else {
            return false;
        };
        let both = [&left[at_left], &right[at_right]];
        let are_of_tables = both.into_iter().all(|it| {
            let mut written = it.accesses.iter().filter(|one| one.act == Act::Write);
            written.all(|access| {
                let object = &access.object;
                let table = object.of.as_ref().unwrap_or(&object.name);
                self.beside.tables.contains(table)
            })
        });
        are_of_tables && self.known().commute(both)
    }

    /// An `UPDATE` of columns of tables, and nothing runs for it.
    fn only_sets(&self, it: &Statement<'_>) -> bool {
        let text = it.text;
        let first = text.split_whitespace().next().unwrap_or_default();
        let takes_rows = ["DELETE", "TRUNCATE", "MERGE", "REPLACE"];
        let own = texts(&self.left).chain(texts(&self.right));
        let all: Vec<&str> = texts(&self.below)
            .chain(own)
            .map(|(text, _)| text)
            .collect();
        let is_set = |access: &Access| {
            let object = &access.object;
            let table = object.of.as_ref().filter(|_| object.kind == Kind::Column);
            table.is_some_and(|table| {
                let is_table = self.beside.tables.contains(table);
                let runs =
                    |text: &&&str| is_about(text, &["TRIGGER", "RULE"]) && is_about(text, &[table]);
                is_table && !all.iter().any(|text| runs(&text))
            })
        };
        let mut writes = it
            .accesses
            .iter()
            .filter(|one| one.act == Act::Write)
            .peekable();
        first.eq_ignore_ascii_case("UPDATE")
            && !is_about(text, &takes_rows)
            && writes.peek().is_some()
            && writes.all(is_set)
    }

    /// Whether a statement of `other` changes rows that those of `revision` may look at.
    fn minds(&self, line: &[Step<'a>], revision: &RevId, other: &[Step<'a>]) -> bool {
        let own = touched(line).into_iter();
        let own: Vec<_> = own.filter(|it| it.spot.revision == *revision).collect();
        let others = touched(other).into_iter();
        let mut others = others.filter(|it| changes(it.text));
        others.any(|it| {
            !self.only_sets(&it)
                || !self.beside.keys.are_apart(it.text, it.accesses)
                || own.iter().any(|own| looks_at(own, &it, self.dialect))
        }) || self.statements(other).len() != touched(other).len()
    }

    /// Where rows go when one is added: the table's definition with `ON CONFLICT REPLACE`, or a
    /// trigger of it that takes some.
    fn makes_room(&self, insert: &str) -> Option<&str> {
        let own = texts(&self.left).chain(texts(&self.right));
        let mut all = texts(&self.below).chain(own).map(|(text, _)| text);
        all.find(|text| {
            let words = words(text, self.dialect);
            let of = |noun: &str| {
                let mut named = after(&words, noun);
                named.any(|table| is_about(insert, &[&table]))
            };
            let replaces = is_about(text, &["REPLACE"]);
            let is_trigger = is_about(text, &["TRIGGER"]);
            (is_trigger && (replaces || is_about(text, &["DELETE"])) && of("ON"))
                || (!is_trigger && replaces && is_about(text, &["CONFLICT"]) && of("TABLE"))
        })
    }

    fn statements(&self, line: &[Step<'a>]) -> Vec<(Spot, &'a str)> {
        let mut all = Vec::new();
        for (step, _) in line {
            let text = &step.script().text;
            for statement in sql::statements(text, self.dialect) {
                let spot = Spot {
                    revision: step.step.revision.clone(),
                    statement: Some(statement.span.clone()),
                };
                all.push((spot, statement.text(text)));
            }
        }
        all
    }

    /// A statement that can do more than it says, beside one that changes rows or a
    /// function, which it may call.
    fn of_what_is_hidden(&self, line: &[Step<'a>], other: &[Step<'a>]) -> Option<Unproved> {
        let meets = self
            .statements(other)
            .iter()
            .any(|(_, text)| sql::moves_rows(text) || is_about(text, &["FUNCTION", "PROCEDURE"]));
        if !meets {
            return None;
        }
        let hidden = line.iter().find_map(|(step, footprint)| {
            let text = &step.script().text;
            let mut statements = footprint.statements.iter();
            let one = statements.find(|one| {
                one.seen != Seen::Whole
                    && text
                        .get(one.span.clone())
                        .is_some_and(|text| sql::moves_rows(text) && !sql::is_plain_insert(text))
            })?;
            Some(Spot {
                revision: step.step.revision.clone(),
                statement: Some(one.span.clone()),
            })
        });
        hidden.map(Unproved::Opaque)
    }

    /// A function or a view that a line makes another one, beside a statement that runs it,
    /// be it by way of others: what it gives depends on rows that were not there. An operator
    /// or a cast may be in any statement.
    fn of_what_is_behind(&self, line: &[Step<'a>], other: &[Step<'a>]) -> Option<Unproved> {
        let mut changed = line.iter().flat_map(|(step, footprint)| {
            footprint.statements.iter().filter_map(|one| {
                let spot = Spot {
                    revision: step.step.revision.clone(),
                    statement: Some(one.span.clone()),
                };
                let changes = |access: &&Access| {
                    let act = access.act;
                    (matches!(access.object.kind, Kind::Function | Kind::View)
                        || is_sign(&access.object.kind))
                        && (act.creates() || act.removes() || act == Act::Alter)
                };
                let access = one.accesses.iter().find(changes)?;
                Some((spot, &access.object))
            })
        });
        let below = || texts(&self.below).chain(texts(other));
        let statements = self.statements(other);
        changed.find_map(|(changes, object)| {
            let (runs, _) = if is_sign(&object.kind) {
                statements.iter().find(|(_, text)| sql::moves_rows(text))?
            } else {
                let behind = Behind::of(&object.name, &self.cascades, below);
                statements.iter().find(|(_, text)| behind.is_run_by(text))?
            };
            Some(Unproved::Rows {
                object: object.to_string(),
                pair: Pair {
                    left: changes,
                    right: runs.clone(),
                },
            })
        })
    }

    /// A trigger or a rule of a table, beside a statement that changes its rows.
    fn of_triggers(&self, line: &[Step<'a>], other: &[Step<'a>]) -> Option<Unproved> {
        let moving = self.statements(other);
        // What is added as it stands there is no matter to what does not run for it.
        let moves = |trigger: &str, text: &str| {
            sql::moves_rows(text) && (!sql::is_plain_insert(text) || is_about(trigger, &["INSERT"]))
        };
        let statements = self.statements(line);
        let mut triggers = statements
            .iter()
            .filter(|(_, text)| is_about(text, &["TRIGGER", "RULE"]));
        triggers.find_map(|(trigger, text)| {
            let written = other.iter().flat_map(|(_, footprint)| footprint.accesses());
            let mut tables = written
                .filter(|(_, access)| access.act == Act::Write)
                .map(|(_, access)| &access.object)
                .map(|object| object.of.as_ref().unwrap_or(&object.name));
            let table = tables.find(|table| is_about(text, &[table]))?;
            let (moves, _) = moving
                .iter()
                .find(|(_, moving)| moves(text, moving) && is_about(moving, &[table]))?;
            Some(Unproved::Rows {
                object: format!("table {table}"),
                pair: Pair {
                    left: trigger.clone(),
                    right: moves.clone(),
                },
            })
        })
    }
}

/// What runs a function and is written without its name.
fn is_sign(kind: &Kind) -> bool {
    matches!(kind, Kind::Other(word) if ["operator", "cast"].contains(&word.as_str()))
}

/// Whether a statement looks at a column that `set` sets, or at rows of its table as a whole.
fn looks_at(it: &Statement<'_>, set: &Statement<'_>, dialect: Dialect) -> bool {
    let mut written = set.accesses.iter().filter(|one| one.act == Act::Write);
    written.any(|access| {
        let object = &access.object;
        let table = object.of.as_deref().unwrap_or(&object.name);
        let is_of = |other: &Access| {
            let own = &other.object;
            own.of
                .as_deref()
                .unwrap_or(&own.name)
                .eq_ignore_ascii_case(table)
        };
        let mut accesses = it.accesses.iter();
        if !sql::moves_rows(it.text) {
            return sql::asks_of_rows(it.text).is_some()
                || is_about(it.text, &[table])
                || accesses.any(is_of);
        }
        accesses.any(|one| one.act == Act::Write && is_of(one))
            || (is_about(it.text, &[table])
                && (is_about(it.text, &[&object.name])
                    || takes_whole_rows(it.text, table, dialect)))
    })
}

/// Each statement of a line with its place and what it touches.
fn touched<'b>(line: &'b [Step<'_>]) -> Vec<Statement<'b>> {
    let statements = line.iter().flat_map(|(step, footprint)| {
        let statements = footprint.statements.iter();
        statements.filter_map(|one| {
            Some(Statement {
                spot: Spot {
                    revision: step.step.revision.clone(),
                    statement: Some(one.span.clone()),
                },
                text: step.script().text.get(one.span.clone())?,
                accesses: &one.accesses,
                keys_off: step.script().foreign_keys_off,
                script: &step.script().text,
            })
        })
    });
    statements.collect()
}

/// The statement of a place.
fn text_of<'a>(line: &[Step<'a>], place: &Place) -> Option<&'a str> {
    let mut steps = line.iter().map(|(step, _)| *step);
    let step = steps.find(|step| step.step.revision == place.revision)?;
    step.script().text.get(place.span.clone())
}

fn members<'b>(line: &'b [Step<'_>]) -> Vec<Member<'b>> {
    let members = line.iter();
    members
        .map(|(step, footprint)| (&step.step.revision, &**footprint))
        .collect()
}

/// Each statement with what it touches.
fn texts<'b>(line: &'b [Step<'_>]) -> impl Iterator<Item = (&'b str, &'b [Access])> {
    line.iter().flat_map(|(step, footprint)| {
        let statements = footprint.statements.iter();
        statements.filter_map(|one| {
            let text = step.script().text.get(one.span.clone())?;
            Some((text, &one.accesses[..]))
        })
    })
}
