//! What is different between two schemas.
//!
//! A plain comparison of sets by identity, but for one thing: where a name was
//! made up by the database, what has the same content is the same object. It
//! never guesses that one object became another: only what is told by its
//! content (a constraint, an index) is ever called renamed.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Effect, Fact, FactId, Kind, Schema, Value,
    kind::{COLUMN_ORDER, Rule},
};
use crate::model::Dialect;

/// The answer of [`compare`], in the order of identities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What a person has to know.
    pub differences: Vec<Difference>,
    /// What is not the same and means nothing: the order of columns, names that the
    /// database made up.
    pub remarks: Vec<Difference>,
}

/// One object that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which: as `b` has it, or where it is gone, as `a` had it.
    pub id: FactId,
    /// Its name as one writes it.
    pub name: String,
    /// In what.
    pub what: What,
}

/// In what an object is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Only `b` has it.
    Added {
        /// It, as `b` has it.
        fact: Box<Fact>,
        /// Its parts, which are not told of on their own.
        parts: Vec<Fact>,
    },
    /// Only `a` has it.
    Removed {
        /// It, as `a` has it.
        fact: Box<Fact>,
        /// Its parts, which are not told of on their own.
        parts: Vec<Fact>,
    },
    /// Both have it, with another payload.
    Changed(Vec<Change>),
    /// Both have it, with the same payload under another name.
    Renamed {
        /// Its identity in `a`.
        from: FactId,
        /// Its name in `a`, as one writes it.
        from_name: String,
    },
}

/// One key that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key, in words for people.
    pub key: &'static str,
    /// How it counts.
    pub effect: Effect,
    /// In `a`; absent = the default.
    pub before: Option<Value>,
    /// In `b`; absent = the default.
    pub after: Option<Value>,
}

impl Difference {
    /// What happened between `a` and `b`, in short: `added`, `removed`, `changed: type, default`.
    pub fn words(&self) -> String {
        match &self.what {
            What::Added { .. } => "added".to_owned(),
            What::Removed { .. } => "removed".to_owned(),
            What::Renamed { from, .. } => format!("renamed from {}", from.name()),
            What::Changed(changes) => {
                let keys: Vec<&str> = changes.iter().map(|change| change.key).collect();
                format!("changed: {}", keys.join(", "))
            }
        }
    }
}

impl Comparison {
    /// Nothing that a person has to know.
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }

    /// With renames that somebody said: each before what else is different in it.
    #[must_use]
    pub fn with_renames(mut self, renames: impl IntoIterator<Item = Difference>) -> Self {
        self.differences.extend(renames);
        self.differences
            .sort_by_key(|one| (one.id.clone(), !matches!(one.what, What::Renamed { .. })));
        self
    }
}

/// What happened to a schema between `a` and `b`.
pub fn compare(a: &Schema, b: &Schema) -> Comparison {
    let mut sides = Sides {
        a,
        b,
        left: a.facts.keys().collect(),
        right: b.facts.keys().collect(),
        out: Comparison::default(),
    };
    sides.same_names_and_content();
    sides.made_up_names();
    sides.same_names();
    sides.given_names();
    sides.only_one_side();
    let mut out = sides.out;
    out.differences.sort_by(|x, y| order(x).cmp(&order(y)));
    out.remarks.sort_by(|x, y| order(x).cmp(&order(y)));
    out
}

/// Tables with what is in them, then by kind.
fn order(difference: &Difference) -> (&FactId, bool) {
    (
        &difference.id,
        matches!(difference.what, What::Added { .. }),
    )
}

struct Sides<'a> {
    a: &'a Schema,
    b: &'a Schema,
    /// Of `a`, not matched yet.
    left: BTreeSet<&'a FactId>,
    /// Of `b`, not matched yet.
    right: BTreeSet<&'a FactId>,
    out: Comparison,
}

/// What an object is where its name does not say it.
type Content<'a> = (Kind, Option<&'a FactId>, &'a BTreeMap<&'static str, Value>);

impl<'a> Sides<'a> {
    fn fact_of_a(&self, id: &FactId) -> Option<&'a Fact> {
        self.a.facts.get(id)
    }

    fn fact_of_b(&self, id: &FactId) -> Option<&'a Fact> {
        self.b.facts.get(id)
    }

    /// What is all the same. First, so that no other match takes it away.
    fn same_names_and_content(&mut self) {
        let (a, b) = (self.a, self.b);
        let same: Vec<&FactId> = self
            .left
            .iter()
            .copied()
            .filter(|id| {
                a.facts
                    .get(*id)
                    .zip(b.facts.get(*id))
                    .is_some_and(|(x, y)| x.payload == y.payload && x.parent == y.parent)
            })
            .collect();
        for id in same {
            self.left.remove(id);
            self.right.remove(id);
        }
    }

    fn same_names(&mut self) {
        let both: Vec<&FactId> = self.left.intersection(&self.right).copied().collect();
        for id in both {
            self.left.remove(id);
            self.right.remove(id);
            if let Some((x, y)) = self.fact_of_a(id).zip(self.fact_of_b(id)) {
                self.changed(x, y);
            }
        }
    }

    /// Two names that the database made up: whoever was there first has the plain one.
    fn made_up_names(&mut self) {
        for (x, y) in self.pairs(|x, y| x.generated_name && y.generated_name) {
            if x.id != y.id {
                let renamed = self.renamed(x, y);
                self.out.remarks.push(renamed);
            }
        }
    }

    /// What is left, under two names of which at least one was given on purpose.
    fn given_names(&mut self) {
        for (x, y) in self.pairs(|x, _| x.id.kind.holds_nothing()) {
            let renamed = self.renamed(x, y);
            self.out.differences.push(renamed);
        }
    }

    /// Takes pairs of the same content out of what is left.
    fn pairs(&mut self, may: impl Fn(&Fact, &Fact) -> bool) -> Vec<(&'a Fact, &'a Fact)> {
        let mut by_content: BTreeMap<Content<'a>, Vec<&'a Fact>> = BTreeMap::new();
        for fact in self.right.iter().filter_map(|id| self.fact_of_b(id)) {
            if fact.id.kind.is_told_by_content() {
                by_content.entry(content(fact)).or_default().push(fact);
            }
        }
        let mut pairs = Vec::new();
        for x in self.left.iter().filter_map(|id| self.fact_of_a(id)) {
            if let Some(candidates) = by_content.get_mut(&content(x))
                && let Some(at) = candidates.iter().position(|y| may(x, y))
            {
                pairs.push((x, candidates.remove(at)));
            }
        }
        for (x, y) in &pairs {
            self.left.remove(&x.id);
            self.right.remove(&y.id);
        }
        pairs
    }

    fn renamed(&self, x: &Fact, y: &Fact) -> Difference {
        Difference {
            id: y.id.clone(),
            name: self.b.shown(y),
            what: What::Renamed {
                from: x.id.clone(),
                from_name: self.a.shown(x),
            },
        }
    }

    fn changed(&mut self, x: &Fact, y: &Fact) {
        let dialect = self.b.dialect;
        let rules = y.id.kind.rules().iter();
        let changes = rules.filter_map(|rule| change(rule, x, y, dialect));
        let (remarks, mut real): (Vec<Change>, Vec<Change>) =
            changes.partition(|change| change.effect == Effect::Remark);
        if x.parent != y.parent {
            let name = |schema: &Schema, fact: &Fact| {
                let parent = schema.facts.get(fact.parent.as_ref()?)?;
                Some(Value::new(schema.shown(parent)))
            };
            real.insert(
                0,
                Change {
                    key: "belongs to",
                    effect: Effect::Replace,
                    before: name(self.a, x),
                    after: name(self.b, y),
                },
            );
        }
        let name = self.b.shown(y);
        for (changes, out) in [
            (real, &mut self.out.differences),
            (remarks, &mut self.out.remarks),
        ] {
            if !changes.is_empty() {
                out.push(Difference {
                    id: y.id.clone(),
                    name: name.clone(),
                    what: What::Changed(changes),
                });
            }
        }
    }

    /// What is left, told with its parts.
    fn only_one_side(&mut self) {
        for (schema, ids, added) in [(self.a, &self.left, false), (self.b, &self.right, true)] {
            let mut parts: BTreeMap<&FactId, Vec<Fact>> = BTreeMap::new();
            let mut whole = Vec::new();
            for fact in ids.iter().filter_map(|id| schema.facts.get(*id)) {
                let ancestors = schema.ancestors(fact);
                match ancestors.filter(|id| ids.contains(id)).last() {
                    Some(root) => parts.entry(root).or_default().push(fact.clone()),
                    None => whole.push(fact),
                }
            }
            for fact in whole {
                let parts = parts.remove(&fact.id).unwrap_or_default();
                let name = schema.shown(fact);
                let id = fact.id.clone();
                let fact = Box::new(fact.clone());
                let what = if added {
                    What::Added { fact, parts }
                } else {
                    What::Removed { fact, parts }
                };
                self.out.differences.push(Difference { id, name, what });
            }
        }
    }
}

fn content(fact: &Fact) -> Content<'_> {
    (fact.id.kind, fact.parent.as_ref(), &fact.payload)
}

fn change(rule: &Rule, x: &Fact, y: &Fact, dialect: Dialect) -> Option<Change> {
    let (before, after) = (x.payload.get(rule.key), y.payload.get(rule.key));
    let same = if rule.key == COLUMN_ORDER {
        let list = |value: Option<&Value>| -> Vec<String> {
            let text = value.map_or("", |value| value.text.as_str());
            text.lines().map(str::to_owned).collect()
        };
        let (one, other) = (list(before), list(after));
        let common = |of: &[String], and: &[String]| -> Vec<String> {
            let names = of.iter().filter(|name| and.contains(name));
            names.cloned().collect()
        };
        common(&one, &other) == common(&other, &one)
    } else {
        before == after
    };
    (!same).then(|| Change {
        key: rule.key,
        effect: rule.effect(dialect),
        before: before.cloned(),
        after: after.cloned(),
    })
}

#[cfg(test)]
mod tests;
