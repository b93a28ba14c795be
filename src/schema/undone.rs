//! What a change takes away from others when it runs after theirs.
//!
//! A script that makes an object anew from a whole text (a table of SQLite, a view) puts
//! back what it was when the text was written. Run on its own it does what it means;
//! run after a change of others it undoes that, without an error. So the same script is
//! held against itself: what it does after theirs and does not do alone, it does to
//! theirs.

use std::collections::BTreeSet;

use super::{Change, Comparison, Difference, Fact, FactId, Kind, Schema, What, compare};

/// Something of others that a change takes away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undone {
    /// Which object.
    pub id: FactId,
    /// The table or view that it is a part of; itself where it is none.
    pub of: FactId,
    /// What it is and its name as one writes it: `column users.phone`.
    pub name: String,
    /// What happens to it.
    pub how: Undoing,
}

/// What happens to something of others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undoing {
    /// It is gone.
    Drops,
    /// It is there again, and they had dropped it.
    BringsBack,
    /// It is changed in these, which they had changed.
    Changes(Vec<&'static str>),
}

impl Undone {
    /// What the change does to it: `drops column users.phone`.
    pub fn words(&self) -> String {
        match &self.how {
            Undoing::Drops => format!("drops {}", self.name),
            Undoing::BringsBack => format!("brings {} back", self.name),
            Undoing::Changes(keys) => format!("puts {} back ({})", self.name, keys.join(", ")),
        }
    }
}

/// What a change does to what others did: `alone` is before and after it without theirs,
/// `over` with theirs.
pub fn undone(alone: (&Schema, &Schema), over: (&Schema, &Schema)) -> Vec<Undone> {
    let meant = compare(alone.0, alone.1);
    let meant_of = |id: &FactId| meant.differences.iter().find(|one| one.id == *id);
    let mut found = BTreeSet::new();
    for done in compare(over.0, over.1).differences {
        match &done.what {
            What::Removed { fact, parts } => {
                let lost: Vec<&Fact> = match meant_of(&fact.id).map(|one| &one.what) {
                    // All of it goes, on purpose; unless it goes on under another name.
                    Some(What::Removed { parts: known, .. }) => {
                        let known: BTreeSet<&FactId> = known.iter().map(|part| &part.id).collect();
                        let new = parts.iter().filter(|part| !known.contains(&part.id));
                        match heir(fact, alone) {
                            Some(heir) => new.filter(|part| !is_in(heir, part, over.1)).collect(),
                            None => Vec::new(),
                        }
                    }
                    _ if is_part_of_meant(&meant, &fact.id) => Vec::new(),
                    _ => vec![&**fact],
                };
                found.extend(lost.into_iter().map(|fact| Undone {
                    id: fact.id.clone(),
                    of: owner(over.0, fact),
                    name: named(over.0, fact),
                    how: Undoing::Drops,
                }));
            }
            What::Added { fact, .. } => {
                // It was there all the time, where theirs is not.
                let was = alone.0.facts.contains_key(&fact.id);
                found.extend((was && meant_of(&fact.id).is_none()).then(|| Undone {
                    id: fact.id.clone(),
                    of: owner(over.1, fact),
                    name: named(over.1, fact),
                    how: Undoing::BringsBack,
                }));
            }
            What::Changed(_) => {
                let meant = meant_of(&done.id);
                found.extend(changed(&done, meant, alone.1, over.1));
            }
            What::Renamed { .. } => {}
        }
    }
    found.into_iter().collect()
}

/// It is removed with something that is meant to go.
fn is_part_of_meant(meant: &Comparison, id: &FactId) -> bool {
    meant.differences.iter().any(|one| match &one.what {
        What::Removed { parts, .. } => parts.iter().any(|part| part.id == *id),
        _ => false,
    })
}

/// The table that has the columns of one that went, where there is one.
fn heir<'a>(gone: &Fact, alone: (&'a Schema, &'a Schema)) -> Option<&'a FactId> {
    let columns = |schema: &Schema, table: &FactId| -> BTreeSet<String> {
        let parts = schema
            .facts
            .values()
            .filter(|fact| fact.parent.as_ref() == Some(table));
        let columns = parts.filter(|fact| fact.id.kind == Kind::Column);
        columns.map(|fact| fact.id.name().to_owned()).collect()
    };
    let own = columns(alone.0, &gone.id);
    let new = alone
        .1
        .facts
        .keys()
        .filter(|id| !alone.0.facts.contains_key(id));
    let mut tables = new.filter(|id| id.kind == gone.id.kind && id.kind == Kind::Table);
    tables.find(|id| !own.is_empty() && columns(alone.1, id).is_superset(&own))
}

/// A part of something that went is a part of its heir.
fn is_in(heir: &FactId, part: &Fact, after: &Schema) -> bool {
    let mut facts = after.facts.values();
    facts.any(|fact| {
        fact.parent.as_ref() == Some(heir)
            && fact.id.kind == part.id.kind
            && fact.id.name() == part.id.name()
    })
}

/// What has the value that it has alone, and theirs had changed it. (What only follows a
/// rename has another one.)
fn changed(
    done: &Difference,
    meant: Option<&Difference>,
    alone: &Schema,
    after: &Schema,
) -> Option<Undone> {
    let What::Changed(changes) = &done.what else {
        return None;
    };
    let own = alone.facts.get(&done.id)?;
    let meant = match meant.map(|one| &one.what) {
        Some(What::Changed(changes)) => changes.as_slice(),
        // It is made here, or made anew, as it was meant to be.
        Some(_) => return None,
        None => &[],
    };
    let is_meant = |change: &Change| {
        let mut meant = meant.iter();
        meant.any(|one| one.key == change.key && one.before == change.before)
    };
    let fact = after.facts.get(&done.id)?;
    let rules = fact.id.kind.rules().iter();
    let put_back: BTreeSet<&str> = rules
        .filter(|rule| own.payload.get(rule.key) == fact.payload.get(rule.key))
        .map(|rule| rule.key)
        .collect();
    let keys: Vec<&'static str> = changes
        .iter()
        .filter(|change| put_back.contains(change.key) && !is_meant(change))
        .map(|change| change.key)
        .collect();
    (!keys.is_empty()).then(|| Undone {
        id: done.id.clone(),
        of: owner(after, fact),
        name: named(after, fact),
        how: Undoing::Changes(keys),
    })
}

fn owner(schema: &Schema, fact: &Fact) -> FactId {
    let mut around = schema.ancestors(fact);
    let table = around.find(|id| {
        matches!(
            id.kind,
            Kind::Table | Kind::View | Kind::MaterializedView | Kind::VirtualTable
        )
    });
    table.unwrap_or(&fact.id).clone()
}

fn named(schema: &Schema, fact: &Fact) -> String {
    format!("{} {}", fact.id.kind.name(), schema.shown(fact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Dialect, schema::Value};

    /// `users users.id users.age:int v:q1`: tables, columns with a type, views with a text.
    fn schema(text: &str) -> Schema {
        let mut schema = Schema::empty(Dialect::Sqlite);
        for word in text.split_whitespace() {
            let (name, value) = word.split_once(':').unwrap_or((word, ""));
            let path: Vec<&str> = name.split('.').collect();
            let kind = match (path.len(), name.starts_with('v'), name.starts_with("i_")) {
                (2, ..) => Kind::Column,
                (_, true, _) => Kind::View,
                (_, _, true) => Kind::Index,
                _ => Kind::Table,
            };
            let parent = (path.len() == 2).then(|| FactId::new(Kind::Table, [path[0]]));
            let mut fact = Fact::new(FactId::new(kind, path), parent);
            let key = match kind {
                Kind::Column => "type",
                _ => "definition",
            };
            if !value.is_empty() {
                fact.set(key, Value::new(value));
            }
            schema.add(fact);
        }
        schema
    }

    #[test]
    fn what_is_done_to_theirs_alone() {
        let table = [
            // A rebuild for a type, after a column was added.
            (
                "t t.a:int",
                "t t.a:text",
                "t t.a:int t.p",
                "t t.a:text",
                "drops column t.p",
            ),
            // It knows of the column.
            (
                "t t.a:int",
                "t t.a:text",
                "t t.a:int t.p",
                "t t.a:text t.p",
                "",
            ),
            // It adds a column; theirs had a type changed.
            (
                "t t.a:int",
                "t t.a:int t.p",
                "t t.a:text",
                "t t.a:int t.p",
                "puts column t.a back (type)",
            ),
            // A view that was made anew for something else.
            (
                "t v:q1",
                "t t.a v:q1",
                "t v:q2",
                "t t.a v:q1",
                "puts view v back (definition)",
            ),
            // Both changed it.
            (
                "v:q1",
                "v:q2",
                "v:q3",
                "v:q2",
                "puts view v back (definition)",
            ),
            // They dropped an index, and the rebuild makes it again.
            (
                "t i_x",
                "t t.a i_x",
                "t",
                "t t.a i_x",
                "brings index i_x back",
            ),
            // What is dropped on purpose goes with what they added to it.
            ("t t.a", "", "t t.a t.p", "", ""),
            // Under another name it goes on, with it or without.
            ("t t.a", "u u.a", "t t.a t.p", "u u.a u.p", ""),
            ("t t.a", "u u.a", "t t.a t.p", "u u.a", "drops column t.p"),
            // What only follows a rename.
            (
                "t t.a v:a",
                "t t.b v:b",
                "t t.a v:a2 w:a",
                "t t.b v:b2 w:b",
                "",
            ),
            // The same on both sides.
            ("t t.a", "t", "t t.a u", "t u", ""),
            ("t", "t u", "t", "t u", ""),
        ];
        for (before, after, theirs, both, want) in table {
            let all = [before, after, theirs, both].map(schema);
            let found = undone((&all[0], &all[1]), (&all[2], &all[3]));
            let words: Vec<String> = found.iter().map(Undone::words).collect();
            assert_eq!(words.join("; "), want, "{before} → {after}, over {theirs}");
        }
    }
}
