//! Which tables, types and functions a script is about: what two scripts need in common to
//! be worth a closer look.

use std::collections::BTreeSet;

use super::{
    Act, Footprint, Seen,
    object::{Kind, Object},
};

/// What a script touches, coarsely, as names to look up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    /// What it makes, changes, fills or takes away, or a part of that.
    pub changed: BTreeSet<String>,
    /// What it needs as it is.
    pub used: BTreeSet<String>,
}

impl Roots {
    /// One changes what the other touches.
    pub fn meet(&self, other: &Self) -> bool {
        !self.changed.is_disjoint(&other.changed)
            || !self.changed.is_disjoint(&other.used)
            || !self.used.is_disjoint(&other.changed)
    }
}

impl Footprint {
    /// All of its statements could be read, though some may do more than they say.
    pub fn is_read(&self) -> bool {
        let mut all = self.statements.iter();
        all.all(|one| !matches!(one.seen, Seen::Unread { .. }))
    }

    /// The roots of all that it touches.
    pub fn roots(&self) -> Roots {
        let mut roots = Roots::default();
        for (_, access) in self.accesses() {
            let set = match access.act {
                Act::Reference | Act::Mention | Act::Read => &mut roots.used,
                _ => &mut roots.changed,
            };
            for name in of(&access.object) {
                set.insert(name);
            }
        }
        roots.used = &roots.used - &roots.changed;
        roots
    }
}

/// A part belongs to what it is a part of; an index has a name among the relations, too.
fn of(object: &Object) -> Vec<String> {
    let name = |of: &Object| format!("{:?} {}.{}", of.kind.space(), of.schema, of.name);
    match (object.owner(), &object.kind) {
        (Some(owner), Kind::Index | Kind::Sequence) => vec![name(&owner), name(object)],
        (Some(owner), _) => vec![name(&owner)],
        (None, Kind::Schema) => vec![format!("schema {}", object.name)],
        (None, _) if object.is_in_own_schema() => {
            vec![name(object), format!("schema {}", object.schema)]
        }
        (None, _) => vec![name(object)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::footprint::{Access, Touched};

    fn roots(accesses: Vec<Access>) -> Roots {
        let one = Touched {
            span: 0..1,
            accesses,
            seen: Seen::Whole,
        };
        let statements = vec![one];
        Footprint { statements }.roots()
    }

    #[test]
    fn what_two_scripts_have_in_common() {
        let access = |act, object| roots(vec![Access::new(act, object)]);
        let column = Object::column("public", "t", "a");
        let index = Object::part(Kind::Index, "public", "t", "i");
        let table = |name| Object::table("public", name);
        let view = Object::new(Kind::View, "public", "i");
        let schema = Object::new(Kind::Schema, "", "app");
        let there = Object::table("app", "x");
        for (one, other, meet) in [
            (
                access(Act::Create, column.clone()),
                access(Act::Drop, table("t")),
                true,
            ),
            (
                access(Act::Create, column.clone()),
                access(Act::Drop, table("u")),
                false,
            ),
            // To need the same is nothing.
            (
                access(Act::Reference, table("t")),
                access(Act::Read, column.clone()),
                false,
            ),
            (
                access(Act::Reference, table("t")),
                access(Act::Alter, column),
                true,
            ),
            (
                access(Act::Create, index.clone()),
                access(Act::Alter, table("t")),
                true,
            ),
            (access(Act::Create, index), access(Act::Create, view), true),
            (access(Act::Drop, schema), access(Act::Create, there), true),
        ] {
            assert_eq!(one.meet(&other), meet, "{one:?} {other:?}");
            assert_eq!(other.meet(&one), meet, "{other:?} {one:?}");
        }
    }
}
