//! What cannot stand while something under it is dropped or changed.
//!
//! The server refuses to drop what is used, and to change the type of a column that
//! a view names. Nothing is dropped with `CASCADE`: who depends is found here, by
//! name, and is made again afterwards.

use std::collections::BTreeSet;

use super::{
    hazard::is_same_family,
    names::is_type,
    steps::leads_to,
    work::{Work, is_foreign_key},
};
use crate::schema::{Fact, FactId, Kind};

impl Work<'_> {
    /// Adds to the work what depends on it, and what depends on that.
    pub(super) fn close(&mut self) {
        // Apart: a column whose type changes may turn out to be made anew, too.
        let (mut ended, mut recast) = (BTreeSet::new(), BTreeSet::new());
        loop {
            let ending: Vec<FactId> = self.drop.difference(&ended).cloned().collect();
            let retyped: Vec<FactId> = self.retyped().difference(&recast).cloned().collect();
            if ending.is_empty() && retyped.is_empty() {
                break;
            }
            for id in &ending {
                let users = if self.is_inherited(id) {
                    Vec::new()
                } else {
                    self.users(id)
                };
                for user in users {
                    self.cannot_stand(user, id);
                }
            }
            for id in &retyped {
                for user in self.users(id) {
                    if self.blocks_type_change(user, id) {
                        self.begins_anew(user);
                    }
                }
                self.loosen_children(id);
            }
            ended.extend(ending);
            recast.extend(retyped);
        }
        self.take_off();
    }

    /// Whether only what an inherited column has of its own ends, and not the column. One of a
    /// view has no type either, and ends with the view.
    pub(super) fn is_inherited(&self, id: &FactId) -> bool {
        let is_of_table = |fact: &Fact| {
            fact.parent
                .as_ref()
                .is_some_and(|of| of.kind == Kind::Table)
        };
        id.kind == Kind::Column
            && self
                .of_a(id)
                .is_some_and(|fact| fact.get("type").is_none() && is_of_table(fact))
    }

    /// Columns, as `a` calls them, whose type changes.
    fn retyped(&self) -> BTreeSet<FactId> {
        let columns = self.change.keys().chain(&self.recast);
        columns
            .filter(|id| id.kind == Kind::Column && self.is_retyped(id))
            .cloned()
            .collect()
    }

    /// What of a user has to go before something that ends.
    fn cannot_stand(&mut self, user: &FactId, ending: &FactId) {
        if self.drop.contains(user) {
            return;
        }
        let again = self.twin(ending).is_some_and(|id| self.create.contains(id));
        match user.kind {
            Kind::Column => self.column_cannot_stand(user, ending, again),
            Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::RangeType => {
                if again {
                    if self.holds_values(user) {
                        self.put_aside(user);
                    } else {
                        self.replace(user);
                    }
                }
            }
            // A partition is nothing without its table.
            Kind::Table
                if again
                    && ending.kind == Kind::Table
                    && !self.changes(user, "partition of")
                    && self
                        .of_a(user)
                        .is_some_and(|fact| fact.get("partition of").is_some()) =>
            {
                self.begins_anew(user);
            }
            // Tables hold rows, sequences their number: what they use is taken from them.
            Kind::Table | Kind::Sequence | Kind::Schema | Kind::Extension => {}
            _ => self.begins_anew(user),
        }
    }

    fn column_cannot_stand(&mut self, user: &FactId, ending: &FactId, again: bool) {
        let Some(fact) = self.of_a(user) else { return };
        if is_type(ending) {
            let names_type = fact.get("type").is_some_and(|text| names(text, ending));
            if names_type && again && self.aside.contains(ending) {
                self.recast.insert(user.clone());
            }
            // The default may name the type too.
            if fact.get("default").is_some() {
                self.loosen.insert(user.clone());
            }
        } else if fact.get("generated").is_some() {
            // Once it is computed otherwise, or not at all, nothing holds it any more.
            if again || !self.changes(user, "generated") {
                self.replace(user);
            }
        } else if fact.get("default").is_some() {
            self.loosen.insert(user.clone());
        }
    }

    /// Whether the type of a column cannot change while it is used so.
    fn blocks_type_change(&self, user: &FactId, column: &FactId) -> bool {
        match user.kind {
            Kind::View
            | Kind::MaterializedView
            | Kind::Rule
            | Kind::Policy
            | Kind::Trigger
            | Kind::Function
            | Kind::Procedure => true,
            Kind::Column => self
                .of_a(user)
                .is_some_and(|fact| fact.get("generated").is_some()),
            Kind::Constraint | Kind::Index | Kind::Statistics => {
                let recast = self.recast.contains(column);
                let of_type = |id: &FactId| self.uses(id).any(|used| self.aside.contains(used));
                let is_key = self.of_a(user).is_some_and(is_foreign_key);
                (recast && of_type(user)) || (is_key && (recast || !self.is_within_family(column)))
            }
            _ => false,
        }
    }

    /// Whether keys still fit together while one side of them has changed.
    fn is_within_family(&self, column: &FactId) -> bool {
        let before = self.of_a(column).and_then(|fact| fact.get("type"));
        let after = self.of_b(column).and_then(|fact| fact.get("type"));
        before
            .zip(after)
            .is_some_and(|(before, after)| is_same_family(before, after))
    }

    /// Children have defaults of their own for a column of their parent's.
    fn loosen_children(&mut self, column: &FactId) {
        let own: Vec<FactId> = self
            .a
            .facts
            .values()
            .filter(|fact| {
                fact.id.kind == Kind::Column
                    && fact.get("type").is_none()
                    && fact.get("default").is_some()
                    && fact.id.name() == column.name()
                    && self.is_child(fact, column)
            })
            .map(|fact| fact.id.clone())
            .collect();
        self.loosen.extend(own);
    }

    fn is_child(&self, column: &Fact, of: &FactId) -> bool {
        let table = self.of_a(of).and_then(|fact| fact.parent.as_ref());
        let (Some(child), Some(table)) = (column.parent.as_ref(), table) else {
            return false;
        };
        self.uses(child).any(|used| used == table)
    }

    /// A user is dropped, and where `b` has it, made again; what it was a part of stays.
    fn begins_anew(&mut self, user: &FactId) {
        if self.drop.contains(user) {
            return;
        }
        self.drop.insert(user.clone());
        self.drop.extend(self.within_a(user));
        if let Some(twin) = self.twin(user).cloned() {
            self.create.extend(self.within_b(&twin));
            self.create.insert(twin);
        }
    }

    /// Identities and the sequences of defaults go before what takes their place, and
    /// defaults before a function that needs their table.
    fn take_off(&mut self) {
        let held: Vec<FactId> = self
            .drop
            .iter()
            .filter_map(|id| self.of_a(id))
            .filter(|fact| fact.id.kind == Kind::Column && fact.get("default").is_some())
            .filter(|fact| {
                let table = fact.parent.as_ref();
                table.is_some_and(|table| {
                    self.drop.contains(table) && leads_to(self.a, &fact.id, table)
                })
            })
            .map(|fact| fact.id.clone())
            .collect();
        self.loosen.extend(held);
        let owned: Vec<FactId> = self
            .change
            .keys()
            .filter(|id| id.kind == Kind::Sequence && self.changes(id, "owned by"))
            .filter(|id| {
                self.of_a(id)
                    .is_some_and(|fact| fact.get("owned by").is_some())
            })
            .cloned()
            .collect();
        self.loosen.extend(owned);
        let off: Vec<FactId> = self
            .change
            .keys()
            .filter(|id| id.kind == Kind::Column)
            .filter(|id| {
                let (Some(before), Some(after)) = (self.of_a(id), self.of_b(id)) else {
                    return false;
                };
                before.get("identity").is_some() && after.get("identity").is_none()
            })
            .cloned()
            .collect();
        self.loosen.extend(off);
    }
}

/// Whether the text of a type is, or has in it, a certain one.
pub(super) fn names(text: &str, id: &FactId) -> bool {
    let name = super::names::qualified(&id.path);
    let rest = text.strip_prefix(name.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '(', ' ']))
}
