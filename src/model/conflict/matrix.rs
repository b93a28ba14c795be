//! The table of conflicts: what is done to one object on both sides, and what follows.
//!
//! Both sides are valid alone, on the schema where they part, and neither is an ancestor
//! of the other: either may run first. The table is about one object. A footprint names
//! the table beside each of its parts, so that dropping a table meets what is done to a
//! column; the little that follows from two different objects is in `rules.rs`.

use crate::model::footprint::{Access, Act, Part};

/// What two accesses of one object mean for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Clash {
    /// Either order works, and both leave the same.
    None,
    /// Either order works for the schema. What becomes of the rows, or of a body that
    /// is read when it runs, is not certain.
    Possible,
    /// One order fails, or the two leave something else behind.
    Order,
    /// Whichever comes second fails.
    Never,
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Is(Clash),
    /// The order matters unless both say the same.
    Says,
    /// The order matters where both touch the same part, and say something else.
    Part,
    /// The order matters where the type is altered of what is held to its type.
    Type,
    /// Whichever comes second fails where both are given one name, made from the same.
    Named,
}

/// A row for each act in the order of [`Act::ALL`]; symmetric, so that each ends on the
/// diagonal. `.` nothing, `?` possible, `o` the order matters, `x` both cannot be;
/// `s`, `p`, `t`, `n` are the four conditions of [`Cell`].
///
/// Some that are not plain: two names made up by the database are two names (`U`×`U`), and
/// two made up from the same by a convention of somebody's are one.
/// Dropping twice fails, unless both allow for it. Of two `OR REPLACE` the last one wins.
/// What replaces is no matter to those who use it: it stays there. A rebuild puts the
/// older text of the table in force, so whatever the other side did to it is lost, unless
/// that is the same rebuild. A body
/// that is read when it runs does not mind what is created, but what is gone.
#[rustfmt::skip]
const TABLE: [&str; 13] = [
    // C U E D d N A B m R M r W
    "x",             // C Create
    "on",            // U CreateUnnamed
    "oos",           // E Ensure
    "ooox",          // D Drop
    "oooo.",         // d DropIfExists
    "oooxox",        // N Rename
    "oooooop",       // A Alter
    "ooooooos",      // B Rebuild
    "oo.ooo.o.",     // m Demand
    "oo.ooot...",    // R Reference
    "...???.....",   // M Mention
    "oo.ooot.....",  // r Read
    "oo.ooo.??..??", // W Write
];

impl Clash {
    /// What follows from two accesses of one object.
    pub fn of(left: &Access, right: &Access) -> Self {
        let same = left.says.is_some() && left.says == right.says;
        let matters = match cell(left.act, right.act) {
            Cell::Is(clash) => return clash,
            Cell::Says => !same,
            Cell::Part if has_to_fit(left, right) || has_to_fit(right, left) => {
                return Self::Possible;
            }
            Cell::Part => left.part.meets(&right.part) && !same,
            Cell::Type if changes_key(left, right) || changes_key(right, left) => {
                return Self::Possible;
            }
            Cell::Type => changes_type(left, right) || changes_type(right, left),
            Cell::Named => match (&left.part, &right.part) {
                (Part::Named(one), Part::Named(other)) if one == other => return Self::Never,
                _ => false,
            },
        };
        if matters { Self::Order } else { Self::None }
    }

    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Possible => "possible",
            Self::Order => "order-matters",
            Self::Never => "cannot-both",
        }
    }

    /// It needs a person before both are merged: the schema is at stake.
    pub fn is_serious(self) -> bool {
        self >= Self::Order
    }

    /// For people: `order matters`.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "independent",
            Self::Possible => "possible conflict",
            Self::Order => "order matters",
            Self::Never => "cannot both be applied",
        }
    }
}

fn cell(left: Act, right: Act) -> Cell {
    let position = |act: Act| Act::ALL.iter().position(|one| *one == act).unwrap_or(0);
    let (left, right) = (position(left), position(right));
    let row = TABLE
        .get(left.max(right))
        .map_or(&b""[..], |row| row.as_bytes());
    match row.get(left.min(right)) {
        Some(b'?') => Cell::Is(Clash::Possible),
        Some(b'o') => Cell::Is(Clash::Order),
        Some(b'x') => Cell::Is(Clash::Never),
        Some(b's') => Cell::Says,
        Some(b'p') => Cell::Part,
        Some(b't') => Cell::Type,
        Some(b'n') => Cell::Named,
        _ => Cell::Is(Clash::None),
    }
}

/// A view holds the columns that it uses to their types; an index goes along.
fn changes_type(alters: &Access, uses: &Access) -> bool {
    alters.act == Act::Alter
        && matches!(alters.part, Part::Type | Part::Whole)
        && uses.part == Part::Type
}

/// A default has to be one of the type.
fn has_to_fit(one: &Access, other: &Access) -> bool {
    (&one.part, &other.part) == (&Part::Default, &Part::Type)
}

/// A key goes along with a column's type as long as both ends can be compared.
fn changes_key(alters: &Access, uses: &Access) -> bool {
    alters.act == Act::Alter && alters.part == Part::Type && uses.part == Part::Key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::footprint::Object;

    fn access(act: Act) -> Access {
        Access::new(act, Object::table("public", "t"))
    }

    #[test]
    fn the_table_is_whole() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.len(), at + 1, "{row}");
            assert!(row.bytes().all(|cell| b".?oxsptn".contains(&cell)), "{row}");
        }
        assert_eq!(TABLE.len(), Act::ALL.len());
    }

    #[test]
    fn the_table_is_symmetric() {
        for left in Act::ALL {
            for right in Act::ALL {
                assert_eq!(cell(left, right), cell(right, left));
                let (left, right) = (access(left), access(right));
                assert_eq!(Clash::of(&left, &right), Clash::of(&right, &left));
            }
        }
    }

    /// Word for word, cell by cell: a change of the table is a change here, with a reason.
    #[test]
    #[rustfmt::skip]
    fn each_cell() {
        use Act::{Alter, Create, CreateUnnamed, Demand, Drop, DropIfExists, Ensure, Mention, Read, Rebuild, Reference, Rename, Write};
        use Clash::{Never, Order, Possible};
        let none = Clash::None;
        for (left, cells) in [
            (Create, vec![(Create, Never), (CreateUnnamed, Order), (Ensure, Order), (Drop, Order), (DropIfExists, Order), (Rename, Order), (Alter, Order), (Rebuild, Order), (Demand, Order), (Reference, Order), (Mention, none), (Read, Order), (Write, Order)]),
            (CreateUnnamed, vec![(CreateUnnamed, none), (Ensure, Order), (Drop, Order), (DropIfExists, Order), (Rename, Order), (Alter, Order), (Rebuild, Order), (Demand, Order), (Reference, Order), (Mention, none), (Read, Order), (Write, Order)]),
            (Ensure, vec![(Ensure, Order), (Drop, Order), (DropIfExists, Order), (Rename, Order), (Alter, Order), (Rebuild, Order), (Demand, none), (Reference, none), (Mention, none), (Read, none), (Write, none)]),
            (Drop, vec![(Drop, Never), (DropIfExists, Order), (Rename, Never), (Alter, Order), (Rebuild, Order), (Demand, Order), (Reference, Order), (Mention, Possible), (Read, Order), (Write, Order)]),
            (DropIfExists, vec![(DropIfExists, none), (Rename, Order), (Alter, Order), (Rebuild, Order), (Demand, Order), (Reference, Order), (Mention, Possible), (Read, Order), (Write, Order)]),
            (Rename, vec![(Rename, Never), (Alter, Order), (Rebuild, Order), (Demand, Order), (Reference, Order), (Mention, Possible), (Read, Order), (Write, Order)]),
            (Alter, vec![(Alter, Order), (Rebuild, Order), (Demand, none), (Reference, none), (Mention, none), (Read, none), (Write, none)]),
            (Rebuild, vec![(Rebuild, Order), (Demand, Order), (Reference, none), (Mention, none), (Read, none), (Write, Possible)]),
            (Demand, vec![(Demand, none), (Reference, none), (Mention, none), (Read, none), (Write, Possible)]),
            (Reference, vec![(Reference, none), (Mention, none), (Read, none), (Write, none)]),
            (Mention, vec![(Mention, none), (Read, none), (Write, none)]),
            (Read, vec![(Read, none), (Write, Possible)]),
            (Write, vec![(Write, Possible)]),
        ] {
            for (right, clash) in cells {
                assert_eq!(Clash::of(&access(left), &access(right)), clash, "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn what_is_said_and_what_is_altered() {
        let says = |act, text: &str| access(act).saying(text);
        let part = |act, part| access(act).of(part);
        let named = |from: &str| part(Act::CreateUnnamed, Part::Named(from.to_owned()));
        for (left, right, clash) in [
            (says(Act::Ensure, "a"), says(Act::Ensure, "a"), Clash::None),
            (says(Act::Ensure, "a"), says(Act::Ensure, "b"), Clash::Order),
            (says(Act::Create, "a"), says(Act::Create, "a"), Clash::Never),
            (says(Act::Alter, "a"), says(Act::Alter, "a"), Clash::None),
            (
                says(Act::Rebuild, "a"),
                says(Act::Rebuild, "a"),
                Clash::None,
            ),
            (says(Act::Alter, "a"), says(Act::Alter, "b"), Clash::Order),
            (
                part(Act::Alter, Part::Type),
                part(Act::Alter, Part::Type),
                Clash::Order,
            ),
            (
                part(Act::Alter, Part::Type),
                part(Act::Alter, Part::Null),
                Clash::None,
            ),
            (
                part(Act::Alter, Part::Type),
                part(Act::Alter, Part::Default),
                Clash::Possible,
            ),
            (
                part(Act::Alter, Part::Type),
                part(Act::Reference, Part::Key),
                Clash::Possible,
            ),
            (
                part(Act::Alter, Part::Type),
                part(Act::Reference, Part::Type),
                Clash::Order,
            ),
            (
                part(Act::Alter, Part::Null),
                part(Act::Reference, Part::Type),
                Clash::None,
            ),
            (
                part(Act::Alter, Part::Type),
                access(Act::Reference),
                Clash::None,
            ),
            (
                part(Act::Alter, Part::Type),
                part(Act::Read, Part::Type),
                Clash::Order,
            ),
            (named("a"), named("a"), Clash::Never),
            (named("a"), named("b"), Clash::None),
            (named("a"), access(Act::CreateUnnamed), Clash::None),
        ] {
            assert_eq!(Clash::of(&left, &right), clash, "{left:?} {right:?}");
        }
    }
}
