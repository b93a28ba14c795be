//! What follows from two different objects: the table of acts is about one.

use super::{
    super::footprint::{Access, Act, Kind, Object, Part},
    Ancestor, Clash,
    side::{Entry, Side},
};

/// The schema of SQLite's tables.
const SQLITE: &str = "main";

/// Finds what `left` does that minds what `right` does elsewhere. Called for both ways.
pub(super) fn apply<'a>(
    left: &'a Side,
    right: &'a Side,
    ancestor: &Ancestor,
    found: &mut dyn FnMut(Clash, &'a Entry, &'a Entry),
) {
    for one in left.entries.iter().filter(|one| is_trigger(one)) {
        let runs = |other: &&Entry| is_update_of(&one.access.object, other);
        for other in right.entries.iter().filter(runs) {
            found(Clash::Possible, one, other);
        }
    }
    for one in &left.entries {
        let act = one.access.act;
        let object = &one.access.object;
        let mut clash = Clash::Order;
        let minds: &dyn Fn(&Entry) -> bool = match (act, &object.kind) {
            (Act::Rebuild, _) => {
                &|other| rebuild_loses(object, other) || rebuild_minds(&one.access, other)
            }
            (Act::Create, Kind::Type) => {
                clash = Clash::Never;
                &|other| is_row_type(object, other)
            }
            (Act::Reference, Kind::Table) if one.access.part == Part::Copied => {
                &|other| copy_minds(object, other)
            }
            // A text that is not a label any more.
            (Act::Create | Act::Ensure | Act::Rename, Kind::Label) => {
                &|other| names_label(object, other, ancestor)
            }
            (Act::Create, Kind::Trigger) => {
                clash = Clash::Never;
                &|other| is_trigger_elsewhere(object, other)
            }
            (Act::Read | Act::Demand, Kind::Schema) => &|other| comes_into(object, other),
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
            found(clash, one, other);
        }
    }
}

/// A table and a view are types, too.
fn is_row_type(object: &Object, other: &Entry) -> bool {
    let made = &other.access.object;
    other.access.act == Act::Create
        && matches!(made.kind, Kind::Table | Kind::View)
        && (&made.schema, &made.name) == (&object.schema, &object.name)
}

/// A text that stands for a label, where a table is known to have a column of the type.
fn names_label(label: &Object, other: &Entry, ancestor: &Ancestor) -> bool {
    let says = other.access.says.as_deref().unwrap_or_default();
    let object = &other.access.object;
    let table = match object.kind {
        Kind::Table => Some(object.clone()),
        _ => object.owner(),
    };
    let typed = label.owner();
    object.kind != Kind::Label
        && says.contains(&format!("'{}'", label.name))
        && table.is_some_and(|table| typed.is_some_and(|typed| ancestor.has_type(&table, &typed)))
}

/// A trigger comes or goes.
fn is_trigger(one: &Entry) -> bool {
    let act = one.access.act;
    one.access.object.kind == Kind::Trigger && (act.creates() || act.removes())
}

/// A column of the trigger's table is written. Rows that come or go are of the table itself.
fn is_update_of(trigger: &Object, other: &Entry) -> bool {
    let written = &other.access.object;
    other.access.act == Act::Write
        && written.kind == Kind::Column
        && (&written.schema, &written.of) == (&trigger.schema, &trigger.of)
}

/// In SQLite a trigger's name is taken in the whole database.
fn is_trigger_elsewhere(trigger: &Object, other: &Entry) -> bool {
    let made = &other.access.object;
    other.access.act == Act::Create
        && made.kind == Kind::Trigger
        && trigger.schema == SQLITE
        && (&made.schema, &made.name) == (&trigger.schema, &trigger.name)
        && made.of > trigger.of
}

/// What is done to all that is in a schema is not done to what comes later, and what is
/// done to all that will come is not done to what is there.
fn comes_into(schema: &Object, other: &Entry) -> bool {
    let made = &other.access.object;
    other.access.act.creates()
        && made.schema == schema.name
        && matches!(
            made.kind,
            Kind::Table | Kind::View | Kind::Sequence | Kind::Function | Kind::Type
        )
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

/// A rename that looks up what views and triggers name does not find the table that it is about
/// to bring back.
fn rebuild_minds(rebuild: &Access, other: &Entry) -> bool {
    let looked_up = Part::LookedUp;
    (&rebuild.part, &other.access.part) == (&looked_up, &looked_up)
        && other.access.act == Act::Reference
        && other.access.object == rebuild.object
}

/// A copy takes along what it finds of the table. That is no index over expressions; and the
/// old table cannot make room while a view is over it.
fn copy_minds(table: &Object, other: &Entry) -> bool {
    let access = &other.access;
    if !access.object.owner().is_some_and(|owner| owner.is(table)) {
        return false;
    }
    match access.object.kind {
        Kind::Column => {
            matches!(access.act, Act::Reference | Act::Read) && access.part == Part::Type
        }
        Kind::Index => {
            let says = access.says.as_deref().unwrap_or_default();
            access.act.creates() && says.matches('(').count() > 1
        }
        _ => false,
    }
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
