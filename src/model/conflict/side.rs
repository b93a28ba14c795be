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
    seen: HashSet<(usize, Act, Object, Part)>,
}

impl Side {
    pub(super) fn of(members: &[Member<'_>], ancestor: &Ancestor) -> Self {
        let mut side = Self::default();
        for (revision, (_, footprint)) in members.iter().enumerate() {
            for (statement, access) in footprint.accesses() {
                let at = (revision, statement);
                side.take(at, access, ancestor);
                for implied in ancestor.implied(access) {
                    // Not as one more use: what is used anew meets more than that.
                    if implied.act == Act::Reference {
                        side.push(at, &implied, Standing::Release);
                    } else {
                        side.take(at, &implied, ancestor);
                    }
                }
            }
        }
        side
    }

    fn take(&mut self, at: (usize, usize), access: &Access, ancestor: &Ancestor) {
        let object = plain(&access.object);
        let is_own = self.own.contains_key(&object);
        if access.act.removes() {
            if let Some(made) = self.own.remove(&object) {
                let entry = &mut self.entries[made];
                entry.standing = match entry.standing {
                    Standing::Replaced => Standing::Plain,
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
        self.own.insert(object, self.entries.len());
        self.push(at, access, Standing::Plain);
    }

    fn push(&mut self, at: (usize, usize), access: &Access, standing: Standing) {
        self.entries.push(Entry {
            at,
            access: access.clone(),
            standing,
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
