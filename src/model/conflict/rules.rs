//! What follows from two different objects: the table of acts is about one.

use super::{
    super::footprint::{Act, Kind, Object},
    Ancestor,
    side::{Entry, Side},
};

/// Finds what `left` does that minds what `right` does elsewhere. Called for both ways.
pub(super) fn apply<'a>(
    left: &'a Side,
    right: &'a Side,
    ancestor: &Ancestor,
    found: &mut dyn FnMut(&'a Entry, &'a Entry),
) {
    for one in &left.entries {
        let act = one.access.act;
        let object = &one.access.object;
        let minds: &dyn Fn(&Entry) -> bool = match (act, &object.kind) {
            (Act::Rebuild, _) => &|other| rebuild_loses(object, other),
            (Act::Drop | Act::DropIfExists, Kind::Constraint) => {
                &|other| goes_with_column(object, other, ancestor)
            }
            (Act::Drop | Act::DropIfExists, Kind::Index) => {
                &|other| may_go_with_column(object, other, ancestor)
            }
            (Act::Drop | Act::DropIfExists | Act::Rename, Kind::Schema) => {
                &|other| other.access.object.schema == object.name
            }
            _ => continue,
        };
        for other in right.entries.iter().filter(|other| minds(other)) {
            found(one, other);
        }
    }
}

/// A rebuild writes the table as it was: whatever is added to it or changed is lost.
fn rebuild_loses(table: &Object, other: &Entry) -> bool {
    let act = other.access.act;
    let is_part = other
        .access
        .object
        .owner()
        .is_some_and(|owner| owner.is(table));
    is_part && (act.creates() || act.removes() || act == Act::Alter)
}

/// A column takes its constraints along, and they cannot be dropped a second time.
fn goes_with_column(constraint: &Object, other: &Entry, ancestor: &Ancestor) -> bool {
    let column = &other.access.object;
    column.kind == Kind::Column
        && matches!(other.access.act, Act::Drop | Act::DropIfExists)
        && column.schema == constraint.schema
        && column.of == constraint.of
        && ancestor.names(constraint, &column.name).unwrap_or(true)
}

/// The same for an index, of which only the name is known: `users_email_idx`.
fn may_go_with_column(index: &Object, other: &Entry, ancestor: &Ancestor) -> bool {
    let column = &other.access.object;
    if ancestor.knows(index) || !matches!(other.access.act, Act::Drop | Act::DropIfExists) {
        return false;
    }
    let named = |table: &str| index.schema == column.schema && index.name.contains(table);
    match (&column.kind, &column.of) {
        (Kind::Column, Some(table)) => named(table) && index.name.contains(&column.name),
        (Kind::Table, _) => {
            index.name.starts_with(&format!("{}_", column.name)) && named(&column.name)
        }
        _ => false,
    }
}
