//! One side as the other one sees it.
//!
//! What a side does to the objects that it makes itself is nobody else's matter: after
//! `CREATE TABLE t`, columns and indexes of `t` are left out, and only that there is a
//! `t` stays. What it makes and takes away again leaves nothing behind, and what it drops
//! and makes anew is replaced.

use std::collections::{HashMap, HashSet};

use super::{
    super::footprint::{Access, Act, Kind, Object, Part},
    Ancestor, Member, Place,
};

/// An access of a side that can matter to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Which revision of the side, and which statement of it.
    pub(super) at: (usize, usize),
    pub(super) access: Access,
    pub(super) standing: Standing,
    /// The object on whose account something is used: the view that is created, or the one
    /// whose going lets it go.
    by: Option<Object>,
}

/// What the rest of the side makes of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It stands for itself.
    Plain,
    /// Created, and gone at the end of the side.
    Transient,
    /// Dropped, and created again.
    Replaced,
    /// What was used is not any more: a view is dropped, a foreign key. It only matters
    /// to who takes away what was used.
    Release,
    /// Created if it is missing, and known to be missing.
    New,
}

impl Entry {
    pub(super) fn place(&self, members: &[Member<'_>]) -> Option<Place> {
        let (revision, footprint) = members.get(self.at.0)?;
        Some(Place {
            revision: (*revision).clone(),
            span: footprint.statements.get(self.at.1)?.span.clone(),
            act: self.access.act,
        })
    }
}

/// All of a side.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) entries: Vec<Entry>,
    /// What it makes, and the entry that says so.
    own: HashMap<Object, usize>,
    dropped: HashMap<Object, usize>,
    /// The table of a `CREATE TABLE IF NOT EXISTS`, and the statement.
    ensured: Option<((usize, usize), Object)>,
    seen: HashSet<(usize, Act, Object, Part)>,
}

impl Side {
    pub(super) fn of(members: &[Member<'_>], ancestor: &Ancestor) -> Self {
        let mut side = Self::default();
        for (revision, (_, footprint)) in members.iter().enumerate() {
            for (statement, touched) in footprint.statements.iter().enumerate() {
                side.statement((revision, statement), &touched.accesses, ancestor);
            }
        }
        side
    }

    fn statement(&mut self, at: (usize, usize), accesses: &[Access], ancestor: &Ancestor) {
        let made = accesses.iter().find(|access| access.act.creates());
        let made = made.map(|access| plain(&access.object));
        for access in accesses {
            let first = self.entries.len();
            self.take(at, access, ancestor);
            let is_use = !access.act.creates() && !access.act.removes();
            for entry in self.entries[first..].iter_mut().filter(|_| is_use) {
                entry.by.clone_from(&made);
            }
            for implied in ancestor.implied(access) {
                // Not as one more use: what is used anew meets more than that.
                if implied.act == Act::Reference {
                    self.push(at, &implied, Standing::Release);
                    if let Some(entry) = self.entries.last_mut() {
                        entry.by = Some(plain(&access.object));
                    }
                } else {
                    self.take(at, &implied, ancestor);
                }
            }
        }
    }

    /// Whether the other side, too, does what makes a use no matter: takes away what lets
    /// something go, or makes what uses something anew just so.
    pub(super) fn settles(&self, other: &Self, entry: &Entry) -> bool {
        let Some(by) = &entry.by else { return false };
        let gone = |side: &Self| -> Option<Entry> {
            let at = side.dropped.get(by)?;
            side.entries.get(*at).cloned()
        };
        let Some(there) = gone(other) else {
            return false;
        };
        if entry.standing == Standing::Release {
            return true;
        }
        gone(self).is_some_and(|here| {
            let replaced = Standing::Replaced;
            (here.standing, there.standing) == (replaced, replaced)
                && here.access.says.is_some()
                && here.access.says == there.access.says
        })
    }

    /// It makes an object, or makes sure of it.
    pub(super) fn makes(&self, object: &Object) -> bool {
        let made = |entry: &Entry| entry.access.act.creates() && entry.access.object.is(object);
        self.entries.iter().any(made)
    }

    fn take(&mut self, at: (usize, usize), access: &Access, ancestor: &Ancestor) {
        let object = plain(&access.object);
        let is_own = self.own.contains_key(&object);
        if access.act.creates() && self.is_of_ensured(at, access) {
            return;
        }
        if access.act.removes() {
            if let Some(made) = self.own.remove(&object) {
                let entry = &mut self.entries[made];
                entry.standing = match entry.standing {
                    Standing::Replaced if entry.access.act.removes() => Standing::Plain,
                    _ => Standing::Transient,
                };
                return;
            }
            if !self.is_inside_own(&object) {
                self.dropped.insert(object, self.entries.len());
                self.push(at, access, Standing::Plain);
            }
            return;
        }
        if is_own || (self.is_inside_own(&object) && !is_named_globally(&object.kind)) {
            return;
        }
        let makes = matches!(access.act, Act::Create | Act::CreateUnnamed);
        if !makes {
            let is_new = access.act == Act::Ensure && ancestor.lacks(&access.object);
            if access.act == Act::Ensure && object.kind == Kind::Table {
                self.ensured = Some((at, object.clone()));
            }
            let says_more = access.act == Act::Alter || access.act == Act::Ensure;
            // Using the same once more is the same.
            if says_more
                || self
                    .seen
                    .insert((at.0, access.act, object, access.part.clone()))
            {
                let standing = if is_new {
                    Standing::New
                } else {
                    Standing::Plain
                };
                self.push(at, access, standing);
            }
            return;
        }
        if let Some(gone) = self.dropped.get(&object).copied() {
            let entry = &mut self.entries[gone];
            entry.standing = Standing::Replaced;
            entry.access.says.clone_from(&access.says);
            self.own.insert(object, gone);
            return;
        }
        // A key that is there already, or a name that is taken: the database makes another.
        if access.act == Act::CreateUnnamed && ancestor.knows(&access.object) {
            return;
        }
        let standing = if self.is_of_replaced(access) {
            Standing::Replaced
        } else {
            Standing::Plain
        };
        self.own.insert(object, self.entries.len());
        self.push(at, access, standing);
    }

    /// A part of the table that the same statement makes sure of.
    fn is_of_ensured(&self, at: (usize, usize), access: &Access) -> bool {
        let ensured = self.ensured.as_ref().filter(|(there, _)| *there == at);
        let owner = access.object.owner();
        owner.is_some_and(|owner| ensured.is_some_and(|(_, table)| *table == owner))
    }

    /// An index goes with its table, and is made anew with it.
    fn is_of_replaced(&self, access: &Access) -> bool {
        let owner = access.object.owner();
        let gone = owner.and_then(|owner| self.dropped.get(&owner));
        gone.is_some_and(|at| self.entries[*at].standing == Standing::Replaced)
    }

    fn push(&mut self, at: (usize, usize), access: &Access, standing: Standing) {
        self.entries.push(Entry {
            at,
            access: access.clone(),
            standing,
            by: None,
        });
    }

    fn is_inside_own(&self, object: &Object) -> bool {
        object
            .owner()
            .is_some_and(|owner| self.own.contains_key(&owner))
    }
}

/// Indexes and sequences of a table have names that no other relation may have.
fn is_named_globally(kind: &Kind) -> bool {
    matches!(kind, Kind::Index | Kind::Sequence)
}

/// An object as something to look up: a relation is one whatever kind it is.
pub(super) fn plain(object: &Object) -> Object {
    let mut object = object.clone();
    if matches!(object.kind, Kind::View | Kind::Index | Kind::Sequence) {
        object.kind = Kind::Table;
        object.of = None;
    }
    object
}
